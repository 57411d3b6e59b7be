//! [`Job`]: one job as the window knows it. Plain data, changed by events alone.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::batch::fate;
use super::burn;
use super::burn::watch::BurnJob;
use super::notices::Notice;
use super::{rip_words, words};
use crate::disc::Disc;
use crate::image::{Password, file_name, track_list};
use crate::job::{
    BatchEvent, BatchReport, BurnFrom, BurnNews, ConvertReport, Fate, Findings, HashReport, JobId, Phase, Progress, RipPicture,
    RipTask, Task, VerifyReport, drive_path, single_speed,
};

/// What a job does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Makes an image of another format.
    Convert {
        /// The format, for people.
        format: String,
        /// Whether the result is read back.
        verify: bool,
    },
    /// Makes images of another format of several.
    Batch {
        /// The format, for people.
        format: String,
        /// The images, once they were found.
        images: Vec<PathBuf>,
        /// How many there are.
        count: usize,
        /// Which of them it is at.
        at: usize,
    },
    /// Makes an image of the disc in a drive.
    Rip {
        /// The format, for people.
        format: String,
    },
    /// Writes a disc.
    Burn {
        /// Its title.
        title: String,
    },
    /// Empties a rewritable disc.
    Erase,
    /// Closes a disc.
    Close,
    /// Checks an image.
    Verify,
    /// Makes checksums.
    Hash,
}

/// Where a job stands.
#[derive(Debug)]
pub enum Stage {
    /// For a worker to take it.
    Waiting,
    /// At work.
    Running,
    /// Resting, at the user's word.
    Paused,
    /// Over, and this is what came of it.
    Done(Done),
    /// Over without doing what it was asked.
    Failed(Box<Notice>),
    /// Stopped at the user's word.
    Cancelled,
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// In words.
    pub words: String,
    /// Whether nothing speaks against it.
    pub good: bool,
    /// What was made, the file to open.
    pub made: Option<PathBuf>,
    /// Whether that is one of several.
    pub several: bool,
}

/// One job.
#[derive(Debug)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What it does.
    pub work: Work,
    /// The image it reads.
    pub source: PathBuf,
    /// Where it stands.
    pub stage: Stage,
    /// How far it is.
    pub progress: Option<Progress>,
    /// Bytes a second, over its time.
    pub rates: Vec<f32>,
    /// Every so many reports one rate is kept.
    every: u32,
    reports: u32,
    /// What happened, and when, from its beginning.
    pub log: Vec<(Duration, String)>,
    /// Bytes a second at single speed of its medium; none where there are several.
    pub single_speed: Option<f64>,
    /// Tracks of its disc.
    pub tracks: usize,
    /// The disc that it rips, where that is known.
    pub disc: Option<Disc>,
    /// The password that the new image gets.
    pub new_password: Option<Password>,
    /// What it was asked, where it rips a disc.
    pub rip: Option<Box<RipTask>>,
    /// What has become of the sectors, where it rips a disc.
    pub picture: Option<Box<RipPicture>>,
    /// What is known of it, where it writes a disc or empties one.
    pub burn: Option<Box<BurnJob>>,
    /// Whether the same task, given again, goes on where this one was left.
    pub goes_on: bool,
    began: Instant,
    /// Whether a worker has taken it.
    begun: bool,
    /// The phase and the track that the log knows of.
    logged: (Option<Phase>, Option<u8>),
}

/// Rates that are kept: as many as a graph can show.
const MOST_RATES: usize = 240;
/// Lines of a log.
const MOST_LINES: usize = 1000;

impl Job {
    /// Of a task; `None` for a task that is no job to the user.
    pub fn new(id: JobId, now: Instant, task: &Task, single_speed: Option<f64>, tracks: usize) -> Option<Job> {
        let (mut new_password, mut rip) = (None, None);
        let (work, source) = match task {
            // The command line alone asks for the demo disc; the window opens what came of it.
            Task::Open { .. } | Task::Survey { .. } | Task::Demo(_) => return None,
            Task::LookAtBlank(_) | Task::LayOut(_) => return None,
            Task::Burn(task) => {
                let source = match &task.source {
                    BurnFrom::Disc(path) => path.clone(),
                    BurnFrom::Audio(list) => list.files.first().cloned().unwrap_or_default(),
                };
                (Work::Burn { title: burn::words::title(task) }, source)
            }
            Task::Erase(task) => (Work::Erase, drive_path(&task.drive)),
            Task::Close(task) => (Work::Close, drive_path(&task.drive)),
            Task::Batch(task) => {
                let format = task.each.format.and_then(crate::image::by_name).map_or("another format", |format| format.title);
                let work = Work::Batch { format: format.to_owned(), images: Vec::new(), count: task.sources.len(), at: 0 };
                (work, task.into.clone())
            }
            Task::Convert(task) => {
                new_password.clone_from(&task.tuning.password);
                let format = task.format.and_then(crate::image::by_name).map_or("another format", |format| format.title);
                (Work::Convert { format: format.to_owned(), verify: task.verify }, task.source.clone())
            }
            Task::Rip(task) => {
                new_password.clone_from(&task.image.tuning.password);
                rip = Some(task.clone());
                let format = task.image.format.and_then(crate::image::by_name).map_or("an image", |format| format.title);
                (Work::Rip { format: format.to_owned() }, drive_path(&task.drive))
            }
            Task::Verify { source, .. } => (Work::Verify, source.clone()),
            Task::Hash { source, .. } => (Work::Hash, source.clone()),
        };
        Some(Job {
            id,
            work,
            source,
            stage: Stage::Waiting,
            progress: None,
            rates: Vec::new(),
            every: 1,
            reports: 0,
            log: Vec::new(),
            single_speed,
            tracks,
            disc: None,
            new_password,
            rip,
            picture: None,
            burn: None,
            goes_on: false,
            began: now,
            begun: false,
            logged: (None, None),
        })
    }

    /// What it does, in words.
    pub fn title(&self) -> String {
        let name = words::source(&self.source);
        match &self.work {
            Work::Convert { format, .. } => format!("Convert {name} to {format}"),
            Work::Batch { format, count, .. } => format!("Convert {} to {format}", words::count(*count as u64, "disc")),
            Work::Rip { format } => format!("Save {name} as {format}"),
            Work::Burn { title } => title.clone(),
            Work::Erase => format!("Erase {name}"),
            Work::Close => format!("Close {name}"),
            Work::Verify => format!("Verify {name}"),
            Work::Hash => format!("Checksums of {name}"),
        }
    }

    /// Whether it is over.
    pub fn over(&self) -> bool {
        matches!(self.stage, Stage::Done(_) | Stage::Failed(_) | Stage::Cancelled)
    }

    /// The phase in words.
    pub fn phase(&self) -> String {
        if let (Work::Batch { images, at, .. }, Stage::Running, Some(image)) = (&self.work, &self.stage, self.image()) {
            return format!("{} ({} of {})", file_name(image), at + 1, images.len());
        }
        if let (Some(burn), Some(progress), Stage::Running) = (&self.burn, self.progress, &self.stage) {
            return burn.phase(progress.phase);
        }
        let phase = match (&self.stage, &self.work, self.progress.map(|progress| progress.phase)) {
            (Stage::Waiting, ..) => "Waiting for another job",
            (Stage::Paused, ..) => "Paused",
            (_, _, None) => "Getting ready",
            (_, Work::Rip { .. }, Some(phase)) => rip_words::phase(phase),
            (_, Work::Convert { verify: true, .. }, Some(Phase::Copy)) => "Copying (1 of 2)",
            (_, Work::Convert { .. }, Some(Phase::Verify)) => "Comparing with the source (2 of 2)",
            (_, _, Some(Phase::Copy)) => "Copying",
            (_, _, Some(Phase::Verify)) => "Checking every sector",
            (_, _, Some(Phase::Hash)) => "Reading",
            (_, _, Some(phase)) => rip_words::phase(phase),
        };
        phase.to_owned()
    }

    /// The image of a batch that it is at.
    fn image(&self) -> Option<&PathBuf> {
        match &self.work {
            Work::Batch { images, at, .. } => images.get(*at),
            _ => None,
        }
    }

    /// A batch goes on.
    pub fn batch(&mut self, now: Instant, event: &BatchEvent) {
        match event {
            BatchEvent::Found(found) => {
                self.note(now, format!("Found {}", words::count(found.len() as u64, "disc")));
                if let Work::Batch { images, count, .. } = &mut self.work {
                    *images = found.iter().map(|(source, _)| source.clone()).collect();
                    *count = images.len();
                }
            }
            BatchEvent::Began(number) => {
                if let Work::Batch { at, .. } = &mut self.work {
                    *at = *number;
                }
            }
            BatchEvent::Progress { all, .. } => self.goes_on(*all),
            BatchEvent::Ended(_, entry) => self.note(now, format!("{}: {}", file_name(&entry.source), fate(entry).0)),
        }
    }

    /// How much of all its phases is done, from 0 to 1.
    pub fn part(&self) -> f32 {
        let Some(progress) = self.progress else { return 0.0 };
        if let Some(burn) = &self.burn {
            return burn.part(&progress).clamp(0.0, 1.0);
        }
        let part = progress.done as f32 / progress.total.max(1) as f32;
        match (&self.work, progress.phase) {
            (Work::Rip { .. }, phase) => {
                let audio = self.disc.as_ref().is_some_and(|disc| disc.audio_tracks() > 0);
                rip_words::part(phase, part, self.picture.as_deref(), audio)
            }
            (Work::Convert { verify: true, .. }, Phase::Copy) => part / 2.0,
            (Work::Convert { verify: true, .. }, Phase::Verify) => 0.5 + part / 2.0,
            _ => part,
        }
        .clamp(0.0, 1.0)
    }

    /// Writes a line into the log.
    pub fn note(&mut self, now: Instant, text: impl Into<String>) {
        if self.log.len() < MOST_LINES {
            self.log.push((now.duration_since(self.began), text.into()));
        }
    }

    /// A worker took it.
    pub fn started(&mut self, now: Instant) {
        self.begun = true;
        if !matches!(self.stage, Stage::Paused) {
            self.stage = Stage::Running;
        }
        self.note(now, format!("Reading {}", self.source.display()));
    }

    /// It is further.
    pub fn advanced(&mut self, now: Instant, progress: Progress) {
        if let Some(burn) = &mut self.burn {
            burn.advanced(progress.phase);
            // The graph shows how fast the disc is written, or read back; how fast its source can be read is another thing.
            if self.logged.0 != Some(progress.phase) {
                (self.rates, self.every) = (Vec::new(), 1);
            }
        }
        if self.logged.0 != Some(progress.phase) {
            self.logged = (Some(progress.phase), None);
            self.progress = Some(progress);
            let phase = match &self.stage {
                Stage::Paused => "Going on".to_owned(),
                _ => self.phase(),
            };
            self.note(
                now,
                match (progress.phase.unit(), progress.total) {
                    (_, 0) | ("parts", _) => phase,
                    ("bytes", bytes) => format!("{phase}: {}", words::size(bytes)),
                    (_, sectors) => format!("{phase}: {}", words::count(sectors, "sector")),
                },
            );
        }
        if progress.track.is_some() && self.logged.1 != progress.track {
            self.logged.1 = progress.track;
            self.note(now, format!("Track {}", progress.track.unwrap_or_default()));
        }
        self.goes_on(progress);
    }

    fn goes_on(&mut self, progress: Progress) {
        self.progress = Some(progress);
        self.reports += 1;
        if progress.rate > 0.0 && self.reports.is_multiple_of(self.every) {
            self.rates.push(progress.rate as f32);
            if self.rates.len() >= MOST_RATES {
                // Half as many, each for twice the time.
                self.rates = self.rates.chunks(2).map(|pair| pair.iter().sum::<f32>() / pair.len() as f32).collect();
                self.every *= 2;
            }
        }
    }

    /// A disc is being written: how that goes.
    pub fn shown(&mut self, news: BurnNews) {
        if let BurnNews::Goes(picture) = &news {
            self.single_speed = Some(single_speed(picture.kind.medium()));
        }
        if let Some(burn) = &mut self.burn {
            burn.shown(news);
        }
    }

    /// The user let it rest, or go on.
    pub fn paused(&mut self, now: Instant, paused: bool) {
        if !self.over() {
            self.stage = match (paused, self.begun) {
                (true, _) => Stage::Paused,
                (false, true) => Stage::Running,
                (false, false) => Stage::Waiting,
            };
            self.note(now, if paused { "Paused" } else { "Going on" });
        }
    }

    /// It is over.
    pub fn ended(&mut self, now: Instant, stage: Stage) {
        match &stage {
            Stage::Done(done) => self.note(now, done.words.clone()),
            Stage::Failed(notice) => self.note(now, notice.technical.clone()),
            _ => self.note(now, self.cancelled()),
        }
        self.stage = stage;
    }

    /// Whether it is making something right now, for which the machine has to stay awake.
    pub fn makes(&self) -> bool {
        let makes = !matches!(self.work, Work::Verify | Work::Hash);
        makes && matches!(self.stage, Stage::Waiting | Stage::Running)
    }

    /// What came of it, in words, where it was not the user who ended it.
    pub fn outcome(&self) -> Option<&str> {
        match &self.stage {
            Stage::Done(done) => Some(&done.words),
            Stage::Failed(notice) => Some(&notice.happened),
            Stage::Waiting | Stage::Running | Stage::Paused | Stage::Cancelled => None,
        }
    }

    /// What cancelling it has left.
    pub fn cancelled(&self) -> String {
        match (&self.rip, &self.burn) {
            (Some(task), _) => format!("Stopped. {}", rip_words::kept(task)),
            (None, Some(burn)) => burn.cancelled(),
            (None, None) => "Cancelled. Nothing unfinished was left behind.".to_owned(),
        }
    }

    /// Whether a drive is at work for it right now, and how long ago it answered last.
    pub fn silence(&self, now: Instant) -> Option<Duration> {
        let reading = matches!(self.stage, Stage::Running) && self.progress.is_some_and(|p| rip_words::is_reading(p.phase));
        self.picture.as_ref().filter(|_| reading).map(|picture| now.saturating_duration_since(picture.answered))
    }
}

/// What came of a conversion, in words.
pub fn converted(report: &ConvertReport, tracks: usize) -> Done {
    let mut words = if report.verified { "Saved and verified. ".to_owned() } else { "Saved, not verified. ".to_owned() };
    words += &words::count(tracks as u64, "track");
    let worths = &report.worths;
    match (worths.repaired, worths.damaged) {
        (0, 0) => words += ", no errors.",
        (repaired, 0) => words += &format!("; {} put right by error correction.", words::count(repaired, "sector")),
        (0, damaged) => words += &format!("; {} of the source damaged beyond repair.", words::count(damaged, "sector")),
        (repaired, damaged) => {
            words +=
                &format!("; {} put right, {} damaged beyond repair.", words::count(repaired, "sector"), words::number(damaged));
        }
    }
    if !report.losses.is_empty() {
        let lost: Vec<String> = report.losses.iter().map(ToString::to_string).collect();
        words += &format!(" Left out, as you chose: {}.", lost.join("; "));
    }
    words += &format!(" {} in {}.", words::size(report.bytes), words::took(report.seconds));
    Done { words, good: worths.damaged == 0, made: report.outputs.last().cloned(), several: false }
}

/// What came of a batch, in words.
pub fn batched(report: &BatchReport) -> Done {
    let (converted, skipped, failed) = report.counts();
    let mut words = format!("{} of {} converted", converted, words::count(report.entries.len() as u64, "disc"));
    if skipped > 0 {
        words += &format!(", {skipped} passed over");
    }
    if failed > 0 {
        words += &format!(", {failed} failed");
    }
    words += &format!(". Took {}.", words::took(report.seconds));
    let mut outputs = report.entries.iter().filter_map(|entry| match &entry.fate {
        Fate::Converted(report, _) => report.outputs.last(),
        Fate::Skipped(_) | Fate::Failed(_) => None,
    });
    Done { words, good: failed == 0, made: outputs.next_back().cloned(), several: true }
}

/// What came of verifying, in words.
pub fn verified(report: &VerifyReport) -> Done {
    let findings = &report.findings;
    let words = match (report.differences.first(), findings.wrong()) {
        (Some(first), _) => format!("The images differ: {first}."),
        (None, 0) if report.other.is_some() => "The images are equal.".to_owned(),
        (None, 0) if findings.broken.is_empty() => intact(findings),
        (None, _) => wrong(findings),
    };
    Done { words: format!("{words} Took {}.", words::took(report.seconds)), good: report.passed(), made: None, several: false }
}

fn intact(findings: &Findings) -> String {
    let unprotected = match findings.unprotected {
        0 => String::new(),
        more => format!(" {} carry no error detection and were only read.", words::count(more, "sector")),
    };
    match findings.protected {
        0 => format!("Every sector could be read.{unprotected}"),
        protected => {
            format!("No errors: {} checked by their own error detection.{unprotected}", words::count(protected, "sector"))
        }
    }
}

fn wrong(findings: &Findings) -> String {
    let kinds = [
        (findings.repairable, "can be put right by error correction"),
        (findings.damaged, "damaged beyond repair"),
        (findings.misplaced, "with another address in the header"),
    ];
    let mut named: Vec<String> =
        kinds.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", words::count(*n, "sector"))).collect();
    named.extend(findings.broken.iter().cloned());
    format!("Errors: {}.", named.join(", "))
}

/// What came of hashing, in words.
pub fn hashed(report: &HashReport) -> Done {
    let numbers: Vec<u8> = report.tracks.iter().map(|track| track.id.track).collect();
    let words = format!("Checksums of {} are ready. Took {}.", track_list(&numbers), words::took(report.seconds));
    Done { words, good: true, made: None, several: false }
}
