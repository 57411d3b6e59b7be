use super::*;
use crate::image::Loss;

/// A data disc, an audio disc, and what is none.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(dir.path().join(name), bytes).unwrap();
    let mut data = vec![7; 2048 * 400];
    data[16 * 2048..][..7].copy_from_slice(b"\x01CD001\x01");
    data[17 * 2048..][..7].copy_from_slice(b"\xffCD001\x01");
    write("data.iso", &data);
    write("songs.cue", b"FILE songs.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 00:02:00\n");
    write("songs.bin", &[5; 2352 * 400]);
    write("zero.cue", b"FILE nowhere.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n");
    dir
}

fn task(sources: &[&Path], into: &Path, format: &'static str) -> BatchTask {
    let mut each = ConvertTask::new("", "");
    each.format = Some(format);
    BatchTask {
        sources: sources.iter().map(|source| (*source).to_owned()).collect(),
        into: into.to_owned(),
        each,
        skip_existing: false,
        delete: Delete::Never,
        passwords: Vec::new(),
    }
}

fn run(task: &BatchTask) -> BatchReport {
    batch(task, &Control::default(), &|_| ()).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn kept(report: &BatchReport, number: usize) -> Option<Kept> {
    match &report.entries[number].fate {
        Fate::Converted(_, Some(Deletion::Kept(kept))) => Some(kept.clone()),
        Fate::Converted(..) => None,
        _ => panic!("converted"),
    }
}

#[test]
fn an_image_that_fails_stops_no_other_and_what_is_there_is_passed_over() {
    let (dir, into) = (folder(), tempfile::tempdir().unwrap());
    let into = into.path().join("new");
    let mut task = task(&[dir.path()], &into, "nrg");
    let report = run(&task);
    assert_eq!(report.counts(), (2, 0, 1));
    assert_eq!(names(&into), ["data.nrg", "songs.nrg"]);
    let Fate::Failed(error) = &report.entries[2].fate else { panic!("no image") };
    assert!(report.entries[2].source.ends_with("zero.cue") && error.to_string().contains("nowhere.bin"));
    let again = run(&task);
    assert_eq!(again.counts(), (0, 0, 3), "nothing is replaced unasked");
    task.skip_existing = true;
    fs::remove_file(into.join("data.nrg")).unwrap();
    assert_eq!(run(&task).counts(), (1, 1, 1));
    // Those that are of this format already are none to convert, but one that is named itself is.
    let mut inside = super::tests::task(&[&into], &dir.path().join("other"), "nrg");
    let report = run(&inside);
    assert!(report.entries.iter().all(|entry| matches!(entry.fate, Fate::Skipped(Skip::SameFormat))));
    inside.sources = vec![into.join("data.nrg")];
    assert_eq!(run(&inside).counts(), (1, 0, 0));
}

#[test]
fn the_whole_is_told_in_bytes_and_grows_to_its_end() {
    let (dir, into) = (folder(), tempfile::tempdir().unwrap());
    let task = task(&[dir.path()], into.path(), "nrg");
    let events = Mutex::new(Vec::new());
    batch(&task, &Control::default(), &|event| events.lock().unwrap().push(event)).unwrap();
    let events = events.into_inner().unwrap();
    let BatchEvent::Found(found) = &events[0] else { panic!("what there is comes first") };
    assert_eq!(found[1], (dir.path().join("songs.cue"), into.path().join("songs.nrg")));
    let totals: Vec<Progress> = events
        .iter()
        .filter_map(|event| match event {
            BatchEvent::Progress { all, .. } => Some(*all),
            _ => None,
        })
        .collect();
    let all = 2 * (400 * 2352 + 400 * 2352);
    assert!(totals.iter().all(|total| total.total == all && total.done <= all), "{totals:?}");
    assert!(totals.is_sorted_by_key(|total| total.done));
    let ended = events.iter().filter(|event| matches!(event, BatchEvent::Ended(..))).count();
    let began = events.iter().filter(|event| matches!(event, BatchEvent::Began(_))).count();
    assert_eq!((began, ended), (3, 3));
}

#[test]
fn a_cancelled_batch_leaves_nothing_unfinished() {
    let (dir, into) = (folder(), tempfile::tempdir().unwrap());
    let task = task(&[dir.path()], into.path(), "nrg");
    let control = Control::default();
    let stop = |event| {
        if matches!(event, BatchEvent::Began(1)) {
            control.cancel();
        }
    };
    assert!(matches!(batch(&task, &control, &stop), Err(JobError::Cancelled)));
    assert_eq!(names(into.path()), ["data.nrg"], "what was finished stays");
}

#[test]
fn sources_of_one_name_do_not_take_each_others_place() {
    let paths = ["a/Disc.iso", "b/disc.cue", "c/disc (2).cue", "d/disc.iso.gz", "e/disc v1.0.cue"].map(Path::new);
    let targets = targets(&paths, Path::new("out"), image::by_name("nrg").unwrap());
    let expected = ["Disc.nrg", "disc (2).nrg", "disc (2) (2).nrg", "disc (3).nrg", "disc v1.0.nrg"];
    assert_eq!(targets, expected.map(|name| Path::new("out").join(name)));
}

#[test]
fn a_source_is_deleted_after_the_proof_with_all_its_files() {
    let (dir, into) = (folder(), tempfile::tempdir().unwrap());
    fs::remove_file(dir.path().join("zero.cue")).unwrap();
    let mut task = task(&[dir.path()], into.path(), "nrg");
    task.delete = Delete::Proved;
    task.each.verify = false;
    let report = run(&task);
    assert_eq!((kept(&report, 0), kept(&report, 1)), (Some(Kept::NotProved), Some(Kept::NotProved)));
    task.each.verify = true;
    task.each.overwrite = true;
    let report = run(&task);
    assert_eq!(names(dir.path()), [""; 0]);
    let Fate::Converted(_, Some(Deletion::Done(files))) = &report.entries[1].fate else { panic!("deleted") };
    assert_eq!(files.len(), 2);
}

#[test]
fn what_lost_something_is_kept_unless_that_was_said() {
    let (dir, into) = (folder(), tempfile::tempdir().unwrap());
    let songs = dir.path().join("songs.cue");
    let mut task = task(&[&songs], into.path(), "raw");
    task.delete = Delete::Proved;
    let Fate::Failed(JobError::Loss { losses, .. }) = &run(&task).entries[0].fate else { panic!("not without a word") };
    assert!(matches!(losses.as_slice(), [Loss::Tracks { .. }, ..]));
    task.each.allow_loss = true;
    assert_eq!(kept(&run(&task), 0), Some(Kept::Lossy));
    assert!(songs.exists());
    task.delete = Delete::EvenLossy;
    task.each.overwrite = true;
    assert!(matches!(&run(&task).entries[0].fate, Fate::Converted(_, Some(Deletion::Done(_)))));
    assert!(!songs.exists());
}

/// Nothing in such a file says that it is a data disc; should that have been wrong, the source is all there is.
#[test]
fn what_was_read_with_reservations_is_kept() {
    let (dir, into) = (folder(), tempfile::tempdir().unwrap());
    fs::write(dir.path().join("odd.iso"), [7; 2048 * 30]).unwrap();
    let mut task = task(&[&dir.path().join("odd.iso")], into.path(), "nrg");
    task.delete = Delete::Proved;
    assert_eq!(kept(&run(&task), 0), Some(Kept::Odd));
    assert!(dir.path().join("odd.iso").exists());
}

/// Two descriptors of one data file: the second would be left without its sectors.
#[test]
fn a_file_that_two_images_share_is_kept() {
    let (dir, into) = (folder(), tempfile::tempdir().unwrap());
    fs::copy(dir.path().join("songs.cue"), dir.path().join("other.cue")).unwrap();
    let cues = ["songs.cue", "other.cue"].map(|name| dir.path().join(name));
    let before = names(dir.path());
    // Both in the batch, then one of them beside it.
    for sources in [vec![cues[0].as_path(), &cues[1]], vec![cues[0].as_path()]] {
        let mut task = task(&sources, into.path(), "nrg");
        (task.delete, task.each.overwrite) = (Delete::Proved, true);
        let report = run(&task);
        assert_eq!(kept(&report, 0), Some(Kept::Shared(dir.path().join("songs.bin"))));
        assert_eq!(names(dir.path()), before);
    }
}

/// With leave to replace files, the new image of one could have taken the place of another that had yet to be read.
#[test]
fn no_image_replaces_the_source_of_another() {
    let dir = folder();
    fs::write(dir.path().join("songs.iso"), [9; 2048 * 30]).unwrap();
    let before = names(dir.path());
    let mut task = task(&[&dir.path().join("songs.cue"), &dir.path().join("songs.iso")], dir.path(), "cue");
    task.each.overwrite = true;
    let report = run(&task);
    assert!(matches!(report.entries[0].fate, Fate::Failed(JobError::OverSource(_))));
    assert!(matches!(&report.entries[1].fate, Fate::Converted(report, _) if report.outputs[0].ends_with("songs (2).bin")));
    assert_eq!(names(dir.path()).len(), before.len() + 2);
    assert_eq!(fs::read(dir.path().join("songs.bin")).unwrap(), vec![5; 2352 * 400]);
}
