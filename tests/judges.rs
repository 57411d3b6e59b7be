//! Other people's programs on the files that we write, from the demo disc. More of them judge single formats beside those formats:
//! cd-info, cueprint, chdman (BIN/CUE), cdrdao, toc2cue (TOC), ccd2iso (CloneCD), iat, mdf2iso, chdman (Nero and Alcohol).

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{has, perform, run};
use spindle::disc::sector::{Form, Slice, Worth};
use spindle::image::{self, Limits};
use spindle::job::{Outcome, Task};

/// The demo disc as BIN/CUE.
fn demo(folder: &Path) -> PathBuf {
    match perform(Task::Demo(folder.to_owned())) {
        Ok(Outcome::Converted(report)) => report.outputs.last().unwrap().clone(),
        _ => panic!("the demo disc could not be made"),
    }
}

/// The bytes of a track of an image from index 1 on.
fn track(image: &Path, number: u8, slice: Slice) -> Vec<u8> {
    let disc = image::open(image, Limits::default()).unwrap().reader;
    let (_, track) = disc.disc().tracks().find(|(_, track)| track.number == number).unwrap();
    let mut bytes = vec![0; track.length as usize * slice.size()];
    let mut worth = vec![Worth::Good; track.length as usize];
    disc.read(track.start, Form::main(slice), &mut bytes, &mut worth).unwrap();
    bytes
}

/// bchunk 1.2.2, `bchunk -w IMAGE.bin IMAGE.cue NAME`. It takes the last index of a track for its beginning, so that track 3, which
/// has an index 2, is left out here.
#[test]
fn bchunk_takes_bin_and_cue_apart() {
    if !has("bchunk") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let sheet = demo(folder.path());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let (ok, said) = run("bchunk", &["-w", &name(&sheet.with_extension("bin")), &name(&sheet), "out"], folder.path());
    assert!(ok, "{said}");
    assert!(fs::read(folder.path().join("out01.iso")).unwrap() == track(&sheet, 1, Slice::COOKED));
    let wave = fs::read(folder.path().join("out02.wav")).unwrap();
    assert!(wave[44..] == track(&sheet, 2, Slice::RAW));
}

/// 7z 16.02, `7z l -ba`, and xorriso 1.5.4, `xorriso -indev FILE -find /`: the files of the ISO that is cut out of the BIN.
#[test]
fn file_system_readers_find_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let iso = common::convert(&demo(folder.path()), &folder.path().join("cut.iso"), "iso");
    let iso = iso.to_str().unwrap();
    for (program, arguments) in [("7z", vec!["l", "-ba", iso]), ("xorriso", vec!["-indev", iso, "-find", "/"])] {
        if has(program) {
            let (ok, said) = run(program, &arguments, folder.path());
            assert!(ok && said.contains("README.TXT") && said.contains("TONES.CSV"), "{program}: {said}");
        }
    }
}

/// rhash 1.4.3, `rhash --printf='%C %M %H' FILE`: the digests of tracks that are a file each.
#[test]
fn rhash_counts_what_we_count() {
    if !has("rhash") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let source = demo(folder.path());
    let mut task = spindle::job::ConvertTask::new(&source, folder.path().join("split.cue"));
    task.file_per_track = true;
    let Ok(Outcome::Converted(made)) = perform(Task::Convert(Box::new(task))) else { panic!() };
    let Ok(Outcome::Hashed(sums)) =
        perform(Task::Hash { source: made.outputs.last().unwrap().clone(), whole: false, password: None })
    else {
        panic!()
    };
    assert_eq!(sums.tracks.len(), 3);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for (track, file) in sums.tracks.iter().zip(&made.outputs) {
        let (ok, said) = run("rhash", &["--printf=%C %M %H", file.to_str().unwrap()], folder.path());
        let digests = &track.digests;
        let ours = format!("{:08x} {} {}", digests.crc32, hex(&digests.md5), hex(&digests.sha1));
        assert!(ok && said.trim().eq_ignore_ascii_case(&ours), "{said} and {ours}");
    }
}
