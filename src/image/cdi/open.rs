//! Opens a DiscJuggler image.

use std::sync::Arc;

use super::layout::layout;
use super::parse::{Version, descriptor_at, parse};
use crate::bytes::Bytes;
use crate::image::{Error, Fault, Flaw, Likeness, Limits, Opened, Opener};

/// Bytes at the end of the file that tell its version and where the descriptor is.
const TAIL: usize = 8;

fn find(opener: &Opener) -> Result<Option<(Version, u64)>, Error> {
    let len = opener.bytes().len();
    let tail = opener.read(len.saturating_sub(TAIL as u64), TAIL)?;
    Ok(tail.first_chunk().and_then(|tail| descriptor_at(tail, len)))
}

/// There is no mark at the beginning of the file. At its end there is a number that may be there by accident, and a place where a small number
/// of sessions must be.
pub fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let Some((_, at)) = find(opener)? else { return Ok(Likeness::No) };
    let sessions = opener.read(at, 2)?;
    Ok(if matches!(sessions[..], [1..=99, 0]) { Likeness::Sure } else { Likeness::No })
}

/// Opens the file.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    let flaw = |flaw| opener.flaw(flaw);
    let (version, at) = find(opener)?.ok_or_else(|| flaw(Flaw::file(Fault::NotThis { what: "a DiscJuggler image" })))?;
    let len = opener.bytes().len() - at;
    if len > opener.limits.descriptor {
        let limit = opener.limits.descriptor;
        return Err(flaw(Flaw::at(at, Fault::TooMany { what: "bytes in the descriptor", limit })));
    }
    let descriptor = opener.read(at, len as usize)?;
    let cdi = parse(&descriptor, at, version, &opener.limits).map_err(flaw)?;
    layout(&cdi, opener.bytes(), at).map_err(flaw)
}

/// Reads an image out of memory, and throws away what it finds.
pub fn parse_anything(bytes: &[u8], limits: &Limits) {
    let Some((version, at)) = bytes.last_chunk().and_then(|tail| descriptor_at(tail, bytes.len() as u64)) else { return };
    let Some(descriptor) = usize::try_from(at).ok().and_then(|at| bytes.get(at..)) else { return };
    let Ok(cdi) = parse(descriptor, at, version, limits) else { return };
    let file: Arc<dyn Bytes> = Arc::new(bytes.to_vec());
    // Once as the file has it, and once as if all that it speaks of were there.
    let _ = layout(&cdi, &file, at);
    let _ = layout(&cdi, &file, u64::MAX);
}
