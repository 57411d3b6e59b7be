//! What disc the data of a UIF image are: as the descriptor says that came with them, read as that program's own images are, or as MagicISO's own
//! list of tracks does.

use std::fmt::Write;
use std::sync::Arc;

use super::open::Unpacking;
use crate::bytes::{Bytes, Window, read_some};
use crate::disc::{Lba, Msf};
use crate::image::ccd::CCD;
use crate::image::cue::CUE;
use crate::image::mds::MDS;
use crate::image::nrg::NRG;
use crate::image::raw::open_unpacked;
use crate::image::wire::Wire;
use crate::image::{Embedded, Error, Fault, Flaw, Format, Opened, Opener};

/// Bytes of the data at their end in which the footer of a Nero image is looked for: whole sectors follow it.
const FOOTER_AREA: u64 = 2 * 4096;
/// Bytes of an entry of the list of tracks.
const TRACK_LEN: u64 = 68;
/// Where the entries begin when no names stand before them.
const TRACKS_AT: u64 = 0x40;

/// Whose image it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Iso,
    Cue,
    Mds,
    Ccd,
    Nrg,
}

/// The descriptor of the image that this one was made from.
pub struct Original {
    pub kind: Kind,
    pub descriptor: Vec<u8>,
}

/// The disc.
pub fn disc(opener: &Opener, image: Unpacking) -> Result<Opened, Error> {
    let Unpacking { data, mixed, tracks, original, .. } = image;
    if !mixed {
        return open_unpacked(opener, data);
    }
    let opened = match by_original(opener, &original, &data) {
        Some(Ok(opened)) => return Ok(opened),
        other => other,
    };
    // What MagicISO itself says of the tracks has to do.
    match (sheet(&tracks).map_err(|flaw| opener.flaw(flaw))?, opened) {
        (Some(sheet), first) => {
            let inside = Embedded::new(data, None);
            let mut found = (CUE.open)(&opener.inside(Arc::new(sheet.into_bytes()), inside))?;
            if let Some(Err(error)) = first {
                let why = error.fault.to_string();
                found
                    .warnings
                    .insert(0, format!("The original descriptor could not be used; MagicISO's list of tracks was taken: {why}."));
            }
            Ok(found)
        }
        (None, Some(Err(error))) => Err(error),
        (None, _) => open_unpacked(opener, data),
    }
}

/// As the original's own format reads it; `None` where there is no descriptor.
fn by_original(opener: &Opener, original: &Original, data: &Arc<dyn Bytes>) -> Option<Result<Opened, Error>> {
    let open = |format: &Format, descriptor: Vec<u8>, sub: Option<Vec<u8>>| {
        let sub = sub.map(|sub| Arc::new(sub) as Arc<dyn Bytes>);
        (format.open)(&opener.inside(Arc::new(descriptor), Embedded::new(data.clone(), sub)))
    };
    let descriptor = &original.descriptor;
    match original.kind {
        Kind::Nrg => Some(nero(opener, data)),
        _ if descriptor.is_empty() => None,
        Kind::Iso => None,
        Kind::Cue => Some(open(&CUE, descriptor.clone(), None)),
        Kind::Mds => Some(open(&MDS, descriptor.clone(), None)),
        Kind::Ccd => Some(match ccd_parts(descriptor) {
            Ok((ccd, sub)) => open(&CCD, ccd, sub),
            Err(flaw) => Err(opener.flaw(flaw)),
        }),
    }
}

/// A CloneCD descriptor, and the subchannel, where there is some: their lengths stand before them.
pub fn ccd_parts(bytes: &[u8]) -> Result<(Vec<u8>, Option<Vec<u8>>), Flaw> {
    let wire = Wire::new(bytes, 0, "the original descriptor");
    let (ccd, sub) = (wire.u32_le(0)?, wire.u32_le(4)?);
    let ccd = wire.part(8, ccd.into(), "the CloneCD descriptor")?.bytes();
    let behind = 8 + ccd.len() as u64;
    let sub = wire.part(behind, sub.into(), "the subchannel")?.bytes();
    Ok((ccd.to_vec(), (!sub.is_empty()).then(|| sub.to_vec())))
}

/// A Nero image has its descriptor at its end; behind that MagicISO leaves the rest of a sector.
fn nero(opener: &Opener, data: &Arc<dyn Bytes>) -> Result<Opened, Error> {
    let from = data.len().saturating_sub(FOOTER_AREA);
    let tail = read_some(&**data, from, FOOTER_AREA as usize).map_err(|error| opener.flaw(Flaw::file(Fault::Io(error))))?;
    let footer = |word: &[u8], len: usize| tail.windows(word.len()).rposition(|at| at == word).map(|at| at + len);
    let end = footer(b"NER5", 12).max(footer(b"NERO", 8)).filter(|&end| end <= tail.len());
    let end = end.ok_or_else(|| opener.flaw(Flaw::file(Fault::Missing { what: "the footer of the Nero image inside" })))?;
    let image: Arc<dyn Bytes> = Arc::new(Window::new(data.clone(), 0, from + end as u64));
    (NRG.open)(&opener.inside(image, Embedded::new(data.clone(), None)))
}

/// MagicISO's list of tracks as a cue sheet; `None` where there is none.
pub fn sheet(bytes: &[u8]) -> Result<Option<String>, Flaw> {
    let wire = Wire::new(bytes, 0, "the list of tracks");
    if bytes.is_empty() {
        return Ok(None);
    }
    let mut at = TRACKS_AT;
    // The names of the sectors' file and of the cue sheet that there were.
    for name in [wire.u32_le(4)?, wire.u32_le(0x10)?] {
        if name > 0 {
            let rest = wire.rest(name.into(), "a name").bytes();
            let len = rest.iter().position(|&byte| byte == 0);
            let len = len.ok_or_else(|| wire.flaw(name.into(), Fault::Missing { what: "the end of a name" }))?;
            at = u64::from(name) + len as u64 + 1;
        }
    }
    let mut sheet = "FILE \"data\" BINARY\n".to_owned();
    let mut tracks = 0;
    while wire.len().saturating_sub(at) >= TRACK_LEN {
        let entry = wire.part(at, TRACK_LEN, "an entry of the list of tracks")?;
        at += TRACK_LEN;
        let number = entry.u8(3)?;
        // The points A0 to A2 of a table of contents are no tracks.
        if number >= 0xA0 {
            continue;
        }
        if number == 0 || number > 99 {
            return Err(entry.out_of_range(3, "the number of a track", "1 to 99", number));
        }
        let start = start(&entry)?;
        let (mode, size) = (entry.u8(11)?, entry.u32_le(24)?);
        let kind = match (entry.u8(1)? & 4 != 0, mode, size) {
            (false, ..) => "AUDIO".to_owned(),
            (true, 1, 2048 | 2352) | (true, 2, 2048 | 2324 | 2336 | 2352) => format!("MODE{mode}/{size}"),
            (true, 1 | 2, _) => return Err(entry.out_of_range(24, "the size of a track's sectors", "that of its mode", size)),
            (true, ..) => return Err(entry.out_of_range(11, "the mode of a track", "1 or 2", mode)),
        };
        // Writing to a string does not fail.
        let _ = write!(sheet, "TRACK {number:02} {kind}\nINDEX 01 {start}\n");
        tracks += 1;
    }
    Ok((tracks > 0).then_some(sheet))
}

/// Where a track begins in the data: two seconds before what its time on the disc says.
fn start(entry: &Wire<'_>) -> Result<String, Flaw> {
    let [minute, second, frame] = entry.array(8)?;
    let bad = || {
        let found = u32::from_be_bytes([0, minute, second, frame]);
        entry.out_of_range(8, "the time of a track", "minutes, seconds and frames, from 00:02:00 on", found)
    };
    let lba = Msf::new(minute.into(), second, frame).map_err(|_| bad())?.to_lba();
    let frames = lba.since(Lba(0)).ok_or_else(bad)?;
    Ok(format!("{:02}:{:02}:{:02}", frames / 4500, frames / 75 % 60, frames % 75))
}
