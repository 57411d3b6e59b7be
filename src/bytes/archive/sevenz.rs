//! 7z: files packed together in blocks ("folders" in the words of `7zFormat.txt`), which can't be decoded in parts.
//!
//! A block that is stored, or deflated or packed with bzip2 without any filter, is read at any place; others (LZMA, LZMA2, PPMd, filters, AES) go to a temporary
//! file, once for all the files in them.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use sevenz_rust2::{BlockDecoder, EncoderMethod, Error, Password};

use super::{Archive, Member};
use crate::bytes::layers::{Bounds, Cursor, DICTIONARY_KIB, Deflate, Frame, Layer, LayerError, Spool, bzip2};
use crate::bytes::{Bytes, Window, read_some};

/// What an archive begins with.
pub const MAGIC: [u8; 6] = [b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C];
/// Bytes of the header before the packed data.
const SIGNATURE_HEADER: u64 = 32;
/// Memory for the list of files, and for the dictionary it is packed with.
const LIST_KIB: usize = 64 << 10;

/// A 7z archive.
pub struct SevenZ {
    source: Arc<dyn Bytes>,
    archive: Arc<sevenz_rust2::Archive>,
    members: Vec<Member>,
    places: Vec<Place>,
    /// The blocks that have been opened.
    blocks: Mutex<HashMap<usize, Layer>>,
}

/// Where a member is.
#[derive(Clone, Copy)]
struct Place {
    block: usize,
    /// Offset among the decoded bytes of the block.
    at: u64,
}

impl SevenZ {
    /// Opens an archive.
    pub fn open(source: Arc<dyn Bytes>, password: Option<&str>, most: usize) -> Result<Arc<dyn Archive>, LayerError> {
        check_start(&*source)?;
        let read = |password: Password| {
            sevenz_rust2::Archive::read_with_memory_limit(&mut Cursor::new(source.clone()), &password, LIST_KIB)
        };
        let archive = match (read(key(password)), password) {
            (Ok(archive), _) => archive,
            (Err(error), None) => return Err(error_of(error)),
            // The crate can't tell a wrong password from damage; whether one is needed at all can be tried.
            (Err(error), Some(_)) => match read(Password::empty()) {
                Err(Error::PasswordRequired) => return Err(LayerError::PasswordWrong),
                _ => return Err(error_of(error)),
            },
        };
        if archive.files.len() > most {
            return Err(LayerError::TooMany { limit: most as u64 });
        }
        let (mut members, mut places) = (Vec::new(), Vec::new());
        let mut before = (usize::MAX, 0u64);
        for (file, block) in archive.files.iter().zip(&archive.stream_map.file_block_index) {
            let Some(block) = block.filter(|_| file.has_stream()) else { continue };
            let at = if before.0 == block { before.1 } else { 0 };
            let end = at.checked_add(file.size()).ok_or_else(|| damaged("the sizes in the 7z archive are absurd"))?;
            before = (block, end);
            let fits = archive.blocks.get(block).is_some_and(|block| end <= block.get_unpack_size());
            if !fits {
                return Err(damaged("a file of the 7z archive is longer than what it is packed in").into());
            }
            if file.size() > 0 && !file.is_directory() && !file.is_anti_item() {
                members.push(Member { name: file.name().replace('\\', "/"), len: file.size() });
                places.push(Place { block, at });
            }
        }
        let blocks = Mutex::default();
        Ok(Arc::new(SevenZ { source, archive: Arc::new(archive), members, places, blocks }))
    }

    /// Opens a block.
    fn block(&self, number: usize, password: Option<&str>, bounds: &Bounds) -> Result<Layer, LayerError> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(layer) = blocks.get(&number) {
            return Ok(layer.clone());
        }
        let block = self.archive.blocks.get(number).ok_or(io::ErrorKind::InvalidInput)?;
        let len = block.get_unpack_size();
        bounds.check(len)?;
        let layer = match (self.packed(number), block.coders.as_slice()) {
            (Some(packed), [coder]) if coder.encoder_method_id() == EncoderMethod::ID_COPY && packed.len() == len => {
                Layer { bytes: packed, spooled: false, far_end: false }
            }
            (Some(packed), [coder]) if coder.encoder_method_id() == EncoderMethod::ID_DEFLATE => {
                let crc = block.has_crc.then_some(block.crc as u32);
                Layer { far_end: true, ..Layer::indexed(Deflate::open(packed, Frame::Raw { len, crc }, bounds)?) }
            }
            (Some(packed), [coder]) if coder.encoder_method_id() == EncoderMethod::ID_BZIP2 => bzip2::open(packed, bounds)?,
            _ => self.unpack(number, len, password, bounds)?,
        };
        if layer.bytes.len() != len {
            return Err(damaged("a block of the 7z archive has another length than the archive says").into());
        }
        blocks.insert(number, layer.clone());
        Ok(layer)
    }

    /// The packed bytes of a block that has one stream of them.
    fn packed(&self, number: usize) -> Option<Arc<dyn Bytes>> {
        let map = &self.archive.stream_map;
        let first = *map.block_first_pack_stream_index().get(number)?;
        let size = *self.archive.pack_sizes().get(first)?;
        let at = SIGNATURE_HEADER.checked_add(self.archive.pack_pos())?.checked_add(*map.pack_stream_offsets().get(first)?)?;
        let inside = at.checked_add(size)? <= self.source.len();
        inside.then(|| Arc::new(Window::new(self.source.clone(), at, size)) as Arc<dyn Bytes>)
    }

    /// Unpacks a block to a temporary file.
    fn unpack(&self, number: usize, len: u64, password: Option<&str>, bounds: &Bounds) -> Result<Layer, LayerError> {
        let encrypted =
            self.archive.blocks.get(number).is_some_and(|block| {
                block.coders.iter().any(|coder| coder.encoder_method_id() == EncoderMethod::ID_AES256_SHA256)
            });
        if encrypted && password.is_none() {
            return Err(LayerError::PasswordMissing);
        }
        let (archive, source, key) = (self.archive.clone(), self.source.clone(), key(password));
        let spool = Spool::start(Some(len), bounds, move |into| {
            let mut cursor = Cursor::new(source);
            let decoder = BlockDecoder::new_with_memory_limit(1, DICTIONARY_KIB as usize, number, &archive, &key, &mut cursor);
            let copied = decoder.for_each_entries(&mut |_, from| {
                io::copy(from, into)?;
                Ok(true)
            });
            copied.map(drop).map_err(|error| match error_of(error) {
                LayerError::Io(error) => error,
                other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
            })
        })?;
        if encrypted { super::decrypted(spool) } else { Ok(Layer::spooled(spool)) }
    }
}

/// The crate looks for the list of files itself where the start header does not say; that would take forever on some files.
fn check_start(source: &dyn Bytes) -> io::Result<()> {
    let head = read_some(source, 0, SIGNATURE_HEADER as usize)?;
    let (Some(crc), Some(rest)) = (head.get(8..12).and_then(|crc| crc.first_chunk()), head.get(12..32)) else {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the 7z archive is cut short"));
    };
    if crc32fast::hash(rest) != u32::from_le_bytes(*crc) || rest[8..16] == [0; 8] {
        return Err(damaged("the header of the 7z archive is damaged"));
    }
    Ok(())
}

fn key(password: Option<&str>) -> Password {
    password.map_or_else(Password::empty, Password::new)
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// What the crate has to say, in our words.
fn error_of(error: Error) -> LayerError {
    match error {
        Error::Io(error, _) if error.kind() == io::ErrorKind::BrokenPipe => LayerError::Io(error),
        Error::Io(error, _) if error.kind() == io::ErrorKind::UnexpectedEof => {
            LayerError::Io(io::Error::new(io::ErrorKind::UnexpectedEof, "the 7z archive is cut short"))
        }
        Error::PasswordRequired => LayerError::PasswordMissing,
        Error::MaybeBadPassword(_) => LayerError::PasswordWrong,
        Error::UnsupportedCompressionMethod(_) | Error::Unsupported(_) | Error::ExternalUnsupported => {
            LayerError::Unsupported("the compression of this 7z archive")
        }
        Error::UnsupportedVersion { .. } => LayerError::Unsupported("this version of 7z"),
        Error::MaxMemLimited { .. } => LayerError::Unsupported("a 7z archive with so large a dictionary"),
        Error::Io(error, _) => LayerError::Io(io::Error::new(io::ErrorKind::InvalidData, error)),
        _ => LayerError::Io(damaged("the 7z archive is damaged")),
    }
}

impl Archive for SevenZ {
    fn members(&self) -> &[Member] {
        &self.members
    }

    fn open(&self, member: usize, password: Option<&str>, bounds: &Bounds) -> Result<Layer, LayerError> {
        let (Some(place), Some(about)) = (self.places.get(member), self.members.get(member)) else {
            return Err(LayerError::Io(io::ErrorKind::InvalidInput.into()));
        };
        let block = self.block(place.block, password, bounds)?;
        Ok(Layer { bytes: Arc::new(Window::new(block.bytes, place.at, about.len)), ..block })
    }
}
