//! The files of an audio CD, in the sheet: added, dropped, moved by mouse and keyboard, taken off; and how long the disc becomes.

use egui::{Align2, CornerRadius, FontId, Id, Key, Modifiers, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::ahead::Known;
use super::audio_form::AudioForm;
use super::form::{BurnForm, From};
use crate::image::file_name;
use crate::ui::actions::{Action, Actions, Question};
use crate::ui::icons::Icon;
use crate::ui::state::State;
use crate::ui::theme::{BODY, M, RADIUS, ROW, S, SMALL, tokens};
use crate::ui::widgets::{Look, button, card, focus_ring, icon_button, marked_line, meter, note};
use crate::ui::words;

/// Sectors of the longest usual CD: 79:59:72 is where its lead-out may begin, and two seconds before that it has begun (Red Book).
const EIGHTY_MINUTES: u32 = 359_847;
/// Height of the list before it scrolls.
const TALLEST: f32 = 220.0;

/// Shows it; asks what a list makes that was changed.
pub fn show(ui: &mut Ui, state: &State, form: &mut BurnForm, actions: &mut Actions) {
    let From::Audio(audio) = &mut form.from else { return };
    buttons(ui, audio, actions);
    rows(ui, state, audio);
    total(ui, state, audio);
    ui.checkbox(&mut audio.list.gaps, "Two seconds of silence between tracks");
    ui.checkbox(&mut audio.list.level, "Make all tracks equally loud");
    notes(ui, state, audio);
    actions.extend(audio.unasked(state).map(|list| Action::LayOut(list.clone())));
}

fn buttons(ui: &mut Ui, audio: &mut AudioForm, actions: &mut Actions) {
    ui.horizontal(|ui| {
        if button(ui, Some(Icon::File), "Add files…", Look::Normal).clicked() {
            actions.push(Action::Ask(Question::Audio));
        }
        ui.add_enabled_ui(audio.at.is_some(), |ui| {
            if icon_button(ui, Icon::Up, "Move the file up").clicked() {
                audio.shift(true);
            }
            if icon_button(ui, Icon::Down, "Move the file down").clicked() {
                audio.shift(false);
            }
            if icon_button(ui, Icon::Close, "Take the file off the list").clicked() {
                audio.remove();
            }
        });
        if audio.list.files.is_empty() {
            note(ui, "or drop them here");
        }
    });
}

fn rows(ui: &mut Ui, state: &State, audio: &mut AudioForm) {
    if audio.list.files.is_empty() {
        return;
    }
    let lengths = audio.lengths(state);
    let (mut moved, mut wish) = (None, None);
    card(ui).inner_margin(egui::Margin::same(4)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 0.0;
        egui::ScrollArea::vertical().id_salt("audio files").max_height(TALLEST).auto_shrink([false, true]).show(ui, |ui| {
            for (n, length) in lengths.iter().enumerate() {
                let response = row(ui, audio, n, *length);
                moved = moved.or(response.dnd_release_payload::<usize>().map(|from| (*from, n)));
                wish = wish.or(keys(ui, &response).map(|wish| (n, wish)));
            }
            if let Some((n, wish)) = wish {
                grant(ui, audio, n, wish);
            }
        });
    });
    if let Some((from, to)) = moved {
        audio.put(from, to);
    }
}

/// The row of a file is the same wherever it moves to, so that the keyboard goes with it. A file may be there twice.
fn row_id(ui: &Ui, audio: &AudioForm, n: usize) -> Id {
    let file = audio.list.files.get(n);
    let same = audio.list.files.iter().take(n).filter(|other| Some(*other) == file).count();
    ui.scope_id().with((file, same))
}

fn row(ui: &mut Ui, audio: &mut AudioForm, n: usize, length: Option<u32>) -> Response {
    let (_, rect) = ui.allocate_space(vec2(ui.available_width(), ROW));
    let response = ui.interact(rect, row_id(ui, audio, n), Sense::click_and_drag());
    let name = audio.list.files.get(n).map(|file| file_name(file)).unwrap_or_default();
    let length = length.map(words::time).unwrap_or_default();
    let here = audio.at == Some(n);
    let label = format!("Track {}: {name} {length}", n + 1);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, here, label.trim_end()));
    if response.clicked() || response.gained_focus() {
        audio.at = Some(n);
    }
    response.dnd_set_drag_payload(n);
    let t = tokens(ui);
    let fill = match (here, response.hovered()) {
        (true, _) => t.accent_soft,
        (false, true) => t.hover,
        (false, false) => egui::Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), fill);
    focus_ring(ui, &response);
    if response.dnd_hover_payload::<usize>().is_some() {
        ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(2.0, t.accent));
    }
    let text = |x: f32, anchor: Align2, text: &str, size: f32, color| {
        ui.painter().text(pos2(x, rect.center().y), anchor, text, FontId::proportional(size), color)
    };
    text(rect.left() + 24.0, Align2::RIGHT_CENTER, &(n + 1).to_string(), SMALL, t.weak);
    let time = text(rect.right() - S, Align2::RIGHT_CENTER, &length, SMALL, t.weak);
    let mut job = egui::text::LayoutJob::simple_singleline(name, FontId::proportional(BODY), t.text);
    job.wrap = egui::text::TextWrapping::truncate_at_width((time.left() - rect.left() - 24.0 - 2.0 * M).max(40.0));
    let galley = ui.painter().layout_job(job);
    let place = Rect::from_min_size(pos2(rect.left() + 24.0 + M, rect.center().y - galley.size().y / 2.0), galley.size());
    ui.painter().galley(place.min, galley, t.text);
    response
}

/// What the keys want done with the file whose row has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Up,
    Down,
    Away,
}

/// Alt and an arrow move a file, Delete takes it off the list.
fn keys(ui: &Ui, response: &Response) -> Option<Wish> {
    if !response.has_focus() {
        return None;
    }
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    let wishes = [
        (Modifiers::ALT, Key::ArrowUp, Wish::Up),
        (Modifiers::ALT, Key::ArrowDown, Wish::Down),
        (Modifiers::NONE, Key::Delete, Wish::Away),
    ];
    wishes.into_iter().find(|(modifiers, key, _)| pressed(*modifiers, *key)).map(|(.., wish)| wish)
}

fn grant(ui: &Ui, audio: &mut AudioForm, n: usize, wish: Wish) {
    audio.at = Some(n);
    match wish {
        Wish::Up => audio.shift(true),
        Wish::Down => audio.shift(false),
        Wish::Away => {
            audio.remove();
            // The keyboard goes on with the file that has taken its place.
            audio.at.iter().for_each(|&next| ui.memory_mut(|memory| memory.request_focus(row_id(ui, audio, next))));
        }
    }
}

/// How long the disc becomes, of the eighty minutes that there are.
fn total(ui: &mut Ui, state: &State, audio: &AudioForm) {
    let Some(disc) = audio.disc(state) else { return };
    let sectors = disc.reader.disc().sectors();
    let fits = sectors <= EIGHTY_MINUTES;
    let t = tokens(ui);
    let tracks = words::count(disc.reader.disc().tracks().count() as u64, "track");
    let text = format!("{tracks}, {} of 80:00", super::words::minutes(sectors));
    let color = if fits { t.accent } else { t.bad };
    meter(ui, sectors as f32 / EIGHTY_MINUTES as f32, color, vec2(ui.available_width(), 6.0), &text);
    note(ui, if fits { text } else { format!("{text}: longer than a CD of 80 minutes") });
}

/// What has to be done to the files, or why nothing can be made of them.
fn notes(ui: &mut Ui, state: &State, audio: &AudioForm) {
    let t = tokens(ui);
    match state.ahead.list(&audio.list) {
        Some(Known::Here(disc)) => disc.notes.iter().for_each(|text| drop(note(ui, text))),
        Some(Known::Not(why)) => marked_line(ui, Icon::Warning, t.warn, why),
        Some(Known::Asked(_)) => drop(match state.ahead.measured() {
            Some(part) => note(ui, format!("Measuring how loud the tracks are: {:.0} %", part * 100.0)),
            None => note(ui, "Looking at the files…"),
        }),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;

    struct Shown {
        state: State,
        form: BurnForm,
        actions: Actions,
    }

    fn list(names: &[&str]) -> Harness<'static, Shown> {
        let state = State::default();
        let files = names.iter().map(std::path::PathBuf::from).collect();
        let form = BurnForm::new(From::Audio(AudioForm::new(files)), &state);
        let shown = Shown { state, form, actions: Vec::new() };
        let frame = |ui: &mut Ui, shown: &mut Shown| show(ui, &shown.state, &mut shown.form, &mut shown.actions);
        let mut harness = Harness::builder().with_size([400.0, 600.0]).build_ui_state(frame, shown);
        harness.run();
        harness
    }

    fn order(harness: &Harness<'_, Shown>) -> Vec<String> {
        let audio = harness.state().form.audio().unwrap();
        audio.list.files.iter().map(|file| file.display().to_string()).collect()
    }

    #[test]
    fn the_keyboard_moves_files_and_takes_them_off() {
        let mut harness = list(&["a.wav", "b.wav", "c.wav"]);
        harness.get_by_label("Track 3: c.wav").focus();
        harness.run();
        harness.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
        harness.run();
        assert_eq!(order(&harness), ["a.wav", "c.wav", "b.wav"]);
        harness.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
        harness.run();
        assert_eq!(order(&harness), ["c.wav", "a.wav", "b.wav"], "the keyboard goes with the file");
        harness.key_press(Key::Delete);
        harness.run();
        assert_eq!(order(&harness), ["a.wav", "b.wav"]);
        harness.key_press(Key::Delete);
        harness.run();
        assert_eq!(order(&harness), ["b.wav"], "and stays in the list");
    }

    #[test]
    fn the_mouse_moves_files_and_what_they_make_is_asked_for() {
        let mut harness = list(&["a.wav", "b.wav"]);
        let asked =
            |actions: &Actions| actions.iter().any(|action| matches!(action, Action::LayOut(list) if list.files.len() == 2));
        assert!(asked(&harness.state().actions));
        let (from, to) = (harness.get_by_label("Track 2: b.wav").rect(), harness.get_by_label("Track 1: a.wav").rect());
        harness.drag_at(from.center());
        harness.run();
        harness.hover_at(to.center());
        harness.run();
        harness.drop_at(to.center());
        harness.run();
        assert_eq!(order(&harness), ["b.wav", "a.wav"]);
        harness.get_by_label("Move the file down").click();
        harness.run();
        assert_eq!(order(&harness), ["a.wav", "b.wav"]);
        harness.get_by_label("Two seconds of silence between tracks").click();
        harness.run();
        assert!(!harness.state().form.audio().unwrap().list.gaps);
    }
}
