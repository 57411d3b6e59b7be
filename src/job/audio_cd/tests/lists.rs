//! Which files, and in which order.

use super::*;

/// The names of the tracks, from their lengths: file n is n + 10 sectors long.
fn order(disc: &AudioDisc) -> Vec<u32> {
    places(disc).iter().map(|(_, _, length)| length - 10).collect()
}

fn rig_of(names: &[(&str, usize)]) -> Rig {
    let rig = Rig::new();
    for (name, number) in names {
        rig.put(name, &cd_wave(&noise((number + 10) * 588)));
    }
    rig
}

#[test]
fn a_folder_without_tags_is_in_the_order_of_its_names() {
    let mut rig = rig_of(&[("d/Track 10.wav", 3), ("d/track 2.WAV", 2), ("d/1.wav", 1), ("d/._1.wav", 9), ("d/sub/0.wav", 9)]);
    rig.put("d/cover.jpg", b"x");
    rig.put("d/list.m3u", b"1.wav");
    rig.track("d");
    assert_eq!(order(&rig.made()), [1, 2, 3]);
    rig.list.files = vec![rig.path("d/sub")];
    assert_eq!(order(&rig.made()), [9]);
    rig.list.files = vec![rig.path("")];
    assert!(matches!(rig.fault(), (_, AudioFault::EmptyFolder)));
    // What is not read is not left out in silence.
    let opus = rig.put("d/2.opus", b"OggS");
    rig.list.files = vec![rig.path("d")];
    assert!(matches!(rig.fault(), (path, AudioFault::Unfit(_)) if path == opus));
}

#[test]
fn a_folder_with_numbers_in_its_tags_is_in_their_order() {
    let mut rig = rig_of(&[("a.wav", 3), ("b.wav", 1), ("c.wav", 2), ("z.wav", 4)]);
    std::fs::create_dir(rig.path("d")).unwrap();
    for (name, numbers) in [("a", "track=1|-metadata|disc=2"), ("b", "track=9/12"), ("c", "track=10/12")] {
        if !rig.ffmpeg(&format!("{name}.wav"), &format!("-metadata|{numbers}"), &format!("d/{name}.flac")) {
            return;
        }
    }
    rig.track("d");
    assert_eq!(order(&rig.made()), [1, 2, 3]);
    // One without a number, and there is no order of numbers.
    std::fs::copy(rig.path("z.wav"), rig.path("d/b2.wav")).unwrap();
    assert_eq!(order(&rig.made()), [3, 1, 4, 2]);
}

#[test]
fn a_playlist_is_in_its_own_order_and_may_name_what_lies_elsewhere() {
    let mut rig = rig_of(&[("lists/b.wav", 2), ("lists/sub/a.wav", 1), ("music/é.wav", 3)]);
    rig.put("lists/more.m3u", b"b.wav\n");
    let absolute = rig.path("lists/b.wav");
    let text = format!("#EXTM3U\r\nsub\\a.wav\r\n../music/é.wav\r\n{}\r\nmore.m3u\r\n../music\r\n", absolute.display());
    rig.put("lists/list.m3u8", text.as_bytes());
    rig.track("lists/list.m3u8");
    let disc = rig.made();
    assert_eq!(order(&disc), [1, 3, 2, 2, 3]);
    let outside = rig.path("lists").join("../music/é.wav");
    assert_eq!(
        disc.notes,
        [format!("The playlist “list.m3u8” names what lies outside of its own folder: {} and 1 more.", outside.display())]
    );
}

#[test]
fn playlists_that_can_not_be_followed_say_why() {
    let mut rig = rig_of(&[("a.wav", 1)]);
    let list = rig.put("list.m3u", b"");
    rig.track("list.m3u");
    let fault = |rig: &Rig, text: &str| {
        rig.put("list.m3u", text.as_bytes());
        rig.fault()
    };
    let (path, missing) = fault(&rig, "a.wav\nb.wav\n");
    assert!(path.ends_with("b.wav") && missing.to_string().contains("list.m3u"), "{missing}");
    assert!(matches!(fault(&rig, "# nothing\n"), (path, AudioFault::EmptyPlaylist) if path == list));
    assert!(matches!(fault(&rig, "a.wav\nlist.m3u\n"), (_, AudioFault::Circle)));
    assert!(matches!(fault(&rig, "http://example.org/a.mp3\n"), (path, AudioFault::Address(_)) if path == list));
    assert!(matches!(fault(&rig, &"a.wav\n".repeat(100)), (_, AudioFault::TooMany)));
    assert!(matches!(fault(&rig, &"\0".repeat(5 << 20)), (_, AudioFault::TooMany)));
    assert!(matches!(fault(&rig, "../../../../../../../../../../etc/no such file\n"), (_, AudioFault::Missing { .. })));
    // Each names the next, and the last the first.
    for number in 0..20 {
        rig.put(&format!("{number}.m3u"), format!("{}.m3u", (number + 1) % 20).as_bytes());
    }
    rig.list.files = vec![rig.path("0.m3u")];
    assert!(matches!(rig.fault(), (_, AudioFault::Circle)));
}

#[test]
fn other_lists_are_refused_by_name() {
    let mut rig = Rig::new();
    rig.put("a.pls", b"");
    rig.put("a.cue", b"");
    rig.track("a.pls");
    assert!(matches!(rig.fault(), (_, AudioFault::OtherPlaylist)));
    rig.list.files = vec![rig.path("a.cue")];
    assert!(matches!(rig.fault(), (_, AudioFault::CueSheet)));
}

/// What to try is about files and lists, never about images.
#[test]
fn advice_on_audio_files_speaks_of_audio_files() {
    let mut rig = Rig::new();
    rig.put("a.wav", b"RIFF\0\0\0\0WAVE");
    rig.put("a.pls", b"");
    rig.put("a.m3u", b"gone.wav");
    for (name, advice) in [
        ("a.wav", "Convert the file to WAV or FLAC with another program, or take it off the list."),
        ("a.pls", "Save it as M3U (m3u8), or choose the files themselves."),
        ("a.m3u", "Mend the playlist, or choose the files themselves."),
        ("gone.wav", "Look where the file was moved to, or connect the disk that it is on."),
    ] {
        rig.list.files = vec![rig.path(name)];
        let error = rig.disc().err().unwrap();
        assert_eq!(error.advice(), ("Nothing was written, and the files are as they were.", advice), "{name}");
    }
}

#[test]
fn no_more_than_99_files_become_tracks() {
    let mut rig = rig_of(&[("a.wav", 1)]);
    (0..99).for_each(|_| rig.track("a.wav"));
    assert_eq!(order(&rig.made()), [1; 99]);
    rig.track("a.wav");
    assert!(matches!(rig.fault(), (_, AudioFault::TooMany)));
}
