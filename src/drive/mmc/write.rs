//! Writing sectors: WRITE (10) and (12), SYNCHRONIZE CACHE, READ BUFFER CAPACITY (MMC-6, clause 6).

use std::time::Duration;

use super::reply::{CommandError, ask, order, send};
use crate::drive::transport::Transport;

/// A drive may recalibrate in the middle, or seek to the other layer.
const WRITING: Duration = Duration::from_secs(120);
/// What is still in the buffer, and a lead-out behind it.
const FLUSHING: Duration = Duration::from_secs(600);

/// Writes `count` sectors from `lba` on, in what size the drive has been told; negative addresses lie in the lead-in and the first pause of a CD.
///
/// With `streaming` the drive may go round bad places without looking for others (WRITE (12)).
pub fn write_sectors(
    transport: &mut dyn Transport,
    lba: i32,
    count: u16,
    streaming: bool,
    bytes: &[u8],
) -> Result<(), CommandError> {
    let [a, b, c, d] = lba.to_be_bytes();
    let [e, f] = count.to_be_bytes();
    match streaming {
        true => send(transport, "WRITE (12)", &[0xAA, 0, a, b, c, d, 0, 0, e, f, 0x80, 0], bytes, WRITING),
        false => send(transport, "WRITE (10)", &[0x2A, 0, a, b, c, d, 0, e, f, 0], bytes, WRITING),
    }
}

/// SYNCHRONIZE CACHE: what is in the drive's buffer goes to the disc, and of a CD written at once the lead-out. `immediate` answers at once.
pub fn synchronize_cache(transport: &mut dyn Transport, immediate: bool) -> Result<(), CommandError> {
    order(transport, "SYNCHRONIZE CACHE", &[0x35, u8::from(immediate) << 1, 0, 0, 0, 0, 0, 0, 0, 0], FLUSHING)
}

/// The drive's own buffer, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BufferCapacity {
    /// All of it.
    pub size: u32,
    /// What is free of it.
    pub free: u32,
}

/// READ BUFFER CAPACITY.
pub fn read_buffer_capacity(transport: &mut dyn Transport) -> Result<BufferCapacity, CommandError> {
    let reply = ask(transport, "READ BUFFER CAPACITY", &[0x5C, 0, 0, 0, 0, 0, 0, 0, 12, 0], 12)?;
    let (size, free) = (reply.u32(4)?, reply.u32(8)?);
    if free > size {
        return Err(reply.senseless("the free part of the buffer", free));
    }
    Ok(BufferCapacity { size, free })
}
