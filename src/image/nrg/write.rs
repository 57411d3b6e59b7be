//! From [`Nrg`] to the chunk list and footer that end a Nero image.

use super::chunks::{CuePoint, Dao, LEAD_OUT, Nrg, SessionLayout, TaoTrack};
use crate::disc::to_bcd;

/// Bytes of an entry of a DAOX chunk.
const DAO_ENTRY: usize = 42;

/// The chunk list and footer of version 2 (Nero 5.5 and later) for a file whose sectors take `data_end` bytes.
///
/// Per session: CUEX and DAOX, or ETN2; CDTX after the first; SINF. Then MTYP, END! and the NER5 footer.
pub fn chunk_list(nrg: &Nrg, data_end: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let mut counts = nrg.track_counts.iter();
    let mut cd_text = Some(&nrg.cd_text).filter(|packs| !packs.is_empty());
    for session in &nrg.sessions {
        match session {
            SessionLayout::Dao(dao) => {
                chunk(&mut out, b"CUEX", &dao.cue.iter().flat_map(cue_point).collect::<Vec<u8>>());
                chunk(&mut out, b"DAOX", &dao_chunk(dao));
            }
            SessionLayout::Tao(tracks) => chunk(&mut out, b"ETN2", &tracks.iter().flat_map(tao_track).collect::<Vec<u8>>()),
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
    out.extend_from_slice(b"NER5");
    out.extend_from_slice(&data_end.to_be_bytes());
    out
}

fn chunk(out: &mut Vec<u8>, id: &[u8; 4], body: &[u8]) {
    out.extend_from_slice(id);
    // No chunk comes near 4 GB: a session has 99 tracks at most.
    out.extend_from_slice(&(body.len() as u32).to_be_bytes());
    out.extend_from_slice(body);
}

fn cue_point(point: &CuePoint) -> [u8; 8] {
    const ADR_POSITION: u8 = 1;
    let track = if point.track == LEAD_OUT { LEAD_OUT } else { to_bcd(point.track) };
    let [a, b, c, d] = point.lba.0.to_be_bytes();
    [point.control << 4 | ADR_POSITION, track, to_bcd(point.index), 0, a, b, c, d]
}

fn dao_chunk(dao: &Dao) -> Vec<u8> {
    let mut out = Vec::new();
    let length = 22 + DAO_ENTRY * dao.tracks.len();
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
            out.extend_from_slice(&offset.to_be_bytes());
        }
    }
    out
}

fn tao_track(track: &TaoTrack) -> [u8; 32] {
    let mut out = [0; 32];
    out[..8].copy_from_slice(&track.offset.to_be_bytes());
    out[8..16].copy_from_slice(&track.length.to_be_bytes());
    out[16..20].copy_from_slice(&track.mode.to_be_bytes());
    out[20..24].copy_from_slice(&track.start.unwrap_or(0).to_be_bytes());
    out
}
