//! Archives: files that hold other files, each of them [`Bytes`](super::Bytes) again.
//!
//! The names of members are texts to choose by. None is ever a path of the file system.

mod sevenz;
#[cfg(test)]
mod tests;
mod zip;

use std::io;
use std::sync::Arc;

pub use sevenz::{MAGIC as SEVENZ_MAGIC, SevenZ};
pub use zip::{MAGICS as ZIP_MAGICS, Zip};

use super::Bytes;
use super::layers::{Bounds, Layer, LayerError, Spool};

/// A file in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name, with slashes between folders.
    pub name: String,
    /// Its bytes, as the archive tells.
    pub len: u64,
}

/// An archive that has been opened.
pub trait Archive: Send + Sync {
    /// Its files, in its order. Folders, links and files without bytes are not among them.
    fn members(&self) -> &[Member];

    /// Opens a file by its place in [`Archive::members`].
    fn open(&self, member: usize, password: Option<&str>, bounds: &Bounds) -> Result<Layer, LayerError>;
}

/// Opens an archive with at most `most` members. The password serves those whose list of names is encrypted.
pub type OpenArchive = fn(Arc<dyn Bytes>, Option<&str>, usize) -> Result<Arc<dyn Archive>, LayerError>;

/// What was decrypted, all of it: neither ZIP nor 7z can tell a wrong password before the sums at the end are wrong.
fn decrypted(spool: Spool) -> Result<Layer, LayerError> {
    let len = spool.len();
    if let Some(last) = len.checked_sub(1) {
        spool.read_at(last, &mut [0]).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => LayerError::PasswordWrong,
            _ => LayerError::Io(error),
        })?;
    }
    Ok(Layer::spooled(spool))
}
