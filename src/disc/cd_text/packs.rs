//! Packs as they come: checked, and sorted into their blocks.

use super::read::{BlockReader, size_info};
use super::{CdText, Encoding, Field, MAX_LANGUAGES, PACK, PACK_TEXT, SIZE_INFO};
use crate::disc::crc16::crc16;

/// Most packs that are looked at: READ TOC cannot return more, and eight blocks of 256 are fewer.
const MAX_PACKS: usize = 0xFFFF / PACK;
/// Packs in a block: their sequence number is a byte.
const MAX_IN_BLOCK: usize = 256;

/// Something wrong in CD-TEXT packs. None of it keeps the rest from being read. Packs and languages are counted from 0, track 0 is the disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PackFlaw {
    /// Bytes that make no pack.
    #[error("{0} bytes at the end of the CD-TEXT are no pack")]
    Leftover(usize),
    /// More packs than a disc has.
    #[error("more than {MAX_PACKS} packs of CD-TEXT: the rest was not read")]
    TooMany,
    /// A pack that fails its checksum was left out.
    #[error("CD-TEXT pack {0} is damaged and was left out")]
    Crc(usize),
    /// No pack at all has a right checksum, so the checksums were not believed.
    #[error("no CD-TEXT pack has a right checksum; they were read all the same")]
    NoCrc,
    /// A pack of a type that does not exist, or of an extended application, was left out.
    #[error("CD-TEXT pack {pack} is of an unknown type ({kind:02X}) and was left out")]
    Kind {
        /// Which pack.
        pack: usize,
        /// Its type.
        kind: u8,
    },
    /// A block with more packs than its numbers can count.
    #[error("CD-TEXT block {0} has more than 256 packs: the rest was left out")]
    BlockTooLong(u8),
    /// A block whose packs are not numbered one after the other was read in the order it came.
    #[error("the packs of CD-TEXT block {0} are not in sequence")]
    Sequence(u8),
    /// A block that does not say its character set and language.
    #[error("CD-TEXT block {block} does not say its character set; it was read as {}", .taken.word())]
    NoSizeInfo {
        /// Which block.
        block: u8,
        /// The character set it was given.
        taken: Encoding,
    },
    /// A block in a character set that nobody knows.
    #[error("CD-TEXT block {block} is in an unknown character set ({code:02X})")]
    Charset {
        /// Which block.
        block: u8,
        /// What it says.
        code: u8,
    },
    /// A block that is said to be ASCII and is not.
    #[error("CD-TEXT block {0} says it is ASCII but is not; it was read as iso-8859-1")]
    NotAscii(u8),
    /// A text of which a pack is missing was left out.
    #[error("a part of the CD-TEXT {} of track {track} is lost, in block {block}", .field.word())]
    Lost {
        /// Which block.
        block: u8,
        /// Which track.
        track: u8,
        /// Which text.
        field: Field,
    },
    /// A text that runs to the end of its last pack without an end mark.
    #[error("the CD-TEXT {} of track {track} has no end, in block {block}", .field.word())]
    Unterminated {
        /// Which block.
        block: u8,
        /// Which track.
        track: u8,
        /// Which text.
        field: Field,
    },
    /// A text with bytes that mean nothing in its character set.
    #[error("the CD-TEXT {} of track {track} has bytes without meaning, in block {block}", .field.word())]
    Undecodable {
        /// Which block.
        block: u8,
        /// Which track.
        track: u8,
        /// Which text.
        field: Field,
    },
}

/// A pack without its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pack {
    pub(super) kind: u8,
    pub(super) track: u8,
    pub(super) sequence: u8,
    /// Double-byte flag, block number, and the position of the first byte in its string.
    pub(super) position: u8,
    pub(super) data: [u8; PACK_TEXT],
}

impl Pack {
    fn parse(bytes: &[u8]) -> Option<Pack> {
        let (&[kind, track, sequence, position], rest) = bytes.split_first_chunk()?;
        Some(Pack { kind, track, sequence, position, data: *rest.first_chunk()? })
    }

    fn block(&self) -> usize {
        usize::from(self.position >> 4 & 7)
    }

    pub(super) fn is_wide(&self) -> bool {
        self.position & 0x80 != 0
    }

    /// Whether its first byte is not the first of a string.
    pub(super) fn continues(&self) -> bool {
        self.position & 0x0F != 0
    }
}

impl CdText {
    /// From packs of 18 bytes, whatever their state.
    pub fn from_packs(bytes: &[u8]) -> (CdText, Vec<PackFlaw>) {
        let mut flaws = Vec::new();
        let whole = |pack: &&[u8]| pack.len() == PACK && pack.iter().any(|&byte| byte != 0);
        // Some writers leave the checksum out and store zeros.
        let unchecked = |pack: &[u8]| pack.ends_with(&[0, 0]);
        let right = |pack: &[u8]| pack.split_last_chunk().is_some_and(|(text, crc)| crc16(text) == *crc);
        let all = || bytes.chunks(PACK).take(MAX_PACKS).enumerate().filter(|(_, pack)| whole(pack));
        let none_right = !all().any(|(_, pack)| right(pack)) && all().any(|(_, pack)| !unchecked(pack));
        // Not believing the checksums is for packs that are otherwise in order, not for any file that was taken for packs.
        let disbelieve = none_right && all().all(|(_, pack)| (0x80..=SIZE_INFO).contains(&pack[0]));
        if disbelieve {
            flaws.push(PackFlaw::NoCrc);
        }
        let mut packs = Vec::new();
        for (index, bytes) in all() {
            if disbelieve || unchecked(bytes) || right(bytes) {
                packs.extend(Pack::parse(bytes).map(|pack| (index, pack)));
            } else {
                flaws.push(PackFlaw::Crc(index));
            }
        }
        note_length(bytes.len(), PACK, &mut flaws);
        (assemble(&packs, &mut flaws), flaws)
    }

    /// From packs of 16 bytes, whose checksum was left out, as CloneCD's descriptors hold them.
    pub fn from_packs_without_crc(bytes: &[u8]) -> (CdText, Vec<PackFlaw>) {
        const SHORT: usize = PACK - 2;
        let mut flaws = Vec::new();
        let packs: Vec<_> = bytes.chunks_exact(SHORT).filter_map(Pack::parse).enumerate().take(MAX_PACKS).collect();
        note_length(bytes.len(), SHORT, &mut flaws);
        (assemble(&packs, &mut flaws), flaws)
    }

    /// From a CD-TEXT file or a drive's answer: packs, with or without the four bytes that READ TOC (format 5) puts before them and the NUL that
    /// some programs put behind them.
    pub fn from_container(bytes: &[u8]) -> (CdText, Vec<PackFlaw>) {
        let headed = |bytes: &[u8]| {
            let no_pack_first = bytes.first().is_some_and(|kind| !(0x80..=SIZE_INFO).contains(kind));
            no_pack_first && bytes.get(2..4) == Some(&[0, 0]) && matches!(bytes.len() % PACK, 4 | 5)
        };
        let bytes = if headed(bytes) { bytes.get(4..).unwrap_or_default() } else { bytes };
        let bytes = match bytes {
            [packs @ .., 0] if packs.len() % PACK == 0 => packs,
            other => other,
        };
        CdText::from_packs(bytes)
    }
}

fn note_length(length: usize, pack: usize, flaws: &mut Vec<PackFlaw>) {
    if length / pack > MAX_PACKS {
        flaws.push(PackFlaw::TooMany);
    } else if !length.is_multiple_of(pack) {
        flaws.push(PackFlaw::Leftover(length % pack));
    }
}

/// Sorts packs into their blocks, and reads each.
fn assemble(packs: &[(usize, Pack)], flaws: &mut Vec<PackFlaw>) -> CdText {
    let mut blocks: [Vec<Pack>; MAX_LANGUAGES] = Default::default();
    for &(index, pack) in packs {
        // Bit 7 of the track marks packs of extended applications.
        if !(0x80..=SIZE_INFO).contains(&pack.kind) || pack.track & 0x80 != 0 {
            flaws.push(PackFlaw::Kind { pack: index, kind: pack.kind });
            continue;
        }
        let block = &mut blocks[pack.block()];
        // A lead-in repeats its packs all over, and some drives return them twice.
        if block.contains(&pack) {
            continue;
        }
        if block.len() < MAX_IN_BLOCK {
            block.push(pack);
        } else if !flaws.contains(&PackFlaw::BlockTooLong(pack.block() as u8)) {
            flaws.push(PackFlaw::BlockTooLong(pack.block() as u8));
        }
    }
    let codes = blocks.iter().find_map(|block| size_info(block, 2));
    let mut text = CdText::default();
    for (number, block) in (0u8..).zip(&mut blocks) {
        if block.is_empty() {
            continue;
        }
        let language = BlockReader::new(number, block, codes, flaws).read_all();
        if !language.is_empty() {
            text.languages.push(language);
        }
    }
    text
}
