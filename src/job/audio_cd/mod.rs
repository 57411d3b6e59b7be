//! An audio CD from audio files.
//!
//! | piece | what it knows |
//! |---|---|
//! | [`gather`] | which files: those that were named, and those in playlists and folders |
//! | [`playlist`], [`natural`] | what a playlist says; the order of names |
//! | [`loudness`] | how loud tracks are, and how they become equally loud |
//! | [`shelf`] | their sound, decoded where it is read |
//! | [`layout`] | where the tracks lie on the disc |
//! | [`texts`], [`letters`], [`ids`] | CD-TEXT, ISRC and MCN from tags |

mod error;
mod gather;
mod ids;
mod layout;
mod letters;
mod loudness;
mod natural;
mod playlist;
mod shelf;
#[cfg(test)]
mod tests;
mod texts;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::AudioFault;

use super::{Control, JobError, Progress};
use crate::bytes::Bytes;
use crate::bytes::audio::{self, Finish, Recording};
use crate::disc::sector::RAW;
use crate::disc::{Disc, DiscReader, Medium};
use crate::image::{ExtentReader, file_name};
use gather::{Item, gather, is_audio};
use layout::{Layout, lay_out};
use shelf::{Shelf, Sound};
use texts::{Said, said};

/// Audio files that become the tracks of a CD, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AudioList {
    /// The files; a playlist (M3U) or a folder stands for those in it.
    pub files: Vec<PathBuf>,
    /// Two seconds of silence before each track but the first; else each begins where the one before it ends.
    pub gaps: bool,
    /// All tracks are made equally loud.
    pub level: bool,
}

impl AudioList {
    /// Whether a path is to become an audio CD: an audio file, a playlist, or a folder of audio files without an image among them.
    pub fn names(path: &Path) -> bool {
        is_audio(path)
    }

    /// Extensions of the files and playlists that it is made of, in small letters.
    pub fn extensions() -> impl Iterator<Item = &'static str> {
        gather::extensions()
    }
}

/// The CD that they make.
pub struct AudioDisc {
    /// Its sectors, decoded as they are read.
    pub reader: Arc<dyn DiscReader>,
    /// What has to be done to files so that they fit, in words: one of each file that is converted.
    pub notes: Vec<String>,
}

/// Opens the files and lays them out: see [`layout`] for where tracks begin. To level them, all are read to their ends, and `tell` hears how far that is.
///
/// What is 44.1 kHz, 16 bits and stereo is on the disc bit for bit, unless it is levelled. Anything else is converted, with dither where it was finer than
/// 16 bits, and that is noted. The files have to stay as they are while the disc is read.
pub fn audio_disc(list: &AudioList, control: &Control, tell: &(dyn Fn(Progress) + Sync)) -> Result<AudioDisc, JobError> {
    let mut gathered = gather(&list.files, control)?;
    let mut notes = std::mem::take(&mut gathered.notes);
    let factors = match list.level {
        true => {
            let (factors, told) = loudness::levelled(&gathered.items, control, tell)?;
            notes.extend(told);
            factors
        }
        false => vec![1.0; gathered.items.len()],
    };
    let shelf = Arc::new(Shelf::default());
    let mut sounds: Vec<Arc<dyn Bytes>> = Vec::new();
    for ((number, item), gain) in gathered.items.iter().enumerate().zip(factors) {
        control.check()?;
        let (sound, conversion) = open(item, number, gain, &shelf)?;
        sounds.push(Arc::new(sound));
        // A file can be several tracks.
        notes.extend(conversion.filter(|note| !notes.contains(note)).into_iter().collect::<Vec<_>>());
    }
    let place = list.files.first().map_or(Path::new(""), PathBuf::as_path);
    let Layout { tracks, extents } = lay_out(sounds, list.gaps).ok_or_else(|| AudioFault::TooLong.of(place))?;
    let mut disc = Disc::new(Medium::Cd, tracks);
    let Said { cd_text, isrcs, mcn, notes: lost } = said(&gathered);
    notes.extend(lost);
    (disc.cd_text, disc.mcn) = (cd_text, mcn);
    disc.tracks_mut().zip(isrcs).for_each(|(track, isrc)| track.isrc = isrc);
    let reader = ExtentReader::new(disc, extents).map_err(|error| AudioFault::from(error).of(place))?;
    Ok(AudioDisc { reader: Arc::new(reader), notes })
}

/// One track, and what it has to be converted from.
fn open(item: &Item, number: usize, gain: f64, shelf: &Arc<Shelf>) -> Result<(Sound, Option<String>), JobError> {
    let recording = Recording::open(&item.path).map_err(|error| AudioFault::from(error).of(&item.path))?;
    let sound = Sound::new(&item.path, &recording, Finish { gain, dither: true }, shelf, number)?;
    if sound.len() < RAW as u64 {
        return Err(AudioFault::TooShort.of(&item.path));
    }
    let was = recording.unlike_cd();
    Ok((sound, was.map(|was| audio::Sound::conversion(&file_name(&item.path), &was))))
}
