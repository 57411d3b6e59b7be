//! Which files of an ISO 9660 file system lie where (ECMA-119; names of Joliet and of Rock Ridge where there are some).

use std::collections::HashSet;
use std::ops::Range;

use super::{BLOCK, Walked};

/// Volume descriptors begin that many blocks behind the start of the track, and there are not more of them (ECMA-119, 6.7.1).
const DESCRIPTORS: Range<u32> = 16..80;
/// Blocks of folders that are read at most, and records in them: more than any disc has.
const MOST_BLOCKS: u32 = 200_000;
const MOST_RECORDS: u32 = 2_000_000;
/// Folders in folders, and characters of a path. The standard has 8 (6.8.2.1), people have more.
const MOST_DEPTH: usize = 64;
const MOST_PATH: usize = 4096;

/// Where a volume's names are.
#[derive(Clone, Copy)]
struct Volume {
    root: Extent,
    joliet: bool,
}

#[derive(Clone, Copy)]
struct Extent {
    block: u32,
    bytes: u32,
}

impl Extent {
    fn blocks(self) -> Range<u32> {
        self.block..self.block.saturating_add(self.bytes.div_ceil(BLOCK as u32))
    }
}

/// A directory record (ECMA-119, 9.1).
struct Record<'a> {
    extent: Extent,
    folder: bool,
    name: &'a [u8],
    system_use: &'a [u8],
}

/// Shows every file and folder (its path ends with a slash) of the track that begins at block `first`, and which blocks it has; a file in
/// several pieces is shown once for each. `read` gives a block by its address on the disc, or nothing where it can't.
pub fn walk(first: u32, read: &dyn Fn(u32) -> Option<[u8; BLOCK]>, show: &mut dyn FnMut(&str, Range<u32>)) -> Walked {
    let Some(volume) = volume(first, read) else { return Walked::Nothing };
    let (mut blocks, mut records, mut whole) = (0, 0, true);
    let mut seen = HashSet::from([volume.root.block]);
    let mut folders = vec![(volume.root, String::from("/"), 0)];
    while let Some((extent, path, depth)) = folders.pop() {
        show(&path, extent.blocks());
        for block in extent.blocks() {
            blocks += 1;
            if blocks > MOST_BLOCKS || records > MOST_RECORDS {
                return Walked::Partly;
            }
            let Some(bytes) = read(block) else {
                whole = false;
                continue;
            };
            for record in records_of(&bytes) {
                records += 1;
                let Some(record) = record else {
                    whole = false;
                    break;
                };
                // The folder itself, and the one it lies in.
                if matches!(record.name, [0] | [1]) {
                    continue;
                }
                let slash = if record.folder { "/" } else { "" };
                let path = [path.as_str(), &name_of(&record, volume.joliet), slash].concat();
                if !record.folder {
                    show(&path, record.extent.blocks());
                } else if depth >= MOST_DEPTH || path.len() > MOST_PATH {
                    whole = false;
                } else if seen.insert(record.extent.block) {
                    folders.push((record.extent, path, depth + 1));
                }
            }
        }
    }
    if whole { Walked::Whole } else { Walked::Partly }
}

/// The volume with the best names: the one of Joliet, else the primary one (ECMA-119, 8.4 and 8.5).
fn volume(first: u32, read: &dyn Fn(u32) -> Option<[u8; BLOCK]>) -> Option<Volume> {
    const PRIMARY: u8 = 1;
    const SUPPLEMENTARY: u8 = 2;
    const TERMINATOR: u8 = 255;
    /// Escape sequences of UCS-2, levels 1 to 3 (Joliet specification, "SVD Escape Sequences Field").
    const UCS2: [&[u8]; 3] = [b"%/@", b"%/C", b"%/E"];
    let mut found = None;
    for n in DESCRIPTORS {
        let Some(bytes) = first.checked_add(n).and_then(read) else { continue };
        if &bytes[1..6] != b"CD001" {
            break;
        }
        let joliet = UCS2.iter().any(|escape| bytes[88..].starts_with(escape));
        let root = record_of(&bytes[156..190]).map(|record| record.extent);
        match (bytes[0], root) {
            (PRIMARY, Some(root)) if found.is_none() => found = Some(Volume { root, joliet: false }),
            (SUPPLEMENTARY, Some(root)) if joliet => found = Some(Volume { root, joliet }),
            (TERMINATOR, _) => break,
            _ => {}
        }
    }
    found
}

/// The records of a block; `None` for one that makes no sense. None crosses into the next block (ECMA-119, 6.8.1.1).
fn records_of(block: &[u8; BLOCK]) -> impl Iterator<Item = Option<Record<'_>>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let len = usize::from(*block.get(at)?);
        if len == 0 {
            return None;
        }
        let record = block.get(at..at + len).and_then(record_of);
        at += len;
        Some(record)
    })
}

fn record_of(bytes: &[u8]) -> Option<Record<'_>> {
    const FOLDER: u8 = 2;
    let number = |at: usize| bytes.get(at..)?.first_chunk().map(|field| u32::from_le_bytes(*field));
    let extent = Extent { block: number(2)?, bytes: number(10)? };
    let len = usize::from(*bytes.get(32)?);
    let name = bytes.get(33..33 + len).filter(|name| !name.is_empty())?;
    // A byte follows names of even length, so that what follows begins at an even place (9.1.12).
    let system_use = bytes.get(33 + len + (len + 1) % 2..).unwrap_or_default();
    Some(Record { extent, folder: bytes[25] & FOLDER != 0, name, system_use })
}

fn name_of(record: &Record<'_>, joliet: bool) -> String {
    let name = match (joliet, rock_ridge(record.system_use)) {
        (true, _) => {
            let units = record.name.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        (false, Some(name)) => return name,
        (false, None) => String::from_utf8_lossy(record.name).into_owned(),
    };
    // The version, and the dot of a name without extension, are nobody's wish (7.5.1).
    let name = name.strip_suffix(";1").unwrap_or(&name);
    name.strip_suffix('.').unwrap_or(name).to_owned()
}

/// The name in the NM fields (Rock Ridge Interchange Protocol, 4.1.4), those that lie in the record itself.
fn rock_ridge(mut area: &[u8]) -> Option<String> {
    let mut name = Vec::new();
    while let [a, b, len, _version, rest @ ..] = area {
        let Some(body) = usize::from(*len).checked_sub(4).and_then(|len| rest.get(..len)) else { break };
        // The first byte is flags.
        if let (b"NM", [_, part @ ..]) = (&[*a, *b], body) {
            name.extend_from_slice(part);
        }
        area = &rest[body.len()..];
    }
    if name.is_empty() { None } else { Some(String::from_utf8_lossy(&name).into_owned()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(block: u32, bytes: u32, folder: bool, name: &[u8], system_use: &[u8]) -> Vec<u8> {
        let mut record = vec![0; 33];
        record[2..6].copy_from_slice(&block.to_le_bytes());
        record[10..14].copy_from_slice(&bytes.to_le_bytes());
        record[25] = if folder { 2 } else { 0 };
        record[32] = name.len() as u8;
        record.extend_from_slice(name);
        record.resize(record.len() + (name.len() + 1) % 2, 0);
        record.extend_from_slice(system_use);
        record[0] = record.len() as u8;
        record
    }

    /// Volume descriptors, and folders at the blocks that they name.
    fn image(volumes: &[(u8, &[u8], u32)], folders: &[(u32, Vec<u8>)]) -> Vec<[u8; BLOCK]> {
        let mut blocks = vec![[0; BLOCK]; 64];
        for (n, (kind, escape, root)) in volumes.iter().enumerate() {
            let block = &mut blocks[16 + n];
            block[0] = *kind;
            block[1..6].copy_from_slice(b"CD001");
            block[88..88 + escape.len()].copy_from_slice(escape);
            block[156..190].copy_from_slice(&record(*root, 2048, true, &[0], &[]));
        }
        blocks[16 + volumes.len()][..6].copy_from_slice(b"\xFFCD001");
        for (at, records) in folders {
            blocks[*at as usize][..records.len()].copy_from_slice(records);
        }
        blocks
    }

    fn list(blocks: &[[u8; BLOCK]]) -> (Walked, Vec<(String, Range<u32>)>) {
        let mut list = Vec::new();
        let read = |at: u32| blocks.get(at as usize).copied();
        let walked = walk(0, &read, &mut |path, blocks| list.push((path.to_owned(), blocks)));
        list.sort_by(|a, b| a.0.cmp(&b.0));
        (walked, list)
    }

    #[test]
    fn files_are_where_their_records_say() {
        let root = [
            record(20, 2048, true, &[0], &[]),
            record(20, 2048, true, &[1], &[]),
            record(30, 5000, false, b"README.TXT;1", &[]),
            record(21, 2048, true, b"SUB", b"NM\x08\x01\0sub"),
        ];
        let sub = [record(40, 1, false, b"LONGNAME.;1", b"NM\x0A\x01\x01a \xC3\xA9 NM\x06\x01\0b")];
        let blocks = image(&[(1, b"", 20)], &[(20, root.concat()), (21, sub.concat())]);
        let wanted = [("/", 20..21), ("/README.TXT", 30..33), ("/sub/", 21..22), ("/sub/a é b", 40..41)];
        assert_eq!(list(&blocks), (Walked::Whole, wanted.map(|(path, at)| (path.to_owned(), at)).to_vec()));
    }

    #[test]
    fn joliet_has_the_better_names() {
        let name: Vec<u8> = "Grüße.txt;1".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let folders = [(20, record(30, 1, false, b"GRUESSE.TXT;1", &[])), (22, record(30, 1, false, &name, &[]))];
        let blocks = image(&[(1, b"", 20), (2, b"%/E", 22)], &folders);
        assert_eq!(list(&blocks).1[1].0, "/Grüße.txt");
    }

    #[test]
    fn what_can_not_be_read_or_turns_in_circles_ends_the_walk_and_is_told() {
        assert_eq!(list(&[]).0, Walked::Nothing);
        let mut blocks = image(&[(1, b"", 20)], &[(20, record(20, 2048, true, b"LOOP", &[]))]);
        assert_eq!(list(&blocks).0, Walked::Whole);
        blocks[20][..50].copy_from_slice(&[&record(9999, 2048, true, b"GONE", &[])[..], &[0; 50]].concat()[..50]);
        assert_eq!(list(&blocks).0, Walked::Partly);
        blocks[20][0] = 5;
        assert_eq!(list(&blocks).0, Walked::Partly);
        let huge = image(&[(1, b"", 20)], &[(20, record(0, u32::MAX, true, b"HUGE", &[]))]);
        assert_eq!(list(&huge).0, Walked::Partly);
        // A folder of 2³² − 1 bytes, all of them there.
        let endless = |at: u32| Some(huge.get(at as usize).copied().unwrap_or([0; BLOCK]));
        assert_eq!(walk(0, &endless, &mut |_, _| ()), Walked::Partly);
    }

    proptest! {
        #[test]
        fn any_bytes_end_the_walk(noise in prop::collection::vec((0usize..6, 0usize..BLOCK, any::<u8>()), 0..200)) {
            let root = [record(20, 4096, true, &[0], &[]), record(21, 9000, true, b"A", b"NM\x08\x01\0sub")].concat();
            let mut blocks = image(&[(1, b"", 20), (2, b"%/E", 22)], &[(20, root.clone()), (22, root)]);
            noise.into_iter().for_each(|(block, at, byte)| blocks[16 + block][at] = byte);
            list(&blocks);
        }
    }
}
