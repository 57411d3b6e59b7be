//! DMG: Apple's disk image (UDIF), a block device in compressed chunks of 512-byte sectors. Masters of discs are kept in it, and what
//! it unpacks to is then an ISO or a hybrid of one with HFS.
//!
//! The layout comes from what others found out; dmg2img 1.6.7 and 7z read what the tests make by it. Raw masters of Disk Utility (`.cdr`)
//! are ISOs under another name.

mod adc;
mod blocks;
mod open;
mod parse;
mod resources;

use super::format::{Format, Likeness};
use super::holds::Holds;
use super::packing::Choices;
use super::{Error, Fault, Limits, Opener};
use crate::bytes::read_some;
pub use adc::decode as decode_adc;
pub use blocks::Chunks;
pub use parse::{Checksum, Chunk, How, Table, Trailer, arrange, parse_table, parse_trailer};
pub use resources::{from_plist, from_resource_fork};

/// Apple's disk image, which is only read.
pub static DMG: Format = Format {
    name: "dmg",
    title: "DMG",
    extensions: &["dmg"],
    data_extensions: &[],
    read_by: "macOS, 7-Zip and dmg2img",
    holds: Holds::NOTHING,
    recognise,
    open: open::open,
    plan: None,
    choices: Choices::NONE,
    parse_anything,
};

/// What is known by a marker and can't be read; `None` for all else.
fn refused(opener: &Opener) -> Result<Option<&'static str>, Error> {
    let head = opener.read(0, 128)?;
    let tail = opener.read(opener.bytes().len().saturating_sub(8), 8)?;
    // MacBinary (its byte 0 is 0, then a name and the file's type and creator): Disk Copy 6 made images of these types.
    let macbinary = head.len() == 128 && head[0] == 0 && (1..64).contains(&head[1]) && head[74] == 0 && &head[69..73] == b"ddsk";
    Ok(match (&head, tail.as_slice()) {
        (head, _) if head.starts_with(b"encrcdsa") => Some("an encrypted disk image of macOS (encrcdsa)"),
        (_, b"cdsaencr") => Some("an encrypted disk image of Mac OS X 10.2 or older (cdsaencr)"),
        _ if macbinary => Some("an NDIF image (Disk Copy 6)"),
        _ => None,
    })
}

fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let trailer = opener.read(opener.bytes().len().saturating_sub(parse::TRAILER), 4)?;
    let own = trailer == parse::MAGIC || refused(opener)?.is_some();
    Ok(if own { Likeness::Sure } else { Likeness::No })
}

fn parse_anything(bytes: &[u8], limits: &Limits) {
    let file = bytes.to_vec();
    let from = (bytes.len() as u64).saturating_sub(parse::TRAILER);
    let Ok(trailer) = read_some(&file, from, parse::TRAILER as usize)
        .map_err(Fault::Io)
        .and_then(|bytes| parse_trailer(&bytes).map_err(|flaw| flaw.fault))
    else {
        return;
    };
    let tables = from_plist(bytes, limits).or_else(|_| from_resource_fork(bytes, limits)).unwrap_or_default();
    let tables: Vec<Table> = tables.iter().filter_map(|table| parse_table(table).ok()).collect();
    let _ = arrange(&trailer, &tables, file.len() as u64);
}

#[cfg(test)]
mod tests;
