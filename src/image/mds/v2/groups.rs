//! Sectors in groups that are compressed, or encrypted, or both: [`PackedSectors`].

use std::io::{self, Read};
use std::sync::Arc;

use flate2::read::ZlibDecoder;
use flate2::{Decompress, FlushDecompress, Status};

use super::cipher::Lrw;
use crate::bytes::{BlockSpan, Blocks, Bytes, Spares, Window};
use crate::image::{Fault, Flaw};

/// A group of this length in the table is one byte over and over, and the byte is in the lower half.
pub const FILLED: u16 = 0x8000;
/// Sectors that are decrypted together where they are not compressed.
pub const TOGETHER: u32 = 16;
/// Groups between two places that are remembered.
const STEP: usize = 256;
/// Most groups: more than a Blu-ray disc has by three times.
const MOST_GROUPS: u64 = 12 << 20;

/// How the lengths of groups are told.
struct Table {
    /// 0: the group is stored as it is; [`FILLED`]: see there; else its length.
    lengths: Vec<u16>,
    /// Where every [`STEP`]th group begins, from the first on.
    places: Vec<u64>,
    /// Bytes of a group but the last, decoded.
    size: u64,
}

/// The sectors of one data file of a track, to be read as [`Blocks`].
pub struct PackedSectors {
    bytes: Arc<dyn Bytes>,
    offset: u64,
    sector_size: u16,
    group: u32,
    sectors: u32,
    table: Option<Table>,
    key: Option<Arc<Lrw>>,
    spares: Spares<Spare>,
}

/// What a thread that decodes uses again and again.
struct Spare {
    inflate: Decompress,
    packed: Vec<u8>,
}

/// The number of the first cipher block of a sector. Bytes at the end of a sector that make no block are not counted, and not encrypted.
pub fn first_block(sector: u64, sector_size: u16) -> u64 {
    1 + sector.wrapping_mul(u64::from(sector_size / 16))
}

impl PackedSectors {
    /// `sectors` of `sector_size` bytes each from `offset` on; `groups`: how many there are in a group, and where their table is.
    ///
    /// # Errors
    /// A [`Flaw`] when the table is damaged, or speaks of more than there is.
    pub fn new(
        bytes: Arc<dyn Bytes>,
        offset: u64,
        (sector_size, sectors): (u16, u32),
        groups: Option<(u32, u64)>,
        key: Option<Arc<Lrw>>,
    ) -> Result<PackedSectors, Flaw> {
        let group = groups.map_or(TOGETHER, |(group, _)| group).max(1);
        let (table, end) = match groups {
            None => (None, offset.checked_add(u64::from(sectors) * u64::from(sector_size))),
            Some((_, at)) => {
                let total = u64::from(sectors) * u64::from(sector_size);
                let (table, len) = Table::read(&bytes, at, total, u64::from(sector_size) * u64::from(group))?;
                (Some(table), offset.checked_add(len))
            }
        };
        if end.is_none_or(|end| end > bytes.len()) {
            let (needed, found) = (end.unwrap_or(u64::MAX), bytes.len());
            return Err(Flaw::at(offset, Fault::Truncated { what: "the data of a track", needed, found }));
        }
        Ok(PackedSectors { bytes, offset, sector_size, group, sectors, table, key, spares: Spares::default() })
    }

    fn decode_with(&self, spare: &mut Spare, block: u64, into: &mut [u8]) -> io::Result<()> {
        let at_sector = block * u64::from(self.group);
        let Some(table) = &self.table else {
            let at = self.offset + at_sector * u64::from(self.sector_size);
            self.bytes.read_at(at, into)?;
            if let Some(key) = &self.key {
                let sectors = into.chunks_mut(usize::from(self.sector_size)).zip(at_sector..);
                sectors.for_each(|(bytes, sector)| key.decrypt(first_block(sector, self.sector_size), bytes));
            }
            return Ok(());
        };
        let (place, length) = table.get(block).ok_or_else(|| damaged(block))?;
        if length & FILLED != 0 {
            into.fill(length as u8);
            return Ok(());
        }
        let decrypt = |bytes: &mut [u8]| {
            if let Some(key) = &self.key {
                key.decrypt(first_block(at_sector, self.sector_size), bytes);
            }
        };
        if length == 0 {
            self.bytes.read_at(self.offset + place, into)?;
            decrypt(into);
            return Ok(());
        }
        spare.packed.resize(length.into(), 0);
        self.bytes.read_at(self.offset + place, &mut spare.packed)?;
        decrypt(&mut spare.packed);
        spare.inflate.reset(false);
        let state = spare.inflate.decompress(&spare.packed, into, FlushDecompress::Finish);
        let whole = state.is_ok_and(|state| state == Status::StreamEnd) && spare.inflate.total_out() == into.len() as u64;
        if whole { Ok(()) } else { Err(damaged(block)) }
    }
}

fn damaged(block: u64) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("group {block} of the compressed sectors is damaged"))
}

impl Blocks for PackedSectors {
    fn len(&self) -> u64 {
        u64::from(self.sectors) * u64::from(self.sector_size)
    }

    fn span(&self, at: u64) -> BlockSpan {
        BlockSpan::uniform(at, self.group * u32::from(self.sector_size), self.len())
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        let new = || Spare { inflate: Decompress::new(false), packed: Vec::new() };
        self.spares.with(new, |spare| self.decode_with(spare, block, into))
    }
}

impl Table {
    /// Reads the lengths of the groups of `size` bytes, `total` together, from a zlib stream, whose own length nothing tells. Also gives how many
    /// bytes the groups take.
    fn read(bytes: &Arc<dyn Bytes>, at: u64, total: u64, size: u64) -> Result<(Table, u64), Flaw> {
        let groups = total.div_ceil(size);
        if groups > MOST_GROUPS {
            return Err(Flaw::at(at, Fault::TooMany { what: "compressed groups", limit: MOST_GROUPS }));
        }
        let wanted = groups * 2;
        // A table that could not be compressed takes little more than what it says.
        let stream = Reader { bytes: Window::new(bytes.clone(), at, wanted + wanted / 1000 + 4096), at: 0 };
        let mut raw = Vec::new();
        match ZlibDecoder::new(stream).take(wanted).read_to_end(&mut raw) {
            Ok(found) if found as u64 == wanted => {}
            Ok(found) => {
                let what = "the table of compressed groups";
                return Err(Flaw::at(at, Fault::Truncated { what, needed: wanted, found: found as u64 }));
            }
            Err(_) => return Err(Flaw::at(at, Fault::Missing { what: "a table of compressed groups that can be decompressed" })),
        }
        let lengths: Vec<u16> = raw.as_chunks::<2>().0.iter().map(|bytes| u16::from_le_bytes(*bytes)).collect();
        let mut places = Vec::with_capacity(lengths.len().div_ceil(STEP));
        let mut place = 0u64;
        for some in lengths.chunks(STEP) {
            places.push(place);
            place += some.iter().map(|&length| stored(length, size)).sum::<u64>();
        }
        // The last group may be shorter than the others.
        let surplus = if lengths.last() == Some(&0) { groups * size - total } else { 0 };
        Ok((Table { lengths, places, size }, place - surplus))
    }

    /// Where a group begins, and its entry.
    fn get(&self, block: u64) -> Option<(u64, u16)> {
        let block = usize::try_from(block).ok()?;
        let step = block / STEP;
        let before = self.lengths.get(step * STEP..block)?.iter().map(|&length| stored(length, self.size));
        Some((self.places.get(step)? + before.sum::<u64>(), *self.lengths.get(block)?))
    }
}

/// How many bytes a group of `size` bytes takes.
fn stored(length: u16, size: u64) -> u64 {
    match length {
        0 => size,
        length if length & FILLED != 0 => 0,
        length => length.into(),
    }
}

/// A cursor over bytes that have none.
struct Reader {
    bytes: Window,
    at: u64,
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let len = into.len().min(usize::try_from(self.bytes.len() - self.at).unwrap_or(usize::MAX));
        self.bytes.read_at(self.at, &mut into[..len])?;
        self.at += len as u64;
        Ok(len)
    }
}
