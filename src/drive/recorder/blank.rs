//! [`Recordable`]: what lies in a drive as something to write on.

use super::{Kind, Mode};
use crate::disc::Lba;
use crate::disc::toc::FIRST_PREGAP;
use crate::drive::details::optional;
use crate::drive::mmc::{
    self, Atip, CommandError, Configuration, DiscInformation, DiscState, FormatCapacity, Profile, WriteSpeed,
};
use crate::drive::transport::Transport;

/// A disc that can be written on, and what the drive that it is in can do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recordable {
    /// What kind of disc.
    pub kind: Kind,
    /// How far it has been written.
    pub state: DiscState,
    /// Sectors that it takes when nothing is on it.
    pub capacity: u32,
    /// Sectors that can be written now.
    pub free: u32,
    /// Where writing goes on: LBA 0 of a blank.
    pub next_writable: Lba,
    /// Sessions that are closed.
    pub sessions: u16,
    /// Number of the last track; 0 of a blank.
    pub last_track: u16,
    /// Whether its last session is open, and has tracks in it.
    pub open_session: bool,
    /// What its wobble says of a CD.
    pub atip: Option<Atip>,
    /// Whether it is formatted, where it must be before it is written.
    pub formatted: bool,
    /// The formats that it can be given (READ FORMAT CAPACITIES).
    pub formats: Vec<FormatCapacity>,
    /// Speeds that the drive writes it at, fastest first.
    pub speeds: Vec<WriteSpeed>,
    /// Sectors of the first layer of a DVD+R DL, where the drive says.
    pub layer_0: Option<LayerZero>,
    /// What the drive can do with it.
    pub offers: Offers,
}

/// The first layer of a DVD+R DL (READ DISC STRUCTURE, format 20).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerZero {
    /// Its sectors.
    pub sectors: u32,
    /// Whether that has been settled, and can't be changed any more.
    pub settled: bool,
}

/// What a drive can do with the disc in it, by its features (MMC-6, clause 5).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offers {
    /// How it writes it.
    pub modes: Vec<Mode>,
    /// Whether it goes through writing without writing, in these modes.
    pub simulates: Vec<Mode>,
    /// Whether it stops and goes on when its buffer runs empty.
    pub underrun_protection: bool,
    /// Whether it writes several sessions of a CD raw.
    pub raw_sessions: bool,
    /// Whether it takes the subchannels R to W from the host: CD-TEXT.
    pub subchannel: bool,
}

/// Why the disc in the drive is nothing to write on.
#[derive(Debug, thiserror::Error)]
pub enum NotRecordable {
    /// A command failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// It is a disc, but not one that can be written.
    #[error("{0} can't be written on")]
    Pressed(Profile),
}

/// The track that writing goes on with: of a CD and a DVD+R that which is not there yet.
const INVISIBLE: u8 = 0xFF;

/// Asks the drive what lies in it. The disc has to be ready.
pub fn look_at_blank(transport: &mut dyn Transport) -> Result<Recordable, NotRecordable> {
    let configuration = mmc::get_configuration(transport)?;
    let profile = configuration.current.unwrap_or(Profile::NONE);
    let kind = Kind::of(profile).ok_or(NotRecordable::Pressed(profile))?;
    let information = mmc::read_disc_information(transport)?;
    let atip = if kind.is_cd() { optional(mmc::read_atip(transport))? } else { None };
    let (now, formats) = match optional(mmc::read_format_capacities(transport))? {
        Some((now, formats)) => (Some(now), formats),
        None => (None, Vec::new()),
    };
    let mut speeds = optional(mmc::write_speeds(transport))?.unwrap_or_default();
    speeds.retain(|speed| speed.write > 0);
    speeds.sort_by_key(|speed| std::cmp::Reverse(speed.write));
    speeds.dedup_by_key(|speed| speed.write);
    let layer_0 = match kind {
        Kind::DvdPlusRDl => optional(mmc::read_layer_0(transport))?.filter(|&(sectors, _)| sectors > 0),
        _ => None,
    };
    let formatted = now.is_some_and(|now| now.kind == FORMATTED);
    let mut recordable = Recordable {
        kind,
        state: information.state,
        capacity: 0,
        free: 0,
        next_writable: Lba(0),
        sessions: information.sessions.saturating_sub(u16::from(information.state != DiscState::Complete)),
        last_track: 0,
        open_session: information.incomplete && information.state == DiscState::Appendable,
        atip,
        formatted,
        formats,
        speeds,
        layer_0: layer_0.map(|(sectors, settled)| LayerZero { sectors, settled }),
        offers: offers(kind, &configuration),
    };
    match kind.is_overwritten() {
        true => measure_formatted(transport, &mut recordable, now)?,
        false => measure(transport, &mut recordable, &information, now)?,
    }
    Ok(recordable)
}

/// The first descriptor of READ FORMAT CAPACITIES says that the disc is formatted.
const FORMATTED: u8 = 2;

/// Where writing goes on, and how far.
fn measure(
    transport: &mut dyn Transport,
    recordable: &mut Recordable,
    information: &DiscInformation,
    now: Option<FormatCapacity>,
) -> Result<(), CommandError> {
    let last = information.last_track.min(u16::from(u8::MAX)) as u8;
    let invisible = recordable.kind.is_cd() || matches!(recordable.kind, Kind::DvdPlusR | Kind::DvdPlusRDl);
    let number = if invisible { INVISIBLE } else { last };
    let open = match recordable.state {
        DiscState::Complete => None,
        _ => optional(mmc::read_track_information(transport, number))?,
    };
    if let Some(track) = open.as_ref() {
        recordable.free = track.free;
        let pause = match recordable.kind.is_cd() && recordable.state == DiscState::Appendable && !recordable.open_session {
            // Whoever sends sessions at once sends their pauses, and is told where those begin.
            true if optional(mmc::writes_at_once(transport))? == Some(true) => FIRST_PREGAP,
            _ => 0,
        };
        recordable.next_writable = (Lba(track.next_writable.unwrap_or(track.start)) + pause).max(Lba(0));
    }
    recordable.last_track = match open.as_ref() {
        _ if recordable.state == DiscState::Blank => 0,
        // An old drive may not tell the number of a track that is not there yet.
        Some(track) => if track.track > 0 { track.track } else { information.last_track }.saturating_sub(1),
        None => information.last_track,
    };
    let offered = now.into_iter().chain(recordable.formats.iter().copied()).map(|format| format.sectors).max();
    recordable.capacity = match (recordable.atip, recordable.state) {
        (Some(atip), _) => atip.last_lead_out.since(Lba(0)).unwrap_or(0),
        (None, DiscState::Blank) => recordable.free,
        (None, _) => offered.unwrap_or(0).max(recordable.free),
    };
    // A blank whose drive says nothing else has all of it free.
    if recordable.state == DiscState::Blank && recordable.free == 0 {
        recordable.free = recordable.capacity;
    }
    Ok(())
}

/// The sectors of a disc that is written in place: those that it is formatted to, or would be.
fn measure_formatted(
    transport: &mut dyn Transport,
    recordable: &mut Recordable,
    now: Option<FormatCapacity>,
) -> Result<(), CommandError> {
    let formatted = match recordable.formatted {
        true => optional(mmc::read_capacity(transport))?.map(|capacity| capacity.sectors).or(now.map(|now| now.sectors)),
        false => None,
    };
    let offered = recordable.formats.first().map(|format| format.sectors);
    recordable.capacity = formatted.filter(|&sectors| sectors > 1).or(offered).or(now.map(|now| now.sectors)).unwrap_or(0);
    recordable.free = recordable.capacity;
    Ok(())
}

/// Feature codes of writing (MMC-6, table of features), and their bits, all in the first byte.
mod feature {
    pub const INCREMENTAL: u16 = 0x0021;
    pub const RESTRICTED_OVERWRITE: u16 = 0x0026;
    pub const TRACK_AT_ONCE: u16 = 0x002D;
    pub const MASTERING: u16 = 0x002E;
    pub const DVD_R_WRITE: u16 = 0x002F;
    pub const LAYER_JUMP: u16 = 0x0033;
    /// Underrun protection, of all four.
    pub const BUF: u8 = 0x40;
    /// Test writing, of all four.
    pub const TEST: u8 = 0x04;
    /// Subchannels R to W, of the first two.
    pub const RW: u8 = 0x01;
    /// Of mastering.
    pub const SAO: u8 = 0x20;
    pub const RAW: u8 = 0x08;
    pub const RAW_SESSIONS: u8 = 0x10;
}

fn offers(kind: Kind, configuration: &Configuration) -> Offers {
    let has = |code| configuration.feature(code).is_some();
    let current = |code| configuration.feature(code).is_some_and(|feature| feature.current);
    let bit = |code, bit: u8| configuration.feature(code).and_then(|f| f.data.first()).is_some_and(|&byte| byte & bit != 0);
    let home = |mode: Mode| match mode {
        Mode::TrackAtOnce => feature::TRACK_AT_ONCE,
        Mode::SessionAtOnce | Mode::Raw => feature::MASTERING,
        _ => feature::DVD_R_WRITE,
    };
    let can = |mode: &Mode| match mode {
        Mode::TrackAtOnce => has(feature::TRACK_AT_ONCE),
        Mode::SessionAtOnce => bit(feature::MASTERING, feature::SAO),
        Mode::Raw => bit(feature::MASTERING, feature::RAW),
        Mode::DiscAtOnce => has(feature::DVD_R_WRITE),
        // A DVD-RW that was erased quickly is no longer written so, and the feature not current.
        Mode::Incremental if kind == Kind::DvdRw => current(feature::INCREMENTAL),
        Mode::Incremental => has(feature::DVD_R_WRITE) && has(feature::INCREMENTAL),
        Mode::RestrictedOverwrite => has(feature::RESTRICTED_OVERWRITE),
        Mode::LayerJump => has(feature::LAYER_JUMP),
        // A drive that takes such a disc for one to be written on writes it: there is one way only.
        Mode::Sequential | Mode::Overwrite => true,
    };
    let modes: Vec<Mode> = kind.modes().iter().copied().filter(can).collect();
    let simulates = modes.iter().copied().filter(|&mode| mode.can_simulate() && bit(home(mode), feature::TEST)).collect();
    let underrun_protection = modes.iter().all(|&mode| !mode.has_page() || bit(home(mode), feature::BUF));
    let subchannel = bit(feature::MASTERING, feature::RW);
    let raw_sessions = bit(feature::MASTERING, feature::RAW_SESSIONS);
    Offers { modes, simulates, underrun_protection, raw_sessions, subchannel }
}
