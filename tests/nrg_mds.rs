//! Nero and Alcohol images made from the samples, read back by this program and by others.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use spindle::job::{ConvertTask, Outcome, Task};

fn sample(name: &str) -> Option<PathBuf> {
    Some(common::corpus()?.join(name))
}

/// Converts and proves. Panics when anything differs from what the format can hold.
fn convert(source: &Path, target: &Path, old_version: bool) {
    let task = ConvertTask { allow_loss: true, old_version, ..ConvertTask::new(source, target) };
    match common::perform(Task::Convert(Box::new(task))) {
        Ok(Outcome::Converted(report)) => assert!(report.verified),
        Ok(_) => unreachable!("a conversion ends as one"),
        Err(error) => panic!("{} to {}: {error}", source.display(), target.display()),
    }
}

/// What another program prints; `None`, said aloud, where it is not installed.
fn judge(program: &str, arguments: &[&str]) -> Option<String> {
    common::has(program).then(|| common::run(program, arguments, Path::new(".")).1)
}

#[test]
fn every_sample_survives_both_formats() {
    let dir = tempfile::tempdir().unwrap();
    let samples = [
        "libcdio/test/data/p1.nrg",
        "synthetic/nrg/dao2.nrg",
        "synthetic/nrg/iso_etn2.nrg",
        "synthetic/mds/cd1.mds",
        "synthetic/mds/dvd1.mds",
        "generated/sm.iso",
    ];
    for (number, sample) in samples.iter().filter_map(|name| sample(name)).enumerate() {
        let made = |name: &str| dir.path().join(format!("{number}{name}"));
        convert(&sample, &made("new.nrg"), false);
        convert(&made("new.nrg"), &made("old.nrg"), true);
        convert(&made("old.nrg"), &made("x.mds"), false);
        convert(&made("x.mds"), &made("last.nrg"), false);
    }
}

/// The lines of cd-info that tell of tracks and texts.
fn cd_info(image: &Path) -> Option<Vec<String>> {
    let image = format!("--nrg-file={}", image.display());
    let text = judge("cd-info", &["--no-header", "--no-device-info", "--no-cddb", &image])?;
    let telling = |line: &&str| line.contains(':') && !line.contains("drive") && !line.contains(".nrg");
    Some(text.lines().filter(telling).map(str::to_owned).collect())
}

#[test]
fn cd_info_reads_ours_as_it_reads_neros() {
    let Some(sample) = self::sample("libcdio/test/data/p1.nrg") else { return };
    let dir = tempfile::tempdir().unwrap();
    let ours = dir.path().join("ours.nrg");
    convert(&sample, &ours, false);
    let (Some(theirs), Some(ours)) = (cd_info(&sample), cd_info(&ours)) else { return };
    assert!(theirs.iter().any(|line| line.contains("170: leadout") || line.contains("leadout")), "{theirs:?}");
    assert!(theirs.iter().any(|line| line.contains("Join us now")), "{theirs:?}");
    assert_eq!(ours, theirs);
}

#[test]
fn chdman_reads_ours_as_it_reads_neros() {
    let Some(sample) = self::sample("libcdio/test/data/p1.nrg") else { return };
    let dir = tempfile::tempdir().unwrap();
    let ours = dir.path().join("ours.nrg");
    convert(&sample, &ours, false);
    let read = |image: &Path, name: &str| {
        let chd = dir.path().join(name);
        judge("chdman", &["createcd", "-i", image.to_str()?, "-o", chd.to_str()?])?;
        let info = judge("chdman", &["info", "-i", chd.to_str()?])?;
        let told = |line: &&str| line.contains("TRACK:") || line.contains("Data SHA1");
        Some(info.lines().filter(told).map(str::to_owned).collect::<Vec<_>>())
    };
    let (Some(theirs), Some(ours)) = (read(&sample, "theirs.chd"), read(&ours, "ours.chd")) else { return };
    assert_eq!((ours.len(), &ours), (3, &theirs));
}

#[test]
fn iat_and_mdf2iso_find_the_user_data() {
    let Some(sample) = self::sample("synthetic/nrg/iso_etn2.nrg") else { return };
    let dir = tempfile::tempdir().unwrap();
    let user_data = &fs::read(&sample).unwrap()[..302 * 2048];
    let (nrg, mds, mdf, iso) =
        (dir.path().join("x.nrg"), dir.path().join("x.mds"), dir.path().join("x.mdf"), dir.path().join("x.iso"));
    convert(&sample, &nrg, false);
    convert(&sample, &mds, false);
    for image in [&nrg, &mdf] {
        if judge("iat", &[image.to_str().unwrap(), iso.to_str().unwrap()]).is_some() {
            assert!(fs::read(&iso).unwrap() == user_data, "{}", image.display());
            fs::remove_file(&iso).unwrap();
        }
    }
    // The same on a CD, whose sectors are stored whole.
    let plain = dir.path().join("plain.iso");
    fs::write(&plain, user_data).unwrap();
    let cd = dir.path().join("cd.mds");
    convert(&plain, &cd, false);
    assert_eq!(fs::metadata(cd.with_extension("mdf")).unwrap().len(), 302 * 2352);
    if judge("mdf2iso", &[cd.with_extension("mdf").to_str().unwrap(), iso.to_str().unwrap()]).is_some() {
        assert!(fs::read(&iso).unwrap() == user_data);
    }
}

/// GameJack's descriptions are those of Alcohol, version 1, under other names. Told so by other readers: there is no real file.
#[test]
fn gamejack_images_are_read_as_those_of_alcohol() {
    let folder = tempfile::tempdir().unwrap();
    let made = common::discs::small();
    let opened = common::save(&made, "mds", &folder.path().join("disc.mds"), |_| ()).unwrap();
    let known = spindle::image::open(&opened, spindle::image::Limits::default()).unwrap();
    let name = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let (before, after) = (name(".mdf"), name(".xmf"));
    let mut description = fs::read(&opened).unwrap();
    let at = description.windows(8).position(|bytes| bytes == before).unwrap();
    description[at..at + 8].copy_from_slice(&after);
    let path = folder.path().join("disc.xmd");
    fs::write(&path, description).unwrap();
    fs::remove_file(&opened).unwrap();
    fs::rename(opened.with_extension("mdf"), path.with_extension("xmf")).unwrap();
    let image = spindle::image::open(&path, spindle::image::Limits::default()).unwrap();
    assert_eq!((image.format.name, image.disc(), image.files.len()), ("mds", known.disc(), 2));
}
