//! WinOnCD images (`.c2d`): one file with a header, CD-TEXT, a list of tracks and indexes, and the sectors.
//!
//! No specification was ever published, and **no real file was at hand**: the layout is what libMirage, the only other reader, tells of it. So the reader
//! is strict. All integers have the low byte first.

mod layout;
mod parse;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::format::{Format, Likeness, Opened};
use super::holds::{DiscTypes, Holds};
use super::packing::Choices;
use super::{Error, Fault, Flaw, Limits, Opener};
use crate::bytes::{Bytes, read_some};

/// WinOnCD images.
pub static C2D: Format = Format {
    name: "c2d",
    title: "WinOnCD",
    extensions: &["c2d"],
    data_extensions: &[],
    read_by: "WinOnCD, IsoBuster and CDemu",
    holds: Holds { postgaps: false, scms: false, disc_type: DiscTypes::None, ..Holds::ALL_OF_CD },
    recognise,
    open,
    plan: None,
    choices: Choices::NONE,
    parse_anything: |bytes, limits: &Limits| {
        let bytes: Arc<dyn Bytes> = Arc::new(bytes.to_vec());
        let _ = open_bytes(&bytes, limits);
    },
};

fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let head = opener.read(0, 32)?;
    Ok(if parse::SIGNATURES.iter().any(|known| head.starts_with(known)) { Likeness::Sure } else { Likeness::No })
}

fn open(opener: &Opener) -> Result<Opened, Error> {
    open_bytes(opener.bytes(), &opener.limits).map_err(|flaw| opener.flaw(flaw))
}

fn open_bytes(bytes: &Arc<dyn Bytes>, limits: &Limits) -> Result<Opened, Flaw> {
    let read = |at, len| read_some(&**bytes, at, len).map_err(|error| Flaw::at(at, Fault::Io(error)));
    let header = parse::header(&read(0, parse::HEADER_LEN)?)?;
    let texts = u64::from(header.cd_text.1);
    if texts > limits.descriptor {
        return Err(Flaw::at(0x34, Fault::TooMany { what: "bytes of CD-TEXT", limit: limits.descriptor }));
    }
    let cd_text = read(header.cd_text.0, texts as usize)?;
    let (at, count) = header.blocks;
    let blocks = parse::blocks(&read(at, count * parse::BLOCK_LEN)?, at, count)?;
    layout::layout(&header, &cd_text, &blocks, bytes)
}
