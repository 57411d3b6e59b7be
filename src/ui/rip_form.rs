//! [`RipForm`]: what was chosen for saving the disc in a drive so far. No drawing.

use std::path::PathBuf;

use super::convert_form::Form;
use super::settings::Settings;
use super::state::{OpenImage, State};
use crate::disc::Medium;
use crate::image;
use crate::job::{AudioCheck, DEMO, EarlierRip, RipTask, Servers, Task, rip_folder};

/// Rounds over bad sectors that can be chosen at most.
pub const MOST_RETRIES: u32 = 100;
/// No drive reads audio further from its place, in samples.
const MOST_OFFSET: u32 = 5880;

/// What was chosen for saving the disc in a drive.
#[derive(Debug, Clone, PartialEq)]
pub struct RipForm {
    /// The image that is made of it: format, name, folder, and how it is packed.
    pub image: Form,
    /// Rounds over the sectors that could not be read.
    pub retries: u32,
    /// Multiples of single speed; `None`: as fast as it goes.
    pub speed: Option<u16>,
    /// The image keeps the subchannel.
    pub subchannel: bool,
    /// How audio, which has no checksums, is made sure of.
    pub audio: AudioCheck,
    /// The image is made even where sectors could not be read.
    pub accept_damage: bool,
    /// What an earlier run has read is given up.
    pub restart: bool,
    /// The disc is ejected in the end.
    pub eject: bool,
    /// The drive's read offset in samples, as text; nothing: as it is remembered.
    pub offset: String,
    /// Databases are asked about audio.
    pub look_up: bool,
    /// The script of faults of the drive in software.
    pub script: String,
    /// What an earlier run has left.
    pub earlier: Earlier,
    /// The drive's name.
    pub drive: String,
}

/// What is known of an earlier run under the chosen name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Earlier {
    /// Nobody was asked.
    #[default]
    Unknown,
    /// Whether it has left this folder is being found out.
    Asked(PathBuf),
    /// It has left something in this folder, or nothing.
    Known(PathBuf, Option<EarlierRip>),
}

impl RipForm {
    /// With good choices made; `None` where the image that is open is no disc in a drive.
    pub fn new(open: &OpenImage, settings: &Settings) -> Option<RipForm> {
        Some(RipForm {
            drive: open.drive()?.to_owned(),
            image: Form::new(open, settings.folder.as_deref()),
            retries: 3,
            speed: None,
            subchannel: false,
            audio: AudioCheck::default(),
            accept_damage: false,
            restart: false,
            eject: false,
            offset: String::new(),
            look_up: settings.look_up,
            script: String::new(),
            earlier: Earlier::default(),
        })
    }

    /// Whether the subchannel can be read, and the format can keep it.
    pub fn can_subchannel(&self, open: &OpenImage) -> bool {
        let keeps = image::by_name(self.image.format).is_some_and(|format| format.holds.subchannel);
        open.image.disc().medium.is_cd() && keeps
    }

    /// Whether the drive is one in software, which can be told to misbehave.
    pub fn is_in_software(&self) -> bool {
        self.drive.starts_with(DEMO)
    }

    /// Multiples of single speed that drives for this medium know.
    pub fn speeds(medium: Medium) -> &'static [u16] {
        match medium {
            medium if medium.is_cd() => &[1, 2, 4, 8, 10, 16, 24, 32, 40, 48],
            Medium::Bd => &[1, 2, 4, 6, 8, 10, 12],
            _ => &[1, 2, 4, 6, 8, 12, 16],
        }
    }

    /// Why it can't be begun as it stands.
    pub fn obstacle(&self, state: &State, open: &OpenImage) -> Option<String> {
        let busy = state.job_on(&open.image.path).map(|job| format!("The drive is busy: {}.", job.title()));
        let offset = self.offset().is_none().then(|| format!("The read offset is a number of samples, {MOST_OFFSET} at most."));
        busy.or_else(|| self.image.facts().obstacle.clone()).or(offset)
    }

    /// The read offset that was written; `None` where it is no such number, and in it `None` where nothing was written.
    fn offset(&self) -> Option<Option<i32>> {
        let text = self.offset.trim().trim_start_matches('+').replace('−', "-");
        if text.is_empty() {
            return Some(None);
        }
        text.parse().ok().filter(|offset: &i32| offset.unsigned_abs() <= MOST_OFFSET).map(Some)
    }

    /// The working folder.
    pub fn folder(&self) -> PathBuf {
        rip_folder(&self.image.target())
    }

    /// The folder in which an earlier run has to be looked for, unless that is known or under way.
    pub fn unasked(&self) -> Option<PathBuf> {
        let folder = self.folder();
        match &self.earlier {
            Earlier::Asked(asked) | Earlier::Known(asked, _) if *asked == folder => None,
            _ => Some(folder),
        }
    }

    /// An earlier run was looked for; what concerns another name comes too late.
    pub fn found(&mut self, folder: PathBuf, earlier: Option<EarlierRip>) {
        if folder == self.folder() {
            self.earlier = Earlier::Known(folder, earlier);
        }
    }

    /// The earlier run that will be gone on with, or given up.
    pub fn earlier(&self) -> Option<&EarlierRip> {
        match &self.earlier {
            Earlier::Known(_, earlier) => earlier.as_ref(),
            _ => None,
        }
    }

    /// The task, with the user's word on the losses.
    pub fn task(&self, open: &OpenImage, allow_loss: bool) -> Task {
        let subchannel = self.subchannel && self.can_subchannel(open);
        let mut image = self.image.convert_task(open, allow_loss);
        image.subchannel = Some(subchannel);
        let script = self.script.trim();
        Task::Rip(Box::new(RipTask {
            faults: (self.is_in_software() && !script.is_empty()).then(|| script.into()),
            image,
            retries: self.retries,
            restart: self.restart && self.earlier().is_some(),
            speed: self.speed.map(f64::from),
            subchannel,
            audio: self.audio,
            offset: self.offset().flatten(),
            look_up: self.look_up.then(Servers::default),
            accept_damage: self.accept_damage,
            eject: self.eject,
            ..RipTask::new(self.drive.as_str(), self.image.target())
        }))
    }
}
