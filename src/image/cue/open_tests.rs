//! Sheets with their files.

use std::path::Path;

use super::tests::corpus;
use crate::disc::cd_text::Field;
use crate::disc::sector::{Form, Slice, Worth};
use crate::disc::{Lba, TrackMode};
use crate::image::{At, Error, Fault, Image, Limits};

fn open(path: &Path) -> Result<Image, Error> {
    crate::image::open(path, Limits::default())
}

/// A folder with these files, the first of which is opened.
fn opened(files: &[(&str, &[u8])]) -> Result<Image, Error> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    open(&folder.path().join(files[0].0))
}

fn sheet(file: &str, tracks: &str) -> Vec<u8> {
    format!("FILE \"{file}\" BINARY\n{tracks}").into_bytes()
}

const ONE: &str = "TRACK 01 AUDIO\nINDEX 01 00:00:00";

pub(super) fn read(image: &Image, at: i32, sectors: u32, slice: Slice) -> Vec<u8> {
    let mut bytes = vec![0; sectors as usize * slice.size()];
    image.reader.read(Lba(at), Form::main(slice), &mut bytes, &mut vec![Worth::Good; sectors as usize]).unwrap();
    bytes
}

/// A raw sector whose header gives an address.
pub(super) fn sector(mode: u8, lba: i32, fill: u8) -> Vec<u8> {
    let mut sector = crate::disc::sector::SYNC.to_vec();
    sector.extend(Lba(lba).to_msf().to_bcd());
    sector.push(mode);
    sector.resize(2352, fill);
    sector
}

#[test]
fn the_corpus_opens_as_its_index_says() {
    let Some(corpus) = corpus() else { return };
    let image = |name: &str| open(&corpus.join(name)).unwrap_or_else(|error| panic!("{error}"));
    let data = corpus.join("libcdio/test/data");
    let p1 = image("libcdio/test/data/p1.cue");
    assert_eq!(p1.disc().tracks().map(|(_, track)| track.start.0).collect::<Vec<_>>(), [75, 225]);
    assert_eq!(p1.disc().cd_text.text(0, 0, Field::Performer), Some("Richard Stallman"));
    // It names BOING.BIN, which does not exist.
    assert!(p1.warnings.iter().any(|warning| warning.contains("BOING.BIN")), "{:?}", p1.warnings);
    let bin = std::fs::read(data.join("p1.bin")).unwrap();
    assert_eq!(read(&p1, 0, 150, Slice::RAW), bin[..150 * 2352]);
    assert_eq!(read(&p1, 150, 152, Slice::RAW), bin[150 * 2352..302 * 2352]);
    let m1 = image("libcdio/test/data/isofs-m1.cue");
    let bin = std::fs::read(data.join("isofs-m1.bin")).unwrap();
    let user: Vec<u8> = bin.chunks_exact(2352).flat_map(|sector| sector[16..2064].to_vec()).collect();
    assert_eq!((m1.disc().lead_out(), read(&m1, 0, 302, Slice::COOKED)), (Lba(302), user));
    let mix = image("generated/mix.cue");
    let places: Vec<_> = mix.disc().tracks().map(|(_, track)| (track.start.0, track.pregap, track.length)).collect();
    assert_eq!(places, [(0, 150, 252), (402, 150, 100), (522, 20, 55)]);
    assert!(read(&mix, 252, 150, Slice::RAW).iter().all(|byte| *byte == 0));
    assert_eq!(read(&mix, 502, 75, Slice::RAW), std::fs::read(corpus.join("generated/a.raw")).unwrap());
    for bad in ["bad-cat1", "bad-cat2", "bad-msf-1", "bad-msf-3"] {
        let error = open(&data.join(format!("{bad}.cue"))).err().unwrap();
        assert!(matches!(error.at, At::Line(_)), "{error}");
    }
}

#[test]
fn files_that_cannot_be_had_are_named() {
    let of = |name: &str, more: &[(&str, &[u8])]| {
        let sheet = sheet(name, ONE);
        opened(&[&[("a.cue", sheet.as_slice())], more].concat()).err().unwrap()
    };
    assert!(matches!(of("gone.bin", &[]), Error { at: At::Line(1), fault: Fault::PartMissing { .. }, .. }));
    for name in ["../x.bin", "/dev/zero", "\\\\host\\share\\x.bin"] {
        assert!(matches!(of(name, &[]).fault, Fault::OutsideFolder { .. }), "{name}");
    }
    for name in ["a.cue", "A.CUE", "b.cue"] {
        assert!(matches!(of(name, &[("b.cue", b"x")]).fault, Fault::Unsupported { .. }), "{name}");
    }
    let no_file = opened(&[("a.cue", ONE.as_bytes())]).err().unwrap();
    assert!(matches!(no_file.fault, Fault::Missing { what: "a FILE command" }));
}

/// cdemu issue 26: raw audio that looked like an MP3 was given to a decoder, which never came back.
#[test]
fn raw_sectors_are_given_to_no_decoder() {
    for head in [&[0xFF, 0xFB, 0x90, 0x64][..], b"ID3\x03", b"RIFF\0\0\0\0AVI ", b"FORM\0\0\0\0ILBM"] {
        let mut bin = head.to_vec();
        bin.resize(2352 * 4, 7);
        let image = opened(&[("a.cue", &sheet("a.bin", ONE)), ("a.bin", &bin)]).unwrap();
        assert_eq!(read(&image, 0, 4, Slice::RAW), bin);
    }
    // And data tracks to none at all.
    let mut bin = b"fLaC".to_vec();
    bin.resize(2048 * 4, 7);
    let image = opened(&[("a.cue", &sheet("a.bin", "TRACK 01 MODE1/2048\nINDEX 01 00:00:00")), ("a.bin", &bin)]).unwrap();
    assert_eq!(read(&image, 0, 4, Slice::COOKED), bin);
}

/// A WAV file of so many stereo samples of silence but for the first.
fn wav(samples: u32) -> Vec<u8> {
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + samples * 4).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0\x44\xAC\0\0\x10\xB1\x02\0\x04\0\x10\0data");
    wav.extend((samples * 4).to_le_bytes());
    wav.extend([1, 2, 3, 4]);
    wav.resize(44 + samples as usize * 4, 0);
    wav
}

#[test]
fn sound_is_known_by_its_header_whatever_the_sheet_says() {
    for kind in ["WAVE", "BINARY", "FLAC"] {
        let sheet = format!("FILE a.wav {kind}\n{ONE}\nTRACK 02 AUDIO\nINDEX 01 00:00:02");
        let image = opened(&[("a.cue", sheet.as_bytes()), ("a.wav", &wav(588 * 3 + 1))]).unwrap();
        let lengths: Vec<_> = image.disc().tracks().map(|(_, track)| track.length).collect();
        assert_eq!(lengths, [2, 2], "the last sector is filled up");
        assert_eq!(read(&image, 0, 1, Slice::RAW)[..6], [1, 2, 3, 4, 0, 0]);
        assert!(read(&image, 2, 2, Slice::RAW).iter().all(|byte| *byte == 0));
        assert_eq!(image.warnings.len(), usize::from(kind == "BINARY"), "{:?}", image.warnings);
    }
}

/// Whoever opens the sheet hears of it, and the length is that of the sound, in whole sectors.
#[test]
fn sound_of_another_rate_is_converted_and_the_user_is_told() {
    let mut slow = wav(22_050);
    slow[24..28].copy_from_slice(&22_050u32.to_le_bytes());
    let image = opened(&[("x.cue", format!("FILE a.wav WAVE\n{ONE}").as_bytes()), ("a.wav", &slow)]).unwrap();
    let told = "“a.wav” is 22.05 kHz, stereo, 16 bits: it is converted to 44.1 kHz, stereo, 16 bits, as a CD has it.";
    assert_eq!(image.warnings, [told]);
    assert_eq!(image.disc().sectors(), 75);
}

#[test]
fn motorola_is_swapped_and_subchannel_is_found() {
    let bin: Vec<u8> = (0..2352u32 * 2).map(|n| n as u8).collect();
    let text = format!("FILE a.bin MOTOROLA\n{ONE}");
    let image = opened(&[("a.cue", text.as_bytes()), ("a.bin", &bin)]).unwrap();
    assert_eq!(read(&image, 0, 2, Slice::RAW)[..4], [1, 0, 3, 2]);
    let cdg: Vec<u8> = [vec![1; 2352], vec![2; 96], vec![3; 2352], vec![4; 96]].concat();
    let image = opened(&[("a.cue", &sheet("a.bin", "TRACK 01 CDG\nINDEX 01 00:00:00")), ("a.bin", &cdg)]).unwrap();
    let form = Form { main: Some(Slice::RAW), sub: Some(crate::disc::sector::SubKind::Interleaved) };
    let mut bytes = vec![0; form.size() * 2];
    image.reader.read(Lba(0), form, &mut bytes, &mut [Worth::Good; 2]).unwrap();
    assert_eq!(bytes, cdg);
}

/// A name in Shift-JIS that was guessed to be something else is found under its own.
#[test]
fn names_are_looked_for_under_other_encodings() {
    let mut text = b"FILE \"".to_vec();
    text.extend([0xB1, 0xC6, 0xD2]); // half-width katakana, as a short name may be
    text.extend(b".bin\" BINARY\n");
    text.extend(ONE.as_bytes());
    for name in ["ｱﾆﾒ.bin", "±ÆÒ.bin"] {
        assert!(opened(&[("a.cue", &text), (name, &[0; 2352])]).is_ok(), "{name}");
    }
}

#[test]
fn the_headers_say_whether_the_gap_between_sessions_is_stored() {
    let text = sheet(
        "a.bin",
        "REM SESSION 1\nTRACK 01 MODE1/2352\nINDEX 01 00:00:00\nREM SESSION 2\nTRACK 02 MODE1/2352\nINDEX 01 02:32:05",
    );
    let start = (2 * 60 + 32) * 75 + 5;
    let first = sector(1, 0, 1).repeat(5);
    // Counted and stored; counted, not stored; not counted: then the file is that long for another reason.
    let image = |bin: &[u8]| opened(&[("a.cue", &text), ("a.bin", bin)]).unwrap();
    let places = |image: &Image| image.disc().tracks().map(|(_, track)| (track.start.0, track.length)).collect::<Vec<_>>();
    let stored = image(&[first.clone(), vec![0; 11400 * 2352], sector(1, start, 2).repeat(3)].concat());
    assert_eq!(places(&stored), [(0, 5), (start, 3)]);
    let skipped = image(&[first.clone(), sector(1, start, 2).repeat(11500)].concat());
    assert_eq!((places(&skipped), skipped.disc().sessions[0].lead_out), (vec![(0, 5), (start, 11500)], Lba(5)));
    let apart = image(&[vec![0; start as usize * 2352], sector(1, start + 11400, 2).repeat(3)].concat());
    assert_eq!(places(&apart), [(0, start as u32), (start + 11400, 3)]);
}

/// redump leaves out the remarks about the lead-out, so a gap of unusual length is known from the sectors alone.
#[test]
fn sessions_begin_where_their_sectors_say() {
    let text = "REM SESSION 1\nFILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nREM SESSION 2\nFILE b.bin BINARY\nTRACK 02 MODE2/2352\nINDEX 01 00:00:00";
    let image = opened(&[("a.cue", text.as_bytes()), ("a.bin", &[0; 2352 * 4]), ("b.bin", &sector(2, 12345, 0))]).unwrap();
    assert_eq!(image.disc().sessions[1].tracks[0].start, Lba(12345));
    assert_eq!(image.warnings.len(), 1);
}

#[test]
fn a_pregap_that_every_disc_has_is_not_counted_twice() {
    let text = sheet("a.bin", "TRACK 01 MODE1/2352\nPREGAP 00:02:00\nINDEX 01 00:00:00");
    let start = |bin: &[u8]| opened(&[("a.cue", &text), ("a.bin", bin)]).unwrap().disc().sessions[0].tracks[0].start;
    assert_eq!(start(&sector(1, 0, 0)), Lba(0));
    assert_eq!(start(&sector(1, 150, 0)), Lba(150));
}

#[test]
fn mode_2_shows_by_its_subheaders_whether_it_has_forms() {
    let of = |header: [u8; 8], more: &str| {
        let mut one = sector(2, 0, 1);
        one[16..24].copy_from_slice(&header);
        let text = sheet("a.bin", &format!("TRACK 01 MODE2/2352\n{more}\nINDEX 01 00:00:00"));
        opened(&[("a.cue", &text), ("a.bin", &one.repeat(20))]).unwrap().disc().sessions[0].tracks[0].mode
    };
    assert_eq!(of([0, 0, 8, 0, 0, 0, 8, 0], ""), TrackMode::Mode2Mixed);
    assert_eq!(of([1, 2, 3, 4, 5, 6, 7, 8], ""), TrackMode::Mode2);
    assert_eq!(of([1, 2, 3, 4, 5, 6, 7, 8], "REM TRACK-MODE mode2-form1"), TrackMode::Mode2Form1);
}

#[test]
fn cd_text_comes_from_its_file_first() {
    let Some(corpus) = corpus() else { return };
    let packs = std::fs::read(corpus.join("libcdio/test/data/cdtext.cdt")).unwrap();
    let (mut whole, _) = crate::disc::CdText::from_container(&packs);
    whole.renumber(|number| (number == 1).then_some(1));
    let text = sheet("a.bin", &format!("CDTEXTFILE x.cdt\nTITLE other\n{ONE}"));
    let image = opened(&[("a.cue", &text), ("a.bin", &[0; 2352]), ("x.cdt", &packs)]).unwrap();
    assert_eq!(image.disc().cd_text, whole);
    let without = opened(&[("a.cue", &text), ("a.bin", &[0; 2352])]).unwrap();
    assert_eq!(without.disc().cd_text.text(0, 0, Field::Title), Some("other"));
    assert!(without.warnings.iter().any(|warning| warning.contains("CD-TEXT file")));
}
