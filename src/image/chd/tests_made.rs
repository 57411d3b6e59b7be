//! Files built by hand: versions that nobody writes any more, metadata of all kinds, and files that are broken on purpose.

use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::header::{self, Parent};
use super::hunks::{Hunks, crc16};
use super::map::{self, Entry, Kind, Sum};
use super::metadata::{self, Piece};
use super::{map_write, open as opening};
use crate::bytes::{Blocks, Bytes, Unpacked, read_some};
use crate::disc::sector::{Form, Slice};
use crate::disc::{Medium, TrackMode};
use crate::image::testing::{open, sectors, shape};
use crate::image::{self, Fault, Limits, hostile};

pub const FRAME: usize = 2448;

fn deflated(raw: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(raw).unwrap();
    encoder.finish().unwrap()
}

/// Frames of raw data sectors, each with bytes of its own.
fn frames(count: usize, first: u8) -> Vec<u8> {
    let mut all = vec![0; count * FRAME];
    for (frame, n) in all.chunks_mut(FRAME).zip(first..) {
        crate::disc::sector::frame(TrackMode::Mode1, crate::disc::Lba(0), frame);
        frame[16..2064].fill(n);
    }
    all
}

/// A CHD of version 3 or 4 with hunks of four frames: packed, stored, repeated bytes, as another, as the parent's.
pub fn old(version: u32, parent: Option<[u8; 20]>) -> (Vec<u8>, Vec<u8>) {
    let hunk = 4 * FRAME;
    let (one, two) = (frames(4, 1), frames(4, 9));
    let mini: Vec<u8> = std::iter::repeat_n(*b"CHD mini", hunk / 8).flatten().collect();
    let mut logical = [one.as_slice(), &two, &mini, &one].concat();
    let header_len = if version == 3 { 120 } else { 108 };
    let count = if parent.is_some() { 5 } else { 4 };
    let data = header_len + (count + 1) * 16;
    let packed = deflated(&one);
    let pieces = [piece(b"CHTR", &format!("TRACK:1 TYPE:MODE1_RAW SUBTYPE:NONE FRAMES:{}", count * 4))];
    let meta = data + packed.len() + hunk;
    let mut map = Vec::new();
    let mut entry = |at: u64, sum: u32, len: usize, flags: u8| {
        map.extend(at.to_be_bytes());
        map.extend(sum.to_be_bytes());
        map.extend((len as u16).to_be_bytes());
        map.extend([(len >> 16) as u8, flags]);
    };
    entry(data as u64, crc32fast::hash(&one), packed.len(), 1);
    entry((data + packed.len()) as u64, crc32fast::hash(&two), hunk, 2);
    entry(u64::from_be_bytes(*b"CHD mini"), crc32fast::hash(&mini), 0, 3);
    entry(0, 0, 0, 0x14);
    if parent.is_some() {
        entry(1, 0, 0, 0x15);
        logical.extend(&two);
    }
    map.extend(b"EndOfListCookie\0");
    let raw: [u8; 20] = sha1::Digest::finalize(sha1::Digest::chain_update(sha1::Sha1::default(), &logical)).into();
    let sha1 = if version == 3 { raw } else { metadata::sha1_of_all(&raw, &pieces) };
    let mut file = b"MComprHD".to_vec();
    file.extend((header_len as u32).to_be_bytes());
    file.extend(version.to_be_bytes());
    file.extend(u32::from(parent.is_some()).to_be_bytes());
    file.extend(1u32.to_be_bytes());
    file.extend((count as u32).to_be_bytes());
    file.extend((logical.len() as u64).to_be_bytes());
    file.extend((meta as u64).to_be_bytes());
    let parent = parent.unwrap_or_default();
    if version == 3 {
        file.extend([0; 32]);
        file.extend((hunk as u32).to_be_bytes());
        file.extend(sha1);
        file.extend(parent);
    } else {
        file.extend((hunk as u32).to_be_bytes());
        file.extend(sha1);
        file.extend(parent);
        file.extend(raw);
    }
    assert_eq!(file.len(), header_len);
    file.extend(map);
    file.extend(packed);
    file.extend(&two);
    file.extend(metadata::write(&pieces, meta as u64));
    (file, logical)
}

pub fn piece(tag: &[u8; 4], text: &str) -> Piece {
    Piece::new(tag, [text.as_bytes(), b"\0"].concat())
}

/// A CHD of version 5: these bytes, in stored hunks of `hunk` bytes, with these metadata; `change` may break the entries.
pub fn new(logical: &[u8], hunk: usize, unit: u32, pieces: &[Piece], change: impl FnOnce(&mut Vec<Entry>)) -> Vec<u8> {
    let meta = metadata::write(pieces, 124);
    let mut padded = logical.to_vec();
    padded.resize(logical.len().next_multiple_of(hunk), 0);
    let mut at = (124 + meta.len()) as u64;
    let mut entries = Vec::new();
    for bytes in padded.chunks(hunk) {
        entries.push(Entry { kind: Kind::Stored, at, len: hunk as u32, sum: Sum::Crc16(crc16(bytes)) });
        at += hunk as u64;
    }
    change(&mut entries);
    let mut file = b"MComprHD".to_vec();
    file.extend(124u32.to_be_bytes());
    file.extend(5u32.to_be_bytes());
    file.extend(b"zlib");
    file.extend([0; 12]);
    file.extend((logical.len() as u64).to_be_bytes());
    file.extend(at.to_be_bytes());
    file.extend((if pieces.is_empty() { 0u64 } else { 124 }).to_be_bytes());
    file.extend((hunk as u32).to_be_bytes());
    file.extend(unit.to_be_bytes());
    file.resize(124, 0);
    file.extend(meta);
    file.extend(padded);
    file.extend(map_write::write(&entries));
    file
}

fn cd(frames: &[u8], pieces: &[Piece]) -> Vec<u8> {
    new(frames, 4 * FRAME, FRAME as u32, pieces, |_| {})
}

/// Writes the file beside nothing else, and opens it.
fn opened(bytes: &[u8]) -> Result<image::Image, image::Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.chd");
    std::fs::write(&path, bytes).unwrap();
    image::open(&path, Limits::default())
}

fn fault(bytes: &[u8]) -> String {
    opened(bytes).err().unwrap().fault.to_string()
}

#[test]
fn versions_three_and_four() {
    for version in [3, 4] {
        let (file, logical) = old(version, None);
        let image = opened(&file).unwrap();
        assert_eq!(shape(image.disc()), [(1, TrackMode::Mode1, 0, 150, 16)]);
        let found = sectors(&image.reader, 0, 16, Form::main(Slice::RAW));
        assert!(found.chunks(2352).zip(logical.chunks(FRAME)).all(|(found, frame)| found == &frame[..2352]), "{version}");
    }
}

/// A parent is found by its hash whatever its name is, in the same folder and in the one above.
#[test]
fn a_parent_is_found_by_its_hash() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let (parent, _) = old(4, None);
    let sha1 = header::parse(&parent).unwrap().sha1.unwrap();
    let (child, logical) = old(4, Some(sha1));
    let path = inner.join("child.chd");
    std::fs::write(&path, child).unwrap();
    let missing = image::open(&path, Limits::default()).err().unwrap();
    let hex: String = sha1.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(matches!(&missing.fault, Fault::PartMissing { name } if name.contains(&hex)), "{missing}");
    for place in [inner.join("zz.CHD"), folder.path().join("other name.chd")] {
        std::fs::write(inner.join("aa.chd"), b"no CHD").unwrap();
        std::fs::write(&place, &parent).unwrap();
        let image = open(&path);
        assert_eq!((shape(image.disc()), image.files.len()), (vec![(1, TrackMode::Mode1, 0, 150, 20)], 2));
        let found = sectors(&image.reader, 16, 4, Form::main(Slice::RAW));
        assert!(found.chunks(2352).zip(logical[16 * FRAME..].chunks(FRAME)).all(|(found, frame)| found == &frame[..2352]));
        drop(image);
        std::fs::remove_file(&place).unwrap();
    }
}

/// A file that names itself as its parent, and two that name each other.
#[test]
fn parents_in_a_circle_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = old(4, Some([7; 20])).0;
    file[48..68].fill(7);
    let path = folder.path().join("self.chd");
    std::fs::write(&path, file).unwrap();
    assert!(matches!(image::open(&path, Limits::default()).err().unwrap().fault, Fault::TooMany { .. }));
}

#[test]
fn gaps_of_all_kinds() {
    let bytes = frames(24, 1);
    let tracks = [
        piece(b"CHT2", "TRACK:1 TYPE:AUDIO SUBTYPE:NONE FRAMES:6 PREGAP:2 PGTYPE:VAUDIO PGSUB:NONE POSTGAP:0"),
        piece(b"CHT2", "TRACK:2 TYPE:MODE1_RAW SUBTYPE:NONE FRAMES:5 PREGAP:150 PGTYPE:MODE1 PGSUB:NONE POSTGAP:3"),
        piece(b"CHT2", "TRACK:3 TYPE:AUDIO SUBTYPE:NONE FRAMES:4 PREGAP:0 PGTYPE:MODE1 PGSUB:NONE POSTGAP:0"),
    ];
    let image = opened(&cd(&bytes, &tracks)).unwrap();
    let expected = [(1, TrackMode::Audio, 2, 152, 4), (2, TrackMode::Mode1, 156, 150, 8), (3, TrackMode::Audio, 164, 0, 4)];
    assert_eq!((shape(image.disc()), image.disc().medium), (expected.to_vec(), Medium::Cd));
    // Track 2 begins at frame 8, because 6 frames are filled up to 8, and track 3 at 16.
    let user = sectors(&image.reader, 156, 8, Form::main(Slice::COOKED));
    assert!(user.chunks(2048).zip([9, 10, 11, 12, 13, 0, 0, 0]).all(|(sector, byte)| sector.iter().all(|&b| b == byte)));
    let audio = sectors(&image.reader, 164, 1, Form::main(Slice::RAW));
    assert_eq!((&audio[..4], audio[16]), (&[0xFF, 0, 0xFF, 0xFF][..], 17), "big-endian");
}

#[test]
fn gd_roms_have_two_areas() {
    // The pad to 45000 need not be there: a hunk may be as another, and so may all.
    let bytes = frames(8, 1);
    let tracks = [
        piece(b"CHGD", "TRACK:1 TYPE:MODE1_RAW SUBTYPE:NONE FRAMES:44996 PAD:44992 PREGAP:0 PGTYPE:MODE1 PGSUB:NONE POSTGAP:0"),
        piece(b"CHGD", "TRACK:2 TYPE:AUDIO SUBTYPE:NONE FRAMES:4 PAD:2 PREGAP:0 PGTYPE:MODE1 PGSUB:NONE POSTGAP:0"),
        piece(b"CHGD", "TRACK:3 TYPE:MODE1_RAW SUBTYPE:NONE FRAMES:4 PAD:0 PREGAP:0 PGTYPE:MODE1 PGSUB:NONE POSTGAP:0"),
    ];
    let mut whole = bytes;
    whole.resize(45_008 * FRAME, 0);
    let file = new(&whole[..45_004 * FRAME], 4 * FRAME, FRAME as u32, &tracks, |_| {});
    let image = opened(&file).unwrap();
    assert_eq!((image.disc().medium, image.disc().sessions.len()), (Medium::Gd, 2));
    let expected =
        [(1, TrackMode::Mode1, 0, 150, 4), (2, TrackMode::Audio, 44_996, 44_992, 2), (3, TrackMode::Mode1, 45_000, 2, 4)];
    assert_eq!(shape(image.disc()), expected);
}

/// Before chdman knew DVDs, an ISO became a CD of one track that is longer than any CD.
#[test]
fn a_dvd_as_one_long_track_is_a_dvd() {
    let text = "TRACK:1 TYPE:MODE1 SUBTYPE:NONE FRAMES:500000 PREGAP:0 PGTYPE:MODE1 PGSUB:NONE POSTGAP:0";
    let hunk = 8 * FRAME;
    let mut logical = vec![0; hunk];
    logical.chunks_mut(FRAME).zip(1..).for_each(|(frame, n)| frame[..2048].fill(n));
    let one = crc16(&logical);
    let own = |_| Entry { kind: Kind::Own, at: 0, len: 0, sum: Sum::None };
    let mut file = new(&logical, hunk, FRAME as u32, &[piece(b"CHT2", text)], |entries| {
        assert_eq!(entries[0].sum, Sum::Crc16(one));
        entries.extend((1..62_500).map(own));
    });
    file[32..40].copy_from_slice(&(500_000 * FRAME as u64).to_be_bytes());
    let image = opened(&file).unwrap();
    assert_eq!((image.disc().medium, shape(image.disc())), (Medium::Dvd, vec![(1, TrackMode::Dvd, 0, 0, 500_000)]));
    assert!(sectors(&image.reader, 499_999, 1, Form::main(Slice::COOKED)).iter().all(|&byte| byte == 8));
}

/// One hunk of 8 KB says that 16 TB are as it is: nothing may be allocated for that before it is believed.
#[test]
fn bombs_are_refused() {
    let own = |_| Entry { kind: Kind::Own, at: 0, len: 0, sum: Sum::None };
    let mut file = new(&[1; 8192], 8192, 2048, &[piece(b"DVD ", "")], |entries| entries.extend((1..1000).map(own)));
    for bytes in [1 << 44, i64::MAX as u64, u64::MAX] {
        file[32..40].copy_from_slice(&bytes.to_be_bytes());
        let fault = fault(&file);
        assert!(fault.contains("hunks") || fault.contains("size"), "{fault}");
    }
    // Within the limits, but more than the map has.
    file[32..40].copy_from_slice(&(8192u64 * 5000).to_be_bytes());
    assert!(fault(&file).contains("map"));

    // A hunk that unpacks to a thousand times its size.
    let packed = deflated(&vec![0; 8 << 20]);
    let mut file = new(&[1; 8192], 8192, 2048, &[piece(b"DVD ", "")], |entries| {
        entries[0].kind = Kind::Packed(0);
        entries[0].len = packed.len() as u32;
    });
    let start = 124 + metadata::write(&[piece(b"DVD ", "")], 124).len();
    file[start..start + packed.len()].copy_from_slice(&packed);
    let error = read(&file).unwrap_err();
    assert_eq!((error.kind(), error.to_string().contains("hunk 0")), (std::io::ErrorKind::InvalidData, true));
}

/// All bytes of a file without a parent.
fn read(file: &[u8]) -> std::io::Result<Vec<u8>> {
    let header = header::parse(file).unwrap();
    let file: Arc<dyn Bytes> = Arc::new(file.to_vec());
    let map = map::read(&header, &*file).unwrap();
    read_some(&Unpacked::new(Hunks::new(file, header, map, None)), 0, usize::MAX)
}

#[test]
fn a_damaged_hunk_is_named_and_the_others_are_read() {
    let bytes: Vec<u8> = (0..8192u32 * 4).map(|n| (n % 251) as u8).collect();
    let mut file = new(&bytes, 8192, 2048, &[], |_| {});
    file[124 + 8192 * 2 + 5] ^= 1;
    let header = header::parse(&file).unwrap();
    let source: Arc<dyn Bytes> = Arc::new(file);
    let hunks = Hunks::new(source.clone(), header.clone(), map::read(&header, &*source).unwrap(), None);
    let mut into = vec![0; 8192];
    for hunk in 0..4 {
        let result = hunks.decode(hunk, &mut into);
        match result {
            Ok(()) => assert!(hunk != 2 && into == bytes[hunk as usize * 8192..][..8192]),
            Err(error) => assert!(hunk == 2 && error.to_string().contains("hunk 2") && error.to_string().contains("checksum")),
        }
    }
}

#[test]
fn hunks_in_a_circle_and_behind_the_end() {
    for (entry, said) in [
        (Entry { kind: Kind::Own, at: 0, len: 0, sum: Sum::None }, "circle"),
        (Entry { kind: Kind::Own, at: 77, len: 0, sum: Sum::None }, "not there"),
        (Entry { kind: Kind::Stored, at: 1 << 40, len: 8192, sum: Sum::Crc16(0) }, "behind the end"),
        (Entry { kind: Kind::Packed(2), at: 124, len: 5, sum: Sum::Crc16(0) }, "codec"),
        (Entry { kind: Kind::Packed(0), at: 124, len: 0, sum: Sum::Crc16(0) }, "unpacked"),
        (Entry { kind: Kind::Packed(0), at: 124, len: 20_000, sum: Sum::Crc16(0) }, "longer"),
    ] {
        let file = new(&[1; 8192], 8192, 2048, &[], |entries| entries[0] = entry);
        let error = read(&file).unwrap_err();
        assert!(error.kind() == std::io::ErrorKind::InvalidData && error.to_string().contains(said), "{said}: {error}");
    }
}

#[test]
fn what_is_no_disc_says_what_it_is() {
    let with = |tag: &[u8; 4]| fault(&new(&[1; 8192], 8192, 512, &[piece(tag, "x")], |_| {}));
    assert!(with(b"GDDD").contains("hard disk") && with(b"AVAV").contains("laserdisc") && with(b"NONE").contains("does not say"));
    let mut tag = new(&[1; 8192], 8192, 512, &[], |_| {});
    tag[16..20].copy_from_slice(b"avhu");
    assert!(fault(&tag).contains("compression"));
    let odd = |text: &str| fault(&cd(&frames(4, 1), &[piece(b"CHT2", text)]));
    assert!(odd("TRACK:2 TYPE:AUDIO SUBTYPE:NONE FRAMES:4").contains("numbers of the tracks"));
    assert!(odd("TRACK:1 TYPE:AUDIO SUBTYPE:NONE FRAMES:-4").contains("FRAMES:-4"));
    assert!(odd("TRACK:1 TYPE:MODE9 SUBTYPE:NONE FRAMES:4").contains("MODE9"));
    assert!(odd("TRACK:1 TYPE:AUDIO SUBTYPE:NONE FRAMES:4000000000").contains("last track"));
    assert!(odd("TRACK:1 TYPE:AUDIO FRAMES:4 POSTGAP:4294967295").contains("frames"));
    assert!(odd("TRACK:1 SUBTYPE:NONE FRAMES:4").contains("TYPE"));
}

/// Damage anywhere in a small file of each kind is an error or another reading, and nothing worse.
#[test]
fn damaged_files_do_no_harm() {
    let text = "TRACK:1 TYPE:MODE1 SUBTYPE:RW_RAW FRAMES:1 PREGAP:0 PGTYPE:MODE1 PGSUB:NONE POSTGAP:0";
    let small = [1u8; FRAME];
    let head = |file: Vec<u8>, data: usize| [&file[..file.len() - data], &file[file.len() - data + FRAME - 64..]].concat();
    let five = new(&small, FRAME, FRAME as u32, &[piece(b"CHT2", text)], |entries| entries[0].len = 64);
    let tail = map_write::write(&[Entry { kind: Kind::Stored, at: 0, len: 64, sum: Sum::Crc16(1) }]).len();
    let four = old(4, None).0;
    for good in [head(five, FRAME + tail), four[..300].to_vec()] {
        hostile::damage(&good, |bad| opening::parse_anything(bad, &Limits::default()));
    }
}

#[test]
fn the_old_list_of_tracks() {
    for little in [false, true] {
        let number = |value: u32| if little { value.to_le_bytes() } else { value.to_be_bytes() };
        let mut list: Vec<u8> = number(2).to_vec();
        for track in [[1, 2, 2352, 0, 3, 1], [7, 2, 2352, 0, 4, 0]] {
            list.extend(track.into_iter().flat_map(number));
        }
        list.resize(4 + 99 * 24, 0);
        let image = opened(&cd(&frames(8, 1), &[Piece::new(b"CHCD", list)])).unwrap();
        assert_eq!(shape(image.disc()), [(1, TrackMode::Mode1, 0, 150, 3), (2, TrackMode::Audio, 3, 0, 4)]);
    }
}

#[test]
fn a_parent_of_the_oldest_kind_is_named_by_its_md5() {
    assert_eq!(Parent::Md5([0xAB; 16]).to_string(), format!("MD5 {}", "ab".repeat(16)));
}
