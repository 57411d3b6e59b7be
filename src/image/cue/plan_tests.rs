//! What is written, read back: by this program, and by others.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use super::open_tests::sector;
use super::*;
use crate::disc::cd_text::Field;
use crate::disc::sector::{Form, Slice, Worth};
use crate::disc::{CdText, Control, Disc, DiscReader, DiscType, DiscWriter, Lba, Medium, Session, Track, TrackMode};
use crate::image::packing::Tuning;
use crate::image::{Extent, ExtentReader, Image, Limits, Part, Plan, PlanRequest, PlanWriter, open_as};

/// A disc whose every stored sector is another; sectors below 0 and pregaps of sessions are not stored.
fn reader(disc: Disc) -> ExtentReader {
    let mut extents = Vec::new();
    for session in &disc.sessions {
        for (index, track) in session.tracks.iter().enumerate() {
            let opens = index == 0 && track.pregap <= 150;
            let from = if opens { track.start } else { track.first() }.max(Lba(0));
            let sectors = track.end().since(from).unwrap();
            let one = |lba: i32| match track.mode {
                TrackMode::Audio => (0..2352).map(|n| (lba * 7 + n) as u8).collect(),
                TrackMode::Dvd => (0..2048).map(|n| (lba * 7 + n) as u8).collect(),
                TrackMode::Mode0 => sector(0, lba, 0),
                mode if mode.is_mode2() => sector(2, lba, lba as u8 | 1),
                _ => sector(1, lba, lba as u8),
            };
            let bytes: Vec<u8> = (0..sectors as i32).flat_map(|n| one(from.0 + n)).collect();
            let slice = crate::image::full_record(track.mode);
            extents.push(Extent::plain(from, sectors, Arc::new(bytes), 0, slice.size() as u32, slice));
        }
    }
    ExtentReader::new(disc, extents).unwrap()
}

fn sectors(reader: &dyn DiscReader, at: Lba, count: u32, slice: Slice) -> Vec<u8> {
    let mut bytes = vec![0; count as usize * slice.size()];
    reader.read(at, Form::main(slice), &mut bytes, &mut vec![Worth::Good; count as usize]).unwrap();
    bytes
}

/// Carries out a plan.
fn save(plan: &Plan, reader: &dyn DiscReader, folder: &Path) {
    for file in &plan.files {
        let parts = file.parts.iter().flat_map(|part| match part {
            Part::Bytes(bytes) => bytes.clone(),
            Part::Sectors(run) => sectors(reader, run.at, run.sectors, run.form.main.unwrap()),
        });
        std::fs::write(folder.join(&file.name), parts.collect::<Vec<u8>>()).unwrap();
    }
}

fn saved(reader: &dyn DiscReader, apart: bool, folder: &Path) -> (Plan, Image) {
    let request = PlanRequest { file_per_track: apart, ..PlanRequest::new("My Disc") };
    let plan = plan::plan(reader.disc(), &request).unwrap();
    save(&plan, reader, folder);
    let opener = crate::image::Opener::new(&folder.join("My Disc.cue"), Limits::default()).unwrap();
    let image = open_as(&CUE, &opener).unwrap();
    (plan, image)
}

/// Carries out a plan as the program does, its packing included.
fn carried_out(plan: &Plan, reader: &dyn DiscReader, folder: &Path) {
    let mut writer = PlanWriter::new(plan.clone(), folder).unwrap();
    for run in plan.runs() {
        writer.write(&sectors(reader, run.at, run.sectors, run.form.main.unwrap())).unwrap();
    }
    writer.finish().unwrap();
}

/// Every codec keeps every sector, and audio discs are in one file where nothing else is asked for.
#[test]
fn audio_tracks_are_what_they_were_whatever_they_are_stored_as() {
    let mixed = cd(vec![vec![
        track(1, TrackMode::Mode1, 0, 150, 30),
        track(2, TrackMode::Audio, 180, 150, 40),
        track(3, TrackMode::Audio, 222, 2, 25),
        track(4, TrackMode::Mode1, 397, 150, 20),
    ]]);
    let audio = cd(vec![vec![track(1, TrackMode::Audio, 0, 150, 30), track(2, TrackMode::Audio, 35, 5, 40)]]);
    for (disc, apart, codec, expected) in [
        (&mixed, false, "wav", &["x (Track 1).bin", "x (Track 2).wav", "x (Track 3).wav", "x (Track 4).bin", "x.cue"][..]),
        (&mixed, true, "flac", &["x (Track 1).bin", "x (Track 2).flac", "x (Track 3).flac", "x (Track 4).bin", "x.cue"]),
        (&audio, false, "wav", &["x.wav", "x.cue"]),
        (&audio, false, "flac", &["x.flac", "x.cue"]),
        (&audio, true, "flac", &["x (Track 1).flac", "x (Track 2).flac", "x.cue"]),
        (&audio, false, "bin", &["x.bin", "x.cue"]),
    ] {
        let reader = reader(disc.clone());
        let folder = tempfile::tempdir().unwrap();
        let tuning = Tuning { codec: Some(codec.to_owned()), level: Some(3), ..Tuning::default() };
        assert_eq!(CUE.choices.refuses(&tuning), None);
        let plan = plan::plan(disc, &PlanRequest { file_per_track: apart, tuning, ..PlanRequest::new("x") }).unwrap();
        carried_out(&plan, &reader, folder.path());
        assert_eq!(plan.files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), expected);
        let opener = crate::image::Opener::new(&folder.path().join("x.cue"), Limits::default()).unwrap();
        let image = open_as(&CUE, &opener).unwrap();
        assert!(image.warnings.is_empty(), "{:?}", image.warnings);
        assert_eq!(image.disc(), disc);
        for (_, track) in disc.tracks() {
            let count = track.end().since(track.first().max(Lba(0))).unwrap();
            let of = |from: &dyn DiscReader| sectors(from, track.first().max(Lba(0)), count, Slice::RAW);
            assert!(of(&reader) == of(&*image.reader), "{codec}: track {}", track.number);
        }
        players_agree(&plan, &reader, folder.path());
    }
}

/// sox 14.4.2 and `flac -t` 1.4.2 on the files of sound.
fn players_agree(plan: &Plan, reader: &dyn DiscReader, folder: &Path) {
    for file in plan.files.iter().filter(|file| file.name.ends_with("wav") || file.name.ends_with("flac")) {
        let meant: Vec<u8> = file
            .parts
            .iter()
            .flat_map(|part| match part {
                Part::Sectors(run) => sectors(reader, run.at, run.sectors, Slice::RAW),
                Part::Bytes(_) => Vec::new(),
            })
            .collect();
        let raw = ["-t", "raw", "-e", "signed", "-b", "16", "-L", "-"];
        match Command::new("sox").arg(&file.name).args(raw).current_dir(folder).output() {
            Ok(heard) => assert!(heard.status.success() && heard.stdout == meant, "{}", String::from_utf8_lossy(&heard.stderr)),
            Err(_) => println!("skipped: sox is not installed"),
        }
        if file.name.ends_with("flac") {
            crate::image::testing::said_by("flac", &["-t", "-s", &file.name], folder);
        }
    }
}

fn survives(disc: Disc) {
    disc.check().unwrap();
    let reader = reader(disc);
    for apart in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let (plan, image) = saved(&reader, apart, folder.path());
        let sheet = std::fs::read_to_string(folder.path().join("My Disc.cue")).unwrap();
        assert_eq!(image.disc(), reader.disc(), "{sheet}");
        assert!(image.warnings.is_empty(), "{:?}\n{sheet}", image.warnings);
        for (_, track) in reader.disc().tracks() {
            let (from, slice) = (track.first().max(Lba(0)), crate::image::full_record(track.mode));
            let count = track.end().since(from).unwrap();
            let same = sectors(&reader, from, count, slice) == sectors(&*image.reader, from, count, slice);
            assert!(same, "track {}\n{sheet}", track.number);
        }
        assert_eq!(plan.files.len(), image.files.len());
        let written: HashMap<_, _> = plan.files.iter().map(|file| (file.name.clone(), file.len())).collect();
        let here = |name: &String| folder.path().join(name).metadata().unwrap().len();
        assert!(written.iter().all(|(name, len)| here(name) == *len));
    }
}

fn track(number: u8, mode: TrackMode, start: i32, pregap: u32, length: u32) -> Track {
    Track { pregap, ..Track::new(number, mode, Lba(start), length) }
}

/// A CD of these sessions.
fn cd(sessions: Vec<Vec<Track>>) -> Disc {
    let told = |tracks: &[Track]| if tracks.iter().any(|t| t.mode.is_mode2()) { DiscType::Xa } else { DiscType::CdDaOrRom };
    let session = |(number, tracks): (u16, Vec<Track>)| Session {
        number,
        disc_type: told(&tracks),
        lead_out: tracks.last().unwrap().end(),
        tracks,
    };
    Disc { sessions: (1..).zip(sessions).map(session).collect(), ..Disc::new(Medium::Cd, Vec::new()) }
}

/// Audio with everything that can be said of it.
fn rich() -> Disc {
    let mut tracks = vec![
        track(4, TrackMode::Audio, 0, 150, 40),
        track(5, TrackMode::Audio, 60, 20, 30),
        track(6, TrackMode::Audio, 90, 0, 50),
    ];
    tracks[0].isrc = "USAB19912345".parse().ok();
    tracks[0].control = Control { copy: true, pre_emphasis: true, four_channel: true, scms: true };
    tracks[1].indexes = vec![Lba(65), Lba(70)];
    tracks[1].postgap = 5;
    let mut disc = cd(vec![tracks]);
    disc.mcn = "0000010271955".parse().ok();
    disc
}

use TrackMode::{Audio, Mode1, Mode2Mixed};

#[test]
fn everything_survives() {
    survives(rich());
    survives(cd(vec![vec![track(1, Mode1, 0, 150, 30), track(2, Audio, 180, 150, 20), track(3, Audio, 200, 0, 20)]]));
    for mode in [TrackMode::Mode0, TrackMode::Mode2, TrackMode::Mode2Form1, TrackMode::Mode2Form2, Mode2Mixed] {
        let mut disc = cd(vec![vec![track(1, mode, 0, 150, 3), track(2, Audio, 10, 7, 3)]]);
        survives(disc.clone());
        disc.sessions[0].disc_type = DiscType::CdI;
        survives(disc);
    }
}

#[test]
fn the_hidden_track_survives() {
    survives(cd(vec![vec![track(1, Audio, 75, 225, 30), track(2, Audio, 105, 0, 20)]]));
}

#[test]
fn sessions_survive_whatever_lies_between() {
    let two = |gap: i32, pregap| cd(vec![vec![track(1, Audio, 0, 150, 30)], vec![track(2, Mode2Mixed, 30 + gap, pregap, 5)]]);
    for (gap, pregap) in [(11400, 150), (11400, 75), (11400, 0), (6900, 150), (20000, 150), (500, 150), (11400, 300), (150, 150)]
    {
        survives(two(gap, pregap));
    }
    let mut three = two(11400, 150);
    let last = cd(vec![vec![track(3, Mode1, 11435 + 6900, 150, 4), track(4, Audio, 11435 + 6900 + 9, 5, 4)]]).sessions.remove(0);
    three.sessions.push(Session { number: 3, ..last });
    survives(three);
}

/// A first session as long as a lead-out: the place where it ends must not be taken for a length.
#[test]
fn a_session_as_long_as_a_lead_out_survives() {
    let disc = cd(vec![vec![track(1, Audio, 0, 150, 6750)], vec![track(2, Mode1, 6750 + 11400, 150, 5)]]);
    for apart in [false, true] {
        let request = PlanRequest { file_per_track: apart, ..PlanRequest::new("x") };
        let mut files = plan::plan(&disc, &request).unwrap().files;
        let Some(Part::Bytes(sheet)) = files.pop().and_then(|mut file| file.parts.pop()) else { panic!("no sheet") };
        let lengths: Vec<u64> = files.iter().map(|file| file.len()).collect();
        let sheet = parse(&sheet, &Limits::default()).unwrap();
        assert_eq!(layout(&sheet, &lengths, SessionGaps::Apart).unwrap().disc, disc);
    }
}

#[test]
fn other_media_survive() {
    for medium in [Medium::Dvd, Medium::Bd, Medium::HdDvd, Medium::GameCube, Medium::Wii, Medium::Xbox, Medium::Umd] {
        survives(Disc::new(medium, vec![Track::new(1, TrackMode::Dvd, Lba(0), 7)]));
    }
    let low = vec![track(1, Mode1, 0, 150, 10), track(2, Audio, 20, 10, 10)];
    let high = vec![track(3, Mode1, 45000, 150, 10), track(4, Audio, 45020, 10, 10), track(5, Mode1, 45040, 10, 5)];
    survives(Disc { medium: Medium::Gd, ..cd(vec![low, high]) });
}

#[test]
fn texts_stand_in_the_sheet_or_in_a_file_of_their_own() {
    let with = |change: fn(&mut CdText)| {
        let mut disc = rich();
        change(&mut disc.cd_text);
        survives(disc.clone());
        plan::plan(&disc, &PlanRequest::new("x")).unwrap().files.len()
    };
    assert_eq!(with(|text| text.set(0, Field::Title, "A disc")), 2);
    assert_eq!(with(|text| text.set(4, Field::Composer, "Łódź, été, 表ソ")), 2);
    assert_eq!(with(|text| text.set(4, Field::Title, "a \"quoted\" one")), 3);
    assert_eq!(with(|text| text.set(0, Field::Closed, "a remark")), 3);
    let german = |text: &mut CdText| {
        text.set(0, Field::Title, "English");
        let mut german = text.languages[0].clone();
        german.code = 8;
        german.set(0, Field::Title, "Deutsch");
        text.languages.push(german);
    };
    assert_eq!(with(german), 3);
}

#[test]
fn files_are_named_as_redump_names_them() {
    let names = |count: u8, apart| {
        let tracks = (1..=count).map(|n| track(n, Audio, i32::from(n - 1) * 4, if n == 1 { 150 } else { 0 }, 4)).collect();
        let request = PlanRequest { file_per_track: apart, ..PlanRequest::new("Disc") };
        let plan = plan::plan(&cd(vec![tracks]), &request).unwrap();
        plan.files.into_iter().map(|file| file.name).collect::<Vec<_>>()
    };
    assert_eq!(names(2, false), ["Disc.bin", "Disc.cue"]);
    assert_eq!(names(1, true), ["Disc.bin", "Disc.cue"]);
    assert_eq!(names(2, true), ["Disc (Track 1).bin", "Disc (Track 2).bin", "Disc.cue"]);
    assert_eq!(names(10, true)[0], "Disc (Track 01).bin");
}

/// A program's answer, or `None` with a remark when it is not here.
fn ask(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Ok(answer) => Some(String::from_utf8_lossy(&[answer.stdout, answer.stderr].concat()).into_owned()),
        Err(_) => {
            println!("skipped: {program} is not installed");
            None
        }
    }
}

/// A disc that other programs should read as this one does: first number 1, no sessions, tracks of four seconds.
fn plain() -> Disc {
    let mut tracks = vec![track(1, Mode1, 0, 150, 300), track(2, Audio, 450, 150, 300), track(3, Audio, 825, 75, 300)];
    tracks[1].isrc = "USAB19912345".parse().ok();
    let mut disc = cd(vec![tracks]);
    disc.mcn = "0000010271955".parse().ok();
    disc.cd_text.set(2, Field::Title, "Second");
    disc
}

#[test]
fn cd_info_reads_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    saved(&reader(plain()), false, folder.path());
    let arguments = ["--no-header", "--no-device-info", "--no-cddb", "--no-analyze", "--cue-file=My Disc.cue"];
    let Some(answer) = ask("cd-info", &arguments, folder.path()) else { return };
    for line in
        ["1: 00:02:00  000000 data", "2: 00:08:00  000450 audio", "3: 00:13:00  000825 audio", "170: 00:17:00  001125 leadout"]
    {
        assert!(answer.contains(line), "{line}\n{answer}");
    }
    assert!(answer.contains("(MCN): 0000010271955"), "{answer}");
}

#[test]
fn chdman_reads_what_is_written() {
    for apart in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        saved(&reader(plain()), apart, folder.path());
        let Some(made) = ask("chdman", &["createcd", "-i", "My Disc.cue", "-o", "x.chd", "-c", "none"], folder.path()) else {
            return;
        };
        let answer = ask("chdman", &["info", "-i", "x.chd"], folder.path()).unwrap();
        for line in ["TRACK:1 TYPE:MODE1_RAW SUBTYPE:NONE FRAMES:300 PREGAP:0", "FRAMES:450 PREGAP:150", "FRAMES:375 PREGAP:75"] {
            assert!(answer.contains(line), "{line}\n{answer}\n{made}");
        }
    }
}

#[test]
fn cueprint_and_cdrdao_read_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    saved(&reader(plain()), false, folder.path());
    if let Some(answer) = ask("cueprint", &["-d", "%N tracks\n", "-t", "%n %i %t\n", "My Disc.cue"], folder.path()) {
        assert!(answer.contains("3 tracks") && answer.contains("2 USAB19912345 Second"), "{answer}");
    }
    if let Some(answer) = ask("cdrdao", &["show-toc", "My Disc.cue"], folder.path()) {
        // Its times begin at LBA 0.
        for line in
            ["START  00:06:00(   450)", "START  00:11:00(   825)", "END    00:15:00(  1125)", "CATALOG NUMBER: 0000010271955"]
        {
            assert!(answer.contains(line), "{line}\n{answer}");
        }
    }
}
