//! Plans an Alcohol 120% image of a disc.

use super::blocks::{DVD, Mds, SessionBlock, TrackBlock};
use super::write::descriptor;
use super::{mode, structures};
use crate::disc::sector::{Form, SUBCHANNEL, SubKind};
use crate::disc::{Disc, Lba, Session, Track};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile, full_record};

/// The sectors in one `.mdf`, which the descriptor names by the wildcard `*.mdf`, so that both can be renamed.
///
/// All but the pregap before the first track of each session is stored, which the format has no place for.
pub fn plan(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    let cd = disc.medium.is_cd();
    let mut data = PlannedFile::new(format!("{}.mdf", request.stem), Vec::new());
    let subchannel = request.subchannel && cd;
    let sessions = disc.sessions.iter().map(|session| {
        let mut tracks = Vec::new();
        for track in &session.tracks {
            let pregap = if tracks.is_empty() { 0 } else { track.pregap };
            tracks.push(block(track, pregap, subchannel, &mut data));
        }
        SessionBlock {
            start: start(session, cd),
            end: session.lead_out,
            number: session.number,
            disc_type: session.disc_type,
            tracks,
        }
    });
    let mut mds = Mds {
        medium: if cd { 0 } else { DVD },
        sessions: sessions.collect(),
        files: vec![vec!["*.mdf".to_owned()]],
        layers: disc.structures.layers.clone(),
        bca: disc.structures.bca.clone(),
        dpm: disc.structures.dpm.clone(),
    };
    if let (true, Some(at)) = (mds.layers.is_empty(), disc.layer_break) {
        mds.layers = structures::with_layer_break(disc.sectors(), at);
    }
    let descriptor = PlannedFile::new(format!("{}.mds", request.stem), vec![Part::Bytes(descriptor(&mds))]);
    Ok(Plan { files: vec![data, descriptor] })
}

/// Where a session begins: on a CD with the pregap of its first track.
fn start(session: &Session, cd: bool) -> Lba {
    let first = session.tracks.first().map_or(Lba(0), Track::first);
    if cd && session.number == 1 { Lba::PROGRAM_START } else { first }
}

/// The block of a track whose sectors are added to the data, `pregap` of those before index 1 among them.
fn block(track: &Track, pregap: u32, subchannel: bool, data: &mut PlannedFile) -> TrackBlock {
    let slice = full_record(track.mode);
    let sub = subchannel.then_some(SubKind::Interleaved);
    let sector_size = (slice.size() + if subchannel { SUBCHANNEL } else { 0 }) as u16;
    let offset = data.len() + u64::from(pregap) * u64::from(sector_size);
    let form = Form { main: Some(slice), sub };
    data.parts.push(Part::sectors(track.start - pregap, pregap.saturating_add(track.length), form));
    TrackBlock {
        mode: mode::code(track.mode),
        subchannel,
        control: track.control.nibble(track.mode),
        number: track.number,
        sector_size,
        start: track.start,
        offset,
        pregap: track.pregap,
        length: track.length,
        files: 0,
    }
}
