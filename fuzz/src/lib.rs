//! What the fuzz targets do, and what the ordinary tests do again with every input that once made one of them fail
//! (`tests/fuzzed.rs` includes this file).
//!
//! A target passes when it returns: errors are answers, but a panic, an endless loop or a giant allocation is a bug.
//!
//! ```sh
//! cargo test --no-default-features --test fuzzed -- --ignored   # writes seeds to fuzz/corpus
//! SPINDLE_FUZZ=nrg RUSTC_BOOTSTRAP=1 cargo fuzz run any fuzz/corpus/nrg -- -max_total_time=60
//! ```

use std::path::Path;
use std::sync::Arc;

use spindle::bytes::archive::{OpenArchive, SevenZ, Zip};
use spindle::bytes::audio;
use spindle::bytes::layers::{Bounds, Layer, Stop, bzip2, gzip, xz, zstd};
use spindle::disc::sector::{Form, Slice, Worth};
use spindle::disc::subchannel::Q;
use spindle::disc::{CdText, Lba, TrackMode};
use spindle::image::{self, FORMATS, Format, Image, Limits};

/// Targets besides the formats, each of which is one by its name.
pub const OTHERS: [&str; 5] = ["cd_text", "subchannel_q", "open", "audio", "packed"];

/// Runs a target.
pub fn run(target: &str, bytes: &[u8]) {
    match target {
        "cd_text" => cd_text(bytes),
        "subchannel_q" => bytes.as_chunks().0.iter().for_each(|channel| {
            if let Ok(q) = Q::parse(channel) {
                assert_eq!(Q::parse(&q.to_bytes()).as_ref(), Ok(&q), "what is understood can be said again");
            }
        }),
        "open" => open(bytes),
        "audio" => decode(bytes),
        "packed" => unpack(bytes),
        name => (image::by_name(name).expect("each target has the name of a format").parse_anything)(bytes, &Limits::default()),
    }
}

fn cd_text(bytes: &[u8]) {
    let (text, _) = CdText::from_container(bytes);
    if let Ok(packs) = text.to_packs(1, 99) {
        let (again, _) = CdText::from_packs(packs.as_flattened());
        assert_eq!(again.to_packs(1, 99).as_ref(), Ok(&packs), "what is written is read as the same");
    }
}

/// An audio file as a cue sheet names it: the first byte chooses the extension.
fn decode(bytes: &[u8]) {
    let [first, bytes @ ..] = bytes else { return };
    let extensions = ["wav", "aiff", "flac", "mp3", "ogg", "m4a"];
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let path = folder.path().join("x").with_extension(extensions[*first as usize % extensions.len()]);
    std::fs::write(&path, bytes).expect("a small file can be written");
    if let Ok(sound) = audio::open(&path) {
        let samples = sound.pcm;
        let mut sector = [0; 2352];
        for at in [0, samples.len() / 2, samples.len().saturating_sub(2352)] {
            // A stream may turn out damaged only here.
            let _ = samples.read_at(at, &mut sector);
        }
    }
}

/// A compressed file or an archive: the first byte chooses the kind.
fn unpack(bytes: &[u8]) {
    let [first, bytes @ ..] = bytes else { return };
    let (source, bounds) = (Arc::new(bytes.to_vec()), Bounds { unpacked: 4 << 20, stop: Stop::default() });
    let opened: Vec<Layer> = match first % 6 {
        0 => gzip::open(source, &bounds).into_iter().collect(),
        1 => xz::open(source, &bounds).into_iter().collect(),
        2 => bzip2::open(source, &bounds).into_iter().collect(),
        3 => zstd::open(source, &bounds).into_iter().collect(),
        kind => {
            let open: OpenArchive = if kind == 4 { Zip::open } else { SevenZ::open };
            let Ok(archive) = open(source, Some("x"), 100) else { return };
            (0..archive.members().len().min(4)).filter_map(|number| archive.open(number, Some("x"), &bounds).ok()).collect()
        }
    };
    for layer in opened {
        let mut piece = [0; 5000];
        for at in [0, layer.bytes.len() / 2, layer.bytes.len().saturating_sub(5000)] {
            // A stream may turn out damaged only here.
            let _ = layer.bytes.read_at(at, &mut piece);
        }
    }
}

/// An image of its files: the first byte chooses the format, two more tell how long the file to open is; what follows it is put
/// into a data file of each name that the format may look for.
fn open(bytes: &[u8]) {
    let [first, low, high, bytes @ ..] = bytes else { return };
    let format: &Format = FORMATS[*first as usize % FORMATS.len()];
    let (opened, data) = bytes.split_at(bytes.len().min(u16::from_le_bytes([*low, *high]) as usize));
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let path = folder.path().join("disc").with_extension(format.extensions[0]);
    std::fs::write(&path, opened).expect("a small file can be written");
    for extension in format.data_extensions {
        std::fs::write(folder.path().join("disc").with_extension(extension), data).expect("a small file can be written");
    }
    if let Ok(image) = image::open(&path, Limits::default()) {
        visit(&image);
    }
    assert_eq!(std::fs::read_dir(folder.path()).map_or(0, Iterator::count), 1 + format.data_extensions.len());
}

/// The same bytes as [`open`] takes them.
pub fn pack(format: &Format, opened: &Path, data: Option<&Path>) -> Vec<u8> {
    let index = FORMATS.iter().position(|known| known.name == format.name).unwrap_or(0) as u8;
    let opened = std::fs::read(opened).unwrap_or_default();
    let data = data.and_then(|data| std::fs::read(data).ok()).unwrap_or_default();
    [&[index], (opened.len().min(0xFFFF) as u16).to_le_bytes().as_slice(), &opened, &data].concat()
}

/// Does to an image what a person would: looks at every track, and asks what to make of it.
pub fn visit(image: &Image) {
    let disc = image.disc();
    for (_, track) in disc.tracks() {
        let form = Form::main(if track.mode == TrackMode::Dvd { Slice::COOKED } else { Slice::RAW });
        let mut sector = vec![0; form.size()];
        let inside = |n: u32| track.start + n.min(track.length.saturating_sub(1));
        let places: [Lba; 4] = [track.first().max(Lba(-150)), track.start, inside(1), inside(u32::MAX)];
        for at in places {
            // A data file that ends early is told only here.
            let _ = image.reader.read(at, form, &mut sector, &mut [Worth::Good]);
        }
    }
    for advice in image::advise(&image.reader) {
        assert!(!advice.why.is_empty());
    }
}
