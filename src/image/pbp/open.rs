//! Opens a PBP.

use std::sync::Arc;

use super::blocks::Deflated;
use super::parse::{BLOCK_SECTORS, DISC_HEAD_LEN, HEAD_LEN, PSAR_HEAD_LEN, PspDisc, disc, discs, last_part};
use crate::bytes::{Bytes, Unpacked, read_some};
use crate::disc::sector::Slice;
use crate::disc::{Control, Disc, Lba, Medium, Track, TrackMode};
use crate::image::forms::settle_forms;
use crate::image::{Error, Extent, Fault, Flaw, Limits, Opened, Opener};

/// Opens the first disc of a PBP; the others are named.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    open_bytes(opener.bytes()).map_err(|flaw| opener.flaw(flaw))
}

fn open_bytes(bytes: &Arc<dyn Bytes>) -> Result<Opened, Flaw> {
    let read = |at, len| read_some(&**bytes, at, len).map_err(|error| Flaw::at(at, Fault::Io(error)));
    let part = last_part(&read(0, HEAD_LEN)?)?;
    let places = discs(&read(part, PSAR_HEAD_LEN)?, part)?;
    let (&first, others) = places.split_first().ok_or_else(|| Flaw::file(Fault::Missing { what: "the first disc" }))?;
    let psp = disc(&read(first, DISC_HEAD_LEN)?, first, bytes.len())?;
    let mut warnings = Vec::new();
    if !others.is_empty() {
        let mut games = vec![psp.game.clone()];
        for &place in others {
            games.push(
                disc(&read(place, DISC_HEAD_LEN)?, place, bytes.len()).map_or_else(|_| "unreadable".to_owned(), |psp| psp.game),
            );
        }
        let (count, games) = (games.len(), games.join(", "));
        warnings.push(format!("This file holds {count} discs ({games}), of which this is the first; the others are not opened."));
    }
    layout(psp, bytes, warnings)
}

/// The disc, all of whose sectors lie one after another from address 0 on.
fn layout(psp: PspDisc, bytes: &Arc<dyn Bytes>, mut warnings: Vec<String>) -> Result<Opened, Flaw> {
    // The list of blocks has room for half a million sectors.
    let stored = psp.blocks.len() as u32 * BLOCK_SECTORS;
    let lead_out = psp.lead_out.unwrap_or(Lba(0) + stored);
    if psp.lead_out.is_none() {
        warnings.push("Where the disc ends is not told: it was taken to end with its last block.".to_owned());
    }
    let mut tracks: Vec<Track> = Vec::new();
    for (index, entry) in psp.tracks.iter().enumerate() {
        let end = psp.tracks.get(index + 1).map_or(lead_out, |next| next.first);
        let length = end.since(entry.start).filter(|&length| length > 0).ok_or_else(|| {
            let (one, other) = (entry.start.0.into(), end.0.into());
            Flaw::file(Fault::Contradiction { what: "the start of a track and its end", one, other })
        })?;
        let mode = if entry.control & 4 == 0 { TrackMode::Audio } else { TrackMode::Mode2Mixed };
        let mut track = Track::new(entry.number, mode, entry.start, length);
        track.control = Control::from_nibble(entry.control);
        let from = if index == 0 { Lba::PROGRAM_START } else { entry.first };
        track.pregap = entry.start.since(from).unwrap_or(0);
        tracks.push(track);
    }
    let mut disc = Disc::new(Medium::Cd, tracks);
    if let Some(missing) = disc.sectors().checked_sub(stored).filter(|&missing| missing > 0) {
        warnings.push(format!("The last {missing} of the {} sectors of the disc are not in the file.", disc.sectors()));
    }
    let sectors = stored.min(disc.sectors());
    let unpacked = Arc::new(Unpacked::new(Deflated::new(bytes.clone(), psp.blocks)));
    let extents = vec![Extent::plain(Lba(0), sectors, unpacked, 0, 2352, Slice::RAW)];
    settle_forms(&mut disc, &extents);
    Ok(Opened { disc, extents, warnings })
}

/// Opens a PBP out of memory, and throws away what it finds.
pub fn parse_anything(bytes: &[u8], _: &Limits) {
    let bytes: Arc<dyn Bytes> = Arc::new(bytes.to_vec());
    let _ = open_bytes(&bytes);
}
