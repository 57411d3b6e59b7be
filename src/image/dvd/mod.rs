//! `.dvd` files: a text that says where the second layer of a DVD begins and which files, one after the other, hold its sectors.
//!
//! Written by CloneDVD and CloneCD, and by whoever keeps the images of dual-layer games.

mod parse;
mod write;

pub use parse::{DvdFile, parse};
pub use write::text;

#[cfg(test)]
mod tests;
