//! [`BurnNews`]: how a burn goes, for whoever watches.

use super::ring::Level;
use crate::drive::recorder::{Kind, Mode, Stage};

/// What happens in a burn beside its progress.
#[derive(Debug, Clone, PartialEq)]
pub enum BurnNews {
    /// How it goes.
    Goes(BurnPicture),
    /// The disc that somebody has put in can't be written on, and why, in a sentence; it waits for another one.
    OtherDisc(String),
}

/// How a burn goes, at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BurnPicture {
    /// Which of the discs it is, counted from 1.
    pub copy: u32,
    /// How many there will be.
    pub copies: u32,
    /// What is written on.
    pub kind: Kind,
    /// How.
    pub mode: Mode,
    /// The laser is at reading power.
    pub simulated: bool,
    /// What the drive is at.
    pub stage: Stage,
    /// The ring between source and recorder.
    pub ring: Level,
    /// The recorder's own buffer, where it tells.
    pub drive: Option<Level>,
    /// Bytes that the recorder has taken.
    pub written: u64,
    /// Bytes that it will be given.
    pub total: u64,
}

/// Bytes a second, for people.
pub fn words_of_rate(rate: f64) -> String {
    format!("{:.1} MB/s", rate / 1e6)
}
