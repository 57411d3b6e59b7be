//! The records of an ECM file: a count of units of one kind, then the units.

use super::{MAGIC, variant};
use crate::bytes::{Bytes, read_some};
use crate::image::{Fault, Flaw};

/// The most runs that are kept of a file. A CD of mode 2 sectors has two for each sector.
const MOST_RUNS: usize = 4 << 20;
/// The most units of a run (31 bits).
const MOST_UNITS: u64 = 1 << 31;
/// Bytes that are looked at together for the next record.
const STEP: usize = 256;
/// What stands for the end in the place of a count.
const END: u64 = 0xFFFF_FFFF;

/// What the units of a run are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bytes as they are.
    Plain,
    /// Mode 1: address and user data of a whole sector.
    Mode1,
    /// Mode 2 form 1: subheader and user data, of a sector without sync and header.
    Form1,
    /// Mode 2 form 2, the same.
    Form2,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Plain, Kind::Mode1, Kind::Form1, Kind::Form2];

    /// Bytes of a unit in the file, and of what it unpacks to.
    pub fn sizes(self) -> (u64, u64) {
        match self {
            Kind::Plain => (1, 1),
            Kind::Mode1 => (3 + 2048, 2352),
            Kind::Form1 => (4 + 2048, 2336),
            Kind::Form2 => (4 + 2324, 2336),
        }
    }
}

/// Units of one kind, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Where the first lies in the file.
    pub at: u64,
    /// Where it lies in what is unpacked.
    pub start: u64,
    /// How many, at least one.
    pub units: u32,
    /// What they are.
    pub kind: Kind,
}

/// Where what lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// The runs, one after another in both.
    pub runs: Vec<Run>,
    /// Bytes of what is unpacked.
    pub len: u64,
    /// The EDC of all of it.
    pub edc: u32,
}

/// Walks through the records of a file. All units lie within it.
pub fn parse(file: &dyn Bytes) -> Result<Map, Flaw> {
    let mut walk = Walk { file, window: Vec::new(), from: 0, at: 0 };
    match walk.bytes::<4>("the marker")? {
        found if &found == MAGIC => {}
        [b'E', b'C', b'M', _] => return Err(variant()),
        _ => return Err(Flaw::at(0, Fault::NotThis { what: "an ECM file" })),
    }
    let (mut runs, mut start) = (Vec::new(), 0u64);
    while let Some((kind, units)) = walk.record()? {
        if runs.len() == MOST_RUNS {
            return Err(Flaw::at(walk.at, Fault::TooMany { what: "runs", limit: MOST_RUNS as u64 }));
        }
        let (packed, unpacked) = kind.sizes();
        let (needed, found) = (packed * u64::from(units), file.len().saturating_sub(walk.at));
        if needed > found {
            return Err(Flaw::at(walk.at, Fault::Truncated { what: "a run of sectors", needed, found }));
        }
        runs.push(Run { at: walk.at, start, units, kind });
        start += unpacked * u64::from(units);
        walk.at += needed;
    }
    let edc = u32::from_le_bytes(walk.bytes("the check of the file")?);
    Ok(Map { runs, len: start, edc })
}

/// A place in the file, and some bytes around it: records stand far from each other, or a few bytes.
struct Walk<'a> {
    file: &'a dyn Bytes,
    window: Vec<u8>,
    from: u64,
    at: u64,
}

impl Walk<'_> {
    fn bytes<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Flaw> {
        if let Some(found) = self.held() {
            self.at += N as u64;
            return Ok(found);
        }
        self.window = read_some(self.file, self.at, STEP).map_err(|error| Flaw::at(self.at, Fault::Io(error)))?;
        self.from = self.at;
        let short = Fault::Truncated { what, needed: N as u64, found: self.window.len() as u64 };
        let found = self.held().ok_or(Flaw::at(self.at, short))?;
        self.at += N as u64;
        Ok(found)
    }

    fn held<const N: usize>(&self) -> Option<[u8; N]> {
        let at = usize::try_from(self.at.checked_sub(self.from)?).ok()?;
        self.window.get(at..)?.first_chunk().copied()
    }

    /// Kind and count of the next record; `None` at the end.
    fn record(&mut self) -> Result<Option<(Kind, u32)>, Flaw> {
        let begin = self.at;
        let [mut byte] = self.bytes("a record")?;
        let kind = Kind::ALL[usize::from(byte & 3)];
        let mut count = u64::from(byte >> 2 & 31);
        for shift in [5, 12, 19, 26] {
            if byte & 0x80 == 0 {
                break;
            }
            [byte] = self.bytes("a record")?;
            count |= u64::from(byte & 0x7F) << shift;
        }
        if byte & 0x80 == 0 && count == END {
            return Ok(None);
        }
        let units = u32::try_from(count + 1).ok().filter(|&units| byte & 0x80 == 0 && u64::from(units) <= MOST_UNITS);
        let expected = "at most 2³¹ units";
        let wrong =
            || Fault::OutOfRange { what: "the count of a record", expected, found: i64::try_from(count).unwrap_or(i64::MAX) };
        units.map(|units| Some((kind, units))).ok_or_else(|| Flaw::at(begin, wrong()))
    }
}
