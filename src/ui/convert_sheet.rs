//! The sheet beside the disc in which a conversion is chosen.

use egui::{Align, Layout, Panel, RichText, ScrollArea, TextEdit, Ui};

use super::actions::{Action, Actions, Question};
use super::convert_form::Form;
use super::icons::Icon;
use super::state::OpenImage;
use super::theme::{M, S, SMALL, XS, tokens};
use super::widgets::{Look, ask, button, fold, heading, icon_button, marked_line, note, tinted, wide_button};
use super::{format_list, tuning_fields};
use crate::image::{self, file_name};
use crate::job::Task;

/// What a sheet asks for when its button is pressed.
pub struct Asks<'a> {
    /// On the button.
    pub icon: Icon,
    /// Why it can't be pressed.
    pub obstacle: Option<String>,
    /// What stands below it.
    pub remark: &'a str,
    /// What it begins, with the user's word on the losses.
    pub task: &'a dyn Fn(bool) -> Task,
}

/// Shows the sheet.
pub fn show(ui: &mut Ui, open: &OpenImage, form: &mut Form, actions: &mut Actions) {
    let before = form.clone();
    head(ui, "Convert", &format!("{}, {}", open.name(), open.image.format.title), actions);
    let chosen = form.clone();
    let asks = Asks {
        icon: Icon::Convert,
        obstacle: form.facts().obstacle.clone(),
        remark: match form.verify {
            true => "It is done when the copy was read back and found equal.",
            false => "The copy will not be compared with its source.",
        },
        task: &|allow_loss| chosen.task(open, allow_loss),
    };
    // What would be lost stands beside the button, always in sight.
    let frame = egui::Frame::new().inner_margin(egui::Margin { right: S as i8, ..egui::Margin::ZERO });
    Panel::bottom("promise").frame(frame).show_separator_line(false).resizable(false).show(ui, |ui| {
        ui.add_space(M);
        losses(ui, open, form);
        button_that_says_what_it_does(ui, open, form, &asks, actions);
    });
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.set_width(ui.available_width() - S);
        format_list::show(ui, open, form);
        ui.add_space(S);
        target(ui, form, actions);
        ui.add_space(XS);
        options(ui, form);
    });
    if *form != before {
        form.refresh(open);
    }
    if form.confirming {
        confirm(ui, open, form, &asks, actions);
    }
}

/// The title of a sheet, and what it is about.
pub fn head(ui: &mut Ui, title: &str, about: &str, actions: &mut Actions) {
    ui.horizontal(|ui| {
        heading(ui, title);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, Icon::Close, "Close the sheet").clicked() {
                actions.push(Action::Sheet(None));
            }
        });
    });
    note(ui, about);
    ui.add_space(S);
}

/// What the chosen format can't keep.
pub fn losses(ui: &mut Ui, open: &OpenImage, form: &mut Form) {
    if form.facts().losses.is_empty() {
        return;
    }
    let t = tokens(ui);
    let title = form.advice(open).map_or("", |advice| advice.format.title);
    let better = form.facts().better.and_then(image::by_name);
    tinted(ui, t.warn_soft, t.warn).show(ui, |ui| {
        ui.set_width(ui.available_width());
        marked_line(ui, Icon::Warning, t.warn, &format!("{title} can't keep:"));
        ui.spacing_mut().item_spacing.y = XS;
        for loss in &form.facts().losses {
            ui.horizontal_top(|ui| {
                ui.add_space(24.0);
                ui.add(egui::Label::new(format!("• {loss}")).wrap());
            });
        }
        if let Some(better) = better {
            ui.add_space(XS);
            let words = format!("Keep everything with {}", better.title);
            if button(ui, Some(Icon::Star), &words, Look::Normal).clicked() {
                form.format = better.name;
            }
        }
    });
    ui.add_space(M);
}

/// Where the new image goes.
pub fn target(ui: &mut Ui, form: &mut Form, actions: &mut Actions) {
    let name = note(ui, "Name");
    ui.add(TextEdit::singleline(&mut form.name).desired_width(f32::INFINITY).margin(egui::vec2(S, S))).labelled_by(name.id);
    let folder = note(ui, "Folder");
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 116.0).max(80.0);
        let field = TextEdit::singleline(&mut form.folder).desired_width(width).margin(egui::vec2(S, S));
        ui.add(field).labelled_by(folder.id);
        if button(ui, Some(Icon::Folder), "Choose…", Look::Normal).clicked() {
            let format = image::by_name(form.format);
            actions.push(Action::Ask(Question::Target {
                folder: form.folder.clone().into(),
                name: file_name(&form.target()),
                format: format.map_or("Disc image", |format| format.title),
                extensions: format.map_or(&[], |format| format.extensions),
            }));
        }
    });
    files(ui, form);
}

/// Which files will be there.
fn files(ui: &mut Ui, form: &Form) {
    let files = &form.facts().files;
    match files.as_slice() {
        [] => {}
        [one] => drop(note(ui, format!("Makes {one}."))),
        [one, two] => drop(note(ui, format!("Makes {one} and {two}."))),
        [first, .., last] => drop(note(ui, format!("Makes {} files, from {first} to {last}.", files.len()))),
    }
}

fn options(ui: &mut Ui, form: &mut Form) {
    let mut more = form.more;
    if fold(ui, &mut more, "More options") {
        ui.indent("options", |ui| image_options(ui, form));
    }
    form.more = more;
}

/// What of the new image is seldom changed.
pub fn image_options(ui: &mut Ui, form: &mut Form) {
    let facts = form.facts().clone();
    if facts.can_split {
        ui.checkbox(&mut form.file_per_track, "One file for each track");
    }
    if facts.can_subchannel {
        ui.checkbox(&mut form.subchannel, "Keep the subchannel");
    }
    if facts.can_old {
        ui.checkbox(&mut form.old_version, "Older version of the format, for old programs");
    }
    if let Some(format) = image::by_name(form.format) {
        tuning_fields::show(ui, &format.choices, &mut form.tuning);
    }
    ui.checkbox(&mut form.verify, "Read the result back and compare it");
    ui.checkbox(&mut form.overwrite, "Replace files of the same name");
}

/// The button, and below it what stands against pressing it, or what it means.
pub fn button_that_says_what_it_does(ui: &mut Ui, open: &OpenImage, form: &mut Form, asks: &Asks<'_>, actions: &mut Actions) {
    ui.add_enabled_ui(asks.obstacle.is_none(), |ui| {
        if wide_button(ui, Some(asks.icon), &form.promise(open), Look::Primary).clicked() {
            if form.facts().losses.is_empty() {
                actions.push(Action::Start((asks.task)(false)));
                actions.push(Action::Sheet(None));
            } else {
                form.confirming = true;
            }
        }
    });
    let t = tokens(ui);
    match &asks.obstacle {
        Some(obstacle) => drop(ui.label(RichText::new(obstacle).size(SMALL).color(t.bad))),
        None => drop(note(ui, asks.remark)),
    }
}

/// Data would be lost: the only question that stands in the way.
pub fn confirm(ui: &Ui, open: &OpenImage, form: &mut Form, asks: &Asks<'_>, actions: &mut Actions) {
    let title = form.advice(open).map_or("", |advice| advice.format.title);
    let losses = form.facts().losses.clone();
    let body = |ui: &mut Ui| {
        losses.iter().for_each(|loss| marked_line(ui, Icon::Warning, tokens(ui).warn, &loss.to_string()));
        note(ui, "The image that is open stays as it is.");
    };
    let title = format!("Save as {title} without these?");
    let answer = ask(ui, "loss", &title, body, "Go back", "Save without them");
    form.confirming = answer.is_none();
    if answer == Some(true) {
        actions.push(Action::Start((asks.task)(true)));
        actions.push(Action::Sheet(None));
    }
}
