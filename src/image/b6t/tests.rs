//! Tests of the BlindWrite format, on images made from what is told of it: there is no real file.

use std::fs;

use super::parse::parse;
use crate::disc::sector::{Form, Slice, SubKind};
use crate::disc::{DiscType, Lba, Mcn, Medium, TrackMode};
use crate::image::hostile::{damage, what};
use crate::image::makers::{b6t as maker, parts};
use crate::image::testing::{convert, open, sectors, shape};
use crate::image::{self, Error, Fault, Limits};

use crate::image::makers::parts::{audio, form1, mode1};

fn refused(descriptor: &maker::Descriptor) -> Fault {
    parse(&descriptor.bytes(), &Limits::default()).expect_err("it must not be read").fault
}

#[test]
fn a_cd_of_two_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let image = open(&maker::cd(folder.path()));
    let disc = image.disc();
    assert_eq!((image.format.name, disc.medium, disc.sessions.len()), ("b6t", Medium::Cd, 2));
    assert_eq!(
        shape(disc),
        [(1, TrackMode::Mode1, 0, 150, 20), (2, TrackMode::Audio, 24, 4, 6), (3, TrackMode::Mode2Mixed, 11_430, 150, 8)]
    );
    assert_eq!([disc.sessions[0].lead_out, disc.sessions[1].lead_out], [Lba(30), Lba(11_438)]);
    assert_eq!([disc.sessions[0].disc_type, disc.sessions[1].disc_type], [DiscType::CdDaOrRom, DiscType::Xa]);
    assert_eq!(disc.mcn, Mcn::new(b"4006381333931").ok());
    assert!(disc.sessions[0].tracks[1].control.copy);
    assert_eq!(disc.structures.dpm, [[1, 0, 256, 3, 0, 100, 200].map(u32::to_le_bytes).concat()]);
    assert_eq!(image.files.len(), 3);
    // “DISC.001” is “disc.001” in the folder.
    assert_eq!(image.warnings.len(), 1, "{:?}", image.warnings);

    let raw = Form::main(Slice::RAW);
    assert!(sectors(&image.reader, -150, 170, raw) == (-150..20).flat_map(mode1).collect::<Vec<u8>>());
    assert!(sectors(&image.reader, 20, 10, raw) == (20..30).flat_map(audio).collect::<Vec<u8>>());
    assert!(sectors(&image.reader, 11_430, 8, raw) == (11_430..11_438).flat_map(form1).collect::<Vec<u8>>());
    let sub = Form { main: None, sub: Some(SubKind::Packed) };
    for lba in [-150, 0, 19, 20, 23, 24, 29] {
        assert_eq!(sectors(&image.reader, lba, 1, sub), maker::cd_sector(lba)[2352..], "{lba}");
    }
    let q = Form { main: None, sub: Some(SubKind::Q16) };
    assert_eq!(sectors(&image.reader, 11_437, 1, q), maker::cd_sector(11_437)[2352..]);
}

#[test]
fn a_dvd_in_two_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = maker::dvd(folder.path());
    let image = open(&path);
    let disc = image.disc();
    assert_eq!((disc.medium, disc.layer_break), (Medium::Dvd, Some(16)));
    assert_eq!(shape(disc), [(1, TrackMode::Dvd, 0, 0, 32)]);
    assert_eq!(disc.structures.bca, [7; 188]);
    let layer = [vec![1, 0, 0, 0], vec![9; 2048], maker::pfi()].concat();
    assert_eq!(disc.structures.layers, [layer.clone(), layer]);
    // The file beside the descriptor, which has none, measures the disc.
    assert_eq!(disc.structures.dpm, [[1, 0, 256, 2, 11, 22].map(u32::to_le_bytes).concat()]);
    let data: Vec<u8> = (0..32).flat_map(|lba| parts::fill(lba, 2048)).collect();
    assert!(sectors(&image.reader, 0, 32, Form::main(Slice::COOKED)) == data);
    assert_eq!(image.warnings.len(), 2, "{:?}", image.warnings);

    // Alcohol's format takes over all of it.
    let again = convert(&path, &folder.path().join("again.mds"), |_| {});
    assert_eq!(again.disc(), disc);
}

#[test]
fn what_belongs_to_it_is_missed_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = maker::dvd(folder.path());
    fs::remove_file(folder.path().join("film.b01")).unwrap();
    let fault = |path| image::open(path, Limits::default()).err().unwrap().fault;
    assert!(matches!(fault(&path), Fault::OutsideFolder { name } if name.ends_with("film.b01")));
    let path = maker::cd(folder.path());
    fs::remove_file(folder.path().join("disc.001")).unwrap();
    assert!(matches!(fault(&path), Fault::PartMissing { name } if name == "DISC.001"));
}

/// A data file that is cut short is found when the image is opened.
#[test]
fn data_beyond_the_end_of_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = maker::cd(folder.path());
    let data = folder.path().join("disc.001");
    let bytes = fs::read(&data).unwrap();
    fs::write(&data, &bytes[..bytes.len() - 1]).unwrap();
    assert!(matches!(image::open(&path, Limits::default()), Err(Error { fault: Fault::NoDisc(_), .. })));
}

#[test]
fn sectors_that_no_block_holds_are_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = maker::cd(folder.path());
    let mut descriptor = maker::cd_descriptor();
    descriptor.data[1].sectors = 7;
    fs::write(&path, descriptor.bytes()).unwrap();
    let image = open(&path);
    assert!(image.warnings.iter().any(|warning| warning.contains("3 of the 6 sectors of track 2")), "{:?}", image.warnings);
    assert!(sectors(&image.reader, 27, 3, Form::main(Slice::RAW)) == [0; 3 * 2352]);
}

#[test]
fn what_contradicts_itself_is_refused() {
    let bad = |change: fn(&mut maker::Descriptor)| {
        let mut descriptor = maker::cd_descriptor();
        change(&mut descriptor);
        refused(&descriptor)
    };
    assert_eq!(what(&bad(|d| d.profile = 3)), "the profile of the disc");
    assert_eq!(what(&bad(|d| d.sessions.clear())), "the number of sessions");
    assert_eq!(what(&bad(|d| d.sessions[0].2[3].kind = 7)), "the kind of a track");
    assert_eq!(what(&bad(|d| d.sessions[0].2[3].point = 100)), "the number of a track");
    assert_eq!(what(&bad(|d| d.sessions[0].2[3].length = 150)), "the length of a track");
    assert_eq!(what(&bad(|d| d.sessions[0].2.truncate(3))), "a track of the session");
    assert_eq!(what(&bad(|d| d.data[0].name = "")), "the name of a data file");
    let good = maker::cd_descriptor().bytes();
    let fault = |bytes: &[u8]| parse(bytes, &Limits::default()).unwrap_err().fault;
    assert_eq!(what(&fault(&[&good[..], &[0]].concat())), "the mark at the end of the descriptor");
    assert_eq!(what(&fault(b"BLINDWRITE TOC FILE ")), "BlindWrite 4 (.bwt), the older format of this program,");
    let mut longer = good.clone();
    longer.splice(260..260, [0; 4]);
    assert_eq!(what(&fault(&longer)), "the length in the footer and the length of the file");
}

#[test]
fn damaged_descriptors_do_no_harm() {
    for descriptor in [maker::cd_descriptor(), maker::Descriptor { structures: vec![(1, vec![0; 4])], ..maker::dvd_descriptor() }]
    {
        damage(&descriptor.bytes(), |bytes| super::open::parse_anything(bytes, &Limits::default()));
    }
}
