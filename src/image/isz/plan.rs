//! Plans an ISZ image.

use std::sync::Arc;

use super::ISZ;
use super::cipher::LONGEST;
use super::write::{Compressor, Layout, Packed};
use crate::disc::Disc;
use crate::disc::sector::{Form, Slice};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile};

/// The level where none is asked for.
const USUAL_LEVEL: u8 = 6;
/// A chunk may lie in two files but not in three: of this many chunks is the smallest file.
const CHUNKS_IN_PART: u64 = 4;

/// Plans one file, which a packer may cut into several.
pub fn plan(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    let (_, track) = disc.tracks().next().ok_or(PlanError::Nothing("there is no track"))?;
    let tuning = &request.tuning;
    if tuning.password.as_ref().is_some_and(|password| !(1..=LONGEST).contains(&password.as_str().len())) {
        return Err(PlanError::Choice("a password has 1 to 32 bytes"));
    }
    let usual = u64::from(ISZ.choices.blocks[0]);
    let chunk = match (tuning.block, tuning.split) {
        (Some(block), _) => block.into(),
        (None, Some(split)) => usual.min(split / CHUNKS_IN_PART / 2048 * 2048),
        (None, None) => usual,
    };
    let small = PlanError::Choice("the parts are too small, there would be too many");
    let chunk = u32::try_from(chunk).ok().filter(|&chunk| chunk > 0).ok_or(small)?;
    let layout = Layout { chunk, len: u64::from(track.length) * 2048, split: tuning.split };
    if layout.head_len() > u32::MAX.into() {
        return Err(PlanError::TooLong { sectors: track.length, limit: u32::MAX / 3 });
    }
    if let Some(split) = tuning.split {
        let room = split.checked_sub(layout.head_len()).filter(|&room| room >= u64::from(chunk) * 2).ok_or(small)?;
        // At worst nothing gets shorter.
        if layout.len.div_ceil(room) + 1 > Layout::MOST_PARTS as u64 {
            return Err(small);
        }
    }
    let compressor = if tuning.codec.as_deref() == Some("bzip2") { Compressor::Bzip2 } else { Compressor::Zlib };
    let level = tuning.level.unwrap_or(USUAL_LEVEL);
    let packed = Packed { layout, compressor, level, password: tuning.password.clone() };
    let sectors = Part::sectors(track.start, track.length, Form::main(Slice::COOKED));
    let file = PlannedFile::packed(format!("{}.{}", request.stem, ISZ.extensions[0]), vec![sectors], Arc::new(packed));
    Ok(Plan { files: vec![file] })
}
