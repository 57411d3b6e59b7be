//! What a burn can do, does, and has done, in words.

use crate::drive::mmc::DiscState;
use crate::drive::recorder::{BurnError, BurnLoss, DiscError, Kind, Mode, Recordable};
use crate::image::file_name;
use crate::job::{BurnFault, BurnFrom, BurnReport, BurnTask, BurnedDisc, DiscReport, JobError, blank_of, drive_of};
use crate::ui::work::Done;
use crate::ui::{notices, words};
use crate::virtual_drive::BlankKind;

/// What a disc is that nobody has compared, though it was asked for.
pub const NOT_VERIFIED: &str = "burned, not verified";
/// Bytes of user data in a sector.
const SECTOR: u64 = 2048;

/// With a capital at its beginning and a full stop at its end, as a sentence has them.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    let whole: String = first.chain(letters).collect();
    if whole.ends_with('.') { whole } else { whole + "." }
}

/// Why something could not be found out, in a sentence.
pub fn why(error: &JobError) -> String {
    match error {
        JobError::Burn { error, .. } => sentence(&error.to_string()),
        JobError::Drive { error, .. } => sentence(&error.to_string()),
        error => notices::Notice::of(error, None).happened,
    }
}

/// Minutes and seconds, as CDs are measured: "74:02", "102:10".
pub fn minutes(sectors: u32) -> String {
    let seconds = (sectors + 37) / 75;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Sectors on such a disc: "4.7 GB", and minutes on a CD: "737 MB (79:58)".
pub fn room(kind: Kind, sectors: u32) -> String {
    let size = words::size(u64::from(sectors) * SECTOR);
    if kind.is_cd() { format!("{size} ({})", minutes(sectors)) } else { size }
}

/// What lies in a recorder: "CD-R, blank, 737 MB (79:58) free".
pub fn lies(disc: &Recordable) -> String {
    let state = match disc.state {
        DiscState::Blank => "blank",
        DiscState::Appendable => "more can be added",
        DiscState::Complete if disc.kind.is_rewritable() => "can be erased",
        DiscState::Complete => "finished",
        DiscState::Random => "can be written over",
    };
    let free = match disc.free {
        0 => String::new(),
        free => format!(", {} free", room(disc.kind, free)),
    };
    format!("{}, {state}{free}", disc.kind)
}

/// A kind of blank disc for a recorder in software: "CD-R, 737 MB".
pub fn blank(kind: BlankKind) -> String {
    let name = Kind::of(kind.profile()).map_or_else(|| kind.profile().to_string(), |kind| kind.name().to_owned());
    format!("{name}, {}", words::size(u64::from(kind.capacity()) * SECTOR))
}

/// A recorder by its name: "/dev/sr0", "a recorder in software (CD-R)".
pub fn recorder(name: &str) -> String {
    match blank_of(name) {
        Some(kind) => format!("a recorder in software ({})", kind.profile()),
        None => name.to_owned(),
    }
}

/// A way of writing, for a list.
pub fn mode(mode: Mode) -> String {
    match mode {
        Mode::SessionAtOnce => "session at once (SAO, DAO)".to_owned(),
        Mode::TrackAtOnce => "track at once (TAO)".to_owned(),
        Mode::Raw => "raw, with subchannel (RAW 96)".to_owned(),
        Mode::DiscAtOnce => "disc at once (DAO)".to_owned(),
        mode => mode.name().to_owned(),
    }
}

/// A speed of a drive, in multiples of `single`: "8×", "2.4×".
pub fn speed(kilobytes: u32, single: f64) -> String {
    let times = f64::from(kilobytes) * 1000.0 / single;
    let rounded = times.round();
    // A drive says 8467 kB/s for 48×, and means it.
    if (times - rounded).abs() < 0.1 { format!("{rounded:.0}×") } else { format!("{times:.1}×") }
}

/// The title of a burn.
pub fn title(task: &BurnTask) -> String {
    let verb = if task.wish.simulate { "Simulate" } else { "Burn" };
    let onto = recorder(&task.drive);
    match &task.source {
        BurnFrom::Audio(list) => {
            format!("{verb} an audio CD of {} in {onto}", words::count(list.files.len() as u64, "file"))
        }
        BurnFrom::Disc(path) if drive_of(path).is_some() => format!("Copy {} in {onto}", words::source(path)),
        BurnFrom::Disc(path) => format!("{verb} {} in {onto}", file_name(path)),
    }
}

/// What came of a burn; `ejects`: the disc was to be ejected.
pub fn burned(report: &BurnReport, ejects: bool) -> Done {
    let mut text = match report.discs.as_slice() {
        [disc] => format!("{}. {}", capital(disc.word()), disc_words(disc)),
        discs => several(discs),
    };
    let unproved: Vec<&str> = report.discs.iter().filter_map(|disc| disc.verified.why()).collect();
    if let Some(why) = unproved.first() {
        text += &format!(" It could not be read back: {}", sentence(why));
    }
    if !report.losses.is_empty() {
        text += &format!(" Not as it was, as you chose: {}.", losses(&report.losses));
    }
    text += &format!(" Took {}.", words::took(report.seconds));
    text += match (ejects, report.ejected) {
        (true, true) => " The disc was ejected.",
        (true, false) => " The drive did not eject the disc.",
        (false, _) => "",
    };
    let kept = report.kept.last().cloned();
    if let Some(kept) = &kept {
        text += &format!(" What is on the disc is kept in “{}”.", file_name(kept));
    }
    Done { words: text, good: unproved.is_empty(), made: kept, several: false }
}

/// "3 discs: 2 burned and verified, 1 burned, not verified."
fn several(discs: &[BurnedDisc]) -> String {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for disc in discs {
        match counted.iter_mut().find(|(word, _)| *word == disc.word()) {
            Some((_, count)) => *count += 1,
            None => counted.push((disc.word(), 1)),
        }
    }
    let named: Vec<String> = match counted.as_slice() {
        [(word, _)] => vec![(*word).to_owned()],
        counted => counted.iter().map(|(word, count)| format!("{count} {word}")).collect(),
    };
    format!("{}: {}.", words::count(discs.len() as u64, "disc"), named.join("; "))
}

fn disc_words(disc: &BurnedDisc) -> String {
    format!("{}, {}, {} in {}.", disc.kind, disc.mode, words::size(disc.bytes), words::took(disc.seconds))
}

fn capital(text: &str) -> String {
    sentence(text).trim_end_matches('.').to_owned()
}

fn losses(losses: &[BurnLoss]) -> String {
    losses.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// What the log of a burn says besides.
pub fn lines(report: &BurnReport) -> Vec<String> {
    let discs = (1..).zip(&report.discs).map(|(number, disc)| {
        let lowest = (disc.lowest * 100.0).round();
        let what = disc_words(disc);
        format!("Disc {number}, {}: {what} The ring between source and recorder was never below {lowest:.0} %.", disc.word())
    });
    discs.chain(report.notes.iter().cloned()).collect()
}

/// What came of emptying or closing a disc; `is`: what it is now.
pub fn changed(report: &DiscReport, is: &str) -> Done {
    let ejected = if report.ejected { " The disc was ejected." } else { "" };
    let words = format!("The {} is {is}. Took {}.{ejected}", report.kind, words::took(report.seconds));
    Done { words, good: true, made: None, several: false }
}

/// What happened to a burn; `name` is the recorder's.
pub fn happened(name: &str, fault: &BurnFault) -> String {
    let name = recorder(name);
    match fault {
        BurnFault::Erase(error) => format!("The disc in {name} was neither erased nor closed: {error}."),
        BurnFault::Failed { error, .. } => format!("Writing in {name} has failed: {error}."),
        BurnFault::Source { error, .. } => format!("The source failed while it was written in {name}: {error}."),
        BurnFault::Differs { first } => format!("The disc in {name} was burned, and differs from its source: {first}."),
        BurnFault::Loss { losses: lost } => format!("Not everything can be written: {}.", losses(lost)),
        BurnFault::Cancelled { .. } => "The burn was stopped.".to_owned(),
        fault => format!("Nothing was burned in {name}: {fault}."),
    }
}

/// What is true of the disc in the recorder after it failed, or was called off, in a sentence.
pub fn medium_left(fault: &BurnFault) -> Option<String> {
    match fault {
        BurnFault::Failed { after, .. } | BurnFault::Cancelled { after, .. } | BurnFault::Source { after, .. } => {
            Some(sentence(&after.to_string()))
        }
        _ => None,
    }
}

/// What it means for the disc and the data, and what to try.
pub fn advice(fault: &BurnFault) -> (String, &'static str) {
    let nothing = || "Nothing was written, and the disc in the drive is as it was.".to_owned();
    let medium = || format!("{} The source is unharmed.", medium_left(fault).unwrap_or_else(nothing));
    match fault {
        BurnFault::Failed { error: BurnError::CdText(_), .. } => (medium(), "Untick “CD-TEXT”, and burn it again."),
        BurnFault::Failed { .. } => (medium(), "Try a slower speed, another disc, or another maker's discs."),
        BurnFault::Source { .. } => (medium(), "Copy the source to a disk of this computer, and burn it from there."),
        BurnFault::Cancelled { .. } => (medium(), "Start again whenever you like."),
        BurnFault::Differs { .. } => (
            "What is on the disc can't be trusted. The source is unharmed.".to_owned(),
            "Burn it again, more slowly or on another maker's disc.",
        ),
        BurnFault::Loss { .. } => (nothing(), "Say that it may be burned without these, or take another disc or way of writing."),
        BurnFault::Damaged { .. } => (nothing(), "Get the image again, or say that it may be burned as it is (More options)."),
        BurnFault::TooSlow { .. } => (nothing(), "Copy the source to a faster disk, or choose a slower speed."),
        BurnFault::Unreadable { .. } => (nothing(), "Clean the disc that is copied, or save it as an image first."),
        BurnFault::NotRecordable(_) => (nothing(), "Put a disc in that can be written, and try again."),
        BurnFault::NothingKept => ("The disc was burned, and no image was made of it.".to_owned(), "Close the disc next time."),
        BurnFault::Erase(DiscError::Failed(_)) => (
            "What is on the disc may not be readable, and it may have to be erased before it can be used.".to_owned(),
            "Try again; if it fails once more, the disc is worn out.",
        ),
        BurnFault::Overwrites(_) => (nothing(), "Erase the disc first, or put a blank one in."),
        BurnFault::Cannot(_)
        | BurnFault::Erase(_)
        | BurnFault::NoRecorder
        | BurnFault::NotAuthored
        | BurnFault::NotInSoftware => (nothing(), "Choose another disc, recorder or way of writing."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::mmc::{CommandError, CommandFault};
    use crate::drive::recorder::{AfterFailure, Stage};
    use crate::drive::sense::Sense;
    use crate::drive::transport::TransportError;
    use crate::job::Verified;

    fn disc(verified: Verified) -> BurnedDisc {
        let (kind, mode) = (Kind::CdR, Mode::SessionAtOnce);
        BurnedDisc { kind, mode, simulated: false, verified, bytes: 94_080_000, seconds: 62.0, lowest: 0.93 }
    }

    fn report(discs: Vec<BurnedDisc>) -> BurnReport {
        BurnReport { discs, losses: Vec::new(), notes: Vec::new(), kept: Vec::new(), ejected: true, seconds: 200.0 }
    }

    #[test]
    fn burned_and_verified_and_not_verified_are_three_words() {
        let of = |verified| burned(&report(vec![disc(verified)]), true);
        let whole = of(Verified::Equal);
        assert_eq!(
            whole.words,
            "Burned and verified. CD-R, session at once, 94 MB in 62 s. Took 3 min 20 s. The disc was ejected."
        );
        assert!(whole.good);
        assert!(of(Verified::NotAsked).words.starts_with("Burned. CD-R"));
        let unproved = of(Verified::Impossible("the drive went away".to_owned()));
        assert!(unproved.words.starts_with("Burned, not verified. CD-R") && !unproved.good);
        assert!(unproved.words.contains("It could not be read back: The drive went away."));
        let two = burned(&report(vec![disc(Verified::Equal), disc(Verified::Impossible("x".to_owned()))]), true);
        assert!(two.words.starts_with("2 discs: 1 burned and verified; 1 burned, not verified."));
        let same = burned(&report(vec![disc(Verified::Equal), disc(Verified::Equal)]), true);
        assert!(same.words.starts_with("2 discs: burned and verified."));
    }

    #[test]
    fn losses_and_the_kept_image_are_named() {
        let mut report = report(vec![disc(Verified::NotAsked)]);
        report.losses = vec![BurnLoss::Mcn];
        report.kept = vec!["out/a.bin".into(), "out/a.cue".into()];
        let done = burned(&report, true);
        assert!(done.words.contains("Not as it was, as you chose: the catalogue number (MCN) is left out."));
        assert!(done.words.ends_with("What is on the disc is kept in “a.cue”.") && done.made.is_some());
    }

    #[test]
    fn a_failure_says_what_the_disc_is_now() {
        let fault = BurnFault::Failed { error: BurnError::Stuck(Stage::Closing), kind: Kind::CdR, after: AfterFailure::Spoilt };
        assert_eq!(
            happened("/dev/sr0", &fault),
            "Writing in /dev/sr0 has failed: closing the disc: the drive did not get ready in time."
        );
        assert_eq!(advice(&fault).0, "The disc can't be used any more. The source is unharmed.");
    }

    #[test]
    fn a_refused_cd_text_says_what_to_untick() {
        let sense = TransportError::Check(Sense::new(5, 0x26, 0));
        let error = CommandError { command: "SEND CUE SHEET", fault: CommandFault::Transport(sense) };
        let fault = BurnFault::Failed { error: BurnError::CdText(error), kind: Kind::CdR, after: AfterFailure::Untouched };
        assert_eq!(
            happened("/dev/sr0", &fault),
            "Writing in /dev/sr0 has failed: the drive says that it writes CD-TEXT, and refuses it: SEND CUE SHEET: the drive refuses what was sent with \
             this command (5/26/00)."
        );
        let (means, try_this) = advice(&fault);
        assert_eq!(means, "Nothing was written on the disc. The source is unharmed.");
        assert_eq!(try_this, "Untick “CD-TEXT”, and burn it again.");
        let line = fault.to_string();
        assert!(line.ends_with(": burn the disc without CD-TEXT (--cd-text no); nothing was written on the disc"), "{line}");
    }

    #[test]
    fn speeds_and_rooms_read_as_they_stand_on_boxes() {
        assert_eq!([8467, 706, 24 * 1764 / 10].map(|rate| speed(rate, 176_400.0)), ["48×", "4×", "24×"]);
        assert_eq!(speed(3324, 1_385_000.0), "2.4×");
        assert_eq!(room(Kind::CdR, 359_847), "737 MB (79:58)");
        assert_eq!(room(Kind::DvdR, 2_298_496), "4.7 GB");
        assert_eq!(blank(BlankKind::BdRDl), "BD-R, 50 GB");
        assert_eq!(recorder("blank:cd-r"), "a recorder in software (CD-R)");
    }
}
