use std::process::Command;
use std::sync::Arc;

use md5::{Digest, Md5};

use super::*;
use crate::bytes::read_some;

/// Numbers that look like chance, the same each time (Knuth's MMIX generator).
fn chance() -> impl FnMut() -> i32 {
    let mut state = 11u64;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as i32
    }
}

/// A tone: amplitude, and radians a sample.
fn tone(n: usize, high: f64, pitch: f64) -> i16 {
    ((n as f64 * pitch).sin() * high) as i16
}

/// What each way of storing a channel, and each way of storing a pair, is made for.
fn sounds() -> Vec<(&'static str, Vec<[i16; 2]>)> {
    let mut any = chance();
    let mut noise = |bits: u32| (any() & ((1 << bits) - 1)) as i16;
    let made = |sound: &mut dyn FnMut(usize) -> [i16; 2]| (0..9000).map(sound).collect();
    vec![
        ("silence", made(&mut |_| [0, 0])),
        ("constant", made(&mut |_| [-32_768, 32_767])),
        ("noise", made(&mut |_| [noise(16), noise(16)])),
        ("tones", made(&mut |n| [tone(n, 20_000.0, 0.05), tone(n, 9000.0, 0.31)])),
        ("twins", made(&mut |n| [tone(n, 12_000.0, 0.02); 2])),
        ("nearly twins", made(&mut |n| [tone(n, 12_000.0, 0.02), tone(n, 12_000.0, 0.02) + noise(3)])),
        ("opposites", made(&mut |n| [tone(n, 32_767.0, 0.02), -tone(n, 32_767.0, 0.02)])),
        ("one channel", made(&mut |n| [tone(n, 32_767.0, 0.013), 0])),
        ("low bits unused", made(&mut |n| [tone(n, 100.0, 0.05) << 8, (noise(5) - 16) << 10])),
        ("square", made(&mut |n| if n / 50 % 2 == 0 { [32_767, -32_768] } else { [-32_768, 32_767] })),
        ("clicks", made(&mut |n| if n % 997 == 0 { [32_767, -32_768] } else { [noise(1), 0] })),
        ("loud noise on a tone", made(&mut |n| [tone(n, 16_000.0, 0.7).wrapping_add(noise(14)), noise(15)])),
    ]
}

fn frames(sound: &[[i16; 2]], size: usize, level: u8) -> Vec<u8> {
    let mut encoder = FrameEncoder::new(level);
    let mut out = Vec::new();
    sound.chunks(size).zip(0..).for_each(|(frame, number)| encoder.frame(number, frame.iter().copied(), &mut out));
    out
}

fn bytes_of(sound: &[[i16; 2]]) -> Vec<u8> {
    sound.iter().flatten().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// A FLAC file of these frames: marker and STREAMINFO before them (RFC 9639 §8.2).
fn file(sound: &[[i16; 2]], size: usize, frames: &[u8]) -> Vec<u8> {
    let mut file = b"fLaC\x80\0\0\x22".to_vec();
    [size, size].iter().for_each(|size| file.extend_from_slice(&(*size as u16).to_be_bytes()));
    file.extend_from_slice(&[0; 6]);
    file.extend_from_slice(&(44_100u64 << 44 | 1 << 41 | 15 << 36 | sound.len() as u64).to_be_bytes());
    file.extend_from_slice(&Md5::digest(bytes_of(sound)));
    file.extend_from_slice(frames);
    file
}

/// Symphonia's decoder gives every sample back, at every level.
#[test]
fn what_is_encoded_is_decoded_by_others() {
    for (name, sound) in sounds() {
        for (level, size) in [(1, 4096), (2, 2352), (4, 576), (6, 4608), (8, 2352), (9, 4096)] {
            let file = file(&sound, size, &frames(&sound, size, level));
            let pcm = super::super::open_bytes(Arc::new(file)).unwrap_or_else(|error| panic!("{name} {level}: {error}")).pcm;
            assert!(read_some(&*pcm, 0, usize::MAX).unwrap() == bytes_of(&sound), "{name} {level}");
        }
    }
}

/// `flac -t` 1.4.2, which holds every frame against its checksums and the whole against its MD5; sizes that are 1, odd, prime, and
/// those that the header has numbers for.
#[test]
fn the_reference_decoder_finds_nothing_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    for (index, (name, sound)) in sounds().into_iter().enumerate() {
        for (level, size) in
            [(1, 16), (9, 17), (9, 192), (3, 255), (8, 256), (9, 257), (5, 1152), (9, 2352), (7, 4091), (9, 9000)]
        {
            let sound = if size < 100 { &sound[..1001] } else { &sound[..] };
            let path = folder.path().join(format!("{index} {name} {level} {size}.flac"));
            std::fs::write(&path, file(sound, size, &frames(sound, size, level))).unwrap();
            names.push(path);
        }
    }
    match Command::new("flac").args(["-t", "-s"]).args(&names).output() {
        Err(_) => println!("skipped: flac is not installed"),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && said.is_empty(), "{said}");
        }
    }
}

/// More than the reference encoder 1.4.2 makes of the same with `flac -8 -b 2352`, by half a percent at most.
#[test]
fn frames_are_as_small_as_the_reference_encoder_makes_them() {
    let folder = tempfile::tempdir().unwrap();
    for (name, sound) in sounds() {
        let (raw, packed) = (folder.path().join("x.raw"), folder.path().join("x.flac"));
        std::fs::write(&raw, bytes_of(&sound)).unwrap();
        let format = ["--endian=little", "--sign=signed", "--channels=2", "--bps=16", "--sample-rate=44100"];
        let options = ["-s", "-f", "-8", "-b", "2352", "--no-padding", "--no-seektable"];
        let Ok(output) = Command::new("flac").args(options).args(format).arg("-o").args([&packed, &raw]).output() else {
            return println!("skipped: flac is not installed");
        };
        assert!(output.status.success());
        let theirs = std::fs::metadata(&packed).unwrap().len() as usize;
        let ours = frames(&sound, 2352, 9).len();
        assert!(ours * 200 <= theirs * 201 + 1600, "{name}: {ours} and {theirs} bytes");
    }
}

/// Frames that hold nothing, or more than a frame can, are not made.
#[test]
fn sizes_that_no_frame_has() {
    let mut encoder = FrameEncoder::new(9);
    let mut out = vec![1];
    encoder.frame(0, std::iter::empty(), &mut out);
    encoder.frame(0, std::iter::repeat_n([0, 0], FRAME_MAX + 1), &mut out);
    assert_eq!(out, [1]);
    encoder.frame(0, std::iter::repeat_n([1, 2], FRAME_MAX), &mut out);
    encoder.frame(0, std::iter::once([1, 2]), &mut out);
    assert!(out.len() > 20);
}

/// The numbers of frames at the ends of each length, as RFC 3629 has them up to 10FFFF, and its predecessor RFC 2279 beyond.
#[test]
fn numbers_are_coded_as_in_utf_8() {
    let coded = |number| {
        let mut out = Vec::new();
        coded_number(number, &mut out);
        out
    };
    for number in [0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x1_0000, 0x10_FFFF] {
        let mut text = [0; 4];
        assert_eq!(coded(number), char::from_u32(number).unwrap().encode_utf8(&mut text).as_bytes(), "{number:X}");
    }
    assert_eq!(coded(0x1F_FFFF), [0xF7, 0xBF, 0xBF, 0xBF]);
    assert_eq!(coded(0x20_0000), [0xF8, 0x88, 0x80, 0x80, 0x80]);
    assert_eq!(coded(0x3FF_FFFF), [0xFB, 0xBF, 0xBF, 0xBF, 0xBF]);
    assert_eq!(coded(0x400_0000), [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80]);
    assert_eq!(coded(0x7FFF_FFFF), [0xFD, 0xBF, 0xBF, 0xBF, 0xBF, 0xBF]);
}
