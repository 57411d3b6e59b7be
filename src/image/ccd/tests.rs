//! Reading and writing the descriptor.

use std::fs;

use super::*;
use crate::disc::{DiscType, Lba, TrackMode};
use crate::image::testing::corpus;
use crate::image::{At, Fault, Flaw, Limits};

fn read(text: &str) -> Result<Ccd, Flaw> {
    parse(text.as_bytes(), &Limits::default())
}

/// A descriptor with these rows: session, point, control, PLBA.
fn with_rows(rows: &[(u8, u8, u8, i32)], rest: &str) -> String {
    let mut text = "[CloneCD]\n[Disc]\n".to_owned();
    for (number, (session, point, control, plba)) in rows.iter().enumerate() {
        text += &format!("[Entry {number}]\nSession={session}\nPoint=0x{point:x}\nControl={control}\nPLBA={plba}\n");
    }
    text + rest
}

/// What is wrong with it, read and laid out.
fn bad(text: &str) -> Flaw {
    read(text).and_then(|ccd| lay_out(&ccd)).expect_err(text)
}

#[test]
fn real_files_are_read_and_written_to_the_byte() {
    let Some(folder) = corpus("ccd-real") else { return };
    for (name, lead_out, mode, disc_type, subchannel) in [
        ("IMAGE.ccd", 245_535, TrackMode::Mode1, DiscType::CdDaOrRom, false),
        ("CDZone#49.ccd", 277_673, TrackMode::Mode1, DiscType::CdDaOrRom, false),
        ("Gameshark-PSX-.ccd", 5_190, TrackMode::Mode2Mixed, DiscType::Xa, true),
    ] {
        let bytes = fs::read(folder.join(name)).unwrap();
        let ccd = parse(&bytes, &Limits::default()).unwrap();
        let placed = lay_out(&ccd).unwrap();
        let [Placed { session, from: Lba(0), at: 0 }] = &placed[..] else { panic!("{placed:?}") };
        assert_eq!((session.lead_out, session.disc_type, session.tracks.len()), (Lba(lead_out), disc_type, 1), "{name}");
        let track = &session.tracks[0];
        assert_eq!((track.mode, track.start, track.pregap, track.length), (mode, Lba(0), 150, lead_out as u32), "{name}");
        assert_eq!(ccd.sessions[0].pregap_subchannel, subchannel, "{name}");

        // Some of them have empty lines, and one more at the very end.
        let kept: Vec<_> = bytes.split_inclusive(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
        assert_eq!(String::from_utf8(text(&ccd)).unwrap(), String::from_utf8(kept.concat()).unwrap(), "{name}");
    }
}

#[test]
fn sessions_lie_where_their_addresses_say_and_in_the_file_without_gaps() {
    let Some(folder) = corpus("synthetic/ccd") else { return };
    let bytes = fs::read(folder.join("ms_noidx2.ccd")).unwrap();
    let ccd = parse(&bytes, &Limits::default()).unwrap();
    let placed = lay_out(&ccd).unwrap();
    let tracks: Vec<_> = placed.iter().flat_map(|placed| &placed.session.tracks).collect();
    let shape: Vec<_> = tracks.iter().map(|t| (t.number, t.mode, t.start.0, t.pregap, t.length)).collect();
    assert_eq!(
        shape,
        [(1, TrackMode::Mode1, 0, 150, 302), (2, TrackMode::Audio, 377, 75, 150), (3, TrackMode::Mode1, 11927, 150, 302),]
    );
    assert_eq!((placed[1].from, placed[1].at, placed[1].session.lead_out), (Lba(11927), 527, Lba(12229)));
    assert_eq!(tracks[1].isrc.unwrap().as_str(), "USEM39600078");
    assert_eq!(ccd.catalog.as_deref(), Some("0724385356926"));
    assert_eq!((ccd.cd_text.len(), ccd.cd_text[46][0]), (47, 0x8F));
    assert_eq!(parse(&text(&ccd), &Limits::default()).unwrap().entries.len(), 10);
    let fields = |ccd: &Ccd| (ccd.tracks[1].indexes.clone(), ccd.cd_text.clone(), ccd.sessions.clone(), ccd.entries[5].a);
    assert_eq!(fields(&parse(&text(&ccd), &Limits::default()).unwrap()), fields(&ccd));
}

#[test]
fn indexes_are_taken_as_differences() {
    let rows = [(1, 0xA2, 0, 1000), (1, 2, 4, 500), (1, 1, 2, 30), (2, 0xA2, 0, 13_000), (2, 3, 9, 12_400)];
    let placed = lay_out(
        &read(&with_rows(&rows, "[TRACK 2]\nINDEX 0=0\nINDEX 1=100\nINDEX 3=150\nINDEX 2=120\n[TRACK 3]\nINDEX 1=0")).unwrap(),
    );
    let placed = placed.unwrap();
    let tracks: Vec<_> = placed.iter().flat_map(|placed| &placed.session.tracks).collect();
    let shape: Vec<_> = tracks.iter().map(|t| (t.number, t.start.0, t.pregap, t.length)).collect();
    assert_eq!(shape, [(1, 30, 180, 370), (2, 500, 100, 500), (3, 12_400, 150, 600)]);
    assert_eq!(tracks[1].indexes, [Lba(520), Lba(550)]);
    assert!(tracks[0].control.copy && tracks[2].control.pre_emphasis && tracks[2].control.four_channel);
    assert_eq!((placed[0].from, placed[1].at), (Lba(0), 1000));
}

#[test]
fn words_are_read_in_any_case_and_numbers_in_both_notations() {
    let ccd = read(
        "\r\n; comment\r[CLONECD]\rVERSION = 2\r\n[disc]\ntocentries=0x2\ndatatracksscrambled=1\nFuture=x\n[Novelty 7]\nwhat=ever\n\
         [entry 0x1]\nPOINT=1\nPMIN=0x0\npsec=0x02\nPFrame=10\n[ENTRY 0]\npoint=0XA2\nplba=0x20\n[track 1]\nindex  1 = -0x0",
    );
    let ccd = ccd.unwrap();
    assert_eq!((ccd.version, ccd.scrambled, ccd.entries.len()), (2, true, 2));
    let placed = lay_out(&ccd).unwrap();
    assert_eq!((placed[0].session.tracks[0].start, placed[0].session.lead_out), (Lba(10), Lba(32)));
}

#[test]
fn every_flaw_has_its_line_and_its_reason() {
    for (line, reason, text) in [
        (0, "this is not a CloneCD descriptor", ""),
        (0, "this is not a CloneCD descriptor", "\n\n"),
        (1, "this is not a CloneCD descriptor", "[Disc]"),
        (2, "this is not a CloneCD descriptor", "\nVersion=3"),
        (0, "the table of contents", "[CloneCD]"),
        (2, "expected a section in brackets", "[CloneCD]\n[Disc"),
        (2, "expected a section or key=value", "[CloneCD]\nVersion"),
        (2, "expected a number, found “Version=+3”", "[CloneCD]\nVersion=+3"),
        (2, "expected a number", "[CloneCD]\nVersion=--3"),
        (2, "expected a number", "[CloneCD]\nVersion=0x"),
        (2, "expected a number", "[CloneCD]\nVersion=99999999999999999999"),
        (2, "Version is out of range", "[CloneCD]\nVersion=256"),
        (2, "Version is out of range", "[CloneCD]\nVersion=-1"),
        (2, "the number of an entry is out of range", "[CloneCD]\n[Entry 1000000000]"),
        (2, "the number of an entry is out of range", "[CloneCD]\n[Entry 594]"),
        (2, "expected a section with its number", "[CloneCD]\n[Entry]"),
        (2, "the number of a track is out of range", "[CloneCD]\n[TRACK 100]"),
        (2, "the number of a track is out of range", "[CloneCD]\n[TRACK 0]"),
        (2, "the number of a session is out of range", "[CloneCD]\n[Session 0]"),
        (3, "there is one of the same name", "[CloneCD]\n[Entry 0]\n[Entry 0]"),
        (3, "there is one of the same name", "[CloneCD]\n[Track 1]\n[TRACK 01]"),
        (3, "an entry that TocEntries counts is missing", "[CloneCD]\n[Disc]\nTocEntries=4\n[Entry 0]\n[Entry 1]\n[Entry 2]"),
        (3, "TocEntries is out of range", "[CloneCD]\n[Disc]\nTocEntries=1000000000"),
        (2, "Point is missing", "[CloneCD]\n[Entry 0]\nPLBA=1"),
        (2, "PLBA is missing", "[CloneCD]\n[Entry 0]\nPoint=1\nPMin=1"),
        (3, "PLBA is out of range", "[CloneCD]\n[Entry 0]\nPLBA=2000000"),
        (3, "Control is out of range", "[CloneCD]\n[Entry 0]\nControl=0x10"),
        (3, "the number of an index is out of range", "[CloneCD]\n[TRACK 1]\nINDEX -1=0"),
        (3, "the number of an index is out of range", "[CloneCD]\n[TRACK 1]\nINDEX 4294967297=0"),
        (4, "INDEX may not stand here", "[CloneCD]\n[TRACK 1]\nINDEX 1=0\nINDEX 01=0"),
        (3, "expected 16 bytes", "[CloneCD]\n[CDText]\nEntry 0=80 00"),
        (3, "expected 16 bytes", "[CloneCD]\n[CDText]\nEntry 0=80 00 00 00 00 00 00 00 00 00 00 00 00 00 00 +0"),
        (3, "the number of a CD-TEXT pack is out of range", "[CloneCD]\n[CDText]\nEntry 2048=80"),
    ] {
        let flaw = bad(text);
        let found = if let At::Line(line) = flaw.at { line } else { 0 };
        assert!(flaw.to_string().contains(reason) && found == line, "{text:?}: line {found}: {flaw}");
    }
}

#[test]
fn places_no_disc_has_are_refused() {
    let out = (1, 0xA2, 4, 1000);
    for (rows, rest) in [
        (&[(1, 1, 4, 0)][..], ""),
        (&[out], ""),
        (&[out, out, (1, 1, 4, 0)], ""),
        (&[out, (1, 1, 4, -1)], ""),
        (&[out, (1, 1, 4, 1000)], ""),
        (&[(1, 0xA2, 4, 449_850), (1, 1, 4, 0)], ""),
        (&[out, (1, 1, 4, 0), (1, 2, 4, 0)], ""),
        (&[out, (1, 1, 4, 10), (1, 2, 4, 5)], ""),
        (&[out, (1, 1, 4, 0), (1, 1, 4, 5), (1, 2, 4, 4)], ""),
        (&[out, (1, 1, 4, 0), (2, 2, 4, 999), (2, 0xA2, 4, 2000)], ""),
        (&[out, (1, 1, 4, 0), (1, 2, 4, 100)], "[TRACK 2]\nINDEX 0=0\nINDEX 1=100"),
        (&[out, (1, 1, 4, 0), (1, 2, 4, 100)], "[TRACK 2]\nINDEX 0=1\nINDEX 1=0"),
        (&[out, (1, 1, 4, 0)], "[TRACK 1]\nINDEX 1=0\nINDEX 2=1000"),
        (&[out, (1, 1, 4, 0)], "[TRACK 1]\nINDEX 1=0\nINDEX 2=0"),
        (&[out, (1, 1, 4, 0)], "[TRACK 1]\nINDEX 1=0\nINDEX 2=-5"),
        (&[out, (1, 1, 4, 0)], "[TRACK 1]\nINDEX 1=-450150\nINDEX 2=1200000"),
    ] {
        let flaw = bad(&with_rows(rows, rest));
        assert!(matches!(flaw.at, At::Line(_)), "{rows:?} {rest}: {flaw:?}");
    }
}

#[test]
fn limits_hold() {
    let tight = Limits { descriptor: 1000, statements: 5, files: 1, ..Limits::default() };
    let fails = |text: &str| matches!(parse(text.as_bytes(), &tight).unwrap_err().fault, Fault::TooMany { .. });
    assert!(fails(&" ".repeat(1001)));
    assert!(fails(&format!("[CloneCD]\n{}", "Version=3\n".repeat(5))));
}

/// One byte more, less or other may be wrong, but never stops the program.
#[test]
fn damaged_files_are_survived() {
    let Some(folder) = corpus("synthetic/ccd") else { return };
    let whole = fs::read(folder.join("ms_noidx2.ccd")).unwrap();
    for at in (0..whole.len()).step_by(13) {
        let _ = parse(&whole[..at], &Limits::default());
        for byte in [b'9', b'\n', b'-', whole[at] ^ 1] {
            let mut damaged = whole.clone();
            damaged[at] = byte;
            let _ = parse(&damaged, &Limits::default()).and_then(|ccd| lay_out(&ccd));
        }
    }
}
