//! Other people's programs on the CHDs that we write, and ours on theirs: chdman 0.251 (Debian's, which knows neither DVDs nor Zstandard), chdman
//! 0.289, and the crate chd, which shares no code with either.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::discs::{Noise, small};
use common::{has, run};
use spindle::disc::sector::{Form, RAW, Slice, Worth};
use spindle::disc::{DiscReader, Lba, Medium, TrackMode};
use spindle::image::packing::Tuning;
use spindle::image::{self, Image, Limits};
use spindle::job::ConvertTask;

/// Debian's, and the newest.
const CHDMAN: [&str; 2] = ["chdman", "chdman-0.289"];

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs chdman, which has to succeed.
fn chdman(program: &str, arguments: &[&str], folder: &Path) -> String {
    let (ok, said) = run(program, arguments, folder);
    assert!(ok, "{program} {arguments:?}: {said}");
    said
}

fn verify(program: &str, chd: &Path, folder: &Path) {
    let said = chdman(program, &["verify", "-i", text(chd)], folder);
    assert!(said.contains("Overall SHA1 verification successful"), "{said}");
}

/// The lines of `chdman info` that begin so.
fn info(program: &str, chd: &Path, folder: &Path, key: &str) -> String {
    let said = chdman(program, &["info", "-v", "-i", text(chd)], folder);
    said.lines().filter(|line| line.contains(key)).map(str::trim).collect::<Vec<_>>().join("\n")
}

fn tuned(codec: &str, block: Option<u32>) -> impl FnOnce(&mut ConvertTask) {
    let tuning = Tuning { codec: Some(codec.to_owned()), block, ..Tuning::default() };
    move |task| task.tuning = tuning
}

fn sectors(image: &Image, at: i32, count: u32, slice: Slice) -> Vec<u8> {
    let mut bytes = vec![0; count as usize * slice.size()];
    image.reader.read(Lba(at), Form::main(slice), &mut bytes, &mut vec![Worth::Good; count as usize]).unwrap();
    bytes
}

/// A disc of data, repeated data, music and silence, so that each codec has hunks of its own, as BIN/CUE.
fn mixed(folder: &Path) -> PathBuf {
    let mut noise = Noise(99);
    let mut bin = Vec::new();
    for lba in 0..200 {
        let mut user = vec![0; 2048];
        match lba {
            0..=59 => noise.fill(&mut user),
            60..=99 => user.iter_mut().zip(0u32..).for_each(|(byte, n)| *byte = (n / 7 * (lba as u32 + 1) % 97) as u8),
            100..=139 => user.copy_from_slice(&b"Another line of text that is much like the one before.\n".repeat(40)[..2048]),
            _ => {}
        }
        let records = spindle::disc::sector::Records {
            mode: TrackMode::Mode1,
            at: Lba(lba),
            slice: Slice::COOKED,
            stride: 2048,
            bytes: &user,
        };
        let mut raw = vec![0; RAW];
        spindle::disc::sector::reform(records, Slice::RAW, &mut raw, RAW, &mut [Worth::Good]);
        bin.extend(raw);
    }
    for n in 0..300 * 588 {
        let tone = |step: f64| ((f64::from(n) * step).sin() * 9000.0) as i16;
        let hiss = (noise_of(n) % 64) as i16;
        bin.extend((tone(0.031) + tone(0.0707) + hiss).to_le_bytes());
        bin.extend((tone(0.029) + hiss).to_le_bytes());
    }
    bin.resize(bin.len() + 50 * RAW, 0);
    fs::write(folder.join("mixed.bin"), bin).unwrap();
    let sheet = "FILE \"mixed.bin\" BINARY\n  TRACK 01 MODE1/2352\n    INDEX 01 00:00:00\n  TRACK 02 AUDIO\n    INDEX 00 00:02:50\n    \
                 INDEX 01 00:02:65\n  TRACK 03 AUDIO\n    INDEX 01 00:06:02\n";
    fs::write(folder.join("mixed.cue"), sheet).unwrap();
    folder.join("mixed.cue")
}

fn noise_of(n: u32) -> u32 {
    n.wrapping_mul(2_654_435_761).rotate_left(13).wrapping_mul(0x9E37_79B9) >> 16
}

/// `chdman createcd`, `verify`, `info -v`, `extractcd`: what we write is what chdman writes, hash for hash, and is as small.
#[test]
fn cds_are_those_that_chdman_makes() {
    let folder = tempfile::tempdir().unwrap();
    let sheet = mixed(folder.path());
    let bin = fs::read(sheet.with_extension("bin")).unwrap();
    for program in CHDMAN.into_iter().filter(|program| has(program)) {
        for (codec, theirs) in [
            ("default", "cdlz,cdzl,cdfl"),
            ("lzma", "cdlz"),
            ("zlib", "cdzl"),
            ("flac", "cdfl"),
            ("zstd", "cdzs"),
            ("zstd+flac", "cdzs,cdfl"),
        ] {
            if program == "chdman" && codec.starts_with("zstd") {
                continue;
            }
            let ours = folder.path().join(format!("{program}-{codec}.chd"));
            common::convert_with(&sheet, &ours, "chd", tuned(codec, None));
            verify(program, &ours, folder.path());
            let made = folder.path().join("theirs.chd");
            chdman(program, &["createcd", "-f", "-i", text(&sheet), "-o", text(&made), "-c", theirs], folder.path());
            for key in ["SHA1:", "TRACK:", "Logical size:", "Compression:"] {
                assert_eq!(info(program, &ours, folder.path(), key), info(program, &made, folder.path(), key), "{codec}");
            }
            let (own, other) = (fs::metadata(&ours).unwrap().len(), fs::metadata(&made).unwrap().len());
            // FLAC alone on data, and Zstandard's own compressor, do better on these few hunks.
            let most = match codec {
                "default" | "lzma" | "zlib" => 1005,
                "flac" => 1010,
                _ => 1030,
            };
            assert!(own * 1000 <= other * most, "{codec}: {own} bytes, chdman {other}");
            let (cue, out) = (folder.path().join("back.cue"), folder.path().join("back.bin"));
            chdman(program, &["extractcd", "-f", "-i", text(&ours), "-o", text(&cue), "-ob", text(&out)], folder.path());
            assert!(fs::read(&out).unwrap() == bin, "{program} {codec}");
            // And the other way: theirs is the same disc to us.
            let (one, other) = (image::open(&ours, Limits::default()).unwrap(), image::open(&made, Limits::default()).unwrap());
            assert_eq!(one.disc(), other.disc());
            for (_, track) in one.disc().tracks() {
                let at = (track.start.0, track.length, Slice::RAW);
                assert!(sectors(&one, at.0, at.1, at.2) == sectors(&other, at.0, at.1, at.2), "{codec} track {}", track.number);
            }
        }
    }
}

/// Hidden audio before track 1, and the subchannel, which extractcd leaves out but `verify` covers.
#[test]
fn made_up_cds_are_sound_to_chdman() {
    let folder = tempfile::tempdir().unwrap();
    let mut hidden = small();
    hidden.disc.sessions.truncate(1);
    for (number, sub) in [(0, false), (1, true)] {
        let target = folder.path().join(format!("{number}.chd"));
        let made = common::save(&hidden, "chd", &target, |task| task.subchannel = Some(sub)).unwrap();
        for program in CHDMAN.into_iter().filter(|program| has(program)) {
            verify(program, &made, folder.path());
            let tracks = info(program, &made, folder.path(), "TRACK:");
            assert_eq!(tracks.contains("SUBTYPE:RW_RAW"), sub, "{tracks}");
        }
    }
}

/// chdman 0.289, `createdvd`, `verify`, `extractdvd`, with every codec and some sizes of hunks.
#[test]
fn dvds_are_those_that_chdman_makes() {
    let program = CHDMAN[1];
    if !has(program) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let iso = folder.path().join("in.iso");
    let mut bytes = vec![0; 301 * 2048];
    Noise(5).fill(&mut bytes[..60 * 2048]);
    bytes[60 * 2048..].iter_mut().zip(0u32..).for_each(|(byte, n)| *byte = (n / 300 * 7 + n % 13) as u8);
    bytes[200 * 2048..250 * 2048].fill(0);
    fs::write(&iso, &bytes).unwrap();
    let dvd = folder.path().join("in.dvd");
    fs::write(&dvd, "LayerBreak=0\r\nin.iso\r\n").unwrap();
    let all = [
        ("default", "lzma,zlib,huff,flac"),
        ("lzma", "lzma"),
        ("zlib", "zlib"),
        ("zstd", "zstd"),
        ("flac", "flac"),
        ("huff", "huff"),
    ];
    for (codec, theirs) in all {
        for block in [4096, 2048, 65_536] {
            let ours = folder.path().join(format!("{codec}-{block}.chd"));
            common::convert_with(&dvd, &ours, "chd", tuned(codec, Some(block)));
            verify(program, &ours, folder.path());
            let (out, chd, size) = (folder.path().join("out.iso"), folder.path().join("theirs.chd"), block.to_string());
            chdman(program, &["extractdvd", "-f", "-i", text(&ours), "-o", text(&out)], folder.path());
            assert!(fs::read(&out).unwrap() == bytes, "{codec} {block}");
            chdman(program, &["createdvd", "-f", "-i", text(&iso), "-o", text(&chd), "-c", theirs, "-hs", &size], folder.path());
            for key in ["SHA1:", "Logical size:", "Hunk Size:", "Compression:"] {
                assert_eq!(info(program, &ours, folder.path(), key), info(program, &chd, folder.path(), key), "{codec} {block}");
            }
            let back = image::open(&chd, Limits::default()).unwrap();
            assert!(sectors(&back, 0, 301, Slice::COOKED) == bytes, "{codec} {block}");
        }
    }
}

/// chdman, `createcd -i x.gdi` and `extractcd -o x.gdi`: a GD-ROM of theirs comes through us and goes back to the files that it was.
#[test]
fn gd_roms_go_to_chdman_and_back() {
    for program in CHDMAN.into_iter().filter(|program| has(program)) {
        let folder = tempfile::tempdir().unwrap();
        let mut noise = Noise(77);
        for (name, sectors) in [("t1.bin", 300), ("t2.raw", 400), ("t3.bin", 500), ("t4.raw", 350), ("t5.bin", 600)] {
            let mut bytes = vec![0; sectors * RAW];
            noise.fill(&mut bytes);
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        let gdi = "5\n1 0 4 2352 t1.bin 0\n2 450 0 2352 t2.raw 0\n3 45000 4 2352 t3.bin 0\n4 45650 0 2352 t4.raw 0\n5 46150 4 2352 t5.bin 0\n";
        fs::write(folder.path().join("in.gdi"), gdi).unwrap();
        let (theirs, ours) = (folder.path().join("theirs.chd"), folder.path().join("ours.chd"));
        chdman(program, &["createcd", "-i", "in.gdi", "-o", text(&theirs)], folder.path());
        let image = image::open(&theirs, Limits::default()).unwrap();
        let starts: Vec<i32> = image.disc().tracks().map(|(_, track)| track.start.0).collect();
        assert_eq!((image.disc().medium, starts), (Medium::Gd, vec![0, 450, 45_000, 45_650, 46_150]));
        common::convert_with(&theirs, &ours, "chd", |_| ());
        verify(program, &ours, folder.path());
        for key in ["SHA1:", "TRACK:", "Logical size:"] {
            assert_eq!(info(program, &ours, folder.path(), key), info(program, &theirs, folder.path(), key));
        }
        chdman(program, &["extractcd", "-i", text(&ours), "-o", "out.gdi"], folder.path());
        for (name, number) in
            [("t1.bin", "01.bin"), ("t2.raw", "02.raw"), ("t3.bin", "03.bin"), ("t4.raw", "04.raw"), ("t5.bin", "05.bin")]
        {
            let out = fs::read(folder.path().join(format!("out{number}"))).unwrap();
            assert!(out == fs::read(folder.path().join(name)).unwrap(), "{name}");
        }
    }
}

/// chdman, `createcd -op`: a child and its parent, whose units are not hunks of the child.
#[test]
fn children_of_chdman_are_read() {
    if !has(CHDMAN[0]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let sheet = mixed(folder.path());
    let (parent, child) = (folder.path().join("first.chd"), folder.path().join("second.chd"));
    chdman(CHDMAN[0], &["createcd", "-i", text(&sheet), "-o", text(&parent)], folder.path());
    let bin = fs::read(sheet.with_extension("bin")).unwrap();
    // The same, three sectors later, with some sectors of its own.
    let mut other = bin[..190 * RAW].to_vec();
    other.splice(0..0, bin[..3 * RAW].iter().map(|byte| byte ^ 0x55));
    fs::write(folder.path().join("other.bin"), &other).unwrap();
    fs::write(folder.path().join("other.cue"), "FILE \"other.bin\" BINARY\n  TRACK 01 MODE1/2352\n    INDEX 01 00:00:00\n")
        .unwrap();
    chdman(CHDMAN[0], &["createcd", "-i", "other.cue", "-o", text(&child), "-op", text(&parent)], folder.path());
    let image = image::open(&child, Limits::default()).unwrap();
    assert!(sectors(&image, 0, 193, Slice::RAW) == other);
    assert_eq!(image.files.len(), 2);
    fs::rename(&parent, folder.path().join("first.gone")).unwrap();
    let error = image::open(&child, Limits::default()).err().unwrap();
    assert!(matches!(error.fault, image::Fault::PartMissing { .. }), "{error}");
}

/// The crate chd 0.4, every hunk of a file with each codec.
#[test]
fn another_library_reads_what_we_write() {
    let folder = tempfile::tempdir().unwrap();
    let sheet = mixed(folder.path());
    let bin = fs::read(sheet.with_extension("bin")).unwrap();
    for codec in ["default", "zlib", "zstd", "flac", "huff"] {
        let made = folder.path().join(format!("{codec}.chd"));
        common::convert_with(&sheet, &made, "chd", tuned(codec, Some(9792)));
        let mut chd = chd::Chd::open(fs::File::open(&made).unwrap(), None).unwrap();
        let (mut hunk, mut packed, mut all) = (chd.get_hunksized_buffer(), Vec::new(), Vec::new());
        for number in 0..chd.header().hunk_count() {
            chd.hunk(number).unwrap().read_hunk_in(&mut packed, &mut hunk).unwrap();
            all.extend_from_slice(&hunk);
        }
        let data: Vec<u8> = all.chunks(2448).take(200).flat_map(|frame| &frame[..RAW]).copied().collect();
        assert!(data == bin[..200 * RAW], "{codec}");
    }
}
