//! [`Shape`]: how a file's samples differ from a CD's.

use std::fmt;

use symphonia::core::audio::GenericAudioBufferRef;

use super::AudioError;

/// Sampling rates that are converted; what is beyond is no music.
const RATES: std::ops::RangeInclusive<u32> = 4000..=384_000;

/// What the samples of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Samples a second.
    pub rate: u32,
    /// Mono or stereo.
    channels: u32,
    /// Bits of a sample; 16 where the format has no such number.
    bits: u32,
    /// They are floating-point numbers.
    float: bool,
}

impl Shape {
    /// What a CD has.
    pub const CD: Shape = Shape { rate: 44_100, channels: 2, bits: 16, float: false };

    /// Refuses what can't be made into a CD's samples.
    pub fn new(rate: u32, channels: u32, bits: u32) -> Result<Shape, AudioError> {
        Err(AudioError::Unfit(match (channels, RATES.contains(&rate), bits) {
            (1..=2, true, 1..=64) => return Ok(Shape { rate, channels, bits, float: false }),
            (1..=2, true, _) => "has samples of no known size",
            (1..=2, false, _) => "is sampled at a rate that no sound is",
            (0, ..) => "has no channel",
            _ => "has more than two channels: a CD is stereo",
        }))
    }

    /// Its samples are floating-point numbers.
    pub fn floating(self) -> Shape {
        Shape { float: true, ..self }
    }

    /// Whether its samples are a CD's.
    pub fn is_cd(self) -> bool {
        self == Shape::CD
    }

    /// Whether it has one channel.
    pub fn is_mono(self) -> bool {
        self.channels == 1
    }

    /// Interleaved channels.
    pub fn channels(self) -> usize {
        self.channels as usize
    }

    /// Bytes of a sample of both channels as decoders give them: 16-bit numbers where they are a CD's, or else two `f32`.
    pub fn sample(self) -> u64 {
        if self.is_cd() { 4 } else { 8 }
    }

    /// Decoded samples, interleaved, as bytes: see [`Shape::sample`]. Full scale is 1, and what goes beyond is clamped by whoever
    /// makes 16 bits of it.
    pub fn bytes_of(self, samples: &[f32]) -> Vec<u8> {
        match (self.is_cd(), self.is_mono()) {
            (true, _) => samples.iter().flat_map(|sample| sixteen(*sample).to_le_bytes()).collect(),
            (false, true) => samples.iter().flat_map(|sample| [sample.to_le_bytes(); 2]).flatten().collect(),
            (false, false) => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
        }
    }

    /// What a decoder without loss gave, as bytes.
    pub fn bytes_of_buffer(self, buffer: &GenericAudioBufferRef<'_>) -> Vec<u8> {
        if self.is_cd() {
            let mut samples: Vec<i16> = Vec::new();
            buffer.copy_to_vec_interleaved(&mut samples);
            return samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        }
        let mut samples: Vec<f32> = Vec::new();
        buffer.copy_to_vec_interleaved(&mut samples);
        self.bytes_of(&samples)
    }
}

/// A sample of full scale 1 as a CD has it: rounded, and clamped where it is beyond.
pub(super) fn sixteen(sample: f32) -> i16 {
    (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.rate / 1000, self.rate % 1000);
        let rest = if rest == 0 { String::new() } else { format!(".{rest:03}").trim_end_matches('0').to_owned() };
        let channels = if self.is_mono() { "mono" } else { "stereo" };
        let float = if self.float { " floating point" } else { "" };
        write!(f, "{whole}{rest} kHz, {channels}, {} bits{float}", self.bits)
    }
}
