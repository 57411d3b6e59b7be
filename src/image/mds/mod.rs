//! Alcohol 120% images, version 1: a descriptor (`.mds`) and the sectors (`.mdf`, or several files).
//!
//! No specification was ever published; what is here was learnt from other readers and from files that other programs read. All integers have the low
//! byte first. Version 2, the encrypted descriptor of newer DAEMON Tools, begins with the same words and is told apart by its version.

mod blocks;
mod parse;
mod structures;
mod write;

#[cfg(test)]
mod tests;
