//! bzip2: its blocks stand by themselves, but nothing says where. Each begins, at any bit, with 48 bits that hardly occur elsewhere, and every stream ends
//! with other 48. So they are looked for, and all blocks are decoded once, in parallel, to learn how long they are.
//!
//! Where that does not work out, because the marker did occur elsewhere, a block is too large, or the file is damaged, an ordinary decoder has the last word. (The layout is that of the
//! `bzip2` program's files, for which there is no standard.)

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ::bzip2::bufread::MultiBzDecoder;
use ::bzip2::{Decompress, Status};

use super::{Bounds, Cursor, LARGEST_BLOCK, Layer, LayerError, Spool, damaged};
use crate::bytes::{BlockSpan, Blocks, Bytes, Spares, Unpacked, read_some};
use crate::threads;

/// 48 bits before a block: the digits of π.
const BLOCK: u64 = 0x3141_5926_5359;
/// 48 bits before the end of a stream: the digits of √π.
const END: u64 = 0x1772_4538_5090;
const MASK: u64 = (1 << 48) - 1;
/// More bytes than a block is ever packed to.
const LARGEST_PACKED: u64 = 2_000_000;
/// Bytes looked through at a time.
const SCAN: usize = 1 << 20;
/// Blocks in a file: 180 GB unpacked, of the usual size.
const MOST_BLOCKS: usize = 200_000;

/// Whether a file begins as bzip2 does: `BZh`, the size of the blocks, and the marker of a block or of the end.
pub fn is_magic(head: &[u8]) -> bool {
    let [b'B', b'Z', b'h', b'1'..=b'9', marker @ ..] = head else { return false };
    marker.starts_with(&BLOCK.to_be_bytes()[2..]) || marker.starts_with(&END.to_be_bytes()[2..])
}

/// Opens a bzip2 file.
pub fn open(source: Arc<dyn Bytes>, bounds: &Bounds) -> Result<Layer, LayerError> {
    let packed = find_blocks(&*source, bounds)?;
    if let Some(packed) = packed.filter(|packed| !packed.is_empty())
        && let Some(starts) = measure(&*source, &packed, bounds)?
    {
        return Ok(Layer::indexed(Unpacked::new(Bzip2 { source, packed, starts, spares: Spares::default() })));
    }
    let spool = Spool::start(None, bounds, move |into| io::copy(&mut MultiBzDecoder::new(Cursor::new(source)), into).map(drop))?;
    Ok(Layer::spooled(spool))
}

/// Where a block lies: its first bit and the one after its last.
type Bits = (u64, u64);

/// The blocks, by their markers; `None` where there are too many, or one is too long.
fn find_blocks(source: &dyn Bytes, bounds: &Bounds) -> Result<Option<Vec<Bits>>, LayerError> {
    let mut blocks: Vec<Bits> = Vec::new();
    let mut open: Option<u64> = None;
    let mut register = 0u64;
    let mut at = 0u64;
    loop {
        bounds.stop.check()?;
        let piece = read_some(source, at, SCAN)?;
        if piece.is_empty() {
            break;
        }
        for (byte, offset) in piece.iter().zip(at..) {
            register = register << 8 | u64::from(*byte);
            for shift in (0..8).rev() {
                let found = register >> shift & MASK;
                if found != BLOCK && found != END {
                    continue;
                }
                // The marker's last bit is `shift` bits before the end of this byte.
                let Some(first) = ((offset + 1) * 8).checked_sub(shift + 48) else { continue };
                if let Some(start) = open.take() {
                    if first - start > LARGEST_PACKED * 8 || blocks.len() >= MOST_BLOCKS {
                        return Ok(None);
                    }
                    blocks.push((start, first));
                }
                open = (found == BLOCK).then_some(first);
            }
        }
        at += piece.len() as u64;
    }
    Ok(if open.is_some() { None } else { Some(blocks) })
}

/// Decodes every block to learn its length; `None` where one is none. Gives where each begins, and the end.
fn measure(source: &dyn Bytes, packed: &[Bits], bounds: &Bounds) -> Result<Option<Vec<u64>>, LayerError> {
    let lens = Mutex::new(vec![0u64; packed.len()]);
    let (next, broken) = (AtomicUsize::new(0), AtomicBool::new(false));
    let total = std::sync::atomic::AtomicU64::new(0);
    let stopped: Mutex<Option<LayerError>> = Mutex::new(None);
    let work = || {
        let mut decoded = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(bits) = packed.get(number).filter(|_| !broken.load(Ordering::Relaxed)) else { return };
            let result = bounds.stop.check().map_err(LayerError::Io).and_then(|()| {
                let Ok(()) = decode(source, *bits, &mut decoded) else { return Ok(false) };
                let len = decoded.len() as u64;
                bounds.check(total.fetch_add(len, Ordering::Relaxed) + len)?;
                if let Some(place) = lens.lock().unwrap_or_else(PoisonError::into_inner).get_mut(number) {
                    *place = len;
                }
                Ok(true)
            });
            match result {
                Ok(true) => {}
                Ok(false) => broken.store(true, Ordering::Relaxed),
                Err(error) => {
                    broken.store(true, Ordering::Relaxed);
                    *stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                }
            }
        }
    };
    std::thread::scope(|scope| (0..threads::workers().min(packed.len())).for_each(|_| drop(scope.spawn(work))));
    if let Some(error) = stopped.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    if broken.into_inner() {
        return Ok(None);
    }
    let mut starts = vec![0];
    let mut sum = 0;
    for len in lens.into_inner().unwrap_or_else(PoisonError::into_inner) {
        sum += len;
        starts.push(sum);
    }
    Ok(Some(starts))
}

/// Decodes a block as the only one of a stream: with a header before it, and behind it the end of the stream, whose CRC is that of its only block.
fn decode(source: &dyn Bytes, (from, to): Bits, into: &mut Vec<u8>) -> io::Result<()> {
    let wrong = || damaged("a block of the bzip2 file is damaged");
    let len =
        usize::try_from(to.div_ceil(8) - from / 8).ok().filter(|len| *len as u64 <= LARGEST_PACKED + 2).ok_or_else(wrong)?;
    let mut stored = vec![0; len + 1];
    source.read_at(from / 8, &mut stored[..len])?;
    let shift = (from % 8) as u32;
    let mut stream = Vec::with_capacity(len + 16);
    stream.extend_from_slice(b"BZh9");
    stream.extend(stored.array_windows().map(|&[one, two]| ((u16::from_be_bytes([one, two]) << shift) >> 8) as u8));
    // The block ends inside of a byte, and the end of the stream goes on there.
    let bits = to - from;
    let crc = stream.get(10..14).and_then(|crc| crc.first_chunk()).map(|crc| u32::from_be_bytes(*crc)).ok_or_else(wrong)?;
    let end = u128::from(END) << 32 | u128::from(crc);
    let rest = (bits % 8) as u32;
    stream.truncate(4 + usize::try_from(bits / 8).map_err(|_| wrong())?);
    let partial = if rest == 0 { 0 } else { u128::from(bits_after(&stored, shift, bits / 8) >> (8 - rest)) };
    let tail = (partial << 80 | end) << (128 - 80 - rest);
    stream.extend_from_slice(&tail.to_be_bytes()[..(80 + rest as usize).div_ceil(8)]);
    unpack(&stream, into).then_some(()).ok_or_else(wrong)
}

/// The byte that begins `byte` bytes and `shift` bits after the first.
fn bits_after(stored: &[u8], shift: u32, byte: u64) -> u8 {
    let at = usize::try_from(byte).unwrap_or(usize::MAX - 1);
    let get = |at: usize| stored.get(at).copied().unwrap_or(0);
    ((u16::from_be_bytes([get(at), get(at + 1)]) << shift) >> 8) as u8
}

/// Decodes a stream of one block, and says whether it is sound.
fn unpack(stream: &[u8], into: &mut Vec<u8>) -> bool {
    let mut decoder = Decompress::new(false);
    into.clear();
    loop {
        let taken = usize::try_from(decoder.total_in()).unwrap_or(usize::MAX);
        let before = into.len();
        if into.len() == into.capacity() {
            into.reserve(1 << 20);
        }
        match decoder.decompress_vec(stream.get(taken..).unwrap_or_default(), into) {
            Ok(Status::StreamEnd) => return !into.is_empty(),
            // One run of equal bytes makes a block of 45 MB.
            Ok(_) if into.len() as u64 > LARGEST_BLOCK => return false,
            Ok(_) if into.len() == before && into.len() < into.capacity() => return false,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// A file of which all blocks are known.
struct Bzip2 {
    source: Arc<dyn Bytes>,
    packed: Vec<Bits>,
    /// Where each block begins among the decoded bytes, and the end of all.
    starts: Vec<u64>,
    spares: Spares<Vec<u8>>,
}

impl Blocks for Bzip2 {
    fn len(&self) -> u64 {
        self.starts.last().copied().unwrap_or(0)
    }

    fn span(&self, at: u64) -> BlockSpan {
        let block = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        let [start, end] = [block, block + 1].map(|number| self.starts.get(number).copied().unwrap_or(at));
        BlockSpan { block: block as u64, start, len: (end - start) as usize }
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        let bits = usize::try_from(block).ok().and_then(|block| self.packed.get(block)).ok_or(io::ErrorKind::InvalidData)?;
        self.spares.with(Vec::new, |decoded| {
            decode(&*self.source, *bits, decoded)?;
            if decoded.len() != into.len() {
                return Err(damaged("a block of the bzip2 file has changed while it was read"));
            }
            into.copy_from_slice(decoded);
            Ok(())
        })
    }
}
