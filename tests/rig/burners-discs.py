#!/usr/bin/python3
"""Proves nothing itself: makes what is burned in the virtual machine, the same in every run. No program of ours has a hand in it.

usage: burners-discs.py FOLDER    makes two file systems (data.iso, other.iso), two pieces of sound (one.wav, two.wav), a mixed disc for cdrdao
                                  (mixed.toc, mixed.bin), CD-TEXT for cdrskin and cdrdao (text.v07t, text.toc), and cue sheets of the same discs (text.cue, dao.cue)
"""

import pathlib
import random
import subprocess
import sys
import wave

RAW, SECOND = 2352, 75


def noise(name, size):
    """Bytes that repeat nowhere, so that a sector in the wrong place is seen."""
    return random.Random(name).randbytes(size)


def iso(folder, name, size):
    tree = folder / (name + " files")
    tree.mkdir()
    (tree / "NOISE.BIN").write_bytes(noise(name, size))
    subprocess.run(["genisoimage", "-quiet", "-pad", "-V", "SPINDLE", "-o", folder / (name + ".iso"), tree], check=True)


def sound(folder, name, sectors):
    with wave.open(str(folder / (name + ".wav")), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(noise(name, sectors * RAW))


def texts(folder):
    """The same texts, as cdrskin, cdrdao and cue sheets have them."""
    (folder / "text.v07t").write_text(
        """Input Sheet Version       = 0.7T
Text Code                 = 8859
Language Code             = English
Album Title               = Noise
Artist Name               = Nobody
First Track Number        = 1
Last Track Number         = 2
Track 01 Title            = One
Track 01 Artist           = Nobody
Track 02 Title            = Two
Track 02 Artist           = Somebody
"""
    )
    track = """TRACK AUDIO
CD_TEXT {{ LANGUAGE 0 {{ TITLE "{}" PERFORMER "{}" }} }}
FILE "{}.wav" 0
"""
    (folder / "text.toc").write_text(
        """CD_DA
CD_TEXT { LANGUAGE_MAP { 0 : EN } LANGUAGE 0 { TITLE "Noise" PERFORMER "Nobody" } }
"""
        + track.format("One", "Nobody", "one")
        + track.format("Two", "Somebody", "two")
    )
    (folder / "text.cue").write_text(
        """TITLE "Noise"
PERFORMER "Nobody"
FILE "one.wav" WAVE
  TRACK 01 AUDIO
    TITLE "One"
    PERFORMER "Nobody"
    INDEX 01 00:00:00
FILE "two.wav" WAVE
  TRACK 02 AUDIO
    TITLE "Two"
    PERFORMER "Somebody"
    INDEX 01 00:00:00
"""
    )
    # wodim takes the last two seconds of a track for the pregap of the next.
    (folder / "dao.cue").write_text(
        """CATALOG 1234567890128
FILE "one.wav" WAVE
  TRACK 01 AUDIO
    ISRC USABC1234501
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    ISRC USABC1234502
    INDEX 00 00:04:00
FILE "two.wav" WAVE
    INDEX 01 00:00:00
"""
    )


def mixed(folder):
    """A data track and two of audio, with all that cdrdao can say of them."""
    data = (folder / "data.iso").stat().st_size // 2048
    (folder / "mixed.bin").write_bytes(noise("mixed", 14 * SECOND * RAW))
    (folder / "mixed.toc").write_text(
        f"""CD_ROM
CATALOG "1234567890128"
TRACK MODE1
NO COPY
DATAFILE "data.iso" {data // SECOND // 60:02}:{data // SECOND % 60:02}:{data % SECOND:02}
TRACK AUDIO
COPY
NO PRE_EMPHASIS
TWO_CHANNEL_AUDIO
ISRC "USABC1234501"
PREGAP 00:02:00
FILE "mixed.bin" 0 00:08:00
TRACK AUDIO
NO COPY
PRE_EMPHASIS
TWO_CHANNEL_AUDIO
ISRC "USABC1234502"
FILE "mixed.bin" 00:08:00 00:06:00
START 00:01:00
INDEX 00:02:00
"""
    )


def main(folder):
    folder.mkdir(parents=True)
    iso(folder, "data", 3_000_000)
    iso(folder, "other", 2_000_000)
    sound(folder, "one", 6 * SECOND)
    sound(folder, "two", 5 * SECOND)
    texts(folder)
    mixed(folder)


main(pathlib.Path(sys.argv[1]))
