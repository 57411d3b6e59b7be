//! Packs sectors on all cores as they are written, and makes the descriptor when it is known where everything is.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::read::ZlibEncoder;
use flate2::{Compress, Compression, FlushCompress, Status};

use super::cipher::{Lrw, SALT};
use super::container::{MDX_HEAD, file, frame};
use super::groups::{FILLED, TOGETHER, first_block};
use super::key::{Header, MATERIAL, Purpose};
use super::open::spellings;
use super::wish::Wish;
use crate::image::mds::blocks::{DataFile, Groups, Mds};
use crate::image::packing::{BlockCodec, BlockSink, PackTarget, Packer, Packing, ParallelPacker};

/// Sectors of a group, as DAEMON Tools makes them.
const GROUP: u32 = 16;
/// Bytes that are written at a time.
const BUFFER: usize = 1 << 20;

/// Packs the sectors of an image; the descriptor goes where [`Outcome`] says.
pub struct SectorPacking {
    mds: Mds,
    wish: Wish,
    outcome: Outcome,
}

/// Where the descriptor goes.
#[derive(Clone)]
enum Outcome {
    /// Around the sectors.
    Around,
    /// Into a file of its own, which is made after that of the sectors.
    Apart(Arc<Mutex<Vec<u8>>>),
}

/// Makes the file of the descriptor, once the sectors are packed.
pub struct DescriptorPacking(Arc<Mutex<Vec<u8>>>);

/// Packs an MDX file. The offsets of tracks in the descriptor don't count: the packer knows better.
pub fn pack_whole(mds: Mds, wish: Wish) -> SectorPacking {
    SectorPacking { mds, wish, outcome: Outcome::Around }
}

/// Packs a file of sectors and a `.mds`.
pub fn pack_apart(mds: Mds, wish: Wish) -> (SectorPacking, DescriptorPacking) {
    let made = Arc::<Mutex<Vec<u8>>>::default();
    (SectorPacking { mds, wish, outcome: Outcome::Apart(made.clone()) }, DescriptorPacking(made))
}

impl fmt::Debug for SectorPacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SectorPacking").field("level", &self.wish.level).finish_non_exhaustive()
    }
}

impl fmt::Debug for DescriptorPacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DescriptorPacking")
    }
}

impl Packing for SectorPacking {
    fn begin(&self, into: PackTarget, _len: u64) -> io::Result<Box<dyn Packer>> {
        let mut out = Output { file: into.create(into.name())?, at: 0, buffer: Vec::with_capacity(BUFFER) };
        let mut mds = self.mds.clone();
        if let Outcome::Around = self.outcome {
            out.write(&[0; MDX_HEAD])?;
        }
        let mut key = None;
        if let Some(password) = &self.wish.password {
            let (mut salt, mut material) = ([0; SALT], [0; MATERIAL]);
            getrandom::fill(&mut salt)?;
            getrandom::fill(&mut material)?;
            let header = Header { material, compressed: 0, plain: 0 };
            let spelt = spellings(password.as_str()).swap_remove(0);
            mds.key = Some(header.seal(&salt, Some(&spelt), Purpose::Sectors).to_vec());
            key = Some(Arc::new(Lrw::new(&header.keys())));
        }
        let shared = Arc::new(Mutex::new(Shared { out, lengths: Vec::new() }));
        let name = into.name().to_owned();
        Ok(Box::new(SectorPacker {
            mds,
            level: self.wish.level,
            key,
            outcome: self.outcome.clone(),
            name,
            shared,
            track: 0,
            under_way: None,
        }))
    }
}

impl Packing for DescriptorPacking {
    fn begin(&self, into: PackTarget, _len: u64) -> io::Result<Box<dyn Packer>> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        into.create(into.name())?.write_all(&bytes)?;
        Ok(Box::new(Made(into.name().to_owned())))
    }
}

/// A file that is complete.
struct Made(String);

impl Packer for Made {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() { Ok(()) } else { Err(io::ErrorKind::InvalidInput.into()) }
    }

    fn finish(self: Box<Self>) -> io::Result<Vec<String>> {
        Ok(vec![self.0])
    }
}

/// The file of the sectors.
struct Output {
    file: File,
    at: u64,
    buffer: Vec<u8>,
}

impl Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.file.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        self.at += bytes.len() as u64;
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }
}

/// What the packers of the tracks leave to each other.
struct Shared {
    out: Output,
    /// The table of the track under way.
    lengths: Vec<u16>,
}

struct SectorPacker {
    mds: Mds,
    level: Option<u32>,
    key: Option<Arc<Lrw>>,
    outcome: Outcome,
    name: String,
    shared: Arc<Mutex<Shared>>,
    /// The next track.
    track: usize,
    under_way: Option<UnderWay>,
}

/// A track that is being packed: groups never reach from one into the next.
struct UnderWay {
    packer: Box<dyn Packer>,
    /// Bytes to come.
    left: u64,
    start: u64,
}

impl SectorPacker {
    fn begin_track(&mut self) -> io::Result<()> {
        let mut tracks = self.mds.sessions.iter().flat_map(|session| &session.tracks);
        let track = tracks.nth(self.track).ok_or(io::ErrorKind::InvalidInput)?;
        let sectors = self.mds.files.get(track.files).and_then(|list| list.first()).map_or(0, |file| file.sectors);
        let codec = SectorCodec { level: self.level, key: self.key.clone(), sector_size: track.sector_size };
        let block = usize::from(track.sector_size) * codec.group() as usize;
        let packer = Box::new(ParallelPacker::new(codec, GroupSink(self.shared.clone()), block)?);
        let start = self.shared.lock().unwrap_or_else(PoisonError::into_inner).out.at;
        self.under_way = Some(UnderWay { packer, left: sectors * u64::from(track.sector_size), start });
        Ok(())
    }

    fn end_track(&mut self) -> io::Result<()> {
        let Some(UnderWay { packer, start, .. }) = self.under_way.take() else { return Ok(()) };
        packer.finish()?;
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let table = shared.out.at - start;
        let lengths = std::mem::take(&mut shared.lengths);
        let groups = self.level.map(|_| Groups { sectors: GROUP, table });
        if groups.is_some() {
            let raw: Vec<u8> = lengths.iter().flat_map(|length| length.to_le_bytes()).collect();
            let mut packed = Vec::new();
            ZlibEncoder::new(raw.as_slice(), Compression::best()).read_to_end(&mut packed)?;
            shared.out.write(&packed)?;
        }
        let mut tracks = self.mds.sessions.iter_mut().flat_map(|session| &mut session.tracks);
        if let Some(track) = tracks.nth(self.track) {
            // In an MDX file the frame adds its header to the offsets.
            track.offset = start - if let Outcome::Around = self.outcome { MDX_HEAD as u64 } else { 0 };
            let list = self.mds.files.get_mut(track.files);
            list.into_iter().flatten().for_each(|file: &mut DataFile| file.groups = groups);
        }
        self.track += 1;
        Ok(())
    }
}

impl Packer for SectorPacker {
    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.under_way.is_none() {
                self.begin_track()?;
            }
            let track = self.under_way.as_mut().ok_or(io::ErrorKind::InvalidInput)?;
            let here = usize::try_from(track.left).unwrap_or(usize::MAX).min(bytes.len());
            let (now, rest) = bytes.split_at(here);
            track.packer.write(now)?;
            track.left -= here as u64;
            bytes = rest;
            if track.left == 0 {
                self.end_track()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<Vec<String>> {
        self.end_track()?;
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let Output { file: out, at, buffer } = &mut shared.out;
        out.write_all(buffer)?;
        match &self.outcome {
            Outcome::Around => {
                let (head, tail) = frame(self.mds.clone(), *at - MDX_HEAD as u64);
                out.write_all(&tail)?;
                out.seek(SeekFrom::Start(0))?;
                out.write_all(&head)?;
            }
            Outcome::Apart(made) => *made.lock().unwrap_or_else(PoisonError::into_inner) = file(&self.mds),
        }
        Ok(vec![self.name.clone()])
    }
}

/// Compresses and encrypts groups of sectors.
struct SectorCodec {
    level: Option<u32>,
    key: Option<Arc<Lrw>>,
    sector_size: u16,
}

impl SectorCodec {
    /// Sectors of a block.
    fn group(&self) -> u32 {
        if self.level.is_some() { GROUP } else { TOGETHER }
    }

    /// Compresses a group, if that makes it shorter: its entry in the table, and its bytes.
    fn compress(&self, worker: &mut Worker, raw: &[u8]) -> io::Result<(u16, Vec<u8>)> {
        if let Some((first, rest)) = raw.split_first()
            && rest.iter().all(|byte| byte == first)
        {
            return Ok((FILLED | u16::from(*first), Vec::new()));
        }
        // Room for the worst case, nine bits for each byte: zlib-rs 0.6.8 panics at level 1 when it runs out of room.
        worker.packed.resize(raw.len() + raw.len() / 8 + 64, 0);
        worker.deflate.reset();
        let done = worker.deflate.compress(raw, &mut worker.packed, FlushCompress::Finish).map_err(io::Error::other)?;
        let len = worker.deflate.total_out() as usize;
        // No longer than an entry can say, nor than what it was made from.
        let shorter = done == Status::StreamEnd && len < raw.len() && len < usize::from(FILLED);
        let packed = worker.packed.get(..len).filter(|_| shorter);
        Ok(packed.map_or_else(|| (0, raw.to_vec()), |packed| (len as u16, packed.to_vec())))
    }
}

/// What a thread keeps from group to group.
struct Worker {
    deflate: Compress,
    packed: Vec<u8>,
}

impl BlockCodec for SectorCodec {
    type Worker = Option<Worker>;
    type Made = (u16, Vec<u8>);

    fn worker(&self) -> Option<Worker> {
        self.level.map(|level| Worker { deflate: Compress::new(Compression::new(level), false), packed: Vec::new() })
    }

    fn encode(&self, worker: &mut Option<Worker>, index: u64, raw: &[u8]) -> io::Result<(u16, Vec<u8>)> {
        let (entry, mut bytes) = match worker {
            Some(state) => self.compress(state, raw)?,
            None => (0, raw.to_vec()),
        };
        if let Some(key) = &self.key {
            // Sectors are a whole number of cipher blocks, so that many of them can be encrypted in one go.
            key.encrypt(first_block(index * u64::from(self.group()), self.sector_size), &mut bytes);
        }
        Ok((entry, bytes))
    }
}

/// Writes the groups of a track, and notes their lengths.
struct GroupSink(Arc<Mutex<Shared>>);

impl BlockSink for GroupSink {
    type Made = (u16, Vec<u8>);

    fn put(&mut self, _index: u64, (entry, bytes): (u16, Vec<u8>)) -> io::Result<()> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shared.lengths.push(entry);
        shared.out.write(&bytes)
    }

    fn finish(self) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }
}
