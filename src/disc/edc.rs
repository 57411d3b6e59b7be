//! The error detection code of CD-ROM sectors (ECMA-130 clause 14.3).

use crc_fast::CrcParams;
use std::sync::LazyLock;

/// (x^16 + x^15 + x^2 + 1)(x^16 + x^2 + x + 1), the least significant bit of a byte first, nothing preset, nothing inverted.
///
/// Making the folding constants of a polynomial takes longer than a sector, so it is done once.
static CODE: LazyLock<CrcParams> = LazyLock::new(|| CrcParams::new("CD-ROM EDC", 32, 0x8001_801B, 0, true, 0, 0));

/// The EDC of some bytes of a sector: a CRC with the reflected polynomial 0xD8018001, stored little-endian.
///
/// Which bytes it covers depends on the sector's mode; [`Seal`](super::ecc::Seal) tells.
pub fn edc(bytes: &[u8]) -> u32 {
    // The upper half of what the crate returns is empty for a code of 32 bits.
    crc_fast::checksum_with_params(*CODE, bytes) as u32
}

/// The EDC of bytes one after another, from those of both parts and the length of the second.
pub fn edc_of_both(first: u32, second: u32, second_len: u64) -> u32 {
    crc_fast::checksum_combine_with_params(*CODE, u64::from(first), u64::from(second), second_len) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, bit by bit.
    fn slow(bytes: &[u8]) -> u32 {
        bytes.iter().fold(0, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xD801_8001 } else { 0 })
        })
    }

    #[test]
    fn it_is_what_the_definition_says() {
        let bytes: Vec<u8> = (0u32..2352).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        // The ends of every length up to 300 take every path of an implementation that folds blocks; then those of real sectors.
        for len in (0..300).chain([2056, 2064, 2332, 2352]) {
            for start in [0, 1, 16] {
                let some = &bytes[start.min(len)..len];
                assert_eq!(edc(some), slow(some), "{start}..{len}");
                let (first, second) = some.split_at(some.len() / 3);
                assert_eq!(edc_of_both(edc(first), edc(second), second.len() as u64), slow(some), "{start}..{len} in two");
            }
        }
    }

    #[test]
    fn a_single_bit_shows_the_polynomial() {
        assert_eq!(edc(&[0x80]), 0xD801_8001);
        assert_eq!(edc(&[]), 0);
        assert_eq!(edc(&[0; 2064]), 0);
    }
}
