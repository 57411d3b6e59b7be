//! What a cue sheet says, as plain values.

use std::fmt;

use crate::disc::cd_text::Field;
use crate::disc::{CdText, Control, DiscType, Isrc, Mcn, Medium, TrackMode};

/// A cue sheet, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CueSheet {
    /// The encoding it was read as.
    pub encoding: &'static str,
    /// `CATALOG`.
    pub catalog: Option<Mcn>,
    /// `CDTEXTFILE`: a file of CD-TEXT packs.
    pub cd_text_file: Option<FileName>,
    /// CD-TEXT of its own commands.
    pub cd_text: CdText,
    /// `REM ORIGINAL MEDIA-TYPE`, or a GD-ROM where there is a high-density area.
    pub medium: Option<Medium>,
    /// What is said of each session; at least one.
    pub sessions: Vec<SessionEntry>,
    /// `FILE` commands, in order.
    pub files: Vec<FileEntry>,
    /// `TRACK` commands, in order.
    pub tracks: Vec<TrackEntry>,
    /// What was odd, and how it was read.
    pub warnings: Vec<Warning>,
}

/// Something odd in a sheet that does not stop anyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Line, counted from 1.
    pub line: u32,
    /// What, as a sentence without its full stop.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {}: {}.", self.line, self.text)
    }
}

/// A file name as a sheet gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// As text.
    pub text: String,
    /// The bytes it was read from, where the encoding was a guess: the file may be found under another reading of them.
    pub raw: Option<Vec<u8>>,
}

/// What `FILE` says that a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileType {
    /// `BINARY`: sectors as they are, audio little-endian.
    Binary,
    /// `MOTOROLA`: the same with the bytes of each 16-bit word swapped.
    Motorola,
    /// `WAVE`, `AIFF`, `MP3` and the names of other codecs: the content says which.
    Sound,
}

/// A `FILE` command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Its name.
    pub name: FileName,
    /// Its type.
    pub kind: FileType,
    /// Where it stands.
    pub line: u32,
}

/// A session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SessionEntry {
    /// `REM LEAD-OUT`, in frames: where the lead-out begins in the file, or its length; see [`super::layout`].
    pub lead_out: Option<u32>,
    /// `REM LEAD-IN`: frames of lead-in before this session.
    pub lead_in: Option<u32>,
    /// `REM PREGAP`: frames of pregap before its first track.
    pub pregap: Option<u32>,
    /// Whether it is the high-density area of a GD-ROM.
    pub high_density: bool,
    /// `REM DISC-TYPE`, this program's own, for sessions whose disc type is not what their tracks would have one think.
    pub disc_type: Option<DiscType>,
}

/// The mode of a `TRACK` command: what the sectors are and how much of each is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredMode {
    /// What the sectors are.
    pub mode: TrackMode,
    /// Bytes of the main channel in a record.
    pub main: u32,
    /// Whether 96 bytes of interleaved P–W follow.
    pub subchannel: bool,
    /// Whether the sheet calls it a CD-i track.
    pub cdi: bool,
}

impl StoredMode {
    /// Bytes of a record in the file.
    pub fn record(self) -> u32 {
        self.main + if self.subchannel { 96 } else { 0 }
    }
}

/// An `INDEX` command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexEntry {
    /// 0–99.
    pub number: u8,
    /// Which of [`CueSheet::files`] was current when it was read.
    pub file: usize,
    /// Frames from the start of that file.
    pub at: u32,
    /// Where it stands.
    pub line: u32,
}

/// A `TRACK` command with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackEntry {
    /// 1–99, one above the track before.
    pub number: u8,
    /// What its sectors are.
    pub stored: StoredMode,
    /// Whether `REM TRACK-MODE`, this program's own, says which kind of mode 2 they are; otherwise the sectors tell.
    pub mode_stated: bool,
    /// Which of [`CueSheet::sessions`].
    pub session: usize,
    /// `FLAGS`.
    pub control: Control,
    /// `ISRC`.
    pub isrc: Option<Isrc>,
    /// `PREGAP`: frames that are in no file.
    pub pregap: u32,
    /// `POSTGAP`: frames that are in no file.
    pub postgap: u32,
    /// `REM POSTGAP`, this program's own: frames of postgap that are in the file, at its end.
    pub stored_postgap: u32,
    /// `INDEX`, numbers rising.
    pub indexes: Vec<IndexEntry>,
    /// Where it stands.
    pub line: u32,
}

/// What of CD-TEXT a sheet has commands for, in the order they are written; their words are those of [`Field::word`].
pub const TEXT_FIELDS: [Field; 9] = [
    Field::Title,
    Field::Performer,
    Field::Songwriter,
    Field::Composer,
    Field::Arranger,
    Field::Message,
    Field::Genre,
    Field::DiscId,
    Field::UpcEan,
];

/// The words of track modes: what is between the slashes of `MODE2/2336`, and the record sizes each is seen with.
const MODES: [(&str, TrackMode, &[u32]); 8] = [
    ("AUDIO", TrackMode::Audio, &[2352, 2448]),
    ("CDG", TrackMode::Audio, &[2448]),
    ("MODE0", TrackMode::Mode0, &[2336, 2352, 2448]),
    ("MODE1", TrackMode::Mode1, &[2048, 2352, 2448]),
    ("MODE2", TrackMode::Mode2Mixed, &[2336, 2352, 2448]),
    ("MODE2", TrackMode::Mode2Form1, &[2048]),
    ("MODE2", TrackMode::Mode2Form2, &[2324]),
    ("CDI", TrackMode::Mode2Mixed, &[2336, 2352, 2448]),
];

impl StoredMode {
    /// From the word after a track's number.
    ///
    /// `MODE2/2336` and `/2352` are read as mixed forms: there is one word for all kinds of mode 2.
    pub fn from_word(word: &str) -> Option<StoredMode> {
        let word = word.to_ascii_uppercase();
        let (name, size) = match word.split_once('/') {
            Some((name, size)) => (name, Some(size.parse::<u32>().ok()?)),
            None if word == "AUDIO" || word == "CDG" => (word.as_str(), None),
            None => return None,
        };
        let fits = |sizes: &[u32]| size.is_none_or(|size| sizes.contains(&size));
        let (_, mode, sizes) = MODES.iter().find(|(known, _, sizes)| *known == name && fits(sizes))?;
        let size = size.or(sizes.first().copied())?;
        let subchannel = size == 2448;
        Some(StoredMode { mode: *mode, main: if subchannel { 2352 } else { size }, subchannel, cdi: name == "CDI" })
    }

    /// The word, as sheets write it.
    pub fn word(self) -> String {
        match (self.mode, self.record()) {
            (TrackMode::Audio, 2352) => "AUDIO".to_owned(),
            (TrackMode::Audio, _) => "CDG".to_owned(),
            (TrackMode::Mode0, size) => format!("MODE0/{size}"),
            (TrackMode::Mode1 | TrackMode::Dvd, size) => format!("MODE1/{size}"),
            (_, size) if self.cdi => format!("CDI/{size}"),
            (_, size) => format!("MODE2/{size}"),
        }
    }
}

/// The media that `REM ORIGINAL MEDIA-TYPE` names: how each is written here, and how names of it begin (lower case).
const MEDIA: [(Medium, &str, &str); 9] = [
    (Medium::Gd, "GD-ROM", "gd"),
    (Medium::GameCube, "GameCube disc", "gamecube"),
    (Medium::Cd, "CD-ROM", "cd"),
    (Medium::HdDvd, "HD DVD-ROM", "hd dvd"),
    (Medium::Dvd, "DVD-ROM", "dvd"),
    (Medium::Bd, "BD-ROM", "bd"),
    (Medium::Wii, "Wii disc", "wii"),
    (Medium::Xbox, "Xbox disc", "xbox"),
    (Medium::Umd, "UMD", "umd"),
];

/// The medium of a name such as `CD-RW` or `DVD+R DL`.
pub fn medium_of(name: &str) -> Option<Medium> {
    let name = name.trim().to_ascii_lowercase().replace("hd-dvd", "hd dvd");
    MEDIA.iter().find(|(.., start)| name.starts_with(start)).map(|(medium, ..)| *medium)
}

/// The name of a medium.
pub fn medium_name(medium: Medium) -> &'static str {
    MEDIA.iter().find(|(known, ..)| *known == medium).map_or("CD-ROM", |(_, name, _)| name)
}

/// The disc types that `REM DISC-TYPE` names.
pub const DISC_TYPES: [(DiscType, &str); 3] =
    [(DiscType::CdDaOrRom, "CD-ROM"), (DiscType::CdI, "CD-I"), (DiscType::Xa, "CD-ROM XA")];
