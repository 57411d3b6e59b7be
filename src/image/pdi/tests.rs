//! Tests of the InstantCopy format, on images made from what is told of it: there is no real file.

use std::fs;

use crate::disc::sector::{self, Form, RAW, Records, Slice, Worth};
use crate::disc::{Lba, TrackMode, scramble};
use crate::image::hostile::what;
use crate::image::makers::pdi as maker;
use crate::image::testing::{open, sectors, shape};
use crate::image::{self, Limits};

fn raw(mode: TrackMode, slice: Slice) -> Vec<u8> {
    let user: Vec<u8> = (0..20).flat_map(maker::user).collect();
    let mut whole = vec![0; 20 * RAW];
    let records = Records { mode, at: Lba(0), slice, stride: 2048, bytes: &user };
    sector::reform(records, Slice::RAW, &mut whole, RAW, &mut [Worth::Good; 20]);
    whole
}

#[test]
fn sectors_of_every_size() {
    let folder = tempfile::tempdir().unwrap();
    let cooked = open(&maker::cooked(folder.path()));
    assert_eq!((cooked.format.name, shape(cooked.disc())), ("pdi", vec![(1, TrackMode::Mode1, 0, 150, 20)]));
    assert!(sectors(&cooked.reader, 0, 20, Form::main(Slice::COOKED)) == (0..20).flat_map(maker::user).collect::<Vec<u8>>());

    let path = folder.path().join("raw.pdi");
    for (mode, seen, slice) in
        [(TrackMode::Mode1, TrackMode::Mode1, Slice::COOKED), (TrackMode::Mode2Form1, TrackMode::Mode2Mixed, Slice::FORM1)]
    {
        for (sub, scrambled) in [(0, false), (16, false), (96, false), (0, true), (16, true), (96, true)] {
            let plain = raw(mode, slice);
            let stored: Vec<u8> = plain
                .chunks(RAW)
                .flat_map(|sector| {
                    let mut sector = sector.to_vec();
                    if scrambled {
                        scramble::scramble(&mut sector);
                    }
                    sector.resize(RAW + sub, 0);
                    sector
                })
                .collect();
            fs::write(&path, maker::image(&stored)).unwrap();
            let image = open(&path);
            assert_eq!(shape(image.disc()), [(1, seen, 0, 150, 20)], "{sub} {scrambled}");
            assert!(sectors(&image.reader, 0, 20, Form::main(Slice::RAW)) == plain, "{sub} {scrambled}");
        }
    }
}

#[test]
fn nothing_is_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disc.pdi");
    for bytes in [vec![], vec![0; 20 * 2352], vec![0; 20 * 2048], vec![7; 100]] {
        fs::write(&path, maker::image(&bytes)).unwrap();
        let fault = image::open(&path, Limits::default()).err().unwrap().fault;
        assert_eq!(what(&fault), "a PDI image in which no file system is found (an audio or mixed disc, or another version)");
    }
}
