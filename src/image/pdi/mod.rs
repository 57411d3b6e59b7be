//! InstantCopy images (`.pdi`): a header of 304 bytes, and the sectors of one data track.
//!
//! Almost nothing is known of it: what is here is what an old converter, pdi2iso, goes by, and **no real file was at hand**. Where the tracks of audio and
//! mixed discs lie stands in the header, in a way that nobody has described. So an image is opened only where a file system shows that the sectors lie as
//! they are thought to.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::format::{Format, Likeness, Opened};
use super::holds::{Holds, Media};
use super::packing::Choices;
use super::raw;
use super::{Error, Fault, Flaw, Opener};
use crate::bytes::{Bytes, Window, read_some};
use crate::disc::sector::RAW;
use crate::disc::{Lba, Medium, mode_of, scramble};

/// The first bytes.
const SIGNATURE: &[u8; 16] = b"TTAFMPVOBCDIMG\x01\0";
/// Where the sectors begin.
const DATA: u64 = 304;
const NO_FILES: Fault =
    Fault::Unsupported { what: "a PDI image in which no file system is found (an audio or mixed disc, or another version)" };

/// InstantCopy images.
pub static PDI: Format = Format {
    name: "pdi",
    title: "InstantCopy",
    extensions: &["pdi"],
    data_extensions: &[],
    read_by: "Pinnacle InstantCopy and IsoBuster",
    holds: Holds { media: Media::Says(&[Medium::Cd, Medium::Dvd]), raw: true, ..Holds::NOTHING },
    recognise: |opener: &Opener| Ok(if opener.read(0, SIGNATURE.len())? == SIGNATURE { Likeness::Sure } else { Likeness::No }),
    open,
    plan: None,
    choices: Choices::NONE,
    parse_anything: |bytes, _| {
        let bytes: Arc<dyn Bytes> = Arc::new(bytes.to_vec());
        let _ = has_files(&*data(&bytes));
    },
};

fn data(bytes: &Arc<dyn Bytes>) -> Arc<dyn Bytes> {
    Arc::new(Window::new(bytes.clone(), DATA, u64::MAX))
}

fn open(opener: &Opener) -> Result<Opened, Error> {
    let refuse = |fault| opener.flaw(Flaw::at(DATA, fault));
    let bytes = data(opener.bytes());
    let scrambled = has_files(&*bytes).map_err(|error| refuse(Fault::Io(error)))?.ok_or_else(|| refuse(NO_FILES))?;
    let mut opened = raw::open_unpacked(opener, bytes)?;
    if let Some(main) = opened.extents.iter_mut().find_map(|extent| extent.main.as_mut()).filter(|_| scrambled) {
        main.scrambled = true;
        let mut sector = [0; RAW];
        let mode = main.bytes.read_at(0, &mut sector).ok().and_then(|()| {
            scramble::descramble(&mut sector, Some(Lba(0)));
            mode_of(&sector)
        });
        opened.disc.tracks_mut().zip(mode).for_each(|(track, mode)| track.mode = mode);
    }
    opened.warnings.push("Little is known of this format: whether this is all of the disc can't be told.".to_owned());
    Ok(opened)
}

/// Whether the sectors are scrambled, where a volume descriptor stands in sector 16; `None` where none does.
fn has_files(bytes: &dyn Bytes) -> std::io::Result<Option<bool>> {
    const MARK: &[u8] = b"CD001";
    let marked = |bytes: &[u8], at: usize| bytes.get(at..at + MARK.len()) == Some(MARK);
    let found = raw::probe(bytes)?;
    let Some(record) = found else { return Ok(None) };
    let stride = u64::from(record.stride);
    let mut sector = read_some(bytes, 16 * stride, record.stride as usize)?;
    if record.is_cooked() {
        return Ok(marked(&sector, 1).then_some(false));
    }
    if stride < RAW as u64 {
        return Ok(None);
    }
    sector.truncate(RAW);
    let volume = |sector: &[u8]| [17, 25].iter().any(|&at| marked(sector, at));
    if volume(&sector) {
        return Ok(Some(false));
    }
    let scrambled = scramble::descramble(&mut sector, Some(Lba(16))) && volume(&sector);
    Ok(scrambled.then_some(true))
}
