//! Writes ISZ images: chunks are compressed on all cores, and headers and tables are written last.

use std::io;
use std::path::Path;

use crc32fast::Hasher;

use super::cipher::{Cipher, Strength};
use super::parse::{Codec, LONG_HEADER, SEGMENT_LEN, SIGNATURE, mask};
use crate::bytes::codecs::{Deflater, bzip};
use crate::image::Password;
use crate::image::packing::{BlockCodec, BlockSink, PackTarget, Packer, Packing, ParallelPacker, Parts};

/// Bytes of an entry in the table of chunks: the only one that all readers know.
const POINTER: u64 = 3;
/// Bits of a length in it.
const LENGTH_BITS: u32 = 22;
/// Bytes in a block of bzip2 for each level.
const BZIP2_STEP: u32 = 100_000;

/// What compresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compressor {
    Zlib,
    Bzip2,
}

/// What is known of an image before a byte of it was compressed.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Bytes of a chunk.
    pub chunk: u32,
    /// Bytes of the image.
    pub len: u64,
    /// Bytes of a file, where it is cut into several.
    pub split: Option<u64>,
}

impl Layout {
    /// Names end with two digits.
    pub const MOST_PARTS: usize = 99;

    fn chunks(&self) -> u64 {
        self.len.div_ceil(self.chunk.into())
    }

    /// Where the table of chunks lies: behind the header, and that of segments with its end, where there is one.
    fn chunk_table(&self) -> u64 {
        (LONG_HEADER + if self.split.is_some() { (Layout::MOST_PARTS + 1) * SEGMENT_LEN } else { 0 }) as u64
    }

    /// Bytes before the chunks in the first file.
    pub fn head_len(&self) -> u64 {
        self.chunk_table() + self.chunks() * POINTER
    }
}

/// How an image is packed.
#[derive(Debug, Clone)]
pub struct Packed {
    pub layout: Layout,
    pub compressor: Compressor,
    pub level: u8,
    pub password: Option<Password>,
}

impl Packing for Packed {
    fn begin(&self, into: PackTarget, len: u64) -> io::Result<Box<dyn Packer>> {
        if len != self.layout.len {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let name = into.name().to_owned();
        let stem = Path::new(&name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = Box::new(move |n| if n == 0 { name.clone() } else { format!("{stem}.i{n:02}") });
        let parts = Parts::new(into, name, self.layout.split, [self.layout.head_len(), LONG_HEADER as u64])?;
        let cipher = self.password.as_ref().map(|password| Cipher::new(Strength::Bits256, password));
        let locked = cipher.is_some();
        let codec = Encoder { compressor: self.compressor, level: self.level, chunk: self.layout.chunk, cipher };
        let sink = Sink {
            layout: self.layout,
            locked,
            parts,
            table: Vec::new(),
            segments: vec![Segment { chunks: 0, first: 0, before: 0 }],
            raw: Hasher::new(),
            stored: Hasher::new(),
        };
        Ok(Box::new(ParallelPacker::new(codec, sink, self.layout.chunk as usize)?))
    }
}

struct Encoder {
    compressor: Compressor,
    level: u8,
    chunk: u32,
    cipher: Option<Cipher>,
}

/// A chunk as it will lie in the file, and the checksums of both sides.
struct Made {
    codec: Codec,
    bytes: Vec<u8>,
    raw_len: u32,
    raw: Hasher,
    stored: Hasher,
}

impl BlockCodec for Encoder {
    type Worker = Deflater;
    type Made = Made;

    fn worker(&self) -> Deflater {
        Deflater::new(self.level, true)
    }

    fn encode(&self, deflater: &mut Deflater, _: u64, raw: &[u8]) -> io::Result<Made> {
        let hash = |bytes: &[u8]| {
            let mut hasher = Hasher::new();
            hasher.update(bytes);
            hasher
        };
        let (mut codec, mut bytes) = (Codec::Zeros, Vec::new());
        if raw.iter().any(|&byte| byte != 0) {
            (codec, bytes) = self.compress(deflater, raw)?;
        }
        if let Some(cipher) = &self.cipher {
            cipher.encrypt(&mut bytes);
        }
        let raw_len = u32::try_from(raw.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        Ok(Made { codec, raw_len, raw: hash(raw), stored: hash(&bytes), bytes })
    }
}

impl Encoder {
    fn compress(&self, deflater: &mut Deflater, raw: &[u8]) -> io::Result<(Codec, Vec<u8>)> {
        let (codec, bytes) = match self.compressor {
            Compressor::Zlib => {
                let mut bytes = Vec::with_capacity(raw.len() / 2);
                deflater.encode(raw, &mut bytes)?;
                (Codec::Zlib, bytes)
            }
            Compressor::Bzip2 => {
                // Larger blocks than a chunk would cost memory for nothing.
                let level = self.level.min(self.chunk.div_ceil(BZIP2_STEP).min(9) as u8);
                let mut bytes = bzip(level, raw)?;
                if let Some(magic) = bytes.first_chunk_mut() {
                    *magic = [0; 3];
                }
                (Codec::Bzip2, bytes)
            }
        };
        Ok(if bytes.len() < raw.len() { (codec, bytes) } else { (Codec::Stored, raw.to_vec()) })
    }
}

/// A file, as the table of segments tells of it.
struct Segment {
    /// Chunks that begin in it, and the first of them.
    chunks: u32,
    first: u32,
    /// Bytes before that one, which belong to the last chunk of the file before.
    before: u32,
}

struct Sink {
    layout: Layout,
    locked: bool,
    parts: Parts,
    /// Of chunks, not yet masked.
    table: Vec<u8>,
    segments: Vec<Segment>,
    raw: Hasher,
    stored: Hasher,
}

impl BlockSink for Sink {
    type Made = Made;

    fn put(&mut self, index: u64, made: Made) -> io::Result<()> {
        let Made { codec, bytes, raw_len, raw, stored } = made;
        self.raw.combine(&raw);
        self.stored.combine(&stored);
        let len = if codec == Codec::Zeros { raw_len } else { bytes.len() as u32 };
        let kind = match codec {
            Codec::Zeros => 0,
            Codec::Stored => 1,
            Codec::Zlib => 2,
            Codec::Bzip2 => 3,
        };
        if len >> LENGTH_BITS != 0 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.table.extend((kind << LENGTH_BITS | len).to_le_bytes().iter().take(POINTER as usize));
        let index = u32::try_from(index).map_err(|_| io::ErrorKind::InvalidInput)?;
        let next = Segment { chunks: 0, first: index, before: 0 };
        let room = self.parts.room();
        if room == 0 && !bytes.is_empty() {
            self.segments.push(next);
        }
        if let Some(segment) = self.segments.last_mut() {
            segment.chunks += 1;
        }
        if (1..bytes.len() as u64).contains(&room) {
            self.segments.push(Segment { chunks: 0, first: index + 1, before: (bytes.len() as u64 - room) as u32 });
        }
        self.parts.write(&bytes)
    }

    fn finish(mut self) -> io::Result<Vec<String>> {
        mask(&mut self.table);
        let segments = if self.layout.split.is_some() { self.segment_table() } else { Vec::new() };
        let stored: u64 = self.parts.lengths().sum();
        let header = Header {
            layout: self.layout,
            locked: self.locked,
            crc: self.raw.finalize(),
            stored: stored as u32,
            stored_crc: self.stored.finalize(),
            serial: 0,
        };
        // Something that other images will not have: all files of this one have it.
        let header = Header { serial: header.crc ^ header.stored_crc.rotate_left(16), ..header };
        let table = self.table;
        self.parts.finish(|part| match part {
            0 => [header.bytes(0), segments.clone(), table.clone()].concat(),
            _ => header.bytes(part as u8),
        })
    }
}

impl Sink {
    fn segment_table(&self) -> Vec<u8> {
        let mut table = Vec::with_capacity((Layout::MOST_PARTS + 1) * SEGMENT_LEN);
        for (number, (segment, len)) in self.segments.iter().zip(self.parts.lengths()).enumerate() {
            let head = if number == 0 { self.layout.head_len() } else { LONG_HEADER as u64 };
            let left = self.segments.get(number + 1).map_or(0, |next| next.before);
            let offset = head as u32 + segment.before;
            table.extend((head + len).to_le_bytes());
            table.extend([segment.chunks, segment.first, offset, left].iter().flat_map(|word| word.to_le_bytes()));
        }
        table.resize((Layout::MOST_PARTS + 1) * SEGMENT_LEN, 0);
        mask(&mut table);
        table
    }
}

struct Header {
    layout: Layout,
    locked: bool,
    serial: u32,
    crc: u32,
    stored: u32,
    stored_crc: u32,
}

impl Header {
    fn bytes(&self, part: u8) -> Vec<u8> {
        let Header { layout, locked, serial, crc, stored, stored_crc } = self;
        let mut bytes = SIGNATURE.to_vec();
        let mut put = |field: &[u8]| bytes.extend_from_slice(field);
        put(&[LONG_HEADER as u8, 1]);
        put(&serial.to_le_bytes());
        put(&2048_u16.to_le_bytes());
        put(&((layout.len / 2048) as u32).to_le_bytes());
        put(&[if *locked { 4 } else { 0 }]);
        put(&layout.split.unwrap_or(0).to_le_bytes());
        put(&(layout.chunks() as u32).to_le_bytes());
        put(&layout.chunk.to_le_bytes());
        put(&[POINTER as u8, part]);
        put(&(layout.chunk_table() as u32).to_le_bytes());
        put(&(if layout.split.is_some() { LONG_HEADER as u32 } else { 0 }).to_le_bytes());
        put(&(layout.head_len() as u32).to_le_bytes());
        put(&[0]);
        for word in [!crc, *stored, 0, !stored_crc] {
            put(&word.to_le_bytes());
        }
        bytes
    }
}
