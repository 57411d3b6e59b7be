//! Work: open, convert, verify, hash. A [`Task`] says what to do, the [`Pool`] does it and tells of it as [`Event`]s.
//!
//! Window and command line hand the same tasks to the same pool.

mod apart;
mod audio_cd;
mod audio_sums;
mod batch;
mod burn;
mod compare;
mod control;
mod convert;
mod copy;
mod databases;
mod demo;
mod drive_words;
mod drives;
mod error;
mod hash;
mod open;
mod output;
mod pipeline;
mod pool;
mod progress;
mod promises;
mod rip;
mod survey;
mod verify;

use std::path::PathBuf;

pub use audio_cd::{AudioDisc, AudioFault, AudioList};
pub use audio_sums::{AudioSums, audio_sums};
pub use batch::{BatchEvent, BatchReport, BatchTask, Delete, Deletion, Entry, Fate, Kept, Skip, targets};
pub use burn::{
    BurnFault, BurnFrom, BurnNews, BurnPicture, BurnReport, BurnTask, BurnedDisc, CloseTask, DiscReport, EraseTask, Level,
    Verified, keep_recorded,
};
pub use compare::{Difference, compare_discs};
pub use control::Control;
pub use convert::{ConvertReport, ConvertTask, Source, save};
pub use copy::Worths;
pub use databases::{Accuracy, Answer, CtdbMatch, Lookup, Names, Servers, TrackMatch, look_up};
pub use demo::{DEMO_NAME, demo_disc};
pub use drives::{
    DEMO, DriveError, Listed, Named, SPIN_UP, State as DriveState, blank_of, blank_with, demo_with, drive_of, list as drives,
    look_at as look_at_drive, names as drive_names, path_of as drive_path, reports as drive_reports,
};
pub use error::{Class, JobError};
pub use hash::{Digests, HashReport, TrackDigests};
pub use open::{OpenReport, images_in};
pub use pool::{Event, JobId, Pool};
pub use progress::{Phase, Progress, single_speed};
pub use rip::{
    Area, AudioCheck, AudioReport, Became, Damage, DriveTrial, EarlierRip, Evidence, Known, Memory, Part, QCount, RipError,
    RipPicture, RipReport, RipTask, Suspects, earlier_rip, rip_folder, rip_from, test_drive,
};
pub use survey::{Finding, Found};
pub use verify::{Findings, VerifyReport};

use crate::drive::recorder::Recordable;
use crate::image::Password;

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Task {
    /// Open an image and ask the adviser about it. A folder opens every image in it.
    Open {
        /// The image.
        path: PathBuf,
        /// Its password, if it needs one.
        password: Option<Password>,
    },
    /// See what several files and folders hold. One image alone, or a folder with one, is opened as [`Task::Open`] would.
    Survey {
        /// The files and folders.
        sources: Vec<PathBuf>,
        /// Passwords, to be tried on those that are encrypted.
        passwords: Vec<Password>,
        /// Whether one image alone is told like several, too.
        always: bool,
    },
    /// Make an image of another format.
    Convert(Box<ConvertTask>),
    /// Make images of another format of many.
    Batch(Box<BatchTask>),
    /// Make an image of the disc in a drive.
    Rip(Box<RipTask>),
    /// Ask the recorder of this name what lies in it, to write on.
    LookAtBlank(String),
    /// Open audio files, and lay them out as the CD that they make.
    LayOut(AudioList),
    /// Write a disc.
    Burn(Box<BurnTask>),
    /// Empty a rewritable disc.
    Erase(EraseTask),
    /// Close a session, or a disc.
    Close(CloseTask),
    /// Compare two images sector by sector, or check one against what it says of itself.
    Verify {
        /// The image.
        source: PathBuf,
        /// The one to compare it with.
        other: Option<PathBuf>,
        /// The password of those that need one.
        password: Option<Password>,
    },
    /// Make the demo disc in this folder, as [`Task::Convert`] would.
    Demo(PathBuf),
    /// CRC-32, MD5 and SHA-1 of the whole disc and of every track.
    Hash {
        /// The image.
        source: PathBuf,
        /// Also of the disc as a whole, all tracks one after another.
        whole: bool,
        /// Its password, if it needs one.
        password: Option<Password>,
    },
}

impl Task {
    /// Gives it the password of the images that it reads.
    pub fn set_password(&mut self, given: Password) {
        match self {
            Task::Open { password, .. } | Task::Verify { password, .. } | Task::Hash { password, .. } => *password = Some(given),
            Task::Convert(task) => task.password = Some(given),
            Task::Burn(task) => task.password = Some(given),
            Task::Survey { passwords, .. } => passwords.push(given),
            Task::Batch(task) => task.passwords.push(given),
            Task::Demo(_) | Task::Rip(_) | Task::Erase(_) | Task::Close(_) | Task::LookAtBlank(_) | Task::LayOut(_) => {}
        }
    }
}

/// What came of a task.
pub enum Outcome {
    /// Of [`Task::Open`], and of [`Task::Survey`] where there is one image alone: every image found.
    Opened(Vec<OpenReport>),
    /// Of [`Task::Survey`].
    Surveyed(Vec<Finding>),
    /// Of [`Task::Batch`].
    Batched(BatchReport),
    /// Of [`Task::Convert`] and [`Task::Demo`].
    Converted(ConvertReport),
    /// Of [`Task::Rip`].
    Ripped(Box<RipReport>),
    /// Of [`Task::LookAtBlank`].
    Blank(Box<Recordable>),
    /// Of [`Task::LayOut`].
    LaidOut(AudioDisc),
    /// Of [`Task::Burn`].
    Burned(Box<BurnReport>),
    /// Of [`Task::Erase`].
    Erased(DiscReport),
    /// Of [`Task::Close`].
    Closed(DiscReport),
    /// Of [`Task::Verify`].
    Verified(VerifyReport),
    /// Of [`Task::Hash`].
    Hashed(HashReport),
}
