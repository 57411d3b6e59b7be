//! Emptying rewritable discs.

use std::ops::ControlFlow;
use std::time::Instant;

use super::error::BurnFault;
use super::seat::Seat;
use super::task::{EraseReport, EraseTask};
use super::write::waiting;
use crate::drive::recorder::{Stage, Tell, erase as empty};
use crate::job::{Control, JobError, Phase, Progress};

/// Erases the disc in a drive.
pub fn erase(task: &EraseTask, control: &Control, tell: &(dyn Fn(Progress) + Sync)) -> Result<EraseReport, JobError> {
    let begun = Instant::now();
    let mut seat = Seat::take(&task.drive, None)?;
    let kind = seat.look(control)?.kind;
    let hear = |_: Stage, parts| {
        tell(waiting(Phase::Erase, parts));
        if control.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let hear: Tell<'_> = Box::new(hear);
    empty(&mut **seat.transport(), task.how, task.spare_areas, hear).map_err(|error| BurnFault::from(error).of(&task.drive))?;
    let ejected = task.eject && seat.eject(control)?;
    Ok(EraseReport { kind, ejected, seconds: begun.elapsed().as_secs_f64() })
}
