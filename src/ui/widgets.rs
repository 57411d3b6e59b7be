//! The few widgets of its own that the window has: buttons with icons, cards, labels.

use egui::{
    Align, Color32, CornerRadius, FontId, Layout, Margin, Response, RichText, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    vec2,
};

use super::icons::Icon;
use super::theme::{self, BODY, BUTTON, CARD_RADIUS, L, M, RADIUS, S, SMALL, tokens};

/// How much a button asks to be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The thing to do next: one at a time.
    Primary,
    /// A thing to do.
    Normal,
    /// A thing at the edge.
    Quiet,
}

const ICON: f32 = 16.0;

/// A button with a word and perhaps an icon.
pub fn button(ui: &mut Ui, icon: Option<Icon>, text: &str, look: Look) -> Response {
    sized_button(ui, icon, text, look, None)
}

/// A button as wide as what it is in.
pub fn wide_button(ui: &mut Ui, icon: Option<Icon>, text: &str, look: Look) -> Response {
    let width = ui.available_width();
    sized_button(ui, icon, text, look, Some(width))
}

fn sized_button(ui: &mut Ui, icon: Option<Icon>, text: &str, look: Look, width: Option<f32>) -> Response {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), FontId::proportional(BODY), Color32::PLACEHOLDER);
    let inner = galley.size().x + icon.map_or(0.0, |_| ICON + S);
    let padding = if look == Look::Quiet { S } else { M };
    let height = if look == Look::Quiet { 28.0 } else { BUTTON };
    let wanted = vec2(width.unwrap_or(inner + 2.0 * padding), height);
    let (rect, response) = ui.allocate_exact_size(wanted, Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, text));
    if ui.is_rect_visible(rect) {
        let ink = paint_ground(ui, &response, look);
        let mut x = rect.center().x - inner / 2.0;
        if let Some(icon) = icon {
            icon.paint(ui.painter(), egui::pos2(x + ICON / 2.0, rect.center().y), ICON, ink);
            x += ICON + S;
        }
        let at = egui::pos2(x, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley_with_override_text_color(at, galley, ink);
    }
    response
}

/// A square button with an icon alone; its name is told to who can't see it, and to who waits over it.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(28.0, 28.0), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, name));
    if ui.is_rect_visible(rect) {
        let ink = paint_ground(ui, &response, Look::Quiet);
        icon.paint(ui.painter(), rect.center(), 14.0, ink);
    }
    response.on_hover_text(name)
}

/// Paints what is behind a button; tells the colour of what is on it.
fn paint_ground(ui: &Ui, response: &Response, look: Look) -> Color32 {
    let t = tokens(ui);
    let over = response.hovered() || response.is_pointer_button_down_on();
    let (fill, line, ink) = match look {
        Look::Primary if over => (t.accent_strong, t.accent_strong, t.on_accent),
        Look::Primary => (t.accent, t.accent, t.on_accent),
        Look::Normal if over => (t.hover, t.weak, t.text),
        Look::Normal => (t.card, t.line, t.text),
        Look::Quiet if over => (t.hover, Color32::TRANSPARENT, t.text),
        Look::Quiet => (Color32::TRANSPARENT, Color32::TRANSPARENT, t.weak),
    };
    let radius = CornerRadius::same(RADIUS);
    // Where it can't be pressed, the painter fades all of it.
    ui.painter().rect(response.rect, radius, fill, Stroke::new(1.0, line), StrokeKind::Inside);
    focus_ring(ui, response);
    ink
}

/// Shows where the keyboard is.
pub fn focus_ring(ui: &Ui, response: &Response) {
    if response.has_focus() {
        let ring = Stroke::new(2.0, tokens(ui).accent_strong);
        ui.painter().rect_stroke(response.rect.expand(2.0), CornerRadius::same(RADIUS + 2), ring, StrokeKind::Outside);
    }
}

/// A card: what is set apart from its surroundings.
pub fn card(ui: &Ui) -> egui::Frame {
    let t = tokens(ui);
    egui::Frame::new()
        .fill(t.card)
        .stroke(Stroke::new(1.0, t.line))
        .corner_radius(CARD_RADIUS)
        .inner_margin(Margin::same(M as i8))
}

/// A card in a colour that means something.
pub fn tinted(ui: &Ui, fill: Color32, line: Color32) -> egui::Frame {
    card(ui).fill(fill).stroke(Stroke::new(1.0, line.gamma_multiply(0.4)))
}

/// A question that stands in the way.
pub fn question(ui: &Ui, name: &'static str) -> egui::Modal {
    egui::Modal::new(egui::Id::unique(name)).frame(card(ui).inner_margin(Margin::same(L as i8 + 4)))
}

/// Small text that steps back.
pub fn note(ui: &mut Ui, text: impl Into<String>) -> Response {
    let weak = tokens(ui).weak;
    ui.label(RichText::new(text).size(SMALL).color(weak))
}

/// The heading of a group.
pub fn heading(ui: &mut Ui, text: &str) -> Response {
    let color = tokens(ui).text;
    ui.label(RichText::new(text).size(theme::HEADING).color(color))
}

/// The name of a list, in a sidebar.
pub fn section(ui: &mut Ui, text: &str) {
    note(ui, text);
}

/// A bar that is filled so far, with its name and its value for who can't see it.
pub fn meter(ui: &mut Ui, part: f32, fill: Color32, size: egui::Vec2, name: &str) -> Response {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let part = part.clamp(0.0, 1.0);
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, name));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_numeric_value((f64::from(part) * 100.0).round());
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(100.0);
    });
    let radius = CornerRadius::same((size.y / 2.0) as u8);
    ui.painter().rect_filled(rect, radius, t.blank);
    ui.painter().rect_filled(rect.with_max_x(rect.left() + rect.width() * part), radius, fill);
    response
}

/// Asks before something is done that can't be undone: `title`, what `body` says, and two buttons, of which the first leaves everything as it is.
/// `None` while nobody has answered; else whether it is to be done.
pub fn ask(ui: &Ui, name: &'static str, title: &str, body: impl FnOnce(&mut Ui), leave: &str, act: &str) -> Option<bool> {
    let mut answer = None;
    let modal = question(ui, name).show(ui.ctx(), |ui| {
        ui.set_width(400.0);
        heading(ui, title);
        ui.add_space(theme::XS);
        body(ui);
        ui.add_space(L);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if button(ui, None, leave, Look::Primary).clicked() {
                answer = Some(false);
            }
            if button(ui, None, act, Look::Normal).clicked() {
                answer = Some(true);
            }
        });
    });
    answer.or(modal.should_close().then_some(false))
}

/// An icon in a line of text.
pub fn inline_icon(ui: &mut Ui, icon: Icon, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(ICON, 18.0), Sense::hover());
    icon.paint(ui.painter(), rect.center(), 14.0, color);
}

/// A line with an icon at its beginning, whose text may wrap.
pub fn marked_line(ui: &mut Ui, icon: Icon, color: Color32, text: &str) {
    ui.horizontal_top(|ui| {
        inline_icon(ui, icon, color);
        ui.with_layout(Layout::top_down(Align::Min), |ui| ui.add(egui::Label::new(text).wrap()));
    });
}

/// A heading that folds what is below it; tells whether it is open.
pub fn fold(ui: &mut Ui, open: &mut bool, text: &str) -> bool {
    let icon = if *open { Icon::Down } else { Icon::Right };
    let response = button(ui, Some(icon), text, Look::Quiet);
    if response.clicked() {
        *open = !*open;
    }
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(*open));
    *open
}
