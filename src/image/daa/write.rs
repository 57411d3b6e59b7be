//! Writes DAA and GBI images: chunks are compressed on all cores, and what stands before them is written last.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::path::Path;

use super::Brand;
use super::cipher::{Cipher, KEY_LEN};
use super::parse::{HEADER_LEN, VOLUME_HEADER_LEN};
use super::table::{self, Codec, LEAST, Widths};
use crate::bytes::codecs::{Deflater, LZMA_CODES, lzma};
use crate::image::Password;
use crate::image::packing::{BlockCodec, BlockSink, NamePart, PackTarget, Packer, Packing, ParallelPacker, Parts};
use crate::image::volumes::{Numbering, numbering};

/// What stands behind a stored chunk.
const BEHIND_STORED: [u8; 4] = [0; 4];
/// Bytes of the descriptor of a password.
const LOCK_LEN: usize = 16 + KEY_LEN;
/// Bytes of the descriptor of parts, but for their sizes.
const PARTS_LEN: usize = 16;
/// Bytes of the size of a part.
const PART_LEN: usize = 5;

/// Which version, and with it which compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    One,
    TwoDeflate,
    TwoLzma,
}

/// What is known of an image before a byte of it was compressed.
#[derive(Debug, Clone)]
pub struct Layout {
    pub brand: Brand,
    pub version: Version,
    /// Bytes of a chunk.
    pub chunk: u32,
    /// Bytes of the image.
    pub len: u64,
    /// Room for the sizes of so many parts, where it is cut into some.
    pub parts: Option<usize>,
    /// There is a password.
    pub locked: bool,
}

impl Layout {
    /// The offset of the data has 24 bits.
    pub const MOST_BEFORE_DATA: u32 = 0xFF_FFFF;

    /// How entries of the table are packed. A length that is not less than a chunk is not written, so that the bits of a chunk's last
    /// byte are enough.
    fn widths(&self) -> Widths {
        Widths { length: (u32::BITS - (self.chunk - 1).leading_zeros()).max(11), codec: 1 }
    }

    fn table_at(&self) -> u64 {
        let parts = self.parts.map_or(0, |parts| PARTS_LEN + parts * PART_LEN);
        (HEADER_LEN + parts + if self.locked { LOCK_LEN } else { 0 }) as u64
    }

    /// Bytes before the chunks.
    pub fn head_len(&self) -> u64 {
        let chunks = self.len.div_ceil(self.chunk.into());
        self.table_at() + if self.version == Version::One { chunks * 3 } else { self.widths().bytes(chunks) }
    }
}

/// How an image is packed.
#[derive(Debug, Clone)]
pub struct Packed {
    pub layout: Layout,
    pub level: u8,
    pub password: Option<Password>,
    pub split: Option<u64>,
}

impl Packed {
    fn cipher(&self) -> Option<Cipher> {
        self.password.as_ref().and_then(|password| Cipher::new(password.as_str()))
    }
}

impl Packing for Packed {
    fn begin(&self, into: PackTarget, len: u64) -> io::Result<Box<dyn Packer>> {
        if len != self.layout.len {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let name = part_names(into.name(), self.layout.parts);
        let parts = Parts::new(into, name, self.split, [self.layout.head_len(), VOLUME_HEADER_LEN as u64])?;
        let codec = Encoder { version: self.layout.version, chunk: self.layout.chunk, level: self.level, cipher: self.cipher() };
        let block = self.layout.chunk as usize;
        let sink = Sink { layout: self.layout.clone(), parts, lengths: Vec::new(), codecs: Vec::new(), cipher: self.cipher() };
        Ok(Box::new(ParallelPacker::new(codec, sink, block)?))
    }
}

/// Names by the one that was asked for: itself, or with the number of each part before its extension.
fn part_names(name: &str, parts: Option<usize>) -> NamePart {
    let Some(parts) = parts else {
        let name = name.to_owned();
        return Box::new(move |_| name.clone());
    };
    let path = Path::new(name);
    let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let (stem, extension) = (text(path.file_stem()), text(path.extension()));
    let digits = if parts < 100 { 2 } else { 3 };
    let before = match numbering(&stem) {
        Numbering::Counted { before, .. } => before.to_owned(),
        Numbering::Plain => format!("{stem}.part"),
    };
    Box::new(move |n| format!("{before}{:0digits$}.{extension}", n + 1))
}

struct Encoder {
    version: Version,
    chunk: u32,
    level: u8,
    cipher: Option<Cipher>,
}

/// A chunk as it will lie in the file.
struct Made {
    bytes: Vec<u8>,
    codec: Codec,
}

impl BlockCodec for Encoder {
    type Worker = Deflater;
    type Made = Made;

    fn worker(&self) -> Deflater {
        Deflater::new(self.level, false)
    }

    fn encode(&self, deflater: &mut Deflater, _: u64, raw: &[u8]) -> io::Result<Made> {
        let mut made = match self.version {
            Version::One | Version::TwoDeflate => {
                let mut bytes = Vec::with_capacity(raw.len() / 2);
                deflater.encode(raw, &mut bytes)?;
                Made { bytes, codec: Codec::Deflate }
            }
            Version::TwoLzma => Made { bytes: lzma(self.level, self.chunk, raw)?, codec: Codec::Lzma },
        };
        // A last chunk that is shorter can't be stored, and never has to: it would have to grow by as much as it lacks.
        if self.version != Version::One && made.bytes.len() >= self.chunk as usize {
            made = Made { bytes: [raw, BEHIND_STORED.as_slice()].concat(), codec: Codec::Stored };
        }
        if let Some(cipher) = &self.cipher {
            cipher.encipher(&mut made.bytes);
        }
        Ok(made)
    }
}

struct Sink {
    layout: Layout,
    parts: Parts,
    /// Of every chunk.
    lengths: Vec<u32>,
    codecs: Vec<Codec>,
    cipher: Option<Cipher>,
}

impl BlockSink for Sink {
    type Made = Made;

    fn put(&mut self, _: u64, made: Made) -> io::Result<()> {
        let len = u32::try_from(made.bytes.len()).ok().filter(|&len| self.layout.version != Version::One || len < 1 << 24);
        self.lengths.push(len.ok_or(io::ErrorKind::InvalidData)?);
        self.codecs.push(made.codec);
        self.parts.write(&made.bytes)
    }

    fn finish(self) -> io::Result<Vec<String>> {
        let Sink { layout, parts, lengths, codecs, cipher } = self;
        let sizes: Vec<u64> = parts.lengths().enumerate().map(|(n, len)| len + head_len(&layout, n)).collect();
        let table = table(&layout, &lengths, &codecs).ok_or(io::ErrorKind::InvalidData)?;
        parts.finish(|part| match part {
            0 => first_head(&layout, &sizes, table.clone(), cipher.as_ref()),
            _ => volume_header(layout.brand),
        })
    }
}

fn head_len(layout: &Layout, part: usize) -> u64 {
    if part == 0 { layout.head_len() } else { VOLUME_HEADER_LEN as u64 }
}

/// The table, not yet hidden; `None` where a length can't be written.
fn table(layout: &Layout, lengths: &[u32], codecs: &[Codec]) -> Option<Vec<u8>> {
    if layout.version == Version::One {
        return Some(lengths.iter().flat_map(|&len| table::entry_v1(len)).collect());
    }
    let widths = layout.widths();
    let (mut bytes, mut at) = (Vec::new(), 0);
    for (&len, &codec) in lengths.iter().zip(codecs) {
        let length =
            len.checked_sub(LEAST as u32).filter(|length| length.checked_shr(widths.length).is_none_or(|rest| rest == 0))?;
        let codec = if codec == Codec::Lzma { table::LZMA } else { table::DEFLATE };
        table::push_bits(&mut bytes, at, widths.length, length);
        table::push_bits(&mut bytes, at + u64::from(widths.length), widths.codec, codec);
        at += widths.sum();
    }
    Some(bytes)
}

/// All before the chunks in the first file.
fn first_head(layout: &Layout, sizes: &[u64], mut table: Vec<u8>, cipher: Option<&Cipher>) -> Vec<u8> {
    let mut head = header(layout, sizes.iter().sum());
    if layout.brand == Brand::GBurner {
        table::hide_gburner(&mut table, u32::from_le_bytes([head[72], head[73], head[74], head[75]]));
    }
    if let Some(room) = layout.parts {
        let words = [2, (PARTS_LEN + room * PART_LEN) as u32, sizes.len() as u32, 1];
        head.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        let sizes = (0..room).flat_map(|n| sizes.get(n).copied().unwrap_or(0).to_le_bytes().into_iter().take(PART_LEN));
        head.extend(sizes);
    }
    if let Some(cipher) = cipher {
        // daa2iso takes notice of a password only where its descriptor is the last.
        let mut key = key();
        let words = [3, LOCK_LEN as u32, 0, crc32fast::hash(&key)];
        head.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        cipher.encipher(&mut key);
        head.extend(key);
    }
    head.extend(table);
    head
}

/// A key that nobody knows, so that only the right password gives it back: it does nothing else.
fn key() -> [u8; KEY_LEN] {
    let mut key = [0; KEY_LEN];
    for bytes in key.as_chunks_mut::<8>().0 {
        *bytes = RandomState::new().build_hasher().finish().to_le_bytes();
    }
    key
}

fn header(layout: &Layout, total: u64) -> Vec<u8> {
    let mut header = vec![0; 16];
    header[..3].copy_from_slice(if layout.brand == Brand::GBurner { b"GBI" } else { b"DAA" });
    let mut put = |bytes: &[u8]| header.extend_from_slice(bytes);
    let one = layout.version == Version::One;
    put(&(layout.table_at() as u32).to_le_bytes());
    put(&(if one { 0x100_u32 } else { 0x110 }).to_le_bytes());
    put(&(layout.head_len() as u32).to_le_bytes());
    put(&1_u32.to_le_bytes());
    put(&0_u32.to_le_bytes());
    // gBurner has deflate's types of blocks in another order unless this bit says otherwise.
    let order = u32::from(layout.brand == Brand::GBurner) << 23;
    let lzma = layout.version == Version::TwoLzma;
    let word = if one { layout.chunk } else { layout.chunk >> 14 | order | u32::from(lzma) << 20 };
    put(&word.to_le_bytes());
    put(&layout.len.to_le_bytes());
    put(&total.to_le_bytes());
    let mut extension = [0; 16];
    if !one {
        let widths = layout.widths();
        extension[5] = (widths.codec | (widths.length - 10) << 3) as u8;
    }
    if lzma {
        // "Better"; 2 would be "best".
        extension[0] = 1;
        extension[7] = LZMA_CODES;
        extension[8..12].copy_from_slice(&layout.chunk.to_le_bytes());
    }
    put(&extension);
    let crc = crc32fast::hash(&header);
    header.extend(crc.to_le_bytes());
    header
}

fn volume_header(brand: Brand) -> Vec<u8> {
    let mut header = vec![0; 36];
    header[..7].copy_from_slice(if brand == Brand::GBurner { b"GBI VOL" } else { b"DAA VOL" });
    header[16..20].copy_from_slice(&(VOLUME_HEADER_LEN as u32).to_le_bytes());
    header.extend(crc32fast::hash(&header).to_le_bytes());
    header
}
