//! What the chunk list of a Nero image says, as plain values.

use crate::disc::{DiscType, Lba};

/// The track number of the lead-out in a cue sheet.
pub const LEAD_OUT: u8 = 0xAA;

/// A Nero image without its sectors.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Nrg {
    /// One per session.
    pub sessions: Vec<SessionLayout>,
    /// SINF: tracks in each session. Some writers have none, some wrong ones.
    pub track_counts: Vec<u32>,
    /// MTYP: flags of the media that the image fits.
    pub medium_flags: Option<u32>,
    /// CDTX: CD-TEXT packs of 18 bytes; empty when there are none.
    pub cd_text: Vec<u8>,
    /// TOCT: the disc type.
    pub disc_type: Option<DiscType>,
}

/// How the tracks of a session lie in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionLayout {
    /// Disc at once (CUEX and DAOX, CUES and DAOI): pregaps are stored, that of track 1 too.
    Dao(Dao),
    /// Track at once (ETN2, ETNF, TINF): 150 sectors of pregap before each track, none stored.
    Tao(Vec<TaoTrack>),
}

/// A session recorded disc at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dao {
    /// The cue sheet: first the session's start as track 0, then each track's indexes from 0 on, last [`LEAD_OUT`].
    pub cue: Vec<CuePoint>,
    /// The catalogue number; zeros, blanks or rubbish when there is none.
    pub mcn: [u8; 13],
    /// The disc type.
    pub disc_type: DiscType,
    /// The tracks as they lie in the file.
    pub tracks: Vec<DaoTrack>,
}

/// An entry of a cue sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CuePoint {
    /// CONTROL of the Q subchannel.
    pub control: u8,
    /// 0 for the session's start, 1–99, or [`LEAD_OUT`].
    pub track: u8,
    /// Index, 0–99.
    pub index: u8,
    /// Where it begins.
    pub lba: Lba,
}

/// Where a track of a disc-at-once session lies in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaoTrack {
    /// The recording code; zeros, blanks or rubbish when there is none.
    pub isrc: [u8; 12],
    /// Bytes of a sector, subchannel included; never 0.
    pub sector_size: u16,
    /// The mode code.
    pub mode: u8,
    /// Offset of index 0 in the file.
    pub index0: u64,
    /// Offset of index 1, not below `index0`.
    pub index1: u64,
    /// Offset of the end, not below `index1`.
    pub end: u64,
}

/// Where a track of a track-at-once session lies in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaoTrack {
    /// Offset of index 1 in the file.
    pub offset: u64,
    /// Bytes from there.
    pub length: u64,
    /// The mode code.
    pub mode: u32,
    /// Address of index 1, pregaps mostly not counted.
    pub start: Option<u32>,
}
