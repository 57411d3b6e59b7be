#!/usr/bin/python3
"""Proves that what was said and read inside the virtual machine is what lies on the discs: every byte and every table is held against the sources
from which discs.py made them. Prints a line for each thing that holds, and ends with 1 where one does not.

usage: judge.py DISCS OUT
"""

import json
import pathlib
import re
import sys

discs, out = map(pathlib.Path, sys.argv[1:])
RAW, COOKED, SUBCHANNEL = 2352, 2048, 96
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
    """Two runs of bytes; where they differ, from which byte on."""
    at = next((n for n, (a, b) in enumerate(zip(got, wanted)) if a != b), min(len(got), len(wanted))) if got != wanted else 0
    log = said(what.split(":")[0] + ".log")[-400:]
    check(what, got == wanted and wanted, f"{len(got)} bytes of {len(wanted)}, different from {at} on; it said: {log}")


def swapped(sound):
    """cdrdao keeps audio with the high byte first."""
    turned = bytearray(sound)
    turned[::2], turned[1::2] = sound[1::2], sound[::2]
    return bytes(turned)


def contains(what, text, *parts):
    missing = [part for part in parts if not re.search(part, text)]
    check(what, not missing, f"{missing} not in: {text[-1500:]}")


def our_program_in_their_drives():
    states = {drive["name"]: drive for drive in json.loads(said("member.json") or "[]")}
    known = {name: states.get(name, {}).get("state") for name in ("/dev/sr0", "/dev/sr1", "/dev/sr2")}
    check("spindle drives: two with a disc, one without", known == {"/dev/sr0": "disc", "/dev/sr1": "disc", "/dev/sr2": "empty"}, known)
    for node in ("sr0", "sr1"):
        same(f"save-{node}: a drive of QEMU, saved by spindle", read(out / f"{node}.iso"), read(discs / "data.iso"))
    check("no disc: exit code 4", said("no-disc.code").strip() == "4", said("no-disc.log"))
    check("no permission: exit code 4", said("no-permission.code").strip() == "4", said("no-permission.log"))
    strange = {drive["name"]: drive["words"] for drive in json.loads(said("stranger.json") or "[]")}
    contains("no permission: what to do is said", strange.get("/dev/sr0", ""), "add yourself to the group cdrom")


def what_comes_and_goes():
    lists = [[drive["name"] for drive in json.loads(line)] for line in said("watch.json").splitlines()]
    there = ["/dev/sr2" in names for names in lists]
    check("spindle drives --watch: a drive went and came back", there[:1] == [True] and False in there and there[-1:] == [True], said("watch.json"))
    contains("spindle drives --report: what three drives say", said("report.txt"), "=== drive 3", "INQUIRY", "READ CD at 0, whole\n")


def tables(name, expected):
    """cd-info tells the tracks as they are."""
    text = said(f"{name}.cd-info.log")
    rows = re.findall(r"^\s*(\d+): \d\d:\d\d:\d\d\s+(\d+)\s+(audio|data|leadout)", text, re.MULTILINE)
    wanted = [(str(number), f"{start:06}", kind) for number, kind, start, _ in expected["tracks"]]
    wanted.append(("170", f"{expected['lead_out']:06}", "leadout"))
    check(f"{name}: cd-info tells the tracks", rows == wanted, f"{rows}, not {wanted}: {text[-1500:]}")


def audio():
    sound = read(discs / "audio.bin")
    contains("audio: cd-info tells MCN and ISRC", said("audio.cd-info.log"), "1234567890128", "USABC1234501", "USABC1234503")
    same("audio.cdparanoia: every sample", read(out / "audio.cdparanoia.raw"), sound)
    same("audio.cdrdao: every sample", read(out / "audio.cdrdao.bin"), swapped(sound))
    toc = said("audio.cdrdao.toc")
    # How long the gap is that cdrdao 1.2.4 tells depends on its paranoia mode (18 or 27 sectors of 75 were seen): that there is one is judged alone.
    contains("audio.cdrdao: gap, index, MCN, ISRC and CD-TEXT", toc, 'CATALOG "1234567890128"', "START 00:0", "INDEX 00:02:00", 'ISRC "USABC1234502"', "Three")
    clone = read(out / "audio.readom.raw")
    main = b"".join(clone[at : at + RAW] for at in range(0, len(clone), RAW + SUBCHANNEL))
    same("audio.readom: every sample, subchannel aside", main, sound)


def mixed():
    data, sound = read(discs / "mixed.iso"), read(discs / "mixed.bin")
    same("mixed.cdparanoia: every sample", read(out / "mixed.cdparanoia.raw"), sound)
    same("mixed.readom: the data track", read(out / "mixed.readom.iso"), data)
    same("mixed.dd: the data track", read(out / "mixed.dd.iso"), data)
    whole = read(out / "mixed.cdrdao.bin")
    user = b"".join(whole[at + 16 : at + 16 + COOKED] for at in range(0, len(data) // COOKED * RAW, RAW))
    same("mixed.cdrdao: the data track, raw", user, data)
    same("mixed.cdrdao: every sample", whole[-len(sound) :], swapped(sound))


def enhanced():
    same("enhanced.cdparanoia: every sample of the first session", read(out / "enhanced.cdparanoia.raw"), read(discs / "enhanced.bin"))
    same("enhanced.copy: a file of the second session", read(out / "enhanced.file"), read(discs / "enhanced files" / "NOISE.BIN"))


def dvd():
    image = read(discs / "dvd.iso")
    same("dvd.dd: every sector", read(out / "dvd.dd.iso"), image)
    same("dvd.readom: every sector", read(out / "dvd.readom.iso"), image)
    same("dvd.copy: a file", read(out / "dvd.file"), read(discs / "dvd files" / "NOISE.BIN"))


our_program_in_their_drives()
what_comes_and_goes()
for name, expected in json.loads((discs / "expected.json").read_text()).items():
    if name == "dvd":
        contains("dvd: cd-info tells what it is", said("dvd.cd-info.log"), "DVD-ROM")
    else:
        tables(name, expected)
    {"audio": audio, "mixed": mixed, "enhanced": enhanced, "dvd": dvd}[name]()
if wrong:
    sys.exit(f"wrong: {len(wrong)}")
