//! A drive that is lent to the recorder, and whoever is told how it gets on.

use super::wait::{persevere, until_ready};
use super::{BurnError, Kind, Stage, Tell};
use crate::disc::Lba;
use crate::drive::mmc::{self, Closing, CommandError};
use crate::drive::transport::Transport;

/// The track that writing goes on with: of a CD and a DVD+R that which is not there yet.
const INVISIBLE: u8 = 0xFF;

pub struct Lent<'d> {
    pub transport: &'d mut dyn Transport,
    pub tell: Tell<'d>,
    locked: bool,
}

impl<'d> Lent<'d> {
    pub fn new(transport: &'d mut dyn Transport, tell: Tell<'d>) -> Lent<'d> {
        Lent { transport, tell, locked: false }
    }

    /// Sends a command until the drive has time for it.
    pub fn persevere<T>(
        &mut self,
        stage: Stage,
        command: impl FnMut(&mut dyn Transport) -> Result<T, CommandError>,
    ) -> Result<T, BurnError> {
        persevere(self.transport, &mut self.tell, stage, command)
    }

    pub fn until_ready(&mut self, stage: Stage) -> Result<(), BurnError> {
        until_ready(self.transport, &mut self.tell, stage)
    }

    /// Keeps the tray shut; a drive that can't is none the worse for it.
    pub fn lock(&mut self) {
        self.locked = mmc::lock_tray(self.transport).is_ok();
    }

    /// Everything goes to the disc.
    pub fn flush(&mut self) -> Result<(), BurnError> {
        self.persevere(Stage::Flushing, |transport| mmc::synchronize_cache(transport, true))?;
        self.until_ready(Stage::Flushing)?;
        // Some drives are ready before they are done, and wait here.
        self.persevere(Stage::Flushing, |transport| mmc::synchronize_cache(transport, false))
    }

    /// Closes a track, the session or the disc.
    pub fn close(&mut self, what: Closing, track: u16) -> Result<(), BurnError> {
        self.persevere(Stage::Closing, |transport| mmc::close(transport, what, track, true))?;
        self.until_ready(Stage::Closing)
    }

    /// Lets the drive try its laser. A drive that does that by itself refuses, and one that finds no good power may write all the same.
    pub fn calibrate(&mut self) -> Result<(), BurnError> {
        match self.persevere(Stage::Calibrating, mmc::calibrate) {
            Err(BurnError::Command { error, .. }) if error.is_gone() => {
                Err(BurnError::Command { stage: Stage::Calibrating, error })
            }
            Err(BurnError::Command { .. }) | Ok(()) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Where the drive goes on writing; `None` where it does not say.
    pub fn next_writable(&mut self, kind: Kind) -> Result<Option<Lba>, BurnError> {
        let number = match kind {
            kind if kind.is_cd() => INVISIBLE,
            Kind::DvdPlusR | Kind::DvdPlusRDl => INVISIBLE,
            _ => {
                let information = self.persevere(Stage::Starting, mmc::read_disc_information)?;
                information.last_track.clamp(1, u16::from(u8::MAX)) as u8
            }
        };
        let track = self.persevere(Stage::Starting, |transport| mmc::read_track_information(transport, number))?;
        Ok(track.next_writable.map(Lba))
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if self.locked {
            // Nobody is left to be told.
            let _ = mmc::unlock_tray(self.transport);
        }
    }
}
