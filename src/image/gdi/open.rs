//! Opens a GD-ROM by its track list.

use std::sync::Arc;

use super::layout::layout;
use super::parse::{is_list, parse};
use crate::bytes::Bytes;
use crate::image::{Error, Flaw, Likeness, Limits, Opened, Opener, file_name, shorten};

/// Bytes in which the first two lines of a list surely end.
const HEAD: usize = 4096;

/// A number, and then a line of six fields.
pub fn recognise(opener: &Opener) -> Result<Likeness, Error> {
    Ok(match is_list(&opener.read(0, HEAD)?) {
        true => Likeness::Sure,
        // Of a list that is broken, its own reader has most to say.
        false if opener.extension() == "gdi" => Likeness::Maybe,
        false => Likeness::No,
    })
}

/// Opens the list and the files it names, which are looked for without regard to case.
pub fn open(opener: &Opener) -> Result<Opened, Error> {
    let gdi = parse(&opener.descriptor()?, &opener.limits).map_err(|flaw| opener.flaw(flaw))?;
    let mut files: Vec<Arc<dyn Bytes>> = Vec::new();
    let mut warnings = Vec::new();
    for track in &gdi.tracks {
        let sibling = opener.sibling(&track.file).map_err(|fault| opener.flaw(Flaw::line(track.line, fault)))?;
        let found = file_name(&sibling.path);
        if sibling.respelt && !found.eq_ignore_ascii_case(&track.file) {
            warnings.push(format!("The image names “{}”; “{found}” was taken for it.", shorten(&track.file)));
        }
        files.push(sibling.bytes);
    }
    let mut opened = layout(&gdi, &files).map_err(|flaw| opener.flaw(flaw))?;
    opened.warnings.splice(0..0, warnings);
    Ok(opened)
}

/// Reads a list out of memory as if its files were full of zeros, and throws away what it finds.
pub fn parse_anything(bytes: &[u8], limits: &Limits) {
    let Ok(gdi) = parse(bytes, limits) else { return };
    let zeros: Arc<dyn Bytes> = Arc::new(vec![0; 1 << 16]);
    let _ = layout(&gdi, &vec![zeros; gdi.tracks.len()]);
}
