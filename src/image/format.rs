//! [`Format`], the list of all formats, and how a file finds its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::extent::Extent;
use super::flaw::{Error, Limits};
use super::holds::Holds;
use super::opener::Opener;
use super::packing::Choices;
use super::plan::{Plan, PlanError, PlanRequest};
use super::promise::Promise;
use crate::disc::{Disc, DiscReader};

/// Plans an image of a disc that [`super::project`] has cut to what the format holds.
pub type Planner = fn(&Disc, &PlanRequest) -> Result<Plan, PlanError>;

/// One image format: everything that is known of it from outside its folder.
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Extensions of the file that is opened, without dots, in lower case; the first is the one that is written.
    pub extensions: &'static [&'static str],
    /// Extensions of the files that its sectors lie in, where the file that is opened only describes them.
    pub data_extensions: &'static [&'static str],
    /// Programs besides this one that read it, best known first.
    pub read_by: &'static str,
    /// What it can hold.
    pub holds: Holds,
    /// Whether a file is of this format.
    pub recognise: fn(&Opener) -> Result<Likeness, Error>,
    /// Opens an image.
    pub open: fn(&Opener) -> Result<Opened, Error>,
    /// Plans an image; `None`: the format is only read.
    pub plan: Option<Planner>,
    /// What a user may choose of how it is packed.
    pub choices: Choices,
    /// Runs the parser on arbitrary bytes, as the fuzzers and the tests for hostile input do.
    pub parse_anything: fn(&[u8], &Limits),
}

/// How sure a format is that a file is one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// It is not.
    No,
    /// Nothing speaks against it: the extension says so, or no other format would have it.
    Maybe,
    /// Marker or grammar say so.
    Sure,
}

/// What a format makes of a file.
pub struct Opened {
    /// What disc it is.
    pub disc: Disc,
    /// Where its sectors lie.
    pub extents: Vec<Extent>,
    /// What was odd about the image, in sentences for people.
    pub warnings: Vec<String>,
}

/// An image that has been opened.
pub struct Image {
    /// The file that was opened: the descriptor, where there is one.
    pub path: PathBuf,
    /// Its format.
    pub format: &'static Format,
    /// The disc.
    pub reader: Arc<dyn DiscReader>,
    /// All files that belong to it, the opened one first.
    pub files: Vec<PathBuf>,
    /// What was odd about it, in sentences for people.
    pub warnings: Vec<String>,
    /// Checksums that stand in it.
    pub promises: Vec<Promise>,
}

impl Image {
    /// What disc it is.
    pub fn disc(&self) -> &Disc {
        self.reader.disc()
    }
}

/// The last part of a path, for people.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
