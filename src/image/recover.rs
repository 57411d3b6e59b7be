//! What the stored subchannel of a disc says and its descriptor does not: catalogue number, recording codes, pregaps, indexes.
//!
//! Opening an image must not take the time to read all of it. So numbers are looked for at the start of each track, where one sector in a hundred carries
//! them, and the borders of indexes by bisection.

use super::reader::ExtentReader;
use crate::disc::sector::{Form, SubKind, Worth};
use crate::disc::subchannel::{Content, Found, Q, q_of_packed, scan};
use crate::disc::{Disc, DiscReader, Lba, StoredSub, Track, TrackId, TrackMode};

/// Sectors in which a number stands at least once (ECMA-130, clauses 22.3.4 and 22.3.5).
const ONCE: u32 = 100;
/// Sectors that are read of a track in which a number was found: nothing is believed that stands only once.
const TWICE: u32 = 3 * ONCE;
/// Sectors with a catalogue number after which no track is read further for its sake.
const ENOUGH: usize = 4;
/// How many sectors that tell no position are passed over before a place is given up.
const STEPS: u32 = 4;

/// The disc with all that its stored subchannel adds; `None` where it adds nothing. What the descriptor says is never replaced.
pub fn recover(reader: &ExtentReader) -> Option<Disc> {
    let told = reader.disc();
    let stored = |(session, track): (u16, u8)| {
        let stored = reader.stored(TrackId { session, track });
        stored.is_some_and(|stored| matches!(stored.sub, StoredSub::PW | StoredSub::Q))
    };
    let any = told.tracks().any(|(session, track)| stored((session.number, track.number)));
    if !told.medium.is_cd() || !any {
        return None;
    }
    let mut disc = told.clone();
    for session in &mut disc.sessions {
        let number = session.number;
        for index in 0..session.tracks.len() {
            let Some((track, later)) = session.tracks.get_mut(index..).and_then(|rest| rest.split_first_mut()) else { break };
            if stored((number, track.number)) {
                borders(reader, track, later.first_mut());
            }
        }
    }
    numbers(reader, &mut disc);
    (disc != *told).then_some(disc)
}

/// Q of a run of sectors, as far as it can be read.
fn frames(reader: &ExtentReader, at: Lba, sectors: u32) -> Vec<(Lba, [u8; 12])> {
    let form = Form { main: None, sub: Some(SubKind::Packed) };
    let mut bytes = vec![0; sectors as usize * form.size()];
    if reader.read(at, form, &mut bytes, &mut vec![Worth::Good; sectors as usize]).is_err() {
        return Vec::new();
    }
    let packed = bytes.as_chunks::<96>().0.iter().map(q_of_packed);
    (0..).map(|n| at + n).zip(packed).collect()
}

/// Catalogue number and recording codes. A track without a code in its first hundred sectors has none.
fn numbers(reader: &ExtentReader, disc: &mut Disc) {
    let mut all = Vec::new();
    let mut mcns = 0;
    for (_, track) in reader.disc().tracks() {
        // Recording codes belong to audio; the catalogue number stands everywhere.
        if track.mode != TrackMode::Audio && !all.is_empty() {
            continue;
        }
        let mut found = frames(reader, track.start, track.length.min(ONCE));
        let count = |matches: fn(&Content) -> bool| {
            found.iter().filter(|(_, frame)| Q::parse(frame).is_ok_and(|q| matches(&q.content))).count()
        };
        mcns += count(|content| matches!(content, Content::Mcn { .. }));
        let more = count(|content| matches!(content, Content::Isrc { .. })) > 0 || (1..ENOUGH).contains(&mcns);
        if more && track.length > ONCE {
            found.extend(frames(reader, track.start + ONCE, track.length.min(TWICE) - ONCE));
        }
        all.extend(found);
    }
    let Found { mcn, isrcs, .. } = scan(all);
    disc.mcn = disc.mcn.or(mcn);
    for track in disc.tracks_mut() {
        track.isrc = track.isrc.or_else(|| isrcs.get(&track.number).copied());
    }
}

/// The pregap of the next track, where none is told of, and the indexes of this one.
fn borders(reader: &ExtentReader, track: &mut Track, next: Option<&mut Track>) {
    let here = |number: u8, index: u8| u32::from(number) * 100 + u32::from(index);
    let Some(last) = last_place(reader, track) else { return };
    if let Some(next) = next.filter(|next| next.pregap == 0 && last == here(next.number, 0)) {
        let border = first_at(reader, track, last);
        if border > track.start && next.start == track.end() {
            next.pregap = track.end().since(border).unwrap_or(0);
            track.length -= next.pregap;
        }
    }
    let Some(last) = last_place(reader, track) else { return };
    if !track.indexes.is_empty() || !(here(track.number, 2)..=here(track.number, 99)).contains(&last) {
        return;
    }
    let mut indexes = Vec::new();
    for wanted in here(track.number, 2)..=last {
        let border = first_at(reader, track, wanted);
        // A number that is left out, or comes twice, is damage or protection.
        if place(reader, border, border + 1) != Some(wanted) || border <= track.start {
            return;
        }
        indexes.push(border);
    }
    if indexes.is_sorted_by(|one, other| one < other) {
        track.indexes = indexes;
    }
}

/// Track number times 100 plus index, at the first sector of the range that tells its position.
fn place(reader: &ExtentReader, from: Lba, to: Lba) -> Option<u32> {
    let sectors = to.since(from).unwrap_or(0).min(STEPS);
    (0..sectors).find_map(|n| {
        let (at, frame) = frames(reader, from + n, 1).pop()?;
        match Q::parse(&frame).ok()?.content {
            // Drives give the subchannel of a sector nearby, and bisection needs the right one.
            Content::Position { track, index, absolute, .. } if absolute == at && track <= 99 => {
                Some(u32::from(track) * 100 + u32::from(index))
            }
            _ => None,
        }
    })
}

fn last_place(reader: &ExtentReader, track: &Track) -> Option<u32> {
    (1..=STEPS.min(track.length)).find_map(|n| place(reader, track.end() - n, track.end() - n + 1))
}

/// The first sector of the track at or behind this place. Places rise through a track; where damage makes them fall, what is found is checked by the
/// caller.
fn first_at(reader: &ExtentReader, track: &Track, wanted: u32) -> Lba {
    let (mut before, mut at) = (track.start, track.end());
    while before < at {
        let middle = before + at.since(before).unwrap_or(0) / 2;
        match place(reader, middle, at) {
            Some(found) if found < wanted => before = middle + 1,
            _ => at = middle,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::disc::subchannel::{interleave, synthesise};
    use crate::disc::{Isrc, Mcn, Medium};
    use crate::image::{Extent, SubStore};

    fn disc() -> Disc {
        let mut first = Track::new(1, TrackMode::Audio, Lba(0), 1000);
        first.pregap = 150;
        first.isrc = Isrc::new(b"USRC17607839").ok();
        let mut second = Track::new(2, TrackMode::Audio, Lba(1150), 700);
        second.pregap = 150;
        second.isrc = Isrc::new(b"GBAYE0000351").ok();
        second.indexes = vec![Lba(1300), Lba(1301), Lba(1777)];
        let mut disc = Disc::new(Medium::Cd, vec![first, second, Track::new(3, TrackMode::Audio, Lba(1850), 400)]);
        disc.mcn = Mcn::new(b"0724385356926").ok();
        disc
    }

    /// A reader that is told of nothing but the starts of tracks, and has the subchannel of the disc.
    fn bare(disc: &Disc, change: impl Fn(Lba, &mut [u8; 96])) -> ExtentReader {
        let starts: Vec<&Track> = disc.tracks().map(|(_, track)| track).collect();
        let end = |n: usize| starts.get(n + 1).map_or(disc.lead_out(), |track| track.start);
        let tracks = starts.iter().enumerate().map(|(n, track)| {
            let mut bare = Track::new(track.number, track.mode, track.start, end(n).since(track.start).unwrap());
            bare.pregap = if n == 0 { 150 } else { 0 };
            bare
        });
        let told = Disc::new(Medium::Cd, tracks.collect());
        let sub = (0..disc.lead_out().0).flat_map(|lba| {
            let mut packed = synthesise(disc, Lba(lba));
            change(Lba(lba), &mut packed);
            interleave(&packed)
        });
        let sub = SubStore { bytes: Arc::new(sub.collect::<Vec<u8>>()), offset: 0, stride: 96, kind: SubKind::Interleaved };
        let extent = Extent { start: Lba(0), sectors: disc.sectors(), main: None, sub: Some(sub) };
        ExtentReader::new(told, vec![extent]).unwrap()
    }

    #[test]
    fn all_that_the_descriptor_left_out_is_found() {
        let disc = disc();
        assert_eq!(recover(&bare(&disc, |_, _| {})), Some(disc));
    }

    #[test]
    fn damaged_frames_are_passed_over() {
        let disc = disc();
        let worn = bare(&disc, |lba, packed| packed[12] ^= u8::from(lba.0 % 7 == 3));
        let found = recover(&worn).unwrap();
        assert_eq!((found.mcn, starts(&found)), (disc.mcn, starts(&disc)));
    }

    fn starts(disc: &Disc) -> Vec<(Lba, u32, u32)> {
        disc.tracks().map(|(_, track)| (track.start, track.pregap, track.length)).collect()
    }

    /// Old rippers store zeros where the drive gave them nothing.
    #[test]
    fn an_empty_subchannel_adds_nothing() {
        assert_eq!(recover(&bare(&disc(), |_, packed| packed.fill(0))), None);
        assert_eq!(recover(&bare(&disc(), |_, packed| packed.fill(0xFF))), None);
    }

    #[test]
    fn what_the_descriptor_says_stays() {
        let disc = disc();
        let mut other = bare(&disc, |_, _| {}).disc().clone();
        other.mcn = Mcn::new(b"4006381333931").ok();
        other.sessions[0].tracks[1].indexes = vec![Lba(1400)];
        let reader = ExtentReader::new(other.clone(), bare(&disc, |_, _| {}).into_extents()).unwrap();
        let found = recover(&reader).unwrap();
        assert_eq!((found.mcn, &found.sessions[0].tracks[1].indexes), (other.mcn, &vec![Lba(1400)]));
        assert_eq!(found.sessions[0].tracks[1].isrc, disc.sessions[0].tracks[1].isrc);
    }
}
