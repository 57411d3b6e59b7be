//! [`Details`]: what a drive tells of the disc in it before a sector is read.

use super::mmc::TrackEntry;
use super::mmc::{self, Atip, CommandError, DiscInformation, DiscState, Layers, Profile};
use super::sectors;
use super::sense::Meaning;
use super::transport::Transport;
use crate::disc::toc::{self, BadToc};
use crate::disc::{CdText, Control, Disc, Lba, Medium, Session, Structures, Track, TrackMode};

/// The disc in a drive.
#[derive(Debug, Clone)]
pub struct Details {
    /// What kind of medium the drive takes it for.
    pub profile: Profile,
    /// How far it has been written, where the drive says.
    pub information: Option<DiscInformation>,
    /// What is on it; `None` of a blank.
    pub disc: Option<Disc>,
    /// The physical format of a DVD.
    pub layers: Option<Layers>,
    /// How it is protected, where it is.
    pub protection: Option<Protection>,
    /// What a CD-R or CD-RW says of itself.
    pub atip: Option<Atip>,
    /// Sectors that can still be written.
    pub free: u32,
    /// Whether the drive gives the user data of a CD's data sectors alone, because it does not know READ CD, or makes up what surrounds them: drives
    /// in software of others do that, such as QEMU's SCSI and ATAPI drives (seen with 7.2), and so do some that a stick or a telephone pretends to be.
    pub user_data_only: bool,
}

/// Protections that are named, and never broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// DVD-Video, Content Scramble System.
    Css {
        /// Regions that may play it: bit 0 for region 1.
        regions: u8,
    },
    /// DVD-Audio and recordable DVDs, Content Protection for Prerecorded or Recordable Media.
    Cppm,
    /// Blu-ray and HD DVD, Advanced Access Content System.
    Aacs,
}

impl Protection {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Protection::Css { .. } => "CSS",
            Protection::Cppm => "CPPM",
            Protection::Aacs => "AACS",
        }
    }
}

/// Why the disc could not be understood.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// A command failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// What the disc says of itself makes no sense.
    #[error(transparent)]
    Toc(#[from] BadToc),
    /// The sessions and tracks can't be those of a disc.
    #[error("{0}")]
    Disc(#[from] crate::disc::ModelFlaw),
}

/// Asks the drive what is in it. The disc has to be ready.
pub fn look(transport: &mut dyn Transport) -> Result<Details, LookError> {
    let configuration = optional(mmc::get_configuration(transport))?;
    let profile = configuration.as_ref().and_then(|configuration| configuration.current).unwrap_or(Profile::CD_ROM);
    let information = optional(mmc::read_disc_information(transport))?;
    let mut details = Details {
        profile,
        information,
        disc: None,
        layers: None,
        protection: None,
        atip: None,
        free: free(transport)?,
        user_data_only: false,
    };
    if profile.is_cd() {
        details.atip = optional(mmc::read_atip(transport))?;
    }
    if information.is_some_and(|information| information.state == DiscState::Blank) {
        return Ok(details);
    }
    let disc = if profile.is_cd() { look_at_cd(transport, &mut details)? } else { look_at_dvd(transport, &mut details)? };
    disc.check()?;
    details.disc = Some(disc);
    Ok(details)
}

/// What a drive need not know: only that it is gone, or the disc, ends the asking.
pub(super) fn optional<T>(result: Result<T, CommandError>) -> Result<Option<T>, CommandError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_gone() || matches!(error.meaning(), Some(Meaning::NoDisc | Meaning::Changed)) => Err(error),
        Err(_) => Ok(None),
    }
}

fn free(transport: &mut dyn Transport) -> Result<u32, CommandError> {
    let invisible = optional(mmc::read_track_information(transport, 0xFF))?;
    Ok(invisible.filter(|track| track.next_writable.is_some()).map_or(0, |track| track.free))
}

fn look_at_cd(transport: &mut dyn Transport, details: &mut Details) -> Result<Disc, LookError> {
    let plain = mmc::read_toc(transport)?;
    let full = optional(mmc::read_full_toc(transport))?.unwrap_or_default();
    // Some drives give wrong full tables for discs of one session; the plain one is enough there.
    let sessions = match toc::sessions(&full) {
        Ok(sessions) if sessions.len() > 1 => sessions,
        read => {
            let disc_type = read.ok().and_then(|sessions| sessions.first().map(|session| session.disc_type)).unwrap_or_default();
            vec![Session { disc_type, ..one_session(&plain)? }]
        }
    };
    let mut disc = Disc { sessions, ..Disc::new(Medium::Cd, Vec::new()) };
    disc.mcn = optional(mmc::read_mcn(transport))?.flatten();
    let packs = optional(mmc::read_cd_text(transport))?.unwrap_or_default();
    disc.cd_text = CdText::from_packs(&packs).0;
    details.user_data_only = match disc.tracks().find(|(_, track)| track.mode.is_data()) {
        Some((_, track)) => sectors::user_data_only(transport, track)?,
        None => false,
    };
    for track in disc.tracks_mut() {
        match track.mode.is_data() {
            // Mode 1 it is then, because nobody can tell.
            true if details.user_data_only => {}
            true => track.mode = sectors::mode_of(transport, track)?.unwrap_or(track.mode),
            false => track.isrc = optional(mmc::read_isrc(transport, track.number))?.flatten(),
        }
    }
    Ok(disc)
}

/// The session of a plain table of contents.
fn one_session(entries: &[TrackEntry]) -> Result<Session, BadToc> {
    const LEAD_OUT: u8 = 0xAA;
    let lead_out = entries.iter().find(|entry| entry.track == LEAD_OUT).ok_or(BadToc::NoLeadOut(1))?.start;
    let starts: Vec<&TrackEntry> = entries.iter().filter(|entry| (1..=99).contains(&entry.track)).collect();
    let mut tracks = Vec::with_capacity(starts.len());
    for (at, entry) in starts.iter().enumerate() {
        let end = starts.get(at + 1).map_or(lead_out, |next| next.start);
        let length = end.since(entry.start).filter(|&length| length > 0).ok_or(BadToc::Order(entry.track))?;
        let mode = if entry.control & 4 != 0 { TrackMode::Mode1 } else { TrackMode::Audio };
        let mut track = Track::new(entry.track, mode, entry.start, length);
        track.control = Control::from_nibble(entry.control);
        if at == 0 {
            track.pregap = entry.start.since(Lba::PROGRAM_START).ok_or(BadToc::Order(entry.track))?;
        }
        tracks.push(track);
    }
    if tracks.is_empty() {
        return Err(BadToc::NoTracks(1));
    }
    Ok(Session { number: 1, disc_type: Default::default(), tracks, lead_out })
}

fn look_at_dvd(transport: &mut dyn Transport, details: &mut Details) -> Result<Disc, LookError> {
    let capacity = mmc::read_capacity(transport)?;
    let profile = details.profile;
    let medium = match profile.0 {
        0x40..0x50 => Medium::Bd,
        0x50..0x60 => Medium::HdDvd,
        _ => Medium::Dvd,
    };
    let mut disc = Disc::new(medium, vec![Track::new(1, TrackMode::Dvd, Lba(0), capacity.sectors)]);
    if profile.is_dvd() {
        let physical = optional(mmc::read_structure(transport, false, 0, 0x00))?.unwrap_or_default();
        let copyright = optional(mmc::read_structure(transport, false, 0, 0x01))?.unwrap_or_default();
        let manufacturing = optional(mmc::read_structure(transport, false, 0, 0x04))?.unwrap_or_default();
        details.layers = Layers::parse(&physical);
        disc.layer_break = details.layers.and_then(|layers| layers.layer_break()).filter(|&at| at < capacity.sectors);
        details.protection = match copyright.first() {
            Some(1) => Some(Protection::Css { regions: !copyright.get(1).copied().unwrap_or(0) }),
            Some(2) => Some(Protection::Cppm),
            _ => None,
        };
        disc.structures = structures(&copyright, &manufacturing, &physical);
        disc.structures.bca = optional(mmc::read_structure(transport, false, 0, 0x03))?.unwrap_or_default();
    } else if let Some(configuration) = optional(mmc::get_configuration(transport))? {
        let aacs = configuration.feature(mmc::Configuration::AACS).is_some_and(|feature| feature.current);
        details.protection = aacs.then_some(Protection::Aacs);
    }
    Ok(disc)
}

/// The structures of a layer, as images keep them; none where the drive gives the most important one not.
fn structures(copyright: &[u8], manufacturing: &[u8], physical: &[u8]) -> Structures {
    if physical.is_empty() {
        return Structures::default();
    }
    let padded = |bytes: &[u8], len: usize| {
        let mut field = bytes.to_vec();
        field.resize(len, 0);
        field
    };
    let layer = [padded(copyright, 4), padded(manufacturing, 2048), padded(physical, 2048)].concat();
    Structures { layers: vec![layer], ..Structures::default() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::disc::DiscReader;
    use crate::image::{Extent, ExtentReader};
    use crate::virtual_drive::Device;

    /// What a drive tells of a disc with nothing stored in its sectors.
    fn told(disc: Disc) -> Details {
        let reader: Arc<dyn DiscReader> = Arc::new(ExtentReader::new(disc, Vec::<Extent>::new()).unwrap());
        let mut device = Device::with(reader);
        assert!(mmc::test_unit_ready(&mut device).is_err(), "a new disc is told of first");
        look(&mut device).unwrap()
    }

    fn track(number: u8, mode: TrackMode, start: i32, length: u32, pregap: u32) -> Track {
        Track { pregap, ..Track::new(number, mode, Lba(start), length) }
    }

    #[test]
    fn an_enhanced_cd_is_told_whole() {
        let mut disc =
            Disc::new(Medium::Cd, vec![track(1, TrackMode::Audio, 33, 5000, 183), track(2, TrackMode::Audio, 5033, 100, 0)]);
        disc.mcn = crate::disc::Mcn::or_none(b"0123456789012");
        disc.sessions[0].tracks[1].isrc = crate::disc::Isrc::new(b"USABC1234567").ok();
        disc.cd_text.set(0, crate::disc::cd_text::Field::Title, "Title");
        disc.cd_text.set(1, crate::disc::cd_text::Field::Title, "One");
        disc.cd_text.set(2, crate::disc::cd_text::Field::Title, "Two");
        let data = track(3, TrackMode::Mode2Mixed, 16_533, 400, 150);
        let lead_out = data.end();
        disc.sessions.push(Session { number: 2, disc_type: crate::disc::DiscType::Xa, tracks: vec![data], lead_out });
        let details = told(disc.clone());
        assert_eq!(details.disc, Some(disc));
        assert_eq!((details.profile, details.information.unwrap().state), (Profile::CD_ROM, DiscState::Complete));
    }

    #[test]
    fn the_layer_break_and_the_protection_of_a_dvd_are_told() {
        let mut disc = Disc::new(Medium::Dvd, vec![track(1, TrackMode::Dvd, 0, 4_000_000, 0)]);
        disc.layer_break = Some(2_000_000);
        let details = told(disc.clone());
        assert_eq!(details.disc.as_ref().map(|told| (told.layer_break, told.sectors())), Some((Some(2_000_000), 4_000_000)));
        assert_eq!((details.layers.unwrap().book_name(), details.protection), ("DVD-ROM", None));
        let mut layer = details.disc.unwrap().structures.layers.remove(0);
        layer[..2].copy_from_slice(&[1, 0xFD]);
        disc.structures.layers = vec![layer];
        assert_eq!(told(disc).protection, Some(Protection::Css { regions: 2 }));
    }

    #[test]
    fn no_disc_is_an_error_that_says_so() {
        let mut empty = Device::new(Default::default());
        assert!(mmc::test_unit_ready(&mut empty).is_err());
        let Err(LookError::Command(error)) = look(&mut empty) else { panic!("there is nothing to tell of") };
        assert_eq!(error.meaning(), Some(Meaning::NoDisc));
    }
}
