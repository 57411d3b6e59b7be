//! Opens a UIF image: trailer, password, index, and the tables that say what the data are.

use std::sync::Arc;

use super::blocks::{Decoder, Runs};
use super::cipher::Cipher;
use super::disc::{Kind, Original, disc};
use super::parse::{self, ENTRY_LEN, TABLE_HEAD, TRAILER_LEN, TableHead, Trailer};
use crate::bytes::codecs::Inflater;
use crate::bytes::{Bytes, Spares, Unpacked, Window, read_some};
use crate::image::{Error, Fault, Flaw, Likeness, Limits, Opened, Opener, Password};

/// By its trailer.
pub fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let tail = opener.read(opener.bytes().len().saturating_sub(TRAILER_LEN as u64), TRAILER_LEN)?;
    Ok(if parse::is_own(&tail) { Likeness::Sure } else { Likeness::No })
}

/// Opens the image.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    let image = unpack(opener.bytes(), opener.password(), &opener.limits).map_err(|flaw| opener.flaw(flaw))?;
    disc(opener, image)
}

/// The data of an image, and what is said of them.
pub struct Unpacking {
    pub data: Arc<dyn Bytes>,
    /// Bytes of the longest run.
    pub longest: u64,
    pub mixed: bool,
    /// The list of tracks.
    pub tracks: Vec<u8>,
    pub original: Original,
}

fn unpack(file: &Arc<dyn Bytes>, password: Option<&Password>, limits: &Limits) -> Result<Unpacking, Flaw> {
    let end = file.len().saturating_sub(TRAILER_LEN as u64);
    let trailer = parse::trailer(&read(file, end, TRAILER_LEN)?, end)?;
    let (trailer, cipher) = unlock(file, trailer, password)?;
    let decoder = Decoder { lzma: trailer.version >= 3, cipher };
    let mut at = trailer.index;
    let head = parse::table_head(&read(file, at, TABLE_HEAD)?, at, b"blhr", 0)?;
    let len = u64::from(head.count).saturating_mul(ENTRY_LEN);
    at += TABLE_HEAD as u64;
    let table = table(file, at, &head, len, &decoder, limits)?;
    let runs = parse::index(&trailer, &table, at, file.len())?;
    at += head.stored;
    let (mut tracks, mut original) = (Vec::new(), Original { kind: Kind::Iso, descriptor: Vec::new() });
    if trailer.mixed {
        let head = parse::table_head(&read(file, at, TABLE_HEAD)?, at, b"blms", 0)?;
        at += TABLE_HEAD as u64;
        tracks = self::table(file, at, &head, head.count.into(), &decoder, limits)?;
        at += head.stored;
        original = self::original(file, at, &decoder, limits)?;
    }
    let len = trailer.len();
    let longest = runs.iter().map(|run| run.len).max().unwrap_or(0);
    let runs = Runs { len, runs, file: file.clone(), decoder, spares: Spares::default() };
    let data = Window::new(Arc::new(Unpacked::new(runs)), 0, len - u64::from(trailer.trim));
    Ok(Unpacking { data: Arc::new(data), longest, mixed: trailer.mixed, tracks, original })
}

fn read(file: &Arc<dyn Bytes>, at: u64, len: usize) -> Result<Vec<u8>, Flaw> {
    read_some(&**file, at, len).map_err(|error| Flaw::at(at, Fault::Io(error)))
}

/// The trailer that counts: that of an encrypted image lies encrypted before the index, in which it names a place relative to its own end.
fn unlock(file: &Arc<dyn Bytes>, outer: Trailer, password: Option<&Password>) -> Result<(Trailer, Option<Cipher>), Flaw> {
    let at = outer.index;
    let start = read(file, at, 8 + TRAILER_LEN)?;
    let Some(inner) = start.strip_prefix(b"bsdr").and_then(|rest| rest.get(4..)) else { return Ok((outer, None)) };
    let password = password.ok_or(Flaw::at(at, Fault::PasswordMissing))?;
    let cipher = Cipher::new(password.as_str());
    let mut inner = inner.to_vec();
    cipher.decrypt(&mut inner);
    if !parse::is_own(&inner) {
        return Err(Flaw::at(at, Fault::PasswordWrong));
    }
    let base = at + 8;
    let mut trailer = parse::trailer(&inner, base)?;
    trailer.index = trailer.index.checked_add(8 + TRAILER_LEN as u64).filter(|&index| index < file.len()).ok_or_else(|| {
        let found = i64::try_from(trailer.index).unwrap_or(i64::MAX);
        Flaw::at(base + 28, Fault::OutOfRange { what: "the offset of the index", expected: "inside the file", found })
    })?;
    Ok((trailer, Some(cipher)))
}

/// The `len` bytes of a table that are stored from `at` on.
fn table(
    file: &Arc<dyn Bytes>,
    at: u64,
    head: &TableHead,
    len: u64,
    decoder: &Decoder,
    limits: &Limits,
) -> Result<Vec<u8>, Flaw> {
    let most = limits.descriptor;
    if len > most || head.stored > most {
        return Err(Flaw::at(at, Fault::TooMany { what: "bytes in a table", limit: most }));
    }
    let mut stored = read(file, at, head.stored as usize)?;
    let truncated = |needed, found| Flaw::at(at, Fault::Truncated { what: "a table", needed, found });
    if (stored.len() as u64) < head.stored {
        return Err(truncated(head.stored, stored.len() as u64));
    }
    if !head.compressed {
        if head.stored < len {
            return Err(truncated(len, head.stored));
        }
        stored.truncate(len as usize);
        return Ok(stored);
    }
    let mut table = vec![0; len as usize];
    if !table.is_empty() {
        let decoded = decoder.decode(&mut stored, &mut Inflater::zlib(), &mut table);
        decoded.map_err(|error| Flaw::at(at, Fault::Io(error)))?;
    }
    Ok(table)
}

/// The descriptor of the image that this one was made from.
fn original(file: &Arc<dyn Bytes>, at: u64, decoder: &Decoder, limits: &Limits) -> Result<Original, Flaw> {
    const KIND_LEN: usize = 4;
    let start = read(file, at, TABLE_HEAD + KIND_LEN)?;
    let head = parse::table_head(&start, at, b"blss", KIND_LEN as u32)?;
    let kind = start.get(TABLE_HEAD..).and_then(|kind| kind.first_chunk()).map(|kind| u32::from_le_bytes(*kind));
    let kind = match kind {
        Some(0) => Kind::Iso,
        Some(1) => Kind::Cue,
        Some(2) => Kind::Mds,
        Some(3) => Kind::Ccd,
        Some(4) => Kind::Nrg,
        other => {
            let found = other.map_or(-1, i64::from);
            let fault = Fault::OutOfRange { what: "the kind of the original image", expected: "0 to 4", found };
            return Err(Flaw::at(at + TABLE_HEAD as u64, fault));
        }
    };
    let at = at + (TABLE_HEAD + KIND_LEN) as u64;
    let descriptor = table(file, at, &head, head.count.into(), decoder, limits)?;
    Ok(Original { kind, descriptor })
}

/// Reads a whole image out of memory, decodes its first and last run, and throws away what it finds.
pub fn parse_anything(bytes: &[u8], limits: &Limits) {
    let file: Arc<dyn Bytes> = Arc::new(bytes.to_vec());
    let Ok(image) = unpack(&file, Some(&"password".into()), limits) else { return };
    // Larger runs are not decoded only to see what happens: a fuzzer would do nothing else.
    for at in [0, image.data.len().saturating_sub(1)].into_iter().filter(|_| image.longest <= 1 << 20) {
        let _ = image.data.read_at(at, &mut [0]);
    }
    let _ = super::disc::sheet(&image.tracks);
    let _ = super::disc::ccd_parts(&image.original.descriptor);
}
