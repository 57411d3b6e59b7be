//! [`ParallelPacker`]: compression on all cores, of blocks that stand by themselves.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::Packer;
use crate::threads;

/// Bytes that a worker takes at a time, where blocks are smaller: handing over costs more than compressing 2 KB.
const BATCH: usize = 128 << 10;

/// Encodes blocks, each by itself.
pub trait BlockCodec: Send + Sync + 'static {
    /// What a thread keeps from block to block: the state of a compressor, buffers. It never leaves its thread.
    type Worker;
    /// What a block becomes.
    type Made: Send + 'static;

    /// For a new thread.
    fn worker(&self) -> Self::Worker;

    /// Encodes block `index`; only the last may be shorter than the others.
    fn encode(&self, worker: &mut Self::Worker, index: u64, raw: &[u8]) -> io::Result<Self::Made>;
}

/// Takes encoded blocks, in order.
pub trait BlockSink: Send {
    /// What a block has become.
    type Made;

    /// Block `index`.
    fn put(&mut self, index: u64, made: Self::Made) -> io::Result<()>;

    /// All have come: see [`Packer::finish`].
    fn finish(self) -> io::Result<Vec<String>>;
}

/// Cuts what comes into blocks, encodes them on all cores, and hands them to the sink in order.
///
/// Memory is bounded by four batches (128 KiB, or one block where that is larger) for each core and what they become.
pub struct ParallelPacker<C: BlockCodec, S> {
    sink: S,
    block: usize,
    batch: usize,
    /// What has come and is not yet a batch.
    coming: Vec<u8>,
    /// Blocks handed to workers, and to the sink.
    sent: u64,
    put: u64,
    workers: usize,
    /// Closed when this is dropped, which ends the workers.
    jobs: Sender<Job<C::Made>>,
    under_way: VecDeque<Receiver<Answer<C::Made>>>,
    /// Buffers of batches that are done.
    spare: Vec<Vec<u8>>,
}

/// A batch of blocks on its way to a worker, and where the answer goes.
struct Job<M> {
    index: u64,
    raw: Vec<u8>,
    answer: Sender<Answer<M>>,
}

/// What the blocks of a batch have become, and its buffer.
type Answer<M> = (io::Result<Vec<M>>, Vec<u8>);

impl<C: BlockCodec, S: BlockSink<Made = C::Made>> ParallelPacker<C, S> {
    /// Blocks of `block` bytes (not 0).
    pub fn new(codec: C, sink: S, block: usize) -> io::Result<ParallelPacker<C, S>> {
        let codec = Arc::new(codec);
        let workers = threads::workers();
        let (jobs, work) = bounded::<Job<C::Made>>(4 * workers);
        for _ in 0..workers {
            let (codec, work) = (codec.clone(), work.clone());
            thread::Builder::new().name("packer".to_owned()).spawn(move || {
                let mut worker = codec.worker();
                for job in work {
                    let blocks = job.raw.chunks(block).zip(job.index..);
                    let made = blocks.map(|(raw, index)| codec.encode(&mut worker, index, raw)).collect();
                    // Nobody waits for it any more: the packer was dropped, and the channel of jobs will say so.
                    let _ = job.answer.send((made, job.raw));
                }
            })?;
        }
        Ok(ParallelPacker {
            sink,
            block,
            batch: block * (BATCH / block).max(1),
            coming: Vec::new(),
            sent: 0,
            put: 0,
            workers,
            jobs,
            under_way: VecDeque::new(),
            spare: Vec::new(),
        })
    }

    /// Hands what has come to a worker.
    fn send(&mut self) -> io::Result<()> {
        let next = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(self.batch));
        let raw = std::mem::replace(&mut self.coming, next);
        let blocks = raw.len().div_ceil(self.block) as u64;
        let (answer, made) = bounded(1);
        self.jobs.send(Job { index: self.sent, raw, answer }).map_err(|_| failed())?;
        self.under_way.push_back(made);
        self.sent += blocks;
        self.take(3 * self.workers)
    }

    /// Hands to the sink what is done, until at most `most` batches are under way.
    fn take(&mut self, most: usize) -> io::Result<()> {
        while let Some(first) = self.under_way.front() {
            let answer = match self.under_way.len() > most {
                true => first.recv().map_err(|_| failed())?,
                false => match first.try_recv() {
                    Ok(answer) => answer,
                    Err(_) => return Ok(()),
                },
            };
            self.under_way.pop_front();
            let (made, mut raw) = answer;
            raw.clear();
            self.spare.push(raw);
            for made in made? {
                self.sink.put(self.put, made)?;
                self.put += 1;
            }
        }
        Ok(())
    }
}

/// A worker is gone, which only a panic does.
fn failed() -> io::Error {
    io::Error::other("a thread that compressed has failed")
}

impl<C: BlockCodec, S: BlockSink<Made = C::Made>> Packer for ParallelPacker<C, S> {
    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(self.batch - self.coming.len()));
            self.coming.extend_from_slice(now);
            bytes = rest;
            if self.coming.len() == self.batch {
                self.send()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<Vec<String>> {
        if !self.coming.is_empty() {
            self.send()?;
        }
        self.take(0)?;
        self.sink.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Slow for even blocks, so that they come out of order; fails at one.
    struct Numbered {
        fails: Option<u64>,
    }

    impl BlockCodec for Numbered {
        type Worker = ();
        type Made = (u64, Vec<u8>);
        fn worker(&self) {}
        fn encode(&self, (): &mut (), index: u64, raw: &[u8]) -> io::Result<Self::Made> {
            if index.is_multiple_of(2) {
                thread::yield_now();
            }
            if self.fails == Some(index) { Err(io::ErrorKind::InvalidInput.into()) } else { Ok((index, raw.to_vec())) }
        }
    }

    type Taken = Arc<Mutex<Vec<(u64, Vec<u8>)>>>;

    struct Kept(Taken);

    impl BlockSink for Kept {
        type Made = (u64, Vec<u8>);
        fn put(&mut self, index: u64, made: Self::Made) -> io::Result<()> {
            assert_eq!(index, made.0);
            self.0.lock().unwrap().push(made);
            Ok(())
        }
        fn finish(self) -> io::Result<Vec<String>> {
            Ok(vec!["made".to_owned()])
        }
    }

    fn pack(bytes: &[u8], step: usize, block: usize, fails: Option<u64>) -> (Taken, io::Result<Vec<String>>) {
        let taken = Taken::default();
        let mut packer = Box::new(ParallelPacker::new(Numbered { fails }, Kept(taken.clone()), block).unwrap());
        let wrote = bytes.chunks(step).try_for_each(|bytes| packer.write(bytes));
        (taken, wrote.and_then(|()| packer.finish()))
    }

    #[test]
    fn blocks_come_whole_and_in_order() {
        let bytes: Vec<u8> = (0..3_000_001_u32).map(|n| (n % 253) as u8).collect();
        for (step, block) in [(4096, 2048), (1_000_000, 19_584), (3000, 1 << 20), (1 << 22, 131_073)] {
            let (taken, result) = pack(&bytes, step, block, None);
            assert_eq!(result.unwrap(), ["made"]);
            let taken = taken.lock().unwrap();
            assert!(taken.iter().zip(bytes.chunks(block)).all(|((_, made), raw)| made == raw));
            assert_eq!(taken.len(), bytes.len().div_ceil(block));
        }
    }

    #[test]
    fn nothing_makes_no_block() {
        let (taken, result) = pack(&[], 1, 2048, None);
        assert_eq!((taken.lock().unwrap().len(), result.unwrap().len()), (0, 1));
    }

    #[test]
    fn an_error_of_a_worker_ends_the_work() {
        let (_, result) = pack(&[0; 1_000_000], 1000, 2048, Some(77));
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
