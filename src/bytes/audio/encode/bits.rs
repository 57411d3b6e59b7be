//! Bits, most significant first, and the checksums of frames.

use crc_fast::CrcAlgorithm;

/// Appends bits to bytes.
pub(super) struct Bits<'a> {
    out: &'a mut Vec<u8>,
    /// The bits that fill no byte yet, at the low end.
    waiting: u64,
    /// How many, less than 32.
    count: u32,
}

impl<'a> Bits<'a> {
    /// Goes on at the end of these bytes.
    pub fn new(out: &'a mut Vec<u8>) -> Bits<'a> {
        Bits { out, waiting: 0, count: 0 }
    }

    /// The low `count` bits (at most 32) of a value, which has no others.
    pub fn put(&mut self, value: u32, count: u32) {
        self.waiting = self.waiting << count | u64::from(value);
        self.count += count;
        if self.count >= 32 {
            self.count -= 32;
            let full = (self.waiting >> self.count) as u32;
            self.out.extend_from_slice(&full.to_be_bytes());
        }
    }

    /// A number in two's complement in so many bits.
    pub fn signed(&mut self, value: i32, count: u32) {
        self.put(value.cast_unsigned() & (u32::MAX >> (32 - count)), count);
    }

    /// So many zeros and a one.
    pub fn unary(&mut self, mut zeros: u32) {
        while zeros >= 32 {
            self.put(0, 32);
            zeros -= 32;
        }
        self.put(1, zeros + 1);
    }

    /// Fills the last byte with zeros.
    pub fn finish(mut self) {
        self.put(0, self.count.next_multiple_of(8) - self.count);
        let bytes = (self.waiting as u32).wrapping_shl(32 - self.count).to_be_bytes();
        self.out.extend_from_slice(&bytes[..self.count as usize / 8]);
    }
}

/// Of a frame's header, which has a few bytes: x⁸+x²+x+1, preset 0 (§9.1.8).
pub(super) fn crc8(bytes: &[u8]) -> u8 {
    let shifted = |crc: u8, _| if crc & 0x80 != 0 { crc << 1 ^ 0x07 } else { crc << 1 };
    bytes.iter().fold(0, |crc, byte| (0..8).fold(crc ^ byte, shifted))
}

/// Of a frame: x¹⁶+x¹⁵+x²+1, preset 0 (§9.3).
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    crc_fast::checksum(CrcAlgorithm::Crc16Umts, bytes) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_values_of_the_catalogue() {
        // CRC-8/SMBUS and CRC-16/UMTS of "123456789", as the CRC catalogues list them.
        assert_eq!(crc8(b"123456789"), 0xF4);
        assert_eq!(crc16(b"123456789"), 0xFEE8);
    }

    #[test]
    fn bits_stand_one_behind_another() {
        let mut out = vec![7];
        let mut bits = Bits::new(&mut out);
        bits.put(0b101, 3);
        bits.signed(-1, 5);
        bits.unary(40);
        bits.put(u32::MAX, 32);
        bits.finish();
        assert_eq!(out, [7, 0xBF, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x80]);
    }
}
