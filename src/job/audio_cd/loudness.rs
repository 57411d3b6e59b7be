//! How loud tracks are, and how they become equally loud: EBU R 128, measured as ITU-R BS.1770-4 says.

use std::fs;
use std::sync::{Mutex, PoisonError};

use ebur128::{EbuR128, Mode};

use super::AudioFault;
use super::gather::Item;
use crate::bytes::audio::Recording;
use crate::image::file_name;
use crate::job::pipeline::in_order;
use crate::job::progress::Meter;
use crate::job::{Control, JobError, Phase, Progress};
use crate::threads::workers;

/// No peak between samples becomes higher than this, in decibels below full scale (EBU R 128, recommendation (j)).
const CEILING: f64 = -1.0;
/// How loud all become at least, in LUFS: what players take for the usual loudness (ReplayGain 2.0). Tracks with such high peaks that they can't
/// be made as loud stay softer: else a single one would make a whole disc faint.
const FLOOR: f64 = -18.0;
/// Changes below this, in decibels, are heard by nobody, and would cost a track its bits.
const LEAST: f64 = 0.1;
/// Samples that are measured at once: a second and a half.
const STEP: usize = 64 << 10;
/// Bytes of a sample of both channels.
const WIDE: usize = 8;

/// How loud a track is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loudness {
    /// Of all of it, in LUFS; `None` for silence, and for what lasts less than 0.4 seconds.
    pub integrated: Option<f64>,
    /// The highest peak, also between samples, in decibels; 0 is full scale.
    pub peak: f64,
}

impl Loudness {
    /// Decibels by which it could become louder.
    fn headroom(self) -> f64 {
        CEILING - self.peak
    }
}

/// The factors that make all tracks equally loud, and what has to be said about that. As many files are measured at once as there are processors; what is
/// told of are their bytes.
pub fn levelled(
    items: &[Item],
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<(Vec<f64>, Vec<String>), JobError> {
    // What can't be asked for its size can't be opened either, and is named then.
    let sizes: Vec<u64> = items.iter().map(|item| fs::metadata(&item.path).map_or(0, |file| file.len())).collect();
    let total = sizes.iter().copied().fold(0, u64::saturating_add);
    let meter = Mutex::new(Meter::new(control, tell, Phase::Measure, total));
    let mut found = Vec::new();
    let measure = |number: usize, place: &mut Option<Loudness>| -> Result<(), JobError> {
        let track = u8::try_from(number + 1).ok();
        let advance = |bytes| meter.lock().unwrap_or_else(PoisonError::into_inner).advance(bytes, bytes, track);
        if let (Some(item), Some(&size)) = (items.get(number), sizes.get(number)) {
            *place = Some(measured(item, size, &advance)?);
        }
        Ok(())
    };
    let keep = |_, place: &mut Option<Loudness>| {
        found.extend(place.take());
        Ok(())
    };
    in_order(items.len(), workers(), || None, measure, keep)?;
    meter.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
    let target = target(&found);
    let mut notes: Vec<String> =
        target.map(|target| format!("All tracks are brought to {target:.1} LUFS.")).into_iter().collect();
    let mut factors = Vec::new();
    for (item, loudness) in items.iter().zip(found) {
        let gain = gain(loudness, target);
        factors.push(10f64.powf(gain / 20.0));
        notes.extend(note(&file_name(&item.path), loudness, gain, target));
    }
    Ok((factors, notes))
}

/// The loudness for all: the highest that each of them reaches without being clipped, but not below [`FLOOR`]. `None` where all are silent.
fn target(tracks: &[Loudness]) -> Option<f64> {
    let reach = |track: &Loudness| Some(track.integrated? + track.headroom());
    tracks.iter().filter_map(reach).min_by(f64::total_cmp).map(|lowest| lowest.max(FLOOR))
}

/// Decibels by which a track becomes louder.
fn gain(track: Loudness, target: Option<f64>) -> f64 {
    let (Some(target), Some(is)) = (target, track.integrated) else { return 0.0 };
    let gain = (target - is).min(track.headroom());
    if gain.abs() < LEAST { 0.0 } else { gain }
}

fn note(name: &str, track: Loudness, gain: f64, target: Option<f64>) -> Option<String> {
    let (Some(target), Some(is)) = (target, track.integrated) else {
        return Some(format!("“{name}” is silent, or too short to be measured, and stays as it is."));
    };
    let change = match gain {
        0.0 => format!("“{name}” has {is:.1} LUFS and stays as it is"),
        gain => {
            format!("“{name}” has {is:.1} LUFS and becomes {:.1} dB {}", gain.abs(), if gain < 0.0 { "softer" } else { "louder" })
        }
    };
    let short = target - is - gain;
    Some(match short < LEAST {
        true => format!("{change}."),
        false => format!("{change}: {short:.1} dB less than the others, for its peaks would be clipped."),
    })
}

/// Is told that so many bytes more were heard; an error calls it off.
type Advance<'a> = &'a dyn Fn(u64) -> Result<(), JobError>;

/// Measures a file of this size.
fn measured(item: &Item, size: u64, advance: Advance<'_>) -> Result<Loudness, JobError> {
    let fail = |fault: AudioFault| fault.of(&item.path);
    let recording = Recording::open(&item.path).map_err(|error| fail(error.into()))?;
    let strange = |_| fail(AudioFault::Unfit("its loudness can't be measured"));
    let mut meter = EbuR128::new(2, recording.rate(), Mode::I | Mode::TRUE_PEAK).map_err(strange)?;
    let floats = recording.floats();
    let mut bytes = vec![0; STEP * WIDE];
    let (mut at, mut heard) = (0, 0);
    while at < floats.len() {
        let count = usize::try_from(floats.len() - at).unwrap_or(usize::MAX).min(bytes.len());
        floats.read_at(at, &mut bytes[..count]).map_err(|error| fail(AudioFault::of_reading(error)))?;
        let samples: Vec<f32> = bytes[..count].as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        meter.add_frames_f32(&samples).map_err(strange)?;
        at += count as u64;
        // How much of the file that was.
        let now = (u128::from(size) * u128::from(at) / u128::from(floats.len())) as u64;
        advance(now - heard)?;
        heard = now;
    }
    let integrated = meter.loudness_global().map_err(strange)?;
    let peak = meter.true_peak(0).map_err(strange)?.max(meter.true_peak(1).map_err(strange)?);
    Ok(Loudness { integrated: Some(integrated).filter(|loudness| loudness.is_finite()), peak: 20.0 * peak.log10() })
}
