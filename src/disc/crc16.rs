//! The CRC-16 that guards a frame of the Q subchannel (ECMA-130, clause 22.3.6) and a CD-TEXT pack (MMC, annex on CD-TEXT).

/// Polynomial x¹⁶+x¹²+x⁵+1, most significant bit first.
const POLYNOMIAL: u16 = 0x1021;

/// A frame has ten bytes: a table is done with them before a function for long runs, which FLAC's frames and CHD's hunks use, has begun.
const TABLE: [u16; 256] = table();

const fn table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 != 0 { crc << 1 ^ POLYNOMIAL } else { crc << 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

/// The two bytes that follow `bytes` on the disc: preset 0, inverted, big-endian.
pub(super) fn crc16(bytes: &[u8]) -> [u8; 2] {
    let crc = bytes.iter().fold(0u16, |crc, &byte| crc << 8 ^ TABLE[usize::from((crc >> 8) as u8 ^ byte)]);
    (!crc).to_be_bytes()
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
