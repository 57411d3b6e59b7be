//! CHD, MAME's compressed hunks of data: CDs, GD-ROMs and DVDs, in one file.
//!
//! A header, hunks of data, each packed with one of up to four codecs, a map that tells where they lie, and metadata that tell what they are. What a CD
//! looks like in it is ours; the formats of the codecs are those of chdman, which reads what is written here, and the other way round.
//!
//! Versions 1 to 4, the metadata `CHCD` and `CHGT`, and subchannels were **never seen on a real file**: nobody writes them any more, or chdman has nothing to
//! make them from. The tests build them by hand, as MAME's sources describe them.

mod bits;
mod codecs;
mod header;
mod huffman;
mod hunks;
mod layout;
mod map;
mod map_write;
mod metadata;
mod open;
mod pack;
mod parent;
mod plan;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_made;
mod tracks;

use super::format::Format;
use super::holds::{DiscTypes, Holds, Media, Texts};
use crate::disc::Medium;

/// CHD images.
pub static CHD: Format = Format {
    name: "chd",
    title: "CHD (MAME)",
    extensions: &["chd"],
    data_extensions: &[],
    read_by: "MAME, RetroArch and most emulators of consoles with discs",
    holds: Holds {
        media: Media::Says(&[Medium::Cd, Medium::Gd, Medium::Dvd]),
        sessions: false,
        indexes: false,
        postgaps: false,
        first_number: false,
        flags: false,
        scms: false,
        disc_type: DiscTypes::None,
        mcn: false,
        isrc: false,
        cd_text: Texts::None,
        ..Holds::ALL_OF_CD
    },
    recognise: open::recognise,
    open: open::open,
    plan: Some(plan::plan),
    choices: plan::CHOICES,
    parse_anything: open::parse_anything,
};
