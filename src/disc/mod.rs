//! What a disc is: plain values and arithmetic, no files, no threads.
//!
//! Everything the standards (ECMA-130, the Red, Yellow and Green Books, MMC) say about a disc stands here once.

mod access;
mod address;
mod audio_sums;
pub mod cd_text;
mod crc16;
pub mod ecc;
pub mod edc;
mod header;
mod ids;
mod kinds;
mod lookup;
mod model;
pub mod scramble;
pub mod sector;
pub mod subchannel;
pub mod toc;

pub use access::{DiscReader, DiscWriter, ReadError, Run, Stored, StoredSub};
pub use address::{BadMsf, FRAMES_PER_MINUTE, FRAMES_PER_SECOND, Lba, Msf, from_bcd, to_bcd};
pub use audio_sums::{RangeCrc, TrackSummer, TrackSums, ctdb_range, find_offset};
pub use cd_text::CdText;
pub use header::mode_of;
pub use ids::{BadId, Isrc, Mcn};
pub use kinds::{Control, DiscType, Medium, TrackMode};
pub use lookup::DiscIds;
pub use model::{Disc, Flaw as ModelFlaw, Session, Structures, Track, TrackId};
