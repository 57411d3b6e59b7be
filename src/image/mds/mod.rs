//! Alcohol 120% images (version 1) and those of newer DAEMON Tools (version 2): a descriptor (`.mds`) and the sectors (`.mdf`, or several files), or both
//! in one file (`.mdx`, version 2).
//!
//! No specification was ever published; what is here was learnt from other readers and from files that other programs read. No file of version 1
//! that Alcohol itself wrote was at hand, nor one of GameJack's (`.xmd`, the same under another name); of version 2 there were. All integers have
//! the low byte first. Version 2 encrypts its descriptor, which is otherwise much the same: see [`v2`].

mod blocks;
mod layout;
mod mode;
mod open;
mod parse;
mod plan;
pub(super) mod structures;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_v2;
mod v2;
mod write;

use super::format::Format;
use super::holds::{Holds, Media, Texts};
use super::packing::{Choices, Protection};
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
    choices: Choices { codecs: &[v2::NONE, v2::ZLIB], levels: true, password: Some(Protection::Sound), ..Choices::NONE },
    parse_anything: open::parse_anything,
};

/// DAEMON Tools images in one file.
pub static MDX: Format = Format {
    name: "mdx",
    title: "DAEMON Tools MDX",
    extensions: &["mdx"],
    data_extensions: &[],
    read_by: "DAEMON Tools and CDemu",
    holds: Holds { cd_text: Texts::Packs, ..MDS.holds },
    recognise: open::recognise_mdx,
    open: v2::open,
    plan: Some(plan::plan_mdx),
    choices: Choices { codecs: &[v2::ZLIB, v2::NONE], ..MDS.choices },
    parse_anything: open::parse_anything,
};
