//! What is opened, and the sheets that show it.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::App;
use crate::image::Password;
use crate::job::{AudioList, Control, Task, drive_of};
use crate::ui::actions::{Action, SheetName};
use crate::ui::batch::Batch;
use crate::ui::burn::form::{BurnForm, From};
use crate::ui::burn::{AudioForm, is_audio};
use crate::ui::notices::Notice;
use crate::ui::sheets::{self, Sheet};
use crate::ui::words;
use crate::ui::work::Job;

impl App {
    /// Opens files, folders, and discs in drives. Where all are audio files, they become a CD.
    pub(super) fn open(&mut self, paths: Vec<PathBuf>) {
        let (drives, paths): (Vec<PathBuf>, Vec<PathBuf>) = paths.into_iter().partition(|path| drive_of(path).is_some());
        for path in drives {
            if self.is_busy(&path) {
                continue;
            }
            let password = self.state.drives.demo.as_deref().and_then(|image| self.state.password_of(image)).cloned();
            self.open_by(Task::Open { path, password });
        }
        if paths.is_empty() {
            return;
        }
        if is_audio(&paths) {
            return self.audio_cd(paths);
        }
        // Recent images have to be found again from another folder.
        let sources = paths.into_iter().map(|path| std::path::absolute(&path).unwrap_or(path)).collect();
        self.open_by(Task::Survey { sources, passwords: self.state.passwords(), always: false });
    }

    /// Whether a job is at this drive. It is not asked anything then: what is known of its disc is shown.
    pub(super) fn is_busy(&mut self, drive: &Path) -> bool {
        let Some(job) = self.state.job_on(drive).map(Job::title) else { return false };
        match self.state.images.iter().find(|open| open.image.path == drive).map(|open| open.id) {
            Some(id) => self.state.show(id),
            None => self.refuse_drive(drive, &job),
        }
        true
    }

    /// A drive does one thing at a time.
    pub(super) fn refuse_drive(&mut self, drive: &Path, job: &str) {
        self.state.tell(Notice {
            happened: format!("The drive of {} is busy: {job}.", words::source(drive)),
            means: "That job goes on, and nothing else was begun.".to_owned(),
            try_this: "Wait until it has ended, or cancel it.".to_owned(),
            technical: format!("a job reads {}", drive.display()),
            ..Notice::default()
        });
    }

    /// Opens an image, or the disc in a drive, where it is not open, and a sheet for it.
    pub(super) fn open_for(&mut self, path: PathBuf, sheet: SheetName) {
        let path = if drive_of(&path).is_some() { path } else { std::path::absolute(&path).unwrap_or(path) };
        let open = self.state.images.iter().find(|open| open.image.path == path).map(|open| open.id);
        self.then = Some((path.clone(), sheet));
        match open {
            Some(id) => self.state.show(id),
            None => self.open(vec![path]),
        }
        self.follow_up();
    }

    /// Opens the sheet to burn with, for this recorder. The disc that lies there can't be what is burned.
    pub(super) fn burn_on(&mut self, drive: &str) {
        let shown = self.state.shown().filter(|open| open.drive() != Some(drive)).map(|open| From::Disc(open.id));
        let mut form = BurnForm::new(shown.unwrap_or(From::Nothing), &self.state);
        form.choose(drive, &self.state);
        self.views.sheet = Some(Sheet::Burn(Box::new(form)));
    }

    /// Opens the sheet to make an audio CD, with these files; where it is open, they are added.
    pub(super) fn audio_cd(&mut self, files: Vec<PathBuf>) {
        match &mut self.views.sheet {
            Some(Sheet::Burn(form)) if form.audio().is_some() => form.add_audio(files, &self.state),
            sheet => {
                let form = BurnForm::new(From::Audio(AudioForm::new(files)), &self.state);
                *sheet = Some(Sheet::Burn(Box::new(form)));
            }
        }
    }

    /// Sees what audio files make. What another list would have made is of no interest any more.
    pub(super) fn lay_out(&mut self, list: AudioList) {
        let stale = self.state.ahead.list_in_question().and_then(|id| self.opener.control(id));
        stale.iter().for_each(Control::cancel);
        self.open_by(Task::LayOut(list));
    }

    pub(super) fn unlock(&mut self, path: PathBuf, password: Password) {
        self.state.trying(&path);
        let locked = self.state.batch.as_ref().filter(|batch| batch.has(&path)).map(Batch::locked);
        self.open_by(match locked {
            // What opens one may open the others, and nobody has to type it again.
            Some(sources) => Task::Survey { sources, passwords: vec![password], always: true },
            None => Task::Open { path, password: Some(password) },
        });
    }

    pub(super) fn open_by(&mut self, task: Task) {
        let id = self.opener.submit(task.clone());
        self.state.submitted(Instant::now(), id, &task);
    }

    /// Opens a sheet. One to burn with that is open already keeps what was chosen in it, and burns what is shown now.
    pub(super) fn show_sheet(&mut self, name: SheetName) {
        let shown = self.state.shown().map(|open| From::Disc(open.id));
        match (&mut self.views.sheet, name, shown) {
            (Some(Sheet::Burn(form)), SheetName::Burn, Some(shown)) => form.take(shown, &self.state),
            _ => self.views.sheet = sheets::fresh(name, &self.state),
        }
    }

    /// What is dropped belongs to the sheet that is open, where it fits there.
    pub(super) fn meant_by(&self, mut dropped: Vec<PathBuf>) -> Option<Action> {
        let burns = match &self.views.sheet {
            Some(Sheet::Burn(form)) => Some(form.audio().is_some()),
            _ => None,
        };
        match (burns, dropped.len()) {
            (_, 0) => None,
            (Some(true), _) => Some(Action::AudioCd(dropped)),
            (Some(false), 1) => dropped.pop().map(Action::BurnFile),
            _ => Some(Action::Open(dropped)),
        }
    }
}
