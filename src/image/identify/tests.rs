use std::path::Path;

use super::*;
use crate::image::{Error, Fault, Limits, open};

/// What opening a file of this name and content says.
fn opened(name: &str, bytes: &[u8]) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let error = open(&path, Limits::default()).err().unwrap_or_else(|| panic!("{name} was opened"));
    assert!(error.to_string().contains(name), "{error}");
    error
}

fn found(name: &str, bytes: &[u8]) -> Finding {
    match opened(name, bytes).fault {
        Fault::Unknown(finding) => *finding,
        fault => panic!("{name}: {fault}"),
    }
}

fn long(start: &[u8], len: usize) -> Vec<u8> {
    let mut bytes = start.to_vec();
    // No text, and not evenly spread.
    bytes.extend((start.len()..len).map(|n| (n % 7) as u8));
    bytes
}

#[test]
fn what_is_no_image_is_told_by_its_marker() {
    for (name, start, what, maker) in [
        ("a.iso", b"Rar!\x1A\x07\x01\0".as_slice(), "a RAR archive", Some("WinRAR")),
        ("a.img", b"QFI\xFB\0\0\0\x03", "a QCOW virtual hard disk", Some("QEMU")),
        ("a.bin", b"RIFF\x10\0\0\0WAVEfmt ", "a WAVE sound file", None),
        ("a.dat", b"RIFF\x10\0\0\0CDXAfmt ", "a file of a Video CD or CD-i", Some("Windows, when it copies a Video CD")),
        ("a.iso", b"%PDF-1.7", "a PDF document", None),
        ("a.iso", &[b"MZ".as_slice(), &[0; 58], &[0x40, 0, 0, 0], b"PE\0\0"].concat(), "a Windows program", None),
        ("a.mdf", b"vhdxfile", "a VHDX virtual hard disk", Some("Hyper-V")),
        ("a.iso", b"\0\0\x01\xBA", "an MPEG video", None),
    ] {
        // As long as a whole number of sectors: the name alone would make an image of it.
        for len in [2048 * 40, 2352 * 40, 100_001] {
            let finding = found(name, &long(start, len));
            assert_eq!((finding.what.as_str(), finding.maker), (what, maker));
            assert!(finding.advice.ends_with('.') && finding.facts[0] == format!("{len} bytes"), "{finding:?}");
        }
    }
}

#[test]
fn a_web_page_saved_as_an_image_is_a_failed_download() {
    for page in ["<!DOCTYPE html>\n<html><body>404</body></html>", "\n  <HTML>\n<head>"] {
        let error = opened("disc.iso", page.as_bytes());
        assert!(error.to_string().contains("this is a web page") && error.to_string().contains("download went wrong"), "{error}");
    }
    assert_eq!(found("disc.iso", b"Not Found\n").what, "a text file");
}

#[test]
fn a_part_of_an_archive_names_the_first() {
    for (name, part, first) in [
        ("x.r00", 2, "x.rar"),
        ("x.part03.rar", 3, "x.part01.rar"),
        ("x.002", 2, "x.001"),
        ("x.i01", 2, "x.isz"),
        ("x.z02", 2, "x.zip"),
        ("x.d00", 2, "x.daa"),
        ("X.PART2.DAA", 2, "X.PART1.DAA"),
    ] {
        let finding = found(name, &long(&[0xA5], 50_001));
        assert_eq!(
            finding.advice,
            format!("This looks like part {part} of “{first}”, which is missing: all parts are needed in one folder."),
            "{name}"
        );
    }
    for name in ["x.001", "x.part1.rar", "x.rar", "x", "x.r", "x.rom", "x.99999999999999999999"] {
        assert_eq!(split_part(Path::new(name)), None, "{name}");
    }
}

#[test]
fn what_nobody_knows_is_described() {
    let mut noise = vec![0; 2336 * 30];
    let mut state = 1u64;
    noise.iter_mut().for_each(|byte| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *byte = (state >> 56) as u8;
    });
    noise[..4].copy_from_slice(&[1, 2, 3, 4]);
    let finding = found("what", &noise);
    assert_eq!(finding.what, "no disc image of a known format");
    assert!(finding.facts[1].starts_with("begins with 01 02 03 04 "), "{finding:?}");
    assert_eq!(finding.facts[2..], ["a whole number of sectors of 2336 bytes", "looks compressed or encrypted"]);
    let zeros = found("zeros", &[0; 100_000]);
    assert_eq!(zeros.facts[1], "all bytes looked at are zero: it was never filled");
    assert_eq!(found("disc.iso.crdownload", &noise[..50_000]).what, "an unfinished download");
}

/// A disk with partitions is no disc, even where its length would make it one; a disc that can be started from a memory stick is.
#[test]
fn disks_are_told_from_discs() {
    let mut disk = vec![0u8; 2048 * 100];
    disk[446..462].copy_from_slice(&[0x80, 1, 1, 0, 0x0C, 0, 0, 0, 8, 0, 0, 0, 100, 0, 0, 0]);
    disk[510..512].copy_from_slice(&[0x55, 0xAA]);
    assert_eq!(found("stick.img", &disk).what, "an image of a disk with partitions");
    disk[16 * 2048 + 1..16 * 2048 + 6].copy_from_slice(b"CD001");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hybrid.img");
    std::fs::write(&path, &disk).unwrap();
    assert_eq!(open(&path, Limits::default()).unwrap().format.name, "iso");
}

#[test]
fn an_image_of_zeros_is_opened_with_a_word_of_warning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("silence.bin");
    std::fs::write(&path, vec![0; 2352 * 20]).unwrap();
    let image = open(&path, Limits::default()).unwrap();
    assert!(image.warnings.iter().any(|warning| warning.contains("zero")), "{:?}", image.warnings);
}
