//! Sectors that no source gives: pauses, lead-ins and lead-outs.

use super::plan::{Block, BurnPlan, Filler};
use crate::disc::cd_text::{self, PACK};
use crate::disc::sector::{self, SUBCHANNEL};
use crate::disc::subchannel::{self, CHANNEL, Content, Q};
use crate::disc::toc::{self, TocEntry};
use crate::disc::{Disc, Lba, Session, TrackMode, to_bcd};

/// How often each entry of the table of contents is repeated before the next comes (ECMA-130, clause 22.3.4).
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
        Maker { entries: entries(&disc, plan), packs, disc }
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

    /// The table of contents of the session whose lead-in this address is in.
    fn entries_at(&self, at: Lba) -> &[TocEntry] {
        let begins_behind = |session: &Session| session.tracks.first().is_some_and(|track| track.start > at);
        let number = 1 + self.disc.sessions.iter().position(begins_behind).unwrap_or(0) as u8;
        let from = self.entries.partition_point(|entry| entry.session < number);
        let to = self.entries.partition_point(|entry| entry.session <= number);
        &self.entries[from..to]
    }

    /// The subchannel of a sector of the lead-in, interleaved. Where the drive makes the main channel, it makes P and Q as well.
    fn lead_in(&self, block: Block, at: Lba, number: u32) -> [u8; SUBCHANNEL] {
        // The texts of all sessions stand in the first lead-in.
        let packs = if at < Lba::PROGRAM_START { self.packs.as_slice() } else { &[] };
        let mut sub = cd_text::lead_in(packs, number);
        let entries = self.entries_at(at);
        let entry = (number / REPEATED).checked_rem(entries.len() as u32).map(|at| &entries[at as usize]);
        if let (Some(entry), true) = (entry, block.main.is_some()) {
            let mut packed = [0; SUBCHANNEL];
            packed[CHANNEL..2 * CHANNEL].copy_from_slice(&toc_q(entry, at).to_bytes());
            sub.iter_mut().zip(subchannel::interleave(&packed)).for_each(|(sub, q)| *sub |= q);
        }
        sub
    }
}

/// The tables of contents of all sessions. Where there are several, the first says where its lead-in begins (Orange Book, mode 5).
fn entries(disc: &Disc, plan: &BurnPlan) -> Vec<TocEntry> {
    let mut entries = toc::entries(disc);
    let lead_in = plan.pieces().next().map_or(Lba::PROGRAM_START, |piece| piece.at);
    if let Some(at) = entries.iter().position(|entry| entry.point == NEXT_SESSION) {
        let next = entries[at];
        entries.insert(at + 1, TocEntry { point: FIRST_LEAD_IN, time: [0; 3], value: toc::time(lead_in), ..next });
    }
    entries
}

/// The points of mode 5: where the next session begins, and where the first lead-in does.
const NEXT_SESSION: u8 = 0xB0;
const FIRST_LEAD_IN: u8 = 0xC0;

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
        // How many pointers of mode 5 there are: the first session has two.
        5 => Content::MultiSession { point, time: entry.time.map(to_bcd), zero: if entry.session == 1 { 2 } else { 1 }, value },
        _ => Content::LeadIn { point, running: at.to_msf(), value },
    };
    Q { control: entry.control, content }
}

/// Whether sectors of this kind are scrambled on the disc.
pub fn is_scrambled(mode: TrackMode) -> bool {
    mode.is_data() && mode != TrackMode::Dvd
}
