//! Burning: a disc, from wherever it comes, goes onto a blank, and what is on the blank afterwards is compared with it.
//!
//! | piece | what it knows |
//! |---|---|
//! | [`task`] | what to burn and how, and what came of it |
//! | [`source`] | where it comes from |
//! | [`seat`] | the recorder, which a burn has to itself |
//! | [`preview`] | what lies in a recorder, for who has yet to decide |
//! | [`before`] | whether the source can be read to its end, and how fast |
//! | [`ring`], [`write`](mod@write) | 64 MB between source and recorder, and what goes through them |
//! | [`after`] | whether the drive gives back what it was given |
//!
//! What is written where, and what can't be, is decided by [`crate::drive::recorder::plan`] before anything is done.

mod after;
mod before;
mod erase;
mod error;
mod levels;
mod preview;
mod ring;
mod seat;
mod source;
mod task;
#[cfg(test)]
mod tests;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

pub use after::Verified;
pub(super) use erase::{close, erase};
pub use error::BurnFault;
pub use levels::{BurnNews, BurnPicture};
pub(super) use preview::look_ahead;
pub use ring::Level;
pub use task::{BurnFrom, BurnReport, BurnTask, BurnedDisc, CloseTask, DiscReport, EraseTask};

use super::convert::{self, Source};
use super::progress::single_speed;
use super::rip::script;
use super::{Control, ConvertReport, ConvertTask, JobError, Progress};
use crate::disc::{DiscReader, TrackId};
use crate::drive::recorder::{BurnLoss, BurnPlan, BurnWish, Kind, Recordable, plan};
use crate::virtual_drive::Hands;
use before::{Pace, RESERVE, measure, pace};
use seat::Seat;
use source::{BurnSource, is_in};
use write::Burning;

/// Is shown how a burn goes.
pub type Show<'a> = &'a (dyn Fn(BurnNews) + Sync);

/// Burns.
pub(super) fn burn(
    task: &BurnTask,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
    show: Show<'_>,
) -> Result<BurnReport, JobError> {
    let begun = Instant::now();
    // Better known before an hour of burning than after.
    if let Some(path) = task.keep.as_ref().filter(|path| path.symlink_metadata().is_ok()) {
        return Err(JobError::Exists(path.clone()));
    }
    let take = || Seat::take(&task.drive, task.faults.as_deref().map(script).transpose()?);
    let same = is_in(task, &task.drive);
    // That there is such a recorder is better known before the source is read than after.
    let taken = if same { None } else { Some(take()?) };
    let mut source = BurnSource::open(task, control, tell)?;
    let mut seat = match taken {
        Some(seat) => seat,
        None => {
            let mut seat = take()?;
            seat.next_disc(control, tell)?;
            seat
        }
    };
    let mut wish = task.wish;
    let mut report = BurnReport {
        discs: Vec::new(),
        losses: Vec::new(),
        notes: source.notes.clone(),
        kept: Vec::new(),
        ejected: false,
        seconds: 0.0,
    };
    for copy in 1..=task.copies {
        if copy > 1 {
            seat.next_disc(control, tell)?;
        }
        let handed = copy > 1 || same;
        let plan = loop {
            match settle(task, &mut source, &mut seat, &mut wish, Asked { first: copy == 1, control, tell }) {
                Ok(plan) => break plan,
                Err(error) => {
                    // Who has put in the wrong disc behind an hour of reading has lost a moment, and not the hour.
                    let why = of_the_disc(&error).filter(|_| handed && !seat.is_in_software());
                    show(BurnNews::OtherDisc(why.ok_or(error)?));
                    seat.next_disc(control, tell)?;
                }
            }
        };
        report.losses.clone_from(&plan.losses);
        let at = (copy, task.copies);
        let disc = one(task, &mut seat, &source, &plan, Told { copy: at, control, tell, show })?;
        report.discs.push(disc);
    }
    if let Some(target) = &task.keep {
        let image = keep(seat.recorded()?, target, control, tell)?;
        report.notes.extend(image.losses.iter().map(|loss| format!("the image of the disc is without something: {loss}")));
        report.kept = image.outputs;
    }
    report.ejected = task.eject && seat.eject(control)?;
    // Read back, it was taken in anew already.
    let is_news = report.discs.last().is_some_and(|disc| !disc.simulated && disc.verified == Verified::NotAsked);
    if is_news && !report.ejected {
        seat.cycle(control)?;
    }
    report.seconds = begun.elapsed().as_secs_f64();
    Ok(report)
}

/// Before which disc it is asked how it would be written, and who hears of that.
struct Asked<'a> {
    first: bool,
    control: &'a Control,
    tell: &'a (dyn Fn(Progress) + Sync),
}

/// How the disc in the recorder will be written, when all that can be known beforehand is known.
fn settle(
    task: &BurnTask,
    source: &mut BurnSource,
    seat: &mut Seat,
    wish: &mut BurnWish,
    asked: Asked<'_>,
) -> Result<BurnPlan, JobError> {
    let Asked { first, control, tell } = asked;
    let recordable = seat.look(control)?;
    let fail = |fault: BurnFault| fault.of(&task.drive);
    if first {
        wish.speed = task.speed.map(|times| speed(times, recordable.kind)).or(wish.speed);
        let plan = decide(source, &recordable, wish).map_err(fail)?;
        allow(task, &plan, seat, control)?;
        let pace = check(task, source, &plan, &recordable, control, tell)?;
        wish.speed = wish.speed.or(pace);
    }
    // It may come from elsewhere by now, and more slowly; and each disc is another.
    let plan = decide(source, &recordable, wish).map_err(fail)?;
    allow(task, &plan, seat, control)?;
    Ok(plan)
}

/// What is wrong with the disc, where it is that and not what is wanted of it.
fn of_the_disc(error: &JobError) -> Option<String> {
    match error {
        JobError::Burn { error, .. } if error.is_of_the_disc() => Some(error.to_string()),
        // It does not spin up, or says nothing of itself.
        JobError::Drive { error, .. } if !error.is_gone() => Some(error.to_string()),
        _ => None,
    }
}

/// Who hears of a burn.
struct Told<'a> {
    copy: (u32, u32),
    control: &'a Control,
    tell: &'a (dyn Fn(Progress) + Sync),
    show: Show<'a>,
}

/// A speed in kB/s (1000 bytes), from multiples of the single speed of the blank.
fn speed(times: f64, kind: Kind) -> u32 {
    (times * single_speed(kind.medium()) / 1000.0).ceil().clamp(1.0, f64::from(u32::MAX)) as u32
}

fn decide(source: &BurnSource, recordable: &Recordable, wish: &BurnWish) -> Result<BurnPlan, BurnFault> {
    let stored = |track: TrackId| source.reader.stored(track);
    Ok(plan(source.reader.disc(), &stored, recordable, wish)?)
}

/// Whether nothing goes that the user may want to keep, and everything arrives.
fn allow(task: &BurnTask, plan: &BurnPlan, seat: &mut Seat, control: &Control) -> Result<(), JobError> {
    let leave = task.overwrite || task.wish.erase.is_some();
    if plan.overwrites && !leave && !seat.looks_empty(control)? {
        return Err(BurnFault::Overwrites(plan.kind).of(&task.drive));
    }
    match plan.losses.iter().any(BurnLoss::needs_leave) && !task.allow_loss {
        false => Ok(()),
        true => Err(BurnFault::Loss { losses: plan.losses.clone() }.of(&task.drive)),
    }
}

/// Whether the source can be read as it will have to be, and the speed in kB/s that it can keep up with, where that is not any. A disc in a drive that
/// keeps up with none is saved first.
fn check(
    task: &BurnTask,
    source: &mut BurnSource,
    plan: &BurnPlan,
    recordable: &Recordable,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Option<u32>, JobError> {
    let measured = measure(&*source.reader, &plan.runs(), &source.path, source.drive.is_none(), control, tell)?;
    if let (Some(&first), false) = (measured.worths.damaged_at.first(), task.accept_damage) {
        return Err(BurnFault::Damaged { count: measured.worths.damaged, first }.of(&task.drive));
    }
    let pace = pace(measured.rate, recordable);
    if let (Pace::Starves { .. }, Some(drive)) = (pace, source.drive.clone()) {
        *source = BurnSource::saved(&drive, control, tell)?;
        return check(task, source, plan, recordable, control, tell);
    }
    match pace {
        Pace::Free => Ok(None),
        Pace::At(speed) => Ok(Some(speed)),
        // It stops and goes on as often as it has to.
        Pace::Starves { slowest } if recordable.offers.underrun_protection => Ok(Some(slowest)),
        Pace::Starves { slowest } => {
            let needed = f64::from(slowest) * 1000.0 * RESERVE;
            Err(BurnFault::TooSlow { found: measured.rate, needed }.of(&task.drive))
        }
    }
}

/// Writes one disc, and compares it.
fn one(task: &BurnTask, seat: &mut Seat, source: &BurnSource, plan: &BurnPlan, told: Told<'_>) -> Result<BurnedDisc, JobError> {
    let Told { copy, control, tell, show } = told;
    let burning = Burning { source: &*source.reader, path: &source.path, plan, copy, control, tell, show };
    let written = burning.write(seat)?;
    let verified = match task.verify && !plan.simulate {
        false => Verified::NotAsked,
        true => prove(seat, source, plan, &written, control, tell)?,
    };
    Ok(BurnedDisc {
        kind: plan.kind,
        mode: plan.mode,
        simulated: plan.simulate,
        verified,
        bytes: written.levels.written,
        seconds: written.levels.seconds,
        lowest: written.levels.lowest,
    })
}

fn prove(
    seat: &mut Seat,
    source: &BurnSource,
    plan: &BurnPlan,
    written: &write::Written,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Verified, JobError> {
    let pair = (&*source.reader, source.path.as_path());
    match after::compare(seat, pair, plan, &written.landings, control, tell) {
        Ok(differences) => match differences.first() {
            None => Ok(Verified::Equal),
            Some(first) => Err(BurnFault::Differs { first: first.to_string() }.of(&seat.name)),
        },
        // The disc is burned: that it can't be looked at now is another thing than that it is wrong.
        Err(error @ (JobError::Drive { .. } | JobError::Read { .. })) => Ok(Verified::Impossible(error.to_string())),
        Err(error) => Err(error),
    }
}

/// Makes an image of what was recorded. What its format can't keep says nothing of the burning, and is told in the report.
fn keep(
    recorded: Arc<dyn DiscReader>,
    target: &Path,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<ConvertReport, JobError> {
    let task = ConvertTask { allow_loss: true, ..ConvertTask::new("", target) };
    convert::save(&Source { reader: recorded, path: target, files: &[] }, &task, control, tell)
}

/// Makes an image of every disc that was recorded in a drive in software: of the second one with “ (2)” behind its name, and so on.
pub fn keep_recorded(drive: &Hands, target: &Path) -> Result<Vec<ConvertReport>, JobError> {
    let recorded = drive.device().all_recorded();
    if recorded.is_empty() {
        return Err(BurnFault::NothingKept.of("blank"));
    }
    let images = recorded.into_iter().zip(1..);
    images.map(|(disc, number)| keep(disc, &numbered(target, number), &Control::default(), &|_| ())).collect()
}

/// The place of the image of so manieth disc.
fn numbered(target: &Path, number: usize) -> PathBuf {
    let (Some(stem), 2..) = (target.file_stem(), number) else { return target.to_owned() };
    let mut name = stem.to_owned();
    name.push(format!(" ({number})"));
    if let Some(extension) = target.extension() {
        name.push(".");
        name.push(extension);
    }
    target.with_file_name(name)
}

impl BurnFault {
    /// The error of a job with the recorder of this name.
    pub fn of(self, name: &str) -> JobError {
        JobError::Burn { name: name.to_owned(), error: Box::new(self) }
    }
}
