#!/usr/bin/python3
"""Proves nothing itself: makes the discs that the virtual machine is given, the same in every run. No program of ours has a hand in it, so that
reading them proves something.

usage: discs.py FOLDER    makes FOLDER/audio.cue, mixed.cue, enhanced.cue, dvd.dvd and data.iso, with the files that they name; and expected.json:
                          of each disc its tracks (number, kind, address of index 1, sectors) and its lead-out, as any program should tell them
"""

import json
import pathlib
import random
import subprocess
import sys

RAW, COOKED = 2352, 2048
# From the lead-out of the first session to the first track of the second: lead-out 6750, lead-in 4500, pregap 150 (MMC-6, 4.2.3).
BETWEEN_SESSIONS = 6750 + 4500 + 150
SECOND = 75


def noise(name, size):
    """Bytes that repeat nowhere, so that a sector in the wrong place is seen."""
    return random.Random(name).randbytes(size)


def iso(folder, name, size, *options):
    """A file system with one large file in it, padded to whole sectors by its maker."""
    tree = folder / (name + " files")
    tree.mkdir()
    (tree / "NOISE.BIN").write_bytes(noise(name, size))
    path = folder / (name + ".iso")
    # It warns that a session of its own does not know the one before: it need not.
    subprocess.run(["genisoimage", "-quiet", "-V", "SPINDLE", *options, "-o", path, tree], check=True, stderr=subprocess.DEVNULL)
    return path.stat().st_size // COOKED


def time(sectors):
    return f"{sectors // SECOND // 60:02}:{sectors // SECOND % 60:02}:{sectors % SECOND:02}"


def audio(folder):
    """Three tracks with all that a CD can say of them; the second has a pregap of its own, the third an index 2."""
    lengths, pregap = [12 * SECOND, 6 * SECOND + 7, 5 * SECOND + 3], SECOND
    starts = [0, lengths[0] + pregap, lengths[0] + pregap + lengths[1]]
    total = starts[2] + lengths[2]
    (folder / "audio.bin").write_bytes(noise("audio", total * RAW))
    (folder / "audio.cue").write_text(
        f"""CATALOG 1234567890128
TITLE "Noise"
PERFORMER "Nobody"
FILE "audio.bin" BINARY
  TRACK 01 AUDIO
    TITLE "One"
    PERFORMER "Nobody"
    ISRC USABC1234501
    FLAGS DCP
    INDEX 01 {time(starts[0])}
  TRACK 02 AUDIO
    TITLE "Two"
    PERFORMER "Nobody"
    ISRC USABC1234502
    INDEX 00 {time(starts[1] - pregap)}
    INDEX 01 {time(starts[1])}
  TRACK 03 AUDIO
    TITLE "Three"
    PERFORMER "Nobody"
    ISRC USABC1234503
    INDEX 01 {time(starts[2])}
    INDEX 02 {time(starts[2] + 2 * SECOND)}
"""
    )
    return [(number + 1, "audio", start, length) for number, (start, length) in enumerate(zip(starts, lengths))], total


def mixed(folder):
    """A data track, and audio behind a gap of two seconds."""
    # An even number of sectors: the kernel reads pages of two, and the one behind the last belongs to the gap, where there are no data.
    data = iso(folder, "mixed", 1_502_000, "-pad")
    assert data % 2 == 0, data
    sound, gap = 8 * SECOND, 2 * SECOND
    (folder / "mixed.bin").write_bytes(noise("mixed sound", sound * RAW))
    (folder / "mixed.cue").write_text(
        """FILE "mixed.iso" BINARY
  TRACK 01 MODE1/2048
    INDEX 01 00:00:00
FILE "mixed.bin" BINARY
  TRACK 02 AUDIO
    PREGAP 00:02:00
    INDEX 01 00:00:00
"""
    )
    return [(1, "data", 0, data), (2, "audio", data + gap, sound)], data + gap + sound


def enhanced(folder):
    """Audio, and a second session with a file system that knows where on the disc it lies."""
    lengths = [6 * SECOND, 5 * SECOND]
    first = sum(lengths)
    (folder / "enhanced.bin").write_bytes(noise("enhanced sound", first * RAW))
    start = first + BETWEEN_SESSIONS
    data = iso(folder, "enhanced", 900_000, "-pad", "-C", f"0,{start}")
    (folder / "enhanced.cue").write_text(
        f"""REM SESSION 01
FILE "enhanced.bin" BINARY
  TRACK 01 AUDIO
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    INDEX 01 {time(lengths[0])}
REM SESSION 02
FILE "enhanced.iso" BINARY
  TRACK 03 MODE1/2048
    INDEX 01 00:00:00
"""
    )
    tracks = [(1, "audio", 0, lengths[0]), (2, "audio", lengths[0], lengths[1]), (3, "data", start, data)]
    return tracks, start + data


def dvd(folder):
    """A small DVD of two layers."""
    sectors = iso(folder, "dvd", 9_000_000, "-udf", "-pad")
    (folder / "dvd.dvd").write_text(f"LayerBreak={sectors // 2 // 16 * 16}\ndvd.iso\n")
    return [(1, "data", 0, sectors)], sectors


def main(folder):
    folder.mkdir(parents=True)
    # Large enough to tell how fast it is read, and a CD still.
    iso(folder, "data", 16_000_000)
    expected = {}
    for make in (audio, mixed, enhanced, dvd):
        tracks, lead_out = make(folder)
        expected[make.__name__] = {"tracks": tracks, "lead_out": lead_out}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1))


main(pathlib.Path(sys.argv[1]))
