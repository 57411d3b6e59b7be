//! Which of the formats that a drive offers a disc is given (MMC-6, format types of FORMAT UNIT).

use super::{CannotBurn, Format};
use crate::drive::mmc::{DiscState, FormatCapacity};
use crate::drive::recorder::{Erase, Kind, Mode, Recordable};

/// All of the disc, with the spare areas that the drive finds right.
const FULL: u8 = 0x00;
/// DVD-RAM: the spare area grows.
const SPARE_AREA: u8 = 0x01;
/// DVD-RW: all of it.
const DVD_RW_FULL: u8 = 0x10;
/// DVD-RW: nothing of it; it is formatted while it is written the first time.
const DVD_RW_QUICK: u8 = 0x15;
/// DVD+RW: goes on behind the writing.
const DVD_PLUS_RW: u8 = 0x26;
/// BD-RE: with spare areas.
const BD_SPARES: u8 = 0x30;
/// BD-RE: without.
const BD_NO_SPARES: u8 = 0x31;

/// Subtypes of [`FULL`] on BD-R: written in sequence, without rewriting.
const SEQUENTIAL: u8 = 1;
/// Subtypes of [`BD_SPARES`]: what is certified.
const CERTIFY_ALL: u8 = 2;
const CERTIFY_QUICKLY: u8 = 3;

/// DVD+RW: as much as there is.
const AS_MUCH_AS_THERE_IS: u32 = 0xFFFF_FFFF;

impl Format {
    /// Whether it grows with what is written, and has to be closed behind that.
    pub fn is_growing(&self) -> bool {
        self.capacity.kind == DVD_RW_QUICK
    }
}

/// The format that the disc has to be given before it is written in this mode; `None` where it needs none.
pub fn format_for(
    recordable: &Recordable,
    mode: Mode,
    erase: Option<Erase>,
    spare_areas: Option<bool>,
) -> Result<Option<Format>, CannotBurn> {
    let kind = recordable.kind;
    match (kind, mode) {
        // A BD-R is given spare areas before it is written the first time, or never.
        (Kind::BdR, _) if spare_areas == Some(true) && !recordable.formatted && recordable.state == DiscState::Blank => {}
        (Kind::DvdRw, Mode::RestrictedOverwrite) => {}
        (kind, _) if kind.is_overwritten() && (erase.is_some() || !recordable.formatted) => {}
        _ => return Ok(None),
    }
    format(recordable, erase.unwrap_or(Erase::Quick), spare_areas).map(Some)
}

/// A format for the disc.
pub fn format(recordable: &Recordable, erase: Erase, spare_areas: Option<bool>) -> Result<Format, CannotBurn> {
    let kind = recordable.kind;
    let offered = |types: &[u8]| types.iter().find_map(|&t| recordable.formats.iter().copied().find(|format| format.kind == t));
    let largest = |types: &[u8]| {
        recordable.formats.iter().copied().filter(|format| types.contains(&format.kind)).max_by_key(|format| format.sectors)
    };
    let quick = erase == Erase::Quick;
    let fail = |how| CannotBurn::NoFormat { kind, how };
    let with = |capacity: Option<FormatCapacity>, subtype, quick, how| {
        capacity.map(|capacity| Format { capacity, subtype, quick }).ok_or(fail(how))
    };
    match kind {
        Kind::DvdPlusRw => {
            let most = FormatCapacity { sectors: AS_MUCH_AS_THERE_IS, kind: DVD_PLUS_RW, parameter: 0 };
            Ok(Format { capacity: offered(&[DVD_PLUS_RW]).unwrap_or(most), subtype: 0, quick: false })
        }
        Kind::DvdRw | Kind::DvdRwOverwrite if quick => {
            let nothing = FormatCapacity { sectors: 0, kind: DVD_RW_QUICK, parameter: 0x10 };
            let found = offered(&[DVD_RW_QUICK]).map(|_| nothing).or_else(|| offered(&[DVD_RW_FULL, FULL]));
            with(found, 0, false, "quickly")
        }
        Kind::DvdRw | Kind::DvdRwOverwrite => with(offered(&[DVD_RW_FULL, FULL]), 0, false, "fully"),
        Kind::DvdRam if spare_areas == Some(false) => with(largest(&[FULL, SPARE_AREA]), 0, quick, "without spare areas"),
        Kind::DvdRam => with(offered(&[FULL]), 0, quick, "with spare areas"),
        Kind::BdRe if spare_areas == Some(false) => with(offered(&[BD_NO_SPARES]), 0, false, "without spare areas"),
        Kind::BdRe if !quick || spare_areas == Some(true) => {
            let certify = if quick { CERTIFY_QUICKLY } else { CERTIFY_ALL };
            let plain = || with(offered(&[FULL]), 0, false, "with spare areas");
            with(offered(&[BD_SPARES]), certify, false, "with spare areas").or_else(|_| plain())
        }
        Kind::BdRe => with(offered(&[FULL]), 0, false, "with spare areas"),
        Kind::BdR => with(offered(&[FULL]), SEQUENTIAL, false, "with spare areas"),
        _ => Err(fail("at all")),
    }
}
