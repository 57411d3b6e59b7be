//! [`Transport`]: how one command gets to a drive and its answer back.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(windows)]
mod windows;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::sense::Sense;
#[cfg(target_os = "linux")]
pub use linux::{LinuxDrive as SystemDrive, places, user};
#[cfg(target_os = "macos")]
pub use macos::{MacDrive as SystemDrive, places};
#[cfg(windows)]
pub use windows::{WindowsDrive as SystemDrive, places};

/// What a command carries besides itself.
#[derive(Debug)]
pub enum Data<'a> {
    /// Nothing.
    None,
    /// The drive answers with at most this many bytes.
    In(&'a mut [u8]),
    /// These bytes go to the drive.
    Out(&'a [u8]),
}

impl Data<'_> {
    /// How many bytes may move.
    pub fn len(&self) -> usize {
        match self {
            Data::None => 0,
            Data::In(bytes) => bytes.len(),
            Data::Out(bytes) => bytes.len(),
        }
    }

    /// Whether none may.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A way to one drive: an operating system's pass-through, or a drive in software.
pub trait Transport: Send {
    /// Has the drive carry out a command, and waits for it; answers with how many bytes moved.
    ///
    /// `cdb` has 6, 10, 12 or 16 bytes. After `timeout` the system gives the command up, which may take the drive itself longer.
    fn execute(&mut self, cdb: &[u8], data: Data<'_>, timeout: Duration) -> Result<usize, TransportError>;

    /// How many bytes one command may move at most.
    fn most_bytes(&self) -> usize;
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn execute(&mut self, cdb: &[u8], data: Data<'_>, timeout: Duration) -> Result<usize, TransportError> {
        (**self).execute(cdb, data, timeout)
    }

    fn most_bytes(&self) -> usize {
        (**self).most_bytes()
    }
}

/// Why a command did not end well.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The drive says why (SAM-5, status CHECK CONDITION).
    #[error("{0}")]
    Check(Sense),
    /// Another status than GOOD and CHECK CONDITION, such as BUSY (08) or RESERVATION CONFLICT (18) (SAM-5, table of status codes).
    #[error("the drive is busy (status {0:02X})")]
    Status(u8),
    /// No answer in time.
    #[error("the drive did not answer in time")]
    TimedOut,
    /// The drive is gone: unplugged, or switched off.
    #[error("the drive is gone")]
    Gone,
    /// The system does not let this program send this command.
    #[error("the system does not allow this command to the drive")]
    Denied,
    /// The system could not pass the command on.
    #[error("the command could not be sent: {0}")]
    Io(#[from] io::Error),
}

impl TransportError {
    /// What the drive said, where it said something.
    pub fn sense(&self) -> Option<&Sense> {
        match self {
            TransportError::Check(sense) => Some(sense),
            _ => None,
        }
    }
}

/// Where a drive is to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its node: `/dev/sr0`, `\\.\D:`; `drive1` on macOS, which has none for a drive.
    pub path: PathBuf,
    /// Another node that lets more commands through, where there is one.
    pub generic: Option<PathBuf>,
    /// Maker and model, as the system knows them without asking the drive.
    pub label: String,
}

/// Who uses a drive: this system does not tell.
#[cfg(not(target_os = "linux"))]
pub fn user(_: &Place) -> Option<String> {
    None
}

/// Why a drive could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The user may not.
    #[error("no permission{}", group.as_ref().map(|group| format!(": add yourself to the group {group}, and log in anew")).unwrap_or_default())]
    NoPermission {
        /// The group whose members may.
        group: Option<String>,
    },
    /// Somebody else has it exclusively.
    #[error("in use{}", by.as_ref().map(|by| format!(": {by}")).unwrap_or_else(|| " by another program".to_owned()))]
    InUse {
        /// Who, where that can be told.
        by: Option<String>,
    },
    /// It is not there.
    #[error("the drive is not there")]
    Gone,
    /// The system could not open it.
    #[error("the drive could not be opened: {0}")]
    Io(#[from] io::Error),
}
