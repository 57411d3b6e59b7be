//! Cue sheets, mode pages and lead-ins of many discs, byte for byte as `golden/` has them. Those files were derived from the standards by hand, and from
//! what other burning programs send for the same discs; nothing of the program's own output is in them.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::disc::cd_text::Field;
use crate::disc::{Control, DiscType, Isrc, Mcn, cd_text};
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

const MCN: &[u8] = b"4006381333931";

/// The disc of a golden file, and what is wished for it.
fn subject(name: &str) -> (Disc, Recordable, BurnWish) {
    let coded = |mut disc: Disc| {
        disc.mcn = Some(Mcn::new(MCN).unwrap());
        track(&mut disc, 1).isrc = Some(Isrc::new(b"DEXYZ2612345").unwrap());
        disc
    };
    let (mut blank, mut wish) = (blank_cd(), BurnWish { mode: Some(Mode::SessionAtOnce), ..BurnWish::default() });
    let data = || disc(&[(Mode1, 0, 600)]);
    let by_track = |wish: &mut BurnWish| wish.mode = Some(Mode::TrackAtOnce);
    let subject = match name {
        "01-data" => data(),
        "02-two-audio" => audio(&[600, 600]),
        "03-pregaps" => disc(&[(Audio, 0, 600), (Audio, 150, 600), (Audio, 225, 300)]),
        "04-mcn-isrc" => edited(coded(audio(&[600, 600])), |disc| {
            track(disc, 2).isrc = Some(Isrc::new(b"DEXYZ2612346").unwrap());
        }),
        "05-cd-text" => edited(audio(&[600, 600]), |disc| {
            for (number, text) in (0..).zip(["AB", "C", "D"]) {
                disc.cd_text.set(number, Field::Title, text);
            }
        }),
        "06-mixed" => disc(&[(Mode1, 0, 600), (Audio, 150, 600), (Audio, 0, 450)]),
        "07-enhanced" => xa(2, DiscType::Xa, with_session(audio(&[600, 600]), Mode2Mixed, Lba(12_600), 600)),
        "08-xa" => xa(1, DiscType::Xa, disc(&[(Mode2Mixed, 0, 600)])),
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
        "13-scms" => edited(audio(&[600]), |disc| track(disc, 1).control.scms = true),
        "14-ninety-nine" => audio(&[300; 99]),
        "15-frames" => audio(&[12_345, 34_567]),
        "16-eighty-minutes" => audio(&[359_845]),
        "17-open" => {
            wish.close = Close::Session;
            data()
        }
        "18-simulated" => {
            wish.simulate = true;
            data()
        }
        "19-audio-before-data" => disc(&[(Audio, 0, 600), (Mode1, 225, 600)]),
        "20-cd-i" => xa(1, DiscType::CdI, disc(&[(Mode2Mixed, 0, 600)])),
        "21-second-session" => {
            blank = Recordable {
                state: DiscState::Appendable,
                sessions: 1,
                last_track: 1,
                next_writable: Lba(16_400),
                free: 300_000,
                ..blank
            };
            data()
        }
        "22-isrc-and-flags" => edited(coded(audio(&[600])), |disc| {
            disc.mcn = None;
            track(disc, 1).control.copy = true;
        }),
        "23-data-with-mcn" => edited(data(), |disc| disc.mcn = Some(Mcn::new(MCN).unwrap())),
        "30-tao-data" => {
            by_track(&mut wish);
            data()
        }
        "31-tao-audio" => {
            by_track(&mut wish);
            wish.close = Close::Session;
            edited(coded(audio(&[600])), |disc| track(disc, 1).control.copy = true)
        }
        "32-tao-xa" => {
            by_track(&mut wish);
            xa(1, DiscType::Xa, disc(&[(Mode2Mixed, 0, 600)]))
        }
        "37-tao-scms" => {
            by_track(&mut wish);
            edited(audio(&[600]), |disc| track(disc, 1).control.scms = true)
        }
        "33-raw" => {
            wish.mode = Some(Mode::Raw);
            audio(&[600])
        }
        "34-dvd-r" | "35-dvd-r-incremental" | "36-dvd-r-incremental-closed" => {
            blank = super::blank(Kind::DvdR, 2_298_496);
            wish.mode = Some(if name == "34-dvd-r" { Mode::DiscAtOnce } else { Mode::Incremental });
            wish.close = if name == "35-dvd-r-incremental" { Close::Session } else { Close::Disc };
            data_disc(600)
        }
        other => panic!("{other} is no subject"),
    };
    (subject, blank, wish)
}

/// The same parts as the program has them.
fn ours(name: &str) -> BTreeMap<String, Vec<u8>> {
    let (disc, blank, wish) = subject(name);
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
            parts.insert("lead-in".to_owned(), cd_text::lead_in(&session.cd_text, 0).to_vec());
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
    assert!(seen >= 30, "{seen}");
}
