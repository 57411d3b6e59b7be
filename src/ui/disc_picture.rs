//! The picture of a disc, to scale: every sector lies where it would lie on the real thing.

use std::f32::consts::{PI, TAU};

use egui::{Color32, Mesh, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, vec2};

use super::actions::{Action, Actions};
use super::geometry::{CLAMP, Geometry, HOLE, Kind, Span, Thumbnail, spans, track_at};
use super::rip_drawing::{self, stretches};
use super::rip_places::{self, place_at};
use super::state::{OpenImage, State};
use super::theme::{Tokens, tokens};
use super::words;
use crate::disc::{Disc, TrackId, TrackMode};
use crate::job::{Became, Part, RipPicture};

/// Thinner rings would not be seen.
const THINNEST: f32 = 1.5;
/// Rings from this width on carry their pattern.
const PATTERNED: f32 = 4.0;

/// Shows the picture of the image that is shown, in a square of this side; tells which track the pointer is on.
pub fn show(ui: &mut Ui, state: &State, open: &OpenImage, side: f32, actions: &mut Actions) -> Option<TrackId> {
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::CLICK);
    let disc = open.image.disc();
    let rip = state.rip_of(open);
    let description = describe(disc) + &rip.map(rip_drawing::in_words).unwrap_or_default();
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &description));
    let face = Face { painter: ui.painter().clone(), center: rect.center(), radius: side / 2.0 - 6.0, t: tokens(ui) };
    let geometry = Geometry::of(disc);
    let spans = spans(disc);
    let pointer = response.hover_pos().and_then(|at| pointed_sector(&face, &geometry, at));
    let pointed = pointer.and_then(|(sector, reach)| track_at(&spans, sector, reach));
    let place = rip.zip(pointer).and_then(|(picture, (sector, reach))| place_at(picture, sector, reach));
    if response.clicked() {
        actions.push(if place.is_some() { rip_places::pick(place) } else { Action::Select(pointed) });
    }
    if ui.is_rect_visible(rect) {
        face.ground();
        for span in &spans {
            face.span(&geometry, span);
        }
        if let Some(picture) = rip {
            face.rip(&geometry, picture, rip_places::picked(picture, state.picked));
        }
        for span in spans.iter().filter(|span| span.track.is_some() && is_track(span.kind)) {
            let lit = span.track == open.selected || span.track == state.hovered;
            if lit {
                face.outline(&geometry, span, span.track == open.selected);
            }
        }
        face.damage(&geometry, open);
        face.edge(&geometry);
        if let Some(job) = state.job_on(&open.image.path) {
            face.progress(job.part());
        }
    }
    match (place, pointed) {
        (Some(place), _) => drop(response.on_hover_text_at_pointer(rip_places::tip(open, place))),
        (None, Some(id)) => drop(response.on_hover_text_at_pointer(track_words(disc, id))),
        (None, None) => {}
    }
    pointed
}

fn is_track(kind: Kind) -> bool {
    !matches!(kind, Kind::Pregap | Kind::LeadOut)
}

/// A track in a few words.
pub fn track_words(disc: &Disc, id: TrackId) -> String {
    let Some(track) = disc.track(id) else { return String::new() };
    let length = match track.mode {
        TrackMode::Dvd => words::size(u64::from(track.length) * 2048),
        _ => words::time(track.length),
    };
    format!("Track {}: {}, {length}", track.number, track.mode)
}

/// The picture in words, for who can't see it.
fn describe(disc: &Disc) -> String {
    let (all, audio) = (disc.tracks().count(), disc.audio_tracks());
    let sessions = match disc.sessions.len() {
        1 => String::new(),
        more => format!(" in {more} sessions"),
    };
    let tracks = match (audio, all - audio) {
        (0, data) => words::count(data as u64, "data track"),
        (audio, 0) => words::count(audio as u64, "audio track"),
        (audio, data) => format!("{} and {}", words::count(data as u64, "data track"), words::count(audio as u64, "audio track")),
    };
    let layers = if Geometry::of(disc).layer_break.is_some() { ", two layers" } else { "" };
    format!("Picture of the disc: {}, {tracks}{sessions}{layers}", disc.medium)
}

/// The sector under the pointer, and how many sectors further it may be meant.
fn pointed_sector(face: &Face<'_>, geometry: &Geometry, at: Pos2) -> Option<(i64, i64)> {
    let radius = face.center.distance(at) / face.radius;
    let second = at.y > face.center.y;
    // Three points around the pointer, so that thin rings can be hit.
    let reach = 3.0 / face.radius;
    let sector = geometry.sector(radius, second).or_else(|| geometry.sector(radius + reach, second))?;
    let further = geometry.sector(radius + reach, second).unwrap_or(sector);
    Some((sector, (further - sector).abs()))
}

/// A disc seen from below.
struct Face<'a> {
    painter: Painter,
    center: Pos2,
    radius: f32,
    t: &'a Tokens,
}

/// Which part of the turn a ring takes: all of it, or the half of a layer.
#[derive(Clone, Copy, PartialEq)]
enum Turn {
    Full,
    Upper,
    Lower,
}

impl Face<'_> {
    fn ring(&self, from: f32, to: f32, turn: Turn, color: Color32) {
        let (from, to) = (from.min(to) * self.radius, from.max(to) * self.radius);
        let width = (to - from).max(THINNEST);
        self.arc((from + to) / 2.0, turn, Stroke::new(width, color));
    }

    fn arc(&self, radius: f32, turn: Turn, stroke: Stroke) {
        let (from, to) = match turn {
            Turn::Full => {
                // The painter puts the stroke of a circle around it, that of a line on both of its sides.
                self.painter.circle_stroke(self.center, radius - stroke.width / 2.0, stroke);
                return;
            }
            Turn::Upper => (PI, TAU),
            Turn::Lower => (0.0, PI),
        };
        // A gap of two points keeps the layers apart.
        let gap = 2.0 / radius.max(1.0);
        self.painter.add(Shape::line(self.points(radius, from + gap, to - gap), stroke));
    }

    fn points(&self, radius: f32, from: f32, to: f32) -> Vec<Pos2> {
        let steps = ((to - from).abs() * radius / 4.0).clamp(8.0, 120.0) as usize;
        let angle = |step: usize| from + (to - from) * step as f32 / steps as f32;
        (0..=steps).map(|step| self.at(radius, angle(step))).collect()
    }

    fn at(&self, radius: f32, angle: f32) -> Pos2 {
        self.center + radius * vec2(angle.cos(), angle.sin())
    }

    fn ground(&self) {
        let t = self.t;
        self.painter.circle_filled(self.center, self.radius, t.blank);
        self.painter.circle_filled(self.center, CLAMP * self.radius, t.hub);
        self.painter.circle_stroke(self.center, CLAMP * self.radius, Stroke::new(1.0, t.line));
        // Where the stacking ring is.
        self.painter.circle_stroke(self.center, (CLAMP + 0.055) * self.radius, Stroke::new(1.0, t.line));
    }

    fn turn(&self, geometry: &Geometry, sector: i64) -> Turn {
        match geometry.layer_break {
            None => Turn::Full,
            Some(at) if sector < at => Turn::Upper,
            Some(_) => Turn::Lower,
        }
    }

    fn span(&self, geometry: &Geometry, span: &Span) {
        for (from, to) in layers(geometry, span) {
            let turn = self.turn(geometry, from);
            let (a, b) = (geometry.radius(from), if turn == Turn::Upper { geometry.radius(to - 1) } else { geometry.radius(to) });
            self.ring(a, b, turn, self.t.kind(span.kind));
            if (b - a).abs() * self.radius >= PATTERNED {
                self.pattern(span.kind, a.min(b) * self.radius, a.max(b) * self.radius, turn);
                // A hair line between neighbours of one colour.
                self.arc(a * self.radius, turn, Stroke::new(1.0, self.t.blank));
            }
        }
    }

    /// Audio has grooves, data has spokes, mode 2 has slanted spokes: kinds differ without colour, too.
    fn pattern(&self, kind: Kind, from: f32, to: f32, turn: Turn) {
        let stroke = Stroke::new(1.0, self.t.pattern);
        match kind {
            Kind::Audio => {
                let mut radius = from + 3.0;
                while radius < to - 1.0 {
                    self.arc(radius, turn, stroke);
                    radius += 4.0;
                }
            }
            Kind::Data => self.spokes(72, from, to, turn, 0.0, stroke),
            Kind::Mode2 => self.spokes(72, from, to, turn, 0.12, stroke),
            Kind::Pregap | Kind::LeadOut => {}
        }
    }

    fn spokes(&self, number: u32, from: f32, to: f32, turn: Turn, slant: f32, stroke: Stroke) {
        for spoke in 0..number {
            let angle = TAU * (spoke as f32 + 0.5) / number as f32;
            let shown = match turn {
                Turn::Full => true,
                Turn::Upper => angle > PI,
                Turn::Lower => angle < PI,
            };
            if shown {
                self.painter.line_segment([self.at(from + 1.0, angle), self.at(to - 1.0, angle + slant)], stroke);
            }
        }
    }

    fn outline(&self, geometry: &Geometry, span: &Span, selected: bool) {
        let color = if selected { self.t.accent_strong } else { self.t.text };
        let stroke = Stroke::new(if selected { 2.0 } else { 1.5 }, color);
        for (from, to) in layers(geometry, span) {
            let turn = self.turn(geometry, from);
            let (a, b) = (geometry.radius(from) * self.radius, geometry.radius(to - 1) * self.radius);
            let (a, b) = (a.min(b), a.max(b).max(a.min(b) + THINNEST));
            self.arc(a - 1.0, turn, stroke);
            self.arc(b + 1.0, turn, stroke);
        }
    }

    /// What has become of the sectors, over what they are.
    fn rip(&self, geometry: &Geometry, picture: &RipPicture, picked: Option<&Part>) {
        let (inner, outer) = geometry.area();
        let turns: &[Turn] = if geometry.layer_break.is_some() { &[Turn::Upper, Turn::Lower] } else { &[Turn::Full] };
        let place = |sector| (geometry.radius(sector) - inner) * self.radius;
        for &turn in turns {
            let pieces = |from, to| {
                let both = layers(geometry, &Span { from, to, kind: Kind::Data, track: None });
                both.into_iter().filter(|&(from, _)| self.turn(geometry, from) == turn).collect()
            };
            for (from, to, became) in stretches(picture, pieces, place, (outer - inner) * self.radius) {
                self.stretch(inner * self.radius + from, inner * self.radius + to, turn, became);
            }
        }
        if let Some(place) = picked {
            let from = i64::from(place.start.0);
            let span = Span { from, to: from + i64::from(place.sectors), kind: Kind::Data, track: None };
            self.outline(geometry, &span, true);
        }
    }

    /// A ring of sectors of which the same has become.
    fn stretch(&self, from: f32, to: f32, turn: Turn, became: Became) {
        if let Some(ground) = rip_drawing::ring_ground(self.t, became) {
            self.arc((from + to) / 2.0, turn, Stroke::new(to - from, ground));
        }
        if became == Became::Unreadable {
            self.spokes(36, from - 2.5, to + 2.5, turn, 0.0, Stroke::new(1.5, self.t.damage));
        }
        let (start, end) = match turn {
            Turn::Full => (0.0, TAU),
            Turn::Upper => (PI, TAU),
            Turn::Lower => (0.0, PI),
        };
        let mut radius = from + ((to - from) / 2.0).min(3.0);
        while radius < to {
            rip_drawing::line(&self.painter, self.t, became, &self.points(radius, start, end));
            radius += 6.0;
        }
    }

    /// Sectors that were found wrong stand out.
    fn damage(&self, geometry: &Geometry, open: &OpenImage) {
        let wrong = open.findings.iter().flat_map(|report| &report.findings.wrong_at);
        for &at in wrong {
            let sector = i64::from(at.0);
            let radius = geometry.radius(sector) * self.radius;
            self.arc(radius, self.turn(geometry, sector), Stroke::new(1.5, self.t.damage));
        }
    }

    fn edge(&self, geometry: &Geometry) {
        let t = self.t;
        let (inner, outer) = geometry.area();
        self.sheen(inner * self.radius, outer * self.radius);
        self.painter.circle_stroke(self.center, self.radius, Stroke::new(1.0, t.gap));
        self.painter.circle_stroke(self.center, outer * self.radius, Stroke::new(1.0, t.line));
        self.painter.circle(self.center, HOLE * self.radius, t.window, Stroke::new(1.0, t.gap));
    }

    /// Light falls on it from two sides.
    fn sheen(&self, from: f32, to: f32) {
        for middle in [-0.32 * PI, 0.68 * PI] {
            let mut mesh = Mesh::default();
            const STEPS: u32 = 16;
            for step in 0..=STEPS {
                let part = step as f32 / STEPS as f32;
                let angle = middle + (part - 0.5) * 0.55;
                let light = (part * PI).sin().powi(2) * 0.45;
                mesh.colored_vertex(self.at(from, angle), self.t.sheen.gamma_multiply(light * 0.5));
                mesh.colored_vertex(self.at(to, angle), self.t.sheen.gamma_multiply(light));
            }
            for step in 0..STEPS {
                let first = 2 * step;
                mesh.add_triangle(first, first + 1, first + 2);
                mesh.add_triangle(first + 1, first + 3, first + 2);
            }
            self.painter.add(Shape::mesh(mesh));
        }
    }

    /// How far a job on this disc is, around its edge.
    fn progress(&self, part: f32) {
        let from = -PI / 2.0;
        let points = self.points(self.radius + 3.0, from, from + TAU * part.clamp(0.001, 1.0));
        self.painter.add(Shape::line(points, Stroke::new(4.0, self.t.accent)));
    }
}

/// A span in its layers.
fn layers(geometry: &Geometry, span: &Span) -> Vec<(i64, i64)> {
    match geometry.layer_break {
        Some(at) if span.from < at && at < span.to => vec![(span.from, at), (at, span.to)],
        _ => vec![(span.from, span.to)],
    }
}

/// A disc in a list, painted into this rectangle.
pub fn small(ui: &Ui, rect: Rect, thumbnail: &Thumbnail) {
    let t = tokens(ui);
    let radius = rect.width().min(rect.height()) / 2.0 - 1.0;
    let face = Face { painter: ui.painter().clone(), center: rect.center(), radius, t };
    face.painter.circle_filled(face.center, radius, t.blank);
    for &(kind, from, to) in &thumbnail.0 {
        // What is there is shown, however little of the disc it takes.
        let (from, to) = (f32::from(from) / 1000.0, f32::from(to) / 1000.0);
        let width = ((to - from) * radius).max(if is_track(kind) { 2.5 } else { 0.5 });
        face.arc(from * radius + width / 2.0, Turn::Full, Stroke::new(width, t.kind(kind)));
    }
    face.painter.circle_stroke(face.center, radius - 1.0, Stroke::new(1.0, t.gap));
    face.painter.circle(face.center, radius * 0.2, t.window, Stroke::new(1.0, t.gap));
}
