//! What the host sends as the subchannel of a lead-in: the table of contents in Q, CD-TEXT in R to W.

use crate::disc::sector::SUBCHANNEL;
use crate::disc::subchannel::{Content, Q, q_of_interleaved};
use crate::disc::toc::TocEntry;
use crate::disc::{CdText, from_bcd};

/// Bytes of a pack of CD-TEXT, and how many lie in the subchannel of a sector.
const PACK: usize = 18;
const PACKS: usize = 4;
/// Kinds of packs there are.
const KINDS: std::ops::RangeInclusive<u8> = 0x80..=0x8F;

/// Collects what the sectors of a lead-in say, each many times over.
#[derive(Debug, Default)]
pub struct LeadIn {
    /// Entries of the table of contents, each once.
    pub entries: Vec<TocEntry>,
    packs: Vec<[u8; PACK]>,
}

impl LeadIn {
    /// Takes a sector's subchannel, interleaved; `session` is what it belongs to.
    pub fn take(&mut self, session: u8, sub: &[u8; SUBCHANNEL]) {
        if let Some(entry) = Q::parse(&q_of_interleaved(sub)).ok().and_then(|q| entry(session, q))
            && !self.entries.contains(&entry)
        {
            self.entries.push(entry);
        }
        self.take_text(sub);
    }

    /// Takes the R to W of a sector, P and Q of which may hold anything.
    pub fn take_text(&mut self, sub: &[u8; SUBCHANNEL]) {
        for pack in packs(sub) {
            if KINDS.contains(&pack[0]) && !self.packs.contains(&pack) {
                self.packs.push(pack);
            }
        }
    }

    /// The CD-TEXT, packs in the order of their blocks and numbers.
    pub fn text(&mut self) -> CdText {
        // Block, then sequence number: the cycle may have begun anywhere.
        self.packs.sort_by_key(|pack| (pack[3] >> 4 & 7, pack[2]));
        CdText::from_packs(self.packs.as_flattened()).0
    }
}

/// R to W are the lower six bits of each byte; four packs of 24 such symbols each.
fn packs(sub: &[u8; SUBCHANNEL]) -> [[u8; PACK]; PACKS] {
    let (symbols, _) = sub.as_chunks::<4>();
    let mut bytes = [0; PACK * PACKS];
    for (into, symbols) in bytes.as_chunks_mut::<3>().0.iter_mut().zip(symbols) {
        let bits = symbols.iter().fold(0u32, |bits, symbol| bits << 6 | u32::from(symbol & 0x3F));
        into.copy_from_slice(&bits.to_be_bytes()[1..]);
    }
    std::array::from_fn(|n| std::array::from_fn(|at| bytes[n * PACK + at]))
}

/// A frame of a lead-in as an entry, its numbers binary.
fn entry(session: u8, q: Q) -> Option<TocEntry> {
    let numbers = |bytes: [u8; 3]| bytes.map(|byte| from_bcd(byte).unwrap_or(byte));
    match q.content {
        Content::LeadIn { point, value, .. } => {
            // Point A0 ends with the disc type, which is no decimal number.
            let value = if point == 0xA0 { [from_bcd(value[0])?, value[1], value[2]] } else { numbers(value) };
            let point = if point < 0xA0 { from_bcd(point)? } else { point };
            Some(TocEntry { session, adr: 1, control: q.control, point, time: [0; 3], value })
        }
        Content::MultiSession { point, time, value, .. } => {
            Some(TocEntry { session, adr: 5, control: q.control, point, time: numbers(time), value: numbers(value) })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disc::Msf;
    use crate::disc::cd_text::Field;
    use crate::disc::subchannel::interleave;

    /// Bit 5 of a byte is R, bit 0 is W (Red Book): 18 bytes are the bits of 24 symbols, in order.
    #[test]
    fn six_bits_a_symbol() {
        let mut sub = [0xC0; SUBCHANNEL];
        // 0x80 0x01 0xFF as symbols: 100000 000000 000111 111111.
        sub[..4].copy_from_slice(&[0xC0 | 0b10_0000, 0, 0xC0 | 0b000_111, 0b11_1111]);
        assert_eq!(packs(&sub)[0][..4], [0x80, 0x01, 0xFF, 0]);
    }

    #[test]
    fn texts_that_come_again_and_again_from_the_middle_are_read_once() {
        let mut text = CdText::default();
        for (track, title) in [(0, "A disc of some length, for more packs than four"), (1, "One"), (2, "Two")] {
            text.set(track, Field::Title, title);
        }
        let packs = text.to_packs(1, 2).unwrap();
        assert!(packs.len() > 4);
        let mut lead_in = LeadIn::default();
        let mut cycle = packs.iter().cycle().skip(5);
        for _ in 0..100 {
            let four: Vec<u8> = cycle.by_ref().take(4).flatten().copied().collect();
            let bit = |at: usize| four[at / 8] >> (7 - at % 8) & 1;
            let sub = std::array::from_fn(|n| (0..6).fold(0, |symbol, b| symbol << 1 | bit(n * 6 + b)));
            lead_in.take_text(&sub);
        }
        assert_eq!(lead_in.text(), text);
    }

    #[test]
    fn the_table_of_contents_is_read_from_q() {
        let mut lead_in = LeadIn::default();
        let running = Msf::new(98, 0, 0).unwrap();
        for (point, value) in [(0xA0, [0x01, 0x20, 0]), (0xA1, [0x12, 0, 0]), (0xA2, [0x74, 0x10, 0x09]), (0x12, [0x10, 0, 0x74])]
        {
            let q = Q { control: 4, content: Content::LeadIn { point, running, value } };
            let mut packed = [0; SUBCHANNEL];
            packed[12..24].copy_from_slice(&q.to_bytes());
            for _ in 0..3 {
                lead_in.take(1, &interleave(&packed));
            }
        }
        let told: Vec<(u8, [u8; 3])> = lead_in.entries.iter().map(|entry| (entry.point, entry.value)).collect();
        assert_eq!(told, [(0xA0, [1, 0x20, 0]), (0xA1, [12, 0, 0]), (0xA2, [74, 10, 9]), (12, [10, 0, 74])]);
    }
}
