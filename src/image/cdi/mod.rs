//! CDI: the images of Padus DiscJuggler, in which most selfboot discs for the Dreamcast are passed on. The sectors, and behind them a descriptor.
//!
//! No specification was ever published; what is here was learnt from other readers (psx-spx describes version 3.5) and from a file that cdi4dc wrote.
//! Versions 2 and 3 are read as cdirip reads them; no file of theirs was at hand, and their reader is strict. All integers have the low byte first.

mod layout;
mod open;
mod parse;
mod plan;
#[cfg(test)]
mod tests;
mod write;

use super::format::Format;
use super::holds::{DiscTypes, Holds, Media, Texts};
use super::packing::Choices;
use crate::disc::Medium;

/// DiscJuggler images. Written in version 3.5.
pub static CDI: Format = Format {
    name: "cdi",
    title: "DiscJuggler",
    extensions: &["cdi"],
    data_extensions: &[],
    read_by: "DiscJuggler, Dreamcast emulators and CDemu",
    holds: Holds {
        media: Media::Says(&[Medium::Cd]),
        disc_type: DiscTypes::AllButCdI,
        first_number: false,
        postgaps: false,
        scms: false,
        cd_text: Texts::Packs,
        ..Holds::ALL_OF_CD
    },
    recognise: open::recognise,
    open: open::open,
    plan: Some(plan::plan),
    choices: Choices::NONE,
    parse_anything: open::parse_anything,
};
