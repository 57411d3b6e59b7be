//! `huff`: each byte by its Huffman code, behind the table of their lengths.

use std::io;

use super::broken;
use crate::image::chd::bits::{BitReader, BitWriter};
use crate::image::chd::huffman::{Decoder, codes, lengths_for, read_byte_lengths, write_byte_lengths};

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

/// Appends what `raw` is packed to, at most `limit` bytes; false where it takes more.
pub fn encode(raw: &[u8], limit: usize, into: &mut Vec<u8>) -> bool {
    let mut counts = [0u32; 256];
    raw.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    // No code of single bytes is shorter than their entropy.
    let all = raw.len() as f64;
    let bits: f64 =
        counts.iter().filter(|&&count| count > 0).map(|&count| f64::from(count) * (all / f64::from(count)).log2()).sum();
    if bits / 8.0 >= limit as f64 {
        return false;
    }
    let lengths = lengths_for(&counts, 16);
    let Some(codes) = codes(&lengths) else { return false };
    let from = into.len();
    let mut bits = BitWriter::after(std::mem::take(into));
    write_byte_lengths(&lengths, &mut bits);
    for &byte in raw {
        bits.put(u64::from(codes[usize::from(byte)]), u32::from(lengths[usize::from(byte)]));
    }
    *into = bits.finish();
    let fits = into.len() - from <= limit;
    if !fits {
        into.truncate(from);
    }
    fits
}
