//! Opens Alcohol 120% and DAEMON Tools images.

use std::sync::Arc;

use super::blocks::{Mds, Version};
use super::layout::layout;
use super::parse::{SIGNATURE, parse};
use super::v2;
use crate::bytes::{Bytes, Joined};
use crate::image::{Error, Flaw, Likeness, Limits, Opened, Opener};

/// Bytes that tell which kind of file it is.
const HEAD: usize = 48;

/// A descriptor of either version that has its sectors in other files.
pub fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let head = opener.read(0, HEAD)?;
    let two = head.get(SIGNATURE.len()) == Some(&2);
    Ok(if head.starts_with(SIGNATURE) && !(two && v2::is_mdx(&head)) { Likeness::Sure } else { Likeness::No })
}

/// A file of version 2 that has its sectors in itself.
pub fn recognise_mdx(opener: &Opener) -> Result<Likeness, Error> {
    let head = opener.read(0, HEAD)?;
    let two = head.get(SIGNATURE.len()) == Some(&2);
    Ok(if head.starts_with(SIGNATURE) && two && v2::is_mdx(&head) { Likeness::Sure } else { Likeness::No })
}

/// Opens the descriptor and the data files it names.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    let bytes = opener.descriptor()?;
    if bytes.get(SIGNATURE.len()) == Some(&2) {
        return v2::open(opener);
    }
    let mds = parse(&bytes, &opener.limits).map_err(|flaw| opener.flaw(flaw))?;
    let stem = stem(opener);
    let mut warnings = Vec::new();
    let mut lists: Vec<Arc<dyn Bytes>> = Vec::new();
    for list in &mds.files {
        let names = list.iter().filter_map(|file| file.name.as_deref());
        let parts = names.map(|name| data_file(opener, name, &stem, &mut warnings)).collect::<Result<Vec<_>, _>>();
        lists.push(join(parts.map_err(|flaw| opener.flaw(flaw))?));
    }
    let mut opened = layout(&mds, &lists).map_err(|flaw| opener.flaw(flaw))?;
    opened.warnings.splice(0..0, warnings);
    Ok(opened)
}

/// The name of the descriptor without its extension, for which a star stands in the names of data files.
pub fn stem(opener: &Opener) -> String {
    opener.path().file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The data file of this name.
pub fn data_file(opener: &Opener, name: &str, stem: &str, warnings: &mut Vec<String>) -> Result<Arc<dyn Bytes>, Flaw> {
    let sibling = opener.sibling(&name.replace('*', stem)).map_err(Flaw::file)?;
    if sibling.respelt && !name.contains('*') {
        let found = crate::image::file_name(&sibling.path);
        warnings.push(format!("The image names “{}”; “{found}” was taken for it.", crate::image::shorten(name)));
    }
    Ok(sibling.bytes)
}

/// The files of one list, as one run of bytes.
fn join(parts: Vec<Arc<dyn Bytes>>) -> Arc<dyn Bytes> {
    match <[Arc<dyn Bytes>; 1]>::try_from(parts) {
        Ok([only]) => only,
        Err(parts) => Arc::new(Joined::new(parts)),
    }
}

/// Reads a descriptor out of memory as if its data files were empty, and throws away what it finds. What is encrypted is taken for what it would be
/// when it is not, too: no fuzzer finds its way through the cipher.
pub fn parse_anything(bytes: &[u8], limits: &Limits) {
    lay_out(bytes, limits);
    if let Ok(descriptor) = v2::unlock(&bytes.to_vec(), limits) {
        lay_out(&descriptor, limits);
    }
}

fn lay_out(bytes: &[u8], limits: &Limits) {
    let Ok(mds) = parse(bytes, limits) else { return };
    let _ = match mds.version {
        Version::One => layout(&mds, &empty(&mds)),
        Version::Two => {
            let itself: Arc<dyn Bytes> = Arc::new(bytes.to_vec());
            let streams = v2::open_sectors(&mds, None, |_| Ok(itself.clone()));
            streams.and_then(|streams| layout(&mds, &streams))
        }
    };
}

fn empty(mds: &Mds) -> Vec<Arc<dyn Bytes>> {
    let none: Arc<dyn Bytes> = Arc::new(Vec::new());
    vec![none; mds.files.len()]
}
