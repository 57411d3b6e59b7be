//! What AccurateRip answers: for each pressing of a disc that it knows, its numbers again, and of each track a checksum with the number of people who
//! found it. Little-endian throughout.

use std::path::Path;

use crate::disc::sector::RAW;
use crate::disc::{DiscReader, TrackId, find_offset};
use crate::job::JobError;
use crate::job::audio_sums::{AudioSums, read, stretches};

/// No disc is known in more pressings.
const MOST_PRESSINGS: usize = 10_000;

/// A checksum that others have found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// How many of them.
    pub confidence: u8,
    /// Version 1 or 2: they are not told apart.
    pub sum: u32,
    /// Of sector 450.
    pub frame_450: u32,
}

/// What is known of one pressing.
pub type Pressing = Vec<Entry>;

/// How a track compares with what others found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackMatch {
    /// The track.
    pub id: TrackId,
    /// How many people found the same.
    pub confidence: u32,
    /// How many reports there are in all.
    pub reports: u32,
}

/// Reads an answer about a disc; pressings of other discs, and whatever ends too early, are left out.
pub fn parse(bytes: &[u8], sums: &AudioSums) -> Vec<Pressing> {
    let mut pressings = Vec::new();
    let mut rest = bytes;
    let word = |bytes: &[u8], at: usize| bytes.get(at..).and_then(<[u8]>::first_chunk).map(|word| u32::from_le_bytes(*word));
    while let Some((&count, body)) = rest.split_first() {
        let len = 12 + usize::from(count) * 9;
        let Some(block) = body.get(..len).filter(|_| pressings.len() < MOST_PRESSINGS) else { break };
        let ids = [0, 4, 8].map(|at| word(block, at));
        let (first, second) = sums.ids.accurate_rip;
        if ids == [Some(first), Some(second), Some(sums.ids.cddb)] && usize::from(count) == sums.tracks.len() {
            let entry =
                |entry: &[u8]| Some(Entry { confidence: *entry.first()?, sum: word(entry, 1)?, frame_450: word(entry, 5)? });
            pressings.push(block[12..].chunks_exact(9).filter_map(entry).collect());
        }
        rest = &body[len..];
    }
    pressings
}

/// Holds the tracks against what others found.
pub fn compare(sums: &AudioSums, pressings: &[Pressing]) -> Vec<TrackMatch> {
    let of = |n: usize| pressings.iter().filter_map(move |pressing| pressing.get(n));
    let all = sums.tracks.iter().enumerate().map(|(n, (id, track))| {
        let equal = |entry: &&Entry| entry.sum != 0 && (entry.sum == track.v1 || entry.sum == track.v2);
        let add = |entries: &mut dyn Iterator<Item = &Entry>| entries.map(|entry| u32::from(entry.confidence)).sum();
        TrackMatch { id: *id, confidence: add(&mut of(n).filter(equal)), reports: add(&mut of(n)) }
    });
    all.collect()
}

/// By how many samples the audio would have to be moved to be as others found it, where at least half of the tracks that can tell say so: another
/// pressing, or, where the drive's read offset is not known, that.
pub fn offset(reader: &dyn DiscReader, path: &Path, pressings: &[Pressing]) -> Result<Option<i32>, JobError> {
    let mut votes: Vec<(i32, usize)> = Vec::new();
    let mut asked = 0;
    for (n, stretch) in stretches(reader.disc()).into_iter().enumerate().filter(|(_, stretch)| stretch.sectors >= 456) {
        let mut bytes = Vec::with_capacity(11 * RAW);
        read(reader, path, (stretch.start + 445, 11), &mut bytes)?;
        asked += 1;
        let mut found: Vec<i32> =
            pressings.iter().filter_map(|pressing| find_offset(&bytes, pressing.get(n)?.frame_450)).collect();
        found.sort_unstable();
        found.dedup();
        for offset in found {
            match votes.iter_mut().find(|(other, _)| *other == offset) {
                Some((_, count)) => *count += 1,
                None => votes.push((offset, 1)),
            }
        }
    }
    let best = votes.into_iter().max_by_key(|(offset, count)| (*count, -offset.abs()));
    Ok(best.filter(|(_, count)| *count * 2 >= asked && (*count > 1 || asked == 1)).map(|(offset, _)| offset))
}
