use super::*;
use crate::image::{At, Fault, Limits};

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
    let tight = Limits { descriptor: 20, statements: 5, files: 2 };
    assert!(matches!(parse(&[b'x'; 21], &tight).unwrap_err().fault, Fault::TooMany { .. }));
    assert!(matches!(parse(b"a\nb\nc", &tight).unwrap_err().fault, Fault::TooMany { .. }));
}
