//! `spindle rip` as scripts know it, and its map as GNU ddrescue reads it.

mod common;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use common::program::{fails, json, keys, ok, say, spindle};
use common::{has, names, run};
use serde_json::Value;
use sha1::{Digest, Sha1};

/// A script of faults in this folder.
fn faults(folder: &Path, text: &str) {
    fs::write(folder.join("faults.txt"), text).unwrap();
}

fn last(text: &str) -> Value {
    json(text).pop().unwrap()
}

#[test]
fn a_disc_becomes_an_image_with_its_map_and_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let out = ok(at, &["rip", "demo", "a.cue"]);
    assert!(out.contains("All 1202 sectors were read.") && out.contains("Saved and verified") && out.contains("a.log"), "{out}");
    assert_eq!(names(at), ["a.bin", "a.cue", "a.log", "a.map"]);
    // The same disc, ripped from its image; what is there is replaced with leave alone.
    let said = fails(at, 2, "request", &["rip", "drive:demo:a.cue", "a.cue"]);
    assert!(said.contains("there is a file of this name already"), "{said}");
    assert_eq!(names(at), ["a.bin", "a.cue", "a.log", "a.map"]);
    ok(at, &["rip", "drive:demo:a.cue", "b.cue"]);
    assert!(ok(at, &["verify", "a.cue", "b.cue"]).contains("Equal"));
    ok(at, &["rip", "demo", "b.cue", "--overwrite", "--speed", "8x"]);
}

#[test]
fn the_last_line_says_everything() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    faults(at, "24-25 unreadable\n460 from-try 3\n");
    let rip = ["rip", "demo", "a.cue", "--faults", "faults.txt", "--json"];
    let said = say(at, &rip);
    assert_eq!((said.code, json(&said.err)[0]["error"]["class"].as_str()), (4, Some("drive")), "{}", said.err);
    let lines = json(&said.out);
    let phases: Vec<&str> = lines.iter().filter_map(|line| line["phase"].as_str()).collect();
    assert!(["read", "trim", "scrape", "retry"].iter().all(|phase| phases.contains(phase) || *phase == "scrape"), "{phases:?}");
    let result = lines.last().unwrap();
    assert_eq!(
        keys(result),
        "areas:list audio:object damaged:int event:text files:list folder:text more_files:bool resumed:bool seconds:float sectors:int"
    );
    assert_eq!((&result["event"], &result["damaged"], &result["sectors"]), (&"unreadable".into(), &2.into(), &1202.into()));
    assert_eq!(result["areas"], serde_json::json!([{"start": 24, "sectors": 2, "track": 1}]));
    assert_eq!(names(at), ["a.rip", "faults.txt"]);
    let done = last(&say(at, &[&rip[..], &["--accept-damage", "--retries", "1"]].concat()).out);
    assert_eq!(
        keys(&done),
        "areas:list audio:object checksums:object damaged:int databases:list ejected:bool event:text files:list loss:list more_files:bool outputs:list papers:list repaired:int resumed:bool seconds:float sectors:int suspect:int verified:bool"
    );
    assert_eq!((&done["resumed"], &done["damaged"], &done["verified"]), (&true.into(), &2.into(), &true.into()));
    assert_eq!(names(at), ["a.bin", "a.cue", "a.log", "a.map", "faults.txt"]);
    // Nobody has written the log anew since.
    let log = fs::read_to_string(at.join("a.log")).unwrap();
    let (text, sum) = log.rsplit_once("SHA-1 of everything above this line: ").unwrap();
    let ours: String = Sha1::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(ours, sum.trim_end());
    assert_eq!(
        keys(&done["audio"]),
        "checked:text differed:int doubtful:int doubts:list lacking:int offset:int offset_known:bool q_bad:int q_frames:int q_mended:int"
    );
    let sums = &done["checksums"];
    assert_eq!(keys(sums), "accurate_rip:text cddb:text ctdb_crc32:text ctdb_toc:text music_brainz:text tracks:list");
    assert_eq!(keys(&sums["tracks"][0]), "accurate_rip_1:text accurate_rip_2:text crc32:text ctdb_crc32:text track:int");
    assert!(log.contains(sums["tracks"][1]["accurate_rip_2"].as_str().unwrap()), "{log}");
    // The sums of the log are those of the image.
    let hash = &json(&ok(at, &["hash", "--json", "a.cue"]))[0];
    assert!(log.contains(hash["tracks"][1]["sha1"].as_str().unwrap()) && log.contains(hash["disc"]["md5"].as_str().unwrap()));
}

#[test]
fn audio_that_never_comes_twice_as_the_same_makes_no_image() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    faults(at, "500 flickers\n600-602 wrong-before 3\ndrive offset 6\n");
    let rip = ["rip", "demo", "a.cue", "--faults", "faults.txt", "--json", "--offset", "6", "--readings", "5"];
    let said = say(at, &rip);
    assert_eq!((said.code, json(&said.err)[0]["error"]["class"].as_str()), (4, Some("drive")), "{}", said.err);
    let result = last(&said.out);
    // By its offset, the drive's sector lies across two of the disc.
    let audio = &result["audio"];
    assert_eq!(
        (&result["event"], &result["damaged"], &audio["doubtful"]),
        (&"unreadable".into(), &0.into(), &1.into()),
        "{audio}"
    );
    assert!(audio["differed"].as_u64() >= Some(4) && audio["checked"] == "twice" && audio["offset"] == 6, "{audio}");
    let done = last(&ok(at, &[&rip[..], &["--accept-damage"]].concat()));
    assert_eq!((&done["event"], &done["audio"]["doubtful"], &done["resumed"]), (&"done".into(), &1.into(), &true.into()));
    // Read once, it is taken as it comes.
    let done = last(&ok(at, &["rip", "demo", "b.cue", "--faults", "faults.txt", "--json", "--audio", "once"]));
    assert_eq!((&done["audio"]["checked"], &done["audio"]["offset_known"]), (&"no".into(), &false.into()));
}

/// The demo disc's folder TONES holds TONES.CSV: the file is hit by its sector, as the disc's own folder has it.
#[test]
fn damaged_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    ok(at, &["rip", "demo", "a.iso", "--allow-loss"]);
    let image = fs::read(at.join("a.iso")).unwrap();
    let sector = |needle: &[u8]| image.windows(needle.len()).position(|bytes| bytes == needle).unwrap() / 2048;
    let csv = sector(b"track,left Hz");
    faults(at, &format!("{csv} unreadable\n"));
    let rip = ["rip", "demo", "b.cue", "--faults", "faults.txt", "--json", "--accept-damage", "--retries", "0"];
    let done = last(&ok(at, &rip));
    assert_eq!((&done["files"], &done["more_files"]), (&serde_json::json!(["/TONES/TONES.CSV"]), &false.into()));
    assert!(fs::read_to_string(at.join("b.log")).unwrap().contains("[damaged files]\n/TONES/TONES.CSV\n"));
}

#[test]
fn requests_that_are_wrong_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    faults(at, "nonsense");
    fails(at, 2, "request", &["rip", "no such drive", "a.cue"]);
    fails(at, 2, "request", &["rip", "demo:missing.iso", "a.iso"]);
    fails(at, 2, "request", &["rip", "demo", "a.cue", "--faults", "faults.txt"]);
    fails(at, 2, "request", &["rip", "demo", "a.cue", "--speed", "0"]);
    fails(at, 5, "loss", &["rip", "demo", "a.iso"]);
    assert_eq!(names(at), ["faults.txt"]);
}

/// Killed where it hurts: after the map says that something was read. The next run ends as if nothing had happened.
#[cfg(unix)]
#[test]
fn a_rip_that_was_killed_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let bytes: Vec<u8> = (0..2048u32 * 6000).map(|n| (n / 5 + n / 2048) as u8).collect();
    fs::write(at.join("x.iso"), &bytes).unwrap();
    faults(at, "drive pace 1500000\n100-102 unreadable\n");
    let rip = ["rip", "demo:x.iso", "new.iso", "--faults", "faults.txt", "--allow-loss", "--retries", "1"];
    let mut child = spindle().args(rip).current_dir(at).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let map = at.join("new.rip/sectors.map");
    while !fs::read_to_string(&map).is_ok_and(|text| text.lines().any(|line| line.ends_with(" +"))) {
        assert!(child.try_wait().unwrap().is_none(), "it is killed before it ends");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(names(at), ["faults.txt", "new.rip", "x.iso"]);
    faults(at, "100-102 from-try 2\n");
    let done = last(&ok(at, &[&rip[..], &["--json"]].concat()));
    assert_eq!((&done["resumed"], &done["damaged"]), (&true.into(), &0.into()));
    assert!(fs::read(at.join("new.iso")).unwrap() == bytes);
}

/// strace 6.1, `strace -f --inject=CALL:signal=KILL:when=N`, kills the program at its N-th call of each kind that changes something on the disk; the next
/// run ends as if nothing had happened.
#[cfg(target_os = "linux")]
#[test]
fn a_rip_that_is_killed_at_any_write_goes_on() {
    /// Kills of one kind at most, each at every third call from the third on.
    const MOST: usize = 6;
    if !has("strace") {
        return;
    }
    let program = env!("CARGO_BIN_EXE_spindle");
    // The demo disc says when it was made: each time it is another one.
    let source = tempfile::tempdir().unwrap();
    ok(source.path(), &["rip", "demo", "a.cue"]);
    let drive = format!("demo:{}", source.path().join("a.cue").display());
    let rip = ["rip", &drive, "x.cue", "--faults", "faults.txt", "--accept-damage", "--retries", "1", "--overwrite"];
    let begin = || {
        let folder = tempfile::tempdir().unwrap();
        faults(folder.path(), "20-22 unreadable\n700 from-try 2\n");
        folder
    };
    let made = |folder: &Path| ["x.cue", "x.bin", "x.map"].map(|name| fs::read(folder.join(name)).unwrap());
    let whole = begin();
    ok(whole.path(), &rip);
    let mut killed = 0;
    for call in ["pwrite64", "fdatasync", "rename", "ftruncate", "openat", "unlink"] {
        for n in [1, 2].into_iter().chain((3..).step_by(3)).take(MOST) {
            let folder = begin();
            let kill = format!("--inject={call}:signal=KILL:when={n}");
            let traced = [&["-f", "-qq", "-o", "/dev/null", kill.as_str(), program], &rip[..]].concat();
            let (done, _) = run("strace", &traced, folder.path());
            if done {
                break;
            }
            killed += 1;
            ok(folder.path(), &rip);
            assert!(made(folder.path()) == made(whole.path()), "killed at {call} number {n}");
            let left: Vec<String> = names(folder.path()).into_iter().filter(|name| !name.starts_with('.')).collect();
            assert_eq!(left, ["faults.txt", "x.bin", "x.cue", "x.log", "x.map"], "killed at {call} number {n}");
        }
    }
    assert!(killed > 15, "{killed}");
}

#[cfg(unix)]
#[test]
fn a_cancelled_rip_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    faults(at, "drive pace 500000\n");
    let rip = ["rip", "demo", "new.cue", "--faults", "faults.txt", "--json"];
    let (code, errors) = common::program::interrupted(at, "-INT", &rip);
    assert_eq!((code, &json(&errors)[0]["error"]["class"]), (130, &"cancelled".into()));
    assert_eq!(names(at), ["faults.txt", "new.rip"]);
    assert_eq!(last(&ok(at, &["rip", "demo", "new.cue", "--json"]))["resumed"], true);
}

/// GNU ddrescue 1.27, `ddrescuelog --show-status` (-t) and `--list-blocks=-` with the size of a sector: the map of a rip, while it is under way and when
/// it is done, and the map of a rip on which ddrescuelog has worked, which goes on.
#[test]
fn ddrescuelog_reads_the_map_and_writes_it() {
    if !has("ddrescuelog") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    faults(at, "20-22 unreadable\n500 unreadable\n");
    let rip = ["rip", "demo", "a.cue", "--faults", "faults.txt", "--retries", "0"];
    assert_eq!(say(at, &rip).code, 4);
    let map = "a.rip/sectors.map";
    let (right, status) = run("ddrescuelog", &["-t", map], at);
    assert!(right && status.contains("bad-sector:") && status.contains("9408 B"), "{status}");
    let (right, list) = run("ddrescuelog", &["--block-size=2352", "--list-blocks=-", map], at);
    assert_eq!((right, list.split_whitespace().collect::<Vec<_>>()), (true, vec!["20", "21", "22", "500"]));
    // Calls sector 21 and 22 not tried.
    let (right, fresh) = run("ddrescuelog", &["--change-types=-,?", map], at);
    assert!(right, "{fresh}");
    let fresh: String = fresh.lines().filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect();
    fs::write(at.join(map), fresh).unwrap();
    faults(at, "21 unreadable\n");
    let out = ok(at, &[&rip[..], &["--accept-damage"]].concat());
    assert!(out.contains("1 of 1202 sectors could not be read") && out.contains("track 1: sector 21 (00:02:21)"), "{out}");
    let (right, list) = run("ddrescuelog", &["--block-size=2352", "--list-blocks=-", "a.map"], at);
    assert_eq!((right, list.trim()), (true, "21"));
}
