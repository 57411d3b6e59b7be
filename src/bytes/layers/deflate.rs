//! [`Deflate`]: a deflate stream, or the members of a gzip file, read at any place.
//!
//! Deflate has no index. So one is made on the way: every half a megabyte or so, at a border of two blocks, it is kept where the block lies and what the 32 KiB before it were;
//! the latter in a temporary file, so that the memory stays small. What lies between two such points is a block of [`Unpacked`].

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::gzip::{self, Header};
use super::inflate::{Inflater, Place, Resume};
use super::temp::{Temp, TempReader};
use super::{Bounds, LayerError, damaged};
use crate::bytes::{BlockSpan, Blocks, Bytes, Spares, Unpacked, read_some};

/// Bytes from one point to the next, at least.
const STEP: u64 = 512 << 10;
/// Bytes after which a point is made even inside of a block. No encoder that is known makes blocks as long.
const LONGEST: u64 = 8 << 20;
/// The number of a block that there is not, because what comes before it can't be decoded.
const BROKEN: u64 = u64::MAX;

/// What is known of a stream before it is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// A deflate stream alone, of which its container tells the decoded length and the CRC-32.
    Raw {
        /// Decoded bytes.
        len: u64,
        /// CRC-32 of all of them, where it is known.
        crc: Option<u32>,
    },
    /// The members of a gzip file, one after another (RFC 1952).
    Gzip,
}

/// A deflate stream with an index that grows as it is read.
pub struct Deflate {
    source: Arc<dyn Bytes>,
    gzip: bool,
    len: u64,
    index: Mutex<Index>,
    spares: Spares<Walk>,
}

/// What is known so far.
struct Index {
    points: Vec<Point>,
    windows: Windows,
    /// The pass that makes the index, until it has come to the end.
    pass: Option<Pass>,
    /// The block that the pass has decoded last.
    fresh: Option<(u64, Vec<u8>)>,
}

/// Where decoding can begin.
#[derive(Clone)]
struct Point {
    /// Offset among the decoded bytes.
    start: u64,
    /// Offset among the packed ones.
    packed: u64,
    resume: Resume,
    /// Offset in the file of windows; none is needed at the start of a stream.
    window: Option<u64>,
    /// How many bytes follow up to the next point, and their CRC-32.
    len: u64,
    crc: u32,
}

/// What was before each point.
#[derive(Default)]
struct Windows(Option<(Temp, Arc<TempReader>)>);

/// The pass that makes the index.
struct Pass {
    walk: Walk,
    frame: Frame,
    bounds: Bounds,
    /// The point after which bytes are being collected.
    point: Point,
    /// CRC-32 of all.
    whole: crc32fast::Hasher,
    failure: Option<(io::ErrorKind, String)>,
}

impl Deflate {
    /// Opens a stream. A gzip file is decoded once to its end, for nothing else tells its length; of others only what is read is.
    pub fn open(source: Arc<dyn Bytes>, frame: Frame, bounds: &Bounds) -> Result<Unpacked<Deflate>, LayerError> {
        let gzip = frame == Frame::Gzip;
        let resume = Resume::Start;
        let point = Point { start: 0, packed: 0, resume, window: None, len: 0, crc: 0 };
        let whole = crc32fast::Hasher::new();
        let walk = Walk::new(gzip, true);
        let pass = Pass { walk, frame, bounds: bounds.clone(), point, whole, failure: None };
        let index = Index { points: Vec::new(), windows: Windows::default(), pass: Some(pass), fresh: None };
        let mut deflate = Deflate { source, gzip, len: 0, index: Mutex::new(index), spares: Spares::default() };
        match frame {
            Frame::Raw { len, .. } => {
                bounds.check(len)?;
                deflate.len = len;
            }
            Frame::Gzip => deflate.len = deflate.finish(bounds)?,
        }
        Ok(Unpacked::new(deflate))
    }

    /// Makes the whole index, and gives the length.
    fn finish(&self, bounds: &Bounds) -> Result<u64, LayerError> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(reached) = index.grow(&*self.source)? {
            bounds.check(reached)?;
        }
        Ok(index.points.last().map_or(0, |point| point.start + point.len))
    }

    /// The block around `at`; the index grows until it has it.
    fn reach(&self, at: u64) -> io::Result<BlockSpan> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(number) = index.points.partition_point(|point| point.start <= at).checked_sub(1)
                && let Some(point) = index.points.get(number)
                && at - point.start < point.len
            {
                let len = usize::try_from(point.len).map_err(|_| damaged("a block of the compressed data is too long"))?;
                return Ok(BlockSpan { block: number as u64, start: point.start, len });
            }
            if index.grow(&*self.source)?.is_none() {
                return Err(damaged("the compressed data end too early"));
            }
        }
    }
}

impl Blocks for Deflate {
    fn len(&self) -> u64 {
        self.len
    }

    fn span(&self, at: u64) -> BlockSpan {
        // Why it can't be reached is told by `decode`, which can fail.
        let broken =
            || BlockSpan { block: BROKEN, start: at, len: usize::try_from(self.len - at).unwrap_or(usize::MAX).min(1 << 16) };
        self.reach(at).unwrap_or_else(|_| broken())
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        let (point, window) = {
            let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
            if block == BROKEN {
                return Err(index.failure());
            }
            if index.fresh.as_ref().is_some_and(|(number, bytes)| *number == block && bytes.len() == into.len())
                && let Some((_, bytes)) = index.fresh.take()
            {
                into.copy_from_slice(&bytes);
                return Ok(());
            }
            let point =
                usize::try_from(block).ok().and_then(|block| index.points.get(block)).ok_or(io::ErrorKind::InvalidData)?;
            (point.clone(), index.windows.reader())
        };
        let new = || Walk::new(self.gzip, false);
        self.spares.with(new, |walk| walk.decode(&*self.source, &point, window.as_deref(), into))?;
        if crc32fast::hash(into) == point.crc {
            Ok(())
        } else {
            Err(damaged("the compressed data have changed while they were read"))
        }
    }
}

impl Index {
    /// Decodes up to the next point, and says how far that is; `None` once all is decoded.
    fn grow(&mut self, source: &dyn Bytes) -> io::Result<Option<u64>> {
        let Some(pass) = &mut self.pass else { return Ok(None) };
        if let Some((kind, why)) = &pass.failure {
            return Err(io::Error::new(*kind, why.clone()));
        }
        match pass.next(source, &mut self.windows) {
            Err(error) => {
                // Half a block is not kept, and going on would begin after it.
                pass.failure = Some((error.kind(), error.to_string()));
                Err(error)
            }
            Ok(None) => {
                self.pass = None;
                Ok(None)
            }
            Ok(Some((point, bytes))) => {
                let reached = point.start + point.len;
                self.fresh = Some((self.points.len() as u64, bytes));
                self.points.push(point);
                Ok(Some(reached))
            }
        }
    }

    /// Why the index does not go on.
    fn failure(&self) -> io::Error {
        match self.pass.as_ref().and_then(|pass| pass.failure.as_ref()) {
            Some((kind, why)) => io::Error::new(*kind, why.clone()),
            None => damaged("the compressed data end too early"),
        }
    }
}

impl Pass {
    /// The next point that has bytes after it, and those bytes.
    fn next(&mut self, source: &dyn Bytes, windows: &mut Windows) -> io::Result<Option<(Point, Vec<u8>)>> {
        self.bounds.stop.check()?;
        let mut bytes = Vec::new();
        loop {
            let step = self.walk.step(source, usize::MAX)?;
            bytes.extend_from_slice(self.walk.inflater.made(step.made.clone()));
            let len = bytes.len() as u64;
            let most = if let Frame::Raw { len, .. } = self.frame { len } else { u64::MAX };
            if self.point.start + len > most {
                return Err(damaged("the compressed data unpack to more than they may"));
            }
            let full = len >= STEP && step.at != At::Inside || len >= LONGEST;
            if !full && step.at != At::End {
                continue;
            }
            let crc = crc32fast::hash(&bytes);
            self.whole.combine(&crc32fast::Hasher::new_with_initial_len(crc, len));
            let here = Point { len, crc, ..self.point.clone() };
            if step.at == At::End {
                self.check_end(here.start + len)?;
                // The next call comes here again, and finds nothing more.
                self.point.start += len;
                return Ok((len > 0).then_some((here, bytes)));
            }
            self.point = self.walk.point(here.start + len, step.at, windows)?;
            return Ok(Some((here, bytes)));
        }
    }

    /// The container's word on the whole.
    fn check_end(&self, total: u64) -> io::Result<()> {
        match self.frame {
            Frame::Raw { len, .. } if len != total => Err(damaged("the compressed data unpack to less than they should")),
            Frame::Raw { crc: Some(crc), .. } if crc != self.whole.clone().finalize() => {
                Err(damaged("the CRC of the unpacked data is wrong"))
            }
            _ => Ok(()),
        }
    }
}

impl Windows {
    fn append(&mut self, parts: [&[u8]; 2]) -> io::Result<u64> {
        let (file, _) = match &mut self.0 {
            Some(open) => open,
            none => {
                let file = Temp::new()?;
                let reader = Arc::new(file.reader()?);
                none.insert((file, reader))
            }
        };
        let at = file.len();
        parts.into_iter().try_for_each(|part| file.append(part))?;
        Ok(at)
    }

    fn reader(&self) -> Option<Arc<TempReader>> {
        self.0.as_ref().map(|(_, reader)| reader.clone())
    }
}

/// Where a step of a [`Walk`] has led.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Inside of a block.
    Inside,
    /// Between two blocks.
    Border,
    /// Behind a member; another may follow.
    Member,
    /// At the end of all.
    End,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The header of a member, the first or another.
    Header { first: bool },
    /// Blocks.
    Body,
    /// The trailer of a member.
    Trailer,
    /// Nothing.
    End,
}

/// Goes through the members of a file, or a single stream.
struct Walk {
    inflater: Inflater,
    gzip: bool,
    state: State,
    /// CRC-32 and length of the member so far, where its beginning was seen.
    member: Option<(crc32fast::Hasher, u64)>,
}

/// A step of a [`Walk`].
struct Step {
    /// The bytes made, as the decoder keeps them.
    made: std::ops::Range<usize>,
    at: At,
}

impl Walk {
    /// From the front; `checked`: the trailers of members are held against what came.
    fn new(gzip: bool, checked: bool) -> Walk {
        let mut inflater = Inflater::new();
        inflater.begin(0, &Resume::Start);
        let state = if gzip { State::Header { first: true } } else { State::Body };
        Walk { inflater, gzip, state, member: checked.then(|| (crc32fast::Hasher::new(), 0)) }
    }

    fn step(&mut self, source: &dyn Bytes, most: usize) -> io::Result<Step> {
        let at = match self.state {
            State::End => At::End,
            State::Header { first } => {
                let at = self.inflater.packed();
                match gzip::read_header(source, at)? {
                    Some(Header { len }) => {
                        self.inflater.begin(at + len, &Resume::Start);
                        self.member = self.member.as_ref().map(|_| (crc32fast::Hasher::new(), 0));
                        self.state = State::Body;
                        At::Inside
                    }
                    None if first => return Err(damaged("this is no gzip file")),
                    // Programs pad with zeros, and gzip itself ignores what follows.
                    None => {
                        self.state = State::End;
                        At::End
                    }
                }
            }
            State::Trailer => {
                let at = self.inflater.packed();
                let trailer = read_some(source, at, 8)?;
                let [c0, c1, c2, c3, l0, l1, l2, l3] = *trailer.as_slice() else {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the gzip file is cut short"));
                };
                let wanted = (u32::from_le_bytes([c0, c1, c2, c3]), u32::from_le_bytes([l0, l1, l2, l3]));
                if let Some((crc, len)) = &self.member
                    && (crc.clone().finalize(), *len as u32) != wanted
                {
                    return Err(damaged("the CRC of the unpacked data is wrong"));
                }
                self.inflater.begin(at + 8, &Resume::Start);
                self.state = State::Header { first: false };
                At::Member
            }
            State::Body => {
                let (made, place) = self.inflater.step(source, most)?;
                if let Some((crc, len)) = &mut self.member {
                    crc.update(self.inflater.made(made.clone()));
                    *len += made.len() as u64;
                }
                let at = match place {
                    Place::Inside => At::Inside,
                    Place::Border => At::Border,
                    Place::End if self.gzip => {
                        self.state = State::Trailer;
                        At::Inside
                    }
                    Place::End => {
                        self.state = State::End;
                        At::End
                    }
                };
                return Ok(Step { made, at });
            }
        };
        Ok(Step { made: 0..0, at })
    }

    /// A point where the last step has led.
    fn point(&self, start: u64, at: At, windows: &mut Windows) -> io::Result<Point> {
        let packed = self.inflater.packed();
        let (resume, window) = match at {
            At::Border => (self.inflater.resume(Place::Border), Some(windows.append(self.inflater.window())?)),
            // Behind the last block of a member the trailer comes, which `resume` can't say; the header before the first needs no saying.
            At::Member | At::End => (Resume::Start, None),
            At::Inside => (self.inflater.resume(Place::Inside), Some(windows.append(self.inflater.window())?)),
        };
        Ok(Point { start, packed, resume, window, len: 0, crc: 0 })
    }

    /// Decodes the bytes after a point.
    fn decode(&mut self, source: &dyn Bytes, point: &Point, windows: Option<&TempReader>, into: &mut [u8]) -> io::Result<()> {
        self.inflater.begin(point.packed, &point.resume);
        if let Some(at) = point.window {
            windows.ok_or(io::ErrorKind::InvalidData)?.read_at(at, self.inflater.window_mut())?;
        }
        let header = self.gzip && matches!(point.resume, Resume::Start);
        self.state = if header { State::Header { first: true } } else { State::Body };
        let mut done = 0;
        while done < into.len() {
            let step = self.step(source, into.len() - done)?;
            let made = self.inflater.made(step.made);
            into.get_mut(done..done + made.len()).ok_or(io::ErrorKind::InvalidData)?.copy_from_slice(made);
            done += made.len();
            if step.at == At::End && done < into.len() {
                return Err(damaged("the compressed data end too early"));
            }
        }
        Ok(())
    }
}
