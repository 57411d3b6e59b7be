//! [`FrameEncoder`]: 16-bit stereo PCM at 44.1 kHz as FLAC frames (RFC 9639), as they stand in FLAC files and in CHD images.
//!
//! Each frame stands by itself. Of every channel, fixed and linear prediction are tried ([`lpc`]), what is left is stored in Rice
//! codes ([`rice`]), and of the four ways to store a stereo pair (§4.2) the one is taken that seems to need the fewest bits.

mod bits;
mod lpc;
mod rice;
mod subframe;

use bits::{Bits, crc8, crc16};
use lpc::Windows;
use subframe::Channel;

/// The most samples of a frame (§9.1.1, with 16 bits for the size).
pub const FRAME_MAX: usize = 65_535;

/// Encodes frames, one after another; buffers are kept from frame to frame.
pub struct FrameEncoder {
    effort: Effort,
    /// For the size of the frame before.
    windows: Windows,
    /// Left, right, their mean, their difference.
    channels: [Channel; 4],
}

/// How much is tried.
#[derive(Debug, Clone, Copy)]
struct Effort {
    /// The highest order of linear prediction; 0: none.
    order: usize,
    /// In how many parts a frame is looked at, besides as a whole.
    parts: usize,
    /// Into how many partitions what is left is divided, as a power of two.
    partitions: u32,
}

impl Effort {
    /// For a level from 1 (fast) to 9 (small).
    fn level(level: u8) -> Effort {
        let (order, parts, partitions) = match level {
            0 | 1 => (0, 1, 3),
            2 => (6, 1, 4),
            3 | 4 => (8, 1, 5),
            5 | 6 => (8, 2, 5),
            7 | 8 => (12, 2, 6),
            _ => (12, 3, 6),
        };
        Effort { order, parts, partitions }
    }
}

/// How the two channels of a frame are stored: the number for it in the header (§9.1.3), and which of the four channels.
const ASSIGNMENTS: [(u8, [usize; 2]); 4] = [(1, [0, 1]), (8, [0, 3]), (9, [3, 1]), (10, [2, 3])];

impl FrameEncoder {
    /// For a level from 1 (fast) to 9 (small).
    pub fn new(level: u8) -> FrameEncoder {
        let channels = [16, 16, 16, 17].map(Channel::new);
        FrameEncoder { effort: Effort::level(level), windows: Windows::default(), channels }
    }

    /// Appends frame `number` (less than 2³¹) of these samples, of which there are 1 to [`FRAME_MAX`]; where there are none, or more,
    /// nothing is appended.
    ///
    /// All frames of a stream but the last have the same number of samples.
    pub fn frame(&mut self, number: u32, samples: impl Iterator<Item = [i16; 2]>, out: &mut Vec<u8>) {
        self.channels.iter_mut().for_each(Channel::clear);
        let [left, right, mean, difference] = &mut self.channels;
        for [l, r] in samples {
            let (l, r) = (i32::from(l), i32::from(r));
            left.push(l);
            right.push(r);
            mean.push((l + r) >> 1);
            difference.push(l - r);
        }
        let len = left.len();
        if !(1..=FRAME_MAX).contains(&len) {
            return;
        }
        self.windows.prepare(len, self.effort.parts);
        let (effort, windows) = (self.effort, &self.windows);
        let guesses = self.channels.each_mut().map(|channel| channel.guess(windows, effort));
        let cost = |channels: [usize; 2]| channels.map(|channel| guesses[channel]).iter().sum::<u64>();
        let (assignment, chosen) = ASSIGNMENTS.into_iter().min_by_key(|(_, channels)| cost(*channels)).unwrap_or(ASSIGNMENTS[0]);
        let start = out.len();
        header(number, len, assignment, out);
        let mut bits = Bits::new(out);
        for channel in chosen {
            self.channels[channel].encode(windows, effort, &mut bits);
        }
        bits.finish();
        let crc = crc16(&out[start..]);
        out.extend_from_slice(&crc.to_be_bytes());
    }
}

/// The header of a frame (§9.1), with its CRC.
fn header(number: u32, len: usize, assignment: u8, out: &mut Vec<u8>) {
    let start = out.len();
    let size = match len {
        192 => 1,
        576 | 1152 | 2304 | 4608 => 2 + (len / 576).ilog2() as u8,
        256 | 512 | 1024 | 2048 | 4096 | 8192 | 16_384 | 32_768 => len.ilog2() as u8,
        1..=256 => 6,
        _ => 7,
    };
    // Frames of one size; 44.1 kHz; 16 bits a sample.
    out.extend_from_slice(&[0xFF, 0xF8, size << 4 | 9, assignment << 4 | 4 << 1]);
    coded_number(number, out);
    let last = (len - 1) as u16;
    match size {
        6 => out.push(last as u8),
        7 => out.extend_from_slice(&last.to_be_bytes()),
        _ => {}
    }
    let crc = crc8(&out[start..]);
    out.push(crc);
}

/// A number as UTF-8 would have it if it went on to 31 bits (§9.1.5).
fn coded_number(number: u32, out: &mut Vec<u8>) {
    if number < 0x80 {
        return out.push(number as u8);
    }
    // Six bits in each byte that follows, and the first has room for the fewer the more follow.
    let more = (1..5).find(|more| number >> (5 * more + 6) == 0).unwrap_or(5);
    let mark = (0xFF00_u16 >> (more + 1)) as u8;
    out.push(mark | (number >> (6 * more)) as u8);
    out.extend((0..more).rev().map(|byte| 0x80 | (number >> (6 * byte) & 0x3F) as u8));
}

#[cfg(test)]
mod tests;
