//! The write offset: by how many samples the recorder put the sectors of a disc beside where their addresses say. A sync pattern that is followed by an
//! address shows it.

use std::io;

use super::{FIRST, SAMPLES};
use crate::bytes::{Bytes, read_some};
use crate::disc::sector::{RAW, SYNC};
use crate::disc::{Lba, Msf, scramble};

/// Sectors before the place by the address from which sync patterns are looked for.
const BEFORE: u32 = 20;
/// Sectors in which they are.
const WINDOW: u32 = 120;
/// More samples than the sectors of any disc have been seen off: recorders put them up to some thousand beside.
const MOST: i64 = BEFORE as i64 * SAMPLES;

/// Where the first sample of a sector lies, counted in samples, when it is `offset` samples off.
pub fn sample(at: Lba, offset: i64) -> i64 {
    (i64::from(at.0) - i64::from(FIRST)) * SAMPLES + offset
}

/// The write offset in samples, by two sectors in a row that begin near `start`, the first address of a data track; `None` where there are none.
pub fn write_offset(scram: &dyn Bytes, start: Lba) -> io::Result<Option<i64>> {
    let from = sample(start - BEFORE, 0);
    let Ok(at) = u64::try_from(from * 4) else { return Ok(None) };
    let window = read_some(scram, at, WINDOW as usize * RAW)?;
    for (n, sector) in (0..).zip(window.as_chunks::<4>().0.iter().enumerate().map(|(n, _)| &window[n * 4..])) {
        let Some((this, next)) = address(sector).zip(sector.get(RAW..).and_then(address)) else { continue };
        let offset = from + n - sample(this, 0);
        if next == this + 1 && offset.abs() < MOST {
            return Ok(Some(offset));
        }
    }
    Ok(None)
}

/// The address of a scrambled sector that begins here.
fn address(bytes: &[u8]) -> Option<Lba> {
    let mut head = *bytes.first_chunk::<16>()?;
    if !head.starts_with(&SYNC) {
        return None;
    }
    scramble::scramble(&mut head);
    let [.., minute, second, frame, mode] = head;
    let msf = Msf::from_bcd([minute, second, frame]).ok()?;
    (mode <= 2).then(|| msf.to_lba())
}
