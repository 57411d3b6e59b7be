//! [`Recorder`]: writes what a plan says.

use std::io;

use super::{BurnError, BurnPlan, Landing, Tell};
use crate::disc::{DiscWriter, Run};
use crate::drive::transport::Transport;

/// A disc that is being written. The drive is lent: when the recorder is dropped, the tray is unlocked and the drive free to read the disc.
pub struct Recorder<'d> {
    transport: &'d mut dyn Transport,
    plan: BurnPlan,
    tell: Tell<'d>,
}

/// What the medium is after writing was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AfterFailure {
    /// Nothing was written on it: it was a simulation, or the writing had not begun.
    Untouched,
    /// It can be erased, and used again.
    Erasable,
    /// The first tracks or sessions are good, and what follows them is not; the disc can be closed, and read so far.
    Partly {
        /// How many tracks of the plan are whole.
        tracks: u32,
    },
    /// It can't be used any more.
    Spoilt,
}

impl<'d> Recorder<'d> {
    /// Locks the tray, prepares the disc, tells the drive how it is going to be written, and writes what comes before the first sector of the source.
    pub fn begin(transport: &'d mut dyn Transport, plan: BurnPlan, tell: Tell<'d>) -> Result<Recorder<'d>, BurnError> {
        Ok(Recorder { transport, plan, tell })
    }

    /// How much of the drive's own buffer is used, and its size, in bytes; `None` where the drive does not say.
    pub fn buffer(&mut self) -> Option<(u32, u32)> {
        unimplemented!()
    }

    /// Where the tracks written so far lie.
    pub fn landings(&self) -> &[Landing] {
        unimplemented!()
    }

    /// Gives the writing up, after an error or because it was called off: lets the drive write what it has, unlocks the tray, and says what the disc is now.
    pub fn abandon(self) -> AfterFailure {
        unimplemented!()
    }
}

impl DiscWriter for Recorder<'_> {
    fn runs(&self) -> Vec<Run> {
        self.plan.runs()
    }

    fn write(&mut self, _: &[u8]) -> io::Result<()> {
        unimplemented!()
    }

    fn finish(&mut self) -> io::Result<()> {
        unimplemented!()
    }
}
