//! From [`Mds`] to a disc and the places of its sectors in the data files.

use std::sync::Arc;

use super::blocks::{Mds, SessionBlock, TrackBlock};
use super::{mode, structures};
use crate::bytes::Bytes;
use crate::disc::sector::Slice;
use crate::disc::{CdText, Control, Disc, Lba, Medium, Session, Structures, Track, TrackMode};
use crate::image::forms::settle_forms;
use crate::image::{Extent, Fault, Flaw, Opened, SubStore};

/// Damaged CD-TEXT is damaged in many places; nobody reads more warnings than these.
const MOST_TEXT_WARNINGS: usize = 5;

/// Lays out the disc; `files` has the bytes of each of [`Mds::files`], in version 2 from the first sector of their track on.
///
/// # Errors
/// A [`Flaw`] without an offset when what the blocks say does not fit together.
pub fn layout(mds: &Mds, files: &[Arc<dyn Bytes>]) -> Result<Opened, Flaw> {
    let dvd = mds.dvd;
    let (cd_text, flaws) = CdText::from_packs(&mds.cd_text);
    let mut warnings: Vec<String> = flaws.iter().take(MOST_TEXT_WARNINGS).map(|flaw| format!("CD-TEXT: {flaw}.")).collect();
    let mut sessions: Vec<Session> = Vec::new();
    let mut extents = Vec::new();
    for (number, block) in (1..).zip(&mds.sessions) {
        let before = sessions.last().map_or(Lba::PROGRAM_START, |session| session.lead_out);
        let tracks = tracks(block, dvd, before)?;
        extents.extend(self::extents(block, dvd, files)?);
        let lead_out = tracks.last().map_or(Lba(0), Track::end);
        if block.end != lead_out {
            let said = block.end;
            warnings.push(format!("Session {number} should end at sector {said}, but its last track ends at {lead_out}."));
        }
        sessions.push(Session { number, disc_type: block.disc_type, tracks, lead_out });
    }
    let mut disc = Disc {
        medium: if dvd { Medium::Dvd } else { Medium::Cd },
        sessions,
        mcn: None,
        cd_text,
        layer_break: structures::layer_break(&mds.layers),
        structures: Structures { layers: mds.layers.clone(), bca: mds.bca.clone(), dpm: mds.dpm.clone() },
    };
    // Structures that we made up to carry the layer break are no structures of the disc.
    if let Some(at) = disc.layer_break
        && disc.structures.layers == structures::with_layer_break(disc.sectors(), at)
    {
        disc.structures.layers.clear();
    }
    settle_forms(&mut disc, &extents);
    Ok(Opened { disc, extents, warnings })
}

/// How the sectors of a track are stored.
fn record(block: &TrackBlock, dvd: bool) -> Result<(TrackMode, Slice), Flaw> {
    let known = block.main_size().and_then(|size| mode::mode(block.mode, size, dvd));
    known.ok_or_else(|| {
        let what = "the mode code and the sector size of a track";
        Flaw::file(Fault::Contradiction { what, one: block.mode.into(), other: block.sector_size.into() })
    })
}

fn tracks(session: &SessionBlock, dvd: bool, before: Lba) -> Result<Vec<Track>, Flaw> {
    let mut tracks: Vec<Track> = Vec::new();
    for block in &session.tracks {
        let (mode, _) = record(block, dvd)?;
        let mut track = Track::new(block.number, mode, block.start, block.length);
        track.control = Control::from_nibble(block.control);
        track.pregap = match tracks.last_mut() {
            _ if dvd => 0,
            // On the first session nothing but the pregap is before track 1, whatever the block says.
            None if before == Lba::PROGRAM_START => block.start.since(before).unwrap_or(0),
            None => block.start.since(before).unwrap_or(0).min(block.pregap),
            Some(last) => pregap(last, block)?,
        };
        tracks.push(track);
    }
    Ok(tracks)
}

/// The pregap of a track that follows another: all that lies between the two. Where nothing does, because the other's length covers it, that length
/// is cut.
fn pregap(last: &mut Track, block: &TrackBlock) -> Result<u32, Flaw> {
    let room = block.start.since(last.start).filter(|&room| room > 0).ok_or_else(|| {
        let (one, other) = (last.start.0.into(), block.start.0.into());
        Flaw::file(Fault::Contradiction { what: "the starts of two tracks, which should rise,", one, other })
    })?;
    let gap = room.saturating_sub(last.length);
    let pregap = if gap > 0 { gap } else { block.pregap.min(room - 1) };
    last.length = room - pregap;
    Ok(pregap)
}

/// The stored sectors of a session. The pregap of its first track is never among them.
fn extents(session: &SessionBlock, dvd: bool, files: &[Arc<dyn Bytes>]) -> Result<Vec<Extent>, Flaw> {
    let mut extents: Vec<Extent> = Vec::new();
    for (index, block) in session.tracks.iter().enumerate() {
        let (_, slice) = record(block, dvd)?;
        let bytes = files.get(block.files).ok_or_else(|| Flaw::file(Fault::Missing { what: "the data file of a track" }))?;
        let last = index.checked_sub(1).and_then(|last| session.tracks.get(last));
        let stride = u32::from(block.sector_size);
        let (before, offset) = match block.stored_pregap {
            Some(stored) => (stored, 0),
            None => {
                let stored = last.map_or(0, |last| stored_pregap(last, block));
                (stored, block.offset - u64::from(stored) * u64::from(stride))
            }
        };
        if let Some(extent) = extents.last_mut() {
            // A length that covers the next track, too, is the writer's mistake.
            extent.sectors = extent.sectors.min(block.start.since(extent.start).unwrap_or(0));
        }
        let length = block.length.saturating_add(before);
        let mut extent = Extent::plain(block.start - before, length, bytes.clone(), offset, stride, slice);
        extent.sub = block.sub.map(|kind| SubStore {
            bytes: bytes.clone(),
            offset: offset.saturating_add(slice.size() as u64),
            stride,
            kind,
        });
        extents.push(extent);
    }
    Ok(extents)
}

/// How much of the pregap is stored: what lies between the two tracks on the disc, if it lies between them in the file too. Some writers store it and
/// some don't, and no field tells.
fn stored_pregap(last: &TrackBlock, block: &TrackBlock) -> u32 {
    let bytes = |sectors: u32, block: &TrackBlock| u64::from(sectors) * u64::from(block.sector_size);
    let Some(gap) = last.start.checked_add(last.length).and_then(|end| block.start.since(end)) else { return 0 };
    let here = last.offset.checked_add(bytes(last.length, last)).and_then(|end| end.checked_add(bytes(gap, block)));
    if last.files == block.files && here == Some(block.offset) { gap } else { 0 }
}
