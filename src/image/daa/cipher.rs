//! The password of a DAA image: it gives a permutation of the half bytes of every 128 bytes. Whoever wants to can undo that without it.

use std::sync::OnceLock;

/// Bytes that are permuted together; the last of a chunk may be fewer.
const SPAN: usize = 128;
/// Bytes of a password at most.
pub const LONGEST: usize = 64;
/// Bytes of the key that a password is held against.
pub const KEY_LEN: usize = SPAN;

/// What a password does to the bytes of an image.
pub struct Cipher {
    password: Vec<u8>,
    /// Where each half byte of a span of so many bytes (less one) goes.
    tables: [OnceLock<Box<[u8]>>; SPAN],
}

impl Cipher {
    /// For a password of 1 to [`LONGEST`] bytes; `None` for others.
    pub fn new(password: &str) -> Option<Cipher> {
        let password = password.as_bytes().to_vec();
        (1..=LONGEST).contains(&password.len()).then(|| Cipher { password, tables: [const { OnceLock::new() }; SPAN] })
    }

    fn table(&self, bytes: usize) -> &[u8] {
        self.tables[bytes - 1].get_or_init(|| table(&self.password, bytes))
    }

    /// Makes the bytes of a chunk, or the key, readable.
    pub fn decipher(&self, bytes: &mut [u8]) {
        self.permute(bytes, |from, into, at, to| put(into, to, get(from, at)));
    }

    /// The contrary of [`Cipher::decipher`].
    pub fn encipher(&self, bytes: &mut [u8]) {
        self.permute(bytes, |from, into, at, to| put(into, at, get(from, to)));
    }

    fn permute(&self, bytes: &mut [u8], step: impl Fn(&[u8], &mut [u8], usize, usize)) {
        for span in bytes.chunks_mut(SPAN) {
            let table = self.table(span.len());
            let mut into = [0; SPAN];
            table.iter().enumerate().for_each(|(at, &to)| step(span, &mut into, at, usize::from(to)));
            span.copy_from_slice(&into[..span.len()]);
        }
    }
}

/// Half byte `at`, the low one of each byte first.
fn get(bytes: &[u8], at: usize) -> u8 {
    bytes[at / 2] >> (at % 2 * 4) & 15
}

/// Sets half byte `at`, which is 0.
fn put(bytes: &mut [u8], at: usize, half: u8) {
    bytes[at / 2] |= half << (at % 2 * 4);
}

/// A ring of places that are taken one after another.
struct Ring {
    free: [bool; 2 * SPAN],
    /// How many there are.
    places: usize,
    at: usize,
}

impl Ring {
    fn new(places: usize, at: usize) -> Ring {
        Ring { free: [true; 2 * SPAN], places, at }
    }

    /// Goes on by so many free places, jumping from the last to place `from`, and takes the one that it ends on.
    ///
    /// There has to be a free place from `from` on.
    fn take(&mut self, steps: u8, from: usize) -> u8 {
        let mut left = steps;
        while left > 0 {
            self.at += 1;
            if self.at == self.places {
                self.at = from;
            }
            left -= u8::from(self.free[self.at]);
        }
        self.free[self.at] = false;
        self.at as u8
    }
}

/// Where each half byte of a span of `bytes` bytes (1 to [`SPAN`]) goes. The rule is that of PowerISO, as daa2iso tells it; its numbers have no
/// meaning that anybody knows.
fn table(password: &[u8], bytes: usize) -> Box<[u8]> {
    let places = 2 * bytes;
    let first = password[0];
    let begin = usize::from(first >> 5);
    if places <= 64 {
        let mut ring = Ring::new(places, begin.min(places - 1));
        return (0..places).map(|_| ring.take(11, 0)).collect();
    }
    let mut ring = Ring::new(places, begin);
    ring.free[begin + 32] = false;
    let mut table = vec![(begin + 32) as u8];
    // All but 32 by the bytes of the password, while there are some. Only the first time round places below 32 are met.
    for n in 1..places - 32 {
        let steps = password.get(n).copied().filter(|&byte| byte != 0).unwrap_or(11);
        table.push(ring.take(steps, 32));
    }
    let steps = if first & 7 == 0 { 7 } else { first & 7 };
    table.extend((0..32).map(|_| ring.take(steps, 0)));
    let steps = first & 24;
    if steps != 0 {
        let mut ring = Ring::new(places, 0);
        table = (0..places).map(|_| table[usize::from(ring.take(steps, 0))]).collect();
    }
    table.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the password, no two half bytes go to the same place: the rule ends, and nothing is lost.
    #[test]
    fn every_table_is_a_permutation() {
        let mut dice = 7u32;
        let mut passwords: Vec<Vec<u8>> = (1..=255).map(|byte| vec![byte]).collect();
        passwords.extend([vec![255; 64], vec![1; 64], (0..64).collect(), (192..=255).collect()]);
        for length in 2..64 {
            passwords.push(
                std::iter::repeat_with(|| {
                    dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (dice >> 24) as u8
                })
                .take(length)
                .collect(),
            );
        }
        for password in passwords {
            for bytes in [1, 2, 16, 31, 32, 33, 34, 40, 64, 100, 127, 128] {
                let mut table = table(&password, bytes).into_vec();
                table.sort_unstable();
                assert!(table.iter().copied().eq((0..2 * bytes).map(|place| place as u8)), "{password:?}, {bytes}");
            }
        }
    }

    #[test]
    fn what_is_enciphered_is_deciphered() {
        let cipher = Cipher::new("correct horse").unwrap();
        for len in [0, 1, 33, 127, 128, 129, 300] {
            let plain: Vec<u8> = (1..=len).map(|n| (n * 7) as u8).collect();
            let mut bytes = plain.clone();
            cipher.encipher(&mut bytes);
            assert!(bytes != plain || len < 33);
            cipher.decipher(&mut bytes);
            assert_eq!(bytes, plain);
        }
        assert!(Cipher::new("").is_none() && Cipher::new(&"x".repeat(65)).is_none() && Cipher::new(&"x".repeat(64)).is_some());
    }
}
