use std::io::Write;
use std::path::Path;

use ::zip::CompressionMethod;
use ::zip::write::{SimpleFileOptions, ZipWriter};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::disc::Lba;
use crate::disc::sector::{Form, Slice, Worth};
use crate::image::{Image, open};

/// The smallest ISO that says it is one, with a number in it.
fn iso(number: u8) -> Vec<u8> {
    let mut iso = vec![0; 2048 * 40];
    iso[16 * 2048..][..6].copy_from_slice(b"\x01CD001");
    iso[20 * 2048..].fill(number);
    iso
}

const CUE: &str = "FILE \"disc.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n";

fn sound() -> Vec<u8> {
    (0..2352 * 20u32).map(|n| (n % 251) as u8).collect()
}

/// An archive by the `zip` crate; names go in as they are.
fn zip(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, data) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(data).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn deflated(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip(members, CompressionMethod::Deflated)
}

fn gz(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn opened(name: &str, bytes: &[u8]) -> Result<Image, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let opened = open(&path, Limits::default());
    if let Ok(image) = &opened {
        assert_eq!((&image.path, &image.files[..]), (&path, &[path.clone()][..]));
    }
    opened
}

fn fault(name: &str, bytes: &[u8]) -> Fault {
    opened(name, bytes).err().unwrap_or_else(|| panic!("{name} was opened")).fault
}

/// The number in an ISO.
fn number(image: &Image) -> u8 {
    let mut sector = [0; 2048];
    image.reader.read(Lba(20), Form::main(Slice::COOKED), &mut sector, &mut [Worth::Good]).unwrap();
    assert!(sector.iter().all(|byte| *byte == sector[0]));
    sector[0]
}

#[test]
fn a_sheet_and_its_data_file_are_found_in_one_archive() {
    let sound = sound();
    let members: [(&str, &[u8]); 5] = [
        ("__MACOSX/folder/._disc.cue", b"junk"),
        ("folder/readme.txt", b"hello"),
        ("folder/Disc.BIN", &sound),
        ("other/disc.bin", &[0; 2352]),
        ("folder/disc.cue", CUE.as_bytes()),
    ];
    for archive in [deflated(&members), zip(&members, CompressionMethod::Stored), gz(&deflated(&members))] {
        let image = opened("a.zip", &archive).unwrap();
        assert_eq!((image.format.name, image.disc().sectors()), ("cue", 20));
        let mut sector = [0; 2352];
        image.reader.read(Lba(3), Form::main(Slice::RAW), &mut sector, &mut [Worth::Good]).unwrap();
        assert!(sector == sound[3 * 2352..4 * 2352]);
        let others = "This archive holds several images: “folder/disc.cue” was opened, and not “other/disc.bin”.";
        assert_eq!(image.warnings, [others, "“disc.bin” was found as “Disc.BIN”."]);
    }
}

#[test]
fn a_compressed_data_file_is_found_by_the_name_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let cue = folder.path().join("disc.cue");
    std::fs::write(&cue, CUE).unwrap();
    std::fs::write(folder.path().join("disc.bin.gz"), gz(&sound())).unwrap();
    let image = open(&cue, Limits::default()).unwrap();
    assert_eq!(image.disc().sectors(), 20);
    assert_eq!(image.files, [cue, folder.path().join("disc.bin.gz")]);
    // From the data file the way leads to the sheet, too.
    let image = open(&folder.path().join("disc.bin.gz"), Limits::default()).unwrap();
    assert_eq!(image.format.name, "cue");
}

#[test]
fn of_several_images_the_first_is_opened_and_the_others_are_named() {
    let (one, two, three) = (iso(1), iso(2), iso(3));
    let archive = deflated(&[("b.iso", &two), ("A.iso", &one), ("sub/0.iso", &three)]);
    let image = opened("x.zip", &archive).unwrap();
    assert_eq!(number(&image), 1);
    assert_eq!(image.warnings[0], "This archive holds several images: “A.iso” was opened, and not “b.iso” and “sub/0.iso”.");
    // What can't be opened is no reason to give up, and what is compressed comes after what is not.
    let archive = deflated(&[("0.iso", b"no image"), ("1.iso.gz", &gz(&three)), ("2.iso", &two)]);
    assert_eq!(number(&opened("x.zip", &archive).unwrap()), 2);
}

#[test]
fn an_image_without_an_extension_is_found_by_its_content() {
    let image = iso(7);
    assert_eq!(number(&opened("x.zip", &deflated(&[("small", b"x"), ("image", &image)])).unwrap()), 7);
}

#[test]
fn an_archive_without_an_image_says_what_is_in_it() {
    let archive = deflated(&[("b.txt", b"b"), ("a.txt", b"a"), ("c/d.doc", b"d")]);
    match fault("x.zip", &archive) {
        Fault::NoImageInside { holds } => assert_eq!(holds, "“a.txt”, “b.txt” and “c/d.doc”"),
        other => panic!("{other}"),
    }
    assert!(matches!(fault("x.zip", &deflated(&[])), Fault::NoImageInside { holds } if holds == "nothing"));
    // What looked like one by its name says what is wrong with it.
    assert!(matches!(fault("x.zip", &deflated(&[("a.iso", b"<html>")])), Fault::Unknown(_)));
}

/// Names that lead anywhere else are texts like any other, and nothing outside is opened by them.
#[test]
fn names_of_members_are_no_paths() {
    let image = iso(9);
    for name in ["../../a.iso", "/etc/passwd.iso", "C:\\windows\\a.iso", "\\\\host\\share\\a.iso", "a\nb.iso", "..", "con.iso"] {
        let image = opened("x.zip", &deflated(&[(name, &image)])).unwrap();
        assert_eq!(number(&image), 9, "{name}");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("disc.bin"), sound()).unwrap();
    let archive = folder.path().join("a.zip");
    for cue in ["../disc.bin", "disc.bin", "/etc/hostname"] {
        let sheet = CUE.replace("disc.bin", cue);
        std::fs::write(&archive, deflated(&[("sub/disc.cue", sheet.as_bytes())])).unwrap();
        let error = open(&archive, Limits::default()).err().unwrap();
        assert!(matches!(error.fault, Fault::PartMissing { .. } | Fault::OutsideFolder { .. }), "{error}");
        assert!(error.to_string().contains("a.zip/sub/disc.cue"), "{error}");
    }
}

/// Of two members of one name some programs see the first, some the last; here nothing depends on which, as long as it is one.
#[test]
fn a_name_that_is_there_twice_is_no_reason_to_fail() {
    let (one, two) = (iso(1), iso(2));
    let mut archive = deflated(&[("a.iso", &one), ("b.iso", &two)]);
    let places: Vec<usize> = archive.windows(5).enumerate().filter(|(_, name)| *name == b"b.iso").map(|(at, _)| at).collect();
    places.into_iter().for_each(|at| archive[at] = b'a');
    assert!([1, 2].contains(&number(&opened("x.zip", &archive).unwrap())));
}

#[test]
fn four_layers_are_opened_and_five_are_not() {
    let mut packed = iso(5);
    for depth in 1..=5 {
        packed = if depth == 3 { zip(&[("a.iso.gz", &packed)], CompressionMethod::Stored) } else { gz(&packed) };
        match opened("a.iso.gz", &packed) {
            Ok(image) => assert!(depth < 5 && number(&image) == 5),
            Err(error) => assert!(depth == 5 && matches!(error.fault, Fault::TooMany { limit: 4, .. }), "{depth}: {error}"),
        }
    }
}

/// Archives in archives in archives, each with many: only so many are looked at.
#[test]
fn a_tree_of_archives_is_not_gone_through_for_ever() {
    let mut packed = b"no image".to_vec();
    for _ in 0..3 {
        let names: Vec<String> = (0..30).map(|n| format!("{n}.zip")).collect();
        let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), packed.as_slice())).collect();
        packed = deflated(&members);
    }
    let begun = std::time::Instant::now();
    assert!(opened("x.zip", &packed).is_err());
    assert!(begun.elapsed().as_secs() < 10);
}

#[test]
fn what_unpacks_to_more_than_it_may_is_refused_by_name_of_the_limit() {
    let limits = Limits { unpacked: 50_000, ..Limits::default() };
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("a.iso.gz", gz(&iso(1))), ("a.zip", deflated(&[("a.iso", &iso(1))]))] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let error = open(&path, limits).err().unwrap();
        assert!(matches!(error.fault, Fault::UnpacksToTooMuch { limit: 50_000 }), "{error}");
    }
    // A gigabyte is allowed whatever the ratio, and 2000 times the size of the file.
    assert_eq!([1, 1 << 20, 1 << 40].map(|len| Limits::default().unpacked_of(len)), [1 << 30, 2000 << 20, 160 << 30]);
}

/// HJSplit, 7-Zip and others cut files into parts without a word in them.
#[test]
fn parts_that_another_program_cut_are_put_together() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("a.iso", iso(3)), ("b.zip", deflated(&[("b.iso", &iso(4))])), ("c.iso.gz", gz(&iso(5)))] {
        for (number, part) in bytes.chunks(bytes.len() / 3 + 1).enumerate() {
            std::fs::write(folder.path().join(format!("{name}.{:03}", number + 1)), part).unwrap();
        }
    }
    for (name, content) in [("a.iso", 3), ("b.zip", 4), ("c.iso.gz", 5)] {
        let image = open(&folder.path().join(format!("{name}.001")), Limits::default()).unwrap();
        assert_eq!((number(&image), image.files.len(), image.format.name), (content, 3, "iso"), "{name}");
        assert!(image.warnings.contains(&"It is cut into 3 parts, which were put together.".to_owned()));
    }
    let error = open(&folder.path().join("a.iso.002"), Limits::default()).err().unwrap();
    assert!(error.to_string().ends_with("This looks like part 2 of “a.iso.001”: open that."), "{error}");
}

#[test]
fn names_tell_what_is_written() {
    let named =
        |name: &str| (wrapper_of(Path::new(name)).map(|w| w.name), crate::image::by_extension(Path::new(name)).map(|f| f.name));
    assert_eq!(named("x.iso.gz"), (Some("gz"), Some("iso")));
    assert_eq!(named("x.ISO.ZST"), (Some("zst"), Some("iso")));
    assert_eq!(named("x.bin.xz"), (Some("xz"), Some("raw")));
    assert_eq!(named("x.nrg"), (None, Some("nrg")));
    assert_eq!(named("x.iso.zip"), (None, None));
    assert_eq!(named("x.gz"), (Some("gz"), None));
}
