//! Writes a disc: source, ring, recorder.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::error::BurnFault;
use super::levels::{BurnNews, BurnPicture};
use super::ring::{Drained, Gauge, Level, Levels, ring};
use super::seat::Seat;
use crate::disc::DiscReader;
use crate::drive::recorder::{AfterFailure, BurnError, BurnPlan, Landing, Recorder, Stage};
use crate::job::copy::{Names, copy};
use crate::job::progress::Meter;
use crate::job::{Control, JobError, Phase, Progress};

/// Parts of a whole in which a drive tells how far it is.
const PARTS: u64 = 65_536;

/// Not more often than this is it told that the drive is at the same thing.
const INTERVAL: Duration = Duration::from_millis(100);

/// What the drive is at, and when that was told last.
type Heard = (Stage, Option<Instant>);

/// What is written, from where, and who hears of it.
pub struct Burning<'a> {
    /// The source.
    pub source: &'a dyn DiscReader,
    /// Its place, for messages.
    pub path: &'a Path,
    /// What was decided.
    pub plan: &'a BurnPlan,
    /// Which of the discs it is, and how many there will be.
    pub copy: (u32, u32),
    /// Whether it is called off.
    pub control: &'a Control,
    /// Hears how far it is.
    pub tell: &'a (dyn Fn(Progress) + Sync),
    /// Is shown how it goes.
    pub show: &'a (dyn Fn(BurnNews) + Sync),
}

/// A disc that was written.
pub struct Written {
    /// Where what was written lies.
    pub landings: Vec<Landing>,
    /// How the buffers fared.
    pub levels: Levels,
}

/// How the emptying of the ring ended, and what became of the disc.
enum Ended {
    Whole(Vec<Landing>),
    Failed(Option<io::Error>, AfterFailure),
}

impl Burning<'_> {
    /// Writes it. The drive is free again when that is over, however it ends.
    pub fn write(&self, seat: &mut Seat) -> Result<Written, JobError> {
        let name = seat.name.clone();
        let stage = Mutex::new((Stage::Starting, None));
        let heard = |now, parts| self.hear(&stage, now, parts);
        let mut recorder = Recorder::new(&mut **seat.transport(), self.plan.clone(), Box::new(heard));
        if let Err(error) = recorder.start() {
            return Err(self.failed(&name, Some(error), recorder.abandon()));
        }
        let gauge = Gauge::default();
        let total = self.total();
        let mut meter = Some(Meter::new(self.control, self.tell, Phase::Burn, total));
        let mut counted = 0;
        let glance = |levels: &Levels| {
            self.show_levels(&stage, levels);
            let new = levels.written - counted;
            counted = levels.written;
            match &mut meter {
                Some(meter) => meter.advance(new, new, None).map_err(io::Error::other)?,
                None => self.control.check().map_err(io::Error::other)?,
            }
            if let Some(meter) = meter.take_if(|_| counted == total) {
                meter.finish();
                (self.tell)(waiting(Phase::Close, None));
            }
            Ok(())
        };
        let (mut ring, feed) = ring(self.plan.runs(), &gauge, Box::new(glance));
        let names = Names { source: self.path, target: Path::new(&name) };
        let (copied, ended) = std::thread::scope(|scope| {
            let laser = scope.spawn(move || burn(recorder, feed));
            let copied = copy(self.source, &mut ring, &names, self.control, &|_| ());
            drop(ring);
            (copied, laser.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        match (ended, copied) {
            (Ended::Whole(landings), _) => Ok(Written { landings, levels: gauge.read() }),
            (Ended::Failed(Some(error), after), _) => Err(self.failed(&name, taken_apart(error), after)),
            (Ended::Failed(None, after), _) if self.control.is_cancelled() => Err(self.failed(&name, None, after)),
            (Ended::Failed(None, after), copied) => {
                let error = Box::new(copied.err().unwrap_or(JobError::Cancelled));
                Err(BurnFault::Source { error, kind: self.plan.kind, after }.of(&name))
            }
        }
    }

    /// Bytes that the recorder is given.
    fn total(&self) -> u64 {
        self.plan.runs().iter().map(|run| u64::from(run.sectors) * run.form.size() as u64).sum()
    }

    /// The drive says what it is at.
    fn hear(&self, stage: &Mutex<Heard>, now: Stage, parts: Option<u16>) -> ControlFlow<()> {
        let news = {
            let mut heard = stage.lock().unwrap_or_else(PoisonError::into_inner);
            let news = heard.0 != now || heard.1.is_none_or(|last| last.elapsed() >= INTERVAL);
            if news {
                *heard = (now, Some(Instant::now()));
            }
            news
        };
        let phase = match now {
            Stage::Erasing | Stage::Formatting => Phase::Erase,
            Stage::Starting | Stage::Calibrating | Stage::LeadIn => Phase::Prepare,
            Stage::Writing => Phase::Burn,
            Stage::Flushing | Stage::Closing => Phase::Close,
        };
        if news && phase != Phase::Burn {
            (self.tell)(waiting(phase, parts));
        }
        if self.control.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn show_levels(&self, stage: &Mutex<Heard>, levels: &Levels) {
        (self.show)(BurnNews::Goes(BurnPicture {
            copy: self.copy.0,
            copies: self.copy.1,
            kind: self.plan.kind,
            mode: self.plan.mode,
            simulated: self.plan.simulate,
            stage: stage.lock().unwrap_or_else(PoisonError::into_inner).0,
            ring: levels.ring,
            drive: levels.drive,
            written: levels.written,
            total: self.total(),
        }));
    }

    /// What is told of a recorder that has ended early, of itself or because it was called off.
    fn failed(&self, name: &str, error: Option<BurnError>, after: AfterFailure) -> JobError {
        let kind = self.plan.kind;
        match error {
            Some(error) if !matches!(error, BurnError::Cancelled) => BurnFault::Failed { error, kind, after },
            _ => BurnFault::Cancelled { kind, after },
        }
        .of(name)
    }
}

/// How far a drive is that works by itself.
pub fn waiting(phase: Phase, parts: Option<u16>) -> Progress {
    let total = if parts.is_some() { PARTS } else { 0 };
    Progress { phase, done: parts.unwrap_or(0).into(), total, rate: 0.0, eta: None, track: None }
}

/// Empties the ring into the recorder.
fn burn(mut recorder: Recorder<'_>, feed: super::ring::Feed<'_>) -> Ended {
    let ask = |recorder: &mut Recorder<'_>| {
        let (used, size) = recorder.buffer()?;
        Some(Level { used: used.into(), size: size.into() })
    };
    match feed.drain(&mut recorder, ask) {
        Drained::Whole => Ended::Whole(recorder.landings().to_vec()),
        Drained::Short => Ended::Failed(None, recorder.abandon()),
        Drained::Failed(error) => Ended::Failed(Some(error), recorder.abandon()),
    }
}

/// The recorder's own words for what went wrong.
fn taken_apart(error: io::Error) -> Option<BurnError> {
    error.into_inner()?.downcast().ok().map(|error| *error)
}
