//! Opening a `.dvd` file: its parts, one after the other, are the sectors of a DVD.

use std::collections::HashMap;
use std::sync::Arc;

use super::parse;
use crate::bytes::{Bytes, Joined};
use crate::disc::sector::Slice;
use crate::disc::{Disc, Lba, Medium, Track, TrackMode};
use crate::image::{Error, Extent, Fault, Flaw, Opened, Opener};

/// Bytes of a sector.
const SECTOR: u64 = 2048;

pub(super) fn open(opener: &Opener) -> Result<Opened, Error> {
    let dvd = parse(&opener.descriptor()?, &opener.limits).map_err(|flaw| opener.flaw(flaw))?;
    let mut warnings = Vec::new();
    let mut parts: Vec<Arc<dyn Bytes>> = Vec::with_capacity(dvd.files.len());
    let mut opened: HashMap<&str, u32> = HashMap::new();
    for (line, name) in &dvd.files {
        if opened.insert(name, *line).is_some() {
            let why = "the file stands in the list already";
            return Err(opener.flaw(Flaw::line(*line, Fault::Misplaced { what: "a file", why })));
        }
        let sibling = opener.sibling(name).map_err(|fault| opener.flaw(Flaw::line(*line, fault)))?;
        if sibling.respelt {
            warnings.push(format!("“{name}” was found as {}.", crate::image::file_name(&sibling.path)));
        }
        parts.push(sibling.bytes);
    }
    let bytes: Arc<dyn Bytes> = Arc::new(Joined::new(parts));
    let (sectors, rest) = (bytes.len() / SECTOR, bytes.len() % SECTOR);
    if rest > 0 {
        warnings.push(format!("The last {rest} bytes are no whole sector of {SECTOR} bytes and were left out."));
    }
    let sectors = match u32::try_from(sectors) {
        Ok(0) => return Err(opener.flaw(Flaw::file(Fault::Truncated { what: "the first sector", needed: SECTOR, found: rest }))),
        Ok(sectors) if sectors <= i32::MAX as u32 => sectors,
        _ => return Err(opener.flaw(Flaw::file(Fault::TooMany { what: "sectors", limit: i32::MAX as u64 }))),
    };
    let mut disc = Disc::new(Medium::Dvd, vec![Track::new(1, TrackMode::Dvd, Lba(0), sectors)]);
    disc.layer_break = dvd.layer_break.filter(|&at| at < sectors);
    if disc.layer_break != dvd.layer_break {
        warnings.push("The layer break lies behind the last sector and was left out.".to_owned());
    }
    let extent = Extent::plain(Lba(0), sectors, bytes, 0, SECTOR as u32, Slice::COOKED);
    Ok(Opened { disc, extents: vec![extent], warnings })
}
