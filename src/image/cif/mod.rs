//! Easy CD Creator images (`.cif`): blocks that look like RIFF, of which one holds the sectors, one describes the disc and one tells where tracks lie.
//!
//! No specification was ever published, and **no real file was at hand**: the layout is what libMirage, the only other reader, tells of it. So the reader
//! is strict. All integers have the low byte first.

mod layout;
mod parse;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::format::{Format, Likeness, Opened};
use super::holds::{DiscTypes, Holds, Media, Texts, Tracks};
use super::packing::Choices;
use super::{Error, Fault, Flaw, Limits, Opener};
use crate::bytes::{Bytes, read_some};
use crate::disc::Medium;

/// Easy CD Creator images.
pub static CIF: Format = Format {
    name: "cif",
    title: "Easy CD Creator",
    extensions: &["cif"],
    data_extensions: &[],
    read_by: "Easy CD Creator, IsoBuster and CDemu",
    holds: Holds {
        media: Media::Says(&[Medium::Cd]),
        tracks: Tracks::Many,
        sessions: true,
        isrc: true,
        disc_type: DiscTypes::All,
        cd_text: Texts::Packs,
        ..Holds::NOTHING
    },
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
    let head = opener.read(0, 12)?;
    Ok(if head.starts_with(b"RIFF") && head.ends_with(b"imag") { Likeness::Sure } else { Likeness::No })
}

fn open(opener: &Opener) -> Result<Opened, Error> {
    open_bytes(opener.bytes(), &opener.limits).map_err(|flaw| opener.flaw(flaw))
}

fn open_bytes(bytes: &Arc<dyn Bytes>, limits: &Limits) -> Result<Opened, Flaw> {
    let read = |at, len| read_some(&**bytes, at, len).map_err(|error| Flaw::at(at, Fault::Io(error)));
    let blocks = parse::chain(bytes.len(), |at| read(at, parse::HEAD_LEN))?;
    let content = |name: &'static [u8; 4], missing| {
        let block =
            blocks.iter().find(|block| block.kind == *name).ok_or_else(|| Flaw::file(Fault::Missing { what: missing }))?;
        if block.len > limits.descriptor {
            let fault = Fault::TooMany { what: "bytes in the description of the disc", limit: limits.descriptor };
            return Err(Flaw::at(block.at, fault));
        }
        Ok((read(block.at, block.len as usize)?, block.at))
    };
    let (bytes_of_disc, at) = content(b"disc", "the description of the disc (block disc)")?;
    let disc = parse::disc(&bytes_of_disc, at)?;
    let (bytes_of_places, at) = content(b"ofs ", "the list of places (block ofs)")?;
    let places = parse::places(&bytes_of_places, at)?;
    for place in &places {
        if read(place.at, 4)? != place.kind {
            return Err(Flaw::at(place.at, Fault::NotThis { what: "the start of a track, as the list of places says" }));
        }
    }
    layout::layout(&disc, &places, bytes)
}
