use std::fs;
use std::path::Path;

use super::*;
use crate::disc::sector::{Form, RAW, Records, Slice, Worth, reform};
use crate::disc::{Lba, TrackMode};
use crate::image::testing::{convert, corpus, noise, open, sectors};
use crate::image::{self, Limits};
use crate::job::{Event, Outcome, Pool, Task};

/// Sectors of every kind: mode 1, both forms of mode 2, a form 2 sector without EDC, audio, a damaged sector, mode 0.
fn mixed(count: u32) -> Vec<u8> {
    let mut all = Vec::new();
    let user = noise(count, 9);
    for n in 0..count {
        let (mode, slice) = match n % 7 {
            0 | 1 | 4 => (TrackMode::Mode1, Slice::COOKED),
            2 => (TrackMode::Mode2Form1, Slice::FORM1),
            3 | 5 => (TrackMode::Mode2Form2, Slice::of_record(TrackMode::Mode2Form2, 2324).unwrap()),
            _ => (TrackMode::Audio, Slice::RAW),
        };
        let bytes = &user[n as usize * RAW..][..slice.size()];
        let mut sector = [0; RAW];
        reform(
            Records { mode, at: Lba(n as i32), slice, stride: slice.size(), bytes },
            Slice::RAW,
            &mut sector,
            RAW,
            &mut [Worth::Good],
        );
        match n % 35 {
            3 => sector[2348..].fill(0),
            4 => sector[1000] ^= 1,
            11 => sector[2070] = 7,
            18 => sector[2100] ^= 1,
            _ => {}
        }
        all.extend(sector);
    }
    all
}

fn file(path: &Path) -> Arc<dyn Bytes> {
    Arc::new(fs::read(path).unwrap())
}

fn all_of(bytes: &dyn Bytes) -> Vec<u8> {
    read_some(bytes, 0, usize::MAX).unwrap()
}

/// A file of these raw sectors as ECM, made by the program itself.
fn packed(raw: &[u8], folder: &Path) -> std::path::PathBuf {
    let (source, target) = (folder.join("source.bin"), folder.join("made.bin.ecm"));
    fs::write(&source, raw).unwrap();
    convert(&source, &target, |_| ());
    target
}

/// bin2ecm 1.03 made the samples, and makes the same bytes of the same sectors as we do.
#[test]
fn files_of_bin2ecm_are_read_and_ours_are_the_same() {
    let Some(folder) = corpus("generated") else { return };
    for name in ["sm_m1.bin", "sm_m2.bin"] {
        let (source, theirs) = (folder.join(name), folder.join(format!("{name}.ecm")));
        let raw = fs::read(&source).unwrap();
        let (bytes, promise) = unpack(&file(&theirs)).unwrap();
        assert!(all_of(&*bytes) == raw, "{name}");
        let mut sum = promise.digest.begin();
        sum.add(&raw);
        assert_eq!(sum.end(), promise.digest);
        let image = open(&theirs);
        let disc = image.disc();
        assert_eq!((image.format.name, disc.sectors() as usize), ("ecm", raw.len() / RAW));
        assert!(sectors(&*image.reader, 0, disc.sectors() as usize, Form::main(Slice::RAW)) == raw);
        let made = tempfile::tempdir().unwrap();
        assert!(fs::read(packed(&raw, made.path())).unwrap() == fs::read(theirs).unwrap(), "{name}");
    }
}

/// 900 sectors are packed in four parts.
#[test]
fn sectors_of_every_kind_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let raw = mixed(900);
    let made = packed(&raw, folder.path());
    let map = parse(&fs::read(&made).unwrap()).unwrap();
    for kind in [Kind::Plain, Kind::Mode1, Kind::Form1, Kind::Form2] {
        assert!(map.runs.iter().any(|run| run.kind == kind), "{kind:?}");
    }
    let (bytes, _) = unpack(&file(&made)).unwrap();
    assert!(all_of(&*bytes) == raw);
    let mut at = 1usize;
    for len in [1, 15, 16, 17, 2335, 2336, 2352, 4000, 70_000, 2_000_000] {
        at = (at * 7919) % (raw.len() - len);
        let mut some = vec![0; len];
        bytes.read_at(at as u64, &mut some).unwrap();
        assert!(some == raw[at..at + len], "{at} {len}");
    }
    assert_eq!(bytes.read_at(raw.len() as u64 - 1, &mut [0; 2]).unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);
    bytes.read_at(0, &mut []).unwrap();
}

/// A sheet names x.bin, and only x.bin.ecm is there.
#[test]
fn a_sheet_finds_its_data_packed() {
    let folder = tempfile::tempdir().unwrap();
    let raw = mixed(70);
    let (made, sheet) = (packed(&raw, folder.path()), folder.path().join("made.cue"));
    fs::write(&sheet, "FILE \"made.bin\" BINARY\n  TRACK 01 MODE1/2352\n    INDEX 01 00:00:00\n").unwrap();
    let image = open(&sheet);
    assert_eq!(image.files, [sheet.clone(), made.clone()]);
    assert_eq!((image.promises.len(), image.warnings.len()), (1, 0), "{:?}", image.warnings);
    assert!(sectors(&*image.reader, 0, 70, Form::main(Slice::RAW)) == raw);
    // What is there as it is goes before what is packed.
    fs::write(folder.path().join("made.bin"), &raw[..RAW * 60]).unwrap();
    assert_eq!(open(&sheet).disc().sectors(), 60);
}

#[test]
fn an_iso_in_the_layer_is_an_iso() {
    let folder = tempfile::tempdir().unwrap();
    // A length that is a whole number of both records, and nothing that tells.
    let zeros = vec![7; 2048 * 147];
    let mut bytes = [MAGIC.as_slice(), &[0x80 | 31 << 2]].concat();
    let rest = (zeros.len() as u32 - 1) >> 5;
    bytes.extend([rest as u8 | 0x80, (rest >> 7) as u8 & 0x7F]);
    assert_eq!((zeros.len() - 1) & 31, 31);
    bytes.extend(&zeros);
    bytes.extend([0xFC, 0xFF, 0xFF, 0xFF, 0x3F]);
    bytes.extend(crate::disc::edc::edc(&zeros).to_le_bytes());
    for (name, mode) in [("x.iso.ecm", TrackMode::Mode1), ("x.bin.ecm", TrackMode::Audio)] {
        fs::write(folder.path().join(name), &bytes).unwrap();
        let image = open(&folder.path().join(name));
        assert_eq!(image.disc().tracks().next().unwrap().1.mode, mode, "{name}");
    }
}

#[test]
fn verifying_holds_the_file_to_its_check() {
    let folder = tempfile::tempdir().unwrap();
    let made = packed(&mixed(80)[..RAW * 2], folder.path());
    let verify = || {
        let pool = Pool::new(1, Arc::new(|| {}));
        pool.submit(Task::Verify { source: made.clone(), other: None, password: None });
        pool.events().iter().find_map(|event| match event {
            Event::Ended(_, result) => Some(match *result {
                Ok(Outcome::Verified(report)) => report,
                _ => panic!("not verified"),
            }),
            _ => None,
        })
    };
    let report = verify().unwrap();
    assert!(report.passed() && report.findings.checksums == 1);
    // A bit of user data: the sector is rebuilt around it, and only the check of all tells.
    let mut bytes = fs::read(&made).unwrap();
    bytes[500] ^= 1;
    fs::write(&made, bytes).unwrap();
    let report = verify().unwrap();
    assert!(!report.passed() && report.findings.wrong() == 0);
    assert!(report.findings.broken[0].contains("EDC"), "{:?}", report.findings.broken);
}

#[test]
fn every_flaw_has_its_reason() {
    let end = [0xFC, 0xFF, 0xFF, 0xFF, 0x3F, 0, 0, 0, 0];
    let with = |records: &[u8]| [MAGIC.as_slice(), records].concat();
    assert_eq!(parse(&with(&end)).unwrap(), Map { runs: vec![], len: 0, edc: 0 });
    // A count of one byte more than is needed is still that count.
    assert_eq!(parse(&with(&[&[0x80, 0, 7], end.as_slice()].concat())).unwrap().len, 1);
    for (reason, bytes) in [
        ("this is not an ECM file", b"ECX\0".to_vec()),
        ("this variant of ECM is not supported", b"ECM2".to_vec()),
        ("the marker is cut short", b"EC".to_vec()),
        ("a record is cut short", with(&[])),
        ("a record is cut short", with(&[0x80])),
        ("the check of the file is cut short", with(&end[..7])),
        ("a run of sectors is cut short", with(&[0x01, 1, 2, 3])),
        ("a run of sectors is cut short", with(&[0xFD, 0xFF, 0xFF, 0xFF, 0x1F])),
        ("the count of a record is out of range", with(&[0x80, 0x80, 0x80, 0x80, 0x20, 0])),
        ("the count of a record is out of range", with(&[0x80, 0x80, 0x80, 0x80, 0x80, 0])),
        ("the count of a record is out of range", with(&[0xFC, 0xFF, 0xFF, 0xFF, 0x7F, 0])),
    ] {
        let flaw = parse(&bytes).unwrap_err();
        assert!(flaw.to_string().contains(reason), "{flaw}, not {reason}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.ecm");
    fs::write(&path, b"ECM2 and more").unwrap();
    let error = image::open(&path, Limits::default()).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("this variant of ECM"), "{error}");
}

#[test]
fn damaged_files_are_refused_or_read() {
    let folder = tempfile::tempdir().unwrap();
    // Records without the sectors between them: a run of each kind, short.
    let good = fs::read(packed(&mixed(4)[RAW * 2..], folder.path())).unwrap();
    let heads: Vec<u8> = [&good[..40], &good[good.len() - 12..]].concat();
    for good in [heads, [MAGIC.as_slice(), &[0x08, 1, 2, 3, 0xFC, 0xFF, 0xFF, 0xFF, 0x3F, 1, 2, 3, 4]].concat()] {
        image::hostile::damage(&good, |bytes| {
            let file: Arc<dyn Bytes> = Arc::new(bytes.to_vec());
            if let Ok((unpacked, _)) = unpack(&file) {
                let mut some = vec![0; unpacked.len().min(5000) as usize];
                unpacked.read_at(0, &mut some).unwrap();
            }
        });
    }
}
