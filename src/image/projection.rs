//! [`Projection`]: a disc as a format keeps it, readable like any other.

use std::sync::Arc;

use super::contents::project_sectors;
use super::holds::{Holds, cooked};
use super::reader::synthesise_sub;
use crate::bytes::Place;
use crate::disc::sector::{self, Form, Records, Slice, Worth};
use crate::disc::{Disc, DiscReader, Lba, ReadError, Stored, StoredSub, Track, TrackId, TrackMode};

/// What is left of a disc in a format, sectors included. The writer copies from it, and the written image is compared with it.
pub struct Projection {
    inner: Arc<dyn DiscReader>,
    disc: Disc,
    /// What to add to an address here to have the address there.
    shift: i32,
    /// Whether the sectors before track 1 are kept.
    hidden_track: bool,
    /// Whether those of other pregaps are.
    pregaps: bool,
    subchannel: bool,
}

/// A track here, and what it is there.
struct Source<'a> {
    here: &'a Track,
    there: TrackMode,
    at: Lba,
}

impl Projection {
    /// `None` when nothing of the disc is left.
    pub fn new(inner: Arc<dyn DiscReader>, holds: &Holds) -> Option<Projection> {
        let disc = project_sectors(&*inner, holds)?;
        let shift = shift(inner.disc(), &disc, holds)?;
        let (hidden_track, pregaps) = (holds.hidden_track, holds.pregap_sectors || holds.tracks != super::holds::Tracks::Many);
        Some(Projection { inner, disc, shift, hidden_track, pregaps, subchannel: holds.subchannel })
    }

    fn there(&self, at: Lba) -> Lba {
        Lba(at.0.saturating_add(self.shift))
    }

    fn source(&self, at: Lba) -> Result<Source<'_>, ReadError> {
        let (_, here) = self.disc.track_at(at).ok_or(ReadError::Outside(at))?;
        let there = self.inner.disc().track_at(self.there(here.start)).ok_or(ReadError::Outside(at))?.1.mode;
        Ok(Source { here, there, at: self.there(at) })
    }

    /// Whether the sector is before track 1, or in another pregap, where the format keeps nothing.
    fn is_left_behind(&self, at: Lba) -> bool {
        // A DVD that becomes a CD has no sectors before its first.
        let absent = || self.inner.disc().track_at(self.there(at)).is_none();
        let before = self.disc.tracks().next().is_some_and(|(_, first)| at < first.start);
        let hidden = before && (!self.hidden_track || absent());
        hidden || !self.pregaps && self.disc.track_at(at).is_some_and(|(_, track)| at < track.start)
    }
}

/// Where one track alone is kept, it has moved to LBA 0.
fn shift(disc: &Disc, left: &Disc, holds: &Holds) -> Option<i32> {
    let first = left.tracks().next()?.1;
    if holds.tracks == super::holds::Tracks::Many {
        return Some(0);
    }
    let data_only = holds.tracks == super::holds::Tracks::OneData;
    let kept = disc.tracks().find(|(_, track)| !data_only || track.mode.is_data())?.1;
    Some(kept.start.0 - first.start.0)
}

impl Projection {
    /// Whether the subchannel of a track is stored, and still true: not where the track has moved or has become another.
    fn has_true_subchannel(&self, source: &Source<'_>) -> bool {
        let stored = || {
            let (session, track) = self.inner.disc().track_at(source.at)?;
            self.inner.stored(TrackId { session: session.number, track: track.number })
        };
        self.shift == 0 && source.there == source.here.mode && stored().is_some_and(|stored| stored.sub != StoredSub::None)
    }

    /// The main channel of sectors of a track that has become another.
    fn read_main(&self, source: &Source<'_>, at: Lba, to: Slice, into: &mut [u8], worth: &mut [Worth]) -> Result<(), ReadError> {
        if self.is_left_behind(at) {
            sector::synthesise(source.here.mode, at, to, into, to.size());
            worth.fill(Worth::Synthesised);
            return Ok(());
        }
        if source.there == source.here.mode {
            return self.inner.read(source.at, Form::main(to), into, worth);
        }
        let cut = Form::main(cooked(source.there));
        if to.size() == cut.size() {
            return self.inner.read(source.at, cut, into, worth);
        }
        let mut records = vec![0; worth.len() * cut.size()];
        self.inner.read(source.at, cut, &mut records, worth)?;
        let records = Records { mode: source.here.mode, at, slice: Slice::COOKED, stride: cut.size(), bytes: &records };
        sector::reform(records, to, into, to.size(), worth);
        Ok(())
    }
}

impl DiscReader for Projection {
    fn disc(&self) -> &Disc {
        &self.disc
    }

    fn stored(&self, track: TrackId) -> Option<Stored> {
        let here = self.disc.track(track)?;
        let (session, there) = self.inner.disc().track_at(self.there(here.start))?;
        let mut stored = self.inner.stored(TrackId { session: session.number, track: there.number })?;
        if there.mode != here.mode {
            stored.main = Slice::COOKED;
        }
        if !self.subchannel {
            stored.sub = StoredSub::None;
        }
        stored.pregap = if self.is_left_behind(here.start - 1) { 0 } else { stored.pregap.min(here.pregap) };
        Some(stored)
    }

    fn read(&self, at: Lba, form: Form, into: &mut [u8], worth: &mut [Worth]) -> Result<(), ReadError> {
        let source = self.source(at)?;
        if self.is_left_behind(at) {
            let before = (source.here.start.since(at).unwrap_or(0) as usize).min(worth.len());
            if before < worth.len() {
                let (into, rest) = into.split_at_mut(before * form.size());
                let (worth, rest_worth) = worth.split_at_mut(before);
                self.read(at, form, into, worth)?;
                return self.read(source.here.start, form, rest, rest_worth);
            }
        }
        match form {
            Form { main: Some(to), sub: None } => return self.read_main(&source, at, to, into, worth),
            Form { sub: Some(_), .. } if self.has_true_subchannel(&source) && !self.is_left_behind(at) => {
                return self.inner.read(source.at, form, into, worth);
            }
            _ => {}
        }
        let size = form.size();
        if let Some(to) = form.main {
            let mut main = vec![0; worth.len() * to.size()];
            self.read_main(&source, at, to, &mut main, worth)?;
            let lines = into.chunks_mut(size).zip(main.chunks_exact(to.size()));
            lines.for_each(|(line, main)| line[..to.size()].copy_from_slice(main));
        }
        if let Some(kind) = form.sub {
            let lines = into.chunks_mut(size).map(|line| &mut line[size - kind.size()..]);
            synthesise_sub(&self.disc, at, kind, lines);
        }
        Ok(())
    }

    fn place(&self, at: Lba, form: Form) -> Option<Place<'_>> {
        let source = self.source(at).ok().filter(|_| !self.is_left_behind(at))?;
        if form.sub.is_some() && !self.has_true_subchannel(&source) {
            return None;
        }
        if source.there == source.here.mode {
            return self.inner.place(source.at, form);
        }
        (form == Form::main(Slice::COOKED)).then(|| self.inner.place(source.at, Form::main(cooked(source.there))))?
    }
}
