//! Other people's programs on the files that we write, from the demo disc. More of them judge single formats beside those formats:
//! cd-info, cueprint, chdman (BIN/CUE), cdrdao, toc2cue (TOC), ccd2iso (CloneCD), iat, mdf2iso, chdman (Nero and Alcohol).

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{has, perform, run};
use spindle::disc::sector::{Form, Slice, Worth};
use spindle::filesystem::{Walked, udf};
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

/// What the UDF walk shows of an image: paths, each with its blocks; the first of a path is that of its entry.
fn udf_walk(image: &[u8]) -> (Walked, Vec<(String, std::ops::Range<u32>)>) {
    let mut shown = Vec::new();
    let read = |at: u32| image.get(at as usize * 2048..)?.first_chunk().copied();
    let walked = udf::walk(0..(image.len() / 2048) as u32, &read, &mut |path, blocks| shown.push((path.to_owned(), blocks)));
    (walked, shown)
}

/// genisoimage 1.1.11, `genisoimage -udf` (UDF 1.02 beside ISO 9660); 7z 16.02, `7z l -ba -tudf`, names the same files.
#[test]
fn files_of_udf_are_where_genisoimage_has_put_them() {
    if !has("genisoimage") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    fs::create_dir_all(tree.join("VIDEO_TS/deep")).unwrap();
    let noise: Vec<u8> = (0..300_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let files = [("Grüße あ.txt", &noise[..3]), ("VIDEO_TS/VTS_01_1.VOB", &noise), ("VIDEO_TS/deep/x", &noise[..4096])];
    for (name, bytes) in files {
        fs::write(tree.join(name), bytes).unwrap();
    }
    // A folder that takes several blocks.
    (0..60).for_each(|n| fs::write(tree.join(format!("VIDEO_TS/deep/{n:050}")), [n]).unwrap());
    let made = run("genisoimage", &["-quiet", "-udf", "-input-charset", "utf-8", "-o", "x.iso", "tree"], folder.path());
    assert!(made.0, "{}", made.1);
    let image = fs::read(folder.path().join("x.iso")).unwrap();
    let (walked, shown) = udf_walk(&image);
    assert_eq!(walked, Walked::Whole);
    for (name, bytes) in files {
        let runs = shown.iter().filter(|(path, _)| path.trim_start_matches('/') == name).skip(1);
        let found: Vec<u8> = runs.flat_map(|(_, at)| &image[at.start as usize * 2048..at.end as usize * 2048]).copied().collect();
        assert!(found.len() >= bytes.len() && found[..bytes.len()] == *bytes, "{name}");
    }
    if has("7z") {
        let (_, list) = run("7z", &["l", "-ba", "-tudf", "x.iso"], folder.path());
        let mut theirs: Vec<&str> = list.lines().filter_map(|line| line.get(53..)).collect();
        let mut ours: Vec<&str> = shown.iter().map(|(path, _)| path.trim_matches('/')).filter(|path| !path.is_empty()).collect();
        theirs.sort_unstable();
        ours.sort_unstable();
        ours.dedup();
        assert_eq!(ours, theirs);
    }
}

/// mkudffs 2.3: the empty file systems of all media, with plain, virtual and sparable partitions, of revisions 1.02 to 2.60. It has no metadata partition.
#[test]
fn file_systems_of_mkudffs_are_walked() {
    // Debian keeps programs for file systems where not everybody looks for programs.
    let elsewhere = "/usr/sbin/mkudffs";
    let program = if Path::new(elsewhere).exists() { elsewhere } else { "mkudffs" };
    if program != elsewhere && !has(program) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for media in ["dvdram", "dvdrw", "cdrw", "dvdr", "cdr", "bdr"] {
        for revision in ["1.02", "1.50", "2.01", "2.60"] {
            let _ = fs::remove_file(folder.path().join("x"));
            let kind = format!("--media-type={media}");
            let arguments = [&kind, "--blocksize=2048", "--udfrev", revision, "--new-file", "x", "20000"];
            let (made, said) = run(program, &arguments, folder.path());
            if !made {
                println!("mkudffs does not make this: {media} {revision}: {}", said.lines().last().unwrap_or_default());
                continue;
            }
            let (walked, shown) = udf_walk(&fs::read(folder.path().join("x")).unwrap());
            let mut paths: Vec<&str> = shown.iter().map(|(path, _)| path.as_str()).collect();
            paths.dedup();
            assert!(walked == Walked::Whole && paths[0] == "/", "{media} {revision}: {walked:?} {paths:?}");
        }
    }
}
