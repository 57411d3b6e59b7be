//! The encryption of ISZ images: AES in ECB mode, of whole blocks of 16 bytes; what is left at the end of a chunk stays as it is.

use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};

use crate::image::Password;

/// Bytes of a password that count: those of the longest key.
pub const LONGEST: usize = 32;

/// A cipher and its key, which is the password, filled up with zeros or cut off.
pub enum Cipher {
    Aes128(Aes128),
    Aes192(Aes192),
    Aes256(Aes256),
}

/// Bits of the key of a cipher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    Bits128,
    Bits192,
    Bits256,
}

fn key<const N: usize>(password: &Password) -> [u8; N] {
    let mut key = [0; N];
    key.iter_mut().zip(password.as_str().bytes()).for_each(|(key, byte)| *key = byte);
    key
}

impl Cipher {
    /// With the key that a password gives.
    pub fn new(strength: Strength, password: &Password) -> Cipher {
        match strength {
            Strength::Bits128 => Cipher::Aes128(Aes128::new(&Array::from(key::<16>(password)))),
            Strength::Bits192 => Cipher::Aes192(Aes192::new(&Array::from(key::<24>(password)))),
            Strength::Bits256 => Cipher::Aes256(Aes256::new(&Array::from(key::<32>(password)))),
        }
    }

    /// Decrypts a chunk.
    pub fn decrypt(&self, chunk: &mut [u8]) {
        let blocks = Array::cast_slice_from_core_mut(chunk.as_chunks_mut().0);
        match self {
            Cipher::Aes128(aes) => aes.decrypt_blocks(blocks),
            Cipher::Aes192(aes) => aes.decrypt_blocks(blocks),
            Cipher::Aes256(aes) => aes.decrypt_blocks(blocks),
        }
    }

    /// Encrypts a chunk.
    pub fn encrypt(&self, chunk: &mut [u8]) {
        let blocks = Array::cast_slice_from_core_mut(chunk.as_chunks_mut().0);
        match self {
            Cipher::Aes128(aes) => aes.encrypt_blocks(blocks),
            Cipher::Aes192(aes) => aes.encrypt_blocks(blocks),
            Cipher::Aes256(aes) => aes.encrypt_blocks(blocks),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len() / 2).map(|n| u8::from_str_radix(&text[2 * n..2 * n + 2], 16).unwrap()).collect()
    }

    /// NIST SP 800-38A, F.1.1, F.1.3 and F.1.5 use keys that are no text; these are of openssl 3.0.17 (`openssl enc -aes-128-ecb -nopad -K …`),
    /// with the key "secret" and zeros, on the 16 bytes from `a` on, and a tail of two bytes that no block holds.
    #[test]
    fn as_openssl_does_it() {
        for (strength, encrypted) in [
            (Strength::Bits128, "508eb881829fb18549c26fd304023c0e"),
            (Strength::Bits192, "cd2d141fea435c90c508bfab8491dc8d"),
            (Strength::Bits256, "07b944666dca3e6b7c5c05222883a0cd"),
        ] {
            let cipher = Cipher::new(strength, &"secret".into());
            let mut chunk = b"abcdefghijklmnopqr".to_vec();
            cipher.encrypt(&mut chunk);
            assert_eq!(chunk, [hex(encrypted).as_slice(), b"qr"].concat());
            cipher.decrypt(&mut chunk);
            assert_eq!(chunk, b"abcdefghijklmnopqr");
        }
    }
}
