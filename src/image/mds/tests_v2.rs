//! Tests of version 2 and of MDX files.

use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::read::{DeflateEncoder, ZlibEncoder};
use md5::{Digest, Md5};
use std::io::Read;

use super::blocks::*;
use super::open::parse_anything;
use super::{mode, parse, plan, v2, write};
use crate::bytes::{Bytes, Unpacked, read_some};
use crate::disc::sector::{Form, Slice, SubKind};
use crate::disc::{Disc, DiscType, Lba, Medium, Track, TrackMode};
use crate::image::hostile::{damage, what};
use crate::image::packing::Tuning;
use crate::image::testing::{corpus, noise, sectors, shape};
use crate::image::{Error, Fault, Flaw, Image, Limits, Opening, PlanRequest, open};

fn open_with(path: &Path, password: Option<&str>) -> Result<Image, Error> {
    open(path, Opening::with(password.map(Into::into)))
}

/// Every one of them holds the same disc.
#[test]
fn samples_of_daemon_tools_are_read_bit_for_bit() {
    let Some(folder) = corpus("mdsx") else { return };
    let iso = std::fs::read(folder.join("mdxtest.iso")).unwrap();
    let samples = [
        ("test.mds", "mds", None),
        ("test.mdx", "mdx", None),
        ("test_compress.mds", "mds", None),
        ("test_pass.mds", "mds", Some("pass")),
        ("test_pass.mdx", "mdx", Some("pass")),
    ];
    for (name, format, password) in samples {
        let image = open_with(&folder.join(name), password).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((image.format.name, image.warnings.len()), (format, 0), "{name}");
        assert_eq!(shape(image.disc()), [(1, TrackMode::Mode1, 0, 150, 177)], "{name}");
        assert!(sectors(&*image.reader, 0, 177, Form::main(Slice::COOKED)) == iso, "{name}");
        assert_eq!(Md5::digest(&iso)[..4], [0x65, 0x83, 0xEF, 0x09]);
        if password.is_some() {
            let fault = |password| open_with(&folder.join(name), password).err().unwrap().fault;
            assert!(matches!(fault(None), Fault::PasswordMissing));
            assert!(matches!(fault(Some("pazz")), Fault::PasswordWrong));
        }
    }
}

/// Audio and data, sessions, subchannels, pregaps that are stored and one that is not, files compressed and split.
fn rich() -> Mds {
    let track = |number, mode, start, length, files| TrackBlock {
        mode,
        sub: None,
        control: if mode & 7 == 1 { 0 } else { 4 },
        number,
        sector_size: 2352,
        start: Lba(start),
        offset: 64 + files as u64 * 1000,
        pregap: 150,
        stored_pregap: Some(0),
        length,
        files,
    };
    let file = |sectors| DataFile { sectors, ..DataFile::default() };
    let packed = DataFile { groups: Some(Groups { sectors: 16, table: 5000 }), ..file(250) };
    let second = TrackBlock {
        stored_pregap: Some(150),
        sub: Some(SubKind::Interleaved),
        sector_size: 2448,
        ..track(2, 0xA9, 450, 100, 1)
    };
    let third = TrackBlock { sub: Some(SubKind::Q16), sector_size: 2368, ..track(3, 0xEC, 700, 200, 2) };
    let fourth = track(4, 0xAB, 12_300, 40, 3);
    let session =
        |number, start, end, tracks| SessionBlock { start: Lba(start), end: Lba(end), number, disc_type: DiscType::Xa, tracks };
    Mds {
        version: Version::Two,
        dvd: false,
        sessions: vec![
            session(1, -150, 900, vec![track(1, 0xAA, 0, 300, 0), second, third]),
            session(2, 12_150, 12_340, vec![fourth]),
        ],
        files: vec![
            vec![file(300)],
            vec![packed],
            vec![DataFile { sectors: 150, ..DataFile::from("Träck.mdf") }, file(50)],
            vec![file(40)],
        ],
        layers: vec![],
        bca: vec![],
        dpm: vec![[&[1, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 2, 0, 0, 0][..], &[9; 8]].concat()],
        cd_text: vec![7; 36],
        key: Some(vec![5; KEY_LEN]),
    }
}

fn dvd() -> Mds {
    let mut mds = rich();
    mds.dvd = true;
    mds.sessions.truncate(1);
    mds.sessions[0].tracks.truncate(1);
    mds.sessions[0] = SessionBlock { start: Lba(0), disc_type: DiscType::CdDaOrRom, ..mds.sessions[0].clone() };
    mds.sessions[0].tracks[0] =
        TrackBlock { mode: 2, sector_size: 2048, pregap: 0, control: 4, ..mds.sessions[0].tracks[0].clone() };
    mds.files.truncate(1);
    mds.layers = vec![vec![3; LAYER_LEN]];
    mds.bca = vec![6; 188];
    mds
}

fn read(bytes: &[u8]) -> Result<Mds, Flaw> {
    parse::parse(bytes, &Limits::default())
}

#[test]
fn what_is_written_is_read() {
    for mds in [rich(), dvd()] {
        assert_eq!(read(&write::descriptor(&mds)).unwrap(), mds);
        let (head, tail) = v2::frame(Mds { key: None, ..mds.clone() }, 1000);
        let file = [head, vec![0; 1000], tail].concat();
        let mut back = read(&v2::unlock(&file, &Limits::default()).unwrap()).unwrap();
        back.sessions.iter_mut().flat_map(|session| &mut session.tracks).for_each(|track| track.offset -= 64);
        assert_eq!(back, Mds { key: None, ..mds });
    }
}

/// The descriptor of a sample, taken apart and put together again, is the same but for the room that DAEMON Tools leaves behind the length of the track.
#[test]
fn descriptors_are_laid_out_as_in_the_samples() {
    let Some(folder) = corpus("mdsx") else { return };
    for name in ["test.mds", "test_compress.mds"] {
        let file = std::fs::read(folder.join(name)).unwrap();
        let descriptor = v2::unlock(&file, &Limits::default()).unwrap();
        let ours = write::descriptor(&read(&descriptor).unwrap());
        let until = 0x1C0;
        let mut track = ours[0x170..until].to_vec();
        // The offsets of the length and of the list of files, which are ours.
        track[0x0C..0x10].copy_from_slice(&descriptor[0x17C..0x180]);
        track[0x34..0x38].copy_from_slice(&descriptor[0x1A4..0x1A8]);
        assert!(ours[..0x170] == descriptor[..0x170] && track == descriptor[0x170..until], "{name}");
    }
}

#[test]
fn the_parts_of_a_sector_make_its_size() {
    let sizes = [
        (0x01, Some(2352)),
        (0xE9, Some(2352)),
        (0x02, Some(2048)),
        (0x22, Some(2052)),
        (0xAA, Some(2352)),
        (0x03, Some(2336)),
        (0xAB, Some(2352)),
        (0x44, Some(2056)),
        (0xEC, Some(2352)),
        (0xED, Some(2352)),
        // Sync or header without what lies between them and the data.
        (0x82, None),
        (0x24, None),
        (0x00, None),
        (0x06, None),
    ];
    sizes.iter().for_each(|(code, size)| assert_eq!(mode::main_size(*code), *size, "{code:#x}"));
}

/// Where the field of version 2.1 is 0, the size of a sector tells of its subchannel, as it has to in 2.0.
#[test]
fn subchannels_are_told_by_size_in_version_2_0() {
    let mut bytes = write::descriptor(&rich());
    let session = |n: usize| u32::from_le_bytes(bytes[0x60 + n * 32 + 20..][..4].try_into().unwrap()) as usize;
    let tracks = session(0) + 3 * 80;
    (bytes[0x11], bytes[tracks + 80 + 1], bytes[tracks + 160 + 1]) = (0, 0, 0);
    assert_eq!(read(&bytes).unwrap(), rich());
    bytes[tracks + 1] = 4 << 3;
    assert!(matches!(read(&bytes).unwrap_err().fault, Fault::Unsupported { .. }));
    bytes[tracks + 1] = 1 << 3;
    assert_eq!(what(&read(&bytes).unwrap_err().fault), "the size of a sector and that of its parts");
}

#[test]
fn lengths_have_to_fit_their_data() {
    let mut mds = rich();
    mds.files[0][0].sectors = 301;
    assert_eq!(what(&read(&write::descriptor(&mds)).unwrap_err().fault), "the length of a track and that of its data");
    mds.files[0][0].sectors = u64::MAX;
    assert_eq!(what(&read(&write::descriptor(&mds)).unwrap_err().fault), "the length of a track and that of its data");
    mds = rich();
    mds.files[1][0].groups = Some(Groups { sectors: 0, table: 0 });
    assert_eq!(what(&read(&write::descriptor(&mds)).unwrap_err().fault), "the sectors of a compressed group");
}

#[test]
fn damage_is_survived() {
    damage(&write::descriptor(&Mds { key: None, ..rich() }), |bad| parse_anything(bad, &Limits::default()));
}

/// Every damaged byte of the container is noticed; none of them costs more than an error.
#[test]
fn damage_to_the_encryption_is_noticed() {
    let mds = Mds { key: None, ..rich() };
    let (head, tail) = v2::frame(mds, 100);
    let file = [head, vec![0; 100], tail].concat();
    for len in (0..file.len()).step_by(7) {
        assert!(v2::unlock(&file[..len].to_vec(), &Limits::default()).is_err(), "{len}");
    }
    let footer = 164;
    for at in (16..64).chain((footer..file.len()).step_by(13)) {
        let mut bad = file.clone();
        bad[at] ^= 0xFF;
        // The words of the header say nothing, and the last bytes of the encrypted descriptor fill up a block.
        if let Ok(descriptor) = v2::unlock(&bad, &Limits::default()) {
            assert!(read(&descriptor).is_ok() || at < 20, "{at}");
        }
    }
    for (at, value) in [(0x30, u64::MAX), (0x30, 0), (0x38, u64::MAX), (0x38, 63), (0x38, 0)] {
        let mut bad = file.clone();
        bad[at..at + 8].copy_from_slice(&value.to_le_bytes());
        assert!(v2::unlock(&bad, &Limits::default()).is_err(), "{at:#x} {value:#x}");
    }
}

/// A file of groups: their table, and what they are.
fn grouped(lengths: &[u16], groups: &[&[u8]], sectors: u32) -> Result<Unpacked<v2::PackedSectors>, Flaw> {
    let table: Vec<u8> = lengths.iter().flat_map(|length| length.to_le_bytes()).collect();
    let mut packed = Vec::new();
    ZlibEncoder::new(table.as_slice(), Compression::fast()).read_to_end(&mut packed).unwrap();
    let data = groups.concat();
    let at = data.len() as u64;
    let file: Arc<dyn Bytes> = Arc::new([data, packed].concat());
    v2::PackedSectors::new(file, 0, (2048, sectors), Some((16, at)), None).map(Unpacked::new)
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    DeflateEncoder::new(bytes, Compression::best()).read_to_end(&mut packed).unwrap();
    packed
}

#[test]
fn groups_are_stored_filled_and_compressed() {
    let full = 16 * 2048;
    let plain = noise(14, 1);
    let text: Vec<u8> = (0..full as u32).map(|n| (n / 300) as u8).collect();
    let packed = deflated(&text);
    let groups: [&[u8]; 3] = [&plain[..full], &packed, &plain[..3 * 2048]];
    let stream = grouped(&[0, 0x80AA, packed.len() as u16, 0], &groups, 51).unwrap();
    let whole = read_some(&stream, 0, usize::MAX).unwrap();
    assert_eq!(whole, [&plain[..full], &vec![0xAA; full], &text, &plain[..3 * 2048]].concat());
    // And in pieces of any size.
    for (at, len) in [(0, 1), (full - 1, 2), (2 * full + 5, full), (whole.len() - 9, 9)] {
        assert_eq!(read_some(&stream, at as u64, len).unwrap(), whole[at..at + len]);
    }
}

#[test]
fn groups_that_lie_are_refused_or_noticed() {
    let full = 16 * 2048;
    // Less, more, and nothing that could be decompressed; a bomb is cut off at the length that a group has.
    for bytes in [deflated(&[1; 100]), deflated(&vec![1; full + 1]), deflated(&vec![0; 64 << 20]), vec![0xFF; 40]] {
        let length = bytes.len().min(0x7FFF);
        let stream = grouped(&[length as u16], &[&bytes[..length]], 16).unwrap();
        assert_eq!(read_some(&stream, 0, full).unwrap_err().kind(), std::io::ErrorKind::InvalidData);
    }
    let refused = |lengths: &[u16], groups: &[&[u8]], sectors| grouped(lengths, groups, sectors).err().unwrap();
    assert_eq!(what(&refused(&[100], &[&[0; 10]], 16).fault), "the data of a track");
    assert_eq!(what(&refused(&[0x8000; 3], &[], 64).fault), "the table of compressed groups");
    assert_eq!(what(&refused(&[], &[], u32::MAX).fault), "compressed groups");
    let none: Arc<dyn Bytes> = Arc::new(vec![0; 100]);
    let table_at = |at| v2::PackedSectors::new(none.clone(), 0, (2048, 16), Some((16, at)), None).err().unwrap();
    for at in [0, 50, 100, u64::MAX] {
        assert!(what(&table_at(at).fault).contains("table of compressed groups"));
    }
}

/// What is neither compressed nor encrypted lies in the file as it is, and the same disc gives the same file.
#[test]
fn plain_sectors_are_planned_to_be_copied() {
    let mut disc = Disc::new(Medium::Cd, vec![Track { pregap: 150, ..Track::new(1, TrackMode::Mode1, Lba(0), 20) }]);
    disc.cd_text.set(0, crate::disc::cd_text::Field::Title, "Name");
    let plain = Tuning { codec: Some("none".to_owned()), ..Tuning::default() };
    let request = PlanRequest { tuning: plain, ..PlanRequest::new("x") };
    let plan = plan::plan_mdx(&disc, &request).unwrap();
    assert_eq!((plan.files[0].parts.len(), plan.is_packed()), (3, false));
    assert!(!plan.differs_from(&plan::plan_mdx(&disc, &request).unwrap()));
    assert!(plan::plan_mdx(&disc, &PlanRequest::new("x")).unwrap().is_packed());
    // A `.mds` is one of version 1 unless something is asked of it that only version 2 can do.
    assert!(!plan::plan(&disc, &PlanRequest::new("x")).unwrap().is_packed());
    let secret = Tuning { password: Some("x".into()), ..Tuning::default() };
    assert!(plan::plan(&disc, &PlanRequest { tuning: secret, ..PlanRequest::new("x") }).unwrap().is_packed());
}
