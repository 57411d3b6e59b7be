//! Places a session recorded disc at once.

use super::chunks::{Dao, DaoTrack, LEAD_OUT};
use super::layout::{Before, Placed, PlacedSession};
use super::mode::{self, Record};
use crate::disc::{Control, Isrc, Lba, Mcn};
use crate::image::{Fault, Flaw};

/// Some writers declare that many sectors at the end of a DVD which they then don't write.
const MOST_MISSING: u64 = 150;

/// Places the tracks by the cue sheet; what the file has of them follows from the track list.
///
/// # Errors
/// A cue sheet and a track list that don't fit together, unknown modes, tracks beyond the data.
pub fn place(dao: &Dao, before: &Before, warnings: &mut Vec<String>) -> Result<PlacedSession, Flaw> {
    let mut numbers: Vec<u8> = dao.cue.iter().map(|point| point.track).filter(|track| (1..=99).contains(track)).collect();
    numbers.dedup();
    if numbers.len() != dao.tracks.len() {
        let what = "the numbers of tracks in a cue sheet and in the track list that belongs to it";
        let (one, other) = (numbers.len() as i64, dao.tracks.len() as i64);
        return Err(Flaw::file(Fault::Contradiction { what, one, other }));
    }
    let mut placed = Vec::new();
    for (&number, track) in numbers.iter().zip(&dao.tracks) {
        let next = self::track(dao, number, track, placed.last_mut(), before, warnings)?;
        placed.push(next);
    }
    let lead_out = end(dao, &mut placed, warnings);
    for track in &mut placed {
        let (mut last, end) = (track.start, track.start + track.length);
        track.indexes.retain(|&index| {
            let rising = last < index && index < end;
            last = if rising { index } else { last };
            rising
        });
    }
    let mcn = Mcn::or_none(&dao.mcn);
    Ok(PlacedSession { tracks: placed, lead_out, disc_type: dao.disc_type, mcn })
}

/// What the file has of a track.
struct InFile {
    record: Record,
    /// Sectors before index 1.
    before: u32,
    /// Sectors from index 1 on, as the track list says.
    after: u32,
    /// Those of them that the file really has.
    there: u32,
}

fn in_file(track: &DaoTrack, data_end: u64) -> Result<InFile, Flaw> {
    let record = mode::record(track.mode.into(), track.sector_size).ok_or_else(|| {
        Flaw::file(Fault::Contradiction {
            what: "the mode code and the sector size of a track",
            one: track.mode.into(),
            other: track.sector_size.into(),
        })
    })?;
    let stride = u64::from(record.stride);
    let missing = track.end.saturating_sub(data_end).div_ceil(stride);
    let sectors = |from: u64, to: u64| u32::try_from(to.saturating_sub(from) / stride).ok();
    let (before, after) = (sectors(track.index0, track.index1), sectors(track.index1, track.end));
    match (before, after) {
        (Some(before), Some(after)) if missing <= MOST_MISSING.min(after.into()) && track.index1 <= data_end => {
            Ok(InFile { record, before, after, there: after - missing as u32 })
        }
        _ => Err(Flaw::file(Fault::OutOfRange {
            what: "the end of a track in the file",
            expected: "before the chunk list",
            found: i64::try_from(track.end).unwrap_or(i64::MAX),
        })),
    }
}

fn track(
    dao: &Dao,
    number: u8,
    track: &DaoTrack,
    last: Option<&mut Placed>,
    before: &Before,
    warnings: &mut Vec<String>,
) -> Result<Placed, Flaw> {
    let points = || dao.cue.iter().filter(|point| point.track == number);
    let index = |index: u8| points().find(|point| point.index == index);
    let first = index(1).ok_or_else(|| Flaw::file(Fault::Missing { what: "index 1 of a track in a cue sheet" }))?;
    let start = first.lba;
    let file = in_file(track, before.data_end)?;
    if file.there < file.after {
        warnings.push(format!(
            "The last {} sectors of track {number} are not in the file and read as empty.",
            file.after - file.there
        ));
    }
    let said = index(0).and_then(|zero| start.since(zero.lba)).unwrap_or(0);
    let pregap = match last {
        None => said,
        Some(last) => follow(last, start, said, file.before)?,
    };
    let stored_from = start - file.before;
    Ok(Placed {
        number: Some(number),
        start,
        pregap,
        length: file.after,
        indexes: points().filter(|point| point.index > 1).map(|point| point.lba).collect(),
        control: Control::from_nibble(first.control),
        isrc: Isrc::new(&track.isrc).ok().filter(|isrc| isrc.as_bytes().iter().any(|&c| c != b'0')),
        record: file.record,
        stored_from,
        stored: file.before + file.there,
        offset: track.index1 - u64::from(file.before) * u64::from(file.record.stride),
    })
}

/// Ends the track before where the pregap of this one begins, and gives that pregap's length: as the cue sheet says, or, where it says that there is
/// none, what lies before index 1 in the file.
///
/// The stored sectors stay where they are: those of a pregap may well be listed with the track before it.
fn follow(last: &mut Placed, start: Lba, said: u32, in_file: u32) -> Result<u32, Flaw> {
    let room = start.since(last.start).filter(|&room| room > 0).ok_or_else(|| {
        let (one, other) = (last.start.0.into(), start.0.into());
        Flaw::file(Fault::Contradiction { what: "the starts of two tracks, which should rise,", one, other })
    })?;
    let pregap = if said > 0 { said.min(room) } else { in_file.min(room.saturating_sub(last.length)) };
    last.length = room - pregap;
    let stored_end = last.stored_from + last.stored;
    last.stored -= stored_end.since(start).unwrap_or(0).min(last.stored);
    Ok(pregap)
}

/// Where the lead-out begins: where the cue sheet says, but not before the end of what is stored.
fn end(dao: &Dao, placed: &mut [Placed], warnings: &mut Vec<String>) -> Lba {
    let Some(last) = placed.last_mut() else { return Lba(0) };
    let said = dao.cue.iter().find(|point| point.track == LEAD_OUT).map(|point| point.lba);
    let stored = last.length;
    let length = said.and_then(|lead_out| lead_out.since(last.start)).unwrap_or(stored);
    if length < stored {
        warnings
            .push(format!("The lead-out would lie {} sectors before the end of the last track and was moved.", stored - length));
    } else if length > stored {
        warnings.push(format!("The last {} sectors of the session are not in the file and read as empty.", length - stored));
    }
    last.length = length.max(stored);
    last.start + last.length
}
