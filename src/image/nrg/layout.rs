//! From [`Nrg`] to a disc and the places of its sectors in the file.

use std::sync::Arc;

use super::chunks::{Nrg, SessionLayout};
use super::mode::{self, Record};
use super::{dao, tao};
use crate::bytes::Bytes;
use crate::disc::{CdText, Control, Disc, DiscType, Isrc, Lba, Mcn, Medium, Session, Structures, Track, TrackMode};
use crate::image::forms::settle_forms;
use crate::image::{Extent, Fault, Flaw, Opened, guess_medium};

/// Damaged CD-TEXT is damaged in many places; nobody reads more warnings than these.
const MOST_TEXT_WARNINGS: usize = 5;

/// A track with its place on the disc and in the file.
pub struct Placed {
    /// 1–99; `None`: it follows from the track before.
    pub number: Option<u8>,
    /// Address of index 1.
    pub start: Lba,
    /// Sectors from index 0 to index 1; those of the first track of a session are settled in [`sessions`].
    pub pregap: u32,
    /// Sectors from index 1 on.
    pub length: u32,
    /// Addresses of index 2 and above.
    pub indexes: Vec<Lba>,
    /// Control flags.
    pub control: Control,
    /// Recording code.
    pub isrc: Option<Isrc>,
    /// How its sectors are stored.
    pub record: Record,
    /// Address of the first sector that the file has.
    pub stored_from: Lba,
    /// How many it has from there.
    pub stored: u32,
    /// Their offset in the file.
    pub offset: u64,
}

/// A session with its tracks placed.
pub struct PlacedSession {
    /// Its tracks; at least one.
    pub tracks: Vec<Placed>,
    /// Where its lead-out begins.
    pub lead_out: Lba,
    /// Its disc type.
    pub disc_type: DiscType,
    /// Catalogue number.
    pub mcn: Option<Mcn>,
}

/// What is known when a session is placed.
pub struct Before {
    /// Where the session before ends; `None` for the first.
    pub lead_out: Option<Lba>,
    /// Sectors from that lead-out to index 1 of the next track, where the image does not tell.
    pub gap: u32,
    /// Whether the disc is a CD.
    pub cd: bool,
    /// Where the sectors end in the file and the chunk list begins.
    pub data_end: u64,
}

/// Lays out the disc. `bytes` is the file, whose sectors end at `data_end`.
///
/// # Errors
/// A [`Flaw`] without an offset when what the chunks say does not fit together.
pub fn layout(nrg: &Nrg, bytes: &Arc<dyn Bytes>, data_end: u64) -> Result<Opened, Flaw> {
    let medium = medium(nrg);
    let mut warnings = Vec::new();
    let placed = sessions(nrg, medium, data_end, &mut warnings)?;
    let counts: Vec<u32> = placed.iter().map(|session| session.tracks.len() as u32).collect();
    if !nrg.track_counts.is_empty() && nrg.track_counts != counts {
        warnings.push("The numbers of tracks in each session (SINF) don't fit the track lists, which were believed.".to_owned());
    }
    let extents = extents(&placed, bytes, medium);
    let mcn = placed.iter().find_map(|session| session.mcn);
    let (cd_text, flaws) = CdText::from_packs(&nrg.cd_text);
    warnings.extend(flaws.iter().take(MOST_TEXT_WARNINGS).map(|flaw| format!("CD-TEXT: {flaw}.")));
    let mut disc = Disc { medium, sessions: Vec::new(), mcn, cd_text, layer_break: None, structures: Structures::default() };
    let mut number = 0u8;
    for (index, session) in (1..).zip(placed) {
        let tracks = session.tracks.into_iter().map(|placed| track(placed, &mut number, medium)).collect();
        disc.sessions.push(Session { number: index, disc_type: session.disc_type, tracks, lead_out: session.lead_out });
    }
    settle_forms(&mut disc, &extents);
    Ok(Opened { disc, extents, warnings })
}

fn track(placed: Placed, number: &mut u8, medium: Medium) -> Track {
    // A count beyond 99 is found by the check that every disc goes through.
    *number = placed.number.unwrap_or(number.saturating_add(1));
    let mode = if medium.is_cd() { placed.record.mode } else { TrackMode::Dvd };
    let mut track = Track::new(*number, mode, placed.start, placed.length);
    track.pregap = placed.pregap;
    track.indexes = placed.indexes;
    track.control = placed.control;
    track.isrc = placed.isrc;
    track
}

/// The medium: what MTYP says, unless the sectors contradict it. Without MTYP a single cooked track is told by its size.
fn medium(nrg: &Nrg) -> Medium {
    let sizes = |session: &SessionLayout| match session {
        SessionLayout::Dao(dao) => dao.tracks.iter().map(|t| (t.sector_size == 2048, t.end - t.index1)).collect::<Vec<_>>(),
        SessionLayout::Tao(tracks) => tracks.iter().map(|t| (mode::size_of(t.mode) == Some(2048), t.length)).collect(),
    };
    let all: Vec<(bool, u64)> = nrg.sessions.iter().flat_map(sizes).collect();
    if all.iter().any(|(cooked, _)| !cooked) {
        return Medium::Cd;
    }
    let by_size = guess_medium(all.iter().map(|(_, bytes)| bytes / 2048).fold(0, u64::saturating_add));
    match nrg.medium_flags.and_then(mode::medium) {
        // Flags of many media mean the smallest that it fits.
        Some(Medium::Cd) | None => by_size,
        Some(other) => other,
    }
}

fn sessions(nrg: &Nrg, medium: Medium, data_end: u64, warnings: &mut Vec<String>) -> Result<Vec<PlacedSession>, Flaw> {
    /// From the lead-out of session 1, and of those after it, to the next index 1: lead-out, lead-in and pregap.
    const GAPS: [u32; 2] = [11_400, 6_900];
    let cd = medium.is_cd();
    let mut placed: Vec<PlacedSession> = Vec::new();
    for layout in &nrg.sessions {
        let lead_out = placed.last().map(|session| session.lead_out);
        let gap = if !cd { 0 } else { GAPS[usize::from(placed.len() > 1)] };
        let before = Before { lead_out, gap, cd, data_end };
        let mut session = match layout {
            SessionLayout::Dao(dao) => dao::place(dao, &before, warnings)?,
            SessionLayout::Tao(tracks) => tao::place(tracks, nrg.disc_type.unwrap_or_default(), &before)?,
        };
        let first = session.tracks.first_mut().ok_or_else(|| Flaw::file(Fault::Missing { what: "a track of a session" }))?;
        // Nothing lies between the start of the disc and track 1, or between a lead-in and its first track, but the pregap.
        first.pregap = match (cd, lead_out) {
            (false, _) => 0,
            (true, None) => first.start.since(Lba::PROGRAM_START).unwrap_or(0),
            (true, Some(end)) if first.pregap == 0 => first.start.since(end).unwrap_or(0).min(150),
            (true, Some(_)) => first.pregap,
        };
        placed.push(session);
    }
    Ok(placed)
}

/// The stored runs, each cut where the one before ends.
fn extents(sessions: &[PlacedSession], bytes: &Arc<dyn Bytes>, medium: Medium) -> Vec<Extent> {
    let mut end = if medium.is_cd() { Lba::PROGRAM_START } else { Lba(0) };
    let mut extents = Vec::new();
    for placed in sessions.iter().flat_map(|session| &session.tracks) {
        let Record { slice, stride, subchannel, .. } = placed.record;
        let cut = end.since(placed.stored_from).unwrap_or(0).min(placed.stored);
        let offset = placed.offset + u64::from(cut) * u64::from(stride);
        let from = placed.stored_from + cut;
        let extent = Extent::plain(from, placed.stored - cut, bytes.clone(), offset, stride.into(), slice);
        end = end.max(extent.end());
        extents.push(if subchannel { extent.with_subchannel() } else { extent });
    }
    extents
}
