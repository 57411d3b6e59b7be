//! The scrambler of CD-ROM sectors (ECMA-130 annex B).
//!
//! Drives scramble on writing and descramble on reading; an image holds scrambled sectors only where its maker bypassed that
//! (CloneCD's `DataTracksScrambled=1`, raw dumps of the audio path).

const SYNC: usize = 12;
const SCRAMBLED: usize = 2352 - SYNC;

/// What a 15-bit shift register with the polynomial x^15 + x + 1, preset to 1, gives out, least significant bit of a byte first.
static STREAM: [u8; SCRAMBLED] = stream();

const fn stream() -> [u8; SCRAMBLED] {
    let mut bytes = [0; SCRAMBLED];
    let mut register: u16 = 1;
    let mut bit = 0;
    while bit < SCRAMBLED * 8 {
        bytes[bit / 8] |= ((register & 1) as u8) << (bit % 8);
        let feedback = (register ^ (register >> 1)) & 1;
        register = (register >> 1) | (feedback << 14);
        bit += 1;
    }
    bytes
}

/// Scrambles one raw sector in place, or descrambles it: the operation is its own inverse.
///
/// Bytes 12 to 2351 change; the sync pattern is never scrambled (ECMA-130 annex B). Of a shorter slice what is there changes, and
/// bytes beyond 2352 stay as they are.
pub fn scramble(sector: &mut [u8]) {
    for (byte, key) in sector.iter_mut().skip(SYNC).zip(&STREAM) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sector_of_zeros_shows_the_stream() {
        let mut sector = [0u8; 2352];
        scramble(&mut sector);
        assert_eq!(sector[..12], [0; 12], "the sync is left alone");
        assert_eq!(sector[12..20], [0x01, 0x80, 0x00, 0x60, 0x00, 0x28, 0x00, 0x1E]);
        // The register has a period of 2^15 - 1 bits, more than a sector: a maximal sequence has no long runs of equal bits.
        assert!(sector[12..].windows(3).all(|w| w != [0; 3] && w != [0xFF; 3]));
    }

    #[test]
    fn twice_is_as_never() {
        let mut sector: [u8; 2352] = std::array::from_fn(|i| (i * 7 % 251) as u8);
        let before = sector;
        scramble(&mut sector);
        assert_ne!(sector, before);
        scramble(&mut sector);
        assert_eq!(sector, before);
    }

    #[test]
    fn slices_of_other_lengths_do_no_harm() {
        for len in [0, 5, 12, 13, 2351, 2353, 5000] {
            let mut bytes = vec![0u8; len];
            scramble(&mut bytes);
            assert!(bytes.iter().skip(2352).all(|&b| b == 0));
        }
    }
}
