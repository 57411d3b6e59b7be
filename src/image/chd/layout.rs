//! From the tracks of a CHD to a disc, and to where its sectors lie.
//!
//! * The frames of all tracks follow each other; each track is filled up to a multiple of four frames, which no number counts.
//! * Frames of the first track are those from LBA 0 on: a pregap that is stored, too, lies behind the 150 sectors that every disc begins with, and one
//!   that is not stored comes on top of them, as in cue sheets.
//! * On a GD-ROM the frames at the end of a track reach to index 1 of the next one: `PAD` of them are that one's pregap, or the gap between the areas.

use std::sync::Arc;

use super::codecs::FRAME;
use super::tracks::{Sub, TrackEntry, Tracks};
use crate::bytes::Bytes;
use crate::disc::sector::{Slice, SubKind};
use crate::disc::{Disc, DiscType, Lba, Medium, Session, Track, TrackMode};
use crate::image::forms::settle_forms;
use crate::image::{Extent, Fault, Flaw, MainStore, Opened, SubStore};

/// Tracks begin at multiples of so many frames.
pub const ALIGN: u32 = 4;
/// Where the high-density area of a GD-ROM begins.
pub const HIGH_DENSITY: Lba = Lba(45_000);
/// The pregap that every area begins with.
const LEAD: u32 = 150;

/// Where the next track begins: on the disc, and among the frames.
struct Next {
    at: Lba,
    frame: u64,
    /// Sectors before it that its predecessor has as padding.
    pad: u32,
}

/// Lays out the disc whose frames `bytes` hold.
pub fn layout(tracks: &Tracks, bytes: &Arc<dyn Bytes>) -> Result<Opened, Flaw> {
    let mut next = Next { at: Lba(0), frame: 0, pad: 0 };
    let (mut found, mut extents, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    for entry in &tracks.entries {
        let mut entry = entry.clone();
        if entry.sub == Sub::Packs {
            let number = entry.number;
            warnings.push(format!("The R–W packs of track {number} are in a form that is not read; they were left out."));
        }
        if entry.stored_pregap && entry.pregap >= entry.frames {
            let TrackEntry { number, pregap, frames, .. } = entry;
            warnings.push(format!(
                "Track {number} should have {pregap} sectors of pregap, but has {frames} in all: the pregap was left out."
            ));
            (entry.pregap, entry.stored_pregap) = (0, false);
        }
        let (track, extent) = track(&entry, tracks, &mut next, bytes)?;
        found.push(track);
        extents.push(extent);
    }
    let mut disc = Disc::new(if tracks.gd { Medium::Gd } else { Medium::Cd }, found);
    if tracks.gd {
        areas(&mut disc);
    }
    settle_forms(&mut disc, &extents);
    Ok(Opened { disc, extents, warnings })
}

fn track(entry: &TrackEntry, tracks: &Tracks, next: &mut Next, bytes: &Arc<dyn Bytes>) -> Result<(Track, Extent), Flaw> {
    let too_long = || Flaw::file(Fault::TooMany { what: "frames in the tracks", limit: i32::MAX as u64 });
    let (mode, slice) = entry.record;
    let first = next.at == Lba(0) && entry.number == 1;
    let unstored = if entry.stored_pregap { 0 } else { entry.pregap };
    let stored = entry.pregap - unstored;
    let begin = next.at.checked_add(unstored).ok_or_else(too_long)?;
    let start = begin.checked_add(stored).ok_or_else(too_long)?;
    let pad = if tracks.gd { entry.pad } else { 0 };
    let frames = entry.frames.checked_sub(stored).and_then(|frames| frames.checked_sub(pad));
    let frames = frames.ok_or_else(|| {
        let (one, other) = (i64::from(entry.frames), i64::from(pad) + i64::from(stored));
        Flaw::file(Fault::Contradiction { what: "the frames of a track and those of its gaps", one, other })
    })?;
    let length = frames.checked_add(entry.postgap).ok_or_else(too_long)?;
    let mut track = Track::new(entry.number as u8, mode, start, length);
    track.postgap = entry.postgap;
    track.pregap = entry.pregap.saturating_add(if first { LEAD } else { next.pad });
    let kept = entry.frames - pad;
    let offset = next.frame.checked_mul(FRAME as u64).ok_or_else(too_long)?;
    let end = u64::from(kept).checked_mul(FRAME as u64).and_then(|len| len.checked_add(offset));
    if end.is_none_or(|end| end > bytes.len()) {
        let (needed, found) = (end.unwrap_or(u64::MAX), bytes.len());
        return Err(Flaw::file(Fault::Truncated { what: "the last track", needed, found }));
    }
    // The gap before the next track of a GD-ROM is stored as well.
    let held = if tracks.gd { entry.frames } else { kept };
    let extent = extent(begin, held.min(frames_left(bytes, offset)), bytes, offset, slice, entry.sub, mode, tracks.little);
    let all = u64::from(entry.frames).div_ceil(u64::from(ALIGN)) * u64::from(ALIGN);
    next.frame = next.frame.checked_add(all).ok_or_else(too_long)?;
    next.at = track.end().checked_add(pad).filter(|at| at.0 < i32::MAX).ok_or_else(too_long)?;
    next.pad = pad;
    Ok((track, extent))
}

/// How many frames there are from `offset` on.
fn frames_left(bytes: &Arc<dyn Bytes>, offset: u64) -> u32 {
    u32::try_from(bytes.len().saturating_sub(offset) / FRAME as u64).unwrap_or(u32::MAX)
}

#[expect(clippy::too_many_arguments, reason = "what a track's metadata say, once; bundling it would only rename it")]
fn extent(
    start: Lba,
    sectors: u32,
    bytes: &Arc<dyn Bytes>,
    offset: u64,
    slice: Slice,
    sub: Sub,
    mode: TrackMode,
    little: bool,
) -> Extent {
    let stride = FRAME as u32;
    let swap = mode == TrackMode::Audio && !little;
    let main = MainStore { bytes: bytes.clone(), offset, stride, slice, swap, scrambled: false };
    let sub = (sub == Sub::Raw).then(|| SubStore {
        bytes: bytes.clone(),
        offset: offset.saturating_add(slice.size() as u64),
        stride,
        kind: SubKind::Interleaved,
    });
    Extent { start, sectors, main: Some(main), sub }
}

/// Makes two sessions of the areas of a GD-ROM. The second begins with a pregap as the first does; what is before that is no sector.
fn areas(disc: &mut Disc) {
    let Some(session) = disc.sessions.first_mut() else { return };
    let Some(at) = session.tracks.iter().position(|track| track.start == HIGH_DENSITY).filter(|&at| at > 0) else { return };
    let mut tracks = session.tracks.split_off(at);
    let lead_out = session.lead_out;
    session.lead_out = session.tracks.last().map_or(Lba(0), Track::end);
    if let Some(first) = tracks.first_mut() {
        first.pregap = first.pregap.min(LEAD);
    }
    disc.sessions.push(Session { number: 2, disc_type: DiscType::default(), tracks, lead_out });
}
