//! What is remembered of drives, by model and firmware: their read offset, and what their error pointers have been worth.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::vote::Evidence;
use crate::drive::mmc::Identity;

/// The file's name in the folder of settings.
const FILE: &str = "drives.json";
/// No file of ours is longer.
const MOST: u64 = 4 << 20;

/// What is known of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    /// Its read offset in samples.
    pub offset: Option<i32>,
    /// What its error pointers have been worth.
    pub c2: Evidence,
    /// Whether it forgets sectors when it is told to; `None` while nobody has tried.
    pub forgets: Option<bool>,
}

/// The file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Shape {
    version: u32,
    drives: BTreeMap<String, Known>,
}

/// What is remembered, and where. A file that can't be read is as if there were none, and one that can't be written is done without: all that it
/// holds can be found out again.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    path: Option<PathBuf>,
}

impl Memory {
    /// In this folder; without one nothing is remembered.
    pub fn in_folder(folder: Option<&Path>) -> Memory {
        Memory { path: folder.map(|folder| folder.join(FILE)) }
    }

    fn read(&self) -> Shape {
        let text = self.path.as_ref().filter(|path| path.metadata().is_ok_and(|file| file.len() <= MOST)).map(fs::read_to_string);
        text.and_then(Result::ok).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// What is known of a drive.
    pub fn of(&self, drive: Option<&Identity>) -> Known {
        drive.and_then(|drive| self.read().drives.get(&model(drive)).copied()).unwrap_or_default()
    }

    /// Something more is known of a drive.
    pub fn learn(&self, drive: Option<&Identity>, learn: impl FnOnce(&mut Known)) {
        let (Some(path), Some(drive)) = (&self.path, drive) else { return };
        let mut shape = self.read();
        let known = shape.drives.entry(model(drive)).or_default();
        let before = *known;
        learn(known);
        if *known == before {
            return;
        }
        shape.version = 1;
        let text = serde_json::to_string_pretty(&shape).expect("these shapes have nothing that JSON lacks");
        let fresh = path.with_extension("json.new");
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        let _ = folder.and_then(|()| fs::write(&fresh, text)).and_then(|()| fs::rename(&fresh, path));
    }
}

/// Drives of one model and firmware are alike.
fn model(drive: &Identity) -> String {
    format!("{} {}", drive.name(), drive.revision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_learnt_is_known_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::in_folder(Some(&folder.path().join("new")));
        let drive = |revision: &str| Identity {
            vendor: "V".into(),
            product: "P".into(),
            revision: revision.into(),
            ..Identity::default()
        };
        assert_eq!(memory.of(Some(&drive("1"))), Known::default());
        memory.learn(Some(&drive("1")), |known| known.offset = Some(667));
        memory.learn(Some(&drive("2")), |known| known.c2 = known.c2.plus(Evidence { hits: 3, ..Evidence::default() }));
        assert_eq!(memory.of(Some(&drive("1"))).offset, Some(667));
        assert_eq!(memory.of(Some(&drive("2"))).c2.hits, 3);
        fs::write(folder.path().join("new/drives.json"), "{").unwrap();
        assert_eq!(memory.of(Some(&drive("1"))), Known::default());
        memory.learn(Some(&drive("1")), |known| known.offset = Some(6));
        assert_eq!(memory.of(Some(&drive("1"))).offset, Some(6));
    }
}
