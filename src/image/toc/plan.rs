//! What a TOC file and its data consist of.

use super::{Amount, Mark, Piece, Source, SubMode, TocFile, TocKind, TocMode, TocTrack, cd_text, text};
use crate::disc::sector::{Form, Slice, SubKind};
use crate::disc::{Disc, DiscType, Lba, Run, Track, TrackMode};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile};

/// Plans the data file, or one for each track, and the TOC file.
pub(super) fn plan(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    let session = disc.sessions.first().ok_or(PlanError::Nothing("there is no session"))?;
    let form = Form { main: Some(Slice::RAW), sub: request.subchannel.then_some(SubKind::Interleaved) };
    let mut toc = TocFile {
        kind: match session.disc_type {
            DiscType::CdDaOrRom if disc.audio_tracks() == session.tracks.len() => TocKind::CdDa,
            DiscType::CdDaOrRom => TocKind::CdRom,
            DiscType::Xa => TocKind::CdRomXa,
            DiscType::CdI => TocKind::CdI,
        },
        catalog: disc.mcn,
        first_track: session.tracks.first().map(|track| track.number).filter(|&number| number > 1),
        ..TocFile::default()
    };
    let mut files: Vec<PlannedFile> = Vec::new();
    let mut at = Lba(0);
    for track in &session.tracks {
        if request.file_per_track || files.is_empty() {
            files.push(PlannedFile::new(name(request, track), Vec::new()));
        }
        // The sectors before LBA 0 are the pause that every disc has and no TOC file mentions.
        let first = track.first().max(Lba(0));
        let gap = first.since(at).unwrap_or(0);
        at = track.end();
        let Some(file) = files.last_mut() else { continue };
        let run = Run { at: first, sectors: track.end().since(first).unwrap_or(0), form, swap: track.mode == TrackMode::Audio };
        toc.tracks.push(describe(track, &run, gap, file));
        file.parts.push(Part::Sectors(run));
    }
    cd_text::to_toc(&disc.cd_text, &mut toc)?;
    files.push(PlannedFile::new(format!("{}.toc", request.stem), vec![Part::Bytes(text(&toc))]));
    Ok(Plan { files })
}

fn name(request: &PlanRequest, track: &Track) -> String {
    match request.file_per_track {
        true => format!("{} (Track {:02}).bin", request.stem, track.number),
        false => format!("{}.bin", request.stem),
    }
}

/// A track whose data lie at the end of this file, as far as it is planned.
fn describe(track: &Track, run: &Run, gap: u32, file: &PlannedFile) -> TocTrack {
    let mode = match track.mode {
        TrackMode::Audio => TocMode::Audio,
        mode if mode.is_mode2() => TocMode::Mode2Raw,
        _ => TocMode::Mode1Raw,
    };
    let sub = run.form.sub.map(|_| SubMode::RwRaw);
    let piece = |source, sectors| Piece { line: 0, source, length: Some(Amount::Sectors(sectors)) };
    let mut pieces = Vec::new();
    if gap > 0 {
        // What belongs to no track becomes pregap, for there is no other way to say it.
        pieces.push(piece(Source::Empty, gap));
    }
    // cdrdao takes FILE for audio without subchannel alone, and libcdio wants the place there as a time; all records have 2352 bytes then.
    let audio = mode == TocMode::Audio && sub.is_none();
    let (offset, start) = match audio {
        true if file.is_empty() => (0, Amount::Samples(0)),
        true => (0, Amount::Sectors((file.len() / Slice::RAW.size() as u64) as u32)),
        false => (file.len(), Amount::Bytes(0)),
    };
    pieces.push(piece(Source::File { name: file.name.clone(), offset, start, swap: false, audio }, run.sectors));
    let pregap = gap + track.start.since(run.at).unwrap_or(0);
    TocTrack {
        line: 0,
        mode,
        record: 2352,
        sub,
        control: track.control,
        isrc: track.isrc,
        text: Vec::new(),
        pieces,
        start: Some(Mark::At(pregap)).filter(|_| pregap > 0),
        end: None,
        indexes: track.indexes.iter().filter_map(|index| index.since(track.start)).collect(),
    }
}
