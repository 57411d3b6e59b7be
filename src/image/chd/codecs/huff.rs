//! `huff`: each byte by its Huffman code, behind the table of their lengths.

use std::io;

use super::broken;
use crate::image::chd::bits::BitReader;
use crate::image::chd::huffman::{Decoder, read_byte_lengths};

/// Tables of codes.
#[derive(Default)]
pub struct Huff {
    bytes: Decoder,
    lengths: Decoder,
}

impl Huff {
    /// Fills `into`, and tells how many bytes of `packed` there were.
    pub fn decode(&mut self, packed: &[u8], into: &mut [u8]) -> io::Result<usize> {
        let mut bits = BitReader::new(packed);
        let lengths = read_byte_lengths(&mut bits, &mut self.lengths).ok_or_else(broken)?;
        self.bytes.set(&lengths).ok_or_else(broken)?;
        into.iter_mut().for_each(|byte| *byte = self.bytes.next(&mut bits) as u8);
        if bits.is_past() { Err(broken()) } else { Ok(packed.len()) }
    }
}
