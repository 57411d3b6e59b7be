use std::path::Path;

use sha1::Digest;

use super::hunks::Hunks;
use super::{header, map, metadata};
use crate::bytes::{FileBytes, Unpacked, read_some};
use crate::disc::sector::{Form, Slice};
use crate::disc::{Medium, TrackMode};
use crate::image::testing::{corpus, open, sectors, shape};
use crate::image::{self, Fault, Limits};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha1(bytes: &[u8]) -> String {
    hex(&sha1::Sha1::digest(bytes))
}

/// All that a file decodes to.
fn logical(path: &Path) -> Vec<u8> {
    let file = std::sync::Arc::new(FileBytes::open(path).unwrap());
    let header = header::parse(&read_some(&*file, 0, header::HEADER).unwrap()).unwrap();
    let map = map::read(&header, &*file).unwrap();
    let bytes = Unpacked::new(Hunks::new(file, header, map, None));
    read_some(&bytes, 0, usize::MAX).unwrap()
}

/// Every track's sectors as extractcd writes them: from where its frames begin, raw.
fn extracted(path: &Path, tracks: &[(i32, usize)]) -> Vec<u8> {
    let image = open(path);
    tracks.iter().flat_map(|&(at, count)| sectors(&image.reader, at, count, Form::main(Slice::RAW))).collect()
}

/// Made by chdman 0.289 of the same disc, with other codecs each; the sums are those of the disc and of what chdman extracts.
#[test]
fn cds_of_all_codecs_are_the_same_disc() {
    let Some(folder) = corpus("generated") else { return };
    for codecs in ["default", "cdzl", "cdfl", "none"] {
        let path = folder.join(format!("mix.{codecs}.chd"));
        assert_eq!(sha1(&logical(&path)), "d5e8be5ea004cb67905e3f49f9cc28ec10b38304", "{codecs}");
        let image = open(&path);
        let expected =
            [(1, TrackMode::Mode1, 0, 150, 252), (2, TrackMode::Audio, 402, 150, 100), (3, TrackMode::Audio, 522, 20, 55)];
        assert_eq!((shape(image.disc()), image.disc().medium), (expected.to_vec(), Medium::Cd));
        let bin = extracted(&path, &[(0, 252), (402, 100), (502, 20), (522, 55)]);
        assert_eq!(sha1(&bin), "58baec49717eb25463f88d43445eb12ec726eb5d", "{codecs}");
        assert!(image.warnings.is_empty());
    }
}

#[test]
fn dvds_of_all_codecs_are_the_same_iso() {
    let Some(folder) = corpus("generated") else { return };
    let names = ["sm.dvd", "sm.none", "sm.lzma", "sm.zlib", "sm.huff", "sm.flac", "sm.zstd", "parent"];
    for path in names.map(|name| folder.join(format!("{name}.chd"))) {
        let image = open(&path);
        assert_eq!((shape(image.disc()), image.disc().medium), (vec![(1, TrackMode::Dvd, 0, 0, 252)], Medium::Dvd));
        let iso = sectors(&image.reader, 0, 252, Form::main(Slice::COOKED));
        assert_eq!(sha1(&iso), "8378b0d6be463e5f263fddf7b201e6c6bcaf05b6", "{}", path.display());
    }
}

/// The hashes in the header are those of what was read, so that both readings of all data and metadata are right.
#[test]
fn the_hashes_in_the_header_are_true() {
    let Some(folder) = corpus("") else { return };
    for name in ["generated/mix.default.chd", "generated/sm.zlib.chd", "igir/chd/CD-ROM.chd", "igir/chd/CD-ROM-large.chd"] {
        let path = folder.join(name);
        let bytes = std::fs::read(&path).unwrap();
        let header = header::parse(&bytes).unwrap();
        let pieces = metadata::read(&bytes, header.metadata).unwrap();
        let raw: header::Sha1 = sha1::Sha1::digest(logical(&path)).into();
        assert_eq!((Some(raw), Some(metadata::sha1_of_all(&raw, &pieces))), (header.raw_sha1, header.sha1), "{name}");
    }
}

/// Real files of a collection manager's tests, and what it and chdman say of them.
#[test]
fn odd_cds_and_hard_disks() {
    let Some(folder) = corpus("igir") else { return };
    let short = folder.join("chd/CD-ROM.chd");
    assert_eq!(sha1(&logical(&short)), "7c2222012b9f359f67f4eddbdbf8c5a36db1deca");
    let image = open(&short);
    let expected = [(1, TrackMode::Mode2, 0, 150, 1), (2, TrackMode::Audio, 1, 0, 2), (3, TrackMode::Audio, 3, 0, 3)];
    assert_eq!((shape(image.disc()), image.warnings.len()), (expected.to_vec(), 2));
    assert_eq!(sha1(&extracted(&short, &[(0, 1), (1, 2), (3, 3)])), "7529a01743a90598ed1cd207d9706172c7403c1e");
    assert_eq!(sha1(&logical(&folder.join("chd/CD-ROM-large.chd"))), "989e197ce4f3e39318aef129eb8e57ae2f422f98");
    for disk in ["chd/2048.chd", "roms/chd/4096.chd"] {
        let fault = image::open(&folder.join(disk), Limits::default()).err().unwrap().fault;
        assert!(matches!(fault, Fault::Unsupported { what } if what.starts_with("a hard disk")), "{fault}");
    }
}
