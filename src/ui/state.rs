//! [`State`]: everything the window shows. Plain data; events from the pool and words from the user change it.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::batch::{Batch, fate};
use super::burn::ahead::Ahead;
use super::burn::watch::BurnJob;
use super::drives::Drives;
use super::geometry::Thumbnail;
use super::notices::Notice;
use super::settings::{Recent, Settings};
use super::work::{Done, Job, Stage, batched, converted, hashed, verified};
use super::{burn, rip_words, words};
use crate::disc::{Lba, Medium, TrackId};
use crate::image::{self, Advice, Fault, Image, Password, file_name};
use crate::job::{
    self, BatchEvent, Class, Entry, Event, Fate, Finding, HashReport, JobError, JobId, Listed, Named, OpenReport, Outcome,
    Progress, RipPicture, RipTask, Task, VerifyReport,
};

/// Number of an open image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ImageId(u64);

/// An open image, and what is known of it.
pub struct OpenImage {
    /// Its number.
    pub id: ImageId,
    /// The image.
    pub image: Image,
    /// The password that opened it, if it needed one: for all that will be done with it.
    pub password: Option<Password>,
    /// The adviser's ranking.
    pub advice: Vec<Advice>,
    /// How it looks at a small size.
    pub thumbnail: Thumbnail,
    /// The selected track.
    pub selected: Option<TrackId>,
    /// Its checksums, once they were made.
    pub checksums: Option<HashReport>,
    /// What verifying it said, once that was done.
    pub findings: Option<VerifyReport>,
}

impl OpenImage {
    /// Its name, for people.
    pub fn name(&self) -> String {
        match self.drive() {
            Some(_) => words::disc_in_drive(&self.image.path, self.image.disc()),
            None => file_name(&self.image.path),
        }
    }

    /// The drive that it is the disc in.
    pub fn drive(&self) -> Option<&str> {
        job::drive_of(&self.image.path)
    }

    /// What it is, in a few words: "CD · 12 tracks · 74:02".
    pub fn summary(&self) -> String {
        let disc = self.image.disc();
        let length =
            if disc.medium.is_cd() { words::time(disc.sectors()) } else { words::size(u64::from(disc.sectors()) * 2048) };
        let tracks = disc.tracks().count();
        format!("{} · {} · {length}", disc.medium, words::count(tracks as u64, "track"))
    }
}

/// A file or folder that is being opened.
#[derive(Debug)]
pub struct Pending {
    /// The job that does it.
    pub id: JobId,
    /// The file or folder, the first of several.
    pub path: PathBuf,
    /// How many there are besides.
    pub more: usize,
}

/// An encrypted image whose password the user is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// The image.
    pub path: PathBuf,
    /// Whether the last password was wrong.
    pub wrong: bool,
    /// Whether one is being tried.
    pub trying: bool,
}

/// Everything the window shows.
#[derive(Default)]
pub struct State {
    /// Open images, in the order in which they were opened.
    pub images: Vec<OpenImage>,
    /// The image that is shown.
    pub current: Option<ImageId>,
    /// Several discs at once.
    pub batch: Option<Batch>,
    /// Whether those are shown, and no image alone.
    pub on_batch: bool,
    /// The track of it that the pointer is on.
    pub hovered: Option<TrackId>,
    /// The drives.
    pub drives: Drives,
    /// What was asked before anything is burned.
    pub ahead: Ahead,
    /// Whether a disc was written, so that its drive has to be asked anew.
    pub written: bool,
    /// Jobs, the newest first.
    pub jobs: Vec<Job>,
    /// Files and folders that are being opened.
    pub opening: Vec<Pending>,
    /// Encrypted images that wait for their passwords.
    pub locked: Vec<Locked>,
    /// The place that could not be read and is looked at, by its first sector.
    pub picked: Option<Lba>,
    /// Jobs that ended and of which nobody has been told: the name, and what came of it.
    pub news: Vec<(String, String)>,
    /// What the user should know, the newest first.
    pub notices: Vec<Notice>,
    /// What is remembered from one start to the next.
    pub settings: Settings,
    /// The passwords of images, as long as the window is open; they are never written anywhere.
    passwords: Vec<(PathBuf, Password)>,
    last: u64,
}

/// Notices that are kept; who let more than these pile up has stopped reading.
const MOST_NOTICES: usize = 5;

impl State {
    /// With these settings, and nothing open.
    pub fn new(settings: Settings) -> State {
        State { settings, ..State::default() }
    }

    /// The image that is shown.
    pub fn shown(&self) -> Option<&OpenImage> {
        self.image(self.current.filter(|_| !self.on_batch)?)
    }

    /// Several discs at once, while those are shown.
    pub fn shown_batch(&self) -> Option<&Batch> {
        self.batch.as_ref().filter(|_| self.on_batch)
    }

    /// An open image.
    pub fn image(&self, id: ImageId) -> Option<&OpenImage> {
        self.images.iter().find(|image| image.id == id)
    }

    /// The image that is shown, to be changed.
    pub fn shown_mut(&mut self) -> Option<&mut OpenImage> {
        let current = self.current.filter(|_| !self.on_batch)?;
        self.images.iter_mut().find(|image| image.id == current)
    }

    /// The running job that reads this file, or is at this drive.
    pub fn job_on(&self, path: &Path) -> Option<&Job> {
        let writes = |job: &Job| job.burn.as_ref().is_some_and(|burn| job::drive_of(path) == Some(burn.drive.as_str()));
        self.jobs.iter().find(|job| !job.over() && (job.source == path || writes(job)))
    }

    /// What the last rip of this disc has made of its sectors; of no other disc that was in the same drive.
    pub fn rip_of(&self, open: &OpenImage) -> Option<&RipPicture> {
        let of = |job: &&Job| job.source == open.image.path && job.disc.as_ref() == Some(open.image.disc());
        self.jobs.iter().filter(of).find_map(|job| job.picture.as_deref())
    }

    /// How many jobs are not over.
    pub fn running(&self) -> usize {
        self.jobs.iter().filter(|job| !job.over()).count()
    }

    /// Drives whose discs are being read or written by a job.
    pub fn busy_drives(&self) -> Vec<String> {
        let running = self.jobs.iter().filter(|job| !job.over());
        let drives = |job: &Job| {
            let writes = job.burn.as_ref().map(|burn| burn.drive.clone());
            job::drive_of(&job.source).map(str::to_owned).into_iter().chain(writes)
        };
        running.flat_map(drives).collect()
    }

    /// These drives there are.
    pub fn drives_found(&mut self, named: Vec<Named>) {
        self.drives.found(named);
        self.close_lost();
    }

    /// A drive was asked how it is.
    pub fn drive_asked(&mut self, listed: Listed) {
        self.ahead.forget(&listed.name);
        self.drives.asked(listed);
        self.close_lost();
    }

    /// A disc that was taken out can't be shown any more, nor read.
    fn close_lost(&mut self) {
        let lost = |open: &&OpenImage| {
            let gone = open.drive().is_some_and(|drive| self.drives.lost(drive, open.image.disc()));
            gone && self.job_on(&open.image.path).is_none()
        };
        let lost: Vec<ImageId> = self.images.iter().filter(lost).map(|open| open.id).collect();
        lost.into_iter().for_each(|id| self.close(id));
    }

    /// A task was given to the pool.
    pub fn submitted(&mut self, now: Instant, id: JobId, task: &Task) {
        let in_drive;
        let source = match task {
            Task::Open { path, .. } => {
                self.opening.push(Pending { id, path: path.clone(), more: 0 });
                return;
            }
            Task::Survey { sources, .. } => {
                let path = sources.first().cloned().unwrap_or_default();
                self.opening.push(Pending { id, path, more: sources.len().saturating_sub(1) });
                return;
            }
            // The command line alone asks for a demo disc, and what is asked ahead is no job to the user.
            Task::Demo(_) => return,
            Task::LookAtBlank(name) => return self.ahead.ask_recorder(id, name),
            Task::LayOut(list) => return self.ahead.ask_list(id, list.clone()),
            Task::Burn(task) => match &task.source {
                job::BurnFrom::Disc(path) => path,
                job::BurnFrom::Audio(list) => {
                    in_drive = list.files.first().cloned().unwrap_or_default();
                    &in_drive
                }
            },
            Task::Erase(job::EraseTask { drive, .. }) | Task::Close(job::CloseTask { drive, .. }) => {
                in_drive = job::drive_path(drive);
                &in_drive
            }
            Task::Rip(task) => {
                in_drive = job::drive_path(&task.drive);
                &in_drive
            }
            Task::Batch(task) => {
                if let Some(batch) = &mut self.batch {
                    batch.submitted(id, &task.sources);
                }
                &task.into
            }
            Task::Convert(task) => &task.source,
            Task::Verify { source, .. } | Task::Hash { source, .. } => source,
        };
        let open = self.images.iter().find(|open| open.image.path == *source).map(|open| open.image.disc());
        let disc = open.or_else(|| self.drives.disc_in(job::drive_of(source)?));
        let speed = disc.map_or(job::single_speed(Medium::Cd), |disc| job::single_speed(disc.medium));
        let speed = (!matches!(task, Task::Batch(_))).then_some(speed);
        let tracks = disc.map_or(0, |disc| disc.tracks().count());
        let ripped = disc.filter(|_| matches!(task, Task::Rip(_))).cloned();
        if let Some(mut job) = Job::new(id, now, task, speed, tracks) {
            job.disc = ripped;
            job.burn = BurnJob::new(task, |drive| Some(self.ahead.recorder(drive)?.here()?.kind)).map(Box::new);
            self.jobs.insert(0, job);
        }
    }

    /// Something happened in the pool.
    pub fn on_event(&mut self, now: Instant, event: Event) {
        match event {
            Event::Started(id) => self.with_job(id, |job| job.started(now)),
            Event::Progress(id, progress) => self.advanced(now, id, progress),
            Event::Batch(id, event) => self.on_batch_event(now, id, &event),
            Event::Burn(id, news) => self.with_job(id, |job| job.shown(news)),
            Event::Rip(id, picture) => self.with_job(id, |job| job.picture = Some(picture)),
            Event::Ended(id, result) => self.ended(now, id, *result),
        }
    }

    /// A job is further. Who is not at the window hears that a disc has to be put in.
    fn advanced(&mut self, now: Instant, id: JobId, progress: Progress) {
        let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) else { return };
        let asks = |job: &Job| job.burn.as_ref().is_some_and(|burn| burn.asks_for_disc());
        let asked = asks(job);
        job.advanced(now, progress);
        if asks(job) && !asked {
            self.news.push((job.title(), job.phase()));
        }
    }

    /// Something happened in the pool that opens images; its numbers are its own.
    pub fn on_opener_event(&mut self, event: Event) {
        let Event::Ended(id, result) = event else { return };
        let Some(result) = self.ahead.answered(id, *result) else { return };
        let Some(at) = self.opening.iter().position(|opening| opening.id == id) else { return };
        let Pending { path, .. } = self.opening.remove(at);
        if let Err(JobError::Image(image::Error { path, fault, .. })) = &result
            && fault.is_password()
        {
            return self.lock(path.clone(), matches!(fault, Fault::PasswordWrong));
        }
        if !matches!(result, Ok(Outcome::Surveyed(_))) {
            self.locked.retain(|locked| locked.path != path);
        }
        match result {
            Ok(Outcome::Opened(reports)) => reports.into_iter().for_each(|report| self.opened(report)),
            Ok(Outcome::Surveyed(findings)) => self.surveyed(findings),
            // Nothing but opening is ever asked of that pool.
            Ok(_) | Err(JobError::Cancelled) => {}
            Err(error) => {
                self.settings.forget(&path);
                self.tell(Notice::of(&error, Some(&path)));
            }
        }
    }

    /// Several files, or folders, were looked at.
    fn surveyed(&mut self, findings: Vec<Finding>) {
        if self.batch.is_none() && findings.iter().all(|finding| finding.result.is_err() && !finding.is_locked()) {
            let errors = findings.into_iter().filter_map(|finding| finding.result.err());
            return errors.for_each(|error| self.tell(Notice::of(&error, None)));
        }
        for found in findings.iter().filter_map(|finding| finding.result.as_ref().ok()) {
            if let Some(password) = &found.password {
                self.remember_password(&found.path, password);
            }
        }
        let batch = self.batch.get_or_insert_default();
        batch.add(findings);
        self.on_batch = true;
        self.hovered = None;
        // Those whose password was being tried and that are still closed: it was wrong.
        let closed = batch.locked();
        self.locked.retain(|locked| !locked.trying || closed.contains(&locked.path));
        self.locked.iter_mut().filter(|locked| locked.trying).for_each(|locked| (locked.trying, locked.wrong) = (false, true));
    }

    /// A batch goes on.
    fn on_batch_event(&mut self, now: Instant, id: JobId, event: &BatchEvent) {
        self.with_job(id, |job| job.batch(now, event));
        if let Some(batch) = self.batch.as_mut().filter(|batch| batch.job == Some(id)) {
            batch.on_event(event);
        }
    }

    /// Shows several discs at once.
    pub fn show_batch(&mut self) {
        self.on_batch = self.batch.is_some();
        self.hovered = None;
    }

    /// Forgets the several discs; what is being converted goes on.
    pub fn close_batch(&mut self) {
        self.batch = None;
        self.on_batch = false;
    }

    /// Every password that was told.
    pub fn passwords(&self) -> Vec<Password> {
        let mut all: Vec<Password> = Vec::new();
        for (_, password) in &self.passwords {
            if !all.contains(password) {
                all.push(password.clone());
            }
        }
        all
    }

    /// The user is to be asked for the password of an image.
    pub fn lock(&mut self, path: PathBuf, wrong: bool) {
        let locked = Locked { path, wrong, trying: false };
        match self.locked.iter_mut().find(|known| known.path == locked.path) {
            Some(known) => *known = locked,
            None => self.locked.push(locked),
        }
    }

    /// A password is being tried on an image that waits for one.
    pub fn trying(&mut self, path: &Path) {
        self.locked.iter_mut().filter(|locked| locked.path == path).for_each(|locked| locked.trying = true);
    }

    /// The user does not tell the password of this image.
    pub fn leave_locked(&mut self, path: &Path) {
        self.locked.retain(|locked| locked.path != path);
    }

    /// The password that this image was opened or made with.
    pub fn password_of(&self, path: &Path) -> Option<&Password> {
        self.passwords.iter().find(|(known, _)| known == path).map(|(_, password)| password)
    }

    fn remember_password(&mut self, path: &Path, password: &Password) {
        self.passwords.retain(|(known, _)| known != path);
        self.passwords.push((path.to_owned(), password.clone()));
    }

    fn with_job(&mut self, id: JobId, change: impl FnOnce(&mut Job)) {
        if let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) {
            change(job);
        }
    }

    /// The user let a job rest, or go on.
    pub fn paused(&mut self, now: Instant, id: JobId, paused: bool) {
        self.with_job(id, |job| job.paused(now, paused));
    }

    fn ended(&mut self, now: Instant, id: JobId, result: Result<Outcome, JobError>) {
        if let Some(batch) = self.batch.as_mut().filter(|batch| batch.job == Some(id)) {
            batch.ended();
        }
        self.disc_left(id);
        match result {
            Ok(outcome) => {
                let job = self.jobs.iter().find(|job| job.id == id);
                let (tracks, password) = job.map_or((0, None), |job| (job.tracks, job.new_password.clone()));
                let rip = job.and_then(|job| job.rip.clone());
                let ejects = job.is_some_and(|job| job.burn.as_ref().is_some_and(|burn| burn.ejects));
                if let Outcome::Burned(report) = &outcome {
                    let lines = burn::words::lines(report);
                    self.with_job(id, |job| lines.into_iter().for_each(|line| job.note(now, line)));
                }
                if let Outcome::Ripped(report) = &outcome {
                    let lines = rip_words::lines(report);
                    self.with_job(id, |job| lines.into_iter().for_each(|line| job.note(now, line)));
                }
                let done = self.finished(outcome, tracks, rip.as_deref(), ejects);
                // What could not be read may be readable another time.
                self.with_job(id, |job| job.goes_on = rip.is_some() && done.made.is_none());
                if let (Some(made), Some(password)) = (&done.made, password) {
                    self.remember_password(&std::path::absolute(made).unwrap_or(made.clone()), &password);
                }
                self.with_job(id, |job| job.ended(now, Stage::Done(done)));
            }
            Err(error) if error.class() == Class::Cancelled => self.with_job(id, |job| {
                job.goes_on = job.rip.is_some();
                if let (Some(burn), JobError::Burn { error, .. }) = (&mut job.burn, &error) {
                    burn.left = burn::words::medium_left(error);
                }
                job.ended(now, Stage::Cancelled);
            }),
            Err(error) => {
                let mut notice = Notice::of(&error, None);
                let passes = matches!(error.class(), Class::Drive | Class::System);
                self.with_job(id, |job| {
                    job.goes_on = job.rip.is_some() && passes;
                    // Once the drive was read, there is something to go on with.
                    if let (Some(task), Some(_)) = (&job.rip, &job.picture) {
                        notice.means = rip_words::kept(task);
                    }
                });
                self.with_job(id, |job| job.ended(now, Stage::Failed(Box::new(notice.clone()))));
                self.tell(notice);
            }
        }
        let told = self.jobs.iter().find(|job| job.id == id).and_then(|job| Some((job.title(), job.outcome()?.to_owned())));
        self.news.extend(told);
    }

    /// A job at a recorder has ended: what lies there is not what it was.
    fn disc_left(&mut self, id: JobId) {
        let drive = self.jobs.iter().find(|job| job.id == id).and_then(|job| Some(job.burn.as_ref()?.drive.clone()));
        if let Some(drive) = drive {
            self.ahead.forget(&drive);
            self.written = true;
        }
    }

    /// Keeps what a job found out, and puts it into words.
    fn finished(&mut self, outcome: Outcome, tracks: usize, rip: Option<&RipTask>, ejects: bool) -> Done {
        match outcome {
            Outcome::Opened(_) | Outcome::Surveyed(_) => {
                Done { words: "Opened.".to_owned(), good: true, made: None, several: false }
            }
            Outcome::Batched(report) => {
                let entries = report.entries.iter().map(AsRef::as_ref);
                let failed: Vec<&Entry> = entries.filter(|entry| matches!(entry.fate, Fate::Failed(_))).collect();
                self.tell_failures(&failed, report.entries.len());
                batched(&report)
            }
            Outcome::Converted(report) => converted(&report, tracks),
            Outcome::Ripped(report) => match rip {
                Some(task) => rip_words::ripped(&report, task, tracks),
                None => Done { words: "Saved.".to_owned(), good: true, made: None, several: false },
            },
            Outcome::Burned(report) => burn::words::burned(&report, ejects),
            Outcome::Erased(report) => burn::words::changed(&report, "empty"),
            Outcome::Closed(report) => burn::words::changed(&report, "closed"),
            Outcome::Blank(_) | Outcome::LaidOut(_) => {
                Done { words: "Looked at.".to_owned(), good: true, made: None, several: false }
            }
            Outcome::Verified(report) => {
                let done = verified(&report);
                if let Some(open) = self.images.iter_mut().find(|open| open.image.path == report.source) {
                    open.findings = Some(report);
                }
                done
            }
            Outcome::Hashed(report) => {
                let done = hashed(&report);
                if let Some(open) = self.images.iter_mut().find(|open| open.image.path == report.source) {
                    open.checksums = Some(report);
                }
                done
            }
        }
    }

    /// An image was opened: it is shown, and remembered. Opened again, it takes the place of what was known of it.
    fn opened(&mut self, report: OpenReport) {
        self.last += 1;
        let OpenReport { image, password, advice } = report;
        let thumbnail = Thumbnail::of(image.disc());
        let id = ImageId(self.last);
        let path = image.path.clone();
        if let Some(password) = &password {
            self.remember_password(&path, password);
        }
        let open = OpenImage { id, image, password, advice, thumbnail, selected: None, checksums: None, findings: None };
        // What was in a drive once is no file that will be there again.
        if open.drive().is_none() {
            let note = open.summary();
            self.settings.remember(Recent { path: path.clone(), note, thumbnail: open.thumbnail.clone() });
        }
        match self.images.iter_mut().find(|known| known.image.path == path) {
            Some(known) => *known = open,
            None => self.images.push(open),
        }
        self.show(id);
    }

    /// Some of several could not be converted.
    fn tell_failures(&mut self, failed: &[&Entry], all: usize) {
        if failed.is_empty() {
            return;
        }
        let lines: Vec<String> = failed.iter().map(|entry| format!("{}: {}", file_name(&entry.source), fate(entry).0)).collect();
        self.tell(Notice {
            happened: format!("{} of {} could not be converted.", failed.len(), words::count(all as u64, "disc")),
            means: "Their sources stay as they are; the others are done.".to_owned(),
            try_this: "The table says of each what happened.".to_owned(),
            technical: lines.join("\n"),
            ..Notice::default()
        });
    }

    /// Shows an open image.
    pub fn show(&mut self, id: ImageId) {
        self.on_batch = false;
        self.current = Some(id);
        self.hovered = None;
    }

    /// Closes an image; its neighbour is shown.
    pub fn close(&mut self, id: ImageId) {
        let Some(at) = self.images.iter().position(|image| image.id == id) else { return };
        self.images.remove(at);
        if self.current == Some(id) {
            self.current = self.images.get(at).or(self.images.last()).map(|image| image.id);
            self.hovered = None;
        }
    }

    /// Selects a track of the image that is shown.
    pub fn select(&mut self, track: Option<TrackId>) {
        if let Some(open) = self.shown_mut() {
            open.selected = track;
        }
    }

    /// Puts a notice before the user.
    pub fn tell(&mut self, notice: Notice) {
        self.last += 1;
        self.notices.insert(0, Notice { id: self.last, ..notice });
        self.notices.truncate(MOST_NOTICES);
    }

    /// A notice has been read.
    pub fn dismiss(&mut self, id: u64) {
        self.notices.retain(|notice| notice.id != id);
    }
}

#[cfg(test)]
mod tests;
