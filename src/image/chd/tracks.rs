//! What the metadata of a CHD says of tracks: `CHT2`, `CHTR` and `CHGD`, `CHGT`, which are texts, and the old binary `CHCD`.

use super::metadata::Piece;
use crate::disc::TrackMode;
use crate::disc::sector::Slice;
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw, shorten};

/// A track, as the metadata have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackEntry {
    /// 1–99.
    pub number: u32,
    /// What its sectors are, and the part of each that is stored.
    pub record: (TrackMode, Slice),
    /// What there is of its subchannel.
    pub sub: Sub,
    /// Frames that are stored, the pregap where `stored_pregap` says so, and `pad` among them.
    pub frames: u32,
    /// Frames at its end up to the start of the next track of a GD-ROM.
    pub pad: u32,
    /// Sectors of its pregap.
    pub pregap: u32,
    /// Whether those are stored.
    pub stored_pregap: bool,
    /// Sectors of its postgap, which are not stored.
    pub postgap: u32,
}

/// What a frame has of the subchannel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sub {
    /// Nothing.
    None,
    /// `RW_RAW`: P–W as they come from the disc.
    Raw,
    /// `RW`: R–W packs with their errors corrected.
    Packs,
}

/// All tracks, and which kind of metadata told of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracks {
    /// In order.
    pub entries: Vec<TrackEntry>,
    /// Whether it is a GD-ROM.
    pub gd: bool,
    /// Whether audio has the low byte first, as the first CHDs of GD-ROMs had it.
    pub little: bool,
}

/// Kinds of tracks: their names, what their sectors are, and the part that is stored.
const KINDS: &[(&[&str], TrackMode, Slice)] = &[
    (&["MODE1", "MODE1/2048"], TrackMode::Mode1, Slice::COOKED),
    (&["MODE1_RAW", "MODE1/2352"], TrackMode::Mode1, Slice::RAW),
    (&["MODE2"], TrackMode::Mode2, Slice::MODE2),
    (&["MODE2_FORM1", "MODE2/2048"], TrackMode::Mode2Form1, Slice::FORM1),
    (&["MODE2_FORM2", "MODE2/2324"], TrackMode::Mode2Form2, FORM2),
    (&["MODE2_FORM_MIX", "MODE2/2336"], TrackMode::Mode2Mixed, Slice::MODE2),
    (&["MODE2_RAW", "MODE2/2352", "CDI/2352"], TrackMode::Mode2Mixed, Slice::RAW),
    (&["AUDIO"], TrackMode::Audio, Slice::RAW),
];
/// The 2324 bytes of a form 2 sector.
const FORM2: Slice = match Slice::new(24, 2348) {
    Some(slice) => slice,
    None => Slice::FORM1,
};

/// The name of the kind of a track all of whose sectors is stored.
pub fn kind(mode: TrackMode) -> &'static str {
    match mode {
        TrackMode::Audio => "AUDIO",
        mode if mode.is_mode2() => "MODE2_RAW",
        _ => "MODE1_RAW",
    }
}

/// Reads the tracks; `None` where the metadata tell of none.
pub fn parse(pieces: &[Piece]) -> Result<Option<Tracks>, Flaw> {
    let of = |tag: &[u8; 4]| pieces.iter().filter(|piece| piece.tag == *tag).collect::<Vec<_>>();
    for (tag, gd, little) in [(b"CHGD", true, false), (b"CHGT", true, true), (b"CHT2", false, false), (b"CHTR", false, false)] {
        let told = of(tag);
        if !told.is_empty() {
            let mut entries = told.iter().map(|piece| text(&piece.text())).collect::<Result<Vec<_>, _>>()?;
            entries.sort_by_key(|entry| entry.number);
            return checked(Tracks { entries, gd, little }).map(Some);
        }
    }
    match of(b"CHCD").first() {
        Some(piece) => checked(Tracks { entries: binary(&piece.bytes)?, gd: false, little: false }).map(Some),
        None => Ok(None),
    }
}

fn checked(tracks: Tracks) -> Result<Tracks, Flaw> {
    if tracks.entries.len() > 99 {
        return Err(Flaw::file(Fault::TooMany { what: "tracks", limit: 99 }));
    }
    for (entry, number) in tracks.entries.iter().zip(1..) {
        if entry.number != number {
            let (one, other) = (i64::from(number), i64::from(entry.number));
            return Err(Flaw::file(Fault::Contradiction { what: "the numbers of the tracks", one, other }));
        }
    }
    Ok(tracks)
}

fn syntax(expected: &'static str, text: &str) -> Flaw {
    Flaw::file(Fault::Syntax { expected, found: shorten(text) })
}

/// A track as `KEY:value` pairs.
fn text(text: &str) -> Result<TrackEntry, Flaw> {
    let mut entry = TrackEntry {
        number: 0,
        record: (TrackMode::Audio, Slice::RAW),
        sub: Sub::None,
        frames: 0,
        pad: 0,
        pregap: 0,
        stored_pregap: false,
        postgap: 0,
    };
    let mut kind = None;
    for pair in text.split_ascii_whitespace() {
        let (key, value) = pair.split_once(':').ok_or_else(|| syntax("a pair such as FRAMES:100", pair))?;
        let number = || value.parse::<u32>().map_err(|_| syntax("a number", pair));
        match key {
            "TRACK" => entry.number = number()?,
            "TYPE" => kind = Some(record(value)?),
            "SUBTYPE" => entry.sub = sub(value)?,
            "FRAMES" => entry.frames = number()?,
            "PAD" => entry.pad = number()?,
            "PREGAP" => entry.pregap = number()?,
            "PGTYPE" => entry.stored_pregap = value.starts_with('V'),
            "POSTGAP" => entry.postgap = number()?,
            "PGSUB" => {}
            _ => return Err(syntax("a known word of a track", pair)),
        }
    }
    entry.record = kind.ok_or_else(|| syntax("the TYPE of the track", text))?;
    Ok(entry)
}

fn record(name: &str) -> Result<(TrackMode, Slice), Flaw> {
    let found = KINDS.iter().find(|(names, ..)| names.contains(&name));
    found.map(|&(_, mode, slice)| (mode, slice)).ok_or_else(|| syntax("a known TYPE of track", name))
}

fn sub(name: &str) -> Result<Sub, Flaw> {
    match name {
        "NONE" => Ok(Sub::None),
        "RW_RAW" => Ok(Sub::Raw),
        "RW" => Ok(Sub::Packs),
        _ => Err(syntax("a known SUBTYPE of track", name)),
    }
}

/// The oldest kind: a count, then six numbers for each of 99 tracks, high bytes first; where the count makes no sense so, low bytes first.
///
/// The numbers of kinds were read in other programs and never seen on a real file.
fn binary(bytes: &[u8]) -> Result<Vec<TrackEntry>, Flaw> {
    let wire = Wire::new(bytes, 0, "the list of tracks (CHCD)");
    let little = wire.u32_be(0)? > 99;
    let number = |at: u64| if little { wire.u32_le(at) } else { wire.u32_be(at) };
    let count = number(0)?;
    if count > 99 {
        return Err(Flaw::file(Fault::TooMany { what: "tracks", limit: 99 }));
    }
    let track = |index: u32| {
        let at = 4 + u64::from(index) * 24;
        let names = ["MODE1", "MODE1_RAW", "MODE2", "MODE2_FORM1", "MODE2_FORM2", "MODE2_FORM_MIX", "MODE2_RAW", "AUDIO"];
        let kind = number(at)?;
        let name = usize::try_from(kind).ok().and_then(|kind| names.get(kind));
        let name = name.ok_or_else(|| wire.out_of_range(at, "the kind of a track", "0 to 7", kind))?;
        Ok(TrackEntry {
            number: index + 1,
            record: record(name)?,
            sub: match number(at + 4)? {
                0 => Sub::Packs,
                1 => Sub::Raw,
                _ => Sub::None,
            },
            frames: number(at + 16)?,
            pad: 0,
            pregap: 0,
            stored_pregap: false,
            postgap: 0,
        })
    };
    (0..count).map(track).collect()
}

/// A track as `CHT2` has it, or, with the frames of its padding, as `CHGD`.
pub fn piece(entry: &TrackEntry, gd: bool) -> Piece {
    let TrackEntry { number, frames, pad, pregap, postgap, .. } = *entry;
    let (kind, sub) = (kind(entry.record.0), if entry.sub == Sub::Raw { "RW_RAW" } else { "NONE" });
    let pad = if gd { format!(" PAD:{pad}") } else { String::new() };
    // What is not stored has no kind of its own; chdman says MODE1 then.
    let (gap, gap_sub) = match (entry.stored_pregap, entry.sub) {
        (false, _) => ("MODE1".to_owned(), "NONE"),
        (true, _) => (format!("V{kind}"), sub),
    };
    let text = format!(
        "TRACK:{number} TYPE:{kind} SUBTYPE:{sub} FRAMES:{frames}{pad} PREGAP:{pregap} PGTYPE:{gap} PGSUB:{gap_sub} POSTGAP:{postgap}\0"
    );
    Piece::new(if gd { b"CHGD" } else { b"CHT2" }, text.into_bytes())
}
