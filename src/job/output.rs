//! [`Workshop`]: where an image is made until it is whole, and how it gets its final names.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::JobError;

/// A folder beside the target in which the image is made, under the names that it will have, so that it can be opened and proved
/// there. What is not [`deliver`](Workshop::deliver)ed is removed with it.
pub struct Workshop {
    folder: PathBuf,
    target: PathBuf,
}

impl Workshop {
    /// A new folder in `target`, the folder where the files will be.
    pub fn new(target: &Path, stem: &str) -> Result<Workshop, JobError> {
        // A name may have 255 bytes, and the target may need them all.
        let stem: String = stem.chars().take(40).collect();
        for attempt in 0..100 {
            let folder = target.join(format!(".{stem}.{}-{attempt}.part", std::process::id()));
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Workshop { folder, target: target.to_owned() }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(JobError::Write { path: target.to_owned(), error }),
            }
        }
        Err(JobError::Write { path: target.to_owned(), error: io::ErrorKind::AlreadyExists.into() })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Moves the files to their place, in the order given: data first, so that a descriptor never names what is not there.
    ///
    /// Copying may have taken an hour: what has appeared under one of the names meanwhile is replaced only with leave.
    pub fn deliver(self, names: &[String], replace: bool) -> Result<Vec<PathBuf>, JobError> {
        let there = names.iter().map(|name| self.target.join(name)).find(|place| place.symlink_metadata().is_ok());
        if let (false, Some(place)) = (replace, there) {
            return Err(JobError::Exists(place));
        }
        let mut delivered = Vec::new();
        for name in names {
            let place = self.target.join(name);
            if let Err(error) = fs::rename(self.folder.join(name), &place) {
                // What is already in its place is no whole image.
                for path in &delivered {
                    let _ = fs::remove_file(path);
                }
                return Err(JobError::Write { path: place, error });
            }
            delivered.push(place);
        }
        Ok(delivered)
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // Nothing better can be done about a folder that can't be removed than to leave it, under its telling name.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Bytes free in the folder, where the system says.
pub fn free_space(folder: &Path) -> Option<u64> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs4::available_space(folder).ok()
}
