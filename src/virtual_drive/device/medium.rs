//! [`Medium`]: the disc in the drive, as the drive sees it.

use std::sync::Arc;

use crate::disc::toc::{self, TocEntry};
use crate::disc::{Disc, DiscReader, Medium as Kind};
use crate::drive::mmc::Profile;

/// A disc in the drive.
pub struct Medium {
    /// Its sectors.
    pub reader: Arc<dyn DiscReader>,
    /// The full table of contents; a DVD's is made up, as drives do.
    pub toc: Vec<TocEntry>,
    /// What the drive calls it.
    pub profile: Profile,
}

impl Medium {
    /// A pressed disc.
    pub fn new(reader: Arc<dyn DiscReader>) -> Medium {
        let toc = toc::entries(reader.disc());
        let profile = match reader.disc().medium {
            Kind::Cd | Kind::Gd => Profile::CD_ROM,
            Kind::Bd => Profile::BD_ROM,
            Kind::HdDvd => Profile(0x50),
            Kind::Dvd | Kind::GameCube | Kind::Wii | Kind::Xbox | Kind::Umd => Profile::DVD_ROM,
        };
        Medium { reader, toc, profile }
    }

    /// What disc it is.
    pub fn disc(&self) -> &Disc {
        self.reader.disc()
    }
}
