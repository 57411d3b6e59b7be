//! Rips from drives that are odd in themselves, whatever disc is in them.

use std::time::Instant;

use crossbeam_channel::{Sender, bounded};

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

/// The second of two drives gives less, or more, of each sector than the first: what the first has begun is gone on with.
#[test]
fn a_drive_goes_on_where_one_of_another_kind_has_ended() {
    let honest = Manners::default;
    let poor = || Manners { knows_read_cd: false, ..Manners::default() };
    for (first, second) in [(honest(), poor()), (poor(), honest())] {
        let mut rig = Rig::new(data_disc(), "x.cue");
        (rig.manners, rig.faults) = (first, vec![fault(70..72, Trouble::Unreadable)]);
        assert_eq!(damaged(&rig.rip().unwrap()), [70, 71]);
        (rig.manners, rig.faults) = (second, Vec::new());
        let report = rig.rip().unwrap();
        assert!(report.resumed && report.is_whole());
        assert_made(&rig, &[]);
    }
}

/// A drive that hangs at one of its commands.
struct Hanging {
    device: Device,
    /// Commands before that.
    left: usize,
    hangs: Sender<()>,
}

impl Transport for Hanging {
    fn execute(&mut self, cdb: &[u8], data: Data<'_>, timeout: Duration) -> Result<usize, TransportError> {
        if self.left == 0 {
            // Whoever has heard it once does not listen any more.
            let _ = self.hangs.send(());
            std::thread::sleep(Duration::from_secs(60));
        }
        self.left = self.left.saturating_sub(1);
        self.device.execute(cdb, data, timeout)
    }

    fn most_bytes(&self) -> usize {
        16 * RAW
    }
}

/// At whatever command the drive hangs, the user gets away: while the disc is looked at, while it is held against what was read of it before, and while
/// it is read.
#[test]
fn a_drive_that_hangs_holds_nobody_who_cancels() {
    let demo = demo_disc().unwrap();
    let mut rig = Rig::new(demo.clone(), "x.cue");
    rig.faults = vec![fault(20..22, Trouble::Unreadable)];
    rig.task.retries = 0;
    assert_eq!(damaged(&rig.rip().unwrap()), [20, 21]);
    for left in (0..60).step_by(4).chain(28..40) {
        let mut device = Device::new(Manners::default());
        device.insert(demo.clone(), rig.faults.clone());
        let (hangs, hanging) = bounded(1);
        let (control, cancelled) = (Control::default(), Arc::new(Mutex::new(None)));
        let user = (control.clone(), cancelled.clone());
        std::thread::spawn(move || {
            if hanging.recv().is_ok() {
                *user.1.lock().unwrap() = Some(Instant::now());
                user.0.cancel();
            }
        });
        let result = rip_from(Box::new(Hanging { device, left, hangs }), &rig.task, &control, &|_| ());
        let Some(since) = *cancelled.lock().unwrap() else {
            assert!(result.is_ok(), "it had fewer commands");
            continue;
        };
        assert!(matches!(result, Err(JobError::Cancelled)), "command {left}");
        // A second is what is promised; a busy machine may be late.
        assert!(since.elapsed() < Duration::from_secs(5), "command {left}");
    }
}
