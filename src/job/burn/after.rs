//! What is made sure of when a disc is burned: that the drive gives back what it was given.

use std::path::Path;

use super::seat::Seat;
use crate::disc::sector::{Form, RAW, Slice, Worth};
use crate::disc::{Disc, DiscReader, Lba, Track, TrackMode};
use crate::drive::recorder::{BurnPlan, Landing};
use crate::drive::{AudioReading, Details, DriveReader, SAMPLES, look, reachable};
use crate::job::compare::{Difference, Pair, RECORDERS, Stretch, compare_sectors, sectors};
use crate::job::drives::{self, SPIN_UP};
use crate::job::progress::Meter;
use crate::job::{Control, DriveError, JobError, Phase, Progress};

/// Whether a burned disc was compared with its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// Nobody has asked for it.
    NotAsked,
    /// It was, and is equal.
    Equal,
    /// It could not be, and why.
    Impossible(String),
}

impl Verified {
    /// Why it could not be compared.
    pub fn why(&self) -> Option<&str> {
        match self {
            Verified::Impossible(why) => Some(why),
            Verified::NotAsked | Verified::Equal => None,
        }
    }
}

/// Samples by which audio may lie elsewhere than it was written: the sum of the offsets of reading and of writing is no more than some 1200 in any drive
/// that is known.
const FARTHEST: i32 = 3 * SAMPLES;
/// Bytes of a stereo sample.
const SAMPLE: usize = 4;
/// Sectors of audio in which the offset is looked for.
const WINDOW: u32 = 8;

/// Has the disc read by the drive, and compares it with the source. What differs is in the list; it is empty where all is equal.
pub fn compare(
    seat: &mut Seat,
    source: (&dyn DiscReader, &Path),
    plan: &BurnPlan,
    landings: &[Landing],
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Difference>, JobError> {
    seat.reload(control, tell)?;
    let (name, within) = (seat.name.clone(), control.clone());
    let details: Details = seat.with(control, move |transport| {
        drives::get_ready(&name, &mut **transport, SPIN_UP, &within)?;
        look(&mut **transport).map_err(|error| DriveError::from(error).of(&name))
    })??;
    let disc = expected(plan, landings);
    let mut found = match &details.disc {
        Some(told) => compare_tables(&disc, told),
        None => return Err(DriveError::Blank.of(&seat.name)),
    };
    let place = drives::path_of(&seat.name);
    let mut reader = DriveReader::new(disc, seat.lend()?).with_user_data_only(details.user_data_only);
    let compared = compare_with(source, &mut reader, &place, landings, control, tell);
    seat.take_back(reader.into_transport());
    found.extend(compared?);
    Ok(found)
}

/// Compares every sector.
fn compare_with(
    source: (&dyn DiscReader, &Path),
    reader: &mut DriveReader,
    place: &Path,
    landings: &[Landing],
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Difference>, JobError> {
    let mut ground = ground(landings, reader.disc());
    let offset = find_offset(source, (reader, place), &ground)?;
    if offset != 0 {
        let reading = AudioReading { offset, ..AudioReading::default() };
        reader.set_audio(reading);
        ground = ground.into_iter().filter_map(|stretch| within_reach(stretch, reader.disc(), reading)).collect();
    }
    let mut meter = Meter::new(control, tell, Phase::Verify, sectors(&ground));
    let found = compare_sectors(&Pair { one: source, other: (reader, place) }, &ground, &mut meter)?;
    meter.finish();
    Ok(found)
}

/// The disc as it should lie in the drive: as planned, each track where its first sector has come to lie.
fn expected(plan: &BurnPlan, landings: &[Landing]) -> Disc {
    let planned = plan.landings();
    let shift = |number: u8| {
        let pair = planned.iter().zip(landings).find(|(planned, _)| planned.number == number);
        pair.and_then(|(planned, real)| real.at.0.checked_sub(planned.at.0)).unwrap_or(0)
    };
    let moved = |lba: Lba, by: i32| Lba(lba.0.saturating_add(by));
    let mut disc = plan.outcome();
    for session in &mut disc.sessions {
        for track in &mut session.tracks {
            let by = shift(track.number);
            track.start = moved(track.start, by);
            track.indexes.iter_mut().for_each(|index| *index = moved(*index, by));
        }
        session.lead_out = session.tracks.last().map_or(session.lead_out, Track::end);
    }
    disc
}

/// Whether the table of contents that the drive tells is the one that was written: each track has its number, its place, its kind and its flags.
fn compare_tables(expected: &Disc, told: &Disc) -> Vec<Difference> {
    let mut found = Vec::new();
    for (_, track) in expected.tracks() {
        let Some((_, other)) = told.tracks().find(|(_, other)| other.number == track.number) else {
            found.push(Difference::Disc {
                what: "the table of contents",
                one: format!("has track {}", track.number),
                other: "has not".to_owned(),
            });
            continue;
        };
        let kind = |track: &Track| if track.mode.is_data() { "data" } else { "audio" }.to_owned();
        let flags = |track: &Track| track.control.words().join(", ");
        let rows = [
            ("start", track.start.to_string(), other.start.to_string()),
            ("kind", kind(track), kind(other)),
            ("flags", flags(track), flags(other)),
        ];
        let differing = rows.into_iter().filter(|(_, one, other)| one != other);
        found.extend(differing.map(|(what, one, other)| Difference::Track { track: track.number, what, one, other }));
    }
    found
}

/// What is compared: what the source has given, as far as drives can read it. Of CDs, the two seconds before each session they can't.
fn ground(landings: &[Landing], disc: &Disc) -> Vec<Stretch> {
    let mut ground = Vec::new();
    for landing in landings {
        let session = disc.sessions.iter().find(|session| session.number == landing.session);
        let Some(first) = session.and_then(|session| session.tracks.first()) else { continue };
        let readable = first.first() + if disc.medium.is_cd() { RECORDERS } else { 0 };
        let skip = readable.since(landing.at).unwrap_or(0).min(landing.sectors);
        if skip < landing.sectors {
            let form = Form::main(landing.equal);
            let (at, sectors) = ((landing.from + skip, landing.at + skip), landing.sectors - skip);
            ground.push(Stretch { track: landing.number, at, sectors, forms: (form, form) });
        }
    }
    ground
}

/// By how many samples audio comes from elsewhere than it was written, which is always the same for a drive: what a program wrote a little late, and the
/// drive reads a little early, is where it belongs. 0 where there is no audio to tell it by.
fn find_offset(source: (&dyn DiscReader, &Path), drive: (&DriveReader, &Path), ground: &[Stretch]) -> Result<i32, JobError> {
    let read = |(reader, path): (&dyn DiscReader, &Path), at: Lba, count: u32| {
        let mut bytes = vec![0; count as usize * RAW];
        let read = reader.read(at, Form::main(Slice::RAW), &mut bytes, &mut vec![Worth::Good; count as usize]);
        read.map(|()| bytes).map_err(|error| JobError::Read { path: path.to_owned(), error })
    };
    let margin = (FARTHEST / SAMPLES) as u32;
    let is_audio = |stretch: &&Stretch| {
        let track = drive.0.disc().track_at(stretch.at.1).map(|(_, track)| track.mode);
        track == Some(TrackMode::Audio) && stretch.sectors >= WINDOW + 2 * margin
    };
    for stretch in ground.iter().filter(is_audio) {
        let room = stretch.sectors - WINDOW - 2 * margin;
        for part in [4, 2, 6, 1, 7, 3, 5, 0, 8] {
            let skip = margin + (u64::from(room) * part / 8) as u32;
            let wanted = read(source, stretch.at.0 + skip, WINDOW)?;
            if is_dull(&wanted) {
                continue;
            }
            let found = read((drive.0, drive.1), stretch.at.1 + (skip - margin), WINDOW + 2 * margin)?;
            let places = found.windows(wanted.len()).step_by(SAMPLE);
            return Ok(places.zip(-FARTHEST..).find(|(place, _)| *place == wanted).map_or(0, |(_, offset)| offset));
        }
    }
    Ok(0)
}

/// Whether audio is the same at several places: silence, or a tone that comes round.
fn is_dull(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len() / 2];
    bytes[SAMPLE..].windows(head.len()).step_by(SAMPLE).any(|later| later == head)
}

/// The part of a stretch whose samples the drive gives, all of them.
fn within_reach(stretch: Stretch, disc: &Disc, reading: AudioReading) -> Option<Stretch> {
    let (at, sectors) = (stretch.at, stretch.sectors);
    if disc.track_at(at.1).is_none_or(|(_, track)| track.mode.is_data()) {
        return Some(stretch);
    }
    let reachable = reachable(disc, at.1, reading);
    let samples = SAMPLES as i64;
    let (first, end) = (i64::from(at.1.0), i64::from(at.1.0) + i64::from(sectors));
    // In samples: a sector is there when the sample that comes as its first and the one that comes as its last are.
    let offset = i64::from(reading.offset);
    let lowest = (i64::from(reachable.start) * samples - offset).div_euclid(samples) + i64::from(offset % samples != 0);
    let highest = (i64::from(reachable.end) * samples - offset).div_euclid(samples);
    let (from, to) = (first.max(lowest), end.min(highest));
    let skip = u32::try_from(from - first).ok()?;
    let left = u32::try_from(to - from).ok().filter(|&left| left > 0)?;
    Some(Stretch { at: (at.0 + skip, at.1 + skip), sectors: left, ..stretch })
}
