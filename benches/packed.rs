//! How fast packed formats are written and read, as ratios to other programs in the same run.
//!
//! `cargo bench --bench packed` works on discs made of real files, because what a compressor does depends on what it is given: a CD of files below
//! `/usr` (by genisoimage), and one whose second half is music (by sox). `SPINDLE_BENCH_DISCS` names a folder that has them already: `cd.iso`,
//! `cd.cue` with `cd.bin`, `mix.cue` with `mix.bin`. `SPINDLE_BENCH_ONLY=chd` leaves out the rows without that word. Rivals are looked for in PATH.
//! Wall and CPU seconds are medians, ratios medians of the ratios of pairs: machines drift.

#[path = "common/mod.rs"]
mod common;
#[path = "common/made.rs"]
mod made;

use std::fs;
use std::path::Path;

use common::{Pair, compare, random_reads, spindle};

/// Rounds of short rows; those that take a rival half a minute or more have one.
const ROUNDS: usize = 5;

fn main() {
    if !made::is_asked() {
        return;
    }
    let own = tempfile::tempdir().expect("a folder for temporary files");
    let discs = match std::env::var_os("SPINDLE_BENCH_DISCS") {
        Some(folder) => folder.into(),
        None => {
            common::make_discs(own.path());
            own.path().to_owned()
        }
    };
    let work = tempfile::tempdir_in(&discs).expect("a folder beside the discs");
    for name in ["cd.iso", "cd.cue", "cd.bin", "mix.cue", "mix.bin"] {
        // Beside the results, so that sheets find their files, and in the page cache.
        fs::hard_link(discs.join(name), work.path().join(name)).expect("all discs are there");
        common::warm(&work.path().join(name));
    }
    println!(
        "{:<44} {:>18} {:>18} {:>12} {:>16}",
        "work (rival)", "wall s, ours/rival", "CPU s, ours/rival", "ratios", "size ratio"
    );
    let only = std::env::var("SPINDLE_BENCH_ONLY").unwrap_or_default();
    for pair in pairs().iter().filter(|pair| pair.work.to_lowercase().contains(&only.to_lowercase())) {
        compare(pair, work.path());
    }
    for format in ["cso", "zso", "chd", "daa", "isz", "ecm", "iso.gz", "iso.xz", "iso.zst"] {
        if format.contains(&only) {
            latency(work.path(), format);
        }
    }
}

fn pairs() -> Vec<Pair> {
    let row = Pair::new;
    vec![
        row(
            "CUE → CHD, data (chdman -np 4)",
            "convert cd.cue o.chd --no-verify",
            "chdman createcd -np 4 -i cd.cue -o r.chd -f",
            1,
        ),
        row(
            "CUE → CHD, audio (chdman -np 4)",
            "convert mix.cue o.chd --no-verify",
            "chdman createcd -np 4 -i mix.cue -o r.chd -f",
            1,
        ),
        row("CHD → BIN, data (chdman)", "convert k.chd o.cue --no-verify", "chdman extractcd -i k.chd -o r.cue -ob r.bin -f", 3)
            .with("chdman createcd -np 4 -i cd.cue -o k.chd -f"),
        row("CHD → BIN, audio (chdman)", "convert k.chd o.cue --no-verify", "chdman extractcd -i k.chd -o r.cue -ob r.bin -f", 3)
            .with("chdman createcd -np 4 -i mix.cue -o k.chd -f"),
        row("CHD verify (chdman)", "hash k.chd", "chdman verify -i k.chd", 3).with("chdman createcd -np 4 -i cd.cue -o k.chd -f"),
        row("ISO → CSO (maxcso --fast)", "convert cd.iso o.cso --no-verify", "maxcso --fast cd.iso -o r.cso", ROUNDS),
        row(
            "ISO → ZSO (maxcso --fast)",
            "convert cd.iso o.zso --no-verify",
            "maxcso --fast --format=zso cd.iso -o r.zso",
            ROUNDS,
        ),
        row("BIN → ECM (bin2ecm)", "convert cd.cue o.ecm --no-verify", "bin2ecm cd.bin r.ecm", ROUNDS),
        row("ECM → BIN (ecm2bin)", "convert k.ecm o.bin --to raw --no-verify", "ecm2bin k.ecm r.bin", ROUNDS)
            .with("bin2ecm cd.bin k.ecm"),
        row("ISO → DAA (one core of the same codec)", "convert cd.iso o.daa --no-verify", "", 3),
        row("ISO → ISZ (one core of the same codec)", "convert cd.iso o.isz --no-verify", "", 3),
    ]
}

/// How long one read of 64 KiB at a random place takes, in an image of the CD.
fn latency(at: &Path, format: &str) {
    let target = format!("k.{format}");
    let made = common::run(
        at,
        &[spindle(), "convert".into(), "cd.iso".into(), target.clone(), "--no-verify".into(), "--allow-loss".into()],
    );
    match made {
        Some(_) => println!("random reads of 64 KiB, {format}: {}", random_reads(&at.join(&target))),
        None => println!("random reads of 64 KiB, {format}: skipped, it could not be made"),
    }
    common::clean(at, &[&target]);
}
