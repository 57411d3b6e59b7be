//! Images of GameCube and Wii discs that are not plain ISOs: RVZ and WIA (Dolphin, wit), WBFS, CISO, GCZ, TGC, NFS (Wii U).
//!
//! The crate [`nod`] reads and writes them; it wants a C compiler, and so all of this stands behind the feature `gcwii`. What is between it and
//! the rest of the program: its errors, its panics (an image is input, and may cause none), and headers that are checked before it sees
//! them. WIA compressed by "purging" it does not read.

mod disc;
mod parse;
mod write;

use std::sync::Arc;

use super::format::{Format, Likeness, Opened};
use super::holds::{Holds, Media};
use super::packing::Choices;
use super::{Error, Fault, Flaw, Limits, Opener, file_name, raw};
use crate::bytes::{Bytes, Joined};
use crate::disc::Medium;
pub use disc::NodDisc;
pub use parse::{Kind, check};

/// RVZ, Dolphin's own: lossless, and the smallest.
pub static RVZ: Format = Format {
    name: "rvz",
    title: "RVZ",
    extensions: &["rvz"],
    data_extensions: &[],
    read_by: "Dolphin",
    holds: Holds { media: Media::Says(&[Medium::GameCube, Medium::Wii]), ..Holds::NOTHING },
    recognise: |opener| recognise(opener, Kind::Rvz),
    open,
    plan: Some(write::plan_rvz),
    // nod 2.0.0-alpha.9 writes bzip2 too, but not groups that it can't make smaller.
    choices: Choices { codecs: &["zstd", "lzma2", "lzma", "none"], levels: true, ..Choices::NONE },
    parse_anything,
};

/// WBFS, what USB loaders read.
pub static WBFS: Format = Format {
    name: "wbfs",
    title: "WBFS",
    extensions: &["wbfs"],
    read_by: "USB loaders of the Wii, Dolphin and wit",
    recognise: |opener| recognise(opener, Kind::Wbfs),
    plan: Some(write::plan_wbfs),
    choices: Choices::NONE,
    ..RVZ
};

/// CISO, which leaves out what is empty.
pub static CISO: Format = Format {
    name: "ciso",
    title: "CISO (GameCube, Wii)",
    extensions: &["ciso"],
    read_by: "Dolphin, Nintendont and wit",
    recognise: |opener| recognise(opener, Kind::Ciso),
    plan: Some(write::plan_ciso),
    choices: Choices::NONE,
    ..RVZ
};

/// WIA, from which RVZ came.
pub static WIA: Format = Format {
    name: "wia",
    title: "WIA",
    extensions: &["wia"],
    read_by: "wit and Dolphin",
    recognise: |opener| recognise(opener, Kind::Wia),
    plan: None,
    choices: Choices::NONE,
    ..RVZ
};

/// GCZ, Dolphin's older format.
pub static GCZ: Format = Format {
    name: "gcz",
    title: "GCZ",
    extensions: &["gcz"],
    read_by: "Dolphin",
    recognise: |opener| recognise(opener, Kind::Gcz),
    plan: None,
    choices: Choices::NONE,
    ..RVZ
};

/// TGC, a GameCube disc within another.
pub static TGC: Format = Format {
    name: "tgc",
    title: "TGC",
    extensions: &["tgc"],
    read_by: "Dolphin and wit",
    recognise: |opener| recognise(opener, Kind::Tgc),
    plan: None,
    choices: Choices::NONE,
    ..RVZ
};

/// NFS, a Wii disc as the Wii U keeps it.
pub static NFS: Format = Format {
    name: "nfs",
    title: "NFS (Wii U)",
    extensions: &["nfs"],
    read_by: "the Wii U and Dolphin",
    recognise: |opener| recognise(opener, Kind::Nfs),
    plan: None,
    choices: Choices::NONE,
    ..RVZ
};

fn recognise(opener: &Opener, kind: Kind) -> Result<Likeness, Error> {
    let own = Kind::of(&opener.read(0, parse::HEAD)?) == Some(kind);
    Ok(if own { Likeness::Sure } else { Likeness::No })
}

fn parse_anything(bytes: &[u8], _: &Limits) {
    let _ = check(bytes);
}

fn open(opener: &Opener) -> Result<Opened, Error> {
    let kind = check(&opener.read(0, parse::HEAD)?).map_err(|flaw| opener.flaw(flaw))?;
    let disc = match kind {
        // Its files and its key lie in a tree of folders that nod knows.
        Kind::Nfs => NodDisc::of_path(opener.path()),
        _ => NodDisc::new(parts(opener)?),
    };
    let disc = disc.map_err(|fault| opener.flaw(Flaw::file(fault)))?;
    let (partial, len) = (disc.is_partial(), disc.len());
    let mut opened = raw::open_unpacked(opener, Arc::new(disc))?;
    if partial {
        opened
            .warnings
            .push(format!("This format leaves out what a game does not need; it reads as zeros ({len} bytes in all)."));
    }
    Ok(opened)
}

/// The file with the parts that follow it: `x.wbfs`, `x.wbf1`, `x.wbf2`, …
fn parts(opener: &Opener) -> Result<Arc<dyn Bytes>, Error> {
    let mut parts = vec![opener.bytes().clone()];
    let name = file_name(opener.path());
    let stem = name.strip_suffix(".wbfs").or_else(|| name.strip_suffix(".WBFS"));
    while let Some(stem) = stem.filter(|_| parts.len() < 10) {
        let next = format!("{stem}.wbf{}", parts.len());
        match opener.sibling(&next) {
            Ok(part) if file_name(&part.path).eq_ignore_ascii_case(&next) => parts.push(part.bytes),
            Ok(_) | Err(Fault::PartMissing { .. }) => break,
            Err(fault) => return Err(opener.flaw(Flaw::file(fault))),
        }
    }
    Ok(Arc::new(Joined::new(parts)))
}

#[cfg(test)]
mod tests;
