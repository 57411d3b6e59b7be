//! [`Temp`]: a temporary file, gone when it is dropped, or when the process ends in whatever way.

use std::fs::File;
use std::io;

use crate::bytes::Place;
use crate::bytes::file::{read_exact_at, write_all_at};

/// A file without a name, or on Windows one that the system removes when it is closed. It is only appended to.
pub struct Temp {
    file: File,
    len: u64,
}

impl Temp {
    /// An empty file in the system's folder for temporary files.
    pub fn new() -> io::Result<Temp> {
        Ok(Temp { file: tempfile::tempfile()?, len: 0 })
    }

    /// How many bytes it has.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Appends.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        write_all_at(&self.file, self.len, bytes)?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// A second handle, which reads while the first appends.
    pub fn reader(&self) -> io::Result<TempReader> {
        Ok(TempReader(self.file.try_clone()?))
    }
}

/// Reads what has been appended.
pub struct TempReader(File);

impl TempReader {
    /// Fills `into` from offset `at`.
    pub fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        read_exact_at(&self.0, at, into)
    }

    /// Where it lies.
    pub fn place(&self, at: u64, len: u64) -> Place<'_> {
        Place { file: &self.0, offset: at, len }
    }
}

/// Bytes free where temporary files are made, where the system says.
pub fn free_space() -> Option<u64> {
    fs4::available_space(std::env::temp_dir()).ok()
}
