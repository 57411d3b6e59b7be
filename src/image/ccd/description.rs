//! What a CloneCD descriptor says: [`Ccd`].

/// A whole descriptor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ccd {
    /// `Version`: 2 or 3.
    pub version: u8,
    /// `DataTracksScrambled`: the sectors of data tracks are scrambled in the image file (ECMA-130, annex B).
    pub scrambled: bool,
    /// `CATALOG`, the media catalogue number as it stands there.
    pub catalog: Option<String>,
    /// `[Session n]`, by number.
    pub sessions: Vec<SessionInfo>,
    /// `[Entry n]`, by number: the raw table of contents (MMC, READ TOC/PMA/ATIP, format 2).
    pub entries: Vec<Entry>,
    /// `[TRACK n]`, by number.
    pub tracks: Vec<TrackInfo>,
    /// `[CDText]`: the packs, by number, without their checksums.
    pub cd_text: Vec<[u8; 16]>,
}

/// A session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionInfo {
    /// Counted from 1.
    pub number: u8,
    /// Mode of its first pregap: 0 audio, 1 or 2 data.
    pub pregap_mode: u8,
    /// Whether that pregap carried subchannel data.
    pub pregap_subchannel: bool,
}

/// One row of the raw table of contents. Times are the binary numbers that a drive gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Line of its `[Entry n]`.
    pub line: u32,
    /// Session, counted from 1.
    pub session: u8,
    /// 1–99 a track; 0xA0 and 0xA1 first and last track, 0xA2 lead-out; 0xB0 and 0xC0 the way to the next session.
    pub point: u8,
    /// What the row is: 1 for a position, 5 for 0xB0 and 0xC0.
    pub adr: u8,
    /// CONTROL of the Q subchannel.
    pub control: u8,
    /// `AMin`, `ASec`, `AFrame`.
    pub a: [u8; 3],
    /// `Zero`.
    pub zero: u8,
    /// `PMin`, `PSec`, `PFrame`.
    pub p: [u8; 3],
    /// `PLBA`: the address of that time, or of whatever the three numbers are taken for.
    pub plba: i32,
}

/// A track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackInfo {
    /// Line of its `[TRACK n]`.
    pub line: u32,
    /// 1–99.
    pub number: u8,
    /// `MODE`: 0 audio, 1 or 2 data. Often wrong.
    pub mode: Option<u8>,
    /// `ISRC` as it stands there.
    pub isrc: Option<String>,
    /// `INDEX n`: number and address, by number. What the address counts from depends on who wrote it; differences hold.
    pub indexes: Vec<(u8, i32)>,
}
