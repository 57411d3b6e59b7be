//! `spindle drives`.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::output::{print_json, say, size};
use crate::drive::mmc::DiscState;
use crate::drive::{Details, Protection};
use crate::job::{self, DriveState, Listed};

#[derive(Args)]
pub struct Drives {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shape {
    name: String,
    source: String,
    label: String,
    firmware: Option<String>,
    media: Vec<String>,
    c2_pointers: Option<bool>,
    state: &'static str,
    words: String,
    medium: Option<String>,
    sectors: Option<u32>,
    tracks: Option<usize>,
    sessions: Option<usize>,
}

pub fn run(args: &Drives) -> ExitCode {
    let shapes: Vec<Shape> = job::drives().into_iter().map(shape).collect();
    if args.json {
        print_json(&shapes);
        return ExitCode::SUCCESS;
    }
    for shape in shapes {
        let firmware = shape.firmware.map(|firmware| format!(", firmware {firmware}")).unwrap_or_default();
        say(&format!("{:<12} {}{firmware}", shape.name, shape.label));
        say(&format!("{:<12} {}", "", shape.words));
        if !shape.media.is_empty() {
            say(&format!("{:<12} reads and writes: {}", "", shape.media.join(", ")));
        }
    }
    ExitCode::SUCCESS
}

fn shape(drive: Listed) -> Shape {
    let identity = drive.identity.filter(|identity| !identity.name().is_empty());
    let details = match &drive.state {
        DriveState::Disc(details) => Some(&**details),
        _ => None,
    };
    let disc = details.and_then(|details| details.disc.as_ref());
    let profiles = drive.configuration.as_ref().map(|configuration| configuration.profiles()).unwrap_or_default();
    Shape {
        source: format!("{}{}", job::DRIVE_PREFIX, drive.name),
        label: identity.as_ref().map_or(drive.label, |identity| identity.name()),
        firmware: identity.map(|identity| identity.revision),
        media: profiles.iter().map(ToString::to_string).collect(),
        c2_pointers: drive.configuration.as_ref().map(|configuration| configuration.c2_pointers()),
        state: match &drive.state {
            DriveState::Disc(_) => "disc",
            DriveState::NoDisc { open: true } => "open",
            DriveState::NoDisc { open: false } => "empty",
            DriveState::Trouble(_) => "trouble",
        },
        words: words(&drive.state),
        medium: details.map(|details| details.profile.to_string()),
        sectors: disc.map(|disc| disc.sectors()),
        tracks: disc.map(|disc| disc.tracks().count()),
        sessions: disc.map(|disc| disc.sessions.len()),
        name: drive.name,
    }
}

/// How a drive is, in words.
fn words(state: &DriveState) -> String {
    match state {
        DriveState::NoDisc { open: true } => "the tray is open".to_owned(),
        DriveState::NoDisc { open: false } => "no disc".to_owned(),
        DriveState::Trouble(error) => error.to_string(),
        DriveState::Disc(details) => disc_words(details),
    }
}

/// "CD-ROM, finished, 2 sessions, 13 tracks, 640 MB".
fn disc_words(details: &Details) -> String {
    let mut parts = vec![details.profile.to_string()];
    parts.extend(details.information.map(|information| {
        match information.state {
            DiscState::Blank => "blank",
            DiscState::Appendable => "more can be added",
            DiscState::Complete => "finished",
            DiscState::Random => "rewritable",
        }
        .to_owned()
    }));
    if let Some(disc) = &details.disc {
        if disc.sessions.len() > 1 {
            parts.push(format!("{} sessions", disc.sessions.len()));
        }
        if disc.medium.is_cd() {
            let count = disc.tracks().count();
            parts.push(if count == 1 { "1 track".to_owned() } else { format!("{count} tracks") });
        }
        let sector: u64 = if disc.medium.is_cd() { 2352 } else { 2048 };
        parts.push(size(u64::from(disc.sectors()) * sector));
    }
    if details.free > 0 {
        parts.push(format!("{} free", size(u64::from(details.free) * 2048)));
    }
    parts.extend(details.protection.map(|protection| match protection {
        Protection::Css { regions } if regions != 0xFF && regions != 0 => {
            let named = (1..=8).filter(|region| regions >> (region - 1) & 1 != 0).map(|region| region.to_string());
            format!("protected by CSS, region {}", named.collect::<Vec<_>>().join(" "))
        }
        other => format!("protected by {}", other.name()),
    }));
    parts.join(", ")
}
