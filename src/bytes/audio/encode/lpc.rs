//! Linear prediction: which coefficients predict a channel best.
//!
//! A channel is looked at through windows, because of what is seen whole no better predictor can be had than for the mean of it: one
//! for the beginning, or for all but the beginning, may serve better.

use multiversion::multiversion;

/// The highest order that is tried; the format has 32, its streamable subset 12 (RFC 9639 §7).
pub(super) const ORDER_MAX: usize = 12;
/// Lags that are computed, for the sake of SIMD more than are needed.
const LAGS: usize = 16;
/// The shift has five bits and must not be negative (§9.2.6).
const SHIFT_MAX: i32 = 15;

/// What frames of one size are looked at through.
#[derive(Default)]
pub(super) struct Windows {
    /// The size and the number of parts that they were made for.
    made_for: (usize, usize),
    /// The whole first.
    windows: Vec<Window>,
}

/// One window: factors for the samples from `start` on.
struct Window {
    start: usize,
    factors: Vec<f32>,
}

impl Windows {
    /// Makes the windows for frames of this size: the whole, each of 2 to `parts` parts, and the whole but for each part.
    pub fn prepare(&mut self, len: usize, parts: usize) {
        if self.made_for == (len, parts) {
            return;
        }
        self.made_for = (len, parts);
        self.windows.clear();
        self.windows.push(Window { start: 0, factors: tukey(len, 0.5) });
        for count in 2..=parts {
            for part in 0..count {
                let (from, to) = (len * part / count, len * (part + 1) / count);
                self.windows.push(Window { start: from, factors: tukey(to - from, 0.25) });
                if count > 2 {
                    let mut factors = tukey(from, 0.25);
                    factors.resize(to, 0.0);
                    factors.extend(tukey(len - to, 0.25));
                    self.windows.push(Window { start: 0, factors });
                }
            }
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.windows.len()
    }

    /// The coefficients for each order up to `order`, as a channel asks for them through one window, with the error that is left.
    /// Fewer where all can be predicted.
    pub fn predictors(&self, window: usize, samples: &[i32], order: usize, buffer: &mut Vec<f64>) -> Vec<Predictor> {
        let Some(Window { start, factors }) = self.windows.get(window) else { return Vec::new() };
        let seen = samples.get(*start..).unwrap_or_default();
        buffer.clear();
        buffer.extend(seen.iter().zip(factors).map(|(sample, factor)| f64::from(*sample) * f64::from(*factor)));
        buffer.extend_from_slice(&[0.0; LAGS]);
        levinson(&autocorrelation(buffer), order)
    }
}

/// A window that rises and falls as a cosine over this share of its length together, and is 1 between.
fn tukey(len: usize, share: f64) -> Vec<f32> {
    let slope = (len as f64 * share / 2.0).max(1.0);
    let height = |at: usize| {
        let edge = at.min(len - 1 - at) as f64 + 0.5;
        if edge < slope { 0.5 - 0.5 * (std::f64::consts::PI * edge / slope).cos() } else { 1.0 }
    };
    (0..len).map(|at| height(at) as f32).collect()
}

/// The sums of the products of the samples with those behind them; [`LAGS`] zeros follow the samples.
#[multiversion(targets("x86_64+avx2"))]
fn autocorrelation(samples: &[f64]) -> [f64; LAGS] {
    let mut sums = [0.0; LAGS];
    for behind in samples.array_windows::<LAGS>() {
        for (sum, other) in sums.iter_mut().zip(behind) {
            *sum += behind[0] * other;
        }
    }
    sums
}

/// Coefficients of one order.
pub(super) struct Predictor {
    /// The nearest sample's first.
    pub coefficients: Vec<f64>,
    /// The mean square of what is left, as a share of the mean square of all.
    pub error: f64,
}

/// Solves for the coefficients of each order by the recursion of Levinson and Durbin.
fn levinson(autocorrelation: &[f64; LAGS], order: usize) -> Vec<Predictor> {
    let mut found: Vec<Predictor> = Vec::with_capacity(order);
    let energy = autocorrelation[0];
    let mut error = energy;
    for next in 1..=order.min(ORDER_MAX) {
        if error <= energy * 1e-12 {
            break;
        }
        let before = found.last().map_or(&[][..], |last| last.coefficients.as_slice());
        let rest = before.iter().zip(autocorrelation[1..next].iter().rev()).map(|(c, r)| c * r).sum::<f64>();
        let reflection = (autocorrelation[next] - rest) / error;
        let mut coefficients: Vec<f64> =
            before.iter().zip(before.iter().rev()).map(|(c, other)| c - reflection * other).collect();
        coefficients.push(reflection);
        error *= 1.0 - reflection * reflection;
        found.push(Predictor { coefficients, error: error.max(0.0) / energy });
    }
    found
}

/// Coefficients as they are stored.
#[derive(Debug, Clone, Default)]
pub(super) struct Quantised {
    /// The nearest sample's first.
    pub coefficients: Vec<i32>,
    /// Bits of each.
    pub precision: u32,
    /// How far the sum of the products is shifted right.
    pub shift: u32,
}

impl Quantised {
    /// Rounds coefficients to so many bits, each bearing the error of those before it.
    pub fn of(coefficients: &[f64], precision: u32) -> Option<Quantised> {
        let largest = coefficients.iter().fold(0.0, |largest: f64, c| largest.max(c.abs()));
        if !largest.is_finite() || largest <= 0.0 {
            return None;
        }
        // The largest has to stay below 2 to the precision − 1.
        let shift = (precision as i32 - 2 - largest.log2().floor() as i32).min(SHIFT_MAX);
        let shift = u32::try_from(shift).ok()?;
        let (scale, limit) = (f64::from(1 << shift), (1 << (precision - 1)) - 1);
        let mut carried = 0.0;
        let round = |c: &f64| {
            carried += c * scale;
            let rounded = (carried.round() as i32).clamp(-limit - 1, limit);
            carried -= f64::from(rounded);
            rounded
        };
        Some(Quantised { coefficients: coefficients.iter().map(round).collect(), precision, shift })
    }

    /// What the prediction leaves of these samples, from the first that can be predicted on. `None`: more than 2²² in amount, where
    /// nothing is won by prediction.
    pub fn residual(&self, samples: &[i32], into: &mut Vec<i32>) -> Option<()> {
        let highest = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
        let weight: u64 = self.coefficients.iter().map(|c| u64::from(c.unsigned_abs())).sum();
        into.clear();
        into.resize(samples.len().checked_sub(self.coefficients.len())?, 0);
        // Nearly always no sum can leave 32 bits.
        match u64::from(highest) * weight < 1 << 30 {
            true => narrow(&self.coefficients, self.shift, samples, into),
            false => wide(&self.coefficients, self.shift, samples, into),
        }
        into.iter().all(|left| left.unsigned_abs() <= 1 << 22).then_some(())
    }
}

/// Samples that are predicted side by side.
const LANES: usize = 16;

#[multiversion(targets("x86_64+avx2"))]
fn narrow(coefficients: &[i32], shift: u32, samples: &[i32], into: &mut [i32]) {
    let order = coefficients.len();
    for (block, from) in into.chunks_mut(LANES).zip((0..).step_by(LANES)) {
        let mut sums = [0i32; LANES];
        let here = &samples[from..];
        if block.len() == LANES {
            for (coefficient, at) in coefficients.iter().zip((0..order).rev()) {
                let before: &[i32; LANES] = here[at..].first_chunk().expect("a whole block follows the warm-up");
                sums.iter_mut().zip(before).for_each(|(sum, sample)| *sum += coefficient * sample);
            }
        } else {
            for (coefficient, at) in coefficients.iter().zip((0..order).rev()) {
                sums.iter_mut().zip(&here[at..]).for_each(|(sum, sample)| *sum += coefficient * sample);
            }
        }
        for ((left, sample), sum) in block.iter_mut().zip(&here[order..]).zip(sums) {
            *left = sample - (sum >> shift);
        }
    }
}

fn wide(coefficients: &[i32], shift: u32, samples: &[i32], into: &mut [i32]) {
    let order = coefficients.len();
    for (left, seen) in into.iter_mut().zip(samples.windows(order + 1)) {
        let products = coefficients.iter().zip(seen[..order].iter().rev()).map(|(c, sample)| i64::from(*c) * i64::from(*sample));
        let predicted = products.sum::<i64>() >> shift;
        *left = i32::try_from(i64::from(seen[order]) - predicted).unwrap_or(i32::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A recursion of order two is found again: x(n) = 1.5 x(n−1) − 0.8 x(n−2), struck now and then.
    #[test]
    fn what_was_made_by_a_predictor_is_predicted() {
        let mut samples = vec![0i32; 4096];
        for n in 2..samples.len() {
            let struck = if n % 512 == 2 { 9000.0 } else { 0.0 };
            samples[n] = (1.5 * f64::from(samples[n - 1]) - 0.8 * f64::from(samples[n - 2]) + struck).round() as i32;
        }
        let mut windows = Windows::default();
        windows.prepare(samples.len(), 1);
        let found = windows.predictors(0, &samples, 8, &mut Vec::new());
        let second = &found[1];
        assert!((second.coefficients[0] - 1.5).abs() < 0.01 && (second.coefficients[1] + 0.8).abs() < 0.01);
        assert!(found.windows(2).all(|two| two[1].error <= two[0].error));
    }

    #[test]
    fn narrow_and_wide_sums_agree() {
        let samples: Vec<i32> = (0..1000).map(|n: i32| n * n * 37 % 8191 - 4000).collect();
        let quantised = Quantised::of(&[1.25, -0.5, 0.125], 12).unwrap();
        assert_eq!((quantised.coefficients.as_slice(), quantised.shift), ([1280, -512, 128].as_slice(), 10));
        let (mut one, mut two) = (vec![0; 997], vec![0; 997]);
        narrow(&quantised.coefficients, quantised.shift, &samples, &mut one);
        wide(&quantised.coefficients, quantised.shift, &samples, &mut two);
        assert_eq!(one, two);
        assert_eq!(one[0], samples[3] - ((1280 * samples[2] - 512 * samples[1] + 128 * samples[0]) >> 10));
    }

    #[test]
    fn nothing_to_predict() {
        let mut windows = Windows::default();
        windows.prepare(1, 3);
        assert!(windows.predictors(0, &[0], 12, &mut Vec::new()).is_empty());
        assert!(Quantised::of(&[0.0], 12).is_none());
        assert!(Quantised::of(&[f64::NAN], 12).is_none());
    }
}
