//! `spindle drives --test`.

use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use super::output::{fail, print_json, say};
use crate::job::{self, Control, DriveTrial, Evidence};

/// What was found out, as JSON.
#[derive(Serialize)]
struct Shape {
    event: &'static str,
    drive: Option<String>,
    firmware: Option<String>,
    subchannel: bool,
    c2_pointers: bool,
    c2_trusted: bool,
    c2: Evidence,
    reads_before: u32,
    reads_behind: u32,
    remembers: Option<bool>,
    forgets: Option<bool>,
    offset: Option<i32>,
    sectors: u32,
    differed: u32,
    seconds: f64,
}

pub fn run(name: &str, json: bool) -> ExitCode {
    let name = job::drive_of(Path::new(name)).unwrap_or(name);
    // Ctrl+C ends it where it is: nothing has been written yet.
    match job::test_drive(name, &Control::default()) {
        Ok(trial) if json => print_json(&shape(&trial)),
        Ok(trial) => print(&trial),
        Err(error) => return fail(&error, json),
    }
    ExitCode::SUCCESS
}

fn shape(trial: &DriveTrial) -> Shape {
    Shape {
        event: "done",
        drive: trial.identity.as_ref().map(|identity| identity.name()),
        firmware: trial.identity.as_ref().map(|identity| identity.revision.clone()),
        subchannel: trial.subchannel,
        c2_pointers: trial.c2,
        c2_trusted: trial.known.c2.is_trusted(),
        c2: trial.evidence,
        reads_before: trial.before,
        reads_behind: trial.behind,
        remembers: trial.remembers,
        forgets: trial.forgets,
        offset: trial.known.offset,
        sectors: trial.sectors.0,
        differed: trial.sectors.1,
        seconds: trial.seconds,
    }
}

fn print(trial: &DriveTrial) {
    let name = trial.identity.as_ref().map_or_else(String::new, |identity| format!("{} {}", identity.name(), identity.revision));
    say(&format!("{name}, with {} sectors of audio, in {:.0} s:", trial.sectors.0, trial.seconds));
    say(if trial.subchannel { "  gives the subchannel with audio" } else { "  gives no subchannel with audio" });
    let c2 = match (trial.c2, trial.known.c2) {
        (false, _) => "gives no C2 error pointers: audio is read twice",
        (true, c2) if c2.is_trusted() => "gives C2 error pointers that have proved true: audio without them is read once",
        (true, c2) if c2.is_distrusted() => "gives C2 error pointers that have proved wrong: audio is read twice",
        (true, _) => {
            "gives C2 error pointers, of which nobody knows yet whether they are true: test it with a scratched disc; audio is read twice"
        }
    };
    say(&format!("  {c2}"));
    say(&format!("  reads {} sectors before the first track and {} behind the last", trial.before, trial.behind));
    let memory = match (trial.remembers, trial.forgets) {
        (Some(false), _) => "does not remember what it has read",
        (Some(true), Some(true)) => "remembers what it has read, and forgets it when it is told to",
        (Some(true), _) => "remembers what it has read, and can only be made to forget it by reading something else",
        (None, _) => "is too fast to tell whether it remembers what it has read",
    };
    say(&format!("  {memory}"));
    match trial.known.offset {
        Some(offset) => say(&format!("  its read offset is remembered as {offset} samples")),
        None => say(
            "  its read offset is not known: “rip --offset” takes it from the list of AccurateRip, “rip --look-up” may find it",
        ),
    }
}
