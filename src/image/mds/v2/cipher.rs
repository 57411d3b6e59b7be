//! The ciphers of version 2: those of TrueCrypt 4 and 5, with AES-256 and RIPEMD-160. Verified on descriptors and sectors that DAEMON Tools encrypted.

use aes::Aes256;
use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use pbkdf2::pbkdf2_hmac;
use ripemd::Ripemd160;

use crate::disc::edc::edc;

/// Bytes of salt.
pub const SALT: usize = 64;
/// Bytes of a block of the cipher.
pub const BLOCK: usize = 16;
/// Rounds of the key derivation.
const ROUNDS: u32 = 2000;
/// Blocks that go through the cipher at once, so that it can do several of them side by side.
const AT_ONCE: usize = 128;

/// The two keys of a header or of data: the one that makes equal blocks different, and that of the cipher.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    tweak: [u8; BLOCK],
    cipher: [u8; 32],
}

impl Keys {
    /// From 64 bytes, of which 16 serve no purpose.
    pub fn new(bytes: &[u8; 64]) -> Keys {
        let (mut tweak, mut cipher) = ([0; BLOCK], [0; 32]);
        tweak.copy_from_slice(&bytes[..BLOCK]);
        cipher.copy_from_slice(&bytes[32..]);
        Keys { tweak, cipher }
    }

    /// Out of a password, of which at most 64 bytes count.
    pub fn derive(password: &[u8], salt: &[u8; SALT]) -> Keys {
        let mut derived = [0; 64];
        pbkdf2_hmac::<Ripemd160>(password.get(..64).unwrap_or(password), salt, ROUNDS, &mut derived);
        Keys::new(&derived)
    }

    fn aes(&self) -> Aes256 {
        Aes256::new(&Array::from(self.cipher))
    }
}

/// The password that stands for none: it is made of the salt, so that everyone can know it.
pub fn open_password(salt: &[u8; SALT]) -> [u8; SALT] {
    let mut state = edc(salt) ^ 0x5673_72FF;
    let mut password = *salt;
    for word in password.as_chunks_mut::<4>().0 {
        state = state.wrapping_mul(0x35E8_5A6D).wrapping_add(0x1548_DCE9);
        *word = (u32::from_le_bytes(*word) ^ state ^ 0xEC56_4717).to_le_bytes();
        word.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b'_');
    }
    password
}

/// CBC, each encrypted block of which is masked as well ("whitened"): for headers and descriptors.
pub struct Chain {
    aes: Aes256,
    first: [u8; BLOCK],
    mask: [u8; BLOCK],
}

impl Chain {
    /// With these keys.
    pub fn new(keys: &Keys) -> Chain {
        let mut mask = [0; BLOCK];
        mask[..8].copy_from_slice(&keys.tweak[8..]);
        mask[8..].copy_from_slice(&keys.tweak[8..]);
        Chain { aes: keys.aes(), first: keys.tweak, mask }
    }

    /// Decrypts whole blocks; what is left of them stays.
    pub fn decrypt(&self, bytes: &mut [u8]) {
        let mut before = self.first;
        for block in bytes.as_chunks_mut::<BLOCK>().0 {
            xor(block, &self.mask);
            let encrypted = *block;
            let mut plain = Array::from(encrypted);
            self.aes.decrypt_block(&mut plain);
            block.copy_from_slice(&plain);
            xor(block, &before);
            before = encrypted;
        }
    }

    /// Encrypts whole blocks; what is left of them stays.
    pub fn encrypt(&self, bytes: &mut [u8]) {
        let mut before = self.first;
        for block in bytes.as_chunks_mut::<BLOCK>().0 {
            xor(block, &before);
            let mut encrypted = Array::from(*block);
            self.aes.encrypt_block(&mut encrypted);
            before.copy_from_slice(&encrypted);
            block.copy_from_slice(&encrypted);
            xor(block, &self.mask);
        }
    }
}

fn xor(block: &mut [u8; BLOCK], with: &[u8; BLOCK]) {
    block.iter_mut().zip(with).for_each(|(byte, with)| *byte ^= with);
}

/// LRW: each block is masked, before and after the cipher, with the product of its number and the tweak key in GF(2¹²⁸).
pub struct Lrw {
    aes: Aes256,
    /// The products of the tweak key with x⁰, x¹, ….
    powers: [u128; 64],
    /// Their sums: the product with 2ⁿ⁺¹ − 1, by which the products of two neighbouring numbers differ.
    steps: [u128; 64],
}

impl Lrw {
    /// With these keys.
    pub fn new(keys: &Keys) -> Lrw {
        // x¹²⁸ + x⁷ + x² + x + 1.
        const REDUCTION: u128 = 0x87;
        let (mut powers, mut steps) = ([0; 64], [0; 64]);
        let (mut power, mut sum) = (u128::from_be_bytes(keys.tweak), 0);
        for (place, step) in powers.iter_mut().zip(&mut steps) {
            *place = power;
            sum ^= power;
            *step = sum;
            power = (power << 1) ^ if power >> 127 == 1 { REDUCTION } else { 0 };
        }
        Lrw { aes: keys.aes(), powers, steps }
    }

    /// Decrypts whole blocks, the first being number `first`; what is left of them stays.
    pub fn decrypt(&self, first: u64, bytes: &mut [u8]) {
        self.each(first, bytes, |blocks| self.aes.decrypt_blocks(blocks));
    }

    /// Encrypts whole blocks, the first being number `first`; what is left of them stays.
    pub fn encrypt(&self, first: u64, bytes: &mut [u8]) {
        self.each(first, bytes, |blocks| self.aes.encrypt_blocks(blocks));
    }

    fn each(&self, first: u64, bytes: &mut [u8], cipher: impl Fn(&mut [aes::Block])) {
        let (blocks, _) = aes::Block::slice_as_chunks_mut(bytes);
        let mut number = first;
        let mut product = self.powers.iter().zip(0..).filter(|(_, bit)| first >> bit & 1 == 1).fold(0, |sum, (p, _)| sum ^ p);
        for blocks in blocks.chunks_mut(AT_ONCE) {
            let mut masks = [0u128; AT_ONCE];
            for mask in masks.iter_mut().take(blocks.len()) {
                *mask = product;
                // Up to its lowest zero, every bit of the number changes.
                product ^= self.steps.get(number.trailing_ones() as usize).copied().unwrap_or(0);
                number = number.wrapping_add(1);
            }
            let mask = |blocks: &mut [aes::Block]| {
                for (block, mask) in blocks.iter_mut().zip(&masks) {
                    block.0 = (u128::from_be_bytes(block.0) ^ mask).to_be_bytes();
                }
            };
            mask(blocks);
            cipher(blocks);
            mask(blocks);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::new(&std::array::from_fn(|n| (n * 37 + 11) as u8))
    }

    /// Bit by bit, as the definition has it.
    fn product(number: u128, key: u128) -> u128 {
        (0..128).rev().fold(0, |sum, bit| {
            let doubled = (sum << 1) ^ if sum >> 127 == 1 { 0x87 } else { 0u128 };
            doubled ^ if number >> bit & 1 == 1 { key } else { 0 }
        })
    }

    #[test]
    fn masks_are_products() {
        let (keys, lrw) = (keys(), Lrw::new(&keys()));
        let key = u128::from_be_bytes(keys.tweak);
        for first in [0, 1, 127, 128, 0xFFFF_FFFF, 0x0123_4567_89AB_CDEF] {
            let mut bytes = [0; 300 * BLOCK];
            // A cipher that leaves the blocks as they are would show nothing: one that sets them shows the second mask.
            lrw.each(first, &mut bytes, |blocks| blocks.iter_mut().for_each(|block| block.fill(0)));
            for (block, number) in bytes.as_chunks::<BLOCK>().0.iter().zip(first..) {
                assert_eq!(u128::from_be_bytes(*block), product(number.into(), key), "{number}");
            }
        }
    }

    /// IEEE P1619/D11 (the draft with LRW), annex B.2, vector 1 has a key of 128 bits; that of 256 bits is vector 5.
    #[test]
    fn lrw_is_that_of_the_draft_standard() {
        let key: [u8; 32] = [
            0xF8, 0xD4, 0x76, 0xFF, 0xD6, 0x46, 0xEE, 0x6C, 0x23, 0x84, 0xCB, 0x1C, 0x77, 0xD6, 0x19, 0x5D, 0xFE, 0xF1, 0xA9,
            0xF3, 0x7B, 0xBC, 0x8D, 0x21, 0xA7, 0x9C, 0x21, 0xF8, 0xCB, 0x90, 0x02, 0x89,
        ];
        let tweak = [0xA8, 0x45, 0x34, 0x8E, 0xC8, 0xC5, 0xB5, 0xF1, 0x26, 0xF5, 0x0E, 0x76, 0xFE, 0xFD, 0x1B, 0x1E];
        let mut block = *b"0123456789ABCDEF";
        let lrw = Lrw::new(&Keys { tweak, cipher: key });
        lrw.encrypt(1, &mut block);
        let expected = [0xBD, 0x06, 0xB8, 0xE1, 0xDB, 0x98, 0x89, 0x9E, 0xC4, 0x98, 0xE4, 0x91, 0xCF, 0x1C, 0x70, 0x2B];
        assert_eq!(block, expected);
        lrw.decrypt(1, &mut block);
        assert_eq!(&block, b"0123456789ABCDEF");
    }

    #[test]
    fn what_is_encrypted_is_decrypted() {
        let plain: Vec<u8> = (0..5000u32).map(|n| ((n * n) >> 3) as u8).collect();
        let (chain, lrw) = (Chain::new(&keys()), Lrw::new(&keys()));
        let mut bytes = plain.clone();
        chain.encrypt(&mut bytes);
        assert!(bytes[..16] != plain[..16] && bytes[4992..] == plain[4992..]);
        chain.decrypt(&mut bytes);
        assert_eq!(bytes, plain);
        lrw.encrypt(77, &mut bytes);
        assert!(bytes[..16] != plain[..16] && bytes[4992..] == plain[4992..]);
        // Every part can be decrypted by itself.
        let (head, tail) = bytes.split_at_mut(160);
        lrw.decrypt(87, tail);
        lrw.decrypt(77, head);
        assert_eq!(bytes, plain);
    }

    #[test]
    fn the_password_that_stands_for_none_has_no_zeros() {
        assert!(!open_password(&[0x11; SALT]).contains(&0));
        // Of a password longer than that, the rest does not count.
        let long = [b'x'; 70];
        assert!(Keys::derive(&long, &[1; SALT]) == Keys::derive(&long[..64], &[1; SALT]));
    }
}
