//! The sheet beside the disc in which burning is chosen.

use egui::{Panel, RichText, ScrollArea, Ui};

use super::form::{BurnForm, From, source_drive};
use super::{audio_list, options, recorders, source, words};
use crate::drive::recorder::BurnLoss;
use crate::ui::actions::{Action, Actions};
use crate::ui::convert_sheet;
use crate::ui::icons::Icon;
use crate::ui::state::State;
use crate::ui::theme::{M, S, SMALL, XS, tokens};
use crate::ui::widgets::{Look, ask, marked_line, note, tinted, wide_button};

/// Shows the sheet.
pub fn show(ui: &mut Ui, state: &State, form: &mut BurnForm, actions: &mut Actions) {
    let before = form.clone();
    let copies = source_drive(&form.from, state).is_some();
    let (title, about) = match &form.from {
        From::Audio(_) => ("Make an audio CD", "From audio files of any kind, each a track"),
        _ if copies => ("Copy the disc", "To a disc that can be written"),
        _ => ("Burn", "An image, on a disc that can be written"),
    };
    convert_sheet::head(ui, title, about, actions);
    // What would be lost stands beside the button, always in sight.
    let frame = egui::Frame::new().inner_margin(egui::Margin { right: S as i8, ..egui::Margin::ZERO });
    Panel::bottom("burn promise").frame(frame).show_separator_line(false).resizable(false).show(ui, |ui| {
        ui.add_space(M);
        losses(ui, form);
        the_button(ui, state, form, actions);
    });
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.set_width(ui.available_width() - S);
        match form.from {
            From::Audio(_) => audio_list::show(ui, state, form, actions),
            From::Nothing | From::Disc(_) => source::show(ui, state, form, actions),
        }
        ui.add_space(M);
        recorders::show(ui, state, form, actions);
        ui.add_space(S);
        options::show(ui, form);
    });
    if *form != before || form.is_stale(state) {
        form.refresh(state);
    }
    if form.confirming {
        confirm(ui, state, form, actions);
    }
}

/// What does not arrive, and the user's word on it.
fn losses(ui: &mut Ui, form: &mut BurnForm) {
    if form.facts().losses.is_empty() {
        return;
    }
    let t = tokens(ui);
    tinted(ui, t.warn_soft, t.warn).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = XS;
        marked_line(ui, Icon::Warning, t.warn, "This should be known before:");
        ScrollArea::vertical().id_salt("burn losses").max_height(120.0).auto_shrink([false, true]).show(ui, |ui| {
            for loss in &form.facts().losses {
                ui.horizontal_top(|ui| {
                    ui.add_space(24.0);
                    ui.add(egui::Label::new(format!("• {loss}")).wrap());
                });
            }
        });
        if form.facts().losses.iter().any(BurnLoss::needs_leave) {
            ui.checkbox(&mut form.allow_loss, "Burn it nevertheless");
        }
    });
    ui.add_space(M);
}

fn the_button(ui: &mut Ui, state: &State, form: &mut BurnForm, actions: &mut Actions) {
    let obstacle = form.obstacle(state);
    ui.add_enabled_ui(obstacle.is_none(), |ui| {
        if wide_button(ui, Some(Icon::Burn), &form.promise(state), Look::Primary).clicked() {
            if form.replaced().is_empty() {
                begin(state, form, actions);
            } else {
                form.confirming = true;
            }
        }
    });
    let t = tokens(ui);
    match obstacle {
        Some(why) => {
            let looks = form.audio().is_some() && state.ahead.list_in_question().is_some();
            let color = if looks || form.is_asking() { t.weak } else { t.bad };
            ui.add(egui::Label::new(RichText::new(why).size(SMALL).color(color)).wrap());
        }
        None => drop(note(ui, remark(form))),
    }
}

/// What stands below the button.
fn remark(form: &BurnForm) -> &'static str {
    match (form.simulate, form.verify) {
        (true, _) => "The drive goes through all of it with the laser at reading power: nothing is written.",
        (false, true) => "It is done when the disc was read back and found equal.",
        (false, false) => "The disc will not be compared with its source.",
    }
}

fn begin(state: &State, form: &BurnForm, actions: &mut Actions) {
    actions.extend(form.tasks(state).into_iter().map(Action::Start));
    actions.push(Action::Sheet(None));
}

/// What is on the discs goes: that is asked about first.
fn confirm(ui: &Ui, state: &State, form: &mut BurnForm, actions: &mut Actions) {
    let replaced = form.replaced();
    let body = |ui: &mut Ui| {
        for (drive, kind) in &replaced {
            let text = format!("Everything on the {kind} in {} goes.", words::recorder(drive));
            marked_line(ui, Icon::Warning, tokens(ui).warn, &text);
        }
    };
    let title = if replaced.len() == 1 { "Replace what is on the disc?" } else { "Replace what is on the discs?" };
    let answer = ask(ui, "replace", title, body, "Go back", "Burn over it");
    form.confirming = answer.is_none();
    if answer == Some(true) {
        begin(state, form, actions);
    }
}
