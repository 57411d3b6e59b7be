//! From the bytes of a BlindWrite descriptor to [`B6t`]: pure, no file access.

use super::blocks::{B6t, DataBlock, Dpm, SessionBlock, TrackBlock};
use crate::disc::{DiscType, Lba, Mcn, Medium};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw, Limits};

/// The first bytes.
pub const SIGNATURE: &[u8; 16] = b"BWT5 STREAM SIGN";
/// The first bytes of BlindWrite 4, another format.
pub const OLDER: &[u8; 19] = b"BLINDWRITE TOC FILE";
/// The last bytes; the four before them hold the length of the file.
const FOOTER: &[u8; 16] = b"BWT5 STREAM FOOT";
const FOOTER_LEN: u64 = 20;
/// Where the first block begins.
const DISC: u64 = 16;
/// Where the lengths of the later blocks stand: behind the disc block (112 bytes), 32 unknown ones, the drive (48) and the volume (32).
const LENGTHS: u64 = DISC + 112 + 32 + 48 + 32;
/// Where the blocks of variable length begin.
const BLOCKS: u64 = LENGTHS + 20;
const DATA_LEN: u64 = 52;
const SESSION_LEN: u64 = 16;
const TRACK_LEN: u64 = 64;
/// What follows a track of a CD, unlike the other points of the TOC and the tracks of DVDs.
const TAIL_LEN: u64 = 8;
/// Longest file name that is read, in bytes.
const MOST_NAME: u32 = 2048;

/// Reads a descriptor.
///
/// # Errors
/// A [`Flaw`] at the offset of what is wrong.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<B6t, Flaw> {
    let file = Wire::new(bytes, 0, "the BlindWrite descriptor");
    if bytes.starts_with(OLDER) {
        return Err(Flaw::at(0, Fault::Unsupported { what: "BlindWrite 4 (.bwt), the older format of this program," }));
    }
    if !bytes.starts_with(SIGNATURE) {
        return Err(Flaw::at(0, Fault::NotThis { what: "a BlindWrite descriptor" }));
    }
    let end = footer(&file)?;
    let disc = file.part(DISC, 112, "the disc block")?;
    let lengths = file.part(LENGTHS, 20, "the lengths of the blocks")?;
    let profile = disc.u16_le(0x20)?;
    let medium = medium(profile)
        .ok_or_else(|| disc.out_of_range(0x20, "the profile of the disc", "that of a CD, DVD or Blu-ray", profile))?;
    let mut blocks = Blocks { file: &file, at: BLOCKS, end };
    for (at, what) in [(0, "mode page 2A"), (4, "an unknown block")] {
        blocks.take(lengths.u32_le(at)?.into(), what)?;
    }
    blocks.take(disc.u16_le(0x50)?.into(), "the program memory area")?;
    blocks.take(disc.u16_le(0x52)?.into(), "the ATIP")?;
    let cd_text = blocks.take(disc.u16_le(0x54)?.into(), "the CD-TEXT")?;
    let bca = blocks.take(disc.u32_le(0x58)?.into(), "the burst cutting area")?;
    let structures = blocks.take(disc.u32_le(0x68)?.into(), "the disc structures")?;
    let info = if medium.is_cd() { disc.u16_le(0x56)?.into() } else { disc.u32_le(0x6C)?.into() };
    blocks.take(info, "the information on the disc")?;
    let data = blocks.take(lengths.u32_le(8)?.into(), "the list of data blocks")?;
    let sessions = blocks.take(lengths.u32_le(12)?.into(), "the list of sessions")?;
    let dpm = blocks.take(lengths.u32_le(16)?.into(), "the position measurements")?;
    if blocks.at != end {
        let what = "the lengths of the blocks and the length of the file";
        return Err(file.flaw(LENGTHS, Fault::Contradiction { what, one: end as i64, other: blocks.at as i64 }));
    }
    Ok(B6t {
        medium,
        mcn: if disc.u8(0x30)? == 0 { None } else { Mcn::new(&disc.array::<13>(0x31)?).ok() },
        cd_text: cd_text.bytes().to_vec(),
        bca: bca.bytes().to_vec(),
        structures: disc_structures(&structures)?,
        data: data_blocks(&data, limits)?,
        sessions: all_sessions(&sessions, disc.u16_le(0x22)?)?,
        dpm: internal_dpm(&dpm)?,
    })
}

/// Where the footer begins. It proves that nothing was cut off or added.
fn footer(file: &Wire) -> Result<u64, Flaw> {
    let truncated =
        || file.flaw(0, Fault::Truncated { what: "the BlindWrite descriptor", needed: BLOCKS + FOOTER_LEN, found: file.len() });
    let end = file.len().checked_sub(FOOTER_LEN).filter(|&end| end >= BLOCKS).ok_or_else(truncated)?;
    if &file.array::<16>(end + 4)? != FOOTER {
        return Err(file.flaw(end + 4, Fault::Missing { what: "the mark at the end of the descriptor" }));
    }
    let said = u64::from(file.u32_le(end)?);
    if said != file.len() {
        let (one, other) = (said as i64, file.len() as i64);
        return Err(
            file.flaw(end, Fault::Contradiction { what: "the length in the footer and the length of the file", one, other })
        );
    }
    Ok(end)
}

/// The medium of a profile number (MMC, GET CONFIGURATION).
fn medium(profile: u16) -> Option<Medium> {
    match profile {
        0x08..=0x0A => Some(Medium::Cd),
        0x10..=0x1B | 0x2A | 0x2B => Some(Medium::Dvd),
        0x40..=0x43 => Some(Medium::Bd),
        0x50..=0x5A => Some(Medium::HdDvd),
        _ => None,
    }
}

/// The blocks of variable length, one after another.
struct Blocks<'a, 'b> {
    file: &'b Wire<'a>,
    at: u64,
    end: u64,
}

impl<'a> Blocks<'a, '_> {
    fn take(&mut self, len: u64, what: &'static str) -> Result<Wire<'a>, Flaw> {
        if len > self.end - self.at {
            return Err(self.file.flaw(self.at, Fault::Truncated { what, needed: len, found: self.end - self.at }));
        }
        let block = self.file.part(self.at, len, what)?;
        self.at += len;
        Ok(block)
    }
}

/// Each: format number, length with the high byte first (it counts the two bytes behind it), two bytes, data. Two zero bytes stand before them.
fn disc_structures(block: &Wire) -> Result<Vec<(u16, Vec<u8>)>, Flaw> {
    let mut found = Vec::new();
    let mut at = 2;
    while at < block.len() {
        let len = u64::from(block.u16_be(at + 2)?);
        let data =
            len.checked_sub(2).ok_or_else(|| block.out_of_range(at + 2, "the length of a disc structure", "at least 2", len))?;
        found.push((block.u16_le(at)?, block.part(at + 6, data, "a disc structure")?.bytes().to_vec()));
        at += 6 + data;
    }
    Ok(found)
}

fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> =
        bytes.as_chunks::<2>().0.iter().map(|&unit| u16::from_le_bytes(unit)).take_while(|&unit| unit != 0).collect();
    String::from_utf16_lossy(&units)
}

fn data_blocks(list: &Wire, limits: &Limits) -> Result<Vec<DataBlock>, Flaw> {
    let count = list.u32_le(0)?;
    if count > limits.files {
        return Err(list.flaw(0, Fault::TooMany { what: "data blocks", limit: limits.files.into() }));
    }
    let mut at = 8 + u64::from(list.u32_le(4)?);
    let mut blocks = Vec::new();
    for _ in 0..count {
        let block = list.part(at, DATA_LEN, "a data block")?;
        let (len, sectors) = (block.u32_le(4)?, block.u32_le(44)?);
        if sectors == 0 || sectors > i32::MAX as u32 || len == 0 || !len.is_multiple_of(sectors) {
            return Err(block.out_of_range(
                44,
                "the number of sectors of a data block",
                "a divisor of its length in bytes",
                sectors,
            ));
        }
        let name_len = block.u32_le(48)?;
        if name_len > MOST_NAME || !name_len.is_multiple_of(2) {
            return Err(block.out_of_range(48, "the length of a file name", "an even number up to 2048", name_len));
        }
        let name = utf16(list.part(at + DATA_LEN, name_len.into(), "a file name")?.bytes());
        if name.is_empty() {
            return Err(block.flaw(48, Fault::Missing { what: "the name of a data file" }));
        }
        let start = Lba(block.u32_le(40)?.cast_signed());
        blocks.push(DataBlock { start, sectors, sector_size: len / sectors, offset: block.u32_le(24)?, name });
        at += DATA_LEN + u64::from(name_len) + 4;
    }
    Ok(blocks)
}

fn all_sessions(list: &Wire, count: u16) -> Result<Vec<SessionBlock>, Flaw> {
    if !(1..=99).contains(&count) {
        return Err(list.out_of_range(0, "the number of sessions", "1 to 99", count));
    }
    let (mut at, mut tracks) = (0, 0);
    let mut sessions = Vec::new();
    for _ in 0..count {
        let head = list.part(at, SESSION_LEN, "a session")?;
        at += SESSION_LEN;
        let mut session =
            SessionBlock { end: Lba(head.u32_le(8)?.cast_signed()), disc_type: DiscType::default(), tracks: Vec::new() };
        for _ in 0..head.u8(2)? {
            let entry = list.part(at, TRACK_LEN, "a track")?;
            at += TRACK_LEN;
            match (entry.u8(0)?, entry.u8(12)?) {
                (0, 0xA0) => session.disc_type = DiscType::from_byte(entry.u8(19)?),
                (0, _) => {}
                (kind @ 1..=6, number @ 1..=99) => {
                    session.tracks.push(track(&entry, kind, number)?);
                    at += if kind == 6 { 0 } else { TAIL_LEN };
                }
                (1..=6, point) => return Err(entry.out_of_range(12, "the number of a track", "1 to 99", point)),
                (kind, _) => return Err(entry.out_of_range(0, "the kind of a track", "0 to 6", kind)),
            }
        }
        if session.tracks.is_empty() {
            return Err(head.flaw(2, Fault::Missing { what: "a track of the session" }));
        }
        tracks += session.tracks.len();
        if tracks > 99 {
            return Err(head.flaw(2, Fault::TooMany { what: "tracks", limit: 99 }));
        }
        sessions.push(session);
    }
    if at != list.len() {
        let what = "the lengths of the sessions and of their list";
        return Err(list.flaw(at, Fault::Contradiction { what, one: list.len() as i64, other: at as i64 }));
    }
    Ok(sessions)
}

fn track(entry: &Wire, kind: u8, number: u8) -> Result<TrackBlock, Flaw> {
    let (pregap, total) = (entry.u32_le(22)?, entry.u32_le(46)?);
    let length = total.checked_sub(pregap).filter(|&length| length > 0 && total <= i32::MAX as u32);
    let length = length.ok_or_else(|| entry.out_of_range(46, "the length of a track", "more than its pregap", total))?;
    let first = Lba(entry.u32_le(42)?.cast_signed());
    Ok(TrackBlock { kind, control: entry.u8(10)?, number, first, pregap, length })
}

fn internal_dpm(block: &Wire) -> Result<Option<Dpm>, Flaw> {
    if block.len() == 0 { Ok(None) } else { measurements(block, 32).map(Some) }
}

/// A `.bwa` file: the position measurements of the whole disc.
///
/// # Errors
/// A [`Flaw`] at the offset of what is wrong.
pub fn bwa(bytes: &[u8]) -> Result<Dpm, Flaw> {
    let file = Wire::new(bytes, 0, "the position measurements");
    if [file.u32_le(0)?, file.u32_le(4)?, file.u32_le(8)?] != [1, 8, 1] {
        return Err(Flaw::at(0, Fault::NotThis { what: "a file of position measurements" }));
    }
    measurements(&file, 12)
}

/// First sector, step, count, values.
fn measurements(block: &Wire, at: u64) -> Result<Dpm, Flaw> {
    let count = u64::from(block.u32_le(at + 8)?);
    let values = block.part(at + 12, count * 4, "the position measurements")?.bytes().to_vec();
    Ok(Dpm { start: block.u32_le(at)?, step: block.u32_le(at + 4)?, values })
}
