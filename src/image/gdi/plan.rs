//! Plans a track list and a file for each track.

use crate::disc::sector::{Form, Slice};
use crate::disc::{Disc, TrackMode};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile};

/// All tracks in full sectors from index 1 on. Audio is called `.raw` and data `.bin`, which is all by which some programs tell them.
pub fn plan(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    // Nothing stands for a quotation mark in a name between quotation marks.
    let stem: String = request.stem.chars().map(|c| if c.is_control() || c == '"' { '_' } else { c }).collect();
    let mut files = Vec::new();
    let mut list = format!("{}\r\n", disc.tracks().count());
    for (_, track) in disc.tracks() {
        let (kind, extension) = if track.mode == TrackMode::Audio { (0, "raw") } else { (4, "bin") };
        let name = format!("{stem}-track{:02}.{extension}", track.number);
        let quote = if name.contains(char::is_whitespace) { "\"" } else { "" };
        let (number, start) = (track.number, track.start);
        list += &format!("{number} {start} {kind} 2352 {quote}{name}{quote} 0\r\n");
        files.push(PlannedFile::new(name, vec![Part::sectors(track.start, track.length, Form::main(Slice::RAW))]));
    }
    files.push(PlannedFile::new(format!("{}.gdi", request.stem), vec![Part::Bytes(list.into_bytes())]));
    Ok(Plan { files })
}
