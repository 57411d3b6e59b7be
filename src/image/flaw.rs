//! What can be wrong with an image file: [`Flaw`], raised by the pure parsers, and [`Error`], which adds the file's name.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

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
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The marker of the format is not there.
    #[error("this is not {what}")]
    NotThis {
        /// The format, with its article.
        what: &'static str,
    },
    /// The file ends inside a structure.
    #[error("{what} is cut short: {needed} bytes needed, {found} there")]
    Truncated {
        /// The structure.
        what: &'static str,
        /// Bytes it takes.
        needed: u64,
        /// Bytes that are left.
        found: u64,
    },
    /// A number is outside what the format or a disc allows.
    #[error("{what} is {found}, expected {expected}")]
    OutOfRange {
        /// The field.
        what: &'static str,
        /// What would have been right, in words.
        expected: &'static str,
        /// What the file says.
        found: i64,
    },
    /// A statement does not follow the grammar.
    #[error("expected {expected}, found “{found}”")]
    Syntax {
        /// What would have been right, in words.
        expected: &'static str,
        /// The text that stands there, shortened by [`shorten`].
        found: String,
    },
    /// A statement stands where it has no meaning.
    #[error("{what} may not stand here: {why}")]
    Misplaced {
        /// The statement.
        what: &'static str,
        /// The rule it breaks.
        why: &'static str,
    },
    /// Something that has to be there is not.
    #[error("{what} is missing")]
    Missing {
        /// The statement or structure.
        what: &'static str,
    },
    /// Two statements contradict each other.
    #[error("{what} contradict each other: {one} and {other}")]
    Contradiction {
        /// The two fields.
        what: &'static str,
        /// One value.
        one: i64,
        /// The other.
        other: i64,
    },
    /// More than any disc has, or than [`Limits`] allow.
    #[error("too many {what}: more than {limit}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// The most that is read.
        limit: u64,
    },
    /// Known, but not read.
    #[error("{what} is not supported")]
    Unsupported {
        /// The feature.
        what: &'static str,
    },
    /// A file that the image names is not there.
    #[error("the file “{name}”, which belongs to this image, is missing")]
    PartMissing {
        /// The name as the image gives it, shortened.
        name: String,
    },
    /// A name in the image leads out of its own folder.
    #[error("the image names “{name}”, which is outside its own folder")]
    OutsideFolder {
        /// The name as the image gives it, shortened.
        name: String,
    },
    /// An audio file that cannot serve as a CD track.
    #[error("the audio file “{name}” can't be a CD track: {why}")]
    Audio {
        /// The file's name.
        name: String,
        /// What stands against it.
        why: &'static str,
    },
    /// What the image describes can't be a disc.
    #[error("what it describes can't be a disc: {0}")]
    NoDisc(#[from] super::Inconsistent),
    /// The system could not read.
    #[error("{0}")]
    Io(#[from] io::Error),
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
        let path = self.path.display();
        match self.at {
            At::File => write!(f, "{}: {path}", self.fault),
            At::Offset(offset) => write!(f, "{}: {path}@{offset}", self.fault),
            At::Line(line) => write!(f, "{}: {path}, line {line}", self.fault),
        }
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
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { descriptor: 16 << 20, statements: 200_000, files: 1000 }
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
