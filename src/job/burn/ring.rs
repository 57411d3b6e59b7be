//! The ring between source and recorder: 64 MB that are full when the laser starts, so that a source that stumbles for a second stops no burn.
//!
//! The copy engine fills it as a [`DiscWriter`]; another thread empties it into the recorder.

use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, SendTimeoutError, Sender, bounded, unbounded};

use crate::disc::{DiscWriter, Run};
use crate::job::copy::PIECE;

/// Bytes that it holds.
pub const SIZE: usize = 64 << 20;
/// How long nobody looks at the control, or tells how full it is.
const GLANCE: Duration = Duration::from_millis(100);
/// How often the recorder is asked about its own buffer: it answers while it writes, but each question takes a command.
const ASK: Duration = Duration::from_millis(500);

/// What goes through the ring.
enum Item {
    /// The next bytes.
    Bytes(Vec<u8>),
    /// No more will come: the disc can be closed.
    End,
}

/// How full buffers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Level {
    /// Bytes in it.
    pub used: u64,
    /// Bytes that it can hold.
    pub size: u64,
}

impl Level {
    /// How full it is, from 0 to 1.
    pub fn part(self) -> f32 {
        if self.size == 0 { 0.0 } else { (self.used as f64 / self.size as f64).min(1.0) as f32 }
    }
}

/// What is known on both sides of the ring.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Levels {
    /// The ring.
    pub ring: Level,
    /// The recorder's own buffer, where it tells.
    pub drive: Option<Level>,
    /// Bytes that the recorder has taken.
    pub written: u64,
    /// The lowest level of the ring while there was more to come, from 0 to 1.
    pub lowest: f32,
    /// Seconds from the first byte that the recorder was given to the last.
    pub seconds: f64,
}

/// The side of the source.
pub struct Ring<'a> {
    runs: Vec<Run>,
    items: Option<Sender<Item>>,
    spare: Receiver<Vec<u8>>,
    gauge: &'a Gauge,
    glance: Glance<'a>,
}

/// Is shown how full the buffers are; an error ends the burn.
pub type Glance<'a> = Box<dyn FnMut(&Levels) -> io::Result<()> + Send + 'a>;

/// The side of the recorder.
pub struct Feed<'a> {
    items: Receiver<Item>,
    empty: Sender<Vec<u8>>,
    gauge: &'a Gauge,
}

/// What both sides write down.
#[derive(Default)]
pub struct Gauge {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    levels: Levels,
    /// The source has given all that it has, or has been given up.
    ended: bool,
}

impl Gauge {
    /// How it is now.
    pub fn read(&self) -> Levels {
        self.state().levels
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_all();
    }

    /// Wakes who waits.
    fn changed(&self) {
        self.note(|_| ());
    }

    /// Waits until something is so, or nothing more will come.
    fn wait(&self, is_so: impl Fn() -> bool) {
        let mut state = self.state();
        while !state.ended && !is_so() {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A ring for these runs.
pub fn ring<'a>(runs: Vec<Run>, gauge: &'a Gauge, glance: Glance<'a>) -> (Ring<'a>, Feed<'a>) {
    let largest = runs.iter().map(|run| run.form.size()).max().unwrap_or(1) * PIECE as usize;
    let pieces = (SIZE / largest.max(1)).max(2);
    let (items, feed) = bounded(pieces);
    let (empty, spare) = unbounded();
    let size = (pieces * largest) as u64;
    gauge.note(|state| state.levels = Levels { ring: Level { used: 0, size }, lowest: 1.0, ..Levels::default() });
    (Ring { runs, items: Some(items), spare, gauge, glance }, Feed { items: feed, empty, gauge })
}

impl Ring<'_> {
    /// Puts something in as soon as there is room.
    fn put(&mut self, mut item: Item) -> io::Result<()> {
        loop {
            let Some(items) = &self.items else { return Err(io::ErrorKind::BrokenPipe.into()) };
            match items.send_timeout(item, GLANCE) {
                Ok(()) => return Ok(()),
                Err(SendTimeoutError::Timeout(back)) => item = back,
                // The other side says why.
                Err(SendTimeoutError::Disconnected(_)) => return Err(io::ErrorKind::BrokenPipe.into()),
            }
            (self.glance)(&self.gauge.read())?;
        }
    }

    fn end(&mut self) {
        self.items = None;
        self.gauge.note(|state| state.ended = true);
    }
}

impl Drop for Ring<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

impl DiscWriter for Ring<'_> {
    fn runs(&self) -> Vec<Run> {
        self.runs.clone()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut piece = self.spare.try_recv().unwrap_or_default();
        piece.clear();
        piece.extend_from_slice(bytes);
        // Counted before it is there, so that it is never counted out before it is counted in.
        self.gauge.note(|state| state.levels.ring.used += bytes.len() as u64);
        self.put(Item::Bytes(piece))?;
        // Only now can the ring have become full.
        self.gauge.changed();
        (self.glance)(&self.gauge.read())
    }

    /// Waits until the recorder has closed the disc, or has ended in another way.
    fn finish(&mut self) -> io::Result<()> {
        self.put(Item::End)?;
        self.end();
        loop {
            match self.spare.recv_timeout(GLANCE) {
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Ok(_) | Err(RecvTimeoutError::Timeout) => (self.glance)(&self.gauge.read())?,
            }
        }
    }
}

/// How emptying the ring ended.
#[derive(Debug)]
pub enum Drained {
    /// All has been written, and the writer has finished.
    Whole,
    /// The source has ended early, or was called off.
    Short,
    /// The writer has failed.
    Failed(io::Error),
}

impl Feed<'_> {
    /// Waits until the ring is full, and hands all that comes to the writer. `ask` is asked about the writer's own buffer now and then.
    pub fn drain<W: DiscWriter>(self, writer: &mut W, mut ask: impl FnMut(&mut W) -> Option<Level>) -> Drained {
        let Some(first) = self.fill() else { return Drained::Short };
        let (begun, mut asked) = (Instant::now(), Instant::now());
        let mut next = Some(first);
        loop {
            let item = match next.take() {
                Some(item) => item,
                None => match self.items.recv() {
                    Ok(item) => item,
                    Err(_) => return Drained::Short,
                },
            };
            let bytes = match item {
                Item::Bytes(bytes) => bytes,
                Item::End => return writer.finish().map_or_else(Drained::Failed, |()| Drained::Whole),
            };
            if let Err(error) = writer.write(&bytes) {
                return Drained::Failed(error);
            }
            let level = (asked.elapsed() >= ASK).then(|| ask(writer)).flatten();
            if level.is_some() {
                asked = Instant::now();
            }
            self.count(bytes.len() as u64, level, begun);
            // Nobody may want it any more.
            let _ = self.empty.send(bytes);
        }
    }

    /// Waits for a full ring, or for all that will ever come, and takes the first of it.
    fn fill(&self) -> Option<Item> {
        self.gauge.wait(|| self.items.is_full());
        self.items.recv().ok()
    }

    fn count(&self, bytes: u64, drive: Option<Level>, begun: Instant) {
        self.gauge.note(|State { levels, ended }| {
            levels.ring.used = levels.ring.used.saturating_sub(bytes);
            levels.written += bytes;
            levels.drive = drive.or(levels.drive);
            levels.seconds = begun.elapsed().as_secs_f64();
            if !*ended {
                levels.lowest = levels.lowest.min(levels.ring.part());
            }
        });
    }
}
