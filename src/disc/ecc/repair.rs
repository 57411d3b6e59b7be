//! Correction of a sector by its parity.

use super::code::WORDS;
use super::plane::Plane;
use super::{HEADER_AT, SYNC, Seal, Sector, check, edc_matches, seal_one};

/// What became of a sector given to [`repair`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Nothing was wrong.
    Sound,
    /// Something was wrong and is corrected; the EDC vouches for the data.
    Repaired,
    /// More is wrong than the codes can correct. The sector is as it was.
    Beyond,
}

/// Corrects a raw sector by its P and Q parity.
///
/// The EDC has the last word: a correction that does not satisfy it is dropped, and where it matches from the start only P and Q are
/// written anew. In mode 1, where the EDC covers the sync pattern, a damaged sync is restored. The header of a form 1 sector is
/// outside all protection and stays as it is. A form 2 sector has no parity: it is sound or beyond repair.
pub fn repair(sector: &mut [u8; 2352], seal: Seal) -> Repair {
    if check(sector, seal) {
        return Repair::Sound;
    }
    if seal == Seal::Form2 {
        return Repair::Beyond;
    }
    let mut attempt = *sector;
    if seal == Seal::Mode1 {
        attempt[..HEADER_AT].copy_from_slice(&SYNC);
    }
    if !edc_matches(&attempt, seal) {
        correct(&mut attempt, seal);
        if !edc_matches(&attempt, seal) {
            return Repair::Beyond;
        }
    }
    seal_one(&mut attempt, seal);
    *sector = attempt;
    Repair::Repaired
}

/// Corrects what can be corrected; the low and the high bytes of the words are two codes of their own.
fn correct(sector: &mut Sector, seal: Seal) {
    let known_zero = if seal.header_counts() { 0 } else { 2 };
    for half in 0..2 {
        let protected = sector[HEADER_AT + half..].iter_mut().step_by(2);
        let mut symbols = [0; WORDS];
        for (symbol, byte) in symbols.iter_mut().zip(protected).skip(known_zero) {
            *symbol = *byte;
        }
        let mut plane = Plane::new(symbols, known_zero);
        plane.correct();
        let protected = sector[HEADER_AT + half..].iter_mut().step_by(2);
        for (symbol, byte) in plane.symbols().iter().zip(protected).skip(known_zero) {
            *byte = *symbol;
        }
    }
}
