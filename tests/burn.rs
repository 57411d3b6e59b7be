//! Burning from every format onto blanks of every kind, in the recorder in software: what the disc has become is the source.

mod common;
#[path = "burn/matrix.rs"]
mod matrix;
#[path = "burn/refusals.rs"]
mod refusals;
#[path = "burn/sources.rs"]
mod sources;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::program::{fails, json, keys, ok, say};
use common::{convert_with, perform};
use spindle::disc::Medium;
use spindle::drive::recorder::{Close, Mode};
use spindle::image::{FORMATS, Format, Media, Tracks};
use spindle::job::{BurnNews, BurnReport, BurnTask, Class, DEMO_NAME, Event, JobError, Outcome, Pool, Task};
use spindle::virtual_drive::BlankKind;

/// The demo disc as an image in this folder.
fn demo(at: &Path) -> PathBuf {
    perform(Task::Demo(at.to_owned())).unwrap();
    at.join(DEMO_NAME).with_extension("cue")
}

/// A file of so many sectors of 2048 bytes, none like another.
fn data(at: &Path, name: &str, sectors: u32) -> PathBuf {
    let path = at.join(name);
    let bytes: Vec<u8> = (0..sectors * 512).flat_map(|word| (word.wrapping_mul(0x9E37_79B9)).to_le_bytes()).collect();
    fs::write(&path, bytes).unwrap();
    path
}

fn burn(source: &Path, kind: BlankKind, keep: &Path, change: impl FnOnce(&mut BurnTask)) -> Result<BurnReport, JobError> {
    let mut task = BurnTask::new(source.to_owned(), format!("blank:{}", kind.word()));
    task.keep = Some(keep.to_owned());
    change(&mut task);
    match perform(Task::Burn(Box::new(task)))? {
        Outcome::Burned(report) => Ok(*report),
        _ => unreachable!("a burn ends as one"),
    }
}

fn equal(one: &Path, other: &Path) -> bool {
    let task = Task::Verify { source: one.to_owned(), other: Some(other.to_owned()), password: None };
    match perform(task).unwrap() {
        Outcome::Verified(report) => {
            assert!(report.differences.is_empty(), "{} and {}: {:?}", one.display(), other.display(), report.differences);
            report.passed()
        }
        _ => unreachable!("a comparison ends as one"),
    }
}

/// Holds the demo disc, which has data, audio, an index 2, texts and numbers.
fn holds_the_demo(format: &Format) -> bool {
    let cds = match format.holds.media {
        Media::Any | Media::Guessed => true,
        Media::Says(media) => media.contains(&Medium::Cd),
    };
    format.plan.is_some() && format.holds.tracks == Tracks::Many && cds
}

#[test]
fn a_cd_is_burned_from_every_format_that_holds_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let original = demo(at);
    let mut tried = 0;
    for format in FORMATS.iter().filter(|format| holds_the_demo(format)) {
        let source = at.join("source").with_extension(format.extensions[0]);
        let source = convert_with(&original, &source, format.name, |task| task.overwrite = true);
        let keep = at.join(format!("kept-{}.nrg", format.name));
        let report = burn(&source, BlankKind::CdR, &keep, |_| ()).unwrap();
        assert_eq!((report.discs.len(), report.discs[0].word()), (1, "burned and verified"), "{}", format.name);
        equal(&source, &keep);
        tried += 1;
    }
    assert!(tried >= 8, "{tried} formats");
}

#[test]
fn every_kind_of_blank_takes_a_disc_of_data() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let source = data(at, "data.iso", 1600);
    for kind in BlankKind::ALL {
        let keep = at.join(format!("{}.iso", kind.word().replace('+', "-plus")));
        let report = burn(&source, kind, &keep, |_| ()).unwrap_or_else(|error| panic!("{}: {error}", kind.word()));
        assert_eq!(report.discs[0].word(), "burned and verified", "{}", kind.word());
        assert!(report.losses.is_empty(), "{}: {:?}", kind.word(), report.losses);
        let (made, given) = (fs::read(&keep).unwrap(), fs::read(&source).unwrap());
        // What is written in blocks of several sectors is filled up.
        assert!(made[..given.len()] == given && made[given.len()..].iter().all(|&byte| byte == 0), "{}", kind.word());
    }
}

#[test]
fn every_mode_writes_what_it_can_and_says_what_it_can_not() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (cd, file) = (demo(at), data(at, "data.iso", 1600));
    use BlankKind::*;
    let whole = [(CdR, Mode::SessionAtOnce), (CdRw, Mode::Raw)];
    for (kind, mode) in whole {
        let keep = at.join(format!("{}.nrg", mode.word()));
        burn(&cd, kind, &keep, |task| task.wish.mode = Some(mode)).unwrap();
        equal(&cd, &keep);
    }
    let error = burn(&cd, CdR, &at.join("x.nrg"), |task| task.wish.mode = Some(Mode::TrackAtOnce)).unwrap_err();
    assert!(error.class() == Class::Loss && error.to_string().contains("indexes above 1 of track 3"), "{error}");
    assert!(!at.join("x.nrg").exists(), "nothing was written");
    let modes = [
        (CdR, Mode::TrackAtOnce),
        (DvdR, Mode::DiscAtOnce),
        (DvdR, Mode::Incremental),
        (DvdRw, Mode::DiscAtOnce),
        (DvdRw, Mode::Incremental),
        (DvdRw, Mode::RestrictedOverwrite),
        (DvdPlusR, Mode::Sequential),
        (DvdPlusRw, Mode::Overwrite),
        (BdR, Mode::Sequential),
        (BdRe, Mode::Overwrite),
    ];
    for (kind, mode) in modes {
        for close in [Close::Disc, Close::Session] {
            let keep = at.join("data-kept.iso");
            let report = burn(&file, kind, &keep, |task| (task.wish.mode, task.wish.close) = (Some(mode), close)).unwrap();
            assert_eq!((report.discs[0].mode, report.discs[0].word()), (mode, "burned and verified"), "{}", kind.word());
            let made = fs::read(&keep).unwrap();
            assert!(made.starts_with(&fs::read(&file).unwrap()), "{} {mode}", kind.word());
            fs::remove_file(keep).unwrap();
        }
    }
    for (kind, mode) in [(DvdPlusR, Mode::DiscAtOnce), (BdRe, Mode::SessionAtOnce)] {
        let error = burn(&file, kind, &at.join("x.iso"), |task| task.wish.mode = Some(mode)).unwrap_err();
        assert_eq!(error.class(), Class::Request, "{error}");
    }
}

#[test]
fn a_simulation_leaves_nothing_and_is_not_called_burned() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let cd = demo(at);
    let out = ok(at, &["burn", cd.to_str().unwrap(), "blank:cd-r", "--simulate"]);
    assert!(out.contains("simulated") && !out.contains("burned"), "{out}");
    let said = fails(at, 4, "drive", &["burn", cd.to_str().unwrap(), "blank:cd-r", "--simulate", "--keep", "x.nrg"]);
    assert!(said.contains("there is nothing to keep"), "{said}");
}

#[test]
fn what_does_not_fit_or_can_not_be_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let cd = demo(at);
    let cd = cd.to_str().unwrap();
    let long = fs::File::create(at.join("long.iso")).unwrap();
    long.set_len(2048 * 400_000).unwrap();
    let refusals = [
        (vec![cd, "blank:dvd-r"], "a CD with audio can't be written on a DVD-R: use a CD-R"),
        (vec!["long.iso", "blank:cd-r"], "use a"),
        (vec!["long.iso", "blank:dvd+rw", "--simulate"], "can't be simulated"),
        (vec![cd, "blank:cd-x"], "there is no such drive"),
        (vec![cd], "say what to burn, and in which drive"),
        (vec![".", "blank:cd-r"], ""),
    ];
    for (words, sentence) in refusals {
        let said = fails(at, 2, "request", &[&["burn"], &words[..]].concat());
        assert!(said.contains(sentence), "{words:?}: {said}");
    }
    fs::create_dir(at.join("files")).unwrap();
    fs::write(at.join("files/a.txt"), "a").unwrap();
    let said = fails(at, 2, "request", &["burn", "files", "blank:cd-r"]);
    assert!(said.contains("discs are not authored"), "{said}");
}

/// Whatever is wrong with one byte anywhere: comparing finds it.
#[test]
fn one_flipped_bit_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (cd, file) = (demo(at), data(at, "data.iso", 1600));
    for (source, kind, sector) in
        [(&cd, "cd-r", 17), (&cd, "cd-r", 500), (&cd, "cd-r", 1201), (&file, "dvd+r", 0), (&file, "bd-re", 1599)]
    {
        fs::write(at.join("faults"), format!("{sector} flipped 1000\n")).unwrap();
        let blank = format!("blank:{kind}");
        let words = ["burn", source.to_str().unwrap(), &blank, "--faults", "faults"];
        let said = fails(at, 1, "mismatch", &words);
        assert!(said.contains("the disc was burned, and differs from its source"), "{kind} {sector}: {said}");
        // Who does not ask is not told.
        assert!(ok(at, &[&words[..], &["--verify", "no"]].concat()).contains(": burned ("));
    }
}

#[test]
fn the_last_line_says_everything() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let cd = demo(at);
    let said = say(at, &["burn", cd.to_str().unwrap(), "blank:cd-rw", "--copies", "2", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let lines = json(&said.out);
    let phases: Vec<&str> = lines.iter().filter_map(|line| line["phase"].as_str()).collect();
    assert!(["check", "prepare", "burn", "close", "verify"].iter().all(|phase| phases.contains(phase)), "{phases:?}");
    let done = lines.last().unwrap();
    assert_eq!(keys(done), "discs:list drive:text ejected:bool event:text kept:list loss:list notes:list seconds:float");
    let discs = done["discs"].as_array().unwrap();
    assert_eq!(discs.len(), 2);
    assert_eq!(keys(&discs[0]), "bytes:int medium:text mode:text result:text ring_lowest:float seconds:float why:null");
    assert_eq!(
        (&discs[0]["result"], &discs[0]["medium"], &discs[0]["mode"]),
        (&"burned and verified".into(), &"CD-RW".into(), &"sao".into())
    );
}

#[test]
fn a_disc_is_copied_from_a_drive_to_another_and_to_several() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (cd, file) = (demo(at), data(at, "data.iso", 1600));
    // A CD of several tracks is saved first, one of data is read while it is written.
    for (source, name) in [(&cd, "drive:demo:Spindle demo.cue"), (&file, "drive:demo:data.iso")] {
        for options in [&[][..], &["--through-image"]] {
            let out = ok(at, &[&["burn", name, "blank:cd-r", "--keep", "copy.nrg"], options].concat());
            assert!(out.contains("burned and verified"), "{out}");
            equal(source, &at.join("copy.nrg"));
            fs::remove_file(at.join("copy.nrg")).unwrap();
        }
    }
    let out = ok(at, &["burn", cd.to_str().unwrap(), "blank:cd-r", "--also", "blank:cd-rw"]);
    assert!(out.contains("CD-R in blank:cd-r") && out.contains("CD-RW in blank:cd-rw"), "{out}");
}

/// What a drive reads and its EDC calls wrong is saved as it is, and not burned without leave.
#[test]
fn a_damaged_disc_is_not_copied_before_somebody_has_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let bin = demo(at).with_extension("bin");
    let mut bytes = fs::read(&bin).unwrap();
    bytes[100 * 2352..102 * 2352].fill(0xEE);
    fs::write(&bin, bytes).unwrap();
    let copy = ["burn", "drive:demo:Spindle demo.cue", "blank:cd-r"];
    let said = fails(at, 3, "input", &copy);
    assert!(said.contains("2 sectors of the source are damaged, the first is 100: nothing was burned"), "{said}");
    let out = ok(at, &[&copy[..], &["--accept-damage", "--verify", "no"]].concat());
    assert!(out.contains("session at once: burned ("), "{out}");
}

/// Whatever the recorder does wrong is told in a sentence, with what the disc is now.
#[test]
fn faults_of_the_recorder_end_in_words_and_leave_a_known_disc() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (cd, file) = (demo(at), data(at, "data.iso", 1600));
    let (cd, file) = (cd.to_str().unwrap(), file.to_str().unwrap());
    let (spoilt, reusable) = ("the disc can't be used any more", "the disc can be erased and used again");
    let cases = [
        (cd, "cd-r", "700 unwritable", ["could not write", spoilt]),
        (cd, "cd-rw", "700 unwritable", ["sector 695 could not be written", reusable]),
        (file, "dvd-r", "700 unwritable", ["(3/0C/00)", spoilt]),
        (file, "dvd+rw", "700 unwritable", ["could not write", reusable]),
        (file, "bd-r", "700 unwritable", ["could not write", spoilt]),
        (file, "dvd-rw", "drive unplug-after 60", ["the drive is gone", reusable]),
        (file, "dvd+r", "drive unplug-after 60", ["the drive is gone", spoilt]),
        (
            cd,
            "cd-r",
            "drive takes-cd-text no",
            ["(5/26/00): burn the disc without CD-TEXT (--cd-text no)", "nothing was written on the disc"],
        ),
        (cd, "cd-r", "drive unplug-after 20", ["the drive is gone", ""]),
        (cd, "cd-r", "drive tray-opens-after 60", ["the tray is open", spoilt]),
        (file, "bd-re", "drive tray-opens-after 60", ["the tray is open", reusable]),
    ];
    for (source, kind, script, words) in cases {
        fs::write(at.join("faults"), script).unwrap();
        let said = fails(at, 4, "drive", &["burn", source, &format!("blank:{kind}"), "--faults", "faults"]);
        assert!(words.iter().all(|word| said.contains(word)), "{kind}, {script}: {said}");
    }
}

/// A disc that was written and can't be read again is not called good, and a drive that only reads is no recorder.
#[test]
fn what_was_burned_has_to_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (cd, file) = (demo(at), data(at, "data.iso", 1600));
    for (source, kind, script) in [
        (&cd, "cd-r", "20 unreadable"),
        (&cd, "cd-rw", "900 unreadable"),
        (&cd, "cd-r", "20 flickers"),
        (&file, "dvd-r", "700 unreadable"),
        (&file, "bd-re", "700 flickers"),
    ] {
        fs::write(at.join("faults"), script).unwrap();
        let words = ["burn", source.to_str().unwrap(), &format!("blank:{kind}"), "--faults", "faults"];
        let said = fails(at, 1, "mismatch", &words);
        assert!(said.contains("the disc was burned, and differs from its source"), "{kind}, {script}: {said}");
    }
    fs::write(at.join("faults"), "drive records no").unwrap();
    let said = fails(at, 2, "request", &["burn", cd.to_str().unwrap(), "blank:cd-r", "--faults", "faults"]);
    assert!(said.contains("this drive does not write CD-R: use another one"), "{said}");
}

/// A drive may say that it was reset, be slow, have a small buffer, or want recording codes in another way: the disc is burned all the same.
#[test]
fn odd_recorders_burn_the_same_disc() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let cd = demo(at);
    let words = ["burn", cd.to_str().unwrap(), "blank:cd-r", "--faults", "faults", "--keep", "kept.nrg"];
    let odd = [
        "drive opc-fails yes",
        "drive isrc-control no",
        "drive reset-every 40",
        "drive long 50ms",
        "drive line-rate 9000000\ndrive buffer 262144",
        "drive offset 667",
        "drive offset -30",
        "drive pace 9000000",
        "drive q-error-every 10",
        "drive cache 400\ndrive forgets no",
        "drive c2 refused",
        "drive c2 crying",
        "drive c2 silent",
        "700 underrun",
        "700 slow 20ms\n20 from-try 2\n30 wrong-before 2",
    ];
    for script in odd {
        fs::write(at.join("faults"), script).unwrap();
        let out = ok(at, &words);
        assert!(out.contains("burned and verified"), "{script}: {out}");
        equal(&cd, &at.join("kept.nrg"));
        fs::remove_file(at.join("kept.nrg")).unwrap();
    }
}

/// A disc of two sessions is one of two sessions, and the second lies where it did.
#[test]
fn sessions_stay_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("a.bin"), vec![7; 2352 * 600]).unwrap();
    data(at, "b.iso", 400);
    let start = 600 + 11_400;
    let sheet = "REM SESSION 01\nFILE \"a.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n\
                 REM SESSION 02\nFILE \"b.iso\" BINARY\n  TRACK 02 MODE1/2048\n    INDEX 01 00:00:00\n";
    fs::write(at.join("enhanced.cue"), sheet).unwrap();
    let report = burn(&at.join("enhanced.cue"), BlankKind::CdR, &at.join("kept.nrg"), |_| ()).unwrap();
    assert_eq!((report.discs[0].word(), report.losses.len()), ("burned and verified", 0), "{:?}", report.losses);
    equal(&at.join("enhanced.cue"), &at.join("kept.nrg"));
    let told = json(&ok(at, &["inspect", "--json", "kept.nrg"])).remove(0);
    assert_eq!(told["sessions"][1]["tracks"][0]["start"], start, "{told}");
}

/// The second layer begins where the source has it, or where the user wants it, and nowhere else.
#[test]
fn the_layer_break_is_that_of_the_source_or_of_the_user() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    data(at, "video.iso", 1600);
    fs::write(at.join("video.dvd"), "LayerBreak=800\nvideo.iso\n").unwrap();
    let source = at.join("video.dvd");
    for (wish, found) in [(None, 800), (Some(1008), 1008)] {
        let keep = at.join("kept.mds");
        burn(&source, BlankKind::DvdPlusRDl, &keep, |task| (task.wish.layer_break, task.allow_loss) = (wish, true)).unwrap();
        let told = json(&ok(at, &["inspect", "--json", "kept.mds"])).remove(0);
        assert_eq!(told["layer_break"], found, "{told}");
        for name in ["kept.mds", "kept.mdf"] {
            fs::remove_file(at.join(name)).unwrap();
        }
    }
    let error = burn(&source, BlankKind::DvdPlusRDl, &at.join("x.mds"), |task| task.wish.layer_break = Some(801)).unwrap_err();
    assert!(error.to_string().contains("the second layer can't begin at sector 801"), "{error}");
}

#[test]
fn audio_files_become_an_audio_cd() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let wave = |name: &str, samples: u32| {
        let data: Vec<u8> = (0..samples).flat_map(|n| n.wrapping_mul(0x9E37_79B9).to_le_bytes()).collect();
        let (size, rate) = (data.len() as u32, 44_100u32);
        let head = [
            b"RIFF".as_slice(),
            &(size + 36).to_le_bytes(),
            b"WAVEfmt ",
            &16u32.to_le_bytes(),
            &[1, 0, 2, 0],
            &rate.to_le_bytes(),
            &(rate * 4).to_le_bytes(),
            &[4, 0, 16, 0],
            b"data",
            &size.to_le_bytes(),
        ];
        fs::write(at.join(name), [head.concat(), data.clone()].concat()).unwrap();
        data
    };
    let (one, two) = (wave("one.wav", 200_000), wave("two.wav", 190_003));
    let out = ok(at, &["burn", "one.wav", "two.wav", "blank:cd-r", "--keep", "kept.cue"]);
    assert!(out.contains("burned and verified"), "{out}");
    // Gapless: not a sample between them.
    let made = fs::read(at.join("kept.bin")).unwrap();
    assert!(made.starts_with(&[one, two].concat()));
    fs::write(at.join("list.m3u"), "one.wav\ntwo.wav\n").unwrap();
    let out = ok(at, &["burn", "list.m3u", "blank:cd-r", "--gaps", "--keep", "gaps.nrg"]);
    assert!(out.contains("burned and verified"), "{out}");
    let told = json(&ok(at, &["inspect", "--json", "gaps.nrg"])).remove(0);
    assert_eq!(told["sessions"][0]["tracks"][1]["pregap"], 150, "{told}");
}

/// Who cancels gets away at once, and is told what the disc is now.
#[test]
fn a_burn_that_is_cancelled_says_what_that_has_cost() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let file = data(at, "data.iso", 40_000);
    fs::write(at.join("slow"), "drive line-rate 4000000").unwrap();
    for (kind, word) in [("cd-r", "can't be used any more"), ("cd-rw", "can be erased and used again"), ("bd-re", "erased")] {
        let mut task = BurnTask::new(file.clone(), format!("blank:{kind}"));
        task.faults = Some(at.join("slow"));
        let pool = Pool::new(1, Arc::new(|| ()));
        let id = pool.submit(Task::Burn(Box::new(task)));
        let mut asked = None;
        for event in pool.events() {
            match event {
                Event::Burn(_, BurnNews::Goes(picture)) if picture.written > 0 && asked.is_none() => {
                    assert!(picture.ring.size >= 60 << 20 && picture.ring.used > 0, "{picture:?}");
                    asked = Some(Instant::now());
                    pool.control(id).unwrap().cancel();
                }
                Event::Ended(_, result) => {
                    let error = result.err().expect("it was cancelled");
                    assert!(error.class() == Class::Cancelled && error.to_string().contains(word), "{kind}: {error}");
                    // What is in the drive's buffer still has to be written.
                    assert!(asked.unwrap().elapsed() < Duration::from_secs(10), "{kind}");
                    break;
                }
                _ => {}
            }
        }
    }
}
