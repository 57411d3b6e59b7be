//! How the drive misbehaves, and what is wrong with the disc.

use std::collections::HashMap;
use std::ops::Range;
use std::time::{Duration, Instant};

/// How a drive behaves, whatever disc is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Manners {
    /// Its maker, at most 8 characters.
    pub vendor: String,
    /// Its model, at most 16.
    pub product: String,
    /// Its firmware, at most 4.
    pub revision: String,
    /// Its serial number.
    pub serial: String,
    /// Read offset in samples: audio comes so many samples late. What it reads from a sector lies so far before it on the disc.
    pub offset: i32,
    /// What its C2 pointers are worth.
    pub c2: C2Manner,
    /// Sectors that it remembers: read again, they come from its memory, right or wrong, until others take their place.
    pub cache: usize,
    /// Whether it forgets them when it is told to.
    pub forgets: bool,
    /// Every so many sectors a bit of Q is turned; 0 never.
    pub q_error_every: u32,
    /// Whether it gives whole sectors: some drives in software of others don't.
    pub knows_read_cd: bool,
    /// Whether it makes up what surrounds the user data of mode 1, without EDC and ECC and with addresses in binary, as QEMU's ATAPI drive does.
    pub makes_up: bool,
    /// Sectors before LBA 0 that it can read.
    pub lead_in: u32,
    /// Sectors behind the lead-out's start that it can read.
    pub lead_out: u32,
    /// Bytes a second (of 2048 or 2352 each sector); `None` as fast as it can.
    pub pace: Option<u32>,
    /// Whether it writes discs, too.
    pub records: bool,
    /// Bytes a second that go from its buffer to a disc; `None` as fast as they come. A full buffer is then an answer (2/04/08), and one that runs
    /// empty spoils what does not bridge that.
    pub line_rate: Option<u32>,
    /// Bytes of that buffer.
    pub buffer: u32,
    /// How long it takes to erase, to format, and to close.
    pub long: Duration,
    /// It finds no power to write with (SEND OPC INFORMATION).
    pub opc_fails: bool,
    /// Cue sheets are refused unless entries of recording codes have the control bits of their track (`Some(true)`), or none (`Some(false)`).
    pub isrc_control: Option<bool>,
    /// Whether it takes a cue sheet with CD-TEXT.
    pub takes_cd_text: bool,
    /// After so many commands it is gone.
    pub unplug_after: Option<u64>,
    /// At this command, and again after as many, it says that it was reset, instead of doing what it is told.
    pub reset_every: Option<u64>,
    /// How long the tray has to be open until the next disc of those that lie beside the drive is put in.
    pub hand: Duration,
    /// At this command the tray opens, lock or no lock.
    pub tray_opens_after: Option<u64>,
}

impl Default for Manners {
    fn default() -> Manners {
        Manners {
            vendor: "SPINDLE".to_owned(),
            product: "SOFTWARE DRIVE".to_owned(),
            revision: "1.0".to_owned(),
            serial: "0001".to_owned(),
            offset: 0,
            c2: C2Manner::Honest,
            cache: 0,
            forgets: true,
            q_error_every: 0,
            knows_read_cd: true,
            makes_up: false,
            lead_in: 150,
            lead_out: 150,
            pace: None,
            records: true,
            line_rate: None,
            buffer: 4 << 20,
            long: Duration::ZERO,
            opc_fails: false,
            isrc_control: None,
            takes_cd_text: true,
            unplug_after: None,
            reset_every: None,
            hand: Duration::from_secs(3),
            tray_opens_after: None,
        }
    }
}

/// What C2 pointers are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum C2Manner {
    /// Every wrong byte is pointed at, and no right one.
    Honest,
    /// Nothing is ever pointed at.
    Silent,
    /// Right bytes are pointed at in every sector.
    Crying,
    /// The drive refuses to give any.
    Refused,
}

/// What is wrong with some sectors of a disc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which: their addresses.
    pub sectors: Range<i32>,
    /// What.
    pub trouble: Trouble,
}

/// Ways in which a sector gives trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It can't be read.
    Unreadable,
    /// It can be read at this try and later ones (the first is 1).
    FromTry(u32),
    /// It is read with wrong bytes before this try; audio then comes as if it were right, data are an error.
    WrongBefore(u32),
    /// It is read with a wrong byte, always the same one, and always as another.
    Flickers,
    /// Each read of it takes so long.
    Slow(Duration),
    /// It can't be written.
    Unwritable,
    /// The buffer is empty when it is to be written.
    Underrun,
    /// What is written there is not quite what came: one bit of one byte of the block is another.
    Flipped {
        /// Which byte.
        byte: u16,
        /// Which bit, 0 being worth least.
        bit: u8,
    },
}

/// What comes of one read of one sector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its bytes.
    Good,
    /// Other bytes; the number makes their places different from try to try.
    Wrong(u32),
    /// One other byte, in the same place each time; the number makes it different from try to try.
    Flickered(u32),
    /// Nothing.
    Failed,
}

/// Carries out faults: counts tries, remembers, and keeps the time.
#[derive(Default)]
pub struct Script {
    faults: Vec<Fault>,
    tries: HashMap<i32, u32>,
    /// What the drive remembers, and in which order it came.
    kept: HashMap<i32, Outcome>,
    order: std::collections::VecDeque<i32>,
    /// Sectors of this command that came from there.
    remembered: usize,
    cache: usize,
    forgets: bool,
    pace: Option<u32>,
    owed: Duration,
    since: Option<Instant>,
}

/// How far the drive may run ahead of its pace: a buffer of its own.
const AHEAD: Duration = Duration::from_millis(50);

impl Script {
    /// For a disc with these faults in a drive of these manners.
    pub fn new(faults: Vec<Fault>, manners: &Manners) -> Script {
        Script { faults, cache: manners.cache, forgets: manners.forgets, pace: manners.pace, ..Script::default() }
    }

    /// What is wrong with the disc.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The command takes so much longer.
    pub fn wait(&mut self, time: Duration) {
        self.owed += time;
    }

    /// Whether any fault touches these sectors.
    pub fn touches(&self, sectors: &Range<i32>) -> bool {
        self.faults.iter().any(|fault| fault.sectors.start < sectors.end && sectors.start < fault.sectors.end)
    }

    /// Reads a sector that a fault touches, or that may be remembered.
    pub fn read(&mut self, lba: i32) -> Outcome {
        if let Some(kept) = self.kept.get(&lba) {
            self.remembered += 1;
            return *kept;
        }
        let tries = self.tries.entry(lba).or_insert(0);
        *tries += 1;
        let tries = *tries;
        let mut outcome = Outcome::Good;
        for fault in self.faults.iter().filter(|fault| fault.sectors.contains(&lba)) {
            match fault.trouble {
                Trouble::Unreadable => outcome = Outcome::Failed,
                Trouble::FromTry(first) if tries < first => outcome = Outcome::Failed,
                Trouble::WrongBefore(first) if tries < first => outcome = Outcome::Wrong(tries),
                Trouble::Flickers => outcome = Outcome::Flickered(tries),
                Trouble::Slow(time) => self.owed += time,
                Trouble::FromTry(_) | Trouble::WrongBefore(_) => {}
                // These are for writing.
                Trouble::Unwritable | Trouble::Underrun | Trouble::Flipped { .. } => {}
            }
        }
        if self.cache > 0 {
            self.remember(lba, outcome);
        }
        outcome
    }

    fn remember(&mut self, lba: i32, outcome: Outcome) {
        self.kept.insert(lba, outcome);
        self.order.push_back(lba);
        while self.order.len() > self.cache {
            if let Some(old) = self.order.pop_front() {
                self.kept.remove(&old);
            }
        }
    }

    /// Whether sectors have to be read one by one.
    pub fn remembers(&self) -> bool {
        self.cache > 0
    }

    /// The memory is to be emptied.
    pub fn forget(&mut self) {
        if self.forgets {
            self.kept.clear();
            self.order.clear();
        }
    }

    /// So many sectors of so many bytes in all were given: what was not remembered came at the drive's pace.
    pub fn spend(&mut self, bytes: usize, sectors: usize) {
        let remembered = std::mem::take(&mut self.remembered).min(sectors);
        if let Some(pace) = self.pace {
            let fresh = bytes as f64 * (sectors - remembered) as f64 / sectors.max(1) as f64;
            self.owed += Duration::from_secs_f64(fresh / f64::from(pace.max(1)));
        }
    }

    /// How long the command has to take beyond what it took; the disc turns on while nobody asks.
    pub fn take_time(&mut self) -> Duration {
        if self.owed.is_zero() {
            return Duration::ZERO;
        }
        let now = Instant::now();
        let passed = self.since.map_or(Duration::ZERO, |since| now.duration_since(since));
        self.since = Some(now);
        self.owed = self.owed.saturating_sub(passed);
        if self.owed < AHEAD {
            return Duration::ZERO;
        }
        // The time that is now slept through is paid.
        self.since = Some(now + self.owed);
        std::mem::take(&mut self.owed)
    }

    /// Sectors that were read from the disc more than once, and how often.
    pub fn reread(&self) -> Vec<(i32, u32)> {
        let mut all: Vec<(i32, u32)> =
            self.tries.iter().filter(|(_, tries)| **tries > 1).map(|(lba, tries)| (*lba, *tries)).collect();
        all.sort_unstable();
        all
    }
}
