//! What is shown while nothing is open: how to begin.

use egui::{Align, Color32, Layout, RichText, Stroke, Ui, vec2};

use super::actions::{Action, Actions, Question, SheetName};
use super::icons::Icon;
use super::theme::{L, M, TITLE, XS, tokens};
use super::widgets::{Look, button, note};
use crate::image::{FORMATS, WRAPPERS};

/// Shows it.
pub fn show(ui: &mut Ui, actions: &mut Actions) {
    let t = tokens(ui);
    let high = ui.available_height();
    ui.add_space((high * 0.5 - 210.0).max(L));
    ui.with_layout(Layout::top_down(Align::Center), |ui| {
        empty_disc(ui);
        ui.add_space(L);
        ui.label(RichText::new("Drop a disc image or a folder here").size(TITLE).color(t.text));
        ui.add_space(XS);
        ui.label(RichText::new("See what is on it, convert it, burn it, and have the copy proved.").color(t.weak));
        ui.add_space(L);
        // Three buttons in the middle of a line: their widths are known only once they are there.
        let width = 392.0;
        ui.allocate_ui_with_layout(vec2(width, 32.0), Layout::left_to_right(Align::Center), |ui| {
            if button(ui, Some(Icon::File), "Open files…", Look::Primary).clicked() {
                actions.push(Action::Ask(Question::Files));
            }
            if button(ui, Some(Icon::Folder), "Open a folder…", Look::Normal).clicked() {
                actions.push(Action::Ask(Question::Folder));
            }
            if button(ui, None, "Type a path…", Look::Normal).clicked() {
                actions.push(Action::Sheet(Some(SheetName::OpenPath)));
            }
        });
        if button(ui, Some(Icon::Burn), "Make an audio CD…", Look::Quiet).clicked() {
            actions.push(Action::AudioCd(Vec::new()));
        }
        ui.add_space(L);
        let titles: Vec<&str> = FORMATS.iter().map(|format| format.title).collect();
        let packed: Vec<&str> = WRAPPERS.iter().map(|wrapper| wrapper.title).collect();
        note(ui, format!("Reads {}; each also in {}.", titles.join(", "), packed.join(", ")));
        note(ui, "Works on this computer alone: nothing is ever sent anywhere.");
    });
}

fn empty_disc(ui: &mut Ui) {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(160.0, 160.0), egui::Sense::hover());
    let (painter, center, radius) = (ui.painter(), rect.center(), 78.0);
    painter.circle(center, radius, t.blank, Stroke::new(1.0, t.gap));
    for part in [0.42, 0.58, 0.74, 0.9] {
        painter.circle_stroke(center, radius * part, Stroke::new(1.0, t.line));
    }
    painter.circle(center, radius * 0.28, t.hub, Stroke::new(1.0, t.line));
    painter.circle(center, radius * 0.125, t.window, Stroke::new(1.0, t.gap));
    let arrow = Stroke::new(2.5, t.accent);
    let tip = center + vec2(0.0, M + 42.0);
    painter.line_segment([tip - vec2(0.0, 22.0), tip], arrow);
    painter.line_segment([tip + vec2(-8.0, -8.0), tip], arrow);
    painter.line_segment([tip + vec2(8.0, -8.0), tip], arrow);
}

/// While files hang over the window: what would happen with them.
pub fn drop_hint(ui: &Ui, count: usize) {
    let t = tokens(ui);
    let rect = ui.max_rect();
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop hint"));
    let painter = ui.ctx().layer_painter(layer);
    painter.rect_filled(rect, 0.0, t.window.gamma_multiply(0.85));
    let frame = rect.shrink(L);
    painter.rect(frame, 12.0, Color32::TRANSPARENT, Stroke::new(2.0, t.accent), egui::StrokeKind::Inside);
    let words = if count == 1 { "Drop to open it".to_owned() } else { format!("Drop to see all {count} together") };
    let font = egui::FontId::proportional(TITLE);
    painter.text(frame.center(), egui::Align2::CENTER_CENTER, words, font, t.text);
    let font = egui::FontId::proportional(super::theme::BODY);
    let below = "Files stay where they are, and are only read.";
    painter.text(frame.center() + vec2(0.0, 28.0), egui::Align2::CENTER_CENTER, below, font, t.weak);
}
