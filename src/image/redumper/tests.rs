//! Tests of redumper's sets, made from what is told of the files: there is no real set.

use std::fs;

use super::toc::{full, parse_anything, short};
use crate::disc::sector::{Form, Slice, SubKind};
use crate::disc::{DiscType, Lba, TrackMode};
use crate::image::hostile::{damage, what};
use crate::image::makers::redumper as maker;
use crate::image::testing::{convert, open, sectors, shape};
use crate::image::{self, Fault, Limits};

use crate::image::makers::redumper::{END, LEAD_OUT, OFFSET, SECOND};

const RAW: Form = Form { main: Some(Slice::RAW), sub: None };

#[test]
fn a_set_is_opened_by_any_of_its_files() {
    let folder = tempfile::tempdir().unwrap();
    maker::set(folder.path());
    for extension in ["scram", "fulltoc", "toc", "state", "subcode"] {
        let image = open(&folder.path().join("disc").with_extension(extension));
        let disc = image.disc();
        assert_eq!((image.format.name, disc.sessions.len()), ("redumper", 2), "{extension}");
        // The pregap of track 2 is told by the subchannel alone.
        assert_eq!(
            shape(disc),
            [(1, TrackMode::Mode1, 0, 150, 200), (2, TrackMode::Audio, 260, 60, 60), (3, TrackMode::Mode2Mixed, SECOND, 150, 20)]
        );
        assert_eq!([disc.sessions[0].lead_out, disc.sessions[1].lead_out], [Lba(LEAD_OUT), Lba(END)]);
        assert_eq!(disc.sessions[1].disc_type, DiscType::Xa);
        assert!(disc.sessions[0].tracks[1].control.copy);
        let expected = [
            format!("The write offset of this disc is {OFFSET:+} samples; it was taken out."),
            "Track 1: 1 sectors could not be read.".to_owned(),
            "Track 2: 1 sectors have errors that the drive saw (C2).".to_owned(),
        ];
        assert_eq!(image.warnings, expected);
        assert_eq!(image.files.len(), 5);
    }
}

#[test]
fn sectors_are_put_in_place_and_descrambled() {
    let folder = tempfile::tempdir().unwrap();
    let image = open(&maker::set(folder.path()));
    let expected = |from: i32, to: i32| (from..to).flat_map(maker::sector).collect::<Vec<u8>>();
    assert!(sectors(&image.reader, 0, 5, RAW) == expected(0, 5));
    // What was not read is no scrambled sector.
    assert!(sectors(&image.reader, 5, 1, RAW) == [0; 2352]);
    assert!(sectors(&image.reader, 6, 194, RAW) == expected(6, 200));
    assert!(sectors(&image.reader, 200, 120, RAW) == expected(200, LEAD_OUT));
    assert!(sectors(&image.reader, SECOND, 20, RAW) == expected(SECOND, END));
    let sub = Form { main: None, sub: Some(SubKind::Packed) };
    for lba in [0, 199, 200, 259, 260, 319, SECOND, END - 1] {
        assert_eq!(sectors(&image.reader, lba, 1, sub), maker::packed(lba), "{lba}");
    }
    let again = convert(&folder.path().join("disc.scram"), &folder.path().join("again.ccd"), |task| task.allow_loss = true);
    assert_eq!(shape(again.disc()), shape(image.disc()));
    assert!(sectors(&again.reader, 6, 194, RAW) == expected(6, 200));
}

#[test]
fn a_set_without_its_lesser_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = maker::set(folder.path()).with_extension("scram");
    let remove = |extension: &str| fs::remove_file(path.with_extension(extension)).unwrap();
    remove("state");
    remove("subcode");
    remove("fulltoc");
    let image = open(&path);
    // The short table knows of one session, and no file tells of the pregap.
    assert_eq!(image.disc().sessions.len(), 1);
    let tracks = shape(image.disc());
    assert_eq!(tracks[..2], [(1, TrackMode::Mode1, 0, 150, 260), (2, TrackMode::Audio, 260, 0, SECOND as u32 - 260)]);
    // Audio at the end of a data track stays as it is.
    assert!(sectors(&image.reader, 200, 60, RAW) == (200..260).flat_map(maker::sector).collect::<Vec<u8>>());
    remove("toc");
    let fault = image::open(&path, Limits::default()).err().unwrap().fault;
    assert!(matches!(fault, Fault::PartMissing { name } if name == "disc.toc"));
}

#[test]
fn a_dump_that_ends_early() {
    let folder = tempfile::tempdir().unwrap();
    let path = maker::set(folder.path());
    let scram = path.with_extension("scram");
    let len = fs::metadata(&scram).unwrap().len();
    fs::File::options().write(true).open(&scram).unwrap().set_len(len - 3 * 2352 - 4).unwrap();
    let image = open(&path);
    assert!(
        image.warnings.iter().any(|warning| warning == "The last 3 sectors of track 3 are not in the dump."),
        "{:?}",
        image.warnings
    );
    assert!(sectors(&image.reader, END - 3, 3, RAW) == [0; 3 * 2352]);
    assert!(sectors(&image.reader, END - 5, 1, RAW) == maker::sector(END - 5));
}

#[test]
fn audio_shows_no_write_offset() {
    let folder = tempfile::tempdir().unwrap();
    let path = maker::set(folder.path());
    let mut toc = maker::toc();
    [5, 21].iter().for_each(|&at| toc[at] = 0x10);
    fs::write(path.with_extension("toc"), &toc).unwrap();
    fs::remove_file(&path).unwrap();
    let image = open(&path.with_extension("toc"));
    assert!(image.warnings[0].contains("taken to be 0 samples"), "{:?}", image.warnings);
    let at = (-OFFSET) as usize * 4;
    let stored: Vec<u8> = (300..303).flat_map(maker::sector).collect();
    assert!(sectors(&image.reader, 300, 1, RAW) == stored[at..at + 2352]);
}

/// cdrdao's descriptions have the same extension.
#[test]
fn a_text_called_toc_is_none_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let path = maker::set(folder.path()).with_extension("toc");
    fs::write(&path, "CD_DA\n\nTRACK AUDIO\nSILENCE 00:04:00\n").unwrap();
    assert_eq!(open(&path).format.name, "toc");
    // The full table is enough.
    let image = open(&path.with_extension("scram"));
    assert_eq!((image.format.name, image.disc().sessions.len()), ("redumper", 2));
}

#[test]
fn tables_that_contradict_themselves() {
    let fault = |change: fn(&mut Vec<u8>)| {
        let mut bytes = maker::full_toc();
        change(&mut bytes);
        full(&bytes).unwrap_err().fault
    };
    assert_eq!(what(&fault(|toc| toc[1] -= 1)), "the length of the table of contents");
    assert_eq!(what(&fault(|toc| toc.truncate(100))), "the table of contents");
    assert_eq!(what(&fault(|toc| toc[4 + 2 * 11 + 3] = 0xA3)), "the lead-out in the table of contents");
    assert_eq!(what(&fault(|toc| toc[4 + 4 * 11 + 9] = 60)), "the time of a point");
    assert_eq!(what(&fault(|toc| toc[4 + 4 * 11 + 8] = 30)), "the start of a track");
    assert_eq!(what(&short(&[0, 2, 1, 1]).unwrap_err().fault), "a track in the table of contents");
}

#[test]
fn damaged_tables_do_no_harm() {
    for good in [maker::full_toc(), maker::toc()] {
        damage(&good, |bytes| parse_anything(bytes, &Limits::default()));
    }
}
