//! Sectors of audio from where they lie on the disc. Drives find the beginning of a sector of audio only roughly: each model reads so many samples
//! late or early, always the same number, its read offset. Sectors of data begin with a pattern and need nothing of the kind.

use std::ops::Range;

use super::mmc::{C2, ReadCd, SubRead};
use crate::disc::sector::{RAW, SUBCHANNEL};
use crate::disc::{Disc, Lba, Track};

/// Samples of a sector; each is four bytes, left and right.
pub const SAMPLES: i32 = 588;
/// Bytes of a sample.
const SAMPLE: usize = 4;
/// Bytes of error pointers of a sector: a bit for each byte, so half a byte for each sample.
pub const POINTERS: usize = C2::Pointers.size();

/// How a drive reads audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AudioReading {
    /// The read offset in samples, as AccurateRip counts it: sample `n` of the disc is what the drive gives as sample `n + offset`. It is positive
    /// where the drive reads early, and the end of a disc then lies behind the lead-out's start.
    pub offset: i32,
    /// Sectors before LBA 0 that the drive gives.
    pub before: u32,
    /// Sectors behind the start of a session's lead-out that the drive gives.
    pub behind: u32,
    /// Error pointers may be asked for.
    pub c2: bool,
}

impl AudioReading {
    /// Sectors more than those wanted that one command has to carry, at most, and the subchannel's place among them.
    pub fn extra(&self) -> u32 {
        if self.offset == 0 { 0 } else { self.offset.unsigned_abs() / SAMPLES as u32 + 2 }
    }

    /// How many samples at an end of the audio the drive can't give: those are silence in what is read.
    pub fn lacking(&self) -> u32 {
        let reach = if self.offset > 0 { self.behind } else { self.before };
        self.offset.unsigned_abs().saturating_sub(reach.saturating_mul(SAMPLES as u32))
    }
}

/// The addresses that can be read together with this one: those of audio tracks that follow each other in a session, and at the ends of the program
/// what the drive gives beyond them.
pub fn reachable(disc: &Disc, at: Lba, reading: AudioReading) -> Range<i32> {
    let is_audio = |track: &Track| !track.mode.is_data();
    let Some((session, _)) = disc.track_at(at).filter(|(_, track)| is_audio(track)) else { return at.0..at.0 };
    let place = session.tracks.partition_point(|track| track.end() <= at);
    let (before, from) = session.tracks.split_at(place);
    let first = place - before.iter().rev().take_while(|track| is_audio(track)).count();
    let last = place + from.iter().take_while(|track| is_audio(track)).count();
    let Some((start, end)) = session.tracks.get(first).zip(last.checked_sub(1).and_then(|last| session.tracks.get(last))) else {
        return at.0..at.0;
    };
    // Before LBA 0 there is the pause of the first track, in the table of contents or not.
    let start = match start.first() {
        first if first <= Lba(0) => -(reading.before as i32),
        first => first.0,
    };
    let end = if end.end() == session.lead_out { end.end() + reading.behind } else { end.end() };
    start..end.0
}

/// A command for sectors of audio, and where in its answer they begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// What the drive is asked for; its `count` may be 0.
    pub command: ReadCd,
    /// Where the answer's first sector belongs among all that would be needed.
    skip: usize,
    /// The first sample that is wanted, counted in samples from the first sector needed.
    main: usize,
    /// The first sector whose subchannel is wanted, counted from the first needed.
    sub: usize,
}

impl Reach {
    /// For `count` sectors from `at` on, of which the drive can give `reachable`.
    pub fn new(at: Lba, count: u32, reading: AudioReading, reachable: &Range<i32>, sub: bool) -> Reach {
        let (shift, samples) = (reading.offset.div_euclid(SAMPLES), reading.offset.rem_euclid(SAMPLES));
        let end = at.0 + count as i32;
        let mut all = at.0 + shift..end + shift + i32::from(samples > 0);
        if sub {
            all = all.start.min(at.0)..all.end.max(end);
        }
        let given = all.start.clamp(reachable.start, reachable.end.max(reachable.start))..all.end.min(reachable.end);
        let command = ReadCd {
            lba: given.start,
            count: (given.end - given.start).max(0) as u32,
            audio: true,
            main: true,
            c2: if reading.c2 { C2::Pointers } else { C2::None },
            sub: if sub { SubRead::Raw } else { SubRead::None },
        };
        Reach {
            command,
            skip: given.start.saturating_sub(all.start).max(0) as usize,
            main: (at.0 + shift - all.start) as usize * SAMPLES as usize + samples as usize,
            // Where it is not wanted, its place is none of those needed.
            sub: (at.0 - all.start).max(0) as usize,
        }
    }

    /// Puts the answer where it belongs: 2352 bytes of each sector and its subchannel into `into`, 294 bytes of error pointers into `c2` where they
    /// came. What the drive can't give is silence.
    pub fn place(&self, answer: &[u8], into: &mut [u8], c2: &mut [u8]) {
        let line = self.command.size();
        let sub = self.command.sub.size();
        let pointers = self.command.c2.size();
        let samples = SAMPLES as usize;
        let given = |n: usize| n.checked_sub(self.skip).and_then(|n| answer.get(n * line..(n + 1) * line));
        let (first, within) = (self.main / samples, self.main % samples);
        for (n, wanted) in into.chunks_exact_mut(RAW + sub).enumerate() {
            let (main, channels) = wanted.split_at_mut(RAW);
            let cut = within * SAMPLE;
            let (head, tail) = main.split_at_mut(RAW - cut);
            put(head, given(first + n).map(|line| &line[cut..RAW]));
            put(tail, given(first + n + 1).map(|line| &line[..cut]));
            put(channels, given(self.sub + n).map(|line| &line[RAW + pointers..]));
        }
        for (n, wanted) in c2.chunks_exact_mut(POINTERS).enumerate().filter(|_| pointers > 0) {
            let part = |n: usize| given(n).map(|line| &line[RAW..RAW + POINTERS]);
            shift_pointers(wanted, part(first + n), part(first + n + 1), within);
        }
    }
}

fn put(into: &mut [u8], from: Option<&[u8]>) {
    match from {
        Some(from) => into.copy_from_slice(from),
        None => into.fill(0),
    }
}

/// The pointers of the samples from `within` on, and of as many of the next sector as are missing then.
fn shift_pointers(into: &mut [u8], first: Option<&[u8]>, second: Option<&[u8]>, within: usize) {
    let none = [0; POINTERS];
    let (first, second) = (first.unwrap_or(&none), second.unwrap_or(&none));
    into.fill(0);
    if within == 0 {
        return into.copy_from_slice(first);
    }
    // Most sectors have no errors.
    if first.iter().chain(second).all(|&byte| byte == 0) {
        return;
    }
    for n in 0..SAMPLES as usize {
        let from = within + n;
        let flagged = match from.checked_sub(SAMPLES as usize) {
            Some(next) => is_flagged(second, next),
            None => is_flagged(first, from),
        };
        if flagged {
            into[n / 2] |= if n % 2 == 0 { 0xF0 } else { 0x0F };
        }
    }
}

/// Whether error pointers point at any byte of a sample.
pub fn is_flagged(pointers: &[u8], sample: usize) -> bool {
    pointers.get(sample / 2).is_some_and(|byte| byte & if sample.is_multiple_of(2) { 0xF0 } else { 0x0F } != 0)
}

/// Bytes of a sector as it goes over the wire, with all that may go with it.
pub const fn wire(sub: bool, c2: bool) -> usize {
    RAW + if sub { SUBCHANNEL } else { 0 } + if c2 { POINTERS } else { 0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::disc::{Medium, TrackMode};

    fn track(number: u8, mode: TrackMode, start: i32, length: u32, pregap: u32) -> Track {
        Track { pregap, ..Track::new(number, mode, Lba(start), length) }
    }

    #[test]
    fn what_can_be_read_together_ends_where_data_begin() {
        let reading = AudioReading { offset: 667, before: 2, behind: 3, c2: false };
        let audio = TrackMode::Audio;
        let disc = Disc::new(
            Medium::Cd,
            vec![
                track(1, audio, 0, 100, 150),
                track(2, audio, 120, 80, 20),
                track(3, TrackMode::Mode1, 350, 50, 150),
                track(4, audio, 550, 50, 150),
            ],
        );
        assert_eq!(reachable(&disc, Lba(130), reading), -2..200);
        assert_eq!(reachable(&disc, Lba(0), reading), -2..200);
        assert_eq!(reachable(&disc, Lba(401), reading), 400..603);
        assert!(reachable(&disc, Lba(360), reading).is_empty());
    }

    proptest! {
        /// A drive that reads `offset` samples early or late, and gives only a part of the disc: what it gives comes out in its place, the rest is silence.
        #[test]
        fn samples_come_from_where_they_lie(
            offset in -2000i32..2000,
            at in 0i32..20,
            count in 1u32..6,
            reach in (-4i32..2, 12i32..30),
            sub in any::<bool>(),
        ) {
            let reading = AudioReading { offset, before: 0, behind: 0, c2: true };
            // Sample n of the disc is the number n; the drive gives it as sample n + offset.
            let read = |n: i32| n - offset;
            let found = Reach::new(Lba(at), count, reading, &(reach.0..reach.1), sub);
            let mut answer = Vec::new();
            for lba in (found.command.lba..).take(found.command.count as usize) {
                prop_assert!((reach.0..reach.1).contains(&lba));
                let samples = (lba * SAMPLES..).take(SAMPLES as usize);
                answer.extend(samples.clone().flat_map(|n| (read(n) + 100_000).to_le_bytes()));
                // Every third sample is pointed at.
                let flags: Vec<u8> = samples.map(|n| if read(n).rem_euclid(3) == 0 { 8 } else { 0 }).collect();
                answer.extend(flags.chunks(2).map(|pair| pair[0] << 4 | pair[1]));
                answer.extend(std::iter::repeat_n(lba as u8, if sub { SUBCHANNEL } else { 0 }));
            }
            let line = RAW + if sub { SUBCHANNEL } else { 0 };
            let (mut into, mut c2) = (vec![1; count as usize * line], vec![1; count as usize * POINTERS]);
            found.place(&answer, &mut into, &mut c2);
            for (n, line) in into.chunks(line).enumerate() {
                let lba = at + n as i32;
                for (k, sample) in line[..RAW].chunks(4).enumerate() {
                    let n_true = lba * SAMPLES + k as i32;
                    let from = (n_true + offset).div_euclid(SAMPLES);
                    let there = (reach.0..reach.1).contains(&from);
                    let wanted = if there { n_true + 100_000 } else { 0 };
                    prop_assert_eq!(i32::from_le_bytes(sample.try_into().unwrap()), wanted);
                    let flagged = is_flagged(&c2[n * POINTERS..(n + 1) * POINTERS], k);
                    prop_assert_eq!(flagged, there && n_true.rem_euclid(3) == 0);
                }
                let there = (reach.0..reach.1).contains(&lba);
                let wanted = if there { lba as u8 } else { 0 };
                prop_assert!(line[RAW..].iter().all(|&byte| byte == wanted));
            }
        }
    }
}
