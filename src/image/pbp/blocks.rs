//! The sectors of a disc: blocks of 16, most of them deflated.

use std::io;
use std::sync::Arc;

use flate2::{Decompress, FlushDecompress, Status};

use super::parse::BLOCK;
use crate::bytes::{BlockSpan, Blocks, Bytes, Spares};

/// The blocks of a disc in their file.
pub struct Deflated {
    file: Arc<dyn Bytes>,
    blocks: Vec<(u64, u16)>,
    spares: Spares<Spare>,
}

/// What decoding a block takes.
struct Spare {
    stored: Vec<u8>,
    bare: Decompress,
    wrapped: Decompress,
}

impl Deflated {
    /// Blocks of `file`, each by its offset and stored size.
    pub fn new(file: Arc<dyn Bytes>, blocks: Vec<(u64, u16)>) -> Deflated {
        Deflated { file, blocks, spares: Spares::default() }
    }
}

impl Blocks for Deflated {
    fn len(&self) -> u64 {
        self.blocks.len() as u64 * u64::from(BLOCK)
    }

    fn span(&self, at: u64) -> BlockSpan {
        BlockSpan::uniform(at, BLOCK, self.len())
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        let index = usize::try_from(block).unwrap_or(usize::MAX);
        let &(offset, stored) = self.blocks.get(index).ok_or(io::ErrorKind::UnexpectedEof)?;
        if stored as usize == into.len() {
            return self.file.read_at(offset, into);
        }
        let new = || Spare { stored: Vec::new(), bare: Decompress::new(false), wrapped: Decompress::new(true) };
        let decoded = self.spares.with(new, |spare| {
            spare.stored.resize(stored.into(), 0);
            self.file.read_at(offset, &mut spare.stored)?;
            // Some programs write the two bytes that make it a zlib stream, others don't.
            let bare = inflate(&mut spare.bare, false, &spare.stored, into);
            Ok::<_, io::Error>(bare.or_else(|| inflate(&mut spare.wrapped, true, &spare.stored, into)))
        })?;
        match decoded {
            Some(len) if len == into.len() => Ok(()),
            // The end of the disc need not fill its block.
            Some(len) if index + 1 == self.blocks.len() => {
                into[len..].fill(0);
                Ok(())
            }
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, format!("block {block} of the PBP is damaged"))),
        }
    }
}

/// How many bytes came out; `None` where the stream is damaged or does not end in the block.
fn inflate(decoder: &mut Decompress, zlib: bool, stored: &[u8], into: &mut [u8]) -> Option<usize> {
    decoder.reset(zlib);
    match decoder.decompress(stored, into, FlushDecompress::Finish) {
        Ok(Status::StreamEnd) => usize::try_from(decoder.total_out()).ok(),
        _ => None,
    }
}
