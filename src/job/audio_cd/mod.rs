//! An audio CD from audio files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Control, JobError};
use crate::disc::DiscReader;

/// Audio files that become the tracks of a CD, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AudioList {
    /// The files; a playlist (M3U) or a folder stands for those in it.
    pub files: Vec<PathBuf>,
    /// Two seconds of silence before each track but the first; else each begins where the one before it ends.
    pub gaps: bool,
    /// All tracks are made equally loud.
    pub level: bool,
}

impl AudioList {
    /// Whether a path is to become an audio CD: an audio file, a playlist, or a folder of audio files without an image among them.
    pub fn names(path: &Path) -> bool {
        let _ = path;
        false
    }
}

/// The CD that they make.
pub struct AudioDisc {
    /// Its sectors, decoded as they are read.
    pub reader: Arc<dyn DiscReader>,
    /// What has to be done to files so that they fit, in words: one of each file that is converted.
    pub notes: Vec<String>,
}

/// Opens the files and lays them out.
pub fn audio_disc(list: &AudioList, control: &Control) -> Result<AudioDisc, JobError> {
    let _ = (list, control);
    unimplemented!()
}
