//! Easy CD Creator images, made from what is told of the layout.
#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::fs;
use std::path::{Path, PathBuf};

use super::parts::{audio, fill, form1, le16, le32};

/// A track.
pub struct Track {
    pub kind: u16,
    pub sectors: u32,
    /// How many are stored.
    pub stored: u32,
    pub first: i32,
    pub title: &'static str,
}

/// Mode 1 and two audio tracks, the first shorter than tracks can be; in a second session XA.
pub fn tracks() -> [Vec<Track>; 2] {
    let track = |kind, sectors, stored, first, title| Track { kind, sectors, stored, first, title };
    [
        vec![track(1, 310, 310, 0, ""), track(0, 20, 300, 460, "Eins"), track(0, 301, 301, 760, "Zw\u{00f6}lf")],
        vec![track(4, 300, 300, 12_461, "")],
    ]
}

/// What is stored of a sector.
pub fn stored(kind: u16, lba: i32) -> Vec<u8> {
    match kind {
        0 => audio(lba),
        1 => fill(lba, 2048),
        2 => form1(lba)[16..16 + 2056].to_vec(),
        _ => form1(lba)[16..16 + 2332].to_vec(),
    }
}

/// A block: RIFF, the length from the kind on, the kind, the content, filled up to an even length.
pub fn block(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut out = [b"RIFF", &le32(content.len() as u32 + 4)[..], kind, content].concat();
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

/// The description of the disc.
pub fn disc(sessions: &[Vec<Track>]) -> Vec<u8> {
    let mut out = vec![0x77; 8];
    let titles = b"A disc\0Somebody\0";
    let len = 16 + titles.len() as u16;
    let count: usize = sessions.iter().map(Vec::len).sum();
    out.extend([len, sessions.len() as u16, count as u16, 6, len, 0, 2, 0].iter().flat_map(|&value| le16(value)));
    out.extend(titles);
    for (n, tracks) in sessions.iter().enumerate() {
        out.extend([18, tracks.len() as u16, 1, 1, 0, if n == 0 { 1 } else { 3 }, 0, 0, 0].iter().flat_map(|&value| le16(value)));
        for track in tracks {
            let title: Vec<u8> = track.title.chars().map(|c| c as u8).chain([0]).collect();
            let len = if track.kind == 0 { 293 + title.len() } else { 24 + 272 };
            let mut item = le16(len as u16).to_vec();
            item.extend(le16(0));
            item.extend(le32(track.sectors));
            item.extend([0, track.kind, 0, 0, 0, 4, 0, 2352].iter().flat_map(|&value| le16(value)));
            if track.kind == 0 {
                item.resize(229, 0);
                item.extend(b"USRC17607839");
                item.resize(293, 0);
                item.extend(title);
            }
            item.resize(len, 0);
            out.extend(item);
        }
    }
    out
}

/// The list of places; each track is told with its length and where it begins, both from its kind on.
pub fn places(sessions: &[Vec<Track>], mut at: u32) -> Vec<u8> {
    let mut out = vec![0x88; 8];
    out.extend(le16(sessions.iter().map(Vec::len).sum::<usize>() as u16));
    for track in sessions.iter().flatten() {
        let len = 4 + track.stored * stored(track.kind, 0).len() as u32;
        out.extend([b"RIFF", &le32(len)[..], if track.kind == 0 { b"adio" } else { b"info" }, &le32(at), &[0; 6]].concat());
        at += len;
    }
    out
}

/// An image.
pub fn image(sessions: &[Vec<Track>]) -> Vec<u8> {
    let mut data = vec![0x55; 20];
    for track in sessions.iter().flatten() {
        data.extend(if track.kind == 0 { b"adio" } else { b"info" });
        (0..track.stored as i32).for_each(|n| data.extend(stored(track.kind, track.first + n)));
    }
    [block(b"imag", &data), block(b"disc", &disc(sessions)), block(b"ofs ", &places(sessions, 12 + 20))].concat()
}

/// A CD of two sessions.
pub fn cd(folder: &Path) -> PathBuf {
    let path = folder.join("disc.cif");
    fs::write(&path, image(&tracks())).unwrap();
    path
}
