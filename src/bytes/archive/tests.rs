use std::process::Command;

use super::*;
use crate::bytes::layers::Stop;

const MOST: usize = 1000;

fn bounds() -> Bounds {
    Bounds { unpacked: 1 << 30, stop: Stop::default() }
}

fn sample(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8 & 0x3F
    };
    std::iter::repeat_with(&mut next).take(len).collect()
}

/// Two files, of which the second crosses the borders of blocks.
fn files() -> [(&'static str, Vec<u8>); 2] {
    [("sub/a.cue", sample(300, 1)), ("sub/b.bin", sample(1_300_000, 2))]
}

/// An archive that another program makes of the files; `None` where it is not installed.
fn packed(program: &str, arguments: &[&str], name: &str) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    files().iter().for_each(|(name, data)| std::fs::write(folder.path().join(name), data).unwrap());
    let output = Command::new(program).args(arguments).args([name, "sub"]).current_dir(folder.path()).output();
    let Ok(output) = output else {
        assert!(std::env::var_os("SPINDLE_REQUIRE_TOOLS").is_none(), "{program} is not installed");
        println!("skipped: {program} is not installed");
        return None;
    };
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    Some(std::fs::read(folder.path().join(name)).unwrap())
}

fn zip(arguments: &[&str]) -> Option<Vec<u8>> {
    packed("zip", &[&["-q", "-r"], arguments].concat(), "x.zip")
}

fn sevenz(arguments: &[&str], name: &str) -> Option<Vec<u8>> {
    packed("7z", &[&["a", "-bd"], arguments].concat(), name)
}

fn open(archive: Vec<u8>, password: Option<&str>) -> Result<Arc<dyn Archive>, LayerError> {
    let open: OpenArchive = if archive.starts_with(&SEVENZ_MAGIC) { SevenZ::open } else { Zip::open };
    open(Arc::new(archive), password, MOST)
}

/// Every file is what went in, read from its end to its start.
fn check(archive: &dyn Archive, password: Option<&str>) {
    let mut names: Vec<&str> = archive.members().iter().map(|member| member.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["sub/a.cue", "sub/b.bin"]);
    for (name, data) in files() {
        let number = archive.members().iter().position(|member| member.name == name).unwrap();
        let layer = archive.open(number, password, &bounds()).unwrap();
        assert_eq!(layer.bytes.len(), data.len() as u64);
        for from in (0..data.len()).step_by(100_003).collect::<Vec<_>>().into_iter().rev() {
            let mut piece = vec![0; (data.len() - from).min(70_000)];
            layer.bytes.read_at(from as u64, &mut piece).unwrap();
            assert!(piece == data[from..from + piece.len()], "{name} {from}");
        }
        let mut all = vec![0; data.len()];
        layer.bytes.read_at(0, &mut all).unwrap();
        assert!(all == data, "{name}");
    }
}

#[test]
fn archives_of_other_programs_are_read_at_any_place() {
    let made = [
        zip(&["-0"]),
        zip(&["-9"]),
        zip(&["-Z", "bzip2"]),
        zip(&["-fz"]),
        sevenz(&["-tzip", "-mm=Deflate64"], "x.zip"),
        sevenz(&["-tzip", "-mm=LZMA"], "x.zip"),
        sevenz(&["-m0=Copy"], "x.7z"),
        sevenz(&["-m0=Deflate"], "x.7z"),
        sevenz(&["-m0=BZip2", "-ms=on"], "x.7z"),
        sevenz(&["-m0=LZMA"], "x.7z"),
        sevenz(&["-m0=LZMA2", "-ms=off"], "x.7z"),
        sevenz(&["-m0=BCJ", "-m1=LZMA2"], "x.7z"),
        sevenz(&["-m0=PPMd"], "x.7z"),
        sevenz(&["-m0=LZMA2", "-mhc=off"], "x.7z"),
    ];
    for archive in made.into_iter().flatten() {
        check(&*open(archive, None).unwrap(), None);
    }
}

#[test]
fn passwords_open_what_they_should_and_nothing_else() {
    let made = [
        zip(&["-P", "secret"]),
        sevenz(&["-tzip", "-mem=AES256", "-psecret"], "x.zip"),
        sevenz(&["-tzip", "-mem=AES256", "-mm=Copy", "-psecret"], "x.zip"),
        sevenz(&["-psecret"], "x.7z"),
        sevenz(&["-psecret", "-m0=Copy"], "x.7z"),
        sevenz(&["-psecret", "-mhe=on"], "x.7z"),
    ];
    for archive in made.into_iter().flatten() {
        check(&*open(archive.clone(), Some("secret")).unwrap(), Some("secret"));
        // ZipCrypto lets one wrong password in 256 pass its own test; the sums tell then.
        for wrong in [None, Some("Secret"), Some("wrong"), Some("")] {
            let refused = open(archive.clone(), wrong).and_then(|archive| archive.open(1, wrong, &bounds()).map(drop));
            match (refused, wrong) {
                (Err(LayerError::PasswordMissing), None | Some("")) | (Err(LayerError::PasswordWrong), Some(_)) => {}
                (other, _) => panic!("{wrong:?}: {other:?}"),
            }
        }
    }
}

#[test]
fn more_files_than_allowed_are_refused() {
    for archive in [zip(&[]), sevenz(&[], "x.7z")].into_iter().flatten() {
        let open: OpenArchive = if archive.starts_with(&SEVENZ_MAGIC) { SevenZ::open } else { Zip::open };
        assert!(matches!(open(Arc::new(archive), None, 1), Err(LayerError::TooMany { limit: 1 })));
    }
}

#[test]
fn a_file_that_unpacks_to_more_than_it_may_is_refused() {
    let tight = Bounds { unpacked: 1_000_000, stop: Stop::default() };
    for archive in [zip(&[]), zip(&["-0"]), sevenz(&["-ms=off"], "x.7z")].into_iter().flatten() {
        let archive = open(archive, None).unwrap();
        let number = archive.members().iter().position(|member| member.name == "sub/b.bin").unwrap();
        assert!(matches!(archive.open(number, None, &tight), Err(LayerError::TooBig { limit: 1_000_000 })));
    }
}

/// Damaged at either end, where archives describe themselves, or anywhere: an error, or what went in.
#[test]
fn damage_is_an_error_and_no_panic() {
    let made = [zip(&[]), zip(&["-fz"]), zip(&["-P", "secret"]), sevenz(&["-ms=off"], "x.7z"), sevenz(&["-m0=Copy"], "x.7z")];
    let mut state = 3u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let rounds = std::env::var("SPINDLE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1) * 24;
    for good in made.iter().flatten() {
        for round in 0..rounds {
            let mut bad = good.clone();
            match round % 4 {
                0 => bad.truncate(random(good.len())),
                1 => bad[random(64)] ^= 1 << random(8),
                2 => bad[good.len() - 1 - random(300)] ^= 1 << random(8),
                _ => bad[good.len() - 1 - random(300)] = [0, 0xFF, 0x7F, 1][random(4)],
            }
            // Where the header of a 7z archive is right again, its parser is what is tested.
            if bad.len() > 40 && bad.starts_with(&SEVENZ_MAGIC) && round % 2 == 1 {
                mend(&mut bad);
            }
            let Ok(archive) = open(bad, Some("secret")) else { continue };
            for number in 0..archive.members().len().min(3) {
                let Ok(layer) = archive.open(number, Some("secret"), &Bounds { unpacked: 20 << 20, stop: Stop::default() })
                else {
                    continue;
                };
                let mut all = vec![0; layer.bytes.len().min(20 << 20) as usize];
                let _ = layer.bytes.read_at(0, &mut all);
            }
        }
    }
}

/// Makes the sums of a 7z archive right: that of the list of files, and that of the header before.
fn mend(archive: &mut [u8]) {
    let word = |archive: &[u8], at: usize| {
        archive.get(at..at + 8).and_then(|word| word.first_chunk()).map_or(0, |word| u64::from_le_bytes(*word))
    };
    let from = 32usize.saturating_add(word(archive, 12) as usize);
    let to = from.saturating_add(word(archive, 20) as usize);
    let Some(list) = archive.get(from..to) else { return };
    let crc = crc32fast::hash(list).to_le_bytes();
    archive[28..32].copy_from_slice(&crc);
    let crc = crc32fast::hash(&archive[12..32]).to_le_bytes();
    archive[8..12].copy_from_slice(&crc);
}

#[test]
fn what_is_no_archive_is_an_error() {
    for start in [b"PK\x03\x04".as_slice(), b"PK\x05\x06", &SEVENZ_MAGIC] {
        for len in [start.len(), 22, 32, 1000, 100_000] {
            let mut bytes = vec![0; len.max(start.len())];
            bytes[..start.len()].copy_from_slice(start);
            assert!(open(bytes, None).map_or(true, |archive| archive.members().is_empty()), "{len}");
        }
    }
}
