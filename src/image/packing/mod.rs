//! [`Packing`]: how what a file consists of is packed on its way to the disk: compressed, encrypted, cut into parts.

mod flac;
mod parallel;
mod parts;
mod sizes;

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

pub use flac::Flac;
pub use parallel::{BlockCodec, BlockSink, ParallelPacker};
pub use parts::{NamePart, Parts};
pub use sizes::{PART_SIZES, PartSize, parse_block, parse_size};

use super::password::Password;

/// How the bytes of a planned file become the files on the disk.
pub trait Packing: Send + Sync + fmt::Debug {
    /// Begins, with `len` bytes to come.
    fn begin(&self, into: PackTarget, len: u64) -> io::Result<Box<dyn Packer>>;
}

/// Takes the bytes of one planned file, in order. Dropped before [`Packer::finish`], it leaves its work undone.
pub trait Packer: Send {
    /// The next bytes.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// All have come: completes the files, and names them in the order in which they were made, the one to open last.
    fn finish(self: Box<Self>) -> io::Result<Vec<String>>;
}

/// Where packed files are made.
#[derive(Debug, Clone)]
pub struct PackTarget {
    folder: PathBuf,
    name: String,
}

impl PackTarget {
    /// A file of this name in the folder.
    pub fn new(folder: &Path, name: &str) -> PackTarget {
        PackTarget { folder: folder.to_owned(), name: name.to_owned() }
    }

    /// The name of the file to open; other parts are named after it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A new file in the folder.
    pub fn create(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().write(true).read(true).create_new(true).open(self.folder.join(name))
    }

    /// A file that was made here before, to be changed.
    fn reopen(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().write(true).open(self.folder.join(name))
    }

    /// Takes a file away again that was only needed on the way.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        std::fs::remove_file(self.folder.join(name))
    }
}

/// What a user may ask of a packed format; each takes what means something to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tuning {
    /// How hard to compress, 1 (fast) to 9 (small).
    pub level: Option<u8>,
    /// Which compression, by the names that the format gives them.
    pub codec: Option<String>,
    /// Bytes of a block.
    pub block: Option<u32>,
    /// Bytes of a part, where the image is to be cut into some.
    pub split: Option<u64>,
    /// Encrypt with this password.
    pub password: Option<Password>,
}

/// What a user may choose when an image of a format is made, as data: the command line, the window and the tests of every choice go by it.
/// The first of a list is what is taken where nothing is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choices {
    /// Names of its compressions ([`Tuning::codec`]).
    pub codecs: &'static [&'static str],
    /// Whether there are levels ([`Tuning::level`]).
    pub levels: bool,
    /// Sizes of blocks, in bytes ([`Tuning::block`]).
    pub blocks: &'static [u32],
    /// Whether it can be cut into parts ([`Tuning::split`]).
    pub split: bool,
    /// How well a password protects it, where it takes one ([`Tuning::password`]).
    pub password: Option<Protection>,
}

/// How well a password protects what is in an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Whoever wants to can read it without the password.
    Weak,
    /// A cipher that is held to be sound.
    Sound,
}

impl Protection {
    /// The word for it in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Protection::Weak => "weak",
            Protection::Sound => "sound",
        }
    }

    /// What the user should know before trusting it, in a sentence.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Protection::Weak => Some(
                "The encryption of this format is weak: its password keeps out the curious, not those who want to know what is inside.",
            ),
            Protection::Sound => None,
        }
    }
}

impl Choices {
    /// There is nothing to choose.
    pub const NONE: Choices = Choices { codecs: &[], levels: false, blocks: &[], split: false, password: None };

    /// What of this wish a format with these choices can't grant, in words; `None` where it can grant all of it.
    pub fn refuses(&self, wish: &Tuning) -> Option<&'static str> {
        let codec = wish.codec.as_deref().is_some_and(|codec| !self.codecs.contains(&codec));
        let block = wish.block.is_some_and(|block| !self.blocks.contains(&block));
        let rows = [
            (codec, "this compression"),
            (wish.level.is_some() && !self.levels, "a level of compression"),
            (block, "blocks of this size"),
            (wish.split.is_some() && !self.split, "parts"),
            (wish.password.is_some() && self.password.is_none(), "a password"),
        ];
        rows.into_iter().find(|(refused, _)| *refused).map(|(_, what)| what)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use super::*;
    use crate::disc::sector::{Form, Slice};
    use crate::disc::{DiscWriter, Lba};
    use crate::image::{Part, Plan, PlanWriter, PlannedFile};

    #[test]
    fn a_wish_is_held_against_the_choices() {
        let choices = Choices { codecs: &["zlib", "lzma"], blocks: &[2048], levels: true, ..Choices::NONE };
        let wish = Tuning { codec: Some("lzma".to_owned()), block: Some(2048), level: Some(9), ..Tuning::default() };
        assert_eq!(choices.refuses(&wish), None);
        assert_eq!(choices.refuses(&Tuning { split: Some(1), ..wish.clone() }), Some("parts"));
        assert_eq!(choices.refuses(&Tuning { password: Some("x".into()), ..wish.clone() }), Some("a password"));
        assert_eq!(choices.refuses(&Tuning { block: Some(4096), ..wish }), Some("blocks of this size"));
        assert_eq!(Choices::NONE.refuses(&Tuning { level: Some(1), ..Tuning::default() }), Some("a level of compression"));
    }

    /// Turns every bit round, and makes two files: what came, and how much it was.
    #[derive(Debug)]
    struct Inverted;

    struct Inverter {
        into: PackTarget,
        expected: u64,
        bytes: Vec<u8>,
    }

    impl Packing for Inverted {
        fn begin(&self, into: PackTarget, len: u64) -> io::Result<Box<dyn Packer>> {
            Ok(Box::new(Inverter { into, expected: len, bytes: Vec::new() }))
        }
    }

    impl Packer for Inverter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.bytes.extend(bytes.iter().map(|byte| !byte));
            Ok(())
        }
        fn finish(self: Box<Self>) -> io::Result<Vec<String>> {
            assert_eq!(self.bytes.len() as u64, self.expected);
            let data = format!("{}.data", self.into.name());
            self.into.create(&data)?.write_all(&self.bytes)?;
            self.into.create(self.into.name())?.write_all(self.bytes.len().to_string().as_bytes())?;
            Ok(vec![data, self.into.name().to_owned()])
        }
    }

    /// Literal parts and sectors go through the packer alike, and the files are those that it names.
    #[test]
    fn a_packed_file_is_what_its_packer_makes_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let sectors = Part::sectors(Lba(0), 2, Form::main(Slice::COOKED));
        let parts = vec![Part::Bytes(vec![1; 10]), sectors, Part::Bytes(vec![2; 10])];
        let files =
            vec![PlannedFile::new("plain", vec![Part::Bytes(vec![7])]), PlannedFile::packed("packed", parts, Arc::new(Inverted))];
        let plan = Plan { files };
        assert_eq!((plan.len(), plan.room(), plan.is_packed()), (1 + 4096 + 20, 1, true));
        let mut writer = PlanWriter::new(plan, folder.path()).unwrap();
        assert!(writer.file().is_none());
        [1000, 3096].iter().for_each(|bytes| writer.write(&vec![3; *bytes]).unwrap());
        writer.finish().unwrap();
        assert_eq!(writer.made(), ["plain", "packed.data", "packed"]);
        let expected = [[!1; 10].as_slice(), &[!3; 4096], &[!2; 10]].concat();
        assert_eq!(std::fs::read(folder.path().join("packed.data")).unwrap(), expected);
        assert_eq!(std::fs::read(folder.path().join("packed")).unwrap(), b"4116");
        // What is there is never written over.
        assert!(PackTarget::new(folder.path(), "plain").create("plain").is_err());
    }
}
