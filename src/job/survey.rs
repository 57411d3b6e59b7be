//! Surveying: what several files and folders hold, told without keeping any of it open.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::open::images_in;
use super::{Control, JobError};
use crate::disc::{Disc, Medium};
use crate::image::{self, Advice, FORMATS, Format, Image, Opening, Password};

/// An image that was found, and closed again: a folder may hold more of them than a process may have files open.
pub struct Found {
    /// The file to open.
    pub path: PathBuf,
    /// All files that belong to it, that one first.
    pub files: Vec<PathBuf>,
    /// Its format.
    pub format: &'static Format,
    /// What disc it is.
    pub disc: Disc,
    /// Bytes that its files take.
    pub bytes: u64,
    /// The formats for it, best first.
    pub advice: Vec<Advice>,
    /// What was odd about it, in sentences for people.
    pub warnings: Vec<String>,
    /// The password that opened it, if it needed one of those that were given.
    pub password: Option<Password>,
}

/// What became of one file that was looked at.
pub struct Finding {
    /// The file; where it is a data file that was opened by its descriptor, that.
    pub path: PathBuf,
    /// Whether it was found in a folder, not named itself.
    pub from_folder: bool,
    /// The image, or why it is none.
    pub result: Result<Found, JobError>,
}

impl Finding {
    /// Whether it is encrypted, and none of the passwords opens it.
    pub fn is_locked(&self) -> bool {
        matches!(&self.result, Err(JobError::Image(error)) if error.fault.is_password())
    }
}

impl Found {
    /// Bytes of all its sectors: what has to be read to copy it.
    pub fn work(&self) -> u64 {
        let each = if matches!(self.disc.medium, Medium::Cd | Medium::Gd) { 2352 } else { 2048 };
        u64::from(self.disc.sectors()) * each
    }

    /// What the adviser says of a format.
    pub fn advice(&self, format: &str) -> Option<&Advice> {
        self.advice.iter().find(|advice| advice.format.name == format)
    }
}

/// A file that is yet to be looked at.
struct Candidate {
    /// Place among what was asked for.
    order: usize,
    path: PathBuf,
    from_folder: bool,
    bare: bool,
}

/// Looks at files, and at what lies in folders (not in folders in them): each image once, its data files not for themselves.
pub fn survey(sources: &[PathBuf], passwords: &[Password], control: &Control) -> Result<Vec<Finding>, JobError> {
    let mut findings: Vec<(usize, Finding)> = Vec::new();
    let mut candidates = Vec::new();
    for (order, source) in sources.iter().enumerate() {
        if source.is_dir() {
            let inside = images_in(source);
            if inside.is_empty() {
                let result = Err(JobError::EmptyFolder(source.clone()));
                findings.push((order, Finding { path: source.clone(), from_folder: false, result }));
            }
            candidates.extend(inside.into_iter().map(|path| Candidate { order, bare: bare(&path), path, from_folder: true }));
        } else {
            candidates.push(Candidate { order, path: source.clone(), from_folder: false, bare: bare(source) });
        }
    }
    // Descriptors first, so that data files are found to belong to them.
    candidates.sort_by_key(|candidate| candidate.bare);
    let mut known: HashSet<PathBuf> = HashSet::new();
    let mut broken: Vec<PathBuf> = Vec::new();
    for Candidate { order, path, from_folder, .. } in candidates {
        control.check()?;
        if known.contains(&real(&path)) || from_folder && broken.iter().any(|descriptor| may_be_data_of(&path, descriptor)) {
            continue;
        }
        let finding = look_at(path, from_folder, passwords);
        match &finding.result {
            // A data file that was opened by its descriptor is that image once more.
            Ok(found) if known.contains(&real(&found.path)) => continue,
            Ok(found) => known.extend(found.files.iter().map(|file| real(file))),
            Err(_) => {
                known.insert(real(&finding.path));
                broken.push(finding.path.clone());
            }
        }
        findings.push((order, finding));
    }
    findings.sort_by(|(a, one), (b, other)| (a, &one.path).cmp(&(b, &other.path)));
    Ok(findings.into_iter().map(|(_, finding)| finding).collect())
}

fn look_at(path: PathBuf, from_folder: bool, passwords: &[Password]) -> Finding {
    match open_with_any(&path, passwords) {
        Ok((image, password)) => {
            let advice = image::advise(&image.reader);
            let size = |file: &PathBuf| file.metadata().map_or(0, |about| about.len());
            let found = Found {
                bytes: image.files.iter().map(size).sum(),
                format: image.format,
                disc: image.disc().clone(),
                advice,
                password,
                path: image.path,
                files: image.files,
                warnings: image.warnings,
            };
            Finding { path: found.path.clone(), from_folder, result: Ok(found) }
        }
        Err(error) => Finding { path, from_folder, result: Err(error.into()) },
    }
}

/// Opens an image with the first of these passwords that does, if it needs one; tells which.
pub fn open_with_any(path: &Path, passwords: &[Password]) -> Result<(Image, Option<Password>), image::Error> {
    let mut result = image::open(path, Opening::default()).map(|image| (image, None));
    for password in passwords {
        match &result {
            Err(error) if error.fault.is_password() => {
                let opened = image::open(path, Opening::with(Some(password.clone())));
                result = opened.map(|image| (image, Some(password.clone())));
            }
            _ => break,
        }
    }
    result
}

/// The file itself, whatever way leads to it.
pub fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn by_extension(path: &Path) -> Option<&'static Format> {
    let extension = path.extension()?.to_str()?.to_lowercase();
    FORMATS.iter().copied().find(|format| format.extensions.contains(&extension.as_str()))
}

fn bare(path: &Path) -> bool {
    by_extension(path).is_none_or(image::is_bare)
}

/// Whether a file may hold the sectors of an image whose descriptor can't be read: by its place, its name and its extension. Taken for
/// itself it would be half of a disc.
fn may_be_data_of(path: &Path, descriptor: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    path.parent() == descriptor.parent()
        && stem(path).starts_with(&stem(descriptor))
        && by_extension(descriptor).is_some_and(|format| format.data_extensions.contains(&extension.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
        let sheet = |bin: &str| format!("FILE \"{bin}\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n");
        write("a.cue", sheet("a.bin").as_bytes());
        write("a.bin", &[0; 2352 * 10]);
        write("b.iso", &[1; 2048 * 20]);
        write("half.cue", sheet("half (Track 2).bin").as_bytes());
        write("half (Track 1).bin", &[0; 2352 * 10]);
        write("notes.txt", b"nothing");
        dir
    }

    fn rows(findings: &[Finding]) -> Vec<(String, bool, bool)> {
        let row = |finding: &Finding| (image::file_name(&finding.path), finding.from_folder, finding.result.is_ok());
        findings.iter().map(row).collect()
    }

    #[test]
    fn a_folder_is_told_image_by_image() {
        let dir = folder();
        let findings = survey(&[dir.path().to_owned()], &[], &Control::default()).unwrap();
        let expected = [("a.cue", true, true), ("b.iso", true, true), ("half.cue", true, false)];
        assert_eq!(rows(&findings), expected.map(|(name, folder, good)| (name.to_owned(), folder, good)));
        let Ok(found) = &findings[0].result else { panic!("an image") };
        assert_eq!((found.files.len(), found.format.name, found.work()), (2, "cue", 23_520));
        assert_eq!(found.bytes, 23_520 + std::fs::metadata(dir.path().join("a.cue")).unwrap().len());
        assert!(found.advice("nrg").is_some_and(|advice| advice.losses.is_empty()));
        assert!(!findings[2].is_locked());
    }

    #[test]
    fn what_is_named_twice_or_belongs_to_another_is_one_row() {
        let dir = folder();
        let sources: Vec<PathBuf> =
            ["b.iso", "a.bin", "a.cue", "missing.iso", "b.iso"].iter().map(|name| dir.path().join(name)).collect();
        let findings = survey(&sources, &[], &Control::default()).unwrap();
        let expected = [("b.iso", false, true), ("a.cue", false, true), ("missing.iso", false, false)];
        assert_eq!(rows(&findings), expected.map(|(name, folder, good)| (name.to_owned(), folder, good)));
        let both = survey(&[dir.path().to_owned(), dir.path().join("b.iso")], &[], &Control::default()).unwrap();
        assert_eq!(both.len(), 3);
    }

    #[test]
    fn a_folder_with_nothing_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let findings = survey(&[dir.path().to_owned()], &[], &Control::default()).unwrap();
        assert!(matches!(findings.as_slice(), [Finding { result: Err(JobError::EmptyFolder(_)), .. }]));
    }
}
