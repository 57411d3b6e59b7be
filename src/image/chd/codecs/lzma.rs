//! `lzma`: LZMA with 3 bits of literal context, 0 of literal position and 2 of position, without header and end mark.

use std::io::{self, Read};

use lzma_rust2::LzmaReader;

use super::broken;

/// Fills `into`, and tells how many bytes of `packed` there were.
pub fn decode(packed: &[u8], into: &mut [u8]) -> io::Result<usize> {
    let dictionary = (into.len() as u32).max(4096);
    let mut reader = LzmaReader::new(packed, into.len() as u64, 3, 0, 2, dictionary, None).map_err(|_| broken())?;
    reader.read_exact(into).map_err(|_| broken())?;
    Ok(packed.len())
}
