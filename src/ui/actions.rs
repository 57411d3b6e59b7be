//! [`Action`]: what a view wants done. Views return actions; [`super::app`] does them after everything is drawn.

use std::path::PathBuf;

use super::settings::ThemeChoice;
use super::state::ImageId;
use crate::disc::{Lba, TrackId};
use crate::image::Password;
use crate::job::{AudioList, JobId, Task};

/// What a view wants done.
#[derive(Debug)]
pub enum Action {
    /// Open these files and folders.
    Open(Vec<PathBuf>),
    /// Ask all drives how they are.
    LookAtDrives,
    /// Put an image into the drive in software, or take it out of that.
    PutInDemo(Option<PathBuf>),
    /// Show several discs at once.
    ShowBatch,
    /// Forget the several discs.
    CloseBatch,
    /// Convert this row of several, or don't; without a number: all of them.
    Tick(Option<usize>, bool),
    /// Ask for the password of an encrypted image.
    AskPassword(PathBuf),
    /// Open an encrypted image with this password.
    Unlock(PathBuf, Password),
    /// Leave an encrypted image alone.
    LeaveLocked(PathBuf),
    /// Ask the user with a dialog of the system.
    Ask(Question),
    /// Show this image.
    Show(ImageId),
    /// Close this image.
    Close(ImageId),
    /// The pointer is on this track, or on none.
    Hover(Option<TrackId>),
    /// Select this track, or none.
    Select(Option<TrackId>),
    /// Open a sheet at the side, or close it.
    Sheet(Option<SheetName>),
    /// Open the sheet that saves the disc in this drive, which is opened first where it is not.
    SaveDisc(PathBuf),
    /// Open the sheet that converts this image, which is opened first.
    ConvertFile(PathBuf),
    /// Open the sheet that burns this image, or copies the disc in this drive, which is opened first where it is not.
    BurnFile(PathBuf),
    /// Open the sheet that burns, with this recorder ticked.
    BurnOn(String),
    /// Open the sheet that makes an audio CD, with these files; where it is open, add them.
    AudioCd(Vec<PathBuf>),
    /// Open the sheet that empties the disc in this drive.
    EraseDisc(String),
    /// Open the sheet that closes the disc in this drive.
    CloseDisc(String),
    /// Ask a recorder what lies in it.
    LookAtBlank(String),
    /// See what audio files make.
    LayOut(AudioList),
    /// See whether an earlier rip has left this working folder.
    LookForRip(PathBuf),
    /// The place on the disc that could not be read and is looked at, by its first sector.
    Pick(Option<Lba>),
    /// Begin a job.
    Start(Task),
    /// Let a job rest, or go on.
    Pause(JobId, bool),
    /// Stop a job.
    Cancel(JobId),
    /// Take a job that is over off the list.
    Forget(JobId),
    /// Take all jobs that are over off the list.
    ForgetAll,
    /// Show a file in the system's file manager.
    Reveal(PathBuf),
    /// Put a text on the clipboard.
    Copy(String),
    /// A notice has been read.
    Dismiss(u64),
    /// Light or dark.
    Theme(ThemeChoice),
    /// Whether the desktop is told when a job has ended.
    Quiet(bool),
    /// Databases on the internet may be asked about audio discs, or not.
    LookUp(bool),
    /// Take an image off the recent ones.
    ForgetRecent(PathBuf),
    /// Close the window, whatever is still going on.
    Quit,
}

/// The sheets there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetName {
    /// Convert the image that is shown.
    Convert,
    /// Save the disc in the drive that is shown.
    Rip,
    /// Burn the image that is shown, or copy the disc in the drive that is.
    Burn,
    /// Open a file whose path is typed.
    OpenPath,
    /// About the program.
    About,
}

/// What the user is asked with a dialog of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Which files to open.
    Files,
    /// Which folder to open.
    Folder,
    /// Which file to burn.
    ToBurn,
    /// Which audio files become a CD.
    Audio,
    /// Into which folder to save.
    Into(PathBuf),
    /// Where to save.
    Target {
        /// The folder that is offered.
        folder: PathBuf,
        /// The name that is offered.
        name: String,
        /// The format's name, for the dialog.
        format: &'static str,
        /// Its extensions.
        extensions: &'static [&'static str],
    },
}

/// Actions, in the order in which the views returned them.
pub type Actions = Vec<Action>;
