//! Tests of the recorder.

mod commands;
mod golden;
mod plans;
mod round_trip;

use super::*;
use crate::disc::{Disc, Lba, Medium, Session, Stored, Track, TrackId, TrackMode};
use crate::drive::mmc::{Atip, DiscState};

/// A blank CD-R of 80 minutes in a drive that can do everything.
fn blank_cd() -> Recordable {
    let modes = Kind::CdR.modes().to_vec();
    Recordable {
        kind: Kind::CdR,
        state: DiscState::Blank,
        capacity: 359_847,
        free: 359_847,
        next_writable: Lba(0),
        sessions: 0,
        last_track: 0,
        open_session: false,
        atip: Some(Atip { rewritable: false, lead_in: Lba(-11_635), last_lead_out: Lba(359_847) }),
        formatted: false,
        formats: Vec::new(),
        speeds: Vec::new(),
        layer_0: None,
        offers: Offers { simulates: modes.clone(), modes, underrun_protection: true, raw_sessions: true, subchannel: true },
    }
}

/// A blank of another kind.
fn blank(kind: Kind, sectors: u32) -> Recordable {
    let modes = kind.modes().to_vec();
    let simulates = modes.iter().copied().filter(|mode| mode.can_simulate()).collect();
    let offers = Offers { modes, simulates, underrun_protection: true, raw_sessions: true, subchannel: true };
    Recordable { kind, capacity: sectors, free: sectors, atip: None, offers, ..blank_cd() }
}

/// Nothing is known of how the source is stored: no pregap, no subchannel.
fn nothing_stored(_: TrackId) -> Option<Stored> {
    None
}

/// Tracks one after another: mode, pregap, length.
fn disc(tracks: &[(TrackMode, u32, u32)]) -> Disc {
    let mut end = Lba(0);
    let tracks = tracks.iter().zip(1..).map(|(&(mode, pregap, length), number)| {
        let (start, pregap) = if number == 1 { (Lba(0), 150) } else { (end + pregap, pregap) };
        end = start + length;
        Track { pregap, ..Track::new(number, mode, start, length) }
    });
    Disc::new(Medium::Cd, tracks.collect())
}

/// Another session behind it, of one track that begins there.
fn with_session(mut disc: Disc, mode: TrackMode, start: Lba, length: u32) -> Disc {
    let number = disc.tracks().count() as u8 + 1;
    let track = Track { pregap: 150, ..Track::new(number, mode, start, length) };
    let session = disc.sessions.len() as u16 + 1;
    disc.sessions.push(Session { number: session, disc_type: Default::default(), lead_out: track.end(), tracks: vec![track] });
    disc
}

/// One row of 2048 bytes a sector.
fn data_disc(sectors: u32) -> Disc {
    Disc::new(Medium::Dvd, vec![Track::new(1, TrackMode::Dvd, Lba(0), sectors)])
}
