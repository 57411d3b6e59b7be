//! [`Store`]: the working folder of a rip. It outlives cancelling, kill -9 and loss of power: a sector is called read in the map on the disk
//! only when its bytes are on the disk.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::RipError;
use super::identity::Identity;
use super::layout::Layout;
use super::map::{Change, Map, Status};
use super::mapfile::{self, Place};
use super::on_the_way::Front;
use crate::bytes::{Bytes, FileBytes, read_exact_at, write_all_at};
use crate::disc::sector::{RAW, SUBCHANNEL, Slice, SubKind};
use crate::disc::{Disc, DiscReader};
use crate::image::{Extent, ExtentReader, SubStore, recover};
use crate::job::JobError;
use crate::job::output::free_space;

/// The sectors, one after another.
const SECTORS: &str = "sectors.bin";
/// Their raw subchannels, 96 bytes each.
const SUB: &str = "subchannel.bin";
/// What is known of them.
const MAP: &str = "sectors.map";
/// Which of them are certain: audio is, when it was read twice as the same, or when the drive's error pointers are believed and there were none.
const SURE: &str = "certain.map";
/// Which disc it is.
const IDENTITY: &str = "disc.json";
/// Held by the process that works here.
const LOCK: &str = "lock";
/// Behind the name of a file that is being written anew.
const FRESH: &str = ".new";
/// No map and no identity is longer.
const MOST_TEXT: u64 = 256 << 20;

/// A working folder that this process holds.
pub struct Store {
    folder: PathBuf,
    layout: Layout,
    sectors: File,
    sub: Option<File>,
    map: Map,
    sure: Map,
    /// Whether anything has been written since the last save.
    unsaved: bool,
    /// How far it has come without a gap.
    front: Arc<Front>,
    begun: String,
    resumed: bool,
    _lock: File,
}

impl Store {
    /// Goes on in a folder, or makes it. `restart`: what is there is given up.
    pub fn open(folder: &Path, layout: Layout, identity: &Identity, restart: bool) -> Result<Store, JobError> {
        let fail = |error| write_error(folder, error);
        match fs::create_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(fail(error)),
            _ => {}
        }
        let lock = lock(folder)?;
        let known = folder.join(IDENTITY);
        if restart && known.exists() {
            fs::remove_file(&known).map_err(fail)?;
        }
        let resumed = known.exists();
        if !resumed {
            own_alone(folder)?;
            make(folder, &layout, identity).inspect_err(|_| clear(folder))?;
        }
        let rip_error = |name: &str, error| JobError::Rip { path: folder.join(name), error };
        let found: Identity = serde_json::from_str(&text(&known)?)
            .map_err(|error| rip_error(IDENTITY, RipError::Identity { line: error.line(), column: error.column() }))?;
        if let Some(what) = found.differs(identity) {
            return Err(JobError::Rip { path: folder.to_owned(), error: RipError::OtherDisc(what) });
        }
        let map = |name: &str| {
            let map = mapfile::parse(&text(&folder.join(name))?, layout.sectors(), layout.record);
            map.map_err(|flaw| rip_error(name, flaw.into()))
        };
        let (map, sure) = (map(MAP)?, map(SURE)?);
        let sectors = working_file(folder, SECTORS, layout.bytes())?;
        let sub_bytes = u64::from(layout.sectors()) * SUBCHANNEL as u64;
        let sub = identity.subchannel.then(|| working_file(folder, SUB, sub_bytes)).transpose()?;
        let folder = folder.to_owned();
        let store = Store {
            folder,
            layout,
            sectors,
            sub,
            map,
            sure,
            unsaved: false,
            front: Arc::default(),
            begun: found.begun,
            resumed,
            _lock: lock,
        };
        store.tell_front();
        Ok(store)
    }

    /// Whether an earlier run has begun it.
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// When it was begun.
    pub fn begun(&self) -> &str {
        &self.begun
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is known of the sectors.
    pub fn map(&self) -> &Map {
        &self.map
    }

    /// Which sectors there are.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Whether their subchannel is kept.
    pub fn has_sub(&self) -> bool {
        self.sub.is_some()
    }

    /// Writes sectors, with the subchannel behind each where it is kept.
    pub fn write(&mut self, sectors: &Range<u32>, bytes: &[u8]) -> Result<(), JobError> {
        self.unsaved = true;
        self.put(sectors, bytes).map_err(|error| write_error(&self.folder, error))
    }

    fn put(&self, sectors: &Range<u32>, bytes: &[u8]) -> io::Result<()> {
        let Some(sub) = &self.sub else { return write_all_at(&self.sectors, self.layout.offset(sectors.start), bytes) };
        let record = self.layout.record as usize;
        let lines = || bytes.chunks_exact(record + SUBCHANNEL);
        let main: Vec<u8> = lines().flat_map(|line| &line[..record]).copied().collect();
        let subs: Vec<u8> = lines().flat_map(|line| &line[record..]).copied().collect();
        write_all_at(&self.sectors, self.layout.offset(sectors.start), &main)?;
        write_all_at(sub, u64::from(sectors.start) * SUBCHANNEL as u64, &subs)
    }

    /// Something is known now; it is on the disk after the next [`save`](Store::save).
    pub fn apply(&mut self, change: &Change) {
        self.unsaved = true;
        self.map.apply(change);
        self.tell_front();
    }

    fn tell_front(&self) {
        let first = self.map.blocks().first().filter(|block| block.status == Status::Finished);
        self.front.at(first.map_or(0, |block| block.sectors.end));
    }

    /// How far it has come without a gap, as it goes on.
    pub fn front(&self) -> Arc<Front> {
        self.front.clone()
    }

    /// Sectors are certain ([`Status::Finished`]), have to be read again ([`Status::NonTried`]), or have been read again in vain ([`Status::Bad`]).
    pub fn confirm(&mut self, sectors: Range<u32>, status: Status) {
        self.unsaved = true;
        self.sure.set(sectors, status);
    }

    /// How certain the sectors are.
    pub fn sure(&self) -> &Map {
        &self.sure
    }

    /// Writes the main channel of sectors; their subchannel stays.
    pub fn write_main(&mut self, index: u32, bytes: &[u8]) -> Result<(), JobError> {
        self.unsaved = true;
        let written = write_all_at(&self.sectors, self.layout.offset(index), bytes);
        written.map_err(|error| write_error(&self.folder, error))
    }

    /// Writes the subchannel of a sector, where it is kept.
    pub fn write_sub(&mut self, index: u32, bytes: &[u8]) -> Result<(), JobError> {
        self.unsaved = true;
        let at = u64::from(index) * SUBCHANNEL as u64;
        let written = self.sub.as_ref().map_or(Ok(()), |sub| write_all_at(sub, at, bytes));
        written.map_err(|error| write_error(&self.folder, error))
    }

    /// Reads the main channel of sectors back.
    pub fn main(&self, sectors: &Range<u32>) -> Result<Vec<u8>, JobError> {
        let mut bytes = vec![0; (self.layout.offset(sectors.end) - self.layout.offset(sectors.start)) as usize];
        let read = read_exact_at(&self.sectors, self.layout.offset(sectors.start), &mut bytes);
        read.map(|()| bytes).map_err(|error| write_error(&self.folder, error))
    }

    /// Reads the subchannel of sectors back; nothing where it is not kept.
    pub fn sub(&self, sectors: &Range<u32>) -> Result<Vec<u8>, JobError> {
        let Some(sub) = &self.sub else { return Ok(Vec::new()) };
        let mut bytes = vec![0; (sectors.end - sectors.start) as usize * SUBCHANNEL];
        let read = read_exact_at(sub, u64::from(sectors.start) * SUBCHANNEL as u64, &mut bytes);
        read.map(|()| bytes).map_err(|error| write_error(&self.folder, error))
    }

    /// Puts all on the disk: first the sectors, then the map that says so, under its name only when it is whole.
    pub fn save(&mut self, place: Place) -> Result<(), JobError> {
        if !std::mem::take(&mut self.unsaved) {
            return Ok(());
        }
        let synced = self.sectors.sync_data().and_then(|()| self.sub.as_ref().map_or(Ok(()), File::sync_data));
        let sure = || mapfile::print(&self.sure, self.layout.record, Place { sector: 0, work: '?', pass: 1 }, &[]);
        let saved = synced.and_then(|()| replace(&self.folder, MAP, &self.map_text(place)));
        let saved = saved.and_then(|()| replace(&self.folder, SURE, &sure()));
        self.unsaved = saved.is_err();
        saved.map_err(|error| write_error(&self.folder, error))
    }

    /// The text of the map.
    pub fn map_text(&self, place: Place) -> String {
        let program = concat!("Mapfile. Created by Spindle ", env!("CARGO_PKG_VERSION"));
        let unit = format!("Positions are bytes of the sectors read, one after another, {} each", self.layout.record);
        mapfile::print(&self.map, self.layout.record, place, &[program, &unit])
    }

    /// The disc in the working file, with what its subchannel adds to the table of contents; the subchannel itself where `sub` says so.
    pub fn disc(&self, disc: &Disc, sub: bool) -> Result<Arc<dyn DiscReader>, JobError> {
        let told = self.reader(disc, true)?;
        Ok(Arc::new(match recover(&told) {
            Some(disc) => self.reader(&disc, sub)?,
            None if sub => told,
            None => self.reader(disc, false)?,
        }))
    }

    fn reader(&self, disc: &Disc, with_sub: bool) -> Result<ExtentReader, JobError> {
        let fail = |error| write_error(&self.folder, error);
        let open = |name: &str| FileBytes::open(&self.folder.join(name)).map(|bytes| Arc::new(bytes) as Arc<dyn Bytes>);
        let main = open(SECTORS).map_err(fail)?;
        let sub = self.sub.as_ref().filter(|_| with_sub).map(|_| open(SUB).map_err(fail)).transpose()?;
        let slice = if self.layout.record as usize == RAW { Slice::RAW } else { Slice::COOKED };
        let extents = self.layout.spans().iter().map(|span| {
            let offset = self.layout.offset(span.index);
            let mut extent = Extent::plain(span.start, span.sectors, main.clone(), offset, self.layout.record, slice);
            let offset = u64::from(span.index) * SUBCHANNEL as u64;
            let kind = SubKind::Interleaved;
            extent.sub = sub.clone().map(|bytes| SubStore { bytes, offset, stride: SUBCHANNEL as u32, kind });
            extent
        });
        ExtentReader::new(disc.clone(), extents.collect()).map_err(|_| fail(io::ErrorKind::UnexpectedEof.into()))
    }

    /// Writes a file into the folder, whole, and then moves it to its place outside.
    pub fn deliver(&self, text: &str, place: &Path) -> Result<(), JobError> {
        const OUT: &str = "out";
        let deliver = || {
            replace(&self.folder, OUT, text)?;
            fs::rename(self.folder.join(OUT), place)
        };
        deliver().map_err(|error| write_error(place, error))
    }

    /// Takes the folder away: all that was in it is elsewhere now, or not wanted.
    pub fn remove(self) {
        let folder = self.folder.clone();
        drop(self);
        clear(&folder);
    }
}

/// How many bytes of each sector an earlier run has kept in a folder.
pub fn record_in(folder: &Path) -> Option<usize> {
    let identity: Identity = serde_json::from_str(&text(&folder.join(IDENTITY)).ok()?).ok()?;
    usize::try_from(identity.record).ok()
}

/// Of which disc an earlier run has left a folder, and what it knew of its sectors.
pub fn left_in(folder: &Path) -> Option<(Identity, Map)> {
    let identity: Identity = serde_json::from_str(&text(&folder.join(IDENTITY)).ok()?).ok()?;
    let map = mapfile::parse(&text(&folder.join(MAP)).ok()?, identity.sectors, identity.record).ok()?;
    Some((identity, map))
}

fn write_error(path: &Path, error: io::Error) -> JobError {
    JobError::Write { path: path.to_owned(), error }
}

/// Holds the folder; the system lets go of it however this process ends.
fn lock(folder: &Path) -> Result<File, JobError> {
    let path = folder.join(LOCK);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| write_error(&path, error))?;
    match file.try_lock() {
        // Where files can't be locked (some network shares), nobody is kept out.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JobError::Rip { path: folder.to_owned(), error: RipError::Busy }),
    }
}

/// A folder of this name with other things in it is somebody else's.
fn own_alone(folder: &Path) -> Result<(), JobError> {
    let entries = fs::read_dir(folder).map_err(|error| write_error(folder, error))?;
    let own = |name: &str| [SECTORS, SUB, MAP, SURE, IDENTITY, LOCK, "out"].contains(&name.trim_end_matches(FRESH));
    for entry in entries {
        let entry = entry.map_err(|error| write_error(folder, error))?;
        if !entry.file_name().to_str().is_some_and(own) {
            return Err(JobError::Exists(folder.to_owned()));
        }
    }
    Ok(())
}

/// Makes the files of a folder; what says of which disc it is comes last, for without it the folder is begun anew.
fn make(folder: &Path, layout: &Layout, identity: &Identity) -> Result<(), JobError> {
    let sub = if identity.subchannel { u64::from(layout.sectors()) * SUBCHANNEL as u64 } else { 0 };
    let needed = layout.bytes() + sub;
    if let Some(free) = free_space(folder).filter(|&free| free < needed) {
        return Err(JobError::NoRoom { path: folder.to_owned(), needed, free });
    }
    let make = || {
        File::create(folder.join(SECTORS))?.set_len(layout.bytes())?;
        if identity.subchannel {
            File::create(folder.join(SUB))?.set_len(sub)?;
        }
        let place = Place { sector: 0, work: '?', pass: 1 };
        let blank = mapfile::print(&Map::new(layout.sectors()), layout.record, place, &[]);
        replace(folder, MAP, &blank)?;
        replace(folder, SURE, &blank)?;
        let text = serde_json::to_string_pretty(identity).expect("these shapes have nothing that JSON lacks");
        replace(folder, IDENTITY, &text)
    };
    make().map_err(|error| write_error(folder, error))
}

/// Opens a file of the length that it must have.
fn working_file(folder: &Path, name: &str, expected: u64) -> Result<File, JobError> {
    let path = folder.join(name);
    let opened = OpenOptions::new().read(true).write(true).open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (found, file) = opened.map_err(|error| write_error(&path, error))?;
    match found == expected {
        true => Ok(file),
        false => Err(JobError::Rip { path, error: RipError::WorkingFile { expected, found } }),
    }
}

/// Reads a text of the folder.
fn text(path: &Path) -> Result<String, JobError> {
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST_TEXT).read_to_end(&mut text));
    read.map_err(|error| write_error(path, error))?;
    // What is no UTF-8 is no map either, and is refused as such.
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Writes a file of the folder anew: the old one is there until the new one is on the disk.
fn replace(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let fresh = folder.join([name, FRESH].concat());
    let mut file = File::create(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_data()?;
    fs::rename(&fresh, folder.join(name))?;
    sync_names(folder)
}

/// Names are on the disk only when their folder is.
#[cfg(unix)]
fn sync_names(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows writes names down by itself.
#[cfg(not(unix))]
fn sync_names(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes what is ours. Nothing better can be done about a file that can't be removed than to leave it.
fn clear(folder: &Path) {
    for name in [IDENTITY, MAP, SURE, SECTORS, SUB, LOCK, "out"] {
        let _ = fs::remove_file(folder.join(name));
        let _ = fs::remove_file(folder.join([name, FRESH].concat()));
    }
    let _ = fs::remove_dir(folder);
}
