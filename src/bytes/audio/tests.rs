use std::io;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::decoded::{Block, Cursor, Decoded, Source};
use super::shape::Shape;
use super::*;

pub(super) fn opened(file: &[u8]) -> Result<Arc<dyn Bytes>, AudioError> {
    open_bytes(Arc::new(file.to_vec())).map(|sound| sound.pcm)
}

pub(super) fn all(bytes: &dyn Bytes) -> Vec<u8> {
    read_some(bytes, 0, usize::MAX).unwrap()
}

pub(super) fn refusal(file: &[u8]) -> &'static str {
    match opened(file) {
        Err(AudioError::Unfit(why)) => why,
        Err(AudioError::Io(error)) => panic!("{error}"),
        Ok(_) => panic!("opened"),
    }
}

const CD: Shape = Shape::CD;

/// Numbers that look like chance, the same each time (Knuth's MMIX generator).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
}

/// Stereo PCM: tones, noise and silence in turn, loud at the end, where a compressor finds nothing to save.
pub(super) fn pcm(samples: u32) -> Vec<u8> {
    let mut chance = Chance(7);
    let mut bytes = Vec::new();
    for sample in 0..samples {
        let tone = |pitch: f64| (f64::from(sample) * pitch).sin() * 9000.0;
        let noise = (chance.next() & 0xFFFF) as i16;
        let (left, right) = match sample * 8 / samples {
            0 | 3 => (tone(0.05) as i16, tone(0.031) as i16),
            1 => (0, 0),
            7 => (noise, noise ^ 0x5555),
            _ => ((tone(0.01) as i16).wrapping_add(noise >> 5), tone(0.2) as i16),
        };
        bytes.extend(left.to_le_bytes().into_iter().chain(right.to_le_bytes()));
    }
    bytes
}

pub(super) fn chunk(id: &[u8; 4], size: u32, body: &[u8]) -> Vec<u8> {
    [id.as_slice(), &size.to_le_bytes(), body].concat()
}

pub(super) fn format(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let block = channels * bits / 8;
    let mut body = [tag.to_le_bytes(), channels.to_le_bytes()].concat();
    body.extend_from_slice(&rate.to_le_bytes());
    body.extend_from_slice(&(rate * u32::from(block)).to_le_bytes());
    body.extend_from_slice(&block.to_le_bytes());
    body.extend_from_slice(&bits.to_le_bytes());
    body
}

pub(super) fn wave(format: &[u8], pcm: &[u8]) -> Vec<u8> {
    let chunks = [chunk(b"fmt ", format.len() as u32, format), chunk(b"data", pcm.len() as u32, pcm)].concat();
    [b"RIFF".as_slice(), &(chunks.len() as u32 + 4).to_le_bytes(), b"WAVE", &chunks].concat()
}

fn riff(magic: &[u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    [magic.as_slice(), &[0xFF; 4], b"WAVE", &chunks.concat()].concat()
}

#[test]
fn waves_are_read_however_their_chunks_lie() {
    let pcm = pcm(100);
    let cd = chunk(b"fmt ", 16, &format(1, 2, 44_100, 16));
    let mut long = format(0xFFFE, 2, 44_100, 16);
    long.extend([22, 0, 16, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
    let data = chunk(b"data", 400, &pcm);
    let odd = chunk(b"LIST", 3, b"abc\0");
    let ds64 = chunk(b"ds64", 28, &[[0; 8], 400u64.to_le_bytes(), [0; 8]].concat()).into_iter().chain([0; 4]).collect();
    let endless = chunk(b"data", u32::MAX, &pcm);
    let files = [
        wave(&format(1, 2, 44_100, 16), &pcm),
        riff(b"RIFF", &[odd.clone(), chunk(b"fmt ", 40, &long), odd.clone(), data.clone(), odd.clone()]),
        riff(b"RIFF", &[data.clone(), odd.clone(), cd.clone()]),
        riff(b"RIFF", &[cd.clone(), chunk(b"data", 0, &pcm)]),
        riff(b"RIFF", &[cd.clone(), endless.clone()]),
        riff(b"RF64", &[ds64, cd.clone(), endless, odd]),
        riff(b"RIFF", &[cd, chunk(b"data", 4000, &pcm), vec![1, 2, 3]]),
    ];
    for (index, file) in files.iter().enumerate() {
        assert_eq!(all(&*opened(file).unwrap()), pcm, "file {index}");
        assert!(is_container(file));
    }
}

#[test]
fn a_wave_lies_in_its_file_unchanged() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), wave(&format(1, 2, 44_100, 16), &pcm(100))).unwrap();
    let bytes = open(file.path()).unwrap().pcm;
    assert_eq!(bytes.place(8).map(|place| (place.offset, place.len)), Some((52, 392)));
}

#[test]
fn what_is_no_cd_audio_is_refused_in_plain_words() {
    let sound = [0; 24];
    for (format, why) in [
        (format(1, 2, 44_100, 40), "has samples of no known size"),
        (format(1, 2, 1, 16), "is sampled at a rate that no sound is"),
        (format(1, 2, 383_999, 16), "is sampled at a rate that can't be converted to 44.1 kHz"),
        (format(1, 0, 44_100, 16), "has no channel"),
        (format(1, 9, 44_100, 16), "has more than eight channels: a CD is stereo"),
        (format(2, 2, 44_100, 4), "is a compressed WAVE file, which is not read"),
    ] {
        assert_eq!(refusal(&wave(&format, &sound)), why);
    }
    assert_eq!(refusal(b"MAC \x6E\x0F"), "is Monkey's Audio of a version that is not read (3.98 and 3.99 are)");
    assert_eq!(refusal(b"wvpk1234"), "is WavPack, which is not read");
    for unknown in [b"".as_slice(), b"R", b"not audio at all", &[0; 5000], &[0xFF; 5000]] {
        assert_eq!(refusal(unknown), "its format is not known here");
    }
}

#[test]
fn containers_are_told_from_raw_sound() {
    for head in [b"FORM....AIFC".as_slice(), b"fLaC", b"OggS\0\x02", b"ID3\x04\0\0\0\0\0\x02ab fLaC".as_slice()] {
        let head: Vec<u8> = head.iter().copied().filter(|byte| *byte != b' ').collect();
        assert!(is_container(&head), "{head:?}");
    }
    // The second begins as an MP3 does: so does raw sound.
    for head in [b"RIFF....AVI ".as_slice(), &[0xFF, 0xFB, 0x90, 0x64], b"", b"ID3", b"ID3\x04\0\0\x7F\x7F\x7F\x7F", &[0; 64]] {
        assert!(!is_container(head), "{head:?}");
    }
}

fn aiff(form: &[u8; 4], compression: &[u8], sound: &[u8]) -> Vec<u8> {
    aiff_of(form, compression, 16, sound)
}

pub(super) fn aiff_of(form: &[u8; 4], compression: &[u8], bits: u8, sound: &[u8]) -> Vec<u8> {
    let rate = [0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0];
    let mut common = [0, 2].to_vec();
    common.extend_from_slice(&(sound.len() as u32 * 4 / u32::from(bits)).to_be_bytes());
    common.extend_from_slice(&[&[0, bits], rate.as_slice(), compression].concat());
    let chunk = |id: &[u8; 4], body: &[u8]| [id.as_slice(), &(body.len() as u32).to_be_bytes(), body].concat();
    // The first sample may be set off: here by 2 bytes.
    let sound = [[0, 0, 0, 2, 0, 0, 0, 0, 9, 9].as_slice(), sound].concat();
    [b"FORM", [0; 4].as_slice(), form, b"TEXT\0\0\0\x01a\0", &chunk(b"SSND", &sound), &chunk(b"COMM", &common)].concat()
}

#[test]
fn aiffs_are_read_in_both_byte_orders_and_from_any_byte() {
    let pcm = pcm(100);
    let swapped: Vec<u8> = pcm.chunks(2).flat_map(|word| [word[1], word[0]]).collect();
    for file in [aiff(b"AIFF", b"", &swapped), aiff(b"AIFC", b"NONE", &swapped), aiff(b"AIFC", b"sowt", &pcm)] {
        let bytes = opened(&file).unwrap();
        assert_eq!(all(&*bytes), pcm);
        for (from, to) in [(0, 1), (1, 2), (1, 1), (1, 3), (2, 5), (3, 8), (397, 400), (399, 400), (400, 400)] {
            let mut some = vec![0; to - from];
            bytes.read_at(from as u64, &mut some).unwrap();
            assert_eq!(some, pcm[from..to], "{from}..{to}");
        }
        assert!(bytes.read_at(399, &mut [0; 2]).is_err() && bytes.read_at(u64::MAX, &mut [0; 2]).is_err());
    }
    assert_eq!(refusal(&aiff(b"AIFC", b"ima4", &pcm)), "is a compressed AIFF file, which is not read");
}

/// A stream whose samples are their own numbers, in blocks of 1000, that counts how often it was sought.
struct Numbers {
    seeks: AtomicUsize,
    damaged: std::ops::Range<u64>,
}

struct At(u64, std::ops::Range<u64>);

impl Source for Arc<Numbers> {
    fn cursor(&self, sample: u64) -> io::Result<Box<dyn Cursor>> {
        self.seeks.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(At(sample - sample % 1000, self.damaged.clone())))
    }
}

impl Cursor for At {
    fn next(&mut self) -> io::Result<Block> {
        if self.1.contains(&self.0) {
            // A decoder goes on behind a block that it can't decode.
            self.0 = self.1.end;
        }
        let start = self.0;
        self.0 += 1000;
        Ok(Block { start, pcm: (start..self.0).flat_map(|sample| (sample as u32).to_le_bytes()).collect() })
    }
}

fn number(bytes: &dyn Bytes, sample: u64) -> io::Result<u32> {
    let mut word = [0; 4];
    bytes.read_at(sample * 4, &mut word)?;
    Ok(u32::from_le_bytes(word))
}

#[test]
fn two_places_are_read_in_turn_without_seeking() {
    let source = Arc::new(Numbers { seeks: AtomicUsize::new(0), damaged: 0..0 });
    let bytes = Decoded::new(source.clone(), 50_000_000, CD);
    for sample in (0..1_000_000).step_by(700) {
        assert_eq!(number(&bytes, sample).unwrap(), sample as u32);
        assert_eq!(number(&bytes, sample + 20_000_000).unwrap(), sample as u32 + 20_000_000);
    }
    assert_eq!(source.seeks.load(Ordering::Relaxed), 2);
    assert_eq!(number(&bytes, 49_999_999).unwrap(), 49_999_999);
    assert!(number(&bytes, 50_000_000).is_err());
}

#[test]
fn damage_is_told_where_it_is_and_nowhere_else() {
    let source = Arc::new(Numbers { seeks: AtomicUsize::new(0), damaged: 40_000..42_000 });
    let bytes = Decoded::new(source, 100_000, CD);
    for sample in (0..100_000).step_by(500) {
        let read = number(&bytes, sample);
        if (40_000..42_000).contains(&sample) {
            assert_eq!(read.unwrap_err().kind(), io::ErrorKind::InvalidData, "{sample}");
        } else {
            assert_eq!(read.unwrap(), sample as u32);
        }
    }
}

/// Runs a program that makes `output` from `input`; none where it is not installed.
pub(super) fn made_by(program: &str, options: &str, input: &[u8], suffixes: (&str, &str)) -> Option<Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    let (from, to) = (dir.path().join(suffixes.0), dir.path().join(suffixes.1));
    std::fs::write(&from, input).unwrap();
    let arguments = options.split(' ').map(|option| match option {
        "IN" => from.as_os_str(),
        "OUT" => to.as_os_str(),
        option => option.as_ref(),
    });
    match Command::new(program).args(arguments).output() {
        Err(_) => {
            println!("skipped: {program} is not installed");
            None
        }
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(std::fs::read(&to).unwrap())
        }
    }
}

pub(super) fn ffmpeg(options: &str, input: &[u8], suffixes: (&str, &str)) -> Option<Vec<u8>> {
    made_by("ffmpeg", &format!("-v error -i IN {options} OUT"), input, suffixes)
}

fn flac(options: &str, pcm: &[u8]) -> Option<Vec<u8>> {
    let options = format!("--totally-silent {options} -o OUT IN");
    made_by("flac", &options, &wave(&format(1, 2, 44_100, 16), pcm), ("in.wav", "out.flac"))
}

/// Reads at many places, forth and back, and compares with the whole.
pub(super) fn reads_as(bytes: &Arc<dyn Bytes>, whole: &[u8]) {
    let mut chance = Chance(3);
    assert_eq!(bytes.len(), whole.len() as u64);
    for _ in 0..30 {
        let from = chance.next() as usize % whole.len();
        let to = (from + chance.next() as usize % 20_000).min(whole.len());
        let mut some = vec![0; to - from];
        bytes.read_at(from as u64, &mut some).unwrap();
        assert!(some == whole[from..to], "{from}..{to} differ");
    }
}

/// The same, each time from a stream that has nothing in its cache and no cursor.
pub(super) fn reads_as_afresh(file: &[u8], whole: &[u8]) {
    for from in (0..whole.len()).step_by(whole.len() / 7).chain([whole.len() - 4]) {
        let to = (from + 20_000).min(whole.len());
        let mut some = vec![0; to - from];
        opened(file).unwrap().read_at(from as u64, &mut some).unwrap();
        assert!(some == whole[from..to], "{from}..{to} differ");
    }
}

#[test]
fn flacs_are_read_as_the_reference_decoder_does() {
    let pcm = pcm(66_211);
    for options in ["-8", "-0 -b 192", "-5 --lax -b 30000 --no-seektable", "--no-padding -5 -b 4608"] {
        let Some(file) = flac(options, &pcm) else { return };
        let raw = "-d --totally-silent --force-raw-format --endian=little --sign=signed -o OUT IN";
        let Some(reference) = made_by("flac", raw, &file, ("in.flac", "out.raw")) else { return };
        assert!(reference == pcm);
        let bytes = opened(&file).unwrap();
        assert!(all(&*bytes) == reference, "{options}");
        reads_as(&bytes, &reference);
        reads_as_afresh(&file, &reference);
    }
}

#[test]
fn many_threads_read_one_flac() {
    let pcm = pcm(44_100);
    let Some(file) = flac("-5", &pcm) else { return };
    let bytes = opened(&file).unwrap();
    std::thread::scope(|scope| {
        for part in pcm.chunks(pcm.len() / 6).enumerate() {
            let bytes = &bytes;
            scope.spawn(move || {
                let mut some = vec![0; part.1.len()];
                bytes.read_at((part.0 * (44_100 * 4 / 6)) as u64, &mut some).unwrap();
                assert!(some == part.1);
            });
        }
    });
}

#[test]
fn flacs_between_tags_and_of_unstated_length_are_whole() {
    let pcm = pcm(44_100);
    let Some(file) = flac("-5", &pcm) else { return };
    let mut tail = b"APETAGEX\xD0\x07\0\0\x28\0\0\0\0\0\0\0\0\0\0\x80\0\0\0\0\0\0\0\0".to_vec();
    let mut apes = [b"APETAGEX", [1; 24].as_slice(), b"12345678"].concat();
    apes.append(&mut tail);
    let id3v1 = [b"TAG", [b' '; 125].as_slice()].concat();
    let tagged = [b"ID3\x03\0\0\0\0\x01\x02", [5; 130].as_slice(), &file, &apes, &id3v1].concat();
    assert!(is_container(&tagged));
    assert!(all(&*opened(&tagged).unwrap()) == pcm);
    // Encoders that left the smallest block size 0 exist (Symphonia issue 554): the reference decoder does not mind.
    let mut unknown_blocks = file.clone();
    unknown_blocks[8..10].fill(0);
    assert!(all(&*opened(&unknown_blocks).unwrap()) == pcm);
    let mut unstated = file;
    unstated[21] &= 0xF0;
    unstated[22..26].fill(0);
    assert!(all(&*opened(&unstated).unwrap()) == pcm);
}

#[test]
fn a_flac_that_is_cut_or_damaged_says_so() {
    let pcm = pcm(88_200);
    let Some(file) = flac("-5", &pcm) else { return };
    assert_eq!(refusal(&file[..file.len() - 1]), "is cut short: it ends before the length that it states");
    assert_eq!(refusal(&file[..file.len() / 2]), "is cut short: it ends before the length that it states");
    let mut damaged = file.clone();
    let middle = file.len() * 5 / 8;
    damaged[middle] ^= 1;
    let bytes = opened(&damaged).unwrap();
    let (mut bad, mut good) = (0, 0);
    for (index, part) in pcm.chunks(4000).enumerate() {
        let mut some = vec![0; part.len()];
        match bytes.read_at(index as u64 * 4000, &mut some) {
            Ok(()) => {
                assert!(some == part);
                good += 1;
            }
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::InvalidData);
                bad += 1;
            }
        }
    }
    // One frame of 4096 samples is gone, which reaches into six of these parts at most.
    assert!((1..=6).contains(&bad) && good > 80, "{bad} bad, {good} good");
}

/// The largest difference of two PCM streams of one length.
pub(super) fn difference(one: &[u8], other: &[u8]) -> i32 {
    assert_eq!(one.len(), other.len());
    let sample = |word: &[u8]| i32::from(i16::from_le_bytes([word[0], word[1]]));
    one.chunks(2).zip(other.chunks(2)).map(|(one, other)| (sample(one) - sample(other)).abs()).max().unwrap_or(0)
}

/// Lossy files are as long as what they were made from, are what ffmpeg decodes, and are the same from wherever one reads.
fn check_lossy(options: &str, suffix: &str, samples: u32) -> Option<()> {
    let pcm = pcm(samples);
    let file = ffmpeg(options, &wave(&format(1, 2, 44_100, 16), &pcm), ("in.wav", suffix))?;
    let bytes = opened(&file).unwrap();
    let whole = all(&*bytes);
    assert_eq!(whole.len(), pcm.len(), "{options}");
    // For Ogg sox, which uses the reference decoder: ffmpeg adds 64 samples where the last block is a short one.
    let reference = match suffix {
        "out.ogg" => made_by("sox", "-D IN -t raw -e signed -b 16 OUT", &file, (suffix, "out.raw"))?,
        _ => ffmpeg("-f f32le", &file, (suffix, "out.raw")).map(|floats| {
            let float = |word: &[u8]| f32::from_le_bytes(word.try_into().unwrap());
            CD.bytes_of(&floats.chunks(4).map(float).collect::<Vec<_>>())
        })?,
    };
    assert!(difference(&whole, &reference) <= 1, "{options}");
    reads_as(&bytes, &whole);
    reads_as_afresh(&file, &whole);
    Some(())
}

#[test]
fn mp3s_are_as_long_as_their_source_and_the_same_from_everywhere() {
    for rate in ["-b:a 128k", "-b:a 32k", "-q:a 0", "-b:a 320k -write_id3v1 1"] {
        if check_lossy(&format!("-c:a libmp3lame {rate}"), "out.mp3", 20_001).is_none() {
            return;
        }
    }
}

#[test]
fn an_mp3_cut_out_of_a_longer_one_or_joined_of_two_is_read() {
    let wave = wave(&format(1, 2, 44_100, 16), &pcm(40_000));
    let Some(file) = ffmpeg("-c:a libmp3lame -b:a 128k", &wave, ("in.wav", "out.mp3")) else { return };
    let cut = opened(&file[file.len() / 2..]).unwrap();
    assert!((75_000..=85_000).contains(&all(&*cut).len()), "{}", cut.len());
    let tag = [b"ID3\x03\0\0\0\0\x10\0".as_slice(), &[0xFF; 2048]].concat();
    let one = opened(&file).unwrap();
    let two = opened(&[file.as_slice(), &tag, &file].concat()).unwrap();
    assert!(two.len() > 2 * one.len() && read_some(&*two, 0, 100_000).unwrap() == all(&*one)[..100_000]);
    assert_eq!(refusal(&[file, vec![1; 17 << 20]].concat()), "is an MP3 file with much in it that is no sound");
}

#[test]
fn oggs_are_as_long_as_their_source_and_the_same_from_everywhere() {
    for (quality, samples) in [("-q:a 5 -page_duration 50000", 20_001), ("-q:a 0", 9000), ("-q:a 9", 300)] {
        if check_lossy(&format!("-c:a libvorbis {quality}"), "out.ogg", samples).is_none() {
            return;
        }
    }
    let wave = wave(&format(1, 2, 44_100, 16), &pcm(5000));
    let Some(file) = ffmpeg("-c:a libopus", &wave, ("in.wav", "out.ogg")) else { return };
    assert_eq!(refusal(&file), "is Opus, which is not read");
}

#[test]
fn sox_agrees() {
    let pcm = pcm(3000);
    let wave = wave(&format(1, 2, 44_100, 16), &pcm);
    for suffix in ["out.aiff", "out.aifc", "out.flac", "out.wav"] {
        let Some(file) = made_by("sox", "-D IN OUT", &wave, ("in.wav", suffix)) else { return };
        assert!(all(&*opened(&file).unwrap()) == pcm, "{suffix}");
    }
}

/// Opens what may be anything and reads it here and there: whatever happens, it ends, and not in a panic.
pub(super) fn survive(file: Vec<u8>) {
    let Ok(bytes) = opened(&file) else { return };
    for at in [0, bytes.len() / 3, bytes.len().saturating_sub(4096)] {
        let _ = read_some(&*bytes, at, 4096);
    }
    assert!(bytes.read_at(u64::MAX - 1, &mut [0; 4096]).is_err());
}

/// The file at every length, and with bytes changed by chance, `rounds` times.
pub(super) fn mutated(file: &[u8], rounds: u64) -> impl Iterator<Item = Vec<u8>> {
    let lengths = (0..file.len().min(300)).chain((300..file.len()).step_by(file.len() / 40 + 1));
    let change = |round| {
        let mut chance = Chance(round);
        let mut changed = file.to_vec();
        // Half of the time near the beginning, where the numbers are.
        let range = if round % 2 == 0 { file.len().min(100) } else { file.len() };
        for _ in 0..=chance.next() % 4 {
            let at = chance.next() as usize % range;
            changed[at] = match chance.next() % 4 {
                0 => 0,
                1 => 0xFF,
                2 => changed[at] ^ 1 << (chance.next() % 8),
                _ => chance.next() as u8,
            };
        }
        changed
    };
    lengths.map(|len| file[..len].to_vec()).chain((0..rounds).map(change))
}

/// All of them are survived.
pub(super) fn mutate(file: &[u8], rounds: u64) {
    mutated(file, rounds).for_each(survive);
}

#[test]
fn hostile_waves_and_aiffs_do_no_harm() {
    let pcm = pcm(20);
    mutate(&riff(b"RF64", &[chunk(b"ds64", 16, &[0xFF; 16]), wave(&format(1, 2, 44_100, 16), &pcm)[12..].to_vec()]), 2000);
    mutate(&aiff(b"AIFC", b"NONE", &pcm), 2000);
    survive([b"FORM\xFF\xFF\xFF\xFFAIFF".as_slice(), &[0; 100_000]].concat());
    survive(riff(b"RIFF", &[vec![0; 100_000]]));
    survive(riff(b"RIFF", &[chunk(b"data", u32::MAX, b""), chunk(b"fmt ", u32::MAX, b"")]));
}

const ROUNDS: u64 = 60;

#[test]
fn hostile_flacs_do_no_harm() {
    let Some(file) = flac("-5 -b 576 --no-padding", &pcm(2000)) else { return };
    mutate(&file, ROUNDS);
    // A seek table and a picture that claim everything are never looked at.
    let hostile = [&file[..4], &[0], &file[5..42], &[3, 0, 0, 18], &[0xFF; 18], &[6, 0, 0, 8], &[0xFF; 8], &file[42..]].concat();
    assert_eq!(opened(&hostile).unwrap().len(), 8000);
    survive(hostile);
}

/// A CRC that begins with 0 and takes the highest bit first, `bits` wide.
fn crc(bytes: &[u8], bits: u32, polynomial: u32) -> u32 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << (bits - 8), |crc, _| {
            let next = if crc >> (bits - 1) & 1 == 1 { crc << 1 ^ polynomial } else { crc << 1 };
            next & ((1 << bits) - 1)
        })
    })
}

/// Blocks of 192, 576, 1152, 2304 and 4608 samples in turn (codes 1 to 5), each of one value, as RFC 9639 §9 lays them out.
#[test]
fn flacs_whose_blocks_vary_in_size_are_read() {
    let (mut frames, mut pcm) = (Vec::new(), Vec::new());
    for index in 0..30u32 {
        let (code, value) = (index % 5 + 1, (index * 77) as i16);
        let size = if code == 1 { 192 } else { 576 << (code - 2) };
        let start = char::from_u32(pcm.len() as u32 / 4).unwrap().to_string();
        let mut frame = [&[0xFF, 0xF9, (code << 4) as u8 | 9, 0x18], start.as_bytes()].concat();
        frame.push(crc(&frame, 8, 0x07) as u8);
        (0..2).for_each(|_| frame.extend([&[0], value.to_be_bytes().as_slice()].concat()));
        frame.extend((crc(&frame, 16, 0x8005) as u16).to_be_bytes());
        frames.extend(frame);
        (0..size * 2).for_each(|_| pcm.extend(value.to_le_bytes()));
    }
    let numbers = (44_100u32 << 12 | 1 << 9 | 15 << 4).to_be_bytes();
    let samples = (pcm.len() as u32 / 4).to_be_bytes();
    let info = [[0, 192, 0x12, 0, 0, 0, 0, 0, 0, 0].as_slice(), &numbers, &samples, &[0; 16]].concat();
    let file = [b"fLaC\x80\0\0\x22", info.as_slice(), &frames].concat();
    let bytes = opened(&file).unwrap();
    assert!(all(&*bytes) == pcm);
    reads_as(&bytes, &pcm);
    reads_as_afresh(&file, &pcm);
}

#[test]
fn hostile_flac_frames_with_the_right_checksums_do_no_harm() {
    let pcm = pcm(1536);
    for part in pcm.chunks(192 * 4) {
        // One frame: 6 bytes of header of which the last is its CRC-8, then the sound, then a CRC-16.
        let Some(file) = flac("-8 -b 192 --no-padding --no-seektable", part) else { return };
        let sync = file[42..].windows(2).rposition(|pair| pair == [0xFF, 0xF8]);
        let header = 42 + sync.unwrap();
        let frame = &file[header..];
        assert_eq!((crc(&frame[..5], 8, 0x07), crc(frame, 16, 0x8005)), (u32::from(frame[5]), 0));
        for round in 0..ROUNDS * 2 {
            let (mut chance, mut changed) = (Chance(round), frame.to_vec());
            for _ in 0..=chance.next() % 3 {
                let range = if round % 2 == 0 { frame.len().min(24) } else { frame.len() };
                let at = 6 + chance.next() as usize % (range - 6);
                changed[at] = chance.next() as u8;
            }
            (changed[0], changed[1]) = (0xFF, 0xF8);
            changed[5] = crc(&changed[..5], 8, 0x07) as u8;
            let len = changed.len() - 2;
            let sum = crc(&changed[..len], 16, 0x8005) as u16;
            changed[len..].copy_from_slice(&sum.to_be_bytes());
            let file = [&file[..header], &changed].concat();
            assert!(opened(&file).is_ok(), "the frame is not taken for one, so that nothing is tried");
            survive(file);
        }
    }
}

#[test]
fn hostile_mp3s_do_no_harm() {
    let wave = wave(&format(1, 2, 44_100, 16), &pcm(4000));
    let Some(file) = ffmpeg("-c:a libmp3lame -b:a 64k", &wave, ("in.wav", "out.mp3")) else { return };
    mutate(&file, ROUNDS);
    mutate(&file[file.len() / 2..], ROUNDS);
}

#[test]
fn hostile_oggs_do_no_harm() {
    let wave = wave(&format(1, 2, 44_100, 16), &pcm(1500));
    let Some(file) = ffmpeg("-c:a libvorbis -q:a 0", &wave, ("in.wav", "out.ogg")) else { return };
    mutate(&file, ROUNDS);
}
