//! What a BlindWrite descriptor says, as plain values.

use crate::disc::{DiscType, Lba, Mcn, Medium};

/// A BlindWrite descriptor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct B6t {
    /// What kind of disc, by the profile number of MMC.
    pub medium: Medium,
    /// Catalogue number.
    pub mcn: Option<Mcn>,
    /// CD-TEXT packs, 18 bytes each.
    pub cd_text: Vec<u8>,
    /// Burst cutting area.
    pub bca: Vec<u8>,
    /// Control structures of a DVD by their format number (MMC, READ DISC STRUCTURE), in the order of the file.
    pub structures: Vec<(u16, Vec<u8>)>,
    /// Runs of stored sectors.
    pub data: Vec<DataBlock>,
    /// The sessions, in order.
    pub sessions: Vec<SessionBlock>,
    /// Position measurements.
    pub dpm: Option<Dpm>,
}

/// A run of sectors that are stored alike, one after another. It may hold several tracks, and a track may go over several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataBlock {
    /// Address of the first sector.
    pub start: Lba,
    /// How many sectors, at least one.
    pub sectors: u32,
    /// Bytes of a sector, its subchannel included; at least one.
    pub sector_size: u32,
    /// Offset of the first in the file.
    pub offset: u32,
    /// The file's name.
    pub name: String,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionBlock {
    /// The address after its last sector: the lead-out.
    pub end: Lba,
    /// Disc type of its TOC.
    pub disc_type: DiscType,
    /// Its tracks, in order.
    pub tracks: Vec<TrackBlock>,
}

/// A track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackBlock {
    /// 1 audio, 2 mode 1, 3 mode 2, 4 and 5 its forms, 6 DVD.
    pub kind: u8,
    /// CONTROL of the Q subchannel.
    pub control: u8,
    /// 1–99.
    pub number: u8,
    /// Address of its first sector, the pregap included.
    pub first: Lba,
    /// Sectors from there to index 1.
    pub pregap: u32,
    /// Sectors from index 1 on, at least one.
    pub length: u32,
}

/// Position measurements: how far the disc has turned at each so many sectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dpm {
    /// Address of the first sector measured.
    pub start: u32,
    /// Sectors from one measurement to the next.
    pub step: u32,
    /// The measurements, 4 bytes each.
    pub values: Vec<u8>,
}

impl Dpm {
    /// The same as a block of an MDS file, in which discs keep them: number, start, step, count, measurements.
    pub fn to_block(&self) -> Vec<u8> {
        let count = (self.values.len() / 4) as u32;
        let head = [1, self.start, self.step, count].map(u32::to_le_bytes);
        [head.as_flattened(), &self.values].concat()
    }
}
