//! What a rip does and what came of it, in words.

use std::path::Path;

use super::geometry::address;
use super::words::{self, count, number};
use super::work::Done;
use crate::disc::{Disc, Lba};
use crate::image::file_name;
use crate::job::{Damage, Part, Phase, RipError, RipPicture, RipReport, RipTask, rip_folder};

/// Tracks and files that are named; the log has them all.
const MOST_NAMED: usize = 4;

/// A phase of a rip.
pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Read => "Reading",
        Phase::Trim => "Trimming the edges of errors",
        Phase::Scrape => "Reading between bad sectors",
        Phase::Retry => "Trying bad sectors again",
        Phase::Check => "Checking what was read",
        Phase::Hash => "Making checksums",
        Phase::Copy => "Making the image",
        Phase::Verify => "Comparing the image with what was read",
    }
}

/// How much of a whole rip is done, from 0 to 1: the drive takes most of its time.
pub fn part(phase: Phase, part: f32, picture: Option<&RipPicture>) -> f32 {
    const READING: f32 = 0.8;
    let read = picture.map_or(0.0, |picture| picture.read as f32 / picture.sectors.max(1) as f32);
    match phase {
        Phase::Read | Phase::Trim | Phase::Scrape | Phase::Retry => READING * read,
        Phase::Check => READING + 0.05 * part,
        Phase::Hash => 0.85 + 0.05 * part,
        Phase::Copy => 0.9 + 0.05 * part,
        Phase::Verify => 0.95 + 0.05 * part,
    }
}

/// Whether the drive is read in this phase.
pub fn is_reading(phase: Phase) -> bool {
    matches!(phase, Phase::Read | Phase::Trim | Phase::Scrape | Phase::Retry)
}

/// What went wrong so far: "2 sectors could not be read, 54 will be read one by one".
pub fn errors(picture: &RipPicture) -> Option<String> {
    let sectors = |sectors: u32| count(sectors.into(), "sector");
    match (picture.bad, picture.waiting) {
        (0, 0) => None,
        (0, waiting) => Some(format!("{} will be read one by one", sectors(waiting))),
        (bad, 0) => Some(format!("{} could not be read", sectors(bad))),
        (bad, waiting) => Some(format!("{} could not be read, {} will be read one by one", sectors(bad), number(waiting.into()))),
    }
}

/// A place that could not be read: "2 sectors from 500 (00:08:50), track 2".
pub fn place(disc: &Disc, place: &Part) -> String {
    let Part { start, sectors, .. } = *place;
    let at = address(start, disc.medium.is_cd());
    let which = if sectors == 1 { format!("sector {at}") } else { format!("{} from {at}", count(sectors.into(), "sector")) };
    match track_of(disc, start) {
        Some(track) => format!("{which}, track {track}"),
        None => which,
    }
}

fn track_of(disc: &Disc, at: Lba) -> Option<u8> {
    disc.track_at(at).map(|(_, track)| track.number)
}

/// What came of a rip.
pub fn ripped(report: &RipReport, task: &RipTask, tracks: usize) -> Done {
    let damage = &report.damage;
    let mut words = match &report.image {
        Some(image) if image.verified => format!("Saved and verified. {}", count(tracks as u64, "track")),
        Some(_) => format!("Saved, not verified. {}", count(tracks as u64, "track")),
        None => format!("{} of {} could not be read", number(damage.sectors.into()), count(report.sectors.into(), "sector")),
    };
    words += &match (&report.image, damage.sectors) {
        (Some(_), 0) => ", no errors.".to_owned(),
        (Some(_), bad) => {
            format!("; {} could not be read, and something else stands there{}.", count(bad.into(), "sector"), whose(damage))
        }
        (None, _) => format!("{}. No image was made; what was read is kept in “{}”.", whose(damage), folder_name(task)),
    };
    if report.suspects.sectors > 0 {
        let suspects = count(report.suspects.sectors, "sector");
        words += &format!(" {suspects} came as good and are wrong by their own EDC: copy protection, or a drive that lies.");
    }
    if let Some(image) = &report.image {
        if !image.losses.is_empty() {
            let lost: Vec<String> = image.losses.iter().map(ToString::to_string).collect();
            words += &format!(" Left out: {}.", lost.join("; "));
        }
        words += &format!(" {} in {}.", words::size(image.bytes), words::took(report.seconds));
        words += match (task.eject, report.ejected) {
            (true, true) => " The disc was ejected.",
            (true, false) => " The drive did not eject the disc.",
            (false, _) => "",
        };
    }
    let made = report.image.as_ref().and_then(|image| image.outputs.last().cloned());
    Done { words, good: damage.sectors == 0 && report.suspects.sectors == 0, made, several: false }
}

/// What the log of the job says of it: every place, every file, up to so many.
pub fn lines(report: &RipReport) -> Vec<String> {
    const MOST_LINES: usize = 100;
    let resumed = report.resumed.then(|| "Went on with what an earlier run had read".to_owned());
    let places = report.damage.areas.iter().map(|area| {
        let sectors =
            if area.sectors == 1 { "sector".to_owned() } else { format!("{} from", count(area.sectors.into(), "sector")) };
        format!("Unreadable: {sectors} {}, track {}", area.start, area.track)
    });
    let files = report.damage.files.iter().map(|path| format!("Hit: {path}"));
    let papers = report.papers.iter().map(|path| format!("Written: {}", path.display()));
    resumed.into_iter().chain(places.take(MOST_LINES)).chain(files.take(MOST_LINES)).chain(papers).collect()
}

/// Tracks and files that damage belongs to: ": 2 in track 1; it hits /README.TXT".
fn whose(damage: &Damage) -> String {
    let mut tracks: Vec<(u8, u32)> = Vec::new();
    for area in &damage.areas {
        match tracks.last_mut() {
            Some((track, sectors)) if *track == area.track => *sectors += area.sectors,
            _ => tracks.push((area.track, area.sectors)),
        }
    }
    let more = tracks.len().saturating_sub(MOST_NAMED);
    let mut named: Vec<String> = tracks
        .iter()
        .take(MOST_NAMED)
        .map(|(track, sectors)| format!("{} in track {track}", number((*sectors).into())))
        .collect();
    if more > 0 {
        named.push(format!("the others in {}", count(more as u64, "further track")));
    }
    let mut text = if named.is_empty() { String::new() } else { format!(": {}", named.join(", ")) };
    let files = &damage.files;
    if !files.is_empty() {
        let shown: Vec<&str> = files.iter().take(MOST_NAMED).map(String::as_str).collect();
        text += &format!("; hit: {}", shown.join(", "));
    }
    if let Some(more) = files.len().checked_sub(MOST_NAMED).filter(|&more| more > 0) {
        text += &format!(" and {}", count(more as u64, "more file"));
    } else if damage.more_files {
        text += if files.is_empty() { "; which files are hit can't be told" } else { "; perhaps more files" };
    }
    text
}

/// Why a rip can't begin, or not go on; `name` is the working folder, or the file that is at fault, in quotes.
pub fn obstacle(name: &str, error: &RipError) -> String {
    match error {
        RipError::OtherDisc(what) => format!("{name} was begun with another disc, or in another way: {what}."),
        RipError::OtherSectors(lba) => {
            format!("{name} was begun with another disc, or with a drive of another read offset: sector {lba} differs.")
        }
        RipError::Unconfirmed(sectors) => format!(
            "Whether this is the disc that {name} was begun with can't be told: none of {sectors} sectors could be read again."
        ),
        RipError::Busy => format!("Another process is saving a disc into {name}."),
        RipError::Map(_) | RipError::Identity { .. } | RipError::WorkingFile { .. } | RipError::Script(_) => {
            format!("{name} can't be used: {error}.")
        }
        RipError::NoSubchannel => "This disc has no subchannel that could be read.".to_owned(),
        RipError::Unreadable(sectors) => format!("{} could not be read.", count((*sectors).into(), "sector")),
    }
}

/// What that means for the data, and what to try.
pub fn advice(error: &RipError) -> (&'static str, &'static str) {
    match error {
        RipError::OtherDisc(_) | RipError::OtherSectors(_) => (
            "Nothing was changed: what was read of that disc is still there.",
            "Put that disc in, save this one under another name, or begin anew (More options).",
        ),
        RipError::Unconfirmed(_) => {
            ("What was read of it is still there.", "Clean the disc, or put it into the drive that has read them.")
        }
        RipError::Busy => ("Nothing was changed.", "Wait until that has ended, or save under another name."),
        RipError::Map(_) | RipError::Identity { .. } | RipError::WorkingFile { .. } => (
            "Nothing was changed, but what an earlier run has read can't be gone on with.",
            "Save under another name, or begin anew (More options).",
        ),
        RipError::Script(_) => ("Nothing was read.", "Put that line of the script right."),
        RipError::NoSubchannel => ("Nothing was read.", "Save the disc without its subchannel."),
        RipError::Unreadable(_) => ("What was read is kept.", "Clean the disc, or take another drive, and go on."),
    }
}

/// Where what was read lies until there is an image.
fn folder_name(task: &RipTask) -> String {
    file_name(Path::new(&rip_folder(&task.image.target)))
}

/// What a rip that ended early has left behind.
pub fn kept(task: &RipTask) -> String {
    format!("What was read stays in “{}”; saving under the same name goes on there.", folder_name(task))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::disc::{Medium, Track, TrackMode};
    use crate::job::{Area, Became, ConvertReport, Suspects, Worths};

    fn report(areas: Vec<Area>, made: bool) -> RipReport {
        let image = ConvertReport {
            outputs: vec!["out/a.bin".into(), "out/a.cue".into()],
            verified: true,
            losses: Vec::new(),
            worths: Worths::default(),
            bytes: 640_000_000,
            seconds: 9.0,
        };
        let sectors = areas.iter().map(|area| area.sectors).sum();
        RipReport {
            image: made.then_some(image),
            damage: Damage { sectors, areas, files: vec!["/A.TXT".to_owned()], more_files: false },
            suspects: Suspects::default(),
            sectors: 1202,
            resumed: false,
            folder: None,
            papers: Vec::new(),
            ejected: true,
            seconds: 300.0,
        }
    }

    fn task() -> RipTask {
        RipTask { eject: true, ..RipTask::new("/dev/sr0", "out/a.cue") }
    }

    #[test]
    fn the_end_is_said_in_words() {
        let sound = ripped(&report(Vec::new(), true), &task(), 12);
        assert_eq!(sound.words, "Saved and verified. 12 tracks, no errors. 640 MB in 5 min 00 s. The disc was ejected.");
        assert!(sound.good && sound.made.is_some());
        let areas = vec![Area { start: Lba(24), sectors: 2, track: 1 }, Area { start: Lba(460), sectors: 1, track: 2 }];
        let filled = ripped(&report(areas.clone(), true), &task(), 2);
        assert!(
            filled.words.contains(
                "3 sectors could not be read, and something else stands there: 2 in track 1, 1 in track 2; hit: /A.TXT."
            )
        );
        let unmade = ripped(&report(areas, false), &task(), 2);
        assert_eq!(
            unmade.words,
            "3 of 1,202 sectors could not be read: 2 in track 1, 1 in track 2; hit: /A.TXT. \
             No image was made; what was read is kept in “a.rip”."
        );
        assert!(!unmade.good && unmade.made.is_none());
    }

    #[test]
    fn places_and_errors_so_far_are_said_in_words() {
        let disc = Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Mode1, Lba(0), 1000)]);
        let part = |start, sectors| Part { start: Lba(start), sectors, became: Became::Unreadable };
        assert_eq!(place(&disc, &part(500, 2)), "2 sectors from 500 (00:08:50), track 1");
        assert_eq!(place(&disc, &part(7, 1)), "sector 7 (00:02:07), track 1");
        let now = Instant::now();
        let picture = |bad, waiting| RipPicture {
            parts: Vec::new(),
            unreadable: Vec::new(),
            sectors: 1000,
            read: 500,
            bad,
            waiting,
            answered: now,
        };
        assert_eq!(errors(&picture(0, 0)), None);
        assert_eq!(errors(&picture(2, 27)).unwrap(), "2 sectors could not be read, 27 will be read one by one");
        let of = |phase_of, done| part_of(phase_of, done, &picture(0, 0));
        assert!(of(Phase::Read, 0.0) == 0.4 && of(Phase::Verify, 1.0) == 1.0);
        fn part_of(phase: Phase, done: f32, picture: &RipPicture) -> f32 {
            super::part(phase, done, Some(picture))
        }
    }
}
