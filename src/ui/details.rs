//! What there is to know about an image besides its tracks.

use egui::{Grid, Label, RichText, Ui};

use super::geometry::Geometry;
use super::icons::Icon;
use super::state::OpenImage;
use super::theme::{M, S, SMALL, XS, tokens};
use super::widgets::{marked_line, note};
use super::words;
use crate::disc::cd_text::Field;
use crate::disc::{Disc, StoredSub, TrackId};
use crate::image::file_name;

/// Shows the details.
pub fn show(ui: &mut Ui, open: &OpenImage) {
    let facts = facts(open);
    ui.spacing_mut().interact_size.y = 18.0;
    Grid::new("details").num_columns(2).spacing([M, 6.0]).show(ui, |ui| {
        for (name, value) in facts {
            note(ui, name);
            ui.add(Label::new(value).wrap().selectable(true));
            ui.end_row();
        }
    });
    let t = tokens(ui);
    for warning in &open.image.warnings {
        ui.add_space(XS);
        marked_line(ui, Icon::Warning, t.warn, warning);
    }
    if let Some(report) = &open.findings {
        ui.add_space(S);
        let done = super::work::verified(report);
        let (icon, color) = if done.good { (Icon::Done, t.good) } else { (Icon::Warning, t.bad) };
        marked_line(ui, icon, color, &done.words);
        if let Some(first) = report.findings.wrong_at.first() {
            let at = super::geometry::address(*first, open.image.disc().medium.is_cd());
            ui.label(RichText::new(format!("The first of them is sector {at}.")).size(SMALL).color(t.weak));
        }
    }
}

fn facts(open: &OpenImage) -> Vec<(&'static str, String)> {
    let disc = open.image.disc();
    let mut facts = vec![("Format", open.image.format.title.to_owned()), ("Medium", medium(disc))];
    let length = words::count(u64::from(disc.sectors()), "sector");
    facts.push(("Length", if disc.medium.is_cd() { format!("{} ({length})", words::time(disc.sectors())) } else { length }));
    facts.push(("Stored", stored(open)));
    let text = |field| disc.cd_text.text(0, 0, field).map(str::to_owned);
    facts.extend(text(Field::Title).map(|title| ("Title", title)));
    facts.extend(text(Field::Performer).map(|performer| ("Performer", performer)));
    if disc.cd_text.languages.len() > 1 {
        let words: Vec<String> = disc.cd_text.languages.iter().map(|language| language.word().to_string()).collect();
        facts.push(("CD-TEXT in", words.join(", ")));
    }
    if let Some(mcn) = disc.mcn {
        facts.push(("Catalogue", mcn.to_string()));
    }
    match (disc.layer_break, Geometry::of(disc).layer_break) {
        (Some(at), _) => facts.push(("Layer break", format!("sector {}", words::number(at.into())))),
        (None, Some(_)) => facts.push(("Layers", "two, by its size; the image does not say where the second begins".to_owned())),
        (None, None) => {}
    }
    if !disc.structures.layers.is_empty() {
        facts.push(("Structures", words::count(disc.structures.layers.len() as u64, "layer")));
    }
    match open.drive() {
        Some(drive) => facts.push(("Drive", words::drive(drive))),
        None => facts.push((if open.image.files.len() == 1 { "File" } else { "Files" }, files(open))),
    }
    facts
}

fn medium(disc: &Disc) -> String {
    match disc.sessions.len() {
        1 => disc.medium.to_string(),
        more => format!("{}, {more} sessions", disc.medium),
    }
}

/// How its sectors lie in the files.
fn stored(open: &OpenImage) -> String {
    let mut sizes: Vec<String> = Vec::new();
    for (session, track) in open.image.disc().tracks() {
        let id = TrackId { session: session.number, track: track.number };
        let Some(stored) = open.image.reader.stored(id) else { continue };
        let sub = match stored.sub {
            StoredSub::None => "",
            StoredSub::Q => " + Q",
            StoredSub::PW | StoredSub::RW => " + subchannel",
        };
        let text = format!("{}{sub}", stored.main.size());
        if !sizes.contains(&text) {
            sizes.push(text);
        }
    }
    format!("{} bytes a sector", sizes.join(", "))
}

fn files(open: &OpenImage) -> String {
    const MOST: usize = 4;
    let files = &open.image.files;
    let mut names: Vec<String> = files.iter().take(MOST).map(|file| file_name(file)).collect();
    if files.len() > MOST {
        names.push(format!("and {} more", files.len() - MOST));
    }
    names.join("\n")
}
