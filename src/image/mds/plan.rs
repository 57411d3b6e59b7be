//! Plans Alcohol 120% and DAEMON Tools images of a disc.

use std::sync::Arc;

use super::blocks::{DataFile, Mds, SessionBlock, TrackBlock, Version};
use super::write::descriptor;
use super::{mode, structures, v2};
use crate::disc::sector::{Form, SUBCHANNEL, SubKind};
use crate::disc::{Disc, Lba, Session, Track};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile, full_record};

/// The sectors in one `.mdf`, which the descriptor names by the wildcard `*.mdf`, so that both can be renamed. Where they are to be compressed or
/// encrypted, the descriptor is of version 2, which is the first that can say so.
///
/// All but the pregap before the first track of each session is stored, which the format has no place for.
pub fn plan(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    let packing = v2::Wish::of(&request.tuning, false);
    let version = if packing.is_plain() { Version::One } else { Version::Two };
    let (mds, parts) = describe(disc, request.subchannel, version, Some("*.mdf"))?;
    let (data, name) = (format!("{}.mdf", request.stem), format!("{}.mds", request.stem));
    let files = if packing.is_plain() {
        vec![PlannedFile::new(data, parts), PlannedFile::new(name, vec![Part::Bytes(descriptor(&mds))])]
    } else {
        let (sectors, descriptor) = v2::pack_apart(mds, packing);
        vec![PlannedFile::packed(data, parts, Arc::new(sectors)), PlannedFile::packed(name, Vec::new(), Arc::new(descriptor))]
    };
    Ok(Plan { files })
}

/// One file: a header, the sectors, the encrypted descriptor. Sectors that are neither compressed nor encrypted can be copied by the kernel.
pub fn plan_mdx(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    let packing = v2::Wish::of(&request.tuning, true);
    let (mds, parts) = describe(disc, request.subchannel, Version::Two, None)?;
    let name = format!("{}.mdx", request.stem);
    let file = if packing.is_plain() {
        let len = parts.iter().map(Part::len).sum();
        let (head, tail) = v2::frame(mds, len);
        PlannedFile::new(name, [vec![Part::Bytes(head)], parts, vec![Part::Bytes(tail)]].concat())
    } else {
        PlannedFile::packed(name, parts, Arc::new(v2::pack_whole(mds, packing)))
    };
    Ok(Plan { files: vec![file] })
}

/// The descriptor, and the sectors that it describes, one part for each track.
fn describe(disc: &Disc, subchannel: bool, version: Version, name: Option<&str>) -> Result<(Mds, Vec<Part>), PlanError> {
    let cd = disc.medium.is_cd();
    let file = name.map_or_else(DataFile::default, DataFile::from);
    let mut planner =
        Planner { version, sub: (subchannel && cd).then_some(SubKind::Interleaved), parts: Vec::new(), files: Vec::new() };
    let mut sessions = Vec::new();
    for session in &disc.sessions {
        let mut tracks = Vec::new();
        let mut before: Option<&Track> = None;
        for track in &session.tracks {
            let stored = before.map_or(0, |before| planner.stored(before, track));
            tracks.push(planner.block(track, stored, &file));
            before = Some(track);
        }
        let (number, disc_type) = (session.number, session.disc_type);
        sessions.push(SessionBlock { start: start(session, cd), end: session.lead_out, number, disc_type, tracks });
    }
    let numbers = || disc.tracks().map(|(_, track)| track.number);
    let cd_text = match version {
        Version::Two if !disc.cd_text.is_empty() => {
            disc.cd_text.to_packs(numbers().next().unwrap_or(1), numbers().next_back().unwrap_or(1))?.concat()
        }
        _ => Vec::new(),
    };
    let mut mds = Mds {
        version,
        dvd: !cd,
        sessions,
        files: if version == Version::One { vec![vec![file]] } else { planner.files },
        layers: disc.structures.layers.clone(),
        bca: disc.structures.bca.clone(),
        dpm: disc.structures.dpm.clone(),
        cd_text,
        key: None,
    };
    if let (true, Some(at)) = (mds.layers.is_empty(), disc.layer_break) {
        mds.layers = structures::with_layer_break(disc.sectors(), at);
    }
    Ok((mds, planner.parts))
}

/// Where a session begins: on a CD with the pregap of its first track.
fn start(session: &Session, cd: bool) -> Lba {
    let first = session.tracks.first().map_or(Lba(0), Track::first);
    if cd && session.number == 1 { Lba::PROGRAM_START } else { first }
}

struct Planner {
    version: Version,
    sub: Option<SubKind>,
    parts: Vec<Part>,
    files: Vec<Vec<DataFile>>,
}

impl Planner {
    /// How much of the pregap of a track is stored. Version 2 says by the place of the first sector that there is one, and a track that does not
    /// follow the one before can't say it.
    fn stored(&self, before: &Track, track: &Track) -> u32 {
        let said = self.version == Version::One || track.first() == before.end();
        if said { track.pregap } else { 0 }
    }

    /// The block of a track, whose sectors are added to the data, `pregap` of those before index 1 among them.
    fn block(&mut self, track: &Track, pregap: u32, file: &DataFile) -> TrackBlock {
        let slice = full_record(track.mode);
        let sector_size = (slice.size() + if self.sub.is_some() { SUBCHANNEL } else { 0 }) as u16;
        let first: u64 = self.parts.iter().map(Part::len).sum();
        let sectors = pregap.saturating_add(track.length);
        self.parts.push(Part::sectors(track.start - pregap, sectors, Form { main: Some(slice), sub: self.sub }));
        let (mode, offset, stored_pregap, files) = match self.version {
            Version::One => (mode::code(track.mode), first + u64::from(pregap) * u64::from(sector_size), None, 0),
            Version::Two => {
                self.files.push(vec![DataFile { sectors: sectors.into(), ..file.clone() }]);
                (mode::code_2(track.mode), first, Some(pregap), self.files.len() - 1)
            }
        };
        TrackBlock {
            mode,
            sub: self.sub,
            control: track.control.nibble(track.mode),
            number: track.number,
            sector_size,
            start: track.start,
            offset,
            pregap: track.pregap,
            stored_pregap,
            length: track.length,
            files,
        }
    }
}
