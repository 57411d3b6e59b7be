//! Where the tracks lie on the disc.

use std::sync::Arc;

use crate::bytes::{Bytes, Joined, Padded};
use crate::disc::sector::{RAW, Slice};
use crate::disc::{Lba, Track, TrackMode};
use crate::image::Extent;

/// Two seconds: the pregap that every disc begins with, and the pause between tracks (IEC 60908, clause 17).
const PAUSE: u32 = 150;
/// No CD has more sectors.
const MOST_SECTORS: u64 = 600_000;
const SECTOR: u64 = RAW as u64;

/// What a disc is made of.
pub struct Layout {
    /// Its tracks.
    pub tracks: Vec<Track>,
    /// Where their sectors lie.
    pub extents: Vec<Extent>,
}

/// One track behind the other; `None` where they are longer than any disc. Each must last a sector.
///
/// With gaps, a track begins with a sector, its last sector is filled up with silence, and two seconds of silence are between it and the next.
///
/// Without gaps, the sound is one stream: the first sample of a file follows the last of the one before, and only the end of the disc is filled up. Tracks
/// begin with a sector all the same, for that is what a disc counts in. Of the two that come into question it is the one that holds the file's
/// first sample: whoever goes to a track hears all of it, and at most 1/75 of a second of what is before it.
pub fn lay_out(sounds: Vec<Arc<dyn Bytes>>, gaps: bool) -> Option<Layout> {
    let sectors: u64 = sounds.iter().map(|sound| sound.len().div_ceil(SECTOR) + u64::from(PAUSE)).fold(0, u64::saturating_add);
    if sectors > MOST_SECTORS {
        return None;
    }
    Some(if gaps { apart(sounds) } else { gapless(sounds) })
}

fn apart(sounds: Vec<Arc<dyn Bytes>>) -> Layout {
    let (mut layout, mut next) = (Layout { tracks: Vec::new(), extents: Vec::new() }, Lba::PROGRAM_START);
    for (number, sound) in (1..).zip(sounds) {
        let length = sound.len().div_ceil(SECTOR);
        let start = next + PAUSE;
        layout.extents.push(stored(start, length, sound));
        layout.tracks.push(track(number, start, length, PAUSE));
        next = start + length as u32;
    }
    layout
}

fn gapless(sounds: Vec<Arc<dyn Bytes>>) -> Layout {
    let (mut begin, mut tracks) = (0, Vec::new());
    let count = sounds.len();
    for (number, sound) in (1..).zip(&sounds) {
        let end = begin + sound.len();
        let (first, behind) = (begin / SECTOR, if usize::from(number) == count { end.div_ceil(SECTOR) } else { end / SECTOR });
        let pregap = if number == 1 { PAUSE } else { 0 };
        tracks.push(track(number, Lba(0) + first as u32, behind - first, pregap));
        begin = end;
    }
    let stream: Arc<dyn Bytes> = Arc::new(Joined::new(sounds));
    Layout { tracks, extents: vec![stored(Lba(0), begin.div_ceil(SECTOR), stream)] }
}

fn track(number: u8, start: Lba, length: u64, pregap: u32) -> Track {
    let mut track = Track::new(number, TrackMode::Audio, start, length as u32);
    track.pregap = pregap;
    track
}

/// So many sectors of a stream, the last filled up with silence.
fn stored(start: Lba, sectors: u64, stream: Arc<dyn Bytes>) -> Extent {
    let whole = Arc::new(Padded::new(stream, sectors * SECTOR));
    Extent::plain(start, sectors as u32, whole, 0, RAW as u32, Slice::RAW)
}
