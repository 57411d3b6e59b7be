//! Frames of Q that fail their checksum: counted, and repaired where there is no doubt what they said.

use std::ops::Range;

use super::store::Store;
use crate::disc::sector::SUBCHANNEL;
use crate::disc::subchannel::{Content, Q, deinterleave, interleave, q_of_interleaved, synthesise};
use crate::disc::{Disc, Lba, Msf};
use crate::job::JobError;

/// Bits of a frame's 96 that may be wrong where it is repaired. Two frames that a place may hold differ in more than twice as many: a time has its own
/// checksum, and the numbers other bits in half of their places.
const MOST_WRONG: u32 = 8;
/// Bytes of Q in a sector.
const CHANNEL: usize = 12;
/// Sectors that are looked at together.
const PIECE: u32 = 4096;

/// What was wrong with Q.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QCount {
    /// Frames that were read.
    pub frames: u32,
    /// Those that failed their checksum in the first reading.
    pub bad: u32,
    /// Those of them that were repaired, by a second reading or by what has to stand there.
    pub mended: u32,
}

/// Looks at the frames of all sectors that were read; `reread` were replaced by a second reading already. In tracks of data nothing is repaired:
/// copy protections are made of wrong frames.
pub fn mend(store: &mut Store, disc: &Disc, reread: u32) -> Result<QCount, JobError> {
    let mut count = QCount { frames: 0, bad: reread, mended: reread };
    if !store.has_sub() {
        return Ok(count);
    }
    let read: Vec<Range<u32>> = store.map().of(super::map::Status::Finished).collect();
    for sectors in read {
        for start in sectors.clone().step_by(PIECE as usize) {
            let piece = start..sectors.end.min(start + PIECE);
            let bytes = store.sub(&piece)?;
            let raw = bytes.as_chunks::<SUBCHANNEL>().0;
            let frames: Vec<Option<Q>> = raw.iter().map(|raw| Q::parse(&q_of_interleaved(raw)).ok()).collect();
            let aligned = is_aligned(store, &piece, &frames);
            count.frames += piece.end - piece.start;
            for ((at, n), raw) in piece.enumerate().zip(raw).filter(|((at, _), _)| frames[*at].is_none()) {
                count.bad += 1;
                let lba = store.layout().lba(n);
                let is_audio = disc.track_at(lba).is_some_and(|(_, track)| !track.mode.is_data());
                let near = |at: Option<usize>| at.and_then(|at| frames.get(at)).and_then(Option::as_ref);
                let neighbours = [(near(at.checked_sub(1)), true), (near(Some(at + 1)), false)];
                let mut packed = deinterleave(raw);
                if let Some(right) = (aligned && is_audio).then(|| right(disc, lba, neighbours, &q_of_interleaved(raw))).flatten()
                {
                    packed[CHANNEL..2 * CHANNEL].copy_from_slice(&right);
                    store.write_sub(n, &interleave(&packed))?;
                    count.mended += 1;
                }
            }
        }
    }
    Ok(count)
}

/// Whether the frames are those of their sectors: some drives give those of a neighbour.
fn is_aligned(store: &Store, piece: &Range<u32>, frames: &[Option<Q>]) -> bool {
    let (mut here, mut elsewhere) = (0, 0);
    for (n, q) in piece.clone().zip(frames) {
        if let Some(Q { content: Content::Position { absolute, .. }, .. }) = q {
            *(if *absolute == store.layout().lba(n) { &mut here } else { &mut elsewhere }) += 1;
        }
    }
    here > 10 * elsewhere
}

/// What a frame has to have been: the position of its sector by the disc or by a neighbour, or one of the numbers that may stand there, whichever it
/// is like.
fn right(disc: &Disc, lba: Lba, neighbours: [(Option<&Q>, bool); 2], frame: &[u8; CHANNEL]) -> Option<[u8; CHANNEL]> {
    let (_, track) = disc.track_at(lba)?;
    let (control, second) = (track.control.nibble(track.mode), lba.to_msf().frame);
    // Without its numbers, the disc has the position everywhere.
    let bare = Disc { mcn: None, sessions: without_isrc(disc, lba), ..Disc::new(disc.medium, Vec::new()) };
    let position = synthesise(&bare, lba)[CHANNEL..].first_chunk::<CHANNEL>().copied();
    let [before, behind] = neighbours.map(|(q, before)| q.and_then(|q| next_to(q, before)).map(|q| q.to_bytes()));
    let mcn = disc.mcn.map(|mcn| Q { control, content: Content::Mcn { mcn, frame: second } }.to_bytes());
    let isrc = track.isrc.map(|isrc| Q { control, content: Content::Isrc { isrc, frame: second } }.to_bytes());
    let distance = |other: &[u8; CHANNEL]| frame.iter().zip(other).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>();
    let all = [position, before, behind, mcn, isrc];
    all.into_iter().flatten().min_by_key(distance).filter(|nearest| distance(nearest) <= MOST_WRONG)
}

/// The position one sector behind that of a frame, or before it, in the same index. In a pause the relative time counts down.
fn next_to(q: &Q, behind: bool) -> Option<Q> {
    let Content::Position { track, index, relative, absolute } = q.content else { return None };
    let up = behind == (index > 0);
    let frames = relative.frames();
    let relative = Msf::from_frames(if up { frames + 1 } else { frames.checked_sub(1)? });
    let absolute = if behind { absolute + 1 } else { absolute - 1 };
    Some(Q { control: q.control, content: Content::Position { track, index, relative, absolute } })
}

/// The session of a sector, its track there without a recording code.
fn without_isrc(disc: &Disc, lba: Lba) -> Vec<crate::disc::Session> {
    let Some((session, _)) = disc.track_at(lba) else { return Vec::new() };
    let mut session = session.clone();
    session.tracks.iter_mut().for_each(|track| track.isrc = None);
    vec![session]
}
