//! From header and blocks to a disc and the places of its sectors.

use std::sync::Arc;

use super::parse::{Block, Header};
use crate::bytes::Bytes;
use crate::disc::sector::{SUBCHANNEL, Slice};
use crate::disc::{CdText, Control, Disc, DiscType, Lba, Medium, Session, Track, TrackMode};
use crate::image::forms::settle_forms;
use crate::image::{Extent, Fault, Flaw, Opened};

/// Lead-out, lead-in and pregap between the first two sessions and between later ones.
const GAPS: [u32; 2] = [11_400, 6_900];
/// Warnings about single CD-TEXT packs that are passed on; more would say the same.
const MOST_TEXT_WARNINGS: usize = 5;

/// Lays out the disc.
///
/// # Errors
/// A [`Flaw`] without an offset when what the blocks say does not fit together.
pub fn layout(header: &Header, cd_text: &[u8], blocks: &[Block], bytes: &Arc<dyn Bytes>) -> Result<Opened, Flaw> {
    let mut builder = Builder { bytes, sessions: Vec::new(), extents: Vec::new(), numbers: 0, shift: None };
    // The first block of a track is followed by those of its indexes.
    for track in blocks.chunk_by(|one, other| (one.session, one.point) == (other.session, other.point)) {
        builder.track(track)?;
    }
    let (cd_text, flaws) = CdText::from_packs(cd_text);
    let warnings = flaws.iter().take(MOST_TEXT_WARNINGS).map(|flaw| format!("CD-TEXT: {flaw}.")).collect();
    let mut disc = Disc::new(Medium::Cd, Vec::new());
    (disc.sessions, disc.mcn, disc.cd_text) = (builder.sessions, header.mcn, cd_text);
    settle_forms(&mut disc, &builder.extents);
    Ok(Opened { disc, extents: builder.extents, warnings })
}

struct Builder<'a> {
    bytes: &'a Arc<dyn Bytes>,
    sessions: Vec<Session>,
    extents: Vec<Extent>,
    /// Tracks so far.
    numbers: usize,
    /// What to add to a number of the file to make it an address: numbers begin with 0 or 150.
    shift: Option<i64>,
}

impl Builder<'_> {
    fn track(&mut self, blocks: &[Block]) -> Result<(), Flaw> {
        let contradiction = |what, one, other| Flaw::file(Fault::Contradiction { what, one, other });
        let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { return Ok(()) };
        let main = blocks.iter().find(|block| block.index == 1);
        let main = main.ok_or_else(|| Flaw::file(Fault::Missing { what: "index 1 of a track" }))?;
        let rising = blocks.windows(2).all(|pair| pair[0].index + 1 == pair[1].index && pair[0].last < pair[1].first);
        if !rising || first.index > 1 {
            let (one, other) = (first.index.into(), last.index.into());
            return Err(contradiction("the indexes of a track, which should rise,", one, other));
        }
        self.numbers += 1;
        let number = u8::try_from(self.numbers).ok().filter(|number| *number <= 99);
        let number = number.ok_or_else(|| Flaw::file(Fault::TooMany { what: "tracks", limit: 99 }))?;
        let new_session = self.sessions.len() + 1 == usize::from(first.session);
        if !new_session && self.sessions.len() != usize::from(first.session) {
            return Err(contradiction("the numbers of two sessions", self.sessions.len() as i64, first.session.into()));
        }
        if first.point != number && !(new_session && first.point == 1) && self.points_differ(first.point, new_session) {
            return Err(contradiction("the numbers of two tracks", number.into(), first.point.into()));
        }
        let shift = self.shift(main.first, new_session);
        let address = |sector: u32| i32::try_from(i64::from(sector) + shift).ok().map(Lba);
        let address =
            |sector| address(sector).ok_or_else(|| contradiction("the number of a sector and its disc", sector.into(), shift));
        let (mode, slice, subchannel) = record(main)?;
        let start = address(main.first)?;
        let mut track = Track::new(number, mode, start, last.last - main.first + 1);
        track.control = Control { copy: main.flags & 1 != 0, pre_emphasis: main.flags & 2 != 0, ..Control::default() };
        track.isrc = main.isrc;
        for block in blocks.iter().filter(|block| block.index > 1) {
            track.indexes.push(address(block.first)?);
        }
        track.pregap = match (new_session, self.sessions.last()) {
            (true, None) => start.since(Lba::PROGRAM_START).unwrap_or(0),
            (true, Some(before)) => start.since(before.lead_out).unwrap_or(0).min(150),
            // Whatever lies between two tracks is the pregap of the second.
            (false, before) => before.and_then(|before| start.since(before.lead_out)).unwrap_or(0),
        };
        for block in blocks.iter().filter(|block| block.index <= 1) {
            // Indexes above 1 have no place of their own.
            let end = if block.index == 0 { block.last } else { last.last };
            let stride = block.sector_size;
            let sectors = end - block.first + 1;
            let extent = Extent::plain(address(block.first)?, sectors, self.bytes.clone(), block.offset, stride, slice);
            self.extents.push(if subchannel { extent.with_subchannel() } else { extent });
        }
        if new_session {
            let number = first.session.into();
            self.sessions.push(Session { number, disc_type: DiscType::default(), tracks: Vec::new(), lead_out: start });
        }
        if let Some(session) = self.sessions.last_mut() {
            session.lead_out = track.end();
            session.tracks.push(track);
        }
        Ok(())
    }

    /// Whether a track does not follow the one before it; numbers begin again in each session in some files.
    fn points_differ(&self, point: u8, new_session: bool) -> bool {
        let session = self.sessions.last().map_or(0, |session| session.tracks.len());
        new_session || session + 1 != usize::from(point)
    }

    /// The first track begins at address 0. A later session keeps its distance where it has one; where sessions follow each other without, or number
    /// their sectors anew, it is the distance that drives leave.
    fn shift(&mut self, first: u32, new_session: bool) -> i64 {
        let before = self.sessions.last().map(|session| session.lead_out);
        let first = i64::from(first);
        let shift = match (self.shift, before) {
            (Some(shift), Some(_)) if !new_session => shift,
            (Some(shift), Some(before)) if first + shift >= i64::from(before.0) + 150 => shift,
            (_, Some(before)) => i64::from(before.0) + i64::from(GAPS[usize::from(self.sessions.len() > 1)]) - first,
            (_, None) => -first,
        };
        self.shift = Some(shift);
        shift
    }
}

/// Mode, stored part, and whether subchannel follows.
fn record(block: &Block) -> Result<(TrackMode, Slice, bool), Flaw> {
    const WITH_SUBCHANNEL: u32 = 2352 + SUBCHANNEL as u32;
    let subchannel = block.sector_size == WITH_SUBCHANNEL;
    let size = if subchannel { 2352 } else { block.sector_size };
    let mode = match (block.mode, size) {
        (0 | 0xFF, _) => Some(TrackMode::Audio),
        (1, _) => Some(TrackMode::Mode1),
        (2, 2048) => Some(TrackMode::Mode2Form1),
        (2, 2324) => Some(TrackMode::Mode2Form2),
        (2, _) => Some(TrackMode::Mode2Mixed),
        _ => None,
    };
    let slice = |mode| Some((mode, Slice::of_record(mode, u16::try_from(size).ok()?)?, subchannel));
    mode.and_then(slice).ok_or_else(|| {
        let what = "the mode and the sector size of a track";
        Flaw::file(Fault::Contradiction { what, one: block.mode.into(), other: block.sector_size.into() })
    })
}
