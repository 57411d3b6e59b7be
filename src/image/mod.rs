//! Image formats: one folder each, one list of them all, one reader for all.

mod flaw;

pub use flaw::{At, Error, Fault, Flaw, Limits, shorten};

pub mod ccd;
pub mod dvd;
mod text;
pub mod toc;
