//! Drives a [`Strategy`] over a drive: one thread asks, this one writes what came, keeps the map, and tells of it.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::map::{Change, Status};
use super::mapfile::Place;
use super::picture::{Artist, Show};
use super::store::Store;
use super::strategy::{Bounds, Pass, Request, Strategy};
use crate::disc::Disc;
use crate::drive::DriveReader;
use crate::drive::mmc::{CommandError, CommandFault};
use crate::drive::sense::Meaning;
use crate::drive::transport::TransportError;
use crate::job::progress::Meter;
use crate::job::{Control, DriveError, JobError, Phase, Progress};

/// Buffers between the drive and the disk: while one is written, others are read.
const BUFFERS: usize = 4;
/// How long the control waits at most to be looked at.
const GLANCE: Duration = Duration::from_millis(100);
/// Not more than so much time, or so many bytes, of reading are lost when the power is.
const SAVE_AFTER: Duration = Duration::from_secs(2);
const SAVE_BYTES: u64 = 64 << 20;
/// How long a drive may say that it is not ready, and how often it is asked.
const NOT_READY: Duration = Duration::from_secs(60);
const ASK_AGAIN: Duration = Duration::from_millis(250);
/// Requests one after another that are not answered in time before the drive is given up.
const MOST_SILENT: u32 = 3;

/// What a pass came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassCount {
    /// Which.
    pub pass: Pass,
    /// Commands.
    pub requests: u64,
    /// Commands that failed.
    pub failed: u64,
    /// Sectors read.
    pub read: u64,
}

/// What the reading thread tells.
enum Told {
    /// What came of a request.
    Came { request: Request, bytes: Vec<u8>, read: bool, changes: Vec<Change> },
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
    /// Who is shown what has become of the sectors.
    pub show: Show<'a>,
}

/// Reads all that can be read. However it ends, what was read is on the disk, and the map says so.
pub fn read_all(
    work: &Work<'_>,
    store: &mut Store,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<PassCount>, JobError> {
    let sub = store.has_sub();
    let bounds = Bounds { most: work.drive.most_sectors(sub), retries: work.retries, borders: store.layout().borders().to_vec() };
    let strategy = Strategy::new(store.map().clone(), bounds);
    let (free, spare) = unbounded();
    let (told, telling) = (unbounded(), store.layout().clone());
    for _ in 0..BUFFERS {
        free.send(Vec::new()).expect("the receiver stands beside it");
    }
    let drive = work.drive.clone();
    // The thread is not waited for when the user cancels: a drive may be busy with a bad sector for a minute.
    let reading = std::thread::spawn(move || read(&drive, strategy, |n| telling.lba(n), sub, &spare, &told.0));
    let artist = Artist::new(work.show, store);
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
    mut strategy: Strategy,
    lba: impl Fn(u32) -> crate::disc::Lba,
    sub: bool,
    spare: &Receiver<Vec<u8>>,
    told: &Sender<Told>,
) {
    let mut silent = 0;
    while let Some(request) = strategy.next() {
        let Ok(mut bytes) = spare.recv() else { return };
        let Range { start, end } = request.sectors;
        bytes.resize((end - start) as usize * drive.line(sub), 0);
        let again = matches!(request.pass, Pass::Retry(_));
        let read = match attempt(|| drive.attempt(lba(start), sub, again, &mut bytes)) {
            Ok(()) => true,
            Err(error) if is_silent(&error) && silent + 1 < MOST_SILENT => {
                silent += 1;
                let changes = strategy.report(&request, false);
                if told.send(Told::Came { request, bytes, read: false, changes }).is_err() {
                    return;
                }
                continue;
            }
            Err(error) if is_about_sectors(&error) => false,
            Err(error) => {
                let _ = told.send(Told::Lost(error));
                return;
            }
        };
        silent = 0;
        let changes = strategy.report(&request, read);
        if told.send(Told::Came { request, bytes, read, changes }).is_err() {
            return;
        }
    }
}

/// Sends a command; again while the drive says that it is not ready yet.
fn attempt(mut command: impl FnMut() -> Result<(), CommandError>) -> Result<(), CommandError> {
    let begun = Instant::now();
    loop {
        match command() {
            Err(error) if is_not_ready(&error) && begun.elapsed() < NOT_READY => std::thread::sleep(ASK_AGAIN),
            result => return result,
        }
    }
}

fn is_not_ready(error: &CommandError) -> bool {
    error.meaning() == Some(Meaning::NotYet) || matches!(error.fault, CommandFault::Transport(TransportError::Status(_)))
}

fn is_silent(error: &CommandError) -> bool {
    matches!(error.fault, CommandFault::Transport(TransportError::TimedOut))
}

/// Whether the disc is at fault there, and other sectors may be better. A drive that finds no such address, short of the end that the table of
/// contents tells, can't find the sector; one that sends less than was asked for has none either.
pub fn is_about_sectors(error: &CommandError) -> bool {
    let short = matches!(error.fault, CommandFault::Short { .. });
    short || matches!(error.meaning(), Some(Meaning::Unreadable | Meaning::WrongMode | Meaning::OutOfRange | Meaning::Other))
}

/// Keeps the store, the counts and the meter in step with what comes.
struct Books<'a, 'b> {
    work: &'a Work<'a>,
    store: &'b mut Store,
    artist: Artist<'a>,
    control: &'a Control,
    tell: &'a (dyn Fn(Progress) + Sync),
    counts: Vec<PassCount>,
    meter: Option<Meter<'a>>,
    saved: Instant,
    /// Bytes since then.
    bytes: u64,
}

impl<'a> Books<'a, '_> {
    fn keep(&mut self, told: &Receiver<Told>, free: &Sender<Vec<u8>>) -> Result<(), JobError> {
        loop {
            match told.recv_timeout(GLANCE) {
                Ok(Told::Came { request, bytes, read, changes }) => {
                    self.came(&request, read.then_some(&bytes), &changes)?;
                    // The reading thread may have ended.
                    let _ = free.send(bytes);
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

    fn came(&mut self, request: &Request, bytes: Option<&Vec<u8>>, changes: &[Change]) -> Result<(), JobError> {
        if self.counts.last().is_none_or(|count| count.pass != request.pass) {
            self.begin(request.pass);
        }
        let settled: u32 = changes.iter().map(|change| change.sectors.end - change.sectors.start).sum();
        if let Some(bytes) = bytes {
            self.store.write(&request.sectors, bytes)?;
            self.bytes += bytes.len() as u64;
        }
        changes.iter().for_each(|change| self.store.apply(change));
        self.artist.came(request, changes, self.store);
        if let Some(count) = self.counts.last_mut() {
            count.requests += 1;
            match bytes {
                Some(_) => count.read += u64::from(settled),
                None => count.failed += 1,
            }
        }
        if self.bytes >= SAVE_BYTES || self.saved.elapsed() >= SAVE_AFTER {
            self.store.save(request.pass.place(request.sectors.end))?;
            (self.saved, self.bytes) = (Instant::now(), 0);
        }
        let at = self.store.layout().lba(request.sectors.start);
        let track = self.work.disc.track_at(at).map(|(_, track)| track.number);
        match &mut self.meter {
            Some(meter) => meter.advance(settled.into(), bytes.map_or(0, |bytes| bytes.len() as u64), track),
            None => self.control.check(),
        }
    }

    /// Another pass begins; the three of copying are one to whoever watches.
    fn begin(&mut self, pass: Pass) {
        let copying = |pass| matches!(pass, Pass::Copy(_));
        let goes_on = self.counts.last().is_some_and(|count| copying(count.pass)) && copying(pass);
        self.counts.push(PassCount { pass, requests: 0, failed: 0, read: 0 });
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
        match self.counts.last() {
            Some(count) if open => count.pass.place(0),
            _ => Place { sector: 0, work: '+', pass: 1 },
        }
    }

    fn finish(mut self) -> Vec<PassCount> {
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
