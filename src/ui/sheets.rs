//! The sheets at the side: which one is open, and the two that are small.

use egui::{Align, Key, Layout, RichText, TextEdit, Ui};

use super::actions::{Action, Actions, SheetName};
use super::burn::close::CloseForm;
use super::burn::erase::EraseForm;
use super::burn::form::{BurnForm, From};
use super::convert_form::Form;
use super::icons::Icon;
use super::rip_form::RipForm;
use super::state::State;
use super::theme::{M, S, tokens};
use super::widgets::{Look, heading, icon_button, note, wide_button};
use super::{burn, convert_sheet, rip_sheet};

/// The sheet that is open, and what was entered in it.
#[derive(Debug)]
pub enum Sheet {
    /// Convert an image.
    Convert(Box<Form>),
    /// Save the disc in a drive.
    Rip(Box<RipForm>),
    /// Burn something.
    Burn(Box<BurnForm>),
    /// Empty a rewritable disc.
    Erase(EraseForm),
    /// Close a disc to which more could be added.
    Close(CloseForm),
    /// Open a file whose path is typed.
    OpenPath {
        /// The path so far.
        text: String,
        /// Whether it is here because the system has no dialog.
        instead: bool,
        /// Whether the field has yet to get the keyboard.
        fresh: bool,
    },
    /// About the program.
    About,
}

impl Sheet {
    /// An empty sheet for a path; `instead` of a dialog that the system does not have.
    pub fn open_path(instead: bool) -> Sheet {
        Sheet::OpenPath { text: String::new(), instead, fresh: true }
    }

    /// Whether a question stands before it, which Esc answers first.
    pub fn is_asking(&self) -> bool {
        match self {
            Sheet::Convert(form) => form.confirming,
            Sheet::Rip(form) => form.image.confirming,
            Sheet::Burn(form) => form.confirming,
            Sheet::Erase(form) => form.confirming,
            Sheet::Close(_) | Sheet::OpenPath { .. } | Sheet::About => false,
        }
    }
}

/// Shows the sheet.
pub fn show(ui: &mut Ui, state: &State, sheet: &mut Sheet, actions: &mut Actions) {
    match sheet {
        Sheet::Convert(form) => match state.image(form.image) {
            Some(open) => convert_sheet::show(ui, open, form, actions),
            None => actions.push(Action::Sheet(None)),
        },
        Sheet::Rip(form) => match state.image(form.image.image) {
            Some(open) => rip_sheet::show(ui, state, open, form, actions),
            None => actions.push(Action::Sheet(None)),
        },
        Sheet::Burn(form) => burn::sheet::show(ui, state, form, actions),
        Sheet::Erase(form) => burn::erase::show(ui, state, form, actions),
        Sheet::Close(form) => burn::close::show(ui, state, form, actions),
        Sheet::OpenPath { text, instead, fresh } => open_path(ui, text, *instead, fresh, actions),
        Sheet::About => about(ui, actions),
    }
}

fn head(ui: &mut Ui, title: &str, actions: &mut Actions) {
    ui.horizontal(|ui| {
        heading(ui, title);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, Icon::Close, "Close the sheet").clicked() {
                actions.push(Action::Sheet(None));
            }
        });
    });
    ui.add_space(S);
}

fn open_path(ui: &mut Ui, text: &mut String, instead: bool, fresh: &mut bool, actions: &mut Actions) {
    head(ui, "Open by path", actions);
    if instead {
        ui.label("This system offers no file dialog. Drop files on the window, or type where they are.");
    }
    let name = note(ui, "File or folder");
    let field = TextEdit::singleline(text).desired_width(f32::INFINITY).margin(egui::vec2(S, S));
    let response = ui.add(field).labelled_by(name.id);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if std::mem::take(fresh) {
        response.request_focus();
    }
    ui.add_space(M);
    let path = text.trim();
    ui.add_enabled_ui(!path.is_empty(), |ui| {
        if (wide_button(ui, Some(Icon::File), "Open", Look::Primary).clicked() || entered) && !path.is_empty() {
            actions.push(Action::Open(vec![path.into()]));
            actions.push(Action::Sheet(None));
        }
    });
}

fn about(ui: &mut Ui, actions: &mut Actions) {
    head(ui, "About Spindle", actions);
    let t = tokens(ui);
    ui.label(format!("Version {}", env!("CARGO_PKG_VERSION")));
    ui.label(env!("CARGO_PKG_DESCRIPTION"));
    ui.add_space(S);
    ui.label(
        RichText::new("Works on this computer alone: no advertising, no counting of users, and no network but where you say so.")
            .color(t.weak),
    );
    note(ui, format!("Free software, {}.", env!("CARGO_PKG_LICENSE")));
}

/// The sheet of this name, as it looks when it opens.
pub fn fresh(name: SheetName, state: &State) -> Option<Sheet> {
    Some(match name {
        SheetName::Convert => Sheet::Convert(Box::new(Form::new(state.shown()?, state.settings.folder.as_deref()))),
        SheetName::Rip => Sheet::Rip(Box::new(RipForm::new(state.shown()?, &state.settings)?)),
        SheetName::Burn => {
            let from = state.shown().map_or(From::Nothing, |open| From::Disc(open.id));
            Sheet::Burn(Box::new(BurnForm::new(from, state)))
        }
        SheetName::OpenPath => Sheet::open_path(false),
        SheetName::About => Sheet::About,
    })
}
