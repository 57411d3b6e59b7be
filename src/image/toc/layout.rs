//! Where the tracks of a TOC file lie, once the sizes of its data files are known.

use super::{Amount, Mark, Piece, Source, TocFile, TocTrack};
use crate::image::{Fault, Flaw};

/// Bytes that the subchannel adds to a sector, whichever way it is stored.
const SUBCHANNEL: u64 = 96;
/// Bytes of a stereo sample of 16 bits.
const SAMPLE: u64 = 4;
/// No track is placed beyond this sector, so that every address and sum fits 32 bits.
const LAST_SECTOR: u64 = 1 << 30;

/// A track in its place. All numbers are sectors, counted from the beginning of the first track (LBA 0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// First sector of its data, its pregap included.
    pub begin: u32,
    /// Index 1.
    pub start: u32,
    /// The sector after its last.
    pub end: u32,
    /// Index 2 and up.
    pub indexes: Vec<u32>,
    /// Where its postgap begins, if it has one.
    pub postgap: Option<u32>,
    /// Bytes that each of its pieces gives.
    pub pieces: Vec<u64>,
}

impl TocTrack {
    /// Bytes of a sector in the data files of this track.
    pub fn stride(&self) -> u64 {
        u64::from(self.record) + if self.sub.is_some() { SUBCHANNEL } else { 0 }
    }

    /// An amount in bytes of a data file; `None` when no 64-bit number holds it.
    pub fn bytes(&self, amount: Amount) -> Option<u64> {
        match amount {
            Amount::Sectors(sectors) => u64::from(sectors).checked_mul(self.stride()),
            Amount::Samples(samples) => samples.checked_mul(SAMPLE),
            Amount::Bytes(bytes) => Some(bytes),
        }
    }
}

/// Puts every track in its place. `size` tells how many bytes a data file has, decoded where it is an audio file.
pub fn lay_out(toc: &TocFile, mut size: impl FnMut(&TocTrack, &Piece) -> Result<u64, Flaw>) -> Result<Vec<Placed>, Flaw> {
    let mut placed: Vec<Placed> = Vec::with_capacity(toc.tracks.len());
    for track in &toc.tracks {
        let begin = placed.last().map_or(0, |before| before.end);
        let mut pieces = Vec::with_capacity(track.pieces.len());
        for piece in &track.pieces {
            pieces.push(piece_bytes(track, piece, &mut size)?);
        }
        placed.push(place(track, begin, pieces)?);
    }
    Ok(placed)
}

fn piece_bytes(
    track: &TocTrack,
    piece: &Piece,
    size: &mut impl FnMut(&TocTrack, &Piece) -> Result<u64, Flaw>,
) -> Result<u64, Flaw> {
    let bytes = |amount| track.bytes(amount).ok_or_else(|| Flaw::line(piece.line, too_long()));
    let wanted = piece.length.map(bytes).transpose()?;
    let Source::File { offset, start, .. } = &piece.source else { return Ok(wanted.unwrap_or(0)) };
    let from = offset.checked_add(bytes(*start)?).ok_or_else(|| Flaw::line(piece.line, too_long()))?;
    let found = size(track, piece)?;
    let needed = from.saturating_add(wanted.unwrap_or(1));
    if needed > found {
        return Err(Flaw::line(piece.line, Fault::Truncated { what: "the data file", needed, found }));
    }
    Ok(wanted.unwrap_or(found - from))
}

fn too_long() -> Fault {
    Fault::TooMany { what: "sectors", limit: LAST_SECTOR }
}

fn place(track: &TocTrack, begin: u32, pieces: Vec<u64>) -> Result<Placed, Flaw> {
    let flaw = |fault| Flaw::line(track.line, fault);
    // What does not fill a sector is filled with zeros, as in cdrdao.
    let sectors = |bytes: u64| bytes.div_ceil(track.stride());
    let total = |count: usize| pieces.iter().take(count).try_fold(0u64, |sum, &bytes| sum.checked_add(bytes)).map(sectors);
    let length = total(pieces.len()).filter(|length| u64::from(begin) + length <= LAST_SECTOR).ok_or_else(|| flaw(too_long()))?;
    let at = |mark: Mark, what| {
        let sector = match mark {
            Mark::At(sector) => u64::from(sector),
            Mark::After(count) => total(count).unwrap_or(length),
        };
        if sector > length {
            let (one, other) = (sector as i64, length as i64);
            return Err(flaw(Fault::Contradiction { what, one, other }));
        }
        Ok(begin + sector as u32)
    };
    let start = at(track.start.unwrap_or(Mark::At(0)), "START and the length of the track")?;
    let end = begin + length as u32;
    if start >= end {
        return Err(flaw(Fault::Missing { what: "the data of the track after START" }));
    }
    let postgap = track.end.map(|mark| at(mark, "END and the length of the track")).transpose()?.filter(|&sector| sector < end);
    if postgap.is_some_and(|postgap| postgap <= start) {
        let one = i64::from(postgap.unwrap_or(0));
        return Err(flaw(Fault::Contradiction { what: "END and START", one, other: i64::from(start) }));
    }
    let indexes: Vec<u32> = track.indexes.iter().map(|&index| start.saturating_add(index)).collect();
    if let Some(&last) = indexes.last().filter(|&&last| last >= end) {
        let what = "INDEX and the length of the track";
        return Err(flaw(Fault::Contradiction { what, one: i64::from(last - begin), other: length as i64 }));
    }
    Ok(Placed { begin, start, end, indexes, postgap, pieces })
}
