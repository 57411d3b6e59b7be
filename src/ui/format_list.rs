//! The adviser's ranking, to choose from.

use egui::{Align2, CornerRadius, FontId, Key, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::convert_form::Form;
use super::icons::Icon;
use super::state::OpenImage;
use super::theme::{BODY, M, RADIUS, S, SMALL, tokens};
use super::widgets::{focus_ring, note};
use super::words;
use crate::image::Advice;

/// Shows the ranking; the arrow keys move through it.
pub fn show(ui: &mut Ui, open: &OpenImage, form: &mut Form) {
    ui.spacing_mut().item_spacing.y = 6.0;
    let best = open.advice.first().filter(|best| best.losses.is_empty()).map(|best| best.format.name);
    for advice in &open.advice {
        let chosen = advice.format.name == form.format;
        let own = advice.format.name == open.image.format.name;
        let response = row(ui, advice, chosen, best == Some(advice.format.name), own);
        if response.clicked() || response.gained_focus() && ui.input(|input| input.key_pressed(Key::Space)) {
            form.format = advice.format.name;
        }
    }
    if let Some(advice) = form.advice(open) {
        note(ui, advice.why.clone());
    }
}

fn row(ui: &mut Ui, advice: &Advice, chosen: bool, best: bool, own: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::click());
    let verdict = verdict(advice, best, own);
    let size = words::size(advice.size);
    let label = format!("{}: {}, {size}", advice.format.title, verdict.1);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, &label));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let t = tokens(ui);
    let (fill, line) = match (chosen, response.hovered()) {
        (true, _) => (t.accent_soft, t.accent),
        (false, true) => (t.hover, t.line),
        (false, false) => (t.card, t.line),
    };
    ui.painter().rect(rect, CornerRadius::same(RADIUS + 2), fill, Stroke::new(1.0, line), StrokeKind::Inside);
    focus_ring(ui, &response);
    radio(ui, pos2(rect.left() + M + 8.0, rect.center().y), chosen);
    let left = rect.left() + M + 28.0;
    let text = |at: Pos2, anchor: Align2, text: &str, size: f32, color| {
        ui.painter().text(at, anchor, text, FontId::proportional(size), color)
    };
    let title = text(pos2(left, rect.top() + 16.0), Align2::LEFT_CENTER, advice.format.title, BODY, t.text);
    let extensions = advice.format.extensions.iter().take(3).map(|e| format!(".{e}")).collect::<Vec<_>>().join(" ");
    text(pos2(title.right() + S, rect.top() + 16.5), Align2::LEFT_CENTER, &extensions, SMALL, t.weak);
    text(pos2(rect.right() - M, rect.top() + 16.0), Align2::RIGHT_CENTER, &size, BODY, t.text);
    let (icon, words, good) = verdict;
    let color = if good { t.good } else { t.warn };
    icon.paint(ui.painter(), pos2(left + 6.0, rect.bottom() - 15.0), 12.0, color);
    text(pos2(left + 18.0, rect.bottom() - 15.0), Align2::LEFT_CENTER, &words, SMALL, color);
    response
}

fn verdict(advice: &Advice, best: bool, own: bool) -> (Icon, String, bool) {
    match (advice.losses.len(), own) {
        (0, true) => (Icon::Done, "Keeps everything; the format it has now".to_owned(), true),
        (0, false) if best => (Icon::Star, "Keeps everything; the best choice".to_owned(), true),
        (0, false) => (Icon::Done, "Keeps everything".to_owned(), true),
        (1, _) => (Icon::Warning, "Loses one thing".to_owned(), false),
        (more, _) => (Icon::Warning, format!("Loses {more} things"), false),
    }
}

fn radio(ui: &Ui, center: Pos2, chosen: bool) {
    let t = tokens(ui);
    let rect = Rect::from_center_size(center, vec2(16.0, 16.0));
    let line = if chosen { t.accent } else { t.weak };
    ui.painter().circle(rect.center(), 7.0, t.field, Stroke::new(1.5, line));
    if chosen {
        ui.painter().circle_filled(rect.center(), 4.0, t.accent);
    }
}
