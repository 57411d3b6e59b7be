//! Opens a Nero image.

use std::sync::Arc;

use super::layout::layout;
use super::parse::{ChunkArea, FOOTER_LEN, footer, parse};
use crate::bytes::Bytes;
use crate::image::{Error, Fault, Flaw, Likeness, Limits, Opened, Opener};

/// A footer that leads to something like a chunk makes it a Nero image. One that leads nowhere does so only with the extension.
pub fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let named = if opener.extension() == "nrg" { Likeness::Sure } else { Likeness::No };
    match footer(&tail(opener)?, opener.bytes().len()) {
        Ok(area) => {
            let id = opener.read(area.start, 4)?;
            let is_id = id.iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == b'!');
            Ok(if is_id { Likeness::Sure } else { named })
        }
        Err(Flaw { fault: Fault::NotThis { .. }, .. }) => Ok(Likeness::No),
        Err(_) => Ok(named),
    }
}

fn tail(opener: &Opener) -> Result<Vec<u8>, Error> {
    opener.read(opener.bytes().len().saturating_sub(FOOTER_LEN), FOOTER_LEN as usize)
}

/// Opens the image.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    let ChunkArea { start, end } = footer(&tail(opener)?, opener.bytes().len()).map_err(|flaw| opener.flaw(flaw))?;
    let limit = opener.limits.descriptor;
    let len = usize::try_from(end - start).ok().filter(|_| end - start <= limit);
    let len = len.ok_or_else(|| opener.flaw(Flaw::at(start, Fault::TooMany { what: "bytes in the chunk list", limit })))?;
    let chunks = opener.read(start, len)?;
    let nrg = parse(&chunks, start, &opener.limits).map_err(|flaw| opener.flaw(flaw))?;
    layout(&nrg, opener.bytes(), start).map_err(|flaw| opener.flaw(flaw))
}

/// Reads a whole image out of memory, and throws away what it finds.
pub fn parse_anything(bytes: &[u8], limits: &Limits) {
    let tail = &bytes[bytes.len().saturating_sub(FOOTER_LEN as usize)..];
    let Ok(area) = footer(tail, bytes.len() as u64) else { return };
    let chunks = usize::try_from(area.start).ok().zip(usize::try_from(area.end).ok()).and_then(|(from, to)| bytes.get(from..to));
    if let Some(nrg) = chunks.and_then(|chunks| parse(chunks, area.start, limits).ok()) {
        let file: Arc<dyn Bytes> = Arc::new(bytes.to_vec());
        let _ = layout(&nrg, &file, area.start);
    }
}
