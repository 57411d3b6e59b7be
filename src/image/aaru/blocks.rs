//! Blocks of an image as streams: all that hold user data one after another, and single ones.

use std::io;
use std::sync::Arc;

use super::codec;
use super::parse::Head;
use crate::bytes::{BlockSpan, Blocks, Bytes};

/// Blocks of user data, in the order of their place in the file.
pub struct UserData {
    file: Arc<dyn Bytes>,
    /// Where each begins in the file and among the decoded bytes, and what it is.
    blocks: Vec<(u64, u64, Head)>,
    len: u64,
}

impl UserData {
    /// Blocks with the places that the table knows them by, each of them once; none is empty.
    pub fn new(file: Arc<dyn Bytes>, mut heads: Vec<(u64, Head)>) -> UserData {
        heads.sort_by_key(|(place, _)| *place);
        heads.dedup_by_key(|(place, _)| *place);
        let mut len = 0u64;
        let blocks = heads
            .into_iter()
            .map(|(place, head)| {
                let start = len;
                // No file has so many blocks that their lengths of 32 bits overflow 64.
                len = len.saturating_add(head.len);
                (place, start, head)
            })
            .collect();
        UserData { file, blocks, len }
    }

    /// The block at this place of the file: where it begins among the decoded bytes, and what it is.
    pub fn at(&self, place: u64) -> Option<(u64, Head)> {
        let index = self.blocks.binary_search_by_key(&place, |(place, ..)| *place).ok()?;
        self.blocks.get(index).map(|(_, start, head)| (*start, *head))
    }
}

impl Blocks for UserData {
    fn len(&self) -> u64 {
        self.len
    }

    fn span(&self, at: u64) -> BlockSpan {
        let block = self.blocks.partition_point(|(_, start, _)| *start <= at).saturating_sub(1);
        let (start, len) = self.blocks.get(block).map_or((0, 0), |(_, start, head)| (*start, head.len));
        BlockSpan { block: block as u64, start, len: usize::try_from(len).unwrap_or(usize::MAX) }
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        let found = usize::try_from(block).ok().and_then(|block| self.blocks.get(block));
        let (place, _, head) = found.ok_or(io::ErrorKind::UnexpectedEof)?;
        decode(&*self.file, head, into).map_err(|error| named(&format!("the block at {place}"), error))
    }
}

/// One block, decoded as a whole when a part of it is wanted.
pub struct Whole {
    /// The image.
    pub file: Arc<dyn Bytes>,
    /// The block.
    pub head: Head,
}

impl Blocks for Whole {
    fn len(&self) -> u64 {
        self.head.len
    }

    fn span(&self, _: u64) -> BlockSpan {
        BlockSpan { block: 0, start: 0, len: usize::try_from(self.head.len).unwrap_or(usize::MAX) }
    }

    fn decode(&self, _: u64, into: &mut [u8]) -> io::Result<()> {
        decode(&*self.file, &self.head, into).map_err(|error| named(&format!("the block with data at {}", self.head.at), error))
    }
}

fn decode(file: &dyn Bytes, head: &Head, into: &mut [u8]) -> io::Result<()> {
    // How much is stored was held against the length of the file.
    let mut stored = vec![0; usize::try_from(head.stored).unwrap_or(usize::MAX)];
    file.read_at(head.at, &mut stored)?;
    codec::decode(head.compression, stored, into)?;
    if codec::matches(into, head.crc) {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum is wrong"))
}

fn named(block: &str, error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            io::Error::new(io::ErrorKind::InvalidData, format!("{block} is damaged: {error}"))
        }
        _ => error,
    }
}
