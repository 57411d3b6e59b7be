//! DVDs and Blu-ray discs: one row of sectors.

use super::{Block, BurnLoss, CannotBurn, Filler, Piece, SessionPlan, Source, Target, TrackPlan};
use crate::disc::sector::Slice;
use crate::disc::{Disc, DiscType, Lba, Track, TrackId, TrackMode};
use crate::drive::recorder::{BurnWish, Close, Kind};

/// The row as a session, and where its second layer begins when the program settles that.
pub fn sessions(
    disc: &Disc,
    target: &Target<'_>,
    wish: &BurnWish,
    losses: &mut Vec<BurnLoss>,
) -> Result<(Vec<SessionPlan>, Option<u32>), CannotBurn> {
    let kind = target.kind();
    suits(disc, kind)?;
    if disc.sessions.len() > 1 {
        losses.push(BurnLoss::Sessions);
    }
    let block = kind.block();
    let shift = target.begin();
    let mut tracks = Vec::new();
    let mut end = Lba(0);
    for (session, track) in disc.tracks() {
        let source = TrackId { session: session.number, track: track.number };
        tracks.push(track_plan(track, source, end, shift, target.tracks()));
        end = track.end();
    }
    // What is written together must be there as a whole.
    let sectors = disc.sectors().max(end.since(Lba(0)).unwrap_or(0)).checked_next_multiple_of(block);
    let sectors = sectors.ok_or(CannotBurn::TooLong { needed: u32::MAX, free: target.recordable.capacity })?;
    let tail = Lba(0) + sectors;
    if let (Some(track), Some(rest @ 1..)) = (tracks.last_mut(), tail.since(end)) {
        track.pieces.push(filler(shift + end.since(Lba(0)).unwrap_or(0), rest));
        track.length += rest;
    }
    if shift != Lba(0) {
        losses.push(BurnLoss::Moved(vec![target.sessions() + 1]));
    }
    let layer_break = layer_break(disc, target, wish, sectors, losses)?;
    let session = SessionPlan {
        number: target.sessions() + 1,
        disc_type: DiscType::CdDaOrRom,
        mcn: None,
        cd_text: Vec::new(),
        tracks,
        lead_out: shift + sectors,
        open: wish.close == Close::Session,
    };
    Ok((vec![session], layer_break))
}

/// Whether the disc is nothing but rows of 2048 bytes.
fn suits(disc: &Disc, kind: Kind) -> Result<(), CannotBurn> {
    let fail = |what| Err(CannotBurn::NeedsCd { what, kind });
    if !disc.medium.is_cd() {
        return Ok(());
    }
    let mut tracks = disc.tracks();
    match (tracks.next(), tracks.next()) {
        (_, Some(_)) if disc.audio_tracks() > 0 => fail("audio"),
        (_, Some(_)) => fail("several tracks"),
        (Some((_, track)), None) => match track.mode {
            TrackMode::Audio => fail("audio"),
            TrackMode::Mode1 | TrackMode::Mode2Form1 | TrackMode::Dvd => Ok(()),
            _ => fail("sectors of mode 2"),
        },
        (None, None) => Ok(()),
    }
}

fn track_plan(track: &Track, source: TrackId, end: Lba, shift: Lba, before: u16) -> TrackPlan {
    let at = |lba: Lba| shift + lba.since(Lba(0)).unwrap_or(0);
    let main = if track.mode == TrackMode::Mode2Form1 { Slice::FORM1 } else { Slice::COOKED };
    let block = Block { mode: track.mode, main: Some(main), sub: false };
    let mut pieces = Vec::new();
    let gap = track.start.since(end).unwrap_or(0);
    if gap > 0 {
        pieces.push(filler(at(end), gap));
    }
    pieces.push(Piece { at: at(track.start), sectors: track.length, block, source: Source::Disc(track.start) });
    TrackPlan {
        source,
        // Every session of a DVD is one track.
        number: (before + 1).min(u16::from(u8::MAX)) as u8,
        mode: TrackMode::Dvd,
        control: track.control,
        isrc: None,
        start: at(track.start),
        pregap: gap,
        length: track.length,
        indexes: Vec::new(),
        pieces,
    }
}

/// Sectors of zeros.
fn filler(at: Lba, sectors: u32) -> Piece {
    let block = Block { mode: TrackMode::Dvd, main: Some(Slice::COOKED), sub: false };
    Piece { at, sectors, block, source: Source::Made(Filler::Empty) }
}

/// Where the second layer begins; `None` where the drive decides, or there is none.
fn layer_break(
    disc: &Disc,
    target: &Target<'_>,
    wish: &BurnWish,
    sectors: u32,
    losses: &mut Vec<BurnLoss>,
) -> Result<Option<u32>, CannotBurn> {
    let kind = target.kind();
    let chooses = matches!(kind, Kind::DvdPlusRDl | Kind::DvdRDl) && target.afresh;
    let layer_0 = target.recordable.layer_0;
    let most = layer_0.map_or(target.recordable.capacity / 2, |layer| layer.sectors);
    let settled = layer_0.is_some_and(|layer| layer.settled);
    let judge = |at: u32| match () {
        () if !chooses => Err("the drive settles that on this kind of disc"),
        () if settled && at != most => Err("it has been settled for this disc already"),
        () if at == 0 || !at.is_multiple_of(16) => Err("that is no multiple of 16 sectors"),
        () if at > most => Err("the first layer ends before it"),
        () if at >= sectors => Err("the data end before it"),
        () if sectors - at > at => Err("more would lie on the second layer than on the first"),
        () => Ok(at),
    };
    if let Some(at) = wish.layer_break {
        return judge(at).map(Some).map_err(|why| CannotBurn::LayerBreak { at, why });
    }
    if let Some(at) = disc.layer_break {
        match judge(at) {
            Ok(at) => return Ok(Some(at)),
            Err(_) => losses.push(BurnLoss::LayerBreak(at)),
        }
    }
    // Half of it on each layer, the larger half on the first, so that the second is written to its end and none of it is left over.
    let half = (sectors / 2).next_multiple_of(16);
    let splits = kind == Kind::DvdPlusRDl && chooses && !settled && sectors > most;
    Ok(splits.then_some(half.min(most)))
}
