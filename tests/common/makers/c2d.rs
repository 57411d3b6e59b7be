//! WinOnCD images, made from what is told of the layout.
#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::fs;
use std::path::{Path, PathBuf};

use super::parts::{audio, fill, form1, le16, le32, mode1, subchannel};

/// An index of a track.
#[derive(Clone)]
pub struct Block {
    pub first: u32,
    pub last: u32,
    pub offset: u64,
    pub size: u32,
    pub isrc: &'static [u8; 12],
    pub flags: u8,
    pub session: u8,
    pub point: u8,
    pub index: u8,
    pub mode: u8,
    pub compressed: u8,
}

const NO_ISRC: &[u8; 12] = &[0; 12];
/// Where the sectors begin.
const DATA: u64 = 0x800;

/// Mode 1 with 2048 bytes a sector; audio with subchannel, an index 2 and a recording code; in a second session raw XA.
pub fn blocks() -> Vec<Block> {
    let block = |first, last, offset, size, session, point, index, mode| Block {
        first,
        last,
        offset,
        size,
        isrc: NO_ISRC,
        flags: if mode == 0 { 0 } else { 4 },
        session,
        point,
        index,
        mode,
        compressed: 0,
    };
    vec![
        block(150, 169, DATA, 2048, 1, 1, 1, 1),
        Block { isrc: b"USRC17607839", flags: 1, ..block(170, 174, DATA + 20 * 2048, 2448, 1, 2, 1, 0) },
        block(175, 179, 0xFFFF_FFFF, 2448, 1, 2, 2, 0),
        block(11_580, 11_589, DATA + 20 * 2048 + 10 * 2448, 2352, 2, 3, 1, 2),
    ]
}

/// The main channel of the disc, the subchannel of the audio.
pub fn sector(lba: i32) -> Vec<u8> {
    match lba {
        ..20 => mode1(lba),
        20..30 => audio(lba),
        _ => form1(lba),
    }
}

/// The subchannel of an audio sector, channel by channel.
pub fn packed(lba: i32) -> Vec<u8> {
    subchannel(lba, 2, 2, 1 + u32::from(lba >= 25), 20)
}

fn interleaved(packed: &[u8]) -> Vec<u8> {
    let bit = |channel: usize, n: usize| packed[channel * 12 + n / 8] >> (7 - n % 8) & 1;
    (0..96).map(|n| (0..8).fold(0, |byte, channel| byte << 1 | bit(channel, n))).collect()
}

/// An image of these tracks, the list of them at the end.
pub fn image(blocks: &[Block]) -> Vec<u8> {
    let mut data = Vec::new();
    (0..20).for_each(|lba| data.extend(fill(lba, 2048)));
    (20..30).for_each(|lba| data.extend([audio(lba), interleaved(&packed(lba))].concat()));
    (11_430..11_440).for_each(|lba| data.extend(form1(lba)));
    let mut out = b"Roxio Image File Format 3.0\0\0\0\0\0".to_vec();
    out.extend([le16(0xC4), le16(1)].concat());
    out.extend(b"4006381333931\0");
    out.extend(le16(blocks.len() as u16));
    out.extend([le32(0), le32(DATA as u32 + data.len() as u32), le32(0)].concat());
    out.extend(b"A description");
    out.resize(0xC4, 0);
    out.resize(DATA as usize, 0);
    out.extend(data);
    for block in blocks {
        out.extend([le32(44), le32(block.first), le32(block.last)].concat());
        out.extend(block.offset.to_le_bytes());
        out.extend(le32(block.size));
        out.extend(block.isrc);
        out.extend([block.flags, block.session, block.point, block.index, block.mode, block.compressed, 0, 0]);
    }
    out
}

/// A CD of two sessions.
pub fn cd(folder: &Path) -> PathBuf {
    let path = folder.join("disc.c2d");
    fs::write(&path, image(&blocks())).unwrap();
    path
}
