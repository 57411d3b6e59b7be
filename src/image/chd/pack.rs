//! Packs a CHD of version 5: hunks on all cores, hunks that come again only once, and behind them the map.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sha1::Digest;

use super::codecs::{Codec, Encoder, FRAME};
use super::header::{HEADER, MAGIC, Sha1};
use super::hunks::crc16;
use super::map::{Entry, Kind, Sum};
use super::map_write;
use super::metadata::{self, Piece};
use crate::disc::sector::RAW;
use crate::image::packing::{BlockCodec, BlockSink, PackTarget, Packer, Packing, ParallelPacker};

/// How a CHD is packed.
#[derive(Debug, Clone)]
pub struct Chd {
    /// Its codecs, one to four.
    pub codecs: Vec<Codec>,
    /// What a hunk consists of.
    pub hunk: Shape,
    /// Sectors that come, and frames of zeros behind them, in turn.
    pub runs: Vec<(u64, u64)>,
    /// What is said of them.
    pub pieces: Vec<Piece>,
}

/// What a hunk consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Units of a hunk.
    pub units: usize,
    /// Bytes of a unit.
    pub unit: usize,
    /// Bytes of it that come; the others are zeros.
    pub coming: usize,
}

impl Shape {
    /// Frames of a CD, of which the subchannel comes, or does not.
    pub fn frames(units: usize, subchannel: bool) -> Shape {
        Shape { units, unit: FRAME, coming: if subchannel { FRAME } else { RAW } }
    }

    /// Bytes of a hunk.
    fn bytes(self) -> usize {
        self.units * self.unit
    }
}

impl Packing for Chd {
    fn begin(&self, into: PackTarget, _: u64) -> io::Result<Box<dyn Packer>> {
        let seen = Arc::new(Seen::default());
        let units: u64 = self.runs.iter().map(|(sectors, zeros)| sectors + zeros).sum();
        let raw = Arc::new(OnceLock::new());
        let codec = Hunks { codecs: self.codecs.clone(), shape: self.hunk, seen: seen.clone() };
        let file = into.create(into.name())?;
        let sink = Sink::new(file, into.name(), self, units * self.hunk.unit as u64, seen, raw.clone())?;
        let packer = ParallelPacker::new(codec, sink, self.hunk.units * self.hunk.coming)?;
        let mut units =
            Units { inner: Box::new(packer), digest: sha1::Sha1::new(), raw, shape: self.hunk, left: 0, runs: Vec::new() };
        units.runs.extend(self.runs.iter().rev());
        units.next_run()?;
        Ok(Box::new(units))
    }
}

/// Takes the sectors, hashes all that they become, and hands them on with the zeros between them.
struct Units {
    inner: Box<dyn Packer>,
    digest: sha1::Sha1,
    raw: Arc<OnceLock<Sha1>>,
    shape: Shape,
    /// Bytes that come before the next zeros.
    left: u64,
    /// Runs to come, the last first; the first of which `left` is a part is among them.
    runs: Vec<(u64, u64)>,
}

static ZEROS: [u8; 64 << 10] = [0; _];

impl Units {
    fn next_run(&mut self) -> io::Result<()> {
        while self.left == 0 {
            let Some((sectors, zeros)) = self.runs.last().copied() else { return Ok(()) };
            if sectors > 0 {
                self.left = sectors * self.shape.coming as u64;
                return Ok(());
            }
            self.runs.pop();
            self.zeros(zeros)?;
        }
        Ok(())
    }

    fn zeros(&mut self, units: u64) -> io::Result<()> {
        for (bytes, hashed) in [(self.shape.coming, false), (self.shape.unit, true)] {
            let mut left = units * bytes as u64;
            while left > 0 {
                let now = &ZEROS[..left.min(ZEROS.len() as u64) as usize];
                match hashed {
                    true => self.digest.update(now),
                    false => self.inner.write(now)?,
                }
                left -= now.len() as u64;
            }
        }
        Ok(())
    }

    /// Hashes what comes, and the zeros of each unit that do not. Sectors may come in parts.
    fn hash(&mut self, mut bytes: &[u8]) {
        let Shape { unit, coming, .. } = self.shape;
        if unit == coming {
            return self.digest.update(bytes);
        }
        while !bytes.is_empty() {
            let whole = (self.left % coming as u64) as usize;
            let here = if whole == 0 { coming } else { whole };
            let (now, rest) = bytes.split_at(here.min(bytes.len()));
            self.digest.update(now);
            self.left -= now.len() as u64;
            if now.len() == here {
                self.digest.update(&ZEROS[..unit - coming]);
            }
            bytes = rest;
        }
    }
}

impl Packer for Units {
    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.left == 0 {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            let (now, rest) = bytes.split_at(self.left.min(bytes.len() as u64) as usize);
            self.inner.write(now)?;
            let left = self.left - now.len() as u64;
            self.hash(now);
            self.left = left;
            if left == 0
                && let Some(run) = self.runs.last_mut()
            {
                run.0 = 0;
            }
            self.next_run()?;
            bytes = rest;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<Vec<String>> {
        if self.left > 0 || !self.runs.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.raw.set(self.digest.finalize().into()).map_err(|_| io::ErrorKind::InvalidInput)?;
        self.inner.finish()
    }
}

/// The first hunk of each content, by the first half of its SHA-1.
#[derive(Default)]
struct Seen(Mutex<HashMap<[u8; 16], u64>>);

impl Seen {
    /// The first hunk of this content that is known; this one, where it is the first.
    fn first(&self, content: [u8; 16], number: u64) -> u64 {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = known.entry(content).or_insert(number);
        *first = number.min(*first);
        *first
    }
}

/// Packs hunks.
struct Hunks {
    codecs: Vec<Codec>,
    shape: Shape,
    seen: Arc<Seen>,
}

struct Worker {
    encoder: Encoder,
    hunk: Vec<u8>,
}

/// What has become of a hunk.
struct Made {
    sum: u16,
    content: [u8; 16],
    /// The number of its codec; `None`: it stays as it is.
    codec: Option<u8>,
    /// Empty where an earlier hunk has the same.
    bytes: Vec<u8>,
}

impl BlockCodec for Hunks {
    type Worker = Worker;
    type Made = Made;

    fn worker(&self) -> Worker {
        Worker { encoder: Encoder::new(&self.codecs), hunk: Vec::new() }
    }

    fn encode(&self, worker: &mut Worker, index: u64, raw: &[u8]) -> io::Result<Made> {
        let Shape { unit, coming, .. } = self.shape;
        worker.hunk.clear();
        worker.hunk.resize(self.shape.bytes(), 0);
        worker.hunk.chunks_exact_mut(unit).zip(raw.chunks(coming)).for_each(|(unit, raw)| unit[..raw.len()].copy_from_slice(raw));
        let hunk = worker.hunk.as_slice();
        let sum = crc16(hunk);
        let digest = sha1::Sha1::digest(hunk);
        let content = *digest.first_chunk().ok_or(io::ErrorKind::InvalidData)?;
        if self.seen.first(content, index) < index {
            return Ok(Made { sum, content, codec: None, bytes: Vec::new() });
        }
        Ok(match worker.encoder.encode(hunk) {
            Some((codec, bytes)) => Made { sum, content, codec: Some(codec), bytes: bytes.to_vec() },
            None => Made { sum, content, codec: None, bytes: hunk.to_vec() },
        })
    }
}

/// Writes the file.
struct Sink {
    file: BufWriter<File>,
    name: String,
    header: Vec<u8>,
    pieces: Vec<Piece>,
    seen: Arc<Seen>,
    raw: Arc<OnceLock<Sha1>>,
    entries: Vec<Entry>,
    /// Where the next hunk goes.
    at: u64,
}

impl Sink {
    fn new(file: File, name: &str, chd: &Chd, bytes: u64, seen: Arc<Seen>, raw: Arc<OnceLock<Sha1>>) -> io::Result<Sink> {
        let mut file = BufWriter::with_capacity(1 << 20, file);
        let mut header = Vec::with_capacity(HEADER);
        header.extend(MAGIC);
        header.extend((HEADER as u32).to_be_bytes());
        header.extend(5u32.to_be_bytes());
        for number in 0..4 {
            header.extend(chd.codecs.get(number).map_or([0; 4], |codec| codec.tag()));
        }
        header.extend(bytes.to_be_bytes());
        header.extend([0; 8]);
        header.extend((if chd.pieces.is_empty() { 0 } else { HEADER as u64 }).to_be_bytes());
        header.extend((chd.hunk.bytes() as u32).to_be_bytes());
        header.extend((chd.hunk.unit as u32).to_be_bytes());
        header.resize(HEADER, 0);
        let metadata = metadata::write(&chd.pieces, HEADER as u64);
        file.write_all(&header)?;
        file.write_all(&metadata)?;
        let at = (HEADER + metadata.len()) as u64;
        let (name, pieces, entries) = (name.to_owned(), chd.pieces.clone(), Vec::new());
        Ok(Sink { file, name, header, pieces, seen, raw, entries, at })
    }
}

impl BlockSink for Sink {
    type Made = Made;

    fn put(&mut self, index: u64, made: Made) -> io::Result<()> {
        let first = self.seen.first(made.content, index);
        if first < index {
            self.entries.push(Entry { kind: Kind::Own, at: first, len: 0, sum: Sum::None });
            return Ok(());
        }
        let kind = made.codec.map_or(Kind::Stored, Kind::Packed);
        let len = made.bytes.len() as u32;
        self.file.write_all(&made.bytes)?;
        self.entries.push(Entry { kind, at: self.at, len, sum: Sum::Crc16(made.sum) });
        self.at += u64::from(len);
        Ok(())
    }

    fn finish(mut self) -> io::Result<Vec<String>> {
        let raw = self.raw.get().ok_or(io::ErrorKind::InvalidInput)?;
        self.file.write_all(&map_write::write(&self.entries))?;
        self.header[40..48].copy_from_slice(&self.at.to_be_bytes());
        self.header[64..84].copy_from_slice(raw);
        self.header[84..104].copy_from_slice(&metadata::sha1_of_all(raw, &self.pieces));
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&self.header)?;
        Ok(vec![self.name])
    }
}
