//! What the images of a batch are called.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::image::{Format, stem, with_extension_of};

/// The file to make of each image: in the folder, with the name of the image. Where several have one name, the later ones are numbered,
/// so that the same images always get the same names, and one never takes the place of another.
pub fn targets(images: &[&Path], into: &Path, format: &Format) -> Vec<PathBuf> {
    let mut taken: HashSet<String> = HashSet::new();
    let name = |image: &&Path| {
        let stem = stem(image);
        let numbered = (2..).map(|n| format!("{stem} ({n})"));
        let free = std::iter::once(stem.clone()).chain(numbered).find(|name| taken.insert(name.to_lowercase()));
        let name = free.expect("numbers never end");
        with_extension_of(into.join(name), format)
    };
    images.iter().map(name).collect()
}
