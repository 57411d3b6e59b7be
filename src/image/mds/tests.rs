//! Tests of the MDS format.

use std::path::PathBuf;

use super::blocks::*;
use super::{parse, structures, write};
use crate::disc::{DiscType, Lba};
use crate::image::hostile::damage;
use crate::image::{At, Fault, Flaw, Limits};

fn parse_file(bytes: &[u8]) -> Result<Mds, Flaw> {
    parse::parse(bytes, &Limits::default())
}

fn corpus(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(name);
    if !path.exists() {
        println!("skipped: the sample {name} is not here");
        return None;
    }
    Some(path)
}

fn track(number: u8, mode: u8, start: i32, length: u32, offset: u64) -> TrackBlock {
    let control = if mode == 0xA9 { 0 } else { 4 };
    TrackBlock {
        mode,
        subchannel: false,
        control,
        number,
        sector_size: 2352,
        start: Lba(start),
        offset,
        pregap: 0,
        length,
        files: 0,
    }
}

fn cd(tracks: Vec<TrackBlock>) -> Mds {
    let end = tracks.last().map(|track| track.start + track.length).unwrap();
    let session = SessionBlock { start: Lba(-150), end, number: 1, disc_type: DiscType::Xa, tracks };
    Mds { medium: 0, sessions: vec![session], files: vec![vec!["*.mdf".into()]], layers: vec![], bca: vec![], dpm: vec![] }
}

fn rich_cd() -> Mds {
    let mut mds = cd(vec![track(1, 0xAA, 0, 300, 0), track(2, 0xA9, 300, 200, 300 * 2352)]);
    let mut second = track(3, 0xEC, 500 + 11400, 100, 0);
    second = TrackBlock { sector_size: 2448, subchannel: true, pregap: 150, files: 1, ..second };
    mds.sessions.push(SessionBlock {
        start: Lba(11750),
        end: Lba(12000),
        number: 2,
        disc_type: DiscType::CdDaOrRom,
        tracks: vec![second],
    });
    mds.files.push(vec!["Träck.mdf".into(), "Träck.md1".into()]);
    mds.dpm = vec![[&[1, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 2, 0, 0, 0][..], &[9; 8]].concat(), vec![0; 16]];
    mds
}

fn dvd(layers: Vec<Vec<u8>>) -> Mds {
    let mut only = track(1, 0x02, 0, 5000, 0);
    only.sector_size = 2048;
    let session = SessionBlock { start: Lba(0), end: Lba(5000), number: 1, disc_type: DiscType::CdDaOrRom, tracks: vec![only] };
    Mds { medium: DVD, sessions: vec![session], files: vec![vec!["*.mdf".into()]], layers, bca: vec![5; 188], dpm: vec![] }
}

#[test]
fn what_is_written_is_read() {
    for mds in [rich_cd(), dvd(vec![]), dvd(vec![vec![0; LAYER_LEN]]), dvd(structures::with_layer_break(5000, 3200))] {
        assert_eq!(parse_file(&write::descriptor(&mds)).unwrap(), mds);
    }
}

/// The samples lie as Alcohol's own files do. Ours differ in nothing but the CONTROL of A1 and A2, where we take that of the last track.
#[test]
fn descriptors_are_laid_out_as_in_the_samples() {
    for name in ["synthetic/mds/cd1.mds", "synthetic/mds/dvd1.mds"] {
        let Some(path) = corpus(name) else { continue };
        let bytes = std::fs::read(path).unwrap();
        let mut ours = write::descriptor(&parse_file(&bytes).unwrap());
        if name.contains("cd1") {
            assert_eq!([ours[0xCA], ours[0x11A]], [0x10, 0x10]);
            (ours[0xCA], ours[0x11A]) = (0x14, 0x14);
        }
        assert_eq!(ours, bytes, "{name}");
    }
}

#[test]
fn encrypted_descriptors_are_told_apart() {
    for name in ["mdsx/test.mds", "mdsx/test.mdx", "mdsx/test_pass.mds"] {
        let Some(path) = corpus(name) else { continue };
        let flaw = parse_file(&std::fs::read(path).unwrap()).unwrap_err();
        assert!(matches!(flaw.fault, Fault::Unsupported { what } if what.starts_with("MDS version 2")), "{flaw}");
    }
}

#[test]
fn older_versions_and_8_bit_names_are_read() {
    let mds = cd(vec![track(1, 0xAA, 0, 300, 0)]);
    let mut bytes = write::descriptor(&mds);
    let name = bytes.len() - 12;
    let footer = name - 16;
    bytes[footer + 4] = 0;
    bytes.truncate(name);
    bytes.extend(b"Disk\xE4 1.mdf\0");
    for minor in [3, 4, 5] {
        bytes[0x11] = minor;
        assert_eq!(parse_file(&bytes).unwrap().files, [["Diskä 1.mdf"]]);
    }
    bytes.pop();
    let flaw = parse_file(&bytes).unwrap_err();
    assert_eq!((flaw.at, flaw.to_string().as_str()), (At::Offset(name as u64), "the zero at the end of a file name is missing"));
}

#[test]
fn the_layer_break_is_read_from_both_track_paths() {
    let opposite = structures::with_layer_break(4_000_000, 2_000_016);
    assert_eq!(structures::layer_break(&opposite), Some(2_000_016));
    let mut parallel = opposite.clone();
    let pfi = 4 + 2048;
    parallel[0][pfi + 2] = 0x21;
    parallel[0][pfi + 9..pfi + 12].copy_from_slice(&[0x03, 0x00, 0x0F]);
    assert_eq!(structures::layer_break(&parallel), Some(16));
    let mut single = opposite;
    single[0][pfi + 2] = 0x01;
    assert_eq!(structures::layer_break(&single), None);
    assert_eq!(structures::layer_break(&[]), None);
    assert_eq!(structures::layer_break(&[vec![0x21; 10]]), None);
}

fn flaw_with(mds: &Mds, at: usize, value: &[u8]) -> (At, String) {
    let mut bytes = write::descriptor(mds);
    bytes[at..at + value.len()].copy_from_slice(value);
    let flaw = parse_file(&bytes).unwrap_err();
    (flaw.at, flaw.fault.to_string())
}

#[test]
fn counts_and_offsets_are_held_against_the_file() {
    let mds = cd(vec![track(1, 0xAA, 0, 300, 0), track(2, 0xA9, 300, 200, 300 * 2352)]);
    let (session, tracks) = (0x60, 0x78);
    let first = tracks + 3 * 80;
    let cases: [(usize, &[u8], u64, &str); 12] = [
        (0x14, &[0, 0], 0x14, "the number of sessions is 0"),
        (0x14, &[0xFF, 0xFF], 0x14, "the number of sessions is 65535"),
        (0x50, &[0xFF; 4], 0xFFFF_FFFF, "the list of sessions is cut short"),
        (0x50, &[0x57, 0, 0, 0], 0x57, "the places of two tables, which overlap, contradict each other"),
        (session + 10, &[0], session as u64 + 10, "a track of the session is missing"),
        (session + 10, &[255], tracks as u64, "the list of tracks is cut short"),
        (session + 20, &[0x60, 0, 0, 0], 0x60, "the places of two tables, which overlap, contradict each other"),
        (first + 0x0C, &[0; 4], first as u64 + 0x0C, "the offset of a track's length is 0"),
        (first + 0x10, &[0; 2], first as u64 + 0x10, "the sector size of a track is 0"),
        (first + 0x24, &[0xFF; 4], first as u64 + 0x24, "the start of a track is 4294967295"),
        (first + 0x30, &[0xFF; 4], first as u64 + 0x30, "too many data files"),
        (first + 0x34, &[0xFF; 4], 0xFFFF_FFFF, "the list of data files is cut short"),
    ];
    for (at, value, place, what) in cases {
        let (found_at, found) = flaw_with(&mds, at, value);
        assert!(found.starts_with(what), "{found} instead of {what}");
        assert_eq!(found_at, At::Offset(place), "{what}");
    }
}

/// A hundred blocks that are all the same bytes would take a hundred times the file.
#[test]
fn position_measurements_cannot_multiply() {
    let mut mds = rich_cd();
    mds.dpm = (0..100).map(|_| [&[0; 12][..], &[100, 0, 0, 0], &[1; 400]].concat()).collect();
    let mut bytes = write::descriptor(&mds);
    assert_eq!(parse_file(&bytes).unwrap().dpm.len(), 100);
    let dpm = u32::from_le_bytes(bytes[0x54..0x58].try_into().unwrap()) as usize;
    let all_in_one = bytes[dpm + 4..dpm + 8].to_vec();
    for n in 0..100 {
        bytes[dpm + 4 + n * 4..dpm + 8 + n * 4].copy_from_slice(&all_in_one);
    }
    bytes[dpm + 4 + 400 + 12..][..4].copy_from_slice(&9000u32.to_le_bytes());
    assert!(parse_file(&bytes).unwrap_err().to_string().contains("a place of its own"));
}

#[test]
fn damage_is_survived() {
    damage(&write::descriptor(&rich_cd()), |bad| drop(parse_file(bad)));
    // The structures of a DVD are opaque, but for the byte that tells the layers.
    let whole = write::descriptor(&dvd(vec![vec![0; LAYER_LEN]]));
    for len in (0..whole.len()).step_by(61).chain(whole.len() - 200..whole.len()) {
        assert!(parse_file(&whole[..len]).is_err());
    }
}
