//! [`DriveReader`]: the disc in a drive as a [`DiscReader`], so that everything that reads images reads discs.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::audio::{self, AudioReading, Reach};
use super::mmc::{self, C2, CommandError, ReadCd, Sectors, SubRead};
use super::sense::{Meaning, Sense};
use super::transport::Transport;
use crate::disc::sector::{self, Form, RAW, Records, SUBCHANNEL, Slice, SubKind, Worth};
use crate::disc::{Disc, DiscReader, Lba, ReadError, Stored, StoredSub, Track, TrackId, TrackMode, subchannel};

/// How long a drive may work at one command: some try for half a minute before they give a sector up.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a drive may say that it was reset while one run is read.
const RESETS: u32 = 3;
/// How often a sector is read by itself before it is given up.
const TRIES: u32 = 8;

/// The disc in a drive. Threads that read at once wait for each other.
///
/// A run that can't be read in one piece is read sector by sector; what can't be read then either comes as zeros and is [`Worth::Damaged`].
pub struct DriveReader {
    disc: Disc,
    transport: Mutex<Box<dyn Transport>>,
    user_data_only: bool,
    /// Bytes of a sector's main channel as [`attempt`](DriveReader::attempt) gives it.
    record: usize,
    audio: AudioReading,
    /// It does not know how to forget, or hangs at it: QEMU's ATAPI drive does (7.2).
    deaf: AtomicBool,
}

/// Sectors to ask a drive for, in one command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Address of the first.
    pub at: Lba,
    /// How many; all of one kind.
    pub count: u32,
    /// With their raw subchannel, which only CDs have.
    pub sub: bool,
    /// What the drive remembers of them will not do.
    pub from_disc: bool,
}

impl DriveReader {
    /// The disc that [`super::look`] has found in this drive.
    pub fn new(disc: Disc, transport: Box<dyn Transport>) -> DriveReader {
        let record = if disc.medium.is_cd() { RAW } else { Slice::COOKED.size() };
        DriveReader {
            disc,
            transport: Mutex::new(transport),
            user_data_only: false,
            record,
            audio: AudioReading::default(),
            deaf: AtomicBool::new(false),
        }
    }

    /// The same where the drive gives nothing but user data of data sectors ([`super::Details::user_data_only`]): whole ones are made from that.
    pub fn with_user_data_only(self, user_data_only: bool) -> DriveReader {
        let mut reader = DriveReader { user_data_only, ..self };
        if user_data_only {
            // Of a disc without audio, nothing has to be made as long as nobody asks for it.
            reader.set_record(Slice::COOKED.size());
        }
        reader
    }

    /// Bytes of a sector as [`attempt`](DriveReader::attempt) gives it, without subchannel: 2048, or 2352 of CDs, where either the whole sector comes
    /// from the disc or a disc with audio is to have sectors of one size.
    pub fn record(&self) -> usize {
        self.record
    }

    /// Sectors are given with so many bytes from now on, where the disc has such: what another drive has begun, this one goes on with.
    pub fn set_record(&mut self, record: usize) {
        let cooked = self.disc.tracks().all(|(_, track)| track.mode.is_data());
        if record == RAW && self.disc.medium.is_cd() || record == Slice::COOKED.size() && cooked {
            self.record = record;
        }
    }

    /// Gives the way to the drive back.
    pub fn into_transport(self) -> Box<dyn Transport> {
        self.transport.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Audio is read in this way from now on, its subchannel as it comes.
    pub fn set_audio(&mut self, audio: AudioReading) {
        self.audio = audio;
    }

    /// How audio is read.
    pub fn audio(&self) -> AudioReading {
        self.audio
    }

    /// Whether the subchannel of the disc can be read.
    pub fn has_subchannel(&self) -> bool {
        self.is_whole() && !self.user_data_only
    }

    /// Whether whole sectors of a CD are given.
    fn is_whole(&self) -> bool {
        self.record == RAW
    }

    /// How many sectors one command may carry, with their raw subchannel behind each where `sub` says so.
    pub fn most_sectors(&self, sub: bool) -> u32 {
        let transport = self.transport.lock().unwrap_or_else(PoisonError::into_inner);
        let has_audio = self.disc.tracks().any(|(_, track)| !track.mode.is_data());
        if self.disc.medium.is_cd() && has_audio {
            let wire = mmc::most_sectors(&**transport, audio::wire(sub, self.audio.c2));
            return wire.saturating_sub(self.audio.extra()).max(1);
        }
        mmc::most_sectors(&**transport, self.line(sub))
    }

    /// Bytes of a sector as [`attempt`](DriveReader::attempt) gives it: [`record`](DriveReader::record), and 96 of interleaved subchannel where `sub` says
    /// so.
    pub fn line(&self, sub: bool) -> usize {
        self.record + if sub { SUBCHANNEL } else { 0 }
    }

    /// Asks the drive for sectors once, in one command, as it gives them, audio from where it lies by the drive's read offset; nothing is tried again
    /// here. There must be a [subchannel](DriveReader::has_subchannel) where it is wanted. `c2`: 294 bytes of error pointers a sector, for those of audio;
    /// they come where [`AudioReading::c2`] has it, else they are zeros. What comes is whole after [`complete`](DriveReader::complete), which may be done
    /// elsewhere while the drive goes on.
    pub fn attempt(&self, ask: Ask, into: &mut [u8], c2: &mut [u8]) -> Result<(), CommandError> {
        let mut transport = self.transport.lock().unwrap_or_else(PoisonError::into_inner);
        let Ask { at, count, from_disc, .. } = ask;
        if !self.is_whole() {
            return read_data(&mut **transport, at, count, into, from_disc);
        }
        if self.made_from(at).is_some() {
            return read_data(&mut **transport, at, count, &mut into[..count as usize * Slice::COOKED.size()], from_disc);
        }
        if self.disc.track_at(at).is_some_and(|(_, track)| !track.mode.is_data()) {
            return self.read_audio(&mut **transport, ask, into, c2);
        }
        let sub = if ask.sub { SubRead::Raw } else { SubRead::None };
        let wanted = ReadCd { lba: at.0, count, audio: false, main: true, c2: C2::None, sub };
        self.read_raw(&mut **transport, wanted, into, from_disc)
    }

    fn read_audio(&self, transport: &mut dyn Transport, ask: Ask, into: &mut [u8], c2: &mut [u8]) -> Result<(), CommandError> {
        let reading = AudioReading { c2: self.audio.c2 && !c2.is_empty(), ..self.audio };
        let reachable = audio::reachable(&self.disc, ask.at, reading);
        let reach = Reach::new(ask.at, ask.count, reading, &reachable, ask.sub);
        // What was asked for is what the drive gives: nothing has to be put anywhere.
        if reading.offset == 0 && !reading.c2 {
            c2.fill(0);
            return self.read_raw(transport, reach.command, into, ask.from_disc);
        }
        let mut answer = vec![0; reach.command.size() * reach.command.count as usize];
        if !answer.is_empty() {
            self.read_raw(transport, reach.command, &mut answer, ask.from_disc)?;
        }
        reach.place(&answer, into, c2);
        Ok(())
    }

    /// Sectors of a CD.
    fn read_raw(
        &self,
        transport: &mut dyn Transport,
        wanted: ReadCd,
        into: &mut [u8],
        from_disc: bool,
    ) -> Result<(), CommandError> {
        if from_disc && !self.deaf.load(Ordering::Relaxed) {
            let told = mmc::flush_cache(transport, wanted.lba);
            if told.is_err_and(|error| error.meaning().is_none_or(|meaning| meaning == Meaning::NotSupported)) {
                self.deaf.store(true, Ordering::Relaxed);
            }
        }
        mmc::read_cd(transport, wanted, into, PATIENCE)
    }

    /// Fills the drive's memory with other sectors of audio than those around `at`, so that the next read of those comes from the disc: for drives that
    /// don't forget when they are told to. Of what can't be read, nothing is told.
    pub fn displace(&self, at: Lba, sectors: u32) -> Result<(), CommandError> {
        let mut transport = self.transport.lock().unwrap_or_else(PoisonError::into_inner);
        let reachable = audio::reachable(&self.disc, at, AudioReading::default());
        let behind = at.0.saturating_add(sectors as i32);
        let start = if behind.saturating_add(sectors as i32) <= reachable.end { behind } else { reachable.start };
        let end = start.saturating_add(sectors as i32).min(reachable.end);
        let most = mmc::most_sectors(&**transport, RAW) as i32;
        let mut scratch = vec![0; most as usize * RAW];
        let mut lba = start;
        while lba < end {
            let count = most.min(end - lba) as u32;
            // On a short disc there may be no others.
            if lba <= at.0 + most && at.0 - most < lba + count as i32 {
                lba += count as i32;
                continue;
            }
            let wanted = ReadCd { lba, count, audio: true, main: true, c2: C2::None, sub: SubRead::None };
            match mmc::read_cd(&mut **transport, wanted, &mut scratch[..count as usize * RAW], PATIENCE) {
                Err(error) if error.is_gone() => return Err(error),
                _ => lba += count as i32,
            }
        }
        Ok(())
    }

    /// Makes what [`attempt`](DriveReader::attempt) has given whole, where the drive gives user data alone: that lies at the beginning of it.
    pub fn complete(&self, at: Lba, sub: bool, came: &mut [u8]) {
        if let Some(mode) = self.made_from(at) {
            let line = self.line(sub);
            let user = came[..came.len() / line * Slice::COOKED.size()].to_vec();
            make(mode, at, &user, Slice::RAW, came, line);
        }
    }

    /// The mode of sectors that are made from their user data; `None` where they come whole.
    fn made_from(&self, at: Lba) -> Option<TrackMode> {
        let made = self.user_data_only && self.is_whole();
        self.disc.track_at(at).map(|(_, track)| track.mode).filter(|mode| made && mode.is_data())
    }

    /// Opens the tray, whoever locked it.
    pub fn eject(&self) -> Result<(), CommandError> {
        let mut transport = self.transport.lock().unwrap_or_else(PoisonError::into_inner);
        // A drive that locks no tray may refuse this, and open it nonetheless.
        let _ = mmc::unlock_tray(&mut **transport);
        mmc::eject(&mut **transport)
    }

    /// As many sectors at a time as the drive takes; each `line` bytes.
    fn pieces(
        &self,
        from: Lba,
        count: u32,
        line: usize,
        mut read: impl FnMut(&mut dyn Transport, Lba, u32) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let mut transport = self.transport.lock().unwrap_or_else(PoisonError::into_inner);
        let most = mmc::most_sectors(&**transport, line).saturating_sub(self.audio.extra()).max(1);
        let mut done = 0;
        while done < count {
            let now = most.min(count - done);
            read(&mut **transport, from + done, now)?;
            done += now;
        }
        Ok(())
    }

    /// Whole sectors of a data track, or a part of them, made from their user data.
    fn read_made(&self, at: Lba, track: &Track, form: Form, into: &mut [u8], worth: &mut [Worth]) -> Result<(), ReadError> {
        let (Some(slice), None) = (form.main, form.sub) else { return Err(ReadError::NoSuchForm(at)) };
        let mut user = vec![0; worth.len() * Slice::COOKED.size()];
        self.read_user(at, &mut user, worth)?;
        make(track.mode, at, &user, slice, into, form.size());
        Ok(())
    }

    /// User data, 2048 bytes each sector.
    fn read_user(&self, at: Lba, into: &mut [u8], worth: &mut [Worth]) -> Result<(), ReadError> {
        const SIZE: usize = 2048;
        self.pieces(at, worth.len() as u32, SIZE, |transport, lba, count| {
            let first = lba.since(at).unwrap_or(0) as usize;
            let into = &mut into[first * SIZE..][..count as usize * SIZE];
            persist(transport, lba, SIZE, into, &mut worth[first..][..count as usize], read_data)
        })
    }

    fn read_cd(&self, at: Lba, track: &Track, form: Form, into: &mut [u8], worth: &mut [Worth]) -> Result<(), ReadError> {
        let wanted = ReadCd {
            lba: 0,
            count: 0,
            audio: !track.mode.is_data(),
            main: form.main.is_some(),
            c2: C2::None,
            sub: if form.sub.is_some() { SubRead::Raw } else { SubRead::None },
        };
        let (line, size) = (wanted.size(), form.size());
        let mut records = Vec::new();
        self.pieces(at, worth.len() as u32, line, |transport, lba, count| {
            let first = lba.since(at).unwrap_or(0) as usize;
            let worth = &mut worth[first..][..count as usize];
            records.clear();
            records.resize(count as usize * line, 0);
            let read = |transport: &mut dyn Transport, lba: Lba, count, into: &mut [u8], from_disc| {
                if wanted.audio && wanted.main && self.audio.offset != 0 {
                    return self.read_audio(transport, Ask { at: lba, count, sub: form.sub.is_some(), from_disc }, into, &mut []);
                }
                self.read_raw(transport, ReadCd { lba: lba.0, count, ..wanted }, into, from_disc)
            };
            persist(transport, lba, line, &mut records, worth, read)?;
            let lines = &mut into[first * size..][..count as usize * size];
            unpack(track, lba, form, &records, line, lines, worth);
            Ok(())
        })
    }
}

/// Makes this slice of sectors from their user data, each at the beginning of a `line` of so many bytes.
fn make(mode: TrackMode, at: Lba, user: &[u8], slice: Slice, into: &mut [u8], line: usize) {
    let records = Records { mode, at, slice: Slice::COOKED, stride: Slice::COOKED.size(), bytes: user };
    // What is made is as good as what it is made from.
    let mut made = vec![Worth::Good; user.len() / Slice::COOKED.size()];
    sector::reform(records, slice, into, line, &mut made);
}

/// Sectors of 2048 bytes.
fn read_data(transport: &mut dyn Transport, at: Lba, count: u32, into: &mut [u8], from_disc: bool) -> Result<(), CommandError> {
    mmc::read_sectors(transport, Sectors { lba: at.0, count, from_disc, streaming: false }, into, PATIENCE)
}

/// Reads a run in one piece; where that fails, sector by sector.
fn persist(
    transport: &mut dyn Transport,
    at: Lba,
    line: usize,
    into: &mut [u8],
    worth: &mut [Worth],
    mut read: impl FnMut(&mut dyn Transport, Lba, u32, &mut [u8], bool) -> Result<(), CommandError>,
) -> Result<(), ReadError> {
    let mut resets = 0;
    let mut read = |transport: &mut dyn Transport, at: Lba, count: u32, into: &mut [u8], from_disc: bool| loop {
        match read(transport, at, count, into, from_disc) {
            // The disc is the same, and the command was not carried out.
            Err(error) if error.sense().is_some_and(Sense::is_reset) && resets < RESETS => resets += 1,
            result => return result,
        }
    };
    match read(transport, at, worth.len() as u32, into, false) {
        Ok(()) => return Ok(()),
        Err(error) if !is_about_sectors(&error) => return Err(failed(at, error)),
        Err(_) => {}
    }
    for ((n, worth), sector) in (0..).zip(worth).zip(into.chunks_mut(line)) {
        let lba = at + n;
        let mut tries = 0;
        loop {
            match read(transport, lba, 1, sector, tries > 0) {
                Ok(()) => break,
                Err(error) if !is_about_sectors(&error) => return Err(failed(lba, error)),
                Err(_) if tries + 1 == TRIES => {
                    sector.fill(0);
                    *worth = Worth::Damaged;
                    break;
                }
                Err(_) => tries += 1,
            }
        }
    }
    Ok(())
}

/// Whether the disc is at fault there, and other sectors may be better.
fn is_about_sectors(error: &CommandError) -> bool {
    matches!(error.meaning(), Some(Meaning::Unreadable | Meaning::WrongMode | Meaning::Other))
}

fn failed(at: Lba, error: CommandError) -> ReadError {
    ReadError::Io { at, source: io::Error::other(error) }
}

/// Turns what the drive gave into what was asked for.
fn unpack(track: &Track, at: Lba, form: Form, records: &[u8], line: usize, into: &mut [u8], worth: &mut [Worth]) {
    let size = form.size();
    if let Some(slice) = form.main {
        let mut checked = vec![Worth::Good; worth.len()];
        let records = Records { mode: track.mode, at, slice: Slice::RAW, stride: line, bytes: records };
        sector::reform(records, slice, into, size, &mut checked);
        // Zeros in place of a sector that could not be read are not to be checked.
        worth.iter_mut().zip(checked).filter(|(worth, _)| **worth != Worth::Damaged).for_each(|(worth, found)| *worth = found);
    }
    let main = if form.main.is_some() { RAW } else { 0 };
    if let Some(kind) = form.sub {
        for (record, line) in records.chunks(line).zip(into.chunks_mut(size)) {
            let (Some(raw), target) = (record[main..].first_chunk::<SUBCHANNEL>(), &mut line[size - kind.size()..]) else {
                continue;
            };
            match kind {
                SubKind::Interleaved => target.copy_from_slice(raw),
                SubKind::Packed => target.copy_from_slice(&subchannel::deinterleave(raw)),
                SubKind::Q16 => target.copy_from_slice(&subchannel::to_pq16(&subchannel::deinterleave(raw))),
            }
        }
    }
}

impl DiscReader for DriveReader {
    fn disc(&self) -> &Disc {
        &self.disc
    }

    /// Sectors come whole; the subchannel is on the disc, but is told only where it is asked for: reading it is slower, and most of it can be made.
    fn stored(&self, track: TrackId) -> Option<Stored> {
        let track = self.disc.track(track)?;
        let user = !self.disc.medium.is_cd() || self.user_data_only && track.mode.is_data();
        let main = if user { Slice::COOKED } else { Slice::RAW };
        Some(Stored { main, sub: StoredSub::None, pregap: track.pregap })
    }

    fn read(&self, at: Lba, form: Form, into: &mut [u8], worth: &mut [Worth]) -> Result<(), ReadError> {
        let (_, track) = self.disc.track_at(at).ok_or(ReadError::Outside(at))?;
        if !track.contains(at + (worth.len() as u32).saturating_sub(1)) {
            return Err(ReadError::Outside(track.end()));
        }
        worth.fill(Worth::Good);
        match self.disc.medium.is_cd() {
            true if self.user_data_only && track.mode.is_data() => self.read_made(at, track, form, into, worth),
            true => self.read_cd(at, track, form, into, worth),
            false if form == Form::main(Slice::COOKED) => self.read_user(at, into, worth),
            false => Err(ReadError::NoSuchForm(at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::job::demo_disc;
    use crate::virtual_drive::{Device, Fault, Manners, Trouble};

    fn read(reader: &dyn DiscReader, at: i32, count: usize, form: Form) -> (Vec<u8>, Vec<Worth>) {
        let (mut bytes, mut worth) = (vec![0; count * form.size()], vec![Worth::Good; count]);
        reader.read(Lba(at), form, &mut bytes, &mut worth).unwrap();
        (bytes, worth)
    }

    fn drive(faults: Vec<Fault>) -> (DriveReader, Arc<dyn DiscReader>) {
        let disc = demo_disc().unwrap();
        let mut device = Device::new(Manners::default());
        device.insert(disc.clone(), faults);
        let _ = mmc::test_unit_ready(&mut device);
        (DriveReader::new(disc.disc().clone(), Box::new(device)), disc)
    }

    #[test]
    fn a_disc_in_a_drive_reads_as_its_image() {
        let (drive, image) = drive(Vec::new());
        let both = Form { main: Some(Slice::RAW), sub: Some(SubKind::Packed) };
        for (_, track) in image.disc().tracks() {
            let forms = [Form::main(Slice::RAW), both, Form { main: None, sub: Some(SubKind::Interleaved) }];
            for form in forms.into_iter().chain(track.mode.is_data().then_some(Form::main(Slice::COOKED))) {
                let count = track.length.min(700) as usize;
                assert!(read(&drive, track.start.0, count, form) == read(&*image, track.start.0, count, form));
            }
        }
    }

    /// QEMU's SCSI drive gives no whole sectors, and its discs could not be saved: there was no track mode, and every sector was damaged. Its ATAPI drive
    /// makes them up without EDC, and each was told to be wrong.
    #[test]
    fn a_drive_that_gives_user_data_alone_is_read_by_it() {
        let demo = demo_disc().unwrap();
        let (_, track) = demo.disc().tracks().next().unwrap();
        let data = Track { pregap: 150, ..Track::new(1, track.mode, Lba(0), track.length) };
        let mut bytes = vec![0; track.length as usize * 2048];
        demo.read(Lba(0), Form::main(Slice::COOKED), &mut bytes, &mut vec![Worth::Good; track.length as usize]).unwrap();
        let bytes: Arc<dyn crate::bytes::Bytes> = Arc::new(bytes);
        let extent = crate::image::Extent::plain(Lba(0), data.length, bytes, 0, 2048, Slice::COOKED);
        let disc = Disc::new(crate::disc::Medium::Cd, vec![data]);
        let image: Arc<dyn DiscReader> = Arc::new(crate::image::ExtentReader::new(disc, vec![extent]).unwrap());
        for (knows_read_cd, makes_up) in [(false, false), (true, true)] {
            let mut device = Device::new(Manners { knows_read_cd, makes_up, ..Manners::default() });
            device.insert(image.clone(), Vec::new());
            let _ = mmc::test_unit_ready(&mut device);
            let details = crate::drive::look(&mut device).unwrap();
            assert!(details.user_data_only);
            let mut drive = DriveReader::new(details.disc.unwrap(), Box::new(device)).with_user_data_only(true);
            for form in [Form::main(Slice::COOKED), Form::main(Slice::RAW)] {
                assert!(read(&drive, 0, 302, form) == read(&*image, 0, 302, form));
            }
            let mut user = vec![0; 20 * drive.line(false)];
            drive.attempt(Ask { at: Lba(7), count: 20, sub: false, from_disc: true }, &mut user, &mut []).unwrap();
            drive.complete(Lba(7), false, &mut user);
            assert!(user == read(&*image, 7, 20, Form::main(Slice::COOKED)).0);
            drive.set_record(RAW);
            let mut whole = vec![0; 20 * RAW];
            drive.attempt(Ask { at: Lba(7), count: 20, sub: false, from_disc: true }, &mut whole, &mut []).unwrap();
            drive.complete(Lba(7), false, &mut whole);
            assert!(whole == read(&*image, 7, 20, Form::main(Slice::RAW)).0 && !drive.has_subchannel());
            let first = drive.disc().sessions[0].tracks[0].number;
            assert_eq!(drive.stored(TrackId { session: 1, track: first }).unwrap().main, Slice::COOKED);
        }
    }

    #[test]
    fn what_can_not_be_read_is_damaged_and_the_rest_is_there() {
        let fault = |sectors, trouble| Fault { sectors, trouble };
        let faults = vec![fault(20..22, Trouble::Unreadable), fault(24..25, Trouble::FromTry(5))];
        let (drive, image) = drive(faults);
        let (bytes, worth) = read(&drive, 16, 16, Form::main(Slice::COOKED));
        let (wanted, _) = read(&*image, 16, 16, Form::main(Slice::COOKED));
        for (n, worth) in worth.into_iter().enumerate() {
            let damaged = (4..6).contains(&n);
            assert_eq!(worth == Worth::Damaged, damaged, "{n}");
            let sector = n * 2048..(n + 1) * 2048;
            assert!(if damaged { bytes[sector].iter().all(|&byte| byte == 0) } else { bytes[sector.clone()] == wanted[sector] });
        }
    }
}
