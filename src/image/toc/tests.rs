use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use std::process::Command;

use super::*;
use crate::disc::cd_text::{Encoding as CharacterSet, Field, Language};
use crate::disc::sector::{Form, Slice, SubKind, Worth};
use crate::disc::{Disc, DiscReader, Lba, Msf, TrackMode};
use crate::image::{self, At, Fault, Flaw, Image, Limits, PlanRequest};
use crate::job::{ConvertTask, Event, Pool, Task, compare_discs};

/// The folder of sample images, where it is there.
fn corpus(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(folder);
    if !path.is_dir() {
        println!("skipped: no sample images in {}", path.display());
        return None;
    }
    Some(path)
}

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
    let tight = Limits { descriptor: 10_000, statements: 5, files: 2 };
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

fn open(path: &Path) -> Image {
    image::open(path, Limits::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// `sectors` of the disc from `at` on.
fn sectors(reader: &dyn DiscReader, at: i32, sectors: usize, form: Form) -> Vec<u8> {
    let mut bytes = vec![0; sectors * form.size()];
    reader.read(Lba(at), form, &mut bytes, &mut vec![Worth::Good; sectors]).unwrap();
    bytes
}

/// What stands where on a disc: number, mode, index 1, pregap, length.
fn shape(disc: &Disc) -> Vec<(u8, TrackMode, i32, u32, u32)> {
    disc.tracks().map(|(_, t)| (t.number, t.mode, t.start.0, t.pregap, t.length)).collect()
}

fn convert(source: &Path, target: &Path, change: impl Fn(&mut ConvertTask)) -> Image {
    let mut task = ConvertTask::new(source, target);
    change(&mut task);
    let pool = Pool::new(1, std::sync::Arc::new(|| {}));
    pool.submit(Task::Convert(Box::new(task)));
    for event in pool.events() {
        if let Event::Ended(_, result) = event {
            result.unwrap_or_else(|error| panic!("{error}"));
            break;
        }
    }
    open(target)
}

/// What a program prints, where it is installed; it has to succeed.
fn said_by(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Err(_) => {
            println!("skipped: {program} is not installed");
            None
        }
        Ok(output) => {
            let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert!(output.status.success(), "{program} {arguments:?}: {text}");
            Some(text)
        }
    }
}

/// Samples that no two sectors share.
fn noise(sectors: u32, seed: u32) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(sectors as usize * 2352).collect()
}

#[test]
fn sample_images_open_as_libcdio_reads_them() {
    let Some(folder) = corpus("libcdio/test/data") else { return };
    use TrackMode::*;
    let plain = |mode, length| vec![(1, mode, 0, 150, length)];
    for (name, expected) in [
        ("isofs-m1.toc", plain(Mode1, 302)),
        ("cdda.toc", plain(Audio, 25)),
        ("cdtext.toc", plain(Audio, 4500)),
        ("data1.toc", plain(Mode1, 4499)),
        ("data2.toc", vec![(1, Mode1, 0, 150, 347 + 4500), (2, Audio, 4997, 150, 302)]),
        ("data6.toc", plain(Mode2, 132)),
        ("t1.toc", plain(Audio, 74)),
        ("vcd2.toc", vec![(1, Mode2Mixed, 0, 150, 305), (2, Mode2Mixed, 305, 0, 3), (3, Mode2Mixed, 308, 0, 25)]),
    ] {
        let image = open(&folder.join(name));
        assert_eq!((image.format.name, shape(image.disc())), ("toc", expected), "{name}");
    }
    let bin = fs::read(folder.join("isofs-m1.bin")).unwrap();
    let isofs = open(&folder.join("isofs-m1.toc"));
    assert!(sectors(&isofs.reader, 0, 302, Form::main(Slice::RAW)) == bin);
    // Raw samples are big-endian, here from byte 200 of the file on.
    let cdda = fs::read(folder.join("cdda.bin")).unwrap();
    let read = sectors(&open(&folder.join("cdda.toc")).reader, 0, 25, Form::main(Slice::RAW));
    assert!(read.chunks(2).zip(cdda[200..].chunks(2)).all(|(read, stored)| read[0] == stored[1] && read[1] == stored[0]));
    // A name that leads out of the folder is looked for in it.
    assert_eq!(open(&folder.join("vcd2.toc")).warnings.len(), 1);
}

#[test]
fn sample_images_with_flaws_are_refused() {
    let Some(folder) = corpus("libcdio/test/data") else { return };
    let refused = |name: &str| match image::open(&folder.join(name), Limits::default()) {
        Ok(_) => panic!("{name} was opened"),
        Err(error) => error,
    };
    for (name, line) in [("bad-cat1", 6), ("bad-cat2", 4), ("bad-msf-1", 6), ("bad-msf-3", 6)] {
        let error = refused(&format!("{name}.toc"));
        assert_eq!(error.at, At::Line(line), "{error}");
    }
    for name in ["bad-file.toc", "vcd_demo.toc"] {
        assert!(matches!(refused(name).fault, Fault::PartMissing { .. }), "{name}");
    }
    for name in ["t2.toc", "t3.toc", "t8.toc", "data5.toc", "data7.toc"] {
        assert!(matches!(refused(name).fault, Fault::Truncated { .. }), "{name}");
    }
}

/// An image with all that the format can hold but subchannel: hidden audio, data in both modes, indexes, flags, names.
fn rich(folder: &Path) -> PathBuf {
    let mut data = vec![0; 400 * 2352];
    for (sector, at) in data.chunks_mut(2352).zip(750 + 450..) {
        crate::disc::sector::synthesise(TrackMode::Mode1, Lba(at), Slice::RAW, sector, 2352);
    }
    fs::write(folder.join("rich.bin"), [noise(750 + 450, 1), data, noise(600, 3)].concat()).unwrap();
    fs::write(folder.join("mixed.bin"), noise(2000, 4).iter().take(2336 * 320).copied().collect::<Vec<u8>>()).unwrap();
    let toc = "CD_ROM_XA CATALOG \"0724385356926\" FIRST_TRACK_NO 4
CD_TEXT { LANGUAGE_MAP { 0 : EN 1 : 105 }
  LANGUAGE 0 { TITLE \"Caf\\351\" PERFORMER \"R\u{f6}yksopp\" GENRE { 0, 5, 65, 0 } UPC_EAN \"0724385356926\" }
  LANGUAGE 1 { ENCODING_MS_JIS TITLE \"湿った水\" } }
TRACK AUDIO COPY PRE_EMPHASIS ISRC \"USEM39600078\"
CD_TEXT { LANGUAGE 0 { TITLE \"One \\\"1\\\"\" PERFORMER \"A\" } LANGUAGE 1 { TITLE \"熱波\" } }
FILE \"rich.bin\" 0 0:16:0 START 0:10:0 INDEX 0:1:0 INDEX 0:2:74
TRACK MODE1_RAW DATAFILE \"rich.bin\" #2822400 0:5:25
TRACK MODE2_FORM_MIX COPY PREGAP 0:2:0 DATAFILE \"mixed.bin\"
TRACK AUDIO FOUR_CHANNEL_AUDIO CD_TEXT { LANGUAGE 0 { TITLE \"Last\" PERFORMER \"B\" } }
PREGAP 0:2:0 FILE \"rich.bin\" #3763200 0 0:8:0
";
    fs::write(folder.join("rich.toc"), toc).unwrap();
    folder.join("rich.toc")
}

#[test]
fn everything_but_sessions_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let source = rich(dir.path());
    let image = open(&source);
    use TrackMode::*;
    let expected =
        [(4, Audio, 750, 900, 450), (5, Mode1, 1200, 0, 400), (6, Mode2Mixed, 1750, 150, 320), (7, Audio, 2220, 150, 600)];
    assert_eq!(shape(image.disc()), expected);
    assert_eq!(image.warnings, [""; 0]);
    let text = &image.disc().cd_text;
    assert_eq!(text.text(0, 0, Field::Title), Some("Café"));
    assert_eq!(text.text(0, 0, Field::Performer), Some("Röyksopp"));
    assert_eq!((text.text(0, 0, Field::Genre), text.languages[0].genre_code()), (Some("A"), 5));
    assert_eq!(text.text(0, 4, Field::Title), Some("One \"1\""));
    assert_eq!((text.text(1, 4, Field::Title), text.languages[1].code), (Some("熱波"), 105));
    let first = &image.disc().sessions[0].tracks[0];
    assert_eq!((first.indexes.clone(), first.isrc.unwrap().as_str()), (vec![Lba(825), Lba(974)], "USEM39600078"));

    let mut made = 0;
    for (name, per_track, subchannel) in [("a", false, false), ("b", true, false), ("c", false, true), ("d", true, true)] {
        let target = dir.path().join(format!("{name}.toc"));
        let again = convert(&source, &target, |task| {
            task.file_per_track = per_track;
            task.subchannel = Some(subchannel);
        });
        assert_eq!(compare_discs(image.disc(), again.disc()), [], "{name}");
        assert_eq!(again.files.len(), if per_track { 5 } else { 2 }, "{name}");
        for &(_, _, start, pregap, length) in &expected {
            let first = (start - pregap as i32).max(0);
            let count = (start + length as i32 - first) as usize;
            let form = |sub| Form { main: Some(Slice::RAW), sub };
            let read = |reader: &dyn DiscReader, sub| sectors(reader, first, count, form(sub));
            assert!(read(&image.reader, None) == read(&again.reader, None), "{name}");
            assert!(read(&image.reader, Some(SubKind::Packed)) == read(&again.reader, Some(SubKind::Packed)), "{name}");
        }
        made += 1;
    }
    assert_eq!(made, 4);
    // Audio lies in the file most significant byte first, the hidden track in front.
    let (was, is) = (fs::read(dir.path().join("rich.bin")).unwrap(), fs::read(dir.path().join("a.bin")).unwrap());
    assert!(was[..1200 * 2352] == is[..1200 * 2352]);
}

#[test]
fn cdrdao_accepts_what_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let source = rich(dir.path());
    for (name, per_track, subchannel) in [("a", false, false), ("b", true, false), ("c", false, true)] {
        let toc = format!("{name}.toc");
        let image = convert(&source, &dir.path().join(&toc), |task| {
            task.file_per_track = per_track;
            task.subchannel = Some(subchannel);
        });
        let parsed = parse(&fs::read(dir.path().join(&toc)).unwrap(), &Limits::default()).unwrap();
        // This one fails where the length of a data file is not as described.
        said_by("cdrdao", &["toc-info", &toc], dir.path());
        if let Some(said) = said_by("cdrdao", &["show-toc", &toc], dir.path()) {
            let placed: Vec<Placed> = lay_out(&parsed, |_, _| Ok(u64::MAX)).unwrap();
            for (track, place) in parsed.tracks.iter().zip(&placed) {
                let start = format!("START  {}({:6})", Msf::from_frames(place.start), place.start);
                let end = format!("END    {}({:6})", Msf::from_frames(place.end), place.end);
                assert!(said.contains(&start) && said.contains(&end), "{track:?}: {said}");
            }
            assert!(said.contains("INDEX  3 00:12:74(   974)") && said.contains("FOUR CHANNEL"), "{said}");
        }
        // It knows neither subchannel nor more than one file.
        if name == "a" {
            said_by("toc2cue", &[&toc, &format!("{name}.cue")], dir.path());
        }
        assert_eq!(shape(image.disc()).len(), 4);
    }
}

/// libcdio knows no FIRST_TRACK_NO and no `#` after FILE, and adds a START to the length of the disc.
#[test]
fn libcdio_accepts_what_is_written() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("in.bin"), noise(800, 5)).unwrap();
    let toc = "CD_DA CATALOG \"0724385356926\" TRACK AUDIO COPY ISRC \"USEM39600078\" FILE \"in.bin\" 0 0:4:0 \
               TRACK AUDIO FILE \"in.bin\" 0:4:0 0:6:50 START 0:2:0";
    fs::write(dir.path().join("in.toc"), toc).unwrap();
    convert(&dir.path().join("in.toc"), &dir.path().join("out.toc"), |_| {});
    let Some(said) = said_by("cd-info", &["--no-header", "--no-device-info", "--toc-file=out.toc"], dir.path()) else { return };
    for line in ["1: 00:02:00  000000 audio", "2: 00:08:00  000450 audio", "0724385356926"] {
        assert!(said.contains(line), "{line}: {said}");
    }
}

#[test]
fn parts_that_end_within_a_sector_are_joined() {
    let dir = tempfile::tempdir().unwrap();
    let samples = noise(4, 7);
    fs::write(dir.path().join("a.raw"), &samples).unwrap();
    let toc = "TRACK AUDIO FILE \"a.raw\" SWAP 100 200 SILENCE 10 FILE \"a.raw\" SWAP 588 1000";
    fs::write(dir.path().join("a.toc"), toc).unwrap();
    let image = open(&dir.path().join("a.toc"));
    assert_eq!(shape(image.disc()), [(1, TrackMode::Audio, 0, 150, 3)]);
    let mut expected = [&samples[400..1200], &[0; 40], &samples[2352..2352 + 4000]].concat();
    expected.resize(3 * 2352, 0);
    assert!(sectors(&image.reader, 0, 3, Form::main(Slice::RAW)) == expected);

    fs::write(dir.path().join("b.toc"), "TRACK AUDIO FILE \"a.raw\" SWAP 100 200 FILE \"a.raw\" 0 1").unwrap();
    let error = image::open(&dir.path().join("b.toc"), Limits::default()).err().unwrap();
    assert!(matches!(error.fault, Fault::Unsupported { .. }), "{error}");
}

/// cdrdao stores form 2 sectors as 2324 bytes, others with their EDC or subheader; the size of the file is all that tells.
#[test]
fn form_2_is_read_in_all_three_sizes() {
    let dir = tempfile::tempdir().unwrap();
    for (record, skip, written) in [(2324usize, 0, ""), (2328, 0, ""), (2336, 8, ""), (2336, 8, "0:0:7"), (2324, 0, "0:0:3")] {
        let mut data = vec![0; 7 * record];
        data.chunks_mut(record).zip(1u8..).for_each(|(record, n)| record[skip..skip + 2324].fill(n));
        fs::write(dir.path().join("x.bin"), &data).unwrap();
        let toc = dir.path().join("x.toc");
        fs::write(&toc, format!("CD_ROM_XA TRACK MODE2_FORM2 DATAFILE \"x.bin\" {written}")).unwrap();
        let image = open(&toc);
        let count = if written == "0:0:3" { 3 } else { 7 };
        assert_eq!(shape(image.disc()), [(1, TrackMode::Mode2Form2, 0, 150, count)], "{record} {written}");
        let user = sectors(&image.reader, 2, 1, Form::main(Slice::new(24, 2348).unwrap()));
        assert_eq!((user[0], user[2323]), (3, 3), "{record} {written}");
    }
}

#[test]
fn subchannel_of_a_source_is_kept_and_cooked_packs_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let data: Vec<u8> = noise(21, 9).into_iter().take(20 * 2448).collect();
    fs::write(dir.path().join("x.bin"), &data).unwrap();
    let toc = dir.path().join("x.toc");
    fs::write(&toc, "CD_DA TRACK AUDIO RW_RAW DATAFILE \"x.bin\"").unwrap();
    let image = open(&toc);
    let form = Form { main: Some(Slice::RAW), sub: Some(SubKind::Interleaved) };
    let read = sectors(&image.reader, 0, 20, form);
    assert!(
        read.chunks(2448).zip(data.chunks(2448)).all(|(read, stored)| read[2352..] == stored[2352..] && read[0] == stored[1])
    );
    // Once the bytes of the subchannel changed places with those of the samples.
    let again = convert(&toc, &dir.path().join("y.toc"), |_| {});
    assert!(fs::read(dir.path().join("y.bin")).unwrap() == data);
    assert!(sectors(&again.reader, 0, 20, form) == read);

    fs::write(&toc, "CD_DA TRACK AUDIO RW DATAFILE \"x.bin\"").unwrap();
    let image = open(&toc);
    assert_eq!((shape(image.disc())[0].4, image.warnings.len()), (20, 1));
}

#[test]
fn cd_text_that_the_grammar_has_no_place_for_is_said() {
    let disc = |track: u8, field| {
        let mut disc = Disc::new(crate::disc::Medium::Cd, vec![crate::disc::Track::new(1, TrackMode::Audio, Lba(0), 300)]);
        disc.sessions[0].tracks[0].pregap = 150;
        let mut language = Language::new(8, CharacterSet::Latin1);
        language.set(track, field, "x");
        disc.cd_text.languages.push(language);
        disc
    };
    let plan = |disc: &Disc| (TOC.plan.unwrap())(disc, &PlanRequest::new("x"));
    assert!(plan(&disc(1, Field::Title)).is_ok());
    assert!(plan(&disc(2, Field::Title)).is_err());
    assert!(plan(&disc(1, Field::Genre)).is_err());
}

#[test]
fn files_are_recognised_by_their_first_words() {
    let dir = tempfile::tempdir().unwrap();
    let recognised = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        recognise(&Opener::new(&path, Limits::default()).unwrap()).unwrap()
    };
    assert_eq!(recognised("x.txt", "// remark\nCD_ROM_XA\nTRACK"), Likeness::Sure);
    assert_eq!(recognised("x", "TRACK AUDIO"), Likeness::Sure);
    assert_eq!(recognised("x.cue", "TRACK 01 AUDIO"), Likeness::No);
    assert_eq!(recognised("x.cue", "CATALOG \"0724385356926\" FILE"), Likeness::No);
    assert_eq!(recognised("x.toc", "CATALOG \"0724385356926\" TRACK"), Likeness::Maybe);
    assert_eq!(recognised("x.toc", "\0\0"), Likeness::Maybe);
    assert_eq!(recognised("x.bin", "\0\0"), Likeness::No);
}
