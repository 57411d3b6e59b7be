//! From the bytes of an Easy CD Creator image to plain values: pure, no file access.

use encoding_rs::WINDOWS_1252;

use crate::disc::{DiscType, Isrc};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw};

/// Bytes before the content of a block: `RIFF`, length, kind.
pub const HEAD_LEN: usize = 12;
/// More blocks than any image has.
const MOST_BLOCKS: usize = 1000;
/// Bytes before the first item of a block, of which nothing is known.
const UNKNOWN: u64 = 8;
const PLACE_LEN: u64 = 22;
const MOST_TRACKS: u16 = 99;
const TITLES: u64 = 16;
const ISRC: u64 = 229;
const TRACK_TITLE: u64 = 293;

/// A block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: [u8; 4],
    /// Where its content begins.
    pub at: u64,
    /// Bytes of content.
    pub len: u64,
}

/// What the image says of the disc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Title of the disc.
    pub title: String,
    /// Who performs.
    pub performer: String,
    /// The sessions, in order.
    pub sessions: Vec<SessionBlock>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionBlock {
    /// What kind.
    pub disc_type: DiscType,
    /// Its tracks, in order; at least one.
    pub tracks: Vec<TrackBlock>,
}

/// A track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackBlock {
    /// 0 audio, 1 mode 1, 2 mode 2 form 1, 4 mode 2 of both forms.
    pub kind: u16,
    /// Sectors; a track on the disc has 300 at least.
    pub sectors: u32,
    /// Recording code.
    pub isrc: Option<Isrc>,
    /// Title.
    pub title: String,
}

/// Where a track lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What stands there before the sectors.
    pub kind: [u8; 4],
    /// Offset of that.
    pub at: u64,
    /// Bytes from there on.
    pub len: u64,
}

/// The blocks of a file of `len` bytes, whose heads `read` gives.
///
/// By libMirage's word the length of a block counts from its kind on, as in RIFF; by another's it does not. A block is where the next one, or the end of
/// the file, is found.
pub fn chain(len: u64, read: impl Fn(u64) -> Result<Vec<u8>, Flaw>) -> Result<Vec<Block>, Flaw> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < len {
        if blocks.len() == MOST_BLOCKS {
            return Err(Flaw::at(at, Fault::TooMany { what: "blocks", limit: MOST_BLOCKS as u64 }));
        }
        let bytes = read(at)?;
        let head = Wire::new(&bytes, at, "the head of a block");
        if &head.array(0)? != b"RIFF" {
            return Err(head.flaw(0, Fault::NotThis { what: "a block (RIFF)" }));
        }
        let said = u64::from(head.u32_le(4)?);
        let mut next = None;
        for end in [at + 8 + said, at + 12 + said] {
            let padded = end + end % 2;
            for end in [padded, end].into_iter().filter(|&end| end >= at + 12) {
                if next.is_none() && (end == len || end < len && read(end)?.starts_with(b"RIFF")) {
                    next = Some(end);
                }
            }
        }
        let next =
            next.ok_or_else(|| head.out_of_range(4, "the length of a block", "one that ends at another or with the file", said))?;
        blocks.push(Block { kind: head.array(8)?, at: at + 12, len: next - at - 12 });
        at = next;
    }
    Ok(blocks)
}

/// The places of the tracks, in order: the block `ofs `, whose content begins at `base`.
pub fn places(bytes: &[u8], base: u64) -> Result<Vec<Place>, Flaw> {
    let block = Wire::new(bytes, base, "the list of places");
    let count = block.u16_le(UNKNOWN)?;
    if count > MOST_TRACKS {
        return Err(block.flaw(UNKNOWN, Fault::TooMany { what: "tracks", limit: MOST_TRACKS.into() }));
    }
    let place = |n: u64| {
        let place = block.part(UNKNOWN + 2 + n * PLACE_LEN, PLACE_LEN, "the place of a track")?;
        if &place.array(0)? != b"RIFF" {
            return Err(place.flaw(0, Fault::NotThis { what: "the place of a track (RIFF)" }));
        }
        Ok(Place { kind: place.array(8)?, at: place.u32_le(12)?.into(), len: place.u32_le(4)?.into() })
    };
    (0..count.into()).map(place).collect()
}

/// The description of the disc: the block `disc`, whose content begins at `base`.
pub fn disc(bytes: &[u8], base: u64) -> Result<Description, Flaw> {
    let block = Wire::new(bytes, base, "the description of the disc");
    let mut at = UNKNOWN;
    let disc = item(&block, &mut at, "the description of the disc", TITLES)?;
    let (title, rest) = text(disc.rest(TITLES, "a title").bytes());
    let (performer, _) = text(rest);
    let mut sessions = Vec::new();
    let mut tracks = 0;
    for _ in 0..disc.u16_le(2)? {
        let session = item(&block, &mut at, "a session", 18)?;
        let disc_type = if session.u16_le(10)? == 3 { DiscType::Xa } else { DiscType::CdDaOrRom };
        let count = session.u16_le(2)?;
        tracks += u32::from(count);
        if count == 0 {
            return Err(session.flaw(2, Fault::Missing { what: "a track of the session" }));
        }
        if tracks > MOST_TRACKS.into() {
            return Err(session.flaw(2, Fault::TooMany { what: "tracks", limit: MOST_TRACKS.into() }));
        }
        let tracks = (0..count).map(|_| track(&item(&block, &mut at, "a track", 24)?)).collect::<Result<_, _>>()?;
        sessions.push(SessionBlock { disc_type, tracks });
    }
    if sessions.is_empty() {
        return Err(disc.flaw(2, Fault::Missing { what: "a session" }));
    }
    let said = disc.u16_le(4)?;
    if u32::from(said) != tracks {
        let what = "the number of tracks and the tracks of the sessions";
        return Err(disc.flaw(4, Fault::Contradiction { what, one: said.into(), other: tracks.into() }));
    }
    Ok(Description { title, performer, sessions })
}

/// The next item, which begins with its own length.
fn item<'a>(block: &Wire<'a>, at: &mut u64, what: &'static str, least: u64) -> Result<Wire<'a>, Flaw> {
    let len = u64::from(block.rest(*at, what).u16_le(0)?);
    if len < least {
        return Err(block.out_of_range(*at, "the length of an item", "that of what it holds", len));
    }
    let item = block.part(*at, len, what)?;
    *at += len;
    Ok(item)
}

fn track(item: &Wire) -> Result<TrackBlock, Flaw> {
    let kind = item.u16_le(10)?;
    let audio = kind == 0;
    let isrc = if audio { item.array::<12>(ISRC).ok().and_then(|code| Isrc::new(&code).ok()) } else { None };
    let title = if audio { text(item.rest(TRACK_TITLE, "a title").bytes()).0 } else { String::new() };
    Ok(TrackBlock { kind, sectors: item.u32_le(4)?, isrc, title })
}

/// A text up to its zero, and what follows it. The code page is that of the writer's Windows, which the file doesn't tell.
fn text(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let text = WINDOWS_1252.decode_without_bom_handling(&bytes[..end]).0;
    (text.trim().to_owned(), bytes.get(end + 1..).unwrap_or_default())
}
