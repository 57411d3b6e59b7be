//! [`Form`]: what was chosen for a conversion so far, and what follows from it. No drawing.

use std::path::{Path, PathBuf};

use super::state::{ImageId, OpenImage};
use super::tuning_form::TuningForm;
use super::words;
use crate::disc::{StoredSub, TrackId};
use crate::image::packing::Tuning;
use crate::image::{self, Advice, Loss, Plan, PlanRequest};
use crate::job::{ConvertTask, Task};

/// What was chosen for a conversion.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The image.
    pub image: ImageId,
    /// Name of the format.
    pub format: &'static str,
    /// Name of the new image, without an extension.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// A file for each track.
    pub file_per_track: bool,
    /// Keep the subchannel.
    pub subchannel: bool,
    /// The older version of the format.
    pub old_version: bool,
    /// How it is packed.
    pub tuning: TuningForm,
    /// Read back and compare.
    pub verify: bool,
    /// Replace files that are there.
    pub overwrite: bool,
    /// Whether those that keep as much as the first few are unfolded.
    pub more_formats: bool,
    /// Whether the formats that lose something are unfolded.
    pub all_formats: bool,
    /// Whether the options are unfolded.
    pub more: bool,
    /// Whether the user is being asked about what would be lost.
    pub confirming: bool,
    facts: Facts,
}

/// What follows from the choices; made anew when one changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// What would be lost.
    pub losses: Vec<Loss>,
    /// Bytes that it takes; at most, where it is packed.
    pub size: u64,
    /// Whether it is packed: nobody knows how small that makes it.
    pub packed: bool,
    /// Files that will be made.
    pub files: Vec<String>,
    /// Whether this format can do with a file for each track.
    pub can_split: bool,
    /// Whether there is a subchannel to keep, and the format can.
    pub can_subchannel: bool,
    /// Whether the format has an older version.
    pub can_old: bool,
    /// The format that loses less, if this one loses something.
    pub better: Option<&'static str>,
    /// How to pack it.
    pub tuning: Tuning,
    /// Why it can't be done as it stands.
    pub obstacle: Option<String>,
}

impl Form {
    /// With good choices made: the best format other than the image's own, beside the image or where the last one was saved.
    pub fn new(open: &OpenImage, folder: Option<&Path>) -> Form {
        let own = open.image.format.name;
        let sound = open.advice.iter().find(|advice| advice.format.name != own && advice.losses.is_empty());
        let format = sound.or(open.advice.first()).map_or("", |advice| advice.format.name);
        let stem = open.image.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        // A disc in a drive lies beside nothing.
        let (beside, stem) = match open.drive() {
            Some(_) => (directories::UserDirs::new().map(|dirs| dirs.home_dir().to_owned()), words::for_file(&open.name())),
            None => (open.image.path.parent().map(Path::to_owned), stem),
        };
        let mut form = Form {
            image: open.id,
            format,
            name: stem,
            folder: folder.unwrap_or(&beside.unwrap_or_default()).display().to_string(),
            file_per_track: false,
            subchannel: true,
            old_version: false,
            tuning: TuningForm::default(),
            verify: true,
            overwrite: false,
            more_formats: false,
            all_formats: false,
            more: false,
            confirming: false,
            facts: Facts::default(),
        };
        form.refresh(open);
        if form.hits_source(open) {
            form.name += " copy";
            form.refresh(open);
        }
        form
    }

    /// What follows from the choices.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The adviser's word on the chosen format.
    pub fn advice<'a>(&self, open: &'a OpenImage) -> Option<&'a Advice> {
        open.advice.iter().find(|advice| advice.format.name == self.format)
    }

    /// The file that is made: the descriptor, where the format has one.
    pub fn target(&self) -> PathBuf {
        let extension = image::by_name(self.format).and_then(|format| format.extensions.first()).copied().unwrap_or_default();
        Path::new(&self.folder).join(format!("{}.{extension}", self.name.trim()))
    }

    /// Takes a path that was chosen or typed; its extension is the format's business.
    pub fn set_target(&mut self, path: &Path, open: &OpenImage) {
        self.folder = path.parent().unwrap_or(Path::new("")).display().to_string();
        let known = image::by_extension(path).is_some();
        let name = if known { path.file_stem() } else { path.file_name() };
        self.name = name.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.refresh(open);
    }

    /// The words on the button.
    pub fn promise(&self, open: &OpenImage) -> String {
        let title = self.advice(open).map_or("image", |advice| advice.format.title);
        format!("Save as {title}, {}", words::takes(self.facts.size, self.facts.packed))
    }

    /// The task, with the user's word on the losses.
    pub fn task(&self, open: &OpenImage, allow_loss: bool) -> Task {
        Task::Convert(Box::new(self.convert_task(open, allow_loss)))
    }

    /// What the task is to make.
    pub fn convert_task(&self, open: &OpenImage, allow_loss: bool) -> ConvertTask {
        ConvertTask {
            format: Some(self.format),
            allow_loss,
            verify: self.verify,
            overwrite: self.overwrite,
            subchannel: Some(self.subchannel && self.facts.can_subchannel),
            file_per_track: self.file_per_track && self.facts.can_split,
            old_version: self.old_version && self.facts.can_old,
            tuning: self.facts.tuning.clone(),
            password: open.password.clone(),
            ..ConvertTask::new(&open.image.path, self.target())
        }
    }

    /// Works out what follows from the choices.
    pub fn refresh(&mut self, open: &OpenImage) {
        self.facts = self.work_out(open);
    }

    fn work_out(&self, open: &OpenImage) -> Facts {
        let Some(advice) = self.advice(open) else {
            return Facts { obstacle: Some("No format can hold this disc.".to_owned()), ..Facts::default() };
        };
        let can_subchannel = has_subchannel(open) && advice.format.holds.subchannel;
        let subchannel = self.subchannel && can_subchannel;
        let (tuning, unfinished) = match self.tuning.tuning(&advice.format.choices) {
            Ok(tuning) => (tuning, None),
            Err(unfinished) => (Tuning::default(), Some(unfinished)),
        };
        let request = PlanRequest { subchannel, tuning: tuning.clone(), ..PlanRequest::new(self.name.trim()) };
        let plan = |request: &PlanRequest| image::plan(&open.image.reader, advice.format, request);
        let plain = match plan(&request) {
            Ok(plain) => plain,
            Err(error) => return Facts { obstacle: Some(format!("{error}.")), ..Facts::default() },
        };
        let differs = |request: PlanRequest| plan(&request).is_ok_and(|other| other.differs_from(&plain));
        let can_split = differs(PlanRequest { file_per_track: true, ..request.clone() });
        let can_old = differs(PlanRequest { old_version: true, ..request.clone() });
        let chosen = PlanRequest {
            file_per_track: self.file_per_track && can_split,
            old_version: self.old_version && can_old,
            ..request.clone()
        };
        let chosen = plan(&chosen).unwrap_or(plain);
        let losses = advice.losses.clone();
        let better = open.advice.iter().find(|other| other.losses.is_empty() && !losses.is_empty());
        Facts {
            losses,
            size: chosen.len(),
            packed: chosen.is_packed(),
            obstacle: self.obstacle(&chosen, open).or(unfinished),
            tuning,
            files: chosen.files.into_iter().map(|file| file.name).collect(),
            can_split,
            can_subchannel,
            can_old,
            better: better.map(|other| other.format.name),
        }
    }

    fn obstacle(&self, plan: &Plan, open: &OpenImage) -> Option<String> {
        let name = self.name.trim();
        if name.is_empty() {
            return Some("The new image needs a name.".to_owned());
        }
        if name.contains(['/', '\\']) || name == "." || name == ".." {
            return Some("A name can't hold a slash: the folder stands in its own field.".to_owned());
        }
        let sources = &open.image.files;
        let hit = plan.files.iter().find(|file| sources.contains(&Path::new(&self.folder).join(&file.name)))?;
        Some(format!("“{}” belongs to the image that is read: choose another name.", hit.name))
    }

    fn hits_source(&self, open: &OpenImage) -> bool {
        let folder = Path::new(&self.folder);
        self.facts.files.iter().any(|name| open.image.files.contains(&folder.join(name)))
    }
}

fn has_subchannel(open: &OpenImage) -> bool {
    open.image.disc().tracks().any(|(session, track)| {
        let id = TrackId { session: session.number, track: track.number };
        open.image.reader.stored(id).is_some_and(|stored| stored.sub != StoredSub::None)
    })
}
