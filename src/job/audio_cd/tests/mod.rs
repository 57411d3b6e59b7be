//! CDs from audio files that are made here, or by ffmpeg where it is installed.

mod conversion;
mod layout;
mod lists;
mod loudness;
mod tags;

use std::path::PathBuf;

use super::*;
use crate::disc::sector::{Form, Slice};
use crate::image::testing::{said_by, sectors};

/// A folder of files to make a CD of.
struct Rig {
    folder: tempfile::TempDir,
    list: AudioList,
    control: Control,
}

impl Rig {
    fn new() -> Rig {
        Rig { folder: tempfile::tempdir().unwrap(), list: AudioList::default(), control: Control::default() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a file there, which is not a track yet.
    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Has ffmpeg make a file of another; false where it is not installed.
    fn ffmpeg(&self, from: &str, options: &str, to: &str) -> bool {
        let options = options.split('|').filter(|option| !option.is_empty());
        let arguments: Vec<&str> = ["-v", "error", "-y", "-i", from].into_iter().chain(options).chain([to]).collect();
        said_by("ffmpeg", &arguments, self.folder.path()).is_some()
    }

    fn track(&mut self, name: &str) {
        self.list.files.push(self.path(name));
    }

    fn disc(&self) -> Result<AudioDisc, JobError> {
        audio_disc(&self.list, &self.control, &|_| ())
    }

    fn made(&self) -> AudioDisc {
        self.disc().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The file that is at fault, and why.
    fn fault(&self) -> (PathBuf, AudioFault) {
        match self.disc() {
            Err(JobError::Audio { path, error }) => (path, error),
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("a disc was made"),
        }
    }
}

/// A WAVE file: its PCM is a number of channels at some rate, in integers of so many bits.
fn wave(channels: u16, rate: u32, bits: u16, pcm: &[u8]) -> Vec<u8> {
    let block = channels * bits / 8;
    let mut file = [b"RIFF".as_slice(), &(36 + pcm.len() as u32).to_le_bytes(), b"WAVEfmt \x10\0\0\0\x01\0"].concat();
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(block)).to_le_bytes());
    file.extend([block, bits].map(u16::to_le_bytes).concat());
    file.extend([b"data".as_slice(), &(pcm.len() as u32).to_le_bytes(), pcm].concat());
    file
}

/// A WAVE file just as a CD has its sound.
fn cd_wave(pcm: &[u8]) -> Vec<u8> {
    wave(2, 44_100, 16, pcm)
}

/// So many stereo samples of noise, softer than full scale.
fn noise(samples: usize) -> Vec<u8> {
    let mut state = samples as u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as i16 / 4).to_le_bytes()
    };
    (0..2 * samples).flat_map(|_| next()).collect()
}

/// A stereo tone, its height a share of full scale, in 16 bits.
fn tone(rate: u32, pitch: f64, height: f64, samples: u32) -> Vec<u8> {
    let at = |n: u32| ((f64::from(n) * pitch * std::f64::consts::TAU / f64::from(rate)).sin() * height * 32_768.0).round() as i16;
    (0..samples).flat_map(|n| [at(n).to_le_bytes(); 2]).flatten().collect()
}

/// All sound of a disc from address 0 on.
fn sound(disc: &AudioDisc) -> Vec<u8> {
    let form = Form::main(Slice::RAW);
    let tracks = disc.reader.disc().tracks().map(|(_, track)| (track.first().max(crate::disc::Lba(0)), track.end()));
    let read = |(from, to): (crate::disc::Lba, crate::disc::Lba)| sectors(&*disc.reader, from.0, (to.0 - from.0) as usize, form);
    tracks.flat_map(read).collect()
}

/// Start, pregap and length of each track.
fn places(disc: &AudioDisc) -> Vec<(i32, u32, u32)> {
    disc.reader.disc().tracks().map(|(_, track)| (track.start.0, track.pregap, track.length)).collect()
}
