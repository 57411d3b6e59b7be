//! UIF files, made from notes on what uif2iso 0.1.7 reads: no other program that makes or reads them could be had.

use std::io::Write;
use std::path::{Path, PathBuf};

use des::cipher::{Array, BlockCipherEncrypt, KeyInit};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use lzma_rust2::filter::bcj::BcjWriter;
use lzma_rust2::{LzmaOptions, LzmaWriter};

/// Sectors of a run.
const RUN: usize = 8;

/// How a file is made.
#[derive(Debug, Clone, Default)]
pub struct Variant {
    /// 1 and 2: zlib; 3 and more: LZMA.
    pub version: u16,
    pub password: Option<&'static str>,
    /// LZMA behind the filter for code.
    pub x86: bool,
    /// Tables are not compressed.
    pub plain_tables: bool,
    /// Number of the original's format, its descriptor, and MagicISO's list of tracks.
    pub original: Option<(u32, Vec<u8>, Vec<u8>)>,
    /// The four bytes that tell of keys.
    pub keys: [u8; 4],
}

struct Packer<'a> {
    variant: &'a Variant,
    des: Option<des::Des>,
}

impl Packer<'_> {
    fn new(variant: &Variant) -> Packer<'_> {
        let des = variant.password.map(|password| {
            let mut bytes = [0; 32];
            bytes[..password.len()].copy_from_slice(password.as_bytes());
            let sum = bytes.as_chunks::<8>().0.iter().fold(0_u64, |sum, word| sum.wrapping_add(u64::from_le_bytes(*word)));
            des::Des::new(&Array::from(sum.to_le_bytes()))
        });
        Packer { variant, des }
    }

    fn encrypt(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        if let Some(des) = &self.des {
            bytes.as_chunks_mut::<8>().0.iter_mut().for_each(|block| des.encrypt_block(Array::cast_from_core_mut(block)));
        }
        bytes
    }

    fn pack(&self, raw: &[u8]) -> Vec<u8> {
        if self.variant.version < 3 {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
            encoder.write_all(raw).unwrap();
            return self.encrypt(encoder.finish().unwrap());
        }
        let mut filtered = raw.to_vec();
        if self.variant.x86 {
            let mut filter = BcjWriter::new_x86(Vec::new(), 0);
            filter.write_all(raw).unwrap();
            filtered = filter.finish().unwrap();
        }
        let mut options = LzmaOptions::with_preset(6);
        options.dict_size = 1 << 16;
        let mut packed = vec![u8::from(self.variant.x86), options.get_props()];
        packed.extend((1_u32 << 16).to_le_bytes());
        packed.extend((raw.len() as u64).to_le_bytes());
        let mut writer = LzmaWriter::new_no_header(packed, &options, false).unwrap();
        writer.write_all(&filtered).unwrap();
        self.encrypt(writer.finish().unwrap())
    }

    /// A table with its head; `extra` stands behind that.
    fn table(&self, name: &[u8; 4], count: usize, raw: &[u8], extra: &[u8]) -> Vec<u8> {
        let plain = self.variant.plain_tables || raw.is_empty();
        let packed = if plain { raw.to_vec() } else { self.pack(raw) };
        let words = [(packed.len() + 8 + extra.len()) as u32, u32::from(!plain), count as u32];
        [name.to_vec(), words.iter().flat_map(|word| word.to_le_bytes()).collect(), extra.to_vec(), packed].concat()
    }
}

/// The bytes of an image of this data, in sectors of `sector` bytes.
pub fn bytes(data: &[u8], sector: usize, variant: &Variant) -> Vec<u8> {
    let packer = Packer::new(variant);
    let sectors = data.len().div_ceil(sector);
    let (mut file, mut entries) = (Vec::new(), Vec::new());
    for (n, run) in data.chunks(RUN * sector).enumerate() {
        let mut whole = run.to_vec();
        whole.resize(run.len().next_multiple_of(sector), 0);
        let zeros = whole.iter().all(|&byte| byte == 0);
        let (kind, stored) = match n % 3 {
            // Some zeros are said, and some are just not there.
            _ if zeros && n % 2 == 0 => continue,
            _ if zeros => (3, Vec::new()),
            2 => (1, packer.encrypt(run.to_vec())),
            _ => (5, packer.pack(&whole)),
        };
        let mut entry = (file.len() as u64).to_le_bytes().to_vec();
        let words = [stored.len(), n * RUN, whole.len() / sector, kind];
        entry.extend(words.iter().flat_map(|&word| (word as u32).to_le_bytes()));
        entries.push(entry);
        file.extend(stored);
    }
    // In any order.
    entries.reverse();
    let mut tables = packer.table(b"blhr", entries.len(), &entries.concat(), &[]);
    if let Some((kind, descriptor, tracks)) = &variant.original {
        tables.extend(packer.table(b"blms", tracks.len(), tracks, &[]));
        tables.extend(packer.table(b"blss", descriptor.len(), descriptor, &kind.to_le_bytes()));
    }
    let trailer = |index: usize| {
        let mut trailer = b"bbis".to_vec();
        trailer.extend(64_u32.to_le_bytes());
        let kind = if variant.original.is_some() { 9 } else { 8 };
        trailer.extend([variant.version, kind, 0, 0].iter().flat_map(|half| half.to_le_bytes()));
        let words = [sectors, sector, data.len() % sector];
        trailer.extend(words.iter().flat_map(|&word| (word as u32).to_le_bytes()));
        trailer.extend((index as u64).to_le_bytes());
        trailer.extend((tables.len() as u32 + 64).to_le_bytes());
        trailer.extend([0; 16]);
        trailer.extend(variant.keys);
        trailer.extend([0; 4]);
        trailer
    };
    let index = file.len();
    if variant.password.is_some() {
        file.extend(b"bsdr");
        file.extend(64_u32.to_le_bytes());
        file.extend(packer.encrypt(trailer(index)));
    }
    file.extend(&tables);
    file.extend(trailer(index));
    file
}

/// Makes a file of an image.
pub fn make(folder: &Path, data: &[u8], sector: usize, variant: &Variant) -> PathBuf {
    let path = folder.join("made.uif");
    std::fs::write(&path, bytes(data, sector, variant)).unwrap();
    path
}

/// An entry of MagicISO's list of tracks.
pub fn track(number: u8, control: u8, mode: u8, [minute, second, frame]: [u8; 3], sector: u32) -> Vec<u8> {
    let mut entry = vec![0; 68];
    (entry[1], entry[3], entry[11]) = (0x10 | control, number, mode);
    entry[8..11].copy_from_slice(&[minute, second, frame]);
    entry[24..28].copy_from_slice(&sector.to_le_bytes());
    entry
}

/// A list of tracks, behind the names of the files that there were, and with a point of the table of contents before them.
pub fn tracks(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut list = vec![0; 0x40];
    list[4..8].copy_from_slice(&0x40_u32.to_le_bytes());
    list[0x10..0x14].copy_from_slice(&0x4A_u32.to_le_bytes());
    list.extend(b"track.bin\0track.cue\0");
    list.extend(track(0xA0, 4, 0, [1, 0, 0], 0));
    list.extend(entries.concat());
    list
}

/// An ISO in LZMA.
pub fn iso(folder: &Path) -> PathBuf {
    let mut data = super::daa::image(40);
    data[RUN * 2048..RUN * 4096].fill(0);
    make(folder, &data, 2048, &Variant { version: 3, ..Variant::default() })
}

/// Two audio tracks and the sheet they came with.
pub fn sheet(folder: &Path) -> PathBuf {
    let data: Vec<u8> = (0..2352 * 20_u32).map(|n| (n / 100) as u8).collect();
    let sheet = "FILE \"a.bin\" BINARY\r\nTRACK 01 AUDIO\r\nINDEX 01 00:00:00\r\nTRACK 02 AUDIO\r\nINDEX 01 00:00:12\r\n";
    let original = Some((1, sheet.into(), tracks(&[track(1, 0, 0, [0, 2, 0], 2352), track(2, 0, 0, [0, 2, 12], 2352)])));
    make(folder, &data, 2352, &Variant { version: 1, original, ..Variant::default() })
}
