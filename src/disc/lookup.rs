//! By which numbers the databases of audio CDs know a disc: all are made of the table of contents alone.
//!
//! | database | its number |
//! |---|---|
//! | AccurateRip | two sums over the starts of the audio tracks, and the CDDB number |
//! | CDDB, gnudb | digit sums of the starts in seconds, the length, the number of tracks |
//! | MusicBrainz | SHA-1 of the table as text, in a base 64 of its own |
//! | CUETools (CTDB) | the table itself, as text |
//!
//! The crate `cdtoc` judges them in the tests.

use std::fmt::Write as _;

use sha1::{Digest, Sha1};

use super::{Disc, Lba, Track};

/// Sectors before LBA 0, which some of the databases count.
const PAUSE: u32 = 150;
/// Sectors of a second.
const SECOND: u32 = 75;
/// MusicBrainz knows no more tracks.
const MOST_TRACKS: usize = 99;
/// Sectors by which the lead-out of an audio session lies before the first data track of the next one: lead-out, lead-in and pregap of two sessions
/// (11,400 sectors: 6750 + 4500 + 150).
const SESSION_GAP: u32 = 11_400;

/// The numbers of a disc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscIds {
    /// The first and the second of AccurateRip's.
    pub accurate_rip: (u32, u32),
    /// Of CDDB and gnudb.
    pub cddb: u32,
    /// Of MusicBrainz.
    pub music_brainz: String,
    /// For CTDB: the starts of the tracks and of the lead-out, those of data with a minus before them.
    pub ctdb: String,
    /// Audio tracks.
    pub audio_tracks: u32,
}

fn is_audio(track: &Track) -> bool {
    !track.mode.is_data()
}

/// The sector of an address as the databases count: from LBA 0 on.
fn sector(lba: Lba) -> u32 {
    u32::try_from(lba.0).unwrap_or(0)
}

impl DiscIds {
    /// Of a CD with audio; `None` of others.
    pub fn of(disc: &Disc) -> Option<DiscIds> {
        let tracks: Vec<&Track> = disc.tracks().map(|(_, track)| track).collect();
        let audio: Vec<&Track> = tracks.iter().copied().filter(|track| is_audio(track)).collect();
        if !disc.medium.is_cd() || audio.is_empty() || tracks.len() > MOST_TRACKS {
            return None;
        }
        let lead_out = sector(disc.lead_out());
        let starts: Vec<u32> = tracks.iter().map(|track| sector(track.start)).collect();
        Some(DiscIds {
            accurate_rip: accurate_rip(&audio, lead_out),
            cddb: cddb(&starts, lead_out),
            music_brainz: music_brainz(&tracks, audio_end(disc)),
            ctdb: ctdb(&tracks, lead_out),
            audio_tracks: audio.len() as u32,
        })
    }

    /// Where AccurateRip keeps what it knows of the disc, behind its host's name.
    pub fn accurate_rip_path(&self) -> String {
        let (first, second) = self.accurate_rip;
        let [a, b, c] = [0, 4, 8].map(|shift| first >> shift & 0xF);
        let (count, cddb) = (self.audio_tracks, self.cddb);
        format!("/accuraterip/{a:x}/{b:x}/{c:x}/dBAR-{count:03}-{first:08x}-{second:08x}-{cddb:08x}.bin")
    }
}

/// Sums over the starts of the audio tracks; the lead-out is that of the disc, data included.
fn accurate_rip(audio: &[&Track], lead_out: u32) -> (u32, u32) {
    let (mut first, mut second) = (0u32, 0u32);
    for (track, number) in audio.iter().zip(1..) {
        let start = sector(track.start);
        first = first.wrapping_add(start);
        second = second.wrapping_add(start.max(1).wrapping_mul(number));
    }
    let number = audio.len() as u32 + 1;
    (first.wrapping_add(lead_out), second.wrapping_add(lead_out.wrapping_mul(number)))
}

fn cddb(starts: &[u32], lead_out: u32) -> u32 {
    let seconds = |sector: u32| (sector + PAUSE) / SECOND;
    let digits = |mut n: u32| {
        let mut sum = 0;
        while n > 0 {
            sum += n % 10;
            n /= 10;
        }
        sum
    };
    let sum: u32 = starts.iter().map(|&start| digits(seconds(start))).sum();
    let length = seconds(lead_out).saturating_sub(starts.first().map_or(0, |&start| seconds(start)));
    (sum % 255) << 24 | (length & 0xFFFF) << 8 | starts.len() as u32
}

/// Where the audio of a disc ends as MusicBrainz sees it: a last session of data does not count.
fn audio_end(disc: &Disc) -> (usize, u32) {
    let all = disc.tracks().count();
    let end = (all, sector(disc.lead_out()));
    let [.., before, last] = disc.sessions.as_slice() else { return end };
    let Some(data) = last.tracks.first().filter(|_| last.tracks.iter().all(|track| !is_audio(track))) else { return end };
    // What the first session says of its own end is not always told; where the next one begins always is.
    let told = sector(before.lead_out);
    let lead_out = if told > 0 { told } else { sector(data.start).saturating_sub(SESSION_GAP) };
    (all - last.tracks.len(), lead_out)
}

/// SHA-1 of first track, last track, lead-out and the starts of 99 tracks, all in hexadecimal digits; in base 64 with `.`, `_` and `-` for `+`, `/` and `=`.
fn music_brainz(tracks: &[&Track], (count, lead_out): (usize, u32)) -> String {
    let tracks = &tracks[..count.min(tracks.len())];
    let (first, last) = (tracks.first().map_or(1, |track| track.number), tracks.last().map_or(1, |track| track.number));
    // Writing to a string can't fail.
    let mut text = format!("{first:02X}{last:02X}{:08X}", lead_out + PAUSE);
    for number in 1..=MOST_TRACKS as u8 {
        let start = tracks.iter().find(|track| track.number == number).map_or(0, |track| sector(track.start) + PAUSE);
        let _ = write!(text, "{start:08X}");
    }
    base64(&Sha1::digest(text.as_bytes()))
}

/// Twenty bytes make 27 digits and one of filling.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - group.len()));
        for digit in 0..4 {
            let at = (bits >> (18 - 6 * digit) & 63) as usize;
            text.push(if digit <= group.len() { char::from(DIGITS[at]) } else { '-' });
        }
    }
    text
}

fn ctdb(tracks: &[&Track], lead_out: u32) -> String {
    let mut text = String::new();
    for track in tracks {
        let _ = write!(text, "{}{}:", if is_audio(track) { "" } else { "-" }, sector(track.start));
    }
    let _ = write!(text, "{lead_out}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disc::{Medium, Session, TrackMode};

    fn disc(starts: &[i32], lead_out: i32) -> Disc {
        let ends = starts.iter().skip(1).chain([&lead_out]);
        let tracks = starts.iter().zip(ends).zip(1..).map(|((&start, &end), number)| {
            let pregap = if number == 1 { start as u32 + PAUSE } else { 0 };
            Track { pregap, ..Track::new(number, TrackMode::Audio, Lba(start), (end - start) as u32) }
        });
        Disc::new(Medium::Cd, tracks.collect())
    }

    /// The example of MusicBrainz's own documentation ("Disc ID Calculation"): its disc of six tracks.
    #[test]
    fn the_example_of_musicbrainz() {
        let disc = disc(&[0, 15_213, 32_164, 46_442, 63_264, 80_339], 95_312);
        assert_eq!(DiscIds::of(&disc).unwrap().music_brainz, "49HHV7Eb8UKF3aQiNmu1GR8vKTY-");
    }

    #[test]
    fn another_program_counts_the_same() {
        let judge = |cdtoc: &str| cdtoc::Toc::from_cdtoc(cdtoc).unwrap();
        // Each start and the lead-out with the pause before LBA 0, in hexadecimal digits.
        let plain = judge("4+96+2D2B+6256+B327+D84A");
        let ours = DiscIds::of(&disc(&[0, 0x2D2B - 150, 0x6256 - 150, 0xB327 - 150], 0xD84A - 150)).unwrap();
        assert_ids(&ours, &plain);
        let mut enhanced = disc(&[0, 0x2D2B - 150, 0x6256 - 150], 0xB327 - 150 - 11_400);
        let data = Track { pregap: 150, ..Track::new(4, TrackMode::Mode2Form1, Lba(0xB327 - 150), 0xD84A - 0xB327) };
        enhanced.sessions.push(Session { number: 2, lead_out: data.end(), tracks: vec![data], disc_type: Default::default() });
        let ours = DiscIds::of(&enhanced).unwrap();
        assert_ids(&ours, &judge("3+96+2D2B+6256+B327+D84A"));
        assert_eq!(ours.ctdb, "0:11413:25024:-45713:55220");
    }

    /// The judge leaves a first track of data out of MusicBrainz's number; libdiscid, which MusicBrainz itself has people use, counts it.
    #[test]
    fn data_before_the_audio_are_counted_as_others_do() {
        let mut mixed = disc(&[0, 0x2D2B - 150, 0x6256 - 150], 0xB327 - 150);
        mixed.sessions[0].tracks[0].mode = TrackMode::Mode1;
        let judge = cdtoc::Toc::from_parts(vec![0x2D2B, 0x6256], Some(150), 0xB327).unwrap();
        let ours = DiscIds::of(&mixed).unwrap();
        assert_accurate_rip(&ours, &judge);
        assert_eq!(ours.ctdb, "-0:11413:25024:45713");
    }

    fn assert_ids(ours: &DiscIds, judge: &cdtoc::Toc) {
        assert_eq!(ours.music_brainz, judge.musicbrainz_id().to_string());
        assert_accurate_rip(ours, judge);
    }

    fn assert_accurate_rip(ours: &DiscIds, judge: &cdtoc::Toc) {
        assert_eq!(format!("{:08x}", ours.cddb), judge.cddb_id().to_string());
        let theirs = judge.accuraterip_id().to_string();
        let (a, b) = ours.accurate_rip;
        assert_eq!(format!("{:03}-{a:08x}-{b:08x}-{:08x}", ours.audio_tracks, ours.cddb), theirs);
        let url = judge.accuraterip_checksum_url();
        assert!(url.ends_with(&ours.accurate_rip_path()), "{url} {}", ours.accurate_rip_path());
    }

    #[test]
    fn discs_without_audio_are_in_no_such_database() {
        let mut data = disc(&[0], 1000);
        data.sessions[0].tracks[0].mode = TrackMode::Mode1;
        assert_eq!(DiscIds::of(&data), None);
    }
}
