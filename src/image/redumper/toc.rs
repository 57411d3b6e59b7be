//! The tables of contents, as drives tell them (MMC, READ TOC/PMA/ATIP, formats 0 and 2): pure, no file access.

use crate::disc::{Control, Disc, DiscType, Lba, Medium, Session, Track, TrackMode};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw, Limits};

const HEAD_LEN: u64 = 4;
const LEAD_OUT: u8 = 0xAA;
/// Sectors of pregap that a session begins with, of which no table tells.
const FIRST_PREGAP: u32 = 150;
/// More than any disc has: 99 tracks and three points for each of as many sessions.
const MOST_POINTS: u64 = 400;

/// A point of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    session: u16,
    control: u8,
    /// Track number, or [`LEAD_OUT`].
    number: u8,
    at: Lba,
}

/// Whether this is the beginning of a table of format 0, in a file of `len` bytes.
pub fn is_table(head: &[u8], len: u64) -> bool {
    let [high, low, first, last, 0, ..] = *head else { return false };
    let said = u64::from(u16::from_be_bytes([high, low]));
    len >= 20
        && (len - HEAD_LEN).is_multiple_of(8)
        && said + 2 == len
        && (1..=99).contains(&first)
        && (first..=99).contains(&last)
}

/// What a table of format 0 (`.toc`) says. It knows nothing of sessions.
pub fn short(bytes: &[u8]) -> Result<Disc, Flaw> {
    let points = points(bytes, 8, |entry| {
        let (control, number) = (entry.u8(1)? & 0x0F, entry.u8(2)?);
        Ok(Some(Point { session: 1, control, number, at: Lba(entry.u32_be(4)?.cast_signed()) }))
    })?;
    disc(&points, &[])
}

/// What a table of format 2 (`.fulltoc`) says.
pub fn full(bytes: &[u8]) -> Result<Disc, Flaw> {
    let mut types = Vec::new();
    let points = points(bytes, 11, |entry| {
        let (session, point) = (u16::from(entry.u8(0)?), entry.u8(3)?);
        // Other modes of Q than 1 tell of catalogue numbers and of where a disc can be written.
        if entry.u8(1)? >> 4 != 1 {
            return Ok(None);
        }
        let [minute, second, frame] = entry.array(8)?;
        let number = match point {
            1..=99 => point,
            0xA0 => {
                types.push((session, DiscType::from_byte(second)));
                return Ok(None);
            }
            0xA2 => LEAD_OUT,
            _ => return Ok(None),
        };
        let at = crate::disc::Msf::new(minute.into(), second, frame).map(|msf| Lba(msf.frames().cast_signed() - 150));
        let found = || i64::from(u32::from_be_bytes([0, minute, second, frame]));
        let at = at.map_err(|_| entry.out_of_range(8, "the time of a point", "minutes, seconds and frames", found()))?;
        Ok(Some(Point { session, control: entry.u8(1)? & 0x0F, number, at }))
    })?;
    disc(&points, &types)
}

fn points(bytes: &[u8], len: u64, mut read: impl FnMut(&Wire) -> Result<Option<Point>, Flaw>) -> Result<Vec<Point>, Flaw> {
    let file = Wire::new(bytes, 0, "the table of contents");
    let said = u64::from(file.u16_be(0)?) + 2;
    let body = said.checked_sub(HEAD_LEN).filter(|body| body.is_multiple_of(len) && body / len <= MOST_POINTS);
    let body = body.ok_or_else(|| file.out_of_range(0, "the length of the table of contents", "that of whole points", said))?;
    // Some drives answer with more bytes than they say.
    let list = file.part(HEAD_LEN, body, "the table of contents")?;
    let mut points = Vec::new();
    for at in (0..body).step_by(len as usize) {
        points.extend(read(&list.part(at, len, "a point of the table of contents")?)?);
    }
    Ok(points)
}

fn disc(points: &[Point], types: &[(u16, DiscType)]) -> Result<Disc, Flaw> {
    let mut numbers: Vec<u16> = points.iter().map(|point| point.session).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.is_empty() {
        return Err(Flaw::file(Fault::Missing { what: "a track in the table of contents" }));
    }
    let mut sessions: Vec<Session> = Vec::new();
    for session in numbers {
        let disc_type = types.iter().find(|(number, _)| *number == session).map(|(_, kind)| *kind).unwrap_or_default();
        let mut own: Vec<&Point> = points.iter().filter(|point| point.session == session).collect();
        // The lead-out has the highest number.
        own.sort_by_key(|point| point.number);
        let before = sessions.last().map(|session| session.lead_out);
        sessions.push(place(&own, before, disc_type)?);
    }
    let mut disc = Disc::new(Medium::Cd, Vec::new());
    for (number, session) in (1..).zip(&mut sessions) {
        session.number = number;
    }
    disc.sessions = sessions;
    Ok(disc)
}

fn place(points: &[&Point], before: Option<Lba>, disc_type: DiscType) -> Result<Session, Flaw> {
    let missing = |what| Flaw::file(Fault::Missing { what });
    let [tracks @ .., end] = points else { return Err(missing("a track in the table of contents")) };
    if end.number != LEAD_OUT {
        return Err(missing("the lead-out in the table of contents"));
    }
    if tracks.is_empty() {
        return Err(missing("a track in the table of contents"));
    }
    let mut placed = Vec::new();
    for (index, point) in tracks.iter().enumerate() {
        let next = points.get(index + 1).map_or(end.at, |next| next.at);
        let length = next.since(point.at).filter(|&length| length > 0).ok_or_else(|| {
            let (one, other) = (point.at.0.into(), next.0.into());
            Flaw::file(Fault::Contradiction { what: "the starts of two tracks, which should rise,", one, other })
        })?;
        let mode = if point.control & 4 == 0 { TrackMode::Audio } else { TrackMode::Mode1 };
        let mut track = Track::new(point.number, mode, point.at, length);
        track.control = Control::from_nibble(point.control);
        if index == 0 {
            let free = point.at.since(before.unwrap_or(Lba::PROGRAM_START)).unwrap_or(0);
            track.pregap = if before.is_none() { free } else { free.min(FIRST_PREGAP) };
        }
        placed.push(track);
    }
    Ok(Session { number: 1, disc_type, tracks: placed, lead_out: end.at })
}

/// Reads either kind of table, and throws away what it finds.
pub fn parse_anything(bytes: &[u8], _: &Limits) {
    let _ = (is_table(bytes, bytes.len() as u64), short(bytes).map(|disc| disc.check()), full(bytes).map(|disc| disc.check()));
}
