//! Below the table of several discs: into what they are converted, and the button that does it.

use egui::{Panel, RichText, ScrollArea, TextEdit, Ui};

use super::actions::{Action, Actions, Question};
use super::batch::Batch;
use super::batch_form::{BatchForm, Existing};
use super::icons::Icon;
use super::theme::{M, S, SMALL, XS, tokens};
use super::widgets::{Look, ask, button, fold, marked_line, note, tinted, wide_button};
use super::{batch_table, tuning_fields, words};
use crate::image::Password;

/// Shows the head of the page and, at its foot, the choices; what is left of the room is the table's.
pub fn show(ui: &mut Ui, batch: &Batch, form: &mut BatchForm, passwords: &[Password], actions: &mut Actions) {
    form.follow(batch);
    let before = form.clone();
    batch_table::head(ui, batch, actions);
    Panel::bottom("batch").frame(egui::Frame::new()).show_separator_line(false).resizable(false).show(ui, |ui| {
        ui.add_space(S);
        choices(ui, form, actions);
        options(ui, form);
        losses(ui, form);
        the_button(ui, form, passwords, actions);
    });
    if *form != before {
        form.refresh(batch);
    }
    if form.confirming {
        confirm(ui, form, passwords, actions);
    }
}

fn choices(ui: &mut Ui, form: &mut BatchForm, actions: &mut Actions) {
    let offers: Vec<(&'static str, String)> = form.facts().formats.iter().map(|offer| (offer.format, offer.words())).collect();
    tuning_fields::list(ui, "Convert to", 320.0, &offers, &mut form.format);
    ui.horizontal(|ui| {
        let name = tuning_fields::named(ui, "Into the folder");
        let width = (ui.available_width() - 116.0).max(80.0);
        let field = TextEdit::singleline(&mut form.folder).desired_width(width).margin(egui::vec2(S, S));
        ui.add(field).labelled_by(name);
        if button(ui, Some(Icon::Folder), "Choose…", Look::Normal).clicked() {
            actions.push(Action::Ask(Question::Into(form.folder.clone().into())));
        }
    });
}

fn options(ui: &mut Ui, form: &mut BatchForm) {
    let mut more = form.more;
    if fold(ui, &mut more, "More options") {
        ScrollArea::vertical().id_salt("batch options").max_height(190.0).auto_shrink([false, true]).show(ui, |ui| {
            ui.indent("batch options", |ui| {
                if let Some(format) = form.chosen() {
                    tuning_fields::show(ui, &format.choices, &mut form.tuning);
                }
                let existing = [(Existing::Skip, "pass over it".to_owned()), (Existing::Replace, "replace the file".to_owned())];
                tuning_fields::list(ui, "If it is there", 180.0, &existing, &mut form.existing);
                ui.checkbox(&mut form.verify, "Read each result back and compare it");
                ui.add_enabled_ui(form.verify, |ui| {
                    ui.checkbox(&mut form.delete, "Delete each source once its copy is proved and lacks nothing");
                });
            });
        });
    }
    form.more = more;
}

/// Names of discs that lose something, before the rest is only counted.
const NAMED: usize = 3;

fn losses(ui: &mut Ui, form: &mut BatchForm) {
    if form.facts().lossy.is_empty() {
        return;
    }
    let t = tokens(ui);
    let title = form.chosen().map_or("", |format| format.title);
    let lossy = form.facts().lossy.clone();
    tinted(ui, t.warn_soft, t.warn).inner_margin(egui::Margin::same(S as i8)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = XS;
        marked_line(
            ui,
            Icon::Warning,
            t.warn,
            &format!("{title} can't keep everything of {}:", words::count(lossy.len() as u64, "disc")),
        );
        for (name, losses) in lossy.iter().take(NAMED) {
            let losses: Vec<String> = losses.iter().map(ToString::to_string).collect();
            ui.horizontal(|ui| {
                ui.add_space(24.0);
                ui.add(egui::Label::new(format!("• {name}: {}", losses.join("; "))).truncate());
            });
        }
        if lossy.len() > NAMED {
            ui.horizontal(|ui| {
                ui.add_space(24.0);
                ui.label(format!("• and {} more", lossy.len() - NAMED));
            });
        }
        ui.checkbox(&mut form.allow_loss, "Convert them all the same");
    });
    ui.add_space(XS);
}

fn the_button(ui: &mut Ui, form: &mut BatchForm, passwords: &[Password], actions: &mut Actions) {
    let obstacle = form.facts().obstacle.clone();
    ui.add_enabled_ui(obstacle.is_none(), |ui| {
        if wide_button(ui, Some(Icon::Convert), &form.promise(), Look::Primary).clicked() {
            if form.deletes() {
                form.confirming = true;
            } else {
                actions.push(Action::Start(form.task(passwords)));
            }
        }
    });
    let t = tokens(ui);
    match obstacle {
        Some(obstacle) => drop(ui.label(RichText::new(obstacle).size(SMALL).color(t.weak))),
        None if form.verify => {
            drop(note(ui, "Each is done when its copy was read back and found equal. One that fails stops no other."))
        }
        None => drop(note(ui, "The copies will not be compared with their sources.")),
    }
}

/// Files will be deleted: that is asked about first.
fn confirm(ui: &Ui, form: &mut BatchForm, passwords: &[Password], actions: &mut Actions) {
    let title = format!("Delete the sources of {}?", words::count(form.facts().sources.len() as u64, "disc"));
    let body = |ui: &mut Ui| {
        ui.label("Each is deleted, with all its files, once its copy was read back and found equal.");
        ui.add_space(M);
        note(
            ui,
            "Kept are those that lose something, have damaged sectors, were read with reservations, or share files with other images.",
        );
    };
    let answer = ask(ui, "delete", &title, body, "Go back", "Convert and delete");
    form.confirming = answer.is_none();
    if answer == Some(true) {
        actions.push(Action::Start(form.task(passwords)));
    }
}
