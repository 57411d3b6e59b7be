//! ECM: raw sectors without what can be computed, the sync patterns, EDC and ECC of every sound sector (Neill Corlett's Error Code
//! Modeler). It is a layer around any file: what it unpacks to is an image of its own.
//!
//! The layout was held against files of bin2ecm and ecm2bin (ecm-tools 1.03).

mod parse;
mod unpacked;
mod write;

use std::sync::Arc;

use super::format::{Format, Likeness, Opened};
use super::holds::{Holds, Media, Tracks};
use super::packing::Choices;
use super::promise::{Digest, Promise};
use super::{Error, Fault, Flaw, Opener, file_name, raw};
use crate::bytes::{Bytes, read_some};
pub use parse::{Kind, Map, Run, parse};
pub use unpacked::Sectors;

/// The marker.
const MAGIC: &[u8; 4] = b"ECM\0";

/// Raw sectors of one track, without their protection.
pub static ECM: Format = Format {
    name: "ecm",
    title: "ECM",
    extensions: &["ecm"],
    data_extensions: &[],
    read_by: "ecm-tools, CDemu and some emulators",
    holds: Holds { media: Media::Guessed, tracks: Tracks::One, raw: true, ..Holds::NOTHING },
    recognise,
    open,
    plan: Some(write::plan),
    choices: Choices::NONE,
    parse_anything: |bytes, _| {
        let _ = parse(&bytes.to_vec());
    },
};

/// Other programs named theirs ECM as well, with another fourth letter.
fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let head = opener.read(0, 4)?;
    Ok(match head.first_chunk() {
        Some(MAGIC) => Likeness::Sure,
        Some([b'E', b'C', b'M', _]) if opener.extension().starts_with("ecm") => Likeness::Sure,
        _ => Likeness::No,
    })
}

fn open(opener: &Opener) -> Result<Opened, Error> {
    let (bytes, promise) = unpack(opener.bytes()).map_err(|flaw| opener.flaw(flaw))?;
    opener.promise(promise);
    let name = file_name(opener.path()).to_lowercase();
    let iso = name.strip_suffix(".ecm").is_some_and(|inner| inner.ends_with(".iso"));
    if iso { raw::open_unpacked(opener, bytes) } else { raw::open_unpacked_raw(opener, bytes) }
}

/// What the file unpacks to, and what it promises of that.
pub fn unpack(file: &Arc<dyn Bytes>) -> Result<(Arc<dyn Bytes>, Promise), Flaw> {
    let map = parse(&**file)?;
    let edc = map.edc;
    let bytes: Arc<dyn Bytes> = Arc::new(Sectors::new(file.clone(), map));
    let promise = Promise { bytes: bytes.clone(), of: "all that it unpacks to", digest: Digest::Edc(edc) };
    Ok((bytes, promise))
}

/// Whether a file is in this layer.
pub fn is_ecm(file: &dyn Bytes) -> bool {
    read_some(file, 0, MAGIC.len()).is_ok_and(|head| head == MAGIC)
}

fn variant() -> Flaw {
    Flaw::at(3, Fault::Unsupported { what: "this variant of ECM" })
}

#[cfg(test)]
mod tests;
