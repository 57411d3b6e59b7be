//! The CRC-16 that guards a frame of the Q subchannel (ECMA-130, clause 22.3.6) and a CD-TEXT pack (MMC, annex on CD-TEXT).

use crc_fast::CrcAlgorithm;

/// The two bytes that follow `bytes` on the disc: polynomial x¹⁶+x¹²+x⁵+1, preset 0, inverted, big-endian.
pub(super) fn crc16(bytes: &[u8]) -> [u8; 2] {
    (crc_fast::checksum(CrcAlgorithm::Crc16Gsm, bytes) as u16).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_catalogue() {
        // CRC-16/GSM of "123456789", as the CRC catalogues list it.
        assert_eq!(crc16(b"123456789"), [0xCE, 0x3C]);
        assert_eq!(crc16(b""), [0xFF, 0xFF]);
    }
}
