//! Opening a CSO, ZSO, DAX or JSO.

use std::sync::Arc;

use super::parse::HEAD;
use super::{Header, Index, Packed};
use crate::bytes::{Bytes, Joined, Unpacked, read_some};
use crate::image::{Digest, Error, Fault, Flaw, Opened, Opener, Promise, file_name, raw};

/// Bytes of the index that are read at a time.
const STEP: usize = 1 << 20;

pub(super) fn open(opener: &Opener) -> Result<Opened, Error> {
    let (bytes, next_part) = parts(opener)?;
    let io = |error| opener.flaw(Flaw::file(Fault::Io(error)));
    let head = read_some(&*bytes, 0, HEAD).map_err(io)?;
    // Where the file ends too early and is one of several, the next one is what is missing.
    let flaw = |flaw: Flaw| match (&next_part, &flaw.fault) {
        (Some(name), Fault::Truncated { what: "the file", .. }) => {
            opener.flaw(Flaw::file(Fault::PartMissing { name: name.clone() }))
        }
        _ => opener.flaw(flaw),
    };
    let header = Header::parse(&head).map_err(flaw)?;
    let mut index = Index::new(header, bytes.len()).map_err(flaw)?;
    let (mut at, end) = (header.index_at, header.index_at + header.index_len());
    while at < end {
        let step = usize::try_from(end - at).unwrap_or(STEP).min(STEP);
        index.extend(&read_some(&*bytes, at, step).map_err(io)?).map_err(flaw)?;
        at += step as u64;
    }
    index.finish().map_err(flaw)?;
    let image: Arc<dyn Bytes> = Arc::new(Unpacked::new(Packed::new(bytes, index).map_err(io)?));
    if let Some(md5) = header.md5 {
        opener.promise(Promise { bytes: image.clone(), of: "the whole image", digest: Digest::Md5(md5) });
    }
    raw::open_unpacked(opener, image)
}

/// The whole file, and where it is cut (`x.1.cso`, `x.2.cso`, …) the name of the first part that is not there.
fn parts(opener: &Opener) -> Result<(Arc<dyn Bytes>, Option<String>), Error> {
    let name = file_name(opener.path());
    let first = name.split_at_checked(name.len().saturating_sub(".1.cso".len()));
    let Some((stem, _)) = first.filter(|(_, end)| end.eq_ignore_ascii_case(".1.cso")) else {
        return Ok((opener.bytes().clone(), None));
    };
    let mut parts = vec![opener.bytes().clone()];
    loop {
        let next = format!("{stem}.{}.cso", parts.len() + 1);
        match opener.sibling(&next) {
            // Without the part its name is also looked for with the stem of the image, and that is the first part itself.
            Ok(part) if file_name(&part.path).eq_ignore_ascii_case(&next) => parts.push(part.bytes),
            Ok(_) | Err(Fault::PartMissing { .. }) => return Ok((Arc::new(Joined::new(parts)), Some(next))),
            Err(fault) => return Err(opener.flaw(Flaw::file(fault))),
        }
    }
}
