//! [`RipTask`]: what to rip, and how.

use std::path::PathBuf;

use super::memory::Memory;
use crate::job::ConvertTask;
use crate::job::databases::Servers;

/// How audio, which has no checksums, is made sure of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum AudioCheck {
    /// Read twice; once where the drive's error pointers have proved true before.
    #[default]
    Auto,
    /// Read twice whatever the drive says.
    Twice,
    /// Read once, and taken as it comes.
    Once,
}

/// What to rip, into what.
#[derive(Debug, Clone)]
pub struct RipTask {
    /// The drive's name, with or without `drive:`.
    pub drive: String,
    /// What is wrong with the demo drive and its disc: a script.
    pub faults: Option<PathBuf>,
    /// The image to make. Where its target says no format, it becomes what fits the disc. [`ConvertTask::source`] is not looked at.
    pub image: ConvertTask,
    /// Rounds over the sectors that could not be read.
    pub retries: u32,
    /// What an earlier run has read is given up.
    pub restart: bool,
    /// How fast the disc turns, in multiples of single speed; `None`: as fast as it goes.
    pub speed: Option<f64>,
    /// The image keeps the subchannel.
    pub subchannel: bool,
    /// How audio is made sure of.
    pub audio: AudioCheck,
    /// How often a sector of audio is read at most.
    pub readings: u32,
    /// The drive's read offset in samples; `None`: as it is remembered.
    pub offset: Option<i32>,
    /// What is remembered of drives.
    pub memory: Memory,
    /// The databases that are asked about audio; `None`: none is.
    pub look_up: Option<Servers>,
    /// Make the image even where sectors could not be read.
    pub accept_damage: bool,
    /// When the image is made, the disc is ejected.
    pub eject: bool,
}

impl RipTask {
    /// The usual: three rounds over bad sectors, and no image with damage.
    pub fn new(drive: impl Into<String>, target: impl Into<PathBuf>) -> RipTask {
        RipTask {
            drive: drive.into(),
            faults: None,
            image: ConvertTask::new("", target),
            retries: 3,
            restart: false,
            speed: None,
            subchannel: false,
            audio: AudioCheck::Auto,
            readings: READINGS,
            offset: None,
            memory: Memory::default(),
            look_up: None,
            accept_damage: false,
            eject: false,
        }
    }
}

/// Readings of a sector after which most of its samples are what they are.
const READINGS: u32 = 16;
