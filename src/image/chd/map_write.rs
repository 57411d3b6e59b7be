//! Writes the map of version 5, as chdman does.

use super::bits::BitWriter;
use super::huffman::{codes, lengths_for, write_map_lengths};
use super::map::{Entry, Kind, Sum, stored};

/// The kinds of hunks in the map that stand for more than themselves.
const OWN: u8 = 5;
const RUN: u8 = 7;
const LONG_RUN: u8 = 8;
const OWN_AGAIN: u8 = 9;
const OWN_NEXT: u8 = 10;
/// The longest run: 3, 16 more, and what eight bits count.
const LONGEST: usize = 3 + 16 + 255;

/// The map of these hunks, packed. What is stored lies in the file in order, without gaps.
pub fn write(entries: &[Entry]) -> Vec<u8> {
    let kinds = kinds(entries);
    let lens =
        entries.iter().filter(|entry| matches!(entry.kind, Kind::Packed(_) | Kind::Stored)).map(|entry| u64::from(entry.len));
    let owns = entries.iter().zip(&kinds).filter(|(_, kind)| **kind == OWN).map(|(entry, _)| entry.at);
    let width = |most: Option<u64>| u64::BITS - most.unwrap_or(0).leading_zeros();
    let (len_bits, own_bits) = (width(lens.max()), width(owns.max()));
    let first = entries.iter().find(|entry| entry.kind != Kind::Own).map_or(0, |entry| entry.at);

    let mut bits = BitWriter::after(vec![0; 16]);
    let runs = runs(&kinds);
    let mut counts = [0u32; 16];
    runs.iter().for_each(|&code| counts[usize::from(code)] += 1);
    let lengths = lengths_for(&counts, 8);
    write_map_lengths(&lengths, &mut bits);
    let codes = codes(&lengths).unwrap_or_default();
    for code in runs {
        bits.put(u64::from(codes.get(usize::from(code)).copied().unwrap_or(0)), u32::from(lengths[usize::from(code)]));
    }
    for (entry, &kind) in entries.iter().zip(&kinds) {
        let Sum::Crc16(sum) = entry.sum else {
            if kind == OWN {
                bits.put(entry.at, own_bits);
            }
            continue;
        };
        if matches!(entry.kind, Kind::Packed(_)) {
            bits.put(u64::from(entry.len), len_bits);
        }
        bits.put(u64::from(sum), 16);
    }
    let mut bytes = bits.finish();
    let mut digest = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc16Ibm3740);
    entries.iter().for_each(|entry| digest.update(&stored(entry)));
    let len = (bytes.len() - 16) as u32;
    bytes[..4].copy_from_slice(&len.to_be_bytes());
    bytes[4..10].copy_from_slice(&first.to_be_bytes()[2..]);
    bytes[10..12].copy_from_slice(&(digest.finalize() as u16).to_be_bytes());
    bytes[12..14].copy_from_slice(&[len_bits as u8, own_bits as u8]);
    bytes
}

/// The kind of each hunk, where one that is as another follows from the one before it as such.
fn kinds(entries: &[Entry]) -> Vec<u8> {
    let mut last = 0;
    let kind = |entry: &Entry| match entry.kind {
        Kind::Packed(number) => number,
        Kind::Own => {
            let kind = match entry.at.checked_sub(last) {
                Some(0) => OWN_AGAIN,
                Some(1) => OWN_NEXT,
                _ => OWN,
            };
            last = entry.at;
            kind
        }
        _ => 4,
    };
    entries.iter().map(kind).collect()
}

/// The kinds with codes for runs of the same.
fn runs(kinds: &[u8]) -> Vec<u8> {
    let mut codes = Vec::new();
    let mut last = 0;
    for run in kinds.chunk_by(|one, other| one == other) {
        let mut left = run.len();
        if run[0] != last {
            last = run[0];
            codes.push(last);
            left -= 1;
        }
        while left > 0 {
            let now = match left {
                1 | 2 => {
                    codes.push(last);
                    1
                }
                3..=18 => {
                    codes.extend([RUN, (left - 3) as u8]);
                    left
                }
                _ => {
                    let now = left.min(LONGEST);
                    codes.extend([LONG_RUN, ((now - 19) >> 4) as u8, ((now - 19) & 15) as u8]);
                    now
                }
            };
            left -= now;
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::chd::header::Header;
    use crate::image::chd::map::read;

    #[test]
    fn what_is_written_is_read() {
        for hunks in [1usize, 5, 300, 5000] {
            let (mut place, mut entries) = (124, Vec::new());
            for n in 0..hunks as u64 {
                let packed =
                    |number, len| Entry { kind: Kind::Packed(number), at: place, len, sum: Sum::Crc16(n as u16 ^ 0x7700) };
                let own = |at| Entry { kind: Kind::Own, at, len: 0, sum: Sum::None };
                let entry = match n % 1000 {
                    3 => own(0),
                    4 => own(1),
                    5 => own(1),
                    6..=30 => own(n - 5),
                    31 => Entry { kind: Kind::Stored, ..packed(0, 4096) },
                    400..=405 => packed(1, 1),
                    406..=700 => packed(2, 77),
                    _ => packed(0, 100 + (n as u32 * 13) % 3000),
                };
                place += u64::from(entry.len);
                entries.push(entry);
            }
            let map = [vec![0; 124], write(&entries)].concat();
            let mut header = Header {
                version: 5,
                codecs: vec![crate::image::chd::codecs::Codec::Zlib],
                bytes: hunks as u64 * 4096,
                hunk: 4096,
                unit: 2048,
                hunks: hunks as u64,
                map: 124,
                metadata: None,
                parent: None,
                sha1: None,
                raw_sha1: None,
                md5: None,
            };
            let found = read(&header, &map).unwrap();
            for (entry, number) in entries.iter().zip(0..) {
                assert_eq!(found.entry(number).as_ref(), Some(entry), "{number} of {hunks}");
            }
            header.hunks += 1;
            assert!(hunks < 5 || read(&header, &map).is_err(), "a hunk too many is not there");
        }
    }
}
