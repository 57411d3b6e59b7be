//! gzip (RFC 1952).
//!
//! What is written here is cut into members of 256 KiB (more, where there would be too many), and ends in an empty member whose extra field
//! (subfield `SP`, ours) says how long each is. Other programs take that for an ordinary file of several members; here it saves the pass over the
//! whole file, and the members are decoded in parallel.
//!
//! | bytes of the subfield | meaning (little endian) |
//! |---|---|
//! | 4 | decoded bytes of each member but the last |
//! | 4 each | packed bytes of each member |
//! | 4 | packed bytes of the empty member itself: it is found from its end |

use std::io;
use std::sync::Arc;

use flate2::{Decompress, FlushDecompress, Status};

use super::deflate::{Deflate, Frame};
use super::{Bounds, LARGEST_BLOCK, Layer, LayerError, damaged};
use crate::bytes::codecs::Deflater;
use crate::bytes::{BlockSpan, Blocks, Bytes, Spares, Unpacked, read_some};

/// What a gzip file with deflate begins with.
pub const MAGIC: [u8; 3] = [0x1F, 0x8B, 8];
/// Header without options: no name, no time, an unknown system.
const PLAIN: [u8; 10] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
/// The empty deflate stream, its CRC and its length.
const EMPTY: [u8; 10] = [3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/// Bytes of the last member around the sizes: header, length of the extra field, id and length of the subfield, block size, own length, [`EMPTY`].
const AROUND: usize = 10 + 2 + 4 + 4 + 4 + EMPTY.len();
/// Bytes that a block of deflate can hold as they are.
const STORED: usize = 65_535;
/// Members that the index has room for: an extra field has 65,535 bytes at most.
const MOST_MEMBERS: usize = (65_535 - 12) / 4;

/// The header of a member.
pub struct Header {
    /// Bytes that it takes.
    pub len: u64,
}

/// The header at this offset; `None` where none begins.
pub fn read_header(source: &dyn Bytes, at: u64) -> io::Result<Option<Header>> {
    // Nearly all are short; names and comments have no bound of their own.
    for len in [512, 256 << 10] {
        let head = read_some(source, at, len)?;
        if !head.starts_with(&MAGIC) {
            return Ok(None);
        }
        if let Some(len) = header_len(&head) {
            return Ok(Some(Header { len: len as u64 }));
        }
    }
    Err(damaged("the header of the gzip file has no end"))
}

/// How long the header is that begins so, where all of it is there.
fn header_len(head: &[u8]) -> Option<usize> {
    let flags = *head.get(3)?;
    let mut at = 10;
    if flags & 4 != 0 {
        let len = head.get(at..at + 2)?;
        at += 2 + usize::from(u16::from_le_bytes([len[0], len[1]]));
    }
    for text in [8, 16] {
        if flags & text != 0 {
            at += head.get(at..)?.iter().position(|byte| *byte == 0)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    (at <= head.len()).then_some(at)
}

/// Opens a gzip file: by the index that is written here, or by a pass over all of it.
pub fn open(source: Arc<dyn Bytes>, bounds: &Bounds) -> Result<Layer, LayerError> {
    match read_index(&*source)? {
        Some(index) => {
            bounds.check(index.len)?;
            Ok(Layer::indexed(Unpacked::new(Members { source, index, spares: Spares::default() })))
        }
        None => Ok(Layer::indexed(Deflate::open(source, Frame::Gzip, bounds)?)),
    }
}

/// Where the members lie.
#[derive(Debug, PartialEq, Eq)]
struct Index {
    block: u32,
    len: u64,
    /// Offset of each member, and of what follows the last.
    starts: Vec<u64>,
}

/// The index at the end of the file, if there is one that fits it.
fn read_index(source: &dyn Bytes) -> io::Result<Option<Index>> {
    let Some(tail) = source.len().checked_sub(EMPTY.len() as u64 + 4) else { return Ok(None) };
    let tail = read_some(source, tail, EMPTY.len() + 4)?;
    let Some((own, EMPTY)) = tail
        .split_first_chunk::<4>()
        .map(|(own, empty)| (u32::from_le_bytes(*own), empty))
        .and_then(|(own, empty)| Some((own, *empty.first_chunk()?)))
    else {
        return Ok(None);
    };
    let Some(at) = source.len().checked_sub(u64::from(own)).filter(|_| (own as usize) < 70_000) else { return Ok(None) };
    let last = read_some(source, at, own as usize)?;
    let Some(index) = parse_index(&last, at) else { return Ok(None) };
    // The decoded length of the last member stands in its trailer.
    let Some(isize_at) = at.checked_sub(4) else { return Ok(None) };
    let mut rest = [0; 4];
    source.read_at(isize_at, &mut rest)?;
    let rest = u32::from_le_bytes(rest);
    let members = index.starts.len() as u64 - 1;
    let full = members.saturating_sub(1) * u64::from(index.block);
    Ok((rest <= index.block && rest > 0).then_some(Index { len: full + u64::from(rest), ..index }))
}

/// The index in the empty member, which begins at `at`.
fn parse_index(last: &[u8], at: u64) -> Option<Index> {
    let sizes = last.get(16..last.len().checked_sub(EMPTY.len() + 4)?)?;
    let extra = (sizes.len() + 8) as u16;
    let wanted = [&PLAIN[..3], &[4], &PLAIN[4..], &extra.to_le_bytes(), b"SP", &(extra - 4).to_le_bytes()].concat();
    if !last.starts_with(&wanted) || sizes.len() % 4 != 0 || sizes.len() < 8 || sizes.len() / 4 > MOST_MEMBERS + 1 {
        return None;
    }
    let (words, _) = sizes.as_chunks::<4>();
    let (block, sizes) = words.split_first()?;
    let block = u32::from_le_bytes(*block);
    let mut starts = vec![0u64];
    let mut sum = 0u64;
    for size in sizes {
        sum += u64::from(u32::from_le_bytes(*size));
        starts.push(sum);
    }
    let sound = sum == at && block > 0 && u64::from(block) <= LARGEST_BLOCK;
    sound.then_some(Index { block, len: 0, starts })
}

/// The members of a file that was written here.
struct Members {
    source: Arc<dyn Bytes>,
    index: Index,
    spares: Spares<(Decompress, Vec<u8>)>,
}

impl Blocks for Members {
    fn len(&self) -> u64 {
        self.index.len
    }

    fn span(&self, at: u64) -> BlockSpan {
        BlockSpan::uniform(at, self.index.block, self.index.len)
    }

    fn decode(&self, block: u64, into: &mut [u8]) -> io::Result<()> {
        let block = usize::try_from(block).map_err(|_| io::ErrorKind::InvalidData)?;
        let &[from, to] = self.index.starts.get(block..block + 2).ok_or(io::ErrorKind::InvalidData)? else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let len = usize::try_from(to - from).ok().filter(|len| *len as u64 <= 2 * LARGEST_BLOCK);
        let len = len.ok_or_else(|| damaged("a member of the gzip file is too long"))?;
        self.spares.with(
            || (Decompress::new(false), Vec::new()),
            |(inflate, packed)| {
                packed.resize(len, 0);
                self.source.read_at(from, packed)?;
                decode_member(inflate, packed, into)
            },
        )
    }
}

fn decode_member(inflate: &mut Decompress, packed: &[u8], into: &mut [u8]) -> io::Result<()> {
    let wrong = || damaged("a member of the gzip file is damaged");
    let header = packed.starts_with(&MAGIC).then(|| header_len(packed)).flatten().ok_or_else(wrong)?;
    let (body, trailer) = packed.split_last_chunk::<8>().ok_or_else(wrong)?;
    let body = body.get(header..).ok_or_else(wrong)?;
    inflate.reset(false);
    let status = inflate.decompress(body, into, FlushDecompress::Finish).map_err(|_| wrong())?;
    let whole =
        status == Status::StreamEnd && inflate.total_out() == into.len() as u64 && inflate.total_in() == body.len() as u64;
    let [c0, c1, c2, c3, ..] = *trailer;
    if whole && crc32fast::hash(into) == u32::from_le_bytes([c0, c1, c2, c3]) { Ok(()) } else { Err(wrong()) }
}

/// Bytes of a member, so that the index has room for all of them.
pub fn member_len(total: u64) -> u32 {
    let mut block = 256u32 << 10;
    while total.div_ceil(u64::from(block)) > MOST_MEMBERS as u64 && block < 1 << 30 {
        block *= 2;
    }
    block
}

/// Makes members.
pub struct Encoder(Deflater);

impl Encoder {
    /// With this level, 1 to 9.
    pub fn new(level: u8) -> Encoder {
        Encoder(Deflater::new(level.clamp(1, 9), false))
    }

    /// A whole member.
    pub fn member(&mut self, raw: &[u8]) -> io::Result<Vec<u8>> {
        let stored = raw.len() + 5 * raw.len().div_ceil(STORED).max(1);
        let mut packed = PLAIN.to_vec();
        self.0.encode(raw, &mut packed)?;
        // The fastest level makes nine bits of each byte of noise; then it is better left as it is.
        if packed.len() > PLAIN.len() + stored {
            packed.truncate(PLAIN.len());
            store(raw, &mut packed);
        }
        packed.extend_from_slice(&crc32fast::hash(raw).to_le_bytes());
        packed.extend_from_slice(&(raw.len() as u32).to_le_bytes());
        Ok(packed)
    }
}

/// Deflate's blocks for what can't be packed (RFC 1951, section 3.2.4): a bit for the last, the length, and its complement.
fn store(raw: &[u8], into: &mut Vec<u8>) {
    let mut blocks = raw.chunks(STORED).peekable();
    while let Some(block) = blocks.next() {
        into.push(u8::from(blocks.peek().is_none()));
        let len = block.len() as u16;
        into.extend_from_slice(&len.to_le_bytes());
        into.extend_from_slice(&(!len).to_le_bytes());
        into.extend_from_slice(block);
    }
}

/// The empty member with the index, behind members of these sizes; nothing where there is no room for it.
pub fn index_member(block: u32, sizes: &[u32]) -> Vec<u8> {
    if sizes.is_empty() || sizes.len() > MOST_MEMBERS {
        return Vec::new();
    }
    let extra = (4 * sizes.len() + 12) as u16;
    let mut member = [&PLAIN[..3], &[4], &PLAIN[4..], &extra.to_le_bytes(), b"SP", &(extra - 4).to_le_bytes()].concat();
    member.extend_from_slice(&block.to_le_bytes());
    sizes.iter().for_each(|size| member.extend_from_slice(&size.to_le_bytes()));
    member.extend_from_slice(&((AROUND + 4 * sizes.len()) as u32).to_le_bytes());
    member.extend_from_slice(&EMPTY);
    member
}

#[cfg(test)]
mod tests {
    use super::*;

    /// zlib-rs 0.6 panics when a stream that ran out of room is begun anew, and noise takes more room packed than as it is.
    #[test]
    fn noise_after_noise_is_stored() {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        let noise: Vec<u8> = (0..300_000).map(|_| next()).collect();
        for level in 1..=9 {
            let mut encoder = Encoder::new(level);
            for raw in [&noise[..], &noise[..100_000], &noise[7..]] {
                let member = encoder.member(raw).unwrap();
                assert!(member.len() <= raw.len() + 18 + 5 * raw.len().div_ceil(STORED), "level {level}");
                let mut back = Vec::new();
                io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&member[..]), &mut back).unwrap();
                assert!(back == raw, "level {level}");
            }
        }
    }

    /// The index was once written and never believed, and nothing told: such files are read without it as well.
    #[test]
    fn the_index_that_is_written_is_the_one_that_is_read() {
        let data: Vec<u8> = (0..2_500_000u32).map(|n| (n.wrapping_mul(n) >> 11) as u8).collect();
        let mut encoder = Encoder::new(1);
        let members: Vec<Vec<u8>> = data.chunks(1 << 20).map(|raw| encoder.member(raw).unwrap()).collect();
        let sizes: Vec<u32> = members.iter().map(|member| member.len() as u32).collect();
        let file = [members.concat(), index_member(1 << 20, &sizes)].concat();
        let index = read_index(&file).unwrap().unwrap();
        assert_eq!((index.block, index.len, index.starts.len()), (1 << 20, 2_500_000, 4));
        assert_eq!(member_len(700 << 20), 256 << 10);
        assert!((128u64 << 30).div_ceil(u64::from(member_len(128 << 30))) <= MOST_MEMBERS as u64);
        assert_eq!(index_member(1 << 20, &vec![5; MOST_MEMBERS]).len(), AROUND + 4 * MOST_MEMBERS);
    }
}
