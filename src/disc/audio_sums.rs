//! The checksums by which AccurateRip and CUETools (CTDB) know audio tracks. They leave out the edges of a disc, which drives read differently.
//!
//! AccurateRip counts samples as 32-bit words, left in the low half, and multiplies each with its number in the track, from 1. Version 1 adds the low
//! halves of the products, version 2 both halves; found out by others from its database, and the same in all programs.

use std::ops::{Range, RangeInclusive};

/// Samples of a sector.
const SAMPLES: u64 = 588;
/// Sectors that are left out at the ends of a disc.
const EDGE: u64 = 5 * SAMPLES;
/// The sector of a track by which another offset is found.
const FRAME_450: u64 = 450 * SAMPLES;

/// Of one track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrackSums {
    /// AccurateRip, version 1.
    pub v1: u32,
    /// AccurateRip, version 2.
    pub v2: u32,
    /// AccurateRip's of the sector 450 alone; 0 in tracks that are shorter.
    pub frame_450: u32,
    /// CRC-32 of all samples.
    pub crc32: u32,
    /// CTDB's: CRC-32 of those that it counts of the disc.
    pub ctdb: u32,
}

/// Adds up one track, piece by piece.
#[derive(Debug, Clone)]
pub struct TrackSummer {
    /// The number of the next sample, from 1.
    next: u64,
    /// Numbers of the samples that AccurateRip counts.
    counted: RangeInclusive<u64>,
    sums: TrackSums,
    crc: crc32fast::Hasher,
    ctdb: RangeCrc,
}

impl TrackSummer {
    /// For a track of so many samples, the first or the last of the disc; `ctdb` for what CTDB counts of it.
    pub fn new(samples: u64, is_first: bool, is_last: bool, ctdb: RangeCrc) -> TrackSummer {
        let from = if is_first { EDGE } else { 1 };
        let to = if is_last { samples.saturating_sub(EDGE) } else { samples };
        TrackSummer { next: 1, counted: from..=to, sums: TrackSums::default(), crc: crc32fast::Hasher::new(), ctdb }
    }

    /// Adds whole samples, four bytes each as they lie on a CD.
    pub fn add(&mut self, bytes: &[u8]) {
        self.crc.update(bytes);
        self.ctdb.add(bytes);
        for (word, number) in bytes.as_chunks::<4>().0.iter().zip(self.next..) {
            let word = u64::from(u32::from_le_bytes(*word));
            if self.counted.contains(&number) {
                // Numbers of samples are taken modulo 2^32; a CD has far fewer.
                let product = word * (number & 0xFFFF_FFFF);
                self.sums.v1 = self.sums.v1.wrapping_add(product as u32);
                self.sums.v2 = self.sums.v2.wrapping_add(product as u32).wrapping_add((product >> 32) as u32);
            }
            if let Some(within @ 0..SAMPLES) = (number - 1).checked_sub(FRAME_450) {
                self.sums.frame_450 = self.sums.frame_450.wrapping_add((word * (within + 1)) as u32);
            }
        }
        self.next += bytes.len() as u64 / 4;
    }

    /// The sums.
    pub fn finish(self) -> TrackSums {
        TrackSums { crc32: self.crc.finalize(), ctdb: self.ctdb.finish(), ..self.sums }
    }
}

/// The bytes of all audio of a disc that CTDB counts, of so many samples: without ten sectors at the beginning, and ten and what fills no row of its
/// error correction at the end.
pub fn ctdb_range(samples: u64) -> Range<u64> {
    /// Samples of a row.
    const ROW: u64 = 10 * SAMPLES;
    let end = samples.saturating_sub(ROW + samples % ROW);
    ROW.min(end) * 4..end * 4
}

/// CRC-32 of those bytes that lie in a range.
#[derive(Debug, Clone)]
pub struct RangeCrc {
    at: u64,
    range: Range<u64>,
    crc: crc32fast::Hasher,
}

impl RangeCrc {
    /// Of the bytes of a range; the first that is added lies at `at`.
    pub fn new(at: u64, range: Range<u64>) -> RangeCrc {
        RangeCrc { at, range, crc: crc32fast::Hasher::new() }
    }

    /// Adds bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        let within = |place: u64| place.saturating_sub(self.at).min(bytes.len() as u64) as usize;
        let (from, to) = (within(self.range.start), within(self.range.end));
        self.crc.update(bytes.get(from..to).unwrap_or_default());
        self.at += bytes.len() as u64;
    }

    /// The sum.
    pub fn finish(self) -> u32 {
        self.crc.finalize()
    }
}

/// By how many samples a track has to be moved so that its sector 450 is that of another pressing, or of a drive with another offset: the nearest of
/// all within five sectors. `samples` are those of the track from its sector 445 to its sector 456, bounds included.
pub fn find_offset(samples: &[u8], frame_450: u32) -> Option<i32> {
    let words: Vec<u32> = samples.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let window = SAMPLES as usize;
    let middle = (5 * SAMPLES) as i32;
    // The sum of the window one sample further is the old one without a plain sum of its words, and with its new last word 588 times.
    let (mut plain, mut weighted) = (0u32, 0u32);
    for (word, n) in words.get(..window)?.iter().zip(1u32..) {
        plain = plain.wrapping_add(*word);
        weighted = weighted.wrapping_add(word.wrapping_mul(n));
    }
    let mut found: Option<i32> = None;
    for start in 0..=words.len() - window {
        if weighted == frame_450 {
            let offset = start as i32 - middle;
            found = Some(found.filter(|other| other.abs() <= offset.abs()).unwrap_or(offset));
        }
        let Some(&next) = words.get(start + window) else { break };
        weighted = weighted.wrapping_sub(plain).wrapping_add(next.wrapping_mul(window as u32));
        plain = plain.wrapping_sub(words[start]).wrapping_add(next);
    }
    // Silence is found everywhere.
    found.filter(|_| frame_450 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(samples: usize) -> Vec<u8> {
        let mut state = 7u32;
        (0..samples * 4)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect()
    }

    /// As the definition has it, with numbers as wide as they get.
    fn plainly(bytes: &[u8], is_first: bool, is_last: bool) -> (u32, u32) {
        let total = bytes.len() / 4;
        let (mut low, mut high) = (0u128, 0u128);
        for (n, word) in bytes.chunks(4).enumerate() {
            let number = n + 1;
            if is_first && number < 2940 || is_last && number > total - 2940 {
                continue;
            }
            let product = u128::from(u32::from_le_bytes(word.try_into().unwrap())) * number as u128;
            low += product & 0xFFFF_FFFF;
            high += product >> 32;
        }
        (low as u32, (low + high) as u32)
    }

    #[test]
    fn sums_are_those_of_the_definition_in_any_pieces() {
        let bytes = noise(588 * 460);
        for (is_first, is_last) in [(true, false), (false, true), (true, true), (false, false)] {
            let mut summer = TrackSummer::new(588 * 460, is_first, is_last, RangeCrc::new(1000, 1004..1010));
            bytes.chunks(4 * 1001).for_each(|piece| summer.add(piece));
            let sums = summer.finish();
            assert_eq!((sums.v1, sums.v2), plainly(&bytes, is_first, is_last));
            assert_eq!((sums.crc32, sums.ctdb), (crc32fast::hash(&bytes), crc32fast::hash(&bytes[4..10])));
            assert_eq!(sums.frame_450, plainly(&bytes[588 * 450 * 4..588 * 451 * 4], false, false).0);
        }
    }

    #[test]
    fn ctdb_leaves_out_ten_sectors_and_what_fills_no_row() {
        for samples in [588 * 100, 588 * 105 + 7, 588 * 20, 588 * 3] {
            let bytes = noise(samples);
            let mut summer = RangeCrc::new(0, ctdb_range(samples as u64));
            bytes.chunks(999 * 4).for_each(|piece| summer.add(piece));
            let last = 5880 + samples % 5880;
            let counted = bytes.get(5880 * 4..(samples.saturating_sub(last)) * 4).unwrap_or_default();
            assert_eq!(summer.finish(), crc32fast::hash(counted), "{samples}");
        }
    }

    #[test]
    fn another_offset_is_found_by_one_sector() {
        let bytes = noise(588 * 460);
        for offset in [-2940i32, -667, -1, 0, 6, 2940] {
            let start = ((588 * 450 + offset) * 4) as usize;
            let wanted = plainly(&bytes[start..start + 588 * 4], false, false).0;
            assert_eq!(find_offset(&bytes[588 * 445 * 4..588 * 456 * 4], wanted), Some(offset));
        }
        assert_eq!(find_offset(&bytes[588 * 445 * 4..588 * 456 * 4], 12345), None);
        assert_eq!(find_offset(&bytes[..100], 0), None);
    }
}
