use std::fs;
use std::path::Path;

use super::open::parse_anything;
use super::parse::mask;
use crate::bytes::codecs::{Deflater, bzip};
use crate::disc::sector::{Form, Slice};
use crate::disc::{Lba, ReadError};
use crate::image::hostile::{damage, what};
use crate::image::testing::{convert, open};
use crate::image::{self, Fault, Limits};

/// An image of four sectors, each a chunk, as these were packed: two bits and the stored bytes.
fn made(chunks: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut table: Vec<u8> =
        chunks.iter().flat_map(|(kind, stored)| (kind << 22 | stored.len() as u32).to_le_bytes().into_iter().take(3)).collect();
    mask(&mut table);
    let mut bytes = b"IsZ!\x40\x01serial".to_vec();
    bytes.truncate(10);
    bytes.extend(2048_u16.to_le_bytes());
    bytes.extend((chunks.len() as u32).to_le_bytes());
    bytes.extend([0; 9]);
    bytes.extend((chunks.len() as u32).to_le_bytes());
    bytes.extend(2048_u32.to_le_bytes());
    bytes.extend([3, 0]);
    bytes.extend([64, 0, 64 + table.len() as u32].map(u32::to_le_bytes).concat());
    bytes.push(0);
    let stored: usize = chunks.iter().map(|(kind, stored)| if *kind == 0 { 0 } else { stored.len() }).sum();
    bytes.extend([0, stored as u32, 0, 0].map(u32::to_le_bytes).concat());
    bytes.extend(table);
    bytes.extend(chunks.iter().filter(|(kind, _)| *kind != 0).flat_map(|(_, stored)| stored.clone()));
    bytes
}

fn zlib(raw: &[u8]) -> Vec<u8> {
    let mut made = Vec::new();
    Deflater::new(9, true).encode(raw, &mut made).unwrap();
    made
}

fn written(folder: &Path, bytes: &[u8]) -> std::path::PathBuf {
    let path = folder.join("x.isz");
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn damaged_files_do_no_harm() {
    let small = made(&[(2, zlib(&[1; 2048])), (0, vec![0; 2048]), (3, bzip(1, &[2; 2048]).unwrap())]);
    damage(&small, |bytes| parse_anything(bytes, &Limits::default()));
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.iso");
    fs::write(&source, vec![7; 90 * 2048]).unwrap();
    drop(convert(&source, &folder.path().join("split.isz"), |task| task.tuning.split = Some(90_000)));
    let split = fs::read(folder.path().join("split.isz")).unwrap();
    let (head, rest) = split.split_at(64 + 3 * 24);
    damage(head, |bytes| parse_anything(&[bytes, rest].concat(), &Limits::default()));
}

/// A bomb of each kind, chunks that are too short, and what no chunk is.
#[test]
fn chunks_are_as_long_as_the_header_says_or_damaged() {
    let zeros = vec![0; 8 << 20];
    let folder = tempfile::tempdir().unwrap();
    // What is looked at to tell what the image is has to be good.
    let mut chunks = vec![(2, zlib(&[1; 2048])); 40];
    chunks.extend([
        (2, zlib(&[1; 2048])),
        (2, zlib(&[1; 2047])),
        (3, bzip(9, &zeros).unwrap()),
        (3, bzip(9, &[1; 2048]).unwrap()),
        (1, vec![1; 2047]),
        (1, vec![1; 2048]),
        (3, vec![0]),
    ]);
    let image = open(&written(folder.path(), &made(&chunks)));
    for (sector, good) in [true, false, false, true, false, true, false].into_iter().enumerate() {
        let sector = sector + 40;
        let mut into = [0; 2048];
        let read = image.reader.read(Lba(sector as i32), Form::main(Slice::COOKED), &mut into, &mut [Default::default()]);
        match read {
            Ok(()) => assert!(good && into == [1; 2048], "{sector}"),
            Err(ReadError::Io { source, .. }) => {
                assert!(!good && source.kind() == std::io::ErrorKind::InvalidData, "{sector}: {source}");
                assert!(source.to_string().starts_with(&format!("block {sector}: ")), "{source}");
            }
            Err(other) => panic!("{other}"),
        }
    }
    // Longer than a chunk of its size can be.
    let bytes = made(&[(2, zlib(&zeros)), (2, zlib(&[1; 2048]))]);
    assert_eq!(
        what(&image::open(&written(folder.path(), &bytes), Limits::default()).err().unwrap().fault),
        "the length of a chunk"
    );
}

#[test]
fn every_flaw_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let good = made(&[(2, zlib(&[1; 2048])), (2, zlib(&[2; 2048]))]);
    let fault = |at: usize, value: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        image::open(&written(folder.path(), &bytes), Limits::default()).err().expect("it is refused").fault
    };
    assert_eq!(what(&fault(4, &[47])), "the length of the header");
    assert_eq!(what(&fault(5, &[2])), "the version");
    assert_eq!(what(&fault(16, &[5])), "the kind of encryption");
    assert!(matches!(fault(16, &[1]), Fault::Unsupported { .. }));
    assert_eq!(what(&fault(12, &[0; 4])), "the number of sectors");
    assert_eq!(what(&fault(29, &[0; 4])), "the size of chunks");
    assert_eq!(what(&fault(29, &[1, 0, 0, 4])), "the size of chunks");
    assert_eq!(what(&fault(25, &[3])), "the number of chunks and the length of the image");
    assert_eq!(what(&fault(33, &[0])), "the length of an entry in the table of chunks");
    assert_eq!(what(&fault(33, &[9])), "the length of an entry in the table of chunks");
    assert_eq!(what(&fault(43, &[3, 0])), "the offset of the data");
    assert_eq!(what(&fault(35, &[255, 255, 255])), "the table of chunks (in entries)");
    assert_eq!(what(&fault(39, &[255, 255, 255])), "the table of segments");
    assert_eq!(what(&fault(43, &[255, 255, 255, 255])), "the compressed data");
    // Without a table all would be stored, in more files than an image may have.
    let mut bytes = good.clone();
    bytes[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    bytes[25..29].copy_from_slice(&u32::MAX.to_le_bytes());
    bytes[17..25].copy_from_slice(&u64::MAX.to_le_bytes());
    bytes[35..39].fill(0);
    assert_eq!(
        what(&image::open(&written(folder.path(), &bytes), Limits::default()).err().unwrap().fault),
        "the compressed data"
    );
}
