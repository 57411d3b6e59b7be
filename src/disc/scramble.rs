//! The scrambler of CD-ROM sectors (ECMA-130 annex B).
//!
//! Drives scramble on writing and descramble on reading; an image holds scrambled sectors only where its maker bypassed that
//! (CloneCD's `DataTracksScrambled=1`, raw dumps of the audio path).

use super::{Lba, Msf, sector};

const SYNC: usize = 12;
/// Bytes of sync pattern and header.
const HEADED: usize = 16;
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

/// Descrambles a sector of which it is not known whether it is scrambled, and says whether it was; where not, it stays as it is.
///
/// It was when it then has the address at which it stands; or begins with a sync pattern and says a mode, mode 0 with nothing but zeros behind it.
/// Nothing but zeros was never read, and of less than sync and header nothing can be told. `at` is its address, where that is known.
///
/// Held against the fixtures of redumper's tests.
pub fn descramble(sector: &mut [u8], at: Option<Lba>) -> bool {
    if sector.len() < HEADED || sector.iter().all(|&byte| byte == 0) {
        return false;
    }
    scramble(sector);
    let is_sector = shows_address(sector, at) || shows_mode(sector);
    if !is_sector {
        scramble(sector);
    }
    is_sector
}

fn shows_address(sector: &[u8], at: Option<Lba>) -> bool {
    let address = sector.get(SYNC..).and_then(|header| header.first_chunk()).and_then(|&time| Msf::from_bcd(time).ok());
    address.zip(at).is_some_and(|(address, at)| address.to_lba() == at)
}

fn shows_mode(sector: &[u8]) -> bool {
    sector.starts_with(&sector::SYNC)
        && match sector.get(HEADED - 1..) {
            Some([0, data @ ..]) => data.iter().all(|&byte| byte == 0),
            Some([1 | 2, ..]) => true,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of redumper's fixtures tell the address, where it is known, and whether they are scrambled sectors.
    #[test]
    fn what_redumper_takes_for_scrambled() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/unscramble");
        let Ok(entries) = std::fs::read_dir(&folder) else {
            println!("skipped: no fixtures in {}", folder.display());
            return;
        };
        let mut seen = [0; 2];
        for path in entries.map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let [_, address, verdict] = name.split('.').collect::<Vec<_>>()[..] else { panic!("{name}") };
            let before = std::fs::read(&path).unwrap();
            let mut sector = before.clone();
            assert_eq!(descramble(&mut sector, address.parse().ok().map(Lba)), verdict == "pass", "{name}");
            if verdict == "pass" {
                scramble(&mut sector);
            }
            assert!(sector == before, "{name}");
            seen[usize::from(verdict == "pass")] += 1;
        }
        assert!(seen.iter().all(|&seen| seen >= 10), "{seen:?}");
    }

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
