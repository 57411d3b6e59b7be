//! `spindle hash`.

use std::process::ExitCode;

use serde::Serialize;

use super::output::{Output, print_json, say};
use super::{Hash, perform};
use crate::job::{Digests, HashReport, Outcome, Task};

#[derive(Serialize)]
struct Shape {
    path: String,
    disc: Option<DigestShape>,
    tracks: Vec<TrackShape>,
}

#[derive(Serialize)]
struct DigestShape {
    bytes: u64,
    crc32: String,
    md5: String,
    sha1: String,
}

#[derive(Serialize)]
struct TrackShape {
    session: u16,
    number: u8,
    #[serde(flatten)]
    digests: DigestShape,
}

pub fn run(args: &Hash) -> ExitCode {
    let task = Task::Hash { source: args.source.clone(), whole: true, password: args.password.given() };
    perform(task, Output::new(args.json), |outcome| {
        let Outcome::Hashed(report) = outcome else { return Ok(ExitCode::FAILURE) };
        if args.json {
            print_json(&shape(&report))
        } else {
            print(&report, args.tracks)
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digests(digests: &Digests) -> DigestShape {
    DigestShape {
        bytes: digests.bytes,
        crc32: format!("{:08x}", digests.crc32),
        md5: hex(&digests.md5),
        sha1: hex(&digests.sha1),
    }
}

fn shape(report: &HashReport) -> Shape {
    let track = |track: &crate::job::TrackDigests| TrackShape {
        session: track.id.session,
        number: track.id.track,
        digests: digests(&track.digests),
    };
    Shape {
        path: report.source.to_string_lossy().into_owned(),
        disc: report.disc.as_ref().map(digests),
        tracks: report.tracks.iter().map(track).collect(),
    }
}

fn print(report: &HashReport, tracks: bool) {
    let row = |name: &str, sums: &Digests| {
        let DigestShape { bytes, crc32, md5, sha1 } = digests(sums);
        say(&format!("{name:<9} {crc32} {md5} {sha1} {bytes}"));
    };
    say(&format!("{:<9} {:<8} {:<32} {:<40} bytes", "", "CRC-32", "MD5", "SHA-1"));
    if let Some(disc) = &report.disc {
        row("disc", disc);
    }
    if tracks {
        report.tracks.iter().for_each(|track| row(&format!("track {:02}", track.id.track), &track.digests));
    }
}
