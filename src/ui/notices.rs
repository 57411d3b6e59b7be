//! [`Notice`]: what went wrong, in three sentences (what happened, what it means for the data, what to try), and how that is shown.

use std::path::Path;

use egui::{RichText, Ui};

use super::actions::{Action, Actions};
use super::icons::Icon;
use super::state::State;
use super::theme::{S, SMALL, tokens};
use super::widgets::{Look, button, fold, icon_button, inline_icon, tinted};
use super::{burn, rip_words, words};
use crate::image::{At, Fault, file_name};
use crate::job::JobError;

/// What the user should know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    /// Its number.
    pub id: u64,
    /// What happened.
    pub happened: String,
    /// What it means for the data.
    pub means: String,
    /// What to try.
    pub try_this: String,
    /// The line for those who can use it.
    pub technical: String,
}

impl Notice {
    /// Of an error; `subject` is what was being opened, when something was.
    pub fn of(error: &JobError, subject: Option<&Path>) -> Notice {
        if let JobError::Burn { error: fault, .. } = error {
            let (means, try_this) = burn::words::advice(fault);
            let (happened, technical) = (happened(error, subject), error.to_string());
            return Notice { id: 0, happened, means, try_this: try_this.to_owned(), technical };
        }
        let (means, try_this) = match error {
            JobError::Image(image) if is_gone(&image.fault) => {
                ("Nothing was changed.", "Look where it was moved to, or connect the disk that it was on.")
            }
            JobError::Image(image) if image.fault.advice().is_some() => {
                ("Nothing was read.", image.fault.advice().unwrap_or_default())
            }
            JobError::Rip { error, .. } => rip_words::advice(error),
            error => error.advice(),
        };
        Notice {
            id: 0,
            happened: happened(error, subject),
            means: means.to_owned(),
            try_this: try_this.to_owned(),
            technical: error.to_string(),
        }
    }
}

fn is_gone(fault: &Fault) -> bool {
    matches!(fault, Fault::Io(error) if error.kind() == std::io::ErrorKind::NotFound)
}

fn happened(error: &JobError, subject: Option<&Path>) -> String {
    let path = error.path().or(subject);
    let name = path.map_or_else(|| "The image".to_owned(), |path| format!("“{}”", file_name(path)));
    match error {
        JobError::Image(error) => match (&error.fault, error.at) {
            (fault, _) if is_gone(fault) => format!("{name} is not there."),
            (Fault::Io(io), _) if io.kind() == std::io::ErrorKind::PermissionDenied => {
                format!("{name} may not be read: permission denied.")
            }
            (fault, At::Line(line)) => format!("{name} can't be opened: {fault}, in line {line}."),
            (fault, _) => format!("{name} can't be opened: {fault}."),
        },
        JobError::EmptyFolder(_) => format!("There is no disc image in the folder {name}."),
        JobError::Read { error, .. } => format!("{name} could not be read to its end: {error}."),
        JobError::Plan { format, error, .. } => format!("{name} can't become {format}: {error}."),
        JobError::NoFormat(_) => format!("The name {name} says no format that can be written."),
        JobError::Drive { name, error } => format!("The drive {name} can't be used: {error}."),
        JobError::Audio { error, .. } => format!("{name} can't become a part of a CD: {error}."),
        JobError::Rip { error, .. } => rip_words::obstacle(&name, error),
        JobError::Burn { name, error } => burn::words::happened(name, error),
        JobError::Refused { format, what } => format!("{format} has no choice of this kind: {what}."),
        JobError::NoPassword(why) => format!("The new image has no password: {why}."),
        JobError::Exists(_) => format!("There is a file {name} already, and it was not replaced."),
        JobError::OverSource(_) => format!("{name} belongs to the image that is being read, and can't be replaced by its copy."),
        JobError::Loss { format, .. } => format!("{format} can't keep everything that is on {name}."),
        JobError::NoRoom { needed, free, .. } => {
            format!("There is not enough room in {name}: {} are needed, {} are free.", words::size(*needed), words::size(*free))
        }
        JobError::Write { error, .. } => format!("{name} could not be written: {error}."),
        JobError::Mismatch { first, .. } => format!("What was written to {name} differs from its source: {first}."),
        JobError::Cancelled => "The job was stopped.".to_owned(),
        JobError::Author(_) | JobError::Panicked(_) => "The program itself made a mistake.".to_owned(),
    }
}

/// What of the notices is unfolded.
#[derive(Debug, Default)]
pub struct Unfolded {
    /// The notices whose technical line is shown.
    technical: Vec<u64>,
    /// Whether the older ones are shown, too.
    older: bool,
}

/// Shows the newest notice; older ones, folded, are a line.
pub fn show(ui: &mut Ui, state: &State, unfolded: &mut Unfolded, actions: &mut Actions) {
    let Some((newest, older)) = state.notices.split_first() else { return };
    one(ui, newest, unfolded, actions);
    if !older.is_empty() {
        ui.horizontal(|ui| {
            fold(ui, &mut unfolded.older, &format!("{} before that", words::count(older.len() as u64, "problem")));
            if button(ui, None, "Dismiss all", Look::Quiet).clicked() {
                actions.extend(state.notices.iter().map(|notice| Action::Dismiss(notice.id)));
            }
        });
        let shown = if unfolded.older { older } else { &[] };
        for notice in shown {
            one(ui, notice, unfolded, actions);
        }
    }
    ui.add_space(S);
}

fn one(ui: &mut Ui, notice: &Notice, unfolded: &mut Unfolded, actions: &mut Actions) {
    let t = tokens(ui);
    tinted(ui, t.bad_soft, t.bad).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            inline_icon(ui, Icon::Error, t.bad);
            let width = ui.available_width() - 36.0;
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.add(egui::Label::new(RichText::new(&notice.happened).color(t.text)).wrap());
                ui.add(egui::Label::new(RichText::new(format!("{} {}", notice.means, notice.try_this)).color(t.weak)).wrap());
                technical(ui, notice, &mut unfolded.technical, actions);
            });
            if icon_button(ui, Icon::Close, "Dismiss").clicked() {
                actions.push(Action::Dismiss(notice.id));
            }
        });
    });
}

fn technical(ui: &mut Ui, notice: &Notice, unfolded: &mut Vec<u64>, actions: &mut Actions) {
    let was_open = unfolded.contains(&notice.id);
    let mut open = was_open;
    if fold(ui, &mut open, "Details") {
        ui.horizontal_wrapped(|ui| {
            ui.add(egui::Label::new(RichText::new(&notice.technical).monospace().size(SMALL)).wrap().selectable(true));
            if button(ui, Some(Icon::Copy), "Copy", Look::Quiet).clicked() {
                actions.push(Action::Copy(notice.technical.clone()));
            }
        });
    }
    if open != was_open {
        unfolded.retain(|id| *id != notice.id);
        if open {
            unfolded.push(notice.id);
        }
    }
}
