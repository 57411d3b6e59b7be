//! READ FORMAT CAPACITIES and FORMAT UNIT (MMC-6, 6.23 and 6.4).

use std::time::{Duration, Instant};

use super::anywhere::Background;
use super::blank::Family;
use super::layout::{Layout, Rules};
use super::{Blank, BlankKind, Formatting, Recording, refuse};
use crate::drive::sense::Sense;

/// Bytes of a parameter list: a header and one descriptor.
const LIST: usize = 12;

/// A way to format a disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Offer {
    /// Format type.
    kind: u8,
    /// Sectors that it gives.
    sectors: u32,
    /// What the type means it for.
    parameter: u32,
}

const fn offer(kind: u8, sectors: u32, parameter: u32) -> Offer {
    Offer { kind, sectors, parameter }
}

/// Sectors less spare areas; a disc that is too small for them has none.
fn less(sectors: u32, spares: u32) -> u32 {
    if sectors > spares { sectors - spares } else { sectors }
}

/// Clusters of the usual spare areas of a layer of a BD: 4,096 inside and 8,192 outside.
const BD_SPARES: u32 = 12_288 * 32;
/// The most that they may take of a layer, and the least that they have to take of a disc: what drives offer.
const BD_MOST_SPARES: u32 = 6_422_528;
const BD_LEAST_SPARES: u32 = 131_072;

/// What can be done with a disc; DVD-RAM: what drives tell of discs of 4.7 GB.
fn offers(blank: Blank, formatted: bool) -> Vec<Offer> {
    let sectors = blank.sectors;
    let layers = if blank.kind.is_dual_layer() { 2 } else { 1 };
    let sizes = [BD_SPARES * layers, BD_MOST_SPARES * layers, BD_LEAST_SPARES].map(|spares| less(sectors, spares));
    let bd = |kind| sizes.map(|sectors| offer(kind, sectors, 0));
    let clusters = BD_SPARES / 32 * layers;
    match blank.kind {
        BlankKind::DvdPlusRw => vec![offer(0x26, sectors, 0)],
        BlankKind::DvdRw => {
            let mut all = vec![offer(0x00, sectors, 0x800), offer(0x10, sectors, 0x10), offer(0x15, sectors, 0x10)];
            if formatted {
                all.push(offer(0x13, sectors, 0x10));
            }
            all
        }
        BlankKind::DvdRam => vec![
            offer(0x00, less(sectors, 58_368), 0x800),
            offer(0x00, sectors, 0x800),
            offer(0x01, less(sectors, 68_096), 0x800),
            offer(0x01, less(sectors, 77_824), 0x800),
        ],
        BlankKind::BdRe | BlankKind::BdReDl => {
            [&[offer(0x00, sizes[0], clusters)], bd(0x30).as_slice(), &[offer(0x31, sectors, 0x800)]].concat()
        }
        BlankKind::BdR | BlankKind::BdRDl => [&[offer(0x00, sizes[0], clusters)], bd(0x32).as_slice()].concat(),
        _ => Vec::new(),
    }
}

impl Recording {
    /// The answer to READ FORMAT CAPACITIES.
    pub fn format_capacities(&self) -> Vec<u8> {
        const UNFORMATTED: u8 = 1;
        const FORMATTED: u8 = 2;
        let (state, now) = match &self.formatting {
            Some(formatting) => (FORMATTED, formatting.sectors),
            None if self.layout.is_blank() && self.spared.is_none() => (UNFORMATTED, self.layout.capacity()),
            None => (FORMATTED, self.layout.capacity()),
        };
        let row = |sectors: u32, code: u8, parameter: u32| {
            let [_, a, b, c] = parameter.to_be_bytes();
            [sectors.to_be_bytes().as_slice(), &[code, a, b, c]].concat()
        };
        let mut body = row(now, state, 2048);
        // A BD-R is formatted before anything is on it.
        if self.blank.kind.family() != Family::Blu || (self.layout.is_blank() && self.spared.is_none()) {
            for offer in offers(self.blank, self.formatting.is_some()) {
                body.extend(row(offer.sectors, offer.kind << 2, offer.parameter));
            }
        }
        [&[0, 0, 0, body.len() as u8], body.as_slice()].concat()
    }

    /// FORMAT UNIT with its parameter list; a DVD+RW is formatted in the background for `time`.
    pub fn format(&mut self, list: &[u8], time: Duration) -> Result<(), Sense> {
        let list: &[u8; LIST] = list.first_chunk().ok_or(refuse::BAD_LENGTH)?;
        if list[2..4] != [0, 8] {
            return Err(refuse::BAD_PARAMETER);
        }
        let wanted = u32::from_be_bytes([list[4], list[5], list[6], list[7]]);
        let (kind, sub) = (list[8] >> 2, list[8] & 3);
        let offers = offers(self.blank, self.formatting.is_some());
        if offers.is_empty() {
            return Err(refuse::NOT_ERASABLE);
        }
        let sectors = chosen(&offers, kind, wanted).ok_or(refuse::BAD_PARAMETER)?;
        match self.blank.kind {
            BlankKind::DvdRw => self.format_dvd_rw(kind, sectors),
            BlankKind::BdR | BlankKind::BdRDl => {
                if !self.layout.is_blank() || self.spared.is_some() {
                    return Err(refuse::NOT_ERASABLE);
                }
                // Recording anywhere with replacement of what was written before is a kind of disc of its own.
                if sub > 1 {
                    return Err(refuse::BAD_PARAMETER);
                }
                self.spared = Some(sub == 0);
                self.layout.resize(sectors);
                Ok(())
            }
            BlankKind::DvdPlusRw => {
                let background = if time.is_zero() { Background::Done } else { Background::Running(Instant::now() + time) };
                self.formatting = Some(Formatting { sectors, grows: false, background });
                Ok(())
            }
            _ => {
                self.formatting = Some(Formatting { sectors, grows: false, background: Background::Done });
                Ok(())
            }
        }
    }

    fn format_dvd_rw(&mut self, kind: u8, sectors: u32) -> Result<(), Sense> {
        const GROW: u8 = 0x13;
        const QUICK: u8 = 0x15;
        if kind == GROW {
            let formatting = self.formatting.as_mut().ok_or(refuse::NOT_FORMATTED)?;
            formatting.grows = true;
            return Ok(());
        }
        let quick = kind == QUICK;
        self.store.erase(i32::MIN).map_err(|_| refuse::WRITE_ERROR)?;
        self.layout = Layout::new(Rules::of(Family::Dash, self.blank.kind.block()), self.blank.sectors);
        let sectors = if quick { 0 } else { sectors };
        self.formatting = Some(Formatting { sectors, grows: quick, background: Background::Done });
        Ok(())
    }

    /// Whether a BD-R was formatted with spare areas, and whether sectors of it may be written again (pseudo-overwrite).
    pub fn spared(&self) -> Option<bool> {
        self.spared
    }

    /// Whether this disc is ever formatted.
    pub fn is_formattable(&self) -> bool {
        !offers(self.blank, false).is_empty()
    }
}

/// The sectors that a format gives: those that are offered, and with spare areas of any size all between the least and the most of them.
fn chosen(offers: &[Offer], kind: u8, wanted: u32) -> Option<u32> {
    let sizes = || offers.iter().filter(|offer| offer.kind == kind).map(|offer| offer.sectors);
    let (least, most) = (sizes().min()?, sizes().max()?);
    match kind {
        // The size is the drive's affair.
        0x13 | 0x15 | 0x26 => Some(most),
        0x30 | 0x32 => (least..=most).contains(&wanted).then(|| wanted.next_multiple_of(32).min(most)),
        _ => sizes().find(|&sectors| sectors == wanted),
    }
}
