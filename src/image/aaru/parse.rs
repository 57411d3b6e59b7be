//! From the bytes of an AaruFormat image to plain values: pure, no file access.

use crate::disc::{Isrc, Lba, Medium};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw, Limits};

use super::media::medium;

/// The first bytes: of Aaru, and of DiscImageChef, as it was called.
pub const MAGICS: [&[u8; 8]; 2] = [b"AARUFRMT", b"DICMFRMT"];
/// Bytes of the header.
pub const HEADER_LEN: usize = 104;
/// Bytes before the entries of an index, at most.
pub const INDEX_HEAD_LEN: usize = 20;
/// Bytes of an entry of the index.
pub const ENTRY_LEN: u64 = 14;
/// Bytes before the data of a block.
pub const BLOCK_HEAD_LEN: usize = 36;
/// Bytes before the data of a table.
pub const TABLE_HEAD_LEN: usize = 49;
/// Bytes before the tracks.
pub const TRACKS_HEAD_LEN: usize = 14;
/// Bytes of a track.
pub const TRACK_LEN: usize = 41;
/// Bytes before the indexes of tracks.
pub const INDEXES_HEAD_LEN: usize = 22;
/// Bytes of an index of a track.
pub const INDEX_LEN: usize = 8;

/// The kinds of blocks that are read.
pub mod kind {
    /// Sectors, or other data.
    pub const DATA: [u8; 4] = *b"DBLK";
    /// Where each sector lies.
    pub const TABLE: [u8; 4] = *b"DDT*";
    /// Tracks.
    pub const TRACKS: [u8; 4] = *b"TRKS";
    /// Indexes of tracks.
    pub const INDEXES: [u8; 4] = *b"CDIX";
}

/// The kinds of data that are read.
pub mod data {
    /// What a sector holds for its user.
    pub const USER: u16 = 1;
    /// CD-TEXT.
    pub const CD_TEXT: u16 = 7;
    /// Physical format information of a DVD.
    pub const PFI: u16 = 8;
    /// Copyright information of a DVD.
    pub const COPYRIGHT: u16 = 9;
    /// Burst cutting area of a DVD.
    pub const BCA: u16 = 11;
    /// Manufacturing information of a DVD.
    pub const DMI: u16 = 12;
    /// Sync and header of every sector.
    pub const PREFIX: u16 = 69;
    /// EDC and ECC of every sector.
    pub const SUFFIX: u16 = 70;
    /// Subchannel of every sector.
    pub const SUBCHANNEL: u16 = 71;
    /// Catalogue number.
    pub const MCN: u16 = 75;
    /// Sync and header where they are not what they should be, and which sectors that are.
    pub const PREFIX_FIXED: u16 = 76;
    /// EDC and ECC where they are not what they should be, and which sectors that are.
    pub const SUFFIX_FIXED: u16 = 77;
    /// Subheader of every mode 2 sector.
    pub const SUBHEADER: u16 = 78;
}

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What kind of disc.
    pub medium: Medium,
    /// Where the index begins.
    pub index: u64,
}

/// An entry of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What kind of block.
    pub kind: [u8; 4],
    /// What kind of data.
    pub data: u16,
    /// Where it begins.
    pub at: u64,
}

/// What stands before the data of a block or a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// How its data are compressed.
    pub compression: u16,
    /// Bytes of a sector in it, or of an entry.
    pub unit: u32,
    /// Where its data begin.
    pub at: u64,
    /// How many bytes are stored.
    pub stored: u64,
    /// How many they decode to.
    pub len: u64,
    /// Checksum of what they decode to, 0 where there is none.
    pub crc: u64,
    /// By how many bits the offset of a block is shifted in an entry of the table.
    pub shift: u8,
}

/// A track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackEntry {
    /// 1–99.
    pub number: u8,
    /// 0 audio, 1 data, 2 mode 1, 3 mode 2, 4 and 5 its forms.
    pub kind: u8,
    /// Address of its first sector: that of index 0, but for track 1.
    pub first: Lba,
    /// Address of its last sector.
    pub last: Lba,
    /// Sectors of pregap.
    pub pregap: u32,
    /// Counted from 1.
    pub session: u8,
    /// Recording code.
    pub isrc: Option<Isrc>,
    /// CONTROL of the Q subchannel.
    pub control: u8,
}

/// An index of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackIndex {
    /// The track.
    pub track: u16,
    /// The number of the index.
    pub index: u16,
    /// Where it begins.
    pub at: Lba,
}

/// Reads the header.
pub fn header(bytes: &[u8]) -> Result<Header, Flaw> {
    let file = Wire::new(bytes, 0, "the AaruFormat header").part(0, HEADER_LEN as u64, "the AaruFormat header")?;
    if !MAGICS.iter().any(|magic| bytes.starts_with(*magic)) {
        return Err(file.flaw(0, Fault::NotThis { what: "an AaruFormat image" }));
    }
    let (version, number) = (file.u8(72)?, file.u32_le(76)?);
    if version > 1 {
        return Err(file.flaw(72, Fault::Unsupported { what: "version 2 of AaruFormat, which Aaru 6 writes," }));
    }
    let what = "an AaruFormat image of something that is no optical disc, or of a rare one,";
    let medium = medium(number).ok_or_else(|| file.flaw(76, Fault::Unsupported { what }))?;
    Ok(Header { medium, index: file.u64_le(80)? })
}

/// How many entries the index at `base` has, where the first begins, and the checksum of all.
pub fn index_head(bytes: &[u8], base: u64, limits: &Limits) -> Result<(u64, u64, u64), Flaw> {
    let head = Wire::new(bytes, base, "the index");
    let (count, len, crc) = match &head.array(0)? {
        b"INDX" => (u64::from(head.u16_le(4)?), 14, head.u64_le(6)?),
        b"IDX2" => (head.u64_le(4)?, 20, head.u64_le(12)?),
        _ => return Err(head.flaw(0, Fault::NotThis { what: "the index of an AaruFormat image" })),
    };
    if count > limits.statements.into() {
        return Err(head.flaw(4, Fault::TooMany { what: "blocks", limit: limits.statements.into() }));
    }
    Ok((count, base.saturating_add(len), crc))
}

/// The entries of the index, which stand at `base`.
pub fn index(bytes: &[u8], base: u64, count: u64) -> Result<Vec<Entry>, Flaw> {
    let list = Wire::new(bytes, base, "the index").part(0, count * ENTRY_LEN, "the index")?;
    let entry = |n: u64| {
        let entry = list.part(n * ENTRY_LEN, ENTRY_LEN, "an entry of the index")?;
        Ok(Entry { kind: entry.array(0)?, data: entry.u16_le(4)?, at: entry.u64_le(6)? })
    };
    (0..count).map(entry).collect()
}

/// What stands before the data of this block.
pub fn block(bytes: &[u8], entry: &Entry) -> Result<Head, Flaw> {
    let head = own(bytes, entry, "a block")?;
    let (unit, stored, len) = (head.u32_le(8)?, head.u32_le(12)?.into(), head.u32_le(16)?.into());
    let at = entry.at.saturating_add(BLOCK_HEAD_LEN as u64);
    Ok(Head { compression: head.u16_le(6)?, unit, at, stored, len, crc: head.u64_le(28)?, shift: 0 })
}

/// What stands before the data of this table.
pub fn table(bytes: &[u8], entry: &Entry) -> Result<Head, Flaw> {
    let head = own(bytes, entry, "a table")?;
    let (shift, entries, len) = (head.u8(8)?, head.u64_le(9)?, head.u64_le(25)?);
    let unit = if entry.data == data::USER { 8 } else { 4 };
    if entries.checked_mul(unit) != Some(len) {
        let what = "the length of a table and the number of its entries";
        return Err(head.flaw(25, Fault::Contradiction { what, one: entries as i64, other: len as i64 }));
    }
    if shift > 32 {
        return Err(head.out_of_range(8, "the shift of a table", "0 to 32", shift));
    }
    let at = entry.at.saturating_add(TABLE_HEAD_LEN as u64);
    Ok(Head { compression: head.u16_le(6)?, unit: unit as u32, at, stored: head.u64_le(17)?, len, crc: head.u64_le(41)?, shift })
}

/// A block that is what the index says.
fn own<'a>(bytes: &'a [u8], entry: &Entry, what: &'static str) -> Result<Wire<'a>, Flaw> {
    let head = Wire::new(bytes, entry.at, what);
    if head.array(0)? != entry.kind || head.u16_le(4)? != entry.data {
        return Err(head.flaw(0, Fault::NotThis { what: "the block that the index tells of" }));
    }
    Ok(head)
}

/// How many tracks or indexes of tracks a block of these has, and the checksum of all; their `crc` stands at this place.
pub fn list_head(bytes: &[u8], entry: &Entry, crc: u64) -> Result<(usize, u64), Flaw> {
    let head = Wire::new(bytes, entry.at, "a list of tracks");
    if head.array(0)? != entry.kind {
        return Err(head.flaw(0, Fault::NotThis { what: "the block that the index tells of" }));
    }
    Ok((head.u16_le(4)?.into(), head.u64_le(crc)?))
}

/// The tracks, whose entries stand at `base`. Numbers that no track has stand for lead-ins and lead-outs.
pub fn tracks(bytes: &[u8], base: u64) -> Result<Vec<TrackEntry>, Flaw> {
    let list = Wire::new(bytes, base, "the list of tracks");
    let mut tracks = Vec::new();
    for at in (0..list.len()).step_by(TRACK_LEN) {
        let entry = list.part(at, TRACK_LEN as u64, "a track")?;
        let number = entry.u8(0)?;
        if !(1..=99).contains(&number) {
            continue;
        }
        let address = |at| {
            let found = entry.u64_le(at)?.cast_signed();
            let lba = i32::try_from(found).ok().map(Lba);
            lba.ok_or_else(|| entry.out_of_range(at, "an address of a track", "the number of a sector", found))
        };
        let pregap = entry.u64_le(18)?;
        let pregap = u32::try_from(pregap).map_err(|_| entry.out_of_range(18, "a pregap", "a number of sectors", pregap))?;
        tracks.push(TrackEntry {
            number,
            kind: entry.u8(1)?,
            first: address(2)?,
            last: address(10)?,
            pregap,
            session: entry.u8(26)?,
            isrc: Isrc::new(&entry.array::<12>(27)?).ok(),
            control: entry.u8(40)?,
        });
    }
    tracks.sort_by_key(|track| track.number);
    Ok(tracks)
}

/// The indexes of tracks, whose entries stand at `base`.
pub fn track_indexes(bytes: &[u8], base: u64) -> Result<Vec<TrackIndex>, Flaw> {
    let list = Wire::new(bytes, base, "the indexes of tracks");
    let index = |at| {
        let entry = list.part(at, INDEX_LEN as u64, "an index of a track")?;
        Ok(TrackIndex { track: entry.u16_le(0)?, index: entry.u16_le(2)?, at: Lba(entry.u32_le(4)?.cast_signed()) })
    };
    (0..list.len()).step_by(INDEX_LEN).map(index).collect()
}
