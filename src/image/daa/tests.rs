use std::fs;
use std::path::Path;

use super::open::parse_anything;
use super::*;
use crate::bytes::codecs::{Deflater, lzma};
use crate::disc::sector::{Form, Slice};
use crate::image::hostile::{damage, what};
use crate::image::testing::{convert, open, sectors};
use crate::image::{self, Fault, Limits};

/// A small ISO, saved as an image of this format.
fn saved(folder: &Path, extension: &str, change: impl Fn(&mut crate::job::ConvertTask)) -> Vec<u8> {
    let source = folder.join("source.iso");
    fs::write(&source, (0..70 * 2048_u32).map(|n| (n / 700) as u8 ^ n as u8).collect::<Vec<u8>>()).unwrap();
    let target = folder.join("made").with_extension(extension);
    drop(convert(&source, &target, change));
    fs::read(target).unwrap()
}

#[test]
fn damaged_files_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let choices: [(bool, &str, Option<&str>); 3] =
        [(false, "zlib", Some("password")), (true, "zlib", None), (false, "lzma", None)];
    for (brand, extension, choices) in [(Brand::PowerIso, "daa", &choices[..]), (Brand::GBurner, "gbi", &choices[1..2])] {
        for &(old, codec, password) in choices {
            let folder = folder.path().join(format!("{extension}-{codec}-{old}"));
            fs::create_dir(&folder).unwrap();
            let source = folder.join("source.iso");
            fs::write(&source, vec![7; 2 * 2048]).unwrap();
            let target = folder.join("made").with_extension(extension);
            let made = convert_with(&source, &target, |task| {
                task.old_version = old;
                (task.tuning.codec, task.tuning.password) = (Some(codec.to_owned()), password.map(Into::into));
                task.tuning.block = Some(16 << 10);
            });
            damage(&made, |bytes| parse_anything(bytes, &Limits::default(), brand));
        }
    }
}

/// Converts, proves, and gives the file's bytes, where a password would stand in the way of opening it.
fn convert_with(source: &Path, target: &Path, change: impl Fn(&mut crate::job::ConvertTask)) -> Vec<u8> {
    let mut task = crate::job::ConvertTask::new(source, target);
    change(&mut task);
    let pool = crate::job::Pool::new(1, std::sync::Arc::new(|| {}));
    pool.submit(crate::job::Task::Convert(Box::new(task)));
    for event in pool.events() {
        if let crate::job::Event::Ended(_, result) = event {
            result.unwrap_or_else(|error| panic!("{error}"));
            break;
        }
    }
    fs::read(target).unwrap()
}

/// The header of a file of version 2 with these changes, its checksum put right, and then what is wrong with it.
fn fault(change: impl Fn(&mut Vec<u8>)) -> Fault {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = saved(folder.path(), "daa", |_| {});
    change(&mut bytes);
    let crc = crc32fast::hash(&bytes[..72]);
    bytes[72..76].copy_from_slice(&crc.to_le_bytes());
    let path = folder.path().join("made.daa");
    fs::write(&path, bytes).unwrap();
    image::open(&path, Limits::default()).err().expect("it is refused").fault
}

fn set(at: usize, value: u64, width: usize) -> impl Fn(&mut Vec<u8>) {
    move |bytes| bytes[at..at + width].copy_from_slice(&value.to_le_bytes()[..width])
}

#[test]
fn every_flaw_is_named() {
    assert_eq!(what(&fault(set(0x14, 0x120, 4))), "the version");
    assert_eq!(what(&fault(set(0x1C, 0, 4))), "the word at 28");
    assert_eq!(what(&fault(set(0x24, 0, 4))), "the size of chunks");
    assert_eq!(what(&fault(set(0x28, 0, 8))), "the length of the image");
    assert_eq!(what(&fault(set(0x10, 75, 4))), "the offset of the table");
    assert_eq!(what(&fault(set(0x10, 0xFF_FFFF, 4))), "the offset of the table");
    assert_eq!(what(&fault(set(0x3D, 31 << 3, 1))), "the width of lengths in the table");
    // Every claim beyond what is there: the image, the table, the data.
    assert_eq!(what(&fault(set(0x28, 1 << 60, 8))), "the table of chunks (in entries)");
    assert_eq!(what(&fault(set(0x18, 0xFF_FFFF, 4))), "the table of chunks");
    assert_eq!(what(&fault(|bytes| bytes.truncate(bytes.len() - 1))), "the compressed data");
    assert_eq!(what(&fault(set(0x10, 80, 4))), "what lies before the chunks");
    let folder = tempfile::tempdir().unwrap();
    saved(folder.path(), "daa", |_| {});
    let path = folder.path().join("made.daa");
    let mut bytes = fs::read(&path).unwrap();
    bytes[0x28] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert_eq!(what(&image::open(&path, Limits::default()).err().unwrap().fault), "the header and its checksum");
}

/// Version 1, whose chunks may have any size, of which each holds a bomb: 8 MB of zeros where 2048 bytes belong, and less than those.
#[test]
fn chunks_are_as_long_as_the_header_says_or_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let pack = |raw: &[u8]| {
        let mut made = Vec::new();
        Deflater::new(9, false).encode(raw, &mut made).unwrap();
        made
    };
    // What is looked at to tell what the image is has to be good.
    let mut chunks = vec![pack(&[1; 2048]); 40];
    chunks.extend([pack(&vec![0; 8 << 20]), pack(&[1; 2048]), pack(&[2; 2047]), lzma(6, 4096, &[3; 2048]).unwrap()]);
    let table: Vec<u8> = chunks.iter().flat_map(|chunk| table::entry_v1(chunk.len() as u32)).collect();
    let words: [u32; 14] = [76, 0x100, 76 + table.len() as u32, 1, 0, 2048, 44 * 2048, 0, 0, 0, 0, 0, 0, 0];
    let mut bytes = [b"DAA".as_slice(), &[0; 13], &words.map(u32::to_le_bytes).concat()].concat();
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes.extend(table);
    bytes.extend(chunks.concat());
    let path = folder.path().join("bomb.daa");
    fs::write(&path, bytes).unwrap();
    let image = open(&path);
    for (sector, good) in [(40, false), (41, true), (42, false), (43, false)] {
        let mut into = [0; 2048];
        let read = image.reader.read(crate::disc::Lba(sector), Form::main(Slice::COOKED), &mut into, &mut [Default::default()]);
        assert_eq!(read.is_ok(), good, "{sector}");
        if let Err(crate::disc::ReadError::Io { source, .. }) = read {
            assert_eq!(source.kind(), std::io::ErrorKind::InvalidData);
            assert!(source.to_string().starts_with(&format!("block {sector}: ")), "{source}");
        }
    }
    assert!(sectors(&image.reader, 41, 1, Form::main(Slice::COOKED)) == [1; 2048]);
}
