//! Emptying rewritable discs.

use super::lent::Lent;
use super::{BurnError, CannotBurn, Erase, Format, Kind, NotRecordable, Stage, Tell, look_at_blank, plan};
use crate::drive::mmc;
use crate::drive::transport::Transport;

/// Why a disc was not erased, or not closed.
#[derive(Debug, thiserror::Error)]
pub enum DiscError {
    /// It is not known what it is.
    #[error(transparent)]
    Look(#[from] NotRecordable),
    /// It can't be erased.
    #[error("a {0} can't be erased")]
    Once(Kind),
    /// It can't be formatted so.
    #[error(transparent)]
    Format(#[from] CannotBurn),
    /// The drive did not.
    #[error(transparent)]
    Failed(#[from] BurnError),
}

/// Erases a CD-RW or DVD-RW, or formats a DVD+RW, DVD-RAM, BD-RE or a formatted DVD-RW anew. `spare_areas`: as [`super::BurnWish::spare_areas`]. The
/// disc has to be ready.
pub fn erase(transport: &mut dyn Transport, how: Erase, spare_areas: Option<bool>, tell: Tell<'_>) -> Result<(), DiscError> {
    let recordable = look_at_blank(transport)?;
    let kind = recordable.kind;
    let format = if kind.is_overwritten() { Some(plan::format(&recordable, how, spare_areas)?) } else { None };
    let mut drive = Lent::new(transport, tell);
    drive.until_ready(Stage::Starting)?;
    drive.lock();
    match format {
        Some(chosen) => self::format(&mut drive, chosen)?,
        None if kind.is_rewritable() => blank(&mut drive, how)?,
        None => return Err(DiscError::Once(kind)),
    }
    Ok(())
}

/// BLANK, to its end.
pub fn blank(drive: &mut Lent<'_>, how: Erase) -> Result<(), BurnError> {
    drive.persevere(Stage::Erasing, |transport| mmc::blank(transport, how == Erase::Full))?;
    drive.until_ready(Stage::Erasing)
}

/// FORMAT UNIT, to its end.
pub fn format(drive: &mut Lent<'_>, format: Format) -> Result<(), BurnError> {
    let Format { capacity, subtype, quick } = format;
    drive.persevere(Stage::Formatting, |transport| mmc::format_unit(transport, capacity, subtype, quick))?;
    drive.until_ready(Stage::Formatting)
}
