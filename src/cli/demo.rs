//! `spindle demo`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::output::{Output, fail, say};
use super::password::SourcePassword;
use super::{Demo, Hash, Inspect, Verify, convert, hash, inspect, verify};
use crate::job::{ConvertTask, JobError, Outcome, Task};

pub fn run(args: &Demo) -> ExitCode {
    let folder = args.into.clone().unwrap_or_else(|| std::env::temp_dir().join("spindle-demo"));
    let output = Output::new(args.json);
    let made = make(&folder, output);
    let disc = match made {
        Ok(disc) => disc,
        Err(error) => return fail(&error, args.json),
    };
    let shown = cfg!(feature = "gui") && !args.json && !args.no_window && has_display();
    if shown {
        say(&format!("The demo disc is {}. Opening the window.", disc.display()));
        return super::window(vec![disc]);
    }
    tour(&disc, &folder, output)
}

/// Makes the disc, and gives the file to open.
fn make(folder: &Path, output: Output) -> Result<PathBuf, JobError> {
    std::fs::create_dir_all(folder).map_err(|error| JobError::Write { path: folder.to_owned(), error })?;
    match output.follow(Task::Demo(folder.to_owned()))? {
        Outcome::Converted(report) => Ok(report.outputs.last().cloned().unwrap_or_default()),
        _ => Err(JobError::Cancelled),
    }
}

/// Inspects, converts, verifies and hashes it: what there is to see without a window.
fn tour(disc: &Path, folder: &Path, output: Output) -> ExitCode {
    let json = output.json;
    let copy = folder.join("Spindle demo.nrg");
    let steps: [&dyn Fn() -> ExitCode; 4] = [
        &|| inspect::run(&Inspect { source: disc.to_owned(), password: SourcePassword::default(), json }),
        &|| {
            let mut task = ConvertTask::new(disc, &copy);
            task.overwrite = true;
            convert::perform_task(task, Output { json, progress_lines: json })
        },
        &|| {
            verify::run(&Verify { source: disc.to_owned(), other: Some(copy.clone()), password: SourcePassword::default(), json })
        },
        &|| hash::run(&Hash { source: disc.to_owned(), tracks: true, password: SourcePassword::default(), json }),
    ];
    for step in steps {
        let code = step();
        if code != ExitCode::SUCCESS {
            return code;
        }
        if !json {
            say("");
        }
    }
    ExitCode::SUCCESS
}

/// Whether a window could be opened: on Unix a display server has to be named.
fn has_display() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(windows, target_os = "macos")) || named("DISPLAY") || named("WAYLAND_DISPLAY")
}
