//! Sound that is not what a CD holds, and what becomes of it.

use super::tests::{
    aiff_of, all, chunk, difference, ffmpeg, format, made_by, mutate, opened, pcm, reads_as, reads_as_afresh, refusal, wave,
};
use super::*;

fn converted(file: &[u8]) -> Option<String> {
    open_bytes(Arc::new(file.to_vec())).unwrap_or_else(|error| panic!("{error}")).converted
}

/// A stereo tone of 32-bit floating-point numbers: left as high as 0.5, right as 0.25.
fn tone(rate: u32, pitch: f64, samples: u32) -> Vec<u8> {
    let at = |n: u32| (f64::from(n) * pitch * std::f64::consts::TAU / f64::from(rate)).sin();
    let pcm: Vec<u8> = (0..samples).flat_map(|n| [at(n) * 0.5, at(n) * 0.25]).flat_map(|x| (x as f32).to_le_bytes()).collect();
    wave(&format(3, 2, rate, 32), &pcm)
}

fn samples(pcm: &[u8]) -> Vec<i32> {
    pcm.chunks(2).map(|word| i32::from(i16::from_le_bytes([word[0], word[1]]))).collect()
}

/// What comes out is the tone that went in, sampled at 44.1 kHz: calculated, not resampled.
#[test]
fn a_tone_is_the_same_tone_whatever_it_was_sampled_at() {
    for (rate, pitch, told) in [
        (8000, 1000.0, "8 kHz"),
        (11_025, 3000.0, "11.025 kHz"),
        (22_050, 9900.0, "22.05 kHz"),
        (22_255, 440.0, "22.255 kHz"),
        (32_000, 14_000.0, "32 kHz"),
        (48_000, 20.0, "48 kHz"),
        (48_000, 997.0, "48 kHz"),
        (48_000, 19_900.0, "48 kHz"),
        (88_200, 15_000.0, "88.2 kHz"),
        (96_000, 19_900.0, "96 kHz"),
        (192_000, 12_345.0, "192 kHz"),
        (384_000, 5.0, "384 kHz"),
    ] {
        let file = tone(rate, pitch, rate / 2);
        assert_eq!(converted(&file), Some(format!("{told}, stereo, 32 bits floating point")));
        let found = all(&*opened(&file).unwrap());
        assert_eq!(found.len() as u64, (u64::from(rate / 2) * 44_100).div_ceil(u64::from(rate)) * 4);
        // The ends are those of a tone that begins and ends in silence.
        for (n, pair) in samples(&found).chunks(2).enumerate().skip(1000).step_by(7).take(2500) {
            let at = (n as f64 * pitch * std::f64::consts::TAU / 44_100.0).sin();
            let (left, right) = (at * 16_384.0, at * 8192.0);
            let off = (f64::from(pair[0]) - left).abs().max((f64::from(pair[1]) - right).abs());
            assert!(off < 1.0, "{rate} Hz, {pitch} Hz, sample {n}: {pair:?}, not {left:.2} and {right:.2}");
        }
    }
}

/// What a CD can't hold must not come back as another tone.
#[test]
fn tones_above_half_the_rate_of_a_cd_are_gone() {
    for (rate, pitch) in [(48_000, 22_100.0), (96_000, 22_100.0), (96_000, 30_000.0), (192_000, 43_100.0), (192_000, 80_000.0)] {
        let found = all(&*opened(&tone(rate, pitch, rate / 4)).unwrap());
        let most = samples(&found).iter().skip(2000).take(16_000).map(|sample| sample.abs()).max();
        assert!(most <= Some(1), "{rate} Hz, {pitch} Hz: {most:?}");
    }
}

/// The same from wherever one reads, and silence stays silence.
#[test]
fn converted_sound_is_the_same_from_everywhere() {
    let file = wave(&format(1, 2, 48_000, 16), &pcm(60_000));
    let whole = all(&*opened(&file).unwrap());
    assert_eq!(whole.len(), 60_000 * 147 / 160 * 4);
    reads_as(&opened(&file).unwrap(), &whole);
    reads_as_afresh(&file, &whole);
    let silence = wave(&format(1, 1, 48_000, 24), &[0; 3000]);
    assert_eq!(all(&*opened(&silence).unwrap()), vec![0; (1000_usize * 147).div_ceil(160) * 4]);
    for samples in [0, 1, 2, 159, 161] {
        let file = wave(&format(1, 2, 48_000, 16), &pcm(samples));
        assert_eq!(opened(&file).unwrap().len(), (u64::from(samples) * 147).div_ceil(160) * 4);
        all(&*opened(&file).unwrap());
    }
}

/// A CD's samples in other clothes come out as they were; what has more bits is rounded, as sox 14.4.2 does.
#[test]
fn other_sizes_of_samples_are_read_as_sox_reads_them() {
    let pcm = pcm(3000);
    let plain = wave(&format(1, 2, 44_100, 16), &pcm);
    for (options, suffix, told) in [
        ("-D IN -b 24 OUT", "out.wav", "44.1 kHz, stereo, 24 bits"),
        ("-D IN -b 32 OUT", "out.wav", "44.1 kHz, stereo, 32 bits"),
        ("-D IN -e floating-point -b 32 OUT", "out.wav", "44.1 kHz, stereo, 32 bits floating point"),
        ("-D IN -e floating-point -b 64 OUT", "out.wav", "44.1 kHz, stereo, 64 bits floating point"),
        ("-D IN -b 24 OUT", "out.aiff", "44.1 kHz, stereo, 24 bits"),
        ("-D IN -b 32 OUT", "out.aifc", "44.1 kHz, stereo, 32 bits"),
        ("-D IN -b 24 OUT", "out.flac", "44.1 kHz, stereo, 24 bits"),
    ] {
        let Some(file) = made_by("sox", options, &plain, ("in.wav", suffix)) else { return };
        assert_eq!(converted(&file).as_deref(), Some(told), "{options} {suffix}");
        assert!(all(&*opened(&file).unwrap()) == pcm, "{options} {suffix}");
    }
    // Mono, eight bits, and bits that have to go.
    for (options, suffix) in [
        ("-D IN -c 1 OUT", "out.wav"),
        ("-D IN -c 1 OUT", "out.flac"),
        ("-D IN -b 8 OUT", "out.wav"),
        ("-D IN -b 8 OUT", "out.aiff"),
        ("-D IN -b 24 OUT vol 0.3", "out.wav"),
        ("-D IN -b 24 OUT vol 0.3", "out.flac"),
        ("-D IN -b 24 -c 1 OUT vol 0.3", "out.aiff"),
    ] {
        let Some(file) = made_by("sox", options, &plain, ("in.wav", suffix)) else { return };
        let raw = "-D IN -t raw -e signed -b 16 -c 2 OUT";
        let Some(reference) = made_by("sox", raw, &file, (suffix, "out.raw")) else { return };
        assert!(difference(&all(&*opened(&file).unwrap()), &reference) <= 1, "{options} {suffix}");
    }
}

/// Surround sound, against what ffmpeg 5.1 makes of it: it, too, divides by the sum, so that nothing clips.
#[test]
fn more_than_two_channels_become_two() {
    let rows = |channels: usize| {
        let at = |n: usize, channel: usize| ((n as f64 * 0.01 * (channel + 1) as f64).sin() * 20_000.0) as i16;
        (0..2000)
            .flat_map(move |n| (0..channels).map(move |channel| at(n, channel)))
            .flat_map(i16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    for (channels, layout) in [(3, "3.0"), (4, "quad"), (5, "5.0"), (6, "5.1"), (7, "6.1"), (8, "7.1")] {
        let plain = wave(&format(1, channels, 44_100, 16), &rows(channels.into()));
        assert_eq!(converted(&plain), Some(format!("44.1 kHz, {channels} channels, 16 bits")));
        let ours = all(&*opened(&plain).unwrap());
        let options = format!("-c:a flac -af channelmap=channel_layout={layout}");
        let Some(flac) = ffmpeg(&options, &plain, ("in.wav", "out.flac")) else { return };
        assert!(all(&*opened(&flac).unwrap()) == ours, "{layout}");
        let Some(theirs) = ffmpeg("-ac 2 -f s16le", &flac, ("in.flac", "out.raw")) else { return };
        assert!(difference(&ours, &theirs) <= 1, "{layout}: {}", difference(&ours, &theirs));
        if let Some(with_mask) = ffmpeg("-c:a pcm_s24le", &flac, ("in.flac", "out.wav")) {
            assert!(all(&*opened(&with_mask).unwrap()) == ours, "{layout}");
        }
    }
}

#[test]
fn channels_of_an_unknown_order_are_refused() {
    let mut body = format(0xFFFE, 3, 44_100, 16);
    body.extend_from_slice(&[22, 0, 16, 0]);
    body.extend_from_slice(&0x103u32.to_le_bytes());
    body.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
    assert_eq!(refusal(&wave(&body, &[0; 60])), "has more than two channels, of which it is not known how they become two");
}

/// With dither and another loudness, too, a file is the same from wherever one reads, and the tone is as high as it should be.
#[test]
fn dithered_sound_of_another_loudness_is_the_same_from_everywhere() {
    let halved = Finish { gain: 0.5, dither: true };
    for file in [wave(&format(1, 2, 44_100, 16), &pcm(30_000)), wave(&format(1, 2, 48_000, 16), &pcm(30_000))] {
        let made = |finish| Recording::of(Arc::new(file.clone())).unwrap().for_cd(finish).unwrap();
        let bytes = made(halved);
        let whole = all(&*bytes);
        reads_as(&bytes, &whole);
        let exactly = samples(&all(&*made(Finish::PLAIN)));
        // What was not rounded before, and not clipped: dither reaches one step further.
        let near = |(half, whole): (&i32, i32)| (half * 2 - whole).abs() <= 4 || whole.abs() >= 32_767;
        assert!(samples(&whole).iter().zip(exactly).all(near));
        assert!(all(&*made(Finish { gain: 1.0, dither: false })) == all(&*opened(&file).unwrap()));
    }
}

/// Chunks that claim floats which are no numbers are silent there.
#[test]
fn floats_that_are_no_numbers_are_silence() {
    let values = [f32::NAN, f32::INFINITY, 2.0, -2.0, 0.5, -0.5, f32::MIN_POSITIVE, f32::NEG_INFINITY];
    let pcm: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let found = all(&*opened(&wave(&format(3, 2, 44_100, 32), &pcm)).unwrap());
    assert_eq!(samples(&found), [0, 0, 32_767, -32_768, 16_384, -16_384, 0, 0]);
}

/// Lossy files of other rates, against what ffmpeg 5.1 decodes them to, which is converted in the same way.
#[test]
fn lossy_files_of_other_rates_are_read() {
    // Not so loud that others, who decode to 16 bits, have to clip it.
    let quiet: Vec<u8> = samples(&pcm(30_000)).iter().flat_map(|sample| ((sample / 4) as i16).to_le_bytes()).collect();
    let source = wave(&format(1, 2, 44_100, 16), &quiet);
    for (options, suffix, told) in [
        ("-c:a libmp3lame -b:a 128k -ar 48000", "out.mp3", "48 kHz, stereo, 16 bits"),
        ("-c:a libmp3lame -b:a 64k -ar 32000 -ac 1", "out.mp3", "32 kHz, mono, 16 bits"),
        ("-c:a libmp3lame -b:a 96k -ac 1", "out.mp3", "44.1 kHz, mono, 16 bits"),
        ("-c:a libmp3lame -b:a 64k -ar 22050", "out.mp3", "22.05 kHz, stereo, 16 bits"),
        ("-c:a libmp3lame -b:a 8k -ar 8000 -ac 1", "out.mp3", "8 kHz, mono, 16 bits"),
        ("-c:a libvorbis -q:a 5 -ar 48000", "out.ogg", "48 kHz, stereo, 16 bits"),
        ("-c:a libvorbis -q:a 2 -ar 22050 -ac 1", "out.ogg", "22.05 kHz, mono, 16 bits"),
    ] {
        let Some(file) = ffmpeg(options, &source, ("in.wav", suffix)) else { return };
        assert_eq!(converted(&file).as_deref(), Some(told), "{options}");
        let bytes = opened(&file).unwrap();
        let whole = all(&*bytes);
        reads_as(&bytes, &whole);
        reads_as_afresh(&file, &whole);
        // For Ogg sox, which uses the reference decoder: ffmpeg adds samples where the last block is a short one.
        let decoded = match suffix {
            "out.ogg" => made_by("sox", "-D IN -e floating-point -b 32 OUT", &file, (suffix, "out.wav")),
            _ => ffmpeg("-c:a pcm_f32le", &file, (suffix, "out.wav")),
        };
        let Some(decoded) = decoded else { return };
        let reference = all(&*opened(&decoded).unwrap());
        assert_eq!(whole.len(), reference.len(), "{options}");
        assert!(difference(&whole, &reference) <= 2, "{options}");
    }
}

/// ALAC as ffmpeg 5.1 writes it, with the tables before and behind the sound.
#[test]
fn alac_is_read_as_it_was() {
    let pcm = pcm(66_211);
    let source = wave(&format(1, 2, 44_100, 16), &pcm);
    for options in ["-c:a alac", "-c:a alac -movflags +faststart", "-c:a alac -min_prediction_order 1 -frame_size 512"] {
        let Some(file) = ffmpeg(options, &source, ("in.wav", "out.m4a")) else { return };
        assert_eq!(converted(&file), None);
        let bytes = opened(&file).unwrap();
        assert!(all(&*bytes) == pcm, "{options}");
        reads_as(&bytes, &pcm);
        reads_as_afresh(&file, &pcm);
    }
    for (options, told) in [
        ("-c:a alac -sample_fmt s32p -bits_per_raw_sample 24", "44.1 kHz, stereo, 24 bits"),
        ("-c:a alac -ac 1", "44.1 kHz, mono, 16 bits"),
        ("-c:a alac -ar 96000", "96 kHz, stereo, 16 bits"),
    ] {
        let Some(file) = ffmpeg(options, &source, ("in.wav", "out.m4a")) else { return };
        assert_eq!(converted(&file).as_deref(), Some(told));
        let Some(decoded) = ffmpeg("-c:a pcm_f32le", &file, ("in.m4a", "out.wav")) else { return };
        assert!(all(&*opened(&file).unwrap()) == all(&*opened(&decoded).unwrap()), "{options}");
    }
}

/// Packets of silence are all of one size, and the file says that size once; it was once called damaged.
#[test]
fn alac_whose_packets_are_of_one_size_is_read() {
    for pcm in [vec![0; 4096 * 4 * 5], pcm(3000)] {
        let source = wave(&format(1, 2, 44_100, 16), &pcm);
        let Some(file) = ffmpeg("-c:a alac", &source, ("in.wav", "out.m4a")) else { return };
        assert!(all(&*opened(&file).unwrap()) == pcm);
    }
}

#[test]
fn hostile_alacs_do_no_harm() {
    let source = wave(&format(1, 2, 44_100, 16), &pcm(9000));
    let Some(file) = ffmpeg("-c:a alac -movflags +faststart -map_metadata -1", &source, ("in.wav", "out.m4a")) else { return };
    assert!(is_container(&file));
    mutate(&file, 40);
    // The tables are in the first kilobyte.
    for round in 0..400_usize {
        let mut changed = file.clone();
        let (at, value) = (round * 7919 % 1000, round * 31 % 256);
        changed[at] = value as u8;
        super::tests::survive(changed);
    }
    assert_eq!(refusal(b"\0\0\0\x14ftypM4A \0\0\0\0M4A \0\0\0\x08moov"), "is an MPEG-4 file without sound");
    // Boxes that hold themselves, or more than there is.
    let head = b"\0\0\0\x10ftypM4A \0\0\0\0";
    super::tests::survive([head.as_slice(), &b"\0\0\0\x08moov".repeat(50_000)].concat());
    super::tests::survive([head.as_slice(), b"\0\0\0\x01moov\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"].concat());
}

#[test]
fn hostile_sounds_of_other_sizes_do_no_harm() {
    mutate(&wave(&format(1, 1, 48_000, 24), &pcm(20)), 400);
    mutate(&wave(&format(3, 2, 44_100, 64), &pcm(64)), 400);
    mutate(&aiff_of(b"AIFC", b"fl32", 32, &pcm(20)), 400);
    let odd = wave(&format(1, 2, 44_100, 24), &[1; 6 * 5 + 5]);
    assert_eq!(opened(&odd).unwrap().len(), 5 * 4);
    assert_eq!(
        refusal(&[b"RIFF\0\0\0\0WAVE".as_slice(), &chunk(b"fmt ", 16, &format(3, 2, 44_100, 24))].concat()),
        "has samples of no known size"
    );
}

/// A file of Monkey's Audio, all silence, in two frames: what its encoder 3.99 writes at its level “normal”, but for the WAVE header
/// that it keeps. A frame is a checksum whose highest bit says that flags follow, and the flags say that it is silent; its words are
/// stored lowest byte first.
fn ape(samples: u32) -> Vec<u8> {
    const EACH: u32 = 73_728;
    let (frames, last) = (samples.div_ceil(EACH), (samples - 1) % EACH + 1);
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let begins = 52 + 24 + 4 * frames;
    let mut file = b"MAC \x96\x0F\0\0".to_vec();
    file.extend(words(&[52, 24, 4 * frames, 0, 16 * frames, 0, 0, 0, 0, 0, 0]));
    // Level, flags (the WAVE header is to be made), sizes, 16 bits, two channels.
    file.extend(words(&[2000 | 32 << 16, EACH, last, frames, 16 | 2 << 16, 44_100]));
    file.extend(words(&(0..frames).map(|frame| begins + 16 * frame).collect::<Vec<_>>()));
    for frame in 0..frames {
        let here = if frame + 1 == frames { last } else { EACH };
        let sum = crc32fast::hash(&vec![0; here as usize * 4]) >> 1 | 1 << 31;
        file.extend(words(&[sum, 3, 0, 0]));
    }
    file
}

/// ffmpeg 5.1 reads the same. On 46 files of the encoder 3.99, of all its levels, mono, and of 8 and 24 bits, the decoder gave what
/// ffmpeg gave when it was chosen; there is no other encoder, and those files can't be here.
#[test]
fn monkeys_audio_is_read() {
    let file = ape(100_000);
    assert!(is_container(&file));
    assert_eq!(converted(&file), None);
    let bytes = opened(&file).unwrap();
    assert!(all(&*bytes) == vec![0; 400_000]);
    reads_as(&bytes, &vec![0; 400_000]);
    let Some(theirs) = ffmpeg("-f s16le", &file, ("in.ape", "out.raw")) else { return };
    assert!(theirs == vec![0; 400_000]);
}

#[test]
fn hostile_monkeys_audio_does_no_harm() {
    let file = ape(80_000);
    mutate(&file, 150);
    for (at, word, why) in [
        (8, u32::MAX, "is a Monkey's Audio file that is damaged or cut short"),
        (16, 0, "is a Monkey's Audio file that is damaged or cut short"),
        (20, u32::MAX, "is a Monkey's Audio file that is damaged or cut short"),
        (56, 0, "is a Monkey's Audio file that is damaged or cut short"),
        (64, u32::MAX, "is a Monkey's Audio file that is damaged or cut short"),
        (68, 32 | 2 << 16, "is Monkey's Audio with samples of a size that is not read"),
        (80, 84, "is a Monkey's Audio file that is damaged or cut short"),
    ] {
        let mut changed = file.clone();
        changed[at..at + 4].copy_from_slice(&u32::to_le_bytes(word));
        assert_eq!(refusal(&changed), why, "{at}");
    }
}
