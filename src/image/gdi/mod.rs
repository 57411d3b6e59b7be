//! GDI: the track list of a Dreamcast GD-ROM, a line and a file of sectors for each track.
//!
//! There is no standard; what is read here is what lists of TOSEC, redump's readers and chdman were seen to say, and what is written, chdman reads.
//! [`crate::disc::Disc`] tells how a GD-ROM is held. Files begin with index 1 of their track: pregaps are the gaps between the end of one file and the
//! address of the next, and nothing of them is stored.

mod layout;
mod open;
mod parse;
mod plan;
#[cfg(test)]
mod tests;

use super::format::Format;
use super::holds::{Holds, Media, Tracks};
use super::packing::Choices;
use crate::disc::Medium;

/// Track lists of GD-ROMs.
///
/// Programs understand no other types of tracks than 0 and 4, so that flags are lost, although the number is the control nibble.
pub static GDI: Format = Format {
    name: "gdi",
    title: "GDI (Dreamcast)",
    extensions: &["gdi"],
    data_extensions: &[],
    read_by: "Dreamcast emulators and chdman",
    holds: Holds { media: Media::Says(&[Medium::Gd]), tracks: Tracks::Many, sessions: true, raw: true, ..Holds::NOTHING },
    recognise: open::recognise,
    open: open::open,
    plan: Some(plan::plan),
    choices: Choices::NONE,
    parse_anything: open::parse_anything,
};
