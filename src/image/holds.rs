//! What a format can hold, as data, and what is left of a disc in it.

use crate::disc::cd_text::Field;
use crate::disc::sector::Slice;
use crate::disc::{CdText, Control, Disc, DiscType, Lba, Medium, Structures, Track, TrackMode};

/// What a format can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds {
    /// Of which media.
    pub media: Media,
    /// How many tracks.
    pub tracks: Tracks,
    /// More than one session. The areas of a GD-ROM are kept by every format that says of itself that it holds GD-ROMs.
    pub sessions: bool,
    /// Sync, headers, subheaders, EDC and ECC of data sectors: where not, 2048 bytes of each are kept.
    pub raw: bool,
    /// Audio before track 1 (a pregap of track 1 beyond two seconds).
    pub hidden_track: bool,
    /// The sectors of pregaps: where not, pregaps keep their length, and read as silence or as empty data sectors.
    pub pregap_sectors: bool,
    /// Index 2 and above.
    pub indexes: bool,
    /// Where postgaps begin.
    pub postgaps: bool,
    /// A first track whose number is not 1.
    pub first_number: bool,
    /// Copy, pre-emphasis and four-channel flags.
    pub flags: bool,
    /// The SCMS flag.
    pub scms: bool,
    /// Disc type (CD-DA/CD-ROM, CD-i, XA) of sessions.
    pub disc_type: DiscTypes,
    /// Catalogue number.
    pub mcn: bool,
    /// Recording codes.
    pub isrc: bool,
    /// CD-TEXT.
    pub cd_text: Texts,
    /// Subchannel P–W.
    pub subchannel: bool,
    /// Layer break.
    pub layer_break: bool,
    /// DVD control structures, burst cutting area, position measurements.
    pub structures: bool,
}

/// Of which media a format holds images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// Of all, and it says which.
    Any,
    /// Of these, and it says which. Others read back as a DVD where that is one of them, as a CD where that is, and else can't be
    /// kept at all.
    Says(&'static [Medium]),
    /// Of all, but it does not say which: a reader guesses by [`guess_medium`].
    Guessed,
}

/// Which CD-TEXT a format holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// None.
    None,
    /// What packs can carry: texts in the character set of their language.
    Packs,
    /// The same, without genres of single tracks.
    PacksButGenresOfTracks,
    /// Any text.
    Any,
}

/// Which disc types of sessions a format holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiscTypes {
    /// None: all read back as CD-DA or CD-ROM.
    None,
    /// All but CD-i, which reads back as XA.
    AllButCdI,
    /// All.
    All,
}

/// How many tracks a format holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tracks {
    /// One, and it holds data.
    OneData,
    /// One, of any kind.
    One,
    /// As many as a disc can have.
    Many,
}

impl Media {
    /// Whether an image says that it is of this medium.
    pub fn says(self, medium: Medium) -> bool {
        match self {
            Media::Any => true,
            Media::Says(media) => media.contains(&medium),
            Media::Guessed => false,
        }
    }
}

impl Holds {
    /// Nothing but the user data of one data track.
    pub const NOTHING: Holds = Holds {
        media: Media::Guessed,
        tracks: Tracks::OneData,
        sessions: false,
        raw: false,
        hidden_track: false,
        pregap_sectors: false,
        indexes: false,
        postgaps: false,
        first_number: false,
        flags: false,
        scms: false,
        disc_type: DiscTypes::None,
        mcn: false,
        isrc: false,
        cd_text: Texts::None,
        subchannel: false,
        layer_break: false,
        structures: false,
    };

    /// Everything a CD has.
    pub const ALL_OF_CD: Holds = Holds {
        media: Media::Says(&[Medium::Cd]),
        tracks: Tracks::Many,
        sessions: true,
        raw: true,
        hidden_track: true,
        pregap_sectors: true,
        indexes: true,
        postgaps: true,
        first_number: true,
        flags: true,
        scms: true,
        disc_type: DiscTypes::All,
        mcn: true,
        isrc: true,
        cd_text: Texts::Packs,
        subchannel: true,
        layer_break: false,
        structures: false,
    };
}

/// Why a format holds nothing of a disc of which [`project`] leaves nothing.
pub const HOLDS_NONE: &str = "it holds no discs of this kind";

/// The most 2048-byte sectors that are still taken for a CD: 99:59:74.
const CD_SECTORS: u64 = 449_849;
/// The most sectors of a DVD with two layers (ECMA-267, 8.54 GB).
const DVD_SECTORS: u64 = 4_173_824;

/// The medium of 2048-byte sectors whose image doesn't say: a CD as long as they fit on one, then a DVD, then a Blu-ray disc.
pub fn guess_medium(sectors: u64) -> Medium {
    if sectors <= CD_SECTORS {
        Medium::Cd
    } else if sectors <= DVD_SECTORS {
        Medium::Dvd
    } else {
        Medium::Bd
    }
}

/// What is left of a disc in a format: what [`super::loss`] compares, what the writer is told, and what comes out when the image is read.
///
/// `None` when nothing is left. Addresses stay as they are, but where one track alone is kept: that becomes track 1 at LBA 0.
pub fn project(disc: &Disc, holds: &Holds) -> Option<Disc> {
    let mut left = disc.clone();
    let kept = project_tracks(&mut left, holds)?;
    if !holds.mcn {
        left.mcn = None;
    }
    if holds.cd_text != Texts::None {
        let pairs: Vec<(u8, u8)> = kept.into_iter().zip(left.tracks().map(|(_, track)| track.number)).collect();
        left.cd_text.renumber(|number| pairs.iter().find(|pair| pair.0 == number).map(|pair| pair.1));
        if holds.cd_text == Texts::PacksButGenresOfTracks {
            left.cd_text.retain(|_, track, field, _| track == 0 || field != Field::Genre);
        }
        if let (true, Some(first), Some(last)) = (holds.cd_text != Texts::Any, pairs.first(), pairs.last()) {
            left.cd_text = left.cd_text.writable(first.1, last.1);
        }
    } else {
        left.cd_text = CdText::default();
    }
    if !holds.layer_break {
        left.layer_break = None;
    }
    if !holds.structures {
        left.structures = Structures::default();
    }
    project_medium(&mut left, holds)?;
    Some(left)
}

/// The tracks that are left; answers with the numbers they had.
fn project_tracks(left: &mut Disc, holds: &Holds) -> Option<Vec<u8>> {
    let mut kept = Vec::new();
    if holds.tracks != Tracks::Many {
        let wanted = |track: &Track| holds.tracks == Tracks::One || track.mode.is_data();
        let (session, track) = left.tracks().find(|(_, track)| wanted(track))?;
        let (session, track) = (session.number, track.number);
        left.sessions.retain(|s| s.number == session);
        left.sessions.iter_mut().for_each(|s| s.tracks.retain(|t| t.number == track));
        kept.push(track);
        rebase(left);
    } else if !(holds.sessions || left.medium == Medium::Gd && holds.media.says(Medium::Gd)) {
        left.sessions.truncate(1);
    }
    if kept.is_empty() {
        kept.extend(left.tracks().map(|(_, track)| track.number));
    }
    let first_number = left.tracks().next()?.1.number;
    for session in &mut left.sessions {
        session.disc_type = match (holds.disc_type, session.disc_type) {
            (DiscTypes::None, _) => DiscType::default(),
            (DiscTypes::AllButCdI, DiscType::CdI) => DiscType::Xa,
            (_, same) => same,
        };
        for track in &mut session.tracks {
            project_track(track, holds);
            if !holds.first_number {
                track.number -= first_number - 1;
            }
        }
        session.lead_out = session.tracks.last()?.end();
    }
    Some(kept)
}

/// The one track that is left becomes track 1 of session 1 at LBA 0.
fn rebase(left: &mut Disc) {
    for session in &mut left.sessions {
        session.number = 1;
        for track in &mut session.tracks {
            let shift = track.start.0;
            track.indexes.iter_mut().for_each(|index| *index = Lba(index.0 - shift));
            track.start = Lba(0);
            track.pregap = if track.mode == TrackMode::Dvd { 0 } else { 150 };
            track.number = 1;
        }
    }
}

fn project_track(track: &mut Track, holds: &Holds) {
    if !holds.raw && track.mode != TrackMode::Dvd {
        track.mode = TrackMode::Mode1;
    }
    if !holds.indexes {
        track.indexes.clear();
    }
    if !holds.postgaps {
        track.postgap = 0;
    }
    if !holds.flags {
        track.control = Control { scms: track.control.scms, ..Control::default() };
    }
    if !holds.scms {
        track.control.scms = false;
    }
    if !holds.isrc {
        track.isrc = None;
    }
}

/// `None`: the format holds no disc of this kind.
fn project_medium(left: &mut Disc, holds: &Holds) -> Option<()> {
    let cooked = left.tracks().all(|(_, track)| matches!(track.mode, TrackMode::Dvd | TrackMode::Mode1));
    let becomes = match holds.media {
        Media::Any => left.medium,
        Media::Says(media) if media.contains(&left.medium) => left.medium,
        Media::Says(media) if left.medium.is_cd() && media.contains(&Medium::Cd) => Medium::Cd,
        Media::Says(media) => *[Medium::Dvd, Medium::Cd].iter().find(|medium| media.contains(medium))?,
        Media::Guessed if cooked && !(holds.raw && left.medium.is_cd()) => guess_medium(u64::from(left.sectors())),
        Media::Guessed => Medium::Cd,
    };
    set_medium(left, becomes);
    Some(())
}

/// Makes it a disc of this medium: sectors without CD structure become mode 1, and the other way round.
pub fn set_medium(disc: &mut Disc, medium: Medium) {
    disc.medium = medium;
    let cd = medium.is_cd();
    for (index, track) in disc.tracks_mut().enumerate() {
        if cd && track.mode == TrackMode::Dvd {
            track.mode = TrackMode::Mode1;
            track.pregap = if index == 0 { 150 } else { track.pregap };
        } else if !cd && track.mode == TrackMode::Mode1 {
            track.mode = TrackMode::Dvd;
            track.pregap = 0;
        }
    }
}

/// The form in which 2048 bytes of each sector of a track are asked for.
pub fn cooked(mode: TrackMode) -> Slice {
    match mode {
        TrackMode::Mode2Form1 | TrackMode::Mode2Form2 | TrackMode::Mode2Mixed => Slice::FORM1,
        _ => Slice::COOKED,
    }
}
