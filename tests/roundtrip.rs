//! Every format writes what it reads and reads what it writes, alone and in every ordered pair, up to the announced loss.

mod common;

use std::path::Path;

use common::discs::{Made, made};
use proptest::prelude::*;
use proptest::test_runner::Config;
use spindle::disc::sector::{Form, RAW, Slice, Worth};
use spindle::disc::{Disc, DiscReader, Lba, Medium, TrackMode};
use spindle::image::{self, FORMATS, Format, Image, Limits, Tracks, project};
use spindle::job::{ConvertTask, JobError, Source, save};

/// `SPINDLE_ROUNDS=20` makes twenty times as many discs; `PROPTEST_RNG_SEED` chooses which.
fn config(cases: u32) -> Config {
    let rounds = std::env::var("SPINDLE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
    Config { cases: cases * rounds, max_shrink_iters: 200, failure_persistence: None, ..Config::default() }
}

fn writable() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().copied().filter(|format| format.plan.is_some())
}

/// Saves a made-up disc in a format, losses allowed, and opens what came of it.
fn save_as(
    made: &Made,
    format: &'static Format,
    folder: &Path,
    change: impl FnOnce(&mut ConvertTask),
) -> Result<Image, JobError> {
    let mut task = ConvertTask::new("made up", folder.join("disc").with_extension(format.extensions[0]));
    task.format = Some(format.name);
    task.allow_loss = true;
    change(&mut task);
    let source = Source { reader: made.reader(), path: Path::new("made up"), files: &[] };
    let report = save(&source, &task, &common::control(), &|_| ())?;
    assert!(report.verified);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), report.outputs.len(), "nothing else may be left behind");
    Ok(image::open(report.outputs.last().unwrap(), Limits::default())?)
}

/// The disc is what the format could keep of it, and every sector that it keeps whole is the one that was made.
fn check(made: &Made, format: &Format, image: &Image) {
    let left = project(&made.disc, &format.holds).unwrap();
    // A stored subchannel may say more than the format itself has a place for.
    assert_eq!(project(image.disc(), &format.holds).as_ref(), Some(&left), "{}", format.name);
    if format.holds.tracks != Tracks::Many {
        return;
    }
    for (_, track) in left.tracks() {
        let whole = format.holds.hidden_track && format.holds.pregap_sectors;
        let from = if whole { track.first() } else { track.start };
        for lba in (from.0..track.end().0).map(Lba) {
            let Some(wanted) = made.sector(lba) else { continue };
            let mut found = [0; RAW];
            image.reader.read(lba, Form::main(Slice::RAW), &mut found, &mut [Worth::Good]).unwrap();
            assert!(found == wanted, "{}: sector {lba} of track {}", format.name, track.number);
        }
    }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn every_format_reads_what_it_writes(disc in made()) {
        for format in writable() {
            let folder = tempfile::tempdir().unwrap();
            match save_as(&disc, format, folder.path(), |_| ()) {
                Ok(image) => check(&disc, format, &image),
                // A format for data alone has nothing to keep of an audio disc.
                Err(JobError::Plan { error, .. }) => prop_assert!(project(&disc.disc, &format.holds).is_none(), "{}: {}", format.name, error),
                Err(error) => panic!("{}: {error}", format.name),
            }
        }
    }

    #[test]
    fn so_it_does_with_every_choice(disc in made()) {
        for format in writable() {
            for (per_track, old, sub) in [(true, false, None), (false, true, None), (false, false, Some(true))] {
                let folder = tempfile::tempdir().unwrap();
                let change = |task: &mut ConvertTask| {
                    task.file_per_track = per_track;
                    task.old_version = old;
                    task.subchannel = sub;
                };
                match save_as(&disc, format, folder.path(), change) {
                    Ok(image) => check(&disc, format, &image),
                    Err(JobError::Plan { error, .. }) => prop_assert!(project(&disc.disc, &format.holds).is_none(), "{}: {}", format.name, error),
                    Err(error) => panic!("{}: {error}", format.name),
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(config(6))]

    #[test]
    fn every_ordered_pair_of_formats_keeps_what_both_can_hold(disc in made()) {
        for first in writable() {
            let folder = tempfile::tempdir().unwrap();
            let Ok(image) = save_as(&disc, first, folder.path(), |_| ()) else { continue };
            for second in writable() {
                let to = tempfile::tempdir().unwrap();
                let Some(left) = project(image.disc(), &second.holds) else { continue };
                let made = common::convert(&image.path, &to.path().join("copy"), second.name);
                let copy = image::open(&made, Limits::default()).unwrap();
                prop_assert_eq!(project(copy.disc(), &second.holds), Some(left), "{} to {}", first.name, second.name);
            }
        }
    }
}

#[test]
fn a_gd_rom_goes_through_every_format_that_says_it_holds_one() {
    let made = common::discs::gd();
    for format in writable().filter(|format| format.holds.media.says(Medium::Gd)) {
        let folder = tempfile::tempdir().unwrap();
        let image = save_as(&made, format, folder.path(), |_| ()).unwrap_or_else(|error| panic!("{}: {error}", format.name));
        check(&made, format, &image);
        assert_eq!((image.disc().medium, image.disc().sessions.len()), (Medium::Gd, 2), "{}", format.name);
    }
}

#[test]
fn a_dvd_goes_through_every_format_that_holds_one() {
    let mut dvd = Made { disc: Disc::new(Medium::Dvd, Vec::new()), runs: Vec::new(), sub: false };
    let track = spindle::disc::Track::new(1, TrackMode::Dvd, Lba(0), 500);
    dvd.disc = Disc::new(Medium::Dvd, vec![track]);
    let mut bytes = vec![0; 500 * 2048];
    common::discs::Noise(7).fill(&mut bytes);
    let source = tempfile::tempdir().unwrap();
    let iso = source.path().join("dvd.iso");
    std::fs::write(&iso, &bytes).unwrap();
    for format in writable().filter(|format| project(&dvd.disc, &format.holds).is_some()) {
        let folder = tempfile::tempdir().unwrap();
        let made = common::convert(&iso, &folder.path().join("dvd"), format.name);
        let back = common::convert(&made, &folder.path().join("back"), "iso");
        assert!(std::fs::read(back).unwrap() == bytes, "{}", format.name);
    }
}
