//! `zstd`: a Zstandard frame (RFC 8878).

use std::io;

use structured_zstd::decoding::FrameDecoder;
use structured_zstd::encoding::{CompressionLevel, FrameCompressor};

use super::broken;

/// A decompressor, made when the first hunk of its kind comes: it is large.
#[derive(Default)]
pub struct Zstd(Option<Box<FrameDecoder>>);

impl Zstd {
    /// Fills `into`, and tells how many bytes of `packed` there were.
    pub fn decode(&mut self, packed: &[u8], into: &mut [u8]) -> io::Result<usize> {
        let decoder = self.0.get_or_insert_with(|| Box::new(FrameDecoder::new()));
        let made = decoder.decode_all(packed, into).map_err(|_| broken())?;
        if made == into.len() { Ok(packed.len()) } else { Err(broken()) }
    }
}

/// How hard it is compressed.
const LEVEL: i32 = 22;

/// A compressor, made when it is needed.
#[derive(Default)]
pub struct Compressor {
    frames: Option<Box<FrameCompressor>>,
    made: Vec<u8>,
}

impl Compressor {
    /// Appends what `raw` is packed to, at most `limit` bytes; false where it takes more.
    pub fn encode(&mut self, raw: &[u8], limit: usize, into: &mut Vec<u8>) -> bool {
        let frames = self.frames.get_or_insert_with(|| Box::new(FrameCompressor::new(CompressionLevel::from_level(LEVEL))));
        frames.compress_independent_frame_into(raw, &mut self.made);
        let fits = self.made.len() <= limit;
        if fits {
            into.extend_from_slice(&self.made);
        }
        fits
    }
}
