//! Opens a BlindWrite image.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::blocks::B6t;
use super::layout::layout;
use super::parse::{OLDER, SIGNATURE, bwa, parse};
use crate::bytes::{Bytes, read_some};
use crate::image::{Error, Fault, Flaw, Likeness, Limits, Opened, Opener, Sibling, shorten};

/// The signature of the older format is known, too: its message is better than that of a format that does not know the file at all.
pub fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    let head = opener.read(0, OLDER.len())?;
    Ok(if head.starts_with(SIGNATURE) || head == OLDER { Likeness::Sure } else { Likeness::No })
}

/// Opens the descriptor and the data files it names.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    let mut b6t = parse(&opener.descriptor()?, &opener.limits).map_err(|flaw| opener.flaw(flaw))?;
    let mut warnings = Vec::new();
    let mut known: HashMap<&str, Arc<dyn Bytes>> = HashMap::new();
    let mut files = Vec::new();
    for block in &b6t.data {
        if let Some(bytes) = known.get(block.name.as_str()) {
            files.push(bytes.clone());
            continue;
        }
        let sibling = data_file(opener, &block.name).map_err(|fault| opener.flaw(Flaw::file(fault)))?;
        if sibling.respelt {
            let found = crate::image::file_name(&sibling.path);
            warnings.push(format!("The image names “{}”; “{found}” was taken for it.", shorten(&block.name)));
        }
        known.insert(&block.name, sibling.bytes.clone());
        files.push(sibling.bytes);
    }
    drop(known);
    measure(opener, &mut b6t, &mut warnings)?;
    let mut opened = layout(&b6t, &files).map_err(|flaw| opener.flaw(flaw))?;
    opened.warnings.splice(0..0, warnings);
    Ok(opened)
}

/// The first file of a split image is called `.b00` in some descriptors, and `.b5i` or `.b6i` in the folder.
fn data_file(opener: &Opener, name: &str) -> Result<Sibling, Fault> {
    let fault = match opener.sibling(name) {
        Err(fault @ (Fault::PartMissing { .. } | Fault::OutsideFolder { .. })) => fault,
        done => return done,
    };
    if !name.to_ascii_lowercase().ends_with(".b00") {
        return Err(fault);
    }
    let stem = opener.path().file_stem().unwrap_or_default().to_string_lossy();
    let other = if opener.extension() == "b5t" { "b5i" } else { "b6i" };
    opener.sibling(&format!("{stem}.{other}")).map(|sibling| Sibling { respelt: true, ..sibling }).map_err(|_| fault)
}

/// A `.bwa` file beside the descriptor measures the whole disc, and is better than what the descriptor has.
fn measure(opener: &Opener, b6t: &mut B6t, warnings: &mut Vec<String>) -> Result<(), Error> {
    let name = Path::new(opener.path().file_name().unwrap_or_default()).with_extension("bwa");
    let Ok(sibling) = opener.sibling(&name.to_string_lossy()) else { return Ok(()) };
    let limit = usize::try_from(opener.limits.descriptor).unwrap_or(usize::MAX);
    let bytes = read_some(&*sibling.bytes, 0, limit).map_err(|error| Flaw::file(Fault::Io(error)).of(&sibling.path))?;
    match bwa(&bytes) {
        Ok(dpm) => b6t.dpm = Some(dpm),
        Err(flaw) => warnings.push(format!("{} was left out: {flaw}.", crate::image::file_name(&sibling.path))),
    }
    Ok(())
}

/// Reads a descriptor out of memory as if its data files were empty, and throws away what it finds.
pub fn parse_anything(bytes: &[u8], limits: &Limits) {
    let _ = bwa(bytes);
    let Ok(b6t) = parse(bytes, limits) else { return };
    let none: Arc<dyn Bytes> = Arc::new(Vec::new());
    let _ = layout(&b6t, &vec![none; b6t.data.len()]);
}
