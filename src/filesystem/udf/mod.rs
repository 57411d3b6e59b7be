//! Which files of a UDF file system lie where: DVDs, Blu-ray discs, and CDs that were written in packets.
//!
//! ECMA-167, 3rd edition, and OSTA UDF 1.02 to 2.60: plain, virtual, sparable and metadata partitions; short, long, extended and embedded allocation;
//! named streams are not looked at. Looked at before this was written (2026-11): `hadris-udf` 2.2 and `lamfold-udf` 0.1 (UDF 1.02 alone), `udf-core`
//! 0.2 (all partitions, but it gives bytes of files, not their places, and ends at the first block that can't be read).

mod fields;
mod node;
mod space;
#[cfg(test)]
mod tests;
mod volume;

use std::cell::Cell;
use std::collections::HashSet;
use std::ops::Range;

use super::{BLOCK, Walked};
use fields::{Kind, Place, Run, TAG, tag, u16_at};
use node::Node;
use space::Space;
use volume::Volume;

/// Blocks that are read at most, and runs that are followed: more than any disc's folders and entries have.
const MOST_BLOCKS: u32 = 1_000_000;
/// Bytes of a folder.
const MOST_FOLDER: usize = 16 << 20;
/// Folders in folders, and characters of a path (UDF 2.60, 2.3.4.1: 1023).
const MOST_DEPTH: usize = 64;
const MOST_PATH: usize = 4096;
/// Tags (ECMA-167, 4/7.2.1).
const FILE_SET: u16 = 256;
const IDENTIFIER: u16 = 257;

/// Gives a block by its address on the disc, or nothing where it can't.
pub type Read<'a> = &'a dyn Fn(u32) -> Option<[u8; BLOCK]>;

/// Reads blocks, and no more than a walk may.
struct Reader<'a> {
    read: Read<'a>,
    left: Cell<u32>,
}

impl Reader<'_> {
    fn block(&self, at: u32) -> Option<[u8; BLOCK]> {
        if self.spend() { (self.read)(at) } else { None }
    }

    /// Takes one step; whether it may be taken.
    fn spend(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    fn is_spent(&self) -> bool {
        self.left.get() == 0
    }
}

/// Shows every file and folder (its path ends with a slash) of the track of these blocks, and which blocks it has: its entry, and its bytes; a file in
/// several pieces is shown once for each. `read` gives a block by its address on the disc, or nothing where it can't.
pub fn walk(track: Range<u32>, read: Read<'_>, show: &mut dyn FnMut(&str, Range<u32>)) -> Walked {
    let Some(volume) = Volume::find(&track, read) else { return Walked::Nothing };
    let reader = Reader { read, left: Cell::new(MOST_BLOCKS) };
    let space = Space::new(&volume, &track, &reader);
    let mut walk = Walk { space, reader, show, whole: true, seen: HashSet::new(), open: Vec::new() };
    let Some(root) = volume.file_set.and_then(|place| walk.root(place)) else { return Walked::Partly };
    walk.seen.insert(root);
    walk.open.push((root, String::from("/"), 0));
    while let Some((place, path, depth)) = walk.open.pop() {
        walk.folder(place, &path, depth);
        if walk.reader.is_spent() {
            return Walked::Partly;
        }
    }
    if walk.whole { Walked::Whole } else { Walked::Partly }
}

/// A walk under way.
struct Walk<'a> {
    space: Space,
    reader: Reader<'a>,
    show: &'a mut dyn FnMut(&str, Range<u32>),
    whole: bool,
    /// Folders that were entered, or will be: each once.
    seen: HashSet<Place>,
    open: Vec<(Place, String, usize)>,
}

/// What a file identifier descriptor says (ECMA-167, 4/14.4).
struct Identifier {
    folder: bool,
    /// It names the folder above, or a file that was deleted.
    passed_over: bool,
    entry: Place,
    name: String,
    len: usize,
}

impl Identifier {
    fn parse(bytes: &[u8]) -> Option<Identifier> {
        const FOLDER: u8 = 0x02;
        const DELETED: u8 = 0x04;
        const PARENT: u8 = 0x08;
        if tag(bytes)? != IDENTIFIER {
            return None;
        }
        let (flags, name_len) = (*bytes.get(18)?, usize::from(*bytes.get(19)?));
        let from = 38 + usize::from(u16_at(bytes, 36)?);
        let name = fields::name(bytes.get(from..from + name_len)?);
        let entry = Run::long(&bytes[20..])?.place;
        // A slash in a name would be another path.
        let name = name.replace(['/', '\0'], "_");
        let passed_over = flags & (DELETED | PARENT) != 0;
        Some(Identifier { folder: flags & FOLDER != 0, passed_over, entry, name, len: (from + name_len).next_multiple_of(4) })
    }
}

impl Walk<'_> {
    /// The root folder's entry, by the file set descriptor (ECMA-167, 4/14.1).
    fn root(&self, place: Place) -> Option<Place> {
        let block = self.reader.block(self.space.find(place)?.start).filter(|block| tag(block) == Some(FILE_SET))?;
        Some(Run::long(&block[400..])?.place)
    }

    fn folder(&mut self, place: Place, path: &str, depth: usize) {
        let Some(node) = self.show_node(place, path) else { return };
        let (bytes, whole) = node.contents(&self.space, MOST_FOLDER, &self.reader);
        self.whole &= whole;
        let mut at = 0;
        while at + TAG <= bytes.len() {
            let Some(found) = Identifier::parse(&bytes[at..]) else {
                // Identifiers begin at every fourth byte: behind one that is damaged, others follow.
                self.whole = false;
                at += 4;
                continue;
            };
            at += found.len;
            if found.passed_over {
                continue;
            }
            let slash = if found.folder { "/" } else { "" };
            let path = [path, &found.name, slash].concat();
            if path.len() > MOST_PATH || depth >= MOST_DEPTH {
                self.whole = false;
            } else if !found.folder {
                self.show_node(found.entry, &path);
            } else if self.seen.insert(found.entry) {
                self.open.push((found.entry, path, depth + 1));
            }
            if self.reader.is_spent() {
                return;
            }
        }
    }

    /// Shows an entry, and where its bytes lie.
    fn show_node(&mut self, place: Place, path: &str) -> Option<Node> {
        if let Some(found) = self.space.find(place) {
            (self.show)(path, found.start..found.start.saturating_add(1));
        }
        let node = Node::read(&self.space, place, &self.reader);
        self.whole &= node.is_some();
        let node = node?;
        for run in node.runs.iter().filter(|run| run.kind == Kind::Recorded) {
            for blocks in self.space.runs(run.place, run.blocks(), &self.reader) {
                (self.show)(path, blocks);
            }
        }
        Some(node)
    }
}
