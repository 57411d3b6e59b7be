//! From the bytes of header and track blocks to plain values: pure, no file access.

use crate::disc::{Isrc, Mcn};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw};

/// The first bytes: of versions sold by Roxio, and before.
pub const SIGNATURES: [&[u8]; 2] = [b"Roxio Image File Format 3.0", b"Adaptec CeQuadrat VirtualCD File"];
/// Bytes of the header that are read.
pub const HEADER_LEN: usize = 0xC4;
/// Bytes of a track block.
pub const BLOCK_LEN: usize = 44;
/// 99 tracks with 100 indexes.
const MOST_BLOCKS: usize = 9900;

/// The header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Catalogue number.
    pub mcn: Option<Mcn>,
    /// Offset and bytes of the CD-TEXT packs.
    pub cd_text: (u64, u32),
    /// Offset and number of the track blocks.
    pub blocks: (u64, usize),
}

/// An index of a track; the one of index 1 tells of the track, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Number of its first sector.
    pub first: u32,
    /// Number of its last sector.
    pub last: u32,
    /// Offset of its sectors, where it has its own.
    pub offset: u64,
    /// Bytes of a sector, its subchannel included.
    pub sector_size: u32,
    /// Recording code.
    pub isrc: Option<Isrc>,
    /// 1 copy permitted, 2 pre-emphasis, 4 data.
    pub flags: u8,
    /// Counted from 1.
    pub session: u8,
    /// Track number.
    pub point: u8,
    /// Index number.
    pub index: u8,
    /// 0 or 0xFF audio, 1 and 2 the modes of data.
    pub mode: u8,
}

/// Reads the header.
pub fn header(bytes: &[u8]) -> Result<Header, Flaw> {
    let file = Wire::new(bytes, 0, "the WinOnCD header");
    if !SIGNATURES.iter().any(|known| bytes.starts_with(known)) {
        return Err(file.flaw(0, Fault::NotThis { what: "a WinOnCD image" }));
    }
    let len = file.u16_le(0x20)?;
    if usize::from(len) < HEADER_LEN {
        return Err(file.out_of_range(0x20, "the length of the header", "at least 196 bytes", len));
    }
    let count = usize::from(file.u16_le(0x32)?);
    if count == 0 {
        return Err(file.flaw(0x32, Fault::Missing { what: "the list of tracks" }));
    }
    if count > MOST_BLOCKS {
        return Err(file.flaw(0x32, Fault::TooMany { what: "track blocks", limit: MOST_BLOCKS as u64 }));
    }
    Ok(Header {
        mcn: if file.u16_le(0x22)? == 0 { None } else { Mcn::new(&file.array::<13>(0x24)?).ok() },
        cd_text: (len.into(), file.u32_le(0x34)?),
        blocks: (file.u32_le(0x38)?.into(), count),
    })
}

/// Reads the track blocks, which stand at `base`.
pub fn blocks(bytes: &[u8], base: u64, count: usize) -> Result<Vec<Block>, Flaw> {
    let list = Wire::new(bytes, base, "the list of tracks").part(0, (count * BLOCK_LEN) as u64, "the list of tracks")?;
    (0..count).map(|n| block(&list.part((n * BLOCK_LEN) as u64, BLOCK_LEN as u64, "a track")?)).collect()
}

fn block(block: &Wire) -> Result<Block, Flaw> {
    let len = block.u32_le(0)?;
    if len as usize != BLOCK_LEN {
        return Err(block.out_of_range(0, "the length of a track block", "44", len));
    }
    let (first, last) = (block.u32_le(4)?, block.u32_le(8)?);
    if first > last || last > i32::MAX as u32 {
        return Err(block.out_of_range(8, "the last sector of a track", "one behind the first", last));
    }
    if block.u8(41)? != 0 {
        return Err(
            block.flaw(41, Fault::Unsupported { what: "a compressed WinOnCD image, whose compression nobody has described," })
        );
    }
    Ok(Block {
        first,
        last,
        offset: block.u64_le(12)?,
        sector_size: block.u32_le(20)?,
        isrc: Isrc::new(&block.array::<12>(24)?).ok(),
        flags: block.u8(36)?,
        session: block.u8(37)?,
        point: block.u8(38)?,
        index: block.u8(39)?,
        mode: block.u8(40)?,
    })
}
