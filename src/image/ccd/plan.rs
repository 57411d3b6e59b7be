//! What a CloneCD image of a disc consists of.

use super::{Ccd, Entry, SessionInfo, TrackInfo, text};
use crate::disc::sector::{Form, Slice, SubKind};
use crate::disc::toc::{self, FIRST_PREGAP, TocEntry};
use crate::disc::{Disc, Lba, Track, TrackMode};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile};

/// The last address of a CD, MSF 99:59:74.
const LAST: u32 = 449_849;
/// The most sectors between two tracks of a session that are written although they belong to neither: two minutes, 21 MB that the plan holds.
const LONGEST_GAP: u32 = 9000;

/// Plans `.img`, `.sub` and `.ccd`. The subchannel is always written: the program whose format this is wants it.
pub(super) fn plan(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    if disc.sectors() > LAST {
        return Err(PlanError::TooLong { sectors: disc.sectors(), limit: LAST });
    }
    let file = |extension: &str, parts| PlannedFile::new(format!("{}.{extension}", request.stem), parts);
    let image = parts(disc, Form::main(Slice::RAW))?;
    let sub = parts(disc, Form { main: None, sub: Some(SubKind::Packed) })?;
    let descriptor = vec![Part::Bytes(text(&describe(disc)?))];
    Ok(Plan { files: vec![file("img", image), file("sub", sub), file("ccd", descriptor)] })
}

/// The sectors of all tracks in order: the first session from LBA 0 on, later ones from the first index 1.
fn parts(disc: &Disc, form: Form) -> Result<Vec<Part>, PlanError> {
    let mut parts = Vec::new();
    for (number, session) in disc.sessions.iter().enumerate() {
        let mut at = if number == 0 { Lba(0) } else { session.tracks.first().map_or(Lba(0), |track| track.start) };
        for track in &session.tracks {
            let from = track.first().max(at);
            // What belongs to no track has its place in the file all the same.
            if let Some(gap) = from.since(at).filter(|&gap| gap > 0) {
                if gap > LONGEST_GAP {
                    return Err(PlanError::Nothing("too many sectors between its tracks belong to none of them"));
                }
                parts.push(Part::Bytes(vec![0; gap as usize * form.size()]));
            }
            parts.push(Part::sectors(from, track.end().since(from).unwrap_or(0), form));
            at = track.end();
        }
    }
    Ok(parts)
}

fn describe(disc: &Disc) -> Result<Ccd, PlanError> {
    let mut ccd = Ccd { version: 3, catalog: disc.mcn.map(|mcn| mcn.to_string()), ..Ccd::default() };
    ccd.entries = toc::entries(disc).iter().map(row).collect();
    for (number, session) in (1..).zip(&disc.sessions) {
        let first = session.tracks.first().ok_or(PlanError::Nothing("a session has no track"))?;
        ccd.sessions.push(SessionInfo { number, pregap_mode: mode(first), pregap_subchannel: false });
        let base = if number == 1 { Lba(0) } else { first.start };
        for track in &session.tracks {
            let usual = if track.number == first.number { FIRST_PREGAP } else { 0 };
            ccd.tracks.push(info(track, base, usual));
        }
    }
    let numbers = || disc.tracks().map(|(_, track)| track.number);
    let (first, last) = (numbers().next().unwrap_or(1), numbers().next_back().unwrap_or(1));
    let packs = disc.cd_text.to_packs(first, last)?;
    ccd.cd_text = packs.iter().filter_map(|pack| pack.first_chunk::<16>().copied()).collect();
    Ok(ccd)
}

fn mode(track: &Track) -> u8 {
    match track.mode {
        TrackMode::Audio => 0,
        mode if mode.is_mode2() => 2,
        _ => 1,
    }
}

/// A row of the table of contents, with its address in sectors.
fn row(entry: &TocEntry) -> Entry {
    let TocEntry { session, adr, control, point, time, value } = *entry;
    let frames = value.map(i32::from);
    let plba = frames[0] * 4500 + frames[1] * 75 + frames[2] - 150;
    Entry { line: 0, session, point, adr, control, a: time, zero: 0, p: value, plba }
}

/// The addresses of later sessions count from the first index 1 of the session.
fn info(track: &Track, base: Lba, usual: u32) -> TrackInfo {
    let relative = |lba: Lba| lba.0 - base.0;
    let mut indexes = Vec::new();
    if track.pregap != usual {
        // Only what lies behind LBA 0 is in the image file.
        let first = if base == Lba(0) { track.first().max(base) } else { track.first() };
        indexes.push((0, relative(first)));
    }
    indexes.extend((1..).zip([track.start].iter().chain(&track.indexes)).map(|(number, &lba)| (number, relative(lba))));
    TrackInfo { line: 0, number: track.number, mode: Some(mode(track)), isrc: track.isrc.map(|isrc| isrc.to_string()), indexes }
}
