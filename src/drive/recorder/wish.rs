//! [`BurnWish`]: how a disc is to be written.

use super::Mode;

/// What is left to choose; the default is what nearly everybody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BurnWish {
    /// How to write; `None` leaves it to what suits disc and drive best.
    pub mode: Option<Mode>,
    /// Go through it all with the laser at reading power.
    pub simulate: bool,
    /// What is closed at the end.
    pub close: Close,
    /// First sector of the second layer, instead of the source's: a multiple of 16.
    pub layer_break: Option<u32>,
    /// Kilobytes (1000 bytes) a second; `None`: as fast as the drive finds right.
    pub speed: Option<u32>,
    /// Whether a part of a BD-R, BD-RE or DVD-RAM is kept to stand in for bad places, and what is written is checked at once. `None`: as the disc is
    /// formatted, a new one with spare areas where the drive offers them by itself.
    pub spare_areas: Option<bool>,
    /// What is on a rewritable disc is erased first, or the disc formatted anew; `None`: only where nothing is lost by that.
    pub erase: Option<Erase>,
    /// The CD-TEXT of the source stays off the disc, as somebody wants it: that is no loss.
    pub without_cd_text: bool,
}

/// What is closed when all has been written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Close {
    /// The disc: nothing can be added, and every drive reads it.
    #[default]
    Disc,
    /// The session: more can be added later.
    Session,
}

/// How thoroughly a disc is erased or formatted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Erase {
    /// Its tables only: what was on it can be found again by those who search for it.
    Quick,
    /// All of it.
    Full,
}
