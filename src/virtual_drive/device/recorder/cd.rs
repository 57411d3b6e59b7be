//! Writing a CD track at once (MMC-6, 6.44: WRITE in this mode; Orange Book for what the drive adds).

use std::ops::Range;

use super::block::Main;
use super::layout::WrittenTrack;
use super::{BlockForm, Recording, WriteParameters, WriteType, refuse};
use crate::disc::{Control, DiscType, Isrc, Lba, Mcn, TrackMode};
use crate::drive::sense::Sense;
use crate::virtual_drive::device::says;

/// Sectors that the drive makes at a time.
const PIECE: i32 = 256;

impl Recording {
    /// How the blocks of a track come that page 05 describes.
    pub(super) fn track_form(&self, parameters: &WriteParameters) -> Result<BlockForm, Sense> {
        BlockForm::of_type(parameters.block_type(), parameters.control(), parameters.subheader()).ok_or(says::WRONG_MODE)
    }

    pub(super) fn cd_block_size(&self, lba: i32, parameters: &WriteParameters) -> Result<usize, Sense> {
        if self.layout.is_finished() {
            return Err(refuse::NOT_WRITABLE);
        }
        match parameters.write_type() {
            WriteType::Track => self.track_form(parameters).map(BlockForm::size),
            WriteType::Session => self.sao.as_ref().ok_or(refuse::OUT_OF_ORDER)?.block_size(Lba(lba)),
            WriteType::Raw => super::raw::block_form(parameters).map(BlockForm::size),
            // Packets are for file systems that are made for them.
            WriteType::Incremental | WriteType::LayerJump => Err(says::WRONG_MODE),
        }
    }

    pub(super) fn write_cd(&mut self, lba: i32, count: u32, blocks: &[u8], parameters: &WriteParameters) -> Result<(), Sense> {
        match parameters.write_type() {
            WriteType::Track if self.sao.is_none() && self.raw.is_none() => self.write_track(lba, count, blocks, parameters),
            WriteType::Session => self.write_session(lba, count, blocks, parameters),
            WriteType::Raw => self.write_raw(lba, count, blocks, parameters),
            WriteType::Track => Err(refuse::OUT_OF_ORDER),
            WriteType::Incremental | WriteType::LayerJump => Err(says::WRONG_MODE),
        }
    }

    fn write_track(&mut self, lba: i32, count: u32, blocks: &[u8], parameters: &WriteParameters) -> Result<(), Sense> {
        let form = self.track_form(parameters)?;
        let open = self.layout.open_tracks().find(|track| track.next_writable() == lba).map(|t| (t.number, t.written));
        let number = match open {
            Some((_, written)) if written > 0 && self.form != Some(form) => return Err(says::WRONG_MODE),
            Some((number, _)) => number,
            None if self.layout.next_start() == Some(lba) => self.begin_track(lba, form, parameters),
            None => return Err(refuse::WRONG_PLACE),
        };
        // Room for the run-out has to be left.
        let free = self.layout.free_from(lba).saturating_sub(self.layout.run_out());
        let track = self.grow(number, count, free)?;
        (track.mode, track.sub) = (form.mode, form.sub.is_some());
        self.form = Some(form);
        if parameters.is_test() {
            return Ok(());
        }
        self.put(lba, &form.records(Lba(lba), blocks, count as usize))
    }

    fn begin_track(&mut self, lba: i32, form: BlockForm, parameters: &WriteParameters) -> u8 {
        let number = self.layout.next_number();
        let track = WrittenTrack {
            pregap: self.layout.next_pregap(),
            control: Control::from_nibble(parameters.control()),
            isrc: parameters.isrc().and_then(|code| Isrc::new(code).ok()),
            ..WrittenTrack::new(number, lba, form.mode)
        };
        self.mcn = parameters.mcn().and_then(Mcn::or_none).or(self.mcn);
        self.layout.begin(track, DiscType::from_byte(parameters.session_format()));
        number
    }

    /// What is written at once has its end.
    pub(super) fn end_cd(&mut self, parameters: &WriteParameters) -> Result<(), Sense> {
        if self.sao.is_some() {
            return self.end_session_at_once(parameters);
        }
        if self.raw.is_some() {
            return self.end_raw(parameters);
        }
        let growing: Vec<u8> = self
            .layout
            .open_tracks()
            .filter(|track| track.written > 0 && track.reserved.is_none_or(|size| track.written == size))
            .map(|track| track.number)
            .collect();
        for number in growing {
            if parameters.is_test() {
                self.layout.forget(number);
            } else {
                self.close_track(number)?;
            }
        }
        Ok(())
    }

    /// Closes a track, fills it up, and makes its pregap and its run-out.
    pub(super) fn close_track(&mut self, number: u8) -> Result<(), Sense> {
        let Some(filled) = self.layout.close_track(number) else { return Ok(()) };
        self.form = None;
        let closed = self.layout.tracks().map(|(_, track)| track).find(|track| track.number == number);
        let Some(track) = closed else { return Ok(()) };
        self.fill(track.mode, filled)?;
        self.store.mark(track.start - track.pregap.cast_signed()..track.start);
        // The run-out of audio is silence; that of data is no sector.
        let silent = if track.mode.is_data() { 0 } else { track.run_out.cast_signed() };
        self.store.mark(track.next_writable()..track.next_writable() + silent);
        Ok(())
    }

    /// Fills sectors of a track with what is nothing there: silence, empty sectors, zeros.
    pub(super) fn fill(&self, mode: TrackMode, sectors: Range<i32>) -> Result<(), Sense> {
        if mode == TrackMode::Dvd {
            // The file has zeros where nothing was written.
            self.store.mark(sectors);
            return Ok(());
        }
        let made = BlockForm { mode, main: Main::Made, sub: None };
        for from in sectors.clone().step_by(PIECE as usize) {
            let count = (sectors.end - from).min(PIECE);
            self.put(from, &made.records(Lba(from), &[], count as usize))?;
        }
        Ok(())
    }
}
