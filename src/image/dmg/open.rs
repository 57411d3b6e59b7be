//! Opening a DMG.

use std::sync::Arc;

use super::parse::{SECTOR, TRAILER, Table, Trailer};
use super::{Chunks, How, arrange, from_plist, from_resource_fork, parse_table, parse_trailer, refused};
use crate::bytes::{Bytes, Padded, Unpacked, Window};
use crate::image::{Digest, Error, Fault, Flaw, Opened, Opener, Promise, raw};

pub(super) fn open(opener: &Opener) -> Result<Opened, Error> {
    if let Some(what) = refused(opener)? {
        return Err(opener.flaw(Flaw::file(Fault::Unsupported { what })));
    }
    let len = opener.bytes().len();
    let flaw = |flaw| opener.flaw(flaw);
    let trailer = parse_trailer(&opener.read(len.saturating_sub(TRAILER), TRAILER as usize)?).map_err(flaw)?;
    if trailer.segment.1 > 1 {
        return Err(opener.flaw(Flaw::file(Fault::Unsupported { what: "a DMG in several parts (.dmgpart)" })));
    }
    let tables = tables(opener, &trailer)?;
    let chunks = arrange(&trailer, &tables, len).map_err(flaw)?;
    let image: Arc<dyn Bytes> = Arc::new(Unpacked::new(Chunks::new(opener.bytes().clone(), chunks)));
    promises(opener, &trailer, &tables, &image);
    let padded = image.len().checked_next_multiple_of(2048).unwrap_or(image.len());
    raw::open_unpacked(opener, Arc::new(Padded::new(image, padded)))
}

/// The tables of all partitions.
fn tables(opener: &Opener, trailer: &Trailer) -> Result<Vec<Table>, Error> {
    let by_plist = trailer.plist.1 > 0;
    let (at, len) = if by_plist { trailer.plist } else { trailer.resources };
    if len > opener.limits.descriptor {
        let limit = opener.limits.descriptor;
        return Err(opener.flaw(Flaw::at(at, Fault::TooMany { what: "bytes in the list of chunks", limit })));
    }
    let bytes = opener.read(at, len as usize)?;
    if (bytes.len() as u64) < len {
        let (what, found) = ("the list of chunks", bytes.len() as u64);
        return Err(opener.flaw(Flaw::at(at, Fault::Truncated { what, needed: len, found })));
    }
    let read = if by_plist { from_plist } else { from_resource_fork };
    let tables = read(&bytes, &opener.limits).and_then(|tables| tables.iter().map(|table| parse_table(table)).collect());
    let tables: Vec<Table> = tables.map_err(|flaw: Flaw| opener.flaw(flaw))?;
    match tables.iter().any(|table| !table.chunks.is_empty()) {
        true => Ok(tables),
        false => Err(opener.flaw(Flaw::file(Fault::Missing { what: "every table of chunks" }))),
    }
}

/// The checksums of what is packed, and of each partition; where sectors were free, nobody can say what was counted for them.
fn promises(opener: &Opener, trailer: &Trailer, tables: &[Table], image: &Arc<dyn Bytes>) {
    if let Some(crc) = trailer.checksum.filter(|_| trailer.data.1 > 0) {
        let bytes = Arc::new(Window::new(opener.bytes().clone(), trailer.data.0, trailer.data.1));
        opener.promise(Promise { bytes, of: "the packed chunks", digest: Digest::Crc32(crc) });
    }
    for table in tables.iter().filter(|table| !table.chunks.iter().any(|chunk| chunk.how == How::Free)) {
        let span = table.span.0.checked_mul(SECTOR).zip(table.span.1.checked_mul(SECTOR));
        if let (Some(crc), Some((from, len))) = (table.checksum, span) {
            let bytes = Arc::new(Window::new(image.clone(), from, len));
            opener.promise(Promise { bytes, of: "a partition", digest: Digest::Crc32(crc) });
        }
    }
}
