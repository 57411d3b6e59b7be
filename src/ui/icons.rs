//! The icon set: line drawings on a grid of 16, painted rather than loaded, so that they are sharp at every scale.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

/// A picture of a few lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// A folder.
    Folder,
    /// A sheet of paper.
    File,
    /// Two arrows: convert.
    Convert,
    /// A tick in a shield: verify.
    Verify,
    /// A number sign: checksums.
    Hash,
    /// A cross: close.
    Close,
    /// Two bars: pause.
    Pause,
    /// A triangle: go on.
    Play,
    /// A square: stop.
    Stop,
    /// Two sheets: copy.
    Copy,
    /// A tick.
    Done,
    /// An exclamation mark in a triangle.
    Warning,
    /// A cross in a circle.
    Error,
    /// Points down: open.
    Down,
    /// Points right: folded.
    Right,
    /// A star: the best choice.
    Star,
    /// A clock: waiting.
    Clock,
    /// An arrow in a circle: again.
    Again,
    /// An arrow from a disc into a tray: save.
    Save,
    /// Points left: the one before.
    Left,
    /// Points up: nearer to the beginning.
    Up,
    /// A flame: burn.
    Burn,
    /// A disc with a stroke through it: erase.
    Erase,
}

enum Mark {
    Line(&'static [(f32, f32)]),
    Circle(f32, f32, f32),
    Dot(f32, f32),
}

use Mark::{Circle, Dot, Line};

/// Three quarters of a turn.
const TURN: &[(f32, f32)] = &[
    (13.2, 6.0),
    (11.5, 3.7),
    (8.8, 2.6),
    (5.9, 2.9),
    (3.6, 4.7),
    (2.6, 7.3),
    (3.0, 10.2),
    (4.8, 12.5),
    (7.4, 13.4),
    (10.2, 13.0),
    (12.4, 11.3),
];
/// Five points, back to the first.
const STAR: &[(f32, f32)] = &[
    (8.0, 1.5),
    (10.0, 6.0),
    (14.8, 6.4),
    (11.2, 9.6),
    (12.3, 14.4),
    (8.0, 11.8),
    (3.7, 14.4),
    (4.8, 9.6),
    (1.2, 6.4),
    (6.0, 6.0),
    (8.0, 1.5),
];

/// A flame, from its foot round and back.
const FLAME: &[(f32, f32)] = &[
    (8.0, 14.5),
    (5.2, 13.8),
    (3.5, 11.6),
    (3.6, 8.9),
    (5.2, 6.6),
    (5.9, 8.3),
    (7.6, 5.6),
    (7.4, 1.5),
    (10.6, 4.3),
    (12.4, 7.6),
    (12.5, 11.4),
    (10.9, 13.7),
    (8.0, 14.5),
];

impl Icon {
    fn marks(self) -> &'static [Mark] {
        match self {
            Icon::Folder => &[Line(&[(1.5, 12.5), (1.5, 3.5), (6.0, 3.5), (7.5, 5.5), (14.5, 5.5), (14.5, 12.5), (1.5, 12.5)])],
            Icon::File => &[
                Line(&[(3.5, 1.5), (9.5, 1.5), (12.5, 4.5), (12.5, 14.5), (3.5, 14.5), (3.5, 1.5)]),
                Line(&[(9.0, 1.5), (9.0, 5.0), (12.5, 5.0)]),
            ],
            Icon::Convert => &[
                Line(&[(2.0, 5.5), (13.5, 5.5)]),
                Line(&[(10.5, 2.5), (13.5, 5.5), (10.5, 8.5)]),
                Line(&[(14.0, 11.5), (2.5, 11.5)]),
                Line(&[(5.5, 8.5), (2.5, 11.5), (5.5, 14.5)]),
            ],
            Icon::Verify => &[
                Line(&[
                    (8.0, 1.5),
                    (13.5, 3.5),
                    (13.5, 8.0),
                    (12.0, 11.5),
                    (8.0, 14.5),
                    (4.0, 11.5),
                    (2.5, 8.0),
                    (2.5, 3.5),
                    (8.0, 1.5),
                ]),
                Line(&[(5.3, 8.0), (7.3, 10.0), (10.8, 5.8)]),
            ],
            Icon::Hash => &[
                Line(&[(6.0, 2.0), (4.5, 14.0)]),
                Line(&[(11.5, 2.0), (10.0, 14.0)]),
                Line(&[(2.5, 5.5), (14.0, 5.5)]),
                Line(&[(2.0, 10.5), (13.5, 10.5)]),
            ],
            Icon::Close => &[Line(&[(4.0, 4.0), (12.0, 12.0)]), Line(&[(12.0, 4.0), (4.0, 12.0)])],
            Icon::Pause => &[Line(&[(5.5, 3.5), (5.5, 12.5)]), Line(&[(10.5, 3.5), (10.5, 12.5)])],
            Icon::Play => &[Line(&[(4.5, 3.0), (12.5, 8.0), (4.5, 13.0), (4.5, 3.0)])],
            Icon::Stop => &[Line(&[(4.0, 4.0), (12.0, 4.0), (12.0, 12.0), (4.0, 12.0), (4.0, 4.0)])],
            Icon::Copy => &[
                Line(&[(5.5, 5.5), (13.5, 5.5), (13.5, 14.5), (5.5, 14.5), (5.5, 5.5)]),
                Line(&[(10.5, 3.0), (10.5, 1.5), (2.5, 1.5), (2.5, 10.5), (3.5, 10.5)]),
            ],
            Icon::Done => &[Line(&[(3.0, 8.5), (6.5, 12.0), (13.0, 4.5)])],
            Icon::Warning => {
                &[Line(&[(8.0, 2.0), (15.0, 14.0), (1.0, 14.0), (8.0, 2.0)]), Line(&[(8.0, 6.5), (8.0, 9.8)]), Dot(8.0, 11.8)]
            }
            Icon::Error => &[Circle(8.0, 8.0, 6.5), Line(&[(5.5, 5.5), (10.5, 10.5)]), Line(&[(10.5, 5.5), (5.5, 10.5)])],
            Icon::Down => &[Line(&[(4.0, 6.0), (8.0, 10.0), (12.0, 6.0)])],
            Icon::Right => &[Line(&[(6.0, 4.0), (10.0, 8.0), (6.0, 12.0)])],
            Icon::Star => &[Line(STAR)],
            Icon::Again => &[Line(TURN), Line(&[(13.6, 2.4), (13.2, 6.0), (9.7, 5.4)])],
            Icon::Save => &[
                Line(&[(8.0, 1.5), (8.0, 10.0)]),
                Line(&[(4.5, 6.8), (8.0, 10.3), (11.5, 6.8)]),
                Line(&[(1.5, 9.5), (1.5, 14.0), (14.5, 14.0), (14.5, 9.5)]),
            ],
            Icon::Left => &[Line(&[(10.0, 4.0), (6.0, 8.0), (10.0, 12.0)])],
            Icon::Up => &[Line(&[(4.0, 10.0), (8.0, 6.0), (12.0, 10.0)])],
            Icon::Burn => &[Line(FLAME), Line(&[(8.0, 14.0), (6.7, 12.2), (8.2, 9.8), (9.6, 12.0), (8.0, 14.0)])],
            Icon::Erase => &[Circle(8.0, 8.0, 6.5), Circle(8.0, 8.0, 1.6), Line(&[(2.5, 13.5), (13.5, 2.5)])],
            Icon::Clock => &[Circle(8.0, 8.0, 6.5), Line(&[(8.0, 4.5), (8.0, 8.0), (10.5, 9.5)])],
        }
    }

    /// Paints it into a square around `center`.
    pub fn paint(self, painter: &Painter, center: Pos2, size: f32, color: Color32) {
        let scale = size / 16.0;
        let corner = Rect::from_center_size(center, vec2(size, size)).min;
        let at = |(x, y): (f32, f32)| pos2(corner.x + x * scale, corner.y + y * scale);
        let stroke = Stroke::new(1.4 * scale, color);
        for mark in self.marks() {
            match *mark {
                Line(points) => painter.add(Shape::line(points.iter().copied().map(at).collect(), stroke)),
                Circle(x, y, radius) => painter.circle_stroke(at((x, y)), radius * scale, stroke),
                Dot(x, y) => painter.circle_filled(at((x, y)), 0.95 * scale, color),
            };
        }
    }
}
