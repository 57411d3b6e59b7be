//! File entries: what a file or folder is, and where its bytes lie (ECMA-167, 4/14.9 and 4/14.17).

use super::fields::{Kind, Place, Run, tag, u16_at, u32_at};
use super::space::Space;
use super::{BLOCK, Reader};

/// Tags (ECMA-167, 4/7.2.1).
const INDIRECT: u16 = 248;
const CONTINUED: u16 = 258;
const FILE: u16 = 261;
const EXTENDED_FILE: u16 = 266;
/// Entries that an indirect one may lead through, and runs of a file: the largest discs have 50 in their largest file.
const MOST_INDIRECT: u32 = 16;
const MOST_RUNS: usize = 1 << 20;

/// A file entry.
pub struct Node {
    /// File type of its ICB tag.
    pub file_type: u8,
    /// Bytes of the file.
    length: u64,
    /// Where they lie; none where they are in the entry itself.
    pub runs: Vec<Run>,
    /// The bytes, where they are in the entry itself.
    embedded: Vec<u8>,
}

impl Node {
    /// Reads an entry; `None` where it can't be read or is none. Where several were written one after another, each for a change of the file
    /// (strategy 4096, ECMA-167, 4/A.3), the first counts.
    pub fn read(space: &Space, mut place: Place, reader: &Reader<'_>) -> Option<Node> {
        for _ in 0..MOST_INDIRECT {
            let block = reader.block(space.find(place)?.start)?;
            match tag(&block)? {
                // An indirect entry (4/14.7) says where the entry is.
                INDIRECT => place = Run::long(block.get(36..)?)?.place,
                FILE => return Node::parse(&block, place.map, [168, 176], space, reader),
                EXTENDED_FILE => return Node::parse(&block, place.map, [208, 216], space, reader),
                _ => return None,
            }
        }
        None
    }

    /// The entry's extended attributes have their length, and that of what follows them, at the first of these places, and begin at the second.
    fn parse(
        block: &[u8; BLOCK],
        map: u16,
        [lengths, attributes]: [usize; 2],
        space: &Space,
        reader: &Reader<'_>,
    ) -> Option<Node> {
        let flags = u16_at(block, 34)?;
        let length = block.get(56..)?.first_chunk().map(|field| u64::from_le_bytes(*field))?;
        let from = attributes.checked_add(u32_at(block, lengths)? as usize)?;
        let described = block.get(from..from.checked_add(u32_at(block, lengths + 4)? as usize)?)?;
        let mut node = Node { file_type: block[27], length, runs: Vec::new(), embedded: Vec::new() };
        match flags & 7 {
            3 => node.embedded = described.to_vec(),
            form => node.collect(described.to_vec(), form, map, space, reader)?,
        }
        Some(node)
    }

    /// Follows allocation descriptors: short, long or extended ones (4/14.6.8).
    fn collect(&mut self, mut described: Vec<u8>, form: u16, map: u16, space: &Space, reader: &Reader<'_>) -> Option<()> {
        let size = [8, 16, 20].get(usize::from(form)).copied()?;
        loop {
            let mut more = None;
            for bytes in described.chunks_exact(size) {
                let run = match form {
                    0 => Run::short(bytes, map),
                    1 => Run::long(bytes),
                    _ => Run::extended(bytes),
                }?;
                match run.kind {
                    _ if run.bytes == 0 => break,
                    Kind::Descriptors => {
                        more = Some(run);
                        break;
                    }
                    Kind::Recorded | Kind::Empty => self.runs.push(run),
                }
                if self.runs.len() >= MOST_RUNS {
                    return None;
                }
            }
            // An allocation extent descriptor (4/14.5), and the descriptors that it brings.
            let Some(run) = more else { return Some(()) };
            let block = reader.block(space.find(run.place)?.start).filter(|block| tag(block) == Some(CONTINUED))?;
            let len = (u32_at(&block, 20)? as usize).min(BLOCK - 24);
            described = block[24..24 + len].to_vec();
        }
    }

    /// The bytes of the file, at most so many, and whether all of them are there: what can't be read is zeros.
    pub fn contents(&self, space: &Space, most: usize, reader: &Reader<'_>) -> (Vec<u8>, bool) {
        let wanted = usize::try_from(self.length).unwrap_or(usize::MAX);
        if self.runs.is_empty() {
            let embedded = &self.embedded[..self.embedded.len().min(wanted)];
            return (embedded.to_vec(), embedded.len() == wanted);
        }
        let (mut bytes, mut whole) = (Vec::new(), wanted <= most);
        let end = wanted.min(most);
        for run in &self.runs {
            let mut left = run.bytes as usize;
            if run.kind == Kind::Empty {
                bytes.resize(bytes.len() + left.min(end.saturating_sub(bytes.len())), 0);
                continue;
            }
            for at in space.runs(run.place, run.blocks(), reader).into_iter().flatten() {
                if bytes.len() >= end {
                    break;
                }
                let read = reader.block(at);
                whole &= read.is_some();
                bytes.extend_from_slice(&read.unwrap_or([0; BLOCK])[..left.min(BLOCK)]);
                left -= left.min(BLOCK);
                if reader.is_spent() {
                    return (bytes, false);
                }
            }
        }
        whole &= bytes.len() >= end;
        bytes.truncate(end);
        (bytes, whole)
    }
}
