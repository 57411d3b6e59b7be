//! Where on a disc a sector lies: the arithmetic behind the drawings, without any drawing.

use serde::{Deserialize, Serialize};

use crate::disc::{Disc, Lba, Medium, TrackId, TrackMode};

/// What a part of a disc is to the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Data in 2048-byte sectors: mode 1, DVD and the like.
    Data,
    /// Mode 2 in all its forms.
    Mode2,
    /// Audio.
    Audio,
    /// Between index 0 and index 1.
    Pregap,
    /// Lead-out, and what lies between two sessions.
    LeadOut,
}

impl Kind {
    /// Of a track.
    pub fn of(mode: TrackMode) -> Kind {
        match mode {
            TrackMode::Audio => Kind::Audio,
            mode if mode.is_mode2() => Kind::Mode2,
            _ => Kind::Data,
        }
    }

    /// Its name in the legend.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Data => "Data",
            Kind::Mode2 => "Data, mode 2",
            Kind::Audio => "Audio",
            Kind::Pregap => "Pregap",
            Kind::LeadOut => "Lead-out",
        }
    }
}

/// A run of sectors of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Address of the first sector.
    pub from: i64,
    /// The address after the last.
    pub to: i64,
    /// What it is.
    pub kind: Kind,
    /// The track that it belongs to.
    pub track: Option<TrackId>,
}

/// Lead-out of the first session: a minute and a half; of any other: half a minute (Orange Book; MMC, multi-session).
const LEAD_OUT: [i64; 2] = [6750, 2250];

/// The disc from its first pregap to its last lead-out, without holes.
pub fn spans(disc: &Disc) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut end: Option<i64> = None;
    for (session, track) in disc.tracks() {
        let id = Some(TrackId { session: session.number, track: track.number });
        let (first, start) = (i64::from(track.first().0), i64::from(track.start.0));
        if let Some(end) = end.filter(|&end| end < first) {
            spans.push(Span { from: end, to: first, kind: Kind::LeadOut, track: None });
        }
        // The two seconds before LBA 0 are on every CD, and no news.
        if first.max(0) < start {
            spans.push(Span { from: first.max(0), to: start, kind: Kind::Pregap, track: id });
        }
        spans.push(Span { from: start, to: i64::from(track.end().0), kind: Kind::of(track.mode), track: id });
        end = Some(i64::from(track.end().0));
    }
    if let (Some(end), true) = (end, disc.medium.is_cd()) {
        let length = LEAD_OUT[usize::from(disc.sessions.len() > 1)];
        spans.push(Span { from: end, to: end + length, kind: Kind::LeadOut, track: None });
    }
    spans
}

/// How sectors lie on a disc. Radii are fractions of the disc's own (60 mm of a 120 mm disc).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geometry {
    /// Where the information begins.
    inner: f32,
    /// Where it ends when the disc is full.
    outer: f32,
    /// Sectors on one layer.
    capacity: f64,
    /// First sector of the second layer.
    pub layer_break: Option<i64>,
}

/// Radius of the hole.
pub const HOLE: f32 = 7.5 / 60.0;
/// Radius up to which a player clamps the disc.
pub const CLAMP: f32 = 16.5 / 60.0;

impl Geometry {
    /// Of a disc: program area from 25 to 58 mm (ECMA-130, clause 10), data zone from 24 to 58 mm (ECMA-267, clause 13);
    /// capacities of the largest ordinary medium of its kind, or the disc's own, if it has more.
    pub fn of(disc: &Disc) -> Geometry {
        let sectors = i64::from(disc.sectors());
        let (inner, layer) = match disc.medium {
            Medium::Cd => (25.0, 359_849),
            Medium::Gd => (25.0, 549_150),
            Medium::Bd => (24.0, 12_219_392),
            Medium::HdDvd => (24.0, 7_340_032),
            Medium::GameCube => (24.0, 712_880),
            Medium::Umd => (24.0, 471_872),
            Medium::Dvd | Medium::Wii | Medium::Xbox => (24.0, 2_295_104),
        };
        let second = disc.layer_break.map(i64::from).filter(|&at| 0 < at && at < sectors);
        // Nothing says where the second layer begins: layers are alike, and their parts are 16 sectors long (one ECC block).
        let guessed = (!disc.medium.is_cd() && sectors > layer).then_some((sectors / 2 + 15) / 16 * 16);
        let layer_break = second.or(guessed);
        let longest = layer_break.map_or(sectors, |at| at.max(sectors - at));
        Geometry { inner: inner / 60.0, outer: 58.0 / 60.0, capacity: layer.max(longest) as f64, layer_break }
    }

    /// Where a sector lies. Equal areas hold equally many; the second layer is read from the outside in.
    pub fn radius(&self, sector: i64) -> f32 {
        let along = match self.layer_break {
            Some(at) if sector >= at => 2 * at - sector,
            _ => sector,
        };
        let part = (along as f64 / self.capacity).clamp(0.0, 1.0) as f32;
        (self.inner.powi(2) + part * (self.outer.powi(2) - self.inner.powi(2))).sqrt()
    }

    /// The sector at a radius, on the first layer or the second.
    pub fn sector(&self, radius: f32, second: bool) -> Option<i64> {
        let part = (radius.powi(2) - self.inner.powi(2)) / (self.outer.powi(2) - self.inner.powi(2));
        let along = (f64::from(part) * self.capacity) as i64;
        let inside = (0.0..=1.0).contains(&part);
        inside.then(|| self.layer_break.filter(|_| second).map_or(along, |at| 2 * at - along))
    }

    /// From where to where the information area reaches.
    pub fn area(&self) -> (f32, f32) {
        (self.inner, self.outer)
    }
}

/// A disc so small that kind and place are all that is left: rings, in thousandths of the radius.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Thumbnail(pub Vec<(Kind, u16, u16)>);

impl Thumbnail {
    /// Of a disc.
    pub fn of(disc: &Disc) -> Thumbnail {
        let geometry = Geometry::of(disc);
        let mut rings: Vec<(Kind, u16, u16)> = Vec::new();
        for span in spans(disc).iter().filter(|span| span.kind != Kind::Pregap) {
            let mut radii = [geometry.radius(span.from), geometry.radius(span.to), 0.0];
            // Both layers are one ring at this size: it reaches as far out as they do.
            let turn = geometry.layer_break.filter(|at| (span.from..span.to).contains(at));
            radii[2] = turn.map_or(radii[0], |at| geometry.radius(at));
            let (a, b) = radii.iter().fold((f32::MAX, f32::MIN), |(a, b), &radius| (a.min(radius), b.max(radius)));
            let (from, to) = ((a * 1000.0) as u16, (b * 1000.0) as u16);
            match rings.last_mut() {
                Some((kind, _, end)) if *kind == span.kind && *end + 5 >= from => *end = to,
                _ => rings.push((span.kind, from, to)),
            }
        }
        Thumbnail(rings)
    }
}

/// The track whose span holds the sector, or the nearest that begins within `reach` of it.
pub fn track_at(spans: &[Span], sector: i64, reach: i64) -> Option<TrackId> {
    let distance = |span: &Span| (span.from - sector).max(sector - span.to + 1).max(0);
    let near = spans.iter().filter(|span| span.track.is_some() && distance(span) <= reach);
    near.min_by_key(|span| distance(span)).and_then(|span| span.track)
}

/// The sector in words, for people: "12,345 (02:46:45)".
pub fn address(at: Lba, cd: bool) -> String {
    if cd { format!("{at} ({})", at.to_msf()) } else { at.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disc::Track;

    fn mixed() -> Disc {
        let mut audio = Track::new(2, TrackMode::Audio, Lba(1150), 3000);
        audio.pregap = 150;
        Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Mode1, Lba(0), 1000), audio])
    }

    #[test]
    fn spans_leave_no_hole() {
        let spans = spans(&mixed());
        assert_eq!(spans.iter().map(|s| s.kind).collect::<Vec<_>>(), [Kind::Data, Kind::Pregap, Kind::Audio, Kind::LeadOut]);
        assert!(spans.windows(2).all(|pair| pair[0].to == pair[1].from));
        assert_eq!(spans.last().map(|s| (s.from, s.to)), Some((4150, 10_900)));
    }

    #[test]
    fn a_full_cd_reaches_its_rim_and_half_of_it_less_far_than_half_way() {
        let disc = Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Mode1, Lba(0), 359_849)]);
        let geometry = Geometry::of(&disc);
        assert_eq!(geometry.radius(0), 25.0 / 60.0);
        assert_eq!(geometry.radius(359_849), 58.0 / 60.0);
        let middle = geometry.radius(179_924) * 60.0;
        assert!((44.5..44.8).contains(&middle), "{middle}");
        for sector in [0, 1000, 200_000] {
            let back = geometry.sector(geometry.radius(sector), false).unwrap();
            assert!((back - sector).abs() < 40, "{sector} {back}");
        }
        assert_eq!(geometry.sector(0.2, false), None);
    }

    #[test]
    fn the_second_layer_is_read_inwards() {
        let mut disc = Disc::new(Medium::Dvd, vec![Track::new(1, TrackMode::Dvd, Lba(0), 4_000_000)]);
        assert_eq!(Geometry::of(&disc).layer_break, Some(2_000_000));
        disc.layer_break = Some(2_100_000);
        let geometry = Geometry::of(&disc);
        assert!(geometry.radius(2_100_000) > geometry.radius(3_000_000));
        let rim = (geometry.radius(2_100_000) * 1000.0) as u16;
        assert!(rim > 900);
        assert_eq!(Thumbnail::of(&disc).0, [(Kind::Data, 400, rim)]);
        assert!((geometry.radius(2_000_000) - geometry.radius(2_200_000)).abs() < 1e-6);
        let back = geometry.sector(geometry.radius(3_000_000), true).unwrap();
        assert!((back - 3_000_000).abs() < 400);
    }

    #[test]
    fn nearby_tracks_are_found() {
        let disc = mixed();
        let spans = spans(&disc);
        let at = |sector, reach| track_at(&spans, sector, reach).map(|id| id.track);
        assert_eq!(
            [at(0, 0), at(999, 0), at(1000, 0), at(4149, 0), at(4150, 0), at(4150, 1)],
            [Some(1), Some(1), Some(2), Some(2), None, Some(2)]
        );
        assert!(Thumbnail::of(&disc).0.len() <= 3);
    }
}
