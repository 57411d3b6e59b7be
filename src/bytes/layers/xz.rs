//! xz ("The .xz File Format", version 1.2.0): streams of blocks, each stream with an index at its end.
//!
//! `xz` itself makes one block of a file, unless it is told to use several threads; a large one can only be decoded from the front. Everything else, what is written
//! here too, is read by its blocks.

use std::io::{self, Read, Write};
use std::num::NonZeroU64;
use std::sync::Arc;

use lzma_rust2::{CheckType, XzOptions, XzReader, XzWriter};

use super::{Bounds, Cursor, DICTIONARY_KIB, LARGEST_BLOCK, Layer, LayerError, Spool, damaged};
use crate::bytes::{BlockSpan, Blocks, Bytes, Spares, Unpacked, read_some};

/// What a stream begins with (section 2.1.1.1), and ends with (2.1.2.4).
pub const MAGIC: [u8; 6] = [0xFD, b'7', b'z', b'X', b'Z', 0];
const FOOTER_MAGIC: [u8; 2] = *b"YZ";
/// Bytes of a stream's header, and of its footer.
const HEADER: u64 = 12;
/// Bytes of all indexes of a file, and records in them.
const LARGEST_INDEX: u64 = 64 << 20;
const MOST_BLOCKS: usize = 1 << 20;
const MOST_STREAMS: usize = 1 << 16;

/// Opens an xz file.
pub fn open(source: Arc<dyn Bytes>, bounds: &Bounds) -> Result<Layer, LayerError> {
    let blocks = read_blocks(&*source)?;
    let len = blocks.last().map_or(0, |block| block.start + block.len);
    bounds.check(len)?;
    if blocks.iter().all(|block| block.len <= LARGEST_BLOCK && block.padded <= 2 * LARGEST_BLOCK) {
        return Ok(Layer::indexed(Unpacked::new(Xz { source, blocks, len, spares: Spares::default() })));
    }
    let decode = move |into: &mut dyn Write| {
        io::copy(&mut XzReader::new_mem_limit(Cursor::new(source), true, DICTIONARY_KIB), into).map(drop)
    };
    Ok(Layer::spooled(Spool::start(Some(len), bounds, decode)?))
}

/// A block, as the indexes tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    /// Where it begins among the decoded bytes, and how many it has.
    start: u64,
    len: u64,
    /// Where it lies in the file, and how many bytes it takes there, with and without its padding.
    at: u64,
    padded: u64,
    unpadded: u64,
    /// The flags of its stream: which check it has.
    flags: [u8; 2],
}

/// All blocks that have bytes, read backwards from the end of the file (section 2.1.2: the footer tells where the index is).
fn read_blocks(source: &dyn Bytes) -> Result<Vec<Block>, LayerError> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut end = source.len();
    let mut indexes = 0u64;
    for _ in 0..MOST_STREAMS {
        end = skip_padding(source, end)?;
        if end == 0 {
            break;
        }
        let footer_at = end.checked_sub(HEADER).ok_or_else(cut)?;
        let mut footer = [0; HEADER as usize];
        source.read_at(footer_at, &mut footer)?;
        let (size, flags) = parse_footer(&footer).ok_or_else(|| if blocks.is_empty() { cut() } else { wrong() })?;
        indexes += size;
        if indexes > LARGEST_INDEX {
            return Err(LayerError::Unsupported("an xz file with so large an index"));
        }
        let index_at = footer_at.checked_sub(size).ok_or_else(wrong)?;
        let mut index = vec![0; size as usize];
        source.read_at(index_at, &mut index)?;
        let records = parse_index(&index, MOST_BLOCKS - blocks.len()).ok_or_else(wrong)?;
        let mut at = index_at;
        // Backwards, as all of this.
        for (unpadded, len) in records.into_iter().rev() {
            let padded = unpadded.checked_next_multiple_of(4).ok_or_else(wrong)?;
            at = at.checked_sub(padded).ok_or_else(wrong)?;
            if len > 0 {
                blocks.push(Block { start: 0, len, at, padded, unpadded, flags });
            }
        }
        end = at.checked_sub(HEADER).ok_or_else(wrong)?;
        if read_some(source, end, 8)? != [&MAGIC[..], &flags].concat() {
            return Err(wrong().into());
        }
    }
    if end != 0 {
        return Err(LayerError::Unsupported("an xz file of so many streams"));
    }
    blocks.reverse();
    let mut start = 0u64;
    for block in &mut blocks {
        block.start = start;
        start = start.checked_add(block.len).filter(|sum| *sum < i64::MAX as u64).ok_or_else(wrong)?;
    }
    Ok(blocks)
}

fn wrong() -> io::Error {
    damaged("the index of the xz file is damaged")
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the xz file does not end as one does; it is probably cut short")
}

/// Stream padding: zeros, four at a time (section 2.2).
fn skip_padding(source: &dyn Bytes, mut end: u64) -> io::Result<u64> {
    loop {
        let from = end.saturating_sub(4096);
        let piece = read_some(source, from, (end - from) as usize)?;
        let zeros = piece.iter().rev().take_while(|byte| **byte == 0).count() as u64 / 4 * 4;
        end -= zeros;
        if zeros == 0 || end > from {
            return Ok(end);
        }
    }
}

/// Bytes of the index and flags of the stream (section 2.1.2): CRC-32, backward size, flags, magic.
fn parse_footer(footer: &[u8; 12]) -> Option<(u64, [u8; 2])> {
    let [c0, c1, c2, c3, s0, s1, s2, s3, f0, f1, magic @ ..] = *footer;
    let sound = magic == FOOTER_MAGIC && crc32fast::hash(&footer[4..10]) == u32::from_le_bytes([c0, c1, c2, c3]);
    sound.then(|| ((u64::from(u32::from_le_bytes([s0, s1, s2, s3])) + 1) * 4, [f0, f1]))
}

/// The records of an index (section 4): unpadded and decoded size of each block.
fn parse_index(index: &[u8], most: usize) -> Option<Vec<(u64, u64)>> {
    let (body, crc) = index.split_last_chunk::<4>()?;
    if crc32fast::hash(body) != u32::from_le_bytes(*crc) {
        return None;
    }
    let mut rest = body.strip_prefix(&[0])?;
    let count = usize::try_from(take_number(&mut rest)?).ok().filter(|count| *count <= most && *count <= rest.len() / 2)?;
    let mut records = Vec::with_capacity(count);
    for _ in 0..count {
        let (unpadded, len) = (take_number(&mut rest)?, take_number(&mut rest)?);
        if unpadded < 5 {
            return None;
        }
        records.push((unpadded, len));
    }
    (rest.len() < 4 && rest.iter().all(|byte| *byte == 0)).then_some(records)
}

/// A number of seven bits a byte, the lowest first (section 1.2): nine bytes at most.
fn take_number(from: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return (*byte != 0 || shift == 0).then_some(number);
        }
    }
    None
}

fn put_number(mut number: u64, into: &mut Vec<u8>) {
    while number >= 0x80 {
        into.push(number as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

/// The header of a stream with these flags.
fn stream_header(flags: [u8; 2]) -> Vec<u8> {
    [&MAGIC[..], &flags, &crc32fast::hash(&flags).to_le_bytes()].concat()
}

/// The index of a stream with these blocks, and its footer.
fn stream_end(flags: [u8; 2], blocks: &[(u64, u64)]) -> Vec<u8> {
    let mut index = vec![0];
    put_number(blocks.len() as u64, &mut index);
    for (unpadded, len) in blocks {
        put_number(*unpadded, &mut index);
        put_number(*len, &mut index);
    }
    index.resize(index.len().next_multiple_of(4), 0);
    index.extend_from_slice(&crc32fast::hash(&index).to_le_bytes());
    let mut footer = ((index.len() / 4 - 1) as u32).to_le_bytes().to_vec();
    footer.extend_from_slice(&flags);
    index.extend_from_slice(&crc32fast::hash(&footer).to_le_bytes());
    index.extend_from_slice(&footer);
    index.extend_from_slice(&FOOTER_MAGIC);
    index
}

/// A file of several blocks.
struct Xz {
    source: Arc<dyn Bytes>,
    blocks: Vec<Block>,
    len: u64,
    spares: Spares<Vec<u8>>,
}

impl Blocks for Xz {
    fn len(&self) -> u64 {
        self.len
    }

    fn span(&self, at: u64) -> BlockSpan {
        let number = self.blocks.partition_point(|block| block.start <= at).saturating_sub(1);
        let block = self.blocks.get(number).map_or((at, 0), |block| (block.start, block.len as usize));
        BlockSpan { block: number as u64, start: block.0, len: block.1 }
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        let block = usize::try_from(block).ok().and_then(|block| self.blocks.get(block)).ok_or(io::ErrorKind::InvalidData)?;
        // A stream of this block alone: the decoder then checks all there is to check.
        self.spares.with(Vec::new, |stream| {
            stream.clear();
            stream.extend_from_slice(&stream_header(block.flags));
            stream.resize(HEADER as usize + block.padded as usize, 0);
            self.source.read_at(block.at, &mut stream[HEADER as usize..])?;
            stream.extend_from_slice(&stream_end(block.flags, &[(block.unpadded, block.len)]));
            let mut reader = XzReader::new_mem_limit(stream.as_slice(), false, DICTIONARY_KIB);
            reader.read_exact(into)?;
            match reader.read(&mut [0])? {
                0 => Ok(()),
                _ => Err(damaged("a block of the xz file unpacks to more than it should")),
            }
        })
    }
}

/// Flags of what is written here: CRC-64, as `xz` itself does.
const FLAGS: [u8; 2] = [0, 4];

/// A block that has been made: its bytes with their padding, and what the index has to say of it.
pub struct Made {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Its bytes without padding, and decoded.
    pub record: (u64, u64),
}

/// The bytes before the first block.
pub fn header() -> Vec<u8> {
    stream_header(FLAGS)
}

/// The bytes after the last.
pub fn end(records: &[(u64, u64)]) -> Vec<u8> {
    stream_end(FLAGS, records)
}

/// Makes a block, with this level, 1 to 9.
pub fn encode(level: u8, raw: &[u8]) -> io::Result<Made> {
    let mut options = XzOptions::with_preset(u32::from(level.clamp(1, 9)));
    options.set_check_sum_type(CheckType::Crc64);
    options.set_block_size(NonZeroU64::new(1 << 40));
    // A dictionary larger than the block is of no use, and costs the reader memory.
    options.lzma_options.dict_size = options.lzma_options.dict_size.min((raw.len() as u32).next_power_of_two().max(1 << 16));
    let mut writer = XzWriter::new(Vec::new(), options)?;
    writer.write_all(raw)?;
    let stream = writer.finish()?;
    let other = || io::Error::other("the xz encoder made something else than one block");
    let (rest, footer) = stream.split_last_chunk::<12>().ok_or_else(other)?;
    let (size, _) = parse_footer(footer).filter(|(_, flags)| *flags == FLAGS).ok_or_else(other)?;
    let index = rest.len().checked_sub(size as usize).and_then(|at| rest.get(at..)).ok_or_else(other)?;
    let [record] = *parse_index(index, 1).ok_or_else(other)?.as_slice() else { return Err(other()) };
    let body = rest.get(HEADER as usize..rest.len() - index.len()).ok_or_else(other)?;
    Ok(Made { bytes: body.to_vec(), record })
}
