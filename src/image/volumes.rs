//! The files of a split image, by their numbers.

use std::sync::Arc;

use super::flaw::{Fault, shorten};
use super::opener::Opener;
use crate::bytes::Bytes;

/// How the first file of a split image is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering<'a> {
    /// Its number, in so many digits, ends its name: `x.part01.daa`.
    Counted {
        /// The name before the number.
        before: &'a str,
        /// Two or three.
        digits: usize,
    },
    /// It has no number; those of the others are their extensions.
    Plain,
}

/// Tells by the name of the first file, without its extension.
pub fn numbering(stem: &str) -> Numbering<'_> {
    for (number, digits) in [("001", 3), ("01", 2)] {
        let before = stem.strip_suffix(number);
        if let Some(before) = before.filter(|before| before.to_ascii_lowercase().ends_with("part")) {
            return Numbering::Counted { before, digits };
        }
    }
    Numbering::Plain
}

/// Opens a further file of the image. No other name is taken for it but for its case: the next best would be another part.
pub fn open_volume(opener: &Opener, name: &str) -> Result<Arc<dyn Bytes>, Fault> {
    let found = opener.sibling(name)?;
    let same = found.path.file_name().is_some_and(|found| found.to_string_lossy().to_lowercase() == name.to_lowercase());
    if same { Ok(found.bytes) } else { Err(Fault::PartMissing { name: shorten(name) }) }
}

/// The name of the image's file, without its extension, and the extension, as they are spelt.
pub fn split_name(opener: &Opener) -> (String, String) {
    let part = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    (part(opener.path().file_stem()), part(opener.path().extension()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_tells_the_others() {
        assert_eq!(numbering("x.part01"), Numbering::Counted { before: "x.part", digits: 2 });
        assert_eq!(numbering("x.Part001"), Numbering::Counted { before: "x.Part", digits: 3 });
        assert_eq!(numbering("disc 01"), Numbering::Plain);
        assert_eq!(numbering("x.part02"), Numbering::Plain);
        assert_eq!(numbering(""), Numbering::Plain);
    }
}
