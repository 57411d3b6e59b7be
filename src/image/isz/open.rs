//! Opens an ISZ image: finds its files, holds the password against them, and decodes chunks.

use std::io;
use std::sync::Arc;

use super::cipher::Cipher;
use super::parse::{self, Chunk, Codec, Header, LONG_HEADER, Segment};
use crate::bytes::codecs::{Inflater, bunzip, in_block};
use crate::bytes::{BlockSpan, Blocks, Bytes, Joined, Spares, Unpacked, Window, read_some};
use crate::image::raw::{self, open_unpacked};
use crate::image::volumes::{Numbering, numbering, open_volume, split_name};
use crate::image::{Digest, Error, Fault, Flaw, Likeness, Limits, Opened, Opener, Promise};

/// An image of more bytes is not decoded as a whole to try a password.
const MOST_TRIED: u64 = 64 << 20;

/// By its signature.
pub fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    Ok(if opener.read(0, 4)? == parse::SIGNATURE { Likeness::Sure } else { Likeness::No })
}

/// Opens the image.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    let flaw = |flaw| opener.flaw(flaw);
    let header = parse::header(&opener.read(0, LONG_HEADER)?).map_err(flaw)?;
    let table = chunk_table(opener, &header)?;
    let cipher = match header.encryption {
        None => None,
        Some(strength) => {
            let password = opener.password().ok_or_else(|| flaw(Flaw::at(16, Fault::PasswordMissing)))?;
            Some(Cipher::new(strength, password))
        }
    };
    let (chunks, data) = match header.segment_table {
        0 => one_after_another(opener, &header, &table)?,
        _ => by_segments(opener, &header, &table)?,
    };
    let bytes =
        Unpacked::new(Chunks { len: header.image_len, size: header.chunk, chunks, data, cipher, spares: Spares::default() });
    let mut warnings = Vec::new();
    if bytes.blocks().cipher.is_some() {
        match is_right(&bytes, &header).map_err(|error| flaw(Flaw::file(Fault::Io(error))))? {
            Some(true) => {}
            Some(false) => return Err(flaw(Flaw::file(Fault::PasswordWrong))),
            None => {
                warnings.push("Whether the password is the right one could not be told: nothing in the image says so.".to_owned())
            }
        }
    }
    let bytes: Arc<dyn Bytes> = Arc::new(bytes);
    if let Some(crc) = header.crc {
        opener.promise(Promise { bytes: bytes.clone(), of: "the whole image", digest: Digest::Crc32(crc) });
    }
    let mut opened = open_unpacked(opener, bytes)?;
    opened.warnings.splice(0..0, warnings);
    Ok(opened)
}

fn chunk_table(opener: &Opener, header: &Header) -> Result<Vec<(Codec, u32)>, Error> {
    let limit = opener.limits.descriptor;
    if header.chunk_table == 0 {
        // All files together are no longer than so many of this length.
        let most = opener.bytes().len().saturating_mul(opener.limits.files.into());
        if header.image_len > most {
            let what = "the compressed data";
            return Err(opener.flaw(Flaw::at(header.data, Fault::Truncated { what, needed: header.image_len, found: most })));
        }
        return Ok(parse::all_stored(header));
    }
    let len = u64::from(header.chunks) * header.pointer as u64;
    if len > limit {
        return Err(opener.flaw(Flaw::at(header.chunk_table, Fault::TooMany { what: "bytes in the table of chunks", limit })));
    }
    let table = opener.read(header.chunk_table, len as usize)?;
    parse::chunk_table(header, &table).map_err(|flaw| opener.flaw(flaw))
}

/// Chunks without a table of segments: the data of all files behind their headers, one after another.
fn one_after_another(opener: &Opener, header: &Header, table: &[(Codec, u32)]) -> Result<(Vec<Chunk>, Arc<dyn Bytes>), Error> {
    let here = opener.bytes().len().saturating_sub(header.data);
    let (stored, modulo) = header.stored.map_or((here, false), |stored| (stored.into(), true));
    let chunks = parse::place(table, stored, modulo);
    let needed = end(&chunks);
    let first: Arc<dyn Bytes> = Arc::new(Window::new(opener.bytes().clone(), header.data, needed));
    let (mut found, mut parts) = (first.len(), vec![first]);
    if found < needed && header.segment_size == 0 {
        return Err(opener.flaw(Flaw::at(header.data, Fault::Truncated { what: "the compressed data", needed, found })));
    }
    while found < needed {
        let (file, its) = segment_file(opener, header, parts.len())?;
        let part: Arc<dyn Bytes> = Arc::new(Window::new(file, its.len, needed - found));
        if part.is_empty() {
            let name = segment_name(opener, parts.len());
            let flaw = Flaw::at(its.len, Fault::Truncated { what: "the data of this part", needed: 1, found: 0 });
            return Err(flaw.of(&opener.path().with_file_name(name)));
        }
        found += part.len();
        parts.push(part);
    }
    Ok((chunks, Arc::new(Joined::new(parts))))
}

/// The byte after the last one of all chunks.
fn end(chunks: &[Chunk]) -> u64 {
    let length = |chunk: &Chunk| if chunk.codec == Codec::Zeros { 0 } else { u64::from(chunk.len) };
    chunks.last().map_or(0, |last| last.at + length(last))
}

/// Chunks with a table of segments, which says where in each file the first of them lies.
fn by_segments(opener: &Opener, header: &Header, table: &[(Codec, u32)]) -> Result<(Vec<Chunk>, Arc<dyn Bytes>), Error> {
    let limit = opener.limits.files as usize + 1;
    let list = opener.read(header.segment_table, limit * parse::SEGMENT_LEN)?;
    let segments = parse::segments(header, &list, &opener.limits).map_err(|flaw| opener.flaw(flaw))?;
    // Without the length of all chunks, that of all files would have to tell.
    let chunks = match header.stored {
        Some(stored) => parse::place(table, stored.into(), true),
        None => parse::place(table, 0, false),
    };
    let mut parts: Vec<Arc<dyn Bytes>> = Vec::new();
    let mut left = 0;
    for (number, segment) in segments.iter().enumerate() {
        let (file, start) = match number {
            0 => (opener.bytes().clone(), segment.offset),
            _ => {
                let (file, its) = segment_file(opener, header, number)?;
                (file, its.len)
            }
        };
        if number > 0 && segment.chunks > 0 && segment.offset != start + left {
            let what = "the offset of a segment's first chunk and the end of what comes before";
            let fault = Fault::Contradiction { what, one: (start + left) as i64, other: segment.offset as i64 };
            return Err(opener.flaw(Flaw::at(header.segment_table, fault)));
        }
        let len = segment_len(segment, &chunks, left);
        let is_last = number + 1 == segments.len();
        let len = len.filter(|_| !is_last || segment.left == 0).ok_or_else(|| {
            let fault = Fault::OutOfRange {
                what: "what is left of a segment's last chunk",
                expected: "no more than that chunk",
                found: segment.left as i64,
            };
            opener.flaw(Flaw::at(header.segment_table, fault))
        })?;
        let part: Arc<dyn Bytes> = Arc::new(Window::new(file, start, len));
        if part.len() < len {
            let fault = Fault::Truncated { what: "the compressed data", needed: len, found: part.len() };
            let name =
                if number == 0 { opener.path().to_owned() } else { opener.path().with_file_name(segment_name(opener, number)) };
            return Err(Flaw::at(start, fault).of(&name));
        }
        parts.push(part);
        left = segment.left;
    }
    Ok((chunks, Arc::new(Joined::new(parts))))
}

/// Bytes of chunks in a segment's file, `before` of which belong to the last chunk of the one before.
fn segment_len(segment: &Segment, chunks: &[Chunk], before: u64) -> Option<u64> {
    let first = segment.first as usize;
    let own = match segment.chunks {
        0 => 0,
        count => {
            let own = chunks.get(first..first + count as usize)?;
            let last = own.last()?;
            if segment.left > u64::from(last.len) {
                return None;
            }
            end(own) - own.first()?.at
        }
    };
    (before + own).checked_sub(segment.left)
}

/// Opens further file `number`, and reads its header.
fn segment_file(opener: &Opener, header: &Header, number: usize) -> Result<(Arc<dyn Bytes>, Header), Error> {
    let name = segment_name(opener, number);
    let file = open_volume(opener, &name).map_err(|fault| opener.flaw(Flaw::file(fault)))?;
    let of = |flaw: Flaw| flaw.of(&opener.path().with_file_name(&name));
    let start = read_some(&*file, 0, LONG_HEADER).map_err(|error| of(Flaw::at(0, Fault::Io(error))))?;
    let (its, found) = parse::file_header(&start).map_err(of)?;
    if its.serial != header.serial {
        let (one, other) = (header.serial.into(), its.serial.into());
        return Err(of(Flaw::at(6, Fault::Contradiction { what: "the serial numbers of this part and the first", one, other })));
    }
    if usize::from(found) != number {
        let (one, other) = (number as i64, found.into());
        return Err(of(Flaw::at(34, Fault::Contradiction { what: "the number of this part and its name", one, other })));
    }
    Ok((file, its))
}

/// What further file `number` (from 1) is called.
fn segment_name(opener: &Opener, number: usize) -> String {
    let (stem, extension) = split_name(opener);
    match numbering(&stem) {
        Numbering::Counted { before, digits } => format!("{before}{:0digits$}.{extension}", number + 1),
        Numbering::Plain => format!("{stem}.i{number:02}"),
    }
}

/// Whether the password is the right one. The format has no place for that to be said; but a chunk that is decrypted wrong can't be decoded, and
/// where none is compressed, the checksum of all tells, or a file system. `None`: nothing tells.
fn is_right(bytes: &Unpacked<Chunks>, header: &Header) -> io::Result<Option<bool>> {
    let chunks = bytes.blocks();
    let compressed = |chunk: &Chunk| matches!(chunk.codec, Codec::Zlib | Codec::Bzip2) && chunk.len >= 16;
    if let Some(first) = chunks.chunks.iter().position(compressed) {
        let span = chunks.span(first as u64 * u64::from(chunks.size));
        let tried = chunks.decode(span.block, &mut vec![0; span.len]);
        return match tried {
            Ok(()) => Ok(Some(true)),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(Some(false)),
            Err(error) => Err(error),
        };
    }
    if let Some(crc) = header.crc.filter(|_| bytes.len() <= MOST_TRIED) {
        let mut hasher = crc32fast::Hasher::new();
        let mut buffer = vec![0; chunks.size as usize];
        for at in (0..bytes.len()).step_by(buffer.len()) {
            let now = chunks.span(at).len;
            bytes.read_at(at, &mut buffer[..now])?;
            hasher.update(&buffer[..now]);
        }
        return Ok(Some(hasher.finalize() == crc));
    }
    Ok(raw::probe(bytes)?.map(|_| true))
}

/// The chunks, which decode to the image.
struct Chunks {
    len: u64,
    size: u32,
    chunks: Vec<Chunk>,
    data: Arc<dyn Bytes>,
    cipher: Option<Cipher>,
    spares: Spares<Worker>,
}

/// What a thread needs to decode.
struct Worker {
    stored: Vec<u8>,
    inflater: Inflater,
}

impl Chunks {
    fn decode_chunk(&self, chunk: Chunk, worker: &mut Worker, into: &mut [u8]) -> io::Result<()> {
        if chunk.codec == Codec::Zeros {
            into.fill(0);
            return Ok(());
        }
        let Worker { stored, inflater } = worker;
        if chunk.codec == Codec::Stored && self.cipher.is_none() && chunk.len as usize >= into.len() {
            return self.data.read_at(chunk.at, into);
        }
        stored.resize(chunk.len as usize, 0);
        self.data.read_at(chunk.at, stored)?;
        if let Some(cipher) = &self.cipher {
            cipher.decrypt(stored);
        }
        match chunk.codec {
            Codec::Zlib => inflater.decode(stored, into),
            Codec::Bzip2 => {
                // What every bzip2 stream begins with is spoilt in these files.
                if let Some(magic) = stored.first_chunk_mut() {
                    *magic = *b"BZh";
                }
                bunzip(stored, into)
            }
            Codec::Stored | Codec::Zeros => {
                let stored = stored.get(..into.len());
                into.copy_from_slice(stored.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "its data are too short"))?);
                Ok(())
            }
        }
    }
}

impl Blocks for Chunks {
    fn len(&self) -> u64 {
        self.len
    }

    fn span(&self, at: u64) -> BlockSpan {
        BlockSpan::uniform(at, self.size, self.len)
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        let chunk = usize::try_from(block).ok().and_then(|block| self.chunks.get(block)).ok_or(io::ErrorKind::InvalidData)?;
        let new = || Worker { stored: Vec::new(), inflater: Inflater::zlib() };
        self.spares.with(new, |worker| self.decode_chunk(*chunk, worker, into)).map_err(|error| in_block(block, &error))
    }
}

/// Reads a file out of memory, decodes its first and last chunk, and throws away what it finds.
pub fn parse_anything(bytes: &[u8], limits: &Limits) {
    let Ok(header) = parse::header(bytes) else { return };
    let from = |at: u64| usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    if header.segment_table != 0 {
        let _ = parse::segments(&header, from(header.segment_table), limits);
    }
    let len = (header.chunks as usize).saturating_mul(header.pointer);
    // Larger chunks are not decoded only to see what happens: a fuzzer would do nothing else.
    if header.chunk_table == 0 || header.chunk > 1 << 20 {
        return;
    }
    let Some(Ok(table)) = from(header.chunk_table).get(..len).map(|table| parse::chunk_table(&header, table)) else { return };
    let chunks = parse::place(&table, header.stored.unwrap_or_default().into(), true);
    let data: Arc<dyn Bytes> = Arc::new(from(header.data).to_vec());
    let cipher = header.encryption.map(|strength| Cipher::new(strength, &"password".into()));
    let chunks = Chunks { len: header.image_len, size: header.chunk, chunks, data, cipher, spares: Spares::default() };
    let stream = Unpacked::new(chunks);
    for at in [0, stream.len() - 1] {
        let _ = stream.read_at(at, &mut [0]);
    }
}
