//! Tests of the PBP format, on images made from what is told of it: there is no real file.

use std::fs;

use super::open::parse_anything;
use super::parse::{BLOCK, BLOCK_SECTORS, disc, discs, last_part};
use crate::disc::TrackMode;
use crate::disc::sector::{Form, Slice, Worth};
use crate::image::hostile::{damage, what};
use crate::image::makers::{parts, pbp as maker};
use crate::image::testing::{convert, open, sectors, shape};
use crate::image::{self, Fault, Limits};

use crate::image::makers::pbp::{SECTORS, Store};

fn all() -> Vec<u8> {
    (0..SECTORS).flat_map(maker::sector).collect()
}

#[test]
fn every_way_to_store_a_block() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("EBOOT.PBP");
    for (store, discs) in [Store::Plain, Store::Deflate, Store::Zlib].into_iter().flat_map(|s| [(s, 1), (s, 2)]) {
        let bytes = match discs {
            1 => maker::container(&maker::disc("_SLUS_01234", &maker::toc(), store)),
            _ => maker::discs(store),
        };
        assert_eq!(bytes.len() < 0x10_0000 * discs + SECTORS as usize * 2352 * discs, store != Store::Plain);
        fs::write(&path, bytes).unwrap();
        let image = open(&path);
        assert_eq!(image.format.name, "pbp");
        assert_eq!(shape(image.disc()), [(1, TrackMode::Mode2Mixed, 0, 150, 30), (2, TrackMode::Audio, 34, 4, 6)]);
        let all = all();
        let (data, audio) = all.split_at(30 * 2352);
        assert!(sectors(&image.reader, 0, 30, Form::main(Slice::RAW)) == data);
        assert!(sectors(&image.reader, 30, 10, Form::main(Slice::RAW)) == audio);
        assert_eq!(image.warnings.len(), discs - 1, "{:?}", image.warnings);
        assert!(image.warnings.iter().all(|warning| warning.contains("2 discs (_SLUS_01234, _SLUS_01235)")));
    }
    let again = convert(&path, &folder.path().join("again.cue"), |_| {});
    assert_eq!(shape(again.disc()), shape(open(&path).disc()));
}

/// The end is not told, and the last block is padded.
#[test]
fn a_table_of_nothing_but_tracks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.pbp");
    for store in [Store::Plain, Store::Deflate] {
        fs::write(&path, maker::container(&maker::disc("_SLPS_00001", &maker::short_toc(), store))).unwrap();
        let image = open(&path);
        assert_eq!(shape(image.disc()), [(1, TrackMode::Mode2Mixed, 0, 150, 34), (2, TrackMode::Audio, 34, 0, 14)]);
        assert_eq!(image.warnings.len(), 1, "{:?}", image.warnings);
        let silence = sectors(&image.reader, SECTORS, 8, Form::main(Slice::RAW));
        assert!(silence == [0; 8 * 2352]);
    }
}

#[test]
fn a_disc_that_is_longer_than_its_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.pbp");
    let mut toc = maker::toc();
    toc[27..30].copy_from_slice(&parts::msf(100));
    fs::write(&path, maker::container(&maker::disc("_SLPS_00001", &toc, Store::Plain))).unwrap();
    let image = open(&path);
    assert_eq!(image.disc().sectors(), 100);
    assert_eq!(image.warnings, ["The last 52 of the 100 sectors of the disc are not in the file."]);
    assert!(sectors(&image.reader, 48, 52, Form::main(Slice::RAW)) == [0; 52 * 2352]);
}

#[test]
fn what_can_not_be_read_says_what_it_is() {
    let refused = |bytes: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.pbp");
        fs::write(&path, bytes).unwrap();
        image::open(&path, Limits::default()).err().unwrap().fault
    };
    let good = maker::container(&maker::disc("_SLUS_01234", &maker::toc(), Store::Deflate));
    let change = |at: usize, value: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        refused(&bytes)
    };
    let part = 0x100;
    assert_eq!(what(&change(part + 0x400, b"\0PGD")), "a disc that was sold for the PSP, and is encrypted (PGD),");
    assert_eq!(what(&change(part, b"NPUMDIMG")), "a PSP game that was sold as a download, and is encrypted,");
    assert_eq!(what(&change(part, b"~PSP")), "a PBP that holds a program for the PSP, and no PlayStation disc,");
    assert_eq!(what(&change(part + 0x800, &[0; 10])), "a track in the table of contents");
    assert_eq!(what(&change(part + 0x800 + 32, &[0xBB])), "the number of a track");
    assert_eq!(what(&change(part + 0x4000, &[0; 6])), "the first block of sectors");
    assert_eq!(what(&change(part + 0x4004, &[0x01, 0x93])), "the stored size of a block");
    assert_eq!(what(&change(part + 0x4020, &[1])), "the offset of a block");
    assert_eq!(what(&change(part + 0x4043, &[9])), "a block of sectors");
    assert_eq!(what(&refused(&good[..0x4000])), "the list of blocks");
    assert!(matches!(change(part + 0x800 + 37, &[0x7A]), Fault::Syntax { .. }));
}

/// A damaged block is told when it is read, and by its number; those around it are read.
#[test]
fn damaged_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.pbp");
    let good = maker::container(&maker::disc("_SLUS_01234", &maker::toc(), Store::Deflate));
    let head = disc(&good[0x100..0x100 + 0x10_0000], 0x100, good.len() as u64).unwrap();
    let (offset, stored) = head.blocks[1];
    assert!(u32::from(stored) < BLOCK);
    let mut bad = good.clone();
    bad[offset as usize + usize::from(stored) / 2..][..40].fill(0xFF);
    // A block that goes on beyond its 16 sectors: those of the next one are its end.
    let mut bomb = good;
    let whole = maker::block(&vec![0; 40 * 2352], Store::Deflate);
    bomb[offset as usize..][..whole.len()].copy_from_slice(&whole);
    for bytes in [bad, bomb] {
        fs::write(&path, bytes).unwrap();
        let image = open(&path);
        let mut sector = vec![0; 2352];
        let mut read = |lba: u32| {
            image
                .reader
                .read(crate::disc::Lba(0) + lba, Form::main(Slice::RAW), &mut sector, &mut [Worth::Good])
                .map_err(|e| e.to_string())
        };
        assert!(read(15).is_ok() && read(2 * BLOCK_SECTORS).is_ok());
        assert!(read(16).unwrap_err().contains("block 1 of the PBP is damaged"));
    }
}

#[test]
fn damaged_heads_do_no_harm() {
    let good = maker::container(&maker::disc("_SLUS_01234", &maker::toc(), Store::Deflate));
    // The head of a disc is a megabyte, of which few bytes say anything.
    damage(&good[..0x100 + 12], |bytes| {
        let _ = last_part(bytes).and_then(|part| discs(bytes.get(part as usize..).unwrap_or_default(), part));
        parse_anything(bytes, &Limits::default());
    });
    let part = good[0x100..0x100 + 0x10_0000].to_vec();
    for (from, len) in [(0x800, 60), (0x4000, 40)] {
        let mut head = part.clone();
        damage(&part[from..from + len], |bytes| {
            let bytes = &bytes[..bytes.len().min(len)];
            head[from..from + bytes.len()].copy_from_slice(bytes);
            let _ = disc(&head, 0x100, good.len() as u64);
        });
    }
}
