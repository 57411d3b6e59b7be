//! What the tests share: samples that lie beside the checkout, other people's programs, and discs made up on the spot.
#![allow(dead_code, reason = "each test program uses its own part of this")]

pub mod discs;
pub mod makers;
pub mod program;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use spindle::job::{Control, ConvertReport, ConvertTask, Event, JobError, Outcome, Pool, Source, Task};

/// The folder of sample images that may lie beside the checkout. Says so when it does not.
pub fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let found = folder.canonicalize().ok();
    if found.is_none() {
        eprintln!("skipped: the sample images (../shared/corpus) are not beside this checkout");
    }
    found
}

/// Whether this program is installed. Says so when it is not, and fails where it has to be (`tests/run` sets SPINDLE_REQUIRE_TOOLS).
pub fn has(program: &str) -> bool {
    let found = std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()));
    if !found {
        assert!(std::env::var_os("SPINDLE_REQUIRE_TOOLS").is_none(), "{program} is not installed");
        eprintln!("skipped: {program} is not installed");
    }
    found
}

/// Runs a program, and gives what it printed, errors included.
pub fn run(program: &str, arguments: &[&str], folder: &Path) -> (bool, String) {
    let Output { status, stdout, stderr } = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    let text = [String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)].concat();
    (status.success(), text)
}

/// Does a task as window and command line do it.
pub fn perform(task: Task) -> Result<Outcome, JobError> {
    let pool = Pool::new(1, std::sync::Arc::new(|| ()));
    pool.submit(task);
    for event in pool.events() {
        if let Event::Ended(_, result) = event {
            return *result;
        }
    }
    unreachable!("a pool tells of the end of every task")
}

/// Converts an image, losses allowed, and gives the file to open.
pub fn convert(source: &Path, target: &Path, format: &'static str) -> PathBuf {
    convert_with(source, target, format, |_| ())
}

/// The same, with choices.
pub fn convert_with(source: &Path, target: &Path, format: &'static str, change: impl FnOnce(&mut ConvertTask)) -> PathBuf {
    let mut task = ConvertTask::new(source, target);
    task.format = Some(format);
    task.allow_loss = true;
    change(&mut task);
    match perform(Task::Convert(Box::new(task))) {
        Ok(Outcome::Converted(ConvertReport { outputs, verified: true, .. })) => outputs.last().unwrap().clone(),
        Ok(_) => panic!("{} to {format}: not a verified conversion", source.display()),
        Err(error) => panic!("{} to {format}: {error}", source.display()),
    }
}

/// Nobody cancels.
pub fn control() -> Control {
    Control::default()
}

/// Saves a made-up disc, losses allowed, and gives the file to open.
pub fn save(
    made: &discs::Made,
    format: &'static str,
    target: &Path,
    change: impl FnOnce(&mut ConvertTask),
) -> Result<PathBuf, JobError> {
    let mut task = ConvertTask::new("made up", target);
    task.format = Some(format);
    task.allow_loss = true;
    change(&mut task);
    let source = Source { reader: made.reader(), path: Path::new("made up"), files: &[] };
    Ok(spindle::job::save(&source, &task, &control(), &|_| ())?.outputs.pop().unwrap())
}

/// The names in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
