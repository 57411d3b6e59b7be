//! Waiting for a drive that works by itself.

use std::fmt;
use std::ops::ControlFlow;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::BurnError;
use crate::drive::mmc::{self, CommandError, CommandFault};
use crate::drive::sense::Meaning;
use crate::drive::transport::{Transport, TransportError};

/// What the drive is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Getting ready.
    Starting,
    /// Erasing.
    Erasing,
    /// Formatting.
    Formatting,
    /// Looking for the laser power.
    Calibrating,
    /// Writing the lead-in.
    LeadIn,
    /// Writing what the source gives.
    Writing,
    /// Writing what is still in its buffer.
    Flushing,
    /// Closing the track, the session or the disc.
    Closing,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Starting => "getting the drive ready",
            Stage::Erasing => "erasing the disc",
            Stage::Formatting => "formatting the disc",
            Stage::Calibrating => "trying the laser",
            Stage::LeadIn => "writing the lead-in",
            Stage::Writing => "writing",
            Stage::Flushing => "writing what is left in the drive's buffer",
            Stage::Closing => "closing the disc",
        })
    }
}

/// Is told what the drive is at, and how far (in 65536ths, where the drive says), every now and then while it works by itself; and says whether to go
/// on. To break ends the wait, not what the drive does.
pub type Tell<'d> = Box<dyn FnMut(Stage, Option<u16>) -> ControlFlow<()> + Send + 'd>;

/// From one question to the next, at first and after a while.
const SOON: Duration = Duration::from_millis(2);
const SELDOM: Duration = Duration::from_millis(500);
/// A full buffer takes another 64 KiB after this time at some twelvefold speed of a CD.
const BUFFER_FULL: Duration = Duration::from_millis(30);
/// The whole of a large disc is formatted in some two hours; nothing else takes longer than a lead-out at single speed.
const LONGEST: Duration = Duration::from_secs(4 * 3600);
const LONG: Duration = Duration::from_secs(1800);
/// How often a command is sent again because the drive was reset, or the disc changed, meanwhile.
const ATTENTIONS: u32 = 3;

/// Whether the drive wants the same command again later.
fn is_busy(error: &CommandError) -> bool {
    let busy = matches!(error.fault, CommandFault::Transport(TransportError::Status(0x08)));
    busy || error.meaning() == Some(Meaning::NotYet)
}

/// How far the drive is with what it works on, where it says.
fn progress(transport: &mut dyn Transport, error: &CommandError) -> Option<u16> {
    let told = error.sense().and_then(|sense| sense.progress);
    told.or_else(|| mmc::request_sense(transport).ok().flatten().and_then(|sense| sense.progress))
}

/// Sends a command until the drive has time for it.
pub(super) fn persevere<T>(
    transport: &mut dyn Transport,
    tell: &mut Tell<'_>,
    stage: Stage,
    mut command: impl FnMut(&mut dyn Transport) -> Result<T, CommandError>,
) -> Result<T, BurnError> {
    let longest = if matches!(stage, Stage::Formatting | Stage::Erasing) { LONGEST } else { LONG };
    let begun = Instant::now();
    let mut pause = if stage == Stage::Writing { BUFFER_FULL } else { SOON };
    let mut attentions = 0;
    loop {
        let error = match command(transport) {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        if error.meaning() == Some(Meaning::Changed) && attentions < ATTENTIONS {
            attentions += 1;
            continue;
        }
        if !is_busy(&error) {
            return Err(BurnError::Command { stage, error });
        }
        // A full buffer is no news.
        let far = if stage == Stage::Writing { None } else { progress(transport, &error) };
        if tell(stage, far).is_break() {
            return Err(BurnError::Cancelled);
        }
        if begun.elapsed() > longest {
            return Err(BurnError::Stuck(stage));
        }
        sleep(pause);
        pause = if stage == Stage::Writing { BUFFER_FULL } else { (pause * 2).min(SELDOM) };
    }
}

/// Waits until the drive has done what it was told, and says whether that went well.
pub(super) fn until_ready(transport: &mut dyn Transport, tell: &mut Tell<'_>, stage: Stage) -> Result<(), BurnError> {
    persevere(transport, tell, stage, mmc::test_unit_ready)
}
