//! Whether the disc in the drive is the one that an earlier run has read: a few sectors that it has read are read again and compared.

use std::sync::Arc;

use super::engine::is_about_sectors;
use super::error::RipError;
use super::map::Status;
use super::store::Store;
use crate::drive::DriveReader;
use crate::job::apart::apart;
use crate::job::{Control, DriveError, JobError};

/// Sectors that have to be the same.
const ENOUGH: usize = 3;
/// Parts of what was read, in sixteenths, at which sectors are tried until enough could be read.
const PLACES: [u64; 9] = [0, 16, 8, 4, 12, 2, 14, 6, 10];

/// Compares, and refuses another disc. What was not read yet proves nothing.
pub fn confirm(drive: &Arc<DriveReader>, name: &str, store: &Store, control: &Control) -> Result<(), JobError> {
    let refuse = |error| Err(JobError::Rip { path: store.folder().to_owned(), error });
    let (mut same, mut tried) = (0, 0);
    for index in choose(store) {
        tried += 1;
        let (drive, at) = (drive.clone(), store.layout().lba(index));
        let read = apart(control, move || {
            let mut line = vec![0; drive.line(false)];
            drive.attempt(at, false, false, &mut line)?;
            drive.complete(at, false, &mut line);
            Ok(line)
        })?;
        let line = match read {
            Ok(line) => line,
            Err(error) if is_about_sectors(&error) => continue,
            Err(error) => return Err(JobError::Drive { name: name.to_owned(), error: DriveError::Command(error) }),
        };
        let kept = store.sector(index)?;
        if kept != line {
            return refuse(RipError::OtherSectors(store.layout().lba(index)));
        }
        same += 1;
        if same == ENOUGH {
            break;
        }
    }
    if same == 0 && tried > 0 { refuse(RipError::Unconfirmed(tried)) } else { Ok(()) }
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
