//! [`Finish`]: how numbers of full scale 1 become the 16 bits of a CD.

use super::shape::sixteen;

/// How loud sound becomes, and how it is rounded to 16 bits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finish {
    /// What each sample is multiplied by; 1 leaves it as it is.
    pub gain: f64,
    /// Whether noise of triangular distribution, two steps of 16 bits wide, is added before samples are rounded (Lipshitz, Wannamaker and
    /// Vanderkooy, “Quantization and Dither”, 1992): what is rounded away is noise then, and not distortion.
    ///
    /// The noise of a sample depends on its place alone, so that a file reads the same every time. Samples that 16 bits hold as they are get
    /// none: silence stays silence, and a CD's samples in 24 bits come out as they were.
    pub dither: bool,
}

impl Finish {
    /// As loud as it is, rounded to the nearest.
    pub const PLAIN: Finish = Finish { gain: 1.0, dither: false };
    /// As loud as it is, with dither.
    pub const DITHERED: Finish = Finish { gain: 1.0, dither: true };

    /// Sample `n` of a file, left and right.
    pub(super) fn sample(self, n: u64, sample: [f32; 2]) -> [i16; 2] {
        let [left, right] = sample.map(|sample| f64::from(sample) * self.gain);
        [self.round(left, 2 * n), self.round(right, 2 * n + 1)]
    }

    fn round(self, sample: f64, place: u64) -> i16 {
        let exact = (sample * 32_768.0).fract() == 0.0;
        sixteen(if self.dither && !exact { sample + triangle(place) / 32_768.0 } else { sample })
    }
}

/// The difference of two numbers from 0 to 1 that look like chance: from −1 to 1, those near 0 the most frequent.
fn triangle(place: u64) -> f64 {
    // SplitMix64 (Steele, Lea and Flood, 2014), whose state is a counter.
    let mut mixed = place.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    let [one, other] = [mixed >> 32, mixed & 0xFFFF_FFFF].map(|half| half as f64 / 2f64.powi(32));
    one - other
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone of a third of a step is nothing when it is rounded, and is there in the mean when it is dithered.
    #[test]
    fn dither_keeps_what_is_smaller_than_a_step() {
        let low = 0.33f32 / 32_768.0;
        let mean = |finish: Finish| (0..200_000).map(|n| f64::from(finish.sample(n, [low, -low])[0])).sum::<f64>() / 200_000.0;
        assert_eq!(mean(Finish::PLAIN), 0.0);
        assert!((mean(Finish::DITHERED) - 0.33).abs() < 0.01, "{}", mean(Finish::DITHERED));
    }

    /// Triangular noise two steps wide has a variance of 1/6, and that of rounding is 1/12.
    #[test]
    fn the_noise_is_as_high_as_it_should_be_and_has_no_pattern() {
        let found: Vec<f64> = (0..100_000).map(triangle).collect();
        let product =
            |lag: usize| found.iter().zip(&found[lag..]).map(|(one, other)| one * other).sum::<f64>() / found.len() as f64;
        assert!((product(0) - 1.0 / 6.0).abs() < 0.002, "{}", product(0));
        for lag in [1, 2, 3, 64, 588, 1176] {
            assert!(product(lag).abs() < 0.002, "{lag}: {}", product(lag));
        }
    }

    #[test]
    fn what_16_bits_hold_stays_and_what_is_too_loud_is_clamped() {
        for value in [-32_768i16, -1, 0, 1, 12_345, 32_767] {
            let sample = f32::from(value) / 32_768.0;
            assert_eq!(Finish::DITHERED.sample(7, [sample, sample]), [value, value]);
        }
        assert_eq!(Finish { gain: 2.0, dither: true }.sample(0, [0.75, -0.75]), [32_767, -32_768]);
        assert_eq!(Finish { gain: 0.5, dither: false }.sample(0, [0.75, -0.75]), [12_288, -12_288]);
    }
}
