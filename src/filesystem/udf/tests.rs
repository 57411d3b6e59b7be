use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// A descriptor: its tag with a right checksum, and fields at their places.
fn descriptor(kind: u16, fields: &[(usize, &[u8])]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    for (at, field) in fields {
        block[*at..at + field.len()].copy_from_slice(field);
    }
    block[..TAG].copy_from_slice(&tagged(kind));
    block
}

fn tagged(kind: u16) -> [u8; TAG] {
    let mut tag = [0; TAG];
    tag[..2].copy_from_slice(&kind.to_le_bytes());
    tag[4] = tag.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte));
    tag
}

fn long(bytes: u32, block: u32, map: u16) -> Vec<u8> {
    [&bytes.to_le_bytes()[..], &block.to_le_bytes(), &map.to_le_bytes(), &[0; 6]].concat()
}

fn short(bytes: u32, block: u32) -> Vec<u8> {
    [bytes.to_le_bytes(), block.to_le_bytes()].concat()
}

/// A file entry with these allocation descriptors, or the bytes of the file, of form 0 to 3.
fn entry(file_type: u8, form: u16, length: u64, described: &[u8]) -> [u8; BLOCK] {
    let count = (described.len() as u32).to_le_bytes();
    let fields: [(usize, &[u8]); 5] =
        [(27, &[file_type]), (34, &form.to_le_bytes()), (56, &length.to_le_bytes()), (172, &count), (176, described)];
    descriptor(261, &fields)
}

fn identifier(flags: u8, name: &[u8], block: u32, map: u16) -> Vec<u8> {
    let mut bytes = [&tagged(257)[..], &[1, 0, flags, name.len() as u8], &long(2048, block, map), &[0, 0], name].concat();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

const PARTITION_AT: u32 = 300;

type Blocks = BTreeMap<u32, [u8; BLOCK]>;

/// A volume of a partition at block 300 with these maps, its file set descriptor at block 0 of the map `files`, and its root's entry at block 1.
fn volume(maps: &[&[u8]], files: u16) -> Blocks {
    let table = maps.concat();
    let sequence = [&(6 * 2048u32).to_le_bytes()[..], &20u32.to_le_bytes()].concat();
    let partition = [&PARTITION_AT.to_le_bytes()[..], &500u32.to_le_bytes()].concat();
    let (table_len, count) = ((table.len() as u32).to_le_bytes(), (maps.len() as u32).to_le_bytes());
    let block_size = 2048u32.to_le_bytes();
    let set = long(2048, 0, files);
    let logical: [(usize, &[u8]); 5] = [(212, &block_size), (248, &set), (264, &table_len), (268, &count), (440, &table)];
    Blocks::from([
        (256, descriptor(2, &[(16, &sequence)])),
        (20, descriptor(5, &[(22, &[7, 0]), (188, &partition)])),
        (21, descriptor(6, &logical)),
        (22, descriptor(8, &[])),
    ])
}

/// A plain partition map of partition 7.
const PLAIN: &[u8] = &[1, 6, 1, 0, 7, 0];

fn second_kind(name: &[u8], fields: &[(usize, &[u8])]) -> Vec<u8> {
    let mut map = vec![0; 64];
    map[..2].copy_from_slice(&[2, 64]);
    map[5..5 + name.len()].copy_from_slice(name);
    map[38] = 7;
    for (at, field) in fields {
        map[*at..at + field.len()].copy_from_slice(field);
    }
    map
}

fn list(blocks: &Blocks) -> (Walked, Vec<(String, Range<u32>)>) {
    let mut list = Vec::new();
    let read = |at: u32| blocks.get(&at).copied();
    let walked = walk(0..800, &read, &mut |path, blocks| list.push((path.to_owned(), blocks)));
    (walked, list)
}

fn shown(wanted: &[(&str, Range<u32>)]) -> Vec<(String, Range<u32>)> {
    wanted.iter().map(|(path, at)| ((*path).to_owned(), at.clone())).collect()
}

fn put(blocks: &mut Blocks, at: u32, bytes: &[u8]) {
    for (n, piece) in (at..).zip(bytes.chunks(BLOCK)) {
        let mut block = [0; BLOCK];
        block[..piece.len()].copy_from_slice(piece);
        blocks.insert(n, block);
    }
}

/// A folder whose identifiers cross blocks, a file in pieces, one in its entry, names of both widths, and what is passed over.
fn plain() -> Blocks {
    let mut blocks = volume(&[PLAIN], 0);
    let filler = vec![b'f'; 250];
    let mut root = identifier(0x0A, b"", 1, 0);
    for n in 0..7u8 {
        root.extend(identifier(0x04, &[&[8, b'0' + n], filler.as_slice()].concat(), 9, 0));
    }
    root.extend(identifier(0, b"\x08film.vob", 5, 0));
    root.extend(identifier(2, b"\x10\0S\0u\0b\x30\x42", 6, 0));
    let size = root.len() as u32;
    assert!(size > 2048);
    blocks.insert(PARTITION_AT, descriptor(256, &[(400, &long(2048, 1, 0))]));
    blocks.insert(PARTITION_AT + 1, entry(4, 0, size.into(), &[short(2048, 2), short(size - 2048, 3)].concat()));
    put(&mut blocks, PARTITION_AT + 2, &root);
    let pieces = [long(4096, 10, 0), long(1 << 30 | 2048, 0, 0), long(3 << 30 | 2048, 8, 0)].concat();
    blocks.insert(PARTITION_AT + 5, entry(5, 1, 8000, &pieces));
    let more = long(1000, 20, 0);
    blocks.insert(PARTITION_AT + 8, descriptor(258, &[(20, &(more.len() as u32).to_le_bytes()), (24, &more)]));
    let sub = identifier(0, b"\x08a/b", 7, 0);
    blocks.insert(PARTITION_AT + 6, entry(4, 3, sub.len() as u64, &sub));
    blocks.insert(PARTITION_AT + 7, entry(5, 3, 2, b"hi"));
    blocks
}

#[test]
fn files_are_where_their_entries_say() {
    let wanted = [
        ("/", 301..302),
        ("/", 302..303),
        ("/", 303..304),
        ("/film.vob", 305..306),
        ("/film.vob", 310..312),
        ("/film.vob", 320..321),
        ("/Subあ/", 306..307),
        ("/Subあ/a_b", 307..308),
    ];
    assert_eq!(list(&plain()), (Walked::Whole, shown(&wanted)));
}

#[test]
fn an_anchor_or_a_sequence_is_enough() {
    for place in [256, 799, 799 - 256, 512] {
        let mut blocks = plain();
        let anchor = blocks.remove(&256).unwrap();
        blocks.insert(place, anchor);
        assert_eq!(list(&blocks).0, Walked::Whole, "{place}");
    }
    let mut blocks = plain();
    let reserve = [&(3 * 2048u32).to_le_bytes()[..], &40u32.to_le_bytes()].concat();
    blocks.insert(256, descriptor(2, &[(16, &[0; 8]), (24, &reserve)]));
    for n in 0..3 {
        let moved = blocks.remove(&(20 + n)).unwrap();
        blocks.insert(40 + n, moved);
    }
    assert_eq!(list(&blocks).0, Walked::Whole);
    assert_eq!(list(&Blocks::new()).0, Walked::Nothing);
}

#[test]
fn metadata_lie_in_a_file() {
    let map = second_kind(b"*UDF Metadata Partition", &[(40, &90u32.to_le_bytes()), (44, &91u32.to_le_bytes())]);
    let mut blocks = volume(&[PLAIN, &map], 1);
    // The first entry of the file is unreadable; its mirror is there, and has two runs.
    blocks.insert(391, entry(250, 0, 6 * 2048, &[short(2 * 2048, 100), short(4 * 2048, 120)].concat()));
    blocks.insert(400, descriptor(256, &[(400, &long(2048, 1, 1))]));
    let root = identifier(0, b"\x0800000.m2ts", 3, 1);
    blocks.insert(401, entry(4, 0, root.len() as u64, &short(root.len() as u32, 2)));
    put(&mut blocks, 420, &root);
    blocks.insert(421, entry(249, 1, 3 * 2048, &long(3 * 2048, 200, 0)));
    let wanted = [("/", 401..402), ("/", 420..421), ("/00000.m2ts", 421..422), ("/00000.m2ts", 500..503)];
    assert_eq!(list(&blocks), (Walked::Whole, shown(&wanted)));
}

#[test]
fn packets_are_replaced() {
    let map = second_kind(b"*UDF Sparable Partition", &[(40, &[32, 0, 1]), (48, &700u32.to_le_bytes())]);
    let mut blocks = volume(&[&map], 0);
    let replaced = [0u32, 720, 64, 760, u32::MAX, 0].map(u32::to_le_bytes).concat();
    blocks.insert(700, descriptor(0, &[(17, b"*UDF Sparing Table"), (48, &[3, 0]), (56, &replaced)]));
    blocks.insert(720, descriptor(256, &[(400, &long(2048, 1, 0))]));
    let root = identifier(0, b"\x08x", 3, 0);
    blocks.insert(721, entry(4, 3, root.len() as u64, &root));
    blocks.insert(723, entry(5, 0, 70 * 2048, &short(70 * 2048, 30)));
    let wanted = [("/", 721..722), ("/x", 723..724), ("/x", 750..752), ("/x", 332..364), ("/x", 760..792), ("/x", 396..400)];
    assert_eq!(list(&blocks), (Walked::Whole, shown(&wanted)));
}

#[test]
fn what_was_written_once_goes_by_the_last_table() {
    let map = second_kind(b"*UDF Virtual Partition", &[]);
    for new in [false, true] {
        let mut blocks = volume(&[PLAIN, &map], 1);
        let places = [50u32, 51, 53].map(u32::to_le_bytes).concat();
        let (file_type, table) = match new {
            true => (248, [&[152, 0][..], &[0; 150], &places].concat()),
            false => (0, [&places[..], b"\0*UDF Virtual Alloc Tbl", &[0; 13]].concat()),
        };
        // Two blocks of run-out follow it.
        blocks.insert(797, entry(file_type, 3, table.len() as u64, &table));
        blocks.insert(350, descriptor(256, &[(400, &long(2048, 1, 1))]));
        let root = identifier(0, b"\x08x", 2, 1);
        blocks.insert(351, entry(4, 3, root.len() as u64, &root));
        blocks.insert(353, entry(5, 1, 2048, &long(2048, 60, 0)));
        let wanted = [("/", 351..352), ("/x", 353..354), ("/x", 360..361)];
        assert_eq!(list(&blocks), (Walked::Whole, shown(&wanted)), "{new}");
    }
}

#[test]
fn what_can_not_be_read_or_turns_in_circles_ends_the_walk_and_is_told() {
    // A block of a folder: what follows it is seen.
    let mut blocks = plain();
    blocks.remove(&(PARTITION_AT + 2));
    let (walked, listed) = list(&blocks);
    assert_eq!((walked, listed.iter().any(|(path, _)| path == "/film.vob")), (Walked::Partly, true));
    // A file's entry: the file is shown there.
    let mut blocks = plain();
    blocks.remove(&(PARTITION_AT + 5));
    let (walked, listed) = list(&blocks);
    assert_eq!((walked, listed.contains(&("/film.vob".to_owned(), 305..306))), (Walked::Partly, true));
    // A folder in itself, entries that lead to themselves, descriptors that go on in themselves, and runs of a gigabyte.
    let mut blocks = plain();
    let within = identifier(2, b"\x08loop", 6, 0);
    blocks.insert(PARTITION_AT + 6, entry(4, 3, within.len() as u64, &within));
    assert_eq!(list(&blocks).0, Walked::Whole);
    blocks.insert(PARTITION_AT + 5, descriptor(248, &[(36, &long(2048, 5, 0))]));
    assert_eq!(list(&blocks).0, Walked::Partly);
    let endless = long(3 << 30 | 2048, 8, 0);
    blocks.insert(PARTITION_AT + 5, entry(5, 1, 1, &endless));
    blocks.insert(PARTITION_AT + 8, descriptor(258, &[(20, &16u32.to_le_bytes()), (24, &endless)]));
    assert_eq!(list(&blocks).0, Walked::Partly);
    let huge = vec![short((1 << 30) - 1, 2); 200].concat();
    blocks.insert(PARTITION_AT + 1, entry(4, 0, u64::MAX, &huge));
    let all = |at: u32| Some(blocks.get(&at).copied().unwrap_or([0; BLOCK]));
    assert_eq!(walk(0..u32::MAX, &all, &mut |_, _| ()), Walked::Partly);
    // Blocks of 512 bytes are a hard disk's.
    let mut blocks = plain();
    blocks.get_mut(&21).unwrap()[212..216].copy_from_slice(&512u32.to_le_bytes());
    assert_eq!(list(&blocks).0, Walked::Nothing);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    /// Bytes anywhere behind the tags, whose checksums would hide most of what a careless walk would stumble over.
    #[test]
    fn any_bytes_end_the_walk(noise in prop::collection::vec((any::<prop::sample::Index>(), TAG..500usize, any::<u8>()), 0..60)) {
        let mut blocks = plain();
        let places: Vec<u32> = blocks.keys().copied().collect();
        for (which, at, byte) in noise {
            blocks.get_mut(which.get(&places)).unwrap()[at] = byte;
        }
        list(&blocks);
    }
}
