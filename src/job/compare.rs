//! Whether two discs are the same: what they say of themselves, and every sector.

use std::fmt;

use super::JobError;
use super::copy::pieces;
use super::pipeline::in_order;
use super::progress::Meter;
use crate::disc::sector::{Form, Slice, Worth};
use crate::disc::{CdText, Disc, DiscReader, Lba, ReadError, Stored, Track, TrackId, TrackMode};
use crate::image::cooked;
use crate::threads::workers;

/// One way in which two discs differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// In something that the disc says of itself.
    Disc {
        /// What.
        what: &'static str,
        /// On the one.
        one: String,
        /// On the other.
        other: String,
    },
    /// In something that a track says of itself.
    Track {
        /// Its number.
        track: u8,
        /// What.
        what: &'static str,
        /// On the one.
        one: String,
        /// On the other.
        other: String,
    },
    /// In the sectors of a track.
    Sectors {
        /// Its number.
        track: u8,
        /// How many.
        count: u64,
        /// The first.
        first: Lba,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Disc { what, one, other } => write!(f, "{what}: {one} and {other}"),
            Difference::Track { track, what, one, other } => write!(f, "track {track}, {what}: {one} and {other}"),
            Difference::Sectors { track, count: 1, first } => write!(f, "track {track}: sector {first} differs"),
            Difference::Sectors { track, count, first } => {
                write!(f, "track {track}: {count} sectors differ, the first is {first} ({})", first.to_msf())
            }
        }
    }
}

/// What two discs say of themselves, compared.
pub fn compare_discs(one: &Disc, other: &Disc) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut disc = |what, a: String, b: String| {
        if a != b {
            found.push(Difference::Disc { what, one: a, other: b });
        }
    };
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "none".to_owned());
    let text = |text: &CdText| if text.is_empty() { "none".to_owned() } else { "some".to_owned() };
    disc("the medium", one.medium.to_string(), other.medium.to_string());
    disc("the number of sessions", one.sessions.len().to_string(), other.sessions.len().to_string());
    disc("the number of tracks", one.tracks().count().to_string(), other.tracks().count().to_string());
    disc("the catalogue number", or_none(one.mcn.map(|n| n.to_string())), or_none(other.mcn.map(|n| n.to_string())));
    let same_text = one.cd_text == other.cd_text;
    disc("the CD-TEXT", text(&one.cd_text), if same_text { text(&one.cd_text) } else { "other text".to_owned() });
    let layer = |disc: &Disc| or_none(disc.layer_break.map(|at| at.to_string()));
    disc("the layer break", layer(one), layer(other));
    for (a, b) in one.sessions.iter().zip(&other.sessions) {
        disc("the lead-out of a session", a.lead_out.to_string(), b.lead_out.to_string());
        disc("the number of tracks in a session", a.tracks.len().to_string(), b.tracks.len().to_string());
        disc("the disc type of a session", format!("{:?}", a.disc_type), format!("{:?}", b.disc_type));
    }
    if one.structures != other.structures {
        disc("the control structures", "some".to_owned(), "others".to_owned());
    }
    for ((_, a), (_, b)) in one.tracks().zip(other.tracks()) {
        compare_tracks(a, b, &mut found);
    }
    found
}

fn compare_tracks(one: &Track, other: &Track, found: &mut Vec<Difference>) {
    let list = |track: &Track| track.indexes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let isrc = |track: &Track| track.isrc.map_or_else(|| "none".to_owned(), |isrc| isrc.to_string());
    // The subheader of each sector tells the form; that of the track is what its image found worth saying.
    let mode = |track: &Track| if track.mode.is_mode2() { "Mode 2".to_owned() } else { track.mode.to_string() };
    let rows: [(&'static str, String, String); 9] = [
        ("number", one.number.to_string(), other.number.to_string()),
        ("mode", mode(one), mode(other)),
        ("start", one.start.to_string(), other.start.to_string()),
        ("pregap", one.pregap.to_string(), other.pregap.to_string()),
        ("length", one.length.to_string(), other.length.to_string()),
        ("indexes above 1", list(one), list(other)),
        ("postgap", one.postgap.to_string(), other.postgap.to_string()),
        ("flags", one.control.words().join(", "), other.control.words().join(", ")),
        ("ISRC", isrc(one), isrc(other)),
    ];
    let track = one.number;
    let differing = rows.into_iter().filter(|(_, a, b)| a != b);
    found.extend(differing.map(|(what, one, other)| Difference::Track { track, what, one, other }));
}

/// Sectors before the first track of a session that a recorder makes up.
pub const RECORDERS: u32 = 150;

/// Which sectors of a track to compare, and in which forms they are comparable.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// The track's number.
    pub track: u8,
    /// Address of the first sector on the one disc, and on the other.
    pub at: (Lba, Lba),
    /// How many.
    pub sectors: u32,
    /// Forms of the same size, in which either is read.
    pub forms: (Form, Form),
}

/// The common ground of two discs: every track that both have, in the fullest form in which both can give it.
///
/// A pregap is compared as far as either stores it: what neither stores is synthesised alike. The two seconds before the first track of a
/// session are not: they are the recorder's, and few formats store them.
pub fn common_ground(one: &dyn DiscReader, other: &dyn DiscReader) -> Vec<Stretch> {
    let mut ground = Vec::new();
    for ((sa, a), (sb, b)) in one.disc().tracks().zip(other.disc().tracks()) {
        let id = |session, track| TrackId { session, track };
        let (Some(stored_a), Some(stored_b)) = (one.stored(id(sa.number, a.number)), other.stored(id(sb.number, b.number)))
        else {
            continue;
        };
        let Some(forms) = common_forms((a.mode, stored_a), (b.mode, stored_b)) else { continue };
        let first = sa.tracks.first().is_some_and(|first| first.number == a.number);
        let kept = match sa.number {
            _ if !first => u32::MAX,
            1 => a.start.since(Lba(0)).unwrap_or(0),
            _ => a.pregap.saturating_sub(RECORDERS),
        };
        let before = stored_a.pregap.max(stored_b.pregap).min(a.pregap).min(b.pregap).min(kept);
        if a.start == b.start {
            let sectors = before + a.length.min(b.length);
            let at = a.start - before;
            ground.push(Stretch { track: a.number, at: (at, at), sectors, forms });
        }
    }
    ground
}

/// The fullest forms in which both give the same bytes of a sector.
fn common_forms(one: (TrackMode, Stored), other: (TrackMode, Stored)) -> Option<(Form, Form)> {
    let both = |slice| Some((Form::main(slice), Form::main(slice)));
    let ((mode_a, a), (mode_b, b)) = (one, other);
    match (mode_a == TrackMode::Audio, mode_b == TrackMode::Audio) {
        (true, true) => return both(Slice::RAW),
        (false, false) => {}
        _ => return None,
    }
    let mode2 = mode_a.is_mode2() && mode_b.is_mode2();
    if a.main == b.main && (mode_a == mode_b || mode2) {
        return both(a.main);
    }
    if mode2 && a.main.covers(Slice::MODE2) && b.main.covers(Slice::MODE2) {
        return both(Slice::MODE2);
    }
    Some((Form::main(cooked(mode_a)), Form::main(cooked(mode_b))))
}

/// Two readers and their paths.
pub struct Pair<'a> {
    /// The one.
    pub one: (&'a dyn DiscReader, &'a std::path::Path),
    /// The other.
    pub other: (&'a dyn DiscReader, &'a std::path::Path),
}

/// Sectors on the common ground, for the meter.
pub fn sectors(ground: &[Stretch]) -> u64 {
    ground.iter().map(|stretch| u64::from(stretch.sectors)).sum()
}

#[derive(Default)]
struct Piece {
    one: Vec<u8>,
    other: Vec<u8>,
    worth: Vec<Worth>,
    differing: Vec<u32>,
}

/// Compares the sectors of the common ground, all of them, and says for each track how many differ.
pub fn compare_sectors(pair: &Pair<'_>, ground: &[Stretch], meter: &mut Meter<'_>) -> Result<Vec<Difference>, JobError> {
    let mut found: Vec<Difference> = Vec::new();
    for stretch in ground {
        let spans = pieces(stretch.at.0, stretch.sectors);
        let (mut count, mut first) = (0u64, None);
        in_order(
            spans.len(),
            workers(),
            Piece::default,
            |number, piece| compare_piece(pair, stretch, spans[number], piece),
            |number, piece| {
                let (at, sectors) = spans[number];
                count += piece.differing.len() as u64;
                first = first.or(piece.differing.first().map(|&n| at + n));
                meter.advance(u64::from(sectors), piece.one.len() as u64, Some(stretch.track))
            },
        )?;
        if let Some(first) = first {
            found.push(Difference::Sectors { track: stretch.track, count, first });
        }
    }
    Ok(found)
}

fn compare_piece(pair: &Pair<'_>, stretch: &Stretch, (at, sectors): (Lba, u32), piece: &mut Piece) -> Result<(), JobError> {
    let size = stretch.forms.0.size();
    let worth = &mut piece.worth;
    worth.resize(sectors as usize, Worth::Good);
    let mut fill = |(reader, path): (&dyn DiscReader, &std::path::Path), at, form, into: &mut Vec<u8>| {
        into.resize(sectors as usize * size, 0);
        let fail = |error: ReadError| JobError::Read { path: path.to_owned(), error };
        reader.read(at, form, into, worth).map_err(fail)
    };
    let other = stretch.at.1 + at.since(stretch.at.0).unwrap_or(0);
    fill(pair.one, at, stretch.forms.0, &mut piece.one)?;
    fill(pair.other, other, stretch.forms.1, &mut piece.other)?;
    piece.differing.clear();
    if piece.one != piece.other {
        let lines = piece.one.chunks_exact(size).zip(piece.other.chunks_exact(size)).zip(0..);
        piece.differing.extend(lines.filter(|((a, b), _)| a != b).map(|(_, n)| n));
    }
    Ok(())
}
