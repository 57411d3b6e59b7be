//! The list at the left: drives, images that are open, and those that were.

use egui::{Align2, CornerRadius, FontId, Rect, Response, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

use super::actions::{Action, Actions, Question};
use super::disc_picture::small;
use super::geometry::Thumbnail;
use super::icons::Icon;
use super::state::State;
use super::theme::{BODY, L, M, RADIUS, S, SMALL, tokens};
use super::widgets::{Look, focus_ring, icon_button, note, section, wide_button};
use super::{drive_list, words};
use crate::image::file_name;

/// Shows the list.
pub fn show(ui: &mut Ui, state: &State, actions: &mut Actions) {
    if wide_button(ui, Some(Icon::Folder), "Open…", Look::Normal).on_hover_text("Ctrl+O, or drop files anywhere").clicked() {
        actions.push(Action::Ask(Question::Files));
    }
    ui.add_space(S);
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        drive_list::show(ui, state, actions);
        ui.add_space(L);
        opened(ui, state, actions);
        recent(ui, state, actions);
    });
}

fn opened(ui: &mut Ui, state: &State, actions: &mut Actions) {
    if !state.images.is_empty() || !state.opening.is_empty() || state.batch.is_some() {
        section(ui, "Open");
    }
    if let Some(batch) = &state.batch {
        let thumbnail = Thumbnail::default();
        let row = Row { name: &batch.title(), note: &batch.summary(), thumbnail: &thumbnail, here: state.on_batch, kind: "Show" };
        let (response, close) = row.show(ui, "Close");
        if response.clicked() {
            actions.push(Action::ShowBatch);
        }
        if close {
            actions.push(Action::CloseBatch);
        }
    }
    for open in &state.images {
        let here = state.current == Some(open.id) && !state.on_batch;
        let row = Row { name: &open.name(), note: &open.summary(), thumbnail: &open.thumbnail, here, kind: "Show" };
        let (response, close) = row.show(ui, "Close");
        if response.clicked() {
            actions.push(Action::Show(open.id));
        }
        if close {
            actions.push(Action::Close(open.id));
        }
    }
    for pending in &state.opening {
        let more = if pending.more > 0 { format!(" and {} more", pending.more) } else { String::new() };
        note(ui, format!("Opening {}{more}…", words::source(&pending.path)));
    }
}

fn recent(ui: &mut Ui, state: &State, actions: &mut Actions) {
    let known = |path: &std::path::PathBuf| state.images.iter().any(|open| open.image.path == *path);
    let recent: Vec<_> = state.settings.recent.iter().filter(|recent| !known(&recent.path)).collect();
    if recent.is_empty() {
        return;
    }
    ui.add_space(L);
    section(ui, "Recent");
    for recent in recent {
        let name = file_name(&recent.path);
        let row = Row { name: &name, note: &recent.note, thumbnail: &recent.thumbnail, here: false, kind: "Open" };
        let (response, forget) = row.show(ui, "Forget");
        if response.on_hover_text(recent.path.display().to_string()).clicked() {
            actions.push(Action::Open(vec![recent.path.clone()]));
        }
        if forget {
            actions.push(Action::ForgetRecent(recent.path.clone()));
        }
    }
}

struct Row<'a> {
    name: &'a str,
    note: &'a str,
    thumbnail: &'a Thumbnail,
    here: bool,
    kind: &'static str,
}

impl Row<'_> {
    /// Shows it; tells whether it was sent away.
    fn show(&self, ui: &mut Ui, away: &str) -> (Response, bool) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::click());
        let label = format!("{} {}, {}", self.kind, self.name, self.note);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, self.here, &label));
        let t = tokens(ui);
        let over = ui.rect_contains_pointer(rect);
        let fill = match (self.here, over) {
            (true, _) => t.accent_soft,
            (false, true) => t.hover,
            (false, false) => egui::Color32::TRANSPARENT,
        };
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), fill);
        focus_ring(ui, &response);
        small(ui, Rect::from_center_size(pos2(rect.left() + 24.0, rect.center().y), vec2(32.0, 32.0)), self.thumbnail);
        let close = over || self.here;
        let right = rect.right() - if close { 36.0 } else { M };
        let width = right - rect.left() - 48.0;
        let line = |text: &str, size: f32, color| {
            let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), FontId::proportional(size), color);
            job.wrap = egui::text::TextWrapping::truncate_at_width(width);
            ui.painter().layout_job(job)
        };
        let (first, second) = (line(self.name, BODY, t.text), line(self.note, SMALL, t.weak));
        ui.painter().galley(pos2(rect.left() + 48.0, rect.top() + 6.0), first, t.text);
        ui.painter().galley(pos2(rect.left() + 48.0, rect.top() + 26.0), second, t.weak);
        let mut sent_away = false;
        if close {
            let place = Align2::RIGHT_CENTER.align_size_within_rect(vec2(28.0, 28.0), rect.shrink(M / 2.0));
            let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(place));
            sent_away = icon_button(&mut inner, Icon::Close, &format!("{away} {}", self.name)).clicked();
        }
        (response, sent_away)
    }
}
