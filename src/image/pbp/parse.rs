//! From the head of a PBP and of the discs in it to plain descriptions: pure, no file access.

use crate::disc::{Lba, Msf, from_bcd};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw, shorten};

/// The first bytes of a PBP.
pub const MAGIC: &[u8; 4] = b"\0PBP";
/// Bytes of its head: magic, version, the offsets of eight parts.
pub const HEAD_LEN: usize = 40;
/// The last part: the disc, or what else the program needs.
const PSAR: u64 = 0x24;
/// Bytes at the start of the last part that tell what it is, and where its discs begin.
pub const PSAR_HEAD_LEN: usize = 0x200 + 4 * MOST_DISCS;
const MOST_DISCS: usize = 5;
const ONE_DISC: &[u8; 12] = b"PSISOIMG0000";
const DISCS: &[u8; 16] = b"PSTITLEIMG000000";

/// Bytes at the start of a disc: what it is, its table of contents, the list of its blocks.
pub const DISC_HEAD_LEN: usize = 0x10_0000;
const GAME: u64 = 0x400;
const TOC: u64 = 0x800;
const TOC_ENTRIES: u64 = 102;
const TOC_ENTRY: u64 = 10;
const LIST: u64 = 0x4000;
const LIST_ENTRY: u64 = 32;

/// Sectors of a block.
pub const BLOCK_SECTORS: u32 = 16;
/// Bytes of a block.
pub const BLOCK: u32 = BLOCK_SECTORS * 2352;

const SOLD: Fault = Fault::Unsupported { what: "a disc that was sold for the PSP, and is encrypted (PGD)," };

/// A disc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PspDisc {
    /// The game's number, as `_SLUS_01234`; fit for a message.
    pub game: String,
    /// Its tracks, in order; at least one.
    pub tracks: Vec<TocEntry>,
    /// The address after the last track, where it is told.
    pub lead_out: Option<Lba>,
    /// Its blocks: offset from the start of the file, and stored bytes, of which [`BLOCK`] are not deflated.
    pub blocks: Vec<(u64, u16)>,
}

/// A track of the table of contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TocEntry {
    /// 1–99.
    pub number: u8,
    /// CONTROL of the Q subchannel.
    pub control: u8,
    /// Address of index 0; that of index 1 where no other is told.
    pub first: Lba,
    /// Address of index 1.
    pub start: Lba,
}

/// Where the last part of a PBP begins, of whose head these are the first bytes.
pub fn last_part(head: &[u8]) -> Result<u64, Flaw> {
    let head = Wire::new(head, 0, "the PBP head");
    if &head.array(0)? != MAGIC {
        return Err(head.flaw(0, Fault::NotThis { what: "a PBP" }));
    }
    Ok(head.u32_le(PSAR)?.into())
}

/// Where the discs of the last part begin, which itself begins at `base` with `bytes`.
pub fn discs(bytes: &[u8], base: u64) -> Result<Vec<u64>, Flaw> {
    let part = Wire::new(bytes, base, "the last part of the PBP");
    if bytes.starts_with(ONE_DISC) {
        return Ok(vec![base]);
    }
    if !bytes.starts_with(DISCS) {
        let what = match bytes.get(..8) {
            Some(b"NPUMDIMG") => "a PSP game that was sold as a download, and is encrypted,",
            _ => "a PBP that holds a program for the PSP, and no PlayStation disc,",
        };
        return Err(part.flaw(0, Fault::Unsupported { what }));
    }
    let mut found = Vec::new();
    for n in 0..MOST_DISCS as u64 {
        match part.u32_le(0x200 + n * 4)? {
            0 => break,
            offset => found.push(base + u64::from(offset)),
        }
    }
    if found.is_empty() { Err(part.flaw(0x200, Fault::Missing { what: "the first disc" })) } else { Ok(found) }
}

/// A disc that begins at `base` with `bytes`, in a file of `len` bytes.
pub fn disc(bytes: &[u8], base: u64, len: u64) -> Result<PspDisc, Flaw> {
    let head = Wire::new(bytes, base, "the head of a disc");
    if &head.array(0)? != ONE_DISC {
        return Err(head.flaw(0, Fault::NotThis { what: "a PlayStation disc for the PSP" }));
    }
    let game = head.part(GAME, 11, "the number of the game")?.bytes();
    if game.starts_with(b"\0PGD") {
        return Err(head.flaw(GAME, SOLD));
    }
    let printable = |&byte: &u8| byte.is_ascii_graphic();
    let game = shorten(&game.iter().copied().take_while(printable).map(char::from).collect::<String>());
    let (tracks, lead_out) = table_of_contents(&head)?;
    Ok(PspDisc { game, tracks, lead_out, blocks: blocks(&head, base, len)? })
}

/// Entries of ten bytes: ADR and CONTROL, 0, point, the time of index 0, 0, the time of index 1; all numbers are binary-coded decimals. Some programs
/// leave out the points that are no tracks, list track 1 last, or have one time alone, in the place of the first.
fn table_of_contents(head: &Wire) -> Result<(Vec<TocEntry>, Option<Lba>), Flaw> {
    let mut tracks = Vec::new();
    let mut lead_out = None;
    for n in 0..TOC_ENTRIES {
        let entry = head.part(TOC + n * TOC_ENTRY, TOC_ENTRY, "the table of contents")?;
        let times = [entry.array::<3>(3)?, entry.array::<3>(7)?];
        match (entry.u8(0)?, entry.u8(2)?) {
            (0, 0) => break,
            (_, 0xA0 | 0xA1) => {}
            (_, 0xA2) => lead_out = Some(address(&entry, times)?.1),
            (kind, point) => {
                let number = from_bcd(point).filter(|number| (1..=99).contains(number));
                let number = number.ok_or_else(|| entry.out_of_range(2, "the number of a track", "1 to 99", point))?;
                let (first, start) = address(&entry, times)?;
                tracks.push(TocEntry { number, control: kind >> 4, first, start });
            }
        }
    }
    if tracks.is_empty() {
        return Err(head.flaw(TOC, Fault::Missing { what: "a track in the table of contents" }));
    }
    tracks.sort_by_key(|track| track.number);
    Ok((tracks, lead_out))
}

/// The addresses of index 0 and index 1.
fn address(entry: &Wire, [zero, one]: [[u8; 3]; 2]) -> Result<(Lba, Lba), Flaw> {
    let (zero, one) = if one == [0; 3] { (zero, zero) } else { (zero, one) };
    let time = |bytes| Msf::from_bcd(bytes).map(|msf| Lba(msf.frames().cast_signed() - 150));
    let syntax =
        |_| entry.flaw(3, Fault::Syntax { expected: "times in binary-coded decimals", found: format!("{zero:02X?} {one:02X?}") });
    let (first, start) = (time(zero).map_err(syntax)?, time(one).map_err(syntax)?);
    Ok((if first > start { start } else { first }, start))
}

/// Entries of 32 bytes: offset behind the head, stored bytes, flags, a part of a checksum that nobody needs.
fn blocks(head: &Wire, base: u64, len: u64) -> Result<Vec<(u64, u16)>, Flaw> {
    let data = base + DISC_HEAD_LEN as u64;
    let mut blocks = Vec::new();
    let mut end = 0;
    let list = head.part(LIST, DISC_HEAD_LEN as u64 - LIST, "the list of blocks")?;
    for at in (0..list.len()).step_by(LIST_ENTRY as usize) {
        let (offset, stored) = (u64::from(list.u32_le(at)?), list.u16_le(at + 4)?);
        if stored == 0 {
            break;
        }
        if u32::from(stored) > BLOCK {
            return Err(list.out_of_range(at + 4, "the stored size of a block", "37632 bytes at most", stored));
        }
        // The list of a disc that was sold looks like noise.
        if offset < end {
            return Err(list.out_of_range(at, "the offset of a block", "one behind the block before", offset as i64));
        }
        end = offset + u64::from(stored);
        if data + end > len {
            let found = len.saturating_sub(data + offset);
            return Err(Flaw::at(data + offset, Fault::Truncated { what: "a block of sectors", needed: stored.into(), found }));
        }
        blocks.push((data + offset, stored));
    }
    if blocks.is_empty() { Err(list.flaw(0, Fault::Missing { what: "the first block of sectors" })) } else { Ok(blocks) }
}
