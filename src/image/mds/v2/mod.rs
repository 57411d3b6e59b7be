//! Version 2: the descriptor is compressed and encrypted, the sectors may be. In an MDX file both lie together.
//!
//! The descriptor's password follows from its salt, so that it hides nothing. Sectors that are encrypted have a password in earnest.

mod cipher;
mod container;
mod groups;
mod key;
mod open;
mod pack;
mod wish;

pub use container::{frame, is_mdx, unlock};
#[cfg(test)]
pub use groups::PackedSectors;
pub use open::{open, open_sectors};
pub use pack::{pack_apart, pack_whole};
pub use wish::{NONE, Wish, ZLIB};
