//! Sound in MPEG-4 files (ISO/IEC 14496-12), decoded by Symphonia: ALAC and AAC.
//!
//! The boxes are walked here. Their tables tell where every packet lies, so that any place can be decoded at once.
//!
//! | piece | what it knows |
//! |---|---|
//! | [`boxes`] | boxes in boxes, and the tables of packets |
//! | [`alac`] | packets that each stand by themselves |
//! | [`aac`] | packets that overlap |
//! | [`config`] | what a file says of its AAC |
//! | [`sbr`] | whether the upper half of the sound is stored apart |
//! | [`gaps`] | what an encoder put before and behind the sound |

mod aac;
mod alac;
mod boxes;
mod config;
mod gaps;
mod sbr;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use super::AudioError;
use super::shape::Shape;
use crate::bytes::Bytes;
use boxes::{Span, description};

const DAMAGED: AudioError = AudioError::Unfit("is an MPEG-4 file that is damaged");

/// Opens the first track whose sound is read.
pub(super) fn open(file: Arc<dyn Bytes>) -> Result<(Arc<dyn Bytes>, Shape), AudioError> {
    let whole = Span { from: 0, to: file.len() };
    let movie = whole.child(&*file, b"moov")?.ok_or(DAMAGED)?;
    let mut why = "is an MPEG-4 file without sound";
    for track in movie.children(&*file)?.into_iter().filter(|(name, _)| name == b"trak").map(|(_, span)| span) {
        let Some(table) = track.descend(&*file, &[b"mdia", b"minf", b"stbl"])? else { continue };
        let Some((name, entry)) = description(&*file, table)? else { continue };
        match &name {
            // The packets are told of between them, and not in the tables (§8.8).
            b"alac" | b"mp4a" if movie.child(&*file, b"mvex")?.is_some() => {
                why = "is an MPEG-4 file in fragments, made for streaming, which is not read";
            }
            b"alac" => return alac::open(file, table, entry),
            b"mp4a" => return aac::open(file, Place { movie, track, table }, entry),
            b"drms" => why = "is bought music that is protected (FairPlay): only the shop's own program plays it",
            b"enca" => why = "is encrypted",
            _ if is_sound(&*file, track)? => why = "is an MPEG-4 file with sound of a kind that is not read",
            _ => {}
        }
    }
    Err(AudioError::Unfit(why))
}

/// Where a track stands in its file: boxes in boxes.
#[derive(Clone, Copy)]
struct Place {
    movie: Span,
    track: Span,
    /// `stbl`, which tells of its packets.
    table: Span,
}

/// Whether a track is one of sound (§8.4.3).
fn is_sound(file: &dyn Bytes, track: Span) -> Result<bool, AudioError> {
    Ok(match track.descend(file, &[b"mdia", b"hdlr"])? {
        Some(handler) => handler.read(file, 12)?.get(8..12) == Some(b"soun"),
        None => false,
    })
}

/// So many bits, 32 at most, from this one on; the highest of a byte comes first.
fn bits(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    (at..at + count).try_fold(0, |number, at| Some(number << 1 | u32::from(bytes.get(at / 8)? >> (7 - at % 8) & 1)))
}

fn invalid(error: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}
