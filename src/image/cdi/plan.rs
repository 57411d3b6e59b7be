//! Plans a DiscJuggler image of a disc.

use super::parse::{Cdi, CdiSession, CdiTrack};
use super::write::{Head, descriptor};
use crate::disc::sector::{Form, Slice, SubKind};
use crate::disc::{Disc, DiscType, Lba, Session, Track, TrackMode};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile};

/// One file. All sectors from MSF 00:00:00 on are in it, the pregaps before the first tracks of sessions too, which programs expect there.
pub fn plan(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    let mut parts = Vec::new();
    let mut sessions = Vec::new();
    for session in &disc.sessions {
        let tracks = session.tracks.iter().map(|track| block(track, request.subchannel, &mut parts)).collect();
        sessions.push(CdiSession { tracks, kind: Some(kind(session)) });
    }
    let mut numbers = disc.tracks().map(|(_, track)| track.number);
    let first = numbers.next().unwrap_or(1);
    let last = numbers.next_back().unwrap_or(first);
    let cd_text = if disc.cd_text.is_empty() { Vec::new() } else { disc.cd_text.to_packs(first, last)?.concat() };
    let cdi = Cdi { dvd: false, sessions, mcn: disc.mcn, cd_text, whole: true };
    let name = format!("{}.cdi", request.stem);
    let (spelt, _, _) = encoding_rs::WINDOWS_1252.encode(&name);
    // A byte holds the length of the name; what matters least of it is its beginning.
    let spelt = spelt.get(spelt.len().saturating_sub(255)..).unwrap_or_default();
    let sectors = disc.lead_out().since(Lba::PROGRAM_START).unwrap_or(0);
    parts.push(Part::Bytes(descriptor(&cdi, sectors, &Head { mystery: [0x64, 0x05, 0x2A], name: spelt })));
    Ok(Plan { files: vec![PlannedFile::new(name, parts)] })
}

/// The block of a track, whose sectors are added to the file.
fn block(track: &Track, subchannel: bool, parts: &mut Vec<Part>) -> CdiTrack {
    let sub = subchannel.then_some(SubKind::Interleaved);
    let length = track.pregap.saturating_add(track.length);
    parts.push(Part::sectors(track.first(), length, Form { main: Some(Slice::RAW), sub }));
    let starts = [track.first(), track.start].into_iter().chain(track.indexes.iter().copied());
    let ends = starts.clone().skip(1).chain([track.end()]);
    CdiTrack {
        indexes: starts.zip(ends).map(|(start, end)| end.since(start).unwrap_or(0)).collect(),
        title: None,
        mode: match track.mode {
            TrackMode::Audio => 0,
            mode if mode.is_mode2() => 2,
            _ => 1,
        },
        start: track.first().since(Lba::PROGRAM_START).unwrap_or(0),
        length,
        layout: if subchannel { 4 } else { 2 },
        control: track.control.nibble(track.mode),
        isrc: track.isrc,
    }
}

/// 0 CD-DA, 1 CD-ROM, 2 XA.
fn kind(session: &Session) -> u8 {
    match session.disc_type {
        DiscType::Xa | DiscType::CdI => 2,
        DiscType::CdDaOrRom => u8::from(session.tracks.iter().any(|track| track.mode.is_data())),
    }
}
