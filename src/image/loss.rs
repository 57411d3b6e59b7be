//! What a disc would lose in a format, said before anything is written.

use std::fmt;

use super::contents::project_sectors;
use super::holds::{Holds, Tracks};
use crate::disc::{Disc, DiscReader, Lba, Medium, Stored, StoredSub, Track, TrackId};

/// One thing that a format can't keep of a disc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// Tracks that stay behind.
    Tracks {
        /// Their numbers.
        left: Vec<u8>,
        /// How many of them are audio.
        audio: usize,
        /// Sessions that stay behind with them.
        sessions: usize,
    },
    /// Audio before track 1, that many sectors.
    HiddenTrack(u32),
    /// What is stored of the pregaps of these tracks.
    Pregaps(Vec<u8>),
    /// Form 2 sectors of these tracks lose all but 2048 bytes, and the others their subheaders.
    Subheaders(Vec<u8>),
    /// Index 2 and above of these tracks.
    Indexes(Vec<u8>),
    /// Where the postgaps of these tracks begin.
    Postgaps(Vec<u8>),
    /// The first track gets number 1 instead of this one.
    FirstNumber(u8),
    /// Copy, pre-emphasis and four-channel flags of these tracks.
    Flags(Vec<u8>),
    /// CD-i or XA as the type of a session.
    DiscType,
    /// Catalogue number.
    Mcn,
    /// Recording codes of these tracks.
    Isrc(Vec<u8>),
    /// CD-TEXT.
    CdText,
    /// The stored subchannel.
    Subchannel,
    /// Where the second layer begins.
    LayerBreak(u32),
    /// DVD control structures.
    Structures,
    /// The image will read as another medium.
    Medium {
        /// What it is.
        is: Medium,
        /// What it will read as.
        becomes: Medium,
    },
}

/// What the disc would lose; `None` when nothing of it can be held at all.
///
/// `stored` tells how a track is stored: what was never there is not lost.
pub fn loss(reader: &dyn DiscReader, holds: &Holds) -> Option<Vec<Loss>> {
    let disc = reader.disc();
    let left = project_sectors(reader, holds)?;
    let mut losses = Vec::new();
    tracks_left(disc, &left, holds, &mut losses);
    let kept = kept_tracks(disc, &left, holds);
    hidden_track(reader, holds, &kept, &mut losses);
    let stored = |id: TrackId| reader.stored(id).is_some_and(|stored| stored.pregap > 0);
    let silent = kept.iter().skip(1).filter(|(id, ..)| !holds.pregap_sectors && stored(*id));
    let silent: Vec<u8> = silent.map(|(id, ..)| id.track).collect();
    if !silent.is_empty() {
        losses.push(Loss::Pregaps(silent));
    }
    let mut list = |make: fn(Vec<u8>) -> Loss, lost: &dyn Fn(&Track, &Track) -> bool| {
        let tracks: Vec<u8> = kept.iter().filter(|(_, is, becomes)| lost(is, becomes)).map(|(_, is, _)| is.number).collect();
        if !tracks.is_empty() {
            losses.push(make(tracks));
        }
    };
    list(Loss::Subheaders, &|is, becomes| is.mode.is_mode2() && !becomes.mode.is_mode2());
    list(Loss::Indexes, &|is, becomes| is.indexes.len() != becomes.indexes.len());
    list(Loss::Postgaps, &|is, becomes| is.postgap != becomes.postgap);
    list(Loss::Flags, &|is, becomes| is.control != becomes.control);
    list(Loss::Isrc, &|is, becomes| is.isrc != becomes.isrc);
    of_the_disc(reader, &left, holds, &kept, &mut losses);
    Some(losses)
}

type Kept<'a> = (TrackId, &'a Track, &'a Track);

/// Pairs of a kept track and what becomes of it.
fn kept_tracks<'a>(disc: &'a Disc, left: &'a Disc, holds: &Holds) -> Vec<Kept<'a>> {
    let wanted = |track: &Track| holds.tracks != Tracks::OneData || track.mode.is_data();
    let all = disc.tracks().filter(|(_, track)| wanted(track));
    all.zip(left.tracks()).map(|((s, is), (_, becomes))| (TrackId { session: s.number, track: is.number }, is, becomes)).collect()
}

fn tracks_left(disc: &Disc, left: &Disc, holds: &Holds, losses: &mut Vec<Loss>) {
    let kept: Vec<Lba> = kept_tracks(disc, left, holds).iter().map(|(_, is, _)| is.start).collect();
    let gone: Vec<&Track> = disc.tracks().map(|(_, track)| track).filter(|track| !kept.contains(&track.start)).collect();
    if !gone.is_empty() {
        losses.push(Loss::Tracks {
            left: gone.iter().map(|track| track.number).collect(),
            audio: gone.iter().filter(|track| !track.mode.is_data()).count(),
            sessions: disc.sessions.len() - left.sessions.len(),
        });
    }
    let first = |disc: &Disc| disc.tracks().next().map_or(1, |(_, track)| track.number);
    if gone.is_empty() && first(disc) != first(left) {
        losses.push(Loss::FirstNumber(first(disc)));
    }
}

/// Audio before track 1 counts as lost only where it is stored.
fn hidden_track(reader: &dyn DiscReader, holds: &Holds, kept: &[Kept<'_>], losses: &mut Vec<Loss>) {
    if let Some((id, is, _)) = kept.first().filter(|(_, is, _)| !holds.hidden_track && is.start > Lba(0)) {
        let stored = reader.stored(*id).map_or(0, |stored| stored.pregap);
        let first = reader.disc().tracks().next().is_some_and(|(_, track)| track.start == is.start);
        if stored > 0 && first {
            losses.push(Loss::HiddenTrack(stored));
        }
    }
}

fn of_the_disc(reader: &dyn DiscReader, left: &Disc, holds: &Holds, kept: &[Kept<'_>], losses: &mut Vec<Loss>) {
    let disc = reader.disc();
    if disc.sessions.iter().zip(&left.sessions).any(|(is, becomes)| is.disc_type != becomes.disc_type) {
        losses.push(Loss::DiscType);
    }
    if disc.mcn != left.mcn {
        losses.push(Loss::Mcn);
    }
    if disc.cd_text != left.cd_text {
        losses.push(Loss::CdText);
    }
    let has_sub = |stored: Stored| stored.sub != StoredSub::None;
    if !holds.subchannel && kept.iter().any(|(id, ..)| reader.stored(*id).is_some_and(has_sub)) {
        losses.push(Loss::Subchannel);
    }
    if let Some(at) = disc.layer_break.filter(|_| left.layer_break.is_none()) {
        losses.push(Loss::LayerBreak(at));
    }
    if disc.structures != left.structures {
        losses.push(Loss::Structures);
    }
    // A GD-ROM or a DVD that reads back as a CD has lost what it is; a CD too long to be one has not.
    if disc.medium != left.medium {
        losses.push(Loss::Medium { is: disc.medium, becomes: left.medium });
    }
}

/// "track 3", "tracks 2–4 and 7".
pub fn track_list(numbers: &[u8]) -> String {
    let mut spans: Vec<(u8, u8)> = Vec::new();
    for &number in numbers {
        match spans.last_mut() {
            Some((_, last)) if u16::from(*last) + 1 == u16::from(number) => *last = number,
            _ => spans.push((number, number)),
        }
    }
    let words: Vec<String> = spans
        .iter()
        .map(|&(from, to)| match to - from {
            0 => from.to_string(),
            1 => format!("{from}, {to}"),
            _ => format!("{from}–{to}"),
        })
        .collect();
    let noun = if numbers.len() == 1 { "track" } else { "tracks" };
    format!("{noun} {}", words.join(", "))
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Loss::Tracks { left, audio, sessions } => {
                write!(f, "{} stay{} behind", track_list(left), if left.len() == 1 { "s" } else { "" })?;
                match (*audio, left.len()) {
                    (0, _) => {}
                    (audio, all) if audio == all => write!(f, " (audio)")?,
                    (audio, _) => write!(f, " ({audio} of them audio)")?,
                }
                match sessions {
                    0 => Ok(()),
                    1 => write!(f, ", with a session of their own"),
                    more => write!(f, ", with {more} sessions"),
                }
            }
            Loss::HiddenTrack(sectors) => {
                write!(f, "the audio hidden before track 1 ({})", crate::disc::Msf::from_frames(*sectors))
            }
            Loss::Pregaps(tracks) => write!(f, "what is in the pregaps of {} (they will be silent)", track_list(tracks)),
            Loss::Subheaders(tracks) => write!(f, "the subheaders and form 2 data of {}", track_list(tracks)),
            Loss::Indexes(tracks) => write!(f, "the indexes above 1 of {}", track_list(tracks)),
            Loss::Postgaps(tracks) => write!(f, "the postgap marks of {}", track_list(tracks)),
            Loss::FirstNumber(number) => write!(f, "the track numbers: the first track is {number} and will be 1"),
            Loss::Flags(tracks) => write!(f, "the copy, pre-emphasis or four-channel flags of {}", track_list(tracks)),
            Loss::DiscType => write!(f, "the disc type (CD-i or XA) of the table of contents"),
            Loss::Mcn => write!(f, "the catalogue number"),
            Loss::Isrc(tracks) => write!(f, "the ISRC of {}", track_list(tracks)),
            Loss::CdText => write!(f, "CD-TEXT"),
            Loss::Subchannel => write!(f, "the subchannel"),
            Loss::LayerBreak(at) => write!(f, "the layer break at sector {at}"),
            Loss::Structures => write!(f, "the control structures of the DVD"),
            Loss::Medium { is, becomes } => write!(f, "what medium it is: this {is} will read as a {becomes}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_tracks_read_well() {
        assert_eq!(track_list(&[3]), "track 3");
        assert_eq!(track_list(&[2, 3]), "tracks 2, 3");
        assert_eq!(track_list(&[2, 3, 4, 7]), "tracks 2–4, 7");
    }
}
