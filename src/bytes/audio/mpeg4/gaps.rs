//! What an encoder put before and behind the sound. Without it taken off, silence would part the tracks of an album that go over into each other.

use super::boxes::{Span, timescale};
use super::{DAMAGED, Place};
use crate::bytes::Bytes;
use crate::bytes::audio::AudioError;

/// The text of the tag that iTunes and those who do as it does write: 12 numbers or fewer.
const LONGEST: usize = 256;
/// Items that are looked at: a file of theirs has some dozens.
const MOST_ITEMS: usize = 200;

/// Which of the samples that come out of the decoder are sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sounding {
    /// Samples before the first.
    pub skip: u64,
    /// How many there are.
    pub samples: u64,
}

/// Of `all` samples at this rate. The tag of iTunes tells it to the sample; else the edit list does (ISO/IEC 14496-12, 8.6.6); else all of them are.
pub fn sounding(file: &dyn Bytes, place: Place, rate: u32, all: u64) -> Result<Sounding, AudioError> {
    if let Some(told) = itunes(file, place.movie)?.filter(|told| told.samples > 0 && fits(*told, all)) {
        return Ok(told);
    }
    let header = place.track.descend(file, &[b"mdia", b"mdhd"])?.ok_or(DAMAGED)?;
    let scale = timescale(file, header)?;
    let times = place.table.child(file, b"stts")?.ok_or(DAMAGED)?.table(file, 0, 2)?;
    let units = times.as_chunks::<2>().0.iter().map(|[count, each]| u64::from(*count) * u64::from(*each));
    let units = units.fold(0, u64::saturating_add);
    let end = scaled(units, rate, scale).min(all);
    let Some(edit) = edit(file, place.track)? else { return Ok(Sounding { skip: 0, samples: end }) };
    let skip = scaled(edit.begin, rate, scale).min(end);
    let rest = end - skip;
    let whole = timescale(file, place.movie.child(file, b"mvhd")?.ok_or(DAMAGED)?)?;
    let told = scaled(edit.duration, rate, whole);
    // The edit is often told in milliseconds, and the packets to the sample.
    let tick = u64::from(rate.div_ceil(whole));
    Ok(Sounding { skip, samples: if edit.duration == 0 || told.saturating_add(tick) >= rest { rest } else { told } })
}

fn fits(told: Sounding, all: u64) -> bool {
    told.skip.checked_add(told.samples).is_some_and(|end| end <= all)
}

/// So many units of `scale` a second, in samples.
fn scaled(units: u64, rate: u32, scale: u32) -> u64 {
    u64::try_from(u128::from(units) * u128::from(rate) / u128::from(scale)).unwrap_or(u64::MAX)
}

/// The part of a track that is played.
struct Edit {
    /// In units of the track.
    begin: u64,
    /// In units of the file; 0: to the end.
    duration: u64,
}

fn edit(file: &dyn Bytes, track: Span) -> Result<Option<Edit>, AudioError> {
    let Some(list) = track.descend(file, &[b"edts", b"elst"])? else { return Ok(None) };
    let wide = list.read(file, 1)?.first() == Some(&1);
    let words = list.table(file, 0, if wide { 5 } else { 3 })?;
    let long = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
    let edits = words.chunks_exact(if wide { 5 } else { 3 }).filter_map(|words| match *words {
        // A pause before the sound has no beginning, −1.
        [_, u32::MAX, _] | [_, _, u32::MAX, u32::MAX, _] => None,
        [duration, begin, _] => Some(Edit { begin: begin.into(), duration: duration.into() }),
        [high, low, begin_high, begin_low, _] => Some(Edit { begin: long(begin_high, begin_low), duration: long(high, low) }),
        _ => None,
    });
    let mut edits: Vec<Edit> = edits.collect();
    match edits.len() {
        0 | 1 => Ok(edits.pop()),
        _ => Err(AudioError::Unfit("is an MPEG-4 file that is put together of several pieces, which is not read")),
    }
}

/// What the tag iTunSMPB says: hexadecimal numbers, the second and third of them the samples before and behind, the fourth those of the sound.
fn itunes(file: &dyn Bytes, movie: Span) -> Result<Option<Sounding>, AudioError> {
    let items = movie.descend(file, &[b"udta", b"meta"])?.and_then(|meta| meta.without(4));
    let Some(items) = items else { return Ok(None) };
    let Some(items) = items.child(file, b"ilst")? else { return Ok(None) };
    for (_, item) in items.children(file)?.into_iter().filter(|(name, _)| name == b"----").take(MOST_ITEMS) {
        let is_it = match item.child(file, b"name")?.and_then(|name| name.without(4)) {
            Some(name) => name.read(file, 9)? == b"iTunSMPB",
            None => false,
        };
        if let (true, Some(data)) = (is_it, item.child(file, b"data")?.and_then(|data| data.without(8))) {
            return Ok(parse(&data.read(file, LONGEST)?));
        }
    }
    Ok(None)
}

fn parse(text: &[u8]) -> Option<Sounding> {
    let text = str::from_utf8(text).ok()?;
    let mut numbers = text.split_whitespace().map(|number| u64::from_str_radix(number, 16));
    match (numbers.nth(1)?, numbers.nth(1)?) {
        (Ok(skip), Ok(samples)) => Some(Sounding { skip, samples }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_itunes_is_read() {
        let text = b" 00000000 00000840 000001CA 00000000003F31F6 00000000 00000000 00000000";
        assert_eq!(parse(text), Some(Sounding { skip: 2112, samples: 0x3F_31F6 }));
        for text in [&b""[..], b" 00000000 00000840", b" 0 x 0 5", b"0 1 2 -5", b"\xFF\xFE 1 2 3"] {
            assert_eq!(parse(text), None);
        }
    }
}
