//! What a rip does and what came of it, in words.

use std::path::Path;

use super::geometry::address;
use super::words::{self, count, number};
use super::work::Done;
use crate::disc::{Disc, Lba};
use crate::image::file_name;
use crate::job::{Area, Damage, Lookup, Part, Phase, RipError, RipPicture, RipReport, RipTask, rip_folder};

/// Tracks and files that are named; the log has them all.
const MOST_NAMED: usize = 4;

/// A phase of a rip.
pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Read => "Reading",
        Phase::Trim => "Trimming the edges of errors",
        Phase::Scrape => "Reading between bad sectors",
        Phase::Retry => "Trying bad sectors again",
        Phase::Compare => "Reading audio a second time",
        Phase::Check => "Checking what was read",
        Phase::Hash => "Making checksums",
        Phase::Copy => "Making the image",
        Phase::Verify => "Comparing the image with what was read",
        Phase::Measure | Phase::Erase | Phase::Prepare | Phase::Burn | Phase::Close | Phase::Wait => "Working",
    }
}

/// How much of a whole rip is done, from 0 to 1: the drive takes most of its time. `audio`: some of it is read twice.
pub fn part(phase: Phase, part: f32, picture: Option<&RipPicture>, audio: bool) -> f32 {
    const READING: f32 = 0.8;
    let once = if audio { READING / 2.0 } else { READING };
    let read = picture.map_or(0.0, |picture| picture.read as f32 / picture.sectors.max(1) as f32);
    match phase {
        Phase::Read | Phase::Trim | Phase::Scrape | Phase::Retry => once * read,
        Phase::Compare => once + (READING - once) * part,
        Phase::Check => READING + 0.05 * part,
        Phase::Hash => 0.85 + 0.05 * part,
        Phase::Copy => 0.9 + 0.05 * part,
        Phase::Verify => 0.95 + 0.05 * part,
        // No rip writes a disc.
        Phase::Measure | Phase::Erase | Phase::Prepare | Phase::Burn | Phase::Close | Phase::Wait => 0.0,
    }
}

/// Whether the drive is read in this phase.
pub fn is_reading(phase: Phase) -> bool {
    matches!(phase, Phase::Read | Phase::Trim | Phase::Scrape | Phase::Retry | Phase::Compare)
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
    let words = match &report.image {
        Some(image) => {
            let proved = if image.verified { "Saved and verified." } else { "Saved, not verified." };
            let gaps = gaps(report).map_or(", no errors".to_owned(), |gaps| format!("; {gaps}"));
            let mut words = format!("{proved} {}{gaps}.{}", count(tracks as u64, "track"), remarks(report));
            if !image.losses.is_empty() {
                let lost: Vec<String> = image.losses.iter().map(ToString::to_string).collect();
                words += &format!(" Left out: {}.", lost.join("; "));
            }
            let ejected = match (task.eject, report.ejected) {
                (true, true) => " The disc was ejected.",
                (true, false) => " The drive did not eject the disc.",
                (false, _) => "",
            };
            words + &format!(" {} in {}.{ejected}", words::size(image.bytes), words::took(report.seconds))
        }
        None => {
            let gaps = gaps(report).unwrap_or_else(|| "Not all could be read".to_owned());
            format!("{gaps}. No image was made; what was read is kept in “{}”.", folder_name(task))
        }
    };
    let made = report.image.as_ref().and_then(|image| image.outputs.last().cloned());
    Done { words, good: report.is_whole() && report.suspects.sectors == 0, made, several: false }
}

/// What of the disc could not be had: "2 of 1,202 sectors could not be read: 2 in track 1; hit: /A.TXT".
fn gaps(report: &RipReport) -> Option<String> {
    let (damage, all) = (&report.damage, count(report.sectors.into(), "sector"));
    let (filled, voted) = match report.image {
        Some(_) => (", and something else stands there", ", and what came most often stands there"),
        None => ("", ""),
    };
    let unread = (damage.sectors > 0).then(|| {
        format!(
            "{} of {all} could not be read{filled}: {}{}",
            number(damage.sectors.into()),
            by_track(&damage.areas),
            files(damage)
        )
    });
    let doubts = report.audio.as_ref().filter(|audio| audio.doubtful > 0).map(|audio| {
        let sectors = count(audio.doubtful.into(), "sector");
        format!("{sectors} of audio never came twice the same{voted}: {}", by_track(&audio.doubts))
    });
    let both: Vec<String> = unread.into_iter().chain(doubts).collect();
    (!both.is_empty()).then(|| both.join("; "))
}

/// What else there is to know of the sectors that were read.
fn remarks(report: &RipReport) -> String {
    let mut text = String::new();
    if report.suspects.sectors > 0 {
        let suspects = count(report.suspects.sectors, "sector");
        text += &format!(" {suspects} came as good and are wrong by their own EDC: copy protection, or a drive that lies.");
    }
    if let Some(audio) = report.audio.as_ref().filter(|audio| audio.differed > audio.doubtful) {
        let settled = count((audio.differed - audio.doubtful).into(), "sector");
        text += &format!(" {settled} of audio came in more than one way, and were read until they agreed.");
    }
    report.lookup.iter().flat_map(Lookup::brief).for_each(|(source, words)| text += &format!(" {source}: {words}."));
    text
}

/// What the log of the job says of it: every place, every file, up to so many.
pub fn lines(report: &RipReport) -> Vec<String> {
    const MOST_LINES: usize = 100;
    let resumed = report.resumed.then(|| "Went on with what an earlier run had read".to_owned());
    let place = |what: &str, area: &Area| {
        let sectors =
            if area.sectors == 1 { "sector".to_owned() } else { format!("{} from", count(area.sectors.into(), "sector")) };
        format!("{what}: {sectors} {}, track {}", area.start, area.track)
    };
    let places = report.damage.areas.iter().map(|area| place("Unreadable", area));
    let doubts = report.audio.iter().flat_map(|audio| &audio.doubts).map(|area| place("Never twice the same", area));
    let files = report.damage.files.iter().map(|path| format!("Hit: {path}"));
    let papers = report.papers.iter().map(|path| format!("Written: {}", path.display()));
    resumed
        .into_iter()
        .chain(places.take(MOST_LINES))
        .chain(doubts.take(MOST_LINES))
        .chain(files.take(MOST_LINES))
        .chain(papers)
        .collect()
}

/// Tracks that places lie in: "2 in track 1, 5 in track 3".
fn by_track(areas: &[Area]) -> String {
    let mut tracks: Vec<(u8, u32)> = Vec::new();
    for area in areas {
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
    named.join(", ")
}

/// Files that damage belongs to: "; hit: /README.TXT".
fn files(damage: &Damage) -> String {
    let files = &damage.files;
    let shown: Vec<&str> = files.iter().take(MOST_NAMED).map(String::as_str).collect();
    let hit = if files.is_empty() { String::new() } else { format!("; hit: {}", shown.join(", ")) };
    let more = files.len().saturating_sub(MOST_NAMED);
    match (more, damage.more_files, files.is_empty()) {
        (0, false, _) => hit,
        (0, true, true) => "; which files are hit can't be told".to_owned(),
        (0, true, false) => format!("{hit}; perhaps more files"),
        (more, ..) => format!("{hit} and {}", count(more as u64, "more file")),
    }
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
        RipError::Doubtful(sectors) => format!("{} of audio never came twice the same.", count((*sectors).into(), "sector")),
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
        RipError::Unreadable(_) | RipError::Doubtful(_) => {
            ("What was read is kept.", "Clean the disc, or take another drive, and go on.")
        }
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
    use crate::job::{AudioCheck, AudioReport, Became, ConvertReport, Evidence, QCount, Suspects, Worths};

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
            audio: None,
            sums: None,
            lookup: None,
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
                "2 tracks; 3 of 1,202 sectors could not be read, and something else stands there: 2 in track 1, 1 in track 2; hit: /A.TXT."
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
    fn audio_that_never_came_twice_the_same_is_named() {
        let doubts = vec![Area { start: Lba(500), sectors: 21, track: 5 }];
        let audio = AudioReport {
            check: AudioCheck::Auto,
            offset: 0,
            offset_known: true,
            lacking: 0,
            trusted: false,
            evidence: Evidence::default(),
            differed: 30,
            doubtful: 21,
            doubts,
            q: QCount::default(),
        };
        let of = |made| ripped(&RipReport { audio: Some(audio.clone()), ..report(Vec::new(), made) }, &task(), 12);
        assert_eq!(
            of(false).words,
            "21 sectors of audio never came twice the same: 21 in track 5. No image was made; what was read is kept in “a.rip”."
        );
        let made = of(true);
        assert!(
            made.words
                .contains("12 tracks; 21 sectors of audio never came twice the same, and what came most often stands there")
        );
        assert!(
            made.words.contains("9 sectors of audio came in more than one way, and were read until they agreed.") && !made.good
        );
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
            super::part(phase, done, Some(picture), false)
        }
    }
}
