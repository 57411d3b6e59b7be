//! What the tests of several formats need.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use super::{Image, Limits};
use crate::disc::sector::{Form, Worth};
use crate::disc::{Disc, DiscReader, Lba, TrackMode};
use crate::job::{ConvertTask, Event, Pool, Task};

/// A folder of sample images, where it is there.
pub fn corpus(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(folder);
    if !path.is_dir() {
        println!("skipped: no sample images in {}", path.display());
        return None;
    }
    Some(path)
}

/// Opens an image that has to open.
pub fn open(path: &Path) -> Image {
    super::open(path, Limits::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// `sectors` of the disc from `at` on.
pub fn sectors(reader: &dyn DiscReader, at: i32, sectors: usize, form: Form) -> Vec<u8> {
    let mut bytes = vec![0; sectors * form.size()];
    reader.read(Lba(at), form, &mut bytes, &mut vec![Worth::Good; sectors]).unwrap();
    bytes
}

/// What stands where on a disc: number, mode, index 1, pregap, length.
pub fn shape(disc: &Disc) -> Vec<(u8, TrackMode, i32, u32, u32)> {
    disc.tracks().map(|(_, t)| (t.number, t.mode, t.start.0, t.pregap, t.length)).collect()
}

/// Converts an image, proves it, and opens the new one.
pub fn convert(source: &Path, target: &Path, change: impl Fn(&mut ConvertTask)) -> Image {
    let mut task = ConvertTask::new(source, target);
    change(&mut task);
    let pool = Pool::new(1, Arc::new(|| {}));
    pool.submit(Task::Convert(Box::new(task)));
    for event in pool.events() {
        if let Event::Ended(_, result) = event {
            result.unwrap_or_else(|error| panic!("{error}"));
            break;
        }
    }
    open(target)
}

/// What a program prints, where it is installed; it has to succeed.
pub fn said_by(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Err(_) => {
            println!("skipped: {program} is not installed");
            None
        }
        Ok(output) => {
            let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert!(output.status.success(), "{program} {arguments:?}: {text}");
            Some(text)
        }
    }
}

/// Samples that no two sectors share.
pub fn noise(sectors: u32, seed: u32) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(sectors as usize * 2352).collect()
}
