//! Images without a descriptor: ISO (2048-byte sectors), and raw sectors of any record size, recognised by content.
//!
//! Such a file holds one track and says nothing of itself. Record sizes are told by sync patterns and by the marker of a file
//! system's volume descriptors in sector 16 (ISO 9660 "CD001", UDF "BEA01", High Sierra "CDROM" at 9).

mod probe;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::contents::told_by;
use super::extent::{Extent, SubStore};
use super::flaw::{Error, Fault, Flaw};
use super::format::{Format, Likeness, Opened};
use super::holds::{Holds, Media, Tracks, guess_medium};
use super::opener::Opener;
use super::packing::Choices;
use super::plan::{Part, Plan, PlanError, PlanRequest, PlannedFile, full_record};
use crate::bytes::Bytes;
use crate::disc::sector::{Form, Slice, SubKind};
use crate::disc::{Disc, Lba, Medium, Track, TrackMode};
pub use probe::{Record, probe};

/// The user data of one track.
pub static ISO: Format = Format {
    name: "iso",
    title: "ISO",
    extensions: &["iso", "udf", "cdr", "toast", "gcm", "xiso"],
    data_extensions: &[],
    read_by: "everything",
    holds: Holds::NOTHING,
    recognise: |opener| recognise(opener, true),
    open: |opener| open(opener, true),
    plan: Some(plan_iso),
    choices: Choices::NONE,
    parse_anything: |bytes, _| {
        let _ = probe(&bytes.to_vec());
    },
};

/// Raw sectors of one track.
pub static RAW: Format = Format {
    name: "raw",
    title: "Raw sectors without a descriptor",
    extensions: &["raw", "bin", "img", "mdf", "image"],
    data_extensions: &[],
    read_by: "most burning programs and emulators",
    holds: Holds { media: Media::Guessed, tracks: Tracks::One, raw: true, ..Holds::NOTHING },
    recognise: |opener| recognise(opener, false),
    open: |opener| open(opener, false),
    plan: Some(plan_raw),
    choices: Choices::NONE,
    parse_anything: |bytes, _| {
        let _ = probe(&bytes.to_vec());
    },
};

fn recognise(opener: &Opener, iso: bool) -> Result<Likeness, Error> {
    let extension = opener.extension();
    let named = if iso { &ISO } else { &RAW }.extensions.contains(&extension.as_str());
    let found = probe(&**opener.bytes()).map_err(|error| opener.flaw(Flaw::at(0, Fault::Io(error))))?;
    Ok(match found {
        Some(record) if record.is_cooked() == iso => Likeness::Sure,
        // Without a marker only the name speaks for it, and whole sectors.
        None if named && (opener.bytes().len().is_multiple_of(2048) || opener.bytes().len().is_multiple_of(2352)) => {
            Likeness::Maybe
        }
        _ => Likeness::No,
    })
}

/// Opens what an image unpacks to, by its content.
pub fn open_unpacked(opener: &Opener, bytes: Arc<dyn Bytes>) -> Result<Opened, Error> {
    open_bytes(opener, &bytes, true)
}

/// The same, where it is rather sectors of a CD than an ISO if nothing tells.
pub fn open_unpacked_raw(opener: &Opener, bytes: Arc<dyn Bytes>) -> Result<Opened, Error> {
    open_bytes(opener, &bytes, false)
}

fn open(opener: &Opener, iso: bool) -> Result<Opened, Error> {
    open_bytes(opener, opener.bytes(), iso)
}

fn open_bytes(opener: &Opener, bytes: &Arc<dyn Bytes>, iso: bool) -> Result<Opened, Error> {
    let len = bytes.len();
    let found = probe(&**bytes).map_err(|error| opener.flaw(Flaw::at(0, Fault::Io(error))))?;
    let mut warnings = Vec::new();
    let record = match found {
        Some(record) => record,
        // No sync pattern and no file system: red-book audio where it can be. Each 128th such file is a whole number of 2048-byte
        // sectors as well; then the name decides.
        None if len.is_multiple_of(2352) && !(iso && len.is_multiple_of(2048)) => Record::AUDIO,
        None if len.is_multiple_of(2048) => Record::COOKED,
        None => return Err(opener.flaw(Flaw::at(0, Fault::NotThis { what: "a whole number of disc sectors" }))),
    };
    if found.is_none() {
        warnings.push("Nothing in this file says what it is: its kind was told from its size alone.".to_owned());
    }
    let stride = u64::from(record.stride);
    let sectors = u32::try_from(len / stride).ok().filter(|&n| n <= i32::MAX as u32 - 150);
    let sectors =
        sectors.ok_or_else(|| opener.flaw(Flaw::file(Fault::TooMany { what: "sectors", limit: i32::MAX as u64 - 150 })))?;
    if sectors == 0 {
        return Err(opener.flaw(Flaw::file(Fault::Truncated { what: "the first sector", needed: stride, found: len })));
    }
    if !len.is_multiple_of(stride) {
        let rest = len % stride;
        warnings.push(format!("The last {rest} bytes are no whole sector of {stride} bytes and are left out."));
    }
    let told = if record.is_cooked() { told_by(&**bytes) } else { None };
    let medium = match told {
        Some(told) => told.medium,
        None if record.is_cooked() => guess_medium(u64::from(sectors)),
        None => Medium::Cd,
    };
    if let Some(game) = told.and_then(|told| told.game) {
        warnings.push(format!("Two partitions: the game begins at sector {game}, and what DVD players show lies before it."));
    }
    if told.is_some_and(|told| told.scrubbed) {
        warnings
            .push("NKit has scrubbed this image: it lacks bytes of the disc, and its checksums are not the disc's.".to_owned());
    }
    let mode = if record.is_cooked() && !medium.is_cd() { TrackMode::Dvd } else { record.mode };
    let mut track = Track::new(1, mode, Lba(0), sectors);
    track.pregap = if medium.is_cd() { 150 } else { 0 };
    let mut extent = Extent::plain(Lba(0), sectors, bytes.clone(), 0, record.stride, record.slice);
    if let Some(kind) = record.sub {
        let offset = record.slice.size() as u64;
        extent.sub = Some(SubStore { bytes: bytes.clone(), offset, stride: record.stride, kind });
    }
    Ok(Opened { disc: Disc::new(medium, vec![track]), extents: vec![extent], warnings })
}

fn plan_iso(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    plan(disc, request, ISO.extensions[0], |_| Form::main(Slice::COOKED))
}

fn plan_raw(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    plan(disc, request, "bin", |mode| Form::main(full_record(mode)))
}

fn plan(disc: &Disc, request: &PlanRequest, extension: &str, form: fn(TrackMode) -> Form) -> Result<Plan, PlanError> {
    let (_, track) = disc.tracks().next().ok_or(PlanError::Nothing("there is no track"))?;
    let part = Part::sectors(track.start, track.length, form(track.mode));
    Ok(Plan { files: vec![PlannedFile::new(format!("{}.{extension}", request.stem), vec![part])] })
}

/// A subchannel behind the main channel, by the size of the record.
fn sub_of(stride: u32, main: u32) -> Option<SubKind> {
    match stride - main {
        96 => Some(SubKind::Interleaved),
        16 => Some(SubKind::Q16),
        _ => None,
    }
}
