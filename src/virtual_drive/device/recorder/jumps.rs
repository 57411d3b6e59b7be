//! [`Jumps`]: a track of a DVD-R DL that lies on both layers by turns (layer jump recording, profile 16).
//!
//! Both layers are one spiral there and back: opposite sector n of the first lies sector 2M − 1 − n, where M is the first sector of the second. A track
//! goes on the first layer to a jump address, from opposite that on the second layer back to opposite where it came from, and behind the jump address on
//! the first again. Sectors have the addresses of their places, so what is recorded one after another has no addresses that follow one another, but for
//! one jump: that at the end of the first layer.
//!
//! Of this, the addresses stand in the samples of a maker of burning software (PrimoBurner, the reading of tracks); the fields of READ TRACK INFORMATION
//! in dvd+rw-mediainfo, in the UDF verifier of Philips, and in the command manual of Pioneer's R11 drives; that there is no next jump address when the
//! first layer is full, in a vote of the Mt. Fuji group of July 2005. MMC-6 itself was not at hand for it.

use std::ops::Range;

use super::layout::WrittenTrack;
use super::{BlankKind, Recording, WriteParameters, WriteType, refuse};
use crate::disc::{DiscType, TrackMode};
use crate::drive::sense::Sense;
use crate::virtual_drive::device::says;

/// What the host has said of the jumps to come (SEND DISC STRUCTURE, formats 22 and 23).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JumpsToCome {
    /// Sectors on one layer before each jump; 0 where that was not said.
    pub interval: u32,
    /// The jump address: the last sector before the next jump, after which it is forgotten.
    pub at: Option<i32>,
}

/// A track on two layers, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jumps {
    /// First sector of the second layer.
    middle: i32,
    /// Where the track has been on the first layer since the last jump back, or where it began.
    from: i32,
    /// The sector to come.
    next: i32,
    /// The last jump address.
    last: Option<i32>,
    /// What is recorded, in the order of recording.
    stretches: Vec<Range<i32>>,
}

impl Jumps {
    /// A track that begins here.
    fn new(start: i32, middle: i32) -> Jumps {
        Jumps { middle, from: start, next: start, last: None, stretches: Vec::new() }
    }

    /// The sector of the other layer that lies opposite.
    fn opposite(&self, lba: i32) -> i32 {
        2 * self.middle - 1 - lba
    }

    /// The sector to come; `None` where both layers are full.
    pub fn next(&self) -> Option<i32> {
        (self.from < self.middle).then_some(self.next)
    }

    /// The last jump address; `None` before the first jump.
    pub fn last(&self) -> Option<i32> {
        self.last
    }

    /// The next jump address; `None` where nothing is left of the first layer.
    pub fn next_jump(&self, to_come: JumpsToCome) -> Option<i32> {
        let from = if self.next < self.middle { self.from } else { self.last? + 1 };
        if from >= self.middle {
            return None;
        }
        let end = self.middle - 1;
        let regular = (to_come.interval > 0).then(|| from.saturating_add_unsigned(to_come.interval - 1).min(end));
        Some(to_come.at.or(regular).unwrap_or(end))
    }

    /// Sectors that both layers still take.
    pub fn free(&self) -> u32 {
        let on_first = self.middle - self.from;
        let recorded = match self.last {
            _ if self.next < self.middle => self.next - self.from,
            Some(last) => last + 1 - self.from + self.next - self.opposite(last),
            None => 0,
        };
        (2 * on_first - recorded).max(0).cast_unsigned()
    }

    /// Sectors from the first that can belong to the track to the last, gaps included.
    pub fn most(&self) -> u32 {
        let start = self.stretches.first().map_or(self.from, |first| first.start);
        (self.opposite(start) + 1).abs_diff(start)
    }

    /// The address behind all that is recorded.
    pub fn end(&self) -> i32 {
        self.stretches.iter().map(|stretch| stretch.end).max().unwrap_or(self.from)
    }

    /// What was recorded last.
    pub fn last_recorded(&self) -> Option<i32> {
        self.stretches.last().map(|stretch| stretch.end - 1)
    }

    /// What is recorded, in the order of recording.
    pub fn stretches(&self) -> &[Range<i32>] {
        &self.stretches
    }

    /// Sectors whose addresses follow one another from the next.
    fn run(&self, to_come: JumpsToCome) -> u32 {
        let last = if self.next < self.middle { self.next_jump(to_come) } else { Some(self.opposite(self.from)) };
        last.map_or(0, |last| (last + 1 - self.next).max(0).cast_unsigned())
    }

    /// Takes so many sectors, of those whose addresses follow one another.
    fn take(&mut self, count: u32, to_come: &mut JumpsToCome) {
        let jump = self.next_jump(*to_come);
        let taken = self.next..self.next.saturating_add_unsigned(count);
        self.next = taken.end;
        match self.stretches.last_mut().filter(|stretch| stretch.end == taken.start) {
            Some(stretch) => stretch.end = taken.end,
            None => self.stretches.push(taken),
        }
        if self.next <= self.middle && Some(self.next - 1) == jump {
            (self.last, to_come.at) = (jump, None);
            self.next = self.opposite(self.next - 1);
        } else if self.next > self.opposite(self.from) {
            self.from = self.last.map_or(self.from, |last| last + 1);
            self.next = self.from;
        }
    }

    /// The track ends: what lies opposite its sectors is filled up; answers with that.
    pub fn close(&mut self) -> Option<Range<i32>> {
        let filled = match self.last {
            _ if self.next < self.middle => self.opposite(self.next - 1)..self.opposite(self.from) + 1,
            _ => self.next..self.opposite(self.from) + 1,
        };
        let to_fill = (!filled.is_empty()).then(|| filled.clone())?;
        self.stretches.push(filled);
        Some(to_fill)
    }
}

impl Recording {
    /// The drive has been told how the disc is written.
    pub fn prepare_for(&mut self, parameters: &WriteParameters) {
        self.by_jumps = self.blank.kind == BlankKind::DvdRDl && parameters.write_type() == WriteType::LayerJump;
    }

    /// WRITE in this way: every sector goes where the drive goes on, and a command can't bring what lies on both sides of a gap.
    pub(super) fn write_by_jumps(&mut self, lba: i32, count: u32, blocks: &[u8], test: bool) -> Result<(), Sense> {
        let open = self.layout.open_tracks().next().and_then(|track| Some((track.number, track.jumps.clone()?)));
        let (number, mut jumps) = match open {
            Some(open) => open,
            None if self.layout.is_blank() => (self.layout.next_number(), Jumps::new(0, self.middle())),
            None => return Err(refuse::WRONG_PLACE),
        };
        if count > jumps.free() {
            return Err(says::OUT_OF_RANGE);
        }
        let (mut to_come, mut at, mut left) = (self.jumps_to_come, lba, count);
        while left > 0 {
            let taken = left.min(jumps.run(to_come));
            if jumps.next() != Some(at) || taken == 0 {
                return Err(refuse::WRONG_PLACE);
            }
            jumps.take(taken, &mut to_come);
            (at, left) = (at.saturating_add_unsigned(taken), left - taken);
        }
        if self.layout.is_blank() {
            self.layout.begin(WrittenTrack::new(number, lba, TrackMode::Dvd), DiscType::default());
        }
        self.grow(number, count, u32::MAX)?.jumps = Some(jumps);
        self.jumps_to_come = to_come;
        if test { Ok(()) } else { self.put(lba, blocks) }
    }

    /// Whether what is on the disc lies on both layers by turns; `None` of a disc on which nothing is.
    pub(super) fn lies_by_jumps(&self) -> Option<bool> {
        self.layout.tracks().next().map(|(_, track)| track.jumps.is_some())
    }

    /// The first jump address of a track to come; 0 where it is written in no such way.
    pub(super) fn first_jump(&self) -> i32 {
        if self.by_jumps { Jumps::new(0, self.middle()).next_jump(self.jumps_to_come).unwrap_or(0) } else { 0 }
    }

    /// First sector of the second layer.
    fn middle(&self) -> i32 {
        self.layer_break().unwrap_or(self.layout.capacity()).cast_signed()
    }

    /// SEND DISC STRUCTURE, formats 22 and 23: where the next jumps are.
    pub(super) fn send_jumps(&mut self, format: u8, value: u32) -> Result<(), Sense> {
        const INTERVAL: u8 = 0x22;
        if !self.by_jumps || self.layout.is_finished() {
            return Err(refuse::OUT_OF_ORDER);
        }
        let block = self.blank.kind.block();
        let begun = self.layout.open_tracks().next().and_then(|track| track.jumps.as_ref());
        let middle = self.middle().cast_unsigned();
        if format == INTERVAL && begun.is_some() {
            return Err(refuse::OUT_OF_ORDER);
        }
        if format == INTERVAL {
            let fits = value > 0 && value.is_multiple_of(block) && value <= middle;
            self.jumps_to_come.interval = if fits { value } else { return Err(refuse::BAD_PARAMETER) };
            return Ok(());
        }
        // Behind what is on the first layer, at the end of an ECC block, and on the first layer.
        let least = begun.map_or(0, |jumps| if jumps.next < jumps.middle { jumps.next } else { jumps.last.unwrap_or(0) + 1 });
        let ends_block = value.checked_add(1).is_some_and(|behind| behind.is_multiple_of(block));
        if !ends_block || value >= middle || value < least.cast_unsigned() {
            return Err(refuse::BAD_PARAMETER);
        }
        self.jumps_to_come.at = Some(value.cast_signed());
        Ok(())
    }

    /// What READ TRACK INFORMATION calls the layer jump recording status: none, not settled, by jump addresses, at regular intervals.
    pub(super) fn jump_status(&self, track: Option<&WrittenTrack>) -> u8 {
        let jumps = match track {
            Some(track) => track.jumps.is_some(),
            None => self.by_jumps,
        };
        match self.jumps_to_come {
            _ if !jumps => 0,
            JumpsToCome { interval: 1.., .. } => 3,
            JumpsToCome { at: None, .. } if track.and_then(|track| track.jumps.as_ref()?.last).is_none() => 1,
            _ => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On layers of 100 sectors each, a track that begins at 0 and jumps at 15 and at 47.
    #[test]
    fn a_track_goes_there_and_back_opposite_itself() {
        let mut jumps = Jumps::new(0, 100);
        let mut to_come = JumpsToCome { interval: 0, at: Some(15) };
        let mut take = |jumps: &mut Jumps, count: u32, at: Option<i32>| {
            to_come.at = at.or(to_come.at);
            assert!(count <= jumps.run(to_come));
            jumps.take(count, &mut to_come);
            (jumps.next(), jumps.next_jump(to_come), jumps.free())
        };
        assert_eq!(take(&mut jumps, 10, None), (Some(10), Some(15), 190));
        assert_eq!(take(&mut jumps, 6, None), (Some(184), Some(99), 184));
        assert_eq!(take(&mut jumps, 16, None), (Some(16), Some(99), 168));
        assert_eq!(take(&mut jumps, 32, Some(47)), (Some(152), Some(99), 136));
        assert_eq!(take(&mut jumps, 10, None), (Some(162), Some(99), 126));
        assert_eq!((jumps.last(), jumps.end(), jumps.last_recorded()), (Some(47), 200, Some(161)));
        assert_eq!(jumps.close(), Some(162..184));
        assert_eq!(jumps.stretches(), [0..16, 184..200, 16..48, 152..162, 162..184]);
    }

    /// A jump at the end of the first layer is the one that leaves no gap; behind it there is none to come.
    #[test]
    fn only_the_last_jump_leaves_no_gap() {
        let (mut jumps, mut to_come) = (Jumps::new(0, 100), JumpsToCome::default());
        jumps.take(100, &mut to_come);
        assert_eq!((jumps.next(), jumps.next_jump(to_come), jumps.free()), (Some(100), None, 100));
        jumps.take(100, &mut to_come);
        assert_eq!((jumps.next(), jumps.free(), jumps.close()), (None, 0, None));
        assert_eq!((jumps.stretches().len(), jumps.end()), (1, 200));
        let mut regular = JumpsToCome { interval: 64, at: None };
        let mut jumps = Jumps::new(0, 100);
        jumps.take(64, &mut regular);
        assert_eq!((jumps.next(), jumps.next_jump(regular)), (Some(136), Some(99)), "the rest is shorter");
    }
}
