//! AaruFormat images, made from what is told of the layout. LZMA and FLAC streams are those of the crates that the program uses, too.
#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use super::parts::{self, audio, fill, form1, form2, le16, le32, mode1, subchannel};

/// How a block is compressed.
#[derive(Clone, Copy, PartialEq)]
pub enum Packed {
    None = 0,
    Lzma = 1,
    Flac = 2,
    LzmaOfChannels = 3,
}

/// Sectors of a block are told in so many bits.
pub const SHIFT: u8 = 5;
/// Where the second session begins, behind its pregap.
pub const SECOND: i32 = 11_430;
/// Where it ends.
pub const END: i32 = SECOND + 8;

/// A track: number, kind, first and last sector, pregap, session, recording code, CONTROL.
pub type Track<'a> = (u8, u8, i64, i64, i64, u8, &'a [u8], u8);

/// An image that is being made.
pub struct Image {
    pub out: Vec<u8>,
    pub index: Vec<([u8; 4], u16, u64)>,
}

/// CRC-64 of ECMA-182, reflected, bit by bit; its bytes in the order in which Aaru wrote them.
pub fn crc(bytes: &[u8]) -> [u8; 8] {
    let crc = bytes.iter().fold(u64::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u64::from(byte), |crc, _| crc >> 1 ^ if crc & 1 == 1 { 0xC96C_5795_D787_0F42 } else { 0 })
    });
    (!crc).to_be_bytes()
}

fn lzma(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::LzmaOptions::with_preset(1);
    let properties = [(options.pb * 5 + options.lp) as u8 * 9 + options.lc as u8];
    let mut writer = lzma_rust2::LzmaWriter::new_no_header(Vec::new(), &options, false).unwrap();
    writer.write_all(bytes).unwrap();
    [&properties[..], &le32(options.dict_size), &writer.finish().unwrap()].concat()
}

fn flac(bytes: &[u8]) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let options = flac_codec::encode::Options::default();
    let little = flac_codec::byteorder::LittleEndian;
    let mut writer = flac_codec::encode::FlacByteWriter::endian(&mut out, little, options, 44_100, 16, 2, None).unwrap();
    writer.write_all(bytes).unwrap();
    // The last frame is filled up.
    writer.write_all(&[0; 400]).unwrap();
    writer.finalize().unwrap();
    out.into_inner()
}

/// All of P, then all of Q and so on.
pub fn channels(bytes: &[u8]) -> Vec<u8> {
    let bit = |n: usize, channel: usize| bytes[n] >> (7 - channel) & 1;
    let byte = |channel: usize, group: usize| (0..8).fold(0, |byte, n| byte << 1 | bit(group * 8 + n, channel));
    (0..8).flat_map(|channel| (0..bytes.len() / 8).map(move |group| byte(channel, group))).collect()
}

impl Image {
    pub fn new() -> Image {
        Image { out: vec![0; 104], index: Vec::new() }
    }

    fn pack(packed: Packed, bytes: &[u8]) -> Vec<u8> {
        match packed {
            Packed::None => bytes.to_vec(),
            Packed::Lzma => lzma(bytes),
            Packed::Flac => flac(bytes),
            Packed::LzmaOfChannels => lzma(&channels(bytes)),
        }
    }

    /// A block of data.
    pub fn block(&mut self, data: u16, packed: Packed, unit: u32, bytes: &[u8]) -> u64 {
        let at = self.out.len() as u64;
        let stored = Image::pack(packed, bytes);
        self.index.push((*b"DBLK", data, at));
        self.out.extend([b"DBLK", &le16(data)[..], &le16(packed as u16), &le32(unit)].concat());
        self.out.extend([le32(stored.len() as u32), le32(bytes.len() as u32)].concat());
        self.out.extend([crc(&stored), crc(bytes)].concat());
        self.out.extend(stored);
        at
    }

    /// A table of sectors, of entries of 8 or 4 bytes.
    pub fn table(&mut self, data: u16, packed: Packed, bytes: &[u8], each: usize) {
        let at = self.out.len() as u64;
        let stored = Image::pack(packed, bytes);
        self.index.push((*b"DDT*", data, at));
        self.out.extend([b"DDT*", &le16(data)[..], &le16(packed as u16), &[SHIFT]].concat());
        let lengths = [bytes.len() / each, stored.len(), bytes.len()].map(|len| (len as u64).to_le_bytes());
        self.out.extend(lengths.concat());
        self.out.extend([crc(&stored), [0; 8]].concat());
        self.out.extend(stored);
    }

    /// A list of tracks.
    pub fn tracks(&mut self, tracks: &[Track]) {
        let mut list = Vec::new();
        for (number, kind, first, last, pregap, session, isrc, control) in tracks {
            list.extend([*number, *kind]);
            list.extend([first, last, pregap].map(|value| value.to_le_bytes()).concat());
            list.push(*session);
            let end = list.len() + 13;
            list.extend(*isrc);
            list.resize(end, 0);
            list.push(*control);
        }
        self.index.push((*b"TRKS", 0, self.out.len() as u64));
        self.out.extend([b"TRKS", &le16(tracks.len() as u16)[..], &crc(&list), &list].concat());
    }

    /// Indexes of tracks: track, index, address.
    pub fn indexes(&mut self, indexes: &[(u16, u16, i32)]) {
        let entry = |(track, index, at): &(u16, u16, i32)| [&le16(*track)[..], &le16(*index), &at.to_le_bytes()].concat();
        let list: Vec<u8> = indexes.iter().flat_map(entry).collect();
        self.index.push((*b"CDIX", 0, self.out.len() as u64));
        self.out
            .extend([b"CDIX", &le16(indexes.len() as u16)[..], &(list.len() as u64).to_le_bytes(), &crc(&list), &list].concat());
    }

    /// Index and header.
    pub fn finish(mut self, medium: u32) -> Vec<u8> {
        let at = self.out.len() as u64;
        let entry = |(kind, data, at): &([u8; 4], u16, u64)| [&kind[..], &le16(*data), &at.to_le_bytes()].concat();
        let list: Vec<u8> = self.index.iter().flat_map(entry).collect();
        self.out.extend([b"INDX", &le16(self.index.len() as u16)[..], &crc(&list), &list].concat());
        self.out[..8].copy_from_slice(b"AARUFRMT");
        self.out[72..76].copy_from_slice(&[1, 0, 5, 3]);
        self.out[76..80].copy_from_slice(&le32(medium));
        self.out[80..88].copy_from_slice(&at.to_le_bytes());
        self.out
    }
}

/// A sector of the disc. Sector 4 has the time of another, sector 5 a wrong ECC, sector 7 the data of sector 3; sector 9 was not read. The last track has
/// sectors of both forms, one without an EDC and one of each form with a wrong one.
pub fn sector(lba: i32) -> Vec<u8> {
    let mut sector = match lba {
        4 => parts::mode1_of(100, &fill(4, 2048)),
        9 => vec![0; 2352],
        7 => parts::mode1_of(7, &fill(3, 2048)),
        ..20 => mode1(lba),
        20..30 => audio(lba),
        _ => match lba - SECOND {
            0..3 | 6 => form1(lba),
            _ => form2(lba),
        },
    };
    match lba - SECOND {
        5 => sector[2348..].fill(0),
        6 => sector[2100] ^= 1,
        7 => sector[2350] ^= 1,
        _ => {}
    }
    if lba == 5 {
        sector[2300] ^= 1;
    }
    sector
}

/// The subchannel of a sector, each byte with a bit of each channel.
pub fn interleaved(lba: i32) -> Vec<u8> {
    let packed = match lba {
        ..20 => subchannel(lba, 4, 1, 1, 0),
        20..30 => subchannel(lba, 2, 2, if lba < 24 { 0 } else { 1 + u32::from(lba >= 27) }, 24),
        SECOND.. => subchannel(lba, 4, 3, 1, SECOND),
        _ => vec![0; 96],
    };
    let bit = |channel: usize, n: usize| packed[channel * 12 + n / 8] >> (7 - n % 8) & 1;
    (0..96).map(|n| (0..8).fold(0, |byte, channel| byte << 1 | bit(channel, n))).collect()
}

/// A CD of two sessions. `old`: sync, header, EDC and ECC of all sectors are kept, and not those alone that are not what they should be.
pub fn image(old: bool) -> Vec<u8> {
    let mut image = Image::new();
    let sectors: Vec<Vec<u8>> =
        (0..END).map(|lba| if (30..SECOND).contains(&lba) { vec![0; 2352] } else { sector(lba) }).collect();
    let range = |from: i32, to: i32, cut: std::ops::Range<usize>| -> Vec<u8> {
        sectors[from as usize..to as usize].iter().flat_map(|sector| sector[cut.clone()].to_vec()).collect()
    };
    let mut table = vec![0u64; END as usize];
    let mut place = |lba: i32, block: u64, number: u64| table[lba as usize] = block << SHIFT | number;
    let data = image.block(1, Packed::None, 2048, &range(0, 20, 16..2064));
    (0..20).filter(|lba| *lba != 9).for_each(|lba| place(lba, data, if lba == 7 { 3 } else { lba as u64 }));
    let samples = image.block(1, Packed::Flac, 2352, &range(20, 30, 0..2352));
    (20..30).for_each(|lba| place(lba, samples, (lba - 20) as u64));
    if old {
        let all = image.block(1, Packed::Lzma, 2336, &range(SECOND, END, 16..2352));
        (SECOND..END).for_each(|lba| place(lba, all, (lba - SECOND) as u64));
        image.block(69, Packed::Lzma, 16, &range(0, END, 0..16));
        image.block(70, Packed::Lzma, 288, &range(0, END, 2064..2352));
    } else {
        let short = [range(SECOND, SECOND + 3, 24..2072), range(SECOND + 6, SECOND + 7, 24..2072)].concat();
        let long = [range(SECOND + 3, SECOND + 6, 24..2348), range(SECOND + 7, SECOND + 8, 24..2348)].concat();
        let short = image.block(1, Packed::Lzma, 2048, &short);
        let long = image.block(1, Packed::Lzma, 2324, &long);
        let places = [(short, 0), (short, 1), (short, 2), (long, 0), (long, 1), (long, 2), (short, 3), (long, 3)];
        (SECOND..).zip(places).for_each(|(lba, (block, number))| place(lba, block, number));
        let (mut prefix, mut suffix) = (vec![0u32; END as usize], vec![0u32; END as usize]);
        for lba in (0..20).chain(SECOND..END) {
            prefix[lba as usize] = 0x2000_0000;
            suffix[lba as usize] = match lba - SECOND {
                0..3 => 0x3000_0000,
                3 | 4 => 0x4000_0000,
                5 => 0x5000_0000,
                6 => 2,
                7 => 3,
                _ => 0x2000_0000,
            };
        }
        (prefix[9], suffix[9], prefix[4], suffix[5]) = (0x1000_0000, 0x1000_0000, 1, 1);
        image.block(76, Packed::None, 16, &range(4, 5, 0..16));
        // What a form 1 sector has behind its data; 280 bytes of 288. Of form 2 there are four.
        let own = |lba: i32, cut: std::ops::Range<usize>| {
            let mut own = range(lba, lba + 1, cut);
            own.resize(288, 0);
            own
        };
        let own = [own(5, 2064..2352), own(SECOND + 6, 2072..2352), own(SECOND + 7, 2348..2352)].concat();
        image.block(77, Packed::Lzma, 288, &own);
        let bytes = |marks: &[u32]| marks.iter().flat_map(|&mark| le32(mark)).collect::<Vec<u8>>();
        image.table(76, Packed::Lzma, &bytes(&prefix), 4);
        image.table(77, Packed::None, &bytes(&suffix), 4);
        image.block(78, Packed::Lzma, 8, &range(0, END, 16..24));
    }
    let entries: Vec<u8> = table.iter().flat_map(|entry| entry.to_le_bytes()).collect();
    image.table(1, if old { Packed::None } else { Packed::Lzma }, &entries, 8);
    image.block(71, Packed::LzmaOfChannels, 96, &(0..END).flat_map(interleaved).collect::<Vec<u8>>());
    image.block(75, Packed::None, 13, b"4006381333931");
    image.tracks(&[
        (0, 1, -45_150, -151, 0, 1, &[], 0),
        (1, 2, 0, 19, 150, 1, &[], 4),
        (2, 0, 20, 29, 4, 1, b"USRC17607839", 2),
        (3, 3, i64::from(SECOND) - 150, i64::from(END) - 1, 150, 2, &[], 4),
    ]);
    if !old {
        image.indexes(&[(1, 0, -150), (1, 1, 0), (2, 0, 20), (2, 1, 24), (2, 2, 27)]);
    }
    image.finish(15)
}

/// A CD as Aaru writes it.
pub fn cd(folder: &Path) -> PathBuf {
    let path = folder.join("disc.aaruf");
    fs::write(&path, image(false)).unwrap();
    path
}

/// A DVD of two layers.
pub fn dvd_image() -> Vec<u8> {
    let mut image = Image::new();
    let user: Vec<u8> = (0..40).flat_map(|lba| fill(lba, 2048)).collect();
    let (first, second) = user.split_at(32 * 2048);
    let blocks = [image.block(1, Packed::Lzma, 2048, first), image.block(1, Packed::None, 2048, second)];
    let entry = |lba: u64| (blocks[lba as usize / 32] << SHIFT) | (lba % 32);
    let entries: Vec<u8> = (0..40).flat_map(|lba| entry(lba).to_le_bytes()).collect();
    image.table(1, Packed::Lzma, &entries, 8);
    let mut pfi = vec![0; 2048 + 4];
    pfi[4..8].copy_from_slice(&[0x01, 0x02, 0x31, 0x10]);
    pfi[9..12].copy_from_slice(&[3, 0, 0]);
    pfi[17..20].copy_from_slice(&[3, 0, 15]);
    image.block(8, Packed::None, 2052, &pfi);
    image.block(12, Packed::Lzma, 2048, &[9; 2048]);
    image.block(11, Packed::None, 188, &[7; 188]);
    image.finish(40)
}

/// A DVD.
pub fn dvd(folder: &Path) -> PathBuf {
    let path = folder.join("film.aif");
    fs::write(&path, dvd_image()).unwrap();
    path
}
