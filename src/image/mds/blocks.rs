//! What an MDS descriptor says, as plain values.

use crate::disc::{DiscType, Lba};

/// Bytes of the copyright, manufacturing and physical format information of one layer of a DVD.
pub const LAYER_LEN: usize = 4 + 2048 + 2048;
/// The least medium code that is a DVD; those below are CDs.
pub const DVD: u16 = 0x10;

/// An MDS descriptor, version 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mds {
    /// Medium code: 0 CD-ROM, 1 CD-R, 2 CD-RW, 0x10 DVD-ROM, 0x12 DVD-R.
    pub medium: u16,
    /// The sessions, in order.
    pub sessions: Vec<SessionBlock>,
    /// Lists of data files; a list is one run of bytes, cut over its files.
    pub files: Vec<Vec<String>>,
    /// Per layer of a DVD: [`LAYER_LEN`] bytes.
    pub layers: Vec<Vec<u8>>,
    /// Burst cutting area of a DVD.
    pub bca: Vec<u8>,
    /// Data position measurement, block by block.
    pub dpm: Vec<Vec<u8>>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionBlock {
    /// Where it begins: 150 sectors before index 1 of its first track, on a DVD there.
    pub start: Lba,
    /// The address after its last sector: the lead-out.
    pub end: Lba,
    /// Counted from 1.
    pub number: u16,
    /// Disc type of its TOC.
    pub disc_type: DiscType,
    /// Its tracks, in order. The other points of the TOC are in the file too, but say nothing more.
    pub tracks: Vec<TrackBlock>,
}

/// A track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackBlock {
    /// The mode code: see [`super::mode`].
    pub mode: u8,
    /// Whether 96 bytes of interleaved P–W follow each sector.
    pub subchannel: bool,
    /// CONTROL of the Q subchannel.
    pub control: u8,
    /// 1–99.
    pub number: u8,
    /// Bytes of a sector, subchannel included; never 0.
    pub sector_size: u16,
    /// Address of index 1.
    pub start: Lba,
    /// Offset of index 1 in the data files.
    pub offset: u64,
    /// Sectors from index 0 to index 1, as the file has it.
    pub pregap: u32,
    /// Sectors from index 1 on.
    pub length: u32,
    /// Which of [`Mds::files`] holds it.
    pub files: usize,
}
