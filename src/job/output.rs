//! [`Workshop`]: where an image is made until it is whole, and how it gets its final names.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::JobError;

/// Where files that are being replaced wait, in the workshop's folder, until all new ones are in their place.
const ASIDE: &str = ".replaced";

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
        let write_error = |path: &Path, error| JobError::Write { path: path.to_owned(), error };
        let aside = self.folder.join(ASIDE);
        fs::create_dir(&aside).map_err(|error| write_error(&aside, error))?;
        let mut delivered = Vec::new();
        for name in names {
            let place = self.target.join(name);
            if let Err(error) = self.swap(name, &place, &aside) {
                self.take_back(names, &delivered, &aside);
                return Err(write_error(&place, error));
            }
            delivered.push(place);
        }
        Ok(delivered)
    }

    /// Puts a file in its place; what is there goes aside, and is gone with the folder once all is well.
    fn swap(&self, name: &str, place: &Path, aside: &Path) -> io::Result<()> {
        if place.symlink_metadata().is_ok() {
            fs::rename(place, aside.join(name))?;
        }
        fs::rename(self.folder.join(name), place)
    }

    /// What is in its place is no whole image: it goes, and what was there before comes back.
    fn take_back(&self, names: &[String], delivered: &[PathBuf], aside: &Path) {
        // An error on the way back is worth less than the one that led here.
        for path in delivered {
            let _ = fs::remove_file(path);
        }
        for name in names.iter().filter(|name| aside.join(name).symlink_metadata().is_ok()) {
            let _ = fs::rename(aside.join(name), self.target.join(name));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Replacing a set of files once removed the old ones when the last could not be put in its place.
    #[test]
    fn old_files_come_back_when_the_new_ones_can_not_be_delivered() {
        let target = tempfile::tempdir().unwrap();
        let names = ["x.bin".to_owned(), "x.cue".to_owned()];
        names.iter().for_each(|name| fs::write(target.path().join(name), "old").unwrap());
        let workshop = Workshop::new(target.path(), "x").unwrap();
        fs::write(workshop.folder().join("x.bin"), "new").unwrap();
        assert!(workshop.deliver(&names, true).is_err());
        let now: Vec<String> = names.iter().map(|name| fs::read_to_string(target.path().join(name)).unwrap()).collect();
        assert_eq!(now, ["old", "old"]);
        assert_eq!(fs::read_dir(target.path()).unwrap().count(), 2);

        let workshop = Workshop::new(target.path(), "x").unwrap();
        names.iter().for_each(|name| fs::write(workshop.folder().join(name), "new").unwrap());
        assert_eq!(workshop.deliver(&names, true).unwrap().len(), 2);
        assert_eq!(fs::read_to_string(target.path().join("x.cue")).unwrap(), "new");
        assert_eq!(fs::read_dir(target.path()).unwrap().count(), 2);
    }
}
