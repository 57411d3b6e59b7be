//! Who the drive is: INQUIRY and its vital product data (SPC-4, 6.6), and the page of capabilities (MMC-3, 5.5.10; MMC-6 calls it legacy).

use super::reply::{CommandError, MOST, Reply, ask, short};
use crate::drive::transport::Transport;

/// What a drive says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// Peripheral device type: 5 for an optical drive.
    pub device_type: u8,
    /// Who made it.
    pub vendor: String,
    /// Its model.
    pub product: String,
    /// Its firmware.
    pub revision: String,
}

impl Identity {
    /// Peripheral device type of CD, DVD and Blu-ray drives.
    pub const OPTICAL: u8 = 5;

    /// Maker and model, as people say it.
    pub fn name(&self) -> String {
        format!("{} {}", self.vendor, self.product).trim().to_owned()
    }
}

/// The bytes of a reply as text: drives pad with blanks, some with zeros.
fn text(bytes: &[u8]) -> String {
    let printable = bytes.iter().map(|&byte| if byte.is_ascii_graphic() { char::from(byte) } else { ' ' });
    let text: String = printable.collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// INQUIRY.
pub fn inquiry(transport: &mut dyn Transport) -> Result<Identity, CommandError> {
    let reply = ask(transport, "INQUIRY", &[0x12, 0, 0, 0, 96, 0], 96)?;
    Ok(Identity {
        device_type: reply.u8(0)? & 0x1F,
        vendor: text(reply.part(8, 8)?),
        product: text(reply.part(16, 16)?),
        // Some bridges leave the revision out.
        revision: text(reply.part(32, 4).unwrap_or_default()),
    })
}

/// The serial number of the drive (vital product data, page 80); `None` where it has none.
pub fn serial_number(transport: &mut dyn Transport) -> Result<Option<String>, CommandError> {
    let reply = ask(transport, "INQUIRY", &[0x12, 1, 0x80, 0, 0xFF, 0], 0xFF)?;
    if reply.u8(1)? != 0x80 {
        return Ok(None);
    }
    let serial = text(reply.rest(4, 4, usize::from(reply.u8(3)?)));
    Ok(Some(serial).filter(|serial| !serial.is_empty()))
}

/// A mode page as the drive has it now, from its page code on.
pub fn mode_page(transport: &mut dyn Transport, page: u8) -> Result<Vec<u8>, CommandError> {
    let [high, low] = short(MOST.min(1024));
    let cdb = [0x5A, 0x08, page & 0x3F, 0, 0, 0, 0, high, low, 0];
    let reply = ask(transport, "MODE SENSE", &cdb, 1024)?;
    let all = 2 + usize::from(reply.u16(0)?);
    let skipped = 8 + usize::from(reply.u16(6)?);
    let found = reply.u8(skipped)?;
    if found & 0x3F != page & 0x3F {
        return Err(reply.senseless("the code of the mode page", found));
    }
    Ok(reply.rest(skipped, 0, all).to_vec())
}

/// What the page of capabilities says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MechanicalPage {
    /// Audio is read to the sample where it is asked for, also after a seek.
    pub accurate_stream: bool,
    /// C2 error pointers can be read.
    pub c2_pointers: bool,
    /// Subchannels R–W can be read.
    pub subchannel: bool,
    /// CD-R can be written.
    pub writes_cd_r: bool,
    /// Size of the drive's buffer.
    pub buffer_kilobytes: u16,
}

/// The page of capabilities, 2Ah.
pub fn mechanical_page(transport: &mut dyn Transport) -> Result<MechanicalPage, CommandError> {
    let page = mode_page(transport, 0x2A)?;
    let reply = Reply::of("MODE SENSE", page);
    let streaming = reply.u8(5)?;
    Ok(MechanicalPage {
        accurate_stream: streaming & 0x02 != 0,
        c2_pointers: streaming & 0x10 != 0,
        subchannel: streaming & 0x04 != 0,
        writes_cd_r: reply.u8(3)? & 0x01 != 0,
        buffer_kilobytes: reply.u16(12)?,
    })
}
