//! [`Recording`]: a disc that can be written, and how far it has been.

mod anywhere;
mod blank;
mod block;
mod buffer;
mod cd;
mod close;
mod cue_sheet;
mod erase;
mod features;
mod formats;
mod jumps;
mod layout;
mod lead_in;
mod media;
mod mode_page;
mod ordered;
mod raw;
mod readable;
mod sao;
mod store;
mod tell;

use std::io;
use std::sync::Arc;

pub use anywhere::Formatting;
use blank::Family;
pub use blank::{Blank, BlankKind, NoSuchBlank};
pub use block::BlockForm;
pub use buffer::Buffer;
pub use features::{WRITTEN, features};
use jumps::JumpsToCome;
use layout::{Layout, Rules, WrittenTrack};
pub use mode_page::{WriteParameters, WriteType};
use store::{CD_RECORD, DATA_RECORD, Store};

use super::says;
use crate::disc::{CdText, Control, DiscType, Lba, Mcn, TrackMode};
use crate::drive::mmc::Profile;
use crate::drive::sense::Sense;

/// Senses that a recorder answers with (MMC-6, annex F; SPC-4, annex D).
pub mod refuse {
    use crate::drive::sense::Sense;

    /// LOGICAL UNIT NOT READY, FORMAT IN PROGRESS; OPERATION IN PROGRESS; LONG WRITE IN PROGRESS.
    pub const FORMATTING: Sense = Sense::new(2, 0x04, 0x04);
    pub const WORKING: Sense = Sense::new(2, 0x04, 0x07);
    pub const STILL_WRITING: Sense = Sense::new(2, 0x04, 0x08);
    /// WRITE ERROR; WRITE ERROR, LOSS OF STREAMING.
    pub const WRITE_ERROR: Sense = Sense::new(3, 0x0C, 0x00);
    pub const UNDERRUN: Sense = Sense::new(3, 0x0C, 0x09);
    /// POWER CALIBRATION AREA ERROR.
    pub const NO_POWER: Sense = Sense::new(3, 0x73, 0x03);
    /// PARAMETER LIST LENGTH ERROR; INVALID FIELD IN PARAMETER LIST.
    pub const BAD_LENGTH: Sense = Sense::new(5, 0x1A, 0x00);
    pub const BAD_PARAMETER: Sense = Sense::new(5, 0x26, 0x00);
    /// INVALID ADDRESS FOR WRITE.
    pub const WRONG_PLACE: Sense = Sense::new(5, 0x21, 0x02);
    /// COMMAND SEQUENCE ERROR; CURRENT PROGRAM AREA IS EMPTY.
    pub const OUT_OF_ORDER: Sense = Sense::new(5, 0x2C, 0x00);
    pub const EMPTY: Sense = Sense::new(5, 0x2C, 0x04);
    /// CANNOT WRITE MEDIUM, INCOMPATIBLE FORMAT; CANNOT FORMAT MEDIUM, INCOMPATIBLE MEDIUM; MEDIUM NOT FORMATTED.
    pub const NOT_WRITABLE: Sense = Sense::new(5, 0x30, 0x05);
    pub const NOT_ERASABLE: Sense = Sense::new(5, 0x30, 0x06);
    pub const NOT_FORMATTED: Sense = Sense::new(5, 0x30, 0x10);
    /// END OF USER AREA ENCOUNTERED ON THIS TRACK.
    pub const TRACK_FULL: Sense = Sense::new(5, 0x63, 0x00);
    /// SESSION FIXATION ERROR, INCOMPLETE TRACK IN SESSION; EMPTY OR PARTIALLY WRITTEN RESERVED TRACK; NO MORE TRACK RESERVATIONS ALLOWED.
    pub const INCOMPLETE_TRACK: Sense = Sense::new(5, 0x72, 0x03);
    pub const EMPTY_TRACK: Sense = Sense::new(5, 0x72, 0x04);
    pub const NO_RESERVATION: Sense = Sense::new(5, 0x72, 0x05);
}

/// Where the lead-in of a CD begins, as its ATIP tells: 97:26:66.
const ATIP_LEAD_IN: Lba = Lba(-11_634);

/// A disc that can be written.
pub struct Recording {
    blank: Blank,
    store: Arc<Store>,
    /// How far it has been written in order.
    layout: Layout,
    /// How it is formatted for being written anywhere.
    formatting: Option<Formatting>,
    /// A DVD-RW that was erased in a hurry takes the whole disc at once alone.
    incremental: bool,
    /// A BD-R was formatted with spare areas; true where sectors of it may be written again.
    spared: Option<bool>,
    /// What the disc says of itself: catalogue number and texts.
    mcn: Option<Mcn>,
    text: CdText,
    /// The form of the blocks of the track that is being written at once.
    form: Option<BlockForm>,
    /// A session that is being written at once, or as the host makes it.
    sao: Option<sao::SessionAtOnce>,
    raw: Option<raw::RawSession>,
    /// Sectors of the first layer, where the host has set them.
    layer_0: Option<u32>,
    /// A DVD-R of two layers is written on both by turns, and where it goes from one to the other.
    by_jumps: bool,
    jumps_to_come: JumpsToCome,
}

impl Recording {
    /// A blank disc. Its sectors go to a temporary file.
    pub fn new(blank: Blank) -> io::Result<Recording> {
        let family = blank.kind.family();
        let store = match family {
            Family::Cd => Store::new(CD_RECORD, Lba::PROGRAM_START.0, blank.sectors + Lba::PROGRAM_START.0.unsigned_abs())?,
            _ => Store::new(DATA_RECORD, 0, blank.sectors)?,
        };
        Ok(Recording {
            blank,
            store,
            layout: Layout::new(Rules::of(family, blank.kind.block()), blank.sectors),
            formatting: anywhere::as_it_comes(blank),
            incremental: true,
            spared: None,
            mcn: None,
            text: CdText::default(),
            form: None,
            sao: None,
            raw: None,
            layer_0: None,
            by_jumps: false,
            jumps_to_come: JumpsToCome::default(),
        })
    }

    /// What it was as a blank.
    pub fn blank(&self) -> Blank {
        self.blank
    }

    /// What a drive calls it now.
    pub fn profile(&self) -> Profile {
        match self.blank.kind {
            BlankKind::DvdRw if self.formatting.is_some() => Profile(0x13),
            BlankKind::DvdRDl if self.by_jumps => Profile(0x16),
            kind => kind.profile(),
        }
    }

    /// How it is written now.
    fn family(&self) -> Family {
        if self.formatting.is_some() { Family::Anywhere } else { self.blank.kind.family() }
    }

    /// How it was formatted, if it was.
    pub fn formatting(&self) -> Option<&Formatting> {
        self.formatting.as_ref()
    }

    /// Whether it takes DVDs' incremental writing.
    pub fn is_incremental(&self) -> bool {
        self.incremental
    }

    /// Whether a buffer that runs empty spoils what is being written: DVD+R, +RW and BD bridge that always.
    pub fn minds_underrun(&self) -> bool {
        matches!(self.family(), Family::Cd | Family::Dash)
    }

    /// Whether sectors can be written and compared at once: discs that keep watch on their own defects.
    pub fn verifies(&self) -> bool {
        matches!(self.family(), Family::Anywhere | Family::Blu)
    }

    /// How the blocks of a WRITE at this address come; `lba` is checked by [`Recording::write`].
    pub fn block_size(&self, lba: i32, parameters: &WriteParameters) -> Result<usize, Sense> {
        if self.family() == Family::Cd { self.cd_block_size(lba, parameters) } else { Ok(DATA_RECORD) }
    }

    /// WRITE: takes whole blocks for the sectors from `lba` on.
    pub fn write(&mut self, lba: i32, count: u32, blocks: &[u8], parameters: &WriteParameters) -> Result<(), Sense> {
        match self.family() {
            Family::Cd => self.write_cd(lba, count, blocks, parameters),
            Family::Anywhere => self.write_anywhere(lba, count, blocks),
            Family::Dash | Family::Plus | Family::Blu => self.write_in_order(lba, count, blocks, parameters),
        }
    }

    /// SYNCHRONIZE CACHE: all is written out, and with that what is written at once has its end.
    pub fn synchronize(&mut self, parameters: &WriteParameters) -> Result<(), Sense> {
        match self.family() {
            Family::Cd => self.end_cd(parameters),
            Family::Dash => self.end_disc_at_once(parameters),
            _ => Ok(()),
        }
    }

    /// The laser has gone off in the middle of what was written at once: the session is lost, and a track ends where it was.
    pub fn break_off(&mut self) {
        (self.sao, self.raw) = (None, None);
    }

    /// Puts records of sectors that follow one another on the disc.
    fn put(&self, lba: i32, records: &[u8]) -> Result<(), Sense> {
        self.store.write(lba, records).map_err(|_| refuse::WRITE_ERROR.at(lba.cast_unsigned()))
    }

    /// An open track gets so many sectors more; `free` are left on the disc from where it goes on.
    fn grow(&mut self, number: u8, count: u32, free: u32) -> Result<&mut WrittenTrack, Sense> {
        let track = self.layout.open_track(number).ok_or(refuse::WRONG_PLACE)?;
        if track.reserved.is_some_and(|size| track.written + count > size) {
            return Err(refuse::TRACK_FULL);
        }
        if count > free {
            return Err(says::OUT_OF_RANGE);
        }
        track.written += count;
        Ok(track)
    }

    /// RESERVE TRACK (MMC-6, 6.31) of so many sectors.
    pub fn reserve(&mut self, sectors: u32, parameters: &WriteParameters) -> Result<(), Sense> {
        let family = self.family();
        if family == Family::Anywhere || self.layout.is_finished() {
            return Err(refuse::NOT_WRITABLE);
        }
        let at_once = family == Family::Dash && parameters.write_type() == WriteType::Session;
        if at_once && !self.layout.is_blank() || self.sao.is_some() || self.raw.is_some() || self.by_jumps {
            return Err(refuse::OUT_OF_ORDER);
        }
        let start = self.layout.next_start().ok_or(refuse::NO_RESERVATION)?;
        let sectors = sectors.checked_next_multiple_of(self.blank.kind.block()).ok_or(says::BAD_FIELD)?;
        if sectors == 0 || sectors > self.layout.free_from(start).saturating_sub(self.layout.run_out()) {
            return Err(says::BAD_FIELD);
        }
        let cd = family == Family::Cd;
        let mode = if cd { self.track_form(parameters)?.mode } else { TrackMode::Dvd };
        let track = WrittenTrack {
            reserved: Some(sectors),
            pregap: self.layout.next_pregap(),
            run_out: self.layout.run_out(),
            control: Control::from_nibble(if cd { parameters.control() } else { 0 }),
            ..WrittenTrack::new(self.layout.next_number(), start, mode)
        };
        self.layout.begin(track, DiscType::from_byte(parameters.session_format()));
        Ok(())
    }
}
