//! DMG (UDIF): a trailer, a property list or a resource fork, and in it a table of chunks.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// How the chunks are packed that are not zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    Plain,
    Adc,
    Zlib,
    Bzip2,
    Lzfse,
    Xz,
}

/// Every one of them.
pub const CODECS: [Codec; 6] = [Codec::Plain, Codec::Adc, Codec::Zlib, Codec::Bzip2, Codec::Lzfse, Codec::Xz];

/// Bytes of a chunk: 64 sectors of 512 bytes.
const CHUNK: usize = 64 * 512;

impl Codec {
    fn kind(self) -> u32 {
        match self {
            Codec::Plain => 1,
            Codec::Adc => 0x8000_0004,
            Codec::Zlib => 0x8000_0005,
            Codec::Bzip2 => 0x8000_0006,
            Codec::Lzfse => 0x8000_0007,
            Codec::Xz => 0x8000_0008,
        }
    }

    fn pack(self, raw: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        match self {
            Codec::Plain => packed.extend(raw),
            // Literals of up to 128 bytes; where all are the same, a copy of what is one back.
            Codec::Adc => {
                for bytes in raw.chunks(64) {
                    if bytes.len() > 9 && bytes.iter().all(|byte| *byte == bytes[0]) {
                        packed.extend([0x80, bytes[0], 0x40 | (bytes.len() - 1 - 4) as u8, 0, 0]);
                    } else {
                        packed.push(0x80 | (bytes.len() - 1) as u8);
                        packed.extend(bytes);
                    }
                }
            }
            Codec::Zlib => {
                flate2::read::ZlibEncoder::new(raw, flate2::Compression::new(6)).read_to_end(&mut packed).map(drop).unwrap();
            }
            Codec::Bzip2 => {
                bzip2::read::BzEncoder::new(raw, bzip2::Compression::new(9)).read_to_end(&mut packed).map(drop).unwrap();
            }
            Codec::Lzfse => drop(lzfse_rust::encode_bytes(raw, &mut packed).unwrap()),
            Codec::Xz => {
                let mut writer = lzma_rust2::XzWriter::new(&mut packed, lzma_rust2::XzOptions::with_preset(6)).unwrap();
                writer.write_all(raw).unwrap();
                writer.finish().map(drop).unwrap();
            }
        }
        packed
    }
}

/// A block device as a DMG: one table of all of it, chunks of zeros as such. `old`: the table stands in a resource fork.
pub fn dmg(raw: &[u8], codec: Codec, old: bool) -> Vec<u8> {
    let (mut file, mut rows) = (Vec::new(), Vec::new());
    let mut row = |kind: u32, sector: usize, bytes: usize, at: usize, len: usize| {
        rows.extend(kind.to_be_bytes());
        rows.extend([0; 4]);
        [sector, bytes / 512, at, len].iter().for_each(|number| rows.extend((*number as u64).to_be_bytes()));
    };
    for (n, bytes) in raw.chunks(CHUNK).enumerate() {
        let sector = n * CHUNK / 512;
        if bytes.iter().all(|byte| *byte == 0) {
            row(0, sector, bytes.len(), file.len(), 0);
            continue;
        }
        let packed = codec.pack(bytes);
        row(codec.kind(), sector, bytes.len(), file.len(), packed.len());
        file.extend(packed);
    }
    row(0xFFFF_FFFF, raw.len() / 512, 0, file.len(), 0);
    let count = rows.len() as u32 / 40;
    let data_len = file.len() as u64;
    let mut table = b"mish\0\0\0\x01".to_vec();
    [0, raw.len() as u64 / 512, 0].iter().for_each(|number| table.extend(number.to_be_bytes()));
    table.extend([0x208u32, 0].map(u32::to_be_bytes).as_flattened());
    table.extend([0; 24]);
    table.extend(checksum(raw));
    table.extend(count.to_be_bytes());
    table.extend(rows);
    let list = if old { fork(&table) } else { plist(&table).into_bytes() };
    let trailer = trailer(&file, data_len, list.len() as u64, raw.len() as u64 / 512, old);
    file.extend(list);
    file.extend(trailer);
    file
}

fn trailer(data: &[u8], data_len: u64, list: u64, sectors: u64, old: bool) -> Vec<u8> {
    let mut trailer = b"koly\0\0\0\x04\0\0\x02\0\0\0\0\x01".to_vec();
    let mut number = |number: u64| trailer.extend(number.to_be_bytes());
    [0, 0, data_len].into_iter().for_each(&mut number);
    (if old { [data_len, list] } else { [0, 0] }).into_iter().for_each(&mut number);
    trailer.extend([0, 0, 0, 1, 0, 0, 0, 1]);
    trailer.extend([7; 16]);
    trailer.extend(checksum(data));
    let plist = if old { [0, 0] } else { [data_len, list] };
    plist.iter().for_each(|number| trailer.extend(number.to_be_bytes()));
    trailer.resize(0x1E8, 0);
    trailer.extend([0, 0, 0, 1]);
    trailer.extend(sectors.to_be_bytes());
    trailer.resize(512, 0);
    trailer
}

/// CRC-32 in the field of 136 bytes.
fn checksum(bytes: &[u8]) -> Vec<u8> {
    let mut field = [2u32, 32, crc32fast::hash(bytes)].map(u32::to_be_bytes).concat();
    field.resize(136, 0);
    field
}

fn plist(table: &[u8]) -> String {
    let data = base64(table);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n<key>resource-fork</key>\n<dict>\n\
         <key>blkx</key>\n<array>\n<dict>\n<key>Attributes</key>\n<string>0x0050</string>\n<key>CFName</key>\n\
         <string>whole disk (Apple_ISO : 0)</string>\n<key>Data</key>\n<data>\n{data}\n</data>\n<key>ID</key>\n<string>0</string>\n\
         <key>Name</key>\n<string>whole disk (Apple_ISO : 0)</string>\n</dict>\n</array>\n</dict>\n</dict>\n</plist>\n"
    )
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for n in 0..4 {
            text.push(if n <= three.len() { DIGITS[(bits >> (18 - 6 * n) & 63) as usize] as char } else { '=' });
        }
    }
    text
}

/// A resource fork with the one resource `blkx` 0 (Inside Macintosh: More Macintosh Toolbox, chapter 1).
fn fork(table: &[u8]) -> Vec<u8> {
    let data = [(table.len() as u32).to_be_bytes().as_slice(), table].concat();
    let map = 256 + data.len() as u32;
    let header = [256u32, map, data.len() as u32, 50].map(u32::to_be_bytes).concat();
    let mut fork = header.clone();
    fork.resize(256, 0);
    fork.extend(data);
    fork.extend(&header);
    fork.extend([0; 8]);
    // Where the list of types begins in the map, where the names do; one type, of one resource, whose list begins 10 bytes on.
    fork.extend([0, 28, 0, 50, 0, 0]);
    fork.extend(b"blkx");
    fork.extend([0, 0, 0, 10]);
    fork.extend([0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0]);
    fork
}

/// An ISO 9660 volume descriptor among sectors of text and zeros.
fn master() -> Vec<u8> {
    let mut raw = vec![0; 80 * 2048];
    raw[16 * 2048..][..8].copy_from_slice(b"\x01CD001\x01\0");
    raw[50 * 2048..60 * 2048].iter_mut().zip(0u32..).for_each(|(byte, n)| *byte = b'a' + (n % 7 * (n / 100 % 3)) as u8);
    raw
}

/// An image as macOS makes it.
pub fn zlib(folder: &Path) -> PathBuf {
    write(folder, "zlib.dmg", &dmg(&master(), Codec::Zlib, false))
}

/// One as Mac OS X 10.0 made it.
pub fn old(folder: &Path) -> PathBuf {
    write(folder, "old.dmg", &dmg(&master(), Codec::Adc, true))
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}
