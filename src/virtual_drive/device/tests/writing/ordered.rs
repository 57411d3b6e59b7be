use super::*;

const SIZE: usize = 2048;

#[test]
fn a_dvd_plus_r_grows_session_by_session() {
    let mut rig = Rig::new(BlankKind::DvdPlusR);
    assert_eq!((rig.profile(), rig.state(), rig.track(1)), (0x1B, (0, 0, 1, 1, 1), (0, Some(0), 2_295_104, 2_295_104)));
    let (one, two) = (noise(64, SIZE, 1), noise(40, SIZE, 2));
    assert_eq!(rig.write(16, 16, &one[..16 * SIZE]), Err((5, 0x21, 2)));
    rig.write_all(0, &one, SIZE).unwrap();
    assert_eq!((rig.state(), rig.track(0xFF).1), ((1, 1, 1, 1, 1), Some(64)));
    rig.synchronize().unwrap();
    rig.close(1, 1).unwrap();
    rig.close(2, 1).unwrap();
    assert_eq!((rig.state(), rig.last()), ((1, 0, 2, 2, 2), 63));
    // As drives leave it between sessions: 2,048 sectors.
    assert_eq!(rig.track(0xFF).0, 64 + 2048);
    rig.write_all(2112, &two, SIZE).unwrap();
    rig.close(1, 2).unwrap();
    assert_eq!(rig.track(2).3, 48, "a whole ECC block");
    rig.close(6, 0).unwrap();
    assert_eq!((rig.state(), rig.last()), ((2, 3, 2, 2, 2), 2112 + 47));
    assert!(rig.read(0, 64).unwrap() == one && rig.read(2112, 40).unwrap() == two);
    assert_eq!(rig.read(70, 1), Err((3, 0x11, 5)), "between the sessions");
    assert_eq!(rig.write(2160, 16, &one[..16 * SIZE]), Err((5, 0x30, 5)));
    assert_eq!(rig.0.recorded().unwrap().disc().sessions.len(), 2);
}

/// Page 05 for incremental writing, after which another session may follow; and for the disc at once.
const INCREMENTAL: [(usize, u8); 3] = [(2, 0x40), (3, 0xC5), (4, 8)];
const AT_ONCE: [(usize, u8); 3] = [(2, 0x42), (3, 0x05), (4, 8)];

#[test]
fn a_dvd_r_is_written_incrementally_in_sessions() {
    for kind in [BlankKind::DvdR, BlankKind::DvdRw] {
        let mut rig = Rig::new(kind);
        let data = noise(50, SIZE, 3);
        rig.select(&[(2, 0x41)]).unwrap();
        assert_eq!(rig.write(0, 1, &data[..SIZE]), Err((5, 0x64, 0)), "a DVD has no tracks at once");
        rig.select(&INCREMENTAL).unwrap();
        rig.write_all(0, &data, SIZE).unwrap();
        rig.close(1, 1).unwrap();
        rig.close(2, 1).unwrap();
        assert_eq!((rig.state(), rig.last()), ((1, 0, 2, 2, 2), 63));
        let next = rig.track(0xFF).1.unwrap();
        assert!(next > 64 && next % 16 == 0);
        rig.select(&[(3, 0x05)]).unwrap();
        rig.write_all(next, &data, SIZE).unwrap();
        rig.close(1, 2).unwrap();
        rig.close(2, 2).unwrap();
        assert_eq!(rig.state(), (2, 3, 2, 2, 2));
        assert!(rig.read(0, 50).unwrap() == data && rig.read(next, 50).unwrap() == data);
        assert_eq!(rig.write(next + 64, 1, &data[..SIZE]), Err((5, 0x30, 5)));
    }
}

#[test]
fn a_dvd_r_at_once_has_to_be_told_its_size() {
    let mut rig = Rig::new(BlankKind::DvdR);
    let data = noise(40, SIZE, 4);
    rig.select(&AT_ONCE).unwrap();
    assert_eq!(rig.write(0, 16, &data[..16 * SIZE]), Err((5, 0x2C, 0)));
    rig.tell(&[0x53, 0, 0, 0, 0, 0, 0, 0, 40, 0]).unwrap();
    rig.write_all(0, &data, SIZE).unwrap();
    rig.synchronize().unwrap();
    assert_eq!(rig.state().0, 1, "a whole ECC block is 48");
    rig.write(40, 8, &[0; 8 * SIZE]).unwrap();
    rig.synchronize().unwrap();
    assert_eq!((rig.state(), rig.last()), ((2, 3, 1, 1, 1), 47));
    assert!(rig.read(0, 40).unwrap() == data);
}

#[test]
fn the_second_layer_begins_where_the_host_says() {
    let mut rig = Rig::new(BlankKind::DvdPlusRDl);
    let layer = |rig: &mut Rig| {
        let told = rig.ask(&[0xAD, 0, 0, 0, 0, 0, 0, 0x20, 0, 12, 0, 0]).unwrap();
        (told[4] >> 7, u32::from_be_bytes(told[8..12].try_into().unwrap()))
    };
    assert_eq!(layer(&mut rig), (0, 2_086_912));
    let set = |rig: &mut Rig, sectors: u32| {
        let [a, b, c, d] = sectors.to_be_bytes();
        rig.send(&[0xBF, 0, 0, 0, 0, 0, 0, 0x20, 0, 12, 0, 0], &[0, 0x0A, 0, 0, 0, 0, 0, 0, a, b, c, d])
    };
    assert_eq!((set(&mut rig, 33), set(&mut rig, 2_086_928)), (Err((5, 0x26, 0)), Err((5, 0x26, 0))));
    set(&mut rig, 32).unwrap();
    assert_eq!((layer(&mut rig), set(&mut rig, 48)), ((1, 32), Err((5, 0x2C, 0))));
    assert_eq!(rig.track(1).2, 64, "the second layer holds no more than the first");
    let data = noise(64, SIZE, 2);
    rig.write_all(0, &data, SIZE).unwrap();
    rig.close(1, 1).unwrap();
    rig.close(6, 0).unwrap();
    let disc = rig.0.recorded().unwrap();
    assert_eq!((disc.disc().layer_break, disc.disc().sectors()), (Some(32), 64));
    let physical = mmc::read_structure(&mut rig.0, false, 0, 0).unwrap();
    let layers = mmc::Layers::parse(&physical).unwrap();
    assert_eq!((layers.book, layers.layers, layers.layer_break()), (14, 2, Some(32)));
}

#[test]
fn a_bd_r_is_written_with_spare_areas_or_without() {
    for (kind, capacity, spared) in [(BlankKind::BdR, 12_219_392, 11_826_176), (BlankKind::BdRDl, 24_438_784, 23_652_352)] {
        let mut rig = Rig::new(kind);
        assert_eq!((rig.profile(), rig.track(0xFF)), (0x41, (0, Some(0), capacity, capacity)));
        let [a, b, c, d] = u32::to_be_bytes(spared);
        let list = |code: u8| [0, 2, 0, 8, a, b, c, d, code, 0, 0, 0];
        assert_eq!(rig.send(&[0x04, 0x11, 0, 0, 0, 0], &list(2)), Err((5, 0x26, 0)), "random recording");
        rig.send(&[0x04, 0x11, 0, 0, 0, 0], &list(0)).unwrap();
        assert_eq!((rig.track(0xFF).2, rig.has(0x38), rig.state().0), (spared, true, 0));
        let data = noise(70, SIZE, 1);
        for session in 1..=2u8 {
            let start = rig.track(0xFF).1.unwrap();
            rig.write_all(start, &data, SIZE).unwrap();
            assert_eq!(rig.send(&[0x04, 0x11, 0, 0, 0, 0], &list(0)), Err((5, 0x30, 6)), "something is on it");
            rig.synchronize().unwrap();
            rig.close(1, session).unwrap();
            assert!(rig.read(start, 70).unwrap() == data, "a closed track can be read before its session is closed");
            rig.close(2, session).unwrap();
            assert_eq!((rig.state(), rig.last()), ((1, 0, session + 1, session + 1, session + 1), start as u32 + 95));
        }
        rig.close(6, 0).unwrap();
        assert_eq!((rig.state(), rig.close(6, 0)), ((2, 3, 2, 2, 2), Err((5, 0x30, 5))));
        let medium = rig.0.recorded().unwrap().disc().medium;
        assert_eq!(medium, crate::disc::Medium::Bd);
        let di = mmc::read_structure(&mut rig.0, true, 0, 0).unwrap();
        assert_eq!((&di[..2], &di[8..11], di[12] >> 4), (&b"DI"[..], &b"BDR"[..], u8::from(kind == BlankKind::BdRDl) + 1));
    }
}

#[test]
fn full_discs_take_no_more() {
    for kind in [BlankKind::DvdR, BlankKind::DvdPlusR, BlankKind::BdR] {
        let mut rig = Rig::with(Blank::of(kind, 64), Manners::default(), Vec::new());
        rig.select(&INCREMENTAL).unwrap();
        let data = noise(64, SIZE, 1);
        rig.write_all(0, &data[..48 * SIZE], SIZE).unwrap();
        assert_eq!(rig.write(48, 32, &data[..32 * SIZE]), Err((5, 0x21, 0)));
        rig.write(48, 16, &data[48 * SIZE..]).unwrap();
        assert_eq!(rig.write(64, 16, &data[..16 * SIZE]), Err((5, 0x21, 0)), "{}", kind.word());
        rig.close(1, 1).unwrap();
        rig.close(2, 1).unwrap();
        assert!(rig.read(0, 64).unwrap() == data);
        assert_eq!(rig.ask(&[0x52, 1, 0, 0, 0, 0xFF, 0, 0, 36, 0]), Err((5, 0x24, 0)), "there is no track to come");
    }
}

#[test]
fn makers_are_told_as_programs_ask_for_them() {
    let mut plus = Rig::new(BlankKind::DvdPlusR);
    let adip = plus.ask(&[0xAD, 0, 0, 0, 0, 0, 0, 0x11, 1, 4, 0, 0]).unwrap();
    assert_eq!((&adip[4 + 19..4 + 26], &adip[4 + 27..4 + 30]), (&b"SPINDLE"[..], &b"001"[..]));
    let mut dash = Rig::new(BlankKind::DvdR);
    let pits = dash.ask(&[0xAD, 0, 0, 0, 0, 0, 0, 0x0E, 0, 44, 0, 0]).unwrap();
    assert_eq!((pits[4 + 16], &pits[4 + 17..4 + 23], pits[4 + 24]), (3, &b"SPINDL"[..], 4));
    let list = dash.ask(&[0xAD, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0, 0]).unwrap();
    assert!(list[4..].chunks(4).any(|row| row[0] == 0x0E) && list[4..].chunks(4).all(|row| row[0] != 0x11));
}
