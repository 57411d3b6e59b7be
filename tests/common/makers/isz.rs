//! ISZ files of the kinds that Spindle reads and never writes: the short header of the specification, no table of chunks, plain parts, shorter keys,
//! the other meaning of zeros. Made from EZB Systems' specification and notes on what programs do.

use std::io::Write;
use std::path::{Path, PathBuf};

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use flate2::Compression;
use flate2::write::ZlibEncoder;

/// Bytes of a chunk.
const CHUNK: usize = 16 << 10;

/// How a file is made. Long header, a table, one file, unless said otherwise.
#[derive(Debug, Clone, Copy, Default)]
pub struct Variant {
    pub short_header: bool,
    pub no_table: bool,
    /// Bytes of an entry of the table less three.
    pub wider: usize,
    /// Zeros take room in the file.
    pub zeros_take_room: bool,
    /// Cut after so many bytes of data, without a table of segments.
    pub cut: Option<usize>,
    /// Names of further parts, by their number from 1.
    pub parts: Option<fn(usize) -> String>,
    pub first: Option<&'static str>,
    /// Kind of encryption, and the password.
    pub encryption: u8,
    pub password: &'static str,
}

/// 40 sectors with a marker of a file system, zeros in the middle.
pub fn image() -> Vec<u8> {
    let mut bytes = super::daa::image(40);
    bytes[CHUNK * 2..CHUNK * 3].fill(0);
    bytes[CHUNK * 4 - 2048..].fill(0);
    bytes
}

fn encrypt(kind: u8, password: &str, chunk: &mut [u8]) {
    let mut key = [0; 32];
    key[..password.len()].copy_from_slice(password.as_bytes());
    for block in chunk.as_chunks_mut::<16>().0 {
        let block = Array::cast_from_core_mut(block);
        match kind {
            2 => aes::Aes128::new(&Array::try_from(&key[..16]).unwrap()).encrypt_block(block),
            3 => aes::Aes192::new(&Array::try_from(&key[..24]).unwrap()).encrypt_block(block),
            4 => aes::Aes256::new(&Array::try_from(&key[..]).unwrap()).encrypt_block(block),
            _ => {}
        }
    }
}

/// Makes the image of these sectors, and gives the file to open.
pub fn make(folder: &Path, raw: &[u8], variant: Variant) -> PathBuf {
    let (mut table, mut data) = (Vec::new(), Vec::new());
    let pointer = 3 + variant.wider;
    for chunk in raw.chunks(CHUNK) {
        let (kind, len, mut stored) = if variant.no_table {
            (1, chunk.len(), chunk.to_vec())
        } else if chunk.iter().all(|&byte| byte == 0) {
            (0, chunk.len(), vec![0; if variant.zeros_take_room { chunk.len() } else { 0 }])
        } else {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
            encoder.write_all(chunk).unwrap();
            let stored = encoder.finish().unwrap();
            (2, stored.len(), stored)
        };
        encrypt(variant.encryption, variant.password, &mut stored);
        data.extend(stored);
        table.extend(((kind as u64) << (pointer * 8 - 2) | len as u64).to_le_bytes().into_iter().take(pointer));
    }
    table.iter_mut().zip([0xB6, 0x8C, 0xA5, 0xDE].iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
    if variant.no_table {
        table.clear();
    }
    let len = if variant.short_header { 48 } else { 64 };
    let header = |part: u8| {
        let mut header = b"IsZ!".to_vec();
        header.extend([len as u8, 1, 1, 2, 3, 4]);
        header.extend(2048_u16.to_le_bytes());
        header.extend((raw.len() as u32 / 2048).to_le_bytes());
        header.push(variant.encryption);
        header.extend((variant.cut.map_or(0, |cut| cut + len + table.len()) as u64).to_le_bytes());
        header.extend((raw.len().div_ceil(CHUNK) as u32).to_le_bytes());
        header.extend((CHUNK as u32).to_le_bytes());
        header.extend([pointer as u8, part]);
        header.extend((if table.is_empty() { 0 } else { len as u32 }).to_le_bytes());
        header.extend(0_u32.to_le_bytes());
        header.extend(((len + table.len()) as u32).to_le_bytes());
        header.push(0);
        let words = [!crc32fast::hash(raw), data.len() as u32, 0, !crc32fast::hash(&data)];
        header.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        header.truncate(len);
        header
    };
    let cut = variant.cut.unwrap_or(data.len());
    let first = folder.join(variant.first.unwrap_or("made.isz"));
    std::fs::write(&first, [header(0), table.clone(), data[..cut].to_vec()].concat()).unwrap();
    if let Some(name) = variant.parts {
        for (part, bytes) in (1..).zip(data[cut..].chunks(cut + table.len())) {
            std::fs::write(folder.join(name(part)), [header(part as u8), bytes.to_vec()].concat()).unwrap();
        }
    }
    first
}

/// The header of the specification.
pub fn short(folder: &Path) -> PathBuf {
    make(folder, &image(), Variant { short_header: true, ..Variant::default() })
}
