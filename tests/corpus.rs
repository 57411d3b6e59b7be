//! Real images, by the readings that other people's programs agree on (INDEX.md beside them says who said what).

mod common;

use std::path::{Path, PathBuf};

use common::corpus;
use md5::{Digest, Md5};
use spindle::disc::cd_text::Field;
use spindle::disc::sector::{Form, Slice, Worth};
use spindle::disc::{DiscReader, Medium, Track, TrackMode};
use spindle::image::{self, Image, Limits, cooked};
use spindle::job::{Outcome, Task};

fn open(path: &Path) -> Image {
    image::open(path, Limits::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// Number, mode, index 1, pregap and length.
type Row = (u8, TrackMode, i32, u32, u32);

/// The row of every track, and the lead-out.
fn layout(image: &Image) -> (Vec<Row>, i32) {
    let tracks = image.disc().tracks().map(|(_, t)| (t.number, t.mode, t.start.0, t.pregap, t.length));
    (tracks.collect(), image.disc().lead_out().0)
}

/// MD5 of a track from index 1 on: audio as it is, 2048 bytes of each data sector.
fn md5(image: &Image, track: &Track) -> String {
    let form = Form::main(if track.mode == TrackMode::Audio { Slice::RAW } else { cooked(track.mode) });
    let mut bytes = vec![0; form.size() * track.length as usize];
    let mut worth = vec![Worth::Good; track.length as usize];
    image.reader.read(track.start, form, &mut bytes, &mut worth).unwrap();
    assert!(!worth.contains(&Worth::Damaged));
    Md5::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn md5s(image: &Image) -> Vec<String> {
    image.disc().tracks().map(|(_, track)| md5(image, track)).collect()
}

const ISOFS: &str = "62f68de771aae4dfbd65032ff200e415";

#[test]
fn libcdio_cue_sheets() {
    let Some(data) = corpus().map(|corpus| corpus.join("libcdio/test/data")) else { return };
    use TrackMode::{Audio, Mode1};

    let cdda = open(&data.join("cdda.cue"));
    assert_eq!(layout(&cdda), (vec![(1, Audio, 0, 150, 302)], 302));
    assert_eq!(cdda.disc().mcn.unwrap().as_str(), "0000010271955");
    assert!(cdda.disc().tracks().next().unwrap().1.control.copy);
    assert!(cdda.disc().cd_text.text(0, 0, Field::Title).is_some() && cdda.disc().cd_text.text(0, 1, Field::Title).is_some());

    let p1 = open(&data.join("p1.cue"));
    assert_eq!(layout(&p1), (vec![(1, Audio, 75, 225, 75), (2, Audio, 225, 75, 77)], 302));

    let late = open(&data.join("cdda_4_5.cue"));
    assert_eq!(layout(&late), (vec![(4, Audio, 0, 150, 150), (5, Audio, 150, 0, 152)], 302));

    let isofs = open(&data.join("isofs-m1.cue"));
    assert_eq!(layout(&isofs), (vec![(1, Mode1, 0, 150, 302)], 302));
    assert_eq!(isofs.disc().mcn.unwrap().as_str(), "0000012101954");
    assert_eq!(md5s(&isofs), [ISOFS]);
    let Ok(Outcome::Verified(report)) = common::perform(Task::Verify { source: isofs.path, other: None, password: None }) else {
        panic!()
    };
    assert!(report.passed() && report.findings.protected == 302);
}

#[test]
fn a_bare_bin_is_opened_by_its_cue_sheet() {
    let Some(data) = corpus().map(|corpus| corpus.join("libcdio/test/data")) else { return };
    let image = open(&data.join("isofs-m1.bin"));
    assert!(image.format.name == "cue" || image.format.name == "toc", "{}", image.format.name);
    assert!(image.warnings[0].contains("isofs-m1.bin"));
}

#[test]
fn nero_images() {
    let Some(corpus) = corpus() else { return };
    use TrackMode::{Audio, Mode1};

    let p1 = open(&corpus.join("libcdio/test/data/p1.nrg"));
    assert_eq!(layout(&p1), (vec![(1, Audio, 150, 300, 75), (2, Audio, 300, 75, 2)], 302));
    assert!(!p1.disc().cd_text.is_empty());
    assert_eq!(md5s(&p1), ["d2b120199019b639d5a7e2b3463e9c97", "c8e28e7758fa71bb7482b3f92766c8f2"]);

    let dao = open(&corpus.join("synthetic/nrg/dao2.nrg"));
    assert_eq!(layout(&dao), (vec![(1, Mode1, 0, 150, 302), (2, Audio, 377, 75, 150)], 527));
    assert_eq!(md5s(&dao)[0], ISOFS);

    let etn2 = open(&corpus.join("synthetic/nrg/iso_etn2.nrg"));
    let (tracks, lead_out) = layout(&etn2);
    assert_eq!((tracks.len(), tracks[0].2, tracks[0].4, lead_out), (1, 0, 302, 302));
    assert_eq!(md5s(&etn2), [ISOFS]);
}

#[test]
fn alcohol_images() {
    let Some(corpus) = corpus() else { return };
    use TrackMode::{Audio, Dvd, Mode1};

    let cd = open(&corpus.join("synthetic/mds/cd1.mds"));
    assert_eq!(layout(&cd), (vec![(1, Mode1, 0, 150, 302), (2, Audio, 452, 150, 150), (3, Audio, 602, 0, 200)], 802));
    let sums = md5s(&cd);
    assert_eq!(sums[0], ISOFS);
    assert!(sums[1].starts_with("1579cac9") && sums[2].starts_with("d99d206a"), "{sums:?}");

    let dvd = open(&corpus.join("synthetic/mds/dvd1.mds"));
    assert_eq!(layout(&dvd), (vec![(1, Dvd, 0, 0, 302)], 302));
    assert_eq!((dvd.disc().medium, md5s(&dvd)), (Medium::Dvd, vec![ISOFS.to_owned()]));
}

#[test]
fn clonecd_images() {
    let Some(corpus) = corpus() else { return };
    use TrackMode::{Audio, Mode1};
    let two = open(&corpus.join("synthetic/ccd/ms_noidx2.ccd"));
    assert_eq!(layout(&two).0, [(1, Mode1, 0, 150, 302), (2, Audio, 377, 75, 150), (3, Mode1, 11_927, 150, 302)]);
    assert_eq!(two.disc().sessions.len(), 2);
    assert!(two.disc().mcn.is_some() && !two.disc().cd_text.is_empty());
    assert!(two.disc().tracks().any(|(_, track)| track.isrc.is_some()));
    assert_eq!((&*md5s(&two)[0], &*md5s(&two)[2]), (ISOFS, ISOFS));
}

/// The descriptors alone are there: the data file is what is missing, and nothing else is said to be wrong.
#[test]
fn real_clonecd_descriptors_miss_only_their_data() {
    let Some(corpus) = corpus() else { return };
    for entry in std::fs::read_dir(corpus.join("ccd-real")).unwrap() {
        let path = entry.unwrap().path();
        let error = image::open(&path, Limits::default()).map(|_| ()).unwrap_err();
        assert!(matches!(error.fault, image::Fault::PartMissing { .. }), "{error}");
    }
}

#[test]
fn a_mixed_disc_of_several_files() {
    let Some(corpus) = corpus() else { return };
    let mix = open(&corpus.join("generated/mix.cue"));
    let modes: Vec<TrackMode> = mix.disc().tracks().map(|(_, track)| track.mode).collect();
    assert_eq!(modes, [TrackMode::Mode1, TrackMode::Audio, TrackMode::Audio]);
    assert_eq!(mix.disc().tracks().map(|(_, track)| track.length).collect::<Vec<_>>(), [252, 100, 55]);

    // A sample cut down to a few sectors, whose indexes lie behind the end of its files: that is no disc, and is said so.
    let cut = image::open(&corpus.join("igir/roms/discs/CD-ROM.cue"), Limits::default()).map(|_| ()).unwrap_err();
    assert!(matches!(cut.fault, image::Fault::OutOfRange { .. }), "{cut}");
}

#[test]
fn file_system_images() {
    let Some(corpus) = corpus() else { return };
    let data = corpus.join("libcdio/test/data");
    let names =
        ["copying", "copying-rr", "joliet", "multi_extent_8k", "test-udf1"].map(|name| data.join(name).with_extension("iso"));
    for path in names {
        let image = open(&path);
        assert_eq!((image.format.name, image.disc().medium), ("iso", Medium::Cd), "{}", path.display());
    }
}

/// Files by extension, all the way down.
fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case(extension)) {
            found.push(path);
        }
    }
}

#[test]
fn bad_descriptors_are_refused_with_a_reason() {
    let Some(data) = corpus().map(|corpus| corpus.join("libcdio/test/data")) else { return };
    let mut all = Vec::new();
    files(&data, "cue", &mut all);
    files(&data, "toc", &mut all);
    let bad: Vec<_> = all.iter().filter(|path| image::file_name(path).starts_with("bad-")).collect();
    assert!(bad.len() >= 7, "{bad:?}");
    for path in bad {
        let error = image::open(path, Limits::default()).map(|_| ()).unwrap_err();
        assert!(!error.to_string().is_empty());
    }
}

/// Whatever lies there, of this formats or not, is read or refused, and never quietly.
#[test]
fn everything_opens_or_says_why_not() {
    let Some(corpus) = corpus() else { return };
    let mut all = Vec::new();
    for extension in
        ["cue", "toc", "ccd", "mds", "nrg", "iso", "bin", "img", "mdf", "raw", "cdt", "chd", "daa", "cdi", "gdi", "mdx"]
    {
        files(&corpus, extension, &mut all);
    }
    assert!(all.len() > 100);
    for path in all {
        match image::open(&path, Limits::default()) {
            Ok(image) => assert!(image.disc().sectors() > 0, "{}", path.display()),
            Err(error) => assert!(error.to_string().contains(&image::file_name(&error.path)), "{error}"),
        }
    }
}

/// What opens also converts: to every format that can hold something of it, and the copy is proved.
#[test]
fn what_opens_converts() {
    let Some(corpus) = corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    let sources = [
        "libcdio/test/data/cdda.cue",
        "libcdio/test/data/p1.cue",
        "libcdio/test/data/p1.nrg",
        "libcdio/test/data/isofs-m1.cue",
        "libcdio/test/data/cdda_4_5.cue",
        "synthetic/nrg/dao2.nrg",
        "synthetic/mds/cd1.mds",
        "synthetic/mds/dvd1.mds",
        "synthetic/ccd/ms_noidx2.ccd",
        "generated/mix.cue",
        "libcdio/test/data/joliet.iso",
    ];
    for (source, number) in sources.iter().zip(0..) {
        let path = corpus.join(source);
        let image = open(&path);
        let advice = image::advise(&image.reader);
        assert!(!advice.is_empty(), "{source}");
        for advice in advice {
            let to = folder.path().join(format!("{number}-{}", advice.format.name));
            std::fs::create_dir(&to).unwrap();
            common::convert(&path, &to.join("copy"), advice.format.name);
        }
    }
}
