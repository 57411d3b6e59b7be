//! One channel of a frame (RFC 9639 §9.2).

use super::Effort;
use super::bits::Bits;
use super::lpc::{Predictor, Quantised, Windows};
use super::rice::Partitions;

/// Orders of fixed prediction: 0 to 4.
const FIXED: usize = 5;
/// Partitions that a residual is guessed in.
const GUESSED: usize = 16;

/// The samples of one channel, and room for what is tried on them.
pub(super) struct Channel {
    /// Bits of a sample.
    depth: u32,
    samples: Vec<i32>,
    /// Low bits that are 0 in all samples.
    wasted: u32,
    fixed_order: usize,
    /// What was seen through the first window.
    predictors: Vec<Predictor>,
    windowed: Vec<f64>,
    residual: Vec<i32>,
    best: Vec<i32>,
    partitions: Partitions,
}

/// How a channel is stored.
enum Kind {
    Fixed(usize),
    Linear(Quantised),
}

impl Channel {
    /// A channel of so many bits a sample.
    pub fn new(depth: u32) -> Channel {
        Channel {
            depth,
            samples: Vec::new(),
            wasted: 0,
            fixed_order: 0,
            predictors: Vec::new(),
            windowed: Vec::new(),
            residual: Vec::new(),
            best: Vec::new(),
            partitions: Partitions::default(),
        }
    }

    /// Forgets the samples.
    pub fn clear(&mut self) {
        self.samples.clear();
    }

    /// One more sample.
    pub fn push(&mut self, sample: i32) {
        self.samples.push(sample);
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    fn is_constant(&self) -> bool {
        self.samples.windows(2).all(|two| two[0] == two[1])
    }

    /// About how many bits it will take.
    pub fn guess(&mut self, windows: &Windows, effort: Effort) -> u64 {
        self.predictors.clear();
        self.wasted = 0;
        if self.is_constant() {
            return 0;
        }
        let used = self.samples.iter().fold(0, |all, sample| all | sample);
        self.wasted = used.trailing_zeros();
        if self.wasted > 0 {
            self.samples.iter_mut().for_each(|sample| *sample >>= self.wasted);
        }
        let (order, fixed) = fixed_order(&self.samples);
        self.fixed_order = order;
        self.predictors = windows.predictors(0, &self.samples, effort.order, &mut self.windowed);
        let energy = self.samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        let precision = precision(self.len());
        let linear = best_order(&self.predictors, energy, self.samples.len(), self.depth - self.wasted + precision);
        fixed.min(linear.map_or(u64::MAX, |(_, bits)| bits))
    }

    /// Appends the subframe. [`Channel::guess`] was asked before.
    pub fn encode(&mut self, windows: &Windows, effort: Effort, bits: &mut Bits) {
        let depth = self.depth - self.wasted;
        let len = self.len() as u64;
        let mut head = |kind: u32, wasted: u32| {
            bits.put(kind << 1 | u32::from(wasted > 0), 8);
            if wasted > 0 {
                bits.unary(wasted - 1);
            }
        };
        if self.is_constant() {
            head(0, 0);
            return bits.signed(self.samples[0], self.depth);
        }
        let (kind, order) = match self.choose(windows, effort) {
            Kind::Fixed(order) => (Kind::Fixed(order), order),
            Kind::Linear(quantised) => {
                let order = quantised.coefficients.len();
                (Kind::Linear(quantised), order)
            }
        };
        self.partitions.choose(&self.best, self.samples.len(), effort.partitions);
        if self.partitions.bits >= len * u64::from(depth) {
            head(1, self.wasted);
            return self.samples.iter().for_each(|sample| bits.signed(*sample, depth));
        }
        match &kind {
            Kind::Fixed(order) => head(8 | *order as u32, self.wasted),
            Kind::Linear(_) => head(32 | (order as u32 - 1), self.wasted),
        }
        self.samples.iter().take(order).for_each(|sample| bits.signed(*sample, depth));
        if let Kind::Linear(Quantised { coefficients, precision, shift }) = &kind {
            bits.put(precision - 1, 4);
            bits.put(*shift, 5);
            coefficients.iter().for_each(|coefficient| bits.signed(*coefficient, *precision));
        }
        self.partitions.write(&self.best, self.samples.len(), bits);
    }

    /// Chooses the prediction, and leaves what it leaves in `best`.
    fn choose(&mut self, windows: &Windows, effort: Effort) -> Kind {
        fixed_residual(&self.samples, self.fixed_order, &mut self.best);
        let depth = self.depth - self.wasted;
        let mut least = guess(&self.best) + u64::from(depth) * self.fixed_order as u64;
        let mut kind = Kind::Fixed(self.fixed_order);
        if effort.order == 0 {
            return kind;
        }
        let energy = self.samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        let precision = precision(self.len());
        for window in 0..windows.len() {
            if window > 0 {
                self.predictors = windows.predictors(window, &self.samples, effort.order, &mut self.windowed);
            }
            let found = best_order(&self.predictors, energy, self.samples.len(), depth + precision);
            let predictor = found.and_then(|(order, _)| self.predictors.get(order - 1));
            let Some(quantised) = predictor.and_then(|it| Quantised::of(&it.coefficients, precision)) else { continue };
            if quantised.residual(&self.samples, &mut self.residual).is_none() {
                continue;
            }
            let bits = guess(&self.residual) + u64::from(depth + precision) * quantised.coefficients.len() as u64 + 9;
            if bits < least {
                least = bits;
                kind = Kind::Linear(quantised);
                std::mem::swap(&mut self.best, &mut self.residual);
            }
        }
        kind
    }
}

/// Bits of a coefficient: the longer the frame, the less they weigh.
fn precision(len: usize) -> u32 {
    match len {
        0..=576 => 9,
        577..=1152 => 10,
        1153..=2304 => 11,
        2305..=4608 => 12,
        _ => 13,
    }
}

/// About how many bits Rice codes of these need: for each of a few partitions, the logarithm of the mean amount, and 1.5 for the sign
/// and for what the code is longer than that.
fn guess(residual: &[i32]) -> u64 {
    let size = residual.len().div_ceil(GUESSED).max(1);
    let bits = residual.chunks(size).map(|part| {
        let amount: u64 = part.iter().map(|left| u64::from(left.unsigned_abs())).sum();
        let len = part.len() as f64;
        len * ((amount as f64 / len).log2().max(-0.5) + 1.5)
    });
    bits.sum::<f64>() as u64
}

/// The order (1 …) with which the fewest bits are needed, and how many; `each` is what each order costs.
///
/// The mean amount of what is left is the root of half its mean square, as it is where its distribution is that of Laplace.
fn best_order(predictors: &[Predictor], energy: f64, len: usize, each: u32) -> Option<(usize, u64)> {
    let bits = |(order, predictor): (usize, &Predictor)| {
        let mean = (energy * predictor.error / (2.0 * len as f64)).sqrt();
        let left = len.saturating_sub(order) as f64 * (mean.log2().max(-0.5) + 1.5);
        (order, left as u64 + u64::from(each) * order as u64)
    };
    let orders = (1..).zip(predictors).filter(|(order, _)| *order < len);
    orders.map(bits).min_by_key(|(_, bits)| *bits)
}

/// The order of fixed prediction that leaves least, and about how many bits that needs.
fn fixed_order(samples: &[i32]) -> (usize, u64) {
    let mut sums = [0u64; FIXED];
    let warm_up = samples.len().min(FIXED - 1);
    let [mut a, mut b, mut c, mut d] = [0i32; 4];
    for (index, &sample) in samples.iter().enumerate() {
        // The differences of order 1 to 4.
        let first = sample - a;
        let second = first - b;
        let third = second - c;
        let fourth = third - d;
        [a, b, c, d] = [sample, first, second, third];
        if index >= warm_up {
            let all = [sample, first, second, third, fourth];
            sums.iter_mut().zip(all).for_each(|(sum, left)| *sum += u64::from(left.unsigned_abs()));
        }
    }
    let len = samples.len() as f64;
    let orders = sums.iter().enumerate().filter(|(order, _)| *order < samples.len());
    let (order, sum) = orders.min_by_key(|(_, sum)| **sum).unwrap_or((0, &0));
    (order, (len * ((*sum as f64 / len).log2().max(-0.5) + 1.5)) as u64)
}

/// What fixed prediction of this order (less than the number of samples) leaves.
fn fixed_residual(samples: &[i32], order: usize, into: &mut Vec<i32>) {
    into.clear();
    match order {
        0 => into.extend_from_slice(samples),
        1 => into.extend(samples.array_windows().map(|[a, b]| b - a)),
        2 => into.extend(samples.array_windows().map(|[a, b, c]| c - 2 * b + a)),
        3 => into.extend(samples.array_windows().map(|[a, b, c, d]| d - 3 * c + 3 * b - a)),
        _ => into.extend(samples.array_windows().map(|[a, b, c, d, e]| e - 4 * d + 6 * c - 4 * b + a)),
    }
}
