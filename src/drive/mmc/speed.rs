//! How fast the disc turns: SET CD SPEED, SET STREAMING, GET PERFORMANCE (MMC-6, 6.37, 6.39 and 6.8). Rates are in kilobytes (1000 bytes) a second.

use super::reply::{CommandError, USUAL, ask, order, send};
use crate::drive::transport::Transport;

/// As fast as the drive can.
const FASTEST: u16 = 0xFFFF;

/// SET CD SPEED; `None` is as fast as the drive can. 176.4 kB/s are single speed.
pub fn set_cd_speed(transport: &mut dyn Transport, read: Option<u16>, write: Option<u16>) -> Result<(), CommandError> {
    let [a, b] = read.unwrap_or(FASTEST).to_be_bytes();
    let [c, d] = write.unwrap_or(FASTEST).to_be_bytes();
    order(transport, "SET CD SPEED", &[0xBB, 0, a, b, c, d, 0, 0, 0, 0, 0, 0], USUAL)
}

/// SET STREAMING for reading a whole disc of this many sectors at this rate; `None` gives the drive's own choice back.
pub fn set_read_streaming(transport: &mut dyn Transport, sectors: u32, rate: Option<u32>) -> Result<(), CommandError> {
    /// RDD: back to the drive's defaults.
    const DEFAULTS: u8 = 0x04;
    let flags = if rate.is_none() { DEFAULTS } else { 0 };
    set_streaming(transport, flags, sectors, [rate.unwrap_or(0); 2])
}

/// SET STREAMING for writing at a speed that the drive has offered.
pub fn set_write_streaming(transport: &mut dyn Transport, speed: WriteSpeed) -> Result<(), CommandError> {
    set_streaming(transport, 0, speed.sectors, [speed.read, speed.write])
}

/// For this many sectors, at these rates of reading and writing.
fn set_streaming(transport: &mut dyn Transport, flags: u8, sectors: u32, rates: [u32; 2]) -> Result<(), CommandError> {
    let mut list = [0; 28];
    list[0] = flags;
    list[8..12].copy_from_slice(&sectors.saturating_sub(1).to_be_bytes());
    // Size over time: so many kilobytes in 1000 ms.
    for (at, rate) in [12, 20].into_iter().zip(rates) {
        list[at..at + 4].copy_from_slice(&rate.to_be_bytes());
        list[at + 4..at + 8].copy_from_slice(&1000u32.to_be_bytes());
    }
    send(transport, "SET STREAMING", &[0xB6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0], &list, USUAL)
}

/// A speed at which a disc can be written (GET PERFORMANCE, type 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteSpeed {
    /// Sectors of the disc.
    pub sectors: u32,
    /// Kilobytes a second when reading at this speed.
    pub read: u32,
    /// Kilobytes a second when writing.
    pub write: u32,
}

/// The speeds at which the disc in the drive can be written.
pub fn write_speeds(transport: &mut dyn Transport) -> Result<Vec<WriteSpeed>, CommandError> {
    const ENTRIES: u8 = 32;
    let most = 8 + usize::from(ENTRIES) * 16;
    let reply = ask(transport, "GET PERFORMANCE", &[0xAC, 0, 0, 0, 0, 0, 0, 0, 0, ENTRIES, 3, 0], most)?;
    let list = reply.rest(8, 4, reply.u32(0)? as usize).as_chunks::<16>().0;
    let word = |entry: &[u8; 16], at: usize| u32::from_be_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
    let speed = |entry| WriteSpeed { sectors: word(entry, 4).saturating_add(1), read: word(entry, 8), write: word(entry, 12) };
    Ok(list.iter().map(speed).collect())
}
