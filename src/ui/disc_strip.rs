//! The disc unrolled: a strip from its first sector to its last, and the legend of both drawings.

use egui::{CornerRadius, Painter, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::actions::{Action, Actions};
use super::disc_picture::track_words;
use super::geometry::{Geometry, Kind, Span, spans, track_at};
use super::rip_drawing::{self, stretches};
use super::rip_places::{self, place_at};
use super::state::{OpenImage, State};
use super::theme::{L, S, Tokens, XS, tokens};
use super::widgets::note;
use crate::disc::TrackId;
use crate::job::RipPicture;

const HEIGHT: f32 = 36.0;

/// Shows the strip; tells which track the pointer is on.
pub fn show(ui: &mut Ui, state: &State, open: &OpenImage, actions: &mut Actions) -> Option<TrackId> {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "The disc from its first sector to its last"));
    let disc = open.image.disc();
    let spans: Vec<Span> = shown_spans(spans(disc));
    let scale = Scale::new(rect, &spans);
    let pointed = response.hover_pos().and_then(|at| track_at(&spans, scale.sector(at.x), scale.reach(3.0)));
    let rip = state.rip_of(open);
    let under = |picture| response.hover_pos().and_then(|at| place_at(picture, scale.sector(at.x), scale.reach(3.0)));
    let place = rip.and_then(under);
    if response.clicked() {
        actions.push(if place.is_some() { rip_places::pick(place) } else { Action::Select(pointed) });
    }
    if ui.is_rect_visible(rect) {
        paint(ui, &scale, &spans, state, open);
    }
    match (place, pointed) {
        (Some(place), _) => drop(response.on_hover_text_at_pointer(rip_places::tip(open, place))),
        (None, Some(id)) => drop(response.on_hover_text_at_pointer(track_words(disc, id))),
        (None, None) => {}
    }
    pointed
}

/// The last lead-out would take more room than a small disc: the strip ends where the data do.
fn shown_spans(mut spans: Vec<Span>) -> Vec<Span> {
    if spans.last().is_some_and(|span| span.kind == Kind::LeadOut) {
        spans.pop();
    }
    spans
}

struct Scale {
    rect: Rect,
    from: i64,
    length: f64,
}

impl Scale {
    fn new(rect: Rect, spans: &[Span]) -> Scale {
        let from = spans.first().map_or(0, |span| span.from);
        let to = spans.last().map_or(1, |span| span.to);
        Scale { rect, from, length: (to - from).max(1) as f64 }
    }

    fn x(&self, sector: i64) -> f32 {
        self.rect.left() + ((sector - self.from) as f64 / self.length) as f32 * self.rect.width()
    }

    fn sector(&self, x: f32) -> i64 {
        self.from + (f64::from((x - self.rect.left()) / self.rect.width()) * self.length) as i64
    }

    /// Sectors in so many points.
    fn reach(&self, points: f32) -> i64 {
        (f64::from(points / self.rect.width()) * self.length) as i64
    }
}

fn paint(ui: &Ui, scale: &Scale, spans: &[Span], state: &State, open: &OpenImage) {
    let t = tokens(ui);
    let painter = ui.painter();
    for span in spans {
        let (from, to) = (scale.x(span.from), scale.x(span.to).max(scale.x(span.from) + 1.0));
        // Pregaps are thin, and stand on the line of the data that they lead to.
        let top = if span.kind == Kind::Pregap { scale.rect.top() + HEIGHT * 0.65 } else { scale.rect.top() };
        let part = Rect::from_min_max(pos2(from, top), pos2(to, scale.rect.bottom()));
        painter.rect_filled(part, CornerRadius::ZERO, t.kind(span.kind));
        pattern(painter, t, span.kind, part);
        if part.width() > 3.0 {
            painter.vline(from, part.y_range(), Stroke::new(1.0, t.window));
        }
    }
    if let Some(picture) = state.rip_of(open) {
        rip(painter, t, scale, picture, state);
    }
    for span in spans.iter().filter(|span| span.track.is_some() && span.kind != Kind::Pregap) {
        let part = Rect::from_x_y_ranges(scale.x(span.from)..=scale.x(span.to), scale.rect.y_range());
        number(painter, t, part, span);
    }
    if let Some(at) = Geometry::of(open.image.disc()).layer_break {
        layer_break(painter, t, pos2(scale.x(at), scale.rect.center().y));
    }
    for at in open.findings.iter().flat_map(|report| &report.findings.wrong_at) {
        painter.vline(scale.x(i64::from(at.0)), scale.rect.y_range(), Stroke::new(1.5, t.damage));
    }
    for span in spans.iter().filter(|span| span.track.is_some() && span.kind != Kind::Pregap) {
        let selected = span.track == open.selected;
        if selected || span.track == state.hovered {
            let part = Rect::from_x_y_ranges(scale.x(span.from)..=scale.x(span.to), scale.rect.y_range());
            let stroke = Stroke::new(2.0, if selected { t.accent_strong } else { t.text });
            painter.rect_stroke(part, CornerRadius::same(2), stroke, StrokeKind::Outside);
        }
    }
}

/// What has become of the sectors, over what they are.
fn rip(painter: &Painter, t: &Tokens, scale: &Scale, picture: &RipPicture, state: &State) {
    let whole = |from, to| vec![(from, to)];
    for (from, to, became) in stretches(picture, whole, |sector| scale.x(sector) - scale.rect.left(), scale.rect.width()) {
        let x = scale.rect.left() + from..=(scale.rect.left() + to).min(scale.rect.right());
        rip_drawing::bar(painter, t, Rect::from_x_y_ranges(*x.start()..=*x.end(), scale.rect.y_range()), became);
    }
    if let Some(place) = rip_places::picked(picture, state.picked) {
        let from = i64::from(place.start.0);
        let x = scale.x(from)..=scale.x(from + i64::from(place.sectors));
        let part = Rect::from_x_y_ranges(x, scale.rect.y_range()).expand(2.0);
        painter.rect_stroke(part, CornerRadius::same(2), Stroke::new(2.0, t.accent_strong), StrokeKind::Outside);
    }
}

/// Where the second layer begins: a line across, in two, so that what is written in the middle can be read.
fn layer_break(painter: &Painter, t: &Tokens, center: Pos2) {
    for side in [-1.0, 1.0] {
        let ends = [center + vec2(0.0, side * 10.0), center + vec2(0.0, side * (HEIGHT / 2.0 + 3.0))];
        painter.line_segment(ends, Stroke::new(2.0, t.text));
    }
}

fn number(painter: &Painter, t: &Tokens, part: Rect, span: &Span) {
    if let (true, Some(id)) = (part.width() > 22.0, span.track) {
        let plate = Rect::from_center_size(part.center(), vec2(22.0, 18.0));
        painter.rect_filled(plate, CornerRadius::same(9), t.window);
        let font = egui::FontId::proportional(12.0);
        painter.text(part.center(), egui::Align2::CENTER_CENTER, id.track.to_string(), font, t.text);
    }
}

/// Audio has lines along the strip, data across it, mode 2 slanted ones: the grooves and spokes of the picture.
fn pattern(painter: &Painter, t: &Tokens, kind: Kind, part: Rect) {
    let stroke = Stroke::new(1.0, t.pattern);
    let across = |slant: f32| {
        let mut x = part.left() + 5.0;
        while x < part.right() - 1.0 {
            let top = pos2((x + slant).min(part.right()), part.top());
            painter.line_segment([pos2(x, part.bottom()), top], stroke);
            x += 6.0;
        }
    };
    match kind {
        Kind::Audio => {
            let mut y = part.top() + 4.0;
            while y < part.bottom() - 1.0 {
                painter.hline(part.x_range(), y, stroke);
                y += 4.0;
            }
        }
        Kind::Data => across(0.0),
        Kind::Mode2 => across(8.0),
        Kind::Pregap | Kind::LeadOut => {}
    }
}

/// A small field of a kind's colour and pattern.
pub fn swatch(ui: &Ui, center: Pos2, kind: Kind) {
    let t = tokens(ui);
    let part = Rect::from_center_size(center, vec2(14.0, 14.0));
    ui.painter().rect_filled(part, CornerRadius::same(3), t.kind(kind));
    pattern(ui.painter(), t, kind, part);
}

/// What the colours and patterns mean, as far as they are there.
pub fn legend(ui: &mut Ui, state: &State, open: &OpenImage) {
    let mut kinds: Vec<Kind> = spans(open.image.disc()).iter().map(|span| span.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = XS + 2.0;
        for kind in kinds {
            let (rect, _) = ui.allocate_exact_size(vec2(14.0, 18.0), Sense::hover());
            swatch(ui, rect.center(), kind);
            note(ui, kind.name());
            ui.add_space(L - S);
        }
        if Geometry::of(open.image.disc()).layer_break.is_some() {
            let (rect, _) = ui.allocate_exact_size(vec2(8.0, 18.0), Sense::hover());
            ui.painter().vline(rect.center().x, rect.y_range(), Stroke::new(2.0, tokens(ui).text));
            note(ui, "Second layer begins");
            ui.add_space(L - S);
        }
        if let Some(picture) = state.rip_of(open) {
            rip_drawing::legend(ui, picture);
        }
    });
}
