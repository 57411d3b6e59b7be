//! The numbers and checksums by which databases know the audio of a disc, of any disc that can be read.

use std::path::Path;

use super::copy::pieces;
use super::pipeline::in_order;
use super::progress::Meter;
use super::{Control, JobError, Phase, Progress};
use crate::disc::sector::{Form, RAW, Slice, Worth};
use crate::disc::{Disc, DiscIds, DiscReader, Lba, RangeCrc, TrackId, TrackSummer, TrackSums, ctdb_range};
use crate::threads::workers;

/// What databases know the audio of a disc by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioSums {
    /// The disc.
    pub ids: DiscIds,
    /// Its audio tracks, each from its index 1 to that of the next.
    pub tracks: Vec<(TrackId, TrackSums)>,
    /// CTDB's, of all of them.
    pub ctdb: u32,
}

/// An audio track as databases see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Which.
    pub id: TrackId,
    /// Address of its index 1.
    pub start: Lba,
    /// Sectors from there to index 1 of the next track, or to the end of the audio.
    pub sectors: u32,
}

/// The audio tracks of a disc.
pub fn stretches(disc: &Disc) -> Vec<Stretch> {
    let mut all = Vec::new();
    for session in &disc.sessions {
        for (n, track) in session.tracks.iter().enumerate().filter(|(_, track)| !track.mode.is_data()) {
            let next = session.tracks.get(n + 1).filter(|next| !next.mode.is_data());
            let end = next.map_or(track.end(), |next| next.start);
            let id = TrackId { session: session.number, track: track.number };
            all.push(Stretch { id, start: track.start, sectors: end.since(track.start).unwrap_or(track.length) });
        }
    }
    all
}

/// Adds up all audio of a disc; `None` where there is none. `path` is its name for messages.
pub fn audio_sums(
    reader: &dyn DiscReader,
    path: &Path,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Option<AudioSums>, JobError> {
    let Some(ids) = DiscIds::of(reader.disc()) else { return Ok(None) };
    let stretches = stretches(reader.disc());
    let samples = |sectors: u32| u64::from(sectors) * (RAW as u64 / 4);
    let total: u32 = stretches.iter().map(|stretch| stretch.sectors).sum();
    let mut meter = Meter::new(control, tell, Phase::Hash, total.into());
    let range = ctdb_range(samples(total));
    let mut ctdb = RangeCrc::new(0, range.clone());
    let mut at = 0;
    let mut tracks = Vec::with_capacity(stretches.len());
    for (n, stretch) in stretches.iter().enumerate() {
        let counted = RangeCrc::new(at, range.clone());
        at += u64::from(stretch.sectors) * RAW as u64;
        let mut summer = TrackSummer::new(samples(stretch.sectors), n == 0, n + 1 == stretches.len(), counted);
        let spans = pieces(stretch.start, stretch.sectors);
        in_order(
            spans.len(),
            workers(),
            Vec::new,
            |number, bytes| read(reader, path, spans[number], bytes),
            |number, bytes| {
                summer.add(bytes);
                ctdb.add(bytes);
                meter.advance(spans[number].1.into(), bytes.len() as u64, Some(stretch.id.track))
            },
        )?;
        tracks.push((stretch.id, summer.finish()));
    }
    meter.finish();
    Ok(Some(AudioSums { ids, tracks, ctdb: ctdb.finish() }))
}

/// Reads sectors of audio, which may belong to the pregap of the next track.
pub fn read(reader: &dyn DiscReader, path: &Path, (at, sectors): (Lba, u32), bytes: &mut Vec<u8>) -> Result<(), JobError> {
    bytes.resize(sectors as usize * RAW, 0);
    let fail = |error| JobError::Read { path: path.to_owned(), error };
    let mut done = 0;
    while done < sectors {
        let from = at + done;
        let (_, track) = reader.disc().track_at(from).ok_or(crate::disc::ReadError::Outside(from)).map_err(fail)?;
        let count = track.end().since(from).unwrap_or(1).clamp(1, sectors - done);
        let part = &mut bytes[done as usize * RAW..(done + count) as usize * RAW];
        reader.read(from, Form::main(Slice::RAW), part, &mut vec![Worth::Good; count as usize]).map_err(fail)?;
        done += count;
    }
    Ok(())
}
