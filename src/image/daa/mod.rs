//! PowerISO's DAA and gBurner's GBI: the 2048-byte sectors of one track in chunks, each compressed by itself; in one file or several, and
//! under a password that permutes half bytes.
//!
//! No specification was ever published, and no file that PowerISO or gBurner wrote could be had. What is here was learnt from other readers;
//! every file that is written is read by daa2iso 0.1.7e (but for split GBI images, whose further files it looks for under other names), and
//! so is every variant that is only read, but for a table that is deflated itself, which nobody has seen. The reader is therefore strict.
//! All integers have the low byte first.

mod cipher;
mod open;
mod parse;
mod plan;
mod table;
#[cfg(test)]
mod tests;
mod write;

use super::format::Format;
use super::holds::Holds;
use super::packing::{Choices, Protection};

/// Whose image it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brand {
    PowerIso,
    GBurner,
}

const CHOICES: Choices = Choices {
    codecs: &["zlib", "lzma"],
    levels: true,
    // A smaller chunk is read sooner, a larger one packs better.
    blocks: &[64 << 10, 16 << 10, 128 << 10, 256 << 10, 1 << 20],
    split: true,
    password: Some(Protection::Weak),
};

/// PowerISO.
pub static DAA: Format = Format {
    name: "daa",
    title: "PowerISO DAA",
    extensions: &["daa"],
    data_extensions: &[],
    read_by: "PowerISO, UltraISO, daa2iso and CDemu",
    holds: Holds::NOTHING,
    recognise: |opener| open::recognise(opener, Brand::PowerIso),
    open: |opener| open::open(opener, Brand::PowerIso),
    plan: Some(|disc, request| plan::plan(disc, request, Brand::PowerIso)),
    choices: CHOICES,
    parse_anything: |bytes, limits| open::parse_anything(bytes, limits, Brand::PowerIso),
};

/// gBurner.
pub static GBI: Format = Format {
    name: "gbi",
    title: "gBurner GBI",
    extensions: &["gbi"],
    read_by: "gBurner, PowerISO, daa2iso and CDemu",
    recognise: |opener| open::recognise(opener, Brand::GBurner),
    open: |opener| open::open(opener, Brand::GBurner),
    plan: Some(|disc, request| plan::plan(disc, request, Brand::GBurner)),
    parse_anything: |bytes, limits| open::parse_anything(bytes, limits, Brand::GBurner),
    ..DAA
};
