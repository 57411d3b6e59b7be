//! What `rip --json` says in its last line.

use std::path::PathBuf;

use serde::Serialize;

use super::output::print_json;
use crate::job::{Area, AudioCheck, AudioReport, AudioSums, Lookup, RipReport};

/// An area as JSON.
#[derive(Serialize)]
struct AreaShape {
    start: i32,
    sectors: u32,
    track: u8,
}

/// The last line of `rip --json`, where there is an image.
#[derive(Serialize)]
struct Done {
    event: &'static str,
    outputs: Vec<String>,
    verified: bool,
    seconds: f64,
    loss: Vec<String>,
    repaired: u64,
    sectors: u32,
    damaged: u32,
    suspect: u64,
    areas: Vec<AreaShape>,
    files: Vec<String>,
    more_files: bool,
    audio: Option<AudioShape>,
    checksums: Option<SumsShape>,
    databases: Vec<SaidShape>,
    resumed: bool,
    papers: Vec<String>,
    ejected: bool,
}

/// The last line where there is none, because sectors could not be read.
#[derive(Serialize)]
struct Unreadable {
    event: &'static str,
    seconds: f64,
    sectors: u32,
    damaged: u32,
    areas: Vec<AreaShape>,
    files: Vec<String>,
    more_files: bool,
    audio: Option<AudioShape>,
    resumed: bool,
    folder: Option<String>,
}

/// What was done about audio, as JSON.
#[derive(Serialize)]
struct AudioShape {
    checked: &'static str,
    offset: i32,
    offset_known: bool,
    lacking: u32,
    differed: u32,
    doubtful: u32,
    doubts: Vec<AreaShape>,
    q_frames: u32,
    q_bad: u32,
    q_mended: u32,
}

impl AudioShape {
    fn of(audio: &AudioReport) -> AudioShape {
        AudioShape {
            checked: match (audio.check, audio.trusted) {
                (AudioCheck::Once, _) => "no",
                (AudioCheck::Auto, true) => "c2",
                (AudioCheck::Auto | AudioCheck::Twice, _) => "twice",
            },
            offset: audio.offset,
            offset_known: audio.offset_known,
            lacking: audio.lacking,
            differed: audio.differed,
            doubtful: audio.doubtful,
            doubts: audio.doubts.iter().map(shape).collect(),
            q_frames: audio.q.frames,
            q_bad: audio.q.bad,
            q_mended: audio.q.mended,
        }
    }
}

/// What databases know audio by, as JSON.
#[derive(Serialize)]
struct SumsShape {
    accurate_rip: String,
    cddb: String,
    music_brainz: String,
    ctdb_toc: String,
    ctdb_crc32: String,
    tracks: Vec<TrackSumsShape>,
}

#[derive(Serialize)]
struct TrackSumsShape {
    track: u8,
    crc32: String,
    accurate_rip_1: String,
    accurate_rip_2: String,
    ctdb_crc32: String,
}

impl SumsShape {
    fn of(sums: &AudioSums) -> SumsShape {
        let hex = |sum: u32| format!("{sum:08x}");
        let (a, b) = sums.ids.accurate_rip;
        let tracks = sums.tracks.iter().map(|(id, track)| TrackSumsShape {
            track: id.track,
            crc32: hex(track.crc32),
            accurate_rip_1: hex(track.v1),
            accurate_rip_2: hex(track.v2),
            ctdb_crc32: hex(track.ctdb),
        });
        SumsShape {
            accurate_rip: format!("{:03}-{a:08x}-{b:08x}-{:08x}", sums.ids.audio_tracks, sums.ids.cddb),
            cddb: hex(sums.ids.cddb),
            music_brainz: sums.ids.music_brainz.clone(),
            ctdb_toc: sums.ids.ctdb.clone(),
            ctdb_crc32: hex(sums.ctdb),
            tracks: tracks.collect(),
        }
    }
}

/// What a database says, as JSON.
#[derive(Serialize)]
struct SaidShape {
    source: &'static str,
    words: String,
}

fn shape(area: &Area) -> AreaShape {
    AreaShape { start: area.start.0, sectors: area.sectors, track: area.track }
}

/// Prints it.
pub fn tell(report: &RipReport) {
    let areas = report.damage.areas.iter().map(shape).collect();
    let audio = report.audio.as_ref().map(AudioShape::of);
    let names = |paths: &[PathBuf]| paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let &RipReport { sectors, resumed, seconds, .. } = report;
    let (damaged, files, more_files) = (report.damage.sectors, report.damage.files.clone(), report.damage.more_files);
    let Some(image) = &report.image else {
        let folder = report.folder.as_ref().map(|path| path.to_string_lossy().into_owned());
        return print_json(&Unreadable {
            event: "unreadable",
            seconds,
            sectors,
            damaged,
            areas,
            files,
            more_files,
            audio,
            resumed,
            folder,
        });
    };
    print_json(&Done {
        event: "done",
        outputs: names(&image.outputs),
        verified: image.verified,
        seconds,
        loss: image.losses.iter().map(ToString::to_string).collect(),
        repaired: image.worths.repaired,
        sectors,
        damaged,
        suspect: report.suspects.sectors,
        areas,
        files,
        more_files,
        audio,
        checksums: report.sums.as_ref().map(SumsShape::of),
        databases: report.lookup.iter().flat_map(Lookup::words).map(|(source, words)| SaidShape { source, words }).collect(),
        resumed,
        papers: names(&report.papers),
        ejected: report.ejected,
    });
}
