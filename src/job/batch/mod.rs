//! Batch: many images become images of one format, one after another, each as a conversion by itself would.

mod delete;
mod names;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use delete::Sharing;
pub use delete::{Deletion, Kept};
pub use names::targets;

use super::convert::{ConvertReport, ConvertTask, Source, save};
use super::progress::Meter;
use super::survey::{Found, open_with_any, survey};
use super::{Control, JobError, Phase, Progress};
use crate::image::{self, Format, Password};

/// What to convert, into what.
#[derive(Debug, Clone)]
pub struct BatchTask {
    /// Images, and folders of images.
    pub sources: Vec<PathBuf>,
    /// The folder for the new images; it is made where it is missing.
    pub into: PathBuf,
    /// How each is converted, [`ConvertTask::format`] above all; source, target and password are not looked at.
    pub each: ConvertTask,
    /// Pass over images whose target is there already.
    pub skip_existing: bool,
    /// Which sources are deleted.
    pub delete: Delete,
    /// Passwords, to be tried on those that are encrypted.
    pub passwords: Vec<Password>,
}

/// Which sources are deleted once their new image is in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delete {
    /// None.
    #[default]
    Never,
    /// Those whose new image was read back and found equal, and that lost nothing.
    Proved,
    /// Those whose new image was read back and found equal to what should be left of them.
    EvenLossy,
}

/// What became of one image.
#[derive(Debug)]
pub struct Entry {
    /// The image.
    pub source: PathBuf,
    /// The new image, the file to open.
    pub target: PathBuf,
    /// What became of it.
    pub fate: Fate,
}

/// What becomes of an image.
#[derive(Debug)]
pub enum Fate {
    /// It was converted; and what became of its files, where they were to be deleted.
    Converted(ConvertReport, Option<Deletion>),
    /// It was passed over.
    Skipped(Skip),
    /// It could not be converted; the others are not touched by that.
    Failed(JobError),
}

/// Why an image was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// Its target is there already.
    Exists,
    /// It was found in a folder, and is of the wanted format already.
    SameFormat,
}

/// How a batch goes on.
#[derive(Debug, Clone)]
pub enum BatchEvent {
    /// These images were found, and this is what they will become.
    Found(Vec<(PathBuf, PathBuf)>),
    /// The image of this number begins.
    Began(usize),
    /// How far it is.
    Progress {
        /// The number of the image.
        number: usize,
        /// How far that is.
        each: Progress,
        /// How far the whole is, counted in bytes, those that are read back included.
        all: Progress,
    },
    /// The image of this number is done with.
    Ended(usize, Arc<Entry>),
}

/// What came of a batch.
#[derive(Debug, Clone)]
pub struct BatchReport {
    /// Every image, in the order of [`BatchEvent::Found`].
    pub entries: Vec<Arc<Entry>>,
    /// How long it took.
    pub seconds: f64,
}

impl BatchReport {
    /// How many were converted, passed over, and failed.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |wanted: fn(&Fate) -> bool| self.entries.iter().filter(|entry| wanted(&entry.fate)).count();
        (
            count(|fate| matches!(fate, Fate::Converted(..))),
            count(|fate| matches!(fate, Fate::Skipped(_))),
            count(|fate| matches!(fate, Fate::Failed(_))),
        )
    }
}

/// Tells how a batch goes on.
pub type Tell<'a> = &'a (dyn Fn(BatchEvent) + Sync);

/// An image of the batch, before its turn comes.
struct Item {
    path: PathBuf,
    target: PathBuf,
    /// The image; or why it is none.
    found: Result<Found, JobError>,
    same_format: bool,
}

/// What all images share.
struct Batch<'a> {
    task: &'a BatchTask,
    control: &'a Control,
    /// All files of all images: none of them may be replaced by the result of another.
    files: Vec<PathBuf>,
    sharing: RefCell<Sharing>,
}

/// Converts images one after another; one that can't be converted does not stop the others.
pub(super) fn batch(task: &BatchTask, control: &Control, tell: Tell<'_>) -> Result<BatchReport, JobError> {
    let begun = Instant::now();
    let format = task.each.format.and_then(image::by_name).filter(|format| format.plan.is_some());
    let format = format.ok_or_else(|| JobError::NoFormat(task.into.clone()))?;
    if let Some(what) = format.choices.refuses(&task.each.tuning) {
        return Err(JobError::Refused { format: format.title, what });
    }
    let items = items(task, format, control)?;
    tell(BatchEvent::Found(items.iter().map(|item| (item.path.clone(), item.target.clone())).collect()));
    let rounds = 1 + u64::from(task.each.verify);
    let work = |item: &Item| item.found.as_ref().map_or(0, |found| found.work() * rounds);
    let latest = Mutex::new(None);
    let keep = |progress| *latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
    let total = Mutex::new(Total {
        meter: Meter::new(control, &keep, Phase::Copy, items.iter().map(work).sum()),
        done: 0,
        latest: &latest,
    });
    let files: Vec<PathBuf> = items.iter().flat_map(Item::files).cloned().collect();
    let batch = Batch { task, control, sharing: RefCell::new(Sharing::new(&files)), files };
    let mut entries = Vec::new();
    for (number, item) in items.into_iter().enumerate() {
        control.check()?;
        tell(BatchEvent::Began(number));
        let all = work(&item);
        let step = |each: Progress| {
            let all = total.lock().unwrap_or_else(PoisonError::into_inner).advance(&each, all, rounds);
            all.into_iter().for_each(|all| tell(BatchEvent::Progress { number, each, all }));
        };
        let (source, target) = (item.path.clone(), item.target.clone());
        let fate = match batch.one(item, &step) {
            Err(JobError::Cancelled) => return Err(JobError::Cancelled),
            Err(error) => Fate::Failed(error),
            Ok(fate) => fate,
        };
        total.lock().unwrap_or_else(PoisonError::into_inner).ended(all, matches!(fate, Fate::Converted(..)));
        let entry = Arc::new(Entry { source, target, fate });
        tell(BatchEvent::Ended(number, entry.clone()));
        entries.push(entry);
    }
    Ok(BatchReport { entries, seconds: begun.elapsed().as_secs_f64() })
}

/// Every image that there is, and what it will become.
fn items(task: &BatchTask, format: &'static Format, control: &Control) -> Result<Vec<Item>, JobError> {
    let findings = survey(&task.sources, &task.passwords, control)?;
    let paths: Vec<&Path> = findings.iter().map(|finding| finding.path.as_path()).collect();
    let targets = targets(&paths, &task.into, format);
    let item = |(finding, target): (super::survey::Finding, PathBuf)| Item {
        same_format: finding.from_folder && finding.result.as_ref().is_ok_and(|found| found.format.name == format.name),
        path: finding.path,
        target,
        found: finding.result,
    };
    Ok(findings.into_iter().zip(targets).map(item).collect())
}

impl Item {
    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let found = self.found.as_ref().ok().into_iter().flat_map(|found| &found.files);
        found.chain(self.found.is_err().then_some(&self.path))
    }
}

impl Batch<'_> {
    fn one(&self, item: Item, step: &(dyn Fn(Progress) + Sync)) -> Result<Fate, JobError> {
        let found = item.found?;
        if item.same_format {
            return Ok(Fate::Skipped(Skip::SameFormat));
        }
        if self.task.skip_existing && item.target.symlink_metadata().is_ok() {
            return Ok(Fate::Skipped(Skip::Exists));
        }
        let (image, _) = open_with_any(&item.path, self.task.passwords.as_slice())?;
        let make = |error| JobError::Write { path: self.task.into.clone(), error };
        fs::create_dir_all(&self.task.into).map_err(make)?;
        let task = ConvertTask { source: item.path, target: item.target, ..self.task.each.clone() };
        let source = Source { reader: image.reader.clone(), path: &image.path, files: &self.files };
        let report = save(&source, &task, self.control, step)?;
        // Files that are open can't be deleted everywhere.
        drop((source.reader, image.reader));
        let deletion = match self.task.delete {
            Delete::Never => None,
            when => Some(delete::delete(&found, &report, &mut self.sharing.borrow_mut(), when)),
        };
        Ok(Fate::Converted(report, deletion))
    }
}

/// How far the whole is.
struct Total<'a> {
    meter: Meter<'a>,
    /// Bytes of the current image that are done.
    done: u64,
    latest: &'a Mutex<Option<Progress>>,
}

impl Total<'_> {
    /// The current image of `all` bytes, which are gone over `rounds` times, is so far; tells where there is something new to tell.
    fn advance(&mut self, each: &Progress, all: u64, rounds: u64) -> Option<Progress> {
        let round = all / rounds;
        let before = if each.phase == Phase::Verify { round } else { 0 };
        let part = u128::from(round) * u128::from(each.done.min(each.total)) / u128::from(each.total.max(1));
        let now = before + part as u64;
        let more = now.saturating_sub(self.done);
        self.done += more;
        // Whether the batch was cancelled is asked by the work itself.
        let _ = self.meter.advance(more, more, None);
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The current image is done with.
    fn ended(&mut self, all: u64, converted: bool) {
        let rest = all - std::mem::take(&mut self.done).min(all);
        match converted {
            true => self.meter.advance(rest, rest, None).unwrap_or_default(),
            false => self.meter.shrink(rest),
        }
    }
}
