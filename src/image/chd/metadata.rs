//! The metadata of a CHD: a list of tagged pieces, each with the place of the next.

use super::header::Sha1;
use crate::bytes::{Bytes, read_some};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw};

/// More than any file has: a CD has 99.
const PIECES: u32 = 4096;
/// Bytes of all pieces together that are read.
const BYTES: u64 = 4 << 20;
/// Bytes before what a piece holds.
const HEAD: usize = 16;
/// The flag of pieces that go into the SHA-1 of all.
pub const HASHED: u8 = 1;

/// A piece of metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Four letters that tell what it is.
    pub tag: [u8; 4],
    /// [`HASHED`], or 0.
    pub flags: u8,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl Piece {
    /// One that goes into the SHA-1.
    pub fn new(tag: &[u8; 4], bytes: Vec<u8>) -> Piece {
        Piece { tag: *tag, flags: HASHED, bytes }
    }

    /// The text that it holds, without the zero at its end; what is no ASCII becomes `?`.
    pub fn text(&self) -> String {
        let text = self.bytes.split(|&byte| byte == 0).next().unwrap_or_default();
        text.iter().map(|&byte| if byte.is_ascii() { byte as char } else { '?' }).collect()
    }
}

/// Reads the list that begins at `first`.
pub fn read(file: &dyn Bytes, first: Option<u64>) -> Result<Vec<Piece>, Flaw> {
    let mut pieces = Vec::new();
    let mut next = first;
    let mut total = 0;
    while let Some(at) = next {
        if pieces.len() as u32 == PIECES {
            return Err(Flaw::at(at, Fault::TooMany { what: "pieces of metadata", limit: u64::from(PIECES) }));
        }
        let io = |error| Flaw::at(at, Fault::Io(error));
        let head = read_some(file, at, HEAD).map_err(io)?;
        let wire = Wire::new(&head, at, "a piece of metadata");
        let len = u64::from(wire.u32_be(4)? & 0x00FF_FFFF);
        total += len;
        if total > BYTES {
            return Err(Flaw::at(at, Fault::TooMany { what: "bytes of metadata", limit: BYTES }));
        }
        let place = at.saturating_add(HEAD as u64);
        let bytes = read_some(file, place, len as usize).map_err(io)?;
        if (bytes.len() as u64) < len {
            let found = bytes.len() as u64;
            return Err(Flaw::at(place, Fault::Truncated { what: "a piece of metadata", needed: len, found }));
        }
        next = Some(wire.u64_be(8)?).filter(|&at| at != 0);
        pieces.push(Piece { tag: wire.array(0)?, flags: wire.u8(4)?, bytes });
    }
    Ok(pieces)
}

/// The list as it stands in a file, from `at` on.
pub fn write(pieces: &[Piece], at: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, piece) in pieces.iter().enumerate() {
        let end = at + (bytes.len() + HEAD + piece.bytes.len()) as u64;
        let next = if number + 1 < pieces.len() { end } else { 0 };
        bytes.extend(piece.tag);
        bytes.extend(((u32::from(piece.flags) << 24) | piece.bytes.len() as u32).to_be_bytes());
        bytes.extend(next.to_be_bytes());
        bytes.extend(&piece.bytes);
    }
    bytes
}

/// The SHA-1 of all: that of the data's, followed by tags and SHA-1s of the hashed pieces, sorted.
pub fn sha1_of_all(raw: &Sha1, pieces: &[Piece]) -> Sha1 {
    use sha1::Digest;
    let mut hashed: Vec<Vec<u8>> = pieces
        .iter()
        .filter(|piece| piece.flags & HASHED != 0)
        .map(|piece| [piece.tag.as_slice(), &sha1::Sha1::digest(&piece.bytes)].concat())
        .collect();
    hashed.sort();
    let mut digest = sha1::Sha1::new();
    digest.update(raw);
    hashed.iter().for_each(|entry| digest.update(entry));
    digest.finalize().into()
}
