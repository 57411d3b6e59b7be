//! The parent of a CHD, found by its hash among the files around it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::header::{self, HEADER, Parent};
use super::hunks::Hunks;
use super::map;
use crate::bytes::{Bytes, FileBytes, Unpacked, read_some};
use crate::image::{Error, Fault, Flaw, Opener};

/// Parents of parents that are followed.
const GENERATIONS: u32 = 8;
/// Files of a folder that are looked at.
const FILES: usize = 100_000;

/// What a parent decodes to, and its unit.
///
/// It is a `.chd` in the folder of the file, or in the one above; its name says nothing.
pub fn find(opener: &Opener, wanted: Parent) -> Result<Arc<dyn Bytes>, Error> {
    generation(opener, wanted, 0)
}

fn generation(opener: &Opener, wanted: Parent, above: u32) -> Result<Arc<dyn Bytes>, Error> {
    let missing = || opener.flaw(Flaw::file(Fault::PartMissing { name: format!("parent CHD with the {wanted}") }));
    if above == GENERATIONS {
        return Err(opener.flaw(Flaw::file(Fault::TooMany { what: "generations of parents", limit: GENERATIONS.into() })));
    }
    let (path, bytes, header) = candidates(opener.path()).find_map(|path| is(&path, wanted)).ok_or_else(missing)?;
    opener.belongs(&path)?;
    let file: Arc<dyn Bytes> = Arc::new(bytes);
    let of = |flaw: Flaw| flaw.of(&path);
    let map = map::read(&header, &*file).map_err(of)?;
    let parent = header.parent.map(|wanted| generation(opener, wanted, above + 1)).transpose()?;
    Ok(Arc::new(Unpacked::new(Hunks::new(file, header, map, parent))))
}

/// The file, if it is the one that is wanted.
fn is(path: &Path, wanted: Parent) -> Option<(PathBuf, FileBytes, header::Header)> {
    let bytes = FileBytes::open(path).ok()?;
    let header = header::parse(&read_some(&bytes, 0, HEADER).ok()?).ok()?;
    header.is(wanted).then(|| (path.to_owned(), bytes, header))
}

/// All `.chd` files around this one.
fn candidates(path: &Path) -> impl Iterator<Item = PathBuf> {
    let here = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    let above = here.join("..");
    [here, above].into_iter().flat_map(|folder| {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten().take(FILES);
        let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| is_chd(path) && path.is_file()).collect();
        found.sort();
        found
    })
}

fn is_chd(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("chd"))
}
