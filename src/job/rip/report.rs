//! [`RipReport`]: what came of a rip.

use std::path::PathBuf;

use super::audio::AudioReport;
use super::damage::Area;
use super::suspect::Suspects;
use crate::disc::Lba;
use crate::job::ConvertReport;
use crate::job::audio_sums::AudioSums;
use crate::job::databases::Lookup;

/// What could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    /// How many sectors.
    pub sectors: u32,
    /// Where they lie.
    pub areas: Vec<Area>,
    /// The files and folders of a data track (ISO 9660, UDF) that lie there.
    pub files: Vec<String>,
    /// Whether there may be more of those, because there is another file system, or a folder is damaged.
    pub more_files: bool,
}

impl Damage {
    /// Whether this sector could not be read.
    pub fn contains(&self, lba: Lba) -> bool {
        let next = self.areas.partition_point(|area| area.last() < lba);
        self.areas.get(next).is_some_and(|area| area.start <= lba)
    }
}

/// What came of a rip.
#[derive(Debug, Clone)]
pub struct RipReport {
    /// The image; `None` where sectors could not be read and nobody accepted that.
    pub image: Option<ConvertReport>,
    /// What could not be read.
    pub damage: Damage,
    /// What was read as good and is wrong by its own checksum, where an image was made.
    pub suspects: Suspects,
    /// What was done about audio; `None` where there is none.
    pub audio: Option<AudioReport>,
    /// The checksums of its audio, where an image was made.
    pub sums: Option<AudioSums>,
    /// What databases know of it, where they were asked.
    pub lookup: Option<Lookup>,
    /// Sectors of the disc.
    pub sectors: u32,
    /// An earlier run had begun it.
    pub resumed: bool,
    /// The working folder, where it is kept.
    pub folder: Option<PathBuf>,
    /// The log, and the map, beside the image.
    pub papers: Vec<PathBuf>,
    /// Whether the disc was ejected.
    pub ejected: bool,
    /// How long it took.
    pub seconds: f64,
}

impl RipReport {
    /// Whether all was read, and all audio is certain.
    pub fn is_whole(&self) -> bool {
        self.damage.sectors == 0 && self.audio.as_ref().is_none_or(|audio| audio.doubtful == 0)
    }
}
