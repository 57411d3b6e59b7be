//! Numbers as people read them: sizes, times, rates; and the names of things.

use std::path::Path;

use crate::disc::Disc;
use crate::disc::cd_text::Field;
use crate::image::file_name;
use crate::job;

/// "640 MB": three figures at most, decimal units, as discs are sold.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    match unit {
        0 => format!("{bytes} bytes"),
        _ if value < 9.95 => format!("{value:.1} {}", UNITS[unit]),
        _ => format!("{value:.0} {}", UNITS[unit]),
    }
}

/// What an image takes: "about 640 MB"; packed, "at most 640 MB", because nobody knows before how small that makes it.
pub fn takes(bytes: u64, packed: bool) -> String {
    format!("{} {}", if packed { "at most" } else { "about" }, size(bytes))
}

/// A size of blocks: "64 KiB", "19,584 bytes".
pub fn block(bytes: u32) -> String {
    match bytes {
        bytes if bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        bytes if bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        bytes => format!("{} bytes", number(bytes.into())),
    }
}

/// "1,234,567".
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 track", "12 tracks".
pub fn count(number_of: u64, noun: &str) -> String {
    if number_of == 1 { format!("1 {noun}") } else { format!("{} {noun}s", number(number_of)) }
}

/// Sectors as playing time: "4:02", "1:02:33".
pub fn time(sectors: u32) -> String {
    let seconds = (sectors + 37) / 75;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// How long something took: "less than 0.1 s", "0.4 s", "12 s", "3 min 20 s".
pub fn took(seconds: f64) -> String {
    match seconds {
        s if s < 0.1 => "less than 0.1 s".to_owned(),
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 99.5 => format!("{s:.0} s"),
        s => format!("{} min {:02} s", s as u64 / 60, s as u64 % 60),
    }
}

/// Bytes a second: "210 MB/s".
pub fn rate(bytes_a_second: f64) -> String {
    format!("{}/s", size(bytes_a_second.max(0.0) as u64))
}

/// What is left, as a range that widens with the distance: "about 10–15 s left", "2–3 min left".
pub fn left(seconds: f64) -> String {
    if seconds < 2.0 {
        return "a moment left".to_owned();
    }
    let (low, high) = (seconds * 0.85, seconds * 1.25);
    if high < 90.0 {
        let step = if high < 12.0 { 1.0 } else { 5.0 };
        let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
        return range(low.max(1.0), high, "s");
    }
    range((low / 60.0).floor().max(1.0), (high / 60.0).ceil(), "min")
}

fn range(low: f64, high: f64, unit: &str) -> String {
    if low >= high { format!("about {high:.0} {unit} left") } else { format!("{low:.0}–{high:.0} {unit} left") }
}

/// What is read, by its name: a file's, or "the disc in /dev/sr0".
pub fn source(path: &Path) -> String {
    match job::drive_of(path) {
        Some(name) if name.starts_with(job::DEMO) => "the disc in software".to_owned(),
        Some(name) => format!("the disc in {name}"),
        None => file_name(path),
    }
}

/// A drive by its name: "/dev/sr0"; "in software, with a.iso in it".
pub fn drive(name: &str) -> String {
    match name.strip_prefix(job::DEMO).map(|image| image.trim_start_matches(':')) {
        Some("") => "in software".to_owned(),
        Some(image) => format!("in software, with {} in it", file_name(Path::new(image))),
        None => name.to_owned(),
    }
}

/// The name of a disc in a drive: what it says of itself, or where it is.
pub fn disc_in_drive(path: &Path, disc: &Disc) -> String {
    let title = disc.cd_text.text(0, 0, Field::Title).map(str::trim).filter(|title| !title.is_empty());
    title.map_or_else(|| source(path).replacen('t', "T", 1), str::to_owned)
}

/// As the name of a file: what a file system takes for something else becomes a dash.
pub fn for_file(name: &str) -> String {
    name.chars().map(|c| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '-' } else { c }).collect()
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discs_in_drives_have_names() {
        let mut disc = Disc::new(crate::disc::Medium::Cd, Vec::new());
        assert_eq!(source(Path::new("drive:/dev/sr0")), "the disc in /dev/sr0");
        assert_eq!(source(Path::new("drive:demo:a.iso")), "the disc in software");
        assert_eq!(source(Path::new("some/a.iso")), "a.iso");
        assert_eq!(["demo", "demo:some/a.iso", "D:"].map(drive), ["in software", "in software, with a.iso in it", "D:"]);
        assert_eq!(disc_in_drive(Path::new("drive:D:"), &disc), "The disc in D:");
        disc.cd_text.set(0, Field::Title, "AC/DC: Live");
        assert_eq!(disc_in_drive(Path::new("drive:D:"), &disc), "AC/DC: Live");
        assert_eq!(for_file("AC/DC: Live"), "AC-DC- Live");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [0, 999, 1_000, 9_949, 9_950, 999_499, 999_500, 681_984_000].map(size),
            ["0 bytes", "999 bytes", "1.0 kB", "9.9 kB", "10 kB", "999 kB", "1.0 MB", "682 MB"]
        );
        assert_eq!([0, 12, 1_234, 1_234_567].map(number), ["0", "12", "1,234", "1,234,567"]);
        assert_eq!([302, 333_000].map(time), ["0:04", "1:14:00"]);
        assert_eq!([0.44, 12.4, 200.0].map(took), ["0.4 s", "12 s", "3 min 20 s"]);
        assert_eq!(count(1, "track"), "1 track");
        assert_eq!([65_536, 2 << 20, 19_584].map(block), ["64 KiB", "2 MiB", "19,584 bytes"]);
    }

    #[test]
    fn the_time_left_is_a_range_that_holds_the_estimate() {
        assert_eq!(
            [1.0, 8.0, 40.0, 100.0, 600.0].map(left),
            ["a moment left", "6–10 s left", "30–50 s left", "1–3 min left", "8–13 min left"]
        );
    }
}
