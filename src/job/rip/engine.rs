//! Drives a [`Strategy`] over a drive: one thread asks, this one writes what came, keeps the map, and tells of it.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::asking::{Asking, Came, Said};
use super::map::{Change, Status};
use super::mapfile::Place;
use super::picture::Artist;
use super::store::Store;
use super::strategy::{Bounds, Pass, Request, Strategy};
use crate::disc::Disc;
use crate::drive::mmc::CommandError;
use crate::drive::{Ask, DriveReader, POINTERS};
use crate::job::progress::Meter;
use crate::job::{Control, DriveError, JobError, Phase, Progress};

/// Buffers between the drive and the disk: while one is written, others are read.
const BUFFERS: usize = 4;
/// How long the control waits at most to be looked at.
pub const GLANCE: Duration = Duration::from_millis(100);
/// Not more than so much time, or so many bytes, of reading are lost when the power is.
const SAVE_AFTER: Duration = Duration::from_secs(2);
const SAVE_BYTES: u64 = 64 << 20;

/// A part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A pass over the map.
    Pass(Pass),
    /// The second reading of audio.
    Compare,
    /// The readings of those sectors whose second was another.
    Settle,
}

/// What a part of the work came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PassCount {
    /// Which.
    pub part: Part,
    /// Commands.
    pub requests: u64,
    /// Commands that failed.
    pub failed: u64,
    /// Sectors read.
    pub read: u64,
    /// How long the drive took for all of them.
    pub seconds: f64,
    /// How long it took for the slowest.
    pub slowest: f64,
}

impl PassCount {
    /// Nothing yet.
    pub fn new(part: Part) -> PassCount {
        PassCount { part, requests: 0, failed: 0, read: 0, seconds: 0.0, slowest: 0.0 }
    }

    /// Another command, which took so long, and the sectors that came of it; `None` where it failed.
    pub fn add(&mut self, took: Duration, sectors: Option<u32>) {
        let took = took.as_secs_f64();
        self.requests += 1;
        self.seconds += took;
        self.slowest = self.slowest.max(took);
        match sectors {
            Some(sectors) => self.read += u64::from(sectors),
            None => self.failed += 1,
        }
    }
}

/// Room for the answer to a request.
#[derive(Default)]
struct Buffers {
    /// Sectors, with their subchannel where that is read.
    lines: Vec<u8>,
    /// Error pointers, where they are believed.
    c2: Vec<u8>,
}

/// What the reading thread tells.
enum Told {
    /// What came of a request.
    Came { request: Request, buffers: Buffers, read: bool, changes: Vec<Change>, took: Duration },
    /// The drive is of no more use.
    Lost(CommandError),
}

/// Where the work goes on, and who it is told.
pub struct Work<'a> {
    /// The drive.
    pub drive: Arc<DriveReader>,
    /// The drive's name, for messages.
    pub name: &'a str,
    /// The disc in it.
    pub disc: &'a Disc,
    /// Rounds over bad sectors.
    pub retries: u32,
    /// Error pointers are believed: audio at which none points need not be read twice.
    pub trusted: bool,
    /// What the drive says instead of giving sectors.
    pub said: Said,
}

/// Reads all that can be read. However it ends, what was read is on the disk, and the map says so.
pub fn read_all(
    work: &Work<'_>,
    store: &mut Store,
    artist: &mut Artist<'_>,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<PassCount>, JobError> {
    let sub = store.has_sub();
    let bounds = Bounds { most: work.drive.most_sectors(sub), retries: work.retries, borders: store.layout().borders().to_vec() };
    let strategy = Strategy::new(store.map().clone(), bounds);
    let (free, spare) = unbounded();
    let (told, telling) = (unbounded(), store.layout().clone());
    for _ in 0..BUFFERS {
        free.send(Buffers::default()).expect("the receiver stands beside it");
    }
    let (drive, trusted, asking) = (work.drive.clone(), work.trusted, Asking::new(work.said.clone()));
    // The thread is not waited for when the user cancels: a drive may be busy with a bad sector for a minute.
    let reading = std::thread::spawn(move || read(&drive, asking, strategy, |n| telling.lba(n), (sub, trusted), &spare, &told.0));
    let mut books =
        Books { work, store, artist, control, tell, counts: Vec::new(), meter: None, saved: Instant::now(), bytes: 0 };
    let result = books.keep(&told.1, &free);
    let place = books.place();
    let counts = books.finish();
    let saved = store.save(place);
    result?;
    saved?;
    drop(free);
    // All is told: it has ended, or panicked.
    reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    Ok(counts)
}

/// Asks the drive until nothing is left, or nobody listens any more.
fn read(
    drive: &DriveReader,
    mut asking: Asking,
    mut strategy: Strategy,
    lba: impl Fn(u32) -> crate::disc::Lba,
    (sub, trusted): (bool, bool),
    spare: &Receiver<Buffers>,
    told: &Sender<Told>,
) {
    while let Some(request) = strategy.next() {
        let Ok(mut buffers) = spare.recv() else { return };
        let Range { start, end } = request.sectors;
        let count = end - start;
        buffers.lines.resize(count as usize * drive.line(sub), 0);
        buffers.c2.resize(if trusted { count as usize * POINTERS } else { 0 }, 0);
        let ask = Ask { at: lba(start), count, sub, from_disc: matches!(request.pass, Pass::Retry(_)) };
        let read = match asking.ask(drive, ask, &mut buffers.lines, &mut buffers.c2) {
            Came::Sectors => true,
            Came::Nothing => false,
            Came::Lost(error) => {
                let _ = told.send(Told::Lost(error));
                return;
            }
        };
        let changes = strategy.report(&request, read);
        if told.send(Told::Came { request, buffers, read, changes, took: asking.took }).is_err() {
            return;
        }
    }
}

/// Keeps the store, the counts and the meter in step with what comes.
struct Books<'a, 'b, 'c> {
    work: &'a Work<'a>,
    store: &'b mut Store,
    artist: &'b mut Artist<'c>,
    control: &'a Control,
    tell: &'a (dyn Fn(Progress) + Sync),
    counts: Vec<PassCount>,
    meter: Option<Meter<'a>>,
    saved: Instant,
    /// Bytes since then.
    bytes: u64,
}

impl<'a> Books<'a, '_, '_> {
    fn keep(&mut self, told: &Receiver<Told>, free: &Sender<Buffers>) -> Result<(), JobError> {
        loop {
            match told.recv_timeout(GLANCE) {
                Ok(Told::Came { request, mut buffers, read, changes, took }) => {
                    if read {
                        // Here, and not where it would keep the drive waiting.
                        let at = self.store.layout().lba(request.sectors.start);
                        self.work.drive.complete(at, self.store.has_sub(), &mut buffers.lines);
                    }
                    self.came(&request, read.then_some(&buffers), &changes, took)?;
                    // The reading thread may have ended.
                    let _ = free.send(buffers);
                }
                Ok(Told::Lost(error)) => {
                    return Err(JobError::Drive { name: self.work.name.to_owned(), error: DriveError::Command(error) });
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.artist.catch_up(self.store);
                    self.control.check()?;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    fn came(&mut self, request: &Request, buffers: Option<&Buffers>, changes: &[Change], took: Duration) -> Result<(), JobError> {
        if self.counts.last().is_none_or(|count| count.part != Part::Pass(request.pass)) {
            self.begin(request.pass);
        }
        let settled: u32 = changes.iter().map(|change| change.sectors.end - change.sectors.start).sum();
        let bytes = buffers.map_or(0, |buffers| buffers.lines.len() as u64);
        if let Some(buffers) = buffers {
            self.store.write(&request.sectors, &buffers.lines)?;
            self.bytes += bytes;
            let clean = |c2: &[u8]| c2.iter().all(|&byte| byte == 0);
            for (n, _) in request.sectors.clone().zip(buffers.c2.chunks(POINTERS)).filter(|(_, c2)| clean(c2)) {
                self.store.confirm(n..n + 1, Status::Finished);
            }
        }
        changes.iter().for_each(|change| self.store.apply(change));
        self.artist.came(request, changes, self.store);
        if let Some(count) = self.counts.last_mut() {
            count.add(took, buffers.map(|_| settled));
        }
        if self.bytes >= SAVE_BYTES || self.saved.elapsed() >= SAVE_AFTER {
            self.store.save(request.pass.place(request.sectors.end))?;
            (self.saved, self.bytes) = (Instant::now(), 0);
        }
        let at = self.store.layout().lba(request.sectors.start);
        let track = self.work.disc.track_at(at).map(|(_, track)| track.number);
        match &mut self.meter {
            Some(meter) => meter.advance(settled.into(), bytes, track),
            None => self.control.check(),
        }
    }

    /// Another pass begins; the three of copying are one to whoever watches.
    fn begin(&mut self, pass: Pass) {
        let copying = |part| matches!(part, Part::Pass(Pass::Copy(_)));
        let goes_on = self.counts.last().is_some_and(|count| copying(count.part)) && copying(Part::Pass(pass));
        self.counts.push(PassCount::new(Part::Pass(pass)));
        if goes_on {
            return;
        }
        if let Some(meter) = self.meter.take() {
            meter.finish();
        }
        let total = self.store.map().count(pass.status());
        self.meter = Some(Meter::new(self.control, self.tell, phase(pass), total.into()));
    }

    /// Where the work is, for the map.
    fn place(&self) -> Place {
        let map = self.store.map();
        let open = [Status::NonTried, Status::NonTrimmed, Status::NonScraped].iter().any(|status| map.count(*status) > 0);
        match self.counts.last().map(|count| count.part) {
            Some(Part::Pass(pass)) if open => pass.place(0),
            _ => Place { sector: 0, work: '+', pass: 1 },
        }
    }

    fn finish(self) -> Vec<PassCount> {
        self.artist.catch_up(self.store);
        if let Some(meter) = self.meter {
            meter.finish();
        }
        self.counts
    }
}

fn phase(pass: Pass) -> Phase {
    match pass {
        Pass::Copy(_) => Phase::Read,
        Pass::Trim => Phase::Trim,
        Pass::Scrape => Phase::Scrape,
        Pass::Retry(_) => Phase::Retry,
    }
}
