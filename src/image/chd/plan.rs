//! Plans a CHD of a disc, as chdman makes one.

use std::sync::Arc;

use super::codecs::{Codec, FRAME};
use super::layout::ALIGN;
use super::metadata::Piece;
use super::pack::{Chd, Shape};
use super::tracks::{self, Sub, TrackEntry};
use crate::disc::sector::{Form, Slice, SubKind};
use crate::disc::{Disc, Lba, Medium, Run, Track, TrackMode};
use crate::image::packing::{Choices, Tuning};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile};

/// Bytes of a sector of a DVD.
const SECTOR: u32 = 2048;
/// Bytes of a hunk, where nobody chooses: of a CD, and of a DVD.
const HUNKS: (u32, u32) = (8 * FRAME as u32, 2 * SECTOR);

/// What can be chosen: names of codecs, of which CDs and DVDs have their own kinds; sizes of hunks, where those that are no whole number of sectors of
/// the medium stand for its usual size.
pub const CHOICES: Choices = Choices {
    codecs: &["default", "lzma", "zlib", "zstd", "flac", "huff", "zstd+flac"],
    blocks: &[HUNKS.0, HUNKS.0 / 2, HUNKS.0 * 2, HUNKS.0 * 4, HUNKS.1, 2048, 8192, 16_384, 32_768, 65_536],
    ..Choices::NONE
};

/// Plans the one file.
pub fn plan(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    let (parts, packing) = match disc.tracks().next() {
        None => return Err(PlanError::Nothing("there is no track")),
        Some((_, track)) if track.mode == TrackMode::Dvd => dvd(track, &request.tuning),
        Some(_) => cd(disc, request),
    };
    let name = format!("{}.chd", request.stem);
    Ok(Plan { files: vec![PlannedFile::packed(name, parts, Arc::new(packing))] })
}

fn codecs(tuning: &Tuning, cd: bool) -> Vec<Codec> {
    use Codec::*;
    let all = match tuning.codec.as_deref() {
        Some("lzma") => [CdLzma, Lzma].map(|codec| vec![codec]),
        Some("zlib") => [CdZlib, Zlib].map(|codec| vec![codec]),
        Some("zstd") => [CdZstd, Zstd].map(|codec| vec![codec]),
        Some("flac") => [CdFlac, Flac].map(|codec| vec![codec]),
        Some("huff") => [Huff, Huff].map(|codec| vec![codec]),
        Some("zstd+flac") => [vec![CdZstd, CdFlac], vec![Zstd, Flac]],
        _ => [vec![CdLzma, CdZlib, CdFlac], vec![Lzma, Zlib, Huff, Flac]],
    };
    let [of_cd, of_dvd] = all;
    if cd { of_cd } else { of_dvd }
}

/// Units of a hunk.
fn units(tuning: &Tuning, unit: u32, usual: u32) -> usize {
    (tuning.block.filter(|block| block.is_multiple_of(unit)).unwrap_or(usual) / unit).max(1) as usize
}

fn dvd(track: &Track, tuning: &Tuning) -> (Vec<Part>, Chd) {
    let units = units(tuning, SECTOR, HUNKS.1);
    let packing = Chd {
        codecs: codecs(tuning, false),
        hunk: Shape { units, unit: SECTOR as usize, coming: SECTOR as usize },
        runs: vec![(u64::from(track.length), 0)],
        pieces: vec![Piece::new(b"DVD ", vec![0])],
    };
    (vec![Part::sectors(track.start, track.length, Form::main(Slice::COOKED))], packing)
}

fn cd(disc: &Disc, request: &PlanRequest) -> (Vec<Part>, Chd) {
    let gd = disc.medium == Medium::Gd;
    let form = Form { main: Some(Slice::RAW), sub: request.subchannel.then_some(SubKind::Interleaved) };
    let tracks: Vec<&Track> = disc.tracks().map(|(_, track)| track).collect();
    let (mut parts, mut runs, mut pieces) = (Vec::new(), Vec::new(), Vec::new());
    for (index, track) in tracks.iter().enumerate() {
        // The first track's pregap lies before the disc, but for what hides there.
        let pregap = if index == 0 { track.start.since(Lba(0)).unwrap_or(0).min(track.pregap) } else { track.pregap };
        let next = tracks.get(index + 1).filter(|_| gd);
        let lead = if gd && index > 0 { 0 } else { pregap };
        let swap = track.mode == TrackMode::Audio;
        let own = Run { at: track.start - lead, sectors: lead + track.length, form, swap };
        parts.push(Part::Sectors(own));
        let mut frames = own.sectors;
        let mut pad = 0;
        if let Some(next) = next {
            // On a GD-ROM a track goes on to index 1 of the next one.
            pad = next.start.since(track.end()).unwrap_or(0);
            let gap = next.pregap.min(pad);
            runs.push((u64::from(own.sectors), u64::from(pad - gap)));
            parts.push(Part::Sectors(Run { at: next.start - gap, sectors: gap, form, swap }));
            frames += pad;
            runs.push((u64::from(gap), u64::from(fill(frames))));
        } else {
            runs.push((u64::from(own.sectors), u64::from(fill(frames))));
        }
        let entry = TrackEntry {
            number: index as u32 + 1,
            record: (track.mode, Slice::RAW),
            sub: if request.subchannel { Sub::Raw } else { Sub::None },
            frames,
            pad,
            pregap: lead,
            stored_pregap: lead > 0,
            postgap: 0,
        };
        pieces.push(tracks::piece(&entry, gd));
    }
    let hunk = Shape::frames(units(&request.tuning, FRAME as u32, HUNKS.0), request.subchannel);
    (parts, Chd { codecs: codecs(&request.tuning, true), hunk, runs, pieces })
}

/// Frames that fill a track up.
fn fill(frames: u32) -> u32 {
    frames.wrapping_neg() % ALIGN
}
