//! DAEMON Tools images with every choice, taken apart by another reader: `tests/rig/mdx.py`, which knows the format from its description alone.

mod common;

use std::path::Path;
use std::process::Command;

use common::discs::{Made, Noise, made, small};
use md5::{Digest, Md5};
use proptest::prelude::*;
use proptest::test_runner::Config;
use spindle::disc::sector::{Form, Slice, SubKind, Worth};
use spindle::disc::{Disc, DiscReader, Lba, Medium, TrackMode};
use spindle::image::packing::Tuning;
use spindle::image::{self, Fault, Image, Opening, by_name};

/// The Python that has the module of the judge. Says so when there is none.
fn python() -> Option<&'static str> {
    const PYTHON: &str = "/usr/bin/python3";
    let found = Command::new(PYTHON).args(["-c", "import Cryptodome"]).output().is_ok_and(|output| output.status.success());
    if !found {
        assert!(std::env::var_os("SPINDLE_REQUIRE_TOOLS").is_none(), "python3-pycryptodome is not installed");
        eprintln!("skipped: python3-pycryptodome is not installed");
    }
    found.then_some(PYTHON)
}

/// What the judge says of a file, a line for each track.
fn judged(python: &str, file: &Path, password: Option<&str>) -> (i32, Vec<String>) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rig/mdx.py");
    let output = Command::new(python).arg(script).arg(file).args(password).output().unwrap();
    let code = output.status.code().unwrap();
    assert!(code == 0 || code == 3, "{}", String::from_utf8_lossy(&output.stderr));
    (code, String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

/// The same, from the disc that was made.
fn expected(disc: &Disc, reader: &dyn DiscReader, sub: bool) -> Vec<String> {
    let cd = disc.medium.is_cd();
    let (slice, size) = if cd { (Slice::RAW, 2352) } else { (Slice::COOKED, 2048) };
    let form = Form { main: Some(slice), sub: sub.then_some(SubKind::Interleaved) };
    let mut lines = Vec::new();
    for session in &disc.sessions {
        for (index, track) in session.tracks.iter().enumerate() {
            let code = match track.mode {
                TrackMode::Audio => 0xA9,
                TrackMode::Mode0 | TrackMode::Mode1 => 0xAA,
                TrackMode::Mode2 => 0xAB,
                TrackMode::Dvd => 2,
                _ => 0xEC,
            };
            let stored = if index == 0 { 0 } else { track.pregap };
            let (first, sectors) = (track.start - stored, stored + track.length);
            let mut bytes = vec![0; sectors as usize * form.size()];
            reader.read(first, form, &mut bytes, &mut vec![Worth::Good; sectors as usize]).unwrap();
            let md5: String = Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            let size = size + if sub { 96 } else { 0 };
            let (session, number, pregap, length) = (session.number, track.number, track.pregap, track.length);
            lines.push(format!("{session} {number} {code:#x} {size} {first} {pregap} {length} {md5}"));
        }
    }
    lines
}

/// All that can be asked of an image that is packed.
fn choices() -> Vec<Tuning> {
    let mut all = Vec::new();
    for (codec, level) in [(None, None), (Some("none"), None), (Some("zlib"), Some(1)), (Some("zlib"), Some(9))] {
        for password in [None, Some("pässword")] {
            let (codec, password) = (codec.map(str::to_owned), password.map(Into::into));
            all.push(Tuning { codec, level, password, ..Tuning::default() });
        }
    }
    all
}

/// Saves a disc, and opens what came of it.
fn saved(made: &Made, format: &'static str, tuning: &Tuning, sub: bool, folder: &Path) -> Image {
    let change = |task: &mut spindle::job::ConvertTask| (task.tuning, task.subchannel) = (tuning.clone(), Some(sub));
    let target = folder.join("disc").with_extension(format);
    let path = common::save(made, format, &target, change).unwrap_or_else(|error| panic!("{format} {tuning:?}: {error}"));
    image::open(&path, Opening::with(tuning.password.clone())).unwrap()
}

/// Version 1 has nothing to take apart.
fn is_version_2(format: &str, tuning: &Tuning) -> bool {
    format == "mdx" || tuning.codec.as_deref() == Some("zlib") || tuning.password.is_some()
}

fn check(made: &Made, format: &'static str, tuning: &Tuning, sub: bool) {
    let folder = tempfile::tempdir().unwrap();
    let image = saved(made, format, tuning, sub, folder.path());
    let holds = &by_name(format).unwrap().holds;
    let left = image::project(&made.disc, holds).unwrap();
    assert_eq!(image::project(image.disc(), holds).as_ref(), Some(&left), "{format} {tuning:?}");
    let Some(python) = python().filter(|_| is_version_2(format, tuning)) else { return };
    let source = image::Projection::new(made.reader(), holds).unwrap();
    let mut lines = expected(&left, &source, sub);
    if !left.cd_text.is_empty() {
        let numbers: Vec<u8> = left.tracks().map(|(_, track)| track.number).collect();
        let packs = left.cd_text.to_packs(numbers[0], numbers[numbers.len() - 1]).unwrap().concat();
        let md5: String = Md5::digest(&packs).iter().map(|byte| format!("{byte:02x}")).collect();
        lines.insert(0, format!("cd-text {} {md5}", packs.len()));
    }
    let password = tuning.password.as_ref().map(|password| password.as_str());
    assert_eq!(judged(python, &image.path, password), (0, lines), "{format} {tuning:?}");
    if password.is_some() {
        assert_eq!(judged(python, &image.path, Some("another")).0, 3);
    }
}

#[test]
fn every_choice_is_what_another_reader_reads() {
    for tuning in choices() {
        for (format, sub) in [("mdx", false), ("mdx", true), ("mds", false)] {
            check(&small(), format, &tuning, sub);
        }
    }
}

#[test]
fn a_dvd_is_what_another_reader_reads() {
    let mut bytes = vec![0; 50 * 2048];
    // Noise, one byte over and over, and what can be compressed.
    Noise(7).fill(&mut bytes[..20 * 2048]);
    bytes[40 * 2048..].iter_mut().zip(0u32..).for_each(|(byte, n)| *byte = (n / 100) as u8);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("dvd.iso"), &bytes).unwrap();
    // So short a disc passes for a CD when nothing but its sectors is known.
    let source = folder.path().join("dvd.dvd");
    std::fs::write(&source, "LayerBreak=32\r\ndvd.iso\r\n").unwrap();
    let dvd = image::open(&source, Opening::default()).unwrap();
    assert_eq!(dvd.disc().medium, Medium::Dvd);
    let lines = expected(dvd.disc(), &*dvd.reader, false);
    for (number, tuning) in choices().into_iter().enumerate() {
        let mut task = spindle::job::ConvertTask::new(&source, folder.path().join(format!("{number}.mdx")));
        (task.allow_loss, task.tuning) = (true, tuning.clone());
        common::perform(spindle::job::Task::Convert(Box::new(task))).unwrap();
        let path = folder.path().join(format!("{number}.mdx"));
        let image = image::open(&path, Opening::with(tuning.password.clone())).unwrap();
        assert_eq!(image.disc(), dvd.disc());
        let mut back = vec![0; bytes.len()];
        image.reader.read(Lba(0), Form::main(Slice::COOKED), &mut back, &mut [Worth::Good; 50]).unwrap();
        assert!(back == bytes);
        if let Some(python) = python() {
            assert_eq!(
                judged(python, &path, tuning.password.as_ref().map(|word| word.as_str())),
                (0, lines.clone()),
                "{tuning:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 12, max_shrink_iters: 50, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_disc_is_what_another_reader_reads(disc in made(), choice in 0usize..8, whole in any::<bool>()) {
        check(&disc, if whole { "mdx" } else { "mds" }, &choices()[choice], disc.sub);
    }
}

#[test]
fn a_wrong_password_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    let tuning = Tuning { password: Some("right".into()), ..Tuning::default() };
    let image = saved(&small(), "mdx", &tuning, false, folder.path());
    let fault = |password: Option<&str>| image::open(&image.path, Opening::with(password.map(Into::into))).err().unwrap().fault;
    assert!(matches!(fault(None), Fault::PasswordMissing));
    for wrong in ["", "Right", "right "] {
        assert!(matches!(fault(Some(wrong)), Fault::PasswordWrong), "{wrong}");
    }
}
