//! What is done to the disc in a recorder besides burning: it is emptied, or closed.

use std::ops::ControlFlow;
use std::time::Instant;

use super::error::BurnFault;
use super::seat::Seat;
use super::task::{CloseTask, DiscReport, EraseTask};
use super::write::waiting;
use crate::drive::recorder::{self, DiscError, Stage, Tell};
use crate::drive::transport::Transport;
use crate::job::{Control, JobError, Phase, Progress};

/// Erases the disc in a drive.
pub fn erase(task: &EraseTask, control: &Control, tell: &(dyn Fn(Progress) + Sync)) -> Result<DiscReport, JobError> {
    let work = |transport: &mut dyn Transport, hear: Tell<'_>| recorder::erase(transport, task.how, task.spare_areas, hear);
    work_on(&task.drive, task.eject, Phase::Erase, control, tell, work)
}

/// Closes the session or the disc in a drive.
pub fn close(task: &CloseTask, control: &Control, tell: &(dyn Fn(Progress) + Sync)) -> Result<DiscReport, JobError> {
    let work = |transport: &mut dyn Transport, hear: Tell<'_>| recorder::close_disc(transport, task.close, hear);
    work_on(&task.drive, task.eject, Phase::Close, control, tell, work)
}

fn work_on(
    drive: &str,
    eject: bool,
    phase: Phase,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
    work: impl FnOnce(&mut dyn Transport, Tell<'_>) -> Result<(), DiscError>,
) -> Result<DiscReport, JobError> {
    let begun = Instant::now();
    let mut seat = Seat::take(drive, None)?;
    let kind = seat.look(control)?.kind;
    let hear = |_: Stage, parts| {
        tell(waiting(phase, parts));
        if control.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    work(&mut **seat.transport(), Box::new(hear)).map_err(|error| BurnFault::from(error).of(drive))?;
    let ejected = eject && seat.eject(control)?;
    Ok(DiscReport { kind, ejected, seconds: begun.elapsed().as_secs_f64() })
}
