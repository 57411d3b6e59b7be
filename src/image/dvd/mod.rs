//! `.dvd` files: a text that says where the second layer of a DVD begins and which files, one after the other, hold its sectors.
//!
//! Written by CloneDVD and CloneCD, and by whoever keeps the images of dual-layer games.

mod open;
mod parse;
mod write;

use super::format::{Format, Likeness};
use super::holds::{Holds, Media};
use super::packing::Choices;
use super::{Error, Opener};
use crate::disc::Medium;
pub use parse::{DvdFile, parse};
pub use write::text;

/// An ISO and its layer break.
pub static DVD: Format = Format {
    name: "dvd",
    title: "ISO with layer break (.dvd)",
    extensions: &["dvd"],
    data_extensions: &["iso"],
    read_by: "CloneCD, ImgBurn and whatever burns dual-layer games",
    holds: Holds { media: Media::Says(&[Medium::Dvd]), layer_break: true, ..Holds::NOTHING },
    recognise,
    open: open::open,
    plan: Some(write::plan),
    choices: Choices::NONE,
    parse_anything: |bytes, limits| {
        let _ = parse(bytes, limits);
    },
};

/// There is no marker; but a file that begins with this word is no disc image of another kind.
fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let head = opener.read(0, 64)?;
    let named = opener.extension() == "dvd";
    let first = super::text::lines(&head).next().map(|(_, line)| line.to_ascii_lowercase()).unwrap_or_default();
    let number = first.strip_prefix("layerbreak").and_then(|rest| rest.trim_start().strip_prefix('=')).map(str::trim_start);
    Ok(match number {
        Some(number) if number.starts_with(|c: char| c.is_ascii_digit()) => Likeness::Sure,
        _ if named => Likeness::Maybe,
        _ => Likeness::No,
    })
}

#[cfg(test)]
mod tests;
