//! Ready, tray, lock, events (MMC-6: TEST UNIT READY, START STOP UNIT, PREVENT ALLOW MEDIUM REMOVAL, GET EVENT STATUS NOTIFICATION).

use std::time::Duration;

use super::reply::{CommandError, USUAL, ask, order};
use crate::drive::sense::Sense;
use crate::drive::transport::Transport;

/// A tray that has to be moved, and a disc that has to be spun up, take their time.
const MOVING: Duration = Duration::from_secs(60);

/// Nothing is read and nothing moves.
const FORGETTING: Duration = Duration::from_secs(5);

/// TEST UNIT READY: `Ok` when there is a disc and it can be used.
pub fn test_unit_ready(transport: &mut dyn Transport) -> Result<(), CommandError> {
    order(transport, "TEST UNIT READY", &[0; 6], USUAL)
}

/// REQUEST SENSE: what the drive is at, with its progress.
pub fn request_sense(transport: &mut dyn Transport) -> Result<Option<Sense>, CommandError> {
    let reply = ask(transport, "REQUEST SENSE", &[0x03, 0, 0, 0, 18, 0], 18)?;
    Ok(Sense::parse(reply.rest(0, 0, reply.len())))
}

/// Opens the tray.
pub fn eject(transport: &mut dyn Transport) -> Result<(), CommandError> {
    order(transport, "START STOP UNIT", &[0x1B, 0, 0, 0, 2, 0], MOVING)
}

/// Closes the tray, and spins the disc up.
pub fn start(transport: &mut dyn Transport) -> Result<(), CommandError> {
    order(transport, "START STOP UNIT", &[0x1B, 0, 0, 0, 3, 0], MOVING)
}

/// Keeps the tray shut, also when its button is pressed.
pub fn lock_tray(transport: &mut dyn Transport) -> Result<(), CommandError> {
    order(transport, "PREVENT ALLOW MEDIUM REMOVAL", &[0x1E, 0, 0, 0, 1, 0], USUAL)
}

/// Lets the tray be opened.
pub fn unlock_tray(transport: &mut dyn Transport) -> Result<(), CommandError> {
    order(transport, "PREVENT ALLOW MEDIUM REMOVAL", &[0x1E, 0, 0, 0, 0, 0], USUAL)
}

/// Makes the drive forget the sectors around `lba` that it keeps: a read of none of them that must come from the disc (READ(12), FUA). The next
/// read then comes from the disc again.
pub fn flush_cache(transport: &mut dyn Transport, lba: i32) -> Result<(), CommandError> {
    let [a, b, c, d] = lba.to_be_bytes();
    order(transport, "READ (12)", &[0xA8, 0x08, a, b, c, d, 0, 0, 0, 0, 0, 0], FORGETTING)
}

/// What GET EVENT STATUS NOTIFICATION says of the disc; it is answered without spinning the disc up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaEvent {
    /// Something has happened since it was last asked (a new disc, the button).
    pub event: u8,
    /// There is a disc.
    pub present: bool,
    /// The tray is open.
    pub open: bool,
}

/// GET EVENT STATUS NOTIFICATION, class media, polled.
pub fn media_event(transport: &mut dyn Transport) -> Result<MediaEvent, CommandError> {
    let reply = ask(transport, "GET EVENT STATUS NOTIFICATION", &[0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0], 8)?;
    // Bit 7: the drive has no such class; bits 2–0: the class, 4 being media.
    let class = reply.u8(2)?;
    if class & 0x87 != 4 {
        return Err(reply.senseless("the class of the event", class));
    }
    let status = reply.u8(5)?;
    Ok(MediaEvent { event: reply.u8(4)? & 0x0F, present: status & 2 != 0, open: status & 1 != 0 })
}
