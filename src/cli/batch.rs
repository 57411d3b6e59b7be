//! `spindle convert … --into FOLDER`: many images at once.

use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use super::convert::{self, Done};
use super::output::{self, ErrorBody, Output, ProgressLine, print_json, say};
use super::password;
use crate::job::{BatchEvent, BatchReport, BatchTask, Class, Deletion, Entry, Fate, JobError, Outcome, Progress, Skip, Task};

#[derive(Serialize)]
struct ProgressShape {
    #[serde(flatten)]
    line: ProgressLine,
    source: String,
    number: usize,
    of: usize,
}

#[derive(Serialize)]
struct DoneShape {
    source: String,
    #[serde(flatten)]
    done: Done,
    deleted: Vec<String>,
    kept: Option<String>,
}

#[derive(Serialize)]
struct SkippedShape {
    event: &'static str,
    source: String,
    target: String,
    why: &'static str,
}

#[derive(Serialize)]
struct FailedShape<'a> {
    event: &'static str,
    source: String,
    target: String,
    error: ErrorBody<'a>,
}

#[derive(Serialize)]
struct EndShape {
    event: &'static str,
    converted: usize,
    skipped: usize,
    failed: usize,
    seconds: f64,
}

/// Does the batch: a line for each image, and one for all.
pub fn perform(mut task: BatchTask, json: bool) -> ExitCode {
    let output = Output::new(json);
    if let Err(error) = unlock(&mut task, output) {
        return output::fail(&error, json);
    }
    let mut names = Vec::new();
    let told = |event: BatchEvent, line: &mut output::Line| match event {
        BatchEvent::Found(found) => names = found,
        BatchEvent::Began(_) => {}
        BatchEvent::Progress { number, each, all } if json => {
            let source = names.get(number).map(|(source, _)| words(source)).unwrap_or_default();
            print_json(&progress(source, number, names.len(), each, all));
        }
        BatchEvent::Progress { number, each, all } => {
            line.show(&each, &format!("{} of {}: ", number + 1, names.len()), Some(&all));
        }
        BatchEvent::Ended(_, entry) => {
            line.clear();
            tell(&entry, json);
        }
    };
    match output.follow_batch(Task::Batch(Box::new(task)), told) {
        Ok(Outcome::Batched(report)) => conclude(&report, json),
        Ok(_) => ExitCode::FAILURE,
        Err(error) => output::fail(&error, json),
    }
}

/// Asks for the password of those that are encrypted, once for all, where somebody is there to answer.
fn unlock(task: &mut BatchTask, output: Output) -> Result<(), JobError> {
    if !task.passwords.is_empty() || !password::somebody_there() {
        return Ok(());
    }
    let survey = Task::Survey { sources: task.sources.clone(), passwords: Vec::new(), always: true };
    if let Outcome::Surveyed(findings) = output.follow(survey)?
        && let Some(first) = findings.iter().find(|finding| finding.is_locked())
    {
        task.passwords.push(password::ask_of(&first.path)?);
    }
    Ok(())
}

fn words(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// What is done is counted for the whole batch; phase and track are those of the image it is at.
fn progress(source: String, number: usize, of: usize, each: Progress, all: Progress) -> ProgressShape {
    let whole = Progress { phase: each.phase, track: each.track, ..all };
    ProgressShape { line: ProgressLine::of(whole, "bytes"), source, number: number + 1, of }
}

/// What became of one image.
fn tell(entry: &Entry, json: bool) {
    let Entry { source, target, fate } = entry;
    match fate {
        Fate::Converted(report, deletion) if json => {
            let (deleted, kept) = match deletion {
                None => (Vec::new(), None),
                Some(Deletion::Done(files)) => (files.iter().map(|file| words(file)).collect(), None),
                Some(Deletion::Kept(why)) => (Vec::new(), Some(why.to_string())),
                Some(Deletion::Failed(file, error)) => (Vec::new(), Some(format!("{}: {error}", file.display()))),
            };
            print_json(&DoneShape { source: words(source), done: convert::done(report), deleted, kept });
        }
        Fate::Converted(report, deletion) => {
            convert::print(report);
            match deletion {
                None => {}
                Some(Deletion::Done(files)) => {
                    let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
                    say(&format!("  Deleted: {}", files.join(", ")));
                }
                Some(Deletion::Kept(why)) => say(&format!("  Kept {}: {why}", source.display())),
                Some(Deletion::Failed(file, error)) => say(&format!("  Could not be deleted: {}: {error}", file.display())),
            }
        }
        Fate::Skipped(why) if json => {
            let why = match why {
                Skip::Exists => "exists",
                Skip::SameFormat => "same-format",
            };
            print_json(&SkippedShape { event: "skipped", source: words(source), target: words(target), why });
        }
        Fate::Skipped(Skip::Exists) => say(&format!("Skipped: {}: {} is there already", source.display(), target.display())),
        Fate::Skipped(Skip::SameFormat) => say(&format!("Skipped: {}: it has this format already", source.display())),
        Fate::Failed(error) => {
            if json {
                let error = ErrorBody::of(error);
                print_json(&FailedShape { event: "failed", source: words(source), target: words(target), error });
            }
            output::fail(error, json);
        }
    }
}

/// The summary, and the exit code: that of the first image that failed.
fn conclude(report: &BatchReport, json: bool) -> ExitCode {
    let (converted, skipped, failed) = report.counts();
    if json {
        print_json(&EndShape { event: "batch", converted, skipped, failed, seconds: report.seconds });
    } else {
        let all = report.entries.len();
        say(&format!("{converted} of {all} converted, {skipped} skipped, {failed} failed ({:.1} s)", report.seconds));
    }
    let failure = report.entries.iter().find_map(|entry| match &entry.fate {
        Fate::Failed(error) => Some(error.class()),
        Fate::Converted(..) | Fate::Skipped(_) => None,
    });
    failure.map(Class::exit_code).map_or(ExitCode::SUCCESS, ExitCode::from)
}
