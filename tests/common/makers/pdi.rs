//! InstantCopy images, made from what is told of the layout.
#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::fs;
use std::path::{Path, PathBuf};

use super::parts;

/// The user data of a sector: in sector 16 the mark of a volume descriptor.
pub fn user(lba: i32) -> Vec<u8> {
    let mut data = parts::fill(lba, 2048);
    if lba == 16 {
        data[..6].copy_from_slice(b"\x01CD001");
    }
    data
}

/// Header and sectors.
pub fn image(sectors: &[u8]) -> Vec<u8> {
    let mut out = b"TTAFMPVOBCDIMG\x01\0".to_vec();
    out.resize(304, 0x11);
    out.extend(sectors);
    out
}

/// An image of 2048-byte sectors.
pub fn cooked(folder: &Path) -> PathBuf {
    let path = folder.join("disc.pdi");
    fs::write(&path, image(&(0..20).flat_map(user).collect::<Vec<u8>>())).unwrap();
    path
}
