//! What redumper leaves of a disc, made from what is told of its files.
#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::parts::{audio, form1, mode1, subchannel};

/// By how many samples the sectors are off.
pub const OFFSET: i64 = -647;
/// Where the first session ends.
pub const LEAD_OUT: i32 = 320;
/// Where the second session begins, with its pregap 150 sectors before.
pub const SECOND: i32 = LEAD_OUT + 11_400;
/// Where it ends.
pub const END: i32 = SECOND + 20;

/// A sector as it should be read: mode 1, audio from 200 on, in the second session XA.
pub fn sector(lba: i32) -> Vec<u8> {
    match lba {
        ..200 => mode1(lba),
        200..LEAD_OUT => audio(lba),
        _ => form1(lba),
    }
}

/// The scrambler, bit by bit (ECMA-130, annex B).
pub fn scrambled(mut sector: Vec<u8>) -> Vec<u8> {
    let mut register = 1u16;
    for byte in &mut sector[12..] {
        for bit in 0..8 {
            *byte ^= ((register & 1) as u8) << bit;
            register = register >> 1 | ((register ^ register >> 1) & 1) << 14;
        }
    }
    sector
}

/// The subchannel of a sector, channel by channel: track 2 begins at 260, its pregap at 200.
pub fn packed(lba: i32) -> Vec<u8> {
    match lba {
        ..200 => subchannel(lba, 4, 1, u32::from(lba >= 0), 0),
        200..LEAD_OUT => subchannel(lba, 0, 2, u32::from(lba >= 260), 260),
        _ => subchannel(lba, 4, 3, u32::from(lba >= SECOND), SECOND),
    }
}

/// The same as it comes from the disc: each byte has one bit of each channel.
pub fn interleaved(packed: &[u8]) -> Vec<u8> {
    let bit = |channel: usize, n: usize| packed[channel * 12 + n / 8] >> (7 - n % 8) & 1;
    (0..96).map(|n| (0..8).fold(0, |byte, channel| byte << 1 | bit(channel, n))).collect()
}

/// The full table of contents (READ TOC, format 2).
pub fn full_toc() -> Vec<u8> {
    let time = |lba: i32| {
        let frames = lba + 150;
        [(frames / 4500) as u8, (frames / 75 % 60) as u8, (frames % 75) as u8]
    };
    let point = |session: u8, control: u8, point: u8, time: [u8; 3]| {
        let [minute, second, frame] = time;
        [session, 0x10 | control, 0, point, 0, 0, 0, 0, minute, second, frame]
    };
    let points = [
        point(1, 4, 0xA0, [1, 0, 0]),
        point(1, 0, 0xA1, [2, 0, 0]),
        point(1, 0, 0xA2, time(LEAD_OUT)),
        point(1, 4, 1, time(0)),
        point(1, 2, 2, time(260)),
        [1, 0x54, 0, 0xB0, 0, 0, 0, 0, 79, 59, 74],
        point(2, 4, 0xA0, [3, 0x20, 0]),
        point(2, 4, 0xA1, [3, 0, 0]),
        point(2, 4, 0xA2, time(END)),
        point(2, 4, 3, time(SECOND)),
    ];
    let mut out = (points.len() as u16 * 11 + 2).to_be_bytes().to_vec();
    out.extend([1, 2]);
    out.extend(points.as_flattened());
    out
}

/// The short table of contents (READ TOC, format 0).
pub fn toc() -> Vec<u8> {
    let mut out = (4u16 * 8 + 2).to_be_bytes().to_vec();
    out.extend([1, 3]);
    for (control, number, at) in [(0x14, 1, 0), (0x12, 2, 260), (0x14, 3, SECOND), (0x14, 0xAA, END)] {
        out.extend([0, control, number, 0]);
        out.extend(at.to_be_bytes());
    }
    out
}

fn write(path: PathBuf, at: i64, bytes: &[u8]) {
    let mut file = File::options().create(true).truncate(false).write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.write_all(bytes).unwrap();
}

/// A dump of two sessions, in which sector 5 was not read and sector 270 has errors. What lies before and between the sessions is left empty.
pub fn set(folder: &Path) -> PathBuf {
    for (from, to) in [(0, LEAD_OUT), (SECOND, END)] {
        let sectors: Vec<u8> = (from..to)
            .flat_map(|lba| match lba {
                5 => vec![0; 2352],
                200..LEAD_OUT => sector(lba),
                _ => scrambled(sector(lba)),
            })
            .collect();
        let first = (i64::from(from) + 45_150) * 588 + OFFSET;
        write(folder.join("disc.scram"), first * 4, &sectors);
        let states: Vec<u8> = (from..to)
            .flat_map(|lba| match lba {
                5 => [0; 588],
                270 => std::array::from_fn(|n| if n == 587 { 1 } else { 4 }),
                _ => [4; 588],
            })
            .collect();
        write(folder.join("disc.state"), first, &states);
        let channels: Vec<u8> = (from..to).flat_map(|lba| interleaved(&packed(lba))).collect();
        write(folder.join("disc.subcode"), (i64::from(from) + 45_150) * 96, &channels);
    }
    fs::write(folder.join("disc.toc"), toc()).unwrap();
    let path = folder.join("disc.fulltoc");
    fs::write(&path, full_toc()).unwrap();
    path
}
