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
