//! Image formats: one folder each, one list of them all, one reader for all.

pub mod cue;
mod flaw;

pub use flaw::{At, Error, Fault, Flaw, Limits, shorten};
