//! What a file is that is no disc image of a known format: [`Finding`], for messages that help.

mod table;
#[cfg(test)]
mod tests;

use std::path::Path;

use super::flaw::shorten;
use super::format::file_name;
use super::opener::Opener;
use crate::bytes::read_some;
use table::{FORM, Kind, MARKS, NAMES, RIFF, TEXTS};

/// What a file seems to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is, with its article.
    pub what: String,
    /// What was seen, in words: how long it is, what it begins with, how it looks.
    pub facts: Vec<String>,
    /// Who makes such files, where somebody does.
    pub maker: Option<&'static str>,
    /// What to do, in sentences.
    pub advice: String,
}

/// Bytes from the start in which markers are looked for.
const HEAD: usize = 4096;
/// How many places are looked at to tell how bytes are spread, and how many bytes at each.
const PLACES: u64 = 16;
const SAMPLE: usize = 4096;
/// Sizes of sectors, with what lies in them.
const SECTORS: [(u64, &str); 4] = [(2048, "2048"), (2336, "2336"), (2352, "2352"), (2448, "2448")];

/// What a file is by a marker in it; `None` where none is known.
pub fn known(opener: &Opener) -> Option<Kind> {
    let bytes = &**opener.bytes();
    let head = read_some(bytes, 0, HEAD).ok()?;
    by_marker(&head).or_else(|| by_structure(opener, &head))
}

/// What is to be said of a file that nobody knows, or of which `kind` is known.
pub fn finding(opener: &Opener, kind: Option<Kind>) -> Finding {
    let bytes = &**opener.bytes();
    let len = bytes.len();
    let head = read_some(bytes, 0, HEAD).unwrap_or_default();
    let part = split_part(opener.path());
    let named = by_name(opener.path());
    let mut facts = vec![format!("{len} bytes")];
    let kind = match kind {
        Some(kind) => Some(kind),
        None => {
            let look = look(opener);
            if look != Look::Zero {
                facts.push(format!("begins with {}", hex(&head)));
            }
            facts.extend(sectors(len));
            facts.extend(look.words().map(str::to_owned));
            named
        }
    };
    let (what, maker, advice) = match kind {
        Some(kind) => (kind.what, kind.maker, kind.advice),
        None => (
            "no disc image of a known format",
            "",
            "Find out which program made it, and save it there as ISO or BIN/CUE; or check that it was copied whole.",
        ),
    };
    let advice = part.map_or_else(|| advice.to_owned(), |part| part.advice(opener));
    Finding { what: what.to_owned(), facts, maker: Some(maker).filter(|maker| !maker.is_empty()), advice }
}

/// Whether every byte looked at is zero.
pub fn is_zero(opener: &Opener) -> bool {
    look(opener) == Look::Zero
}

/// Whether the name says that the file is still being downloaded.
pub fn is_unfinished(path: &Path) -> bool {
    by_name(path).is_some_and(|kind| kind == NAMES[0].1)
}

fn by_marker(head: &[u8]) -> Option<Kind> {
    let at = |mark: &&table::Mark| head.get(mark.at..).is_some_and(|rest| rest.starts_with(mark.bytes));
    if let (Some(form), Some(word)) = (head.get(..4), head.get(8..12)) {
        let list = match form {
            b"RIFF" | b"RF64" => RIFF,
            b"FORM" => FORM,
            _ => &[],
        };
        if let Some((_, kind)) = list.iter().find(|(known, _)| *known == word) {
            return Some(*kind);
        }
    }
    MARKS.iter().find(at).map(|mark| mark.kind)
}

/// What has no marker at a place of its own.
fn by_structure(opener: &Opener, head: &[u8]) -> Option<Kind> {
    let bytes = &**opener.bytes();
    let len = bytes.len();
    if let Some(kind) = by_text(head, len) {
        return Some(kind);
    }
    if is_program(head) {
        return Some(table::PROGRAM);
    }
    if head.starts_with(b"DOS") && [901_120, 1_802_240].contains(&len) {
        return Some(table::AMIGA);
    }
    // A Pascal string of 63 characters at most, and the version at 82 (Apple's "Disk Copy 4.2" note).
    if head.get(82..84) == Some(&[1, 0]) && head.first().is_some_and(|len| (1..64).contains(len)) && len < 3 << 20 {
        return Some(table::DISK_COPY);
    }
    if table::FLOPPIES.contains(&len) && (head.get(510..512) == Some(&[0x55, 0xAA]) || !len.is_multiple_of(2048)) {
        return Some(table::FLOPPY_SIZE);
    }
    if head.get(1080..1082) == Some(&[0x53, 0xEF]) {
        return Some(table::EXT);
    }
    if !opener.has_far_end() && len > 512 && read_some(bytes, len - 512, 8).ok()? == b"conectix" {
        return Some(table::FIXED_VHD);
    }
    is_partitioned(head, len).then_some(table::PARTITIONED)
}

/// Two bytes are too few to tell by: sound may begin so. Where the header of Windows lies stands at 0x3C.
fn is_program(head: &[u8]) -> bool {
    let at = head.get(0x3C..).and_then(|rest| rest.first_chunk()).map(|at| u32::from_le_bytes(*at) as usize);
    let windows = at
        .and_then(|at| head.get(at..))
        .is_some_and(|rest| [b"PE\0\0".as_slice(), b"NE", b"LE", b"LX"].iter().any(|mark| rest.starts_with(mark)));
    head.starts_with(b"MZ") && windows
}

/// Four entries of sixteen bytes before 55 AA: a flag, a kind, where it begins and how many sectors of 512 bytes it has. At least one is used, and all that are lie in
/// the file.
fn is_partitioned(head: &[u8], len: u64) -> bool {
    let Some(entries) = head.get(446..510).filter(|_| head.get(510..512) == Some(&[0x55, 0xAA])) else { return false };
    let number = |entry: &[u8], at: usize| {
        entry.get(at..at + 4).and_then(|four| four.first_chunk()).map_or(0, |four| u64::from(u32::from_le_bytes(*four)))
    };
    let used = |entry: &&[u8]| entry.get(4).is_some_and(|kind| *kind != 0);
    let sound = |entry: &[u8]| {
        let end = (number(entry, 8) + number(entry, 12)) * 512;
        entry.first().is_some_and(|flag| flag & 0x7F == 0)
            && number(entry, 8) > 0
            && number(entry, 12) > 0
            && end <= len + (1 << 20)
    };
    let used: Vec<&[u8]> = entries.chunks(16).filter(used).collect();
    !used.is_empty() && used.into_iter().all(sound)
}

fn by_text(head: &[u8], len: u64) -> Option<Kind> {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let readable = |byte: &u8| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C);
    if text.is_empty()
        || !text.iter().all(readable)
        || (len as usize > head.len() && std::str::from_utf8(&text[..text.len() - 4]).is_err())
    {
        return None;
    }
    let start = String::from_utf8_lossy(text.get(..200).unwrap_or(text)).trim_start().to_lowercase();
    let known = TEXTS.iter().find(|(begins, _)| start.starts_with(begins));
    Some(known.map_or(table::TEXT, |(_, kind)| *kind))
}

fn by_name(path: &Path) -> Option<Kind> {
    let extension = path.extension()?.to_str()?.to_lowercase();
    NAMES.iter().find(|(known, _)| known.contains(&extension.as_str())).map(|(_, kind)| *kind)
}

/// The sector sizes that the file is a whole number of.
fn sectors(len: u64) -> Option<String> {
    let sizes: Vec<&str> =
        SECTORS.iter().filter(|(size, _)| len > 0 && len.is_multiple_of(*size)).map(|(_, name)| *name).collect();
    let (last, rest) = sizes.split_last()?;
    let sizes = if rest.is_empty() { (*last).to_owned() } else { format!("{} or {last}", rest.join(", ")) };
    Some(format!("a whole number of sectors of {sizes} bytes"))
}

fn hex(head: &[u8]) -> String {
    head.iter().take(8).map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}

/// How the bytes look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Zero,
    /// As evenly spread as those of compressed or encrypted data.
    Even,
    Plain,
}

impl Look {
    fn words(self) -> Option<&'static str> {
        match self {
            Look::Zero => Some("all bytes looked at are zero: it was never filled"),
            Look::Even => Some("looks compressed or encrypted"),
            Look::Plain => None,
        }
    }
}

/// Looks at some places of the file; where the end is far, at its start alone.
fn look(opener: &Opener) -> Look {
    let bytes = &**opener.bytes();
    let mut counts = [0u32; 256];
    let places = if opener.has_far_end() { 1 } else { PLACES };
    let step = bytes.len() / places;
    for place in 0..places {
        let piece = read_some(bytes, place * step, SAMPLE).unwrap_or_default();
        piece.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    }
    let total: u32 = counts.iter().sum();
    if counts[0] == total {
        return Look::Zero;
    }
    // Shannon's entropy, in bits a byte; 64 KiB of noise have 7.997.
    let entropy: f64 =
        counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / f64::from(total)).map(|p| -p * p.log2()).sum();
    if total >= SAMPLE as u32 && entropy > 7.9 { Look::Even } else { Look::Plain }
}

/// A file that is one of several parts, by its name.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    number: u32,
    /// The name of the first.
    first: String,
}

/// Part 2 of `x.part02.rar`, `x.r00`, `x.z01`, `x.002`, `x.i01`, `x.d01`; the first one itself is none.
fn split_part(path: &Path) -> Option<Part> {
    let name = path.file_name()?.to_str()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let lower = extension.to_lowercase();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    // x.part2.rar, x.part02.daa
    if let Some((rest, part)) = stem.rsplit_once('.')
        && let Some(number) = part.get(..4).filter(|word| word.eq_ignore_ascii_case("part")).and_then(|_| digits(part.get(4..)?))
    {
        let width = part.len() - 4;
        return (number > 1).then(|| Part { number, first: format!("{rest}.{}{:0width$}.{extension}", &part[..4], 1) });
    }
    // x.002
    if extension.len() == 3
        && let Some(number) = digits(extension)
    {
        return (number > 1).then(|| Part { number, first: format!("{stem}.001") });
    }
    let number = digits(lower.get(1..)?).filter(|_| lower.len() == 3)?;
    let (offset, first) = match lower.get(..1)? {
        "r" => (2, "rar"),
        "z" => (0, "zip"),
        "i" => (1, "isz"),
        "d" => (2, "daa"),
        _ => return None,
    };
    Some(Part { number: number + offset, first: format!("{stem}.{first}") })
}

impl Part {
    fn advice(&self, opener: &Opener) -> String {
        // A sibling may be found under the name of this very file, with the extension of the first part.
        let there = opener.sibling(&self.first).is_ok_and(|found| file_name(&found.path).eq_ignore_ascii_case(&self.first));
        let first = shorten(&self.first);
        let what = format!("This looks like part {} of “{first}”", self.number);
        match there {
            true => format!("{what}: open that."),
            false => format!("{what}, which is missing: all parts are needed in one folder."),
        }
    }
}
