//! [`Disc`] and its parts: what every reader tells and every writer is told.

use super::{CdText, Control, DiscType, Isrc, Lba, Mcn, Medium, TrackMode};

/// A disc: a plain value, no I/O.
///
/// A GD-ROM has two areas, and they are two sessions here, in whatever format it lies. Session 1 is the single-density area (tracks 1
/// and 2, as a rule). Session 2 is the high-density area: index 1 of its first track (3, as a rule) is at [`Disc::HIGH_DENSITY`], behind
/// a pregap of 150 sectors that no format stores. A lead-out is the end of the last track of its area: what lies between the end of
/// track 2 and the high-density area belongs to no track, whether an image pads it with zeros or not. A disc of which only
/// the single-density area was kept has one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disc {
    /// What kind of disc.
    pub medium: Medium,
    /// Its sessions, in order; at least one. On a GD-ROM: its areas.
    pub sessions: Vec<Session>,
    /// Media catalogue number.
    pub mcn: Option<Mcn>,
    /// CD-TEXT of all languages; empty when there is none.
    pub cd_text: CdText,
    /// First sector of the second layer, where there are two.
    pub layer_break: Option<u32>,
    /// Control structures of a DVD, kept as they are.
    pub structures: Structures,
}

/// Control data of a DVD that some formats keep (MMC, READ DISC STRUCTURE), and Alcohol's position measurements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Structures {
    /// Per layer: 4 bytes of copyright information, 2048 of manufacturing and 2048 of physical format information.
    pub layers: Vec<Vec<u8>>,
    /// Burst cutting area.
    pub bca: Vec<u8>,
    /// Data position measurement of an MDS file, block by block, opaque.
    pub dpm: Vec<Vec<u8>>,
}

/// One session: from its first track to its lead-out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Counted from 1.
    pub number: u16,
    /// Disc type of its TOC.
    pub disc_type: DiscType,
    /// Its tracks, in order; at least one.
    pub tracks: Vec<Track>,
    /// The address after the last track.
    pub lead_out: Lba,
}

/// One track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// 1–99.
    pub number: u8,
    /// What its sectors are.
    pub mode: TrackMode,
    /// Address of index 1.
    pub start: Lba,
    /// Sectors from index 0 to index 1.
    pub pregap: u32,
    /// Sectors from index 1 to the end of the track, its postgap included, the next track's pregap not.
    pub length: u32,
    /// Addresses of index 2, 3, ….
    pub indexes: Vec<Lba>,
    /// Sectors of postgap at the end.
    pub postgap: u32,
    /// Control flags.
    pub control: Control,
    /// Recording code.
    pub isrc: Option<Isrc>,
}

/// No CD goes on behind this: a GD-ROM, the longest of them, ends at 549,150, and minutes are counted to 99:59:74.
///
/// A gap of some million sectors costs a descriptor a few bytes, and would cost whoever reads the disc hours of silence.
const LAST_OF_CD: Lba = Lba(600_000);

/// Which track: its session and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrackId {
    /// Session, counted from 1.
    pub session: u16,
    /// Track number.
    pub track: u8,
}

/// A rule of [`Disc::check`] that a disc breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// No session, or a session without a track.
    #[error("a session without a track")]
    Empty,
    /// A track number that is 0, above 99, or not one above its predecessor's.
    #[error("track {0} is out of order")]
    Order(u8),
    /// A track begins before the end of its predecessor.
    #[error("track {0} overlaps the track before it")]
    Overlap(u8),
    /// A session's lead-out lies before the end of its last track.
    #[error("the lead-out of session {0} lies before the end of its last track")]
    LeadOut(u16),
    /// Indexes that don't rise, or lie outside the track.
    #[error("the indexes of track {0} are out of order")]
    Indexes(u8),
    /// A pregap that begins before the disc does.
    #[error("the pregap of track {0} begins before the disc")]
    Pregap(u8),
    /// Addresses beyond those a disc has.
    #[error("track {0} ends beyond the last address")]
    TooLong(u8),
    /// A GD-ROM with more than two areas, a first that reaches into the second, or a second that doesn't begin at [`Disc::HIGH_DENSITY`].
    #[error("track {0} does not lie in the area of the GD-ROM that it belongs to")]
    Area(u8),
}

impl Track {
    /// A track with nothing but its place.
    pub fn new(number: u8, mode: TrackMode, start: Lba, length: u32) -> Track {
        Track { number, mode, start, pregap: 0, length, indexes: Vec::new(), postgap: 0, control: Control::default(), isrc: None }
    }

    /// Address of index 0: where the pregap begins, or index 1 where there is none.
    pub fn first(&self) -> Lba {
        self.start - self.pregap
    }

    /// The address after the last sector.
    pub fn end(&self) -> Lba {
        self.start + self.length
    }

    /// Whether this sector belongs to the track, its pregap included.
    pub fn contains(&self, lba: Lba) -> bool {
        self.first() <= lba && lba < self.end()
    }

    /// The index number that the Q subchannel carries at this sector.
    pub fn index_at(&self, lba: Lba) -> u8 {
        if lba < self.start {
            return 0;
        }
        (1 + self.indexes.iter().take_while(|&&index| index <= lba).count()).min(99) as u8
    }
}

impl Disc {
    /// Where the high-density area of a GD-ROM begins: index 1 of its first track.
    pub const HIGH_DENSITY: Lba = Lba(45_000);

    /// A disc of one session with nothing but its tracks.
    pub fn new(medium: Medium, tracks: Vec<Track>) -> Disc {
        let lead_out = tracks.last().map_or(Lba(0), Track::end);
        Disc {
            medium,
            sessions: vec![Session { number: 1, disc_type: DiscType::default(), tracks, lead_out }],
            mcn: None,
            cd_text: CdText::default(),
            layer_break: None,
            structures: Structures::default(),
        }
    }

    /// All tracks with their sessions, in order.
    pub fn tracks(&self) -> impl DoubleEndedIterator<Item = (&Session, &Track)> {
        self.sessions.iter().flat_map(|session| session.tracks.iter().map(move |track| (session, track)))
    }

    /// All tracks, in order, to be changed.
    pub fn tracks_mut(&mut self) -> impl Iterator<Item = &mut Track> {
        self.sessions.iter_mut().flat_map(|session| session.tracks.iter_mut())
    }

    /// The track that this sector belongs to.
    pub fn track_at(&self, lba: Lba) -> Option<(&Session, &Track)> {
        // Few discs have more than 20 tracks, but this is asked for every run: halve.
        let session =
            &self.sessions[self.sessions.partition_point(|s| s.lead_out <= lba).min(self.sessions.len().checked_sub(1)?)];
        let track = session.tracks.get(session.tracks.partition_point(|t| t.end() <= lba))?;
        track.contains(lba).then_some((session, track))
    }

    /// The track of this id.
    pub fn track(&self, id: TrackId) -> Option<&Track> {
        let session = self.sessions.iter().find(|session| session.number == id.session)?;
        session.tracks.iter().find(|track| track.number == id.track)
    }

    /// The address after the last track of the last session.
    pub fn lead_out(&self) -> Lba {
        self.sessions.last().map_or(Lba(0), |session| session.lead_out)
    }

    /// Sectors from LBA 0 to the last lead-out.
    pub fn sectors(&self) -> u32 {
        self.lead_out().since(Lba(0)).unwrap_or(0)
    }

    /// How many tracks are audio.
    pub fn audio_tracks(&self) -> usize {
        self.tracks().filter(|(_, track)| track.mode == TrackMode::Audio).count()
    }

    /// Whether the disc keeps the rules that everything above relies on; every reader asks this before it gives a disc away.
    pub fn check(&self) -> Result<(), Flaw> {
        let mut end = Lba::PROGRAM_START;
        let mut number = None;
        if self.sessions.is_empty() {
            return Err(Flaw::Empty);
        }
        for session in &self.sessions {
            if session.tracks.is_empty() {
                return Err(Flaw::Empty);
            }
            for track in &session.tracks {
                check_track(track, end, number)?;
                end = track.end();
                number = Some(track.number);
            }
            if session.lead_out < end {
                return Err(Flaw::LeadOut(session.number));
            }
            end = session.lead_out;
            if let Some(last) = number.filter(|_| self.medium.is_cd() && end > LAST_OF_CD) {
                return Err(Flaw::TooLong(last));
            }
        }
        if self.medium == Medium::Gd { self.check_areas() } else { Ok(()) }
    }

    /// Whether its sessions are the areas of a GD-ROM; [`Disc::check`] asks it of those that say they are one.
    pub fn check_areas(&self) -> Result<(), Flaw> {
        for (session, area) in self.sessions.iter().zip(0..) {
            let Some(first) = session.tracks.first() else { return Err(Flaw::Empty) };
            let right = match area {
                0 => session.lead_out <= Disc::HIGH_DENSITY,
                1 => first.start == Disc::HIGH_DENSITY,
                _ => false,
            };
            if !right {
                return Err(Flaw::Area(first.number));
            }
        }
        Ok(())
    }
}

fn check_track(track: &Track, previous_end: Lba, previous: Option<u8>) -> Result<(), Flaw> {
    let in_order = previous.is_none_or(|previous| previous + 1 == track.number);
    if !(1..=99).contains(&track.number) || !in_order {
        return Err(Flaw::Order(track.number));
    }
    if i64::from(track.start.0) - i64::from(track.pregap) < i64::from(Lba::PROGRAM_START.0) {
        return Err(Flaw::Pregap(track.number));
    }
    if i64::from(track.start.0) + i64::from(track.length) > i64::from(i32::MAX) {
        return Err(Flaw::TooLong(track.number));
    }
    if track.first() < previous_end {
        return Err(Flaw::Overlap(track.number));
    }
    let rising = track.indexes.windows(2).all(|pair| pair[0] < pair[1]);
    let inside = track.indexes.iter().all(|&index| index > track.start && index < track.end());
    if !rising || !inside || track.indexes.len() > 98 || track.postgap > track.length {
        return Err(Flaw::Indexes(track.number));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_tracks() -> Disc {
        let mut second = Track::new(2, TrackMode::Audio, Lba(450), 150);
        second.pregap = 150;
        second.indexes = vec![Lba(500), Lba(550)];
        Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Mode1, Lba(0), 300), second])
    }

    #[test]
    fn every_sector_finds_its_track() {
        let disc = two_tracks();
        let at = |lba| disc.track_at(Lba(lba)).map(|(_, track)| track.number);
        assert_eq!(
            [at(-1), at(0), at(299), at(300), at(449), at(450), at(599), at(600)],
            [None, Some(1), Some(1), Some(2), Some(2), Some(2), Some(2), None]
        );
        let second = &disc.sessions[0].tracks[1];
        assert_eq!([300, 449, 450, 499, 500, 550, 599].map(|lba| second.index_at(Lba(lba))), [0, 0, 1, 1, 2, 3, 3]);
    }

    #[test]
    fn broken_rules_are_named() {
        assert_eq!(two_tracks().check(), Ok(()));
        let broken = |change: fn(&mut Disc)| {
            let mut disc = two_tracks();
            change(&mut disc);
            disc.check().unwrap_err()
        };
        assert_eq!(broken(|d| d.sessions.clear()), Flaw::Empty);
        assert_eq!(broken(|d| d.sessions[0].tracks[1].number = 3), Flaw::Order(3));
        assert_eq!(broken(|d| d.sessions[0].tracks[1].pregap = 151), Flaw::Overlap(2));
        assert_eq!(broken(|d| d.sessions[0].tracks[0].pregap = 151), Flaw::Pregap(1));
        assert_eq!(broken(|d| d.sessions[0].tracks[1].length = u32::MAX), Flaw::TooLong(2));
        assert_eq!(broken(|d| d.sessions[0].tracks[1].indexes.reverse()), Flaw::Indexes(2));
        assert_eq!(broken(|d| d.sessions[0].lead_out = Lba(599)), Flaw::LeadOut(1));
        assert_eq!(broken(|d| d.sessions[0].lead_out = Lba(600_001)), Flaw::TooLong(2));
    }

    #[test]
    fn a_gd_rom_has_its_areas_where_they_belong() {
        let mut disc = Disc { medium: Medium::Gd, ..two_tracks() };
        assert_eq!(disc.check(), Ok(()));
        let mut third = Track::new(3, TrackMode::Mode1, Disc::HIGH_DENSITY, 1000);
        third.pregap = 150;
        let area = |number, track: &Track| Session {
            number,
            disc_type: DiscType::default(),
            tracks: vec![track.clone()],
            lead_out: track.end(),
        };
        disc.sessions.push(area(2, &third));
        assert_eq!(disc.check(), Ok(()));
        disc.sessions.push(area(3, &Track::new(4, TrackMode::Mode1, Lba(60_000), 10)));
        assert_eq!(disc.check(), Err(Flaw::Area(4)));
        disc.sessions.truncate(1);
        third.start = Lba(45_001);
        disc.sessions.push(area(2, &third));
        assert_eq!(disc.check(), Err(Flaw::Area(3)));
        disc.sessions.truncate(1);
        disc.sessions[0].lead_out = Lba(45_001);
        assert_eq!(disc.check(), Err(Flaw::Area(1)));
    }
}
