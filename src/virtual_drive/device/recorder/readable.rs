//! What has been written, as a disc that can be read again.

use std::sync::Arc;

use super::blank::Family;
use super::layout::{WrittenSession, WrittenTrack};
use super::store::{CD_RECORD, DATA_RECORD};
use super::{Recording, Store};
use crate::bytes::Bytes;
use crate::disc::sector::Slice;
use crate::disc::{Disc, DiscReader, Lba, Medium, Session, Structures, Track, TrackMode};
use crate::image::{Extent, ExtentReader};

impl Recording {
    /// The disc: closed sessions, and with `all` closed tracks of the open one; `None` while there are none.
    pub(super) fn disc(&self, all: bool) -> Option<Disc> {
        let sessions: Vec<Session> = match &self.formatting {
            Some(formatting) => vec![anywhere(formatting.sectors)].into_iter().flatten().collect(),
            None => (1..).zip(self.layout.sessions()).filter_map(|(number, written)| session(number, written, all)).collect(),
        };
        self.of_sessions(sessions)
    }

    fn of_sessions(&self, sessions: Vec<Session>) -> Option<Disc> {
        let end = sessions.last()?.lead_out.0.cast_unsigned();
        let medium = match self.blank.kind.family() {
            Family::Cd => Medium::Cd,
            _ if self.blank.kind.block() == 16 => Medium::Dvd,
            _ => Medium::Bd,
        };
        Some(Disc {
            medium,
            sessions,
            mcn: self.mcn,
            cd_text: self.text.clone(),
            layer_break: self.layer_break().filter(|&at| at < end),
            structures: Structures::default(),
        })
    }

    /// Its sectors; `None` while nothing can be read, or where what was written makes no disc.
    pub(super) fn reader(&self, disc: Disc) -> Option<Arc<dyn DiscReader>> {
        let extents = match &self.formatting {
            Some(_) => disc.tracks().map(|(_, track)| data(&self.store, track.start.0, track.length)).collect(),
            None => self
                .layout
                .tracks()
                .filter(|(_, track)| disc.tracks().any(|(_, told)| told.number == track.number))
                .flat_map(|(_, track)| self.extents(track))
                .collect(),
        };
        let reader = ExtentReader::new(disc, extents).ok()?;
        Some(Arc::new(reader))
    }

    fn extents(&self, track: &WrittenTrack) -> Vec<Extent> {
        if let Some(jumps) = &track.jumps {
            return jumps.stretches().iter().map(|part| data(&self.store, part.start, part.len() as u32)).collect();
        }
        if track.mode == TrackMode::Dvd {
            return vec![data(&self.store, track.start, track.written)];
        }
        let pregap = if track.stores_pregap { track.pregap } else { 0 };
        let (first, bytes) = (track.start - pregap.cast_signed(), self.store.clone() as Arc<dyn Bytes>);
        let sectors = track.written + pregap;
        let extent = Extent::plain(Lba(first), sectors, bytes, self.store.offset(first), CD_RECORD as u32, Slice::RAW);
        vec![if track.sub { extent.with_subchannel() } else { extent }]
    }

    /// What is on the disc, for whoever makes an image of it: its closed sessions, or where there are none the closed tracks of the open one; of a disc
    /// that is written anywhere all up to the last sector that was written.
    pub fn recorded(&self) -> Option<Arc<dyn DiscReader>> {
        let disc = match &self.formatting {
            Some(formatting) => {
                let end = self.store.end().cast_unsigned().next_multiple_of(self.blank.kind.block());
                self.of_sessions(anywhere(end.min(formatting.sectors)).into_iter().collect())?
            }
            None => self.disc(false).or_else(|| self.disc(true))?,
        };
        self.reader(disc)
    }

    /// What a drive can read of the disc, and what its table of contents tells of that.
    pub fn readable(&self) -> Option<(Arc<dyn DiscReader>, Option<Disc>)> {
        Some((self.reader(self.disc(true)?)?, self.disc(false)))
    }

    /// The first of these sectors that can't be read, since nothing was ever written there. A disc that is formatted can be read anywhere.
    pub fn unwritten(&self, sectors: &std::ops::Range<i32>) -> Option<i32> {
        if self.formatting.is_some() { None } else { self.store.gap(sectors) }
    }
}

fn data(store: &Arc<Store>, start: i32, sectors: u32) -> Extent {
    let bytes = store.clone() as Arc<dyn Bytes>;
    Extent::plain(Lba(start), sectors, bytes, store.offset(start), DATA_RECORD as u32, Slice::COOKED)
}

/// One track over a formatted disc.
fn anywhere(sectors: u32) -> Option<Session> {
    let track = Track::new(1, TrackMode::Dvd, Lba(0), sectors);
    let lead_out = track.end();
    (sectors > 0).then(|| Session { number: 1, disc_type: Default::default(), tracks: vec![track], lead_out })
}

fn session(number: u16, written: &WrittenSession, all: bool) -> Option<Session> {
    let tracks: Vec<Track> = written.tracks.iter().take_while(|track| track.closed).map(track).collect();
    let lead_out = tracks.last()?.end();
    (written.closed || all).then_some(Session { number, disc_type: written.disc_type, tracks, lead_out })
}

fn track(written: &WrittenTrack) -> Track {
    Track {
        pregap: written.pregap,
        indexes: written.indexes.clone(),
        control: written.control,
        isrc: written.isrc,
        ..Track::new(written.number, written.mode, Lba(written.start), written.size())
    }
}
