//! The end of a session, or of the disc.

use super::lent::Lent;
use super::{BurnError, Close, DiscError, Kind, Stage, Tell, look_at_blank};
use crate::disc::DiscType;
use crate::drive::mmc::{self, BlockType, Closing, Formatting, WriteParameters, WriteType};
use crate::drive::sense::Meaning;
use crate::drive::transport::Transport;

/// Whether the drive refused what it was told, and may take it another way.
pub fn is_refused(error: &BurnError) -> bool {
    let refused = [Meaning::NotSupported, Meaning::WrongDisc, Meaning::Other];
    matches!(error, BurnError::Command { error, .. } if error.meaning().is_some_and(|meaning| refused.contains(&meaning)))
}

/// A refusal that changes nothing of what is written.
pub fn tolerate(result: Result<(), BurnError>) -> Result<(), BurnError> {
    optional(result).map(|_| ())
}

/// An answer that a drive need not have.
pub fn optional<T>(result: Result<T, BurnError>) -> Result<Option<T>, BurnError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_refused(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Closes the session that is open on a disc, which a failure has left there, or a program that writes track by track: what is whole on it can be read
/// then. Where a last track is not whole, it ends where its sectors do. The disc has to be ready.
pub fn close_disc(transport: &mut dyn Transport, close: Close, tell: Tell<'_>) -> Result<(), DiscError> {
    let recordable = look_at_blank(transport)?;
    let (kind, track) = (recordable.kind, recordable.last_track + u16::from(!recordable.kind.is_cd()));
    let mut drive = Lent::new(transport, tell);
    drive.until_ready(Stage::Starting)?;
    drive.lock();
    if kind.is_cd() || matches!(kind, Kind::DvdR | Kind::DvdRw | Kind::DvdRDl) {
        let parameters = WriteParameters {
            write_type: if kind.is_cd() { WriteType::Track } else { WriteType::Packet },
            simulate: false,
            underrun_protection: recordable.offers.underrun_protection,
            open: close == Close::Session,
            packet: if kind.is_cd() { None } else { Some(16) },
            control: if kind.is_cd() { 4 } else { 5 },
            scms: false,
            block_type: BlockType::Mode1,
            session_format: DiscType::CdDaOrRom,
            mcn: None,
            isrc: None,
        };
        drive.persevere(Stage::Closing, |transport| mmc::set_write_parameters(transport, &parameters))?;
    }
    Ok(close_medium(&mut drive, kind, track, close)?)
}

/// Closes what is open: the track of this number, where it is closed by itself, and the session or the disc.
pub fn close_medium(drive: &mut Lent<'_>, kind: Kind, track: u16, close: Close) -> Result<(), BurnError> {
    let whole = close == Close::Disc;
    match kind {
        // The tracks are closed with the session, and whether another can follow stands in the page of write parameters.
        Kind::CdR | Kind::CdRw => drive.close(Closing::Session, 0),
        Kind::DvdR | Kind::DvdRw | Kind::DvdRDl => {
            drive.close(Closing::Track, track)?;
            drive.close(Closing::Session, 0)
        }
        Kind::BdR => {
            drive.close(Closing::Track, track)?;
            drive.close(if whole { Closing::Disc } else { Closing::Session }, 0)
        }
        Kind::DvdPlusR | Kind::DvdPlusRDl => {
            drive.close(Closing::Track, track)?;
            if !whole {
                return drive.close(Closing::Session, 0);
            }
            // Some drives know only this one of the two on DVD+R DL, and all take it.
            match drive.close(Closing::DiscShort, 0) {
                Err(error) if is_refused(&error) => drive.close(Closing::Disc, 0),
                other => other,
            }
        }
        Kind::DvdPlusRw => stop_formatting(drive, whole),
        Kind::DvdRwOverwrite | Kind::DvdRam | Kind::BdRe => Ok(()),
    }
}

/// A DVD+RW that is still being formatted behind the data: other drives read it when it has a lead-out behind them.
fn stop_formatting(drive: &mut Lent<'_>, whole: bool) -> Result<(), BurnError> {
    let information = drive.persevere(Stage::Closing, mmc::read_disc_information)?;
    if information.formatting == Formatting::Running {
        drive.close(Closing::Format, 0)?;
    }
    match information.formatting {
        Formatting::Running | Formatting::Stopped if whole => tolerate(drive.close(Closing::Session, 0)),
        _ => Ok(()),
    }
}
