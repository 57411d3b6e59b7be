//! [`BurnError`]: what went wrong while a disc was written.

use std::io;

use super::Stage;
use crate::disc::Lba;
use crate::drive::mmc::CommandError;

/// Why a disc was not written.
#[derive(Debug, thiserror::Error)]
pub enum BurnError {
    /// A command before or after the writing failed.
    #[error("{stage}: {error}")]
    Command {
        /// What was being done.
        stage: Stage,
        /// What the drive said.
        #[source]
        error: CommandError,
    },
    /// Sectors could not be written.
    #[error("sector {at} could not be written: {error}")]
    Write {
        /// Address on the disc of the first.
        at: Lba,
        /// What the drive said.
        #[source]
        error: CommandError,
    },
    /// The drive takes none of the cue sheets that describe the disc.
    #[error("the drive does not take the layout of this disc (cue sheet): {0}")]
    CueSheet(#[source] CommandError),
    /// The drive refuses a lead-in with CD-TEXT, against what its features say.
    #[error("the drive says that it writes CD-TEXT, and refuses it: {0}")]
    CdText(#[source] CommandError),
    /// The drive would write somewhere else than it was told, and the data can't lie there.
    #[error("the drive would write at sector {found} instead of {expected}")]
    Place {
        /// Where it would.
        found: Lba,
        /// Where the disc needs it.
        expected: Lba,
    },
    /// The drive has worked for very long, and says nothing else.
    #[error("{0}: the drive did not get ready in time")]
    Stuck(Stage),
    /// Whoever watches has called it off.
    #[error("cancelled")]
    Cancelled,
    /// The drive takes none of the forms in which raw sectors can be sent.
    #[error("the drive does not take raw sectors with their subchannel: {0}")]
    RawForm(#[source] CommandError),
    /// More bytes came than were asked for, or fewer.
    #[error("the source gave another number of sectors than the disc has")]
    Unexpected,
}

impl From<BurnError> for io::Error {
    fn from(error: BurnError) -> io::Error {
        let kind = match &error {
            BurnError::Unexpected => io::ErrorKind::InvalidInput,
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, error)
    }
}

impl BurnError {
    /// The error that an `io::Error` of a [`super::Recorder`] wraps.
    pub fn of(error: &io::Error) -> Option<&BurnError> {
        error.get_ref()?.downcast_ref()
    }
}
