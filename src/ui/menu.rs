//! The menu, and the keys.

use egui::{Button, Key, KeyboardShortcut, MenuBar, Modifiers, Ui};

use super::actions::{Action, Actions, Question, SheetName};
use super::burn::close::closable;
use super::burn::erase::erasable;
use super::drives::{Drive, Stand};
use super::settings::ThemeChoice;
use super::state::{OpenImage, State};
use crate::job::{Task, drive_path};

const OPEN: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::O);
const OPEN_FOLDER: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::O);
const OPEN_PATH: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::L);
const CONVERT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::S);
const BURN: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::B);
const SAVE_DISC: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::R);
const VERIFY: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::T);
const CHECKSUMS: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::K);
const CLOSE: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::W);
const DRIVES: KeyboardShortcut = KeyboardShortcut::new(Modifiers::NONE, Key::F5);
const QUIT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Q);

/// Checks every sector of an image.
pub fn verify(open: &OpenImage) -> Action {
    Action::Start(Task::Verify { source: open.image.path.clone(), other: None, password: open.password.clone() })
}

/// Makes the checksums of an image.
pub fn checksums(open: &OpenImage) -> Action {
    Action::Start(Task::Hash { source: open.image.path.clone(), whole: true, password: open.password.clone() })
}

/// Saves the disc in a drive.
pub fn save_disc(drive: &Drive) -> Action {
    Action::SaveDisc(drive_path(&drive.name))
}

/// The drives that have a disc to save, the one that is shown first.
fn full_drives(state: &State) -> Vec<&Drive> {
    let mut full: Vec<&Drive> = state.drives.all.iter().filter(|drive| drive.stand == Stand::Disc).collect();
    full.sort_by_key(|drive| state.shown().and_then(OpenImage::drive) != Some(drive.name.as_str()));
    full
}

/// Does what the keys say.
pub fn keys(ui: &Ui, state: &State, actions: &mut Actions) {
    let pressed = |shortcut: &KeyboardShortcut| ui.input_mut(|input| input.consume_shortcut(shortcut));
    // The longer ones first: Ctrl+Shift+O is Ctrl+O with one key more.
    if pressed(&OPEN_FOLDER) {
        actions.push(Action::Ask(Question::Folder));
    }
    if pressed(&OPEN) {
        actions.push(Action::Ask(Question::Files));
    }
    if pressed(&OPEN_PATH) {
        actions.push(Action::Sheet(Some(SheetName::OpenPath)));
    }
    if pressed(&DRIVES) {
        actions.push(Action::LookAtDrives);
    }
    if pressed(&QUIT) {
        ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
    }
    if pressed(&SAVE_DISC) {
        actions.extend(full_drives(state).first().map(|drive| save_disc(drive)));
    }
    if pressed(&BURN) {
        actions.push(Action::Sheet(Some(SheetName::Burn)));
    }
    let Some(open) = state.shown() else { return };
    if pressed(&CONVERT) {
        let sheet = if open.drive().is_some() { SheetName::Rip } else { SheetName::Convert };
        actions.push(Action::Sheet(Some(sheet)));
    }
    if pressed(&VERIFY) {
        actions.push(verify(open));
    }
    if pressed(&CHECKSUMS) {
        actions.push(checksums(open));
    }
    if pressed(&CLOSE) {
        actions.push(Action::Close(open.id));
    }
}

/// Shows the menu.
pub fn show(ui: &mut Ui, state: &State, actions: &mut Actions) {
    MenuBar::new().ui(ui, |ui| {
        ui.menu_button("File", |ui| file(ui, state, actions));
        ui.menu_button("Disc", |ui| disc(ui, state, actions));
        ui.menu_button("Burn", |ui| burning(ui, state, actions));
        ui.menu_button("View", |ui| view(ui, state, actions));
        ui.menu_button("Help", |ui| {
            if ui.button("About Spindle").clicked() {
                actions.push(Action::Sheet(Some(SheetName::About)));
            }
        });
    });
}

fn item(ui: &mut Ui, text: &str, shortcut: Option<&KeyboardShortcut>) -> bool {
    let mut button = Button::new(text);
    if let Some(shortcut) = shortcut {
        button = button.shortcut_text(ui.ctx().format_shortcut(shortcut));
    }
    ui.add(button).clicked()
}

fn file(ui: &mut Ui, state: &State, actions: &mut Actions) {
    if item(ui, "Open files…", Some(&OPEN)) {
        actions.push(Action::Ask(Question::Files));
    }
    if item(ui, "Open a folder…", Some(&OPEN_FOLDER)) {
        actions.push(Action::Ask(Question::Folder));
    }
    if item(ui, "Open by path…", Some(&OPEN_PATH)) {
        actions.push(Action::Sheet(Some(SheetName::OpenPath)));
    }
    ui.separator();
    if let Some(open) = state.shown() {
        if item(ui, &format!("Close {}", open.name()), Some(&CLOSE)) {
            actions.push(Action::Close(open.id));
        }
        ui.separator();
    }
    if item(ui, "Quit", Some(&QUIT)) {
        ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
    }
}

fn disc(ui: &mut Ui, state: &State, actions: &mut Actions) {
    let full = full_drives(state);
    for (n, drive) in full.iter().enumerate() {
        if item(ui, &format!("Save the disc in {}…", drive.title), Some(&SAVE_DISC).filter(|_| n == 0)) {
            actions.push(save_disc(drive));
        }
    }
    let Some(open) = state.shown() else {
        if full.is_empty() {
            ui.add_enabled(false, Button::new("Open an image first"));
        }
        return;
    };
    if !full.is_empty() {
        ui.separator();
    }
    if open.drive().is_none() && item(ui, "Convert…", Some(&CONVERT)) {
        actions.push(Action::Sheet(Some(SheetName::Convert)));
    }
    if item(ui, "Verify", Some(&VERIFY)) {
        actions.push(verify(open));
    }
    if item(ui, "Make checksums", Some(&CHECKSUMS)) {
        actions.push(checksums(open));
    }
    if open.drive().is_none() {
        ui.separator();
        if item(ui, "Put into the drive in software", None) {
            actions.push(Action::PutInDemo(Some(open.image.path.clone())));
        }
    }
}

fn burning(ui: &mut Ui, state: &State, actions: &mut Actions) {
    let shown = state.shown().map(|open| if open.drive().is_some() { "Copy this disc…" } else { "Burn this image…" });
    if item(ui, shown.unwrap_or("Burn an image…"), Some(&BURN)) {
        actions.push(Action::Sheet(Some(SheetName::Burn)));
    }
    if item(ui, "Make an audio CD…", None) {
        actions.push(Action::AudioCd(Vec::new()));
    }
    let other = |drive: &&&Drive| state.shown().and_then(OpenImage::drive) != Some(drive.name.as_str());
    for drive in full_drives(state).iter().filter(other) {
        if item(ui, &format!("Copy the disc in {}…", drive.title), None) {
            actions.push(Action::BurnFile(drive_path(&drive.name)));
        }
    }
    for drive in closable(state) {
        if item(ui, &format!("Close the disc in {}…", drive.title), None) {
            actions.push(Action::CloseDisc(drive.name.clone()));
        }
    }
    for drive in erasable(state) {
        if item(ui, &format!("Erase the disc in {}…", drive.title), None) {
            actions.push(Action::EraseDisc(drive.name.clone()));
        }
    }
}

fn view(ui: &mut Ui, state: &State, actions: &mut Actions) {
    if item(ui, "Look at the drives again", Some(&DRIVES)) {
        actions.push(Action::LookAtDrives);
    }
    ui.separator();
    let choices = [(ThemeChoice::System, "As the system has it"), (ThemeChoice::Light, "Light"), (ThemeChoice::Dark, "Dark")];
    for (choice, name) in choices {
        if ui.radio(state.settings.theme == choice, name).clicked() {
            actions.push(Action::Theme(choice));
        }
    }
    ui.separator();
    let mut tells = !state.settings.quiet;
    if ui.checkbox(&mut tells, "Tell me when a job has ended").changed() {
        actions.push(Action::Quiet(!tells));
    }
    let mut asks = state.settings.look_up;
    if ui.checkbox(&mut asks, "Ask databases about audio discs").changed() {
        actions.push(Action::LookUp(asks));
    }
}
