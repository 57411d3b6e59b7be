//! Opening a TOC file: its data files, and which of their bytes are which sectors.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::{Amount, Piece, Placed, Source, SubMode, TocFile, TocKind, TocMode, TocTrack, cd_text, lay_out, parse};
use crate::bytes::{Bytes, Joined, Window};
use crate::disc::mode_of;
use crate::disc::sector::{RAW, Slice};
use crate::disc::{Disc, DiscType, Lba, Medium, Track, TrackMode};
use crate::image::forms::settle_forms;
use crate::image::{Error, Extent, Fault, Flaw, Opened, Opener, Sibling, file_name};

/// Extensions of audio files; anything else is raw samples, most significant byte first.
const AUDIO: [&str; 7] = ["wav", "mp3", "ogg", "flac", "aif", "aiff", "aifc"];

pub(super) fn open(opener: &Opener) -> Result<Opened, Error> {
    let mut toc = parse(&opener.descriptor()?, &opener.limits).map_err(|flaw| opener.flaw(flaw))?;
    let mut files = Files { opener, open: HashMap::new(), warnings: Vec::new() };
    let (tracks, extents) = tracks(&mut toc, &mut files).map_err(|flaw| opener.flaw(flaw))?;
    let mut warnings = files.warnings;
    let mut disc = Disc::new(Medium::Cd, tracks);
    disc.mcn = toc.catalog;
    disc.cd_text = cd_text::from_toc(&toc, &mut warnings);
    for session in &mut disc.sessions {
        session.disc_type = match toc.kind {
            TocKind::CdDa | TocKind::CdRom => DiscType::CdDaOrRom,
            TocKind::CdRomXa => DiscType::Xa,
            TocKind::CdI => DiscType::CdI,
        };
    }
    // MODE2_RAW is the one word that does not tell.
    let said: Vec<TrackMode> = disc.tracks().map(|(_, track)| track.mode).collect();
    settle_forms(&mut disc, &extents);
    for ((known, said), track) in disc.tracks_mut().zip(said).zip(&toc.tracks) {
        if track.mode != TocMode::Mode2Raw {
            known.mode = said;
        }
    }
    Ok(Opened { disc, extents, warnings })
}

fn tracks(toc: &mut TocFile, files: &mut Files<'_>) -> Result<(Vec<Track>, Vec<Extent>), Flaw> {
    for track in &mut toc.tracks {
        settle_record(track, files)?;
    }
    let placed = lay_out(toc, |track, piece| Ok(files.of(track, piece)?.0.len()))?;
    let (mut tracks, mut extents) = (Vec::with_capacity(placed.len()), Vec::new());
    for (number, (track, place)) in (toc.first_track.unwrap_or(1)..).zip(toc.tracks.iter().zip(&placed)) {
        let mut stored = store(track, place, files)?;
        let mut known = describe(number, track, place);
        if let Some(mode) = seen(track, place, &stored).map_err(|error| Flaw::line(track.line, Fault::Io(error)))? {
            known.mode = mode;
        }
        if track.sub == Some(SubMode::Rw) {
            files.warnings.push(format!("The R–W packs of track {number} are in a form that is not read; they were left out."));
        }
        tracks.push(known);
        extents.append(&mut stored);
    }
    Ok((tracks, extents))
}

/// What the file says of a track. The pregap of the first begins two seconds before its data.
fn describe(number: u8, track: &TocTrack, place: &Placed) -> Track {
    let lba = |sector: u32| Lba(0) + sector;
    let mut known = Track::new(number, track.mode.track_mode(), lba(place.start), place.end - place.start);
    known.pregap = place.start - place.begin;
    if place.begin == 0 {
        known.pregap += 150;
    }
    // cdrdao gives the postgap an index of its own.
    known.indexes = place.indexes.iter().chain(&place.postgap).map(|&index| lba(index)).collect();
    known.indexes.sort_unstable();
    known.indexes.dedup();
    known.indexes.truncate(98);
    known.postgap = place.postgap.map_or(0, |postgap| place.end - postgap);
    known.control = track.control;
    known.isrc = track.isrc;
    known
}

/// The data files, each opened once.
struct Files<'a> {
    opener: &'a Opener,
    open: HashMap<(String, bool), Arc<dyn Bytes>>,
    warnings: Vec<String>,
}

impl Files<'_> {
    /// The bytes of a data file, decoded, and whether their samples have the most significant byte first.
    fn of(&mut self, track: &TocTrack, piece: &Piece) -> Result<(Arc<dyn Bytes>, bool), Flaw> {
        let Source::File { name, offset, swap, .. } = &piece.source else { return Ok((Arc::new(Zeros(0)), false)) };
        let extension = Path::new(name).extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        let audio = track.mode == TocMode::Audio && AUDIO.contains(&extension.as_str());
        let flaw = |fault| Flaw::line(piece.line, fault);
        if audio && *offset > 0 {
            return Err(flaw(Fault::Unsupported { what: "an offset (#) into an audio file" }));
        }
        let key = (name.clone(), audio);
        let bytes = match self.open.get(&key) {
            Some(bytes) => bytes.clone(),
            None => {
                let found = if audio { self.opener.audio(name) } else { self.opener.sibling(name) };
                let found = found.map_err(flaw)?;
                self.warnings.extend(found.conversion());
                let Sibling { path, bytes, respelt, .. } = found;
                if respelt {
                    self.warnings.push(format!("“{}” was found as {}.", crate::image::shorten(name), file_name(&path)));
                }
                self.open.insert(key, bytes.clone());
                bytes
            }
        };
        Ok((bytes, track.mode == TocMode::Audio && audio == *swap))
    }
}

/// Form 2 sectors are stored in three sizes, and only the size of the file tells which.
fn settle_record(track: &mut TocTrack, files: &mut Files<'_>) -> Result<(), Flaw> {
    let [piece] = &track.pieces.iter().filter(|piece| piece.source != Source::Empty).collect::<Vec<_>>()[..] else {
        return Ok(());
    };
    let Source::File { offset, start: Amount::Bytes(0) | Amount::Sectors(0), .. } = &piece.source else { return Ok(()) };
    if track.mode.records().len() < 2 {
        return Ok(());
    }
    let left = files.of(track, piece)?.0.len().saturating_sub(*offset);
    let fits = |&&record: &&u16| match piece.length {
        Some(Amount::Sectors(sectors)) => u64::from(sectors).checked_mul(u64::from(record)) == Some(left),
        Some(Amount::Samples(bytes) | Amount::Bytes(bytes)) => bytes % u64::from(record) == 0,
        None => left % u64::from(record) == 0,
    };
    if let Some(record) = track.mode.records().iter().find(fits).copied() {
        track.record = record;
    }
    Ok(())
}

/// A stretch of a track: how many bytes of zeros, or of a file from an offset on.
struct Stretch {
    bytes: Arc<dyn Bytes>,
    offset: u64,
    len: u64,
    swap: bool,
    /// Zeros that no file stores.
    empty: bool,
}

/// Where the sectors of a track lie.
fn store(track: &TocTrack, place: &Placed, files: &mut Files<'_>) -> Result<Vec<Extent>, Flaw> {
    let mut stretches = Vec::with_capacity(track.pieces.len());
    for (piece, &len) in track.pieces.iter().zip(&place.pieces) {
        let (bytes, swap) = files.of(track, piece)?;
        let (offset, empty) = match &piece.source {
            Source::Empty => (0, true),
            // The layout has checked that the sum exists and lies in the file.
            Source::File { offset, start, .. } => (offset.saturating_add(track.bytes(*start).unwrap_or(0)), false),
        };
        stretches.push(Stretch { bytes, offset, len, swap, empty });
    }
    let stride = track.stride();
    if stretches.iter().any(|stretch| stretch.len % stride != 0) {
        stretches = vec![join(track, place, &stretches)?];
    }
    let slice = Slice::of_record(track.mode.track_mode(), track.record)
        .ok_or_else(|| Flaw::line(track.line, Fault::Unsupported { what: "a track of this mode" }))?;
    let mut at = Lba(0) + place.begin;
    let mut extents = Vec::new();
    for stretch in stretches {
        // The layout bounds the length of all tracks to 30 bits.
        let sectors = (stretch.len / stride) as u32;
        if !stretch.empty && sectors > 0 {
            let mut extent = Extent::plain(at, sectors, stretch.bytes, stretch.offset, stride as u32, slice);
            if let Some(main) = &mut extent.main {
                main.swap = stretch.swap;
            }
            extents.push(if track.sub == Some(SubMode::RwRaw) { extent.with_subchannel() } else { extent });
        }
        at += sectors;
    }
    Ok(extents)
}

/// Stretches that don't end with a sector, as one; the last sector is filled with zeros.
fn join(track: &TocTrack, place: &Placed, stretches: &[Stretch]) -> Result<Stretch, Flaw> {
    let mut stored = stretches.iter().filter(|stretch| !stretch.empty);
    let swap = stored.next().is_some_and(|first| first.swap);
    if stored.any(|other| other.swap != swap) {
        let what = "a track of files of different byte order that are not cut at a sector";
        return Err(Flaw::line(track.line, Fault::Unsupported { what }));
    }
    let len = u64::from(place.end - place.begin) * track.stride();
    let rest = len - stretches.iter().map(|stretch| stretch.len).sum::<u64>().min(len);
    let parts = stretches.iter().map(|stretch| -> Arc<dyn Bytes> {
        match stretch.empty {
            true => Arc::new(Zeros(stretch.len)),
            false => Arc::new(Window::new(stretch.bytes.clone(), stretch.offset, stretch.len)),
        }
    });
    let padding: Arc<dyn Bytes> = Arc::new(Zeros(rest));
    Ok(Stretch { bytes: Arc::new(Joined::new(parts.chain([padding]))), offset: 0, len, swap, empty: false })
}

/// What the headers of a track say that is stored in whole sectors.
fn seen(track: &TocTrack, place: &Placed, extents: &[Extent]) -> io::Result<Option<TrackMode>> {
    if !matches!(track.mode, TocMode::Mode1Raw | TocMode::Mode2Raw) {
        return Ok(None);
    }
    // Index 1, for the pregap may be of another mode, or empty.
    let start = Lba(0) + place.start;
    let Some(extent) = extents.iter().find(|extent| extent.start <= start && start < extent.end()) else { return Ok(None) };
    let (Some(main), Some(skip)) = (&extent.main, start.since(extent.start)) else { return Ok(None) };
    let mut sector = [0; RAW];
    main.bytes.read_at(main.offset + u64::from(skip) * u64::from(main.stride), &mut sector)?;
    Ok(mode_of(&sector))
}

/// Zeros without end, up to here.
struct Zeros(u64);

impl Bytes for Zeros {
    fn len(&self) -> u64 {
        self.0
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        if at.checked_add(into.len() as u64).is_none_or(|end| end > self.0) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        into.fill(0);
        Ok(())
    }
}
