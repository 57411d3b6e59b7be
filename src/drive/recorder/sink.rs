//! Sectors on their way to the drive, gathered in pieces that it likes.

use super::lent::Lent;
use super::made::is_scrambled;
use super::plan::{Block, BurnPlan};
use super::{BurnError, Kind, Stage};
use crate::disc::sector::{RAW, SUBCHANNEL};
use crate::disc::{Lba, scramble, subchannel};
use crate::drive::mmc::{self, BlockType};
use crate::drive::transport::Transport;

/// Bytes that one command carries: what every system passes on, two ECC blocks of a DVD, one cluster of a Blu-ray disc.
const CHUNK: usize = 64 << 10;

pub struct Sink {
    kind: Kind,
    streaming: bool,
    most: usize,
    /// How raw sectors are sent.
    pub raw: BlockType,
    pending: Vec<u8>,
    block: Option<Block>,
    at: Lba,
    /// Something has been written.
    pub begun: bool,
}

impl Sink {
    pub fn new(plan: &BurnPlan, transport: &dyn Transport) -> Sink {
        Sink {
            kind: plan.kind,
            streaming: plan.streaming,
            most: CHUNK.min(transport.most_bytes()),
            raw: BlockType::RawPw,
            pending: Vec::new(),
            block: None,
            at: Lba(0),
            begun: false,
        }
    }

    /// Sectors of one command.
    fn sectors(&self, block: Block) -> usize {
        let (most, together) = ((self.most / block.size()).max(1), self.kind.block() as usize);
        if most >= together { most / together * together } else { most }
    }

    /// Takes bytes of sectors, of which the first not yet taken goes to `at`.
    pub fn put(&mut self, drive: &mut Lent<'_>, block: Block, at: Lba, bytes: &[u8]) -> Result<(), BurnError> {
        let size = block.size();
        if self.block.is_some_and(|before| before.size() != size) {
            self.flush(drive)?;
        }
        if self.pending.is_empty() {
            self.at = at;
        }
        self.block = Some(block);
        self.pending.extend_from_slice(bytes);
        let chunk = self.sectors(block) * size;
        let pending = std::mem::take(&mut self.pending);
        let (chunks, rest) = pending.split_at(pending.len() / chunk * chunk);
        for sectors in chunks.chunks(chunk) {
            self.send(drive, block, sectors)?;
        }
        self.pending = rest.to_vec();
        Ok(())
    }

    /// Sends what is left.
    pub fn flush(&mut self, drive: &mut Lent<'_>) -> Result<(), BurnError> {
        let pending = std::mem::take(&mut self.pending);
        match self.block.take() {
            Some(block) if !pending.is_empty() => self.send(drive, block, &pending),
            _ => Ok(()),
        }
    }

    fn send(&mut self, drive: &mut Lent<'_>, block: Block, sectors: &[u8]) -> Result<(), BurnError> {
        let count = sectors.len() / block.size();
        if count * block.size() != sectors.len() {
            return Err(BurnError::Unexpected);
        }
        let (at, streaming) = (self.at, self.streaming);
        let encoded;
        let bytes = match block.main {
            Some(_) if block.sub => {
                encoded = encode(block, self.raw, sectors);
                &encoded
            }
            _ => sectors,
        };
        let stage = if at < Lba::PROGRAM_START { Stage::LeadIn } else { Stage::Writing };
        let write = |transport: &mut dyn Transport| mmc::write_sectors(transport, at.0, count as u16, streaming, bytes);
        let written = drive.persevere(stage, write);
        // What a drive refuses it has not begun.
        self.begun |= !matches!(&written, Err(BurnError::Command { error, .. }) if error.is_refusal());
        match written {
            Ok(()) => {}
            Err(BurnError::Command { error, .. }) => return Err(BurnError::Write { at, error }),
            Err(other) => return Err(other),
        }
        self.at += count as u32;
        Ok(())
    }
}

/// Raw sectors as they go to the disc: data are scrambled, and of the subchannel goes what the drive takes.
fn encode(block: Block, raw: BlockType, sectors: &[u8]) -> Vec<u8> {
    const WHOLE: usize = RAW + SUBCHANNEL;
    let mut encoded = Vec::with_capacity(sectors.len());
    for sector in sectors.as_chunks::<WHOLE>().0 {
        let (main, sub) = sector.split_at(RAW);
        let from = encoded.len();
        encoded.extend_from_slice(main);
        if is_scrambled(block.mode) {
            scramble::scramble(&mut encoded[from..]);
        }
        match (raw, sub.first_chunk::<SUBCHANNEL>()) {
            (BlockType::RawPq, Some(sub)) => encoded.extend(subchannel::to_pq16(&subchannel::deinterleave(sub))),
            _ => encoded.extend_from_slice(sub),
        }
    }
    encoded
}
