//! `spindle burn`, `spindle erase` and `spindle close`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::output::{Output, fail, print_json, say, size};
use super::password::SourcePassword;
use super::perform;
use super::rip::times;
use crate::drive::recorder::{BurnWish, Close, Erase, Mode};
use crate::job::{
    AudioList, BurnFault, BurnFrom, BurnReport, BurnTask, BurnedDisc, CloseTask, EraseTask, JobError, Outcome, Task,
};

const USAGE: &str = "spindle burn [OPTIONS] <SOURCE> <DRIVE>
       spindle burn [OPTIONS] <AUDIO>... <DRIVE>";

#[derive(Args)]
#[command(override_usage = USAGE)]
pub struct Burn {
    /// What to burn, and the recorder, as “spindle drives” names it; “blank:cd-r” and others are recorders in software, with a blank disc in them. What
    /// to burn is an image; drive:NAME for the disc in a drive; or audio files, a playlist, a folder of audio files: they become an audio CD
    #[arg(value_name = "SOURCE DRIVE", required = true)]
    words: Vec<String>,
    /// Another recorder that burns the same at the same time; may be given several times
    #[arg(long, value_name = "DRIVE")]
    also: Vec<String>,
    /// How it is written; what suits disc and drive when not given
    #[arg(long, value_name = "MODE", value_parser = mode)]
    mode: Option<Mode>,
    /// How fast: 8 for eight times single speed; when not given, as fast as disc, drive and source allow
    #[arg(long, value_name = "TIMES", value_parser = times)]
    speed: Option<f64>,
    /// Go through it all with the laser at reading power: nothing is written (CD, DVD-R, DVD-RW)
    #[arg(long)]
    simulate: bool,
    /// What is closed at the end: with “session”, more can be added later
    #[arg(long, value_name = "WHAT", default_value = "disc")]
    close: CloseWord,
    /// Read the disc back and compare it with the source
    #[arg(long, value_name = "yes|no", default_value = "yes", action = clap::ArgAction::Set, value_parser = clap::builder::BoolishValueParser::new())]
    verify: bool,
    /// How many discs are burned in each recorder, one after another
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=999))]
    copies: u32,
    /// The first sector of the second layer, a multiple of 16; when not given, that of the source
    #[arg(long, value_name = "SECTOR")]
    layer_break: Option<u32>,
    /// Whether a part of a BD-R, BD-RE or DVD-RAM stands in for bad places; as the disc is formatted when not given
    #[arg(long, value_name = "yes|no", value_parser = clap::builder::BoolishValueParser::new())]
    spare_areas: Option<bool>,
    /// Erase what is on a rewritable disc first
    #[arg(long, value_name = "HOW")]
    erase: Option<EraseWord>,
    /// Write over what is on a DVD+RW, DVD-RAM, BD-RE or formatted DVD-RW
    #[arg(long)]
    overwrite: bool,
    /// Save the disc in a drive as a temporary image first, and burn that
    #[arg(long)]
    through_image: bool,
    /// Two seconds of silence between the tracks of an audio CD; without it each begins where the one before it ends
    #[arg(long)]
    gaps: bool,
    /// Make all tracks of an audio CD equally loud
    #[arg(long)]
    level: bool,
    /// Whether the disc gets the CD-TEXT of the source, or of the tags of audio files; without it, a drive that does not write CD-TEXT loses nothing
    #[arg(long, value_name = "yes|no", default_value = "yes", action = clap::ArgAction::Set, value_parser = clap::builder::BoolishValueParser::new())]
    cd_text: bool,
    /// Burn even what the disc can't keep all of
    #[arg(long)]
    allow_loss: bool,
    /// Burn even where sectors of the source are damaged
    #[arg(long)]
    accept_damage: bool,
    /// Eject the disc when it is done
    #[arg(long)]
    eject: bool,
    /// Make an image of the disc in a recorder in software when it is burned
    #[arg(long, value_name = "IMAGE")]
    keep: Option<PathBuf>,
    /// What is wrong with a recorder in software and its disc: a script
    #[arg(long, value_name = "SCRIPT")]
    faults: Option<PathBuf>,
    #[command(flatten)]
    password: SourcePassword,
    /// Print JSON: a line for each step, then one for the result
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct EraseArgs {
    /// The recorder, as “spindle drives” names it
    drive: String,
    /// All of the disc, not only its tables: it takes as long as writing it
    #[arg(long)]
    full: bool,
    /// Whether a part of a BD-RE or DVD-RAM stands in for bad places; as it is now when not given
    #[arg(long, value_name = "yes|no", value_parser = clap::builder::BoolishValueParser::new())]
    spare_areas: Option<bool>,
    /// Eject the disc when it is done
    #[arg(long)]
    eject: bool,
    /// Print JSON: a line for each step, then one for the result
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct CloseArgs {
    /// The recorder, as “spindle drives” names it
    drive: String,
    /// The session alone, so that more can be added later
    #[arg(long)]
    session: bool,
    /// Eject the disc when it is done
    #[arg(long)]
    eject: bool,
    /// Print JSON: a line for each step, then one for the result
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum CloseWord {
    Disc,
    Session,
}

#[derive(Clone, Copy, ValueEnum)]
enum EraseWord {
    Quick,
    Full,
}

fn mode(word: &str) -> Result<Mode, String> {
    let words = || Mode::ALL.map(Mode::word).join(", ");
    Mode::ALL.into_iter().find(|mode| mode.word() == word).ok_or_else(|| format!("one of {}", words()))
}

/// The last line of `burn --json`.
#[derive(Serialize)]
struct Done<'a> {
    event: &'static str,
    drive: &'a str,
    discs: Vec<DiscShape>,
    loss: Vec<String>,
    notes: &'a [String],
    kept: Vec<String>,
    ejected: bool,
    seconds: f64,
}

#[derive(Serialize)]
struct DiscShape {
    medium: &'static str,
    mode: &'static str,
    result: &'static str,
    why: Option<String>,
    bytes: u64,
    seconds: f64,
    ring_lowest: f32,
}

/// The last line of `erase --json` and `close --json`.
#[derive(Serialize)]
struct Worked {
    event: &'static str,
    medium: &'static str,
    ejected: bool,
    seconds: f64,
}

impl DiscShape {
    fn of(disc: &BurnedDisc) -> DiscShape {
        DiscShape {
            medium: disc.kind.name(),
            mode: disc.mode.word(),
            result: disc.word(),
            why: disc.verified.why().map(str::to_owned),
            bytes: disc.bytes,
            seconds: disc.seconds,
            ring_lowest: disc.lowest,
        }
    }
}

impl Burn {
    /// What to burn, and the first recorder.
    fn words(&self) -> Result<(BurnFrom, &str), JobError> {
        let [sources @ .., drive] = self.words.as_slice() else { return Err(no_recorder()) };
        let paths: Vec<PathBuf> = sources.iter().map(PathBuf::from).collect();
        let audio = || AudioList { files: paths.clone(), gaps: self.gaps, level: self.level };
        match paths.as_slice() {
            [] => Err(no_recorder()),
            [one] if !AudioList::names(one) => Ok((BurnFrom::Disc(one.clone()), drive)),
            _ => Ok((BurnFrom::Audio(audio()), drive)),
        }
    }

    fn task(&self, source: BurnFrom, drive: &str) -> BurnTask {
        let erase = self.erase.map(|word| match word {
            EraseWord::Quick => Erase::Quick,
            EraseWord::Full => Erase::Full,
        });
        BurnTask {
            password: self.password.given(),
            wish: BurnWish {
                mode: self.mode,
                simulate: self.simulate,
                close: match self.close {
                    CloseWord::Disc => Close::Disc,
                    CloseWord::Session => Close::Session,
                },
                layer_break: self.layer_break,
                speed: None,
                spare_areas: self.spare_areas,
                erase,
                without_cd_text: !self.cd_text,
            },
            speed: self.speed,
            verify: self.verify,
            copies: self.copies,
            allow_loss: self.allow_loss,
            accept_damage: self.accept_damage,
            eject: self.eject,
            faults: self.faults.clone(),
            keep: self.keep.clone(),
            through_image: self.through_image,
            overwrite: self.overwrite,
            ..BurnTask::new(source, drive)
        }
    }
}

fn no_recorder() -> JobError {
    BurnFault::NoRecorder.of("?")
}

pub fn run(args: &Burn) -> ExitCode {
    let output = Output { json: args.json, progress_lines: args.json };
    let (source, first) = match args.words() {
        Ok(words) => words,
        Err(error) => return fail(&error, args.json),
    };
    let task = |drive: &str| Task::Burn(Box::new(args.task(source.clone(), drive)));
    if args.also.is_empty() {
        return perform(task(first), output, |outcome| {
            if let Outcome::Burned(report) = outcome {
                tell(first, &report, args.json);
            }
            Ok(ExitCode::SUCCESS)
        });
    }
    let drives = [first].into_iter().chain(args.also.iter().map(String::as_str));
    let mut last = ExitCode::SUCCESS;
    for (drive, result) in output.follow_all(drives.map(|drive| (drive.to_owned(), task(drive))).collect()) {
        match result {
            Ok(Outcome::Burned(report)) => tell(&drive, &report, args.json),
            Ok(_) => {}
            Err(error) => last = fail(&error, args.json),
        }
    }
    last
}

fn tell(drive: &str, report: &BurnReport, json: bool) {
    let kept: Vec<String> = report.kept.iter().map(|path| path.display().to_string()).collect();
    let loss: Vec<String> = report.losses.iter().map(ToString::to_string).collect();
    if json {
        let discs = report.discs.iter().map(DiscShape::of).collect();
        print_json(&Done {
            event: "done",
            drive,
            discs,
            loss,
            notes: &report.notes,
            kept,
            ejected: report.ejected,
            seconds: report.seconds,
        });
        return;
    }
    for disc in &report.discs {
        let (kind, mode, word) = (disc.kind, disc.mode, disc.word());
        say(&format!("{kind} in {drive}, {mode}: {word} ({}, {:.0} s).", size(disc.bytes), disc.seconds));
        if let Some(why) = disc.verified.why() {
            say(&format!("  It could not be read back: {why}"));
        }
    }
    report.notes.iter().for_each(|note| say(&format!("  {note}")));
    loss.iter().for_each(|loss| say(&format!("  Not as it was: {loss}")));
    if let Some(last) = kept.last() {
        say(&format!("  The disc became {last}"));
    }
}

pub fn run_erase(args: &EraseArgs) -> ExitCode {
    let task = EraseTask {
        drive: args.drive.clone(),
        how: if args.full { Erase::Full } else { Erase::Quick },
        spare_areas: args.spare_areas,
        eject: args.eject,
    };
    work(Task::Erase(task), args.json, "is empty")
}

pub fn run_close(args: &CloseArgs) -> ExitCode {
    let close = if args.session { Close::Session } else { Close::Disc };
    work(Task::Close(CloseTask { drive: args.drive.clone(), close, eject: args.eject }), args.json, "is closed")
}

fn work(task: Task, json: bool, is: &str) -> ExitCode {
    perform(task, Output { json, progress_lines: json }, |outcome| {
        if let Outcome::Erased(report) | Outcome::Closed(report) = outcome {
            let (medium, ejected, seconds) = (report.kind.name(), report.ejected, report.seconds);
            if json {
                print_json(&Worked { event: "done", medium, ejected, seconds });
            } else {
                say(&format!("The {medium} {is} ({seconds:.0} s)."));
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}
