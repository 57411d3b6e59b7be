//! Waiting for a drive that works by itself.

use std::ops::ControlFlow;

/// What the drive is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Getting ready.
    Starting,
    /// Erasing.
    Erasing,
    /// Formatting.
    Formatting,
    /// Looking for the laser power.
    Calibrating,
    /// Writing the lead-in.
    LeadIn,
    /// Writing what the source gives.
    Writing,
    /// Writing what is still in its buffer.
    Flushing,
    /// Closing the track, the session or the disc.
    Closing,
}

/// Is told what the drive is at, and how far (in 65536ths, where the drive says), every now and then while it works by itself; and says whether to go
/// on. To break ends the wait, not what the drive does.
pub type Tell<'d> = Box<dyn FnMut(Stage, Option<u16>) -> ControlFlow<()> + Send + 'd>;
