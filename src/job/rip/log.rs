//! [`Log`]: what is written down of a rip, for people and for programs: a `key: value` line each, and tables under headings.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use sha1::{Digest, Sha1};

use super::asking::Said;
use super::engine::{Part, PassCount};
use super::store::Store;
use super::strategy::Pass;
use super::{AudioCheck, AudioReport, RipReport, RipTask};
use crate::disc::{Disc, TrackId};
use crate::drive::mmc::Identity;
use crate::job::{ConvertReport, Digests, TrackDigests};

/// What a log is made of.
pub struct Log<'a> {
    /// What the drive says of itself.
    pub drive: Option<&'a Identity>,
    /// The disc.
    pub disc: &'a Disc,
    /// What was asked for.
    pub task: &'a RipTask,
    /// What was read.
    pub store: &'a Store,
    /// The passes of this run.
    pub passes: &'a [PassCount],
    /// What the drive said instead of giving sectors.
    pub said: &'a Said,
    /// What came of it.
    pub report: &'a RipReport,
    /// Of the disc, and of its tracks.
    pub sums: &'a (Option<Digests>, Vec<TrackDigests>),
    /// The image.
    pub made: &'a ConvertReport,
}

impl Log<'_> {
    /// The whole text, its own checksum in the last line.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.head(&mut text);
        self.pass_table(&mut text);
        self.track_table(&mut text);
        self.said_table(&mut text);
        self.audio_table(&mut text);
        self.sum_table(&mut text);
        self.damage_table(&mut text);
        self.suspect_table(&mut text);
        let sum = hex(&Sha1::digest(text.as_bytes()));
        line(&mut text, "SHA-1 of everything above this line", &sum);
        text
    }

    fn head(&self, text: &mut String) {
        let (task, disc) = (self.task, self.disc);
        let name = self.drive.map_or_else(|| "unknown".to_owned(), Identity::name);
        let read = self.store.map().len() - self.report.damage.sectors;
        let plus = if self.store.has_sub() { ", and 96 bytes of subchannel" } else { "" };
        let outputs: Vec<String> = self.made.outputs.iter().map(|path| crate::image::file_name(path)).collect();
        text.push_str("Spindle rip log, version 1\n\n");
        line(text, "program", concat!("Spindle ", env!("CARGO_PKG_VERSION")));
        line(text, "begun", self.store.begun());
        line(text, "ended", &now());
        line(text, "drive", &name);
        line(text, "firmware", self.drive.map_or("unknown", |drive| &drive.revision));
        line(text, "medium", disc.medium.word());
        line(text, "sessions", &disc.sessions.len().to_string());
        line(text, "sectors", &self.store.map().len().to_string());
        line(text, "sectors read", &read.to_string());
        line(text, "sectors unreadable", &self.report.damage.sectors.to_string());
        line(text, "sectors read, but wrong by their own EDC", &self.report.suspects.sectors.to_string());
        line(text, "bytes of a sector", &format!("{}{plus}", self.store.layout().record));
        line(text, "speed", &task.speed.map_or_else(|| "as fast as it goes".to_owned(), |times| format!("{times}x")));
        line(text, "rounds over bad sectors", &task.retries.to_string());
        line(text, "went on with an earlier run", yes(self.store.is_resumed()));
        line(text, "image", &outputs.join(", "));
        line(text, "image read back and equal", yes(self.made.verified));
        self.made.losses.iter().for_each(|loss| line(text, "left behind", &loss.to_string()));
    }

    fn pass_table(&self, text: &mut String) {
        text.push_str("\n[passes of this run]\npass     commands    failed  sectors read   seconds  slowest command\n");
        for count in self.passes {
            let name = match count.part {
                Part::Pass(Pass::Copy(pass)) => format!("copy {pass}"),
                Part::Pass(Pass::Trim) => "trim".to_owned(),
                Part::Pass(Pass::Scrape) => "scrape".to_owned(),
                Part::Pass(Pass::Retry(round)) => format!("retry {round}"),
                Part::Compare => "compare".to_owned(),
                Part::Settle => "settle".to_owned(),
            };
            let PassCount { requests, failed, read, seconds, slowest, .. } = count;
            // Writing to a string can't fail.
            let _ = writeln!(text, "{name:<8} {requests:>8}  {failed:>8}  {read:>12}  {seconds:>8.1}  {slowest:>15.3}");
        }
    }

    /// What the drive said, with its sense codes.
    fn said_table(&self, text: &mut String) {
        let all = self.said.all();
        if !all.is_empty() {
            text.push_str("\n[what the drive said in this run instead of giving sectors]\ntimes\tfirst at\twhat\n");
        }
        for (words, count, at) in all {
            let _ = writeln!(text, "{count}\t{at}\t{}", visible(&words));
        }
    }

    fn audio_table(&self, text: &mut String) {
        let Some(audio) = &self.report.audio else { return };
        text.push_str("\n[audio]\n");
        line(text, "made sure of", how(audio));
        let known =
            if audio.offset_known { "" } else { ", for it is not known: the audio may lie some hundred samples from its place" };
        line(text, "read offset taken out, in samples", &format!("{}{known}", audio.offset));
        line(text, "samples at an end that the drive can't reach (silence)", &audio.lacking.to_string());
        line(text, "sectors whose readings differed", &audio.differed.to_string());
        line(text, "sectors whose readings never agreed", &audio.doubtful.to_string());
        let c2 = audio.evidence;
        let seen = format!("{} wrong samples shown, {} not, {} right ones shown as wrong", c2.hits, c2.misses, c2.false_alarms);
        line(text, "C2 error pointers", &seen);
        let q = audio.q;
        line(text, "frames of Q", &format!("{} read, {} with a wrong CRC, {} of them repaired", q.frames, q.bad, q.mended));
        for area in &audio.doubts {
            let time = area.start.to_msf();
            let place = format!("{} to {} ({time}), track {}", area.start, area.last(), area.track);
            line(text, "never agreed", &place);
        }
    }

    fn track_table(&self, text: &mut String) {
        text.push_str("\n[tracks]\n");
        let heads = ["session", "track", "mode", "start", "length", "unreadable", "CRC-32", "MD5", "SHA-1"];
        let _ = writeln!(text, "{}", heads.join("\t"));
        for TrackDigests { id, digests } in &self.sums.1 {
            let Some(track) = self.disc.track(*id) else { continue };
            let bad: u32 = self.report.damage.areas.iter().filter(|area| area.track == id.track).map(|area| area.sectors).sum();
            let TrackId { session, track: number } = id;
            let (mode, start, length) = (track.mode.word(), track.start, track.length);
            let _ = writeln!(text, "{session}\t{number}\t{mode}\t{start}\t{length}\t{bad}\t{}", sums(digests));
        }
        if let Some(digests) = &self.sums.0 {
            let _ = writeln!(text, "all\tall\t\t\t\t{}\t{}", self.report.damage.sectors, sums(digests));
        }
    }

    /// What databases know the audio by, and what they said, if they were asked.
    fn sum_table(&self, text: &mut String) {
        let Some(sums) = &self.report.sums else { return };
        let (a, b) = sums.ids.accurate_rip;
        text.push_str("\n[checksums of audio]\n");
        line(text, "AccurateRip", &format!("{:03}-{a:08x}-{b:08x}-{:08x}", sums.ids.audio_tracks, sums.ids.cddb));
        line(text, "MusicBrainz", &sums.ids.music_brainz);
        line(text, "CTDB", &format!("{}, CRC-32 {:08x}", sums.ids.ctdb, sums.ctdb));
        text.push_str("track\tCRC-32\tAccurateRip 1\tAccurateRip 2\tCTDB\n");
        for (id, track) in &sums.tracks {
            let _ = writeln!(text, "{}\t{:08x}\t{:08x}\t{:08x}\t{:08x}", id.track, track.crc32, track.v1, track.v2, track.ctdb);
        }
        if let Some(lookup) = &self.report.lookup {
            text.push_str("\n[databases]\n");
            lookup.words().iter().for_each(|(source, words)| line(text, source, words));
        }
    }

    fn damage_table(&self, text: &mut String) {
        text.push_str("\n[unreadable sectors]\n");
        if self.report.damage.areas.is_empty() {
            return text.push_str("none\n\n");
        }
        text.push_str(
            "Audio is silence there; data hold 55h behind their sync and header. The checksums above are of these stand-ins.\n",
        );
        text.push_str("first\tlast\tcount\ttime\ttrack\n");
        for area in &self.report.damage.areas {
            let time = if self.disc.medium.is_cd() { area.start.to_msf().to_string() } else { "-".to_owned() };
            let _ = writeln!(text, "{}\t{}\t{}\t{time}\t{}", area.start, area.last(), area.sectors, area.track);
        }
        text.push_str("\n[damaged files]\n");
        for path in &self.report.damage.files {
            let _ = writeln!(text, "{}", visible(path));
        }
        text.push_str(match (self.report.damage.files.is_empty(), self.report.damage.more_files) {
            (_, true) => {
                "There may be more: not all folders could be read, or they are of another file system than ISO 9660 and UDF.\n\n"
            }
            (true, false) => "none\n\n",
            (false, false) => "\n",
        });
    }
}

impl Log<'_> {
    fn suspect_table(&self, text: &mut String) {
        if self.report.suspects.at.is_empty() {
            return;
        }
        text.push_str("[sectors read, but wrong by their own EDC]\n");
        text.push_str("Copy protection is made so; so are the answers of a drive that does not tell of its errors.\n");
        self.report.suspects.at.iter().for_each(|lba| text.push_str(&format!("{lba}\n")));
        if self.report.suspects.sectors > self.report.suspects.at.len() as u64 {
            text.push_str("and more\n");
        }
        text.push('\n');
    }
}

/// How audio was made sure of, in words.
fn how(audio: &AudioReport) -> &'static str {
    match (audio.check, audio.trusted) {
        (AudioCheck::Once, _) => "no: read once, and taken as it came",
        (AudioCheck::Auto, true) => "one reading without C2 errors of a drive whose C2 pointers have proved true, more elsewhere",
        (AudioCheck::Auto | AudioCheck::Twice, _) => "two equal readings, votes of more where they differ",
    }
}

fn line(text: &mut String, key: &str, value: &str) {
    let _ = writeln!(text, "{key}: {}", visible(value));
}

/// What a drive or a disc says of itself may hold anything; a line is a line.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sums(digests: &Digests) -> String {
    format!("{:08x}\t{}\t{}", digests.crc32, hex(&digests.md5), hex(&digests.sha1))
}

/// The time now, in UTC, as ISO 8601 has it.
pub fn now() -> String {
    utc(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// Seconds since 1970 as a date and a time.
fn utc(seconds: u64) -> String {
    let (mut days, time) = (seconds / 86_400, seconds % 86_400);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while month < 11 && days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    format!("{year:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", month + 1, days + 1)
}

#[cfg(test)]
mod tests {
    use super::utc;

    /// By `date -u -d @SECONDS`.
    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(utc(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(utc(1_735_689_599), "2024-12-31T23:59:59Z");
        assert_eq!(utc(4_107_542_400), "2100-03-01T00:00:00Z");
    }
}
