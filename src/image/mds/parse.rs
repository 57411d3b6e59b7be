//! From the bytes of an MDS descriptor to [`Mds`]: pure, no file access.
//!
//! A descriptor of version 2 that has been decrypted is one of version 1 with wider blocks. Of version 2, discs with one track of 2048-byte
//! sectors were verified on files of DAEMON Tools 2.1; the rest is what other readers say, and read strictly.

use std::collections::HashMap;

use super::blocks::{DataFile, Groups, KEY_LEN, LAYER_LEN, Mds, SessionBlock, TrackBlock, Version};
use super::mode;
use crate::disc::sector::SubKind;
use crate::disc::{DiscType, Lba};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw, Limits};

/// The first bytes of every version.
pub const SIGNATURE: &[u8; 16] = b"MEDIA DESCRIPTOR";
/// Bytes of the header in version 1, whose writers pad it to the length that it has in version 2.
const HEADER_LEN: u64 = 0x58;
const HEADER_LEN_2: u64 = 0x60;
const TRACK_LEN: u64 = 80;
const MOST_SESSIONS: u16 = 99;
/// Longest file name that is read, in bytes.
const MOST_NAME: u64 = 2048;
/// Most sectors in a group; 16 is what was seen.
const MOST_GROUP: u32 = 1024;
/// The least medium code that is a DVD, in each version; those below are CDs.
const DVD: u16 = 0x10;
const DVD_2: u16 = 3;

impl Version {
    /// Bytes of the block of a session.
    pub fn session_len(self) -> u64 {
        if self == Version::One { 24 } else { 32 }
    }

    /// Bytes of the entry of a data file.
    pub fn footer_len(self) -> u64 {
        if self == Version::One { 16 } else { 32 }
    }
}

/// Reads a descriptor of version 1, or one of version 2 that has been decrypted.
///
/// # Errors
/// A [`Flaw`] at the offset of what is wrong.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Mds, Flaw> {
    let file = Wire::new(bytes, 0, "the MDS header");
    if file.array(0).is_ok_and(|found: [u8; 16]| &found != SIGNATURE) || file.len() < 16 {
        return Err(Flaw::file(Fault::NotThis { what: "an MDS file" }));
    }
    let (version, len, least_dvd) = match file.u8(0x10)? {
        1 => (Version::One, HEADER_LEN, DVD),
        2 => (Version::Two, HEADER_LEN_2, DVD_2),
        major => return Err(file.out_of_range(0x10, "the version of the MDS file", "1 or 2", major)),
    };
    let header = file.part(0, len, "the MDS header")?;
    let dvd = header.u16_le(0x12)? >= least_dvd;
    let mut parser = Parser { file, limits, version, dvd, ranges: Vec::new(), lists: HashMap::new(), files: Vec::new() };
    parser.claim(0, len, "the MDS header")?;
    let sessions = parser.sessions(&header)?;
    let layers = parser.layers(header.u32_le(0x40)?.into())?;
    let bca = parser.sized(&header, 0x1A, 0x24, "the burst cutting area")?;
    let dpm = parser.dpm(header.u32_le(0x54)?.into())?;
    let (mut cd_text, mut key) = (Vec::new(), None);
    if version == Version::Two {
        cd_text = parser.sized(&header, 0x1C, 0x28, "the CD-TEXT")?;
        let at = header.u32_le(0x58)?;
        if at != 0 {
            key = Some(file.part(at.into(), KEY_LEN as u64, "the key of the sectors")?.bytes().to_vec());
        }
    }
    Ok(Mds { version, dvd, sessions, files: parser.files, layers, bca, dpm, cd_text, key })
}

struct Parser<'a> {
    file: Wire<'a>,
    limits: &'a Limits,
    version: Version,
    dvd: bool,
    /// Where the tables lie: offset and length; at most one per session and three more.
    ranges: Vec<(u64, u64)>,
    /// File lists already read, by offset and count of their footers.
    lists: HashMap<(u64, u32), usize>,
    files: Vec<Vec<DataFile>>,
}

impl<'a> Parser<'a> {
    /// A table of the file, which overlaps no table before it.
    fn claim(&mut self, at: u64, len: u64, what: &'static str) -> Result<Wire<'a>, Flaw> {
        let table = self.file.part(at, len, what)?;
        if let Some(&(other, _)) = self.ranges.iter().find(|(other, other_len)| at < other + other_len && *other < at + len) {
            let what = "the places of two tables, which overlap,";
            return Err(self.file.flaw(at, Fault::Contradiction { what, one: other as i64, other: at as i64 }));
        }
        self.ranges.push((at, len));
        Ok(table)
    }

    fn sessions(&mut self, header: &Wire<'a>) -> Result<Vec<SessionBlock>, Flaw> {
        let count = header.u16_le(0x14)?;
        if !(1..=MOST_SESSIONS).contains(&count) {
            return Err(header.out_of_range(0x14, "the number of sessions", "1 to 99", count));
        }
        let len = self.version.session_len();
        let table = self.claim(header.u32_le(0x50)?.into(), u64::from(count) * len, "the list of sessions")?;
        (0..u64::from(count)).map(|n| self.session(&table.part(n * len, len, "a session")?)).collect()
    }

    fn session(&mut self, block: &Wire<'a>) -> Result<SessionBlock, Flaw> {
        let (start, end) = match self.version {
            Version::One => (Lba(block.u32_le(0)?.cast_signed()), Lba(block.u32_le(4)?.cast_signed())),
            Version::Two => (wide_address(block, 0)?, wide_address(block, 0x18)?),
        };
        let count = u64::from(block.u8(10)?);
        let table = self.claim(block.u32_le(20)?.into(), count * TRACK_LEN, "the list of tracks")?;
        let mut disc_type = DiscType::default();
        let mut tracks = Vec::new();
        // Where the next track begins, if nothing lies between.
        let mut next = start;
        for n in 0..count {
            let track = table.part(n * TRACK_LEN, TRACK_LEN, "a track")?;
            match track.u8(4)? {
                0xA0 => disc_type = DiscType::from_byte(track.u8(10)?),
                number @ 1..=99 => {
                    let track = self.track(&track, number, next)?;
                    next = track.start + track.length;
                    tracks.push(track);
                }
                _ => {}
            }
        }
        if tracks.is_empty() {
            return Err(block.flaw(10, Fault::Missing { what: "a track of the session" }));
        }
        Ok(SessionBlock { start, end, number: block.u16_le(8)?, disc_type, tracks })
    }

    /// A track, before which the disc is full up to `next`.
    fn track(&mut self, block: &Wire<'a>, number: u8, next: Lba) -> Result<TrackBlock, Flaw> {
        let sector_size = block.u16_le(0x10)?;
        if sector_size == 0 {
            return Err(block.out_of_range(0x10, "the sector size of a track", "2048 to 2448 bytes", 0));
        }
        let (pregap, length) = self.extent(block)?;
        let (sub, start, stored_pregap) = match self.version {
            Version::One => {
                let start = block.u32_le(0x24)?;
                let bad = |_| block.out_of_range(0x24, "the start of a track", "an address", start);
                (self.subchannel(block)?, Lba(i32::try_from(start).map_err(bad)?), None)
            }
            Version::Two => {
                let first = wide_address(block, 0x38)?;
                // The first track of a disc has nothing of its pregap, and of others it is there where its place is the first that is free.
                let stored = if number > 1 && first == next { pregap } else { 0 };
                (self.subchannel_2(block, sector_size)?, first + stored, Some(stored))
            }
        };
        let track = TrackBlock {
            mode: block.u8(0)?,
            sub,
            control: block.u8(2)? & 0x0F,
            number,
            sector_size,
            start,
            offset: block.u64_le(0x28)?,
            pregap,
            stored_pregap,
            length,
            files: self.file_list(block)?,
        };
        if let (Some(stored), Some(list)) = (stored_pregap, self.files.get(track.files)) {
            let there = list.iter().fold(0u64, |sum, file| sum.saturating_add(file.sectors));
            let wanted = u64::from(stored) + u64::from(length);
            if there != wanted {
                let what = "the length of a track and that of its data";
                let (one, other) = (wanted as i64, i64::try_from(there).unwrap_or(i64::MAX));
                return Err(block.flaw(0x34, Fault::Contradiction { what, one, other }));
            }
        }
        Ok(track)
    }

    fn subchannel(&self, block: &Wire<'a>) -> Result<Option<SubKind>, Flaw> {
        match block.u8(1)? {
            0 => Ok(None),
            8 => Ok(Some(SubKind::Interleaved)),
            other => Err(block.out_of_range(1, "the subchannel code of a track", "0 or 8", other)),
        }
    }

    /// The selection bits of READ CD (MMC) in bits 3 to 5, which version 2.0 leaves 0: there the size of a sector tells.
    fn subchannel_2(&self, block: &Wire<'a>, sector_size: u16) -> Result<Option<SubKind>, Flaw> {
        let code = block.u8(0)?;
        let main = if self.dvd { Some(2048) } else { mode::main_size(code) };
        let main = main.ok_or_else(|| block.out_of_range(0, "the mode code of a track", "one whose parts join", code))?;
        let left = i32::from(sector_size) - i32::from(main);
        let kind = match (block.u8(1)? >> 3 & 7, left) {
            (0, 0) => None,
            (0 | 1, 96) => Some(SubKind::Interleaved),
            (0 | 2, 16) => Some(SubKind::Q16),
            (4, _) => return Err(block.flaw(1, Fault::Unsupported { what: "a subchannel of R to W alone (MDS)" })),
            _ => {
                let what = "the size of a sector and that of its parts";
                return Err(block.flaw(0x10, Fault::Contradiction { what, one: main.into(), other: sector_size.into() }));
            }
        };
        Ok(kind)
    }

    /// Pregap and length. A DVD track of version 1 has its length where a CD track has the offset of a block of both.
    fn extent(&self, block: &Wire<'a>) -> Result<(u32, u32), Flaw> {
        let extra = block.u32_le(0x0C)?;
        if self.version == Version::Two && (self.dvd || extra == 0) {
            let length = block.u64_le(0x40)?;
            let bad = |_| block.out_of_range(0x40, "the length of a track", "one that a disc has", length);
            return Ok((0, u32::try_from(length).map_err(bad)?));
        }
        if self.dvd {
            return Ok((0, extra));
        }
        if u64::from(extra) < HEADER_LEN {
            return Err(block.out_of_range(0x0C, "the offset of a track's length", "a place behind the header", extra));
        }
        // In version 2 the length may be in several parts. How many numbers there are, is told in both, but version 1 has two.
        let parts = if self.version == Version::Two { u64::from(block.u8(0x12)?).max(2) } else { 2 };
        let extra = self.file.part(extra.into(), parts * 4, "the length of a track")?;
        let mut length = 0u32;
        for part in 1..parts {
            let longer = length.checked_add(extra.u32_le(part * 4)?);
            length =
                longer.ok_or_else(|| extra.out_of_range(part * 4, "the length of a track", "one that a disc has", u32::MAX))?;
        }
        Ok((extra.u32_le(0)?, length))
    }

    fn file_list(&mut self, block: &Wire<'a>) -> Result<usize, Flaw> {
        let (count, at) = (block.u32_le(0x30)?, u64::from(block.u32_le(0x34)?));
        if count == 0 {
            return Err(block.flaw(0x30, Fault::Missing { what: "the data file of a track" }));
        }
        let known = self.lists.get(&(at, count)).filter(|_| self.version == Version::One);
        if let Some(&known) = known {
            return Ok(known);
        }
        let named = self.files.iter().map(|list| list.len() as u64).sum::<u64>();
        if named + u64::from(count) > u64::from(self.limits.files) {
            return Err(block.flaw(0x30, Fault::TooMany { what: "data files", limit: self.limits.files.into() }));
        }
        let len = self.version.footer_len();
        let table = self.file.part(at, u64::from(count) * len, "the list of data files")?;
        let list = (0..u64::from(count)).map(|n| self.data_file(&table.part(n * len, len, "a data file")?));
        let list = list.collect::<Result<_, _>>()?;
        self.files.push(list);
        self.lists.insert((at, count), self.files.len() - 1);
        Ok(self.files.len() - 1)
    }

    fn data_file(&self, footer: &Wire<'a>) -> Result<DataFile, Flaw> {
        if self.version == Version::One {
            let wide = footer.u32_le(4)? != 0;
            return Ok(DataFile { name: Some(self.name(footer, wide)?), ..DataFile::default() });
        }
        let name = if footer.u32_le(0)? == 0 { None } else { Some(self.name(footer, true)?) };
        let sectors = footer.u64_le(0x10)?;
        let mut groups = None;
        if footer.u8(4)? & 1 != 0 {
            let size = footer.u32_le(0x0C)?;
            if !(1..=MOST_GROUP).contains(&size) {
                return Err(footer.out_of_range(0x0C, "the sectors of a compressed group", "1 to 1024", size));
            }
            groups = Some(Groups { sectors: size, table: footer.u64_le(0x18)? });
        }
        Ok(DataFile { name, sectors, groups })
    }

    /// A file name: UTF-16 or 8-bit, ended by a zero.
    fn name(&self, footer: &Wire<'a>, wide: bool) -> Result<String, Flaw> {
        let at = u64::from(footer.u32_le(0)?);
        if at < HEADER_LEN || at >= self.file.len() {
            return Err(footer.out_of_range(0, "the offset of a file name", "a place behind the header and in the file", at));
        }
        let text = self.file.rest(at, "a file name");
        let text = text.part(0, text.len().min(MOST_NAME), "a file name")?.bytes();
        let unterminated = || self.file.flaw(at, Fault::Missing { what: "the zero at the end of a file name" });
        let name = if !wide {
            let end = text.iter().position(|&byte| byte == 0).ok_or_else(unterminated)?;
            eight_bit(&text[..end])
        } else {
            let units = text.as_chunks::<2>().0.iter().map(|&unit| u16::from_le_bytes(unit));
            let end = units.clone().position(|unit| unit == 0).ok_or_else(unterminated)?;
            String::from_utf16_lossy(&units.take(end).collect::<Vec<u16>>())
        };
        if name.is_empty() { Err(self.file.flaw(at, Fault::Missing { what: "the name of a data file" })) } else { Ok(name) }
    }

    /// The control structures of a DVD: one set, or two when the first says that the disc has two layers.
    fn layers(&mut self, at: u64) -> Result<Vec<Vec<u8>>, Flaw> {
        if at == 0 || !self.dvd {
            return Ok(Vec::new());
        }
        let first = self.file.part(at, LAYER_LEN as u64, "the disc structures")?;
        let layers = 1 + u64::from(super::structures::has_two_layers(first.bytes()));
        let all = self.claim(at, layers * LAYER_LEN as u64, "the disc structures")?;
        Ok(all.bytes().chunks(LAYER_LEN).map(<[u8]>::to_vec).collect())
    }

    /// What has its length at one place of the header and its offset at another.
    fn sized(&self, header: &Wire<'a>, len: u64, at: u64, what: &'static str) -> Result<Vec<u8>, Flaw> {
        let (len, at) = (header.u16_le(len)?, header.u32_le(at)?);
        if len == 0 || at == 0 {
            return Ok(Vec::new());
        }
        Ok(self.file.part(at.into(), len.into(), what)?.bytes().to_vec())
    }

    fn dpm(&self, at: u64) -> Result<Vec<Vec<u8>>, Flaw> {
        if at == 0 {
            return Ok(Vec::new());
        }
        let what = "the position measurements";
        let count = u64::from(self.file.part(at, 4, what)?.u32_le(0)?);
        let table = self.file.part(at, 4 + count * 4, what)?;
        let mut blocks = Vec::new();
        let mut room = self.file.len();
        for n in 0..count {
            let block = u64::from(table.u32_le(4 + n * 4)?);
            let entries = u64::from(self.file.part(block, 16, what)?.u32_le(12)?);
            let len = 16 + entries * 4;
            // Blocks that share their bytes would take more memory than the file has.
            room = room.checked_sub(len).ok_or_else(|| {
                table.out_of_range(4 + n * 4, "the offset of a position measurement", "a place of its own", block)
            })?;
            blocks.push(self.file.part(block, len, what)?.bytes().to_vec());
        }
        Ok(blocks)
    }
}

/// A 64-bit address, which may be before the disc.
fn wide_address(block: &Wire<'_>, at: u64) -> Result<Lba, Flaw> {
    let address = block.u64_le(at)?.cast_signed();
    let address = i32::try_from(address).map_err(|_| block.out_of_range(at, "an address", "one that a disc has", address))?;
    Ok(Lba(address))
}

/// Text in the code page of the writer's Windows, which the file doesn't tell: UTF-8 where it fits, else Western European.
fn eight_bit(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}
