//! Headers and indexes of CSO, ZSO, DAX and JSO. All numbers are little-endian.

use crate::image::{Fault, Flaw};

/// Bytes that are enough for every header.
pub(super) const HEAD: usize = 0x30;

/// Header of CSO and ZSO.
pub(super) const CSO_HEADER: u64 = 24;
/// Header of DAX, and the size of its blocks.
pub(super) const DAX_HEADER: u64 = 32;
pub(super) const DAX_BLOCK: u32 = 8192;
/// Header of JSO.
const JSO_HEADER: u64 = 0x30;

/// Blocks may have any size that some tool writes: maxcso stops at 256 KB.
const BLOCK_SIZES: std::ops::RangeInclusive<u32> = 512..=1 << 24;
/// 128 GB in blocks of 2048 bytes.
const MOST_BLOCKS: u64 = 1 << 26;
/// Areas of a DAX that are stored as they are.
const MOST_AREAS: u32 = 1 << 16;

/// In an index entry: how the block is stored, as the format understands it.
pub(super) const FLAG: u32 = 1 << 31;

/// The formats that share all of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// CSO of version 0 or 1.
    Cso1,
    /// CSO of version 2.
    Cso2,
    /// ZSO.
    Zso,
    /// DAX.
    Dax,
    /// JSO.
    Jso,
}

impl Kind {
    /// By the first bytes of a file.
    pub fn of(head: &[u8]) -> Option<Kind> {
        match head.first_chunk()? {
            b"CISO" if head.get(20).is_some_and(|&version| version >= 2) => Some(Kind::Cso2),
            b"CISO" => Some(Kind::Cso1),
            b"ZISO" => Some(Kind::Zso),
            b"DAX\0" => Some(Kind::Dax),
            b"JISO" => Some(Kind::Jso),
            _ => None,
        }
    }
}

/// Whether a file that begins with CISO is one of a GameCube or Wii disc: a block size, then a map of bytes that are 0 or 1.
pub fn is_gamecube(head: &[u8]) -> bool {
    let block = u32_at(head, 4).unwrap_or(0);
    let map = head.get(8..HEAD).unwrap_or_default();
    head.starts_with(b"CISO") && block.is_power_of_two() && block >= 0x8000 && !map.is_empty() && map.iter().all(|&byte| byte < 2)
}

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Which format it is.
    pub kind: Kind,
    /// Bytes of the unpacked image.
    pub size: u64,
    /// Bytes of a block; the last may go beyond the end of the image.
    pub block: u32,
    /// Offsets in the index are shifted left by so many bits.
    pub shift: u8,
    /// Where the index begins.
    pub index_at: u64,
    /// Bytes in front of each block that say nothing that the index does not (JSO).
    pub before_block: u8,
    /// Areas of blocks that are stored as they are (DAX).
    pub areas: u32,
    /// The MD5 of the unpacked image (JSO), where there is one.
    pub md5: Option<[u8; 16]>,
}

impl Header {
    /// Reads a header, of which all has to be there.
    pub fn parse(head: &[u8]) -> Result<Header, Flaw> {
        let Some(kind) = Kind::of(head) else {
            return Err(Flaw::at(0, Fault::NotThis { what: "a CSO, ZSO, DAX or JSO image" }));
        };
        let header = match kind {
            Kind::Cso1 | Kind::Cso2 | Kind::Zso => cso(kind, head),
            Kind::Dax => dax(head),
            Kind::Jso => jso(head),
        }?;
        if header.size == 0 {
            return Err(Flaw::at(
                8,
                Fault::OutOfRange { what: "the size of the image", expected: "at least a sector", found: 0 },
            ));
        }
        if header.blocks() > MOST_BLOCKS {
            return Err(Flaw::at(8, Fault::TooMany { what: "blocks", limit: MOST_BLOCKS }));
        }
        Ok(header)
    }

    /// How many blocks there are.
    pub fn blocks(&self) -> u64 {
        self.size.div_ceil(u64::from(self.block.max(1)))
    }

    /// Bytes of the index with all that belongs to it.
    pub fn index_len(&self) -> u64 {
        match self.kind {
            Kind::Dax => 6 * self.blocks() + 8 * u64::from(self.areas),
            _ => 4 * (self.blocks() + 1),
        }
    }
}

fn cso(kind: Kind, head: &[u8]) -> Result<Header, Flaw> {
    let (Some(size), Some(block), Some([version, shift])) =
        (u64_at(head, 8), u32_at(head, 16), head.get(20..22).and_then(<[u8]>::first_chunk))
    else {
        return Err(short("the header", CSO_HEADER, head));
    };
    let most = if kind == Kind::Zso { 1 } else { 2 };
    if *version > most {
        let expected = "a version that is known";
        return Err(Flaw::at(20, Fault::OutOfRange { what: "the version", expected, found: i64::from(*version) }));
    }
    check_block(16, block)?;
    // 31 bits and 12 more are 8 TB.
    if *shift > 12 {
        let expected = "at most 12 bits";
        return Err(Flaw::at(21, Fault::OutOfRange { what: "the shift of the index", expected, found: i64::from(*shift) }));
    }
    // What the header says of its own size is wrong in many files: version 1 leaves it 0. The index always begins behind it.
    Ok(Header { kind, size, block, shift: *shift, index_at: CSO_HEADER, before_block: 0, areas: 0, md5: None })
}

fn dax(head: &[u8]) -> Result<Header, Flaw> {
    let (Some(size), Some(version), Some(areas)) = (u32_at(head, 4), u32_at(head, 8), u32_at(head, 12)) else {
        return Err(short("the header", DAX_HEADER, head));
    };
    if version > 1 {
        let expected = "version 0 or 1";
        return Err(Flaw::at(8, Fault::OutOfRange { what: "the version", expected, found: i64::from(version) }));
    }
    let areas = if version == 0 { 0 } else { areas };
    if areas > MOST_AREAS {
        return Err(Flaw::at(12, Fault::TooMany { what: "areas without compression", limit: u64::from(MOST_AREAS) }));
    }
    let size = u64::from(size);
    Ok(Header { kind: Kind::Dax, size, block: DAX_BLOCK, shift: 0, index_at: DAX_HEADER, before_block: 0, areas, md5: None })
}

fn jso(head: &[u8]) -> Result<Header, Flaw> {
    let (Some(&[block0, block1, headers, _, method, _]), Some(size), Some(own)) =
        (head.get(6..12).and_then(<[u8]>::first_chunk), u32_at(head, 12), u32_at(head, 32))
    else {
        return Err(short("the header", JSO_HEADER, head));
    };
    match method {
        1 => {}
        0 => return Err(Flaw::at(10, Fault::Unsupported { what: "a JSO image compressed with LZO" })),
        _ => {
            let expected = "LZO (0) or zlib (1)";
            return Err(Flaw::at(10, Fault::OutOfRange { what: "the compression", expected, found: i64::from(method) }));
        }
    }
    if u64::from(own) != JSO_HEADER || headers > 1 {
        let found = if headers > 1 { i64::from(headers) } else { i64::from(own) };
        return Err(Flaw::at(8, Fault::OutOfRange { what: "the header", expected: "one as it was seen before", found }));
    }
    let block = u32::from(u16::from_le_bytes([block0, block1]));
    check_block(6, block)?;
    let (size, before_block) = (u64::from(size), 4 * headers);
    let md5 = head.get(16..).and_then(<[u8]>::first_chunk).copied().filter(|md5| *md5 != [0; 16]);
    Ok(Header { kind: Kind::Jso, size, block, shift: 0, index_at: JSO_HEADER, before_block, areas: 0, md5 })
}

fn check_block(at: u64, block: u32) -> Result<(), Flaw> {
    if BLOCK_SIZES.contains(&block) {
        return Ok(());
    }
    Err(Flaw::at(at, Fault::OutOfRange { what: "the size of a block", expected: "512 bytes to 16 MB", found: i64::from(block) }))
}

/// How a block is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// As it is.
    Plain,
    /// Deflate without a frame.
    Deflate,
    /// Deflate in a zlib stream.
    Zlib,
    /// An LZ4 block.
    Lz4,
}

/// Where a block is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Offset in the file.
    pub at: u64,
    /// Bytes, with padding behind the block.
    pub len: u64,
    /// How.
    pub how: How,
}

/// The index of an image, checked: blocks follow each other and lie within the file.
#[derive(Debug)]
pub struct Index {
    header: Header,
    file: u64,
    /// Entries as they stand in the file; all formats but DAX have one more than blocks.
    entries: Vec<u32>,
    /// Lengths of the blocks (DAX).
    lengths: Vec<u16>,
    /// First block and the block after the last of each area that is stored as it is (DAX).
    areas: Vec<(u32, u32)>,
    /// Bytes that are no whole number yet.
    rest: Vec<u8>,
}

impl Index {
    /// An index of which nothing has been read, of an image in a file of `file` bytes.
    pub fn new(header: Header, file: u64) -> Result<Index, Flaw> {
        let found = file.saturating_sub(header.index_at);
        if found < header.index_len() {
            return Err(Flaw::at(header.index_at, Fault::Truncated { what: "the index", needed: header.index_len(), found }));
        }
        let (entries, lengths, areas, rest) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Ok(Index { header, file, entries, lengths, areas, rest })
    }

    /// What the header says.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Takes the next bytes of the index, in order; what is behind it is left alone. A wrong entry ends it, before more are read.
    pub fn extend(&mut self, bytes: &[u8]) -> Result<(), Flaw> {
        let joined;
        let bytes = match self.rest.is_empty() {
            true => bytes,
            false => {
                joined = [self.rest.as_slice(), bytes].concat();
                &joined
            }
        };
        let blocks = self.header.blocks();
        let entries = if self.header.kind == Kind::Dax { blocks } else { blocks + 1 };
        let mut bytes = bytes;
        while (self.entries.len() as u64) < entries {
            let Some((entry, rest)) = bytes.split_first_chunk() else {
                self.keep(bytes);
                return Ok(());
            };
            self.entry(u32::from_le_bytes(*entry))?;
            bytes = rest;
        }
        if self.header.kind != Kind::Dax {
            return Ok(());
        }
        while (self.lengths.len() as u64) < blocks {
            let Some((length, rest)) = bytes.split_first_chunk() else {
                self.keep(bytes);
                return Ok(());
            };
            self.length(u16::from_le_bytes(*length))?;
            bytes = rest;
        }
        while self.areas.len() < self.header.areas as usize {
            let Some((area, rest)) = bytes.split_first_chunk::<8>() else {
                self.keep(bytes);
                return Ok(());
            };
            let [a, b, c, d, e, f, g, h] = *area;
            self.area(u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))?;
            bytes = rest;
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.rest = bytes.to_vec();
    }

    fn entry(&mut self, entry: u32) -> Result<(), Flaw> {
        let place = self.header.index_at + 4 * self.entries.len() as u64;
        let at = self.offset(entry);
        let least = match self.entries.last() {
            // Blocks of a DAX may lie in any order.
            Some(&last) if self.header.kind != Kind::Dax => self.offset(last),
            _ => self.header.index_at + self.header.index_len(),
        };
        if at < least {
            let found = i64::try_from(at).unwrap_or(i64::MAX);
            return Err(Flaw::at(
                place,
                Fault::OutOfRange { what: "an offset in the index", expected: "one behind the last", found },
            ));
        }
        if at > self.file {
            return Err(Flaw::at(place, Fault::Truncated { what: "the file", needed: at, found: self.file }));
        }
        self.entries.push(entry);
        Ok(())
    }

    fn length(&mut self, length: u16) -> Result<(), Flaw> {
        let at = self.entries.get(self.lengths.len()).map_or(0, |&entry| u64::from(entry));
        let end = at + u64::from(length);
        if end > self.file {
            return Err(Flaw::at(at, Fault::Truncated { what: "the file", needed: end, found: self.file }));
        }
        self.lengths.push(length);
        Ok(())
    }

    fn area(&mut self, first: u32, count: u32) -> Result<(), Flaw> {
        let end = first.checked_add(count).filter(|&end| u64::from(end) <= self.header.blocks());
        let Some(end) = end else {
            let expected = "blocks of the image";
            return Err(Flaw::file(Fault::OutOfRange { what: "an area without compression", expected, found: i64::from(first) }));
        };
        self.areas.push((first, end));
        Ok(())
    }

    /// All has been read: whether all was there.
    pub fn finish(&self) -> Result<(), Flaw> {
        let blocks = self.header.blocks();
        let complete = match self.header.kind {
            Kind::Dax => self.lengths.len() as u64 == blocks && self.areas.len() == self.header.areas as usize,
            _ => self.entries.len() as u64 == blocks + 1,
        };
        let found = (4 * self.entries.len() + 2 * self.lengths.len() + 8 * self.areas.len()) as u64;
        let cut = Fault::Truncated { what: "the index", needed: self.header.index_len(), found };
        if complete { Ok(()) } else { Err(Flaw::at(self.header.index_at, cut)) }
    }

    fn offset(&self, entry: u32) -> u64 {
        match self.header.kind {
            Kind::Dax | Kind::Jso => u64::from(entry),
            _ => u64::from(entry & !FLAG) << self.header.shift,
        }
    }

    /// Where a block is stored; `None` for one that the image does not have.
    pub fn stored(&self, block: u64) -> Option<Stored> {
        let number = usize::try_from(block).ok()?;
        let entry = *self.entries.get(number)?;
        let at = self.offset(entry);
        if self.header.kind == Kind::Dax {
            let plain = self.areas.iter().any(|&(first, end)| (u64::from(first)..u64::from(end)).contains(&block));
            let how = if plain { How::Plain } else { How::Zlib };
            return Some(Stored { at, len: u64::from(*self.lengths.get(number)?), how });
        }
        let len = self.offset(*self.entries.get(number + 1)?).checked_sub(at)?;
        let (flag, whole) = (entry & FLAG != 0, len >= u64::from(self.header.block));
        let skipped = u64::from(self.header.before_block);
        Some(match self.header.kind {
            Kind::Jso if len.saturating_sub(skipped) == u64::from(self.header.block) => {
                Stored { at: at + skipped, len: len - skipped, how: How::Plain }
            }
            Kind::Jso => Stored { at: at + skipped, len: len.checked_sub(skipped)?, how: How::Zlib },
            Kind::Cso2 if whole => Stored { at, len, how: How::Plain },
            Kind::Cso2 if flag => Stored { at, len, how: How::Lz4 },
            Kind::Zso if !flag => Stored { at, len, how: How::Lz4 },
            Kind::Cso2 => Stored { at, len, how: How::Deflate },
            _ if flag => Stored { at, len, how: How::Plain },
            _ => Stored { at, len, how: How::Deflate },
        })
    }
}

fn short(what: &'static str, needed: u64, head: &[u8]) -> Flaw {
    Flaw::at(0, Fault::Truncated { what, needed, found: head.len() as u64 })
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
