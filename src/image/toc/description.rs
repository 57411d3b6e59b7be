//! What a TOC file says, word for word: [`TocFile`].

use crate::disc::{Control, Isrc, Mcn, TrackMode};

/// A whole TOC file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TocFile {
    /// Disc type of the session.
    pub kind: TocKind,
    /// Media catalogue number.
    pub catalog: Option<Mcn>,
    /// Number of the first track, where the file says one.
    pub first_track: Option<u8>,
    /// CD-TEXT language number (0–7) and its language code (EBU Tech 3264, annex 2).
    pub languages: Vec<(u8, u8)>,
    /// CD-TEXT of the disc, a block for each language.
    pub text: Vec<TextBlock>,
    /// The tracks; at least one.
    pub tracks: Vec<TocTrack>,
}

/// Disc type of a TOC file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TocKind {
    /// Audio; what a file is that does not say.
    #[default]
    CdDa,
    /// Data in mode 1.
    CdRom,
    /// Data in mode 2 with forms.
    CdRomXa,
    /// CD-i.
    CdI,
}

/// CD-TEXT of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextBlock {
    /// Language number, 0–7.
    pub language: u8,
    /// The character set of the packs, where the file says one.
    pub encoding: Option<Encoding>,
    /// Its items.
    pub items: Vec<TextItem>,
}

/// One item of CD-TEXT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextItem {
    /// Pack type, 0x80 (title) to 0x8F (size information).
    pub kind: u8,
    /// Its value.
    pub value: TextValue,
}

/// The value of a CD-TEXT item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextValue {
    /// A string, escapes resolved: UTF-8 in files of today, bytes of the block's character set in older ones.
    Text(Vec<u8>),
    /// A list of bytes, the item as the packs hold it.
    Binary(Vec<u8>),
}

/// The character set of a CD-TEXT block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// ISO 8859-1.
    Latin1,
    /// ASCII.
    Ascii,
    /// MS-JIS (Shift JIS).
    MsJis,
    /// Korean.
    Korean,
    /// Mandarin Chinese.
    Mandarin,
}

/// One track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TocTrack {
    /// Line of its `TRACK`.
    pub line: u32,
    /// What its data files hold.
    pub mode: TocMode,
    /// Bytes of a sector in its data files, subchannel aside: by the mode, but see [`TocMode::records`].
    pub record: u16,
    /// Subchannel after each sector of its data files.
    pub sub: Option<SubMode>,
    /// Flags.
    pub control: Control,
    /// Recording code.
    pub isrc: Option<Isrc>,
    /// CD-TEXT of the track, a block for each language.
    pub text: Vec<TextBlock>,
    /// Where its data come from, one after the other.
    pub pieces: Vec<Piece>,
    /// Index 1; the beginning of the data where the file says nothing.
    pub start: Option<Mark>,
    /// Begin of the postgap.
    pub end: Option<Mark>,
    /// Sectors from index 1 to index 2, 3, …
    pub indexes: Vec<u32>,
}

/// A place in a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Sectors from the first of the track.
    At(u32),
    /// The end of this many pieces.
    After(usize),
}

/// The mode of a track, which is also the size of a sector in its data files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TocMode {
    /// Audio, 2352 bytes.
    Audio,
    /// Mode 0: stands only in `ZERO`.
    Mode0,
    /// Mode 1, 2048 bytes.
    Mode1,
    /// Mode 1, whole sectors of 2352 bytes.
    Mode1Raw,
    /// Mode 2 without forms, 2336 bytes.
    Mode2,
    /// Mode 2 of any form, whole sectors of 2352 bytes.
    Mode2Raw,
    /// Mode 2 form 1, 2048 bytes.
    Mode2Form1,
    /// Mode 2 form 2, 2324 bytes.
    Mode2Form2,
    /// Mode 2 of both forms, 2336 bytes from the subheader on.
    Mode2FormMix,
}

/// The words for the modes.
pub(super) const MODES: [(&str, TocMode); 9] = [
    ("AUDIO", TocMode::Audio),
    ("MODE0", TocMode::Mode0),
    ("MODE1", TocMode::Mode1),
    ("MODE1_RAW", TocMode::Mode1Raw),
    ("MODE2", TocMode::Mode2),
    ("MODE2_RAW", TocMode::Mode2Raw),
    ("MODE2_FORM1", TocMode::Mode2Form1),
    ("MODE2_FORM2", TocMode::Mode2Form2),
    ("MODE2_FORM_MIX", TocMode::Mode2FormMix),
];

/// The words for the disc types.
pub(super) const KINDS: [(&str, TocKind); 4] =
    [("CD_DA", TocKind::CdDa), ("CD_ROM", TocKind::CdRom), ("CD_ROM_XA", TocKind::CdRomXa), ("CD_I", TocKind::CdI)];

/// The words for the character sets of CD-TEXT.
pub(super) const ENCODINGS: [(&str, Encoding); 5] = [
    ("ENCODING_ISO_8859_1", Encoding::Latin1),
    ("ENCODING_ASCII", Encoding::Ascii),
    ("ENCODING_MS_JIS", Encoding::MsJis),
    ("ENCODING_KOREAN", Encoding::Korean),
    ("ENCODING_MANDARIN", Encoding::Mandarin),
];

/// The words for the items of CD-TEXT and their pack types. Of two words for one type the first is written for the disc; `ISRC` for tracks.
pub(super) const ITEMS: [(&str, u8); 18] = [
    ("TITLE", 0x80),
    ("PERFORMER", 0x81),
    ("SONGWRITER", 0x82),
    ("COMPOSER", 0x83),
    ("ARRANGER", 0x84),
    ("MESSAGE", 0x85),
    ("DISC_ID", 0x86),
    ("GENRE", 0x87),
    ("TOC_INFO1", 0x88),
    ("TOC_INFO2", 0x89),
    ("RESERVED1", 0x8A),
    ("RESERVED2", 0x8B),
    ("RESERVED3", 0x8C),
    ("CLOSED", 0x8D),
    ("RESERVED4", 0x8D),
    ("UPC_EAN", 0x8E),
    ("ISRC", 0x8E),
    ("SIZE_INFO", 0x8F),
];

/// The value of a word in one of the tables above.
pub(super) fn value<T: Copy>(table: &[(&'static str, T)], word: &str) -> Option<T> {
    table.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

/// The word of a value in one of the tables above; every value stands in its table.
pub(super) fn word<T: Copy + PartialEq>(table: &[(&'static str, T)], value: T) -> &'static str {
    table.iter().find(|(_, other)| *other == value).map_or("", |(name, _)| name)
}

impl TocMode {
    /// Bytes that a sector can take in a data file, subchannel aside; the first is what cdrdao means.
    pub fn records(self) -> &'static [u16] {
        match self {
            TocMode::Audio | TocMode::Mode1Raw | TocMode::Mode2Raw => &[2352],
            TocMode::Mode1 | TocMode::Mode2Form1 => &[2048],
            TocMode::Mode0 | TocMode::Mode2 | TocMode::Mode2FormMix => &[2336],
            // Others keep the EDC, or the subheader as well.
            TocMode::Mode2Form2 => &[2324, 2328, 2336],
        }
    }

    /// What the sectors of such a track are.
    pub fn track_mode(self) -> TrackMode {
        match self {
            TocMode::Audio => TrackMode::Audio,
            TocMode::Mode0 => TrackMode::Mode0,
            TocMode::Mode1 | TocMode::Mode1Raw => TrackMode::Mode1,
            TocMode::Mode2 => TrackMode::Mode2,
            TocMode::Mode2Raw | TocMode::Mode2FormMix => TrackMode::Mode2Mixed,
            TocMode::Mode2Form1 => TrackMode::Mode2Form1,
            TocMode::Mode2Form2 => TrackMode::Mode2Form2,
        }
    }
}

/// Subchannel stored after each sector, 96 bytes either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubMode {
    /// `RW`: R–W packs, six bits a byte, with errors corrected; no P and Q.
    Rw,
    /// `RW_RAW`: P–W as they come from the disc, interleaved.
    RwRaw,
}

/// A stretch of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its line.
    pub line: u32,
    /// Where it comes from.
    pub source: Source,
    /// How long it is; `None`: to the end of the file.
    pub length: Option<Amount>,
}

/// Where a stretch of a track comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Silence or zeros.
    Empty,
    /// A data file.
    File {
        /// Its name as the TOC gives it.
        name: String,
        /// Bytes to skip.
        offset: u64,
        /// How much to skip after that.
        start: Amount,
        /// `SWAP`: the bytes of the samples are the other way around than usual in such a file.
        swap: bool,
        /// Whether it stands in a `FILE` (or `AUDIOFILE`), not a `DATAFILE`.
        audio: bool,
    },
}

/// A length or place in a data file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// As a time: sectors.
    Sectors(u32),
    /// Stereo samples, four bytes each: a plain number after `FILE` and `SILENCE` in an audio track.
    Samples(u64),
    /// Bytes: a plain number after `DATAFILE` and `ZERO`, and anywhere in a data track.
    Bytes(u64),
}
