//! From a sheet and its files to a disc.

use crate::disc::TrackMode;
use crate::disc::sector::Slice;
use crate::image::forms::settle_forms;
use crate::image::{Error, Extent, Fault, Flaw, Likeness, Opened, Opener};

use super::cd_text;
use super::files::{Files, open_files};
use super::layout::{Layout, Run, layout};
use super::line;
use super::parse::parse;
use super::sheet::{CueSheet, FileType};
use super::spans::{SessionGaps, lead_out_frames};
use super::text;

/// Bytes from the start of a file that are looked at to recognise it.
const HEAD: usize = 64 << 10;

/// A text in which a line begins with FILE and one with TRACK and a number (TOC files have the mode there).
pub fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let head = opener.read(0, HEAD)?;
    let wide = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) || head.starts_with(&[0, 0, 0xFE, 0xFF]);
    if head.contains(&0) && !wide && opener.extension() != "cue" {
        return Ok(Likeness::No);
    }
    let text = text::decode(&head).text;
    let (mut file, mut track) = (false, false);
    for line in line::lines(text.as_bytes()) {
        let (word, rest) = line::command(std::str::from_utf8(line).unwrap_or_default());
        file |= word.eq_ignore_ascii_case("FILE");
        track |= word.eq_ignore_ascii_case("TRACK") && rest.starts_with(|c: char| c.is_ascii_digit());
    }
    Ok(match (file && track, opener.extension() == "cue") {
        (true, _) => Likeness::Sure,
        (false, true) => Likeness::Maybe,
        (false, false) => Likeness::No,
    })
}

/// Opens a sheet with its files.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    let mut sheet = parse(&opener.descriptor()?, &opener.limits).map_err(|flaw| opener.flaw(flaw))?;
    if sheet.files.is_empty() {
        return Err(opener.flaw(Flaw::file(Fault::Missing { what: "a FILE command" })));
    }
    let files = open_files(opener, &mut sheet)?;
    let mut warnings: Vec<String> = sheet.warnings.iter().map(ToString::to_string).collect();
    warnings.extend(files.warnings.iter().cloned());
    let Layout { mut disc, runs, warnings: odd } =
        lay_out(&mut sheet, &files, &mut warnings).map_err(|flaw| opener.flaw(flaw))?;
    warnings.extend(odd.iter().map(ToString::to_string));
    disc.cd_text = cd_text::read(opener, &sheet, &mut warnings);
    let extents: Vec<Extent> = runs.iter().filter_map(|run| extent(run, &files, &sheet)).collect();
    settle_forms(&mut disc, &extents);
    for (track, entry) in disc.tracks_mut().zip(&sheet.tracks).filter(|(_, entry)| entry.mode_stated) {
        track.mode = entry.stored.mode;
    }
    Ok(Opened { disc, extents, warnings })
}

/// Lays the sheet out, and lets the headers of data sectors decide what the sheet leaves open.
fn lay_out(sheet: &mut CueSheet, files: &Files, warnings: &mut Vec<String>) -> Result<Layout, Flaw> {
    let lengths = files.lengths();
    let first = layout(sheet, &lengths, SessionGaps::Apart);
    let pregap = sheet.tracks[0].pregap;
    if pregap > 0 {
        let says = first.as_ref().ok().and_then(|laid| laid.runs.first()).and_then(|run| Some((files.header(run)?, run.start)));
        if says.is_some_and(|(header, start)| header + pregap == start) {
            warnings.push(
                "The PREGAP of the first track is the one that every disc has: its sectors say that they begin at 0.".to_owned(),
            );
            sheet.tracks[0].pregap = 0;
            return lay_out(sheet, files, warnings);
        }
    }
    if sheet.sessions.len() == 1 || first.as_ref().is_ok_and(|laid| judge(laid, files) != Verdict::Wrong) {
        return first;
    }
    for gaps in [SessionGaps::Skipped, SessionGaps::Stored] {
        let laid = layout(sheet, &lengths, gaps);
        if laid.as_ref().is_ok_and(|laid| first.is_err() || judge(laid, files) == Verdict::Right) {
            return laid;
        }
    }
    match move_sessions(sheet.clone(), files).filter(|laid| judge(laid, files) == Verdict::Right) {
        Some(laid) => {
            warnings.push("The gaps between the sessions were taken from the headers of their sectors.".to_owned());
            Ok(laid)
        }
        None => first,
    }
}

/// Whether the later sessions begin where the headers of their sectors say that they do.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Right,
    /// No header says anything.
    Unknown,
    Wrong,
}

fn judge(laid: &Layout, files: &Files) -> Verdict {
    let starts = (1..laid.disc.sessions.len()).filter_map(|session| first_run(laid, session));
    let heard: Vec<bool> = starts.filter_map(|run| Some(files.header(run)? == run.start)).collect();
    match heard.iter().all(|right| *right) {
        _ if heard.is_empty() => Verdict::Unknown,
        true => Verdict::Right,
        false => Verdict::Wrong,
    }
}

/// The first stored sectors of a session.
fn first_run(laid: &Layout, session: usize) -> Option<&Run> {
    let track = laid.disc.sessions.get(session)?.tracks.first()?;
    laid.runs.iter().find(|run| track.contains(run.start))
}

/// Changes the lead-ins so that every session begins where its sectors say.
fn move_sessions(mut sheet: CueSheet, files: &Files) -> Option<Layout> {
    let lengths = files.lengths();
    for session in 1..sheet.sessions.len() {
        let laid = layout(&sheet, &lengths, SessionGaps::Apart).ok()?;
        let (run, track) = (first_run(&laid, session)?, laid.disc.sessions[session].tracks.first()?);
        let Some(header) = files.header(run) else { continue };
        let unstored = track.pregap.checked_sub(track.start.since(run.start)?)?;
        let gap = header.since(laid.disc.sessions[session - 1].lead_out)?;
        sheet.sessions[session - 1].lead_out = None;
        sheet.sessions[session].lead_in = Some(gap.checked_sub(unstored)?.checked_sub(lead_out_frames(session - 1))?);
    }
    layout(&sheet, &lengths, SessionGaps::Apart).ok()
}

fn extent(run: &Run, files: &Files, sheet: &CueSheet) -> Option<Extent> {
    let bytes = files.bytes.get(run.file)?.clone();
    let slice = Slice::of_record(run.stored.mode, u16::try_from(run.stored.main).ok()?)?;
    let mut extent = Extent::plain(run.start, run.sectors, bytes, run.offset, run.stored.record(), slice);
    if let Some(main) = &mut extent.main {
        main.swap = sheet.files[run.file].kind == FileType::Motorola && run.stored.mode == TrackMode::Audio;
    }
    Some(if run.stored.subchannel { extent.with_subchannel() } else { extent })
}
