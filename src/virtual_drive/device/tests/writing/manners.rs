//! Drives and discs that misbehave while they write.

use super::*;

const SIZE: usize = 2048;

/// Page 05: data track at once, with buffer underruns bridged or not.
fn track(bridged: bool) -> [(usize, u8); 3] {
    [(2, if bridged { 0x41 } else { 0x01 }), (3, 0xC4), (4, 8)]
}

#[test]
fn faults_of_a_disc_show_where_they_are() {
    let fault = |at: i32, trouble| Fault { sectors: at..at + 1, trouble };
    let faults =
        vec![fault(3, Trouble::Flipped { byte: 100, bit: 7 }), fault(40, Trouble::Unwritable), fault(20, Trouble::Underrun)];
    let mut rig = Rig::with(Blank::new(BlankKind::CdR), Manners::default(), faults);
    rig.select(&track(true)).unwrap();
    let data = noise(64, SIZE, 1);
    rig.write_all(0, &data[..32 * SIZE], SIZE).unwrap();
    let [a, b, c, d] = 32i32.to_be_bytes();
    let cdb = [0x2A, 0, a, b, c, d, 0, 0, 16, 0];
    let error = rig.0.execute(&cdb, Data::Out(&data[32 * SIZE..48 * SIZE]), LONG).unwrap_err();
    let sense = error.sense().unwrap();
    assert_eq!((sense.key, sense.asc, sense.information), (3, 0x0C, Some(40)));
    assert_eq!(rig.track(0xFF).1, Some(40), "what came before it is written");
    rig.synchronize().unwrap();
    let read = rig.read(0, 40).unwrap();
    let wrong: Vec<usize> = (0..read.len()).filter(|&n| read[n] != data[n]).collect();
    assert_eq!((wrong.as_slice(), read[3 * SIZE + 100] ^ data[3 * SIZE + 100]), (&[3 * SIZE + 100][..], 0x80));
}

#[test]
fn an_underrun_spoils_what_does_not_bridge_it() {
    let faults = || vec![Fault { sectors: 20..21, trouble: Trouble::Underrun }];
    let data = noise(32, SIZE, 1);
    let mut rig = Rig::with(Blank::new(BlankKind::CdR), Manners::default(), faults());
    rig.select(&track(false)).unwrap();
    assert_eq!(rig.write_all(0, &data, SIZE), Err((3, 0x0C, 9)));
    let mut plus = Rig::with(Blank::new(BlankKind::DvdPlusR), Manners::default(), faults());
    plus.select(&track(false)).unwrap();
    plus.write_all(0, &data, SIZE).unwrap();
    // A host that is slower than the disc, which takes 10 MB a second.
    let quick = Manners { line_rate: Some(10_000_000), ..Manners::default() };
    let mut rig = Rig::with(Blank::new(BlankKind::CdR), quick, Vec::new());
    rig.select(&track(false)).unwrap();
    rig.write_all(0, &data[..16 * SIZE], SIZE).unwrap();
    std::thread::sleep(Duration::from_millis(30));
    assert_eq!(rig.write_all(16, &data[..16 * SIZE], SIZE), Err((3, 0x0C, 9)));
}

#[test]
fn a_slow_disc_fills_the_buffer() {
    let slow = Manners { line_rate: Some(1_000_000), buffer: 64 << 10, ..Manners::default() };
    let mut rig = Rig::with(Blank::new(BlankKind::DvdPlusR), slow, Vec::new());
    let data = noise(64, SIZE, 1);
    let buffer = |rig: &mut Rig| {
        let told = rig.ask(&[0x5C, 0, 0, 0, 0, 0, 0, 0, 12, 0]).unwrap();
        [4, 8].map(|at| u32::from_be_bytes(told[at..at + 4].try_into().unwrap()))
    };
    assert_eq!(buffer(&mut rig), [64 << 10, 64 << 10]);
    rig.write_all(0, &data[..32 * SIZE], SIZE).unwrap();
    assert!(buffer(&mut rig)[1] < 32 << 10);
    assert_eq!(rig.write(32, 16, &data[..16 * SIZE]), Err((2, 4, 8)));
    let mut tries = 0;
    while rig.write(32, 16, &data[..16 * SIZE]).is_err() {
        std::thread::sleep(Duration::from_millis(5));
        tries += 1;
        assert!(tries < 100);
    }
    // In the background; then nothing is left.
    rig.tell(&[0x35, 2, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    assert_eq!(rig.tell(&[0; 6]), Err((2, 4, 8)));
    while rig.tell(&[0; 6]).is_err() {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(buffer(&mut rig)[1], 64 << 10);
}

#[test]
fn what_takes_long_tells_how_far_it_is() {
    let manners = Manners { long: Duration::from_millis(200), ..Manners::default() };
    let mut rig = Rig::with(Blank::new(BlankKind::CdRw), manners.clone(), Vec::new());
    rig.tell(&[0xA1, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    assert_eq!(rig.tell(&[0; 6]), Err((2, 4, 7)));
    assert!(rig.ask(&[0x12, 0, 0, 0, 36, 0]).is_ok(), "who it is can always be asked");
    std::thread::sleep(Duration::from_millis(60));
    let sense = crate::drive::sense::Sense::parse(&rig.ask(&[3, 0, 0, 0, 18, 0]).unwrap()).unwrap();
    assert!((10_000..65_000).contains(&sense.progress.unwrap()), "{sense:?}");
    std::thread::sleep(Duration::from_millis(150));
    assert_eq!(rig.tell(&[0; 6]), Ok(()));
    // Told to wait for it, the command itself takes as long.
    let begun = std::time::Instant::now();
    rig.tell(&[0xA1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(200));
    let mut ram = Rig::with(Blank::new(BlankKind::BdRe), manners, Vec::new());
    let list = [0, 2, 0, 8, 0, 0xB4, 0x74, 0, 0, 0, 0, 0];
    ram.send(&[0x04, 0x11, 0, 0, 0, 0], &list).unwrap();
    assert_eq!(ram.tell(&[0; 6]), Err((2, 4, 4)));
}

#[test]
fn a_drive_may_find_no_power_and_one_that_only_reads_says_so() {
    let opc = [0x54, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    let mut rig = Rig::with(Blank::new(BlankKind::CdR), Manners { opc_fails: true, ..Manners::default() }, Vec::new());
    assert_eq!(rig.tell(&opc), Err((3, 0x73, 3)));
    assert_eq!(Rig::new(BlankKind::DvdPlusR).tell(&opc), Ok(()));
    let reads = Manners { records: false, ..Manners::default() };
    let mut rig = Rig::with(Blank::new(BlankKind::CdR), reads, Vec::new());
    assert_eq!((rig.tell(&opc), rig.write(0, 1, &[0; SIZE])), (Err((5, 0x20, 0)), Err((5, 0x20, 0))));
    assert_eq!(rig.ask(&[0x5A, 8, 5, 0, 0, 0, 0, 0, 64, 0]), Err((5, 0x24, 0)));
    assert_eq!(mmc::get_configuration(&mut rig.0).unwrap().written(), []);
    // Pressed discs take nothing.
    let (mut pressed, _) = drive(Manners::default(), Vec::new());
    let mut rig = Rig(std::mem::replace(&mut pressed, Device::new(Manners::default())));
    assert_eq!((rig.write(0, 1, &[0; SIZE]), rig.tell(&opc)), (Err((5, 0x30, 5)), Err((5, 0x30, 5))));
    assert_eq!((rig.synchronize(), rig.profile()), (Ok(()), 0x08));
}

#[test]
fn speeds_are_those_of_the_disc() {
    let mut rig = Rig::new(BlankKind::DvdPlusRDl);
    let list = |rig: &mut Rig| {
        let told = rig.ask(&[0xAC, 0, 0, 0, 0, 0, 0, 0, 0, 9, 3, 0]).unwrap();
        told[8..].chunks(16).map(|row| u32::from_be_bytes(row[12..].try_into().unwrap())).collect::<Vec<_>>()
    };
    let now = |rig: &mut Rig| {
        let page = rig.ask(&[0x5A, 8, 0x2A, 0, 0, 0, 0, 0xFF, 0xFF, 0]).unwrap();
        (u16::from_be_bytes([page[36], page[37]]), page[39])
    };
    assert_eq!((list(&mut rig), now(&mut rig)), (vec![11_080, 8_310, 5_540, 3_324], (11_080, 4)));
    rig.tell(&[0xBB, 0, 0xFF, 0xFF, 0x15, 0xA4, 0, 0, 0, 0, 0, 0]).unwrap();
    assert_eq!(now(&mut rig).0, 5_540);
    let mut stream = [0; 28];
    stream[20..].copy_from_slice(&[0, 0, 0x20, 0x76, 0, 0, 3, 0xE8]);
    rig.send(&[0xB6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 28, 0], &stream).unwrap();
    assert_eq!(now(&mut rig).0, 8_310);
    let writes = rig.ask(&[0xAC, 0x14, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]).unwrap();
    assert_eq!(writes[12..16], 8_310u32.to_be_bytes());
}
