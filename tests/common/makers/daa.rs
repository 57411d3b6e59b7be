//! DAA and GBI files of the kinds that Spindle reads and never writes: deflate with its types of blocks in another order, hidden fields and tables,
//! a table that is deflated itself, code of x86 machines filtered before LZMA, every naming of parts. Made from notes on the layout; daa2iso 0.1.7e
//! reads the same of them, where it can.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use lzma_rust2::filter::bcj::BcjWriter;
use lzma_rust2::{LzmaOptions, LzmaWriter};

/// Bytes of a chunk.
const CHUNK: usize = 16 << 10;

/// How a file is made. Version 2, deflate, one file, unless said otherwise.
#[derive(Debug, Clone, Copy, Default)]
pub struct Variant {
    pub gbi: bool,
    /// In the header: the order of the types of deflate's blocks.
    pub order: u32,
    pub fields_hidden: bool,
    pub table_hidden: bool,
    pub table_deflated: bool,
    /// LZMA, filtered.
    pub x86: bool,
    /// The last chunk is filled up with zeros, and the type of a chunk takes two bits.
    pub padded: bool,
    /// Names of further parts, by their number from 0; the first is `first`.
    pub parts: Option<fn(usize) -> String>,
    pub first: Option<&'static str>,
}

/// A file system of this many sectors as far as anybody looks, and then something to compress, with some calls among it.
pub fn image(sectors: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for n in 0_u32.. {
        bytes.extend(format!("line {} of {sectors} ", n.wrapping_mul(2_654_435_761) >> 16).into_bytes());
        bytes.push(0xE8);
        bytes.extend((n * 5 % 4096).to_le_bytes());
        if bytes.len() >= sectors * 2048 {
            break;
        }
    }
    bytes.truncate(sectors * 2048);
    bytes[16 * 2048..16 * 2048 + 7].copy_from_slice(b"\x01CD001\x01");
    bytes
}

fn put_bits(bytes: &mut Vec<u8>, at: &mut usize, width: usize, value: u32) {
    for bit in 0..width {
        if at.is_multiple_of(8) {
            bytes.push(0);
        }
        bytes[*at / 8] |= ((value >> bit & 1) as u8) << (*at % 8);
        *at += 1;
    }
}

/// One block of dynamic codes behind a stored one, so that the headers of both begin at whole bytes; their types as `order` has them.
fn deflate(raw: &[u8], order: [u8; 3]) -> Vec<u8> {
    let (first, rest) = raw.split_at(raw.len().min(100));
    let len = first.len() as u16;
    let mut stream = vec![order[0] << 1];
    stream.extend(len.to_le_bytes());
    stream.extend((!len).to_le_bytes());
    stream.extend(first);
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(9));
    encoder.write_all(rest).unwrap();
    let mut dynamic = encoder.finish().unwrap();
    let [last, kind] = [dynamic[0] & 1, dynamic[0] >> 1 & 3];
    assert_eq!(last, 1, "one block alone can be given another type without decoding it");
    dynamic[0] = dynamic[0] & !6 | order[usize::from(kind)] << 1;
    [stream, dynamic].concat()
}

fn lzma_x86(raw: &[u8]) -> Vec<u8> {
    let mut filter = BcjWriter::new_x86(Vec::new(), 0);
    filter.write_all(raw).unwrap();
    let filtered = filter.finish().unwrap();
    assert_ne!(filtered, raw);
    let mut options = LzmaOptions::with_preset(6);
    options.dict_size = CHUNK as u32;
    let mut writer = LzmaWriter::new_no_header(Vec::new(), &options, true).unwrap();
    writer.write_all(&filtered).unwrap();
    writer.finish().unwrap()
}

/// The table, and how wide the types in it are.
fn table(chunks: &[Vec<u8>], variant: Variant) -> (Vec<u8>, usize) {
    const HIDE: [u32; 8] = [0x0A, 0x35, 0x2D, 0x3F, 0x08, 0x33, 0x09, 0x15];
    let type_width = if variant.padded { 2 } else { 1 };
    let (mut table, mut at) = (Vec::new(), 0);
    for (n, chunk) in (0_u32..).zip(chunks) {
        let mask = if variant.fields_hidden { ((n ^ HIDE[n as usize % 8]) & 0xFF) * 0x0101_0101 } else { 0 };
        put_bits(&mut table, &mut at, 15, (chunk.len() as u32 - 5) ^ mask);
        put_bits(&mut table, &mut at, type_width, u32::from(!variant.x86) ^ mask);
    }
    (table, type_width)
}

/// Makes the image of these sectors, and gives the file to open.
pub fn make(folder: &Path, raw: &[u8], variant: Variant) -> PathBuf {
    let order = variant.order ^ u32::from(variant.gbi);
    let order = [[0, 1, 2], [1, 2, 0], [0, 2, 1], [1, 0, 2]][order as usize];
    let pack = |raw: &[u8]| {
        let mut raw = raw.to_vec();
        if variant.padded {
            raw.resize(CHUNK, 0);
        }
        if variant.x86 { lzma_x86(&raw) } else { deflate(&raw, order) }
    };
    let chunks: Vec<Vec<u8>> = raw.chunks(CHUNK).map(pack).collect();
    let (mut table, type_width) = table(&chunks, variant);
    let data = chunks.concat();
    // Without descriptors the parts are found by the lengths alone.
    let cut = if variant.parts.is_some() { data.len() / 3 } else { data.len() };
    // The place of a deflated table is that of the table; the padding inside belongs to no chunk.
    let table_len = table.len();
    let data_at = 76 + table_len;
    let mut header = vec![0; 72];
    header[..3].copy_from_slice(if variant.gbi { b"GBI" } else { b"DAA" });
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0x10, &76_u32.to_le_bytes());
    put(0x14, &0x110_u32.to_le_bytes());
    put(0x18, &(data_at as u32).to_le_bytes());
    put(0x1C, &1_u32.to_le_bytes());
    let flag = |on: bool, bit: u32| if on { bit } else { 0 };
    let word = (CHUNK as u32 >> 14)
        | flag(variant.table_deflated, 0x4000)
        | flag(variant.fields_hidden, 0x2_0000)
        | flag(variant.x86, 0x10_0000)
        | variant.order << 23
        | flag(variant.table_hidden, 0x800_0000);
    put(0x24, &word.to_le_bytes());
    put(0x28, &(raw.len() as u64).to_le_bytes());
    put(0x30, &((data_at + data.len()) as u64).to_le_bytes());
    put(0x3D, &[type_width as u8 | (15 - 10) << 3]);
    if variant.x86 {
        put(0x3E, &[1, 93]);
        put(0x40, &(CHUNK as u32).to_le_bytes());
    }
    assert!(!variant.table_deflated || !variant.gbi, "the checksum would have to be known before the length of the table");
    if variant.table_hidden {
        let sectors = raw.len() as u64 / 2048;
        let (mut more, step) = (sectors as u8, (sectors >> 8) as u8);
        for byte in &mut table {
            *byte = byte.wrapping_add(more);
            more = more.wrapping_add(step);
        }
    }
    if variant.table_deflated {
        table = deflate(&table, order);
        assert!(table.len() <= table_len, "it has room in its place");
        let len = table.len() as u32;
        header[0x39..0x3D].copy_from_slice(&len.to_le_bytes());
        table.resize(table_len, 0);
    }
    let crc = crc32fast::hash(&header);
    if variant.gbi {
        let key = (table_len >> 2) as u8;
        table.iter_mut().for_each(|byte| *byte = (*byte ^ key).wrapping_add(crc as u8));
    }
    let magic = if variant.gbi { "gbi" } else { "daa" };
    let first = folder.join(variant.first.map_or(format!("made.{magic}"), str::to_owned));
    std::fs::write(&first, [&header, crc.to_le_bytes().as_slice(), &table, &data[..cut]].concat()).unwrap();
    if let Some(name) = variant.parts {
        for (n, part) in data[cut..].chunks(data.len() / 3 + 1).enumerate() {
            let mut header = vec![0; 36];
            header[..7].copy_from_slice(if variant.gbi { b"GBI VOL" } else { b"DAA VOL" });
            header[16..20].copy_from_slice(&40_u32.to_le_bytes());
            let crc = crc32fast::hash(&header);
            std::fs::write(folder.join(name(n)), [&header, crc.to_le_bytes().as_slice(), part].concat()).unwrap();
        }
    }
    first
}

/// Everything hidden.
pub fn hidden(folder: &Path) -> PathBuf {
    let variant = Variant { order: 1, fields_hidden: true, table_hidden: true, ..Variant::default() };
    make(folder, &image(40), variant)
}

/// gBurner's order of the types of blocks.
pub fn swapped_gbi(folder: &Path) -> PathBuf {
    make(folder, &image(40), Variant { gbi: true, ..Variant::default() })
}

/// LZMA behind the filter for code.
pub fn filtered(folder: &Path) -> PathBuf {
    make(folder, &image(40), Variant { x86: true, ..Variant::default() })
}
