//! The layout of what is going to be written, and its end: SEND OPC INFORMATION, SEND CUE SHEET, RESERVE TRACK, CLOSE TRACK/SESSION (MMC-6, clause 6;
//! SEND CUE SHEET in full in MMC-3).

use std::time::Duration;

use super::reply::{CommandError, order, send};
use crate::drive::transport::Transport;

/// Trying the laser, or a lead-in written before the answer.
const SLOW: Duration = Duration::from_secs(180);
/// A lead-out and a lead-in at single speed.
const CLOSING: Duration = Duration::from_secs(1200);

/// SEND OPC INFORMATION: the drive tries which laser power writes on this disc.
pub fn calibrate(transport: &mut dyn Transport) -> Result<(), CommandError> {
    order(transport, "SEND OPC INFORMATION", &[0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0], SLOW)
}

/// SEND CUE SHEET: where everything of a session lies. Entries of 8 bytes, at most some thousand: the length has 24 bits.
pub fn send_cue_sheet(transport: &mut dyn Transport, entries: &[[u8; 8]]) -> Result<(), CommandError> {
    let bytes = entries.as_flattened();
    let [_, a, b, c] = (bytes.len() as u32).to_be_bytes();
    send(transport, "SEND CUE SHEET", &[0x5D, 0, 0, 0, 0, 0, a, b, c, 0], bytes, SLOW)
}

/// RESERVE TRACK: the length of what comes, in sectors.
pub fn reserve_track(transport: &mut dyn Transport, sectors: u32) -> Result<(), CommandError> {
    let [a, b, c, d] = sectors.to_be_bytes();
    order(transport, "RESERVE TRACK", &[0x53, 0, 0, 0, 0, a, b, c, d, 0], SLOW)
}

/// What is closed (MMC-6, table of close functions).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Closing {
    /// The formatting of a DVD+RW that goes on behind the writing.
    Format,
    /// A track.
    Track,
    /// The last session.
    Session,
    /// The disc, with no more of a lead-out than it must have (DVD+R).
    DiscShort,
    /// The disc (DVD+R, BD-R).
    Disc,
}

impl Closing {
    const fn code(self) -> u8 {
        match self {
            Closing::Format => 0,
            Closing::Track => 1,
            Closing::Session => 2,
            Closing::DiscShort => 5,
            Closing::Disc => 6,
        }
    }
}

/// CLOSE TRACK/SESSION; the track's number counts where a track is closed. `immediate` answers at once.
pub fn close(transport: &mut dyn Transport, what: Closing, track: u16, immediate: bool) -> Result<(), CommandError> {
    let [a, b] = track.to_be_bytes();
    order(transport, "CLOSE TRACK/SESSION", &[0x5B, u8::from(immediate), what.code(), 0, a, b, 0, 0, 0, 0], CLOSING)
}
