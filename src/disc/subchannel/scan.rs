//! What a disc's Q frames tell together.

use std::collections::BTreeMap;

use super::{CHANNEL, Content, Q};
use crate::disc::{Isrc, Lba, Mcn};

/// Frames that have to agree: a checksum of 16 bits lets one damaged frame in 65,536 pass.
const AGREEING: u32 = 2;
/// How far the address in a frame may be from the sector it came with. Drives return the subchannel of a near sector, never of a far one.
const NEAR: u32 = 75;

/// What [`scan`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Catalogue number.
    pub mcn: Option<Mcn>,
    /// Recording codes by track.
    pub isrcs: BTreeMap<u8, Isrc>,
    /// Addresses of index 2, 3, … by track: rising and without a hole, as [`crate::disc::Track`] keeps them.
    pub indexes: BTreeMap<u8, Vec<Lba>>,
}

/// Collects what Q frames say beyond positions, for formats that store catalogue number, recording codes and indexes nowhere else.
///
/// Frames are given with their sectors' addresses, in order; they may be a part of the disc, and broken ones are passed over. Nothing is believed
/// that only one frame says. An index begins at the first address that a frame gives for it.
pub fn scan(frames: impl IntoIterator<Item = (Lba, [u8; CHANNEL])>) -> Found {
    let mut mcns = Votes::default();
    let mut isrcs: BTreeMap<u8, Votes<Isrc>> = BTreeMap::new();
    let mut indexes: BTreeMap<u8, BTreeMap<u8, (Lba, u32)>> = BTreeMap::new();
    let mut current = None;
    for (lba, frame) in frames {
        let Ok(q) = Q::parse(&frame) else { continue };
        match q.content {
            Content::Position { track, index, absolute, .. } if absolute.0.abs_diff(lba.0) <= NEAR => {
                current = (1..=99).contains(&track).then_some(track);
                if let (Some(track), 2..) = (current, index) {
                    let (first, count) = indexes.entry(track).or_default().entry(index).or_insert((absolute, 0));
                    *first = absolute.min(*first);
                    *count += 1;
                }
            }
            Content::Mcn { mcn, .. } => mcns.add(mcn),
            Content::Isrc { isrc, .. } => {
                if let Some(track) = current {
                    isrcs.entry(track).or_default().add(isrc);
                }
            }
            _ => {}
        }
    }
    Found {
        mcn: mcns.winner(),
        isrcs: isrcs.into_iter().filter_map(|(track, votes)| Some((track, votes.winner()?))).collect(),
        indexes: indexes
            .into_iter()
            .map(|(track, marks)| (track, in_order(&marks)))
            .filter(|(_, marks)| !marks.is_empty())
            .collect(),
    }
}

/// Index 2 and what follows it, up to the first that is missing, seen too seldom, or not behind its predecessor.
fn in_order(marks: &BTreeMap<u8, (Lba, u32)>) -> Vec<Lba> {
    let mut rising: Vec<Lba> = Vec::new();
    for index in 2..=99 {
        match marks.get(&index) {
            Some(&(lba, count)) if count >= AGREEING && rising.last().is_none_or(|&last| last < lba) => rising.push(lba),
            _ => break,
        }
    }
    rising
}

/// How often each value was seen. Only the first few different ones are counted: a disc has one, and damage must not fill the memory.
#[derive(Debug)]
struct Votes<T>(Vec<(T, u32)>);

impl<T> Default for Votes<T> {
    fn default() -> Votes<T> {
        Votes(Vec::new())
    }
}

impl<T: PartialEq> Votes<T> {
    const CANDIDATES: usize = 16;

    fn add(&mut self, value: T) {
        if let Some((_, count)) = self.0.iter_mut().find(|(seen, _)| *seen == value) {
            *count = count.saturating_add(1);
        } else if self.0.len() < Self::CANDIDATES {
            self.0.push((value, 1));
        }
    }

    /// The value seen most often, if that is often enough and no other was seen as often.
    fn winner(mut self) -> Option<T> {
        self.0.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        let rival = self.0.get(1).map_or(0, |&(_, count)| count);
        let (value, count) = self.0.into_iter().next()?;
        (count >= AGREEING && count > rival).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disc::subchannel::{q_of_packed, synthesise};
    use crate::disc::{Disc, Medium, Msf, Track, TrackMode};

    fn disc() -> Disc {
        let mut first = Track::new(1, TrackMode::Audio, Lba(0), 700);
        first.isrc = Isrc::new(b"USRC17607839").ok();
        let mut second = Track::new(2, TrackMode::Audio, Lba(850), 700);
        second.pregap = 150;
        second.isrc = Isrc::new(b"GBAYE0000351").ok();
        second.indexes = vec![Lba(900), Lba(1100)];
        let mut disc = Disc::new(Medium::Cd, vec![first, second]);
        disc.mcn = Mcn::new(b"0724385356926").ok();
        disc
    }

    fn frames(disc: &Disc) -> Vec<(Lba, [u8; CHANNEL])> {
        (0..disc.lead_out().0).map(|lba| (Lba(lba), q_of_packed(&synthesise(disc, Lba(lba))))).collect()
    }

    #[test]
    fn what_was_synthesised_is_found_again() {
        let disc = disc();
        let found = scan(frames(&disc));
        assert_eq!(found.mcn, disc.mcn);
        let isrcs = disc.tracks().map(|(_, track)| (track.number, track.isrc.unwrap())).collect();
        assert_eq!(found.isrcs, isrcs);
        assert_eq!(found.indexes, BTreeMap::from([(2, vec![Lba(900), Lba(1100)])]));
    }

    #[test]
    fn one_frame_is_not_believed() {
        let mcn = |digits: &[u8]| Q { control: 0, content: Content::Mcn { mcn: Mcn::new(digits).unwrap(), frame: 0 } }.to_bytes();
        let (right, wrong) = (mcn(b"0724385356926"), mcn(b"0724385356927"));
        let found = |frames: &[[u8; CHANNEL]]| scan((0..).map(Lba).zip(frames.iter().copied())).mcn.map(|mcn| mcn.to_string());
        assert_eq!(found(&[right]), None);
        assert_eq!(found(&[right, wrong]), None);
        assert_eq!(found(&[right, wrong, right]), Some("0724385356926".into()));
        assert_eq!(found(&[right, wrong, wrong, right]), None);
        let mut damaged = right;
        damaged[3] ^= 0x10;
        assert_eq!(found(&[right, damaged, damaged]), None);
    }

    #[test]
    fn indexes_out_of_order_and_positions_from_elsewhere_are_left_out() {
        let at = |index, lba: i32| {
            let content = Content::Position { track: 1, index, relative: Msf::default(), absolute: Lba(lba) };
            (Lba(lba), Q { control: 0, content }.to_bytes())
        };
        let marks = |frames: &[(Lba, [u8; CHANNEL])]| scan(frames.iter().copied()).indexes.remove(&1).unwrap_or_default();
        assert_eq!(marks(&[at(2, 10), at(2, 11), at(3, 20), at(3, 21)]), [Lba(10), Lba(20)]);
        assert_eq!(marks(&[at(2, 10), at(2, 11), at(4, 20), at(4, 21)]), [Lba(10)]);
        assert_eq!(marks(&[at(3, 20), at(3, 21)]), []);
        assert_eq!(marks(&[at(2, 30), at(2, 31), at(3, 20), at(3, 21)]), [Lba(30)]);
        let elsewhere = |index, lba| (Lba(5000), at(index, lba).1);
        assert_eq!(marks(&[elsewhere(2, 10), elsewhere(2, 11)]), []);
    }
}
