//! `zstd`: a Zstandard frame (RFC 8878).

use std::io;

use structured_zstd::decoding::FrameDecoder;

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
