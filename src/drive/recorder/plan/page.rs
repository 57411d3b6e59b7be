//! The page of write parameters that a plan wants the drive to have.

use super::{BurnPlan, SessionPlan, TrackPlan};
use crate::disc::sector::Slice;
use crate::disc::{DiscType, TrackMode};
use crate::drive::mmc::{BlockType, WriteParameters, WriteType};
use crate::drive::recorder::{Close, Mode};

/// CONTROL of the tracks of a DVD: data, written incrementally or not (MMC-6, track mode of the page).
const DVD_DATA: u8 = 5;
/// Sectors of a packet on a DVD.
const DVD_PACKET: u8 = 16;

impl BurnPlan {
    /// The page for this track of this session; `None` where the medium knows one way of writing, and no page.
    pub fn write_parameters(&self, session: &SessionPlan, track: &TrackPlan) -> Option<WriteParameters> {
        if !self.mode.has_page() {
            return None;
        }
        let plain = WriteParameters {
            write_type: WriteType::Session,
            simulate: self.simulate,
            underrun_protection: self.underrun_protection,
            open: session.open,
            packet: None,
            control: 0,
            scms: false,
            block_type: BlockType::Raw,
            session_format: session.disc_type,
            mcn: None,
            isrc: None,
        };
        let dvd = WriteParameters {
            control: DVD_DATA,
            block_type: BlockType::Mode1,
            open: self.close == Close::Session,
            session_format: DiscType::CdDaOrRom,
            ..plain
        };
        Some(match self.mode {
            Mode::TrackAtOnce => WriteParameters {
                write_type: WriteType::Track,
                control: track.control.nibble(track.mode),
                scms: track.control.scms,
                block_type: block_type(track),
                mcn: session.mcn,
                isrc: track.isrc,
                ..plain
            },
            Mode::Raw => WriteParameters { write_type: WriteType::Raw, block_type: BlockType::RawPw, ..plain },
            Mode::DiscAtOnce => WriteParameters { open: false, ..dvd },
            Mode::Incremental => WriteParameters { write_type: WriteType::Packet, packet: Some(DVD_PACKET), ..dvd },
            // Packets of a fixed size belong to the mode before alone (MMC-6, the bit FP of the page).
            Mode::LayerJump => WriteParameters { write_type: WriteType::LayerJump, ..dvd },
            _ => plain,
        })
    }
}

/// What the host sends of the sectors of a track that is written by itself.
fn block_type(track: &TrackPlan) -> BlockType {
    match track.mode {
        TrackMode::Audio => BlockType::Raw,
        TrackMode::Mode0 | TrackMode::Mode1 | TrackMode::Dvd => BlockType::Mode1,
        TrackMode::Mode2 => BlockType::Mode2,
        TrackMode::Mode2Form1 | TrackMode::Mode2Form2 | TrackMode::Mode2Mixed => BlockType::XaMixed,
    }
}

/// The part of a sector that goes with [`BlockType::XaMixed`]: subheader and data of form 2, which is the longer.
pub const XA_MIXED: Slice = match Slice::new(16, 2348) {
    Some(slice) => slice,
    None => Slice::MODE2,
};
