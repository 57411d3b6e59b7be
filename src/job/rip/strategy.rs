//! [`Strategy`]: which sectors to ask the drive for next. Pure: a map and what came of the last request go in, the next request comes out.
//!
//! The order of work is that of GNU ddrescue (its manual, chapter "Algorithm"): take what is easy first, because each hard sector costs a drive
//! half a minute, and may be the last thing that it reads.
//!
//! | pass | asks for | after an error |
//! |---|---|---|
//! | copy, 1 | large requests, forward | skips ahead, twice as far each time until something can be read |
//! | copy, 2 | what was skipped, backward | leaves the rest of it to the next pass |
//! | copy, 3 | what is still left, forward | goes on behind it |
//! | trim | the failed requests, sector by sector from both edges inwards | leaves what lies between to the next pass |
//! | scrape | that, sector by sector | goes on |
//! | retry | the bad sectors, the odd rounds forward, the even ones backward | goes on |
//!
//! A sector that was read is never asked for again.

use std::ops::Range;

use super::map::{Change, Map, Status};
use super::mapfile::Place;

/// The part of a disc that skipping may grow to: a hundredth.
const MOST_SKIPPED: u32 = 100;

/// A pass over the disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// What nobody has tried: 1 forward, 2 backward, 3 forward without skipping.
    Copy(u32),
    /// The edges of failed requests.
    Trim,
    /// What lies between bad sectors.
    Scrape,
    /// The bad sectors again; the number of the round, from 1.
    Retry(u32),
}

impl Pass {
    /// What it takes away.
    pub fn status(self) -> Status {
        match self {
            Pass::Copy(_) => Status::NonTried,
            Pass::Trim => Status::NonTrimmed,
            Pass::Scrape => Status::NonScraped,
            Pass::Retry(_) => Status::Bad,
        }
    }

    /// How the mapfile calls it, at this sector.
    pub fn place(self, sector: u32) -> Place {
        let (work, pass) = match self {
            Pass::Copy(pass) => ('?', pass),
            Pass::Trim => ('*', 1),
            Pass::Scrape => ('/', 1),
            Pass::Retry(round) => ('-', round),
        };
        Place { sector, work, pass }
    }
}

/// Sectors to be asked for in one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which.
    pub sectors: Range<u32>,
    /// In which pass.
    pub pass: Pass,
}

/// What bounds the requests.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    /// Sectors that one command may carry.
    pub most: u32,
    /// Rounds over the bad sectors.
    pub retries: u32,
    /// Where another kind of sectors begins, which no request crosses; rising.
    pub borders: Vec<u32>,
}

/// The state of the work.
pub struct Strategy {
    map: Map,
    bounds: Bounds,
    pass: Pass,
    /// Where the pass goes on: the next sector of those that go forward, the one behind the next of those that go backward.
    position: u32,
    /// How far the next error skips.
    skip: u32,
    /// Trimming has found the bad sector at the front of the first block, and goes on at its end.
    at_tail: bool,
}

impl Strategy {
    /// Goes on with a map.
    pub fn new(map: Map, bounds: Bounds) -> Strategy {
        let bounds = Bounds { most: bounds.most.max(1), ..bounds };
        let skip = bounds.most;
        Strategy { map, bounds, pass: Pass::Copy(1), position: 0, skip, at_tail: false }
    }

    /// The next request; `None` when there is nothing left that might help. Each has to be [`report`](Strategy::report)ed before the next.
    pub fn next(&mut self) -> Option<Request> {
        loop {
            if let Some(sectors) = self.wanted() {
                return Some(Request { sectors, pass: self.pass });
            }
            self.pass = match self.pass {
                Pass::Copy(pass @ 1..=2) => Pass::Copy(pass + 1),
                Pass::Copy(_) => Pass::Trim,
                Pass::Trim => Pass::Scrape,
                Pass::Scrape if self.bounds.retries > 0 => Pass::Retry(1),
                Pass::Retry(round) if round < self.bounds.retries => Pass::Retry(round + 1),
                Pass::Scrape | Pass::Retry(_) => return None,
            };
            self.position = if self.goes_back() { self.map.len() } else { 0 };
            self.skip = self.bounds.most;
        }
    }

    fn goes_back(&self) -> bool {
        match self.pass {
            Pass::Copy(pass) => pass == 2,
            Pass::Trim => self.at_tail,
            Pass::Scrape => false,
            Pass::Retry(round) => round % 2 == 0,
        }
    }

    /// The sectors that the pass wants next.
    fn wanted(&self) -> Option<Range<u32>> {
        let status = self.pass.status();
        let most = if let Pass::Copy(_) = self.pass { self.bounds.most } else { 1 };
        let block = match self.pass {
            Pass::Trim => self.map.first(status, 0),
            _ if self.goes_back() => self.map.last(status, self.position),
            _ => self.map.first(status, self.position),
        }?;
        Some(if self.goes_back() { self.last_of(block, most) } else { self.first_of(block, most) })
    }

    fn first_of(&self, block: Range<u32>, most: u32) -> Range<u32> {
        let at = self.bounds.borders.partition_point(|border| *border <= block.start);
        let end = self.bounds.borders.get(at).map_or(block.end, |border| block.end.min(*border));
        // As ddrescue does: requests end at multiples of their size, so that none is left over between two that were skipped to.
        block.start..end.min((block.start / most + 1).saturating_mul(most))
    }

    fn last_of(&self, block: Range<u32>, most: u32) -> Range<u32> {
        let at = self.bounds.borders.partition_point(|border| *border < block.end);
        let start = at.checked_sub(1).and_then(|at| self.bounds.borders.get(at)).map_or(block.start, |b| block.start.max(*b));
        start.max((block.end - 1) / most * most)..block.end
    }

    /// What came of a request: whether all its sectors were read. Answers with what is known now, each sector once.
    pub fn report(&mut self, request: &Request, read: bool) -> Vec<Change> {
        let Range { start, end } = request.sectors;
        let mut changes = Vec::with_capacity(2);
        let mut tell = |sectors: Range<u32>, status| changes.push(Change { sectors, status });
        match (read, self.pass) {
            (true, _) => tell(start..end, Status::Finished),
            (false, Pass::Copy(_)) if end - start > 1 => tell(start..end, Status::NonTrimmed),
            (false, Pass::Trim) if self.at_tail => {
                if let Some(rest) = self.map.first(Status::NonTrimmed, 0).filter(|rest| rest.start < start) {
                    tell(rest.start..start, Status::NonScraped);
                }
                tell(start..end, Status::Bad);
            }
            (false, _) => tell(start..end, Status::Bad),
        }
        if self.pass == Pass::Trim && !read {
            // The front may have been the block's only sector.
            let goes_on = self.map.first(Status::NonTrimmed, end).is_some_and(|block| block.start == end);
            self.at_tail = !self.at_tail && goes_on;
        }
        self.advance(start, end, read);
        changes.iter().for_each(|change| self.map.apply(change));
        if self.pass == Pass::Trim
            && read
            && self.at_tail
            && self.map.first(Status::NonTrimmed, 0).is_none_or(|b| b.start > start)
        {
            self.at_tail = false;
        }
        changes
    }

    /// Moves on behind a request, and further after an error in a pass that skips.
    fn advance(&mut self, start: u32, end: u32, read: bool) {
        let skipped = match (self.pass, read) {
            (Pass::Copy(1), false) => {
                let skipped = self.skip.min((self.map.len() / MOST_SKIPPED).max(self.bounds.most));
                self.skip = skipped.saturating_mul(2);
                skipped
            }
            // The rest of what was skipped there is left to the third pass: it lies between two errors.
            (Pass::Copy(2), false) => {
                let rest = self.map.last(Status::NonTried, start).filter(|rest| rest.end == start);
                rest.map_or(0, |rest| rest.end - rest.start)
            }
            _ => {
                self.skip = self.bounds.most;
                0
            }
        };
        self.position = if self.goes_back() { start.saturating_sub(skipped) } else { end.saturating_add(skipped) };
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    // Proptest has one of this name, too.
    use super::Strategy;
    use super::*;

    /// Asks until nothing is left; a sector can be read from try `from_try[sector]` on, 0 and 1 being at once, a large number never.
    fn rip(strategy: &mut Strategy, from_try: &[u32]) -> (Vec<Request>, HashMap<u32, u32>) {
        let (mut tries, mut delivered, mut requests) = (vec![0; from_try.len()], HashMap::new(), Vec::new());
        while let Some(request) = strategy.next() {
            let mut read = true;
            for n in request.sectors.clone() {
                tries[n as usize] += 1;
                read &= tries[n as usize] >= from_try[n as usize];
            }
            if read {
                request.sectors.clone().for_each(|n| *delivered.entry(n).or_insert(0) += 1);
            }
            strategy.report(&request, read);
            requests.push(request);
            assert!(requests.len() < 100_000, "it ends");
        }
        (requests, delivered)
    }

    fn bounds(most: u32, retries: u32, borders: &[u32]) -> Bounds {
        Bounds { most, retries, borders: borders.to_vec() }
    }

    #[test]
    fn a_disc_without_damage_is_read_once_from_front_to_back() {
        let mut strategy = Strategy::new(Map::new(100), bounds(30, 3, &[45]));
        let (requests, _) = rip(&mut strategy, &[0; 100]);
        let asked: Vec<Range<u32>> = requests.into_iter().map(|request| request.sectors).collect();
        assert_eq!(asked, [0..30, 30..45, 45..60, 60..90, 90..100]);
        assert!(strategy.map.count(Status::Finished) == 100);
    }

    #[test]
    fn errors_are_skipped_first_and_narrowed_down_later() {
        let mut from_try = [0; 200];
        from_try[12..15].fill(u32::MAX);
        let mut strategy = Strategy::new(Map::new(200), bounds(10, 2, &[]));
        let (requests, _) = rip(&mut strategy, &from_try);
        let of = |pass: Pass| -> Vec<Range<u32>> {
            requests.iter().filter(|request| request.pass == pass).map(|request| request.sectors.clone()).collect()
        };
        assert_eq!(of(Pass::Copy(1))[..3], [0..10, 10..20, 30..40]);
        assert!(of(Pass::Copy(2)).iter().eq([&(20..30)]));
        assert_eq!(of(Pass::Trim), [10..11, 11..12, 12..13, 19..20, 18..19, 17..18, 16..17, 15..16, 14..15]);
        assert!(of(Pass::Scrape).iter().eq([&(13..14)]));
        assert_eq!(of(Pass::Retry(1)), [12..13, 13..14, 14..15]);
        assert_eq!(of(Pass::Retry(2)), [14..15, 13..14, 12..13]);
        assert!(strategy.map.of(Status::Bad).eq(std::iter::once(12..15)));
    }

    #[test]
    fn skips_grow_until_something_can_be_read() {
        let mut from_try = vec![0; 10_000];
        from_try[1000..1600].fill(u32::MAX);
        let mut strategy = Strategy::new(Map::new(10_000), bounds(10, 0, &[]));
        let first: Vec<u32> = std::iter::from_fn(|| {
            let request = strategy.next().filter(|request| request.pass == Pass::Copy(1))?;
            let read = request.sectors.clone().all(|n| from_try[n as usize] == 0);
            strategy.report(&request, read);
            Some(request.sectors.start)
        })
        .skip_while(|start| *start < 1000)
        .take(7)
        .collect();
        assert_eq!(first, [1000, 1020, 1050, 1100, 1190, 1300, 1410]);
    }

    proptest! {
        /// Whatever is wrong with the disc, wherever the work is taken up again: what can be read is read, each sector delivered once, and
        /// nothing that can't be read is called read.
        #[test]
        fn everything_that_can_be_read_is_read_exactly_once(
            from_try in prop::collection::vec(prop_oneof![8 => Just(0u32), 1 => 2u32..40, 1 => Just(u32::MAX)], 1..150),
            most in 1u32..40,
            retries in 0u32..4,
            borders in prop::collection::btree_set(1u32..150, 0..4),
            stops in prop::collection::vec(1usize..60, 0..3),
        ) {
            let borders: Vec<u32> = borders.into_iter().collect();
            let len = from_try.len() as u32;
            let mut map = Map::new(len);
            let (mut tries, mut delivered) = (vec![0u32; from_try.len()], vec![0u32; from_try.len()]);
            for stop in stops.into_iter().chain([usize::MAX]) {
                let mut strategy = Strategy::new(map.clone(), bounds(most, retries, &borders));
                let mut asked = 0;
                while let Some(request) = strategy.next().filter(|_| asked < stop) {
                    asked += 1;
                    prop_assert!(asked < 10_000);
                    prop_assert!(!request.sectors.is_empty() && request.sectors.end <= len);
                    prop_assert!(request.sectors.end - request.sectors.start <= most);
                    prop_assert!(!borders.iter().any(|b| request.sectors.start < *b && *b < request.sectors.end));
                    let mut read = true;
                    for n in request.sectors.clone() {
                        tries[n as usize] += 1;
                        read &= tries[n as usize] >= from_try[n as usize];
                    }
                    if read {
                        request.sectors.clone().for_each(|n| delivered[n as usize] += 1);
                    }
                    // The map of whoever writes the sectors is kept by the changes alone.
                    strategy.report(&request, read).iter().for_each(|change| map.apply(change));
                    prop_assert_eq!(&map, &strategy.map);
                }
            }
            for n in 0..len {
                let finished = map.first(Status::Finished, n).is_some_and(|block| block.start == n);
                prop_assert_eq!(delivered[n as usize], u32::from(finished));
                prop_assert!(finished || from_try[n as usize] > 1, "sector {} can be read", n);
                prop_assert!(!finished || from_try[n as usize] != u32::MAX);
            }
            prop_assert_eq!(map.count(Status::NonTried) + map.count(Status::NonTrimmed) + map.count(Status::NonScraped), 0);
        }
    }
}
