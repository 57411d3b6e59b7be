//! What is printed: progress, errors, JSON.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};

use serde::Serialize;

use crate::job::{BatchEvent, BurnNews, Class, Control, Event, JobError, JobId, Outcome, Phase, Pool, Progress, Task};

/// How a command prints.
#[derive(Clone, Copy)]
pub struct Output {
    /// JSON instead of words.
    pub json: bool,
    /// Progress as JSON lines.
    pub progress_lines: bool,
}

/// How far a task is, in JSON.
#[derive(Serialize)]
pub struct ProgressLine {
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    drive: Option<String>,
    phase: &'static str,
    done: u64,
    total: u64,
    unit: &'static str,
    rate: u64,
    eta: Option<u64>,
    track: Option<u8>,
}

/// The disc that somebody has put in is not the one to write on.
#[derive(Serialize)]
struct OtherDiscLine {
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    drive: Option<String>,
    why: String,
}

#[derive(Serialize)]
struct ErrorLine<'a> {
    error: ErrorBody<'a>,
}

/// An error in JSON.
#[derive(Serialize)]
pub struct ErrorBody<'a> {
    class: &'a str,
    message: Cow<'a, str>,
    path: Option<String>,
    offset: Option<u64>,
}

/// The tasks that Ctrl+C cancels: those of the moment, for a command may do several, one after another.
static RUNNING: Mutex<Vec<Control>> = Mutex::new(Vec::new());
/// Whether Ctrl+C was pressed, maybe between two tasks.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// Whether something could not be printed.
static UNPRINTED: AtomicBool = AtomicBool::new(false);

/// Called on Ctrl+C, and when the process is asked to end.
fn interrupt() {
    INTERRUPTED.store(true, Ordering::SeqCst);
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(Control::cancel);
}

/// Makes Ctrl+C cancel these tasks from now on.
fn cancel_on_interrupt(controls: Vec<Control>) {
    static HANDLED: Once = Once::new();
    // Where no handler can be set, Ctrl+C ends the process as it always does; the unfinished folder stays behind then.
    HANDLED.call_once(|| drop(ctrlc::set_handler(interrupt)));
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = controls;
    if INTERRUPTED.load(Ordering::SeqCst) {
        interrupt();
    }
}

/// Waits for Ctrl+C, or for the process to be asked to end.
pub fn until_interrupted() {
    let control = Control::default();
    cancel_on_interrupt(vec![control.clone()]);
    while !control.is_cancelled() {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

impl Output {
    /// Words, or one JSON object.
    pub fn new(json: bool) -> Output {
        Output { json, progress_lines: false }
    }

    /// Does a task in the pool, and tells of its progress until it is over. Ctrl+C cancels it.
    pub fn follow(self, task: Task) -> Result<Outcome, JobError> {
        self.follow_batch(task, |_, _| ())
    }

    /// The same; `told` hears what a batch tells, and may write it over the line on the terminal.
    pub fn follow_batch(self, task: Task, told: impl FnMut(BatchEvent, &mut Line)) -> Result<Outcome, JobError> {
        let ended = self.follow_these(vec![(String::new(), task)], told).pop();
        ended.map_or(Err(JobError::Cancelled), |(_, result)| result)
    }

    /// Does several tasks at once, each with a name that stands before its progress, and says how each has ended. Ctrl+C cancels them all.
    pub fn follow_all(self, tasks: Vec<(String, Task)>) -> Vec<(String, Result<Outcome, JobError>)> {
        self.follow_these(tasks, |_, _| ())
    }

    fn follow_these(
        self,
        tasks: Vec<(String, Task)>,
        mut told: impl FnMut(BatchEvent, &mut Line),
    ) -> Vec<(String, Result<Outcome, JobError>)> {
        let pool = Pool::new(tasks.len(), Arc::new(|| ()));
        let mut names: HashMap<JobId, String> = tasks.into_iter().map(|(name, task)| (pool.submit(task), name)).collect();
        let mut ids: Vec<JobId> = names.keys().copied().collect();
        ids.sort_unstable();
        cancel_on_interrupt(ids.iter().filter_map(|&id| pool.control(id)).collect());
        let mut line = Line::new(!self.json && io::stderr().is_terminal());
        let mut ended = Vec::new();
        for event in pool.events() {
            match event {
                // A terminal has no room for pictures.
                Event::Started(_) | Event::Rip(..) | Event::Burn(_, BurnNews::Goes(_)) => {}
                Event::Burn(id, BurnNews::OtherDisc(why)) => {
                    line.clear();
                    self.ask_for_another(names.get(&id).filter(|name| !name.is_empty()), why);
                }
                Event::Progress(id, progress) => {
                    let name = names.get(&id).filter(|name| !name.is_empty());
                    match self.progress_lines {
                        true => print_json(&ProgressLine {
                            drive: name.cloned(),
                            ..ProgressLine::of(progress, progress.phase.unit())
                        }),
                        false => line.show(&progress, &name.map(|name| format!("{name}: ")).unwrap_or_default(), None),
                    }
                }
                Event::Batch(_, event) => told(event, &mut line),
                Event::Ended(id, result) => {
                    line.clear();
                    ended.push((id, names.remove(&id).unwrap_or_default(), *result));
                    if names.is_empty() {
                        break;
                    }
                }
            }
        }
        ended.sort_unstable_by_key(|(id, ..)| *id);
        ended.into_iter().map(|(_, name, result)| (name, result)).collect()
    }

    fn ask_for_another(self, drive: Option<&String>, why: String) {
        if self.json {
            return print_json(&OtherDiscLine { event: "other-disc", drive: drive.cloned(), why });
        }
        let name = drive.map(|name| format!("{name}: ")).unwrap_or_default();
        // Who does not see this sees the tray.
        let _ = writeln!(io::stderr(), "{}", tame(&format!("{name}put another disc in: {why}")));
    }
}

impl ErrorBody<'_> {
    /// Of an error.
    pub fn of(error: &JobError) -> ErrorBody<'static> {
        let path = error.path().map(|path| path.to_string_lossy().into_owned());
        ErrorBody { class: error.class().word(), message: error.to_string().into(), path, offset: error.offset() }
    }
}

impl ProgressLine {
    /// Of a task that counts what is done in this unit.
    pub fn of(progress: Progress, unit: &'static str) -> ProgressLine {
        ProgressLine {
            event: "progress",
            drive: None,
            phase: progress.phase.word(),
            done: progress.done,
            total: progress.total,
            unit,
            rate: progress.rate as u64,
            eta: progress.eta.map(|seconds| seconds.ceil() as u64),
            track: progress.track,
        }
    }
}

/// One line on the terminal that is written over and over.
pub struct Line {
    shown: bool,
    terminal: bool,
}

impl Line {
    fn new(terminal: bool) -> Line {
        Line { shown: false, terminal }
    }

    /// Shows how far the task is; of a batch, which image it is at, and how far `all` is.
    pub fn show(&mut self, progress: &Progress, image: &str, all: Option<&Progress>) {
        if self.terminal {
            let percent = |progress: &Progress| (progress.done * 100).checked_div(progress.total).unwrap_or(100);
            let whole = all.unwrap_or(progress);
            let rate = progress.rate / 1e6;
            let eta = whole.eta.map(|s| format!(", {} s left", s.ceil())).unwrap_or_default();
            let of_all = all.map(|all| format!(", all {}%", percent(all))).unwrap_or_default();
            let (phase, percent) = (progress.phase.word(), percent(progress));
            let text = match progress.phase {
                Phase::Wait => format!("waiting for a disc to write on: put one into the drive ({} s)", progress.done),
                _ => format!("{phase} {percent}%{of_all}, {rate:.0} MB/s{eta}"),
            };
            // A terminal that takes no more text is no reason to stop the work.
            let _ = write!(io::stderr(), "\r\x1b[K{image}{text}");
            self.shown = true;
        }
    }

    /// Takes the line away, for others to be written.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// Prints a value as one line of JSON.
pub fn print_json(value: &impl Serialize) {
    let text = serde_json::to_string(value).expect("these shapes have nothing that JSON lacks");
    print_line(&text);
}

/// Prints a line. Titles and names come from strangers: what would steer the terminal is made visible instead.
pub fn say(text: &str) {
    print_line(&tame(text));
}

/// A reader that has gone away (`| head`) is no error; a disk that is full is.
fn print_line(text: &str) {
    if let Err(error) = writeln!(io::stdout(), "{text}")
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        UNPRINTED.store(true, Ordering::Relaxed);
    }
}

/// Control characters replaced.
pub fn tame(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '·' } else { c }).collect()
}

/// The exit code of a command that ended so: an answer that could not be printed is none.
pub fn conclude(code: ExitCode) -> ExitCode {
    if code == ExitCode::SUCCESS && UNPRINTED.load(Ordering::Relaxed) {
        print_error(false, Class::System.word(), "the output could not be written", None, None);
        return ExitCode::from(Class::System.exit_code());
    }
    code
}

/// Prints why a job failed, and gives the exit code for it.
pub fn fail(error: &JobError, json: bool) -> ExitCode {
    print_error(json, error.class().word(), &error.to_string(), error.path(), error.offset());
    ExitCode::from(error.class().exit_code())
}

/// Prints an error as a line of words or of JSON.
pub fn print_error(json: bool, class: &str, message: &str, path: Option<&Path>, offset: Option<u64>) {
    let text = if json {
        let path = path.map(|path| path.to_string_lossy().into_owned());
        let line = ErrorLine { error: ErrorBody { class, message: message.into(), path, offset } };
        serde_json::to_string(&line).expect("these shapes have nothing that JSON lacks")
    } else {
        format!("spindle: {}", tame(message))
    };
    let _ = writeln!(io::stderr(), "{text}");
}

/// A number of bytes, for people.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}
