//! The codecs for CDs: a hunk is a number of frames, each a sector and its subchannel; both are packed apart.
//!
//! `cdlz`, `cdzl` and `cdzs` begin with a bit for each frame (the lowest of the first byte first): where it is set, sync pattern and P and Q parity were
//! replaced by zeros, because they follow from the rest. Then comes the length of what the sectors have become, in two bytes, or three where a hunk has
//! 64 KiB or more. `cdfl` has none of that.

use std::io;

use super::encoder::Kernels;
use super::{Codec, Decoder, broken};
use crate::disc::ecc;
use crate::disc::sector::{RAW, SUBCHANNEL, SYNC};

/// Bytes of a frame.
pub const FRAME: usize = RAW + SUBCHANNEL;

/// Bytes of the length behind the bits for frames.
fn length_bytes(hunk: usize) -> usize {
    if hunk < 65_536 { 2 } else { 3 }
}

/// Decodes a hunk of frames.
pub fn decode(decoder: &mut Decoder, codec: Codec, packed: &[u8], into: &mut [u8]) -> io::Result<()> {
    let mut parts = std::mem::take(&mut decoder.parts);
    parts.resize(into.len(), 0);
    let (sectors, subs) = parts.split_at_mut(into.len() / FRAME * RAW);
    let marks = unpack(decoder, codec, packed, into.len(), sectors, subs);
    if let Ok(marks) = marks {
        let frames = into.chunks_exact_mut(FRAME).zip(sectors.chunks_exact(RAW)).zip(subs.chunks_exact(SUBCHANNEL));
        for (number, ((frame, sector), sub)) in frames.enumerate() {
            let (main, behind) = frame.split_at_mut(RAW);
            main.copy_from_slice(sector);
            behind.copy_from_slice(sub);
            if marks.get(number / 8).is_some_and(|byte| byte >> (number % 8) & 1 != 0)
                && let Some(main) = main.as_mut_array::<RAW>()
            {
                main[..SYNC.len()].copy_from_slice(&SYNC);
                ecc::write_parity(main, main[15] != 2);
            }
        }
    }
    let result = marks.map(|_| ());
    decoder.parts = parts;
    result
}

/// Both parts of a hunk, and the bits of the frames whose parity is to be made.
fn unpack<'a>(
    decoder: &mut Decoder,
    codec: Codec,
    packed: &'a [u8],
    hunk: usize,
    sectors: &mut [u8],
    subs: &mut [u8],
) -> io::Result<&'a [u8]> {
    if codec == Codec::CdFlac {
        let taken = decoder.flac.decode(packed, true, sectors)?;
        decoder.plain(Codec::Zlib, packed.get(taken..).ok_or_else(broken)?, subs)?;
        return Ok(&[]);
    }
    let (main, sub) = match codec {
        Codec::CdLzma => (Codec::Lzma, Codec::Zlib),
        Codec::CdZstd => (Codec::Zstd, Codec::Zstd),
        _ => (Codec::Zlib, Codec::Zlib),
    };
    let (marks, rest) = packed.split_at_checked((hunk / FRAME).div_ceil(8)).ok_or_else(broken)?;
    let (length, rest) = rest.split_at_checked(length_bytes(hunk)).ok_or_else(broken)?;
    let length = length.iter().fold(0, |length, &byte| length << 8 | usize::from(byte));
    let (first, second) = rest.split_at_checked(length).ok_or_else(broken)?;
    decoder.plain(main, first, sectors)?;
    decoder.plain(sub, second, subs)?;
    Ok(marks)
}

/// A hunk of frames, taken apart for the codecs.
#[derive(Default)]
pub struct Frames {
    /// The sectors as they are.
    sectors: Vec<u8>,
    /// The sectors without what follows from the rest.
    stripped: Vec<u8>,
    subs: Vec<u8>,
    marks: Vec<u8>,
    /// How many frames are marked.
    marked: usize,
    /// A subchannel without a bit, packed: it is the same in most hunks of most discs.
    empty: [(usize, Vec<u8>); 2],
}

impl Frames {
    /// Takes a hunk apart.
    pub fn set(&mut self, hunk: &[u8]) {
        self.sectors.clear();
        self.subs.clear();
        for frame in hunk.chunks_exact(FRAME) {
            self.sectors.extend_from_slice(&frame[..RAW]);
            self.subs.extend_from_slice(&frame[RAW..]);
        }
        self.stripped.clear();
        self.stripped.extend_from_slice(&self.sectors);
        self.marks.clear();
        self.marks.resize((hunk.len() / FRAME).div_ceil(8), 0);
        self.marked = 0;
        for (sector, number) in self.stripped.as_chunks_mut::<RAW>().0.iter_mut().zip(0..) {
            if sector.starts_with(&SYNC) && ecc::parity_matches(sector, sector[15] != 2) {
                sector[..SYNC.len()].fill(0);
                sector[PARITY_AT..].fill(0);
                self.marks[number / 8] |= 1 << (number % 8);
                self.marked += 1;
            }
        }
    }

    /// Whether there is a data sector in it whose protection is sound.
    pub fn is_data(&self) -> bool {
        self.marked > 0
    }

    /// Bytes of the sectors that do not follow from the rest.
    pub fn substance(&self) -> usize {
        self.sectors.len() - self.marked * (SYNC.len() + RAW - PARITY_AT)
    }

    /// The sectors as they are.
    pub fn sectors(&self) -> &[u8] {
        &self.sectors
    }

    /// The sectors without what follows from the rest.
    pub fn stripped(&self) -> &[u8] {
        &self.stripped
    }
}

/// Where P and Q begin in a sector.
const PARITY_AT: usize = 2076;

/// Appends what the frames are packed to, at most `limit` bytes; false where it takes more.
pub fn encode(kernels: &mut Kernels, frames: &mut Frames, codec: Codec, limit: usize, into: &mut Vec<u8>) -> bool {
    let from = into.len();
    let (main, sub) = match codec {
        Codec::CdLzma => (Codec::Lzma, Codec::Zlib),
        Codec::CdZstd => (Codec::Zstd, Codec::Zstd),
        _ => (Codec::Zlib, Codec::Zlib),
    };
    let done = if codec == Codec::CdFlac {
        kernels.flac.encode(&frames.sectors, true, RAW, limit, into)
    } else {
        let hunk = frames.sectors.len() + frames.subs.len();
        into.extend_from_slice(&frames.marks);
        let at = into.len();
        let width = length_bytes(hunk);
        into.resize(at + width, 0);
        let left = limit.saturating_sub(into.len() - from);
        let fits = kernels.encode(main, &frames.stripped, left, into);
        let len = ((into.len() - at - width) as u32).to_be_bytes();
        into[at..at + width].copy_from_slice(&len[4 - width..]);
        fits
    };
    let fits = done && subchannel(kernels, frames, sub, limit.saturating_sub(into.len() - from), into);
    if !fits {
        into.truncate(from);
    }
    fits
}

fn subchannel(kernels: &mut Kernels, frames: &mut Frames, codec: Codec, limit: usize, into: &mut Vec<u8>) -> bool {
    if frames.subs.iter().any(|&byte| byte != 0) {
        return kernels.encode(codec, &frames.subs, limit, into);
    }
    let (len, packed) = &mut frames.empty[usize::from(codec == Codec::Zstd)];
    if *len != frames.subs.len() {
        packed.clear();
        if !kernels.encode(codec, &frames.subs, frames.subs.len(), packed) {
            return false;
        }
        *len = frames.subs.len();
    }
    let fits = packed.len() <= limit;
    if fits {
        into.extend_from_slice(packed);
    }
    fits
}
