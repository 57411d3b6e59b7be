//! From description and places to a disc and its extents.

use std::sync::Arc;

use super::parse::{Description, Place, TrackBlock};
use crate::bytes::Bytes;
use crate::disc::cd_text::Field;
use crate::disc::sector::Slice;
use crate::disc::{Disc, Lba, Medium, Session, Track, TrackMode};
use crate::image::forms::settle_forms;
use crate::image::{Extent, Fault, Flaw, Opened};

/// What stands before the sectors of a track.
const KIND_LEN: u64 = 4;
/// The least sectors of a track on a disc; shorter ones are filled up when they are stored.
const SHORTEST: u32 = 300;
/// Sectors before the first track of a session, and between audio and data; none of them is stored.
const PREGAP: u32 = 150;
/// Lead-out, lead-in and pregap between the first two sessions and between later ones.
const GAPS: [u32; 2] = [11_400, 6_900];

/// Lays out the disc.
///
/// # Errors
/// A [`Flaw`] when description and places do not fit together.
pub fn layout(description: &Description, places: &[Place], bytes: &Arc<dyn Bytes>) -> Result<Opened, Flaw> {
    let mut disc = Disc::new(Medium::Cd, Vec::new());
    disc.sessions.clear();
    name(&mut disc, 0, Field::Title, &description.title);
    name(&mut disc, 0, Field::Performer, &description.performer);
    let mut extents = Vec::new();
    let mut places = places.iter();
    let mut number = 0;
    for block in &description.sessions {
        let mut end = match disc.sessions.len() {
            0 => Lba(0),
            nth => disc.lead_out() + GAPS[usize::from(nth > 1)],
        };
        let mut tracks: Vec<Track> = Vec::new();
        for block in &block.tracks {
            let place = places.next().ok_or_else(|| Flaw::file(Fault::Missing { what: "the place of a track" }))?;
            let (mode, size) = mode(block)?;
            let pregap = match tracks.last() {
                None => PREGAP,
                Some(last) if last.mode.is_data() != mode.is_data() => PREGAP,
                Some(_) => 0,
            };
            let start = if tracks.is_empty() { end } else { end + pregap };
            number += 1;
            let mut track = Track::new(number, mode, start, length(block, size, place)?);
            (track.pregap, track.isrc) = (pregap, block.isrc);
            name(&mut disc, number, Field::Title, &block.title);
            let slice =
                Slice::of_record(mode, size).ok_or_else(|| Flaw::file(Fault::Missing { what: "the sector size of a track" }))?;
            extents.push(Extent::plain(start, track.length, bytes.clone(), place.at + KIND_LEN, size.into(), slice));
            end = track.end();
            tracks.push(track);
        }
        let session = disc.sessions.len() as u16 + 1;
        disc.sessions.push(Session { number: session, disc_type: block.disc_type, tracks, lead_out: end });
    }
    settle_forms(&mut disc, &extents);
    Ok(Opened { disc, extents, warnings: Vec::new() })
}

/// What the program calls disc and tracks, it writes as CD-TEXT.
fn name(disc: &mut Disc, track: u8, field: Field, text: &str) {
    if !text.is_empty() {
        disc.cd_text.set(track, field, text);
    }
}

/// The mode of a track, and the bytes that are stored of each sector.
fn mode(block: &TrackBlock) -> Result<(TrackMode, u16), Flaw> {
    match block.kind {
        0 => Ok((TrackMode::Audio, 2352)),
        1 => Ok((TrackMode::Mode1, 2048)),
        2 => Ok((TrackMode::Mode2Form1, 2056)),
        4 => Ok((TrackMode::Mode2Mixed, 2332)),
        kind => {
            let (what, expected) = ("the kind of a track", "0, 1, 2 or 4");
            Err(Flaw::file(Fault::OutOfRange { what, expected, found: kind.into() }))
        }
    }
}

fn length(block: &TrackBlock, size: u16, place: &Place) -> Result<u32, Flaw> {
    let stored = place.len.saturating_sub(KIND_LEN) / u64::from(size);
    let fits = |sectors: u32| (sectors > 0 && u64::from(sectors) <= stored).then_some(sectors);
    fits(block.sectors.max(SHORTEST)).or_else(|| fits(block.sectors)).ok_or_else(|| {
        let what = "the length of a track and that of its place";
        Flaw::at(place.at, Fault::Contradiction { what, one: block.sectors.into(), other: stored as i64 })
    })
}
