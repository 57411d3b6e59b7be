//! [`BurnJob`]: what the window knows of a burn, or of the emptying of a disc, beyond what it knows of every job. Plain data, changed by events alone.

use super::words;
use crate::drive::recorder::{Kind, Stage};
use crate::job::{BurnFrom, BurnNews, BurnPicture, Phase, Progress, Task, blank_of};

/// What is done with a disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It is written.
    Burn,
    /// It is emptied.
    Erase,
    /// It is closed.
    Close,
}

/// What a job does with a recorder.
#[derive(Debug, Clone)]
pub struct BurnJob {
    /// The recorder.
    pub drive: String,
    /// What lies in it, once that is known.
    pub kind: Option<Kind>,
    /// How it goes.
    pub picture: Option<BurnPicture>,
    /// What is done with the disc.
    pub deed: Deed,
    /// Nothing is written: the laser is at reading power.
    pub simulated: bool,
    /// The disc is to be ejected in the end.
    pub ejects: bool,
    /// What calling it off has left of the disc, as the recorder says.
    pub left: Option<String>,
    /// Why the disc that was put in is not the one to write on, while another is waited for.
    pub refused: Option<String>,
    /// The disc is read back.
    verify: bool,
    copies: u32,
    /// Tracks are made equally loud, for which they are measured first.
    levels: bool,
    /// The disc it is at, counted from 1.
    copy: u32,
    phase: Option<Phase>,
}

/// How far a disc is when a phase begins, of all that is done with it: with a comparison at the end, and without.
const BEGINS: [(Phase, f32, f32); 5] = [
    (Phase::Erase, 0.0, 0.0),
    (Phase::Prepare, 0.02, 0.03),
    (Phase::Burn, 0.05, 0.07),
    (Phase::Close, 0.62, 0.95),
    (Phase::Verify, 0.66, 1.0),
];
/// Part of the whole that reading the source beforehand takes.
const BEFORE: f32 = 0.08;

impl BurnJob {
    /// Of a task; `None` where that has nothing to do with a recorder. `kind` is what lies in it, as far as that is known.
    pub fn new(task: &Task, kind: impl FnOnce(&str) -> Option<Kind>) -> Option<BurnJob> {
        let bare = |drive: &String, deed, ejects| BurnJob {
            drive: drive.clone(),
            kind: kind(drive),
            picture: None,
            deed,
            simulated: false,
            ejects,
            left: None,
            refused: None,
            verify: false,
            copies: 1,
            levels: false,
            copy: 1,
            phase: None,
        };
        match task {
            Task::Burn(task) => {
                let (simulated, copies) = (task.wish.simulate, task.copies);
                let verify = task.verify && !simulated;
                let levels = matches!(&task.source, BurnFrom::Audio(list) if list.level);
                Some(BurnJob { simulated, verify, copies, levels, ..bare(&task.drive, Deed::Burn, task.eject) })
            }
            Task::Erase(task) => Some(bare(&task.drive, Deed::Erase, task.eject)),
            Task::Close(task) => Some(bare(&task.drive, Deed::Close, task.eject)),
            _ => None,
        }
    }

    /// Whether the recorder is one in software, which spoils nothing.
    pub fn is_in_software(&self) -> bool {
        blank_of(&self.drive).is_some()
    }

    /// It is in this phase now.
    pub fn advanced(&mut self, phase: Phase) {
        let ended = self.phase.is_some_and(|before| matches!(before, Phase::Close | Phase::Verify));
        let begins = matches!(phase, Phase::Wait | Phase::Erase | Phase::Prepare | Phase::Burn);
        if phase == Phase::Wait && self.is_taken_anew() {
            return;
        }
        if ended && begins {
            self.copy = (self.copy + 1).min(self.copies);
        }
        if phase != Phase::Wait {
            self.refused = None;
        }
        self.phase = Some(phase);
    }

    /// Whether somebody has to put a disc in before it goes on.
    pub fn asks_for_disc(&self) -> bool {
        self.phase == Some(Phase::Wait)
    }

    /// Whether a wait is for the tray, which goes out and in before a disc is read back: that begins no other disc.
    fn is_taken_anew(&self) -> bool {
        self.verify && self.phase == Some(Phase::Close)
    }

    /// How it goes.
    pub fn shown(&mut self, news: BurnNews) {
        let picture = match news {
            BurnNews::Goes(picture) => picture,
            BurnNews::OtherDisc(why) => {
                // Whoever has to put one in is told anew.
                (self.refused, self.phase) = (Some(why), None);
                return;
            }
        };
        (self.kind, self.copy, self.simulated) = (Some(picture.kind), picture.copy, picture.simulated);
        self.picture = Some(picture);
    }

    /// What it is at, in words: "Burning, disc 2 of 3".
    pub fn phase(&self, phase: Phase) -> String {
        let stage = self.picture.map(|picture| picture.stage);
        if let (Phase::Wait, Some(why)) = (phase, &self.refused) {
            return format!("Put another disc in: {why}");
        }
        let words = match (phase, stage) {
            (Phase::Measure, _) => "Measuring how loud the tracks are",
            (Phase::Check, _) => "Reading the source to its end, before the laser starts",
            (Phase::Erase, Some(Stage::Formatting)) => "Formatting",
            (Phase::Erase, _) => "Erasing",
            (Phase::Prepare, Some(Stage::Calibrating)) => "Finding the laser power",
            (Phase::Prepare, Some(Stage::LeadIn)) => "Writing the lead-in",
            (Phase::Prepare, _) => "Getting the disc ready",
            (Phase::Burn, _) if self.simulated => "Simulating: the laser is at reading power",
            (Phase::Burn, _) => "Burning",
            (Phase::Close, Some(Stage::Flushing)) => "Writing what is left in the drive's buffer",
            (Phase::Close, _) => "Closing the disc",
            (Phase::Verify, _) => "Reading the disc back, and comparing it",
            (Phase::Wait, _) if self.is_taken_anew() => "Taking the disc in anew, to read it back",
            (Phase::Wait, _) => "Waiting: put a disc to write on into the drive",
            (phase, _) => crate::ui::rip_words::phase(phase),
        };
        match self.copies {
            1 => words.to_owned(),
            copies => format!("{words}, disc {} of {copies}", self.copy),
        }
    }

    /// How much of all that it does is done, from 0 to 1.
    pub fn part(&self, progress: &Progress) -> f32 {
        let part = if progress.total == 0 { 0.0 } else { progress.done as f32 / progress.total as f32 };
        if self.deed != Deed::Burn {
            return part;
        }
        let begins = |(_, verified, plain): &(Phase, f32, f32)| if self.verify { *verified } else { *plain };
        let done = match BEGINS.iter().position(|(phase, ..)| *phase == progress.phase) {
            Some(at) => {
                let from = begins(&BEGINS[at]);
                let to = BEGINS.get(at + 1).map_or(1.0, begins);
                from + (to - from) * part
            }
            None if progress.phase == Phase::Wait => 0.0,
            // The source is read, or measured and then read: no disc was begun.
            None if progress.phase == Phase::Measure => return BEFORE * part / 2.0,
            None if self.levels => return BEFORE * (1.0 + part) / 2.0,
            None => return BEFORE * part,
        };
        BEFORE + (1.0 - BEFORE) * ((self.copy - 1) as f32 + done) / self.copies.max(1) as f32
    }

    /// What it costs to call it off now, in sentences.
    pub fn cost(&self) -> String {
        let disc = self.kind.map_or("disc", Kind::name);
        let mut words = match self.phase {
            _ if self.is_in_software() => "The recorder is one in software: no disc is spoilt.".to_owned(),
            _ if self.deed == Deed::Close => format!("The {disc} may be left as it is, or half closed."),
            _ if self.deed == Deed::Erase => {
                format!("The {disc} can't be used until it is erased again. What was on it is gone.")
            }
            _ if self.simulated => "It is a simulation: the disc stays as it is.".to_owned(),
            Some(Phase::Prepare | Phase::Burn | Phase::Close) => match self.kind.map(Kind::is_rewritable) {
                Some(true) => format!("What is on the {disc} now is lost. It can be erased and used again."),
                Some(false) => format!("The {disc} will be spoilt: it can't be used any more."),
                None => "A disc that can't be erased will be spoilt.".to_owned(),
            },
            Some(Phase::Erase) => format!("What was on the {disc} is gone already. It can be erased again, and used."),
            Some(Phase::Verify) => format!("The {disc} is burned, and stays so. Nobody will know whether it is right."),
            _ => "Nothing was written yet: no disc is spoilt.".to_owned(),
        };
        let before = self.burned();
        if before > 0 && self.phase != Some(Phase::Verify) {
            words += &format!(" What was burned before stays: {}.", crate::ui::words::count(before.into(), "disc"));
        }
        words
    }

    /// Discs that were burned to their ends.
    fn burned(&self) -> u32 {
        let whole = matches!(self.phase, Some(Phase::Verify));
        self.copy - 1 + u32::from(whole)
    }

    /// What calling it off has left.
    pub fn cancelled(&self) -> String {
        let left = self.left.clone().unwrap_or_else(|| match self.phase {
            Some(Phase::Verify) => format!("The disc is {}.", words::NOT_VERIFIED),
            _ if self.deed == Deed::Close => "The disc may be open still.".to_owned(),
            Some(Phase::Erase) => "The disc has to be erased again before it can be used.".to_owned(),
            _ => "Nothing was written.".to_owned(),
        });
        let before = self.copy - 1;
        let stay = format!(" What was burned before stays: {}.", crate::ui::words::count(before.into(), "disc"));
        format!("Cancelled. {left}{}", if before > 0 { stay.as_str() } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::recorder::Mode;
    use crate::job::{BurnTask, Level};

    fn job(verify: bool, copies: u32, kind: Kind) -> BurnJob {
        let task = BurnTask { verify, copies, ..BurnTask::new(std::path::PathBuf::from("a.iso"), "/dev/sr0") };
        BurnJob::new(&Task::Burn(Box::new(task)), |_| Some(kind)).unwrap()
    }

    fn at(phase: Phase, done: u64) -> Progress {
        Progress { phase, done, total: 100, rate: 0.0, eta: None, track: None }
    }

    fn picture(copy: u32, kind: Kind) -> BurnPicture {
        let (ring, mode, stage) = (Level { used: 1, size: 2 }, Mode::SessionAtOnce, Stage::Writing);
        BurnPicture { copy, copies: 2, kind, mode, simulated: false, stage, ring, drive: None, written: 0, total: 9 }
    }

    #[test]
    fn it_goes_forward_through_all_phases_of_all_discs() {
        let mut job = job(true, 2, Kind::CdR);
        let mut last = -1.0;
        let disc = [Phase::Prepare, Phase::Burn, Phase::Close, Phase::Wait, Phase::Verify];
        job.levels = true;
        for phase in [Phase::Measure, Phase::Check].into_iter().chain(disc).chain([Phase::Wait]).chain(disc) {
            job.advanced(phase);
            if phase != Phase::Wait {
                let part = job.part(&at(phase, 50));
                assert!(part > last, "{phase:?}: {part} after {last}");
                last = part;
            }
        }
        assert_eq!((job.part(&at(Phase::Verify, 100)), job.copy), (1.0, 2));
        assert_eq!(job.phase(Phase::Burn), "Burning, disc 2 of 2");
    }

    #[test]
    fn calling_it_off_costs_what_it_says() {
        let mut job = job(true, 1, Kind::CdR);
        assert_eq!(job.cost(), "Nothing was written yet: no disc is spoilt.");
        job.advanced(Phase::Burn);
        job.shown(BurnNews::Goes(picture(1, Kind::CdR)));
        assert_eq!(job.cost(), "The CD-R will be spoilt: it can't be used any more.");
        job.shown(BurnNews::Goes(picture(2, Kind::CdRw)));
        assert_eq!(
            job.cost(),
            "What is on the CD-RW now is lost. It can be erased and used again. What was burned before stays: 1 disc."
        );
        job.simulated = true;
        assert!(job.cost().starts_with("It is a simulation"));
        job.simulated = false;
        job.advanced(Phase::Verify);
        assert!(job.cost().starts_with("The CD-RW is burned"));
        assert!(job.cancelled().starts_with("Cancelled. The disc is burned, not verified."));
    }

    #[test]
    fn a_recorder_in_software_spoils_nothing() {
        let task = BurnTask::new(std::path::PathBuf::from("a.iso"), "blank:cd-r");
        let mut job = BurnJob::new(&Task::Burn(Box::new(task)), |_| None).unwrap();
        job.advanced(Phase::Burn);
        assert_eq!(job.cost(), "The recorder is one in software: no disc is spoilt.");
    }
}
