//! The middle of the window: one image, its picture, its facts, its tracks.

use egui::{Align, Layout, RichText, Ui, vec2};

use super::actions::{Action, Actions, SheetName};
use super::icons::Icon;
use super::state::{OpenImage, State};
use super::theme::{L, M, S, TITLE, XL, tokens};
use super::widgets::{Look, button, note};
use super::{checksums, details, disc_picture, disc_strip, menu, rip_places, track_table};
use crate::disc::TrackId;

/// Which of the tables is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Table {
    /// The tracks.
    #[default]
    Tracks,
    /// The checksums.
    Checksums,
}

/// Shows the image.
pub fn show(ui: &mut Ui, state: &State, open: &OpenImage, table: &mut Table, actions: &mut Actions) {
    head(ui, state, open, actions);
    ui.add_space(M);
    let side = (ui.available_height() * 0.5).min(ui.available_width() * 0.45).clamp(160.0, 420.0);
    let mut pointed = None;
    ui.horizontal_top(|ui| {
        pointed = disc_picture::show(ui, state, open, side, actions);
        ui.add_space(XL - S);
        let width = ui.available_width();
        egui::ScrollArea::vertical().max_height(side).auto_shrink([false, false]).show(ui, |ui| {
            ui.set_width(width);
            ui.vertical(|ui| details::show(ui, open));
        });
    });
    ui.add_space(M);
    pointed = pointed.or(disc_strip::show(ui, state, open, actions));
    disc_strip::legend(ui, state, open);
    rip_places::show(ui, state, open, actions);
    ui.add_space(S);
    pointed = pointed.or(tables(ui, state, open, table, actions));
    if pointed != state.hovered {
        actions.push(Action::Hover(pointed));
    }
}

/// Narrower than this, the verbs get a line of their own.
const NARROW: f32 = 700.0;

fn head(ui: &mut Ui, state: &State, open: &OpenImage, actions: &mut Actions) {
    if ui.available_width() < NARROW {
        ui.scope(|ui| name(ui, open));
        ui.horizontal(|ui| {
            main_verb(ui, open, actions);
            other_verbs(ui, state, open, actions);
        });
        return;
    }
    ui.horizontal(|ui| {
        let verbs = if open.drive().is_some() { 470.0 } else { 438.0 };
        let width = (ui.available_width() - verbs).max(160.0);
        ui.allocate_ui_with_layout(vec2(width, 48.0), Layout::top_down(Align::Min), |ui| name(ui, open));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.allocate_ui_with_layout(vec2(verbs - S, 32.0), Layout::left_to_right(Align::Center), |ui| {
                main_verb(ui, open, actions);
                other_verbs(ui, state, open, actions);
            });
        });
    });
}

fn name(ui: &mut Ui, open: &OpenImage) {
    let t = tokens(ui);
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.add(egui::Label::new(RichText::new(open.name()).size(TITLE).color(t.text)).truncate());
    note(ui, open.summary());
}

/// What one opens a disc for: an image is converted, the disc in a drive is saved.
fn main_verb(ui: &mut Ui, open: &OpenImage, actions: &mut Actions) {
    if open.drive().is_some() {
        if button(ui, Some(Icon::Save), "Save the disc…", Look::Primary).clicked() {
            actions.push(Action::Sheet(Some(SheetName::Rip)));
        }
    } else if button(ui, Some(Icon::Convert), "Convert…", Look::Primary).clicked() {
        actions.push(Action::Sheet(Some(SheetName::Convert)));
    }
}

fn other_verbs(ui: &mut Ui, state: &State, open: &OpenImage, actions: &mut Actions) {
    let word = if open.drive().is_some() { "Copy…" } else { "Burn…" };
    if button(ui, Some(Icon::Burn), word, Look::Normal).clicked() {
        actions.push(Action::Sheet(Some(SheetName::Burn)));
    }
    let busy = state.job_on(&open.image.path).is_some();
    ui.add_enabled_ui(!busy, |ui| {
        if button(ui, Some(Icon::Verify), "Verify", Look::Normal).clicked() {
            actions.push(menu::verify(open));
        }
        if button(ui, Some(Icon::Hash), "Checksums", Look::Normal).clicked() {
            actions.push(menu::checksums(open));
        }
    });
}

fn tables(ui: &mut Ui, state: &State, open: &OpenImage, table: &mut Table, actions: &mut Actions) -> Option<TrackId> {
    let Some(report) = &open.checksums else {
        return track_table::show(ui, state, open, actions);
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = L;
        ui.selectable_value(table, Table::Tracks, "Tracks");
        ui.selectable_value(table, Table::Checksums, "Checksums");
    });
    match table {
        Table::Tracks => track_table::show(ui, state, open, actions),
        Table::Checksums => {
            checksums::show(ui, report, actions);
            None
        }
    }
}
