//! Random-access byte streams: a plain file, a window on one, a split set, decoded audio, unpacked blocks, compressed layers, members of archives. They stack.

pub mod archive;
pub mod audio;
mod blocks;
pub mod codecs;
mod file;
pub mod layers;
mod pieces;

use std::fs::File;
use std::io;

pub use blocks::{BlockSpan, Blocks, Spares, Unpacked};
pub use file::{FileBytes, read_exact_at, write_all_at};
pub use pieces::{Joined, Padded, Window};

/// Bytes that can be read at any place, from many threads at once: there is no cursor.
pub trait Bytes: Send + Sync {
    /// How many there are.
    fn len(&self) -> u64;

    /// Fills `into` from offset `at`; [`io::ErrorKind::UnexpectedEof`] where the bytes end before.
    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()>;

    /// The file in which the bytes from `at` on lie unchanged, the offset there, and how many follow contiguously.
    ///
    /// What lies so can be copied inside the kernel.
    fn place(&self, at: u64) -> Option<Place<'_>> {
        let _ = at;
        None
    }

    /// Whether there is nothing.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Where bytes lie unchanged in a file.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The file.
    pub file: &'a File,
    /// Offset in it.
    pub offset: u64,
    /// How many bytes follow there.
    pub len: u64,
}

impl Bytes for Vec<u8> {
    fn len(&self) -> u64 {
        self.as_slice().len() as u64
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let from = usize::try_from(at).ok().and_then(|at| self.get(at..)).and_then(|rest| rest.get(..into.len()));
        into.copy_from_slice(from.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// Reads up to `limit` bytes from `at`, fewer where the stream ends.
pub fn read_some(bytes: &dyn Bytes, at: u64, limit: usize) -> io::Result<Vec<u8>> {
    let left = usize::try_from(bytes.len().saturating_sub(at)).unwrap_or(usize::MAX);
    let mut buffer = vec![0; left.min(limit)];
    if !buffer.is_empty() {
        bytes.read_at(at, &mut buffer)?;
    }
    Ok(buffer)
}
