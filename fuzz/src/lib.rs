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
use std::time::Duration;

use spindle::bytes::archive::{OpenArchive, SevenZ, Zip};
use spindle::bytes::audio;
use spindle::bytes::layers::{Bounds, Layer, Stop, bzip2, gzip, xz, zstd};
use spindle::disc::sector::{Form, Slice, Worth};
use spindle::disc::subchannel::Q;
use spindle::disc::{CdText, Disc, DiscReader, Lba, Medium, Track, TrackMode};
use spindle::drive::sense::Sense;
use spindle::drive::transport::{Data, Transport, TransportError};
use spindle::drive::{self, Ask, AudioReading, DriveReader, POINTERS, mmc, recorder};
use spindle::filesystem::{iso9660, udf};
use spindle::image::{self, FORMATS, Format, Image, Limits};
use spindle::virtual_drive::{Blank, BlankKind, Device, Manners};

/// Targets besides the formats, each of which is one by its name.
pub const OTHERS: [&str; 8] = ["cd_text", "subchannel_q", "open", "audio", "packed", "drive", "recorder", "file_systems"];

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
        "drive" => ask(Box::new(Garbage { bytes: bytes.to_vec(), at: 0, commands: 0 })),
        "recorder" => record(bytes),
        "file_systems" => walk(bytes),
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

/// A drive that answers every command with what the fuzzer says, over and over; then it is gone.
struct Garbage {
    bytes: Vec<u8>,
    at: usize,
    commands: u32,
}

/// Commands after which that drive is gone: an honest one is asked less.
const MOST_COMMANDS: u32 = 3000;

impl Garbage {
    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at = (self.at + 1) % self.bytes.len().max(1);
        byte
    }
}

impl Transport for Garbage {
    /// A byte chooses what comes: data with two bytes of length, which may be a lie, or an error.
    fn execute(&mut self, _cdb: &[u8], data: Data<'_>, _timeout: Duration) -> Result<usize, TransportError> {
        self.commands += 1;
        if self.commands > MOST_COMMANDS {
            return Err(TransportError::Gone);
        }
        match self.byte() {
            0xF0 => Err(TransportError::Gone),
            0xF1 => Err(TransportError::TimedOut),
            0xF2 => Err(TransportError::Denied),
            0xF3 => Err(TransportError::Status(self.byte())),
            0xF4 => Err(TransportError::Io(std::io::ErrorKind::Other.into())),
            0xF5.. => {
                let sense: Vec<u8> = (0..18).map(|_| self.byte()).collect();
                Err(Sense::parse(&sense).map_or(TransportError::Status(2), TransportError::Check))
            }
            _ => {
                let len = usize::from(u16::from_le_bytes([self.byte(), self.byte()]));
                if let Data::In(into) = data {
                    into.iter_mut().take(len).for_each(|byte| *byte = self.byte());
                }
                Ok(len)
            }
        }
    }

    fn most_bytes(&self) -> usize {
        64 << 10
    }
}

/// Bytes that a command of [`record`] brings itself; where it brings more, they are zeros.
pub const FEW: u16 = 64;
/// Said instead of a number of bytes: the command asks for an answer.
pub const ASKS: u16 = u16::MAX;

/// A blank in the recorder in software is told whatever the fuzzer says. The first byte chooses its kind; then come commands of twelve bytes, each with the
/// number of bytes that it brings, and those if they are few.
fn record(bytes: &[u8]) {
    let [first, rest @ ..] = bytes else { return };
    let kind = BlankKind::ALL[usize::from(*first) % BlankKind::ALL.len()];
    let mut device = Device::new(Manners::default());
    device.insert_blank(Blank::of(kind, 4096), Vec::new()).expect("there is room for a temporary file");
    let (mut rest, mut answer) = (rest, vec![0; 4096]);
    while let Some((command, behind)) = rest.split_first_chunk::<14>() {
        rest = behind;
        let (cdb, len) = command.split_at(12);
        let data = match u16::from_le_bytes([len[0], len[1]]) {
            0 => Data::None,
            ASKS => Data::In(&mut answer),
            len if len <= FEW => {
                let (few, behind) = rest.split_at(rest.len().min(len.into()));
                rest = behind;
                Data::Out(few)
            }
            len => Data::Out(&ZEROS[..len.into()]),
        };
        let _ = device.execute(cdb, data, Duration::from_secs(1));
    }
    if let Some(disc) = device.recorded() {
        assert_eq!(disc.disc().check(), Ok(()), "what is recorded is a disc");
    }
}

static ZEROS: [u8; ASKS as usize] = [0; ASKS as usize];

/// Does to a drive what a person would: asks it everything, looks at the disc, and reads of every track.
pub fn ask(mut transport: Box<dyn Transport>) {
    let drive = &mut *transport;
    assert!(drive::report(drive).len() < 4 << 20);
    let _ = (mmc::inquiry(drive), mmc::serial_number(drive), mmc::mechanical_page(drive), mmc::media_event(drive));
    let _ = (mmc::read_format_capacities(drive), mmc::read_pma(drive), mmc::write_speeds(drive), mmc::request_sense(drive));
    if let Ok(configuration) = mmc::get_configuration(drive) {
        assert!(configuration.written().len() <= configuration.profiles().len());
    }
    plan_for(drive);
    let Ok(details) = drive::look(drive) else { return };
    let Some(disc) = details.disc else { return };
    assert_eq!(disc.check(), Ok(()), "what a drive tells is checked");
    let mut reader = DriveReader::new(disc.clone(), transport).with_user_data_only(details.user_data_only);
    read_tracks(&reader);
    for offset in [0, 667, -1200] {
        reader.set_audio(AudioReading { offset, before: 1, behind: 1, c2: true });
        let sub = reader.has_subchannel();
        let (mut line, mut c2) = (vec![0; reader.line(sub)], vec![0; POINTERS]);
        let at = disc.tracks().last().map_or(Lba(0), |(_, track)| track.end() - 1);
        let _ = reader.attempt(Ask { at, count: 1, sub, from_disc: true }, &mut line, &mut c2);
        let _ = reader.displace(at, 100);
    }
}

/// What the drive says of a blank, and what would be written on that.
fn plan_for(drive: &mut dyn Transport) {
    let Ok(recordable) = recorder::look_at_blank(drive) else { return };
    let track = |mode, sectors| Track::new(1, mode, Lba(0), sectors);
    let discs = [
        Disc::new(Medium::Cd, vec![track(TrackMode::Audio, 600)]),
        Disc::new(Medium::Cd, vec![track(TrackMode::Mode1, 600)]),
        Disc::new(Medium::Dvd, vec![track(TrackMode::Dvd, 5_000)]),
    ];
    for disc in &discs {
        for mode in std::iter::once(None).chain(recorder::Mode::ALL.map(Some)) {
            let wish = recorder::BurnWish { mode, ..Default::default() };
            let Ok(plan) = recorder::plan(disc, &|_| None, &recordable, &wish) else { continue };
            assert!(plan.needed <= plan.free, "what does not fit is refused");
            assert!(plan.runs().iter().map(|run| run.sectors).sum::<u32>() <= disc.sectors() + 150);
            assert_eq!(plan.outcome().tracks().count(), 1);
        }
    }
}

/// Blocks of a track, each with its number, its length and its bytes; the checksum of a UDF tag is made right, which no fuzzer would guess.
fn walk(mut bytes: &[u8]) {
    let mut blocks = std::collections::HashMap::new();
    while let [low, high, len_low, len_high, rest @ ..] = bytes {
        let len = usize::from(u16::from_le_bytes([*len_low, *len_high])).min(2048).min(rest.len());
        let mut block = [0; 2048];
        block[..len].copy_from_slice(&rest[..len]);
        let sum = block[..16].iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)).wrapping_sub(block[4]);
        block[4] = if block.starts_with(b"CD001") || &block[1..6] == b"CD001" { block[4] } else { sum };
        blocks.insert(u32::from(u16::from_le_bytes([*low, *high])), block);
        bytes = &rest[len..];
    }
    let read = |at: u32| blocks.get(&at).copied();
    let mut shown = 0u32;
    let mut show = |path: &str, _: std::ops::Range<u32>| shown += u32::from(path.starts_with('/'));
    udf::walk(0..0x1_0000, &read, &mut show);
    iso9660::walk(0, &read, &mut show);
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
    read_tracks(&*image.reader);
    for advice in image::advise(&image.reader) {
        assert!(!advice.why.is_empty());
    }
}

fn read_tracks(reader: &dyn DiscReader) {
    for (_, track) in reader.disc().tracks() {
        let form = Form::main(if track.mode == TrackMode::Dvd { Slice::COOKED } else { Slice::RAW });
        let mut sector = vec![0; form.size()];
        let inside = |n: u32| track.start + n.min(track.length.saturating_sub(1));
        let places: [Lba; 4] = [track.first().max(Lba(-150)), track.start, inside(1), inside(u32::MAX)];
        for at in places {
            // A data file that ends early is told only here.
            let _ = reader.read(at, form, &mut sector, &mut [Worth::Good]);
        }
    }
}
