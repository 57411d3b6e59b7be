//! [`RipPicture`]: what has become of the sectors of a disc so far, told so coarsely that it costs the same however large the disc is.

use std::time::{Duration, Instant};

use super::layout::Layout;
use super::map::{Change, Map, Status};
use super::store::Store;
use super::strategy::{Pass, Request};
use crate::disc::Lba;

/// Parts into which a disc is cut for its picture, but for what its sessions add: more than any screen has room for.
const MOST_CELLS: u32 = 2048;
/// Places that could not be read which are told exactly.
const MOST_PLACES: usize = 1000;
/// A picture is told five times a second at most.
const INTERVAL: Duration = Duration::from_millis(200);

/// What has become of sectors; what is to be seen where several things are true of a part stands later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Became {
    /// They were read at once.
    Read,
    /// They were read, but not when they were first asked for.
    ReadLater,
    /// They are audio, and never came twice the same.
    Doubtful,
    /// Nobody has asked for them.
    Untried,
    /// A request for them and their neighbours failed: they will be asked for one by one.
    Waiting,
    /// They were asked for by themselves, and could not be read. They may be tried again.
    Unreadable,
}

/// Sectors of which the same has become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Address of the first.
    pub start: Lba,
    /// How many.
    pub sectors: u32,
    /// What has become of them, or of the worst of them.
    pub became: Became,
}

/// What has become of the sectors of a disc so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RipPicture {
    /// All sectors that are ripped, in the order of their addresses, in some thousand parts at most.
    pub parts: Vec<Part>,
    /// Exactly where sectors could not be read; the first thousand places.
    pub unreadable: Vec<Part>,
    /// How many sectors there are.
    pub sectors: u32,
    /// How many were read.
    pub read: u32,
    /// How many could not be read.
    pub bad: u32,
    /// How many will be asked for one by one, because a request for several failed.
    pub waiting: u32,
    /// When the drive answered last.
    pub answered: Instant,
}

impl RipPicture {
    /// Of a map; `later`: what of it was not read at once; `sure`: what of audio is certain.
    fn of(map: &Map, later: &Map, sure: &Map, layout: &Layout, answered: Instant) -> RipPicture {
        let size = map.len().div_ceil(MOST_CELLS).max(1);
        let mut cells = vec![Became::Read; map.len().div_ceil(size) as usize];
        let mut seen = |from: u32, to: u32, became: Became| {
            let touched = cells.iter_mut().take(to.div_ceil(size) as usize).skip((from / size) as usize);
            touched.for_each(|cell| *cell = became.max(*cell));
        };
        later.of(Status::Finished).for_each(|sectors| seen(sectors.start, sectors.end, Became::ReadLater));
        sure.of(Status::Bad).for_each(|sectors| seen(sectors.start, sectors.end, Became::Doubtful));
        map.blocks().iter().for_each(|block| seen(block.sectors.start, block.sectors.end, became(block.status)));
        let mut parts = Vec::new();
        for (cell, from) in cells.into_iter().zip((0..).step_by(size as usize)) {
            cut(layout, from, (from + size).min(map.len()), cell, &mut parts);
        }
        let mut unreadable = Vec::new();
        for sectors in map.of(Status::Bad).take(MOST_PLACES) {
            cut(layout, sectors.start, sectors.end, Became::Unreadable, &mut unreadable);
        }
        let waiting = map.count(Status::NonTrimmed) + map.count(Status::NonScraped);
        let (sectors, read, bad) = (map.len(), map.count(Status::Finished), map.count(Status::Bad));
        RipPicture { parts, unreadable, sectors, read, bad, waiting, answered }
    }
}

fn became(status: Status) -> Became {
    match status {
        Status::NonTried => Became::Untried,
        Status::NonTrimmed | Status::NonScraped => Became::Waiting,
        Status::Bad => Became::Unreadable,
        Status::Finished => Became::Read,
    }
}

/// Adds sectors, by number, to parts that are told by address: no part reaches from one session into the next.
fn cut(layout: &Layout, from: u32, to: u32, became: Became, parts: &mut Vec<Part>) {
    for span in layout.spans() {
        let (from, to) = (from.max(span.index), to.min(span.index + span.sectors));
        if from >= to {
            continue;
        }
        let (start, sectors) = (layout.lba(from), to - from);
        match parts.last_mut() {
            Some(last) if last.became == became && last.start + last.sectors == start => last.sectors += sectors,
            _ => parts.push(Part { start, sectors, became }),
        }
    }
}

/// Who is shown the pictures of a rip.
pub type Show<'a> = &'a (dyn Fn(RipPicture) + Sync);

/// Shows pictures of a rip while it goes on.
pub struct Artist<'a> {
    show: Show<'a>,
    /// What was not read at once.
    later: Map,
    answered: Instant,
    shown: Instant,
    /// Whether something happened since.
    stale: bool,
}

impl<'a> Artist<'a> {
    /// Shows how a rip stands before it begins, or goes on.
    pub fn new(show: Show<'a>, store: &Store) -> Artist<'a> {
        let now = Instant::now();
        let mut artist = Artist { show, later: Map::new(store.map().len()), answered: now, shown: now, stale: false };
        artist.show(store);
        artist
    }

    /// The drive has answered, and this is known now.
    pub fn came(&mut self, request: &Request, changes: &[Change], store: &Store) {
        if !matches!(request.pass, Pass::Copy(_)) {
            changes.iter().filter(|change| change.status == Status::Finished).for_each(|change| self.later.apply(change));
        }
        self.heard(store);
    }

    /// The drive has answered.
    pub fn heard(&mut self, store: &Store) {
        (self.answered, self.stale) = (Instant::now(), true);
        if self.shown.elapsed() >= INTERVAL {
            self.show(store);
        }
    }

    /// Shows what has not been shown yet: the drive may be silent for a while.
    pub fn catch_up(&mut self, store: &Store) {
        if self.stale {
            self.show(store);
        }
    }

    /// Shows how it stands.
    pub fn show(&mut self, store: &Store) {
        (self.show)(RipPicture::of(store.map(), &self.later, store.sure(), store.layout(), self.answered));
        (self.shown, self.stale) = (Instant::now(), false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disc::{Disc, Medium, Session, Track, TrackMode};

    fn layout(sectors: u32) -> Layout {
        Layout::of(&Disc::new(Medium::Dvd, vec![Track::new(1, TrackMode::Dvd, Lba(0), sectors)]), 2048)
    }

    #[test]
    fn the_worst_of_a_part_is_seen_and_bad_places_are_exact() {
        let (mut map, mut later) = (Map::new(2_000_000), Map::new(2_000_000));
        map.set(0..1_500_000, Status::Finished);
        map.set(700_001..700_003, Status::Bad);
        map.set(1_000_000..1_000_016, Status::NonTrimmed);
        later.set(300_000..300_001, Status::Finished);
        let mut sure = Map::new(2_000_000);
        sure.set(500_000..500_001, Status::Bad);
        let picture = RipPicture::of(&map, &later, &sure, &layout(2_000_000), Instant::now());
        let became: Vec<Became> = picture.parts.iter().map(|part| part.became).collect();
        use Became::{Doubtful, Read, ReadLater, Unreadable, Untried, Waiting};
        assert_eq!(became, [Read, ReadLater, Read, Doubtful, Read, Unreadable, Read, Waiting, Read, Untried]);
        assert_eq!(picture.unreadable, [Part { start: Lba(700_001), sectors: 2, became: Unreadable }]);
        assert_eq!((picture.bad, picture.waiting), (2, 16));
        assert_eq!(picture.parts.iter().map(|part| part.sectors).sum::<u32>(), 2_000_000);
    }

    #[test]
    fn a_picture_stays_small_however_torn_the_disc_is() {
        let mut map = Map::new(2_000_000);
        (0..20_000).for_each(|n| map.set(n * 100..n * 100 + 1, Status::Bad));
        let none = Map::new(2_000_000);
        let picture = RipPicture::of(&map, &none, &none, &layout(2_000_000), Instant::now());
        assert!(picture.parts.len() <= 2048 && picture.unreadable.len() == 1000);
        assert_eq!(picture.bad, 20_000);
    }

    #[test]
    fn parts_end_with_their_session() {
        let mut disc = Disc::new(Medium::Cd, vec![Track::new(1, TrackMode::Audio, Lba(0), 500)]);
        let second = Track { pregap: 150, ..Track::new(2, TrackMode::Mode1, Lba(12_050), 50) };
        disc.sessions.push(Session { number: 2, disc_type: Default::default(), lead_out: second.end(), tracks: vec![second] });
        let layout = Layout::of(&disc, crate::disc::sector::RAW);
        let map = Map::new(layout.sectors());
        let picture = RipPicture::of(&map, &map, &map, &layout, Instant::now());
        let places: Vec<(i32, u32)> = picture.parts.iter().map(|part| (part.start.0, part.sectors)).collect();
        assert_eq!(places, [(0, 500), (12_050, 50)]);
        assert!(picture.parts.iter().all(|part| part.became == Became::Untried));
    }
}
