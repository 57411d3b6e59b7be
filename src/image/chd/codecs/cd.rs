//! The codecs for CDs: a hunk is a number of frames, each a sector and its subchannel; both are packed apart.
//!
//! `cdlz`, `cdzl` and `cdzs` begin with a bit for each frame (the lowest of the first byte first): where it is set, sync pattern and P and Q parity were
//! replaced by zeros, because they follow from the rest. Then comes the length of what the sectors have become, in two bytes, or three where a hunk has
//! 64 KiB or more. `cdfl` has none of that.

use std::io;

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
