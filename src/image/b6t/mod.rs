//! BlindWrite 5, 6 and 7 images: a descriptor (`.b5t`, `.b6t`) and the sectors (`.b5i`, `.b6i`, or several files), and position measurements (`.bwa`)
//! beside them.
//!
//! No specification was ever published, and **no real file was at hand**: the layout is what other readers tell of it, libMirage and Aaru, and was never
//! held against an image that BlindWrite made. So lengths and marks that could show a mistake are all checked, and what does not fit is refused. All
//! integers have the low byte first.

mod blocks;
mod layout;
mod open;
mod parse;
#[cfg(test)]
mod tests;

use super::format::Format;
use super::holds::{Holds, Media, Texts};
use super::packing::Choices;
use crate::disc::Medium;

/// BlindWrite images.
pub static B6T: Format = Format {
    name: "b6t",
    title: "BlindWrite",
    extensions: &["b6t", "b5t"],
    data_extensions: &["b6i", "b5i"],
    read_by: "BlindWrite, DAEMON Tools and CDemu",
    holds: Holds {
        media: Media::Says(&[Medium::Cd, Medium::Dvd, Medium::HdDvd, Medium::Bd]),
        indexes: false,
        postgaps: false,
        scms: false,
        isrc: false,
        cd_text: Texts::Packs,
        layer_break: true,
        structures: true,
        ..Holds::ALL_OF_CD
    },
    recognise: open::recognise,
    open: open::open,
    plan: None,
    choices: Choices::NONE,
    parse_anything: open::parse_anything,
};
