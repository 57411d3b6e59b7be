//! From the bytes of an MDS descriptor to [`Mds`]: pure, no file access.

use std::collections::HashMap;

use super::blocks::{DVD, LAYER_LEN, Mds, SessionBlock, TrackBlock};
use crate::disc::{DiscType, Lba};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw, Limits};

/// The first bytes of every version.
pub const SIGNATURE: &[u8; 16] = b"MEDIA DESCRIPTOR";
/// Bytes of the header; writers pad it to 0x60.
const HEADER_LEN: u64 = 0x58;
const SESSION_LEN: u64 = 24;
const TRACK_LEN: u64 = 80;
const FOOTER_LEN: u64 = 16;
const MOST_SESSIONS: u16 = 99;
/// Longest file name that is read, in bytes.
const MOST_NAME: u64 = 2048;

/// Reads a descriptor of version 1.
///
/// # Errors
/// A [`Flaw`] at the offset of what is wrong; [`Fault::Unsupported`] for the encrypted version 2.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Mds, Flaw> {
    let file = Wire::new(bytes, 0, "the MDS header");
    if file.array(0).is_ok_and(|found: [u8; 16]| &found != SIGNATURE) || file.len() < 16 {
        return Err(Flaw::file(Fault::NotThis { what: "an MDS file" }));
    }
    match file.u8(0x10)? {
        1 => {}
        2 => {
            return Err(
                file.flaw(0x10, Fault::Unsupported { what: "MDS version 2 (the encrypted descriptor of newer DAEMON Tools)" })
            );
        }
        major => return Err(file.out_of_range(0x10, "the version of the MDS file", "1", major)),
    }
    let header = file.part(0, HEADER_LEN, "the MDS header")?;
    let mut parser =
        Parser { file, limits, dvd: header.u16_le(0x12)? >= DVD, ranges: Vec::new(), lists: HashMap::new(), files: Vec::new() };
    parser.claim(0, HEADER_LEN, "the MDS header")?;
    let sessions = parser.sessions(&header)?;
    let layers = parser.layers(header.u32_le(0x40)?.into())?;
    Ok(Mds {
        medium: header.u16_le(0x12)?,
        sessions,
        layers,
        bca: parser.bca(&header)?,
        dpm: parser.dpm(header.u32_le(0x54)?.into())?,
        files: parser.files,
    })
}

struct Parser<'a> {
    file: Wire<'a>,
    limits: &'a Limits,
    dvd: bool,
    /// Where the tables lie: offset and length; at most one per session and three more.
    ranges: Vec<(u64, u64)>,
    /// File lists already read, by offset and count of their footers.
    lists: HashMap<(u64, u32), usize>,
    files: Vec<Vec<String>>,
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
        let table = self.claim(header.u32_le(0x50)?.into(), u64::from(count) * SESSION_LEN, "the list of sessions")?;
        (0..u64::from(count)).map(|n| self.session(&table.part(n * SESSION_LEN, SESSION_LEN, "a session")?)).collect()
    }

    fn session(&mut self, block: &Wire<'a>) -> Result<SessionBlock, Flaw> {
        let count = u64::from(block.u8(10)?);
        let table = self.claim(block.u32_le(20)?.into(), count * TRACK_LEN, "the list of tracks")?;
        let mut disc_type = DiscType::default();
        let mut tracks = Vec::new();
        for n in 0..count {
            let track = table.part(n * TRACK_LEN, TRACK_LEN, "a track")?;
            match track.u8(4)? {
                0xA0 => disc_type = DiscType::from_byte(track.u8(10)?),
                number @ 1..=99 => tracks.push(self.track(&track, number)?),
                _ => {}
            }
        }
        if tracks.is_empty() {
            return Err(block.flaw(10, Fault::Missing { what: "a track of the session" }));
        }
        let address = |at| Ok(Lba(block.u32_le(at)?.cast_signed()));
        Ok(SessionBlock { start: address(0)?, end: address(4)?, number: block.u16_le(8)?, disc_type, tracks })
    }

    fn track(&mut self, block: &Wire<'a>, number: u8) -> Result<TrackBlock, Flaw> {
        let sector_size = block.u16_le(0x10)?;
        if sector_size == 0 {
            return Err(block.out_of_range(0x10, "the sector size of a track", "2048 to 2448 bytes", 0));
        }
        let subchannel = match block.u8(1)? {
            0 => false,
            8 => true,
            other => return Err(block.out_of_range(1, "the subchannel code of a track", "0 or 8", other)),
        };
        let start = block.u32_le(0x24)?;
        let start = i32::try_from(start).map_err(|_| block.out_of_range(0x24, "the start of a track", "an address", start))?;
        let (pregap, length) = self.extent(block)?;
        Ok(TrackBlock {
            mode: block.u8(0)?,
            subchannel,
            control: block.u8(2)? & 0x0F,
            number,
            sector_size,
            start: Lba(start),
            offset: block.u64_le(0x28)?,
            pregap,
            length,
            files: self.file_list(block)?,
        })
    }

    /// Pregap and length. A DVD track has its length where a CD track has the offset of a block of both.
    fn extent(&self, block: &Wire<'a>) -> Result<(u32, u32), Flaw> {
        let extra = block.u32_le(0x0C)?;
        if self.dvd {
            return Ok((0, extra));
        }
        if u64::from(extra) < HEADER_LEN {
            return Err(block.out_of_range(0x0C, "the offset of a track's length", "a place behind the header", extra));
        }
        let extra = self.file.part(extra.into(), 8, "the length of a track")?;
        Ok((extra.u32_le(0)?, extra.u32_le(4)?))
    }

    fn file_list(&mut self, block: &Wire<'a>) -> Result<usize, Flaw> {
        let (count, at) = (block.u32_le(0x30)?, u64::from(block.u32_le(0x34)?));
        if count == 0 {
            return Err(block.flaw(0x30, Fault::Missing { what: "the data file of a track" }));
        }
        if let Some(&known) = self.lists.get(&(at, count)) {
            return Ok(known);
        }
        let named = self.files.iter().map(|list| list.len() as u64).sum::<u64>();
        if named + u64::from(count) > u64::from(self.limits.files) {
            return Err(block.flaw(0x30, Fault::TooMany { what: "data files", limit: self.limits.files.into() }));
        }
        let table = self.file.part(at, u64::from(count) * FOOTER_LEN, "the list of data files")?;
        let names = (0..u64::from(count)).map(|n| self.name(&table.part(n * FOOTER_LEN, FOOTER_LEN, "a data file")?));
        let names = names.collect::<Result<_, _>>()?;
        self.files.push(names);
        self.lists.insert((at, count), self.files.len() - 1);
        Ok(self.files.len() - 1)
    }

    /// A file name: UTF-16 or 8-bit, ended by a zero.
    fn name(&self, footer: &Wire<'a>) -> Result<String, Flaw> {
        let at = u64::from(footer.u32_le(0)?);
        if at < HEADER_LEN || at >= self.file.len() {
            return Err(footer.out_of_range(0, "the offset of a file name", "a place behind the header and in the file", at));
        }
        let text = self.file.rest(at, "a file name");
        let text = text.part(0, text.len().min(MOST_NAME), "a file name")?.bytes();
        let unterminated = || self.file.flaw(at, Fault::Missing { what: "the zero at the end of a file name" });
        let name = if footer.u32_le(4)? == 0 {
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

    fn bca(&self, header: &Wire<'a>) -> Result<Vec<u8>, Flaw> {
        let (len, at) = (header.u16_le(0x1A)?, header.u32_le(0x24)?);
        if len == 0 || at == 0 {
            return Ok(Vec::new());
        }
        Ok(self.file.part(at.into(), len.into(), "the burst cutting area")?.bytes().to_vec())
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

/// Text in the code page of the writer's Windows, which the file doesn't tell: UTF-8 where it fits, else Western European.
fn eight_bit(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}
