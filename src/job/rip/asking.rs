//! Asks a drive for sectors as long as it takes, and tells what kind of answer that was.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::disc::Lba;
use crate::drive::mmc::{CommandError, CommandFault};
use crate::drive::sense::{Meaning, Sense};
use crate::drive::transport::TransportError;
use crate::drive::{Ask, DriveReader};

/// How long a drive may say that it is not ready, and how often it is asked.
const NOT_READY: Duration = Duration::from_secs(60);
const ASK_AGAIN: Duration = Duration::from_millis(250);
/// Requests one after another that are not answered in time before the drive is given up.
const MOST_SILENT: u32 = 3;

/// How often a drive that was reset is asked again for the same sectors.
const MOST_RESETS: u32 = 3;
/// Different things that are written down of what a drive says.
const MOST_SAID: usize = 1000;

/// What a drive has said instead of giving sectors: how often, and of which first. Shared by all who ask it.
#[derive(Debug, Clone, Default)]
pub struct Said(Arc<Mutex<BTreeMap<String, (u64, Lba)>>>);

impl Said {
    fn add(&self, error: &CommandError, at: Lba) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let words = error.to_string();
        if all.len() < MOST_SAID || all.contains_key(&words) {
            all.entry(words).or_insert((0, at)).0 += 1;
        }
    }

    /// In words with the numbers of the sense behind them, how often, and the address of the first time.
    pub fn all(&self) -> Vec<(String, u64, Lba)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(words, (count, at))| (words.clone(), *count, *at)).collect()
    }
}

/// What came of a request.
#[derive(Debug)]
pub enum Came {
    /// The sectors.
    Sectors,
    /// Nothing, and the disc is at fault there.
    Nothing,
    /// The drive is of no more use.
    Lost(CommandError),
}

/// Asks, and remembers how patient it has been.
#[derive(Debug, Default)]
pub struct Asking {
    said: Said,
    silent: u32,
    /// How long the last request took.
    pub took: Duration,
}

impl Asking {
    /// What the drive says instead of sectors is written down there.
    pub fn new(said: Said) -> Asking {
        Asking { said, ..Asking::default() }
    }

    /// Asks for sectors; while the drive says that it is not ready yet, or that it was reset, again.
    pub fn ask(&mut self, drive: &DriveReader, ask: Ask, into: &mut [u8], c2: &mut [u8]) -> Came {
        let begun = Instant::now();
        let result = attempt(|| drive.attempt(ask, into, c2), |error| self.said.add(error, ask.at));
        self.took = begun.elapsed();
        match result {
            Ok(()) => {
                self.silent = 0;
                Came::Sectors
            }
            Err(error) if is_silent(&error) && self.silent + 1 < MOST_SILENT => {
                self.silent += 1;
                Came::Nothing
            }
            Err(error) if is_about_sectors(&error) => {
                self.silent = 0;
                Came::Nothing
            }
            Err(error) => Came::Lost(error),
        }
    }
}

/// Sends a command; again while the drive says that it is not ready yet, or that it was reset. Whether another disc may have come in meanwhile is said in
/// another way, and then nothing goes on.
fn attempt(
    mut command: impl FnMut() -> Result<(), CommandError>,
    mut says: impl FnMut(&CommandError),
) -> Result<(), CommandError> {
    let (begun, mut resets) = (Instant::now(), 0);
    loop {
        let result = command();
        if let Err(error) = &result {
            says(error);
        }
        match result {
            Err(error) if is_not_ready(&error) && begun.elapsed() < NOT_READY => std::thread::sleep(ASK_AGAIN),
            Err(error) if is_reset(&error) && resets < MOST_RESETS => resets += 1,
            result => return result,
        }
    }
}

/// Power on, reset, or bus reset (SPC-4, 29h): the drive has forgotten its settings, and the disc in it is the same.
fn is_reset(error: &CommandError) -> bool {
    error.sense().is_some_and(Sense::is_reset)
}

fn is_not_ready(error: &CommandError) -> bool {
    error.meaning() == Some(Meaning::NotYet) || matches!(error.fault, CommandFault::Transport(TransportError::Status(_)))
}

fn is_silent(error: &CommandError) -> bool {
    matches!(error.fault, CommandFault::Transport(TransportError::TimedOut))
}

/// Whether the disc is at fault there, and other sectors may be better. A drive that finds no such address, short of the end that the table of
/// contents tells, can't find the sector; one that sends less than was asked for has none either.
pub fn is_about_sectors(error: &CommandError) -> bool {
    let short = matches!(error.fault, CommandFault::Short { .. });
    short || matches!(error.meaning(), Some(Meaning::Unreadable | Meaning::WrongMode | Meaning::OutOfRange | Meaning::Other))
}
