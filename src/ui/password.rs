//! The question for the password of an encrypted image.

use std::path::PathBuf;

use egui::text::CCursorRange;
use egui::{Align, Key, Layout, TextEdit, Ui};

use super::actions::{Action, Actions};
use super::icons::Icon;
use super::state::Locked;
use super::theme::{L, S, XS, tokens};
use super::widgets::{Look, button, heading, marked_line, note, question};
use crate::image::file_name;

/// What was typed so far.
#[derive(Default)]
pub struct Field {
    /// The image it is for.
    path: PathBuf,
    text: String,
    shown: bool,
    /// Whether the field has yet to get the keyboard.
    fresh: bool,
    /// Whether a password is on its way of which no answer was seen yet.
    sent: bool,
}

impl Field {
    fn begin(&mut self, locked: &Locked) {
        if self.path != locked.path {
            *self = Field { path: locked.path.clone(), fresh: true, ..Field::default() };
        }
        // The answer may come before a frame has seen that one is tried.
        if locked.trying {
            self.sent = true;
        } else if std::mem::take(&mut self.sent) {
            self.fresh = true;
        }
    }
}

/// Asks; Enter opens, Esc leaves it.
pub fn show(ui: &Ui, locked: &Locked, field: &mut Field, actions: &mut Actions) {
    field.begin(locked);
    let modal = question(ui, "password").show(ui.ctx(), |ui| {
        ui.set_width(380.0);
        heading(ui, &format!("“{}” is encrypted", file_name(&locked.path)));
        let name = note(ui, "Password");
        let edit = TextEdit::singleline(&mut field.text).password(!field.shown).desired_width(f32::INFINITY);
        let typed = ui.add_enabled(!locked.trying, edit.margin(egui::vec2(S, S))).labelled_by(name.id);
        if std::mem::take(&mut field.fresh) {
            typed.request_focus();
            // What is typed next takes the place of what was wrong.
            let mut state = TextEdit::load_state(ui.ctx(), typed.id).unwrap_or_default();
            state.cursor.set_char_range(Some(CCursorRange::select_all_str(&field.text)));
            state.store(ui.ctx(), typed.id);
        }
        ui.checkbox(&mut field.shown, "Show what is typed");
        if locked.wrong && !locked.trying {
            marked_line(ui, Icon::Error, tokens(ui).bad, "Wrong password.");
        }
        ui.add_space(XS);
        note(ui, "It is remembered until Spindle is closed, and never written down.");
        ui.add_space(L);
        let entered = typed.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        buttons(ui, locked, field, entered, actions);
    });
    if modal.should_close() {
        leave(locked, field, actions);
    }
}

fn buttons(ui: &mut Ui, locked: &Locked, field: &mut Field, entered: bool, actions: &mut Actions) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let ready = !locked.trying && !field.text.is_empty();
        let word = if locked.trying { "Opening…" } else { "Open" };
        let pressed = ui.add_enabled_ui(ready, |ui| button(ui, None, word, Look::Primary).clicked()).inner;
        if ready && (pressed || entered) {
            field.sent = true;
            actions.push(Action::Unlock(locked.path.clone(), field.text.as_str().into()));
        }
        if button(ui, None, "Cancel", Look::Normal).clicked() {
            leave(locked, field, actions);
        }
    });
}

fn leave(locked: &Locked, field: &mut Field, actions: &mut Actions) {
    *field = Field::default();
    actions.push(Action::LeaveLocked(locked.path.clone()));
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;

    struct Asked {
        locked: Locked,
        field: Field,
        actions: Actions,
    }

    fn asked() -> Harness<'static, Asked> {
        let locked = Locked { path: "a/secret.iso".into(), wrong: false, trying: false };
        let frame = |ui: &mut Ui, asked: &mut Asked| show(ui, &asked.locked, &mut asked.field, &mut asked.actions);
        let asked = Asked { locked, field: Field::default(), actions: Vec::new() };
        let mut harness = Harness::builder().build_ui_state(frame, asked);
        harness.run();
        harness
    }

    #[test]
    fn enter_opens_and_a_wrong_password_is_asked_for_again() {
        let mut harness = asked();
        assert!(harness.query_by_label("“secret.iso” is encrypted").is_some());
        // The field has the keyboard already.
        harness.event(egui::Event::Text("guess".to_owned()));
        harness.run();
        harness.key_press(Key::Enter);
        harness.run();
        let actions = std::mem::take(&mut harness.state_mut().actions);
        assert!(matches!(actions.as_slice(), [Action::Unlock(path, password)]
            if path.ends_with("secret.iso") && password.as_str() == "guess"));
        harness.state_mut().locked.trying = true;
        harness.run();
        assert!(harness.query_by_label("Opening…").is_some() && harness.query_by_label("Wrong password.").is_none());
        harness.state_mut().locked = Locked { wrong: true, trying: false, ..harness.state().locked.clone() };
        harness.run();
        assert!(harness.query_by_label("Wrong password.").is_some());
        harness.event(egui::Event::Text("guess 2".to_owned()));
        harness.run();
        harness.get_by_label("Open").click();
        harness.run();
        let actions = std::mem::take(&mut harness.state_mut().actions);
        assert!(matches!(actions.as_slice(), [Action::Unlock(_, password)] if password.as_str() == "guess 2"));
    }

    /// In the real window small images answered within a frame, and the field had lost the keyboard.
    #[test]
    fn an_answer_that_comes_at_once_leaves_the_keyboard_with_the_field() {
        let mut harness = asked();
        harness.event(egui::Event::Text("guess".to_owned()));
        harness.key_press(Key::Enter);
        harness.state_mut().locked.wrong = true;
        harness.run();
        harness.event(egui::Event::Text("another".to_owned()));
        harness.key_press(Key::Enter);
        harness.run();
        let actions = std::mem::take(&mut harness.state_mut().actions);
        let passwords: Vec<&str> = actions
            .iter()
            .filter_map(|action| match action {
                Action::Unlock(_, password) => Some(password.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(passwords, ["guess", "another"]);
    }

    #[test]
    fn esc_leaves_it_and_nothing_opens_with_nothing() {
        let mut harness = asked();
        harness.key_press(Key::Enter);
        harness.run();
        assert!(harness.state().actions.is_empty());
        harness.key_press(Key::Escape);
        harness.run();
        assert!(matches!(harness.state().actions.as_slice(), [Action::LeaveLocked(_), ..]));
    }
}
