//! [`FORMATS`], the list of all formats, and how a file finds its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::flaw::{Error, Fault, Flaw};
use super::format::{Format, Image, Likeness, Opened, file_name};
use super::identify;
use super::opener::Opener;
use super::password::Opening;
use super::reader::ExtentReader;
use super::recover::recover;
use super::wrap::{self, Wrapped};
use crate::disc::Disc;

/// Every format there is, in order of how widely it is read. Dialogs, help texts, the README's table, probing, the adviser, the fuzzers and the round-trip tests go by it.
pub static FORMATS: &[&Format] = &[
    &super::raw::ISO,
    &super::cue::CUE,
    &super::chd::CHD,
    &super::mds::MDS,
    &super::mds::MDX,
    &super::nrg::NRG,
    &super::ccd::CCD,
    &super::toc::TOC,
    &super::cdi::CDI,
    &super::gdi::GDI,
    &super::dvd::DVD,
    &super::daa::DAA,
    &super::daa::GBI,
    &super::isz::ISZ,
    &super::uif::UIF,
    &super::cso::CSO,
    &super::cso::ZSO,
    &super::cso::DAX,
    &super::cso::JSO,
    &super::b6t::B6T,
    &super::aaru::AARU,
    &super::pbp::PBP,
    &super::redumper::REDUMPER,
    &super::c2d::C2D,
    &super::cif::CIF,
    &super::pdi::PDI,
    &super::ecm::ECM,
    &super::dmg::DMG,
    #[cfg(feature = "gcwii")]
    &super::gcwii::RVZ,
    #[cfg(feature = "gcwii")]
    &super::gcwii::WBFS,
    #[cfg(feature = "gcwii")]
    &super::gcwii::CISO,
    #[cfg(feature = "gcwii")]
    &super::gcwii::WIA,
    #[cfg(feature = "gcwii")]
    &super::gcwii::GCZ,
    #[cfg(feature = "gcwii")]
    &super::gcwii::TGC,
    #[cfg(feature = "gcwii")]
    &super::gcwii::NFS,
    &super::raw::RAW,
];

/// Whether images of a format have no descriptor: such a file says nothing of itself.
pub fn is_bare(format: &Format) -> bool {
    [super::raw::ISO.name, super::raw::RAW.name].contains(&format.name)
}

/// The format of this name.
pub fn by_name(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.name.eq_ignore_ascii_case(name))
}

/// The format that is written to a file of this name, compressed or not.
pub fn by_extension(path: &Path) -> Option<&'static Format> {
    let wrapper = wrap::wrapper_of(path);
    let inner = wrapper.map_or_else(|| path.to_owned(), |wrapper| wrapper.without(path));
    let extension = inner.extension()?.to_str()?.to_lowercase();
    // What is compressed is a file by itself: x.bin.gz has no sheet.
    let data = |format: &Format| if wrapper.is_none() { format.data_extensions } else { &[] };
    let named = |format: &&Format| format.extensions.iter().chain(data(format)).any(|&e| e == extension);
    FORMATS.iter().copied().filter(|format| format.plan.is_some()).find(named)
}

/// The name of an image without what says its format: "disc" of `disc.iso`, and of `disc.iso.gz`; "Disc v1.0" stays as it is.
pub fn stem(path: &Path) -> String {
    let name = Path::new(path.file_stem().unwrap_or_default());
    let inner = if !is_known(path) && is_known(name) { name.file_stem().unwrap_or_default() } else { name.as_os_str() };
    inner.to_string_lossy().into_owned()
}

/// A name with the extension of a format behind it. What follows the last dot of "Disc v1.0" is no extension, and stays.
pub fn with_extension_of(path: PathBuf, format: &Format) -> PathBuf {
    let mut name = path.into_os_string();
    name.push(".");
    name.push(format.extensions[0]);
    name.into()
}

fn is_known(path: &Path) -> bool {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    FORMATS.iter().any(|format| format.extensions.iter().chain(format.data_extensions).any(|&e| e == extension))
}

/// Opens a disc image of any format, compressed or in an archive or not.
///
/// A bare data file that has its descriptor beside it (`x.bin` and `x.cue`) is opened by the descriptor.
pub fn open(path: &Path, opening: impl Into<Opening>) -> Result<Image, Error> {
    open_from(Opener::new(path, opening)?.joined()?)
}

/// Opens what is in a file: the image that it is, or the best of those in it.
pub fn open_from(opener: Opener) -> Result<Image, Error> {
    let opener = match wrap::unwrap(opener)? {
        Wrapped::Archive(opener, archive) => return wrap::open_best(&opener, &archive),
        Wrapped::Not(opener) => opener,
    };
    let format = recognise(&opener)?;
    match (is_bare(format) && opener.in_folder()).then(|| open_by_descriptor(&opener)).flatten() {
        Some(image) => Ok(image),
        None => open_as(format, &opener),
    }
}

/// Opens a file as this format, compressed or not, without asking whether it is one.
pub fn open_wrapped_as(format: &'static Format, opener: Opener) -> Result<Image, Error> {
    match wrap::unwrap(opener)? {
        Wrapped::Not(opener) => open_as(format, &opener),
        Wrapped::Archive(opener, _) => {
            Err(opener.flaw(Flaw::file(Fault::Unsupported { what: "an archive as an image of one format" })))
        }
    }
}

/// Whether a file is surely an image, though it begins with bytes that have another meaning elsewhere: some discs do, and a DMG begins with its
/// first chunk, compressed, and says what it is at its end. Where that is far, only those without a descriptor are asked.
pub fn is_surely_image(opener: &Opener) -> bool {
    let surely = |format: &Format| matches!((format.recognise)(opener), Ok(Likeness::Sure));
    FORMATS.iter().any(|format| (is_bare(format) || !opener.has_far_end()) && surely(format))
}

/// Opens a file as this format, without asking whether it is one.
pub fn open_as(format: &'static Format, opener: &Opener) -> Result<Image, Error> {
    let Opened { mut disc, extents, mut warnings } = (format.open)(opener)?;
    if is_bare(format) && identify::is_zero(opener) {
        warnings.push(
            "All bytes that were looked at are zero: perhaps it was never filled, by a copy or a download that failed."
                .to_owned(),
        );
    }
    if identify::is_unfinished(opener.path()) {
        warnings.push("By its name, this file is still being downloaded.".to_owned());
    }
    drop_stray_texts(&mut disc, &mut warnings);
    let refuse = |inconsistent| opener.flaw(Flaw::file(Fault::NoDisc(inconsistent)));
    let mut reader = ExtentReader::new(disc, extents).map_err(refuse)?;
    if let Some(disc) = recover(&reader) {
        reader = ExtentReader::new(disc, reader.into_extents()).map_err(refuse)?;
    }
    warnings.extend(opener.warnings());
    Ok(Image {
        path: opener.file().to_owned(),
        format,
        reader: Arc::new(reader),
        files: opener.files(),
        warnings,
        promises: opener.promises(),
    })
}

/// Some writers leave texts of tracks that the disc does not have; no other format could take them over.
fn drop_stray_texts(disc: &mut Disc, warnings: &mut Vec<String>) {
    let numbers: Vec<u8> = disc.tracks().map(|(_, track)| track.number).collect();
    let before = disc.cd_text.clone();
    disc.cd_text.renumber(|number| numbers.contains(&number).then_some(number));
    if disc.cd_text != before {
        warnings.push("The CD-TEXT has texts of tracks that are not on the disc; they are left out.".to_owned());
    }
}

/// The format of a file: the one that is sure; else the one that may be, extension first.
fn recognise(opener: &Opener) -> Result<&'static Format, Error> {
    if opener.bytes().is_empty() {
        return Err(opener.flaw(Flaw::file(Fault::Truncated { what: "the file", needed: 1, found: 0 })));
    }
    let mut maybe: Option<&'static Format> = None;
    let extension = opener.extension();
    // What has a trailer may begin like a bare image, so those are asked last.
    let (bare, own): (Vec<&Format>, Vec<&Format>) = FORMATS.iter().partition(|format| is_bare(format));
    // To ask those would mean to unpack everything, where the end is far; then the name has the first word.
    if opener.has_far_end() {
        for format in FORMATS.iter().filter(|format| format.extensions.contains(&extension.as_str())) {
            if (format.recognise)(opener)? == Likeness::Sure {
                return Ok(format);
            }
        }
    }
    for format in own.into_iter().chain(bare) {
        match (format.recognise)(opener)? {
            Likeness::Sure => return Ok(format),
            Likeness::Maybe if maybe.is_none() || format.extensions.contains(&extension.as_str()) => maybe = Some(format),
            Likeness::Maybe | Likeness::No => {}
        }
    }
    // A name and a length are no proof against a marker of something else.
    let unknown = |kind| opener.flaw(Flaw::at(0, Fault::Unknown(Box::new(identify::finding(opener, kind)))));
    match (maybe, identify::known(opener)) {
        (Some(format), None) => Ok(format),
        (Some(format), Some(kind)) if !is_bare(format) || !kind.is_sure() => Ok(format),
        (_, kind) => Err(unknown(kind)),
    }
}

/// The image whose descriptor lies beside this data file and names it.
fn open_by_descriptor(opener: &Opener) -> Option<Image> {
    let (path, file) = (opener.path(), opener.file());
    let extensions = FORMATS.iter().filter(|format| !is_bare(format)).flat_map(|format| format.extensions);
    let named = extensions.flat_map(|e| [path.with_extension(e), path.with_extension(e.to_uppercase())]);
    for descriptor in named.filter(|descriptor| descriptor != path && descriptor.is_file()) {
        let Ok(opener) = Opener::new(&descriptor, opener.opening()) else { continue };
        let Ok(format) = recognise(&opener) else { continue };
        if is_bare(format) {
            continue;
        }
        let Ok(mut image) = open_as(format, &opener) else { continue };
        if image.files.iter().any(|other| same_file(other, file)) {
            let (data, by) = (file_name(file), file_name(&descriptor));
            image.warnings.insert(0, format!("{data} was opened by its descriptor {by}."));
            return Some(image);
        }
    }
    None
}

fn same_file(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_image_is_told_from_its_extensions() {
        for (path, name) in [
            ("a/disc.iso", "disc"),
            ("disc.iso.gz", "disc"),
            ("Disc v1.0.cue", "Disc v1.0"),
            ("Disc v1.0", "Disc v1"),
            ("disc", "disc"),
            ("a.bin.cue", "a.bin"),
            ("", ""),
        ] {
            assert_eq!(stem(Path::new(path)), name, "{path}");
        }
    }
}
