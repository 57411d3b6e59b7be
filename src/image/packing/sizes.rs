//! Sizes as people write them, and the sizes of parts that fit on what people have.

/// A size that parts are usually made to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartSize {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Bytes of a part.
    pub bytes: u64,
}

/// The usual sizes of parts, smallest first.
///
/// A CD-R of 80 minutes holds 737,280,000 bytes, a DVD+R 4,700,372,992, and both need some for a file system. A file on FAT32 has at most
/// 2³² − 1 bytes (Microsoft, "FAT: General Overview of On-Disk Format", 1.03).
pub static PART_SIZES: &[PartSize] = &[
    PartSize { name: "cd", title: "CD, 700 MB", bytes: 700_000_000 },
    PartSize { name: "fat32", title: "FAT32, 4 GB", bytes: u32::MAX as u64 },
    PartSize { name: "dvd", title: "DVD, 4.7 GB", bytes: 4_690_000_000 },
];

/// A size as people write it: `650MiB`, `700M`, `4.7 GB`, a number of bytes. Without an `i`, units count in thousands, as discs are sold.
pub fn parse_size(text: &str) -> Option<u64> {
    parse(text, 1000)
}

/// The size of a block as people write it: as [`parse_size`], but `16K` and `16 kB` are 16,384 bytes, because blocks never are anything else.
pub fn parse_block(text: &str) -> Option<u32> {
    parse(text, 1024).and_then(|bytes| u32::try_from(bytes).ok())
}

/// `kilo`: what a K without an `i` counts.
fn parse(text: &str, kilo: u64) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_lowercase();
    let unit = unit.strip_suffix("bytes").or(unit.strip_suffix('b')).unwrap_or(&unit);
    let (letter, base) = match unit.strip_suffix('i') {
        Some(letter) => (letter, 1024_u64),
        None => (unit, kilo),
    };
    let power = match (letter, unit.len()) {
        ("", 0) => 0,
        ("k", _) => 1,
        ("m", _) => 2,
        ("g", _) => 3,
        ("t", _) => 4,
        _ => return None,
    };
    let unit = u128::from(base.pow(power));
    let (whole, part) = number.split_once(['.', ',']).unwrap_or((number, ""));
    // More digits than these say nothing any more, and would not fit.
    let part = &part[..part.len().min(12)];
    let number = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<u128>().ok() };
    if whole.is_empty() && part.is_empty() {
        return None;
    }
    let bytes = number(whole)?.checked_mul(unit)? + number(part)? * unit / 10_u128.pow(part.len() as u32);
    u64::try_from(bytes).ok().filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("700M", 700_000_000),
            ("700 MB", 700_000_000),
            ("4.7G", 4_700_000_000),
            ("4,7 gb", 4_700_000_000),
            ("650MiB", 681_574_400),
            ("650 mi", 681_574_400),
            ("1.5k", 1500),
            ("2048", 2048),
            ("2048 bytes", 2048),
            ("1b", 1),
            (".5KiB", 512),
            ("1.00000000000000000000009M", 1_000_000),
        ] {
            assert_eq!(parse_size(text), Some(bytes), "{text}");
        }
        for text in ["", " ", "MB", ".", "1.2.3", "-1", "0", "0.0001", "1 x", "1 ii", "1 i", "5bb", "99999999999T", "1e6", "½"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
        assert_eq!(["2K", "16 kB", "1M", "19584", "64KiB"].map(parse_block), [2048, 16_384, 1 << 20, 19_584, 65_536].map(Some));
        assert_eq!(parse_block("5G"), None);
    }
}
