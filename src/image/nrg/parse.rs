//! From the chunk list of a Nero image to [`Nrg`]: pure, no file access.

use super::chunks::{CuePoint, Dao, DaoTrack, LEAD_OUT, Nrg, SessionLayout, TaoTrack};
use crate::disc::{DiscType, Lba, Msf, from_bcd};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw, Limits};

/// Bytes of the longest footer: `NER5` and a 64-bit offset.
pub const FOOTER_LEN: u64 = 12;
/// Bytes of the header of a chunk: its id and its length.
const CHUNK_HEAD: u64 = 8;
/// Bytes of the header of a DAOI or DAOX chunk.
const DAO_HEAD: u64 = 22;
/// More tracks than these no session has.
const MOST_TRACKS: usize = 99;
/// 99 tracks of 100 indexes, the session's start and its lead-out.
const MOST_CUE_POINTS: u64 = 99 * 100 + 2;

/// Where the chunk list lies in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkArea {
    /// Offset of the first chunk; the sectors lie before it.
    pub start: u64,
    /// Offset of the footer.
    pub end: u64,
}

/// Finds the chunk list through the footer: `NER5` and a 64-bit offset (from Nero 5.5 on), or `NERO` and a 32-bit one.
///
/// `tail` is the end of the file, [`FOOTER_LEN`] bytes or all there are.
///
/// # Errors
/// [`Fault::NotThis`] without a footer, [`Fault::OutOfRange`] when it points outside the file.
pub fn footer(tail: &[u8], file_len: u64) -> Result<ChunkArea, Flaw> {
    let base = file_len.saturating_sub(tail.len() as u64);
    let tail = Wire::new(tail, base, "the footer");
    let last = |len: u64| tail.len().checked_sub(len);
    let wide = last(12).filter(|&at| tail.array(at).is_ok_and(|id| &id == b"NER5"));
    let narrow = last(8).filter(|&at| tail.array(at).is_ok_and(|id| &id == b"NERO"));
    let (at, start) = match (wide, narrow) {
        (Some(at), _) => (at, tail.u64_be(at + 4)?),
        (None, Some(at)) => (at, u64::from(tail.u32_be(at + 4)?)),
        (None, None) => return Err(Flaw::file(Fault::NotThis { what: "a Nero image" })),
    };
    let end = base.saturating_add(at);
    if start.checked_add(CHUNK_HEAD).is_none_or(|first| first > end) {
        return Err(tail.out_of_range(at + 4, "the offset of the chunk list", "a place before the footer", start));
    }
    Ok(ChunkArea { start, end })
}

/// Reads the chunk list. `bytes` are those of [`footer`]'s area, whose first byte stands at `base` in the file.
///
/// A chunk is read by its own id, whatever the footer's version: files mix both. Unknown chunks are passed over, and so are AFNM, VOLM, DINF and RELO,
/// which say nothing about the disc.
///
/// # Errors
/// A [`Flaw`] at the offset of the number that is wrong.
pub fn parse(bytes: &[u8], base: u64, limits: &Limits) -> Result<Nrg, Flaw> {
    let list = Wire::new(bytes, base, "the chunk list");
    let mut found = Found::default();
    let mut at = 0;
    for _ in 0..limits.statements {
        let head = list.part(at, CHUNK_HEAD, "the header of a chunk")?;
        let (id, length) = (head.array(0)?, u64::from(head.u32_be(4)?));
        if &id == b"END!" {
            return found.finish(&list);
        }
        let body = list.part(at + CHUNK_HEAD, length, chunk_name(&id))?;
        found.chunk(&id, &body)?;
        at += CHUNK_HEAD + length;
    }
    Err(list.flaw(at, Fault::TooMany { what: "chunks", limit: limits.statements.into() }))
}

fn chunk_name(id: &[u8; 4]) -> &'static str {
    match id {
        b"CUES" => "the CUES chunk",
        b"CUEX" => "the CUEX chunk",
        b"DAOI" => "the DAOI chunk",
        b"DAOX" => "the DAOX chunk",
        b"TINF" => "the TINF chunk",
        b"ETNF" => "the ETNF chunk",
        b"ETN2" => "the ETN2 chunk",
        b"SINF" => "the SINF chunk",
        b"MTYP" => "the MTYP chunk",
        b"CDTX" => "the CDTX chunk",
        b"TOCT" => "the TOCT chunk",
        _ => "a chunk",
    }
}

/// What the chunks said so far.
#[derive(Default)]
struct Found {
    cues: Vec<Vec<CuePoint>>,
    nrg: Nrg,
}

impl Found {
    fn chunk(&mut self, id: &[u8; 4], body: &Wire<'_>) -> Result<(), Flaw> {
        match id {
            b"CUES" => self.cues.push(cue_points(body, narrow_address)?),
            b"CUEX" => self.cues.push(cue_points(body, wide_address)?),
            b"DAOI" => self.session(body, SessionLayout::Dao(dao(body, Width::Narrow)?))?,
            b"DAOX" => self.session(body, SessionLayout::Dao(dao(body, Width::Wide)?))?,
            b"TINF" => self.session(body, SessionLayout::Tao(entries(body, 0, 12, tinf_track)?))?,
            b"ETNF" => self.session(body, SessionLayout::Tao(entries(body, 0, 20, etnf_track)?))?,
            b"ETN2" => self.session(body, SessionLayout::Tao(entries(body, 0, 32, etn2_track)?))?,
            b"SINF" => self.nrg.track_counts.push(body.u32_be(0)?),
            b"MTYP" => self.nrg.medium_flags = Some(body.u32_be(0)?),
            b"CDTX" if self.nrg.cd_text.is_empty() => self.nrg.cd_text = body.bytes().to_vec(),
            b"TOCT" => self.nrg.disc_type = Some(DiscType::from_byte(body.u8(0)?)),
            _ => {}
        }
        Ok(())
    }

    fn session(&mut self, body: &Wire<'_>, layout: SessionLayout) -> Result<(), Flaw> {
        if self.nrg.sessions.len() >= MOST_TRACKS {
            return Err(body.flaw(0, Fault::TooMany { what: "sessions", limit: MOST_TRACKS as u64 }));
        }
        self.nrg.sessions.push(layout);
        Ok(())
    }

    /// Gives the n-th cue sheet to the n-th disc-at-once session. Track-at-once sessions have none, so the place of a cue sheet among all sessions
    /// says nothing.
    fn finish(mut self, list: &Wire<'_>) -> Result<Nrg, Flaw> {
        if self.nrg.sessions.is_empty() {
            return Err(list.flaw(0, Fault::Missing { what: "a chunk that lists tracks (DAOX, DAOI, ETN2, ETNF or TINF)" }));
        }
        let count = self.cues.len() as i64;
        let mut cues = self.cues.into_iter();
        let mut daos = 0;
        for session in &mut self.nrg.sessions {
            if let SessionLayout::Dao(dao) = session {
                dao.cue = cues.next().unwrap_or_default();
                daos += 1;
            }
        }
        if daos != count {
            let what = "the numbers of cue sheets (CUEX, CUES) and of disc-at-once sessions (DAOX, DAOI)";
            return Err(list.flaw(0, Fault::Contradiction { what, one: count, other: daos }));
        }
        Ok(self.nrg)
    }
}

/// The entries of `size` bytes from `from` to the end of a chunk.
fn entries<T>(body: &Wire<'_>, from: u64, size: u64, read: fn(&Wire<'_>) -> Result<T, Flaw>) -> Result<Vec<T>, Flaw> {
    let mut found = Vec::new();
    let mut at = from;
    while at < body.len() {
        if found.len() == MOST_TRACKS {
            return Err(body.flaw(at, Fault::TooMany { what: "tracks in a session", limit: MOST_TRACKS as u64 }));
        }
        found.push(read(&body.part(at, size, "a track entry")?)?);
        at += size;
    }
    if found.is_empty() {
        return Err(body.flaw(0, Fault::Missing { what: "a track entry" }));
    }
    Ok(found)
}

fn cue_points(body: &Wire<'_>, address: fn(&Wire<'_>) -> Result<Lba, Flaw>) -> Result<Vec<CuePoint>, Flaw> {
    if body.len() / 8 > MOST_CUE_POINTS {
        return Err(body.flaw(0, Fault::TooMany { what: "cue points in a session", limit: MOST_CUE_POINTS }));
    }
    let mut points = Vec::new();
    let mut at = 0;
    while at < body.len() {
        let entry = body.part(at, 8, "a cue point")?;
        // The lead-out is 0xAA, which is no decimal.
        let track = match entry.u8(1)? {
            LEAD_OUT => LEAD_OUT,
            track => from_bcd(track)
                .ok_or_else(|| entry.out_of_range(1, "the track number of a cue point", "two decimal digits or 0xAA", track))?,
        };
        let index = entry.u8(2)?;
        let index =
            from_bcd(index).ok_or_else(|| entry.out_of_range(2, "the index of a cue point", "two decimal digits", index))?;
        points.push(CuePoint { control: entry.u8(0)? >> 4, track, index, lba: address(&entry)? });
        at += 8;
    }
    Ok(points)
}

fn narrow_address(entry: &Wire<'_>) -> Result<Lba, Flaw> {
    let [_, time @ ..] = entry.array::<4>(4)?;
    let msf = Msf::from_bcd(time);
    let found = u32::from_be_bytes([0, time[0], time[1], time[2]]);
    Ok(msf
        .map_err(|_| entry.out_of_range(5, "the time of a cue point", "minutes, seconds and frames as decimals", found))?
        .to_lba())
}

fn wide_address(entry: &Wire<'_>) -> Result<Lba, Flaw> {
    Ok(Lba(entry.u32_be(4)?.cast_signed()))
}

/// Whether byte offsets have 32 or 64 bits.
enum Width {
    Narrow,
    Wide,
}

fn dao(body: &Wire<'_>, width: Width) -> Result<Dao, Flaw> {
    // The length at the start is repeated in either byte order, depending on the writer, and of no use.
    let mcn = body.array(4)?;
    let disc_type = DiscType::from_byte(body.u8(18)?);
    let tracks = match width {
        Width::Narrow => entries(body, DAO_HEAD, 30, |entry| dao_track(entry, |n| Ok(entry.u32_be(18 + 4 * n)?.into())))?,
        Width::Wide => entries(body, DAO_HEAD, 42, |entry| dao_track(entry, |n| entry.u64_be(18 + 8 * n)))?,
    };
    Ok(Dao { cue: Vec::new(), mcn, disc_type, tracks })
}

fn dao_track(entry: &Wire<'_>, offset: impl Fn(u64) -> Result<u64, Flaw>) -> Result<DaoTrack, Flaw> {
    let track = DaoTrack {
        isrc: entry.array(0)?,
        sector_size: entry.u16_be(12)?,
        mode: entry.u8(14)?,
        index0: offset(0)?,
        index1: offset(1)?,
        end: offset(2)?,
    };
    if track.sector_size == 0 {
        return Err(entry.out_of_range(12, "the sector size of a track", "2048 to 2448 bytes", 0));
    }
    if track.index0 > track.index1 || track.index1 > track.end {
        return Err(entry.out_of_range(
            18,
            "the offset of index 0 of a track",
            "below those of index 1 and the end",
            track.index0,
        ));
    }
    Ok(track)
}

fn tinf_track(entry: &Wire<'_>) -> Result<TaoTrack, Flaw> {
    Ok(TaoTrack { offset: entry.u32_be(0)?.into(), length: entry.u32_be(4)?.into(), mode: entry.u32_be(8)?, start: None })
}

fn etnf_track(entry: &Wire<'_>) -> Result<TaoTrack, Flaw> {
    Ok(TaoTrack { start: Some(entry.u32_be(12)?), ..tinf_track(entry)? })
}

fn etn2_track(entry: &Wire<'_>) -> Result<TaoTrack, Flaw> {
    Ok(TaoTrack { offset: entry.u64_be(0)?, length: entry.u64_be(8)?, mode: entry.u32_be(16)?, start: Some(entry.u32_be(20)?) })
}
