//! The head of a DAA or GBI file: header, descriptors and the table of chunks. Pure.

use super::Brand;
use super::cipher::KEY_LEN;
use super::table::{self, Codec, LEAST, Widths};
use crate::bytes::codecs::{BlockTypes, LzmaProperties, USUAL_TYPES, inflate_with_types};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw, Limits};

/// Bytes of the header.
pub const HEADER_LEN: usize = 76;
/// Bytes of the header of every file but the first.
pub const VOLUME_HEADER_LEN: usize = 40;
/// The most bytes of a chunk.
const LARGEST_CHUNK: u64 = 64 << 20;
/// A table that is compressed may be so much longer than its place in the file.
const TABLE_MARGIN: usize = 0x1_0000;
/// Offsets of the data have 24 bits in version 2 and in further files; what lies above are flags.
const OFFSET_BITS: u32 = 0xFF_FFFF;

/// Flags of the word that has the size of chunks in version 2.
mod flags {
    pub const TABLE_DEFLATED: u32 = 0x4000;
    pub const FIELDS_HIDDEN: u32 = 0x2_0000;
    pub const LZMA: u32 = 0x10_0000;
    pub const TYPES_SHIFT: u32 = 23;
    pub const TABLE_HIDDEN: u32 = 0x800_0000;
}

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    brand: Brand,
    /// Where the table of chunks lies.
    table: u64,
    /// Where the chunks begin.
    pub data: u64,
    /// Bytes of a chunk, but for the last.
    pub chunk: u32,
    /// Bytes of the image.
    pub len: u64,
    /// CRC-32 of the header, as it stands in it.
    crc: u32,
    /// Version 2: how entries are packed.
    packed: Option<Packed>,
    /// How deflate names its types of blocks.
    pub types: BlockTypes,
    /// How LZMA streams are decoded, if there may be some.
    pub lzma: Option<LzmaProperties>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Packed {
    widths: Widths,
    fields_hidden: bool,
    table_hidden: bool,
    /// Bytes of the table, where it is compressed.
    deflated: Option<u32>,
}

/// A chunk in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Offset among the data of all files.
    pub at: u64,
    /// Bytes there.
    pub len: u32,
    /// How they are compressed.
    pub codec: Codec,
}

/// What a password is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// CRC-32 of the key.
    pub crc: u32,
    /// The key, enciphered.
    pub key: [u8; KEY_LEN],
}

/// What stands before the chunks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// All chunks, in order; at least one.
    pub chunks: Vec<Chunk>,
    /// There is a password.
    pub lock: Option<Lock>,
    /// Descriptors say that there are further files.
    pub split: bool,
}

impl Head {
    /// Bytes of all chunks in the files.
    pub fn stored(&self) -> u64 {
        self.chunks.last().map_or(0, |last| last.at + u64::from(last.len))
    }
}

/// The words that first files and further ones begin with.
fn words(brand: Brand) -> (&'static [&'static [u8]], &'static [u8]) {
    match brand {
        // The other spelling was seen by other readers.
        Brand::PowerIso => (&[b"DAA", b"\xB8\xBD\xB6"], b"DAA VOL"),
        Brand::GBurner => (&[b"GBI"], b"GBI VOL"),
    }
}

/// Whether a file begins as a file of this brand does: the first one of an image, or a further one.
pub fn is_own(brand: Brand, start: &[u8]) -> bool {
    let (first, further) = words(brand);
    first.iter().chain([&further]).any(|word| begins(start, word))
}

/// 16 bytes: a word, filled up with zeros.
fn begins(start: &[u8], word: &[u8]) -> bool {
    start.len() >= 16 && start.starts_with(word) && start[word.len()..16].iter().all(|&byte| byte == 0)
}

/// Reads the header of the first file.
pub fn header(bytes: &[u8], brand: Brand) -> Result<Header, Flaw> {
    let wire = Wire::new(bytes, 0, "the header");
    let start: [u8; 16] = wire.array(0)?;
    let (first, further) = words(brand);
    if begins(&start, further) {
        let what = "the first part of a split image: that is the one to open";
        return Err(wire.flaw(0, Fault::NotThis { what }));
    }
    if !first.iter().any(|word| begins(&start, word)) {
        return Err(wire.flaw(0, Fault::NotThis { what: "a DAA or GBI image" }));
    }
    let version = wire.u32_le(0x14)?;
    let (table, data) = (wire.u32_le(0x10)?, wire.u32_le(0x18)?);
    let word = wire.u32_le(0x24)?;
    let crc = wire.u32_le(0x48)?;
    let mut header = Header {
        brand,
        table: table.into(),
        data: data.into(),
        chunk: word,
        len: wire.u64_le(0x28)?,
        crc,
        packed: None,
        types: USUAL_TYPES,
        lzma: None,
    };
    match version {
        0x100 => {}
        0x110 => version_2(&wire, word, &mut header)?,
        _ => return Err(wire.out_of_range(0x14, "the version", "0x100 or 0x110", version)),
    }
    if wire.u32_le(0x1C)? != 1 {
        return Err(wire.out_of_range(0x1C, "the word at 28", "1", wire.u32_le(0x1C)?));
    }
    if header.chunk == 0 || u64::from(header.chunk) > LARGEST_CHUNK {
        return Err(wire.out_of_range(0x24, "the size of chunks", "at most 64 MB, and not 0", header.chunk));
    }
    if header.len == 0 {
        return Err(wire.out_of_range(0x28, "the length of the image", "more than 0", 0));
    }
    if header.table < HEADER_LEN as u64 || header.data <= header.table {
        return Err(wire.out_of_range(0x10, "the offset of the table", "behind the header and before the data", header.table));
    }
    Ok(header)
}

/// Whether the header is as it was written.
pub fn check(bytes: &[u8]) -> Result<(), Flaw> {
    let wire = Wire::new(bytes, 0, "the header");
    let (found, stated) = (crc32fast::hash(&wire.array::<0x48>(0)?), wire.u32_le(0x48)?);
    if found != stated {
        let what = "the header and its checksum";
        return Err(wire.flaw(0x48, Fault::Contradiction { what, one: stated.into(), other: found.into() }));
    }
    Ok(())
}

fn version_2(wire: &Wire<'_>, word: u32, header: &mut Header) -> Result<(), Flaw> {
    header.data &= u64::from(OFFSET_BITS);
    header.chunk = (word & 0xFFF) << 14;
    let coded = wire.u8(0x3D)?;
    let codec = u32::from(coded & 7);
    let length = match u32::from(coded >> 3) {
        // As often as the size of a chunk can be halved before it is no more than the other width.
        0 => (0..32).find(|&shift| header.chunk >> shift <= codec).unwrap_or(32),
        width => width + 10,
    };
    if length == 0 || length > 32 {
        return Err(wire.out_of_range(0x3D, "the width of lengths in the table", "1 to 32 bits", length));
    }
    header.packed = Some(Packed {
        widths: Widths { length, codec },
        fields_hidden: word & flags::FIELDS_HIDDEN != 0,
        table_hidden: word & flags::TABLE_HIDDEN != 0,
        deflated: (word & flags::TABLE_DEFLATED != 0).then(|| wire.u32_le(0x39)).transpose()?,
    });
    let order = (word >> flags::TYPES_SHIFT & 3) ^ u32::from(header.brand == Brand::GBurner);
    header.types = [USUAL_TYPES, [1, 2, 0], [0, 2, 1], [1, 0, 2]][order as usize];
    if word & flags::LZMA != 0 {
        let x86 = match wire.u8(0x3E)? {
            0 => false,
            1 => true,
            other => return Err(wire.out_of_range(0x3E, "the filter before LZMA", "0 or 1", other)),
        };
        header.lzma = Some(LzmaProperties { codes: wire.u8(0x3F)?, dictionary: wire.u32_le(0x40)?, x86 });
    }
    Ok(())
}

/// Reads what lies between the header and the chunks. `bytes` are the file's, up to the chunks.
pub fn head(header: &Header, bytes: &[u8], limits: &Limits) -> Result<Head, Flaw> {
    let wire = Wire::new(bytes, 0, "what lies before the chunks");
    let (lock, split) = descriptors(header, &wire, limits)?;
    let table = wire.part(header.table, header.data - header.table, "the table of chunks")?;
    let needed = header.len.div_ceil(header.chunk.into());
    let chunks = match &header.packed {
        None => chunks_v1(header, &table, needed)?,
        Some(packed) => chunks_v2(header, packed, &table, needed)?,
    };
    Ok(Head { chunks, lock, split })
}

fn descriptors(header: &Header, wire: &Wire<'_>, limits: &Limits) -> Result<(Option<Lock>, bool), Flaw> {
    let (mut lock, mut split) = (None, false);
    let mut at = HEADER_LEN as u64;
    for _ in 0..limits.statements {
        if at >= header.table {
            return Ok((lock, split));
        }
        let (kind, len) = (wire.u32_le(at)?, u64::from(wire.u32_le(at + 4)?));
        if len < 8 || len > header.table - at {
            return Err(wire.out_of_range(at + 4, "the length of a descriptor", "8, and none beyond the table", len));
        }
        let body = wire.part(at + 8, len - 8, "a descriptor")?;
        match kind {
            1 | 2 => split = true,
            3 if body.u32_le(0)? != 0 => {
                return Err(body.flaw(0, Fault::Unsupported { what: "this kind of encryption, which no reader knows," }));
            }
            3 => lock = Some(Lock { crc: body.u32_le(4)?, key: body.array(8)? }),
            // 4 is a comment.
            _ => {}
        }
        at += len;
    }
    Err(wire.flaw(at, Fault::TooMany { what: "descriptors", limit: limits.statements.into() }))
}

/// Fewer entries than the image has chunks.
fn too_short(table: &Wire<'_>, needed: u64, found: u64) -> Flaw {
    table.flaw(0, Fault::Truncated { what: "the table of chunks (in entries)", needed, found })
}

fn chunks_v1(header: &Header, table: &Wire<'_>, needed: u64) -> Result<Vec<Chunk>, Flaw> {
    let mut bytes = table.bytes().to_vec();
    if header.brand == Brand::GBurner {
        table::reveal_gburner(&mut bytes, header.crc);
    }
    let entries = bytes.len() as u64 / 3;
    if entries < needed {
        return Err(too_short(table, needed, entries));
    }
    let mut at = 0;
    let chunk = |index| {
        let len = table::length_v1(&bytes, index)?;
        let chunk = Chunk { at, len, codec: Codec::Deflate };
        at += u64::from(len);
        Some(chunk)
    };
    (0..needed as usize).map(chunk).collect::<Option<_>>().ok_or_else(|| too_short(table, needed, entries))
}

fn chunks_v2(header: &Header, packed: &Packed, table: &Wire<'_>, needed: u64) -> Result<Vec<Chunk>, Flaw> {
    let widths = packed.widths;
    let mut bytes = match packed.deflated {
        None => table.bytes().to_vec(),
        Some(len) => inflate_table(header, table, len)?,
    };
    let entries = bytes.len() as u64 * 8 / widths.sum();
    if entries < needed {
        return Err(too_short(table, needed, entries));
    }
    // What is no whole entry belongs to no table; its length is a key.
    bytes.truncate(widths.bytes(entries) as usize);
    if header.brand == Brand::GBurner {
        table::reveal_gburner(&mut bytes, header.crc);
    }
    if packed.table_hidden {
        table::reveal_poweriso(&mut bytes, header.len);
    }
    let mut chunks = Vec::with_capacity(needed as usize);
    let mut at = 0;
    for index in 0..needed {
        let fields = table::fields_v2(&bytes, widths, packed.fields_hidden, index);
        let (length, codec) = fields.ok_or_else(|| too_short(table, needed, entries))?;
        let len = u64::from(length) + LEAST;
        let codec = match codec {
            _ if len >= u64::from(header.chunk) => Codec::Stored,
            table::LZMA if header.lzma.is_some() => Codec::Lzma,
            table::DEFLATE => Codec::Deflate,
            _ => return Err(table.flaw(0, Fault::Unsupported { what: "a chunk of an unknown compression" })),
        };
        let len = u32::try_from(len).map_err(|_| table.out_of_range(0, "the length of a chunk", "at most 4 GB", len))?;
        chunks.push(Chunk { at, len, codec });
        at += u64::from(len);
    }
    Ok(chunks)
}

/// A table that is compressed itself. Nobody has seen one: the size of its place in the file bounds it, as in daa2iso.
fn inflate_table(header: &Header, table: &Wire<'_>, len: u32) -> Result<Vec<u8>, Flaw> {
    let mut stored = table.part(0, len.into(), "the compressed table of chunks")?.bytes().to_vec();
    let mut bytes = vec![0; table.bytes().len() + TABLE_MARGIN];
    let made = inflate_with_types(&mut stored, header.types, &mut bytes).map_err(|error| table.flaw(0, Fault::Io(error)))?;
    bytes.truncate(made);
    Ok(bytes)
}

/// Where the data of a further file begin.
pub fn volume(bytes: &[u8], brand: Brand) -> Result<u64, Flaw> {
    let wire = Wire::new(bytes, 0, "the header of a part");
    let start: [u8; 16] = wire.array(0)?;
    if !begins(&start, words(brand).1) {
        return Err(wire.flaw(0, Fault::NotThis { what: "a further part of this image" }));
    }
    let (found, stated) = (crc32fast::hash(&wire.array::<36>(0)?), wire.u32_le(36)?);
    if found != stated {
        let what = "the header of a part and its checksum";
        return Err(wire.flaw(36, Fault::Contradiction { what, one: stated.into(), other: found.into() }));
    }
    let data = wire.u32_le(16)? & OFFSET_BITS;
    if (data as usize) < VOLUME_HEADER_LEN {
        return Err(wire.out_of_range(16, "the offset of the data of a part", "behind its header", data));
    }
    Ok(data.into())
}
