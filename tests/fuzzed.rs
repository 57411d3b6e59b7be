//! The fuzzers' finds, done again; and what they need to begin with.

mod common;
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use spindle::disc::{Disc, DiscWriter, Lba, Medium, Track, TrackMode};
use spindle::drive::mmc;
use spindle::drive::recorder::{self, BurnWish, Kind, Mode, Recorder};
use spindle::image::FORMATS;
use spindle::virtual_drive::{Blank, BlankKind, Device};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn targets() -> Vec<&'static str> {
    FORMATS.iter().map(|format| format.name).chain(fuzz::OTHERS).collect()
}

/// Each of these inputs once made a fuzzer fail; the story is in the commit that brought it.
#[test]
fn inputs_that_once_did_harm_do_none() {
    for target in targets() {
        let Ok(entries) = fs::read_dir(folder().join("artifacts").join(target)) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            fuzz::run(target, &fs::read(path).unwrap());
        }
    }
}

/// Every format is a seed of its own fuzzer and of `open`, written by this program itself.
fn seeds(mut take: impl FnMut(&str, &str, &[u8])) {
    let (made, gd) = (common::discs::small(), common::discs::gd());
    for format in FORMATS.iter().copied().filter(|format| format.plan.is_some()) {
        let disc = if spindle::image::project(&made.disc, &format.holds).is_some() { &made } else { &gd };
        for (kind, per_track, old) in [("plain", false, false), ("per-track", true, false), ("old", false, true)] {
            let folder = tempfile::tempdir().unwrap();
            let target = folder.path().join("disc").with_extension(format.extensions[0]);
            let opened =
                common::save(disc, format.name, &target, |task| (task.file_per_track, task.old_version) = (per_track, old));
            let opened = opened.unwrap();
            let data = format.data_extensions.first().map(|extension| opened.with_extension(extension));
            let name = format!("{}-{kind}", format.name);
            take(format.name, &name, &fs::read(&opened).unwrap());
            if let Some(list) = chunk_list(&fs::read(&opened).unwrap()) {
                take(format.name, &format!("{name}-list"), &list);
            }
            take("open", &name, &fuzz::pack(format, &opened, data.as_deref()));
        }
    }
    for maker in common::makers::MAKERS {
        let folder = tempfile::tempdir().unwrap();
        let opened = (maker.make)(folder.path());
        let format = spindle::image::by_name(maker.format).unwrap();
        let data = format.data_extensions.first().map(|extension| opened.with_extension(extension));
        let name = opened.file_name().unwrap().to_string_lossy().into_owned();
        take(format.name, &name, &fs::read(&opened).unwrap());
        take("open", &name, &fuzz::pack(format, &opened, data.as_deref()));
    }
    let packs = made.disc.cd_text.to_packs(1, 3).unwrap();
    take("cd_text", "packs", packs.as_flattened());
    take("cd_text", "cdt", &made.disc.cd_text.to_cdt(1, 3).unwrap());
    let channels: Vec<u8> = (-10..20)
        .flat_map(|lba| {
            let packed = spindle::disc::subchannel::synthesise(&made.disc, spindle::disc::Lba(lba));
            spindle::disc::subchannel::q_of_packed(&packed)
        })
        .collect();
    take("subchannel_q", "position", &channels);
    packed_seeds(&mut take);
    take("drive", "demo", &of_a_disc());
    BlankKind::ALL.into_iter().for_each(|kind| take("drive", kind.word(), &of_a_blank(kind)));
    for kind in BlankKind::ALL {
        for &mode in Kind::of(kind.profile()).unwrap().modes() {
            take("recorder", &format!("{} {mode}", kind.word()), &of_a_burn(kind, mode));
        }
    }
    take("file_systems", "udf", &udf());
    for (number, file) in [wave(), aiff()].iter().enumerate() {
        take("audio", &format!("{number}"), &[&[number as u8], file.as_slice()].concat());
    }
}

/// A compressed file of each kind that is written here, and an archive.
fn packed_seeds(mut take: impl FnMut(&str, &str, &[u8])) {
    use spindle::bytes::layers::{gzip, xz, zstd};
    let data: Vec<u8> = (0..20_000u32).map(|n| (n.wrapping_mul(n) >> 7) as u8).collect();
    let member = gzip::Encoder::new(6).member(&data).unwrap();
    let index = gzip::index_member(1 << 20, &[member.len() as u32]);
    take("packed", "gzip", &[&[0], member.as_slice(), &index].concat());
    let block = xz::encode(6, &data).unwrap();
    take("packed", "xz", &[&[1], xz::header().as_slice(), &block.bytes, &xz::end(&[block.record])].concat());
    let frame = zstd::Encoder::new(6).frame(&data);
    let table = zstd::table(&[(frame.len() as u32, data.len() as u32)]);
    take("packed", "zstd", &[&[3], frame.as_slice(), &table].concat());
    for (number, method) in [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated].into_iter().enumerate() {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        archive.start_file("a.iso", zip::write::SimpleFileOptions::default().compression_method(method)).unwrap();
        std::io::Write::write_all(&mut archive, &data).unwrap();
        take("packed", &format!("zip-{number}"), &[&[4], archive.finish().unwrap().into_inner().as_slice()].concat());
    }
}

/// An NRG or a CDI without its sectors, of which no fuzzer would find the way to its chunks: the footer tells where they begin, now at 0.
fn chunk_list(image: &[u8]) -> Option<Vec<u8>> {
    let (rest, start) = image.split_last_chunk::<8>()?;
    if let Some(list) = rest.strip_suffix(b"NER5") {
        let list = list.get(u64::from_be_bytes(*start) as usize..)?;
        return Some([list, b"NER5", &[0; 8]].concat());
    }
    if start.starts_with(b"\x06\0\0\x80") {
        let len = u32::from_le_bytes(*start.last_chunk()?) as usize;
        return Some(image.get(image.len().checked_sub(len)?..)?.to_vec());
    }
    let start = u32::from_be_bytes(start.strip_prefix(b"NERO")?.try_into().ok()?);
    Some([rest.get(start as usize..)?, b"NERO", &[0; 4]].concat())
}

/// A WAVE file of one sector (Microsoft, "Multimedia Programming Interface and Data Specifications 1.0").
fn wave() -> Vec<u8> {
    let samples = [7; 2352];
    let format = [1, 0, 2, 0, 0x44, 0xAC, 0, 0, 0x10, 0xB1, 2, 0, 4, 0, 16, 0];
    let size = |n: usize| (n as u32).to_le_bytes();
    [b"RIFF".as_slice(), &size(36 + 2352), b"WAVEfmt ", &size(16), &format, b"data", &size(2352), &samples].concat()
}

/// An AIFF file of one sector (Apple, "Audio Interchange File Format 1.3").
fn aiff() -> Vec<u8> {
    let samples = [7; 2352];
    // Two channels, 588 frames of 16 bits, 44,100 a second as an 80-bit float.
    let common = [0, 2, 0, 0, 2, 0x4C, 0, 16, 0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0];
    let size = |n: usize| (n as u32).to_be_bytes();
    let sound = [size(2352 + 8).as_slice(), &[0; 8], &samples].concat();
    [b"FORM".as_slice(), &size(4 + 26 + 16 + 2352), b"AIFFCOMM", &size(18), &common, b"SSND", &sound].concat()
}

/// What the drive in software answers to everything that the fuzzer's drive is asked, in the fuzzer's way of saying it.
fn transcript(drive: Device) -> Vec<u8> {
    use spindle::drive::transport::{Data, Transport, TransportError};
    use std::sync::{Arc, Mutex};
    struct Heard(Device, Arc<Mutex<Vec<u8>>>);
    impl Transport for Heard {
        fn execute(&mut self, cdb: &[u8], data: Data<'_>, timeout: std::time::Duration) -> Result<usize, TransportError> {
            let mut into = vec![0; data.len()];
            let result = self.0.execute(cdb, if into.is_empty() { Data::None } else { Data::In(&mut into) }, timeout);
            let said = match &result {
                Ok(len) => [&[0], &(*len as u16).to_le_bytes()[..], &into[..*len]].concat(),
                Err(TransportError::Check(sense)) => [&[0xF5], &sense.to_fixed()[..]].concat(),
                Err(_) => vec![0xF0],
            };
            self.1.lock().unwrap().extend(said);
            if let Data::In(wanted) = data {
                wanted.copy_from_slice(&into);
            }
            result
        }
        fn most_bytes(&self) -> usize {
            64 << 10
        }
    }
    let heard = Arc::<Mutex<Vec<u8>>>::default();
    fuzz::ask(Box::new(Heard(drive, heard.clone())));
    heard.lock().unwrap().clone()
}

fn of_a_disc() -> Vec<u8> {
    let heard = transcript(Device::with(common::discs::small().reader()));
    assert!(heard.len() > 20_000, "sectors were read: {}", heard.len());
    heard
}

fn of_a_blank(kind: BlankKind) -> Vec<u8> {
    let mut device = Device::new(Default::default());
    device.insert_blank(Blank::new(kind), Vec::new()).unwrap();
    transcript(device)
}

/// What the recorder sends when a small disc is burned, in the way in which the fuzzer says it.
fn of_a_burn(kind: BlankKind, mode: Mode) -> Vec<u8> {
    use spindle::drive::transport::{Data, Transport, TransportError};
    struct Said(Device, Vec<u8>);
    impl Transport for Said {
        fn execute(&mut self, cdb: &[u8], data: Data<'_>, timeout: std::time::Duration) -> Result<usize, TransportError> {
            let (len, few) = match &data {
                Data::None => (0, &[][..]),
                Data::In(_) => (fuzz::ASKS, &[][..]),
                Data::Out(bytes) => (bytes.len() as u16, if bytes.len() <= fuzz::FEW.into() { *bytes } else { &[] }),
            };
            let end = self.1.len() + 12;
            self.1.extend(cdb);
            self.1.resize(end, 0);
            self.1.extend([&len.to_le_bytes()[..], few].concat());
            self.0.execute(cdb, data, timeout)
        }
        fn most_bytes(&self) -> usize {
            32 << 10
        }
    }
    let mut device = Device::new(Default::default());
    device.insert_blank(Blank::of(kind, 4096), Vec::new()).unwrap();
    let number = BlankKind::ALL.iter().position(|known| *known == kind).unwrap() as u8;
    let mut said = Said(device, vec![number]);
    while mmc::test_unit_ready(&mut said).is_err() {}
    let is_cd = Kind::of(kind.profile()).unwrap().is_cd();
    let (medium, track) = if is_cd { (Medium::Cd, TrackMode::Audio) } else { (Medium::Dvd, TrackMode::Dvd) };
    let disc = Disc::new(medium, vec![Track::new(1, track, Lba(0), 300)]);
    let wish = BurnWish { mode: Some(mode), ..BurnWish::default() };
    let plan = recorder::plan(&disc, &|_| None, &recorder::look_at_blank(&mut said).unwrap(), &wish).unwrap();
    let mut burn = Recorder::begin(&mut said, plan, Box::new(|_, _| ControlFlow::Continue(()))).unwrap();
    for run in burn.runs() {
        burn.write(&vec![0; run.sectors as usize * run.form.size()]).unwrap();
    }
    burn.finish().unwrap();
    drop(burn);
    said.1
}

/// A UDF volume of one file, block by block.
fn udf() -> Vec<u8> {
    let block = |at: u16, kind: u16, fields: &[(usize, &[u8])]| {
        let mut bytes = vec![0; fields.iter().map(|(at, field)| at + field.len()).max().unwrap_or(16).max(16)];
        bytes[..2].copy_from_slice(&kind.to_le_bytes());
        fields.iter().for_each(|(at, field)| bytes[*at..at + field.len()].copy_from_slice(field));
        [&at.to_le_bytes()[..], &(bytes.len() as u16).to_le_bytes(), &bytes].concat()
    };
    let long = |block: u8| [0, 8, 0, 0, block, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    // A file identifier: tag 257 with its checksum 2, version, no flags, two bytes of name, its entry.
    let name = [&[1, 1, 0, 0, 2][..], &[0; 11], &[1, 0, 0, 2], &long(2), &[0, 0, 8, b'x']].concat();
    [
        block(256, 2, &[(16, &[0, 24, 0, 0, 20, 0, 0, 0])]),
        block(20, 5, &[(188, &[0x2C, 1, 0, 0, 100, 0, 0, 0])]),
        block(21, 6, &[(212, &[0, 8]), (248, &long(0)), (264, &[6, 0, 0, 0, 1]), (440, &[1, 6, 1, 0, 0, 0])]),
        block(22, 8, &[]),
        block(300, 256, &[(400, &long(1))]),
        block(301, 261, &[(27, &[4]), (34, &[3]), (56, &[40]), (172, &[40]), (176, &name)]),
        block(302, 261, &[(27, &[5]), (56, &[1]), (172, &[8]), (176, &[1, 0, 0, 0, 9, 0, 0, 0])]),
    ]
    .concat()
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 150, ..Default::default() })]
    /// Whatever a drive answers, nothing falls over, fills the memory or goes on for ever; answers of an honest drive with some bytes changed get
    /// further than noise.
    #[test]
    fn a_drive_that_answers_with_garbage_is_borne(
        noise in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..3000),
        changes in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::prelude::any::<u8>()), 0..40),
    ) {
        static HONEST: std::sync::LazyLock<Vec<Vec<u8>>> =
            std::sync::LazyLock::new(|| BlankKind::ALL.map(of_a_blank).into_iter().chain([of_a_disc()]).collect());
        fuzz::run("drive", &noise);
        for mut said in HONEST.iter().cloned() {
            changes.iter().for_each(|(at, byte)| *at.get_mut(&mut said) = *byte);
            fuzz::run("drive", &said);
        }
    }
}

#[test]
fn the_seeds_are_good_input() {
    let mut seen = Vec::new();
    seeds(|target, name, bytes| {
        assert!(!bytes.is_empty(), "{target}/{name}");
        fuzz::run(target, bytes);
        seen.push(target.to_owned());
    });
    assert!(targets().into_iter().all(|target| seen.iter().any(|had| had == target)), "every fuzzer has a seed: {seen:?}");
}

#[test]
#[ignore = "writes the seeds to fuzz/corpus, before fuzzing"]
fn write_the_seeds() {
    seeds(|target, name, bytes| {
        let folder = folder().join("corpus").join(target);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), bytes).unwrap();
    });
}
