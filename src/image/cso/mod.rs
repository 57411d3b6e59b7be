//! CSO and its kin: images of 2048-byte sectors, compressed in blocks that an index finds. They come from the PSP, and are read by
//! emulators and loaders of the PSP, the PlayStation 2 and the Xbox.
//!
//! | format | block | a stored block is told by |
//! |---|---|---|
//! | CSO 0, 1 | raw deflate | bit 31 of its index entry |
//! | CSO 2 | raw deflate, or LZ4 where bit 31 is set | its length, that of a whole block |
//! | ZSO | LZ4 | bit 31 |
//! | DAX | zlib, 8192 bytes | a list of areas (version 1) |
//! | JSO | zlib (or LZO, which is not read) | its length |
//!
//! CSO, ZSO and DAX were held against what maxcso 1.13 writes and reads. No real JSO has been seen: what is known of it comes from
//! the author of rom-properties, who saw some, and the reader is strict about it.
//!
//! Xbox tools write CSO 2 with four bytes in front of each LZ4 block, its length, because they cut it out of an LZ4 frame; and they
//! cut the file into `x.1.cso`, `x.2.cso` and so on (crate `ciso` 0.3.0, read for the layout). GameCube and Wii images named
//! `.ciso` begin with the same four letters and are something else.

mod blocks;
mod lz4;
mod open;
mod parse;
mod write;

use super::format::{Format, Likeness};
use super::holds::Holds;
use super::packing::Choices;
use super::{Error, Limits, Opener};
pub use blocks::Packed;
pub use parse::{Header, How, Index, Kind, Stored, is_gamecube};

/// CSO, by default of version 1, which every reader knows.
pub static CSO: Format = Format {
    name: "cso",
    title: "CSO",
    extensions: &["cso"],
    data_extensions: &[],
    read_by: "PPSSPP, PCSX2, the PSP and loaders for the PlayStation 2",
    holds: Holds::NOTHING,
    recognise: |opener| recognise(opener, &[Kind::Cso1, Kind::Cso2]),
    open: open::open,
    plan: Some(write::plan_cso),
    choices: Choices {
        codecs: &[write::DEFLATE, write::DEFLATE_AND_LZ4],
        levels: true,
        blocks: &[2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072, 262_144],
        ..Choices::NONE
    },
    parse_anything,
};

/// ZSO, which costs its reader almost no time.
pub static ZSO: Format = Format {
    name: "zso",
    title: "ZSO",
    extensions: &["zso", "ziso"],
    data_extensions: &[],
    read_by: "Open PS2 Loader, PCSX2 and the PSP (ARK)",
    recognise: |opener| recognise(opener, &[Kind::Zso]),
    plan: Some(write::plan_zso),
    choices: Choices { blocks: CSO.choices.blocks, ..Choices::NONE },
    ..CSO
};

/// DAX, older than CSO, of at most 4 GB.
pub static DAX: Format = Format {
    name: "dax",
    title: "DAX",
    extensions: &["dax"],
    data_extensions: &[],
    read_by: "the PSP (its custom firmware) and maxcso",
    recognise: |opener| recognise(opener, &[Kind::Dax]),
    plan: Some(write::plan_dax),
    choices: Choices { levels: true, ..Choices::NONE },
    ..CSO
};

/// JSO, which is only read.
pub static JSO: Format = Format {
    name: "jso",
    title: "JSO",
    extensions: &["jso", "jiso"],
    data_extensions: &[],
    read_by: "the PSP (its custom firmware)",
    recognise: |opener| recognise(opener, &[Kind::Jso]),
    plan: None,
    choices: Choices::NONE,
    ..CSO
};

/// A file with the marker is one, even where its header is wrong: then that is what has to be said of it.
fn recognise(opener: &Opener, kinds: &[Kind]) -> Result<Likeness, Error> {
    let head = opener.read(0, parse::HEAD)?;
    let own = Kind::of(&head).is_some_and(|kind| kinds.contains(&kind)) && !is_gamecube(&head);
    Ok(if own { Likeness::Sure } else { Likeness::No })
}

fn parse_anything(bytes: &[u8], _: &Limits) {
    let Ok(header) = Header::parse(bytes) else { return };
    let rest = usize::try_from(header.index_at).ok().and_then(|at| bytes.get(at..));
    if let (Some(rest), Ok(mut index)) = (rest, Index::new(header, bytes.len() as u64)) {
        let _ = index.extend(rest).and_then(|()| index.finish());
    }
}

#[cfg(test)]
mod tests;
