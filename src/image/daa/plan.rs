//! Plans a DAA or GBI image.

use std::sync::Arc;

use super::write::{Layout, Packed, Version};
use super::{Brand, CHOICES, DAA, GBI, cipher};
use crate::disc::Disc;
use crate::disc::sector::{Form, Slice};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile};

/// The level where none is asked for.
const USUAL_LEVEL: u8 = 6;
/// Further files are numbered with two digits, or else with three.
const FEW_PARTS: u64 = 99;
/// The most that other programs have names for.
const MOST_PARTS: u64 = 512;

/// Plans one file, which a packer may cut into several.
pub fn plan(disc: &Disc, request: &PlanRequest, brand: Brand) -> Result<Plan, PlanError> {
    let (_, track) = disc.tracks().next().ok_or(PlanError::Nothing("there is no track"))?;
    let tuning = &request.tuning;
    let lzma = tuning.codec.as_deref() == Some("lzma");
    if lzma && request.old_version {
        return Err(PlanError::Choice("the older version has no LZMA"));
    }
    if tuning.password.as_ref().is_some_and(|password| cipher::Cipher::new(password.as_str()).is_none()) {
        return Err(PlanError::Choice("a password has 1 to 64 bytes"));
    }
    let version = match (request.old_version, lzma) {
        (true, _) => Version::One,
        (false, false) => Version::TwoDeflate,
        (false, true) => Version::TwoLzma,
    };
    let chunk = tuning.block.unwrap_or(CHOICES.blocks[0]);
    let len = u64::from(track.length) * 2048;
    let chunks = len.div_ceil(chunk.into());
    let mut layout = Layout { brand, version, chunk, len, parts: None, locked: tuning.password.is_some() };
    if let Some(size) = tuning.split {
        layout.parts = Some(FEW_PARTS as usize);
        // At worst nothing gets shorter.
        let most = |layout: &Layout| {
            let stored = len + chunks * 32 + layout.head_len();
            size.checked_sub(64).filter(|_| size > layout.head_len()).map(|room| stored.div_ceil(room.max(1)) + 1)
        };
        if most(&layout).is_none_or(|most| most > FEW_PARTS) {
            layout.parts = Some(MOST_PARTS as usize);
        }
        if most(&layout).is_none_or(|most| most > MOST_PARTS) {
            return Err(PlanError::Choice("the parts are too small, there would be too many"));
        }
    }
    if layout.head_len() > u64::from(Layout::MOST_BEFORE_DATA) {
        let limit = (u64::from(Layout::MOST_BEFORE_DATA) / 4 * u64::from(chunk / 2048)).min(u32::MAX.into()) as u32;
        return Err(PlanError::TooLong { sectors: track.length, limit });
    }
    let packed =
        Packed { layout, level: tuning.level.unwrap_or(USUAL_LEVEL), password: tuning.password.clone(), split: tuning.split };
    let extension = match brand {
        Brand::PowerIso => DAA.extensions[0],
        Brand::GBurner => GBI.extensions[0],
    };
    let sectors = Part::sectors(track.start, track.length, Form::main(Slice::COOKED));
    let file = PlannedFile::packed(format!("{}.{extension}", request.stem), vec![sectors], Arc::new(packed));
    Ok(Plan { files: vec![file] })
}
