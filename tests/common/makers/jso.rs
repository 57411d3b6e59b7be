//! JSO: a header, an index, and zlib streams, as the author of rom-properties found them.

use std::io::Read;
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};

/// An ISO of 40 sectors, each a block; every other one is stored as it is.
pub fn make(folder: &Path) -> PathBuf {
    let mut raw: Vec<u8> = (0..40 * 2048u32).map(|n| (n / 2048 * (n % 5)) as u8).collect();
    raw[16 * 2048..][..8].copy_from_slice(b"\x01CD001\x01\0");
    let mut file = b"JISO\x03\x01\x00\x08\x00\x00\x01\x00".to_vec();
    file.extend((raw.len() as u32).to_le_bytes());
    file.extend(<[u8; 16]>::from(Md5::digest(&raw)));
    file.extend([0x30, 0, 0, 0]);
    file.resize(0x30, 0);
    let (mut index, mut blocks) = (Vec::new(), Vec::new());
    let start = file.len() + 41 * 4;
    for (n, block) in raw.chunks(2048).enumerate() {
        index.extend(((start + blocks.len()) as u32).to_le_bytes());
        if n % 2 == 0 {
            flate2::read::ZlibEncoder::new(block, flate2::Compression::new(6)).read_to_end(&mut blocks).unwrap();
        } else {
            blocks.extend(block);
        }
    }
    index.extend(((start + blocks.len()) as u32).to_le_bytes());
    let path = folder.join("made.jso");
    std::fs::write(&path, [file, index, blocks].concat()).unwrap();
    path
}
