//! [`Tape`]: writes down every command that goes to a drive, and what came of it.

use std::fmt::Write as _;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::disc::Lba;
use crate::disc::sector::SUBCHANNEL;
use crate::drive::transport::{Data, Transport, TransportError};

/// Bytes of a command's data that are written down; what is longer are sectors.
const MOST: usize = 4096;
/// Blocks of a lead-in with CD-TEXT that are written down whatever their length. The packs go round all over the lead-in, four in a block; as many as a
/// disc can have, 256 for each of eight languages, fill these.
const MOST_OF_LEAD_IN: usize = 512;
/// Bytes of an answer that are.
const MOST_ANSWERED: usize = 64;

/// A drive, and a tape that runs along.
///
/// A line for each command: seconds since the first, the command in hex, `out` with the data that went with it or `in` with how much came and its
/// beginning, and `good` or what went wrong.
///
/// Sectors are left out, and of what is sent as CD-TEXT in a lead-in all but its first 512 blocks, counted anew from each cue sheet.
pub struct Tape<T, W> {
    drive: T,
    tape: W,
    begun: Instant,
    /// Blocks of the lead-in that are still to be written down.
    lead_in_left: usize,
}

impl<T: Transport, W: Write + Send> Tape<T, W> {
    /// Writes down from now on.
    pub fn new(drive: T, tape: W) -> Tape<T, W> {
        Tape { drive, tape, begun: Instant::now(), lead_in_left: MOST_OF_LEAD_IN }
    }

    /// What is written down of the data that go with a command.
    fn worth_telling<'a>(&mut self, cdb: &[u8], bytes: &'a [u8]) -> &'a [u8] {
        if cdb.first() == Some(&SEND_CUE_SHEET) {
            self.lead_in_left = MOST_OF_LEAD_IN;
        }
        if is_lead_in(cdb, bytes.len()) {
            let told = (bytes.len() / SUBCHANNEL).min(self.lead_in_left);
            self.lead_in_left -= told;
            return &bytes[..told * SUBCHANNEL];
        }
        if bytes.len() <= MOST { bytes } else { &[] }
    }
}

/// SEND CUE SHEET: a session begins.
const SEND_CUE_SHEET: u8 = 0x5D;

/// Whether this command, with so many bytes, writes the subchannels R to W of a lead-in, and nothing else (WRITE (10) and (12)).
fn is_lead_in(cdb: &[u8], bytes: usize) -> bool {
    let (at, blocks) = match *cdb {
        [0x2A, _, a, b, c, d, _, high, low, ..] => ([a, b, c, d], [0, 0, high, low]),
        [0xAA, _, a, b, c, d, e, f, g, h, ..] => ([a, b, c, d], [e, f, g, h]),
        _ => return false,
    };
    let blocks = usize::try_from(u32::from_be_bytes(blocks)).ok();
    i32::from_be_bytes(at) < Lba::PROGRAM_START.0 && blocks.and_then(|blocks| blocks.checked_mul(SUBCHANNEL)) == Some(bytes)
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
                let told = hex(self.worth_telling(cdb, bytes));
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

    #[test]
    fn the_beginning_of_every_lead_in_is_written_down() {
        struct Anything;
        impl Transport for Anything {
            fn execute(&mut self, _: &[u8], _: Data<'_>, _: Duration) -> Result<usize, TransportError> {
                Ok(0)
            }
            fn most_bytes(&self) -> usize {
                0x1_0000
            }
        }
        let mut said = Vec::new();
        let mut drive = Tape::new(Anything, &mut said);
        let mut send = |cdb: &[u8], bytes: &[u8]| drive.execute(cdb, Data::Out(bytes), Duration::ZERO).unwrap();
        let block = |n: usize| (0..n * SUBCHANNEL).map(|at| (at / SUBCHANNEL) as u8).collect::<Vec<u8>>();
        let lead_in = |blocks: u8| [0xAA, 0, 0xFF, 0xFF, 0xD2, 0x8D, 0, 0, 1, blocks, 0, 0];
        for _ in 0..2 {
            send(&[0x5D, 0, 0, 0, 0, 0, 0, 0, 8, 0], &[1; 8]);
            send(&[0x2A, 0, 0xFF, 0xFF, 0xD2, 0x8D, 0, 1, 0, 0], &block(256));
            send(&lead_in(44), &block(300));
            send(&lead_in(0), &block(256));
            // The pause of the first track, and a lead-in whose main channel is sent as well.
            send(&[0x2A, 0, 0xFF, 0xFF, 0xFF, 0x6A, 0, 0, 64, 0], &block(64));
            send(&[0x2A, 0, 0xFF, 0xFF, 0xD2, 0x8D, 0, 0, 2, 0], &[0; 2 * 2448]);
        }
        let text = String::from_utf8(said).unwrap();
        let told: Vec<String> = text.lines().map(|line| line.split(" out ").nth(1).unwrap().replace(" good", "")).collect();
        let wanted = [
            "8 0101010101010101".to_owned(),
            format!("24576 {}", hex(&block(256))),
            format!("28800 {}", hex(&block(256))),
            "24576 ".to_owned(),
            "6144 ".to_owned(),
            "4896 ".to_owned(),
        ];
        assert_eq!(told, [&wanted[..], &wanted[..]].concat());
    }
}
