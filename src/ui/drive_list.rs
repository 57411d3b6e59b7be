//! The drives, in the list at the left.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Align, CornerRadius, FontId, Layout, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::actions::{Action, Actions};
use super::disc_picture::small;
use super::drives::{Drive, Stand};
use super::icons::Icon;
use super::menu;
use super::state::State;
use super::theme::{BODY, M, RADIUS, S, SMALL, tokens};
use super::widgets::{focus_ring, icon_button, note};
use crate::job::drive_path;

/// Lines that how a drive is may take.
const MOST_LINES: usize = 3;
/// Width of the picture of the disc, and of the button at the other side.
const PICTURE: f32 = 48.0;
const BUTTON: f32 = 36.0;

/// Shows them.
pub fn show(ui: &mut Ui, state: &State, actions: &mut Actions) {
    ui.horizontal(|ui| {
        note(ui, "Drives");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon_button(ui, Icon::Again, "Look at the drives again").clicked() {
                actions.push(Action::LookAtDrives);
            }
        });
    });
    for drive in &state.drives.all {
        row(ui, state, drive, actions);
    }
}

/// What pressing a row does, in a word.
fn verb(drive: &Drive) -> &'static str {
    match drive.stand {
        Stand::Disc => "Open the disc in",
        Stand::Asked | Stand::Empty | Stand::Trouble => "Look again at",
    }
}

fn row(ui: &mut Ui, state: &State, drive: &Drive, actions: &mut Actions) {
    let t = tokens(ui);
    let own_image = state.drives.demo.is_some() && drive.name.starts_with(crate::job::DEMO);
    let full = drive.stand == Stand::Disc;
    let width = ui.available_width() - PICTURE - if own_image || full || drive.writable.is_some() { BUTTON } else { M };
    let line = |text: &str, size: f32, color, rows| {
        let mut job = LayoutJob::simple(text.to_owned(), FontId::proportional(size), color, width);
        job.wrap = TextWrapping { max_width: width, max_rows: rows, ..TextWrapping::default() };
        ui.painter().layout_job(job)
    };
    let title = line(&drive.title, BODY, t.text, 1);
    let place = line(&drive.note(), SMALL, t.weak, 1);
    let color = if drive.stand == Stand::Trouble { t.warn } else { t.weak };
    let words = line(&drive.words, SMALL, color, MOST_LINES);
    let height = 12.0 + title.size().y + place.size().y + words.size().y + 4.0;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let path = drive_path(&drive.name);
    let here = state.shown().is_some_and(|open| open.image.path == path);
    let label = format!("{} {}, {}: {}", verb(drive), drive.title, drive.note(), drive.words);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, here, &label));
    let fill = match (here, ui.rect_contains_pointer(rect)) {
        (true, _) => t.accent_soft,
        (false, true) => t.hover,
        (false, false) => egui::Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), fill);
    focus_ring(ui, &response);
    small(ui, Rect::from_center_size(pos2(rect.left() + 24.0, rect.top() + 24.0), vec2(32.0, 32.0)), &drive.thumbnail);
    let mut at = pos2(rect.left() + PICTURE, rect.top() + 6.0);
    for galley in [title, place, words] {
        let next = galley.size().y + 2.0;
        ui.painter().galley(at, galley, t.text);
        at.y += next;
    }
    if own_image && at_corner(ui, rect, egui::Align2::RIGHT_TOP, Icon::Close, "Take the image out of the drive in software") {
        actions.push(Action::PutInDemo(None));
    }
    if drive.writable.is_some() {
        let words = format!("Burn on the disc in {}", drive.title);
        if at_corner(ui, rect, egui::Align2::RIGHT_TOP, Icon::Burn, &words) {
            actions.push(Action::BurnOn(drive.name.clone()));
        }
    }
    if full && at_corner(ui, rect, egui::Align2::RIGHT_BOTTOM, Icon::Save, &format!("Save the disc in {}", drive.title)) {
        actions.push(menu::save_disc(drive));
    }
    if response.on_hover_text(&drive.words).clicked() {
        actions.push(match drive.stand {
            Stand::Disc => Action::Open(vec![path]),
            Stand::Asked | Stand::Empty | Stand::Trouble => Action::LookAtDrives,
        });
    }
}

/// A button in a corner of a row; tells whether it was pressed.
fn at_corner(ui: &mut Ui, row: Rect, corner: egui::Align2, icon: Icon, name: &str) -> bool {
    let place = corner.align_size_within_rect(vec2(28.0, 28.0), row.shrink(S / 2.0));
    let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(place));
    icon_button(&mut inner, icon, name).clicked()
}
