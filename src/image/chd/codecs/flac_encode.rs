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

/// Whether FLAC may pack these samples to at most `limit` bytes, guessed in a fraction of the time that it takes: by the size of the samples, and of their
/// differences.
pub fn hopeful(raw: &[u8], big: bool, limit: usize) -> bool {
    let mut sums = [0u64; 3];
    let mut before = [[0i32; 2]; 2];
    for &[a, b, c, d] in raw.as_chunks::<4>().0 {
        let pairs = [[a, b], [c, d]];
        let now = if big { pairs.map(i16::from_be_bytes) } else { pairs.map(i16::from_le_bytes) }.map(i32::from);
        for (sample, [last, last_step]) in now.into_iter().zip(&mut before) {
            let step = sample - *last;
            sums[0] += u64::from(sample.unsigned_abs());
            sums[1] += u64::from(step.unsigned_abs());
            sums[2] += u64::from((step - *last_step).unsigned_abs());
            (*last, *last_step) = (sample, step);
        }
    }
    // Noise of all bits has a mean of 2¹⁴ and takes 16; what follows differences takes less than they say.
    let samples = (raw.len() / 2).max(1) as f64;
    let bits = |sum: u64, more: f64| (sum as f64 / samples).max(1.0).log2() + more;
    let least = bits(sums[0], 2.0).min(bits(sums[1], 1.5)).min(bits(sums[2], 1.5));
    least * samples / 8.0 <= limit as f64
}
