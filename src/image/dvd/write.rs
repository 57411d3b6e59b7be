//! The text of a `.dvd` file, and what an image with one consists of.

use super::DvdFile;
use crate::disc::Disc;
use crate::disc::sector::{Form, Slice};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile};

/// Plans an ISO and, behind it, the `.dvd` file that names it.
pub(super) fn plan(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    let (_, track) = disc.tracks().next().ok_or(PlanError::Nothing("there is no track"))?;
    let iso = format!("{}.iso", request.stem);
    let sectors = Part::sectors(track.start, track.length, Form::main(Slice::COOKED));
    let dvd = text(&DvdFile { layer_break: disc.layer_break, files: vec![(2, iso.clone())] });
    let dvd = PlannedFile::new(format!("{}.dvd", request.stem), vec![Part::Bytes(dvd)]);
    Ok(Plan { files: vec![PlannedFile::new(iso, vec![sectors]), dvd] })
}

/// Writes a `.dvd` file, which [`super::parse`] reads as the same.
pub fn text(dvd: &DvdFile) -> Vec<u8> {
    let mut text = format!("LayerBreak={}\r\n", dvd.layer_break.unwrap_or(0));
    for (_, name) in &dvd.files {
        text += name;
        text += "\r\n";
    }
    text.into_bytes()
}
