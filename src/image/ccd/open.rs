//! Opening a CloneCD image: the descriptor tells where tracks lie, the sectors what they are.

use std::sync::Arc;

use super::{Ccd, Placed, lay_out, parse};
use crate::bytes::Bytes;
use crate::disc::mode_of;
use crate::disc::sector::{RAW, SUBCHANNEL, Slice, SubKind};
use crate::disc::{Disc, Lba, Mcn, Medium, Session, Track, TrackMode, scramble};
use crate::image::forms::settle_forms;
use crate::image::{Error, Extent, Fault, Flaw, MainStore, Opened, Opener, SubStore};

/// Sectors from index 1 on whose header is looked for: the first ones may be damaged.
const LOOKED_AT: [u32; 4] = [0, 1, 16, 150];

/// Opens the `.img` and, where there is one, the `.sub` beside a descriptor.
pub(super) fn open(opener: &Opener) -> Result<Opened, Error> {
    let ccd = parse(&opener.descriptor()?, &opener.limits).map_err(|flaw| opener.flaw(flaw))?;
    let placed = lay_out(&ccd).map_err(|flaw| opener.flaw(flaw))?;
    let mut warnings = Vec::new();
    let image = beside(opener, "img")?.ok_or_else(|| missing(opener, "img"))?;
    let stored = stored(&placed, &*image, &mut warnings).map_err(|flaw| opener.flaw(flaw))?;
    let last = stored.last().map_or(0, |(_, at, sectors)| at + sectors);
    let sub = beside(opener, "sub")?.filter(|sub| long_enough(&**sub, last, &mut warnings));

    let mut sessions: Vec<Session> = placed.into_iter().map(|placed| placed.session).collect();
    let mut extents = Vec::new();
    for (session, &(from, at, _)) in sessions.iter_mut().zip(&stored) {
        for track in &mut session.tracks {
            let start = track.first().max(from);
            let at = at + start.since(from).unwrap_or(0);
            let index1 = at + track.start.since(start).unwrap_or(0);
            let seen = look(&*image, index1, track).map_err(|error| opener.flaw(Flaw::file(Fault::Io(error))))?;
            let scrambled = settle(track, seen, ccd.scrambled, &mut warnings);
            let bytes = image.clone();
            let (offset, stride) = (u64::from(at) * RAW as u64, RAW as u32);
            extents.push(Extent {
                start,
                sectors: track.end().since(start).unwrap_or(0),
                main: Some(MainStore { bytes, offset, stride, slice: Slice::RAW, swap: false, scrambled }),
                sub: sub.as_ref().map(|bytes| SubStore {
                    bytes: bytes.clone(),
                    offset: u64::from(at) * SUBCHANNEL as u64,
                    stride: SUBCHANNEL as u32,
                    kind: SubKind::Packed,
                }),
            });
        }
    }
    let mut disc = Disc::new(Medium::Cd, Vec::new());
    disc.sessions = sessions;
    settle_forms(&mut disc, &extents);
    names(&ccd, &mut disc, &mut warnings);
    Ok(Opened { disc, extents, warnings })
}

/// Catalogue number, recording codes (already in their tracks) and CD-TEXT.
fn names(ccd: &Ccd, disc: &mut Disc, warnings: &mut Vec<String>) {
    if let Some(catalog) = &ccd.catalog {
        disc.mcn = Mcn::or_none(catalog.as_bytes());
        if disc.mcn.is_none() && catalog.bytes().any(|byte| byte != b'0') {
            warnings.push(format!("The catalogue number “{}” is none and was left out.", crate::image::shorten(catalog)));
        }
    }
    for info in ccd.tracks.iter().filter(|info| info.isrc.is_some()) {
        let read = disc.tracks().any(|(_, track)| track.number == info.number && track.isrc.is_some());
        if !read {
            warnings.push(format!("The ISRC of track {} is none and was left out.", info.number));
        }
    }
    let (cd_text, flaws) = crate::disc::CdText::from_packs_without_crc(&ccd.cd_text.concat());
    disc.cd_text = cd_text;
    if let Some(first) = flaws.first() {
        warnings.push(format!("The CD-TEXT has {} flaws, the first: {first}.", flaws.len()));
    }
}

/// The file of the same name with this extension.
fn beside(opener: &Opener, extension: &str) -> Result<Option<Arc<dyn Bytes>>, Error> {
    match opener.sibling(&name(opener, extension)) {
        Ok(sibling) => Ok(Some(sibling.bytes)),
        Err(Fault::PartMissing { .. }) => Ok(None),
        Err(fault) => Err(opener.flaw(Flaw::file(fault))),
    }
}

fn name(opener: &Opener, extension: &str) -> String {
    let stem = opener.path().file_stem().unwrap_or_default().to_string_lossy();
    format!("{stem}.{extension}")
}

fn missing(opener: &Opener, extension: &str) -> Error {
    opener.flaw(Flaw::file(Fault::PartMissing { name: name(opener, extension) }))
}

/// For each session its first stored sector, that sector's number in the image file, and how many follow.
type Stored = Vec<(Lba, u32, u32)>;

/// Whether the pregaps of later sessions are stored, the length of the image file tells: usually they are not.
fn stored(placed: &[Placed], image: &dyn Bytes, warnings: &mut Vec<String>) -> Result<Stored, Flaw> {
    let without: Stored = placed.iter().map(|p| (p.from, p.at, p.session.lead_out.since(p.from).unwrap_or(0))).collect();
    let mut with = Vec::with_capacity(without.len());
    let mut more = 0;
    for (number, (placed, &(from, at, sectors))) in placed.iter().zip(&without).enumerate() {
        let pregap = placed.session.tracks.first().filter(|_| number > 0).map_or(0, |track| track.pregap);
        with.push((from - pregap, at + more, sectors + pregap));
        more += pregap;
    }
    let sectors = |stored: &Stored| stored.last().map_or(0, |(_, at, sectors)| u64::from(at + sectors));
    let found = image.len() / RAW as u64;
    if found == sectors(&with) {
        return Ok(with);
    }
    let needed = sectors(&without);
    if found < needed {
        let (needed, found) = (needed * RAW as u64, image.len());
        return Err(Flaw::file(Fault::Truncated { what: "the .img file", needed, found }));
    }
    if found > needed || !image.len().is_multiple_of(RAW as u64) {
        let rest = image.len() - needed * RAW as u64;
        warnings.push(format!("The .img file is {rest} bytes longer than its tracks; what is behind them was left out."));
    }
    Ok(without)
}

fn long_enough(sub: &dyn Bytes, sectors: u32, warnings: &mut Vec<String>) -> bool {
    let enough = sub.len() >= u64::from(sectors) * SUBCHANNEL as u64;
    if !enough {
        warnings.push("The .sub file is too short for the tracks and was left out.".to_owned());
    }
    enough
}

/// What the headers of a data track say: its mode, and whether they were read only after descrambling.
fn look(image: &dyn Bytes, index1: u32, track: &Track) -> std::io::Result<Option<(TrackMode, bool)>> {
    if track.mode == TrackMode::Audio {
        return Ok(None);
    }
    for skip in LOOKED_AT.into_iter().filter(|&skip| skip < track.length) {
        let mut sector = [0; RAW];
        image.read_at(u64::from(index1 + skip) * RAW as u64, &mut sector)?;
        if let Some(mode) = mode_of(&sector) {
            return Ok(Some((mode, false)));
        }
        scramble::scramble(&mut sector);
        if let Some(mode) = mode_of(&sector) {
            return Ok(Some((mode, true)));
        }
    }
    Ok(None)
}

/// Gives the track the mode that was seen; whether it is scrambled.
fn settle(track: &mut Track, seen: Option<(TrackMode, bool)>, claimed: bool, warnings: &mut Vec<String>) -> bool {
    match seen {
        Some((mode, scrambled)) => {
            track.mode = mode;
            scrambled
        }
        None if track.mode == TrackMode::Audio => false,
        None => {
            warnings.push(format!("Track {} is marked as data, but its sectors have no headers.", track.number));
            claimed
        }
    }
}
