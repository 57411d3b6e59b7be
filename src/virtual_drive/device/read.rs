//! Reading: READ (6), (10) and (12), READ CD and READ CD MSF.

use std::ops::Range;

use super::faults::Outcome;
use super::medium::Readable;
use super::{C2Manner, Device, says};
use crate::disc::sector::{Form, RAW, SUBCHANNEL, Slice, SubKind, Worth};
use crate::disc::subchannel;
use crate::disc::{Lba, Msf, TrackMode};
use crate::drive::sense::Sense;

/// Bytes of a stereo sample.
const SAMPLE: i64 = 4;

/// What READ CD asks for of each sector.
#[derive(Clone, Copy)]
struct Wanted {
    /// Expected sector type: 0 any, 1 audio, 2 mode 1, 3 mode 2, 4 form 1, 5 form 2.
    kind: u8,
    /// The flags of byte 9: sync, headers, user data, EDC and ECC.
    flags: u8,
    /// Bytes of C2 pointers: 0, 294 or 296.
    c2: usize,
    /// Subchannel: 0, 1 raw, 2 Q, 4 R–W.
    sub: u8,
}

impl Wanted {
    fn sub_size(self) -> usize {
        match self.sub {
            0 => 0,
            2 => 16,
            _ => SUBCHANNEL,
        }
    }
}

impl Device {
    /// READ: 2048 bytes of each data sector; one of no sectors empties the cache where it says so.
    pub(super) fn read_data(&mut self, cdb: &[u8], into: &mut [u8]) -> Result<usize, Sense> {
        let word = |at: usize| i32::from_be_bytes([cdb[at], cdb[at + 1], cdb[at + 2], cdb[at + 3]]);
        let (lba, count, fua) = match cdb[0] {
            0x08 => (word(0) & 0x001F_FFFF, if cdb[4] == 0 { 256 } else { u32::from(cdb[4]) }, false),
            0x28 => (word(2), u32::from(u16::from_be_bytes([cdb[7], cdb[8]])), cdb[1] & 8 != 0),
            _ => (word(2), word(6).cast_unsigned(), cdb[1] & 8 != 0),
        };
        if fua {
            self.script.forget();
        }
        let sectors = self.on_the_disc(lba, count)?;
        if sectors.is_empty() {
            return Ok(0);
        }
        let size = usize::try_from(count).ok().and_then(|count| count.checked_mul(2048)).filter(|&size| size <= into.len());
        let into = &mut into[..size.ok_or(says::BAD_FIELD)?];
        self.read_user(&sectors, into)?;
        self.script.spend(into.len(), sectors.len());
        Ok(into.len())
    }

    /// VERIFY (10): reads sectors, and with BYTCHK compares them with what was sent (SBC-3, 5.29).
    pub(super) fn verify(&mut self, cdb: &[u8], sent: &[u8]) -> Result<usize, Sense> {
        /// Sectors at a time.
        const PIECE: i32 = 32;
        let lba = i32::from_be_bytes([cdb[2], cdb[3], cdb[4], cdb[5]]);
        let sectors = self.on_the_disc(lba, u32::from(u16::from_be_bytes([cdb[7], cdb[8]])))?;
        let compare = cdb[1] & 2 != 0;
        if compare && sent.len() < sectors.len() * 2048 {
            return Err(says::BAD_FIELD);
        }
        let mut piece = [0; PIECE as usize * 2048];
        for from in sectors.clone().step_by(PIECE as usize) {
            let now = from..sectors.end.min(from + PIECE);
            let read = &mut piece[..now.len() * 2048];
            self.read_user(&now, read)?;
            self.script.spend(read.len(), now.len());
            let at = (from - lba) as usize * 2048;
            if compare && sent[at..at + read.len()] != *read {
                return Err(says::MISCOMPARE);
            }
        }
        Ok(if compare { sent.len() } else { 0 })
    }

    /// Sectors between the beginning of the disc and its end.
    fn on_the_disc(&self, lba: i32, count: u32) -> Result<Range<i32>, Sense> {
        let end = i64::from(lba) + i64::from(count);
        let inside = lba >= 0 && end <= i64::from(self.readable()?.disc().lead_out().0);
        if inside { Ok(lba..end as i32) } else { Err(says::OUT_OF_RANGE) }
    }

    /// User data of sectors on the disc.
    fn read_user(&mut self, sectors: &Range<i32>, into: &mut [u8]) -> Result<(), Sense> {
        let lba = sectors.start;
        self.check_written(sectors)?;
        let medium = self.readable()?;
        let form = match medium.disc().track_at(Lba(lba)).map(|(_, track)| track.mode) {
            Some(TrackMode::Audio | TrackMode::Mode0 | TrackMode::Mode2 | TrackMode::Mode2Form2) => return Err(says::WRONG_MODE),
            // What belongs to no track can't be read.
            None => return Err(says::UNREADABLE.at(lba.cast_unsigned())),
            Some(mode) => Form::main(crate::image::cooked(mode)),
        };
        let reader = medium.reader.clone();
        self.look_at(sectors, false)?;
        let mut worth = vec![Worth::Good; sectors.len()];
        reader.read(Lba(lba), form, into, &mut worth).map_err(|_| says::UNREADABLE.at(lba.cast_unsigned()))?;
        // What the disc's own error correction could not repair, no drive could.
        match worth.iter().position(|worth| *worth == Worth::Damaged) {
            Some(bad) => Err(says::UNREADABLE.at((lba + bad as i32).cast_unsigned())),
            None => Ok(()),
        }
    }

    /// A sector that was never written can't be read.
    fn check_written(&self, sectors: &Range<i32>) -> Result<(), Sense> {
        match self.ready()?.unwritten(sectors) {
            Some(lba) => Err(says::UNREADABLE.at(lba.cast_unsigned())),
            None => Ok(()),
        }
    }

    /// Tells which sectors give trouble: an error at the first that can't be read, and the wrong ones with their numbers. Where wrong bytes can't
    /// pass (`audio` is false), those are errors too.
    fn look_at(&mut self, sectors: &Range<i32>, audio: bool) -> Result<Vec<(i32, Outcome)>, Sense> {
        let mut wrong = Vec::new();
        if !self.script.touches(sectors) && !self.script.remembers() {
            return Ok(wrong);
        }
        for lba in sectors.clone() {
            match self.script.read(lba) {
                Outcome::Good => {}
                outcome @ (Outcome::Wrong(_) | Outcome::Flickered(_)) if audio => wrong.push((lba, outcome)),
                Outcome::Wrong(_) | Outcome::Flickered(_) | Outcome::Failed => {
                    return Err(says::UNREADABLE.at(lba.cast_unsigned()));
                }
            }
        }
        Ok(wrong)
    }

    /// READ CD and READ CD MSF.
    pub(super) fn read_cd(&mut self, cdb: &[u8], into: &mut [u8]) -> Result<usize, Sense> {
        let sectors = addressed(cdb)?;
        let count = (sectors.end - sectors.start) as usize;
        let c2 = [0, 294, 296][usize::from(cdb[9] >> 1 & 3).min(2)];
        let wanted = Wanted { kind: cdb[1] >> 2 & 7, flags: cdb[9] & 0xF8, c2, sub: cdb[10] & 7 };
        if (c2 > 0 && self.manners.c2 == C2Manner::Refused) || !matches!(wanted.sub, 0 | 1 | 2 | 4) {
            return Err(says::BAD_FIELD);
        }
        let (before, behind) = (self.manners.lead_in, self.manners.lead_out);
        let medium = self.readable()?;
        if !medium.profile.is_cd() {
            return Err(says::WRONG_MODE);
        }
        let end = medium.disc().lead_out();
        if sectors.start < -(before as i32) || sectors.end > (end + behind).0 {
            return Err(says::OUT_OF_RANGE);
        }
        self.check_written(&(sectors.start..sectors.end.min(end.0)))?;
        let mode = mode_of(medium, sectors.start);
        let main = main_of(mode, wanted)?;
        let line = main.map_or(0, Slice::size) + wanted.c2 + wanted.sub_size();
        let size = count.checked_mul(line).filter(|&size| size <= into.len()).ok_or(says::BAD_FIELD)?;
        let into = &mut into[..size];
        let audio = mode == TrackMode::Audio;
        let wrong = self.look_at(&sectors, audio)?;
        let medium = self.readable()?;
        let offset = if audio { self.manners.offset } else { 0 };
        fill(medium, &sectors, main, offset, wanted, into)?;
        if self.manners.makes_up && mode == TrackMode::Mode1 && main == Some(Slice::RAW) {
            for (lba, sector) in sectors.clone().zip(into.chunks_mut(line)) {
                let time = Lba(lba).to_msf();
                sector[12..15].copy_from_slice(&[time.minute as u8, time.second, time.frame]);
                sector[2064..RAW].fill(0);
            }
        }
        let lines = Lines { line, main: main.map_or(0, Slice::size), wanted };
        self.spoil(&sectors, &wrong, lines, into);
        self.script.spend(count * main.map_or(0, Slice::size), count);
        Ok(size)
    }

    /// Wrong bytes where a fault wants them, error pointers as the drive gives them, and bits turned in Q.
    fn spoil(&self, sectors: &Range<i32>, wrong: &[(i32, Outcome)], lines: Lines, into: &mut [u8]) {
        let Lines { line, main, wanted } = lines;
        let q_every = self.manners.q_error_every as i32;
        if wrong.is_empty() && self.manners.c2 != C2Manner::Crying && q_every == 0 {
            return;
        }
        for (lba, bytes) in sectors.clone().zip(into.chunks_mut(line.max(1))) {
            let (data, rest) = bytes.split_at_mut(main);
            let (c2, sub) = rest.split_at_mut(wanted.c2);
            let pointers = c2.len() - c2.len().min(294);
            if let Some((_, outcome)) = wrong.iter().find(|(at, _)| *at == lba) {
                for (at, change) in changes(*outcome) {
                    if let Some(byte) = data.get_mut(at) {
                        *byte ^= change;
                    }
                    if let (C2Manner::Honest, Some(pointer)) = (self.manners.c2, c2.get_mut(pointers + at / 8)) {
                        *pointer |= 0x80 >> (at % 8);
                    }
                }
            }
            if let (C2Manner::Crying, Some(pointer)) = (self.manners.c2, c2.get_mut(pointers + lba.rem_euclid(294) as usize)) {
                *pointer |= 0x10;
            }
            if q_every > 0 && lba.rem_euclid(q_every) == 0 {
                // Bit 6 of a byte of interleaved channels is Q.
                if let Some(byte) = sub.get_mut(20 % sub.len().max(1)) {
                    *byte ^= 0x40;
                }
            }
        }
    }
}

/// Which bytes of a sector are others, and by which bits.
fn changes(outcome: Outcome) -> Vec<(usize, u8)> {
    match outcome {
        // A run of bytes, elsewhere in every try.
        Outcome::Wrong(number) => (0..48).map(|n| ((number as usize * 331 + n) % RAW, 0x5A)).collect(),
        Outcome::Flickered(number) => vec![(1000, (number % 255 + 1) as u8)],
        Outcome::Good | Outcome::Failed => Vec::new(),
    }
}

/// How the bytes of a sector follow each other in an answer.
#[derive(Clone, Copy)]
struct Lines {
    line: usize,
    main: usize,
    wanted: Wanted,
}

/// The sectors that the command names.
fn addressed(cdb: &[u8]) -> Result<Range<i32>, Sense> {
    if cdb[0] == 0xB9 {
        let time =
            |at: usize| Msf::new(u32::from(cdb[at]), cdb[at + 1], cdb[at + 2]).map(Msf::to_lba).map_err(|_| says::BAD_FIELD);
        let (from, to) = (time(3)?, time(6)?);
        return if from <= to { Ok(from.0..to.0) } else { Err(says::BAD_FIELD) };
    }
    let from = i32::from_be_bytes([cdb[2], cdb[3], cdb[4], cdb[5]]);
    let count = i32::from_be_bytes([0, cdb[6], cdb[7], cdb[8]]);
    from.checked_add(count).map(|to| from..to).ok_or(says::OUT_OF_RANGE)
}

/// The mode of the track at an address; of a pregap that of its track, of the lead-out that of the last.
fn mode_of(medium: &Readable, lba: i32) -> TrackMode {
    let disc = medium.disc();
    let at = disc.track_at(Lba(lba)).map(|(_, track)| track.mode);
    let near = || disc.tracks().take_while(|(_, track)| track.first() <= Lba(lba)).last().or(disc.tracks().next());
    at.or_else(|| near().map(|(_, track)| track.mode)).unwrap_or(TrackMode::Audio)
}

/// What of the main channel is asked for; an error where the sectors are of another kind than was said, or the flags make no run of bytes.
fn main_of(mode: TrackMode, wanted: Wanted) -> Result<Option<Slice>, Sense> {
    let fits = match wanted.kind {
        0 => true,
        1 => mode == TrackMode::Audio,
        2 => mode == TrackMode::Mode1,
        3 => mode == TrackMode::Mode2,
        4 => matches!(mode, TrackMode::Mode2Form1 | TrackMode::Mode2Mixed),
        5 => matches!(mode, TrackMode::Mode2Form2 | TrackMode::Mode2Mixed),
        _ => return Err(says::BAD_FIELD),
    };
    if !fits {
        return Err(says::WRONG_MODE);
    }
    if mode == TrackMode::Audio {
        return Ok((wanted.flags != 0).then_some(Slice::RAW));
    }
    let xa = matches!(mode, TrackMode::Mode2Form1 | TrackMode::Mode2Form2 | TrackMode::Mode2Mixed);
    let user = match mode {
        TrackMode::Mode2Form2 => (24, 2348),
        TrackMode::Mode2 | TrackMode::Mode0 => (16, 2352),
        _ if wanted.kind == 5 => (24, 2348),
        _ if xa => (24, 2072),
        _ => (16, 2064),
    };
    // Field by field, each with its flag and its place in the sector (MMC-6, READ CD, main channel selection).
    let fields = [(0x80, 0, 12), (0x20, 12, 16), (0x40, 16, user.0), (0x10, user.0, user.1), (0x08, user.1, 2352)];
    let chosen: Vec<(u16, u16)> =
        fields.iter().filter(|(flag, from, to)| wanted.flags & flag != 0 && from < to).map(|&(_, from, to)| (from, to)).collect();
    if chosen.windows(2).any(|pair| pair[0].1 != pair[1].0) {
        return Err(says::BAD_FIELD);
    }
    let ends = chosen.first().zip(chosen.last());
    Ok(ends.and_then(|(first, last)| Slice::new(first.0, last.1)))
}

/// Reads what is asked for from the disc; what lies on it nowhere reads as silence.
fn fill(
    medium: &Readable,
    sectors: &Range<i32>,
    main: Option<Slice>,
    offset: i32,
    wanted: Wanted,
    into: &mut [u8],
) -> Result<(), Sense> {
    let main_size = main.map_or(0, Slice::size);
    let line = main_size + wanted.c2 + wanted.sub_size();
    if line == 0 {
        return Ok(());
    }
    let sub = (wanted.sub_size() > 0).then_some(if wanted.sub == 2 { SubKind::Q16 } else { SubKind::Interleaved });
    // C2 lies between what the reader gives in one piece.
    let direct = wanted.c2 == 0 && offset == 0;
    let form = Form { main, sub };
    let mut scratch = Vec::new();
    for (from, to) in stretches(medium, sectors) {
        let count = (to - from) as usize;
        let lines = &mut into[(from - sectors.start) as usize * line..][..count * line];
        if direct {
            read(medium, from, form, lines, count)?;
            continue;
        }
        lines.fill(0);
        scratch.resize(count * form.size(), 0);
        read(medium, from, form, &mut scratch, count)?;
        for (line, sector) in lines.chunks_mut(line).zip(scratch.chunks(form.size().max(1))) {
            line[..main_size].copy_from_slice(&sector[..main_size]);
            line[main_size + wanted.c2..].copy_from_slice(&sector[main_size..]);
        }
    }
    if offset != 0 && main.is_some() {
        shift(medium, sectors, offset, line, into)?;
    }
    Ok(())
}

/// Sectors cut at the borders of tracks, which one read never crosses.
fn stretches(medium: &Readable, sectors: &Range<i32>) -> Vec<(i32, i32)> {
    let disc = medium.disc();
    let mut borders: Vec<i32> = disc.tracks().flat_map(|(_, track)| [track.first().0, track.end().0]).collect();
    borders.retain(|border| sectors.start < *border && *border < sectors.end);
    borders.push(sectors.end);
    borders.sort_unstable();
    borders.dedup();
    let mut from = sectors.start;
    let cut = borders.into_iter().map(|to| (std::mem::replace(&mut from, to), to));
    cut.filter(|(from, to)| from < to).collect()
}

/// Reads within one track, or makes silence where there is none.
fn read(medium: &Readable, from: i32, form: Form, into: &mut [u8], count: usize) -> Result<(), Sense> {
    if medium.disc().track_at(Lba(from)).is_some() {
        let mut worth = vec![Worth::Good; count];
        return medium.reader.read(Lba(from), form, into, &mut worth).map_err(|_| says::UNREADABLE.at(from.cast_unsigned()));
    }
    into.fill(0);
    let main = form.main.map_or(0, Slice::size);
    if form.sub == Some(SubKind::Interleaved) {
        for (lba, line) in (from..).zip(into.chunks_mut(form.size())) {
            line[main..].copy_from_slice(&subchannel::interleave(&subchannel::synthesise(medium.disc(), Lba(lba))));
        }
    }
    Ok(())
}

/// The main channel again, `offset` samples earlier on the disc.
fn shift(medium: &Readable, sectors: &Range<i32>, offset: i32, line: usize, into: &mut [u8]) -> Result<(), Sense> {
    let first = i64::from(sectors.start) * RAW as i64 - i64::from(offset) * SAMPLE;
    let from = first.div_euclid(RAW as i64) as i32;
    let count = (sectors.end - sectors.start + 1) as usize;
    let mut all = vec![0; count * RAW];
    for (start, end) in stretches(medium, &(from..from + count as i32)) {
        let part = &mut all[(start - from) as usize * RAW..(end - from) as usize * RAW];
        read(medium, start, Form::main(Slice::RAW), part, (end - start) as usize)?;
    }
    let skip = first.rem_euclid(RAW as i64) as usize;
    for (line, sector) in into.chunks_mut(line).zip(all[skip..].chunks(RAW)) {
        line[..RAW].copy_from_slice(sector);
    }
    Ok(())
}
