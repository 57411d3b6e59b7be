//! [`WRAPPERS`]: compressed files and archives around images of any format. They are read as layers of bytes; no format knows of them.

mod choose;
mod pack;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::flaw::{Error, Fault, Flaw, Limits};
use super::list::is_surely_image;
use super::opener::Opener;
use super::packing::{Choices, Packing, Tuning};
use super::plan::{Plan, PlannedFile};
use crate::bytes::archive::{OpenArchive, SEVENZ_MAGIC, SevenZ, ZIP_MAGICS, Zip};
use crate::bytes::layers::{Bounds, Layer, LayerError, bzip2, gzip, xz, zstd};
use crate::bytes::{Bytes, read_some};
pub use choose::open_best;

/// Makes the packing for what a user asked for.
type Pack = fn(&Tuning) -> Arc<dyn Packing>;

/// A kind of compressed file, or of archive.
pub struct Wrapper {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Extensions, without dots, in lower case; the first is the one that is written.
    pub extensions: &'static [&'static str],
    /// Whether a file that begins so is one.
    begins: fn(&[u8]) -> bool,
    opens: Opens,
    /// How it is written around the only file of an image; `None`: it is only read.
    pack: Option<Pack>,
    /// What a user may choose of that.
    pub choices: Choices,
}

/// What is in it.
enum Opens {
    /// One file.
    Stream(fn(Arc<dyn Bytes>, &Bounds) -> Result<Layer, LayerError>),
    /// Several.
    Archive(OpenArchive),
}

/// Sizes of blocks that can be read by themselves: larger ones pack better, and take longer to find a place in. Of the first, two are decoded in less
/// than 5 ms, because a read of 64 KiB may need a part of both (of xz, three).
const XZ_BLOCKS: &[u32] = &[32 << 10, 128 << 10, 1 << 20, 4 << 20, 16 << 20];
const ZSTD_BLOCKS: &[u32] = &[256 << 10, 1 << 20, 4 << 20, 16 << 20];

/// Every wrapper there is. Dialogs, help texts, the README's table and opening go by it.
pub static WRAPPERS: &[Wrapper] = &[
    Wrapper {
        name: "gz",
        title: "gzip",
        extensions: &["gz"],
        begins: |head| head.starts_with(&gzip::MAGIC),
        opens: Opens::Stream(gzip::open),
        pack: Some(pack::gzip),
        choices: Choices { levels: true, ..Choices::NONE },
    },
    Wrapper {
        name: "xz",
        title: "xz",
        extensions: &["xz"],
        begins: |head| head.starts_with(&xz::MAGIC),
        opens: Opens::Stream(xz::open),
        pack: Some(pack::xz),
        choices: Choices { levels: true, blocks: XZ_BLOCKS, ..Choices::NONE },
    },
    Wrapper {
        name: "zst",
        title: "Zstandard",
        extensions: &["zst", "zstd"],
        begins: zstd::is_magic,
        opens: Opens::Stream(zstd::open),
        pack: Some(pack::zstd),
        choices: Choices { levels: true, blocks: ZSTD_BLOCKS, ..Choices::NONE },
    },
    Wrapper {
        name: "bz2",
        title: "bzip2",
        extensions: &["bz2"],
        begins: bzip2::is_magic,
        opens: Opens::Stream(bzip2::open),
        pack: None,
        choices: Choices::NONE,
    },
    Wrapper {
        name: "zip",
        title: "ZIP archive",
        extensions: &["zip"],
        begins: |head| ZIP_MAGICS.iter().any(|magic| head.starts_with(magic)),
        opens: Opens::Archive(Zip::open),
        pack: None,
        choices: Choices::NONE,
    },
    Wrapper {
        name: "7z",
        title: "7z archive",
        extensions: &["7z"],
        begins: |head| head.starts_with(&SEVENZ_MAGIC),
        opens: Opens::Archive(SevenZ::open),
        pack: None,
        choices: Choices::NONE,
    },
];

/// Bytes that tell what a file is. A skippable frame of zstd may be before the first.
const HEAD: usize = 4096;

impl Wrapper {
    /// A path without this wrapper's extension, where it has it.
    pub fn without(&self, path: &Path) -> PathBuf {
        if self.names(path) { path.with_extension("") } else { path.to_owned() }
    }

    /// Whether a file of this name is one.
    pub fn names(&self, path: &Path) -> bool {
        let extension = path.extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|found| self.extensions.iter().any(|known| found.eq_ignore_ascii_case(known)))
    }

    /// Whether it can be written.
    pub fn is_written(&self) -> bool {
        self.pack.is_some()
    }

    /// Whether it holds several files.
    pub fn is_archive(&self) -> bool {
        matches!(self.opens, Opens::Archive(_))
    }

    /// What a stream unpacks to, where it is one of this kind.
    pub fn unpack(&self, bytes: &Arc<dyn Bytes>, bounds: &Bounds) -> Result<Option<Layer>, LayerError> {
        match self.opens {
            Opens::Stream(open) if (self.begins)(&read_some(&**bytes, 0, HEAD)?) => open(bytes.clone(), bounds).map(Some),
            _ => Ok(None),
        }
    }

    /// Wraps the only file of a plan; `None` where there are several, or it is packed already.
    pub fn wrap(&self, plan: Plan, tuning: &Tuning) -> Option<Plan> {
        let [PlannedFile { name, parts, packing: None }] = <[PlannedFile; 1]>::try_from(plan.files).ok()? else { return None };
        let name = format!("{name}.{}", self.extensions[0]);
        Some(Plan { files: vec![PlannedFile::packed(name, parts, self.pack?(tuning))] })
    }
}

/// The wrapper that a file of this name is written in.
pub fn wrapper_of(path: &Path) -> Option<&'static Wrapper> {
    WRAPPERS.iter().find(|wrapper| wrapper.is_written() && wrapper.names(path))
}

/// The wrapper of one file that this name tells.
pub fn stream_named(path: &Path) -> Option<&'static Wrapper> {
    WRAPPERS.iter().find(|wrapper| !wrapper.is_archive() && wrapper.names(path))
}

/// The extensions of wrappers of one file.
pub fn stream_extensions() -> impl Iterator<Item = &'static str> {
    WRAPPERS.iter().filter(|wrapper| !wrapper.is_archive()).flat_map(|wrapper| wrapper.extensions).copied()
}

/// More compressed files inside of each other than anybody makes.
pub fn too_deep(limits: &Limits) -> Fault {
    Fault::TooMany { what: "compressed files inside of each other", limit: u64::from(limits.depth) }
}

/// The wrapper that a file is, by how it begins.
fn wrapper_around(opener: &Opener) -> Result<Option<&'static Wrapper>, Error> {
    let head = opener.read(0, HEAD)?;
    let Some(wrapper) = WRAPPERS.iter().find(|wrapper| (wrapper.begins)(&head)) else { return Ok(None) };
    if is_surely_image(opener) {
        return Ok(None);
    }
    if opener.depth() >= opener.limits.depth {
        return Err(opener.flaw(Flaw::file(too_deep(&opener.limits))));
    }
    Ok(Some(wrapper))
}

/// What a file is wrapped in.
pub enum Wrapped {
    /// In nothing.
    Not(Opener),
    /// In an archive, which is this file.
    Archive(Opener, Arc<dyn crate::bytes::archive::Archive>),
}

/// Unpacks a file until it is compressed no more.
pub fn unwrap(mut opener: Opener) -> Result<Wrapped, Error> {
    loop {
        let Some(wrapper) = wrapper_around(&opener)? else { return Ok(Wrapped::Not(opener)) };
        let flaw = |error: LayerError| opener.flaw(Flaw::file(error.into()));
        match wrapper.opens {
            Opens::Stream(open) => {
                let layer = open(opener.bytes().clone(), opener.bounds()).map_err(flaw)?;
                opener = opener.unpacked(wrapper, layer);
            }
            Opens::Archive(open) => {
                let password = opener.password().map(super::password::Password::as_str);
                let archive = open(opener.bytes().clone(), password, opener.limits.members as usize).map_err(flaw)?;
                return Ok(Wrapped::Archive(opener, archive));
            }
        }
    }
}
