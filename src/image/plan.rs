//! [`Plan`]: what an image will consist of, decided before a byte is written.
//!
//! A writer is a pure function from a disc to a plan. One [`PlanWriter`] carries out the plans of all formats.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::packing::{PackTarget, Packer, Packing, Tuning};
use crate::disc::cd_text::Unwritable;
use crate::disc::sector::{Form, Slice};
use crate::disc::{DiscWriter, Lba, Run, TrackMode};

/// The files of an image; data first, the descriptor last, so that it never names what is not there.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// In the order in which they are written.
    pub files: Vec<PlannedFile>,
}

/// One file of an image: its parts, one after another.
#[derive(Debug, Clone)]
pub struct PlannedFile {
    /// Its name, without a folder.
    pub name: String,
    /// What it consists of.
    pub parts: Vec<Part>,
    /// How that is packed; `None`: it lies in the file as it is.
    pub packing: Option<Arc<dyn Packing>>,
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// These bytes: a header, a descriptor, a table.
    Bytes(Vec<u8>),
    /// These sectors of the disc.
    Sectors(Run),
}

/// What a writer is asked for, besides the disc.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// Name of the image without its extension; the names of all its files begin with it.
    pub stem: String,
    /// Store the subchannel (P–W), where the format can.
    pub subchannel: bool,
    /// A file for each track, where the format can.
    pub file_per_track: bool,
    /// The older version of the format, where there is one (NRG).
    pub old_version: bool,
    /// How to pack it, where the format packs.
    pub tuning: Tuning,
}

impl PlanRequest {
    /// A plain image of this name.
    pub fn new(stem: impl Into<String>) -> PlanRequest {
        let tuning = Tuning::default();
        PlanRequest { stem: stem.into(), subchannel: false, file_per_track: false, old_version: false, tuning }
    }
}

/// Why a disc can't be written in a format, whatever may be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Nothing on the disc is of a kind that the format holds.
    #[error("nothing on this disc can be kept in this format: {0}")]
    Nothing(&'static str),
    /// The disc is longer than the format can say.
    #[error("the disc is too long for this format: {sectors} sectors, at most {limit}")]
    TooLong {
        /// Sectors of the disc.
        sectors: u32,
        /// The most the format can say.
        limit: u32,
    },
    /// What was chosen ([`PlanRequest::tuning`]) can't all be had at once, or not for this disc.
    #[error("it can't be packed as was asked: {0}")]
    Choice(&'static str),
    /// A text can't be written in the character set of its place.
    #[error("the CD-TEXT of this disc can't be written: {0}")]
    CdText(&'static str),
}

impl From<Unwritable> for PlanError {
    fn from(unwritable: Unwritable) -> PlanError {
        PlanError::CdText(match unwritable {
            Unwritable::Languages(_) => "it has more languages than a disc can have",
            Unwritable::Text { .. } => "its character set lacks some of its characters",
            Unwritable::TooLong(_) => "it is longer than a disc can hold",
        })
    }
}

impl Part {
    /// Sectors of one track in one form.
    pub fn sectors(at: Lba, sectors: u32, form: Form) -> Part {
        Part::Sectors(Run { at, sectors, form, swap: false })
    }

    /// How many bytes.
    pub fn len(&self) -> u64 {
        match self {
            Part::Bytes(bytes) => bytes.len() as u64,
            Part::Sectors(run) => u64::from(run.sectors) * run.form.size() as u64,
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl PlannedFile {
    /// A file of this name.
    pub fn new(name: impl Into<String>, parts: Vec<Part>) -> PlannedFile {
        PlannedFile { name: name.into(), parts, packing: None }
    }

    /// A file of this name in which the parts are packed.
    pub fn packed(name: impl Into<String>, parts: Vec<Part>, packing: Arc<dyn Packing>) -> PlannedFile {
        PlannedFile { name: name.into(), parts, packing: Some(packing) }
    }

    /// How many bytes, before they are packed.
    pub fn len(&self) -> u64 {
        self.parts.iter().map(Part::len).sum()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Plan {
    /// How many bytes all files take, before they are packed.
    pub fn len(&self) -> u64 {
        self.files.iter().map(PlannedFile::len).sum()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes surely have to be free: nobody knows what those take that are packed.
    pub fn room(&self) -> u64 {
        self.files.iter().filter(|file| file.packing.is_none()).map(PlannedFile::len).sum()
    }

    /// Whether other files come of it, or the same ones with other contents; how they are packed is not asked.
    pub fn differs_from(&self, other: &Plan) -> bool {
        let alike = |(one, two): (&PlannedFile, &PlannedFile)| one.name == two.name && one.parts == two.parts;
        self.files.len() != other.files.len() || !self.files.iter().zip(&other.files).all(alike)
    }

    /// Whether a file is packed, and [`Plan::len`] therefore more than what will lie on the disk.
    pub fn is_packed(&self) -> bool {
        self.files.iter().any(|file| file.packing.is_some())
    }

    /// The sectors wanted, in the order in which they are written.
    pub fn runs(&self) -> impl Iterator<Item = Run> {
        self.files.iter().flat_map(|file| &file.parts).filter_map(|part| match part {
            Part::Sectors(run) if run.sectors > 0 => Some(*run),
            _ => None,
        })
    }
}

/// The record that writers of raw images store of a track: all of a CD sector, the 2048 bytes of others.
pub fn full_record(mode: TrackMode) -> Slice {
    if mode == TrackMode::Dvd { Slice::COOKED } else { Slice::RAW }
}

/// Carries out a [`Plan`] in a folder.
pub struct PlanWriter {
    plan: Plan,
    folder: PathBuf,
    /// The file and the part that come next.
    next: (usize, usize),
    /// How many bytes of that part are there.
    done: u64,
    file: Option<Sink>,
    /// The files that are complete.
    made: Vec<String>,
}

/// Where the bytes of a planned file go.
enum Sink {
    Plain(File),
    Packed(Box<dyn Packer>),
}

impl PlanWriter {
    /// Begins in a folder, which exists and in which none of the files does.
    pub fn new(plan: Plan, folder: &Path) -> io::Result<PlanWriter> {
        let mut writer = PlanWriter { plan, folder: folder.to_owned(), next: (0, 0), done: 0, file: None, made: Vec::new() };
        writer.advance()?;
        Ok(writer)
    }

    /// The names of the files made so far, in the order in which they were; once all is written, the last is the one to open.
    pub fn made(&self) -> &[String] {
        &self.made
    }

    /// Opens and closes files and writes literal parts, up to the next sectors.
    fn advance(&mut self) -> io::Result<()> {
        while let Some(planned) = self.plan.files.get(self.next.0) {
            let sink = match &mut self.file {
                Some(sink) => sink,
                none => none.insert(Sink::begin(planned, &self.folder)?),
            };
            match planned.parts.get(self.next.1) {
                None => {
                    let made = match self.file.take() {
                        Some(Sink::Packed(packer)) => packer.finish()?,
                        Some(Sink::Plain(file)) => finish_plain(file, planned)?,
                        None => Vec::new(),
                    };
                    self.made.extend(made);
                    self.next = (self.next.0 + 1, 0);
                }
                Some(Part::Sectors(run)) if run.sectors > 0 => return Ok(()),
                Some(part) => {
                    if let Part::Bytes(bytes) = part {
                        sink.write(bytes)?;
                    }
                    self.next.1 += 1;
                }
            }
        }
        Ok(())
    }
}

impl Sink {
    fn begin(planned: &PlannedFile, folder: &Path) -> io::Result<Sink> {
        let target = PackTarget::new(folder, &planned.name);
        Ok(match &planned.packing {
            None => Sink::Plain(target.create(target.name())?),
            Some(packing) => Sink::Packed(packing.begin(target, planned.len())?),
        })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Sink::Plain(file) => file.write_all(bytes),
            Sink::Packed(packer) => packer.write(bytes),
        }
    }
}

/// What the kernel put beside the cursor must be what was planned.
fn finish_plain(mut file: File, planned: &PlannedFile) -> io::Result<Vec<String>> {
    match file.seek(SeekFrom::End(0))? == planned.len() {
        true => Ok(vec![planned.name.clone()]),
        false => Err(io::ErrorKind::WriteZero.into()),
    }
}

impl DiscWriter for PlanWriter {
    fn runs(&self) -> Vec<Run> {
        self.plan.runs().collect()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.as_mut().ok_or(io::ErrorKind::InvalidInput)?.write(bytes)?;
        self.written(bytes.len() as u64)
    }

    fn file(&mut self) -> Option<&mut File> {
        match &mut self.file {
            Some(Sink::Plain(file)) => Some(file),
            Some(Sink::Packed(_)) | None => None,
        }
    }

    fn written(&mut self, bytes: u64) -> io::Result<()> {
        self.done += bytes;
        let part = self.plan.files.get(self.next.0).and_then(|file| file.parts.get(self.next.1));
        if part.is_some_and(|part| self.done >= part.len()) {
            self.done = 0;
            self.next.1 += 1;
            self.advance()?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.next.0 < self.plan.files.len() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}
