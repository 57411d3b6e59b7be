//! [`Map`]: what is known of every sector of a disc that is being ripped. Pure arithmetic; [`super::mapfile`] is its text.

use std::ops::Range;

/// What is known of a sector; the characters are those of GNU ddrescue's mapfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nobody has asked for it yet: `?`.
    NonTried,
    /// It lies in a request that failed as a whole; its neighbours may be good: `*`.
    NonTrimmed,
    /// It lies between two sectors that could not be read: `/`.
    NonScraped,
    /// It was asked for by itself and could not be read: `-`.
    Bad,
    /// It was read, and lies in the working file: `+`.
    Finished,
}

/// Sectors of one status, counted from the first that is ripped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Which.
    pub sectors: Range<u32>,
    /// What is known of them.
    pub status: Status,
}

/// A new status for some sectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub sectors: Range<u32>,
    /// Their new status.
    pub status: Status,
}

/// The blocks follow each other without a gap from sector 0 to the end, none is empty, and no two neighbours have the same status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    blocks: Vec<Block>,
}

impl Map {
    /// Nothing has been tried of so many sectors.
    pub fn new(sectors: u32) -> Map {
        let mut blocks = Vec::new();
        if sectors > 0 {
            blocks.push(Block { sectors: 0..sectors, status: Status::NonTried });
        }
        Map { blocks }
    }

    /// Blocks that follow each other from sector 0 on: where each begins and ends, and its status.
    pub(in crate::job::rip) fn of_blocks(blocks: impl IntoIterator<Item = (u32, u32, Status)>) -> Map {
        let mut map = Map { blocks: Vec::new() };
        for (start, end, status) in blocks {
            match map.blocks.last_mut() {
                Some(last) if last.status == status => last.sectors.end = end,
                _ => map.blocks.push(Block { sectors: start..end, status }),
            }
        }
        map
    }

    /// How many sectors there are.
    pub fn len(&self) -> u32 {
        self.blocks.last().map_or(0, |block| block.sectors.end)
    }

    /// The blocks, in order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The blocks of this status, in order.
    pub fn of(&self, status: Status) -> impl DoubleEndedIterator<Item = Range<u32>> {
        self.blocks.iter().filter(move |block| block.status == status).map(|block| block.sectors.clone())
    }

    /// How many sectors have this status.
    pub fn count(&self, status: Status) -> u32 {
        self.of(status).map(|sectors| sectors.end - sectors.start).sum()
    }

    /// The first sectors of this status from `from` on.
    pub fn first(&self, status: Status, from: u32) -> Option<Range<u32>> {
        let at = self.blocks.partition_point(|block| block.sectors.end <= from);
        let block = self.blocks[at..].iter().find(|block| block.status == status)?;
        Some(block.sectors.start.max(from)..block.sectors.end)
    }

    /// The last sectors of this status before `before`.
    pub fn last(&self, status: Status, before: u32) -> Option<Range<u32>> {
        let end = self.blocks.partition_point(|block| block.sectors.start < before);
        let block = self.blocks[..end].iter().rfind(|block| block.status == status)?;
        Some(block.sectors.start..block.sectors.end.min(before))
    }

    /// Gives sectors a new status; what lies beyond the end is passed over.
    pub fn set(&mut self, sectors: Range<u32>, status: Status) {
        let sectors = sectors.start..sectors.end.min(self.len());
        if sectors.is_empty() {
            return;
        }
        let touched = |block: &Block| block.sectors.end < sectors.start;
        // The neighbours join in: they may become one with the new block.
        let from = self.blocks.partition_point(touched);
        let to = self.blocks.partition_point(|block| block.sectors.start <= sectors.end);
        let mut fresh: Vec<Block> = Vec::with_capacity(4);
        let mut push = |sectors: Range<u32>, status| match fresh.last_mut() {
            _ if sectors.is_empty() => {}
            Some(last) if last.status == status => last.sectors.end = sectors.end,
            _ => fresh.push(Block { sectors, status }),
        };
        for block in &self.blocks[from..to] {
            push(block.sectors.start..block.sectors.end.min(sectors.start), block.status);
        }
        push(sectors.clone(), status);
        for block in &self.blocks[from..to] {
            push(block.sectors.start.max(sectors.end)..block.sectors.end, block.status);
        }
        self.blocks.splice(from..to, fresh);
    }

    /// Gives sectors a new status.
    pub fn apply(&mut self, change: &Change) {
        self.set(change.sectors.clone(), change.status);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Status; 5] = [Status::NonTried, Status::NonTrimmed, Status::NonScraped, Status::Bad, Status::Finished];

    proptest! {
        /// Against the plainest map there is: a status for each sector.
        #[test]
        fn a_map_is_what_a_list_of_sectors_would_be(
            len in 1u32..60,
            changes in prop::collection::vec((0u32..60, 0u32..60, 0usize..5), 0..40),
            from in 0u32..60,
        ) {
            let (mut map, mut list) = (Map::new(len), vec![Status::NonTried; len as usize]);
            for (a, b, status) in changes {
                map.set(a..b, ALL[status]);
                (a..b.min(len)).for_each(|n| list[n as usize] = ALL[status]);
            }
            let flat: Vec<Status> = map.blocks().iter().flat_map(|b| b.sectors.clone().map(|_| b.status)).collect();
            prop_assert_eq!(&flat, &list);
            prop_assert!(map.blocks().windows(2).all(|p| p[0].status != p[1].status && p[0].sectors.end == p[1].sectors.start));
            for status in ALL {
                prop_assert_eq!(map.count(status) as usize, list.iter().filter(|s| **s == status).count());
                let first = (from..len).find(|&n| list[n as usize] == status);
                prop_assert_eq!(map.first(status, from).map(|r| r.start), first);
                let last = (0..from.min(len)).rfind(|&n| list[n as usize] == status);
                prop_assert_eq!(map.last(status, from).map(|r| r.end - 1), last);
            }
        }
    }
}
