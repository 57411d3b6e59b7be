//! Nero images (`.nrg`), versions 1 and 2: sectors first, then a list of chunks, last a footer that points to the list.
//!
//! No specification was ever published; what is here was learnt from the files themselves. Of what the files of others hold, these were read and
//! confirmed with other programs: DAOX with CUEX and CDTX, ETN2 and ETNF. All integers have the high byte first.

mod chunks;
mod dao;
mod layout;
mod mode;
mod open;
mod parse;
mod plan;
mod tao;
#[cfg(test)]
mod tests;
mod write;

use super::format::Format;
use super::holds::{Holds, Media};
use super::packing::Choices;
use crate::disc::Medium;

/// Nero images.
pub static NRG: Format = Format {
    name: "nrg",
    title: "Nero",
    extensions: &["nrg"],
    data_extensions: &[],
    read_by: "Nero, Alcohol 120%, IsoBuster, PowerISO and CDemu",
    holds: Holds {
        media: Media::Says(&[Medium::Cd, Medium::Dvd, Medium::HdDvd, Medium::Bd]),
        postgaps: false,
        scms: false,
        ..Holds::ALL_OF_CD
    },
    recognise: open::recognise,
    open: open::open,
    plan: Some(plan::plan),
    choices: Choices::NONE,
    parse_anything: open::parse_anything,
};
