//! Opens a DAA or GBI image: finds its files, and decodes its chunks.

use std::io;
use std::sync::Arc;

use super::Brand;
use super::cipher::Cipher;
use super::parse::{self, Chunk, HEADER_LEN, Head, Header, Lock, VOLUME_HEADER_LEN};
use super::table::Codec;
use crate::bytes::codecs::{Inflater, USUAL_TYPES, in_block, inflate_with_types, unlzma};
use crate::bytes::{BlockSpan, Blocks, Bytes, Joined, Spares, Unpacked, Window, read_some};
use crate::image::raw::open_unpacked;
use crate::image::volumes::{Numbering, numbering, open_volume, split_name};
use crate::image::{Error, Fault, Flaw, Likeness, Limits, Opened, Opener};

/// Larger chunks are not decoded only to see what happens: a fuzzer would do nothing else.
const MOST_TRIED: u32 = 1 << 20;

/// By the word that it begins with; further parts have one of their own.
pub fn recognise(opener: &Opener, brand: Brand) -> Result<Likeness, Error> {
    Ok(if parse::is_own(brand, &opener.read(0, 16)?) { Likeness::Sure } else { Likeness::No })
}

/// Opens the image.
pub fn open(opener: &Opener, brand: Brand) -> Result<Opened, Error> {
    let flaw = |flaw| opener.flaw(flaw);
    let start = opener.read(0, HEADER_LEN)?;
    let header = parse::header(&start, brand).map_err(flaw)?;
    parse::check(&start).map_err(flaw)?;
    let limit = opener.limits.descriptor;
    if header.data > limit {
        let what = "bytes before the chunks";
        return Err(flaw(Flaw::at(0x18, Fault::TooMany { what, limit })));
    }
    let head = parse::head(&header, &opener.read(0, header.data as usize)?, &opener.limits).map_err(flaw)?;
    let cipher = head.lock.as_ref().map(|lock| unlock(opener, lock)).transpose().map_err(|fault| flaw(Flaw::file(fault)))?;
    let data = volumes(opener, brand, &header, &head)?;
    let bytes = Unpacked::new(Chunks { header, chunks: head.chunks, data, cipher, spares: Spares::default() });
    open_unpacked(opener, Arc::new(bytes))
}

/// The cipher of the password that was given, if it is the right one.
fn unlock(opener: &Opener, lock: &Lock) -> Result<Cipher, Fault> {
    let password = opener.password().ok_or(Fault::PasswordMissing)?;
    let cipher = Cipher::new(password.as_str()).ok_or(Fault::PasswordWrong)?;
    let mut key = lock.key;
    cipher.decipher(&mut key);
    if crc32fast::hash(&key) == lock.crc { Ok(cipher) } else { Err(Fault::PasswordWrong) }
}

/// The data of all files, one after another. How many files there are, the chunks tell.
fn volumes(opener: &Opener, brand: Brand, header: &Header, head: &Head) -> Result<Arc<dyn Bytes>, Error> {
    let needed = head.stored();
    let first: Arc<dyn Bytes> = Arc::new(Window::new(opener.bytes().clone(), header.data, u64::MAX));
    if first.len() >= needed {
        return Ok(first);
    }
    let names = further_names(opener, brand);
    let counted = matches!(numbering(&split_name(opener).0), Numbering::Counted { .. });
    let named = names.iter().any(|name| open_volume(opener, &name(0)).is_ok());
    if !head.split && !counted && !named {
        return Err(
            opener.flaw(Flaw::at(header.data, Fault::Truncated { what: "the compressed data", needed, found: first.len() }))
        );
    }
    let name = names.iter().find(|name| open_volume(opener, &name(0)).is_ok()).unwrap_or(&names[0]);
    let (mut found, mut parts) = (first.len(), vec![first]);
    while found < needed {
        let name = name(parts.len() - 1);
        let file = open_volume(opener, &name).map_err(|fault| opener.flaw(Flaw::file(fault)))?;
        // Of a flaw in a part, the part is named.
        let of = |flaw: Flaw| flaw.of(&opener.path().with_file_name(&name));
        let start = read_some(&*file, 0, VOLUME_HEADER_LEN).map_err(|error| of(Flaw::at(0, Fault::Io(error))))?;
        let data = parse::volume(&start, brand).map_err(of)?;
        let part: Arc<dyn Bytes> = Arc::new(Window::new(file, data, u64::MAX));
        if part.is_empty() {
            return Err(of(Flaw::at(data, Fault::Truncated { what: "the data of this part", needed: 1, found: 0 })));
        }
        found += part.len();
        parts.push(part);
    }
    Ok(Arc::new(Joined::new(parts)))
}

type Name = Box<dyn Fn(usize) -> String>;

/// How further files may be called, by their number from 0; the likeliest first.
fn further_names(opener: &Opener, brand: Brand) -> Vec<Name> {
    let (stem, extension) = split_name(opener);
    if let Numbering::Counted { before, digits } = numbering(&stem) {
        let before = before.to_owned();
        return vec![Box::new(move |n| format!("{before}{:0digits$}.{extension}", n + 2))];
    }
    let letters: &[&str] = if brand == Brand::GBurner { &["g", "d"] } else { &["d"] };
    let name = |letter: &'static str| {
        let stem = stem.clone();
        Box::new(move |n| format!("{stem}.{letter}{n:02}")) as Name
    };
    letters.iter().map(|&letter| name(letter)).collect()
}

/// The chunks, which decode to the image.
struct Chunks {
    header: Header,
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
        let size = self.header.chunk as usize;
        let len = if chunk.codec == Codec::Stored {
            into.len().next_multiple_of(128).min(chunk.len as usize)
        } else {
            chunk.len as usize
        };
        worker.stored.resize(len, 0);
        self.data.read_at(chunk.at, &mut worker.stored)?;
        if let Some(cipher) = &self.cipher {
            cipher.decipher(&mut worker.stored);
        }
        let decoded = self.expand(chunk.codec, worker, into);
        match decoded {
            Err(_) if into.len() < size => {
                // Other programs may fill the last chunk up.
                let mut whole = vec![0; size];
                self.data.read_at(chunk.at, &mut worker.stored)?;
                if let Some(cipher) = &self.cipher {
                    cipher.decipher(&mut worker.stored);
                }
                self.expand(chunk.codec, worker, &mut whole)?;
                into.copy_from_slice(&whole[..into.len()]);
                Ok(())
            }
            decoded => decoded,
        }
    }

    fn expand(&self, codec: Codec, worker: &mut Worker, into: &mut [u8]) -> io::Result<()> {
        match (codec, self.header.lzma) {
            (Codec::Stored, _) => {
                let stored = worker.stored.get(..into.len()).ok_or(io::ErrorKind::InvalidData)?;
                into.copy_from_slice(stored);
                Ok(())
            }
            (Codec::Lzma, Some(properties)) => unlzma(properties, &worker.stored, into),
            (Codec::Lzma, None) => Err(io::ErrorKind::InvalidData.into()),
            (Codec::Deflate, _) if self.header.types == USUAL_TYPES => worker.inflater.decode(&worker.stored, into),
            (Codec::Deflate, _) => match inflate_with_types(&mut worker.stored, self.header.types, into)? {
                made if made == into.len() => Ok(()),
                _ => Err(io::Error::new(io::ErrorKind::InvalidData, "its compressed data are too short")),
            },
        }
    }
}

impl Blocks for Chunks {
    fn len(&self) -> u64 {
        self.header.len
    }

    fn span(&self, at: u64) -> BlockSpan {
        BlockSpan::uniform(at, self.header.chunk, self.header.len)
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        let chunk = usize::try_from(block).ok().and_then(|block| self.chunks.get(block)).ok_or(io::ErrorKind::InvalidData)?;
        let new = || Worker { stored: Vec::new(), inflater: Inflater::raw() };
        self.spares.with(new, |worker| self.decode_chunk(*chunk, worker, into)).map_err(|error| in_block(block, &error))
    }
}

/// Reads a file out of memory, decodes its first and last chunk, and throws away what it finds. The checksum of the header is not asked: no
/// fuzzer would guess it.
pub fn parse_anything(bytes: &[u8], limits: &Limits, brand: Brand) {
    let Ok(header) = parse::header(bytes, brand) else { return };
    let before = usize::try_from(header.data).ok().and_then(|data| bytes.get(..data));
    let Some(Ok(head)) = before.map(|before| parse::head(&header, before, limits)) else { return };
    if header.chunk > MOST_TRIED {
        return;
    }
    let cipher = head.lock.as_ref().and_then(|_| Cipher::new("password"));
    let data: Arc<dyn Bytes> = Arc::new(bytes[header.data as usize..].to_vec());
    let stream = Unpacked::new(Chunks { header, chunks: head.chunks, data, cipher, spares: Spares::default() });
    for at in [0, stream.len() - 1] {
        let _ = stream.read_at(at, &mut [0]);
    }
}
