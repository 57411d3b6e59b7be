//! Opens an Alcohol 120% image.

use std::sync::Arc;

use super::layout::layout;
use super::parse::{SIGNATURE, parse};
use crate::bytes::{Bytes, Joined};
use crate::image::{Error, Flaw, Likeness, Limits, Opened, Opener};

/// The signature is that of version 2 too; its message is better than that of a format that does not know the file at all.
pub fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    Ok(if opener.read(0, SIGNATURE.len())? == SIGNATURE { Likeness::Sure } else { Likeness::No })
}

/// Opens the descriptor and the data files it names.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    let mds = parse(&opener.descriptor()?, &opener.limits).map_err(|flaw| opener.flaw(flaw))?;
    let stem = opener.path().file_stem().unwrap_or_default().to_string_lossy();
    let mut warnings = Vec::new();
    let mut lists: Vec<Arc<dyn Bytes>> = Vec::new();
    for list in &mds.files {
        lists.push(join(opener, list, &stem, &mut warnings).map_err(|flaw| opener.flaw(flaw))?);
    }
    let mut opened = layout(&mds, &lists).map_err(|flaw| opener.flaw(flaw))?;
    opened.warnings.splice(0..0, warnings);
    Ok(opened)
}

/// The files of one list, as one run of bytes. A star stands for the descriptor's own name without its extension.
fn join(opener: &Opener, names: &[String], stem: &str, warnings: &mut Vec<String>) -> Result<Arc<dyn Bytes>, Flaw> {
    let mut parts = Vec::new();
    for name in names {
        let sibling = opener.sibling(&name.replace('*', stem)).map_err(Flaw::file)?;
        if sibling.respelt && !name.contains('*') {
            let found = crate::image::file_name(&sibling.path);
            warnings.push(format!("The image names “{}”; “{found}” was taken for it.", crate::image::shorten(name)));
        }
        parts.push(sibling.bytes);
    }
    match <[Arc<dyn Bytes>; 1]>::try_from(parts) {
        Ok([only]) => Ok(only),
        Err(parts) => Ok(Arc::new(Joined::new(parts))),
    }
}

/// Reads a descriptor out of memory as if its data files were empty, and throws away what it finds.
pub fn parse_anything(bytes: &[u8], limits: &Limits) {
    let Ok(mds) = parse(bytes, limits) else { return };
    let none: Arc<dyn Bytes> = Arc::new(Vec::new());
    let _ = layout(&mds, &vec![none; mds.files.len()]);
}
