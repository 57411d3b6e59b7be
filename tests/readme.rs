//! The README says what is true: its table of formats is the list of formats.

use spindle::image::{FORMATS, Format, Media, Texts, Tracks, WRAPPERS, Wrapper};

fn row(format: &Format) -> String {
    let holds = &format.holds;
    let extensions: Vec<String> = format.extensions.iter().map(|extension| format!(".{extension}")).collect();
    let tracks = match holds.tracks {
        Tracks::OneData => "one data track",
        Tracks::One => "one track",
        Tracks::Many if holds.sessions => "tracks, sessions",
        Tracks::Many => "tracks",
    };
    let media = match holds.media {
        Media::Any => "all media".to_owned(),
        Media::Says(media) => media.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        Media::Guessed => "not said".to_owned(),
    };
    let kept = [
        (holds.indexes, "indexes"),
        (holds.mcn, "MCN"),
        (holds.isrc, "ISRC"),
        (holds.cd_text != Texts::None, "CD-TEXT"),
        (holds.subchannel, "subchannel"),
        (holds.layer_break, "layer break"),
    ];
    let kept: Vec<&str> = kept.into_iter().filter(|(held, _)| *held).map(|(_, word)| word).collect();
    let does = if format.plan.is_some() { "read, write" } else { "read" };
    let kept = if kept.is_empty() { "–".to_owned() } else { kept.join(", ") };
    format!("| {} (`{}`) | {} | {does} | {media} | {tracks} | {kept} |", format.title, format.name, extensions.join(" "))
}

fn wrapper_row(wrapper: &Wrapper) -> String {
    let extensions: Vec<String> = wrapper.extensions.iter().map(|extension| format!(".{extension}")).collect();
    let does = if wrapper.is_written() { "read, write" } else { "read" };
    let holds = if wrapper.is_archive() { "images" } else { "one file" };
    format!(
        "| {} (`{}`) | {} | {does} | all media | {holds} of any format | – |",
        wrapper.title,
        wrapper.name,
        extensions.join(" ")
    )
}

#[test]
fn the_table_of_formats_is_the_list_of_formats() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let head = "| format | opened by | | media | holds | and keeps |\n|---|---|---|---|---|---|";
    let rows: Vec<String> = FORMATS.iter().map(|format| row(format)).chain(WRAPPERS.iter().map(wrapper_row)).collect();
    let table = format!("{head}\n{}", rows.join("\n"));
    if std::env::var_os("SPINDLE_UPDATE_README").is_some() {
        let (before, rest) = readme.split_once("compares -->\n").unwrap();
        let (_, after) = rest.split_once("<!-- end of formats").unwrap();
        std::fs::write(&path, format!("{before}compares -->\n{table}\n<!-- end of formats{after}")).unwrap();
        return;
    }
    assert!(readme.contains(&table), "run the tests once with SPINDLE_UPDATE_README=1; the table should be\n{table}");
}
