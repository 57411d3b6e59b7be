//! BlindWrite images, made from what is told of the layout.
#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::fs;
use std::path::{Path, PathBuf};

use super::parts::{self, audio, form1, le16, le32, mode1, subchannel, utf16};

/// What a descriptor is made of.
#[derive(Default)]
pub struct Descriptor {
    pub profile: u16,
    pub mcn: Option<[u8; 13]>,
    pub cd_text: Vec<u8>,
    pub bca: Vec<u8>,
    pub structures: Vec<(u16, Vec<u8>)>,
    pub data: Vec<Data>,
    pub sessions: Vec<(i32, i32, Vec<Track>)>,
    pub dpm: Vec<u32>,
}

/// A run of sectors.
pub struct Data {
    pub audio: bool,
    pub size: u32,
    pub offset: u32,
    pub start: i32,
    pub sectors: u32,
    pub name: &'static str,
}

/// A point of the TOC.
pub struct Track {
    pub kind: u8,
    pub control: u8,
    pub point: u8,
    pub pmsf: [u8; 3],
    pub pregap: u32,
    pub start: i32,
    pub length: u32,
}

impl Track {
    pub fn new(kind: u8, point: u8, start: i32, pregap: u32, length: u32) -> Track {
        Track { kind, control: if kind == 1 { 0 } else { 4 }, point, pmsf: [0; 3], pregap, start, length }
    }
}

impl Descriptor {
    /// The bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        let cd = self.profile < 0x10;
        let mut structures = Vec::new();
        if !self.structures.is_empty() {
            structures.extend(le16(0));
            for (format, data) in &self.structures {
                structures.extend(le16(*format));
                structures.extend((data.len() as u16 + 2).to_be_bytes());
                structures.extend(le16(0));
                structures.extend(data);
            }
        }
        let (data, sessions) = (self.data(), self.sessions());
        let mut dpm = Vec::new();
        if !self.dpm.is_empty() {
            let len = self.dpm.len() as u32 * 4;
            let head = [1, 1, 0, 0, len, len, 0, 1, 0, 256, self.dpm.len() as u32];
            dpm = head.iter().chain(&self.dpm).flat_map(|&value| le32(value)).collect();
        }
        let mut out = b"BWT5 STREAM SIGN".to_vec();
        out.extend([2, 2, 6, 0, 0, 0, 0, 0].iter().flat_map(|&value| le32(value)));
        out.extend([le16(self.profile), le16(self.sessions.len() as u16)].concat());
        out.extend([2, 0, 0].iter().flat_map(|&value| le32(value)));
        out.push(self.mcn.is_some().into());
        out.extend(self.mcn.unwrap_or_default());
        out.extend([0; 2 + 16]);
        // Lengths: PMA, ATIP, CD-TEXT, information on a CD.
        out.extend([4, 28, self.cd_text.len() as u16, if cd { 56 } else { 0 }].iter().flat_map(|&value| le16(value)));
        out.extend(le32(self.bca.len() as u32));
        out.extend([0; 12]);
        out.extend([le32(structures.len() as u32), le32(if cd { 0 } else { 56 })].concat());
        assert_eq!(out.len(), 16 + 112);
        out.extend([0; 32]);
        out.extend(b"PLEXTOR CD-R   PREMIUM  1.07");
        out.extend([0x20; 20]);
        out.extend(b"VOLUME                          ");
        out.extend([60, 4, data.len() as u32, sessions.len() as u32, dpm.len() as u32].iter().flat_map(|&value| le32(value)));
        out.extend([0x2A; 60]);
        out.extend([0; 4]);
        out.extend([0x03; 4]);
        out.extend([0x04; 28]);
        for part in [&self.cd_text, &self.bca, &structures, &vec![0x55; 56], &data, &sessions, &dpm] {
            out.extend(part);
        }
        out.extend(le32(out.len() as u32 + 20));
        out.extend(b"BWT5 STREAM FOOT");
        out
    }

    fn data(&self) -> Vec<u8> {
        let drive = utf16("D:\\");
        let mut out = [le32(self.data.len() as u32), le32(drive.len() as u32)].concat();
        out.extend(drive);
        for data in &self.data {
            let kind = if data.audio { 0x8000 } else { 0x0001 };
            out.extend([kind, data.size * data.sectors, 0, 0, 0, 0, data.offset, 0, 0, 0].iter().flat_map(|&value| le32(value)));
            out.extend(data.start.to_le_bytes());
            let name = utf16(data.name);
            out.extend([le32(data.sectors), le32(name.len() as u32)].concat());
            out.extend(name);
            out.extend(le32(0));
        }
        out
    }

    fn sessions(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (number, (start, end, tracks)) in (1u16..).zip(&self.sessions) {
            let numbers = || tracks.iter().map(|track| u16::from(track.point)).filter(|point| *point < 100);
            out.extend(le16(number));
            out.extend([tracks.len() as u8, 3]);
            out.extend([start.to_le_bytes(), end.to_le_bytes()].concat());
            out.extend([le16(numbers().min().unwrap_or(0)), le16(numbers().max().unwrap_or(0))].concat());
            for track in tracks {
                let is_data = u8::from((2..6).contains(&track.kind));
                out.extend([track.kind, is_data, is_data, is_data]);
                out.extend(le32(is_data.into()));
                out.extend([4, 0, track.control, 1, track.point, 0, 0, 0, 0, 0]);
                out.extend(track.pmsf);
                out.push(u8::from(track.kind != 6));
                out.extend(le32(track.pregap));
                out.extend([0; 16]);
                out.extend([track.start.to_le_bytes(), track.length.to_le_bytes()].concat());
                out.extend([0; 8]);
                out.extend(le32(number.into()));
                out.extend(le16(0));
                if (1..6).contains(&track.kind) {
                    out.extend([0; 8]);
                }
            }
        }
        out
    }
}

/// Two sessions: data and audio with all of the subchannel, then XA with Q alone. The pregap of the first track is stored, too.
pub fn cd_descriptor() -> Descriptor {
    let point = |point, pmsf| Track { pmsf, ..Track::new(0, point, 0, 0, 0) };
    let data = |audio, size, offset, start, sectors, name| Data { audio, size, offset, start, sectors, name };
    let first = vec![
        point(0xA0, [1, 0, 0]),
        point(0xA1, [2, 0, 0]),
        point(0xA2, [0, 2, 30]),
        Track::new(2, 1, -150, 150, 150 + 20),
        Track { control: 2, ..Track::new(1, 2, 20, 4, 4 + 6) },
    ];
    let second = vec![point(0xA0, [3, 0x20, 0]), Track::new(4, 3, 11_280, 150, 150 + 8)];
    Descriptor {
        profile: 9,
        mcn: Some(*b"4006381333931"),
        data: vec![
            data(false, 2448, 0, -150, 170, "disc.b6i"),
            data(true, 2448, 170 * 2448, 20, 10, "disc.b6i"),
            data(false, 2368, 0, 11_430, 8, "DISC.001"),
        ],
        sessions: vec![(-150, 30, first), (11_280, 11_438, second)],
        dpm: vec![0, 100, 200],
        ..Descriptor::default()
    }
}

/// The sectors of that disc's first file: mode 1 from -150 to 20, then audio up to 30.
pub fn cd_sector(lba: i32) -> Vec<u8> {
    match lba {
        ..20 => [mode1(lba), subchannel(lba, 4, 1, u32::from(lba >= 0), 0)].concat(),
        20..30 => [audio(lba), subchannel(lba, 2, 2, u32::from(lba >= 24), 24)].concat(),
        _ => {
            let q = subchannel(lba, 4, 3, 1, 11_430);
            [form1(lba), q[12..24].to_vec(), vec![0; 4]].concat()
        }
    }
}

/// A CD of two sessions.
pub fn cd(folder: &Path) -> PathBuf {
    fs::write(folder.join("disc.b6i"), (-150..30).flat_map(cd_sector).collect::<Vec<u8>>()).unwrap();
    fs::write(folder.join("disc.001"), (11_430..11_438).flat_map(cd_sector).collect::<Vec<u8>>()).unwrap();
    let path = folder.join("disc.b6t");
    fs::write(&path, cd_descriptor().bytes()).unwrap();
    path
}

/// The control structures of a DVD with two layers, the first of 16 sectors.
pub fn pfi() -> Vec<u8> {
    let mut pfi = vec![0; 2048];
    pfi[..4].copy_from_slice(&[0x01, 0x02, 0x31, 0x10]);
    pfi[5..8].copy_from_slice(&[3, 0, 0]);
    pfi[13..16].copy_from_slice(&[3, 0, 15]);
    pfi
}

/// A DVD in two files.
pub fn dvd_descriptor() -> Descriptor {
    let data = |start, sectors, name| Data { audio: false, size: 2048, offset: 0, start, sectors, name };
    Descriptor {
        profile: 0x10,
        bca: vec![7; 188],
        structures: vec![(0, pfi()), (1, vec![1, 0, 0, 0]), (4, vec![9; 2048])],
        data: vec![data(0, 20, "C:\\My images\\film.b00"), data(20, 12, "C:\\My images\\film.b01")],
        sessions: vec![(0, 32, vec![Track::new(6, 1, 0, 0, 32)])],
        ..Descriptor::default()
    }
}

/// A DVD whose descriptor calls its first file by another name than it has.
pub fn dvd(folder: &Path) -> PathBuf {
    let sectors = |from: i32, to: i32| (from..to).flat_map(|lba| parts::fill(lba, 2048)).collect::<Vec<u8>>();
    fs::write(folder.join("film.b5i"), sectors(0, 20)).unwrap();
    fs::write(folder.join("film.b01"), sectors(20, 32)).unwrap();
    let measured: Vec<u8> = [1, 8, 1, 0, 256, 2, 11, 22].iter().flat_map(|&value| le32(value)).collect();
    fs::write(folder.join("film.bwa"), measured).unwrap();
    let path = folder.join("film.b5t");
    fs::write(&path, dvd_descriptor().bytes()).unwrap();
    path
}
