//! Discs that are written anywhere once they are formatted: DVD+RW, DVD-RW in restricted overwriting, DVD-RAM, BD-RE.

use std::time::Instant;

use super::{Blank, BlankKind, Recording, refuse};
use crate::drive::sense::Sense;
use crate::virtual_drive::device::says;

/// How far the drive is with formatting a DVD+RW, which it does while it has nothing else to do (MMC-6, 6.21, background format status).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// It was stopped.
    Stopped,
    /// It goes on until then.
    Running(Instant),
    /// It is done.
    Done,
}

impl Background {
    /// The two bits of READ DISC INFORMATION.
    pub fn bits(self) -> u8 {
        match self {
            Background::Stopped => 1,
            Background::Running(until) if Instant::now() < until => 2,
            Background::Running(_) | Background::Done => 3,
        }
    }
}

/// How a disc is formatted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formatting {
    /// Sectors that can be written and read.
    pub sectors: u32,
    /// The last session of a DVD-RW that was formatted in a hurry grows until it is closed.
    pub grows: bool,
    /// What goes on with a DVD+RW; done with all others.
    pub background: Background,
}

/// How a disc comes out of its box: DVD-RAM is formatted, with the usual spare areas.
pub(super) fn as_it_comes(blank: Blank) -> Option<Formatting> {
    /// Sectors of its spare areas.
    const SPARES: u32 = 2_295_072 - 2_236_704;
    (blank.kind == BlankKind::DvdRam).then(|| Formatting {
        sectors: if blank.sectors > SPARES { blank.sectors - SPARES } else { blank.sectors },
        grows: false,
        background: Background::Done,
    })
}

impl Recording {
    pub(super) fn write_anywhere(&mut self, lba: i32, count: u32, blocks: &[u8]) -> Result<(), Sense> {
        let kind = self.blank.kind;
        let capacity = self.blank.sectors;
        let formatting = self.formatting.as_mut().ok_or(refuse::NOT_FORMATTED)?;
        let from = u32::try_from(lba).map_err(|_| says::OUT_OF_RANGE)?;
        let end = from.checked_add(count).ok_or(says::OUT_OF_RANGE)?;
        // Whole ECC blocks, and what is written behind the end has to follow it.
        if kind == BlankKind::DvdRw && (!from.is_multiple_of(kind.block()) || !count.is_multiple_of(kind.block())) {
            return Err(refuse::WRONG_PLACE);
        }
        if end > formatting.sectors {
            if !formatting.grows || end > capacity {
                return Err(says::OUT_OF_RANGE);
            }
            if from > formatting.sectors {
                return Err(refuse::WRONG_PLACE);
            }
            formatting.sectors = end;
        }
        self.put(lba, blocks)
    }

    /// Whether the disc can be read up to another address than before, now that this was written.
    pub fn grows(&self) -> bool {
        self.formatting.is_some_and(|formatting| formatting.grows)
    }
}
