//! All layers: what other programs packed, read at any place; damage; bombs.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::*;

/// Data that pack to about a third, and in which no two places are alike.
fn sample(len: usize) -> Vec<u8> {
    let mut state = 7u64;
    let mut data = Vec::with_capacity(len + 64);
    while data.len() < len {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = state.to_le_bytes();
        data.extend_from_slice(&noise[2..]);
        let again = (state >> 40) as usize % 4000 + 1;
        let count = (state >> 20) as usize % 40;
        if again < data.len() {
            data.extend_from_within(data.len() - again..data.len() - again + count.min(again));
        }
    }
    data.truncate(len);
    data
}

/// What another program makes of data; `None` where it is not installed.
fn by(program: &str, arguments: &[&str], data: &[u8]) -> Option<Vec<u8>> {
    let spawned = Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = spawned else {
        assert!(std::env::var_os("SPINDLE_REQUIRE_TOOLS").is_none(), "{program} is not installed");
        println!("skipped: {program} is not installed");
        return None;
    };
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(data).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success());
    Some(output.stdout)
}

fn bounds() -> Bounds {
    Bounds { unpacked: 1 << 30, stop: Stop::default() }
}

/// Opens a stream by its first bytes.
fn open(packed: Vec<u8>, bounds: &Bounds) -> Result<Layer, LayerError> {
    let source: Arc<dyn Bytes> = Arc::new(packed.clone());
    if packed.starts_with(&gzip::MAGIC) {
        gzip::open(source, bounds)
    } else if packed.starts_with(&xz::MAGIC) {
        xz::open(source, bounds)
    } else if bzip2::is_magic(&packed) {
        bzip2::open(source, bounds)
    } else {
        zstd::open(source, bounds)
    }
}

/// The whole stream, read in pieces from the back to the front, then at once.
fn check(layer: &Layer, data: &[u8]) {
    assert_eq!(layer.bytes.len(), data.len() as u64);
    let mut piece = vec![0; 70_000];
    let mut at = data.len();
    while at > 0 {
        let from = at.saturating_sub(piece.len());
        let into = &mut piece[..at - from];
        layer.bytes.read_at(from as u64, into).unwrap();
        assert!(into == &data[from..at], "{from}");
        // Every eleventh only: what lies between is read below.
        at = from.saturating_sub(piece.len() * 10);
    }
    let mut all = vec![0; data.len()];
    layer.bytes.read_at(0, &mut all).unwrap();
    assert!(all == data);
    assert_eq!(layer.bytes.read_at(data.len() as u64, &mut [0]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
}

#[test]
fn what_others_packed_is_read_at_any_place() {
    let data = sample(5_000_000);
    let rows: [(&str, &[&str], bool); 13] = [
        ("gzip", &["-c"], false),
        ("gzip", &["-1", "-c"], false),
        ("bzip2", &["-c"], false),
        ("bzip2", &["-1", "-c"], false),
        ("xz", &["-1", "-c", "-T1"], false),
        ("xz", &["-1", "-c", "-T2", "--block-size=1MiB"], false),
        ("xz", &["-1", "-c", "-T1", "--block-size=1MiB", "--check=crc32", "--x86", "--lzma2=preset=1"], false),
        ("xz", &["-1", "-c", "-T1", "--block-size=1MiB", "--check=sha256"], false),
        ("xz", &["-1", "-c", "-T1", "--check=none"], false),
        ("zstd", &["-c", "-q"], true),
        ("zstd", &["-c", "-q", "--no-check", "-9"], true),
        ("zstd", &["-c", "-q", "--stream-size=5000000"], false),
        ("zstd", &["-c", "-q", "--long=27"], true),
    ];
    for (program, arguments, spooled) in rows {
        let Some(packed) = by(program, arguments, &data) else { continue };
        let layer = open(packed, &bounds()).unwrap();
        assert_eq!(layer.far_end, spooled, "{program} {arguments:?}");
        check(&layer, &data);
    }
}

/// One block of everything is what `xz` and `zstd` make by default, of whatever size.
#[test]
fn one_block_of_everything_is_unpacked_to_a_temporary_file() {
    let data = sample(LARGEST_BLOCK as usize + 1_000_000);
    for (program, arguments) in [("xz", ["-0", "-c", "-T1"]), ("zstd", ["-1", "-c", "-q"])] {
        let Some(packed) = by(program, &arguments, &data) else { continue };
        let layer = open(packed, &bounds()).unwrap();
        assert!(layer.spooled, "{program}");
        check(&layer, &data);
        // What is whole can be copied in the kernel.
        assert_eq!(layer.bytes.place(1000).map(|place| (place.offset, place.len)), Some((1000, data.len() as u64 - 1000)));
    }
}

#[test]
fn several_streams_one_after_another_are_one() {
    let data = sample(3_000_000);
    for (program, spooled) in [("gzip", false), ("bzip2", false), ("xz", false), ("zstd", false)] {
        let parts: Vec<Option<Vec<u8>>> = data.chunks(1_100_000).map(|part| by(program, &["-c"], part)).collect();
        let Some(parts) = parts.into_iter().collect::<Option<Vec<Vec<u8>>>>() else { continue };
        // Programs pad files for tapes and file systems.
        let padding = if program == "gzip" || program == "xz" { vec![0; 512] } else { Vec::new() };
        let layer = open([parts.concat(), padding].concat(), &bounds()).unwrap();
        // From a pipe zstd can't tell the length of its frames.
        assert_eq!(layer.far_end, spooled || program == "zstd", "{program}");
        check(&layer, &data);
    }
}

#[test]
fn what_is_written_here_has_an_index_and_others_read_it() {
    let data = sample(5_000_000);
    for (packed, program) in [(gzip_file(&data), "gzip"), (xz_file(&data), "xz"), (zstd_file(&data), "zstd")] {
        if let Some(unpacked) = by(program, &["-d", "-c"], &packed) {
            assert!(unpacked == data, "{program}");
        }
        let layer = open(packed, &bounds()).unwrap();
        assert!(!layer.spooled);
        check(&layer, &data);
    }
}

/// The fastest level once made more of noise than there was room for, and a conversion failed.
#[test]
fn noise_is_stored_as_it_is() {
    let noise: Vec<u8> = sample(200_000)
        .chunks(7)
        .map(|seven| seven.iter().fold(5381u32, |sum, byte| sum.wrapping_mul(33).wrapping_add(u32::from(*byte))))
        .flat_map(|n| [(n >> 13) as u8, (n >> 5) as u8])
        .collect();
    for level in 1..=9 {
        let member = gzip::Encoder::new(level).member(&noise).unwrap();
        assert!(member.len() < noise.len() + 100);
        check(&open(member.clone(), &bounds()).unwrap(), &noise);
        if let Some(unpacked) = by("gzip", &["-d", "-c"], &member) {
            assert!(unpacked == noise);
        }
    }
}

fn gzip_file(data: &[u8]) -> Vec<u8> {
    let block = gzip::member_len(data.len() as u64);
    let mut encoder = gzip::Encoder::new(6);
    let members: Vec<Vec<u8>> = data.chunks(block as usize).map(|raw| encoder.member(raw).unwrap()).collect();
    let sizes: Vec<u32> = members.iter().map(|member| member.len() as u32).collect();
    [members.concat(), gzip::index_member(block, &sizes)].concat()
}

fn xz_file(data: &[u8]) -> Vec<u8> {
    let blocks: Vec<xz::Made> = data.chunks(1 << 20).map(|raw| xz::encode(1, raw).unwrap()).collect();
    let records: Vec<(u64, u64)> = blocks.iter().map(|block| block.record).collect();
    [xz::header(), blocks.into_iter().flat_map(|block| block.bytes).collect(), xz::end(&records)].concat()
}

fn zstd_file(data: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(3);
    let frames: Vec<(Vec<u8>, u32)> = data.chunks(1 << 20).map(|raw| (encoder.frame(raw), raw.len() as u32)).collect();
    let sizes: Vec<(u32, u32)> = frames.iter().map(|(frame, len)| (frame.len() as u32, *len)).collect();
    [frames.into_iter().flat_map(|(frame, _)| frame).collect(), zstd::table(&sizes)].concat()
}

/// The index of a gzip file written here is an offer: where it does not fit, the file is read as any other.
#[test]
fn an_index_that_does_not_fit_is_not_believed() {
    let data = sample(2_500_000);
    let good = gzip_file(&data);
    for cut in [0, 1, 5, good.len() / 2] {
        let bad = [b"\x1F\x8B\x08\0\0\0\0\0\0\xFF\x03\0\0\0\0\0\0\0\0\0", &good[..good.len() - cut]].concat();
        match open(bad, &bounds()) {
            Ok(layer) => check(&layer, &data),
            Err(error) => assert!(cut > 0, "{error}"),
        }
    }
}

/// A bomb of each kind: a gigabyte of zeros and more, in what is a megabyte or a few bytes.
#[test]
fn bombs_are_refused() {
    let tight = Bounds { unpacked: 10 << 20, stop: Stop::default() };
    let zeros = vec![0; 64 << 20];
    for (program, arguments) in [("gzip", ["-c", "-9"]), ("bzip2", ["-c", "-9"]), ("xz", ["-c", "-0"]), ("zstd", ["-c", "-q"])] {
        let Some(packed) = by(program, &arguments, &zeros) else { continue };
        let begun = Instant::now();
        let result = open(packed, &tight);
        assert!(matches!(result, Err(LayerError::TooBig { limit }) if limit == 10 << 20), "{program}");
        assert!(begun.elapsed().as_secs() < 20, "{program}");
    }
    for packed in [gzip_file(&zeros), xz_file(&zeros), zstd_file(&zeros)] {
        assert!(matches!(open(packed, &tight), Err(LayerError::TooBig { .. })));
    }
}

#[test]
fn work_that_nobody_wants_any_more_ends() {
    let data = sample(3_000_000);
    let stopped = Bounds { unpacked: 1 << 30, stop: Stop::when(|| true) };
    for program in ["gzip", "bzip2", "zstd"] {
        let Some(packed) = by(program, &["-c"], &data) else { continue };
        let opened = open(packed, &stopped);
        assert!(opened.is_err() || opened.is_ok_and(|layer| layer.bytes.read_at(0, &mut [0]).is_err()), "{program}");
    }
}

/// Cut anywhere, or with any byte changed, a file is an error or the same data; never a panic, and never other data.
#[test]
fn damage_is_told_and_never_read_as_data() {
    let data = sample(300_000);
    let mut files = vec![gzip_file(&data), xz_file(&data), zstd_file(&data)];
    let rows: [(&str, &[&str]); 5] = [
        ("gzip", &["-c"]),
        ("bzip2", &["-1", "-c"]),
        ("xz", &["-c", "-0"]),
        ("zstd", &["-c", "-q"]),
        ("xz", &["-c", "-0", "--block-size=65536"]),
    ];
    files.extend(rows.iter().filter_map(|(program, arguments)| by(program, arguments, &data)));
    let mut state = 1u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let rounds = std::env::var("SPINDLE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1) * 16;
    for good in &files {
        for round in 0..rounds {
            let mut bad = good.clone();
            match round % 4 {
                0 => bad.truncate(random(good.len())),
                // Most of what steers a decoder stands at either end.
                1 => bad[random(64.min(good.len()))] ^= 1 << random(8),
                2 => bad[good.len() - 1 - random(64.min(good.len()))] ^= 1 << random(8),
                _ => bad[random(good.len())] = random(256) as u8,
            }
            let Ok(layer) = open(bad, &Bounds { unpacked: 10 << 20, stop: Stop::default() }) else { continue };
            let len = layer.bytes.len().min(20 << 20) as usize;
            let mut all = vec![0; len];
            // Whatever length it claims now, what was before it is what it was; gzip's header says nothing of the data.
            if layer.bytes.read_at(0, &mut all).is_ok() {
                assert!(data.starts_with(&all), "round {round}: {} bytes", all.len());
            }
        }
    }
}
