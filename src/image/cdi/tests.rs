use std::sync::Arc;

use super::layout::layout;
use super::open::parse_anything;
use super::parse::{Cdi, CdiSession, CdiTrack, Version, descriptor_at, parse};
use super::write::{Head, descriptor};
use crate::bytes::Bytes;
use crate::disc::cd_text::Field;
use crate::disc::sector::{Form, Slice};
use crate::disc::{CdText, Disc, DiscReader, DiscType, Isrc, Lba, Mcn, Medium, TrackMode};
use crate::image::hostile::{damage, what};
use crate::image::testing::{corpus, open, sectors, shape};
use crate::image::{ExtentReader, Flaw, Limits};

const HEAD: Head<'static> = Head { mystery: [1, 2, 3], name: b"C:\\Tmp\\a disc.cdi" };

fn track(mode: u8, start: u32, indexes: &[u32], layout: u8) -> CdiTrack {
    let length = indexes.iter().sum();
    let control = if mode == 0 { 0 } else { 4 };
    CdiTrack { indexes: indexes.to_vec(), mode, start, length, layout, control, ..CdiTrack::default() }
}

/// An audio session with an index 2, and one with data and audio, of which the last has its Q.
fn rich() -> Cdi {
    let mut text = CdText::default();
    text.set(0, Field::Title, "Name");
    let second = CdiTrack { isrc: Isrc::new(b"USRC17607839").ok(), control: 2, ..track(0, 452, &[20, 100, 30], 2) };
    Cdi {
        dvd: false,
        sessions: vec![
            CdiSession { tracks: vec![track(0, 0, &[150, 302], 2), second], kind: Some(0) },
            CdiSession { tracks: vec![track(2, 11_852, &[150, 40], 1), track(0, 12_042, &[0, 50], 3)], kind: Some(2) },
        ],
        mcn: Mcn::new(b"0724385356926").ok(),
        cd_text: text.to_packs(1, 4).unwrap().concat(),
        whole: true,
    }
}

fn read(bytes: &[u8], version: Version) -> Result<Cdi, Flaw> {
    parse(bytes, 0, version, &Limits::default())
}

fn laid(cdi: &Cdi, len: usize) -> Result<ExtentReader, String> {
    let bytes: Arc<dyn Bytes> = Arc::new(vec![0u8; len]);
    let opened = layout(cdi, &bytes, len as u64).map_err(|flaw| flaw.to_string())?;
    ExtentReader::new(opened.disc, opened.extents).map_err(|inconsistent| inconsistent.to_string())
}

const RICH_LEN: usize = (452 + 150) * 2352 + 190 * 2336 + 50 * 2368;

#[test]
fn what_is_written_is_read() {
    let bytes = descriptor(&rich(), 12_092, &HEAD);
    assert_eq!(read(&bytes, Version::ThreeAndHalf).unwrap(), rich());
    let tail = bytes.last_chunk().unwrap();
    assert_eq!(descriptor_at(tail, 5000 + bytes.len() as u64), Some((Version::ThreeAndHalf, 5000)));
}

#[test]
fn tracks_are_laid_where_they_say() {
    let reader = laid(&rich(), RICH_LEN).unwrap();
    let disc = reader.disc();
    let expected = [
        (1, TrackMode::Audio, 0, 150, 302),
        (2, TrackMode::Audio, 322, 20, 130),
        (3, TrackMode::Mode2Mixed, 11_852, 150, 40),
        (4, TrackMode::Audio, 11_892, 0, 50),
    ];
    assert_eq!(shape(disc), expected);
    assert_eq!(disc.sessions[0].tracks[1].indexes, [Lba(422)]);
    assert_eq!((disc.sessions[0].disc_type, disc.sessions[1].disc_type), (DiscType::CdDaOrRom, DiscType::Xa));
    assert_eq!((disc.mcn, disc.cd_text.text(0, 0, Field::Title)), (rich().mcn, Some("Name")));
    assert!(disc.sessions[0].tracks[1].control.copy);
    assert!(laid(&rich(), RICH_LEN - 1).err().unwrap().contains("cut short"));
}

/// An older descriptor, by what cdirip 0.6.4 reads of one. `late` is DiscJuggler 3.00.780, whose blocks are longer.
fn older(version: Version, late: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut put = |bytes: &[u8]| out.extend_from_slice(bytes);
    let number = |number: usize| (number as u32).to_le_bytes();
    put(&[rich().sessions.len() as u8, 0]);
    for (session, n) in rich().sessions.iter().zip(0..) {
        put(&[session.tracks.len() as u8, 0]);
        for (track, index) in session.tracks.iter().zip(0..) {
            put(&number(usize::from(late)));
            put(if late { &[7; 8] } else { &[] });
            put(&[[0, 0, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]; 2].concat());
            put(&[9, 9, 9, 4, HEAD.name.len() as u8]);
            put(HEAD.name);
            put(&[0; 19]);
            put(&[0; 4]);
            put(&[track.indexes.len() as u8, 0]);
            track.indexes.iter().for_each(|length| put(&length.to_le_bytes()));
            put(&[0; 6]);
            for field in [track.mode.into(), 0, n, index, track.start as usize, track.length as usize] {
                put(&number(field));
            }
            put(&[0; 16]);
            put(&number(track.layout.into()));
            put(&number(track.control.into()));
            put(&[0; 9]);
            put(track.isrc.as_ref().map_or(&[0; 12], |isrc| isrc.as_bytes()));
            put(&number(usize::from(track.isrc.is_some())));
            if version == Version::Three {
                put(&[0; 5]);
                put(&if late { [0xFF; 4] } else { [0; 4] });
                put(if late { &[8; 78] } else { &[] });
            }
        }
        put(if version == Version::Two { &[0; 12] } else { &[0; 13] });
    }
    out
}

#[test]
fn older_versions_are_read() {
    for (version, late) in [(Version::Two, false), (Version::Two, true), (Version::Three, false), (Version::Three, true)] {
        let cdi = read(&older(version, late), version).unwrap();
        let mut expected = Cdi { mcn: None, cd_text: vec![], whole: false, ..rich() };
        expected.sessions.iter_mut().for_each(|session| session.kind = None);
        assert_eq!(cdi, expected, "{version:?} {late}");
        // What kind of session it is, its tracks tell.
        assert_eq!(laid(&cdi, RICH_LEN).unwrap().disc().sessions[1].disc_type, DiscType::Xa);
    }
    let tail = |version: u32, at: u32| [version.to_le_bytes(), at.to_le_bytes()].concat().try_into().unwrap();
    assert_eq!(descriptor_at(&tail(0x8000_0004, 700), 1000), Some((Version::Two, 700)));
    assert_eq!(descriptor_at(&tail(0x8000_0005, 700), 1000), Some((Version::Three, 700)));
    for (version, at) in [(0x8000_0007, 700), (0x8000_0006, 1001), (0x8000_0006, 8), (0x8000_0004, 992), (0x8000_0005, u32::MAX)]
    {
        assert_eq!(descriptor_at(&tail(version, at), 1000), None);
    }
}

#[test]
fn titles_in_the_blocks_of_tracks_are_read() {
    let bytes = descriptor(&Cdi { cd_text: vec![], ..rich() }, 0, &HEAD);
    // The first track has two lengths, and then the number of its blocks of texts.
    let at = 1 + 15 + 0x30 + HEAD.name.len() + 2 + 8;
    let mut texts = vec![1, 0, 0, 0];
    (0..18).for_each(|text| texts.extend_from_slice(if text == 10 { b"\x05Caf\xE9!" } else { &[0] }));
    let bytes = [&bytes[..at], &texts, &bytes[at + 4..]].concat();
    let cdi = read(&bytes, Version::ThreeAndHalf).unwrap();
    assert_eq!(cdi.sessions[0].tracks[0].title.as_deref(), Some("Café!"));
    let reader = laid(&cdi, RICH_LEN).unwrap();
    assert_eq!(reader.disc().cd_text.text(0, 1, Field::Title), Some("Café!"));
}

/// What lies behind the tracks is not needed: cdi4dc and others put something else there.
#[test]
fn garbage_behind_the_tracks_is_survived() {
    let bytes = descriptor(&rich(), 0, &HEAD);
    let cdi = read(&bytes[..bytes.len() - 200], Version::ThreeAndHalf).unwrap();
    assert_eq!((cdi.whole, cdi.mcn, cdi.sessions.len()), (false, None, 2));
    let opened = layout(&cdi, &(Arc::new(vec![0u8; RICH_LEN]) as Arc<dyn Bytes>), u64::MAX).unwrap();
    assert!(opened.warnings[0].contains("behind the tracks"));
}

/// A DVD has nothing of a pregap; whatever is stored of one lies before its first sector.
#[test]
fn dvds_begin_with_their_first_sector() {
    for (start, pregap) in [(0, 150), (150, 0), (0, 0)] {
        let only = CdiTrack { mode: 1, layout: 0, ..track(1, start, &[pregap, 500], 0) };
        let session = CdiSession { tracks: vec![only], kind: Some(1) };
        let cdi = Cdi { dvd: true, sessions: vec![session], whole: true, ..Cdi::default() };
        let mut data = vec![0u8; (pregap as usize + 500) * 2048];
        data[pregap as usize * 2048] = 0xAB;
        let opened = layout(&cdi, &(Arc::new(data) as Arc<dyn Bytes>), u64::MAX).unwrap();
        assert_eq!((opened.disc.medium, shape(&opened.disc)), (Medium::Dvd, vec![(1, TrackMode::Dvd, 0, 0, 500)]));
        let reader = ExtentReader::new(opened.disc, opened.extents).unwrap();
        assert_eq!(sectors(&reader, 0, 1, Form::main(Slice::COOKED))[0], 0xAB);
    }
}

#[test]
fn what_can_not_be_is_refused() {
    let flaw = |change: fn(&mut Cdi)| {
        let mut cdi = rich();
        change(&mut cdi);
        what(&read(&descriptor(&cdi, 0, &HEAD), Version::ThreeAndHalf).unwrap_err().fault)
    };
    assert_eq!(flaw(|cdi| cdi.sessions.clear()), "the number of sessions");
    assert_eq!(flaw(|cdi| cdi.sessions[0].tracks.clear()), "the number of tracks in a session");
    assert_eq!(flaw(|cdi| cdi.sessions[0].tracks[0].mode = 3), "the mode of a track");
    assert_eq!(flaw(|cdi| cdi.sessions[0].tracks[0].layout = 5), "the sector layout of a track");
    assert_eq!(flaw(|cdi| cdi.sessions[0].tracks[0].indexes.clear()), "the number of indexes of a track");
    assert_eq!(flaw(|cdi| cdi.sessions[0].tracks[0].indexes = vec![1; 101]), "the number of indexes of a track");
    assert_eq!(flaw(|cdi| cdi.sessions[0].tracks = vec![track(0, 0, &[0, 9], 2); 100]), "the number of tracks in a session");
    let refused = |change: fn(&mut Cdi)| {
        let mut cdi = rich();
        change(&mut cdi);
        laid(&cdi, RICH_LEN).err().unwrap()
    };
    assert!(refused(|cdi| cdi.sessions[0].tracks[0].layout = 1).contains("contradict"));
    assert!(refused(|cdi| cdi.sessions[0].tracks[0].length = 150).contains("contradict"));
    assert!(refused(|cdi| cdi.sessions[0].tracks[1].start = u32::MAX).contains("out of range"));
    assert!(refused(|cdi| cdi.sessions[1].tracks[0].start = 0).contains("overlaps"));
}

#[test]
fn damage_is_survived() {
    // A file that has nothing but its descriptor.
    let bytes = descriptor(&rich(), 12_092, &HEAD);
    damage(&bytes, |bad| {
        parse_anything(bad, &Limits::default());
    });
    damage(&older(Version::Three, true), |bad| drop(read(bad, Version::Three)));
}

/// An audio session, and a data session at LBA 11702, as discs for the Dreamcast have them; written by cdi4dc.
#[test]
fn the_sample_reads_as_other_programs_read_it() {
    let Some(folder) = corpus("generated") else { return };
    let image = open(&folder.join("audiodata.v35.cdi"));
    let expected = [(1, TrackMode::Audio, 0, 150, 302), (2, TrackMode::Mode2Mixed, 11_702, 150, 302)];
    assert_eq!((image.format.name, shape(image.disc())), ("cdi", expected.to_vec()));
    assert_eq!((image.disc().sessions.len(), image.disc().sessions[1].disc_type), (2, DiscType::Xa));
    assert!(image.warnings.is_empty(), "{:?}", image.warnings);
    let iso = std::fs::read(folder.join("audiodata.v35.iso")).unwrap();
    assert!(sectors(&*image.reader, 11_702, iso.len() / 2048, Form::main(Slice::FORM1)) == iso);
}

/// Our descriptor of the sample is the sample's, but for the name of the volume, which a plan does not know.
#[test]
fn descriptors_are_laid_out_as_in_the_sample() {
    let Some(folder) = corpus("generated") else { return };
    let bytes = std::fs::read(folder.join("audiodata.v35.cdi")).unwrap();
    let at = bytes.len() - 796;
    let cdi = parse(&bytes[at..], at as u64, Version::ThreeAndHalf, &Limits::default()).unwrap();
    let name = b"/tmp/research/corpus/_generated/audiodata.v35.cdi";
    let ours = descriptor(&cdi, 12_154, &Head { mystery: [0xAB, 0x00, 0x10], name });
    let differ: Vec<usize> = (0..ours.len()).filter(|n| ours[*n] != bytes[at + n]).collect();
    let volume = ours.len() - 4 - 4 - 8 - 4 - 4 - 13 - 9 - 32;
    assert_eq!(ours.len(), 796);
    assert!(differ.iter().all(|n| (volume..volume + 32).contains(n)), "{differ:?}");
}

#[test]
fn discs_survive_with_all_that_the_format_holds() {
    let reader = laid(&rich(), RICH_LEN).unwrap();
    let disc: &Disc = reader.disc();
    let plan = super::plan::plan(disc, &crate::image::PlanRequest::new("x")).unwrap();
    let Some(crate::image::Part::Bytes(bytes)) = plan.files[0].parts.last() else { panic!("a descriptor is bytes") };
    let cdi = read(bytes, Version::ThreeAndHalf).unwrap();
    let len = plan.len() - bytes.len() as u64;
    let again = laid(&cdi, len as usize).unwrap();
    assert_eq!(again.disc(), disc);
}
