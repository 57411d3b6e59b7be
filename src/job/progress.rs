//! How far a job is.

use std::time::{Duration, Instant};

use super::{Control, JobError};
use crate::disc::Medium;

/// What a job is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Reading the source and writing the image.
    Copy,
    /// Reading the image back and comparing it with the source, or checking a source.
    Verify,
    /// Reading and hashing.
    Hash,
    /// Ripping: reading what nobody has tried yet.
    Read,
    /// Ripping: reading the edges of what failed.
    Trim,
    /// Ripping: reading what lies between bad sectors.
    Scrape,
    /// Ripping: trying bad sectors again.
    Retry,
    /// Ripping: reading audio a second time, and what differs more often.
    Compare,
    /// Ripping: holding what was read against its own checksums. Burning: reading the source to its end before the laser starts.
    Check,
    /// Burning audio files: reading them to learn how loud they are.
    Measure,
    /// Burning: erasing or formatting the disc; the drive tells how far it is in 65536ths.
    Erase,
    /// Burning: what comes before the first sector.
    Prepare,
    /// Burning.
    Burn,
    /// Burning: closing tracks, sessions and the disc.
    Close,
    /// Burning: waiting for somebody to put a disc in; what is done are seconds.
    Wait,
}

impl Phase {
    /// The word for it in `--json` progress lines.
    pub fn word(self) -> &'static str {
        match self {
            Phase::Copy => "copy",
            Phase::Verify => "verify",
            Phase::Hash => "hash",
            Phase::Read => "read",
            Phase::Trim => "trim",
            Phase::Scrape => "scrape",
            Phase::Retry => "retry",
            Phase::Compare => "compare",
            Phase::Check => "check",
            Phase::Measure => "measure",
            Phase::Erase => "erase",
            Phase::Prepare => "prepare",
            Phase::Burn => "burn",
            Phase::Close => "close",
            Phase::Wait => "wait",
        }
    }
}

impl Phase {
    /// What is counted in it, as `--json` progress lines have it.
    pub fn unit(self) -> &'static str {
        match self {
            // Of files, as they are stored, where they are measured.
            Phase::Burn | Phase::Measure => "bytes",
            // What the drive tells, where it tells something: 65536ths.
            Phase::Erase | Phase::Prepare | Phase::Close => "parts",
            Phase::Wait => "seconds",
            _ => "sectors",
        }
    }
}

/// How far a job is, at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Sectors done in this phase, or what else is [counted](Phase::unit) in it.
    pub done: u64,
    /// Sectors of this phase.
    pub total: u64,
    /// Bytes a second, over the last second or so.
    pub rate: f64,
    /// Seconds until the phase is over; `None` while nothing can be said.
    pub eta: Option<f64>,
    /// The track it is at.
    pub track: Option<u8>,
}

/// Bytes a second at single speed: 75 raw sectors of a CD; 1,385,000 of a DVD, 4,495,500 of a Blu-ray disc (MMC, SET STREAMING).
pub fn single_speed(medium: Medium) -> f64 {
    match medium {
        medium if medium.is_cd() => 75.0 * 2352.0,
        Medium::Bd => 4_495_500.0,
        _ => 1_385_000.0,
    }
}

impl Progress {
    /// The rate in multiples of the medium's single speed, as drives count it.
    pub fn times(&self, medium: Medium) -> f64 {
        self.rate / single_speed(medium)
    }
}

/// Not more often than this is progress told: enough for the eye, and next to nothing for the machine.
const INTERVAL: Duration = Duration::from_millis(100);
/// Weight of the newest interval in the rate.
const SMOOTHING: f64 = 0.25;

/// Counts what a job does and tells of it now and then.
pub struct Meter<'a> {
    control: &'a Control,
    tell: &'a (dyn Fn(Progress) + Sync),
    now: Progress,
    bytes: u64,
    last: Instant,
    last_bytes: u64,
}

impl<'a> Meter<'a> {
    /// A phase of `total` sectors begins.
    pub fn new(control: &'a Control, tell: &'a (dyn Fn(Progress) + Sync), phase: Phase, total: u64) -> Meter<'a> {
        let now = Progress { phase, done: 0, total, rate: 0.0, eta: None, track: None };
        tell(now);
        Meter { control, tell, now, bytes: 0, last: Instant::now(), last_bytes: 0 }
    }

    /// Another `sectors` sectors, `bytes` bytes, of this track are done. Rests while the job is paused; fails when it is cancelled.
    pub fn advance(&mut self, sectors: u64, bytes: u64, track: Option<u8>) -> Result<(), JobError> {
        self.now.done += sectors;
        self.now.track = track;
        self.bytes += bytes;
        let elapsed = self.last.elapsed();
        if elapsed >= INTERVAL {
            let current = (self.bytes - self.last_bytes) as f64 / elapsed.as_secs_f64();
            self.now.rate = if self.now.rate == 0.0 { current } else { self.now.rate + SMOOTHING * (current - self.now.rate) };
            let left = (self.now.total - self.now.done.min(self.now.total)) as f64;
            let bytes_a_sector = self.bytes as f64 / self.now.done.max(1) as f64;
            self.now.eta = (self.now.rate > 0.0).then(|| left * bytes_a_sector / self.now.rate);
            (self.tell)(self.now);
            (self.last, self.last_bytes) = (Instant::now(), self.bytes);
        }
        let rested = self.control.is_paused();
        self.control.check()?;
        if rested {
            // Time spent resting is not slowness.
            (self.last, self.last_bytes) = (Instant::now(), self.bytes);
        }
        Ok(())
    }

    /// So many sectors turned out not to be needed.
    pub fn shrink(&mut self, sectors: u64) {
        self.now.total = self.now.total.saturating_sub(sectors);
    }

    /// The phase is over: tells of its end.
    pub fn finish(mut self) {
        self.now.eta = Some(0.0);
        (self.tell)(self.now);
    }
}
