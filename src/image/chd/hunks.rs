//! The hunks of a CHD as [`Blocks`].

use std::io;
use std::sync::Arc;

use super::codecs::Decoder;
use super::header::Header;
use super::map::{Entry, Kind, Map, Sum};
use crate::bytes::{BlockSpan, Blocks, Bytes, Spares};

/// How often a hunk may be said to be as another one. chdman never does it twice.
const STEPS: u32 = 8;

/// The hunks of one file.
pub struct Hunks {
    file: Arc<dyn Bytes>,
    header: Header,
    map: Map,
    /// What the file is the difference to.
    parent: Option<Arc<dyn Bytes>>,
    workers: Spares<Worker>,
}

/// What a thread needs to decode.
#[derive(Default)]
struct Worker {
    decoder: Decoder,
    packed: Vec<u8>,
    /// The last hunk, where it is not wanted whole.
    whole: Vec<u8>,
}

impl Hunks {
    /// The hunks of `file`, which has this header and this map.
    pub fn new(file: Arc<dyn Bytes>, header: Header, map: Map, parent: Option<Arc<dyn Bytes>>) -> Hunks {
        Hunks { file, header, map, parent, workers: Spares::default() }
    }

    /// Decodes a hunk; `into` has the size of one.
    fn hunk(&self, worker: &mut Worker, number: u64, into: &mut [u8]) -> io::Result<()> {
        let entry = self.resolve(number)?;
        match entry.kind {
            Kind::Packed(codec) => {
                let codec = self.header.codecs.get(usize::from(codec));
                let codec = *codec.ok_or_else(|| damaged(number, "is packed with a codec that the file does not name"))?;
                let fits = entry.len as usize <= 2 * into.len();
                if !fits {
                    return Err(damaged(number, "is longer packed than unpacked"));
                }
                worker.packed.resize(entry.len as usize, 0);
                self.read(entry.at, &mut worker.packed, number)?;
                let decoded = worker.decoder.decode(codec, &worker.packed, into);
                decoded.map_err(|_| damaged(number, "can't be unpacked"))?;
            }
            Kind::Stored => self.read(entry.at, into, number)?,
            Kind::Mini => {
                let bytes = entry.at.to_be_bytes();
                into.chunks_mut(8).for_each(|part| part.copy_from_slice(&bytes[..part.len()]));
            }
            Kind::Parent => self.read_parent(entry.at, into, number)?,
            Kind::Absent if self.parent.is_some() => {
                self.read_parent(number * u64::from(self.header.hunk / self.header.unit), into, number)?;
            }
            Kind::Absent => into.fill(0),
            Kind::Own => return Err(damaged(number, "is said to be as another, in a circle")),
        }
        if fits_sum(entry.sum, into) { Ok(()) } else { Err(damaged(number, "does not have the checksum that it should")) }
    }

    /// The entry of a hunk, or of the one that it is as.
    fn resolve(&self, number: u64) -> io::Result<Entry> {
        let mut at = number;
        for _ in 0..STEPS {
            let entry = self.map.entry(at).ok_or_else(|| damaged(number, "is said to be as one that is not there"))?;
            if entry.kind != Kind::Own {
                return Ok(match entry.kind {
                    Kind::Absent => Entry { at, ..entry },
                    _ => entry,
                });
            }
            at = entry.at;
        }
        Err(damaged(number, "is said to be as another, in a circle"))
    }

    /// Bytes of the file. What it lacks is the damage of the hunk.
    fn read(&self, at: u64, into: &mut [u8], number: u64) -> io::Result<()> {
        self.file.read_at(at, into).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => damaged(number, "lies behind the end of the file"),
            _ => error,
        })
    }

    /// Bytes of the parent from a unit on. Behind its end, but within its last hunk, are zeros.
    fn read_parent(&self, unit: u64, into: &mut [u8], number: u64) -> io::Result<()> {
        let parent = self.parent.as_ref().ok_or_else(|| damaged(number, "is in a parent, which the file does not name"))?;
        let at = unit.checked_mul(u64::from(self.header.unit)).filter(|&at| at < parent.len());
        let at = at.ok_or_else(|| damaged(number, "lies behind the end of the parent"))?;
        let there = usize::try_from(parent.len() - at).unwrap_or(usize::MAX).min(into.len());
        let (now, behind) = into.split_at_mut(there);
        parent.read_at(at, now)?;
        behind.fill(0);
        Ok(())
    }
}

impl Blocks for Hunks {
    fn len(&self) -> u64 {
        self.header.bytes
    }

    fn span(&self, at: u64) -> BlockSpan {
        BlockSpan::uniform(at, self.header.hunk, self.header.bytes)
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        let size = self.header.hunk as usize;
        self.workers.with(Worker::default, |worker| {
            if into.len() == size {
                return self.hunk(worker, block, into);
            }
            let mut whole = std::mem::take(&mut worker.whole);
            whole.resize(size, 0);
            let result = self.hunk(worker, block, &mut whole);
            into.copy_from_slice(&whole[..into.len()]);
            worker.whole = whole;
            result
        })
    }
}

/// The checksum of version 5.
pub fn crc16(bytes: &[u8]) -> u16 {
    crc_fast::checksum(crc_fast::CrcAlgorithm::Crc16Ibm3740, bytes) as u16
}

fn fits_sum(sum: Sum, bytes: &[u8]) -> bool {
    match sum {
        Sum::None => true,
        Sum::Crc16(sum) => crc16(bytes) == sum,
        Sum::Crc32(sum) => crc32fast::hash(bytes) == sum,
    }
}

fn damaged(number: u64, how: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("hunk {number} of the CHD {how}"))
}
