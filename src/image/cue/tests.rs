//! Sheets: real ones, odd ones, hostile ones.

use std::path::PathBuf;

use super::sheet::FileType;
use super::*;
use crate::disc::cd_text::Field;
use crate::disc::{DiscType, Medium, Msf, TrackMode};
use crate::image::{At, Fault, Flaw, Limits};

/// The folder of real images, which is not part of the source.
pub(super) fn corpus() -> Option<PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !folder.is_dir() {
        println!("skipped: {} does not exist", folder.display());
        return None;
    }
    Some(folder)
}

pub(super) fn read(text: &str) -> CueSheet {
    parse(text.as_bytes(), &Limits::default()).unwrap()
}

fn flaw(text: &str) -> Flaw {
    parse(text.as_bytes(), &Limits::default()).unwrap_err()
}

/// A sheet of one track with a line before, in and after it.
fn around(before: &str, inside: &str) -> String {
    format!("{before}\nFILE \"a.bin\" BINARY\nTRACK 01 AUDIO\n{inside}\nINDEX 01 00:00:00\n")
}

#[test]
fn a_sheet_with_everything() {
    let sheet = read(
        "REM GENRE Pop\r\nCATALOG \"0000010271955\"\r\nCDTEXTFILE \"a b.cdt\"\r\ntitle \"Disc\"\r\nPERFORMER Some One\r\n\
         FILE \"one.bin\" BINARY\r\n  TRACK 01 MODE1/2352\r\n    FLAGS DCP 4CH PRE SCMS DATA\r\n    ISRC US-AB1-99-12345\r\n    \
         PREGAP 00:01:00\r\n    INDEX 01 00:00:00\r\n    INDEX 02 00:10:00\r\n    POSTGAP 00:02:00\r\n\
         FILE two.wav WAVE\r\n\tTRACK 2 AUDIO\r\n\t\tTITLE \"Song\"\r\n\t\tINDEX 0 0:0:0\r\n\t\tINDEX 1 0:2:1\r\n",
    );
    assert_eq!(sheet.warnings, []);
    assert_eq!(sheet.catalog.unwrap().as_str(), "0000010271955");
    assert_eq!(sheet.cd_text_file.unwrap().text, "a b.cdt");
    assert_eq!(sheet.cd_text.text(0, 0, Field::Title), Some("Disc"));
    assert_eq!(sheet.cd_text.text(0, 0, Field::Performer), Some("Some One"));
    let [one, two] = sheet.tracks.as_slice() else { panic!("{:?}", sheet.tracks) };
    let control = one.control;
    assert!(control.copy && control.four_channel && control.pre_emphasis && control.scms);
    assert_eq!(one.isrc.unwrap().as_str(), "USAB19912345");
    assert_eq!((one.pregap, one.postgap, one.stored.mode, one.stored.record()), (75, 150, TrackMode::Mode1, 2352));
    assert_eq!(
        one.indexes.iter().map(|index| (index.number, index.file, index.at)).collect::<Vec<_>>(),
        [(1, 0, 0), (2, 0, 750)]
    );
    assert_eq!(
        two.indexes.iter().map(|index| (index.number, index.file, index.at)).collect::<Vec<_>>(),
        [(0, 1, 0), (1, 1, 151)]
    );
    assert_eq!(sheet.cd_text.text(0, 2, Field::Title), Some("Song"));
    assert_eq!((sheet.files[1].kind, sheet.files[1].name.text.as_str()), (FileType::Sound, "two.wav"));
}

#[test]
fn every_track_mode_is_known() {
    for (word, mode, record) in [
        ("AUDIO", TrackMode::Audio, 2352),
        ("CDG", TrackMode::Audio, 2448),
        ("AUDIO/2352", TrackMode::Audio, 2352),
        ("MODE0/2336", TrackMode::Mode0, 2336),
        ("MODE1/2048", TrackMode::Mode1, 2048),
        ("mode1/2352", TrackMode::Mode1, 2352),
        ("MODE1/2448", TrackMode::Mode1, 2448),
        ("MODE2/2048", TrackMode::Mode2Form1, 2048),
        ("MODE2/2324", TrackMode::Mode2Form2, 2324),
        ("MODE2/2336", TrackMode::Mode2Mixed, 2336),
        ("MODE2/2352", TrackMode::Mode2Mixed, 2352),
        ("MODE2/2448", TrackMode::Mode2Mixed, 2448),
        ("CDI/2336", TrackMode::Mode2Mixed, 2336),
        ("CDI/2352", TrackMode::Mode2Mixed, 2352),
    ] {
        let stored = read(&format!("FILE a.bin BINARY\nTRACK 01 {word}\nINDEX 01 00:00:00")).tracks[0].stored;
        assert_eq!((stored.mode, stored.record()), (mode, record), "{word}");
    }
    for word in ["", "MODE1", "MODE1/2336", "MODE3/2352", "MODE1/99999999999", "AUDIO/", "CDG/2352"] {
        assert!(matches!(flaw(&format!("FILE a BINARY\nTRACK 01 {word}")).fault, Fault::Syntax { .. }), "{word}");
    }
}

#[test]
fn the_corpus_reads_as_its_index_says() {
    let Some(corpus) = corpus() else { return };
    let of = |name: &str| parse(&std::fs::read(corpus.join(name)).unwrap(), &Limits::default());
    for bad in ["bad-cat1", "bad-cat2", "bad-msf-1", "bad-msf-3"] {
        let flaw = of(&format!("libcdio/test/data/{bad}.cue")).unwrap_err();
        assert_eq!(flaw.at, At::Line(if bad.starts_with("bad-cat") { 4 } else { 7 }), "{bad}: {flaw}");
    }
    for (name, tracks, warned) in [
        ("rcue/test/fixtures/good", 2, false),
        ("rcue/test/fixtures/case_sensitivity", 2, false),
        ("rcue/test/fixtures/catalog", 2, true),
        ("rcue/test/fixtures/comments", 2, false),
        ("rcue/test/fixtures/duplicate_comment", 2, false),
        ("rcue/test/fixtures/duplicate_file", 4, true),
        ("rcue/test/fixtures/duplicate_title", 2, true),
        ("rcue/test/fixtures/duplicate_track", 2, true),
        ("rcue/test/fixtures/empty_lines", 2, false),
        ("rcue/test/fixtures/orphan_index", 1, true),
        ("rcue/test/fixtures/orphan_postgap", 1, true),
        ("rcue/test/fixtures/orphan_pregap", 1, true),
        ("rcue/test/fixtures/orphan_track", 1, true),
        ("rcue/test/fixtures/pregap", 2, false),
        ("rcue/test/fixtures/unicode", 1, false),
        ("rcue/test/fixtures/unknown_field", 2, true),
        ("libcue/t/99_tracks", 99, false),
        ("libcue/t/issue10", 8, false),
    ] {
        let sheet = of(&format!("{name}.cue")).unwrap();
        assert_eq!((sheet.tracks.len(), !sheet.warnings.is_empty()), (tracks, warned), "{name}: {:?}", sheet.warnings);
    }
    assert_eq!(of("libcue/t/99_tracks.cue").unwrap().cd_text.text(0, 0, Field::Performer), Some("Nine Inch Nails"));
    assert_eq!(of("libcue/t/issue10.cue").unwrap().cd_text.text(0, 0, Field::Title), Some("Odes"));
    assert_eq!(of("libcdio/test/data/cdda.cue").unwrap().catalog.unwrap().as_str(), "0000010271955");
    assert!(of("rcue/test/fixtures/unicode.cue").unwrap().cd_text.text(0, 0, Field::Title).unwrap().starts_with('マ'));
}

#[test]
fn file_names_keep_their_bytes_where_the_encoding_is_a_guess() {
    let mut bytes = b"FILE \"".to_vec();
    let name = [0x83, 0x5C, 0x83, 0x74, 0x83, 0x67, b'.', b'b', b'i', b'n'];
    bytes.extend(name);
    bytes.extend(b"\" BINARY\r\nTRACK 01 AUDIO\r\nINDEX 01 00:00:00\r\n");
    let file = parse(&bytes, &Limits::default()).unwrap().files.remove(0);
    assert_eq!(file.name.text, "ソフト.bin");
    assert_eq!(file.name.raw.as_deref(), Some(&name[..]));
    assert_eq!(read(&around("", "")).files[0].name.raw, None);
}

#[test]
fn marks_endings_and_wide_characters_change_nothing() {
    let text = around("TITLE \"Ä\"", "");
    let plain = read(&text);
    let wide: Vec<u8> = format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        format!("\u{FEFF}{text}").into_bytes(),
        text.replace('\n', "\r").into_bytes(),
        text.replace('\n', "\r\n").into_bytes(),
        wide,
    ] {
        let sheet = parse(&bytes, &Limits::default()).unwrap();
        assert_eq!((&sheet.tracks, &sheet.cd_text), (&plain.tracks, &plain.cd_text));
    }
}

#[test]
fn sessions_and_densities_are_told_by_remarks() {
    let sheet = read(
        "REM SESSION 01\nREM ORIGINAL MEDIA-TYPE: CD-RW\nFILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM LEAD-OUT 01:30:00\n\
         REM SESSION 02\nREM LEAD-IN 01:00:00\nREM PREGAP 00:02:00\nFILE b BINARY\nTRACK 02 MODE2/2352\nINDEX 01 00:00:00\n",
    );
    assert_eq!((sheet.medium, sheet.sessions.len()), (Some(Medium::Cd), 2));
    assert_eq!(sheet.sessions[0].lead_out, Some(6750));
    assert_eq!((sheet.sessions[1].lead_in, sheet.sessions[1].pregap), (Some(4500), Some(150)));
    assert_eq!(sheet.tracks.iter().map(|track| track.session).collect::<Vec<_>>(), [0, 1]);
    let gd = read(
        "REM SINGLE-DENSITY AREA\nFILE a BINARY\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\n\
         REM HIGH-DENSITY AREA\nFILE b BINARY\nTRACK 02 MODE1/2352\nINDEX 01 00:00:00\n",
    );
    assert_eq!((gd.medium, gd.sessions.len()), (Some(Medium::Gd), 2));
    assert!(!gd.sessions[0].high_density && gd.sessions[1].high_density);
}

/// cdemu issue 45: two sheets joined by hand, the second of which counts from 1 again.
#[test]
fn tracks_that_count_anew_go_on() {
    let half = |n: u32| {
        format!(
            "REM SESSION {n}\nFILE s{n}.bin BINARY\nTRACK 01 MODE2/2352\nINDEX 01 00:00:00\nTRACK 02 MODE2/2352\nINDEX 01 00:06:62\n"
        )
    };
    let sheet = read(&(half(1) + &half(2)));
    assert_eq!(
        sheet.tracks.iter().map(|track| (track.number, track.session)).collect::<Vec<_>>(),
        [(1, 0), (2, 0), (3, 1), (4, 1)]
    );
    assert_eq!(sheet.warnings.len(), 2);
}

#[test]
fn odd_but_clear_commands_are_read_with_a_warning() {
    for (text, of) in [
        (around("FOO bar", ""), "unknown command"),
        (around("", "FLAGS XYZ"), "unknown flag"),
        (around("", "ISRC 123"), "ISRC"),
        (around("CATALOG none", ""), "catalogue"),
        (around("INDEX 01 00:00:00", ""), "before the first TRACK"),
        (around("REM SESSION x", ""), "session"),
        (around("REM LEAD-OUT x", ""), "no time"),
        ("FILE a.bin\nTRACK 01 AUDIO\nINDEX 01 00:00:00".to_owned(), "file type"),
        (around("", "INDEX 00 00:00:00\nINDEX 00 00:00:00"), "second INDEX"),
    ] {
        let sheet = read(&text);
        assert_eq!((sheet.tracks.len(), sheet.warnings.len()), (1, 1), "{text}");
        let warning = sheet.warnings[0].to_string();
        assert!(warning.starts_with("Line ") && warning.contains(of), "{warning}");
    }
}

/// What this program writes beyond what others do, so that nothing of the disc is lost.
#[test]
fn own_remarks_say_what_sheets_have_no_word_for() {
    let text = "FILE a BINARY\nREM DISC-TYPE CD-I\nTRACK 01 MODE2/2352\nREM TRACK-MODE mode2-form2\nINDEX 01 00:00:00\nREM POSTGAP 00:00:10\n\
                TRACK 02 MODE1/2352\nREM TRACK-MODE mode2\nINDEX 01 00:00:50";
    let sheet = read(text);
    assert_eq!(sheet.warnings, []);
    let disc = layout(&sheet, &[2352 * 100], SessionGaps::Apart).unwrap().disc;
    let [one, two] = disc.sessions[0].tracks.as_slice() else { panic!("{disc:?}") };
    assert_eq!((one.mode, one.length, one.postgap), (TrackMode::Mode2Form2, 50, 10));
    assert_eq!((two.mode, disc.sessions[0].disc_type), (TrackMode::Mode1, DiscType::CdI));
    let told = |text: &str| layout(&read(text), &[2352 * 100], SessionGaps::Apart).unwrap().disc.sessions[0].disc_type;
    let of = |mode: &str| told(&format!("FILE a BINARY\nTRACK 01 {mode}/2352\nINDEX 01 00:00:00"));
    assert_eq!([of("MODE1"), of("MODE2"), of("CDI")], [DiscType::CdDaOrRom, DiscType::Xa, DiscType::CdI]);
}

/// An index or track number beyond its range was a way into GNOME (CVE-2023-43641).
#[test]
fn numbers_out_of_range_are_refused() {
    for number in ["-1", "100", "4294967297", "256", "2147483648", "-2147483648"] {
        assert!(matches!(flaw(&around("", &format!("INDEX {number} 00:00:00"))).fault, Fault::OutOfRange { .. }), "{number}");
    }
    for number in ["", "x", "1x", "99999999999999999999999"] {
        assert!(matches!(flaw(&around("", &format!("INDEX {number} 00:00:00"))).fault, Fault::Syntax { .. }), "{number}");
    }
    for track in ["0", "100", "-1", "4294967297"] {
        let flaw = flaw(&format!("FILE a BINARY\nTRACK {track} AUDIO"));
        assert!(matches!(flaw, Flaw { at: At::Line(2), fault: Fault::OutOfRange { .. } }), "{track}");
    }
    for time in ["00:00:75", "00:60:00", "-1:00:00", "00:00", "0000:00:", "", "99999999999:00:00"] {
        for command in ["INDEX 01", "PREGAP", "POSTGAP"] {
            let text = format!("FILE a BINARY\nTRACK 01 AUDIO\n{command} {time}");
            assert!(matches!(flaw(&text), Flaw { at: At::Line(3), fault: Fault::Syntax { .. } }), "{text}");
        }
    }
    assert_eq!(read(&around("", "INDEX 00 99:59:74").replace("INDEX 01", "INDEX 02")).tracks[0].indexes[0].at, 449_999);
    assert_eq!(read("FILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 100:00:00").tracks[0].indexes[0].at, 450_000);
}

#[test]
fn what_is_no_sheet_says_so() {
    assert!(matches!(flaw("").fault, Fault::NotThis { .. }));
    assert!(matches!(flaw("MZ\0\u{1}\u{2}").fault, Fault::NotThis { .. }));
    assert!(matches!(flaw("FILE a BINARY").fault, Fault::Missing { .. }));
    assert!(matches!(flaw("FILE\nTRACK 01 AUDIO"), Flaw { at: At::Line(1), fault: Fault::Missing { .. } }));
    assert!(matches!(flaw(&around("", "INDEX 03 00:00:00")).fault, Fault::Misplaced { .. }));
    let mut hundred = "FILE a BINARY\n".to_owned();
    (1..=100).for_each(|number| hundred += &format!("TRACK {} AUDIO\nINDEX 01 00:00:00\n", number.min(99)));
    assert!(matches!(flaw(&hundred).fault, Fault::TooMany { what: "tracks", .. }));
}

#[test]
fn floods_end_at_the_limits() {
    let limits = Limits { descriptor: 1 << 20, statements: 1000, files: 10, ..Limits::default() };
    let of = |text: &str| parse(text.as_bytes(), &limits).unwrap_err().fault;
    assert!(matches!(of(&"x".repeat((1 << 20) + 1)), Fault::TooMany { .. }));
    assert!(matches!(of(&"REM\n".repeat(1001)), Fault::TooMany { limit: 1000, .. }));
    assert!(matches!(of(&"FILE a BINARY\n".repeat(11)), Fault::TooMany { what: "files", .. }));
    let noisy = format!("{}{}", "FOO\n".repeat(900), around("", ""));
    let sheet = parse(noisy.as_bytes(), &limits).unwrap();
    assert!(sheet.warnings.len() == 101 && sheet.warnings[100].text.starts_with("800 further"));
    let long = format!("FILE \"{}\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00", "n".repeat(1 << 16));
    assert_eq!(parse(long.as_bytes(), &limits).unwrap().files[0].name.text.len(), 1 << 16);
}

/// Looking for a character set that has all of these texts would take minutes.
#[test]
fn many_long_texts_take_no_long_time() {
    let mut text = "FILE a BINARY\n".to_owned();
    for track in 1..=99 {
        text += &format!("TRACK {track:02} AUDIO\nINDEX 01 00:00:00\n");
        ["TITLE", "PERFORMER", "MESSAGE"].iter().for_each(|word| text += &format!("{word} \"{}\"\n", "ł한表".repeat(500)));
    }
    let begun = std::time::Instant::now();
    assert_eq!(read(&text).cd_text.languages[0].texts().count(), 297);
    assert!(begun.elapsed().as_secs() < 2);
}

#[test]
fn ninety_nine_tracks_of_ninety_nine_indexes() {
    let mut text = "FILE a BINARY\n".to_owned();
    for track in 1..=99 {
        text += &format!("TRACK {track:02} AUDIO\n");
        (1..=99).for_each(|index| text += &format!("INDEX {index:02} {}\n", Msf::from_frames(track * 100 + index - 101)));
    }
    let sheet = read(&text);
    assert_eq!((sheet.tracks.len(), sheet.tracks[98].indexes.len()), (99, 99));
    let disc = layout(&sheet, &[2352 * 9900], SessionGaps::Apart).unwrap().disc;
    disc.check().unwrap();
    assert_eq!(disc.sessions[0].tracks[98].indexes.len(), 98);
}

/// Any bytes at all: an answer, whatever it is.
#[test]
fn damaged_sheets_are_survived() {
    let whole =
        around("CATALOG 0000010271955\nTITLE \"é\"\nREM SESSION 1", "FLAGS DCP\nISRC USAB19912345\nPREGAP 00:00:10").into_bytes();
    for end in 0..whole.len() {
        let _ = parse(&whole[..end], &Limits::default());
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[end] ^= 1 << bit;
            if let Ok(sheet) = parse(&bytes, &Limits::default()) {
                let lengths = vec![2352 * 100; sheet.files.len()];
                for gaps in [SessionGaps::Apart, SessionGaps::Stored, SessionGaps::Skipped] {
                    if let Ok(layout) = layout(&sheet, &lengths, gaps) {
                        layout.disc.check().unwrap();
                    }
                }
            }
        }
    }
}
