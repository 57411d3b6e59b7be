//! [`BurnForm`]: what was chosen for burning a disc so far, and what follows from it. No drawing.

use std::path::{Path, PathBuf};

use super::audio_form::AudioForm;
use super::prospect::{self, Facts, Prospect, Verdict};
use super::words;
use crate::drive::recorder::{BurnLoss, BurnWish, Close, Erase, Kind, Mode};
use crate::job::{BurnFrom, BurnTask, Task, blank_with, drive_path};
use crate::ui::drives::Drive;
use crate::ui::state::{ImageId, OpenImage, State};
use crate::virtual_drive::BlankKind;

/// Discs that can be burned one after another in one recorder at most.
pub const MOST_COPIES: u32 = 999;

/// What is burned.
#[derive(Debug, Clone, PartialEq)]
pub enum From {
    /// Nothing was chosen yet.
    Nothing,
    /// An image that is open, or the disc in a drive.
    Disc(ImageId),
    /// Audio files.
    Audio(AudioForm),
}

/// What was chosen for burning a disc.
#[derive(Debug, Clone, PartialEq)]
pub struct BurnForm {
    /// What is burned.
    pub from: From,
    /// The disc in a drive is saved first.
    pub through_image: bool,
    /// The drives that were ticked.
    pub recorders: Vec<String>,
    /// The recorder in software was ticked.
    pub in_software: bool,
    /// The disc that lies in that one.
    pub blank: BlankKind,
    /// The image that its disc becomes, as text; nothing: none.
    pub keep: String,
    /// The script of its faults.
    pub script: String,
    /// How it is written; `None`: as it suits disc and drive.
    pub mode: Option<Mode>,
    /// Kilobytes a second; `None`: as fast as all of it allows.
    pub speed: Option<u32>,
    /// Nothing is written: the laser is at reading power.
    pub simulate: bool,
    /// What is closed at the end.
    pub close: Close,
    /// The first sector of the second layer, as text; nothing: as the source has it.
    pub layer_break: String,
    /// Whether a part of the disc stands in for bad places.
    pub spare_areas: Option<bool>,
    /// What is on a rewritable disc is erased first.
    pub erase: Option<Erase>,
    /// The CD-TEXT of the source goes with it.
    pub cd_text: bool,
    /// The disc is read back and compared.
    pub verify: bool,
    /// Discs that are burned in each recorder.
    pub copies: u32,
    /// The disc is ejected in the end.
    pub eject: bool,
    /// It is burned without what can't be written.
    pub allow_loss: bool,
    /// It is burned even where the source is damaged.
    pub accept_damage: bool,
    /// Whether the options are unfolded.
    pub more: bool,
    /// Whether the user is being asked about what is on the discs.
    pub confirming: bool,
    facts: Facts,
    /// What was known when the facts were worked out.
    known: u64,
}

impl BurnForm {
    /// With good choices made: what is shown, and the first recorder with something to write on in it.
    pub fn new(from: From, state: &State) -> BurnForm {
        let source = source_drive(&from, state);
        let ready = |drive: &&Drive| drive.writable.is_some() && Some(drive.name.as_str()) != source.as_deref();
        let recorders = recorders(state).filter(ready).take(1).map(|drive| drive.name.clone()).collect();
        let mut form = BurnForm {
            from,
            through_image: false,
            recorders,
            in_software: false,
            blank: BlankKind::CdR,
            keep: String::new(),
            script: String::new(),
            mode: None,
            speed: None,
            simulate: false,
            close: Close::default(),
            layer_break: String::new(),
            spare_areas: None,
            erase: None,
            cd_text: true,
            verify: true,
            copies: 1,
            eject: false,
            allow_loss: false,
            accept_damage: false,
            more: false,
            confirming: false,
            facts: Facts::default(),
            known: 0,
        };
        form.refresh(state);
        form
    }

    /// What follows from the choices.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Works out what follows from the choices, and from what was asked meanwhile.
    pub fn refresh(&mut self, state: &State) {
        self.facts = prospect::work_out(self, state);
        if self.settle() {
            self.facts = prospect::work_out(self, state);
        }
        self.known = state.ahead.version();
    }

    /// Takes back what was chosen for another disc and is not offered for those that lie in the recorders now; whether there was such a thing.
    fn settle(&mut self) -> bool {
        let Facts { modes, speeds, simulates, .. } = &self.facts;
        // Where nothing is offered, nothing is known yet.
        let mode = self.mode.is_some_and(|mode| !modes.is_empty() && !modes.contains(&mode));
        let speed = self.speed.is_some_and(|speed| !speeds.is_empty() && speeds.iter().all(|(known, _)| *known != speed));
        let simulate = self.simulate && !modes.is_empty() && !simulates;
        if mode {
            self.mode = None;
        }
        if speed {
            self.speed = None;
        }
        self.simulate &= !simulate;
        mode || speed || simulate
    }

    /// Whether something was found out since then.
    pub fn is_stale(&self, state: &State) -> bool {
        self.known != state.ahead.version()
    }

    /// Burns this instead, in the same way; what it loses has to be said anew.
    pub fn take(&mut self, from: From, state: &State) {
        self.from = from;
        (self.allow_loss, self.layer_break) = (false, String::new());
        self.refresh(state);
    }

    /// Ticks this recorder alone.
    pub fn choose(&mut self, drive: &str, state: &State) {
        self.recorders = vec![drive.to_owned()];
        self.in_software = false;
        self.refresh(state);
    }

    /// The image that is burned.
    pub fn open<'a>(&self, state: &'a State) -> Option<&'a OpenImage> {
        match self.from {
            From::Disc(id) => state.image(id),
            From::Nothing | From::Audio(_) => None,
        }
    }

    /// The audio files that are burned.
    pub fn audio(&self) -> Option<&AudioForm> {
        match &self.from {
            From::Audio(audio) => Some(audio),
            From::Nothing | From::Disc(_) => None,
        }
    }

    /// Audio files are added.
    pub fn add_audio(&mut self, files: Vec<PathBuf>, state: &State) {
        if let From::Audio(audio) = &mut self.from {
            audio.add(files);
            self.refresh(state);
        }
    }

    /// Names of the recorders that are ticked.
    pub fn targets(&self) -> Vec<String> {
        let software = self.in_software.then(|| blank_with(self.blank));
        self.recorders.iter().cloned().chain(software).collect()
    }

    /// How it is to be written on a disc of this kind.
    pub fn wish(&self, kind: Option<Kind>) -> BurnWish {
        BurnWish {
            mode: self.mode,
            simulate: self.simulate,
            close: self.close,
            layer_break: self.layer_break().flatten(),
            speed: self.speed,
            spare_areas: self.spare_areas,
            erase: self.erase.filter(|_| kind.is_none_or(Kind::is_rewritable)),
            without_cd_text: !self.cd_text,
        }
    }

    /// The layer break that was written; `None` where it is no number, and in it `None` where nothing was written.
    pub fn layer_break(&self) -> Option<Option<u32>> {
        let text = self.layer_break.trim();
        if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
    }

    /// Why it can't be begun as it stands.
    pub fn obstacle(&self, state: &State) -> Option<String> {
        let targets = self.targets();
        let busy = |name: &String| {
            let job = state.job_on(&drive_path(name)).filter(|_| crate::job::blank_of(name).is_none())?;
            Some(format!("{} is busy: {}.", words::recorder(name), job.title()))
        };
        let reads = source_drive(&self.from, state).and_then(|drive| busy(&drive));
        self.no_source(state)
            .or_else(|| targets.is_empty().then(|| "Choose a recorder.".to_owned()))
            .or(reads)
            .or_else(|| targets.iter().find_map(busy))
            .or_else(|| self.too_many_readers(state))
            .or_else(|| self.layer_break().is_none().then(|| "The layer break is a number of a sector.".to_owned()))
            .or_else(|| self.facts.prospects.iter().find_map(|prospect| prospect.obstacle(targets.len() > 1)))
            .or_else(|| self.unallowed())
    }

    fn no_source(&self, state: &State) -> Option<String> {
        match &self.from {
            From::Audio(audio) => audio.obstacle(state),
            From::Nothing => Some("Choose what to burn.".to_owned()),
            From::Disc(_) => self.open(state).is_none().then(|| "Choose what to burn.".to_owned()),
        }
    }

    /// The head of a drive can't be in two places.
    fn too_many_readers(&self, state: &State) -> Option<String> {
        let reads = source_drive(&self.from, state).is_some() && self.targets().len() > 1;
        reads.then(|| "One recorder at a time can copy from a drive: save the disc as an image to burn it in several.".to_owned())
    }

    fn unallowed(&self) -> Option<String> {
        let lost = self.facts.losses.iter().any(BurnLoss::needs_leave) && !self.allow_loss;
        lost.then(|| "Not everything can be written: say above that it may be burned nevertheless.".to_owned())
    }

    /// The words on the button.
    pub fn promise(&self, state: &State) -> String {
        let targets = self.targets();
        let kind = match self.facts.prospects.as_slice() {
            [one] => one.kind,
            _ => None,
        };
        let verb = match (self.simulate, &self.from) {
            (true, _) => "Simulate burning",
            (false, _) if source_drive(&self.from, state).is_some() => "Copy it to",
            (false, _) => "Burn",
        };
        let discs = targets.len() as u32 * self.copies;
        let what = match (discs, kind) {
            (0 | 1, Some(kind)) => format!("the {kind}"),
            (0 | 1, None) => "the disc".to_owned(),
            (discs, kind) => crate::ui::words::count(discs.into(), kind.map_or("disc", Kind::name)),
        };
        format!("{verb} {what}")
    }

    /// Discs whose contents go, for good: the recorder, and what lies in it.
    pub fn replaced(&self) -> Vec<(String, Kind)> {
        let replaced = self.facts.prospects.iter().filter(|prospect| !self.simulate && prospect.replaces());
        replaced.filter_map(|prospect| Some((prospect.drive.clone(), prospect.kind?))).collect()
    }

    /// A job for each recorder.
    pub fn tasks(&self, state: &State) -> Vec<Task> {
        let Some(source) = self.source(state) else { return Vec::new() };
        let task = |name: String| {
            let software = crate::job::blank_of(&name).is_some();
            let path = |text: &str| Some(PathBuf::from(text.trim())).filter(|path| software && !path.as_os_str().is_empty());
            Task::Burn(Box::new(BurnTask {
                through_image: self.through_image,
                password: self.open(state).and_then(|open| open.password.clone()),
                wish: self.wish(self.prospect(&name).and_then(|prospect| prospect.kind)),
                verify: self.verify,
                copies: self.copies,
                // The user was asked, and a disc in software is nobody's.
                overwrite: software || self.prospect(&name).is_some_and(Prospect::replaces),
                allow_loss: self.allow_loss,
                accept_damage: self.accept_damage,
                eject: self.eject,
                faults: path(&self.script),
                keep: path(&self.keep),
                ..BurnTask::new(source.clone(), name)
            }))
        };
        self.targets().into_iter().map(task).collect()
    }

    /// What would come of it in this recorder.
    pub fn prospect(&self, name: &str) -> Option<&Prospect> {
        self.facts.prospects.iter().find(|prospect| prospect.drive == name)
    }

    /// What a job burns from.
    fn source(&self, state: &State) -> Option<BurnFrom> {
        match &self.from {
            From::Nothing => None,
            From::Disc(_) => self.open(state).map(|open| BurnFrom::Disc(open.image.path.clone())),
            From::Audio(audio) => Some(BurnFrom::Audio(audio.list.clone())),
        }
    }

    /// What is offered as the name of the image that the disc of a recorder in software becomes.
    pub fn keep_name(&self, state: &State) -> String {
        let name = self.open(state).map_or_else(|| "Audio CD".to_owned(), |open| open.name());
        let stem = Path::new(&name).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        format!("{} burned.{}", crate::ui::words::for_file(&stem), self.keep_format().extensions.first().unwrap_or(&"iso"))
    }

    /// The folder of the image that is burned.
    pub fn folder(&self, state: &State) -> Option<PathBuf> {
        let open = self.open(state).filter(|open| open.drive().is_none())?;
        open.image.path.parent().map(Path::to_owned)
    }

    /// The format that keeps all of what lies in the recorder in software.
    pub fn keep_format(&self) -> &'static crate::image::Format {
        let name = if self.blank.profile().is_cd() { "cue" } else { "iso" };
        crate::image::by_name(name).unwrap_or(crate::image::FORMATS[0])
    }

    /// Whether a recorder has something in it that nobody knows yet.
    pub fn is_asking(&self) -> bool {
        self.facts.prospects.iter().any(|prospect| prospect.verdict == Verdict::Asking)
    }
}

/// The drives that can write; the one in software that holds a disc to play with is none.
pub fn recorders(state: &State) -> impl Iterator<Item = &Drive> {
    state.drives.all.iter().filter(|drive| drive.records)
}

/// The drive that is read, where a disc is copied.
pub fn source_drive(from: &From, state: &State) -> Option<String> {
    match from {
        From::Disc(id) => state.image(*id)?.drive().map(str::to_owned),
        From::Nothing | From::Audio(_) => None,
    }
}
