//! [`Recorder`]: writes what a plan says.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::ops::ControlFlow;

use super::lent::Lent;
use super::made::Maker;
use super::plan::{BurnPlan, Filler, Landing, Piece, Source};
use super::sink::Sink;
use super::steps::{Step, steps};
use super::{BurnError, Stage, Tell};
use crate::disc::{DiscWriter, Lba, Run};
use crate::drive::mmc;
use crate::drive::transport::Transport;

/// Sectors that are made at a time.
const MADE_AT_ONCE: u32 = 64;

/// A disc that is being written. The drive is lent: when the recorder is dropped, the tray is unlocked and the drive free to read the disc.
///
/// Every error of [`DiscWriter`] wraps a [`BurnError`]. The drive is asked again and again while it is busy; the [`Tell`] is told meanwhile.
pub struct Recorder<'d> {
    pub(super) drive: Lent<'d>,
    pub(super) plan: BurnPlan,
    pub(super) sink: Sink,
    maker: Maker,
    /// What is still to be done, the first at the moment.
    steps: VecDeque<Step>,
    /// Bytes of that which have come.
    done: u64,
    /// How much further on than planned the drive puts the session.
    pub(super) shift: i32,
    pub(super) landings: Vec<Landing>,
    /// Tracks that are whole whatever happens to the next.
    pub(super) tracks_done: u32,
    /// Of a simulation, what follows the first session is not even sent: the drive has nothing to go on from.
    pub(super) muted: bool,
}

/// What the medium is after writing was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    /// Nothing was written on it: it was a simulation, or the writing had not begun.
    Untouched,
    /// It can be erased or written over, and used again.
    Reusable,
    /// Some tracks are good, and what follows them is not; the disc can be closed, and read so far.
    Partly {
        /// How many tracks of the plan are whole.
        tracks: u32,
    },
    /// The sessions that were on it before are good, and nothing of what was added.
    AsBefore,
    /// It can't be used any more.
    Spoilt,
}

impl fmt::Display for AfterFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AfterFailure::Untouched => f.write_str("nothing was written on the disc"),
            AfterFailure::Reusable => f.write_str("the disc can be erased and used again"),
            AfterFailure::Partly { tracks: 1 } => {
                f.write_str("the first track is good, what follows is not; the disc can be closed")
            }
            AfterFailure::Partly { tracks } => {
                write!(f, "the first {tracks} tracks are good, what follows is not; the disc can be closed")
            }
            AfterFailure::AsBefore => f.write_str("what was on the disc before is still good, what was added is not"),
            AfterFailure::Spoilt => f.write_str("the disc can't be used any more"),
        }
    }
}

impl<'d> Recorder<'d> {
    /// Locks the tray, prepares the disc, tells the drive how it is going to be written, and writes what comes before the first sector of the source.
    pub fn begin(transport: &'d mut dyn Transport, plan: BurnPlan, tell: Tell<'d>) -> Result<Recorder<'d>, BurnError> {
        let mut recorder = Recorder::new(transport, plan, tell);
        recorder.start()?;
        Ok(recorder)
    }

    /// The same up to the point where something can fail: whoever wants to know what the disc is after a failure of [`Recorder::start`] can ask
    /// [`Recorder::abandon`] then.
    pub fn new(transport: &'d mut dyn Transport, plan: BurnPlan, tell: Tell<'d>) -> Recorder<'d> {
        Recorder {
            sink: Sink::new(&plan, &*transport),
            maker: Maker::new(&plan),
            steps: steps(&plan),
            drive: Lent::new(transport, tell),
            plan,
            done: 0,
            shift: 0,
            landings: Vec::new(),
            tracks_done: 0,
            muted: false,
        }
    }

    /// Locks the tray, and does all that comes before the first sector of the source. Called once, before anything is written.
    pub fn start(&mut self) -> Result<(), BurnError> {
        self.prepare()?;
        self.advance()
    }

    /// How much of the drive's own buffer is used, and its size, in bytes; `None` where the drive does not say.
    pub fn buffer(&mut self) -> Option<(u32, u32)> {
        let buffer = mmc::read_buffer_capacity(self.drive.transport).ok()?;
        Some((buffer.size - buffer.free, buffer.size))
    }

    /// Where the tracks written so far lie.
    pub fn landings(&self) -> &[Landing] {
        &self.landings
    }

    /// What is being written.
    pub fn plan(&self) -> &BurnPlan {
        &self.plan
    }

    /// Does all that comes before the next sectors of the source, and all that is left where none come any more.
    fn advance(&mut self) -> Result<(), BurnError> {
        while let Some(&step) = self.steps.front() {
            match step {
                Step::Send(piece) => match piece.source {
                    Source::Disc(_) => return Ok(()),
                    Source::Made(filler) => self.send_made(piece, filler)?,
                },
                other => self.take_step(other)?,
            }
            self.steps.pop_front();
        }
        Ok(())
    }

    fn send_made(&mut self, piece: Piece, filler: Filler) -> Result<(), BurnError> {
        for number in (0..piece.sectors).step_by(MADE_AT_ONCE as usize) {
            let count = MADE_AT_ONCE.min(piece.sectors - number);
            if filler == Filler::LeadIn {
                let far = u64::from(number) * 0x1_0000 / u64::from(piece.sectors);
                if (self.drive.tell)(Stage::LeadIn, Some(far as u16)).is_break() {
                    return Err(BurnError::Cancelled);
                }
            }
            let bytes = self.maker.make(filler, piece.block, piece.at + number, number, count);
            self.put(piece, u64::from(number) * piece.block.size() as u64, &bytes).map_err(|error| of_text(piece, error))?;
        }
        self.end_piece().map_err(|error| of_text(piece, error))
    }

    /// Bytes of a piece, the first at this offset in it.
    fn put(&mut self, piece: Piece, offset: u64, bytes: &[u8]) -> Result<(), BurnError> {
        if self.muted {
            return Ok(());
        }
        let sectors = (offset / piece.block.size() as u64) as u32;
        let at = Lba(piece.at.0.saturating_add(self.shift)) + sectors;
        self.sink.put(&mut self.drive, piece.block, at, bytes)
    }

    /// On a CD, no command carries sectors of two tracks, or of a track and its pause.
    fn end_piece(&mut self) -> Result<(), BurnError> {
        if self.plan.kind.is_cd() { self.sink.flush(&mut self.drive) } else { Ok(()) }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), BurnError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            self.advance()?;
            let Some(&Step::Send(piece)) = self.steps.front() else { return Err(BurnError::Unexpected) };
            let wanted = u64::from(piece.sectors) * piece.block.size() as u64 - self.done;
            let now = wanted.min(rest.len() as u64) as usize;
            self.put(piece, self.done, &rest[..now])?;
            self.done += now as u64;
            rest = &rest[now..];
            if now as u64 == wanted {
                self.done = 0;
                self.end_piece()?;
                self.steps.pop_front();
            }
        }
        Ok(())
    }

    /// Gives the writing up, after an error or because it was called off: lets the drive write what it has, unlocks the tray, and says what the disc is now.
    pub fn abandon(mut self) -> AfterFailure {
        // Whoever called it off must not call off the clearing up.
        self.drive.tell = Box::new(|_, _| ControlFlow::Continue(()));
        if self.sink.begun {
            // It failed already; what fails now is no news.
            let _ = self.drive.flush();
        }
        match self.plan.kind {
            // What was on it may be gone already.
            _ if !self.plan.simulate && !self.sink.begun && self.plan.preparation.is_some() => AfterFailure::Reusable,
            _ if self.plan.simulate || !self.sink.begun => AfterFailure::Untouched,
            kind if kind.is_rewritable() => AfterFailure::Reusable,
            _ if self.tracks_done > 0 => AfterFailure::Partly { tracks: self.tracks_done },
            _ if self.plan.sessions.first().is_some_and(|session| session.number > 1) => AfterFailure::AsBefore,
            _ => AfterFailure::Spoilt,
        }
    }
}

/// A drive may take the cue sheet, and none of the CD-TEXT itself, which goes without a main channel.
fn of_text(piece: Piece, error: BurnError) -> BurnError {
    match error {
        BurnError::Write { error, .. } if piece.block.main.is_none() && error.is_refusal() => BurnError::CdText(error),
        other => other,
    }
}

impl DiscWriter for Recorder<'_> {
    fn runs(&self) -> Vec<Run> {
        self.plan.runs()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        Ok(self.take(bytes)?)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.advance()?;
        match self.steps.is_empty() && self.done == 0 {
            true => Ok(()),
            false => Err(BurnError::Unexpected.into()),
        }
    }
}
