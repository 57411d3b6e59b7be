//! [`Shelf`]: audio files of which only a few are open at once.
//!
//! What is compressed is decoded where it is read, and not unpacked to a temporary file before: a burn reads all of its source once before the
//! laser is on, so that damage shows and its speed is known; and decoding is some hundred times as fast as the music is, which no burner is.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::AudioFault;
use crate::bytes::audio::{Finish, Recording};
use crate::bytes::{Bytes, Place};
use crate::image::file_name;
use crate::job::JobError;

/// Files that are open at once and keep some of what they decoded, 8 MB each: whoever reads a disc from its beginning to its end needs two.
const MOST_OPEN: usize = 4;

/// Those that are open, the most recently used last.
#[derive(Default)]
pub struct Shelf(Mutex<VecDeque<(usize, Arc<dyn Bytes>)>>);

impl Shelf {
    fn get(&self, number: usize) -> Option<Arc<dyn Bytes>> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = open.iter().position(|(other, _)| *other == number)?;
        let found = open.remove(index)?;
        let pcm = found.1.clone();
        open.push_back(found);
        Some(pcm)
    }

    fn put(&self, number: usize, pcm: Arc<dyn Bytes>) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.push_back((number, pcm));
        if open.len() > MOST_OPEN {
            open.pop_front();
        }
    }
}

/// The sound of one file as a CD has it: 16-bit little-endian stereo at 44.1 kHz. Errors name the file.
pub struct Sound {
    path: PathBuf,
    finish: Finish,
    len: u64,
    /// Where it lies in its file just as a CD has it; it stays open, which costs nothing.
    stored: Option<Arc<dyn Bytes>>,
    shelf: Arc<Shelf>,
    /// Its place on the shelf.
    number: usize,
}

impl Sound {
    /// The sound of a file that was opened just now.
    pub fn new(path: &Path, recording: &Recording, finish: Finish, shelf: &Arc<Shelf>, number: usize) -> Result<Sound, JobError> {
        let pcm = recording.for_cd(finish).map_err(|error| AudioFault::from(error).of(path))?;
        let len = pcm.len();
        let stored = pcm.place(0).is_some().then_some(pcm);
        Ok(Sound { path: path.to_owned(), finish, len, stored, shelf: shelf.clone(), number })
    }

    fn open(&self) -> io::Result<Arc<dyn Bytes>> {
        if let Some(pcm) = self.stored.clone().or_else(|| self.shelf.get(self.number)) {
            return Ok(pcm);
        }
        let to_io = |fault: AudioFault| match fault {
            AudioFault::Io(error) => error,
            fault => io::Error::new(io::ErrorKind::InvalidData, fault.to_string()),
        };
        let recording = Recording::open(&self.path).map_err(|error| to_io(error.into()))?;
        let pcm = recording.for_cd(self.finish).map_err(|error| to_io(error.into()))?;
        if pcm.len() != self.len {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the file has changed since it was opened"));
        }
        self.shelf.put(self.number, pcm.clone());
        Ok(pcm)
    }
}

impl Bytes for Sound {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("“{}”: {error}", file_name(&self.path)));
        self.open().and_then(|pcm| pcm.read_at(at, into)).map_err(named)
    }

    fn place(&self, at: u64) -> Option<Place<'_>> {
        self.stored.as_ref()?.place(at)
    }
}
