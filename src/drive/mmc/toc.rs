//! READ TOC/PMA/ATIP (MMC-6, 6.25): the table of contents in its forms, what a blank CD says of itself, and CD-TEXT.

use super::reply::{CommandError, MOST, Reply, ask, short};
use crate::disc::toc::TocEntry;
use crate::disc::{Lba, Msf};
use crate::drive::transport::Transport;

/// An entry of the plain table of contents (format 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackEntry {
    /// Track number; AA is the lead-out.
    pub track: u8,
    /// Control bits of its Q.
    pub control: u8,
    /// Where it begins.
    pub start: Lba,
}

/// What the wobble of a blank CD says of it (format 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Atip {
    /// Whether it can be erased: a CD-RW.
    pub rewritable: bool,
    /// Where its lead-in begins: it tells the maker.
    pub lead_in: Lba,
    /// The last possible start of a lead-out: its capacity.
    pub last_lead_out: Lba,
}

/// READ TOC/PMA/ATIP in one of its formats; `msf` asks for times instead of addresses.
fn read(transport: &mut dyn Transport, format: u8, msf: bool, from: u8) -> Result<Reply, CommandError> {
    const NAME: &str = "READ TOC/PMA/ATIP";
    let cdb = |len| {
        let [high, low] = short(len);
        [0x43, u8::from(msf) << 1, format, 0, 0, 0, from, high, low, 0]
    };
    // The header first: some drives stumble over more than they have.
    let head = ask(transport, NAME, &cdb(4), 4)?;
    let len = (usize::from(head.u16(0)?) + 2).clamp(4, MOST);
    ask(transport, NAME, &cdb(len), len)
}

/// The entries of a reply, `N` bytes each.
fn entries<const N: usize>(reply: &Reply) -> Result<&[[u8; N]], CommandError> {
    Ok(reply.rest(4, 2, usize::from(reply.u16(0)?)).as_chunks::<N>().0)
}

/// The table of contents, the lead-out its last entry.
pub fn read_toc(transport: &mut dyn Transport) -> Result<Vec<TrackEntry>, CommandError> {
    let reply = read(transport, 0, false, 0)?;
    let entry = |bytes: &[u8; 8]| TrackEntry {
        track: bytes[2],
        control: bytes[1] & 0x0F,
        start: Lba(i32::from_be_bytes([bytes[4], bytes[5], bytes[6], bytes[7]])),
    };
    Ok(entries::<8>(&reply)?.iter().map(entry).collect())
}

/// The full table of contents, all sessions.
pub fn read_full_toc(transport: &mut dyn Transport) -> Result<Vec<TocEntry>, CommandError> {
    toc_entries(&read(transport, 2, true, 1)?)
}

/// The program memory area of a CD-R that is not finished: the same entries.
pub fn read_pma(transport: &mut dyn Transport) -> Result<Vec<TocEntry>, CommandError> {
    toc_entries(&read(transport, 3, true, 0)?)
}

fn toc_entries(reply: &Reply) -> Result<Vec<TocEntry>, CommandError> {
    let entry = |bytes: &[u8; 11]| TocEntry {
        session: bytes[0],
        adr: bytes[1] >> 4,
        control: bytes[1] & 0x0F,
        point: bytes[3],
        time: [bytes[4], bytes[5], bytes[6]],
        value: [bytes[8], bytes[9], bytes[10]],
    };
    Ok(entries::<11>(reply)?.iter().map(entry).collect())
}

/// What a blank CD says of itself.
pub fn read_atip(transport: &mut dyn Transport) -> Result<Atip, CommandError> {
    let reply = read(transport, 4, true, 0)?;
    let time = |at: usize| {
        let [minute, second, frame] = reply.array(at)?;
        let time = Msf::new(u32::from(minute), second, frame);
        time.map(Msf::to_lba).map_err(|_| reply.senseless("a time of the ATIP", u32::from_be_bytes([0, minute, second, frame])))
    };
    Ok(Atip { rewritable: reply.u8(6)? & 0x40 != 0, lead_in: time(8)?, last_lead_out: time(12)? })
}

/// CD-TEXT: packs of 18 bytes, one after another, as [`crate::disc::CdText::from_packs`] takes them.
pub fn read_cd_text(transport: &mut dyn Transport) -> Result<Vec<u8>, CommandError> {
    let reply = read(transport, 5, false, 0)?;
    Ok(entries::<18>(&reply)?.as_flattened().to_vec())
}
