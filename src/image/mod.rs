//! Image formats: one folder each, one list of them all, one reader for all.

mod flaw;
#[cfg(test)]
mod hostile;
mod mds;
mod nrg;
mod wire;

pub use flaw::{At, Error, Fault, Flaw, Limits, shorten};
