//! [`Tape`]: writes down every command that goes to a drive, and what came of it.

use std::fmt::Write as _;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::drive::transport::{Data, Transport, TransportError};

/// Bytes of a command's data that are written down; what is longer are sectors.
const MOST: usize = 4096;
/// Bytes of an answer that are.
const MOST_ANSWERED: usize = 64;

/// A drive, and a tape that runs along.
///
/// A line for each command: seconds since the first, the command in hex, `out` with the data that went with it or `in` with how much came and its
/// beginning, and `good` or what went wrong.
pub struct Tape<T, W> {
    drive: T,
    tape: W,
    begun: Instant,
}

impl<T: Transport, W: Write + Send> Tape<T, W> {
    /// Writes down from now on.
    pub fn new(drive: T, tape: W) -> Tape<T, W> {
        Tape { drive, tape, begun: Instant::now() }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl<T: Transport, W: Write + Send> Transport for Tape<T, W> {
    fn execute(&mut self, cdb: &[u8], data: Data<'_>, timeout: Duration) -> Result<usize, TransportError> {
        let at = self.begun.elapsed().as_secs_f64();
        let mut line = format!("{at:.3} {}", hex(cdb));
        let result = match data {
            Data::None => self.drive.execute(cdb, Data::None, timeout),
            Data::Out(bytes) => {
                let told = if bytes.len() <= MOST { hex(bytes) } else { String::new() };
                let _ = write!(line, " out {} {told}", bytes.len());
                self.drive.execute(cdb, Data::Out(bytes), timeout)
            }
            Data::In(into) => {
                let result = self.drive.execute(cdb, Data::In(&mut *into), timeout);
                let came = result.as_ref().map_or(0, |&came| came.min(into.len()));
                let told = if came <= MOST { hex(&into[..came.min(MOST_ANSWERED)]) } else { String::new() };
                let _ = write!(line, " in {came} {told}");
                result
            }
        };
        let ended = match &result {
            Ok(_) => "good".to_owned(),
            Err(error) => error.to_string(),
        };
        // A tape that is full stops no drive.
        let _ = writeln!(self.tape, "{line} {ended}");
        result
    }

    fn most_bytes(&self) -> usize {
        self.drive.most_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::virtual_drive::{Device, Manners};

    #[test]
    fn every_command_is_a_line_with_what_came_of_it() {
        let mut said = Vec::new();
        let mut drive = Tape::new(Device::new(Manners::default()), &mut said);
        let second = Duration::from_secs(1);
        assert!(drive.execute(&[0; 6], Data::None, second).is_err());
        assert_eq!(drive.execute(&[0x12, 0, 0, 0, 5, 0], Data::In(&mut [0; 5]), second).unwrap(), 5);
        let text = String::from_utf8(said).unwrap();
        let lines: Vec<&str> = text.lines().map(|line| line.split_once(' ').unwrap().1).collect();
        assert!(lines[0].starts_with("000000000000 ") && lines[0].ends_with("(6/29/00)"), "{text}");
        assert_eq!(lines[1], "120000000500 in 5 058005021f good");
    }
}
