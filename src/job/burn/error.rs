//! [`BurnFault`]: why a disc was not burned, or not as it should have been.

use super::levels::words_of_rate;
use crate::disc::Lba;
use crate::drive::recorder::{AfterFailure, BurnError, BurnLoss, CannotBurn, DiscError, Kind, NotRecordable};
use crate::job::Class;

/// Why.
#[derive(Debug, thiserror::Error)]
pub enum BurnFault {
    /// The drive has nothing in it that can be written on.
    #[error(transparent)]
    NotRecordable(#[from] NotRecordable),
    /// The disc can't be written on what is in the drive.
    #[error(transparent)]
    Cannot(#[from] CannotBurn),
    /// What is on the disc would be lost, and nobody has allowed that.
    #[error("there is something on the {0}, which would be written over: allow that, or use another disc")]
    Overwrites(Kind),
    /// Something would not arrive, and nobody has allowed that.
    #[error("not everything can be written: {}", losses.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Loss {
        /// What.
        losses: Vec<BurnLoss>,
    },
    /// No recorder was named.
    #[error("say what to burn, and in which drive: “spindle drives” names them")]
    NoRecorder,
    /// Files and folders are not burned yet.
    #[error("files and folders can't be burned yet: discs are not authored; make an image of them first")]
    NotAuthored,
    /// The disc to be copied could not be read whole.
    #[error("{count} sectors of the disc could not be read: save it as an image with the sectors filled, and burn that")]
    Unreadable {
        /// How many sectors.
        count: u32,
    },
    /// Sectors of the source are damaged.
    #[error("{count} sectors of the source are damaged, the first is {first}: nothing was burned")]
    Damaged {
        /// How many.
        count: u64,
        /// The first.
        first: Lba,
    },
    /// The source is slower than the slowest speed of a drive that must not wait.
    #[error(
        "the source gives {} and the drive needs {}: save it as an image first, and burn that",
        words_of_rate(*found),
        words_of_rate(*needed)
    )]
    TooSlow {
        /// Bytes a second that it gives.
        found: f64,
        /// Bytes a second that are needed.
        needed: f64,
    },
    /// The disc was not erased.
    #[error(transparent)]
    Erase(#[from] DiscError),
    /// The recorder failed while it was at work.
    #[error("{error}; {after}")]
    Failed {
        /// What went wrong.
        #[source]
        error: BurnError,
        /// What was in it.
        kind: Kind,
        /// What that is now.
        after: AfterFailure,
    },
    /// It was called off.
    #[error("cancelled; {after}")]
    Cancelled {
        /// What was in the drive.
        kind: Kind,
        /// What that is now.
        after: AfterFailure,
    },
    /// The source failed while the disc was being written.
    #[error("{error}; {after}")]
    Source {
        /// What went wrong.
        #[source]
        error: Box<crate::job::JobError>,
        /// What was in the drive.
        kind: Kind,
        /// What that is now.
        after: AfterFailure,
    },
    /// The disc was burned, and it is not what it should be.
    #[error("the disc was burned, and differs from its source: {first}")]
    Differs {
        /// The first difference.
        first: String,
    },
    /// Only the recorder in software can do it.
    #[error("that can be done with a recorder in software alone: blank:cd-r and others")]
    NotInSoftware,
    /// The disc was closed in a way in which it can't become an image.
    #[error("nothing on the disc is closed: there is nothing to keep")]
    NothingKept,
}

impl BurnFault {
    /// Whether another disc in the drive would be written.
    pub fn is_of_the_disc(&self) -> bool {
        match self {
            BurnFault::NotRecordable(NotRecordable::Pressed(_)) | BurnFault::Overwrites(_) => true,
            BurnFault::NotRecordable(NotRecordable::Command(error)) => !error.is_gone(),
            BurnFault::Cannot(cannot) => cannot.is_of_the_disc(),
            _ => false,
        }
    }

    /// Who is at fault.
    pub fn class(&self) -> Class {
        match self {
            BurnFault::NoRecorder | BurnFault::NotAuthored | BurnFault::NotInSoftware => Class::Request,
            BurnFault::Cannot(_) | BurnFault::Overwrites(_) | BurnFault::TooSlow { .. } => Class::Request,
            BurnFault::Erase(DiscError::Failed(BurnError::Cancelled)) => Class::Cancelled,
            BurnFault::Erase(DiscError::Once(_) | DiscError::Format(_)) => Class::Request,
            BurnFault::Loss { .. } => Class::Loss,
            BurnFault::Damaged { .. } => Class::Input,
            BurnFault::NotRecordable(_)
            | BurnFault::Erase(_)
            | BurnFault::Unreadable { .. }
            | BurnFault::Failed { .. }
            | BurnFault::NothingKept => Class::Drive,
            BurnFault::Source { error, .. } => error.class(),
            BurnFault::Cancelled { .. } => Class::Cancelled,
            BurnFault::Differs { .. } => Class::Mismatch,
        }
    }
}
