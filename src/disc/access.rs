//! How sectors come from a disc and go to one: [`DiscReader`] and [`DiscWriter`].

use std::fs::File;
use std::io;
use std::sync::Arc;

use super::sector::{Form, Slice, Worth};
use super::{Disc, Lba, TrackId};
use crate::bytes::Place;

/// How a track lies in its image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Which part of each sector is there.
    pub main: Slice,
    /// What there is of its subchannel.
    pub sub: StoredSub,
    /// How many sectors of its pregap, counted back from index 1, are there.
    pub pregap: u32,
}

/// What an image keeps of the subchannel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoredSub {
    /// Nothing.
    None,
    /// Q alone.
    Q,
    /// All eight channels.
    PW,
    /// Channels R to W alone.
    RW,
}

impl StoredSub {
    /// The word the command line uses for it (`inspect --json`).
    pub fn word(self) -> &'static str {
        match self {
            StoredSub::None => "none",
            StoredSub::Q => "q",
            StoredSub::PW => "p-w",
            StoredSub::RW => "r-w",
        }
    }
}

/// Why sectors could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The address belongs to no track.
    #[error("sector {0} belongs to no track")]
    Outside(Lba),
    /// The track has no such thing: a subchannel or a sync pattern of a DVD.
    #[error("sector {0} does not exist in the form asked for")]
    NoSuchForm(Lba),
    /// The image could not be read.
    #[error("sector {at} could not be read: {source}")]
    Io {
        /// The first sector of the run.
        at: Lba,
        /// What the system said.
        source: io::Error,
    },
}

/// A disc that can be read: an opened image, or a drive with a disc in it. Many threads may read at once.
pub trait DiscReader: Send + Sync {
    /// What disc it is.
    fn disc(&self) -> &Disc;

    /// How a track of it is stored; `None` for a track it does not have.
    fn stored(&self, track: TrackId) -> Option<Stored>;

    /// Reads the sectors from `at` on, as many as `worth` has entries, each [`Form::size`] bytes of `into`.
    ///
    /// The run must lie in one track, its pregap included. Addresses from −150 on are legal. What is not stored is synthesised.
    fn read(&self, at: Lba, form: Form, into: &mut [u8], worth: &mut [Worth]) -> Result<(), ReadError>;

    /// Where the sectors from `at` on lie in a file in exactly this form, one after another; the length is in bytes.
    fn place(&self, at: Lba, form: Form) -> Option<Place<'_>> {
        let _ = (at, form);
        None
    }
}

impl<R: DiscReader + ?Sized> DiscReader for Arc<R> {
    fn disc(&self) -> &Disc {
        (**self).disc()
    }
    fn stored(&self, track: TrackId) -> Option<Stored> {
        (**self).stored(track)
    }
    fn read(&self, at: Lba, form: Form, into: &mut [u8], worth: &mut [Worth]) -> Result<(), ReadError> {
        (**self).read(at, form, into, worth)
    }
    fn place(&self, at: Lba, form: Form) -> Option<Place<'_>> {
        (**self).place(at, form)
    }
}

/// Sectors that a writer wants next, all of one track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Address of the first.
    pub at: Lba,
    /// How many.
    pub sectors: u32,
    /// In which form.
    pub form: Form,
    /// Whether the bytes of each 16-bit word of the main channel change places: big-endian audio.
    pub swap: bool,
}

/// A disc that is being written: an image being created, or a recorder with a blank in it.
pub trait DiscWriter: Send {
    /// What it wants, in this order.
    fn runs(&self) -> Vec<Run>;

    /// Takes the next bytes of the runs, in order; a call never crosses from one run to the next.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// The file that takes the next bytes just as they are, at its cursor; what is put there by other means is told by
    /// [`DiscWriter::written`].
    fn file(&mut self) -> Option<&mut File> {
        None
    }

    /// That many of the next bytes were put into [`DiscWriter::file`].
    fn written(&mut self, bytes: u64) -> io::Result<()> {
        let _ = bytes;
        Ok(())
    }

    /// All has come: completes the disc.
    fn finish(&mut self) -> io::Result<()>;
}
