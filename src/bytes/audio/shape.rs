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
    /// From mono to eight.
    channels: u32,
    /// Bits of a sample; 16 where the format has no such number.
    bits: u32,
    /// They are floating-point numbers.
    float: bool,
    /// They were never stored as numbers: what a decoder makes of them is finer than 16 bits, and may be louder than full scale.
    lossy: bool,
}

impl Shape {
    /// What a CD has.
    pub const CD: Shape = Shape { rate: 44_100, channels: 2, bits: 16, float: false, lossy: false };

    /// Refuses what can't be made into a CD's samples.
    pub fn new(rate: u32, channels: u32, bits: u32) -> Result<Shape, AudioError> {
        match channels {
            0..=2 => Shape::surround(rate, channels, bits),
            _ => Err(AudioError::Unfit("has more than two channels: a CD is stereo")),
        }
    }

    /// The same, of a format whose channels have the order of [`downmix`] where there are more than two.
    pub fn surround(rate: u32, channels: u32, bits: u32) -> Result<Shape, AudioError> {
        Err(AudioError::Unfit(match (channels, RATES.contains(&rate), bits) {
            (1..=8, true, 1..=64) => return Ok(Shape { rate, channels, bits, float: false, lossy: false }),
            (1..=8, true, _) => "has samples of no known size",
            (1..=8, false, _) => "is sampled at a rate that no sound is",
            (0, ..) => "has no channel",
            _ => "has more than eight channels: a CD is stereo",
        }))
    }

    /// Its samples are floating-point numbers.
    pub fn floating(self) -> Shape {
        Shape { float: true, ..self }
    }

    /// Its samples come from a decoder of a lossy format.
    pub fn lossy(self) -> Shape {
        Shape { lossy: true, ..self }
    }

    /// Whether its samples are a CD's, bit for bit.
    pub fn is_cd(self) -> bool {
        self == Shape::CD
    }

    /// Whether it would be called what a CD has, as a lossy file of the same rate and channels is.
    pub fn is_called_cd(self) -> bool {
        Shape { lossy: false, ..self } == Shape::CD
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
        match self.is_cd() {
            true => samples.iter().flat_map(|sample| sixteen((*sample).into()).to_le_bytes()).collect(),
            false => self.floats_of(samples),
        }
    }

    /// Samples of all channels, interleaved, as the bytes of two `f32`: left and right.
    pub fn floats_of(self, samples: &[f32]) -> Vec<u8> {
        match self.channels {
            1 => samples.iter().flat_map(|sample| [sample.to_le_bytes(); 2]).flatten().collect(),
            2 => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
            _ => {
                let shares = downmix(self.channels);
                let mixed = |channel: usize, all: &[f32]| all.iter().zip(&shares).map(|(sample, to)| sample * to[channel]).sum();
                let both = |all: &[f32]| [mixed(0, all), mixed(1, all)];
                samples.chunks_exact(self.channels()).flat_map(both).flat_map(|sample: f32| sample.to_le_bytes()).collect()
            }
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
pub(super) fn sixteen(sample: f64) -> i16 {
    (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16
}

/// What each of three to eight channels gives to left and right: ITU-R BS.775-3, annex 4, which leaves the low-frequency channel out; a
/// back centre comes by way of both sides. Divided by their sum, so that nothing clips however loud all are at once.
///
/// The order is that of FLAC (RFC 9639 §9.1.3) and of WAVE.
fn downmix(channels: u32) -> Vec<[f32; 2]> {
    const HALF: f32 = std::f32::consts::FRAC_1_SQRT_2;
    const LEFT: [f32; 2] = [1.0, 0.0];
    const RIGHT: [f32; 2] = [0.0, 1.0];
    const CENTRE: [f32; 2] = [HALF, HALF];
    const LOW: [f32; 2] = [0.0, 0.0];
    const LEFT_SIDE: [f32; 2] = [HALF, 0.0];
    const RIGHT_SIDE: [f32; 2] = [0.0, HALF];
    const BACK: [f32; 2] = [0.5, 0.5];
    let shares: &[[f32; 2]] = match channels {
        3 => &[LEFT, RIGHT, CENTRE],
        4 => &[LEFT, RIGHT, LEFT_SIDE, RIGHT_SIDE],
        5 => &[LEFT, RIGHT, CENTRE, LEFT_SIDE, RIGHT_SIDE],
        6 => &[LEFT, RIGHT, CENTRE, LOW, LEFT_SIDE, RIGHT_SIDE],
        7 => &[LEFT, RIGHT, CENTRE, LOW, BACK, LEFT_SIDE, RIGHT_SIDE],
        _ => &[LEFT, RIGHT, CENTRE, LOW, LEFT_SIDE, RIGHT_SIDE, LEFT_SIDE, RIGHT_SIDE],
    };
    let sum: f32 = shares.iter().map(|[left, _]| left).sum();
    shares.iter().map(|share| share.map(|part| part / sum)).collect()
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.rate / 1000, self.rate % 1000);
        let rest = if rest == 0 { String::new() } else { format!(".{rest:03}").trim_end_matches('0').to_owned() };
        let channels = match self.channels {
            1 => "mono".to_owned(),
            2 => "stereo".to_owned(),
            more => format!("{more} channels"),
        };
        let float = if self.float { " floating point" } else { "" };
        write!(f, "{whole}{rest} kHz, {channels}, {} bits{float}", self.bits)
    }
}
