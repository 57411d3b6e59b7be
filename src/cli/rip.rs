//! `spindle rip`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::convert::{ImageArgs, print as print_image};
use super::output::{Output, say};
use super::{perform, rip_json};
use crate::job::{AudioCheck, AudioReport, JobError, Lookup, Memory, Outcome, RipError, RipReport, RipTask, Servers, Task};
use clap::Args;

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
    /// Keep the subchannel in the image, too (CDs)
    #[arg(long)]
    subchannel: bool,
    /// Eject the disc when the image is made
    #[arg(long)]
    eject: bool,
    /// How audio, which has no checksums, is made sure of: read twice, but where the drive's error pointers have proved true; always twice; or once
    #[arg(long, value_name = "HOW", default_value = "auto")]
    audio: AudioCheck,
    /// How often a sector of audio is read at most, where its readings differ
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(2..=1000))]
    readings: u32,
    /// The drive's read offset in samples, as AccurateRip lists it; it is remembered for the model
    #[arg(long, value_name = "SAMPLES", allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(-5880..=5880))]
    offset: Option<i32>,
    /// Ask AccurateRip, CTDB, MusicBrainz and gnudb about audio, over the internet; they get the table of contents, and no checksum
    #[arg(long)]
    look_up: bool,
    #[command(flatten)]
    image: ImageArgs,
    /// What is wrong with the drive in software and its disc: a script
    #[arg(long, value_name = "SCRIPT")]
    faults: Option<PathBuf>,
    /// Print JSON: a line for each step, then one for the result
    #[arg(long)]
    json: bool,
}

/// A speed, in multiples of single speed.
pub fn times(text: &str) -> Result<f64, &'static str> {
    let number = text.trim_end_matches(['x', 'X', '×']).parse().ok();
    number.filter(|times: &f64| (0.1..=1000.0).contains(times)).ok_or("not a speed: 1, 8 and 2.4 are")
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
        audio: args.audio,
        readings: args.readings,
        offset: args.offset,
        memory: Memory::default(),
        look_up: args.look_up.then(Servers::default),
        accept_damage: args.accept_damage,
        eject: args.eject,
    };
    let output = Output { json: args.json, progress_lines: args.json };
    perform(Task::Rip(Box::new(task)), output, |outcome| {
        let Outcome::Ripped(report) = outcome else { return Ok(ExitCode::FAILURE) };
        if args.json {
            rip_json::tell(&report);
        } else {
            print(&report);
        }
        match report.folder.clone() {
            None => Ok(ExitCode::SUCCESS),
            Some(path) => Err(JobError::Rip { path, error: why(&report) }),
        }
    })
}

/// Why there is no image.
fn why(report: &RipReport) -> RipError {
    match report.audio.as_ref().filter(|_| report.damage.sectors == 0) {
        Some(audio) => RipError::Doubtful(audio.doubtful),
        None => RipError::Unreadable(report.damage.sectors),
    }
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
    if let Some(audio) = &report.audio {
        print_audio(audio);
    }
    for (source, words) in report.lookup.iter().flat_map(Lookup::words) {
        say(&format!("  {source}: {words}"));
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

fn print_audio(audio: &AudioReport) {
    let sectors = |n: u32| if n == 1 { "1 sector".to_owned() } else { format!("{n} sectors") };
    match audio.check {
        AudioCheck::Once => say("  Audio was read once, and is taken as it came."),
        _ if audio.differed == 0 => say("  Audio: all readings agree."),
        _ if audio.doubtful == 0 => {
            say(&format!(
                "  Audio: {} came in more than one way; their readings were voted on, and agree.",
                sectors(audio.differed)
            ));
        }
        _ => say(&format!("  Audio: the readings of {} never agreed:", sectors(audio.doubtful))),
    }
    for area in audio.doubts.iter().take(MOST_LISTED) {
        say(&format!("    track {}: {} from {} ({})", area.track, sectors(area.sectors), area.start, area.start.to_msf()));
    }
    if !audio.offset_known {
        say("  The drive's read offset is not known: its audio may lie some hundred samples from where it belongs (--offset).");
    }
    if audio.lacking > 0 {
        say(&format!("  {} samples at an end of the audio are silence: the drive can't reach them.", audio.lacking));
    }
}
