//! Writing a CD session at once, by its cue sheet.

use super::block::Main;
use super::cue_sheet::{Area, CueSheet, CueTrack};
use super::layout::WrittenTrack;
use super::lead_in::LeadIn;
use super::store::CD_RECORD;
use super::{ATIP_LEAD_IN, Recording, WriteParameters, WriteType, refuse};
use crate::disc::sector::SUBCHANNEL;
use crate::disc::toc::FIRST_PREGAP;
use crate::disc::{Disc, Lba, subchannel};
use crate::drive::sense::Sense;
use crate::virtual_drive::device::says;

/// Sectors of the lead-in of a later session (Orange Book).
const LATER_LEAD_IN: u32 = 4_500;

/// A session that is being written.
#[derive(Debug)]
pub struct SessionAtOnce {
    sheet: CueSheet,
    /// The sector that has to come next.
    next: Lba,
    lead_in: LeadIn,
}

impl SessionAtOnce {
    /// Bytes of the block of a sector that comes next.
    pub fn block_size(&self, lba: Lba) -> Result<usize, Sense> {
        if lba != self.next {
            return Err(refuse::WRONG_PLACE);
        }
        if self.in_lead_in() {
            return Ok(SUBCHANNEL);
        }
        self.sheet.area(lba).map(|area| area.form.size()).ok_or(refuse::WRONG_PLACE)
    }

    fn in_lead_in(&self) -> bool {
        self.sheet.areas.first().is_some_and(|area| self.next < area.from)
    }
}

impl Recording {
    /// SEND CUE SHEET.
    pub fn send_cue_sheet(
        &mut self,
        bytes: &[u8],
        manners: (Option<bool>, bool),
        parameters: &WriteParameters,
    ) -> Result<(), Sense> {
        let (isrc_control, takes_text) = manners;
        if self.layout.is_finished() {
            return Err(refuse::NOT_WRITABLE);
        }
        if parameters.write_type() != WriteType::Session || self.layout.open_session().is_some() || self.raw.is_some() {
            return Err(refuse::OUT_OF_ORDER);
        }
        let sheet = CueSheet::parse(bytes, isrc_control)?;
        let start = self.layout.next_start().ok_or(says::OUT_OF_RANGE)?;
        let (first, track) = (sheet.areas.first().map(|area| area.from), sheet.tracks.first());
        let fits = first == Some(Lba(start) - FIRST_PREGAP)
            && track.is_some_and(|track| track.number == self.layout.next_number())
            && sheet.lead_out.0.cast_unsigned() <= self.layout.capacity()
            && (takes_text || !sheet.with_text);
        if !fits {
            return Err(refuse::BAD_PARAMETER);
        }
        let next = if sheet.with_text { self.lead_in_start() } else { Lba(start) - FIRST_PREGAP };
        self.sao = Some(SessionAtOnce { sheet, next, lead_in: LeadIn::default() });
        self.make_areas(parameters)
    }

    /// Where the lead-in of the session to come begins.
    pub(super) fn lead_in_start(&self) -> Lba {
        match self.layout.next_start() {
            Some(start) if start > 0 => Lba(start) - FIRST_PREGAP - LATER_LEAD_IN,
            _ => ATIP_LEAD_IN,
        }
    }

    /// Writes what comes next and the host does not send.
    fn make_areas(&mut self, parameters: &WriteParameters) -> Result<(), Sense> {
        while let Some(sao) = &self.sao {
            let made = sao.sheet.area(sao.next).filter(|area| area.form.main == Main::Made && area.form.sub.is_none());
            let Some(Area { to, form, .. }) = made.cloned() else { break };
            if !parameters.is_test() {
                self.fill(form.mode, sao.next.0..to.0)?;
            }
            if let Some(sao) = &mut self.sao {
                sao.next = to;
            }
        }
        Ok(())
    }

    pub(super) fn write_session(
        &mut self,
        lba: i32,
        count: u32,
        blocks: &[u8],
        parameters: &WriteParameters,
    ) -> Result<(), Sense> {
        let mut rest = blocks;
        let end = Lba(lba) + count;
        let sao = self.sao.as_mut().ok_or(refuse::OUT_OF_ORDER)?;
        if sao.next != Lba(lba) {
            return Err(refuse::WRONG_PLACE);
        }
        if sao.in_lead_in() {
            if sao.sheet.areas.first().is_some_and(|area| end > area.from) {
                return Err(says::BAD_FIELD);
            }
            sao.next = end;
            for block in rest.as_chunks::<SUBCHANNEL>().0 {
                sao.lead_in.take_text(block);
            }
            return self.make_areas(parameters);
        }
        while let Some(sao) = &mut self.sao
            && sao.next < end
        {
            let area = sao.sheet.area(sao.next).ok_or(says::OUT_OF_RANGE)?;
            let to = area.to.min(end);
            let sectors = to.since(sao.next).unwrap_or(0) as usize;
            let (from, form) = (sao.next, area.form);
            // A command brings blocks of one size.
            let part = rest.split_at_checked(sectors * form.size()).ok_or(says::BAD_FIELD)?;
            rest = part.1;
            sao.next = to;
            if !parameters.is_test() {
                self.put(from.0, &form.records(from, part.0, sectors))?;
            }
            self.make_areas(parameters)?;
        }
        if rest.is_empty() { Ok(()) } else { Err(says::BAD_FIELD) }
    }

    /// All has come: the session is there. Before that it goes on.
    pub(super) fn end_session_at_once(&mut self, parameters: &WriteParameters) -> Result<(), Sense> {
        let Some(mut sao) = self.sao.take_if(|sao| sao.next >= sao.sheet.lead_out) else { return Ok(()) };
        if parameters.is_test() {
            return Ok(());
        }
        let ends = sao.sheet.tracks.iter().skip(1).map(|track| track.first).chain([sao.sheet.lead_out]);
        let tracks = sao.sheet.tracks.iter().zip(ends).map(|(track, end)| written(track, end)).collect();
        self.mcn = sao.sheet.mcn.or(self.mcn);
        if sao.sheet.with_text {
            self.text = sao.lead_in.text();
        }
        self.layout.add_session(tracks, sao.sheet.disc_type, !parameters.keeps_open());
        self.lay_p_and_q()
    }

    /// Writes P and Q of the last session where the host gave subchannels: of those it gives R to W, and the drive the rest.
    pub(super) fn lay_p_and_q(&self) -> Result<(), Sense> {
        let Some(disc) = self.disc(false) else { return Ok(()) };
        let session = self.layout.sessions().len() as u16;
        for (_, track) in self.layout.tracks().filter(|(of, track)| *of == session && track.sub) {
            for lba in track.start - track.pregap.cast_signed()..track.next_writable() {
                self.lay_p_and_q_of(&disc, lba).map_err(|_| refuse::WRITE_ERROR.at(lba.cast_unsigned()))?;
            }
        }
        Ok(())
    }

    fn lay_p_and_q_of(&self, disc: &Disc, lba: i32) -> std::io::Result<()> {
        const BOTH: usize = 24;
        let mut record = [0; CD_RECORD];
        self.store.read(lba, &mut record)?;
        let (_, sub) = record.split_last_chunk_mut::<SUBCHANNEL>().expect("a record ends with its subchannel");
        let mut packed = subchannel::deinterleave(sub);
        packed[..BOTH].copy_from_slice(&subchannel::synthesise(disc, Lba(lba))[..BOTH]);
        *sub = subchannel::interleave(&packed);
        self.store.write(lba, &record)
    }
}

fn written(track: &CueTrack, end: Lba) -> WrittenTrack {
    let start = track.indexes.first().copied().unwrap_or(track.first);
    WrittenTrack {
        pregap: start.since(track.first).unwrap_or(0),
        control: track.control,
        indexes: track.indexes.get(1..).unwrap_or_default().to_vec(),
        isrc: track.isrc,
        sub: track.sub,
        stores_pregap: true,
        written: end.since(start).unwrap_or(0),
        closed: true,
        ..WrittenTrack::new(track.number, start.0, track.mode)
    }
}
