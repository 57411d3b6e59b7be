//! Header and tables of an ISZ file. Pure.

use super::cipher::Strength;
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw, Limits};

/// What every file begins with.
pub const SIGNATURE: [u8; 4] = *b"IsZ!";
/// Bytes of the header that the specification has; UltraISO's has 64.
pub const SHORT_HEADER: usize = 48;
/// Bytes of the header with lengths and checksums.
pub const LONG_HEADER: usize = 64;
/// With what tables are XORed, over and over from their beginning: the signature with all bits turned round.
const MASK: [u8; 4] = [!SIGNATURE[0], !SIGNATURE[1], !SIGNATURE[2], !SIGNATURE[3]];
/// Bytes of an entry in the table of segments.
pub const SEGMENT_LEN: usize = 24;
/// The most bytes of a chunk.
const LARGEST_CHUNK: u64 = 64 << 20;

/// XORs a table, or the part of one that begins at a multiple of four bytes.
pub fn mask(table: &mut [u8]) {
    table.iter_mut().zip(MASK.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
}

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its own length.
    pub len: u64,
    /// The same in all files of an image.
    pub serial: u32,
    /// Bytes of the image.
    pub image_len: u64,
    /// How it is encrypted.
    pub encryption: Option<Strength>,
    /// Bytes of a file, where there are several without a table of them.
    pub segment_size: u64,
    /// How many chunks there are.
    pub chunks: u32,
    /// Bytes of a chunk, but for the last.
    pub chunk: u32,
    /// Bytes of an entry in the table of chunks.
    pub pointer: usize,
    /// Offset of the table of chunks; 0: all are stored.
    pub chunk_table: u64,
    /// Offset of the table of segments; 0: there is none.
    pub segment_table: u64,
    /// Offset of the first chunk.
    pub data: u64,
    /// CRC-32 of the image, where it is said.
    pub crc: Option<u32>,
    /// Bytes of all stored chunks, modulo 2³², where it is said.
    pub stored: Option<u32>,
}

/// How a chunk is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    Zeros,
    Stored,
    Zlib,
    Bzip2,
}

/// A chunk in the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Offset among the data of all files.
    pub at: u64,
    /// Bytes there; of zeros, what the table says of them.
    pub len: u32,
    pub codec: Codec,
}

/// A file of a split image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Chunks that begin in it.
    pub chunks: u32,
    /// The number of the first of them.
    pub first: u32,
    /// Where that lies in the file.
    pub offset: u64,
    /// Bytes of its last chunk that lie in the next file.
    pub left: u64,
}

/// Header and number of one file among those of an image.
pub fn file_header(bytes: &[u8]) -> Result<(Header, u8), Flaw> {
    let wire = Wire::new(bytes, 0, "the header");
    if wire.array(0)? != SIGNATURE {
        return Err(wire.flaw(0, Fault::NotThis { what: "an ISZ image" }));
    }
    let len = wire.u8(4)?;
    if usize::from(len) < SHORT_HEADER {
        return Err(wire.out_of_range(4, "the length of the header", "48 or more", len));
    }
    if wire.u8(5)? != 1 {
        return Err(wire.out_of_range(5, "the version", "1", wire.u8(5)?));
    }
    let encryption = match wire.u8(16)? {
        0 => None,
        1 => {
            return Err(
                wire.flaw(16, Fault::Unsupported { what: "a password without encryption, which no program was seen to write," })
            );
        }
        2 => Some(Strength::Bits128),
        3 => Some(Strength::Bits192),
        4 => Some(Strength::Bits256),
        other => return Err(wire.out_of_range(16, "the kind of encryption", "0 to 4", other)),
    };
    let more = |at| (usize::from(len) >= LONG_HEADER).then(|| wire.u32_le(at)).transpose();
    let header = Header {
        len: len.into(),
        serial: wire.u32_le(6)?,
        image_len: u64::from(wire.u16_le(10)?) * u64::from(wire.u32_le(12)?),
        encryption,
        segment_size: wire.u64_le(17)?,
        chunks: wire.u32_le(25)?,
        chunk: wire.u32_le(29)?,
        pointer: wire.u8(33)?.into(),
        chunk_table: wire.u32_le(35)?.into(),
        segment_table: wire.u32_le(39)?.into(),
        data: wire.u32_le(43)?.into(),
        crc: more(48)?.map(|crc| !crc),
        stored: more(52)?,
    };
    Ok((header, wire.u8(34)?))
}

/// Reads the header of the first file.
pub fn header(bytes: &[u8]) -> Result<Header, Flaw> {
    let (header, number) = file_header(bytes)?;
    let wire = Wire::new(bytes, 0, "the header");
    if number != 0 {
        let what = "the first part of a split image: that is the one to open";
        return Err(wire.flaw(34, Fault::NotThis { what }));
    }
    if header.image_len == 0 {
        return Err(wire.out_of_range(12, "the number of sectors", "more than 0", 0));
    }
    if header.chunk == 0 || u64::from(header.chunk) > LARGEST_CHUNK {
        return Err(wire.out_of_range(29, "the size of chunks", "at most 64 MB, and not 0", header.chunk));
    }
    let needed = header.image_len.div_ceil(header.chunk.into());
    if u64::from(header.chunks) != needed {
        let (one, other) = (needed as i64, header.chunks.into());
        return Err(wire.flaw(25, Fault::Contradiction { what: "the number of chunks and the length of the image", one, other }));
    }
    if header.chunk_table != 0 && !(1..=8).contains(&header.pointer) {
        return Err(wire.out_of_range(33, "the length of an entry in the table of chunks", "1 to 8 bytes", header.pointer));
    }
    if header.data < header.len {
        return Err(wire.out_of_range(43, "the offset of the data", "behind the header", header.data));
    }
    Ok(header)
}

/// Reads the table of segments, which ends with one of no length. `bytes` are the file's from the table on.
pub fn segments(header: &Header, bytes: &[u8], limits: &Limits) -> Result<Vec<Segment>, Flaw> {
    let mut table = bytes.to_vec();
    mask(&mut table);
    let wire = Wire::new(&table, header.segment_table, "the table of segments");
    let mut segments: Vec<Segment> = Vec::new();
    let mut next = 0u32;
    loop {
        let at = (segments.len() * SEGMENT_LEN) as u64;
        if wire.u64_le(at)? == 0 {
            break;
        }
        if segments.len() >= limits.files as usize {
            return Err(wire.flaw(at, Fault::TooMany { what: "segments", limit: limits.files.into() }));
        }
        let segment = Segment {
            chunks: wire.u32_le(at + 8)?,
            first: wire.u32_le(at + 12)?,
            offset: wire.u32_le(at + 16)?.into(),
            left: wire.u32_le(at + 20)?.into(),
        };
        if segment.chunks > 0 && segment.first != next {
            let what = "the chunks of one segment and the first of the next";
            return Err(wire.flaw(at + 12, Fault::Contradiction { what, one: next.into(), other: segment.first.into() }));
        }
        next = next.checked_add(segment.chunks).filter(|&next| next <= header.chunks).ok_or_else(|| {
            wire.out_of_range(at + 8, "the number of chunks of a segment", "no more than there are", segment.chunks)
        })?;
        segments.push(segment);
    }
    if next != header.chunks {
        let what = "the numbers of all chunks and of those in segments";
        return Err(wire.flaw(0, Fault::Contradiction { what, one: header.chunks.into(), other: next.into() }));
    }
    Ok(segments)
}

/// What the table of chunks says of each, in order. There is one: [`header`] has checked how long an entry is.
pub fn chunk_table(header: &Header, table: &[u8]) -> Result<Vec<(Codec, u32)>, Flaw> {
    let mut table = table.to_vec();
    mask(&mut table);
    let wire = Wire::new(&table, header.chunk_table, "the table of chunks");
    let mut chunks = Vec::with_capacity(table.len() / header.pointer);
    // The first that may be larger than what it holds, whatever packed it.
    let most = u64::from(header.chunk) * 2 + 1024;
    for entry in table.chunks_exact(header.pointer) {
        let value = entry.iter().rev().fold(0u64, |value, &byte| value << 8 | u64::from(byte));
        let shift = header.pointer * 8 - 2;
        let codec = match value >> shift {
            0 => Codec::Zeros,
            1 => Codec::Stored,
            2 => Codec::Zlib,
            _ => Codec::Bzip2,
        };
        let len = value & !(u64::MAX << shift);
        let fits = u32::try_from(len).ok().filter(|&len| u64::from(len) <= most);
        let at = (chunks.len() * header.pointer) as u64;
        chunks
            .push((codec, fits.ok_or_else(|| wire.out_of_range(at, "the length of a chunk", "hardly more than it holds", len))?));
    }
    if chunks.len() as u64 != u64::from(header.chunks) {
        let (needed, found) = (header.chunks.into(), chunks.len() as u64);
        return Err(wire.flaw(0, Fault::Truncated { what: "the table of chunks (in entries)", needed, found }));
    }
    Ok(chunks)
}

/// Chunks where there is no table: all are stored.
pub fn all_stored(header: &Header) -> Vec<(Codec, u32)> {
    let last = header.image_len - (u64::from(header.chunks) - 1) * u64::from(header.chunk);
    let mut chunks = vec![(Codec::Stored, header.chunk); header.chunks as usize];
    if let Some(chunk) = chunks.last_mut() {
        chunk.1 = last as u32;
    }
    chunks
}

/// Puts the chunks in their places. Zeros take none by the specification; libMirage knows files in which they do, and `stored`, what is said of
/// the length of all, or found, tells which it is.
pub fn place(table: &[(Codec, u32)], stored: u64, modulo: bool) -> Vec<Chunk> {
    let sum = |zeros: bool| -> u64 {
        table.iter().filter(|(codec, _)| zeros || *codec != Codec::Zeros).map(|(_, len)| u64::from(*len)).sum()
    };
    let is = |sum: u64| if modulo { sum as u32 == stored as u32 } else { sum == stored };
    let zeros_take_room = !is(sum(false)) && is(sum(true));
    let mut at = 0;
    let chunk = |&(codec, len): &(Codec, u32)| {
        let chunk = Chunk { at, len, codec };
        at += if codec != Codec::Zeros || zeros_take_room { u64::from(len) } else { 0 };
        chunk
    };
    table.iter().map(chunk).collect()
}
