//! [`Recording`]: an audio file with its samples as they are, before they become a CD's.

use std::path::Path;
use std::sync::Arc;

use super::convert::Converted;
use super::linear::{Linear, Number};
use super::shape::Shape;
use super::{AudioError, Finish, Kind, aiff, ape, flac, mp3, mpeg4, vorbis, wave, without_id3v2, without_tail_tags};
use crate::bytes::{Bytes, FileBytes, Window, read_some};

/// An audio file that is open.
#[derive(Clone)]
pub struct Recording {
    /// Samples as [`Shape::sample`] says.
    pcm: Arc<dyn Bytes>,
    shape: Shape,
}

impl Recording {
    /// Opens a file, by its content.
    pub fn open(path: &Path) -> Result<Recording, AudioError> {
        Recording::of(Arc::new(FileBytes::open(path)?))
    }

    /// The same, of audio that lies in other bytes.
    pub fn of(file: Arc<dyn Bytes>) -> Result<Recording, AudioError> {
        let audio = without_id3v2(file)?;
        let (pcm, shape) = match Kind::of(&read_some(&*audio, 0, 12)?) {
            Some(Kind::Wave) => wave::open(audio)?,
            Some(Kind::Aiff) => aiff::open(audio)?,
            Some(Kind::Flac) => flac::open(without_tail_tags(audio)?)?,
            Some(Kind::Ogg) => vorbis::open(audio)?,
            Some(Kind::Mpeg4) => mpeg4::open(audio)?,
            Some(Kind::Monkey) => ape::open(audio)?,
            Some(Kind::Unread(why)) => return Err(AudioError::Unfit(why)),
            None => mp3::open(without_tail_tags(audio)?)?,
        };
        Ok(Recording { pcm, shape })
    }

    /// Samples a second.
    pub fn rate(&self) -> u32 {
        self.shape.rate
    }

    /// What it is, where that is not what a CD holds: “48 kHz, mono, 24 bits”.
    pub fn unlike_cd(&self) -> Option<String> {
        (!self.shape.is_called_cd()).then(|| self.shape.to_string())
    }

    /// Its samples as numbers of full scale 1 at its own rate: little-endian `f32`, left and right.
    pub fn floats(&self) -> Arc<dyn Bytes> {
        match self.shape.is_cd() {
            true => {
                let all = Window::new(self.pcm.clone(), 0, self.pcm.len());
                Arc::new(Linear::new(all, Number::Signed(2), false, self.shape))
            }
            false => self.pcm.clone(),
        }
    }

    /// Its samples as those of a CD: 16-bit little-endian stereo at 44.1 kHz. Those that are that already come bit for bit, unless they are
    /// to be louder or softer.
    pub fn for_cd(&self, finish: Finish) -> Result<Arc<dyn Bytes>, AudioError> {
        match self.shape.is_cd() && finish.gain == 1.0 {
            true => Ok(self.pcm.clone()),
            false => Ok(Arc::new(Converted::new(self.floats(), self.shape.rate, finish)?)),
        }
    }
}
