//! Rice codes in partitions (RFC 9639 §9.2.7): which parameters make them shortest, and the codes.

use multiversion::multiversion;

use super::bits::Bits;

/// Parameters that four bits can say; the fifteenth means something else.
const PARAMETERS: usize = 15;
/// Samples whose sums fit 32 bits: no residual is larger than 2²² in amount.
const STEP: usize = 256;

/// How a residual is divided, and with what parameters each partition is coded.
#[derive(Debug, Default)]
pub(super) struct Partitions {
    /// How many there are, as a power of two.
    power: u32,
    parameters: Vec<u8>,
    /// Bits that all of it takes.
    pub bits: u64,
    /// For each partition and parameter the sum of what is coded in unary. Kept for its memory.
    sums: Vec<[u64; PARAMETERS]>,
}

/// Positive and negative numbers in turn, the nearest to 0 first.
fn folded(value: i32) -> u32 {
    (value << 1 ^ value >> 31).cast_unsigned()
}

#[multiversion(targets("x86_64+avx2"))]
fn unary_sums(residual: &[i32]) -> [u64; PARAMETERS] {
    let mut sums = [0; PARAMETERS];
    let mut values = [0u32; STEP];
    for step in residual.chunks(STEP) {
        let values = &mut values[..step.len()];
        values.iter_mut().zip(step).for_each(|(value, residual)| *value = folded(*residual));
        for (parameter, sum) in sums.iter_mut().enumerate() {
            *sum += u64::from(values.iter().map(|value| value >> parameter).sum::<u32>());
        }
    }
    sums
}

impl Partitions {
    /// Finds the shortest of all ways to code what is left of a frame of `len` samples, with at most 2 to the `most` partitions.
    pub fn choose(&mut self, residual: &[i32], len: usize, most: u32) {
        let warm_up = len - residual.len();
        // All are of one length, the first short of the warm-up.
        let power = (0..=most).rev().find(|power| len.is_multiple_of(1 << power) && len >> power > warm_up).unwrap_or(0);
        let size = len >> power;
        let (first, rest) = residual.split_at(size - warm_up);
        self.sums.clear();
        self.sums.push(unary_sums(first));
        self.sums.extend(rest.chunks_exact(size).map(unary_sums));
        self.bits = u64::MAX;
        let mut power_now = power;
        loop {
            let size = len >> power_now;
            let best = |(index, sums): (usize, &[u64; PARAMETERS])| {
                let samples = (if index == 0 { size - warm_up } else { size }) as u64;
                let bits =
                    sums.iter().enumerate().map(|(parameter, sum)| (sum + samples * (parameter as u64 + 1), parameter as u8));
                bits.min().unwrap_or_default()
            };
            let bits = 6 + self.sums.iter().enumerate().map(|sums| best(sums).0 + 4).sum::<u64>();
            if bits < self.bits {
                self.bits = bits;
                self.power = power_now;
                self.parameters.clear();
                self.parameters.extend(self.sums.iter().enumerate().map(|sums| best(sums).1));
            }
            if power_now == 0 {
                break;
            }
            power_now -= 1;
            let pairs = self.sums.len() / 2;
            for pair in 0..pairs {
                let (one, two) = (self.sums[2 * pair], self.sums[2 * pair + 1]);
                self.sums[pair] = std::array::from_fn(|parameter| one[parameter] + two[parameter]);
            }
            self.sums.truncate(pairs);
        }
    }

    /// Writes the residual that this was chosen for, of a frame of `len` samples.
    pub fn write(&self, residual: &[i32], len: usize, bits: &mut Bits) {
        bits.put(self.power, 6);
        let size = len >> self.power;
        let (first, rest) = residual.split_at(size - (len - residual.len()));
        let partitions = std::iter::once(first).chain(rest.chunks(size));
        for (partition, &parameter) in partitions.zip(&self.parameters) {
            let parameter = u32::from(parameter);
            bits.put(parameter, 4);
            for value in partition {
                let value = folded(*value);
                let (zeros, low) = (value >> parameter, value & ((1 << parameter) - 1));
                if zeros + 1 + parameter <= 32 {
                    bits.put(1 << parameter | low, zeros + 1 + parameter);
                } else {
                    bits.unary(zeros);
                    bits.put(low, parameter);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_as_long_as_was_said() {
        let residual: Vec<i32> =
            (0..4090_i64).map(|n| (n * n * 7919 % 2001 - 1000) as i32 >> (n / 1000)).chain([1 << 22, -1 << 22]).collect();
        for (len, most) in [(4096, 6), (4096, 0), (4092, 5), (4093, 6)] {
            let mut partitions = Partitions::default();
            partitions.choose(&residual, len, most);
            let mut out = Vec::new();
            let mut bits = Bits::new(&mut out);
            partitions.write(&residual, len, &mut bits);
            bits.finish();
            assert_eq!(out.len() as u64, partitions.bits.div_ceil(8), "{len} {most}");
        }
    }

    #[test]
    fn small_amounts_of_either_sign_have_small_codes() {
        assert_eq!([0, -1, 1, -2, 2].map(folded), [0, 1, 2, 3, 4]);
        assert_eq!(folded(-1 << 22), (1 << 23) - 1);
    }
}
