//! What the records of a file without a descriptor are.

use std::io;

use super::super::contents::told_by;
use super::sub_of;
use crate::bytes::{Bytes, read_some};
use crate::disc::sector::{RAW, SYNC, Slice, SubKind};
use crate::disc::{TrackMode, mode_of};

/// The records of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Mode of the track.
    pub mode: TrackMode,
    /// From one record to the next.
    pub stride: u32,
    /// What each holds of its sector.
    pub slice: Slice,
    /// What lies behind that.
    pub sub: Option<SubKind>,
}

impl Record {
    /// 2048-byte sectors.
    pub const COOKED: Record = Record { mode: TrackMode::Mode1, stride: 2048, slice: Slice::COOKED, sub: None };
    /// Audio sectors.
    pub const AUDIO: Record = Record { mode: TrackMode::Audio, stride: 2352, slice: Slice::RAW, sub: None };

    /// Whether it is nothing but 2048 bytes of user data.
    pub fn is_cooked(self) -> bool {
        self.stride == 2048
    }
}

/// Record sizes with a sync pattern in front.
const RAW_STRIDES: [u32; 3] = [2352, 2448, 2368];
/// Records without: their size, where user data begin in them, and the mode they mean.
const BARE: [(u32, u64, TrackMode); 5] = [
    (2048, 0, TrackMode::Mode1),
    (2336, 8, TrackMode::Mode2Mixed),
    (2056, 8, TrackMode::Mode2Form1),
    (2340, 12, TrackMode::Mode2Mixed),
    (2064, 4, TrackMode::Mode1),
];

/// Tells the records of a file by sync patterns, by a file system's descriptors or by the marks of game discs; `None` where there is none.
pub fn probe(bytes: &dyn Bytes) -> io::Result<Option<Record>> {
    let head = read_some(bytes, 0, RAW)?;
    if head.starts_with(&SYNC) {
        return Ok(Some(probe_raw(bytes, &head)?));
    }
    for (stride, user, mode) in BARE {
        if has_volume(bytes, u64::from(stride), user)? {
            let slice = Slice::of_record(mode, stride as u16);
            return Ok(slice.map(|slice| Record { mode, stride, slice, sub: None }));
        }
    }
    Ok(told_by(bytes).map(|_| Record::COOKED))
}

/// A file that begins with a sync pattern: the next one tells the stride, the header the mode.
fn probe_raw(bytes: &dyn Bytes, head: &[u8]) -> io::Result<Record> {
    let mut stride = 2352;
    for candidate in RAW_STRIDES {
        let next = read_some(bytes, u64::from(candidate), SYNC.len())?;
        if next == SYNC {
            stride = candidate;
            break;
        }
    }
    let mode = <&[u8; RAW]>::try_from(head).ok().and_then(mode_of).unwrap_or(TrackMode::Mode1);
    Ok(Record { mode, stride, slice: Slice::RAW, sub: sub_of(stride, 2352) })
}

/// Whether a file system's descriptors begin in sector 16 of records of this size.
fn has_volume(bytes: &dyn Bytes, stride: u64, user: u64) -> io::Result<bool> {
    for sector in 16..20 {
        let start = read_some(bytes, sector * stride + user, 14)?;
        let marker = |at: usize, marks: &[&[u8; 5]]| start.get(at..at + 5).is_some_and(|found| marks.iter().any(|m| found == *m));
        if marker(1, &[b"CD001", b"BEA01", b"NSR02", b"NSR03", b"CD-I "]) || marker(9, &[b"CDROM"]) {
            return Ok(true);
        }
    }
    Ok(false)
}
