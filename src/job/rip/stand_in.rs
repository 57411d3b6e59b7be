//! What stands in the place of sectors that could not be read: silence in audio; in data 55h, behind sync and header where there are any. That is what
//! other rippers put there, and no sector's checksum.

use std::ops::Range;
use std::sync::Arc;

use super::damage::unread;
use super::store::Store;
use crate::disc::sector::{self, Form, RAW, Records, SUBCHANNEL, Slice, Worth};
use crate::disc::{Disc, DiscReader, Lba, ReadError, Stored, TrackId, TrackMode, subchannel};
use crate::job::JobError;

const FILLER: u8 = 0x55;
/// Sectors that are filled at a time.
const PIECE: u32 = 512;

/// Puts it into the working file. The subchannel of these sectors is made as the table of contents has it.
pub fn fill(store: &mut Store, disc: &Disc) -> Result<(), JobError> {
    let all: Vec<Range<u32>> = unread(store).collect();
    for sectors in all {
        for start in sectors.clone().step_by(PIECE as usize) {
            let piece = start..sectors.end.min(start + PIECE);
            let bytes: Vec<u8> = piece.clone().flat_map(|index| line(store, disc, index)).collect();
            store.write(&piece, &bytes)?;
        }
    }
    Ok(())
}

fn line(store: &Store, disc: &Disc, index: u32) -> Vec<u8> {
    let lba = store.layout().lba(index);
    let mode = disc.track_at(lba).map(|(_, track)| track.mode).filter(|mode| mode.is_data());
    let mut line = vec![0; store.layout().record as usize];
    match mode {
        Some(mode) if line.len() == RAW => stand_in(mode, lba, &mut line),
        Some(_) => line.fill(FILLER),
        None => {}
    }
    if store.has_sub() {
        let sub: [u8; SUBCHANNEL] = subchannel::interleave(&subchannel::synthesise(disc, lba));
        line.extend(sub);
    }
    line
}

/// A whole sector of data.
fn stand_in(mode: TrackMode, lba: Lba, raw: &mut [u8]) {
    raw.fill(FILLER);
    sector::frame(mode, lba, raw);
}

/// Sectors of which user data alone are kept would be given whole as if they had been read, with a checksum that is right: this is the disc in which
/// those that could not be read are as wrong as any other rip has them.
pub fn mark(store: &Store, reader: Arc<dyn DiscReader>) -> Arc<dyn DiscReader> {
    let kept_whole = store.layout().record as usize == RAW || !reader.disc().medium.is_cd();
    let bad: Vec<i32> = match kept_whole {
        true => Vec::new(),
        false => unread(store).flatten().map(|index| store.layout().lba(index).0).collect(),
    };
    if bad.is_empty() { reader } else { Arc::new(Marked { reader, bad }) }
}

struct Marked {
    reader: Arc<dyn DiscReader>,
    /// Addresses, rising.
    bad: Vec<i32>,
}

impl DiscReader for Marked {
    fn disc(&self) -> &Disc {
        self.reader.disc()
    }

    fn stored(&self, track: TrackId) -> Option<Stored> {
        self.reader.stored(track)
    }

    fn read(&self, at: Lba, form: Form, into: &mut [u8], worth: &mut [Worth]) -> Result<(), ReadError> {
        self.reader.read(at, form, into, worth)?;
        let (Some(slice), Some((_, track))) = (form.main, self.disc().track_at(at)) else { return Ok(()) };
        let end = at.0.saturating_add(worth.len() as i32);
        let from = self.bad.partition_point(|&bad| bad < at.0);
        for lba in self.bad[from..].iter().copied().take_while(|&lba| lba < end) {
            let n = (lba - at.0) as usize;
            let mut raw = [0; RAW];
            stand_in(track.mode, Lba(lba), &mut raw);
            let records = Records { mode: track.mode, at: Lba(lba), slice: Slice::RAW, stride: RAW, bytes: &raw };
            sector::reform(records, slice, &mut into[n * form.size()..][..form.size()], form.size(), &mut worth[n..=n]);
        }
        Ok(())
    }
}
