//! READ SUBCHANNEL (MMC-3, 5.23; later standards drop it, drives keep it): catalogue number and recording codes, which the drive looks for itself.

use super::reply::{CommandError, ask};
use crate::disc::{Isrc, Mcn};
use crate::drive::transport::Transport;

/// The media catalogue number; `None` where the disc has none.
pub fn read_mcn(transport: &mut dyn Transport) -> Result<Option<Mcn>, CommandError> {
    let reply = ask(transport, "READ SUBCHANNEL", &[0x42, 2, 0x40, 2, 0, 0, 0, 0, 24, 0], 24)?;
    let valid = reply.u8(8)? & 0x80 != 0;
    Ok(if valid { Mcn::or_none(reply.part(9, 13)?) } else { None })
}

/// The recording code of a track; `None` where it has none.
pub fn read_isrc(transport: &mut dyn Transport, track: u8) -> Result<Option<Isrc>, CommandError> {
    let reply = ask(transport, "READ SUBCHANNEL", &[0x42, 2, 0x40, 3, 0, 0, track, 0, 24, 0], 24)?;
    let valid = reply.u8(8)? & 0x80 != 0;
    Ok(if valid { Isrc::new(reply.part(9, 12)?).ok() } else { None })
}
