//! Files that nobody made by accident, and accidents: every format, written by this program, damaged in every way that is known to
//! have hurt a program of this kind, and opened again. The answer is an error that names the file, or an image that can be used.

mod common;
#[path = "../fuzz/src/lib.rs"]
#[allow(dead_code, reason = "only what looks at an image is used here")]
mod fuzz;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use common::discs::{long, small};
use spindle::disc::sector::{Form, Slice, Worth};
use spindle::disc::{Lba, ReadError, TrackMode};
use spindle::image::{self, Error, FORMATS, Fault, Format, Image, Limits};

fn writable() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().copied().filter(|format| format.plan.is_some())
}

/// A small good image of this format in a folder of its own, and the file to open.
fn written(format: &'static Format) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("disc").with_extension(format.extensions[0]);
    // A format for GD-ROMs alone holds no CD.
    let says = |medium| format.holds.media.says(medium);
    let only_gd = says(spindle::disc::Medium::Gd) && !says(spindle::disc::Medium::Cd);
    let made = if only_gd { common::discs::gd() } else { small() };
    let opened = common::save(&made, format.name, &target, |_| ()).unwrap();
    (folder, opened)
}

/// Opens a file and looks at what is in it. Whatever happens, an error names a file, and nothing is left in the folder.
fn survive(path: &Path) -> Result<Image, Error> {
    let before = common::names(path.parent().unwrap());
    let result = image::open(path, Limits::default());
    match &result {
        Ok(image) => fuzz::visit(image),
        Err(error) => {
            assert!(error.to_string().contains(&*error.path.to_string_lossy()), "{error}");
            assert!(error.path.parent() == path.parent(), "{error}");
        }
    }
    assert_eq!(common::names(path.parent().unwrap()), before, "looking at an image writes nothing");
    result
}

/// The same numbers every time (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// Places where a file says something: its first and last kilobytes; what lies between in a big one are sectors.
fn telling(len: usize) -> Vec<usize> {
    let (head, tail) = (len.min(1024), len.saturating_sub(1024));
    (0..head).chain(tail.max(head)..len).collect()
}

/// Damaged copies of a good file, `count` of each kind.
fn damaged(good: &[u8], count: usize, mut check: impl FnMut(&str, &[u8])) {
    let mut dice = Dice(11);
    let places = telling(good.len());
    check("empty", &[]);
    check("one byte", &good[..1]);
    for len in [2, 4, 8, 16, 64, good.len() - 1, good.len() - 2, good.len() / 2].into_iter().filter(|&len| len < good.len()) {
        check(&format!("cut to {len}"), &good[..len]);
    }
    for _ in 0..count {
        let len = places[dice.below(places.len())];
        check(&format!("cut to {len}"), &good[..len]);
    }
    for garbage in [1, 7, 2048, 2352] {
        check(&format!("{garbage} bytes of garbage behind"), &[good, &vec![0xA5; garbage]].concat());
    }
    let mut bad = good.to_vec();
    for _ in 0..count {
        let at = places[dice.below(places.len())];
        let width = [1, 2, 4, 8][dice.below(4)].min(good.len() - at);
        // 256 TB among them, as bytes and as sectors of 2048.
        let top = 1u64 << (width * 8 - 1);
        let value = [0, 1, top - 1, top, top | (top - 1), 1 << 48, 1 << 37][dice.below(7)];
        let mut field = value.to_le_bytes();
        if dice.below(2) == 1 {
            field[..width].reverse();
        }
        bad[at..at + width].copy_from_slice(&field[..width]);
        check(&format!("{width} bytes at {at} are {value:#x}"), &bad);
        bad[at..at + width].copy_from_slice(&good[at..at + width]);
    }
    for _ in 0..count {
        let (at, bit) = (places[dice.below(places.len())], dice.below(8));
        bad[at] ^= 1 << bit;
        check(&format!("bit {bit} at {at} turned"), &bad);
        bad[at] ^= 1 << bit;
    }
    for _ in 0..count / 4 {
        let (at, len) = (places[dice.below(places.len())], 1 + dice.below(64));
        let end = (at + len).min(good.len());
        check(&format!("{at} to {end} gone"), &[&good[..at], &good[end..]].concat());
        check(&format!("{at} to {end} twice"), &[&good[..end], &good[at..]].concat());
    }
}

#[test]
fn damaged_images_are_refused_or_read() {
    for format in writable() {
        let (_folder, opened) = written(format);
        let good = fs::read(&opened).unwrap();
        assert!(survive(&opened).is_ok(), "{}: undamaged", format.name);
        let (mut slowest, mut read, mut refused) = (Duration::ZERO, 0, 0);
        damaged(&good, 150, |what, bytes| {
            fs::write(&opened, bytes).unwrap();
            let begun = Instant::now();
            match std::panic::catch_unwind(|| survive(&opened).is_ok()) {
                Ok(true) => read += 1,
                Ok(false) => refused += 1,
                Err(_) => panic!("{}: {what}", format.name),
            }
            slowest = slowest.max(begun.elapsed());
        });
        println!("{}: {read} read, {refused} refused, the slowest in {slowest:?}", format.name);
    }
}

#[test]
fn data_files_may_have_any_size() {
    for format in writable().filter(|format| !format.data_extensions.is_empty()) {
        let (folder, opened) = written(format);
        let data: Vec<PathBuf> =
            common::names(folder.path()).iter().map(|name| folder.path().join(name)).filter(|path| *path != opened).collect();
        for path in data {
            let good = fs::read(&path).unwrap();
            for len in [0, 1, 2047, 2048, 2351, 2352, good.len() / 2, good.len() - 1] {
                fs::write(&path, &good[..len.min(good.len())]).unwrap();
                if let Err(error) = survive(&opened) {
                    assert!(!matches!(error.fault, Fault::Io(_)), "{}: {len} bytes: {error}", format.name);
                }
            }
            fs::write(&path, [good.as_slice(), &[0; 5000]].concat()).unwrap();
            let _ = survive(&opened);
            fs::remove_file(&path).unwrap();
            let _ = survive(&opened);
            fs::create_dir(&path).unwrap();
            let _ = survive(&opened);
            fs::remove_dir(&path).unwrap();
            fs::write(&path, good).unwrap();
        }
        assert!(survive(&opened).is_ok(), "{}", format.name);
    }
}

#[test]
fn a_file_that_shrinks_while_it_is_open_is_an_error_in_reading() {
    for format in writable() {
        let (folder, opened) = written(format);
        let image = image::open(&opened, Limits::default()).unwrap();
        let track = image.disc().tracks().next().unwrap().1.clone();
        let form = Form::main(if track.mode == TrackMode::Dvd { Slice::COOKED } else { Slice::RAW });
        let read = || {
            let mut sector = vec![0; form.size()];
            image.reader.read(track.start + 1, form, &mut sector, &mut [Worth::Good]).map(|()| sector)
        };
        let before = read().unwrap();
        for name in common::names(folder.path()) {
            File::options().write(true).open(folder.path().join(name)).unwrap().set_len(10).unwrap();
        }
        match read() {
            Err(ReadError::Io { at, .. }) => assert_eq!(at, track.start + 1),
            // A block that was decoded before is still there.
            Ok(sector) => {
                assert!(format.choices != spindle::image::packing::Choices::NONE && sector == before, "{}", format.name)
            }
            other => panic!("{}: {other:?}", format.name),
        }
        fuzz::visit(&image);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_vanishes_while_it_is_open_can_still_be_read() {
    for format in writable() {
        let (folder, opened) = written(format);
        let image = image::open(&opened, Limits::default()).unwrap();
        folder.close().unwrap();
        fuzz::visit(&image);
    }
}

#[test]
fn giant_files_open_as_fast_as_small_ones() {
    let folder = tempfile::tempdir().unwrap();
    for (name, len) in
        [("giant.iso", (1u64 << 42) - 2048 * 200), ("odd.iso", 1 << 42), ("giant.bin", 2352 << 30), ("giant.nrg", 1 << 42)]
    {
        let path = folder.path().join(name);
        if let Err(error) = File::create(&path).unwrap().set_len(len) {
            println!("skipped: no file of {len} bytes can be made here: {error}");
            continue;
        }
        let begun = Instant::now();
        let result = survive(&path).map(|image| image.disc().sectors());
        println!("{name}: {result:?} in {:?}", begun.elapsed());
        // A billion sectors of audio are no CD.
        assert_eq!(result.is_ok(), name == "giant.iso", "{name}");
    }
    // One file more than memory has room for, as a descriptor.
    for format in writable().filter(|format| !format.data_extensions.is_empty()) {
        let path = folder.path().join("giant").with_extension(format.extensions[0]);
        let Ok(()) = File::create(&path).unwrap().set_len(1 << 42) else { continue };
        assert!(survive(&path).is_err(), "{}", format.name);
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_no_image() {
    let folder = tempfile::tempdir().unwrap();
    for format in FORMATS {
        let path = folder.path().join("x").with_extension(format.extensions[0]);
        fs::create_dir(&path).unwrap();
        assert!(survive(&path).is_err());
        fs::remove_dir(&path).unwrap();
        let status = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(status.success());
        assert!(survive(&path).is_err(), "a pipe that nobody writes to must not be waited for");
        fs::remove_file(&path).unwrap();
        for leads_to in [path.as_path(), Path::new("/dev/zero"), Path::new("nothing")] {
            std::os::unix::fs::symlink(leads_to, &path).unwrap();
            assert!(survive(&path).is_err(), "{}", leads_to.display());
            fs::remove_file(&path).unwrap();
        }
    }
}

/// A pipe or a device beside the sheet, under the name of the data file.
#[cfg(unix)]
#[test]
fn data_files_that_are_no_files_are_not_waited_for() {
    for format in writable().filter(|format| !format.data_extensions.is_empty()) {
        let (_folder, opened) = written(format);
        let data = opened.with_extension(format.data_extensions[0]);
        fs::remove_file(&data).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&data).status().unwrap().success());
        assert!(survive(&opened).is_err(), "{}", format.name);
        fs::remove_file(&data).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &data).unwrap();
        assert!(survive(&opened).is_err(), "{}", format.name);
        fs::remove_file(&data).unwrap();
        std::os::unix::fs::symlink(&opened, &data).unwrap();
        let _ = survive(&opened);
    }
}

#[test]
fn names_that_differ_by_case_are_two_files() {
    for format in writable().filter(|format| !format.data_extensions.is_empty()) {
        let (folder, opened) = written(format);
        let good = survive(&opened).unwrap();
        for name in common::names(folder.path()) {
            let other = folder.path().join(name.to_uppercase());
            if other.exists() {
                println!("skipped: this file system knows no case");
                return;
            }
            fs::write(other, b"another file").unwrap();
        }
        let again = survive(&opened).unwrap();
        assert_eq!((again.disc(), &again.files), (good.disc(), &good.files), "{}", format.name);
    }
}

/// Every 128th length of raw audio is also a whole number of 2048-byte sectors; such a file was taken for data, so that the proof of
/// saving an album of that length as raw sectors failed.
#[test]
fn audio_is_audio_at_any_length() {
    let folder = tempfile::tempdir().unwrap();
    let saved = common::save(&long(128), "raw", &folder.path().join("album.raw"), |_| ()).unwrap();
    let image = survive(&saved).unwrap();
    assert_eq!(image.disc().tracks().next().unwrap().1.mode, TrackMode::Audio);
    assert_eq!(image.disc().lead_out(), Lba(128));
}

/// What no sheet should say: numbers 18 to 31 of the list of bad inputs, but for those that the tests of the formats have.
#[test]
fn sheets_that_no_program_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("x.bin"), vec![1; 2352 * 50]).unwrap();
    fs::write(at("y.cue"), "FILE \"x.cue\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n").unwrap();
    let head = "FILE \"x.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n";
    let file = |name: &str| head.replace("x.bin", name).into_bytes();
    let wide = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
    let mut sheets: Vec<(&str, Option<bool>, Vec<u8>)> = vec![
        ("good", Some(true), head.into()),
        ("CVE-2023-43641", Some(false), head.replace("INDEX 01", "INDEX 4294967297").into()),
        ("a negative index", Some(false), head.replace("INDEX 01", "INDEX -1").into()),
        ("track 0", Some(false), head.replace("TRACK 01", "TRACK 00").into()),
        ("track 100", Some(false), head.replace("TRACK 01", "TRACK 100").into()),
        ("99:59:74", Some(false), head.replace("00:00:00", "99:59:74").into()),
        ("100:00:00", None, head.replace("00:00:00", "100:00:00").into()),
        ("00:00:75", Some(false), head.replace("00:00:00", "00:00:75").into()),
        ("a missing colon", Some(false), head.replace("00:00:00", "00:0000").into()),
        ("a negative time", Some(false), head.replace("00:00:00", "-1:00:00").into()),
        ("a giant time", Some(false), head.replace("00:00:00", "99999999999999999999:00:00").into()),
        ("UNC", Some(true), file("\\\\host\\share\\x.bin")),
        ("..", Some(true), file("../x.bin")),
        ("a device", Some(false), file("/dev/zero")),
        ("NUL", Some(false), file("x\0.bin")),
        ("64 kB name", None, file(&"x".repeat(65_536))),
        ("itself", Some(false), file("x.cue")),
        ("another sheet", None, file("y.cue")),
        ("backslashes and case", Some(true), file(".\\X.BIN")),
        ("an unclosed quote", None, file("x.bin").into_iter().filter(|&byte| byte != b'"').collect()),
        ("CR alone", Some(true), head.replace('\n', "\r").into()),
        ("mixed endings", Some(true), head.replacen('\n', "\r\n", 1).replacen("AUDIO\n", "AUDIO\r", 1).into()),
        ("UTF-8 mark", Some(true), format!("\u{FEFF}{head}").into()),
        ("UTF-16 LE", Some(true), wide(&format!("\u{FEFF}{head}")).into_iter().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16 BE", Some(true), wide(&format!("\u{FEFF}{head}")).into_iter().flat_map(u16::to_be_bytes).collect()),
        ("half a UTF-16", None, [b"\xFF\xFE".as_slice(), b"F\0I\0L"].concat()),
        ("Shift-JIS with 0x5C", Some(true), [b"TITLE \"\x83\x5C\x83\x7D\"\n".as_slice(), head.as_bytes()].concat()),
        ("invalid UTF-8", Some(true), [b"TITLE \"\xFF\xFE\xFA\"\n".as_slice(), head.as_bytes()].concat()),
        ("a giant pregap", None, head.replace("INDEX", "PREGAP 99999:00:00\nINDEX").into()),
        ("a giant postgap", None, format!("{head}POSTGAP 4000000:00:00\n").into()),
        ("no time", Some(false), head.replace(" 00:00:00", "").into()),
        ("two sizes of one file", None, format!("{head}TRACK 02 MODE1/2048\nINDEX 01 00:00:20\n").into()),
        ("nothing but zeros", Some(false), vec![0; 4096]),
    ];
    sheets.push(("a flood of remarks", None, [b"REM x\n".repeat(1_000_000).as_slice(), head.as_bytes()].concat()));
    sheets.push(("a giant line", None, [vec![b'A'; 15 << 20].as_slice(), b"\n", head.as_bytes()].concat()));
    for (what, opens, sheet) in sheets {
        fs::write(at("x.cue"), sheet).unwrap();
        let begun = Instant::now();
        let result = survive(&at("x.cue"));
        if let Some(opens) = opens {
            assert_eq!(result.is_ok(), opens, "{what}: {:?}", result.map(|image| image.warnings));
        }
        println!("{what}: {:?}", begun.elapsed());
    }
}

#[test]
fn descriptors_that_no_program_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["x.bin", "x.img", "x.mdf"] {
        fs::write(at(name), vec![1; 2352 * 50]).unwrap();
    }
    let ccd = |entry: &str| format!("[CloneCD]\nVersion=3\n[Disc]\nTocEntries=4\nSessions=1\n{entry}");
    let toc = |rest: &str| format!("CD_DA\n{rest}");
    let texts = [
        ("x.ccd", ccd("[Entry 1000000000]\nSession=1\nPoint=0x01\n")),
        ("x.ccd", ccd(&"[Entry 0]\nSession=1\nPoint=0x01\nPLBA=-2147483648\n".repeat(2))),
        (
            "x.ccd",
            ccd("[Entry 0]\nSession=1\nPoint=0xa2\nPLBA=2147483647\nALBA=-2147483648\n[Entry 1]\nSession=1\nPoint=1\nPLBA=0\n"),
        ),
        ("x.ccd", "[".repeat(1_000_000)),
        ("x.toc", toc(&"{".repeat(100_000))),
        ("x.toc", toc(&format!("CD_TEXT {{ LANGUAGE_MAP {{ {} }}", "0 : 9\n".repeat(100_000)))),
        ("x.toc", toc("TRACK AUDIO\nFIFO \"x.bin\" 00:00:10\n")),
        ("x.toc", toc("TRACK AUDIO\nFILE \"x.bin\" 99:59:74 99999999999999999999:00:00\n")),
        ("x.toc", toc("TRACK AUDIO\nSILENCE 9999999999:00:00\n")),
        ("x.toc", toc("TRACK AUDIO\nZERO 4294967295\nSTART 4294967295\n")),
        ("x.toc", toc("TRACK AUDIO\nFILE \"/dev/zero\" 0 00:10:00\n")),
        ("x.toc", toc("TRACK AUDIO\nDATAFILE \"../../../etc/hostname\" 0\n")),
        ("x.dvd", "LayerBreak=99999999999999999999\nx.bin\n".to_owned()),
        ("x.dvd", "LayerBreak=1\n/dev/zero\n".to_owned()),
        ("x.dvd", format!("LayerBreak=1\n{}", "x.dvd\n".repeat(100_000))),
    ];
    for (name, text) in texts {
        fs::write(at(name), &text).unwrap();
        let begun = Instant::now();
        let result = survive(&at(name));
        assert!(result.is_err(), "{name}: {}", &text[..text.len().min(120)]);
        println!("{name}: {:?}: {}", begun.elapsed(), result.err().map(|error| error.to_string()).unwrap_or_default());
        fs::remove_file(at(name)).unwrap();
    }
}

/// All claims of all formats in one process that may have 1.5 GB of addresses: nothing allocates what a header claims.
#[cfg(target_os = "linux")]
#[test]
fn claims_cost_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for format in writable() {
        let (_image, opened) = written(format);
        let good = fs::read(&opened).unwrap();
        let data = opened.with_extension(format.data_extensions.first().copied().unwrap_or("none"));
        damaged(&good, 30, |_, bytes| {
            count += 1;
            let path = folder.path().join(format!("{count}.{}", format.extensions[0]));
            fs::write(&path, bytes).unwrap();
            if let Some(extension) = format.data_extensions.first() {
                let _ = fs::copy(&data, path.with_extension(extension));
            }
        });
    }
    let command = "ulimit -v 1500000; exec \"$0\" inspect --json .";
    let program = env!("CARGO_BIN_EXE_spindle");
    let output = std::process::Command::new("sh").args(["-c", command, program]).current_dir(folder.path()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{count} files: {errors}");
    assert!(!output.stdout.is_empty());
}

#[test]
fn formats_that_are_only_read_have_been_read() {
    common::makers::check_all();
}
