//! [`Linear`]: PCM of any size of sample that lies in a file, as `f32`.

use std::io;

use super::shape::Shape;
use crate::bytes::{Bytes, Window};

/// Bytes of a sample that comes out.
const WIDE: u64 = 8;
/// Samples that are read at once, at most.
const STEP: u64 = 4096;

/// How a number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// 0 to 255, with silence at 128.
    Unsigned,
    /// Two's complement in 1 to 4 bytes. Those with fewer bits than their bytes have them at the top.
    Signed(usize),
    /// Of 32 or 64 bits (IEEE 754): 4 or 8 bytes.
    Float(usize),
}

impl Number {
    /// The one that integers of so many bits are stored as.
    pub fn signed(bits: u32) -> Option<Number> {
        (1..=32).contains(&bits).then_some(Number::Signed(bits.div_ceil(8) as usize))
    }

    /// Bytes of one.
    pub fn bytes(self) -> usize {
        match self {
            Number::Unsigned => 1,
            Number::Signed(bytes) | Number::Float(bytes) => bytes,
        }
    }

    /// Those that lie one behind another, as numbers of full scale 1; what is no number is silence.
    pub fn values(self, bytes: &[u8], big_endian: bool) -> Vec<f32> {
        let join = |bits: u64, byte: &u8| bits << 8 | u64::from(*byte);
        let bits = |bytes: &[u8]| if big_endian { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) };
        let value = |bytes: &[u8]| self.value(bits(bytes));
        bytes.chunks_exact(self.bytes()).map(value).map(|value| if value.is_finite() { value } else { 0.0 }).collect()
    }

    fn value(self, bits: u64) -> f32 {
        match self {
            Number::Unsigned => (bits as f32 - 128.0) / 128.0,
            Number::Signed(bytes) => ((bits << (64 - 8 * bytes)).cast_signed() as f64 / 2f64.powi(63)) as f32,
            Number::Float(4) => f32::from_bits(bits as u32),
            Number::Float(_) => f64::from_bits(bits) as f32,
        }
    }
}

/// PCM in a file, as stereo samples of type `f32`.
pub(super) struct Linear {
    pcm: Window,
    number: Number,
    big_endian: bool,
    shape: Shape,
}

impl Linear {
    /// The stream of these bytes.
    pub fn new(pcm: Window, number: Number, big_endian: bool, shape: Shape) -> Linear {
        Linear { pcm, number, big_endian, shape }
    }

    /// Bytes of a sample of all channels in the file.
    fn stride(&self) -> u64 {
        (self.number.bytes() * self.shape.channels()) as u64
    }

    fn samples(&self, at: u64, count: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; (count * self.stride()) as usize];
        self.pcm.read_at(at * self.stride(), &mut bytes)?;
        Ok(self.shape.floats_of(&self.number.values(&bytes, self.big_endian)))
    }
}

impl Bytes for Linear {
    fn len(&self) -> u64 {
        self.pcm.len() / self.stride() * WIDE
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        if at.checked_add(into.len() as u64).is_none_or(|end| end > self.len()) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (mut at, mut into) = (at, into);
        while !into.is_empty() {
            let skip = at % WIDE;
            let count = (skip + into.len() as u64).div_ceil(WIDE).min(STEP);
            let bytes = self.samples(at / WIDE, count)?;
            let here = bytes.get(skip as usize..).unwrap_or_default();
            let (now, rest) = into.split_at_mut(here.len().min(into.len()));
            now.copy_from_slice(&here[..now.len()]);
            at += now.len() as u64;
            into = rest;
        }
        Ok(())
    }
}
