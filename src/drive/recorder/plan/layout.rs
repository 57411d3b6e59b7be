//! Sessions, tracks and pieces of a [`super::BurnPlan`]: what goes where on the disc.

use crate::disc::cd_text::PACK;
use crate::disc::sector::{Form, Slice, SubKind};
use crate::disc::{Control, DiscType, Isrc, Lba, Mcn, Run, Session, Track, TrackId, TrackMode};

/// A session that is going to be written. Addresses are those that the drive is expected to give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPlan {
    /// Number on the disc, counted from 1.
    pub number: u16,
    /// Disc type of its TOC.
    pub disc_type: DiscType,
    /// Catalogue number.
    pub mcn: Option<Mcn>,
    /// CD-TEXT for its lead-in; empty where there is none, or it can't be written.
    pub cd_text: Vec<[u8; PACK]>,
    /// Its tracks; at least one.
    pub tracks: Vec<TrackPlan>,
    /// The address after its last track.
    pub lead_out: Lba,
    /// Whether another session can follow it.
    pub open: bool,
}

/// A track that is going to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackPlan {
    /// Which track of the source it is.
    pub source: TrackId,
    /// Number on the disc.
    pub number: u8,
    /// What its sectors are.
    pub mode: TrackMode,
    /// Control flags.
    pub control: Control,
    /// Recording code.
    pub isrc: Option<Isrc>,
    /// Address of index 1.
    pub start: Lba,
    /// Sectors of pregap before that; on the disc, not in the source.
    pub pregap: u32,
    /// Sectors from index 1 to the end, padding included.
    pub length: u32,
    /// Addresses of index 2, 3, ….
    pub indexes: Vec<Lba>,
    /// What is sent for it, in order, its pregap included.
    pub pieces: Vec<Piece>,
}

/// Sectors that go to the drive one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Address on the disc of the first.
    pub at: Lba,
    /// How many.
    pub sectors: u32,
    /// What they are sent as.
    pub block: Block,
    /// Where they come from.
    pub source: Source,
}

/// What a sector is sent as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// The mode of its track.
    pub mode: TrackMode,
    /// The part of it that the host sends; nothing of the main channel goes with CD-TEXT.
    pub main: Option<Slice>,
    /// Raw subchannel goes with it, P to W.
    pub sub: bool,
}

/// Where sectors come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// From this sector of the source on.
    Disc(Lba),
    /// Made here.
    Made(Filler),
}

/// What is made here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filler {
    /// A lead-in with the table of contents, or its CD-TEXT alone.
    LeadIn,
    /// Silence, or empty data sectors.
    Empty,
    /// A lead-out.
    LeadOut,
}

/// Where a part of the source comes to lie, for whoever compares the two later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landing {
    /// Which track of the source.
    pub source: TrackId,
    /// Number of the track on the disc.
    pub number: u8,
    /// Session of the track on the disc.
    pub session: u16,
    /// The first sector, as the source counts.
    pub from: Lba,
    /// The same sector, as the disc counts.
    pub at: Lba,
    /// How many.
    pub sectors: u32,
    /// The part of each that must be equal: what was sent, and not made by the drive.
    pub equal: Slice,
}

impl Block {
    /// Bytes of a sector as it is sent.
    pub fn size(self) -> usize {
        self.form().size()
    }

    /// The form in which the source gives it.
    pub fn form(self) -> Form {
        Form { main: self.main, sub: self.sub.then_some(SubKind::Interleaved) }
    }
}

impl Piece {
    /// What of the source it is; `None` where it is made here.
    pub fn run(&self) -> Option<Run> {
        match self.source {
            Source::Disc(at) => Some(Run { at, sectors: self.sectors, form: self.block.form(), swap: false }),
            Source::Made(_) => None,
        }
    }
}

impl TrackPlan {
    /// The track as it will be on the disc.
    fn track(&self) -> Track {
        Track {
            pregap: self.pregap,
            indexes: self.indexes.clone(),
            control: self.control,
            isrc: self.isrc,
            ..Track::new(self.number, self.mode, self.start, self.length)
        }
    }
}

impl SessionPlan {
    /// The session as it will be on the disc.
    pub fn session(&self) -> Session {
        let tracks = self.tracks.iter().map(TrackPlan::track).collect();
        Session { number: self.number, disc_type: self.disc_type, tracks, lead_out: self.lead_out }
    }

    /// Where its tracks come to lie when its sectors lie this much further on than planned.
    pub fn landings(&self, shift: i32) -> Vec<Landing> {
        self.tracks.iter().flat_map(|track| self.landings_of(track, shift)).collect()
    }

    /// Where one of its tracks does.
    pub fn landings_of(&self, track: &TrackPlan, shift: i32) -> Vec<Landing> {
        let landing = |piece: &Piece| {
            let run = piece.run()?;
            let at = Lba(piece.at.0.saturating_add(shift));
            let (source, number, session) = (track.source, track.number, self.number);
            let equal = equal_part(track.mode, run.form.main?);
            Some(Landing { source, number, session, from: run.at, at, sectors: run.sectors, equal })
        };
        track.pieces.iter().filter_map(landing).collect()
    }

    /// Number of its first track.
    pub fn first_number(&self) -> u16 {
        self.tracks.first().map_or(1, |track| u16::from(track.number))
    }
}

/// What must be equal of sectors of which this part was sent: not EDC and ECC, which the drive makes of sectors whose form is known.
fn equal_part(mode: TrackMode, sent: Slice) -> Slice {
    let data = match mode {
        TrackMode::Mode2Form1 => Slice::new(16, 2072),
        TrackMode::Mode2Form2 => Slice::new(16, 2348),
        _ => None,
    };
    data.filter(|data| sent != Slice::RAW && sent.covers(*data)).unwrap_or(sent)
}
