//! How fast the jobs are, as ratios to other programs in the same run.
//!
//! `cargo bench --bench jobs` makes a CD of `SPINDLE_BENCH_SECTORS` sectors (330,000: 676 MB of user data) in a folder for
//! temporary files, warms the page cache, and runs this program and its rival in turn. The median of the ratios counts: machines
//! drift. Rivals that are not installed are said to be missing.

#[path = "common/made.rs"]
mod made;

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const ROUNDS: usize = 7;

/// One row: what the work is, this program's command, the rival's, and the bar for the ratio.
struct Row {
    work: &'static str,
    ours: Vec<String>,
    rival: Vec<String>,
    bar: f64,
    outputs: Vec<PathBuf>,
}

fn main() {
    if !made::is_asked() {
        return;
    }
    let sectors = made::sectors(330_000);
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let at = folder.path();
    make_disc(at, sectors);
    println!("{sectors} sectors, {} rounds each; wall seconds, medians", ROUNDS);
    println!("{:<46} {:>9} {:>9} {:>7} {:>6}", "work (rival)", "spindle", "rival", "ratio", "bar");
    for row in rows(at) {
        measure(&row, at);
    }
    println!(
        "\nopening: {:.2} ms median for the whole process, inspect --json of the {} MB BIN/CUE",
        open(at),
        u64::from(sectors) * 2352 / 1_000_000
    );
    println!("peak memory of CUE → ISO with its proof: {}", peak(at));
}

fn spindle() -> String {
    env!("CARGO_BIN_EXE_spindle").to_owned()
}

/// `cd.iso`, half text and half noise, and everything that the rows start from.
fn make_disc(at: &Path, sectors: u32) {
    const TEXT: u64 = 0x6060_6060_6060_6060;
    let half =
        |number: u64, noise: u64| if (number / 256).is_multiple_of(2) { noise } else { noise & 0x0F0F_0F0F_0F0F_0F0F | TEXT };
    made::file(&at.join("cd.iso"), u64::from(sectors) * 2048, half);
    let iso = File::options().write(true).open(at.join("cd.iso")).expect("it has just been made");
    for (sector, descriptor) in [(16, b"\x01CD001\x01"), (17, b"\xFFCD001\x01")] {
        (&iso).seek(SeekFrom::Start(sector * 2048)).and_then(|_| (&iso).write_all(descriptor)).expect("the disc is longer");
    }
    for target in ["cd.cue", "cd.mds", "cd.nrg"] {
        let from = if target == "cd.cue" { "cd.iso" } else { "cd.cue" };
        run(at, &[spindle(), "convert".into(), from.into(), target.into(), "--no-verify".into()]);
    }
}

fn rows(at: &Path) -> Vec<Row> {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let ours = |line: &str| std::iter::once(spindle()).chain(words(line)).collect::<Vec<_>>();
    let row = |work, line: &str, rival: &str, bar, outputs: &[&str]| Row {
        work,
        ours: ours(line),
        rival: words(rival),
        bar,
        outputs: outputs.iter().map(|name| at.join(name)).collect(),
    };
    vec![
        row(
            "same layout, BIN → IMG (cp)",
            "convert cd.cue o.mds --no-verify",
            "cp cd.bin o.cp",
            1.1,
            &["o.mds", "o.mdf", "o.cp"],
        ),
        row("same layout, ISO → ISO (cp)", "convert cd.iso o.iso --no-verify", "cp cd.iso o.cp", 1.1, &["o.iso", "o.cp"]),
        row("BIN 2352 → ISO (cp of the output)", "convert cd.cue o.iso --no-verify", "cp cd.iso o.cp", 1.3, &["o.iso", "o.cp"]),
        row(
            "BIN 2352 → ISO (bchunk)",
            "convert cd.cue o.iso --no-verify",
            "bchunk cd.bin cd.cue o.bc",
            1.0,
            &["o.iso", "o.bc01.iso"],
        ),
        row(
            "ISO → BIN 2352 (cp of the output)",
            "convert cd.iso o.cue --no-verify",
            "cp cd.bin o.cp",
            1.5,
            &["o.cue", "o.bin", "o.cp"],
        ),
        row("CRC-32 + MD5 + SHA-1 of every track (md5sum)", "hash cd.cue --json", "md5sum cd.bin", 1.1, &[]),
        row(
            "BIN 2352 → ISO and its proof (cp of the output)",
            "convert cd.cue o.iso",
            "cp cd.iso o.cp",
            f64::NAN,
            &["o.iso", "o.cp"],
        ),
        row(
            "ISO → BIN 2352 and its proof (cp of the output)",
            "convert cd.iso o.cue",
            "cp cd.bin o.cp",
            f64::NAN,
            &["o.cue", "o.bin", "o.cp"],
        ),
    ]
}

fn run(at: &Path, command: &[String]) -> Option<f64> {
    let begun = Instant::now();
    let status =
        Command::new(&command[0]).args(&command[1..]).current_dir(at).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let seconds = begun.elapsed().as_secs_f64();
    match status {
        Ok(status) if status.success() => Some(seconds),
        Ok(status) => panic!("{command:?}: {status}"),
        Err(_) => None,
    }
}

fn measure(row: &Row, at: &Path) {
    let clean = || row.outputs.iter().for_each(|path| drop(fs::remove_file(path)));
    let (mut ours, mut rivals, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        clean();
        let Some(rival) = run(at, &row.rival) else {
            println!("{:<46} skipped: {} is not installed", row.work, row.rival[0]);
            return;
        };
        clean();
        let our = run(at, &row.ours).expect("it has just been built");
        // The first round warms the cache.
        if round > 0 {
            ours.push(our);
            rivals.push(rival);
            ratios.push(our / rival);
        }
    }
    clean();
    let (our, rival, ratio) = (median(ours), median(rivals), median(ratios));
    let bar = if row.bar.is_nan() { String::new() } else { format!("{:.1}", row.bar) };
    println!("{:<46} {our:>9.3} {rival:>9.3} {ratio:>7.2} {bar:>6}", row.work);
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn open(at: &Path) -> f64 {
    let command = [spindle(), "inspect".into(), "cd.cue".into(), "--json".into()];
    median((0..21).filter_map(|_| run(at, &command)).collect()) * 1e3
}

/// Peak memory by GNU time, where it is.
fn peak(at: &Path) -> String {
    let arguments = ["-f", "%M kB", env!("CARGO_BIN_EXE_spindle"), "convert", "cd.cue", "o.iso"];
    match Command::new("/usr/bin/time").args(arguments).current_dir(at).stdout(Stdio::null()).output() {
        Ok(output) => String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned(),
        Err(_) => "skipped: GNU time is not installed".to_owned(),
    }
}
