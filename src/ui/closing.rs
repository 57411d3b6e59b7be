//! Closing the window while jobs are running: the second of the two questions that stand in the way.

use egui::Ui;

use super::actions::{Action, Actions};
use super::widgets::ask;
use super::words;

/// What stopping all jobs would stop besides conversions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stops {
    /// Discs are being read from drives.
    pub rips: bool,
    /// Discs are being written.
    pub burns: bool,
}

/// Asks. Tells whether the question still stands.
pub fn show(ui: &Ui, running: usize, stops: Stops, actions: &mut Actions) -> bool {
    if running == 0 {
        // They ended by themselves: what came of them is worth a look before the window goes.
        return false;
    }
    let title = format!("Stop {} and close?", words::count(running as u64, "running job"));
    let body = |ui: &mut Ui| {
        ui.label("What is being written is not whole yet and would be removed. Sources stay as they are.");
        if stops.rips {
            ui.label("What drives have read stays; saving under the same name goes on there.");
        }
        if stops.burns {
            ui.label("A disc that is being burned is spoilt, unless it can be erased.");
        }
    };
    let answer = ask(ui, "closing", &title, body, "Keep running", "Stop and close");
    if answer == Some(true) {
        actions.push(Action::Quit);
    }
    answer.is_none()
}
