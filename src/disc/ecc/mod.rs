//! How a CD-ROM sector protects its data: EDC, and the product code of ECMA-130 annex A.
//!
//! The EDC tells whether the data are right, the parity bytes P and Q put single wrong bytes right. This is the third layer of
//! correction on a disc, above the two of the audio CD, and the only one an image keeps.

mod code;
mod field;
mod parity;
mod plane;
mod repair;
#[cfg(test)]
mod tests;

pub use repair::{Repair, repair};

use super::edc::edc;
use parity::parity;
use std::ops::Range;

/// A raw sector with sync and header.
type Sector = [u8; SECTOR];

const SECTOR: usize = 2352;
const HEADER_AT: usize = 12;
const P_AT: usize = 2076;
const SYNC: [u8; HEADER_AT] = [0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0];

/// How a raw sector of 2352 bytes protects its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// Mode 1: the EDC covers bytes 0..2064 and stands behind them, 8 zero bytes follow, then P and Q.
    Mode1,
    /// Mode 2 form 1 (XA): the EDC covers bytes 16..2072, P and Q follow it; they take the header as zero.
    Form1,
    /// Mode 2 form 2 (XA): the EDC covers bytes 16..2348; there is no parity, and an EDC of 0 stands for "not computed".
    Form2,
}

impl Seal {
    /// The bytes the EDC is computed over; it stands right behind them.
    const fn covered(self) -> Range<usize> {
        match self {
            Self::Mode1 => 0..2064,
            Self::Form1 => 16..2072,
            Self::Form2 => 16..2348,
        }
    }

    /// Whether P and Q include the header as it is.
    const fn header_counts(self) -> bool {
        matches!(self, Self::Mode1)
    }
}

/// Writes what protects the data of sectors: EDC, the zero bytes of mode 1, P and Q.
///
/// `sectors` is a whole number of raw sectors of 2352 bytes, with sync, header, subheader (mode 2) and user data in place. Bytes
/// behind the last whole sector are left alone.
pub fn seal(sectors: &mut [u8], seal: Seal) {
    for sector in sectors.as_chunks_mut::<SECTOR>().0 {
        seal_one(sector, seal);
    }
}

fn seal_one(sector: &mut Sector, seal: Seal) {
    let covered = seal.covered();
    let edc = edc(&sector[covered.clone()]);
    sector[covered.end..covered.end + 4].copy_from_slice(&edc.to_le_bytes());
    if seal == Seal::Form2 {
        return;
    }
    sector[covered.end + 4..P_AT].fill(0);
    let parity = parity(sector, seal.header_counts());
    sector[P_AT..].copy_from_slice(&parity);
}

/// Whether the EDC of a raw sector matches its data; a form 2 sector with an EDC of 0 ("not computed") passes.
///
/// In mode 1, where the EDC covers the sync pattern, that must be there too: the EDC of 2064 zeros is zero, and a sector that a
/// ripping program filled with zeros is not a sound one.
pub fn edc_matches(sector: &[u8; 2352], seal: Seal) -> bool {
    let covered = seal.covered();
    let stored = sector[covered.end..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    match seal {
        Seal::Mode1 if sector[..HEADER_AT] != SYNC => false,
        Seal::Form2 if stored == 0 => true,
        Seal::Mode1 | Seal::Form1 | Seal::Form2 => stored == edc(&sector[covered]),
    }
}

/// Whether P and Q of a raw sector match its data, whatever its EDC is; with `header_counts` false they take the header as zero.
pub fn parity_matches(sector: &[u8; 2352], header_counts: bool) -> bool {
    sector[P_AT..] == parity(sector, header_counts)
}

/// Writes P and Q of a raw sector, and nothing else.
pub fn write_parity(sector: &mut [u8; 2352], header_counts: bool) {
    let parity = parity(sector, header_counts);
    sector[P_AT..].copy_from_slice(&parity);
}

/// Whether EDC, P and Q of a raw sector all match its data.
///
/// P and Q are recomputed and compared, so this is true exactly when [`seal`] would change nothing but the zero bytes of mode 1,
/// or the absent EDC of a form 2 sector.
pub fn check(sector: &[u8; 2352], seal: Seal) -> bool {
    edc_matches(sector, seal) && (seal == Seal::Form2 || sector[P_AT..] == parity(sector, seal.header_counts()))
}
