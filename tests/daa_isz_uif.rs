//! DAA, GBI, ISZ and UIF: what other people's programs make of what we write, and what we make of variants that we never write.

mod common;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::makers::{daa, isz, uif};
use common::{has, perform};
use spindle::disc::sector::{Form, Slice, Worth};
use spindle::disc::{Disc, Lba};
use spindle::image::packing::Tuning;
use spindle::image::{self, Fault, Image, Limits, Opening};
use spindle::job::{Class, ConvertTask, JobError, Outcome, Task};

/// An ISO file of this many sectors, the last of them noise, which no compression makes shorter.
fn iso(folder: &Path, sectors: usize) -> (PathBuf, Vec<u8>) {
    let mut bytes = daa::image(sectors);
    common::discs::Noise(5).fill(&mut bytes[sectors / 2 * 2048..]);
    bytes[20 * 2048..60 * 2048].fill(0);
    let path = folder.join("source.iso");
    fs::write(&path, &bytes).unwrap();
    (path, bytes)
}

fn convert(source: &Path, target: &Path, change: impl FnOnce(&mut ConvertTask)) -> Result<Vec<PathBuf>, JobError> {
    let mut task = ConvertTask::new(source, target);
    change(&mut task);
    match perform(Task::Convert(Box::new(task)))? {
        Outcome::Converted(report) => {
            assert!(report.verified);
            Ok(report.outputs)
        }
        _ => panic!("no conversion"),
    }
}

/// All sectors of an image's one track, as 2048 bytes each.
fn sectors(image: &Image) -> Vec<u8> {
    let (_, track) = image.disc().tracks().next().unwrap();
    let mut bytes = vec![0; track.length as usize * 2048];
    let form = Form::main(Slice::COOKED);
    image.reader.read(track.start, form, &mut bytes, &mut vec![Worth::Good; track.length as usize]).unwrap();
    bytes
}

fn open(path: &Path, password: Option<&str>) -> Result<Image, image::Error> {
    image::open(path, Opening::with(password.map(Into::into)))
}

/// daa2iso 0.1.7e, `daa2iso IMAGE OUT`, the password on stdin: its exit code is always 1.
fn daa2iso(image: &Path, password: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.iso");
    let mut command = Command::new("daa2iso");
    command.arg(image).arg(&out).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // One that asks for no password may be done before it could get it.
    let _ = writeln!(child.stdin.take().unwrap(), "{password}");
    let said = String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned();
    let bytes = fs::read(out).unwrap_or_default();
    assert!(said.contains("bytes written") && !said.contains("Alert") && !said.contains("Error"), "{said}");
    bytes
}

fn tuning(codec: &str, block: Option<u32>, split: Option<u64>, password: Option<&str>) -> Tuning {
    Tuning { codec: Some(codec.to_owned()), level: None, block, split, password: password.map(Into::into) }
}

#[test]
fn daa2iso_reads_what_we_write() {
    let folder = tempfile::tempdir().unwrap();
    let judge = has("daa2iso");
    // 300 sectors are no whole number of chunks; 320 are one.
    for sectors in [300, 320] {
        let (source, bytes) = iso(folder.path(), sectors);
        for extension in ["daa", "gbi"] {
            for (n, (codec, old, block, split, password)) in [
                ("zlib", false, None, None, None),
                ("zlib", true, None, None, None),
                ("lzma", false, None, None, None),
                ("zlib", false, Some(16 << 10), None, Some("secret")),
                ("lzma", false, Some(256 << 10), None, Some("a longer password, of more than the 32 bytes of some")),
                ("zlib", true, Some(1 << 20), None, Some("\u{7f}")),
                ("zlib", false, None, Some(100_000), None),
                ("lzma", false, Some(128 << 10), Some(70_001), Some("secret")),
                ("zlib", true, None, Some(4000), None),
            ]
            .into_iter()
            .enumerate()
            {
                let target = folder.path().join(format!("{sectors}-{n}.{extension}"));
                let made = convert(&source, &target, |task| {
                    task.tuning = tuning(codec, block, split, password);
                    task.old_version = old;
                });
                let made = made.unwrap_or_else(|error| panic!("{}: {error}", target.display()));
                let first = made.last().unwrap();
                assert!(sectors_of(first, password) == bytes, "{}", first.display());
                assert!(split.is_some() == (made.len() > 1) && made.iter().all(|part| within(part, split)));
                // It looks for the further parts of GBI images under other names.
                if judge && (extension == "daa" || split.is_none()) {
                    assert!(daa2iso(first, password.unwrap_or("")) == bytes, "daa2iso: {}", first.display());
                }
            }
        }
    }
}

fn sectors_of(path: &Path, password: Option<&str>) -> Vec<u8> {
    sectors(&open(path, password).unwrap_or_else(|error| panic!("{error}")))
}

fn within(part: &Path, split: Option<u64>) -> bool {
    split.is_none_or(|split| fs::metadata(part).unwrap().len() <= split)
}

/// Files that we never write, which daa2iso reads as we do, but for a deflated table: its place is taken for the table's end there.
#[test]
fn every_kind_of_daa_is_read() {
    let raw = daa::image(45);
    let usual = daa::Variant::default();
    let mut variants = vec![
        usual,
        daa::Variant { fields_hidden: true, ..usual },
        daa::Variant { table_hidden: true, ..usual },
        daa::Variant { x86: true, ..usual },
        daa::Variant { x86: true, gbi: true, fields_hidden: true, table_hidden: true, ..usual },
        daa::Variant { padded: true, ..usual },
        daa::Variant { padded: true, order: 3, ..usual },
        daa::Variant { padded: true, x86: true, ..usual },
    ];
    for gbi in [false, true] {
        variants.extend((0..4).map(|order| daa::Variant { gbi, order, ..usual }));
    }
    let judge = has("daa2iso");
    for variant in variants {
        let folder = tempfile::tempdir().unwrap();
        let path = daa::make(folder.path(), &raw, variant);
        assert!(sectors_of(&path, None) == raw, "{variant:?}");
        if judge {
            assert!(daa2iso(&path, "") == raw, "daa2iso: {variant:?}");
        }
    }
}

/// Nobody has seen one: this is as the notes on PowerISO have it.
#[test]
fn a_deflated_table_is_read() {
    let raw = daa::image(16_000);
    for order in [0, 2] {
        let folder = tempfile::tempdir().unwrap();
        let path = daa::make(folder.path(), &raw, daa::Variant { table_deflated: true, order, ..daa::Variant::default() });
        assert!(sectors_of(&path, None) == raw, "{order}");
    }
}

#[test]
fn parts_of_daa_go_by_many_names() {
    let raw = daa::image(100);
    type Scheme = (bool, &'static str, fn(usize) -> String);
    let schemes: [Scheme; 7] = [
        (false, "x.part01.daa", |n| format!("x.part{:02}.daa", n + 2)),
        (false, "x.part001.daa", |n| format!("X.PART{:03}.DAA", n + 2)),
        (false, "x.daa", |n| format!("x.d{n:02}")),
        (true, "x.part01.gbi", |n| format!("x.part{:02}.gbi", n + 2)),
        (true, "x.part001.gbi", |n| format!("x.part{:03}.gbi", n + 2)),
        (true, "x.gbi", |n| format!("x.g{n:02}")),
        (true, "x.gbi", |n| format!("x.d{n:02}")),
    ];
    for (gbi, first, name) in schemes {
        let folder = tempfile::tempdir().unwrap();
        let variant = daa::Variant { gbi, first: Some(first), parts: Some(name), ..daa::Variant::default() };
        let path = daa::make(folder.path(), &raw, variant);
        let image = open(&path, None).unwrap_or_else(|error| panic!("{error}"));
        assert!(sectors(&image) == raw && image.files.len() == 3, "{first}");
        // daa2iso knows only these, in this case.
        if !gbi && first != "x.part001.daa" && has("daa2iso") {
            assert!(daa2iso(&path, "") == raw, "daa2iso: {first}");
        }
        let error = open(&folder.path().join(name(0)), None).err().unwrap();
        assert!(error.to_string().contains("that is the one to open"), "{error}");
        let missing = folder.path().join(name(1));
        fs::remove_file(&missing).unwrap();
        let error = open(&path, None).err().unwrap();
        let Fault::PartMissing { name } = &error.fault else { panic!("{error}") };
        assert!(missing.file_name().unwrap().to_string_lossy().eq_ignore_ascii_case(name), "{error}");
    }
}

#[test]
fn wrong_and_missing_passwords_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (source, bytes) = iso(folder.path(), 300);
    for (extension, codec) in [("daa", "zlib"), ("daa", "lzma"), ("gbi", "zlib"), ("isz", "zlib"), ("isz", "bzip2")] {
        let target = folder.path().join(format!("{codec}.{extension}"));
        convert(&source, &target, |task| task.tuning = tuning(codec, None, None, Some("right"))).unwrap();
        assert!(matches!(open(&target, None).err().unwrap().fault, Fault::PasswordMissing), "{extension}");
        for wrong in ["", "wrong", "Right", "right ", &"x".repeat(100)] {
            let error = open(&target, Some(wrong)).err().unwrap_or_else(|| panic!("{extension}: {wrong}"));
            assert!(matches!(error.fault, Fault::PasswordWrong), "{extension}: {error}");
            assert_eq!(JobError::from(error).class(), Class::Password);
        }
        assert!(sectors_of(&target, Some("right")) == bytes, "{extension}");
        // A password that nobody asked for does no harm.
        assert!(open(&source, Some("right")).is_ok());
    }
}

#[test]
fn what_was_chosen_may_be_impossible() {
    let folder = tempfile::tempdir().unwrap();
    let (source, _) = iso(folder.path(), 2000);
    let refused = |name: &str, tuning: Tuning, old: bool, why: &str| {
        let error =
            convert(&source, &folder.path().join(name), |task| (task.tuning, task.old_version) = (tuning, old)).unwrap_err();
        assert!(matches!(error, JobError::Plan { .. }) && error.to_string().contains(why), "{error}");
    };
    refused("x.daa", tuning("lzma", None, None, None), true, "no LZMA");
    refused("x.daa", tuning("zlib", None, None, Some("")), false, "1 to 64 bytes");
    refused("x.daa", tuning("zlib", None, None, Some(&"x".repeat(65))), false, "1 to 64 bytes");
    refused("x.daa", tuning("zlib", None, Some(1000), None), false, "too small");
    refused("x.gbi", tuning("zlib", None, Some(0), None), false, "too small");
    refused("x.isz", tuning("zlib", None, None, Some(&"x".repeat(33))), false, "1 to 32 bytes");
    for split in [0, 1, 2048, 10_000, 41_000] {
        refused("x.isz", tuning("zlib", None, Some(split), None), false, "too small");
    }
    refused("x.isz", tuning("zlib", Some(1 << 20), Some(1 << 20), None), false, "too small");
    assert_eq!(common::names(folder.path()), ["source.iso"]);
}

/// What the parts are called is known to the packer alone: a source of that name was once replaced.
#[test]
fn a_source_that_is_a_part_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (source, _) = iso(folder.path(), 300);
    let part = folder.path().join("x.part01.daa");
    let made =
        convert(&source, &folder.path().join("x.daa"), |task| task.tuning = tuning("zlib", None, Some(100_000), None)).unwrap();
    assert!(made.len() > 2 && *made.last().unwrap() == part, "{made:?}");
    let before = fs::read(&part).unwrap();
    let again = convert(&part, &folder.path().join("x.daa"), |task| {
        task.tuning = tuning("zlib", None, Some(90_000), None);
        task.overwrite = true;
    });
    assert!(matches!(again, Err(JobError::OverSource(_))), "{again:?}");
    assert!(fs::read(&part).unwrap() == before);
}

#[test]
fn isz_is_read_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    for sectors in [300, 320] {
        let (source, bytes) = iso(folder.path(), sectors);
        for (n, (codec, block, split, password)) in [
            ("zlib", None, None, None),
            ("bzip2", None, None, None),
            ("zlib", Some(256 << 10), None, Some("secret")),
            ("bzip2", Some(1 << 20), None, None),
            ("zlib", None, Some(50_000), None),
            ("bzip2", Some(32 << 10), Some(100_000), Some("a password of exactly 32 bytes !")),
        ]
        .into_iter()
        .enumerate()
        {
            let target = folder.path().join(format!("{sectors}-{n}.isz"));
            let made = convert(&source, &target, |task| task.tuning = tuning(codec, block, split, password)).unwrap();
            assert_eq!(made.last(), Some(&target));
            assert!(sectors_of(&target, password) == bytes, "{codec} {block:?} {split:?}");
            assert!(split.is_some() == (made.len() > 1) && made.iter().all(|part| within(part, split)));
            check_isz(&made, &bytes, password.is_some());
        }
    }
}

/// Decoding says nothing of a stored chunk that was changed, nor of two that changed places; the checksum of the whole does.
#[test]
fn verifying_asks_the_checksum_of_an_isz() {
    let folder = tempfile::tempdir().unwrap();
    let (source, _) = iso(folder.path(), 300);
    let target = folder.path().join("x.isz");
    convert(&source, &target, |_| ()).unwrap();
    let verify = || match perform(Task::Verify { source: target.clone(), other: None, password: None }) {
        Ok(Outcome::Verified(report)) => report.passed(),
        other => panic!("{:?}", other.err()),
    };
    assert!(verify());
    let mut bytes = fs::read(&target).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&target, bytes).unwrap();
    assert!(!verify());
}

/// Takes a file apart by the specification, with none of the program's code: the tables, and the checksums of both sides.
fn check_isz(made: &[PathBuf], image: &[u8], locked: bool) {
    let first = fs::read(made.last().unwrap()).unwrap();
    let word = |at: usize| u32::from_le_bytes(first[at..at + 4].try_into().unwrap()) as usize;
    let unmask =
        |bytes: &[u8]| -> Vec<u8> { bytes.iter().zip([0xB6, 0x8C, 0xA5, 0xDE].iter().cycle()).map(|(a, b)| a ^ b).collect() };
    let (count, table, segments, data) = (word(25), word(35), word(39), word(43));
    assert_eq!(!crc32fast::hash(image), word(48) as u32);
    let mut stored = first[data..].to_vec();
    for (n, part) in (1..).zip(&made[..made.len() - 1]) {
        let bytes = fs::read(part).unwrap();
        assert!(bytes[..34] == first[..34] && bytes[34] == n && bytes[35..64] == first[35..64]);
        stored.extend(&bytes[64..]);
    }
    assert_eq!((stored.len(), !crc32fast::hash(&stored)), (word(52), word(60) as u32));
    let lengths: usize = unmask(&first[table..table + 3 * count])
        .as_chunks::<3>()
        .0
        .iter()
        .map(|&[a, b, c]| if c >> 6 == 0 { 0 } else { usize::from(a) | usize::from(b) << 8 | usize::from(c & 63) << 16 })
        .sum();
    assert_eq!(lengths, stored.len());
    assert_eq!((segments != 0, first[16]), (made.len() > 1, if locked { 4 } else { 0 }));
    if segments != 0 {
        let listed = unmask(&first[segments..segments + 24 * (made.len() + 1)]);
        let entry = |n: usize, at: usize| u32::from_le_bytes(listed[n * 24 + at..][..4].try_into().unwrap()) as usize;
        assert_eq!((0..made.len()).map(|n| entry(n, 8)).sum::<usize>(), count);
        for n in 0..made.len() {
            let file = if n == 0 { made.last().unwrap() } else { &made[n - 1] };
            assert_eq!(entry(n, 0) as u64, fs::metadata(file).unwrap().len());
        }
        assert_eq!(listed[24 * made.len()..], [0; 24]);
    }
}

#[test]
fn every_kind_of_isz_is_read() {
    let raw = isz::image();
    let usual = isz::Variant::default();
    let named: fn(usize) -> String = |n| format!("made.i{n:02}");
    let counted: fn(usize) -> String = |n| format!("made.part{:02}.isz", n + 1);
    let thousands: fn(usize) -> String = |n| format!("Made.Part{:03}.ISZ", n + 1);
    for variant in [
        usual,
        isz::Variant { short_header: true, ..usual },
        isz::Variant { no_table: true, ..usual },
        isz::Variant { wider: 1, ..usual },
        isz::Variant { wider: 5, ..usual },
        isz::Variant { zeros_take_room: true, ..usual },
        isz::Variant { zeros_take_room: true, short_header: true, ..usual },
        isz::Variant { cut: Some(9000), parts: Some(named), ..usual },
        isz::Variant { cut: Some(9000), parts: Some(counted), first: Some("made.part01.isz"), ..usual },
        isz::Variant { cut: Some(4000), parts: Some(thousands), first: Some("made.part001.isz"), ..usual },
        isz::Variant { cut: Some(30_000), parts: Some(named), no_table: true, ..usual },
        isz::Variant { encryption: 2, password: "secret", ..usual },
        isz::Variant { encryption: 3, password: "secret", ..usual },
        isz::Variant { encryption: 4, password: "secret", ..usual },
        isz::Variant { encryption: 2, password: "secret", no_table: true, ..usual },
        isz::Variant { encryption: 4, password: "secret", no_table: true, short_header: true, ..usual },
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = isz::make(folder.path(), &raw, variant);
        let password = Some(variant.password).filter(|password| !password.is_empty());
        assert!(sectors_of(&path, password) == raw, "{variant:?}");
        if password.is_some() {
            assert!(matches!(open(&path, None).err().unwrap().fault, Fault::PasswordMissing));
            match open(&path, Some("other")) {
                Err(error) => assert!(matches!(error.fault, Fault::PasswordWrong), "{variant:?}: {error}"),
                // Nothing is compressed, and there is no checksum.
                Ok(image) => assert!(variant.short_header && image.warnings[0].contains("password"), "{variant:?}"),
            }
        }
        if let Some(name) = variant.parts {
            fs::remove_file(folder.path().join(name(1))).unwrap();
            let error = open(&path, None).err().unwrap();
            let Fault::PartMissing { name: missing } = &error.fault else { panic!("{error}") };
            assert!(missing.eq_ignore_ascii_case(&name(1)), "{error}");
        }
    }
}

#[test]
fn a_missing_segment_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (source, _) = iso(folder.path(), 300);
    let made =
        convert(&source, &folder.path().join("x.isz"), |task| task.tuning = tuning("zlib", None, Some(100_000), None)).unwrap();
    let second = &made[0];
    let good = fs::read(second).unwrap();
    let fault = |bytes: Option<&[u8]>| {
        match bytes {
            Some(bytes) => fs::write(second, bytes).unwrap(),
            None => fs::remove_file(second).unwrap(),
        }
        open(&folder.path().join("x.isz"), None).err().unwrap()
    };
    assert!(matches!(fault(None).fault, Fault::PartMissing { name } if name == "x.i01"));
    let cut = fault(Some(&good[..good.len() - 1]));
    assert!(matches!(cut.fault, Fault::Truncated { .. }) && cut.path == *second, "{cut}");
    let mut other = good.clone();
    other[6] ^= 1;
    assert!(fault(Some(&other)).to_string().contains("serial"));
    let later = open(second, None).err().unwrap();
    assert!(later.to_string().contains("that is the one to open"), "{later}");
}

#[test]
fn real_samples_are_read() {
    let Some(corpus) = common::corpus() else { return };
    let expected = fs::read(corpus.join("synthetic/daa/ref.iso")).unwrap();
    for (name, password) in [("v1", None), ("v2z", None), ("v2l", None), ("v2m", None), ("v2lt", None), ("v1p", Some("secret"))] {
        let path = corpus.join("synthetic/daa").join(name).with_extension("daa");
        assert!(sectors_of(&path, password) == expected, "{name}");
    }
    assert!(matches!(open(&corpus.join("synthetic/daa/v1p.daa"), Some("secreT")).err().unwrap().fault, Fault::PasswordWrong));
    let expected = fs::read(corpus.join("generated/sm.iso")).unwrap();
    assert!(sectors_of(&corpus.join("generated/handmade.isz"), None) == expected);
}

#[test]
fn uif_of_one_track_is_read() {
    let mut raw = daa::image(60);
    raw[8 * 2048..24 * 2048].fill(0);
    let usual = uif::Variant { version: 1, ..uif::Variant::default() };
    for variant in [
        usual.clone(),
        uif::Variant { version: 2, plain_tables: true, ..usual.clone() },
        uif::Variant { version: 3, ..usual.clone() },
        uif::Variant { version: 4, x86: true, ..usual.clone() },
        uif::Variant { version: 2, keys: [17, 0, 0, 0], ..usual.clone() },
        uif::Variant { version: 2, password: Some("secret"), ..usual.clone() },
        uif::Variant { version: 3, password: Some("a password of up to 31 bytes !!"), x86: true, ..usual.clone() },
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = uif::make(folder.path(), &raw, 2048, &variant);
        assert!(sectors_of(&path, variant.password) == raw, "{variant:?}");
        if variant.password.is_some() {
            assert!(matches!(open(&path, None).err().unwrap().fault, Fault::PasswordMissing));
            for wrong in ["", "Secret", &"y".repeat(40)] {
                assert!(matches!(open(&path, Some(wrong)).err().unwrap().fault, Fault::PasswordWrong), "{wrong}");
            }
        }
    }
}

#[test]
fn uif_that_can_not_be_read_says_what_it_is() {
    for (keys, what) in [([3, 0, 0, 0], "built-in keys"), ([0, 2, 7, 0], "(type 7)"), ([9, 2, 99, 0], "(of an unknown type)")] {
        let folder = tempfile::tempdir().unwrap();
        let path = uif::make(folder.path(), &daa::image(40), 2048, &uif::Variant { version: 3, keys, ..uif::Variant::default() });
        let error = open(&path, Some("secret")).err().unwrap();
        assert!(matches!(error.fault, Fault::Unsupported { .. }) && error.to_string().contains(what), "{error}");
    }
}

/// Two discs are the same, and so are all their sectors.
fn check_same(found: &Image, expected: &Image) {
    assert_eq!(found.disc(), expected.disc());
    let form = Form::main(Slice::RAW);
    for (_, track) in expected.disc().tracks() {
        for lba in (track.first().0..track.end().0).map(Lba) {
            let read = |image: &Image| {
                let mut sector = [0; 2352];
                image.reader.read(lba, form, &mut sector, &mut [Worth::Good]).unwrap();
                sector
            };
            assert!(read(found) == read(expected), "sector {lba}");
        }
    }
}

/// The formats of the originals are ours, as their own tests and other people's programs have seen; the UIF around them is not.
#[test]
fn uif_is_read_by_the_descriptor_of_its_original() {
    let made = common::discs::small();
    let folder = tempfile::tempdir().unwrap();
    for (kind, format) in [(1, "cue"), (2, "mds"), (3, "ccd"), (4, "nrg")] {
        let original = common::save(&made, format, &folder.path().join(format!("inner.{format}")), |_| ()).unwrap();
        let expected = image::open(&original, Limits::default()).unwrap();
        let read = |extension: &str| fs::read(original.with_extension(extension)).unwrap();
        let (data, descriptor) = match format {
            "cue" => (read("bin"), read("cue")),
            "mds" => (read("mdf"), read("mds")),
            "nrg" => (read("nrg"), Vec::new()),
            _ => {
                let (ccd, sub) = (read("ccd"), read("sub"));
                let lengths = [ccd.len() as u32, sub.len() as u32].map(u32::to_le_bytes).concat();
                (read("img"), [lengths, ccd, sub].concat())
            }
        };
        for (version, password) in [(2, None), (3, Some("secret"))] {
            // Whole sectors alone: MagicISO leaves something behind a Nero image's footer.
            let mut data = data.clone();
            if version == 3 {
                data.resize(data.len().next_multiple_of(2352), 0);
            }
            let variant = uif::Variant {
                version,
                password,
                original: Some((kind, descriptor.clone(), Vec::new())),
                ..uif::Variant::default()
            };
            let path = uif::make(folder.path(), &data, 2352, &variant);
            let found = open(&path, password).unwrap_or_else(|error| panic!("{format}: {error}"));
            assert_eq!(found.format.name, "uif");
            check_same(&found, &expected);
        }
    }
}

#[test]
fn uif_is_read_by_its_list_of_tracks_where_there_is_no_descriptor() {
    let folder = tempfile::tempdir().unwrap();
    let data: Vec<u8> = (0..2352 * 200_u32).map(|n| (n / 100) as u8).collect();
    let list = uif::tracks(&[uif::track(1, 0, 0, [0, 2, 0], 2352), uif::track(2, 0, 0, [0, 3, 15], 2352)]);
    let found = |kind: u32, descriptor: &[u8], list: &[u8]| {
        let original = Some((kind, descriptor.to_vec(), list.to_vec()));
        open(&uif::make(folder.path(), &data, 2352, &uif::Variant { version: 1, original, ..uif::Variant::default() }), None)
    };
    let shape = |disc: &Disc| disc.tracks().map(|(_, track)| (track.number, track.start.0, track.length)).collect::<Vec<_>>();
    for (kind, descriptor, warned) in
        [(0, &b""[..], false), (1, b"no sheet", true), (2, b"no MDS", true), (3, b"CCD", true), (4, b"", true)]
    {
        let image = found(kind, descriptor, &list).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(shape(image.disc()), [(1, 0, 90), (2, 90, 110)], "{kind}");
        assert_eq!(
            image.warnings.first().is_some_and(|first| first.contains("original descriptor")),
            warned,
            "{:?}",
            image.warnings
        );
    }
    // A track in the two seconds before the data, one of no mode, one of no number, a name without an end.
    for bad in [
        uif::tracks(&[uif::track(1, 0, 0, [0, 1, 0], 2352)]),
        uif::tracks(&[uif::track(1, 4, 7, [0, 2, 0], 2352)]),
        uif::tracks(&[uif::track(1, 4, 1, [0, 2, 0], 1)]),
        uif::tracks(&[uif::track(0, 0, 0, [0, 2, 0], 2352)]),
        [&[0, 0, 0, 0, 0x20, 0, 0, 0], [1; 56].as_slice()].concat(),
    ] {
        assert!(found(0, b"", &bad).is_err());
    }
    assert!(
        found(
            1,
            b"FILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nFILE \"b.bin\" BINARY\nTRACK 02 AUDIO\nINDEX 01 00:00:00",
            b""
        )
        .is_err()
    );
}
