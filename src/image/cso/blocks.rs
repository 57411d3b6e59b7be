//! [`Packed`]: the blocks of an image, decoded.

use std::io;
use std::sync::Arc;

use flate2::{Decompress, FlushDecompress, Status};

use super::lz4;
use super::parse::{How, Index, Stored};
use crate::bytes::{BlockSpan, Blocks, Bytes, Spares};

/// What a block may take beyond twice its size; more is no block but a trap for the reader's memory.
const SLACK: u64 = 4096;

/// The blocks of a CSO, ZSO, DAX or JSO.
pub struct Packed {
    bytes: Arc<dyn Bytes>,
    index: Index,
    /// LZ4 blocks have their length in front of them, as in an LZ4 frame: images for the Xbox.
    framed: bool,
    states: Spares<State>,
}

/// What a thread needs to decode.
struct State {
    stored: Vec<u8>,
    whole: Vec<u8>,
    raw: Decompress,
    zlib: Decompress,
}

impl State {
    fn new() -> State {
        State { stored: Vec::new(), whole: Vec::new(), raw: Decompress::new(false), zlib: Decompress::new(true) }
    }
}

impl Packed {
    /// The blocks that this index tells of.
    pub fn new(bytes: Arc<dyn Bytes>, index: Index) -> io::Result<Packed> {
        let mut packed = Packed { bytes, index, framed: false, states: Spares::default() };
        packed.framed = packed.looks_framed()?;
        Ok(packed)
    }

    /// Whether the first LZ4 blocks begin with their own length, and end before the next 4 bytes after it.
    fn looks_framed(&self) -> io::Result<bool> {
        const LOOKED_AT: usize = 8;
        let align = 1u64 << self.index.header().shift;
        let blocks = (0..self.index.header().blocks().min(4096)).filter_map(|block| self.index.stored(block));
        let mut seen = false;
        for stored in blocks.filter(|stored| stored.how == How::Lz4).take(LOOKED_AT) {
            let mut len = [0; 4];
            if stored.len < 4 {
                return Ok(false);
            }
            self.bytes.read_at(stored.at, &mut len)?;
            let rest = (stored.len - 4).checked_sub(u64::from(u32::from_le_bytes(len)));
            if rest.is_none_or(|rest| rest >= align) {
                return Ok(false);
            }
            seen = true;
        }
        Ok(seen)
    }

    fn unpack(&self, state: &mut State, stored: Stored, into: &mut [u8]) -> io::Result<Option<usize>> {
        let State { stored: bytes, raw, zlib, .. } = state;
        let most = 2 * u64::from(self.index.header().block) + SLACK;
        bytes.resize(stored.len.min(most) as usize, 0);
        self.bytes.read_at(stored.at, bytes)?;
        Ok(match stored.how {
            How::Lz4 if self.framed => bytes.split_first_chunk().and_then(|(len, block)| {
                let len = usize::try_from(u32::from_le_bytes(*len)).ok()?;
                lz4::decode(block.get(..len)?, into)
            }),
            How::Lz4 => lz4::decode(bytes, into),
            How::Zlib if is_zlib(bytes) => inflate(zlib, true, bytes, into),
            How::Zlib | How::Deflate | How::Plain => inflate(raw, false, bytes, into),
        })
    }
}

/// The two bytes of a zlib stream (RFC 1950): deflate, and a check of both.
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..] if first & 15 == 8 && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31))
}

/// How many bytes came, where the stream ends before it goes beyond `into`.
fn inflate(inflater: &mut Decompress, zlib: bool, bytes: &[u8], into: &mut [u8]) -> Option<usize> {
    inflater.reset(zlib);
    match inflater.decompress(bytes, into, FlushDecompress::Finish) {
        Ok(Status::StreamEnd) => usize::try_from(inflater.total_out()).ok(),
        Ok(Status::Ok | Status::BufError) | Err(_) => None,
    }
}

impl Blocks for Packed {
    fn len(&self) -> u64 {
        self.index.header().size
    }

    fn span(&self, at: u64) -> BlockSpan {
        BlockSpan::uniform(at, self.index.header().block, self.len())
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, format!("block {block} of the image is damaged"));
        let stored = self.index.stored(block).ok_or_else(damaged)?;
        if stored.how == How::Plain {
            return if stored.len < into.len() as u64 { Err(damaged()) } else { self.bytes.read_at(stored.at, into) };
        }
        let size = self.index.header().block as usize;
        self.states.with(State::new, |state| {
            if into.len() == size {
                return match self.unpack(state, stored, into)? {
                    Some(len) if len == size => Ok(()),
                    _ => Err(damaged()),
                };
            }
            // The last block may be stored as if the image did not end in it.
            let mut whole = std::mem::take(&mut state.whole);
            whole.resize(size, 0);
            let len = self.unpack(state, stored, &mut whole);
            let wanted = whole.get(..into.len()).filter(|wanted| matches!(len, Ok(Some(len)) if len >= wanted.len()));
            let result = match (wanted, len) {
                (Some(wanted), _) => {
                    into.copy_from_slice(wanted);
                    Ok(())
                }
                (None, Err(error)) => Err(error),
                (None, Ok(_)) => Err(damaged()),
            };
            state.whole = whole;
            result
        })
    }
}
