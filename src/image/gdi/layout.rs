//! From a track list and its files to a disc and the places of its sectors.

use std::sync::Arc;

use super::parse::{Gdi, GdiTrack};
use crate::bytes::Bytes;
use crate::disc::sector::Slice;
use crate::disc::{Disc, DiscType, Lba, Medium, Session, Track, TrackMode};
use crate::image::forms::settle_forms;
use crate::image::{Extent, Fault, Flaw, Opened, shorten};

/// Pregap of the first track of each area.
const PREGAP: u32 = 150;

/// Lays out the disc; `files` has the bytes of the file of each track.
///
/// # Errors
/// A [`Flaw`] at the line of a track that can't be where the list has it.
pub fn layout(gdi: &Gdi, files: &[Arc<dyn Bytes>]) -> Result<Opened, Flaw> {
    let mut warnings = gdi.warnings.clone();
    let mut sessions: Vec<Session> = Vec::new();
    let mut extents = Vec::new();
    for (index, line) in gdi.tracks.iter().enumerate() {
        let bytes = files.get(index).ok_or_else(|| Flaw::line(line.line, Fault::Missing { what: "the file of a track" }))?;
        let (mode, extent) = stored(line, gdi.tracks.get(index + 1), bytes, &mut warnings)?;
        let before = sessions.last().map(|session| session.lead_out);
        let opens = before.is_none_or(|end| end <= Disc::HIGH_DENSITY && line.start >= Disc::HIGH_DENSITY && sessions.len() == 1);
        let gap = line.start.since(before.unwrap_or(Lba::PROGRAM_START)).unwrap_or(0);
        let mut track = Track::new(line.number, mode, line.start, extent.sectors);
        track.pregap = if opens && before.is_some() { gap.min(PREGAP) } else { gap };
        extents.push(extent);
        if opens {
            if before.is_some() && line.start != Disc::HIGH_DENSITY {
                let (what, expected) = ("the start of the high-density area", "45000");
                return Err(Flaw::line(line.line, Fault::OutOfRange { what, expected, found: line.start.0.into() }));
            }
            let number = sessions.len() as u16 + 1;
            sessions.push(Session { number, disc_type: DiscType::default(), tracks: Vec::new(), lead_out: Lba(0) });
        }
        if let Some(session) = sessions.last_mut() {
            session.lead_out = track.end();
            session.tracks.push(track);
        }
    }
    let mut disc = Disc { sessions, ..Disc::new(Medium::Gd, Vec::new()) };
    settle_forms(&mut disc, &extents);
    Ok(Opened { disc, extents, warnings })
}

/// The sectors of a track that are in its file, up to the next track there and on the disc.
fn stored(
    line: &GdiTrack,
    next: Option<&GdiTrack>,
    bytes: &Arc<dyn Bytes>,
    warnings: &mut Vec<String>,
) -> Result<(TrackMode, Extent), Flaw> {
    let (mode, slice) = match line.sector_size {
        _ if !line.data => (TrackMode::Audio, Slice::RAW),
        2048 => (TrackMode::Mode1, Slice::COOKED),
        2336 => (TrackMode::Mode2Mixed, Slice::MODE2),
        // The headers of its sectors tell when it is mode 2.
        _ => (TrackMode::Mode1, Slice::RAW),
    };
    let in_file = next.filter(|next| next.file == line.file && next.offset > line.offset).map(|next| next.offset);
    let end = in_file.unwrap_or(u64::MAX).min(bytes.len());
    let stride = u64::from(line.sector_size);
    let room = end.saturating_sub(line.offset);
    let sectors = u32::try_from(room / stride).unwrap_or(u32::MAX);
    if sectors == 0 {
        return Err(Flaw::line(line.line, Fault::Missing { what: "every sector of this track" }));
    }
    if !room.is_multiple_of(stride) {
        let (rest, name) = (room % stride, shorten(&line.file));
        warnings.push(format!("The last {rest} bytes of “{name}” are no whole sector and are left out."));
    }
    let until_next = next.and_then(|next| next.start.since(line.start)).unwrap_or(u32::MAX);
    if sectors > until_next {
        let (number, name) = (line.number, shorten(&line.file));
        warnings.push(format!("“{name}” is longer than track {number} can be: what reaches into the next track is left out."));
    }
    let extent = Extent::plain(line.start, sectors.min(until_next), bytes.clone(), line.offset, line.sector_size.into(), slice);
    Ok((mode, if line.sector_size == 2448 { extent.with_subchannel() } else { extent }))
}
