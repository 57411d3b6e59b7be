//! MagicISO's images (UIF): an ISO, or the data of another program's image with its descriptor, in compressed runs of sectors; in one file,
//! perhaps under a password. They are only read.
//!
//! No specification was ever published, and no file that MagicISO wrote could be had: all that is here was learnt from uif2iso 0.1.7, and has never
//! been held against a real file. The reader is therefore strict. MagicISO scrambles some images with keys that are built into it; those keys
//! are not here, and such images are refused. All integers have the low byte first.

mod blocks;
mod cipher;
mod disc;
mod open;
mod parse;
#[cfg(test)]
mod tests;

use super::format::Format;
use super::holds::{Holds, Media};
use super::packing::Choices;

/// MagicISO.
pub static UIF: Format = Format {
    name: "uif",
    title: "MagicISO UIF",
    extensions: &["uif"],
    data_extensions: &[],
    read_by: "MagicISO and uif2iso",
    holds: Holds { media: Media::Guessed, ..Holds::ALL_OF_CD },
    recognise: open::recognise,
    open: open::open,
    plan: None,
    choices: Choices::NONE,
    parse_anything: open::parse_anything,
};
