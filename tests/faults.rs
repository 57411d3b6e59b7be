//! What goes wrong while a job runs: it is cancelled, paused or killed, the disk fills, the source shrinks, the copy comes out wrong.
//! Every time the answer is an error that says so, and no file that looks finished and is not.

mod common;

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::discs::{Made, long, small};
use common::{names, perform};
use spindle::disc::sector::{Form, Worth};
use spindle::disc::{Disc, DiscReader, Lba, ReadError, Stored, TrackId};
use spindle::image::{FORMATS, Limits, open};
use spindle::job::{
    Class, Control, ConvertReport, ConvertTask, Event, JobError, Outcome, Phase, Pool, Progress, Source, Task, save,
};

/// Saves from a reader; `at` is called at the beginning of each phase, when all is ready and nothing is done.
fn save_with(
    reader: Arc<dyn DiscReader>,
    target: &Path,
    control: &Control,
    at: impl Fn(Phase) + Sync,
) -> Result<ConvertReport, JobError> {
    let source = Source { reader, path: Path::new("made up"), files: &[] };
    let tell = |progress: Progress| {
        if progress.done == 0 {
            at(progress.phase);
        }
    };
    save(&source, &ConvertTask::new("made up", target), control, &tell)
}

/// The same from a file, so that the kernel copies.
fn convert_with(source: &Path, target: &Path, at: impl Fn(Phase) + Sync) -> Result<ConvertReport, JobError> {
    let image = open(source, Limits::default()).unwrap();
    save_with(image.reader, target, &Control::default(), at)
}

/// The folder in which an image is being made.
fn workshop(folder: &Path) -> PathBuf {
    let found = names(folder).into_iter().find(|name| name.ends_with(".part"));
    folder.join(found.expect("the image is made beside its target"))
}

/// A file of this disc.
fn written(made: &Made, name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let format = spindle::image::by_extension(Path::new(name)).unwrap();
    let path = common::save(made, format.name, &folder.path().join(name), |_| ()).unwrap();
    (folder, path)
}

#[test]
fn cancelling_ends_every_phase_and_leaves_nothing() {
    let made = long(2000);
    let (_source, file) = written(&made, "long.cue");
    for wanted in [Phase::Copy, Phase::Verify] {
        for reader in [made.reader() as Arc<dyn DiscReader>, open(&file, Limits::default()).unwrap().reader] {
            let folder = tempfile::tempdir().unwrap();
            let control = Control::default();
            let begun = Mutex::new(None);
            let result = save_with(reader, &folder.path().join("x.nrg"), &control, |phase| {
                if phase == wanted {
                    *begun.lock().unwrap() = Some(Instant::now());
                    control.cancel();
                }
            });
            assert!(matches!(result, Err(JobError::Cancelled)), "{result:?}");
            println!("cancelled in {wanted:?} after {:?}", begun.lock().unwrap().unwrap().elapsed());
            assert!(names(folder.path()).is_empty());
        }
    }
}

#[test]
fn hashing_and_verifying_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let giant = folder.path().join("giant.bin");
    File::create(&giant).unwrap().set_len(2352 * 400_000).unwrap();
    let tasks = [
        Task::Hash { source: giant.clone(), whole: true, password: None },
        Task::Verify { source: giant.clone(), other: Some(giant.clone()), password: None },
        Task::Verify { source: giant.clone(), other: None, password: None },
    ];
    for task in tasks {
        let pool = Pool::new(1, Arc::new(|| ()));
        let id = pool.submit(task.clone());
        let mut asked = None;
        for event in pool.events() {
            match event {
                Event::Progress(..) if asked.is_none() => {
                    pool.control(id).unwrap().cancel();
                    asked = Some(Instant::now());
                }
                Event::Ended(_, result) => {
                    assert!(matches!(*result, Err(JobError::Cancelled)), "{task:?}");
                    println!("cancelled after {:?}", asked.unwrap().elapsed());
                    break;
                }
                _ => {}
            }
        }
    }
}

#[test]
fn nothing_happens_while_a_job_is_paused() {
    let folder = tempfile::tempdir().unwrap();
    let (made, control) = (long(6000), Control::default());
    let (paused, ended) = (AtomicBool::new(false), AtomicBool::new(false));
    let written =
        |folder: &Path| -> u64 { fs::read_dir(workshop(folder)).unwrap().map(|e| e.unwrap().metadata().unwrap().len()).sum() };
    std::thread::scope(|scope| {
        let job = scope.spawn(|| {
            let result = save_with(made.reader(), &folder.path().join("x.cue"), &control, |phase| {
                if phase == Phase::Copy {
                    control.pause(true);
                    paused.store(true, Ordering::SeqCst);
                }
            });
            ended.store(true, Ordering::SeqCst);
            result
        });
        while !paused.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        // One piece may have been under way.
        std::thread::sleep(Duration::from_millis(300));
        let before = written(folder.path());
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(written(folder.path()), before);
        assert!(before < 6000 * 2352 && !ended.load(Ordering::SeqCst));
        control.pause(false);
        assert!(job.join().unwrap().unwrap().verified);
    });
    assert_eq!(names(folder.path()), ["x.bin", "x.cue"]);
}

#[test]
fn a_paused_job_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let (made, control) = (long(2000), Control::default());
    std::thread::scope(|scope| {
        let result = save_with(made.reader(), &folder.path().join("x.cue"), &control, |_| {
            control.pause(true);
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(50));
                control.cancel();
            });
        });
        assert!(matches!(result, Err(JobError::Cancelled)));
    });
    assert!(names(folder.path()).is_empty());
}

#[test]
fn jobs_at_once_do_not_disturb_each_other() {
    let (_source, file) = written(&small(), "disc.cue");
    let folder = tempfile::tempdir().unwrap();
    let pool = Pool::new(3, Arc::new(|| ()));
    let holds = |format: &&&spindle::image::Format| spindle::image::project(&small().disc, &format.holds).is_some();
    let writable: Vec<_> = FORMATS.iter().filter(|format| format.plan.is_some()).filter(holds).collect();
    for (number, format) in writable.iter().cycle().take(24).enumerate() {
        let mut task = ConvertTask::new(&file, folder.path().join(format!("{number}.{}", format.extensions[0])));
        (task.format, task.allow_loss) = (Some(format.name), true);
        pool.submit(Task::Convert(Box::new(task)));
    }
    // One that fails and one that is cancelled among them.
    pool.submit(Task::Open { path: folder.path().join("nothing"), password: None });
    let cancelled = pool.submit(Task::Open { path: file.clone(), password: None });
    if let Some(control) = pool.control(cancelled) {
        control.cancel();
    }
    let mut outputs = Vec::new();
    let mut failed = 0;
    for _ in 0..26 {
        let ended = pool.events().iter().find_map(|event| if let Event::Ended(_, result) = event { Some(*result) } else { None });
        match ended.unwrap() {
            Ok(Outcome::Converted(report)) => outputs.push(report),
            Ok(_) => panic!("the cancelled task went on"),
            Err(_) => failed += 1,
        }
    }
    assert_eq!((outputs.len(), failed), (24, 2));
    assert!(outputs.iter().all(|report| report.verified));
    assert_eq!(names(folder.path()).len(), outputs.iter().map(|report| report.outputs.len()).sum::<usize>());
}

/// A file system of this size, where the system lets one make it.
#[cfg(target_os = "linux")]
struct Mount(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl Mount {
    fn new(size: &str) -> Option<Mount> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size},mode=777");
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "none"]).arg(folder.path()).stderr(std::process::Stdio::null());
        let mounted = mount.status().is_ok_and(|status| status.success());
        if !mounted {
            eprintln!("skipped: no small file system can be mounted here");
        }
        mounted.then_some(Mount(folder))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Mount {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(self.0.path()).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_seen_before_the_start_and_told_when_it_fills_later() {
    let Some(mount) = Mount::new("2m") else { return };
    let folder = mount.0.path();
    let made = long(1000);
    let (_source, file) = written(&made, "long.cue");
    let target = folder.join("x.cue");
    let result = convert_with(&file, &target, |_| panic!("nothing may begin"));
    assert!(matches!(result, Err(JobError::NoRoom { needed, free, .. }) if needed > free), "{result:?}");
    assert!(names(folder).is_empty());
    let made = long(700);
    let (_source, file) = written(&made, "long.cue");
    let fill = |phase| {
        if phase == Phase::Copy {
            let rest = fs4::available_space(folder).unwrap() - 200_000;
            fs::write(folder.join("other"), vec![1; rest as usize]).unwrap();
        }
    };
    for reader in [made.reader() as Arc<dyn DiscReader>, open(&file, Limits::default()).unwrap().reader] {
        let result = save_with(reader, &target, &Control::default(), fill);
        let full = matches!(&result, Err(JobError::Write { error, .. }) if error.kind() == std::io::ErrorKind::StorageFull);
        assert!(full, "{result:?}");
        assert_eq!(names(folder), ["other"]);
        fs::remove_file(folder.join("other")).unwrap();
    }
}

#[test]
fn a_target_that_cannot_be_is_told_before_anything_is_done() {
    let (source, file) = written(&small(), "disc.cue");
    let nothing = |_| panic!("nothing may begin");
    let result = convert_with(&file, &source.path().join("no/such/folder/x.cue"), nothing);
    assert!(matches!(&result, Err(error @ JobError::Write { .. }) if error.class() == Class::System), "{result:?}");
    let result = convert_with(&file, &file.join("x.cue"), nothing);
    assert!(matches!(&result, Err(JobError::Write { .. })), "{result:?}");
    assert_eq!(names(source.path()), ["disc.bin", "disc.cue"]);
    fs::create_dir(source.path().join("x.nrg")).unwrap();
    let mut task = ConvertTask::new(&file, source.path().join("x.nrg"));
    task.overwrite = true;
    assert!(matches!(perform(Task::Convert(Box::new(task))), Err(JobError::Exists(_))), "a folder is never replaced");
}

#[test]
fn what_is_there_is_replaced_only_with_leave() {
    let (source, file) = written(&small(), "disc.cue");
    let target = source.path().join("new.cue");
    let task = |overwrite| {
        let mut task = ConvertTask::new(&file, &target);
        task.overwrite = overwrite;
        perform(Task::Convert(Box::new(task)))
    };
    for name in ["new.cue", "new.bin"] {
        fs::write(source.path().join(name), "mine").unwrap();
        assert!(matches!(task(false), Err(JobError::Exists(path)) if path.ends_with(name)));
        assert_eq!(fs::read(source.path().join(name)).unwrap(), b"mine");
        assert!(task(true).is_ok());
        assert_eq!(names(source.path()), ["disc.bin", "disc.cue", "new.bin", "new.cue"]);
        fs::remove_file(source.path().join("new.cue")).unwrap();
        fs::remove_file(source.path().join("new.bin")).unwrap();
    }
}

/// A link that leads nowhere was not seen as a file, and was replaced without being asked.
#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_there_too() {
    let (source, file) = written(&small(), "disc.cue");
    let target = source.path().join("new.nrg");
    std::os::unix::fs::symlink("nowhere", &target).unwrap();
    let result = perform(Task::Convert(Box::new(ConvertTask::new(&file, &target))));
    assert!(matches!(result, Err(JobError::Exists(_))));
    assert!(target.is_symlink());
}

/// Whether the target exists was asked before the copy alone; what appeared under its name meanwhile was replaced.
#[test]
fn what_appears_during_the_copy_is_not_replaced() {
    for name in ["x.cue", "x.bin"] {
        let folder = tempfile::tempdir().unwrap();
        let result = save_with(small().reader(), &folder.path().join("x.cue"), &Control::default(), |phase| {
            if phase == Phase::Verify {
                fs::write(folder.path().join(name), "mine").unwrap();
            }
        });
        assert!(matches!(result, Err(JobError::Exists(_))), "{result:?}");
        assert_eq!(names(folder.path()), [name]);
        assert_eq!(fs::read(folder.path().join(name)).unwrap(), b"mine");
    }
}

#[test]
fn a_source_is_never_replaced() {
    let (source, file) = written(&small(), "disc.cue");
    let before: Vec<Vec<u8>> = names(source.path()).iter().map(|name| fs::read(source.path().join(name)).unwrap()).collect();
    let mut targets = vec![file.clone(), source.path().join(".").join("disc.cue")];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&file, source.path().join("link.cue")).unwrap();
        std::os::unix::fs::symlink(source.path(), source.path().join("folder")).unwrap();
        targets.extend([source.path().join("link.cue"), source.path().join("folder/disc.cue")]);
    }
    let shouting = source.path().join("DISC.CUE");
    if shouting.exists() {
        targets.push(shouting);
    } else {
        println!("skipped: this file system knows no other case of the same name");
    }
    for target in targets {
        let mut task = ConvertTask::new(&file, &target);
        task.overwrite = true;
        let result = perform(Task::Convert(Box::new(task)));
        assert!(matches!(result, Err(JobError::OverSource(_))), "{}", target.display());
    }
    let raw = perform(Task::Convert(Box::new({
        // disc.bin is the data file of the very sheet that is read.
        let mut task = ConvertTask::new(&file, source.path().join("disc.bin"));
        (task.format, task.overwrite, task.allow_loss) = (Some("raw"), true, true);
        task
    })));
    assert!(matches!(raw, Err(JobError::OverSource(_))));
    let after: Vec<Vec<u8>> = ["disc.bin", "disc.cue"].iter().map(|name| fs::read(source.path().join(name)).unwrap()).collect();
    assert_eq!(after, before);
}

/// A reader that does something at a sector.
struct Trap<F> {
    inner: Arc<dyn DiscReader>,
    at: Lba,
    spring: F,
}

impl<F: Fn() -> Result<(), ReadError> + Send + Sync> DiscReader for Trap<F> {
    fn disc(&self) -> &Disc {
        self.inner.disc()
    }

    fn stored(&self, track: TrackId) -> Option<Stored> {
        self.inner.stored(track)
    }

    fn read(&self, at: Lba, form: Form, into: &mut [u8], worth: &mut [Worth]) -> Result<(), ReadError> {
        if self.at.since(at).is_some_and(|ahead| (ahead as usize) < worth.len()) {
            (self.spring)()?;
        }
        self.inner.read(at, form, into, worth)
    }
}

#[test]
fn a_sector_that_cannot_be_read_ends_the_job_with_its_address() {
    let folder = tempfile::tempdir().unwrap();
    let at = Lba(1500);
    let fail = move || Err(ReadError::Io { at, source: std::io::Error::other("scratched") });
    let reader = Arc::new(Trap { inner: long(2000).reader(), at, spring: fail });
    let result = save_with(reader, &folder.path().join("x.cue"), &Control::default(), |_| ());
    assert!(result.as_ref().is_err_and(|error| error.to_string().contains("1500")), "{result:?}");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_worker_that_panics_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let reader = Arc::new(Trap { inner: long(2000).reader(), at: Lba(1500), spring: || panic!("as tested") });
    let job = || save_with(reader, &folder.path().join("x.cue"), &Control::default(), |_| ());
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)).is_err());
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_panic_is_an_error_of_its_job_alone() {
    let (_source, file) = written(&small(), "disc.cue");
    let folder = tempfile::tempdir().unwrap();
    let calls = AtomicU64::new(0);
    // The second event is the first progress of the first job.
    let pool = Pool::new(1, Arc::new(move || assert!(calls.fetch_add(1, Ordering::SeqCst) != 1, "as tested")));
    for name in ["one.nrg", "two.nrg"] {
        pool.submit(Task::Convert(Box::new(ConvertTask::new(&file, folder.path().join(name)))));
    }
    let mut ended =
        pool.events().iter().filter_map(|event| if let Event::Ended(_, result) = event { Some(*result) } else { None });
    match ended.next().unwrap() {
        Err(error @ JobError::Panicked(_)) => assert_eq!(error.class(), Class::System),
        _ => panic!("the panic was not told"),
    }
    assert!(matches!(ended.next().unwrap(), Ok(Outcome::Converted(_))), "the next job is done as ever");
    assert_eq!(names(folder.path()), ["two.nrg"]);
}

#[test]
fn a_source_that_shrinks_ends_the_job() {
    for (wanted, target) in [(Phase::Copy, "x.cue"), (Phase::Verify, "x.cue"), (Phase::Copy, "x.toc"), (Phase::Verify, "x.toc")] {
        let (source, file) = written(&long(2000), "long.cue");
        let folder = tempfile::tempdir().unwrap();
        let result = convert_with(&file, &folder.path().join(target), |phase| {
            if phase == wanted {
                File::options().write(true).open(source.path().join("long.bin")).unwrap().set_len(2352 * 1000 + 5).unwrap();
            }
        });
        let told = matches!(&result, Err(error @ JobError::Read { .. }) if error.class() == Class::Input);
        assert!(told, "{target}, {wanted:?}: {result:?}");
        assert!(names(folder.path()).is_empty());
    }
}

fn flip(path: &Path, at: u64, bit: u32) {
    let mut file = File::options().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(at)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[byte[0] ^ 1 << bit]).unwrap();
}

/// Sync, address, mode, user data from end to end, EDC, zeros, P and Q parity.
const PLACES: [u64; 12] = [0, 12, 14, 15, 16, 1000, 2063, 2064, 2068, 2076, 2248, 2351];

#[test]
fn one_bit_that_turns_between_copy_and_proof_is_found() {
    for (sector, place) in [0, 3, 5, 8, 13].into_iter().flat_map(|sector| PLACES.map(|place| (sector, place))) {
        let folder = tempfile::tempdir().unwrap();
        let result = save_with(small().reader(), &folder.path().join("x.cue"), &Control::default(), |phase| {
            if phase == Phase::Verify {
                flip(&workshop(folder.path()).join("x.bin"), sector * 2352 + place, (place % 8) as u32);
            }
        });
        assert!(matches!(result, Err(JobError::Mismatch { .. })), "sector {sector}, byte {place}: {result:?}");
        assert!(names(folder.path()).is_empty(), "what is wrong is not kept");
    }
}

#[test]
fn a_workshop_that_is_swept_away_is_an_error() {
    for wanted in [Phase::Copy, Phase::Verify] {
        let folder = tempfile::tempdir().unwrap();
        let result = save_with(small().reader(), &folder.path().join("x.cue"), &Control::default(), |phase| {
            if phase == wanted {
                fs::remove_dir_all(workshop(folder.path())).unwrap();
            }
        });
        assert!(result.is_err());
        assert!(names(folder.path()).is_empty());
    }
}

#[test]
fn verifying_finds_one_bit_anywhere() {
    let (source, file) = written(&small(), "disc.cue");
    let copy = common::convert(&file, &source.path().join("copy.cue"), "cue");
    let data = copy.with_extension("bin");
    let verify = |other: Option<&Path>| match perform(Task::Verify {
        source: copy.clone(),
        other: other.map(Path::to_owned),
        password: None,
    }) {
        Ok(Outcome::Verified(report)) => report,
        other => panic!("{:?}", other.err()),
    };
    assert!(verify(Some(&file)).passed() && verify(None).passed());
    let inside = (0..2352).step_by(31).chain(PLACES);
    // Sectors of data, of a pregap, of sound.
    for (sector, place) in inside.flat_map(|place| [2, 7, 12].map(|sector| (sector, place))) {
        let bit = (place % 8) as u32;
        flip(&data, sector * 2352 + place, bit);
        let report = verify(Some(&file));
        assert_eq!(report.differences.len(), 1, "sector {sector}, byte {place}: {:?}", report.differences);
        assert!(report.differences[0].to_string().contains(&format!("sector {sector} ")), "{}", report.differences[0]);
        if sector == 2 {
            let alone = verify(None);
            assert_eq!(alone.findings.wrong_at, [Lba(2)], "byte {place} of a data sector: {:?}", alone.findings);
        }
        flip(&data, sector * 2352 + place, bit);
    }
    assert!(verify(Some(&file)).passed());
}

/// What is left of a process that had no time to clean up has a name that says so.
#[test]
fn a_killed_process_leaves_nothing_under_the_final_names() {
    use std::io::BufRead;
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("big.iso");
    File::create(&source).unwrap().set_len(2048 * 60_000).unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_spindle"))
        .args(["convert", "--json", "--to", "cue", "big.iso", "new.cue"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("\"progress\""), "{line}");
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    let left = names(folder.path());
    assert!(left.iter().all(|name| name == "big.iso" || (name.starts_with(".new.") && name.ends_with(".part"))), "{left:?}");
    // And it is in nobody's way.
    let again = common::convert(&source, &folder.path().join("new.iso"), "iso");
    assert_eq!(again.metadata().unwrap().len(), 2048 * 60_000);
}
