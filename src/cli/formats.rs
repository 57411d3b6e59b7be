//! `spindle formats`.

use std::process::ExitCode;

use serde::Serialize;

use super::Formats;
use super::output::{print_json, say};
use crate::image::packing::{Choices, Protection};
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
    choices: ChoicesShape,
}

#[derive(Serialize)]
struct ChoicesShape {
    codecs: &'static [&'static str],
    levels: bool,
    blocks: &'static [u32],
    split: bool,
    password: Option<&'static str>,
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
        choices: choices_shape(&Choices { levels: wrapper.is_written(), ..Choices::NONE }),
    });
    let shapes: Vec<Shape> = FORMATS.iter().map(|format| shape(format)).chain(wrappers).collect();
    if args.json {
        print_json(&shapes);
        return ExitCode::SUCCESS;
    }
    for shape in &shapes {
        let extensions: Vec<String> = shape.extensions.iter().chain(&shape.data_extensions).map(|e| format!(".{e}")).collect();
        let does = if shape.write { "read, write" } else { "read" };
        say(&format!("{:<5} {:<34} {:<12} {}", shape.name, shape.title, does, extensions.join(" ")));
        say(&format!("      {}", shape.holds.join(", ")));
        let format = FORMATS.iter().find(|format| format.name == shape.name);
        if let Some(choices) = format.and_then(|format| choices(&format.choices)) {
            say(&format!("      to choose: {choices}"));
        }
    }
    ExitCode::SUCCESS
}

/// What there is to choose, in the shape of the contract.
fn choices_shape(choices: &Choices) -> ChoicesShape {
    ChoicesShape {
        codecs: choices.codecs,
        levels: choices.levels,
        blocks: choices.blocks,
        split: choices.split,
        password: choices.password.map(Protection::word),
    }
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
        choices: choices_shape(&format.choices),
    }
}

/// What there is to choose of a format, in words, what is usual first; `None`: nothing.
fn choices(choices: &Choices) -> Option<String> {
    let mut words = Vec::new();
    if !choices.codecs.is_empty() {
        words.push(format!("--codec {}", choices.codecs.join("|")));
    }
    if choices.levels {
        words.push("--level 1–9".to_owned());
    }
    if !choices.blocks.is_empty() {
        words.push(format!("--block {}", choices.blocks.iter().map(|&bytes| block(bytes)).collect::<Vec<_>>().join("|")));
    }
    if choices.split {
        words.push("--split SIZE".to_owned());
    }
    words.extend(choices.password.map(|protection| format!("--encrypt ({} protection)", protection.word())));
    (!words.is_empty()).then(|| words.join(", "))
}

/// A size of a block as `--block` takes it.
fn block(bytes: u32) -> String {
    match bytes {
        bytes if bytes.is_multiple_of(1 << 20) => format!("{}M", bytes >> 20),
        bytes if bytes.is_multiple_of(1 << 10) => format!("{}K", bytes >> 10),
        bytes => bytes.to_string(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_told_in_the_words_of_the_options() {
        assert_eq!(choices(&Choices::NONE), None);
        let all = Choices {
            codecs: &["zlib", "lzma"],
            levels: true,
            blocks: &[65_536, 2_097_152, 19_584],
            split: true,
            password: Some(Protection::Weak),
        };
        let words = "--codec zlib|lzma, --level 1–9, --block 64K|2M|19584, --split SIZE, --encrypt (weak protection)";
        assert_eq!(choices(&all).as_deref(), Some(words));
    }
}
