//! Reading the words of a TOC file.

use std::fmt::Write as _;
use std::fs;

use super::*;
use crate::disc::Msf;
use crate::image::testing::corpus;
use crate::image::{At, Fault, Flaw, Limits};

fn read(text: &str) -> Result<TocFile, Flaw> {
    parse(text.as_bytes(), &Limits::default())
}

fn good(text: &str) -> TocFile {
    read(text).unwrap_or_else(|flaw| panic!("{flaw:?} in {text}"))
}

/// The line and the message of what is wrong.
fn bad(text: &str) -> (u32, String) {
    let flaw = read(text).expect_err(text);
    let At::Line(line) = flaw.at else { panic!("{flaw:?}") };
    (line, flaw.to_string())
}

fn no_files(_: &TocTrack, _: &Piece) -> Result<u64, Flaw> {
    panic!("this file names no data file")
}

/// What `cdrdao show-toc` says of it, without CD-TEXT.
fn shown(toc: &TocFile, placed: &[Placed]) -> String {
    let mut out = format!("TOC TYPE: {}\n", description::word(&description::KINDS, toc.kind));
    if let Some(catalog) = toc.catalog {
        writeln!(out, "CATALOG NUMBER: {catalog}").unwrap();
    }
    for (number, (track, place)) in toc.tracks.iter().zip(placed).enumerate() {
        let sub = track.sub.map_or("", |sub| if sub == SubMode::Rw { " RW" } else { " RW_RAW" });
        writeln!(out, "TRACK {:2}  Mode {}{sub}:", number + 1, description::word(&description::MODES, track.mode)).unwrap();
        if let Some(isrc) = track.isrc {
            let code = isrc.as_str();
            writeln!(out, "          ISRC {} {} {} {}", &code[..2], &code[2..5], &code[5..7], &code[7..]).unwrap();
        }
        writeln!(out, "          COPY {}PERMITTED", if track.control.copy { "" } else { "NOT " }).unwrap();
        if track.mode == TocMode::Audio {
            writeln!(out, "          {}PRE-EMPHASIS", if track.control.pre_emphasis { "" } else { "NO " }).unwrap();
            writeln!(out, "          {} CHANNEL AUDIO", if track.control.four_channel { "FOUR" } else { "TWO" }).unwrap();
        }
        let mut row = |word: &str, at: u32| writeln!(out, "          {word:6} {}({at:6})", Msf::from_frames(at)).unwrap();
        if place.start > place.begin {
            row("PREGAP", place.start - place.begin);
        }
        row("START", place.start);
        row("END", place.end);
        out.push('\n');
    }
    out
}

fn without_cd_text_and_blank_lines(gold: &str) -> Vec<String> {
    let text = ["TITLE", "PERFORMER", "DISC_ID", "UPC_EAN"];
    let kept = gold.lines().filter(|line| !line.is_empty() && !text.iter().any(|word| line.trim_start().starts_with(word)));
    kept.map(str::to_owned).collect()
}

#[test]
fn the_readings_are_those_of_cdrdao() {
    let Some(folder) = corpus("cdrdao-testtocs") else { return };
    let mut seen = 0;
    for entry in fs::read_dir(folder.join("gold")).unwrap() {
        let gold = entry.unwrap().path();
        let name = gold.file_stem().unwrap().to_str().unwrap().to_owned();
        let toc = parse(&fs::read(folder.join(format!("{name}.toc"))).unwrap(), &Limits::default()).unwrap();
        let placed = lay_out(&toc, no_files).unwrap();
        let gold = fs::read_to_string(gold).unwrap();
        assert_eq!(without_cd_text_and_blank_lines(&shown(&toc, &placed)), without_cd_text_and_blank_lines(&gold), "{name}");
        seen += 1;
    }
    assert_eq!(seen, 14);
}

#[test]
fn cd_text_keeps_every_item_of_every_language() {
    let Some(folder) = corpus("cdrdao-testtocs") else { return };
    let toc = parse(&fs::read(folder.join("3encodings.toc")).unwrap(), &Limits::default()).unwrap();
    assert_eq!(toc.languages, [(0, 9), (1, 15), (2, 105)]);
    let encodings: Vec<_> = toc.text.iter().map(|block| block.encoding).collect();
    assert_eq!(encodings, [Some(Encoding::Latin1), None, Some(Encoding::MsJis)]);
    let said = |blocks: &[TextBlock], language: usize, item: usize| match &blocks[language].items[item].value {
        TextValue::Text(text) => String::from_utf8(text.clone()).unwrap(),
        TextValue::Binary(bytes) => panic!("{bytes:?}"),
    };
    assert_eq!(said(&toc.text, 2, 0), "湿った水");
    assert_eq!(said(&toc.tracks[1].text, 1, 0), "Je suis liquidée");
    assert_eq!(said(&toc.tracks[1].text, 0, 1), "Jeanne Cherhal");

    let toc = parse(&fs::read(folder.join("cdtext.toc")).unwrap(), &Limits::default()).unwrap();
    assert_eq!(toc.languages, [(0, 9)]);
    assert_eq!(said(&toc.text, 0, 1), "Perf\\ormer");
    assert_eq!(said(&toc.tracks[0].text, 0, 0), "Track \"Title\"");
    assert_eq!(toc.text[0].items.len(), 8);
}

#[test]
fn every_sample_is_read_or_refused_as_it_should_be() {
    let Some(libcdio) = corpus("libcdio/test/data") else { return };
    let Some(cdrdao) = corpus("cdrdao-testtocs") else { return };
    let refused = ["bad-cat1", "bad-cat2", "bad-msf-1", "bad-msf-3"];
    let mut seen = 0;
    for path in [libcdio, cdrdao].iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path()) {
        if path.extension().is_none_or(|extension| extension != "toc") {
            continue;
        }
        seen += 1;
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let result = parse(&fs::read(&path).unwrap(), &Limits::default());
        match result {
            Ok(toc) => {
                assert!(!refused.contains(&name.as_str()), "{name} was read");
                let written = text(&toc);
                let again = parse(&written, &Limits::default()).unwrap_or_else(|flaw| panic!("{name}: {flaw:?}"));
                assert_eq!(text(&again), written, "{name}");
                assert_eq!(lines_off(again), lines_off(toc), "{name}");
            }
            Err(flaw) => {
                assert!(refused.contains(&name.as_str()), "{name}: {flaw:?}");
                assert!(matches!(flaw.at, At::Line(3..=7)), "{name}: {flaw:?}");
            }
        }
    }
    assert_eq!(seen, 41);
}

fn lines_off(mut toc: TocFile) -> TocFile {
    for track in &mut toc.tracks {
        track.line = 0;
        track.pieces.iter_mut().for_each(|piece| piece.line = 0);
    }
    toc
}

#[test]
fn numbers_mean_samples_or_bytes_or_time() {
    let toc = good(
        "CD_ROM_XA TRACK AUDIO FILE \"a.wav\" 0 588 AUDIOFILE \"b.raw\" SWAP #12 0:0:1 0 SILENCE 10 ZERO 10 DATAFILE \"c\" #7 100\
         TRACK MODE2_RAW RW_RAW FILE \"d\" 1 2 ZERO MODE2 RW 3 DATAFILE \"e\" 0:2:0//glued",
    );
    let [audio, data] = &toc.tracks[..] else { panic!("{toc:?}") };
    let lengths =
        |track: &TocTrack| track.pieces.iter().map(|piece| piece.length.map(|l| track.bytes(l).unwrap())).collect::<Vec<_>>();
    assert_eq!(lengths(audio), [Some(2352), None, Some(40), Some(10), Some(100)]);
    assert_eq!(lengths(data), [Some(2), Some(3), Some(150 * 2448)]);
    let Source::File { ref name, offset, start, swap, audio: true } = audio.pieces[1].source else { panic!("{audio:?}") };
    assert_eq!((name.as_str(), offset, start, swap), ("b.raw", 12, Amount::Sectors(1), true));
    assert_eq!((data.sub, data.mode), (Some(SubMode::RwRaw), TocMode::Mode2Raw));
}

#[test]
fn sizes_of_files_place_the_tracks() {
    let toc = good(
        "TRACK MODE1 DATAFILE \"a\"  TRACK AUDIO SILENCE 0:2:0 START FILE \"b\" 0:0:2 INDEX 0:0:1 INDEX 0:0:3 \
         TRACK AUDIO PREGAP 0:0:1 FILE \"b\" 0 1 END DATAFILE \"b\" 2352",
    );
    let size = |_: &TocTrack, piece: &Piece| match &piece.source {
        Source::File { name, .. } if name == "a" => Ok(2048 * 10 + 1),
        _ => Ok(2352 * 7),
    };
    let placed = lay_out(&toc, size).unwrap();
    assert_eq!(placed[0], Placed { begin: 0, start: 0, end: 11, indexes: vec![], postgap: None, pieces: vec![20481] });
    let pieces = vec![150 * 2352, 5 * 2352];
    assert_eq!(placed[1], Placed { begin: 11, start: 161, end: 166, indexes: vec![162, 164], postgap: None, pieces });
    let pieces = vec![2352, 4, 2352];
    assert_eq!(placed[2], Placed { begin: 166, start: 167, end: 169, indexes: vec![], postgap: Some(168), pieces });

    let flaw = lay_out(&toc, |_, _| Ok(2352)).unwrap_err();
    assert!(matches!(flaw.fault, Fault::Truncated { needed: 4705, found: 2352, .. }), "{flaw:?}");
}

#[test]
fn places_outside_the_track_are_refused() {
    for text in [
        "TRACK AUDIO SILENCE 0:1:0 START 0:1:0",
        "TRACK AUDIO SILENCE 0:1:0 START 0:1:1",
        "TRACK AUDIO SILENCE 0:1:0 END 0:1:1",
        "TRACK AUDIO SILENCE 0:1:0 START 0:0:10 END 0:0:10",
        "TRACK AUDIO SILENCE 0:1:0 START 0:0:10 INDEX 0:0:65",
        "TRACK AUDIO SILENCE 0:0:0",
        "TRACK MODE1 ZERO 18446744073709551615",
        "TRACK MODE1 ZERO 18446744073709551615 ZERO 18446744073709551615",
        "TRACK AUDIO SILENCE 18446744073709551615",
        "TRACK AUDIO SILENCE 477217:0:0",
        "TRACK AUDIO FILE \"x\" #18446744073709551615 1",
        "TRACK AUDIO FILE \"x\" 18446744073709551615",
        "TRACK AUDIO FILE \"x\" 0 4611686018427387903",
        "TRACK AUDIO FILE \"x\" 25",
    ] {
        let flaw = lay_out(&good(text), |_, _| Ok(100)).expect_err(text);
        assert!(matches!(flaw.at, At::Line(1)), "{text}: {flaw:?}");
    }
}

#[test]
fn every_flaw_has_its_line_and_its_reason() {
    for (line, reason, text) in [
        (2, "TRACK is missing", "CD_DA\n// nothing"),
        (1, "TRACK is missing", ""),
        (3, "the data of the track is missing", "CD_DA\n\nTRACK AUDIO\nNO COPY\n"),
        (2, "expected the mode of the track, found “MODE9”", "\nTRACK MODE9"),
        (2, "expected the mode of the track, found “MODE0”", "\nTRACK MODE0 ZERO 1"),
        (3, "FIFO: data from a pipe is not supported", "\r\n\r\nTRACK AUDIO FIFO \"/dev/x\" 0:1:0"),
        (3, "data from the standard input is not supported", "\r\rTRACK AUDIO FILE \"-\" 0"),
        (1, "expected a closing quote", "CATALOG \"123"),
        (1, "expected a closing quote", "CATALOG \"123\n\""),
        (1, "expected three octal digits", "CATALOG \"\\089\""),
        (1, "expected a number below 2⁶⁴", "TRACK AUDIO SILENCE 99999999999999999999"),
        (1, "expected a catalogue number of 13 digits", "CATALOG \"123456789012\""),
        (1, "expected an ISRC", "TRACK AUDIO ISRC \"123456789012X\""),
        (1, "FIRST_TRACK_NO is out of range", "FIRST_TRACK_NO 0"),
        (1, "FIRST_TRACK_NO is out of range", "FIRST_TRACK_NO 100"),
        (1, "too many tracks", "FIRST_TRACK_NO 99 TRACK AUDIO SILENCE 1 TRACK AUDIO SILENCE 1"),
        (1, "the frames of a time is out of range", "TRACK AUDIO SILENCE 0:0:75"),
        (1, "the seconds of a time is out of range", "TRACK AUDIO SILENCE 0:60:0"),
        (1, "the minutes of a time is out of range", "TRACK AUDIO SILENCE 4294967297:0:0"),
        (1, "expected a statement, found “-1:0:0”", "TRACK AUDIO SILENCE -1:0:0"),
        (1, "PREGAP may not stand here", "TRACK AUDIO SILENCE 1 PREGAP 0:1:0"),
        (1, "PREGAP may not stand here", "TRACK AUDIO START PREGAP 0:1:0"),
        (1, "a second START may not", "TRACK AUDIO PREGAP 0:1:0 SILENCE 1 START"),
        (1, "INDEX, in sectors, is out of range", "TRACK AUDIO SILENCE 9:0:0 INDEX 0:1:0 INDEX 0:1:0"),
        (1, "expected {", "CD_TEXT TRACK"),
        (1, "expected LANGUAGE", "CD_TEXT { TITLE \"x\" }"),
        (2, "the language is out of range", "CD_TEXT {\n LANGUAGE 8 { } }"),
        (1, "a byte is out of range", "CD_TEXT { LANGUAGE 0 { GENRE { 0, 256 } } }"),
        (1, "expected a comma", "CD_TEXT { LANGUAGE 0 { GENRE { 0 1 } } }"),
        (1, "this item of CD-TEXT may not", "TRACK AUDIO CD_TEXT { LANGUAGE 0 { SIZE_INFO { } } }"),
        (1, "a second LANGUAGE", "CD_TEXT { LANGUAGE 0 { } LANGUAGE 0 { } }"),
        (1, "expected an item of CD-TEXT", "CD_TEXT { LANGUAGE 0 { TITEL \"\" } }"),
        (1, "expected a statement", "TRACK AUDIO ; x"),
        (1, "expected TRACK", "{"),
        (1, "expected TRACK", "# X-CD-Roast TOC-File"),
    ] {
        let (found, message) = bad(text);
        assert!(message.contains(reason) && found == line, "{text:?}: line {found}: {message}");
    }
    let flaw = parse(&[0xFF, 0xFE, b'C', 0], &Limits::default()).unwrap_err();
    assert!(matches!(flaw.fault, Fault::Unsupported { .. }));
}

#[test]
fn braces_without_end_take_no_stack() {
    let deep = "{".repeat(100_000);
    assert_eq!(bad(&deep).0, 1);
    assert_eq!(bad(&format!("CD_TEXT {deep}")).0, 1);
    assert_eq!(bad(&format!("CD_TEXT {{ LANGUAGE 0 {{ GENRE {deep}")).0, 1);
    assert_eq!(bad(&format!("{}x", "\n".repeat(70_000))).0, 70_001);
}

#[test]
fn limits_hold() {
    let tight = Limits { descriptor: 10_000, statements: 5, files: 2, ..Limits::default() };
    let fails = |text: &str| matches!(parse(text.as_bytes(), &tight).unwrap_err().fault, Fault::TooMany { .. });
    assert!(fails(&" ".repeat(10_001)));
    assert!(fails(&format!("TRACK AUDIO {}", "NO COPY ".repeat(5))));
    assert!(fails("TRACK AUDIO FILE \"a\" 0 FILE \"b\" 0 FILE \"c\" 0"));
    assert!(parse(b"TRACK AUDIO FILE \"a\" 0 FILE \"b\" 0 FILE \"a\" 0", &tight).is_ok());
    let tracks = |count| "TRACK AUDIO SILENCE 1:0:0\n".repeat(count);
    assert_eq!(good(&tracks(99)).tracks.len(), 99);
    assert_eq!(bad(&tracks(100)).0, 100);
    let indexes = |count| {
        (1..=count).fold("TRACK AUDIO SILENCE 9:0:0".to_owned(), |text, at| text + &format!(" INDEX 0:{}:{}", at / 75, at % 75))
    };
    assert_eq!(good(&indexes(98)).tracks[0].indexes.len(), 98);
    assert!(bad(&indexes(99)).1.contains("too many indexes"));
}

/// One byte more, less or other may be wrong, but never stops the program.
#[test]
fn damaged_files_are_survived() {
    let Some(folder) = corpus("cdrdao-testtocs") else { return };
    for name in ["cdtext.toc", "t9.toc", "data7.toc"] {
        let whole = fs::read(folder.join(name)).unwrap();
        for at in 0..whole.len() {
            let _ = parse(&whole[..at], &Limits::default());
            for byte in [0, b'{', b'"', b'9', b':', 0xFF, whole[at] ^ 1] {
                let mut damaged = whole.clone();
                damaged[at] = byte;
                if let Ok(toc) = parse(&damaged, &Limits::default()) {
                    let _ = lay_out(&toc, |_, _| Ok(1));
                }
            }
        }
    }
}

#[test]
fn strings_survive_writing() {
    let every: Vec<u8> = (0..=255).collect();
    let mut toc =
        good("CD_TEXT { LANGUAGE 7 { ENCODING_ASCII TITLE \"\" RESERVED4 { 0, 255 } UPC_EAN \"1\" } } TRACK AUDIO SILENCE 1");
    toc.text[0].items[0].value = TextValue::Text([every.as_slice(), "é \"湿\\".as_bytes()].concat());
    let text = text(&toc);
    assert!(std::str::from_utf8(&text).is_ok());
    assert_eq!(lines_off(parse(&text, &Limits::default()).unwrap()), lines_off(toc));
    assert_eq!(good("TRACK AUDIO FILE \"C:\\Music\\a.wav\" 0").tracks[0].pieces.len(), 1);
}
