use std::path::Path;
use std::sync::Arc;

use super::layout::layout;
use super::parse::{Gdi, is_list, parse};
use crate::bytes::Bytes;
use crate::disc::sector::{Form, Slice};
use crate::disc::{Disc, Lba, Medium, Track, TrackMode};
use crate::image::hostile::{damage, what};
use crate::image::testing::{corpus, noise, open, sectors, shape};
use crate::image::{At, ExtentReader, Fault, Flaw, Limits, Part, PlanRequest, open as open_image};

fn read(text: &str) -> Result<Gdi, Flaw> {
    parse(text.as_bytes(), &Limits::default())
}

fn laid(text: &str, lengths: &[usize]) -> Result<(ExtentReader, Vec<String>), Flaw> {
    let files: Vec<Arc<dyn Bytes>> = lengths.iter().map(|len| Arc::new(vec![0u8; *len]) as Arc<dyn Bytes>).collect();
    let opened = layout(&read(text)?, &files)?;
    Ok((ExtentReader::new(opened.disc, opened.extents).unwrap(), opened.warnings))
}

fn places(disc: &Disc) -> Vec<(u16, i32, u32, u32)> {
    disc.tracks().map(|(session, t)| (session.number, t.start.0, t.pregap, t.length)).collect()
}

#[test]
fn names_are_read_with_quotes_and_without() {
    let gdi = read("\u{FEFF}3\r\n\r\n 1 0 4 2352 track01.bin 0\r\n2\t756  0 2352 \"two words.raw\"\t16\r\n3 45000 4 2048 three more words.iso 0\n").unwrap();
    let lines: Vec<_> =
        gdi.tracks.iter().map(|t| (t.number, t.start.0, t.data, t.sector_size, t.file.as_str(), t.offset)).collect();
    let expected = [
        (1, 0, true, 2352, "track01.bin", 0),
        (2, 756, false, 2352, "two words.raw", 16),
        (3, 45000, true, 2048, "three more words.iso", 0),
    ];
    assert_eq!(lines, expected);
    assert_eq!((gdi.warnings.len(), gdi.tracks[2].line), (0, 5));
    // The number of lines is what counts, and remarks behind the tracks are left out.
    let odd = read("1\n1 0 4 2352 a 0\n2 600 0 2352 b 0\nmade by hand\n").unwrap();
    assert_eq!((odd.tracks.len(), odd.warnings.len()), (2, 2));
}

#[test]
fn lists_are_known_by_their_first_lines() {
    assert!(is_list(b"4\r\n1 0 4 2352 a.bin 0\r\n"));
    for other in ["", "4", "0\n1 0 4 2352 a 0", "100\n1 0 4 2352 a 0", "4\n1 0 4 2352 a", "4\nTRACK 01 AUDIO", "FILE x\n"] {
        assert!(!is_list(other.as_bytes()), "{other}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (text, line) in [
        ("0\n1 0 4 2352 a 0", 1),
        ("-1\n", 1),
        ("4294967297\n1 0 4 2352 a 0", 1),
        ("1\n1 0 4 2352 a", 2),
        ("1\n1 0 4 2352 a -1", 2),
        ("1\n1 0 4 2352 a 99999999999999999999", 2),
        ("1\n1 0 4 2352 \"a 0", 2),
        ("1\n1 0 4 2352 \"\" 0", 2),
        ("1\n1 -1 4 2352 a 0", 2),
        ("1\n1 600001 4 2352 a 0", 2),
        ("1\n1 0 5 2352 a 0", 2),
        ("1\n1 0 0 2048 a 0", 2),
        ("1\n1 0 4 0 a 0", 2),
        ("1\n1 0 4 2351 a 0", 2),
        ("1\n0 0 4 2352 a 0", 2),
        ("1\n100 0 4 2352 a 0", 2),
        ("2\n1 0 4 2352 a 0\n1 600 0 2352 b 0", 3),
        ("2\n1 0 4 2352 a 0\n3 600 0 2352 b 0", 3),
        ("2\n1 600 4 2352 a 0\n2 600 0 2352 b 0", 3),
    ] {
        assert_eq!(read(text).unwrap_err().at, At::Line(line), "{text}");
    }
    assert_eq!(what(&read("").unwrap_err().fault), "a GDI track list");
    assert_eq!(what(&read("2\n").unwrap_err().fault), "a track in the list");
}

#[test]
fn the_areas_are_sessions_and_the_gaps_pregaps() {
    let text = "4\n1 0 4 2352 a 0\n2 756 0 2352 b 0\n3 45000 4 2048 c 0\n4 45200 0 2352 d 0";
    let (reader, warnings) = laid(text, &[600 * 2352, 100 * 2352, 50 * 2048, 10 * 2352 + 5]).unwrap();
    let disc = crate::disc::DiscReader::disc(&reader);
    assert_eq!(disc.medium, Medium::Gd);
    assert_eq!(places(disc), [(1, 0, 150, 600), (1, 756, 156, 100), (2, 45_000, 150, 50), (2, 45_200, 150, 10)]);
    assert_eq!(disc.tracks().map(|(_, track)| track.mode).collect::<Vec<_>>()[2], TrackMode::Mode1);
    assert_eq!(warnings, ["The last 5 bytes of “d” are no whole sector and are left out."]);
    // What reaches into the next track is the next track's.
    let (reader, warnings) = laid(text, &[800 * 2352, 100 * 2352, 50 * 2048, 2352]).unwrap();
    assert_eq!(places(crate::disc::DiscReader::disc(&reader))[..2], [(1, 0, 150, 756), (1, 756, 0, 100)]);
    assert!(warnings[0].contains("longer than track 1 can be"));
    // Tracks of one file end where the next begins.
    let one = laid("2\n1 0 4 2352 a 0\n2 400 0 2352 a 2352000", &[1500 * 2352; 2]).unwrap().0;
    assert_eq!(places(crate::disc::DiscReader::disc(&one)), [(1, 0, 150, 400), (1, 400, 0, 500)]);
}

#[test]
fn lists_that_make_no_disc_are_refused() {
    let refused = |text, lengths: &[usize]| laid(text, lengths).err().unwrap();
    let two = "2\n1 0 4 2352 a 0\n2 45001 4 2352 b 0";
    assert_eq!(what(&refused(two, &[2352, 2352]).fault), "the start of the high-density area");
    assert_eq!(what(&refused("1\n1 0 4 2352 a 9999", &[2352]).fault), "every sector of this track");
    assert_eq!(what(&refused("1\n1 0 4 2352 a 0", &[2351]).fault), "every sector of this track");
    // A first track that reaches into the high-density area.
    let gdi = read("1\n1 44999 4 2352 a 0").unwrap();
    let opened = layout(&gdi, &[Arc::new(vec![0u8; 2 * 2352]) as Arc<dyn Bytes>]).unwrap();
    assert!(opened.disc.check().is_err());
}

/// The list of the sample names four files; its addresses and types were read by chdman as well.
#[test]
fn the_sample_reads_as_other_programs_read_it() {
    let Some(folder) = corpus("igir/roms/discs") else { return };
    let image = open(&folder.join("GD-ROM.gdi"));
    assert_eq!((image.format.name, image.disc().medium, image.warnings.len()), ("gdi", Medium::Gd, 0));
    assert_eq!(places(image.disc()), [(1, 0, 150, 1), (1, 756, 755, 1), (2, 45_000, 150, 2), (2, 158_259, 113_257, 3)]);
    let raw = Form::main(Slice::RAW);
    for (number, at, count) in [(1, 0, 1), (3, 45_000, 2), (4, 158_259, 3)] {
        let file = std::fs::read(folder.join(format!("track{number:02}.bin"))).unwrap();
        assert_eq!(sectors(&*image.reader, at, count, raw), file);
    }
    assert_eq!(sectors(&*image.reader, 756, 1, raw), std::fs::read(folder.join("track02.raw")).unwrap());
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(folder.join(name), bytes).unwrap();
}

#[test]
fn files_are_found_in_any_case_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "Track01.BIN", &noise(4, 1));
    write(folder.path(), "x.gdi", b"1\n1 0 0 2352 track01.bin 2352\n");
    let image = open(&folder.path().join("x.gdi"));
    assert_eq!((shape(image.disc()), image.warnings.len()), (vec![(1, TrackMode::Audio, 0, 150, 3)], 0));
    assert_eq!(sectors(&*image.reader, 0, 3, Form::main(Slice::RAW)), noise(4, 1)[2352..]);
    for (name, list) in [("gone", "1\n1 0 0 2352 none.raw 0\n"), ("out", "1\n1 0 0 2352 ../../etc/passwd 0\n")] {
        write(folder.path(), name, list.as_bytes());
        let error = open_image(&folder.path().join(name), Limits::default()).err().unwrap();
        assert_eq!(error.at, At::Line(2));
        assert!(matches!(error.fault, Fault::PartMissing { .. } | Fault::OutsideFolder { .. }), "{error}");
    }
}

#[test]
fn what_is_planned_reads_as_what_was_meant() {
    let mut second = Track::new(2, TrackMode::Audio, Lba(20), 30);
    second.pregap = 10;
    let first = Track { pregap: 150, ..Track::new(1, TrackMode::Mode1, Lba(0), 10) };
    let disc = Disc::new(Medium::Gd, vec![first, second]);
    for stem in ["disc", "My disc", "a \"b\""] {
        let plan = super::plan::plan(&disc, &PlanRequest::new(stem)).unwrap();
        let [Part::Bytes(list)] = &plan.files[2].parts[..] else { panic!("a list is bytes") };
        let gdi = parse(list, &Limits::default()).unwrap();
        assert_eq!(
            gdi.tracks.iter().map(|t| &t.file).collect::<Vec<_>>(),
            plan.files[..2].iter().map(|f| &f.name).collect::<Vec<_>>()
        );
        let files: Vec<Arc<dyn Bytes>> = plan.files[..2].iter().map(|f| Arc::new(vec![0u8; f.len() as usize]) as _).collect();
        assert_eq!(layout(&gdi, &files).unwrap().disc, disc);
    }
}

#[test]
fn damage_is_survived() {
    damage(b"2\r\n1 0 4 2352 a.bin 0\r\n2 756 0 2352 \"b c.raw\" 0\r\n", |bad| {
        super::open::parse_anything(bad, &Limits::default())
    });
}
