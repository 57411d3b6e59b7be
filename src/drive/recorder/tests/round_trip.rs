//! From a disc through the recorder and the drive in software, and back: what was written is what is read.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::*;
use crate::disc::cd_text::Field;
use crate::disc::sector::{Form, RAW, SUBCHANNEL, Slice, SubKind, Worth};
use crate::disc::{DiscReader, DiscType, DiscWriter, Isrc, Mcn, ReadError};
use crate::drive::{DriveReader, look, mmc};
use crate::image::{Extent, ExtentReader};
use crate::virtual_drive::{Blank, BlankKind, Device, Fault, Manners, Trouble};
use TrackMode::{Audio, Mode1, Mode2Form1, Mode2Mixed};

/// Bytes that are never alike, from sector to sector and from track to track.
fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut word = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..len.div_ceil(8)).flat_map(|_| word()).take(len).collect()
}

/// A disc with something in every track; audio with what lies in its pregap.
fn source(disc: Disc) -> Arc<dyn DiscReader> {
    let extents = disc.tracks().map(|(_, track)| {
        let (from, slice) = match track.mode {
            Audio => (track.first(), Slice::RAW),
            Mode2Form1 | Mode2Mixed => (track.start, Slice::FORM1),
            _ => (track.start, Slice::COOKED),
        };
        let sectors = track.end().since(from).unwrap();
        let bytes = noise(sectors as usize * slice.size(), u64::from(track.number));
        Extent::plain(from, sectors, Arc::new(bytes), 0, slice.size() as u32, slice)
    });
    let extents = extents.collect();
    Arc::new(ExtentReader::new(disc, extents).unwrap())
}

fn device(kind: BlankKind, sectors: Option<u32>) -> Box<Device> {
    let mut device = Box::new(Device::new(Manners::default()));
    device.insert_blank(sectors.map_or(Blank::new(kind), |sectors| Blank::of(kind, sectors)), Vec::new()).unwrap();
    device
}

fn get_ready(device: &mut Device) {
    while mmc::test_unit_ready(device).is_err() {}
}

/// What was written, and where.
struct Burnt {
    plan: BurnPlan,
    landings: Vec<Landing>,
}

fn on(_: Stage, _: Option<u16>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn burn(device: &mut Device, source: &dyn DiscReader, wish: BurnWish) -> Burnt {
    get_ready(device);
    let blank = look_at_blank(device).unwrap();
    let plan = plan(source.disc(), &|id| source.stored(id), &blank, &wish).unwrap_or_else(|error| panic!("{blank:?}: {error}"));
    let mut recorder = Recorder::begin(device, plan.clone(), Box::new(on)).unwrap_or_else(|error| panic!("{plan:?}: {error}"));
    for run in recorder.runs() {
        for from in (0..run.sectors).step_by(100) {
            let (bytes, _) = read(source, run.at + from, 100.min(run.sectors - from), run.form).unwrap();
            recorder.write(&bytes).unwrap_or_else(|error| panic!("{:?}: {error}", plan.mode));
        }
    }
    recorder.finish().unwrap_or_else(|error| panic!("{:?} {:?}: {error}", plan.kind, plan.mode));
    let landings = recorder.landings().to_vec();
    Burnt { plan, landings }
}

fn read(reader: &dyn DiscReader, at: Lba, count: u32, form: Form) -> Result<(Vec<u8>, Vec<Worth>), ReadError> {
    let (mut bytes, mut worth) = (vec![0; count as usize * form.size()], vec![Worth::Good; count as usize]);
    reader.read(at, form, &mut bytes, &mut worth)?;
    Ok((bytes, worth))
}

/// The disc that the drive says it has, after its tray was out and in.
fn reload(mut device: Box<Device>) -> DriveReader {
    mmc::eject(&mut *device).unwrap();
    mmc::start(&mut *device).unwrap();
    get_ready(&mut device);
    let details = look(&mut *device).unwrap();
    DriveReader::new(details.disc.unwrap(), device)
}

/// Compares every part that must be equal.
fn assert_arrived(source: &dyn DiscReader, burnt: &Burnt, drive: &DriveReader) {
    assert!(!burnt.landings.is_empty());
    for landing in &burnt.landings {
        let form = Form::main(landing.equal);
        let (wanted, _) = read(source, landing.from, landing.sectors, form).unwrap();
        let (found, worth) = read(drive, landing.at, landing.sectors, form).unwrap();
        assert!(worth.iter().all(|&worth| worth == Worth::Good), "{landing:?}");
        assert!(found == wanted, "{:?} {landing:?}", burnt.plan.mode);
    }
}

/// Writes it, reads it back, and gives both for a closer look.
fn round_trip(kind: BlankKind, disc: Disc, wish: BurnWish) -> (Burnt, DriveReader) {
    let (source, mut device) = (source(disc), device(kind, None));
    let burnt = burn(&mut device, &*source, wish);
    let drive = reload(device);
    assert_arrived(&*source, &burnt, &drive);
    (burnt, drive)
}

fn by(mode: Mode) -> BurnWish {
    BurnWish { mode: Some(mode), ..BurnWish::default() }
}

/// Where the tracks lie, and what they are, as the table of contents tells.
fn table(disc: &Disc) -> Vec<(u16, u8, i32, bool, u8)> {
    let row = |(session, track): (&Session, &Track)| {
        (session.number, track.number, track.start.0, track.mode.is_data(), track.control.nibble(track.mode))
    };
    disc.tracks().map(row).collect()
}

/// Audio with everything that a disc can say of it.
fn rich() -> Disc {
    let mut rich = disc(&[(Audio, 0, 700), (Audio, 100, 400), (Audio, 225, 500)]);
    rich.mcn = Some(Mcn::new(b"4006381333931").unwrap());
    for (number, title) in (0..).zip(["Whole", "One", "Two", "Three"]) {
        rich.cd_text.set(number, Field::Title, title);
    }
    let tracks = &mut rich.sessions[0].tracks;
    tracks[0].isrc = Some(Isrc::new(b"DEXYZ2612345").unwrap());
    tracks[1].control.copy = true;
    tracks[2].control.pre_emphasis = true;
    tracks[2].indexes = vec![tracks[2].start + 100, tracks[2].start + 200];
    rich
}

#[test]
fn audio_at_once_keeps_all_that_its_disc_says() {
    let (burnt, drive) = round_trip(BlankKind::CdR, rich(), by(Mode::SessionAtOnce));
    assert_eq!(burnt.plan.losses, []);
    let found = drive.disc();
    assert_eq!(table(found), table(&rich()));
    assert_eq!((found.mcn, found.lead_out()), (rich().mcn, rich().lead_out()));
    assert_eq!(found.cd_text, rich().cd_text);
    assert_eq!(found.sessions[0].tracks[0].isrc, rich().sessions[0].tracks[0].isrc);
    // Pregaps and indexes stand in Q.
    let third = &rich().sessions[0].tracks[2];
    for lba in [third.first(), third.start, third.start + 100, third.start + 200] {
        let (sub, _) = read(&drive, lba, 1, Form { main: None, sub: Some(SubKind::Packed) }).unwrap();
        let q = crate::disc::subchannel::Q::parse(sub[12..24].first_chunk().unwrap()).unwrap();
        let crate::disc::subchannel::Content::Position { track, index, .. } = q.content else { panic!("{q:?}") };
        assert_eq!((track, index), (3, third.index_at(lba)), "{lba}");
    }
}

#[test]
fn cds_of_every_kind_arrive_at_once_and_track_by_track() {
    let xa = |mode| {
        let mut disc = disc(&[(mode, 0, 500)]);
        disc.sessions[0].disc_type = DiscType::Xa;
        disc
    };
    let discs = [
        disc(&[(Mode1, 0, 400)]),
        disc(&[(Audio, 0, 400), (Audio, 0, 300), (Audio, 150, 300)]),
        disc(&[(Mode1, 0, 400), (Audio, 150, 350)]),
        disc(&[(Audio, 0, 400), (Mode1, 225, 350)]),
        xa(Mode2Form1),
        xa(Mode2Mixed),
        data_disc(350),
    ];
    for disc in discs {
        for (kind, mode) in [(BlankKind::CdR, Mode::SessionAtOnce), (BlankKind::CdRw, Mode::TrackAtOnce)] {
            let (burnt, drive) = round_trip(kind, disc.clone(), by(mode));
            assert_eq!(table(drive.disc()), table(&burnt.plan.outcome()), "{mode}");
            let modes = |disc: &Disc| disc.tracks().map(|(_, track)| track.mode.is_mode2()).collect::<Vec<_>>();
            assert_eq!(modes(drive.disc()), modes(&burnt.plan.outcome()), "{mode}");
        }
    }
}

#[test]
fn a_hidden_track_is_heard_again() {
    let track = Track { pregap: 950, ..Track::new(1, Audio, Lba(800), 400) };
    let (_, drive) = round_trip(BlankKind::CdR, Disc::new(Medium::Cd, vec![track]), BurnWish::default());
    assert_eq!(drive.disc().sessions[0].tracks[0].pregap, 950);
}

#[test]
fn an_enhanced_disc_has_its_second_session_where_it_was() {
    let mut enhanced = with_session(disc(&[(Audio, 0, 400), (Audio, 0, 300)]), Mode2Mixed, Lba(12_100), 400);
    enhanced.sessions[1].disc_type = DiscType::Xa;
    for mode in [Mode::SessionAtOnce, Mode::TrackAtOnce] {
        let (burnt, drive) = round_trip(BlankKind::CdR, enhanced.clone(), by(mode));
        assert_eq!(drive.disc().sessions.len(), 2);
        assert_eq!(table(drive.disc()), table(&burnt.plan.outcome()));
        assert_eq!(burnt.landings, burnt.plan.landings());
    }
}

#[test]
fn sessions_are_added_until_the_disc_is_closed() {
    let mut device = device(BlankKind::CdR, None);
    let first = source(disc(&[(Audio, 0, 400)]));
    let open = BurnWish { close: Close::Session, ..by(Mode::SessionAtOnce) };
    burn(&mut device, &*first, open);
    let second = source(disc(&[(Mode1, 0, 400)]));
    let burnt = burn(&mut device, &*second, by(Mode::SessionAtOnce));
    assert_eq!((burnt.landings[0].session, burnt.landings[0].number, burnt.landings[0].at), (2, 2, Lba(400 + 11_400)));
    get_ready(&mut device);
    let full = look_at_blank(&mut *device).unwrap();
    assert_eq!(full.state, DiscState::Complete);
    let drive = reload(device);
    assert_arrived(&*second, &burnt, &drive);
}

/// A drive that says that it can't is planned for; one that says nothing of it fails before the laser; and both burn the disc without.
#[test]
fn drives_without_cd_text_burn_the_rest_of_the_disc() {
    let source = source(rich());
    let without = BurnWish { without_cd_text: true, ..BurnWish::default() };
    for (claims, losses) in [(false, vec![BurnLoss::CdText("this drive does not write it")]), (true, vec![])] {
        let mut device = Box::new(Device::new(Manners { takes_cd_text: false, claims_cd_text: claims, ..Manners::default() }));
        device.insert_blank(Blank::new(BlankKind::CdR), Vec::new()).unwrap();
        get_ready(&mut device);
        let blank = look_at_blank(&mut *device).unwrap();
        let plan = plan(source.disc(), &|id| source.stored(id), &blank, &BurnWish::default()).unwrap();
        assert_eq!(plan.losses, losses);
        let mut recorder = Recorder::new(&mut *device, plan, Box::new(on));
        let refused = recorder.start().err();
        assert_eq!(refused.map(|error| matches!(error, BurnError::CdText(_))), claims.then_some(true));
        assert_eq!(recorder.abandon(), AfterFailure::Untouched);
        if claims {
            let burnt = burn(&mut device, &*source, without);
            assert!(burnt.plan.losses.is_empty());
            let drive = reload(device);
            assert_arrived(&*source, &burnt, &drive);
            assert!(drive.disc().cd_text.is_empty());
        }
    }
}

#[test]
fn raw_writing_keeps_every_bit() {
    let mut disc = disc(&[(Mode1, 0, 400), (Audio, 150, 400)]);
    disc.cd_text = rich().cd_text;
    disc.cd_text.retain(|_, track, _, _| track < 3);
    let whole = Form { main: Some(Slice::RAW), sub: Some(SubKind::Interleaved) };
    let plain = source(disc.clone());
    // A sector of data that contradicts itself, and subchannels that no drive would make.
    let extents = disc.tracks().map(|(_, track)| {
        let (mut bytes, _) = read(&*plain, track.start, track.length, whole).unwrap();
        bytes[5 * whole.size() + 100] ^= 0xFF;
        let odd = noise(SUBCHANNEL, 7);
        bytes[9 * whole.size() + RAW..][..SUBCHANNEL].iter_mut().zip(odd).for_each(|(sub, odd)| *sub = *sub & 0xC0 | odd & 0x3F);
        Extent::plain(track.start, track.length, Arc::new(bytes), 0, whole.size() as u32, Slice::RAW).with_subchannel()
    });
    let source = ExtentReader::new(disc.clone(), extents.collect()).unwrap();
    let mut device = device(BlankKind::CdR, None);
    let burnt = burn(&mut device, &source, BurnWish::default());
    assert_eq!((burnt.plan.mode, &*burnt.plan.losses), (Mode::Raw, [].as_slice()));
    let drive = reload(device);
    assert_eq!((table(drive.disc()), &drive.disc().cd_text), (table(&disc), &disc.cd_text));
    for landing in &burnt.landings {
        let (wanted, _) = read(&source, landing.from, landing.sectors, whole).unwrap();
        let (found, _) = read(&drive, landing.at, landing.sectors, whole).unwrap();
        assert!(wanted == found, "{landing:?}");
    }
}

#[test]
fn dvds_and_blu_ray_discs_arrive_in_every_mode() {
    use BlankKind::*;
    let modes = [
        (DvdR, Mode::DiscAtOnce),
        (DvdR, Mode::Incremental),
        (DvdRDl, Mode::DiscAtOnce),
        (DvdRDl, Mode::Incremental),
        (DvdRDl, Mode::LayerJump),
        (DvdRw, Mode::DiscAtOnce),
        (DvdRw, Mode::Incremental),
        (DvdRw, Mode::RestrictedOverwrite),
        (DvdPlusR, Mode::Sequential),
        (DvdPlusRDl, Mode::Sequential),
        (DvdPlusRw, Mode::Overwrite),
        (DvdRam, Mode::Overwrite),
        (BdR, Mode::Sequential),
        (BdRDl, Mode::Sequential),
        (BdRe, Mode::Overwrite),
        (BdReDl, Mode::Overwrite),
    ];
    for (kind, mode) in modes {
        // Not a whole number of blocks.
        let (burnt, drive) = round_trip(kind, data_disc(1003), by(mode));
        assert_eq!(burnt.plan.mode, mode);
        assert!(drive.disc().lead_out() >= Lba(burnt.plan.needed as i32), "{} {mode}", kind.word());
    }
}

#[test]
fn spare_areas_are_as_wished() {
    use BlankKind::*;
    for kind in [BdR, BdRe, DvdRam] {
        for spare_areas in [Some(true), Some(false)] {
            let erase = kind.is_rewritable().then_some(Erase::Quick);
            let (burnt, _) = round_trip(kind, data_disc(640), BurnWish { spare_areas, erase, ..BurnWish::default() });
            let less = burnt.plan.free < kind.capacity();
            assert!(kind == DvdRam || less == (spare_areas == Some(true)), "{} {spare_areas:?}", kind.word());
        }
    }
}

#[test]
fn the_second_layer_begins_where_the_source_has_it() {
    let disc = Disc { layer_break: Some(1600), ..data_disc(3200) };
    let (burnt, drive) = round_trip(BlankKind::DvdPlusRDl, disc, BurnWish::default());
    assert_eq!((burnt.plan.layer_break, drive.disc().layer_break), (Some(1600), Some(1600)));
}

#[test]
fn discs_that_can_be_added_to_are_added_to() {
    use BlankKind::*;
    for (kind, mode) in [(DvdR, Mode::Incremental), (DvdPlusR, Mode::Sequential), (BdR, Mode::Sequential)] {
        let (mut device, source) = (device(kind, None), source(data_disc(640)));
        let open = BurnWish { close: Close::Session, ..by(mode) };
        let first = burn(&mut device, &*source, open);
        let second = burn(&mut device, &*source, open);
        assert!(second.landings[0].at >= first.landings[0].at + 640, "{}", kind.word());
        assert_eq!(second.landings[0].session, 2);
        let third = burn(&mut device, &*source, BurnWish { close: Close::Disc, ..open });
        get_ready(&mut device);
        assert_eq!(look_at_blank(&mut *device).unwrap().state, DiscState::Complete);
        let drive = reload(device);
        for burnt in [first, second, third] {
            assert_arrived(&*source, &burnt, &drive);
        }
    }
}

#[test]
fn erased_discs_are_written_again() {
    use BlankKind::*;
    for (kind, how) in [(CdRw, Erase::Quick), (CdRw, Erase::Full), (DvdRw, Erase::Quick), (DvdRw, Erase::Full)] {
        let mut device = device(kind, None);
        burn(&mut device, &*source(data_disc(640)), BurnWish::default());
        get_ready(&mut device);
        erase(&mut *device, how, None, Box::new(on)).unwrap();
        get_ready(&mut device);
        assert_eq!(look_at_blank(&mut *device).unwrap().state, DiscState::Blank, "{} {how:?}", kind.word());
        let other = source(data_disc(416));
        let burnt = burn(&mut device, &*other, BurnWish::default());
        assert_arrived(&*other, &burnt, &reload(device));
    }
    for kind in [DvdPlusRw, DvdRam, BdRe] {
        let mut device = device(kind, None);
        get_ready(&mut device);
        erase(&mut *device, Erase::Full, None, Box::new(on)).unwrap();
        get_ready(&mut device);
        assert!(look_at_blank(&mut *device).unwrap().formatted, "{}", kind.word());
    }
}

#[test]
fn a_simulation_leaves_the_disc_as_it_was() {
    use BlankKind::*;
    let modes = [
        (CdR, Mode::SessionAtOnce),
        (CdR, Mode::TrackAtOnce),
        (CdR, Mode::Raw),
        (DvdR, Mode::DiscAtOnce),
        (DvdR, Mode::Incremental),
    ];
    for (kind, mode) in modes {
        let mut device = device(kind, None);
        let disc = if kind == CdR { disc(&[(Audio, 0, 400), (Audio, 0, 400)]) } else { data_disc(640) };
        burn(&mut device, &*source(disc), BurnWish { simulate: true, ..by(mode) });
        get_ready(&mut device);
        assert_eq!(look_at_blank(&mut *device).unwrap().state, DiscState::Blank, "{} {mode}", kind.word());
    }
}

#[test]
fn slow_and_moody_drives_only_take_longer() {
    let moody = Manners {
        isrc_control: Some(false),
        opc_fails: true,
        line_rate: Some(8_000_000),
        buffer: 256 << 10,
        long: std::time::Duration::from_millis(30),
        reset_every: Some(17),
        ..Manners::default()
    };
    let mut rich = rich();
    rich.sessions[0].tracks[0].control.copy = true;
    for mode in [Mode::SessionAtOnce, Mode::TrackAtOnce] {
        let mut device = Box::new(Device::new(moody.clone()));
        device.insert_blank(Blank::new(BlankKind::CdR), Vec::new()).unwrap();
        let source = source(rich.clone());
        let burnt = burn(&mut device, &*source, by(mode));
        assert_eq!(burnt.landings, burnt.plan.landings());
    }
}

/// Writes until it fails; what the disc is then, and where it failed.
fn fail(device: &mut Device, source: &dyn DiscReader, mode: Mode) -> (Option<i32>, AfterFailure) {
    get_ready(device);
    let blank = look_at_blank(device).unwrap();
    let plan = plan(source.disc(), &|id| source.stored(id), &blank, &by(mode)).unwrap();
    let mut recorder = Recorder::begin(device, plan, Box::new(on)).unwrap();
    let mut results = recorder.runs().into_iter().map(|run| {
        let (bytes, _) = read(source, run.at, run.sectors, run.form).unwrap();
        recorder.write(&bytes)
    });
    let error = results.find_map(Result::err).unwrap();
    drop(results);
    let Some(BurnError::Write { at, error }) = BurnError::of(&error) else { panic!("{error}") };
    ((!error.is_gone()).then_some(at.0), recorder.abandon())
}

#[test]
fn after_a_failure_the_disc_is_what_it_is_said_to_be() {
    let tracks = source(disc(&[(Audio, 0, 400), (Audio, 0, 400)]));
    let spoilt = |kind| {
        let mut device = Box::new(Device::new(Manners::default()));
        device.insert_blank(Blank::new(kind), vec![Fault { sectors: 700..701, trouble: Trouble::Unwritable }]).unwrap();
        device
    };
    let (at, after) = fail(&mut spoilt(BlankKind::CdR), &*tracks, Mode::SessionAtOnce);
    assert!(at.is_some_and(|at| (674..=700).contains(&at)), "{at:?}");
    assert_eq!(after, AfterFailure::Spoilt);
    assert_eq!(fail(&mut spoilt(BlankKind::CdRw), &*tracks, Mode::SessionAtOnce).1, AfterFailure::Reusable);
    assert_eq!(fail(&mut spoilt(BlankKind::DvdPlusR), &*source(data_disc(1600)), Mode::Sequential).1, AfterFailure::Spoilt);
    // The first track is good, and is read when the disc has been closed.
    let mut device = spoilt(BlankKind::CdR);
    let (_, after) = fail(&mut device, &*tracks, Mode::TrackAtOnce);
    assert_eq!(after, AfterFailure::Partly { tracks: 1 });
    close_disc(&mut *device, Close::Disc, Box::new(on)).unwrap();
    let drive = reload(device);
    let form = Form::main(Slice::RAW);
    assert!(read(&drive, Lba(0), 400, form).unwrap() == read(&*tracks, Lba(0), 400, form).unwrap());
}

#[test]
fn a_drive_that_is_unplugged_ends_the_writing_at_once() {
    let source = source(data_disc(3200));
    let mut device = Device::new(Manners { unplug_after: Some(60), ..Manners::default() });
    device.insert_blank(Blank::new(BlankKind::DvdRw), Vec::new()).unwrap();
    assert_eq!(fail(&mut device, &*source, Mode::DiscAtOnce), (None, AfterFailure::Reusable));
}

#[test]
fn the_tray_is_shut_while_writing_and_no_longer() {
    let (source, mut device) = (source(data_disc(640)), device(BlankKind::DvdPlusR, None));
    get_ready(&mut device);
    let blank = look_at_blank(&mut *device).unwrap();
    let plan = plan(source.disc(), &|id| source.stored(id), &blank, &BurnWish::default()).unwrap();
    let mut recorder = Recorder::begin(&mut *device, plan, Box::new(on)).unwrap();
    assert!(recorder.buffer().is_some_and(|(used, size)| used <= size && size > 0));
    assert!(mmc::eject(recorder.drive.transport).is_err());
    drop(recorder);
    assert!(mmc::eject(&mut *device).is_ok());
}

#[test]
fn several_sessions_are_written_raw() {
    let mut enhanced = with_session(disc(&[(Audio, 0, 400), (Audio, 0, 300)]), Mode2Mixed, Lba(12_100), 400);
    enhanced.sessions[1].disc_type = DiscType::Xa;
    let enhanced = with_session(enhanced, Mode1, Lba(12_500 + 6_900), 350);
    let (burnt, drive) = round_trip(BlankKind::CdR, enhanced.clone(), by(Mode::Raw));
    assert_eq!((table(drive.disc()), &*burnt.plan.losses), (table(&enhanced), [].as_slice()));
    assert_eq!(drive.disc().sessions[1].disc_type, DiscType::Xa);
}

#[test]
fn what_is_written_in_place_can_be_written_over() {
    use BlankKind::*;
    for (kind, mode, erase) in [
        (DvdRw, Mode::RestrictedOverwrite, None),
        (DvdRw, Mode::RestrictedOverwrite, Some(Erase::Full)),
        (DvdPlusRw, Mode::Overwrite, None),
        (DvdRam, Mode::Overwrite, None),
        (BdRe, Mode::Overwrite, None),
    ] {
        let mut device = device(kind, None);
        burn(&mut device, &*source(data_disc(1280)), BurnWish { erase, ..by(mode) });
        let mut other = data_disc(640);
        other.sessions[0].tracks[0].number = 2;
        let other = source(other);
        let burnt = burn(&mut device, &*other, by(mode));
        assert_eq!((burnt.plan.preparation, burnt.plan.overwrites), (None, true), "{}", kind.word());
        assert_arrived(&*other, &burnt, &reload(device));
    }
}

#[test]
fn a_formatted_dvd_rw_goes_back_to_sequence() {
    let (mut device, source) = (device(BlankKind::DvdRw, None), source(data_disc(640)));
    burn(&mut device, &*source, by(Mode::RestrictedOverwrite));
    let burnt = burn(&mut device, &*source, BurnWish { erase: Some(Erase::Full), ..by(Mode::Incremental) });
    assert_eq!((burnt.plan.kind, burnt.plan.mode), (Kind::DvdRw, Mode::Incremental));
    assert_arrived(&*source, &burnt, &reload(device));
}

#[test]
fn dvd_r_of_two_layers_are_told_where_the_second_begins() {
    for mode in [Mode::DiscAtOnce, Mode::LayerJump] {
        let disc = Disc { layer_break: Some(1600), ..data_disc(3200) };
        let (burnt, drive) = round_trip(BlankKind::DvdRDl, disc, by(mode));
        assert_eq!((burnt.plan.layer_break, &*burnt.plan.losses), (Some(1600), [].as_slice()), "{mode}");
        assert_eq!(drive.disc().layer_break, Some(1600), "{mode}");
    }
}

/// Nobody says where the second layer begins: the drive does, and the one jump is there, so that no address is left out.
#[test]
fn a_disc_is_written_by_jumps_without_a_gap() {
    let mut device = device(BlankKind::DvdRDl, Some(1280));
    let source = source(data_disc(1000));
    let burnt = burn(&mut device, &*source, by(Mode::LayerJump));
    assert_eq!((burnt.plan.layer_break, burnt.landings.len(), burnt.landings[0].sectors), (None, 1, 1000));
    let drive = reload(device);
    assert_arrived(&*source, &burnt, &drive);
    assert_eq!((drive.disc().layer_break, drive.disc().sectors()), (Some(640), 1280), "both layers are filled up");
}

#[test]
fn a_speed_is_taken_from_those_that_the_drive_has() {
    for (kind, speed) in [(BlankKind::CdR, 2822), (BlankKind::DvdPlusR, 6000), (BlankKind::BdR, 1)] {
        let disc = if kind == BlankKind::CdR { disc(&[(Audio, 0, 400)]) } else { data_disc(640) };
        round_trip(kind, disc, BurnWish { speed: Some(speed), ..BurnWish::default() });
    }
}
