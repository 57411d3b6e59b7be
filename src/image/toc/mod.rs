//! cdrdao's TOC files: a text that describes every track, over raw data files.
//!
//! Audio in a raw data file is **big-endian** (the most significant byte first), in a WAV file little-endian as everywhere; `SWAP` turns
//! either around. One TOC file is one session. Grammar and meaning: the manual page cdrdao(1), section TOC-FILE; checked against
//! `cdrdao show-toc` over cdrdao's own test files.

mod description;
mod layout;
mod lex;
mod parse;
mod parse_text;
mod write;

pub use description::{
    Amount, Encoding, Mark, Piece, Source, SubMode, TextBlock, TextItem, TextValue, TocFile, TocKind, TocMode, TocTrack,
};
pub use layout::{Placed, lay_out};
pub use parse::parse;
pub use write::text;

#[cfg(test)]
mod tests;
