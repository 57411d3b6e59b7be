//! The Huffman codes of CHDs: of the map of hunks, and of the codec `huff`.
//!
//! Codes are canonical, but numbered from the longest up, so that the shortest are the highest.

use super::bits::{BitReader, BitWriter};

/// Bits of the longest code.
const LONGEST: usize = 16;

/// A table that tells the next symbol from the next bits.
#[derive(Debug, Default)]
pub struct Decoder {
    /// For each value of the next `bits` bits: the symbol, and in the low five bits the length of its code.
    table: Vec<u16>,
    bits: u32,
}

impl Decoder {
    /// For codes of these lengths (0: the symbol has none); `None` where no code has such lengths.
    pub fn set(&mut self, lengths: &[u8]) -> Option<()> {
        let codes = codes(lengths)?;
        self.bits = u32::from(lengths.iter().copied().max().unwrap_or(0)).max(1);
        self.table.clear();
        self.table.resize(1 << self.bits, 0);
        for (symbol, (&length, code)) in (0u16..).zip(lengths.iter().zip(codes)) {
            if length > 0 {
                let free = self.bits - u32::from(length);
                let from = (code as usize) << free;
                self.table.get_mut(from..from + (1 << free))?.fill(symbol << 5 | u16::from(length));
            }
        }
        Some(())
    }

    /// The next symbol. Bits that are no code take none of them, and give symbol 0; damage of that kind is told by the checksum.
    #[inline]
    pub fn next(&self, bits: &mut BitReader<'_>) -> u16 {
        let found = self.table.get(bits.peek(self.bits) as usize).copied().unwrap_or(0);
        bits.skip(u32::from(found & 31));
        found >> 5
    }
}

/// The codes of symbols with these lengths; `None` where they don't fit together.
pub fn codes(lengths: &[u8]) -> Option<Vec<u32>> {
    let mut count = [0u32; LONGEST + 1];
    for &length in lengths {
        *count.get_mut(usize::from(length))? += 1;
    }
    let mut next = [0u32; LONGEST + 1];
    let mut start = 0;
    for length in (1..=LONGEST).rev() {
        next[length] = start;
        let end = start + count[length];
        if length > 1 && end % 2 != 0 {
            return None;
        }
        if end > 1 << length {
            return None;
        }
        start = end / 2;
    }
    let code = |&length: &u8| {
        let next = &mut next[usize::from(length)];
        *next += u32::from(length > 0);
        next.saturating_sub(1)
    };
    Some(lengths.iter().map(code).collect())
}

/// The lengths of 16 codes of at most 8 bits, as the map stores them: 4 bits each; 1 is an escape, and stands for itself when it comes twice, else
/// before a length and how often it is repeated.
pub fn read_map_lengths(bits: &mut BitReader<'_>) -> Option<[u8; 16]> {
    let mut lengths = [0; 16];
    let mut at = 0;
    while at < lengths.len() {
        let mut run = 1;
        let mut length = bits.take(4) as u8;
        if length == 1 {
            length = bits.take(4) as u8;
            if length != 1 {
                run = bits.take(4) as usize + 3;
            }
        }
        lengths.get_mut(at..at + run)?.fill(length);
        at += run;
    }
    (lengths.iter().all(|&length| length <= 8) && !bits.is_past()).then_some(lengths)
}

/// The other way.
pub fn write_map_lengths(lengths: &[u8; 16], bits: &mut BitWriter) {
    for run in lengths.chunk_by(|one, other| one == other) {
        let (length, mut left) = (u64::from(run[0]), run.len() as u64);
        while left > 0 {
            if length == 1 {
                bits.put(0x11, 8);
                left -= 1;
            } else if left < 3 {
                bits.put(length, 4);
                left -= 1;
            } else {
                bits.put(1, 4);
                bits.put(length, 4);
                bits.put((left - 3).min(15), 4);
                left -= left.min(18);
            }
        }
    }
}

/// The lengths of the 256 codes of `huff`, which are themselves packed with a code of 24 symbols: 0 repeats the last length, others are a length and 1.
pub fn read_byte_lengths(bits: &mut BitReader<'_>, small: &mut Decoder) -> Option<[u8; 256]> {
    let mut few = [0; 24];
    few[0] = bits.take(3) as u8;
    let first = bits.take(3) as usize + 1;
    for length in few.iter_mut().skip(first) {
        match bits.take(3) as u8 {
            7 => break,
            found => *length = found,
        }
    }
    small.set(&few)?;
    let mut lengths = [0u8; 256];
    let (mut at, mut last) = (0, 0);
    while at < lengths.len() {
        match small.next(bits) {
            0 => {
                let mut run = bits.take(3) as usize + 2;
                if run == 9 {
                    run += bits.take(8) as usize;
                }
                let to = (at + run).min(lengths.len());
                lengths[at..to].fill(last);
                at = to;
            }
            symbol => {
                last = (symbol - 1) as u8;
                lengths[at] = last;
                at += 1;
            }
        }
        if bits.is_past() {
            return None;
        }
    }
    Some(lengths)
}

/// The other way.
pub fn write_byte_lengths(lengths: &[u8; 256], bits: &mut BitWriter) {
    // A symbol, and where it is 0 how often the last length comes again, less 2.
    let mut tokens: Vec<(u8, u64)> = Vec::new();
    for run in lengths.chunk_by(|one, other| one == other) {
        tokens.push((run[0] + 1, 0));
        match run.len() - 1 {
            0 => {}
            1 => tokens.push((run[0] + 1, 0)),
            more => tokens.push((0, more as u64 - 2)),
        }
    }
    let mut counts = [0u32; 24];
    tokens.iter().for_each(|&(symbol, _)| counts[usize::from(symbol)] += 1);
    let few = lengths_for(&counts, 6);
    let first = few.iter().skip(1).position(|&length| length > 0).map_or(8, |at| at + 1).min(8);
    let last = few.iter().rposition(|&length| length > 0).unwrap_or(0);
    bits.put(u64::from(few[0]), 3);
    bits.put(first as u64 - 1, 3);
    few.iter().take(last + 1).skip(first).for_each(|&length| bits.put(u64::from(length), 3));
    if last + 1 < few.len() {
        bits.put(7, 3);
    }
    let codes = codes(&few).unwrap_or_default();
    for (symbol, more) in tokens {
        let symbol = usize::from(symbol);
        bits.put(u64::from(codes.get(symbol).copied().unwrap_or(0)), u32::from(few[symbol]));
        if symbol == 0 {
            bits.put(more.min(7), 3);
            if more >= 7 {
                bits.put(more - 7, 8);
            }
        }
    }
}

/// The lengths of codes for symbols that come so often, at most `longest` bits.
///
/// Codes that are too long are shortened by giving the rarer symbols more weight: the counts are scaled down, never to 0, until all fit. How far is
/// found by bisection, as chdman does it, so that the codes are the same.
pub fn lengths_for<const N: usize>(counts: &[u32; N], longest: u8) -> [u8; N] {
    let all: u64 = counts.iter().map(|&count| u64::from(count)).sum();
    let (mut low, mut high) = (0u64, all * 2);
    loop {
        let weight = low.midpoint(high);
        let lengths = tree(counts, all, weight);
        if lengths.iter().all(|&length| length <= longest) {
            low = weight;
            if weight == all || high - low <= 1 {
                return lengths;
            }
        } else {
            high = weight;
        }
    }
}

/// The depths of the leaves of the Huffman tree of these counts, scaled from `all` to `weight`.
fn tree<const N: usize>(counts: &[u32; N], all: u64, weight: u64) -> [u8; N] {
    // The weight of each node, and the nodes above it; leaves come first.
    let mut nodes: Vec<(u64, usize)> =
        counts.iter().map(|&count| (if count == 0 { 0 } else { (u64::from(count) * weight / all).max(1) }, 0)).collect();
    let mut open: Vec<usize> = (0..N).filter(|&leaf| nodes[leaf].0 > 0).collect();
    open.sort_by(|&one, &other| nodes[other].0.cmp(&nodes[one].0));
    while let [.., second, first] = open[..] {
        open.truncate(open.len() - 2);
        let joined = nodes[first].0 + nodes[second].0;
        let number = nodes.len();
        nodes.push((joined, 0));
        nodes[first].1 = number;
        nodes[second].1 = number;
        let place = open.partition_point(|&node| nodes[node].0 >= joined);
        open.insert(place, number);
    }
    std::array::from_fn(|leaf| {
        let depth = std::iter::successors(Some(nodes[leaf].1), |&above| nodes.get(above).map(|node| node.1));
        let depth = depth.take_while(|&above| above > 0).count();
        if nodes[leaf].0 > 0 { depth.clamp(1, 255) as u8 } else { 0 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_survive_both_ways_of_storing_them() {
        let mut counts = [0u32; 256];
        for (round, step) in [(0u32, 1u32), (1, 7), (2, 1000), (3, 0)] {
            counts.iter_mut().zip(0..).for_each(|(count, n)| *count = if n % (round + 1) == 0 { n * step % 5000 } else { 0 });
            counts[65] += 1;
            let lengths = lengths_for(&counts, 16);
            let mut writer = BitWriter::default();
            write_byte_lengths(&lengths, &mut writer);
            let bytes = writer.finish();
            assert_eq!(read_byte_lengths(&mut BitReader::new(&bytes), &mut Decoder::default()), Some(lengths));
            let few: [u32; 16] = std::array::from_fn(|n| counts[n * 16 + 1]);
            let lengths = lengths_for(&few, 8);
            let mut writer = BitWriter::default();
            write_map_lengths(&lengths, &mut writer);
            assert_eq!(read_map_lengths(&mut BitReader::new(&writer.finish())), Some(lengths));
        }
    }

    /// Counts that grow as Fibonacci's numbers make the deepest of all trees.
    #[test]
    fn no_code_is_longer_than_allowed() {
        let mut counts = [0u32; 24];
        let (mut one, mut other) = (1, 1);
        for count in &mut counts {
            *count = one;
            (one, other) = (other, one + other);
        }
        for longest in 6..=16 {
            let lengths = lengths_for(&counts, longest);
            assert!(lengths.iter().all(|length| (1..=longest).contains(length)));
            let room: f64 = lengths.iter().map(|&length| 0.5f64.powi(length.into())).sum();
            assert_eq!((room, codes(&lengths).is_some()), (1.0, true));
        }
    }

    #[test]
    fn lengths_that_are_no_code_are_refused() {
        assert_eq!(codes(&[1, 1, 1]), None);
        assert_eq!(codes(&[17]), None);
        assert_eq!(codes(&[2, 2, 2, 2, 1]), None);
        assert_eq!(codes(&[1, 2, 2]), Some(vec![1, 0, 1]));
        // A single symbol still takes a bit.
        assert_eq!(codes(&[0, 1, 0]), Some(vec![0, 0, 0]));
    }
}
