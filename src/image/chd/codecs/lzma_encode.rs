//! `lzma`: the other way.

use std::io::Write;

use lzma_rust2::{EncodeMode, LzmaOptions, LzmaWriter, MfType};

/// A compressor.
#[derive(Default)]
pub struct Lzma;

impl Lzma {
    /// Appends what `raw` is packed to, at most `limit` bytes; false where it takes more.
    pub fn encode(&mut self, raw: &[u8], limit: usize, into: &mut Vec<u8>) -> bool {
        let from = into.len();
        let options = LzmaOptions {
            dict_size: (raw.len() as u32).max(4096),
            lc: 3,
            lp: 0,
            pb: 2,
            mode: EncodeMode::Normal,
            nice_len: 64,
            mf: MfType::Hc4,
            depth_limit: 0,
            preset_dict: None,
        };
        let done = LzmaWriter::new(&mut *into, &options, false, false, Some(raw.len() as u64))
            .and_then(|mut writer| writer.write_all(raw).and_then(|()| writer.finish()).map(|_| ()));
        let fits = done.is_ok() && into.len() - from <= limit;
        if !fits {
            into.truncate(from);
        }
        fits
    }
}
