//! Closing the window while jobs are running: the second of the two questions that stand in the way.

use egui::{Align, Layout, Ui};

use super::actions::{Action, Actions};
use super::theme::L;
use super::widgets::{Look, button, heading, question};
use super::words;

/// Asks; `rips`: discs are being read from drives. Tells whether the question still stands.
pub fn show(ui: &Ui, running: usize, rips: bool, actions: &mut Actions) -> bool {
    if running == 0 {
        // They ended by themselves: what came of them is worth a look before the window goes.
        return false;
    }
    let mut stands = true;
    let modal = question(ui, "closing").show(ui.ctx(), |ui| {
        ui.set_width(380.0);
        heading(ui, &format!("Stop {} and close?", words::count(running as u64, "running job")));
        ui.label("What is being written is not whole yet and would be removed. Sources stay as they are.");
        if rips {
            ui.label("What drives have read stays; saving under the same name goes on there.");
        }
        ui.add_space(L);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if button(ui, None, "Keep running", Look::Primary).clicked() {
                stands = false;
            }
            if button(ui, None, "Stop and close", Look::Normal).clicked() {
                actions.push(Action::Quit);
            }
        });
    });
    stands && !modal.should_close()
}
