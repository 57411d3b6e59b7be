//! The demo disc: a small mixed-mode CD made from nothing.

use std::f64::consts::TAU;
use std::io::Cursor;
use std::sync::Arc;

use hadris_iso::read::PathSeparator;
use hadris_iso::write::options::{BaseIsoLevel, CreationFeatures, IsoFormatOptions};
use hadris_iso::write::{File, InputFiles, IsoCreationError, IsoImageWriter};

use super::JobError;
use crate::bytes::Bytes;
use crate::disc::cd_text::Field;
use crate::disc::sector::{RAW, Slice};
use crate::disc::{CdText, Control, Disc, DiscReader, Isrc, Lba, Mcn, Medium, Track, TrackMode};
use crate::image::{Extent, ExtentReader};

/// Its name, and that of its files.
pub const DEMO_NAME: &str = "Spindle demo";
/// Sectors of the data track: four seconds, the least that a track may have (ECMA-130, clause 20).
const DATA_SECTORS: u32 = 302;
/// Sectors of the gap between data and audio.
const GAP: u32 = 150;
/// Sectors of each audio track.
const AUDIO_SECTORS: u32 = 375;
/// Samples a second.
const RATE: f64 = 44_100.0;

/// The demo disc: a data track with files, two audio tracks with tones, CD-TEXT, ISRC, MCN, a pregap and an index 2.
pub fn demo_disc() -> Result<Arc<dyn DiscReader>, JobError> {
    let mut data = files().map_err(JobError::Author)?;
    data.resize(DATA_SECTORS as usize * Slice::COOKED.size(), 0);
    let first_tone = Lba(0) + DATA_SECTORS + GAP;
    let second_tone = first_tone + AUDIO_SECTORS;
    let store = |start, sectors, bytes: Vec<u8>, slice: Slice| {
        let bytes: Arc<dyn Bytes> = Arc::new(bytes);
        Extent::plain(start, sectors, bytes, 0, slice.size() as u32, slice)
    };
    let extents = vec![
        store(Lba(0), DATA_SECTORS, data, Slice::COOKED),
        store(first_tone, AUDIO_SECTORS, tone(440.0, 554.4), Slice::RAW),
        store(second_tone, AUDIO_SECTORS, tone(659.3, 880.0), Slice::RAW),
    ];
    let reader = ExtentReader::new(disc(first_tone, second_tone), extents);
    Ok(Arc::new(reader.expect("its layout is constant, and a test reads it")))
}

fn disc(first_tone: Lba, second_tone: Lba) -> Disc {
    let mut data = Track::new(1, TrackMode::Mode1, Lba(0), DATA_SECTORS);
    data.pregap = GAP;
    let audio = |number, start, isrc| {
        let mut track = Track::new(number, TrackMode::Audio, start, AUDIO_SECTORS);
        track.control = Control { copy: true, ..Control::default() };
        track.isrc = Isrc::new(isrc).ok();
        track
    };
    let mut first = audio(2, first_tone, b"XXSPD2600001");
    first.pregap = GAP;
    let mut second = audio(3, second_tone, b"XXSPD2600002");
    second.indexes = vec![second_tone + AUDIO_SECTORS / 2];
    let mut disc = Disc::new(Medium::Cd, vec![data, first, second]);
    disc.mcn = Mcn::new(b"0123456789012").ok();
    disc.cd_text = cd_text();
    disc
}

fn cd_text() -> CdText {
    let mut text = CdText::default();
    for (track, title) in [(0, DEMO_NAME), (1, "Files"), (2, "Major third"), (3, "Fourth")] {
        text.set(track, Field::Title, title);
        text.set(track, Field::Performer, "Spindle");
    }
    text
}

/// A file system with a few small files.
fn files() -> Result<Vec<u8>, IsoCreationError> {
    let file =
        |name: &str, contents: &str| File::File { name: Arc::new(name.to_owned()), contents: contents.as_bytes().to_vec() };
    let readme = "This disc was made by Spindle, from nothing.\r\nTrack 1 holds these files, tracks 2 and 3 two tones each.\r\n";
    let table = "track,left Hz,right Hz\r\n2,440.0,554.4\r\n3,659.3,880.0\r\n";
    let input = InputFiles {
        path_separator: PathSeparator::ForwardSlash,
        files: vec![
            file("README.TXT", readme),
            File::Directory { name: Arc::new("TONES".to_owned()), children: vec![file("TONES.CSV", table)] },
        ],
    };
    let options = IsoFormatOptions {
        volume_name: "SPINDLE_DEMO".to_owned(),
        sector_size: 2048,
        path_separator: PathSeparator::ForwardSlash,
        features: CreationFeatures {
            filenames: BaseIsoLevel::Level1 { supports_lowercase: false, supports_rrip: false },
            ..CreationFeatures::default()
        },
        system_id: None,
        volume_set_id: None,
        publisher_id: None,
        preparer_id: None,
        application_id: None,
        strict_charset: true,
    };
    let mut image = Cursor::new(vec![0; DATA_SECTORS as usize * Slice::COOKED.size()]);
    IsoImageWriter::create(&mut image, input, options)?;
    Ok(image.into_inner())
}

/// A tone in each ear, swelling and fading, so that it neither clicks nor startles.
fn tone(left: f64, right: f64) -> Vec<u8> {
    let samples = AUDIO_SECTORS as usize * RAW / 4;
    let mut bytes = Vec::with_capacity(samples * 4);
    for n in 0..samples {
        let level = 8000.0 * (TAU / 2.0 * n as f64 / samples as f64).sin();
        for frequency in [left, right] {
            let sample = level * (TAU * frequency * n as f64 / RATE).sin();
            bytes.extend_from_slice(&(sample as i16).to_le_bytes());
        }
    }
    bytes
}
