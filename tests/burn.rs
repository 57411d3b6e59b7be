//! Burning from every format onto blanks of every kind, in the recorder in software: what the disc has become is the source.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::program::{fails, json, keys, ok, say};
use common::{convert_with, perform};
use spindle::disc::Medium;
use spindle::image::{FORMATS, Tracks};
use spindle::job::{BurnReport, BurnTask, DEMO_NAME, JobError, Outcome, Task, Verified, demo_disc};
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

#[test]
fn a_cd_is_burned_from_every_format_that_holds_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let original = demo(at);
    let formats = FORMATS.iter().filter(|format| format.plan.is_some() && format.holds.tracks == Tracks::Many);
    for format in formats.filter(|format| format.holds.media != Media::DvdBd) {
        let source = convert_with(&original, &at.join("source").with_extension(format.extensions[0]), format.name, |task| {
            task.allow_loss = true;
            task.overwrite = true;
        });
        let keep = at.join(format!("kept-{}.nrg", format.name));
        let report = burn(&source, BlankKind::CdR, &keep, |task| task.allow_loss = true).unwrap();
        assert_eq!((report.discs.len(), report.discs[0].word()), (1, "burned and verified"), "{}", format.name);
        equal(&source, &keep);
    }
}
