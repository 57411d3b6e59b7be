//! What an MDS descriptor says, as plain values.

use crate::disc::sector::SubKind;
use crate::disc::{DiscType, Lba};

/// Bytes of the copyright, manufacturing and physical format information of one layer of a DVD.
pub const LAYER_LEN: usize = 4 + 2048 + 2048;
/// Bytes of an encryption header: see [`super::v2`].
pub const KEY_LEN: usize = 512;

/// Which of the two descriptors it is. Version 2 is read out of its encryption, and then differs in a few fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Alcohol's.
    One,
    /// That of newer DAEMON Tools.
    Two,
}

/// An MDS descriptor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mds {
    /// Its version.
    pub version: Version,
    /// Whether it is a DVD, or else a CD.
    pub dvd: bool,
    /// The sessions, in order.
    pub sessions: Vec<SessionBlock>,
    /// Lists of data files. In version 1 a list is one run of bytes, cut over its files. In version 2 every track has its own.
    pub files: Vec<Vec<DataFile>>,
    /// Per layer of a DVD: [`LAYER_LEN`] bytes.
    pub layers: Vec<Vec<u8>>,
    /// Burst cutting area of a DVD.
    pub bca: Vec<u8>,
    /// Data position measurement, block by block.
    pub dpm: Vec<Vec<u8>>,
    /// Packs of CD-TEXT (version 2).
    pub cd_text: Vec<u8>,
    /// The key of the sectors, itself encrypted: [`KEY_LEN`] bytes, where they are encrypted (version 2).
    pub key: Option<Vec<u8>>,
}

/// A data file of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DataFile {
    /// Its name; `None`: the sectors are in the file of the descriptor itself.
    pub name: Option<String>,
    /// How many sectors of the track it holds (version 2).
    pub sectors: u64,
    /// How they are compressed.
    pub groups: Option<Groups>,
}

/// Sectors compressed in groups (version 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Groups {
    /// Sectors of a group; never 0.
    pub sectors: u32,
    /// Where the table of their lengths is, counted from the first group.
    pub table: u64,
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
    /// What of the subchannel follows each sector.
    pub sub: Option<SubKind>,
    /// CONTROL of the Q subchannel.
    pub control: u8,
    /// 1–99.
    pub number: u8,
    /// Bytes of a sector, subchannel included; never 0.
    pub sector_size: u16,
    /// Address of index 1.
    pub start: Lba,
    /// Offset in the data files: in version 1 that of index 1, in version 2 that of the first sector there is.
    pub offset: u64,
    /// Sectors from index 0 to index 1, as the file has it.
    pub pregap: u32,
    /// How many of those are stored; version 1 does not tell.
    pub stored_pregap: Option<u32>,
    /// Sectors from index 1 on.
    pub length: u32,
    /// Which of [`Mds::files`] holds it.
    pub files: usize,
}

impl TrackBlock {
    /// Bytes of the main channel of a sector; `None` where the subchannel alone would be more.
    pub fn main_size(&self) -> Option<u16> {
        self.sector_size.checked_sub(self.sub.map_or(0, SubKind::size) as u16)
    }
}

impl From<&str> for DataFile {
    fn from(name: &str) -> DataFile {
        DataFile { name: Some(name.to_owned()), ..DataFile::default() }
    }
}
