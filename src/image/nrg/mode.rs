//! The mode codes of tracks and the flags of media.

use crate::disc::sector::Slice;
use crate::disc::{Medium, TrackMode};

/// How the sectors of a track are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// What they are.
    pub mode: TrackMode,
    /// Which part of each is there.
    pub slice: Slice,
    /// Whether 96 bytes of interleaved P–W follow each.
    pub subchannel: bool,
    /// From one to the next, in bytes; never 0.
    pub stride: u16,
}

/// Bytes of a sector of 2352 bytes and its subchannel.
const WITH_SUBCHANNEL: u16 = 2448;

/// The code of 2048-byte sectors.
pub const COOKED: u32 = 0x00;

/// Sectors of this mode code and size; `None` where the two can't be reconciled.
///
/// The size is believed before the code: some writers leave the code of cooked sectors on raw ones.
pub fn record(code: u32, stride: u16) -> Option<Record> {
    let subchannel = stride == WITH_SUBCHANNEL;
    let size = if subchannel { 2352 } else { stride };
    let mode = match (code, size) {
        (0x07 | 0x08 | 0x10, _) => TrackMode::Audio,
        (0x00 | 0x05 | 0x0F, 2336) => TrackMode::Mode2Mixed,
        (0x00 | 0x05 | 0x0F, _) => TrackMode::Mode1,
        (0x02 | 0x03 | 0x06 | 0x11 | 0x20, 2048 | 2056) => TrackMode::Mode2Form1,
        (0x02 | 0x03 | 0x06 | 0x11 | 0x20, _) => TrackMode::Mode2Mixed,
        (_, 2048) => TrackMode::Mode1,
        (_, 2336) => TrackMode::Mode2Mixed,
        _ => return None,
    };
    Some(Record { mode, slice: Slice::of_record(mode, size)?, subchannel, stride })
}

/// The size of the sectors that a code stands for, where no field tells it.
pub fn size_of(code: u32) -> Option<u16> {
    match code {
        0x00 | 0x02 => Some(2048),
        0x03 | 0x20 => Some(2336),
        0x05..=0x08 => Some(2352),
        0x0F..=0x11 => Some(WITH_SUBCHANNEL),
        _ => None,
    }
}

/// The code for full sectors of this mode, and their size.
pub fn code(mode: TrackMode, subchannel: bool) -> (u8, u16) {
    let code = match (mode, subchannel) {
        (TrackMode::Audio, false) => 0x07,
        (TrackMode::Audio, true) => 0x10,
        (mode, false) if mode.is_mode2() => 0x06,
        (mode, true) if mode.is_mode2() => 0x11,
        (_, false) => 0x05,
        (_, true) => 0x0F,
    };
    (code, if subchannel { WITH_SUBCHANNEL } else { 2352 })
}

/// CD-R or CD-RW; DDCD; packet-written and multi-layer CDs; CD-ROM.
const CD: u32 = 0x01 | 0x02 | 0x20 | 0x40 | 0x400;
/// DVD-R or -RW; DVD+R or +RW; DVD-RAM; DVD-ROM; dual-layer DVD+R and -R.
const DVD: u32 = 0x04 | 0x08 | 0x10 | 0x200 | 0x4_0000 | 0x8_0000;
/// BD-ROM, BD-R, BD-RE.
const BD: u32 = 0x10_0000 | 0x20_0000 | 0x40_0000;
/// HD DVD-ROM, -R, -RW.
const HD_DVD: u32 = 0x80_0000 | 0x100_0000 | 0x200_0000;

/// The medium that MTYP's flags stand for. Images that fit several media have several; the smallest medium was meant.
pub fn medium(flags: u32) -> Option<Medium> {
    let known = [(CD, Medium::Cd), (DVD, Medium::Dvd), (BD, Medium::Bd), (HD_DVD, Medium::HdDvd)];
    known.into_iter().find(|(mask, _)| flags & mask != 0).map(|(_, medium)| medium)
}

/// The flag that is written for a medium.
pub fn medium_flag(medium: Medium) -> u32 {
    match medium {
        Medium::Cd | Medium::Gd => 0x01,
        Medium::Bd => 0x20_0000,
        Medium::HdDvd => 0x80_0000,
        _ => 0x04,
    }
}
