//! Protocol data units: a header of 48 bytes and what follows it (RFC 7143, 11.2).

use std::io::{self, Read, Write};

/// Header bytes.
const HEADER: usize = 48;
/// The most bytes of data that one unit may bring: what is announced when a connection begins.
pub const MOST_DATA: usize = 256 << 10;

/// What a unit is for (RFC 7143, 11.2.1.2), the bit for immediate delivery left out.
pub mod opcode {
    pub const NOP_OUT: u8 = 0x00;
    pub const COMMAND: u8 = 0x01;
    pub const TASK_MANAGEMENT: u8 = 0x02;
    pub const LOGIN: u8 = 0x03;
    pub const TEXT: u8 = 0x04;
    pub const DATA_OUT: u8 = 0x05;
    pub const LOGOUT: u8 = 0x06;
    pub const NOP_IN: u8 = 0x20;
    pub const RESPONSE: u8 = 0x21;
    pub const TASK_RESPONSE: u8 = 0x22;
    pub const LOGIN_RESPONSE: u8 = 0x23;
    pub const TEXT_RESPONSE: u8 = 0x24;
    pub const DATA_IN: u8 = 0x25;
    pub const LOGOUT_RESPONSE: u8 = 0x26;
    pub const READY_TO_TRANSFER: u8 = 0x31;
    pub const REJECT: u8 = 0x3F;
}

/// No task, or no transfer.
pub const NONE: u32 = 0xFFFF_FFFF;
/// The last of its kind (byte 1).
pub const FINAL: u8 = 0x80;

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdu {
    /// Its header.
    pub header: [u8; HEADER],
    /// Its data, without their padding.
    pub data: Vec<u8>,
}

impl Pdu {
    /// A header with nothing but what it is for.
    pub fn new(opcode: u8, flags: u8) -> Pdu {
        let mut header = [0; HEADER];
        header[0] = opcode;
        header[1] = flags;
        Pdu { header, data: Vec::new() }
    }

    /// What it is for.
    pub fn opcode(&self) -> u8 {
        self.header[0] & 0x3F
    }

    /// Whether it is to be handled at once, outside of the order of commands.
    pub fn immediate(&self) -> bool {
        self.header[0] & 0x40 != 0
    }

    /// A number of four bytes.
    pub fn u32(&self, at: usize) -> u32 {
        u32::from_be_bytes([self.header[at], self.header[at + 1], self.header[at + 2], self.header[at + 3]])
    }

    /// Sets a number of four bytes.
    pub fn set(mut self, at: usize, value: u32) -> Pdu {
        self.header[at..at + 4].copy_from_slice(&value.to_be_bytes());
        self
    }

    /// Takes over bytes of another header.
    pub fn like(mut self, other: &Pdu, bytes: std::ops::Range<usize>) -> Pdu {
        self.header[bytes.clone()].copy_from_slice(&other.header[bytes]);
        self
    }

    /// With these data.
    pub fn with(mut self, data: Vec<u8>) -> Pdu {
        self.data = data;
        self
    }

    /// Reads the next unit; one that brings more than was announced is [`io::ErrorKind::InvalidData`].
    pub fn read(from: &mut impl Read) -> io::Result<Pdu> {
        let mut header = [0; HEADER];
        from.read_exact(&mut header)?;
        let extra = usize::from(header[4]) * 4;
        let len = u32::from_be_bytes([0, header[5], header[6], header[7]]) as usize;
        if len > MOST_DATA {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "more data in one unit than was agreed on"));
        }
        // Additional headers belong to commands of more than 16 bytes, which no drive has.
        io::copy(&mut from.take(extra as u64), &mut io::sink())?;
        let mut data = vec![0; len.next_multiple_of(4)];
        from.read_exact(&mut data)?;
        data.truncate(len);
        Ok(Pdu { header, data })
    }

    /// Writes it.
    pub fn write(&self, into: &mut impl Write) -> io::Result<()> {
        let mut header = self.header;
        let [_, high, middle, low] = (self.data.len() as u32).to_be_bytes();
        header[5..8].copy_from_slice(&[high, middle, low]);
        into.write_all(&header)?;
        into.write_all(&self.data)?;
        into.write_all(&[0; 3][..self.data.len().next_multiple_of(4) - self.data.len()])
    }
}

/// Keys and values of a text, `key=value` each with a zero behind it (RFC 7143, 6.1).
pub fn keys(text: &[u8]) -> Vec<(String, String)> {
    let pairs = text.split(|&byte| byte == 0).filter_map(|pair| std::str::from_utf8(pair).ok()?.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// The text of keys and values.
pub fn text(keys: &[(String, String)]) -> Vec<u8> {
    keys.iter().flat_map(|(key, value)| format!("{key}={value}\0").into_bytes()).collect()
}
