use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use md5::Digest as _;

use super::*;
use crate::bytes::Bytes;
use crate::disc::Medium;
use crate::disc::sector::{Form, Slice};
use crate::image::testing::{convert, corpus, noise, open, sectors};
use crate::image::{self, Fault, Flaw};

/// An ISO of this many sectors: a volume descriptor, noise, text, zeros.
fn iso(count: u32) -> Vec<u8> {
    let mut bytes = noise(count, 5);
    bytes.truncate(count as usize * 2048);
    for (n, sector) in bytes.chunks_mut(2048).enumerate() {
        match n % 4 {
            0 => sector.fill(0),
            1 => sector.iter_mut().for_each(|byte| *byte = b'a' + *byte % 4),
            2 => sector[100..1900].fill(b' '),
            _ => {}
        }
    }
    bytes[16 * 2048..][..8].copy_from_slice(b"\x01CD001\x01\0");
    bytes
}

fn user_data(image: &image::Image) -> Vec<u8> {
    sectors(&*image.reader, 0, image.disc().sectors() as usize, Form::main(Slice::COOKED))
}

/// Every format with everything that can be chosen of it.
fn all(source: &Path, folder: &Path, mut check: impl FnMut(&Path)) {
    let mut number = 0;
    for format in [&CSO, &ZSO, &DAX] {
        let codecs: Vec<Option<&str>> = std::iter::once(None).chain(format.choices.codecs.iter().map(|c| Some(*c))).collect();
        let blocks: Vec<Option<u32>> = std::iter::once(None).chain(format.choices.blocks.iter().map(|b| Some(*b))).collect();
        for (&codec, &block) in codecs.iter().flat_map(|codec| blocks.iter().map(move |block| (codec, block))) {
            number += 1;
            let target = folder.join(format!("{number}.{}", format.extensions[0]));
            convert(source, &target, |task| {
                task.tuning.codec = codec.map(str::to_owned);
                task.tuning.block = block;
                task.tuning.level = if format.choices.levels { Some(1 + number % 9) } else { None };
            });
            check(&target);
        }
    }
}

#[test]
fn images_of_maxcso_read_as_their_source() {
    let Some(folder) = corpus("generated") else { return };
    let source = fs::read(folder.join("sm.iso")).unwrap();
    for (name, format) in [("sm.cso1", "cso"), ("sm.cso2", "cso"), ("sm.16k.cso1", "cso"), ("sm.zso", "zso")] {
        let image = open(&folder.join(name));
        assert_eq!(image.format.name, format);
        assert!(user_data(&image) == source, "{name}");
    }
    // The sample is cut down to two sectors, which hold nothing that says what they are.
    let (cso, iso) = (corpus("igir/roms/cso").unwrap(), corpus("igir/roms/discs").unwrap());
    assert!(user_data(&open(&cso.join("UMD.cso"))) == fs::read(iso.join("UMD.iso")).unwrap());
}

/// 301 sectors end within a block of every size but the smallest.
#[test]
fn every_choice_reads_as_its_source() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.iso");
    let bytes = iso(301);
    fs::write(&source, &bytes).unwrap();
    all(&source, folder.path(), |target| assert!(user_data(&open(target)) == bytes, "{}", target.display()));
}

/// maxcso 1.13.0, `maxcso --decompress FILE -o FILE` on everything that we write, and `maxcso --format=… FILE -o FILE` for everything that we
/// read. DAX has no last block that is not whole for it: 304 sectors are 76 of its blocks.
#[test]
fn maxcso_agrees() {
    let Some(maxcso) = maxcso() else { return };
    let run = |arguments: &[&str]| {
        let output = Command::new(&maxcso).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let bytes = iso(304);
    let source = path("source.iso");
    fs::write(&source, &bytes).unwrap();
    all(Path::new(&source), folder.path(), |target| {
        let back = path("back.iso");
        run(&["--decompress", target.to_str().unwrap(), "-o", &back]);
        assert!(fs::read(&back).unwrap() == bytes, "{}", target.display());
    });
    for (format, block) in
        [("cso1", "2048"), ("cso1", "8192"), ("cso2", "2048"), ("cso2", "16384"), ("zso", "2048"), ("zso", "4096")]
    {
        let packed = path(&format!("theirs.{block}.{format}"));
        run(&[&format!("--format={format}"), &format!("--block={block}"), &source, "-o", &packed]);
        assert!(user_data(&open(Path::new(&packed))) == bytes, "{format} {block}");
    }
    let packed = path("theirs.dax");
    run(&["--format=dax", &source, "-o", &packed]);
    assert!(user_data(&open(Path::new(&packed))) == bytes);
}

fn maxcso() -> Option<PathBuf> {
    let found = std::env::var_os("PATH")
        .and_then(|path| std::env::split_paths(&path).map(|dir| dir.join("maxcso")).find(|at| at.is_file()));
    if found.is_none() {
        assert!(std::env::var_os("SPINDLE_REQUIRE_TOOLS").is_none(), "maxcso is not installed");
        println!("skipped: maxcso is not installed");
    }
    found
}

#[test]
fn a_game_for_the_psp_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("game.iso");
    let mut bytes = iso(60);
    bytes[16 * 2048 + 8..][..8].copy_from_slice(b"PSP GAME");
    fs::write(&source, &bytes).unwrap();
    assert_eq!(open(&source).disc().medium, Medium::Umd);
    for target in ["game.cso", "game.zso", "game.dax", "back.iso", "other.mds", "sheet.cue"] {
        let image = convert(&source, &folder.path().join(target), |task| task.allow_loss = true);
        if image.format.holds.media == crate::image::Media::Guessed {
            assert_eq!(image.disc(), open(&source).disc(), "{target}");
        }
        assert!(user_data(&image) == bytes, "{target}");
    }
}

/// A CSO of two blocks, by hand from the layout: one stored, one deflated; `shift` pads them.
fn by_hand(magic: &[u8; 4], version: u8, shift: u8, blocks: &[(Vec<u8>, bool)], size: u64) -> Vec<u8> {
    let mut bytes =
        [magic.as_slice(), &0u32.to_le_bytes(), &size.to_le_bytes(), &2048u32.to_le_bytes(), &[version, shift, 0, 0]].concat();
    let index = bytes.len();
    bytes.resize(index + 4 * (blocks.len() + 1), 0);
    for n in 0..=blocks.len() {
        bytes.resize(bytes.len().next_multiple_of(1 << shift), 0);
        let at = (bytes.len() >> shift) as u32 | if blocks.get(n).is_some_and(|block| block.1) { 1 << 31 } else { 0 };
        bytes[index + 4 * n..][..4].copy_from_slice(&at.to_le_bytes());
        bytes.extend(blocks.get(n).map(|block| block.0.as_slice()).unwrap_or_default());
    }
    bytes
}

fn deflated(raw: &[u8], zlib: bool) -> Vec<u8> {
    let mut deflate = flate2::Compress::new(flate2::Compression::new(6), zlib);
    let mut bytes = vec![0; raw.len() + 100];
    deflate.compress(raw, &mut bytes, flate2::FlushCompress::Finish).unwrap();
    bytes.truncate(deflate.total_out() as usize);
    bytes
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// A block as it is stored, and whether the mark of its entry is set.
type Stored = (Vec<u8>, bool);

#[test]
fn padding_and_short_last_blocks_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let raw = iso(20);
    let blocks = |how: &dyn Fn(usize, &[u8]) -> Stored| -> Vec<Stored> {
        raw.chunks(2048).enumerate().map(|(n, raw)| how(n, raw)).collect()
    };
    let deflate = blocks(&|n, raw| if n % 3 == 0 { (raw.to_vec(), true) } else { (deflated(raw, false), false) });
    let lz4 = blocks(&|n, raw| if n % 3 == 0 { (raw.to_vec(), true) } else { (lz4_flex::block::compress(raw), false) });
    for shift in [0, 1, 3, 7, 11] {
        let cso = written(folder.path(), "x.cso", &by_hand(b"CISO", 1, shift, &deflate, raw.len() as u64));
        assert!(user_data(&open(&cso)) == raw, "CSO, shift {shift}");
        let zso = written(folder.path(), "x.zso", &by_hand(b"ZISO", 1, shift, &lz4, raw.len() as u64));
        assert!(user_data(&open(&zso)) == raw, "ZSO, shift {shift}");
    }
}

/// Images for the Xbox: each LZ4 block with its length in front, and the file in two parts.
#[test]
fn images_for_the_xbox_are_read_in_their_parts() {
    let folder = tempfile::tempdir().unwrap();
    let mut raw = iso(40);
    raw[16 * 2048..][..8].fill(0);
    raw[32 * 2048..][..20].copy_from_slice(b"MICROSOFT*XBOX*MEDIA");
    let framed = |raw: &[u8]| {
        let block = lz4_flex::block::compress(raw);
        [(block.len() as u32).to_le_bytes().as_slice(), &block].concat()
    };
    let block =
        |raw: &[u8]| Some((framed(raw), true)).filter(|(block, _)| block.len() + 8 < 2048).unwrap_or((raw.to_vec(), false));
    let blocks: Vec<(Vec<u8>, bool)> = raw.chunks(2048).map(block).collect();
    let all = by_hand(b"CISO", 2, 2, &blocks, raw.len() as u64);
    let first = written(folder.path(), "Game.1.cso", &all[..all.len() / 2]);
    let missing = image::open(&first, crate::image::Limits::default()).map(|_| ()).unwrap_err();
    assert!(matches!(&missing.fault, Fault::PartMissing { name } if name == "Game.2.cso"), "{missing}");
    written(folder.path(), "Game.2.CSO", &all[all.len() / 2..]);
    let image = open(&first);
    assert_eq!((image.disc().medium, image.files.len()), (Medium::Xbox, 2));
    assert!(user_data(&image) == raw);
}

fn jso(method: u8, headers: u8, raw: &[u8]) -> Vec<u8> {
    let mut bytes = [b"JISO\x03\x01".as_slice(), &2048u16.to_le_bytes(), &[headers, 0, method, 0]].concat();
    bytes.extend((raw.len() as u32).to_le_bytes());
    bytes.extend(<[u8; 16]>::from(md5::Md5::digest(raw)));
    bytes.extend([0x30, 0, 0, 0]);
    bytes.extend([0; 12]);
    let index = bytes.len();
    let blocks = raw.len() / 2048;
    bytes.resize(index + 4 * (blocks + 1), 0);
    for n in 0..=blocks {
        let at = (bytes.len() as u32).to_le_bytes();
        bytes[index + 4 * n..][..4].copy_from_slice(&at);
        if let Some(raw) = raw.chunks(2048).nth(n) {
            bytes.extend(vec![0xEE; 4 * headers as usize]);
            let block = deflated(raw, true);
            bytes.extend(if block.len() < 2048 { &block } else { raw });
        }
    }
    bytes
}

#[test]
fn a_jso_of_zlib_is_read_and_one_of_lzo_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let raw = iso(24);
    for headers in [0, 1] {
        let image = open(&written(folder.path(), "x.jso", &jso(1, headers, &raw)));
        assert!(image.format.name == "jso" && user_data(&image) == raw, "{headers}");
        let promise = &image.promises[0];
        let mut sum = promise.digest.begin();
        sum.add(&raw);
        assert_eq!(sum.end(), promise.digest);
    }
    let lzo =
        image::open(&written(folder.path(), "x.jso", &jso(0, 0, &raw)), crate::image::Limits::default()).map(|_| ()).unwrap_err();
    assert!(lzo.to_string().contains("LZO"), "{lzo}");
}

/// A DAX of version 1 with an area that is stored as it is.
#[test]
fn areas_of_a_dax_are_read_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let raw = iso(20);
    let blocks: Vec<Vec<u8>> = raw
        .chunks(8192)
        .enumerate()
        .map(|(n, raw)| if (1..3).contains(&n) { raw.to_vec() } else { deflated(raw, true) })
        .collect();
    let start = 32 + 6 * blocks.len() + 8;
    let offsets: Vec<u32> = (0..blocks.len()).map(|n| (start + blocks[..n].concat().len()) as u32).collect();
    let mut bytes = [b"DAX\0".as_slice(), &(raw.len() as u32).to_le_bytes(), &[1, 0, 0, 0, 1, 0, 0, 0], &[0; 16]].concat();
    offsets.iter().for_each(|at| bytes.extend(at.to_le_bytes()));
    blocks.iter().for_each(|block| bytes.extend((block.len() as u16).to_le_bytes()));
    bytes.extend([1, 0, 0, 0, 2, 0, 0, 0]);
    bytes.extend(blocks.concat());
    assert!(user_data(&open(&written(folder.path(), "x.dax", &bytes))) == raw);
}

#[test]
fn images_of_the_gamecube_are_told_apart() {
    let mut head = b"CISO\0\0\x20\0".to_vec();
    head.resize(0x8000, 0);
    head[8..12].fill(1);
    assert!(is_gamecube(&head));
    assert!(!is_gamecube(&by_hand(b"CISO", 1, 0, &[(vec![0; 9], false)], 2048)));
    let folder = tempfile::tempdir().unwrap();
    let opener = Opener::new(&written(folder.path(), "x.cso", &head), Limits::default()).unwrap();
    assert_eq!((CSO.recognise)(&opener).unwrap(), Likeness::No);
}

/// What a block unpacks to is known: more is refused, less too, and nothing is read or written beyond it.
#[test]
fn bombs_and_damage_are_errors_that_name_the_block() {
    let long = deflated(&vec![0; 50_000_000], false);
    let none = Vec::new();
    let cut = deflated(&noise(1, 3)[..2048], false)[..1000].to_vec();
    let endless = vec![0xFF; 60_000];
    for (magic, block) in [(b"CISO", long), (b"CISO", none.clone()), (b"CISO", cut), (b"ZISO", endless), (b"ZISO", none)] {
        let bytes = by_hand(magic, 1, 0, &[(vec![7; 2048], true), (block, false)], 4096);
        let header = Header::parse(&bytes).unwrap();
        let mut index = Index::new(header, bytes.len() as u64).unwrap();
        index.extend(&bytes[24..]).unwrap();
        index.finish().unwrap();
        let stream = crate::bytes::Unpacked::new(Packed::new(std::sync::Arc::new(bytes), index).unwrap());
        stream.read_at(0, &mut [0; 2048]).unwrap();
        let error = stream.read_at(3000, &mut [0; 10]).unwrap_err();
        assert!(error.kind() == std::io::ErrorKind::InvalidData && error.to_string().contains("block 1"), "{error}");
    }
}

#[test]
fn every_flaw_has_its_reason() {
    let good = by_hand(b"CISO", 1, 0, &[(deflated(&[0; 2048], false), false)], 2048);
    let with = |at: usize, value: &[u8]| {
        let mut bytes = good.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        bytes
    };
    let read = |bytes: &[u8]| -> Result<(), Flaw> {
        let header = Header::parse(bytes)?;
        let mut index = Index::new(header, bytes.len() as u64)?;
        index.extend(&bytes[24..])?;
        index.finish()
    };
    read(&good).unwrap();
    for (reason, bytes) in [
        ("this is not", b"CIS".to_vec()),
        ("the header is cut short", good[..20].to_vec()),
        ("the version is out of range", with(20, &[3])),
        ("the size of a block is out of range", with(16, &[0; 4])),
        ("the size of a block is out of range", with(16, &[0xFF; 4])),
        ("the shift of the index is out of range", with(21, &[13])),
        ("the size of the image is out of range", with(8, &[0; 8])),
        ("too many blocks", with(8, &[0xFF; 8])),
        ("the index is cut short", with(8, &[0, 0, 1])),
        ("an offset in the index is out of range", with(24, &[31, 0, 0, 0])),
        ("an offset in the index is out of range", with(28, &[31, 0, 0, 0])),
        ("the file is cut short", with(28, &[0, 1, 0, 0])),
    ] {
        let flaw = read(&bytes).unwrap_err();
        assert!(flaw.to_string().contains(reason), "{flaw}, not {reason}");
    }
}

#[test]
fn damaged_files_are_refused_or_read() {
    let raw = iso(20);
    let deflate: Vec<(Vec<u8>, bool)> = raw.chunks(2048).take(2).map(|raw| (deflated(raw, false), false)).collect();
    let lz4: Vec<(Vec<u8>, bool)> = raw.chunks(2048).take(2).map(|raw| (lz4_flex::block::compress(raw), false)).collect();
    for good in [by_hand(b"CISO", 1, 0, &deflate, 4096), by_hand(b"ZISO", 1, 1, &lz4, 4096), jso(1, 1, &raw[..4096])] {
        crate::image::hostile::damage(&good, |bytes| {
            let Ok(header) = Header::parse(bytes) else { return };
            let Ok(mut index) = Index::new(header, bytes.len() as u64) else { return };
            let at = (header.index_at as usize).min(bytes.len());
            if index.extend(&bytes[at..]).and_then(|()| index.finish()).is_err() {
                return;
            }
            let Ok(packed) = Packed::new(std::sync::Arc::new(bytes.to_vec()), index) else { return };
            let stream = crate::bytes::Unpacked::new(packed);
            for at in [0, 2048, stream.len().saturating_sub(1)] {
                let _ = stream.read_at(at, &mut [0; 1]);
            }
        });
    }
}
