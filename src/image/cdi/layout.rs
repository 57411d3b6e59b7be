//! From [`Cdi`] to a disc and the places of its sectors in the file.

use std::sync::Arc;

use super::parse::{Cdi, CdiSession, CdiTrack};
use crate::bytes::Bytes;
use crate::disc::cd_text::Field;
use crate::disc::sector::{Slice, SubKind};
use crate::disc::{CdText, Control, Disc, DiscType, Lba, Medium, Session, Track, TrackMode};
use crate::image::forms::settle_forms;
use crate::image::{Extent, Fault, Flaw, Opened, SubStore};

/// Damaged CD-TEXT is damaged in many places; nobody reads more warnings than these.
const MOST_TEXT_WARNINGS: usize = 5;

/// Lays out the disc, whose sectors lie one after another from the beginning of the file on, up to `end`.
///
/// # Errors
/// A [`Flaw`] when what the tracks say does not fit together, or the file.
pub fn layout(cdi: &Cdi, bytes: &Arc<dyn Bytes>, end: u64) -> Result<Opened, Flaw> {
    let (cd_text, flaws) = CdText::from_packs(&cdi.cd_text);
    let mut warnings: Vec<String> = flaws.iter().take(MOST_TEXT_WARNINGS).map(|flaw| format!("CD-TEXT: {flaw}.")).collect();
    let mut layer = Layer { cdi, bytes, offset: 0, number: 0, extents: Vec::new() };
    let mut sessions = Vec::new();
    for (number, session) in (1..).zip(&cdi.sessions) {
        let tracks = session.tracks.iter().map(|track| layer.track(track)).collect::<Result<Vec<_>, _>>()?;
        let lead_out = tracks.last().map_or(Lba(0), Track::end);
        sessions.push(Session { number, disc_type: disc_type(session), tracks, lead_out });
    }
    if layer.offset > end {
        return Err(Flaw::at(end, Fault::Truncated { what: "the data of the tracks", needed: layer.offset, found: end }));
    }
    let extents = layer.extents;
    let medium = if cdi.dvd { Medium::Dvd } else { Medium::Cd };
    let mut disc = Disc { sessions, mcn: cdi.mcn, cd_text, ..Disc::new(medium, Vec::new()) };
    if disc.cd_text.is_empty() {
        titles(&mut disc, cdi);
    }
    if !cdi.whole {
        warnings.push("What stands behind the tracks can't be read: catalogue number and CD-TEXT, if there are any.".to_owned());
    }
    settle_forms(&mut disc, &extents);
    Ok(Opened { disc, extents, warnings })
}

/// Titles of tracks that have them in their own blocks.
fn titles(disc: &mut Disc, cdi: &Cdi) {
    let tracks = cdi.sessions.iter().flat_map(|session| &session.tracks);
    for (track, number) in tracks.zip(1..) {
        if let Some(title) = &track.title {
            disc.cd_text.set(number, Field::Title, title);
        }
    }
}

/// What is said of a session, or what its tracks let one think: mode 2 is recorded on XA discs.
fn disc_type(session: &CdiSession) -> DiscType {
    const XA: u8 = 2;
    let xa = match session.kind {
        Some(kind) => kind == XA,
        None => session.tracks.iter().any(|track| track.mode == 2),
    };
    if xa { DiscType::Xa } else { DiscType::CdDaOrRom }
}

struct Layer<'a> {
    cdi: &'a Cdi,
    bytes: &'a Arc<dyn Bytes>,
    /// Where the next track begins in the file.
    offset: u64,
    /// The number of the last track. What tracks say of it counts from the beginning of their session in some files, and of the disc in others.
    number: u8,
    extents: Vec<Extent>,
}

impl Layer<'_> {
    fn track(&mut self, block: &CdiTrack) -> Result<Track, Flaw> {
        let (mode, slice, sub) = record(block, self.cdi.dvd)?;
        let stride = (slice.size() + sub.map_or(0, SubKind::size)) as u32;
        let pregap = block.indexes.first().copied().unwrap_or(0);
        let contradiction = |what, one: u32, other: u32| {
            Flaw::at(self.offset, Fault::Contradiction { what, one: one.into(), other: other.into() })
        };
        let length = block.length.checked_sub(pregap).filter(|length| *length > 0);
        let length = length.ok_or_else(|| contradiction("the length of a track and that of its pregap", block.length, pregap))?;
        let first = i32::try_from(block.start).map(Lba).map_err(|_| {
            let (what, expected) = ("the start of a track", "an address");
            Flaw::at(self.offset, Fault::OutOfRange { what, expected, found: block.start.into() })
        })?;
        // Counted from MSF 00:00:00. The sectors of a DVD are counted from their first.
        let first = if self.cdi.dvd { Lba(0) - pregap } else { first - Lba(0).since(Lba::PROGRAM_START).unwrap_or(0) };
        self.number = self.number.saturating_add(1);
        let mut track = Track::new(self.number, mode, first + pregap, length);
        track.pregap = if self.cdi.dvd { 0 } else { pregap };
        track.control = Control::from_nibble(block.control);
        track.isrc = block.isrc;
        let mut at = pregap;
        for sectors in block.indexes.iter().skip(1) {
            at = at.saturating_add(*sectors);
            // The last index ends where the track does.
            if at < block.length && *sectors > 0 {
                track.indexes.push(first + at);
            }
        }
        let skipped = if self.cdi.dvd { pregap } else { 0 };
        let offset = self.offset + u64::from(skipped) * u64::from(stride);
        let mut extent = Extent::plain(first + skipped, block.length - skipped, self.bytes.clone(), offset, stride, slice);
        extent.sub = sub.map(|kind| SubStore { bytes: self.bytes.clone(), offset: offset + slice.size() as u64, stride, kind });
        self.extents.push(extent);
        self.offset += u64::from(block.length) * u64::from(stride);
        Ok(track)
    }
}

/// What the sectors of a track are, and how they are stored.
fn record(block: &CdiTrack, dvd: bool) -> Result<(TrackMode, Slice, Option<SubKind>), Flaw> {
    let mode = match block.mode {
        _ if dvd => TrackMode::Dvd,
        0 => TrackMode::Audio,
        1 => TrackMode::Mode1,
        // The subheaders of its sectors tell which form each has.
        _ => TrackMode::Mode2Mixed,
    };
    let (size, sub) = match block.layout {
        0 => (2048, None),
        1 => (2336, None),
        2 => (2352, None),
        3 => (2352, Some(SubKind::Q16)),
        _ => (2352, Some(SubKind::Interleaved)),
    };
    let slice = Slice::of_record(mode, size).ok_or_else(|| {
        let what = "the mode and the sector layout of a track";
        Flaw::file(Fault::Contradiction { what, one: block.mode.into(), other: block.layout.into() })
    })?;
    Ok((mode, slice, sub))
}
