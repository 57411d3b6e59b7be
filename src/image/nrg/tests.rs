//! Tests of the Nero format.

use std::path::Path;
use std::sync::Arc;

use md5::{Digest, Md5};

use super::chunks::*;
use super::write::Version;
use super::{layout, mode, parse, write};
use crate::bytes::Bytes;
use crate::disc::sector::{Form, Slice, SubKind, Worth};
use crate::disc::{Disc, DiscReader, DiscType, Lba, Medium, TrackMode};
use crate::image::hostile::{damage, what};
use crate::image::{At, ExtentReader, Fault, Flaw, Image, Limits, Opened, open};

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
    file.extend(write::chunk_list(&nrg, 100, Version::Two));
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
    file.extend(write::chunk_list(&nrg, 100, Version::Two));
    assert_eq!(parse_file(&file).unwrap(), nrg);
}

fn flaw(file: &[u8]) -> (At, &'static str) {
    let flaw = parse_file(file).unwrap_err();
    (flaw.at, what(&flaw.fault))
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
        assert!(what == "the offset of the chunk list");
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
    let flaw_found = parse_file(&long).unwrap_err();
    assert_eq!(flaw_found.at, At::Offset(11));
    assert!(matches!(flaw_found.fault, Fault::Truncated { what: "the SINF chunk", needed: 0xFFFF_FFFF, found: 12 }));
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
    assert!(flaw(&flood).1 == "chunks");
}

#[test]
fn cue_sheets_and_track_lists_must_match_in_number() {
    let etn2 = chunk("ETN2", &[0; 32]);
    let (_, what) = flaw(&file(0, &[chunk("CUEX", &[0; 8]), etn2], true));
    assert!(what.starts_with("the numbers of cue sheets"), "{what}");
    let mut daox = vec![0; 22 + 42];
    daox[22 + 13] = 1;
    let (_, what) = flaw(&file(0, &[chunk("DAOX", &daox)], true));
    assert!(what.starts_with("the numbers of cue sheets"), "{what}");
}

#[test]
fn numbers_out_of_range_are_named_where_they_stand() {
    let with = |at: usize, value: u8| {
        let mut bytes = write::chunk_list(&two_sessions(), 0, Version::Two);
        bytes[at] = value;
        flaw(&bytes)
    };
    // The list begins with CUEX: 8 bytes of header and 4 points of 8; then DAOX: 8 of header, 22, and one track.
    assert_eq!(with(8 + 1, 0x1B).0, At::Offset(9));
    assert_eq!(with(8 + 2, 0xA0).0, At::Offset(10));
    let track = 8 + 32 + 8 + 22;
    assert_eq!(with(track + 18, 0xFF), (At::Offset(track as u64 + 18), "the offset of index 0 of a track"));
}

#[test]
fn a_sector_size_of_zero_is_refused() {
    let mut nrg = two_sessions();
    if let SessionLayout::Dao(dao) = &mut nrg.sessions[0] {
        dao.tracks[0].sector_size = 0;
    }
    assert_eq!(flaw(&write::chunk_list(&nrg, 0, Version::Two)).0, At::Offset(8 + 32 + 8 + 22 + 12));
}

#[test]
fn damage_is_survived() {
    let mut good = write::chunk_list(&two_sessions(), 0, Version::Two);
    damage(&good, |bad| drop(parse_file(bad)));
    good.splice(0..0, [0; 5]);
    damage(&good, |bad| drop(parse_file(bad)));
}

/// Opens a file that lies in memory.
fn lay_out(file: &[u8]) -> Result<Opened, Flaw> {
    let nrg = parse_file(file)?;
    let tail = &file[file.len().saturating_sub(parse::FOOTER_LEN as usize)..];
    let area = parse::footer(tail, file.len() as u64)?;
    let bytes: Arc<dyn Bytes> = Arc::new(file.to_vec());
    layout::layout(&nrg, &bytes, area.start)
}

fn reader(file: &[u8]) -> ExtentReader {
    let opened = lay_out(file).unwrap();
    ExtentReader::new(opened.disc, opened.extents).unwrap()
}

/// A file whose sectors, of the sizes given, begin with their number in the file.
fn file_of(sizes: &[(usize, usize)], nrg: &Nrg) -> Vec<u8> {
    let mut file = Vec::new();
    let mut number = 0u32;
    for &(size, count) in sizes {
        for _ in 0..count {
            let at = file.len();
            file.resize(at + size, 0);
            file[at..at + 4].copy_from_slice(&number.to_le_bytes());
            number += 1;
        }
    }
    let end = file.len() as u64;
    file.extend(write::chunk_list(nrg, end, Version::Two));
    file
}

/// The number of the stored sector at this address; `None`: not stored.
fn stored_at(reader: &ExtentReader, lba: i32, slice: Slice) -> Option<u32> {
    let mut sector = vec![0; slice.size()];
    let mut worth = [Worth::Good];
    reader.read(Lba(lba), Form::main(slice), &mut sector, &mut worth).unwrap();
    (worth[0] != Worth::Synthesised).then(|| u32::from_le_bytes(sector[..4].try_into().unwrap()))
}

fn tao(tracks: &[(u64, u64, u32, Option<u32>)]) -> SessionLayout {
    SessionLayout::Tao(tracks.iter().map(|&(offset, length, mode, start)| TaoTrack { offset, length, mode, start }).collect())
}

fn starts(disc: &Disc) -> Vec<(i32, u32, u32)> {
    disc.tracks().map(|(_, track)| (track.start.0, track.pregap, track.length)).collect()
}

/// Both ways of counting give the same disc, and so does none at all.
#[test]
fn track_at_once_has_pregaps_that_are_not_stored() {
    let m2 = 2336 * 10;
    for addresses in
        [[Some(0), Some(10), Some(20)], [Some(0), Some(160), Some(320)], [None; 3], [Some(0), Some(u32::MAX), Some(1 << 30)]]
    {
        let tracks = [(0, m2, 3, addresses[0]), (m2, m2, 3, addresses[1]), (2 * m2, m2, 3, addresses[2])];
        let nrg = Nrg { sessions: vec![tao(&tracks)], ..Nrg::default() };
        let reader = reader(&file_of(&[(2336, 30)], &nrg));
        assert_eq!(starts(reader.disc()), [(0, 150, 10), (160, 150, 10), (320, 150, 10)]);
        assert!(reader.disc().sessions[0].tracks[1].mode.is_mode2());
        assert_eq!(stored_at(&reader, 160, Slice::MODE2), Some(10));
        assert_eq!(stored_at(&reader, 159, Slice::MODE2), None);
        assert_eq!(reader.disc().lead_out(), Lba(330));
    }
}

#[test]
fn sessions_without_addresses_are_a_lead_out_and_a_lead_in_apart() {
    let one = |n: u64| tao(&[(n * 20480, 20480, 0, Some(n as u32 * 10))]);
    let nrg = Nrg { sessions: vec![one(0), one(1), one(2)], medium_flags: Some(1), ..Nrg::default() };
    let reader = reader(&file_of(&[(2048, 30)], &nrg));
    assert_eq!(starts(reader.disc()), [(0, 150, 10), (10 + 11400, 150, 10), (11420 + 6900, 150, 10)]);
    assert_eq!(reader.disc().sessions.len(), 3);
    assert_eq!(stored_at(&reader, 11410, Slice::COOKED), Some(10));
}

#[test]
fn disc_at_once_stores_its_pregaps_and_the_hidden_track() {
    let tracks = vec![dao_track(2352, 7, 0, 2352 * 170, 2352 * 180), dao_track(2352, 7, 2352 * 180, 2352 * 185, 2352 * 200)];
    let cue = vec![
        point(0, 0, 0, -150),
        point(0, 3, 0, -150),
        point(0, 3, 1, 20),
        point(1, 4, 0, 30),
        point(1, 4, 1, 35),
        point(1, 4, 2, 40),
        point(1, 4, 3, 40),
        point(1, LEAD_OUT, 1, 50),
    ];
    let reader = reader(&file_of(&[(2352, 200)], &Nrg { sessions: vec![dao(tracks, cue)], ..Nrg::default() }));
    let disc = reader.disc();
    assert_eq!(starts(disc), [(20, 170, 10), (35, 5, 15)]);
    let second = &disc.sessions[0].tracks[1];
    assert_eq!((second.number, second.indexes.as_slice(), second.control.pre_emphasis), (4, &[Lba(40)][..], true));
    assert_eq!(disc.mcn.unwrap().as_str(), "0724385356926");
    assert_eq!(second.isrc.unwrap().as_str(), "USEM39600078");
    assert_eq!(
        [-150, 0, 19, 20, 30, 34, 35, 49].map(|lba| stored_at(&reader, lba, Slice::RAW).unwrap()),
        [0, 150, 169, 170, 180, 184, 185, 199]
    );
}

/// Pregaps that the cue sheet alone knows, and pregaps that the track list alone knows.
#[test]
fn index_0_is_believed_wherever_it_stands() {
    let cue = |index0: i32| {
        vec![point(0, 1, 0, -150), point(0, 1, 1, 0), point(0, 2, 0, index0), point(0, 2, 1, 30), point(0, LEAD_OUT, 1, 40)]
    };
    let raw = |n: u64| n * 2352;
    let first = |end: u64| dao_track(2352, 7, 0, 0, raw(end));
    // All of the pregap is listed with track 1.
    let nrg =
        Nrg { sessions: vec![dao(vec![first(30), dao_track(2352, 7, raw(30), raw(30), raw(40))], cue(25))], ..Nrg::default() };
    let all = reader(&file_of(&[(2352, 40)], &nrg));
    assert_eq!(starts(all.disc()), [(0, 150, 25), (30, 5, 10)]);
    assert_eq!([0, 24, 25, 30].map(|lba| stored_at(&all, lba, Slice::RAW)), [0, 24, 25, 30].map(Some));
    // The cue sheet has no pregap, the track list has.
    let nrg =
        Nrg { sessions: vec![dao(vec![first(25), dao_track(2352, 7, raw(25), raw(30), raw(40))], cue(30))], ..Nrg::default() };
    let all = reader(&file_of(&[(2352, 40)], &nrg));
    assert_eq!(starts(all.disc()), [(0, 150, 25), (30, 5, 10)]);
    // The pregap is nowhere stored.
    let nrg =
        Nrg { sessions: vec![dao(vec![first(25), dao_track(2352, 7, raw(25), raw(25), raw(35))], cue(25))], ..Nrg::default() };
    let all = reader(&file_of(&[(2352, 35)], &nrg));
    assert_eq!(starts(all.disc()), [(0, 150, 25), (30, 5, 10)]);
    assert_eq!([24, 25, 29, 30].map(|lba| stored_at(&all, lba, Slice::RAW)), [Some(24), None, None, Some(25)]);
}

#[test]
fn the_subchannel_follows_each_sector() {
    for (code, mode) in [(0x10, TrackMode::Audio), (0x0F, TrackMode::Mode1), (0x11, TrackMode::Mode2Mixed)] {
        let cue = vec![point(0, 1, 1, 0), point(0, LEAD_OUT, 1, 3)];
        let nrg = Nrg { sessions: vec![dao(vec![dao_track(2448, code, 0, 0, 2448 * 3)], cue)], ..Nrg::default() };
        let mut file = file_of(&[(2448, 3)], &nrg);
        file[2448 + 2352..2448 * 2].fill(0xA5);
        let reader = reader(&file);
        assert_eq!(reader.disc().sessions[0].tracks[0].mode, mode);
        let mut sub = [0; 96];
        let form = Form { main: None, sub: Some(SubKind::Interleaved) };
        reader.read(Lba(1), form, &mut sub, &mut [Worth::Good]).unwrap();
        assert_eq!(sub, [0xA5; 96]);
    }
}

/// MagicISO writes the codes of cooked sectors for raw ones, and leaves out the last 150 sectors of DVDs it writes disc at once.
#[test]
fn known_bad_writers_are_read() {
    for (code, mode) in [(0, TrackMode::Mode1), (2, TrackMode::Mode2Mixed), (3, TrackMode::Mode2Mixed)] {
        let record = mode::record(code, 2352).unwrap();
        assert_eq!((record.mode, record.slice), (mode, Slice::RAW));
    }
    let cue = vec![point(4, 0, 0, -150), point(4, 1, 0, -150), point(4, 1, 1, 0), point(4, LEAD_OUT, 1, 1000)];
    let track = dao_track(2048, 0, 0, 2048 * 150, 2048 * 1150);
    let nrg = Nrg { sessions: vec![dao(vec![track], cue)], medium_flags: Some(4), ..Nrg::default() };
    let file = file_of(&[(2048, 1000)], &nrg);
    let opened = lay_out(&file).unwrap();
    assert!(opened.warnings[0].contains("The last 150 sectors of track 1 are not in the file"));
    let reader = ExtentReader::new(opened.disc, opened.extents).unwrap();
    assert_eq!((reader.disc().medium, starts(reader.disc())), (Medium::Dvd, vec![(0, 0, 1000)]));
    assert_eq!([0, 849, 850].map(|lba| stored_at(&reader, lba, Slice::COOKED)), [Some(150), Some(999), None]);
    // More than that is a broken file.
    assert!(lay_out(&file_of(&[(2048, 999)], &nrg)).is_err());
}

#[test]
fn codes_that_make_no_sense_are_refused() {
    for (code, size) in [(0x07, 2048), (0x10, 2336), (0x63, 2352), (0x00, 1), (0x05, 65535), (0x03, 2324)] {
        let accepted = mode::record(code, size);
        assert!(accepted.is_none() || size == 2324, "{code} {size} {accepted:?}");
    }
    let nrg = Nrg { sessions: vec![tao(&[(0, 20480, 99, None)])], ..Nrg::default() };
    assert_eq!(lay_out(&file_of(&[(2048, 10)], &nrg)).unwrap().disc.sessions[0].tracks[0].mode, TrackMode::Mode1);
    let nrg = Nrg { sessions: vec![tao(&[(0, 23521, 99, None)])], ..Nrg::default() };
    assert!(lay_out(&file_of(&[(2352, 11)], &nrg)).is_err());
    for (offset, length) in [(20480, 2048), (u64::MAX, 2), (0, u64::MAX)] {
        let nrg = Nrg { sessions: vec![tao(&[(offset, length, 0, None)])], ..Nrg::default() };
        assert!(lay_out(&file_of(&[(2048, 10)], &nrg)).is_err());
    }
}

/// The layout, too, takes whatever the chunks may say.
#[test]
fn damage_is_survived_down_to_the_disc() {
    let good = file_of(&[(2352, 2)], &Nrg { medium_flags: Some(1), ..two_sessions() });
    let chunks = &good[2 * 2352..];
    damage(&chunks[..chunks.len() - 12], |bad| {
        let Ok(nrg) = parse::parse(bad, 0, &Limits::default()) else { return };
        let bytes: Arc<dyn Bytes> = Arc::new(Vec::new());
        if let Ok(opened) = layout::layout(&nrg, &bytes, 1 << 33) {
            let _ = ExtentReader::new(opened.disc, opened.extents);
        }
    });
}

fn corpus(name: &str) -> Option<Image> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(name);
    if !path.exists() {
        println!("skipped: the sample {name} is not here");
        return None;
    }
    Some(open(&path, Limits::default()).unwrap())
}

fn md5(image: &Image, number: usize, slice: Slice) -> String {
    let (_, track) = image.disc().tracks().nth(number).unwrap();
    let mut bytes = vec![0; track.length as usize * slice.size()];
    image.reader.read(track.start, Form::main(slice), &mut bytes, &mut vec![Worth::Good; track.length as usize]).unwrap();
    Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn samples_read_as_other_programs_read_them() {
    if let Some(image) = corpus("libcdio/test/data/p1.nrg") {
        assert_eq!(image.format.name, "nrg");
        assert_eq!(starts(image.disc()), [(150, 300, 75), (300, 75, 2)]);
        assert_eq!((image.disc().lead_out(), image.disc().audio_tracks()), (Lba(302), 2));
        assert!(image.disc().tracks().all(|(_, track)| track.control.copy));
        assert_eq!(
            [0, 1].map(|n| md5(&image, n, Slice::RAW)),
            ["d2b120199019b639d5a7e2b3463e9c97", "c8e28e7758fa71bb7482b3f92766c8f2"]
        );
        assert_eq!(image.warnings, [""; 0]);
    }
    if let Some(image) = corpus("synthetic/nrg/dao2.nrg") {
        assert_eq!(starts(image.disc()), [(0, 150, 302), (377, 75, 150)]);
        assert_eq!(image.disc().lead_out(), Lba(527));
        assert_eq!(image.disc().mcn.unwrap().as_str(), "0724385356926");
        assert_eq!(image.disc().sessions[0].tracks[1].isrc.unwrap().as_str(), "USEM39600078");
        assert_eq!(md5(&image, 0, Slice::COOKED), "62f68de771aae4dfbd65032ff200e415");
    }
    if let Some(image) = corpus("synthetic/nrg/iso_etn2.nrg") {
        assert_eq!((image.disc().medium, starts(image.disc())), (Medium::Dvd, vec![(0, 0, 302)]));
        assert_eq!(md5(&image, 0, Slice::COOKED), "62f68de771aae4dfbd65032ff200e415");
    }
}
