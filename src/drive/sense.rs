//! [`Sense`]: what a drive says when it refuses or fails (SPC-4, sense data), and what that means.

use std::fmt;

/// The three numbers of sense data, and the address they are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sense {
    /// Sense key: whose fault it is.
    pub key: u8,
    /// Additional sense code.
    pub asc: u8,
    /// Its qualifier.
    pub ascq: u8,
    /// The INFORMATION field, where it is valid: the address that a read or write failed at.
    pub information: Option<u32>,
    /// Progress of what goes on in the drive, in 65536ths, where it says.
    pub progress: Option<u16>,
}

/// What a program has to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// Wait, and send the same command again: the drive gets ready, or works on something long.
    NotYet,
    /// There is no disc, or the tray is open.
    NoDisc,
    /// The disc was changed, or the drive reset: what was known of it is old. The same command again will work.
    Changed,
    /// The sector can't be read.
    Unreadable,
    /// The sector can't be written, or laser power not be found.
    Unwritable,
    /// The drive does not know this command, or refuses a field of it or what was sent with it: try another.
    NotSupported,
    /// There is no such address on this disc.
    OutOfRange,
    /// The sectors are of another kind than was asked for.
    WrongMode,
    /// The sectors are protected, and the drive wants a key exchange.
    Protected,
    /// The disc is of a kind, or in a state, with which this can't be done.
    WrongDisc,
    /// The drive itself is broken.
    Broken,
    /// Anything else.
    Other,
}

/// Fixed format, current and deferred (SPC-4, 4.5.3).
const FIXED: [u8; 2] = [0x70, 0x71];
/// Descriptor format, current and deferred (SPC-4, 4.5.2).
const DESCRIPTOR: [u8; 2] = [0x72, 0x73];
/// SKSV, the bit that says that the sense key specific bytes hold something.
const SPECIFIC_VALID: u8 = 0x80;

impl Sense {
    /// Whether the drive was reset, or switched off and on, with the same disc in it (6/29).
    pub fn is_reset(&self) -> bool {
        (self.key, self.asc) == (6, 0x29)
    }

    /// Whether the command was refused (ILLEGAL REQUEST), and nothing of it done.
    pub fn is_refusal(&self) -> bool {
        self.key == 5
    }

    /// With nothing but the three numbers.
    pub const fn new(key: u8, asc: u8, ascq: u8) -> Sense {
        Sense { key, asc, ascq, information: None, progress: None }
    }

    /// The same, at an address.
    pub const fn at(self, address: u32) -> Sense {
        Sense { information: Some(address), ..self }
    }

    /// Reads sense data of either format; `None` where they are of none, or too short to say anything.
    pub fn parse(bytes: &[u8]) -> Option<Sense> {
        let code = bytes.first()? & 0x7F;
        if DESCRIPTOR.contains(&code) {
            let &[_, key, asc, ascq] = bytes.first_chunk()?;
            return Some(Sense::new(key & 0x0F, asc, ascq));
        }
        if !FIXED.contains(&code) {
            return None;
        }
        let key = bytes.get(2)? & 0x0F;
        let at = |at: usize| bytes.get(at).copied().unwrap_or(0);
        let valid = at(0) & 0x80 != 0;
        let information = bytes.get(3..7).and_then(|field| field.first_chunk()).map(|field| u32::from_be_bytes(*field));
        // Only these keys keep progress there; others keep pointers to a wrong field.
        let progress = (matches!(key, 0 | 2) && at(15) & SPECIFIC_VALID != 0).then(|| u16::from_be_bytes([at(16), at(17)]));
        Some(Sense { key, asc: at(12), ascq: at(13), information: information.filter(|_| valid), progress })
    }

    /// In fixed format, 18 bytes.
    pub fn to_fixed(&self) -> [u8; 18] {
        let mut bytes = [0; 18];
        bytes[0] = FIXED[0] | if self.information.is_some() { 0x80 } else { 0 };
        bytes[2] = self.key;
        bytes[3..7].copy_from_slice(&self.information.unwrap_or(0).to_be_bytes());
        bytes[7] = 10;
        bytes[12] = self.asc;
        bytes[13] = self.ascq;
        if let Some(progress) = self.progress {
            bytes[15] = SPECIFIC_VALID;
            bytes[16..18].copy_from_slice(&progress.to_be_bytes());
        }
        bytes
    }

    /// What has to be done about it.
    pub fn meaning(&self) -> Meaning {
        match (self.key, self.asc, self.ascq) {
            (2, 0x04, 0x03) => Meaning::Broken,
            (2, 0x04, _) => Meaning::NotYet,
            (2, 0x3A, _) => Meaning::NoDisc,
            (6, _, _) => Meaning::Changed,
            (3, 0x0C | 0x73 | 0x72, _) => Meaning::Unwritable,
            (2, 0x30, _) | (5, 0x30 | 0x72 | 0x2C, _) => Meaning::WrongDisc,
            (3, _, _) | (2, 0x02 | 0x06, _) => Meaning::Unreadable,
            (5, 0x20 | 0x24 | 0x26, _) => Meaning::NotSupported,
            (5, 0x21, _) => Meaning::OutOfRange,
            (5, 0x64, _) => Meaning::WrongMode,
            (5, 0x6F, _) => Meaning::Protected,
            (4, _, _) => Meaning::Broken,
            _ => Meaning::Other,
        }
    }

    /// What it means, in a sentence without its full stop.
    fn words(&self) -> &'static str {
        match (self.key, self.asc, self.ascq) {
            (2, 0x04, 0x01) => "the drive is getting ready",
            (2, 0x04, 0x04) => "the disc is being formatted",
            (2, 0x04, 0x07 | 0x08) => "the drive is still busy with what it was told before",
            (2, 0x3A, 0x02) => "the tray is open",
            (3, 0x02, _) => "the drive can't focus on the disc: clean it, or try another drive",
            (3, 0x11, 0x05 | 0x06) => {
                "the sector is damaged beyond what the drive can correct: clean the disc, or try another drive"
            }
            (3, 0x11, _) => "the sector can't be read: clean the disc, or try another drive",
            (3, 0x73, _) => "the drive found no laser power that writes on this disc: try another brand, or a lower speed",
            (3, 0x0C, _) => "the drive could not write: the disc or its end is bad, or the speed too high",
            (5, 0x24, _) => "the drive refuses a field of this command",
            (5, 0x26, _) => "the drive refuses what was sent with this command",
            (5, 0x2C, _) => "the drive was told things in an order that it does not take",
            (5, 0x6F, 0x04) => "the disc is not for the region that the drive is set to",
            (_, 0x30, _) => "the disc is of a kind that the drive can't use for this",
            _ => match self.meaning() {
                Meaning::NotYet => "the drive is not ready yet",
                Meaning::NoDisc => "there is no disc in the drive",
                Meaning::Changed => "the disc was changed, or the drive reset",
                Meaning::Unreadable => "the disc can't be read there: clean it, or try another drive",
                Meaning::Unwritable => "the disc can't be written there",
                Meaning::NotSupported => "the drive does not know this command",
                Meaning::OutOfRange => "the disc has no such address",
                Meaning::WrongMode => "the sectors are of another kind than was asked for",
                Meaning::Protected => "the disc is protected against copying",
                Meaning::WrongDisc => "the disc does not allow this",
                Meaning::Broken => "the drive reports a fault of its own",
                Meaning::Other => "the drive reports an error",
            },
        }
    }
}

impl fmt::Display for Sense {
    /// The words, and the numbers behind them as everybody writes them: `(3/02/00)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:X}/{:02X}/{:02X})", self.words(), self.key, self.asc, self.ascq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of SPC-4, 4.5.3, with a medium error at address 0x1234.
    #[test]
    fn both_formats_are_read() {
        let fixed = [0xF0, 0, 3, 0, 0, 0x12, 0x34, 10, 0, 0, 0, 0, 0x11, 0x05, 0, 0, 0, 0];
        let sense = Sense::parse(&fixed).unwrap();
        assert_eq!(sense, Sense::new(3, 0x11, 5).at(0x1234));
        assert_eq!(sense.to_fixed(), fixed);
        assert_eq!(Sense::parse(&[0x72, 5, 0x24, 0, 0, 0, 0, 0]), Some(Sense::new(5, 0x24, 0)));
        let formatting = Sense { progress: Some(0x8000), ..Sense::new(2, 4, 4) };
        assert_eq!(Sense::parse(&formatting.to_fixed()), Some(formatting));
    }

    #[test]
    fn drives_that_say_nothing_or_nonsense_are_heard() {
        assert_eq!(Sense::parse(&[]), None);
        assert_eq!(Sense::parse(&[0x70, 0]), None);
        assert_eq!(Sense::parse(&[0x12; 18]), None);
        // Some drives end their sense data early.
        assert_eq!(Sense::parse(&[0x70, 0, 2]), Some(Sense::new(2, 0, 0)));
        for len in 0..18 {
            let _ = Sense::parse(&[0xFF; 18][..len]);
        }
    }

    #[test]
    fn words_and_numbers() {
        let unfocused = Sense::new(3, 2, 0);
        assert_eq!(unfocused.to_string(), "the drive can't focus on the disc: clean it, or try another drive (3/02/00)");
        assert_eq!(Sense::new(2, 0x3A, 1).meaning(), Meaning::NoDisc);
        assert_eq!(Sense::new(6, 0x28, 0).meaning(), Meaning::Changed);
        assert_eq!(Sense::new(5, 0x6F, 3).meaning(), Meaning::Protected);
        assert_eq!(Sense::new(0xB, 0, 0).meaning(), Meaning::Other);
    }

    /// SPC-4, table of additional sense codes: invalid command operation code, invalid field in CDB, invalid field in parameter list.
    #[test]
    fn the_three_refusals_are_three_sentences_and_one_thing_to_do() {
        let said = [(0x20, 0), (0x24, 0), (0x26, 2)].map(|(asc, ascq)| {
            let sense = Sense::new(5, asc, ascq);
            assert_eq!(sense.meaning(), Meaning::NotSupported);
            sense.to_string()
        });
        assert_eq!(
            said,
            [
                "the drive does not know this command (5/20/00)",
                "the drive refuses a field of this command (5/24/00)",
                "the drive refuses what was sent with this command (5/26/02)",
            ]
        );
    }
}
