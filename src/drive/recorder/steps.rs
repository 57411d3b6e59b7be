//! What is done to the disc between the sectors: sessions and tracks opened and closed, in the order that each kind of medium and mode wants (MMC-6,
//! clause 4; the public burning programs for where it leaves a choice).

use std::collections::VecDeque;

use super::closing::{self, is_refused, optional, tolerate};
use super::cue_sheet::{Flavour, cue_sheet};
use super::plan::{BurnPlan, Piece, Preparation, SessionPlan};
use super::{BurnError, Kind, Mode, Recorder, Stage, erase};
use crate::disc::Lba;
use crate::disc::toc::FIRST_PREGAP;
use crate::drive::mmc::{self, BlockType, Closing, CommandError, WriteParameters};

/// One thing after another. Sessions and tracks by their places in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    OpenSession(usize),
    OpenTrack(usize, usize),
    Send(Piece),
    CloseTrack(usize, usize),
    CloseSession(usize),
}

/// All of a plan.
pub fn steps(plan: &BurnPlan) -> VecDeque<Step> {
    let mut steps = VecDeque::new();
    for (n, session) in plan.sessions.iter().enumerate() {
        steps.push_back(Step::OpenSession(n));
        for (t, track) in session.tracks.iter().enumerate() {
            steps.push_back(Step::OpenTrack(n, t));
            steps.extend(track.pieces.iter().map(|&piece| Step::Send(piece)));
            steps.push_back(Step::CloseTrack(n, t));
        }
        steps.push_back(Step::CloseSession(n));
    }
    steps
}

impl Recorder<'_> {
    /// Ready, locked, erased or formatted, at the right speed.
    pub(super) fn prepare(&mut self) -> Result<(), BurnError> {
        self.drive.until_ready(Stage::Starting)?;
        self.drive.lock();
        match self.plan.preparation {
            Some(Preparation::Erase(how)) => erase::blank(&mut self.drive, how)?,
            Some(Preparation::Format(format)) => erase::format(&mut self.drive, format)?,
            None => {}
        }
        self.set_speed()
    }

    /// Drives that know no speeds write at their own.
    fn set_speed(&mut self) -> Result<(), BurnError> {
        let wish = self.plan.speed;
        let result = if self.plan.kind.is_cd() {
            let rate = wish.map(|rate| rate.min(u32::from(u16::MAX)) as u16);
            self.drive.persevere(Stage::Starting, |transport| mmc::set_cd_speed(transport, None, rate))
        } else if let Some(wish) = wish {
            let speeds = self.drive.persevere(Stage::Starting, mmc::write_speeds).unwrap_or_default();
            let not_above = speeds.iter().filter(|speed| speed.write <= wish).max_by_key(|speed| speed.write);
            match not_above.or(speeds.iter().min_by_key(|speed| speed.write)) {
                Some(&speed) => self.drive.persevere(Stage::Starting, |transport| mmc::set_write_streaming(transport, speed)),
                None => Ok(()),
            }
        } else {
            // What another program has set would stay.
            self.drive.persevere(Stage::Starting, |transport| mmc::set_read_streaming(transport, 1, None))
        };
        tolerate(result)
    }

    pub(super) fn take_step(&mut self, step: Step) -> Result<(), BurnError> {
        match step {
            Step::OpenSession(n) => {
                self.muted = self.plan.simulate && n > 0;
                if self.muted { Ok(()) } else { self.open_session(n) }
            }
            Step::OpenTrack(n, t) if self.plan.mode == Mode::TrackAtOnce && !self.muted => self.open_track(n, t),
            Step::CloseTrack(n, t) => self.close_track(n, t),
            Step::CloseSession(n) if !self.muted => self.close_session(n),
            Step::OpenTrack(..) | Step::CloseSession(_) | Step::Send(_) => Ok(()),
        }
    }

    fn open_session(&mut self, n: usize) -> Result<(), BurnError> {
        let (plan, first) = (&self.plan, n == 0);
        let Some(session) = plan.sessions.get(n) else { return Ok(()) };
        let parameters = session.tracks.first().and_then(|track| plan.write_parameters(session, track));
        let (number, begin) = (session.number, session.tracks.first().map_or(Lba(0), |track| track.start - track.pregap));
        match self.plan.mode {
            // Every track has a page of its own.
            Mode::TrackAtOnce => {}
            Mode::SessionAtOnce => {
                self.set_page(parameters)?;
                // The address depends on the way of writing, so it is asked for now.
                if number > 1 {
                    self.find_session(begin)?;
                }
                self.calibrate(first)?;
                self.send_cue_sheet(n)?;
            }
            Mode::Raw => {
                self.set_raw_page(parameters)?;
                self.calibrate(first)?;
            }
            Mode::DiscAtOnce => {
                self.set_page(parameters)?;
                self.calibrate(first)?;
                self.settle_layers()?;
                let sectors = self.plan.needed;
                self.drive.persevere(Stage::Starting, |transport| mmc::reserve_track(transport, sectors))?;
            }
            Mode::Incremental | Mode::LayerJump | Mode::Sequential => {
                self.set_page(parameters)?;
                if self.plan.mode != Mode::Sequential {
                    self.calibrate(first)?;
                }
                self.settle_layers()?;
                self.check_place(begin)?;
            }
            Mode::RestrictedOverwrite | Mode::Overwrite => {}
        }
        Ok(())
    }

    /// The laser is tried once, and never by a simulation: that leaves its traces.
    fn calibrate(&mut self, first: bool) -> Result<(), BurnError> {
        if first && !self.plan.simulate { self.drive.calibrate() } else { Ok(()) }
    }

    fn set_page(&mut self, parameters: Option<WriteParameters>) -> Result<(), BurnError> {
        let Some(parameters) = parameters else { return Ok(()) };
        self.drive.persevere(Stage::Starting, |transport| mmc::set_write_parameters(transport, &parameters))
    }

    /// As much of the subchannel as the drive takes, and as there is.
    fn set_raw_page(&mut self, parameters: Option<WriteParameters>) -> Result<(), BurnError> {
        // Without R to W, packed and as on the disc are the same.
        let types = [BlockType::RawPw, BlockType::RawPacked, BlockType::RawPq];
        let usable = if self.plan.has_rw { &types[..1] } else { &types[..] };
        let mut refusal = None;
        for &block_type in usable {
            match self.set_page(parameters.map(|parameters| WriteParameters { block_type, ..parameters })) {
                Ok(()) => {
                    self.sink.raw = block_type;
                    return Ok(());
                }
                Err(error) if is_refused(&error) => refusal = Some(error),
                Err(error) => return Err(error),
            }
        }
        match refusal {
            Some(BurnError::Command { error, .. }) => Err(BurnError::RawForm(error)),
            _ => Ok(()),
        }
    }

    /// Takes up where the drive goes on, wherever that is.
    fn find_place(&mut self, expected: Lba) -> Result<(), BurnError> {
        let found = self.drive.next_writable(self.plan.kind)?.unwrap_or(expected);
        self.shift = found.0.saturating_sub(expected.0);
        Ok(())
    }

    /// The same of a session at once whose pause was planned here: there drives say where the pause begins, and some all the same where the track does.
    fn find_session(&mut self, pause: Lba) -> Result<(), BurnError> {
        match self.drive.next_writable(self.plan.kind)? {
            Some(found) if found != pause + FIRST_PREGAP => self.shift = found.0.saturating_sub(pause.0),
            _ => self.shift = 0,
        }
        Ok(())
    }

    /// A DVD is planned in whole blocks from where the drive said that it goes on.
    fn check_place(&mut self, expected: Lba) -> Result<(), BurnError> {
        match self.drive.next_writable(self.plan.kind)? {
            Some(found) if found != expected => Err(BurnError::Place { found, expected }),
            _ => Ok(()),
        }
    }

    fn settle_layers(&mut self) -> Result<(), BurnError> {
        if self.plan.mode == Mode::LayerJump {
            return self.settle_jump();
        }
        let Some(at) = self.plan.layer_break else { return Ok(()) };
        let kind = self.plan.kind;
        self.drive.persevere(Stage::Starting, |transport| match kind {
            Kind::DvdPlusRDl => mmc::send_layer_0(transport, at),
            _ => mmc::send_shifted_middle_area(transport, at),
        })
    }

    /// Sectors keep the addresses of their places when a disc is written on both layers by turns, and those of a track have gaps. A disc that is copied
    /// has none: its one jump is where the first layer ends.
    fn settle_jump(&mut self) -> Result<(), BurnError> {
        let end = match self.plan.layer_break {
            Some(at) => {
                self.drive.persevere(Stage::Starting, |transport| mmc::send_shifted_middle_area(transport, at))?;
                Some(at)
            }
            // A drive that does not say goes over where it must.
            None => optional(self.drive.persevere(Stage::Starting, mmc::read_middle_area))?,
        };
        match end.and_then(|end| end.checked_sub(1)) {
            Some(last) => self.drive.persevere(Stage::Starting, |transport| mmc::send_layer_jump(transport, last)),
            None => Ok(()),
        }
    }

    /// Has the drive take the layout of a session. One that refuses it is asked once more without CD-TEXT, to know what it minds: nothing is written by
    /// that.
    fn send_cue_sheet(&mut self, n: usize) -> Result<(), BurnError> {
        let Some(session) = self.plan.sessions.get(n).cloned() else { return Ok(()) };
        let Some(refusal) = self.try_cue_sheets(&session)? else { return Ok(()) };
        let bare = SessionPlan { cd_text: Vec::new(), ..session.clone() };
        match session.cd_text.is_empty() || self.try_cue_sheets(&bare)?.is_some() {
            true => Err(BurnError::CueSheet(refusal)),
            false => Err(BurnError::CdText(refusal)),
        }
    }

    /// Tries the flavours of cue sheets until the drive takes one. What it said of the last, where it takes none.
    fn try_cue_sheets(&mut self, session: &SessionPlan) -> Result<Option<CommandError>, BurnError> {
        let (first, shift) = (session.tracks.first().and_then(|track| track.pieces.first()), self.shift);
        let lead_in = first.map_or(Lba::PROGRAM_START, |piece| piece.at);
        let mut sheets: Vec<_> = Flavour::ALL.map(|flavour| cue_sheet(session, shift, lead_in, flavour)).to_vec();
        // Most discs have nothing in which the flavours differ.
        sheets.dedup();
        let mut refusal = None;
        for sheet in sheets {
            match self.drive.persevere(Stage::Starting, |transport| mmc::send_cue_sheet(transport, &sheet)) {
                Ok(()) => return Ok(None),
                Err(refused @ BurnError::Command { .. }) if !is_refused(&refused) => return Err(refused),
                Err(BurnError::Command { error, .. }) => refusal = Some(error),
                Err(other) => return Err(other),
            }
        }
        Ok(refusal)
    }

    fn open_track(&mut self, n: usize, t: usize) -> Result<(), BurnError> {
        let Some(session) = self.plan.sessions.get(n) else { return Ok(()) };
        let Some(track) = session.tracks.get(t) else { return Ok(()) };
        let (parameters, start) = (self.plan.write_parameters(session, track), track.start);
        self.set_page(parameters)?;
        self.calibrate(n == 0 && t == 0)?;
        // In a simulation, too: some drives count on as if they had written, and some don't.
        self.find_place(start)
    }

    fn close_track(&mut self, n: usize, t: usize) -> Result<(), BurnError> {
        if self.plan.mode == Mode::TrackAtOnce && !self.muted {
            self.sink.flush(&mut self.drive)?;
            self.drive.flush()?;
            self.tracks_done += u32::from(!self.plan.simulate);
        }
        if let Some(session) = self.plan.sessions.get(n).filter(|_| !self.muted) {
            self.landings.extend(session.tracks.get(t).into_iter().flat_map(|track| session.landings_of(track, self.shift)));
        }
        Ok(())
    }

    /// The end of a session, and of the disc where it is the last.
    fn close_session(&mut self, n: usize) -> Result<(), BurnError> {
        self.sink.flush(&mut self.drive)?;
        if self.plan.mode != Mode::TrackAtOnce {
            self.drive.flush()?;
        }
        match (self.plan.simulate, self.plan.mode) {
            (false, _) => self.close_medium()?,
            // The end of what was tried; CDs and discs at once end with what is sent, and drives take offence at more.
            (true, Mode::Incremental) => {
                let first = self.first_number();
                tolerate(self.drive.close(Closing::Track, first))?;
            }
            (true, _) => {}
        }
        if let Some(session) = self.plan.sessions.get(n).filter(|_| self.plan.mode != Mode::TrackAtOnce) {
            self.tracks_done += session.tracks.len() as u32;
        }
        Ok(())
    }

    /// Number of the first track that is written.
    fn first_number(&self) -> u16 {
        self.plan.sessions.first().map_or(1, SessionPlan::first_number)
    }

    fn close_medium(&mut self) -> Result<(), BurnError> {
        let (kind, mode, close, first) = (self.plan.kind, self.plan.mode, self.plan.close, self.first_number());
        match (mode, self.plan.preparation) {
            // Closed by what was sent.
            (Mode::SessionAtOnce | Mode::Raw | Mode::DiscAtOnce, _) => Ok(()),
            // A quick format ends where the data do.
            (Mode::RestrictedOverwrite, Some(Preparation::Format(format))) if format.is_growing() => {
                self.drive.close(Closing::Session, 0)
            }
            _ => closing::close_medium(&mut self.drive, kind, first, close),
        }
    }
}
