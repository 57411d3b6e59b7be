//! Opening images by their descriptors, and writing them.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::disc::cd_text::Field;
use crate::disc::sector::{Form, Slice, SubKind, synthesise};
use crate::disc::{Disc, Lba, Medium, Track, TrackMode, scramble};
use crate::image::testing::{convert, corpus, noise, open, said_by, sectors, shape};
use crate::image::{self, Fault, Limits, PlanRequest};
use crate::job::compare_discs;

const RAW: Form = Form::main(Slice::RAW);
const PACKED: Form = Form { main: None, sub: Some(SubKind::Packed) };

/// Data sectors of this mode that carry their own address.
fn data(mode: TrackMode, at: i32, sectors: i32) -> Vec<u8> {
    let mut bytes = vec![0; sectors as usize * 2352];
    for (sector, lba) in bytes.chunks_mut(2352).zip(at..) {
        synthesise(mode, Lba(lba), Slice::RAW, sector, 2352);
    }
    bytes
}

/// Writes a descriptor with these rows (session, point, control, PLBA) and its image file.
fn image(folder: &Path, rows: &[(u8, u8, u8, i32)], rest: &str, image: &[u8]) -> PathBuf {
    let mut text = "[CloneCD]\r\nVersion=3\r\n".to_owned();
    for (number, (session, point, control, plba)) in rows.iter().enumerate() {
        text += &format!("[Entry {number}]\r\nSession={session}\r\nPoint={point}\r\nControl={control}\r\nPLBA={plba}\r\n");
    }
    fs::write(folder.join("x.img"), image).unwrap();
    fs::write(folder.join("x.ccd"), text + rest).unwrap();
    folder.join("x.ccd")
}

#[test]
fn two_sessions_are_read_as_the_index_says() {
    let Some(folder) = corpus("synthetic/ccd") else { return };
    let Some(libcdio) = corpus("libcdio/test/data") else { return };
    let read = open(&folder.join("ms_noidx2.ccd"));
    use TrackMode::*;
    assert_eq!(shape(read.disc()), [(1, Mode1, 0, 150, 302), (2, Audio, 377, 75, 150), (3, Mode1, 11927, 150, 302)]);
    assert_eq!(read.disc().mcn.unwrap().as_str(), "0724385356926");
    assert_eq!(read.disc().sessions[0].tracks[1].isrc.unwrap().as_str(), "USEM39600078");
    assert_eq!(read.disc().cd_text.text(0, 0, Field::Title), Some("A Memoir of Free Will"));
    let (img, sub) = (fs::read(folder.join("ms_noidx2.img")).unwrap(), fs::read(folder.join("ms_noidx2.sub")).unwrap());
    assert!(sectors(&read.reader, 0, 302, RAW) == fs::read(libcdio.join("isofs-m1.bin")).unwrap());
    assert!(sectors(&read.reader, 302, 225, RAW) == img[302 * 2352..527 * 2352]);
    assert!(sectors(&read.reader, 11927, 302, RAW) == img[527 * 2352..]);
    assert!(sectors(&read.reader, 11927, 302, PACKED) == sub[527 * 96..]);
    // Its CD-TEXT names a track that it does not have.
    assert_eq!((read.files.len(), read.warnings.len()), (3, 1));

    let dir = tempfile::tempdir().unwrap();
    let again = convert(&folder.join("ms_noidx2.ccd"), &dir.path().join("y.ccd"), |_| {});
    assert_eq!(compare_discs(read.disc(), again.disc()), []);
    assert!(fs::read(dir.path().join("y.img")).unwrap() == img && fs::read(dir.path().join("y.sub")).unwrap() == sub);
    let parsed = |path: PathBuf| parse(&fs::read(path).unwrap(), &Limits::default()).unwrap();
    let (was, is) = (parsed(folder.join("ms_noidx2.ccd")), parsed(dir.path().join("y.ccd")));
    let row = |entry: &Entry| (entry.session, entry.point, entry.adr, entry.control, entry.a);
    assert_eq!(was.entries.iter().map(row).collect::<Vec<_>>(), is.entries.iter().map(row).collect::<Vec<_>>());
    let places = |ccd: &Ccd| ccd.tracks.iter().map(|track| track.indexes.clone()).collect::<Vec<_>>();
    assert_eq!(places(&was), places(&is));
    // The first titles alone: the sample has more of them than tracks.
    assert_eq!(was.cd_text[..7], is.cd_text[..7]);
}

#[test]
fn everything_a_cd_has_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let stored = [noise(1000, 1), data(TrackMode::Mode2Mixed, 1000, 400), noise(500, 2)].concat();
    let rows = [
        (1, 0xA0, 0, 0),
        (1, 5, 2, 600),
        (1, 6, 6, 1000),
        (1, 0xA2, 4, 1400),
        (3, 9, 1, 12_800),
        (3, 10, 8, 13_000),
        (3, 0xA2, 8, 13_300),
    ];
    let rest = "[Disc]\nCATALOG=0724385356926\n[TRACK 5]\nINDEX 0=0\nINDEX 1=600\nINDEX 2=700\nINDEX 3=999\nISRC=USEM39600078\n\
                [TRACK 10]\nINDEX 0=150\nINDEX 1=200";
    let rows_a0 = image(dir.path(), &rows, rest, &stored);
    // Track numbers go on from one session to the next.
    assert!(matches!(image::open(&rows_a0, Limits::default()).err().unwrap().fault, Fault::NoDisc(_)));
    let rows = rows.map(|(session, point, control, plba)| {
        (session, if point == 9 || point == 10 { point - 2 } else { point }, control, plba)
    });
    let source = image(dir.path(), &rows, &rest.replace("TRACK 10", "TRACK 8"), &stored);
    let read = open(&source);
    use TrackMode::*;
    let expected =
        [(5, Audio, 600, 750, 400), (6, Mode2Mixed, 1000, 0, 400), (7, Audio, 12_800, 150, 150), (8, Audio, 13_000, 50, 300)];
    assert_eq!(shape(read.disc()), expected);
    assert_eq!(read.disc().sessions[0].tracks[0].indexes, [Lba(700), Lba(999)]);
    let flags: Vec<_> = read.disc().tracks().map(|(_, track)| track.control.words().join(" ")).collect();
    assert_eq!(flags, ["copy", "copy", "pre-emphasis", "four-channel"]);

    let again = convert(&source, &dir.path().join("y.ccd"), |_| {});
    assert_eq!(compare_discs(read.disc(), again.disc()), []);
    assert!(fs::read(dir.path().join("y.img")).unwrap() == stored);
    assert!(sectors(&again.reader, 0, 1000, RAW) == noise(1000, 1));
    // The subchannel that was never stored is that of the disc.
    let sub = fs::read(dir.path().join("y.sub")).unwrap();
    assert_eq!(sub.len(), stored.len() / 2352 * 96);
    assert!(sectors(&read.reader, 12_950, 350, PACKED) == sub[1550 * 96..]);
    assert!(sub[..12] == [0xFF; 12] && sub[600 * 96 + 12] & 0x0F == 1);
}

#[test]
fn later_pregaps_are_stored_where_the_size_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let rows = [(1, 1, 0, 0), (1, 0xA2, 0, 400), (2, 2, 0, 11_800), (2, 0xA2, 0, 12_200)];
    let whole = noise(400 + 150 + 400, 3);
    let read = open(&image(dir.path(), &rows, "", &whole));
    assert!(sectors(&read.reader, 11_650, 550, RAW) == whole[400 * 2352..]);
    let read = open(&image(dir.path(), &rows, "", &whole[..800 * 2352]));
    assert!(sectors(&read.reader, 11_800, 400, RAW) == whole[400 * 2352..800 * 2352]);
    assert!(sectors(&read.reader, 11_650, 150, RAW).iter().all(|&byte| byte == 0));
    assert_eq!(read.warnings, [""; 0]);
    let read = open(&image(dir.path(), &rows, "", &whole[..900 * 2352 + 7]));
    assert_eq!(read.warnings.len(), 1, "{:?}", read.warnings);
    let short = image(dir.path(), &rows, "", &whole[..800 * 2352 - 1]);
    assert!(matches!(image::open(&short, Limits::default()).err().unwrap().fault, Fault::Truncated { .. }));
    fs::remove_file(dir.path().join("x.img")).unwrap();
    assert!(matches!(image::open(&short, Limits::default()).err().unwrap().fault, Fault::PartMissing { .. }));
}

/// CloneCD's MODE is often wrong, and its sectors may be as they lie on the disc: the headers tell both.
#[test]
fn sectors_tell_what_the_descriptor_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let rows = [(1, 1, 4, 0), (1, 0xA2, 4, 20)];
    for mode in [TrackMode::Mode0, TrackMode::Mode1, TrackMode::Mode2Mixed] {
        let plain = data(mode, 0, 20);
        let mut scrambled = plain.clone();
        scrambled.chunks_mut(2352).for_each(scramble::scramble);
        for (stored, claim) in [(&plain, 0), (&plain, 1), (&scrambled, 1), (&scrambled, 0)] {
            let rest = format!("[Disc]\nDataTracksScrambled={claim}\n[TRACK 1]\nMODE=2");
            let read = open(&image(dir.path(), &rows, &rest, stored));
            assert_eq!(shape(read.disc()), [(1, mode, 0, 150, 20)]);
            assert!(sectors(&read.reader, 0, 20, RAW) == plain, "{mode} {claim}");
        }
    }
    // The first sector may be damaged.
    let mut damaged = data(TrackMode::Mode1, 0, 20);
    damaged[..2352].fill(0x55);
    let read = open(&image(dir.path(), &rows, "[TRACK 1]\nMODE=2", &damaged));
    assert_eq!(shape(read.disc())[0].1, TrackMode::Mode1);
    let read = open(&image(dir.path(), &rows, "[TRACK 1]\nMODE=2", &noise(20, 4)));
    assert_eq!((shape(read.disc())[0].1, read.warnings.len()), (TrackMode::Mode2, 1));
}

#[test]
fn names_that_are_none_are_left_out_aloud() {
    let dir = tempfile::tempdir().unwrap();
    let rows = [(1, 1, 0, 0), (1, 0xA2, 0, 20)];
    let said = |rest: &str| {
        let read = open(&image(dir.path(), &rows, rest, &noise(20, 5)));
        (read.disc().mcn.is_some(), read.warnings.len())
    };
    fs::write(dir.path().join("X.SUB"), [0; 20 * 96]).unwrap();
    assert_eq!(said("[Disc]\nCATALOG=0000000000000"), (false, 0));
    assert_eq!(said("[Disc]\nCATALOG=what?"), (false, 1));
    assert_eq!(said("[TRACK 1]\nISRC=what?"), (false, 1));
    assert_eq!(said("[CDText]\nEntry 0=80 00 00 00 41 00 00 00 00 00 00 00 00 00 00 00"), (false, 1));
    fs::write(dir.path().join("X.SUB"), [0; 20 * 96 - 1]).unwrap();
    assert_eq!(said(""), (false, 1));
}

/// Other formats can leave sectors between tracks that belong to none. They keep their place, unless they are a hostile file's.
#[test]
fn gaps_between_tracks_keep_their_place() {
    let disc = |start| {
        let tracks = vec![Track::new(1, TrackMode::Audio, Lba(0), 300), Track::new(2, TrackMode::Audio, Lba(start), 300)];
        (CCD.plan.unwrap())(&Disc::new(Medium::Cd, tracks), &PlanRequest::new("x"))
    };
    let plan = disc(310).unwrap();
    assert_eq!((plan.files[0].len(), plan.files[1].len()), (610 * 2352, 610 * 96));
    assert!(disc(400_000).is_err() && disc(449_600).is_err());
}

#[test]
fn ccd2iso_reads_what_is_written() {
    let Some(libcdio) = corpus("libcdio/test/data") else { return };
    let dir = tempfile::tempdir().unwrap();
    let made = convert(&libcdio.join("isofs-m1.toc"), &dir.path().join("x.ccd"), |_| {});
    if said_by("ccd2iso", &["x.img", "x.iso"], dir.path()).is_some() {
        let user = sectors(&made.reader, 0, 302, Form::main(Slice::COOKED));
        assert!(fs::read(dir.path().join("x.iso")).unwrap() == user);
    }
}
