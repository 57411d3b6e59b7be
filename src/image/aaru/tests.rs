//! Tests of AaruFormat, on images made from what is told of it: there is no real file.

use std::fs;

use super::open::parse_anything;
use super::parse;
use crate::disc::sector::{Form, Slice, SubKind, Worth};
use crate::disc::{Isrc, Lba, Mcn, Medium, TrackMode};
use crate::image::hostile::{damage, what};
use crate::image::makers::{aaru as maker, parts};
use crate::image::testing::{convert, open, sectors, shape};
use crate::image::{self, Fault, Limits};

use crate::image::makers::aaru::{END, Image, Packed, SECOND};

const RAW: Form = Form { main: Some(Slice::RAW), sub: None };

fn written(name: &str, bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

#[test]
fn a_cd_of_both_kinds() {
    for old in [false, true] {
        let (folder, path) = written("disc.aaruf", &maker::image(old));
        let image = open(&path);
        let disc = image.disc();
        assert_eq!((image.format.name, disc.medium, disc.sessions.len()), ("aaru", Medium::Cd, 2));
        assert_eq!(
            shape(disc),
            [(1, TrackMode::Mode1, 0, 150, 20), (2, TrackMode::Audio, 24, 4, 6), (3, TrackMode::Mode2Mixed, SECOND, 150, 8)]
        );
        let audio = &disc.sessions[0].tracks[1];
        assert_eq!((disc.mcn, audio.isrc), (Mcn::new(b"4006381333931").ok(), Isrc::new(b"USRC17607839").ok()));
        // Where the image has no list of them, the subchannel tells of the indexes.
        assert_eq!((&audio.indexes, audio.control.copy), (&vec![Lba(27)], true));
        for lba in (0..20).chain(20..30).chain(SECOND..END) {
            let found = sectors(&image.reader, lba, 1, RAW);
            // Where all prefixes and suffixes are kept, a sector that was not read is as they say, and its data are none.
            assert!(found == maker::sector(lba), "{old} {lba}");
        }
        let long: Vec<u8> = (0..20).flat_map(maker::sector).collect();
        assert!(sectors(&image.reader, 0, 20, RAW) == long);
        let sub = Form { main: None, sub: Some(SubKind::Interleaved) };
        for lba in [0, 19, 20, 29, SECOND, END - 1] {
            assert_eq!(sectors(&image.reader, lba, 1, sub), maker::interleaved(lba), "{lba}");
        }
        assert_eq!(image.warnings, [""; 0]);
        let again = convert(&path, &folder.path().join("again.ccd"), |task| task.allow_loss = true);
        assert_eq!(shape(again.disc()), shape(disc));
    }
}

#[test]
fn a_dvd() {
    let (_folder, path) = written("film.aif", &maker::dvd_image());
    let image = open(&path);
    let disc = image.disc();
    assert_eq!((disc.medium, disc.layer_break, shape(disc)), (Medium::Dvd, Some(16), vec![(1, TrackMode::Dvd, 0, 0, 40)]));
    assert_eq!((disc.structures.bca.as_slice(), disc.structures.layers.len()), ([7; 188].as_slice(), 2));
    assert_eq!(disc.structures.layers[0][4..4 + 2048], [9; 2048]);
    let data: Vec<u8> = (0..40).flat_map(|lba| parts::fill(lba, 2048)).collect();
    assert!(sectors(&image.reader, 0, 40, Form::main(Slice::COOKED)) == data);
    assert!(sectors(&image.reader, 31, 2, Form::main(Slice::COOKED)) == data[31 * 2048..33 * 2048]);
}

/// User data alone: what else a sector has is made.
#[test]
fn a_cd_without_what_surrounds_the_data() {
    let mut image = Image::new();
    let block = image.block(1, Packed::Lzma, 2048, &(0..20).flat_map(|lba| parts::fill(lba, 2048)).collect::<Vec<u8>>());
    let entries: Vec<u8> = (0..25u64).flat_map(|n| if n < 20 { block << maker::SHIFT | n } else { 0 }.to_le_bytes()).collect();
    image.table(1, Packed::None, &entries, 8);
    let (_folder, path) = written("disc.aaruf", &image.finish(15));
    let image = open(&path);
    assert_eq!((shape(image.disc()), image.warnings.len()), (vec![(1, TrackMode::Mode1, 0, 150, 25)], 1));
    assert!(sectors(&image.reader, 0, 20, RAW) == (0..20).flat_map(parts::mode1).collect::<Vec<u8>>());
    assert!(sectors(&image.reader, 20, 5, Form::main(Slice::COOKED)) == [0; 5 * 2048]);
}

fn refused(bytes: &[u8]) -> Fault {
    let (_folder, path) = written("x.aaruf", bytes);
    image::open(&path, Limits::default()).err().expect("it must not be read").fault
}

#[test]
fn what_can_not_be_read_says_what_it_is() {
    let good = maker::dvd_image();
    let change = |at: usize, value: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        refused(&bytes)
    };
    assert_eq!(what(&change(72, &[2])), "version 2 of AaruFormat, which Aaru 6 writes,");
    assert_eq!(what(&change(76, &[4, 0, 0, 0])), "an AaruFormat image of something that is no optical disc, or of a rare one,");
    let index = u64::from_le_bytes(good[80..88].try_into().unwrap()) as usize;
    assert_eq!(what(&change(index, b"INDY")), "the index of an AaruFormat image");
    assert_eq!(what(&change(index + 20, &[9])), "the checksum of the index");
    assert_eq!(what(&change(104 + 6, &[4, 0])), "a compression that is newer than this program");
    assert_eq!(what(&change(104 + 4, &[2, 0])), "the block that the index tells of");
    assert_eq!(what(&change(104 + 8, &[0, 0, 0, 0])), "the size of the sectors of a block");
    assert_eq!(what(&change(104 + 12, &[0xFF; 4])), "a block");
    assert_eq!(what(&change(104 + 16, &[0xFF; 4])), "the length of a block");
    assert_eq!(what(&refused(&Image::new().finish(40))), "the table of sectors");
    assert_eq!(what(&refused(&good[..103])), "the AaruFormat header");
    let tracks = |tracks: &[maker::Track]| {
        let mut image = Image::new();
        image.table(1, Packed::None, &[0; 800], 8);
        image.tracks(tracks);
        refused(&image.finish(15))
    };
    assert_eq!(what(&tracks(&[(1, 6, 0, 99, 0, 1, &[], 4)])), "the kind of a track");
    assert_eq!(what(&tracks(&[(1, 2, 0, 99, 0, 2, &[], 4)])), "the numbers of two sessions");
    assert_eq!(what(&tracks(&[(1, 2, 50, 49, 0, 1, &[], 4)])), "the start of a track and its end");
    assert_eq!(what(&tracks(&[(1, 2, 0, 1 << 40, 0, 1, &[], 4)])), "an address of a track");
}

/// A damaged block is told when it is read, whatever its compression; so is one that decodes to more than it should.
#[test]
fn damaged_blocks() {
    let good = maker::image(false);
    let (_, entries) = entries(&good);
    for entry in entries.iter().filter(|entry| entry.kind == *b"DBLK" && entry.data == 1) {
        let head = parse::block(&good[entry.at as usize..][..parse::BLOCK_HEAD_LEN], entry).unwrap();
        for change in [0, 1] {
            let mut bytes = good.clone();
            if change == 0 {
                let at = (head.at + head.stored / 2) as usize;
                bytes[at..at + 8].iter_mut().for_each(|byte| *byte ^= 0x5A);
            } else {
                // Fewer bytes are wanted than there are.
                let len = (head.len - u64::from(head.unit)) as u32;
                bytes[entry.at as usize + 16..][..4].copy_from_slice(&len.to_le_bytes());
            }
            let (_folder, path) = written("x.aaruf", &bytes);
            let image = open(&path);
            let lba = match head.unit {
                2048 if head.compression == 0 => 0,
                2352 => 20,
                2048 => SECOND,
                _ => SECOND + 3,
            };
            let read = image.reader.read(Lba(lba), RAW, &mut [0; 2352], &mut [Worth::Good]);
            assert!(read.unwrap_err().to_string().contains(&format!("the block at {} is damaged", entry.at)));
            let other = if lba == 0 { 20 } else { 0 };
            assert!(sectors(&image.reader, other, 1, RAW) == maker::sector(other));
        }
    }
}

fn entries(bytes: &[u8]) -> (u64, Vec<parse::Entry>) {
    let header = parse::header(&bytes[..parse::HEADER_LEN]).unwrap();
    let index = &bytes[header.index as usize..];
    let (count, from, _) = parse::index_head(index, header.index, &Limits::default()).unwrap();
    (header.index, parse::index(&bytes[from as usize..], from, count).unwrap())
}

#[test]
fn tables_that_point_nowhere() {
    for entry in [1u64 << maker::SHIFT, (104 << maker::SHIFT) | 31, u64::MAX] {
        let mut image = Image::new();
        image.block(1, Packed::None, 2048, &[5; 2048 * 3]);
        image.table(1, Packed::None, &entry.to_le_bytes(), 8);
        let (_folder, path) = written("x.aaruf", &image.finish(40));
        // Sizes are asked for where the first sector lies.
        assert!(matches!(image::open(&path, Limits::default()), Err(image::Error { fault: Fault::Io(_), .. })), "{entry:x}");
    }
}

#[test]
fn damaged_descriptions_do_no_harm() {
    let mut image = Image::new();
    let block = image.block(1, Packed::None, 64, &[5; 128]);
    image.table(1, Packed::None, &[block << maker::SHIFT, block << maker::SHIFT | 1].map(u64::to_le_bytes).concat(), 8);
    image.block(71, Packed::LzmaOfChannels, 96, &[0; 192]);
    image.tracks(&[(1, 0, 0, 1, 0, 1, &[], 0)]);
    image.indexes(&[(1, 1, 0)]);
    damage(&image.finish(15), |bytes| parse_anything(bytes, &Limits::default()));
}
