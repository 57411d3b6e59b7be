//! Tags become CD-TEXT, ISRC and MCN.

use super::*;
use crate::disc::CdText;
use crate::disc::cd_text::{Encoding, Field};
use crate::job::audio_cd::gather::{Gathered, Item};

/// Titles and names of every kind of file that ffmpeg 5.1 writes tags into.
#[test]
fn tags_of_every_kind_of_file_are_read() {
    let mut rig = Rig::new();
    rig.put("x.wav", &cd_wave(&noise(6000)));
    let files = [
        ("-id3v2_version|3", "1.mp3"),
        ("-id3v2_version|4", "2.mp3"),
        ("", "3.flac"),
        ("-c:a|libvorbis", "4.ogg"),
        ("-c:a|alac", "5.m4a"),
        ("", "6.wav"),
        ("-write_id3v2|1", "7.aiff"),
    ];
    for (number, (options, name)) in (1..).zip(files) {
        let tags = [
            format!("title=Zwölf {number}"),
            "artist=Somebody".to_owned(),
            "album=The Album".to_owned(),
            "album_artist=All of them".to_owned(),
            "composer=Bach".to_owned(),
        ];
        let tags: Vec<String> = tags.iter().map(|tag| format!("|-metadata|{tag}")).collect();
        if !rig.ffmpeg("x.wav", &format!("{options}{}", tags.concat()), name) {
            return;
        }
        rig.track(name);
    }
    let disc = rig.made();
    let text = &disc.reader.disc().cd_text;
    for track in 1..=7u8 {
        assert_eq!(text.text(0, track, Field::Title), Some(format!("Zwölf {track}").as_str()));
        assert_eq!(text.text(0, track, Field::Performer), Some("Somebody"), "{track}");
        // ffmpeg has no field for it in the INFO list of a WAVE.
        let composer = if track == 6 { None } else { Some("Bach") };
        assert_eq!(text.text(0, track, Field::Composer), composer, "{track}");
    }
    assert_eq!(text.text(0, 0, Field::Title), Some("The Album"));
    assert_eq!(text.text(0, 0, Field::Performer), Some("Somebody"));
    assert_eq!(text.languages[0].encoding, Encoding::Latin1);
    // The WAVE alone does not say who performs on the whole disc; without it, all agree.
    rig.list.files.remove(5);
    assert_eq!(rig.made().reader.disc().cd_text.text(0, 0, Field::Performer), Some("All of them"));
}

#[test]
fn numbers_in_tags_are_on_the_disc_where_they_are_right() {
    let mut rig = Rig::new();
    rig.put("x.wav", &cd_wave(&noise(4000)));
    let tags = "-metadata|ISRC=US-S1Z-99-00001|-metadata|BARCODE=4006381333931|-metadata|TSRC=USS1Z9900001|-metadata|genre=Rock";
    if !rig.ffmpeg("x.wav", tags, "1.flac") || !rig.ffmpeg("x.wav", tags, "2.mp3") {
        return;
    }
    rig.ffmpeg("x.wav", "-metadata|ISRC=wrong|-metadata|BARCODE=4006381333931|-metadata|genre=Rock", "3.flac");
    ["1.flac", "2.mp3", "3.flac"].into_iter().for_each(|name| rig.track(name));
    let disc = rig.made();
    let is = disc.reader.disc();
    let isrcs: Vec<_> = is.tracks().map(|(_, track)| track.isrc.map(|isrc| isrc.to_string())).collect();
    assert_eq!(isrcs, [Some("USS1Z9900001".to_owned()), Some("USS1Z9900001".to_owned()), None]);
    assert_eq!(is.mcn.map(|mcn| mcn.to_string()).as_deref(), Some("4006381333931"));
    assert_eq!((is.cd_text.languages[0].genre_code(), is.cd_text.text(0, 0, Field::Genre)), (23, Some("Rock")));
    assert_eq!(disc.notes, ["The recording code (ISRC) of “3.flac” is none, and is left out: wrong."]);
}

/// Where files say nothing, the playlist does.
#[test]
fn a_playlist_gives_names_to_files_without_tags() {
    let mut rig = Rig::new();
    rig.put("1.wav", &cd_wave(&noise(4000)));
    rig.put("list.m3u8", "#EXTM3U\n#PLAYLIST:Hits\n#EXTINF:1,Björk - Jóga\n1.wav\n#EXTINF:1,Untitled\n1.wav\n1.wav\n".as_bytes());
    rig.track("list.m3u8");
    let disc = rig.made();
    let text = |track, field| disc.reader.disc().cd_text.text(0, track, field).map(str::to_owned);
    assert_eq!(text(0, Field::Title).as_deref(), Some("Hits"));
    assert_eq!((text(1, Field::Title).as_deref(), text(1, Field::Performer).as_deref()), (Some("Jóga"), Some("Björk")));
    assert_eq!((text(2, Field::Title).as_deref(), text(2, Field::Performer)), (Some("Untitled"), None));
    assert_eq!(text(3, Field::Title), None);
}

#[test]
fn files_without_tags_have_no_cd_text() {
    let mut rig = Rig::new();
    rig.put("1.wav", &cd_wave(&noise(4000)));
    rig.track("1.wav");
    assert_eq!(rig.made().reader.disc().cd_text, CdText::default());
}

fn item(number: usize, length: usize) -> Item {
    let text = |word: &str| Some(format!("{word} {number} {}", "x".repeat(length)));
    let tags = crate::bytes::audio::Tags {
        title: text("title"),
        performer: text("performer"),
        composer: text("composer"),
        arranger: text("arranger"),
        album: Some("Album".to_owned()),
        ..Default::default()
    };
    Item { path: PathBuf::from(format!("{number}.wav")), tags, told: None }
}

/// A disc holds some 3000 bytes of CD-TEXT; what matters least is left out first.
#[test]
fn more_text_than_a_disc_holds_is_cut_and_that_is_told() {
    for (tracks, length, arranger, performer, title, note) in [
        (10, 10, true, true, 10 + "title 1 ".len(), None),
        (20, 30, false, true, 30 + "title 1 ".len(), Some("arrangers of tracks")),
        (99, 10, false, false, 10 + "title 1 ".len(), Some("performers of tracks")),
        (99, 200, false, false, 20, Some("what is beyond 20 characters of a title")),
    ] {
        let gathered = Gathered { items: (1..=tracks).map(|number| item(number, length)).collect(), ..Gathered::default() };
        let said = said(&gathered);
        let text = |field| said.cd_text.text(0, 1, field);
        assert_eq!(text(Field::Arranger).is_some(), arranger, "{tracks} {length}: {:?}", said.notes);
        assert_eq!(text(Field::Performer).is_some(), performer, "{tracks} {length}: {:?}", said.notes);
        assert_eq!(text(Field::Title).map(str::len), Some(title), "{tracks} {length}");
        assert_eq!(said.cd_text.text(0, 0, Field::Title), Some("Album"));
        assert_eq!(
            said.notes.first().map(|told| note.is_some_and(|note| told.contains(note))),
            note.map(|_| true),
            "{:?}",
            said.notes
        );
        said.cd_text.to_packs(1, tracks as u8).unwrap();
    }
}
