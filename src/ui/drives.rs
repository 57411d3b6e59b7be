//! [`Drives`]: the drives as the window knows them. Plain data, changed by what the look-out says.

use std::path::PathBuf;

use super::geometry::Thumbnail;
use super::words;
use crate::disc::Disc;
use crate::drive::Details;
use crate::drive::mmc::DiscState;
use crate::drive::recorder::Kind;
use crate::job::{DEMO, DriveState, Listed, Named};

/// How a drive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// It is being asked.
    Asked,
    /// There is a disc in it that can be opened.
    Disc,
    /// There is none, or nothing is on it.
    Empty,
    /// It can't be used.
    Trouble,
}

/// A drive.
#[derive(Debug, Clone, PartialEq)]
pub struct Drive {
    /// Its name, as it stands behind `drive:`.
    pub name: String,
    /// Maker and model.
    pub title: String,
    /// Its firmware, where it says.
    pub firmware: Option<String>,
    /// How it is.
    pub stand: Stand,
    /// The same in words.
    pub words: String,
    /// What is in it.
    pub disc: Option<Disc>,
    /// How that looks at a small size.
    pub thumbnail: Thumbnail,
    /// Whether it can write discs of any kind.
    pub records: bool,
    /// What lies in it, where that can be written as it is, or once it was erased.
    pub writable: Option<Writable>,
}

/// A disc that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writable {
    /// What kind of disc.
    pub kind: Kind,
    /// Whether something is on it that can be erased.
    pub erasable: bool,
    /// Whether something is on it, and more can be added.
    pub open: bool,
}

impl Writable {
    /// What is in a drive; `None` where nothing can be written on it any more.
    fn of(details: &Details) -> Option<Writable> {
        let kind = Kind::of(details.profile)?;
        let state = details.information.map(|information| information.state);
        let free = matches!(state, Some(DiscState::Blank | DiscState::Appendable | DiscState::Random));
        let erasable = kind.is_rewritable() && state != Some(DiscState::Blank);
        let open = state == Some(DiscState::Appendable);
        (free || erasable).then_some(Writable { kind, erasable, open })
    }
}

impl Drive {
    /// One that was found and not asked yet.
    fn new(named: Named) -> Drive {
        Drive {
            name: named.name,
            title: named.label,
            firmware: None,
            stand: Stand::Asked,
            words: "asking the drive…".to_owned(),
            disc: None,
            thumbnail: Thumbnail::default(),
            records: false,
            writable: None,
        }
    }

    /// What a row says below its title: where the drive is, its firmware, and how it is.
    pub fn note(&self) -> String {
        let place = if self.name.starts_with(DEMO) { "in software" } else { &self.name };
        let firmware = self.firmware.as_ref().map(|firmware| format!(" · firmware {firmware}")).unwrap_or_default();
        format!("{place}{firmware}")
    }
}

/// All drives, and the image in the one in software.
#[derive(Debug, Default)]
pub struct Drives {
    /// The drives, in the system's order; the one in software last.
    pub all: Vec<Drive>,
    /// The image that the user put into the drive in software.
    pub demo: Option<PathBuf>,
}

impl Drives {
    /// These drives there are; what is known of one that was there before stays until it was asked.
    pub fn found(&mut self, named: Vec<Named>) {
        let mut before = std::mem::take(&mut self.all);
        let known = |named: Named, before: &mut Vec<Drive>| match before.iter().position(|drive| drive.name == named.name) {
            Some(at) => before.swap_remove(at),
            None => Drive::new(named),
        };
        self.all = named.into_iter().map(|named| known(named, &mut before)).collect();
    }

    /// A drive was asked. Says nothing to a drive that is gone meanwhile.
    pub fn asked(&mut self, listed: Listed) {
        let Some(drive) = self.all.iter_mut().find(|drive| drive.name == listed.name) else { return };
        drive.words = listed.words(words::size);
        if let Some(identity) = listed.identity.filter(|identity| !identity.name().is_empty()) {
            drive.title = identity.name();
            drive.firmware = Some(identity.revision).filter(|revision| !revision.is_empty());
        }
        if let Some(configuration) = &listed.configuration {
            // The drive in software holds discs to be read, whatever it says.
            let in_software = drive.name.starts_with(DEMO);
            drive.records = !in_software && configuration.written().into_iter().any(|profile| Kind::of(profile).is_some());
        }
        drive.writable = match &listed.state {
            DriveState::Disc(details) if drive.records => Writable::of(details),
            _ => None,
        };
        (drive.stand, drive.disc) = match listed.state {
            DriveState::Disc(details) => match details.disc {
                Some(disc) => (Stand::Disc, Some(disc)),
                None => (Stand::Empty, None),
            },
            DriveState::NoDisc { .. } => (Stand::Empty, None),
            DriveState::Trouble(_) => (Stand::Trouble, None),
        };
        drive.thumbnail = drive.disc.as_ref().map(Thumbnail::of).unwrap_or_default();
    }

    /// The disc in this drive, where it is known.
    pub fn disc_in(&self, name: &str) -> Option<&Disc> {
        self.all.iter().find(|drive| drive.name == name)?.disc.as_ref()
    }

    /// Whether a disc that was opened is certainly not in this drive any more: the drive is gone, empty, or holds another. One that can't be used for
    /// now says nothing of its disc.
    pub fn lost(&self, name: &str, opened: &Disc) -> bool {
        match self.all.iter().find(|drive| drive.name == name) {
            None => true,
            Some(Drive { stand: Stand::Empty, .. }) => true,
            Some(Drive { disc: Some(disc), .. }) => disc != opened,
            Some(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disc::{Lba, Medium, Track, TrackMode};
    use crate::drive::mmc::{Configuration, DiscInformation, Feature, Formatting, Identity, Profile};
    use crate::drive::transport::OpenError;
    use crate::job::DriveError;

    fn named(names: &[&str]) -> Vec<Named> {
        names.iter().map(|name| Named { name: (*name).to_owned(), label: "MAKER MODEL".to_owned() }).collect()
    }

    fn disc(sectors: u32) -> Disc {
        Disc::new(Medium::Dvd, vec![Track::new(1, TrackMode::Dvd, Lba(0), sectors)])
    }

    fn holding(name: &str, disc: Option<Disc>) -> Listed {
        let details = Details {
            profile: Profile(0x11),
            information: None,
            disc,
            layers: None,
            protection: None,
            atip: None,
            free: 0,
            user_data_only: false,
        };
        let identity = Identity { device_type: 5, vendor: "HL-DT-ST".into(), product: "BD-RE".into(), revision: "1.03".into() };
        Listed {
            name: name.to_owned(),
            label: String::new(),
            identity: Some(identity),
            configuration: None,
            user: None,
            state: DriveState::Disc(Box::new(details)),
        }
    }

    fn said(name: &str, state: DriveState) -> Listed {
        Listed { name: name.to_owned(), label: String::new(), identity: None, configuration: None, user: None, state }
    }

    #[test]
    fn a_drive_is_told_by_what_it_says_and_until_then_by_what_the_system_says() {
        let mut drives = Drives::default();
        drives.found(named(&["/dev/sr0", "demo"]));
        assert_eq!((drives.all[0].title.as_str(), drives.all[0].stand), ("MAKER MODEL", Stand::Asked));
        drives.asked(holding("/dev/sr0", Some(disc(2_000_000))));
        let drive = &drives.all[0];
        assert_eq!((drive.title.as_str(), drive.note().as_str()), ("HL-DT-ST BD-RE", "/dev/sr0 · firmware 1.03"));
        assert_eq!((drive.stand, drive.words.as_str()), (Stand::Disc, "DVD-R, 4.1 GB"));
        // Found again, it is still known; gone, nothing is said of it.
        drives.found(named(&["/dev/sr0"]));
        assert_eq!((drives.all.len(), drives.all[0].stand), (1, Stand::Disc));
        drives.asked(holding("/dev/sr7", None));
        assert_eq!(drives.all.len(), 1);
        drives.asked(holding("/dev/sr0", None));
        assert_eq!(drives.all[0].stand, Stand::Empty, "nothing is on a blank");
    }

    /// A drive that writes CDs, with such a disc in it.
    fn writing(name: &str, profile: u16, state: DiscState) -> Listed {
        let mut listed = holding(name, None);
        let list = [0, 0x0A, 0, 0, 0, 0x09, 0, 0, 0, 0x08, 0, 0];
        let features = [(0x0000, list.to_vec()), (0x002D, vec![0x47, 0, 0, 0])];
        let feature = |(code, data)| Feature { code, current: true, data };
        listed.configuration = Some(Configuration { current: None, features: features.into_iter().map(feature).collect() });
        if let DriveState::Disc(details) = &mut listed.state {
            details.profile = Profile(profile);
            details.information = Some(DiscInformation {
                state,
                erasable: profile == 0x0A,
                incomplete: false,
                sessions: 1,
                first_track: 1,
                last_track: 1,
                disc_type: 0,
                formatting: Formatting::None,
            });
        }
        listed
    }

    #[test]
    fn what_can_be_written_is_told_from_what_can_not() {
        let mut drives = Drives::default();
        drives.found(named(&["/dev/sr0"]));
        let mut put = |profile, state| {
            drives.asked(writing("/dev/sr0", profile, state));
            (drives.all[0].records, drives.all[0].writable)
        };
        let writable = |kind, erasable| Some(Writable { kind, erasable, open: false });
        assert_eq!(put(0x08, DiscState::Complete), (true, None));
        assert_eq!(put(0x09, DiscState::Blank), (true, writable(Kind::CdR, false)));
        assert_eq!(put(0x09, DiscState::Appendable).1, Some(Writable { kind: Kind::CdR, erasable: false, open: true }));
        assert_eq!(put(0x09, DiscState::Complete), (true, None));
        assert_eq!(put(0x0A, DiscState::Blank), (true, writable(Kind::CdRw, false)));
        assert_eq!(put(0x0A, DiscState::Complete), (true, writable(Kind::CdRw, true)));
        drives.asked(holding("/dev/sr0", None));
        assert_eq!(drives.all[0].writable, None, "a DVD-R of which the drive says nothing");
    }

    #[test]
    fn trouble_is_said_in_words_that_help() {
        let mut drives = Drives::default();
        drives.found(named(&["/dev/sr0"]));
        let refused = DriveError::Open(OpenError::NoPermission { group: Some("cdrom".into()) });
        drives.asked(said("/dev/sr0", DriveState::Trouble(refused)));
        assert_eq!(drives.all[0].words, "no permission: add yourself to the group cdrom, and log in anew");
        assert_eq!(drives.all[0].stand, Stand::Trouble);
        drives.asked(said("/dev/sr0", DriveState::Trouble(DriveError::Open(OpenError::InUse { by: None }))));
        assert_eq!(drives.all[0].words, "in use by another program");
        drives.asked(said("/dev/sr0", DriveState::NoDisc { open: true }));
        assert_eq!(drives.all[0].words, "the tray is open");
    }

    #[test]
    fn a_disc_is_lost_when_it_is_certainly_gone() {
        let mut drives = Drives::default();
        let opened = disc(100);
        drives.found(named(&["/dev/sr0"]));
        assert!(!drives.lost("/dev/sr0", &opened), "it has not been asked yet");
        drives.asked(holding("/dev/sr0", Some(opened.clone())));
        assert!(!drives.lost("/dev/sr0", &opened));
        drives.asked(said("/dev/sr0", DriveState::Trouble(DriveError::Open(OpenError::InUse { by: None }))));
        assert!(!drives.lost("/dev/sr0", &opened), "who can't be asked has not said that it is gone");
        drives.asked(holding("/dev/sr0", Some(disc(200))));
        assert!(drives.lost("/dev/sr0", &opened));
        drives.asked(said("/dev/sr0", DriveState::NoDisc { open: false }));
        assert!(drives.lost("/dev/sr0", &opened) && drives.lost("/dev/sr1", &opened));
    }
}
