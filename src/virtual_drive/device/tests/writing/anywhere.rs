//! Discs that are written anywhere once they are formatted.

use super::*;

const SIZE: usize = 2048;

impl Rig {
    /// FORMAT UNIT: type, subtype, sectors.
    fn format(&mut self, kind: u8, sub: u8, sectors: u32, parameter: u8) -> Result<(), Said> {
        let [a, b, c, d] = sectors.to_be_bytes();
        self.send(&[0x04, 0x11, 0, 0, 0, 0], &[0, 2, 0, 8, a, b, c, d, kind << 2 | sub, 0, 0, parameter])
    }

    /// READ FORMAT CAPACITIES: the state, its sectors, and types with their sectors.
    fn formats(&mut self) -> (u8, u32, Vec<(u8, u32)>) {
        let told = self.ask(&[0x23, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0]).unwrap();
        let word = |row: &[u8]| u32::from_be_bytes(row[..4].try_into().unwrap());
        let rows = told[12..].chunks(8).map(|row| (row[4] >> 2, word(row))).collect();
        (told[8] & 3, word(&told[4..]), rows)
    }
}

#[test]
fn a_dvd_plus_rw_is_formatted_before_it_is_written() {
    let mut rig =
        Rig::with(Blank::new(BlankKind::DvdPlusRw), Manners { long: Duration::from_secs(20), ..Manners::default() }, Vec::new());
    assert_eq!((rig.profile(), rig.state()), (0x1A, (0, 0, 1, 1, 1)));
    assert_eq!(rig.formats(), (1, 2_295_104, vec![(0x26, 2_295_104)]));
    let data = noise(16, SIZE, 1);
    assert_eq!(rig.write(0, 16, &data), Err((5, 0x30, 0x10)));
    rig.format(0x26, 0, u32::MAX, 0).unwrap();
    let background = |rig: &mut Rig| rig.ask(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0]).unwrap()[7] & 3;
    assert_eq!((background(&mut rig), rig.last()), (2, 2_295_103));
    // It takes sectors while it is being formatted, anywhere, one by one.
    rig.write(1_000_001, 16, &data).unwrap();
    rig.close(0, 0).unwrap();
    assert_eq!((background(&mut rig), rig.state()), (1, (2, 3, 1, 1, 1)));
    assert!(rig.read(1_000_001, 16).unwrap() == data && rig.read(5, 1).unwrap() == [0; SIZE]);
    rig.write(1_000_001, 1, &[7; SIZE]).unwrap();
    assert_eq!(rig.read(1_000_001, 1).unwrap(), [7; SIZE]);
    assert_eq!(rig.write(2_295_104, 1, &[7; SIZE]), Err((5, 0x21, 0)));
    // An image is as long as what was written, in whole ECC blocks.
    assert_eq!(rig.0.recorded().unwrap().disc().sectors(), 1_000_032);
    assert!(rig.has(0x20) && rig.has(0x2A) && !rig.has(0x21));
}

#[test]
fn a_dvd_ram_comes_formatted() {
    let mut rig = Rig::new(BlankKind::DvdRam);
    let sizes = vec![(0, 2_236_704), (0, 2_295_072), (1, 2_226_976), (1, 2_217_248)];
    assert_eq!((rig.profile(), rig.state().0, rig.formats()), (0x12, 3, (2, 2_236_704, sizes)));
    let data = noise(16, SIZE, 1);
    rig.send(&[0x2E, 0, 0, 0, 0, 7, 0, 0, 16, 0], &data).unwrap();
    assert!(rig.read(7, 16).unwrap() == data);
    assert_eq!(rig.format(0, 0, 2_236_705, 0), Err((5, 0x26, 0)));
    rig.format(0, 0, 2_295_072, 0).unwrap();
    assert_eq!(rig.last(), 2_295_071);
    let spares = rig.ask(&[0xAD, 0, 0, 0, 0, 0, 0, 9, 0, 16, 0, 0]).unwrap();
    assert_eq!(spares[4..8], 12_800u32.to_be_bytes());
}

#[test]
fn blu_ray_discs_are_formatted_with_spare_areas_or_without() {
    for (kind, usual, most, least) in
        [(BlankKind::BdRe, 11_826_176, 5_796_864, 12_088_320), (BlankKind::BdReDl, 23_652_352, 11_593_728, 24_307_712)]
    {
        let mut rig = Rig::new(kind);
        let all = kind.capacity();
        let offers = vec![(0, usual), (0x30, usual), (0x30, most), (0x30, least), (0x31, all)];
        assert_eq!((rig.state().0, rig.formats()), (0, (1, all, offers)));
        assert_eq!(rig.write(0, 1, &[1; SIZE]), Err((5, 0x30, 0x10)));
        assert_eq!(rig.format(0x30, 2, least + 32, 0), Err((5, 0x26, 0)));
        rig.format(0x30, 2, least, 0).unwrap();
        assert_eq!((rig.state().0, rig.last(), rig.formats().0), (3, least - 1, 2));
        rig.write(least as i32 - 1, 1, &[1; SIZE]).unwrap();
        assert_eq!(rig.read(least as i32 - 2, 2).unwrap(), [[0; SIZE], [1; SIZE]].concat());
        rig.format(0x31, 0, all, 0).unwrap();
        assert_eq!(rig.last(), all - 1);
    }
}

#[test]
fn a_dvd_rw_changes_from_writing_in_order_to_writing_anywhere_and_back() {
    let mut rig = Rig::new(BlankKind::DvdRw);
    assert_eq!((rig.profile(), rig.has(0x21), rig.has(0x26)), (0x14, true, false));
    let data = noise(32, SIZE, 1);
    // In a hurry: nothing is there yet, and it grows until it is closed.
    rig.format(0x15, 0, 0, 0x10).unwrap();
    assert_eq!((rig.profile(), rig.has(0x21), rig.has(0x26), rig.state()), (0x13, false, true, (1, 1, 1, 1, 1)));
    assert_eq!(rig.write(16, 16, &data[..16 * SIZE]), Err((5, 0x21, 2)), "not behind the end");
    assert_eq!(rig.write(0, 8, &data[..8 * SIZE]), Err((5, 0x21, 2)), "not a whole ECC block");
    rig.write_all(0, &data, SIZE).unwrap();
    assert_eq!((rig.last(), rig.track(1).1), (31, Some(32)));
    rig.close(2, 0).unwrap();
    assert_eq!((rig.state(), rig.write(32, 16, &data[..16 * SIZE])), ((2, 3, 1, 1, 1), Err((5, 0x21, 0))));
    rig.write(0, 16, &data[16 * SIZE..]).unwrap();
    assert!(rig.read(0, 16).unwrap() == data[16 * SIZE..]);
    rig.format(0x13, 0, 0, 0x10).unwrap();
    rig.write(32, 16, &data[..16 * SIZE]).unwrap();
    rig.format(0x10, 0, 2_298_496, 0x10).unwrap();
    assert_eq!((rig.last(), rig.state()), (2_298_495, (2, 3, 1, 1, 1)));
    // Erased in a hurry it takes nothing but the disc at once.
    rig.tell(&[0xA1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    assert_eq!((rig.profile(), rig.has(0x21), rig.state()), (0x14, false, (0, 0, 1, 1, 1)));
    rig.select(&[(2, 0x40), (3, 0xC5), (4, 8)]).unwrap();
    assert_eq!(rig.write(0, 16, &data[..16 * SIZE]), Err((5, 0x64, 0)));
    rig.tell(&[0xA1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    rig.write(0, 16, &data[..16 * SIZE]).unwrap();
}

#[test]
fn discs_that_can_t_be_formatted_or_erased_say_so() {
    for kind in [BlankKind::CdR, BlankKind::DvdR, BlankKind::DvdPlusR, BlankKind::DvdPlusRDl] {
        let mut rig = Rig::new(kind);
        assert_eq!(rig.format(0x26, 0, u32::MAX, 0), Err((5, 0x30, 6)), "{}", kind.word());
        assert_eq!(rig.tell(&[0xA1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), Err((5, 0x30, 6)));
        assert_eq!(rig.formats().2, []);
    }
    let mut rig = Rig::new(BlankKind::BdRe);
    assert_eq!(rig.send(&[0x04, 0x11, 0, 0, 0, 0], &[0; 4]), Err((5, 0x1A, 0)));
    assert_eq!(rig.tell(&[0x04, 0, 0, 0, 0, 0]), Err((5, 0x24, 0)));
    assert_eq!(rig.format(0x26, 0, u32::MAX, 0), Err((5, 0x26, 0)));
}
