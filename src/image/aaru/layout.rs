//! From tracks and indexes to a disc.

use super::parse::{TrackEntry, TrackIndex};
use crate::disc::{Control, Disc, DiscType, Lba, Medium, Session, Track, TrackMode};
use crate::image::{Fault, Flaw};

/// Sectors of pregap that a session begins with.
const FIRST_PREGAP: u32 = 150;

/// The disc of a list of tracks, and what of each is stored: from that address on.
///
/// # Errors
/// A [`Flaw`] without an offset when what the tracks say does not fit together.
pub fn cd(medium: Medium, entries: &[TrackEntry], indexes: &[TrackIndex]) -> Result<(Disc, Vec<Lba>), Flaw> {
    let mut disc = Disc::new(medium, Vec::new());
    disc.sessions.clear();
    let mut from = Vec::new();
    for entry in entries {
        let new_session = disc.sessions.len() + 1 == usize::from(entry.session);
        if !new_session && disc.sessions.len() != usize::from(entry.session) {
            let (one, other) = (disc.sessions.len() as i64, entry.session.into());
            return Err(Flaw::file(Fault::Contradiction { what: "the numbers of two sessions", one, other }));
        }
        let track = track(entry, indexes, new_session)?;
        from.push(match (new_session, entry.session) {
            (true, 1) => Lba(0).min(track.start),
            (true, _) => track.start,
            _ => track.first(),
        });
        if new_session {
            let number = entry.session.into();
            disc.sessions.push(Session { number, disc_type: DiscType::default(), tracks: Vec::new(), lead_out: track.end() });
        }
        if let Some(session) = disc.sessions.last_mut() {
            session.lead_out = track.end();
            session.tracks.push(track);
        }
    }
    Ok((disc, from))
}

fn track(entry: &TrackEntry, indexes: &[TrackIndex], new_session: bool) -> Result<Track, Flaw> {
    let number = entry.number;
    let index = |wanted: u16| {
        indexes.iter().find(|index| index.track == u16::from(number) && index.index == wanted).map(|index| index.at)
    };
    let first_of_disc = new_session && entry.session == 1;
    // A track begins with its pregap, but for the first, whose pregap lies before the disc.
    let told = if first_of_disc { Some(entry.first) } else { entry.first.checked_add(entry.pregap) };
    let start = index(1).or(told);
    let length = |start: Lba| entry.last.checked_add(1).and_then(|end| end.since(start)).filter(|&length| length > 0);
    let placed = start.and_then(|start| Some((start, length(start)?)));
    let (start, length) = placed.ok_or_else(|| {
        let (one, other) = (entry.first.0.into(), entry.last.0.into());
        Flaw::file(Fault::Contradiction { what: "the start of a track and its end", one, other })
    })?;
    let mode = mode(entry.kind).ok_or_else(|| {
        let (what, expected) = ("the kind of a track", "0 to 5");
        Flaw::file(Fault::OutOfRange { what, expected, found: entry.kind.into() })
    })?;
    let mut track = Track::new(number, mode, start, length);
    track.control = Control::from_nibble(entry.control);
    track.isrc = entry.isrc;
    let zero = index(0).unwrap_or(entry.first);
    track.pregap = match new_session {
        true if first_of_disc => start.since(Lba::PROGRAM_START).unwrap_or(0),
        // The first version gave the whole way from the session before.
        true => start.since(zero).unwrap_or(0).min(FIRST_PREGAP),
        false => start.since(zero).unwrap_or(0),
    };
    let mut later: Vec<&TrackIndex> =
        indexes.iter().filter(|index| index.track == u16::from(number) && index.index > 1).collect();
    later.sort_by_key(|index| index.index);
    track.indexes = later.into_iter().map(|index| index.at).collect();
    Ok(track)
}

fn mode(kind: u8) -> Option<TrackMode> {
    match kind {
        0 => Some(TrackMode::Audio),
        1 | 2 => Some(TrackMode::Mode1),
        3 => Some(TrackMode::Mode2Mixed),
        4 => Some(TrackMode::Mode2Form1),
        5 => Some(TrackMode::Mode2Form2),
        _ => None,
    }
}
