//! [`AudioFault`]: why audio files can't become a CD.

use std::io;
use std::path::{Path, PathBuf};

use crate::bytes::audio::AudioError;
use crate::image::Inconsistent;
use crate::job::{Class, JobError};

/// What stands against a file, a playlist or a folder.
#[derive(Debug, thiserror::Error)]
pub enum AudioFault {
    /// The system could not read it.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is no audio file that is read here.
    #[error("this can't be a track of a CD ({0})")]
    Unfit(&'static str),
    /// It lasts less than a sector.
    #[error("this can't be a track of a CD (it lasts less than 1/75 of a second)")]
    TooShort,
    /// It is compressed, and what is in it can't be unpacked.
    #[error("this audio file is damaged ({0})")]
    Damaged(io::Error),
    /// A folder without an audio file.
    #[error("there is no audio file in this folder")]
    EmptyFolder,
    /// A playlist without a file.
    #[error("this playlist names no file")]
    EmptyPlaylist,
    /// Nothing was given.
    #[error("there is no audio file")]
    Nothing,
    /// A playlist names what is not there.
    #[error("a playlist names this file, and it is not there ({})", .playlist.display())]
    Missing {
        /// The playlist.
        playlist: PathBuf,
    },
    /// A playlist names what is on the net.
    #[error("this playlist names something on the net, and only files become tracks ({0})")]
    Address(String),
    /// A playlist of a stream: its pieces are no tracks.
    #[error("this playlist holds the pieces of a stream (HLS), which are no tracks")]
    Stream,
    /// A playlist that names itself, or those that name it.
    #[error("this playlist names itself, or one that names it")]
    Circle,
    /// A playlist in another language.
    #[error("playlists of this kind are not read: those with the extensions m3u and m3u8 are")]
    OtherPlaylist,
    /// A cue sheet is a disc of its own.
    #[error("a cue sheet describes a disc of its own: burn that instead of a list of files")]
    CueSheet,
    /// More files than a disc has tracks.
    #[error("a CD has 99 tracks at most, and this would be one more")]
    TooMany,
    /// Longer than any disc.
    #[error("all files together are longer than any CD")]
    TooLong,
    /// What came of it is no disc.
    #[error("the files do not make a disc: {0}")]
    Disc(#[from] Inconsistent),
}

impl AudioFault {
    /// As the error of a job about this file.
    pub fn of(self, path: &Path) -> JobError {
        JobError::Audio { path: path.to_owned(), error: self }
    }

    /// What went wrong while its sound was read.
    pub fn of_reading(error: io::Error) -> AudioFault {
        match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => AudioFault::Damaged(error),
            _ => AudioFault::Io(error),
        }
    }

    /// Who is at fault.
    pub fn class(&self) -> Class {
        match self {
            AudioFault::Io(error) => match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::InvalidInput => Class::Request,
                _ => Class::System,
            },
            AudioFault::Nothing | AudioFault::TooMany | AudioFault::TooLong | AudioFault::CueSheet => Class::Request,
            _ => Class::Input,
        }
    }
}

impl AudioFault {
    /// What to try.
    pub fn advice(&self) -> &'static str {
        match self {
            AudioFault::Io(error) if error.kind() == io::ErrorKind::NotFound => {
                "Look where the file was moved to, or connect the disk that it is on."
            }
            AudioFault::Io(_) => "Check the disk that the file is on, and whether it may be read.",
            AudioFault::Unfit(_) => "Convert the file to WAV or FLAC with another program, or take it off the list.",
            AudioFault::TooShort => "Take the file off the list.",
            AudioFault::Damaged(_) => "Get the file again, or take it off the list.",
            AudioFault::EmptyFolder => "Choose a folder with audio files in it.",
            AudioFault::EmptyPlaylist | AudioFault::Missing { .. } | AudioFault::Circle => {
                "Mend the playlist, or choose the files themselves."
            }
            AudioFault::Address(_) | AudioFault::Stream => "Save what it names as files, and choose those.",
            AudioFault::OtherPlaylist => "Save it as M3U (m3u8), or choose the files themselves.",
            AudioFault::CueSheet => "Open the cue sheet as an image, and burn that.",
            AudioFault::Nothing => "Choose audio files.",
            AudioFault::TooMany | AudioFault::TooLong => "Spread the files over several discs.",
            AudioFault::Disc(_) => "Choose other files.",
        }
    }
}

impl From<AudioError> for AudioFault {
    fn from(error: AudioError) -> AudioFault {
        match error {
            AudioError::Io(error) => AudioFault::Io(error),
            AudioError::Unfit(why) => AudioFault::Unfit(why),
        }
    }
}
