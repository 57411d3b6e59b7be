//! `spindle convert`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::output::{Output, print_json, say, size};
use super::perform;
use crate::image::{self, FORMATS, Format};
use crate::job::{ConvertReport, ConvertTask, Outcome, Task};

#[derive(Args)]
pub struct Convert {
    /// The image
    source: PathBuf,
    /// The file to make, or the folder for it; its extension tells the format
    target: PathBuf,
    /// The format, whatever the extension says
    #[arg(long, value_name = "FORMAT", value_parser = writable())]
    to: Option<String>,
    /// Convert even where the format can't keep everything
    #[arg(long)]
    allow_loss: bool,
    /// Don't read the result back to compare it with the source
    #[arg(long)]
    no_verify: bool,
    /// Replace files that are there
    #[arg(long)]
    overwrite: bool,
    /// A file for each track, where the format can
    #[arg(long)]
    per_track: bool,
    /// Store the subchannel even where the source has none, or never; when not given: where the source has one
    #[arg(long, value_name = "yes|no", value_parser = clap::builder::BoolishValueParser::new())]
    subchannel: Option<bool>,
    /// The older version of the format, where there is one
    #[arg(long)]
    old_version: bool,
    /// Print JSON: a line for each step, then one for the result
    #[arg(long)]
    json: bool,
}

fn writable() -> clap::builder::PossibleValuesParser {
    let names = FORMATS.iter().filter(|format| format.plan.is_some()).map(|format| format.name);
    clap::builder::PossibleValuesParser::new(names)
}

#[derive(Serialize)]
struct Done {
    event: &'static str,
    outputs: Vec<String>,
    verified: bool,
    seconds: f64,
    loss: Vec<String>,
    repaired: u64,
    damaged: u64,
}

pub fn run(args: &Convert) -> ExitCode {
    let mut task = ConvertTask::new(&args.source, target(args));
    task.format = args.to.as_deref().and_then(image::by_name).map(|format| format.name);
    task.allow_loss = args.allow_loss;
    task.verify = !args.no_verify;
    task.overwrite = args.overwrite;
    task.subchannel = args.subchannel;
    task.file_per_track = args.per_track;
    task.old_version = args.old_version;
    perform_task(task, Output { json: args.json, progress_lines: args.json })
}

/// Converts, and prints the result.
pub fn perform_task(task: ConvertTask, output: Output) -> ExitCode {
    perform(Task::Convert(Box::new(task)), output, |outcome| {
        let Outcome::Converted(report) = outcome else { return Ok(ExitCode::FAILURE) };
        if output.json {
            print_json(&done(&report))
        } else {
            print(&report)
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The file to make: a folder gets a file of the source's name; a name whose extension belongs to no format keeps it whole.
fn target(args: &Convert) -> PathBuf {
    let format: Option<&Format> = args.to.as_deref().and_then(image::by_name);
    let Some(format) = format else { return args.target.clone() };
    let extension = format.extensions[0];
    // What follows the last dot of "Disc v1.0" is no extension, and stays.
    let with_extension = |path: PathBuf| {
        let mut name = path.into_os_string();
        name.push(".");
        name.push(extension);
        PathBuf::from(name)
    };
    if args.target.is_dir() {
        return with_extension(args.target.join(args.source.file_stem().unwrap_or_default()));
    }
    match image::by_extension(&args.target).is_some() || image::wrapper_of(&args.target).is_some() {
        true => args.target.clone(),
        false => with_extension(args.target.clone()),
    }
}

/// The line for the result.
fn done(report: &ConvertReport) -> impl Serialize + use<> {
    Done {
        event: "done",
        outputs: report.outputs.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
        verified: report.verified,
        seconds: report.seconds,
        loss: report.losses.iter().map(ToString::to_string).collect(),
        repaired: report.worths.repaired,
        damaged: report.worths.damaged,
    }
}

/// The result in words.
pub fn print(report: &ConvertReport) {
    let outputs: Vec<String> = report.outputs.iter().map(|path| path.display().to_string()).collect();
    let proved = if report.verified { "Saved and verified" } else { "Saved, not verified" };
    say(&format!("{proved}: {} ({}, {:.1} s)", outputs.join(", "), size(report.bytes), report.seconds));
    report.losses.iter().for_each(|loss| say(&format!("  Left behind: {loss}")));
    let worths = &report.worths;
    if worths.repaired > 0 {
        say(&format!("  {} sectors of the source were wrong and have been repaired by their error correction.", worths.repaired));
    }
    if let Some(first) = worths.damaged_at.first() {
        say(&format!("  {} sectors of the source are damaged beyond repair, the first is {first}.", worths.damaged));
    }
}
