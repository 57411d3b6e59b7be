#!/usr/bin/python3
"""Proves nothing itself: describes discs of which other programs and ours are to tell a recorder the same, and writes each of them down as every program
wants it. Each is the disc of the file of its name in src/drive/recorder/golden. Its sectors say nothing: what is compared is what comes before them.

usage: burners-sheets.py FOLDER    makes NAME.toc for cdrdao and ours (NAME.cue where a .toc can't say it), arguments of cdrskin (NAME.cdrskin) and its
                                   CD-TEXT (NAME.v07t), and `list`, a line for each disc: its name, what ours opens, whether it stays open, is closed or
                                   written, and the programs that can burn it
"""

import dataclasses
import pathlib
import sys

SECOND = 75
SIZES = {"AUDIO": 2352, "MODE1": 2048, "MODE2": 2336, "MODE2_FORM_MIX": 2336}
ISRC = "DEXYZ2612345"
MCN = "4006381333931"


@dataclasses.dataclass
class Track:
    length: int = 600
    mode: str = "AUDIO"
    pregap: int = 0
    indexes: tuple = ()  # from index 2 on, in sectors from index 1
    isrc: str = ""
    copy: bool = False
    pre_emphasis: bool = False
    four_channel: bool = False
    scms: bool = False


@dataclasses.dataclass
class Texts:
    """One language: texts by their field, then by track, 0 being the disc."""

    code: int
    fields: dict
    genre: tuple = ()  # its code and its text
    toc: tuple = ()  # the bytes of its table of contents
    charset: str = "latin-1"
    protected: bool = False


@dataclasses.dataclass
class Disc:
    tracks: list
    kind: str = "CD_DA"
    mcn: str = ""
    texts: tuple = ()
    open: bool = False
    second: "Disc | None" = None  # a second session; then the disc is written
    by: tuple = ("cdrdao", "cdrskin")


def titles(*texts):
    return dict(enumerate(texts))


ALONE = ("cdrdao",)
LATIN = "Fa\xe7ade"
KANJI = "湿った水"
LONG = "A title that is much longer than the twelve letters that a pack can hold"

DISCS = {
    "01-data": Disc([Track(mode="MODE1")], "CD_ROM"),
    "02-two-audio": Disc([Track(), Track()]),
    "03-pregaps": Disc([Track(), Track(pregap=150), Track(300, pregap=225)]),
    "04-mcn-isrc": Disc([Track(isrc=ISRC), Track(isrc="DEXYZ2612346")], mcn=MCN),
    "05-cd-text": Disc([Track(), Track()], texts=(Texts(9, {"TITLE": titles("AB", "C", "D")}),)),
    "06-mixed": Disc([Track(mode="MODE1"), Track(pregap=150), Track(450)], "CD_ROM", by=ALONE),
    "08-xa": Disc([Track(mode="MODE2_FORM_MIX")], "CD_ROM_XA", by=ALONE),
    "09-mode2": Disc([Track(mode="MODE2")], "CD_ROM", by=ALONE),
    "10-hidden": Disc([Track(pregap=900)]),
    "11-indexes": Disc([Track(indexes=(150, 301))]),
    "12-flags": Disc(
        [Track(300, pre_emphasis=True), Track(300, copy=True), Track(300, four_channel=True), Track(300, pre_emphasis=True, copy=True, four_channel=True)],
        by=ALONE,
    ),
    "13-scms": Disc([Track(scms=True)], by=("cdrskin",)),
    # cdrskin can, but sends sixteen sectors at a time, and these are thirty thousand.
    "14-ninety-nine": Disc([Track(300)] * 99, by=ALONE),
    "17-open": Disc([Track(mode="MODE1")], "CD_ROM", open=True),
    "18-simulated": Disc([Track(mode="MODE1")], "CD_ROM"),
    "19-audio-before-data": Disc([Track(), Track(mode="MODE1", pregap=225)], "CD_ROM", by=ALONE),
    "20-cd-i": Disc([Track(mode="MODE2_FORM_MIX")], "CD_I", by=ALONE),
    "22-isrc-and-flags": Disc([Track(isrc=ISRC, copy=True)]),
    "23-data-with-mcn": Disc([Track(mode="MODE1")], "CD_ROM", mcn=MCN),
    "24-cd-text-long": Disc([Track(), Track()], texts=(Texts(9, {"TITLE": titles(LONG, "Short", LONG), "PERFORMER": titles("Nobody", "Nobody at all", "Nobody")}),)),
    "25-cd-text-gaps": Disc(
        [Track(), Track(), Track(), Track()],
        texts=(Texts(9, {"TITLE": titles("Gaps", "", "Two", "", ""), "SONGWRITER": {3: "Her"}}),),
    ),
    "26-cd-text-languages": Disc(
        [Track(), Track()],
        texts=(
            Texts(9, {"TITLE": titles("Winter", "Snow", "Ice"), "PERFORMER": titles("Us", "Us", "Them")}),
            Texts(8, {"TITLE": titles("Winter", "Schnee und noch mehr Schnee", "Eis")}),
            Texts(15, {"TITLE": titles("L'hiver", "Neige", "Glace")}),
        ),
    ),
    "27-cd-text-latin": Disc([Track(), Track()], texts=(Texts(15, {"TITLE": titles(LATIN, "\xc9t\xe9 \xe0 No\xebl", "\xff"), "COMPOSER": titles("\xdc", "\xdf", "\xf8")}),)),
    "28-cd-text-kanji": Disc(
        [Track(), Track()], texts=(Texts(0x69, {"TITLE": titles(KANJI, "熱波", "雪"), "DISC_ID": {0: "SPN-28"}}, charset="shift_jis"),), by=("cdrskin",)
    ),
    "29-cd-text-codes": Disc(
        [Track(isrc=ISRC), Track(isrc="DEXYZ2612346")],
        mcn=MCN,
        texts=(
            Texts(
                9,
                {"TITLE": titles("Codes", "One", "Two"), "ARRANGER": titles("A", "B", "C"), "DISC_ID": {0: "SPN-29"}, "UPC_EAN": {0: MCN, 1: ISRC, 2: "DEXYZ2612346"}},
                genre=(14, "Jazz of the Sixties"),
            ),
        ),
    ),
    "38-cd-text-closed": Disc(
        [Track(), Track()], texts=(Texts(9, {"TITLE": titles("Closed", "One", "Two"), "MESSAGE": {0: "Hello there"}, "CLOSED": {0: "Not for players"}}, protected=True),), by=("cdrskin",)
    ),
    "39-cd-text-toc": Disc(
        [Track(300)] * 5,
        texts=(
            Texts(
                9,
                {"TITLE": titles("TOC", "1", "2", "3", "4", "5")},
                toc=(1, 5, 0, 0, 22, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 6, 0, 0, 10, 0, 0, 14, 0, 0, 18, 0),
            ),
        ),
        by=ALONE,
    ),
    "07-enhanced": Disc([Track(), Track()], second=Disc([Track(mode="MODE2_FORM_MIX")], "CD_ROM_XA"), by=ALONE),
}


def source(track):
    """The file of its sectors."""
    return f"{track.length}.{track.mode.lower()}"


def time(sectors):
    return f"{sectors // SECOND // 60:02}:{sectors // SECOND % 60:02}:{sectors % SECOND:02}"


def quoted(text, charset):
    """As cdrdao reads it: a byte that is no letter of ASCII stands as three octal digits."""
    return '"' + "".join(chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\{byte:03o}" for byte in text.encode(charset)) + '"'


def toc_texts(disc, track):
    """The texts of a track, or of the disc. What is not said of a track is said to be nothing: cdrdao would repeat what it knows of the disc."""
    lines = []
    for number, language in enumerate(disc.texts):
        items = []
        for field, texts in language.fields.items():
            if track in texts or max(texts) > 0:
                word = "ISRC" if field == "UPC_EAN" and track > 0 else field
                items.append(f"{word} {quoted(texts.get(track, ''), language.charset)}")
        if track == 0 and language.genre:
            code, text = language.genre
            items.append("GENRE {" + ", ".join(str(byte) for byte in [code >> 8, code & 255, *text.encode(), 0]) + "}")
        if track == 0 and language.toc:
            items.append("TOC_INFO1 {" + ", ".join(map(str, language.toc)) + "}")
        if track == 0 and (language.protected or language.charset != "latin-1"):
            charset = {"latin-1": 0, "shift_jis": 0x80}[language.charset]
            sizes = [charset, 1, len(disc.tracks), 3 if language.protected else 0] + [0] * 32
            items.append("SIZE_INFO {" + ", ".join(map(str, sizes)) + "}")
        lines.append(f"LANGUAGE {number} {{ {' '.join(items)} }}")
    return lines


def toc_track(disc, number, track):
    data = track.mode != "AUDIO"
    yield f"TRACK {track.mode}"
    yield "COPY" if track.copy else "NO COPY"
    if not data:
        yield "PRE_EMPHASIS" if track.pre_emphasis else "NO PRE_EMPHASIS"
        yield "FOUR_CHANNEL_AUDIO" if track.four_channel else "TWO_CHANNEL_AUDIO"
    if track.isrc:
        yield f'ISRC "{track.isrc}"'
    if disc.texts:
        yield "CD_TEXT { " + " ".join(toc_texts(disc, number)) + " }"
    if track.pregap:
        yield f"PREGAP {time(track.pregap)}"
    yield f"{'ZERO' if data else 'SILENCE'} {time(track.length)}"
    yield from (f"INDEX {time(index)}" for index in track.indexes)


def toc(disc):
    yield disc.kind
    if disc.mcn:
        yield f'CATALOG "{disc.mcn}"'
    if disc.texts:
        languages = " ".join(f"{number} : {language.code}" for number, language in enumerate(disc.texts))
        yield f"CD_TEXT {{ LANGUAGE_MAP {{ {languages} }} " + " ".join(toc_texts(disc, 0)) + " }"
    for number, track in enumerate(disc.tracks, 1):
        yield from toc_track(disc, number, track)


def cue(disc):
    """For what a .toc can't say: tracks that are copies, and a second session."""
    number = 0
    for session, part in enumerate(filter(None, (disc, disc.second)), 1):
        yield f"REM SESSION {session:02}"
        for track in part.tracks:
            number += 1
            yield f'FILE "{source(track)}" BINARY'
            yield f"TRACK {number:02} {'AUDIO' if track.mode == 'AUDIO' else 'MODE2/2336'}"
            if track.scms:
                yield "FLAGS SCMS"
            yield "INDEX 01 00:00:00"


OF_DISC = {
    "TITLE": "Album Title",
    "PERFORMER": "Artist Name",
    "SONGWRITER": "Songwriter",
    "COMPOSER": "Composer",
    "ARRANGER": "Arranger",
    "MESSAGE": "Album Message",
    "DISC_ID": "Catalog Number",
    "CLOSED": "Closed Information",
    "UPC_EAN": "UPC / EAN",
}
OF_TRACK = {"PERFORMER": "Artist"}


def v07t(disc):
    """CD-TEXT as Sony's input sheets have it, one after another."""
    for language in disc.texts:
        yield "Input Sheet Version = 0.7T"
        yield f"Text Code = {'MS-JIS' if language.charset == 'shift_jis' else '8859'}"
        yield f"Language Code = 0x{language.code:02x}"
        yield f"Text Data Copy Protection = {'ON' if language.protected else 'OFF'}"
        yield "First Track Number = 1"
        yield f"Last Track Number = {len(disc.tracks)}"
        if language.genre:
            yield f"Genre Code = 0x{language.genre[0] >> 8:02x} 0x{language.genre[0] & 255:02x}"
            yield f"Genre Information = {language.genre[1]}"
        for field, texts in language.fields.items():
            for number, text in texts.items():
                word = OF_TRACK.get(field, field.title())
                yield f"{OF_DISC[field] if number == 0 else f'ISRC {number:02}' if field == 'UPC_EAN' else f'Track {number:02} {word}'} = {text}"


def arguments(disc, name):
    """Of cdrskin. A word for the tracks that follow holds until another is said."""
    if disc.mcn:
        yield f"mcn={disc.mcn}"
    if disc.open:
        yield "-multi"
    if disc.texts:
        yield f"input_sheet_v07t={name}.v07t"
    for track in disc.tracks:
        data = track.mode != "AUDIO"
        yield "-data" if data else "-audio"
        yield "-copy" if track.copy else "-nocopy"
        yield "-preemp" if track.pre_emphasis else "-nopreemp"
        if track.scms:
            yield "-scms"
        if track.isrc:
            yield f"isrc={track.isrc}"
        # The two seconds before the first track come by themselves.
        pregap = track.pregap + (150 if track.pregap and track is disc.tracks[0] else 0)
        if pregap:
            yield f"sao_pregap={pregap}"
        if track.indexes:
            yield "index=" + ",".join(map(str, (0, *track.indexes)))
        yield source(track)


def write(path, lines, charset="ascii"):
    path.write_bytes("".join(line + "\n" for line in lines).encode(charset))


def main(folder):
    folder.mkdir(parents=True)
    lines = []
    for name, disc in DISCS.items():
        for track in disc.tracks + (disc.second.tracks if disc.second else []):
            with open(folder / source(track), "wb") as file:
                file.truncate(track.length * SIZES[track.mode])
        ours = f"{name}.cue" if disc.second or any(track.scms for track in disc.tracks) else f"{name}.toc"
        write(folder / f"{name}.toc", toc(disc))
        if ours.endswith("cue"):
            write(folder / ours, cue(disc))
        if disc.second:
            write(folder / f"{name}-2.toc", toc(disc.second))
        if "cdrskin" in disc.by:
            write(folder / f"{name}.cdrskin", arguments(disc, name))
        if disc.texts:
            write(folder / f"{name}.v07t", v07t(disc), disc.texts[0].charset)
        how = "written" if disc.second else "open" if disc.open else "closed"
        lines.append(" ".join((name, ours, how, "spindle", *disc.by)))
    write(folder / "list", lines)


main(pathlib.Path(sys.argv[1]))
