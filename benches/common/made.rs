//! What the benches share that make up their discs.
#![allow(dead_code, reason = "each bench uses its own part of this")]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

/// Whether somebody wants to know how fast it is; `cargo test --benches` only wants to know that it builds.
pub fn is_asked() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// How large a disc is to be: `SPINDLE_BENCH_SECTORS`, or as usual.
pub fn sectors(usual: u32) -> u32 {
    std::env::var("SPINDLE_BENCH_SECTORS").ok().and_then(|sectors| sectors.parse().ok()).unwrap_or(usual)
}

/// A file of words of eight bytes, each made of its number and of noise, which is the same every time.
pub fn file(path: &Path, bytes: u64, word: impl Fn(u64, u64) -> u64) {
    let mut file = BufWriter::new(File::create(path).expect("room for the disc"));
    let mut noise = 0x9E37_79B9_7F4A_7C15u64;
    for number in 0..bytes / 8 {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        file.write_all(&word(number, noise).to_le_bytes()).expect("room for the disc");
    }
}

/// An audio CD of one track, `NAME.bin` with `NAME.cue`.
pub fn audio_cd(at: &Path, name: &str, sectors: u32, word: impl Fn(u64, u64) -> u64) {
    file(&at.join(name).with_extension("bin"), u64::from(sectors) * 2352, word);
    let sheet = format!("FILE \"{name}.bin\" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n");
    fs::write(at.join(name).with_extension("cue"), sheet).expect("room for the sheet");
}
