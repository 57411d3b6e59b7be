//! [`Sectors`]: what an ECM file unpacks to, at any place.

use std::io;
use std::sync::Arc;

use super::parse::{Kind, Map, Run};
use crate::bytes::{Bytes, Spares};
use crate::disc::ecc::{self, Seal};
use crate::disc::sector::{RAW, SYNC};

/// Bytes that are unpacked together.
const STEP: usize = 1 << 20;
/// Sync pattern and header, which stand in front of what a mode 2 unit unpacks to.
const HEADER: usize = 16;

/// What an ECM file unpacks to.
pub struct Sectors {
    file: Arc<dyn Bytes>,
    map: Map,
    buffers: Spares<Vec<u8>>,
}

impl Sectors {
    /// What this file unpacks to, of which this is the map.
    pub fn new(file: Arc<dyn Bytes>, map: Map) -> Sectors {
        Sectors { file, map, buffers: Spares::default() }
    }

    /// The number of the run that holds byte `at`.
    fn run_at(&self, at: u64) -> Option<usize> {
        self.map.runs.partition_point(|run| run.start <= at).checked_sub(1)
    }

    /// Unpacks what lies from `at` on: what the file has of it is read at once.
    fn unpack(&self, at: u64, into: &mut [u8], packed: &mut Vec<u8>) -> io::Result<()> {
        let last = at + into.len() as u64 - 1;
        let runs = self.run_at(at).zip(self.run_at(last)).and_then(|(first, last)| self.map.runs.get(first..=last));
        let Some(([first, ..], [.., end])) = runs.map(|runs| (runs, runs)) else { return Err(io::ErrorKind::InvalidData.into()) };
        let from = unit(first, at).1;
        let to = unit(end, last).1 + end.kind.sizes().0;
        packed.resize(usize::try_from(to - from).map_err(io::Error::other)?, 0);
        self.file.read_at(from, packed)?;
        let (mut at, mut into) = (at, into);
        for run in runs.unwrap_or_default() {
            let here = usize::try_from(end_of(run) - at).unwrap_or(usize::MAX).min(into.len());
            let (now, rest) = into.split_at_mut(here);
            let (number, place) = unit(run, at);
            let skip = (at - run.start - number * run.kind.sizes().1) as usize;
            let units = usize::try_from(place - from).ok().and_then(|place| packed.get(place..));
            fill(run.kind, units.unwrap_or_default(), skip, now).ok_or(io::ErrorKind::InvalidData)?;
            at += here as u64;
            into = rest;
        }
        Ok(())
    }
}

/// The number of the unit of a run that holds byte `at`, and where that lies in the file.
fn unit(run: &Run, at: u64) -> (u64, u64) {
    let (packed, unpacked) = run.kind.sizes();
    let number = (at - run.start) / unpacked;
    (number, run.at + number * packed)
}

fn end_of(run: &Run) -> u64 {
    run.start + u64::from(run.units) * run.kind.sizes().1
}

/// Unpacks units, of the first of which `skip` bytes are not wanted.
fn fill(kind: Kind, units: &[u8], mut skip: usize, mut into: &mut [u8]) -> Option<()> {
    let (packed, unpacked) = kind.sizes();
    let (packed, unpacked) = (packed as usize, unpacked as usize);
    if kind == Kind::Plain {
        into.copy_from_slice(units.get(..into.len())?);
        return Some(());
    }
    let mut units = units.chunks_exact(packed);
    while !into.is_empty() {
        let unit = units.next()?;
        let here = (unpacked - skip).min(into.len());
        let (now, rest) = into.split_at_mut(here);
        match <&mut [u8; RAW]>::try_from(&mut *now) {
            Ok(sector) => rebuild(kind, unit, sector),
            Err(_) => {
                let mut sector = [0; RAW];
                rebuild(kind, unit, &mut sector);
                now.copy_from_slice(&sector[RAW - unpacked..][skip..skip + here]);
            }
        }
        into = rest;
        skip = 0;
    }
    Some(())
}

/// The sector of a unit; that of a mode 2 unit without its header.
fn rebuild(kind: Kind, unit: &[u8], sector: &mut [u8; RAW]) {
    let seal = match kind {
        Kind::Mode1 => {
            sector[..SYNC.len()].copy_from_slice(&SYNC);
            sector[12..15].copy_from_slice(&unit[..3]);
            sector[15] = 1;
            sector[HEADER..HEADER + 2048].copy_from_slice(&unit[3..]);
            Seal::Mode1
        }
        Kind::Plain | Kind::Form1 | Kind::Form2 => {
            sector[HEADER..HEADER + 4].copy_from_slice(&unit[..4]);
            sector[HEADER + 4..HEADER + 4 + unit.len()].copy_from_slice(unit);
            if kind == Kind::Form2 { Seal::Form2 } else { Seal::Form1 }
        }
    };
    ecc::seal(sector, seal);
}

impl Bytes for Sectors {
    fn len(&self) -> u64 {
        self.map.len
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        if at.checked_add(into.len() as u64).is_none_or(|end| end > self.map.len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.buffers.with(Vec::new, |packed| {
            into.chunks_mut(STEP).zip(0u64..).try_for_each(|(into, n)| self.unpack(at + n * STEP as u64, into, packed))
        })
    }
}
