//! CDs: where tracks lie, and what is sent for them.

use super::page::XA_MIXED;
use super::{Block, BurnLoss, CannotBurn, Filler, Piece, SessionPlan, Source, StoredAs, Target, TrackPlan, has_subchannel};
use crate::disc::sector::Slice;
use crate::disc::toc::FIRST_PREGAP;
use crate::disc::{Disc, DiscType, Lba, Session, Track, TrackId, TrackMode};
use crate::drive::recorder::{BurnWish, Close, Mode};

/// Sectors that a track has at least: four seconds (Red Book).
const LEAST: u32 = 300;
/// Run-out blocks that a drive puts behind a track that it links (Orange Book).
const RUN_OUT: u32 = 2;
/// Sectors of a lead-out that the host makes: 90 seconds, of later sessions 30 (Orange Book).
const LEAD_OUTS: [u32; 2] = [6750, 2250];
/// Sectors of the lead-in of a later session (Orange Book).
const LATER_LEAD_IN: u32 = 4500;
/// From the lead-out of the first session to the first track of the second, and so on for later ones (Orange Book: lead-out 6750 or 2250, lead-in
/// 4500, pregap 150).
const SESSION_GAPS: [u32; 2] = [11_400, 6_900];
/// Where a lead-in begins when the disc does not say: at 97:26:65, as on most of them.
const USUAL_LEAD_IN: Lba = Lba(-11_635);
/// Tracks of a disc.
const MOST_TRACKS: u32 = 99;

/// The sessions to be written, in order.
pub fn sessions(
    disc: &Disc,
    stored: &StoredAs<'_>,
    target: &Target<'_>,
    wish: &BurnWish,
    losses: &mut Vec<BurnLoss>,
) -> Result<Vec<SessionPlan>, CannotBurn> {
    let mode = target.mode;
    let several = disc.sessions.len() > 1 && !target.recordable.offers.raw_sessions;
    // The lead-in of a session that another may follow tells where; that is the drive's to say.
    if mode == Mode::Raw && (several || wish.close == Close::Session) {
        return Err(CannotBurn::Sessions(mode));
    }
    let tracks = u32::from(target.tracks()) + disc.tracks().count() as u32;
    if tracks > MOST_TRACKS {
        return Err(CannotBurn::TooManyTracks(tracks));
    }
    let cd_text = if wish.without_cd_text { Vec::new() } else { cd_text(disc, target, losses) };
    let layout = Layout { stored, target, cd_text, mcn: disc.mcn };
    let first = disc.tracks().next().map_or(1, |(_, track)| track.number);
    let wanted = if target.afresh { u16::from(first) } else { target.tracks() + 1 };
    // A first track of a higher number leaves fewer.
    let first_number = if u32::from(wanted) + tracks > MOST_TRACKS + 1 { 1 } else { wanted as u8 };
    let mut begin = target.begin();
    let mut number = first_number;
    let mut plans: Vec<SessionPlan> = Vec::new();
    for (session, on_disc) in disc.sessions.iter().zip(target.sessions() + 1..) {
        let place = Place { begin, number, session: on_disc };
        let mut plan = match mode {
            Mode::TrackAtOnce => layout.track_by_track(session, place)?,
            _ => layout.at_once(session, place)?,
        };
        plan.open = plans.len() + 1 < disc.sessions.len() || wish.close == Close::Session;
        begin = plan.lead_out + SESSION_GAPS[usize::from(on_disc > 1)];
        number += plan.tracks.len() as u8;
        plans.push(plan);
    }
    note_losses(disc, stored, target, &plans, losses);
    Ok(plans)
}

/// The packs of the lead-in, where they can be written there.
fn cd_text(disc: &Disc, target: &Target<'_>, losses: &mut Vec<BurnLoss>) -> Vec<[u8; crate::disc::cd_text::PACK]> {
    if disc.cd_text.is_empty() {
        return Vec::new();
    }
    let Some(tracks) = disc.sessions.first().map(|session| &session.tracks) else { return Vec::new() };
    let (first, last) = (tracks.first().map_or(1, |track| track.number), tracks.last().map_or(1, |track| track.number));
    let packs = match target.mode {
        Mode::TrackAtOnce => Err("it lies in the lead-in, which the drive makes by itself when it writes track by track"),
        _ if target.sessions() > 0 => Err("it lies in the lead-in of the first session, which is written already"),
        _ if !target.recordable.offers.subchannel => Err("this drive does not write it"),
        _ => disc.cd_text.writable(first, last).to_packs(first, last).map_err(|_| "it is longer than a disc can hold"),
    };
    packs.unwrap_or_else(|why| {
        losses.push(BurnLoss::CdText(why));
        Vec::new()
    })
}

/// What all sessions have in common.
struct Layout<'a> {
    stored: &'a StoredAs<'a>,
    target: &'a Target<'a>,
    cd_text: Vec<[u8; crate::disc::cd_text::PACK]>,
    mcn: Option<crate::disc::Mcn>,
}

/// Where a session goes.
#[derive(Clone, Copy)]
struct Place {
    /// Where the drive begins it: index 1 of its first track, if that has a pregap of two seconds.
    begin: Lba,
    /// Number of its first track.
    number: u8,
    /// Its own.
    session: u16,
}

impl Layout<'_> {
    /// A session in one go, with all that lies between its tracks. Nothing in it moves against the rest.
    fn at_once(&self, session: &Session, place: Place) -> Result<SessionPlan, CannotBurn> {
        let begin = place.begin - FIRST_PREGAP;
        // On a blank every address stays what it is.
        let source_begin = match session.tracks.first() {
            Some(first) if place.session > 1 => first.start - first.pregap.max(FIRST_PREGAP),
            _ => Lba::PROGRAM_START,
        };
        let mut cursor = Cursor { source: source_begin, disc: begin, pieces: Vec::new() };
        let mut tracks = Vec::new();
        for (track, n) in session.tracks.iter().zip(0u8..) {
            let source = TrackId { session: session.number, track: track.number };
            let block = self.block(track)?;
            let pregap = track.start.since(cursor.source).unwrap_or(0);
            let stored = (self.stored)(source).map_or(0, |stored| stored.pregap).min(track.pregap);
            cursor.fill(pregap - stored, block);
            cursor.take(stored, block);
            let start = cursor.disc;
            cursor.take(track.length, block);
            let mut length = track.length;
            if n as usize + 1 == session.tracks.len() {
                let least = if track.mode.is_data() { LEAST.saturating_sub(track.length) } else { 0 };
                let tail = session.lead_out.since(track.end()).unwrap_or(0).max(least);
                cursor.fill(tail, block);
                length += tail;
            }
            let indexes = track.indexes.iter().map(|&index| start + index.since(track.start).unwrap_or(0)).collect();
            let pieces = std::mem::take(&mut cursor.pieces);
            tracks.push(TrackPlan { start, pregap, length, indexes, pieces, ..self.track(track, source, place.number + n) });
        }
        let mut plan = self.session(session, place, tracks, cursor.disc);
        self.surround(&mut plan);
        Ok(plan)
    }

    /// Lead-in and lead-out, as far as the host makes them.
    fn surround(&self, plan: &mut SessionPlan) {
        let begin = plan.tracks.first().map_or(Lba::PROGRAM_START, |track| track.start - track.pregap);
        let lead_in = match plan.number {
            1 => self.target.recordable.atip.map_or(USUAL_LEAD_IN, |atip| atip.lead_in),
            _ => begin - LATER_LEAD_IN,
        };
        let sectors = begin.since(lead_in).unwrap_or(0);
        let lead_out = LEAD_OUTS[usize::from(plan.number > 1)];
        let raw = self.target.mode == Mode::Raw;
        let made = |mode, main, filler, at, sectors| Piece {
            at,
            sectors,
            block: Block { mode, main, sub: true },
            source: Source::Made(filler),
        };
        if let Some(first) = plan.tracks.first_mut().filter(|_| raw || !plan.cd_text.is_empty()) {
            let main = raw.then_some(Slice::RAW);
            first.pieces.insert(0, made(first.mode, main, Filler::LeadIn, lead_in, sectors));
        }
        if let Some(last) = plan.tracks.last_mut().filter(|_| raw) {
            last.pieces.push(made(last.mode, Some(Slice::RAW), Filler::LeadOut, plan.lead_out, lead_out));
        }
    }

    /// Tracks one by one: the drive puts two seconds of pause before each.
    fn track_by_track(&self, session: &Session, place: Place) -> Result<SessionPlan, CannotBurn> {
        let mut tracks: Vec<TrackPlan> = Vec::new();
        let mut start = place.begin;
        for (track, n) in session.tracks.iter().zip(0u8..) {
            let source = TrackId { session: session.number, track: track.number };
            let block = self.block(track)?;
            let mut cursor = Cursor { source: track.start, disc: start, pieces: Vec::new() };
            cursor.take(track.length, block);
            cursor.fill(LEAST.saturating_sub(track.length), block);
            let length = track.length.max(LEAST);
            let pieces = cursor.pieces;
            tracks.push(TrackPlan { start, length, pieces, ..self.track(track, source, place.number + n) });
            start += length + RUN_OUT + FIRST_PREGAP;
        }
        Ok(self.session(session, place, tracks, start - FIRST_PREGAP))
    }

    /// What a track has wherever it lies; its place is still that of the source.
    fn track(&self, track: &Track, source: TrackId, number: u8) -> TrackPlan {
        TrackPlan {
            source,
            number,
            mode: if track.mode == TrackMode::Dvd { TrackMode::Mode1 } else { track.mode },
            control: track.control,
            isrc: track.isrc.filter(|_| !track.mode.is_data()),
            start: track.start,
            pregap: FIRST_PREGAP,
            length: track.length,
            indexes: Vec::new(),
            pieces: Vec::new(),
        }
    }

    fn session(&self, session: &Session, place: Place, tracks: Vec<TrackPlan>, lead_out: Lba) -> SessionPlan {
        let is_xa =
            |track: &TrackPlan| matches!(track.mode, TrackMode::Mode2Form1 | TrackMode::Mode2Form2 | TrackMode::Mode2Mixed);
        let disc_type = match session.disc_type {
            DiscType::CdDaOrRom if tracks.iter().any(is_xa) => DiscType::Xa,
            other => other,
        };
        let cd_text = if place.session == 1 { self.cd_text.clone() } else { Vec::new() };
        SessionPlan { number: place.session, disc_type, mcn: self.mcn, cd_text, tracks, lead_out, open: false }
    }

    /// What the sectors of a track are sent as.
    fn block(&self, track: &Track) -> Result<Block, CannotBurn> {
        use TrackMode::*;
        let (mode, mode_of_writing) = (track.mode, self.target.mode);
        let main = match (mode_of_writing, mode) {
            (Mode::Raw, Dvd) => return Err(CannotBurn::Sectors { track: track.number, is: mode, mode: mode_of_writing }),
            (Mode::Raw, _) | (_, Audio) => Slice::RAW,
            (_, Mode0) => return Err(CannotBurn::Sectors { track: track.number, is: mode, mode: mode_of_writing }),
            (_, Mode1 | Dvd) => Slice::COOKED,
            (_, Mode2) => Slice::MODE2,
            (Mode::TrackAtOnce, Mode2Form1 | Mode2Form2 | Mode2Mixed) => XA_MIXED,
            (_, Mode2Form1 | Mode2Form2 | Mode2Mixed) => Slice::MODE2,
        };
        Ok(Block { mode, main: Some(main), sub: mode_of_writing == Mode::Raw })
    }
}

/// Puts pieces one behind the other.
struct Cursor {
    source: Lba,
    disc: Lba,
    pieces: Vec<Piece>,
}

impl Cursor {
    /// Sectors of the source.
    fn take(&mut self, sectors: u32, block: Block) {
        self.put(sectors, block, Source::Disc(self.source));
    }

    /// Sectors that the source does not have.
    fn fill(&mut self, sectors: u32, block: Block) {
        self.put(sectors, block, Source::Made(Filler::Empty));
    }

    fn put(&mut self, sectors: u32, block: Block, source: Source) {
        if sectors > 0 {
            self.pieces.push(Piece { at: self.disc, sectors, block, source });
        }
        self.source += sectors;
        self.disc += sectors;
    }
}

fn note_losses(disc: &Disc, stored: &StoredAs<'_>, target: &Target<'_>, plans: &[SessionPlan], losses: &mut Vec<BurnLoss>) {
    let (by_track, raw) = (target.mode == Mode::TrackAtOnce, target.mode == Mode::Raw);
    let numbers = |wanted: &dyn Fn(&Session, &Track) -> bool| -> Vec<u8> {
        disc.tracks().filter(|(session, track)| wanted(session, track)).map(|(_, track)| track.number).collect()
    };
    let mut note = |tracks: Vec<u8>, loss: fn(Vec<u8>) -> BurnLoss| {
        if !tracks.is_empty() {
            losses.push(loss(tracks));
        }
    };
    let begins_disc = |session: &Session, track: &Track| {
        session.number == 1 && session.tracks.first().is_some_and(|first| first.number == track.number)
    };
    note(numbers(&|_, track| track.isrc.is_some() && track.mode.is_data()), BurnLoss::Isrc);
    let moved = |plan: &TrackPlan| plan.source.track != plan.number;
    note(plans.iter().flat_map(|plan| &plan.tracks).filter(|t| moved(t)).map(|t| t.source.track).collect(), BurnLoss::Numbers);
    if by_track {
        note(numbers(&|session, track| !begins_disc(session, track) && track.pregap != FIRST_PREGAP), BurnLoss::Pregaps);
        note(numbers(&|_, track| !track.indexes.is_empty()), BurnLoss::Indexes);
        note(numbers(&|_, track| track.length < LEAST), BurnLoss::Padded);
    } else {
        let last = |session: &Session, track: &Track| session.tracks.last().is_some_and(|last| last.number == track.number);
        let padded = |session: &Session, track: &Track| track.mode.is_data() && last(session, track);
        note(numbers(&|session, track| track.length < LEAST && padded(session, track)), BurnLoss::Padded);
        note(numbers(&|session, track| track.length < LEAST && !padded(session, track)), BurnLoss::Short);
    }
    let hidden = disc.tracks().next().map_or(0, |(_, track)| track.pregap).saturating_sub(FIRST_PREGAP);
    if by_track && hidden > 0 {
        losses.push(BurnLoss::HiddenTrack(hidden));
    }
    // Audio plays wherever it lies; a file system names the sectors of its files.
    let of_data = |plan: &&SessionPlan| {
        let pieces = plan.tracks.iter().filter(|track| track.mode.is_data()).flat_map(|track| &track.pieces);
        pieces.filter_map(|piece| piece.run().map(|run| (run.at, piece.at))).any(|(from, at)| from != at)
    };
    let moved: Vec<u16> = plans.iter().filter(of_data).map(|plan| plan.number).collect();
    if !moved.is_empty() {
        losses.push(BurnLoss::Moved(moved));
    }
    if !raw && has_subchannel(disc, stored) {
        losses.push(BurnLoss::Subchannel);
        let whole = |session: &Session, track: &Track| {
            let id = TrackId { session: session.number, track: track.number };
            stored(id).is_some_and(|stored| stored.main.covers(Slice::RAW))
        };
        if disc.tracks().any(|(session, track)| track.mode.is_data() && whole(session, track)) {
            losses.push(BurnLoss::RawSectors);
        }
    }
}
