//! [`Seat`]: the recorder that a burn has to itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::BurnFault;
use crate::disc::DiscReader;
use crate::drive::mmc::{self, Sectors};
use crate::drive::recorder::{Recordable, look_at_blank};
use crate::drive::sense::Meaning;
use crate::drive::transport::Transport;
use crate::image::Opening;
use crate::job::apart::apart;
use crate::job::drives::{self, SPIN_UP};
use crate::job::{Control, DriveError, JobError, Phase, Progress};
use crate::virtual_drive::{Blank, Device, FaultScript, Hands};

/// How often a drive is asked whether there is a disc in it; that wakes none (GET EVENT STATUS NOTIFICATION).
const ASK: Duration = Duration::from_millis(500);

/// A recorder that is used by nobody else.
pub struct Seat {
    /// Its name, for messages.
    pub name: String,
    transport: Option<Box<dyn Transport>>,
    software: Option<Software>,
}

/// A recorder in software, whose discs this program puts in and takes out.
struct Software {
    hands: Hands,
    blank: Blank,
    faults: FaultScript,
}

impl Seat {
    /// Takes the recorder of this name. `faults` are for one in software.
    pub fn take(name: &str, faults: Option<FaultScript>) -> Result<Seat, JobError> {
        let Some(kind) = drives::blank_of(name) else {
            if faults.is_some() {
                return Err(DriveError::NotInSoftware.of(name));
            }
            let transport = drives::open_to_burn(name, &Opening::default()).map_err(|error| error.of(name))?;
            return Ok(Seat { name: name.to_owned(), transport: Some(transport), software: None });
        };
        let faults = faults.unwrap_or_default();
        let hands = Hands::new(Device::new(faults.manners.clone()));
        let transport = Box::new(hands.clone());
        let software = Software { hands, blank: Blank::new(kind), faults };
        software.put_in()?;
        Ok(Seat { name: name.to_owned(), transport: Some(transport), software: Some(software) })
    }

    /// Whether it is one in software.
    pub fn is_in_software(&self) -> bool {
        self.software.is_some()
    }

    /// The way to the drive.
    pub fn transport(&mut self) -> &mut Box<dyn Transport> {
        self.transport.as_mut().expect("it is away only while another thread has it, and a job ends with that")
    }

    /// Does something with the drive, and no longer than the user wants to wait. Who has cancelled has lost the drive.
    pub fn with<T: Send + 'static>(
        &mut self,
        control: &Control,
        work: impl FnOnce(&mut Box<dyn Transport>) -> T + Send + 'static,
    ) -> Result<T, JobError> {
        let mut transport = self.transport.take().ok_or(JobError::Cancelled)?;
        let (transport, result) = apart(control, move || {
            let result = work(&mut transport);
            (transport, result)
        })?;
        self.transport = Some(transport);
        Ok(result)
    }

    /// Lends the way to the drive to who gives it back.
    pub fn lend(&mut self) -> Result<Box<dyn Transport>, JobError> {
        self.transport.take().ok_or(JobError::Cancelled)
    }

    /// Takes it back.
    pub fn take_back(&mut self, transport: Box<dyn Transport>) {
        self.transport = Some(transport);
    }

    /// Waits for a disc that can be written on, and says what it is.
    pub fn look(&mut self, control: &Control) -> Result<Recordable, JobError> {
        let name = self.name.clone();
        let within = control.clone();
        self.with(control, move |transport| {
            drives::get_ready(&name, &mut **transport, SPIN_UP, &within)?;
            look_at_blank(&mut **transport).map_err(|error| BurnFault::from(error).of(&name))
        })?
    }

    /// Whether nothing is on a disc that is written anywhere, as far as that can be seen: every file system has something in its first sectors. A new
    /// disc, and one that was formatted anew, gives zeros there or can't be read.
    pub fn looks_empty(&mut self, control: &Control) -> Result<bool, JobError> {
        const FIRST: u32 = 64;
        self.with(control, |transport| {
            let mut bytes = vec![0; FIRST as usize * 2048];
            let sectors = Sectors { lba: 0, count: FIRST, from_disc: false, streaming: false };
            let read = mmc::read_sectors(&mut **transport, sectors, &mut bytes, SPIN_UP);
            read.is_err() || bytes.iter().all(|&byte| byte == 0)
        })
    }

    /// Opens the tray, and waits until another disc is in it; `tell` hears that it is waited for.
    pub fn next_disc(&mut self, control: &Control, tell: &(dyn Fn(Progress) + Sync)) -> Result<(), JobError> {
        if let Some(software) = &self.software {
            return software.put_in();
        }
        self.eject(control)?;
        self.wait_for_disc(control, tell)
    }

    /// Waits until there is a disc in the drive.
    pub fn wait_for_disc(&mut self, control: &Control, tell: &(dyn Fn(Progress) + Sync)) -> Result<(), JobError> {
        let begun = Instant::now();
        loop {
            tell(Progress { phase: Phase::Wait, done: begun.elapsed().as_secs(), total: 0, rate: 0.0, eta: None, track: None });
            let event = self.with(control, |transport| mmc::media_event(&mut **transport))?;
            match event {
                Ok(event) if event.present && !event.open => return Ok(()),
                Err(error) if error.is_gone() => return Err(DriveError::Command(error).of(&self.name)),
                // A drive that tells of no events is asked what it can't fail to know.
                Err(_) if self.with(control, |transport| mmc::test_unit_ready(&mut **transport))?.is_ok() => return Ok(()),
                _ => {}
            }
            control.check()?;
            std::thread::sleep(ASK);
        }
    }

    /// Opens the tray; whether that worked.
    pub fn eject(&mut self, control: &Control) -> Result<bool, JobError> {
        self.with(control, |transport| {
            // A drive that locks no tray may refuse this, and open it nonetheless.
            let _ = mmc::unlock_tray(&mut **transport);
            mmc::eject(&mut **transport).is_ok()
        })
    }

    /// Has the tray go out and in, so that the system asks anew what disc there is: until then it knows the blank one. Where it does not go in by itself,
    /// it stays open. Whether it moved.
    pub fn cycle(&mut self, control: &Control) -> Result<bool, JobError> {
        self.with(control, |transport| {
            let _ = mmc::unlock_tray(&mut **transport);
            mmc::eject(&mut **transport).and_then(|()| mmc::start(&mut **transport)).is_ok()
        })
    }

    /// Has the drive take the disc anew, so that nothing of what was written comes from its memory. The tray goes out and in; where it does not go in
    /// by itself, whoever sits there has to close it.
    pub fn reload(&mut self, control: &Control, tell: &(dyn Fn(Progress) + Sync)) -> Result<(), JobError> {
        // A drive that can't move its tray is made to forget by the reading itself.
        if !self.cycle(control)? {
            return Ok(());
        }
        // Asked for its events, the drive would tell us of the disc, and the system, which has to know it anew, nothing more.
        let (name, within) = (self.name.clone(), control.clone());
        match self.with(control, move |transport| drives::get_ready(&name, &mut **transport, SPIN_UP, &within))? {
            Err(JobError::Drive { error: DriveError::Command(error), .. }) if error.meaning() == Some(Meaning::NoDisc) => {
                self.wait_for_disc(control, tell)
            }
            result => result,
        }
    }

    /// The disc of a recorder in software, as it is now.
    pub fn recorded(&self) -> Result<Arc<dyn DiscReader>, JobError> {
        let software = self.software.as_ref().ok_or_else(|| BurnFault::NotInSoftware.of(&self.name))?;
        software.hands.device().recorded().ok_or_else(|| BurnFault::NothingKept.of(&self.name))
    }
}

impl Software {
    fn put_in(&self) -> Result<(), JobError> {
        let put = self.hands.device().insert_blank(self.blank, self.faults.faults.clone());
        // What is written on it is kept in a temporary file.
        put.map_err(|error| JobError::Write { path: std::env::temp_dir(), error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::recorder::Kind;
    use crate::job::demo_disc;
    use crate::virtual_drive::{BlankKind, Manners};

    /// Copying in one drive: the disc that was saved is still in it, and nobody has told it of a blank.
    #[test]
    fn the_disc_that_was_saved_is_exchanged_for_a_blank() {
        let mut device = Device::new(Manners { hand: Duration::from_millis(700), ..Manners::default() });
        device.lay_beside(demo_disc().unwrap());
        device.lay_blank_beside(Blank::new(BlankKind::CdR)).unwrap();
        device.next_disc();
        let mut seat = Seat { name: "one".to_owned(), transport: Some(Box::new(Hands::new(device))), software: None };
        let control = Control::default();
        seat.reload(&control, &|_| ()).unwrap();
        assert!(seat.look(&control).is_err(), "the same disc is in it still, and can't be written on");
        let waits = std::sync::atomic::AtomicUsize::new(0);
        let tell = |progress: Progress| {
            assert_eq!(progress.phase, Phase::Wait);
            waits.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        };
        seat.next_disc(&control, &tell).unwrap();
        assert_eq!(seat.look(&control).unwrap().kind, Kind::CdR);
        assert!(waits.into_inner() > 1);
        // There is no third.
        control.cancel();
        assert!(matches!(seat.next_disc(&control, &|_| ()), Err(JobError::Cancelled)));
    }

    /// A DVD-RAM is never blank to its drive; that something is on it is seen by who looks.
    #[test]
    fn what_would_be_written_over_is_seen() {
        let mut device = Device::new(Manners::default());
        device.insert_blank(Blank::new(BlankKind::DvdRam), Vec::new()).unwrap();
        let mut seat = Seat { name: "one".to_owned(), transport: Some(Box::new(Hands::new(device))), software: None };
        let control = Control::default();
        seat.look(&control).unwrap();
        let mut empty = |byte: Option<u8>| {
            if let Some(byte) = byte {
                mmc::write_sectors(&mut **seat.transport(), 16, 16, false, &[byte; 16 * 2048]).unwrap();
            }
            seat.looks_empty(&control).unwrap()
        };
        assert!(empty(None) && empty(Some(0)) && !empty(Some(1)));
    }
}
