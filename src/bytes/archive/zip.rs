//! ZIP (PKWARE's APPNOTE 6.3), with ZIP64, and encryption by ZipCrypto and by WinZip's AES.
//!
//! Members that are stored are windows on the archive; deflate, bzip2, xz and zstd are the layers of those names. Other methods (deflate64, which Windows' own
//! program takes for large files, and LZMA), and what is encrypted, go to a temporary file.

use std::io;
use std::sync::Arc;

use ::zip::result::ZipError;
use ::zip::{CompressionMethod, ZipArchive};

use super::{Archive, Member};
use crate::bytes::layers::{Bounds, Cursor, Deflate, Frame, Layer, LayerError, Spool, bzip2, xz, zstd};
use crate::bytes::{Bytes, Window, read_some};

/// What a file begins with: a member, or the end of an archive without any.
pub const MAGICS: [[u8; 4]; 2] = [*b"PK\x03\x04", *b"PK\x05\x06"];
/// Bytes of an archive's list of members for each that is allowed. Names have 65,535 bytes at most, and nobody's are as long.
const ENTRY: u64 = 512;

/// A ZIP archive.
pub struct Zip {
    source: Arc<dyn Bytes>,
    archive: ZipArchive<Cursor>,
    members: Vec<Member>,
    /// The number that the archive gives each member.
    numbers: Vec<usize>,
}

impl Zip {
    /// Opens an archive.
    pub fn open(source: Arc<dyn Bytes>, _: Option<&str>, most: usize) -> Result<Arc<dyn Archive>, LayerError> {
        let too_many = || LayerError::TooMany { limit: most as u64 };
        if announced(&*source)? > most as u64 {
            return Err(too_many());
        }
        let archive = ZipArchive::new(Cursor::limited(source.clone(), (most as u64 * ENTRY).max(1 << 20))).map_err(error_of)?;
        if archive.len() > most {
            return Err(too_many());
        }
        let (mut members, mut numbers) = (Vec::new(), Vec::new());
        for number in 0..archive.len() {
            let Ok(entry) = archive.by_index_data(number) else { continue };
            if entry.is_dir() || entry.is_symlink() || entry.size() == 0 {
                continue;
            }
            // Names without the flag for UTF-8 often are UTF-8 all the same.
            let name = match std::str::from_utf8(entry.name_raw()) {
                Ok(name) => name.to_owned(),
                Err(_) => entry.name().map_err(error_of)?.into_owned(),
            };
            members.push(Member { name: name.replace('\\', "/"), len: entry.size() });
            numbers.push(number);
        }
        // From here on, whoever reads members reads as much as there is.
        let archive = ZipArchive::clone(&archive);
        Ok(Arc::new(Zip { source, archive, members, numbers }))
    }
}

/// How many members the end of the archive announces (APPNOTE 4.3.16, and 4.3.14 where it says 0xFFFF).
fn announced(source: &dyn Bytes) -> io::Result<u64> {
    let from = source.len().saturating_sub(22 + 65_535 + 20 + 56);
    let tail = read_some(source, from, 1 << 17)?;
    let Some(at) = tail.windows(4).rposition(|four| four == MAGICS[1]) else { return Ok(0) };
    let count = tail.get(at + 10..).and_then(|count| count.first_chunk()).map_or(0, |count| u16::from_le_bytes(*count));
    let long = tail.windows(4).rposition(|four| four == b"PK\x06\x06").and_then(|at| tail.get(at + 32..)?.first_chunk());
    Ok(match (count, long) {
        (u16::MAX, Some(count)) => u64::from_le_bytes(*count),
        _ => u64::from(count),
    })
}

/// What the crate has to say, in our words.
fn error_of(error: ZipError) -> LayerError {
    match error {
        ZipError::Io(error) if error.kind() == io::ErrorKind::Other => LayerError::Io(error),
        ZipError::Io(error) => LayerError::Io(io::Error::new(io::ErrorKind::InvalidData, error)),
        ZipError::InvalidPassword => LayerError::PasswordWrong,
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => LayerError::PasswordMissing,
        ZipError::CompressionMethodNotSupported(_) => {
            LayerError::Unsupported("the compression of this member of the ZIP archive")
        }
        ZipError::UnsupportedArchive(_) => LayerError::Unsupported("this kind of ZIP archive"),
        other => LayerError::Io(io::Error::new(io::ErrorKind::InvalidData, other.to_string())),
    }
}

impl Archive for Zip {
    fn members(&self) -> &[Member] {
        &self.members
    }

    fn open(&self, member: usize, password: Option<&str>, bounds: &Bounds) -> Result<Layer, LayerError> {
        let number = *self.numbers.get(member).ok_or(io::ErrorKind::InvalidInput)?;
        let mut archive = self.archive.clone();
        let entry = archive.by_index_data(number).map_err(error_of)?;
        let (encrypted, method, len, packed, crc) =
            (entry.encrypted(), entry.compression(), entry.size(), entry.compressed_size(), entry.crc32());
        bounds.check(len)?;
        if encrypted {
            let password = password.ok_or(LayerError::PasswordMissing)?.as_bytes().to_vec();
            archive.by_index_decrypt(number, &password).map_err(error_of)?;
            let spool = Spool::start(Some(len), bounds, move |into| {
                let mut file = archive.by_index_decrypt(number, &password).map_err(io::Error::other)?;
                io::copy(&mut file, into).map(drop)
            })?;
            return super::decrypted(spool);
        }
        let at = archive.by_index_raw(number).map_err(error_of)?.data_start();
        let inside = at.filter(|at| at.checked_add(packed).is_some_and(|end| end <= self.source.len()));
        let at =
            inside.ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the ZIP archive ends before its member does"))?;
        let window: Arc<dyn Bytes> = Arc::new(Window::new(self.source.clone(), at, packed));
        let layer = match method {
            CompressionMethod::STORE => Layer { bytes: window, spooled: false, far_end: false },
            CompressionMethod::DEFLATE => {
                Layer { far_end: true, ..Layer::indexed(Deflate::open(window, Frame::Raw { len, crc: Some(crc) }, bounds)?) }
            }
            CompressionMethod::BZIP2 => bzip2::open(window, bounds)?,
            CompressionMethod::XZ => xz::open(window, bounds)?,
            CompressionMethod::ZSTD => zstd::open(window, bounds)?,
            _ => {
                archive.by_index(number).map_err(error_of)?;
                let spool = Spool::start(Some(len), bounds, move |into| {
                    let mut file = archive.by_index(number).map_err(io::Error::other)?;
                    io::copy(&mut file, into).map(drop)
                })?;
                Layer::spooled(spool)
            }
        };
        if layer.bytes.len() == len {
            Ok(layer)
        } else {
            Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the member of the ZIP archive has another length than the archive says",
            )
            .into())
        }
    }
}
