//! The adviser's ranking, to choose from.

use egui::{Align2, CornerRadius, FontId, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::convert_form::Form;
use super::icons::Icon;
use super::state::OpenImage;
use super::theme::{BODY, M, RADIUS, S, SMALL, tokens};
use super::widgets::{focus_ring, fold, note};
use super::words;
use crate::image::Advice;

/// Formats that stand in the list before the rest is folded.
const MOST: usize = 5;

/// Shows the ranking; what loses something is folded, until it is asked for.
pub fn show(ui: &mut Ui, open: &OpenImage, form: &mut Form) {
    ui.spacing_mut().item_spacing.y = 6.0;
    let own = open.image.format.name;
    let best = open.advice.iter().find(|advice| advice.losses.is_empty() && advice.format.name != own);
    let (sound, lossy): (Vec<&Advice>, Vec<&Advice>) = open.advice.iter().partition(|advice| advice.losses.is_empty());
    // Where nothing keeps everything, the list is all there is to choose from.
    let (first, rest) = if sound.is_empty() { (lossy, Vec::new()) } else { (sound, lossy) };
    let (first, more): (Vec<_>, Vec<_>) = first.into_iter().enumerate().partition(|(place, _)| *place < MOST);
    let plain = |ranked: Vec<(usize, _)>| ranked.into_iter().map(|(_, advice)| advice).collect::<Vec<&Advice>>();
    let (first, more) = (plain(first), plain(more));
    let list = |ui: &mut Ui, form: &mut Form, some: &[&Advice]| {
        for advice in some {
            let name = advice.format.name;
            let best = best.is_some_and(|best| best.format.name == name);
            if row(ui, advice, form.format == name, best, own == name).clicked() {
                form.format = name;
            }
        }
    };
    list(ui, form, &first);
    if !more.is_empty() {
        let losing = more.first().is_some_and(|advice| !advice.losses.is_empty());
        let noun = words::count(more.len() as u64, "more format");
        let keep = if more.len() == 1 { "keeps" } else { "keep" };
        let words = if losing { noun } else { format!("{noun} that {keep} everything") };
        let mut all = form.more_formats;
        fold(ui, &mut all, &words);
        form.more_formats = all;
        let shown: Vec<&Advice> = more.into_iter().filter(|advice| all || advice.format.name == form.format).collect();
        list(ui, form, &shown);
    }
    if !rest.is_empty() {
        let mut all = form.all_formats;
        fold(
            ui,
            &mut all,
            &format!(
                "{} that {} something",
                words::count(rest.len() as u64, "format"),
                if rest.len() == 1 { "loses" } else { "lose" }
            ),
        );
        form.all_formats = all;
        let shown: Vec<&Advice> = rest.into_iter().filter(|advice| all || advice.format.name == form.format).collect();
        list(ui, form, &shown);
    }
    if let Some(advice) = form.advice(open) {
        note(ui, advice.why.clone());
    }
}

fn row(ui: &mut Ui, advice: &Advice, chosen: bool, best: bool, own: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::click());
    let verdict = verdict(advice, best, own);
    let size = if advice.packed { words::takes(advice.size, true) } else { words::size(advice.size) };
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
    let extension = advice.format.extensions.first().map(|extension| format!(".{extension}")).unwrap_or_default();
    text(pos2(title.right() + S, rect.top() + 16.5), Align2::LEFT_CENTER, &extension, SMALL, t.weak);
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
