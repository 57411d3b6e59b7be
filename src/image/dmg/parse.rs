//! The trailer of a DMG (koly) and its tables of chunks (mish). All numbers are big-endian.

use crate::image::{Fault, Flaw};

/// Bytes of the trailer, the last of the file, and its marker.
pub(super) const TRAILER: u64 = 512;
pub(super) const MAGIC: &[u8; 4] = b"koly";
/// Bytes of a sector.
pub(super) const SECTOR: u64 = 512;

/// Bytes of a table before its chunks, and of a chunk in it.
const TABLE_HEAD: usize = 204;
const CHUNK: usize = 40;

/// More sectors than any disc image has (16 TB).
const MOST_SECTORS: u64 = 1 << 35;
/// The largest chunk that is unpacked: hdiutil makes chunks of 256 KB to a few MB.
pub(super) const LARGEST_CHUNK: u64 = 64 << 20;
/// The most chunks.
const MOST_CHUNKS: usize = 1 << 20;

/// What the trailer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trailer {
    /// Where the chunks begin, and their bytes.
    pub data: (u64, u64),
    /// Where the resource fork lies, and its bytes.
    pub resources: (u64, u64),
    /// Where the property list lies, and its bytes.
    pub plist: (u64, u64),
    /// Which of how many files of a divided image it is, counted from 1.
    pub segment: (u32, u32),
    /// The checksum of the chunks as they lie in the file.
    pub checksum: Checksum,
    /// Sectors of the image; 0 where that is not said.
    pub sectors: u64,
}

/// A checksum, where it is a CRC-32: no other kind has been seen.
pub type Checksum = Option<u32>;

/// Reads the trailer.
pub fn parse_trailer(bytes: &[u8]) -> Result<Trailer, Flaw> {
    if !bytes.starts_with(MAGIC) {
        return Err(Flaw::file(Fault::NotThis { what: "a DMG (its trailer is missing)" }));
    }
    let fields = Fields { bytes, what: "the trailer" };
    let version = fields.u32(4)?;
    if version != 4 {
        let expected = "version 4";
        return Err(Flaw::file(Fault::OutOfRange { what: "the version of the trailer", expected, found: i64::from(version) }));
    }
    let span = |at| Ok((fields.u64(at)?, fields.u64(at + 8)?));
    Ok(Trailer {
        data: span(0x18)?,
        resources: span(0x28)?,
        segment: (fields.u32(0x38)?, fields.u32(0x3C)?),
        checksum: fields.checksum(0x50)?,
        plist: span(0xD8)?,
        sectors: fields.u64(0x1EC)?,
    })
}

/// The chunks of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its first sector, and how many it has.
    pub span: (u64, u64),
    /// The checksum of its unpacked bytes.
    pub checksum: Checksum,
    /// Its chunks, their sectors and offsets counted from the start of the image and of the chunks.
    pub chunks: Vec<Chunk>,
}

/// Some sectors, packed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// The first.
    pub sector: u64,
    /// How many, at least one.
    pub sectors: u64,
    /// Where they lie, and how many bytes that are; nothing for zeros.
    pub stored: (u64, u64),
    /// How they are packed.
    pub how: How,
}

/// How sectors are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// They are zeros, and so nothing is stored.
    Zeros,
    /// Nothing was on them, and what comes back are zeros too.
    Free,
    /// As they are.
    Plain,
    /// Apple's ADC.
    Adc,
    /// zlib.
    Zlib,
    /// bzip2.
    Bzip2,
    /// LZFSE.
    Lzfse,
    /// LZMA in an xz container.
    Xz,
}

impl How {
    /// The kind of a chunk; `None` for what is no chunk: a comment, the end of the table.
    fn of(kind: u32) -> Result<Option<How>, u32> {
        Ok(Some(match kind {
            0 => How::Zeros,
            1 => How::Plain,
            2 => How::Free,
            0x8000_0004 => How::Adc,
            0x8000_0005 => How::Zlib,
            0x8000_0006 => How::Bzip2,
            0x8000_0007 => How::Lzfse,
            0x8000_0008 => How::Xz,
            0x7FFF_FFFE | 0xFFFF_FFFF => return Ok(None),
            other => return Err(other),
        }))
    }

    /// Whether nothing is stored of it.
    pub fn is_empty(self) -> bool {
        matches!(self, How::Zeros | How::Free)
    }
}

/// Reads a table, the `blkx` resource of a partition.
pub fn parse_table(bytes: &[u8]) -> Result<Table, Flaw> {
    if !bytes.starts_with(b"mish") {
        return Err(Flaw::file(Fault::Missing { what: "the marker of a table of chunks (mish)" }));
    }
    let fields = Fields { bytes, what: "a table of chunks" };
    let (first, sectors, data) = (fields.u64(8)?, fields.u64(16)?, fields.u64(24)?);
    let count = fields.u32(200)?;
    let needed = TABLE_HEAD as u64 + u64::from(count) * CHUNK as u64;
    if needed > bytes.len() as u64 {
        return Err(Flaw::file(Fault::Truncated { what: "a table of chunks", needed, found: bytes.len() as u64 }));
    }
    let mut chunks = Vec::new();
    for row in bytes.get(TABLE_HEAD..).unwrap_or_default().chunks_exact(CHUNK).take(count as usize) {
        let row = Fields { bytes: row, what: "a chunk" };
        let how = How::of(row.u32(0)?).map_err(|other| {
            let expected = "a compression that is known";
            Flaw::file(Fault::OutOfRange { what: "the kind of a chunk", expected, found: i64::from(other) })
        })?;
        let (sector, sectors, at, len) = (row.u64(8)?, row.u64(16)?, row.u64(24)?, row.u64(32)?);
        let Some(how) = how.filter(|_| sectors > 0) else { continue };
        let far = || Flaw::file(out_of_range("the place of a chunk"));
        let sector = first.checked_add(sector).filter(|&sector| sector < MOST_SECTORS).ok_or_else(far)?;
        let at = if how.is_empty() { 0 } else { data.checked_add(at).ok_or_else(far)? };
        chunks.push(Chunk { sector, sectors, stored: (at, if how.is_empty() { 0 } else { len }), how });
    }
    Ok(Table { span: (first, sectors), checksum: fields.checksum(64)?, chunks })
}

/// All chunks in the order of their sectors, what is stored of them in offsets of the file of `file` bytes, and zeros where there are none.
pub fn arrange(trailer: &Trailer, tables: &[Table], file: u64) -> Result<Vec<Chunk>, Flaw> {
    let mut chunks: Vec<Chunk> = tables.iter().flat_map(|table| &table.chunks).copied().collect();
    if chunks.len() > MOST_CHUNKS {
        return Err(Flaw::file(Fault::TooMany { what: "chunks", limit: MOST_CHUNKS as u64 }));
    }
    chunks.sort_by_key(|chunk| chunk.sector);
    let (mut all, mut next) = (Vec::with_capacity(chunks.len()), 0u64);
    for mut chunk in chunks {
        let (at, len) = chunk.stored;
        let at = trailer.data.0.checked_add(at).ok_or_else(|| Flaw::file(out_of_range("the place of a chunk")))?;
        if chunk.sector < next {
            let (one, other) = (next as i64, chunk.sector as i64);
            return Err(Flaw::file(Fault::Contradiction { what: "the sectors of two chunks", one, other }));
        }
        let end = chunk.sector.checked_add(chunk.sectors).filter(|&end| end <= MOST_SECTORS);
        let end = end.ok_or_else(|| Flaw::file(Fault::TooMany { what: "sectors", limit: MOST_SECTORS }))?;
        check(&chunk, at, file)?;
        if chunk.sector > next {
            all.push(zeros(next, chunk.sector));
        }
        chunk.stored = if chunk.how.is_empty() { (0, 0) } else { (at, len) };
        next = end;
        all.push(chunk);
    }
    if trailer.sectors > MOST_SECTORS {
        return Err(Flaw::file(Fault::TooMany { what: "sectors", limit: MOST_SECTORS }));
    }
    if trailer.sectors > next {
        all.push(zeros(next, trailer.sectors));
    }
    Ok(all)
}

fn zeros(from: u64, to: u64) -> Chunk {
    Chunk { sector: from, sectors: to - from, stored: (0, 0), how: How::Zeros }
}

/// What is stored lies in the file and can be what it unpacks to.
fn check(chunk: &Chunk, at: u64, file: u64) -> Result<(), Flaw> {
    let (len, unpacked) = (chunk.stored.1, chunk.sectors.saturating_mul(SECTOR));
    let needed = if chunk.how == How::Plain { unpacked } else { len };
    match chunk.how {
        How::Zeros | How::Free => return Ok(()),
        How::Plain if len < unpacked => {
            return Err(Flaw::at(at, Fault::Truncated { what: "a chunk", needed: unpacked, found: len }));
        }
        How::Plain => {}
        _ if unpacked > LARGEST_CHUNK => {
            return Err(Flaw::at(at, Fault::TooMany { what: "bytes in a chunk", limit: LARGEST_CHUNK }));
        }
        // No compression makes more of it than this.
        _ if len > 2 * unpacked + SECTOR => return Err(Flaw::at(at, out_of_range("the length of a chunk"))),
        _ => {}
    }
    match at.checked_add(needed) {
        Some(end) if end <= file => Ok(()),
        end => Err(Flaw::at(at, Fault::Truncated { what: "the file", needed: end.unwrap_or(u64::MAX), found: file })),
    }
}

fn out_of_range(what: &'static str) -> Fault {
    Fault::OutOfRange { what, expected: "one that an image can have", found: i64::MAX }
}

/// Big-endian numbers at fixed places.
pub(super) struct Fields<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) what: &'static str,
}

impl Fields<'_> {
    pub(super) fn get<const N: usize>(&self, at: usize) -> Result<[u8; N], Flaw> {
        let found = self.bytes.get(at..).and_then(<[u8]>::first_chunk).copied();
        let (needed, found_len) = (at.saturating_add(N) as u64, self.bytes.len() as u64);
        found.ok_or_else(|| Flaw::file(Fault::Truncated { what: self.what, needed, found: found_len }))
    }

    pub(super) fn u16(&self, at: usize) -> Result<u16, Flaw> {
        self.get(at).map(u16::from_be_bytes)
    }

    pub(super) fn u32(&self, at: usize) -> Result<u32, Flaw> {
        self.get(at).map(u32::from_be_bytes)
    }

    fn u64(&self, at: usize) -> Result<u64, Flaw> {
        self.get(at).map(u64::from_be_bytes)
    }

    /// Type 2 with 32 bits is CRC-32.
    fn checksum(&self, at: usize) -> Result<Checksum, Flaw> {
        let (kind, bits, value) = (self.u32(at)?, self.u32(at + 4)?, self.u32(at + 8)?);
        Ok((kind == 2 && bits == 32).then_some(value))
    }
}
