//! [`Extent`]: which sectors of a disc lie where.

use std::sync::Arc;

use crate::bytes::Bytes;
use crate::disc::Lba;
use crate::disc::sector::{Slice, SubKind};

/// "These sectors lie there." What no extent tells of is synthesised when somebody reads it.
#[derive(Clone)]
pub struct Extent {
    /// Address of the first sector.
    pub start: Lba,
    /// How many.
    pub sectors: u32,
    /// Where their main channel lies.
    pub main: Option<MainStore>,
    /// Where their subchannel lies.
    pub sub: Option<SubStore>,
}

/// Where the main channel of an extent lies.
#[derive(Clone)]
pub struct MainStore {
    /// In these bytes…
    pub bytes: Arc<dyn Bytes>,
    /// …from this offset on…
    pub offset: u64,
    /// …a record each so many bytes…
    pub stride: u32,
    /// …that begins with this part of the sector.
    pub slice: Slice,
    /// The bytes of each 16-bit word have changed places (big-endian audio).
    pub swap: bool,
    /// The sectors are scrambled, as they are on the disc (ECMA-130, annex B).
    pub scrambled: bool,
}

/// Where the subchannel of an extent lies.
#[derive(Clone)]
pub struct SubStore {
    /// In these bytes…
    pub bytes: Arc<dyn Bytes>,
    /// …from this offset on…
    pub offset: u64,
    /// …one each so many bytes…
    pub stride: u32,
    /// …laid out so.
    pub kind: SubKind,
}

impl Extent {
    /// Records of `stride` bytes from `offset` on that begin with `slice` of each sector and have no subchannel.
    pub fn plain(start: Lba, sectors: u32, bytes: Arc<dyn Bytes>, offset: u64, stride: u32, slice: Slice) -> Extent {
        let main = MainStore { bytes, offset, stride, slice, swap: false, scrambled: false };
        Extent { start, sectors, main: Some(main), sub: None }
    }

    /// The same, each record followed by its 96 bytes of interleaved subchannel, as most formats store it.
    pub fn with_subchannel(mut self) -> Extent {
        if let Some(main) = &self.main {
            self.sub = Some(SubStore {
                bytes: main.bytes.clone(),
                offset: main.offset.saturating_add(main.slice.size() as u64),
                stride: main.stride,
                kind: SubKind::Interleaved,
            });
        }
        self
    }

    /// The address after the last sector.
    pub fn end(&self) -> Lba {
        self.start + self.sectors
    }
}
