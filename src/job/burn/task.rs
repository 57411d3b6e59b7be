//! [`BurnTask`], [`EraseTask`] and [`CloseTask`]: what to do with a disc, and how; and what came of it.

use std::path::PathBuf;

use super::after::Verified;
use crate::drive::recorder::{BurnLoss, BurnWish, Close, Erase, Kind, Mode};
use crate::image::Password;
use crate::job::AudioList;

/// What a disc is burned from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BurnFrom {
    /// The image, or `drive:NAME` for the disc in a drive.
    Disc(PathBuf),
    /// Audio files, which become an audio CD.
    Audio(AudioList),
}

impl From<PathBuf> for BurnFrom {
    fn from(path: PathBuf) -> BurnFrom {
        BurnFrom::Disc(path)
    }
}

/// What to burn, and how.
#[derive(Debug, Clone)]
pub struct BurnTask {
    /// From what.
    pub source: BurnFrom,
    /// The disc in a drive is saved as a temporary image first, and burned from that; it is anyway where the drive is the recorder itself, or can't keep
    /// up with it.
    pub through_image: bool,
    /// The password of the image, if it needs one.
    pub password: Option<Password>,
    /// The recorder, as [`crate::job::drives`] names it.
    pub drive: String,
    /// How it is written.
    pub wish: BurnWish,
    /// How fast, in multiples of the single speed of what is in the recorder; `None`: as [`BurnWish::speed`] says, or else as fast as the disc, the
    /// drive and the source allow.
    pub speed: Option<f64>,
    /// Read the disc and compare it with the source when it is burned.
    pub verify: bool,
    /// How many discs.
    pub copies: u32,
    /// What is on a rewritable disc that need not be erased (DVD+RW, DVD-RAM, BD-RE, a formatted DVD-RW) may be written over.
    pub overwrite: bool,
    /// The user knows what will not arrive.
    pub allow_loss: bool,
    /// Sectors of the source that can't be read are burned as what stands for them.
    pub accept_damage: bool,
    /// Open the tray when all is done.
    pub eject: bool,
    /// What is wrong with the recorder in software and its disc: a script.
    pub faults: Option<PathBuf>,
    /// The image that the disc of a recorder in software becomes.
    pub keep: Option<PathBuf>,
}

impl BurnTask {
    /// The usual: one disc, as the drive does it best, closed, and compared with the source.
    pub fn new(source: impl Into<BurnFrom>, drive: impl Into<String>) -> BurnTask {
        BurnTask {
            source: source.into(),
            through_image: false,
            password: None,
            drive: drive.into(),
            wish: BurnWish::default(),
            speed: None,
            verify: true,
            copies: 1,
            overwrite: false,
            allow_loss: false,
            accept_damage: false,
            eject: false,
            faults: None,
            keep: None,
        }
    }
}

/// A rewritable disc to be emptied.
#[derive(Debug, Clone)]
pub struct EraseTask {
    /// The recorder.
    pub drive: String,
    /// How thoroughly.
    pub how: Erase,
    /// Whether a part of the disc is kept to stand in for bad places, where that can be chosen.
    pub spare_areas: Option<bool>,
    /// Open the tray when it is done.
    pub eject: bool,
}

/// A disc to be closed: one that a failure has left open, or a session to which more could have been added.
#[derive(Debug, Clone)]
pub struct CloseTask {
    /// The recorder.
    pub drive: String,
    /// What is closed.
    pub close: Close,
    /// Open the tray when it is done.
    pub eject: bool,
}

/// What came of burning.
#[derive(Debug, Clone)]
pub struct BurnReport {
    /// Every disc that was written.
    pub discs: Vec<BurnedDisc>,
    /// What did not arrive, as allowed.
    pub losses: Vec<BurnLoss>,
    /// What had to be done to the source, in words: audio that was converted.
    pub notes: Vec<String>,
    /// What the disc of the recorder in software became.
    pub kept: Vec<PathBuf>,
    /// Whether the tray was opened.
    pub ejected: bool,
    /// How long all of it took.
    pub seconds: f64,
}

/// A disc that was written.
#[derive(Debug, Clone)]
pub struct BurnedDisc {
    /// What it is.
    pub kind: Kind,
    /// How it was written.
    pub mode: Mode,
    /// The laser was at reading power: nothing is on it.
    pub simulated: bool,
    /// Whether it was compared with the source.
    pub verified: Verified,
    /// Bytes that the drive was given.
    pub bytes: u64,
    /// Seconds that it took them in.
    pub seconds: f64,
    /// The lowest level of the ring before the source had given all, from 0 to 1.
    pub lowest: f32,
}

impl BurnedDisc {
    /// What is true of it, in a word or two that mean nothing else.
    pub fn word(&self) -> &'static str {
        match self.verified {
            _ if self.simulated => "simulated",
            Verified::Equal => "burned and verified",
            Verified::NotAsked => "burned",
            Verified::Impossible(_) => "burned, not verified",
        }
    }
}

/// What came of erasing or closing.
#[derive(Debug, Clone)]
pub struct DiscReport {
    /// What the disc is.
    pub kind: Kind,
    /// Whether the tray was opened.
    pub ejected: bool,
    /// How long it took.
    pub seconds: f64,
}
