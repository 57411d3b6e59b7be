//! Optical drives: how commands reach them, what they answer, and the disc in them as a [`crate::disc::DiscReader`].
//!
//! | layer | what it knows |
//! |---|---|
//! | [`transport`] | how one command gets to a drive and its answer back; one way for each operating system, and one in-process |
//! | [`mmc`] | the commands of optical drives, a typed function each; every reply is checked for its size before it is read |
//! | [`sense`] | what a drive says when it refuses or fails, in words |
//! | [`Watch`] | that a drive or a disc came or went, without asking any drive |
//!
//! Standards: SCSI Primary Commands (SPC-4) and Multi-Media Commands (MMC-6) of INCITS T10. Numbers are big-endian throughout.

mod audio;
mod details;
pub mod mmc;
mod reader;
pub mod recorder;
mod report;
mod sectors;
pub mod sense;
pub mod transport;
mod watch;

pub use audio::{AudioReading, POINTERS, SAMPLES, is_flagged, reachable};
pub use details::{Details, LookError, Protection, look};
pub use reader::{Ask, DriveReader};
pub use report::report;
pub use watch::Watch;
