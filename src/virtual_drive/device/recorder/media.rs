//! READ DISC STRUCTURE and SEND DISC STRUCTURE of discs that can be written (MMC-6, 6.22 and 6.36).

use super::jumps::JumpsToCome;
use super::{BlankKind, Recording, refuse};
use crate::drive::sense::Sense;
use crate::virtual_drive::device::says;
use crate::virtual_drive::device::tables::{Book, physical};

/// Who made the discs, as eight letters, and their type.
const MAKER: &[u8; 8] = b"SPINDLE\0";
const TYPE: &[u8; 3] = b"001";

impl Recording {
    /// The first sector of the second layer, of a disc that has two.
    pub(super) fn layer_break(&self) -> Option<u32> {
        let kind = self.blank.kind;
        if !kind.is_dual_layer() {
            return None;
        }
        let blocks = |sectors: u32| sectors.div_ceil(2).next_multiple_of(kind.block());
        // A DVD-R that is written at once has its layers of one size.
        let at_once = || self.layout.tracks().next().and_then(|(_, track)| track.reserved).filter(|_| kind == BlankKind::DvdRDl);
        let capacity = self.formatting.map_or(self.layout.capacity(), |formatting| formatting.sectors);
        Some(self.layer_0.unwrap_or_else(|| blocks(at_once().unwrap_or(capacity))))
    }

    /// A structure, without its header of four bytes; FF is the list of them.
    pub fn structure(&self, bd: bool, format: u8) -> Result<Vec<u8>, Sense> {
        const LIST: u8 = 0xFF;
        /// It can be read; it can be sent.
        const READ: u8 = 0x40;
        const SENT: u8 = 0x80;
        if format != LIST {
            return self.one_structure(bd, format);
        }
        let entry = |format: u8| {
            let [high, low] = ((self.one_structure(bd, format).ok()?.len() + 4) as u16).to_be_bytes();
            Some([format, READ | if self.is_sent(format) { SENT } else { 0 }, high, low])
        };
        Ok((0..LIST).filter_map(entry).flatten().collect())
    }

    /// Whether this disc is told such a structure before it is written.
    fn is_sent(&self, format: u8) -> bool {
        match self.blank.kind {
            BlankKind::DvdPlusRDl => format == 0x20,
            BlankKind::DvdRDl => (0x21..=0x23).contains(&format),
            _ => false,
        }
    }

    fn one_structure(&self, bd: bool, format: u8) -> Result<Vec<u8>, Sense> {
        if bd != (self.blank.kind.block() == 32) || self.blank.kind.block() == 1 {
            return Err(says::BAD_FIELD);
        }
        if bd {
            return if format == 0 { Ok(self.disc_definition()) } else { Err(says::BAD_FIELD) };
        }
        use BlankKind::*;
        let kind = self.blank.kind;
        let (dash, plus) = (matches!(kind, DvdR | DvdRDl | DvdRw), matches!(kind, DvdPlusR | DvdPlusRDl | DvdPlusRw));
        match format {
            0x00 | 0x10 => Ok(self.physical()),
            0x01 => Ok(vec![0; 4]),
            0x04 => Ok(vec![0; 2048]),
            0x08 if kind == DvdRam => Ok(vec![0; 4]),
            // Spare blocks that are left: of the primary area, of the supplementary one, and how many that has.
            0x09 if kind == DvdRam => Ok([12_800u32, 58_368, 58_368].iter().flat_map(|n| n.to_be_bytes()).collect()),
            0x0E if dash => Ok(self.pre_pits()),
            0x11 if plus => Ok(self.adip()),
            0x20 if kind == DvdPlusRDl => {
                let l0 = self.layer_break().unwrap_or(0).to_be_bytes();
                Ok([&[u8::from(self.layer_0.is_some()) << 7, 0, 0, 0], l0.as_slice()].concat())
            }
            0x21 if kind == DvdRDl => {
                let middle = self.layer_break().unwrap_or(0).to_be_bytes();
                Ok([&[u8::from(self.layer_0.is_some()) << 7, 0, 0, 0], middle.as_slice()].concat())
            }
            0x22 if kind == DvdRDl => Ok([[0; 4], self.jumps_to_come.interval.to_be_bytes()].concat()),
            0x23 if kind == DvdRDl => Ok([[0; 4], self.jumps_to_come.at.unwrap_or(0).to_be_bytes()].concat()),
            0xC0 => Ok(vec![0; 4]),
            _ => Err(says::BAD_FIELD),
        }
    }

    /// SEND DISC STRUCTURE: where the second layer begins, of DVDs of two, and where a track goes from one to the other; a time stamp is taken and forgotten.
    pub fn send_structure(&mut self, format: u8, list: &[u8]) -> Result<(), Sense> {
        const TIME_STAMP: u8 = 0x0F;
        let (kind, blank) = (self.blank.kind, self.layout.is_blank());
        if format == TIME_STAMP && matches!(kind, BlankKind::DvdR | BlankKind::DvdRDl | BlankKind::DvdRw) {
            return Ok(());
        }
        if !self.is_sent(format) {
            return Err(says::BAD_FIELD);
        }
        let list: &[u8; 12] = list.first_chunk().ok_or(refuse::BAD_LENGTH)?;
        let value = u32::from_be_bytes([list[8], list[9], list[10], list[11]]);
        if let 0x22 | 0x23 = format {
            return self.send_jumps(format, value);
        }
        if !blank || self.layer_0.is_some() {
            return Err(refuse::OUT_OF_ORDER);
        }
        let most = self.blank.sectors.div_ceil(2);
        if value == 0 || value > most || !value.is_multiple_of(kind.block()) {
            return Err(refuse::BAD_PARAMETER);
        }
        self.layer_0 = Some(value);
        self.jumps_to_come = JumpsToCome::default();
        // What the first layer lacks, the second can't hold either.
        self.layout.resize(self.blank.sectors.min(value.saturating_mul(2)));
        Ok(())
    }

    fn book(&self) -> Book {
        /// Recordable, rewritable.
        const ONCE: u8 = 2;
        const AGAIN: u8 = 4;
        let (book, layer) = match self.blank.kind {
            BlankKind::DvdRam => (0x16, AGAIN),
            BlankKind::DvdRDl => (0x26, ONCE),
            BlankKind::DvdRw => (0x33, AGAIN),
            BlankKind::DvdPlusRw => (0x92, AGAIN),
            BlankKind::DvdPlusR => (0xA1, ONCE),
            BlankKind::DvdPlusRDl => (0xE1, ONCE),
            _ => (0x25, ONCE),
        };
        Book { book, layer }
    }

    fn physical(&self) -> Vec<u8> {
        let written = self.disc(false).map(|disc| disc.sectors());
        let sectors = written.filter(|_| self.layout.is_finished()).unwrap_or(self.layout.capacity());
        physical(self.book(), sectors, self.layer_break().filter(|&at| at < sectors))
    }

    /// The fields of the pre-pits of a DVD-R: eight bytes each, number, six of data, nothing (ECMA-279; the places that other programs read the
    /// maker's name from).
    fn pre_pits(&self) -> Vec<u8> {
        let [_, a, b, c] = (0x03_0000 + self.blank.sectors - 1).to_be_bytes();
        let mut fields = vec![1, 0x40, 0xC1, a, b, c, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0];
        fields.extend([&[3], &MAKER[..6], &[0]].concat());
        fields.extend([&[4], &MAKER[6..7], TYPE.as_slice(), b"  ", &[0]].concat());
        fields.resize(40, 0);
        fields
    }

    /// What is pressed into the groove of a DVD+R or DVD+RW (ECMA-349, ECMA-337): the physical format, and who made it.
    fn adip(&self) -> Vec<u8> {
        let mut adip = physical(self.book(), self.blank.sectors, self.layer_break());
        adip.truncate(256);
        adip[19..27].copy_from_slice(MAKER);
        adip[27..30].copy_from_slice(TYPE);
        adip
    }

    /// Units of disc information of a BD, one a layer (as reports of drives have them).
    fn disc_definition(&self) -> Vec<u8> {
        use BlankKind::{BdRe, BdReDl};
        let again = matches!(self.blank.kind, BdRe | BdReDl);
        let layers = if self.blank.kind.is_dual_layer() { 2u8 } else { 1 };
        let mut units = Vec::new();
        for layer in 0..layers {
            let mut unit = vec![0; 112];
            unit[..7].copy_from_slice(&[b'D', b'I', 1, layers << 3 | layer, 0, layer, 98]);
            unit[8..11].copy_from_slice(if again { b"BDW" } else { b"BDR" });
            unit[11..14].copy_from_slice(&[1, layers << 4 | if again { 4 } else { 2 }, 1]);
            unit[16] = 1;
            unit[24..28].copy_from_slice(&0x0002_0000u32.to_be_bytes());
            // Address unit numbers count eight a cluster.
            let last = 0x0002_0000 + (self.blank.sectors / u32::from(layers) / 8).saturating_sub(2);
            unit[28..32].copy_from_slice(&last.to_be_bytes());
            unit[100..106].copy_from_slice(&MAKER[..6]);
            unit[106..109].copy_from_slice(TYPE);
            units.extend(unit);
        }
        units
    }
}
