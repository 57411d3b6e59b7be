//! Writing CSO, ZSO and DAX.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::sync::Arc;

use flate2::{Compress, Compression, FlushCompress, Status};
use lz4_flex::block::{CompressTable, compress_into_with_table, get_maximum_output_size};

use super::Kind;
use super::parse::{CSO_HEADER, DAX_BLOCK, DAX_HEADER, FLAG};
use crate::disc::Disc;
use crate::disc::sector::{Form, Slice};
use crate::image::packing::{BlockCodec, BlockSink, PackTarget, Packer, Packing, ParallelPacker};
use crate::image::{Part, Plan, PlanError, PlanRequest, PlannedFile};

/// The names of CSO's compressions: version 1, and version 2, where each block is what is smaller.
pub(super) const DEFLATE: &str = "deflate";
pub(super) const DEFLATE_AND_LZ4: &str = "deflate+lz4";

/// Sectors that a DAX can tell of: its lengths and offsets have 32 bits. Blocks that can't be compressed become longer by 11 bytes.
const MOST_OF_DAX: u32 = ((u32::MAX as u64 - (1 << 24)) / 2048) as u32;
/// The level that is taken where none is asked for. In blocks as small as these the highest costs little: against level 6, a sixth more
/// time for 1 % less.
const LEVEL: u8 = 9;

pub(super) fn plan_cso(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    let kind = if request.tuning.codec.as_deref() == Some(DEFLATE_AND_LZ4) { Kind::Cso2 } else { Kind::Cso1 };
    plan(disc, request, kind, "cso")
}

pub(super) fn plan_zso(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    plan(disc, request, Kind::Zso, "zso")
}

pub(super) fn plan_dax(disc: &Disc, request: &PlanRequest) -> Result<Plan, PlanError> {
    match disc.tracks().next() {
        Some((_, track)) if track.length > MOST_OF_DAX => Err(PlanError::TooLong { sectors: track.length, limit: MOST_OF_DAX }),
        _ => plan(disc, request, Kind::Dax, "dax"),
    }
}

fn plan(disc: &Disc, request: &PlanRequest, kind: Kind, extension: &str) -> Result<Plan, PlanError> {
    let (_, track) = disc.tracks().next().ok_or(PlanError::Nothing("there is no track"))?;
    let sectors = Part::sectors(track.start, track.length, Form::main(Slice::COOKED));
    let block = if kind == Kind::Dax { DAX_BLOCK } else { request.tuning.block.unwrap_or(2048) };
    let packing = CsoPacking { kind, block, level: request.tuning.level.unwrap_or(LEVEL) };
    let name = format!("{}.{extension}", request.stem);
    Ok(Plan { files: vec![PlannedFile::packed(name, vec![sectors], Arc::new(packing))] })
}

/// How an image is to be packed.
#[derive(Debug)]
struct CsoPacking {
    kind: Kind,
    block: u32,
    level: u8,
}

impl Packing for CsoPacking {
    fn begin(&self, into: PackTarget, len: u64) -> io::Result<Box<dyn Packer>> {
        let CsoPacking { kind, block, level } = *self;
        let shift = shift(len, block);
        let codec = Codec { kind, block: block as usize, level, shift };
        let sink = Sink::new(into, kind, block, len, shift)?;
        Ok(Box::new(ParallelPacker::new(codec, sink, block as usize)?))
    }
}

/// How far offsets have to be shifted to have room in 31 bits, even if nothing can be compressed.
fn shift(len: u64, block: u32) -> u8 {
    let blocks = len.div_ceil(u64::from(block)) + 1;
    let end = |shift: u8| CSO_HEADER + blocks * (4 + u64::from(block) + (1 << shift));
    (0..12).find(|&shift| end(shift) >> shift < u64::from(FLAG)).unwrap_or(12)
}

struct Codec {
    kind: Kind,
    block: usize,
    level: u8,
    shift: u8,
}

struct Worker {
    deflate: Compress,
    table: CompressTable,
    /// What deflate and LZ4 make of a block.
    deflated: Vec<u8>,
    lz4: Vec<u8>,
    /// The last block, filled up with zeros.
    whole: Vec<u8>,
}

/// What a block has become.
struct Made {
    bytes: Vec<u8>,
    /// Bit 31 of its index entry.
    flag: bool,
}

impl BlockCodec for Codec {
    type Worker = Worker;
    type Made = Made;

    fn worker(&self) -> Worker {
        // A window no larger than a block keeps what has to be cleared between blocks small.
        let window = self.block.ilog2().clamp(9, 15) as u8;
        // Every stream has to come to its end, even where it will not be taken: what zlib-rs 0.6.8 holds back of one that did not end
        // takes room from the next, after a reset too, until it panics.
        let room = self.block + self.block / 8 + 1024;
        Worker {
            deflate: Compress::new_with_window_bits(Compression::new(u32::from(self.level)), self.kind == Kind::Dax, window),
            table: CompressTable::default(),
            deflated: vec![0; room],
            lz4: vec![0; get_maximum_output_size(self.block)],
            whole: Vec::new(),
        }
    }

    fn encode(&self, worker: &mut Worker, _: u64, raw: &[u8]) -> io::Result<Made> {
        let Worker { deflate, table, deflated, lz4, whole } = worker;
        let raw = match raw.len() < self.block {
            true => {
                whole.clear();
                whole.extend_from_slice(raw);
                whole.resize(self.block, 0);
                whole.as_slice()
            }
            false => raw,
        };
        let by_lz4 = match self.kind {
            Kind::Zso | Kind::Cso2 => Some(compress_into_with_table(raw, lz4, table).map_err(io::Error::other)?),
            _ => None,
        };
        let by_lz4 = by_lz4.filter(|&len| len <= self.fits()).and_then(|len| lz4.get(..len));
        let by_deflate = match self.kind {
            Kind::Zso => None,
            _ => squeeze(deflate, raw, deflated)?,
        };
        // Blocks of a DAX that can't be compressed are stored no other way.
        let by_deflate = by_deflate.filter(|deflated| self.kind == Kind::Dax || deflated.len() <= self.fits());
        let made = |bytes: &[u8], flag| Ok(Made { bytes: bytes.to_vec(), flag });
        match (self.kind, by_deflate, by_lz4) {
            (Kind::Cso2, deflated, Some(lz4)) if deflated.is_none_or(|deflated| lz4.len() <= deflated.len()) => made(lz4, true),
            (Kind::Zso, _, Some(lz4)) => made(lz4, false),
            (_, Some(deflated), _) => made(deflated, false),
            (kind, None, _) => made(raw, kind != Kind::Cso2),
        }
    }
}

impl Codec {
    /// The most bytes that a compressed block may have and still be shorter than one that is not, with the padding behind it:
    /// version 2 tells by that which it is.
    fn fits(&self) -> usize {
        self.block.saturating_sub(1 << self.shift)
    }
}

/// Deflates a block. There is room for whatever becomes of it.
fn squeeze<'a>(deflate: &mut Compress, raw: &[u8], into: &'a mut [u8]) -> io::Result<Option<&'a [u8]>> {
    deflate.reset();
    let status = deflate.compress(raw, into, FlushCompress::Finish).map_err(io::Error::other)?;
    Ok(into.get(..deflate.total_out() as usize).filter(|_| status == Status::StreamEnd))
}

/// The file, and the index that is written into it at last.
struct Sink {
    name: String,
    file: BufWriter<File>,
    kind: Kind,
    shift: u8,
    /// Where the next block begins.
    at: u64,
    entries: Vec<u32>,
    lengths: Vec<u16>,
}

impl Sink {
    fn new(into: PackTarget, kind: Kind, block: u32, len: u64, shift: u8) -> io::Result<Sink> {
        let blocks = len.div_ceil(u64::from(block));
        let mut file = BufWriter::with_capacity(1 << 20, into.create(into.name())?);
        let at = match kind {
            Kind::Dax => {
                file.write_all(b"DAX\0")?;
                file.write_all(&u32::try_from(len).map_err(io::Error::other)?.to_le_bytes())?;
                file.write_all(&[0; 24])?;
                DAX_HEADER + 6 * blocks
            }
            _ => {
                file.write_all(if kind == Kind::Zso { b"ZISO" } else { b"CISO" })?;
                file.write_all(&(CSO_HEADER as u32).to_le_bytes())?;
                file.write_all(&len.to_le_bytes())?;
                file.write_all(&block.to_le_bytes())?;
                file.write_all(&[if kind == Kind::Cso2 { 2 } else { 1 }, shift, 0, 0])?;
                CSO_HEADER + 4 * (blocks + 1)
            }
        };
        file.seek(SeekFrom::Start(at))?;
        let (entries, lengths) = (Vec::with_capacity(blocks as usize + 1), Vec::new());
        Ok(Sink { name: into.name().to_owned(), file, kind, shift, at, entries, lengths })
    }

    /// Goes on to where a block may begin, and gives the entry of one that begins there.
    fn align(&mut self) -> io::Result<u32> {
        let to = self.at.next_multiple_of(1 << self.shift);
        self.file.write_all(&[0; 1 << 12][..(to - self.at) as usize])?;
        self.at = to;
        u32::try_from(to >> self.shift).map_err(io::Error::other)
    }
}

impl BlockSink for Sink {
    type Made = Made;

    fn put(&mut self, _: u64, made: Made) -> io::Result<()> {
        let entry = self.align()?;
        self.file.write_all(&made.bytes)?;
        self.at += made.bytes.len() as u64;
        match self.kind {
            Kind::Dax => {
                self.entries.push(entry);
                self.lengths.push(u16::try_from(made.bytes.len()).map_err(io::Error::other)?);
            }
            _ => self.entries.push(if made.flag { entry | FLAG } else { entry }),
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<Vec<String>> {
        if self.kind != Kind::Dax {
            let end = self.align()?;
            self.entries.push(end);
        }
        self.file.seek(SeekFrom::Start(if self.kind == Kind::Dax { DAX_HEADER } else { CSO_HEADER }))?;
        let entries: Vec<u8> = self.entries.iter().flat_map(|entry| entry.to_le_bytes()).collect();
        let lengths: Vec<u8> = self.lengths.iter().flat_map(|length| length.to_le_bytes()).collect();
        self.file.write_all(&entries)?;
        self.file.write_all(&lengths)?;
        self.file.flush()?;
        Ok(vec![self.name])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// zlib-rs panicked after some tens of blocks that can't be compressed, when it had no room to end them.
    #[test]
    fn blocks_that_can_not_be_compressed_do_not_wear_a_worker_out() {
        let noise = crate::image::testing::noise(200, 4);
        for (kind, block) in [(Kind::Cso1, 2048), (Kind::Cso2, 2048), (Kind::Dax, 8192), (Kind::Cso1, 262_144)] {
            let codec = Codec { kind, block, level: 9, shift: 0 };
            let mut worker = codec.worker();
            for raw in noise.chunks_exact(block) {
                let made = codec.encode(&mut worker, 0, raw).unwrap();
                assert_eq!(made.bytes == raw, kind != Kind::Dax, "{kind:?}");
            }
        }
    }

    /// A DVD needs offsets that count every 4 bytes, a Blu-ray disc ones that count every 64.
    #[test]
    fn offsets_have_room_in_31_bits() {
        for (gigabytes, expected) in [(0, 0), (1, 0), (2, 0), (3, 1), (5, 2), (9, 3), (100, 6)] {
            assert_eq!(shift(gigabytes * 1_000_000_000, 2048), expected, "{gigabytes} GB");
            let end = (gigabytes * 1_000_000_000 / 2048 + 2) * (2048 + 4 + (1 << expected));
            assert!(end >> expected < 1 << 31);
        }
        assert_eq!(shift(1 << 31, 2048), 1);
    }
}
