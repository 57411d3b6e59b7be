//! The jobs, at the bottom: what is going on, how fast, how long, and what came of it.

use std::time::{Duration, Instant};

use egui::{Align, Label, Layout, RichText, Role, ScrollArea, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::actions::{Action, Actions};
use super::icons::Icon;
use super::state::State;
use super::theme::{M, S, SMALL, XS, tokens};
use super::widgets::{Look, button, card as frame, fold, icon_button, inline_icon, meter, note};
use super::work::{Job, Stage};
use super::{burn::card, rip_words, words};
use crate::job::{JobId, Phase, RipTask, Task, rip_folder};

/// What of the panel is folded.
#[derive(Debug)]
pub struct Folds {
    open: bool,
    logs: Vec<JobId>,
    /// The burn that the user is being asked about, whether to call it off.
    calling_off: Option<JobId>,
}

impl Folds {
    /// Whether a question stands before the panel.
    pub fn is_asking(&self) -> bool {
        self.calling_off.is_some()
    }
}

impl Default for Folds {
    fn default() -> Folds {
        Folds { open: true, logs: Vec::new(), calling_off: None }
    }
}

/// Shows the panel.
pub fn show(ui: &mut Ui, state: &State, folds: &mut Folds, actions: &mut Actions) {
    let running = state.running();
    let title = match running {
        0 => format!("Jobs: {} finished", state.jobs.len()),
        running => format!("Jobs: {running} running"),
    };
    ui.horizontal(|ui| {
        fold(ui, &mut folds.open, &title);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if state.jobs.len() > running && button(ui, None, "Clear finished", Look::Quiet).clicked() {
                actions.push(Action::ForgetAll);
            }
        });
    });
    call_off(ui, state, folds, actions);
    if !folds.open {
        return;
    }
    let logged = state.jobs.iter().any(|job| folds.logs.contains(&job.id));
    let most = if logged { 320.0 } else { 220.0 };
    ScrollArea::vertical().max_height(most).min_scrolled_height(most).auto_shrink([false, true]).show(ui, |ui| {
        for job in &state.jobs {
            frame(ui).show(ui, |ui| {
                ui.set_width(ui.available_width());
                one(ui, job, folds, actions);
            });
        }
    });
}

/// What calling off a burn would cost.
fn call_off(ui: &Ui, state: &State, folds: &mut Folds, actions: &mut Actions) {
    let job = state.jobs.iter().find(|job| Some(job.id) == folds.calling_off);
    let stands = job.is_some_and(|job| job.burn.as_ref().is_some_and(|burn| card::ask_cancel(ui, job, burn, actions)));
    folds.calling_off = folds.calling_off.filter(|_| stands);
}

fn one(ui: &mut Ui, job: &Job, folds: &mut Folds, actions: &mut Actions) {
    ui.spacing_mut().item_spacing.y = XS;
    ui.horizontal(|ui| {
        state_icon(ui, job);
        let graph = !job.over() && job.rates.len() > 1;
        let over = if job.rip.is_some() { 450.0 } else { 360.0 };
        let buttons = if job.over() { over } else { 130.0 } + if graph { 180.0 } else { 0.0 };
        ui.allocate_ui_with_layout(
            vec2((ui.available_width() - buttons).max(120.0), 28.0),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.add(Label::new(job.title()).truncate());
            },
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            buttons_of(ui, job, folds, actions);
            if graph {
                rate_graph(ui, job);
            }
        });
    });
    if !job.over() {
        bar(ui, job);
    }
    status(ui, job);
    card::levels(ui, job);
    further(ui, job, actions);
    if folds.logs.contains(&job.id) {
        log(ui, job);
    }
}

fn state_icon(ui: &mut Ui, job: &Job) {
    let t = tokens(ui);
    let (icon, color) = match &job.stage {
        Stage::Waiting => (Icon::Clock, t.weak),
        Stage::Running => (Icon::Play, t.accent),
        Stage::Paused => (Icon::Pause, t.warn),
        Stage::Done(done) if done.good => (Icon::Done, t.good),
        Stage::Done(_) => (Icon::Warning, t.warn),
        Stage::Failed(_) => (Icon::Error, t.bad),
        Stage::Cancelled => (Icon::Stop, t.weak),
    };
    inline_icon(ui, icon, color);
}

fn buttons_of(ui: &mut Ui, job: &Job, folds: &mut Folds, actions: &mut Actions) {
    let name = job.title();
    if job.over() {
        if icon_button(ui, Icon::Close, &format!("Take off the list: {name}")).clicked() {
            actions.push(Action::Forget(job.id));
        }
    } else {
        let word = if job.rip.is_some() { "Stop, and keep what was read" } else { "Cancel" };
        if icon_button(ui, Icon::Stop, &format!("{word}: {name}")).clicked() {
            match job.burn {
                Some(_) => folds.calling_off = Some(job.id),
                None => actions.push(Action::Cancel(job.id)),
            }
        }
        let paused = matches!(job.stage, Stage::Paused);
        let (icon, word) = if paused { (Icon::Play, "Go on") } else { (Icon::Pause, "Pause") };
        // A laser that has begun can't rest.
        if job.burn.is_none() && icon_button(ui, icon, &format!("{word}: {name}")).clicked() {
            actions.push(Action::Pause(job.id, !paused));
        }
    }
    let mut logged = folds.logs.contains(&job.id);
    let before = logged;
    fold(ui, &mut logged, "Log");
    if logged != before {
        folds.logs.retain(|id| *id != job.id);
        folds.logs.extend(logged.then_some(job.id));
    }
    if let Stage::Done(done) = &job.stage
        && let Some(made) = &done.made
    {
        if button(ui, None, "Show in folder", Look::Quiet).clicked() {
            actions.push(Action::Reveal(made.clone()));
        }
        if !done.several && button(ui, None, "Open it", Look::Quiet).clicked() {
            actions.push(Action::Open(vec![made.clone()]));
        }
        if !done.several && job.burn.is_none() && button(ui, None, "Burn…", Look::Quiet).clicked() {
            actions.push(Action::BurnFile(made.clone()));
        }
        if job.rip.is_some() && button(ui, None, "Convert…", Look::Quiet).clicked() {
            actions.push(Action::ConvertFile(made.clone()));
        }
    }
}

fn bar(ui: &mut Ui, job: &Job) {
    let t = tokens(ui);
    let color = if matches!(job.stage, Stage::Paused) { t.warn } else { t.accent };
    meter(ui, job.part(), color, vec2(ui.available_width(), 6.0), &job.title());
}

fn status(ui: &mut Ui, job: &Job) {
    let t = tokens(ui);
    let line = |ui: &mut Ui, text: &str, color| ui.add(Label::new(RichText::new(text).color(color).size(13.0)).wrap());
    match &job.stage {
        Stage::Done(done) => drop(line(ui, &done.words, if done.good { t.good } else { t.warn })),
        // What the disc in the recorder is now belongs to what happened.
        Stage::Failed(notice) if job.burn.is_some() => drop(line(ui, &format!("{} {}", notice.happened, notice.means), t.bad)),
        Stage::Failed(notice) => drop(line(ui, &notice.happened, t.bad)),
        Stage::Cancelled => drop(line(ui, &job.cancelled(), t.weak)),
        Stage::Waiting | Stage::Running | Stage::Paused => running(ui, job),
    }
}

fn running(ui: &mut Ui, job: &Job) {
    trouble(ui, job);
    ui.horizontal(|ui| {
        let mut words = job.phase();
        if let Some(progress) = job.progress {
            if let Some(part) = (progress.done * 100).checked_div(progress.total) {
                words += &format!(" · {part} %");
            }
            if let Some(track) = progress.track.filter(|_| job.tracks > 1) {
                words += &format!(" · track {track} of {}", job.tracks);
            }
        }
        note(ui, words);
        let Some(progress) = job.progress.filter(|progress| progress.rate > 0.0 && !matches!(job.stage, Stage::Paused)) else {
            return;
        };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(eta) = progress.eta {
                note(ui, words::left(eta));
            }
            // Only what a drive does is counted in multiples of a disc's speed, where there is a drive.
            let at_drive = match (&job.rip, &job.burn) {
                (None, None) => true,
                (Some(_), _) => rip_words::is_reading(progress.phase),
                (None, Some(_)) => matches!(progress.phase, Phase::Burn | Phase::Verify),
            };
            match job.single_speed.filter(|_| at_drive) {
                Some(speed) => note(ui, format!("{} · {:.0}×", words::rate(progress.rate), progress.rate / speed)),
                None => note(ui, words::rate(progress.rate)),
            };
        });
    });
}

/// How often it is said anew how long ago a drive has answered.
const ANSWERS: Duration = Duration::from_millis(250);

/// What went wrong so far while a disc is read, and whether the drive still answers.
fn trouble(ui: &mut Ui, job: &Job) {
    let errors = job.picture.as_ref().and_then(|picture| rip_words::errors(picture));
    let silence = job.silence(Instant::now());
    if silence.is_some() {
        ui.ctx().request_repaint_after(ANSWERS);
    }
    if errors.is_none() && silence.is_none() {
        return;
    }
    ui.horizontal(|ui| {
        if let Some(errors) = errors {
            let color = tokens(ui).warn;
            ui.label(RichText::new(errors).color(color).size(SMALL));
        }
        if let Some(silence) = silence {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                note(ui, format!("last answer of the drive {:.1} s ago", silence.as_secs_f32()));
            });
        }
    });
}

/// How a rip that has made no image can go on.
fn further(ui: &mut Ui, job: &Job, actions: &mut Actions) {
    let Some(task) = job.rip.as_deref().filter(|_| job.over() && job.goes_on) else { return };
    // The new job takes the place of this one.
    let again = |change: &dyn Fn(&mut RipTask)| {
        let mut task = RipTask { restart: false, ..task.clone() };
        change(&mut task);
        [Action::Forget(job.id), Action::Start(Task::Rip(Box::new(task)))]
    };
    ui.horizontal(|ui| {
        if button(ui, Some(Icon::Again), "Go on with it", Look::Normal).on_hover_text("Reads what is not read yet").clicked() {
            actions.extend(again(&|task| task.retries = task.retries.max(1)));
        }
        if matches!(job.stage, Stage::Done(_)) {
            let unread = job.picture.as_ref().is_some_and(|picture| picture.bad > 0);
            let words = if unread { "Make the image without them" } else { "Make the image as it is" };
            if button(ui, Some(Icon::Save), words, Look::Normal).clicked() {
                actions.extend(again(&|task| (task.accept_damage, task.retries) = (true, 0)));
            }
            if button(ui, None, "Show in folder", Look::Quiet).clicked() {
                actions.push(Action::Reveal(rip_folder(&task.image.target)));
            }
        }
    });
}

/// Bytes a second over the time of the job.
fn rate_graph(ui: &mut Ui, job: &Job) {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(160.0, 28.0), Sense::hover());
    let most = job.rates.iter().copied().fold(1.0, f32::max);
    let label = format!("Speed so far, at most {}", words::rate(f64::from(most)));
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &label));
    let last = (job.rates.len() - 1).max(1) as f32;
    let at = |n: usize, rate: f32| {
        pos2(rect.left() + rect.width() * n as f32 / last, rect.bottom() - 2.0 - (rect.height() - 4.0) * rate / most)
    };
    let points: Vec<_> = job.rates.iter().enumerate().map(|(n, &rate)| at(n, rate)).collect();
    ui.painter().hline(rect.x_range(), rect.bottom() - 1.0, Stroke::new(1.0, t.line));
    ui.painter().add(Shape::line(points, Stroke::new(1.5, t.accent)));
    response.on_hover_text(label);
}

fn log(ui: &mut Ui, job: &Job) {
    ui.add_space(XS);
    let salt = ("log", job.id.0);
    ScrollArea::vertical().id_salt(salt).max_height(120.0).stick_to_bottom(true).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (time, line) in &job.log {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = M;
                let time = RichText::new(format!("{:7.1} s", time.as_secs_f64())).monospace().size(SMALL);
                ui.label(time.color(tokens(ui).weak));
                ui.add(Label::new(RichText::new(line).size(SMALL)).wrap().selectable(true));
            });
        }
    });
    ui.add_space(S - XS);
}
