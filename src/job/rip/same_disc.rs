//! Whether the disc in the drive is the one that an earlier run has read: a few sectors that it has read are read again and compared.

use super::asking::is_about_sectors;
use super::error::RipError;
use super::map::Status;
use super::store::Store;
use crate::disc::Disc;
use crate::drive::{Ask, DriveReader};
use crate::job::{Control, DriveError, JobError};

/// Sectors that have to be the same.
const ENOUGH: usize = 3;
/// Parts of what was read, in sixteenths, at which sectors are tried until enough could be read.
const PLACES: [u64; 9] = [0, 16, 8, 4, 12, 2, 14, 6, 10];

/// Compares, and refuses another disc. What was not read yet proves nothing. Audio may come with errors that nobody tells of, now or before: it has to
/// be alike.
pub fn confirm(drive: &DriveReader, disc: &Disc, name: &str, store: &Store, control: &Control) -> Result<(), JobError> {
    let refuse = |error| Err(JobError::Rip { path: store.folder().to_owned(), error });
    let (mut same, mut tried, mut differs) = (0, 0, None);
    for index in choose(store) {
        control.check()?;
        let mut line = vec![0; drive.line(false)];
        tried += 1;
        let at = store.layout().lba(index);
        match drive.attempt(Ask { at, count: 1, sub: false, from_disc: false }, &mut line, &mut []) {
            Ok(()) => {}
            Err(error) if is_about_sectors(&error) => continue,
            Err(error) => return Err(JobError::Drive { name: name.to_owned(), error: DriveError::Command(error) }),
        }
        let kept = store.main(&(index..index + 1))?;
        if kept != line {
            let is_data = disc.track_at(at).is_none_or(|(_, track)| track.mode.is_data());
            if is_data {
                return refuse(RipError::OtherSectors(at));
            }
            if !are_alike(&kept, &line) {
                differs.get_or_insert(at);
                continue;
            }
        }
        same += 1;
        if same == ENOUGH {
            break;
        }
    }
    match (same, differs) {
        (0, Some(at)) => refuse(RipError::OtherSectors(at)),
        (0, None) if tried > 0 => refuse(RipError::Unconfirmed(tried)),
        _ => Ok(()),
    }
}

/// Whether two readings of audio may be of the same sector: errors change some samples, another disc has others everywhere.
fn are_alike(a: &[u8], b: &[u8]) -> bool {
    let samples = a.chunks(4).zip(b.chunks(4));
    let all = samples.len();
    samples.filter(|(a, b)| a == b).count() * 2 > all
}

/// Sectors that were read, from all over the disc.
fn choose(store: &Store) -> Vec<u32> {
    let count = store.map().count(Status::Finished);
    let mut chosen: Vec<u32> = Vec::new();
    for place in PLACES {
        let Some(last) = count.checked_sub(1) else { break };
        let mut skip = (u64::from(last) * place / 16) as u32;
        for block in store.map().of(Status::Finished) {
            let len = block.end - block.start;
            if skip < len {
                let index = block.start + skip;
                if !chosen.contains(&index) {
                    chosen.push(index);
                }
                break;
            }
            skip -= len;
        }
    }
    chosen
}
