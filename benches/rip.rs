//! How fast a disc is ripped from the drive in software, and what that costs at the pace of a real one.
//!
//! `cargo bench --bench rip` makes its discs: a CD of `SPINDLE_BENCH_SECTORS` sectors (300,000: 705 MB) and a DVD of twice as many (1.2 GB), for a smaller
//! one would be taken for a CD.

#[path = "common/made.rs"]
mod made;

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use spindle::image::{self, Opening};
use spindle::job::{Control, Memory, Phase, RipTask, rip_from};
use spindle::virtual_drive::{Device, Manners};

/// What a drive has to be remembered as for its error pointers to be believed.
const TRUSTED: &str = r#"{"version": 1, "drives": {"SPINDLE SOFTWARE DRIVE 1.0": {"offset": 0, "c2": {"hits": 100, "misses": 0, "false_alarms": 0}}}}"#;

fn main() {
    if !made::is_asked() {
        return;
    }
    let sectors = made::sectors(300_000);
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let at = folder.path();
    fs::write(at.join("drives.json"), TRUSTED).expect("room for a line");
    made::audio_cd(at, "audio", sectors, |_, noise| noise);
    made::file(&at.join("dvd.iso"), u64::from(sectors) * 2 * 2048, |_, noise| noise);
    println!(
        "{sectors} sectors; MB of the disc a second: while it is read, until its checksums are known, and in all with image and proof"
    );
    for round in 1..=3 {
        let cd = rip(at, "audio.cue", "out.cue", None);
        let dvd = rip(at, "dvd.iso", "out.iso", None);
        println!("{round}: CD raw with C2 and subchannel {cd}; DVD {dvd}");
    }
    let cd = rip(at, "audio.cue", "out.cue", Some(52 * 75 * 2352));
    println!("at x52 of a CD: {cd}");
    let bd = rip(at, "dvd.iso", "out.iso", Some(16 * 4_495_500));
    println!("at x16 of a BD: {bd}");
}

/// What a rip came to: speeds, and the part of a core that reading took.
fn rip(at: &Path, from: &str, to: &str, pace: Option<u32>) -> String {
    let reader = image::open(&at.join(from), Opening::default()).expect("our own disc").reader;
    let sectors = reader.disc().sectors();
    assert!(reader.disc().medium.is_cd() == from.ends_with(".cue"), "{from} is what it is called");
    let bytes = f64::from(sectors) * if reader.disc().medium.is_cd() { 2352.0 } else { 2048.0 };
    let mut device = Device::new(Manners { pace, ..Manners::default() });
    device.insert(reader, Vec::new());
    let mut task = RipTask::new("bench", at.join(to));
    task.memory = Memory::in_folder(Some(at));
    (task.image.overwrite, task.image.allow_loss) = (true, true);
    // When reading began and ended, and what the process had used then.
    let marks = Mutex::new(None::<[(Instant, f64); 2]>);
    let begun = Instant::now();
    // A DVD is hashed while it is read, and nothing is told of it: then its checksums are known when the image is begun.
    let hashed = Mutex::new(begun);
    let tell = |progress: spindle::job::Progress| match progress.phase {
        Phase::Read => {
            let now = (Instant::now(), cpu());
            let mut marks = marks.lock().expect("nobody panics with it");
            marks.get_or_insert([now; 2])[1] = now;
        }
        Phase::Hash => *hashed.lock().expect("nobody panics with it") = Instant::now(),
        Phase::Copy => {
            let mut hashed = hashed.lock().expect("nobody panics with it");
            if *hashed == begun {
                *hashed = Instant::now();
            }
        }
        _ => {}
    };
    let report = rip_from(Box::new(device), &task, &Control::default(), &tell).expect("a sound disc");
    let all = begun.elapsed().as_secs_f64();
    assert!(report.is_whole() && report.audio.is_none_or(|audio| audio.trusted));
    let marks = marks.into_inner().expect("nobody panics with it").expect("something was read");
    let reading = marks[1].0.duration_since(marks[0].0).as_secs_f64();
    let core = (marks[1].1 - marks[0].1) / reading;
    let rate = pace.map_or_else(String::new, |pace| format!(", {:.1} % of the line", bytes / reading / f64::from(pace) * 100.0));
    let hashing = hashed.into_inner().expect("nobody panics with it").duration_since(begun).as_secs_f64();
    let [read, known, whole] = [reading, hashing, all].map(|seconds| bytes / seconds / 1e6);
    format!(
        "{read:.0} MB/s reading{rate}, {:.0} % of a core; {known:.0} with checksums; {whole:.0} in all ({all:.1} s)",
        core * 100.0
    )
}

/// Seconds of processor that this process has used; 0 where the system does not tell in this way.
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
