//! What the drive says of the disc in it (MMC-6, clause 6).

use super::describe::{allow, be16};
use super::medium::{Medium, Readable};
use super::recorder::Recording;
use super::says;
use crate::disc::toc::TocEntry;
use crate::disc::{Disc, Lba, Track, TrackMode};
use crate::drive::sense::Sense;

/// The lead-out's number.
const LEAD_OUT: u8 = 0xAA;

/// What a disc tells of; a disc of which no session is closed has nothing to tell.
fn told(medium: &Medium) -> Option<&Disc> {
    medium.readable.as_ref()?.told.as_ref()
}

/// READ CAPACITY (10): the address of the last sector, 2048 bytes each; 0 of a blank disc.
pub fn capacity(medium: &Medium) -> Vec<u8> {
    let last = told(medium).map_or(0, Disc::sectors).saturating_sub(1);
    [last.to_be_bytes(), 2048u32.to_be_bytes()].concat()
}

/// READ FORMAT CAPACITIES: what was pressed can't be formatted.
pub fn format_capacities(medium: Option<&Medium>) -> Vec<u8> {
    /// Formatted, or no medium.
    const STATES: [u8; 2] = [3, 2];
    if let Some(recording) = medium.and_then(|medium| medium.recording.as_ref()) {
        return recording.format_capacities();
    }
    let sectors = medium.and_then(told).map_or(0, Disc::sectors);
    let state = STATES[usize::from(medium.is_some())];
    [&[0, 0, 0, 8], sectors.to_be_bytes().as_slice(), &[state, 0, 8, 0]].concat()
}

/// An address as the command wants it: binary minutes, seconds and frames, or a number.
fn address(lba: Lba, msf: bool) -> [u8; 4] {
    if !msf {
        return lba.0.to_be_bytes();
    }
    let msf = lba.to_msf();
    [0, msf.minute as u8, msf.second, msf.frame]
}

/// READ TOC/PMA/ATIP.
pub fn toc(medium: &Medium, cdb: &[u8]) -> Result<Vec<u8>, Sense> {
    let (msf, from, len) = (cdb[1] & 2 != 0, cdb[6], be16(cdb, 7));
    // Old drives had the format in the control byte (SFF-8020).
    let format = if cdb[2] & 0x0F == 0 { cdb[9] >> 6 } else { cdb[2] & 0x0F };
    let (recording, readable) = (medium.recording.as_ref(), medium.readable.as_ref());
    let pressed_in = match format {
        3 => recording.and_then(Recording::program_memory),
        4 => recording.and_then(Recording::atip),
        _ => None,
    };
    let told = readable.and_then(|readable| readable.told.as_ref()).ok_or(says::BAD_FIELD);
    let answer = match (format, pressed_in) {
        (3 | 4, Some(body)) => counted(body),
        (0, _) => plain(told?, msf, from)?,
        (1, _) => sessions(told?, msf),
        (2, _) if medium.profile.is_cd() => full(told?, readable.map_or(&[], |readable| &readable.toc), from),
        (5, _) => cd_text(told?)?,
        _ => return Err(says::BAD_FIELD),
    };
    Ok(allow(answer, len))
}

/// A length of two bytes before everything that it counts.
fn counted(body: Vec<u8>) -> Vec<u8> {
    [(body.len() as u16).to_be_bytes().as_slice(), &body].concat()
}

/// Format 0: tracks from `from` on, and the lead-out.
fn plain(disc: &Disc, msf: bool, from: u8) -> Result<Vec<u8>, Sense> {
    let tracks = || disc.tracks().map(|(_, track)| track);
    let (Some(first), Some(last)) = (tracks().next(), tracks().next_back()) else { return Err(says::BAD_FIELD) };
    if from > last.number && from != LEAD_OUT {
        return Err(says::BAD_FIELD);
    }
    let mut body = vec![first.number, last.number];
    let entry = |number: u8, control: u8, lba: Lba| [&[0, 0x10 | control, number, 0], address(lba, msf).as_slice()].concat();
    for track in tracks().filter(|track| track.number >= from) {
        body.extend(entry(track.number, control(track), track.start));
    }
    body.extend(entry(LEAD_OUT, control(last), disc.lead_out()));
    Ok(counted(body))
}

fn control(track: &Track) -> u8 {
    track.control.nibble(track.mode)
}

/// Format 1: the first track of the last session.
fn sessions(disc: &Disc, msf: bool) -> Vec<u8> {
    let count = disc.sessions.len() as u8;
    let mut body = vec![1, count];
    if let Some(track) = disc.sessions.last().and_then(|session| session.tracks.first()) {
        body.extend([0, 0x10 | control(track), track.number, 0]);
        body.extend(address(track.start, msf));
    }
    counted(body)
}

/// Format 2: the entries of the lead-ins, from session `from` on.
fn full(disc: &Disc, toc: &[TocEntry], from: u8) -> Vec<u8> {
    let mut body = vec![1, disc.sessions.len() as u8];
    for entry in toc.iter().filter(|entry| entry.session >= from) {
        let TocEntry { session, adr, control, point, time: [m, s, f], value: [pm, ps, pf] } = *entry;
        body.extend([session, adr << 4 | control, 0, point, m, s, f, 0, pm, ps, pf]);
    }
    counted(body)
}

/// Format 5: packs of CD-TEXT.
fn cd_text(disc: &Disc) -> Result<Vec<u8>, Sense> {
    let numbers = || disc.tracks().map(|(_, track)| track.number);
    let (Some(first), Some(last)) = (numbers().next(), numbers().next_back()) else { return Err(says::BAD_FIELD) };
    let packs = disc.cd_text.writable(first, last).to_packs(first, last).unwrap_or_default();
    if packs.is_empty() {
        return Err(says::BAD_FIELD);
    }
    Ok(counted([&[0, 0], packs.as_flattened()].concat()))
}

/// READ SUBCHANNEL: position, catalogue number, recording code.
pub fn subchannel(medium: &Readable, cdb: &[u8]) -> Result<Vec<u8>, Sense> {
    let (msf, wanted, format, number) = (cdb[1] & 2 != 0, cdb[2] & 0x40 != 0, cdb[3], cdb[6]);
    // No audio is played (15).
    let head = |body: &[u8]| [&[0, 0x15, 0, body.len() as u8], body].concat();
    let disc = medium.disc();
    let text = |code: Option<&[u8]>| [&[u8::from(code.is_some()) << 7], code.unwrap_or(&[0; 13])].concat();
    let padded = |format: u8, second: [u8; 3], code: Vec<u8>| {
        let mut body = [&[format], second.as_slice(), &code].concat();
        body.resize(20, 0);
        body
    };
    let answer = match format {
        _ if !wanted => head(&[]),
        1 => {
            let first = disc.tracks().next().map_or(1, |(_, track)| track.number);
            let zero = address(Lba(0), msf);
            head(&[&[1, 0x10, first, 1], zero.as_slice(), &address(Lba(0), false)].concat())
        }
        2 => head(&padded(2, [0; 3], text(disc.mcn.as_ref().map(|mcn| mcn.as_bytes().as_slice())))),
        3 => {
            let track = disc.tracks().map(|(_, track)| track).find(|track| track.number == number).ok_or(says::BAD_FIELD)?;
            let code = text(track.isrc.as_ref().map(|isrc| isrc.as_bytes().as_slice()));
            head(&padded(3, [0x10 | control(track), number, 0], code))
        }
        _ => return Err(says::BAD_FIELD),
    };
    Ok(allow(answer, be16(cdb, 7)))
}

/// READ DISC INFORMATION of a pressed disc: finished, and it can't be erased.
pub fn disc_information(medium: &Readable) -> Vec<u8> {
    const COMPLETE: u8 = 0x0E;
    let disc = medium.disc();
    let first = disc.tracks().next().map_or(1, |(_, track)| track.number);
    let of_last =
        |pick: fn(&[Track]) -> Option<&Track>| disc.sessions.last().and_then(|s| pick(&s.tracks)).map_or(1, |t| t.number);
    let disc_type = disc.sessions.first().map_or(0, |session| session.disc_type.byte());
    let mut answer = vec![0, 32, COMPLETE, first, disc.sessions.len() as u8];
    answer.extend([of_last(<[Track]>::first), of_last(<[Track]>::last), 0x20, disc_type, 0, 0, 0]);
    // Disc number, last lead-in start, last possible lead-out start: none of a finished disc.
    answer.extend([0; 4]);
    answer.extend([0xFF; 8]);
    answer.resize(34, 0);
    answer
}

/// READ TRACK INFORMATION of a pressed disc, by address, track or session.
pub fn track_information(medium: &Readable, cdb: &[u8]) -> Result<Vec<u8>, Sense> {
    let wanted = i32::from_be_bytes([cdb[2], cdb[3], cdb[4], cdb[5]]);
    let mut tracks = medium.disc().tracks();
    let found = match cdb[1] & 3 {
        0 => tracks.find(|(_, track)| wanted < track.end().0),
        1 => tracks.find(|(_, track)| i32::from(track.number) == wanted),
        _ => tracks.find(|(session, _)| i32::from(session.number) == wanted),
    };
    let (session, track) = found.ok_or(says::BAD_FIELD)?;
    let mode = match track.mode {
        TrackMode::Audio => 0x0F,
        mode if mode.is_mode2() => 2,
        _ => 1,
    };
    let mut answer = vec![0, 34, track.number, session.number as u8, 0, control(track), mode, 0];
    answer.extend(track.start.0.to_be_bytes());
    answer.extend([0; 12]);
    answer.extend(track.length.to_be_bytes());
    answer.extend((track.end().0 - 1).to_be_bytes());
    answer.resize(36, 0);
    Ok(allow(answer, be16(cdb, 7)))
}

/// READ DISC STRUCTURE of a pressed DVD: physical format, copyright, manufacturing, burst cutting area, and the list of these. Others have none here.
pub fn structure(medium: &Medium, cdb: &[u8]) -> Result<Vec<u8>, Sense> {
    let (layer, format, len) = (usize::from(cdb[6]), cdb[7], be16(cdb, 8));
    if let Some(recording) = &medium.recording {
        return recording.structure(cdb[1] & 0x0F == 1, format).map(|body| allow(headed(&body), len));
    }
    let medium = medium.readable.as_ref().ok_or(says::BAD_FIELD)?;
    if !medium.profile.is_dvd() || cdb[1] & 0x0F != 0 {
        return Err(says::BAD_FIELD);
    }
    let structures = &medium.disc().structures;
    // A layer's structures as images keep them: copyright, manufacturing, physical.
    let kept = |from: usize, to: usize| structures.layers.get(layer).and_then(|bytes| bytes.get(from..to)).map(<[u8]>::to_vec);
    let body = match format {
        0x00 => kept(4 + 2048, 4 + 4096).unwrap_or_else(|| physical(PRESSED, medium.disc().sectors(), medium.disc().layer_break)),
        0x01 => kept(0, 4).unwrap_or_else(|| vec![0; 4]),
        0x03 if !structures.bca.is_empty() => structures.bca.clone(),
        0x04 => kept(4, 4 + 2048).ok_or(says::BAD_FIELD)?,
        0xFF => [[0x00, 0x40, 8, 4], [0x01, 0x40, 0, 8], [0x04, 0x40, 8, 4]].concat(),
        _ => return Err(says::BAD_FIELD),
    };
    Ok(allow(headed(&body), len))
}

/// A structure with its header: how long it is, and two bytes that mean nothing.
fn headed(body: &[u8]) -> Vec<u8> {
    [((body.len() + 2) as u16).to_be_bytes().as_slice(), &[0, 0], body].concat()
}

/// What kind of DVD it is (ECMA-267, 16.1): book type and version, and what the layers are.
pub struct Book {
    /// Book type in the upper bits, part version in the lower.
    pub book: u8,
    /// Bit 0 pressed, 1 recordable, 2 rewritable.
    pub layer: u8,
}

/// DVD-ROM, version 1.
const PRESSED: Book = Book { book: 0x01, layer: 0x01 };

/// The physical format information of a DVD (ECMA-267, 16.1): what an image without it leaves to be made.
pub fn physical(book: Book, sectors: u32, layer_break: Option<u32>) -> Vec<u8> {
    /// Sector numbers of the data begin here.
    const FIRST: u32 = 0x03_0000;
    let mut body = vec![0; 2048];
    // 120 mm, no limit to the rate; one layer, or two with the second read inwards.
    body[0] = book.book;
    body[1] = 0x0F;
    body[2] = book.layer | if layer_break.is_some() { 0x30 } else { 0 };
    let last = match layer_break {
        // The second layer counts on with the bits of its distance from the middle turned (opposite track path).
        Some(at) => !(FIRST + at.saturating_sub(1)) & 0x00FF_FFFF,
        None => 0,
    };
    let end = match layer_break {
        Some(at) => last.saturating_add(sectors.saturating_sub(at)).saturating_sub(1),
        None => FIRST + sectors.saturating_sub(1),
    };
    let break_at = layer_break.map_or(0, |at| FIRST + at.saturating_sub(1));
    body[4..8].copy_from_slice(&FIRST.to_be_bytes());
    body[8..12].copy_from_slice(&end.to_be_bytes());
    body[12..16].copy_from_slice(&break_at.to_be_bytes());
    body
}
