//! The layout of a CD sector, and how the parts that an image leaves out are made again.
//!
//! Every record size in use is a contiguous [`Slice`] of the full 2352-byte sector (ECMA-130, clauses 14–16; Green Book for the
//! subheader). So one function, [`reform`], turns any record into any other: what is missing is made, what is not wanted is cut off.

use super::ecc::{self, Repair, Seal};
use super::{Lba, TrackMode};

/// Bytes of a full CD sector.
pub const RAW: usize = 2352;
/// Bytes of subchannel that belong to a sector, all eight channels.
pub const SUBCHANNEL: usize = 96;
/// The sync pattern at the start of every data sector.
pub const SYNC: [u8; 12] = [0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0];
/// Where the subheader begins, and its size: four bytes, written twice.
const SUBHEADER: usize = 16;
/// Bit 5 of the submode byte: form 2.
const SUBMODE_FORM2: u8 = 0x20;
/// Bit 3 of the submode byte: data. The subheader of form 1 sectors whose image stores none.
const SUBMODE_DATA: u8 = 0x08;

/// Which bytes of the full 2352-byte sector a record holds.
///
/// The sectors of DVDs have no such frame; their 2048 bytes go by [`Slice::COOKED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slice {
    from: u16,
    to: u16,
}

impl Slice {
    /// The whole sector.
    pub const RAW: Slice = Slice { from: 0, to: 2352 };
    /// The 2048 user bytes of mode 1, and of a DVD sector.
    pub const COOKED: Slice = Slice { from: 16, to: 2064 };
    /// The 2048 user bytes of XA form 1.
    pub const FORM1: Slice = Slice { from: 24, to: 2072 };
    /// Everything after the header: 2336 bytes.
    pub const MODE2: Slice = Slice { from: 16, to: 2352 };

    /// The bytes `from..to` of the sector.
    pub const fn new(from: u16, to: u16) -> Option<Slice> {
        if from < to && to <= RAW as u16 { Some(Slice { from, to }) } else { None }
    }

    /// What a record of this size holds of a sector of this mode; `None` where no such record is known.
    pub fn of_record(mode: TrackMode, size: u16) -> Option<Slice> {
        use TrackMode::*;
        let from = match (mode, size) {
            (Audio, 2352) => 0,
            (Dvd, 2048) => 16,
            (Audio | Dvd, _) => return None,
            (_, 2352) => 0,
            (_, 2336) => 16,
            (_, 2340) => 12,
            (Mode0 | Mode1 | Mode2, 2048) => 16,
            (Mode1, 2052 | 2064) => 12,
            (Mode2Form1 | Mode2Mixed, 2048) | (Mode2Form2 | Mode2Mixed, 2324 | 2328) => 24,
            (Mode2Form1 | Mode2Mixed, 2056) | (Mode2Form2 | Mode2Mixed, 2332) => 16,
            (Mode2Form1 | Mode2Mixed, 2060) => 12,
            _ => return None,
        };
        Slice::new(from, from + size)
    }

    /// The user data of a sector of this mode; in mode 2 whose form is not known beforehand all 2336 bytes.
    pub fn user(mode: TrackMode) -> Slice {
        match mode {
            TrackMode::Audio => Slice::RAW,
            TrackMode::Mode1 | TrackMode::Dvd => Slice::COOKED,
            TrackMode::Mode2Form1 => Slice::FORM1,
            TrackMode::Mode2Form2 => Slice { from: 24, to: 2348 },
            TrackMode::Mode0 | TrackMode::Mode2 | TrackMode::Mode2Mixed => Slice::MODE2,
        }
    }

    /// How many bytes.
    pub const fn size(self) -> usize {
        (self.to - self.from) as usize
    }

    /// Whether every byte of `other` is in this one.
    pub fn covers(self, other: Slice) -> bool {
        self.from <= other.from && other.to <= self.to
    }

    fn range(self) -> std::ops::Range<usize> {
        usize::from(self.from)..usize::from(self.to)
    }
}

/// How the 96 bytes of subchannel that belong to a sector are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubKind {
    /// As they come from the disc: each byte has one bit of each channel, P highest.
    Interleaved,
    /// Channel by channel, 12 bytes each, P first (CloneCD).
    Packed,
    /// 16 bytes: Q, then four bytes of which only the highest bit may carry P.
    Q16,
}

impl SubKind {
    /// Bytes a sector.
    pub const fn size(self) -> usize {
        match self {
            SubKind::Interleaved | SubKind::Packed => SUBCHANNEL,
            SubKind::Q16 => 16,
        }
    }
}

/// What is asked of a sector: a slice of its main channel, then its subchannel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Form {
    /// Main channel, or none of it.
    pub main: Option<Slice>,
    /// Subchannel behind it, or none.
    pub sub: Option<SubKind>,
}

impl Form {
    /// Main channel alone.
    pub const fn main(slice: Slice) -> Form {
        Form { main: Some(slice), sub: None }
    }

    /// Bytes a sector.
    pub fn size(self) -> usize {
        self.main.map_or(0, Slice::size) + self.sub.map_or(0, SubKind::size)
    }
}

/// What the bytes of a sector are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Worth {
    /// As stored; where they were checked, sound.
    #[default]
    Good,
    /// Never stored: made from what the disc says of itself.
    Synthesised,
    /// Wrong as stored, put right by the sector's own error correction.
    Repaired,
    /// Wrong, and beyond repair.
    Damaged,
}

/// Records as they lie in an image: `sectors` of them from `at` on, one each `stride` bytes.
#[derive(Debug, Clone, Copy)]
pub struct Records<'a> {
    /// The mode of their track.
    pub mode: TrackMode,
    /// Address of the first.
    pub at: Lba,
    /// Which part of each sector is there.
    pub slice: Slice,
    /// From one record to the next.
    pub stride: usize,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// Turns records into slices `to`, one each `stride` bytes of `into`; `worth` has one entry a sector.
///
/// What the records lack is made: sync and header from the address, a data subheader, EDC and ECC. Where protection is cut off,
/// it is checked first, and used to repair.
pub fn reform(records: Records<'_>, to: Slice, into: &mut [u8], stride: usize, worth: &mut [Worth]) {
    if !records.slice.covers(to) {
        return complete(records, to, into, stride);
    }
    let cut = usize::from(to.from - records.slice.from);
    let protected = cuts_protection(records.mode, records.slice, to);
    let lines = records.bytes.chunks(records.stride).zip(into.chunks_mut(stride)).zip(worth);
    for ((record, out), worth) in lines {
        let wanted = &record[cut..cut + to.size()];
        let out = &mut out[..to.size()];
        match protected.then(|| unseal(records.mode, records.slice, &record[..records.slice.size()])).flatten() {
            Some((state, Some(mended))) => {
                *worth = state;
                out.copy_from_slice(&mended[to.range()]);
            }
            Some((state, None)) => {
                *worth = state;
                out.copy_from_slice(wanted);
            }
            None => out.copy_from_slice(wanted),
        }
    }
}

/// Whether the records have the EDC and ECC of their sectors, and `to` does not.
fn cuts_protection(mode: TrackMode, have: Slice, to: Slice) -> bool {
    let covered = match mode {
        TrackMode::Mode1 => have.from == 0,
        TrackMode::Mode2Form1 | TrackMode::Mode2Form2 | TrackMode::Mode2Mixed => have.from <= 16,
        _ => return false,
    };
    covered && usize::from(have.to) == RAW && usize::from(to.to) < RAW
}

/// Checks a record that has its EDC, and repairs it. The second part is the repaired sector, where repair was needed and succeeded.
fn unseal(mode: TrackMode, slice: Slice, record: &[u8]) -> Option<(Worth, Option<Box<[u8; RAW]>>)> {
    let whole: Box<[u8; RAW]>;
    let sector = match <&[u8; RAW]>::try_from(record) {
        Ok(sector) => sector,
        Err(_) => {
            let mut raw = Box::new([0; RAW]);
            raw[slice.range()].copy_from_slice(record);
            whole = raw;
            &whole
        }
    };
    let seal = seal_of(mode, sector)?;
    if ecc::edc_matches(sector, seal) {
        return Some((Worth::Good, None));
    }
    let mut mended = Box::new(*sector);
    match ecc::repair(&mut mended, seal) {
        Repair::Sound => Some((Worth::Good, None)),
        Repair::Repaired => Some((Worth::Repaired, Some(mended))),
        Repair::Beyond => Some((Worth::Damaged, None)),
    }
}

/// How a sector of this mode protects its data; `None` where it does not.
pub fn seal_of(mode: TrackMode, sector: &[u8; RAW]) -> Option<Seal> {
    match mode {
        TrackMode::Audio | TrackMode::Dvd | TrackMode::Mode0 | TrackMode::Mode2 => None,
        TrackMode::Mode1 => Some(Seal::Mode1),
        TrackMode::Mode2Form1 => Some(Seal::Form1),
        TrackMode::Mode2Form2 => Some(Seal::Form2),
        TrackMode::Mode2Mixed => Some(if is_form2(sector) { Seal::Form2 } else { Seal::Form1 }),
    }
}

/// Whether a mode 2 sector says that it is form 2, in either copy of its submode byte: a damaged copy has more often lost the bit than won it.
pub fn is_form2(sector: &[u8; RAW]) -> bool {
    (sector[SUBHEADER + 2] | sector[SUBHEADER + 6]) & SUBMODE_FORM2 != 0
}

/// As [`reform`], where something has to be made.
fn complete(records: Records<'_>, to: Slice, into: &mut [u8], stride: usize) {
    if to == Slice::RAW && stride == RAW {
        return build(records, into);
    }
    let sectors = records.bytes.len().div_ceil(records.stride.max(1));
    let mut whole = vec![0; sectors * RAW];
    build(records, &mut whole);
    for (sector, out) in whole.chunks_exact(RAW).zip(into.chunks_mut(stride)) {
        out[..to.size()].copy_from_slice(&sector[to.range()]);
    }
}

/// Full sectors from records.
fn build(records: Records<'_>, whole: &mut [u8]) {
    let Records { mode, slice, .. } = records;
    if mode == TrackMode::Audio {
        // An audio record is a whole sector; there is nothing to make.
        for (record, raw) in records.bytes.chunks(records.stride).zip(whole.chunks_exact_mut(RAW)) {
            raw[slice.range()].copy_from_slice(&record[..slice.size()]);
        }
        return;
    }
    for ((record, raw), n) in records.bytes.chunks(records.stride).zip(whole.chunks_exact_mut(RAW)).zip(0u32..) {
        frame(mode, records.at + n, raw);
        if slice.from >= 24 && mode.is_mode2() {
            subheader(mode, slice, raw);
        }
        raw[slice.range()].copy_from_slice(&record[..slice.size()]);
    }
    if usize::from(slice.to) < RAW {
        seal_all(mode, whole);
    }
}

/// Writes sync and header of the data sector at this address.
pub fn frame(mode: TrackMode, at: Lba, raw: &mut [u8]) {
    raw[..12].copy_from_slice(&SYNC);
    raw[12..15].copy_from_slice(&at.to_msf().to_bcd());
    raw[15] = match mode {
        TrackMode::Mode0 => 0,
        mode if mode.is_mode2() => 2,
        _ => 1,
    };
}

fn subheader(mode: TrackMode, slice: Slice, raw: &mut [u8]) {
    let form2 = mode == TrackMode::Mode2Form2 || slice.size() > 2048 && mode == TrackMode::Mode2Mixed;
    let submode = if form2 { SUBMODE_FORM2 } else { SUBMODE_DATA };
    raw[SUBHEADER..SUBHEADER + 8].copy_from_slice(&[0, 0, submode, 0, 0, 0, submode, 0]);
}

/// EDC and ECC of full sectors, as the mode has them.
fn seal_all(mode: TrackMode, whole: &mut [u8]) {
    let seal = match mode {
        TrackMode::Mode1 => Seal::Mode1,
        TrackMode::Mode2Form1 => Seal::Form1,
        TrackMode::Mode2Form2 => Seal::Form2,
        TrackMode::Mode2Mixed => {
            for raw in whole.chunks_exact_mut(RAW) {
                let form2 = <&[u8; RAW]>::try_from(&*raw).is_ok_and(is_form2);
                ecc::seal(raw, if form2 { Seal::Form2 } else { Seal::Form1 });
            }
            return;
        }
        _ => return,
    };
    ecc::seal(whole, seal);
}

/// Full sectors that were never stored: silence, or empty data sectors of the track's mode.
pub fn synthesise(mode: TrackMode, at: Lba, to: Slice, into: &mut [u8], stride: usize) {
    let sectors = into.len() / stride.max(1);
    if matches!(mode, TrackMode::Audio | TrackMode::Dvd) {
        into.chunks_mut(stride).for_each(|out| out[..to.size()].fill(0));
        return;
    }
    let user = Slice::user(mode);
    // An empty sector of mixed forms is a form 1 sector.
    let (mode, slice) = if mode == TrackMode::Mode2Mixed { (TrackMode::Mode2Form1, Slice::FORM1) } else { (mode, user) };
    let empty = vec![0; sectors * slice.size()];
    let records = Records { mode, at, slice, stride: slice.size(), bytes: &empty };
    complete(records, to, into, stride);
}
