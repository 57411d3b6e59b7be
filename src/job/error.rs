//! [`JobError`]: why a job ended without doing what it was asked.

use std::io;
use std::path::{Path, PathBuf};

use super::audio_cd::AudioFault;
use super::burn::BurnFault;
use super::drives::DriveError;
use super::rip::RipError;
use crate::disc::ReadError;
use crate::image::{self, At, Fault, Loss, PlanError};

/// Who or what is at fault; the command line's exit codes go by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The request: a wrong option, a target that exists, a disc that a format can't hold.
    Request,
    /// The input: damaged, not supported, or no disc image.
    Input,
    /// The input is encrypted, and the password is missing or wrong.
    Password,
    /// The drive, or the disc in it.
    Drive,
    /// Data would be lost, and nobody allowed it.
    Loss,
    /// The output or the system: disk full, no permission.
    System,
    /// The proof failed: what was written differs from its source.
    Mismatch,
    /// The user cancelled.
    Cancelled,
}

impl Class {
    /// The word for it in `--json` errors.
    pub fn word(self) -> &'static str {
        match self {
            Class::Request => "request",
            Class::Input => "input",
            Class::Password => "password",
            Class::Drive => "drive",
            Class::Loss => "loss",
            Class::System => "system",
            Class::Mismatch => "mismatch",
            Class::Cancelled => "cancelled",
        }
    }

    /// The exit code of the command line.
    pub fn exit_code(self) -> u8 {
        match self {
            Class::Mismatch => 1,
            Class::Request => 2,
            Class::Input => 3,
            Class::Drive => 4,
            Class::Loss => 5,
            Class::System => 6,
            Class::Password => 7,
            Class::Cancelled => 130,
        }
    }
}

/// Why a job ended without doing what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// A file is not the image it should be.
    #[error(transparent)]
    Image(#[from] image::Error),
    /// A folder without an image.
    #[error("no disc image in this folder: {0}")]
    EmptyFolder(PathBuf),
    /// Sectors of the source could not be read.
    #[error("{error}: {path}")]
    Read {
        /// The image.
        path: PathBuf,
        /// What went wrong.
        #[source]
        error: ReadError,
    },
    /// The drive, or the disc in it, can't be used.
    #[error("{error}: drive:{name}")]
    Drive {
        /// The drive's name.
        name: String,
        /// What stands against it.
        #[source]
        error: DriveError,
    },
    /// A rip can't begin, or not go on.
    #[error("{error}: {path}")]
    Rip {
        /// The working folder, or the file of it that is at fault.
        path: PathBuf,
        /// What stands against it.
        #[source]
        error: RipError,
    },
    /// A disc was not burned, or not as it should have been.
    #[error("{error}: drive:{name}")]
    Burn {
        /// The recorder's name.
        name: String,
        /// What stands against it.
        #[source]
        error: Box<BurnFault>,
    },
    /// Audio files can't become a CD.
    #[error("{error}: {path}")]
    Audio {
        /// The file, playlist or folder that is at fault.
        path: PathBuf,
        /// What stands against it.
        #[source]
        error: AudioFault,
    },
    /// The format can't hold the disc at all.
    #[error("{error} ({format}): {path}")]
    Plan {
        /// The source.
        path: PathBuf,
        /// The format.
        format: &'static str,
        /// What stands against it.
        #[source]
        error: PlanError,
    },
    /// The file name says no format that can be written.
    #[error("no format that can be written has this extension: {0}")]
    NoFormat(PathBuf),
    /// A choice that the format does not have.
    #[error("{format} has no choice of this kind: {what}")]
    Refused {
        /// The format.
        format: &'static str,
        /// What it can't do.
        what: &'static str,
    },
    /// The new image should have a password, and there is none.
    #[error("no password for the new image: {0}")]
    NoPassword(&'static str),
    /// A file of this name is there already.
    #[error("there is a file of this name already: {0}")]
    Exists(PathBuf),
    /// An output would replace a file of the source.
    #[error("this file belongs to the image that is being read, and would be replaced: {0}")]
    OverSource(PathBuf),
    /// The disc would lose something.
    #[error("{format} can't keep everything on this disc: {path}: {}", losses.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Loss {
        /// The source.
        path: PathBuf,
        /// The target's format.
        format: &'static str,
        /// What would be lost.
        losses: Vec<Loss>,
    },
    /// There is not enough room for the output.
    #[error("not enough room: {needed} bytes are needed, {free} are free: {path}")]
    NoRoom {
        /// The folder.
        path: PathBuf,
        /// Bytes that the image takes.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The output could not be written.
    #[error("could not be written: {path}: {error}")]
    Write {
        /// The file or its folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// The image that was written differs from its source; it was not kept.
    #[error("what was written differs from its source: {path}: {first}")]
    Mismatch {
        /// The image that was being made.
        path: PathBuf,
        /// The first difference.
        first: String,
    },
    /// A file system could not be made.
    #[error("the file system could not be made: {0}")]
    Author(#[source] hadris_iso::write::IsoCreationError),
    /// The user cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The worker failed in a way that should not happen.
    #[error("the program itself failed: {0}")]
    Panicked(String),
}

impl JobError {
    /// Who is at fault.
    pub fn class(&self) -> Class {
        match self {
            JobError::Image(error) => match &error.fault {
                Fault::Io(error) if !of_the_input(error) => class_of_io(error),
                Fault::PasswordMissing | Fault::PasswordWrong => Class::Password,
                Fault::NoRoomToUnpack { .. } => Class::System,
                _ => Class::Input,
            },
            JobError::Read { error: ReadError::Io { source, .. }, .. } if !of_the_input(source) => Class::System,
            JobError::Read { .. } | JobError::EmptyFolder(_) => Class::Input,
            JobError::Plan { .. }
            | JobError::NoFormat(_)
            | JobError::Refused { .. }
            | JobError::NoPassword(_)
            | JobError::Exists(_)
            | JobError::OverSource(_) => Class::Request,
            JobError::Drive { error, .. } if error.is_request() => Class::Request,
            JobError::Drive { .. } => Class::Drive,
            JobError::Rip { error, .. } => error.class(),
            JobError::Burn { error, .. } => error.class(),
            JobError::Audio { error, .. } => error.class(),
            JobError::Loss { .. } => Class::Loss,
            JobError::NoRoom { .. } | JobError::Write { .. } | JobError::Author(_) | JobError::Panicked(_) => Class::System,
            JobError::Mismatch { .. } => Class::Mismatch,
            JobError::Cancelled => Class::Cancelled,
        }
    }

    /// The file it is about.
    pub fn path(&self) -> Option<&Path> {
        match self {
            JobError::Image(error) => Some(&error.path),
            JobError::EmptyFolder(path) | JobError::NoFormat(path) | JobError::Exists(path) | JobError::OverSource(path) => {
                Some(path)
            }
            JobError::Read { path, .. }
            | JobError::Rip { path, .. }
            | JobError::Audio { path, .. }
            | JobError::Plan { path, .. }
            | JobError::Loss { path, .. }
            | JobError::NoRoom { path, .. }
            | JobError::Write { path, .. }
            | JobError::Mismatch { path, .. } => Some(path),
            JobError::Drive { .. }
            | JobError::Burn { .. }
            | JobError::Refused { .. }
            | JobError::NoPassword(_)
            | JobError::Author(_)
            | JobError::Cancelled
            | JobError::Panicked(_) => None,
        }
    }

    /// The offset in that file.
    pub fn offset(&self) -> Option<u64> {
        match self {
            JobError::Image(image::Error { at: At::Offset(offset), .. }) => Some(*offset),
            _ => None,
        }
    }

    /// For the person at the window: what it means for the data, and what to try.
    pub fn advice(&self) -> (&'static str, &'static str) {
        if let JobError::Audio { error, .. } = self {
            return ("Nothing was written, and the files are as they were.", error.advice());
        }
        match self.class() {
            Class::Request => ("Nothing was changed.", "Choose another name, folder or format."),
            Class::Input => {
                ("Nothing was written.", "Check that all files of the image are there and whole, or get the image again.")
            }
            Class::Password => ("Nothing was read.", "Type the password that the image was made with."),
            Class::Drive => ("The disc is as it was.", "Clean the disc, put it in again, or try another drive."),
            Class::Loss => ("Nothing was written.", "Choose a format that keeps everything, or say that the loss is fine."),
            Class::System => (
                "Nothing unfinished was left behind.",
                "Make room, choose another folder, or check the permissions; then try again.",
            ),
            Class::Mismatch => (
                "The source is unharmed; the copy was not kept.",
                "Try again, to another disk; if it happens again, check this one.",
            ),
            Class::Cancelled => ("Nothing unfinished was left behind.", "Start again whenever you like."),
        }
    }
}

/// Files that end too early, or whose packed data can't be unpacked, are read without fault by the system.
fn of_the_input(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData)
}

/// A source that is not there was named wrongly; anything else is the system's.
fn class_of_io(error: &io::Error) -> Class {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::IsADirectory | io::ErrorKind::InvalidInput => Class::Request,
        _ => Class::System,
    }
}
