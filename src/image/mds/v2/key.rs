//! The encryption header: 512 bytes, all but the salt of which are encrypted with a password; what is in it decrypts something else.

use super::cipher::{Chain, Keys, Lrw, SALT, open_password};
use crate::image::mds::blocks::KEY_LEN;

/// "TRUE" as a number, by which a right password is known; its bytes stand in the file the other way round.
const MARK: u32 = 0x5452_5545;
/// Bytes of key material, most of which is never used.
pub const MATERIAL: usize = 256;
/// Places in the encrypted part.
const CHECKSUM: usize = 0;
const MARK_AT: usize = 4;
const ONE: usize = 8;
const SIZE: usize = 10;
const KEY: usize = 16;
const COMPRESSED: usize = KEY + MATERIAL;
const PLAIN: usize = COMPRESSED + 4;

/// What a header is for: the two are encrypted in different ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It opens the descriptor.
    Descriptor,
    /// It opens the sectors.
    Sectors,
}

/// What is in a header.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// Key material.
    pub material: [u8; MATERIAL],
    /// Bytes of the compressed descriptor; 0 in the header of sectors.
    pub compressed: u32,
    /// Bytes of the descriptor; 0 in the header of sectors.
    pub plain: u32,
}

impl Header {
    /// The keys of what it opens.
    pub fn keys(&self) -> Keys {
        Keys::new(self.material.first_chunk().expect("the material is longer than 64 bytes"))
    }

    /// Opens a header that has no password of its own.
    pub fn open(bytes: &[u8; KEY_LEN], purpose: Purpose) -> Option<Header> {
        Header::open_with(bytes, &open_password(&salt_of(bytes)), purpose)
    }

    /// Opens a header with a password; `None` when that is not the one, or the header is damaged.
    pub fn open_with(bytes: &[u8; KEY_LEN], password: &[u8], purpose: Purpose) -> Option<Header> {
        let keys = Keys::derive(password, &salt_of(bytes));
        let mut inner = [0; KEY_LEN - SALT];
        inner.copy_from_slice(&bytes[SALT..]);
        match purpose {
            Purpose::Descriptor => Chain::new(&keys).decrypt(&mut inner),
            Purpose::Sectors => Lrw::new(&keys).decrypt(1, &mut inner),
        }
        let number = |at: usize| u32::from_le_bytes([inner[at], inner[at + 1], inner[at + 2], inner[at + 3]]);
        let mut material = [0; MATERIAL];
        material.copy_from_slice(&inner[KEY..COMPRESSED]);
        let right = number(MARK_AT) == MARK
            && inner[SIZE..SIZE + 2] == (MATERIAL as u16).to_le_bytes()
            && number(CHECKSUM) == crc32fast::hash(&material);
        right.then(|| Header { material, compressed: number(COMPRESSED), plain: number(PLAIN) })
    }

    /// The bytes of a header, encrypted with a password; `None`: one that needs none.
    pub fn seal(&self, salt: &[u8; SALT], password: Option<&[u8]>, purpose: Purpose) -> [u8; KEY_LEN] {
        let mut bytes = [0; KEY_LEN];
        let (clear, inner) = bytes.split_at_mut(SALT);
        clear.copy_from_slice(salt);
        inner[CHECKSUM..MARK_AT].copy_from_slice(&crc32fast::hash(&self.material).to_le_bytes());
        inner[MARK_AT..ONE].copy_from_slice(&MARK.to_le_bytes());
        inner[ONE..SIZE].copy_from_slice(&1u16.to_le_bytes());
        inner[SIZE..SIZE + 2].copy_from_slice(&(MATERIAL as u16).to_le_bytes());
        inner[KEY..COMPRESSED].copy_from_slice(&self.material);
        inner[COMPRESSED..PLAIN].copy_from_slice(&self.compressed.to_le_bytes());
        inner[PLAIN..PLAIN + 4].copy_from_slice(&self.plain.to_le_bytes());
        let keys = Keys::derive(password.unwrap_or(&open_password(salt)), salt);
        match purpose {
            Purpose::Descriptor => Chain::new(&keys).encrypt(inner),
            Purpose::Sectors => Lrw::new(&keys).encrypt(1, inner),
        }
        bytes
    }
}

fn salt_of(bytes: &[u8; KEY_LEN]) -> [u8; SALT] {
    *bytes.first_chunk().expect("a header is longer than its salt")
}
