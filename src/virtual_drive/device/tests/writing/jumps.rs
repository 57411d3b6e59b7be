//! Layer jump recording: a track of a DVD-R DL on both layers by turns.

use super::*;

const SIZE: usize = 2048;
/// Page 05 for it.
const BY_JUMPS: [(usize, u8); 3] = [(2, 0x44), (3, 0x05), (4, 8)];
/// Sectors of a disc with two small layers.
const SECTORS: u32 = 640;

/// A structure of a DVD-R DL is told: 21 the middle area, 22 the interval, 23 the next jump address.
fn set(rig: &mut Rig, format: u8, value: u32) -> Result<(), Said> {
    let [a, b, c, d] = value.to_be_bytes();
    rig.send(&[0xBF, 0, 0, 0, 0, 0, 0, format, 0, 12, 0, 0], &[0, 10, 0, 0, 0, 0, 0, 0, a, b, c, d])
}

/// What READ TRACK INFORMATION says of the jumps: status, next address, last address of the track, last recorded, next and last jump.
fn told(rig: &mut Rig) -> (u8, Option<u32>, [u32; 4]) {
    let told = rig.ask(&[0x52, 1, 0, 0, 0, 1, 0, 0, 48, 0]).unwrap();
    assert_eq!((told.len(), told[1]), (48, 46));
    let word = |at: usize| u32::from_be_bytes(told[at..at + 4].try_into().unwrap());
    (told[5] >> 6, (told[7] & 1 != 0).then_some(word(12)), [24, 28, 40, 44].map(word))
}

#[test]
fn a_track_jumps_where_the_host_says_and_back_opposite_itself() {
    let mut rig = Rig::with(Blank::of(BlankKind::DvdRDl, SECTORS), Manners::default(), Vec::new());
    assert_eq!((told(&mut rig).0, set(&mut rig, 0x23, 31)), (0, Err((5, 0x2C, 0))), "that is for another way of writing");
    rig.select(&BY_JUMPS).unwrap();
    assert_eq!((rig.profile(), told(&mut rig)), (0x16, (1, Some(0), [639, 0, 319, 0])));
    set(&mut rig, 0x23, 31).unwrap();
    assert_eq!(told(&mut rig), (2, Some(0), [639, 0, 31, 0]));
    let data = noise(112, SIZE, 1);
    let part = |from: usize, to: usize| &data[from * SIZE..to * SIZE];
    rig.write_all(0, part(0, 32), SIZE).unwrap();
    // Opposite sector 31, on a second layer that begins at 320, lies 608.
    assert_eq!(told(&mut rig), (2, Some(608), [639, 31, 319, 31]));
    assert_eq!(rig.write(32, 16, part(32, 48)), Err((5, 0x21, 2)), "addresses do not ascend");
    rig.write_all(608, part(32, 64), SIZE).unwrap();
    assert_eq!(told(&mut rig), (2, Some(32), [639, 639, 319, 31]));
    set(&mut rig, 0x23, 63).unwrap();
    assert_eq!(rig.write(48, 16, part(64, 80)), Err((5, 0x21, 2)));
    rig.write_all(32, part(64, 96), SIZE).unwrap();
    rig.write_all(576, part(96, 112), SIZE).unwrap();
    assert_eq!((told(&mut rig), rig.track(1).2), ((2, Some(592), [639, 591, 319, 63]), 528));
    rig.synchronize().unwrap();
    rig.close(1, 1).unwrap();
    rig.close(2, 1).unwrap();
    assert_eq!((rig.state(), rig.last()), ((2, 3, 1, 1, 1), 639));
    let read = [(0, 32), (608, 32), (32, 32), (576, 16)].map(|(at, count)| rig.read(at, count).unwrap());
    assert!(read.concat() == data);
    assert!(rig.read(592, 16).unwrap().iter().all(|&byte| byte == 0), "filled up opposite what is recorded");
    assert_eq!(rig.read(64, 1), Err((3, 0x11, 5)), "neither layer has been there");
    assert_eq!(rig.0.recorded().unwrap().disc().layer_break, Some(320));
    assert_eq!(rig.write(64, 16, part(0, 16)), Err((5, 0x30, 5)));
}

#[test]
fn jump_addresses_lie_ahead_on_the_first_layer_at_ends_of_blocks() {
    let mut rig = Rig::with(Blank::of(BlankKind::DvdRDl, SECTORS), Manners::default(), Vec::new());
    rig.select(&BY_JUMPS).unwrap();
    let wrong = Err((5, 0x26, 0));
    for address in [0, 32, 320, 335, u32::MAX] {
        assert_eq!(set(&mut rig, 0x23, address), wrong, "{address}");
    }
    for interval in [0, 17, 336] {
        assert_eq!(set(&mut rig, 0x22, interval), wrong, "{interval}");
    }
    rig.write_all(0, &noise(32, SIZE, 2), SIZE).unwrap();
    assert_eq!((set(&mut rig, 0x23, 31), set(&mut rig, 0x23, 47)), (wrong, Ok(())));
    assert_eq!(set(&mut rig, 0x21, 160), Err((5, 0x2C, 0)), "the second layer has its place");
    rig.write_all(32, &noise(16, SIZE, 3), SIZE).unwrap();
    // On the second layer now: the next jump is from behind the last.
    assert_eq!((set(&mut rig, 0x23, 47), set(&mut rig, 0x23, 63)), (wrong, Ok(())));
}

#[test]
fn jumps_at_regular_intervals_need_no_further_word() {
    let mut rig = Rig::with(Blank::of(BlankKind::DvdRDl, SECTORS), Manners::default(), Vec::new());
    rig.select(&BY_JUMPS).unwrap();
    set(&mut rig, 0x22, 0x20).unwrap();
    assert_eq!(rig.ask(&[0xAD, 0, 0, 0, 0, 0, 0, 0x22, 0, 12, 0, 0]).unwrap()[8..], [0, 0, 0, 0x20]);
    assert_eq!(told(&mut rig).0, 3);
    for (at, next) in [(0, 608), (608, 32), (32, 576), (576, 64)] {
        rig.write_all(at, &noise(32, SIZE, 4), SIZE).unwrap();
        assert_eq!(told(&mut rig).1, Some(next));
    }
    assert_eq!(set(&mut rig, 0x22, 0x10), Err((5, 0x2C, 0)), "the track has its own");
}

/// With one jump, at the end of a first layer that ends where the host wants it, addresses ascend; and nothing of that layer is left to jump from.
#[test]
fn one_jump_at_the_end_of_the_first_layer_leaves_no_gap() {
    let mut rig = Rig::with(Blank::of(BlankKind::DvdRDl, SECTORS), Manners::default(), Vec::new());
    rig.select(&BY_JUMPS).unwrap();
    set(&mut rig, 0x21, 64).unwrap();
    set(&mut rig, 0x23, 63).unwrap();
    let data = noise(128, SIZE, 5);
    rig.write_all(0, &data[..56 * SIZE], SIZE).unwrap();
    assert_eq!(rig.write(56, 16, &data[56 * SIZE..72 * SIZE]), Ok(()), "a command may bring both sides of the jump");
    assert_eq!(told(&mut rig), (2, Some(72), [127, 71, 0, 63]));
    rig.write_all(72, &data[72 * SIZE..], SIZE).unwrap();
    assert_eq!(rig.write(128, 16, &data[..16 * SIZE]), Err((5, 0x21, 0)));
    rig.close(1, 1).unwrap();
    rig.close(2, 1).unwrap();
    assert!(rig.read(0, 128).unwrap() == data);
    assert_eq!((rig.last(), rig.0.recorded().unwrap().disc().layer_break), (127, Some(64)));
}

#[test]
fn a_disc_is_written_by_jumps_from_the_beginning_or_not_at_all() {
    let incremental = [(2, 0x40), (3, 0xC5)];
    for (first, second) in [(&BY_JUMPS[..], &incremental[..]), (&incremental, &BY_JUMPS)] {
        let mut rig = Rig::new(BlankKind::DvdRDl);
        let data = noise(32, SIZE, 6);
        rig.select(first).unwrap();
        rig.write(0, 16, &data[..16 * SIZE]).unwrap();
        rig.select(second).unwrap();
        assert_eq!(rig.write(16, 16, &data[16 * SIZE..]), Err((5, 0x64, 0)));
    }
    let mut rig = Rig::new(BlankKind::DvdRDl);
    rig.select(&BY_JUMPS).unwrap();
    assert_eq!(rig.tell(&[0x53, 0, 0, 0, 0, 0, 0, 0, 40, 0]), Err((5, 0x2C, 0)), "no size is told beforehand");
}
