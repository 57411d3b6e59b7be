//! Tests of the Easy CD Creator format, on images made from what is told of it: there is no real file.

use std::fs;

use super::parse;
use crate::disc::cd_text::Field;
use crate::disc::sector::{Form, Slice};
use crate::disc::{DiscType, Isrc, TrackMode};
use crate::image::hostile::{damage, what};
use crate::image::makers::cif as maker;
use crate::image::testing::{open, sectors, shape};
use crate::image::{self, Fault, Limits};

use crate::image::makers::parts::{audio, form1, mode1};

#[test]
fn a_cd_of_two_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let image = open(&maker::cd(folder.path()));
    let disc = image.disc();
    assert_eq!((image.format.name, disc.sessions.len()), ("cif", 2));
    assert_eq!(
        shape(disc),
        [
            (1, TrackMode::Mode1, 0, 150, 310),
            (2, TrackMode::Audio, 460, 150, 300),
            (3, TrackMode::Audio, 760, 0, 301),
            (4, TrackMode::Mode2Mixed, 12_461, 150, 300)
        ]
    );
    assert_eq!([disc.sessions[0].disc_type, disc.sessions[1].disc_type], [DiscType::CdDaOrRom, DiscType::Xa]);
    assert_eq!(disc.sessions[0].tracks[1].isrc, Isrc::new(b"USRC17607839").ok());
    let texts: Vec<_> = disc.cd_text.languages[0].texts().collect();
    assert_eq!(
        texts,
        [(0, Field::Title, "A disc"), (2, Field::Title, "Eins"), (3, Field::Title, "Zwölf"), (0, Field::Performer, "Somebody")]
    );
    let raw = |from: i32, to: i32| sectors(&image.reader, from, (to - from) as usize, Form::main(Slice::RAW));
    assert!(raw(0, 310) == (0..310).flat_map(mode1).collect::<Vec<u8>>());
    assert!(raw(460, 760) == (460..760).flat_map(audio).collect::<Vec<u8>>());
    assert!(raw(760, 1061) == (760..1061).flat_map(audio).collect::<Vec<u8>>());
    assert!(raw(12_461, 12_761) == (12_461..12_761).flat_map(form1).collect::<Vec<u8>>());
}

/// By other people's word the length of a block counts from its content on.
#[test]
fn blocks_of_the_other_length() {
    let heads = |file: Vec<u8>| {
        let read = |at: u64| Ok(file.get(at as usize..).unwrap_or_default().iter().copied().take(12).collect());
        parse::chain(file.len() as u64, read).map(|blocks| blocks.iter().map(|block| (block.kind, block.len)).collect::<Vec<_>>())
    };
    let block = |len: u32, content: usize| [b"RIFF", &len.to_le_bytes()[..], b"imag", &vec![0; content]].concat();
    let found = heads([block(20, 20), block(21, 22), block(25, 21)].concat()).unwrap();
    assert_eq!(found, [(*b"imag", 20), (*b"imag", 22), (*b"imag", 21)]);
    assert!(heads([block(18, 20), block(20, 16)].concat()).is_err());
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disc.cif");
    let refused = |bytes: Vec<u8>| {
        fs::write(&path, bytes).unwrap();
        image::open(&path, Limits::default()).err().expect("it must not be read").fault
    };
    let changed = |change: fn(&mut [Vec<maker::Track>; 2])| {
        let mut tracks = maker::tracks();
        change(&mut tracks);
        refused(maker::image(&tracks))
    };
    assert_eq!(what(&changed(|t| t[0][0].kind = 3)), "the kind of a track");
    assert_eq!(what(&changed(|t| t[0][0].sectors = 311)), "the length of a track and that of its place");
    assert_eq!(what(&changed(|t| t[1].clear())), "a track of the session");
    let blocks = |disc: &[u8], places: &[u8]| [maker::block(b"imag", &[0; 40]), disc.to_vec(), places.to_vec()].concat();
    let (disc, places) = (maker::block(b"disc", &maker::disc(&maker::tracks())), maker::block(b"ofs ", &maker::places(&[], 0)));
    assert_eq!(what(&refused(blocks(&disc, &[]))), "the list of places (block ofs)");
    assert_eq!(what(&refused(blocks(&places, &[]))), "the description of the disc (block disc)");
    assert_eq!(what(&refused(blocks(&disc, &places))), "the place of a track");
    let places = maker::block(b"ofs ", &maker::places(&maker::tracks(), 12));
    assert_eq!(what(&refused(blocks(&disc, &places))), "the start of a track, as the list of places says");
    assert_eq!(what(&refused(blocks(&[0; 20], &[]))), "the length of a block");
}

#[test]
fn damaged_descriptions_do_no_harm() {
    damage(&maker::disc(&maker::tracks()), |bytes| drop(parse::disc(bytes, 0)));
    damage(&maker::places(&maker::tracks(), 32), |bytes| drop(parse::places(bytes, 0)));
    let small = [maker::block(b"imag", &[0; 9]), maker::block(b"disc", &[0; 40]), maker::block(b"ofs ", &[0; 10])].concat();
    damage(&small, |bytes| (super::CIF.parse_anything)(bytes, &Limits::default()));
}

#[test]
fn shortened_images_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = maker::cd(folder.path());
    let good = fs::read(&path).unwrap();
    for len in [11, 12, 1000, good.len() - 1, good.len() - 40] {
        fs::write(&path, &good[..len]).unwrap();
        assert!(!matches!(image::open(&path, Limits::default()), Err(image::Error { fault: Fault::Io(_), .. }) | Ok(_)), "{len}");
    }
}
