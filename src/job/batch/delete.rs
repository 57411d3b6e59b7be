//! Deleting sources: only what is proved to be elsewhere, and belongs to nothing else.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::Delete;
use crate::image::{self, FORMATS, Opening, file_name};
use crate::job::convert::ConvertReport;
use crate::job::copy::Worths;
use crate::job::open::images_in;
use crate::job::survey::{Found, real};

/// What became of the files of a source that was to be deleted.
#[derive(Debug)]
pub enum Deletion {
    /// They are gone.
    Done(Vec<PathBuf>),
    /// They were kept.
    Kept(Kept),
    /// This one could not be deleted; those after it were not tried.
    Failed(PathBuf, io::Error),
}

/// Why a source was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// The new image was not read back.
    NotProved,
    /// The new image lacks something.
    Lossy,
    /// Sectors of it are damaged or were repaired: the new image has other bytes.
    Damaged,
    /// It was read with reservations.
    Odd,
    /// This file also belongs to another image.
    Shared(PathBuf),
    /// The new image could not be brought onto the disk for sure.
    NotSynced,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kept::NotProved => f.write_str("the new image was not read back"),
            Kept::Lossy => f.write_str("the new image does not keep everything"),
            Kept::Damaged => f.write_str("some of its sectors are wrong, and may be worth keeping as they are"),
            Kept::Odd => f.write_str("it was read with reservations"),
            Kept::Shared(file) => write!(f, "another image needs {}, too", file_name(file)),
            Kept::NotSynced => f.write_str("the disk did not confirm that the new image is on it"),
        }
    }
}

/// Which files belong to more than one image.
pub(super) struct Sharing {
    /// How many images of the batch have this file.
    counts: HashMap<PathBuf, usize>,
    /// For each folder that was asked about: the files of images in it that are not in the batch.
    outside: HashMap<PathBuf, HashSet<PathBuf>>,
}

impl Sharing {
    /// `files`: all files of all images of the batch, each as often as images have it.
    pub fn new(files: &[PathBuf]) -> Sharing {
        let mut counts = HashMap::new();
        files.iter().for_each(|file| *counts.entry(real(file)).or_default() += 1);
        Sharing { counts, outside: HashMap::new() }
    }

    /// A file of this image that another image needs, too: one of the batch, or one whose descriptor lies beside it.
    fn shared(&mut self, found: &Found) -> Option<PathBuf> {
        let needed = |file: &&PathBuf| {
            let file = real(file);
            let folder = file.parent().unwrap_or(Path::new("")).to_owned();
            let outside = self.outside.entry(folder).or_insert_with_key(|folder| of_others(folder, &self.counts));
            self.counts.get(&file).is_some_and(|count| *count > 1) || outside.contains(&file)
        };
        found.files.iter().find(needed).cloned()
    }
}

/// The files of images in a folder that are not in the batch.
fn of_others(folder: &Path, batch: &HashMap<PathBuf, usize>) -> HashSet<PathBuf> {
    let others = images_in(folder).into_iter().filter(|path| !batch.contains_key(&real(path)) && describes(path));
    let images = others.filter_map(|path| image::open(&path, Opening::default()).ok());
    images.flat_map(|image| image.files).map(|file| real(&file)).collect()
}

/// Whether a file may name others.
fn describes(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    FORMATS.iter().any(|format| !image::is_bare(format) && format.extensions.contains(&extension.as_str()))
}

/// Deletes the files of a source, where nothing speaks against it.
pub(super) fn delete(found: &Found, report: &ConvertReport, sharing: &mut Sharing, when: Delete) -> Deletion {
    if let Some(kept) = reason(found, report, sharing, when) {
        return Deletion::Kept(kept);
    }
    // Data first: a descriptor that is left alone says what was there.
    for file in found.files.iter().rev() {
        if let Err(error) = fs::remove_file(file) {
            return Deletion::Failed(file.clone(), error);
        }
    }
    Deletion::Done(found.files.clone())
}

/// Why the source has to be kept, if it has to.
fn reason(found: &Found, report: &ConvertReport, sharing: &mut Sharing, when: Delete) -> Option<Kept> {
    if !report.verified {
        return Some(Kept::NotProved);
    }
    if when != Delete::EvenLossy {
        let rows = [
            (!report.losses.is_empty(), Kept::Lossy),
            (report.worths != Worths::default(), Kept::Damaged),
            (!found.warnings.is_empty(), Kept::Odd),
        ];
        if let Some((_, kept)) = rows.into_iter().find(|(speaks, _)| *speaks) {
            return Some(kept);
        }
    }
    if let Some(shared) = sharing.shared(found) {
        return Some(Kept::Shared(shared));
    }
    // What was only read back from memory could still be lost with the next power cut.
    let synced = report.outputs.iter().try_for_each(|output| File::open(output)?.sync_all());
    synced.is_err().then_some(Kept::NotSynced)
}
