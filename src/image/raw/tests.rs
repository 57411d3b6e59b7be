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
