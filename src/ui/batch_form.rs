//! [`BatchForm`]: what was chosen for several discs so far, and what follows from it. No drawing.

use std::path::{Path, PathBuf};

use super::batch::{Batch, Row, RowStage};
use super::tuning_form::TuningForm;
use super::words;
use crate::image::packing::Tuning;
use crate::image::{self, FORMATS, Format, Loss, Password};
use crate::job::{BatchTask, ConvertTask, Delete, Task};

/// What was chosen for several discs.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchForm {
    /// Name of the format.
    pub format: &'static str,
    /// The folder for the new images.
    pub folder: String,
    /// How they are packed.
    pub tuning: TuningForm,
    /// Read back and compare.
    pub verify: bool,
    /// What happens where a new image is there already.
    pub existing: Existing,
    /// Convert those, too, that lose something.
    pub allow_loss: bool,
    /// Delete sources that are proved to be in their new image.
    pub delete: bool,
    /// Whether the options are unfolded.
    pub more: bool,
    /// Whether the user is being asked about what would be deleted.
    pub confirming: bool,
    facts: Facts,
    /// The version of the batch that the facts are about.
    version: u64,
}

/// What happens where a new image is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// The disc is passed over.
    Skip,
    /// It is replaced.
    Replace,
}

/// What follows from the choices; made anew when one changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// For each format that can be written: how many of the discs it keeps whole, and how many not.
    pub formats: Vec<Offer>,
    /// The images that will be converted.
    pub sources: Vec<PathBuf>,
    /// Those that lose something, and what.
    pub lossy: Vec<(String, Vec<Loss>)>,
    /// Bytes that the new images take; at most, where they are packed.
    pub size: u64,
    /// Whether they are packed.
    pub packed: bool,
    /// Why it can't be done as it stands.
    pub obstacle: Option<String>,
    tuning: Tuning,
}

/// How a format suits several discs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Its name.
    pub format: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Discs of which it keeps everything.
    pub sound: usize,
    /// Discs of which it loses something.
    pub lossy: usize,
    /// Discs that it can't hold.
    pub never: usize,
}

impl Offer {
    /// "CHD: keeps everything".
    pub fn words(&self) -> String {
        let Offer { title, sound, lossy, never, .. } = self;
        match (sound, lossy, never) {
            (_, 0, 0) => format!("{title}: keeps everything"),
            (0, 0, _) => format!("{title}: holds none of them"),
            (_, 0, never) => format!("{title}: can't hold {never}"),
            (_, lossy, 0) => format!("{title}: {lossy} would lose something"),
            (_, lossy, never) => format!("{title}: {lossy} would lose something, {never} it can't hold"),
        }
    }
}

/// What would happen to one disc.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// It is no image that could be converted.
    None,
    /// It is of this format already.
    Same,
    /// The format can't hold it.
    Never,
    /// It is kept whole, or loses these.
    Keeps(&'a [Loss]),
}

/// What would happen to this disc in this format.
pub fn verdict<'a>(row: &'a Row, format: &str) -> Verdict<'a> {
    match row.found() {
        None => Verdict::None,
        Some(found) if found.format.name == format => Verdict::Same,
        Some(found) => found.advice(format).map_or(Verdict::Never, |advice| Verdict::Keeps(&advice.losses)),
    }
}

impl BatchForm {
    /// With good choices made: the format that keeps most of them whole, in the folder where the last image was saved, or beside them.
    pub fn new(batch: &Batch, folder: Option<&Path>) -> BatchForm {
        let beside = batch.rows.first().and_then(|row| row.finding.path.parent());
        let folder = folder.or(beside).unwrap_or(Path::new(""));
        let best = best(batch);
        let mut form = BatchForm {
            format: best.map_or("", |offer| offer.format),
            folder: folder.display().to_string(),
            tuning: TuningForm::default(),
            verify: true,
            existing: Existing::Skip,
            allow_loss: false,
            delete: false,
            more: false,
            confirming: false,
            facts: Facts::default(),
            version: 0,
        };
        form.refresh(batch);
        form
    }

    /// What follows from the choices.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The chosen format.
    pub fn chosen(&self) -> Option<&'static Format> {
        image::by_name(self.format)
    }

    /// The facts again, where the batch is another than they are about.
    pub fn follow(&mut self, batch: &Batch) {
        if self.version != batch.version {
            self.refresh(batch);
        }
    }

    /// Works out what follows from the choices.
    pub fn refresh(&mut self, batch: &Batch) {
        self.version = batch.version;
        self.facts = self.work_out(batch);
    }

    fn work_out(&self, batch: &Batch) -> Facts {
        let mut facts = Facts { formats: offers(batch), ..Facts::default() };
        for row in batch.rows.iter().filter(|row| row.ticked) {
            let (Verdict::Keeps(losses), Some(found)) = (verdict(row, self.format), row.found()) else { continue };
            if !losses.is_empty() {
                facts.lossy.push((row.name(), losses.to_vec()));
                if !self.allow_loss {
                    continue;
                }
            }
            facts.sources.push(found.path.clone());
            let advice = found.advice(self.format);
            facts.size += advice.map_or(0, |advice| advice.size);
            facts.packed |= advice.is_some_and(|advice| advice.packed);
        }
        let choices = self.chosen().map(|format| self.tuning.tuning(&format.choices));
        facts.obstacle = self.obstacle(batch, &facts);
        match choices {
            Some(Ok(tuning)) => facts.tuning = tuning,
            Some(Err(unfinished)) => facts.obstacle = facts.obstacle.or(Some(unfinished)),
            None => {}
        }
        facts
    }

    fn obstacle(&self, batch: &Batch, facts: &Facts) -> Option<String> {
        let words = if batch.job.is_some() {
            "They are being converted: pause or stop that below."
        } else if facts.sources.is_empty() && batch.rows.iter().any(|row| matches!(row.stage, RowStage::Ended(_))) {
            "There is nothing left to convert."
        } else if facts.sources.is_empty() {
            "None of the chosen discs can become an image of this format."
        } else if self.folder.trim().is_empty() {
            "The new images need a folder."
        } else {
            return None;
        };
        Some(words.to_owned())
    }

    /// The words on the button.
    pub fn promise(&self) -> String {
        let title = self.chosen().map_or("images", |format| format.title);
        let discs = words::count(self.facts.sources.len() as u64, "disc");
        let size = words::takes(self.facts.size, self.facts.packed);
        let then = if self.deletes() { ", then delete the sources" } else { "" };
        format!("Convert {discs} to {title}, {size}{then}")
    }

    /// Whether sources will be deleted: only what is read back is.
    pub fn deletes(&self) -> bool {
        self.delete && self.verify
    }

    /// The task.
    pub fn task(&self, passwords: &[Password]) -> Task {
        let mut each = ConvertTask::new("", "");
        each.format = Some(self.format);
        each.allow_loss = self.allow_loss;
        each.verify = self.verify;
        each.overwrite = self.existing == Existing::Replace;
        each.tuning = self.facts.tuning.clone();
        Task::Batch(Box::new(BatchTask {
            sources: self.facts.sources.clone(),
            into: self.folder.trim().into(),
            each,
            skip_existing: self.existing == Existing::Skip,
            delete: if self.deletes() { Delete::Proved } else { Delete::Never },
            passwords: passwords.to_vec(),
        }))
    }
}

/// The format to begin with: of those that keep most discs whole the one that is read most widely, which is the first in the list; but
/// rather the first that packs, because that is what most people want with many discs.
fn best(batch: &Batch) -> Option<Offer> {
    let offers = offers(batch);
    let most = offers.iter().map(|offer| offer.sound).max()?;
    let packs =
        |offer: &&Offer| batch.rows.iter().filter_map(Row::found).any(|f| f.advice(offer.format).is_some_and(|a| a.packed));
    let packed = offers.iter().find(packs).filter(|offer| offer.sound == most);
    packed.or(offers.iter().find(|offer| offer.sound == most)).copied()
}

/// How each format that can be written suits those that are ticked.
fn offers(batch: &Batch) -> Vec<Offer> {
    let offer = |format: &&'static Format| {
        let mut offer = Offer { format: format.name, title: format.title, sound: 0, lossy: 0, never: 0 };
        for row in batch.rows.iter().filter(|row| row.ticked) {
            match verdict(row, format.name) {
                Verdict::None | Verdict::Same => {}
                Verdict::Never => offer.never += 1,
                Verdict::Keeps([]) => offer.sound += 1,
                Verdict::Keeps(_) => offer.lossy += 1,
            }
        }
        offer
    };
    FORMATS.iter().filter(|format| format.plan.is_some()).map(offer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{Event, Outcome, Pool};

    /// What is in a folder, as the window gets to know it.
    fn batch(folder: &Path) -> Batch {
        let pool = Pool::new(1, std::sync::Arc::new(|| ()));
        pool.submit(Task::Survey { sources: vec![folder.to_owned()], passwords: vec![], always: true });
        let ended = pool.events().iter().find_map(|event| match event {
            Event::Ended(_, result) => Some(*result),
            _ => None,
        });
        let Some(Ok(Outcome::Surveyed(findings))) = ended else { panic!("surveyed") };
        let mut batch = Batch::default();
        batch.add(findings);
        batch
    }

    fn shelf() -> (tempfile::TempDir, Batch) {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
        write("data.iso", &[7; 2048 * 40]);
        write("songs.cue", b"FILE songs.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:02:00\n");
        write("songs.bin", &[5; 2352 * 400]);
        write("zero.cue", b"FILE nowhere.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n");
        let batch = batch(dir.path());
        (dir, batch)
    }

    #[test]
    fn the_format_that_keeps_most_is_chosen_and_the_button_says_what_it_does() {
        let (dir, batch) = shelf();
        let mut form = BatchForm::new(&batch, None);
        let best = form.facts().formats.iter().find(|offer| offer.format == form.format).unwrap();
        assert_eq!((best.sound, best.lossy, best.never), (2, 0, 0));
        assert_eq!(form.folder, dir.path().display().to_string());
        form.format = "nrg";
        form.refresh(&batch);
        assert!(form.promise().starts_with("Convert 2 discs to Nero, about "), "{}", form.promise());
        form.delete = true;
        assert!(form.promise().ends_with(", then delete the sources"));
        form.verify = false;
        assert!(!form.deletes(), "nothing is deleted that was not proved");
        form.folder = " ".to_owned();
        form.refresh(&batch);
        assert_eq!(form.facts().obstacle.as_deref(), Some("The new images need a folder."));
    }

    #[test]
    fn what_loses_something_is_left_out_until_that_is_said_to_be_fine() {
        let (_dir, mut batch) = shelf();
        let mut form = BatchForm::new(&batch, None);
        form.format = "raw";
        form.refresh(&batch);
        assert_eq!(form.facts().sources.len(), 1);
        assert_eq!(form.facts().lossy[0].0, "songs.cue");
        form.allow_loss = true;
        form.refresh(&batch);
        assert_eq!(form.facts().sources.len(), 2);
        let Task::Batch(task) = form.task(&["secret".into()]) else { panic!("a batch") };
        assert!(task.each.allow_loss && task.skip_existing && task.delete == Delete::Never && task.passwords.len() == 1);
        batch.tick(None, false);
        form.follow(&batch);
        assert_eq!(form.facts().obstacle.as_deref(), Some("None of the chosen discs can become an image of this format."));
        batch.tick(Some(0), true);
        form.follow(&batch);
        assert_eq!(form.facts().sources.len(), 1);
    }
}
