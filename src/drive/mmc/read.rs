//! Reading sectors: READ (12) for discs of 2048-byte sectors, READ CD for everything a CD has (MMC-6, 6.17 and 6.18).

use std::time::Duration;

use super::reply::{CommandError, CommandFault};
use crate::disc::sector::{RAW, SUBCHANNEL};
use crate::drive::transport::{Data, Transport};

/// Reads of data sectors: `count` of 2048 bytes each from `lba` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sectors {
    /// Address of the first.
    pub lba: i32,
    /// How many.
    pub count: u32,
    /// They must come from the disc, not from what the drive remembers.
    pub from_disc: bool,
    /// The drive may give wrong data rather than fall behind (never for ripping).
    pub streaming: bool,
}

/// READ (12).
pub fn read_sectors(
    transport: &mut dyn Transport,
    sectors: Sectors,
    into: &mut [u8],
    timeout: Duration,
) -> Result<(), CommandError> {
    let [a, b, c, d] = sectors.lba.to_be_bytes();
    let [e, f, g, h] = sectors.count.to_be_bytes();
    let fua = u8::from(sectors.from_disc) << 3;
    let streaming = u8::from(sectors.streaming) << 7;
    let cdb = [0xA8, fua, a, b, c, d, e, f, g, h, streaming, 0];
    whole(transport, "READ (12)", &cdb, into, timeout)
}

/// Whether error pointers come with the sectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum C2 {
    /// No.
    #[default]
    None,
    /// A bit for each byte: 294 bytes.
    Pointers,
    /// The same, and two bytes with a summary before them: 296 bytes.
    PointersAndBlock,
}

impl C2 {
    /// Bytes a sector.
    pub const fn size(self) -> usize {
        match self {
            C2::None => 0,
            C2::Pointers => 294,
            C2::PointersAndBlock => 296,
        }
    }
}

/// Which subchannel comes with the sectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SubRead {
    /// None.
    #[default]
    None,
    /// All eight, as they come from the disc: 96 bytes.
    Raw,
    /// Q with P's bit behind it: 16 bytes.
    Q,
    /// R to W, corrected: 96 bytes.
    Corrected,
}

impl SubRead {
    /// Bytes a sector.
    pub const fn size(self) -> usize {
        match self {
            SubRead::None => 0,
            SubRead::Q => 16,
            SubRead::Raw | SubRead::Corrected => SUBCHANNEL,
        }
    }

    /// Its code in the command.
    const fn code(self) -> u8 {
        match self {
            SubRead::None => 0,
            SubRead::Raw => 1,
            SubRead::Q => 2,
            SubRead::Corrected => 4,
        }
    }
}

/// What READ CD is asked for: whole sectors, and what goes with them, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadCd {
    /// Address of the first; negative ones lie before the program area.
    pub lba: i32,
    /// How many.
    pub count: u32,
    /// The sectors are audio, or are to be read as if they were; else those of any kind are taken.
    pub audio: bool,
    /// 2352 bytes of main channel; else only what goes with it.
    pub main: bool,
    /// Error pointers.
    pub c2: C2,
    /// Subchannel.
    pub sub: SubRead,
}

impl ReadCd {
    /// Bytes a sector.
    pub const fn size(&self) -> usize {
        self.c2.size() + self.sub.size() + if self.main { RAW } else { 0 }
    }
}

/// READ CD.
pub fn read_cd(transport: &mut dyn Transport, wanted: ReadCd, into: &mut [u8], timeout: Duration) -> Result<(), CommandError> {
    let [a, b, c, d] = wanted.lba.to_be_bytes();
    let [_, e, f, g] = wanted.count.to_be_bytes();
    // Audio has neither sync nor header: drives differ in whether they may be asked for.
    let main = match (wanted.main, wanted.audio) {
        (false, _) => 0,
        (true, true) => 0x10,
        (true, false) => 0xF8,
    };
    let c2 = match wanted.c2 {
        C2::None => 0,
        C2::Pointers => 0x02,
        C2::PointersAndBlock => 0x04,
    };
    let kind = u8::from(wanted.audio) << 2;
    let cdb = [0xBE, kind, a, b, c, d, e, f, g, main | c2, wanted.sub.code(), 0];
    whole(transport, "READ CD", &cdb, into, timeout)
}

/// How many sectors of this size one command may carry, at least one.
pub fn most_sectors(transport: &dyn Transport, size: usize) -> u32 {
    (transport.most_bytes() / size.max(1)).clamp(1, 0xFFFF) as u32
}

/// Sends a command whose answer has to fill the buffer.
fn whole(
    transport: &mut dyn Transport,
    command: &'static str,
    cdb: &[u8],
    into: &mut [u8],
    timeout: Duration,
) -> Result<(), CommandError> {
    let needed = into.len();
    let fail = |fault| CommandError { command, fault };
    let found = transport.execute(cdb, Data::In(into), timeout).map_err(|error| fail(CommandFault::Transport(error)))?;
    if found < needed { Err(fail(CommandFault::Short { needed, found })) } else { Ok(()) }
}
