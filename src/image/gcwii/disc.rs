//! [`NodDisc`]: a disc that [`nod`] reads, as a stream of bytes.

use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use nod::read::{DiscOptions, DiscReader, DiscStream};

use crate::bytes::{Bytes, Spares};
use crate::image::{Fault, shorten};

/// A disc that nod reads. Many may read at once, but one group of sectors is unpacked after the other: nod keeps a cache of them for all.
pub struct NodDisc {
    /// Copied for each thread.
    first: Mutex<DiscReader>,
    readers: Spares<DiscReader>,
    len: u64,
    partial: bool,
}

/// A file, for nod.
#[derive(Clone)]
pub(super) struct Stream(pub(super) Arc<dyn Bytes>);

impl DiscStream for Stream {
    fn read_exact_at(&mut self, into: &mut [u8], at: u64) -> io::Result<()> {
        let end = at.checked_add(into.len() as u64).filter(|&end| end <= self.0.len());
        end.ok_or(io::ErrorKind::UnexpectedEof)?;
        self.0.read_at(at, into)
    }

    fn stream_len(&mut self) -> io::Result<u64> {
        Ok(self.0.len())
    }
}

/// Calls nod, which panics at some of what a file may say.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> io::Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the image is damaged in a way that its reader does not survive"))
}

/// What nod says, as what is wrong with the file.
pub(super) fn fault(error: nod::Error) -> Fault {
    match error {
        nod::Error::Io(_, error) => Fault::Io(error),
        nod::Error::DiscFormat(said) | nod::Error::Other(said) => {
            Fault::Syntax { expected: "a sound image of a GameCube or Wii disc", found: shorten(&said) }
        }
    }
}

impl NodDisc {
    /// The disc in a file.
    pub fn new(bytes: Arc<dyn Bytes>) -> Result<NodDisc, Fault> {
        NodDisc::of(|| DiscReader::new_stream(Box::new(Stream(bytes)), &DiscOptions::default()))
    }

    /// The disc in a file that needs others beside it.
    pub fn of_path(path: &Path) -> Result<NodDisc, Fault> {
        NodDisc::of(|| DiscReader::new(path, &DiscOptions::default()))
    }

    fn of(open: impl FnOnce() -> nod::Result<DiscReader>) -> Result<NodDisc, Fault> {
        let first = guarded(open)?.map_err(fault)?;
        let (len, meta) = (first.disc_size(), first.meta());
        let partial = !meta.lossless && matches!(meta.format, nod::common::Format::Wbfs | nod::common::Format::Ciso);
        Ok(NodDisc { first: Mutex::new(first), readers: Spares::default(), len, partial })
    }

    /// Whether the format keeps only what is in use.
    pub fn is_partial(&self) -> bool {
        self.partial
    }
}

impl Bytes for NodDisc {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        if at.checked_add(into.len() as u64).is_none_or(|end| end > self.len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let new = || self.first.lock().unwrap_or_else(PoisonError::into_inner).clone();
        guarded(|| {
            self.readers.with(new, |reader| {
                reader.seek(SeekFrom::Start(at))?;
                reader.read_exact(into)
            })
        })?
    }
}
