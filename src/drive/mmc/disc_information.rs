//! What is on the disc, as the drive counts it: READ DISC INFORMATION, READ TRACK INFORMATION, READ CAPACITY, READ FORMAT CAPACITIES (MMC-6, 6.21,
//! 6.26, 6.24 and 6.23).

use super::reply::{CommandError, ask, short};
use crate::drive::transport::Transport;

/// How far a disc has been written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiscState {
    /// Nothing is on it.
    Blank,
    /// More can be added.
    Appendable,
    /// It is finished.
    Complete,
    /// It can be written anywhere, and is never finished (DVD+RW, DVD-RAM, BD-RE).
    Random,
}

/// READ DISC INFORMATION, standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiscInformation {
    /// How far it has been written.
    pub state: DiscState,
    /// Whether it can be erased.
    pub erasable: bool,
    /// How many sessions there are, an empty last one included.
    pub sessions: u16,
    /// Number of the first track.
    pub first_track: u8,
    /// Number of the last track of the last session.
    pub last_track: u16,
    /// Disc type of the TOC: 00 CD-DA or CD-ROM, 10 CD-i, 20 XA, FF not known.
    pub disc_type: u8,
    /// Whether the last session is there and not yet closed: something may be in it, or not.
    pub incomplete: bool,
    /// How far a DVD+RW is formatted.
    pub formatting: Formatting,
}

/// How far a disc is formatted that formats itself while it is idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Formatting {
    /// Not at all; or the disc is of a kind that does not do that.
    None,
    /// It was begun, and stopped.
    Stopped,
    /// It goes on.
    Running,
    /// It is done.
    Done,
}

/// Asks for it.
pub fn read_disc_information(transport: &mut dyn Transport) -> Result<DiscInformation, CommandError> {
    let reply = ask(transport, "READ DISC INFORMATION", &[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34)?;
    let flags = reply.u8(2)?;
    Ok(DiscInformation {
        state: [DiscState::Blank, DiscState::Appendable, DiscState::Complete, DiscState::Random][usize::from(flags & 3)],
        erasable: flags & 0x10 != 0,
        first_track: reply.u8(3)?,
        disc_type: reply.u8(8)?,
        incomplete: flags & 0x0C == 0x04,
        formatting: [Formatting::None, Formatting::Stopped, Formatting::Running, Formatting::Done][usize::from(reply.u8(7)? & 3)],
        sessions: u16::from_be_bytes([reply.u8(9)?, reply.u8(4)?]),
        last_track: u16::from_be_bytes([reply.u8(11)?, reply.u8(6)?]),
    })
}

/// READ TRACK INFORMATION.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackInformation {
    /// Its number.
    pub track: u16,
    /// Its session.
    pub session: u16,
    /// Control bits of its Q.
    pub control: u8,
    /// 1 for mode 1, 2 for mode 2, F where the drive does not know.
    pub data_mode: u8,
    /// Nothing is on it.
    pub blank: bool,
    /// Address of its first sector.
    pub start: i32,
    /// Address at which it goes on, where that is known.
    pub next_writable: Option<i32>,
    /// Sectors that are free.
    pub free: u32,
    /// Sectors that it has.
    pub size: u32,
}

/// Asks about a track by its number; FF is the one that a CD or DVD+R would go on with.
pub fn read_track_information(transport: &mut dyn Transport, track: u8) -> Result<TrackInformation, CommandError> {
    let cdb = [0x52, 1, 0, 0, 0, track, 0, 0, 36, 0];
    let reply = ask(transport, "READ TRACK INFORMATION", &cdb, 36)?;
    // The high bytes of track and session came later to the standard, and old drives leave them out.
    let high = |at| reply.u8(at).unwrap_or(0);
    let signed = |at| reply.u32(at).map(|value| value as i32);
    // Of a track that lies on both layers of a DVD-R DL by turns, a drive tells the last address instead of the size.
    let by_jumps = reply.u8(5)? & 0xC0 != 0;
    let size = reply.u32(24)?;
    let size = if by_jumps { size.saturating_sub(reply.u32(8)?).saturating_add(1) } else { size };
    Ok(TrackInformation {
        track: u16::from_be_bytes([high(32), reply.u8(2)?]),
        session: u16::from_be_bytes([high(33), reply.u8(3)?]),
        control: reply.u8(5)? & 0x0F,
        data_mode: reply.u8(6)? & 0x0F,
        blank: reply.u8(6)? & 0x40 != 0,
        start: signed(8)?,
        next_writable: if reply.u8(7)? & 1 != 0 { Some(signed(12)?) } else { None },
        free: reply.u32(16)?,
        size,
    })
}

/// READ CAPACITY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Sectors.
    pub sectors: u32,
    /// Bytes of each.
    pub sector_size: u32,
}

/// Asks for it.
pub fn read_capacity(transport: &mut dyn Transport) -> Result<Capacity, CommandError> {
    let reply = ask(transport, "READ CAPACITY", &[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8)?;
    Ok(Capacity { sectors: reply.u32(0)?.saturating_add(1), sector_size: reply.u32(4)? })
}

/// One entry of READ FORMAT CAPACITIES.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormatCapacity {
    /// Sectors.
    pub sectors: u32,
    /// Format type; of the first entry 1 not formatted, 2 formatted, 3 no disc.
    pub kind: u8,
    /// What the type means it for.
    pub parameter: u32,
}

/// The state that the disc has now, and the formats that it can be given.
pub fn read_format_capacities(transport: &mut dyn Transport) -> Result<(FormatCapacity, Vec<FormatCapacity>), CommandError> {
    const MOST: usize = 4 + 32 * 8;
    let [high, low] = short(MOST);
    let reply = ask(transport, "READ FORMAT CAPACITIES", &[0x23, 0, 0, 0, 0, 0, 0, high, low, 0], MOST)?;
    let entry = |bytes: &[u8; 8], shift: u8| FormatCapacity {
        sectors: u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
        kind: (bytes[4] >> shift) & if shift == 0 { 3 } else { 0x3F },
        parameter: u32::from_be_bytes([0, bytes[5], bytes[6], bytes[7]]),
    };
    let now = entry(&reply.array(4)?, 0);
    let list = reply.rest(12, 4, usize::from(reply.u8(3)?)).as_chunks::<8>().0;
    Ok((now, list.iter().map(|bytes| entry(bytes, 2)).collect()))
}
