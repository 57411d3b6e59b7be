//! GD-ROMs and the discs that pass for them: GDI, redump's cue sheets, and CDI, judged by chdman.

mod common;

use std::fs;
use std::path::Path;

use common::discs::gd;
use common::{has, names, run, save};

/// The sectors of the tracks of a list, each with its place and type.
fn tracks(list: &Path) -> Vec<(String, Vec<u8>)> {
    let text = fs::read_to_string(list).unwrap();
    let lines = text.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let file = |name: &str| fs::read(list.with_file_name(name)).unwrap();
    lines.map(|fields| (fields[..4].join(" "), file(fields[4].trim_matches('"')))).collect()
}

/// chdman 0.251, `chdman createcd -i x.gdi -o x.chd` and `chdman extractcd -i x.chd -o y.gdi`: what it packs and unpacks is what we wrote.
#[test]
fn chdman_takes_our_list_apart_and_puts_it_together() {
    if !has("chdman") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let ours = save(&gd(), "gdi", &folder.path().join("x.gdi"), |_| ()).unwrap();
    let expected = ["x-track01.bin", "x-track02.raw", "x-track03.bin", "x-track04.raw", "x-track05.bin", "x.gdi"];
    assert_eq!(names(folder.path()), expected);
    for arguments in [["createcd", "-i", "x.gdi", "-o", "x.chd"], ["extractcd", "-i", "x.chd", "-o", "y.gdi"]] {
        let (ok, said) = run("chdman", &arguments, folder.path());
        assert!(ok, "{said}");
    }
    assert!(tracks(&folder.path().join("y.gdi")) == tracks(&ours));
}

/// The same disc as a cue sheet in redump's manner, `chdman createcd -i x.cue -o x.chd`: chdman finds the high-density area by the remarks, and turns
/// the sheet into the same list. It drops pregaps as we do, but gives what the last track's has beyond two seconds to the track before.
#[test]
fn chdman_makes_the_same_list_of_our_sheet() {
    if !has("chdman") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let ours = save(&gd(), "gdi", &folder.path().join("z.gdi"), |_| ()).unwrap();
    save(&gd(), "cue", &folder.path().join("x.cue"), |task| task.file_per_track = true).unwrap();
    for arguments in [["createcd", "-i", "x.cue", "-o", "x.chd"], ["extractcd", "-i", "x.chd", "-o", "y.gdi"]] {
        let (ok, said) = run("chdman", &arguments, folder.path());
        assert!(ok, "{said}");
    }
    let (ours, theirs) = (tracks(&ours), tracks(&folder.path().join("y.gdi")));
    assert_eq!(ours.len(), theirs.len());
    for ((place, sectors), (their_place, their_sectors)) in ours.iter().zip(&theirs) {
        assert_eq!(place, their_place);
        assert!(their_sectors.starts_with(sectors), "{place}");
    }
    let longer: Vec<usize> = ours.iter().zip(&theirs).map(|(ours, theirs)| (theirs.1.len() - ours.1.len()) / 2352).collect();
    assert_eq!(longer, [0, 0, 0, 75, 0]);
}

/// A selfboot disc as cdi4dc makes them, of audio and a data session at LBA 11702, keeps its place and its files in every format that holds sessions.
#[test]
fn selfboot_discs_survive_everywhere() {
    let Some(corpus) = common::corpus() else { return };
    let source = corpus.join("generated/audiodata.v35.cdi");
    let iso = fs::read(corpus.join("generated/audiodata.v35.iso")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for format in ["cdi", "cue", "nrg", "mds", "ccd"] {
        let made = common::convert(&source, &folder.path().join("copy").with_extension(format), format);
        let image = spindle::image::open(&made, spindle::image::Limits::default()).unwrap();
        let starts: Vec<(u16, i32)> = image.disc().tracks().map(|(session, track)| (session.number, track.start.0)).collect();
        assert_eq!(starts, [(1, 0), (2, 11_702)], "{format}");
        let cut = common::convert(&made, &folder.path().join(format!("{format}.iso")), "iso");
        assert!(fs::read(cut).unwrap().starts_with(&iso), "{format}");
    }
}
