//! What a CloneCD image of a disc consists of.

use super::{Ccd, Entry, SessionInfo, TrackInfo, text};
use crate::disc::sector::{Form, Slice, SubKind};
use crate::disc::{Disc, Lba, Session, Track, TrackMode};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile};

/// The last address of a CD, MSF 99:59:74.
const LAST: u32 = 449_849;
/// Sectors of pregap that every session begins with.
const FIRST_PREGAP: u32 = 150;

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
    for (number, session) in (1..).zip(&disc.sessions) {
        let first = session.tracks.first().ok_or(PlanError::Nothing("a session has no track"))?;
        ccd.sessions.push(SessionInfo { number, pregap_mode: mode(first), pregap_subchannel: false });
        let next = disc.sessions.get(usize::from(number)).and_then(|session| session.tracks.first());
        ccd.entries.extend(entries(number, session, next, disc.lead_out()));
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

/// The rows of a session: first and last track, lead-out, the tracks, the way to the next session.
fn entries(session: u8, tracks: &Session, next: Option<&Track>, end: Lba) -> Vec<Entry> {
    let row = |point, control, p: [u8; 3]| {
        let frames = i32::from(p[0]) * 4500 + i32::from(p[1]) * 75 + i32::from(p[2]);
        Entry { line: 0, session, point, adr: 1, control, a: [0; 3], zero: 0, p, plba: frames - 150 }
    };
    let control = |track: &Track| track.control.nibble(track.mode);
    let (Some(first), Some(last)) = (tracks.tracks.first(), tracks.tracks.last()) else { return Vec::new() };
    let mut rows = vec![
        row(0xA0, control(first), [first.number, tracks.disc_type.byte(), 0]),
        row(0xA1, control(last), [last.number, 0, 0]),
        row(0xA2, control(last), time(tracks.lead_out)),
    ];
    rows.extend(tracks.tracks.iter().map(|track| row(track.number, control(track), time(track.start))));
    if let Some(next) = next {
        // Where the next program area begins, and how far the disc goes (MMC, pointer B0 of mode 5).
        let next = next.start - FIRST_PREGAP;
        rows.push(Entry { adr: 5, a: time(next), ..row(0xB0, 0, time(end)) });
    }
    rows
}

fn time(lba: Lba) -> [u8; 3] {
    let msf = lba.to_msf();
    [msf.minute as u8, msf.second, msf.frame]
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
