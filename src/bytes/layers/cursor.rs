//! [`Cursor`]: bytes as the decoders of others want them, one after another.

use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::damaged;
use crate::bytes::Bytes;

/// Bytes read ahead.
const AHEAD: usize = 64 << 10;

/// Reads [`Bytes`] from the front to the back.
pub struct Cursor {
    bytes: Arc<dyn Bytes>,
    /// Offset of the next byte.
    at: u64,
    /// The bytes before `read_to`, of which those from `taken` on are still to be taken.
    buffer: Vec<u8>,
    taken: usize,
    read_to: u64,
    /// How many may still be read.
    budget: u64,
}

impl Cursor {
    /// From the first byte on.
    pub fn new(bytes: Arc<dyn Bytes>) -> Cursor {
        Cursor::limited(bytes, u64::MAX)
    }

    /// The same, and an error once `budget` bytes were read. A clone has no such limit.
    pub fn limited(bytes: Arc<dyn Bytes>, budget: u64) -> Cursor {
        Cursor { bytes, at: 0, buffer: Vec::new(), taken: 0, read_to: 0, budget }
    }
}

impl Clone for Cursor {
    fn clone(&self) -> Cursor {
        Cursor { bytes: self.bytes.clone(), at: self.at, buffer: Vec::new(), taken: 0, read_to: self.at, budget: u64::MAX }
    }
}

impl BufRead for Cursor {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken >= self.buffer.len() {
            self.read_to = self.at;
            self.taken = 0;
            let left = usize::try_from(self.bytes.len().saturating_sub(self.at)).unwrap_or(usize::MAX);
            self.buffer.resize(left.min(AHEAD), 0);
            let budget = self.budget.checked_sub(self.buffer.len() as u64);
            self.budget = budget.ok_or_else(|| damaged("the list of files in the archive is absurdly long"))?;
            if !self.buffer.is_empty()
                && let Err(error) = self.bytes.read_at(self.at, &mut self.buffer)
            {
                self.buffer.clear();
                return Err(error);
            }
            self.read_to += self.buffer.len() as u64;
        }
        Ok(&self.buffer[self.taken..])
    }

    fn consume(&mut self, amount: usize) {
        let amount = amount.min(self.buffer.len() - self.taken);
        self.taken += amount;
        self.at += amount as u64;
    }
}

impl Read for Cursor {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(into.len());
        into[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl Seek for Cursor {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.bytes.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        let at = at.ok_or(io::ErrorKind::InvalidInput)?;
        // What was read ahead may serve on.
        let first = self.read_to - self.buffer.len() as u64;
        if (first..=self.read_to).contains(&at) {
            self.taken = (at - first) as usize;
        } else {
            self.buffer.clear();
            self.taken = 0;
            self.read_to = at;
        }
        self.at = at;
        Ok(at)
    }
}
