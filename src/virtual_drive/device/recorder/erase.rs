//! BLANK (MMC-6, 6.2).

use super::blank::Family;
use super::layout::{Layout, Rules};
use super::{BlankKind, Recording, refuse};
use crate::disc::CdText;
use crate::drive::sense::Sense;
use crate::virtual_drive::device::says;

impl Recording {
    /// Erases: 0 the whole disc, 1 what says that something is on it, 5 what closes the last session, 6 the last session.
    pub fn erase(&mut self, blanking: u8) -> Result<(), Sense> {
        if !matches!(self.blank.kind, BlankKind::CdRw | BlankKind::DvdRw) {
            return Err(refuse::NOT_ERASABLE);
        }
        match blanking {
            0 | 1 => self.erase_all(blanking == 0),
            5 | 6 if self.formatting.is_none() => self.erase_last(blanking == 6),
            _ => Err(says::BAD_FIELD),
        }
    }

    fn erase_all(&mut self, whole: bool) -> Result<(), Sense> {
        let family = self.blank.kind.family();
        self.layout = Layout::new(Rules::of(family, self.blank.kind.block()), self.blank.sectors);
        self.formatting = None;
        self.incremental = whole || family == Family::Cd;
        (self.mcn, self.text) = (None, CdText::default());
        (self.form, self.sao, self.raw) = (None, None, None);
        self.store.erase(i32::MIN).map_err(|_| refuse::WRITE_ERROR)
    }

    fn erase_last(&mut self, session: bool) -> Result<(), Sense> {
        let last_open = self.layout.sessions().last().ok_or(refuse::EMPTY)?;
        if !session && !last_open.closed {
            return Err(refuse::OUT_OF_ORDER);
        }
        let from = self.layout.reopen(session);
        self.store.erase(from).map_err(|_| refuse::WRITE_ERROR)
    }
}
