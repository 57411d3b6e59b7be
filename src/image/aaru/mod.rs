//! AaruFormat (`.aaruf`, `.aif`, `.dicf`): sectors in deduplicated, compressed blocks, and beside them what the ideal sector of the mode does not tell.
//!
//! The first version of the format, which Aaru wrote up to version 5, and DiscImageChef before it; its layout is what the sources of Aaru and
//! libaaruformat tell, and **no real file was at hand**. What those sources are at odds about, and every version they do not know, is refused. All integers
//! have the low byte first.

mod blocks;
mod codec;
mod layout;
mod media;
mod open;
mod parse;
mod sectors;
#[cfg(test)]
mod tests;

use super::format::{Format, Likeness};
use super::holds::{Holds, Media};
use super::packing::Choices;
use super::{Error, Opener};

/// AaruFormat images.
pub static AARU: Format = Format {
    name: "aaru",
    title: "AaruFormat",
    extensions: &["aaruf", "aif", "dicf"],
    data_extensions: &[],
    read_by: "Aaru",
    holds: Holds { media: Media::Any, postgaps: false, scms: false, layer_break: true, structures: true, ..Holds::ALL_OF_CD },
    recognise,
    open: open::open,
    plan: None,
    choices: Choices::NONE,
    parse_anything: open::parse_anything,
};

fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let head = opener.read(0, 8)?;
    Ok(if parse::MAGICS.iter().any(|magic| head == *magic) { Likeness::Sure } else { Likeness::No })
}
