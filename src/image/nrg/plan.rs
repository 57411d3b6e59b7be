//! Plans a Nero image of a disc.

use super::chunks::{CuePoint, Dao, DaoTrack, LEAD_OUT, Nrg, SessionLayout, TaoTrack};
use super::mode;
use super::write::{Version, chunk_list};
use crate::disc::sector::{Form, Slice, SubKind};
use crate::disc::{Disc, Lba, Session, Track};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile, full_record};

/// A CD is written disc at once, with all pregaps, that of track 1 too; other media as one run of 2048-byte sectors.
///
/// # Errors
/// [`PlanError::TooLong`] for more than 4 GiB in version 1, [`PlanError::CdText`] for text that packs can't carry.
pub fn plan(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    let mut data = Data::default();
    let sessions = disc.sessions.iter().map(|session| {
        if disc.medium.is_cd() { SessionLayout::Dao(dao(disc, session, request, &mut data)) } else { tao(session, &mut data) }
    });
    let nrg = Nrg {
        sessions: sessions.collect(),
        track_counts: disc.sessions.iter().map(|session| session.tracks.len() as u32).collect(),
        medium_flags: Some(mode::medium_flag(disc.medium)),
        cd_text: cd_text(disc)?,
        disc_type: None,
    };
    let version = if request.old_version { Version::One } else { Version::Two };
    if version == Version::One && data.end > u64::from(u32::MAX) {
        let limit = u32::MAX / if disc.medium.is_cd() { 2352 } else { 2048 };
        return Err(PlanError::TooLong { sectors: disc.sectors(), limit });
    }
    data.parts.push(Part::Bytes(chunk_list(&nrg, data.end, version)));
    Ok(Plan { files: vec![PlannedFile::new(format!("{}.nrg", request.stem), data.parts)] })
}

fn cd_text(disc: &Disc) -> Result<Vec<u8>, PlanError> {
    let mut numbers = disc.tracks().map(|(_, track)| track.number);
    let first = numbers.next().unwrap_or(1);
    Ok(disc.cd_text.to_cdt(first, numbers.next_back().unwrap_or(first))?)
}

/// The sectors so far.
#[derive(Default)]
struct Data {
    parts: Vec<Part>,
    end: u64,
}

impl Data {
    fn push(&mut self, part: Part) {
        self.end += part.len();
        self.parts.push(part);
    }
}

fn dao(disc: &Disc, session: &Session, request: &PlanRequest, data: &mut Data) -> Dao {
    let mut cue = Vec::new();
    let mut tracks = Vec::new();
    for track in &session.tracks {
        let control = track.control.nibble(track.mode);
        let mut point = |track, index, lba| cue.push(CuePoint { control, track, index, lba });
        if tracks.is_empty() {
            point(0, 0, track.first());
        }
        point(track.number, 0, track.first());
        (1..).zip([track.start].iter().chain(&track.indexes)).for_each(|(index, &lba)| point(track.number, index, lba));
        tracks.push(dao_track(track, request, data));
    }
    // The lead-out has the flags of the last track.
    let control = cue.last().map_or(0, |point: &CuePoint| point.control);
    cue.push(CuePoint { control, track: LEAD_OUT, index: 1, lba: session.lead_out });
    let mcn = disc.mcn.map_or([0; 13], |mcn| *mcn.as_bytes());
    Dao { cue, mcn, disc_type: session.disc_type, tracks }
}

fn dao_track(track: &Track, request: &PlanRequest, data: &mut Data) -> DaoTrack {
    let (mode, sector_size) = mode::code(track.mode, request.subchannel);
    let sub = request.subchannel.then_some(SubKind::Interleaved);
    let form = Form { main: Some(full_record(track.mode)), sub };
    let index0 = data.end;
    data.push(Part::sectors(track.first(), track.pregap.saturating_add(track.length), form));
    let index1 = index0 + u64::from(track.pregap) * u64::from(sector_size);
    let isrc = track.isrc.map_or([0; 12], |isrc| *isrc.as_bytes());
    DaoTrack { isrc, sector_size, mode, index0, index1, end: data.end }
}

fn tao(session: &Session, data: &mut Data) -> SessionLayout {
    let tracks = session.tracks.iter().map(|track| {
        let part = Part::sectors(track.start, track.length, Form::main(Slice::COOKED));
        let (offset, length) = (data.end, part.len());
        data.push(part);
        TaoTrack { offset, length, mode: mode::COOKED, start: track.start.since(Lba(0)) }
    });
    SessionLayout::Tao(tracks.collect())
}
