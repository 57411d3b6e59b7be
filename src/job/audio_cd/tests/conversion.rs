//! Sound that is not a CD's becomes one.

use super::*;

/// How high a tone of this pitch is in one channel, as a share of full scale, and how high all the rest is: what is not the tone (Goertzel's way of looking at
/// one frequency, over whole periods of it).
fn purity(samples: &[f64], pitch: f64) -> (f64, f64) {
    let step = pitch * std::f64::consts::TAU / 44_100.0;
    let (mut cosine, mut sine) = (0.0, 0.0);
    for (n, sample) in (0..).zip(samples) {
        cosine += sample * (f64::from(n) * step).cos();
        sine += sample * (f64::from(n) * step).sin();
    }
    let count = samples.len() as f64;
    let (cosine, sine) = (2.0 * cosine / count, 2.0 * sine / count);
    let rest = (0..).zip(samples).map(|(n, sample)| {
        let angle = f64::from(n) * step;
        (sample - cosine * angle.cos() - sine * angle.sin()).powi(2)
    });
    (cosine.hypot(sine), (2.0 * rest.sum::<f64>() / count).sqrt())
}

fn left(disc: &AudioDisc) -> Vec<f64> {
    sound(disc).chunks(4).map(|sample| f64::from(i16::from_le_bytes([sample[0], sample[1]])) / 32_768.0).collect()
}

fn decibels(share: f64) -> f64 {
    20.0 * share.log10()
}

/// A tone of 48 or 96 kHz is a tone of the same pitch and height on the disc, and what was added is what 16 bits with dither add: noise of half a
/// step (a quarter of a step squared: 1/12 and 1/6), which is −96.3 dB, and as high as a tone of −93.3 dB. A source of 16 bits has rounding of its own.
#[test]
fn a_tone_arrives_with_its_pitch_and_height() {
    for (rate, pitch, bits) in [(48_000, 1000.0, 24), (96_000, 1000.0, 24), (48_000, 15_000.0, 16), (22_050, 500.0, 16)] {
        let samples = rate * 3;
        let at = |n: u32| (f64::from(n) * pitch * std::f64::consts::TAU / f64::from(rate)).sin() * 0.5;
        let scaled = |n: u32| (at(n) * f64::from(1u32 << (bits - 1))).round() as i32;
        let bytes = |n: u32| scaled(n).to_le_bytes()[..bits / 8].to_vec();
        let pcm: Vec<u8> = (0..samples).flat_map(|n| [bytes(n), bytes(n)]).flatten().collect();
        let mut rig = Rig::new();
        rig.put("tone.wav", &wave(2, rate, bits as u16, &pcm));
        rig.track("tone.wav");
        let disc = rig.made();
        let (height, rest) = purity(&left(&disc)[4410..4410 + 88_200], pitch);
        assert!((decibels(height) - decibels(0.5)).abs() < 0.001, "{rate} Hz: {height}");
        assert!((-94.0..-91.5).contains(&decibels(rest)), "{rate} Hz: {} dB", decibels(rest));
    }
}

/// A tone so soft that it is less than a step of 16 bits is still there, in noise; rounded, it would be gone.
#[test]
fn dither_keeps_the_softest_tones() {
    let height = 0.4 / 32_768.0;
    let at = |n: u32| ((f64::from(n) * 1000.0 * std::f64::consts::TAU / 44_100.0).sin() * height * 8_388_608.0).round() as i32;
    let pcm: Vec<u8> = (0..176_400).flat_map(|n| [at(n); 2]).flat_map(|sample| sample.to_le_bytes()[..3].to_vec()).collect();
    let mut rig = Rig::new();
    rig.put("soft.wav", &wave(2, 44_100, 24, &pcm));
    rig.track("soft.wav");
    let (found, _) = purity(&left(&rig.made()), 1000.0);
    assert!((decibels(found) - decibels(height)).abs() < 0.5, "{} dB", decibels(found) - decibels(height));
}

#[test]
fn every_conversion_is_told_and_nothing_else() {
    let mut rig = Rig::new();
    rig.put("plain.wav", &cd_wave(&noise(4000)));
    rig.put("high.wav", &wave(2, 96_000, 24, &noise(6000)));
    rig.put("one.wav", &wave(1, 44_100, 16, &noise(4000)));
    rig.put("surround.wav", &wave(6, 48_000, 16, &noise(6000)));
    ["plain.wav", "high.wav", "one.wav", "surround.wav"].into_iter().for_each(|name| rig.track(name));
    assert_eq!(
        rig.made().notes,
        [
            "“high.wav” is 96 kHz, stereo, 24 bits: it is converted to 44.1 kHz, stereo, 16 bits, as a CD has it.",
            "“one.wav” is 44.1 kHz, mono, 16 bits: it is converted to 44.1 kHz, stereo, 16 bits, as a CD has it.",
            "“surround.wav” is 48 kHz, 6 channels, 16 bits: it is converted to 44.1 kHz, stereo, 16 bits, as a CD has it.",
        ]
    );
}

/// Lossy files that lie about neither length nor gaps: three pieces of a tone follow each other without a click.
#[test]
fn lossy_files_follow_each_other_without_a_gap() {
    for (options, suffix) in [("-c:a|libmp3lame|-b:a|256k", "mp3"), ("-c:a|libvorbis|-q:a|8", "ogg")] {
        let whole = tone(44_100, 441.0, 0.5, 132_300);
        let mut rig = Rig::new();
        for (number, piece) in whole.chunks(44_100 * 4).enumerate() {
            rig.put("x.wav", &cd_wave(piece));
            let name = format!("{number}.{suffix}");
            if !rig.ffmpeg("x.wav", options, &name) {
                return;
            }
            rig.track(&name);
        }
        let disc = rig.made();
        assert_eq!(places(&disc), [(0, 150, 75), (75, 0, 75), (150, 0, 75)]);
        assert!(disc.notes.is_empty());
        let found = left(&disc);
        for joint in [44_100, 88_200] {
            let around = &found[joint - 2000..joint + 2000];
            let steepest = around.windows(2).map(|two| (two[1] - two[0]).abs()).fold(0.0, f64::max);
            // The tone itself rises by 0.5 · 2π · 441 / 44,100 = 0.0314 a sample.
            assert!(steepest < 0.06, "{suffix}: {steepest}");
        }
    }
}
