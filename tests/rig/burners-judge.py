#!/usr/bin/python3
"""Proves that what was burned inside the virtual machine is what was to be burned: every byte of the images that the blanks have become is held against
the sources from which burners-discs.py made them, and what our program sent to a recorder against what others sent for the same disc. Prints a line
for each thing that holds, and ends with 1 where one does not.

usage: burners-judge.py FOLDER
"""

import json
import pathlib
import re
import sys
import wave

folder = pathlib.Path(sys.argv[1])
given, out, kept, tape = folder / "share/in", folder / "share/out", folder / "kept", folder / "tape"
RAW, COOKED, SECOND = 2352, 2048, 75
wrong = []


def check(what, holds, why=""):
    print(f"  {'ok   ' if holds else 'WRONG'} {what}{'' if holds else ': ' + str(why)}")
    if not holds:
        wrong.append(what)


def read(path):
    return path.read_bytes() if path.exists() else b""


def said(name):
    return read(out / name).decode(errors="replace")


def same(what, got, wanted):
    """Two runs of bytes, where more may follow than was given: a drive fills up what it has begun."""
    head = got[: len(wanted)]
    at = next((n for n, (a, b) in enumerate(zip(head, wanted)) if a != b), min(len(head), len(wanted)))
    check(what, head == wanted and wanted, f"{len(got)} bytes for {len(wanted)}, different from {at} on; it said: {said(what.split(':')[0] + '.log')[-700:]}")


def went_well(name):
    codes = said(f"{name}.code").split()
    check(f"{name}: every command ended well", codes and not any(code != "0" for code in codes), f"{codes}: {said(name + '.log')[-1500:]}")


def samples(name):
    with wave.open(str(given / name)) as file:
        return file.readframes(file.getnframes())


def swapped(sound):
    """cdrdao keeps audio with the high byte first."""
    turned = bytearray(sound)
    turned[::2], turned[1::2] = sound[1::2], sound[::2]
    return bytes(turned)


class Cue:
    """The tracks of a disc that became a cue sheet with one file of whole sectors."""

    def __init__(self, name):
        self.text = read(kept / f"{name}.cue").decode(errors="replace")
        self.bytes = read(kept / f"{name}.bin")
        rows = re.findall(r"TRACK (\d+) (\S+)(.*?)(?=TRACK|\Z)", self.text, re.DOTALL)
        self.tracks = [(kind, int(m) * 60 * SECOND + int(s) * SECOND + int(f)) for _, kind, rest in rows for m, s, f in re.findall(r"INDEX 01 (\d+):(\d+):(\d+)", rest)]

    def track(self, number):
        """The bytes from index 1 on: of data the user data."""
        if number > len(self.tracks):
            return b""
        kind, start = self.tracks[number - 1]
        raw = self.bytes[start * RAW :]
        if kind == "AUDIO":
            return raw
        return b"".join(raw[at + 16 : at + 16 + COOKED] for at in range(0, len(raw), RAW))

    def has(self, name, *parts):
        missing = [part for part in parts if not re.search(part, self.text)]
        check(f"{name}: {', '.join(parts)}", not missing, f"{missing} not in {self.text}")


def sent(name, opcode):
    """What went with every command of this code: in hex, without what came before a refusal."""
    rows = [line.split() for line in read(tape / name).decode().splitlines()]
    return [row[4] for row in rows if row[1].startswith(opcode) and row[2] == "out" and row[-1] == "good" and len(row) > 5]


def discs_of_data():
    data = read(given / "data.iso")
    for name in (line.split()[0] for line in (pathlib.Path(__file__).parent / "burners.list").read_text().splitlines()):
        went_well(name)
        for ending in (".iso", ".dvd"):
            if (kept / f"{name}{ending}").exists() and not name.startswith("xorriso"):
                same(f"{name}: every sector", read(kept / f"{name}.iso"), data)
    same("copy-data: every sector of the second copy", read(kept / "copy-data (2).iso"), data)


def discs_of_tracks():
    data, other, one, two, mixed = read(given / "data.iso"), read(given / "other.iso"), samples("one.wav"), samples("two.wav"), swapped(read(given / "mixed.bin"))
    tao = Cue("wodim-tao")
    for number, wanted in enumerate((data, one, two), 1):
        same(f"wodim-tao: track {number}", tao.track(number), wanted)
    same("spindle-tao: the track", Cue("spindle-tao").track(1), data)
    same("wodim-rw: the disc of after the erasing", Cue("wodim-rw").track(1), data)
    multi = Cue("cdrskin-multi")
    same("cdrskin-multi: first session", multi.track(1), data)
    same("cdrskin-multi: second session", multi.track(2), other)
    multi.has("cdrskin-multi", "SESSION 02")
    for name in ("wodim-dao", "spindle-dao"):
        disc = Cue(name)
        same(f"{name}: track 1", disc.track(1), one + two)
        disc.has(name, "CATALOG 1234567890128", "ISRC USABC1234501", "ISRC USABC1234502")
    for name in ("cdrdao-text", "cdrskin-text", "spindle-text", "copy-audio"):
        disc = Cue(name)
        same(f"{name}: both tracks", disc.track(1), one + two)
        disc.has(name, 'TITLE "Noise"', 'TITLE "Two"', 'PERFORMER "Somebody"')
    for name in ("cdrdao-sao", "cdrdao-raw", "spindle-mixed"):
        disc = Cue(name)
        same(f"{name}: the data track", disc.track(1), data)
        same(f"{name}: the audio", disc.track(2), mixed)
        disc.has(name, "CATALOG 1234567890128", "ISRC USABC1234502", "FLAGS DCP", "INDEX 02")


def what_was_sent():
    """Cue sheets and pages of write parameters, byte for byte: what drives are told of a disc."""
    for ours, others in (("spindle-mixed", "cdrdao-sao"), ("spindle-dao", "wodim-dao"), ("spindle-text", "cdrdao-text")):
        a, b = sent(ours, "5d"), sent(others, "5d")
        check(f"{ours}: the cue sheet of {others}", a and a[-1:] == b[-1:], f"{a}\n    {b}")
    # Where the lead-in with CD-TEXT begins cdrdao says in its entry, and cdrskin does not: we try the one, and then the other.
    a, b = sent("spindle-text", "5d"), sent("cdrskin-text", "5d")
    untimed = [sheet[:10] + "000000" + sheet[16:] for sheet in a]
    check("spindle-text: the cue sheet of cdrskin-text, but for the time of the lead-in", a and untimed[-1:] == b[-1:], f"{a}\n    {b}")
    for ours, others in (("spindle-text", "cdrskin-text"), ("spindle-tao", "cdrskin-multi")):
        a, b = sent(ours, "55"), sent(others, "55")
        check(f"{ours}: the write parameters of {others}", a and a[-1:] == b[-1:], f"{a}\n    {b}")


def a_recorder_of_others():
    went_well("tgt")
    same("tgt: our program burned a DVD+R of tgt", read(out / "tgt.iso"), read(given / "data.iso"))
    lines = [json.loads(line) for line in said("tgt.log").splitlines() if line.startswith("{")]
    done = next((line for line in lines if line.get("event") == "done"), {})
    check("tgt: burned and verified", [disc["result"] for disc in done.get("discs", [])] == ["burned and verified"], said("tgt.log")[-1500:])


def a_wrong_disc():
    """Behind the disc that is to be copied, somebody puts in one that can't be written on."""
    lines = [json.loads(line) for line in said("copy-audio.log").splitlines() if line.startswith("{")]
    whys = [line["why"] for line in lines if line.get("event") == "other-disc"]
    check("copy-audio: the wrong disc is given back, and another one asked for", len(whys) == 1 and "CD-ROM" in whys[0], f"{whys}")


discs_of_data()
discs_of_tracks()
what_was_sent()
a_recorder_of_others()
a_wrong_disc()
if wrong:
    sys.exit(f"wrong: {len(wrong)}")
