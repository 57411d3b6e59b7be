//! Opens a CHD.

use std::sync::Arc;

use super::header::{self, HEADER, Header, MAGIC};
use super::hunks::Hunks;
use super::map::{self, Map};
use super::metadata::{self, Piece};
use super::tracks::{self, Tracks};
use super::{layout, parent};
use crate::bytes::{Blocks, Bytes, Unpacked, read_some};
use crate::disc::sector::Slice;
use crate::disc::{Disc, Lba, Medium, Track, TrackMode};
use crate::image::raw::probe;
use crate::image::{Error, Extent, Fault, Flaw, Likeness, Limits, Opened, Opener, guess_medium};

/// Bytes of a sector of a DVD.
const SECTOR: u64 = 2048;

/// The marker tells.
pub fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    Ok(if opener.read(0, MAGIC.len())? == MAGIC { Likeness::Sure } else { Likeness::No })
}

/// Opens it, and the parents that it needs.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    let file = opener.bytes().clone();
    let flaw = |flaw| opener.flaw(flaw);
    let described = describe(&*file).map_err(flaw)?;
    let parent = described.header.parent.map(|wanted| parent::find(opener, wanted)).transpose()?;
    assemble(described, file, parent).map_err(flaw)
}

/// What a file says of itself.
struct Described {
    header: Header,
    map: Map,
    content: Content,
}

/// What is in it.
enum Content {
    /// Frames of a CD or GD-ROM.
    Frames(Tracks),
    /// Sectors of 2048 bytes.
    Dvd,
    /// Nobody says.
    Unsaid,
}

fn describe(file: &dyn Bytes) -> Result<Described, Flaw> {
    let head = read_some(file, 0, HEADER).map_err(|error| Flaw::at(0, Fault::Io(error)))?;
    let header = header::parse(&head)?;
    let pieces = metadata::read(file, header.metadata)?;
    let content = content(&pieces)?;
    let map = map::read(&header, file)?;
    if map.needs_parent() && header.parent.is_none() {
        return Err(Flaw::file(Fault::Missing { what: "the SHA-1 of the parent" }));
    }
    Ok(Described { header, map, content })
}

fn content(pieces: &[Piece]) -> Result<Content, Flaw> {
    if let Some(tracks) = tracks::parse(pieces)? {
        return Ok(Content::Frames(tracks));
    }
    let unsupported = [
        (b"GDDD", "a hard disk (the CHD holds no disc)"),
        (b"IDNT", "a hard disk (the CHD holds no disc)"),
        (b"CIS ", "a hard disk (the CHD holds a PC card, and no disc)"),
        (b"AVAV", "a laserdisc (audio and video of a CHD)"),
    ];
    for (tag, what) in unsupported {
        if pieces.iter().any(|piece| piece.tag == *tag) {
            return Err(Flaw::file(Fault::Unsupported { what }));
        }
    }
    Ok(if pieces.iter().any(|piece| piece.tag == *b"DVD ") { Content::Dvd } else { Content::Unsaid })
}

fn assemble(described: Described, file: Arc<dyn Bytes>, parent: Option<Arc<dyn Bytes>>) -> Result<Opened, Flaw> {
    let Described { header, map, content } = described;
    let version = header.version;
    let bytes: Arc<dyn Bytes> = Arc::new(Unpacked::new(Hunks::new(file, header, map, parent)));
    match content {
        Content::Frames(tracks) => match old_dvd(&tracks) {
            Some(frames) => dvd(&bytes, frames, super::codecs::FRAME as u32),
            None => layout::layout(&tracks, &bytes),
        },
        Content::Dvd => {
            let sectors = u32::try_from(bytes.len() / SECTOR).unwrap_or(u32::MAX);
            dvd(&bytes, sectors, SECTOR as u32)
        }
        // Before chdman knew DVDs, some were kept as raw data; hard disks were, too.
        Content::Unsaid => {
            let found = probe(&*bytes).map_err(|error| Flaw::file(Fault::Io(error)))?;
            match found.filter(|record| record.is_cooked()) {
                Some(_) => {
                    let sectors = u32::try_from(bytes.len() / SECTOR).unwrap_or(u32::MAX);
                    dvd(&bytes, sectors, SECTOR as u32)
                }
                None if version < 3 => Err(Flaw::file(Fault::Unsupported { what: "a hard disk (the CHD holds no disc)" })),
                None => Err(Flaw::file(Fault::Unsupported { what: "a CHD that does not say what it holds, and holds no disc" })),
            }
        }
    }
}

/// DVDs were kept as CDs of one track of 2048-byte sectors, and a CD can't be as long as most of them are.
fn old_dvd(tracks: &Tracks) -> Option<u32> {
    match &tracks.entries[..] {
        [only] if only.record == (TrackMode::Mode1, Slice::COOKED) && !guess_medium(u64::from(only.frames)).is_cd() => {
            Some(only.frames)
        }
        _ => None,
    }
}

/// Sectors of 2048 bytes, one each `stride`.
fn dvd(bytes: &Arc<dyn Bytes>, sectors: u32, stride: u32) -> Result<Opened, Flaw> {
    let mut warnings = Vec::new();
    if sectors == 0 {
        return Err(Flaw::file(Fault::Truncated { what: "the first sector", needed: SECTOR, found: bytes.len() }));
    }
    if sectors > i32::MAX as u32 {
        return Err(Flaw::file(Fault::TooMany { what: "sectors", limit: i32::MAX as u64 }));
    }
    let rest = bytes.len() % SECTOR;
    if u64::from(stride) == SECTOR && rest != 0 {
        warnings.push(format!("The last {rest} bytes are no whole sector of {SECTOR} bytes and were left out."));
    }
    let medium = match guess_medium(u64::from(sectors)) {
        Medium::Bd => Medium::Bd,
        _ => Medium::Dvd,
    };
    let disc = Disc::new(medium, vec![Track::new(1, TrackMode::Dvd, Lba(0), sectors)]);
    let extent = Extent::plain(Lba(0), sectors, bytes.clone(), 0, stride, Slice::COOKED);
    Ok(Opened { disc, extents: vec![extent], warnings })
}

/// Reads a file out of memory, its first hunks included, and throws away what it finds.
pub fn parse_anything(bytes: &[u8], _: &Limits) {
    let file: Arc<dyn Bytes> = Arc::new(bytes.to_vec());
    let Ok(described) = describe(&*file) else { return };
    let parent = described.header.parent.map(|_| file.clone());
    if let Ok(map) = map::read(&described.header, &*file) {
        let hunks = Hunks::new(file.clone(), described.header.clone(), map, parent.clone());
        let mut into = Vec::new();
        for hunk in 0..described.header.hunks.min(3) {
            into.resize(hunks.span(hunk * u64::from(described.header.hunk)).len, 0);
            let _ = hunks.decode(hunk, &mut into);
        }
    }
    let _ = assemble(described, file, parent);
}
