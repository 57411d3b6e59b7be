//! [`Blocks`]: what is stored in blocks, each encoded by itself, and [`Unpacked`], the stream that it decodes to.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use super::Bytes;

/// Decoded blocks kept for those who read parts of them. Whole blocks never go through the cache.
const CACHE: usize = 32 << 20;
/// Blocks that are kept however large they are: two readers side by side would otherwise drive each other's block out.
const AT_LEAST: usize = 2;

/// Who reads no more than this waits for it: where it falls on a few blocks that nobody has decoded yet, each gets a thread. Larger reads come
/// from workers, of which there are enough.
const SMALL: usize = 128 << 10;
/// Smaller blocks, of which a small read has more, are decoded sooner than a thread begins.
const FEW: usize = 4;

/// Bytes stored in blocks, each decoded as a whole, from many threads at once.
pub trait Blocks: Send + Sync {
    /// How many bytes there are when all is decoded.
    fn len(&self) -> u64;

    /// The block that holds byte `at`, which is less than [`Blocks::len`].
    fn span(&self, at: u64) -> BlockSpan;

    /// Decodes a block; `into` has exactly its length.
    ///
    /// Stored data that decode to less or more, or not at all, are [`io::ErrorKind::InvalidData`].
    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()>;

    /// Whether there is nothing.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Where a block lies among the decoded bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockSpan {
    /// Its number.
    pub block: u64,
    /// Where its first byte lies.
    pub start: u64,
    /// How many it has, at least one.
    pub len: usize,
}

impl BlockSpan {
    /// The block around `at` where all have `size` bytes (not 0), but for the last, which ends at `total`.
    pub fn uniform(at: u64, size: u32, total: u64) -> BlockSpan {
        let block = at / u64::from(size);
        let start = block * u64::from(size);
        BlockSpan { block, start, len: total.saturating_sub(start).min(u64::from(size)) as usize }
    }
}

/// What [`Blocks`] decode to, to be read at any place.
///
/// Blocks that are wanted whole are decoded straight into the reader's buffer; others are kept, up to 32 MB of them.
pub struct Unpacked<B> {
    blocks: B,
    cache: Mutex<Cache>,
}

struct Cache {
    kept: LruCache<u64, Arc<Slot>>,
    /// The lengths of those, together.
    bytes: usize,
}

/// The part of a read that lies in one block.
struct Part<'a> {
    span: BlockSpan,
    /// Its first byte in the block.
    from: usize,
    into: &'a mut [u8],
}

/// A block that somebody decodes or has decoded; empty before.
struct Slot {
    len: usize,
    decoded: Mutex<Vec<u8>>,
}

impl<B: Blocks> Unpacked<B> {
    /// The stream of these blocks.
    pub fn new(blocks: B) -> Unpacked<B> {
        Unpacked { blocks, cache: Mutex::new(Cache { kept: LruCache::unbounded(), bytes: 0 }) }
    }

    /// The blocks.
    pub fn blocks(&self) -> &B {
        &self.blocks
    }

    /// A block that is kept. Where it is not, and is to be, those not used for longest make room for it.
    fn slot(&self, span: BlockSpan, keep: bool) -> Option<Arc<Slot>> {
        // What a thread that failed left behind is at worst a block not yet decoded.
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let cache = &mut *cache;
        if let Some(slot) = cache.kept.get(&span.block) {
            return Some(slot.clone());
        }
        if !keep {
            return None;
        }
        let slot = Arc::new(Slot { len: span.len, decoded: Mutex::default() });
        cache.kept.put(span.block, slot.clone());
        cache.bytes += span.len;
        while cache.bytes > CACHE && cache.kept.len() > AT_LEAST {
            let Some((_, old)) = cache.kept.pop_lru() else { break };
            cache.bytes -= old.len;
        }
        Some(slot)
    }

    /// Whether a block is kept, or about to be.
    fn keeps(&self, block: u64) -> bool {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).kept.contains(&block)
    }

    fn read_part(&self, part: Part<'_>) -> io::Result<()> {
        let Part { span, from, into } = part;
        match self.slot(span, into.len() < span.len) {
            Some(slot) => self.copy_part(span, &slot, from, into),
            None => self.blocks.decode(span.block, into),
        }
    }

    /// Reads parts side by side; of several errors, that of the first is told.
    fn read_together(&self, parts: Vec<Part<'_>>) -> io::Result<()> {
        std::thread::scope(|scope| {
            let mut parts = parts.into_iter();
            let first = parts.next();
            let others: Vec<_> = parts.map(|part| scope.spawn(|| self.read_part(part))).collect();
            let mut result = first.map_or(Ok(()), |part| self.read_part(part));
            for other in others {
                let read = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                result = result.and(read);
            }
            result
        })
    }

    /// Copies a part of a block, which is decoded once however many want it.
    fn copy_part(&self, span: BlockSpan, slot: &Slot, from: usize, into: &mut [u8]) -> io::Result<()> {
        let mut decoded = slot.decoded.lock().unwrap_or_else(PoisonError::into_inner);
        if decoded.len() != span.len {
            let mut block = vec![0; span.len];
            self.blocks.decode(span.block, &mut block)?;
            *decoded = block;
        }
        into.copy_from_slice(decoded.get(from..from + into.len()).ok_or(io::ErrorKind::InvalidData)?);
        Ok(())
    }
}

impl<B: Blocks> Bytes for Unpacked<B> {
    fn len(&self) -> u64 {
        self.blocks.len()
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        if at.checked_add(into.len() as u64).is_none_or(|end| end > self.len()) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let small = into.len() <= SMALL;
        let (mut at, mut into, mut parts) = (at, into, Vec::new());
        while !into.is_empty() {
            let span = self.blocks.span(at);
            let from = usize::try_from(at - span.start).unwrap_or(usize::MAX);
            let here = span.len.checked_sub(from).filter(|left| *left > 0).ok_or(io::ErrorKind::InvalidData)?.min(into.len());
            let (now, rest) = into.split_at_mut(here);
            let part = Part { span, from, into: now };
            if small {
                parts.push(part);
            } else {
                self.read_part(part)?;
            }
            at += here as u64;
            into = rest;
        }
        let shared = parts.len() <= FEW && parts.iter().filter(|part| !self.keeps(part.span.block)).count() > 1;
        if shared { self.read_together(parts) } else { parts.into_iter().try_for_each(|part| self.read_part(part)) }
    }
}

/// States of a decoder, or buffers, that are used again: one for each thread that is at work.
pub struct Spares<T>(Mutex<Vec<T>>);

impl<T> Default for Spares<T> {
    fn default() -> Spares<T> {
        Spares(Mutex::default())
    }
}

impl<T> Spares<T> {
    /// Does `work` with a value used before, or a new one. One that sees a panic is not used again.
    pub fn with<R>(&self, new: impl FnOnce() -> T, work: impl FnOnce(&mut T) -> R) -> R {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut value = spare.unwrap_or_else(new);
        let result = work(&mut value);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(value);
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Byte `n` is `n % 251`; counts what it decodes.
    struct Counted {
        size: u32,
        total: u64,
        decoded: AtomicU64,
        broken: Option<u64>,
    }

    impl Blocks for Counted {
        fn len(&self) -> u64 {
            self.total
        }
        fn span(&self, at: u64) -> BlockSpan {
            BlockSpan::uniform(at, self.size, self.total)
        }
        fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
            self.decoded.fetch_add(1, Ordering::Relaxed);
            if self.broken == Some(block) {
                return Err(io::ErrorKind::InvalidData.into());
            }
            let start = block * u64::from(self.size);
            into.iter_mut().zip(start..).for_each(|(byte, n)| *byte = (n % 251) as u8);
            Ok(())
        }
    }

    fn counted(size: u32, total: u64) -> Unpacked<Counted> {
        Unpacked::new(Counted { size, total, decoded: AtomicU64::new(0), broken: None })
    }

    fn decoded(stream: &Unpacked<Counted>) -> u64 {
        stream.blocks().decoded.load(Ordering::Relaxed)
    }

    #[test]
    fn every_read_gives_the_bytes_that_lie_there() {
        let stream = counted(100, 1050);
        for (at, len) in [(0, 1050), (0, 100), (99, 2), (950, 100), (1000, 50), (1049, 1), (1050, 0), (37, 500)] {
            let mut into = vec![0; len];
            stream.read_at(at, &mut into).unwrap();
            assert!(into.iter().zip(at..).all(|(byte, n)| u64::from(*byte) == n % 251), "{at} {len}");
        }
        for (at, len) in [(1050, 1), (1000, 51), (u64::MAX, 2)] {
            assert_eq!(stream.read_at(at, &mut vec![0; len]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn parts_of_a_block_are_decoded_once_and_whole_blocks_are_not_kept() {
        let stream = counted(1000, 10_000);
        (0..10).for_each(|n| stream.read_at(n * 100, &mut [0; 100]).unwrap());
        assert_eq!(decoded(&stream), 1);
        stream.read_at(1000, &mut [0; 5000]).unwrap();
        assert_eq!(decoded(&stream), 6);
        assert_eq!(stream.cache.lock().unwrap().kept.len(), 1);
        // A block that is kept is not decoded again for one who wants all of it.
        stream.read_at(0, &mut [0; 1000]).unwrap();
        assert_eq!(decoded(&stream), 6);
    }

    #[test]
    fn a_read_on_a_few_blocks_decodes_each_once_and_tells_of_the_broken_one() {
        let mut stream = counted(20_000, 200_000);
        for (at, len, blocks) in [(10_000, 60_000, 4), (0, 20_000, 4), (70_001, 50_000, 7), (100_000, 100_000, 11)] {
            let mut into = vec![0; len];
            stream.read_at(at, &mut into).unwrap();
            assert!(into.iter().zip(at..).all(|(byte, n)| u64::from(*byte) == n % 251), "{at} {len}");
            assert_eq!(decoded(&stream), blocks, "{at} {len}");
        }
        stream = counted(20_000, 200_000);
        stream.blocks.broken = Some(2);
        for _ in 0..2 {
            assert_eq!(stream.read_at(10_000, &mut [0; 60_000]).unwrap_err().kind(), io::ErrorKind::InvalidData);
        }
        stream.read_at(60_001, &mut [0; 60_000]).unwrap();
    }

    #[test]
    fn the_cache_has_a_bound() {
        let size = 10 << 20;
        let stream = counted(size, u64::from(size) * 8);
        (0..8).for_each(|n| stream.read_at(n * u64::from(size), &mut [0]).unwrap());
        let cache = stream.cache.lock().unwrap();
        assert_eq!((cache.kept.len(), cache.bytes), (3, 3 * size as usize));
    }

    #[test]
    fn many_threads_want_the_same_block_and_it_is_decoded_once() {
        let stream = counted(1 << 20, 1 << 20);
        std::thread::scope(|scope| {
            (0..8).for_each(|n| {
                drop(scope.spawn({
                    let stream = &stream;
                    move || stream.read_at(n, &mut [0; 9]).unwrap()
                }))
            });
        });
        assert_eq!(decoded(&stream), 1);
    }

    #[test]
    fn a_block_that_can_not_be_decoded_is_an_error_each_time() {
        let mut stream = counted(100, 300);
        stream.blocks.broken = Some(1);
        for _ in 0..2 {
            assert_eq!(stream.read_at(150, &mut [0]).unwrap_err().kind(), io::ErrorKind::InvalidData);
        }
        stream.read_at(0, &mut [0; 100]).unwrap();
        stream.read_at(200, &mut [0; 100]).unwrap();
    }

    #[test]
    fn spares_come_back() {
        let spares = Spares::default();
        assert_eq!(
            spares.with(
                || 1,
                |n| {
                    *n += 1;
                    *n
                }
            ),
            2
        );
        assert_eq!(
            spares.with(
                || 1,
                |n| {
                    *n += 1;
                    *n
                }
            ),
            3
        );
    }
}
