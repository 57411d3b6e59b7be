//! [`Packing`]: how what a file consists of is packed on its way to the disk: compressed, encrypted, cut into parts.

mod parallel;

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

pub use parallel::{BlockCodec, BlockSink, ParallelPacker};

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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use super::*;
    use crate::disc::sector::{Form, Slice};
    use crate::disc::{DiscWriter, Lba};
    use crate::image::{Part, Plan, PlanWriter, PlannedFile};

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
