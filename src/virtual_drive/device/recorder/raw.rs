//! Writing a CD as the host makes it: lead-in, program and lead-out with their subchannel, sectors of data scrambled.

use super::block::{Main, Sub};
use super::layout::WrittenTrack;
use super::lead_in::LeadIn;
use super::store::CD_RECORD;
use super::{BlockForm, Recording, WriteParameters, refuse};
use crate::disc::sector::{RAW, SUBCHANNEL};
use crate::disc::subchannel::{self, CHANNEL, Content, LEAD_OUT, Q, q_of_interleaved};
use crate::disc::toc::{self, FIRST_PREGAP};
use crate::disc::{Lba, Session, Track, TrackMode, mode_of, scramble};
use crate::drive::sense::Sense;
use crate::virtual_drive::device::says;

/// Sectors behind the lead-out's start that a disc has room for.
const LEAD_OUT_ROOM: u32 = 7_500;

/// The control bit of data.
const DATA: u8 = 4;

/// A session that is being written.
#[derive(Debug, Default)]
pub struct RawSession {
    /// The sector that has to come next; `None` before the first.
    next: Option<Lba>,
    lead_in: LeadIn,
    /// Q of the program area, as it came.
    frames: Vec<(Lba, [u8; CHANNEL])>,
    /// The first sector of the lead-out.
    lead_out: Option<Lba>,
}

/// How blocks come by the data block type of page 05.
pub(super) fn block_form(parameters: &WriteParameters) -> Result<BlockForm, Sense> {
    let sub = match parameters.block_type() {
        1 => Sub::Pq,
        2 => Sub::Packed,
        3 => Sub::Interleaved,
        _ => return Err(says::WRONG_MODE),
    };
    Ok(BlockForm { mode: TrackMode::Audio, main: Main::Whole, sub: Some(sub) })
}

impl Recording {
    pub(super) fn write_raw(&mut self, lba: i32, count: u32, blocks: &[u8], parameters: &WriteParameters) -> Result<(), Sense> {
        let form = block_form(parameters)?;
        if self.layout.open_session().is_some() || self.sao.is_some() {
            return Err(refuse::OUT_OF_ORDER);
        }
        let start = self.layout.next_start().ok_or(says::OUT_OF_RANGE)?;
        let program = Lba(start) - FIRST_PREGAP;
        let first = self.lead_in_start();
        let session = self.layout.session_number() as u8;
        let capacity = Lba(0) + self.layout.capacity();
        let raw = self.raw.get_or_insert_default();
        if raw.next.unwrap_or(first) != Lba(lba) {
            return Err(refuse::WRONG_PLACE);
        }
        if Lba(lba) + count > capacity + LEAD_OUT_ROOM {
            return Err(says::OUT_OF_RANGE);
        }
        raw.next = Some(Lba(lba) + count);
        let mut records = form.records(Lba(lba), blocks, count as usize);
        let mut kept = 0;
        for (record, n) in records.chunks_mut(CD_RECORD).zip(0..) {
            let at = Lba(lba) + n;
            let (sector, sub) = record.split_at_mut(RAW);
            let sub: &[u8; SUBCHANNEL] = sub.first_chunk().expect("a record ends with its subchannel");
            if at < program {
                raw.lead_in.take(session, sub);
                kept = n + 1;
                continue;
            }
            let frame = q_of_interleaved(sub);
            raw.take_frame(at, frame);
            // Audio that looks like a sector is audio all the same, where Q says so.
            if Q::parse(&frame).map_or(true, |q| q.control & DATA != 0) {
                scramble::descramble(sector, Some(at));
            }
        }
        let end = capacity.min(Lba(lba) + count);
        let wanted = end.since(Lba(lba) + kept).unwrap_or(0) as usize * CD_RECORD;
        let program = &records[kept as usize * CD_RECORD..][..wanted];
        if parameters.is_test() || program.is_empty() { Ok(()) } else { self.put(lba + kept.cast_signed(), program) }
    }

    /// The host has sent the lead-out: the disc is what its lead-in and its Q say. Before that it goes on.
    pub(super) fn end_raw(&mut self, parameters: &WriteParameters) -> Result<(), Sense> {
        let Some(raw) = self.raw.take_if(|raw| raw.lead_out.is_some()) else { return Ok(()) };
        if parameters.is_test() {
            return Ok(());
        }
        let mut sessions = toc::sessions(&raw.lead_in.entries).map_err(|_| refuse::INCOMPLETE_TRACK)?;
        let session = sessions.pop().ok_or(refuse::EMPTY)?;
        let found = subchannel::scan(raw.frames.iter().copied());
        let mut tracks = self.tracks_of(&session, &raw.frames);
        for track in &mut tracks {
            track.isrc = found.isrcs.get(&track.number).copied();
            track.indexes = found.indexes.get(&track.number).cloned().unwrap_or_default();
            track.mode = self.mode_on_disc(track);
        }
        self.mcn = found.mcn.or(self.mcn);
        let mut lead_in = raw.lead_in;
        self.text = lead_in.text();
        // Point B0 tells where the next session would begin.
        let next = lead_in.entries.iter().any(|entry| entry.point == 0xB0 && entry.time != [0xFF; 3]);
        self.layout.add_session(tracks, session.disc_type, !next);
        Ok(())
    }

    /// The tracks of the table of contents, their pregaps as Q has them.
    fn tracks_of(&self, session: &Session, frames: &[(Lba, [u8; CHANNEL])]) -> Vec<WrittenTrack> {
        let mut tracks: Vec<WrittenTrack> = Vec::new();
        for track in &session.tracks {
            let pregap = match tracks.last() {
                None => FIRST_PREGAP.max(track.pregap),
                Some(_) => pregap(track, frames),
            };
            if let Some(before) = tracks.last_mut() {
                before.written -= pregap.min(before.written);
            }
            tracks.push(WrittenTrack {
                pregap,
                control: track.control,
                sub: true,
                stores_pregap: true,
                written: track.length,
                closed: true,
                ..WrittenTrack::new(track.number, track.start.0, track.mode)
            });
        }
        tracks
    }

    /// What the first sector of a data track says of its mode.
    fn mode_on_disc(&self, track: &WrittenTrack) -> TrackMode {
        let mut record = [0; CD_RECORD];
        let read = self.store.read(track.start, &mut record);
        let sector = record.first_chunk::<RAW>().filter(|_| read.is_ok() && track.mode.is_data());
        sector.and_then(mode_of).unwrap_or(track.mode)
    }
}

impl RawSession {
    fn take_frame(&mut self, at: Lba, frame: [u8; CHANNEL]) {
        let content = Q::parse(&frame).map(|q| q.content);
        if let Ok(Content::Position { track: LEAD_OUT, .. }) = content {
            self.lead_out.get_or_insert(at);
        }
        if self.lead_out.is_none() {
            self.frames.push((at, frame));
        }
    }
}

/// How many sectors before a track's start Q says that it has begun.
fn pregap(track: &Track, frames: &[(Lba, [u8; CHANNEL])]) -> u32 {
    let before = frames.partition_point(|(at, _)| *at < track.start);
    let mut first = track.start;
    for (at, frame) in frames[..before].iter().rev() {
        match Q::parse(frame).map(|q| q.content) {
            Ok(Content::Position { track: number, index: 0, .. }) if number == track.number => first = *at,
            Ok(Content::Position { .. }) => break,
            // A number or a code stands where the position would.
            _ => {}
        }
    }
    track.start.since(first).unwrap_or(0)
}
