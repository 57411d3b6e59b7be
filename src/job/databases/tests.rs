use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use super::accurate_rip::{compare, parse};
use super::*;
use crate::bytes::Bytes;
use crate::disc::sector::{RAW, Slice};
use crate::disc::{Disc, Lba, Medium, Track, TrackMode};
use crate::image::{Extent, ExtentReader};
use crate::job::audio_sums;

/// Two tracks of noise, both longer than 456 sectors; `moved` so many samples late.
fn disc(moved: i32) -> Arc<dyn DiscReader> {
    let mut state = 9u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let mut bytes: Vec<u8> = (0..1000 * RAW).map(|_| noise()).collect();
    bytes.rotate_right(usize::try_from(moved).unwrap() * 4);
    let bytes: Arc<dyn Bytes> = Arc::new(bytes);
    let track = |number, start, length| Track::new(number, TrackMode::Audio, Lba(start), length);
    let disc = Disc::new(Medium::Cd, vec![Track { pregap: 150, ..track(1, 0, 500) }, track(2, 500, 500)]);
    Arc::new(ExtentReader::new(disc, vec![Extent::plain(Lba(0), 1000, bytes, 0, RAW as u32, Slice::RAW)]).unwrap())
}

fn sums(reader: &dyn DiscReader) -> AudioSums {
    audio_sums(reader, Path::new("x"), &Control::default(), &|_| ()).unwrap().unwrap()
}

/// A pressing as AccurateRip tells it, each track with this confidence.
fn pressing(sums: &AudioSums, confidence: u8, second: bool) -> Vec<u8> {
    let mut bytes = vec![sums.tracks.len() as u8];
    for id in [sums.ids.accurate_rip.0, sums.ids.accurate_rip.1, sums.ids.cddb] {
        bytes.extend(id.to_le_bytes());
    }
    for (_, track) in &sums.tracks {
        bytes.push(confidence);
        bytes.extend(if second { track.v2 } else { track.v1 }.to_le_bytes());
        bytes.extend(track.frame_450.to_le_bytes());
    }
    bytes
}

/// Answers each question on loopback whose address begins so, and keeps what it was asked.
fn serve(answers: Vec<(&'static str, Vec<u8>)>) -> (Servers, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let all = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines: Vec<String> =
                BufReader::new(&stream).lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
            let path = lines[0].split(' ').nth(1).unwrap().to_owned();
            let answer = answers.iter().find(|(start, _)| path.starts_with(start));
            let (status, body) = answer.map_or(("404 Not Found", &[][..]), |(_, body)| ("200 OK", body));
            all.lock().unwrap().push(path);
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()).unwrap();
            stream.write_all(body).unwrap();
        }
    });
    let servers = Servers { accurate_rip: here.clone(), ctdb: here.clone(), music_brainz: here.clone(), gnudb: here };
    (servers, asked)
}

#[test]
fn all_four_are_asked_and_understood() {
    let reader = disc(0);
    let sums = sums(&*reader);
    let crcs: Vec<String> = sums.tracks.iter().map(|(_, track)| format!("{:08x}", track.ctdb)).collect();
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><ctdb xmlns=\"http://db.cuetools.net/ns/mmd-1.0#\">\
         <entry confidence=\"20\" crc32=\"{:08x}\" id=\"1\" npar=\"8\" stride=\"5880\" trackcrcs=\"{}\"/>\
         <entry confidence=\"3\" crc32=\"00000001\" id=\"2\" trackcrcs=\"{} 00000000\"/></ctdb>",
        sums.ctdb,
        crcs.join(" "),
        crcs[0]
    );
    let brainz = format!(
        r#"{{"id": "x", "releases": [{{"title": "Noise", "date": "1998-03-01", "artist-credit": [{{"name": "A", "joinphrase": " & "}},
        {{"name": "B"}}], "media": [{{"discs": [{{"id": "other"}}], "tracks": []}}, {{"discs": [{{"id": "{}"}}],
        "tracks": [{{"title": "One"}}, {{"title": "Two"}}]}}]}}]}}"#,
        sums.ids.music_brainz
    );
    let read = "210 misc 1 CD database entry follows\r\n# xmcd\r\nDISCID=1\r\nDTITLE=Some / No\r\nDTITLE=ise\r\nDYEAR=1998\r\n\
                TTITLE0=First\r\nTTITLE1=Second = last\r\nTTITLE99999=x\r\n.\r\n";
    let (servers, asked) = serve(vec![
        ("/accuraterip/", [pressing(&sums, 7, false), pressing(&sums, 2, true)].concat()),
        ("/lookup2.php", xml.into_bytes()),
        ("/ws/2/discid/", brainz.into_bytes()),
        ("/~cddb/cddb.cgi?cmd=cddb+query", b"200 misc 0f00000d Some / Noise\r\n".to_vec()),
        ("/~cddb/cddb.cgi?cmd=cddb+read+misc+0f00000d", read.as_bytes().to_vec()),
    ]);
    let found = look_up(&*reader, Path::new("x"), &sums, &servers, &Control::default()).unwrap();
    let Answer::Known(accuracy) = &found.accurate_rip else { panic!("{found:?}") };
    assert_eq!(
        (accuracy.accurate(), accuracy.offset, accuracy.tracks[1].confidence, accuracy.tracks[1].reports),
        (2, None, 9, 9)
    );
    assert_eq!(found.ctdb, Answer::Known(CtdbMatch { confidence: 20, reports: 23, tracks: vec![23, 20] }));
    let names = |source, artist: &str, title: &str, date: &str, tracks: [&str; 2]| {
        let (artist, title, date) = (artist.to_owned(), title.to_owned(), date.to_owned());
        Answer::Known(Names { source, artist, title, date, tracks: tracks.map(str::to_owned).to_vec() })
    };
    assert_eq!(found.names[0], names("MusicBrainz", "A & B", "Noise", "1998-03-01", ["One", "Two"]));
    assert_eq!(found.names[1], names("gnudb", "Some", "Noise", "1998", ["First", "Second = last"]));
    let asked = asked.lock().unwrap();
    assert!(asked[0].starts_with("/accuraterip/") && asked[1].ends_with("&toc=0:500:1000"), "{asked:?}");
}

#[test]
fn who_does_not_know_the_disc_and_who_can_not_be_asked_is_told() {
    let reader = disc(0);
    let sums = sums(&*reader);
    let (mut servers, _) = serve(vec![("/lookup2.php", b"<ctdb></ctdb>".to_vec()), ("/ws/2", b"{".to_vec())]);
    // Nobody listens on a port that was just given back.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    servers.gnudb = format!("http://{free}");
    let found = look_up(&*reader, Path::new("x"), &sums, &servers, &Control::default()).unwrap();
    assert_eq!((&found.accurate_rip, &found.ctdb), (&Answer::Unknown, &Answer::Unknown));
    assert!(matches!(&found.names[0], Answer::Failed(_)) && matches!(&found.names[1], Answer::Failed(_)), "{found:?}");
}

#[test]
fn another_offset_is_recognised() {
    let (true_disc, late) = (disc(0), disc(667));
    let theirs = sums(&*true_disc);
    let pressings = parse(&pressing(&theirs, 5, true), &theirs);
    let ours = sums(&*late);
    assert_eq!(compare(&ours, &pressings).iter().map(|track| track.confidence).sum::<u32>(), 0);
    assert_eq!(accurate_rip::offset(&*late, Path::new("x"), &pressings).unwrap(), Some(667));
}

#[test]
fn answers_that_are_none_do_no_harm() {
    let reader = disc(0);
    let sums = sums(&*reader);
    let good = pressing(&sums, 5, true);
    for len in 0..good.len() {
        assert!(parse(&good[..len], &sums).is_empty());
    }
    let mut other = good.clone();
    other[1] ^= 1;
    assert_eq!(parse(&[other, good].concat(), &sums).len(), 1);
    assert_eq!(parse(&[0; 10_000], &sums).len(), 0);
    for text in ["", "200", "200 misc", "200 ../x 1 y", "210 x", "202 No match", "210 ok\n.\n"] {
        assert_eq!(names::gnudb_found(text), None, "{text}");
    }
    assert_eq!(names::gnudb("401 no such entry"), None);
    assert!(ctdb::compare("<ctdb", &sums).is_err());
}
