mod audio;
mod ddrescue;
mod odd_drives;

pub use audio::audio_cd;

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::bytes::Bytes;
use crate::disc::sector::{Form, RAW, Slice, Worth};
use crate::disc::{DiscReader, Lba, Medium, ReadError, Stored, StoredSub, Track, TrackId, TrackMode};
use crate::drive::transport::{Data, TransportError};
use crate::image::{Extent, ExtentReader, Loss};
use crate::job::{Class, DriveError, Event, Pool, Task, demo_disc};
use crate::virtual_drive::{Device, Fault, Manners, Trouble};

/// What a drive was asked for: address, sectors, and whether they came.
type Asked = Vec<(i32, u32, bool)>;

/// What a drive says instead of an answer to its n-th read, counted from 1, from this address on.
type Says = fn(usize, i32) -> Option<TransportError>;

/// A drive in software whose commands carry few sectors, that is watched, and that cancels the job at one of its reads.
struct Watched {
    device: Device,
    asked: Arc<Mutex<Asked>>,
    cancel: Option<(usize, Control)>,
    says: Says,
}

impl Transport for Watched {
    fn execute(&mut self, cdb: &[u8], data: Data<'_>, timeout: Duration) -> Result<usize, TransportError> {
        let reads = matches!(cdb[0], 0xBE | 0xA8) && !data.is_empty();
        let mut result = self.device.execute(cdb, data, timeout);
        if reads {
            let count = if cdb[0] == 0xBE { [0, cdb[6], cdb[7], cdb[8]] } else { [cdb[6], cdb[7], cdb[8], cdb[9]] };
            let (at, count) = (i32::from_be_bytes([cdb[2], cdb[3], cdb[4], cdb[5]]), u32::from_be_bytes(count));
            let mut asked = self.asked.lock().unwrap();
            if let Some(error) = (self.says)(asked.len() + 1, at + count as i32) {
                result = Err(error);
            }
            asked.push((at, count, result.is_ok()));
            if let Some((_, control)) = self.cancel.as_ref().filter(|(at, _)| *at == asked.len()) {
                control.cancel();
            }
        }
        result
    }

    fn most_bytes(&self) -> usize {
        16 * RAW
    }
}

/// A rip of a disc in a drive.
struct Rig {
    folder: tempfile::TempDir,
    disc: Arc<dyn DiscReader>,
    manners: Manners,
    faults: Vec<Fault>,
    says: Says,
    task: RipTask,
}

impl Rig {
    fn new(disc: Arc<dyn DiscReader>, target: &str) -> Rig {
        let folder = tempfile::tempdir().unwrap();
        let mut task = RipTask::new("watched", folder.path().join(target));
        // What is tested here is the map; audio has its own tests.
        task.audio = AudioCheck::Once;
        task.image.allow_loss = !disc.disc().medium.is_cd();
        Rig { folder, disc, manners: Manners::default(), faults: Vec::new(), says: |_, _| None, task }
    }

    fn rip(&self) -> Result<RipReport, JobError> {
        self.watched(None).0
    }

    fn watched(&self, cancel: Option<usize>) -> (Result<RipReport, JobError>, Asked) {
        let mut device = Device::new(self.manners.clone());
        device.insert(self.disc.clone(), self.faults.clone());
        let (asked, control) = (Arc::<Mutex<Asked>>::default(), Control::default());
        let cancel = cancel.map(|at| (at, control.clone()));
        let watched = Watched { device, asked: asked.clone(), cancel, says: self.says };
        let result = rip_from(Box::new(watched), &self.task, &control, &|_| ());
        let asked = asked.lock().unwrap().clone();
        (result, asked)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(self.folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The image that was made.
    fn made(&self) -> image::Image {
        image::open(&self.task.image.target, image::Limits::default()).unwrap()
    }
}

/// All sectors from LBA 0 on that tracks have, in full where a CD is ripped, each with its address.
fn sectors(reader: &dyn DiscReader, slice: Slice) -> Vec<(i32, Vec<u8>)> {
    let mut all = Vec::new();
    for (_, track) in reader.disc().tracks() {
        let from = track.first().max(Lba(0));
        let count = track.end().since(from).unwrap() as usize;
        let mut bytes = vec![0; count * slice.size()];
        reader.read(from, Form::main(slice), &mut bytes, &mut vec![Worth::Good; count]).unwrap();
        all.extend((from.0..).zip(bytes.chunks(slice.size()).map(<[u8]>::to_vec)));
    }
    all
}

/// The image is the disc but for these sectors, which hold what stands for them.
fn assert_made(rig: &Rig, damaged: &[i32]) {
    let slice = if rig.disc.disc().medium.is_cd() { Slice::RAW } else { Slice::COOKED };
    let image = rig.made();
    let (made, disc) = (sectors(&*image.reader, slice), sectors(&*rig.disc, slice));
    assert_eq!(made.len(), disc.len());
    for ((lba, made), (_, right)) in made.iter().zip(&disc) {
        assert!(damaged.contains(lba) || made == right, "sector {lba}");
        if damaged.contains(lba) {
            // Where the table of contents has no pregap, the drive can't tell it from the track before it.
            let (_, track) = image.disc().track_at(Lba(*lba)).unwrap();
            let mut wanted = vec![if track.mode.is_data() { 0x55 } else { 0 }; slice.size()];
            if slice == Slice::RAW && track.mode.is_data() {
                crate::disc::sector::frame(track.mode, Lba(*lba), &mut wanted);
            }
            assert!(*made == wanted, "sector {lba}");
        }
    }
}

fn dvd(sectors: u32, seed: u8) -> Arc<dyn DiscReader> {
    let bytes: Vec<u8> = (0..sectors * 2048).map(|n| (n / 7 + n / 2048) as u8 ^ seed).collect();
    let bytes: Arc<dyn Bytes> = Arc::new(bytes);
    let disc = Disc::new(Medium::Dvd, vec![Track::new(1, TrackMode::Dvd, Lba(0), sectors)]);
    Arc::new(ExtentReader::new(disc, vec![Extent::plain(Lba(0), sectors, bytes, 0, 2048, Slice::COOKED)]).unwrap())
}

fn fault(sectors: std::ops::Range<i32>, trouble: Trouble) -> Fault {
    Fault { sectors, trouble }
}

fn damaged(report: &RipReport) -> Vec<i32> {
    report.damage.areas.iter().flat_map(|area| area.start.0..=area.last().0).collect()
}

#[test]
fn a_sound_disc_is_read_once_and_becomes_its_image() {
    for (disc, target) in [(demo_disc().unwrap(), "x.cue"), (dvd(300, 0), "x.iso")] {
        let rig = Rig::new(disc, target);
        let (result, asked) = rig.watched(None);
        let report = result.unwrap();
        assert!(report.image.as_ref().unwrap().verified && report.damage == Damage::default() && !report.resumed);
        assert_made(&rig, &[]);
        // What looking at the disc reads comes one by one, and before all else.
        let mut asked: Vec<i32> =
            asked.iter().skip_while(|a| a.1 == 1).flat_map(|&(at, count, _)| at..at + count as i32).collect();
        asked.sort_unstable();
        let all: Vec<i32> = (0..rig.disc.disc().lead_out().0).collect();
        assert_eq!(asked, all, "each sector once");
        assert!(rig.names().contains(&"x.log".to_owned()) && rig.names().contains(&"x.map".to_owned()));
        let sums = hash_disc(&*rig.disc, Path::new("x"), true, &Control::default(), &|_| ()).unwrap();
        let log = fs::read_to_string(rig.folder.path().join("x.log")).unwrap();
        let hex: String = sums.1[0].digests.sha1.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(log.contains(&hex), "{log}");
        assert!(!rig.names().contains(&"x.rip".to_owned()));
    }
}

#[test]
fn every_fault_ends_in_the_disc_or_in_the_damage_that_is_told() {
    let demo = demo_disc().unwrap();
    let end = demo.disc().lead_out().0;
    let ranges: [std::ops::Range<i32>; 6] = [0..1, 20..21, 100..140, 300..304, 600..601, end - 3..end];
    for trouble in [Trouble::Unreadable, Trouble::FromTry(4), Trouble::WrongBefore(3), Trouble::Slow(Duration::from_millis(1))] {
        for range in &ranges {
            // Nothing tells that audio came wrong, and came again as wrong.
            if matches!(trouble, Trouble::WrongBefore(_)) && range.end > 300 {
                continue;
            }
            let mut rig = Rig::new(demo.clone(), "x.cue");
            rig.faults = vec![fault(range.clone(), trouble)];
            rig.task.accept_damage = true;
            let (result, asked) = rig.watched(None);
            let report = result.unwrap();
            let wanted: Vec<i32> = if trouble == Trouble::Unreadable { range.clone().collect() } else { Vec::new() };
            assert_eq!(damaged(&report), wanted, "{trouble:?} {range:?}");
            assert_eq!(report.damage.sectors as usize, wanted.len());
            assert_made(&rig, &wanted);
            let looked = asked.iter().take_while(|a| a.1 == 1).count();
            let mut came: Vec<i32> =
                asked[looked..].iter().filter(|a| a.2).flat_map(|&(at, count, _)| at..at + count as i32).collect();
            came.sort_unstable();
            let count = came.len();
            came.dedup();
            assert_eq!(came.len(), count, "no sector that was read is read again: {trouble:?} {range:?}");
        }
    }
}

#[test]
fn damage_is_no_image_unless_it_is_accepted_and_is_tried_again() {
    let mut rig = Rig::new(dvd(200, 0), "x.iso");
    rig.faults = vec![fault(50..53, Trouble::Unreadable)];
    let report = rig.rip().unwrap();
    assert!(report.image.is_none() && report.papers.is_empty());
    assert_eq!((damaged(&report), report.folder.clone()), (vec![50, 51, 52], Some(rig.folder.path().join("x.rip"))));
    assert_eq!(rig.names(), ["x.rip"]);
    // Another drive, or a clean disc: only what was missing is asked for, but for the proof that it is the same disc.
    rig.faults = vec![fault(51..52, Trouble::Unreadable)];
    let (result, asked) = rig.watched(None);
    assert!(result.unwrap().resumed);
    assert!(asked[3..].iter().all(|(at, ..)| (50..53).contains(at)), "{asked:?}");
    (rig.task.accept_damage, rig.task.retries) = (true, 0);
    let report = rig.rip().unwrap();
    assert_eq!(damaged(&report), [51]);
    assert_made(&rig, &[51]);
    let log = fs::read_to_string(rig.folder.path().join("x.log")).unwrap();
    assert!(log.contains("sectors unreadable: 1\n") && log.contains("\n51\t51\t1\t-\t1\n"), "{log}");
    assert!(fs::read_to_string(rig.folder.path().join("x.map")).unwrap().contains("\n0x00019800  0x00000800  -\n"));
}

/// Cancelled at its n-th read, or unplugged there, whatever n: the next run ends as if nothing had happened.
#[test]
fn a_rip_goes_on_wherever_it_was_stopped() {
    let demo = demo_disc().unwrap();
    let faults = vec![fault(20..23, Trouble::Unreadable), fault(700..701, Trouble::FromTry(2))];
    let rig = || {
        let mut rig = Rig::new(demo.clone(), "x.cue");
        (rig.faults, rig.task.accept_damage, rig.task.retries) = (faults.clone(), true, 2);
        rig
    };
    let whole = rig();
    let (result, asked) = whole.watched(None);
    result.unwrap();
    let bin = fs::read(whole.folder.path().join("x.bin")).unwrap();
    let map = fs::read_to_string(whole.folder.path().join("x.map")).unwrap();
    for stop in (2..=asked.len()).step_by(9) {
        for unplug in [false, true] {
            let mut rig = rig();
            // The commands before the first read are fewer than 40.
            rig.manners.unplug_after = unplug.then_some(stop as u64 + 20);
            match rig.watched((!unplug).then_some(stop)).0 {
                Err(JobError::Cancelled) => assert!(!unplug),
                Err(JobError::Drive { error, .. }) => assert!(unplug && error.is_gone(), "{error}"),
                // Told after the last read was answered, it is too late.
                Ok(_) => continue,
                Err(error) => panic!("{error}"),
            }
            assert!(!rig.names().contains(&"x.cue".to_owned()));
            rig.manners.unplug_after = None;
            let report = rig.rip().unwrap();
            assert_eq!(damaged(&report), [20, 21, 22], "stopped at {stop}");
            assert!(fs::read(rig.folder.path().join("x.bin")).unwrap() == bin, "stopped at {stop}");
            assert_eq!(fs::read_to_string(rig.folder.path().join("x.map")).unwrap(), map);
        }
    }
}

/// A sense that the drive answers with (SPC-4, annex D).
fn check(key: u8, asc: u8) -> Option<TransportError> {
    Some(TransportError::Check(crate::drive::sense::Sense::new(key, asc, 0)))
}

#[test]
fn a_drive_that_is_slow_to_answer_or_does_not_once_is_borne_with() {
    let borne: [Says; 3] = [
        |n, _| (n == 7).then_some(TransportError::Status(8)),
        |n, _| check(2, 4).filter(|_| n == 7),
        |n, _| [7, 8, 12].contains(&n).then_some(TransportError::TimedOut),
    ];
    for says in borne {
        let rig = Rig { says, ..Rig::new(dvd(300, 0), "x.iso") };
        assert_eq!(rig.rip().unwrap().damage, Damage::default());
        assert_made(&rig, &[]);
    }
}

#[test]
fn a_drive_that_is_reset_now_and_then_is_asked_again_and_what_it_said_is_logged() {
    let mut rig = Rig::new(demo_disc().unwrap(), "x.cue");
    rig.manners.reset_every = Some(40);
    rig.faults = vec![fault(24..26, Trouble::Unreadable)];
    (rig.task.accept_damage, rig.task.audio) = (true, AudioCheck::Auto);
    let report = rig.rip().unwrap();
    assert_eq!(damaged(&report), [24, 25]);
    let log = fs::read_to_string(rig.folder.path().join("x.log")).unwrap();
    let said: Vec<&str> = log.split("[what the drive said").nth(1).unwrap().lines().take_while(|line| !line.is_empty()).collect();
    assert!(
        said.iter().any(|line| line.ends_with("(6/29/02)")) && said.iter().any(|line| line.ends_with("(3/11/05)")),
        "{said:?}"
    );
}

#[test]
fn a_drive_that_is_of_no_more_use_ends_the_rip_and_another_goes_on() {
    let lost: [Says; 4] = [
        |n, _| (n >= 7).then_some(TransportError::TimedOut),
        |n, _| check(6, 0x28).filter(|_| n == 7),
        |n, _| check(2, 0x3A).filter(|_| n == 7),
        |n, _| check(5, 0x20).filter(|_| n == 7),
    ];
    for says in lost {
        let mut rig = Rig { says, ..Rig::new(dvd(300, 0), "x.iso") };
        let error = rig.rip().unwrap_err();
        assert!(matches!(error, JobError::Drive { .. }) && error.class() == Class::Drive, "{error}");
        assert_eq!(rig.names(), ["x.rip"]);
        rig.says = |_, _| None;
        assert!(rig.rip().unwrap().resumed);
        assert_made(&rig, &[]);
    }
}

/// Two sectors at the end of a track that was written at once can't be read, and some drives say that they don't exist.
#[test]
fn sectors_that_the_drive_does_not_know_are_damage() {
    let mut rig = Rig::new(dvd(300, 0), "x.iso");
    rig.says = |_, end| check(5, 0x21).filter(|_| end > 298);
    rig.task.accept_damage = true;
    assert_eq!(damaged(&rig.rip().unwrap()), [298, 299]);
    assert_made(&rig, &[298, 299]);
}

#[test]
fn another_disc_is_refused_and_nothing_is_touched() {
    let mut rig = Rig::new(dvd(200, 0), "x.iso");
    rig.faults = vec![fault(50..53, Trouble::Unreadable)];
    rig.rip().unwrap();
    let before = fs::read(rig.folder.path().join("x.rip/sectors.bin")).unwrap();
    for other in [dvd(201, 0), dvd(200, 1), demo_disc().unwrap()] {
        rig.disc = other;
        let error = rig.rip().unwrap_err();
        let refused = matches!(&error, JobError::Rip { error: RipError::OtherDisc(_) | RipError::OtherSectors(_), .. });
        assert!(refused && error.class() == Class::Drive, "{error}");
    }
    assert!(fs::read(rig.folder.path().join("x.rip/sectors.bin")).unwrap() == before);
    // With leave, it is begun anew.
    (rig.disc, rig.faults, rig.task.restart) = (dvd(210, 1), Vec::new(), true);
    assert!(!rig.rip().unwrap().resumed);
    assert_made(&rig, &[]);
}

#[test]
fn a_disc_of_which_nothing_can_be_read_again_is_not_taken_for_the_same() {
    let mut rig = Rig::new(dvd(200, 0), "x.iso");
    rig.faults = vec![fault(50..53, Trouble::Unreadable)];
    rig.rip().unwrap();
    rig.faults = vec![fault(0..200, Trouble::Unreadable)];
    let error = rig.rip().unwrap_err();
    assert!(matches!(&error, JobError::Rip { error: RipError::Unconfirmed(9), .. }), "{error}");
}

#[test]
fn a_folder_that_was_spoilt_is_refused() {
    let mut rig = Rig::new(dvd(200, 0), "x.iso");
    rig.faults = vec![fault(50..53, Trouble::Unreadable)];
    rig.rip().unwrap();
    let place = |name: &str| rig.folder.path().join("x.rip").join(name);
    let texts: [&[u8]; 7] = [
        b"",
        b"{",
        b"0 + 1\n0 0xFFFFFFFFFFFFFFFF +\n",
        b"0 + 1\n0 409600 +\n0 1 +",
        b"\0\xFF\xFE",
        b"[]",
        b"{\"version\": 1e99}",
    ];
    for name in ["sectors.map", "disc.json"] {
        let kept = fs::read(place(name)).unwrap();
        for text in texts {
            fs::write(place(name), text).unwrap();
            let error = rig.rip().unwrap_err();
            assert!(error.class() == Class::Input && error.path() == Some(&place(name)), "{name}: {error}");
        }
        fs::write(place(name), kept).unwrap();
    }
    fs::OpenOptions::new().write(true).open(place("sectors.bin")).unwrap().set_len(5).unwrap();
    let error = rig.rip().unwrap_err();
    assert!(matches!(error, JobError::Rip { error: RipError::WorkingFile { expected: 409_600, found: 5 }, .. }), "{error}");
}

#[test]
fn what_is_there_is_spared_and_what_would_be_lost_is_said_before_anything_is_read() {
    let mut rig = Rig::new(demo_disc().unwrap(), "x.iso");
    let (result, asked) = rig.watched(None);
    assert!(matches!(result, Err(JobError::Loss { .. })));
    assert!(asked.iter().all(|a| a.1 == 1) && rig.names().is_empty());
    rig.task.image.target = rig.folder.path().join("x.cue");
    fs::write(rig.folder.path().join("x.log"), "a diary").unwrap();
    assert!(matches!(rig.rip(), Err(JobError::Exists(path)) if path.ends_with("x.log")));
    assert_eq!(rig.names(), ["x.log"]);
    // A folder of this name that is no working folder is somebody's.
    fs::remove_file(rig.folder.path().join("x.log")).unwrap();
    fs::create_dir(rig.folder.path().join("x.rip")).unwrap();
    fs::write(rig.folder.path().join("x.rip/thesis"), "").unwrap();
    assert!(matches!(rig.rip(), Err(JobError::Exists(_))));
    assert_eq!(fs::read_dir(rig.folder.path().join("x.rip")).unwrap().count(), 2);
}

#[test]
fn a_target_without_a_format_gets_the_one_that_fits_the_disc() {
    let mut rig = Rig::new(demo_disc().unwrap(), "");
    let made = rig.rip().unwrap().image.unwrap();
    assert!(made.outputs.last().unwrap().ends_with("Spindle demo.cue"));
    rig.task.image.target = rig.folder.path().join("Disc v1.0");
    rig.disc = dvd(100, 0);
    let made = rig.rip().unwrap().image.unwrap();
    assert!(made.outputs.last().unwrap().ends_with("Disc v1.0.iso") && !made.losses.is_empty());
}

#[test]
fn the_subchannel_is_kept_where_it_is_wanted() {
    let mut rig = Rig::new(demo_disc().unwrap(), "x.ccd");
    (rig.task.subchannel, rig.task.accept_damage) = (true, true);
    rig.faults = vec![fault(500..502, Trouble::Unreadable)];
    rig.rip().unwrap();
    assert_made(&rig, &[500, 501]);
    // It tells what the table of contents does not: where pregaps and indexes begin.
    let tracks = |reader: &dyn DiscReader| -> Vec<(u32, u32, Vec<Lba>)> {
        reader.disc().tracks().skip(1).map(|(_, track)| (track.pregap, track.length, track.indexes.clone())).collect()
    };
    assert_eq!(tracks(&*rig.made().reader), tracks(&*rig.disc));
    let form = Form { main: None, sub: Some(crate::disc::sector::SubKind::Packed) };
    let sub = |reader: &dyn DiscReader| {
        let mut bytes = vec![0; 375 * form.size()];
        reader.read(Lba(452), form, &mut bytes, &mut vec![Worth::Good; 375]).unwrap();
        bytes
    };
    assert!(sub(&*rig.made().reader) == sub(&*rig.disc));
    let dvd = Rig { task: RipTask { subchannel: true, ..rig.task.clone() }, ..Rig::new(dvd(10, 0), "y.iso") };
    assert!(matches!(dvd.rip(), Err(JobError::Rip { error: RipError::NoSubchannel, .. })));
}

/// A drive that gives a wrong byte and says nothing; nobody but the sector itself knows.
#[test]
fn what_is_wrong_by_its_own_checksum_is_told() {
    let demo = demo_disc().unwrap();
    let mut bytes: Vec<u8> = sectors(&*demo, Slice::RAW).into_iter().take(302).flat_map(|(_, sector)| sector).collect();
    bytes[50 * RAW + 1000] ^= 1;
    let bytes: Arc<dyn Bytes> = Arc::new(bytes);
    let disc = Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Mode1, Lba(0), 302)]);
    let disc = ExtentReader::new(disc, vec![Extent::plain(Lba(0), 302, bytes, 0, 2352, Slice::RAW)]).unwrap();
    let mut rig = Rig::new(Arc::new(disc), "x.cue");
    rig.faults = vec![fault(60..61, Trouble::Unreadable)];
    rig.task.accept_damage = true;
    let report = rig.rip().unwrap();
    assert_eq!((damaged(&report), report.suspects), (vec![60], Suspects { sectors: 1, at: vec![Lba(50)] }));
    assert_made(&rig, &[60]);
    assert!(
        fs::read_to_string(rig.folder.path().join("x.log")).unwrap().contains("drive that does not tell of its errors.\n50\n")
    );
}

#[test]
fn two_at_once_do_not_share_a_folder() {
    let rig = Rig::new(dvd(50, 0), "x.iso");
    let layout = Layout::of(rig.disc.disc(), 2048);
    let identity = Identity::of(rig.disc.disc(), &layout, false, log::now());
    let held = Store::open(&rig.folder.path().join("x.rip"), layout, &identity, false).unwrap();
    let error = rig.rip().unwrap_err();
    assert!(matches!(&error, JobError::Rip { error: RipError::Busy, .. }) && error.class() == Class::Request, "{error}");
    drop(held);
    assert!(rig.rip().unwrap().resumed);
}

#[test]
fn faults_are_for_the_demo_drive_alone() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("faults");
    fs::write(&script, "5 unreadable").unwrap();
    let rip = |drive: &str, script: &Path| {
        let task = RipTask { faults: Some(script.to_owned()), ..RipTask::new(drive, folder.path().join("x.cue")) };
        super::rip(&task, &Control::default(), &|_| (), &|_| ())
    };
    assert_eq!(damaged(&rip("drive:demo", &script).unwrap()), [5]);
    assert!(matches!(rip("no such", &script), Err(JobError::Drive { error: DriveError::NotInSoftware, .. })));
    fs::write(&script, "5 unbearable").unwrap();
    let error = rip("demo", &script).unwrap_err();
    assert!(matches!(&error, JobError::Rip { error: RipError::Script(_), .. }) && error.class() == Class::Request);
    assert_eq!(rip("demo", &folder.path().join("missing")).unwrap_err().class(), Class::Request);
}

/// A DVD of zeros, too large to pass for a CD.
struct Zeros(Disc);

impl DiscReader for Zeros {
    fn disc(&self) -> &Disc {
        &self.0
    }
    fn stored(&self, _: TrackId) -> Option<Stored> {
        Some(Stored { main: Slice::COOKED, sub: StoredSub::None, pregap: 0 })
    }
    fn read(&self, _: Lba, _: Form, into: &mut [u8], worth: &mut [Worth]) -> Result<(), ReadError> {
        into.fill(0);
        worth.fill(Worth::Good);
        Ok(())
    }
}

/// Every drive tells the control structures of every DVD, and nobody could rip one to an ISO without being asked about them.
#[test]
fn control_structures_are_no_reason_to_refuse_an_iso_of_a_dvd_in_a_drive() {
    let mut disc = Disc::new(Medium::Dvd, vec![Track::new(1, TrackMode::Dvd, Lba(0), 2_000_000)]);
    disc.structures.layers.push(vec![0; 4100]);
    let folder = tempfile::tempdir().unwrap();
    let image = ConvertTask::new("", folder.path().join("film.iso"));
    let check = |path: &str| {
        let source = Source { reader: Arc::new(Zeros(disc.clone())), path: Path::new(path), files: &[] };
        convert::check(&source, &image)
    };
    check("drive:D:").unwrap();
    assert!(matches!(check("film.mds"), Err(JobError::Loss { losses, .. }) if losses == [Loss::Structures]));
}

/// What is shown of the sectors is what has become of them, also where nothing is asked of the drive any more.
#[test]
fn a_rip_shows_what_becomes_of_the_sectors() {
    let rig = Rig { faults: vec![fault(500..502, Trouble::Unreadable)], ..Rig::new(demo_disc().unwrap(), "x.cue") };
    let shown = Mutex::new(Vec::new());
    let mut device = Device::new(Manners::default());
    device.insert(rig.disc.clone(), rig.faults.clone());
    rip_watched(Box::new(device), &rig.task, &Control::default(), &|_| (), &|picture| shown.lock().unwrap().push(picture))
        .unwrap();
    let shown = shown.into_inner().unwrap();
    let all = rig.disc.disc().sectors();
    assert_eq!(shown[0].parts, [Part { start: Lba(0), sectors: all, became: Became::Untried }]);
    let last = shown.last().unwrap();
    assert_eq!(last.unreadable, [Part { start: Lba(500), sectors: 2, became: Became::Unreadable }]);
    assert_eq!((last.bad, last.waiting), (2, 0));
    let worst =
        |lba: i32| last.parts.iter().find(|part| part.start.0 <= lba && lba < (part.start + part.sectors).0).unwrap().became;
    assert_eq!([0, 501, 499].map(worst), [Became::Read, Became::Unreadable, Became::ReadLater]);
    let left = earlier_rip(&rip_folder(&rig.task.image.target)).unwrap();
    assert_eq!((left.read, left.sectors), (all - 2, all));
    assert_eq!(earlier_rip(&rip_folder(Path::new("nowhere/x.cue"))), None);
}

#[test]
fn the_disc_is_ejected_when_the_image_is_made_and_not_before() {
    let mut rig = Rig::new(dvd(50, 0), "x.iso");
    rig.task.eject = true;
    rig.faults = vec![fault(20..21, Trouble::Unreadable)];
    let report = rig.rip().unwrap();
    assert!(report.image.is_none() && !report.ejected);
    rig.faults.clear();
    let report = rig.rip().unwrap();
    assert!(report.image.is_some() && report.ejected);
}

/// Drives are slow, and there may be more of them than workers.
#[test]
fn rips_go_on_side_by_side_and_keep_no_other_task_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("faults");
    fs::write(&script, "drive pace 200000").unwrap();
    let pool = Pool::new(1, Arc::new(|| ()));
    let rip = |name: &str| {
        let task = RipTask { faults: Some(script.clone()), ..RipTask::new("demo", folder.path().join(name)) };
        pool.submit(Task::Rip(Box::new(task)))
    };
    let rips = [rip("a.cue"), rip("b.cue")];
    let other = pool.submit(Task::Demo(folder.path().to_owned()));
    let (mut read, mut ended) = (Vec::new(), Vec::new());
    while read.len() < 2 || ended.is_empty() {
        match pool.events().recv().unwrap() {
            Event::Rip(id, picture) if picture.read > 0 && !read.contains(&id) => read.push(id),
            Event::Ended(id, result) => ended.push((id, result.is_ok())),
            _ => {}
        }
    }
    assert_eq!(ended, [(other, true)], "both drives are still read");
    rips.iter().for_each(|id| pool.control(*id).unwrap().cancel());
    drop(pool);
    for name in ["a.rip", "b.rip"] {
        assert!(earlier_rip(&folder.path().join(name)).is_some(), "{name}");
    }
}
