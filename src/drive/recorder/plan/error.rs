//! [`CannotBurn`]: why a disc can't be written on what lies in the drive.

use crate::disc::{Medium, TrackMode};
use crate::drive::recorder::{Kind, Mode};

/// Why a disc can't be written here, and what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotBurn {
    /// It is too long.
    #[error(
        "it does not fit: {needed} sectors ({}) are needed, {free} ({}) are free; use a larger disc",
        megabytes(*needed),
        megabytes(*free)
    )]
    TooLong {
        /// Sectors needed.
        needed: u32,
        /// Sectors free.
        free: u32,
    },
    /// The disc is not blank, and can be erased.
    #[error("there is something on the {0}: erase it first, or use a blank one")]
    NotErased(Kind),
    /// The disc is finished.
    #[error("the {0} is finished, and can't be erased: use a blank one")]
    Finished(Kind),
    /// The disc is not blank, and the mode needs one that is.
    #[error("there is something on the {kind}, and {mode} needs a blank disc: use one, or another way of writing")]
    NotBlank {
        /// What it is.
        kind: Kind,
        /// The mode that needs a blank.
        mode: Mode,
    },
    /// A session was begun, and what is wanted needs one of its own.
    #[error("the last session on the {0} is still open: close it first")]
    SessionOpen(Kind),
    /// The medium is not written so.
    #[error("{kind} is not written {mode}: leave the way of writing to the program")]
    NotThisMode {
        /// What it is.
        kind: Kind,
        /// What was wished.
        mode: Mode,
    },
    /// The drive does not write it so.
    #[error("this drive does not write {kind} {mode}: use another way of writing, or another drive")]
    NotThisDrive {
        /// What it is.
        kind: Kind,
        /// What was wished, or would be needed.
        mode: Mode,
    },
    /// The drive writes it in none of the ways that are known.
    #[error("this drive does not write {0}: use another one")]
    NoMode(Kind),
    /// It can't be simulated.
    #[error("writing {kind} {mode} can't be simulated: write it, or use a CD-R, CD-RW, DVD-R or DVD-RW")]
    NoSimulation {
        /// What it is.
        kind: Kind,
        /// How it would be written.
        mode: Mode,
    },
    /// The disc is a CD with audio or several tracks, the medium is none.
    #[error("a CD with {what} can't be written on a {kind}: use a CD-R")]
    NeedsCd {
        /// What of it needs a CD.
        what: &'static str,
        /// What is in the drive.
        kind: Kind,
    },
    /// A disc of a kind for which there are no recordable ones.
    #[error("a {0} can't be written: there are no blank discs for it")]
    NoSuchBlank(Medium),
    /// A kind of sector that can't be written in this mode.
    #[error("track {track} ({is}) can't be written {mode}: use another way of writing, or another drive")]
    Sectors {
        /// Which track.
        track: u8,
        /// What it is.
        is: TrackMode,
        /// How it would be written.
        mode: Mode,
    },
    /// More tracks than a disc has.
    #[error("a disc can have no more than 99 tracks: {0} would be on it")]
    TooManyTracks(u32),
    /// Several sessions can't be written so.
    #[error("a disc of several sessions can't be written {0}: write it session at once")]
    Sessions(Mode),
    /// The second layer can't begin there.
    #[error("the second layer can't begin at sector {at}: {why}")]
    LayerBreak {
        /// Where it should.
        at: u32,
        /// Why it can't.
        why: &'static str,
    },
    /// The disc can't be formatted as wished.
    #[error("the drive can't format the {kind} {how}: leave that to the program")]
    NoFormat {
        /// What it is.
        kind: Kind,
        /// How it was wished.
        how: &'static str,
    },
    /// The disc breaks the rules of discs.
    #[error("the source is no proper disc: {0}")]
    Source(#[from] crate::disc::ModelFlaw),
}

impl CannotBurn {
    /// Whether it could be written on another disc in the same drive.
    pub fn is_of_the_disc(&self) -> bool {
        match self {
            CannotBurn::TooLong { .. }
            | CannotBurn::NotErased(_)
            | CannotBurn::Finished(_)
            | CannotBurn::NotBlank { .. }
            | CannotBurn::SessionOpen(_)
            | CannotBurn::NeedsCd { .. } => true,
            CannotBurn::NotThisMode { .. }
            | CannotBurn::NotThisDrive { .. }
            | CannotBurn::NoMode(_)
            | CannotBurn::NoSimulation { .. }
            | CannotBurn::NoSuchBlank(_)
            | CannotBurn::Sectors { .. }
            | CannotBurn::TooManyTracks(_)
            | CannotBurn::Sessions(_)
            | CannotBurn::LayerBreak { .. }
            | CannotBurn::NoFormat { .. }
            | CannotBurn::Source(_) => false,
        }
    }
}

/// Sectors of 2048 bytes as people say it.
fn megabytes(sectors: u32) -> String {
    let bytes = u64::from(sectors) * 2048;
    match bytes {
        10_000_000_000.. => format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10),
        _ => format!("{} MB", bytes.div_ceil(1_000_000)),
    }
}
