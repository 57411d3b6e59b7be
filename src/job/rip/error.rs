//! [`RipError`]: what stands against going on with a rip.

use super::mapfile::MapFlaw;
use crate::disc::Lba;
use crate::job::Class;
use crate::virtual_drive::BadScript;

/// Why a rip can't begin, or go on where it was left.
#[derive(Debug, thiserror::Error)]
pub enum RipError {
    /// The map of the working folder can't be used.
    #[error("the map of what was read can't be used: {0}")]
    Map(#[from] MapFlaw),
    /// What the folder says of its disc is no JSON of this kind.
    #[error("the folder does not say of which disc it is: line {line}, column {column}")]
    Identity {
        /// Where reading it failed.
        line: usize,
        /// In that line.
        column: usize,
    },
    /// The working file is not what the map is about.
    #[error("the working file has {found} bytes, expected {expected}")]
    WorkingFile {
        /// Bytes it should have.
        expected: u64,
        /// Bytes it has.
        found: u64,
    },
    /// The table of contents is another.
    #[error("this rip was begun with another disc, or in another way ({0}): put that disc in, or begin anew with --restart")]
    OtherDisc(String),
    /// The table of contents is the same, the sectors are not.
    #[error(
        "this rip was begun with another disc, or with a drive that reads audio with another offset (sector {0} differs): put that disc in, or begin anew with --restart"
    )]
    OtherSectors(Lba),
    /// Nothing that was read before could be read again.
    #[error(
        "whether this is the disc of the rip that was begun can't be told, for none of {0} sectors that were read before can be read now: clean it, or use the drive that has read them"
    )]
    Unconfirmed(usize),
    /// Another process works in the folder.
    #[error("another process is ripping into this folder")]
    Busy,
    /// The script of faults for the demo drive.
    #[error("the script of faults can't be used: {0}")]
    Script(#[from] BadScript),
    /// All was tried, and some sectors could not be read.
    #[error(
        "{0} sectors could not be read, and no image was made; nothing is lost: the same command goes on with this folder, with the disc cleaned or in another drive, or makes the image without them, with --accept-damage"
    )]
    Unreadable(u32),
    /// Audio was read, and came in another way each time.
    #[error(
        "{0} sectors of audio could be read, but never twice as the same, and no image was made; nothing is lost: the same command goes on with this folder, with the disc cleaned or in another drive, or makes the image with the likeliest samples, with --accept-damage"
    )]
    Doubtful(u32),
    /// Only CDs have one.
    #[error("this disc has no subchannel that could be read")]
    NoSubchannel,
}

impl RipError {
    /// Who is at fault.
    pub fn class(&self) -> Class {
        match self {
            RipError::Map(_) | RipError::Identity { .. } | RipError::WorkingFile { .. } => Class::Input,
            RipError::OtherDisc(_)
            | RipError::OtherSectors(_)
            | RipError::Unconfirmed(_)
            | RipError::Unreadable(_)
            | RipError::Doubtful(_) => Class::Drive,
            RipError::Busy | RipError::Script(_) | RipError::NoSubchannel => Class::Request,
        }
    }
}
