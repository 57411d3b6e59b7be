//! `spindle formats`.

use std::process::ExitCode;

use serde::Serialize;

use super::Formats;
use super::output::{print_json, say};
use crate::image::{FORMATS, Format, Texts, Tracks, WRAPPERS};

#[derive(Serialize)]
struct Shape {
    name: &'static str,
    title: &'static str,
    extensions: Vec<&'static str>,
    data_extensions: Vec<&'static str>,
    read: bool,
    write: bool,
    holds: Vec<&'static str>,
}

pub fn run(args: &Formats) -> ExitCode {
    let wrappers = WRAPPERS.iter().map(|wrapper| Shape {
        name: wrapper.name,
        title: wrapper.title,
        extensions: wrapper.extensions.to_vec(),
        data_extensions: Vec::new(),
        read: true,
        write: wrapper.is_written(),
        holds: vec![if wrapper.is_archive() {
            "images of any format, with all their files"
        } else {
            "a file of an image of any format"
        }],
    });
    let shapes: Vec<Shape> = FORMATS.iter().map(|format| shape(format)).chain(wrappers).collect();
    if args.json {
        print_json(&shapes);
        return ExitCode::SUCCESS;
    }
    for shape in shapes {
        let extensions: Vec<String> = shape.extensions.iter().chain(&shape.data_extensions).map(|e| format!(".{e}")).collect();
        let does = if shape.write { "read, write" } else { "read" };
        say(&format!("{:<5} {:<34} {:<12} {}", shape.name, shape.title, does, extensions.join(" ")));
        say(&format!("      {}", shape.holds.join(", ")));
    }
    ExitCode::SUCCESS
}

fn shape(format: &Format) -> Shape {
    Shape {
        name: format.name,
        title: format.title,
        extensions: format.extensions.to_vec(),
        data_extensions: format.data_extensions.to_vec(),
        read: true,
        write: format.plan.is_some(),
        holds: holds(format),
    }
}

/// What a format holds, in words.
fn holds(format: &Format) -> Vec<&'static str> {
    let holds = &format.holds;
    let tracks = match holds.tracks {
        Tracks::OneData => "one data track",
        Tracks::One => "one track",
        Tracks::Many => "many tracks",
    };
    let rows = [
        (holds.sessions, "sessions"),
        (holds.raw, "raw sectors"),
        (holds.hidden_track, "audio before track 1"),
        (holds.indexes, "indexes"),
        (holds.flags, "flags"),
        (holds.mcn, "catalogue number"),
        (holds.isrc, "ISRC"),
        (holds.cd_text != Texts::None, "CD-TEXT"),
        (holds.subchannel, "subchannel"),
        (holds.layer_break, "layer break"),
        (holds.structures, "DVD structures"),
    ];
    std::iter::once(tracks).chain(rows.into_iter().filter(|(held, _)| *held).map(|(_, word)| word)).collect()
}
