//! The subchannel of a sector whose image stores none.

use super::{CHANNEL, Content, LEAD_OUT, Q, SUBCHANNEL};
use crate::disc::{Disc, Lba, Mcn, Msf, Session, Track};

/// Sectors from one catalogue number, or recording code, to the next. ECMA-130 (clauses 22.3.4 and 22.3.5) asks for one in every 100 sectors;
/// 90 leaves room to step aside by [`STEPS`].
const SPACING: u32 = 90;
/// Where in those 90 sectors the catalogue number goes. Recording codes go half-way between.
const MCN_PHASE: u32 = 30;
const ISRC_PHASE: u32 = 75;
/// How many sectors a number may step back from a place where it would hide the beginning of an index.
const STEPS: u32 = 5;
/// The least pause before the first track of a session, stored or not.
const PAUSE: u32 = 150;
/// Sectors of lead-out before P begins to blink: two seconds, and one sector by which P lags behind Q.
const STEADY: u32 = 151;

/// The packed subchannel (P, Q, R … W) that this sector of the disc has.
///
/// * P is set through a pause (index 0) and in the first sector of index 1, for P comes one sector after Q. In the lead-out it is clear for two
///   seconds and then blinks with 2 Hz.
/// * Q is the position; in a pause the relative time counts down and is 0 in its last sector. One sector in 90 of the program area carries the
///   catalogue number instead, and one in 90 of each track (its pause aside) the recording code, where there is one; never the first or the last
///   sector of an index, so that programs which look for indexes find them.
/// * R to W are zero.
///
/// Everything from a session's lead-out to the pause of the next session counts as lead-out, and what lies before the first track as its pause.
pub fn synthesise(disc: &Disc, lba: Lba) -> [u8; SUBCHANNEL] {
    let mut packed = [0; SUBCHANNEL];
    let Some(session) = session_at(disc, lba) else { return packed };
    let Some(track) = track_at(session, lba) else { return packed };
    let (p, q) = match lba.since(session.lead_out) {
        Some(past) => in_lead_out(track, lba, past),
        None => in_track(track, lba, disc.mcn),
    };
    if p {
        packed[..CHANNEL].fill(0xFF);
    }
    packed[CHANNEL..2 * CHANNEL].copy_from_slice(&q.to_bytes());
    packed
}

/// The session that has begun last, with the pause before its first track.
fn session_at(disc: &Disc, lba: Lba) -> Option<&Session> {
    let begun = |session: &&Session| session.tracks.first().is_some_and(|track| track.start - track.pregap.max(PAUSE) <= lba);
    disc.sessions.iter().rev().find(begun).or(disc.sessions.first())
}

/// The track that has begun last, or the first.
fn track_at(session: &Session, lba: Lba) -> Option<&Track> {
    let after = session.tracks.partition_point(|track| track.first() <= lba);
    session.tracks.get(after.saturating_sub(1))
}

fn in_lead_out(track: &Track, lba: Lba, past: u32) -> (bool, Q) {
    // 2 Hz are four changes in 75 sectors.
    let blink = past.checked_sub(STEADY).is_some_and(|past| u64::from(past) * 4 / 75 % 2 == 0);
    let content = Content::Position { track: LEAD_OUT, index: 1, relative: Msf::from_frames(past), absolute: lba };
    (blink, Q { control: track.control.nibble(track.mode), content })
}

fn in_track(track: &Track, lba: Lba, mcn: Option<Mcn>) -> (bool, Q) {
    let frame = lba.to_msf().frame;
    let isrc = track.isrc.filter(|_| lba >= track.start);
    let content = match (mcn, isrc) {
        (Some(mcn), _) if carries(track, lba, MCN_PHASE) => Content::Mcn { mcn, frame },
        (_, Some(isrc)) if carries(track, lba, ISRC_PHASE) => Content::Isrc { isrc, frame },
        _ => {
            let relative = match lba.since(track.start) {
                Some(since) => since,
                None => track.start.since(lba).unwrap_or(1) - 1,
            };
            let index = track.index_at(lba);
            Content::Position { track: track.number, index, relative: Msf::from_frames(relative), absolute: lba }
        }
    };
    (lba <= track.start, Q { control: track.control.nibble(track.mode), content })
}

/// Whether this sector gives up its position for the number of this phase: the sector of the phase does, or, where that is an edge, the next one
/// that is none.
fn carries(track: &Track, lba: Lba, phase: u32) -> bool {
    let in_phase = |lba: Lba| lba.since(Lba::PROGRAM_START).is_some_and(|frames| frames % SPACING == phase);
    !is_edge(track, lba)
        && (0..=STEPS).take_while(|&step| step == 0 || is_edge(track, lba - step)).any(|step| in_phase(lba - step))
}

/// Whether this sector is the first or the last of an index, or of the track.
fn is_edge(track: &Track, lba: Lba) -> bool {
    let begins =
        |lba: Lba| lba == track.first() || lba == track.start || lba == track.end() || track.indexes.binary_search(&lba).is_ok();
    begins(lba) || begins(lba + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disc::subchannel::{deinterleave, interleave, q_of_packed};
    use crate::disc::{Control, DiscType, Isrc, Medium, TrackMode};

    const MCN: &[u8] = b"0724385356926";

    /// Data, audio with a pause, a code and indexes, then a second session.
    fn disc() -> Disc {
        let data = Track::new(1, TrackMode::Mode1, Lba(0), 600);
        let mut audio = Track::new(2, TrackMode::Audio, Lba(750), 1000);
        audio.pregap = 150;
        audio.control = Control { copy: true, ..Control::default() };
        audio.isrc = Isrc::new(b"USRC17607839").ok();
        audio.indexes = vec![Lba(840), Lba(1000)];
        let mut disc = Disc::new(Medium::Cd, vec![data, audio]);
        disc.mcn = Mcn::new(MCN).ok();
        let third = Track::new(3, TrackMode::Mode1, Lba(1750 + 11_400), 300);
        let lead_out = third.end();
        disc.sessions.push(Session { number: 2, disc_type: DiscType::Xa, tracks: vec![third], lead_out });
        disc
    }

    fn q_at(disc: &Disc, lba: i32) -> Q {
        Q::parse(&q_of_packed(&synthesise(disc, Lba(lba)))).unwrap()
    }

    fn p_at(disc: &Disc, lba: i32) -> u8 {
        let packed = synthesise(disc, Lba(lba));
        assert!(packed[..CHANNEL].iter().all(|&byte| byte == packed[0]));
        packed[0]
    }

    fn position(track: u8, index: u8, relative: u32, absolute: i32) -> Content {
        Content::Position { track, index, relative: Msf::from_frames(relative), absolute: Lba(absolute) }
    }

    #[test]
    fn positions_count_down_and_up() {
        let disc = disc();
        for (lba, control, expected) in [
            (-150, 4, position(1, 0, 149, -150)),
            (-1, 4, position(1, 0, 0, -1)),
            (0, 4, position(1, 1, 0, 0)),
            (599, 4, position(1, 1, 599, 599)),
            (600, 2, position(2, 0, 149, 600)),
            (749, 2, position(2, 0, 0, 749)),
            (750, 2, position(2, 1, 0, 750)),
            (839, 2, position(2, 1, 89, 839)),
            (840, 2, position(2, 2, 90, 840)),
            (1000, 2, position(2, 3, 250, 1000)),
            (1749, 2, position(2, 3, 999, 1749)),
            (1750, 2, position(LEAD_OUT, 1, 0, 1750)),
            (12_999, 2, position(LEAD_OUT, 1, 11_249, 12_999)),
            (13_000, 4, position(3, 0, 149, 13_000)),
            (13_150, 4, position(3, 1, 0, 13_150)),
            (13_450, 4, position(LEAD_OUT, 1, 0, 13_450)),
        ] {
            assert_eq!(q_at(&disc, lba), Q { control, content: expected }, "at {lba}");
        }
    }

    #[test]
    fn p_marks_pauses_and_blinks_in_the_lead_out() {
        let disc = disc();
        let set = |lbas: std::ops::Range<i32>| lbas.filter(|&lba| p_at(&disc, lba) == 0xFF).count();
        assert_eq!(set(-150..1), 151);
        assert_eq!(set(1..600), 0);
        assert_eq!(set(600..751), 151);
        assert_eq!(set(751..1750 + 151), 0);
        // Four changes a second: in two seconds, half of the sectors.
        assert_eq!(p_at(&disc, 1750 + 151), 0xFF);
        assert_eq!(set(1750 + 151..1750 + 301), 76);
        let changes = (1901..2050).filter(|&lba| p_at(&disc, lba) != p_at(&disc, lba + 1)).count();
        assert_eq!(changes, 7);
    }

    #[test]
    fn numbers_come_at_least_once_in_a_hundred_sectors() {
        let disc = disc();
        let contents: Vec<Content> = (-150..1750).map(|lba| q_at(&disc, lba).content).collect();
        assert!(contents.windows(100).all(|run| run.iter().any(|content| matches!(content, Content::Mcn { .. }))));
        let of_audio = &contents[150 + 750..];
        assert!(of_audio.windows(100).all(|run| run.iter().any(|content| matches!(content, Content::Isrc { .. }))));
        assert!(contents[..150 + 750].iter().all(|content| !matches!(content, Content::Isrc { .. })));
        for (lba, content) in (-150..).zip(&contents) {
            if let Content::Mcn { frame, .. } | Content::Isrc { frame, .. } = content {
                assert_eq!(i32::from(*frame), (lba + 150) % 75);
            }
        }
    }

    /// Whatever the phase, the first and last sector of an index tell their position.
    #[test]
    fn edges_are_never_hidden() {
        for shift in 0..90 {
            let mut disc = disc();
            disc.sessions[0].tracks[1].indexes = vec![Lba(840 + shift), Lba(842 + shift), Lba(1000)];
            for lba in [600, 749, 750, 839 + shift, 840 + shift, 841 + shift, 842 + shift, 1749] {
                assert!(matches!(q_at(&disc, lba).content, Content::Position { .. }));
            }
        }
    }

    #[test]
    fn an_empty_disc_and_far_addresses_are_no_trouble() {
        let empty = Disc::new(Medium::Cd, vec![]);
        assert_eq!(synthesise(&empty, Lba(0)), [0; SUBCHANNEL]);
        for lba in [i32::MIN, -45_150, 449_849, i32::MAX] {
            let packed = synthesise(&disc(), Lba(lba));
            assert_eq!(deinterleave(&interleave(&packed)), packed);
        }
    }
}
