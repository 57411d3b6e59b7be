//! READ DISC INFORMATION, READ TRACK INFORMATION, and of READ TOC/PMA/ATIP what a disc tells that can be written (MMC-6, 6.21, 6.26, 6.25).

use super::blank::Family;
use super::layout::WrittenTrack;
use super::mode_page::{WriteParameters, WriteType};
use super::{ATIP_LEAD_IN, BlankKind, Recording};
use crate::disc::toc::{TocEntry, time};
use crate::disc::{Lba, TrackMode};
use crate::drive::sense::Sense;
use crate::virtual_drive::device::describe::{allow, be16};
use crate::virtual_drive::device::says;

/// Disc status, and state of the last session.
const BLANK: u8 = 0;
const APPENDABLE: u8 = 1;
const COMPLETE: u8 = 2;
const OTHER: u8 = 3;
const EMPTY: u8 = 0 << 2;
const INCOMPLETE: u8 = 1 << 2;
const WHOLE: u8 = 3 << 2;
/// The track that writing goes on with, whatever its number.
const NEXT_TRACK: i32 = 0xFF;

/// What READ TRACK INFORMATION says of a track.
struct Told {
    number: u8,
    session: u16,
    mode: TrackMode,
    control: u8,
    start: i32,
    size: u32,
    written: u32,
    reserved: bool,
    next: Option<i32>,
    free: u32,
    last: i32,
    jumps: ToldJumps,
}

/// What it says of a track that lies on both layers by turns: its status, 0 of all others, and the next and the last jump address.
#[derive(Default)]
struct ToldJumps {
    status: u8,
    next: i32,
    last: i32,
}

impl Recording {
    /// The answer to READ DISC INFORMATION.
    pub fn disc_information(&self) -> Vec<u8> {
        let (status, background) = match &self.formatting {
            Some(formatting) => match self.blank.kind {
                BlankKind::DvdPlusRw => (WHOLE | COMPLETE, formatting.background.bits()),
                BlankKind::DvdRw if formatting.grows => (INCOMPLETE | APPENDABLE, 0),
                BlankKind::DvdRw => (WHOLE | COMPLETE, 0),
                _ => (WHOLE | OTHER, 0),
            },
            None if self.layout.is_finished() => (WHOLE | COMPLETE, 0),
            None => {
                let session = if self.layout.open_session().is_some() { INCOMPLETE } else { EMPTY };
                (session | if self.layout.is_blank() { BLANK } else { APPENDABLE }, 0)
            }
        };
        let sessions = if self.formatting.is_some() { 1 } else { self.layout.session_number().max(1) };
        let of_last: Vec<u8> = self.told().iter().filter(|track| track.session == sessions).map(|track| track.number).collect();
        let first = of_last.first().copied().unwrap_or(1);
        let disc_type = self.layout.sessions().first().map_or(0xFF, |session| session.disc_type.byte());
        let erasable = if self.blank.kind.is_rewritable() { 0x10 } else { 0 };
        let mut answer = vec![0, 32, erasable | status, 1, sessions as u8, first, of_last.last().copied().unwrap_or(first)];
        answer.extend([0x20 | background, disc_type, (sessions >> 8) as u8, 0, 0, 0, 0, 0, 0]);
        // Where the last lead-in begins, and where the last lead-out may begin: of CDs that go on alone.
        if self.blank.kind.family() == Family::Cd && !self.layout.is_finished() {
            for at in [self.lead_in_start(), Lba(0) + self.layout.capacity()] {
                let [minute, second, frame] = time(at);
                answer.extend([0, minute, second, frame]);
            }
        } else {
            answer.extend([0xFF; 8]);
        }
        answer.resize(34, 0);
        answer
    }

    /// All tracks, and the one to come.
    fn told(&self) -> Vec<Told> {
        if let Some(formatting) = self.formatting {
            let next = formatting.grows.then_some(formatting.sectors.cast_signed());
            let free = if formatting.grows { self.blank.sectors - formatting.sectors } else { 0 };
            let (size, written) = (formatting.sectors + free, formatting.sectors);
            let whole = Told {
                number: 1,
                session: 1,
                mode: TrackMode::Dvd,
                control: 4,
                start: 0,
                size,
                written,
                reserved: false,
                next,
                free,
                last: written.saturating_sub(1).cast_signed(),
                jumps: ToldJumps::default(),
            };
            return vec![whole];
        }
        let run_out = self.layout.run_out();
        let mut told: Vec<Told> = self.layout.tracks().map(|(session, track)| self.told_of(session, track, run_out)).collect();
        if let Some(start) = self.layout.next_start() {
            let free = self.layout.free_from(start).saturating_sub(run_out);
            let mode = if run_out > 0 { TrackMode::Audio } else { TrackMode::Dvd };
            let control = if run_out > 0 { 0 } else { 4 };
            // A DVD+RW and a BD-RE have to be formatted before there is a place to go on at.
            let next = (self.family() != Family::Anywhere).then_some(start);
            let (number, session) = (self.layout.next_number(), self.layout.session_number());
            let jumps = ToldJumps { status: self.jump_status(None), next: self.first_jump(), last: 0 };
            let (size, written, reserved, last) = (free, 0, false, start);
            told.push(Told { number, session, mode, control, start, size, written, reserved, next, free, last, jumps });
        }
        told
    }

    fn told_of(&self, session: u16, track: &WrittenTrack, run_out: u32) -> Told {
        let next = track.next_writable();
        let free = match (track.reserved, &track.jumps) {
            _ if track.closed => 0,
            (_, Some(jumps)) => jumps.free(),
            (Some(size), None) => size - track.written.min(size),
            (None, None) => self.layout.free_from(next).saturating_sub(run_out),
        };
        let jumps = track.jumps.as_ref().map_or(ToldJumps::default(), |jumps| ToldJumps {
            status: self.jump_status(Some(track)),
            next: jumps.next_jump(self.jumps_to_come).filter(|_| !track.closed).unwrap_or(0),
            last: jumps.last().unwrap_or(0),
        });
        let size = match &track.jumps {
            _ if track.closed => track.size(),
            Some(jumps) => jumps.most(),
            None => track.written + free,
        };
        let control = if track.mode == TrackMode::Dvd { 4 } else { track.control.nibble(track.mode) };
        Told {
            number: track.number,
            session,
            mode: track.mode,
            control,
            start: track.start,
            size,
            written: track.written,
            reserved: track.reserved.is_some() && !track.closed,
            next: (free > 0).then_some(next),
            free,
            last: track.last_recorded(),
            jumps,
        }
    }

    /// The address that a track says it is written at next. The host sends the pause before a session at once, so that a CD is written there from the
    /// pause on; a track at once begins behind the pause that the drive makes.
    fn next_address(&self, track: &Told, parameters: &WriteParameters) -> Option<i32> {
        let begins = self.layout.open_session().is_none() && track.number == self.layout.next_number();
        let at_once = self.family() == Family::Cd && parameters.write_type() == WriteType::Session;
        let pause = if begins && at_once { self.layout.next_pregap().cast_signed() } else { 0 };
        track.next.map(|next| next - pause)
    }

    /// The answer to READ TRACK INFORMATION.
    pub fn track_information(&self, cdb: &[u8], parameters: &WriteParameters) -> Result<Vec<u8>, Sense> {
        let wanted = i32::from_be_bytes([cdb[2], cdb[3], cdb[4], cdb[5]]);
        let told = self.told();
        let found = match cdb[1] & 3 {
            0 => told.iter().find(|track| wanted < track.start.saturating_add_unsigned(track.size)),
            1 if wanted == NEXT_TRACK => told.iter().rev().find(|track| track.next.is_some() && !track.reserved),
            1 => told.iter().find(|track| i32::from(track.number) == wanted),
            _ => told.iter().find(|track| i32::from(track.session) == wanted),
        };
        let track = found.ok_or(says::BAD_FIELD)?;
        let mode = match track.mode {
            TrackMode::Audio => 0x0F,
            mode if mode.is_mode2() => 2,
            _ => 1,
        };
        let incremental = match self.family() {
            Family::Dash if self.incremental => 0x20,
            Family::Anywhere if self.formatting.is_some() => 0x30,
            Family::Blu => 0x20,
            _ => 0,
        };
        let blank = if track.written == 0 { 0x40 } else { 0 };
        let flags = u8::from(track.reserved) << 7 | blank | incremental | mode;
        // A next address, and a last that was recorded.
        let valid = u8::from(track.next.is_some()) | u8::from(track.written > 0) << 1;
        let jumps = &track.jumps;
        let mut answer = vec![0, 46, track.number, track.session as u8, 0, jumps.status << 6 | track.control, flags, valid];
        answer.extend(track.start.to_be_bytes());
        answer.extend(self.next_address(track, parameters).unwrap_or(0).to_be_bytes());
        answer.extend(track.free.to_be_bytes());
        answer.extend(if incremental != 0 { self.blank.kind.block() } else { 0 }.to_be_bytes());
        // Of a track on both layers its last address, since its addresses have gaps.
        let end = track.start.cast_unsigned().saturating_add(track.size).saturating_sub(1);
        answer.extend(if jumps.status > 0 { end } else { track.size }.to_be_bytes());
        answer.extend(track.last.to_be_bytes());
        // The address up to which a disc has to be written so that players read it is none of this drive's.
        answer.extend([0, (track.session >> 8) as u8, 0, 0, 0, 0, 0, 0]);
        answer.extend(jumps.next.to_be_bytes());
        answer.extend(jumps.last.to_be_bytes());
        Ok(allow(answer, be16(cdb, 7)))
    }

    /// READ TOC/PMA/ATIP, format 3: tracks that have begun, as the program memory area keeps them. `None` for what is no CD.
    pub fn program_memory(&self) -> Option<Vec<u8>> {
        let entry = |track: &WrittenTrack| {
            let ([m, s, f], [pm, ps, pf]) = (time(Lba(track.end())), time(Lba(track.start)));
            [0, 0x10 | track.control.nibble(track.mode), 0, track.number, m, s, f, 0, pm, ps, pf]
        };
        let entries = || self.layout.tracks().flat_map(|(_, track)| entry(track));
        (self.blank.kind.family() == Family::Cd).then(|| [0, 0].into_iter().chain(entries()).collect())
    }

    /// READ TOC/PMA/ATIP, format 4: what is pressed into the groove of a CD.
    pub fn atip(&self) -> Option<Vec<u8>> {
        if self.blank.kind.family() != Family::Cd {
            return None;
        }
        let rewritable = self.blank.kind == BlankKind::CdRw;
        let ([m, s, f], [lm, ls, lf]) = (time(ATIP_LEAD_IN), time(Lba(0) + self.blank.sectors));
        // Writing power and, of CD-RW, the reference speed; unrestricted use; the kind of disc.
        let mut answer =
            vec![0, 0, 0xD0 | u8::from(rewritable), 0, 0x80 | u8::from(rewritable) << 6 | u8::from(rewritable) << 2, 0];
        answer.extend([m, s, f, 0, lm, ls, lf, 0]);
        // Additional information 1 of CD-RW: lowest and highest speed, power.
        answer.extend(if rewritable { [0x12, 0x4A, 0x50, 0] } else { [0; 4] });
        answer.resize(26, 0);
        Some(answer)
    }

    /// What the last lead-in of a CD says of a session that may follow.
    pub fn next_session(&self) -> Option<TocEntry> {
        let closed = self.layout.sessions().iter().filter(|session| session.closed).count();
        if self.blank.kind.family() != Family::Cd || closed == 0 || self.layout.open_session().is_some() {
            return None;
        }
        let next = Lba(self.layout.next_start()?) - self.layout.next_pregap();
        let value = time(Lba(0) + self.layout.capacity());
        Some(TocEntry { session: closed as u8, adr: 5, control: 0, point: 0xB0, time: time(next), value })
    }
}
