//! BLANK and FORMAT UNIT (MMC-6, clause 6). Both answer at once, and go on for minutes or hours: see [`super::request_sense`].

use std::time::Duration;

use super::FormatCapacity;
use super::reply::{CommandError, order, send};
use crate::drive::transport::Transport;

/// Some drives answer when they are done, whatever they are told.
const WORKING: Duration = Duration::from_secs(7200);

/// BLANK: erases a CD-RW or DVD-RW, all of it or only its tables.
pub fn blank(transport: &mut dyn Transport, all: bool) -> Result<(), CommandError> {
    /// IMMED.
    const AT_ONCE: u8 = 0x10;
    const MINIMAL: u8 = 0x01;
    let kind = if all { 0 } else { MINIMAL };
    order(transport, "BLANK", &[0xA1, AT_ONCE | kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], WORKING)
}

/// FORMAT UNIT with a descriptor that the drive has offered. `subtype`: the two bits beside its type. `trusting`: defects need not be looked for.
pub fn format_unit(
    transport: &mut dyn Transport,
    format: FormatCapacity,
    subtype: u8,
    trusting: bool,
) -> Result<(), CommandError> {
    /// FmtData, format code 1.
    const WITH_LIST: u8 = 0x11;
    /// CmpList: the list of defects that comes with it (none) is all there is.
    const COMPLETE: u8 = 0x08;
    const AT_ONCE: u8 = 0x02;
    /// FOV: the bits beside it count.
    const VALID: u8 = 0x80;
    /// DCRT: no certification.
    const UNCERTIFIED: u8 = 0x20;
    let flags = AT_ONCE | if trusting { VALID | UNCERTIFIED } else { 0 };
    let [a, b, c, d] = format.sectors.to_be_bytes();
    let [_, e, f, g] = format.parameter.to_be_bytes();
    let list = [0, flags, 0, 8, a, b, c, d, format.kind << 2 | subtype & 3, e, f, g];
    let cdb = [0x04, WITH_LIST | if trusting { COMPLETE } else { 0 }, 0, 0, 0, 0];
    send(transport, "FORMAT UNIT", &cdb, &list, WORKING)
}
