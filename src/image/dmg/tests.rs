#[path = "../../../tests/common/makers/dmg.rs"]
#[allow(dead_code, reason = "the integration tests use the rest")]
mod maker;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use maker::{CODECS, Codec, dmg};

use super::*;
use crate::bytes::{Bytes, Unpacked};
use crate::disc::sector::{Form, Slice};
use crate::image::testing::{noise, open, said_by, sectors};
use crate::image::{self, Flaw, Image};

/// An ISO of noise, text and zeros; 300 sectors are 19 chunks.
fn iso() -> Vec<u8> {
    let mut raw = noise(300, 2);
    raw.truncate(300 * 2048);
    raw[40 * 2048..120 * 2048].fill(0);
    raw[130 * 2048..200 * 2048].iter_mut().for_each(|byte| *byte = b'a' + *byte % 3);
    raw[200 * 2048..230 * 2048].fill(b' ');
    raw[16 * 2048..][..8].copy_from_slice(b"\x01CD001\x01\0");
    raw
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn user_data(image: &Image) -> Vec<u8> {
    sectors(&*image.reader, 0, image.disc().sectors() as usize, Form::main(Slice::COOKED))
}

fn kept(image: &Image) -> bool {
    image.promises.iter().all(|promise| {
        let mut sum = promise.digest.begin();
        sum.add(&read_some(&*promise.bytes, 0, usize::MAX).unwrap());
        sum.end() == promise.digest
    })
}

#[test]
fn every_compression_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let raw = iso();
    for (codec, old) in CODECS.into_iter().flat_map(|codec| [(codec, false), (codec, true)]) {
        let image = open(&written(folder.path(), "x.dmg", &dmg(&raw, codec, old)));
        assert_eq!((image.format.name, image.warnings.len(), image.promises.len()), ("dmg", 0, 2), "{codec:?}");
        assert!(user_data(&image) == raw && kept(&image), "{codec:?}, old: {old}");
    }
    // 7 sectors of 512 bytes more are no whole sector of a disc: zeros fill it.
    let odd = [raw.as_slice(), &[9; 7 * 512]].concat();
    let image = open(&written(folder.path(), "x.dmg", &dmg(&odd, Codec::Zlib, false)));
    assert!(user_data(&image) == [odd.as_slice(), &[0; 512]].concat());
}

/// 7z 16.02, `7z e -so`, and dmg2img 1.6.7, `dmg2img -i FILE -o FILE`, neither of which knows LZFSE and xz.
#[test]
fn other_programs_read_what_the_tests_read() {
    let folder = tempfile::tempdir().unwrap();
    let raw = iso();
    for codec in [Codec::Plain, Codec::Adc, Codec::Zlib, Codec::Bzip2] {
        written(folder.path(), "x.dmg", &dmg(&raw, codec, false));
        let _ = fs::remove_file(folder.path().join("x.iso"));
        if said_by("dmg2img", &["-i", "x.dmg", "-o", "x.iso"], folder.path()).is_some() {
            assert!(fs::read(folder.path().join("x.iso")).unwrap() == raw, "dmg2img: {codec:?}");
        }
        let _ = fs::remove_dir_all(folder.path().join("out"));
        if said_by("7z", &["x", "-y", "-oout", "-tDmg", "x.dmg"], folder.path()).is_some() {
            let entry = fs::read_dir(folder.path().join("out")).unwrap().next().unwrap().unwrap();
            assert!(fs::read(entry.path()).unwrap() == raw, "7z: {codec:?}");
        }
    }
}

fn refusal(folder: &Path, bytes: &[u8]) -> String {
    image::open(&written(folder, "x.dmg", bytes), Limits::default()).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn what_is_not_read_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut old_cipher = vec![1; 5000];
    old_cipher.extend(b"cdsaencr");
    let mut ndif = vec![0; 4096];
    (ndif[1], ndif[2]) = (1, b'x');
    ndif[65..73].copy_from_slice(b"rohdddsk");
    let mut parts = dmg(&iso(), Codec::Zlib, false);
    let segments = parts.len() - 512 + 0x3F;
    parts[segments] = 2;
    for (what, bytes) in [
        ("encrcdsa", [b"encrcdsa\0\0\0\x02".as_slice(), &[0; 4000]].concat()),
        ("cdsaencr", old_cipher),
        ("NDIF", ndif),
        ("dmgpart", parts),
    ] {
        let said = refusal(folder.path(), &bytes);
        assert!(said.contains(what) && said.contains("is not supported"), "{said}");
    }
}

/// A property list of a few bytes that would unpack to billions, one so deep that freeing it would overflow the stack, and one that hides its depth.
#[test]
fn hostile_property_lists_are_refused() {
    let limits = Limits::default();
    let laughs =
        b"<?xml version=\"1.0\"?><!DOCTYPE plist [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><plist><string>&b;</string></plist>";
    let deep = [b"<plist>".as_slice(), &b"<array>".repeat(1_000_000)].concat();
    let hidden = [b"<plist>".as_slice(), &b"<array><!--</array>-->".repeat(500_000)].concat();
    let wide = [
        b"<plist><dict><key>resource-fork</key><dict><key>blkx</key><array>".as_slice(),
        &b"<dict/>".repeat(300_000),
        b"</array></dict></dict></plist>",
    ]
    .concat();
    for bad in [laughs.as_slice(), &deep, &hidden, &wide, b"", b"<", b"<plist/>", b"<plist><dict/></plist>", b"bplist00"] {
        assert!(from_plist(bad, &limits).is_err());
    }
}

fn unpacked(chunk: Chunk, stored: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    let stream = Unpacked::new(Chunks::new(Arc::new(stored.to_vec()), vec![chunk]));
    let mut bytes = vec![0; stream.len() as usize];
    stream.read_at(0, &mut bytes).map(|()| bytes)
}

/// What a chunk unpacks to is known: less or more is refused, and no more than that is ever made.
#[test]
fn bombs_and_damage_are_errors_that_name_the_chunk() {
    let bomb = dmg(&vec![1; 64 << 20], Codec::Zlib, false);
    assert!(bomb.len() < 1 << 20);
    for codec in CODECS.into_iter().skip(1) {
        let how = [How::Plain, How::Adc, How::Zlib, How::Bzip2, How::Lzfse, How::Xz][codec as usize];
        // A chunk of 64 sectors, packed.
        let bytes: Vec<u8> = noise(14, 8)[..32_768].iter().map(|byte| byte % 5).collect();
        let packed = dmg(&bytes, codec, false);
        let table = parse_table(&from_plist(&list_of(&packed), &Limits::default()).unwrap()[0]).unwrap();
        let chunk = table.chunks[0];
        let stored = &packed[..chunk.stored.1 as usize];
        assert!(unpacked(chunk, stored).unwrap() == bytes, "{codec:?}");
        for (sectors, len) in [(63, chunk.stored.1), (65, chunk.stored.1), (64, chunk.stored.1 / 2), (64, 0), (1, chunk.stored.1)]
        {
            let error = unpacked(Chunk { sectors, stored: (0, len), how, ..chunk }, stored).unwrap_err();
            assert!(
                error.kind() == std::io::ErrorKind::InvalidData && error.to_string().contains("chunk 0"),
                "{codec:?}: {error}"
            );
        }
        // One byte or some, anywhere.
        let rounds = std::env::var("SPINDLE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
        let mut dice = noise(rounds, 11).into_iter().map(usize::from);
        let mut roll = || dice.next().unwrap_or(0) << 16 | dice.next().unwrap_or(0) << 8 | dice.next().unwrap_or(0);
        for _ in 0..250 * rounds {
            let mut bad = stored.to_vec();
            for _ in 0..1 + roll() % 3 {
                let at = roll() % bad.len().min(if roll() % 2 == 0 { 200 } else { usize::MAX });
                bad[at] ^= 1 << (at % 8);
            }
            let _ = unpacked(chunk, &bad);
        }
    }
}

/// The property list of an image.
fn list_of(image: &[u8]) -> Vec<u8> {
    let trailer = parse_trailer(&image[image.len() - 512..]).unwrap();
    image[trailer.plist.0 as usize..][..trailer.plist.1 as usize].to_vec()
}

/// What is done to a good image.
type Change = Box<dyn Fn(&mut Vec<u8>)>;

#[test]
fn every_flaw_has_its_reason() {
    let good = dmg(&iso(), Codec::Zlib, true);
    let trailer = parse_trailer(&good[good.len() - 512..]).unwrap();
    let fork = &good[trailer.resources.0 as usize..][..trailer.resources.1 as usize];
    let tables = from_resource_fork(fork, &Limits::default()).unwrap();
    let read = |change: &dyn Fn(&mut Vec<u8>)| -> Result<(), Flaw> {
        let mut table = tables[0].clone();
        change(&mut table);
        arrange(&trailer, &[parse_table(&table)?], good.len() as u64).map(drop)
    };
    read(&|_| ()).unwrap();
    let set = |at: usize, bytes: &'static [u8]| move |table: &mut Vec<u8>| table[at..at + bytes.len()].copy_from_slice(bytes);
    let changes: [(&str, Change); 9] = [
        ("the marker of a table of chunks (mish) is missing", Box::new(set(0, b"mash"))),
        ("a table of chunks is cut short", Box::new(set(200, &[0, 1, 0, 0]))),
        ("a table of chunks is cut short", Box::new(|table| table.truncate(100))),
        ("the kind of a chunk is out of range", Box::new(set(204, &[0x80, 0, 0, 9]))),
        ("the place of a chunk is out of range", Box::new(set(204 + 8, &[0x7F]))),
        ("the sectors of two chunks contradict each other", Box::new(set(204 + 8, &[0, 0, 0, 0, 0, 0, 0, 9]))),
        ("too many bytes in a chunk", Box::new(set(204 + 40 * 18 + 16, &[0, 0, 0, 0, 1]))),
        ("the file is cut short", Box::new(set(204 + 24, &[0, 0, 0, 1]))),
        ("the length of a chunk is out of range", Box::new(set(204 + 32, &[0, 0, 0, 1]))),
    ];
    for (reason, change) in changes {
        let flaw = read(&*change).unwrap_err();
        assert!(flaw.to_string().contains(reason), "{flaw}, not {reason}");
    }
    assert!(parse_trailer(b"koly").is_err() && parse_trailer(&[0; 512]).is_err());
}

#[test]
fn damaged_files_are_refused_or_read() {
    let raw = [iso()[..20 * 512].to_vec(), vec![0; 70 * 512]].concat();
    for old in [false, true] {
        let good = dmg(&raw, Codec::Zlib, old);
        let trailer = &good[good.len() - 512..];
        image::hostile::damage(trailer, |bytes| {
            let _ = parse_trailer(bytes);
        });
        let trailer = parse_trailer(trailer).unwrap();
        let (at, len) = if old { trailer.resources } else { trailer.plist };
        let list = &good[at as usize..][..len as usize];
        let read = if old { from_resource_fork } else { from_plist };
        let table = read(list, &Limits::default()).unwrap().remove(0);
        image::hostile::damage(&table, |bytes| {
            let Ok(chunks) = parse_table(bytes).and_then(|table| arrange(&trailer, &[table], good.len() as u64)) else { return };
            let stream = Unpacked::new(Chunks::new(Arc::new(good.clone()), chunks));
            for at in [0, 32_768, stream.len().saturating_sub(1)] {
                let _ = stream.read_at(at, &mut [0; 1]);
            }
        });
        if old {
            image::hostile::damage(list, |bytes| drop(from_resource_fork(bytes, &Limits::default())));
        }
    }
}
