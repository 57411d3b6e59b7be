//! [`Medium`]: the disc in the drive, as the drive sees it.

use std::ops::Range;
use std::sync::Arc;

use super::recorder::{Recording, WriteParameters};
use crate::disc::toc::{self, TocEntry};
use crate::disc::{Disc, DiscReader, Medium as Kind};
use crate::drive::mmc::Profile;

/// A disc in the drive.
pub struct Medium {
    /// What the drive calls it.
    pub profile: Profile,
    /// What can be read of it; nothing of a blank disc.
    pub readable: Option<Readable>,
    /// What has become of it, if it can be written.
    pub recording: Option<Recording>,
}

/// What can be read of a disc.
pub struct Readable {
    /// Its sectors.
    pub reader: Arc<dyn DiscReader>,
    /// What its tables of contents tell of; sectors of a session that is still open can be read, and none tells of them.
    pub told: Option<Disc>,
    /// The full table of contents; a DVD's is made up, as drives do.
    pub toc: Vec<TocEntry>,
    /// What the drive calls the disc.
    pub profile: Profile,
}

impl Medium {
    /// A pressed disc.
    pub fn new(reader: Arc<dyn DiscReader>) -> Medium {
        let profile = match reader.disc().medium {
            Kind::Cd | Kind::Gd => Profile::CD_ROM,
            Kind::Bd => Profile::BD_ROM,
            Kind::HdDvd => Profile(0x50),
            Kind::Dvd | Kind::GameCube | Kind::Wii | Kind::Xbox | Kind::Umd => Profile::DVD_ROM,
        };
        let told = Some(reader.disc().clone());
        Medium { profile, readable: Some(Readable::new(reader, told, profile)), recording: None }
    }

    /// A disc that can be written.
    pub fn blank(recording: Recording, parameters: &WriteParameters) -> Medium {
        let mut medium = Medium { profile: Profile::NONE, readable: None, recording: Some(recording) };
        medium.refresh(parameters);
        medium
    }

    /// The drive looks at the disc anew, after something was done to it.
    pub fn refresh(&mut self, parameters: &WriteParameters) {
        let Some(recording) = &mut self.recording else { return };
        recording.prepare_for(parameters);
        self.profile = recording.profile();
        self.readable = recording.readable().map(|(reader, told)| {
            let mut readable = Readable::new(reader, told, self.profile);
            readable.toc.extend(recording.next_session());
            readable
        });
    }

    /// The first of these sectors that can't be read, since nothing was ever written there.
    pub fn unwritten(&self, sectors: &Range<i32>) -> Option<i32> {
        self.recording.as_ref().and_then(|recording| recording.unwritten(sectors))
    }
}

impl Readable {
    fn new(reader: Arc<dyn DiscReader>, told: Option<Disc>, profile: Profile) -> Readable {
        let toc = told.as_ref().map(toc::entries).unwrap_or_default();
        Readable { reader, told, toc, profile }
    }

    /// What disc it is.
    pub fn disc(&self) -> &Disc {
        self.reader.disc()
    }
}
