//! Sectors of data that the drive gave as good, and whose own checksum says otherwise: copy protection is made so, and so are the answers of drives
//! and cables that lie. Which of the two it is can't be told; that they are there can.

use std::path::Path;

use super::Damage;
use crate::disc::sector::{Form, RAW, SYNC, Slice, Worth, seal_of};
use crate::disc::{DiscReader, Lba, Track, TrackId, ecc};
use crate::job::copy::pieces;
use crate::job::pipeline::in_order;
use crate::job::progress::Meter;
use crate::job::{Control, JobError, Phase, Progress};
use crate::threads::workers;

/// Sectors whose addresses are kept.
const MOST_KEPT: usize = 1000;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suspects {
    /// How many sectors.
    pub sectors: u64,
    /// The first of them.
    pub at: Vec<Lba>,
}

/// Holds every sector of data of a CD against its EDC, but those that are known to be damaged, and those without a sync pattern, which are no sectors of
/// data whatever the table of contents says. `path` is the disc's name for messages.
pub fn find(
    reader: &dyn DiscReader,
    path: &Path,
    damage: &Damage,
    control: &Control,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Suspects, JobError> {
    let disc = reader.disc();
    // What is made from user data is right in itself, and says nothing.
    let came_whole = |id| reader.stored(id).is_some_and(|stored| stored.main == Slice::RAW);
    let guarded = disc.tracks().filter(|(session, track)| {
        let id = TrackId { session: session.number, track: track.number };
        disc.medium.is_cd() && track.mode.is_data() && came_whole(id)
    });
    let tracks: Vec<&Track> = guarded.map(|(_, track)| track).collect();
    let mut suspects = Suspects::default();
    if tracks.is_empty() {
        return Ok(suspects);
    }
    let total = tracks.iter().map(|track| u64::from(track.length)).sum();
    let mut meter = Meter::new(control, tell, Phase::Check, total);
    for track in tracks {
        let spans = pieces(track.start, track.length);
        in_order(
            spans.len(),
            workers(),
            || (Vec::new(), Vec::new()),
            |number, (bytes, wrong)| look(reader, track, path, damage, spans[number], bytes, wrong),
            |number, (bytes, wrong)| {
                suspects.sectors += wrong.len() as u64;
                let room = MOST_KEPT - suspects.at.len();
                suspects.at.extend(wrong.iter().take(room));
                meter.advance(spans[number].1.into(), bytes.len() as u64, Some(track.number))
            },
        )?;
    }
    meter.finish();
    Ok(suspects)
}

fn look(
    reader: &dyn DiscReader,
    track: &Track,
    path: &Path,
    damage: &Damage,
    (at, sectors): (Lba, u32),
    bytes: &mut Vec<u8>,
    wrong: &mut Vec<Lba>,
) -> Result<(), JobError> {
    bytes.resize(sectors as usize * RAW, 0);
    let mut worth = vec![Worth::Good; sectors as usize];
    let fail = |error| JobError::Read { path: path.to_owned(), error };
    reader.read(at, Form::main(Slice::RAW), bytes, &mut worth).map_err(fail)?;
    let is_wrong = |sector: &[u8; RAW]| seal_of(track.mode, sector).is_some_and(|seal| !ecc::check(sector, seal));
    let all = (0..).map(|n| at + n).zip(bytes.as_chunks::<RAW>().0);
    wrong.clear();
    wrong.extend(
        all.filter(|(lba, sector)| sector.starts_with(&SYNC) && !damage.contains(*lba) && is_wrong(sector)).map(|(lba, _)| lba),
    );
    Ok(())
}
