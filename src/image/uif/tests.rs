use std::fs;

use super::disc::{ccd_parts, sheet};
use super::open::parse_anything;
use crate::bytes::codecs::{Deflater, lzma};
use crate::disc::sector::{Form, Slice};
use crate::disc::{Lba, ReadError};
use crate::image::hostile::{damage, what};
use crate::image::testing::{open, sectors};
use crate::image::{self, Limits};

const CODES: [u8; 14] = [0, 93, 0, 0, 1, 0, 0, 8, 0, 0, 0, 0, 0, 0];

/// Runs of one sector each: kind, stored bytes, number of the sector.
fn made(version: u8, sectors: u32, runs: &[(u32, Vec<u8>, u32)]) -> Vec<u8> {
    let (mut file, mut table) = (Vec::new(), Vec::new());
    for (kind, stored, sector) in runs {
        table.extend((file.len() as u64).to_le_bytes());
        table.extend([stored.len() as u32, *sector, 1, *kind].map(u32::to_le_bytes).concat());
        file.extend(stored);
    }
    let index = file.len() as u64;
    file.extend(b"blhr");
    file.extend([table.len() as u32 + 8, 0, runs.len() as u32].map(u32::to_le_bytes).concat());
    file.extend(table);
    file.extend(b"bbis\x40\0\0\0");
    file.extend([version, 0, 8, 0, 0, 0, 0, 0]);
    file.extend([sectors, 2048, 0].map(u32::to_le_bytes).concat());
    file.extend(index.to_le_bytes());
    file.resize(file.len() + 28, 0);
    file
}

fn zlib(raw: &[u8]) -> Vec<u8> {
    let mut made = Vec::new();
    Deflater::new(9, true).encode(raw, &mut made).unwrap();
    made
}

fn packed(raw: &[u8]) -> Vec<u8> {
    [CODES.to_vec(), lzma(6, 1 << 16, raw).unwrap()].concat()
}

#[test]
fn damaged_files_do_no_harm() {
    for (version, stored) in [(1, zlib(&[1; 2048])), (3, packed(&[1; 2048]))] {
        let good = made(version, 4, &[(5, stored, 0), (1, vec![2; 40], 1), (3, Vec::new(), 2)]);
        damage(&good, |bytes| parse_anything(bytes, &Limits::default()));
    }
    let list = [vec![0; 0x40], vec![0, 0x14, 0, 1, 0, 0, 0, 0, 0, 2, 0, 1], vec![0; 56]].concat();
    assert!(sheet(&list).is_err());
    damage(&list, |bytes| drop(sheet(bytes)));
    damage(&[3, 0, 0, 0, 2, 0, 0, 0, 1, 2, 3, 4, 5], |bytes| drop(ccd_parts(bytes)));
}

#[test]
fn runs_are_as_long_as_the_index_says_or_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.uif");
    let zeros = vec![0; 8 << 20];
    for (version, pack) in [(2, zlib as fn(&[u8]) -> Vec<u8>), (3, packed)] {
        // A bomb may be no longer than what is refused at once.
        let bomb = pack(&zeros);
        let bomb = if bomb.len() > 5000 { bomb[..5000].to_vec() } else { bomb };
        let runs =
            [(5, bomb, 40), (5, pack(&[1; 2048]), 41), (5, pack(&[1; 2047]), 42), (5, vec![1; 13], 43), (1, vec![1; 2000], 45)];
        fs::write(&path, made(version, 48, &runs)).unwrap();
        let image = open(&path);
        for (sector, good) in [(0, true), (40, false), (41, true), (42, false), (43, false), (44, true), (45, true), (47, true)] {
            let mut into = [0; 2048];
            let read = image.reader.read(Lba(sector), Form::main(Slice::COOKED), &mut into, &mut [Default::default()]);
            match read {
                Ok(()) => assert!(good, "{version}: {sector}"),
                Err(ReadError::Io { source, .. }) => {
                    assert!(!good && source.kind() == std::io::ErrorKind::InvalidData, "{version}: {sector}: {source}");
                }
                Err(other) => panic!("{other}"),
            }
        }
        let stored = sectors(&image.reader, 45, 1, Form::main(Slice::COOKED));
        assert!(stored == [[1; 2000].as_slice(), &[0; 48]].concat());
    }
}

#[test]
fn every_flaw_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.uif");
    let good = made(1, 4, &[(1, vec![1; 2048], 0), (1, vec![2; 2048], 1)]);
    let trailer = good.len() - 64;
    let index = trailer - 48;
    let fault = |at: usize, value: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        fs::write(&path, bytes).unwrap();
        image::open(&path, Limits::default()).err().expect("it is refused").fault
    };
    assert_eq!(what(&fault(trailer + 8, &[0])), "the version");
    assert_eq!(what(&fault(trailer + 10, &[7])), "the kind of image");
    assert_eq!(what(&fault(trailer + 16, &[0])), "the number of sectors");
    assert_eq!(what(&fault(trailer + 16, &[1])), "the sectors of a run");
    assert_eq!(what(&fault(trailer + 20, &[0, 0])), "the size of sectors");
    assert_eq!(what(&fault(trailer + 24, &[1, 8])), "the bytes used in the last sector");
    assert_eq!(what(&fault(trailer + 28, &[1])), "the head of the index (blhr)");
    assert_eq!(what(&fault(trailer + 28, &[255; 8])), "the head of a table");
    assert_eq!(what(&fault(index - 12, &[7, 0])), "the length of a table");
    assert_eq!(what(&fault(index - 4, &[255; 4])), "bytes in a table");
    assert_eq!(what(&fault(index - 4, &[3])), "a table");
    assert_eq!(what(&fault(index + 20, &[2])), "the kind of a run");
    assert_eq!(what(&fault(index, &[255; 8])), "the offset of a run");
    assert_eq!(what(&fault(index + 8, &[255; 4])), "the offset of a run");
    assert_eq!(what(&fault(index + 12, &[1])), "the end of a run and the beginning of the next");
    assert_eq!(what(&fault(index + 16, &[255; 4])), "the sectors of a run");
    // A run of 64 MB and a sector that is said to be compressed.
    let mut bytes = made(1, u32::MAX, &[(5, vec![1; 100], 0)]);
    let index = bytes.len() - 64 - 24;
    bytes[index + 16..index + 20].copy_from_slice(&32_769_u32.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    assert_eq!(what(&image::open(&path, Limits::default()).err().unwrap().fault), "the length of a compressed run");
}
