//! PlayStation discs packed for the PSP (`EBOOT.PBP`): raw sectors in blocks of 16, each deflated by itself.
//!
//! Those that people made of their own discs (popstation, PSX2PSP and their kin) are read; those that were sold are encrypted. No specification was ever
//! published, and **no real file was at hand**: the layout is what pcsx-rearmed, pop-fe and psx-spx tell of it. All integers have the low byte first.

mod blocks;
mod open;
mod parse;
#[cfg(test)]
mod tests;

use super::format::{Format, Likeness};
use super::holds::{Holds, Media};
use super::packing::Choices;
use super::{Error, Opener};
use crate::disc::Medium;

/// PlayStation discs for the PSP.
pub static PBP: Format = Format {
    name: "pbp",
    title: "PlayStation disc for the PSP (EBOOT.PBP)",
    extensions: &["pbp"],
    data_extensions: &[],
    read_by: "the PSP, DuckStation and PCSX-ReARMed",
    holds: Holds {
        media: Media::Says(&[Medium::Cd]),
        tracks: super::holds::Tracks::Many,
        raw: true,
        flags: true,
        ..Holds::NOTHING
    },
    recognise,
    open: open::open,
    plan: None,
    choices: Choices::NONE,
    parse_anything: open::parse_anything,
};

fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    Ok(if opener.read(0, 4)? == parse::MAGIC { Likeness::Sure } else { Likeness::No })
}
