//! The recorder: a blank in a drive as a [`crate::disc::DiscWriter`].
//!
//! | step | what it does |
//! |---|---|
//! | [`look_at_blank`] | what lies in the drive as something to write on |
//! | [`plan`] | what is going to be written where, what of the disc is lost on that medium in that mode, and whether it fits; no I/O |
//! | [`Recorder`] | erases or formats, tells the drive the layout, writes what the copy engine brings, closes |
//! | [`erase`] | empties a rewritable disc, without writing anything |
//! | [`close_disc`] | closes what a failure has left open |
//!
//! The commands and their order are those of MMC-6 (clause 4 for each kind of medium), and of what public burning programs do with drives.

mod blank;
mod closing;
mod cue_sheet;
mod erase;
mod error;
mod kind;
mod lent;
mod made;
mod plan;
mod sink;
mod steps;
mod wait;
mod wish;
mod writer;

pub use blank::{LayerZero, NotRecordable, Offers, Recordable, look_at_blank};
pub use closing::close_disc;
pub use cue_sheet::{Entry, Flavour, cue_sheet};
pub use erase::{DiscError, erase};
pub use error::BurnError;
pub use kind::{Kind, Mode};
pub use plan::{
    Block, BurnLoss, BurnPlan, CannotBurn, Filler, Format, Landing, Piece, Preparation, SessionPlan, Source, StoredAs, TrackPlan,
    plan,
};
pub use wait::{Stage, Tell};
pub use wish::{BurnWish, Close, Erase};
pub use writer::{AfterFailure, Recorder};

#[cfg(test)]
mod tests;
