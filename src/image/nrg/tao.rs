//! Places a session recorded track at once.

use super::chunks::TaoTrack;
use super::layout::{Before, Placed, PlacedSession};
use super::mode::{self, Record};
use crate::disc::{Control, DiscType, Lba};
use crate::image::{Fault, Flaw};

/// Sectors of pregap before each track, of which the file has none.
const PREGAP: u32 = 150;

/// Places the tracks one after another.
///
/// # Errors
/// Mode codes that are unknown, tracks beyond the data, addresses beyond a disc.
pub fn place(tracks: &[TaoTrack], disc_type: DiscType, before: &Before) -> Result<PlacedSession, Flaw> {
    let mut placed: Vec<Placed> = Vec::new();
    for track in tracks {
        let record = record(track)?;
        let fits = track.offset.checked_add(track.length).is_some_and(|end| end <= before.data_end);
        let sectors = u32::try_from(track.length / u64::from(record.stride)).ok();
        let Some(sectors) = sectors.filter(|_| fits) else {
            return Err(Flaw::file(Fault::OutOfRange {
                what: "the end of a track in the file",
                expected: "before the chunk list",
                found: i64::try_from(track.offset.saturating_add(track.length)).unwrap_or(i64::MAX),
            }));
        };
        let start = start(track, placed.last(), before);
        let pregap = placed.last().and_then(|last| start.since(last.start + last.length)).unwrap_or(0);
        placed.push(Placed {
            number: None,
            start,
            pregap,
            length: sectors,
            indexes: Vec::new(),
            control: Control::default(),
            isrc: None,
            record,
            stored_from: start,
            stored: sectors,
            offset: track.offset,
        });
    }
    let lead_out = placed.last().map_or(Lba(0), |last| last.start + last.length);
    Ok(PlacedSession { tracks: placed, lead_out, disc_type, mcn: None })
}

/// The size of a sector follows from the mode code, unless the length is no multiple of it.
fn record(track: &TaoTrack) -> Result<Record, Flaw> {
    let usual = mode::size_of(track.mode).into_iter();
    let sizes = usual.clone().chain([2048, 2336, 2352]).filter(|&size| track.length.is_multiple_of(size.into())).chain(usual);
    let unknown = || {
        let found = track.mode.into();
        Flaw::file(Fault::OutOfRange { what: "the mode code of a track", expected: "one for data or audio", found })
    };
    sizes.into_iter().find_map(|size| mode::record(track.mode, size)).ok_or_else(unknown)
}

/// Address of index 1.
///
/// Most versions of Nero count no pregaps in it, so that it lies behind the real one by one for each track; some count them. An address that leaves
/// room for a pregap behind the track before is real.
fn start(track: &TaoTrack, last: Option<&Placed>, before: &Before) -> Lba {
    let said = track.start.and_then(|start| i32::try_from(start).ok()).map(Lba);
    let pregap = if before.cd { PREGAP } else { 0 };
    let (end, gap) = match (last, before.lead_out) {
        (Some(last), _) => (last.start + last.length, pregap),
        (None, Some(lead_out)) => (lead_out, before.gap),
        (None, None) => (Lba(0), 0),
    };
    let (least, usual) = (end + pregap.min(gap), end + gap);
    let real = |start: &Lba| *start >= least && start.since(usual).is_none_or(|ahead| ahead < MOST_AHEAD);
    said.filter(real).unwrap_or(usual)
}

/// An address further ahead than a whole CD is rubbish.
const MOST_AHEAD: u32 = 450_000;
