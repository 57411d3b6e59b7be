//! Converting: copy into a plan's writer, read it back, compare, and only then give it its name.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::compare::{Pair, common_ground, compare_discs, compare_sectors, sectors};
use super::copy::{Names, Worths, copy};
use super::drives;
use super::open::{self, opening};
use super::output::{Workshop, free_space};
use super::progress::Meter;
use super::{Control, DEMO_NAME, JobError, Phase, Progress, demo_disc};
use crate::disc::{DiscReader, StoredSub, TrackId};
use crate::image::packing::Tuning;
use crate::image::{self, Format, Loss, Password, Plan, PlanError, PlanRequest, PlanWriter, Projection};

/// Parts into which an image may be cut; no format counts further than some thousands in their names.
const MOST_PARTS: u64 = 9_999;

/// What to convert, into what.
#[derive(Debug, Clone)]
pub struct ConvertTask {
    /// The image.
    pub source: PathBuf,
    /// The file to make: the descriptor, where the format has one.
    pub target: PathBuf,
    /// Name of the format; `None`: by the extension of the target.
    pub format: Option<&'static str>,
    /// The user knows what will be lost.
    pub allow_loss: bool,
    /// Read the result back and compare it.
    pub verify: bool,
    /// Replace files that are there.
    pub overwrite: bool,
    /// Store the subchannel: `None`: where the source has one and the format can.
    pub subchannel: Option<bool>,
    /// A file for each track, where the format can.
    pub file_per_track: bool,
    /// The older version of the format.
    pub old_version: bool,
    /// How to pack it, where the format packs.
    pub tuning: Tuning,
    /// The password of the source, if it needs one.
    pub password: Option<Password>,
}

impl ConvertTask {
    /// The usual: no loss allowed, nothing replaced, and the result proved.
    pub fn new(source: impl Into<PathBuf>, target: impl Into<PathBuf>) -> ConvertTask {
        ConvertTask {
            source: source.into(),
            target: target.into(),
            format: None,
            allow_loss: false,
            verify: true,
            overwrite: false,
            subchannel: None,
            file_per_track: false,
            old_version: false,
            tuning: Tuning::default(),
            password: None,
        }
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct ConvertReport {
    /// The files made, the one to open last.
    pub outputs: Vec<PathBuf>,
    /// Whether the result was read back and found equal.
    pub verified: bool,
    /// What was lost, as allowed.
    pub losses: Vec<Loss>,
    /// What the source's sectors were worth, where that was checked.
    pub worths: Worths,
    /// Bytes written.
    pub bytes: u64,
    /// How long it took.
    pub seconds: f64,
}

/// What is being saved: an opened image, or a disc that was made.
pub struct Source<'a> {
    /// The disc.
    pub reader: Arc<dyn DiscReader>,
    /// Its name for messages.
    pub path: &'a Path,
    /// The files that must not be replaced.
    pub files: &'a [PathBuf],
}

/// A conversion, thought through to the point where only the copying is left.
struct Prepared {
    format: &'static Format,
    losses: Vec<Loss>,
    left: Projection,
    plan: Plan,
    folder: PathBuf,
    stem: String,
}

/// Converts an image, or saves the disc in a drive.
pub(super) fn convert(
    task: &ConvertTask,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<ConvertReport, JobError> {
    let image = open::source(&task.source, &open::opening(task.password.as_ref(), control), control)?;
    let source = Source { reader: image.reader.clone(), path: &image.path, files: &image.files };
    save(&source, task, control, tell)
}

/// Makes the demo disc in a folder, and replaces the one of last time.
pub(super) fn demo(folder: &Path, control: &Control, tell: &(dyn Fn(Progress) + Sync)) -> Result<ConvertReport, JobError> {
    let mut task = ConvertTask::new(DEMO_NAME, folder.join(DEMO_NAME).with_extension("cue"));
    task.overwrite = true;
    let source = Source { reader: demo_disc()?, path: Path::new(DEMO_NAME), files: &[] };
    save(&source, &task, control, tell)
}

/// Saves a disc as an image: copies it, proves it and delivers it. [`ConvertTask::source`] is not looked at.
pub fn save(
    source: &Source<'_>,
    task: &ConvertTask,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<ConvertReport, JobError> {
    let begun = Instant::now();
    let prepared = prepare(source, task)?;
    let Prepared { losses, left, plan, folder, stem, .. } = &prepared;
    let workshop = Workshop::new(folder, stem)?;
    let write_error = |error| JobError::Write { path: task.target.clone(), error };
    let mut writer = PlanWriter::new(plan.clone(), workshop.folder()).map_err(write_error)?;
    let names = Names { source: source.path, target: &task.target };
    let worths = copy(left, &mut writer, &names, control, tell)?;
    let made = writer.made().to_vec();
    drop(writer);
    let bytes = made.iter().filter_map(|name| workshop.folder().join(name).metadata().ok()).map(|about| about.len()).sum();
    if let (true, Some(name)) = (task.verify, made.last()) {
        prove(source.path, task, &prepared, &workshop.folder().join(name), control, tell)?;
    }
    control.check()?;
    // Only the packer knows what further parts are called.
    made.iter().try_for_each(|name| spare_source(source.files, folder.join(name)))?;
    let outputs = workshop.deliver(&made, task.overwrite)?;
    Ok(ConvertReport {
        outputs,
        verified: task.verify,
        losses: losses.clone(),
        worths,
        bytes,
        seconds: begun.elapsed().as_secs_f64(),
    })
}

/// Whether [`save`] could begin: the format holds the disc, names are free, and there is room.
pub(super) fn check(source: &Source<'_>, task: &ConvertTask) -> Result<(), JobError> {
    prepare(source, task).map(drop)
}

fn prepare(source: &Source<'_>, task: &ConvertTask) -> Result<Prepared, JobError> {
    // `x.iso.gz` is an ISO in a compressed file: what of it is the image's name is without the wrapper's extension.
    let wrapper = image::wrapper_of(&task.target);
    let target = wrapper.map_or_else(|| task.target.clone(), |wrapper| wrapper.without(&task.target));
    let format = match task.format {
        Some(name) => image::by_name(name).filter(|format| format.plan.is_some()),
        None => image::by_extension(&task.target),
    };
    let format = format.ok_or_else(|| JobError::NoFormat(task.target.clone()))?;
    let (choices, title) = wrapper.map_or((&format.choices, format.title), |wrapper| (&wrapper.choices, wrapper.title));
    if let Some(what) = choices.refuses(&task.tuning) {
        return Err(JobError::Refused { format: title, what });
    }
    let impossible = |error| JobError::Plan { path: source.path.to_owned(), format: format.title, error };
    let losses = image::loss(&*source.reader, &format.holds);
    let losses = losses.ok_or_else(|| impossible(PlanError::Nothing(image::HOLDS_NONE)))?;
    let losses: Vec<Loss> =
        losses.into_iter().filter(|loss| !(*loss == Loss::Subchannel && task.subchannel == Some(false))).collect();
    // Every drive tells the control structures of every DVD, and next to no format keeps them: nobody is asked about them, but all are told.
    let ripped = drives::drive_of(source.path).is_some();
    if losses.iter().any(|loss| !(ripped && *loss == Loss::Structures)) && !task.allow_loss {
        return Err(JobError::Loss { path: source.path.to_owned(), format: format.title, losses });
    }
    let left = Projection::new(source.reader.clone(), &format.holds);
    let left = left.ok_or_else(|| impossible(PlanError::Nothing(image::HOLDS_NONE)))?;
    let stem = target.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let stem = stem.ok_or_else(|| JobError::NoFormat(task.target.clone()))?;
    let subchannel = task.subchannel.unwrap_or_else(|| has_subchannel(&left));
    let request = PlanRequest {
        stem: stem.clone(),
        subchannel,
        file_per_track: task.file_per_track,
        old_version: task.old_version,
        tuning: task.tuning.clone(),
    };
    let mut plan = match format.plan {
        Some(plan) => plan(left.disc(), &request).map_err(impossible)?,
        None => return Err(JobError::NoFormat(task.target.clone())),
    };
    let parts = task.tuning.split.map_or(1, |split| plan.len().div_ceil(split.max(1)));
    if parts > MOST_PARTS {
        return Err(JobError::Refused { format: format.title, what: "more than 9,999 parts" });
    }
    name_as_asked(&mut plan, format, &target);
    if let Some(wrapper) = wrapper {
        let what = "a compressed file around it, for it consists of several files, or is compressed itself";
        plan = wrapper.wrap(plan, &task.tuning).ok_or(JobError::Refused { format: format.title, what })?;
    }
    let folder = task.target.parent().unwrap_or(Path::new("")).to_owned();
    check_outputs(task, source.files, &plan, &folder)?;
    Ok(Prepared { format, losses, left, plan, folder, stem })
}

/// The file to open gets the very name that was asked for, where its extension is one of the format's, in whatever case; bare sectors
/// take any known one.
fn name_as_asked(plan: &mut Plan, format: &Format, target: &Path) {
    let extension = target.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let fits =
        format.extensions.contains(&extension.as_str()) || (image::is_bare(format) && image::by_extension(target).is_some());
    if let (true, Some(file), Some(name)) = (fits, plan.files.last_mut(), target.file_name()) {
        file.name = name.to_string_lossy().into_owned();
    }
}

fn has_subchannel(reader: &dyn DiscReader) -> bool {
    reader.disc().tracks().any(|(session, track)| {
        let id = TrackId { session: session.number, track: track.number };
        reader.stored(id).is_some_and(|stored| stored.sub != StoredSub::None)
    })
}

/// Refuses to write over a file of the source.
fn spare_source(sources: &[PathBuf], place: PathBuf) -> Result<(), JobError> {
    let resolved = place.canonicalize().ok();
    match resolved.is_some() && sources.iter().any(|source| source.canonicalize().ok() == resolved) {
        true => Err(JobError::OverSource(place)),
        false => Ok(()),
    }
}

/// Nothing of the source may be replaced, nothing else without leave; and there must be room.
fn check_outputs(task: &ConvertTask, sources: &[PathBuf], plan: &Plan, folder: &Path) -> Result<(), JobError> {
    for file in &plan.files {
        let place = folder.join(&file.name);
        spare_source(sources, place.clone())?;
        // A link that leads nowhere is somebody's, too.
        if place.symlink_metadata().is_ok() && (!task.overwrite || place.is_dir()) {
            return Err(JobError::Exists(place));
        }
    }
    let needed = plan.room();
    match free_space(folder) {
        Some(free) if free < needed => Err(JobError::NoRoom { path: folder.to_owned(), needed, free }),
        _ => Ok(()),
    }
}

/// Opens the new image and compares it with what should be in it.
fn prove(
    source: &Path,
    task: &ConvertTask,
    prepared: &Prepared,
    made: &Path,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<(), JobError> {
    let Prepared { format, left, .. } = prepared;
    let opener = image::Opener::new(made, opening(task.tuning.password.as_ref(), control))?;
    let image = image::open_wrapped_as(format, opener)?;
    // A stored subchannel says more than the format itself can.
    let read = image::project_sectors(&*image.reader, &format.holds).unwrap_or_else(|| image.disc().clone());
    let mut differences = compare_discs(left.disc(), &read);
    let ground = common_ground(left, &*image.reader);
    let mut meter = Meter::new(control, tell, Phase::Verify, sectors(&ground));
    let pair = Pair { one: (left, source), other: (&*image.reader, made) };
    differences.extend(compare_sectors(&pair, &ground, &mut meter)?);
    meter.finish();
    match differences.first() {
        None => Ok(()),
        Some(first) => Err(JobError::Mismatch { path: task.target.clone(), first: first.to_string() }),
    }
}
