//! From [`Nrg`] to the chunk list and footer that end a Nero image.

use super::chunks::{CuePoint, Dao, LEAD_OUT, Nrg, SessionLayout, TaoTrack};
use crate::disc::to_bcd;

/// Which version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// Up to Nero 5.0: 32-bit offsets, addresses as times.
    One,
    /// From Nero 5.5 on: 64-bit offsets.
    Two,
}

/// The chunk list and footer for a file whose sectors take `data_end` bytes; for version 1 these and all offsets are below 4 GiB.
///
/// Per session: CUEX and DAOX, or ETN2 (CUES and DAOI, or ETNF); CDTX after the first; SINF. Then MTYP, END! and the footer.
pub fn chunk_list(nrg: &Nrg, data_end: u64, version: Version) -> Vec<u8> {
    let mut out = Vec::new();
    let mut counts = nrg.track_counts.iter();
    let mut cd_text = Some(&nrg.cd_text).filter(|packs| !packs.is_empty());
    let (cue_id, dao_id, tao_id) = match version {
        Version::One => (b"CUES", b"DAOI", b"ETNF"),
        Version::Two => (b"CUEX", b"DAOX", b"ETN2"),
    };
    for session in &nrg.sessions {
        match session {
            SessionLayout::Dao(dao) => {
                chunk(&mut out, cue_id, &dao.cue.iter().flat_map(|point| cue_point(point, version)).collect::<Vec<u8>>());
                chunk(&mut out, dao_id, &dao_chunk(dao, version));
            }
            SessionLayout::Tao(tracks) => {
                chunk(&mut out, tao_id, &tracks.iter().flat_map(|track| tao_track(track, version)).collect::<Vec<u8>>());
            }
        }
        if let Some(packs) = cd_text.take() {
            chunk(&mut out, b"CDTX", packs);
        }
        if let Some(count) = counts.next() {
            chunk(&mut out, b"SINF", &count.to_be_bytes());
        }
    }
    if let Some(flags) = nrg.medium_flags {
        chunk(&mut out, b"MTYP", &flags.to_be_bytes());
    }
    chunk(&mut out, b"END!", &[]);
    out.extend_from_slice(if version == Version::One { b"NERO" } else { b"NER5" });
    put_offset(&mut out, data_end, version);
    out
}

fn put_offset(out: &mut Vec<u8>, offset: u64, version: Version) {
    let bytes = offset.to_be_bytes();
    out.extend_from_slice(if version == Version::One { &bytes[4..] } else { &bytes });
}

fn chunk(out: &mut Vec<u8>, id: &[u8; 4], body: &[u8]) {
    out.extend_from_slice(id);
    // No chunk comes near 4 GB: a session has 99 tracks at most.
    out.extend_from_slice(&(body.len() as u32).to_be_bytes());
    out.extend_from_slice(body);
}

fn cue_point(point: &CuePoint, version: Version) -> [u8; 8] {
    const ADR_POSITION: u8 = 1;
    let track = if point.track == LEAD_OUT { LEAD_OUT } else { to_bcd(point.track) };
    let [a, b, c, d] = match version {
        Version::One => {
            let [m, s, f] = point.lba.to_msf().to_bcd();
            [0, m, s, f]
        }
        Version::Two => point.lba.0.to_be_bytes(),
    };
    [point.control << 4 | ADR_POSITION, track, to_bcd(point.index), 0, a, b, c, d]
}

fn dao_chunk(dao: &Dao, version: Version) -> Vec<u8> {
    let mut out = Vec::new();
    let length = 22 + if version == Version::One { 30 } else { 42 } * dao.tracks.len();
    // Nero repeats the length in the byte order of its machine.
    out.extend_from_slice(&(length as u32).to_le_bytes());
    out.extend_from_slice(&dao.mcn);
    out.push(0);
    let numbers = || dao.cue.iter().map(|point| point.track).filter(|track| (1..=99).contains(track));
    out.extend_from_slice(&[dao.disc_type.byte(), 0, numbers().min().unwrap_or(1), numbers().max().unwrap_or(1)]);
    for track in &dao.tracks {
        out.extend_from_slice(&track.isrc);
        out.extend_from_slice(&track.sector_size.to_be_bytes());
        // What the last of these means is not known; the known files have it.
        out.extend_from_slice(&[track.mode, 0, 0, 1]);
        for offset in [track.index0, track.index1, track.end] {
            put_offset(&mut out, offset, version);
        }
    }
    out
}

fn tao_track(track: &TaoTrack, version: Version) -> Vec<u8> {
    let mut out = Vec::new();
    put_offset(&mut out, track.offset, version);
    put_offset(&mut out, track.length, version);
    out.extend_from_slice(&track.mode.to_be_bytes());
    out.extend_from_slice(&track.start.unwrap_or(0).to_be_bytes());
    out.extend_from_slice(if version == Version::One { &[0; 4] } else { &[0; 8] });
    out
}
