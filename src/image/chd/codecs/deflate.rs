//! `zlib`: deflate (RFC 1951) without a wrapping.

use std::io;

use flate2::{Decompress, FlushDecompress, Status};

use super::broken;

/// A decompressor.
pub struct Inflate(Decompress);

impl Default for Inflate {
    fn default() -> Inflate {
        Inflate(Decompress::new(false))
    }
}

impl Inflate {
    /// Fills `into`, and tells how many bytes of `packed` that took.
    pub fn decode(&mut self, packed: &[u8], into: &mut [u8]) -> io::Result<usize> {
        self.0.reset(false);
        let status = self.0.decompress(packed, into, FlushDecompress::Finish).map_err(|_| broken())?;
        let whole = self.0.total_out() == into.len() as u64 && status != Status::BufError;
        if whole { Ok(self.0.total_in() as usize) } else { Err(broken()) }
    }
}
