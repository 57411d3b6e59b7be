//! [`Store`]: the sectors of a disc that is being written, in a file without a name.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use crate::bytes::{Bytes, read_exact_at, write_all_at};
use crate::disc::sector::{RAW, SUBCHANNEL};

/// Records of one size, one a sector, of which most were never written: the file grows with what is.
pub struct Store {
    file: File,
    record: usize,
    first: i32,
    sectors: u32,
    /// What was written, in stretches that don't touch: their first sector and the one behind their last.
    written: Mutex<BTreeMap<i32, i32>>,
}

/// A sector of a CD and its subchannel.
pub const CD_RECORD: usize = RAW + SUBCHANNEL;
/// A sector of any other disc.
pub const DATA_RECORD: usize = 2048;

impl Store {
    /// For `sectors` from address `first` on, a record each.
    pub fn new(record: usize, first: i32, sectors: u32) -> io::Result<Arc<Store>> {
        Ok(Arc::new(Store { file: tempfile::tempfile()?, record, first, sectors, written: Mutex::default() }))
    }

    /// Where the record of a sector begins.
    pub fn offset(&self, lba: i32) -> u64 {
        u64::from(lba.abs_diff(self.first)) * self.record as u64
    }

    /// Writes records of sectors that follow one another; all lie on the disc.
    pub fn write(&self, lba: i32, records: &[u8]) -> io::Result<()> {
        write_all_at(&self.file, self.offset(lba), records)?;
        self.mark(lba..lba + (records.len() / self.record) as i32);
        Ok(())
    }

    /// Reads records of sectors that follow one another.
    pub fn read(&self, lba: i32, into: &mut [u8]) -> io::Result<()> {
        self.read_at(self.offset(lba), into)
    }

    /// These sectors count as written, whatever stands there.
    pub fn mark(&self, sectors: Range<i32>) {
        if sectors.is_empty() {
            return;
        }
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut from, mut to) = (sectors.start, sectors.end);
        // What touches it becomes one with it.
        while let Some((&before, &end)) = written.range(..=to).next_back().filter(|(_, end)| **end >= from) {
            written.remove(&before);
            (from, to) = (from.min(before), to.max(end));
        }
        written.insert(from, to);
    }

    /// The first of these sectors that was never written.
    pub fn gap(&self, sectors: &Range<i32>) -> Option<i32> {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let end = written.range(..=sectors.start).next_back().map_or(i32::MIN, |(_, end)| *end).max(sectors.start);
        (end < sectors.end).then_some(end)
    }

    /// The address behind the last sector that was written; 0 where none was.
    pub fn end(&self) -> i32 {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).last_key_value().map_or(0, |(_, end)| *end)
    }

    /// Nothing from this address on was ever written.
    pub fn erase(&self, from: i32) -> io::Result<()> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.split_off(&from);
        if let Some((_, end)) = written.iter_mut().next_back() {
            *end = from.min(*end);
        }
        let len = self.file.metadata()?.len();
        self.file.set_len(self.offset(from.max(self.first)).min(len))
    }
}

impl Bytes for Store {
    fn len(&self) -> u64 {
        u64::from(self.sectors) * self.record as u64
    }

    /// Behind the end of the file nothing was written: zeros.
    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        if at.checked_add(into.len() as u64).is_none_or(|end| end > self.len()) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let there = self.file.metadata()?.len().saturating_sub(at).min(into.len() as u64) as usize;
        let (stored, rest) = into.split_at_mut(there);
        rest.fill(0);
        read_exact_at(&self.file, at, stored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_known_and_the_rest_is_zeros() {
        let store = Store::new(DATA_RECORD, 0, 1000).unwrap();
        for (lba, count) in [(10, 5), (20, 5), (15, 5), (100, 1)] {
            store.write(lba, &vec![lba as u8; count * DATA_RECORD]).unwrap();
        }
        assert_eq!(
            [10..25, 9..11, 20..26, 99..101, 100..101].map(|run| store.gap(&run)),
            [None, Some(9), Some(25), Some(99), None]
        );
        let mut two = [0xEE; 2 * DATA_RECORD];
        store.read(24, &mut two).unwrap();
        assert!(two[..DATA_RECORD].iter().all(|&byte| byte == 20) && two[DATA_RECORD..].iter().all(|&byte| byte == 0));
        store.read(998, &mut two).unwrap();
        assert!(store.read(999, &mut two).is_err() && two.iter().all(|&byte| byte == 0));
        store.erase(12).unwrap();
        assert_eq!((store.gap(&(10..13)), store.gap(&(100..101)), store.end()), (Some(12), Some(100), 12));
        assert_eq!(store.file.metadata().unwrap().len(), 12 * DATA_RECORD as u64);
    }
}
