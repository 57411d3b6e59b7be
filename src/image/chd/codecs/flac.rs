//! `flac`: frames of FLAC (RFC 9639) without the stream's header, always 16-bit stereo.
//!
//! What the frames' own checksums would tell is told by that of the hunk.

use std::io;

use super::broken;

/// Samples of a frame are at most so many (RFC 9639, section 9.1.1).
const LONGEST: usize = 65_536;
/// Coefficients of a predictor (RFC 9639, section 9.2.6).
const MAX_ORDER: usize = 32;

/// Memory for the samples of a frame, channel by channel.
#[derive(Default)]
pub struct Flac {
    channels: [Vec<i32>; 2],
}

impl Flac {
    /// As [`Flac::decode`], behind a letter that tells the order of bytes: `L`, the low one first, or `B`.
    pub fn decode_marked(&mut self, packed: &[u8], into: &mut [u8]) -> io::Result<usize> {
        let (order, frames) = packed.split_first().ok_or_else(broken)?;
        match order {
            b'L' => Ok(1 + self.decode(frames, false, into)?),
            b'B' => Ok(1 + self.decode(frames, true, into)?),
            _ => Err(broken()),
        }
    }

    /// Fills `into`, whose length is a multiple of 4, with samples of the left and the right side in turn; tells how many bytes that took.
    pub fn decode(&mut self, packed: &[u8], big: bool, into: &mut [u8]) -> io::Result<usize> {
        let mut bits = Bits::new(packed);
        let mut left = into;
        while !left.is_empty() {
            let samples = self.frame(&mut bits, left.len() / 4).ok_or_else(broken)?;
            let (now, rest) = left.split_at_mut(samples * 4);
            let [one, other] = &self.channels;
            for (pair, (&one, &other)) in now.as_chunks_mut::<4>().0.iter_mut().zip(one.iter().zip(other)) {
                let ([a, b], [c, d]) = match big {
                    true => ((one as i16).to_be_bytes(), (other as i16).to_be_bytes()),
                    false => ((one as i16).to_le_bytes(), (other as i16).to_le_bytes()),
                };
                *pair = [a, b, c, d];
            }
            left = rest;
        }
        bits.taken().ok_or_else(broken)
    }

    /// Decodes a frame of at most `room` samples, and tells how many it has.
    fn frame(&mut self, bits: &mut Bits<'_>, room: usize) -> Option<usize> {
        let (samples, sides) = header(bits)?;
        if samples == 0 || samples > room.min(LONGEST) {
            return None;
        }
        let [one, other] = &mut self.channels;
        one.resize(samples, 0);
        other.resize(samples, 0);
        let (left, right) = match sides {
            1 => (16, 16),
            8 => (16, 17),
            9 => (17, 16),
            10 => (16, 17),
            _ => return None,
        };
        subframe(bits, left, one)?;
        subframe(bits, right, other)?;
        bits.align();
        // The checksum of the frame.
        bits.take(16);
        match sides {
            8 => one.iter().zip(other).for_each(|(left, side)| *side = left.wrapping_sub(*side)),
            9 => one.iter_mut().zip(other).for_each(|(side, right)| *side = right.wrapping_add(*side)),
            10 => one.iter_mut().zip(other).for_each(|(middle, side)| {
                let sum = middle.wrapping_shl(1) | (*side & 1);
                (*middle, *side) = (sum.wrapping_add(*side) >> 1, sum.wrapping_sub(*side) >> 1);
            }),
            _ => {}
        }
        Some(samples)
    }
}

/// Reads the header of a frame: how many samples, and how the channels are combined.
fn header(bits: &mut Bits<'_>) -> Option<(usize, u32)> {
    if bits.take(15) != 0b111_1111_1111_1100 {
        return None;
    }
    bits.take(1);
    let (size, rate, sides, width) = (bits.take(4), bits.take(4), bits.take(4), bits.take(3));
    bits.take(1);
    // The number of the frame, as UTF-8 has characters.
    let ones = (!(bits.take(8) << 24)).leading_zeros();
    match ones {
        0 => {}
        2..=7 => (1..ones).for_each(|_| _ = bits.take(8)),
        _ => return None,
    }
    let samples = match size {
        1 => 192,
        2..=5 => 576 << (size - 2),
        6 => bits.take(8) + 1,
        7 => bits.take(16) + 1,
        8..=15 => 256 << (size - 8),
        _ => return None,
    };
    match rate {
        12 => _ = bits.take(8),
        13 | 14 => _ = bits.take(16),
        15 => return None,
        _ => {}
    }
    bits.take(8);
    // 16 bits a sample, said here or left to the header of the stream, which there is none of.
    matches!(width, 0 | 4).then_some((samples as usize, sides))
}

/// Decodes a channel of samples that have so many bits.
fn subframe(bits: &mut Bits<'_>, width: u32, samples: &mut [i32]) -> Option<()> {
    if bits.take(1) != 0 {
        return None;
    }
    let kind = bits.take(6);
    let wasted = if bits.take(1) != 0 { bits.unary()? + 1 } else { 0 };
    let width = width.checked_sub(wasted).filter(|&width| width > 0)?;
    match kind {
        0 => samples.fill(bits.signed(width)),
        1 => samples.iter_mut().for_each(|sample| *sample = bits.signed(width)),
        8..=12 => fixed(bits, width, kind as usize - 8, samples)?,
        32.. => predicted(bits, width, kind as usize - 31, samples)?,
        _ => return None,
    }
    if wasted > 0 {
        samples.iter_mut().for_each(|sample| *sample <<= wasted);
    }
    (!bits.is_past()).then_some(())
}

/// The first samples as they are, for a predictor to begin with.
fn warm_up(bits: &mut Bits<'_>, width: u32, order: usize, samples: &mut [i32]) -> Option<()> {
    samples.get_mut(..order)?.iter_mut().for_each(|sample| *sample = bits.signed(width));
    Some(())
}

/// A fixed predictor (RFC 9639, section 9.2.5).
fn fixed(bits: &mut Bits<'_>, width: u32, order: usize, samples: &mut [i32]) -> Option<()> {
    warm_up(bits, width, order, samples)?;
    residual(bits, order, samples)?;
    match order {
        1 => predict(&[1], 0, samples),
        2 => predict(&[-1, 2], 0, samples),
        3 => predict(&[1, -3, 3], 0, samples),
        4 => predict(&[-1, 4, -6, 4], 0, samples),
        _ => {}
    }
    Some(())
}

/// A predictor with coefficients of its own (RFC 9639, section 9.2.6).
fn predicted(bits: &mut Bits<'_>, width: u32, order: usize, samples: &mut [i32]) -> Option<()> {
    warm_up(bits, width, order, samples)?;
    let precision = bits.take(4) + 1;
    let shift = bits.signed(5);
    if precision > 15 || shift < 0 {
        return None;
    }
    let mut kept = [0; MAX_ORDER];
    let coefficients = kept.get_mut(..order)?;
    // They are stored for the nearest sample first.
    coefficients.iter_mut().rev().for_each(|coefficient| *coefficient = bits.signed(precision));
    residual(bits, order, samples)?;
    let shift = shift as u32;
    // Sums fit 32 bits with what encoders make of 16-bit samples.
    if width + precision + order.ilog2() > 32 {
        predict_wide(coefficients, shift, samples);
        return Some(());
    }
    macro_rules! by_order {
        ($($n:literal)*) => {
            match order {
                $($n => predict::<$n>(coefficients.first_chunk()?, shift, samples),)*
                _ => predict_wide(coefficients, shift, samples),
            }
        };
    }
    by_order!(1 2 3 4 5 6 7 8 9 10 11 12);
    Some(())
}

/// Adds what is predicted from the `N` samples before to each residual. What is too large wraps, as it can only in broken data.
fn predict<const N: usize>(coefficients: &[i32; N], shift: u32, samples: &mut [i32]) {
    let Some(first) = samples.first_chunk::<N>() else { return };
    let mut before = *first;
    for sample in samples.iter_mut().skip(N) {
        let sum = before.iter().zip(coefficients).fold(0i32, |sum, (&one, &other)| sum.wrapping_add(one.wrapping_mul(other)));
        *sample = sample.wrapping_add(sum >> shift);
        before.copy_within(1.., 0);
        before[N - 1] = *sample;
    }
}

/// The same with sums of 64 bits, for any number of coefficients.
fn predict_wide(coefficients: &[i32], shift: u32, samples: &mut [i32]) {
    for at in coefficients.len()..samples.len() {
        let before = samples[at - coefficients.len()..at].iter().zip(coefficients);
        let sum = before.fold(0i64, |sum, (&one, &other)| sum.wrapping_add(i64::from(one) * i64::from(other)));
        samples[at] = samples[at].wrapping_add((sum >> shift) as i32);
    }
}

/// What the predictor missed (RFC 9639, section 9.2.7), into the samples behind the first `order`.
fn residual(bits: &mut Bits<'_>, order: usize, samples: &mut [i32]) -> Option<()> {
    let method = bits.take(2);
    let partitions = 1usize << bits.take(4);
    let (parameter_bits, escape) = match method {
        0 => (4, 15),
        1 => (5, 31),
        _ => return None,
    };
    let each = samples.len() / partitions;
    if each * partitions != samples.len() || each < order {
        return None;
    }
    for number in 0..partitions {
        let from = if number == 0 { order } else { number * each };
        let part = samples.get_mut(from..(number + 1) * each)?;
        let parameter = bits.take(parameter_bits);
        if parameter == escape {
            let width = bits.take(5);
            part.iter_mut().for_each(|sample| *sample = if width == 0 { 0 } else { bits.signed(width) });
        } else {
            bits.rice(parameter, part)?;
        }
        if bits.is_past() {
            return None;
        }
    }
    Some(())
}

/// Bits, the highest of a byte first, 56 at hand after each [`Bits::fill`].
struct Bits<'a> {
    bytes: &'a [u8],
    /// The next byte to load.
    at: usize,
    /// Bits loaded and not yet taken, from the top down.
    held: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8]) -> Bits<'a> {
        Bits { bytes, at: 0, held: 0, count: 0 }
    }

    #[inline]
    fn fill(&mut self) {
        match self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(chunk) => {
                self.held |= u64::from_be_bytes(*chunk) >> self.count;
                self.at += (63 - self.count as usize) >> 3;
                self.count |= 56;
            }
            None => self.fill_at_the_end(),
        }
    }

    /// Behind the end there are zeros.
    #[cold]
    fn fill_at_the_end(&mut self) {
        // What was loaded beyond `count` is loaded again.
        self.held = if self.count == 0 { 0 } else { self.held & (u64::MAX << (64 - self.count)) };
        while self.count <= 56 {
            self.held |= u64::from(self.bytes.get(self.at).copied().unwrap_or(0)) << (56 - self.count);
            self.at += 1;
            self.count += 8;
        }
    }

    /// Up to 32 bits.
    #[inline]
    fn take(&mut self, bits: u32) -> u32 {
        if self.count < bits {
            self.fill();
        }
        let value = (self.held >> 1 >> (63 - bits)) as u32;
        self.held <<= bits;
        self.count -= bits;
        value
    }

    /// A number of 1 to 32 bits, the highest of which is its sign.
    fn signed(&mut self, bits: u32) -> i32 {
        (self.take(bits) << (32 - bits)) as i32 >> (32 - bits)
    }

    /// How many zeros there are before the next one, which is taken too.
    fn unary(&mut self) -> Option<u32> {
        let mut zeros = 0;
        loop {
            self.fill();
            let here = self.held.leading_zeros().min(self.count);
            zeros += here;
            if here < self.count {
                self.held = self.held << here << 1;
                self.count -= here + 1;
                return Some(zeros);
            }
            (self.held, self.count) = (0, 0);
            if self.is_past() {
                return None;
            }
        }
    }

    /// Rice codes (RFC 9639, section 9.2.7.2).
    #[inline]
    fn rice(&mut self, parameter: u32, into: &mut [i32]) -> Option<()> {
        for sample in into {
            self.fill();
            let zeros = self.held.leading_zeros();
            let all = zeros + 1 + parameter;
            let folded = if all <= 56 {
                let rest = self.held << zeros << 1;
                self.held = rest << parameter;
                self.count -= all;
                zeros << parameter | (rest >> 1 >> (63 - parameter)) as u32
            } else {
                let high = self.unary()?;
                high.wrapping_shl(parameter) | self.take(parameter)
            };
            *sample = (folded >> 1) as i32 ^ -((folded & 1) as i32);
        }
        Some(())
    }

    /// To the next whole byte.
    fn align(&mut self) {
        let rest = self.count % 8;
        self.held <<= rest;
        self.count -= rest;
    }

    /// Whether more was taken than there is.
    fn is_past(&self) -> bool {
        self.at * 8 > self.bytes.len() * 8 + self.count as usize
    }

    /// How many bytes were taken; `None` where there are not so many.
    fn taken(&self) -> Option<usize> {
        (!self.is_past()).then(|| self.at - self.count as usize / 8)
    }
}
