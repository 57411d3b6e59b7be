//! What a sector of audio is, where its readings differ: audio has no checksum of its own that would tell, so samples are voted on.

use crate::disc::sector::RAW;
use crate::drive::{POINTERS, SAMPLES, is_flagged};

/// Readings of a sample that have to be equal, where one alone is no proof.
const ENOUGH: usize = 3;

/// A reading of a sector.
#[derive(Debug, Clone)]
struct Reading {
    bytes: Vec<u8>,
    /// Error pointers, where there are any.
    c2: Option<Vec<u8>>,
}

/// The readings of one sector.
#[derive(Debug, Clone, Default)]
pub struct Votes {
    readings: Vec<Reading>,
}

/// What the readings of a sector come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every sample has enough equal readings, and more than others.
    Agreed(Vec<u8>),
    /// Some have not. The best of each.
    Open(Vec<u8>),
}

/// What error pointers have been worth: counted in samples of sectors whose truth was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Evidence {
    /// Wrong samples that were pointed at.
    pub hits: u64,
    /// Wrong ones that were not.
    pub misses: u64,
    /// Right ones that were pointed at.
    pub false_alarms: u64,
}

impl Evidence {
    /// Wrong samples that have to have been pointed at before anything is believed.
    const LEAST: u64 = 16;

    /// Whether a sector at which nothing points may be taken for right.
    pub fn is_trusted(&self) -> bool {
        self.hits >= Evidence::LEAST && self.misses == 0 && self.false_alarms.saturating_mul(10) <= self.hits
    }

    /// Whether enough is known to say that it may not.
    pub fn is_distrusted(&self) -> bool {
        self.misses > 0 || self.false_alarms >= Evidence::LEAST && !self.is_trusted()
    }

    /// With what was seen elsewhere.
    pub fn plus(self, other: Evidence) -> Evidence {
        Evidence {
            hits: self.hits.saturating_add(other.hits),
            misses: self.misses.saturating_add(other.misses),
            false_alarms: self.false_alarms.saturating_add(other.false_alarms),
        }
    }
}

impl Votes {
    /// Another reading: 2352 bytes, and its error pointers where the drive gave any.
    pub fn add(&mut self, bytes: &[u8], c2: Option<&[u8]>) {
        self.readings.push(Reading { bytes: bytes.to_vec(), c2: c2.map(<[u8]>::to_vec) });
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.readings.len()
    }

    /// What they come to. `trusted`: what error pointers point at is wrong, and all else is right.
    pub fn verdict(&self, trusted: bool) -> Verdict {
        let mut best = vec![0; RAW];
        let mut agreed = true;
        for (n, into) in best.chunks_exact_mut(4).enumerate() {
            let (value, certain) = self.sample(n, trusted);
            into.copy_from_slice(&value);
            agreed &= certain;
        }
        if agreed { Verdict::Agreed(best) } else { Verdict::Open(best) }
    }

    /// The value of a sample with the most votes, and whether that settles it.
    fn sample(&self, n: usize, trusted: bool) -> ([u8; 4], bool) {
        let mut votes: Vec<([u8; 4], usize)> = Vec::with_capacity(4);
        let mut all = 0;
        let flagged = |reading: &Reading| reading.c2.as_deref().is_some_and(|c2| is_flagged(c2, n));
        let any_clean = trusted && self.readings.iter().any(|reading| !flagged(reading));
        for reading in self.readings.iter().filter(|reading| !(any_clean && flagged(reading))) {
            let Some(value) = reading.bytes.get(n * 4..).and_then(<[u8]>::first_chunk::<4>) else { continue };
            all += 1;
            match votes.iter_mut().find(|(other, _)| other == value) {
                Some((_, count)) => *count += 1,
                None => votes.push((*value, 1)),
            }
        }
        let (value, count) = votes.into_iter().max_by_key(|(_, count)| *count).unwrap_or_default();
        let enough = if any_clean { 1 } else { ENOUGH };
        (value, count >= enough && count * 2 > all)
    }

    /// What the error pointers of these readings were worth, now that the sector is known.
    pub fn evidence(&self, truth: &[u8]) -> Evidence {
        let mut evidence = Evidence::default();
        for reading in &self.readings {
            let Some(c2) = &reading.c2 else { continue };
            evidence = evidence.plus(judge(&reading.bytes, c2, truth));
        }
        evidence
    }
}

/// What the error pointers of one reading were worth.
pub fn judge(bytes: &[u8], c2: &[u8], truth: &[u8]) -> Evidence {
    let mut evidence = Evidence::default();
    if bytes == truth && c2.iter().all(|&byte| byte == 0) {
        return evidence;
    }
    for n in 0..SAMPLES as usize {
        let wrong = bytes.get(n * 4..n * 4 + 4) != truth.get(n * 4..n * 4 + 4);
        match (wrong, is_flagged(&c2[..c2.len().min(POINTERS)], n)) {
            (true, true) => evidence.hits += 1,
            (true, false) => evidence.misses += 1,
            (false, true) => evidence.false_alarms += 1,
            (false, false) => {}
        }
    }
    evidence
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(wrong: &[usize]) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..RAW).map(|n| (n * 7) as u8).collect();
        wrong.iter().for_each(|n| bytes[n * 4] ^= 0xFF);
        bytes
    }

    fn pointers(at: &[usize]) -> Vec<u8> {
        let mut c2 = vec![0; POINTERS];
        at.iter().for_each(|n| c2[n / 2] |= if n % 2 == 0 { 0x80 } else { 0x01 });
        c2
    }

    #[test]
    fn each_sample_is_voted_on_by_itself() {
        let mut votes = Votes::default();
        for wrong in [&[3, 9][..], &[4], &[5, 587]] {
            votes.add(&reading(wrong), None);
            assert!(matches!(votes.verdict(false), Verdict::Open(_)));
        }
        votes.add(&reading(&[6]), None);
        // No reading of the four is right, and three of each sample are.
        assert_eq!(votes.verdict(false), Verdict::Agreed(reading(&[])));
        votes.add(&reading(&[3]), None);
        votes.add(&reading(&[3]), None);
        assert!(matches!(votes.verdict(false), Verdict::Open(_)), "three against three settle nothing");
    }

    #[test]
    fn where_pointers_are_believed_a_reading_without_them_is_enough() {
        let mut votes = Votes::default();
        votes.add(&reading(&[3, 9]), Some(&pointers(&[3, 9])));
        assert!(matches!(votes.verdict(true), Verdict::Open(_)), "nobody has read these two");
        votes.add(&reading(&[100]), Some(&pointers(&[100])));
        assert_eq!(votes.verdict(true), Verdict::Agreed(reading(&[])));
        assert!(matches!(votes.verdict(false), Verdict::Open(_)));
    }

    #[test]
    fn pointers_earn_their_trust() {
        let truth = reading(&[]);
        let wrong: Vec<usize> = (20..40).collect();
        let mut honest = Votes::default();
        honest.add(&reading(&wrong), Some(&pointers(&wrong)));
        honest.add(&truth, Some(&pointers(&[])));
        assert_eq!(honest.evidence(&truth), Evidence { hits: 20, misses: 0, false_alarms: 0 });
        assert!(honest.evidence(&truth).is_trusted());
        let mut silent = Votes::default();
        silent.add(&reading(&wrong), Some(&pointers(&[])));
        assert_eq!(silent.evidence(&truth), Evidence { hits: 0, misses: 20, false_alarms: 0 });
        assert!(silent.evidence(&truth).is_distrusted());
        let mut crying = Votes::default();
        crying.add(&reading(&wrong), Some(&pointers(&(0..588).collect::<Vec<_>>())));
        assert!(!crying.evidence(&truth).is_trusted() && crying.evidence(&truth).is_distrusted());
        assert!(!Evidence::default().is_trusted() && !Evidence::default().is_distrusted());
    }
}
