//! What can be said of an image by its first bytes, before the crate that reads it is trusted with them.

use crate::image::{Fault, Flaw};

/// Bytes that are enough for all checks.
pub(super) const HEAD: usize = 0x120;

/// More bytes than a Wii disc with two layers has.
const MOST_BYTES: u64 = 16 << 30;
/// Blocks of the smallest size of the largest disc.
const MOST_BLOCKS: u64 = 1 << 20;
/// The largest block of any of them.
const LARGEST_BLOCK: u64 = 64 << 20;
/// In WIA and RVZ: compression by leaving out zeros.
const PURGE: u64 = 1;

/// The formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `RVZ\x01`.
    Rvz,
    /// `WIA\x01`.
    Wia,
    /// `WBFS`.
    Wbfs,
    /// `CISO`, with a map.
    Ciso,
    /// 0xB10BC001.
    Gcz,
    /// 0xAE0F38A2.
    Tgc,
    /// `EGGS`.
    Nfs,
}

impl Kind {
    /// By the first bytes of a file.
    pub fn of(head: &[u8]) -> Option<Kind> {
        match head.first_chunk()? {
            b"RVZ\x01" => Some(Kind::Rvz),
            b"WIA\x01" => Some(Kind::Wia),
            b"WBFS" => Some(Kind::Wbfs),
            b"CISO" if super::super::cso::is_gamecube(head) => Some(Kind::Ciso),
            [0x01, 0xC0, 0x0B, 0xB1] => Some(Kind::Gcz),
            [0xAE, 0x0F, 0x38, 0xA2] => Some(Kind::Tgc),
            b"EGGS" => Some(Kind::Nfs),
            _ => None,
        }
    }
}

/// Refuses headers whose numbers no disc has: what is read by them takes memory before anything is compared.
pub fn check(head: &[u8]) -> Result<Kind, Flaw> {
    let kind = Kind::of(head).ok_or(Flaw::at(0, Fault::NotThis { what: "an image of a GameCube or Wii disc" }))?;
    match kind {
        Kind::Rvz | Kind::Wia => {
            if be(head, 0x4C, 4)? == PURGE {
                return Err(Flaw::at(0x4C, Fault::Unsupported { what: "a WIA image compressed by purging" }));
            }
            bounds(
                head,
                &[(0x24, 8, MOST_BYTES), (0x0C, 4, 0x1000), (0x54, 4, LARGEST_BLOCK), (0xD8, 4, 64), (0xDC, 4, 0x1000)],
            )?;
            bounds(head, &[(0xFC, 4, 1 << 16), (0x108, 4, 64 << 20), (0x10C, 4, MOST_BLOCKS), (0x118, 4, 64 << 20)])?;
        }
        Kind::Gcz => {
            let number = |at: usize, len: usize| le(head, at, len);
            for (at, len, most) in [(0x10, 8, MOST_BYTES), (0x18, 4, LARGEST_BLOCK), (0x1C, 4, 4 * MOST_BLOCKS)] {
                within(at, number(at, len)?, most)?;
            }
        }
        // The sizes of their sectors are powers of two.
        Kind::Wbfs => bounds(head, &[(8, 1, 16), (9, 1, 30)])?,
        Kind::Ciso => within(4, le(head, 4, 4)?, LARGEST_BLOCK)?,
        Kind::Tgc => {
            bounds(head, &[(8, 4, 1 << 20), (0x10, 4, 1 << 31), (0x14, 4, 64 << 20), (0x1C, 4, 1 << 31), (0x20, 4, 64 << 20)])?
        }
        Kind::Nfs => {}
    }
    Ok(kind)
}

fn bounds(head: &[u8], fields: &[(usize, usize, u64)]) -> Result<(), Flaw> {
    fields.iter().try_for_each(|&(at, len, most)| within(at, be(head, at, len)?, most))
}

fn within(at: usize, found: u64, most: u64) -> Result<(), Flaw> {
    if found <= most {
        return Ok(());
    }
    let found = i64::try_from(found).unwrap_or(i64::MAX);
    Err(Flaw::at(at as u64, Fault::OutOfRange { what: "a number in the header", expected: "one that a disc can have", found }))
}

fn field(head: &[u8], at: usize, len: usize) -> Result<&[u8], Flaw> {
    let cut = Fault::Truncated { what: "the header", needed: (at + len) as u64, found: head.len() as u64 };
    head.get(at..at + len).ok_or(Flaw::at(0, cut))
}

fn be(head: &[u8], at: usize, len: usize) -> Result<u64, Flaw> {
    Ok(field(head, at, len)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn le(head: &[u8], at: usize, len: usize) -> Result<u64, Flaw> {
    Ok(field(head, at, len)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
