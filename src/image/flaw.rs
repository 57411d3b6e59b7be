//! What can be wrong with an image file: [`Flaw`], raised by the pure parsers, and [`Error`], which adds the file's name.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::identify::Finding;
use crate::bytes::layers::LayerError;

/// Where in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// Nowhere in particular.
    File,
    /// Bytes from its start.
    Offset(u64),
    /// Line of a text file, counted from 1.
    Line(u32),
}

/// What is wrong. `what` always names the field or statement, in the words of the format.
#[derive(Debug)]
pub enum Fault {
    /// The marker of the format is not there.
    NotThis {
        /// The format, with its article.
        what: &'static str,
    },
    /// The file ends inside a structure.
    Truncated {
        /// The structure.
        what: &'static str,
        /// Bytes it takes.
        needed: u64,
        /// Bytes that are left.
        found: u64,
    },
    /// A number is outside what the format or a disc allows.
    OutOfRange {
        /// The field.
        what: &'static str,
        /// What would have been right, in words.
        expected: &'static str,
        /// What the file says.
        found: i64,
    },
    /// A statement does not follow the grammar.
    Syntax {
        /// What would have been right, in words.
        expected: &'static str,
        /// The text that stands there, shortened by [`shorten`].
        found: String,
    },
    /// A statement stands where it has no meaning.
    Misplaced {
        /// The statement.
        what: &'static str,
        /// The rule it breaks.
        why: &'static str,
    },
    /// Something that has to be there is not.
    Missing {
        /// The statement or structure.
        what: &'static str,
    },
    /// Two statements contradict each other.
    Contradiction {
        /// The two fields.
        what: &'static str,
        /// One value.
        one: i64,
        /// The other.
        other: i64,
    },
    /// More than any disc has, or than [`Limits`] allow.
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The most that is read.
        limit: u64,
    },
    /// Known, but not read.
    Unsupported {
        /// The feature.
        what: &'static str,
    },
    /// A file that the image names is not there.
    PartMissing {
        /// The name as the image gives it, shortened.
        name: String,
    },
    /// A name in the image leads out of its own folder.
    OutsideFolder {
        /// The name as the image gives it, shortened.
        name: String,
    },
    /// An audio file that cannot serve as a CD track.
    Audio {
        /// The file's name.
        name: String,
        /// What stands against it.
        why: &'static str,
    },
    /// No disc image of a known format, and what it seems to be.
    Unknown(Box<Finding>),
    /// An archive without a disc image.
    NoImageInside {
        /// What is in it instead, in a few names.
        holds: String,
    },
    /// It unpacks to more than it may: [`Limits::unpacked`], [`Limits::ratio`].
    UnpacksToTooMuch {
        /// Bytes that it may unpack to.
        limit: u64,
    },
    /// There is not enough room to unpack what can't be read otherwise.
    NoRoomToUnpack {
        /// Bytes that it unpacks to.
        needed: u64,
        /// Bytes that are free where temporary files are made.
        free: u64,
    },
    /// It is encrypted, and no password was given.
    PasswordMissing,
    /// It is encrypted, and the password does not open it.
    PasswordWrong,
    /// What the image describes can't be a disc.
    NoDisc(super::Inconsistent),
    /// The system could not read.
    Io(io::Error),
}

impl Fault {
    /// Whether a password, or another one, would help.
    pub fn is_password(&self) -> bool {
        matches!(self, Fault::PasswordMissing | Fault::PasswordWrong)
    }

    /// What happened, and what was expected and found; the second may be empty.
    fn parts(&self) -> (String, String) {
        let both = |what: String, detail: String| (what, detail);
        match self {
            Fault::NotThis { what } => both(format!("this is not {what}"), String::new()),
            Fault::Truncated { what, needed, found } => {
                both(format!("{what} is cut short"), format!("expected {needed} bytes, found {found}"))
            }
            Fault::OutOfRange { what, expected, found } => {
                both(format!("{what} is out of range"), format!("expected {expected}, found {found}"))
            }
            Fault::Syntax { expected, found } => {
                both("a statement can't be understood".to_owned(), format!("expected {expected}, found “{found}”"))
            }
            Fault::Misplaced { what, why } => both(format!("{what} may not stand here"), (*why).to_owned()),
            Fault::Missing { what } => both(format!("{what} is missing"), String::new()),
            Fault::Contradiction { what, one, other } => {
                both(format!("{what} contradict each other"), format!("expected {one}, found {other}"))
            }
            Fault::TooMany { what, limit } => both(format!("too many {what}"), format!("expected at most {limit}")),
            Fault::Unsupported { what } => both(format!("{what} is not supported"), String::new()),
            Fault::PartMissing { name } => {
                both(format!("the file “{name}”, which belongs to this image, is missing"), String::new())
            }
            Fault::OutsideFolder { name } => {
                both(format!("the image names “{name}”, which is outside its own folder"), String::new())
            }
            Fault::Audio { name, why } => both(format!("the audio file “{name}” can't be a CD track"), (*why).to_owned()),
            Fault::Unknown(finding) => {
                let maker = finding.maker.map(|maker| format!("probably made by {maker}"));
                let facts: Vec<String> = finding.facts.iter().cloned().chain(maker).collect();
                both(format!("this is {}", finding.what), facts.join(", "))
            }
            Fault::NoImageInside { holds } => {
                both("there is no disc image in this archive".to_owned(), format!("it holds {holds}"))
            }
            Fault::UnpacksToTooMuch { limit } => both(
                "this file unpacks to more than any disc of its size would".to_owned(),
                format!("expected at most {limit} bytes"),
            ),
            Fault::NoRoomToUnpack { needed, free } => both(
                "there is not enough room in the folder for temporary files to unpack this".to_owned(),
                format!("{needed} bytes are needed, {free} are free"),
            ),
            Fault::PasswordMissing => both("this image is encrypted, and its password is needed".to_owned(), String::new()),
            Fault::PasswordWrong => both("wrong password".to_owned(), String::new()),
            Fault::NoDisc(inconsistent) => both("what it describes can't be a disc".to_owned(), inconsistent.to_string()),
            Fault::Io(error) => both(error.to_string(), String::new()),
        }
    }
}

impl Fault {
    /// What to do about it, in sentences, where that depends on what was found.
    pub fn advice(&self) -> Option<&str> {
        match self {
            Fault::Unknown(finding) => Some(&finding.advice),
            _ => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            (what, detail) if detail.is_empty() => f.write_str(&what),
            (what, detail) => write!(f, "{what}: {detail}"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<LayerError> for Fault {
    fn from(error: LayerError) -> Fault {
        match error {
            LayerError::Io(error) => Fault::Io(error),
            LayerError::TooBig { limit } => Fault::UnpacksToTooMuch { limit },
            LayerError::NoRoom { needed, free } => Fault::NoRoomToUnpack { needed, free },
            LayerError::Unsupported(what) => Fault::Unsupported { what },
            LayerError::TooMany { limit } => Fault::TooMany { what: "files in the archive", limit },
            LayerError::PasswordMissing => Fault::PasswordMissing,
            LayerError::PasswordWrong => Fault::PasswordWrong,
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        Fault::Io(error)
    }
}

/// One thing wrong at one place, found by a parser that does not know the file's name.
#[derive(Debug, thiserror::Error)]
#[error("{fault}")]
pub struct Flaw {
    /// Where.
    pub at: At,
    /// What.
    pub fault: Fault,
}

impl Flaw {
    /// At an offset.
    pub fn at(offset: u64, fault: Fault) -> Flaw {
        Flaw { at: At::Offset(offset), fault }
    }

    /// In a line, counted from 1.
    pub fn line(line: u32, fault: Fault) -> Flaw {
        Flaw { at: At::Line(line), fault }
    }

    /// Nowhere in particular.
    pub fn file(fault: Fault) -> Flaw {
        Flaw { at: At::File, fault }
    }

    /// In this file.
    pub fn of(self, path: &Path) -> Error {
        Error { path: path.to_owned(), at: self.at, fault: self.fault }
    }
}

/// What is wrong with which file, and where.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    /// The file.
    pub path: PathBuf,
    /// Where in it.
    pub at: At,
    /// What.
    #[source]
    pub fault: Fault,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, detail) = self.fault.parts();
        write!(f, "{what}: {}", self.path.display())?;
        match self.at {
            At::File => {}
            At::Offset(offset) => write!(f, "@{offset}")?,
            At::Line(line) => write!(f, ", line {line}")?,
        }
        if !detail.is_empty() {
            write!(f, ": {detail}")?;
        }
        self.fault.advice().map_or(Ok(()), |advice| write!(f, ". {advice}"))
    }
}

/// How much of a thing is read before a file is called hostile.
///
/// The defaults hold every image ever seen with room to spare; they bound memory and time whatever a header claims.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a descriptor file (cue sheet, TOC, CCD, the chunk list of an NRG, an MDS).
    pub descriptor: u64,
    /// Statements (lines, chunks, blocks) in a descriptor.
    pub statements: u32,
    /// Files that one image may name.
    pub files: u32,
    /// Compressed files and archives inside of each other.
    pub depth: u32,
    /// Files in an archive.
    pub members: u32,
    /// Bytes that a compressed file, or a file of an archive, may unpack to.
    pub unpacked: u64,
    /// How many times the size of the file on the disk that may be; a gigabyte is always allowed.
    pub ratio: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        // The largest disc is a BDXL of 128 GB. Deflate makes a thousandth of nothing but zeros, others a twenty-thousandth; of a disc with anything on it none
        // makes a thousandth.
        let (unpacked, ratio) = (160 << 30, 2000);
        Limits { descriptor: 16 << 20, statements: 200_000, files: 1000, depth: 4, members: 65_536, unpacked, ratio }
    }
}

impl Limits {
    /// The most that a file of `len` bytes may unpack to, however its layers are stacked.
    pub fn unpacked_of(&self, len: u64) -> u64 {
        len.saturating_mul(u64::from(self.ratio)).max(1 << 30).min(self.unpacked)
    }
}

/// Text from a file, fit for a message: at most 60 characters, control characters replaced.
pub fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(60).map(|c| if c.is_control() { '·' } else { c }).collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}
