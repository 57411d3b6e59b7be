//! Audio: offsets, wrong readings, memories that lie, error pointers true and false.

use super::*;
use crate::disc::sector::SUBCHANNEL;
use crate::drive::SAMPLES;
use crate::virtual_drive::C2Manner;

/// An audio CD of two tracks with noise in them, and a pause before the second that the table of contents does not tell of.
pub fn audio_cd() -> Arc<dyn DiscReader> {
    let mut state = 1u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as u8
    };
    let bytes: Vec<u8> = (0..700 * RAW).map(|_| noise()).collect();
    let bytes: Arc<dyn Bytes> = Arc::new(bytes);
    let first = Track { pregap: 150, ..Track::new(1, TrackMode::Audio, Lba(0), 330) };
    let second = Track { pregap: 20, ..Track::new(2, TrackMode::Audio, Lba(350), 350) };
    let mut disc = Disc::new(Medium::Cd, vec![first, second]);
    disc.mcn = crate::disc::Mcn::or_none(b"0123456789012");
    let extent = Extent::plain(Lba(0), 700, bytes, 0, RAW as u32, Slice::RAW);
    Arc::new(ExtentReader::new(disc, vec![extent]).unwrap())
}

fn rig(faults: Vec<Fault>, manners: Manners) -> Rig {
    let mut rig = Rig::new(audio_cd(), "x.cue");
    (rig.faults, rig.manners, rig.task.audio) = (faults, manners, AudioCheck::Auto);
    rig
}

/// The samples of the image are those of the disc, but for so many at its beginning or end, which are silence.
fn assert_samples(rig: &Rig, silent: std::ops::Range<usize>) {
    let image = rig.made();
    let all =
        |reader: &dyn DiscReader| -> Vec<u8> { sectors(reader, Slice::RAW).into_iter().flat_map(|(_, bytes)| bytes).collect() };
    let (made, mut wanted) = (all(&*image.reader), all(&*rig.disc));
    wanted[silent.start * 4..silent.end * 4].fill(0);
    assert!(made == wanted);
}

fn audio(report: &RipReport) -> &AudioReport {
    report.audio.as_ref().unwrap()
}

#[test]
fn audio_is_read_twice_and_tells_its_pauses() {
    let rig = rig(Vec::new(), Manners::default());
    let (result, asked) = rig.watched(None);
    let report = result.unwrap();
    assert_samples(&rig, 0..0);
    let (image, disc) = (rig.made(), rig.disc.disc());
    assert_eq!((image.disc().mcn, image.disc().sessions[0].tracks[1].pregap), (disc.mcn, 20), "from Q, which comes along");
    assert_eq!((audio(&report).differed, audio(&report).doubtful, audio(&report).offset_known), (0, 0, false));
    let read = asked.iter().filter(|a| a.1 > 1).map(|a| a.1).sum::<u32>();
    // The second reading of a short disc is one from the disc: the drive's memory is filled with other sectors before.
    assert!(read >= 1400, "{read}");
}

#[test]
fn an_offset_is_taken_out_and_what_the_drive_can_not_reach_is_told() {
    for (offset, before, behind) in [(667, 0, 2), (667, 0, 0), (-30, 0, 0), (-600, 2, 0), (6, 150, 150), (1176, 0, 1)] {
        let mut rig = rig(Vec::new(), Manners { offset, lead_in: before, lead_out: behind, ..Manners::default() });
        rig.task.offset = Some(offset);
        let report = rig.rip().unwrap();
        let reach = SAMPLES * if offset > 0 { behind } else { before } as i32;
        let lacking = (offset.abs() - reach).max(0) as usize;
        assert_eq!((audio(&report).lacking as usize, audio(&report).offset), (lacking, offset));
        let all = 700 * SAMPLES as usize;
        assert_samples(&rig, if offset > 0 { all - lacking..all } else { 0..lacking });
    }
}

#[test]
fn what_differs_is_voted_on() {
    for cache in [0, 200, 500] {
        for forgets in [true, false] {
            let faults = vec![fault(40..44, Trouble::WrongBefore(3)), fault(400..401, Trouble::WrongBefore(5))];
            let rig = rig(faults, Manners { cache, forgets, ..Manners::default() });
            let report = rig.rip().unwrap();
            assert_samples(&rig, 0..0);
            assert_eq!((audio(&report).differed, audio(&report).doubtful), (5, 0), "cache {cache}, forgets {forgets}");
        }
    }
}

#[test]
fn readings_that_never_agree_are_told_and_make_no_image_by_themselves() {
    let faults = vec![fault(500..502, Trouble::WrongBefore(u32::MAX)), fault(600..601, Trouble::Flickers)];
    let mut rig = rig(faults, Manners::default());
    rig.task.readings = 6;
    let report = rig.rip().unwrap();
    assert!(report.image.is_none() && !report.is_whole() && report.damage.sectors == 0);
    // In 500 and 501 the wrong places are others each time, so that votes find the right samples; in 600 they are the same, and never alike.
    let doubts: Vec<i32> = audio(&report).doubts.iter().flat_map(|area| area.start.0..=area.last().0).collect();
    assert_eq!((doubts, audio(&report).doubtful), (vec![600], 1));
    rig.task.accept_damage = true;
    let report = rig.rip().unwrap();
    assert!(report.resumed && report.image.is_some() && audio(&report).doubtful == 1);
    let log = fs::read_to_string(rig.folder.path().join("x.log")).unwrap();
    assert!(log.contains("sectors whose readings never agreed: 1\n") && log.contains("never agreed: 600 to 600"), "{log}");
}

#[test]
fn pointers_are_believed_once_they_have_proved_true() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Memory::in_folder(Some(folder.path()));
    let learn = |c2: C2Manner| {
        let mut rig = rig(vec![fault(40..44, Trouble::WrongBefore(500))], Manners { c2, ..Manners::default() });
        rig.task.memory = memory.clone();
        let (result, asked) = rig.watched(None);
        let report = result.unwrap();
        assert_samples(&rig, 0..0);
        let sectors: u32 = asked.iter().filter(|a| a.1 > 1).map(|a| a.1).sum();
        (audio(&report).clone(), sectors)
    };
    let (first, read_twice) = learn(C2Manner::Honest);
    assert!(!first.trusted && first.evidence.is_trusted() && first.differed == 4, "{first:?}");
    let (second, read_once) = learn(C2Manner::Honest);
    assert!(second.trusted && second.differed == 4 && read_once < read_twice, "{second:?} {read_once} {read_twice}");
    memory.learn(Some(&crate::drive::mmc::inquiry(&mut Device::new(Manners::default())).unwrap()), |known| known.c2.misses = 1);
    let (after, _) = learn(C2Manner::Honest);
    assert!(!after.trusted, "one lie, and nothing is believed any more");
}

#[test]
fn pointers_that_lie_are_never_believed() {
    for c2 in [C2Manner::Silent, C2Manner::Crying, C2Manner::Refused] {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let mut rig = rig(vec![fault(40..44, Trouble::WrongBefore(500))], Manners { c2, ..Manners::default() });
            rig.task.memory = Memory::in_folder(Some(folder.path()));
            let report = rig.rip().unwrap();
            assert!(!audio(&report).trusted && audio(&report).doubtful == 0, "{c2:?}");
            assert_samples(&rig, 0..0);
        }
    }
}

#[test]
fn wrong_frames_of_q_are_counted_and_repaired() {
    let mut rig = Rig::new(audio_cd(), "x.ccd");
    rig.task.subchannel = true;
    rig.task.audio = AudioCheck::Once;
    rig.manners.q_error_every = 7;
    let report = rig.rip().unwrap();
    let q = audio(&report).q;
    let form = Form { main: None, sub: Some(crate::disc::sector::SubKind::Packed) };
    let read = |reader: &dyn DiscReader| {
        let mut bytes = Vec::new();
        for (_, track) in reader.disc().tracks() {
            let from = track.first().max(Lba(0));
            let count = track.end().since(from).unwrap() as usize;
            let mut part = vec![0; count * SUBCHANNEL];
            reader.read(from, form, &mut part, &mut vec![Worth::Good; count]).unwrap();
            bytes.extend(part);
        }
        bytes
    };
    let (made, wanted) = (read(&*rig.made().reader), read(&*rig.disc));
    let wrong = made.chunks(96).zip(wanted.chunks(96)).position(|(made, wanted)| made != wanted);
    assert_eq!(wrong, None);
    assert_eq!((q.frames, q.bad, q.mended), (700, 100, 100));
}

/// Audio that was read once and wrong is no proof of another disc: such rips were refused when they were taken up again.
#[test]
fn a_rip_goes_on_whatever_its_first_reading_of_audio_was() {
    let faulty = || rig(vec![fault(100..120, Trouble::WrongBefore(2))], Manners::default());
    let reads = faulty().watched(None).1.len();
    for stop in (4..reads).step_by((reads / 10).max(1)) {
        let mut rig = faulty();
        assert!(matches!(rig.watched(Some(stop)).0, Err(JobError::Cancelled)), "{stop}");
        // The disc has been cleaned in between.
        rig.faults.clear();
        assert!(rig.rip().unwrap().is_whole(), "{stop}");
        assert_samples(&rig, 0..0);
    }
}

#[test]
fn drives_with_other_offsets_go_on_with_each_others_rips() {
    let mut rig = rig(vec![fault(100..110, Trouble::Unreadable)], Manners { offset: 30, ..Manners::default() });
    rig.task.offset = Some(30);
    rig.task.retries = 0;
    let report = rig.rip().unwrap();
    // What lies across two sectors in the drive costs both.
    assert_eq!((report.damage.areas[0].start, report.damage.sectors), (Lba(99), 11));
    rig.faults = vec![fault(500..510, Trouble::Unreadable)];
    (rig.manners.offset, rig.task.offset, rig.task.retries) = (-12, Some(-12), 1);
    let report = rig.rip().unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_samples(&rig, 0..0);
}
