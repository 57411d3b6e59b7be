//! The tables of contents, as drives tell them (MMC, READ TOC/PMA/ATIP, formats 0 and 2): pure, no file access.

use crate::disc::toc::{BadToc, TocEntry, sessions, time};
use crate::disc::{Disc, Lba, Medium};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw, Limits};

const HEAD_LEN: u64 = 4;
/// The lead-out in a table of format 0, and in one of format 2.
const LEAD_OUT: [u8; 2] = [0xAA, 0xA2];
/// More than any disc has: 99 tracks and three points for each of as many sessions.
const MOST_POINTS: u64 = 400;

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
    disc(&entries(bytes, 8, |entry| {
        let (byte, number) = (entry.u8(1)?, entry.u8(2)?);
        let point = if number == LEAD_OUT[0] { LEAD_OUT[1] } else { number };
        let value = time(Lba(entry.u32_be(4)?.cast_signed()));
        Ok(TocEntry { session: 1, adr: 1, control: byte & 0x0F, point, time: [0; 3], value })
    })?)
}

/// What a table of format 2 (`.fulltoc`) says.
pub fn full(bytes: &[u8]) -> Result<Disc, Flaw> {
    disc(&entries(bytes, 11, |entry| {
        let byte = entry.u8(1)?;
        let (session, point) = (entry.u8(0)?, entry.u8(3)?);
        Ok(TocEntry { session, adr: byte >> 4, control: byte & 0x0F, point, time: entry.array(4)?, value: entry.array(8)? })
    })?)
}

fn entries(bytes: &[u8], len: u64, mut read: impl FnMut(&Wire) -> Result<TocEntry, Flaw>) -> Result<Vec<TocEntry>, Flaw> {
    let file = Wire::new(bytes, 0, "the table of contents");
    let said = u64::from(file.u16_be(0)?) + 2;
    let body = said.checked_sub(HEAD_LEN).filter(|body| body.is_multiple_of(len) && body / len <= MOST_POINTS);
    let body = body.ok_or_else(|| file.out_of_range(0, "the length of the table of contents", "that of whole points", said))?;
    // Some drives answer with more bytes than they say.
    let list = file.part(HEAD_LEN, body, "the table of contents")?;
    (0..body / len).map(|n| read(&list.part(n * len, len, "a point of the table of contents")?)).collect()
}

fn disc(entries: &[TocEntry]) -> Result<Disc, Flaw> {
    let sessions = sessions(entries).map_err(|bad| {
        let out_of_range = |what, expected, point: u8| Fault::OutOfRange { what, expected, found: point.into() };
        Flaw::file(match bad {
            BadToc::NoLeadOut(_) => Fault::Missing { what: "the lead-out in the table of contents" },
            BadToc::NoTracks(_) => Fault::Missing { what: "a track in the table of contents" },
            BadToc::BadTime(point) => out_of_range("the time of a point", "minutes, seconds and frames", point),
            BadToc::Order(point) => out_of_range("the start of a track", "one before what follows", point),
        })
    })?;
    if sessions.is_empty() {
        return Err(Flaw::file(Fault::Missing { what: "a track in the table of contents" }));
    }
    let mut disc = Disc::new(Medium::Cd, Vec::new());
    disc.sessions = sessions;
    for (number, session) in (1..).zip(&mut disc.sessions) {
        session.number = number;
    }
    Ok(disc)
}

/// Reads either kind of table, and throws away what it finds.
pub fn parse_anything(bytes: &[u8], _: &Limits) {
    let _ = (is_table(bytes, bytes.len() as u64), short(bytes).map(|disc| disc.check()), full(bytes).map(|disc| disc.check()));
}
