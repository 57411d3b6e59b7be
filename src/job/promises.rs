//! Holding an image to the checksums that stand in it.

use super::pipeline::in_order;
use super::progress::Meter;
use super::{Control, JobError};
use crate::disc::{Lba, ReadError};
use crate::image::{Image, Promise};
use crate::threads::workers;

/// Bytes that are read at a time.
const STEP: u64 = 1 << 20;
/// What counts as one sector in the progress.
const SECTOR: u64 = 2048;

/// What the work counts for in the progress, in sectors.
pub(super) fn weight(image: &Image) -> u64 {
    image.promises.iter().map(|promise| promise.bytes.len().div_ceil(SECTOR)).sum()
}

/// The promises that are not kept, in words.
pub(super) fn broken(image: &Image, control: &Control, meter: &mut Meter<'_>) -> Result<Vec<String>, JobError> {
    let mut broken = Vec::new();
    for promise in &image.promises {
        control.check()?;
        let found = sum(image, promise, meter)?;
        if found != promise.digest {
            broken.push(format!("the checksum of {} should be {}, and is {found}", promise.of, promise.digest));
        }
    }
    Ok(broken)
}

fn sum(image: &Image, promise: &Promise, meter: &mut Meter<'_>) -> Result<crate::image::Digest, JobError> {
    let len = promise.bytes.len();
    let mut sum = promise.digest.begin();
    let fail = |at: u64, source| {
        let at = Lba(i32::try_from(at / SECTOR).unwrap_or(i32::MAX));
        JobError::Read { path: image.path.clone(), error: ReadError::Io { at, source } }
    };
    in_order(
        usize::try_from(len.div_ceil(STEP)).unwrap_or(usize::MAX),
        workers(),
        Vec::new,
        |number, piece: &mut Vec<u8>| {
            let at = number as u64 * STEP;
            piece.resize(STEP.min(len - at) as usize, 0);
            promise.bytes.read_at(at, piece).map_err(|source| fail(at, source))
        },
        |_, piece| {
            sum.add(piece);
            meter.advance((piece.len() as u64).div_ceil(SECTOR), piece.len() as u64, None)
        },
    )?;
    Ok(sum.end())
}
