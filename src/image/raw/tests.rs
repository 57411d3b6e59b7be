#[path = "../../../tests/common/makers/xiso.rs"]
#[allow(dead_code, reason = "the integration tests use the rest")]
mod xiso;

use super::*;
use crate::bytes::Bytes;
use crate::disc::sector::SYNC;

fn records(stride: usize, count: usize, fill: impl Fn(usize, &mut [u8])) -> Vec<u8> {
    let mut all = vec![0; stride * count];
    all.chunks_mut(stride).enumerate().for_each(|(n, record)| fill(n, record));
    all
}

#[test]
fn records_are_told_by_their_sync_patterns() {
    for (stride, sub) in [(2352, None), (2448, Some(SubKind::Interleaved)), (2368, Some(SubKind::Q16))] {
        let file = records(stride, 3, |_, record| {
            record[..12].copy_from_slice(&SYNC);
            record[15] = 1;
        });
        let found = probe(&file).unwrap().unwrap();
        assert_eq!((found.stride as usize, found.sub, found.mode), (stride, sub, TrackMode::Mode1));
    }
}

#[test]
fn records_are_told_by_a_volume_descriptor() {
    for (stride, at, mode) in [
        (2048, 1, TrackMode::Mode1),
        (2336, 9, TrackMode::Mode2Mixed),
        (2056, 9, TrackMode::Mode2Form1),
        (2340, 13, TrackMode::Mode2Mixed),
    ] {
        let file = records(stride, 20, |n, record| {
            if n == 16 {
                record[at..at + 5].copy_from_slice(b"CD001");
            }
        });
        let found = probe(&file).unwrap().unwrap();
        assert_eq!((found.stride as usize, found.mode, found.sub), (stride, mode, None));
    }
}

#[test]
fn nothing_is_told_where_nothing_is_said() {
    for len in [0usize, 1, 11, 12, 2047, 2048, 2352, 40_000] {
        assert_eq!(probe(&vec![7u8; len]).unwrap(), None);
        assert!(Bytes::len(&vec![7u8; len]) == len as u64);
    }
}

/// Xbox discs of every generation, and the game partition alone: all sectors stay, and both partitions are named.
#[test]
fn xbox_discs_are_known_wherever_the_game_begins() {
    let folder = tempfile::tempdir().unwrap();
    for base in xiso::BASES {
        let path = folder.path().join("disc.iso");
        xiso::disc(&path, base);
        let image = crate::image::testing::open(&path);
        assert_eq!((image.format.name, image.disc().medium), ("iso", Medium::Xbox));
        assert_eq!(u64::from(image.disc().sectors()), base / 2048 + 40);
        let named = image.warnings.iter().any(|warning| warning.contains(&format!("sector {},", base / 2048)));
        assert_eq!(named, base > 0, "{:?}", image.warnings);
    }
}

#[test]
fn an_image_of_nkit_says_that_it_is_scrubbed() {
    let Some(folder) = crate::image::testing::corpus("igir/roms/nkit") else { return };
    let image = crate::image::testing::open(&folder.join("GameCube-240pSuite-1.19.nkit.iso"));
    assert_eq!((image.format.name, image.disc().medium), ("iso", Medium::GameCube));
    assert!(image.warnings.iter().any(|warning| warning.contains("NKit")), "{:?}", image.warnings);
}
