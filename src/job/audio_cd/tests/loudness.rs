//! Tracks become equally loud.

use super::*;
use crate::job::Phase;
use crate::job::audio_cd::loudness::levelled;

fn levels(rig: &Rig) -> (Vec<f64>, Vec<String>) {
    let items = gather(&rig.list.files, &rig.control).unwrap().items;
    levelled(&items, &rig.control, &|_| ()).unwrap()
}

/// EBU Tech 3341, test 1 and 2: a stereo tone of 1 kHz whose peaks are at −23 dBFS has −23.0 LUFS, one of −33 has −33.0. Both could be as loud as
/// −1 LUFS; so they are brought there, and no peak is higher than −1 dB.
#[test]
fn standard_tones_have_the_loudness_that_the_standard_says() {
    let mut rig = Rig::new();
    for (name, decibels) in [("23.wav", -23.0), ("33.wav", -33.0)] {
        rig.put(name, &wave(2, 48_000, 16, &tone(48_000, 1000.0, 10f64.powf(decibels / 20.0), 48_000 * 5)));
        rig.track(name);
    }
    let (factors, notes) = levels(&rig);
    let gains: Vec<f64> = factors.iter().map(|factor| 20.0 * factor.log10()).collect();
    assert!((gains[0] - 22.0).abs() < 0.1 && (gains[1] - 32.0).abs() < 0.1, "{gains:?}");
    assert_eq!(
        notes,
        [
            "All tracks are brought to -1.0 LUFS.",
            "“23.wav” has -23.0 LUFS and becomes 22.0 dB louder.",
            "“33.wav” has -33.0 LUFS and becomes 32.0 dB louder.",
        ]
    );
    rig.list.level = true;
    let disc = rig.made();
    let found = sound(&disc);
    let highest = |part: &[u8]| part.chunks(2).map(|word| i16::from_le_bytes([word[0], word[1]]).unsigned_abs()).max().unwrap();
    let (one, two) = found.split_at(found.len() / 2);
    let wanted = (10f64.powf(-1.0 / 20.0) * 32_768.0) as u16;
    assert!([highest(one), highest(two)].iter().all(|peak| peak.abs_diff(wanted) < 200), "{} {}", highest(one), highest(two));
}

/// A click in soft music would keep a whole disc as soft as that; it stays softer alone.
#[test]
fn one_track_with_high_peaks_does_not_make_the_disc_faint() {
    let mut rig = Rig::new();
    rig.put("loud.wav", &cd_wave(&tone(44_100, 1000.0, 0.5, 44_100 * 5)));
    let mut clicking = tone(44_100, 1000.0, 0.01, 44_100 * 5);
    clicking[400_000..400_004].copy_from_slice(&[0xFF, 0x5F, 0xFF, 0x5F]);
    rig.put("click.wav", &cd_wave(&clicking));
    rig.put("silent.wav", &cd_wave(&[0; 400_000]));
    ["loud.wav", "click.wav", "silent.wav"].into_iter().for_each(|name| rig.track(name));
    let (factors, notes) = levels(&rig);
    assert_eq!(notes[0], "All tracks are brought to -18.0 LUFS.");
    assert_eq!(notes[1], "“loud.wav” has -6.0 LUFS and becomes 12.0 dB softer.");
    let kept =
        "“click.wav” has -39.5 LUFS and becomes 1.5 dB louder: 20.0 dB less than the others, for its peaks would be clipped.";
    assert_eq!(notes[2], kept);
    assert_eq!(notes[3], "“silent.wav” is silent, or too short to be measured, and stays as it is.");
    assert!(factors[1] < 1.4 && factors[2] == 1.0, "{factors:?}");
}

/// Where nothing has to be changed, nothing is: not a bit.
#[test]
fn tracks_that_are_equally_loud_stay_as_they_are() {
    let mut rig = Rig::new();
    let pcm = tone(44_100, 1000.0, 0.891, 44_100 * 4);
    rig.put("a.wav", &cd_wave(&pcm));
    rig.track("a.wav");
    rig.track("a.wav");
    rig.list.level = true;
    let disc = rig.made();
    assert!(sound(&disc) == [pcm.clone(), pcm].concat());
    assert!(disc.notes.iter().skip(1).all(|note| note.ends_with("and stays as it is.")), "{:?}", disc.notes);
}

/// How far it is, is told in bytes of the files; a cancel ends it in the midst of a file.
#[test]
fn measuring_tells_how_far_it_is_and_can_be_called_off() {
    let mut rig = Rig::new();
    for name in ["a.wav", "b.wav", "c.wav"] {
        rig.put(name, &cd_wave(&noise(300_000)));
        rig.track(name);
    }
    let items = gather(&rig.list.files, &rig.control).unwrap().items;
    let told = std::sync::Mutex::new(Vec::new());
    levelled(&items, &rig.control, &|progress| told.lock().unwrap().push(progress)).unwrap();
    let told = told.into_inner().unwrap();
    assert!(told.iter().all(|progress| progress.phase == Phase::Measure && progress.total == 3 * (44 + 1_200_000)));
    assert_eq!((told.first().unwrap().done, told.last().unwrap().done), (0, 3 * (44 + 1_200_000)));
    assert!(told.is_sorted_by_key(|progress| progress.done));
    let control = Control::default();
    let begins = |progress: Progress| {
        if progress.done == 0 {
            control.cancel()
        }
    };
    assert!(matches!(levelled(&items, &control, &begins), Err(JobError::Cancelled)));
}

#[test]
fn a_damaged_file_is_named_while_it_is_measured() {
    let mut rig = Rig::new();
    rig.put("x.wav", &cd_wave(&noise(60_000)));
    if !rig.ffmpeg("x.wav", "", "x.flac") {
        return;
    }
    let mut file = std::fs::read(rig.path("x.flac")).unwrap();
    let middle = file.len() / 2;
    file[middle..middle + 2000].fill(0);
    rig.put("x.flac", &file);
    rig.track("x.flac");
    rig.list.level = true;
    assert!(matches!(rig.fault(), (path, AudioFault::Damaged(_)) if path == rig.path("x.flac")));
}
