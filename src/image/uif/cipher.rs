//! The password of a UIF image: DES in ECB mode, of whole blocks of 8 bytes; what is left at the end stays as it is.

use des::Des;
use des::cipher::{Array, BlockCipherDecrypt, KeyInit};

/// Bytes of a password that count.
const LONGEST: usize = 31;

/// The cipher with the key that a password gives.
pub struct Cipher(Des);

impl Cipher {
    /// The password as four numbers of 64 bits, filled up with zeros, and their sum is the key.
    pub fn new(password: &str) -> Cipher {
        let mut bytes = [0; 32];
        bytes[..LONGEST].iter_mut().zip(password.bytes()).for_each(|(to, from)| *to = from);
        let words = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
        let key = words.fold(0u64, u64::wrapping_add);
        Cipher(Des::new(&Array::from(key.to_le_bytes())))
    }

    /// Decrypts what begins at a whole block.
    pub fn decrypt(&self, bytes: &mut [u8]) {
        self.0.decrypt_blocks(Array::cast_slice_from_core_mut(bytes.as_chunks_mut().0));
    }
}
