//! The map of a CHD: where each hunk is, and how it is stored.

use super::bits::BitReader;
use super::header::Header;
use super::huffman::{Decoder, read_map_lengths};
use crate::bytes::{Bytes, read_some};
use crate::image::wire::Wire;
use crate::image::{Fault, Flaw};

/// Hunks of the largest disc that compresses to next to nothing (16 GiB at 2048 bytes a hunk). A file of some size may have more: see [`most`].
const HUNKS: u64 = 1 << 23;
/// Bytes that a stored hunk costs at least.
const LEAST: u64 = 24;
/// Stands behind the maps of versions 1 to 4.
const END: &[u8; 16] = b"EndOfListCookie\0";

/// How a hunk is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Packed with the codec of this number.
    Packed(u8),
    /// As it is.
    Stored,
    /// As another hunk of this file: [`Entry::at`] is its number.
    Own,
    /// As bytes of the parent: [`Entry::at`] counts units.
    Parent,
    /// Eight bytes, in [`Entry::at`], again and again.
    Mini,
    /// Not at all: as in the parent, and where there is none, zeros.
    Absent,
}

/// Where a hunk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// How it is stored.
    pub kind: Kind,
    /// Where its bytes begin in the file, or what [`Kind`] says.
    pub at: u64,
    /// How many bytes it takes there.
    pub len: u32,
    /// The checksum of the hunk.
    pub sum: Sum,
}

/// The checksum of a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    /// There is none.
    None,
    /// CRC-16 with polynomial 0x1021 and preset FFFF (version 5).
    Crc16(u16),
    /// CRC-32 (versions 3 and 4).
    Crc32(u32),
}

/// An entry in 16 bytes, as many hunks as there may be.
#[derive(Debug, Clone, Copy)]
struct Packed {
    at: u64,
    /// Kind in the top five bits, then the kind of the sum in two, then the length.
    what: u32,
    sum: u32,
}

/// Longer than any hunk can be packed to.
const LEN_LIMIT: u32 = 1 << 25;

impl From<Entry> for Packed {
    fn from(entry: Entry) -> Packed {
        let kind = match entry.kind {
            Kind::Packed(number) => u32::from(number & 3),
            Kind::Stored => 4,
            Kind::Own => 5,
            Kind::Parent => 6,
            Kind::Mini => 7,
            Kind::Absent => 8,
        };
        let (which, sum) = match entry.sum {
            Sum::None => (0, 0),
            Sum::Crc16(sum) => (1, sum.into()),
            Sum::Crc32(sum) => (2, sum),
        };
        Packed { at: entry.at, what: kind << 27 | which << 25 | entry.len.min(LEN_LIMIT - 1), sum }
    }
}

impl From<Packed> for Entry {
    fn from(packed: Packed) -> Entry {
        let kind = match packed.what >> 27 {
            number @ 0..=3 => Kind::Packed(number as u8),
            4 => Kind::Stored,
            5 => Kind::Own,
            6 => Kind::Parent,
            7 => Kind::Mini,
            _ => Kind::Absent,
        };
        let sum = match packed.what >> 25 & 3 {
            0 => Sum::None,
            1 => Sum::Crc16(packed.sum as u16),
            _ => Sum::Crc32(packed.sum),
        };
        Entry { kind, at: packed.at, len: packed.what & (LEN_LIMIT - 1), sum }
    }
}

/// All hunks.
#[derive(Debug, Default)]
pub struct Map(Vec<Packed>);

impl Map {
    /// Where this hunk is.
    pub fn entry(&self, hunk: u64) -> Option<Entry> {
        self.0.get(usize::try_from(hunk).ok()?).map(|&packed| packed.into())
    }

    /// Whether a hunk is taken from the parent.
    pub fn needs_parent(&self) -> bool {
        self.0.iter().any(|&packed| Entry::from(packed).kind == Kind::Parent)
    }
}

/// Reads the map.
pub fn read(header: &Header, file: &dyn Bytes) -> Result<Map, Flaw> {
    let most = most(file.len());
    if header.hunks > most {
        return Err(Flaw::at(header.map, Fault::TooMany { what: "hunks", limit: most }));
    }
    match (header.version, header.codecs.is_empty()) {
        (1 | 2, _) => table(header, file, 8, |wire, at| oldest(header, wire, at)),
        (3 | 4, _) => table(header, file, 16, |wire, at| old(header, wire, at)),
        (_, true) => table(header, file, 4, |wire, at| uncompressed(header, wire, at)),
        (_, false) => compressed(header, file),
    }
}

/// The most hunks of a file of this size.
fn most(len: u64) -> u64 {
    HUNKS + len / LEAST
}

/// A map that is a table of entries of `size` bytes.
fn table(
    header: &Header,
    file: &dyn Bytes,
    size: usize,
    entry: impl Fn(Wire<'_>, u64) -> Result<Entry, Flaw>,
) -> Result<Map, Flaw> {
    let len = header.hunks * size as u64;
    let bytes = part(file, header.map, len)?;
    let wire = Wire::new(&bytes, header.map, "the map");
    let mut all = Vec::with_capacity(bytes.len() / size);
    for at in (0..len).step_by(size) {
        all.push(entry(wire, at)?.into());
    }
    if header.version < 5 {
        // Version 1 and 2 have room for a part of it.
        let end = part(file, header.map + len, size as u64)?;
        if !END.starts_with(&end) {
            return Err(Flaw::at(header.map + len, Fault::Missing { what: "the mark at the end of the map" }));
        }
    }
    Ok(Map(all))
}

/// Bytes of the file that all have to be there, so that no more is allocated than there is.
fn part(file: &dyn Bytes, at: u64, len: u64) -> Result<Vec<u8>, Flaw> {
    let found = file.len().saturating_sub(at);
    let io = |error| Flaw::at(at, Fault::Io(error));
    match usize::try_from(len).ok().filter(|_| len <= found) {
        Some(len) => read_some(file, at, len).map_err(io),
        None => Err(Flaw::at(at, Fault::Truncated { what: "the map", needed: len, found })),
    }
}

/// Versions 1 and 2: what is as long as a hunk is stored as it is.
fn oldest(header: &Header, wire: Wire<'_>, at: u64) -> Result<Entry, Flaw> {
    let value = wire.u64_be(at)?;
    let len = (value >> 44) as u32;
    let kind = if len == header.hunk || header.codecs.is_empty() { Kind::Stored } else { Kind::Packed(0) };
    Ok(Entry { kind, at: value & ((1 << 44) - 1), len, sum: Sum::None })
}

/// Versions 3 and 4.
fn old(header: &Header, wire: Wire<'_>, at: u64) -> Result<Entry, Flaw> {
    let flags = wire.u8(at + 15)?;
    let len = u32::from(wire.u16_be(at + 12)?) | u32::from(wire.u8(at + 14)?) << 16;
    let kind = match flags & 15 {
        1 if !header.codecs.is_empty() => Kind::Packed(0),
        2 => Kind::Stored,
        3 => Kind::Mini,
        4 => Kind::Own,
        5 => Kind::Parent,
        6 => return Err(wire.flaw(at, Fault::Unsupported { what: "the second compression of a CHD of version 3 or 4" })),
        _ => return Err(wire.out_of_range(at + 15, "the kind of a hunk", "1 to 5", flags & 15)),
    };
    let sum = if flags & 0x10 != 0 { Sum::None } else { Sum::Crc32(wire.u32_be(at + 8)?) };
    let len = if kind == Kind::Stored { header.hunk } else { len };
    Ok(Entry { kind, at: wire.u64_be(at)?, len, sum })
}

/// Version 5 without compression.
fn uncompressed(header: &Header, wire: Wire<'_>, at: u64) -> Result<Entry, Flaw> {
    let place = u64::from(wire.u32_be(at)?) * u64::from(header.hunk);
    let kind = if place == 0 { Kind::Absent } else { Kind::Stored };
    Ok(Entry { kind, at: place, len: header.hunk, sum: Sum::None })
}

/// Version 5: kinds with run lengths and Huffman codes first, then what each kind needs.
fn compressed(header: &Header, file: &dyn Bytes) -> Result<Map, Flaw> {
    let head = part(file, header.map, 16)?;
    let wire = Wire::new(&head, header.map, "the header of the map");
    let len = u64::from(wire.u32_be(0)?);
    let place = u64::from(wire.u16_be(4)?) << 32 | u64::from(wire.u32_be(6)?);
    let sum = wire.u16_be(10)?;
    let widths: [u8; 4] = wire.array(12)?;
    if widths[0] > 24 || widths[1] > 56 || widths[2] > 56 {
        let found = widths.into_iter().max().unwrap_or(0);
        return Err(wire.out_of_range(12, "the width of a number in the map", "at most 56 bits", found));
    }
    let bytes = part(file, header.map + 16, len)?;
    let mut bits = BitReader::new(&bytes);
    let damaged = |what| Flaw::at(header.map, Fault::Missing { what });
    let kinds = kinds(header.hunks as usize, &mut bits).ok_or_else(|| damaged("sound data in the map of hunks"))?;
    let mut all = Vec::with_capacity(kinds.len());
    let mut digest = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc16Ibm3740);
    let mut run = Run { place, own: 0, parent: 0 };
    for (kind, number) in kinds.into_iter().zip(0u64..) {
        let entry = run.entry(kind, number, header, widths, &mut bits).filter(|_| !bits.is_past());
        let entry = entry.ok_or_else(|| damaged("sound data in the map of hunks"))?;
        digest.update(&stored(&entry));
        all.push(entry.into());
    }
    if digest.finalize() as u16 != sum {
        return Err(damaged("a checksum that fits the map of hunks"));
    }
    Ok(Map(all))
}

/// An entry as chdman's own table has it, over which the map's checksum goes.
pub fn stored(entry: &Entry) -> [u8; 12] {
    let (kind, len, sum) = match (entry.kind, entry.sum) {
        (Kind::Packed(number), Sum::Crc16(sum)) => (number, entry.len, sum),
        (Kind::Own, _) => (5, 0, 0),
        (Kind::Parent, _) => (6, 0, 0),
        (_, Sum::Crc16(sum)) => (4, entry.len, sum),
        _ => (4, entry.len, 0),
    };
    let (len, at, sum) = (len.to_be_bytes(), entry.at.to_be_bytes(), sum.to_be_bytes());
    [kind, len[1], len[2], len[3], at[2], at[3], at[4], at[5], at[6], at[7], sum[0], sum[1]]
}

/// The kind of each hunk.
fn kinds(hunks: usize, bits: &mut BitReader<'_>) -> Option<Vec<u8>> {
    let mut code = Decoder::default();
    code.set(&read_map_lengths(bits)?)?;
    let mut kinds = Vec::new();
    let mut last = 0;
    while kinds.len() < hunks {
        let run = match code.next(bits) {
            7 => 3 + usize::from(code.next(bits)),
            8 => {
                let high = usize::from(code.next(bits));
                19 + (high << 4 | usize::from(code.next(bits)))
            }
            kind => {
                last = kind as u8;
                1
            }
        };
        if bits.is_past() {
            return None;
        }
        kinds.resize((kinds.len() + run).min(hunks), last);
    }
    Some(kinds)
}

/// What the entries of a map that is being read go on from.
struct Run {
    place: u64,
    own: u64,
    parent: u64,
}

impl Run {
    fn entry(&mut self, kind: u8, number: u64, header: &Header, widths: [u8; 4], bits: &mut BitReader<'_>) -> Option<Entry> {
        let [length, own, parent, _] = widths.map(u32::from);
        let mut packed = |kind, len: u32, bits: &mut BitReader<'_>| {
            let entry = Entry { kind, at: self.place, len, sum: Sum::Crc16(bits.take(16) as u16) };
            self.place = self.place.checked_add(u64::from(len)).filter(|place| place >> 48 == 0)?;
            Some(entry)
        };
        match kind {
            0..=3 => {
                // More codecs than the header has are found out when the hunk is read.
                let len = bits.take(length) as u32;
                return packed(Kind::Packed(kind), len, bits);
            }
            4 => return packed(Kind::Stored, header.hunk, bits),
            5 => self.own = bits.take(own),
            6 => self.parent = bits.take(parent),
            9 => {}
            10 => self.own += 1,
            11 => self.parent = number * u64::from(header.hunk) / u64::from(header.unit),
            12 => {}
            13 => self.parent += u64::from(header.hunk / header.unit),
            _ => return None,
        }
        let (kind, at) = if matches!(kind, 5 | 9 | 10) { (Kind::Own, self.own) } else { (Kind::Parent, self.parent) };
        Some(Entry { kind, at, len: 0, sum: Sum::None })
    }
}
