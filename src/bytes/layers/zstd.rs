//! zstd (RFC 8878): frames, each decoded by itself.
//!
//! `zstd` itself makes one frame of a file, which can only be decoded from the front, if it is large. Files of several frames (`pzstd`, the seekable format, what is written
//! here) are read by them: where they lie is told by the table of the seekable format ("Zstandard Seekable Format", version 0.1.0), or by the headers of
//! their blocks.

use std::io;
use std::sync::Arc;

use structured_zstd::decoding::{ContentChecksum, FrameDecoder, StreamingDecoder};
use structured_zstd::encoding::{CompressionLevel, FrameCompressor};

use super::{Bounds, Cursor, DICTIONARY_KIB, LARGEST_BLOCK, Layer, LayerError, Spool, damaged};
use crate::bytes::{BlockSpan, Blocks, Bytes, Spares, Unpacked, read_some};

/// What a frame begins with (section 3.1.1), and a skippable one, but for the lowest four bits (3.1.2).
const FRAME: u32 = 0xFD2F_B528;
const SKIPPABLE: u32 = 0x184D_2A50;
/// The skippable frame that holds the table of the seekable format, and what that ends with.
const TABLE: u32 = 0x184D_2A5E;
const TABLE_END: [u8; 4] = 0x8F92_EAB1_u32.to_le_bytes();
/// Frames in a file.
const MOST_FRAMES: usize = 1 << 20;
/// Bytes of a frame's header at most: magic, descriptor, window, dictionary, content size.
const LARGEST_HEADER: usize = 4 + 1 + 1 + 4 + 8;

/// Whether a file begins as zstd does. Skippable frames alone do not say so: others use them, too.
pub fn is_magic(head: &[u8]) -> bool {
    let Some((magic, rest)) = head.split_first_chunk::<4>() else { return false };
    match u32::from_le_bytes(*magic) {
        FRAME => true,
        magic if magic & !15 == SKIPPABLE => {
            let len = rest.first_chunk::<4>().map(|len| u32::from_le_bytes(*len) as usize);
            len.and_then(|len| rest.get(4..)?.get(len..)?.first_chunk::<4>())
                .is_some_and(|next| u32::from_le_bytes(*next) == FRAME)
        }
        _ => false,
    }
}

/// Opens a zstd file.
pub fn open(source: Arc<dyn Bytes>, bounds: &Bounds) -> Result<Layer, LayerError> {
    let frames = match read_table(&*source)? {
        Some(frames) => Some(frames),
        None => walk(&*source, bounds)?,
    };
    let len = frames.as_ref().and_then(|frames| frames.iter().try_fold(0u64, |sum, frame| sum.checked_add(frame.len?)));
    if let Some(len) = len {
        bounds.check(len)?;
    }
    if let (Some(frames), Some(len)) = (&frames, len)
        && frames.iter().all(|frame| frame.len.is_some_and(|len| len <= LARGEST_BLOCK) && frame.packed <= 2 * LARGEST_BLOCK)
    {
        let mut start = 0;
        let spans = frames.iter().filter_map(|frame| {
            let len = frame.len?;
            start += len;
            (len > 0).then_some(Span { start: start - len, len, at: frame.at, packed: frame.packed })
        });
        let spans = spans.collect();
        return Ok(Layer::indexed(Unpacked::new(Zstd { source, spans, len, spares: Spares::default() })));
    }
    let decode = move |into: &mut dyn io::Write| {
        let mut decoder = FrameDecoder::new();
        decoder.set_content_checksum(ContentChecksum::Verify);
        decoder.set_max_window_size(u64::from(DICTIONARY_KIB) << 10).map_err(io::Error::other)?;
        io::copy(&mut StreamingDecoder::new_with_decoder(Cursor::new(source), decoder), into).map(drop)
    };
    Ok(Layer::spooled(Spool::start(len, bounds, decode)?))
}

/// A frame, where it lies and what it decodes to, where that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Frame {
    at: u64,
    packed: u64,
    len: Option<u64>,
}

/// The frames, by the table at the end of the file: a skippable frame of entries (packed and decoded size, maybe a checksum), then how many, a
/// byte of flags, and a magic number.
fn read_table(source: &dyn Bytes) -> io::Result<Option<Vec<Frame>>> {
    let Some(at) = source.len().checked_sub(9) else { return Ok(None) };
    let tail = read_some(source, at, 9)?;
    let &[n0, n1, n2, n3, flags, ref magic @ ..] = tail.as_slice() else { return Ok(None) };
    let count = u32::from_le_bytes([n0, n1, n2, n3]) as usize;
    let entry = if flags & 0x80 == 0 { 8 } else { 12 };
    if *magic != TABLE_END || flags & 0x7C != 0 || count > MOST_FRAMES {
        return Ok(None);
    }
    let size = count * entry + 9;
    let Some(start) = source.len().checked_sub(size as u64 + 8) else { return Ok(None) };
    let table = read_some(source, start, size + 8)?;
    let head = [TABLE.to_le_bytes(), (size as u32).to_le_bytes()].concat();
    let Some(entries) = table.strip_prefix(head.as_slice()) else { return Ok(None) };
    let mut sum = 0;
    let mut frames = Vec::with_capacity(count);
    for entry in entries.chunks_exact(entry).take(count) {
        let [p0, p1, p2, p3, l0, l1, l2, l3, ..] = *entry else { return Ok(None) };
        let packed = u64::from(u32::from_le_bytes([p0, p1, p2, p3]));
        frames.push(Frame { at: sum, packed, len: Some(u64::from(u32::from_le_bytes([l0, l1, l2, l3]))) });
        sum += packed;
    }
    Ok((sum == start).then_some(frames))
}

/// The frames, by the headers of their blocks; `None` where there are too many to look at, or where something else follows.
fn walk(source: &dyn Bytes, bounds: &Bounds) -> Result<Option<Vec<Frame>>, LayerError> {
    let mut frames = Vec::new();
    let mut at = 0;
    // Blocks have 128 KiB, but for small ones here and there; a file of nothing but tiny ones is not walked through.
    let mut budget = source.len() / 1024 + 10_000;
    while at < source.len() {
        bounds.stop.check()?;
        let head = read_some(source, at, LARGEST_HEADER)?;
        let Some((magic, rest)) = head.split_first_chunk::<4>() else { return Ok(None) };
        let start = at;
        match u32::from_le_bytes(*magic) {
            magic if magic & !15 == SKIPPABLE => {
                let Some(len) = rest.first_chunk::<4>() else { return Ok(None) };
                at += 8 + u64::from(u32::from_le_bytes(*len));
            }
            FRAME => {
                let Some((header, len, checksum)) = parse_header(rest) else { return Ok(None) };
                at += 4 + header as u64;
                loop {
                    let block = read_some(source, at, 3)?;
                    let [b0, b1, b2] = *block.as_slice() else { return Ok(None) };
                    let block = u32::from_le_bytes([b0, b1, b2, 0]);
                    let stored = if block >> 1 & 3 == 1 { 1 } else { block >> 3 };
                    at += 3 + u64::from(stored);
                    let Some(left) = budget.checked_sub(1) else { return Ok(None) };
                    budget = left;
                    if block & 1 != 0 {
                        break;
                    }
                }
                at += if checksum { 4 } else { 0 };
                if frames.len() >= MOST_FRAMES {
                    return Ok(None);
                }
                frames.push(Frame { at: start, packed: at - start, len });
            }
            _ => return Ok(None),
        }
    }
    // What is cut short is for the decoder to tell.
    Ok((at == source.len()).then_some(frames))
}

/// What follows the magic number of a frame (section 3.1.1.1): how many bytes that is, the decoded size, and whether a checksum follows the blocks.
fn parse_header(rest: &[u8]) -> Option<(usize, Option<u64>, bool)> {
    let descriptor = *rest.first()?;
    let single = descriptor & 0x20 != 0;
    let window = usize::from(!single);
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let at = 1 + window + dictionary;
    let (width, base) = match descriptor >> 6 {
        0 if single => (1, 0),
        0 => (0, 0),
        1 => (2, 256),
        2 => (4, 0),
        _ => (8, 0),
    };
    let mut size = [0; 8];
    size[..width].copy_from_slice(rest.get(at..at + width)?);
    let size = u64::from_le_bytes(size).checked_add(base)?;
    Some((at + width, (width > 0).then_some(size), descriptor & 4 != 0))
}

/// A frame among the decoded bytes.
struct Span {
    start: u64,
    len: u64,
    at: u64,
    packed: u64,
}

/// A file of several frames.
struct Zstd {
    source: Arc<dyn Bytes>,
    spans: Vec<Span>,
    len: u64,
    spares: Spares<(FrameDecoder, Vec<u8>)>,
}

impl Blocks for Zstd {
    fn len(&self) -> u64 {
        self.len
    }

    fn span(&self, at: u64) -> BlockSpan {
        let number = self.spans.partition_point(|span| span.start <= at).saturating_sub(1);
        let span = self.spans.get(number).map_or((at, 0), |span| (span.start, span.len as usize));
        BlockSpan { block: number as u64, start: span.0, len: span.1 }
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        let span = usize::try_from(block).ok().and_then(|block| self.spans.get(block)).ok_or(io::ErrorKind::InvalidData)?;
        let new = || {
            let mut decoder = FrameDecoder::new();
            decoder.set_content_checksum(ContentChecksum::Verify);
            (decoder, Vec::new())
        };
        self.spares.with(new, |(decoder, packed)| {
            packed.resize(span.packed as usize, 0);
            self.source.read_at(span.at, packed)?;
            match decoder.decode_all(packed, into) {
                Ok(len) if len == into.len() => Ok(()),
                Ok(_) => Err(damaged("a frame of the zstd file unpacks to less than it should")),
                Err(error) => {
                    Err(io::Error::new(io::ErrorKind::InvalidData, format!("a frame of the zstd file is damaged: {error}")))
                }
            }
        })
    }
}

/// Makes frames.
pub struct Encoder(FrameCompressor);

impl Encoder {
    /// With this level, 1 to 9; zstd has more of them, and these are spread over those that are worth their time.
    pub fn new(level: u8) -> Encoder {
        let level = [1, 2, 3, 5, 7, 9, 12, 15, 19][usize::from(level.clamp(1, 9)) - 1];
        let mut compressor = FrameCompressor::new(CompressionLevel::Level(level));
        compressor.set_content_checksum(true);
        Encoder(compressor)
    }

    /// A whole frame.
    pub fn frame(&mut self, raw: &[u8]) -> Vec<u8> {
        self.0.compress_independent_frame(raw)
    }
}

/// The table behind frames of these sizes, packed and decoded.
pub fn table(frames: &[(u32, u32)]) -> Vec<u8> {
    let mut table = [TABLE.to_le_bytes(), ((frames.len() * 8 + 9) as u32).to_le_bytes()].concat();
    for (packed, len) in frames {
        table.extend_from_slice(&packed.to_le_bytes());
        table.extend_from_slice(&len.to_le_bytes());
    }
    table.extend_from_slice(&(frames.len() as u32).to_le_bytes());
    table.push(0);
    table.extend_from_slice(&TABLE_END);
    table
}
