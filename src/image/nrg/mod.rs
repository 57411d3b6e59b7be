//! Nero images (`.nrg`), versions 1 and 2: sectors first, then a list of chunks, last a footer that points to the list.
//!
//! No specification was ever published; what is here was learnt from the files themselves. Of what the files of others hold, these were read and
//! confirmed with other programs: DAOX with CUEX and CDTX, ETN2 and ETNF. All integers have the high byte first.

mod chunks;
mod parse;
mod write;

#[cfg(test)]
mod tests;
