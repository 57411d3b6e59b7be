//! How a volume is found, and what partitions it has (ECMA-167, part 3; UDF 2.60, 2.2).

use std::ops::Range;

use super::fields::{Place, Run, extent, tag, u16_at, u32_at};
use super::{BLOCK, Read};

/// Tags (ECMA-167, 3/7.2.1).
const ANCHOR: u16 = 2;
const POINTER: u16 = 3;
const PARTITION: u16 = 5;
const LOGICAL_VOLUME: u16 = 6;
const TERMINATOR: u16 = 8;
/// Descriptors of a sequence, and pointers from one part of it to the next, that are followed; discs have 16 and none.
const MOST_DESCRIPTORS: u32 = 256;
const MOST_POINTERS: u32 = 8;
/// Partitions and partition maps; discs have one and two.
const MOST_PARTITIONS: usize = 64;
/// Sparing tables that a map has room for (UDF 2.60, 2.2.9).
const MOST_TABLES: usize = 4;

/// What a volume descriptor sequence tells.
#[derive(Debug, Default)]
pub struct Volume {
    /// Partitions by their numbers, with their blocks on the disc.
    pub partitions: Vec<(u16, Range<u32>)>,
    /// Partition maps, in the order in which everything names them.
    pub maps: Vec<Map>,
    /// The file set descriptor.
    pub file_set: Option<Place>,
    /// Sequence numbers of what was taken: a later descriptor counts (ECMA-167, 3/8.4.3).
    logical_volume: Option<u32>,
}

/// How the blocks of a partition are found (ECMA-167, 3/10.7; UDF 2.60, 2.2.8 to 2.2.10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Map {
    /// One after another in the partition of this number.
    Plain(u16),
    /// By a table at the end of what is written: discs that are written once.
    Virtual(u16),
    /// Packets of so many blocks of which bad ones were replaced: discs that are written again and again.
    Sparable {
        /// The partition.
        partition: u16,
        /// Blocks of a packet.
        packet: u16,
        /// Where the tables of replacements lie on the disc.
        tables: Vec<u32>,
    },
    /// In a file of the partition: Blu-ray discs.
    Metadata {
        /// The partition.
        partition: u16,
        /// Blocks of the file's entry, and of its mirror's, in the partition.
        files: [u32; 2],
    },
    /// One that nobody here knows.
    Unknown,
}

impl Map {
    fn parse(bytes: &[u8]) -> Map {
        Map::known(bytes).unwrap_or(Map::Unknown)
    }

    fn known(bytes: &[u8]) -> Option<Map> {
        match bytes.first()? {
            1 => Some(Map::Plain(u16_at(bytes, 4)?)),
            2 => {
                let partition = u16_at(bytes, 38)?;
                let name = bytes.get(5..28)?;
                if name.starts_with(b"*UDF Virtual Partition") {
                    Some(Map::Virtual(partition))
                } else if name.starts_with(b"*UDF Sparable Partition") {
                    let count = usize::from(*bytes.get(42)?).min(MOST_TABLES);
                    let tables = (0..count).map_while(|n| u32_at(bytes, 48 + 4 * n)).collect();
                    Some(Map::Sparable { partition, packet: u16_at(bytes, 40).filter(|&packet| packet > 0)?, tables })
                } else if name.starts_with(b"*UDF Metadata Partition") {
                    Some(Map::Metadata { partition, files: [u32_at(bytes, 40)?, u32_at(bytes, 44)?] })
                } else {
                    None
                }
            }
            _ => None,
        }
    }
}

impl Volume {
    /// The volume of a track; `None` where there is none. An anchor is at block 256, at the last one, or 256 before that (ECMA-167, 3/8.4.2.1), and at
    /// 512 of a disc that was not closed (UDF 2.60, 6.10.2.2).
    pub fn find(track: &Range<u32>, read: Read<'_>) -> Option<Volume> {
        let last = track.end.checked_sub(1)?;
        let places = [track.start.checked_add(256), Some(last), last.checked_sub(256), track.start.checked_add(512)];
        for at in places.into_iter().flatten().filter(|at| track.contains(at)) {
            let Some(anchor) = read(at).filter(|bytes| tag(bytes) == Some(ANCHOR)) else { continue };
            // The main sequence, and the reserve one where that could not be read.
            for field in [16, 24] {
                let Some(sequence) = extent(&anchor, field) else { continue };
                let volume = Volume::of(sequence, read);
                if volume.file_set.is_some() {
                    return Some(volume);
                }
            }
        }
        None
    }

    fn of(sequence: (u32, u32), read: Read<'_>) -> Volume {
        let mut volume = Volume::default();
        let (mut next, mut seen) = (Some(sequence), 0);
        for _ in 0..MOST_POINTERS {
            let Some((start, count)) = next.take() else { break };
            for at in start..start.saturating_add(count.min(MOST_DESCRIPTORS)) {
                seen += 1;
                if seen > MOST_DESCRIPTORS {
                    return volume;
                }
                let Some(bytes) = read(at) else { continue };
                match tag(&bytes) {
                    Some(POINTER) => next = extent(&bytes, 20),
                    Some(PARTITION) => volume.add_partition(&bytes),
                    Some(LOGICAL_VOLUME) => volume.set_logical_volume(&bytes),
                    Some(TERMINATOR) => break,
                    _ => {}
                }
            }
        }
        volume
    }

    /// A partition descriptor (ECMA-167, 3/10.5).
    fn add_partition(&mut self, bytes: &[u8; BLOCK]) {
        let (Some(number), Some(start), Some(len)) = (u16_at(bytes, 22), u32_at(bytes, 188), u32_at(bytes, 192)) else { return };
        if self.partitions.len() < MOST_PARTITIONS {
            self.partitions.retain(|(known, _)| *known != number);
            self.partitions.push((number, start..start.saturating_add(len)));
        }
    }

    /// A logical volume descriptor (ECMA-167, 3/10.6). Blocks of another size than a disc's sectors are no disc's.
    fn set_logical_volume(&mut self, bytes: &[u8; BLOCK]) {
        let number = u32_at(bytes, 16).unwrap_or(0);
        if self.logical_volume.is_some_and(|known| known > number) || u32_at(bytes, 212) != Some(BLOCK as u32) {
            return;
        }
        let table = u32_at(bytes, 264).map_or(0, |len| len as usize);
        let mut rest = bytes.get(440..).and_then(|rest| rest.get(..table.min(rest.len()))).unwrap_or_default();
        self.maps.clear();
        // The second byte of a map is its length.
        while let Some(map) = rest.get(1).and_then(|&len| rest.get(..usize::from(len))).filter(|map| map.len() > 1) {
            if self.maps.len() == MOST_PARTITIONS {
                break;
            }
            self.maps.push(Map::parse(map));
            rest = &rest[map.len()..];
        }
        self.file_set = Run::long(&bytes[248..]).map(|run| run.place);
        self.logical_volume = Some(number);
    }

    /// The blocks of the partition of this number.
    pub fn partition(&self, number: u16) -> Option<Range<u32>> {
        self.partitions.iter().find(|(known, _)| *known == number).map(|(_, blocks)| blocks.clone())
    }
}
