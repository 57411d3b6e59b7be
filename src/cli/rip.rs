//! `spindle rip`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::convert::{ImageArgs, print as print_image};
use super::output::{Output, print_json, say};
use super::perform;
use crate::job::{Area, JobError, Outcome, RipError, RipReport, RipTask, Task};

/// Areas that are listed for people; the log has them all.
const MOST_LISTED: usize = 20;

#[derive(Args)]
pub struct Rip {
    /// The drive, as “spindle drives” names it; “demo” and “demo:IMAGE” are a drive in software
    drive: String,
    /// The image to make; its extension tells the format. Without one, or of a folder: BIN/CUE of a CD, ISO of other discs
    target: PathBuf,
    /// How often sectors that could not be read are tried again
    #[arg(long, value_name = "N", default_value_t = 3)]
    retries: u32,
    /// Make the image even where sectors could not be read; they are filled, and listed in the log
    #[arg(long)]
    accept_damage: bool,
    /// Begin anew, and give up what an earlier run has read
    #[arg(long)]
    restart: bool,
    /// How fast the disc turns: 8 for eight times single speed; when not given, as fast as it goes
    #[arg(long, value_name = "TIMES", value_parser = times)]
    speed: Option<f64>,
    /// Read the subchannel, too (CDs)
    #[arg(long)]
    subchannel: bool,
    /// Eject the disc when the image is made
    #[arg(long)]
    eject: bool,
    #[command(flatten)]
    image: ImageArgs,
    /// What is wrong with the drive in software and its disc: a script
    #[arg(long, value_name = "SCRIPT")]
    faults: Option<PathBuf>,
    /// Print JSON: a line for each step, then one for the result
    #[arg(long)]
    json: bool,
}

fn times(text: &str) -> Result<f64, &'static str> {
    let number = text.trim_end_matches(['x', 'X', '×']).parse().ok();
    number.filter(|times: &f64| (0.1..=1000.0).contains(times)).ok_or("not a speed: 1, 8 and 2.4 are")
}

/// An area as JSON.
#[derive(Serialize)]
struct AreaShape {
    start: i32,
    sectors: u32,
    track: u8,
}

/// The last line of `rip --json`, where there is an image.
#[derive(Serialize)]
struct Done {
    event: &'static str,
    outputs: Vec<String>,
    verified: bool,
    seconds: f64,
    loss: Vec<String>,
    repaired: u64,
    sectors: u32,
    damaged: u32,
    suspect: u64,
    areas: Vec<AreaShape>,
    files: Vec<String>,
    more_files: bool,
    resumed: bool,
    papers: Vec<String>,
    ejected: bool,
}

/// The last line where there is none, because sectors could not be read.
#[derive(Serialize)]
struct Unreadable {
    event: &'static str,
    seconds: f64,
    sectors: u32,
    damaged: u32,
    areas: Vec<AreaShape>,
    files: Vec<String>,
    more_files: bool,
    resumed: bool,
    folder: Option<String>,
}

pub fn run(args: &Rip) -> ExitCode {
    let task = RipTask {
        drive: args.drive.clone(),
        faults: args.faults.clone(),
        image: args.image.task(&args.target),
        retries: args.retries,
        restart: args.restart,
        speed: args.speed,
        subchannel: args.subchannel,
        accept_damage: args.accept_damage,
        eject: args.eject,
    };
    let output = Output { json: args.json, progress_lines: args.json };
    perform(Task::Rip(Box::new(task)), output, |outcome| {
        let Outcome::Ripped(report) = outcome else { return Ok(ExitCode::FAILURE) };
        if args.json {
            tell(&report);
        } else {
            print(&report);
        }
        match report.folder {
            None => Ok(ExitCode::SUCCESS),
            Some(path) => Err(JobError::Rip { path, error: RipError::Unreadable(report.damage.sectors) }),
        }
    })
}

fn tell(report: &RipReport) {
    let shape = |area: &Area| AreaShape { start: area.start.0, sectors: area.sectors, track: area.track };
    let areas = report.damage.areas.iter().map(shape).collect();
    let names = |paths: &[PathBuf]| paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let &RipReport { sectors, resumed, seconds, .. } = report;
    let (damaged, files, more_files) = (report.damage.sectors, report.damage.files.clone(), report.damage.more_files);
    let Some(image) = &report.image else {
        let folder = report.folder.as_ref().map(|path| path.to_string_lossy().into_owned());
        return print_json(&Unreadable {
            event: "unreadable",
            seconds,
            sectors,
            damaged,
            areas,
            files,
            more_files,
            resumed,
            folder,
        });
    };
    print_json(&Done {
        event: "done",
        outputs: names(&image.outputs),
        verified: image.verified,
        seconds,
        loss: image.losses.iter().map(ToString::to_string).collect(),
        repaired: image.worths.repaired,
        sectors,
        damaged,
        suspect: report.suspects.sectors,
        areas,
        files,
        more_files,
        resumed,
        papers: names(&report.papers),
        ejected: report.ejected,
    });
}

fn print(report: &RipReport) {
    if report.resumed {
        say("Went on with what an earlier run had read.");
    }
    let damage = &report.damage;
    if damage.sectors > 0 {
        say(&format!("{} of {} sectors could not be read:", damage.sectors, report.sectors));
        for area in damage.areas.iter().take(MOST_LISTED) {
            let sectors = if area.sectors == 1 { "sector".to_owned() } else { format!("{} sectors from", area.sectors) };
            say(&format!("  track {}: {sectors} {} ({})", area.track, area.start, area.start.to_msf()));
        }
        if let Some(more) = damage.areas.len().checked_sub(MOST_LISTED).filter(|&more| more > 0) {
            say(&format!("  and {more} more places"));
        }
        for path in damage.files.iter().take(MOST_LISTED) {
            say(&format!("  damaged: {path}"));
        }
        match (damage.files.len().checked_sub(MOST_LISTED).filter(|&more| more > 0), damage.more_files) {
            (Some(more), _) => say(&format!("  and {more} more files")),
            (None, true) => say("  Not all of its folders could be read: more files may be damaged."),
            (None, false) => {}
        }
    } else {
        say(&format!("All {} sectors were read.", report.sectors));
    }
    if let Some(first) = report.suspects.at.first() {
        let count = report.suspects.sectors;
        say(&format!(
            "{count} sectors were read as good, but are wrong by their own EDC, the first is {first}: copy protection, or a drive that lies."
        ));
    }
    if let Some(image) = &report.image {
        print_image(image);
    }
    let papers: Vec<String> = report.papers.iter().map(|path| path.display().to_string()).collect();
    if !papers.is_empty() {
        say(&format!("  Log and map: {}", papers.join(", ")));
    }
}
