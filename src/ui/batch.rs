//! [`Batch`]: several discs at once, as the window knows them. Plain data, changed by events and by the user's words alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::words;
use crate::image::file_name;
use crate::job::{BatchEvent, Deletion, Entry, Fate, Finding, Found, JobId, Phase, Progress, Skip};

/// Several discs at once.
#[derive(Default)]
pub struct Batch {
    /// What was found.
    pub rows: Vec<Row>,
    /// The job that converts them, while it runs.
    pub job: Option<JobId>,
    /// Grows with every change, so that what follows from it can be worked out anew.
    pub version: u64,
    /// The row of each image of the job.
    numbers: Vec<Option<usize>>,
}

/// One of them.
pub struct Row {
    /// What was found.
    pub finding: Finding,
    /// Whether it is to be converted.
    pub ticked: bool,
    /// How far it is.
    pub stage: RowStage,
}

/// How far a disc of a batch is.
pub enum RowStage {
    /// Nothing has been done with it.
    Idle,
    /// Its turn will come.
    Waiting,
    /// It is being converted.
    Running(Option<Progress>),
    /// It is done with.
    Ended(Arc<Entry>),
}

impl Row {
    /// Its name, for people.
    pub fn name(&self) -> String {
        file_name(&self.finding.path)
    }

    /// The image, if it is one.
    pub fn found(&self) -> Option<&Found> {
        self.finding.result.as_ref().ok()
    }

    /// What it is, in a few words: "CD · 12 tracks · BIN/CUE".
    pub fn what(&self) -> String {
        match self.found() {
            Some(found) => {
                let tracks = words::count(found.disc.tracks().count() as u64, "track");
                format!("{} · {tracks} · {}", found.disc.medium, found.format.title)
            }
            None if self.finding.is_locked() => "Encrypted".to_owned(),
            None => "Can't be opened".to_owned(),
        }
    }
}

impl Batch {
    /// What was found joins what there is; found anew, it takes the place of what was known of it.
    pub fn add(&mut self, findings: Vec<Finding>) {
        self.version += 1;
        for finding in findings {
            let ticked = finding.result.is_ok();
            match self.rows.iter_mut().find(|row| row.finding.path == finding.path) {
                // What is being converted is known well enough.
                Some(row) if matches!(row.stage, RowStage::Waiting | RowStage::Running(_)) => {}
                Some(row) => *row = Row { finding, ticked, stage: RowStage::Idle },
                None => self.rows.push(Row { finding, ticked, stage: RowStage::Idle }),
            }
        }
    }

    /// Whether this file is one of them.
    pub fn has(&self, path: &Path) -> bool {
        self.rows.iter().any(|row| row.finding.path == path)
    }

    /// Encrypted ones that have not been opened yet.
    pub fn locked(&self) -> Vec<PathBuf> {
        self.rows.iter().filter(|row| row.finding.is_locked()).map(|row| row.finding.path.clone()).collect()
    }

    /// A row is to be converted, or not; `None`: all of them.
    pub fn tick(&mut self, row: Option<usize>, ticked: bool) {
        self.version += 1;
        for (n, this) in self.rows.iter_mut().enumerate().filter(|(_, row)| row.found().is_some()) {
            if row.is_none_or(|row| row == n) {
                this.ticked = ticked;
            }
        }
    }

    /// "12 discs".
    pub fn title(&self) -> String {
        words::count(self.rows.len() as u64, "disc")
    }

    /// What there is, in a few words.
    pub fn summary(&self) -> String {
        let bytes = self.rows.iter().filter_map(Row::found).map(|found| found.bytes).sum();
        let (locked, rest): (Vec<&Row>, Vec<&Row>) =
            self.rows.iter().filter(|row| row.found().is_none()).partition(|row| row.finding.is_locked());
        let mut words = words::size(bytes);
        if !locked.is_empty() {
            words += &format!(" · {} encrypted", locked.len());
        }
        if !rest.is_empty() {
            words += &format!(" · {} can't be opened", rest.len());
        }
        words
    }

    /// A job begins to convert these.
    pub fn submitted(&mut self, id: JobId, sources: &[PathBuf]) {
        self.version += 1;
        self.job = Some(id);
        for row in &mut self.rows {
            if sources.contains(&row.finding.path) {
                row.stage = RowStage::Waiting;
            }
        }
    }

    /// Its job goes on.
    pub fn on_event(&mut self, event: &BatchEvent) {
        let at = |numbers: &[Option<usize>], number: usize| numbers.get(number).copied().flatten();
        match event {
            BatchEvent::Found(found) => {
                let row = |path: &PathBuf| self.rows.iter().position(|row| row.finding.path == *path);
                self.numbers = found.iter().map(|(source, _)| row(source)).collect();
            }
            BatchEvent::Began(number) => self.stage(at(&self.numbers, *number), RowStage::Running(None)),
            BatchEvent::Progress { number, each, .. } => {
                self.stage(at(&self.numbers, *number), RowStage::Running(Some(*each)));
            }
            BatchEvent::Ended(number, entry) => {
                self.version += 1;
                let row = at(&self.numbers, *number);
                self.stage(row, RowStage::Ended(entry.clone()));
                // Who presses the button once more means what is left.
                if let (Some(row), Fate::Converted(..) | Fate::Skipped(_)) =
                    (row.and_then(|row| self.rows.get_mut(row)), &entry.fate)
                {
                    row.ticked = false;
                }
            }
        }
    }

    fn stage(&mut self, row: Option<usize>, stage: RowStage) {
        if let Some(row) = row.and_then(|row| self.rows.get_mut(row)) {
            row.stage = stage;
        }
    }

    /// Its job is over.
    pub fn ended(&mut self) {
        self.version += 1;
        self.job = None;
        for row in &mut self.rows {
            if matches!(row.stage, RowStage::Waiting | RowStage::Running(_)) {
                row.stage = RowStage::Idle;
            }
        }
    }
}

/// How far an image is, in words.
pub fn running(progress: Option<&Progress>) -> String {
    let Some(progress) = progress else { return "Getting ready".to_owned() };
    let phase = match progress.phase {
        Phase::Verify => "Comparing",
        _ => "Copying",
    };
    format!("{phase} {} %", progress.done * 100 / progress.total.max(1))
}

/// What became of an image, in words, and whether nothing speaks against it.
pub fn fate(entry: &Entry) -> (String, bool) {
    match &entry.fate {
        Fate::Converted(report, deletion) => {
            let mut words = if report.verified { "Saved and verified" } else { "Saved" }.to_owned();
            words += &format!(", {}", words::size(report.bytes));
            if report.worths.damaged > 0 {
                words += &format!("; {} damaged", words::count(report.worths.damaged, "sector"));
            }
            words += &match deletion {
                None => String::new(),
                Some(Deletion::Done(_)) => "; source deleted".to_owned(),
                Some(Deletion::Kept(why)) => format!("; source kept: {why}"),
                Some(Deletion::Failed(file, error)) => format!("; {} could not be deleted: {error}", file_name(file)),
            };
            let good = report.worths.damaged == 0 && !matches!(deletion, Some(Deletion::Failed(..)));
            (words, good)
        }
        Fate::Skipped(Skip::Exists) => (format!("Skipped: {} is there already", file_name(&entry.target)), true),
        Fate::Skipped(Skip::SameFormat) => ("Skipped: it has this format already".to_owned(), true),
        Fate::Failed(error) => (format!("Failed: {error}"), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::JobError;

    fn finding(name: &str) -> Finding {
        Finding { path: name.into(), from_folder: false, result: Err(JobError::EmptyFolder(name.into())) }
    }

    #[test]
    fn rows_follow_the_events_of_their_job() {
        let mut batch = Batch::default();
        batch.add(["a", "b", "c"].map(finding).into());
        batch.submitted(JobId(1), &["b".into(), "c".into()]);
        assert!(matches!(batch.rows[0].stage, RowStage::Idle) && matches!(batch.rows[1].stage, RowStage::Waiting));
        let found = ["c", "b", "gone"].map(|name| (PathBuf::from(name), PathBuf::from("out")));
        batch.on_event(&BatchEvent::Found(found.into()));
        batch.on_event(&BatchEvent::Began(0));
        assert!(matches!(batch.rows[2].stage, RowStage::Running(None)));
        // Another look at the folder changes nothing on what is at work.
        batch.add(["c", "d"].map(finding).into());
        assert!(batch.rows.len() == 4 && matches!(batch.rows[2].stage, RowStage::Running(None)));
        let entry = Arc::new(Entry { source: "c".into(), target: "out".into(), fate: Fate::Skipped(Skip::Exists) });
        batch.on_event(&BatchEvent::Ended(0, entry));
        batch.on_event(&BatchEvent::Began(2));
        batch.ended();
        assert!(matches!(&batch.rows[2].stage, RowStage::Ended(entry) if fate(entry).1));
        assert!(matches!(batch.rows[1].stage, RowStage::Idle) && batch.job.is_none());
        assert_eq!(batch.summary(), "0 bytes · 4 can't be opened");
    }
}
