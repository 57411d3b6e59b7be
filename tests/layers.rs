//! Images that are written compressed: every program for such files reads them, and they read back as what they were.

mod common;

use std::path::{Path, PathBuf};

use common::discs::{Made, small};
use spindle::disc::{Disc, Lba, Medium, Track, TrackMode};
use spindle::image::packing::Tuning;
use spindle::image::{self, FORMATS, Limits, WRAPPERS, Wrapper, project};
use spindle::job::{JobError, Outcome, Task};

fn written() -> impl Iterator<Item = &'static Wrapper> {
    WRAPPERS.iter().filter(|wrapper| wrapper.is_written())
}

/// An ISO of several blocks, half of it noise.
fn iso(folder: &Path) -> PathBuf {
    let mut bytes = vec![0; 2048 * 1500];
    common::discs::Noise(11).fill(&mut bytes[2048 * 700..]);
    bytes[16 * 2048..][..6].copy_from_slice(b"\x01CD001");
    let path = folder.join("source.iso");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn convert(source: &Path, target: &Path, tuning: Tuning) -> Result<PathBuf, JobError> {
    let mut task = spindle::job::ConvertTask::new(source, target);
    task.tuning = tuning;
    match common::perform(Task::Convert(Box::new(task)))? {
        Outcome::Converted(report) => {
            assert!(report.verified);
            Ok(report.outputs.last().unwrap().clone())
        }
        _ => panic!("no conversion"),
    }
}

/// gzip, xz, zstd and 7z each test what was written, and unpack to the image.
#[test]
fn other_programs_unpack_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let source = iso(folder.path());
    for (extension, program) in [("gz", "gzip"), ("xz", "xz"), ("zst", "zstd")] {
        let made = convert(&source, &folder.path().join(format!("made.iso.{extension}")), Tuning::default()).unwrap();
        let name = made.file_name().unwrap().to_str().unwrap();
        if common::has(program) {
            let (ok, said) = common::run(program, &["-t", name], folder.path());
            assert!(ok, "{program}: {said}");
            let (ok, said) = common::run(program, &["-dk", name], folder.path());
            assert!(ok, "{program}: {said}");
            let unpacked = folder.path().join("made.iso");
            assert!(std::fs::read(&unpacked).unwrap() == std::fs::read(&source).unwrap(), "{program}");
            std::fs::remove_file(unpacked).unwrap();
        }
        // Debian's p7zip knows no zstd.
        if extension != "zst" && common::has("7z") {
            let (ok, said) = common::run("7z", &["t", name], folder.path());
            assert!(ok, "7z: {said}");
        }
        let image = image::open(&made, Limits::default()).unwrap();
        assert_eq!((image.format.name, image.warnings.len()), ("iso", 0), "{:?}", image.warnings);
        // And from there back into a plain file.
        let back = convert(&made, &folder.path().join(format!("back.{extension}.iso")), Tuning::default()).unwrap();
        assert!(std::fs::read(back).unwrap() == std::fs::read(&source).unwrap());
    }
}

#[test]
fn every_choice_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let source = iso(folder.path());
    for wrapper in written() {
        let levels = [Some(1), Some(9)].into_iter().map(|level| Tuning { level, ..Tuning::default() });
        let blocks =
            wrapper.choices.blocks.iter().map(|block| Tuning { level: Some(1), block: Some(*block), ..Tuning::default() });
        for (number, tuning) in levels.chain(blocks).enumerate() {
            let target = folder.path().join(format!("{number}.iso.{}", wrapper.extensions[0]));
            convert(&source, &target, tuning.clone()).unwrap_or_else(|error| panic!("{} {tuning:?}: {error}", wrapper.name));
        }
        let wrong = Tuning { block: Some(12_345), ..Tuning::default() };
        let refused = convert(&source, &folder.path().join(format!("x.iso.{}", wrapper.extensions[0])), wrong);
        assert!(matches!(refused, Err(JobError::Refused { format, .. }) if format == wrapper.title));
    }
}

/// Every format that makes one file that is not packed goes into every wrapper; others say why not.
#[test]
fn every_format_of_one_file_is_written_in_every_wrapper() {
    let made = small();
    let holds = |format: &&&image::Format| format.plan.is_some() && project(&made.disc, &format.holds).is_some();
    for format in FORMATS.iter().filter(holds) {
        for wrapper in written() {
            let folder = tempfile::tempdir().unwrap();
            let name = format!("disc.{}.{}", format.extensions[0], wrapper.extensions[0]);
            match common::save(&made, format.name, &folder.path().join(&name), |_| ()) {
                Ok(opened) => {
                    assert_eq!(common::names(folder.path()), [name.as_str()]);
                    let image = image::open(&opened, Limits::default()).unwrap();
                    assert_eq!(project(image.disc(), &format.holds), project(&made.disc, &format.holds), "{name}");
                }
                Err(JobError::Refused { .. }) => assert!(common::names(folder.path()).is_empty()),
                Err(error) => panic!("{name}: {error}"),
            }
        }
    }
}

#[test]
fn a_name_without_the_extension_of_the_format_gets_it() {
    let folder = tempfile::tempdir().unwrap();
    let source = iso(folder.path());
    let made = common::convert(&source, &folder.path().join("b.gz"), "iso");
    assert_eq!(made.file_name().unwrap(), "b.iso.gz");
}

/// A folder is looked through with what is packed in it: data files in archives belong to their sheets, and what is no image is passed over.
#[test]
fn packed_images_of_a_folder_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let source = iso(folder.path());
    convert(&source, &folder.path().join("a.iso.xz"), Tuning::default()).unwrap();
    std::fs::write(folder.path().join("notes.zip"), b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0").unwrap();
    std::fs::write(folder.path().join("letter.txt.gz"), b"\x1F\x8B\x08").unwrap();
    let task = Task::Open { path: folder.path().to_owned(), password: None };
    let Outcome::Opened(reports) = common::perform(task).unwrap() else { panic!("nothing was opened") };
    let found: Vec<_> = reports.iter().map(|report| report.image.path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(found, ["source.iso", "a.iso.xz"]);
}

/// A stream that can't be read at any place, unpacked by several readers at once, is the same disc.
#[test]
fn a_spooled_image_is_verified_against_its_source() {
    if !common::has("zstd") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let track = Track::new(1, TrackMode::Dvd, Lba(0), 20_000);
    let dvd = Made { disc: Disc::new(Medium::Dvd, vec![track]), runs: Vec::new(), sub: false };
    let mut bytes = vec![0; dvd.disc.sectors() as usize * 2048];
    common::discs::Noise(3).fill(&mut bytes);
    std::fs::write(folder.path().join("a.iso"), &bytes).unwrap();
    // Through a pipe zstd does not say how long the frame is.
    let file = std::fs::File::open(folder.path().join("a.iso")).unwrap();
    let packed = std::process::Command::new("zstd").args(["-q", "-1", "-c"]).stdin(file).output().unwrap();
    std::fs::write(folder.path().join("b.iso.zst"), packed.stdout).unwrap();
    let image = image::open(&folder.path().join("b.iso.zst"), Limits::default()).unwrap();
    assert!(image.warnings.iter().any(|warning| warning.contains("temporary file")), "{:?}", image.warnings);
    let task = Task::Verify { source: folder.path().join("b.iso.zst"), other: Some(folder.path().join("a.iso")), password: None };
    let Outcome::Verified(report) = common::perform(task).unwrap() else { panic!("nothing was verified") };
    assert!(report.differences.is_empty());
}
