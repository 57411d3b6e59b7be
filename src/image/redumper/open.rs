//! Opens a set of redumper's files by any of them.

use std::sync::Arc;

use super::offset::{sample, write_offset};
use super::{FIRST, state, toc};
use crate::bytes::{Bytes, Padded, read_some};
use crate::disc::mode_of;
use crate::disc::sector::{RAW, SUBCHANNEL, Slice, SubKind};
use crate::disc::{CdText, Disc, Lba, Track, TrackMode, scramble};
use crate::image::{Error, Extent, Fault, Flaw, Likeness, MainStore, Opened, Opener, SubStore};

/// Bytes of a table of contents that are read: the longest is 11 bytes for each of some hundred points.
const MOST_TABLE: usize = 0xFFFF + 2;
/// Bytes of CD-TEXT that are read: eight languages with 255 packs each, and the head.
const MOST_TEXT: usize = 8 * 255 * 18 + 5;
/// Warnings about single CD-TEXT packs that are passed on; more would say the same.
const MOST_TEXT_WARNINGS: usize = 5;
/// Sectors of a data track that are looked at for its mode.
const LOOKED_AT: [u32; 4] = [0, 1, 16, 150];

/// By the names alone, as the files have no marks; a `.toc` has to look like one, because cdrdao's have the same name.
pub fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let named = match opener.extension().as_str() {
        "scram" => true,
        "fulltoc" | "state" | "subcode" => member(opener, "scram")?.is_some(),
        "toc" => toc::is_table(&opener.read(0, 5)?, opener.bytes().len()) && member(opener, "scram")?.is_some(),
        _ => false,
    };
    Ok(if named { Likeness::Sure } else { Likeness::No })
}

/// The file of the set with this extension, if it is there.
fn member(opener: &Opener, extension: &str) -> Result<Option<Arc<dyn Bytes>>, Error> {
    if opener.extension() == extension {
        return Ok(Some(opener.bytes().clone()));
    }
    match opener.sibling(&name(opener, extension)) {
        Ok(sibling) => Ok(Some(sibling.bytes)),
        Err(Fault::PartMissing { .. } | Fault::OutsideFolder { .. }) => Ok(None),
        Err(fault) => Err(opener.flaw(Flaw::file(fault))),
    }
}

fn name(opener: &Opener, extension: &str) -> String {
    format!("{}.{extension}", opener.path().file_stem().unwrap_or_default().to_string_lossy())
}

/// Opens the set.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    let missing = |extension| opener.flaw(Flaw::file(Fault::PartMissing { name: name(opener, extension) }));
    let io = |error| opener.flaw(Flaw::file(Fault::Io(error)));
    let scram = member(opener, "scram")?.ok_or_else(|| missing("scram"))?;
    let mut warnings = Vec::new();
    let mut disc = table(opener, &mut warnings)?;
    // All that follows goes by its lengths.
    disc.check().map_err(|flaw| opener.flaw(Flaw::file(Fault::NoDisc(flaw.into()))))?;
    let offsets = offsets(&disc, &*scram, &mut warnings).map_err(io)?;
    let subcode = member(opener, "subcode")?;
    let mut extents = Vec::new();
    for (index, session) in disc.sessions.iter().enumerate() {
        for (n, track) in session.tracks.iter().enumerate() {
            // The pregap of a later session is between lead-in and program, and no image of other formats has it.
            let from = match (index, n) {
                (0, 0) => Lba(0),
                (_, 0) => track.start,
                _ => track.first(),
            };
            let offset = offset_of(&offsets, track.start);
            extents.push(extent(track, from, offset, &scram, subcode.as_ref(), &mut warnings));
        }
    }
    settle(&mut disc, &extents);
    if let Some(state) = member(opener, "state")? {
        report(&disc, &*state, &offsets, &mut warnings).map_err(io)?;
    }
    if let Some(text) = member(opener, "cdtext")? {
        let (cd_text, flaws) = CdText::from_container(&read_some(&*text, 0, MOST_TEXT).map_err(io)?);
        disc.cd_text = cd_text;
        warnings.extend(flaws.iter().take(MOST_TEXT_WARNINGS).map(|flaw| format!("CD-TEXT: {flaw}.")));
    }
    Ok(Opened { disc, extents, warnings })
}

/// What the tables of contents say: the full one knows of sessions; the other is taken where there is no such.
fn table(opener: &Opener, warnings: &mut Vec<String>) -> Result<Disc, Error> {
    let read =
        |bytes: &Arc<dyn Bytes>| read_some(&**bytes, 0, MOST_TABLE).map_err(|error| opener.flaw(Flaw::file(Fault::Io(error))));
    let folder = opener.path().parent().unwrap_or(opener.path());
    let refuse = |extension: &str, flaw: Flaw| flaw.of(&folder.join(name(opener, extension)));
    let short = match member(opener, "toc")? {
        Some(bytes) => Some(toc::short(&read(&bytes)?).map_err(|flaw| refuse("toc", flaw))),
        None => None,
    };
    let full = match member(opener, "fulltoc")? {
        Some(bytes) => Some(toc::full(&read(&bytes)?).map_err(|flaw| refuse("fulltoc", flaw))),
        None => None,
    };
    match (full, short) {
        (Some(Ok(full)), Some(Ok(short))) => {
            let starts = |disc: &Disc| disc.tracks().map(|(_, track)| (track.number, track.start)).collect::<Vec<_>>();
            if starts(&full) != starts(&short) {
                warnings.push("The two tables of contents tell of different tracks; the full one was believed.".to_owned());
            }
            Ok(full)
        }
        (Some(Ok(full)), _) => Ok(full),
        (Some(Err(error)), Some(Ok(short))) => {
            warnings.push(format!("The full table of contents was left out: {}.", error.fault));
            Ok(short)
        }
        (None, Some(short)) => short,
        (Some(full), _) => full,
        (None, None) => Err(opener.flaw(Flaw::file(Fault::PartMissing { name: name(opener, "toc") }))),
    }
}

/// The write offset from each of these addresses on; at least one, the first for all before.
fn offsets(disc: &Disc, scram: &dyn Bytes, warnings: &mut Vec<String>) -> std::io::Result<Vec<(Lba, i64)>> {
    let mut found: Vec<(Lba, i64)> = Vec::new();
    for (_, track) in disc.tracks().filter(|(_, track)| track.mode.is_data()) {
        let Some(offset) = write_offset(scram, track.start)? else {
            let number = track.number;
            warnings.push(format!("No sync pattern was found at the start of track {number}, which should hold data."));
            continue;
        };
        if found.last().is_none_or(|(_, last)| *last != offset) {
            found.push((track.start, offset));
        }
    }
    match found.as_slice() {
        [] => {
            warnings.push("Nothing in this dump shows its write offset: it was taken to be 0 samples.".to_owned());
            found.push((Lba(0), 0));
        }
        [(_, only)] => warnings.push(format!("The write offset of this disc is {only:+} samples; it was taken out.")),
        [(_, first), ..] => warnings.push(format!(
            "The write offset of this disc changes: it is {first:+} samples at first. Sectors where it changes may be damaged."
        )),
    }
    Ok(found)
}

fn offset_of(offsets: &[(Lba, i64)], at: Lba) -> i64 {
    let later = offsets.partition_point(|(from, _)| *from <= at);
    offsets.get(later.saturating_sub(1)).map_or(0, |(_, offset)| *offset)
}

/// The sectors of a track from `from` on. Where the files end before, they go on with zeros.
fn extent(
    track: &Track,
    from: Lba,
    offset: i64,
    scram: &Arc<dyn Bytes>,
    subcode: Option<&Arc<dyn Bytes>>,
    warnings: &mut Vec<String>,
) -> Extent {
    let sectors = track.end().since(from).unwrap_or(0);
    let bytes = |lba| u64::try_from(sample(lba, offset) * 4).unwrap_or(0);
    let end = bytes(track.end());
    let missing = end.saturating_sub(scram.len()) / RAW as u64;
    if missing > 0 {
        let (missing, number) = (missing.min(sectors.into()), track.number);
        warnings.push(format!("The last {missing} sectors of track {number} are not in the dump."));
    }
    let main = MainStore {
        bytes: padded(scram, end),
        offset: bytes(from),
        stride: RAW as u32,
        slice: Slice::RAW,
        swap: false,
        scrambled: track.mode.is_data(),
    };
    let channel = |lba: Lba| lba.since(Lba(FIRST)).map_or(0, u64::from) * SUBCHANNEL as u64;
    let sub = subcode.map(|bytes| SubStore {
        bytes: padded(bytes, channel(track.end())),
        offset: channel(from),
        stride: SUBCHANNEL as u32,
        kind: SubKind::Interleaved,
    });
    Extent { start: from, sectors, main: Some(main), sub }
}

fn padded(bytes: &Arc<dyn Bytes>, len: u64) -> Arc<dyn Bytes> {
    if bytes.len() >= len { bytes.clone() } else { Arc::new(Padded::new(bytes.clone(), len)) }
}

/// Gives data tracks the mode that their sectors show.
fn settle(disc: &mut Disc, extents: &[Extent]) {
    for track in disc.tracks_mut().filter(|track| track.mode.is_data()) {
        let Some(extent) = extents.iter().find(|extent| extent.start <= track.start && track.start < extent.end()) else {
            continue;
        };
        let Some(main) = &extent.main else { continue };
        let skip = track.start.since(extent.start).unwrap_or(0);
        let seen = LOOKED_AT.into_iter().filter(|&n| n < track.length).find_map(|n| {
            let mut sector = [0; RAW];
            main.bytes.read_at(main.offset + u64::from(skip + n) * RAW as u64, &mut sector).ok()?;
            scramble::descramble(&mut sector, Some(track.start + n)).then(|| mode_of(&sector)).flatten()
        });
        track.mode = seen.unwrap_or(TrackMode::Mode1);
    }
}

/// Tells of every track that was not read without errors.
fn report(disc: &Disc, bytes: &dyn Bytes, offsets: &[(Lba, i64)], warnings: &mut Vec<String>) -> std::io::Result<()> {
    for (_, track) in disc.tracks() {
        let number = track.number;
        match state::damage(bytes, track, offset_of(offsets, track.start))? {
            (0, 0) => {}
            (skipped, 0) => warnings.push(format!("Track {number}: {skipped} sectors could not be read.")),
            (0, wrong) => warnings.push(format!("Track {number}: {wrong} sectors have errors that the drive saw (C2).")),
            (skipped, wrong) => warnings.push(format!(
                "Track {number}: {skipped} sectors could not be read, and {wrong} have errors that the drive saw (C2)."
            )),
        }
    }
    Ok(())
}
