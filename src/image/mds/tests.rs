//! Tests of the MDS format.

use std::path::PathBuf;
use std::sync::Arc;

use md5::{Digest, Md5};

use super::blocks::*;
use super::{layout, mode, parse, structures, write};
use crate::bytes::Bytes;
use crate::disc::sector::{Form, Slice, SubKind, Worth};
use crate::disc::{Disc, DiscReader, DiscType, Lba, Medium, Track, TrackMode};
use crate::image::hostile::{damage, what};
use crate::image::{At, Error, ExtentReader, Fault, Flaw, Image, Limits, Part, PlanRequest, open};

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
        sub: None,
        control,
        number,
        sector_size: 2352,
        start: Lba(start),
        offset,
        pregap: 0,
        stored_pregap: None,
        length,
        files: 0,
    }
}

fn plain(session: SessionBlock, dvd: bool) -> Mds {
    Mds {
        version: Version::One,
        dvd,
        sessions: vec![session],
        files: vec![vec!["*.mdf".into()]],
        layers: vec![],
        bca: vec![],
        dpm: vec![],
        cd_text: vec![],
        key: None,
    }
}

fn cd(tracks: Vec<TrackBlock>) -> Mds {
    let end = tracks.last().map(|track| track.start + track.length).unwrap();
    let session = SessionBlock { start: Lba(-150), end, number: 1, disc_type: DiscType::Xa, tracks };
    plain(session, false)
}

fn rich_cd() -> Mds {
    let mut mds = cd(vec![track(1, 0xAA, 0, 300, 0), track(2, 0xA9, 300, 200, 300 * 2352)]);
    let mut second = track(3, 0xEC, 500 + 11400, 100, 0);
    second = TrackBlock { sector_size: 2448, sub: Some(SubKind::Interleaved), pregap: 150, files: 1, ..second };
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
    Mds { layers, bca: vec![5; 188], ..plain(session, true) }
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
        assert_eq!(parse_file(&bytes).unwrap().files, [[DataFile::from("Diskä 1.mdf")]]);
    }
    bytes.pop();
    let flaw = parse_file(&bytes).unwrap_err();
    assert_eq!((flaw.at, what(&flaw.fault)), (At::Offset(name as u64), "the zero at the end of a file name"));
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

fn flaw_with(mds: &Mds, at: usize, value: &[u8]) -> (At, &'static str) {
    let mut bytes = write::descriptor(mds);
    bytes[at..at + value.len()].copy_from_slice(value);
    let flaw = parse_file(&bytes).unwrap_err();
    (flaw.at, what(&flaw.fault))
}

#[test]
fn counts_and_offsets_are_held_against_the_file() {
    let mds = cd(vec![track(1, 0xAA, 0, 300, 0), track(2, 0xA9, 300, 200, 300 * 2352)]);
    let (session, tracks) = (0x60, 0x78);
    let first = tracks + 3 * 80;
    let cases: [(usize, &[u8], u64, &str); 12] = [
        (0x14, &[0, 0], 0x14, "the number of sessions"),
        (0x14, &[0xFF, 0xFF], 0x14, "the number of sessions"),
        (0x50, &[0xFF; 4], 0xFFFF_FFFF, "the list of sessions"),
        (0x50, &[0x57, 0, 0, 0], 0x57, "the places of two tables, which overlap,"),
        (session + 10, &[0], session as u64 + 10, "a track of the session"),
        (session + 10, &[255], tracks as u64, "the list of tracks"),
        (session + 20, &[0x60, 0, 0, 0], 0x60, "the places of two tables, which overlap,"),
        (first + 0x0C, &[0; 4], first as u64 + 0x0C, "the offset of a track's length"),
        (first + 0x10, &[0; 2], first as u64 + 0x10, "the sector size of a track"),
        (first + 0x24, &[0xFF; 4], first as u64 + 0x24, "the start of a track"),
        (first + 0x30, &[0xFF; 4], first as u64 + 0x30, "data files"),
        (first + 0x34, &[0xFF; 4], 0xFFFF_FFFF, "the list of data files"),
    ];
    for (at, value, place, what) in cases {
        let (found_at, found) = flaw_with(&mds, at, value);
        assert_eq!((found_at, found), (At::Offset(place), what));
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
    assert_eq!(what(&parse_file(&bytes).unwrap_err().fault), "the offset of a position measurement");
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

fn lay_out(mds: &Mds, data: Vec<u8>) -> Result<ExtentReader, String> {
    let bytes: Arc<dyn Bytes> = Arc::new(data);
    let opened = layout::layout(mds, &vec![bytes; mds.files.len()]).map_err(|flaw| flaw.to_string())?;
    ExtentReader::new(opened.disc, opened.extents).map_err(|inconsistent| inconsistent.to_string())
}

/// Sectors of this size that begin with their number.
fn numbered(size: usize, count: usize) -> Vec<u8> {
    let mut data = vec![0; size * count];
    data.chunks_mut(size).zip(0u32..).for_each(|(sector, n)| sector[..4].copy_from_slice(&n.to_le_bytes()));
    data
}

/// The number of the stored sector at this address; `None`: not stored.
fn stored_at(reader: &ExtentReader, lba: i32) -> Option<u32> {
    let mut sector = [0; 2352];
    let mut worth = [Worth::Good];
    reader.read(Lba(lba), Form::main(Slice::RAW), &mut sector, &mut worth).unwrap();
    (worth[0] != Worth::Synthesised).then(|| u32::from_le_bytes(sector[..4].try_into().unwrap()))
}

fn starts(disc: &Disc) -> Vec<(i32, u32, u32)> {
    disc.tracks().map(|(_, track)| (track.start.0, track.pregap, track.length)).collect()
}

/// Nothing in the file says whether the pregap of a track is stored; the offsets show it.
#[test]
fn stored_pregaps_are_told_by_the_offsets() {
    let raw = |n: u64| n * 2352;
    let two = |length: u32, pregap: u32, offset: u64| {
        let second = TrackBlock { pregap, ..track(2, 0xA9, 30, 10, offset) };
        cd(vec![track(1, 0xA9, 0, length, 0), second])
    };
    let stored = lay_out(&two(25, 5, raw(30)), numbered(2352, 40)).unwrap();
    assert_eq!(starts(stored.disc()), [(0, 150, 25), (30, 5, 10)]);
    assert_eq!(
        [-1, 0, 24, 25, 29, 30].map(|lba| stored_at(&stored, lba)),
        [None, Some(0), Some(24), Some(25), Some(29), Some(30)]
    );
    let left_out = lay_out(&two(25, 5, raw(25)), numbered(2352, 35)).unwrap();
    assert_eq!(starts(left_out.disc()), [(0, 150, 25), (30, 5, 10)]);
    assert_eq!([24, 25, 29, 30].map(|lba| stored_at(&left_out, lba)), [Some(24), None, None, Some(25)]);
    // The length of track 1 covers the pregap of track 2.
    let covered = lay_out(&two(30, 5, raw(30)), numbered(2352, 40)).unwrap();
    assert_eq!(starts(covered.disc()), [(0, 150, 25), (30, 5, 10)]);
    assert_eq!([24, 25, 29, 30].map(|lba| stored_at(&covered, lba)), [24, 25, 29, 30].map(Some));
    // No pregap at all, in the block or on the disc.
    assert_eq!(starts(lay_out(&two(30, 0, raw(30)), numbered(2352, 40)).unwrap().disc()), [(0, 150, 30), (30, 0, 10)]);
}

#[test]
fn sessions_and_their_subchannel() {
    let mut mds = cd(vec![TrackBlock { sector_size: 2448, sub: Some(SubKind::Interleaved), ..track(1, 0xA9, 0, 10, 0) }]);
    let second = TrackBlock { pregap: 150, ..track(2, 0xAA, 11_410, 5, 2448 * 10) };
    mds.sessions.push(SessionBlock {
        start: Lba(11_260),
        end: Lba(11_415),
        number: 2,
        tracks: vec![second],
        ..mds.sessions[0].clone()
    });
    let mut data = [numbered(2448, 10), numbered(2352, 5)].concat();
    data[2448 + 2352..2 * 2448].fill(0x5A);
    let reader = lay_out(&mds, data).unwrap();
    assert_eq!(starts(reader.disc()), [(0, 150, 10), (11_410, 150, 5)]);
    assert_eq!((stored_at(&reader, 9), stored_at(&reader, 11_260), stored_at(&reader, 11_412)), (Some(9), None, Some(2)));
    let mut sub = [0; 96];
    reader.read(Lba(1), Form { main: None, sub: Some(SubKind::Interleaved) }, &mut sub, &mut [Worth::Good]).unwrap();
    assert_eq!(sub, [0x5A; 96]);
}

#[test]
fn mode_codes_and_sizes() {
    for (code, size, mode) in [
        (0xA9, 2352, TrackMode::Audio),
        (0xE9, 2352, TrackMode::Audio),
        (0xEA, 2352, TrackMode::Mode1),
        (0x02, 2048, TrackMode::Mode1),
        (0xAB, 2336, TrackMode::Mode2),
        (0x00, 2352, TrackMode::Mode2),
        (0xEC, 2352, TrackMode::Mode2Mixed),
        (0xAC, 2048, TrackMode::Mode2Form1),
        (0xAD, 2324, TrackMode::Mode2Form2),
    ] {
        assert_eq!(mode::mode(code, size, false).unwrap().0, mode);
    }
    for (code, size, dvd) in [(0xA9, 2048, false), (0xAE, 2352, false), (0x02, 2352, true), (0xA9, 2352, true), (0xAA, 7, false)]
    {
        assert_eq!(mode::mode(code, size, dvd), None);
    }
}

#[test]
fn tracks_that_make_no_disc_are_refused() {
    let data = || numbered(2352, 50);
    let refused = |mds: &Mds| lay_out(mds, data()).err().unwrap();
    assert!(refused(&cd(vec![track(1, 0xA9, 20, 10, 0), track(2, 0xA9, 20, 10, 23520)])).contains("should rise"));
    assert!(refused(&cd(vec![track(1, 0xA9, 0, 51, 0)])).contains("beyond the end of the file"));
    assert!(refused(&cd(vec![track(1, 0xA9, 0, 10, u64::MAX - 5)])).contains("beyond the end of the file"));
    assert!(refused(&cd(vec![track(1, 0xA9, i32::MAX, u32::MAX, 0)])).contains("beyond the last address"));
    assert!(
        refused(&cd(vec![TrackBlock { sector_size: 95, sub: Some(SubKind::Interleaved), ..track(1, 0xA9, 0, 10, 0) }]))
            .contains("contradict")
    );
    assert!(refused(&cd(vec![track(1, 0xA9, 0, 10, 0), track(1, 0xA9, 10, 10, 23520)])).contains("out of order"));
}

fn image_in(mds: &Mds, files: &[(&str, Vec<u8>)]) -> (tempfile::TempDir, Result<Image, Error>) {
    let dir = tempfile::tempdir().unwrap();
    for (name, data) in files {
        std::fs::write(dir.path().join(name), data).unwrap();
    }
    let path = dir.path().join("Disk 1.mds");
    std::fs::write(&path, write::descriptor(mds)).unwrap();
    let image = open(&path, Limits::default());
    (dir, image)
}

#[test]
fn data_files_are_found_and_joined() {
    let data = numbered(2352, 40);
    let mut mds = cd(vec![track(1, 0xA9, 0, 25, 0), track(2, 0xA9, 25, 15, 25 * 2352)]);
    let (_dir, image) = image_in(&mds, &[("Disk 1.MDF", data.clone())]);
    assert_eq!(image.unwrap().warnings, [""; 0]);
    mds.files = vec![vec!["*.mdf".into(), "old name.md1".into()]];
    let cut = 20 * 2352;
    let (_dir, image) = image_in(&mds, &[("Disk 1.mdf", data[..cut].to_vec()), ("Disk 1.md1", data[cut..].to_vec())]);
    let image = image.unwrap();
    assert_eq!((image.files.len(), image.format.name), (3, "mds"));
    assert_eq!(image.warnings, ["The image names “old name.md1”; “Disk 1.md1” was taken for it."]);
    let mut all = vec![0; 25 * 2352];
    image.reader.read(Lba(0), Form::main(Slice::RAW), &mut all, &mut [Worth::Good; 25]).unwrap();
    assert_eq!(all, data[..25 * 2352]);
    let (_dir, image) = image_in(&mds, &[("Disk 1.mdf", data[..cut].to_vec())]);
    assert!(matches!(image.err().unwrap().fault, Fault::PartMissing { name } if name == "old name.md1"));
    mds.files = vec![vec!["../../secret.mdf".into()]];
    let (_dir, image) = image_in(&mds, &[]);
    assert!(matches!(image.err().unwrap().fault, Fault::OutsideFolder { .. }));
}

/// A layer break that has no structures to stand in gets some, and they go as they came.
#[test]
fn a_layer_break_survives_with_structures_and_without() {
    let mut disc = Disc::new(Medium::Dvd, vec![Track::new(1, TrackMode::Dvd, Lba(0), 40)]);
    disc.layer_break = Some(32);
    let through = |disc: &Disc| {
        let plan = super::plan::plan(disc, &PlanRequest::new("x")).unwrap();
        let [Part::Bytes(descriptor)] = &plan.files[1].parts[..] else { panic!("a descriptor is bytes") };
        let mut disc = lay_out(&parse_file(descriptor).unwrap(), vec![0; 40 * 2048]).unwrap().disc().clone();
        disc.tracks_mut().for_each(|track| track.control = Default::default());
        disc
    };
    assert_eq!(through(&disc), disc);
    disc.structures.layers = structures::with_layer_break(40, 32);
    disc.structures.layers[0][0] = 1;
    disc.structures.bca = vec![3; 188];
    assert_eq!(through(&disc), disc);
}

fn md5(image: &Image, number: usize, slice: Slice) -> String {
    let (_, track) = image.disc().tracks().nth(number).unwrap();
    let mut bytes = vec![0; track.length as usize * slice.size()];
    image.reader.read(track.start, Form::main(slice), &mut bytes, &mut vec![Worth::Good; track.length as usize]).unwrap();
    Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn samples_read_as_other_programs_read_them() {
    if let Some(path) = corpus("synthetic/mds/cd1.mds") {
        let image = open(&path, Limits::default()).unwrap();
        assert_eq!((image.format.name, starts(image.disc())), ("mds", vec![(0, 150, 302), (452, 150, 150), (602, 0, 200)]));
        assert_eq!(image.disc().lead_out(), Lba(802));
        assert_eq!(md5(&image, 0, Slice::COOKED), "62f68de771aae4dfbd65032ff200e415");
        assert!(md5(&image, 1, Slice::RAW).starts_with("1579cac9"));
        assert!(md5(&image, 2, Slice::RAW).starts_with("d99d206a"));
    }
    if let Some(path) = corpus("synthetic/mds/dvd1.mds") {
        let image = open(&path, Limits::default()).unwrap();
        assert_eq!((image.disc().medium, starts(image.disc())), (Medium::Dvd, vec![(0, 0, 302)]));
        assert_eq!(image.disc().structures.layers.len(), 1);
        assert_eq!(md5(&image, 0, Slice::COOKED), "62f68de771aae4dfbd65032ff200e415");
    }
}

/// The layout, too, takes whatever the blocks may say.
#[test]
fn damage_is_survived_down_to_the_disc() {
    damage(&write::descriptor(&cd(vec![track(1, 0xAA, 0, 3, 0), track(2, 0xA9, 3, 2, 3 * 2352)])), |bad| {
        if let Ok(mds) = parse_file(bad) {
            let _ = lay_out(&mds, Vec::new());
        }
    });
}
