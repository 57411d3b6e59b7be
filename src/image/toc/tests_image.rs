//! Opening images by their TOC files, and writing them.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::disc::cd_text::{Encoding as CharacterSet, Field, Language};
use crate::disc::sector::{Form, Slice, SubKind};
use crate::disc::{Disc, Lba, Msf, TrackMode};
use crate::image::testing::{convert, corpus, noise, open, said_by, sectors, shape};
use crate::image::{self, At, Fault, Limits, PlanRequest};
use crate::job::compare_discs;

#[test]
fn sample_images_open_as_libcdio_reads_them() {
    let Some(folder) = corpus("libcdio/test/data") else { return };
    use TrackMode::*;
    let plain = |mode, length| vec![(1, mode, 0, 150, length)];
    for (name, expected) in [
        ("isofs-m1.toc", plain(Mode1, 302)),
        ("cdda.toc", plain(Audio, 25)),
        ("cdtext.toc", plain(Audio, 4500)),
        ("data1.toc", plain(Mode1, 4499)),
        ("data2.toc", vec![(1, Mode1, 0, 150, 347 + 4500), (2, Audio, 4997, 150, 302)]),
        ("data6.toc", plain(Mode2, 132)),
        ("t1.toc", plain(Audio, 74)),
        ("vcd2.toc", vec![(1, Mode2Mixed, 0, 150, 305), (2, Mode2Mixed, 305, 0, 3), (3, Mode2Mixed, 308, 0, 25)]),
    ] {
        let image = open(&folder.join(name));
        assert_eq!((image.format.name, shape(image.disc())), ("toc", expected), "{name}");
    }
    let bin = fs::read(folder.join("isofs-m1.bin")).unwrap();
    let isofs = open(&folder.join("isofs-m1.toc"));
    assert!(sectors(&isofs.reader, 0, 302, Form::main(Slice::RAW)) == bin);
    // Raw samples are big-endian, here from byte 200 of the file on.
    let cdda = fs::read(folder.join("cdda.bin")).unwrap();
    let read = sectors(&open(&folder.join("cdda.toc")).reader, 0, 25, Form::main(Slice::RAW));
    assert!(read.chunks(2).zip(cdda[200..].chunks(2)).all(|(read, stored)| read[0] == stored[1] && read[1] == stored[0]));
    // A name that leads out of the folder is looked for in it.
    assert_eq!(open(&folder.join("vcd2.toc")).warnings.len(), 1);
}

#[test]
fn sample_images_with_flaws_are_refused() {
    let Some(folder) = corpus("libcdio/test/data") else { return };
    let refused = |name: &str| match image::open(&folder.join(name), Limits::default()) {
        Ok(_) => panic!("{name} was opened"),
        Err(error) => error,
    };
    for (name, line) in [("bad-cat1", 6), ("bad-cat2", 4), ("bad-msf-1", 6), ("bad-msf-3", 6)] {
        let error = refused(&format!("{name}.toc"));
        assert_eq!(error.at, At::Line(line), "{error}");
    }
    for name in ["bad-file.toc", "vcd_demo.toc"] {
        assert!(matches!(refused(name).fault, Fault::PartMissing { .. }), "{name}");
    }
    for name in ["t2.toc", "t3.toc", "t8.toc", "data5.toc", "data7.toc"] {
        assert!(matches!(refused(name).fault, Fault::Truncated { .. }), "{name}");
    }
}

/// An image with all that the format can hold but subchannel: hidden audio, data in both modes, indexes, flags, names.
fn rich(folder: &Path) -> PathBuf {
    let mut data = vec![0; 400 * 2352];
    for (sector, at) in data.chunks_mut(2352).zip(750 + 450..) {
        crate::disc::sector::synthesise(TrackMode::Mode1, Lba(at), Slice::RAW, sector, 2352);
    }
    fs::write(folder.join("rich.bin"), [noise(750 + 450, 1), data, noise(600, 3)].concat()).unwrap();
    fs::write(folder.join("mixed.bin"), noise(2000, 4).iter().take(2336 * 320).copied().collect::<Vec<u8>>()).unwrap();
    let toc = "CD_ROM_XA CATALOG \"0724385356926\" FIRST_TRACK_NO 4
CD_TEXT { LANGUAGE_MAP { 0 : EN 1 : 105 }
  LANGUAGE 0 { TITLE \"Caf\\351\" PERFORMER \"R\u{f6}yksopp\" GENRE { 0, 5, 65, 0 } UPC_EAN \"0724385356926\" }
  LANGUAGE 1 { ENCODING_MS_JIS TITLE \"湿った水\" } }
TRACK AUDIO COPY PRE_EMPHASIS ISRC \"USEM39600078\"
CD_TEXT { LANGUAGE 0 { TITLE \"One \\\"1\\\"\" PERFORMER \"A\" } LANGUAGE 1 { TITLE \"熱波\" } }
FILE \"rich.bin\" 0 0:16:0 START 0:10:0 INDEX 0:1:0 INDEX 0:2:74
TRACK MODE1_RAW DATAFILE \"rich.bin\" #2822400 0:5:25
TRACK MODE2_FORM_MIX COPY PREGAP 0:2:0 DATAFILE \"mixed.bin\"
TRACK AUDIO FOUR_CHANNEL_AUDIO CD_TEXT { LANGUAGE 0 { TITLE \"Last\" PERFORMER \"B\" } }
PREGAP 0:2:0 FILE \"rich.bin\" #3763200 0 0:8:0
";
    fs::write(folder.join("rich.toc"), toc).unwrap();
    folder.join("rich.toc")
}

#[test]
fn everything_but_sessions_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let source = rich(dir.path());
    let image = open(&source);
    use TrackMode::*;
    let expected =
        [(4, Audio, 750, 900, 450), (5, Mode1, 1200, 0, 400), (6, Mode2Mixed, 1750, 150, 320), (7, Audio, 2220, 150, 600)];
    assert_eq!(shape(image.disc()), expected);
    assert_eq!(image.warnings, [""; 0]);
    let text = &image.disc().cd_text;
    assert_eq!(text.text(0, 0, Field::Title), Some("Café"));
    assert_eq!(text.text(0, 0, Field::Performer), Some("Röyksopp"));
    assert_eq!((text.text(0, 0, Field::Genre), text.languages[0].genre_code()), (Some("A"), 5));
    assert_eq!(text.text(0, 4, Field::Title), Some("One \"1\""));
    assert_eq!((text.text(1, 4, Field::Title), text.languages[1].code), (Some("熱波"), 105));
    let first = &image.disc().sessions[0].tracks[0];
    assert_eq!((first.indexes.clone(), first.isrc.unwrap().as_str()), (vec![Lba(825), Lba(974)], "USEM39600078"));

    for (name, per_track, subchannel) in [("a", false, false), ("d", true, true)] {
        let target = dir.path().join(format!("{name}.toc"));
        let again = convert(&source, &target, |task| {
            task.file_per_track = per_track;
            task.subchannel = Some(subchannel);
        });
        assert_eq!(compare_discs(image.disc(), again.disc()), [], "{name}");
        assert_eq!(again.files.len(), if per_track { 5 } else { 2 }, "{name}");
        for &(_, _, start, pregap, length) in &expected {
            let first = (start - pregap as i32).max(0);
            let count = (start + length as i32 - first) as usize;
            let form = Form { main: Some(Slice::RAW), sub: subchannel.then_some(SubKind::Packed) };
            assert!(sectors(&image.reader, first, count, form) == sectors(&again.reader, first, count, form), "{name}");
        }
    }
    // Audio lies in the file most significant byte first, the hidden track in front.
    let (was, is) = (fs::read(dir.path().join("rich.bin")).unwrap(), fs::read(dir.path().join("a.bin")).unwrap());
    assert!(was[..1200 * 2352] == is[..1200 * 2352]);
}

#[test]
fn cdrdao_accepts_what_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let source = rich(dir.path());
    for (name, per_track, subchannel) in [("a", false, false), ("b", true, false), ("c", false, true)] {
        let toc = format!("{name}.toc");
        let image = convert(&source, &dir.path().join(&toc), |task| {
            task.file_per_track = per_track;
            task.subchannel = Some(subchannel);
        });
        let parsed = parse(&fs::read(dir.path().join(&toc)).unwrap(), &Limits::default()).unwrap();
        // This one fails where the length of a data file is not as described.
        said_by("cdrdao", &["toc-info", &toc], dir.path());
        if let Some(said) = said_by("cdrdao", &["show-toc", &toc], dir.path()) {
            let placed: Vec<Placed> = lay_out(&parsed, |_, _| Ok(u64::MAX)).unwrap();
            for (track, place) in parsed.tracks.iter().zip(&placed) {
                let start = format!("START  {}({:6})", Msf::from_frames(place.start), place.start);
                let end = format!("END    {}({:6})", Msf::from_frames(place.end), place.end);
                assert!(said.contains(&start) && said.contains(&end), "{track:?}: {said}");
            }
            assert!(said.contains("INDEX  3 00:12:74(   974)") && said.contains("FOUR CHANNEL"), "{said}");
        }
        // It knows neither subchannel nor more than one file.
        if name == "a" {
            said_by("toc2cue", &[&toc, &format!("{name}.cue")], dir.path());
        }
        assert_eq!(shape(image.disc()).len(), 4);
    }
}

/// libcdio knows no FIRST_TRACK_NO and no `#` after FILE, and adds a START to the length of the disc.
#[test]
fn libcdio_accepts_what_is_written() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("in.bin"), noise(800, 5)).unwrap();
    let toc = "CD_DA CATALOG \"0724385356926\" TRACK AUDIO COPY ISRC \"USEM39600078\" FILE \"in.bin\" 0 0:4:0 \
               TRACK AUDIO FILE \"in.bin\" 0:4:0 0:6:50 START 0:2:0";
    fs::write(dir.path().join("in.toc"), toc).unwrap();
    convert(&dir.path().join("in.toc"), &dir.path().join("out.toc"), |_| {});
    let Some(said) = said_by("cd-info", &["--no-header", "--no-device-info", "--toc-file=out.toc"], dir.path()) else { return };
    for line in ["1: 00:02:00  000000 audio", "2: 00:08:00  000450 audio", "0724385356926"] {
        assert!(said.contains(line), "{line}: {said}");
    }
}

#[test]
fn parts_that_end_within_a_sector_are_joined() {
    let dir = tempfile::tempdir().unwrap();
    let samples = noise(4, 7);
    fs::write(dir.path().join("a.raw"), &samples).unwrap();
    let toc = "TRACK AUDIO FILE \"a.raw\" SWAP 100 200 SILENCE 10 FILE \"a.raw\" SWAP 588 1000";
    fs::write(dir.path().join("a.toc"), toc).unwrap();
    let image = open(&dir.path().join("a.toc"));
    assert_eq!(shape(image.disc()), [(1, TrackMode::Audio, 0, 150, 3)]);
    let mut expected = [&samples[400..1200], &[0; 40], &samples[2352..2352 + 4000]].concat();
    expected.resize(3 * 2352, 0);
    assert!(sectors(&image.reader, 0, 3, Form::main(Slice::RAW)) == expected);

    fs::write(dir.path().join("b.toc"), "TRACK AUDIO FILE \"a.raw\" SWAP 100 200 FILE \"a.raw\" 0 1").unwrap();
    let error = image::open(&dir.path().join("b.toc"), Limits::default()).err().unwrap();
    assert!(matches!(error.fault, Fault::Unsupported { .. }), "{error}");
}

/// cdrdao stores form 2 sectors as 2324 bytes, others with their EDC or subheader; the size of the file is all that tells.
#[test]
fn form_2_is_read_in_all_three_sizes() {
    let dir = tempfile::tempdir().unwrap();
    for (record, skip, written) in [(2324usize, 0, ""), (2328, 0, ""), (2336, 8, ""), (2336, 8, "0:0:7"), (2324, 0, "0:0:3")] {
        let mut data = vec![0; 7 * record];
        data.chunks_mut(record).zip(1u8..).for_each(|(record, n)| record[skip..skip + 2324].fill(n));
        fs::write(dir.path().join("x.bin"), &data).unwrap();
        let toc = dir.path().join("x.toc");
        fs::write(&toc, format!("CD_ROM_XA TRACK MODE2_FORM2 DATAFILE \"x.bin\" {written}")).unwrap();
        let image = open(&toc);
        let count = if written == "0:0:3" { 3 } else { 7 };
        assert_eq!(shape(image.disc()), [(1, TrackMode::Mode2Form2, 0, 150, count)], "{record} {written}");
        let user = sectors(&image.reader, 2, 1, Form::main(Slice::new(24, 2348).unwrap()));
        assert_eq!((user[0], user[2323]), (3, 3), "{record} {written}");
    }
}

#[test]
fn subchannel_of_a_source_is_kept_and_cooked_packs_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let data: Vec<u8> = noise(21, 9).into_iter().take(20 * 2448).collect();
    fs::write(dir.path().join("x.bin"), &data).unwrap();
    let toc = dir.path().join("x.toc");
    fs::write(&toc, "CD_DA TRACK AUDIO RW_RAW DATAFILE \"x.bin\"").unwrap();
    let image = open(&toc);
    let form = Form { main: Some(Slice::RAW), sub: Some(SubKind::Interleaved) };
    let read = sectors(&image.reader, 0, 20, form);
    assert!(
        read.chunks(2448).zip(data.chunks(2448)).all(|(read, stored)| read[2352..] == stored[2352..] && read[0] == stored[1])
    );
    // Once the bytes of the subchannel changed places with those of the samples.
    let again = convert(&toc, &dir.path().join("y.toc"), |_| {});
    assert!(fs::read(dir.path().join("y.bin")).unwrap() == data);
    assert!(sectors(&again.reader, 0, 20, form) == read);

    fs::write(&toc, "CD_DA TRACK AUDIO RW DATAFILE \"x.bin\"").unwrap();
    let image = open(&toc);
    assert_eq!((shape(image.disc())[0].4, image.warnings.len()), (20, 1));
}

#[test]
fn cd_text_that_the_grammar_has_no_place_for_is_said() {
    let disc = |track: u8, field| {
        let mut disc = Disc::new(crate::disc::Medium::Cd, vec![crate::disc::Track::new(1, TrackMode::Audio, Lba(0), 300)]);
        disc.sessions[0].tracks[0].pregap = 150;
        let mut language = Language::new(8, CharacterSet::Latin1);
        language.set(track, field, "x");
        disc.cd_text.languages.push(language);
        disc
    };
    let plan = |disc: &Disc| (TOC.plan.unwrap())(disc, &PlanRequest::new("x"));
    assert!(plan(&disc(1, Field::Title)).is_ok());
    assert!(plan(&disc(2, Field::Title)).is_err());
    assert!(plan(&disc(1, Field::Genre)).is_err());
}

/// MODE2_RAW is mode 2 of any kind. Index 1 tells which: what lies hidden before it was empty in the image that once came out as XA.
#[test]
fn raw_mode_2_is_told_by_its_sectors() {
    let dir = tempfile::tempdir().unwrap();
    for (mode, expected) in [
        (TrackMode::Mode2, TrackMode::Mode2),
        (TrackMode::Mode2Form1, TrackMode::Mode2Mixed),
        (TrackMode::Mode1, TrackMode::Mode1),
    ] {
        let mut data = noise(20, 8);
        for (number, (sector, lba)) in data.chunks_mut(2352).zip(0..).enumerate() {
            if number < 2 || mode != TrackMode::Mode2 {
                crate::disc::sector::synthesise(mode, Lba(lba), Slice::RAW, sector, 2352);
            } else {
                crate::disc::sector::frame(mode, Lba(lba), sector);
            }
        }
        fs::write(dir.path().join("x.bin"), &data).unwrap();
        let toc = dir.path().join("x.toc");
        fs::write(&toc, "CD_ROM TRACK MODE2_RAW DATAFILE \"x.bin\" START 0:0:2").unwrap();
        assert_eq!(shape(open(&toc).disc()), [(1, expected, 2, 152, 18)]);
    }
}

#[test]
fn files_are_recognised_by_their_first_words() {
    let dir = tempfile::tempdir().unwrap();
    let recognised = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        recognise(&Opener::new(&path, Limits::default()).unwrap()).unwrap()
    };
    assert_eq!(recognised("x.txt", "// remark\nCD_ROM_XA\nTRACK"), Likeness::Sure);
    assert_eq!(recognised("x", "TRACK AUDIO"), Likeness::Sure);
    assert_eq!(recognised("x.cue", "TRACK 01 AUDIO"), Likeness::No);
    assert_eq!(recognised("x.cue", "CATALOG \"0724385356926\" FILE"), Likeness::No);
    assert_eq!(recognised("x.toc", "CATALOG \"0724385356926\" TRACK"), Likeness::Maybe);
    assert_eq!(recognised("x.toc", "\0\0"), Likeness::Maybe);
    assert_eq!(recognised("x.bin", "\0\0"), Likeness::No);
}
