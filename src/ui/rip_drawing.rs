//! What has become of a disc's sectors, drawn over the picture and the strip of the disc: it fills as it is read.
//!
//! | | ring and strip |
//! |---|---|
//! | not read yet | covered, so that the disc shows through |
//! | will be read one by one | dashes |
//! | read, but not at once | dots on what it is |
//! | audio that never came twice the same | short dashes on what it is |
//! | could not be read | solid, with bars across |

use egui::{Color32, CornerRadius, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::theme::{L, S, Tokens, tokens};
use super::widgets::note;
use crate::job::{Became, RipPicture};

/// The finest that is drawn, in points: rings and columns of this width.
const FINEST: f32 = 2.0;
/// Most of these fit on any screen.
const MOST: f32 = 4000.0;

/// A part of a line of points: from where, to where, and what has become of it.
pub type Stretch = (f32, f32, Became);

/// Puts sectors on a line of points, at the places where `at` has them; where several fall on one point, the worst is seen.
pub fn stretches(
    picture: &RipPicture,
    pieces: impl Fn(i64, i64) -> Vec<(i64, i64)>,
    at: impl Fn(i64) -> f32,
    length: f32,
) -> Vec<Stretch> {
    let mut cells: Vec<Option<Became>> = vec![None; (length.clamp(0.0, MOST) / FINEST).ceil() as usize];
    for part in picture.parts.iter().chain(&picture.unreadable) {
        let from = i64::from(part.start.0);
        for (from, to) in pieces(from, from + i64::from(part.sectors)) {
            let (a, b) = (at(from), at(to));
            let (first, last) = ((a.min(b) / FINEST).max(0.0) as usize, (a.max(b) / FINEST).max(0.0).ceil() as usize);
            let touched = cells.iter_mut().take(last.max(first + 1)).skip(first);
            touched.for_each(|cell| *cell = Some(cell.map_or(part.became, |known| known.max(part.became))));
        }
    }
    let mut stretches: Vec<Stretch> = Vec::new();
    for (n, cell) in cells.into_iter().enumerate() {
        let (from, to) = (n as f32 * FINEST, (n + 1) as f32 * FINEST);
        let Some(became) = cell else { continue };
        match stretches.last_mut() {
            Some((_, end, known)) if *known == became && *end == from => *end = to,
            _ => stretches.push((from, to, became)),
        }
    }
    stretches
}

impl Tokens {
    /// Behind sectors of which this has become; nothing where what they are is to be seen.
    fn ground_of(&self, became: Became) -> Option<Color32> {
        match became {
            Became::Read | Became::ReadLater | Became::Doubtful => None,
            Became::Untried => Some(self.blank.gamma_multiply(0.86)),
            Became::Waiting => Some(self.blank),
            Became::Unreadable => Some(self.damage),
        }
    }
}

/// Draws a stretch of the strip into this rectangle.
pub fn bar(painter: &Painter, t: &Tokens, rect: Rect, became: Became) {
    if let Some(ground) = t.ground_of(became) {
        painter.rect_filled(rect, CornerRadius::ZERO, ground);
    }
    match became {
        Became::Read | Became::Untried => {}
        Became::ReadLater | Became::Doubtful => {
            for y in [0.25, 0.5, 0.75] {
                line(
                    painter,
                    t,
                    became,
                    &[pos2(rect.left(), rect.top() + rect.height() * y), pos2(rect.right(), rect.top() + rect.height() * y)],
                );
            }
        }
        Became::Waiting => {
            let mut y = rect.top() + 3.0;
            while y < rect.bottom() {
                line(painter, t, became, &[pos2(rect.left(), y), pos2(rect.right(), y)]);
                y += 6.0;
            }
        }
        Became::Unreadable => {
            let bar = Stroke::new(1.0, t.window);
            for y in [rect.top() + rect.height() / 3.0, rect.top() + rect.height() * 2.0 / 3.0] {
                painter.hline(rect.x_range(), y, bar);
            }
        }
    }
}

/// Draws the pattern of a stretch along a line, straight or bent.
pub fn line(painter: &Painter, t: &Tokens, became: Became, points: &[Pos2]) {
    match became {
        Became::Read | Became::Untried | Became::Unreadable => {}
        Became::ReadLater => {
            painter.extend(Shape::dotted_line(points, t.text, 6.0, 1.2));
        }
        Became::Doubtful => {
            painter.extend(Shape::dashed_line(points, Stroke::new(2.0, t.damage), 3.0, 3.0));
        }
        Became::Waiting => {
            painter.extend(Shape::dashed_line(points, Stroke::new(2.0, t.warn), 5.0, 4.0));
        }
    }
}

/// Behind a ring of which this has become.
pub fn ring_ground(t: &Tokens, became: Became) -> Option<Color32> {
    t.ground_of(became)
}

/// What the patterns mean, as far as they are there.
pub fn legend(ui: &mut Ui, picture: &RipPicture) {
    let mut there: Vec<Became> = picture.parts.iter().map(|part| part.became).filter(|became| *became != Became::Read).collect();
    there.sort_unstable();
    there.dedup();
    for became in there {
        let (rect, _) = ui.allocate_exact_size(vec2(14.0, 18.0), Sense::hover());
        let part = Rect::from_center_size(rect.center(), vec2(14.0, 14.0));
        let t = tokens(ui);
        ui.painter().rect_filled(part, CornerRadius::same(3), t.card);
        bar(ui.painter(), t, part, became);
        ui.painter().rect_stroke(part, CornerRadius::same(3), Stroke::new(1.0, t.line), egui::StrokeKind::Inside);
        note(ui, name(became));
        ui.add_space(L - S);
    }
}

fn name(became: Became) -> &'static str {
    match became {
        Became::Read => "Read",
        Became::ReadLater => "Read at a later try",
        Became::Doubtful => "Never came twice the same",
        Became::Untried => "Not read yet",
        Became::Waiting => "To be read one by one",
        Became::Unreadable => "Could not be read",
    }
}

/// The picture in words, for who can't see it: ", 61 % read, 2 sectors could not be read".
pub fn in_words(picture: &RipPicture) -> String {
    let read = u64::from(picture.read) * 100 / u64::from(picture.sectors.max(1));
    let errors = super::rip_words::errors(picture).map(|errors| format!(", {errors}")).unwrap_or_default();
    format!(", {read} % read{errors}")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::disc::Lba;
    use crate::job::Part;

    #[test]
    fn the_worst_of_what_falls_on_a_point_is_seen_and_no_bad_sector_is_too_small() {
        let part = |start, sectors, became| Part { start: Lba(start), sectors, became };
        let parts = vec![part(0, 500_000, Became::Read), part(500_000, 500_000, Became::Untried)];
        let unreadable = vec![part(250_000, 1, Became::Unreadable)];
        let picture = RipPicture { parts, unreadable, sectors: 1_000_000, read: 0, bad: 1, waiting: 0, answered: Instant::now() };
        let whole = |from, to| vec![(from, to)];
        let drawn = stretches(&picture, whole, |sector| sector as f32 / 10_000.0, 100.0);
        assert_eq!(
            drawn,
            [
                (0.0, 24.0, Became::Read),
                (24.0, 26.0, Became::Unreadable),
                (26.0, 50.0, Became::Read),
                (50.0, 100.0, Became::Untried)
            ]
        );
        // The second layer is read the other way round.
        let back = stretches(&picture, whole, |sector| 100.0 - sector as f32 / 10_000.0, 100.0);
        assert_eq!(back.first(), Some(&(0.0, 50.0, Became::Untried)));
        assert!(back.iter().any(|stretch| stretch.2 == Became::Unreadable));
    }
}
