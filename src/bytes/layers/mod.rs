//! Layers: compressed streams around other bytes, each read at any place.
//!
//! | layer | how it is read at any place |
//! |---|---|
//! | deflate (gzip, members of ZIP and 7z) | an index of points where decoding can begin, made while reading; what [`gzip`] writes here brings its own |
//! | bzip2 | its blocks, found by their markers |
//! | xz | its blocks, by its own index, where it has more than one |
//! | zstd | its frames, by the seekable format's table or by walking them, where it has more than one |
//! | anything else | unpacked to a temporary file, as far as somebody reads ([`Spool`]) |
//!
//! All of them take [`Bounds`]: what a hostile stream claims or unpacks to beyond them is an error.

pub mod bzip2;
mod cursor;
mod deflate;
pub mod gzip;
mod inflate;
mod spool;
mod stop;
mod temp;
pub mod xz;
pub mod zstd;

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

pub use cursor::Cursor;
pub use deflate::{Deflate, Frame};
pub use spool::Spool;
pub use stop::Stop;

use super::Bytes;

/// Blocks that can't be decoded in parts and are larger than this are no way to read at any place: such streams go to a temporary file.
pub const LARGEST_BLOCK: u64 = 32 << 20;

/// The memory that a decoder may take for its dictionary, in KiB: `xz -9` wants 64 MiB, 7-Zip's ultra 256 MiB.
pub const DICTIONARY_KIB: u32 = 512 << 10;

/// What a layer may cost.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    /// Bytes that it may unpack to.
    pub unpacked: u64,
    /// Asked while it unpacks: whether the work is still wanted.
    pub stop: Stop,
}

/// A layer that has been opened.
#[derive(Clone)]
pub struct Layer {
    /// What it unpacks to.
    pub bytes: Arc<dyn Bytes>,
    /// It can't be read at any place, and is large: it goes to a temporary file, which people should know.
    pub spooled: bool,
    /// What lies at its end is known only after all before it was unpacked.
    pub far_end: bool,
}

impl Layer {
    /// A layer that is read at any place.
    pub fn indexed(bytes: impl Bytes + 'static) -> Layer {
        Layer { bytes: Arc::new(bytes), spooled: false, far_end: false }
    }

    /// What goes to a temporary file. That of a small one is no news.
    pub fn spooled(spool: Spool) -> Layer {
        let spooled = spool.len() > LARGEST_BLOCK;
        Layer { bytes: Arc::new(spool), spooled, far_end: true }
    }
}

/// Why a layer can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    /// The system could not read or write, or ([`io::ErrorKind::InvalidData`]) the stream is damaged.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It unpacks to more than [`Bounds::unpacked`].
    #[error("it unpacks to more than {limit} bytes")]
    TooBig {
        /// The most that is unpacked.
        limit: u64,
    },
    /// There is not enough room to unpack it.
    #[error("{needed} bytes are needed in the folder for temporary files, {free} are free")]
    NoRoom {
        /// Bytes that it unpacks to.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// A variant that is not read.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
    /// More members than are read.
    #[error("it has more than {limit} members")]
    TooMany {
        /// The most that is read.
        limit: u64,
    },
    /// It is encrypted, and no password was given.
    #[error("it is encrypted")]
    PasswordMissing,
    /// It is encrypted, and the password does not open it.
    #[error("wrong password")]
    PasswordWrong,
}

impl From<io::ErrorKind> for LayerError {
    fn from(kind: io::ErrorKind) -> LayerError {
        LayerError::Io(kind.into())
    }
}

impl Bounds {
    /// Refuses what unpacks to more.
    pub fn check(&self, unpacked: u64) -> Result<(), LayerError> {
        if unpacked > self.unpacked { Err(LayerError::TooBig { limit: self.unpacked }) } else { Ok(()) }
    }
}

/// Packed data that are not what they should be.
fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
