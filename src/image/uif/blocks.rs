//! The sectors of a UIF image, decoded.

use std::io;
use std::sync::Arc;

use super::cipher::Cipher;
use super::parse::{Codec, Run};
use crate::bytes::codecs::{Inflater, LzmaProperties, in_block, unlzma};
use crate::bytes::{BlockSpan, Blocks, Bytes, Spares};

/// What is not compressed is read in pieces of this size.
const PIECE: u64 = 64 << 10;

/// How data are compressed.
pub struct Decoder {
    /// LZMA, from version 3 on, or zlib.
    pub lzma: bool,
    pub cipher: Option<Cipher>,
}

impl Decoder {
    /// Decodes what was stored compressed.
    pub fn decode(&self, stored: &mut [u8], inflater: &mut Inflater, into: &mut [u8]) -> io::Result<()> {
        if let Some(cipher) = &self.cipher {
            cipher.decrypt(stored);
        }
        if !self.lzma {
            return inflater.decode(stored, into);
        }
        // A filter, lc/lp/pb, the size of the dictionary; then eight bytes that repeat the length.
        let head = stored.split_first_chunk::<14>();
        let ([filter, codes, d0, d1, d2, d3, ..], stream) = head.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
        let dictionary = u32::from_le_bytes([*d0, *d1, *d2, *d3]);
        unlzma(LzmaProperties { codes: *codes, dictionary, x86: *filter != 0 }, stream, into)
    }
}

/// The runs, and zeros between them.
pub struct Runs {
    pub len: u64,
    pub runs: Vec<Run>,
    pub file: Arc<dyn Bytes>,
    pub decoder: Decoder,
    pub spares: Spares<(Vec<u8>, Inflater)>,
}

impl Runs {
    /// The run that holds a byte, or where the zeros around it begin and end.
    fn around(&self, at: u64) -> Result<&Run, (u64, u64)> {
        let next = self.runs.partition_point(|run| run.start <= at);
        let before = next.checked_sub(1).and_then(|index| self.runs.get(index));
        match before {
            Some(run) if at < run.end() => Ok(run),
            _ => Err((before.map_or(0, Run::end), self.runs.get(next).map_or(self.len, |run| run.start))),
        }
    }

    fn decode_run(&self, run: &Run, from: u64, into: &mut [u8]) -> io::Result<()> {
        if run.codec == Codec::Zeros {
            into.fill(0);
            return Ok(());
        }
        // What is stored may be shorter than the sectors; the rest are zeros.
        let here = match run.codec {
            Codec::Compressed => run.stored as usize,
            _ => u64::from(run.stored).saturating_sub(from).min(into.len() as u64) as usize,
        };
        self.spares.with(
            || (Vec::new(), Inflater::zlib()),
            |(stored, inflater)| {
                stored.resize(here, 0);
                self.file.read_at(run.at + from, stored)?;
                if run.codec == Codec::Compressed {
                    return self.decoder.decode(stored, inflater, into);
                }
                if let Some(cipher) = &self.decoder.cipher {
                    cipher.decrypt(stored);
                }
                into[..here].copy_from_slice(stored);
                into[here..].fill(0);
                Ok(())
            },
        )
    }
}

/// A block is a compressed run, or a piece of anything else; its number is the place of its first byte.
impl Blocks for Runs {
    fn len(&self) -> u64 {
        self.len
    }

    fn span(&self, at: u64) -> BlockSpan {
        let (start, end) = match self.around(at) {
            Ok(run) if run.codec == Codec::Compressed => {
                return BlockSpan { block: run.start, start: run.start, len: run.len as usize };
            }
            Ok(run) => (run.start, run.end()),
            Err(zeros) => zeros,
        };
        let piece = start + (at - start) / PIECE * PIECE;
        BlockSpan { block: piece, start: piece, len: (end - piece).min(PIECE) as usize }
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        match self.around(block) {
            Ok(run) => self.decode_run(run, block - run.start, into).map_err(|error| in_block(block, &error)),
            Err(_) => {
                into.fill(0);
                Ok(())
            }
        }
    }
}
