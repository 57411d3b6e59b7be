//! Numbers in descriptors: little-endian throughout (ECMA-167, 1/7.1).

/// A number of two bytes; `None` behind the end.
pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|field| u16::from_le_bytes(*field))
}

/// A number of four bytes; `None` behind the end.
pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|field| u32::from_le_bytes(*field))
}

/// Bytes of the tag that every descriptor begins with.
pub const TAG: usize = 16;

/// What a descriptor is, by its tag (ECMA-167, 3/7.2 and 4/7.2); `None` where the tag's checksum says that it is none.
pub fn tag(bytes: &[u8]) -> Option<u16> {
    let tag: &[u8; TAG] = bytes.first_chunk()?;
    let sum = tag.iter().enumerate().filter(|(at, _)| *at != 4).fold(0u8, |sum, (_, byte)| sum.wrapping_add(*byte));
    (sum == tag[4]).then(|| u16::from_le_bytes([tag[0], tag[1]]))
}

/// Blocks of the whole volume, by their address on the disc: extent_ad (ECMA-167, 3/7.1).
pub fn extent(bytes: &[u8], at: usize) -> Option<(u32, u32)> {
    Some((u32_at(bytes, at + 4)?, u32_at(bytes, at)?.div_ceil(super::BLOCK as u32)))
}

/// A block in a partition: lb_addr (ECMA-167, 4/7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// The partition map that it goes by.
    pub map: u16,
    /// Its number there.
    pub block: u32,
}

/// A run of bytes in a partition, as allocation descriptors tell it (ECMA-167, 4/14.14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Where it begins.
    pub place: Place,
    /// Bytes.
    pub bytes: u32,
    /// What there is (ECMA-167, 4/14.14.1.1).
    pub kind: Kind,
}

/// What lies in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bytes of the file.
    Recorded,
    /// Nothing yet: it reads as zeros.
    Empty,
    /// More allocation descriptors.
    Descriptors,
}

impl Run {
    /// The two upper bits of a length are the kind.
    fn new(length: u32, place: Place) -> Run {
        let kind = match length >> 30 {
            0 => Kind::Recorded,
            3 => Kind::Descriptors,
            _ => Kind::Empty,
        };
        Run { place, bytes: length & 0x3FFF_FFFF, kind }
    }

    /// A short_ad, which does not name its partition (4/14.14.1).
    pub fn short(bytes: &[u8], map: u16) -> Option<Run> {
        Some(Run::new(u32_at(bytes, 0)?, Place { map, block: u32_at(bytes, 4)? }))
    }

    /// A long_ad (4/14.14.2).
    pub fn long(bytes: &[u8]) -> Option<Run> {
        Some(Run::new(u32_at(bytes, 0)?, Place { block: u32_at(bytes, 4)?, map: u16_at(bytes, 8)? }))
    }

    /// An ext_ad (4/14.14.3).
    pub fn extended(bytes: &[u8]) -> Option<Run> {
        Some(Run::new(u32_at(bytes, 0)?, Place { block: u32_at(bytes, 12)?, map: u16_at(bytes, 16)? }))
    }

    /// Blocks that it takes.
    pub fn blocks(&self) -> u32 {
        self.bytes.div_ceil(super::BLOCK as u32)
    }
}

/// A name in OSTA compressed Unicode (UDF 2.60, 2.1.1): a byte says how many bits a character has.
pub fn name(bytes: &[u8]) -> String {
    match bytes {
        [8 | 254, text @ ..] => text.iter().map(|&byte| char::from(byte)).collect(),
        [16 | 255, text @ ..] => {
            let units = text.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        _ => char::REPLACEMENT_CHARACTER.to_string(),
    }
}
