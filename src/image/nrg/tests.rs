//! Tests of the Nero format.

use super::chunks::*;
use super::{parse, write};
use crate::disc::{DiscType, Lba};
use crate::image::hostile::damage;
use crate::image::{At, Fault, Flaw, Limits};

fn parse_file(file: &[u8]) -> Result<Nrg, Flaw> {
    let tail = &file[file.len().saturating_sub(parse::FOOTER_LEN as usize)..];
    let area = parse::footer(tail, file.len() as u64)?;
    parse::parse(&file[area.start as usize..area.end as usize], area.start, &Limits::default())
}

fn chunk(id: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), &(body.len() as u32).to_be_bytes(), body].concat()
}

/// A file of `data` zero bytes, these chunks, `END!` and a footer of version 1 or 2.
fn file(data: usize, chunks: &[Vec<u8>], wide: bool) -> Vec<u8> {
    let mut file = vec![0; data];
    file.extend(chunks.concat());
    file.extend(chunk("END!", &[]));
    match wide {
        true => file.extend([&b"NER5"[..], &(data as u64).to_be_bytes()].concat()),
        false => file.extend([&b"NERO"[..], &(data as u32).to_be_bytes()].concat()),
    }
    file
}

fn point(control: u8, track: u8, index: u8, lba: i32) -> CuePoint {
    CuePoint { control, track, index, lba: Lba(lba) }
}

fn dao(tracks: Vec<DaoTrack>, cue: Vec<CuePoint>) -> SessionLayout {
    SessionLayout::Dao(Dao { cue, mcn: *b"0724385356926", disc_type: DiscType::Xa, tracks })
}

fn dao_track(sector_size: u16, mode: u8, index0: u64, index1: u64, end: u64) -> DaoTrack {
    DaoTrack { isrc: *b"USEM39600078", sector_size, mode, index0, index1, end }
}

fn two_sessions() -> Nrg {
    let first = dao(
        vec![dao_track(2352, 7, 0, 2352 * 150, 2352 * 250)],
        vec![point(0, 0, 0, -150), point(0, 1, 0, -150), point(0, 1, 1, 0), point(0, LEAD_OUT, 1, 100)],
    );
    let second = SessionLayout::Tao(vec![TaoTrack { offset: 2352 * 250, length: 20480, mode: 0, start: Some(11500) }]);
    Nrg { sessions: vec![first, second], track_counts: vec![1, 1], medium_flags: Some(1), cd_text: vec![7; 36], disc_type: None }
}

#[test]
fn what_is_written_is_read() {
    let nrg = two_sessions();
    let mut file = vec![0; 100];
    file.extend(write::chunk_list(&nrg, 100));
    assert_eq!(parse_file(&file).unwrap(), nrg);
}

#[test]
fn version_1_says_the_same_in_other_chunks() {
    let mut daoi = [&[0; 4][..], b"0724385356926", &[0, 0x20, 0, 1, 1], b"USEM39600078"].concat();
    daoi.extend([0x09, 0x30, 7, 0, 0, 1]);
    daoi.extend([0u32, 2352 * 150, 2352 * 250].iter().flat_map(|offset| offset.to_be_bytes()));
    let cues = [
        [0x01, 0x00, 0, 0, 0, 0x00, 0x00, 0x00],
        [0x01, 0x01, 0, 0, 0, 0x00, 0x00, 0x00],
        [0x01, 0x01, 1, 0, 0, 0x00, 0x02, 0x00],
        [0x01, 0xAA, 1, 0, 0, 0x00, 0x03, 0x25],
    ];
    let etnf = [2352 * 250u32, 20480, 0, 11500, 0].iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<u8>>();
    let sinf = chunk("SINF", &1u32.to_be_bytes());
    let chunks = [
        chunk("CUES", cues.as_flattened()),
        chunk("DAOI", &daoi),
        sinf.clone(),
        chunk("ETNF", &etnf),
        sinf,
        chunk("CDTX", &[7; 36]),
        chunk("VOLM", b"whatever\0"),
        chunk("MTYP", &1u32.to_be_bytes()),
    ];
    for wide in [false, true] {
        assert_eq!(parse_file(&file(10, &chunks, wide)).unwrap(), two_sessions());
    }
}

#[test]
fn the_oldest_track_list_has_no_addresses() {
    let tinf = [100u32, 20480, 0].iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<u8>>();
    let nrg = parse_file(&file(10, &[chunk("TINF", &tinf), chunk("TOCT", &[0x20, 0])], false)).unwrap();
    assert_eq!(nrg.sessions, [SessionLayout::Tao(vec![TaoTrack { offset: 100, length: 20480, mode: 0, start: None }])]);
    assert_eq!(nrg.disc_type, Some(DiscType::Xa));
}

/// A track-at-once session before a disc-at-once one must not take its cue sheet, as another reader lets it.
#[test]
fn cue_sheets_belong_to_disc_at_once_sessions() {
    let mut nrg = two_sessions();
    nrg.sessions.reverse();
    let mut file = vec![0; 100];
    file.extend(write::chunk_list(&nrg, 100));
    assert_eq!(parse_file(&file).unwrap(), nrg);
}

fn flaw(file: &[u8]) -> (At, String) {
    let flaw = parse_file(file).unwrap_err();
    (flaw.at, flaw.fault.to_string())
}

#[test]
fn footers_that_lead_nowhere_are_refused() {
    for short in [&b""[..], b"N", b"NER5", b"NERO", b"NER5\0\0\0\0", &[0; 300]] {
        assert!(matches!(parse_file(short).unwrap_err().fault, Fault::NotThis { .. }));
    }
    for offset in [4u64, 5, 12, 1 << 40, u64::MAX] {
        let file = [b"abcdNER5", &offset.to_be_bytes()[..]].concat();
        let (at, what) = flaw(&file);
        assert_eq!(at, At::Offset(8), "{what}");
        assert!(what.starts_with("the offset of the chunk list is "), "{what}");
    }
    // A footer of version 1 with an offset beyond the file.
    assert_eq!(flaw(b"xxxxxxxxNERO\xff\xff\xff\xff").0, At::Offset(12));
}

#[test]
fn chunk_lengths_are_held_against_what_is_left() {
    let good = [chunk("SINF", &[0, 0, 0, 1])];
    assert!(flaw(&file(0, &good, true)).1.contains("lists tracks"));
    let mut long = file(3, &good, true);
    long[3 + 4..3 + 8].fill(0xFF);
    let (at, what) = flaw(&long);
    assert_eq!((at, what.as_str()), (At::Offset(11), "the SINF chunk is cut short: 4294967295 bytes needed, 12 there"));
    // Length 0: every chunk with content must say that it is empty.
    for id in ["SINF", "MTYP", "DAOI", "DAOX", "TINF", "ETNF", "ETN2", "TOCT"] {
        assert!(parse_file(&file(0, &[chunk(id, &[])], true)).is_err(), "{id}");
    }
    // No END!.
    let mut endless = chunk("VOLM", &[1; 9]);
    endless.extend(b"NERO\0\0\0\0");
    assert_eq!(flaw(&endless).0, At::Offset(17));
    // Many empty chunks.
    let flood = file(0, &vec![chunk("VOLM", &[]); 200_001], true);
    assert!(flaw(&flood).1.contains("too many chunks"));
}

#[test]
fn cue_sheets_and_track_lists_must_match_in_number() {
    let etn2 = chunk("ETN2", &[0; 32]);
    let (_, what) = flaw(&file(0, &[chunk("CUEX", &[0; 8]), etn2], true));
    assert!(what.contains("contradict each other: 1 and 0"), "{what}");
    let mut daox = vec![0; 22 + 42];
    daox[22 + 13] = 1;
    let (_, what) = flaw(&file(0, &[chunk("DAOX", &daox)], true));
    assert!(what.contains("contradict each other: 0 and 1"), "{what}");
}

#[test]
fn numbers_out_of_range_are_named_where_they_stand() {
    let with = |at: usize, value: u8| {
        let mut bytes = write::chunk_list(&two_sessions(), 0);
        bytes[at] = value;
        flaw(&bytes)
    };
    // The list begins with CUEX: 8 bytes of header and 4 points of 8; then DAOX: 8 of header, 22, and one track.
    assert_eq!(with(8 + 1, 0x1B).0, At::Offset(9));
    assert_eq!(with(8 + 2, 0xA0).0, At::Offset(10));
    let track = 8 + 32 + 8 + 22;
    assert_eq!(
        with(track + 18, 0xFF),
        (
            At::Offset(track as u64 + 18),
            "the offset of index 0 of a track is 9223372036854775807, expected below those of index 1 and the end".into()
        )
    );
}

#[test]
fn a_sector_size_of_zero_is_refused() {
    let mut nrg = two_sessions();
    if let SessionLayout::Dao(dao) = &mut nrg.sessions[0] {
        dao.tracks[0].sector_size = 0;
    }
    assert_eq!(flaw(&write::chunk_list(&nrg, 0)).0, At::Offset(8 + 32 + 8 + 22 + 12));
}

#[test]
fn damage_is_survived() {
    let mut good = write::chunk_list(&two_sessions(), 0);
    damage(&good, |bad| drop(parse_file(bad)));
    good.splice(0..0, [0; 5]);
    damage(&good, |bad| drop(parse_file(bad)));
}
