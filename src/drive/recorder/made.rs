//! Sectors that no source gives: pauses, lead-ins and lead-outs.

use super::plan::{Block, BurnPlan, Filler};
use crate::disc::cd_text::{self, PACK};
use crate::disc::sector::{self, SUBCHANNEL};
use crate::disc::subchannel::{self, CHANNEL, Content, Q};
use crate::disc::toc::{self, TocEntry};
use crate::disc::{Disc, Lba, TrackMode, to_bcd};

/// How often each entry of the table of contents is repeated before the next comes (ECMA-130, 22.3.4.2).
const REPEATED: u32 = 3;

/// Makes them for one disc.
pub struct Maker {
    disc: Disc,
    entries: Vec<TocEntry>,
    packs: Vec<[u8; PACK]>,
}

impl Maker {
    /// For the disc of this plan.
    pub fn new(plan: &BurnPlan) -> Maker {
        let disc = plan.outcome();
        let packs = plan.sessions.first().map(|session| session.cd_text.clone()).unwrap_or_default();
        Maker { entries: toc::entries(&disc), packs, disc }
    }

    /// Sectors from `at` on, as they are sent; `number` is the first one's in its lead-in.
    pub fn make(&self, filler: Filler, block: Block, at: Lba, number: u32, count: u32) -> Vec<u8> {
        let size = block.size();
        let mut bytes = vec![0; count as usize * size];
        if let Some(main) = block.main {
            // Mode 0 is never sent in parts, and all its bytes are zeros.
            sector::synthesise(block.mode, at, main, &mut bytes, size);
        }
        if block.sub {
            for (sector, n) in bytes.chunks_mut(size).zip(0..) {
                let sub = match filler {
                    Filler::LeadIn => self.lead_in(block, at + n, number + n),
                    Filler::Empty | Filler::LeadOut => subchannel::interleave(&subchannel::synthesise(&self.disc, at + n)),
                };
                sector[size - SUBCHANNEL..].copy_from_slice(&sub);
            }
        }
        bytes
    }

    /// The subchannel of a sector of the lead-in, interleaved. Where the drive makes the main channel, it makes P and Q as well.
    fn lead_in(&self, block: Block, at: Lba, number: u32) -> [u8; SUBCHANNEL] {
        let mut sub = cd_text::lead_in(&self.packs, number);
        let entry = (number / REPEATED).checked_rem(self.entries.len() as u32).map(|at| &self.entries[at as usize]);
        if let (Some(entry), true) = (entry, block.main.is_some()) {
            let mut packed = [0; SUBCHANNEL];
            packed[CHANNEL..2 * CHANNEL].copy_from_slice(&toc_q(entry, at).to_bytes());
            sub.iter_mut().zip(subchannel::interleave(&packed)).for_each(|(sub, q)| *sub |= q);
        }
        sub
    }
}

/// An entry of the table of contents as a frame of Q at this address of the lead-in.
fn toc_q(entry: &TocEntry, at: Lba) -> Q {
    let point = if entry.point <= 99 { to_bcd(entry.point) } else { entry.point };
    let [a, b, c] = entry.value;
    let value = match entry.point {
        // The disc type is a code and not a number.
        0xA0 => [to_bcd(a), b, c],
        _ => [to_bcd(a), to_bcd(b), to_bcd(c)],
    };
    let content = match entry.adr {
        5 => Content::MultiSession { point, time: entry.time.map(to_bcd), zero: 0, value },
        _ => Content::LeadIn { point, running: at.to_msf(), value },
    };
    Q { control: entry.control, content }
}

/// Whether sectors of this kind are scrambled on the disc.
pub fn is_scrambled(mode: TrackMode) -> bool {
    mode.is_data() && mode != TrackMode::Dvd
}
