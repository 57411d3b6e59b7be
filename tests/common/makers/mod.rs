//! Images of formats that are only read, or of variants that are never written, made from their published or reverse-engineered layout and by none of
//! the program's own code: what the readers are tested on where there is no real file, and what their fuzzers begin with.

mod aaru;
mod b6t;
mod c2d;
mod cif;
pub mod daa;
pub mod dmg;
pub mod isz;
pub mod jso;
mod parts;
mod pbp;
mod pdi;
mod redumper;
pub mod uif;
pub mod xiso;

use std::path::{Path, PathBuf};

use spindle::image::{FORMATS, Limits, open};

/// Makes images of one format.
pub struct Maker {
    /// Name of the format.
    pub format: &'static str,
    /// Makes an image in an empty folder, and gives the file to open.
    pub make: fn(&Path) -> PathBuf,
}

/// At least one for every format that is only read.
pub static MAKERS: &[Maker] = &[
    Maker { format: "daa", make: daa::hidden },
    Maker { format: "daa", make: daa::filtered },
    Maker { format: "gbi", make: daa::swapped_gbi },
    Maker { format: "isz", make: isz::short },
    Maker { format: "uif", make: uif::iso },
    Maker { format: "uif", make: uif::sheet },
    Maker { format: "aaru", make: aaru::cd },
    Maker { format: "aaru", make: aaru::dvd },
    Maker { format: "b6t", make: b6t::cd },
    Maker { format: "b6t", make: b6t::dvd },
    Maker { format: "c2d", make: c2d::cd },
    Maker { format: "cif", make: cif::cd },
    Maker { format: "pdi", make: pdi::cooked },
    Maker { format: "pbp", make: pbp::one },
    Maker { format: "redumper", make: redumper::set },
    Maker { format: "dmg", make: dmg::zlib },
    Maker { format: "dmg", make: dmg::old },
    Maker { format: "jso", make: jso::make },
    Maker { format: "iso", make: xiso::game },
];

/// Every format that can't be written has a maker, and its reader opens what that makes.
pub fn check_all() {
    for format in FORMATS.iter().filter(|format| format.plan.is_none()) {
        assert!(
            MAKERS.iter().any(|maker| maker.format == format.name),
            "no test has ever made a file of this format: {}",
            format.name
        );
    }
    for maker in MAKERS {
        let folder = tempfile::tempdir().unwrap();
        let image =
            open(&(maker.make)(folder.path()), Limits::default()).unwrap_or_else(|error| panic!("{}: {error}", maker.format));
        assert_eq!(image.format.name, maker.format);
    }
}
