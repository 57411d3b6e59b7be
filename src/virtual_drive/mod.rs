//! A drive in software: any disc that can be read becomes the disc in an MMC drive.
//!
//! The same [`Device`] is the demo drive, the drive that the tests of everything above rip from, and what others see over iSCSI. It can be told to
//! misbehave as real drives do ([`Manners`], [`Fault`]); nothing above can tell it from hardware.

mod device;
mod hands;
pub mod iscsi;
mod script;
mod tape;

pub use device::{Blank, BlankKind, C2Manner, Device, Fault, Manners, NoSuchBlank, Trouble};
pub use hands::Hands;
pub use script::{BadScript, FaultScript};
pub use tape::Tape;
