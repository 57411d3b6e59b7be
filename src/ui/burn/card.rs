//! A burn in the list of jobs: how full what stands between source and laser is, and the question before it is called off.

use egui::{Align, Layout, Ui, vec2};

use super::watch::{BurnJob, Deed};
use crate::job::{Level, Phase};
use crate::ui::actions::{Action, Actions};
use crate::ui::theme::{M, S, tokens};
use crate::ui::widgets::{ask, meter, note};
use crate::ui::words;
use crate::ui::work::Job;

/// Width of a level's bar.
const BAR: f32 = 120.0;

/// Shows the levels, while the disc is written.
pub fn levels(ui: &mut Ui, job: &Job) {
    let writing = job.progress.is_some_and(|progress| matches!(progress.phase, Phase::Burn | Phase::Close));
    let Some(picture) = job.burn.as_ref().and_then(|burn| burn.picture).filter(|_| writing && !job.over()) else { return };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = S;
        level(ui, "Ring", picture.ring);
        ui.add_space(M);
        match picture.drive {
            Some(drive) => level(ui, "Drive's buffer", drive),
            None => drop(note(ui, "The drive does not say how full its buffer is")),
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            note(
                ui,
                format!(
                    "{}, {} · {} of {}",
                    picture.kind,
                    picture.mode,
                    words::size(picture.written),
                    words::size(picture.total)
                ),
            );
        });
    });
}

fn level(ui: &mut Ui, name: &str, level: Level) {
    let t = tokens(ui);
    let part = level.part();
    note(ui, name);
    // Nearly empty is what a laser must not see.
    let color = if part < 0.2 { t.warn } else { t.accent };
    let text = format!("{name}: {:.0} % of {}", part * 100.0, words::size(level.size));
    meter(ui, part, color, vec2(BAR, 6.0), &text).on_hover_text(text);
    // So wide that nothing moves when the number has a digit less.
    ui.allocate_ui_with_layout(vec2(36.0, 18.0), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(36.0);
        note(ui, format!("{:.0} %", part * 100.0));
    });
}

/// Asks whether a burn is to be called off. Tells whether the question still stands.
pub fn ask_cancel(ui: &Ui, job: &Job, burn: &BurnJob, actions: &mut Actions) -> bool {
    if job.over() {
        return false;
    }
    let title = match burn.deed {
        Deed::Burn => "Stop burning?",
        Deed::Erase => "Stop erasing?",
        Deed::Close => "Stop closing?",
    };
    let answer = ask(ui, "call off", title, |ui| drop(ui.label(burn.cost())), "Go on", "Stop it");
    if answer == Some(true) {
        actions.push(Action::Cancel(job.id));
    }
    answer.is_none()
}
