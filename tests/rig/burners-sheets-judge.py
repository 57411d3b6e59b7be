#!/usr/bin/python3
"""Proves that cdrdao, cdrskin and our program tell a recorder the same of the same discs, and that it is what src/drive/recorder/golden says, which was
derived from the standards by hand: the cue sheet, the page of write parameters, and the packs of CD-TEXT in the lead-in, byte for byte. Where the others
differ from the golden file, what they may differ in stands here, by program or by program and disc, and nothing else. Prints a line for each thing that
holds, and ends with 1 where one does not.

usage: burners-sheets-judge.py FOLDER
"""

import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
golden_files = pathlib.Path(__file__).resolve().parents[2] / "src/drive/recorder/golden"
wrong = []

TRAY_OPENS = "1b0000000200"
MODE_SELECT, SEND_CUE_SHEET, WRITES = 0x55, 0x5D, (0x2A, 0xAA)
PACK, SYMBOLS, SIZE_INFO = 18, 24, 0x8F
SIMULATION = 0x10  # of a page of write parameters, byte 2
ON_TAPE = 512 * 4  # packs of a lead-in that a tape has

# cdrskin ends the texts of tracks as those of one-byte characters are ended, and counts their bytes, where the text of the disc is of two-byte ones.
OTHER_PACKS = {("cdrskin", "28-cd-text-kanji"): {1: "80 01 01 02 94 67 00 90 e1 00 00 00 00 00 00 00 24 44"}}


def check(what, holds, why):
    print(f"  {'ok   ' if holds else 'WRONG'} {what}{'' if holds else ': ' + why}")
    if not holds:
        wrong.append(what)


def same(what, got, wanted):
    """Two lists of rows of bytes; of two that differ, shows the first row that does."""
    at = next((n for n, (a, b) in enumerate(zip(got, wanted)) if a != b), min(len(got), len(wanted)))
    row = lambda run: f"{bytes(run[at]).hex(' ') if at < len(run) else 'none'}, row {at} of {len(run)}"
    check(what, got == wanted and bool(wanted), f"\n    sent:   {row(got)}\n    wanted: {row(wanted)}")


def rows(run, length):
    return [run[at : at + length] for at in range(0, len(run), length)]


def golden(name):
    """The parts of a golden file by their names: a line is a name, or bytes in hex, with a remark behind a hash."""
    parts, part = {}, None
    for line in (golden_files / f"{name}.txt").read_text().splitlines():
        line = line.split("#")[0].strip()
        try:
            part.extend(bytes.fromhex(line))
        except (ValueError, AttributeError):
            part = parts.setdefault(line, bytearray()) if line else part
    return {name: bytes(part) for name, part in parts.items() if part}


def burns(program):
    """What a program sent for each disc: its commands and their data, without those that were refused."""
    discs = []
    for line in (folder / f"tape/sheets-{program}").read_text().splitlines():
        _, command, way, *rest = line.split()
        if command.startswith(TRAY_OPENS):
            discs.append([])
        elif discs and way == "out" and len(rest) == 3 and rest[-1] == "good":
            discs[-1].append((bytes.fromhex(command), bytes.fromhex(rest[1])))
    # A program may open the tray itself when a disc is done; nothing is sent after that.
    return [disc for disc in discs if disc]


def told(burn):
    """What the drive was told of each session: the cue sheet, the page that it had then, and what came for the subchannels of the lead-in."""
    sessions, page = [], b""
    for command, data in burn:
        if command[0] == MODE_SELECT:
            page = data[8:]
        elif command[0] == SEND_CUE_SHEET:
            sessions.append((data, page, bytearray()))
        elif writes_lead_in(command) and sessions:
            sessions[-1][2].extend(data)
    return sessions


def writes_lead_in(command):
    return command[0] in WRITES and int.from_bytes(command[2:6], "big", signed=True) < -150


def packs(symbols):
    """Symbols of six bits become packs: three bytes of four symbols."""
    bits = "".join(f"{symbol:06b}" for symbol in symbols)
    return rows(bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)), PACK)


def round_and_round(cycle, length):
    """The packs that a golden file has once are repeated all over the lead-in."""
    return cycle and (cycle * (length // len(cycle) + 1))[:length]


def wanted_of(program, parts, session, written):
    """What the golden file says, with what the program does otherwise."""
    number = "" if session == 1 else f" {session}"
    sheet, page, cycle = rows(bytearray(parts["cue" + number]), 8), bytearray(parts["page" + number]), packs(parts.get("lead-in", b""))
    if not written:
        page[2] |= SIMULATION
    if program == "cdrdao":
        # It leaves as the drive has them what means nothing where the cue sheet says it: the track mode, the link size, the size of a packet.
        page[3], page[5], page[13] = page[3] | 4, 16, 16
        if cycle:
            page[4] = 3  # blocks with the subchannels P to W: that, too, the cue sheet says
        if [pack[0] for pack in cycle[1:2]] == [SIZE_INFO]:
            cycle = cycle[:1]  # it does not describe a block whose texts are in one pack
        if session > 1:
            # It wants the lead-in of the last session to say that none follows (B0 is FF:FF:FF), and gives all sessions the format of the first.
            page[3], page[8] = page[3] | 0x40, 0
    if program == "cdrskin":
        before = 0
        for entry in sheet:
            control = entry[0] & 0xF0
            if entry[0] & 0x0F == 2:
                entry[0] = 2  # a catalogue number has no control bits
            elif entry[1] == 0:
                entry[5:] = bytes(3)  # where a lead-in with CD-TEXT begins is not said
            elif entry[1] == 0xAA:
                entry[0] = before | 1  # the lead-out has all control bits of the last track
            before = control
        if sheet[0][0] & 0x0F == 2:
            page[16:30] = [0x80, *sheet[0][1:], *sheet[1][1:7]]  # the page has the catalogue number as well
    return sheet, page, cycle


def judge(program, name, burn, written):
    parts, sessions = golden(name), told(burn)
    wanted = 2 if "cue 2" in parts else 1
    check(f"{program}, {name}: sessions", len(sessions) == wanted, f"{len(sessions)} for {wanted}")
    for number, (sheet, page, text) in enumerate(sessions, 1):
        wanted_sheet, wanted_page, wanted_packs = wanted_of(program, parts, number, written)
        for place, pack in OTHER_PACKS.get((program, name), {}).items():
            wanted_packs[place] = bytes.fromhex(pack)
        what = f"{program}, {name}, session {number}" if len(sessions) > 1 else f"{program}, {name}"
        same(f"{what}: the cue sheet", rows(sheet, 8), wanted_sheet)
        same(f"{what}: the page", [page], [wanted_page])
        if wanted_packs or text:
            same(f"{what}: the lead-in", packs(text), round_and_round(wanted_packs, ON_TAPE))


def main():
    listed = [line.split() for line in (folder / "share/in/sheets/list").read_text().splitlines()]
    for program in ("spindle", "cdrdao", "cdrskin"):
        discs = [(name, how == "written") for name, _, how, *programs in listed if program in programs]
        tape = burns(program)
        check(f"{program}: {len(discs)} discs", len(tape) == len(discs), f"{len(tape)} on the tape")
        for (name, written), burn in zip(discs, tape):
            judge(program, name, burn, written)


main()
if wrong:
    sys.exit(f"wrong: {len(wrong)}")
