//! Opening images, and finding them in a folder.

use std::path::{Path, PathBuf};

use super::{Control, JobError, drives};
use crate::image::{self, Advice, FORMATS, Format, Image, Opening, Password, WRAPPERS};

/// An opened image and what the adviser says of it.
pub struct OpenReport {
    /// The image.
    pub image: Image,
    /// The password that it was opened with.
    pub password: Option<Password>,
    /// The formats for it, best first.
    pub advice: Vec<Advice>,
}

/// Files of a folder that are looked at before it is called too full.
const MOST_ENTRIES: usize = 10_000;

/// What opening is given: the password, and how it learns that nobody wants the image any more.
pub(super) fn opening(password: Option<&Password>, control: &Control) -> Opening {
    let control = control.clone();
    Opening::with(password.cloned()).until(move || control.is_cancelled())
}

/// Opens what a job reads: an image, or the disc in a drive.
pub(super) fn source(path: &Path, opening: &Opening, control: &Control) -> Result<Image, JobError> {
    match drives::drive_of(path) {
        Some(drive) => drives::image_in(drive, opening, control),
        None => Ok(image::open(path, opening.clone())?),
    }
}

/// Opens a file, the disc in a drive, or every image in a folder.
pub(super) fn open(path: &Path, opening: &Opening, control: &Control) -> Result<Vec<OpenReport>, JobError> {
    if !path.is_dir() {
        return Ok(vec![report(source(path, opening, control)?, opening.password.clone())]);
    }
    let mut reports: Vec<OpenReport> = Vec::new();
    for file in images_in(path) {
        control.check()?;
        if reports.iter().any(|report| report.image.files.contains(&file)) {
            continue;
        }
        if let Ok(image) = image::open(&file, opening.clone()) {
            reports.push(report(image, opening.password.clone()));
        }
    }
    if reports.is_empty() { Err(JobError::EmptyFolder(path.to_owned())) } else { Ok(reports) }
}

/// With the adviser's word on it.
pub(super) fn report(image: Image, password: Option<Password>) -> OpenReport {
    let advice = match drives::drive_of(&image.path) {
        Some(_) => image::advise_on_drive(&image.reader),
        None => image::advise(&image.reader),
    };
    OpenReport { image, password, advice }
}

/// The files of a folder that look like images by their names, descriptors first, so that data files are found to belong to them.
pub fn images_in(folder: &Path) -> Vec<PathBuf> {
    let listing = std::fs::read_dir(folder).into_iter().flatten().flatten().take(MOST_ENTRIES);
    let rank = |path: &PathBuf| {
        // What is compressed comes after what is not: then data files in it are known already. Archives come last.
        let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.names(path));
        if wrapper.is_some_and(|wrapper| wrapper.is_archive()) {
            return Some((2, true));
        }
        let inner = wrapper.map_or_else(|| path.clone(), |wrapper| wrapper.without(path));
        let extension = inner.extension()?.to_str()?.to_lowercase();
        let named = |format: &&&Format| format.extensions.contains(&extension.as_str());
        FORMATS.iter().find(named).map(|format| (u8::from(image::is_bare(format)), wrapper.is_some()))
    };
    let mut found: Vec<((u8, bool), PathBuf)> =
        listing.map(|entry| entry.path()).filter_map(|path| Some((rank(&path)?, path))).collect();
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}
