//! READ DISC STRUCTURE and SEND DISC STRUCTURE (MMC-6, clause 6): the control data of DVDs and Blu-ray discs, and where their layers meet.

use std::time::Duration;

use super::reply::{CommandError, ask, send, short};
use crate::drive::transport::Transport;

/// READ DISC STRUCTURE: a structure by its format code, without its header of four bytes. `bd` asks for those of Blu-ray discs.
pub fn read_structure(transport: &mut dyn Transport, bd: bool, layer: u8, format: u8) -> Result<Vec<u8>, CommandError> {
    const MOST: usize = 4 + 32 * 1024;
    let [high, low] = short(MOST);
    let cdb = [0xAD, u8::from(bd), 0, 0, 0, 0, layer, format, high, low, 0, 0];
    let reply = ask(transport, "READ DISC STRUCTURE", &cdb, MOST)?;
    Ok(reply.rest(4, 2, usize::from(reply.u16(0)?)).to_vec())
}

/// Some drives try the laser on the second layer when they are told where it begins.
const SETTLING: Duration = Duration::from_secs(180);

/// The first layer of a DVD+R DL (format 20): its sectors, and whether that is settled for good.
pub fn read_layer_0(transport: &mut dyn Transport) -> Result<(u32, bool), CommandError> {
    let reply = ask(transport, "READ DISC STRUCTURE", &[0xAD, 0, 0, 0, 0, 0, 0, 0x20, 0, 12, 0, 0], 12)?;
    Ok((reply.u32(8)?, reply.u8(4)? & 0x80 != 0))
}

/// Settles how many sectors the first layer of a DVD+R DL has (format 20).
pub fn send_layer_0(transport: &mut dyn Transport, sectors: u32) -> Result<(), CommandError> {
    send_address(transport, 0x20, sectors)
}

/// Where the middle area of a DVD-R DL that is written from one layer to the next is moved to, nearer to the centre (format 21): the first sector behind
/// the data of the first layer.
pub fn send_shifted_middle_area(transport: &mut dyn Transport, at: u32) -> Result<(), CommandError> {
    send_address(transport, 0x21, at)
}

/// Where the middle area of a DVD-R DL begins on the first layer (format 21): the first sector that is no more of its data.
pub fn read_middle_area(transport: &mut dyn Transport) -> Result<u32, CommandError> {
    ask(transport, "READ DISC STRUCTURE", &[0xAD, 0, 0, 0, 0, 0, 0, 0x21, 0, 12, 0, 0], 12)?.u32(8)
}

/// The last sector before the next jump to the other layer of a DVD-R DL (format 23).
pub fn send_layer_jump(transport: &mut dyn Transport, last: u32) -> Result<(), CommandError> {
    send_address(transport, 0x23, last)
}

/// SEND DISC STRUCTURE with an address for all that it holds.
fn send_address(transport: &mut dyn Transport, format: u8, address: u32) -> Result<(), CommandError> {
    let [a, b, c, d] = address.to_be_bytes();
    // The length of what follows it stands in the first two.
    let list = [0, 10, 0, 0, 0, 0, 0, 0, a, b, c, d];
    send(transport, "SEND DISC STRUCTURE", &[0xBF, 0, 0, 0, 0, 0, 0, format, 0, 12, 0, 0], &list, SETTLING)
}

/// What the physical format information of a DVD says (format 00; ECMA-267, 16.1, and MMC-6, table of format 00).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layers {
    /// Book type: 0 DVD-ROM, 1 DVD-RAM, 2 DVD-R, 3 DVD-RW, 9 DVD+RW, 10 DVD+R, 13 DVD+RW DL, 14 DVD+R DL.
    pub book: u8,
    /// One or two.
    pub layers: u8,
    /// The second layer is read from the outside inwards, and goes on where the first ends.
    pub opposite: bool,
    /// Sector number at which the data begin (30000 hexadecimal on all but DVD-RAM).
    pub first: u32,
    /// Last sector number of the data.
    pub last: u32,
    /// Last sector number of the first layer.
    pub last_of_layer_0: u32,
}

impl Layers {
    /// Reads them; `None` where the structure is too short.
    pub fn parse(bytes: &[u8]) -> Option<Layers> {
        let word =
            |at: usize| bytes.get(at..at + 4).and_then(|field| field.first_chunk()).map(|field| u32::from_be_bytes(*field));
        let flags = *bytes.get(2)?;
        Some(Layers {
            book: *bytes.first()? >> 4,
            layers: 1 + (flags >> 5 & 3),
            opposite: flags & 0x10 != 0,
            first: word(4)?,
            last: word(8)?,
            last_of_layer_0: word(12)?,
        })
    }

    /// The first sector of the second layer, counted from 0; `None` where there is none, or where it begins at 0 itself (parallel tracks).
    pub fn layer_break(&self) -> Option<u32> {
        let first_of_layer_1 = self.last_of_layer_0.checked_add(1)?.checked_sub(self.first)?;
        (self.layers == 2 && self.opposite && first_of_layer_1 > 0).then_some(first_of_layer_1)
    }

    /// The name of its book.
    pub fn book_name(&self) -> &'static str {
        match self.book {
            0 => "DVD-ROM",
            1 => "DVD-RAM",
            2 => "DVD-R",
            3 => "DVD-RW",
            4 => "HD DVD-ROM",
            5 => "HD DVD-RAM",
            6 => "HD DVD-R",
            9 => "DVD+RW",
            10 => "DVD+R",
            13 => "DVD+RW DL",
            14 => "DVD+R DL",
            _ => "a book that is not known",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The layers of a dual-layer film: 2,086,912 sectors on the first.
    #[test]
    fn the_break_is_where_the_first_layer_ends() {
        let mut bytes = vec![0x01, 0x02, 0x31, 0x10, 0, 3, 0, 0, 0, 0xFC, 0xFF, 0xFF, 0, 0x22, 0xD7, 0xFF, 0];
        let layers = Layers::parse(&bytes).unwrap();
        assert_eq!((layers.layers, layers.opposite, layers.layer_break()), (2, true, Some(0x22_D800 - 0x3_0000)));
        bytes[2] = 0x01;
        assert_eq!(Layers::parse(&bytes).unwrap().layer_break(), None);
        assert_eq!(Layers::parse(&bytes[..15]), None);
    }
}
