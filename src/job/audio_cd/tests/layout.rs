//! Where tracks begin, and what is between them.

use super::*;
use crate::disc::Lba;
use crate::disc::sector::Worth;
use crate::drive::{DriveReader, look, mmc};
use crate::virtual_drive::{Device, Manners};

/// A recording cut into three files anywhere, not at sectors, is on the disc as if it had never been cut.
#[test]
fn without_gaps_the_sound_goes_on_from_file_to_file() {
    let whole = noise(1000 * 588 + 17);
    let mut rig = Rig::new();
    for (name, samples) in [("a.wav", 0..200_001), ("b.wav", 200_001..411_111), ("c.wav", 411_111..588_017)] {
        rig.put(name, &cd_wave(&whole[samples.start * 4..samples.end * 4]));
        rig.track(name);
    }
    let disc = rig.made();
    assert!(disc.notes.is_empty());
    let found = sound(&disc);
    assert!(found[..whole.len()] == whole);
    assert!(found[whole.len()..].iter().all(|byte| *byte == 0) && found.len() == 1001 * 2352);
    // 200,001 samples are 340 sectors and 81 samples: the sector with the first sample of the second file is its first.
    assert_eq!(places(&disc), [(0, 150, 340), (340, 0, 359), (699, 0, 302)]);
    let read = |at: i32| sectors(&*disc.reader, at, 1, Form::main(Slice::RAW));
    assert_eq!(read(-150), vec![0; 2352]);
}

#[test]
fn with_gaps_two_seconds_of_silence_are_between_tracks() {
    let (one, two) = (noise(301 * 588 - 1), noise(400 * 588));
    let mut rig = Rig::new();
    rig.put("1.wav", &cd_wave(&one));
    rig.put("2.wav", &cd_wave(&two));
    ["1.wav", "2.wav", "1.wav"].into_iter().for_each(|name| rig.track(name));
    rig.list.gaps = true;
    let disc = rig.made();
    assert_eq!(places(&disc), [(0, 150, 301), (451, 150, 400), (1001, 150, 301)]);
    let silence = vec![0; 150 * 2352];
    let filled = [&one[..], &[0; 4]].concat();
    assert!(sound(&disc) == [&filled, &silence, &two, &silence, &filled].map(|part| &part[..]).concat());
}

/// What a lossless compressor made of the pieces is the whole again; from wherever, and by however many, it is read.
#[test]
fn compressed_files_are_read_in_any_order_by_many() {
    let whole = noise(300_007);
    let mut rig = Rig::new();
    for (number, piece) in whole.chunks(30_001 * 4).enumerate() {
        rig.put("x.wav", &cd_wave(piece));
        let (options, name) = match number % 3 {
            0 => ("", format!("{number}.flac")),
            1 => ("-c:a|alac", format!("{number}.m4a")),
            _ => ("", format!("{number}.aiff")),
        };
        if !rig.ffmpeg("x.wav", options, &name) {
            return;
        }
        rig.track(&name);
    }
    assert_eq!(rig.list.files.len(), 10);
    let disc = rig.made();
    assert!(sound(&disc)[..whole.len()] == whole);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (reader, whole) = (disc.reader.clone(), &whole);
            scope.spawn(move || {
                for step in 0..100usize {
                    let at = (step * 97 + thread * 151) % 500;
                    assert!(sectors(&*reader, at as i32, 1, Form::main(Slice::RAW)) == whole[at * 2352..(at + 1) * 2352]);
                }
            });
        }
    });
}

/// Files as a CD has them are copied in the kernel, where the disc goes into an image.
#[test]
fn plain_files_lie_where_they_are() {
    let mut rig = Rig::new();
    rig.put("1.wav", &cd_wave(&noise(400 * 588)));
    rig.track("1.wav");
    let disc = rig.made();
    let place = disc.reader.place(Lba(7), Form::main(Slice::RAW)).unwrap();
    assert_eq!((place.offset, place.len), (44 + 7 * 2352, 393 * 2352));
}

#[test]
fn what_goes_wrong_while_the_disc_is_read_names_the_file() {
    let mut rig = Rig::new();
    rig.put("x.wav", &cd_wave(&noise(60_000)));
    if !rig.ffmpeg("x.wav", "", "late.flac") {
        return;
    }
    let file = std::fs::read(rig.path("late.flac")).unwrap();
    let mut damaged = file.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 2000].fill(0);
    rig.put("damaged.flac", &damaged);
    rig.track("late.flac");
    rig.track("damaged.flac");
    let disc = rig.made();
    rig.put("late.flac", &damaged[..9000]);
    let read = |at: i32| {
        let (mut bytes, mut worth) = (vec![0; 2352], [Worth::Good]);
        disc.reader.read(Lba(at), Form::main(Slice::RAW), &mut bytes, &mut worth).unwrap_err().to_string()
    };
    assert!(read(0).contains("“late.flac”"), "{}", read(0));
    assert!(read(153).contains("“damaged.flac”"), "{}", read(153));
}

#[test]
fn files_that_can_not_be_tracks_are_named() {
    let mut rig = Rig::new();
    let tiny = rig.put("tiny.wav", &cd_wave(&noise(587)));
    rig.track("tiny.wav");
    let fault = rig.fault();
    assert!(matches!(fault, (path, AudioFault::TooShort) if path == tiny));
    rig.list.files.clear();
    let odd = rig.put("odd.wav", b"RIFF\0\0\0\0WAVE");
    rig.track("odd.wav");
    assert!(matches!(rig.fault(), (path, AudioFault::Unfit(_)) if path == odd));
    let error = rig.disc().err().unwrap();
    assert_eq!(
        error.to_string(),
        format!("this can't be a track of a CD (is a WAVE file without its format or without sound): {}", odd.display())
    );
    assert_eq!(error.class(), crate::job::Class::Input);
    rig.list.files.clear();
    rig.track("gone.wav");
    assert!(matches!(rig.fault(), (path, AudioFault::Io(_)) if path == rig.path("gone.wav")));
    assert_eq!(rig.disc().err().unwrap().class(), crate::job::Class::Request);
    rig.list.files.clear();
    assert!(matches!(rig.fault(), (_, AudioFault::Nothing)));
}

/// A file that claims to be longer than any disc is refused before anybody reads it.
#[test]
fn what_no_disc_holds_is_refused() {
    let mut rig = Rig::new();
    let file = std::fs::File::create(rig.path("long.wav")).unwrap();
    std::io::Write::write_all(&mut &file, &cd_wave(&[])).unwrap();
    // Two hours and a quarter, none of them on the disk; a size of 0 reaches to the end of the file.
    file.set_len(600_000 * 2352 + 44).unwrap();
    rig.track("long.wav");
    assert!(matches!(rig.fault(), (_, AudioFault::TooLong)));
}

#[test]
fn a_job_that_was_called_off_ends() {
    let mut rig = Rig::new();
    rig.put("1.wav", &cd_wave(&noise(60_000)));
    rig.track("1.wav");
    rig.control.cancel();
    assert!(matches!(rig.disc(), Err(JobError::Cancelled)));
}

/// The disc in a drive is the disc that was made: its tracks, its titles, and every sample.
#[test]
fn a_drive_tells_the_same_of_it() {
    let mut rig = Rig::new();
    rig.put("1.wav", &cd_wave(&noise(500 * 588 + 100)));
    rig.put("2.wav", &cd_wave(&noise(400 * 588 + 100)));
    rig.put("list.m3u8", "#PLAYLIST:Wörter\n#EXTINF:6,Wir - Eins\n1.wav\n#EXTINF:5,Ihr - Zwei\n2.wav\n".as_bytes());
    rig.track("list.m3u8");
    let made = rig.made();
    let mut device = Device::new(Manners::default());
    device.insert(made.reader.clone(), Vec::new());
    let _ = mmc::test_unit_ready(&mut device);
    let seen = look(&mut device).unwrap().disc.unwrap();
    assert_eq!(&seen, made.reader.disc());
    assert_eq!(seen.cd_text.text(0, 2, crate::disc::cd_text::Field::Title), Some("Zwei"));
    let read = AudioDisc { reader: Arc::new(DriveReader::new(seen, Box::new(device))), notes: Vec::new() };
    assert!(sound(&read) == sound(&made));
}
