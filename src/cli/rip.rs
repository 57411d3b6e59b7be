//! `spindle rip`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::convert::{ImageArgs, print as print_image};
use super::output::{Output, print_json, say};
use super::perform;
use crate::job::{
    Area, AudioCheck, AudioReport, AudioSums, JobError, Lookup, Memory, Outcome, RipError, RipReport, RipTask, Servers, Task,
};

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
    audio: Option<AudioShape>,
    checksums: Option<SumsShape>,
    databases: Vec<SaidShape>,
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
    audio: Option<AudioShape>,
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
            tell(&report);
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

/// What was done about audio, as JSON.
#[derive(Serialize)]
struct AudioShape {
    checked: &'static str,
    offset: i32,
    offset_known: bool,
    lacking: u32,
    differed: u32,
    doubtful: u32,
    doubts: Vec<AreaShape>,
    q_frames: u32,
    q_bad: u32,
    q_mended: u32,
}

impl AudioShape {
    fn of(audio: &AudioReport) -> AudioShape {
        AudioShape {
            checked: match (audio.check, audio.trusted) {
                (AudioCheck::Once, _) => "no",
                (AudioCheck::Auto, true) => "c2",
                (AudioCheck::Auto | AudioCheck::Twice, _) => "twice",
            },
            offset: audio.offset,
            offset_known: audio.offset_known,
            lacking: audio.lacking,
            differed: audio.differed,
            doubtful: audio.doubtful,
            doubts: audio.doubts.iter().map(shape).collect(),
            q_frames: audio.q.frames,
            q_bad: audio.q.bad,
            q_mended: audio.q.mended,
        }
    }
}

/// What databases know audio by, as JSON.
#[derive(Serialize)]
struct SumsShape {
    accurate_rip: String,
    cddb: String,
    music_brainz: String,
    ctdb_toc: String,
    ctdb_crc32: String,
    tracks: Vec<TrackSumsShape>,
}

#[derive(Serialize)]
struct TrackSumsShape {
    track: u8,
    crc32: String,
    accurate_rip_1: String,
    accurate_rip_2: String,
    ctdb_crc32: String,
}

impl SumsShape {
    fn of(sums: &AudioSums) -> SumsShape {
        let hex = |sum: u32| format!("{sum:08x}");
        let (a, b) = sums.ids.accurate_rip;
        let tracks = sums.tracks.iter().map(|(id, track)| TrackSumsShape {
            track: id.track,
            crc32: hex(track.crc32),
            accurate_rip_1: hex(track.v1),
            accurate_rip_2: hex(track.v2),
            ctdb_crc32: hex(track.ctdb),
        });
        SumsShape {
            accurate_rip: format!("{:03}-{a:08x}-{b:08x}-{:08x}", sums.ids.audio_tracks, sums.ids.cddb),
            cddb: hex(sums.ids.cddb),
            music_brainz: sums.ids.music_brainz.clone(),
            ctdb_toc: sums.ids.ctdb.clone(),
            ctdb_crc32: hex(sums.ctdb),
            tracks: tracks.collect(),
        }
    }
}

/// What a database says, as JSON.
#[derive(Serialize)]
struct SaidShape {
    source: &'static str,
    words: String,
}

fn shape(area: &Area) -> AreaShape {
    AreaShape { start: area.start.0, sectors: area.sectors, track: area.track }
}

fn tell(report: &RipReport) {
    let areas = report.damage.areas.iter().map(shape).collect();
    let audio = report.audio.as_ref().map(AudioShape::of);
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
            audio,
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
        audio,
        checksums: report.sums.as_ref().map(SumsShape::of),
        databases: report.lookup.iter().flat_map(Lookup::words).map(|(source, words)| SaidShape { source, words }).collect(),
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
