//! Packs as they go to the disc: in the subchannels R to W of the lead-in (Red Book; MMC, annex on CD-TEXT).

use super::PACK;
use crate::disc::sector::SUBCHANNEL;

/// Packs of one sector.
const IN_SECTOR: usize = 4;
/// Symbols of six bits in a pack.
const SYMBOLS: usize = SUBCHANNEL / IN_SECTOR;

/// The subchannels R to W of sector `number` of a lead-in, the packs being repeated all over it: in each byte R is bit 5, W bit 0, and the two of P and
/// Q are clear. Without packs: nothing.
pub fn lead_in(packs: &[[u8; PACK]], number: u32) -> [u8; SUBCHANNEL] {
    let mut symbols = [0; SUBCHANNEL];
    let first = number as usize * IN_SECTOR;
    for (at, into) in (first..).zip(symbols.chunks_mut(SYMBOLS)) {
        let Some(pack) = at.checked_rem(packs.len()).map(|at| &packs[at]) else { return symbols };
        for (bytes, four) in pack.chunks(3).zip(into.chunks_mut(4)) {
            let bits = bytes.iter().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte));
            four.iter_mut().zip([18, 12, 6, 0]).for_each(|(symbol, shift)| *symbol = (bits >> shift & 0x3F) as u8);
        }
    }
    symbols
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three bytes AA BB CC are the bits 101010 101011 101111 001100.
    #[test]
    fn three_bytes_are_four_symbols() {
        let mut pack = [0; PACK];
        pack[..3].copy_from_slice(&[0xAA, 0xBB, 0xCC]);
        let symbols = lead_in(&[pack], 0);
        assert_eq!(symbols[..5], [0b101010, 0b101011, 0b101111, 0b001100, 0]);
        assert!(symbols.chunks(24).all(|one| one == &symbols[..24]), "one pack fills the sector four times");
    }

    #[test]
    fn packs_go_round() {
        let packs: Vec<[u8; PACK]> = (1..=5).map(|n| [n << 2; PACK]).collect();
        let firsts = |number| lead_in(&packs, number).chunks(24).map(|symbols| symbols[0]).collect::<Vec<_>>();
        assert_eq!((firsts(0), firsts(1), firsts(5)), (vec![1, 2, 3, 4], vec![5, 1, 2, 3], vec![1, 2, 3, 4]));
        assert_eq!(lead_in(&[], 7), [0; SUBCHANNEL]);
    }
}
