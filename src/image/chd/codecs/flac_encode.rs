//! `flac`: the other way, with the house's own encoder of frames.

use crate::bytes::audio::FrameEncoder;

/// How hard it is compressed, from 1 to 9.
const LEVEL: u8 = 8;

/// An encoder.
pub struct Flac(FrameEncoder);

impl Default for Flac {
    fn default() -> Flac {
        Flac(FrameEncoder::new(LEVEL))
    }
}

impl Flac {
    /// As [`Flac::encode`], in the order of bytes that packs better, behind the letter for it.
    pub fn encode_marked(&mut self, raw: &[u8], limit: usize, into: &mut Vec<u8>) -> bool {
        let from = into.len();
        let mut best = limit;
        let mut found = false;
        for (letter, big) in [(b'L', false), (b'B', true)] {
            let at = into.len();
            into.push(letter);
            if best > 0 && self.encode(raw, big, 2048, best - 1, into) {
                into.drain(from..at);
                best = (into.len() - from).saturating_sub(1);
                found = true;
            } else {
                into.truncate(at);
            }
        }
        found
    }

    /// Appends the frames of these samples, each of at most `most`, where all take at most `limit` bytes; else nothing.
    pub fn encode(&mut self, raw: &[u8], big: bool, most: usize, limit: usize, into: &mut Vec<u8>) -> bool {
        let from = into.len();
        let size = block(raw.len(), most);
        for (part, number) in raw.chunks(size * 4).zip(0..) {
            let pairs = part.as_chunks::<4>().0.iter();
            match big {
                true => self.0.frame(number, pairs.map(|&[a, b, c, d]| [[a, b], [c, d]].map(i16::from_be_bytes)), into),
                false => self.0.frame(number, pairs.map(|&[a, b, c, d]| [[a, b], [c, d]].map(i16::from_le_bytes)), into),
            }
            if into.len() - from > limit {
                into.truncate(from);
                return false;
            }
        }
        true
    }
}

/// Samples of a frame: all, halved until they are no more than `most`.
fn block(bytes: usize, most: usize) -> usize {
    let mut block = bytes / 4;
    while block > most {
        block /= 2;
    }
    block.max(1)
}
