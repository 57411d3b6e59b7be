//! [`Log`]: what is written down of a rip, for people and for programs: a `key: value` line each, and tables under headings.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use sha1::{Digest, Sha1};

use super::engine::PassCount;
use super::store::Store;
use super::strategy::Pass;
use super::{Damage, RipTask, Suspects};
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
    /// What could not be read.
    pub damage: &'a Damage,
    /// What was read and is wrong in itself.
    pub suspects: &'a Suspects,
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
        self.damage_table(&mut text);
        self.suspect_table(&mut text);
        let sum = hex(&Sha1::digest(text.as_bytes()));
        line(&mut text, "SHA-1 of everything above this line", &sum);
        text
    }

    fn head(&self, text: &mut String) {
        let (task, disc) = (self.task, self.disc);
        let name = self.drive.map_or_else(|| "unknown".to_owned(), Identity::name);
        let read = self.store.map().len() - self.damage.sectors;
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
        line(text, "sectors unreadable", &self.damage.sectors.to_string());
        line(text, "sectors read, but wrong by their own EDC", &self.suspects.sectors.to_string());
        line(text, "bytes of a sector", &format!("{}{plus}", self.store.layout().record));
        line(text, "speed", &task.speed.map_or_else(|| "as fast as it goes".to_owned(), |times| format!("{times}x")));
        line(text, "rounds over bad sectors", &task.retries.to_string());
        line(text, "went on with an earlier run", yes(self.store.is_resumed()));
        line(text, "image", &outputs.join(", "));
        line(text, "image read back and equal", yes(self.made.verified));
        self.made.losses.iter().for_each(|loss| line(text, "left behind", &loss.to_string()));
    }

    fn pass_table(&self, text: &mut String) {
        text.push_str("\n[passes of this run]\npass     commands    failed  sectors read\n");
        for count in self.passes {
            let name = match count.pass {
                Pass::Copy(pass) => format!("copy {pass}"),
                Pass::Trim => "trim".to_owned(),
                Pass::Scrape => "scrape".to_owned(),
                Pass::Retry(round) => format!("retry {round}"),
            };
            // Writing to a string can't fail.
            let _ = writeln!(text, "{name:<8} {:>8}  {:>8}  {:>12}", count.requests, count.failed, count.read);
        }
    }

    fn track_table(&self, text: &mut String) {
        text.push_str("\n[tracks]\n");
        let heads = ["session", "track", "mode", "start", "length", "unreadable", "CRC-32", "MD5", "SHA-1"];
        let _ = writeln!(text, "{}", heads.join("\t"));
        for TrackDigests { id, digests } in &self.sums.1 {
            let Some(track) = self.disc.track(*id) else { continue };
            let bad: u32 = self.damage.areas.iter().filter(|area| area.track == id.track).map(|area| area.sectors).sum();
            let TrackId { session, track: number } = id;
            let (mode, start, length) = (track.mode.word(), track.start, track.length);
            let _ = writeln!(text, "{session}\t{number}\t{mode}\t{start}\t{length}\t{bad}\t{}", sums(digests));
        }
        if let Some(digests) = &self.sums.0 {
            let _ = writeln!(text, "all\tall\t\t\t\t{}\t{}", self.damage.sectors, sums(digests));
        }
    }

    fn damage_table(&self, text: &mut String) {
        text.push_str("\n[unreadable sectors]\n");
        if self.damage.areas.is_empty() {
            return text.push_str("none\n\n");
        }
        text.push_str(
            "Audio is silence there; data hold 55h behind their sync and header. The checksums above are of these stand-ins.\n",
        );
        text.push_str("first\tlast\tcount\ttime\ttrack\n");
        for area in &self.damage.areas {
            let time = if self.disc.medium.is_cd() { area.start.to_msf().to_string() } else { "-".to_owned() };
            let _ = writeln!(text, "{}\t{}\t{}\t{time}\t{}", area.start, area.last(), area.sectors, area.track);
        }
        text.push_str("\n[damaged files]\n");
        for path in &self.damage.files {
            let _ = writeln!(text, "{}", visible(path));
        }
        text.push_str(match (self.damage.files.is_empty(), self.damage.more_files) {
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
        if self.suspects.at.is_empty() {
            return;
        }
        text.push_str("[sectors read, but wrong by their own EDC]\n");
        text.push_str("Copy protection is made so; so are the answers of a drive that does not tell of its errors.\n");
        self.suspects.at.iter().for_each(|lba| text.push_str(&format!("{lba}\n")));
        if self.suspects.sectors > self.suspects.at.len() as u64 {
            text.push_str("and more\n");
        }
        text.push('\n');
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
