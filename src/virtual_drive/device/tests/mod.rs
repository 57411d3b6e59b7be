mod writing;

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::disc::sector::{Form, RAW, Slice, SubKind};
use crate::disc::{CdText, DiscReader, Lba, TrackMode, toc};
use crate::drive::mmc::{self, C2, CommandError, Profile, ReadCd, Sectors, SubRead};
use crate::drive::sense::Meaning;
use crate::image::testing::sectors;
use crate::job::demo_disc;

const LONG: Duration = Duration::from_secs(10);

/// A disc of data and audio, in a drive that has told of it already.
fn drive(manners: Manners, faults: Vec<Fault>) -> (Device, Arc<dyn DiscReader>) {
    let disc = demo_disc().unwrap();
    let mut device = Device::new(manners);
    device.insert(disc.clone(), faults);
    assert_eq!(meaning(mmc::test_unit_ready(&mut device)), Some(Meaning::Changed));
    mmc::test_unit_ready(&mut device).unwrap();
    (device, disc)
}

fn meaning<T>(result: Result<T, CommandError>) -> Option<Meaning> {
    result.err().and_then(|error| error.meaning())
}

fn whole(lba: i32, count: u32, audio: bool) -> ReadCd {
    ReadCd { lba, count, audio, main: true, c2: C2::Pointers, sub: SubRead::Raw }
}

fn read(device: &mut Device, wanted: ReadCd) -> Result<Vec<u8>, CommandError> {
    let mut bytes = vec![0xEE; wanted.size() * wanted.count as usize];
    mmc::read_cd(device, wanted, &mut bytes, LONG).map(|()| bytes)
}

/// The first audio track.
fn audio(disc: &Arc<dyn DiscReader>) -> i32 {
    disc.disc().tracks().find(|(_, track)| track.mode == TrackMode::Audio).unwrap().1.start.0
}

#[test]
fn the_drive_says_what_it_is_and_what_is_in_it() {
    let (mut device, disc) = drive(Manners::default(), Vec::new());
    let identity = mmc::inquiry(&mut device).unwrap();
    assert_eq!(
        (identity.device_type, identity.name().as_str(), identity.revision.as_str()),
        (5, "SPINDLE SOFTWARE DRIVE", "1.0")
    );
    assert_eq!(mmc::serial_number(&mut device).unwrap().as_deref(), Some("0001"));
    let configuration = mmc::get_configuration(&mut device).unwrap();
    assert_eq!(configuration.current, Some(Profile::CD_ROM));
    assert!(configuration.profiles().contains(&Profile::BD_ROM) && configuration.c2_pointers() && configuration.cd_text());
    assert!(mmc::mechanical_page(&mut device).unwrap().accurate_stream);
    let disc = disc.disc();
    assert_eq!(toc::sessions(&mmc::read_full_toc(&mut device).unwrap()).unwrap()[0].lead_out, disc.lead_out());
    let starts: Vec<Lba> = mmc::read_toc(&mut device).unwrap().into_iter().map(|entry| entry.start).collect();
    let wanted = disc.tracks().map(|(_, track)| track.start).chain([disc.lead_out()]);
    assert_eq!(starts, wanted.collect::<Vec<_>>());
    let (text, _) = CdText::from_packs(&mmc::read_cd_text(&mut device).unwrap());
    assert_eq!(text, disc.cd_text);
    assert_eq!(mmc::read_mcn(&mut device).unwrap(), disc.mcn);
    for (_, track) in disc.tracks() {
        assert_eq!(mmc::read_isrc(&mut device, track.number).unwrap(), track.isrc);
        let information = mmc::read_track_information(&mut device, track.number).unwrap();
        assert_eq!((information.start, information.size), (track.start.0, track.length));
    }
    let information = mmc::read_disc_information(&mut device).unwrap();
    assert_eq!((information.sessions, information.last_track), (1, disc.tracks().count() as u16));
    assert_eq!(mmc::read_capacity(&mut device).unwrap().sectors, disc.sectors());
}

/// libiscsi's iscsi-ls (1.19) takes it well that a drive was switched on, and gives up where a disc was changed: nobody has changed one.
#[test]
fn a_drive_that_is_switched_on_with_a_disc_says_just_that() {
    let mut device = Device::with(demo_disc().unwrap());
    let error = mmc::test_unit_ready(&mut device).unwrap_err();
    assert_eq!(error.sense().map(|sense| (sense.key, sense.asc)), Some((6, 0x29)));
    mmc::test_unit_ready(&mut device).unwrap();
}

#[test]
fn sectors_come_as_they_are_with_pointers_and_subchannel() {
    let (mut device, disc) = drive(Manners::default(), Vec::new());
    let start = audio(&disc);
    for (from, audio) in [(0, false), (start, true)] {
        let bytes = read(&mut device, whole(from, 8, audio)).unwrap();
        let form = Form { main: Some(Slice::RAW), sub: Some(SubKind::Interleaved) };
        let wanted = sectors(&*disc, from, 8, form);
        for (line, sector) in bytes.chunks(RAW + 294 + 96).zip(wanted.chunks(RAW + 96)) {
            assert!(line[..RAW] == sector[..RAW] && line[RAW + 294..] == sector[RAW..]);
            assert!(line[RAW..RAW + 294].iter().all(|&byte| byte == 0));
        }
    }
    let mut user = vec![0; 4 * 2048];
    let four = Sectors { lba: 16, count: 4, from_disc: false, streaming: false };
    mmc::read_sectors(&mut device, four, &mut user, LONG).unwrap();
    assert_eq!(user, sectors(&*disc, 16, 4, Form::main(Slice::COOKED)));
    // A data track is no audio, and audio has no user data.
    assert_eq!(meaning(read(&mut device, whole(0, 1, true))), Some(Meaning::WrongMode));
    let audio = Sectors { lba: start, ..four };
    assert_eq!(meaning(mmc::read_sectors(&mut device, audio, &mut user, LONG)), Some(Meaning::WrongMode));
    let end = disc.disc().lead_out().0;
    assert_eq!(meaning(read(&mut device, whole(end + 150, 1, false))), Some(Meaning::OutOfRange));
    assert!(read(&mut device, whole(-150, 2, false)).is_ok() && read(&mut device, whole(end, 150, true)).is_ok());
}

/// What is read from n with an offset of +30 is what lies 30 samples before n (AccurateRip's sign).
#[test]
fn a_read_offset_moves_audio_alone() {
    for offset in [30, -667, 588] {
        let (mut device, disc) = drive(Manners { offset, ..Manners::default() }, Vec::new());
        let start = audio(&disc) + 10;
        let bytes = read(&mut device, ReadCd { c2: C2::None, sub: SubRead::None, ..whole(start, 3, true) }).unwrap();
        let around = sectors(&*disc, start - 3, 9, Form::main(Slice::RAW));
        let from = (3 * RAW as i32 - offset * 4) as usize;
        assert!(bytes == around[from..from + 3 * RAW], "{offset}");
        let data = read(&mut device, ReadCd { c2: C2::None, sub: SubRead::None, ..whole(5, 1, false) }).unwrap();
        assert!(data == sectors(&*disc, 5, 1, Form::main(Slice::RAW)));
    }
}

#[test]
fn faults_are_carried_out() {
    let at = audio(&demo_disc().unwrap()) + 20;
    let fault = |sectors, trouble| Fault { sectors, trouble };
    let faults = vec![
        fault(at..at + 1, Trouble::Unreadable),
        fault(at + 2..at + 3, Trouble::FromTry(3)),
        fault(at + 4..at + 5, Trouble::WrongBefore(3)),
    ];
    let (mut device, disc) = drive(Manners::default(), faults);
    let error = read(&mut device, whole(at - 2, 5, true)).unwrap_err();
    assert_eq!((error.meaning(), error.sense().unwrap().information), (Some(Meaning::Unreadable), Some(at as u32)));
    let second: Vec<bool> = (0..3).map(|_| read(&mut device, whole(at + 2, 1, true)).is_ok()).collect();
    assert_eq!(second, [false, false, true]);
    let right = sectors(&*disc, at + 4, 1, Form::main(Slice::RAW));
    let tries: Vec<Vec<u8>> = (0..3).map(|_| read(&mut device, whole(at + 4, 1, true)).unwrap()).collect();
    assert!(tries[0][..RAW] != right && tries[1][..RAW] != right && tries[0] != tries[1] && tries[2][..RAW] == right);
    for bytes in &tries {
        let wrong = (0..RAW).filter(|&n| bytes[n] != right[n]);
        let pointed = (0..RAW).filter(|&n| bytes[RAW + n / 8] & (0x80 >> (n % 8)) != 0);
        assert!(wrong.eq(pointed), "honest pointers");
    }
    assert_eq!(device.reread(), [(at + 2, 3), (at + 4, 3)]);
}

#[test]
fn a_cache_gives_the_same_again_until_it_is_emptied() {
    let at = audio(&demo_disc().unwrap()) + 20;
    let faults = vec![Fault { sectors: at..at + 1, trouble: Trouble::WrongBefore(2) }];
    let (mut device, _) = drive(Manners { cache: 100, c2: C2Manner::Silent, ..Manners::default() }, faults);
    let first = read(&mut device, whole(at, 1, true)).unwrap();
    assert!(read(&mut device, whole(at, 1, true)).unwrap() == first);
    mmc::flush_cache(&mut device, at).unwrap();
    assert!(read(&mut device, whole(at, 1, true)).unwrap() != first);
}

#[test]
fn trays_open_and_cables_come_out() {
    let (mut device, _) = drive(Manners { tray_opens_after: Some(5), unplug_after: Some(7), ..Manners::default() }, Vec::new());
    mmc::lock_tray(&mut device).unwrap();
    assert!(mmc::eject(&mut device).is_err_and(|error| error.sense().is_some_and(|sense| sense.asc == 0x53)));
    assert_eq!(meaning(mmc::test_unit_ready(&mut device)), Some(Meaning::NoDisc));
    let event = mmc::media_event(&mut device).unwrap();
    assert!(event.open && !event.present);
    assert!(mmc::test_unit_ready(&mut device).is_err_and(|error| !error.is_gone()));
    assert!(mmc::test_unit_ready(&mut device).is_err_and(|error| error.is_gone()));
}

/// Who copies discs takes one out and puts the next in; a tray that goes out and in by itself leaves no time for that.
#[test]
fn the_next_disc_of_the_pile_goes_into_a_tray_that_stays_open() {
    let (mut device, disc) = drive(Manners { hand: Duration::from_millis(50), ..Manners::default() }, Vec::new());
    device.lay_blank_beside(Blank::new(BlankKind::DvdRam)).unwrap();
    device.lay_beside(disc.clone());
    mmc::eject(&mut device).unwrap();
    mmc::start(&mut device).unwrap();
    assert_eq!(meaning(mmc::test_unit_ready(&mut device)), Some(Meaning::Changed));
    assert_eq!(mmc::read_capacity(&mut device).unwrap().sectors, disc.disc().sectors());
    let change = |device: &mut Device| {
        mmc::eject(device).unwrap();
        assert_eq!(meaning(mmc::test_unit_ready(device)), Some(Meaning::NoDisc));
        std::thread::sleep(Duration::from_millis(60));
        let event = mmc::media_event(device).unwrap();
        assert!(event.present && !event.open);
        mmc::get_configuration(device).unwrap().current
    };
    assert_eq!(change(&mut device), Some(Profile(0x12)));
    assert_eq!(meaning(mmc::test_unit_ready(&mut device)), Some(Meaning::Changed));
    device.execute(&[0x2A, 0, 0, 0, 0, 0, 0, 0, 16, 0], Data::Out(&[7; 16 * 2048]), LONG).unwrap();
    assert_eq!(change(&mut device), Some(Profile::CD_ROM));
    assert_eq!(device.all_recorded().len(), 1, "of the three discs, one was written");
    assert_eq!(meaning(mmc::test_unit_ready(&mut device)), Some(Meaning::Changed));
    mmc::eject(&mut device).unwrap();
    std::thread::sleep(Duration::from_millis(60));
    assert!(mmc::media_event(&mut device).unwrap().open, "that was the last");
}

/// The tray goes out with the disc in it, and that is there again when it is in.
#[test]
fn a_disc_that_was_ejected_can_be_loaded_again() {
    let (mut device, disc) = drive(Manners::default(), Vec::new());
    mmc::eject(&mut device).unwrap();
    assert_eq!(meaning(mmc::test_unit_ready(&mut device)), Some(Meaning::NoDisc));
    // START STOP UNIT with a power condition moves no tray (MMC-6, 6.43); then LoEj and Start.
    device.execute(&[0x1B, 0, 0, 0, 0x23, 0], Data::None, LONG).unwrap();
    assert_eq!(meaning(mmc::test_unit_ready(&mut device)), Some(Meaning::NoDisc));
    device.execute(&[0x1B, 0, 0, 0, 0x03, 0], Data::None, LONG).unwrap();
    assert_eq!(meaning(mmc::test_unit_ready(&mut device)), Some(Meaning::Changed));
    assert_eq!(mmc::read_capacity(&mut device).unwrap().sectors, disc.disc().sectors());
    mmc::eject(&mut device).unwrap();
    device.remove();
    device.execute(&[0x1B, 0, 0, 0, 0x03, 0], Data::None, LONG).unwrap();
    assert_eq!(meaning(mmc::test_unit_ready(&mut device)), Some(Meaning::NoDisc), "a hand took it out");
}

/// iscsi-test-cu (libiscsi 1.19) found that nothing was compared, that a read of nothing was right anywhere, and that there was no control page.
#[test]
fn sectors_are_verified_and_addresses_of_nothing_checked() {
    let (mut device, disc) = drive(Manners::default(), vec![Fault { sectors: 40..41, trouble: Trouble::Unreadable }]);
    let mut verify = |lba: u32, count: u8, sent: Option<&[u8]>| {
        let [a, b, c, d] = lba.to_be_bytes();
        let cdb = [0x2F, u8::from(sent.is_some()) << 1, a, b, c, d, 0, 0, count, 0];
        let result = device.execute(&cdb, sent.map_or(Data::None, Data::Out), LONG);
        result.map_err(|error| error.sense().map(|sense| (sense.key, sense.asc)))
    };
    let mut sent = sectors(&*disc, 0, 36, Form::main(Slice::COOKED));
    assert!(verify(0, 36, None).is_ok() && verify(0, 36, Some(&sent)).is_ok());
    sent[35 * 2048] ^= 1;
    assert_eq!(verify(0, 36, Some(&sent)), Err(Some((0x0E, 0x1D))));
    assert_eq!(verify(39, 2, None), Err(Some((3, 0x11))));
    let end = disc.disc().lead_out().0 as u32;
    assert_eq!(
        [verify(end, 0, None), verify(end + 1, 0, None), verify(u32::MAX, 0, None)].map(|r| r.is_ok()),
        [true, false, false]
    );
    let mut page = [0; 16];
    assert_eq!(device.execute(&[0x1A, 0, 0x0A, 0, 16, 0], Data::In(&mut page), LONG).ok(), Some(16));
    assert_eq!(page[4..6], [0x0A, 0x0A]);
}

#[test]
fn what_it_does_not_know_it_refuses() {
    let (mut device, _) = drive(Manners { c2: C2Manner::Refused, ..Manners::default() }, Vec::new());
    assert_eq!(meaning(read(&mut device, whole(0, 1, false))), Some(Meaning::NotSupported));
    for code in 0..=255u8 {
        let mut into = [0; 64];
        let _ = device.execute(&[code], Data::In(&mut into), LONG);
        let _ = device.execute(&[code; 16], Data::In(&mut into), LONG);
        let _ = device.execute(&[code; 10], Data::None, LONG);
    }
}
