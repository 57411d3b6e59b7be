//! [`Device`]: an MMC drive for CDs, DVDs and Blu-ray discs over any [`DiscReader`] (SPC-4, MMC-6).

mod describe;
mod faults;
mod medium;
mod pile;
mod read;
mod recorder;
mod tables;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;
use std::time::Duration;

use crate::disc::DiscReader;
use crate::drive::sense::Sense;
use crate::drive::transport::{Data, Transport, TransportError};
use describe::{allow, be16};
use faults::Script;
pub use faults::{C2Manner, Fault, Manners, Trouble};
use medium::{Medium, Readable};
use pile::Pile;
pub use recorder::{Blank, BlankKind, NoSuchBlank};
use write::Writer;

/// Senses that the device answers with (SPC-4, annex D).
mod says {
    use crate::drive::sense::Sense;

    pub const NO_DISC: Sense = Sense::new(2, 0x3A, 0x01);
    pub const TRAY_OPEN: Sense = Sense::new(2, 0x3A, 0x02);
    pub const NEW_DISC: Sense = Sense::new(6, 0x28, 0);
    pub const RESET: Sense = Sense::new(6, 0x29, 0x02);
    pub const POWER_ON: Sense = Sense::new(6, 0x29, 0);
    pub const UNKNOWN_COMMAND: Sense = Sense::new(5, 0x20, 0);
    pub const OUT_OF_RANGE: Sense = Sense::new(5, 0x21, 0);
    pub const BAD_FIELD: Sense = Sense::new(5, 0x24, 0);
    pub const LOCKED: Sense = Sense::new(5, 0x53, 0x02);
    pub const WRONG_MODE: Sense = Sense::new(5, 0x64, 0);
    pub const UNREADABLE: Sense = Sense::new(3, 0x11, 0x05);
    pub const MISCOMPARE: Sense = Sense::new(0x0E, 0x1D, 0);
}

/// How many bytes one command of the device may move: what the Linux kernel allows its drives.
const MOST_BYTES: usize = 512 << 10;

/// A drive in software.
pub struct Device {
    manners: Manners,
    script: Script,
    writer: Writer,
    medium: Option<Medium>,
    /// The disc that lies in the open tray, which is the disc in the drive again when that closes.
    on_tray: Option<Medium>,
    pile: Pile,
    locked: bool,
    /// What the next command that cares is told before anything else.
    attention: Option<Sense>,
    /// A disc came or went since somebody last asked (GET EVENT STATUS NOTIFICATION).
    event: u8,
    commands: u64,
}

/// Codes of GET EVENT STATUS NOTIFICATION, class media.
const EVENT_NEW_MEDIA: u8 = 2;
const EVENT_REMOVAL: u8 = 3;

impl Device {
    /// Without a disc.
    pub fn new(manners: Manners) -> Device {
        Device {
            writer: Writer::new(manners.buffer, manners.line_rate),
            manners,
            script: Script::default(),
            medium: None,
            on_tray: None,
            pile: Pile::default(),
            locked: false,
            attention: Some(says::POWER_ON),
            event: 0,
            commands: 0,
        }
    }

    /// Switched on with a pressed disc in it, and with the best of manners; a player, no recorder.
    pub fn with(reader: Arc<dyn DiscReader>) -> Device {
        let mut device = Device::new(Manners { records: false, ..Manners::default() });
        device.insert(reader, Vec::new());
        device.switch_on();
        device
    }

    /// It is switched on with what is in it: hosts are told that, and not that there is a new disc.
    pub fn switch_on(&mut self) {
        self.attention = Some(says::POWER_ON);
    }

    /// Puts a disc in, with what is wrong with it, and closes the tray.
    pub fn insert(&mut self, reader: Arc<dyn DiscReader>, faults: Vec<Fault>) {
        self.put_in(Medium::new(reader), faults);
    }

    fn put_in(&mut self, medium: Medium, faults: Vec<Fault>) {
        (self.medium, self.on_tray) = (Some(medium), None);
        self.script = Script::new(faults, &self.manners);
        self.writer.let_go();
        self.pile.open_since = None;
        self.event = EVENT_NEW_MEDIA;
        self.attention = Some(says::NEW_DISC);
    }

    /// Opens the tray and takes the disc out, as a hand does; nothing stands against that but a locked tray.
    pub fn remove(&mut self) {
        if !self.locked {
            self.open_tray();
            self.on_tray = None;
        }
    }

    /// How many commands it has had.
    pub fn commands(&self) -> u64 {
        self.commands
    }

    /// How often each sector was read from the disc itself, those read more than once.
    pub fn reread(&self) -> Vec<(i32, u32)> {
        self.script.reread()
    }

    /// The disc, if it can be used.
    fn ready(&self) -> Result<&Medium, Sense> {
        match &self.medium {
            Some(medium) => Ok(medium),
            None => Err(if self.is_open() { says::TRAY_OPEN } else { says::NO_DISC }),
        }
    }

    /// What can be read of the disc.
    fn readable(&self) -> Result<&Readable, Sense> {
        self.ready()?.readable.as_ref().ok_or(says::OUT_OF_RANGE)
    }

    /// What can be read of the disc, for commands that tell of it.
    fn told(&self) -> Result<&Readable, Sense> {
        self.ready()?.readable.as_ref().ok_or(says::BAD_FIELD)
    }

    /// What is scheduled to happen at this command happens.
    fn happen(&mut self) -> Result<(), TransportError> {
        self.commands += 1;
        if self.manners.unplug_after.is_some_and(|after| self.commands > after) {
            return Err(TransportError::Gone);
        }
        if self.manners.reset_every.is_some_and(|every| self.commands.is_multiple_of(every.max(1))) {
            self.attention = Some(says::RESET);
        }
        if self.manners.tray_opens_after == Some(self.commands) {
            self.locked = false;
            self.remove();
        }
        self.change_disc();
        Ok(())
    }

    /// START STOP UNIT (MMC-6, 6.43): the tray, and nothing besides.
    fn start_stop(&mut self, cdb: &[u8]) -> Result<Vec<u8>, Sense> {
        let (power_condition, load_eject, start) = (cdb[4] >> 4, cdb[4] & 2 != 0, cdb[4] & 1 != 0);
        match (load_eject && power_condition == 0, start) {
            (true, false) if self.locked => return Err(says::LOCKED),
            (true, false) => self.open_tray(),
            (true, true) => {
                self.pile.open_since = None;
                if let Some(medium) = self.on_tray.take() {
                    self.medium = Some(medium);
                    (self.event, self.attention) = (EVENT_NEW_MEDIA, Some(says::NEW_DISC));
                }
            }
            (false, _) => {}
        }
        Ok(Vec::new())
    }

    /// What REQUEST SENSE tells: what has happened, or what the drive is busy with.
    fn sense(&mut self) -> Sense {
        self.attention.take().or_else(|| self.writer.busy()).unwrap_or(Sense::new(0, 0, 0))
    }

    fn disc_information(&self, cdb: &[u8]) -> Result<Vec<u8>, Sense> {
        match &self.ready()?.recording {
            // Resources of tracks and of pseudo-overwriting are other types of it.
            _ if cdb[1] & 7 != 0 => Err(says::BAD_FIELD),
            Some(recording) => Ok(recording.disc_information()),
            None => self.told().map(tables::disc_information),
        }
    }

    fn track_information(&self, cdb: &[u8]) -> Result<Vec<u8>, Sense> {
        match &self.ready()?.recording {
            Some(recording) => recording.track_information(cdb, &self.writer.parameters),
            None => self.told().and_then(|readable| tables::track_information(readable, cdb)),
        }
    }

    /// A command whose answer is made before any of it is sent.
    fn answer(&mut self, cdb: &[u8]) -> Result<Vec<u8>, Sense> {
        match cdb[0] {
            0x00 => self.ready().map(|_| Vec::new()),
            0x03 => Ok(allow(self.sense().to_fixed().to_vec(), usize::from(cdb[4]))),
            0x12 => describe::inquiry(&self.manners, cdb),
            0x1B => self.start_stop(cdb),
            0x1E => {
                self.locked = cdb[4] & 1 != 0;
                Ok(Vec::new())
            }
            0x23 => Ok(allow(tables::format_capacities(self.medium.as_ref()), be16(cdb, 7))),
            0x25 => self.ready().map(tables::capacity),
            0x2B | 0x01 | 0x0B | 0x35 => self.ready().map(|_| Vec::new()),
            0x42 => self.told().and_then(|readable| tables::subchannel(readable, cdb)),
            0x43 => self.ready().and_then(|medium| tables::toc(medium, cdb)),
            0x46 => describe::configuration(&self.manners, self.medium.as_ref(), cdb),
            0x4A => describe::event(std::mem::take(&mut self.event), self.medium.is_some(), self.is_open(), cdb),
            0x51 => self.disc_information(cdb).map(|answer| allow(answer, be16(cdb, 7))),
            0x52 => self.track_information(cdb),
            0x1A | 0x5A => describe::mode_pages(&self.manners, &self.writer, self.medium.as_ref(), cdb),
            // One unit, number 0.
            0xA0 => Ok(allow(vec![0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], be16(cdb, 6) << 16 | be16(cdb, 8))),
            0xA4 => Err(says::BAD_FIELD),
            0xAC => describe::performance(&self.writer, self.medium.as_ref(), cdb),
            0xAD => self.ready().and_then(|medium| tables::structure(medium, cdb)),
            0xBD => Ok(allow(describe::mechanism(self.is_open()), be16(cdb, 8))),
            _ => Err(says::UNKNOWN_COMMAND),
        }
    }

    fn carry_out(&mut self, cdb: &[u8], mut data: Data<'_>) -> Result<usize, Sense> {
        // INQUIRY, REQUEST SENSE, GET CONFIGURATION and GET EVENT STATUS NOTIFICATION are answered whatever has happened (SPC-4, 5.14; MMC-6, 4.1.6).
        let indifferent = matches!(cdb[0], 0x03 | 0x12 | 0x46 | 0x4A | 0xA0);
        if let (false, Some(attention)) = (indifferent, self.attention) {
            self.attention = None;
            return Err(attention);
        }
        if let (false, Some(busy)) = (indifferent || cdb[0] == 0x5C, self.writer.busy()) {
            return Err(busy);
        }
        if let Some(done) = self.carry_out_writing(cdb, &mut data) {
            return done;
        }
        match (cdb[0], data) {
            (0xBE | 0xB9, _) if !self.manners.knows_read_cd => Err(says::UNKNOWN_COMMAND),
            (0x55 | 0x15, Data::Out(sent)) => self.select_mode(cdb, sent).map(|()| sent.len()),
            (0xB6, Data::Out(sent)) => {
                self.select_speed(cdb, sent);
                Ok(sent.len())
            }
            (0xBB, _) => {
                self.select_speed(cdb, &[]);
                Ok(0)
            }
            (0x55 | 0x15 | 0xB6, _) => Ok(0),
            (0x08 | 0x28 | 0xA8, Data::In(into)) => self.read_data(cdb, into),
            (0xBE | 0xB9, Data::In(into)) => self.read_cd(cdb, into),
            // A read of nothing.
            (0x08 | 0x28 | 0xA8, _) => self.read_data(cdb, &mut []),
            (0xBE | 0xB9, _) => self.ready().map(|_| 0),
            (0x2F, Data::Out(sent)) => self.verify(cdb, sent),
            (0x2F, _) => self.verify(cdb, &[]),
            (_, Data::In(into)) => {
                let answer = self.answer(cdb)?;
                let len = answer.len().min(into.len());
                into[..len].copy_from_slice(&answer[..len]);
                Ok(len)
            }
            (_, Data::None | Data::Out(_)) => self.answer(cdb).map(|_| 0),
        }
    }
}

impl Transport for Device {
    fn execute(&mut self, cdb: &[u8], data: Data<'_>, timeout: Duration) -> Result<usize, TransportError> {
        self.happen()?;
        // Shorter than the shortest command there is.
        let mut padded = [0; 16];
        let len = cdb.len().min(16);
        padded[..len].copy_from_slice(&cdb[..len]);
        let result = self.carry_out(&padded, data);
        let took = self.script.take_time();
        if took > timeout {
            std::thread::sleep(timeout);
            return Err(TransportError::TimedOut);
        }
        if !took.is_zero() {
            std::thread::sleep(took);
        }
        result.map_err(TransportError::Check)
    }

    fn most_bytes(&self) -> usize {
        MOST_BYTES
    }
}
