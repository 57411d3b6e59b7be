//! [`Recordable`]: what lies in a drive as something to write on.

use super::{Kind, Mode};
use crate::disc::Lba;
use crate::drive::mmc::{self, Atip, CommandError, DiscState, FormatCapacity, Profile, WriteSpeed};
use crate::drive::transport::Transport;

/// A disc that can be written on, and what the drive that it is in can do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recordable {
    /// What kind of disc.
    pub kind: Kind,
    /// How far it has been written.
    pub state: DiscState,
    /// Sectors that it takes when nothing is on it.
    pub capacity: u32,
    /// Sectors that can be written now.
    pub free: u32,
    /// Where writing goes on: LBA 0 of a blank.
    pub next_writable: Lba,
    /// Sessions that are closed.
    pub sessions: u16,
    /// Number of the last track; 0 of a blank.
    pub last_track: u16,
    /// Whether its last session is open, and has tracks in it.
    pub open_session: bool,
    /// What its wobble says of a CD.
    pub atip: Option<Atip>,
    /// Whether it is formatted, where it must be before it is written.
    pub formatted: bool,
    /// The formats that it can be given (READ FORMAT CAPACITIES).
    pub formats: Vec<FormatCapacity>,
    /// Speeds that the drive writes it at, fastest first.
    pub speeds: Vec<WriteSpeed>,
    /// Sectors of the first layer of a DVD+R DL, where the drive says.
    pub layer_0: Option<LayerZero>,
    /// What the drive can do with it.
    pub offers: Offers,
}

/// The first layer of a DVD+R DL (READ DISC STRUCTURE, format 20).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerZero {
    /// Its sectors.
    pub sectors: u32,
    /// Whether that has been settled, and can't be changed any more.
    pub settled: bool,
}

/// What a drive can do with the disc in it, by its features (MMC-6, clause 5).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offers {
    /// How it writes it.
    pub modes: Vec<Mode>,
    /// Whether it goes through writing without writing, in these modes.
    pub simulates: Vec<Mode>,
    /// Whether it stops and goes on when its buffer runs empty.
    pub underrun_protection: bool,
    /// Whether it takes the subchannels R to W from the host: CD-TEXT.
    pub subchannel: bool,
}

/// Why the disc in the drive is nothing to write on.
#[derive(Debug, thiserror::Error)]
pub enum NotRecordable {
    /// A command failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// It is a disc, but not one that can be written.
    #[error("{0} can't be written on")]
    Pressed(Profile),
}

/// Asks the drive what lies in it. The disc has to be ready.
pub fn look_at_blank(transport: &mut dyn Transport) -> Result<Recordable, NotRecordable> {
    let _ = (transport, mmc::get_configuration);
    unimplemented!()
}
