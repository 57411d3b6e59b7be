//! The files that a sheet names: found, and what is in them.

use std::sync::Arc;

use crate::bytes::audio::is_container;
use crate::bytes::{Bytes, Padded, read_some};
use crate::disc::sector::{RAW, SYNC};
use crate::disc::{Lba, Msf};
use crate::image::{Error, Fault, Flaw, Opener, Sibling, file_name};

use super::layout::Run;
use super::sheet::{CueSheet, FileEntry, FileName, FileType};
use super::text;

/// The files of a sheet, in its order.
pub struct Files {
    /// What is in each: sectors, or decoded sound.
    pub bytes: Vec<Arc<dyn Bytes>>,
    /// What is said of how they were found.
    pub warnings: Vec<String>,
}

/// Finds and opens the files. The sheet learns which of them are sound.
pub fn open_files(opener: &Opener, sheet: &mut CueSheet) -> Result<Files, Error> {
    let mut files = Files { bytes: Vec::new(), warnings: Vec::new() };
    for index in 0..sheet.files.len() {
        let may_be_sound = sheet.tracks.iter().all(|track| {
            track.stored.mode == crate::disc::TrackMode::Audio || track.indexes.iter().all(|entry| entry.file != index)
        });
        let entry = &mut sheet.files[index];
        let flaw = |fault| opener.flaw(Flaw::line(entry.line, fault));
        let (name, found) = find(opener, &entry.name).map_err(flaw)?;
        if found.path == opener.path() || found.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("cue")) {
            return Err(flaw(Fault::Unsupported { what: "a cue sheet as the FILE of a cue sheet" }));
        }
        if found.respelt {
            files.warnings.push(format!("“{}” was found as “{}”.", crate::image::shorten(&name), file_name(&found.path)));
        }
        let head = read_some(&*found.bytes, 0, 16).map_err(|error| flaw(Fault::Io(error)))?;
        // The content says what it is. But raw sectors are given to no decoder, however much they look like an MP3 (cdemu, issue
        // 26): only the marker of a container makes sound of them.
        if entry.kind != FileType::Sound && may_be_sound && is_container(&head) {
            files.warnings.push(format!("“{}” is a sound file, not {}.", file_name(&found.path), kind_word(entry)));
            entry.kind = FileType::Sound;
        }
        if entry.kind == FileType::Sound && is_lossy(&head) {
            files.warnings.push(format!("“{}” was compressed with loss: it is not what the disc had.", file_name(&found.path)));
        }
        let bytes = match entry.kind {
            FileType::Sound => {
                let sound = opener.audio(&name).map_err(flaw)?;
                files.warnings.extend(sound.conversion());
                padded(sound.bytes)
            }
            FileType::Binary | FileType::Motorola => found.bytes,
        };
        files.bytes.push(bytes);
    }
    Ok(files)
}

fn kind_word(entry: &FileEntry) -> &'static str {
    if entry.kind == FileType::Motorola { "MOTOROLA" } else { "BINARY" }
}

/// Looks for a file under its name, and then under what its name would be in other encodings.
fn find(opener: &Opener, name: &FileName) -> Result<(String, Sibling), Fault> {
    let first = match opener.sibling(&name.text) {
        Ok(found) => return Ok((name.text.clone(), found)),
        Err(fault) => fault,
    };
    let raw = name.raw.as_deref().unwrap_or_default();
    let others = text::LEGACY.iter().filter_map(|encoding| encoding.decode_without_bom_handling_and_without_replacement(raw));
    for other in others.filter(|other| !other.is_empty() && *other != name.text) {
        if let Ok(found) = opener.sibling(&other) {
            return Ok((other.into_owned(), found));
        }
    }
    Err(first)
}

/// Whether a file begins as MP3 and Ogg files do.
fn is_lossy(head: &[u8]) -> bool {
    head.starts_with(b"ID3") || head.starts_with(b"OggS") || matches!(head, [0xFF, 0xE0..=0xFF, ..])
}

/// Sound, filled up with silence to a whole sector.
fn padded(sound: Arc<dyn Bytes>) -> Arc<dyn Bytes> {
    let whole = sound.len().next_multiple_of(RAW as u64);
    Arc::new(Padded::new(sound, whole))
}

impl Files {
    /// Their lengths.
    pub fn lengths(&self) -> Vec<u64> {
        self.bytes.iter().map(|bytes| bytes.len()).collect()
    }

    /// The address that the header of the first sector of a run gives; `None` where its sectors have none, or it cannot be read.
    pub fn header(&self, run: &Run) -> Option<Lba> {
        if run.stored.main != RAW as u32 || !run.stored.mode.is_data() {
            return None;
        }
        let start = read_some(&**self.bytes.get(run.file)?, run.offset, 15).ok()?;
        let (sync, time) = start.split_at_checked(SYNC.len())?;
        if sync != SYNC { None } else { Msf::from_bcd(time.try_into().ok()?).ok().map(Msf::to_lba) }
    }
}
