//! Where the blocks of partitions lie on the disc (UDF 2.60, 2.2.8 to 2.2.10).

use std::collections::BTreeMap;
use std::ops::Range;

use super::fields::{Place, TAG, tag, u16_at, u32_at};
use super::node::Node;
use super::volume::{Map, Volume};
use super::{BLOCK, Reader};

/// Blocks from the end backwards in which the entry of a virtual allocation table is looked for: some drives tell run-out blocks as part of a track.
const TABLE_WITHIN: u32 = 32;
/// Bytes of such a table: four for each block of a disc.
const MOST_TABLE: usize = 16 << 20;
/// Replaced packets that a sparing table has room for, with a wide margin.
const MOST_SPARED: usize = 65_536;
/// File types of ICB tags (ECMA-167, 4/14.6.6; UDF 2.60, 2.3.5.2): one that is not said, as UDF 1.50 has it for its tables, and a table.
const NOT_SAID: u8 = 0;
const VIRTUAL_TABLE: u8 = 248;

/// A partition map, with all that is needed to find blocks.
enum Located {
    Plain(Range<u32>),
    Virtual {
        blocks: Range<u32>,
        table: Vec<u32>,
    },
    /// `spared`: the first block of each replaced packet, and the block of the disc that holds it now.
    Sparable {
        blocks: Range<u32>,
        packet: u32,
        spared: BTreeMap<u32, u32>,
    },
    /// Runs of blocks of the disc, one after another.
    Metadata(Vec<Range<u32>>),
    Nowhere,
}

/// The partitions of a volume.
pub struct Space {
    maps: Vec<Located>,
}

impl Space {
    /// Of a volume; what its maps need is read.
    pub fn new(volume: &Volume, track: &Range<u32>, reader: &Reader<'_>) -> Space {
        let mut space = Space { maps: Vec::with_capacity(volume.maps.len()) };
        for map in &volume.maps {
            space.maps.push(match map {
                Map::Plain(number) => volume.partition(*number).map_or(Located::Nowhere, Located::Plain),
                Map::Sparable { partition, packet, tables } => match volume.partition(*partition) {
                    Some(blocks) => Located::Sparable { blocks, packet: u32::from(*packet), spared: spared(tables, reader) },
                    None => Located::Nowhere,
                },
                Map::Virtual(_) | Map::Metadata { .. } | Map::Unknown => Located::Nowhere,
            });
        }
        for (at, map) in volume.maps.iter().enumerate() {
            // What they are made of lies in a partition without them.
            let base = |partition: u16| {
                let is_base = |map: &Map| matches!(map, Map::Plain(p) | Map::Sparable { partition: p, .. } if *p == partition);
                volume.maps.iter().position(is_base).map(|at| at as u16)
            };
            let located = match map {
                Map::Virtual(partition) => volume.partition(*partition).and_then(|blocks| {
                    Some(Located::Virtual { table: space.table(base(*partition)?, &blocks, track, reader)?, blocks })
                }),
                Map::Metadata { partition, files } => base(*partition).and_then(|map| space.metadata(map, *files, reader)),
                _ => None,
            };
            if let Some(located) = located {
                space.maps[at] = located;
            }
        }
        space
    }

    /// The blocks of the disc from here on that follow each other; `None` where there is no such place.
    pub fn find(&self, place: Place) -> Option<Range<u32>> {
        let within = |blocks: &Range<u32>, block: u32| {
            let at = blocks.start.checked_add(block)?;
            (at < blocks.end).then_some(at)
        };
        match self.maps.get(usize::from(place.map))? {
            Located::Plain(blocks) => Some(within(blocks, place.block)?..blocks.end),
            Located::Virtual { blocks, table } => {
                let at = within(blocks, *table.get(place.block as usize)?)?;
                Some(at..at + 1)
            }
            Located::Sparable { blocks, packet, spared } => {
                let (first, into) = (place.block - place.block % packet, place.block % packet);
                if let Some(instead) = spared.get(&first) {
                    return Some(instead.checked_add(into)?..instead.checked_add(*packet)?);
                }
                let at = within(blocks, place.block)?;
                let next = spared.range(first..).next().and_then(|(next, _)| blocks.start.checked_add(*next));
                Some(at..next.unwrap_or(blocks.end).min(blocks.end))
            }
            Located::Metadata(runs) => {
                let mut block = place.block;
                for run in runs {
                    let len = run.end - run.start;
                    if block < len {
                        return Some(run.start + block..run.end);
                    }
                    block -= len;
                }
                None
            }
            Located::Nowhere => None,
        }
    }

    /// The blocks of the disc that a run has; shorter where a part of it lies nowhere.
    pub fn runs(&self, place: Place, blocks: u32, reader: &Reader<'_>) -> Vec<Range<u32>> {
        let (mut runs, mut done): (Vec<Range<u32>>, u32) = (Vec::new(), 0);
        while done < blocks && reader.spend() {
            let block = place.block.checked_add(done);
            let Some(found) = block.and_then(|block| self.find(Place { block, ..place })).filter(|found| !found.is_empty())
            else {
                break;
            };
            let count = (found.end - found.start).min(blocks - done);
            let run = found.start..found.start + count;
            match runs.last_mut() {
                Some(last) if last.end == run.start => last.end = run.end,
                _ => runs.push(run),
            }
            done += count;
        }
        runs
    }

    /// A virtual allocation table: its entry is the last thing that was written (UDF 2.60, 2.2.11; UDF 1.50, 2.2.10).
    fn table(&self, map: u16, blocks: &Range<u32>, track: &Range<u32>, reader: &Reader<'_>) -> Option<Vec<u32>> {
        /// Behind the table of UDF 1.50: its identifier, and the entry of the table before.
        const TAIL: usize = 36;
        for at in (track.start..track.end).rev().take(TABLE_WITHIN as usize) {
            let Some(block) = at.checked_sub(blocks.start) else { break };
            let Some(node) = Node::read(self, Place { map, block }, reader) else { continue };
            let (bytes, _) = match node.file_type {
                VIRTUAL_TABLE | NOT_SAID => node.contents(self, MOST_TABLE, reader),
                _ => continue,
            };
            let table = if node.file_type == VIRTUAL_TABLE {
                bytes.get(usize::from(u16_at(&bytes, 0)?)..)?
            } else {
                let (table, tail) = bytes.split_at(bytes.len().checked_sub(TAIL)?);
                if !tail[1..].starts_with(b"*UDF Virtual Alloc Tbl") {
                    continue;
                }
                table
            };
            return Some(table.as_chunks().0.iter().map(|entry| u32::from_le_bytes(*entry)).collect());
        }
        None
    }

    /// The metadata file, or its mirror where that can't be read (UDF 2.60, 2.2.13).
    fn metadata(&self, map: u16, files: [u32; 2], reader: &Reader<'_>) -> Option<Located> {
        let node = files.into_iter().find_map(|block| Node::read(self, Place { map, block }, reader))?;
        let runs = node.runs.iter().flat_map(|run| self.runs(run.place, run.blocks(), reader)).collect();
        Some(Located::Metadata(runs))
    }
}

/// The packets that a sparing table replaces (UDF 2.60, 2.2.12); the first table that can be read counts.
fn spared(tables: &[u32], reader: &Reader<'_>) -> BTreeMap<u32, u32> {
    /// Where the entries begin, and from which original location on an entry replaces nothing.
    const ENTRIES: usize = 56;
    const UNUSED: u32 = 0xFFFF_FFF0;
    for &table in tables {
        let Some(mut bytes) = reader.block(table).map(|block| block.to_vec()) else { continue };
        if tag(&bytes).is_none() || !bytes[TAG + 1..].starts_with(b"*UDF Sparing Table") {
            continue;
        }
        let count = usize::from(u16_at(&bytes, 48).unwrap_or(0)).min(MOST_SPARED);
        for more in 1..(ENTRIES + count * 8).div_ceil(BLOCK) as u32 {
            match table.checked_add(more).and_then(|at| reader.block(at)) {
                Some(block) => bytes.extend_from_slice(&block),
                None => break,
            }
        }
        let entry = |n: usize| Some((u32_at(&bytes, ENTRIES + 8 * n)?, u32_at(&bytes, ENTRIES + 8 * n + 4)?));
        return (0..count).map_while(entry).filter(|(original, _)| *original < UNUSED).collect();
    }
    BTreeMap::new()
}
