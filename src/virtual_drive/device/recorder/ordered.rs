//! Discs that are written in order: DVD-R, DVD-RW as it comes, DVD+R, BD-R.

use super::blank::Family;
use super::layout::WrittenTrack;
use super::{Recording, WriteParameters, WriteType, refuse};
use crate::disc::{DiscType, TrackMode};
use crate::drive::sense::Sense;
use crate::virtual_drive::device::says;

impl Recording {
    pub(super) fn write_in_order(
        &mut self,
        lba: i32,
        count: u32,
        blocks: &[u8],
        parameters: &WriteParameters,
    ) -> Result<(), Sense> {
        if self.layout.is_finished() {
            return Err(refuse::NOT_WRITABLE);
        }
        let dash = self.family() == Family::Dash;
        if dash {
            self.check_write_type(parameters)?;
        }
        if self.by_jumps {
            return self.write_by_jumps(lba, count, blocks, parameters.is_test());
        }
        let open = self.layout.open_tracks().find(|track| track.next_writable() == lba).map(|track| track.number);
        let number = match open {
            Some(number) => number,
            None if self.layout.next_start() == Some(lba) => {
                let number = self.layout.next_number();
                self.layout.begin(WrittenTrack::new(number, lba, TrackMode::Dvd), DiscType::default());
                number
            }
            // A full disc has no place to go on at.
            None if lba.cast_unsigned() >= self.layout.capacity() => return Err(says::OUT_OF_RANGE),
            None => return Err(refuse::WRONG_PLACE),
        };
        let free = self.layout.free_from(lba);
        self.grow(number, count, free)?;
        if dash && parameters.is_test() { Ok(()) } else { self.put(lba, blocks) }
    }

    /// Whether a DVD-R takes what page 05 says.
    fn check_write_type(&self, parameters: &WriteParameters) -> Result<(), Sense> {
        match parameters.write_type() {
            // A disc is written by jumps from the beginning, or not at all.
            _ if self.lies_by_jumps().is_some_and(|jumps| jumps != self.by_jumps) => Err(says::WRONG_MODE),
            WriteType::Incremental if self.incremental => Ok(()),
            // The disc at once: its size has been told.
            WriteType::Session if self.layout.open_tracks().any(|track| track.reserved.is_some()) => Ok(()),
            WriteType::Session => Err(refuse::OUT_OF_ORDER),
            WriteType::LayerJump if self.by_jumps => Ok(()),
            WriteType::Incremental | WriteType::Track | WriteType::Raw | WriteType::LayerJump => Err(says::WRONG_MODE),
        }
    }

    /// A DVD-R that is written at once is done when all that was told has come.
    pub(super) fn end_disc_at_once(&mut self, parameters: &WriteParameters) -> Result<(), Sense> {
        if parameters.write_type() != WriteType::Session {
            return Ok(());
        }
        let whole = self.layout.open_tracks().find(|track| track.reserved == Some(track.written)).map(|track| track.number);
        if let Some(number) = whole {
            if parameters.is_test() {
                self.layout.forget(number);
            } else {
                self.close_track(number)?;
                self.layout.close_session(!parameters.keeps_open());
            }
        }
        Ok(())
    }
}
