//! Asks a drive for sectors as long as it takes, and tells what kind of answer that was.

use std::time::{Duration, Instant};

use crate::drive::mmc::{CommandError, CommandFault};
use crate::drive::sense::Meaning;
use crate::drive::transport::TransportError;
use crate::drive::{Ask, DriveReader};

/// How long a drive may say that it is not ready, and how often it is asked.
const NOT_READY: Duration = Duration::from_secs(60);
const ASK_AGAIN: Duration = Duration::from_millis(250);
/// Requests one after another that are not answered in time before the drive is given up.
const MOST_SILENT: u32 = 3;

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
    silent: u32,
    /// How long the last request took.
    pub took: Duration,
}

impl Asking {
    /// Asks for sectors; while the drive says that it is not ready yet, again.
    pub fn ask(&mut self, drive: &DriveReader, ask: Ask, into: &mut [u8], c2: &mut [u8]) -> Came {
        let begun = Instant::now();
        let result = attempt(|| drive.attempt(ask, into, c2));
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

/// Sends a command; again while the drive says that it is not ready yet.
fn attempt(mut command: impl FnMut() -> Result<(), CommandError>) -> Result<(), CommandError> {
    let begun = Instant::now();
    loop {
        match command() {
            Err(error) if is_not_ready(&error) && begun.elapsed() < NOT_READY => std::thread::sleep(ASK_AGAIN),
            result => return result,
        }
    }
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
