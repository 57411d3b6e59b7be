//! Rips from drives that are odd in themselves, whatever disc is in them.

use super::*;

/// A CD of the user data of the demo disc's data track.
fn data_disc() -> Arc<dyn DiscReader> {
    let demo = demo_disc().unwrap();
    let length = demo.disc().tracks().next().unwrap().1.length;
    let mut bytes = vec![0; length as usize * 2048];
    demo.read(Lba(0), Form::main(Slice::COOKED), &mut bytes, &mut vec![Worth::Good; length as usize]).unwrap();
    let bytes: Arc<dyn Bytes> = Arc::new(bytes);
    let disc = Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Mode1, Lba(0), length)]);
    Arc::new(ExtentReader::new(disc, vec![Extent::plain(Lba(0), length, bytes, 0, 2048, Slice::COOKED)]).unwrap())
}

/// QEMU's SCSI drive gives no whole sectors, and nothing could be ripped in it. Its ATAPI drive makes them up, without EDC, and a rip called each of
/// them wrong by its own checksum.
#[test]
fn a_drive_that_gives_user_data_alone_is_ripped_by_it() {
    for (knows_read_cd, makes_up) in [(false, false), (true, true)] {
        let mut rig = Rig::new(data_disc(), "x.cue");
        rig.manners = Manners { knows_read_cd, makes_up, ..Manners::default() };
        rig.faults = vec![fault(70..72, Trouble::Unreadable)];
        rig.task.accept_damage = true;
        let report = rig.rip().unwrap();
        assert_eq!((damaged(&report), report.suspects), (vec![70, 71], Suspects::default()));
        assert_made(&rig, &[70, 71]);
        rig.task.subchannel = true;
        assert!(matches!(rig.rip(), Err(JobError::Rip { error: RipError::NoSubchannel, .. })));
    }
}
