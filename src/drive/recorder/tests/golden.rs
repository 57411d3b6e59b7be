//! Cue sheets, mode pages and lead-ins of many discs, byte for byte as `golden/` has them. Those files were derived from the standards by hand, and from
//! what other burning programs send for the same discs; nothing of the program's own output is in them.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::disc::cd_text::{ENGLISH, Encoding, Field, Language};
use crate::disc::{CdText, Control, DiscType, Isrc, Mcn, cd_text};
use TrackMode::{Audio, Mode1, Mode2, Mode2Mixed};

/// What a golden file holds, by the name of each part.
fn golden(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut parts: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut name = String::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let line = line.split('#').next().unwrap().trim();
        let bytes: Result<Vec<u8>, _> = line.split_whitespace().map(|byte| u8::from_str_radix(byte, 16)).collect();
        match bytes {
            Ok(bytes) => parts.entry(name.clone()).or_default().extend(bytes),
            Err(_) => name = line.to_owned(),
        }
    }
    parts.retain(|_, bytes| !bytes.is_empty());
    parts
}

fn audio(lengths: &[u32]) -> Disc {
    disc(&lengths.iter().map(|&length| (Audio, 0, length)).collect::<Vec<_>>())
}

fn edited(mut disc: Disc, edit: impl FnOnce(&mut Disc)) -> Disc {
    edit(&mut disc);
    disc
}

fn track(disc: &mut Disc, number: usize) -> &mut Track {
    &mut disc.sessions[0].tracks[number - 1]
}

fn xa(session: u16, disc_type: DiscType, disc: Disc) -> Disc {
    edited(disc, |disc| disc.sessions[usize::from(session) - 1].disc_type = disc_type)
}

fn flags(pre_emphasis: bool, copy: bool, four_channel: bool) -> Control {
    Control { pre_emphasis, copy, four_channel, scms: false }
}

/// Symbols of six bits in a pack of CD-TEXT.
const SYMBOLS: usize = 24;
const MCN: &[u8] = b"4006381333931";

fn coded(disc: Disc) -> Disc {
    edited(disc, |disc| {
        disc.mcn = Some(Mcn::new(MCN).unwrap());
        track(disc, 1).isrc = Some(Isrc::new(b"DEXYZ2612345").unwrap());
    })
}

/// The disc of a golden file.
fn subject(name: &str) -> Disc {
    let data = || disc(&[(Mode1, 0, 600)]);
    match name {
        "01-data" | "17-open" | "18-simulated" | "21-second-session" | "30-tao-data" => data(),
        "02-two-audio" => audio(&[600, 600]),
        "03-pregaps" => disc(&[(Audio, 0, 600), (Audio, 150, 600), (Audio, 225, 300)]),
        "04-mcn-isrc" | "29-cd-text-codes" => edited(coded(audio(&[600, 600])), |disc| {
            track(disc, 2).isrc = Some(Isrc::new(b"DEXYZ2612346").unwrap());
        }),
        "05-cd-text"
        | "24-cd-text-long"
        | "26-cd-text-languages"
        | "27-cd-text-latin"
        | "28-cd-text-kanji"
        | "38-cd-text-closed" => audio(&[600, 600]),
        "06-mixed" => disc(&[(Mode1, 0, 600), (Audio, 150, 600), (Audio, 0, 450)]),
        "07-enhanced" => xa(2, DiscType::Xa, with_session(audio(&[600, 600]), Mode2Mixed, Lba(12_600), 600)),
        "08-xa" | "32-tao-xa" => xa(1, DiscType::Xa, disc(&[(Mode2Mixed, 0, 600)])),
        "09-mode2" => disc(&[(Mode2, 0, 600)]),
        "10-hidden" => {
            let track = Track { pregap: 1050, ..Track::new(1, Audio, Lba(900), 600) };
            Disc::new(Medium::Cd, vec![track])
        }
        "11-indexes" => edited(audio(&[600]), |disc| track(disc, 1).indexes = vec![Lba(150), Lba(301)]),
        "12-flags" => edited(audio(&[300; 4]), |disc| {
            let all = [flags(true, false, false), flags(false, true, false), flags(false, false, true), flags(true, true, true)];
            (1..).zip(all).for_each(|(number, flags)| track(disc, number).control = flags);
        }),
        "13-scms" | "37-tao-scms" => edited(audio(&[600]), |disc| track(disc, 1).control.scms = true),
        "14-ninety-nine" => audio(&[300; 99]),
        "15-frames" => audio(&[12_345, 34_567]),
        "16-eighty-minutes" => audio(&[359_845]),
        "19-audio-before-data" => disc(&[(Audio, 0, 600), (Mode1, 225, 600)]),
        "20-cd-i" => xa(1, DiscType::CdI, disc(&[(Mode2Mixed, 0, 600)])),
        "22-isrc-and-flags" => edited(coded(audio(&[600])), |disc| {
            disc.mcn = None;
            track(disc, 1).control.copy = true;
        }),
        "23-data-with-mcn" => edited(data(), |disc| disc.mcn = Some(Mcn::new(MCN).unwrap())),
        "25-cd-text-gaps" => audio(&[600; 4]),
        "31-tao-audio" => edited(coded(audio(&[600])), |disc| track(disc, 1).control.copy = true),
        "33-raw" => audio(&[600]),
        "34-dvd-r" | "35-dvd-r-incremental" | "36-dvd-r-incremental-closed" => data_disc(600),
        "39-cd-text-toc" => audio(&[300; 5]),
        other => panic!("{other} is no subject"),
    }
}

/// The texts of the disc and of its tracks, one after another.
fn written(code: u8, encoding: Encoding, fields: &[(Field, &[&str])]) -> Language {
    let mut language = Language::new(code, encoding);
    for (field, texts) in fields {
        (0..).zip(*texts).for_each(|(track, text)| language.set(track, *field, text));
    }
    language
}

const GERMAN: u8 = 8;
const FRENCH: u8 = 15;
const JAPANESE: u8 = 0x69;

/// What a golden file's disc says about itself.
fn texts(name: &str) -> CdText {
    const LONG: &str = "A title that is much longer than the twelve letters that a pack can hold";
    let english = |fields: &[(Field, &[&str])]| written(ENGLISH, Encoding::Latin1, fields);
    let languages = match name {
        "05-cd-text" => vec![english(&[(Field::Title, &["AB", "C", "D"])])],
        "24-cd-text-long" => {
            let performers = ["Nobody", "Nobody at all", "Nobody"];
            vec![english(&[(Field::Title, &[LONG, "Short", LONG]), (Field::Performer, &performers)])]
        }
        "25-cd-text-gaps" => vec![english(&[(Field::Title, &["Gaps", "", "Two"]), (Field::Songwriter, &["", "", "", "Her"])])],
        "26-cd-text-languages" => vec![
            english(&[(Field::Title, &["Winter", "Snow", "Ice"]), (Field::Performer, &["Us", "Us", "Them"])]),
            written(GERMAN, Encoding::Latin1, &[(Field::Title, &["Winter", "Schnee und noch mehr Schnee", "Eis"])]),
            written(FRENCH, Encoding::Latin1, &[(Field::Title, &["L'hiver", "Neige", "Glace"])]),
        ],
        "27-cd-text-latin" => {
            let (titles, composers) = (["Façade", "Été à Noël", "ÿ"], ["Ü", "ß", "ø"]);
            vec![written(FRENCH, Encoding::Latin1, &[(Field::Title, &titles), (Field::Composer, &composers)])]
        }
        "28-cd-text-kanji" => {
            let titles = ["湿った水", "熱波", "雪"];
            vec![written(JAPANESE, Encoding::MsJis, &[(Field::Title, &titles), (Field::DiscId, &["SPN-28"])])]
        }
        "29-cd-text-codes" => {
            let (titles, arrangers) = (["Codes", "One", "Two"], ["A", "B", "C"]);
            let mut language = english(&[(Field::Title, &titles), (Field::Arranger, &arrangers), (Field::DiscId, &["SPN-29"])]);
            language.set_bytes(0, Field::Genre, b"\0\x0EJazz of the Sixties\0");
            language.set(0, Field::UpcEan, "4006381333931");
            language.set(1, Field::Isrc, "DEXYZ2612345");
            language.set(2, Field::Isrc, "DEXYZ2612346");
            vec![language]
        }
        "38-cd-text-closed" => {
            let (titles, closed) = (["Closed", "One", "Two"], ["Not for players"]);
            let fields: [(Field, &[&str]); 3] =
                [(Field::Title, &titles), (Field::Message, &["Hello there"]), (Field::Closed, &closed)];
            let mut language = english(&fields);
            language.copyright = 3;
            vec![language]
        }
        "39-cd-text-toc" => {
            let mut language = english(&[(Field::Title, &["TOC", "1", "2", "3", "4", "5"])]);
            let toc = [&[1, 5, 0, 0, 22, 0, 0, 0, 0, 0, 0, 0][..], &[0, 2, 0, 0, 6, 0, 0, 10, 0, 0, 14, 0], &[0, 18, 0]];
            language.set_bytes(0, Field::TocInfo, &toc.concat());
            vec![language]
        }
        _ => Vec::new(),
    };
    CdText { languages }
}

/// The blank of a golden file, and what is wished for it.
fn setting(name: &str) -> (Recordable, BurnWish) {
    let blank = blank_cd();
    // The lead-in of most blanks begins at 97:26:66.
    let atip = blank.atip.map(|atip| Atip { lead_in: Lba(-11_634), ..atip });
    let blank = Recordable { atip, ..blank };
    let wish = BurnWish { mode: Some(Mode::SessionAtOnce), ..BurnWish::default() };
    let by_track = BurnWish { mode: Some(Mode::TrackAtOnce), ..BurnWish::default() };
    let dvd = |mode| (super::blank(Kind::DvdR, 2_298_496), BurnWish { mode: Some(mode), ..BurnWish::default() });
    match name {
        "17-open" => (blank, BurnWish { close: Close::Session, ..wish }),
        "18-simulated" => (blank, BurnWish { simulate: true, ..wish }),
        "21-second-session" => {
            let begun = Recordable {
                state: DiscState::Appendable,
                sessions: 1,
                last_track: 1,
                next_writable: Lba(16_400),
                free: 300_000,
                ..blank
            };
            (begun, wish)
        }
        "30-tao-data" | "32-tao-xa" | "37-tao-scms" => (blank, by_track),
        "31-tao-audio" => (blank, BurnWish { close: Close::Session, ..by_track }),
        "33-raw" => (blank, BurnWish { mode: Some(Mode::Raw), ..wish }),
        "34-dvd-r" => dvd(Mode::DiscAtOnce),
        "35-dvd-r-incremental" => {
            let (blank, wish) = dvd(Mode::Incremental);
            (blank, BurnWish { close: Close::Session, ..wish })
        }
        "36-dvd-r-incremental-closed" => dvd(Mode::Incremental),
        _ => (blank, wish),
    }
}

/// The same parts as the program has them.
fn ours(name: &str) -> BTreeMap<String, Vec<u8>> {
    let disc = edited(subject(name), |disc| disc.cd_text = texts(name));
    let (blank, wish) = setting(name);
    let plan = plan(&disc, &nothing_stored, &blank, &wish).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut parts = BTreeMap::new();
    let numbered = |part: &str, n: usize| if n == 0 { part.to_owned() } else { format!("{part} {}", n + 1) };
    let lead_in = blank.atip.map_or(Lba(0), |atip| atip.lead_in);
    for (n, session) in plan.sessions.iter().enumerate() {
        let page = plan.write_parameters(session, &session.tracks[0]).unwrap().page(&[]);
        parts.insert(numbered("page", n), page);
        if plan.mode == Mode::SessionAtOnce {
            let sheets = Flavour::ALL.map(|flavour| cue_sheet(session, 0, lead_in, flavour).as_flattened().to_vec());
            if session.cd_text.is_empty() && sheets[1] != sheets[0] {
                parts.insert("cue without flags".to_owned(), sheets[1].clone());
            }
            let [first, ..] = sheets;
            parts.insert(numbered("cue", n), first);
        }
        if !session.cd_text.is_empty() {
            let sectors = (0..).flat_map(|number| cd_text::lead_in(&session.cd_text, number));
            parts.insert("lead-in".to_owned(), sectors.take(session.cd_text.len() * SYMBOLS).collect());
        }
    }
    parts
}

fn shown(parts: &BTreeMap<String, Vec<u8>>) -> String {
    let line = |row: &[u8]| row.iter().map(|byte| format!("{byte:02X} ")).collect::<String>();
    parts.iter().map(|(name, bytes)| format!("{name}\n{}\n", bytes.chunks(8).map(line).collect::<Vec<_>>().join("\n"))).collect()
}

#[test]
fn the_drive_is_told_what_the_standards_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/drive/recorder/golden");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let (theirs, ours) = (golden(&path), ours(name));
        assert!(theirs == ours, "{name}\nwanted:\n{}\nfound:\n{}", shown(&theirs), shown(&ours));
        seen += 1;
    }
    assert!(seen >= 39, "{seen}");
}
