//! CloneCD's images: a `.ccd` descriptor of the whole table of contents, an `.img` of raw sectors, a `.sub` of subchannel.
//!
//! There is no published description; the descriptor was learned from files that CloneCD wrote, which [`text`] reproduces byte for byte.

mod description;
mod layout;
mod parse;
mod write;

pub use description::{Ccd, Entry, SessionInfo, TrackInfo};
pub use layout::{Placed, lay_out};
pub use parse::parse;
pub use write::text;

#[cfg(test)]
mod tests;
