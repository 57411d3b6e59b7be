//! How fast discs are burned in the recorder in software, from images that have to be decoded on the way, and how full the ring stays at the pace of a
//! real recorder while another core compiles.
//!
//! `cargo bench --bench burn` makes its discs: a CD of `SPINDLE_BENCH_SECTORS` sectors (300,000: 705 MB), and a DVD of as many and a half (921 MB), for a
//! smaller one would be taken for a CD.

#[path = "common/made.rs"]
mod made;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use spindle::job::{BurnReport, BurnTask, ConvertTask, Event, Outcome, Pool, Task};

fn main() {
    if !made::is_asked() {
        return;
    }
    let sectors = made::sectors(300_000);
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let at = folder.path();
    // Half of it can be packed.
    let half = |number: u64, noise: u64| if (number / 64).is_multiple_of(2) { noise } else { number / 640 };
    let (cd, dvd) = (at.join("cd.cue"), at.join("dvd.iso"));
    made::audio_cd(at, "cd", sectors, half);
    made::file(&dvd, u64::from(sectors) * 3 / 2 * 2048, half);
    let (zlib, zstd) = (chd(&cd, at, "zlib"), chd(&dvd, at, "zstd"));
    println!("{sectors} sectors; MB a second that the recorder takes, with no limit of its own");
    let sources = [("BIN/CUE", &cd, "cd-r"), ("ISO", &dvd, "dvd+r"), ("CHD, zlib", &zlib, "cd-r"), ("CHD, zstd", &zstd, "dvd+r")];
    for round in 1..=3 {
        for (name, source, blank) in sources {
            let disc = &burn(at, source, blank, None).discs[0];
            println!("{round}: {name:10} {:6.0} MB/s", disc.bytes as f64 / disc.seconds / 1e6);
        }
    }
    println!("at the pace of a real recorder, while another core is busy");
    let busy = Busy::new();
    for (name, source, blank, pace) in [("CD x52", &zlib, "cd-r", 52 * 75 * 2352), ("BD x16", &zstd, "bd-r", 16 * 4_495_500)] {
        let disc = &burn(at, source, blank, Some(pace)).discs[0];
        let rate = disc.bytes as f64 / disc.seconds;
        println!(
            "{name}: {:.1} % of the line; the ring never below {:.0} %",
            rate / f64::from(pace) * 100.0,
            disc.lowest * 100.0
        );
    }
    drop(busy);
}

/// Does a task, and gives what came of it.
fn perform(task: Task) -> Outcome {
    let pool = Pool::new(1, Arc::new(|| ()));
    pool.submit(task);
    for event in pool.events() {
        if let Event::Ended(_, result) = event {
            return result.unwrap_or_else(|error| panic!("{error}"));
        }
    }
    unreachable!("a pool tells of the end of every task")
}

fn chd(source: &Path, at: &Path, codec: &str) -> PathBuf {
    let target = at.join(codec).with_extension("chd");
    let mut task = ConvertTask::new(source, &target);
    task.tuning.codec = Some(codec.to_owned());
    (task.verify, task.allow_loss) = (false, true);
    perform(Task::Convert(Box::new(task)));
    target
}

fn burn(at: &Path, source: &Path, blank: &str, pace: Option<u32>) -> BurnReport {
    let mut task = BurnTask::new(source.to_owned(), format!("blank:{blank}"));
    (task.verify, task.allow_loss) = (false, true);
    if let Some(pace) = pace {
        let script = at.join("pace");
        fs::write(&script, format!("drive line-rate {pace}\n")).expect("room for a line");
        task.faults = Some(script);
    }
    match perform(Task::Burn(Box::new(task))) {
        Outcome::Burned(report) => *report,
        _ => unreachable!("a burn ends as one"),
    }
}

/// A core that works at something else.
struct Busy {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<u64>>,
}

impl Busy {
    fn new() -> Busy {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = stop.clone();
        let work = move || {
            let mut state = 1u64;
            while !seen.load(Ordering::Relaxed) {
                for _ in 0..100_000 {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                }
            }
            state
        };
        Busy { stop, thread: Some(std::thread::spawn(work)) }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // What it has computed is nobody's business.
        let _ = self.thread.take().map(std::thread::JoinHandle::join);
    }
}
