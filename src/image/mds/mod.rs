//! Alcohol 120% images, version 1: a descriptor (`.mds`) and the sectors (`.mdf`, or several files).
//!
//! No specification was ever published; what is here was learnt from other readers and from files that other programs read. All integers have the low
//! byte first. Version 2, the encrypted descriptor of newer DAEMON Tools, begins with the same words and is told apart by its version.

mod blocks;
mod layout;
mod mode;
mod open;
mod parse;
mod plan;
pub(super) mod structures;
#[cfg(test)]
mod tests;
mod write;

use super::format::Format;
use super::holds::{Holds, Media, Texts};
use super::packing::Choices;
use crate::disc::Medium;

/// Alcohol 120% images.
pub static MDS: Format = Format {
    name: "mds",
    title: "Alcohol 120%",
    extensions: &["mds", "xmd"],
    data_extensions: &["mdf"],
    read_by: "Alcohol 120%, DAEMON Tools, PowerISO and CDemu",
    holds: Holds {
        media: Media::Says(&[Medium::Cd, Medium::Dvd]),
        hidden_track: false,
        indexes: false,
        postgaps: false,
        scms: false,
        mcn: false,
        isrc: false,
        cd_text: Texts::None,
        layer_break: true,
        structures: true,
        ..Holds::ALL_OF_CD
    },
    recognise: open::recognise,
    open: open::open,
    plan: Some(plan::plan),
    choices: Choices::NONE,
    parse_anything: open::parse_anything,
};
