//! [`BlockForm`]: what comes from the host for a sector of a CD, and how it becomes a whole sector.

use super::store::CD_RECORD;
use crate::disc::sector::{RAW, Records, SUBCHANNEL, Slice, Worth, reform};
use crate::disc::subchannel::{self, CHANNEL};
use crate::disc::{Lba, TrackMode};

/// Bit 5 of the submode byte, which is byte 2 of the subheader: form 2.
const FORM2: u8 = 0x20;

/// The main channel of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Main {
    /// Nothing comes: the drive makes silence, or empty sectors.
    Made,
    /// All 2352 bytes.
    Whole,
    /// The user data of mode 1.
    Mode1,
    /// The 2336 bytes behind the header of mode 2 without forms.
    Mode2,
    /// User data of XA sectors of one form, and the subheader that all of them get.
    User([u8; 4]),
    /// Subheader, user data, and so many bytes as belong to them; EDC and ECC among those are made anew.
    Xa(u16),
}

/// The subchannel of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sub {
    /// 96 bytes, interleaved.
    Interleaved,
    /// 96 bytes, one channel after the other.
    Packed,
    /// 16 bytes of P and Q.
    Pq,
}

/// How blocks come from the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockForm {
    /// The sectors that they become.
    pub mode: TrackMode,
    /// What comes of their main channel.
    pub main: Main,
    /// What comes of their subchannel.
    pub sub: Option<Sub>,
}

impl BlockForm {
    /// By the data block type of page 05, for a track that these control bits say audio or data of; `None` where both don't go together.
    pub fn of_type(block_type: u8, control: u8, subheader: [u8; 4]) -> Option<BlockForm> {
        let (mode, main) = match (block_type, control & 4 != 0) {
            (0..=3, false) => (TrackMode::Audio, Main::Whole),
            (8, true) => (TrackMode::Mode1, Main::Mode1),
            (9, true) => (TrackMode::Mode2, Main::Mode2),
            (10, true) => (TrackMode::Mode2Form1, Main::User(subheader)),
            (11, true) => (TrackMode::Mode2Form1, Main::Xa(2056)),
            (12, true) => {
                let [file, channel, submode, coding] = subheader;
                (TrackMode::Mode2Form2, Main::User([file, channel, submode | FORM2, coding]))
            }
            (13, true) => (TrackMode::Mode2Mixed, Main::Xa(2332)),
            _ => return None,
        };
        let sub = match block_type {
            1 => Some(Sub::Pq),
            2 => Some(Sub::Packed),
            3 => Some(Sub::Interleaved),
            _ => None,
        };
        Some(BlockForm { mode, main, sub })
    }

    fn main_size(self) -> usize {
        match self.main {
            Main::Made => 0,
            Main::Whole => RAW,
            Main::Mode1 => 2048,
            Main::Mode2 => 2336,
            Main::User(_) if self.mode == TrackMode::Mode2Form2 => 2324,
            Main::User(_) => 2048,
            Main::Xa(size) => usize::from(size),
        }
    }

    /// Bytes of a block.
    pub fn size(self) -> usize {
        let sub = match self.sub {
            None => 0,
            Some(Sub::Pq) => 16,
            Some(Sub::Interleaved | Sub::Packed) => SUBCHANNEL,
        };
        self.main_size() + sub
    }

    /// Whole sectors with their subchannels, of `count` blocks. Where no subchannel comes, zeros stand for it.
    pub fn records(self, at: Lba, blocks: &[u8], count: usize) -> Vec<u8> {
        let mut whole = vec![0; count * RAW];
        self.sectors(at, blocks, &mut whole);
        let mut records = vec![0; count * CD_RECORD];
        for (record, sector) in records.chunks_mut(CD_RECORD).zip(whole.chunks(RAW)) {
            record[..RAW].copy_from_slice(sector);
        }
        if let Some(sub) = self.sub {
            for (record, block) in records.chunks_mut(CD_RECORD).zip(blocks.chunks(self.size())) {
                record[RAW..].copy_from_slice(&interleaved(sub, &block[self.main_size()..]));
            }
        }
        records
    }

    fn sectors(self, at: Lba, blocks: &[u8], whole: &mut [u8]) {
        let mut reformed = |mode, slice, stride, bytes: &[u8]| {
            let worth = &mut vec![Worth::Good; whole.len() / RAW];
            reform(Records { mode, at, slice, stride, bytes }, Slice::RAW, whole, RAW, worth);
        };
        match self.main {
            Main::Made => crate::disc::sector::synthesise(self.mode, at, Slice::RAW, whole, RAW),
            Main::Whole => reformed(TrackMode::Audio, Slice::RAW, self.size(), blocks),
            Main::Mode1 => reformed(self.mode, Slice::COOKED, self.size(), blocks),
            Main::Mode2 => reformed(self.mode, Slice::MODE2, self.size(), blocks),
            Main::User(subheader) => {
                let of_block = |block: &[u8]| [&subheader, &subheader, &block[..self.main_size()]].concat();
                self.xa(at, blocks.chunks(self.size()).map(of_block), whole);
            }
            Main::Xa(_) => self.xa(at, blocks.chunks(self.size()).map(<[u8]>::to_vec), whole),
        }
    }

    /// XA sectors from what begins with their subheaders.
    fn xa(self, at: Lba, bodies: impl Iterator<Item = Vec<u8>>, whole: &mut [u8]) {
        const FORM_1: Slice = Slice::new(16, 2072).expect("it lies in a sector");
        const FORM_2: Slice = Slice::new(16, 2348).expect("it lies in a sector");
        for ((body, sector), n) in bodies.zip(whole.chunks_mut(RAW)).zip(0..) {
            let form2 = (body[2] | body[6]) & FORM2 != 0 && body.len() >= FORM_2.size();
            let slice = if form2 { FORM_2 } else { FORM_1 };
            let records = Records { mode: TrackMode::Mode2Mixed, at: at + n, slice, stride: body.len(), bytes: &body };
            reform(records, Slice::RAW, sector, RAW, &mut [Worth::Good]);
        }
    }
}

/// A block's subchannel as it lies on the disc.
fn interleaved(sub: Sub, bytes: &[u8]) -> [u8; SUBCHANNEL] {
    let whole = || *bytes.first_chunk::<SUBCHANNEL>().expect("a block has as many bytes as its form says");
    match sub {
        Sub::Interleaved => whole(),
        Sub::Packed => subchannel::interleave(&whole()),
        Sub::Pq => {
            let mut pq = *bytes.first_chunk::<16>().expect("a block has as many bytes as its form says");
            let (q, _) = pq.split_first_chunk_mut::<CHANNEL>().expect("Q is a part of it");
            // The checksum is the drive's business: cdrdao sends it without inverting it (seen with 1.2.4), and its discs are read.
            subchannel::seal(q);
            subchannel::interleave(&subchannel::from_pq16(&pq))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disc::ecc::edc_matches;
    use crate::disc::mode_of;
    use crate::disc::sector::seal_of;

    #[test]
    fn every_block_becomes_a_sound_sector_of_its_mode() {
        let subheader = [1, 2, 8, 4];
        for (block_type, mode) in [
            (8, TrackMode::Mode1),
            (9, TrackMode::Mode2),
            (10, TrackMode::Mode2Mixed),
            (11, TrackMode::Mode2Mixed),
            (12, TrackMode::Mode2Mixed),
            (13, TrackMode::Mode2Mixed),
        ] {
            let form = BlockForm::of_type(block_type, 4, subheader).unwrap();
            let mut blocks = vec![0x5A; 3 * form.size()];
            // What begins with four bytes twice would be taken for a subheader.
            blocks.chunks_mut(form.size()).for_each(|block| block[0] = 0);
            if matches!(form.main, Main::Xa(_)) {
                blocks.chunks_mut(form.size()).for_each(|block| block[..8].copy_from_slice(&[1, 2, 8, 4, 1, 2, 8, 4]));
            }
            for (record, lba) in form.records(Lba(1000), &blocks, 3).chunks(CD_RECORD).zip(1000..) {
                let sector: &[u8; RAW] = record.first_chunk().unwrap();
                assert_eq!(mode_of(sector), Some(mode), "type {block_type}");
                assert_eq!(sector[12..15], Lba(lba).to_msf().to_bcd());
                assert!(seal_of(mode, sector).is_none_or(|seal| edc_matches(sector, seal)), "type {block_type}");
                assert_eq!(record[40], 0x5A);
            }
        }
        assert_eq!(BlockForm::of_type(8, 0, subheader), None);
        assert_eq!(BlockForm::of_type(0, 4, subheader), None);
    }

    #[test]
    fn subchannels_are_put_in_order() {
        let mut q = [0x01, 1, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0];
        subchannel::seal(&mut q);
        let packed: Vec<u8> = [[0; 12], q].concat().into_iter().chain([0; 72]).collect();
        // Of the short form the checksum is made here.
        let pq: Vec<u8> = q[..10].iter().copied().chain([0xAA, 0x55, 0, 0, 0, 0]).collect();
        for (block_type, sub) in [(1, pq), (2, packed)] {
            let form = BlockForm::of_type(block_type, 0, [0; 4]).unwrap();
            let block = [vec![7; RAW], sub].concat();
            let record = form.records(Lba(0), &block, 1);
            assert_eq!(subchannel::q_of_interleaved(record[RAW..].first_chunk().unwrap()), q);
        }
    }
}
