//! `spindle convert`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::batch;
use super::output::{Output, fail, print_error, print_json, say, size};
use super::password::{NewPassword, SourcePassword};
use super::perform;
use crate::image::packing::{PART_SIZES, Protection, Tuning, parse_block, parse_size};
use crate::image::{self, FORMATS, Format};
use crate::job::{BatchTask, Class, ConvertReport, ConvertTask, Delete, JobError, Outcome, Task};

#[derive(Args)]
#[command(override_usage = USAGE)]
pub struct Convert {
    /// The image, and the file to make, or the folder for it; the extension tells the format. With --into: images, and folders of images
    #[arg(value_name = "SOURCE TARGET", required = true)]
    paths: Vec<PathBuf>,
    /// Convert all images that are named, or lie in folders that are named, into this folder
    #[arg(long, value_name = "FOLDER", requires = "to")]
    into: Option<PathBuf>,
    #[command(flatten)]
    image: ImageArgs,
    /// Pass over images whose target is there already
    #[arg(long, requires = "into", conflicts_with = "overwrite")]
    skip_existing: bool,
    /// Delete the files of each image once its copy was read back and found equal; not those of one that lost something
    #[arg(long, requires = "into", conflicts_with = "no_verify")]
    delete_source: bool,
    /// Delete also the files of images that lost something (--allow-loss), that had damaged sectors, or were read with reservations
    #[arg(long, requires = "delete_source")]
    delete_even_lossy: bool,
    /// Store the subchannel even where the source has none, or never; when not given: where the source has one
    #[arg(long, value_name = "yes|no", value_parser = clap::builder::BoolishValueParser::new())]
    subchannel: Option<bool>,
    /// The older version of the format, where there is one
    #[arg(long)]
    old_version: bool,
    #[command(flatten)]
    password: SourcePassword,
    #[command(flatten)]
    tuning: TuningArgs,
    /// Print JSON: a line for each step, then one for the result
    #[arg(long)]
    json: bool,
}

/// What may be said of every new image, whether it comes from a file or from a drive.
#[derive(Args)]
pub struct ImageArgs {
    /// The format, whatever the extension says
    #[arg(long, value_name = "FORMAT", value_parser = writable())]
    to: Option<String>,
    /// Make it even where the format can't keep everything
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
}

impl ImageArgs {
    /// The format that was named.
    fn format(&self) -> Option<&'static Format> {
        self.to.as_deref().and_then(image::by_name)
    }

    /// The task of making this image, from a source that has yet to be named.
    pub fn task(&self, target: impl Into<PathBuf>) -> ConvertTask {
        let mut task = ConvertTask::new("", target);
        task.format = self.format().map(|format| format.name);
        task.allow_loss = self.allow_loss;
        task.verify = !self.no_verify;
        task.overwrite = self.overwrite;
        task.file_per_track = self.per_track;
        task
    }
}

/// What may be chosen of packed formats; `spindle formats` tells which has what.
#[derive(Args)]
struct TuningArgs {
    /// How hard to compress: 1 (fast) to 9 (small)
    #[arg(long, value_name = "1-9", value_parser = clap::value_parser!(u8).range(1..=9))]
    level: Option<u8>,
    /// Which compression, by the name that “spindle formats” gives it
    #[arg(long, value_name = "NAME")]
    codec: Option<String>,
    /// Bytes of a block: 2048, 16K
    #[arg(long, value_name = "SIZE", value_parser = block)]
    block: Option<u32>,
    /// Cut it into parts of this size: 700M, 4.7G, 650MiB; or cd, dvd, fat32
    #[arg(long, value_name = "SIZE", value_parser = part_size)]
    split: Option<u64>,
    #[command(flatten)]
    new_password: NewPassword,
}

impl TuningArgs {
    fn tuning(&self) -> Result<Tuning, JobError> {
        Ok(Tuning {
            level: self.level,
            codec: self.codec.clone(),
            block: self.block,
            split: self.split,
            password: self.new_password.given()?,
        })
    }
}

const NO_SIZE: &str = "not a size: 700M, 4.7G, 650MiB and 2048 are";

fn block(text: &str) -> Result<u32, &'static str> {
    parse_block(text).ok_or(NO_SIZE)
}

fn part_size(text: &str) -> Result<u64, &'static str> {
    let named = PART_SIZES.iter().find(|size| size.name.eq_ignore_ascii_case(text)).map(|size| size.bytes);
    named.or_else(|| parse_size(text)).ok_or(NO_SIZE)
}

/// The names of the formats that can be written.
fn writable() -> clap::builder::PossibleValuesParser {
    let names = FORMATS.iter().filter(|format| format.plan.is_some()).map(|format| format.name);
    clap::builder::PossibleValuesParser::new(names)
}

/// The last line of `convert --json`.
#[derive(Serialize)]
pub struct Done {
    event: &'static str,
    outputs: Vec<String>,
    verified: bool,
    seconds: f64,
    loss: Vec<String>,
    repaired: u64,
    damaged: u64,
}

const USAGE: &str = "spindle convert [OPTIONS] <SOURCE> <TARGET>
       spindle convert [OPTIONS] <SOURCE>... --into <FOLDER> --to <FORMAT>";

pub fn run(args: &Convert) -> ExitCode {
    let tuning = match args.tuning.tuning() {
        Ok(tuning) => tuning,
        Err(error) => return fail(&error, args.json),
    };
    let mut task = args.image.task("");
    task.subchannel = args.subchannel;
    task.old_version = args.old_version;
    task.tuning = tuning;
    task.password = args.password.given();
    match (&args.into, args.paths.as_slice()) {
        (Some(into), sources) => batch::perform(many(args, sources, into, task), args.json),
        (None, [source, to]) => {
            (task.source, task.target) = (source.clone(), target(source, to, args.image.format()));
            perform_task(task, Output { json: args.json, progress_lines: args.json })
        }
        (None, paths) => {
            let wrong = match paths {
                [_] => "the following required arguments were not provided: <TARGET>",
                _ => "more than one source needs --into <FOLDER>",
            };
            let usage = USAGE.split_whitespace().collect::<Vec<_>>().join(" ");
            print_error(args.json, Class::Request.word(), &format!("{wrong}; Usage: {usage}"), None, None);
            ExitCode::from(Class::Request.exit_code())
        }
    }
}

fn many(args: &Convert, sources: &[PathBuf], into: &Path, each: ConvertTask) -> BatchTask {
    let delete = match (args.delete_source, args.delete_even_lossy) {
        (false, _) => Delete::Never,
        (true, false) => Delete::Proved,
        (true, true) => Delete::EvenLossy,
    };
    BatchTask {
        sources: sources.to_vec(),
        into: into.to_owned(),
        skip_existing: args.skip_existing,
        delete,
        passwords: each.password.clone().into_iter().collect(),
        each,
    }
}

/// Converts, and prints the result.
pub fn perform_task(task: ConvertTask, output: Output) -> ExitCode {
    let warning = protection(&task).and_then(Protection::warning);
    perform(Task::Convert(Box::new(task)), output, |outcome| {
        let Outcome::Converted(report) = outcome else { return Ok(ExitCode::FAILURE) };
        if output.json {
            print_json(&done(&report))
        } else {
            print(&report);
            warning.iter().for_each(|warning| say(&format!("  {warning}")));
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// How well the password of the new image protects it, if it gets one.
fn protection(task: &ConvertTask) -> Option<Protection> {
    task.tuning.password.as_ref()?;
    task.format.and_then(image::by_name).or_else(|| image::by_extension(&task.target))?.choices.password
}

/// The file to make: a folder gets a file of the source's name; a name whose extension belongs to no format keeps it whole.
fn target(source: &Path, target: &Path, format: Option<&Format>) -> PathBuf {
    let Some(format) = format else { return target.to_owned() };
    if target.is_dir() {
        return image::with_extension_of(target.join(image::stem(source)), format);
    }
    match image::by_extension(target).is_some() || image::wrapper_of(target).is_some() {
        true => target.to_owned(),
        false => image::with_extension_of(target.to_owned(), format),
    }
}

/// The line for the result.
pub fn done(report: &ConvertReport) -> Done {
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
