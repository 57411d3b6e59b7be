//! Where in its file each piece of a track lies.
//!
//! Times in a sheet are frames of their file, whatever the record sizes of its tracks: the byte offset of a track is the sum of the
//! frames before it, each times the record size of its own track.

use crate::image::{Fault, Flaw};

use super::sheet::{CueSheet, IndexEntry, Warning};

/// How the times of a file that holds tracks of two sessions treat the gap between them. No sheet says; see [`super::layout`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionGaps {
    /// The times run on from session to session, unless a `REM LEAD-OUT` lies before the next track: then as `Stored`.
    Apart,
    /// The times count the gap, and so does the file (IsoBuster, ImgBurn).
    Stored,
    /// The times count the gap, but the file has nothing there (DiscImageCreator's `.img`).
    Skipped,
}

/// Lead-out of the first session, of later ones, and lead-in and pregap of the session after: MMC, multi-session discs.
const LEAD_OUTS: [u32; 2] = [6750, 2250];
/// Frames of lead-in.
pub const LEAD_IN: u32 = 4500;
/// Frames of pregap before the first track of a session.
pub const PREGAP: u32 = 150;

/// Frames of lead-out after a session, counted from 0.
pub fn lead_out_frames(session: usize) -> u32 {
    LEAD_OUTS[session.min(1)]
}

/// A run of frames of one track in one file.
#[derive(Debug)]
pub struct Span<'a> {
    /// Which of [`CueSheet::tracks`].
    pub track: usize,
    /// Which of [`CueSheet::files`].
    pub file: usize,
    /// The indexes in it; at least one.
    pub indexes: &'a [IndexEntry],
    /// Byte offset in the file.
    pub offset: u64,
    /// The file's time of its first frame.
    pub from: u32,
    /// Frames.
    pub sectors: u32,
    /// Frames of session gap behind it that the file's times count.
    pub gap: u32,
}

/// Cuts the files into spans.
///
/// # Errors
/// A track without an index; times that go back; an index beyond the end of its file.
pub fn spans<'a>(
    sheet: &'a CueSheet,
    lengths: &[u64],
    gaps: SessionGaps,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Span<'a>>, Flaw> {
    let mut all: Vec<Span> = Vec::new();
    for (number, track) in sheet.tracks.iter().enumerate() {
        if track.indexes.is_empty() {
            let what = if sheet.files.is_empty() { "a FILE command" } else { "the INDEX of this track" };
            return Err(Flaw::line(track.line, Fault::Missing { what }));
        }
        for indexes in track.indexes.chunk_by(|one, other| one.file == other.file) {
            let file = indexes[0].file;
            let opens = all.last().is_none_or(|last| last.file != file);
            // What lies before the first index of a file belongs to its first track: hidden audio, or a pregap.
            let from = if opens { 0 } else { indexes[0].at };
            all.push(Span { track: number, file, indexes, offset: 0, from, sectors: 0, gap: 0 });
        }
    }
    for (file, entry) in sheet.files.iter().enumerate() {
        let length = lengths.get(file).copied().unwrap_or(0);
        match all.iter().position(|span| span.file == file) {
            Some(first) => {
                let count = all[first..].iter().take_while(|span| span.file == file).count();
                measure(sheet, &mut all[first..first + count], length, gaps, warnings)?;
            }
            None => warnings.push(Warning { line: entry.line, text: "no track lies in this file".to_owned() }),
        }
    }
    Ok(all)
}

/// Gives the spans of one file their places.
fn measure(
    sheet: &CueSheet,
    spans: &mut [Span],
    length: u64,
    gaps: SessionGaps,
    warnings: &mut Vec<Warning>,
) -> Result<(), Flaw> {
    check_order(spans)?;
    for index in 1..spans.len() {
        let until = spans[index].from;
        spans[index - 1].gap = counted_gap(sheet, &spans[index - 1], &spans[index], gaps);
        spans[index - 1].sectors = until - spans[index - 1].from - spans[index - 1].gap;
    }
    if place(sheet, spans, length, gaps != SessionGaps::Skipped).is_none()
        && (gaps == SessionGaps::Stored || place(sheet, spans, length, false).is_none())
    {
        let last = spans.last().and_then(|span| span.indexes.last());
        return Err(beyond(last.map_or(0, |index| index.line), last.map_or(0, |index| index.at)));
    }
    let Some(last) = spans.last() else { return Ok(()) };
    let record = u64::from(sheet.tracks[last.track].stored.record());
    let odd = (length - last.offset) % record;
    if odd > 0 && sheet.files[last.file].kind != super::sheet::FileType::Sound {
        let text = format!("{odd} bytes at the end of the file are no whole sector and are left out");
        warnings.push(Warning { line: sheet.files[last.file].line, text });
    }
    Ok(())
}

fn beyond(line: u32, at: u32) -> Flaw {
    let (what, expected) = ("the time of an INDEX, in frames,", "one within its file");
    Flaw::line(line, Fault::OutOfRange { what, expected, found: at.into() })
}

fn check_order(spans: &[Span]) -> Result<(), Flaw> {
    let mut before = 0;
    for index in spans.iter().flat_map(|span| span.indexes) {
        if index.at < before {
            let what = "the time of this INDEX and that of the one before it, in frames,";
            return Err(Flaw::line(index.line, Fault::Contradiction { what, one: index.at.into(), other: before.into() }));
        }
        before = index.at;
    }
    Ok(())
}

/// Offsets, and the length of the last span; `None` when the file is too short for it.
fn place(sheet: &CueSheet, spans: &mut [Span], length: u64, gaps_stored: bool) -> Option<()> {
    let mut offset: u64 = 0;
    let (last, others) = spans.split_last_mut()?;
    for span in others {
        span.offset = offset;
        let frames = u64::from(span.sectors) + if gaps_stored { u64::from(span.gap) } else { 0 };
        offset = offset.checked_add(frames * u64::from(sheet.tracks[span.track].stored.record()))?;
    }
    last.offset = offset;
    let bytes = length.checked_sub(offset)?;
    let stored = sheet.tracks[last.track].stored;
    let record = u64::from(stored.record());
    // Decoded sound is padded with silence to a whole sector; of sectors, only whole ones count.
    let sound = sheet.files[last.file].kind == super::sheet::FileType::Sound;
    last.sectors = u32::try_from(if sound { bytes.div_ceil(record) } else { bytes / record }).ok()?;
    let last_index = last.indexes.last().map_or(0, |index| index.at);
    (u64::from(last.from) + u64::from(last.sectors) >= u64::from(last_index)).then_some(())
}

/// Frames between the lead-out after `before` and the first frame of `after` that the file's times count.
fn counted_gap(sheet: &CueSheet, before: &Span, after: &Span, gaps: SessionGaps) -> u32 {
    let session = sheet.tracks[before.track].session;
    let Some(next) = sheet.sessions.get(session + 1).filter(|_| sheet.tracks[after.track].session > session) else { return 0 };
    let inside = before.indexes.last().map_or(0, |index| index.at)..=after.from;
    let stated = sheet.sessions[session].lead_out.filter(|at| inside.contains(at) && next.lead_in.is_none());
    let start = after.indexes.iter().find(|index| index.number > 0).map_or(after.from, |index| index.at);
    let ruled = start.checked_sub(lead_out_frames(session) + LEAD_IN + PREGAP);
    let ruled = ruled.filter(|at| gaps != SessionGaps::Apart && inside.contains(at));
    stated.or(ruled).map_or(0, |end| after.from - end)
}
