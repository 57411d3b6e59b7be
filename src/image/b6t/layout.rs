//! From [`B6t`] to a disc and the places of its sectors in the data files.

use std::sync::Arc;

use super::blocks::{B6t, DataBlock, SessionBlock, TrackBlock};
use crate::bytes::Bytes;
use crate::disc::sector::{RAW, SUBCHANNEL, Slice, SubKind};
use crate::disc::{CdText, Control, Disc, Lba, Medium, Session, Structures, Track, TrackMode};
use crate::image::forms::settle_forms;
use crate::image::mds::structures::{has_two_layers, layer_break};
use crate::image::{Extent, Fault, Flaw, Opened, SubStore};

/// Warnings about single CD-TEXT packs that are passed on; more would say the same.
const MOST_TEXT_WARNINGS: usize = 5;

/// Lays out the disc; `files` has the bytes of the file of each of [`B6t::data`].
///
/// # Errors
/// A [`Flaw`] without an offset when what the blocks say does not fit together.
pub fn layout(b6t: &B6t, files: &[Arc<dyn Bytes>]) -> Result<Opened, Flaw> {
    let cd = b6t.medium.is_cd();
    let mut warnings = Vec::new();
    let mut sessions: Vec<Session> = Vec::new();
    let mut extents = Vec::new();
    for (number, block) in (1..).zip(&b6t.sessions) {
        let before = sessions.last().map_or(if cd { Lba::PROGRAM_START } else { Lba(0) }, |session| session.lead_out);
        let tracks = tracks(block, cd, before)?;
        for track in &tracks {
            stored(b6t, track, files, &mut extents, &mut warnings)?;
        }
        let lead_out = tracks.last().map_or(Lba(0), Track::end);
        if block.end != lead_out {
            let said = block.end;
            warnings.push(format!("Session {number} should end at sector {said}, but its last track ends at {lead_out}."));
        }
        sessions.push(Session { number, disc_type: block.disc_type, tracks, lead_out });
    }
    let (cd_text, flaws) = CdText::from_packs(&b6t.cd_text);
    warnings.extend(flaws.iter().take(MOST_TEXT_WARNINGS).map(|flaw| format!("CD-TEXT: {flaw}.")));
    let layers = layers(&b6t.structures);
    let mut disc = Disc {
        medium: b6t.medium,
        sessions,
        mcn: b6t.mcn,
        cd_text,
        layer_break: if b6t.medium == Medium::Dvd { layer_break(&layers) } else { None },
        structures: Structures { layers, bca: b6t.bca.clone(), dpm: b6t.dpm.iter().map(|dpm| dpm.to_block()).collect() },
    };
    disc.layer_break = disc.layer_break.filter(|&at| at < disc.sectors());
    settle_forms(&mut disc, &extents);
    Ok(Opened { disc, extents, warnings })
}

fn mode(kind: u8, cd: bool) -> Option<TrackMode> {
    match kind {
        6 => Some(TrackMode::Dvd).filter(|_| !cd),
        _ if !cd => None,
        1 => Some(TrackMode::Audio),
        2 => Some(TrackMode::Mode1),
        3 => Some(TrackMode::Mode2Mixed),
        4 => Some(TrackMode::Mode2Form1),
        5 => Some(TrackMode::Mode2Form2),
        _ => None,
    }
}

fn tracks(session: &SessionBlock, cd: bool, before: Lba) -> Result<Vec<Track>, Flaw> {
    let mut tracks: Vec<Track> = Vec::new();
    for block in &session.tracks {
        let mode = mode(block.kind, cd).ok_or_else(|| {
            let what = "the kind of a track and the kind of disc";
            Flaw::file(Fault::Contradiction { what, one: block.kind.into(), other: cd.into() })
        })?;
        let start = start(block)?;
        let mut track = Track::new(block.number, mode, start, block.length);
        track.control = Control::from_nibble(block.control);
        track.pregap = match tracks.is_empty() {
            _ if !cd => 0,
            // On the first session nothing but the pregap is before track 1, whatever the block says.
            true if before == Lba::PROGRAM_START => start.since(before).unwrap_or(0),
            _ => block.pregap,
        };
        tracks.push(track);
    }
    Ok(tracks)
}

/// Address of index 1.
fn start(block: &TrackBlock) -> Result<Lba, Flaw> {
    let start = block.first.checked_add(block.pregap);
    start.ok_or_else(|| {
        let (what, found) = ("the pregap of a track", block.pregap.into());
        Flaw::file(Fault::OutOfRange { what, expected: "one that ends at an address", found })
    })
}

/// Where the sectors of a track lie: wherever a block holds some of them.
fn stored(
    b6t: &B6t,
    track: &Track,
    files: &[Arc<dyn Bytes>],
    extents: &mut Vec<Extent>,
    warnings: &mut Vec<String>,
) -> Result<(), Flaw> {
    let mut found = 0;
    for (block, bytes) in b6t.data.iter().zip(files) {
        let (from, to) = (track.first().max(block.start), track.end().min(block.start + block.sectors));
        let Some(sectors) = to.since(from).filter(|&sectors| sectors > 0) else { continue };
        let skip = u64::from(from.since(block.start).unwrap_or(0));
        extents.push(extent(block, track.mode, from, sectors, skip, bytes)?);
        found += to.since(from.max(track.start)).unwrap_or(0);
    }
    if found < track.length {
        let (missing, number) = (track.length - found, track.number);
        warnings.push(format!("The image does not hold {missing} of the {} sectors of track {number}.", track.length));
    }
    Ok(())
}

fn extent(
    block: &DataBlock,
    mode: TrackMode,
    from: Lba,
    sectors: u32,
    skip: u64,
    bytes: &Arc<dyn Bytes>,
) -> Result<Extent, Flaw> {
    const WITH_Q: usize = RAW + SubKind::Q16.size();
    const WITH_ALL: usize = RAW + SUBCHANNEL;
    let stride = block.sector_size;
    let (main, sub) = match stride as usize {
        WITH_Q => (RAW as u16, Some(SubKind::Q16)),
        WITH_ALL => (RAW as u16, Some(SubKind::Packed)),
        _ => (u16::try_from(stride).unwrap_or(0), None),
    };
    let slice = Slice::of_record(mode, main).ok_or_else(|| {
        let (what, expected) = ("the sector size of a data block", "one that its tracks can have");
        Flaw::file(Fault::OutOfRange { what, expected, found: stride.into() })
    })?;
    let offset = u64::from(block.offset) + skip * u64::from(stride);
    let mut extent = Extent::plain(from, sectors, bytes.clone(), offset, stride, slice);
    extent.sub = sub.map(|kind| SubStore { bytes: bytes.clone(), offset: offset + RAW as u64, stride, kind });
    Ok(extent)
}

/// The structures of each layer, as discs keep them: copyright (format 1), manufacturing (4) and physical format information (0).
fn layers(structures: &[(u16, Vec<u8>)]) -> Vec<Vec<u8>> {
    let nth = |format: u16, layer: usize, len: usize| {
        let mut all = structures.iter().filter(|(found, _)| *found == format).map(|(_, data)| data);
        let mut data = all.nth(layer).cloned().unwrap_or_default();
        data.resize(len, 0);
        data
    };
    let layer = |layer| [nth(1, layer, 4), nth(4, layer, 2048), nth(0, layer, 2048)].concat();
    match structures.iter().filter(|(format, _)| *format == 0).count() {
        0 => Vec::new(),
        // One set of structures tells of both layers.
        1 if has_two_layers(&layer(0)) => vec![layer(0), layer(0)],
        1 => vec![layer(0)],
        _ => vec![layer(0), layer(1)],
    }
}
