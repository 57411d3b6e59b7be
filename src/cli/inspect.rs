//! `spindle inspect`.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde::Serialize;

use super::output::{Output, print_json, say, size};
use super::{Inspect, perform};
use crate::disc::{Disc, DiscReader, Stored, StoredSub, Track, TrackId};
use crate::image::{Advice, Image};
use crate::job::{OpenReport, Outcome, Task};

pub fn run(args: &Inspect) -> ExitCode {
    let output = Output::new(args.json);
    perform(Task::Open { path: args.source.clone(), password: args.password.given() }, output, |outcome| {
        let Outcome::Opened(reports) = outcome else { return Ok(ExitCode::FAILURE) };
        for (number, report) in reports.iter().enumerate() {
            if args.json {
                print_json(&shape(&report.image));
            } else {
                if number > 0 {
                    say("");
                }
                print(report);
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// `inspect --json`.
#[derive(Serialize)]
pub struct Shape {
    path: String,
    format: &'static str,
    medium: &'static str,
    sectors: u32,
    mcn: Option<String>,
    layer_break: Option<u32>,
    cd_text: CdTextShape,
    sessions: Vec<SessionShape>,
    files: Vec<String>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct CdTextShape {
    languages: Vec<LanguageShape>,
}

#[derive(Serialize)]
struct LanguageShape {
    language: &'static str,
    encoding: &'static str,
    disc: BTreeMap<&'static str, String>,
    tracks: BTreeMap<u8, BTreeMap<&'static str, String>>,
}

#[derive(Serialize)]
struct SessionShape {
    number: u16,
    start: i32,
    lead_out: i32,
    tracks: Vec<TrackShape>,
}

#[derive(Serialize)]
struct TrackShape {
    number: u8,
    mode: &'static str,
    start: i32,
    pregap: u32,
    length: u32,
    indexes: Vec<i32>,
    postgap: u32,
    flags: Vec<&'static str>,
    isrc: Option<String>,
    record: usize,
    subchannel: &'static str,
}

/// The JSON shape of an image.
pub fn shape(image: &Image) -> Shape {
    let disc = image.disc();
    let sessions = disc.sessions.iter().map(|session| SessionShape {
        number: session.number,
        start: session.tracks.first().map_or(0, |track| track.start.0),
        lead_out: session.lead_out.0,
        tracks: session.tracks.iter().map(|track| track_shape(track, stored(&*image.reader, session.number, track))).collect(),
    });
    Shape {
        path: image.path.to_string_lossy().into_owned(),
        format: image.format.name,
        medium: disc.medium.word(),
        sectors: disc.sectors(),
        mcn: disc.mcn.map(|mcn| mcn.to_string()),
        layer_break: disc.layer_break,
        cd_text: cd_text(disc),
        sessions: sessions.collect(),
        files: image.files.iter().map(|file| file.to_string_lossy().into_owned()).collect(),
        warnings: image.warnings.clone(),
    }
}

fn stored(reader: &dyn DiscReader, session: u16, track: &Track) -> Option<Stored> {
    reader.stored(TrackId { session, track: track.number })
}

fn track_shape(track: &Track, stored: Option<Stored>) -> TrackShape {
    TrackShape {
        number: track.number,
        mode: track.mode.word(),
        start: track.start.0,
        pregap: track.pregap,
        length: track.length,
        indexes: std::iter::once(track.start.0).chain(track.indexes.iter().map(|index| index.0)).collect(),
        postgap: track.postgap,
        flags: track.control.words(),
        isrc: track.isrc.map(|isrc| isrc.to_string()),
        record: stored.map_or(0, |stored| stored.main.size()),
        subchannel: stored.map_or(StoredSub::None, |stored| stored.sub).word(),
    }
}

fn cd_text(disc: &Disc) -> CdTextShape {
    let languages = disc.cd_text.languages.iter().map(|language| {
        let mut shape = LanguageShape {
            language: language.word(),
            encoding: language.encoding.word(),
            disc: BTreeMap::new(),
            tracks: BTreeMap::new(),
        };
        for (track, field, text) in language.texts() {
            let fields = if track == 0 { &mut shape.disc } else { shape.tracks.entry(track).or_default() };
            fields.insert(field.word(), text.to_owned());
        }
        shape
    });
    CdTextShape { languages: languages.collect() }
}

fn print(report: &OpenReport) {
    let OpenReport { image, advice, .. } = report;
    let disc = image.disc();
    say(&format!("{}: {}, {}", image.path.display(), image.format.title, summary(disc)));
    if let Some(mcn) = disc.mcn {
        say(&format!("  Catalogue number  {mcn}"));
    }
    if let Some(at) = disc.layer_break {
        say(&format!("  Layer break       sector {at}"));
    }
    for language in &disc.cd_text.languages {
        let texts: Vec<String> =
            language.texts().filter(|t| t.0 == 0).map(|(_, field, text)| format!("{} “{text}”", field.word())).collect();
        say(&format!("  CD-TEXT           {} ({}): {}", language.word(), language.encoding.word(), texts.join(", ")));
    }
    say("  Session Track Kind                  Index 1  (time)     Pregap   Length    Size  ISRC          Flags");
    for (session, track) in disc.tracks() {
        let record = stored(&*image.reader, session.number, track).map_or(0, |stored| stored.main.size());
        say(&format!(
            "  {:>7} {:>5} {:<20} {:>8}  {} {:>8} {:>8} {:>9} {:<13} {}",
            session.number,
            track.number,
            track.mode.to_string(),
            track.start,
            track.start.to_msf(),
            track.pregap,
            track.length,
            size(u64::from(track.length) * record as u64),
            track.isrc.map(|isrc| isrc.to_string()).unwrap_or_default(),
            track.control.words().join(", "),
        ));
    }
    let others: Vec<String> = image.files.iter().skip(1).map(|file| file.display().to_string()).collect();
    if !others.is_empty() {
        say(&format!("  Files             {}", others.join(", ")));
    }
    image.warnings.iter().for_each(|warning| say(&format!("  Note: {warning}")));
    if let Some(best) = advice.iter().find(|advice: &&Advice| advice.format.name != image.format.name) {
        say(&format!("  To convert it: {}", best.why));
    }
}

/// "CD, 3 tracks (2 of them audio), 12:34:56".
fn summary(disc: &Disc) -> String {
    let tracks = disc.tracks().count();
    let audio = disc.audio_tracks();
    let noun = if tracks == 1 { "track" } else { "tracks" };
    let kinds = match audio {
        0 => format!("{tracks} data {noun}"),
        all if all == tracks => format!("{tracks} audio {noun}"),
        some => format!("{tracks} tracks ({some} of them audio)"),
    };
    let sessions = if disc.sessions.len() > 1 { format!(" in {} sessions", disc.sessions.len()) } else { String::new() };
    let length = if disc.medium.is_cd() {
        crate::disc::Msf::from_frames(disc.sectors()).to_string()
    } else {
        size(u64::from(disc.sectors()) * 2048)
    };
    format!("{}, {kinds}{sessions}, {length}", disc.medium)
}
