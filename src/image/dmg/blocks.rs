//! [`Chunks`]: the chunks of an image, unpacked.

use std::io::{self, Read};
use std::sync::Arc;

use bzip2::Decompress as Bunzip;
use flate2::{Decompress, FlushDecompress, Status};
use lzfse_rust::LzfseRingDecoder;
use lzma_rust2::XzReader;

use super::adc;
use super::parse::{Chunk, How, SECTOR};
use crate::bytes::{BlockSpan, Blocks, Bytes, Spares};

/// Chunks that are not packed may be as long as the image: they are read in pieces of this size.
const PIECE: u64 = 1 << 20;
/// The number of a block is that of its chunk, and below it that of the piece.
const PIECE_BITS: u32 = 32;
/// The most memory that an LZMA dictionary may take, in KiB; hdiutil's are no larger than a chunk.
const DICTIONARY: u32 = 96 << 10;

/// The chunks of an image, which follow each other without a gap.
pub struct Chunks {
    file: Arc<dyn Bytes>,
    chunks: Vec<Chunk>,
    states: Spares<State>,
}

struct State {
    stored: Vec<u8>,
    zlib: Decompress,
    lzfse: Option<Box<LzfseRingDecoder>>,
}

impl State {
    fn new() -> State {
        State { stored: Vec::new(), zlib: Decompress::new(true), lzfse: None }
    }
}

impl Chunks {
    /// Chunks of this file, as [`super::arrange`] put them in order.
    pub fn new(file: Arc<dyn Bytes>, chunks: Vec<Chunk>) -> Chunks {
        Chunks { file, chunks, states: Spares::default() }
    }

    fn chunk(&self, number: u64) -> Option<&Chunk> {
        self.chunks.get(usize::try_from(number).ok()?)
    }
}

/// Unpacks a chunk; `None` where it is damaged or unpacks to less or more.
fn unpack(state: &mut State, how: How, into: &mut [u8]) -> Option<()> {
    let State { stored, zlib, lzfse } = state;
    match how {
        How::Zlib => {
            zlib.reset(true);
            let ended = matches!(zlib.decompress(stored, into, FlushDecompress::Finish), Ok(Status::StreamEnd));
            (ended && zlib.total_out() == into.len() as u64).then_some(())
        }
        How::Bzip2 => {
            // It has no way to begin again but anew.
            let mut bunzip = Bunzip::new(false);
            let status = bunzip.decompress(stored, into).ok()?;
            let full = bunzip.total_out() == into.len() as u64;
            let ended = status == bzip2::Status::StreamEnd || {
                full && bunzip
                    .decompress(stored.get(bunzip.total_in() as usize..)?, &mut [])
                    .is_ok_and(|status| status == bzip2::Status::StreamEnd)
            };
            (ended && full).then_some(())
        }
        How::Lzfse => {
            let decoder = lzfse.get_or_insert_with(Box::default);
            read_all(decoder.reader_bytes(stored), into)
        }
        How::Xz => read_all(XzReader::new_mem_limit(stored.as_slice(), false, DICTIONARY), into),
        How::Adc => (adc::decode(stored, into)? == into.len()).then_some(()),
        How::Zeros | How::Free | How::Plain => None,
    }
}

/// Reads to the end, which has to be that of `into`.
fn read_all(mut reader: impl Read, into: &mut [u8]) -> Option<()> {
    reader.read_exact(into).ok()?;
    matches!(reader.read(&mut [0]), Ok(0)).then_some(())
}

impl Blocks for Chunks {
    fn len(&self) -> u64 {
        self.chunks.last().map_or(0, |chunk| (chunk.sector + chunk.sectors) * SECTOR)
    }

    fn span(&self, at: u64) -> BlockSpan {
        let number = self.chunks.partition_point(|chunk| chunk.sector * SECTOR <= at).saturating_sub(1);
        let Some(chunk) = self.chunks.get(number) else { return BlockSpan { block: 0, start: 0, len: 0 } };
        let (start, len, block) = (chunk.sector * SECTOR, chunk.sectors * SECTOR, (number as u64) << PIECE_BITS);
        if !chunk.how.is_empty() && chunk.how != How::Plain {
            return BlockSpan { block, start, len: len as usize };
        }
        let piece = (at - start) / PIECE;
        BlockSpan { block: block | piece, start: start + piece * PIECE, len: PIECE.min(len - piece * PIECE) as usize }
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        let (number, piece) = (block >> PIECE_BITS, block & ((1 << PIECE_BITS) - 1));
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, format!("chunk {number} of the image is damaged"));
        let chunk = self.chunk(number).ok_or_else(damaged)?;
        let (at, len) = chunk.stored;
        match chunk.how {
            How::Zeros | How::Free => {
                into.fill(0);
                Ok(())
            }
            How::Plain => self.file.read_at(at + piece * PIECE, into),
            how => self.states.with(State::new, |state| {
                state.stored.resize(usize::try_from(len).map_err(io::Error::other)?, 0);
                self.file.read_at(at, &mut state.stored)?;
                unpack(state, how, into).ok_or_else(damaged)
            }),
        }
    }
}
