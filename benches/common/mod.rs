//! What the benches share: discs of real files, commands that are timed in pairs, and reads at random places.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use spindle::disc::sector::{Form, Slice, Worth};
use spindle::disc::{Lba, TrackMode};
use spindle::image::{self, Limits};

/// This program.
pub fn spindle() -> String {
    env!("CARGO_BIN_EXE_spindle").to_owned()
}

/// Wall and CPU seconds of this program and of its rival.
type Round = [(f64, f64); 2];

/// This program and its rival at the same work.
pub struct Pair {
    /// What it is.
    pub work: &'static str,
    ours: &'static str,
    rival: &'static str,
    before: Option<&'static str>,
    rounds: usize,
}

impl Pair {
    /// Commands as one line; ours without the program's name. Results begin with `o.` and `r.`; an empty rival is this program on one core.
    pub fn new(work: &'static str, ours: &'static str, rival: &'static str, rounds: usize) -> Pair {
        Pair { work, ours, rival, before: None, rounds }
    }

    /// With something that has to be made first; its names begin with `k.`.
    pub fn with(self, before: &'static str) -> Pair {
        Pair { before: Some(before), ..self }
    }
}

/// Wall and CPU seconds of a command that succeeded; `None` where it is not installed.
pub fn run(at: &Path, command: &[String]) -> Option<(f64, f64)> {
    let begun = Instant::now();
    let before = children();
    let status =
        Command::new(&command[0]).args(&command[1..]).current_dir(at).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let seconds = begun.elapsed().as_secs_f64();
    match status {
        Ok(status) if status.success() => Some((seconds, (children() - before).as_secs_f64())),
        Ok(status) => {
            eprintln!("{command:?}: {status}");
            None
        }
        Err(_) => None,
    }
}

/// CPU time of all children that have ended, in clock ticks of a hundredth of a second (proc(5), stat, fields 16 and 17).
fn children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis(10 * (ticks(13) + ticks(14)))
}

/// Runs the two in turn and prints a row.
pub fn compare(pair: &Pair, at: &Path) {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let ours: Vec<String> = std::iter::once(spindle()).chain(words(pair.ours)).collect();
    let alone = pair.rival.is_empty();
    let rival = if alone { [words("taskset -c 0"), ours.clone()].concat() } else { words(pair.rival) };
    if pair.before.is_some_and(|before| run(at, &words(before)).is_none()) {
        return println!("{:<44} skipped: {} can't be run", pair.work, pair.before.unwrap_or_default());
    }
    let mut rounds: Vec<Round> = Vec::new();
    let mut sizes = [0, 0];
    for _ in 0..pair.rounds {
        sweep(at, &["o.", "r."]);
        let Some(theirs) = run(at, &rival) else {
            return println!("{:<44} skipped: {} can't be run", pair.work, rival[0]);
        };
        sizes[1] = total(at, if alone { "o." } else { "r." });
        sweep(at, &["o.", "r."]);
        let Some(our) = run(at, &ours) else { return println!("{:<44} failed", pair.work) };
        sizes[0] = total(at, "o.");
        rounds.push([our, theirs]);
    }
    sweep(at, &["o.", "r.", "k."]);
    let of = |pick: &dyn Fn(&Round) -> f64| median(rounds.iter().map(pick).collect());
    let wall = format!("{:.2}/{:.2}", of(&|r| r[0].0), of(&|r| r[1].0));
    let cpu = format!("{:.2}/{:.2}", of(&|r| r[0].1), of(&|r| r[1].1));
    let ratios = format!("{:.2} {:.2}", of(&|r| r[0].0 / r[1].0), of(&|r| r[0].1 / r[1].1.max(0.01)));
    let size = if sizes[1] == 0 { "–".to_owned() } else { format!("{:.4}", sizes[0] as f64 / sizes[1] as f64) };
    println!("{:<44} {wall:>18} {cpu:>18} {ratios:>12} {size:>16}", pair.work);
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Removes the files whose names begin so.
fn sweep(at: &Path, beginnings: &[&str]) {
    for entry in fs::read_dir(at).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if beginnings.iter().any(|beginning| name.starts_with(beginning)) {
            // What can't be removed is overwritten, or the next command says so.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Removes files.
pub fn clean(at: &Path, names: &[&str]) {
    sweep(at, names);
}

/// Bytes of the files whose names begin so.
fn total(at: &Path, beginning: &str) -> u64 {
    let entries = fs::read_dir(at).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(beginning));
    named.filter_map(|entry| entry.metadata().ok()).map(|about| about.len()).sum()
}

/// Reads a file, so that the page cache has it.
pub fn warm(path: &Path) {
    let mut file = File::open(path).expect("the disc is there");
    io::copy(&mut file, &mut io::sink()).expect("the disc can be read");
}

/// Median and longest time of 200 reads of 64 KiB at places spread over the disc, each place once.
pub fn random_reads(path: &Path) -> String {
    const SECTORS: usize = 32;
    let image = image::open(path, Limits::default()).expect("it has just been made");
    let disc = image.disc();
    let total = disc.sectors() - SECTORS as u32;
    let slice = if disc.tracks().all(|(_, track)| track.mode == TrackMode::Audio) { Slice::RAW } else { Slice::COOKED };
    let form = Form::main(slice);
    let mut into = vec![0; SECTORS * form.size()];
    let mut times: Vec<f64> = (0..200u64)
        .map(|n| {
            // A stride that is prime to the length spreads the places.
            let at = Lba((n * 7_919_993 % u64::from(total)) as i32);
            let begun = Instant::now();
            image.reader.read(at, form, &mut into, &mut [Worth::Good; SECTORS]).expect("every sector is there");
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    format!("{:.2} ms median, {:.2} ms longest", times[100], times[199])
}

/// `cd.iso` of files below /usr, `cd.bin` with its sheet, and `mix.bin` with five minutes of music behind the data.
pub fn make_discs(at: &Path) {
    let sure = |command: &str| {
        let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        assert!(run(at, &words).is_some(), "{command} is needed to make the discs");
    };
    sure("genisoimage -quiet -R -J -joliet-long -o cd.iso /usr/lib/python3 /usr/share/doc /usr/lib/x86_64-linux-gnu/perl");
    sure(&format!("{} convert cd.iso cd.cue --no-verify", spindle()));
    sure(
        "sox -R -n -r 44100 -c 2 -b 16 -t raw music.raw synth 300 pluck A3 synth 0 pluck E4 synth 0 pinknoise mix 12 reverb 35 gain -n -3",
    );
    let mut mix = File::create(at.join("mix.bin")).expect("room for the disc");
    let mut data = File::open(at.join("cd.bin")).expect("it has just been made");
    let sectors = io::copy(&mut io::Read::by_ref(&mut data), &mut mix).expect("room for the disc") / 2352;
    let music = fs::read(at.join("music.raw")).expect("sox has made it");
    mix.write_all(&music[..music.len() / 2352 * 2352]).expect("room for the disc");
    let msf = |frames: u64| format!("{:02}:{:02}:{:02}", frames / 4500, frames / 75 % 60, frames % 75);
    let sheet = format!(
        "FILE \"mix.bin\" BINARY\n  TRACK 01 MODE1/2352\n    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n    INDEX 00 {}\n    INDEX 01 {}\n",
        msf(sectors),
        msf(sectors + 150)
    );
    fs::write(at.join("mix.cue"), sheet).expect("room for the sheet");
}
