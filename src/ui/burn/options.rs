//! How it is burned, in the sheet.

use egui::{DragValue, TextEdit, Ui, vec2};

use super::form::{BurnForm, MOST_COPIES};
use super::prospect::Facts;
use super::words;
use crate::drive::recorder::{Close, Erase, Mode};
use crate::ui::theme::{S, XS};
use crate::ui::tuning_fields::{list, named};
use crate::ui::widgets::{fold, note};

/// Width of the lists to choose from.
const LISTS: f32 = 220.0;

/// Shows what is often changed, and the rest folded.
pub fn show(ui: &mut Ui, form: &mut BurnForm) {
    let facts = form.facts().clone();
    let speeds = facts.speeds.iter().map(|(speed, words)| (Some(*speed), words.clone()));
    let speeds: Vec<(Option<u32>, String)> =
        std::iter::once((None, "as fast as it goes well".to_owned())).chain(speeds).collect();
    list(ui, "Speed", LISTS, &speeds, &mut form.speed);
    ui.horizontal(|ui| {
        let name = named(ui, "Copies");
        ui.add(DragValue::new(&mut form.copies).range(1..=MOST_COPIES)).labelled_by(name);
        note(ui, if form.copies > 1 { "in each recorder, one after another" } else { "in each recorder" });
    });
    if facts.erasable || form.erase.is_some() {
        let ways = [
            (None, "only if it has to be".to_owned()),
            (Some(Erase::Quick), "quickly".to_owned()),
            (Some(Erase::Full), "all of it (takes long)".to_owned()),
        ];
        list(ui, "Erase first", LISTS, &ways, &mut form.erase);
    }
    let can = facts.simulates || form.simulate;
    ui.add_enabled_ui(can, |ui| ui.checkbox(&mut form.simulate, "Simulate: the laser stays at reading power"));
    if !can && !facts.prospects.is_empty() && !form.is_asking() {
        note(ui, "This disc can't be simulated in this drive.");
    }
    ui.add_enabled_ui(!form.simulate, |ui| ui.checkbox(&mut form.verify, "Read the disc back and compare it"));
    if facts.cd_text {
        ui.checkbox(&mut form.cd_text, "CD-TEXT: titles and names that players show");
    }
    ui.add_space(XS);
    let mut more = form.more;
    if fold(ui, &mut more, "More options") {
        ui.indent("burn options", |ui| further(ui, form, &facts));
    }
    form.more = more;
}

/// Whether a part of the disc stands in for bad places.
pub fn spare_areas(ui: &mut Ui, width: f32, chosen: &mut Option<bool>) {
    let ways = [
        (None, "as the disc is formatted".to_owned()),
        (Some(true), "for bad places".to_owned()),
        (Some(false), "none: twice as fast".to_owned()),
    ];
    list(ui, "Spare areas", width, &ways, chosen);
}

fn further(ui: &mut Ui, form: &mut BurnForm, facts: &Facts) {
    let modes = facts.modes.iter().map(|&mode| (Some(mode), words::mode(mode)));
    let modes: Vec<(Option<Mode>, String)> =
        std::iter::once((None, "as it suits disc and drive".to_owned())).chain(modes).collect();
    list(ui, "Way of writing", LISTS, &modes, &mut form.mode);
    let closes =
        [(Close::Disc, "the disc: any drive reads it".to_owned()), (Close::Session, "the session: more can be added".to_owned())];
    list(ui, "Close", LISTS, &closes, &mut form.close);
    if facts.dual_layer {
        ui.horizontal(|ui| {
            let name = named(ui, "Layer break");
            let field = TextEdit::singleline(&mut form.layer_break).desired_width(LISTS / 2.0).margin(vec2(S, XS));
            ui.add(field.hint_text("as it is")).labelled_by(name);
            note(ui, "sector, a multiple of 16");
        });
    }
    if facts.spare_areas {
        spare_areas(ui, LISTS, &mut form.spare_areas);
    }
    ui.checkbox(&mut form.eject, "Eject the disc when it is done");
    ui.checkbox(&mut form.accept_damage, "Burn it even where the source is damaged");
}
