//! The trailer of a UIF file and its index. Pure.

use crate::image::wire::Wire;
use crate::image::{Fault, Flaw};

/// Bytes of the trailer.
pub const TRAILER_LEN: usize = 64;
/// Bytes of the head of a table (`blhr`, `blms`, `blss`, `bsdr`).
pub const TABLE_HEAD: usize = 16;
/// Bytes of an entry of the index.
pub const ENTRY_LEN: u64 = 24;
/// The most bytes of a run that is compressed.
const LARGEST_RUN: u64 = 64 << 20;
/// The most keys that are built into MagicISO.
const BUILT_IN_KEYS: u8 = 16;

/// What the trailer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trailer {
    /// 1 and 2: zlib; 3 and more: LZMA.
    pub version: u16,
    /// More than one track, or sectors of other sizes than 2048: there are tables of them.
    pub mixed: bool,
    /// How many sectors.
    pub sectors: u32,
    /// Bytes of each.
    pub sector: u32,
    /// Bytes at the end of the last that do not belong to the image.
    pub trim: u32,
    /// Offset of the index, or of the head of an encrypted trailer.
    pub index: u64,
}

impl Trailer {
    /// Bytes of all sectors.
    pub fn len(&self) -> u64 {
        u64::from(self.sectors) * u64::from(self.sector)
    }
}

/// Whether a file ends as these do.
pub fn is_own(tail: &[u8]) -> bool {
    tail.len() == TRAILER_LEN && tail.starts_with(b"bbis") && tail[4..8] == (TRAILER_LEN as u32).to_le_bytes()
}

/// Reads the trailer. Its first byte stands at `base`.
pub fn trailer(bytes: &[u8], base: u64) -> Result<Trailer, Flaw> {
    let wire = Wire::new(bytes, base, "the trailer");
    if wire.array(0)? != *b"bbis" {
        return Err(wire.flaw(0, Fault::NotThis { what: "a UIF image" }));
    }
    if wire.u32_le(4)? as usize != TRAILER_LEN {
        return Err(wire.out_of_range(4, "the length of the trailer", "64", wire.u32_le(4)?));
    }
    let version = wire.u16_le(8)?;
    if version == 0 {
        return Err(wire.out_of_range(8, "the version", "1 or more", 0));
    }
    protection(&wire, version)?;
    let mixed = match wire.u16_le(10)? {
        8 => false,
        9 => true,
        other => return Err(wire.out_of_range(10, "the kind of image", "8 or 9", other)),
    };
    let (sectors, sector, used) = (wire.u32_le(16)?, wire.u32_le(20)?, wire.u32_le(24)?);
    if sectors == 0 {
        return Err(wire.out_of_range(16, "the number of sectors", "more than 0", 0));
    }
    if !(512..=4096).contains(&sector) {
        return Err(wire.out_of_range(20, "the size of sectors", "512 to 4096 bytes", sector));
    }
    if used > sector {
        return Err(wire.out_of_range(24, "the bytes used in the last sector", "no more than it has", used));
    }
    let trim = if used == 0 { 0 } else { sector - used };
    Ok(Trailer { version, mixed, sectors, sector, trim, index: wire.u64_le(28)? })
}

/// Refuses what is protected otherwise than by a plain password.
fn protection(wire: &Wire<'_>, version: u16) -> Result<(), Flaw> {
    let [first, second, third, _] = wire.array::<4>(56)?;
    if version < 2 {
        return Ok(());
    }
    if second == 2 {
        return Err(wire.flaw(57, Fault::Unsupported { what: later_protection(third) }));
    }
    if (1..=BUILT_IN_KEYS).contains(&first) {
        let what = "a UIF image that MagicISO has scrambled with one of its built-in keys";
        return Err(wire.flaw(56, Fault::Unsupported { what }));
    }
    Ok(())
}

/// The ciphers of later versions of MagicISO, a dozen of them, with a secret box of 1920 bytes.
fn later_protection(kind: u8) -> &'static str {
    const KINDS: [&str; 16] = [
        "MagicISO's later protection (type 0)",
        "MagicISO's later protection (type 1)",
        "MagicISO's later protection (type 2)",
        "MagicISO's later protection (type 3)",
        "MagicISO's later protection (type 4)",
        "MagicISO's later protection (type 5)",
        "MagicISO's later protection (type 6)",
        "MagicISO's later protection (type 7)",
        "MagicISO's later protection (type 8)",
        "MagicISO's later protection (type 9)",
        "MagicISO's later protection (type 10)",
        "MagicISO's later protection (type 11)",
        "MagicISO's later protection (type 12)",
        "MagicISO's later protection (type 13)",
        "MagicISO's later protection (type 14)",
        "MagicISO's later protection (type 15)",
    ];
    KINDS.get(usize::from(kind)).copied().unwrap_or("MagicISO's later protection (of an unknown type)")
}

/// The head of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableHead {
    /// Bytes that follow.
    pub stored: u64,
    /// They are compressed as sectors are.
    pub compressed: bool,
    /// Entries of the index, or bytes of the others.
    pub count: u32,
}

/// Reads the head of the table of this name; of `extra` bytes more than usual.
pub fn table_head(bytes: &[u8], base: u64, name: &[u8; 4], extra: u32) -> Result<TableHead, Flaw> {
    let wire = Wire::new(bytes, base, "the head of a table");
    if wire.array(0)? != *name {
        let what = match name {
            b"blhr" => "the head of the index (blhr)",
            b"blms" => "the head of the list of tracks (blms)",
            _ => "the head of the original descriptor (blss)",
        };
        return Err(wire.flaw(0, Fault::Missing { what }));
    }
    let size = wire.u32_le(4)?;
    let stored = size.checked_sub(8 + extra).ok_or_else(|| wire.out_of_range(4, "the length of a table", "8 or more", size))?;
    Ok(TableHead { stored: stored.into(), compressed: wire.u32_le(8)? != 0, count: wire.u32_le(12)? })
}

/// How a run of sectors is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    Stored,
    Zeros,
    Compressed,
}

/// A run of sectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Where it begins in the image, in bytes.
    pub start: u64,
    /// Bytes of the image.
    pub len: u64,
    /// Offset in the file.
    pub at: u64,
    /// Bytes there.
    pub stored: u32,
    pub codec: Codec,
}

impl Run {
    /// The byte after its last one.
    pub fn end(&self) -> u64 {
        self.start + self.len
    }
}

/// Reads the index: runs in order of their place in the image, none overlapping another. What none of them has is zeros.
pub fn index(trailer: &Trailer, table: &[u8], base: u64, file_len: u64) -> Result<Vec<Run>, Flaw> {
    let wire = Wire::new(table, base, "the index");
    let mut runs = Vec::with_capacity(table.len() / ENTRY_LEN as usize);
    for number in 0..table.len() as u64 / ENTRY_LEN {
        let entry = wire.part(number * ENTRY_LEN, ENTRY_LEN, "an entry of the index")?;
        let (at, stored) = (entry.u64_le(0)?, entry.u32_le(8)?);
        let (first, sectors) = (entry.u32_le(12)?, entry.u32_le(16)?);
        let codec = match entry.u32_le(20)? {
            1 => Codec::Stored,
            3 => Codec::Zeros,
            5 => Codec::Compressed,
            other => return Err(entry.out_of_range(20, "the kind of a run", "1, 3 or 5", other)),
        };
        if first.checked_add(sectors).is_none_or(|end| end > trailer.sectors) {
            return Err(entry.out_of_range(12, "the sectors of a run", "inside the image", first));
        }
        let size = u64::from(trailer.sector);
        let run = Run { start: u64::from(first) * size, len: u64::from(sectors) * size, at, stored, codec };
        if codec != Codec::Zeros && at.checked_add(stored.into()).is_none_or(|end| end > file_len) {
            return Err(entry.out_of_range(0, "the offset of a run", "inside the file", at));
        }
        if codec == Codec::Compressed && run.len > LARGEST_RUN {
            return Err(entry.out_of_range(16, "the length of a compressed run", "at most 64 MB", run.len));
        }
        if u64::from(stored) > run.len * 2 + 1024 {
            return Err(entry.out_of_range(8, "the stored length of a run", "hardly more than it holds", stored));
        }
        if run.len > 0 {
            runs.push(run);
        }
    }
    runs.sort_by_key(|run| run.start);
    if let Some(pair) = runs.windows(2).find(|pair| pair[0].end() > pair[1].start) {
        let what = "the end of a run and the beginning of the next";
        return Err(wire.flaw(0, Fault::Contradiction { what, one: pair[0].end() as i64, other: pair[1].start as i64 }));
    }
    Ok(runs)
}
