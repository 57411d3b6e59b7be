//! [`plan`]: what is going to be written, decided before the laser is on. No I/O.

mod cd;
mod dvd;
mod error;
mod layout;
mod loss;

pub use error::CannotBurn;
pub use layout::{Block, Filler, Landing, Piece, SessionPlan, Source, TrackPlan};
pub use loss::BurnLoss;

use super::{BurnWish, Close, Erase, Kind, Mode, Recordable};
use crate::disc::{Disc, Run, Stored, TrackId};
use crate::drive::mmc::FormatCapacity;

/// How a track of the source is stored: what [`crate::disc::DiscReader::stored`] tells.
pub type StoredAs<'a> = dyn Fn(TrackId) -> Option<Stored> + 'a;

/// What is going to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BurnPlan {
    /// On what.
    pub kind: Kind,
    /// How.
    pub mode: Mode,
    /// With the laser at reading power.
    pub simulate: bool,
    /// What is closed at the end.
    pub close: Close,
    /// What has to be done to the disc before.
    pub preparation: Option<Preparation>,
    /// What does not arrive.
    pub losses: Vec<BurnLoss>,
    /// Sectors that the disc takes on the medium, what fills it up included.
    pub needed: u32,
    /// Sectors that are there for it.
    pub free: u32,
    /// Kilobytes (1000 bytes) a second; `None`: as fast as the drive finds right.
    pub speed: Option<u32>,
    /// First sector of the second layer, where it is settled by the program and not by the drive.
    pub layer_break: Option<u32>,
    /// Whether writing goes round what the drive does against bad places, and is twice as fast for it (WRITE (12), streaming).
    pub streaming: bool,
    /// Its sessions.
    pub sessions: Vec<SessionPlan>,
}

/// What is done to a disc before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preparation {
    /// It is erased.
    Erase(Erase),
    /// It is formatted.
    Format(Format),
}

/// A way of formatting a disc (FORMAT UNIT; MMC-6, 6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// The descriptor that the drive has offered.
    pub capacity: FormatCapacity,
    /// Its subtype, the two bits beside the type.
    pub subtype: u8,
    /// Defects need not be looked for (CmpList and DCRT): quick, for discs that have been formatted before.
    pub quick: bool,
}

/// Decides how `disc` is written on what lies in the drive.
///
/// `stored` tells how its tracks are stored; what was never there is not lost, and a stored subchannel is written where that can be done.
pub fn plan(disc: &Disc, stored: &StoredAs<'_>, recordable: &Recordable, wish: &BurnWish) -> Result<BurnPlan, CannotBurn> {
    let _ = (disc, stored, recordable, wish);
    unimplemented!()
}

impl BurnPlan {
    /// What is wanted of the source, in this order.
    pub fn runs(&self) -> Vec<Run> {
        self.pieces().filter_map(|piece| piece.run()).collect()
    }

    /// Everything that is sent to the drive, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.sessions.iter().flat_map(|session| session.tracks.iter().flat_map(|track| &track.pieces))
    }

    /// Where the tracks will lie on the disc; where they came to lie in the end is in [`super::Recorder::landings`].
    pub fn landings(&self) -> Vec<Landing> {
        self.sessions.iter().flat_map(|session| session.landings(0)).collect()
    }
}
