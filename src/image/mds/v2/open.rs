//! Opens an image of version 2: the descriptor, and what decrypts and decompresses its sectors.

use std::sync::Arc;

use super::cipher::Lrw;
use super::container::unlock;
use super::groups::PackedSectors;
use super::key::{Header, Purpose};
use crate::bytes::{Bytes, Joined, Unpacked, Window};
use crate::image::mds::blocks::{DataFile, KEY_LEN, Mds, TrackBlock};
use crate::image::mds::layout::layout;
use crate::image::mds::open::{data_file, stem};
use crate::image::mds::parse::parse;
use crate::image::{Error, Fault, Flaw, Opened, Opener, Password};

/// Opens the file, and the data files that it names.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    let flaw = |flaw: Flaw| opener.flaw(flaw);
    let descriptor = unlock(&**opener.bytes(), &opener.limits).map_err(flaw)?;
    let mds = parse(&descriptor, &opener.limits).map_err(flaw)?;
    let key = mds.key.as_ref().map(|key| key_of(key, opener.password())).transpose().map_err(flaw)?;
    let mut warnings = Vec::new();
    let find = |file: &DataFile| match &file.name {
        None => Ok(opener.bytes().clone()),
        Some(name) => data_file(opener, name, &stem(opener), &mut warnings),
    };
    let streams = open_sectors(&mds, key.as_ref(), find).map_err(flaw)?;
    let mut opened = layout(&mds, &streams).map_err(flaw)?;
    opened.warnings.splice(0..0, warnings);
    Ok(opened)
}

/// The key of the sectors. Nobody knows in which character set DAEMON Tools takes a password; both that are in use are tried.
fn key_of(header: &[u8], password: Option<&Password>) -> Result<Arc<Lrw>, Flaw> {
    let header: &[u8; KEY_LEN] =
        header.try_into().map_err(|_| Flaw::file(Fault::Missing { what: "a whole key of the sectors" }))?;
    let opened = Header::open(header, Purpose::Sectors).map(Ok).unwrap_or_else(|| {
        let password = password.ok_or_else(|| Flaw::file(Fault::PasswordMissing))?;
        let spellings = spellings(password.as_str());
        let opened = spellings.iter().find_map(|bytes| Header::open_with(header, bytes, Purpose::Sectors));
        opened.ok_or_else(|| Flaw::file(Fault::PasswordWrong))
    })?;
    Ok(Arc::new(Lrw::new(&opened.keys())))
}

/// The bytes that may stand for a password: first those of the code page that Western Windows has, where it has all characters.
pub fn spellings(password: &str) -> Vec<Vec<u8>> {
    let (bytes, _, lacking) = encoding_rs::WINDOWS_1252.encode(password);
    let mut all = vec![password.as_bytes().to_vec()];
    if !lacking && *bytes != *password.as_bytes() {
        all.insert(0, bytes.into_owned());
    }
    all
}

/// The sectors of each track, in the order of [`Mds::files`], decrypted and decompressed, each from its first sector on.
pub fn open_sectors(
    mds: &Mds,
    key: Option<&Arc<Lrw>>,
    mut find: impl FnMut(&DataFile) -> Result<Arc<dyn Bytes>, Flaw>,
) -> Result<Vec<Arc<dyn Bytes>>, Flaw> {
    let mut streams = Vec::new();
    for track in mds.sessions.iter().flat_map(|session| &session.tracks) {
        let list = mds.files.get(track.files).ok_or_else(|| Flaw::file(Fault::Missing { what: "the data file of a track" }))?;
        let mut parts: Vec<Arc<dyn Bytes>> = Vec::new();
        for file in list {
            // A track that goes on in another file begins with it.
            let offset = if parts.is_empty() { track.offset } else { 0 };
            parts.push(part(track, file, offset, find(file)?, key)?);
        }
        streams.push(match <[Arc<dyn Bytes>; 1]>::try_from(parts) {
            Ok([only]) => only,
            Err(parts) => Arc::new(Joined::new(parts)),
        });
    }
    Ok(streams)
}

fn part(
    track: &TrackBlock,
    file: &DataFile,
    offset: u64,
    bytes: Arc<dyn Bytes>,
    key: Option<&Arc<Lrw>>,
) -> Result<Arc<dyn Bytes>, Flaw> {
    let sectors = u32::try_from(file.sectors).map_err(|_| {
        let (what, expected) = ("the length of a track", "one that a disc has");
        Flaw::file(Fault::OutOfRange { what, expected, found: i64::try_from(file.sectors).unwrap_or(i64::MAX) })
    })?;
    let size = track.sector_size;
    if file.groups.is_none() && key.is_none() {
        return Ok(Arc::new(Window::new(bytes, offset, u64::from(sectors) * u64::from(size))));
    }
    let groups = file.groups.map(|groups| (groups.sectors, offset.saturating_add(groups.table)));
    Ok(Arc::new(Unpacked::new(PackedSectors::new(bytes, offset, (size, sectors), groups, key.cloned())?)))
}
