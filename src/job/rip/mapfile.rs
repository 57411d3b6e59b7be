//! The text of a [`Map`]: a mapfile of GNU ddrescue (its manual, chapter "Mapfile structure"), so that `ddrescue`, `ddrescuelog` and
//! `ddrescueview` read it too.
//!
//! Positions and sizes are bytes of the working file, which holds the sectors that are ripped one after another: 2048 bytes each, of a CD 2352.
//! On a disc of one session position = LBA × size of a sector; the sectors of a later session follow those of the one before it directly.

use std::fmt::Write as _;
use std::ops::Range;

use super::map::{Map, Status};

/// Blocks that a map may have; a disc has no more damage than that.
const MOST_BLOCKS: usize = 1 << 20;

/// Where the work is: the current position and pass of a mapfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The sector that is asked for next.
    pub sector: u32,
    /// Which work is done: the character of the status that it takes away, `+` when all is done.
    pub work: char,
    /// Number of the pass, from 1.
    pub pass: u32,
}

/// Why a text is no map of this disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MapFlaw {
    /// A line that is none of the three kinds.
    #[error("line {0} is neither a comment, nor the current position, nor a block")]
    Line(usize),
    /// A block does not begin where the one before it ends.
    #[error("the block in line {line} begins at {found:#x}, expected {expected:#x}")]
    Gap {
        /// The line.
        line: usize,
        /// Where the block before it ends.
        expected: u64,
        /// Where it begins.
        found: u64,
    },
    /// A block that is empty, or ends within a sector.
    #[error("the block in line {line} has {found:#x} bytes, expected a multiple of {sector} above 0")]
    Size {
        /// The line.
        line: usize,
        /// Its size.
        found: u64,
        /// Bytes of a sector.
        sector: u64,
    },
    /// It is about more or less than the disc.
    #[error("the map is about {found:#x} bytes, expected {expected:#x}")]
    Length {
        /// Bytes of the disc.
        expected: u64,
        /// Bytes that the map is about.
        found: u64,
    },
    /// More blocks than a disc can have.
    #[error("the map has more than {MOST_BLOCKS} blocks")]
    TooMany,
}

fn character(status: Status) -> char {
    match status {
        Status::NonTried => '?',
        Status::NonTrimmed => '*',
        Status::NonScraped => '/',
        Status::Bad => '-',
        Status::Finished => '+',
    }
}

fn status(word: &str) -> Option<Status> {
    let all = [Status::NonTried, Status::NonTrimmed, Status::NonScraped, Status::Bad, Status::Finished];
    all.into_iter().find(|status| word.chars().eq([character(*status)]))
}

/// A number as C writes it: decimal, `0x…`, `0…`.
fn number(word: &str) -> Option<u64> {
    let digits = |text: &str, radix| u64::from_str_radix(text, radix).ok().filter(|_| !text.starts_with('+'));
    match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(hex) => digits(hex, 16),
        None if word.len() > 1 && word.starts_with('0') => digits(&word[1..], 8),
        None => digits(word, 10),
    }
}

/// The text of a map whose sectors have `size` bytes. Comments may not hold line ends.
pub fn print(map: &Map, size: u32, place: Place, comments: &[&str]) -> String {
    let bytes = |sector: u32| u64::from(sector) * u64::from(size);
    let mut text = String::new();
    // Writing to a string can't fail.
    for comment in comments {
        let _ = writeln!(text, "# {}", comment.replace(['\n', '\r'], " "));
    }
    text.push_str("# current_pos  current_status  current_pass\n");
    let _ = writeln!(text, "0x{:08X}     {}               {}", bytes(place.sector), place.work, place.pass);
    text.push_str("#      pos        size  status\n");
    for block in map.blocks() {
        let Range { start, end } = block.sectors;
        let _ = writeln!(text, "0x{:08X}  0x{:08X}  {}", bytes(start), bytes(end - start), character(block.status));
    }
    text
}

/// Reads the text of a map of `sectors` sectors of `size` bytes.
///
/// The current position is checked for its form alone: where to go on follows from the blocks.
pub fn parse(text: &str, sectors: u32, size: u32) -> Result<Map, MapFlaw> {
    let sector = u64::from(size);
    let expected = u64::from(sectors) * sector;
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim_start().starts_with('#') && !line.trim().is_empty());
    let mut blocks: Vec<(u32, u32, Status)> = Vec::new();
    let (mut at, mut placed) = (0, false);
    for (line, n) in lines {
        let words: Vec<&str> = line.split_whitespace().take(4).collect();
        if !placed {
            // Before version 1.20 of ddrescue there was no number of the pass.
            let [place, work, pass @ ..] = words.as_slice() else { return Err(MapFlaw::Line(n)) };
            let works = ["?", "*", "/", "-", "F", "G", "+"].contains(work);
            if number(place).is_none() || !works || pass.len() > 1 || pass.iter().any(|pass| number(pass).is_none()) {
                return Err(MapFlaw::Line(n));
            }
            placed = true;
            continue;
        }
        let [found, len, word] = words.as_slice() else { return Err(MapFlaw::Line(n)) };
        let (Some(found), Some(len), Some(status)) = (number(found), number(len), status(word)) else {
            return Err(MapFlaw::Line(n));
        };
        if found != at {
            return Err(MapFlaw::Gap { line: n, expected: at, found });
        }
        if len == 0 || len % sector != 0 {
            return Err(MapFlaw::Size { line: n, found: len, sector });
        }
        let end = at.checked_add(len).filter(|&end| end <= expected);
        let end = end.ok_or(MapFlaw::Length { expected, found: at.saturating_add(len) })?;
        if blocks.len() >= MOST_BLOCKS {
            return Err(MapFlaw::TooMany);
        }
        // Both are at most `sectors`, a number of 32 bits.
        blocks.push(((at / sector) as u32, (end / sector) as u32, status));
        at = end;
    }
    if at != expected {
        return Err(MapFlaw::Length { expected, found: at });
    }
    Ok(Map::of_blocks(blocks))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLACE: Place = Place { sector: 3, work: '*', pass: 1 };

    /// The example of ddrescue's manual, with its sizes made whole sectors.
    const EXAMPLE: &str = "# Mapfile. Created by GNU ddrescue version 1.27\n# Command line: ddrescue -d -c18 /dev/fd0 fdimage mapfile\n# Start time:   2023-08-09 10:11:12\n# current_pos  current_status  current_pass\n0x00002000     ?               1\n#      pos        size  status\n0x00000000  0x00008000  +\n0x00008000  0x00010000  *\n0x00018000  8192  /\n0x0001A000  0x00000800  -\n0x0001A800  0x00000800  ?\n";

    #[test]
    fn the_manual_s_example_is_read() {
        let map = parse(EXAMPLE, 54, 2048).unwrap();
        let counts = [Status::Finished, Status::NonTrimmed, Status::NonScraped, Status::Bad, Status::NonTried];
        assert_eq!(counts.map(|status| map.count(status)), [16, 32, 4, 1, 1]);
    }

    #[test]
    fn what_is_no_map_of_the_disc_is_refused() {
        let with = |blocks: &str| parse(&format!("0 ? 1\n{blocks}"), 4, 2048);
        assert_eq!(with("0 8192 +\n").map(|map| map.count(Status::Finished)), Ok(4));
        assert_eq!(with("0 8192 +"), parse("0 +\n0 0x2000 +", 4, 2048), "an old one, without the pass");
        assert_eq!(with(""), Err(MapFlaw::Length { expected: 8192, found: 0 }));
        assert_eq!(parse("", 4, 2048), Err(MapFlaw::Length { expected: 8192, found: 0 }));
        assert_eq!(with("0 4096 +\n"), Err(MapFlaw::Length { expected: 8192, found: 4096 }));
        assert_eq!(with("0 16384 +\n"), Err(MapFlaw::Length { expected: 8192, found: 16384 }));
        assert_eq!(with("2048 6144 +\n"), Err(MapFlaw::Gap { line: 2, expected: 0, found: 2048 }));
        assert_eq!(with("0 4096 +\n2048 6144 -\n"), Err(MapFlaw::Gap { line: 3, expected: 4096, found: 2048 }));
        assert_eq!(with("0 100 +\n"), Err(MapFlaw::Size { line: 2, found: 100, sector: 2048 }));
        assert_eq!(with("0 0 +\n"), Err(MapFlaw::Size { line: 2, found: 0, sector: 2048 }));
        assert_eq!(with("0 0xFFFFFFFFFFFFF800 +\n"), Err(MapFlaw::Length { expected: 8192, found: 0xFFFF_FFFF_FFFF_F800 }));
        for line in
            ["0 8192", "0 8192 x", "0 8192 + +", "-1 8192 +", "0 +8192 +", "0 0x +", "é 8192 +", "0 99999999999999999999 +"]
        {
            assert_eq!(with(line), Err(MapFlaw::Line(2)), "{line}");
        }
        for line in ["0", "0 x 1", "0 ? 1 1", "x ? 1"] {
            assert_eq!(parse(line, 4, 2048), Err(MapFlaw::Line(1)), "{line}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read(changes in prop::collection::vec((0u32..500, 0u32..500, 0usize..5), 0..20), raw in any::<bool>()) {
            let all = [Status::NonTried, Status::NonTrimmed, Status::NonScraped, Status::Bad, Status::Finished];
            let mut map = Map::new(500);
            changes.into_iter().for_each(|(a, b, status)| map.set(a..b, all[status]));
            let size = if raw { 2352 } else { 2048 };
            prop_assert_eq!(parse(&print(&map, size, PLACE, &["a\nb"]), 500, size), Ok(map));
        }

        #[test]
        fn any_text_is_a_map_or_an_error(text in "[-?*/+#x0-9a-f \n]{0,80}", sectors in 0u32..4) {
            if let Ok(map) = parse(&text, sectors, 1) {
                prop_assert_eq!(map.len(), sectors);
            }
        }
    }
}
