//! Features of a drive that writes (MMC-6, clause 5).

use super::{BlankKind, Recording};
use crate::drive::mmc::Profile;

/// Feature code, version and flags, data.
pub type Feature = (u16, u8, Vec<u8>);

/// All profiles that the drive writes, most able first.
pub const WRITTEN: [u16; 13] = [0x43, 0x41, 0x2B, 0x1B, 0x1A, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, 0x0A, 0x09];
/// Data block types 0 to 3 and 8 to 13, a bit each.
const BLOCK_TYPES: [u8; 2] = [0x3F, 0x0F];
/// The most bytes of a cue sheet.
const CUE_SHEET: [u8; 3] = [0x00, 0x1A, 0xC4];

/// What the drive can write, and which of it the disc in it takes; `text`: also the subchannels R to W of a session at once.
pub fn features(recording: Option<&Recording>, current: Profile, text: bool) -> Vec<Feature> {
    use BlankKind::*;
    let kind = recording.map(|recording| recording.blank().kind);
    let is = |profiles: &[u16]| u8::from(profiles.contains(&current.0));
    let in_order = recording.is_some_and(|recording| recording.is_incremental() && recording.formatting().is_none());
    let incremental = u8::from(in_order && !matches!(kind, Some(DvdPlusRw | DvdRam | BdRe | BdReDl)));
    let formattable = u8::from(recording.is_some_and(Recording::is_formattable));
    let overwrites = u8::from(recording.is_some_and(|recording| recording.spared() == Some(true)));
    let last = recording.and_then(Recording::formatting).map_or(0, |formatting| formatting.sectors.saturating_sub(1));
    let blocking = recording.map_or(16, |recording| recording.blank().kind.block() as u8);
    let version = |number: u8, now: u8| number << 2 | now;
    vec![
        // Last address, bytes of a block, blocks that are written in one piece, and a page 01.
        (0x0020, version(1, is(&[0x12, 0x1A, 0x43])), [&last.to_be_bytes(), &[0, 0, 8, 0], &[0, blocking, 1, 0][..]].concat()),
        // Address mode reservations, buffer underruns bridged; one link size.
        (0x0021, version(3, incremental), [&BLOCK_TYPES[..], &[0x03, 1, 16, 0, 0, 0]].concat()),
        // BD-RE: without spare areas, with more of them, certified quickly or in full.
        (0x0023, version(1, formattable), vec![0x0F, 0, 0, 0, 0, 0, 0, 0]),
        (0x0024, version(1, is(&[0x12, 0x41, 0x43])), vec![0x80, 0, 0, 0]),
        (0x0026, is(&[0x13]), vec![]),
        (0x002A, version(1, is(&[0x1A])), vec![1, 0, 0, 0]),
        (0x002B, is(&[0x1B]), vec![1, 0, 0, 0]),
        // Intermediate state of a session, and it can be made blank.
        (0x002C, is(&[0x13]), vec![0x03, 0, 0, 0]),
        // Underruns bridged, R to W raw and packed, with the laser off, CD-RW, R to W at all.
        (0x002D, version(2, is(&[0x09, 0x0A])), [&[0x5F, 0][..], &BLOCK_TYPES].concat()),
        // Underruns bridged, session at once, raw in several sessions and in one, with the laser off, CD-RW, R to W.
        (0x002E, is(&[0x09, 0x0A]), [&[0x7E | u8::from(text)][..], &CUE_SHEET].concat()),
        (0x002F, version(2, is(&[0x11, 0x14, 0x15])), vec![0x4E, 0, 0, 0]),
        (0x0033, is(&[0x16]), vec![0, 0, 0, 1, 16, 0, 0, 0]),
        // Ultra speed and below.
        (0x0037, is(&[0x0A]), vec![0, 0x07, 0, 0]),
        (0x0038, overwrites, vec![0; 4]),
        (0x003B, is(&[0x2B]), vec![1, 0, 0, 0]),
        // Version numbers of BD-RE, and of BD-R, that it writes.
        (0x0041, version(1, is(&[0x41, 0x43])), [[0; 4], [0, 0, 0, 0x06], [0; 4], [0, 0, 0, 0x06], [0; 4]].concat()),
    ]
}
