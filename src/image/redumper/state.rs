//! The `.state` file: how well each sample was read.

use std::io;

use super::SAMPLES;
use super::offset::sample;
use crate::bytes::{Bytes, read_some};
use crate::disc::Track;

/// A sample that could not be read.
const SKIPPED: u8 = 0;
/// A sample that the drive marked as wrong (C2).
const WRONG: u8 = 1;
/// Sectors that are looked at together: a megabyte.
const TOGETHER: u32 = 1800;

/// How many sectors of a track, from index 1 on, have samples that were not read, and how many others have samples that are wrong.
pub fn damage(state: &dyn Bytes, track: &Track, offset: i64) -> io::Result<(u32, u32)> {
    let (mut skipped, mut wrong) = (0, 0);
    let mut at = track.start;
    while at < track.end() {
        let sectors = track.end().since(at).unwrap_or(0).min(TOGETHER);
        let Ok(from) = u64::try_from(sample(at, offset)) else { break };
        let states = read_some(state, from, sectors as usize * SAMPLES as usize)?;
        for sector in states.chunks(SAMPLES as usize) {
            if sector.contains(&SKIPPED) {
                skipped += 1;
            } else if sector.contains(&WRONG) {
                wrong += 1;
            }
        }
        // What the file does not tell of was not read.
        skipped += sectors - (states.len() as u32).div_ceil(SAMPLES as u32);
        at += sectors;
    }
    Ok((skipped, wrong))
}
