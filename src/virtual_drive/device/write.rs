//! Commands of a drive that writes, and what it is busy with.

use std::borrow::Cow;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::describe::be16;
use super::medium::Medium;
use super::recorder::{Blank, Buffer, Recording, WriteParameters, refuse};
use super::{Device, Fault, Script, Trouble, says};
use crate::drive::sense::Sense;
use crate::drive::transport::Data;

/// What the drive itself keeps of writing, whatever disc is in it.
pub struct Writer {
    /// Mode page 05.
    pub parameters: WriteParameters,
    /// The write speed that was asked for, in kB/s.
    pub speed: u32,
    buffer: Buffer,
    busy: Option<Busy>,
}

/// Something that takes long.
#[derive(Debug, Clone, Copy)]
struct Busy {
    since: Instant,
    until: Instant,
    says: Sense,
}

/// No speed was asked for: the fastest.
const FASTEST: u32 = u32::MAX;

impl Writer {
    /// With a buffer of so many bytes, which goes to the disc at a rate.
    pub fn new(buffer: u32, rate: Option<u32>) -> Writer {
        Writer { parameters: WriteParameters::default(), speed: FASTEST, buffer: Buffer::new(buffer, rate), busy: None }
    }

    /// Another disc is in the drive: what was going on with the last one is over.
    pub fn let_go(&mut self) {
        self.busy = None;
        self.buffer.end();
    }

    /// Which of a disc's write speeds, fastest first, is in use: the fastest that is not above what was asked for, or the slowest.
    pub fn speed_of(&self, speeds: &[u32]) -> u32 {
        speeds.iter().copied().find(|&speed| speed <= self.speed).or(speeds.last().copied()).unwrap_or(0)
    }

    /// What the drive is busy with, and how far it is.
    pub fn busy(&mut self) -> Option<Sense> {
        let now = Instant::now();
        self.busy = self.busy.filter(|busy| now < busy.until);
        self.busy.map(|busy| {
            let part = (now - busy.since).as_secs_f64() / (busy.until - busy.since).as_secs_f64();
            Sense { progress: Some((part * 65_536.0).min(65_535.0) as u16), ..busy.says }
        })
    }
}

/// The write speeds of a disc, in kB/s, fastest first.
pub fn speeds(medium: Option<&Medium>) -> Vec<u32> {
    medium.and_then(|medium| medium.recording.as_ref()).map(|recording| recording.blank().speeds()).unwrap_or_default()
}

/// Whether this is a command that writes, or is for discs that are written.
fn is_for_writing(code: u8) -> bool {
    matches!(code, 0x04 | 0x2A | 0x2E | 0x35 | 0x53 | 0x54 | 0x5B | 0x5C | 0x5D | 0xA1 | 0xAA | 0xBF)
}

impl Device {
    /// Puts in a disc that can be written, with what is wrong with it, and closes the tray; an error where no temporary file can be made.
    pub fn insert_blank(&mut self, blank: Blank, faults: Vec<Fault>) -> std::io::Result<()> {
        let medium = Medium::blank(Recording::new(blank)?, &self.writer.parameters);
        self.put_in(medium, faults);
        Ok(())
    }

    /// What was written to the disc that is in the drive: the sessions that are closed. `None` where there are none, and of pressed discs.
    pub fn recorded(&self) -> Option<std::sync::Arc<dyn crate::disc::DiscReader>> {
        self.medium.as_ref().or(self.on_tray.as_ref())?.recording.as_ref()?.recorded()
    }

    /// The disc, if it is one that can be written.
    fn recording(&mut self) -> Result<&mut Recording, Sense> {
        self.ready()?;
        self.medium.as_mut().and_then(|medium| medium.recording.as_mut()).ok_or(refuse::NOT_WRITABLE)
    }

    /// Carries out what only a drive that writes knows; `None` for other commands.
    pub(super) fn carry_out_writing(&mut self, cdb: &[u8], data: &mut Data<'_>) -> Option<Result<usize, Sense>> {
        if !self.manners.records || !is_for_writing(cdb[0]) {
            return None;
        }
        let sent: &[u8] = match data {
            Data::In(into) if cdb[0] == 0x5C => return Some(Ok(self.buffer_capacity(cdb, into))),
            Data::Out(sent) => sent,
            Data::None | Data::In(_) => &[],
        };
        let done = self.record(cdb, sent);
        if done.is_ok() && !matches!(cdb[0], 0x2A | 0x2E | 0xAA) {
            self.look_again();
        }
        Some(done.map(|()| sent.len()))
    }

    /// What can be read of the disc may be another now.
    fn look_again(&mut self) {
        if let Some(medium) = &mut self.medium {
            medium.refresh(&self.writer.parameters);
        }
    }

    fn record(&mut self, cdb: &[u8], sent: &[u8]) -> Result<(), Sense> {
        let parameters = self.writer.parameters;
        let word = |at: usize| u32::from_be_bytes([cdb[at], cdb[at + 1], cdb[at + 2], cdb[at + 3]]);
        match cdb[0] {
            0x04 => self.format_unit(cdb, sent),
            0x2A | 0x2E => self.write(word(2).cast_signed(), be16(cdb, 7) as u32, cdb[0] == 0x2E, sent),
            0xAA => self.write(word(2).cast_signed(), word(6), false, sent),
            0x35 => {
                self.ready()?;
                if let Ok(recording) = self.recording() {
                    recording.synchronize(&parameters)?;
                }
                self.write_out(cdb[1] & 2 != 0, Duration::ZERO, refuse::STILL_WRITING);
                Ok(())
            }
            0x53 => self.recording()?.reserve(word(5), &parameters),
            0x54 => self.calibrate(cdb),
            0x5B => {
                let recording = self.recording()?;
                recording.close(cdb[2] & 7, be16(cdb, 4) as u16, &parameters)?;
                // Nothing has to be written for a disc that is written anywhere.
                let at_once = recording.formatting().is_some();
                let long = if at_once { Duration::ZERO } else { self.manners.long };
                self.write_out(cdb[1] & 1 != 0, long, refuse::WORKING);
                Ok(())
            }
            0x5D => {
                let wanted = usize::from(cdb[6]) << 16 | be16(cdb, 7);
                let sheet = sent.get(..wanted).ok_or(refuse::BAD_LENGTH)?;
                let manners = (self.manners.isrc_control, self.manners.takes_cd_text);
                self.recording()?.send_cue_sheet(sheet, manners, &parameters)
            }
            0xA1 => {
                self.recording()?.erase(cdb[1] & 7)?;
                self.write_out(cdb[1] & 0x10 != 0, self.manners.long, refuse::WORKING);
                Ok(())
            }
            0xBF => self.recording()?.send_structure(cdb[7], sent),
            _ => Err(says::UNKNOWN_COMMAND),
        }
    }

    /// FORMAT UNIT: with a parameter list, of the format for optical discs (1).
    fn format_unit(&mut self, cdb: &[u8], sent: &[u8]) -> Result<(), Sense> {
        const WITH_LIST: u8 = 0x10;
        const IMMEDIATE: u8 = 0x02;
        if cdb[1] & WITH_LIST == 0 || cdb[1] & 7 != 1 {
            return Err(says::BAD_FIELD);
        }
        let long = self.manners.long;
        let recording = self.recording()?;
        recording.format(sent, long)?;
        // A DVD+RW takes sectors while it is being formatted.
        let waits = recording.formatting().is_none_or(|formatting| formatting.background.bits() != 2);
        let immediate = sent.get(1).is_some_and(|flags| flags & IMMEDIATE != 0);
        self.write_out(immediate, if waits { long } else { Duration::ZERO }, refuse::FORMATTING);
        Ok(())
    }

    /// SEND OPC INFORMATION.
    fn calibrate(&mut self, cdb: &[u8]) -> Result<(), Sense> {
        self.recording()?;
        if cdb[1] & 1 != 0 && self.manners.opc_fails { Err(refuse::NO_POWER) } else { Ok(()) }
    }

    /// What is in the buffer goes to the disc, and something that takes `time` follows: in the background, or before the command ends.
    fn write_out(&mut self, immediate: bool, time: Duration, says: Sense) {
        let time = self.writer.buffer.rest() + time;
        self.writer.buffer.end();
        if !immediate {
            self.script.wait(time);
        } else if !time.is_zero() {
            let since = Instant::now();
            self.writer.busy = Some(Busy { since, until: since + time, says });
        }
    }

    /// READ BUFFER CAPACITY (MMC-6, 6.18), in bytes.
    fn buffer_capacity(&mut self, cdb: &[u8], into: &mut [u8]) -> usize {
        let (size, free) = self.writer.buffer.state();
        let answer = [[0, 10, 0, 0], size.to_be_bytes(), free.to_be_bytes()].concat();
        let len = answer.len().min(into.len()).min(be16(cdb, 7));
        into[..len].copy_from_slice(&answer[..len]);
        len
    }

    /// WRITE (10) and (12), WRITE AND VERIFY.
    fn write(&mut self, lba: i32, count: u32, verify: bool, sent: &[u8]) -> Result<(), Sense> {
        let parameters = self.writer.parameters;
        let recording = self.recording()?;
        if count == 0 {
            return Ok(());
        }
        if verify && !recording.verifies() {
            return Err(says::UNKNOWN_COMMAND);
        }
        let size = recording.block_size(lba, &parameters)?;
        let end = i64::from(lba) + i64::from(count);
        if usize::try_from(count).ok().and_then(|count| count.checked_mul(size)) != Some(sent.len()) || end > i64::from(i32::MAX)
        {
            return Err(says::BAD_FIELD);
        }
        let bridges = parameters.bridges() || !recording.minds_underrun();
        let empty = self.writer.buffer.take(sent.len())?;
        let mut blocks = Cow::Borrowed(sent);
        let early = (empty && !bridges).then_some((lba, refuse::UNDERRUN));
        let failure = self.befall(lba..end as i32, size, bridges, &mut blocks).into_iter().chain(early).min_by_key(|(at, _)| *at);
        let good = failure.map_or(count, |(at, _)| (at - lba) as u32);
        let recording = self.recording()?;
        if good > 0
            && let Err(refused) = recording.write(lba, good, &blocks[..good as usize * size], &parameters)
        {
            self.writer.buffer.give_back(sent.len());
            return Err(refused);
        }
        if recording.grows() {
            self.look_again();
        }
        let Some((at, sense)) = failure else { return Ok(()) };
        if sense == refuse::UNDERRUN {
            self.recording()?.break_off();
            self.writer.buffer.end();
        }
        Err(sense.at(at.cast_unsigned()))
    }

    /// What is wrong with the disc befalls blocks of `size` bytes that are written; answers with what fails, and where.
    fn befall(&self, sectors: Range<i32>, size: usize, bridges: bool, blocks: &mut Cow<'_, [u8]>) -> Vec<(i32, Sense)> {
        let mut failures = Vec::new();
        for (at, trouble) in self.script.troubles(&sectors) {
            match trouble {
                Trouble::Unwritable => failures.push((at, refuse::WRITE_ERROR)),
                Trouble::Underrun if !bridges => failures.push((at, refuse::UNDERRUN)),
                Trouble::Flipped { byte, bit } => {
                    let start = (at - sectors.start) as usize * size;
                    if let Some(byte) = blocks.to_mut()[start..start + size].get_mut(usize::from(byte)) {
                        *byte ^= 1 << (bit & 7);
                    }
                }
                _ => {}
            }
        }
        failures
    }

    /// MODE SELECT (6) and (10): page 05 is kept, what others say is heard and forgotten.
    pub(super) fn select_mode(&mut self, cdb: &[u8], sent: &[u8]) -> Result<(), Sense> {
        const WRITE_PARAMETERS: u8 = 0x05;
        let (head, descriptors) = match cdb[0] {
            0x15 => (4, sent.get(3).map_or(0, |&len| usize::from(len))),
            _ => (8, sent.get(6..8).map_or(0, |len| usize::from(u16::from_be_bytes([len[0], len[1]])))),
        };
        let mut rest = sent.get(head + descriptors..).unwrap_or_default();
        while let [code, len, ..] = *rest {
            let (page, behind) = rest.split_at_checked(usize::from(len) + 2).ok_or(refuse::BAD_LENGTH)?;
            if code & 0x3F == WRITE_PARAMETERS && self.manners.records {
                self.writer.parameters = WriteParameters::parse(page)?;
                self.look_again();
            }
            rest = behind;
        }
        Ok(())
    }

    /// SET CD SPEED and SET STREAMING: the write speed.
    pub(super) fn select_speed(&mut self, cdb: &[u8], sent: &[u8]) {
        let wanted = match (cdb[0], sent.get(20..28)) {
            (0xBB, _) => Some(be16(cdb, 4) as u32).map(|speed| if speed == 0xFFFF { FASTEST } else { speed }),
            (_, Some(&[a, b, c, d, e, f, g, h])) => {
                let (size, time) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]).max(1));
                // Kilobytes in so many milliseconds.
                Some((u64::from(size) * 1000 / u64::from(time)).min(FASTEST.into()) as u32)
            }
            _ => None,
        };
        self.writer.speed = wanted.filter(|&speed| speed > 0).unwrap_or(self.writer.speed);
    }
}

impl Script {
    /// Troubles of sectors that are written, each with its sector.
    fn troubles(&self, sectors: &Range<i32>) -> Vec<(i32, Trouble)> {
        let of_fault = |fault: &Fault| {
            let touched = fault.sectors.start.max(sectors.start)..fault.sectors.end.min(sectors.end);
            touched.map(|at| (at, fault.trouble)).collect::<Vec<_>>()
        };
        self.faults().iter().flat_map(of_fault).collect()
    }
}
