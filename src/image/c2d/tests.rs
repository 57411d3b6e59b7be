//! Tests of the WinOnCD format, on images made from what is told of it: there is no real file.

use std::fs;

use crate::disc::sector::{Form, Slice, SubKind};
use crate::disc::{Isrc, Lba, Mcn, TrackMode};
use crate::image::hostile::{damage, what};
use crate::image::makers::c2d as maker;
use crate::image::testing::{convert, open, sectors, shape};
use crate::image::{self, Fault, Limits};

#[test]
fn a_cd_of_two_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let path = maker::cd(folder.path());
    let image = open(&path);
    let disc = image.disc();
    assert_eq!((image.format.name, disc.sessions.len()), ("c2d", 2));
    assert_eq!(
        shape(disc),
        [(1, TrackMode::Mode1, 0, 150, 20), (2, TrackMode::Audio, 20, 0, 10), (3, TrackMode::Mode2Mixed, 11_430, 150, 10)]
    );
    let audio = &disc.sessions[0].tracks[1];
    assert_eq!((disc.mcn, audio.isrc), (Mcn::new(b"4006381333931").ok(), Isrc::new(b"USRC17607839").ok()));
    assert_eq!((&audio.indexes, audio.control.copy), (&vec![Lba(25)], true));
    for (from, to) in [(0, 20), (20, 30), (11_430, 11_440)] {
        let expected: Vec<u8> = (from..to).flat_map(maker::sector).collect();
        assert!(sectors(&image.reader, from, (to - from) as usize, Form::main(Slice::RAW)) == expected, "{from}");
    }
    let sub = Form { main: None, sub: Some(SubKind::Packed) };
    assert_eq!(sectors(&image.reader, 27, 1, sub), maker::packed(27));
    assert_eq!(image.warnings, [""; 0]);
    let again = convert(&path, &folder.path().join("again.ccd"), |task| task.allow_loss = true);
    assert_eq!(shape(again.disc()), shape(disc));
}

/// Sessions that follow each other without the gap that drives leave, and tracks that begin again with number 1.
#[test]
fn numbers_that_are_no_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disc.c2d");
    for (first, point) in [(30, 3), (0, 1)] {
        let mut blocks = maker::blocks();
        blocks.iter_mut().for_each(|block| (block.first, block.last) = (block.first - 150, block.last - 150));
        (blocks[3].first, blocks[3].last, blocks[3].point) = (first, first + 9, point);
        fs::write(&path, maker::image(&blocks)).unwrap();
        let image = open(&path);
        assert_eq!(shape(image.disc())[2], (3, TrackMode::Mode2Mixed, 11_430, 150, 10));
        assert!(sectors(&image.reader, 11_435, 1, Form::main(Slice::RAW)) == maker::sector(11_435));
    }
}

/// A pregap with sectors of its own, and one of which nothing is stored.
#[test]
fn pregaps() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disc.c2d");
    let mut blocks = maker::blocks();
    (blocks[1].index, blocks[2].index, blocks[2].offset) = (0, 1, blocks[1].offset + 5 * 2448);
    fs::write(&path, maker::image(&blocks)).unwrap();
    let image = open(&path);
    // The subchannel, which says otherwise, does not overrule the file.
    assert_eq!(shape(image.disc())[1], (2, TrackMode::Audio, 25, 5, 5));
    assert!(sectors(&image.reader, 20, 10, Form::main(Slice::RAW)) == (20..30).flat_map(maker::sector).collect::<Vec<u8>>());
    blocks.remove(1);
    fs::write(&path, maker::image(&blocks)).unwrap();
    assert_eq!(shape(open(&path).disc())[1], (2, TrackMode::Audio, 25, 5, 5));
}

fn refused(change: fn(&mut Vec<maker::Block>)) -> Fault {
    let mut blocks = maker::blocks();
    change(&mut blocks);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disc.c2d");
    fs::write(&path, maker::image(&blocks)).unwrap();
    image::open(&path, Limits::default()).err().expect("it must not be read").fault
}

#[test]
fn what_does_not_fit_is_refused() {
    assert_eq!(what(&refused(|b| b[1].compressed = 1)), "a compressed WinOnCD image, whose compression nobody has described,");
    assert_eq!(what(&refused(Vec::clear)), "the list of tracks");
    assert_eq!(what(&refused(|b| b[0].last = 100)), "the last sector of a track");
    assert_eq!(what(&refused(|b| b[0].index = 2)), "index 1 of a track");
    assert_eq!(what(&refused(|b| b[2].index = 3)), "the indexes of a track, which should rise,");
    assert_eq!(what(&refused(|b| b[3].session = 3)), "the numbers of two sessions");
    assert_eq!(what(&refused(|b| b[3].point = 7)), "the numbers of two tracks");
    assert_eq!(what(&refused(|b| b[0].mode = 3)), "the mode and the sector size of a track");
    assert_eq!(what(&refused(|b| b[0].size = 2449)), "the mode and the sector size of a track");
    assert!(matches!(refused(|b| b[0].offset = 1 << 40), Fault::NoDisc(_)));
}

#[test]
fn damaged_images_do_no_harm() {
    let good = maker::image(&maker::blocks());
    let list = good.len() - 4 * 44;
    let mut file = good.clone();
    // The sectors say nothing to the parser.
    damage(&good[..0xC4], |bytes| {
        file[..bytes.len().min(0x800)].copy_from_slice(&bytes[..bytes.len().min(0x800)]);
        (super::C2D.parse_anything)(&file, &Limits::default());
    });
    let mut file = good.clone();
    damage(&good[list..], |bytes| {
        let len = bytes.len().min(4 * 44);
        file[list..list + len].copy_from_slice(&bytes[..len]);
        (super::C2D.parse_anything)(&file, &Limits::default());
    });
}
