//! [`plan`]: what is going to be written, decided before the laser is on. No I/O.

mod cd;
mod dvd;
mod error;
mod formats;
mod layout;
mod loss;
mod page;

pub use error::CannotBurn;
pub(super) use formats::format;
pub use layout::{Block, Filler, Landing, Piece, SessionPlan, Source, TrackPlan};
pub use loss::BurnLoss;

use super::{BurnWish, Close, Erase, Kind, Mode, Recordable};
use crate::disc::{Disc, Lba, Medium, Run, Stored, StoredSub, TrackId};
use crate::drive::mmc::{DiscState, FormatCapacity};

/// How a track of the source is stored: what [`crate::disc::DiscReader::stored`] tells.
pub type StoredAs<'a> = dyn Fn(TrackId) -> Option<Stored> + 'a;

/// What is going to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BurnPlan {
    /// On what.
    pub kind: Kind,
    /// How.
    pub mode: Mode,
    /// With the laser at reading power.
    pub simulate: bool,
    /// What is closed at the end.
    pub close: Close,
    /// What has to be done to the disc before.
    pub preparation: Option<Preparation>,
    /// Whether what may be on the disc now is lost.
    pub overwrites: bool,
    /// What does not arrive.
    pub losses: Vec<BurnLoss>,
    /// Sectors that the disc takes on the medium, what fills it up included.
    pub needed: u32,
    /// Sectors that are there for it.
    pub free: u32,
    /// Kilobytes (1000 bytes) a second; `None`: as fast as the drive finds right.
    pub speed: Option<u32>,
    /// First sector of the second layer, where it is settled by the program and not by the drive.
    pub layer_break: Option<u32>,
    /// Whether writing goes round what the drive does against bad places, and is twice as fast for it (WRITE (12), streaming).
    pub streaming: bool,
    /// Whether there is something in the subchannels R to W of the source or the lead-in, and the disc written raw.
    pub has_rw: bool,
    /// Whether the drive may stop and go on when its buffer runs empty.
    pub underrun_protection: bool,
    /// Its sessions.
    pub sessions: Vec<SessionPlan>,
}

/// What is done to a disc before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preparation {
    /// It is erased.
    Erase(Erase),
    /// It is formatted.
    Format(Format),
}

/// A way of formatting a disc (MMC-6, FORMAT UNIT).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// The descriptor that the drive has offered.
    pub capacity: FormatCapacity,
    /// Its subtype, the two bits beside the type.
    pub subtype: u8,
    /// Defects need not be looked for (CmpList and DCRT): quick, for discs that have been formatted before.
    pub quick: bool,
}

impl Format {
    /// The sectors that it gives; `None` where it leaves that to the drive.
    fn sectors(&self) -> Option<u32> {
        Some(self.capacity.sectors).filter(|sectors| (1..u32::MAX).contains(sectors))
    }
}

/// Decides how `disc` is written on what lies in the drive.
///
/// `stored` tells how its tracks are stored; what was never there is not lost, and a stored subchannel is written where that can be done.
pub fn plan(disc: &Disc, stored: &StoredAs<'_>, recordable: &Recordable, wish: &BurnWish) -> Result<BurnPlan, CannotBurn> {
    disc.check()?;
    if disc.medium == Medium::Gd {
        return Err(CannotBurn::NoSuchBlank(disc.medium));
    }
    let mode = choose_mode(disc, stored, recordable, wish)?;
    if wish.simulate && !recordable.offers.simulates.contains(&mode) {
        return Err(CannotBurn::NoSimulation { kind: recordable.kind, mode });
    }
    let preparation = prepare(recordable, mode, wish)?;
    if wish.simulate && preparation.is_some() {
        return Err(CannotBurn::NotErased(recordable.kind));
    }
    let target = Target { recordable, mode, afresh: preparation.is_some() || recordable.state == DiscState::Blank };
    let kind = target.kind();
    let mut losses = loss::of_the_medium(disc, kind);
    let (sessions, layer_break) = match kind.is_cd() {
        true => (cd::sessions(disc, stored, &target, wish, &mut losses)?, None),
        false => dvd::sessions(disc, &target, wish, &mut losses)?,
    };
    let free = match preparation {
        Some(Preparation::Format(format)) => format.sectors().unwrap_or(recordable.capacity),
        Some(Preparation::Erase(_)) => recordable.capacity,
        // The drive keeps some sectors back for the links of tracks, which a session at once does not have.
        None if kind.is_cd() && mode != Mode::TrackAtOnce => {
            recordable.capacity.saturating_sub(target.begin().since(Lba(0)).unwrap_or(0))
        }
        None => recordable.free,
    };
    let needed = needed(&sessions, &target);
    if needed > free {
        return Err(CannotBurn::TooLong { needed, free });
    }
    Ok(BurnPlan {
        kind,
        mode,
        simulate: wish.simulate,
        close: wish.close,
        preparation,
        overwrites: kind.is_overwritten() && recordable.formatted
            || preparation.is_some() && recordable.state != DiscState::Blank,
        losses,
        needed,
        free,
        speed: wish.speed,
        layer_break,
        streaming: wish.spare_areas == Some(false) && matches!(kind, Kind::DvdRam | Kind::BdR | Kind::BdRe),
        has_rw: mode == Mode::Raw && has_rw(disc, stored, &sessions),
        underrun_protection: recordable.offers.underrun_protection,
        sessions,
    })
}

/// From where writing begins to where the last lead-out does.
fn needed(sessions: &[SessionPlan], target: &Target<'_>) -> u32 {
    let end = sessions.last().map_or(target.begin(), |session| session.lead_out);
    end.since(target.begin()).unwrap_or(0)
}

/// The disc as it will be when writing begins.
struct Target<'a> {
    recordable: &'a Recordable,
    mode: Mode,
    /// Nothing is on it then.
    afresh: bool,
}

impl Target<'_> {
    /// Formatting makes another kind of a DVD-RW, and erasing does.
    fn kind(&self) -> Kind {
        match (self.recordable.kind, self.mode) {
            (Kind::DvdRw, Mode::RestrictedOverwrite) => Kind::DvdRwOverwrite,
            (Kind::DvdRwOverwrite, Mode::DiscAtOnce | Mode::Incremental) => Kind::DvdRw,
            (kind, _) => kind,
        }
    }

    /// Where writing begins: index 1 of the first track.
    fn begin(&self) -> Lba {
        if self.afresh || self.kind().is_overwritten() { Lba(0) } else { self.recordable.next_writable }
    }

    /// Sessions that are on it.
    fn sessions(&self) -> u16 {
        if self.afresh { 0 } else { self.recordable.sessions }
    }

    /// Tracks that are on it.
    fn tracks(&self) -> u16 {
        if self.afresh { 0 } else { self.recordable.last_track }
    }
}

/// What is stored of the subchannel of the tracks.
fn subchannels(disc: &Disc, stored: &StoredAs<'_>) -> impl Iterator<Item = StoredSub> {
    let id = |session: u16, track: u8| TrackId { session, track };
    disc.tracks().filter_map(move |(session, track)| stored(id(session.number, track.number))).map(|stored| stored.sub)
}

/// Whether a part of the subchannel is stored of any track.
fn has_subchannel(disc: &Disc, stored: &StoredAs<'_>) -> bool {
    subchannels(disc, stored).any(|sub| sub != StoredSub::None)
}

fn has_rw(disc: &Disc, stored: &StoredAs<'_>, sessions: &[SessionPlan]) -> bool {
    let text = sessions.iter().any(|session| !session.cd_text.is_empty());
    text || subchannels(disc, stored).any(|sub| matches!(sub, StoredSub::PW | StoredSub::RW))
}

fn choose_mode(disc: &Disc, stored: &StoredAs<'_>, recordable: &Recordable, wish: &BurnWish) -> Result<Mode, CannotBurn> {
    let (kind, offers) = (recordable.kind, &recordable.offers);
    // A DVD-RW that was erased quickly takes packets again when it has been erased fully.
    let after_erasing = |mode| {
        mode == Mode::Incremental && kind == Kind::DvdRw && wish.erase == Some(Erase::Full)
            || matches!(mode, Mode::DiscAtOnce | Mode::Incremental) && kind == Kind::DvdRwOverwrite && wish.erase.is_some()
    };
    if let Some(mode) = wish.mode {
        return match () {
            () if !kind.modes().contains(&mode) => Err(CannotBurn::NotThisMode { kind, mode }),
            () if !offers.modes.contains(&mode) && !after_erasing(mode) => Err(CannotBurn::NotThisDrive { kind, mode }),
            () => Ok(mode),
        };
    }
    let whole_disc = recordable.state == DiscState::Blank || wish.erase.is_some();
    let suits = |mode: Mode| match mode {
        Mode::DiscAtOnce => whole_disc && wish.close == Close::Disc && kind == recordable.kind && kind != Kind::DvdRwOverwrite,
        // Only a blank can be made of bits alone, and only as a whole.
        Mode::Raw => whole_disc && wish.close == Close::Disc && (disc.sessions.len() == 1 || offers.raw_sessions),
        Mode::SessionAtOnce => whole_disc || !recordable.open_session,
        _ => true,
    };
    let offered = |mode: &Mode| offers.modes.contains(mode) && suits(*mode);
    let raw = Some(Mode::Raw).filter(|mode| kind.is_cd() && offered(mode) && has_subchannel(disc, stored));
    let best = || kind.modes().iter().copied().find(offered);
    raw.or_else(best).or(offers.modes.first().copied()).ok_or(CannotBurn::NoMode(kind))
}

/// What has to be done before, or why it can't be.
fn prepare(recordable: &Recordable, mode: Mode, wish: &BurnWish) -> Result<Option<Preparation>, CannotBurn> {
    let (kind, state) = (recordable.kind, recordable.state);
    match (kind, mode) {
        (Kind::DvdRwOverwrite, Mode::DiscAtOnce | Mode::Incremental) => {
            return wish.erase.map(|erase| Some(Preparation::Erase(erase))).ok_or(CannotBurn::NotErased(kind));
        }
        (Kind::DvdRw, Mode::RestrictedOverwrite) if state != DiscState::Blank && wish.erase.is_none() => {
            return Err(CannotBurn::NotErased(kind));
        }
        _ => {}
    }
    if let Some(format) = formats::format_for(recordable, mode, wish.erase, wish.spare_areas)? {
        return Ok(Some(Preparation::Format(format)));
    }
    if kind.is_overwritten() {
        return Ok(None);
    }
    let needs_blank = matches!(mode, Mode::Raw | Mode::DiscAtOnce);
    match (state, wish.erase) {
        (DiscState::Blank, _) => Ok(None),
        (_, Some(erase)) if kind.is_rewritable() => Ok(Some(Preparation::Erase(erase))),
        (DiscState::Appendable, _) if needs_blank && kind.is_rewritable() => Err(CannotBurn::NotErased(kind)),
        (DiscState::Appendable, _) if needs_blank => Err(CannotBurn::NotBlank { kind, mode }),
        (DiscState::Appendable, _) if mode == Mode::SessionAtOnce && recordable.open_session => {
            Err(CannotBurn::SessionOpen(kind))
        }
        (DiscState::Appendable, _) => Ok(None),
        _ if kind.is_rewritable() => Err(CannotBurn::NotErased(kind)),
        _ => Err(CannotBurn::Finished(kind)),
    }
}

impl BurnPlan {
    /// What is wanted of the source, in this order.
    pub fn runs(&self) -> Vec<Run> {
        self.pieces().filter_map(|piece| piece.run()).collect()
    }

    /// Everything that is sent to the drive, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.sessions.iter().flat_map(|session| session.tracks.iter().flat_map(|track| &track.pieces))
    }

    /// Where the tracks will lie on the disc; where they came to lie in the end is in [`super::Recorder::landings`].
    pub fn landings(&self) -> Vec<Landing> {
        self.sessions.iter().flat_map(|session| session.landings(0)).collect()
    }

    /// The sessions that are written, as a disc.
    pub fn outcome(&self) -> Disc {
        let sessions = self.sessions.iter().map(SessionPlan::session).collect();
        let mcn = self.sessions.iter().find_map(|session| session.mcn);
        Disc { sessions, mcn, layer_break: self.layer_break, ..Disc::new(self.kind.medium(), Vec::new()) }
    }
}
