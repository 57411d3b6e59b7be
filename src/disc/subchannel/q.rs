//! Frames of the Q subchannel.

use super::CHANNEL;
use crate::disc::crc16::crc16;
use crate::disc::{Isrc, Lba, Mcn, Msf, from_bcd, to_bcd};

/// The track number of a lead-out, as its byte stands in Q.
pub const LEAD_OUT: u8 = 0xAA;

/// One frame of Q: what its 96 bits say (ECMA-130, clause 22.3; the multi-session mode is the Orange Book's).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Q {
    /// The four control bits: see [`crate::disc::Control`].
    pub control: u8,
    /// The rest.
    pub content: Content,
}

/// What a frame of Q says; which of it is in the four ADR bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// ADR 1 in the program area and lead-out: where this sector is.
    Position {
        /// Track number, or [`LEAD_OUT`].
        track: u8,
        /// Index number, 0 in a pause.
        index: u8,
        /// Time since index 1; in a pause, time until its last sector.
        relative: Msf,
        /// This sector's address.
        absolute: Lba,
    },
    /// ADR 1 in the lead-in: an entry of the table of contents.
    LeadIn {
        /// Track number as binary-coded decimal, or A0, A1, A2.
        point: u8,
        /// Running time of the lead-in.
        running: Msf,
        /// Bytes 7–9 as they are: a start time as binary-coded decimals, or what A0 and A1 say.
        value: [u8; 3],
    },
    /// ADR 2: the disc's catalogue number.
    Mcn {
        /// The number.
        mcn: Mcn,
        /// Frame part of this sector's absolute time, 0–74.
        frame: u8,
    },
    /// ADR 3: the recording code of the track.
    Isrc {
        /// The code.
        isrc: Isrc,
        /// Frame part of this sector's absolute time, 0–74.
        frame: u8,
    },
    /// ADR 5: pointers of a multi-session disc's lead-in, bytes as they are.
    MultiSession {
        /// B0 (next program area), C0 (first lead-in) and others.
        point: u8,
        /// Bytes 3–5: a time as binary-coded decimals.
        time: [u8; 3],
        /// Byte 6: how many pointers of mode 5 there are.
        zero: u8,
        /// Bytes 7–9: a time as binary-coded decimals.
        value: [u8; 3],
    },
    /// Anything else, and frames that break the rules of their mode.
    Unknown {
        /// The four ADR bits.
        adr: u8,
        /// Bytes 1–9.
        data: [u8; 9],
    },
}

/// A frame of Q that fails its checksum: dirt, a scratch, or copy protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this frame of the Q subchannel fails its checksum")]
pub struct BadCrc;

impl Q {
    /// Reads a frame. Whatever has the right checksum comes back from [`Q::to_bytes`] as it was.
    pub fn parse(bytes: &[u8; CHANNEL]) -> Result<Q, BadCrc> {
        let &[head, data @ .., crc_high, crc_low] = bytes;
        if crc16(&bytes[..CHANNEL - 2]) != [crc_high, crc_low] {
            return Err(BadCrc);
        }
        let (control, adr) = (head >> 4, head & 0x0F);
        let known = match adr {
            1 if data[0] == 0 => lead_in(data),
            1 => position(data),
            2 => mcn(data),
            3 => isrc(data),
            5 if data[0] == 0 => Some(multi_session(data)),
            _ => None,
        };
        // A field out of its range, or bits where zeros belong: kept as it is.
        let content = known.filter(|content| content.bytes() == data).unwrap_or(Content::Unknown { adr, data });
        Ok(Q { control, content })
    }

    /// The 12 bytes, checksum included.
    pub fn to_bytes(&self) -> [u8; CHANNEL] {
        let mut bytes = [0; CHANNEL];
        bytes[0] = self.control << 4 | self.content.adr() & 0x0F;
        bytes[1..10].copy_from_slice(&self.content.bytes());
        seal(&mut bytes);
        bytes
    }
}

/// Puts the checksum of a frame behind it.
pub fn seal(frame: &mut [u8; CHANNEL]) {
    let crc = crc16(&frame[..CHANNEL - 2]);
    frame[CHANNEL - 2..].copy_from_slice(&crc);
}

impl Content {
    fn adr(&self) -> u8 {
        match self {
            Content::Position { .. } | Content::LeadIn { .. } => 1,
            Content::Mcn { .. } => 2,
            Content::Isrc { .. } => 3,
            Content::MultiSession { .. } => 5,
            Content::Unknown { adr, .. } => *adr,
        }
    }

    /// Bytes 1–9.
    fn bytes(&self) -> [u8; 9] {
        match *self {
            Content::Position { track, index, relative, absolute } => {
                let track = if track == LEAD_OUT { LEAD_OUT } else { to_bcd(track) };
                let ([m, s, f], [am, as_, af]) = (relative.to_bcd(), absolute.to_msf().to_bcd());
                [track, to_bcd(index), m, s, f, 0, am, as_, af]
            }
            Content::LeadIn { point, running, value: [pm, ps, pf] } => {
                let [m, s, f] = running.to_bcd();
                [0, point, m, s, f, 0, pm, ps, pf]
            }
            Content::Mcn { mcn, frame } => {
                let mut bytes = [0; 9];
                pack_digits(mcn.as_bytes(), &mut bytes[..7]);
                bytes[8] = to_bcd(frame);
                bytes
            }
            Content::Isrc { isrc, frame } => {
                let (letters, digits) = isrc.as_bytes().split_at(5);
                // Five characters of six bits, from the top; two bits stay empty.
                let packed = letters.iter().fold(0u32, |bits, &letter| bits << 6 | u32::from(letter.wrapping_sub(b'0')));
                let mut bytes = [0; 9];
                bytes[..4].copy_from_slice(&(packed << 2).to_be_bytes());
                pack_digits(digits, &mut bytes[4..8]);
                bytes[8] = to_bcd(frame);
                bytes
            }
            Content::MultiSession { point, time: [m, s, f], zero, value: [pm, ps, pf] } => [0, point, m, s, f, zero, pm, ps, pf],
            Content::Unknown { data, .. } => data,
        }
    }
}

fn position([track, index, m, s, f, _, am, as_, af]: [u8; 9]) -> Option<Content> {
    let track = if track == LEAD_OUT { LEAD_OUT } else { from_bcd(track)? };
    // Times from 90:00:00 on are the end of a long disc here: those of the lead-in, which are the same, stand in frames of track 0.
    let absolute = Lba::PROGRAM_START + Msf::from_bcd([am, as_, af]).ok()?.frames();
    Some(Content::Position { track, index: from_bcd(index)?, relative: Msf::from_bcd([m, s, f]).ok()?, absolute })
}

fn lead_in([_, point, m, s, f, _, pm, ps, pf]: [u8; 9]) -> Option<Content> {
    Some(Content::LeadIn { point, running: Msf::from_bcd([m, s, f]).ok()?, value: [pm, ps, pf] })
}

fn multi_session([_, point, m, s, f, zero, pm, ps, pf]: [u8; 9]) -> Content {
    Content::MultiSession { point, time: [m, s, f], zero, value: [pm, ps, pf] }
}

fn mcn(data: [u8; 9]) -> Option<Content> {
    let digits: [u8; 13] = std::array::from_fn(|at| digit(&data, at));
    Some(Content::Mcn { mcn: Mcn::or_none(&digits)?, frame: frame(data)? })
}

fn isrc(data: [u8; 9]) -> Option<Content> {
    let (letters, rest) = data.split_first_chunk::<4>()?;
    let bits = u32::from_be_bytes(*letters);
    let code: [u8; 12] = std::array::from_fn(|at| match at {
        0..5 => (bits >> (26 - 6 * at) & 0x3F) as u8 + b'0',
        _ => digit(rest, at - 5),
    });
    Some(Content::Isrc { isrc: Isrc::new(&code).ok()?, frame: frame(data)? })
}

fn frame(data: [u8; 9]) -> Option<u8> {
    from_bcd(data[8]).filter(|&frame| frame < 75)
}

/// A nibble, counted from the first byte's high one, as a character; above 9 none that is a digit.
fn digit(bytes: &[u8], at: usize) -> u8 {
    let byte = bytes.get(at / 2).copied().unwrap_or(0xFF);
    (if at.is_multiple_of(2) { byte >> 4 } else { byte & 0x0F }) + b'0'
}

/// Two digits a byte, the high nibble first.
fn pack_digits(digits: &[u8], into: &mut [u8]) {
    for (byte, pair) in into.iter_mut().zip(digits.chunks(2)) {
        let nibble = |at| pair.get(at).map_or(0, |digit: &u8| digit & 0x0F);
        *byte = nibble(0) << 4 | nibble(1);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A frame of these ten bytes with its checksum.
    fn framed(bytes: [u8; 10]) -> [u8; CHANNEL] {
        let mut frame = [0; CHANNEL];
        frame[..10].copy_from_slice(&bytes);
        frame[10..].copy_from_slice(&crc16(&bytes));
        frame
    }

    #[test]
    fn positions() {
        let frame = framed([0x41, 0x02, 0x01, 0x00, 0x01, 0x23, 0, 0x12, 0x34, 0x56]);
        let q = Q::parse(&frame).unwrap();
        let absolute = Lba((12 * 60 + 34) * 75 + 56 - 150);
        let content = Content::Position { track: 2, index: 1, relative: Msf::new(0, 1, 23).unwrap(), absolute };
        assert_eq!(q, Q { control: 4, content });
        assert_eq!(q.to_bytes(), frame);
        let lead_out = Q::parse(&framed([0x01, 0xAA, 0x01, 0, 0, 0, 0, 0x74, 0x00, 0x00])).unwrap();
        assert!(matches!(lead_out.content, Content::Position { track: LEAD_OUT, index: 1, absolute: Lba(332_850), .. }));
        let of_a_long_disc = Q::parse(&framed([0x01, 0x99, 0x01, 0, 0, 0, 0, 0x95, 0x00, 0x00])).unwrap();
        assert!(matches!(of_a_long_disc.content, Content::Position { track: 99, absolute: Lba(427_350), .. }));
    }

    #[test]
    fn table_of_contents() {
        let q = Q::parse(&framed([0x41, 0, 0xA0, 0x99, 0x58, 0x00, 0, 0x01, 0x20, 0])).unwrap();
        let running = Msf::new(99, 58, 0).unwrap();
        assert_eq!(q.content, Content::LeadIn { point: 0xA0, running, value: [1, 0x20, 0] });
        let b0 = Q::parse(&framed([0x45, 0, 0xB0, 0x14, 0x30, 0x00, 2, 0x79, 0x59, 0x74])).unwrap();
        assert!(matches!(b0.content, Content::MultiSession { point: 0xB0, zero: 2, .. }));
    }

    /// "USRC1" in six-bit characters: U 25, S 23, R 22, C 13, 1 01 (hexadecimal), from the top of four bytes.
    #[test]
    fn codes_of_disc_and_track() {
        let packed = ((((0x25u32 << 6 | 0x23) << 6 | 0x22) << 6 | 0x13) << 6 | 0x01) << 2;
        let [a, b, c, d] = packed.to_be_bytes();
        let frame = framed([0x03, a, b, c, d, 0x76, 0x07, 0x83, 0x90, 0x74]);
        let isrc = Isrc::new(b"USRC17607839").unwrap();
        assert_eq!(Q::parse(&frame).unwrap().content, Content::Isrc { isrc, frame: 74 });
        assert_eq!(Q { control: 0, content: Content::Isrc { isrc, frame: 74 } }.to_bytes(), frame);

        let frame = framed([0x02, 0x07, 0x24, 0x38, 0x53, 0x56, 0x92, 0x60, 0, 0x09]);
        let mcn = Mcn::new(b"0724385356926").unwrap();
        assert_eq!(Q::parse(&frame).unwrap().content, Content::Mcn { mcn, frame: 9 });
        assert_eq!(Q { control: 0, content: Content::Mcn { mcn, frame: 9 } }.to_bytes(), frame);
    }

    #[test]
    fn what_breaks_the_rules_is_unknown_or_refused() {
        for bytes in [
            [0x41, 0x0A, 1, 0, 0, 0, 0, 0, 2, 0],
            [0x41, 1, 1, 0, 0, 0x75, 0, 0, 2, 0],
            [0x41, 1, 1, 0, 0, 0, 9, 0, 2, 0],
            [0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [0x02, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x31, 0, 0],
            [0x02, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x30, 0, 0x75],
            [0x03, 0xFF, 0xFF, 0xFF, 0xFC, 0, 0, 0, 0, 0],
            [0x07, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        ] {
            let q = Q::parse(&framed(bytes)).unwrap();
            assert!(matches!(q.content, Content::Unknown { .. }), "{q:?}");
            assert_eq!(q.to_bytes(), framed(bytes));
        }
        let mut broken = framed([0x41, 1, 1, 0, 0, 0, 0, 0, 2, 0]);
        broken[5] ^= 1;
        assert_eq!(Q::parse(&broken), Err(BadCrc));
        assert_eq!(Q::parse(&[0; CHANNEL]), Err(BadCrc));
    }

    proptest! {
        #[test]
        fn every_frame_survives(bytes: [u8; 10], adr in 1u8..6, tame: bool) {
            let mut bytes = bytes;
            if tame {
                bytes.iter_mut().for_each(|byte| *byte = to_bcd(*byte % 60));
                bytes[6] = 0;
            }
            bytes[0] = bytes[0] & 0xF0 | adr;
            prop_assert_eq!(Q::parse(&framed(bytes)).unwrap().to_bytes(), framed(bytes));
        }
    }
}
