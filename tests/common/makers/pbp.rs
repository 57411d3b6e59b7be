//! PlayStation discs for the PSP, made from what is told of the layout.
#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::fs;
use std::path::{Path, PathBuf};

use super::parts::{audio, form1, form2, le16, le32, msf};

/// How the blocks of sectors are stored.
#[derive(Clone, Copy, PartialEq)]
pub enum Store {
    Plain,
    Deflate,
    Zlib,
}

/// Sectors of a disc.
pub const SECTORS: i32 = 40;

/// A sector of the disc: XA of both forms, then audio from 30 on.
pub fn sector(lba: i32) -> Vec<u8> {
    match lba {
        30.. => audio(lba),
        _ if lba % 7 == 3 => form2(lba),
        _ => form1(lba),
    }
}

fn entry(kind: u8, point: u8, zero: [u8; 3], one: [u8; 3]) -> Vec<u8> {
    [&[kind, 0, point], &zero[..], &[0], &one].concat()
}

/// The table of contents: data, then audio with a pregap of 4 sectors.
pub fn toc() -> Vec<u8> {
    [
        entry(0x41, 0xA0, [0; 3], [1, 0x20, 0]),
        entry(0x41, 0xA1, [0; 3], [2, 0, 0]),
        entry(0x41, 0xA2, [0; 3], msf(SECTORS)),
        entry(0x41, 1, [0; 3], msf(0)),
        entry(0x01, 2, msf(30), msf(34)),
    ]
    .concat()
}

/// The same from a program that lists nothing but tracks, the first last, and has one time for each.
pub fn short_toc() -> Vec<u8> {
    [entry(0x01, 2, msf(34), [0; 3]), entry(0x41, 1, msf(0), [0; 3])].concat()
}

/// 16 sectors as they are stored: those that do not shrink stay as they are.
pub fn block(sectors: &[u8], store: Store) -> Vec<u8> {
    let zlib = match store {
        Store::Plain => return sectors.to_vec(),
        Store::Deflate => false,
        Store::Zlib => true,
    };
    let mut compressor = flate2::Compress::new(flate2::Compression::best(), zlib);
    let mut out = Vec::with_capacity(16 * 2352);
    let status = compressor.compress_vec(sectors, &mut out, flate2::FlushCompress::Finish).unwrap();
    if status == flate2::Status::StreamEnd { out } else { sectors.to_vec() }
}

/// A disc: head, table of contents, list of blocks, and blocks.
pub fn disc(game: &str, toc: &[u8], store: Store) -> Vec<u8> {
    let mut head = vec![0; 0x10_0000];
    let mut data = Vec::new();
    head[..12].copy_from_slice(b"PSISOIMG0000");
    head[0x400..0x400 + game.len()].copy_from_slice(game.as_bytes());
    head[0x800..0x800 + toc.len()].copy_from_slice(toc);
    let sectors: Vec<Vec<u8>> = (0..SECTORS).map(sector).collect();
    for (n, sectors) in sectors.chunks(16).enumerate() {
        let mut sectors = sectors.concat();
        if store == Store::Plain {
            sectors.resize(16 * 2352, 0);
        }
        let block = block(&sectors, store);
        let entry = [&le32(data.len() as u32)[..], &le16(block.len() as u16)].concat();
        head[0x4000 + n * 32..][..entry.len()].copy_from_slice(&entry);
        data.extend(block);
    }
    [head, data].concat()
}

/// A PBP around its last part.
pub fn container(part: &[u8]) -> Vec<u8> {
    let mut out = b"\0PBP".to_vec();
    out.extend(le32(0x1_0000));
    out.extend([40, 40, 40, 40, 40, 40, 40, 0x100].iter().flat_map(|&offset| le32(offset)));
    out.resize(0x100, 0);
    out.extend(part);
    out
}

/// Two discs.
pub fn discs(store: Store) -> Vec<u8> {
    let mut part = b"PSTITLEIMG000000".to_vec();
    let first = disc("_SLUS_01234", &toc(), store);
    part.resize(0x200, 0);
    part.extend([le32(0x400), le32(0x400 + first.len() as u32)].concat());
    part.resize(0x400, 0);
    part.extend(first);
    part.extend(disc("_SLUS_01235", &short_toc(), store));
    container(&part)
}

/// A PBP of one disc.
pub fn one(folder: &Path) -> PathBuf {
    let path = folder.join("EBOOT.PBP");
    fs::write(&path, container(&disc("_SLUS_01234", &toc(), Store::Plain))).unwrap();
    path
}
