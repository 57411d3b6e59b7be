//! [`Converted`]: sound of other sampling rates and sizes as a CD has it.
//!
//! Every sample that comes out is a fixed sum of samples that go in, whatever was read before: so any place can be read by itself,
//! and all readers get the same. (The resamplers of the crate rubato keep a state from block to block, so that theirs do not.)

use std::io;
use std::sync::{Arc, OnceLock};

use multiversion::multiversion;

use super::finish::Finish;
use super::{AudioError, SAMPLE};
use crate::bytes::Bytes;

/// Samples a second on a CD.
const CD_RATE: u32 = 44_100;
/// Bytes of a sample that goes in: `f32`, left and right.
const WIDE: u64 = 8;
/// Samples that are made at once, at most.
const STEP: u64 = 4096;
/// How far the filter reaches to either side, in periods of the lower of the two rates.
const REACH: f64 = 72.0;

/// Where the filter's slope is in its middle, as a share of half the lower rate: up to 0.91 all passes (20 kHz of 22.05), from 1 nothing.
const CUTOFF: f64 = 0.953;
/// Shape of the window of Kaiser; with this one what is to be stopped is lower by 100 dB.
const BETA: f64 = 10.06;
/// The most factors of a filter, 12 MB of them: only rates that have next to no divisor with a CD's need more.
const FACTORS: usize = 3 << 20;
const LANES: usize = 8;
/// Heights of the filter that are calculated for each period; those between are interpolated, which is off by −110 dB.
const FINE: usize = 1024;

/// 16-bit stereo at 44.1 kHz, made of stereo samples of type `f32` at any rate.
pub(super) struct Converted {
    source: Arc<dyn Bytes>,
    /// Samples there, and here.
    from: u64,
    to: u64,
    /// None where the rate is a CD's.
    filter: Option<Filter>,
    finish: Finish,
}

impl Converted {
    /// The stream; as many samples as it takes to reach the end of the source.
    pub fn new(source: Arc<dyn Bytes>, rate: u32, finish: Finish) -> Result<Converted, AudioError> {
        let from = source.len() / WIDE;
        let filter = if rate == CD_RATE { None } else { Some(Filter::new(rate)?) };
        let to = (u128::from(from) * u128::from(CD_RATE)).div_ceil(u128::from(rate));
        let to = u64::try_from(to).ok().filter(|to| *to <= u64::MAX / SAMPLE);
        Ok(Converted { source, from, to: to.ok_or(AudioError::Unfit("is longer than any disc"))?, filter, finish })
    }

    /// Samples `at`… of the source as numbers, silence before it and behind it.
    fn source_samples(&self, at: i64, count: usize) -> io::Result<Vec<[f32; 2]>> {
        let mut samples = vec![[0.0; 2]; count];
        let skip = at.min(0).unsigned_abs();
        let first = at.max(0).unsigned_abs();
        let there = self.from.saturating_sub(first).min((count as u64).saturating_sub(skip));
        let mut bytes = vec![0; (there * WIDE) as usize];
        if there > 0 {
            self.source.read_at(first * WIDE, &mut bytes)?;
        }
        let (wide, _) = bytes.as_chunks::<8>();
        for (sample, &[a, b, c, d, e, f, g, h]) in samples.iter_mut().skip(skip as usize).zip(wide) {
            *sample = [f32::from_le_bytes([a, b, c, d]), f32::from_le_bytes([e, f, g, h])];
        }
        Ok(samples)
    }

    /// Samples `at`… as a CD has them.
    fn samples(&self, at: u64, count: u64) -> io::Result<Vec<[i16; 2]>> {
        let made = match &self.filter {
            None => self.source_samples(at.cast_signed(), count as usize)?,
            Some(filter) => {
                let first = filter.first(at);
                let last = filter.first(at + count - 1) + filter.taps as i64;
                let source = self.source_samples(first, (last - first) as usize)?;
                let [left, right] = [0, 1].map(|channel| source.iter().map(|sample| sample[channel]).collect::<Vec<f32>>());
                let place = |n: u64| ((filter.first(n) - first) as usize, filter.factors_of(n));
                (at..at + count).map(place).map(|(from, factors)| [&left, &right].map(|x| sum(&x[from..], factors))).collect()
            }
        };
        let finish = |(n, sample): (u64, [f32; 2])| self.finish.sample(n, sample);
        Ok((at..).zip(made).map(finish).collect())
    }
}

impl Bytes for Converted {
    fn len(&self) -> u64 {
        self.to * SAMPLE
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        if at.checked_add(into.len() as u64).is_none_or(|end| end > self.len()) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (mut at, mut into) = (at, into);
        while !into.is_empty() {
            let skip = at % SAMPLE;
            let count = (skip + into.len() as u64).div_ceil(SAMPLE).min(STEP);
            let bytes: Vec<u8> = self.samples(at / SAMPLE, count)?.iter().flatten().flat_map(|s| s.to_le_bytes()).collect();
            let here = bytes.get(skip as usize..).unwrap_or_default();
            let (now, rest) = into.split_at_mut(here.len().min(into.len()));
            now.copy_from_slice(&here[..now.len()]);
            at += now.len() as u64;
            into = rest;
        }
        Ok(())
    }
}

/// Factors for each place that a sample of a CD can have between two of the source.
struct Filter {
    /// The two rates without their common divisor.
    up: u64,
    down: u64,
    /// Factors of one place, a multiple of [`LANES`].
    taps: usize,
    /// How many samples of the source are one period of the lower rate.
    scale: f64,
    /// The factors of all `up` places, made when the first sample is wanted.
    factors: OnceLock<Vec<f32>>,
}

impl Filter {
    fn new(rate: u32) -> Result<Filter, AudioError> {
        let divisor = common_divisor(rate, CD_RATE);
        let (up, down) = (CD_RATE / divisor, rate / divisor);
        // In periods of the source: longer ones where there is more to stop than the source's own images.
        let scale = (f64::from(rate) / f64::from(CD_RATE)).max(1.0);
        let taps = (2 * (REACH * scale).ceil() as usize).next_multiple_of(LANES);
        if up as usize * taps > FACTORS {
            return Err(AudioError::Unfit("is sampled at a rate that can't be converted to 44.1 kHz"));
        }
        Ok(Filter { up: u64::from(up), down: u64::from(down), taps, scale, factors: OnceLock::new() })
    }

    fn make(&self) -> Vec<f32> {
        let prototype = PROTOTYPE.get_or_init(prototype);
        let mut factors = Vec::with_capacity(self.up as usize * self.taps);
        for place in 0..self.up {
            let between = place as f64 / self.up as f64;
            let begin = factors.len();
            let mut total = 0.0;
            for tap in 0..self.taps {
                let away = tap as f64 - (self.taps / 2 - 1) as f64 - between;
                let factor = height(prototype, away.abs() / self.scale);
                total += factor;
                factors.push(factor as f32);
            }
            // What does not move stays at its height.
            factors[begin..].iter_mut().for_each(|factor| *factor = (f64::from(*factor) / total) as f32);
        }
        factors
    }

    /// The first sample of the source that sample `n` is made of.
    fn first(&self, n: u64) -> i64 {
        let at = u128::from(n) * u128::from(self.down) / u128::from(self.up);
        at as i64 - (self.taps / 2 - 1) as i64
    }

    fn factors_of(&self, n: u64) -> &[f32] {
        let place = (u128::from(n) * u128::from(self.down) % u128::from(self.up)) as usize;
        &self.factors.get_or_init(|| self.make())[place * self.taps..(place + 1) * self.taps]
    }
}

/// The sum of the products. Eight sums side by side, so that it is the same with SIMD and without.
#[multiversion(targets("x86_64+avx2"))]
fn sum(samples: &[f32], factors: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (samples, factors) in samples.as_chunks::<LANES>().0.iter().zip(factors.as_chunks::<LANES>().0) {
        for ((sum, sample), factor) in sums.iter_mut().zip(samples).zip(factors) {
            *sum += sample * factor;
        }
    }
    sums.iter().sum()
}

/// One half of the filter for a lower rate of one sample a period: [`FINE`] heights for each.
static PROTOTYPE: OnceLock<Vec<f64>> = OnceLock::new();

fn prototype() -> Vec<f64> {
    let at = |n: usize| n as f64 / FINE as f64;
    (0..=REACH as usize * FINE).map(|n| sinc(at(n) * CUTOFF) * kaiser(at(n) / REACH)).collect()
}

/// The height so many periods from the middle.
fn height(prototype: &[f64], away: f64) -> f64 {
    let place = away * FINE as f64;
    match prototype.get(place as usize..place as usize + 2) {
        Some([before, behind]) => before + (behind - before) * place.fract(),
        _ => 0.0,
    }
}

fn sinc(x: f64) -> f64 {
    let x = x * std::f64::consts::PI;
    if x.abs() < 1e-9 { 1.0 } else { x.sin() / x }
}

/// The window of Kaiser; 0 beyond ±1.
fn kaiser(x: f64) -> f64 {
    if x.abs() >= 1.0 { 0.0 } else { bessel(BETA * (1.0 - x * x).sqrt()) / bessel(BETA) }
}

/// The modified Bessel function of the first kind and order 0, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..40 {
        term *= (x / 2.0 / f64::from(n)).powi(2);
        sum += term;
        if term < sum * 1e-12 {
            break;
        }
    }
    sum
}

fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
