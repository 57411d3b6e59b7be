//! AAC as ffmpeg 5.1 makes it, where that is installed, and as it decodes it.

use std::sync::Arc;

use super::boxes::{Span, packets};
use crate::bytes::audio::tests::{all, ffmpeg, format, mutate, pcm, reads_as, reads_as_afresh, refusal, survive, wave};
use crate::bytes::audio::{Finish, Recording};

/// Music as a WAVE file, and in AAC.
fn encoded(options: &str, pcm: &[u8]) -> Option<Vec<u8>> {
    ffmpeg(&format!("-c:a aac {options}"), &wave(&format(1, 2, 44_100, 16), pcm), ("in.wav", "out.m4a"))
}

/// Samples as numbers, left and right by turns.
fn floats(file: &[u8]) -> Vec<f32> {
    let recording = Recording::of(Arc::new(file.to_vec())).unwrap();
    all(&*recording.floats()).as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// A tone of 441 Hz, as loud as can be but for 6 dB, from this sample on.
fn tone(from: u32, samples: u32) -> Vec<u8> {
    let at = |n: u32| ((f64::from(n) * 441.0 * std::f64::consts::TAU / 44_100.0).sin() * 16_000.0) as i16;
    (from..from + samples).flat_map(|n| [at(n).to_le_bytes(); 2]).flatten().collect()
}

/// Where its packets lie.
fn frames(file: &[u8]) -> Vec<(u64, u32)> {
    let bytes = file.to_vec();
    let whole = Span { from: 0, to: bytes.len() as u64 };
    let table = whole.descend(&bytes, &[b"moov", b"trak", b"mdia", b"minf", b"stbl"]).unwrap().unwrap();
    packets(&bytes, table).unwrap()
}

#[test]
fn another_decoder_hears_the_same() {
    let pcm = pcm(66_211);
    for options in [
        "-aac_pns 0 -b:a 192k",
        "-aac_pns 0 -b:a 96k -aac_coder twoloop",
        "-aac_pns 0 -ac 1",
        "-aac_pns 0 -ar 48000",
        "-aac_pns 0 -ar 22050",
    ] {
        let Some(file) = encoded(options, &pcm) else { return };
        let Some(decoded) = ffmpeg("-c:a pcm_f32le", &file, ("in.m4a", "out.wav")) else { return };
        let (ours, theirs) = (floats(&file), floats(&decoded));
        // ffmpeg plays the last frame to its end.
        assert!(ours.len() <= theirs.len() && theirs.len() - ours.len() < 2 * 1024, "{options}: {} {}", ours.len(), theirs.len());
        let farthest = ours.iter().zip(&theirs).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max);
        assert!(farthest < 1e-4, "{options}: {farthest}");
    }
}

/// What the encoder put before and behind is taken off: two files follow one another as the music did that they were cut from.
#[test]
fn an_album_without_pauses_has_none() {
    let (first, second) = (tone(0, 50_000), tone(50_000, 40_000));
    let (Some(first), Some(second)) = (encoded("-b:a 256k", &first), encoded("-b:a 256k", &second)) else { return };
    let found = [floats(&first), floats(&second)].concat();
    let wanted: Vec<f32> =
        tone(0, 90_000).as_chunks::<2>().0.iter().map(|word| f32::from(i16::from_le_bytes(*word)) / 32_768.0).collect();
    assert_eq!((found.len(), floats(&first).len()), (wanted.len(), 100_000));
    // An encoder does not know what follows, so that the sound is not quite itself for some milliseconds; a gap would be a jump of half of full scale.
    let jump = found.windows(3).map(|three| (three[2] - three[0]).abs()).fold(0.0, f32::max);
    assert!(jump < 0.05, "{jump}");
    let away = |range: std::ops::Range<usize>| range.map(|n| (found[n] - wanted[n]).abs()).fold(0.0, f32::max);
    assert!(away(4_000..96_000) < 0.01 && away(104_000..176_000) < 0.01, "{} {}", away(4_000..96_000), away(104_000..176_000));
}

/// Noise that a decoder makes up is the same wherever reading begins.
#[test]
fn made_up_noise_is_the_same_from_everywhere() {
    let Some(file) = encoded("-aac_pns 1 -b:a 64k", &pcm(200_000)) else { return };
    let read = |file: &[u8]| Recording::of(Arc::new(file.to_vec())).unwrap().for_cd(Finish::PLAIN).unwrap();
    let whole = all(&*read(&file));
    assert_eq!(whole.len(), 200_000 * 4);
    reads_as(&read(&file), &whole);
    reads_as_afresh(&file, &whole);
}

/// A file of ours has its boxes at its end, so that more can be put there.
fn with_tag(file: &[u8], text: &str) -> Vec<u8> {
    let boxed = |name: &[u8; 4], body: &[u8]| [&(8 + body.len() as u32).to_be_bytes(), &name[..], body].concat();
    let full = |name: &[u8; 4], body: &[u8]| boxed(name, &[&[0; 4], body].concat());
    let data = boxed(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], text.as_bytes()].concat());
    let item = boxed(b"----", &[full(b"mean", b"com.apple.iTunes"), full(b"name", b"iTunSMPB"), data].concat());
    let tags = boxed(b"udta", &full(b"meta", &boxed(b"ilst", &item)));
    let movie = file.windows(4).position(|name| name == b"moov").unwrap() - 4;
    let mut tagged = [file, &tags].concat();
    // The place of what it has there is still there, and counts for nothing.
    let old = file.windows(4).position(|name| name == b"udta").unwrap();
    tagged[old..old + 4].copy_from_slice(b"free");
    let size = u32::from_be_bytes(tagged[movie..movie + 4].try_into().unwrap()) + tags.len() as u32;
    tagged[movie..movie + 4].copy_from_slice(&size.to_be_bytes());
    tagged
}

#[test]
fn the_gaps_are_told_by_the_tag_or_the_edit_list_or_not_at_all() {
    let Some(bare) = encoded("-b:a 128k -map_metadata -1 -fflags +bitexact -use_editlist 0", &pcm(30_000)) else { return };
    let whole = floats(&bare);
    let all = frames(&bare).len() * 1024;
    assert!(whole.len() > 2 * 30_000 && whole.len() <= 2 * all);
    let tagged = with_tag(&bare, " 00000000 00000400 00000000 0000000000007530 00000000");
    assert!(floats(&tagged) == whole[2 * 1024..][..2 * 30_000]);
    let longer = with_tag(&bare, " 00000000 00000400 00000000 00000000FFFFFFFF");
    assert!(floats(&longer) == whole, "a tag that lies is passed over");
    let Some(edited) = encoded("-b:a 128k -map_metadata -1 -fflags +bitexact", &pcm(30_000)) else { return };
    assert!(floats(&edited) == whole[2 * 1024..][..2 * 30_000]);
}

/// Half the sound would be burned.
#[test]
fn sound_whose_upper_half_is_stored_apart_is_refused() {
    let Some(mut file) = encoded("-ar 22050 -b:a 48k", &pcm(100_000)) else { return };
    assert_eq!(floats(&file).len(), 2 * 50_000, "without it, low rates are read");
    for (at, size) in frames(&file) {
        // A fill element of five bytes that is SBR, and the end of the frame.
        let tail = 6u64 << 47 | 5 << 43 | 13 << 39 | 0x0AAA_AAAA << 3 | 7;
        let behind = (at + u64::from(size)) as usize;
        file[behind - 7..behind].copy_from_slice(&tail.to_be_bytes()[1..]);
    }
    assert_eq!(refusal(&file), "is HE-AAC (SBR), the upper half of which is not read");
}

#[test]
fn what_is_not_read_is_refused_by_name() {
    let Some(file) = encoded("-b:a 128k", &pcm(3000)) else { return };
    let renamed = |name: &[u8; 4]| {
        let at = file.windows(4).position(|name| name == b"mp4a").unwrap();
        [&file[..at], name, &file[at + 4..]].concat()
    };
    assert_eq!(refusal(&renamed(b"drms")), "is bought music that is protected (FairPlay): only the shop's own program plays it");
    assert_eq!(refusal(&renamed(b"enca")), "is encrypted");
    assert_eq!(refusal(&renamed(b"ac-3")), "is an MPEG-4 file with sound of a kind that is not read");
    let source = wave(&format(1, 2, 44_100, 16), &pcm(9000));
    let Some(stream) = ffmpeg("-c:a aac", &source, ("in.wav", "out.aac")) else { return };
    assert_eq!(refusal(&stream), "is AAC in a bare stream (ADTS), which is not read: in an MPEG-4 file (.m4a) it is");
    let fragments = "-c:a aac -movflags frag_keyframe+empty_moov";
    let Some(fragments) = ffmpeg(fragments, &source, ("in.wav", "out.m4a")) else { return };
    assert_eq!(refusal(&fragments), "is an MPEG-4 file in fragments, made for streaming, which is not read");
    let Some(surround) = ffmpeg("-c:a aac -ac 6", &source, ("in.wav", "out.m4a")) else { return };
    assert_eq!(refusal(&surround), "has more than two channels: a CD is stereo");
}

#[test]
fn hostile_aacs_do_no_harm() {
    let Some(file) = encoded("-b:a 64k -movflags +faststart -map_metadata -1", &pcm(9000)) else { return };
    mutate(&file, 40);
    for round in 0..400_usize {
        let mut changed = file.clone();
        let (at, value) = (round * 7919 % file.len(), round * 31 % 256);
        changed[at] = value as u8;
        survive(changed);
    }
}
