//! CLOSE TRACK/SESSION (MMC-6, 6.3).

use super::anywhere::Background;
use super::blank::Family;
use super::layout::WrittenTrack;
use super::{BlankKind, Recording, WriteParameters, refuse};
use crate::drive::sense::Sense;
use crate::virtual_drive::device::says;

impl Recording {
    /// Closes what `function` says: 0 stops formatting in the background, 1 closes a track, 2 the session, 5 and 6 the disc.
    pub fn close(&mut self, function: u8, number: u16, parameters: &WriteParameters) -> Result<(), Sense> {
        let family = self.family();
        if family == Family::Anywhere {
            return self.close_formatting(function);
        }
        if self.sao.is_some() || self.raw.is_some() {
            return Err(refuse::OUT_OF_ORDER);
        }
        let tested = parameters.is_test() && matches!(family, Family::Cd | Family::Dash);
        match (function, family) {
            (1, _) if tested => {
                self.forget_tried();
                Ok(())
            }
            (1, _) => self.close_one(number),
            (2, Family::Cd | Family::Dash) => self.close_session(!parameters.keeps_open(), tested),
            (2, Family::Plus | Family::Blu) => self.close_session(false, false),
            (5, Family::Plus) | (6, Family::Plus | Family::Blu) => self.finalise(),
            _ => Err(says::BAD_FIELD),
        }
    }

    /// A track by its number; 0 and FF are how programs say the one that is being written.
    fn close_one(&mut self, number: u16) -> Result<(), Sense> {
        const ANY: [u16; 2] = [0, 0xFF];
        let growing = || self.layout.open_tracks().find(|track| track.reserved.is_none()).map(|track| track.number);
        let number = if ANY.contains(&number) { growing().map_or(number, u16::from) } else { number };
        let known = |track: &&WrittenTrack| u16::from(track.number) == number;
        let found = self.layout.tracks().map(|(_, track)| track).find(known).map(|track| (track.number, track.closed));
        match found {
            // Drives take it well that a track is closed again.
            Some((_, true)) => Ok(()),
            Some((number, false)) => self.close_track(number),
            // Track at once: the track had its end with the data.
            None if ANY.contains(&number) && self.layout.open_session().is_some() => Ok(()),
            None => Err(says::BAD_FIELD),
        }
    }

    /// Tracks that were written with the laser off are gone.
    fn forget_tried(&mut self) {
        let tried: Vec<u8> = self.layout.open_tracks().map(|track| track.number).collect();
        tried.into_iter().for_each(|number| self.layout.forget(number));
    }

    fn close_session(&mut self, last: bool, tested: bool) -> Result<(), Sense> {
        if tested {
            self.forget_tried();
            return Ok(());
        }
        if self.layout.open_session().is_none() {
            return Err(if self.layout.is_finished() { refuse::NOT_WRITABLE } else { refuse::EMPTY });
        }
        self.close_open_tracks()?;
        // Sessions on two layers would lie in one another, which drives that know nothing of jumps can't read: the first is the last.
        self.layout.close_session(last || self.lies_by_jumps() == Some(true));
        if self.family() == Family::Cd { self.lay_p_and_q() } else { Ok(()) }
    }

    /// The track that was being written is closed with its session; one that was reserved and is not full stands against that.
    fn close_open_tracks(&mut self) -> Result<(), Sense> {
        if self.layout.open_tracks().any(|track| track.reserved.is_some_and(|size| track.written < size)) {
            return Err(refuse::EMPTY_TRACK);
        }
        let open: Vec<u8> = self.layout.open_tracks().map(|track| track.number).collect();
        open.into_iter().try_for_each(|number| self.close_track(number))
    }

    fn finalise(&mut self) -> Result<(), Sense> {
        if self.layout.is_finished() {
            return Err(refuse::NOT_WRITABLE);
        }
        if self.layout.is_blank() {
            return Err(refuse::EMPTY);
        }
        self.close_open_tracks()?;
        self.layout.close_session(true);
        Ok(())
    }

    fn close_formatting(&mut self, function: u8) -> Result<(), Sense> {
        let kind = self.blank.kind;
        let formatting = self.formatting.as_mut().ok_or(refuse::NOT_FORMATTED)?;
        match (kind, function) {
            (BlankKind::DvdPlusRw, 0 | 2) => {
                if formatting.background.bits() == 2 {
                    formatting.background = Background::Stopped;
                }
                Ok(())
            }
            // The border is closed, and what was formatted in a hurry grows no more.
            (BlankKind::DvdRw, 2) => {
                formatting.grows = false;
                Ok(())
            }
            // Nothing has to be closed, and programs close it all the same.
            (_, 0..=2) => Ok(()),
            _ => Err(says::BAD_FIELD),
        }
    }
}
