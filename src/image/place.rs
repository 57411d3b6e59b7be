//! [`Place`]: where the files of an image lie beside each other: in a folder, or in an archive.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::bytes::archive::Archive;

/// Where an image's files lie.
pub enum Place {
    /// In a folder of the file system.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Its entries, read once, when a name is not there as it is spelt.
        entries: Mutex<Option<Vec<PathBuf>>>,
    },
    /// In an archive.
    Archive(Inside),
}

/// In a folder of an archive.
pub struct Inside {
    /// The archive.
    pub archive: Arc<dyn Archive>,
    /// What stands before the names of its members in messages. It is never opened.
    pub shown: PathBuf,
    /// The folder, with a slash at its end, or nothing.
    pub folder: String,
}

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Found {
    /// In the file system.
    File(PathBuf),
    /// A member of the archive.
    Member(usize),
}

/// Entries of a folder that are looked at.
const MOST_ENTRIES: usize = 100_000;

impl Place {
    /// The folder of a file.
    pub fn around(path: &Path) -> Place {
        let folder = path.parent().map_or_else(|| PathBuf::from("."), Path::to_owned);
        Place::Folder { path: folder, entries: Mutex::new(None) }
    }

    /// The file with exactly this name, of which `parts` are the folders and the name itself. None of them leads upwards.
    pub fn exactly(&self, parts: &[&str]) -> Option<Found> {
        match self {
            Place::Folder { path, .. } => {
                let path = parts.iter().fold(path.clone(), |path, part| path.join(part));
                path.is_file().then_some(Found::File(path))
            }
            Place::Archive(inside) => {
                let name = format!("{}{}", inside.folder, parts.join("/"));
                inside.archive.members().iter().position(|member| member.name == name).map(Found::Member)
            }
        }
    }

    /// The file of this name in the folder itself, without regard to case, an exact match first.
    pub fn beside(&self, name: &str) -> Option<Found> {
        if let Some(found) = self.exactly(&[name]) {
            return Some(found);
        }
        let wanted = name.to_lowercase();
        match self {
            Place::Folder { path: folder, entries } => {
                let mut entries = entries.lock().ok()?;
                let entries = entries.get_or_insert_with(|| {
                    let shown = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                    let listing = std::fs::read_dir(shown).into_iter().flatten().flatten().take(MOST_ENTRIES);
                    listing.map(|entry| folder.join(entry.file_name())).collect()
                });
                let same =
                    |path: &&PathBuf| path.file_name().map(OsStr::to_string_lossy).is_some_and(|n| n.to_lowercase() == wanted);
                entries.iter().filter(same).find(|path| path.is_file()).cloned().map(Found::File)
            }
            Place::Archive(inside) => {
                let same = |name: &str| name.strip_prefix(&inside.folder).is_some_and(|name| name.to_lowercase() == wanted);
                inside.archive.members().iter().position(|member| same(&member.name)).map(Found::Member)
            }
        }
    }

    /// Its path for messages, and for what its name tells.
    pub fn path_of(&self, found: &Found) -> PathBuf {
        match (found, self) {
            (Found::File(path), _) => path.clone(),
            (Found::Member(number), Place::Archive(inside)) => inside.path_of(*number),
            (Found::Member(_), Place::Folder { path, .. }) => path.clone(),
        }
    }
}

impl Inside {
    /// The path that stands for a member in messages. It is put together as text: a name may be absolute, and must not take the place of what is before it.
    pub fn path_of(&self, member: usize) -> PathBuf {
        let name = self.archive.members().get(member).map_or("", |member| member.name.as_str());
        let mut path = OsString::from(&self.shown);
        path.push("/");
        path.push(name);
        PathBuf::from(path)
    }
}
