//! `zlib`: deflate (RFC 1951) without a wrapping.

use std::io;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

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

/// A compressor.
pub struct Deflate {
    compress: Compress,
    level: Compression,
}

impl Deflate {
    /// For a level from 1 (fast) to 9 (small).
    pub fn new(level: u32) -> Deflate {
        let level = Compression::new(level);
        Deflate { compress: Compress::new(level, false), level }
    }

    /// Appends what `raw` is packed to, at most `limit` bytes; false where it takes more.
    ///
    /// It is given room for whatever may become of it: zlib-rs 0.6 panics when a stream that ran out of room is begun anew.
    pub fn encode(&mut self, raw: &[u8], limit: usize, into: &mut Vec<u8>) -> bool {
        self.compress.reset();
        let from = into.len();
        into.resize(from + raw.len() + raw.len() / 256 + 64, 0);
        let status = self.compress.compress(raw, &mut into[from..], FlushCompress::Finish);
        let ended = matches!(status, Ok(Status::StreamEnd));
        let packed = self.compress.total_out() as usize;
        if !ended {
            self.compress = Compress::new(self.level, false);
        }
        let fits = ended && packed <= limit;
        into.truncate(from + if fits { packed } else { 0 });
        fits
    }
}
