//! Where the tracks of a CloneCD image lie, on the disc and in the image file.

use super::{Ccd, Entry, TrackInfo};
use crate::disc::toc::FIRST_PREGAP;
use crate::disc::{Control, DiscType, Isrc, Lba, Session, Track, TrackMode};
use crate::image::{Fault, Flaw};

/// The last address of a CD, MSF 99:59:74.
const LAST: i32 = 449_849;

/// A session in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The session. Modes of its data tracks are what the descriptor says, which is often wrong: the sectors tell.
    pub session: Session,
    /// The first sector that the image file stores.
    pub from: Lba,
    /// Its number in the image file, when no session stores the 150 sectors of its own pregap.
    pub at: u32,
}

/// Puts every session in its place.
///
/// Addresses come from `PLBA` alone. Those of `INDEX` count from the beginning of the disc in some files and from that of the session in
/// others, so only their differences are taken.
pub fn lay_out(ccd: &Ccd) -> Result<Vec<Placed>, Flaw> {
    let mut numbers: Vec<u8> = ccd.entries.iter().map(|entry| entry.session).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut placed: Vec<Placed> = Vec::with_capacity(numbers.len());
    let mut at = 0;
    for number in numbers {
        let rows = ccd.entries.iter().filter(|entry| entry.session == number);
        let before = placed.last().map(|before| before.session.lead_out);
        let mut session = session(ccd, number, rows, before)?;
        session.number = placed.len() as u16 + 1;
        let from = before.map_or(Lba(0), |_| session.tracks.first().map_or(Lba(0), |first| first.start));
        let length = session.lead_out.since(from).unwrap_or(0);
        placed.push(Placed { session, from, at });
        at += length;
    }
    Ok(placed)
}

fn session<'a>(ccd: &Ccd, number: u8, rows: impl Iterator<Item = &'a Entry>, before: Option<Lba>) -> Result<Session, Flaw> {
    let mut disc_type = DiscType::default();
    let mut lead_out = None;
    let mut tracks: Vec<&Entry> = Vec::new();
    let mut line = 0;
    for row in rows {
        line = row.line;
        match row.point {
            1..=99 => tracks.push(row),
            0xA0 => disc_type = DiscType::from_byte(row.p[1]),
            0xA2 if lead_out.is_some() => {
                return Err(Flaw::line(row.line, Fault::Misplaced { what: "a lead-out", why: "its session has one already" }));
            }
            0xA2 => lead_out = Some(address(row)?),
            _ => {}
        }
    }
    tracks.sort_by_key(|row| row.point);
    let missing = |what| Flaw::line(line, Fault::Missing { what });
    let lead_out = lead_out.ok_or_else(|| missing("the lead-out of a session (Point 0xA2)"))?;
    let mut placed: Vec<Track> = Vec::with_capacity(tracks.len());
    for row in tracks {
        let info = ccd.tracks.iter().find(|info| info.number == row.point);
        let mut track = track(row, info)?;
        match placed.last_mut() {
            Some(last) => {
                let length = track.first().since(last.start).filter(|&length| length > 0);
                last.length = length.ok_or_else(|| overlap(row, last))?;
            }
            // Whatever lies between the lead-in and the first track is its pregap; the first session stores it from LBA 0 on.
            None => {
                let free = track.start.since(before.unwrap_or(Lba::PROGRAM_START)).ok_or_else(|| in_order(row, before))?;
                let said = info.filter(|info| index(info, 0).is_some()).map_or(FIRST_PREGAP, |_| track.pregap);
                track.pregap = if before.is_none() { free } else { said.min(free) };
            }
        }
        placed.push(track);
    }
    let last = placed.last_mut().ok_or_else(|| missing("the tracks of a session"))?;
    last.length = lead_out.since(last.start).filter(|&length| length > 0).ok_or_else(|| {
        let (one, other) = (i64::from(last.start.0), i64::from(lead_out.0));
        Flaw::line(line, Fault::Contradiction { what: "the last track and the lead-out", one, other })
    })?;
    for track in &mut placed {
        indexes(ccd, track)?;
    }
    Ok(Session { number: u16::from(number), disc_type, tracks: placed, lead_out })
}

fn overlap(row: &Entry, last: &Track) -> Flaw {
    let (one, other) = (i64::from(last.start.0), i64::from(row.plba));
    Flaw::line(row.line, Fault::Contradiction { what: "the addresses of two tracks", one, other })
}

fn in_order(row: &Entry, before: Option<Lba>) -> Flaw {
    let (one, other) = (i64::from(before.unwrap_or_default().0), i64::from(row.plba));
    Flaw::line(row.line, Fault::Contradiction { what: "the lead-out of a session and the next track", one, other })
}

/// The address of a track or lead-out.
fn address(row: &Entry) -> Result<Lba, Flaw> {
    if !(0..=LAST).contains(&row.plba) {
        let fault = Fault::OutOfRange { what: "PLBA", expected: "an address from 0 to 449849", found: i64::from(row.plba) };
        return Err(Flaw::line(row.line, fault));
    }
    Ok(Lba(row.plba))
}

/// A track with its pregap, not yet its length.
fn track(row: &Entry, info: Option<&TrackInfo>) -> Result<Track, Flaw> {
    let mode = match info.and_then(|info| info.mode) {
        _ if row.control & 4 == 0 => TrackMode::Audio,
        Some(2) => TrackMode::Mode2Mixed,
        _ => TrackMode::Mode1,
    };
    let mut track = Track::new(row.point, mode, address(row)?, 0);
    track.control = Control::from_nibble(row.control);
    let Some(info) = info else { return Ok(track) };
    track.isrc = info.isrc.as_ref().and_then(|isrc| Isrc::new(isrc.as_bytes()).ok());
    if let (Some(first), Some(second)) = (index(info, 0), index(info, 1)) {
        let pregap = i64::from(second) - i64::from(first);
        track.pregap = u32::try_from(pregap).ok().filter(|&pregap| pregap <= LAST as u32).ok_or_else(|| {
            let (one, other) = (i64::from(first), i64::from(second));
            Flaw::line(info.line, Fault::Contradiction { what: "INDEX 0 and INDEX 1", one, other })
        })?;
    }
    Ok(track)
}

fn index(info: &TrackInfo, number: u8) -> Option<i32> {
    info.indexes.iter().find(|(other, _)| *other == number).map(|(_, at)| *at)
}

/// Index 2 and up, once the track has its length.
fn indexes(ccd: &Ccd, track: &mut Track) -> Result<(), Flaw> {
    let Some(info) = ccd.tracks.iter().find(|info| info.number == track.number) else { return Ok(()) };
    let Some(first) = index(info, 1) else { return Ok(()) };
    let mut last = track.start;
    for &(_, at) in info.indexes.iter().filter(|(number, _)| *number > 1) {
        let after = u32::try_from(i64::from(at) - i64::from(first)).ok();
        let place = after.map(|after| track.start + after).filter(|&place| place > last && place < track.end());
        last = place.ok_or_else(|| {
            let (one, other) = (i64::from(at), i64::from(first) + i64::from(track.length));
            Flaw::line(info.line, Fault::Contradiction { what: "an INDEX and the place of its track", one, other })
        })?;
        track.indexes.push(last);
    }
    Ok(())
}
