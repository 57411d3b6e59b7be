//! The boxes of an MPEG-4 file (ISO/IEC 14496-12, clause 4), each with others in it or with a table.

use super::DAMAGED;
use crate::bytes::audio::{AudioError, be16, be32};
use crate::bytes::{Bytes, read_some};

/// Boxes looked at before the file is called hostile: real files have some dozens at each level.
const BOXES: usize = 10_000;
/// The most entries of a table: with packets of 1024 samples, six hours and more.
const ENTRIES: usize = 1_000_000;

/// What is in a box.
#[derive(Clone, Copy)]
pub struct Span {
    /// Where it begins in the file.
    pub from: u64,
    /// Where it ends.
    pub to: u64,
}

impl Span {
    /// Its bytes.
    pub fn len(self) -> usize {
        usize::try_from(self.to - self.from).unwrap_or(usize::MAX)
    }

    /// Without so many bytes at its beginning, where it has them.
    pub fn without(self, bytes: u64) -> Option<Span> {
        self.from.checked_add(bytes).filter(|from| *from <= self.to).map(|from| Span { from, to: self.to })
    }

    /// Its first bytes, this many at most.
    pub fn read(self, file: &dyn Bytes, most: usize) -> Result<Vec<u8>, AudioError> {
        Ok(read_some(file, self.from, self.len().min(most))?)
    }

    /// The boxes in it (§4.2), up to one that does not fit.
    pub fn children(self, file: &dyn Bytes) -> Result<Vec<([u8; 4], Span)>, AudioError> {
        let (mut at, mut found) = (self.from, Vec::new());
        while found.len() < BOXES {
            let head = read_some(file, at, 16)?;
            let (Some(size), Some(name)) = (be32(&head, 0), head.get(4..8).and_then(|name| name.try_into().ok())) else { break };
            let (body, end) = match (size, be32(&head, 8), be32(&head, 12)) {
                (0, ..) => (at + 8, Some(self.to)),
                (1, Some(high), Some(low)) => (at + 16, at.checked_add(u64::from(high) << 32 | u64::from(low))),
                (size, ..) => (at + 8, Some(at + u64::from(size))),
            };
            let Some(end) = end.filter(|end| (body..=self.to).contains(end)) else { break };
            found.push((name, Span { from: body, to: end }));
            at = end;
        }
        Ok(found)
    }

    /// The first box of this name in it.
    pub fn child(self, file: &dyn Bytes, wanted: &[u8; 4]) -> Result<Option<Span>, AudioError> {
        Ok(self.children(file)?.into_iter().find(|(name, _)| name == wanted).map(|(_, span)| span))
    }

    /// The box that lies so deep in it: the first of the first name, in that the first of the second, and so on.
    pub fn descend(self, file: &dyn Bytes, path: &[&[u8; 4]]) -> Result<Option<Span>, AudioError> {
        let mut here = Some(self);
        for name in path {
            here = match here {
                Some(span) => span.child(file, name)?,
                None => None,
            };
        }
        Ok(here)
    }

    /// A table (a full box): a number of entries, and so many 32-bit words for each. `skip` words stand before the number.
    pub fn table(self, file: &dyn Bytes, skip: usize, words: usize) -> Result<Vec<u32>, AudioError> {
        let head = read_some(file, self.from, 8 + 4 * skip)?;
        let count = be32(&head, 4 + 4 * skip).ok_or(DAMAGED)? as usize;
        let room = self.len().saturating_sub(head.len()) / (4 * words);
        if count > ENTRIES || count > room {
            return Err(DAMAGED);
        }
        let bytes = read_some(file, self.from + head.len() as u64, 4 * words * count)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|word| u32::from_be_bytes(*word)).collect())
    }
}

/// Where each packet of a track lies, and its size (§8.7.3 to §8.7.5); `table` is its box `stbl`. At least one.
pub fn packets(file: &dyn Bytes, table: Span) -> Result<Vec<(u64, u32)>, AudioError> {
    /// The most bytes of a packet.
    const PACKET: u32 = 1 << 20;
    let child = |name| table.child(file, name);
    let sizes = child(b"stsz")?.ok_or(DAMAGED)?;
    let head = read_some(file, sizes.from, 12)?;
    let (Some(all), Some(count)) = (be32(&head, 4), be32(&head, 8)) else { return Err(DAMAGED) };
    // One size for all is what silence has, and a single packet.
    let sizes = match (all, count as usize) {
        (0, _) => sizes.table(file, 1, 1)?,
        (all, count @ ..=ENTRIES) => vec![all; count],
        _ => return Err(DAMAGED),
    };
    let offsets: Vec<u64> = match (child(b"stco")?, child(b"co64")?) {
        (Some(narrow), _) => narrow.table(file, 0, 1)?.into_iter().map(u64::from).collect(),
        (None, Some(wide)) => {
            let words = wide.table(file, 0, 2)?;
            words.as_chunks::<2>().0.iter().map(|[high, low]| u64::from(*high) << 32 | u64::from(*low)).collect()
        }
        (None, None) => return Err(DAMAGED),
    };
    // From which chunk on how many packets are in each.
    let runs = child(b"stsc")?.ok_or(DAMAGED)?.table(file, 0, 3)?;
    let (mut runs, mut each) = (runs.as_chunks::<3>().0.iter().peekable(), 0);
    let (mut sizes, mut packets) = (sizes.into_iter(), Vec::new());
    for (chunk, offset) in (1u32..).zip(offsets) {
        while let Some([_, count, _]) = runs.next_if(|[first, ..]| *first <= chunk) {
            each = *count;
        }
        let mut at = offset;
        for size in sizes.by_ref().take(each as usize) {
            let end = at.checked_add(u64::from(size)).filter(|end| *end <= file.len()).ok_or(DAMAGED)?;
            if size > PACKET {
                return Err(DAMAGED);
            }
            packets.push((at, size));
            at = end;
        }
    }
    if sizes.next().is_some() || packets.is_empty() { Err(DAMAGED) } else { Ok(packets) }
}

/// What the packets of a track are: the name of its first description, and what that says (§8.5.2).
pub fn description(file: &dyn Bytes, table: Span) -> Result<Option<([u8; 4], Span)>, AudioError> {
    // Version, flags and the number of descriptions stand before the first.
    let entries = table.child(file, b"stsd")?.and_then(|entries| entries.without(8));
    Ok(match entries {
        Some(entries) => entries.children(file)?.into_iter().next(),
        None => None,
    })
}

/// The boxes behind the fixed part of a description of sound: 28 bytes (§12.2.3), and more in the two later versions of QuickTime.
pub fn codec_boxes(file: &dyn Bytes, entry: Span) -> Result<Span, AudioError> {
    let fixed = match be16(&entry.read(file, 10)?, 8) {
        Some(0) => 28,
        Some(1) => 28 + 16,
        Some(2) => 28 + 36,
        _ => return Err(DAMAGED),
    };
    entry.without(fixed).ok_or(DAMAGED)
}

/// Units a second that the times of a track or of the whole file are counted in: of its box `mdhd` or `mvhd` (§8.2.2, §8.4.2).
pub fn timescale(file: &dyn Bytes, header: Span) -> Result<u32, AudioError> {
    let head = header.read(file, 24)?;
    let at = if head.first() == Some(&1) { 20 } else { 12 };
    be32(&head, at).filter(|scale| *scale > 0).ok_or(DAMAGED)
}
