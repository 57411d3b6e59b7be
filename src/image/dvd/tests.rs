use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::disc::sector::{Form, Slice};
use crate::disc::{Medium, TrackMode};
use crate::image::testing::{convert, open, sectors, shape};
use crate::image::{self, At, Fault, Limits};

fn read(bytes: &[u8]) -> Result<DvdFile, crate::image::Flaw> {
    parse(bytes, &Limits::default())
}

#[test]
fn a_layer_break_and_names_in_order() {
    let dvd = read(b"LayerBreak=1913760\r\ngame.i00\r\n\r\ngame a=b.i01").unwrap();
    assert_eq!(dvd.layer_break, Some(1_913_760));
    assert_eq!(dvd.files, [(2, "game.i00".to_owned()), (4, "game a=b.i01".to_owned())]);
    assert_eq!(text(&dvd), b"LayerBreak=1913760\r\ngame.i00\r\ngame a=b.i01\r\n");
    assert_eq!(
        read(b"\xEF\xBB\xBFlayerbreak = 0\nx.iso\n").unwrap(),
        DvdFile { layer_break: None, files: vec![(2, "x.iso".to_owned())] }
    );
    assert_eq!(read(b"x.iso").unwrap().layer_break, None);
    assert_eq!(text(&read(b"x.iso").unwrap()), b"LayerBreak=0\r\nx.iso\r\n");
}

#[test]
fn every_flaw_has_its_line_and_its_reason() {
    for (line, reason, bytes) in [
        (0, "the name of the file", &b""[..]),
        (0, "the name of the file", b"LayerBreak=5\n"),
        (1, "expected the layer break as a number", b"LayerBreak=-5\nx"),
        (1, "expected the layer break as a number", b"LayerBreak=\nx"),
        (1, "expected the layer break as a number", b"LayerBreak=0x10\nx"),
        (1, "LayerBreak is out of range", b"LayerBreak=4294967297\nx"),
        (1, "LayerBreak is out of range", b"LayerBreak=99999999999999999999999\nx"),
        (2, "LayerBreak may not stand here", b"LayerBreak=1\nLayerBreak=2\nx"),
        (2, "LayerBreak may not stand here", b"x\nLayerBreak=2"),
        (1, "this is not a .dvd file", b"CD001\0\0\0"),
        (2, "this is not a .dvd file", b"LayerBreak=1\nx\0.iso"),
    ] {
        let flaw = read(bytes).unwrap_err();
        let found = if let At::Line(line) = flaw.at { line } else { 0 };
        assert!(flaw.to_string().contains(reason) && found == line, "{bytes:?}: line {found}: {flaw}");
    }
}

#[test]
fn limits_hold() {
    let tight = Limits { descriptor: 20, statements: 5, files: 2, ..Limits::default() };
    assert!(matches!(parse(&[b'x'; 21], &tight).unwrap_err().fault, Fault::TooMany { .. }));
    assert!(matches!(parse(b"a\nb\nc", &tight).unwrap_err().fault, Fault::TooMany { .. }));
}

/// An image of this many sectors in two parts, cut within a sector.
fn two_parts(folder: &Path, text: &str) -> (PathBuf, Vec<u8>) {
    let data: Vec<u8> = (0..64 * 2048u32).map(|n| (n / 2048) as u8 ^ n as u8).collect();
    fs::write(folder.join("Game.I00"), &data[..40_000]).unwrap();
    fs::write(folder.join("game.i01"), &data[40_000..]).unwrap();
    fs::write(folder.join("game.dvd"), text).unwrap();
    (folder.join("game.dvd"), data)
}

#[test]
fn parts_are_one_disc_with_its_layer_break() {
    let dir = tempfile::tempdir().unwrap();
    let (path, data) = two_parts(dir.path(), "LayerBreak=32\r\ngame.i00\r\ngame.i01\r\n");
    let image = open(&path);
    assert_eq!((image.format.name, image.disc().medium, image.disc().layer_break), ("dvd", Medium::Dvd, Some(32)));
    assert_eq!(shape(image.disc()), [(1, TrackMode::Dvd, 0, 0, 64)]);
    assert!(sectors(&image.reader, 0, 64, Form::main(Slice::COOKED)) == data);
    assert_eq!((image.files.len(), image.warnings.len()), (3, 1));

    let again = convert(&path, &dir.path().join("again.dvd"), |_| {});
    assert_eq!(again.disc(), image.disc());
    assert!(fs::read(dir.path().join("again.iso")).unwrap() == data);
    assert_eq!(fs::read(dir.path().join("again.dvd")).unwrap(), b"LayerBreak=32\r\nagain.iso\r\n");
    // The ISO alone is opened by the file that knows more of it.
    assert_eq!(open(&dir.path().join("again.iso")).disc().layer_break, Some(32));
}

#[test]
fn odd_images_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let opened = |text: &str| image::open(&two_parts(dir.path(), text).0, Limits::default());
    let image = opened("LayerBreak=64\ngame.i01").unwrap();
    assert_eq!((image.disc().layer_break, image.warnings.len()), (None, 2));
    let fault = |text: &str| opened(text).err().unwrap().fault;
    assert!(matches!(fault("LayerBreak=1\ngame.i02"), Fault::PartMissing { .. }));
    assert!(matches!(fault("LayerBreak=1\n../../game.i02"), Fault::OutsideFolder { .. }));
    assert!(matches!(fault("LayerBreak=1\ngame.i01\ngame.i01"), Fault::Misplaced { .. }));
    fs::write(dir.path().join("short"), [0; 2047]).unwrap();
    assert!(matches!(fault("LayerBreak=1\nshort"), Fault::Truncated { .. }));
}
