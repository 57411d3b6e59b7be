//! Where what is burned comes from: an image, the disc in a drive, or audio files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::BurnFault;
use super::task::{BurnFrom, BurnTask};
use crate::config::cache_folder;
use crate::disc::{Disc, DiscReader};
use crate::image::Password;
use crate::job::audio_cd::audio_disc;
use crate::job::drives::{drive_of, is_software};
use crate::job::open::{self, opening};
use crate::job::output::free_space;
use crate::job::rip::{self, RipTask};
use crate::job::{Control, JobError, Progress};

/// What is burned.
pub struct BurnSource {
    /// It.
    pub reader: Arc<dyn DiscReader>,
    /// Its place, for messages.
    pub path: PathBuf,
    /// The drive that it is in, where it is in one: then it is read but once.
    pub drive: Option<String>,
    /// What has to be done to it, in words.
    pub notes: Vec<String>,
    /// Where it was saved first. It goes when the burn has ended.
    _saved: Option<tempfile::TempDir>,
}

impl BurnSource {
    /// Opens it. A disc that is in the recorder itself is saved first.
    pub fn open(task: &BurnTask, control: &Control, tell: &(dyn Fn(Progress) + Sync)) -> Result<BurnSource, JobError> {
        let path = match &task.source {
            BurnFrom::Disc(path) => path,
            BurnFrom::Audio(list) => {
                let disc = audio_disc(list, control)?;
                let path = list.files.first().cloned().unwrap_or_default();
                return Ok(BurnSource { reader: disc.reader, path, drive: None, notes: disc.notes, _saved: None });
            }
        };
        match drive_of(path) {
            Some(drive) if task.through_image || is_in(task, &task.drive) => BurnSource::saved(drive, control, tell),
            Some(drive) => {
                let image = open::source(path, &opening(None, control), control)?;
                if wants_care(image.disc()) {
                    drop(image);
                    return BurnSource::saved(drive, control, tell);
                }
                let drive = (!is_software(drive)).then(|| drive.to_owned());
                Ok(BurnSource { reader: image.reader, path: image.path, drive, notes: Vec::new(), _saved: None })
            }
            None if path.is_dir() && open::images_in(path).is_empty() => Err(BurnFault::NotAuthored.of(&task.drive)),
            None => BurnSource::image(path, task.password.as_ref(), control),
        }
    }

    fn image(path: &Path, password: Option<&Password>, control: &Control) -> Result<BurnSource, JobError> {
        let image = open::source(path, &opening(password, control), control)?;
        Ok(BurnSource { reader: image.reader, path: image.path, drive: None, notes: Vec::new(), _saved: None })
    }

    /// Saves the disc in a drive, as a rip does, and opens what came of it.
    pub fn saved(drive: &str, control: &Control, tell: &(dyn Fn(Progress) + Sync)) -> Result<BurnSource, JobError> {
        let place = roomiest([Some(std::env::temp_dir()), cache_folder()].into_iter().flatten());
        let fail = |error| JobError::Write { path: place.clone(), error };
        let folder = tempfile::Builder::new().prefix("spindle-copy-").tempdir_in(&place).map_err(fail)?;
        let report = rip::rip(&RipTask::new(drive, folder.path()), control, tell, &|_| ())?;
        let made = report.image.and_then(|image| image.outputs.last().cloned());
        let path = made.ok_or_else(|| BurnFault::Unreadable { count: report.damage.sectors }.of(drive))?;
        let source = BurnSource::image(&path, None, control)?;
        Ok(BurnSource { _saved: Some(folder), ..source })
    }
}

/// The first of these folders, unless a later one has twice the room. Where temporary files lie in memory, as on many systems, a DVD has none.
fn roomiest(places: impl Iterator<Item = PathBuf>) -> PathBuf {
    let room = |place: &Path| std::fs::create_dir_all(place).ok().and_then(|()| free_space(place)).unwrap_or(0);
    let rooms = places.map(|place| (room(&place), place));
    let best = rooms.reduce(|best, next| if next.0 / 2 > best.0 { next } else { best });
    best.map_or_else(std::env::temp_dir, |(_, place)| place)
}

/// Whether a disc can't be copied as it is read: where its tracks begin is told by its subchannel, which has to be read whole before, and audio has to be
/// read twice to be sure of it.
fn wants_care(disc: &Disc) -> bool {
    disc.medium.is_cd() && (disc.audio_tracks() > 0 || disc.tracks().count() > 1)
}

/// Whether the disc to be burned is in this drive itself.
pub fn is_in(task: &BurnTask, drive: &str) -> bool {
    match &task.source {
        BurnFrom::Disc(path) => drive_of(path).is_some_and(|source| source.eq_ignore_ascii_case(drive)),
        BurnFrom::Audio(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_lies_where_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a file"), "").unwrap();
        let [here, new] = ["here", "new"].map(|name| folder.path().join(name));
        std::fs::create_dir(&here).unwrap();
        // Of two on one disk the first. What is not there is made, and what can't be made has no room.
        assert_eq!(roomiest([here.clone(), new.clone()].into_iter()), here);
        assert_eq!(roomiest([folder.path().join("a file/x"), new.clone()].into_iter()), new);
        assert!(new.is_dir());
    }
}
