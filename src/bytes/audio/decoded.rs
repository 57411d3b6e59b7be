//! Compressed audio as random-access [`Bytes`], decoded on demand.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::shape::Shape;
use crate::bytes::Bytes;

/// PCM kept for the next read, in bytes.
const CACHE: usize = 8 << 20;
/// PCM decoded at once, in bytes (a block more at most): a third of a second.
const RUN: usize = 64 << 10;
/// Places in the file that can be read alternately, each without seeking again.
const CURSORS: usize = 4;
/// Samples that are rather decoded in vain than sought past.
const REACH: u64 = 44_100;

/// A compressed stream: where decoding can begin.
pub(super) trait Source: Send + Sync {
    /// A cursor whose blocks follow one another without a gap, the first of them beginning at or before this sample.
    fn cursor(&self, sample: u64) -> io::Result<Box<dyn Cursor>>;
}

/// A decoder at work.
pub(super) trait Cursor: Send {
    /// What comes next; [`io::ErrorKind::UnexpectedEof`] behind the last.
    fn next(&mut self) -> io::Result<Block>;
}

/// Some PCM.
pub(super) struct Block {
    /// The stereo sample with which it begins.
    pub start: u64,
    /// Samples as [`Shape::sample`] says.
    pub pcm: Vec<u8>,
}

impl Block {
    /// The sample behind the last, where each has so many bytes.
    fn end(&self, size: u64) -> u64 {
        self.start + self.pcm.len() as u64 / size
    }

    fn holds(&self, sample: u64, size: u64) -> bool {
        (self.start..self.end(size)).contains(&sample)
    }
}

/// The PCM of a compressed stream.
pub(super) struct Decoded<S> {
    source: S,
    /// Bytes of a sample.
    size: u64,
    /// In bytes.
    len: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The most recently used last.
    runs: VecDeque<Arc<Block>>,
    /// Bytes in `runs`.
    held: usize,
    /// Each with the sample that it decodes next, the most recently used last.
    cursors: VecDeque<(u64, Box<dyn Cursor>)>,
}

impl<S: Source> Decoded<S> {
    /// The stream, which has so many stereo samples of this shape.
    pub fn new(source: S, samples: u64, shape: Shape) -> Decoded<S> {
        let size = shape.sample();
        Decoded { source, size, len: samples.saturating_mul(size), state: Mutex::default() }
    }

    /// Nothing in the state can be left half-changed by a thread that failed, so that its failure is no reason to fail too.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The run that holds the sample. The lock is not held while decoding, so that threads decode side by side.
    fn run(&self, sample: u64) -> io::Result<Arc<Block>> {
        let known = {
            let mut state = self.state();
            if let Some(run) = state.cached(sample, self.size) {
                return Ok(run);
            }
            state.take_cursor(sample)
        };
        let (mut next, mut cursor) = match known {
            Some((next, cursor)) => (Some(next), cursor),
            None => (None, self.source.cursor(sample)?),
        };
        let run = Arc::new(decode_run(&mut *cursor, &mut next, sample, self.size)?);
        let mut state = self.state();
        state.keep(&run);
        // Where the cursor failed behind this run, `next` is none: it is not asked again.
        if let Some(next) = next {
            state.cursors.push_back((next, cursor));
            if state.cursors.len() > CURSORS {
                state.cursors.pop_front();
            }
        }
        Ok(run)
    }
}

impl State {
    fn cached(&mut self, sample: u64, size: u64) -> Option<Arc<Block>> {
        let index = self.runs.iter().rposition(|run| run.holds(sample, size))?;
        let run = self.runs.remove(index)?;
        self.runs.push_back(run.clone());
        Some(run)
    }

    fn keep(&mut self, run: &Arc<Block>) {
        self.held += run.pcm.len();
        self.runs.push_back(run.clone());
        while self.held > CACHE {
            let Some(old) = self.runs.pop_front() else { break };
            self.held -= old.pcm.len();
        }
    }

    /// The cursor that is nearest before the sample, when it is near enough.
    fn take_cursor(&mut self, sample: u64) -> Option<(u64, Box<dyn Cursor>)> {
        let near = |(next, _): &&(u64, Box<dyn Cursor>)| sample.checked_sub(*next).is_some_and(|gap| gap < REACH);
        let best = self.cursors.iter().filter(near).map(|(next, _)| *next).max()?;
        let index = self.cursors.iter().position(|(next, _)| *next == best)?;
        self.cursors.remove(index)
    }
}

/// Decodes up to the sample and some way on. `next` is where the cursor stands, if that is known, and is left so.
fn decode_run(cursor: &mut dyn Cursor, next: &mut Option<u64>, sample: u64, size: u64) -> io::Result<Block> {
    let mut run: Option<Block> = None;
    loop {
        let block = match (cursor.next(), &run) {
            (Ok(block), _) => block,
            (Err(_), Some(_)) => {
                *next = None;
                break;
            }
            (Err(error), None) => return Err(error),
        };
        let expected = next.unwrap_or(block.start.min(sample));
        if block.start != expected || block.pcm.is_empty() {
            let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the compressed audio is damaged here");
            *next = None;
            return run.ok_or_else(damaged);
        }
        *next = Some(block.end(size));
        match &mut run {
            Some(run) => run.pcm.extend_from_slice(&block.pcm),
            None if block.holds(sample, size) => run = Some(block),
            None => {}
        }
        if run.as_ref().is_some_and(|run| run.pcm.len() >= RUN) {
            break;
        }
    }
    run.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

impl<S: Source> Bytes for Decoded<S> {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, mut at: u64, mut into: &mut [u8]) -> io::Result<()> {
        if at.checked_add(into.len() as u64).is_none_or(|end| end > self.len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        while !into.is_empty() {
            let run = self.run(at / self.size)?;
            let skip = usize::try_from(at - run.start * self.size).map_err(|_| io::ErrorKind::InvalidData)?;
            let here = run.pcm.get(skip..).unwrap_or_default();
            let count = here.len().min(into.len());
            let (now, rest) = into.split_at_mut(count);
            now.copy_from_slice(&here[..count]);
            at += count as u64;
            into = rest;
        }
        Ok(())
    }
}
