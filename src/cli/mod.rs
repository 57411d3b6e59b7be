//! The command line: the same jobs as the window. Its `--json` shapes and exit codes are a contract (`docs/cli.md`).

mod batch;
mod burn;
mod convert;
mod demo;
mod drive_test;
mod drives;
mod formats;
mod hash;
mod inspect;
mod output;
mod password;
mod rip;
mod rip_json;
mod serve;
mod verify;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::job::{JobError, Outcome, Task};
use output::{Output, fail};
use password::SourcePassword;

/// Keeps your discs: opens, shows, converts and proves disc images.
#[derive(Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
struct Cli {
    /// Images or folders to open in the window
    #[cfg_attr(not(feature = "gui"), arg(hide = true))]
    files: Vec<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// What disc it is
    Inspect(Inspect),
    /// Make an image of another format, and prove it
    Convert(Box<convert::Convert>),
    /// Whether two images hold the same disc; or whether one is sound
    Verify(Verify),
    /// CRC-32, MD5 and SHA-1 of the disc and of every track
    Hash(Hash),
    /// The formats: names, extensions, what they can hold
    Formats(Formats),
    /// The drives, how they are, and what is in them
    Drives(drives::Drives),
    /// Make an image of the disc in a drive, read as far as it can be read, and say what could not be
    Rip(Box<rip::Rip>),
    /// Write an image, or the disc in another drive, onto a blank disc, and prove it
    Burn(Box<burn::Burn>),
    /// Empty a rewritable disc
    Erase(burn::EraseArgs),
    /// Close the session that a failure has left open on a disc, so that it can be read
    Close(burn::CloseArgs),
    /// Make any image a drive for this machine, over iSCSI
    Serve(serve::Serve),
    /// Make a small disc from nothing and show it
    Demo(Demo),
}

#[derive(Args)]
struct Inspect {
    /// The image, or a folder of images
    source: PathBuf,
    #[command(flatten)]
    password: SourcePassword,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Verify {
    /// The image
    source: PathBuf,
    /// The image to compare it with
    other: Option<PathBuf>,
    #[command(flatten)]
    password: SourcePassword,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Hash {
    /// The image
    source: PathBuf,
    /// Print every track, not only the whole disc
    #[arg(long)]
    tracks: bool,
    #[command(flatten)]
    password: SourcePassword,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Formats {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Demo {
    /// Where to make the disc; a folder of the system for temporary files when not given
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
    /// Don't open the window
    #[arg(long)]
    no_window: bool,
    /// Print JSON; opens no window
    #[arg(long)]
    json: bool,
}

/// Runs the program with the arguments of its process.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    match Cli::try_parse_from(&arguments) {
        Ok(cli) => output::conclude(dispatch(cli)),
        Err(error) if error.use_stderr() => {
            output::print_error(json, "request", &one_line(&error.render().to_string()), None, None);
            ExitCode::from(2)
        }
        // Help and version are no errors, and clap knows where to print them.
        Err(error) => {
            // Nothing can be done where not even this can be printed.
            let _ = error.print();
            ExitCode::SUCCESS
        }
    }
}

/// What clap says in paragraphs, in one line as every error: what is wrong, tips, and the usage.
fn one_line(text: &str) -> String {
    let paragraphs = text.trim_start_matches("error: ").split("\n\n").filter(|part| !part.starts_with("For more information"));
    let words = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
    paragraphs.map(words).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn dispatch(cli: Cli) -> ExitCode {
    match cli.command {
        None => window(cli.files),
        Some(Command::Inspect(args)) => inspect::run(&args),
        Some(Command::Convert(args)) => convert::run(&args),
        Some(Command::Verify(args)) => verify::run(&args),
        Some(Command::Hash(args)) => hash::run(&args),
        Some(Command::Formats(args)) => formats::run(&args),
        Some(Command::Drives(args)) => drives::run(&args),
        Some(Command::Rip(args)) => rip::run(&args),
        Some(Command::Burn(args)) => burn::run(&args),
        Some(Command::Erase(args)) => burn::run_erase(&args),
        Some(Command::Close(args)) => burn::run_close(&args),
        Some(Command::Serve(args)) => serve::run(&args),
        Some(Command::Demo(args)) => demo::run(&args),
    }
}

#[cfg(feature = "gui")]
fn window(files: Vec<PathBuf>) -> ExitCode {
    if leave_console(&files) {
        return ExitCode::SUCCESS;
    }
    match crate::ui::run(files) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::print_error(false, "system", &format!("the window could not be opened: {error}"), None, None);
            ExitCode::from(6)
        }
    }
}

#[cfg(not(feature = "gui"))]
fn window(_: Vec<PathBuf>) -> ExitCode {
    output::print_error(false, "request", "this build has no window: see “spindle --help” for its commands", None, None);
    ExitCode::from(2)
}

/// On Windows a program has a console or has none: this one has, for the command line, so that the window starts itself again
/// without. Whether it did.
#[cfg(all(feature = "gui", windows))]
fn leave_console(files: &[PathBuf]) -> bool {
    use std::os::windows::process::CommandExt;
    /// DETACHED_PROCESS: Windows documentation, process creation flags.
    const DETACHED: u32 = 8;
    const MARK: &str = "SPINDLE_DETACHED";
    if cfg!(debug_assertions) || std::env::var_os(MARK).is_some() {
        return false;
    }
    let again = |program| std::process::Command::new(program).args(files).env(MARK, "1").creation_flags(DETACHED).spawn();
    std::env::current_exe().and_then(again).is_ok()
}

#[cfg(all(feature = "gui", not(windows)))]
fn leave_console(_: &[PathBuf]) -> bool {
    false
}

/// Does a task, telling of its progress, and hands its outcome on; an error is printed and becomes an exit code. A password that is missing
/// is asked for once, where somebody sits at a terminal.
fn perform(mut task: Task, output: Output, done: impl FnOnce(Outcome) -> Result<ExitCode, JobError>) -> ExitCode {
    let mut result = output.follow(task.clone());
    if let Err(error) = &result
        && let Some(answer) = password::ask_for(error)
    {
        result = answer.and_then(|password| {
            task.set_password(password);
            output.follow(task)
        });
    }
    match result.and_then(done) {
        Ok(code) => code,
        Err(error) => fail(&error, output.json),
    }
}
