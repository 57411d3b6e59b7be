//! `spindle drives`.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use crossbeam_channel::bounded;
use serde::Serialize;

use super::output::{fail, print_error, print_json, say, size, until_interrupted};
use crate::drive::Watch;
use crate::drive::mmc::{Configuration, Profile};
use crate::image::Opening;
use crate::job::{self, Class, DriveState, JobError, Listed};

#[derive(Args)]
pub struct Drives {
    /// Put this image into the drive in software, which else holds a disc to play with; its name is then “demo:IMAGE”
    #[arg(long, value_name = "IMAGE")]
    demo: Option<PathBuf>,
    /// Print them again whenever a drive or a disc comes or goes, until Ctrl+C
    #[arg(long)]
    watch: bool,
    /// Write what the drives answer to everything that they may be asked into a new file, for a bug report; nothing in it names you, your drive or your disc
    #[arg(long, value_name = "FILE", conflicts_with = "watch")]
    report: Option<PathBuf>,
    /// Test, with an audio CD in it, what this drive is worth for audio, in a minute at most; what is found out is remembered for its model
    #[arg(long, value_name = "DRIVE", conflicts_with_all = ["watch", "report"])]
    test: Option<String>,
    /// Print JSON; with --watch, a line each time
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shape {
    name: String,
    source: String,
    label: String,
    firmware: Option<String>,
    media: Vec<String>,
    writes: Vec<String>,
    c2_pointers: Option<bool>,
    state: &'static str,
    words: String,
    in_use: Option<String>,
    medium: Option<String>,
    sectors: Option<u32>,
    tracks: Option<usize>,
    sessions: Option<usize>,
}

pub fn run(args: &Drives) -> ExitCode {
    if let Some(name) = &args.test {
        return super::drive_test::run(name, args.json);
    }
    match &args.report {
        Some(file) => match report(args, file) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error, args.json),
        },
        None if args.watch => watch(args),
        None => list(args),
    }
}

#[derive(Serialize)]
struct Reported<'a> {
    event: &'static str,
    outputs: [&'a Path; 1],
}

/// Writes the report.
fn report(args: &Drives, path: &Path) -> Result<(), JobError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => JobError::Exists(path.to_owned()),
        _ => JobError::Write { path: path.to_owned(), error },
    };
    // Before the drives are asked, which takes a while: whether there is a place for what they say.
    let mut file = File::create_new(path).map_err(failed)?;
    file.write_all(job::drive_reports(args.demo.as_deref(), &Opening::default()).as_bytes()).map_err(failed)?;
    if args.json {
        print_json(&Reported { event: "done", outputs: [path] });
    } else {
        say(&format!("What the drives answered is in {}. Look through it before you send it to anybody.", path.display()));
    }
    Ok(())
}

/// Prints the drives until Ctrl+C, once and after each change.
fn watch(args: &Drives) -> ExitCode {
    // Changes that come while the drives are being asked are one.
    let (tell, told) = bounded::<()>(1);
    let first = tell.clone();
    let watch = Watch::start(move || {
        // A change that waits already stands for this one, too.
        let _ = tell.try_send(());
    });
    let watch = match watch {
        Ok(watch) => watch,
        Err(error) => {
            let message = format!("this system does not tell of drives that come and go: {error}");
            print_error(args.json, Class::System.word(), &message, None, None);
            return ExitCode::from(Class::System.exit_code());
        }
    };
    std::thread::scope(|scope| {
        let (first, watch) = (first, watch);
        scope.spawn(|| {
            for () in told {
                // What can't be printed is told when the program ends.
                let _ = list(args);
            }
        });
        // The list of now, before anything changes.
        let _ = first.send(());
        until_interrupted();
        // With these the last who could tell anything is gone, and so the thread ends.
        drop((first, watch));
    });
    ExitCode::SUCCESS
}

fn list(args: &Drives) -> ExitCode {
    let shapes: Vec<Shape> = job::drives(args.demo.as_deref(), &Opening::default()).into_iter().map(shape).collect();
    if args.json {
        print_json(&shapes);
        return ExitCode::SUCCESS;
    }
    for shape in shapes {
        let firmware = shape.firmware.map(|firmware| format!(", firmware {firmware}")).unwrap_or_default();
        say(&format!("{:<12} {}{firmware}", shape.name, shape.label));
        say(&format!("{:<12} {}", "", shape.words));
        if !shape.media.is_empty() {
            let written = if shape.writes.is_empty() { "none".to_owned() } else { shape.writes.join(", ") };
            say(&format!("{:<12} reads {}; writes {written}", "", shape.media.join(", ")));
        }
    }
    ExitCode::SUCCESS
}

fn shape(drive: Listed) -> Shape {
    let words = drive.words(size);
    let identity = drive.identity.filter(|identity| !identity.name().is_empty());
    let details = match &drive.state {
        DriveState::Disc(details) => Some(&**details),
        _ => None,
    };
    let disc = details.and_then(|details| details.disc.as_ref());
    let media = |list: fn(&Configuration) -> Vec<Profile>| -> Vec<String> {
        drive.configuration.as_ref().map(list).unwrap_or_default().iter().map(ToString::to_string).collect()
    };
    Shape {
        source: job::drive_path(&drive.name).display().to_string(),
        label: identity.as_ref().map_or(drive.label, |identity| identity.name()),
        firmware: identity.map(|identity| identity.revision),
        media: media(Configuration::profiles),
        writes: media(Configuration::written),
        c2_pointers: drive.configuration.as_ref().map(|configuration| configuration.c2_pointers()),
        state: match &drive.state {
            DriveState::Disc(_) => "disc",
            DriveState::NoDisc { open: true } => "open",
            DriveState::NoDisc { open: false } => "empty",
            DriveState::Trouble(_) => "trouble",
        },
        words,
        in_use: drive.user,
        medium: details.map(|details| details.profile.to_string()),
        sectors: disc.map(|disc| disc.sectors()),
        tracks: disc.map(|disc| disc.tracks().count()),
        sessions: disc.map(|disc| disc.sessions.len()),
        name: drive.name,
    }
}
