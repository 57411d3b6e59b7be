//! Writing compressed files: in blocks that stand by themselves, on all cores, with an index of them.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use super::super::packing::{BlockCodec, BlockSink, PackTarget, Packer, Packing, ParallelPacker, Tuning};
use super::{XZ_BLOCKS, ZSTD_BLOCKS};
use crate::bytes::layers::{gzip, xz, zstd};

/// Levels that are taken where none is asked for: those that the programs `gzip`, `xz` and `zstd` take.
const GZIP_LEVEL: u8 = 6;
const XZ_LEVEL: u8 = 6;
const ZSTD_LEVEL: u8 = 3;

#[derive(Debug, Clone, Copy)]
enum Kind {
    Gzip,
    Xz,
    Zstd,
}

/// A kind of file, with what was asked for.
#[derive(Debug)]
struct Compressed {
    kind: Kind,
    level: u8,
    block: u32,
}

/// gzip, with members of a megabyte.
pub fn gzip(tuning: &Tuning) -> Arc<dyn Packing> {
    packing(Kind::Gzip, tuning, GZIP_LEVEL, &[0])
}

/// xz, with blocks.
pub fn xz(tuning: &Tuning) -> Arc<dyn Packing> {
    packing(Kind::Xz, tuning, XZ_LEVEL, XZ_BLOCKS)
}

/// zstd, with frames.
pub fn zstd(tuning: &Tuning) -> Arc<dyn Packing> {
    packing(Kind::Zstd, tuning, ZSTD_LEVEL, ZSTD_BLOCKS)
}

/// The first of `blocks` is what is taken where no size is asked for; gzip's follows from the length.
fn packing(kind: Kind, tuning: &Tuning, level: u8, blocks: &[u32]) -> Arc<dyn Packing> {
    let block = tuning.block.filter(|block| blocks.contains(block)).or(blocks.first().copied()).unwrap_or_default();
    Arc::new(Compressed { kind, level: tuning.level.unwrap_or(level), block })
}

impl Packing for Compressed {
    fn begin(&self, into: PackTarget, len: u64) -> io::Result<Box<dyn Packer>> {
        let name = into.name().to_owned();
        let mut file = into.create(&name)?;
        let block = match self.kind {
            Kind::Gzip => gzip::member_len(len),
            Kind::Xz => {
                file.write_all(&xz::header())?;
                self.block
            }
            Kind::Zstd => self.block,
        };
        let sink = Sink { kind: self.kind, block, file, name, records: Vec::new() };
        Ok(Box::new(ParallelPacker::new(Codec { kind: self.kind, level: self.level }, sink, block as usize)?))
    }
}

struct Codec {
    kind: Kind,
    level: u8,
}

/// What a thread keeps.
enum Worker {
    Gzip(gzip::Encoder),
    Xz,
    Zstd(Box<zstd::Encoder>),
}

/// A block that stands by itself.
struct Made {
    bytes: Vec<u8>,
    /// Its packed bytes, without what pads them, and its decoded ones.
    record: (u64, u64),
}

impl BlockCodec for Codec {
    type Worker = Worker;
    type Made = Made;

    fn worker(&self) -> Worker {
        match self.kind {
            Kind::Gzip => Worker::Gzip(gzip::Encoder::new(self.level)),
            Kind::Xz => Worker::Xz,
            Kind::Zstd => Worker::Zstd(Box::new(zstd::Encoder::new(self.level))),
        }
    }

    fn encode(&self, worker: &mut Worker, _: u64, raw: &[u8]) -> io::Result<Made> {
        let bytes = match worker {
            Worker::Gzip(encoder) => encoder.member(raw)?,
            Worker::Zstd(encoder) => encoder.frame(raw),
            Worker::Xz => {
                let xz::Made { bytes, record } = xz::encode(self.level, raw)?;
                return Ok(Made { bytes, record });
            }
        };
        let record = (bytes.len() as u64, raw.len() as u64);
        Ok(Made { bytes, record })
    }
}

/// Writes the blocks, and behind them the index.
struct Sink {
    kind: Kind,
    block: u32,
    file: File,
    name: String,
    records: Vec<(u64, u64)>,
}

impl BlockSink for Sink {
    type Made = Made;

    fn put(&mut self, _: u64, made: Made) -> io::Result<()> {
        self.records.push(made.record);
        self.file.write_all(&made.bytes)
    }

    fn finish(mut self) -> io::Result<Vec<String>> {
        // Blocks have 16 MiB at most; only a gzip file of terabytes has larger members.
        let short = |len: u64| u32::try_from(len).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge));
        let index = match self.kind {
            Kind::Xz => xz::end(&self.records),
            Kind::Gzip => {
                let sizes: io::Result<Vec<u32>> = self.records.iter().map(|record| short(record.0)).collect();
                gzip::index_member(self.block, &sizes?)
            }
            Kind::Zstd => {
                let sizes: io::Result<Vec<(u32, u32)>> =
                    self.records.iter().map(|(packed, len)| Ok((short(*packed)?, short(*len)?))).collect();
                zstd::table(&sizes?)
            }
        };
        self.file.write_all(&index)?;
        Ok(vec![self.name])
    }
}
