//! What is burned, in the sheet: one of the images that are open, another file, or the disc in a drive.

use egui::Ui;

use super::form::{BurnForm, From, source_drive};
use super::words;
use crate::ui::actions::{Action, Actions, Question};
use crate::ui::icons::Icon;
use crate::ui::state::{ImageId, State};
use crate::ui::theme::S;
use crate::ui::tuning_fields::list;
use crate::ui::widgets::{Look, button, note};

/// Width of the list.
const LISTS: f32 = 264.0;

/// Shows it.
pub fn show(ui: &mut Ui, state: &State, form: &mut BurnForm, actions: &mut Actions) {
    if !state.images.is_empty() {
        let before = form.open(state).map(|open| open.id);
        let unchosen = before.is_none().then(|| (None, "choose one of what is open".to_owned()));
        let all: Vec<(Option<ImageId>, String)> =
            unchosen.into_iter().chain(state.images.iter().map(|open| (Some(open.id), open.name()))).collect();
        let mut chosen = before;
        list(ui, "Source", LISTS, &all, &mut chosen);
        if let Some(id) = chosen.filter(|_| chosen != before) {
            form.take(From::Disc(id), state);
        }
    }
    ui.horizontal(|ui| {
        if button(ui, Some(Icon::File), "Another file…", Look::Normal).clicked() {
            actions.push(Action::Ask(Question::ToBurn));
        }
        match form.open(state) {
            Some(open) => note(ui, open.summary()),
            None => note(ui, "or drop it here"),
        };
    });
    let Some(drive) = source_drive(&form.from, state) else { return };
    ui.add_space(S / 2.0);
    if form.targets().contains(&drive) {
        note(ui, "The disc is saved as a temporary image first; then the drive asks for another one.");
    } else {
        ui.checkbox(&mut form.through_image, "Save it as a temporary image first");
        note(ui, format!("Else it is read in {} while it is written, as fast as that goes.", words::recorder(&drive)));
    }
}
