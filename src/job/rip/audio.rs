//! How the audio of a disc is ripped: what the drive can, what is known of it, and what came of it.

use super::certain::Certainty;
use super::damage::{Area, areas};
use super::map::Status;
use super::memory::Known;
use super::q::QCount;
use super::store::Store;
use super::vote::Evidence;
use super::{AudioCheck, RipTask};
use crate::disc::{Disc, Lba};
use crate::drive::mmc::CommandError;
use crate::drive::{Ask, AudioReading, DriveReader, POINTERS};
use crate::job::JobError;

/// What was done about audio, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct AudioReport {
    /// How it was made sure of.
    pub check: AudioCheck,
    /// The drive's read offset in samples, which is taken out of what was read.
    pub offset: i32,
    /// Whether that is known; else nothing was taken out, and the audio may lie some hundred samples from where it belongs.
    pub offset_known: bool,
    /// Samples at an end of the audio that the drive can't reach with that offset; they are silence.
    pub lacking: u32,
    /// Whether the drive's error pointers were believed, which spares the second reading.
    pub trusted: bool,
    /// What they have been worth in this rip.
    pub evidence: Evidence,
    /// Sectors whose readings were not all the same.
    pub differed: u32,
    /// Sectors whose readings never agreed: what has the most votes stands there.
    pub doubtful: u32,
    /// Where those are.
    pub doubts: Vec<Area>,
    /// Frames of the Q subchannel.
    pub q: QCount,
}

/// How audio is read in this rip.
pub struct Way {
    /// Whether there is any.
    pub any: bool,
    /// Whether the read offset is known.
    pub offset_known: bool,
    /// The raw subchannel comes with it.
    pub sub: bool,
    /// Error pointers are believed.
    pub trusted: bool,
}

/// Finds out how the drive reads audio, with a few sectors.
pub fn prepare(
    reader: DriveReader,
    disc: &Disc,
    task: &RipTask,
    known: &Known,
    fail: impl Fn(CommandError) -> JobError,
) -> Result<(DriveReader, Way), JobError> {
    let audio: Vec<(Lba, Lba)> = disc
        .tracks()
        .filter(|(_, track)| !track.mode.is_data() && track.end() > Lba(0))
        .map(|(_, track)| (track.first().max(Lba(0)), track.end() - 1))
        .collect();
    let offset = task.offset.or(known.offset);
    let mut way = Way { any: !audio.is_empty(), offset_known: offset.is_some(), sub: false, trusted: false };
    let (Some(&(first, _)), Some(&(_, last))) = (audio.first(), audio.last()) else { return Ok((reader, way)) };
    let offset = offset.unwrap_or(0);
    // A place may be damaged; in the middle of another track it is not, too.
    let middle = |(first, last): &(Lba, Lba)| *first + last.since(*first).unwrap_or(0) / 2;
    let places: Vec<Lba> = audio.iter().take(3).map(middle).collect();
    let mut reader = reader;
    let gives = |reader: &DriveReader, at: Lba, sub: bool, c2: bool| -> Result<bool, JobError> {
        let (mut line, mut pointers) = (vec![0; reader.line(sub)], vec![0; if c2 { POINTERS } else { 0 }]);
        match reader.attempt(Ask { at, count: 1, sub, from_disc: false }, &mut line, &mut pointers) {
            Ok(()) => Ok(true),
            Err(error) if error.is_gone() => Err(fail(error)),
            Err(_) => Ok(false),
        }
    };
    let any = |reader: &DriveReader, sub: bool, c2: bool| -> Result<bool, JobError> {
        for &at in &places {
            if gives(reader, at, sub, c2)? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    way.sub = any(&reader, true, false)?;
    reader.set_audio(AudioReading { c2: true, ..AudioReading::default() });
    let c2 = any(&reader, way.sub, true)?;
    way.trusted = c2 && task.audio == AudioCheck::Auto && known.c2.is_trusted();
    // How far beyond the audio the drive can be asked, where the offset leads there.
    let needed = offset.unsigned_abs().div_ceil(crate::drive::SAMPLES as u32);
    let mut reading = AudioReading { offset, before: 0, behind: 0, c2 };
    let at = if offset > 0 { last } else { first };
    for reach in (1..=needed).rev() {
        let further = AudioReading { before: reach, behind: reach, c2: false, ..reading };
        reader.set_audio(further);
        if gives(&reader, at, false, false)? {
            reading = AudioReading { c2, ..further };
            break;
        }
    }
    reader.set_audio(reading);
    Ok((reader, way))
}

/// What came of it.
pub fn report(
    task: &RipTask,
    way: &Way,
    reading: AudioReading,
    store: &Store,
    disc: &Disc,
    certainty: &Certainty,
    q: QCount,
) -> AudioReport {
    let doubts = match task.audio {
        AudioCheck::Once => Vec::new(),
        _ => areas(store.sure().of(Status::Bad), store, disc),
    };
    AudioReport {
        check: task.audio,
        offset: reading.offset,
        offset_known: way.offset_known,
        lacking: reading.lacking(),
        trusted: way.trusted,
        evidence: certainty.evidence,
        differed: certainty.differed,
        doubtful: doubts.iter().map(|area| area.sectors).sum(),
        doubts,
        q,
    }
}
