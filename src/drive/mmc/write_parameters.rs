//! The page of write parameters, 05 (MMC-6, clause 7): how CDs, DVD-R and DVD-RW are written.

use super::identity::mode_page;
use super::reply::{CommandError, USUAL, send, short};
use crate::disc::{DiscType, Isrc, Mcn};
use crate::drive::transport::Transport;

/// The page's code.
const CODE: u8 = 0x05;
/// Bytes behind the first two: where a drive does not say.
const LENGTH: u8 = 0x32;
/// Sectors of pause that the drive makes between audio tracks.
const PAUSE: u16 = 150;

/// How the drive takes what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WriteType {
    /// In packets: incremental.
    Packet,
    /// Track at once.
    Track,
    /// Session at once, or disc at once.
    Session,
    /// Raw.
    Raw,
    /// By jumps between the layers.
    LayerJump,
}

/// The size and kind of the sectors that the host sends (MMC-6, table of data block types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockType {
    /// 2352 bytes: audio, or whole sectors.
    Raw,
    /// The same with P and Q behind, 16 bytes.
    RawPq,
    /// The same with P to W behind, 96 bytes, R to W without their interleaving.
    RawPacked,
    /// The same with P to W behind, 96 bytes as they go to the disc.
    RawPw,
    /// 2048 bytes, mode 1.
    Mode1,
    /// 2336 bytes, mode 2 without forms.
    Mode2,
    /// 2332 bytes, XA of either form with its subheader.
    XaMixed,
}

/// What the page is made to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteParameters {
    /// How it is written.
    pub write_type: WriteType,
    /// With the laser at reading power.
    pub simulate: bool,
    /// The drive may stop and go on when its buffer runs empty (BUFE).
    pub underrun_protection: bool,
    /// Another session can follow.
    pub open: bool,
    /// Sectors of a packet, and of the links between two, on a DVD; `None`: no packets.
    pub packet: Option<u8>,
    /// The four bits of CONTROL of the track.
    pub control: u8,
    /// Its copy bit alternates (SCMS); of use track at once only.
    pub scms: bool,
    /// What the host sends.
    pub block_type: BlockType,
    /// Disc type of the session.
    pub session_format: DiscType,
    /// Catalogue number; of use track at once only.
    pub mcn: Option<Mcn>,
    /// Recording code of the next track; of use track at once only.
    pub isrc: Option<Isrc>,
}

impl WriteType {
    const fn code(self) -> u8 {
        match self {
            WriteType::Packet => 0,
            WriteType::Track => 1,
            WriteType::Session => 2,
            WriteType::Raw => 3,
            WriteType::LayerJump => 4,
        }
    }
}

impl BlockType {
    const fn code(self) -> u8 {
        match self {
            BlockType::Raw => 0,
            BlockType::RawPq => 1,
            BlockType::RawPacked => 2,
            BlockType::RawPw => 3,
            BlockType::Mode1 => 8,
            BlockType::Mode2 => 9,
            BlockType::XaMixed => 13,
        }
    }
}

impl WriteParameters {
    /// The page, made of what the drive has there now: what is not named here stays.
    pub fn page(&self, now: &[u8]) -> Vec<u8> {
        let mut page = now.to_vec();
        // A drive that says nothing of use gets the page as the standard has it.
        if page.len() < 2 + usize::from(LENGTH) {
            page.resize(2 + usize::from(LENGTH), 0);
            page[1] = LENGTH;
        }
        // PS, which only drives say.
        page[0] = CODE;
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        page[2] = self.write_type.code()
            | bit(self.underrun_protection, 0x40)
            | bit(self.packet.is_some(), 0x20)
            | bit(self.simulate, 0x10);
        page[3] = self.control & 0x0F | bit(self.scms, 0x10) | bit(self.packet.is_some(), 0x20) | bit(self.open, 0xC0);
        page[4] = self.block_type.code();
        page[5] = self.packet.unwrap_or(0);
        page[8] = self.session_format.byte();
        page[10..14].copy_from_slice(&u32::from(self.packet.unwrap_or(0)).to_be_bytes());
        page[14..16].copy_from_slice(&PAUSE.to_be_bytes());
        page[16..32].copy_from_slice(&valid(self.mcn.as_ref().map(|mcn| mcn.as_bytes().as_slice())));
        page[32..48].copy_from_slice(&valid(self.isrc.as_ref().map(|isrc| isrc.as_bytes().as_slice())));
        page
    }
}

/// A code in its field of 16 bytes, the first saying whether there is one.
fn valid(code: Option<&[u8]>) -> [u8; 16] {
    let mut field = [0; 16];
    if let Some(code) = code {
        field[0] = 0x80;
        field[1..].iter_mut().zip(code).for_each(|(to, from)| *to = *from);
    }
    field
}

/// Whether the drive is set to write a session, or a disc, at once.
pub fn writes_at_once(transport: &mut dyn Transport) -> Result<bool, CommandError> {
    let page = mode_page(transport, CODE)?;
    Ok(page.get(2).is_some_and(|byte| byte & 0x0F == WriteType::Session.code()))
}

/// Makes the drive write like this (MODE SENSE and MODE SELECT).
pub fn set_write_parameters(transport: &mut dyn Transport, parameters: &WriteParameters) -> Result<(), CommandError> {
    let now = match mode_page(transport, CODE) {
        Ok(page) => page,
        Err(error) if error.is_gone() => return Err(error),
        // There are drives that take the page and don't give it.
        Err(_) => Vec::new(),
    };
    let list = [vec![0; 8], parameters.page(&now)].concat();
    let [high, low] = short(list.len());
    send(transport, "MODE SELECT", &[0x55, 0x10, 0, 0, 0, 0, 0, high, low, 0], &list, USUAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: WriteParameters = WriteParameters {
        write_type: WriteType::Track,
        simulate: true,
        underrun_protection: true,
        open: true,
        packet: None,
        control: 4,
        scms: false,
        block_type: BlockType::Mode1,
        session_format: DiscType::CdDaOrRom,
        mcn: None,
        isrc: None,
    };

    #[test]
    fn what_the_drive_has_beyond_the_fields_stays() {
        let mut now = vec![0xFF; 56];
        (now[0], now[1]) = (0x85, 54);
        let page = PARAMETERS.page(&now);
        assert_eq!((page.len(), page[..5].to_vec()), (56, vec![0x05, 54, 0x51, 0xC4, 0x08]));
        assert_eq!((&page[6..8], &page[48..]), ([0xFF; 2].as_slice(), [0xFF; 8].as_slice()));
        assert_eq!((page[8], &page[14..16], &page[16..48]), (0, [0, 150].as_slice(), [0; 32].as_slice()));
    }

    #[test]
    fn packets_and_codes_have_their_places() {
        let incremental = WriteParameters {
            write_type: WriteType::Packet,
            simulate: false,
            packet: Some(16),
            control: 5,
            mcn: Some(Mcn::new(b"4006381333931").unwrap()),
            isrc: Some(Isrc::new(b"DEXYZ2612345").unwrap()),
            ..PARAMETERS
        };
        let page = incremental.page(&[]);
        assert_eq!(page[..14], [0x05, 0x32, 0x60, 0xE5, 0x08, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x10]);
        assert_eq!(page[16..48], *b"\x804006381333931\0\0\x80DEXYZ2612345\0\0\0");
    }
}
