//! [`ExtentReader`]: the one reader that all formats share.

use std::collections::HashMap;
use std::io;

use super::extent::{Extent, MainStore, SubStore};
use crate::bytes::Place;
use crate::disc::sector::{self, Form, RAW, Records, Slice, SubKind, Worth};
use crate::disc::{Disc, DiscReader, Lba, ModelFlaw, ReadError, Stored, StoredSub, Track, TrackId, scramble, subchannel};

/// A disc, and where its sectors lie.
pub struct ExtentReader {
    disc: Disc,
    /// In order of address, none overlapping another.
    extents: Vec<Extent>,
    stored: HashMap<TrackId, Stored>,
}

/// Why a description can't be a disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Inconsistent {
    /// The disc breaks a rule.
    #[error("{0}")]
    Disc(#[from] ModelFlaw),
    /// Two extents claim the same sector.
    #[error("sector {0} is stored twice")]
    Twice(Lba),
    /// An extent lies beyond the end of its bytes.
    #[error("the data of sector {0} lie beyond the end of the file")]
    Beyond(Lba),
}

impl ExtentReader {
    /// Checks the disc and its extents. Extents that reach beyond their bytes are refused: see [`Extent`] for what may be missing.
    pub fn new(disc: Disc, mut extents: Vec<Extent>) -> Result<ExtentReader, Inconsistent> {
        disc.check()?;
        extents.retain(|extent| extent.sectors > 0);
        extents.sort_by_key(|extent| extent.start);
        for pair in extents.windows(2) {
            if pair[0].end() > pair[1].start {
                return Err(Inconsistent::Twice(pair[1].start));
            }
        }
        for extent in &extents {
            let main = extent.main.as_ref().map(|m| (m.bytes.len(), m.offset, m.stride, m.slice.size()));
            let sub = extent.sub.as_ref().map(|s| (s.bytes.len(), s.offset, s.stride, s.kind.size()));
            for (len, offset, stride, size) in main.into_iter().chain(sub) {
                let last = u64::from(extent.sectors - 1).checked_mul(u64::from(stride)).and_then(|n| n.checked_add(offset));
                if last.and_then(|last| last.checked_add(size as u64)).is_none_or(|end| end > len) || (stride as usize) < size {
                    return Err(Inconsistent::Beyond(extent.start));
                }
            }
        }
        let mut reader = ExtentReader { disc, extents, stored: HashMap::new() };
        reader.stored =
            reader.disc.tracks().map(|(s, t)| (TrackId { session: s.number, track: t.number }, reader.survey(t))).collect();
        Ok(reader)
    }

    /// The extents, for a reader of the same sectors under another description.
    pub fn into_extents(self) -> Vec<Extent> {
        self.extents
    }

    /// How a track is stored, by the extents that lie in it.
    fn survey(&self, track: &Track) -> Stored {
        let inside = || self.extents[self.first_extent(track.first())..].iter().take_while(|extent| extent.start < track.end());
        let main = inside().filter(|extent| extent.end() > track.start).find_map(|extent| extent.main.as_ref());
        let sub = inside().find_map(|extent| extent.sub.as_ref());
        let mut pregap_from = track.start;
        for extent in inside().collect::<Vec<_>>().into_iter().rev() {
            if extent.main.is_some() && extent.start < track.start && extent.end() >= pregap_from {
                pregap_from = extent.start.max(track.first());
            }
        }
        Stored {
            main: main.map_or(Slice::user(track.mode), |main| main.slice),
            sub: match sub.map(|sub| sub.kind) {
                None => StoredSub::None,
                Some(SubKind::Q16) => StoredSub::Q,
                Some(_) => StoredSub::PW,
            },
            pregap: track.start.since(pregap_from).unwrap_or(0),
        }
    }

    /// Index of the first extent that ends after `lba`.
    fn first_extent(&self, lba: Lba) -> usize {
        self.extents.partition_point(|extent| extent.end() <= lba)
    }

    /// The extent that holds `lba`, if one does, and how many of `most` sectors it, or the gap without one, goes on.
    fn stretch(&self, lba: Lba, most: u32) -> (Option<&Extent>, u32) {
        match self.extents.get(self.first_extent(lba)) {
            Some(extent) if extent.start <= lba => (Some(extent), extent.end().since(lba).unwrap_or(1).min(most)),
            Some(next) => (None, next.start.since(lba).unwrap_or(1).min(most)),
            None => (None, most),
        }
    }

    fn track_of(&self, at: Lba, sectors: usize, form: Form) -> Result<&Track, ReadError> {
        let (_, track) = self.disc.track_at(at).ok_or(ReadError::Outside(at))?;
        let end = u32::try_from(sectors).ok().and_then(|sectors| at.checked_add(sectors)).ok_or(ReadError::Outside(at))?;
        if end > track.end() {
            return Err(ReadError::Outside(track.end()));
        }
        let cd = self.disc.medium.is_cd();
        let exists = match form.main {
            Some(slice) if track.mode == crate::disc::TrackMode::Dvd => slice == Slice::COOKED,
            Some(slice) if track.mode == crate::disc::TrackMode::Audio => slice == Slice::RAW,
            _ => true,
        };
        if exists && (cd || form.sub.is_none()) { Ok(track) } else { Err(ReadError::NoSuchForm(at)) }
    }
}

impl DiscReader for ExtentReader {
    fn disc(&self) -> &Disc {
        &self.disc
    }

    fn stored(&self, track: TrackId) -> Option<Stored> {
        self.stored.get(&track).copied()
    }

    fn read(&self, at: Lba, form: Form, into: &mut [u8], worth: &mut [Worth]) -> Result<(), ReadError> {
        let size = form.size();
        assert_eq!(into.len(), worth.len() * size, "the buffer holds exactly the sectors asked for");
        let track = self.track_of(at, worth.len(), form)?;
        let mut done = 0;
        while done < worth.len() {
            let lba = at + done as u32;
            let (extent, run) = self.stretch(lba, (worth.len() - done) as u32);
            let to = done + run as usize;
            let lines = &mut into[done * size..to * size];
            let io = |source| ReadError::Io { at: lba, source };
            if let Some(slice) = form.main {
                let part = &mut worth[done..to];
                match extent.and_then(|extent| Some((extent, extent.main.as_ref()?))) {
                    Some((extent, main)) => {
                        let skip = lba.since(extent.start).unwrap_or(0);
                        read_main(main, track, lba, skip, slice, lines, size, part).map_err(io)?;
                    }
                    None => {
                        sector::synthesise(track.mode, lba, slice, lines, size);
                        part.fill(Worth::Synthesised);
                    }
                }
            }
            if let Some(kind) = form.sub {
                let lines = lines.chunks_mut(size).map(|line| &mut line[size - kind.size()..]);
                match extent.and_then(|extent| Some((extent, extent.sub.as_ref()?))) {
                    Some((extent, sub)) => read_sub(sub, lba.since(extent.start).unwrap_or(0), run, kind, lines).map_err(io)?,
                    None => synthesise_sub(&self.disc, lba, kind, lines),
                }
            }
            done = to;
        }
        Ok(())
    }

    fn place(&self, at: Lba, form: Form) -> Option<Place<'_>> {
        let (Some(extent), run) = self.stretch(at, u32::MAX) else { return None };
        let skip = u64::from(at.since(extent.start)?);
        let (bytes, offset, stride) = match form {
            Form { main: Some(slice), sub } => {
                let main = extent.main.as_ref().filter(|main| main.slice == slice && !main.swap && !main.scrambled)?;
                if !follows(main, extent.sub.as_ref(), sub) {
                    return None;
                }
                (&main.bytes, main.offset, main.stride)
            }
            Form { main: None, sub: Some(kind) } => {
                let sub = extent.sub.as_ref().filter(|sub| sub.kind == kind)?;
                (&sub.bytes, sub.offset, sub.stride)
            }
            Form { main: None, sub: None } => return None,
        };
        if stride as usize != form.size() {
            return None;
        }
        let place = bytes.place(offset + skip * u64::from(stride))?;
        let len = place.len.min(u64::from(run) * u64::from(stride));
        // A record that two files share can't be copied inside the kernel in one piece.
        Some(Place { len: len - len % u64::from(stride), ..place }).filter(|place| place.len > 0)
    }
}

/// Whether the wanted subchannel lies right behind the main channel of each record.
fn follows(main: &MainStore, have: Option<&SubStore>, wanted: Option<SubKind>) -> bool {
    match (have, wanted) {
        (_, None) => true,
        (Some(sub), Some(kind)) => {
            let behind = sub.offset == main.offset + main.slice.size() as u64 && sub.stride == main.stride;
            behind && sub.kind == kind && std::sync::Arc::ptr_eq(&sub.bytes, &main.bytes)
        }
        (None, Some(_)) => false,
    }
}

/// Reads the main channel of `worth.len()` sectors, the first being number `skip` of the store.
#[expect(clippy::too_many_arguments, reason = "one stretch of one read: bundling these would only rename them")]
fn read_main(
    main: &MainStore,
    track: &Track,
    at: Lba,
    skip: u32,
    to: Slice,
    into: &mut [u8],
    line: usize,
    worth: &mut [Worth],
) -> io::Result<()> {
    let stride = main.stride as usize;
    let from = main.offset + u64::from(skip) * u64::from(main.stride);
    if main.slice == to && stride == line && line == to.size() && !main.swap && !main.scrambled {
        return main.bytes.read_at(from, into);
    }
    // The last record may lack what lies behind the slice.
    let mut records = vec![0; (worth.len() - 1) * stride + main.slice.size()];
    main.bytes.read_at(from, &mut records)?;
    for (record, n) in records.chunks_mut(stride).zip(0..) {
        let data = &mut record[..main.slice.size()];
        if main.swap {
            swap_words(data);
        }
        if main.scrambled && track.mode.is_data() && data.len() == RAW {
            // What was never read is not scrambled, nor is what audio a track before has left at its border.
            scramble::descramble(data, Some(at + n));
        }
    }
    sector::reform(Records { mode: track.mode, at, slice: main.slice, stride, bytes: &records }, to, into, line, worth);
    Ok(())
}

fn read_sub<'a>(
    sub: &SubStore,
    skip: u32,
    sectors: u32,
    to: SubKind,
    lines: impl Iterator<Item = &'a mut [u8]>,
) -> io::Result<()> {
    let stride = sub.stride as usize;
    let mut records = vec![0; (sectors as usize - 1) * stride + sub.kind.size()];
    sub.bytes.read_at(sub.offset + u64::from(skip) * u64::from(sub.stride), &mut records)?;
    for (record, line) in records.chunks(stride).zip(lines) {
        convert_sub(&record[..sub.kind.size()], sub.kind, to, line);
    }
    Ok(())
}

/// The subchannel of sectors whose image stores none, made from what the disc says of itself.
pub(super) fn synthesise_sub<'a>(disc: &Disc, at: Lba, kind: SubKind, lines: impl Iterator<Item = &'a mut [u8]>) {
    for (line, n) in lines.zip(0..) {
        convert_sub(&subchannel::synthesise(disc, at + n), SubKind::Packed, kind, line);
    }
}

/// One sector's subchannel from one layout into another. From [`SubKind::Q16`] come P and Q alone.
fn convert_sub(record: &[u8], from: SubKind, to: SubKind, line: &mut [u8]) {
    if from == to {
        return line.copy_from_slice(record);
    }
    let packed = match from {
        SubKind::Packed => *record.as_array().expect("a record of this kind has 96 bytes"),
        SubKind::Interleaved => subchannel::deinterleave(record.as_array().expect("a record of this kind has 96 bytes")),
        SubKind::Q16 => subchannel::from_pq16(record.as_array().expect("a record of this kind has 16 bytes")),
    };
    match to {
        SubKind::Packed => line.copy_from_slice(&packed),
        SubKind::Interleaved => line.copy_from_slice(&subchannel::interleave(&packed)),
        SubKind::Q16 => line.copy_from_slice(&subchannel::to_pq16(&packed)),
    }
}

/// Changes the places of the bytes of each 16-bit word.
pub fn swap_words(bytes: &mut [u8]) {
    bytes.as_chunks_mut::<2>().0.iter_mut().for_each(|pair| pair.swap(0, 1));
}
